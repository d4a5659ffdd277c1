// So much in so much time: what a simulated venue counts its clients' calls and messages with.
//
// The window rolls in tenths, on the time the caller gives: what was taken counts for at least nine
// tenths of the window and at most the whole of it. Pure; the caller owns both structs.
#ifndef PERPDESK_EXCHANGES_VSIM_RATE_H
#define PERPDESK_EXCHANGES_VSIM_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum { VSIM_RATE_SLOTS = 10 };

struct vsim_rate {
    uint32_t most, window_ms; // most 0: no limit
};

struct vsim_rate_use { // zeroed: nothing was taken
    int64_t slot;      // the newest, counted from time 0
    uint32_t used[VSIM_RATE_SLOTS];
};

// Takes `weight` when it fits; takes nothing and returns false when it does not.
MUST_CHECK bool vsim_rate_take(struct vsim_rate_use *use, struct vsim_rate rate, int64_t now_ns,
                               uint32_t weight);
// Within the window that ends now.
uint32_t vsim_rate_used(const struct vsim_rate_use *use, struct vsim_rate rate, int64_t now_ns);
// Until `weight` (at most rate.most) fits; 0: it does now.
int64_t vsim_rate_wait_ns(const struct vsim_rate_use *use, struct vsim_rate rate, int64_t now_ns,
                          uint32_t weight);

#endif
