// The scheduler: turns what strategies propose into jobs, orders waiting ones by final score,
// admits them within limits, and follows each to its end.
//
// A proposal passes risk first; what only waits for capital or a limit stays pending until it may
// or expires, what a rule refuses is refused with its reason. Admission reserves capital for all
// legs or for none, then hands the job to execution. A job that ended gives its reservation back
// and is booked once.
#ifndef PERPDESK_TRADE_SCHEDULER_H
#define PERPDESK_TRADE_SCHEDULER_H

#include "engine/bus.h"
#include "trade/job.h"
#include "trade/last_minute.h"
#include "trade/scanner.h"
#include "trade/strategy.h"

struct desk;

struct scheduler_symbol {
    int64_t proposed_ns[STRATEGY_COUNT];
    struct bps proposed_edge[STRATEGY_COUNT];
    struct last_minute admitted;
    struct strategy_memory memory[STRATEGY_COUNT];
};

struct scheduler {
    struct scheduler_symbol *symbols;
    int64_t tick_ns;
    int64_t day;
    uint32_t day_jobs;
    uint64_t admitted, finished;
    struct verdict order_verdict; // of a person's last order: why it became no job
};

extern const struct component scheduler_component;

enum status scheduler_create(struct scheduler *scheduler,
                             const struct universe *universe) MUST_CHECK;
void scheduler_finish(struct scheduler *scheduler);

// Fills a draft from an evaluated pair: venues, sizes on both venues' steps, maker leg, edge.
void scheduler_draft(const struct desk *desk, enum strategy strategy,
                     const struct opportunity *pair, struct usd notional, struct job *draft);
// The job arbitrage would make of a standing opportunity: as large as the books, within its range.
void scheduler_draft_arb(const struct desk *desk, const struct opportunity *opp, struct job *draft);
// Live job of a strategy on an ordered pair, 0 when there is none.
uint32_t scheduler_job_on(const struct desk *desk, enum strategy strategy, uint16_t symbol,
                          uint16_t buy, uint16_t sell);
// Whether a strategy has a live job on a symbol, whatever its venues.
bool scheduler_job_of(const struct desk *desk, enum strategy strategy, uint16_t symbol);
// Limits of the scheduler itself, RULE_NONE when the job fits.
struct verdict scheduler_check_limits(const struct desk *desk, const struct job *job,
                                      int64_t now_ns);
// Why a standing opportunity is not traded by arbitrage (RULE_NONE: it is, or could be), and its
// job.
void scheduler_explain_arb(const struct desk *desk, const struct opportunity *opp, int64_t now_ns,
                           uint32_t *job, struct verdict *verdict);
// The component's part of the picture (scheduler_picture.c); `self` is the desk.
void scheduler_publish(void *self, struct state_draft *draft, int64_t now_ns);
// Execution's call: the job is in a final state.
void scheduler_job_ended(struct desk *desk, struct bus *bus, struct job *job);

#endif
