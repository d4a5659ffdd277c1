// The rows of Paradex's account: orders, fills, positions, money, funding, fees (paradex.md section
// 5). The same objects come by REST and on the socket.
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"
#include "exchanges/paradex_oe.h"

static int64_t ns_of(struct slice ms_text) {
    int64_t ms;
    return decimal_parse(ms_text, 0, &ms) ? md_ns_from_ms(ms) : 0;
}

// "" and "0" are what does not apply.
static bool read_price(struct slice text, struct px *out) {
    return text.size == 0 || md_read_px_near(text, out);
}

static bool read_usd(struct slice text, struct usd *out) {
    return decimal_parse_near(text, USD_DIGITS, &out->v);
}

static bool is_dollar(struct slice currency) {
    return slice_equals(currency, SLICE("USDC")) || slice_equals(currency, SLICE("USD")) ||
           slice_equals(currency, SLICE("USDT"));
}

static bool has_word(struct slice text, struct slice word) {
    for (size_t i = 0; i + word.size <= text.size; i++) {
        if (memcmp(text.data + i, word.data, word.size) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_side(struct slice word, enum side *out) {
    *out = slice_equals(word, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    return *out == SIDE_SELL || slice_equals(word, SLICE("BUY"));
}

// ---- orders ------------------------------------------------------------------------------------

struct order {
    struct slice id, client_id, market, side, size, remaining, price, average, status, reason;
    struct slice flags, updated, request;
};

static bool read_order(struct slice object, struct order *order) {
    static const struct md_field fields[] = {
        {"id", offsetof(struct order, id)},
        {"client_id", offsetof(struct order, client_id)},
        {"market", offsetof(struct order, market)},
        {"side", offsetof(struct order, side)},
        {"size", offsetof(struct order, size)},
        {"remaining_size", offsetof(struct order, remaining)},
        {"price", offsetof(struct order, price)},
        {"avg_fill_price", offsetof(struct order, average)},
        {"status", offsetof(struct order, status)},
        {"cancel_reason", offsetof(struct order, reason)},
        {"flags", offsetof(struct order, flags)},
        {"last_updated_at", offsetof(struct order, updated)},
        {"request_info", offsetof(struct order, request)},
    };
    return md_read_members(object, fields, COUNT_OF(fields), order) && order->id.size > 0;
}

// Only two words are known for certain; the parts of the others are what such words have.
static enum oe_error error_of_reason(struct slice reason) {
    static const struct {
        struct slice part;
        enum oe_error error;
    } rows[] = {
        {{"MARGIN", 6}, OE_ERROR_MARGIN},          {{"POST_ONLY", 9}, OE_ERROR_WOULD_TAKE},
        {{"LIQUIDITY", 9}, OE_ERROR_NO_LIQUIDITY}, {{"REDUCE_ONLY", 11}, OE_ERROR_REDUCE_ONLY},
        {{"SELF_TRADE", 10}, OE_ERROR_SELF_TRADE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (has_word(reason, rows[i].part)) {
            return rows[i].error;
        }
    }
    return OE_ERROR_OTHER;
}

// False: a status of no known word.
static bool set_state(const struct order *order, struct qty remaining, struct oe_event *event) {
    bool filled = event->order.filled.v > 0;
    if (slice_equals(order->status, SLICE("NEW")) ||
        slice_equals(order->status, SLICE("UNTRIGGERED"))) {
        event->order.state = OE_STATE_NEW;
        return true;
    }
    if (slice_equals(order->status, SLICE("OPEN"))) {
        event->order.state = filled ? OE_STATE_PARTIAL : OE_STATE_NEW;
        return true;
    }
    if (!slice_equals(order->status, SLICE("CLOSED"))) {
        return false;
    }
    if (remaining.v == 0) {
        event->order.state = OE_STATE_FILLED;
    } else if (slice_equals(order->reason, SLICE("EXPIRED"))) {
        event->order.state = OE_STATE_EXPIRED;
    } else if (slice_equals(order->reason, SLICE("USER_CANCELED"))) {
        event->order.state = OE_STATE_CANCELED;
    } else {
        event->order.state = filled ? OE_STATE_CANCELED : OE_STATE_REJECTED;
        event->error = error_of_reason(order->reason);
        event->text = order->reason;
    }
    return true;
}

// How a change of an order went, told with the order: a failed one is the person's to know.
static void tell_request(const struct order *order, struct oe_sink *sink) {
    struct request {
        struct slice status, message;
    } request;
    static const struct md_field fields[] = {
        {"status", offsetof(struct request, status)},
        {"message", offsetof(struct request, message)},
    };
    if (order->request.size > 0 &&
        md_read_members(order->request, fields, COUNT_OF(fields), &request) &&
        request.message.size > 0) {
        struct oe_event event = oe_event_for(OE_EVENT_NOTICE, NULL);
        event.client_id = order->client_id;
        event.venue_id = order->id;
        event.text = request.message; // "Error message for failed requests"
        sink->on_event(sink, &event);
    }
}

bool paradex_decode_order(const struct oe *oe, const struct oe_call *call, struct slice object,
                          struct oe_sink *sink) {
    struct order order;
    struct qty remaining;
    if (!read_order(object, &order)) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    event.symbol = oe_find_symbol(oe, order.market);
    event.snapshot = call != NULL && call->kind == OE_OPEN_ORDERS;
    event.time_ns = ns_of(order.updated);
    event.client_id = order.client_id;
    event.venue_id = order.id;
    event.order.reduce_only = has_word(order.flags, SLICE("\"REDUCE_ONLY\""));
    if (event.symbol == OE_SYMBOL_NONE) { // of another kind, whose numbers may be of any size
        return call == NULL || call->kind != OE_QUERY;
    }
    if (!read_side(order.side, &event.order.side) || !md_read_qty(order.size, &event.order.size) ||
        !md_read_qty(order.remaining, &remaining) || remaining.v > event.order.size.v ||
        !read_price(order.price, &event.order.price) ||
        !read_price(order.average, &event.order.average)) {
        return false;
    }
    event.order.has_filled = true;
    event.order.filled = qty_sub(event.order.size, remaining);
    if (!set_state(&order, remaining, &event)) {
        return false;
    }
    if (call == NULL) {
        tell_request(&order, sink);
    }
    sink->on_event(sink, &event);
    return true;
}

bool paradex_decode_accepted(const struct oe *oe, const struct oe_call *call, struct slice object,
                             struct oe_sink *sink) {
    struct order order;
    if (!read_order(object, &order)) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    event.symbol = oe_find_symbol(oe, order.market);
    event.time_ns = ns_of(order.updated);
    event.client_id = order.client_id;
    event.venue_id = order.id;
    sink->on_event(sink, &event);
    return true;
}

// ---- fills -------------------------------------------------------------------------------------

bool paradex_decode_fill(const struct oe *oe, const struct oe_call *call, struct slice object,
                         struct oe_sink *sink) {
    struct fill {
        struct slice id, order, client_id, market, side, price, size, fee, currency, liquidity;
        struct slice kind, time;
    } fill;
    static const struct md_field fields[] = {
        {"id", offsetof(struct fill, id)},
        {"order_id", offsetof(struct fill, order)},
        {"client_id", offsetof(struct fill, client_id)},
        {"market", offsetof(struct fill, market)},
        {"side", offsetof(struct fill, side)},
        {"price", offsetof(struct fill, price)},
        {"size", offsetof(struct fill, size)},
        {"fee", offsetof(struct fill, fee)},
        {"fee_currency", offsetof(struct fill, currency)},
        {"liquidity", offsetof(struct fill, liquidity)},
        {"fill_type", offsetof(struct fill, kind)},
        {"created_at", offsetof(struct fill, time)},
    };
    if (!md_read_members(object, fields, COUNT_OF(fields), &fill) || fill.id.size == 0) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_FILL, call);
    event.symbol = oe_find_symbol(oe, fill.market);
    event.snapshot = call != NULL;
    event.time_ns = ns_of(fill.time);
    event.client_id = fill.client_id;
    event.venue_id = fill.order;
    event.fill.trade = oe_trade_number(fill.id);
    event.fill.maker = slice_equals(fill.liquidity, SLICE("MAKER"));
    event.fill.liquidation = slice_equals(fill.kind, SLICE("LIQUIDATION")) ||
                             slice_equals(fill.kind, SLICE("SETTLE_MARKET")) ||
                             slice_equals(fill.kind, SLICE("UNWIND_TRANSFER"));
    if (event.symbol == OE_SYMBOL_NONE) {
        return true; // not a market of the desk
    }
    if (!read_side(fill.side, &event.fill.side) || !md_read_px(fill.price, &event.fill.price) ||
        !md_read_qty(fill.size, &event.fill.size) || event.fill.size.v == 0) {
        return false;
    }
    event.fill.has_fee = is_dollar(fill.currency) && read_usd(fill.fee, &event.fill.fee);
    sink->on_event(sink, &event);
    return true;
}

// ---- positions and money -----------------------------------------------------------------------

bool paradex_decode_position(const struct oe *oe, const struct oe_call *call, struct slice object,
                             struct oe_sink *sink) {
    struct position {
        struct slice market, status, side, size, average, average_usd, unrealised, liquidation;
        struct slice time;
    } position;
    static const struct md_field fields[] = {
        {"market", offsetof(struct position, market)},
        {"status", offsetof(struct position, status)},
        {"side", offsetof(struct position, side)},
        {"size", offsetof(struct position, size)},
        {"average_entry_price", offsetof(struct position, average)},
        {"average_entry_price_usd", offsetof(struct position, average_usd)},
        {"unrealized_pnl", offsetof(struct position, unrealised)},
        {"liquidation_price", offsetof(struct position, liquidation)},
        {"last_updated_at", offsetof(struct position, time)},
    };
    if (!md_read_members(object, fields, COUNT_OF(fields), &position) ||
        position.market.size == 0) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
    event.symbol = oe_find_symbol(oe, position.market);
    event.snapshot = call != NULL;
    event.time_ns = ns_of(position.time);
    if (event.symbol == OE_SYMBOL_NONE) {
        return true;
    }
    if (!qty_parse(position.size, &event.position.net)) {
        return false;
    }
    if (slice_equals(position.side, SLICE("SHORT"))) { // told by the sign as well
        event.position.net = qty_sub((struct qty){0}, qty_abs(event.position.net));
    }
    if (slice_equals(position.status, SLICE("CLOSED"))) {
        event.position.net = (struct qty){0};
    }
    // Fills are in dollars, and so is this one of the two averages; the other is in USDC.
    struct slice average = position.average_usd.size > 0 ? position.average_usd : position.average;
    if (!read_price(average, &event.position.average)) {
        return false;
    }
    event.position.liquidation = oe_shown_price(position.liquidation);
    event.position.unrealised = oe_shown_usd(position.unrealised);
    sink->on_event(sink, &event);
    return true;
}

bool paradex_decode_account(const struct oe_call *call, struct slice object, struct oe_sink *sink) {
    struct account {
        struct slice value, free, status, time;
    } account;
    static const struct md_field fields[] = {
        {"account_value", offsetof(struct account, value)},
        {"free_collateral", offsetof(struct account, free)},
        {"status", offsetof(struct account, status)},
        {"updated_at", offsetof(struct account, time)},
    };
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
    event.symbol = OE_SYMBOL_NONE;
    event.snapshot = call != NULL;
    if (!md_read_members(object, fields, COUNT_OF(fields), &account) ||
        !read_usd(account.value, &event.balance.equity) ||
        !read_usd(account.free, &event.balance.available)) {
        return false;
    }
    event.time_ns = ns_of(account.time);
    sink->on_event(sink, &event);
    if (slice_equals(account.status, SLICE("LIQUIDATION"))) {
        oe_emit_text(sink, OE_EVENT_NOTICE, call, SLICE("Paradex is liquidating the account"));
    }
    return true;
}

bool paradex_decode_funding(const struct oe *oe, const struct oe_call *call, struct slice object,
                            struct oe_sink *sink) {
    struct funding {
        struct slice market, payment, time;
    } funding;
    static const struct md_field fields[] = {
        {"market", offsetof(struct funding, market)},
        {"payment", offsetof(struct funding, payment)},
        {"created_at", offsetof(struct funding, time)},
    };
    struct usd received;
    if (!md_read_members(object, fields, COUNT_OF(fields), &funding) ||
        !read_usd(funding.payment, &received)) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_FUNDING, call);
    event.symbol = oe_find_symbol(oe, funding.market);
    event.snapshot = call != NULL;
    event.time_ns = ns_of(funding.time);
    event.funding.amount = usd_sub((struct usd){0}, received);
    sink->on_event(sink, &event);
    return true;
}

// ---- fees --------------------------------------------------------------------------------------

// A member of a text that is one object; empty when it has none.
static struct slice member(struct slice object, const char *name) {
    struct slice value;
    const struct md_field field = {name, 0};
    return md_read_members(object, &field, 1, &value) ? value : (struct slice){"", 0};
}

// A plain fraction to hundredths of a basis point, up: a fee is no less than this.
static bool read_fee(struct slice text, struct bps *out) {
    struct rate rate;
    if (!md_read_rate(text, &rate)) {
        return false;
    }
    out->v = mul_div_ceil(rate.v, BPS_WHOLE, PX_ONE);
    return true;
}

bool paradex_decode_fees(const struct oe *oe, const struct oe_call *call, struct slice object,
                         struct oe_sink *sink) {
    struct slice fees = member(member(object, "fee_config"), "api_fee");
    struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
    event.symbol = oe_find_symbol(oe, member(object, "symbol"));
    if (event.symbol == OE_SYMBOL_NONE) {
        return true;
    }
    if (!read_fee(member(member(fees, "maker_fee"), "fee"), &event.fee.maker) ||
        !read_fee(member(member(fees, "taker_fee"), "fee"), &event.fee.taker)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}
