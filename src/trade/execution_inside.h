// Execution's own functions: execution_order.c (how an order leaves), execution_step.c (what a job
// does next), execution_open.c (while it opens), execution_adopt.c (positions that were there
// before), execution.c (what comes back: reports and controls).
#ifndef PERPDESK_TRADE_EXECUTION_INSIDE_H
#define PERPDESK_TRADE_EXECUTION_INSIDE_H

#include "trade/desk.h"

enum { EXECUTION_REQUOTES_MAX = 5, EXECUTION_TRIES_MAX = 10, EXECUTION_REFUSED_MAX = 3 };

static inline int execution_taker_leg(const struct job *job) {
    return job->maker == MAKER_BUY ? LEG_SELL : LEG_BUY;
}
static inline int execution_maker_leg(const struct job *job) {
    return job->maker == MAKER_BUY ? LEG_BUY : LEG_SELL;
}

// execution_order.c

const struct listing *execution_listing(const struct desk *desk, const struct job *job, int leg);
// The gate that pause, kill and state close. Hedges and unwinds always pass: they lower what is
// unhedged. A close passes a halted desk only when a person ordered it, and a killed one only when
// that was after the kill, which takes back what was ordered before.
bool execution_gate(const struct desk *desk, const struct job *job, enum leg_phase phase);
// A taker order at the collar for `size` (cut to the leg's step), at most one try per retry time;
// notes the next try as the job's deadline. `opens`: it adds to the leg, else it reduces it.
bool execution_take(struct desk *desk, struct bus *bus, struct job *job, int leg,
                    enum leg_phase phase, bool opens, struct qty size);
// The resting order of a phase joins the best price of its own side.
bool execution_rest(struct desk *desk, struct bus *bus, struct job *job, int leg,
                    enum leg_phase phase, struct qty size);
void execution_cancel(struct desk *desk, struct bus *bus, struct order *order);
// A leg has at most one resting order at a time: the newest. NULL when none is live.
struct order *execution_resting(struct desk *desk, const struct job *job, int leg);
struct order *execution_any_resting(struct desk *desk, const struct job *job);
void execution_emit_order(struct bus *bus, enum event_kind kind, const struct order *order,
                          enum order_action action);

// execution_open.c

// What an opening job does next: hedges what is ahead, waits for what rests, sends the next round.
void execution_step_opening(struct desk *desk, struct bus *bus, struct job *job);

// execution_adopt.c

// Whether it hedges on: the leg that could not be filled on its venue goes to another one.
bool execution_move_leg(struct desk *desk, struct bus *bus, struct job *job, int leg);

// execution_step.c

// Looks at what the job holds, what is working and what time it is, and does the next thing.
void execution_step(struct desk *desk, struct bus *bus, struct job *job);
void execution_note_deadline(struct job *job, int64_t at_ns);
// Tells risk of the job's failure, once.
void execution_fail(struct desk *desk, struct bus *bus, struct job *job);
void execution_begin_unwind(struct desk *desk, struct bus *bus, struct job *job);
void execution_cancel_resting(struct desk *desk, struct bus *bus, struct job *job);
void execution_begin_tries(struct job *job); // a new phase owes no pause to the one before
bool execution_any_working(const struct job *job);
// Whether it was tried often enough to know that the venue does not take what is left as it is.
static inline bool execution_is_refused(const struct leg *leg) {
    return leg->tries >= EXECUTION_TRIES_MAX || leg->refused >= EXECUTION_REFUSED_MAX;
}
// Less than the leg's venue can trade.
bool execution_is_dust(const struct desk *desk, const struct job *job, int leg, struct qty size);
int64_t execution_wait_fill_ns(const struct desk *desk, const struct job *job);

#endif
