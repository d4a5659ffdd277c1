// The job: a hedged set of legs that runs until its legs are flat again. Open, hold and close are
// phases of one job.
//
// jobs live in a fixed table owned by the scheduler (admission, phases, end) and by execution
// (legs, fills): both change the job they were given and nobody else does. State changes go through
// job_set_state, which checks the table, stamps the time and tells the bus.
#ifndef PERPDESK_TRADE_JOB_H
#define PERPDESK_TRADE_JOB_H

#include "engine/bus.h"
#include "trade/cost.h"

struct desk;

enum { JOBS_MAX = 192, JOB_ORDERS_MAX = UINT16_MAX };
enum { LEG_BUY, LEG_SELL }; // index into legs: what the leg does when the job opens

struct leg {
    uint16_t venue;
    struct qty target;                 // to open
    struct qty opened, closed;         // filled so far
    struct usd opened_usd, closed_usd; // notional of those fills
    struct qty working_open;           // unfilled rest of live orders that open
    struct qty working_close;          // unfilled rest of live orders that close
    uint64_t resting;                  // id of the newest resting order, 0 = none yet
    uint8_t tries;                     // taker attempts in this phase
    uint8_t misses;                    // of those that opened, in a row without a fill
    uint8_t refused;                   // of all, by the venue, in a row
    int64_t retry_ns;                  // not before
};

struct job {
    uint32_t id; // 0 = free
    enum strategy strategy;
    enum job_state state;
    enum maker_leg maker;
    uint16_t symbol;
    bool urgent;     // close by taker at once
    bool stopping;   // no more opening orders: cancel what rests, keep what filled hedged
    bool emergency;  // emergency collar
    bool counted;    // its failure was told to risk
    bool waits;      // of an earlier session, and its venues are not known yet
    bool maker_done; // the resting order of this phase had its turn
    uint16_t order_count;
    uint16_t requotes;
    bool single;     // one leg alone, on purpose: the other stays empty and names the same venue
    uint8_t only;    // that leg
    bool both_rest;  // both legs rest when it opens
    bool completes;  // what resting orders did not get is taken
    bool adopted;    // it began with a position that was there: it only closes
    bool moved;      // a leg was moved to another venue once already
    uint32_t slices; // the opening is spread evenly over so many rounds, 0 = at once
    int64_t slice_ns;
    struct qty asked; // per leg, by all opening rounds so far
    struct leg legs[JOB_LEGS_MAX];
    struct usd notional; // wanted, per leg
    struct usd reserved; // per leg, while admitted
    struct bps edge;     // expected net of opening
    int64_t safety_ppm, volume_ppm, final_ppm;
    struct verdict verdict; // why it ended or waits
    struct usd fees;
    int64_t created_ns, state_ns, finished_ns;
    int64_t deadline_ns;       // of this state, 0 = none
    int64_t unhedged_since_ns; // the oldest that no hedge covers; 0 = hedged
    struct qty unhedged_level; // what the longer leg held then
    int64_t unhedged_next_ns;  // when it first held more; 0 = not yet
    struct usd unhedged;
    int64_t unhedged_usd_s; // 1e-6 USD * s
    int64_t exposure_at_ns;
    int64_t judged_ns;  // when the rules last let it open
    int64_t opening_ns; // when it was admitted
    int64_t hold_until_ns;
    struct usd best; // marked profit at its best while held
};

struct job_table {
    struct job jobs[JOBS_MAX];
    uint16_t
        live[JOBS_MAX]; // rows of jobs that are not finished, so that nothing walks the whole table
    uint32_t live_count;
    uint32_t ids[JOBS_MAX];      // of the rows: a search touches these, not the table
    uint16_t finished[JOBS_MAX]; // ring of rows of finished jobs, oldest first
    uint32_t finished_at, finished_count;
    uint32_t used; // rows ever used
    uint32_t next_id;
};

// Walks the live jobs from the last to the first; the body may end the job at hand.
#define JOB_FOR_EACH_LIVE(table, job)                                                              \
    for (uint32_t job##_at = (table)->live_count; job##_at-- > 0;)                                 \
        for (bool job##_once = job##_at < (table)->live_count; job##_once; job##_once = false)     \
            for (struct job *job = &(table)->jobs[(table)->live[job##_at]]; job##_once;            \
                 job##_once = false)

static inline bool job_running(const struct job *job) {
    return job->id != 0 && job->state >= JOB_OPENING && job->state <= JOB_UNWINDING;
}
static inline bool job_live(const struct job *job) {
    return job->id != 0 && job->state <= JOB_UNWINDING;
}

static inline bool job_uses(const struct job *job, int leg) {
    return !job->single || leg == job->only;
}
static inline uint32_t job_leg_count(const struct job *job) {
    return job->single ? 1 : JOB_LEGS_MAX;
}
// The largest order it sends: a part of it where it is spread over time or split.
struct usd job_order_notional(const struct settings *settings, const struct job *job);
// Of the position on a venue and symbol, what no live job holds: signed as the position, and never
// more than it.
struct qty job_unowned(const struct desk *desk, uint16_t venue, uint16_t symbol);

// A free row with a new id, or NULL when every row holds a live job. The oldest finished job gives
// its row.
struct job *job_create(struct job_table *table, int64_t now_ns);
// A running job of an earlier session under its own id; it opens nothing more. NULL as above.
struct job *job_restore(struct job_table *table, const struct event_past_job *past, int64_t now_ns);
struct job *job_find(struct job_table *table, uint32_t id); // NULL when gone
// old → new by the state table; asserts on an impossible change. Tells JOB_STATE.
void job_set_state(struct desk *desk, struct bus *bus, struct job *job, enum job_state state);
bool job_state_allows(enum job_state from, enum job_state to);

// Quantity a leg still holds.
static inline struct qty leg_held(const struct leg *leg) {
    return qty_sub(leg->opened, leg->closed);
}
bool job_flat(const struct job *job);
// Cash flow so far: sold - bought - fees. The profit once flat.
struct usd job_cash(const struct job *job);
// Whether there is a price for everything it holds: fresh, and not doubted. Without one its marked
// profit says nothing.
bool job_priced(const struct desk *desk, const struct job *job, int64_t now_ns);
// Whether a person's CONTROL_CANCEL_JOB or CONTROL_FLATTEN is for it.
bool job_is_meant(const struct job *job, const struct event_control *control);
// The smallest order that opens on the leg and that its venue takes, by the rules it told; at least
// a step.
struct qty job_least(const struct desk *desk, const struct job *job, int leg);
// Profit if what is held were closed at the mids now.
struct usd job_marked_pnl(const struct desk *desk, const struct job *job);
// Sum of held notional of both legs at mid.
struct usd job_exposure(const struct desk *desk, const struct job *job);
// Advances the exposure clock to now_ns with the unhedged notional that stood since the last call,
// from the smallest on that an order can level.
void job_note_exposure(const struct desk *desk, struct job *job, int64_t now_ns);

#endif
