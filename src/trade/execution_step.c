// What a job does next: holding, closing, unwinding (opening: execution_open.c). Level-triggered,
// so every way into a situation is handled by the same lines.
#include "trade/execution_inside.h"

// A person is told after seven seconds; the tries are counted on, because they come ever less
// often.
enum { TRIES_STUCK = 30, TRIES_MOST = 100 };

int64_t execution_wait_fill_ns(const struct desk *desk, const struct job *job) {
    return job->strategy == STRATEGY_WASH ? desk->settings->wash.wait_fill_ns
                                          : desk->settings->execution.wait_fill_ns;
}

// The legs of hedged volume have their own, tighter limit.
int64_t execution_hedge_deadline_ns(const struct desk *desk, const struct job *job) {
    int64_t hedge_ns = desk->settings->execution.hedge_deadline_ns;
    int64_t gap_ns = desk->settings->wash.leg_gap_ns;
    return job->strategy == STRATEGY_WASH && gap_ns < hedge_ns ? gap_ns : hedge_ns;
}

bool execution_any_working(const struct job *job) {
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        if (job->legs[i].working_open.v > 0 || job->legs[i].working_close.v > 0) {
            return true;
        }
    }
    return false;
}

bool execution_is_dust(const struct desk *desk, const struct job *job, int leg, struct qty size) {
    return qty_abs(size).v < execution_listing(desk, job, leg)->step.v;
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

void execution_begin_tries(struct job *job) {
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        job->legs[leg].tries = 0;
        job->legs[leg].retry_ns = 0;
        job->legs[leg].refused = 0;
    }
}

void execution_cancel_resting(struct desk *desk, struct bus *bus, struct job *job) {
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        struct order *order = execution_resting(desk, job, leg);
        if (order != NULL) {
            execution_cancel(desk, bus, order);
        }
    }
}

void execution_begin_unwind(struct desk *desk, struct bus *bus, struct job *job) {
    desk->execution.unwinds++;
    execution_fail(desk, bus, job);
    watch_alert(bus, SEVERITY_WARN, "unwind", "job %u unwinds: %s USD stayed unhedged on %s",
                job->id, watch_usd(job->unhedged).text, desk->universe->symbols[job->symbol].name);
    job->emergency = true;
    execution_begin_tries(job);
    execution_cancel_resting(desk, bus, job);
    job_set_state(desk, bus, job, JOB_UNWINDING);
}

static void finish_closing(struct desk *desk, struct bus *bus, struct job *job) {
    bool failed = job->state == JOB_UNWINDING || job->counted;
    job_set_state(desk, bus, job, failed ? JOB_FAILED : JOB_DONE);
}

static void note_try(struct desk *desk, struct bus *bus, struct job *job, int i) {
    struct leg *leg = &job->legs[i];
    if (leg->tries >= EXECUTION_TRIES_MAX) {
        job->emergency = true; // a second of trying is enough courtesy
    }
    if (leg->tries == TRIES_STUCK) {
        watch_alert(bus, SEVERITY_RED, "stuck",
                    "job %u cannot close its %s leg on %s: still trying", job->id,
                    side_name(i == LEG_BUY ? SIDE_BUY : SIDE_SELL),
                    desk->universe->venues[leg->venue].name);
        leg->tries++; // said once, however often it is looked at before the next try
    }
    leg->tries = leg->tries <= TRIES_MOST ? leg->tries : TRIES_MOST;
}

// The smallest order that the leg's venue takes whatever the account holds there, or more. 0: its
// rules are not known, early in a new session.
static struct qty surely_taken(const struct desk *desk, const struct job *job, int i) {
    const struct listing *listing = execution_listing(desk, job, i);
    struct px bid = picture_quote(desk, job->legs[i].venue, job->symbol)->bid;
    if (listing->step.v <= 0) {
        return (struct qty){0};
    }
    struct qty least = qty_add(listing->step, listing->size_min);
    if (listing->notional_min.v > 0 && bid.v > 0) {
        struct usd notional = {listing->notional_min.v + listing->notional_min.v / 20};
        least = qty_add(least, qty_for_usd_floor(notional, bid));
    }
    return qty_step_ceil(least, listing->step);
}

// What a late fill or a refusal left can be too little for an order of its own, and where other
// jobs hold the opposite it does not count as reducing either. After a few refusals, or more tries
// that came to nothing, it is traded together with as much more as the venue surely takes, and that
// goes back as an order of its own. Not while the leg itself may be gone.
static struct qty with_enough(const struct desk *desk, const struct job *job, int i,
                              struct qty size) {
    const struct leg *leg = &job->legs[i];
    struct qty least = surely_taken(desk, job, i);
    bool small = size.v > 0 && size.v < least.v && execution_is_refused(leg);
    return small && !reconcile_doubts(desk, leg->venue, job->symbol) ? qty_add(size, least) : size;
}

// A leg that a late fill closed twice is bought back; else what it holds is given away.
static void level_leg(struct desk *desk, struct bus *bus, struct job *job, int i,
                      enum leg_phase phase) {
    struct leg *leg = &job->legs[i];
    struct qty held = leg_held(leg);
    if (held.v < 0) {
        struct qty owed = qty_sub((struct qty){-held.v}, leg->working_open);
        note_try(desk, bus, job, i);
        (void)execution_take(desk, bus, job, i, LEG_HEDGE, true, with_enough(desk, job, i, owed));
        return;
    }
    struct qty missing = qty_sub(held, leg->working_close);
    if (missing.v > 0) {
        note_try(desk, bus, job, i);
        (void)execution_take(desk, bus, job, i, phase, false, with_enough(desk, job, i, missing));
    }
}

static void close_by_taker(struct desk *desk, struct bus *bus, struct job *job) {
    enum leg_phase phase = job->state == JOB_UNWINDING ? LEG_UNWIND : LEG_CLOSE;
    if (execution_gate(desk, job, phase)) {
        level_leg(desk, bus, job, LEG_BUY, phase);
        level_leg(desk, bus, job, LEG_SELL, phase);
        return;
    }
    // Killed or halted half-way: only what stands unhedged goes. One leg alone was wanted so: it
    // waits, and only what was closed twice is bought back.
    if (job->single) {
        if (leg_held(&job->legs[job->only]).v < 0) {
            level_leg(desk, bus, job, job->only, phase);
        }
        return;
    }
    struct qty gap = held_gap(job);
    int longer = gap.v > 0 ? LEG_BUY : LEG_SELL;
    struct qty excess = qty_sub(qty_abs(gap), job->legs[longer].working_close);
    if (excess.v > 0) {
        note_try(desk, bus, job, longer);
        (void)execution_take(desk, bus, job, longer, LEG_HEDGE, false, excess);
    }
}

// The taker leg follows the resting leg: it must not hold more than the resting leg still holds.
static void follow_resting(struct desk *desk, struct bus *bus, struct job *job, bool rests) {
    int taker = execution_taker_leg(job);
    struct leg *follower = &job->legs[taker];
    struct qty ahead = qty_sub(qty_sub(leg_held(follower), follower->working_close),
                               leg_held(&job->legs[execution_maker_leg(job)]));
    if (ahead.v <= 0 || execution_is_dust(desk, job, taker, ahead)) {
        return;
    }
    if (rests && ahead.v < job_least(desk, job, taker).v) {
        return; // too little for an order of its own: more may fill
    }
    if (job->unhedged_since_ns != 0 &&
        bus->now_ns >= job->unhedged_since_ns + execution_hedge_deadline_ns(desk, job) / 2) {
        job->emergency = true;
    }
    (void)execution_take(desk, bus, job, taker, LEG_HEDGE, false, ahead);
}

static void close_quietly(struct desk *desk, struct bus *bus, struct job *job,
                          struct order *resting) {
    follow_resting(desk, bus, job, resting != NULL);
    if (resting != NULL) {
        int64_t until_ns = resting->created_ns + execution_wait_fill_ns(desk, job);
        if (bus->now_ns >= until_ns) {
            job->maker_done = true;
            execution_cancel(desk, bus, resting);
        } else {
            execution_note_deadline(job, until_ns);
        }
        return;
    }
    int maker = execution_maker_leg(job);
    struct qty left = leg_held(&job->legs[maker]);
    if (left.v > 0 && job->requotes < EXECUTION_REQUOTES_MAX) {
        job->requotes++;
        if (execution_rest(desk, bus, job, maker, LEG_CLOSE, left)) {
            execution_note_deadline(job, bus->now_ns + execution_wait_fill_ns(desk, job));
            return;
        }
    }
    job->maker_done = true;
    close_by_taker(desk, bus, job);
}

// An order that ends in a moment, or that was asked to.
static bool is_unanswered(const struct order *order) {
    bool rests = order->state == ORDER_OPEN || order->state == ORDER_PARTIAL;
    return order->type == ORDER_IOC || !rests;
}

// What closes is not sent twice while its answer is away: the leg stays as it is, however long that
// takes. A person is told, once for each order.
static void watch_answers(struct desk *desk, struct bus *bus, struct job *job) {
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        struct order *order = &desk->orders.orders[desk->orders.live[i]];
        if (order->job != job->id || order->late || !is_unanswered(order)) {
            continue;
        }
        int64_t since_ns = order->type == ORDER_IOC ? order->created_ns : order->changed_ns;
        since_ns = since_ns > job->state_ns ? since_ns : job->state_ns;
        int64_t until_ns = since_ns + desk->settings->execution.hedge_deadline_ns;
        if (bus->now_ns < until_ns) {
            execution_note_deadline(job, until_ns);
            continue;
        }
        order->late = true;
        watch_alert(bus, SEVERITY_RED, "unanswered",
                    "job %u closes, but %s does not answer for order %s: its leg stands", job->id,
                    desk->universe->venues[order->venue].name, order->client_id);
    }
}

// What is left is less than its venue trades: nothing can be done about it by orders.
static bool only_dust_left(const struct desk *desk, const struct job *job) {
    return execution_is_dust(desk, job, LEG_BUY, leg_held(&job->legs[LEG_BUY])) &&
           execution_is_dust(desk, job, LEG_SELL, leg_held(&job->legs[LEG_SELL]));
}

static void step_closing(struct desk *desk, struct bus *bus, struct job *job) {
    if (!execution_any_working(job) && only_dust_left(desk, job)) {
        if (!job_flat(job)) {
            execution_fail(desk, bus, job);
            watch_alert(bus, SEVERITY_RED, "dust", "job %u ends with less than a step left on %s",
                        job->id, desk->universe->symbols[job->symbol].name);
        }
        finish_closing(desk, bus, job);
        return;
    }
    // The resting leg must not be the one that is behind: a late fill can make it so.
    int maker = execution_maker_leg(job);
    struct qty behind =
        qty_sub(leg_held(&job->legs[maker]), leg_held(&job->legs[execution_taker_leg(job)]));
    if (!job->single && behind.v > 0 && !execution_is_dust(desk, job, maker, behind)) {
        job->maker_done = true;
    }
    bool by_taker =
        job->urgent || job->maker == MAKER_NONE || job->state == JOB_UNWINDING || job->maker_done;
    struct order *resting = execution_any_resting(desk, job);
    if (!by_taker) {
        close_quietly(desk, bus, job, resting);
    } else if (resting != NULL) {
        execution_cancel_resting(desk, bus, job); // their reports come back here
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
    if (!job_running(job) || job->waits) {
        return;
    }
    job_note_exposure(desk, job, bus->now_ns);
    job->deadline_ns = 0;
    if (desk->killed) {
        execution_cancel_resting(desk, bus, job);
    }
    if (job->unhedged_usd_s > desk->settings->risk.unhedged_usd_s_max &&
        job->state == JOB_OPENING) {
        execution_begin_unwind(desk, bus, job); // its exposure budget is used up
    }
    if (job->state == JOB_OPENING) {
        execution_step_opening(desk, bus, job);
    } else if (job->state == JOB_HOLDING) {
        step_holding(desk, bus, job);
    }
    if (job->state == JOB_CLOSING || job->state == JOB_UNWINDING) {
        step_closing(desk, bus, job);
        watch_answers(desk, bus, job);
    }
    if (!job_live(job)) {
        scheduler_job_ended(desk, bus, job);
    }
}

void execution_open(struct desk *desk, struct bus *bus, struct job *job) {
    job->opening_ns = bus->now_ns;
    job_set_state(desk, bus, job, JOB_OPENING);
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
