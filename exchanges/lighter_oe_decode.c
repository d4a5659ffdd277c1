// The answers of Lighter's REST: {"code":200, …} with what was asked for, or another code with a
// message (lighter.md sections 5 and 7).
#include "base/json.h"
#include "exchanges/bytes_text.h"
#include "exchanges/lighter_oe.h"
#include "exchanges/md_decode.h"

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

static bool decode_market(struct lighter_rows *rows, struct json *r) {
    static const struct lighter_field fields[] = {
        {"symbol", LIGHTER_TEXT, offsetof(struct market_row, symbol)},
        {"market_type", LIGHTER_TEXT, offsetof(struct market_row, kind)},
        {"market_id", LIGHTER_INT, offsetof(struct market_row, market)},
        {"size_decimals", LIGHTER_INT, offsetof(struct market_row, size_digits)},
        {"price_decimals", LIGHTER_INT, offsetof(struct market_row, price_digits)},
    };
    struct lighter *lighter = rows->oe->state;
    struct market_row row = {.market = -1, .size_digits = -1, .price_digits = -1};
    lighter_read_fields(r, fields, COUNT_OF(fields), &row);
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
static bool decode_account(struct lighter_rows *rows, struct json *r) {
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
    if (!lighter_read_usd(row.equity, &event.balance.equity) ||
        !lighter_read_usd(row.available, &event.balance.available)) {
        return false;
    }
    rows->count++;
    rows->sink->on_event(rows->sink, &event);
    event = oe_event_for(OE_EVENT_DEADMAN, rows->call);
    event.snapshot = true;
    event.deadman.until_ns = lighter_ns_of(row.cancel_all_ms);
    rows->sink->on_event(rows->sink, &event);
    return true;
}

// The key the venue knows under our number, beside our own.
static bool decode_key(struct lighter_rows *rows, struct json *r) {
    struct key {
        struct slice public_key;
        int64_t index;
    } row = {.index = -1};
    static const struct lighter_field fields[] = {
        {"public_key", LIGHTER_TEXT, offsetof(struct key, public_key)},
        {"api_key_index", LIGHTER_INT, offsetof(struct key, index)},
    };
    const struct lighter *lighter = rows->oe->state;
    uint8_t ours[FP5_SIZE], theirs[FP5_SIZE];
    lighter_read_fields(r, fields, COUNT_OF(fields), &row);
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

static bool decode_funding(struct lighter_rows *rows, struct json *r) {
    struct funding {
        struct slice change;
        int64_t market, timestamp;
    } row = {.market = -1};
    static const struct lighter_field fields[] = {
        {"change", LIGHTER_TEXT, offsetof(struct funding, change)},
        {"market_id", LIGHTER_INT, offsetof(struct funding, market)},
        {"timestamp", LIGHTER_INT, offsetof(struct funding, timestamp)},
    };
    struct oe_event event = oe_event_for(OE_EVENT_FUNDING, rows->call);
    struct usd change;
    lighter_read_fields(r, fields, COUNT_OF(fields), &row);
    if (r->failed || !lighter_read_usd(row.change, &change)) {
        return false;
    }
    rows->count++;
    event.symbol = lighter_find_symbol(rows->oe, row.market);
    event.snapshot = true;
    event.time_ns = rows->oldest_ns = lighter_ns_of(row.timestamp);
    event.funding.amount = usd_sub((struct usd){0}, change);
    if (event.symbol == OE_SYMBOL_NONE) {
        return lighter_passes_over(rows->oe);
    }
    if (event.time_ns >= rows->call->since_ns) {
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

// Lists go on while they are younger than what is asked for.
static void emit_end(const struct lighter_rows *rows, const struct answer *answer) {
    bool more = answer->cursor.size > 0 && rows->count > 0 &&
                (rows->oldest_ns == 0 || rows->oldest_ns >= rows->call->since_ns);
    oe_emit_end(rows->sink, rows->call, rows->count, more ? answer->cursor : (struct slice){"", 0});
}

static bool decode_good(struct oe *oe, const struct oe_call *call, struct answer *answer,
                        struct oe_sink *sink) {
    static bool (*const decoders[OE_CALL_KIND_COUNT])(struct lighter_rows * rows,
                                                      struct json * r) = {
        [OE_RULES] = decode_market,        [OE_KEYS] = decode_key,
        [OE_QUERY] = lighter_decode_order, [OE_OPEN_ORDERS] = lighter_decode_order,
        [OE_FILLS] = lighter_decode_trade, [OE_POSITIONS] = decode_account,
        [OE_BALANCES] = decode_account,    [OE_FUNDING_PAID] = decode_funding,
    };
    struct lighter *lighter = oe->state;
    struct lighter_rows rows = {.row = decoders[call->kind],
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
    if (answer->has_list && !lighter_each_row(&rows, &answer->list)) {
        return false;
    }
    if (call->kind == OE_RULES) {
        lighter->markets_known = answer->has_list;
    }
    if (call->kind == OE_QUERY && !rows.found) {
        oe_emit_gone(sink, call, (struct slice){"", 0});
    } else if ((call->kind == OE_KEYS || call->kind == OE_BALANCES) && !rows.found) {
        oe_emit_refused(sink, call, OE_ERROR_KEYS, SLICE("the venue knows no such account or key"));
    } else if (call->kind != OE_QUERY && call->kind != OE_KEYS) {
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
