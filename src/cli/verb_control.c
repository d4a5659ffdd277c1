// The control verbs from a shell: the words go to the running desk as they are; what it says comes
// back. One row of the control table (engine/control.h) is one verb here.
#include <stdio.h>

#include "cli/desk_call.h"
#include "cli/verbs.h"
#include "engine/control_text.h"

enum status verb_control(const struct cli_args *args) {
    char line[CONTROL_TEXT_MAX];
    struct text text = TEXT_OVER(line);
    text_add_string(&text, args->verb);
    for (uint32_t i = 0; i < args->operand_count; i++) {
        text_add_format(&text, " %s", args->operands[i]);
    }
    if (text.truncated) {
        return status_fail(STATUS_USAGE, "%s: that is too long", args->verb);
    }
    struct desk_call call;
    struct slice answer;
    enum status status = desk_call_open(&call, args);
    if (status != STATUS_OK) {
        return status;
    }
    status = desk_call_ask(&call, line, &answer);
    if (status == STATUS_OK) {
        printf("%.*s\n", (int)answer.size, answer.data);
        status = cli_end_output();
    }
    desk_call_close(&call);
    return status;
}
