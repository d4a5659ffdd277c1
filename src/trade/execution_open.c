// While a job opens: rounds of opening orders, their hedges, and the end of it.
//
// A round asks for what is missing, or for the part of it that is due where the opening is spread
// over time or split. Resting legs come first where the mode lets them rest; each fill is hedged as
// it comes. What cannot be hedged goes to the emergency collar, then to another venue, then back.
#include "trade/execution_inside.h"

#define ROUND_RETRY_NS (100 * NS_PER_MS)

// What one leg is ahead by at the end, and the other venue takes no order for, goes back; that is
// nobody's failure. False: the legs are level, or it is not taken back either and stands.
static bool give_back(struct desk *desk, struct bus *bus, struct job *job) {
    struct qty gap = qty_sub(leg_held(&job->legs[LEG_BUY]), leg_held(&job->legs[LEG_SELL]));
    int ahead = gap.v > 0 ? LEG_BUY : LEG_SELL;
    if (job->single || execution_is_dust(desk, job, LEG_BUY, gap) ||
        execution_is_dust(desk, job, LEG_SELL, gap) || execution_is_refused(&job->legs[ahead])) {
        return false;
    }
    job->stopping = true;
    (void)execution_take(desk, bus, job, ahead, LEG_HEDGE, false, qty_abs(gap));
    return true;
}

// Both legs filled alike, nothing working: the opening is over.
static void finish_opening(struct desk *desk, struct bus *bus, struct job *job) {
    if (give_back(desk, bus, job)) {
        return;
    }
    if (job_flat(job)) {
        if (!job->counted && job->verdict.rule == RULE_NONE) {
            job->verdict = (struct verdict){.rule = RULE_EXPIRED,
                                            .venue = VENUE_MAX,
                                            .symbol = job->symbol,
                                            .figure = (bus->now_ns - job->state_ns) / NS_PER_MS,
                                            .limit = execution_wait_fill_ns(desk, job) / NS_PER_MS};
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
    execution_begin_tries(job);
}

// The leg that is behind gets a taker order for what is missing: past half the deadline at the
// emergency collar, past three quarters on another venue, past the deadline the job unwinds.
static bool hedge_gap(struct desk *desk, struct bus *bus, struct job *job, int behind,
                      struct qty missing) {
    if (job->unhedged_since_ns != 0) {
        int64_t allowed_ns = execution_hedge_deadline_ns(desk, job);
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
        if (bus->now_ns >= job->unhedged_since_ns + allowed_ns / 4 * 3) {
            (void)execution_move_leg(desk, bus, job, behind);
        }
        execution_note_deadline(job, deadline_ns);
    } else if (job->legs[behind].tries >=
               2 * EXECUTION_TRIES_MAX) { // refused, and no deadline runs
        execution_begin_unwind(desk, bus, job);
        return false;
    }
    (void)execution_take(desk, bus, job, behind, LEG_HEDGE, true, missing);
    return true;
}

// Filled or on its way as a taker, less what vanished or goes back: what rests may fill or not, so
// it hedges nothing.
static struct qty covered(struct desk *desk, const struct job *job, int i) {
    const struct leg *leg = &job->legs[i];
    const struct order *resting = execution_resting(desk, job, i);
    struct qty rests =
        resting != NULL && !resting->reduce_only ? order_rest(resting) : (struct qty){0};
    struct qty stays = qty_sub(leg_held(leg), leg->working_close);
    return qty_sub(qty_add(stays, leg->working_open), rests);
}

// The leg that is behind rests itself: it has a moment to follow, then it gives way to a taker
// order. Its report comes back here; past the deadline nobody waits for that. What one of the
// venues cannot trade hurries nobody.
static bool hurry_resting(struct desk *desk, struct bus *bus, struct job *job,
                          struct order *resting) {
    if (job->unhedged_since_ns == 0) {
        return true;
    }
    int64_t deadline_ns = job->unhedged_since_ns + execution_hedge_deadline_ns(desk, job);
    int64_t until_ns = job->unhedged_since_ns + desk->settings->execution.maker_grace_ns;
    if (bus->now_ns >= deadline_ns) {
        execution_begin_unwind(desk, bus, job);
        return false;
    }
    if (bus->now_ns < until_ns && !job->stopping) {
        execution_note_deadline(job, until_ns);
    } else {
        execution_cancel(desk, bus, resting);
    }
    execution_note_deadline(job, deadline_ns);
    return true;
}

// What would level the legs is on its way, and unanswered is unhedged: past the deadline nobody
// waits for it. The job unwinds what did fill, and what the order fills later is closed as it
// comes; until it is known to be over the job does not end.
static bool wait_for_answer(struct desk *desk, struct bus *bus, struct job *job) {
    if (job->unhedged_since_ns == 0) {
        return true;
    }
    int64_t deadline_ns = job->unhedged_since_ns + execution_hedge_deadline_ns(desk, job);
    if (bus->now_ns >= deadline_ns) {
        execution_begin_unwind(desk, bus, job);
        return false;
    }
    execution_note_deadline(job, deadline_ns);
    return true;
}

// False when the job unwinds instead. *levelled: no leg is behind by what its venue can trade.
static bool level_legs(struct desk *desk, struct bus *bus, struct job *job, bool *levelled) {
    *levelled = true;
    if (job->single) {
        return true;
    }
    struct qty gap = qty_sub(covered(desk, job, LEG_BUY), covered(desk, job, LEG_SELL));
    int behind = gap.v > 0 ? LEG_SELL : LEG_BUY;
    *levelled = qty_abs(gap).v < job_least(desk, job, behind).v;
    // In taker mode both first orders are on their way: a gap shows only once one has ended.
    if (*levelled || (job->maker == MAKER_NONE && execution_any_working(job))) {
        return wait_for_answer(desk, bus, job);
    }
    if (job->urgent && job->legs[behind].closed.v > 0) { // it vanished: nobody wants it back
        execution_begin_unwind(desk, bus, job);
        return false;
    }
    struct order *resting = execution_resting(desk, job, behind);
    return resting != NULL ? hurry_resting(desk, bus, job, resting)
                           : hedge_gap(desk, bus, job, behind, qty_abs(gap));
}

static int64_t slice_number(const struct job *job, int64_t now_ns) {
    int64_t number = job->slice_ns > 0 ? (now_ns - job->opening_ns) / job->slice_ns + 1 : 1;
    return number < job->slices ? number : job->slices;
}

// When a resting order had its time: its part of a spread opening ends with its slice.
static int64_t rests_until_ns(const struct desk *desk, const struct job *job, int64_t created_ns) {
    int64_t until_ns = created_ns + execution_wait_fill_ns(desk, job);
    int64_t slice_end_ns = job->opening_ns + slice_number(job, created_ns) * job->slice_ns;
    return job->slices > 1 && slice_end_ns < until_ns ? slice_end_ns : until_ns;
}

// Whether a resting order is still waited for; those that had their time, or may open no more, are
// cancelled.
static bool wait_for_resting(struct desk *desk, struct bus *bus, struct job *job) {
    bool waits = false;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        struct order *resting = execution_resting(desk, job, leg);
        if (resting == NULL) {
            continue;
        }
        waits = true;
        int64_t until_ns = rests_until_ns(desk, job, resting->created_ns);
        if (job->stopping || bus->now_ns >= until_ns) {
            job->maker_done = true;
            execution_cancel(desk, bus, resting);
        } else {
            execution_note_deadline(job, until_ns);
        }
    }
    return waits;
}

static struct qty target_of(const struct job *job) {
    return job->legs[job->single ? job->only : LEG_BUY].target;
}

// What one leg is ahead by when a round begins is less than the other venue takes: it is hedged
// together with what the round fills.
static struct qty opened_of(const struct job *job) {
    struct qty buy = job->legs[LEG_BUY].opened, sell = job->legs[LEG_SELL].opened;
    return buy.v > sell.v ? buy : sell;
}

// What one round is at least: both venues have to take it.
static struct qty round_min(const struct desk *desk, const struct job *job) {
    struct qty least = {1};
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        const struct listing *listing = execution_listing(desk, job, leg);
        struct qty own = listing->step.v > listing->size_min.v ? listing->step : listing->size_min;
        struct px bid = picture_quote(desk, job->legs[leg].venue, job->symbol)->bid;
        if (bid.v > 0) { // what a fill leaves may be worth too little
            struct qty worth = qty_for_usd_floor(listing->notional_min, bid);
            worth = qty_step_floor(qty_add(worth, listing->step), listing->step);
            own = worth.v > own.v ? worth : own;
        }
        least = job_uses(job, leg) && own.v > least.v ? own : least;
    }
    return least;
}

// What the rules let one order be worth. A job was admitted with parts that are within it, but what
// parts missed adds up.
static struct usd order_most(const struct desk *desk, const struct job *job) {
    struct usd most = desk->settings->risk.order_max;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        struct usd equity = capital_equity(desk, job->legs[leg].venue);
        struct usd share = usd_bps_floor(equity, desk->settings->risk.order_share_max);
        share.v -= 1; // at the limit is too much
        most = job_uses(job, leg) && share.v < most.v ? share : most;
    }
    return most;
}

// How much of the target may be open by now.
static struct qty due_by(const struct job *job, int64_t now_ns) {
    struct qty target = target_of(job);
    return job->slices <= 1
               ? target
               : (struct qty){mul_div_floor(target.v, slice_number(job, now_ns), job->slices)};
}

// A round is no larger than an order may be at any price it may have.
static struct qty round_of(const struct desk *desk, const struct job *job, struct qty missing) {
    struct usd split = desk->settings->execution.split_notional;
    const struct quote *buy = picture_quote(desk, job->legs[LEG_BUY].venue, job->symbol);
    const struct quote *sell = picture_quote(desk, job->legs[LEG_SELL].venue, job->symbol);
    struct px dear = px_shift_ceil(buy->ask.v > sell->ask.v ? buy->ask : sell->ask,
                                   desk->settings->risk.collar_emergency);
    if (split.v > 0 && dear.v > 0) {
        missing = qty_min(missing, qty_for_usd_floor(split, dear));
    }
    if (job->slices > 1 && dear.v > 0) {
        struct usd most = order_most(desk, job);
        missing = most.v > 0 ? qty_min(missing, qty_for_usd_floor(most, dear)) : (struct qty){0};
    }
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        if (job_uses(job, leg)) {
            missing = qty_step_floor(missing, execution_listing(desk, job, leg)->step);
        }
    }
    return missing;
}

// Sends a round; false when nothing left.
static bool send_round(struct desk *desk, struct bus *bus, struct job *job, struct qty size,
                       bool rests) {
    bool sent = false;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        if (!job_uses(job, leg)) {
            continue;
        }
        if (!rests) {
            sent |= execution_take(desk, bus, job, leg, LEG_OPEN, true, size);
        } else if (job->both_rest || leg == execution_maker_leg(job)) {
            sent |= execution_rest(desk, bus, job, leg, LEG_OPEN, size);
        }
    }
    if (sent && rests) {
        execution_note_deadline(job, rests_until_ns(desk, job, bus->now_ns));
    }
    return sent;
}

// A thin book: what a whole order missed, half of it may get.
static struct qty reduced(const struct desk *desk, const struct job *job, struct qty size) {
    uint32_t misses = job->legs[job->only].misses;
    struct qty less = round_of(desk, job, (struct qty){size.v >> (misses < 8 ? misses : 8)});
    struct qty least = round_min(desk, job);
    return less.v < least.v ? least : less;
}

// The last round did not fill: it rests again, or what it missed is taken. False: that was all.
static bool try_again(struct desk *desk, struct bus *bus, struct job *job, struct qty size) {
    if (job->maker != MAKER_NONE && !job->maker_done && job->order_count > 0 &&
        job->requotes < EXECUTION_REQUOTES_MAX && (job_flat(job) || job->completes)) {
        job->requotes++;
        if (send_round(desk, bus, job, size, true)) {
            return true;
        }
    }
    struct leg *leg = &job->legs[job->only];
    if (!job->completes || !job->single || leg->tries >= EXECUTION_TRIES_MAX) {
        return false;
    }
    job->maker_done = true;
    return send_round(desk, bus, job, reduced(desk, job, size), false) ||
           leg->retry_ns > bus->now_ns; // its time was noted as the job's
}

static void begin_round(struct desk *desk, struct bus *bus, struct job *job, struct qty size) {
    job->asked = qty_add(opened_of(job), size);
    job->requotes = 0;
    job->maker_done = false;
    execution_begin_tries(job);
    if (!send_round(desk, bus, job, size, job->maker != MAKER_NONE) &&
        !(job->completes && try_again(desk, bus, job, size))) {
        finish_opening(desk, bus, job);
    }
}

// How long a round may wait for what stands against it; what takes the rest of an order that rested
// its time, as long again. Two legs that were wanted at once were so for an edge of that moment:
// they do not wait, what they have is all.
static int64_t opens_until_ns(const struct desk *desk, const struct job *job) {
    bool waits = job->single || job->slices > 1;
    int64_t wait_ns = execution_wait_fill_ns(desk, job) * (job->maker_done ? 2 : 1);
    return waits ? job->opening_ns + job->slices * job->slice_ns + wait_ns : 0;
}

// Rules are asked again for every round: a spread opening outlives the moment it was admitted in,
// and a lane may be away. False: no round now, and the job waits for one (a deadline is noted) or
// opens no more.
static bool may_open(struct desk *desk, struct bus *bus, struct job *job, bool *waits) {
    *waits = false;
    if (job->judged_ns == bus->now_ns) {
        return true; // the first round, in the moment that admitted it
    }
    enum risk_round round = risk_check_round(desk, job, bus->now_ns, &job->verdict);
    *waits = round == ROUND_WAITS && bus->now_ns < opens_until_ns(desk, job);
    if (*waits) {
        execution_note_deadline(job, bus->now_ns + ROUND_RETRY_NS);
    }
    return round == ROUND_PASSES;
}

static void next_round(struct desk *desk, struct bus *bus, struct job *job) {
    struct qty have = opened_of(job);
    bool opens = !job->stopping && !job->counted;
    bool slices_left = slice_number(job, bus->now_ns) < job->slices;
    struct qty missing = qty_sub(due_by(job, bus->now_ns), have);
    bool missed = have.v < job->asked.v;
    if (opens && missing.v >= round_min(desk, job).v) {
        bool waits;
        if (!may_open(desk, bus, job, &waits)) {
            if (!waits) {
                finish_opening(desk, bus, job);
            }
            return;
        }
        struct qty size = round_of(desk, job, missing);
        bool enough = size.v > 0 && (job->slices <= 1 || size.v >= round_min(desk, job).v);
        if (enough && !missed) {
            begin_round(desk, bus, job, size);
            return;
        }
        if (enough && try_again(desk, bus, job, size)) {
            return;
        }
    }
    if (opens && slices_left) { // what this slice missed is the next one's
        job->asked = have;
        execution_note_deadline(job,
                                job->opening_ns + slice_number(job, bus->now_ns) * job->slice_ns);
        return;
    }
    finish_opening(desk, bus, job);
}

void execution_step_opening(struct desk *desk, struct bus *bus, struct job *job) {
    bool levelled;
    if (!level_legs(desk, bus, job, &levelled) || wait_for_resting(desk, bus, job)) {
        return;
    }
    if (!execution_any_working(job) && levelled) {
        next_round(desk, bus, job);
    }
}
