// How many connections a desk opens in one second, all venues together: after an outage of the line
// every venue comes back at once, and each handshake costs the machine more than a thousand quotes.
//
// Shared by the feeds of all io threads; without a lock. Who is refused asks again after its own
// back-off, with its own jitter. That a venue's own limits are kept is the feed's business.
#ifndef PERPDESK_IO_CONNECT_BUDGET_H
#define PERPDESK_IO_CONNECT_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct connect_budget {
    uint32_t per_second;
    _Atomic uint64_t window; // second << 16 | used in it
};

void connect_budget_init(struct connect_budget *budget, uint32_t per_second); // 1..60000
// Takes one connection of the second now_ms lies in. Any thread; now_ms is machine time.
bool connect_budget_take(struct connect_budget *budget, int64_t now_ms);

#endif
