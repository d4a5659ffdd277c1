// Answers of OKX's private side, and what it calls wrong: okx.md sections 5 and 7.
#include "exchanges/md_decode.h"
#include "exchanges/okx_oe.h"

// ---- errors ------------------------------------------------------------------------------------

bool okx_is_unknown(int64_t code) {
    return code == 50004 || code == 51149; // time-outs of the endpoint, of the order itself
}

enum oe_error okx_error_of(int64_t code) {
    static const struct {
        int32_t from, to;
        enum oe_error error;
    } rows[] = {
        {50001, 50001, OE_ERROR_BUSY},        {50011, 50011, OE_ERROR_RATE},
        {50013, 50013, OE_ERROR_BUSY},        {50026, 50026, OE_ERROR_BUSY},
        {50061, 50061, OE_ERROR_RATE},        {50102, 50102, OE_ERROR_CLOCK},
        {50100, 50114, OE_ERROR_KEYS},        {50119, 50119, OE_ERROR_KEYS},
        {51000, 51000, OE_ERROR_REQUEST},     {51001, 51001, OE_ERROR_SYMBOL},
        {51004, 51005, OE_ERROR_LIMIT},       {51006, 51006, OE_ERROR_PRICE},
        {51008, 51008, OE_ERROR_MARGIN},      {51010, 51010, OE_ERROR_KEYS},
        {51016, 51016, OE_ERROR_DUPLICATE},   {51020, 51020, OE_ERROR_SIZE},
        {51112, 51112, OE_ERROR_REDUCE_ONLY}, {51119, 51119, OE_ERROR_MARGIN},
        {51121, 51121, OE_ERROR_SIZE},        {51127, 51127, OE_ERROR_MARGIN},
        {51131, 51131, OE_ERROR_MARGIN},      {51135, 51138, OE_ERROR_PRICE},
        {51400, 51402, OE_ERROR_NO_ORDER},    {51410, 51410, OE_ERROR_NO_ORDER},
        {51603, 51603, OE_ERROR_NO_ORDER},    {60004, 60004, OE_ERROR_CLOCK},
        {60006, 60006, OE_ERROR_CLOCK},       {60005, 60009, OE_ERROR_KEYS},
        {60011, 60011, OE_ERROR_LOGIN},       {60012, 60012, OE_ERROR_REQUEST},
        {60014, 60014, OE_ERROR_RATE},        {60018, 60018, OE_ERROR_REQUEST},
        {60032, 60032, OE_ERROR_KEYS},        {64008, 64008, OE_ERROR_BUSY},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) { // the first that fits: narrow before wide
        if (code >= rows[i].from && code <= rows[i].to) {
            return rows[i].error;
        }
    }
    return code == 0 ? OE_ERROR_NONE : OE_ERROR_OTHER;
}

// ---- answers -----------------------------------------------------------------------------------

static bool decode_codes(struct oe *oe, struct json *rows, uint32_t *count) {
    struct okx *okx = oe->state;
    struct slice key;
    json_array_begin(rows);
    while (json_array_next(rows)) {
        struct slice native = {"", 0};
        int64_t code = 0;
        json_object_begin(rows);
        while (json_object_next(rows, &key)) {
            if (slice_equals(key, SLICE("instId"))) {
                md_read_text(rows, &native);
            } else if (slice_equals(key, SLICE("instIdCode"))) {
                md_read_int(rows, &code);
            } else {
                json_skip(rows);
            }
        }
        uint16_t symbol = oe_find_symbol(oe, native);
        if (!rows->failed && symbol != OE_SYMBOL_NONE && code > 0) {
            okx->codes[symbol] = code;
        }
        ++*count;
    }
    okx->codes_known = !rows->failed;
    return !rows->failed;
}

static bool has_word(struct slice list, struct slice word) {
    while (list.size >= word.size) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma != NULL ? (size_t)(comma - list.data) : list.size;
        if (slice_equals((struct slice){list.data, size}, word)) {
            return true;
        }
        size_t taken = comma != NULL ? size + 1 : size;
        list = (struct slice){list.data + taken, list.size - taken};
    }
    return false;
}

static bool decode_config(const struct oe_call *call, struct json *rows, struct oe_sink *sink) {
    struct config {
        struct slice permissions, mode;
    };
    static const struct md_field fields[] = {
        {"perm", offsetof(struct config, permissions)},
        {"posMode", offsetof(struct config, mode)},
    };
    struct config config = {.permissions = {"", 0}};
    json_array_begin(rows);
    while (json_array_next(rows)) {
        md_read_fields(rows, fields, COUNT_OF(fields), &config);
    }
    if (rows->failed || config.permissions.size == 0) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_KEYS, call);
    event.keys.can_trade = has_word(config.permissions, SLICE("trade"));
    event.keys.can_withdraw = has_word(config.permissions, SLICE("withdraw"));
    sink->on_event(sink, &event);
    if (!slice_equals(config.mode, SLICE("net_mode"))) {
        oe_emit_text(sink, OE_EVENT_NOTICE, call,
                     SLICE("the account is in long/short mode: perpdesk needs net mode"));
    }
    return true;
}

// A negative rate is a fee, a positive one a rebate; USDT-margined listings have their own.
static bool decode_fees(const struct oe_call *call, struct json *rows, struct oe_sink *sink) {
    struct fees {
        struct slice maker, taker, maker_dollar, taker_dollar;
    };
    static const struct md_field fields[] = {
        {"maker", offsetof(struct fees, maker)},
        {"taker", offsetof(struct fees, taker)},
        {"makerU", offsetof(struct fees, maker_dollar)},
        {"takerU", offsetof(struct fees, taker_dollar)},
    };
    struct fees fees = {.maker = {"", 0}};
    struct rate maker, taker;
    json_array_begin(rows);
    while (json_array_next(rows)) {
        md_read_fields(rows, fields, COUNT_OF(fields), &fees);
    }
    struct slice maker_text = fees.maker_dollar.size > 0 ? fees.maker_dollar : fees.maker;
    struct slice taker_text = fees.taker_dollar.size > 0 ? fees.taker_dollar : fees.taker;
    if (rows->failed || !decimal_parse_near(maker_text, RATE_DIGITS, &maker.v) ||
        !decimal_parse_near(taker_text, RATE_DIGITS, &taker.v)) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
    event.fee.maker.v = -mul_div_floor(maker.v, BPS_WHOLE, PX_ONE);
    event.fee.taker.v = -mul_div_floor(taker.v, BPS_WHOLE, PX_ONE);
    sink->on_event(sink, &event);
    return true;
}

static bool decode_deadman(const struct oe_call *call, struct json *rows, struct oe_sink *sink) {
    struct trigger {
        struct slice time;
    };
    static const struct md_field fields[] = {{"triggerTime", offsetof(struct trigger, time)}};
    struct trigger trigger = {.time = {"", 0}};
    json_array_begin(rows);
    while (json_array_next(rows)) {
        md_read_fields(rows, fields, COUNT_OF(fields), &trigger);
    }
    if (rows->failed) {
        return false;
    }
    int64_t time = okx_ms_of(trigger.time);
    struct oe_event event = oe_event_for(OE_EVENT_DEADMAN, call);
    event.deadman.until_ns =
        time == 0 ? 0 : md_ns_from_ms(time < 100000000000 ? time * 1000 : time);
    sink->on_event(sink, &event);
    return true;
}

static bool decode_rows(struct oe *oe, const struct oe_call *call, struct slice data,
                        struct oe_sink *sink) {
    struct json r;
    uint32_t count = 0;
    struct slice last = {"", 0};
    bool good = true, list = true;
    json_init(&r, data);
    switch ((int)call->kind) {
    case OE_RULES:
        good = decode_codes(oe, &r, &count);
        break;
    case OE_QUERY:
    case OE_OPEN_ORDERS:
        good = okx_decode_orders(oe, call, &r, &count, &last, sink);
        list = call->kind == OE_OPEN_ORDERS;
        break;
    case OE_FILLS:
        good = okx_decode_fills(oe, call, &r, &count, &last, sink);
        break;
    case OE_POSITIONS:
        good = okx_decode_positions(oe, call, &r, &count, sink);
        break;
    case OE_BALANCES:
        good = okx_decode_balance(call, &r, sink);
        break;
    case OE_KEYS:
        good = decode_config(call, &r, sink);
        list = false;
        break;
    case OE_FEES:
        good = decode_fees(call, &r, sink);
        list = false;
        break;
    case OE_DEADMAN:
        good = decode_deadman(call, &r, sink);
        list = false;
        break;
    default: // leverage: said in the code
        json_skip(&r);
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
        list = false;
        break;
    }
    if (!good || !json_end(&r)) {
        return false;
    }
    if (list) {
        oe_emit_end(sink, call, count, count == OKX_PAGE ? last : (struct slice){"", 0});
    }
    return true;
}

// The verdict of a request is its row's sCode; the outer one counts where there is no row.
static bool read_verdict(struct slice data, struct slice *venue_id, struct slice *client_id,
                         int64_t *code, struct slice *text) {
    struct verdict {
        struct slice venue_id, client_id, code, text;
    };
    static const struct md_field fields[] = {
        {"ordId", offsetof(struct verdict, venue_id)},
        {"clOrdId", offsetof(struct verdict, client_id)},
        {"sCode", offsetof(struct verdict, code)},
        {"sMsg", offsetof(struct verdict, text)},
    };
    struct json r;
    struct verdict verdict = {.code = {"", 0}};
    json_init(&r, data);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        md_read_fields(&r, fields, COUNT_OF(fields), &verdict);
    }
    if (!json_end(&r) || !decimal_parse(verdict.code, 0, code)) {
        return false;
    }
    *venue_id = verdict.venue_id;
    *client_id = verdict.client_id;
    *text = verdict.text;
    return true;
}

static void decode_order_answer(const struct oe_call *call, struct slice data, int64_t outer,
                                struct slice outer_text, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    struct slice text = {"", 0};
    int64_t code = 0;
    if (!read_verdict(data, &event.venue_id, &event.client_id, &code, &text)) {
        code = outer;
        text = outer_text;
        if (code == 0) {
            oe_emit_text(sink, OE_EVENT_UNKNOWN, call, data); // an order without a verdict
            return;
        }
    }
    if (code != 0) {
        oe_emit_failure(sink, call, okx_error_of(code), okx_is_unknown(code), text);
        return;
    }
    sink->on_event(sink, &event);
}

void okx_decode_result(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                       struct slice body, struct oe_sink *sink) {
    struct json r;
    struct slice key, data = {"[]", 2}, text = {"", 0};
    int64_t code = -1;
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_int(&r, &code);
        } else if (slice_equals(key, SLICE("msg"))) {
            md_read_text(&r, &text);
        } else if (slice_equals(key, SLICE("data"))) {
            data = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r) || code < 0) {
        oe_emit_http(sink, call, http_status, body);
        return;
    }
    if (call->kind == OE_PLACE || call->kind == OE_CANCEL || call->kind == OE_AMEND) {
        decode_order_answer(call, data, code, text, sink);
    } else if (code != 0 || http_status != 200) {
        code = code != 0 ? code : 50001;
        oe_emit_failure(sink, call, okx_error_of(code), okx_is_unknown(code), text);
    } else if (!decode_rows(oe, call, data, sink)) {
        oe_emit_text(sink, oe_call_changes(call->kind) ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call,
                     body);
    }
}
