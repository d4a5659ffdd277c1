// Answers of the Binance futures family by REST and by its WebSocket API: binance.md sections 5
// and 7.
#include "base/json.h"
#include "exchanges/fapi_rows.h"
#include "exchanges/header_lines.h"
#include "exchanges/md_decode.h"

static enum oe_error error_of(int64_t code) {
    static const struct {
        int16_t code;
        uint16_t error;
    } rows[] = {
        {-1003, OE_ERROR_RATE},         {-1015, OE_ERROR_RATE},
        {-1008, OE_ERROR_BUSY},         {-1021, OE_ERROR_CLOCK},
        {-5028, OE_ERROR_CLOCK},        {-1022, OE_ERROR_KEYS},
        {-2014, OE_ERROR_KEYS},         {-2015, OE_ERROR_KEYS},
        {-1102, OE_ERROR_REQUEST},      {-1111, OE_ERROR_REQUEST},
        {-1121, OE_ERROR_SYMBOL},       {-1125, OE_ERROR_LOGIN},
        {-2011, OE_ERROR_NO_ORDER},     {-2013, OE_ERROR_NO_ORDER},
        {-2018, OE_ERROR_MARGIN},       {-2019, OE_ERROR_MARGIN},
        {-2020, OE_ERROR_NO_LIQUIDITY}, {-2022, OE_ERROR_REDUCE_ONLY},
        {-2025, OE_ERROR_LIMIT},        {-2027, OE_ERROR_LIMIT},
        {-2028, OE_ERROR_LIMIT},        {-4003, OE_ERROR_SIZE},
        {-4004, OE_ERROR_SIZE},         {-4005, OE_ERROR_SIZE},
        {-4023, OE_ERROR_SIZE},         {-4164, OE_ERROR_SIZE},
        {-4014, OE_ERROR_PRICE},        {-4016, OE_ERROR_PRICE},
        {-4024, OE_ERROR_PRICE},        {-4131, OE_ERROR_PRICE},
        {-4015, OE_ERROR_REQUEST},      {-4116, OE_ERROR_DUPLICATE},
        {-4061, OE_ERROR_REQUEST},      {-4118, OE_ERROR_REDUCE_ONLY},
        {-4140, OE_ERROR_SYMBOL},       {-4192, OE_ERROR_LIMIT},
        {-4225, OE_ERROR_NONCE},        {-4400, OE_ERROR_LIMIT},
        {-5021, OE_ERROR_NO_LIQUIDITY}, {-5022, OE_ERROR_WOULD_TAKE},
        {-2021, OE_ERROR_PRICE},        {-5039, OE_ERROR_REQUEST},
        {-4183, OE_ERROR_PRICE},        {-4184, OE_ERROR_PRICE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].code == code) {
            return (enum oe_error)rows[i].error;
        }
    }
    return OE_ERROR_OTHER;
}

// The venue does not know itself what became of the request: -1006, -1007, and whatever is said
// with a 5xx. Only -1008 and "Service Unavailable" say that it was not carried out.
static bool is_unknown(uint32_t http_status, int64_t code, struct slice text) {
    return code == -1006 || code == -1007 ||
           (http_status >= 500 && code != -1008 &&
            !slice_starts(text, SLICE("Service Unavailable")));
}

void fapi_decode_error(const struct oe_call *call, uint32_t http_status, struct slice error,
                       struct oe_sink *sink) {
    struct json r;
    struct slice key, text = {"", 0};
    int64_t code = 0;
    json_init(&r, error);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_int(&r, &code);
        } else if (slice_equals(key, SLICE("msg"))) {
            md_read_text(&r, &text);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r) || code == 0) {
        oe_emit_http(sink, call, http_status, error); // a page of HTML, mostly
        return;
    }
    if (is_unknown(http_status, code, text)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, call, text);
        return;
    }
    bool is_key =
        code == -1000 && text.size > 0 && // Aster's words for a bad signature
        (slice_starts(text, SLICE("Signature")) || slice_starts(text, SLICE("signature")));
    oe_emit_failure(sink, call, is_key ? OE_ERROR_KEYS : error_of(code), false, text);
}

static void read_order(struct json *r, struct fapi_order *row) {
    struct slice key;
    *row = (struct fapi_order){0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            md_read_text(r, &row->symbol);
        } else if (slice_equals(key, SLICE("clientOrderId"))) {
            md_read_text(r, &row->client_id);
        } else if (slice_equals(key, SLICE("orderId"))) {
            md_read_text(r, &row->venue_id);
        } else if (slice_equals(key, SLICE("side"))) {
            md_read_text(r, &row->side);
        } else if (slice_equals(key, SLICE("status"))) {
            md_read_text(r, &row->status);
        } else if (slice_equals(key, SLICE("price"))) {
            md_read_text(r, &row->price);
        } else if (slice_equals(key, SLICE("avgPrice"))) {
            md_read_text(r, &row->average);
        } else if (slice_equals(key, SLICE("origQty"))) {
            md_read_text(r, &row->size);
        } else if (slice_equals(key, SLICE("executedQty"))) {
            md_read_text(r, &row->filled);
        } else if (slice_equals(key, SLICE("updateTime"))) {
            md_read_int(r, &row->time_ms);
        } else if (slice_equals(key, SLICE("reduceOnly")) && json_peek(r) == JSON_BOOL) {
            json_bool(r, &row->reduce_only);
        } else {
            json_skip(r);
        }
    }
}

static void read_trade(struct json *r, struct fapi_order *row) {
    struct slice key;
    *row = (struct fapi_order){0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            md_read_text(r, &row->symbol);
        } else if (slice_equals(key, SLICE("orderId"))) {
            md_read_text(r, &row->venue_id);
        } else if (slice_equals(key, SLICE("id"))) {
            md_read_int(r, &row->trade);
        } else if (slice_equals(key, SLICE("side"))) {
            md_read_text(r, &row->side);
        } else if (slice_equals(key, SLICE("price"))) {
            md_read_text(r, &row->last_price);
        } else if (slice_equals(key, SLICE("qty"))) {
            md_read_text(r, &row->last_size);
        } else if (slice_equals(key, SLICE("commission"))) {
            md_read_text(r, &row->fee);
        } else if (slice_equals(key, SLICE("commissionAsset"))) {
            md_read_text(r, &row->fee_asset);
        } else if (slice_equals(key, SLICE("time"))) {
            md_read_int(r, &row->time_ms);
        } else if (slice_equals(key, SLICE("maker")) && json_peek(r) == JSON_BOOL) {
            json_bool(r, &row->maker);
        } else {
            json_skip(r);
        }
    }
}

static void read_position(struct json *r, struct fapi_position *row) {
    struct slice key;
    *row = (struct fapi_position){0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            md_read_text(r, &row->symbol);
        } else if (slice_equals(key, SLICE("positionSide"))) {
            md_read_text(r, &row->side);
        } else if (slice_equals(key, SLICE("positionAmt"))) {
            md_read_text(r, &row->amount);
        } else if (slice_equals(key, SLICE("entryPrice"))) {
            md_read_text(r, &row->entry);
        } else if (slice_equals(key, SLICE("liquidationPrice"))) {
            md_read_text(r, &row->liquidation);
        } else if (slice_equals(key, SLICE("unRealizedProfit"))) {
            md_read_text(r, &row->unrealised);
        } else {
            json_skip(r);
        }
    }
}

static bool decode_orders(const struct oe *oe, const struct oe_call *call, struct json *r,
                          uint32_t *rows, struct oe_sink *sink) {
    struct fapi_order row;
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        read_order(r, &row);
        good = !r->failed && fapi_emit_order(oe, call, &row, true, sink) && good;
        ++*rows;
    }
    return good;
}

// A full page goes on at the time of its last row, told twice where that millisecond had more;
// never from where it began.
static void add_cursor(const struct oe_call *call, int64_t last_ms, uint32_t rows,
                       struct text *cursor) {
    if (rows < FAPI_PAGE) {
        return;
    }
    text_add_int(cursor, last_ms);
    if (slice_equals(text_slice(cursor), call->cursor)) {
        text_clear(cursor);
        text_add_int(cursor, last_ms + 1);
    }
}

static bool decode_trades(const struct oe *oe, const struct oe_call *call, struct json *r,
                          uint32_t *rows, struct text *cursor, struct oe_sink *sink) {
    struct fapi_order row = {.time_ms = 0};
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        read_trade(r, &row);
        good = !r->failed && fapi_emit_fill(oe, call, &row, sink) && good;
        ++*rows;
    }
    add_cursor(call, md_ns_from_ms(row.time_ms) / NS_PER_MS, *rows, cursor);
    return good;
}

static bool decode_positions(const struct oe *oe, const struct oe_call *call, struct json *r,
                             uint32_t *rows, struct oe_sink *sink) {
    struct fapi_position row;
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        read_position(r, &row);
        good = !r->failed && fapi_emit_position(oe, call, &row, sink) && good;
        ++*rows;
    }
    return good;
}

// What the account holds in dollars, of any kind: other coins have no price here.
static bool decode_balances(const struct oe_call *call, struct json *r, uint32_t *rows,
                            struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
    struct slice key;
    event.symbol = OE_SYMBOL_NONE;
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice asset = {"", 0}, balance = asset, unrealised = asset, available = asset;
        struct usd part[3] = {{0}};
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            if (slice_equals(key, SLICE("asset"))) {
                md_read_text(r, &asset);
            } else if (slice_equals(key, SLICE("balance"))) {
                md_read_text(r, &balance);
            } else if (slice_equals(key, SLICE("crossUnPnl"))) {
                md_read_text(r, &unrealised);
            } else if (slice_equals(key, SLICE("availableBalance"))) {
                md_read_text(r, &available);
            } else {
                json_skip(r);
            }
        }
        if (r->failed || !fapi_is_dollar(asset)) {
            continue;
        }
        good = good && fapi_read_usd(balance, &part[0]) && fapi_read_usd(unrealised, &part[1]) &&
               fapi_read_usd(available, &part[2]);
        event.balance.equity = usd_add(event.balance.equity, usd_add(part[0], part[1]));
        event.balance.available = usd_add(event.balance.available, part[2]);
        ++*rows;
    }
    if (!r->failed && good) {
        sink->on_event(sink, &event);
    }
    return good;
}

static bool read_fee(struct slice text, struct bps *out) {
    struct rate rate;
    if (!decimal_parse_near(text, RATE_DIGITS, &rate.v)) {
        return false;
    }
    out->v = mul_div_ceil(rate.v, BPS_WHOLE, INT64_C(1000000000000));
    return true;
}

static bool decode_fees(const struct oe_call *call, struct json *r, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
    struct slice key, maker = {"", 0}, taker = {"", 0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("makerCommissionRate"))) {
            md_read_text(r, &maker);
        } else if (slice_equals(key, SLICE("takerCommissionRate"))) {
            md_read_text(r, &taker);
        } else {
            json_skip(r);
        }
    }
    if (r->failed || !read_fee(maker, &event.fee.maker) || !read_fee(taker, &event.fee.taker)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}

static bool decode_deadman(const struct oe_call *call, struct json *r, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_DEADMAN, call);
    struct slice key;
    int64_t countdown_ms = -1;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("countdownTime"))) {
            md_read_int(r, &countdown_ms);
        } else {
            json_skip(r);
        }
    }
    if (r->failed || countdown_ms < 0 || countdown_ms > 1000 * NS_PER_MS) {
        return false;
    }
    event.deadman.until_ns = countdown_ms == 0 ? 0 : call->now_ns + countdown_ms * NS_PER_MS;
    sink->on_event(sink, &event);
    return true;
}

static bool decode_one_order(const struct oe *oe, const struct oe_call *call, struct json *r,
                             struct oe_sink *sink) {
    struct fapi_order row;
    read_order(r, &row);
    if (r->failed) {
        return false;
    }
    if (call->kind != OE_QUERY) {
        struct oe_event accepted = oe_event_for(OE_EVENT_ACCEPTED, call);
        accepted.client_id = row.client_id;
        accepted.venue_id = row.venue_id;
        sink->on_event(sink, &accepted);
    }
    return fapi_emit_order(oe, call, &row, false, sink);
}

void fapi_decode_result(const struct oe *oe, const struct oe_call *call, struct slice result,
                        struct oe_sink *sink) {
    struct json r;
    uint32_t rows = 0;
    char cursor_data[24];
    struct text cursor = TEXT_OVER(cursor_data);
    bool good = true, list = false;
    json_init(&r, result);
    switch ((int)call->kind) {
    case OE_PLACE:
    case OE_CANCEL:
    case OE_AMEND:
    case OE_QUERY:
        good = decode_one_order(oe, call, &r, sink);
        break;
    case OE_OPEN_ORDERS:
        good = decode_orders(oe, call, &r, &rows, sink);
        list = true;
        break;
    case OE_FILLS:
        good = decode_trades(oe, call, &r, &rows, &cursor, sink);
        list = true;
        break;
    case OE_POSITIONS:
        good = decode_positions(oe, call, &r, &rows, sink);
        list = true;
        break;
    case OE_BALANCES:
        good = decode_balances(call, &r, &rows, sink);
        list = true;
        break;
    case OE_FEES:
        good = decode_fees(call, &r, sink);
        break;
    case OE_DEADMAN:
        good = decode_deadman(call, &r, sink);
        break;
    default: // cancel all, leverage: said in the status
        json_skip(&r);
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
        break;
    }
    if (!good || !json_end(&r)) {
        // An answer that cannot be read settles nothing: whatever it was is asked for again.
        oe_emit_text(sink, oe_call_changes(call->kind) ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call,
                     result);
        return;
    }
    if (list) {
        oe_emit_end(sink, call, rows, text_slice(&cursor));
    }
}

void fapi_decode_answer(const struct oe *oe, const struct oe_call *call, uint32_t http_status,
                        struct slice body, struct oe_sink *sink) {
    if (http_status == 200) {
        fapi_decode_result(oe, call, body, sink);
    } else {
        fapi_decode_error(call, http_status, body, sink);
    }
}

void fapi_decode_headers(struct slice headers, struct oe_sink *sink) {
    static const struct {
        const char *name;
        uint32_t bucket;
    } rows[] = {{"x-mbx-used-weight-1m", FAPI_WEIGHT},
                {"x-mbx-order-count-10s", FAPI_ORDERS_10S},
                {"x-mbx-order-count-1m", FAPI_ORDERS_1M}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct slice value;
        int64_t used;
        if (header_find(headers, rows[i].name, &value) && decimal_parse(value, 0, &used) &&
            used >= 0 && used <= UINT32_MAX) {
            struct oe_event event = oe_event_for(OE_EVENT_RATE, NULL);
            event.rate.bucket = rows[i].bucket;
            event.rate.used = (uint32_t)used;
            sink->on_event(sink, &event);
        }
    }
}
