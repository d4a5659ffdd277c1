// Fills of orders that ended in an earlier session before they were full. They are known by their
// client ids, but some venues' lists of fills name the order by the venue's number only, which the
// journal does not have. So where a list tells a fill of nobody's that one of them may own, the
// venue is asked for it by its client id, and behind the answer, which has the number, for the
// fills again. Until then the lane does not know the account: else a person would be asked to sign
// for what is about to be booked.
#include "io/lane_private.h"

enum { LATE_ASKS_MAX = 4 };

// A maker's fill has the price of its order.
static bool fits_price(const struct oe_order *order, struct px price) {
    if (order->kind == OE_POST_ONLY) {
        return price.v == order->price.v;
    }
    return order->side == SIDE_BUY ? price.v <= order->price.v : price.v >= order->price.v;
}

static bool may_own(const struct lane_order *order, const struct oe_event *event) {
    return order->state == LANE_ORDER_OVER && order->past && order->asks == 0 &&
           order->venue_id[0] == '\0' && order->symbol == event->symbol &&
           order->wanted.side == event->fill.side && event->fill.size.v <= order->wanted.size.v &&
           fits_price(&order->wanted, event->fill.price);
}

void lane_late_fill(struct lane *lane, const struct oe_event *event) {
    bool listed = event->tag != 0 && event->call == OE_FILLS;
    bool finds_ended = (lane->oe.venue->flags & OE_QUERY_ONLY_OPEN) == 0;
    if (!listed || !finds_ended || event->client_id.size > 0 || event->fill.size.v <= 0) {
        return;
    }
    for (uint32_t i = 0; i < LANE_ORDERS_MAX; i++) {
        struct lane_order *order = &lane->orders[i];
        if (may_own(order, event)) {
            order->sought = lane->seeks = true;
            order->due_ms = lane_loop_ms(lane);
        }
    }
}

static void ask(struct lane *lane, struct lane_order *order, int64_t now_ms) {
    struct oe_call call = {.kind = OE_QUERY,
                           .symbol = order->symbol,
                           .order = order->wanted,
                           .client_id = slice_of(order->client_id)};
    int64_t retry_ms = 0;
    if (order->asks == LATE_ASKS_MAX) {
        order->sought = false; // the position tells what it made of the account
        return;
    }
    order->asking = lane_call(lane, &call, order, &retry_ms) == STATUS_OK;
    order->due_ms = now_ms + (order->asking ? (int64_t)LANE_ASK_MS << order->asks : retry_ms);
    order->asks += order->asking;
}

void lane_late_tick(struct lane *lane) {
    if (!lane->seeks || !lane_sockets_ready(lane)) {
        return;
    }
    int64_t now_ms = lane_loop_ms(lane);
    lane->seeks = false;
    for (uint32_t i = 0; i < LANE_ORDERS_MAX; i++) {
        struct lane_order *order = &lane->orders[i];
        if (order->sought && !order->asking && now_ms >= order->due_ms) {
            ask(lane, order, now_ms);
        }
        lane->seeks = lane->seeks || order->sought;
    }
}

void lane_late_known(struct lane *lane, struct lane_order *order, const struct oe_event *event) {
    bool filled = !event->order.has_filled || event->order.filled.v > order->filled.v;
    order->sought = false;
    if (order->venue_id[0] != '\0' && filled) {
        lane_fills_want_again(lane, order->symbol, true);
    }
}
