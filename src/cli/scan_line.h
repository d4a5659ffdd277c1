// What scan prints of an opportunity: a line of text or of JSON. And scan over a recording.
#ifndef PERPDESK_CLI_SCAN_LINE_H
#define PERPDESK_CLI_SCAN_LINE_H

#include "cli/verbs.h"

enum { SCAN_LINE_MAX = 1024 };

struct scan_view {
    const struct universe *universe;
    struct state_quote *quotes; // by listing
    bool json, gross;           // gross: before costs, and nothing of a plan
};

// Writes the row's line to standard output. False when the reader is gone.
bool scan_put(const struct scan_view *view, const struct state_opportunity *row);

// Every crossing of the recording at `args->operands[0]` at its onset, before costs: the quotes are
// driven through picture and scanner in this thread, without sockets and at the recording's own
// time. So every quote is compared, and two runs print the same.
enum status scan_recording(const struct cli_args *args) MUST_CHECK;

#endif
