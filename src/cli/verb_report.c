// status, jobs, orders, positions: what a running desk tells of itself.
#include <stdio.h>

#include "cli/desk_call.h"
#include "cli/verbs.h"

enum status verb_report(const struct cli_args *args) {
    struct desk_call call;
    struct slice answer;
    char line[64];
    struct text text = TEXT_OVER(line);
    text_add_format(&text, "%s%s", args->verb, args->json ? " json" : "");
    enum status status = desk_call_open(&call, args);
    if (status != STATUS_OK) {
        return status;
    }
    status = desk_call_ask(&call, line, &answer);
    if (status == STATUS_OK) {
        (void)fwrite(answer.data, 1, answer.size, stdout); // cli_end_output tells
        status = cli_end_output();
    }
    desk_call_close(&call);
    return status;
}
