// Positions that were there before the job that closes them, and legs that change their venue.
#include "trade/execution_inside.h"

// Of the position on a listing, the cost of `size` at average cost.
static struct usd cost_of(const struct desk *desk, uint16_t venue, uint16_t symbol,
                          struct qty size) {
    const struct position *position = position_of(desk, venue, symbol);
    if (position->net.v == 0) {
        return (struct usd){0};
    }
    int64_t cost = mul_div_near(position->cost.v, size.v, position->net.v);
    return usd_abs((struct usd){cost});
}

// A job's state does not say what it began with: a new life has to know it.
static void tell_adopted(struct bus *bus, const struct job *job, int leg) {
    struct event_adopted event = {
        .job = job->id,
        .venue = job->legs[leg].venue,
        .leg = (uint8_t)leg,
        .opened = job->legs[leg].opened,
        .opened_usd = job->legs[leg].opened_usd,
    };
    bus_emit(bus, EVENT_JOB_ADOPTED, &event);
}

struct job *execution_adopt(struct desk *desk, struct bus *bus, const struct job *draft,
                            bool ordered) {
    struct job *job = job_create(&desk->jobs, bus->now_ns);
    if (job == NULL) {
        watch_alert(bus, SEVERITY_RED, "adopt", "no job is free to close a position of %s",
                    desk->universe->symbols[draft->symbol].name);
        return NULL;
    }
    uint32_t id = job->id;
    *job = *draft;
    job->id = id;
    job->adopted = true;
    job->created_ns = job->state_ns = job->opening_ns = bus->now_ns;
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        struct leg *leg = &job->legs[i];
        leg->opened = leg->target;
        leg->opened_usd = cost_of(desk, leg->venue, job->symbol, leg->target);
        job->notional = leg->opened_usd.v > job->notional.v ? leg->opened_usd : job->notional;
    }
    job_set_state(desk, bus, job, JOB_PENDING);
    job_set_state(desk, bus, job, JOB_OPENING);
    job_set_state(desk, bus, job, JOB_HOLDING);
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        if (job->legs[i].opened.v > 0) {
            tell_adopted(bus, job, i);
        }
    }
    if (ordered) {
        job->stopping = true; // it passes HALTED and a kill
        execution_close(desk, bus, job, true);
    }
    return job;
}

static void flatten_unowned(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    const struct listing *listing = universe_listing(desk->universe, venue, symbol);
    struct qty net = job_unowned(desk, venue, symbol);
    struct qty size =
        listing->ready ? qty_step_floor(qty_abs(net), listing->step) : (struct qty){0};
    if (size.v <= 0) {
        return;
    }
    struct job draft = {.strategy = STRATEGY_MANUAL,
                        .symbol = symbol,
                        .single = true,
                        .only = net.v > 0 ? LEG_BUY : LEG_SELL};
    draft.legs[LEG_BUY].venue = draft.legs[LEG_SELL].venue = venue;
    draft.legs[draft.only].target = size;
    (void)execution_adopt(desk, bus, &draft, true);
}

void execution_flatten_unowned(struct desk *desk, struct bus *bus, uint16_t venue,
                               uint16_t symbol) {
    for (uint16_t v = 0; v < desk->universe->venue_count; v++) {
        for (uint16_t s = 0; s < desk->universe->symbol_count; s++) {
            if ((venue == CONTROL_ANY || venue == v) && (symbol == CONTROL_ANY || symbol == s)) {
                flatten_unowned(desk, bus, v, s);
            }
        }
    }
}

enum execution_mode execution_mode_now(const struct desk *desk, uint16_t symbol) {
    const struct settings_execution *settings = &desk->settings->execution;
    bool wild = settings->high_volatility.v > 0 &&
                picture_volatility(desk, symbol).v >= settings->high_volatility.v;
    return wild ? EXECUTION_SAFE_TAKER_ONLY : (enum execution_mode)settings->mode;
}

// What a unit would cost there with the taker's fee. 0: it cannot be traded there.
static struct px price_on(const struct desk *desk, uint16_t venue, uint16_t symbol, enum side side,
                          int64_t now_ns) {
    if (!risk_venue_trades(desk, venue, symbol, now_ns)) {
        return (struct px){0};
    }
    const struct venue_entry *entry = &desk->universe->venues[venue];
    const struct quote *quote = picture_quote(desk, venue, symbol);
    return side == SIDE_BUY ? px_shift_ceil(quote->ask, entry->taker_fee)
                            : px_shift_floor(quote->bid, (struct bps){-entry->taker_fee.v});
}

uint16_t execution_best_venue(const struct desk *desk, uint16_t symbol, enum side side,
                              uint16_t except, uint16_t nor, int64_t now_ns) {
    uint16_t best = VENUE_MAX;
    struct px best_price = {0};
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        if (venue == except || venue == nor) {
            continue;
        }
        struct px price = price_on(desk, venue, symbol, side, now_ns);
        bool better = side == SIDE_BUY ? price.v < best_price.v : price.v > best_price.v;
        if (price.v > 0 && (best == VENUE_MAX || better)) {
            best = venue;
            best_price = price;
        }
    }
    return best;
}

bool execution_move_leg(struct desk *desk, struct bus *bus, struct job *job, int leg) {
    struct leg *row = &job->legs[leg];
    if (job->moved || job->adopted || row->opened.v > 0 || row->working_open.v > 0) {
        return false; // once, and only a leg that holds nothing where it is
    }
    uint16_t venue =
        execution_best_venue(desk, job->symbol, leg == LEG_BUY ? SIDE_BUY : SIDE_SELL,
                             job->legs[LEG_BUY].venue, job->legs[LEG_SELL].venue, bus->now_ns);
    if (venue == VENUE_MAX) {
        return false;
    }
    watch_alert(bus, SEVERITY_WARN, "moved",
                "job %u: %s did not hedge it, it goes to %s and opens no more", job->id,
                desk->universe->venues[row->venue].name, desk->universe->venues[venue].name);
    job->moved = true;
    job->stopping = true; // nobody admitted this pair: it hedges what is filled and opens no more
    capital_release(desk, job);
    row->venue = venue;
    row->retry_ns = 0;
    // A hedge does not wait for money: where the pool has none it goes without.
    struct verdict verdict = capital_reserve_job(desk, job);
    if (verdict.rule != RULE_NONE) {
        watch_alert(bus, SEVERITY_WARN, "moved", "job %u hedges on %s without a reservation: %s",
                    job->id, desk->universe->venues[venue].name,
                    rule_name((enum rule)verdict.rule));
    }
    return true;
}
