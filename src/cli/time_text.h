// Times as a person types them on the command line: UTC, to the second or finer.
#ifndef PERPDESK_CLI_TIME_TEXT_H
#define PERPDESK_CLI_TIME_TEXT_H

#include "base/buf.h"

// "2024-08-08T23:58:00", "2024-08-08 23:58:00.5", "2024-08-08", or "23:58:00": the first such
// moment at or after `from_ns`. A Z at the end is allowed. STATUS_USAGE names `option`.
enum status time_text_read(const char *option, const char *text, int64_t from_ns,
                           int64_t *time_ns) MUST_CHECK;
void time_text_add(struct text *out, int64_t time_ns); // "2024-08-08T23:58:00Z"

#endif
