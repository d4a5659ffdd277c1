// Execution: turns admitted jobs into orders and their fills into hedged legs.
//
// It is level-triggered: execution_step looks at what a job holds, what is working and what time it
// is, and does the next thing; it is called after every report and deadline of the job, so a
// partial fill, a late fill or a lost race all come through the same door. A resting leg's fills
// are hedged as they come; what cannot be hedged by its deadline is tried at the emergency collar
// and then taken back (unwound). No state comes from a request: only reports move orders.
#ifndef PERPDESK_TRADE_EXECUTION_H
#define PERPDESK_TRADE_EXECUTION_H

#include "base/table.h"
#include "engine/bus.h"
#include "trade/job.h"
#include "trade/order.h"

struct desk;

struct execution {
    bool kill_verifying;    // cancels are out, not all confirmed
    bool kill_flatten;      // flatten once that is so
    bool kill_flattening;   // on the way
    int64_t kill_until_ns;  // what is not confirmed by then is told, and flattening begins anyway
    struct seen_set trades; // a fill told twice counts once
    uint64_t duplicates;
    uint64_t vanished; // fills that were no order's
    uint64_t orders_placed, orders_filled, orders_rejected, hedges, unwinds;
};

extern const struct component execution_component;

enum status execution_create(struct execution *execution) MUST_CHECK;
void execution_finish(struct execution *execution);

// The scheduler's calls: the job is admitted and reserved.
void execution_open(struct desk *desk, struct bus *bus, struct job *job);
// Closes a holding job: the usual way round, or by taker at once.
void execution_close(struct desk *desk, struct bus *bus, struct job *job, bool urgent);
// Takes over positions that no job holds: the legs of `draft` say where and how many, its notional
// what they cost. The job holds them; where a person ordered it, it closes them at once, also on a
// halted or killed desk. NULL when no job row is free.
struct job *execution_adopt(struct desk *desk, struct bus *bus, const struct job *draft,
                            bool ordered);
// The same for every such position of a venue and symbol (CONTROL_ANY: all), closing at once.
void execution_flatten_unowned(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol);
// How a job of the symbol would be opened now: in a wild market nothing rests.
enum execution_mode execution_mode_now(const struct desk *desk, uint16_t symbol);
// Where `side` is cheapest to take now, fees counted, but on neither of the two: VENUE_MAX when
// nowhere.
uint16_t execution_best_venue(const struct desk *desk, uint16_t symbol, enum side side,
                              uint16_t except, uint16_t nor, int64_t now_ns);
// No more opening orders; what filled is kept hedged and closed.
void execution_stop(struct desk *desk, struct bus *bus, struct job *job);

// The account's position changed by `changed` and no order of ours did it. As far as that took
// something of ours away it is booked as a fill, and what is left of the jobs that held it is
// closed at once. Returns how much of ours went, unsigned; the rest is somebody else's.
// `steady_ns`: see execution_untold.
struct qty execution_vanish(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                            struct qty changed, int64_t steady_ns);
// How much live orders of ours, of one job or (NULL) of all, may have traded there that is not told
// yet. Those decided after `steady_ns`, when the account's position was told, are not in it.
struct qty execution_untold(const struct desk *desk, uint16_t venue, uint16_t symbol,
                            enum side side, const struct job *job, int64_t steady_ns);

// Sum of the unhedged notional of all running jobs.
struct usd execution_unhedged(const struct desk *desk);
// How long after a fill the other leg has to follow.
int64_t execution_hedge_deadline_ns(const struct desk *desk, const struct job *job);

#endif
