// A verb's call to a desk that runs in another process.
#ifndef PERPDESK_CLI_DESK_CALL_H
#define PERPDESK_CLI_DESK_CALL_H

#include "base/line_client.h"
#include "cli/cli.h"

enum { DESK_CALL_TIMEOUT_MS = 3000, DESK_CALL_ANSWER_MAX = 512 * 1024 };

struct desk_call {
    struct line_client client;
    enum desk_mode mode;
};

// Where the desk of a kind listens.
enum status desk_call_path(enum desk_mode mode, char *out, size_t capacity) MUST_CHECK;
// Which desk is meant: the one that --desk names, else the one that runs. STATUS_NOT_RUNNING when
// none does, or (with the list) when several do.
enum status desk_call_find(const struct cli_args *args, enum desk_mode *mode) MUST_CHECK;
// The desk that is meant, as a shell; with --confirm armed.
enum status desk_call_open(struct desk_call *call, const struct cli_args *args) MUST_CHECK;
void desk_call_close(struct desk_call *call); // zeroed allowed
// One request and its answer (until the next).
enum status desk_call_ask(struct desk_call *call, const char *line,
                          struct slice *answer) MUST_CHECK;
// STATUS_IO: its journal failed, nothing leaves it any more.
enum status desk_call_check_journal(struct desk_call *call) MUST_CHECK;
// Orders of ours that are not over. STATUS_TIMEOUT: the engine stands still.
enum status desk_call_orders(struct desk_call *call, int64_t *orders) MUST_CHECK;

#endif
