// A leg that vanished: liquidated, deleveraged, or closed by hand elsewhere. What the venue took is
// booked as the fill it was, so that our book says what the venue says, and the rest of the job is
// closed.
#include "trade/execution_inside.h"

// No order of ours did it and the venue told no price: the middle of its market now is the nearest
// there is to one, what the position cost where there is no market. What cost nothing goes for next
// to nothing.
static struct px price_of(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    struct px mark = position_mark(desk, venue, symbol);
    return mark.v > 0 ? mark : (struct px){1};
}

// The number of the fill: none of the venue's, never the same twice.
static uint64_t trade_number(struct desk *desk, const struct bus *bus) {
    uint64_t nth = ++desk->execution.vanished;
    return hash_mix((uint64_t)bus->now_ns + nth) | UINT64_C(1) << 63;
}

static void book(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                 struct job *job, enum side side, struct qty size) {
    struct px price = price_of(desk, venue, symbol);
    int leg = side == SIDE_SELL ? LEG_BUY : LEG_SELL; // a long leg was sold
    struct event_fill event = {
        .trade = trade_number(desk, bus),
        .job = job != NULL ? job->id : 0,
        .side = (uint8_t)side,
        .liquidity = LIQUIDITY_TAKER,
        .phase = LEG_UNWIND,
        .leg = (uint8_t)leg,
        .venue = venue,
        .symbol = symbol,
        .last = 1,
        .price = price,
        .size = size,
    };
    bus_emit(bus, EVENT_ORDER_FILLED, &event);
    if (job != NULL) {
        struct leg *row = &job->legs[leg];
        row->closed = qty_add(row->closed, size);
        row->closed_usd = usd_add(row->closed_usd, usd_notional_near(price, size));
    }
}

static void close_rest(struct desk *desk, struct bus *bus, struct job *job, uint16_t venue,
                       struct usd lost) {
    watch_alert(bus, SEVERITY_RED, "leg_vanished",
                "job %u: %s USD of its leg on %s vanished without an order of ours, the rest goes",
                job->id, watch_usd(lost).text, desk->universe->venues[venue].name);
    execution_fail(desk, bus, job);
    job->verdict = (struct verdict){
        .rule = RULE_LEG_VANISHED, .venue = venue, .symbol = job->symbol, .figure = lost.v};
    job->stopping = true; // the desk's own safety: it passes HALTED and a kill
    job->urgent = true;
    job->emergency = true;
    if (job->state == JOB_HOLDING) {
        execution_close(desk, bus, job, true);
    } else if (job->state == JOB_OPENING && !job_flat(job)) {
        execution_begin_unwind(desk, bus, job);
        execution_step(desk, bus, job);
    } else {
        execution_step(desk, bus, job);
    }
}

struct qty execution_untold(const struct desk *desk, uint16_t venue, uint16_t symbol,
                            enum side side, const struct job *job, int64_t steady_ns) {
    struct qty untold = {0};
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        if (order->venue == venue && order->symbol == symbol && order->side == side &&
            (job == NULL || order->job == job->id) && order->created_ns <= steady_ns) {
            untold = qty_add(untold, order_rest(order));
        }
    }
    return untold;
}

// What of `left` the jobs' legs make up; what an order of ours there that was decided until
// `since_ns` may have closed is not theirs: it went by that order.
static struct qty take_from_legs(struct desk *desk, struct bus *bus, uint16_t venue,
                                 uint16_t symbol, enum side side, struct qty left,
                                 int64_t since_ns) {
    struct px price = price_of(desk, venue, symbol);
    int lost_leg = side == SIDE_SELL ? LEG_BUY : LEG_SELL;
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        const struct leg *leg = &job->legs[lost_leg];
        if (!job_running(job) || job->symbol != symbol || leg->venue != venue) {
            continue;
        }
        struct qty untold = execution_untold(desk, venue, symbol, side, job, since_ns);
        struct qty size = qty_min(qty_sub(leg_held(leg), untold), left);
        if (size.v > 0) {
            left = qty_sub(left, size);
            book(desk, bus, venue, symbol, job, side, size);
            close_rest(desk, bus, job, venue, usd_notional_near(price, size));
        }
    }
    return left;
}

struct qty execution_vanish(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                            struct qty changed, int64_t steady_ns) {
    struct qty net = position_of(desk, venue, symbol)->net;
    if (net.v == 0 || (net.v > 0) == (changed.v > 0)) {
        return (struct qty){0}; // nothing of ours went: somebody else came
    }
    enum side side = changed.v < 0 ? SIDE_SELL : SIDE_BUY;
    struct qty gone = qty_min(qty_abs(changed), qty_abs(net));
    struct qty stray = job_unowned(desk, venue, symbol);
    // One position stands for all legs there: first those go that nothing of ours closes now,
    // because what is there yet is what the orders of the others will find.
    struct qty left = take_from_legs(desk, bus, venue, symbol, side, gone, bus->now_ns);
    left = take_from_legs(desk, bus, venue, symbol, side, left, steady_ns);
    if (left.v > 0 && stray.v != 0) { // it was no job's
        struct px price = price_of(desk, venue, symbol);
        struct qty size = qty_min(left, qty_abs(stray));
        left = qty_sub(left, size);
        book(desk, bus, venue, symbol, NULL, side, size);
        watch_alert(bus, SEVERITY_RED, "leg_vanished",
                    "%s %s: %s USD that no job held vanished without an order of ours",
                    desk->universe->venues[venue].name, desk->universe->symbols[symbol].name,
                    watch_usd(usd_notional_near(price, size)).text);
    }
    return qty_sub(gone, left);
}
