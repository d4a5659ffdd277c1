// What a job does next: opening, closing, unwinding. Level-triggered, so every way into a situation
// is handled by the same lines.
#include "trade/execution_inside.h"

enum { REQUOTES_MAX = 5, TRIES_NORMAL = 10, TRIES_DUST = 30, TRIES_STUCK = 100 };

static int64_t wait_fill_ns(const struct desk *desk, const struct job *job) {
    return job->strategy == STRATEGY_WASH ? desk->settings->wash.wait_fill_ns
                                          : desk->settings->execution.wait_fill_ns;
}

// The legs of hedged volume have their own, tighter limit.
static int64_t hedge_deadline_ns(const struct desk *desk, const struct job *job) {
    int64_t hedge_ns = desk->settings->execution.hedge_deadline_ns;
    int64_t gap_ns = desk->settings->wash.leg_gap_ns;
    return job->strategy == STRATEGY_WASH && gap_ns < hedge_ns ? gap_ns : hedge_ns;
}

static bool any_working(const struct job *job) {
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        if (job->legs[i].working_open.v > 0 || job->legs[i].working_close.v > 0) {
            return true;
        }
    }
    return false;
}

// Less than the leg's venue can trade.
static bool is_dust(const struct desk *desk, const struct job *job, int leg, struct qty size) {
    const struct listing *listing = execution_listing(desk, job, leg);
    return qty_abs(size).v < listing->step.v || qty_abs(size).v < listing->size_min.v;
}

// Worth less than the leg's venue takes an order for, unless it lowers the account's position; and
// it has refused that so often that it does not.
static bool is_refused_dust(const struct desk *desk, const struct job *job, int leg) {
    const struct quote *quote = picture_quote(desk, job->legs[leg].venue, job->symbol);
    struct qty held = qty_abs(leg_held(&job->legs[leg]));
    struct usd worth = usd_notional_near(px_mid_floor(quote->bid, quote->ask), held);
    return job->legs[leg].tries >= TRIES_DUST &&
           worth.v < execution_listing(desk, job, leg)->notional_min.v;
}

static struct qty held_gap(const struct job *job) {
    return qty_sub(leg_held(&job->legs[LEG_BUY]), leg_held(&job->legs[LEG_SELL]));
}

void execution_note_deadline(struct job *job, int64_t at_ns) {
    if (job->deadline_ns == 0 || at_ns < job->deadline_ns) {
        job->deadline_ns = at_ns;
    }
}

void execution_fail(struct desk *desk, struct bus *bus, struct job *job) {
    if (!job->counted) {
        job->counted = true;
        risk_note_failure(desk, bus, job);
    }
}

static void begin_tries(struct job *job) {
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        job->legs[leg].tries = 0;
        job->legs[leg].retry_ns = 0;
    }
}

static void cancel_resting(struct desk *desk, struct bus *bus, const struct job *job) {
    struct order *order = execution_resting(desk, job);
    if (order != NULL) {
        execution_cancel(desk, bus, order);
    }
}

void execution_begin_unwind(struct desk *desk, struct bus *bus, struct job *job) {
    desk->execution.unwinds++;
    execution_fail(desk, bus, job);
    watch_alert(bus, SEVERITY_WARN, "unwind", "job %u unwinds: %s USD stayed unhedged on %s",
                job->id, watch_usd(job->unhedged).text, desk->universe->symbols[job->symbol].name);
    job->emergency = true;
    begin_tries(job);
    cancel_resting(desk, bus, job);
    job_set_state(desk, bus, job, JOB_UNWINDING);
}

// Both legs filled alike, nothing working: the opening is over.
static void finish_opening(struct desk *desk, struct bus *bus, struct job *job) {
    if (job_flat(job)) {
        if (!job->counted) {
            job->verdict = (struct verdict){.rule = RULE_EXPIRED,
                                            .venue = VENUE_MAX,
                                            .symbol = job->symbol,
                                            .figure = (bus->now_ns - job->state_ns) / NS_PER_MS,
                                            .limit = wait_fill_ns(desk, job) / NS_PER_MS};
        }
        job_set_state(desk, bus, job, job->counted ? JOB_FAILED : JOB_EXPIRED);
        return;
    }
    // Only an order to close does: what a kill or a state stopped keeps its hedged legs.
    bool closes = job->stopping && job->urgent;
    job_set_state(desk, bus, job, closes ? JOB_CLOSING : JOB_HOLDING);
    job->emergency = false;
    job->maker_done = closes;
    job->stopping = closes;
    job->requotes = 0;
    begin_tries(job); // a new phase owes no pause to the one before
}

// The leg that is behind gets a taker order for what is missing. Past half the deadline at the
// emergency collar, past the deadline the job unwinds.
static bool hedge_gap(struct desk *desk, struct bus *bus, struct job *job, int behind,
                      struct qty missing) {
    if (job->unhedged_since_ns != 0) {
        int64_t allowed_ns = hedge_deadline_ns(desk, job);
        int64_t deadline_ns = job->unhedged_since_ns + allowed_ns;
        if (bus->now_ns >= deadline_ns ||
            (desk->settings->execution.partial_fill == PARTIAL_UNWIND &&
             job->maker == MAKER_NONE)) {
            execution_begin_unwind(desk, bus, job);
            return false;
        }
        if (bus->now_ns >= job->unhedged_since_ns + allowed_ns / 2) {
            job->emergency = true;
        }
        execution_note_deadline(job, deadline_ns);
    }
    (void)execution_take(desk, bus, job, behind, LEG_HEDGE, true, missing);
    return true;
}

static void requote_or_finish(struct desk *desk, struct bus *bus, struct job *job) {
    bool may_rest_again = job->maker != MAKER_NONE && !job->maker_done && !job->stopping &&
                          !job->counted && job_flat(job) && job->requotes < REQUOTES_MAX;
    if (may_rest_again && job->order_count > 0) {
        job->requotes++;
        if (execution_rest(desk, bus, job, LEG_OPEN, job->legs[execution_maker_leg(job)].target)) {
            execution_note_deadline(job, bus->now_ns + wait_fill_ns(desk, job));
            return;
        }
    }
    finish_opening(desk, bus, job);
}

static void step_opening(struct desk *desk, struct bus *bus, struct job *job) {
    struct leg *buy = &job->legs[LEG_BUY], *sell = &job->legs[LEG_SELL];
    struct qty have_buy =
        qty_add(buy->opened, job->maker == MAKER_BUY ? (struct qty){0} : buy->working_open);
    struct qty have_sell =
        qty_add(sell->opened, job->maker == MAKER_SELL ? (struct qty){0} : sell->working_open);
    struct qty gap = qty_sub(have_buy, have_sell);
    int behind = gap.v > 0 ? LEG_SELL : LEG_BUY;
    bool levelled = is_dust(desk, job, behind, gap);
    struct order *resting = execution_resting(desk, job);
    // In taker mode both first orders are on their way: a gap shows only once one has ended.
    bool waits = job->maker == MAKER_NONE && any_working(job);
    if (!waits && !levelled && !hedge_gap(desk, bus, job, behind, qty_abs(gap))) {
        return;
    }
    if (resting != NULL) {
        int64_t until_ns = resting->created_ns + wait_fill_ns(desk, job);
        if (job->stopping || bus->now_ns >= until_ns) {
            job->maker_done = true;
            execution_cancel(desk, bus, resting);
        } else {
            execution_note_deadline(job, until_ns);
        }
        return;
    }
    if (!any_working(job) && levelled) {
        requote_or_finish(desk, bus, job);
    }
}

static void finish_closing(struct desk *desk, struct bus *bus, struct job *job) {
    bool failed = job->state == JOB_UNWINDING || job->counted;
    job_set_state(desk, bus, job, failed ? JOB_FAILED : JOB_DONE);
}

static void note_try(struct desk *desk, struct bus *bus, struct job *job, int i) {
    struct leg *leg = &job->legs[i];
    if (leg->tries >= TRIES_NORMAL) {
        job->emergency = true; // a second of trying is enough courtesy
    }
    if (leg->tries == TRIES_STUCK) {
        watch_alert(bus, SEVERITY_RED, "stuck",
                    "job %u cannot close its %s leg on %s: still trying", job->id,
                    side_name(i == LEG_BUY ? SIDE_BUY : SIDE_SELL),
                    desk->universe->venues[leg->venue].name);
    }
    leg->tries = leg->tries <= TRIES_STUCK ? leg->tries : TRIES_STUCK + 1;
}

// A leg that a late fill closed twice is bought back; else what it holds is given away.
static void level_leg(struct desk *desk, struct bus *bus, struct job *job, int i,
                      enum leg_phase phase) {
    struct leg *leg = &job->legs[i];
    struct qty held = leg_held(leg);
    if (held.v < 0) {
        struct qty owed = qty_sub((struct qty){-held.v}, leg->working_open);
        note_try(desk, bus, job, i);
        (void)execution_take(desk, bus, job, i, LEG_HEDGE, true, owed);
        return;
    }
    struct qty missing = qty_sub(held, leg->working_close);
    if (missing.v > 0) {
        note_try(desk, bus, job, i);
        (void)execution_take(desk, bus, job, i, phase, false, missing);
    }
}

static void close_by_taker(struct desk *desk, struct bus *bus, struct job *job) {
    enum leg_phase phase = job->state == JOB_UNWINDING ? LEG_UNWIND : LEG_CLOSE;
    if (execution_gate(desk, job, phase)) {
        level_leg(desk, bus, job, LEG_BUY, phase);
        level_leg(desk, bus, job, LEG_SELL, phase);
        return;
    }
    // Killed or halted half-way: only what stands unhedged goes.
    struct qty gap = held_gap(job);
    int longer = gap.v > 0 ? LEG_BUY : LEG_SELL;
    struct qty excess = qty_sub(qty_abs(gap), job->legs[longer].working_close);
    if (excess.v > 0) {
        note_try(desk, bus, job, longer);
        (void)execution_take(desk, bus, job, longer, LEG_HEDGE, false, excess);
    }
}

// The taker leg follows the resting leg: it must not hold more than the resting leg still holds.
static void follow_resting(struct desk *desk, struct bus *bus, struct job *job) {
    int taker = execution_taker_leg(job);
    struct leg *follower = &job->legs[taker];
    struct qty ahead = qty_sub(qty_sub(leg_held(follower), follower->working_close),
                               leg_held(&job->legs[execution_maker_leg(job)]));
    if (ahead.v <= 0 || is_dust(desk, job, taker, ahead)) {
        return;
    }
    if (job->unhedged_since_ns != 0 &&
        bus->now_ns >= job->unhedged_since_ns + hedge_deadline_ns(desk, job) / 2) {
        job->emergency = true;
    }
    (void)execution_take(desk, bus, job, taker, LEG_HEDGE, false, ahead);
}

static void close_quietly(struct desk *desk, struct bus *bus, struct job *job,
                          struct order *resting) {
    follow_resting(desk, bus, job);
    if (resting != NULL) {
        int64_t until_ns = resting->created_ns + wait_fill_ns(desk, job);
        if (bus->now_ns >= until_ns) {
            job->maker_done = true;
            execution_cancel(desk, bus, resting);
        } else {
            execution_note_deadline(job, until_ns);
        }
        return;
    }
    struct qty left = leg_held(&job->legs[execution_maker_leg(job)]);
    if (left.v > 0 && job->requotes < REQUOTES_MAX) {
        job->requotes++;
        if (execution_rest(desk, bus, job, LEG_CLOSE, left)) {
            execution_note_deadline(job, bus->now_ns + wait_fill_ns(desk, job));
            return;
        }
    }
    job->maker_done = true;
    close_by_taker(desk, bus, job);
}

// What is left is less than its venue trades: nothing can be done about it by orders.
static bool only_dust_left(const struct desk *desk, const struct job *job) {
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        if (!is_dust(desk, job, leg, leg_held(&job->legs[leg])) &&
            !is_refused_dust(desk, job, leg)) {
            return false;
        }
    }
    return true;
}

static void step_closing(struct desk *desk, struct bus *bus, struct job *job) {
    if (!any_working(job) && only_dust_left(desk, job)) {
        if (!job_flat(job)) {
            execution_fail(desk, bus, job);
            watch_alert(bus, SEVERITY_RED, "dust", "job %u ends with less than can be traded left on %s",
                        job->id, desk->universe->symbols[job->symbol].name);
        }
        finish_closing(desk, bus, job);
        return;
    }
    // The resting leg must not be the one that is behind: a late fill can make it so.
    int maker = execution_maker_leg(job);
    struct qty behind =
        qty_sub(leg_held(&job->legs[maker]), leg_held(&job->legs[execution_taker_leg(job)]));
    if (behind.v > 0 && !is_dust(desk, job, maker, behind)) {
        job->maker_done = true;
    }
    bool by_taker =
        job->urgent || job->maker == MAKER_NONE || job->state == JOB_UNWINDING || job->maker_done;
    struct order *resting = execution_resting(desk, job);
    if (!by_taker) {
        close_quietly(desk, bus, job, resting);
    } else if (resting != NULL) {
        execution_cancel(desk, bus, resting); // its report comes back here
    } else {
        close_by_taker(desk, bus, job);
    }
}

// A fill that came after its order was thought gone: the job cannot stay as it is.
static void step_holding(struct desk *desk, struct bus *bus, struct job *job) {
    if (job->unhedged_since_ns != 0) {
        watch_alert(bus, SEVERITY_WARN, "late_fill",
                    "job %u: a late fill left %s USD unhedged, it closes", job->id,
                    watch_usd(job->unhedged).text);
        job->urgent = true;
        job_set_state(desk, bus, job, JOB_CLOSING);
    } else if (job->hold_until_ns > bus->now_ns) {
        job->deadline_ns = job->hold_until_ns;
    }
}

void execution_step(struct desk *desk, struct bus *bus, struct job *job) {
    if (!job_running(job)) {
        return;
    }
    job_note_exposure(desk, job, bus->now_ns);
    job->deadline_ns = 0;
    if (desk->killed) {
        cancel_resting(desk, bus, job);
    }
    if (job->unhedged_usd_s > desk->settings->risk.unhedged_usd_s_max &&
        job->state == JOB_OPENING) {
        execution_begin_unwind(desk, bus, job); // its exposure budget is used up
    }
    if (job->state == JOB_OPENING) {
        step_opening(desk, bus, job);
    } else if (job->state == JOB_HOLDING) {
        step_holding(desk, bus, job);
    }
    if (job->state == JOB_CLOSING || job->state == JOB_UNWINDING) {
        step_closing(desk, bus, job);
    }
    if (!job_live(job)) {
        scheduler_job_ended(desk, bus, job);
    }
}

void execution_open(struct desk *desk, struct bus *bus, struct job *job) {
    job_set_state(desk, bus, job, JOB_OPENING);
    if (job->maker != MAKER_NONE) {
        int maker = execution_maker_leg(job);
        (void)execution_rest(desk, bus, job, LEG_OPEN, job->legs[maker].target);
    } else {
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            (void)execution_take(desk, bus, job, leg, LEG_OPEN, true, job->legs[leg].target);
        }
    }
    execution_step(desk, bus, job);
}

void execution_close(struct desk *desk, struct bus *bus, struct job *job, bool urgent) {
    ASSERT(job->state == JOB_HOLDING);
    job->urgent = urgent;
    job->maker_done = false;
    job_set_state(desk, bus, job, JOB_CLOSING);
    execution_step(desk, bus, job);
}

void execution_stop(struct desk *desk, struct bus *bus, struct job *job) {
    job->stopping = true;
    job->urgent = true;
    if (job->state == JOB_HOLDING) {
        execution_close(desk, bus, job, true);
    } else {
        execution_step(desk, bus, job);
    }
}
