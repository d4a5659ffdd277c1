// How much may be sent to a venue now: its own budgets (venue_oe.buckets), of which the desk uses a
// share, of which a part is kept back for what lowers risk: cancels, hedges, reduce-only orders.
//
// A budget counts what was taken within its window, in sixteenths of the window, so that no window
// of the venue's ever holds more than the share. What the venue itself counts corrects it upwards.
// A refusal (429) blocks everything, cancels too, because more requests only lengthen a ban: for
// min(2^n, 30) s or as long as the venue says, an hour at most. n counts refusals one after the
// other, not those of requests that were on the way together; after a block one request goes alone,
// until the venue takes it or is silent for a second. Pure: the time is the caller's.
#ifndef PERPDESK_IO_RATE_H
#define PERPDESK_IO_RATE_H

#include "engine/state.h"
#include "exchanges/venue_oe.h"

enum {
    RATE_SLOTS = 16,
    RATE_BACKOFF_MAX_S = 30,
    RATE_TOLD_MAX_MS = 3600000,
};

struct rate_bucket {
    uint32_t most;     // units in a window; 0 = no such bucket
    uint32_t ordinary; // of them, what may be taken by requests that lower no risk
    int64_t slot_ns;
    int64_t newest; // number of the slot `at` counts
    uint32_t used[RATE_SLOTS];
};

struct rate_limits {
    struct rate_bucket buckets[OE_BUCKETS_MAX];
    int64_t blocked_until_ns;
    int64_t probe_until_ns; // after a refusal: nothing else until the last request's answer
    uint32_t refused;       // in a row
};

// `share` of the venue's limits is the desk's, `reserve` of that is for what lowers risk; of a
// budget of two or more at least one unit each, so that neither is starved.
void rate_init(struct rate_limits *rate, const struct oe_bucket buckets[OE_BUCKETS_MAX],
               struct bps share, struct bps reserve);
// 0: may be sent now. Else the time from which it may. A cost above the whole budget goes when the
// budget is untouched.
int64_t rate_when_ns(struct rate_limits *rate, const struct oe_cost *cost, bool urgent,
                     int64_t now_ns);
// How many requests of that cost that lower no risk could be sent from now until `within_ns` later,
// one after the other; 0 of it: now.
uint32_t rate_room(struct rate_limits *rate, const struct oe_cost *cost, int64_t within_ns,
                   int64_t now_ns);
// For how long a request of cost `by` takes the room from one of cost `cost` that lowers no risk;
// 0 if they have no budget in common.
int64_t rate_holds_ns(const struct rate_limits *rate, const struct oe_cost *by,
                      const struct oe_cost *cost);
// What is used of the budget that is fullest now, and what the desk may use of it; 0 of 0: the
// venue has none.
struct state_budget rate_fullest(struct rate_limits *rate, int64_t now_ns);
void rate_take(struct rate_limits *rate, const struct oe_cost *cost, int64_t now_ns);
// The venue counts `used` units in the window that ends now.
void rate_correct(struct rate_limits *rate, uint32_t bucket, uint32_t used, int64_t now_ns);
// Too many requests; retry_after_ms 0: not told.
void rate_refused(struct rate_limits *rate, int64_t retry_after_ms, int64_t now_ns);
void rate_accepted(
    struct rate_limits *rate); // the next refusal begins with the shortest back-off again

#endif
