// How an order leaves: price, gate, self-trade guard, order row, command. And how it is cancelled.
#include "trade/execution_inside.h"

// A venue that refuses time after time is asked ever less often: twice the wait each ten tries.
enum { TAKER_RETRY_MS = 100, TRIES_PER_PACE = 10, PACES_MAX = 5, GUARD_RETRY_MS = 20 };

// What a leg does in a phase: the buying leg sells when it closes.
static enum side leg_side(int leg, bool opens) {
    enum side side = leg == LEG_BUY ? SIDE_BUY : SIDE_SELL;
    return opens ? side : side_opposite(side);
}

static const struct quote *leg_quote(const struct desk *desk, const struct job *job, int leg) {
    return picture_quote(desk, job->legs[leg].venue, job->symbol);
}

const struct listing *execution_listing(const struct desk *desk, const struct job *job, int leg) {
    return universe_listing(desk->universe, job->legs[leg].venue, job->symbol);
}

// Early in a new session the instrument may not be known yet: what may be sent is not known,
// either.
static bool is_known(const struct listing *listing) {
    return listing->tick.v > 0 && listing->step.v > 0;
}

// Worst acceptable price of an order: the collar around the cross-venue median, normal or
// emergency.
static struct px collar_price(const struct desk *desk, const struct job *job, int leg,
                              enum side side, bool emergency, int64_t now_ns) {
    struct px reference;
    if (picture_median_mid(desk, job->symbol, VENUE_MAX, now_ns, &reference) == 0) {
        reference = picture_mark(leg_quote(desk, job, leg)); // nothing fresh: the last we know
    }
    struct bps collar =
        emergency ? desk->settings->risk.collar_emergency : desk->settings->risk.collar;
    const struct listing *listing = execution_listing(desk, job, leg);
    if (side == SIDE_BUY) {
        return listing_price_floor(listing, px_shift_floor(reference, collar));
    }
    return listing_price_ceil(listing, px_shift_ceil(reference, (struct bps){-collar.v}));
}

void execution_emit_order(struct bus *bus, enum event_kind kind, const struct order *order,
                          enum order_action action) {
    struct event_order event = {
        .order = order->id,
        .job = order->job,
        .action = (uint8_t)action,
        .type = (uint8_t)order->type,
        .side = (uint8_t)order->side,
        .phase = (uint8_t)order->phase,
        .venue = order->venue,
        .symbol = order->symbol,
        .leg = order->leg,
        .reduce_only = order->net_only,
        .emergency = order->emergency,
        .state = (uint8_t)order->state,
        .price = order->price,
        .size = order->size,
        .filled = order->filled,
        .created_ns = order->created_ns,
        .session_key = order->session_key,
    };
    memcpy(event.client_id, order->client_id, sizeof(event.client_id));
    bus_emit(bus, kind, &event);
}

bool execution_gate(const struct desk *desk, const struct job *job, enum leg_phase phase) {
    switch (phase) {
    case LEG_OPEN:
        return !desk->killed && desk->state == TRADING_ACTIVE && desk->status == DESK_RUNNING &&
               reconcile_agreed(desk);
    case LEG_CLOSE:
        return (!desk->killed && desk->state != TRADING_HALTED) || (job->stopping && job->urgent);
    case LEG_HEDGE:
    case LEG_UNWIND:
    default:
        return true;
    }
}

// The venue nets what our jobs hold and what is there besides: a leg closes reduce-only when both
// our own position and the account's go down by it, other closing orders counted. Where another job
// or somebody else holds the opposite, it closes plainly, or the venue would refuse for ever.
static bool lowers_net(const struct desk *desk, uint16_t venue, uint16_t symbol, enum side side,
                       struct qty size) {
    int64_t net = position_of(desk, venue, symbol)->net.v;
    int64_t all = net + desk->reconcile.rows[listing_id(desk->universe, venue, symbol)].told.v;
    int64_t own = side == SIDE_SELL ? net : -net;
    int64_t covered = side == SIDE_SELL ? all : -all;
    covered = own < covered ? own : covered;
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        if (order->venue == venue && order->symbol == symbol && order->side == side &&
            order->state != ORDER_NEW) {
            covered -= order_rest(order).v;
        }
    }
    return covered >= size.v;
}

// The last function before an order leaves: the gate is looked at here again, whatever was decided
// earlier.
static bool place(struct desk *desk, struct bus *bus, struct job *job, int leg,
                  enum leg_phase phase, bool opens, enum order_type type, struct qty size,
                  struct px price) {
    if (!execution_gate(desk, job, phase) || size.v <= 0 || price.v <= 0 ||
        job->order_count == JOB_ORDERS_MAX) {
        return false;
    }
    struct order *order = order_create(&desk->orders, (uint64_t)job->id << 16 | ++job->order_count);
    if (order == NULL) {
        watch_alert(bus, SEVERITY_RED, "orders_full",
                    "no free order row for job %u: nothing was sent", job->id);
        return false;
    }
    order->job = job->id;
    order->type = type;
    order->side = leg_side(leg, opens);
    order->phase = phase;
    order->venue = job->legs[leg].venue;
    order->symbol = job->symbol;
    order->leg = (uint8_t)leg;
    order->reduce_only = !opens;
    // A leg that was closed twice is bought back: that lowers the account's position, too.
    bool lowers = !opens || leg_held(&job->legs[leg]).v < 0;
    order->net_only = lowers && lowers_net(desk, order->venue, job->symbol, order->side, size);
    order->emergency = job->emergency;
    order->price = price;
    order->size = size;
    order->created_ns = order->changed_ns = bus->now_ns;
    struct qty *working = opens ? &job->legs[leg].working_open : &job->legs[leg].working_close;
    *working = qty_add(*working, size);
    if (type == ORDER_POST_ONLY) {
        job->legs[leg].resting = order->id;
    }
    desk->execution.orders_placed++;
    desk->execution.hedges += phase == LEG_HEDGE;
    (void)order_apply(&desk->orders, order, ORDER_EVENT_SENT, bus->now_ns);
    execution_emit_order(bus, EVENT_ORDER_COMMAND, order, ORDER_ACTION_PLACE);
    return true;
}

void execution_cancel(struct desk *desk, struct bus *bus, struct order *order) {
    if (!order_live(order) || order->cancel_asked || order->type == ORDER_IOC) {
        return; // an IOC ends by itself
    }
    if (order_apply(&desk->orders, order, ORDER_EVENT_CANCEL_SENT, bus->now_ns)) {
        order->cancel_asked = true;
        execution_emit_order(bus, EVENT_ORDER_COMMAND, order, ORDER_ACTION_CANCEL);
    }
}

struct order *execution_resting(struct desk *desk, const struct job *job, int leg) {
    struct order *order = order_find(&desk->orders, job->legs[leg].resting);
    return order != NULL && order_live(order) ? order : NULL;
}

struct order *execution_any_resting(struct desk *desk, const struct job *job) {
    struct order *order = execution_resting(desk, job, LEG_BUY);
    return order != NULL ? order : execution_resting(desk, job, LEG_SELL);
}

// What one order may be: a larger one goes out in parts.
static struct qty split_size(const struct desk *desk, struct px price, struct qty size) {
    struct usd split = desk->settings->execution.split_notional;
    if (split.v == 0 || price.v <= 0) {
        return size;
    }
    return qty_min(size, qty_for_usd_floor(split, price));
}

// The self-trade guard: a live order of ours that an order at this price could trade against. Two
// that only take cannot meet, but one that is over in a moment is waited for: what is held is known
// then. Not so where the answer was lost, which can take a quarter of a minute.
static struct order *crossing_order(struct desk *desk, uint16_t venue, uint16_t symbol,
                                    enum order_type type, enum side side, struct px price) {
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        struct order *order = &desk->orders.orders[desk->orders.live[i]];
        bool take = type == ORDER_IOC && order->type == ORDER_IOC;
        bool waits = !take || order->state != ORDER_UNKNOWN;
        if (waits && order->venue == venue && order->symbol == symbol && order->side != side &&
            (side == SIDE_BUY ? price.v >= order->price.v : price.v <= order->price.v)) {
            return order;
        }
    }
    return NULL;
}

bool execution_take(struct desk *desk, struct bus *bus, struct job *job, int leg,
                    enum leg_phase phase, bool opens, struct qty size) {
    struct leg *state = &job->legs[leg];
    const struct listing *listing = execution_listing(desk, job, leg);
    if (!is_known(listing) || !reconcile_heard(desk, state->venue)) {
        execution_note_deadline(job, bus->now_ns + TAKER_RETRY_MS * NS_PER_MS);
        return false;
    }
    size = qty_step_floor(size, listing->step);
    if (size.v <= 0 || !execution_gate(desk, job, phase)) {
        return false;
    }
    if (bus->now_ns < state->retry_ns) {
        execution_note_deadline(job, state->retry_ns);
        return false;
    }
    enum side side = leg_side(leg, opens);
    struct px price = collar_price(desk, job, leg, side, job->emergency, bus->now_ns);
    struct order *crossing =
        crossing_order(desk, state->venue, job->symbol, ORDER_IOC, side, price);
    if (crossing != NULL) { // it gives way
        execution_cancel(desk, bus, crossing);
        state->retry_ns = bus->now_ns + GUARD_RETRY_MS * NS_PER_MS;
        execution_note_deadline(job, state->retry_ns);
        return false;
    }
    int pace =
        state->tries / TRIES_PER_PACE < PACES_MAX ? state->tries / TRIES_PER_PACE : PACES_MAX;
    size = qty_step_floor(split_size(desk, price, size), execution_listing(desk, job, leg)->step);
    state->tries++;
    state->retry_ns = bus->now_ns + (TAKER_RETRY_MS * NS_PER_MS << pace);
    execution_note_deadline(job, state->retry_ns);
    return place(desk, bus, job, leg, phase, opens, ORDER_IOC, size, price);
}

// A job that stands unhedged has a leg there: an order that rests in its way could not be got out
// of it as long as its cancel stays unanswered.
static bool others_hedged_at(const struct desk *desk, const struct job *besides, uint16_t venue) {
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job != besides && job->symbol == besides->symbol && job->unhedged_since_ns != 0 &&
            (job->legs[LEG_BUY].venue == venue || job->legs[LEG_SELL].venue == venue)) {
            return false;
        }
    }
    return true;
}

bool execution_rest(struct desk *desk, struct bus *bus, struct job *job, int leg,
                    enum leg_phase phase, struct qty size) {
    const struct listing *listing = execution_listing(desk, job, leg);
    const struct quote *quote = leg_quote(desk, job, leg);
    if (!is_known(listing) ||
        !picture_usable(desk, job->legs[leg].venue, job->symbol, bus->now_ns)) {
        return false; // no price to join
    }
    bool opens = phase == LEG_OPEN;
    if (opens && !job->completes && !others_hedged_at(desk, job, job->legs[leg].venue)) {
        return false; // what needs no edge waits for nothing, and would be taken instead
    }
    enum side side = leg_side(leg, opens);
    struct px price = side == SIDE_BUY ? listing_price_floor(listing, quote->bid)
                                       : listing_price_ceil(listing, quote->ask);
    // It pays no spread, so it may stand further out than what takes, but no further than ever.
    struct px worst = collar_price(desk, job, leg, side, true, bus->now_ns);
    bool beyond = side == SIDE_BUY ? price.v > worst.v : price.v < worst.v;
    if (beyond || crossing_order(desk, job->legs[leg].venue, job->symbol, ORDER_POST_ONLY, side,
                                 price) != NULL) {
        return false;
    }
    return place(desk, bus, job, leg, phase, opens, ORDER_POST_ONLY,
                 qty_step_floor(split_size(desk, price, size), listing->step), price);
}
