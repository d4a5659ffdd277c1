#include "trade/job.h"

#include "trade/desk.h"

// One bit per allowed next state. A job never goes back, and every end is final.
static const uint16_t job_next[JOB_STATE_COUNT] = {
    [JOB_PENDING] = 1 << JOB_OPENING | 1 << JOB_REFUSED | 1 << JOB_EXPIRED,
    [JOB_OPENING] = 1 << JOB_HOLDING | 1 << JOB_CLOSING | 1 << JOB_UNWINDING | 1 << JOB_EXPIRED |
                    1 << JOB_FAILED,
    [JOB_HOLDING] = 1 << JOB_CLOSING | 1 << JOB_UNWINDING,
    [JOB_CLOSING] = 1 << JOB_DONE | 1 << JOB_UNWINDING | 1 << JOB_FAILED,
    [JOB_UNWINDING] = 1 << JOB_FAILED | 1 << JOB_DONE,
};

bool job_state_allows(enum job_state from, enum job_state to) {
    return (job_next[from] >> to & 1) != 0;
}

struct job *job_create(struct job_table *table, int64_t now_ns) {
    uint32_t row = table->used;
    if (row < JOBS_MAX) {
        table->used++;
    } else if (table->finished_count > 0) {
        row = table->finished[table->finished_at];
        table->finished_at = (table->finished_at + 1) % JOBS_MAX;
        table->finished_count--;
    } else {
        return NULL;
    }
    struct job *job = &table->jobs[row];
    *job = (struct job){.id = ++table->next_id, .created_ns = now_ns, .state_ns = now_ns};
    table->ids[row] = job->id;
    ASSERT(table->live_count < JOBS_MAX);
    table->live[table->live_count++] = (uint16_t)row;
    return job;
}

struct job *job_restore(struct job_table *table, const struct event_past_job *past,
                        int64_t now_ns) {
    uint32_t next_id = past->job > table->next_id ? past->job : table->next_id;
    struct job *job = job_create(table, now_ns);
    if (job == NULL) {
        return NULL;
    }
    table->next_id = next_id;
    table->ids[job - table->jobs] = past->job;
    *job = (struct job){
        .id = past->job,
        .strategy = (enum strategy)past->strategy,
        .state = (enum job_state)past->state,
        .maker = (enum maker_leg)past->maker,
        .single = past->legs_used == 1,
        .only = past->only,
        .symbol = past->symbol,
        .stopping = past->state == JOB_OPENING,
        .emergency = past->state == JOB_UNWINDING,
        .adopted = past->adopted != 0,
        .waits = true,
        .maker_done = true,
        .order_count = (uint16_t)past->orders_used,
        .notional = past->notional,
        .edge = past->edge,
        .fees = past->fees,
        .created_ns = past->created_ns,
        .state_ns = now_ns,
    };
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        const struct event_past_leg *leg = &past->legs[i];
        job->legs[i] = (struct leg){.venue = leg->venue,
                                    .target = leg->opened,
                                    .opened = leg->opened,
                                    .closed = leg->closed,
                                    .opened_usd = leg->opened_usd,
                                    .closed_usd = leg->closed_usd};
    }
    return job;
}

static void leave_live(struct job_table *table, const struct job *job) {
    uint16_t row = (uint16_t)(job - table->jobs);
    for (uint32_t i = 0; i < table->live_count; i++) {
        if (table->live[i] == row) {
            table->live[i] = table->live[--table->live_count];
            uint32_t at = (table->finished_at + table->finished_count++) % JOBS_MAX;
            table->finished[at] = row;
            return;
        }
    }
    ASSERT(false);
}

struct job *job_find(struct job_table *table, uint32_t id) {
    for (uint32_t i = 0; id != 0 && i < JOBS_MAX; i++) {
        if (table->ids[i] == id) {
            return &table->jobs[i];
        }
    }
    return NULL;
}

void job_set_state(struct desk *desk, struct bus *bus, struct job *job, enum job_state state) {
    ASSERT(state == job->state ? state == JOB_PENDING : job_state_allows(job->state, state));
    bool admitted =
        state == JOB_OPENING && job->state == JOB_PENDING && job->judged_ns == bus->now_ns;
    job->state = state;
    job->state_ns = bus->now_ns;
    job->deadline_ns = 0;
    if (!job_live(job)) {
        job->finished_ns = bus->now_ns;
        leave_live(&desk->jobs, job);
    }
    struct event_job event = {
        .job = job->id,
        .strategy = (uint8_t)job->strategy,
        .state = (uint8_t)state,
        .admitted = admitted,
        .legs = (uint8_t)job_leg_count(job),
        .symbol = job->symbol,
        .buy_venue = job->legs[LEG_BUY].venue,
        .sell_venue = job->legs[LEG_SELL].venue,
        .rule = job->verdict.rule,
        .notional = job->notional,
        .edge = job->edge,
        .safety_ppm = job->safety_ppm,
        .volume_ppm = job->volume_ppm,
        .final_ppm = job->final_ppm,
        .pnl = job_flat(job) ? job_cash(job) : (struct usd){0},
        .fees = job->fees,
    };
    bus_emit(bus, EVENT_JOB_STATE, &event);
}

bool job_flat(const struct job *job) {
    return leg_held(&job->legs[LEG_BUY]).v == 0 && leg_held(&job->legs[LEG_SELL]).v == 0;
}

struct usd job_cash(const struct job *job) {
    const struct leg *buy = &job->legs[LEG_BUY], *sell = &job->legs[LEG_SELL];
    struct usd in = usd_add(sell->opened_usd, buy->closed_usd);
    struct usd out = usd_add(buy->opened_usd, sell->closed_usd);
    return usd_sub(usd_sub(in, out), job->fees);
}

static struct px leg_mark(const struct desk *desk, const struct job *job, const struct leg *leg) {
    return picture_mark(picture_quote(desk, leg->venue, job->symbol));
}

// At its mark; early in a session, before its venue has quoted, at what it traded for.
static struct usd leg_worth(const struct desk *desk, const struct job *job, const struct leg *leg,
                            struct qty size) {
    struct px price = leg_mark(desk, job, leg);
    if (price.v <= 0 && leg->opened.v != 0) {
        price = px_average_near(leg->opened_usd, leg->opened);
    }
    return usd_notional_near(price, size);
}

static struct usd leg_value(const struct desk *desk, const struct job *job, const struct leg *leg) {
    return leg_worth(desk, job, leg, leg_held(leg));
}

bool job_priced(const struct desk *desk, const struct job *job, int64_t now_ns) {
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        const struct leg *leg = &job->legs[i];
        if (leg_held(leg).v != 0 && !picture_usable(desk, leg->venue, job->symbol, now_ns)) {
            return false;
        }
    }
    return true;
}

bool job_is_meant(const struct job *job, const struct event_control *control) {
    if (control->verb == CONTROL_CANCEL_JOB) {
        return job->id == (uint64_t)control->value;
    }
    return (control->symbol == CONTROL_ANY || control->symbol == job->symbol) &&
           (control->venue == CONTROL_ANY || control->venue == job->legs[LEG_BUY].venue ||
            control->venue == job->legs[LEG_SELL].venue);
}

struct usd job_marked_pnl(const struct desk *desk, const struct job *job) {
    struct usd value = usd_sub(leg_value(desk, job, &job->legs[LEG_BUY]),
                               leg_value(desk, job, &job->legs[LEG_SELL]));
    return usd_add(job_cash(job), value);
}

struct usd job_exposure(const struct desk *desk, const struct job *job) {
    return usd_add(leg_value(desk, job, &job->legs[LEG_BUY]),
                   leg_value(desk, job, &job->legs[LEG_SELL]));
}

struct usd job_order_notional(const struct settings *settings, const struct job *job) {
    struct usd part = job->notional;
    if (job->slices > 1) {
        part.v = (part.v + job->slices - 1) / job->slices;
    }
    struct usd split = settings->execution.split_notional;
    return split.v > 0 && part.v > split.v ? split : part;
}

struct qty job_unowned(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    struct qty net = position_of(desk, venue, symbol)->net;
    if (net.v == 0) {
        return net;
    }
    struct qty rest = net;
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job->symbol != symbol) {
            continue;
        }
        if (job->legs[LEG_BUY].venue == venue) {
            rest = qty_sub(rest, leg_held(&job->legs[LEG_BUY]));
        }
        if (job->legs[LEG_SELL].venue == venue) {
            rest = qty_add(rest, leg_held(&job->legs[LEG_SELL]));
        }
    }
    // A job that holds more than the venue has leaves nothing over; what two jobs hold against each
    // other is theirs.
    bool ours = (rest.v > 0) == (net.v > 0);
    return !ours ? (struct qty){0} : qty_abs(rest).v > qty_abs(net).v ? net : rest;
}

static struct qty larger_step(const struct desk *desk, const struct job *job) {
    const struct universe *u = desk->universe;
    struct qty buy = universe_listing(u, job->legs[LEG_BUY].venue, job->symbol)->step;
    struct qty sell = universe_listing(u, job->legs[LEG_SELL].venue, job->symbol)->step;
    return buy.v > sell.v ? buy : sell;
}

struct qty job_least(const struct desk *desk, const struct job *job, int leg) {
    uint16_t venue = job->legs[leg].venue;
    const struct listing *listing = universe_listing(desk->universe, venue, job->symbol);
    struct px bid = picture_quote(desk, venue, job->symbol)->bid;
    struct qty least = listing->size_min.v > listing->step.v ? listing->size_min : listing->step;
    if (listing->notional_min.v > 0 && bid.v > 0 && listing->step.v > 0) {
        // What sells at the collar is worth that much less.
        struct usd notional = {listing->notional_min.v + listing->notional_min.v / 50};
        struct qty worth = qty_step_ceil(qty_for_usd_floor(notional, bid), listing->step);
        least = worth.v > least.v ? worth : least;
    }
    return least;
}

// The smallest gap that an order can level: on the way in one that opens on the leg that is behind,
// on the way out one that only reduces.
static struct qty least_gap(const struct desk *desk, const struct job *job, int behind) {
    struct qty step = larger_step(desk, job);
    bool opens = job->state == JOB_OPENING || job->state == JOB_HOLDING;
    struct qty least = opens ? job_least(desk, job, behind) : step;
    return least.v > step.v ? least : step;
}

// Since when the oldest is uncovered: an opening leg that is followed fill by fill is never level,
// though each fill is hedged in time. Once the leg behind has what the longer one held, the clock
// is that of the first fill after.
static void note_unhedged(struct job *job, int longer, int64_t now_ns) {
    struct qty held = leg_held(&job->legs[longer]);
    struct qty other = leg_held(&job->legs[longer == LEG_BUY ? LEG_SELL : LEG_BUY]);
    bool covered = job->state == JOB_OPENING && other.v >= job->unhedged_level.v;
    if (job->unhedged_since_ns == 0 || covered) {
        job->unhedged_since_ns = job->unhedged_next_ns != 0 ? job->unhedged_next_ns : now_ns;
        job->unhedged_level = held;
        job->unhedged_next_ns = 0;
    } else if (job->unhedged_next_ns == 0 && held.v > job->unhedged_level.v) {
        job->unhedged_next_ns = now_ns;
    }
}

void job_note_exposure(const struct desk *desk, struct job *job, int64_t now_ns) {
    // What no order can hedge costs nothing of the budget, however long it stands.
    if (job->unhedged_since_ns != 0 && now_ns > job->exposure_at_ns) {
        job->unhedged_usd_s =
            add_saturating(job->unhedged_usd_s,
                           mul_div_near(job->unhedged.v, now_ns - job->exposure_at_ns, NS_PER_S));
    }
    job->exposure_at_ns = now_ns;
    struct qty gap = qty_sub(leg_held(&job->legs[LEG_BUY]), leg_held(&job->legs[LEG_SELL]));
    if (gap.v == 0 || job->single) { // one leg alone is exposure that was wanted
        job->unhedged = (struct usd){0};
        job->unhedged_since_ns = job->unhedged_next_ns = 0;
        return;
    }
    int longer = gap.v > 0 ? LEG_BUY : LEG_SELL;
    job->unhedged = leg_worth(desk, job, &job->legs[longer], qty_abs(gap));
    // What one of the venues cannot trade stands, but neither deadline nor budget runs for it.
    if (qty_abs(gap).v < least_gap(desk, job, longer == LEG_BUY ? LEG_SELL : LEG_BUY).v) {
        job->unhedged_since_ns = job->unhedged_next_ns = 0;
    } else {
        note_unhedged(job, longer, now_ns);
    }
}
