// Risk: the modes and switches a person has set, and the checks every order and job passes.
//
// The table in risk.c runs in order; the first rule that refuses names itself, its figure and its
// limit. Checks are pure functions of the desk and a case (a job, one of its legs). Soft rules
// yield to the manual override. Orders that lower exposure (hedge, close, unwind) do not come here:
// they always pass.
#ifndef PERPDESK_TRADE_RISK_H
#define PERPDESK_TRADE_RISK_H

#include "engine/bus.h"
#include "trade/job.h"
#include "trade/picture.h"

struct desk;

// What a risk mode allows: the table of the specification, section 6.
struct risk_preset {
    struct bps min_edge;
    struct bps max_loss;
    struct bps volatility_max;
    int64_t latency_max_ms;
    int64_t safety_ppm, volume_ppm; // weights
    int64_t score_min_ppm;
};
extern const struct risk_preset risk_presets[RISK_MODE_COUNT];

// Safety, volume and final score of a job, in ppm.
struct risk_score {
    bool known;
    int64_t safety_ppm, volume_ppm, final_ppm;
};

// One question: may this job open? `leg` is the leg at hand, or -1 for rules about the whole job.
struct risk_case {
    const struct desk *desk;
    const struct job *job;
    int leg;
    int64_t now_ns;
    const struct picture_mids *mids; // of the symbol's fresh venues
    struct px median;                // of all of them, 0 = none fresh
    struct risk_score *score;        // where the score rule leaves what it worked out
};
// What becomes of a job's further rounds while a rule refuses.
enum risk_round {
    ROUND_PASSES, // the rule is asked when the job is admitted, and not again
    ROUND_WAITS,  // it is over in a while
    ROUND_STOPS,  // the job opens no more
};
// Fills figure and limit and returns true when the rule refuses.
struct risk_rule {
    enum rule rule;
    bool per_leg;
    enum risk_round round;
    bool (*refuses)(const struct risk_case *c, struct verdict *verdict);
};
extern const struct risk_rule risk_table[];
extern const uint32_t risk_table_count;

struct risk_venue {
    uint32_t rejects; // orders refused, or whose answer was lost, in a row
    int64_t tripped_until_ns;
    int64_t latency_ns; // moving average sent → first fill of taker orders, 0 = none yet
};

struct risk {
    uint32_t failures; // in a row
    int64_t failed_ns; // the last of them
    struct risk_venue venues[VENUE_MAX];
    int64_t cool_until_ns[SYMBOL_MAX];
    uint32_t losing[STRATEGY_COUNT]; // jobs in a row
    uint32_t strategies_off;         // bit per strategy
    uint64_t accepted, denied;
    struct state_denial denials[STATE_DENIALS_MAX];
    uint32_t denial_count;
    int64_t told_override_ns;
};

extern const struct component risk_component;

// Runs the table. `*relaxed` counts soft rules that only the override let pass; NULL allowed.
struct verdict risk_check_job(const struct desk *desk, const struct job *job, int64_t now_ns,
                              uint32_t *relaxed);
// The same, and where the score rule was reached what it worked out, for risk_keep_score.
struct verdict risk_check_scored(const struct desk *desk, const struct job *job, int64_t now_ns,
                                 uint32_t *relaxed, struct risk_score *score);
// Whether a job that was admitted may send its next opening orders now, and what stands against it.
enum risk_round risk_check_round(const struct desk *desk, const struct job *job, int64_t now_ns,
                                 struct verdict *verdict);
struct risk_score risk_score_of(const struct desk *desk, const struct job *job, int64_t now_ns);
// Works out the job's scores and writes them into it; `risk_keep_score` takes them from a check of
// this moment instead, where that knows them.
void risk_score_job(const struct desk *desk, struct job *job, int64_t now_ns);
void risk_keep_score(const struct desk *desk, struct job *job, int64_t now_ns,
                     const struct risk_score *score);
// Remembers a refusal (one row per strategy, symbol, venues and rule) and tells DENIED when it is
// new or a second old.
void risk_note_denial(struct desk *desk, struct bus *bus, const struct job *job,
                      const struct verdict *verdict);

void risk_note_failure(struct desk *desk, struct bus *bus, const struct job *job);
// A job that traded is in a final state: whichever it is, its profit counts. One that was let in
// after the last failure and ended by itself begins the row of failures anew.
void risk_note_ended(struct desk *desk, struct bus *bus, const struct job *job, struct usd pnl);
// The circuit breaker: the venue refused an order, or its answer was lost; it took one.
void risk_note_reject(struct desk *desk, struct bus *bus, uint16_t venue);
void risk_note_answer(struct desk *desk, uint16_t venue);
void risk_note_latency(struct desk *desk, uint16_t venue, int64_t latency_ns, enum order_type type);

// No new job on any symbol until then.
void risk_cool_down(struct desk *desk, int64_t until_ns);

// The circuit breaker's part of a venue's row.
void risk_publish_venue(const struct desk *desk, uint16_t venue, int64_t now_ns,
                        struct state_venue *row);
bool risk_venue_tripped(const struct desk *desk, uint16_t venue, int64_t now_ns);
// Whether orders of a symbol may go to a venue at all now, whatever they are for: what no order can
// do anything about.
bool risk_venue_trades(const struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns);
// Whether a job of a strategy's choice may open on a pair of venues: what is cheaply known without
// the job. The rules have the last word.
bool risk_pair_opens(const struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell,
                     int64_t now_ns);
// Whether a running job stands against one that opens `leg` on the venue and symbol.
static inline bool risk_job_opposes(const struct job *job, uint16_t symbol, int leg,
                                    uint16_t venue) {
    int opposite = leg == LEG_BUY ? LEG_SELL : LEG_BUY;
    return job_running(job) && job->symbol == symbol && job_uses(job, opposite) &&
           job->legs[opposite].venue == venue;
}
const struct risk_preset *risk_preset_of(const struct desk *desk);
// The day's loss limit: the smaller of the amount and the share of the equity.
struct usd risk_day_loss_limit(const struct desk *desk);
struct usd risk_day_loss(const struct desk *desk); // 0 when the day is in profit

// How far the venue's market may move against us before its equity, or the position of this symbol,
// is gone, in 0.01 bps: the nearer of what is estimated (equity over gross, `added` included) and
// what the venue tells of the position at hand, where the new order (`side`) would not shrink it.
// INT64_MAX: nothing is held and nothing added.
int64_t risk_liquidation_distance(const struct desk *desk, uint16_t venue, uint16_t symbol,
                                  struct usd added, enum side side);

// Rules by level, one file each; listed in risk.c's table.
bool risk_capital_pool(const struct risk_case *c, struct verdict *v);
bool risk_account_killed(const struct risk_case *c, struct verdict *v);
bool risk_account_halted(const struct risk_case *c, struct verdict *v);
bool risk_account_reducing(const struct risk_case *c, struct verdict *v);
bool risk_account_paused(const struct risk_case *c, struct verdict *v);
bool risk_account_reconcile(const struct risk_case *c, struct verdict *v);
bool risk_account_order_notional(const struct risk_case *c, struct verdict *v);
bool risk_account_drawdown(const struct risk_case *c, struct verdict *v);
bool risk_account_day_loss(const struct risk_case *c, struct verdict *v);
bool risk_account_failures(const struct risk_case *c, struct verdict *v);
bool risk_account_fast_market(const struct risk_case *c, struct verdict *v);
bool risk_account_symbol_exposure(const struct risk_case *c, struct verdict *v);
bool risk_account_direction(const struct risk_case *c, struct verdict *v);
bool risk_position_size(const struct risk_case *c, struct verdict *v);
bool risk_position_cool_down(const struct risk_case *c, struct verdict *v);
bool risk_execution_role(const struct risk_case *c, struct verdict *v);
bool risk_execution_no_keys(const struct risk_case *c, struct verdict *v);
bool risk_execution_lane(const struct risk_case *c, struct verdict *v);
bool risk_execution_deadman(const struct risk_case *c, struct verdict *v);
bool risk_execution_message_rate(const struct risk_case *c, struct verdict *v);
bool risk_execution_venue_down(const struct risk_case *c, struct verdict *v);
bool risk_execution_tripped(const struct risk_case *c, struct verdict *v);
bool risk_execution_clock(const struct risk_case *c, struct verdict *v);
bool risk_execution_instrument(const struct risk_case *c, struct verdict *v);
bool risk_execution_quote(const struct risk_case *c, struct verdict *v);
bool risk_execution_stale(const struct risk_case *c, struct verdict *v);
bool risk_execution_quarantine(const struct risk_case *c, struct verdict *v);
bool risk_execution_order_size(const struct risk_case *c, struct verdict *v);
bool risk_execution_order_small(const struct risk_case *c, struct verdict *v);
bool risk_execution_collar(const struct risk_case *c, struct verdict *v);
bool risk_execution_slippage(const struct risk_case *c, struct verdict *v);
bool risk_execution_self_trade(const struct risk_case *c, struct verdict *v);
bool risk_job_min_edge(const struct risk_case *c, struct verdict *v);
bool risk_job_max_loss(const struct risk_case *c, struct verdict *v);
bool risk_job_round_trip(const struct risk_case *c, struct verdict *v);
bool risk_job_funding_blackout(const struct risk_case *c, struct verdict *v);
bool risk_job_funding(const struct risk_case *c, struct verdict *v);
bool risk_job_volatility(const struct risk_case *c, struct verdict *v);
bool risk_job_spread(const struct risk_case *c, struct verdict *v);
bool risk_job_latency(const struct risk_case *c, struct verdict *v);
bool risk_job_leverage(const struct risk_case *c, struct verdict *v);
bool risk_job_score(const struct risk_case *c, struct verdict *v);

#endif
