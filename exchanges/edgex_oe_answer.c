// Answers of edgeX to calls: {"code":…,"data":…,"msg":…,"errorParam":…}, edgex.md sections 4, 5
// and 7. The code decides; the HTTP status where there is none, or where the code is unknown.
#include "exchanges/edgex_oe.h"
#include "exchanges/md_decode.h"

// The rules again, for fees and new contracts.
#define RULES_EVERY_NS (INT64_C(3600) * NS_PER_S)

enum { WORDS_MAX = 320 };

struct envelope {
    struct slice code, message, parameter, data; // the last two as they stand
};

// ---- refusals ----------------------------------------------------------------------------------

// The code, the message where it says more, and what parameter it was.
static struct slice words_of(const struct envelope *envelope, struct text *out) {
    text_add(out, envelope->code);
    if (envelope->message.size > 0 && !slice_equals(envelope->message, envelope->code)) {
        text_add(out, SLICE(": "));
        text_add(out, envelope->message);
    }
    if (envelope->parameter.size > 2 && !slice_equals(envelope->parameter, SLICE("null"))) {
        text_add_char(out, ' ');
        text_add(out, envelope->parameter);
    }
    return text_slice(out);
}

static void decode_failure(const struct oe_call *call, uint32_t http_status,
                           const struct envelope *envelope, struct oe_sink *sink) {
    char words_data[WORDS_MAX];
    struct text words = TEXT_OVER(words_data);
    struct slice text = words_of(envelope, &words);
    enum oe_error error = edgex_error_of(envelope->code);
    bool known = error != OE_ERROR_OTHER;
    if (http_status >= 500 || http_status == 429 || http_status == 418) {
        oe_emit_http(sink, call, http_status, text);
    } else if (!known && http_status < 400 && oe_call_changes(call->kind)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, call, text); // not said that it was not carried out
    } else if (call->kind == OE_QUERY && error == OE_ERROR_NO_ORDER) {
        oe_emit_gone(sink, call, text);
    } else if (!known) {
        oe_emit_http(sink, call, http_status >= 400 ? http_status : 400, text);
    } else {
        oe_emit_refused(sink, call, error, text);
    }
}

// ---- orders ------------------------------------------------------------------------------------

static bool decode_placed(const struct oe_call *call, struct slice data, struct oe_sink *sink) {
    struct placed {
        struct slice id;
    };
    static const struct md_field fields[] = {{"orderId", offsetof(struct placed, id)}};
    struct placed placed = {.id = {"", 0}};
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    struct json r;
    json_init(&r, data);
    md_read_fields(&r, fields, COUNT_OF(fields), &placed);
    if (!json_end(&r) || placed.id.size == 0) {
        return false;
    }
    event.client_id = call->client_id;
    event.venue_id = placed.id;
    sink->on_event(sink, &event);
    return true;
}

static bool has_end(struct slice word, struct slice end) {
    return word.size >= end.size &&
           memcmp(word.data + word.size - end.size, end.data, end.size) == 0;
}

// What a cancel that did not succeed says. Only one word was seen: the rest goes by its end.
static enum oe_error cancel_error(struct slice word) {
    return has_end(word, SLICE("_NOT_FOUND")) || has_end(word, SLICE("_FILLED")) ||
                   has_end(word, SLICE("_CANCELED"))
               ? OE_ERROR_NO_ORDER
               : edgex_error_of(word);
}

// The verdict on the one order that was named; the map is by either id.
static bool decode_cancelled(const struct oe_call *call, struct json *r, struct oe_sink *sink) {
    struct slice key, word = {"", 0};
    bool found = false;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        bool ours = slice_equals(key, call->venue_id) || slice_equals(key, call->client_id);
        if (ours) {
            md_read_text(r, &word);
            found = true;
        } else {
            json_skip(r);
        }
    }
    if (r->failed || !found || word.size == 0) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    if (!slice_starts(word, SLICE("SUCCESS"))) {
        event.kind = OE_EVENT_REJECTED;
        event.error = cancel_error(word);
        event.text = word;
    }
    event.client_id = call->client_id;
    event.venue_id = call->venue_id;
    sink->on_event(sink, &event);
    return true;
}

static bool decode_cancel(const struct oe_call *call, struct slice data, struct oe_sink *sink) {
    struct slice key;
    struct json r;
    bool told = false;
    json_init(&r, data);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("cancelResultMap")) && json_peek(&r) == JSON_OBJECT) {
            told = decode_cancelled(call, &r, sink);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r) && told;
}

static bool decode_query(const struct oe *oe, const struct oe_call *call, struct slice data,
                         struct oe_sink *sink) {
    struct json r;
    uint32_t count = 0;
    json_init(&r, data);
    if (json_peek(&r) != JSON_ARRAY || !edgex_decode_orders(oe, call, data, false, &count, sink)) {
        return false;
    }
    if (count == 0) {
        oe_emit_gone(sink, call, (struct slice){"", 0});
    }
    return true;
}

// ---- lists -------------------------------------------------------------------------------------

static bool decode_page(const struct oe *oe, const struct oe_call *call, struct slice data,
                        struct oe_sink *sink) {
    struct slice key, list = {"", 0}, cursor = {"", 0};
    struct json r;
    uint32_t count = 0;
    json_init(&r, data);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("dataList"))) {
            list = json_raw(&r);
        } else if (slice_equals(key, SLICE("nextPageOffsetData"))) {
            md_read_text(&r, &cursor);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r) || list.size == 0) {
        return false;
    }
    bool good = call->kind == OE_OPEN_ORDERS
                    ? edgex_decode_orders(oe, call, list, true, &count, sink)
                : call->kind == OE_FILLS ? edgex_decode_fills(oe, call, list, &count, sink)
                                         : edgex_decode_funding(oe, call, list, &count, sink);
    if (good) { // a list with a row that cannot be read is not whole
        oe_emit_end(sink, call, count, cursor);
    }
    return good;
}

// ---- the account -------------------------------------------------------------------------------

struct money_row {
    struct slice coin, equity, available;
};

// Money of the coin that contracts are paid in; what cannot be told is no balance.
static bool decode_money(const struct oe *oe, const struct oe_call *call, struct slice list,
                         struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"coinId", offsetof(struct money_row, coin)},
        {"totalEquity", offsetof(struct money_row, equity)},
        {"availableAmount", offsetof(struct money_row, available)},
    };
    const struct edgex *edgex = oe->state;
    struct json r;
    uint32_t count = 0;
    json_init(&r, list);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct money_row row = {.coin = {"", 0}};
        struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
        int64_t coin;
        md_read_fields(&r, fields, COUNT_OF(fields), &row);
        if (r.failed || !decimal_parse(row.coin, 0, &coin) || coin != edgex->coin) {
            continue;
        }
        if (row.equity.size == 0 || row.available.size == 0 ||
            !decimal_parse_near(row.equity, USD_DIGITS, &event.balance.equity.v) ||
            !decimal_parse_near(row.available, USD_DIGITS, &event.balance.available.v)) {
            return false;
        }
        event.symbol = OE_SYMBOL_NONE;
        sink->on_event(sink, &event);
        count++;
    }
    if (!json_end(&r)) {
        return false;
    }
    oe_emit_end(sink, call, count, (struct slice){"", 0});
    return true;
}

static bool decode_account(const struct oe *oe, const struct oe_call *call, struct slice data,
                           struct oe_sink *sink) {
    struct slice key, positions = {"", 0}, assets = {"", 0}, money = {"", 0};
    struct json r;
    uint32_t count = 0;
    json_init(&r, data);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        struct slice value = json_raw(&r);
        if (slice_equals(key, SLICE("positionList"))) {
            positions = value;
        } else if (slice_equals(key, SLICE("positionAssetList"))) {
            assets = value;
        } else if (slice_equals(key, SLICE("collateralAssetModelList"))) {
            money = value;
        }
    }
    if (!json_end(&r)) {
        return false;
    }
    if (call->kind == OE_BALANCES) {
        return money.size > 0 && decode_money(oe, call, money, sink);
    }
    bool good = positions.size > 0 &&
                edgex_decode_positions(oe, call, positions, assets, true, &count, sink);
    if (good) { // else what could not be read would be taken for flat
        oe_emit_end(sink, call, count, (struct slice){"", 0});
    }
    return good;
}

// ---- the venue's figures -----------------------------------------------------------------------

static struct bps bps_of(struct rate rate) {
    return (struct bps){mul_div_near(rate.v, BPS_WHOLE, PX_ONE)};
}

// The defaults of each contract: what an account has of its own stands on its orders only.
static void emit_fees(const struct oe *oe, const struct oe_call *call, struct oe_sink *sink) {
    const struct edgex *edgex = oe->state;
    uint32_t count = 0;
    for (uint16_t i = 0; i < oe->symbol_count; i++) {
        const struct edgex_contract *contract = &edgex->contracts[i];
        if (contract->rules.contract == 0 ||
            (call->symbol != OE_SYMBOL_NONE && call->symbol != i)) {
            continue;
        }
        struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
        event.symbol = i;
        event.fee.maker = bps_of(contract->maker);
        event.fee.taker = bps_of(contract->taker);
        sink->on_event(sink, &event);
        count++;
    }
    oe_emit_end(sink, call, count, (struct slice){"", 0});
}

static bool decode_metadata(struct oe *oe, const struct oe_call *call, struct slice data,
                            struct oe_sink *sink) {
    struct edgex *edgex = oe->state;
    uint32_t count = 0;
    if (!edgex_read_rules(oe, data, &count)) {
        return false;
    }
    if (call->kind == OE_FEES) {
        emit_fees(oe, call, sink);
        return true;
    }
    edgex->rules_due_ns = call->now_ns + RULES_EVERY_NS;
    oe_emit_end(sink, call, count, (struct slice){"", 0});
    return true;
}

// ---- answers -----------------------------------------------------------------------------------

static bool decode_data(struct oe *oe, const struct oe_call *call, struct slice data,
                        struct oe_sink *sink) {
    switch ((int)call->kind) {
    case OE_RULES:
    case OE_FEES:
        return decode_metadata(oe, call, data, sink);
    case OE_PLACE:
        return decode_placed(call, data, sink);
    case OE_CANCEL:
        return decode_cancel(call, data, sink);
    case OE_QUERY:
        return decode_query(oe, call, data, sink);
    case OE_OPEN_ORDERS:
    case OE_FILLS:
    case OE_FUNDING_PAID:
        return decode_page(oe, call, data, sink);
    case OE_POSITIONS:
    case OE_BALANCES:
        return decode_account(oe, call, data, sink);
    case OE_CANCEL_ALL: // which orders it ends, the socket tells
    case OE_LEVERAGE:
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
        return true;
    default:
        return false;
    }
}

void edgex_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                         struct slice headers, struct slice body, struct oe_sink *sink) {
    (void)headers; // edgeX tells nothing of budgets
    struct envelope envelope = {.code = {"", 0}, .data = {"", 0}};
    struct slice key;
    struct json r;
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_text(&r, &envelope.code);
        } else if (slice_equals(key, SLICE("msg"))) {
            md_read_text(&r, &envelope.message);
        } else if (slice_equals(key, SLICE("errorParam"))) {
            envelope.parameter = json_raw(&r);
        } else if (slice_equals(key, SLICE("data"))) {
            envelope.data = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r) || envelope.code.size == 0) {
        if (http_status < 400 && oe_call_changes(call->kind)) {
            oe_emit_text(sink, OE_EVENT_UNKNOWN, call, body); // it may have been carried out
        } else {
            oe_emit_http(sink, call, http_status, body);
        }
    } else if (!slice_equals(envelope.code, SLICE("SUCCESS"))) {
        decode_failure(call, http_status, &envelope, sink);
    } else if (http_status >= 400) {
        oe_emit_http(sink, call, http_status, envelope.code);
    } else if (!decode_data(oe, call, envelope.data, sink)) {
        oe_emit_text(sink, oe_call_changes(call->kind) ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call,
                     body);
    }
}
