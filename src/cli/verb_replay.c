// replay: a journal through a fresh desk; --verify compares every decision byte for byte.
#include <stdio.h>

#include "base/json.h"
#include "cli/verbs.h"

enum status verb_replay(const struct cli_args *args) {
    char bytes[4096], line_bytes[8300];
    struct text summary = TEXT_OVER(bytes);
    struct text line = TEXT_OVER(line_bytes);
    uint64_t events = 0;
    enum status status = desk_run_replay(args->operands[0], args->verify, &events, &summary);
    if (status != STATUS_OK) {
        return status;
    }
    if (args->json) {
        text_add_format(&line,
                        "{\"events\":%llu,\"verified\":%s,\"summary\":", (unsigned long long)events,
                        args->verify ? "true" : "false");
        json_write_string(&line, text_slice(&summary));
        text_add_char(&line, '}');
    } else {
        text_add(&line, text_slice(&summary));
    }
    (void)cli_put_line(&line); // a failure shows at the end
    return cli_end_output();
}
