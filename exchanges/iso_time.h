// Times as ISO 8601 in UTC, the way venues write them: "2026-01-02T03:04:05.678Z". No clock, no
// locale: integers only.
#ifndef PERPDESK_EXCHANGES_ISO_TIME_H
#define PERPDESK_EXCHANGES_ISO_TIME_H

#include "base/buf.h"

// time_ns: since 1970, not negative.
void iso_time_add(struct text *out, int64_t time_ns);
// With or without a fraction (any digits), with or without the Z. False: it is not that.
MUST_CHECK bool iso_time_read(struct slice text, int64_t *time_ns);

#endif
