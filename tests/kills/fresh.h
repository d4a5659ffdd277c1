// Whether a desk that stood still decided on what it had seen before: read from its journal, which
// has to hold every quote (journal_quotes = all).
#ifndef PERPDESK_TEST_KILLS_FRESH_H
#define PERPDESK_TEST_KILLS_FRESH_H

#include <stdint.h>

struct fresh {
    uint32_t standstills; // nothing entered for FRESH_GAP_MS
    uint32_t orders;      // that open, placed within FRESH_WATCH_MS of the end of one
    uint32_t stale;       // of them, on a quote that the venue had stamped long before that
};

enum { FRESH_GAP_MS = 1000, FRESH_WATCH_MS = 5000, FRESH_STALE_MS = 500 };

// Adds what the newest session in the folder tells; prints each stale one.
void fresh_read(struct fresh *fresh, const char *folder);

#endif
