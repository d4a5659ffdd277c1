// Rows of Lighter's private side, pushed or by REST: orders, fills, positions, money (lighter.md
// section 5).
#include "base/json.h"
#include "exchanges/lighter_oe.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

uint16_t lighter_find_symbol(const struct oe *oe, int64_t market) {
    const struct lighter *lighter = oe->state;
    for (uint16_t i = 0; i < oe->symbol_count; i++) {
        if (lighter->markets[i].known && lighter->markets[i].market == market) {
            return i;
        }
    }
    return OE_SYMBOL_NONE;
}

bool lighter_passes_over(const struct oe *oe) {
    const struct lighter *lighter = oe->state;
    return lighter->markets_known;
}

// A bool may be told as 0 or 1.
static void read_bool(struct json *r, bool *out) {
    int64_t number = 0;
    if (json_peek(r) == JSON_BOOL) {
        json_bool(r, out);
    } else {
        md_read_int(r, &number);
        *out = number != 0;
    }
}

static void read_field(struct json *r, const struct lighter_field *field, void *out) {
    void *at = (char *)out + field->offset;
    switch (field->kind) {
    case LIGHTER_INT:
        md_read_int(r, at);
        break;
    case LIGHTER_BOOL:
        read_bool(r, at);
        break;
    case LIGHTER_TEXT:
    default:
        md_read_text(r, at);
    }
}

void lighter_read_fields(struct json *r, const struct lighter_field *fields, size_t count,
                         void *out) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        size_t i = 0;
        while (i < count && !slice_equals(key, slice_of(fields[i].name))) {
            i++;
        }
        if (i < count) {
            read_field(r, &fields[i], out);
        } else {
            json_skip(r);
        }
    }
}

// Seconds, milli- or microseconds, told by the magnitude.
int64_t lighter_ns_of(int64_t time) {
    if (time >= INT64_C(1000000000000000)) {
        return md_ns_from_us(time);
    }
    return md_ns_from_ms(time >= INT64_C(1000000000000) || time <= 0 ? time : time * 1000);
}

bool lighter_read_usd(struct slice text, struct usd *out) {
    return text.size > 0 && decimal_parse_near(text, USD_DIGITS, &out->v);
}

// A number that says something: ids count from 1.
static struct slice id_of(struct slice text, struct slice number) {
    struct slice id = text.size > 0 ? text : number;
    return slice_equals(id, SLICE("0")) ? (struct slice){"", 0} : id;
}

static bool each_of_list(struct lighter_rows *rows, struct json *r) {
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        good = rows->row(rows, r) && good;
    }
    return good;
}

bool lighter_each_row(struct lighter_rows *rows, struct json *r) {
    struct slice key;
    bool good = true;
    if (json_null(r)) {
        return true;
    }
    if (json_peek(r) == JSON_ARRAY) {
        return each_of_list(rows, r) && !r->failed;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (json_peek(r) == JSON_ARRAY) {
            good = each_of_list(rows, r) && good;
        } else if (json_peek(r) == JSON_OBJECT) {
            good = rows->row(rows, r) && good;
        } else {
            json_skip(r); // volumes stand between the trades
        }
    }
    return good && !r->failed;
}

// ---- orders ------------------------------------------------------------------------------------

struct order {
    struct slice order_id, order_index, client_id, client_index, size, filled, quote, price, status;
    int64_t market, updated, timestamp;
    bool is_ask, reduce_only;
};

// Why an order ended, by its status. False: a word that is not known.
static bool read_status(const struct order *order, bool has_fill, struct oe_event *event) {
    static const struct {
        const char *word;
        enum oe_state state;
        enum oe_error error;
    } rows[] = {
        {"open", OE_STATE_NEW, OE_ERROR_NONE},
        {"in-progress", OE_STATE_NEW, OE_ERROR_NONE},
        {"pending", OE_STATE_NEW, OE_ERROR_NONE},
        {"filled", OE_STATE_FILLED, OE_ERROR_NONE},
        {"canceled", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"canceled-reduce-only", OE_STATE_CANCELED, OE_ERROR_REDUCE_ONLY},
        {"canceled-self-trade", OE_STATE_CANCELED, OE_ERROR_SELF_TRADE},
        {"canceled-oco", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"canceled-child", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"canceled-liquidation", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"canceled-position-not-allowed", OE_STATE_CANCELED, OE_ERROR_LIMIT},
        {"canceled-expired", OE_STATE_EXPIRED, OE_ERROR_NONE},
        {"canceled-post-only", OE_STATE_REJECTED, OE_ERROR_WOULD_TAKE},
        {"canceled-margin-not-allowed", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"canceled-too-much-slippage", OE_STATE_REJECTED, OE_ERROR_PRICE},
        {"canceled-not-enough-liquidity", OE_STATE_REJECTED, OE_ERROR_NO_LIQUIDITY},
        {"canceled-invalid-balance", OE_STATE_REJECTED, OE_ERROR_MARGIN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(order->status, slice_of(rows[i].word))) {
            enum oe_state state = rows[i].state;
            event->error = rows[i].error;
            event->order.state = !has_fill                    ? state
                                 : state == OE_STATE_NEW      ? OE_STATE_PARTIAL
                                 : state == OE_STATE_REJECTED ? OE_STATE_CANCELED
                                                              : state;
            return true;
        }
    }
    return false;
}

static bool emit_order(struct lighter_rows *rows, const struct order *order) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, rows->call);
    event.symbol = lighter_find_symbol(rows->oe, order->market);
    event.snapshot = rows->snapshot;
    event.time_ns = lighter_ns_of(order->updated > 0 ? order->updated : order->timestamp);
    event.client_id = id_of(order->client_id, order->client_index);
    event.venue_id = id_of(order->order_id, order->order_index);
    event.order.side = order->is_ask ? SIDE_SELL : SIDE_BUY;
    event.order.reduce_only = order->reduce_only;
    event.order.has_filled = order->filled.size > 0;
    struct usd quote = {0};
    if ((order->filled.size > 0 && !md_read_qty(order->filled, &event.order.filled)) ||
        (order->size.size > 0 && !md_read_qty(order->size, &event.order.size)) ||
        (order->price.size > 0 && !md_read_px_near(order->price, &event.order.price)) ||
        (order->quote.size > 0 && !lighter_read_usd(order->quote, &quote)) ||
        !read_status(order, event.order.filled.v > 0, &event)) {
        return false;
    }
    if (event.order.filled.v > 0 && quote.v > 0) {
        event.order.average = px_average_near(quote, event.order.filled);
    }
    event.order.liquidation = slice_equals(order->status, SLICE("canceled-liquidation"));
    rows->sink->on_event(rows->sink, &event);
    return true;
}

bool lighter_decode_order(struct lighter_rows *rows, struct json *r) {
    static const struct lighter_field fields[] = {
        {"order_id", LIGHTER_TEXT, offsetof(struct order, order_id)},
        {"order_index", LIGHTER_TEXT, offsetof(struct order, order_index)},
        {"client_order_id", LIGHTER_TEXT, offsetof(struct order, client_id)},
        {"client_order_index", LIGHTER_TEXT, offsetof(struct order, client_index)},
        {"market_index", LIGHTER_INT, offsetof(struct order, market)},
        {"initial_base_amount", LIGHTER_TEXT, offsetof(struct order, size)},
        {"filled_base_amount", LIGHTER_TEXT, offsetof(struct order, filled)},
        {"filled_quote_amount", LIGHTER_TEXT, offsetof(struct order, quote)},
        {"price", LIGHTER_TEXT, offsetof(struct order, price)},
        {"is_ask", LIGHTER_BOOL, offsetof(struct order, is_ask)},
        {"reduce_only", LIGHTER_BOOL, offsetof(struct order, reduce_only)},
        {"status", LIGHTER_TEXT, offsetof(struct order, status)},
        {"updated_at", LIGHTER_INT, offsetof(struct order, updated)},
        {"timestamp", LIGHTER_INT, offsetof(struct order, timestamp)},
    };
    struct order order = {.market = -1};
    lighter_read_fields(r, fields, COUNT_OF(fields), &order);
    if (r->failed) {
        return false;
    }
    rows->count++;
    if (rows->wanted.size > 0 &&
        !slice_equals(rows->wanted, id_of(order.client_id, order.client_index)) &&
        !slice_equals(rows->wanted, id_of(order.order_id, order.order_index))) {
        return true;
    }
    rows->found = true;
    return emit_order(rows, &order);
}

bool lighter_decode_orders(struct oe *oe, const struct oe_call *call, bool snapshot, struct json *r,
                           uint32_t *count, struct oe_sink *sink) {
    struct lighter_rows rows = {
        .row = lighter_decode_order, .oe = oe, .call = call, .sink = sink, .snapshot = snapshot};
    bool good = lighter_each_row(&rows, r);
    *count = rows.count;
    return good;
}

// ---- fills -------------------------------------------------------------------------------------

struct trade {
    struct slice id, id_text, kind, size, price;
    struct slice ask_id, ask_id_text, bid_id, bid_id_text;
    struct slice ask_client, ask_client_text, bid_client, bid_client_text;
    int64_t market, ask_account, bid_account, taker_fee, maker_fee, timestamp, transaction;
    bool is_maker_ask;
};

// A fee is in millionths of the value; it is left out where it is 0.
static bool emit_trade(struct lighter_rows *rows, const struct trade *trade, bool is_ask) {
    struct oe_event event = oe_event_for(OE_EVENT_FILL, rows->call);
    event.symbol = lighter_find_symbol(rows->oe, trade->market);
    event.snapshot = rows->snapshot;
    event.time_ns = lighter_ns_of(trade->transaction > 0 ? trade->transaction : trade->timestamp);
    if (event.symbol == OE_SYMBOL_NONE) {
        return lighter_passes_over(rows->oe);
    }
    event.client_id = is_ask ? id_of(trade->ask_client_text, trade->ask_client)
                             : id_of(trade->bid_client_text, trade->bid_client);
    event.venue_id = is_ask ? id_of(trade->ask_id_text, trade->ask_id)
                            : id_of(trade->bid_id_text, trade->bid_id);
    event.fill.trade = oe_trade_number(id_of(trade->id_text, trade->id));
    event.fill.side = is_ask ? SIDE_SELL : SIDE_BUY;
    event.fill.maker = trade->is_maker_ask == is_ask;
    // Whose liquidation it is, is not told; every order of ours has an id.
    event.fill.liquidation = event.client_id.size == 0 && trade->kind.size > 0 &&
                             !slice_equals(trade->kind, SLICE("trade"));
    int64_t fee = event.fill.maker ? trade->maker_fee : trade->taker_fee;
    if (!md_read_px(trade->price, &event.fill.price) ||
        !md_read_qty(trade->size, &event.fill.size) || event.fill.size.v <= 0 || fee < -BPS_WHOLE ||
        fee > BPS_WHOLE) {
        return false;
    }
    event.fill.has_fee = true;
    event.fill.fee = usd_bps_near(usd_notional_near(event.fill.price, event.fill.size),
                                  (struct bps){(int32_t)fee}); // a hundredth of one is a millionth
    rows->sink->on_event(rows->sink, &event);
    return true;
}

bool lighter_decode_trade(struct lighter_rows *rows, struct json *r) {
    static const struct lighter_field fields[] = {
        {"trade_id", LIGHTER_TEXT, offsetof(struct trade, id)},
        {"trade_id_str", LIGHTER_TEXT, offsetof(struct trade, id_text)},
        {"type", LIGHTER_TEXT, offsetof(struct trade, kind)},
        {"market_id", LIGHTER_INT, offsetof(struct trade, market)},
        {"size", LIGHTER_TEXT, offsetof(struct trade, size)},
        {"price", LIGHTER_TEXT, offsetof(struct trade, price)},
        {"ask_id", LIGHTER_TEXT, offsetof(struct trade, ask_id)},
        {"ask_id_str", LIGHTER_TEXT, offsetof(struct trade, ask_id_text)},
        {"bid_id", LIGHTER_TEXT, offsetof(struct trade, bid_id)},
        {"bid_id_str", LIGHTER_TEXT, offsetof(struct trade, bid_id_text)},
        {"ask_client_id", LIGHTER_TEXT, offsetof(struct trade, ask_client)},
        {"ask_client_id_str", LIGHTER_TEXT, offsetof(struct trade, ask_client_text)},
        {"bid_client_id", LIGHTER_TEXT, offsetof(struct trade, bid_client)},
        {"bid_client_id_str", LIGHTER_TEXT, offsetof(struct trade, bid_client_text)},
        {"ask_account_id", LIGHTER_INT, offsetof(struct trade, ask_account)},
        {"bid_account_id", LIGHTER_INT, offsetof(struct trade, bid_account)},
        {"is_maker_ask", LIGHTER_BOOL, offsetof(struct trade, is_maker_ask)},
        {"taker_fee", LIGHTER_INT, offsetof(struct trade, taker_fee)},
        {"maker_fee", LIGHTER_INT, offsetof(struct trade, maker_fee)},
        {"timestamp", LIGHTER_INT, offsetof(struct trade, timestamp)},
        {"transaction_time", LIGHTER_INT, offsetof(struct trade, transaction)},
    };
    const struct lighter *lighter = rows->oe->state;
    struct trade trade = {.market = -1, .ask_account = -1, .bid_account = -1};
    lighter_read_fields(r, fields, COUNT_OF(fields), &trade);
    if (r->failed) {
        return false;
    }
    int64_t time_ns = lighter_ns_of(trade.transaction > 0 ? trade.transaction : trade.timestamp);
    rows->count++;
    rows->oldest_ns = time_ns;
    bool is_ask = (uint64_t)trade.ask_account == lighter->account;
    if ((!is_ask && (uint64_t)trade.bid_account != lighter->account) ||
        (rows->call != NULL && time_ns < rows->call->since_ns)) {
        return true;
    }
    return emit_trade(rows, &trade, is_ask);
}

bool lighter_decode_trades(struct oe *oe, const struct oe_call *call, bool snapshot, struct json *r,
                           uint32_t *count, int64_t *oldest_ns, struct oe_sink *sink) {
    struct lighter_rows rows = {
        .row = lighter_decode_trade, .oe = oe, .call = call, .sink = sink, .snapshot = snapshot};
    bool good = lighter_each_row(&rows, r);
    *count = rows.count;
    *oldest_ns = rows.oldest_ns;
    return good;
}

// ---- positions ---------------------------------------------------------------------------------

struct position {
    struct slice size, average, unrealised, liquidation;
    int64_t market, sign;
};

static bool decode_position(struct lighter_rows *rows, struct json *r) {
    static const struct lighter_field fields[] = {
        {"market_id", LIGHTER_INT, offsetof(struct position, market)},
        {"sign", LIGHTER_INT, offsetof(struct position, sign)},
        {"position", LIGHTER_TEXT, offsetof(struct position, size)},
        {"avg_entry_price", LIGHTER_TEXT, offsetof(struct position, average)},
        {"unrealized_pnl", LIGHTER_TEXT, offsetof(struct position, unrealised)},
        {"liquidation_price", LIGHTER_TEXT, offsetof(struct position, liquidation)},
    };
    struct lighter *lighter = rows->oe->state;
    struct position row = {.market = -1, .sign = 1};
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, rows->call);
    lighter_read_fields(r, fields, COUNT_OF(fields), &row);
    if (r->failed) {
        return false;
    }
    rows->count++;
    event.symbol = lighter_find_symbol(rows->oe, row.market);
    event.snapshot = rows->snapshot;
    if (event.symbol == OE_SYMBOL_NONE) {
        return lighter_passes_over(rows->oe);
    }
    if (!md_read_qty(row.size, &event.position.net) || row.sign < -1 || row.sign > 1 ||
        (row.average.size > 0 && !md_read_px_near(row.average, &event.position.average))) {
        return false;
    }
    event.position.liquidation = oe_shown_price(row.liquidation);
    event.position.unrealised = oe_shown_usd(row.unrealised);
    event.position.net.v = row.sign < 0 ? -event.position.net.v : event.position.net.v;
    if (event.position.net.v != 0) { // what is flat is told as what is missing is
        lighter->markets[event.symbol].held = true;
        rows->sink->on_event(rows->sink, &event);
    }
    return true;
}

// The whole each time: a market that was held and is not there any more is flat.
bool lighter_decode_positions(struct oe *oe, const struct oe_call *call, bool snapshot,
                              struct json *r, uint32_t *count, struct oe_sink *sink) {
    struct lighter *lighter = oe->state;
    struct lighter_rows rows = {
        .row = decode_position, .oe = oe, .call = call, .sink = sink, .snapshot = snapshot};
    bool was_held[SYMBOL_MAX];
    for (uint16_t i = 0; i < oe->symbol_count; i++) {
        was_held[i] = lighter->markets[i].held;
        lighter->markets[i].held = false;
    }
    bool good = lighter_each_row(&rows, r);
    *count = rows.count;
    for (uint16_t i = 0; i < oe->symbol_count; i++) {
        if (!good) {
            lighter->markets[i].held = was_held[i] || lighter->markets[i].held;
        } else if (was_held[i] && !lighter->markets[i].held) {
            struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
            event.symbol = i;
            event.snapshot = snapshot;
            sink->on_event(sink, &event);
        }
    }
    return good;
}

bool lighter_decode_stats(struct json *r, struct oe_sink *sink) {
    struct stats {
        struct slice equity, available;
    } stats = {.equity = {"", 0}};
    static const struct lighter_field fields[] = {
        {"portfolio_value", LIGHTER_TEXT, offsetof(struct stats, equity)},
        {"available_balance", LIGHTER_TEXT, offsetof(struct stats, available)},
    };
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, NULL);
    lighter_read_fields(r, fields, COUNT_OF(fields), &stats);
    if (r->failed || !lighter_read_usd(stats.equity, &event.balance.equity) ||
        !lighter_read_usd(stats.available, &event.balance.available)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}
