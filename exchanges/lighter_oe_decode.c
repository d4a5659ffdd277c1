// Rows of Lighter's private side, pushed or by REST, and the answers of REST: lighter.md section 5.
#include "exchanges/bytes_text.h"
#include "exchanges/lighter_oe.h"
#include "exchanges/md_decode.h"

uint16_t lighter_find_symbol(const struct oe *oe, int64_t market) {
    const struct lighter *lighter = oe->state;
    for (uint16_t i = 0; i < oe->symbol_count; i++) {
        if (lighter->markets[i].known && lighter->markets[i].market == market) {
            return i;
        }
    }
    return OE_SYMBOL_NONE;
}

// ---- members -----------------------------------------------------------------------------------

enum field_kind { FIELD_TEXT, FIELD_INT, FIELD_BOOL };

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
};

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

static void read_field(struct json *r, const struct field *field, void *out) {
    void *at = (char *)out + field->offset;
    switch (field->kind) {
    case FIELD_INT:
        md_read_int(r, at);
        break;
    case FIELD_BOOL:
        read_bool(r, at);
        break;
    case FIELD_TEXT:
    default:
        md_read_text(r, at);
    }
}

static void read_fields(struct json *r, const struct field *fields, size_t count, void *out) {
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
static int64_t ns_of(int64_t time) {
    if (time >= INT64_C(1000000000000000)) {
        return md_ns_from_us(time);
    }
    return md_ns_from_ms(time >= INT64_C(1000000000000) || time <= 0 ? time : time * 1000);
}

static bool read_usd(struct slice text, struct usd *out) {
    return text.size > 0 && decimal_parse_near(text, USD_DIGITS, &out->v);
}

// A number that says something: ids count from 1.
static struct slice id_of(struct slice text, struct slice number) {
    struct slice id = text.size > 0 ? text : number;
    return slice_equals(id, SLICE("0")) ? (struct slice){"", 0} : id;
}

// Calls `row` for each row of a list, of lists by market or of rows by market; null is none.
struct rows {
    bool (*row)(struct rows *rows, struct json *r);
    struct oe *oe;
    const struct oe_call *call;
    struct oe_sink *sink;
    bool snapshot;
    uint32_t count;
    int64_t oldest_ns;
    struct slice wanted; // the one client id that is asked for; empty: all
    bool found;
};

static bool each_of_list(struct rows *rows, struct json *r) {
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        good = rows->row(rows, r) && good;
    }
    return good;
}

static bool each_row(struct rows *rows, struct json *r) {
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

static bool emit_order(struct rows *rows, const struct order *order) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, rows->call);
    event.symbol = lighter_find_symbol(rows->oe, order->market);
    event.snapshot = rows->snapshot;
    event.time_ns = ns_of(order->updated > 0 ? order->updated : order->timestamp);
    event.client_id = id_of(order->client_id, order->client_index);
    event.venue_id = id_of(order->order_id, order->order_index);
    event.order.side = order->is_ask ? SIDE_SELL : SIDE_BUY;
    event.order.reduce_only = order->reduce_only;
    event.order.has_filled = order->filled.size > 0;
    struct usd quote = {0};
    if ((order->filled.size > 0 && !md_read_qty(order->filled, &event.order.filled)) ||
        (order->size.size > 0 && !md_read_qty(order->size, &event.order.size)) ||
        (order->price.size > 0 && !md_read_px_near(order->price, &event.order.price)) ||
        (order->quote.size > 0 && !read_usd(order->quote, &quote)) ||
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

static bool decode_order(struct rows *rows, struct json *r) {
    static const struct field fields[] = {
        {"order_id", FIELD_TEXT, offsetof(struct order, order_id)},
        {"order_index", FIELD_TEXT, offsetof(struct order, order_index)},
        {"client_order_id", FIELD_TEXT, offsetof(struct order, client_id)},
        {"client_order_index", FIELD_TEXT, offsetof(struct order, client_index)},
        {"market_index", FIELD_INT, offsetof(struct order, market)},
        {"initial_base_amount", FIELD_TEXT, offsetof(struct order, size)},
        {"filled_base_amount", FIELD_TEXT, offsetof(struct order, filled)},
        {"filled_quote_amount", FIELD_TEXT, offsetof(struct order, quote)},
        {"price", FIELD_TEXT, offsetof(struct order, price)},
        {"is_ask", FIELD_BOOL, offsetof(struct order, is_ask)},
        {"reduce_only", FIELD_BOOL, offsetof(struct order, reduce_only)},
        {"status", FIELD_TEXT, offsetof(struct order, status)},
        {"updated_at", FIELD_INT, offsetof(struct order, updated)},
        {"timestamp", FIELD_INT, offsetof(struct order, timestamp)},
    };
    struct order order = {.market = -1};
    read_fields(r, fields, COUNT_OF(fields), &order);
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
    struct rows rows = {
        .row = decode_order, .oe = oe, .call = call, .sink = sink, .snapshot = snapshot};
    bool good = each_row(&rows, r);
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
static bool emit_trade(struct rows *rows, const struct trade *trade, bool is_ask) {
    struct oe_event event = oe_event_for(OE_EVENT_FILL, rows->call);
    event.symbol = lighter_find_symbol(rows->oe, trade->market);
    event.snapshot = rows->snapshot;
    event.time_ns = ns_of(trade->transaction > 0 ? trade->transaction : trade->timestamp);
    if (event.symbol == OE_SYMBOL_NONE) {
        return true; // no market of the desk's
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

static bool decode_trade(struct rows *rows, struct json *r) {
    static const struct field fields[] = {
        {"trade_id", FIELD_TEXT, offsetof(struct trade, id)},
        {"trade_id_str", FIELD_TEXT, offsetof(struct trade, id_text)},
        {"type", FIELD_TEXT, offsetof(struct trade, kind)},
        {"market_id", FIELD_INT, offsetof(struct trade, market)},
        {"size", FIELD_TEXT, offsetof(struct trade, size)},
        {"price", FIELD_TEXT, offsetof(struct trade, price)},
        {"ask_id", FIELD_TEXT, offsetof(struct trade, ask_id)},
        {"ask_id_str", FIELD_TEXT, offsetof(struct trade, ask_id_text)},
        {"bid_id", FIELD_TEXT, offsetof(struct trade, bid_id)},
        {"bid_id_str", FIELD_TEXT, offsetof(struct trade, bid_id_text)},
        {"ask_client_id", FIELD_TEXT, offsetof(struct trade, ask_client)},
        {"ask_client_id_str", FIELD_TEXT, offsetof(struct trade, ask_client_text)},
        {"bid_client_id", FIELD_TEXT, offsetof(struct trade, bid_client)},
        {"bid_client_id_str", FIELD_TEXT, offsetof(struct trade, bid_client_text)},
        {"ask_account_id", FIELD_INT, offsetof(struct trade, ask_account)},
        {"bid_account_id", FIELD_INT, offsetof(struct trade, bid_account)},
        {"is_maker_ask", FIELD_BOOL, offsetof(struct trade, is_maker_ask)},
        {"taker_fee", FIELD_INT, offsetof(struct trade, taker_fee)},
        {"maker_fee", FIELD_INT, offsetof(struct trade, maker_fee)},
        {"timestamp", FIELD_INT, offsetof(struct trade, timestamp)},
        {"transaction_time", FIELD_INT, offsetof(struct trade, transaction)},
    };
    const struct lighter *lighter = rows->oe->state;
    struct trade trade = {.market = -1, .ask_account = -1, .bid_account = -1};
    read_fields(r, fields, COUNT_OF(fields), &trade);
    if (r->failed) {
        return false;
    }
    int64_t time_ns = ns_of(trade.transaction > 0 ? trade.transaction : trade.timestamp);
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
    struct rows rows = {
        .row = decode_trade, .oe = oe, .call = call, .sink = sink, .snapshot = snapshot};
    bool good = each_row(&rows, r);
    *count = rows.count;
    *oldest_ns = rows.oldest_ns;
    return good;
}

// ---- positions ---------------------------------------------------------------------------------

struct position {
    struct slice size, average, unrealised, liquidation;
    int64_t market, sign;
};

static bool decode_position(struct rows *rows, struct json *r) {
    static const struct field fields[] = {
        {"market_id", FIELD_INT, offsetof(struct position, market)},
        {"sign", FIELD_INT, offsetof(struct position, sign)},
        {"position", FIELD_TEXT, offsetof(struct position, size)},
        {"avg_entry_price", FIELD_TEXT, offsetof(struct position, average)},
        {"unrealized_pnl", FIELD_TEXT, offsetof(struct position, unrealised)},
        {"liquidation_price", FIELD_TEXT, offsetof(struct position, liquidation)},
    };
    struct lighter *lighter = rows->oe->state;
    struct position row = {.market = -1, .sign = 1};
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, rows->call);
    read_fields(r, fields, COUNT_OF(fields), &row);
    if (r->failed) {
        return false;
    }
    rows->count++;
    event.symbol = lighter_find_symbol(rows->oe, row.market);
    event.snapshot = rows->snapshot;
    if (event.symbol == OE_SYMBOL_NONE) {
        return true;
    }
    if (!md_read_qty(row.size, &event.position.net) || row.sign < -1 || row.sign > 1 ||
        (row.average.size > 0 && !md_read_px_near(row.average, &event.position.average)) ||
        (row.liquidation.size > 0 &&
         !md_read_px_near(row.liquidation, &event.position.liquidation)) ||
        (row.unrealised.size > 0 && !read_usd(row.unrealised, &event.position.unrealised))) {
        return false;
    }
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
    struct rows rows = {
        .row = decode_position, .oe = oe, .call = call, .sink = sink, .snapshot = snapshot};
    bool was_held[SYMBOL_MAX];
    for (uint16_t i = 0; i < oe->symbol_count; i++) {
        was_held[i] = lighter->markets[i].held;
        lighter->markets[i].held = false;
    }
    bool good = each_row(&rows, r);
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
    static const struct field fields[] = {
        {"portfolio_value", FIELD_TEXT, offsetof(struct stats, equity)},
        {"available_balance", FIELD_TEXT, offsetof(struct stats, available)},
    };
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, NULL);
    read_fields(r, fields, COUNT_OF(fields), &stats);
    if (r->failed || !read_usd(stats.equity, &event.balance.equity) ||
        !read_usd(stats.available, &event.balance.available)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}

// ---- answers -----------------------------------------------------------------------------------

// What an answer holds, each list where it begins.
struct answer {
    int64_t code, nonce, maker_tick, taker_tick;
    struct slice text, cursor;
    struct json list; // orders, trades, accounts …: whichever is there
    bool has_list, has_nonce, has_ticks;
};

static bool is_list(struct slice key) {
    static const char *const names[] = {
        "orders", "trades", "accounts", "api_keys", "order_book_details", "position_fundings"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (slice_equals(key, slice_of(names[i]))) {
            return true;
        }
    }
    return false;
}

static bool read_answer(struct slice body, struct answer *answer) {
    struct json r;
    struct slice key;
    *answer = (struct answer){.code = -1};
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_int(&r, &answer->code);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(&r, &answer->text);
        } else if (slice_equals(key, SLICE("next_cursor"))) {
            md_read_text(&r, &answer->cursor);
        } else if (slice_equals(key, SLICE("nonce"))) {
            answer->has_nonce = true;
            md_read_int(&r, &answer->nonce);
        } else if (slice_equals(key, SLICE("current_maker_fee_tick"))) {
            md_read_int(&r, &answer->maker_tick);
        } else if (slice_equals(key, SLICE("current_taker_fee_tick"))) {
            answer->has_ticks = true;
            md_read_int(&r, &answer->taker_tick);
        } else if (is_list(key) && !json_null(&r)) {
            answer->has_list = true;
            answer->list = r;
            json_skip(&r);
        } else if (!is_list(key)) {
            json_skip(&r);
        }
    }
    return json_end(&r) && answer->code >= 0;
}

struct market_row {
    struct slice symbol, kind;
    int64_t market, size_digits, price_digits;
};

static int64_t unit_of(int64_t one, int64_t digits) {
    for (; digits > 0; digits--) {
        one /= 10;
    }
    return one;
}

static bool decode_market(struct rows *rows, struct json *r) {
    static const struct field fields[] = {
        {"symbol", FIELD_TEXT, offsetof(struct market_row, symbol)},
        {"market_type", FIELD_TEXT, offsetof(struct market_row, kind)},
        {"market_id", FIELD_INT, offsetof(struct market_row, market)},
        {"size_decimals", FIELD_INT, offsetof(struct market_row, size_digits)},
        {"price_decimals", FIELD_INT, offsetof(struct market_row, price_digits)},
    };
    struct lighter *lighter = rows->oe->state;
    struct market_row row = {.market = -1, .size_digits = -1, .price_digits = -1};
    read_fields(r, fields, COUNT_OF(fields), &row);
    uint16_t symbol = oe_find_symbol(rows->oe, row.symbol);
    rows->count++;
    if (r->failed || symbol == OE_SYMBOL_NONE || !slice_equals(row.kind, SLICE("perp"))) {
        return !r->failed;
    }
    if (row.market < 0 || row.market >= LIGHTER_MARKET_ALL || row.size_digits < 0 ||
        row.size_digits > QTY_DIGITS || row.price_digits < 0 || row.price_digits > PX_DIGITS) {
        return false;
    }
    struct lighter_market_rules *rules = &lighter->markets[symbol];
    rules->market = row.market;
    rules->size_unit = unit_of(QTY_ONE, row.size_digits);
    rules->price_unit = unit_of(PX_ONE, row.price_digits);
    rules->known = true;
    return true;
}

struct account_row {
    struct slice equity, available;
    int64_t index, cancel_all_ms;
    struct json positions;
    bool has_positions;
};

static void read_account(struct json *r, struct account_row *row) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("total_asset_value"))) {
            md_read_text(r, &row->equity);
        } else if (slice_equals(key, SLICE("available_balance"))) {
            md_read_text(r, &row->available);
        } else if (slice_equals(key, SLICE("index"))) {
            md_read_int(r, &row->index);
        } else if (slice_equals(key, SLICE("cancel_all_time"))) {
            md_read_int(r, &row->cancel_all_ms);
        } else if (slice_equals(key, SLICE("positions")) && json_peek(r) == JSON_ARRAY) {
            row->has_positions = true;
            row->positions = *r;
            json_skip(r);
        } else {
            json_skip(r);
        }
    }
}

// One account with its money and its positions; which of them was asked for is told.
static bool decode_account(struct rows *rows, struct json *r) {
    const struct lighter *lighter = rows->oe->state;
    struct account_row row = {.index = -1};
    read_account(r, &row);
    if (r->failed || (uint64_t)row.index != lighter->account) {
        return !r->failed;
    }
    rows->found = true;
    if (rows->call->kind == OE_POSITIONS) {
        return !row.has_positions ||
               lighter_decode_positions(rows->oe, rows->call, true, &row.positions, &rows->count,
                                        rows->sink);
    }
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, rows->call);
    if (!read_usd(row.equity, &event.balance.equity) ||
        !read_usd(row.available, &event.balance.available)) {
        return false;
    }
    rows->count++;
    rows->sink->on_event(rows->sink, &event);
    event = oe_event_for(OE_EVENT_DEADMAN, rows->call);
    event.snapshot = true;
    event.deadman.until_ns = ns_of(row.cancel_all_ms);
    rows->sink->on_event(rows->sink, &event);
    return true;
}

// The key the venue knows under our number, beside our own.
static bool decode_key(struct rows *rows, struct json *r) {
    struct key {
        struct slice public_key;
        int64_t index;
    } row = {.index = -1};
    static const struct field fields[] = {
        {"public_key", FIELD_TEXT, offsetof(struct key, public_key)},
        {"api_key_index", FIELD_INT, offsetof(struct key, index)},
    };
    const struct lighter *lighter = rows->oe->state;
    uint8_t ours[FP5_SIZE], theirs[FP5_SIZE];
    read_fields(r, fields, COUNT_OF(fields), &row);
    if (r->failed || (uint64_t)row.index != lighter->api_key) {
        return !r->failed;
    }
    struct oe_event event = oe_event_for(OE_EVENT_KEYS, rows->call);
    fp5_to_bytes(lighter->key.public_key, ours);
    event.keys.can_trade =
        hex_read(row.public_key, theirs, sizeof(theirs)) && memcmp(ours, theirs, sizeof(ours)) == 0;
    rows->found = true;
    rows->sink->on_event(rows->sink, &event);
    return true;
}

static bool decode_funding(struct rows *rows, struct json *r) {
    struct funding {
        struct slice change;
        int64_t market, timestamp;
    } row = {.market = -1};
    static const struct field fields[] = {
        {"change", FIELD_TEXT, offsetof(struct funding, change)},
        {"market_id", FIELD_INT, offsetof(struct funding, market)},
        {"timestamp", FIELD_INT, offsetof(struct funding, timestamp)},
    };
    struct oe_event event = oe_event_for(OE_EVENT_FUNDING, rows->call);
    struct usd change;
    read_fields(r, fields, COUNT_OF(fields), &row);
    if (r->failed || !read_usd(row.change, &change)) {
        return false;
    }
    rows->count++;
    event.symbol = lighter_find_symbol(rows->oe, row.market);
    event.snapshot = true;
    event.time_ns = rows->oldest_ns = ns_of(row.timestamp);
    event.funding.amount = usd_sub((struct usd){0}, change);
    if (event.time_ns >= rows->call->since_ns && event.symbol != OE_SYMBOL_NONE) {
        rows->sink->on_event(rows->sink, &event);
    }
    return true;
}

static bool decode_nonce(struct lighter *lighter, const struct oe_call *call,
                         const struct answer *answer, struct oe_sink *sink) {
    if (!answer->has_nonce || answer->nonce < 0) {
        return false;
    }
    if (lighter->flight_count > 0) { // it may lack those, so it is asked for again after them
        oe_emit_refused(sink, call, OE_ERROR_BUSY, SLICE("transactions are on the way"));
        return true;
    }
    lighter->nonce = (uint64_t)answer->nonce;
    lighter->nonce_known = true;
    oe_emit(sink, OE_EVENT_NONCE, call);
    return true;
}

static bool decode_fees(const struct oe_call *call, const struct answer *answer,
                        struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
    if (!answer->has_ticks || answer->maker_tick < -BPS_WHOLE || answer->maker_tick > BPS_WHOLE ||
        answer->taker_tick < -BPS_WHOLE || answer->taker_tick > BPS_WHOLE) {
        return false;
    }
    event.fee.maker.v = (int32_t)answer->maker_tick; // millionths, as our hundredths of a bp are
    event.fee.taker.v = (int32_t)answer->taker_tick;
    sink->on_event(sink, &event);
    return true;
}

static void emit_gone(const struct oe_call *call, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    event.client_id = call->client_id;
    event.venue_id = call->venue_id;
    event.order.state = OE_STATE_GONE;
    sink->on_event(sink, &event);
}

// Lists go on while they are younger than what is asked for.
static void emit_end(const struct rows *rows, const struct answer *answer) {
    bool more = answer->cursor.size > 0 && rows->count > 0 &&
                (rows->oldest_ns == 0 || rows->oldest_ns >= rows->call->since_ns);
    oe_emit_end(rows->sink, rows->call, rows->count, more ? answer->cursor : (struct slice){"", 0});
}

static bool decode_good(struct oe *oe, const struct oe_call *call, struct answer *answer,
                        struct oe_sink *sink) {
    static bool (*const decoders[OE_CALL_KIND_COUNT])(struct rows * rows, struct json * r) = {
        [OE_RULES] = decode_market,     [OE_KEYS] = decode_key,
        [OE_QUERY] = decode_order,      [OE_OPEN_ORDERS] = decode_order,
        [OE_FILLS] = decode_trade,      [OE_POSITIONS] = decode_account,
        [OE_BALANCES] = decode_account, [OE_FUNDING_PAID] = decode_funding,
    };
    struct lighter *lighter = oe->state;
    struct rows rows = {.row = decoders[call->kind],
                        .oe = oe,
                        .call = call,
                        .sink = sink,
                        .snapshot = call->kind != OE_QUERY};
    if (call->kind == OE_NONCE) {
        return decode_nonce(lighter, call, answer, sink);
    }
    if (call->kind == OE_FEES) {
        return decode_fees(call, answer, sink);
    }
    if (rows.row == NULL) {
        return false;
    }
    if (call->kind == OE_QUERY) {
        rows.wanted = call->client_id.size > 0 ? call->client_id : call->venue_id;
    }
    if (answer->has_list && !each_row(&rows, &answer->list)) {
        return false;
    }
    if (call->kind == OE_RULES) {
        lighter->markets_known = answer->has_list;
    }
    if (call->kind == OE_QUERY && !rows.found) {
        emit_gone(call, sink);
    } else if ((call->kind == OE_KEYS || call->kind == OE_BALANCES) && !rows.found) {
        oe_emit_refused(sink, call, OE_ERROR_KEYS, SLICE("the venue knows no such account or key"));
    } else if (call->kind != OE_QUERY && call->kind != OE_KEYS && call->kind != OE_BALANCES) {
        emit_end(&rows, answer);
    }
    return true;
}

void lighter_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                           struct slice headers, struct slice body, struct oe_sink *sink) {
    struct answer answer;
    (void)headers; // nothing is told of budgets
    if (!read_answer(body, &answer)) {
        // 405 is a limit, too; maintenance is a page of HTML.
        oe_emit_http(sink, call, http_status == 405 ? 429 : http_status, SLICE(""));
    } else if (answer.code != 200) {
        lighter_emit_failure(call, answer.code, answer.text, sink);
    } else if (!decode_good(oe, call, &answer, sink)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, call, body);
    }
}
