// Answers by REST and on the socket, and the account's streams of GRVT: grvt.md sections 3, 5, 7.
#include "exchanges/bytes_text.h"
#include "exchanges/grvt_oe.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

enum oe_error grvt_error_of(int64_t code) {
    static const struct {
        int32_t from, to;
        enum oe_error error;
    } rows[] = {
        {1000, 1000, OE_ERROR_LOGIN},       {1001, 1001, OE_ERROR_KEYS},
        {1002, 1002, OE_ERROR_BUSY},        {1003, 1003, OE_ERROR_REQUEST},
        {1004, 1004, OE_ERROR_NO_ORDER},    {1005, 1005, OE_ERROR_BUSY},
        {1006, 1006, OE_ERROR_RATE},        {1008, 1008, OE_ERROR_KEYS},
        {1009, 1009, OE_ERROR_BUSY},        {1012, 1012, OE_ERROR_REQUEST},
        {1101, 1103, OE_ERROR_REQUEST},     {1400, 1400, OE_ERROR_KEYS},
        {2000, 2000, OE_ERROR_KEYS},        {2001, 2001, OE_ERROR_CLOCK},
        {2002, 2002, OE_ERROR_KEYS},        {2003, 2004, OE_ERROR_KEYS},
        {2005, 2007, OE_ERROR_REQUEST},     {2008, 2008, OE_ERROR_CLOCK},
        {2010, 2011, OE_ERROR_REQUEST},     {2012, 2012, OE_ERROR_DUPLICATE},
        {2020, 2032, OE_ERROR_REQUEST},     {2060, 2061, OE_ERROR_SYMBOL},
        {2062, 2062, OE_ERROR_SIZE},        {2064, 2064, OE_ERROR_PRICE},
        {2065, 2066, OE_ERROR_SIZE},        {2080, 2080, OE_ERROR_MARGIN},
        {2081, 2081, OE_ERROR_LIMIT},       {2082, 2082, OE_ERROR_MARGIN},
        {2083, 2083, OE_ERROR_LIMIT},       {2084, 2084, OE_ERROR_MARGIN},
        {2090, 2090, OE_ERROR_LIMIT},       {2300, 2301, OE_ERROR_REQUEST},
        {2400, 2402, OE_ERROR_REDUCE_ONLY}, {3000, 3000, OE_ERROR_SYMBOL},
        {3020, 3020, OE_ERROR_KEYS},        {3021, 3031, OE_ERROR_REQUEST},
        {6000, 6000, OE_ERROR_REQUEST},     {7201, 7201, OE_ERROR_PRICE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (code >= rows[i].from && code <= rows[i].to) {
            return rows[i].error;
        }
    }
    return code == 0 ? OE_ERROR_NONE : OE_ERROR_OTHER;
}

// The venue's own trouble: what became of the request is not said.
static bool is_unknown(int64_t code) {
    return code == 1002 || code == 1005;
}

static void decode_failure(struct grvt *grvt, const struct oe_call *call, int64_t code,
                           struct slice text, struct oe_sink *sink) {
    enum oe_error error = grvt_error_of(code);
    if (error == OE_ERROR_LOGIN) {
        grvt->cookie[0] = '\0'; // upkeep logs in again
        error = call->kind == OE_LOGIN ? OE_ERROR_KEYS : error;
    }
    oe_emit_failure(sink, call, error, is_unknown(code), text);
}

// ---- answers -----------------------------------------------------------------------------------

// {"result":…}, {"result":…,"next":…}, or {"code":…,"message":…} with a request's id.
struct answer {
    struct slice result, results, next, code, message, error, id, method, status, success;
    struct slice stream, sequence, feed;
};

static bool read_answer(struct slice text, struct answer *answer) {
    static const struct md_field fields[] = {
        {"result", offsetof(struct answer, result)},
        {"results", offsetof(struct answer, results)},
        {"next", offsetof(struct answer, next)},
        {"code", offsetof(struct answer, code)},
        {"message", offsetof(struct answer, message)},
        {"error", offsetof(struct answer, error)},
        {"id", offsetof(struct answer, id)},
        {"method", offsetof(struct answer, method)},
        {"status", offsetof(struct answer, status)},
        {"success", offsetof(struct answer, success)},
        {"stream", offsetof(struct answer, stream)},
        {"sequence_number", offsetof(struct answer, sequence)},
        {"feed", offsetof(struct answer, feed)},
    };
    *answer = (struct answer){.result = {"", 0}};
    return md_read_object(text, fields, COUNT_OF(fields), answer);
}

static bool decode_list(struct oe *oe, const struct oe_call *call, const struct answer *answer,
                        struct oe_sink *sink) {
    struct json r;
    uint32_t count = 0;
    bool good = true;
    oe_read_list(&r, answer->result);
    while (json_array_next(&r)) {
        struct slice row = {"", 0};
        md_read_value(&r, &row);
        if (r.failed) {
            break;
        }
        ++count;
        if (call->kind == OE_OPEN_ORDERS) {
            good = grvt_decode_order(oe, call, row, true, sink) && good;
        } else if (call->kind == OE_FILLS) {
            good = grvt_decode_fill(oe, call, row, true, sink) && good;
        } else {
            good = grvt_decode_position(oe, call, row, true, sink) && good;
        }
    }
    if (!json_end(&r) || !good) {
        return false;
    }
    oe_emit_end(sink, call, count,
                call->kind == OE_FILLS && count >= GRVT_PAGE ? answer->next
                                                             : (struct slice){"", 0});
    return true;
}

static bool decode_balance(const struct oe_call *call, struct slice text, struct oe_sink *sink) {
    struct balance {
        struct slice equity, available;
    };
    static const struct md_field fields[] = {
        {"total_equity", offsetof(struct balance, equity)},
        {"available_balance", offsetof(struct balance, available)},
    };
    struct balance row = {.equity = {"", 0}};
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
    if (!md_read_object(text, fields, COUNT_OF(fields), &row) ||
        !oe_read_usd(row.equity, &event.balance.equity) ||
        !oe_read_usd(row.available, &event.balance.available)) {
        return false;
    }
    sink->on_event(sink, &event);
    oe_emit_end(sink, call, 1, (struct slice){"", 0});
    return true;
}

// Hash and decimals of every instrument of ours.
static bool decode_rules(struct oe *oe, struct slice list) {
    struct rules {
        struct slice native, hash, decimals;
    };
    static const struct md_field fields[] = {
        {"instrument", offsetof(struct rules, native)},
        {"instrument_hash", offsetof(struct rules, hash)},
        {"base_decimals", offsetof(struct rules, decimals)},
    };
    struct grvt *grvt = oe->state;
    struct json r;
    oe_read_list(&r, list);
    while (json_array_next(&r)) {
        struct rules row = {.native = {"", 0}};
        struct grvt_instrument instrument = {.known = true};
        int64_t decimals;
        md_read_fields(&r, fields, COUNT_OF(fields), &row);
        uint16_t symbol = r.failed ? OE_SYMBOL_NONE : oe_find_symbol(oe, row.native);
        if (symbol == OE_SYMBOL_NONE) {
            continue;
        }
        if (!hex_read_number(row.hash, instrument.asset, sizeof(instrument.asset)) ||
            !decimal_parse(row.decimals, 0, &decimals) || decimals < 0 ||
            decimals > GRVT_SIZE_DIGITS_MAX) {
            return false;
        }
        instrument.decimals = (uint8_t)decimals;
        grvt->instruments[symbol] = instrument;
    }
    grvt->rules_known = json_end(&r);
    return grvt->rules_known;
}

// {"ack":true}, and "true" in the documents; leverage says "success".
static bool is_done(const struct answer *answer) {
    struct done {
        struct slice ack, success;
    };
    static const struct md_field fields[] = {
        {"ack", offsetof(struct done, ack)},
        {"success", offsetof(struct done, success)},
    };
    struct done done = {.ack = {"", 0}, .success = answer->success};
    if (answer->result.size > 0 &&
        !md_read_object(answer->result, fields, COUNT_OF(fields), &done)) {
        return false;
    }
    return slice_equals(done.ack, SLICE("true")) || slice_equals(done.success, SLICE("true"));
}

static void tell_deadman(const struct oe_call *call, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_DEADMAN, call);
    event.deadman.until_ns =
        call->countdown_ms == 0 ? 0 : call->now_ns + call->countdown_ms * NS_PER_MS;
    sink->on_event(sink, &event);
}

static bool decode_result(struct oe *oe, const struct oe_call *call, const struct answer *answer,
                          struct oe_sink *sink) {
    switch ((int)call->kind) {
    case OE_RULES:
        if (!decode_rules(oe, answer->result)) {
            return false;
        }
        oe_emit_end(sink, call, 0, (struct slice){"", 0});
        return true;
    case OE_PLACE:
        return grvt_decode_placed(oe, call, answer->result, sink);
    case OE_QUERY:
        return grvt_decode_order(oe, call, answer->result, false, sink);
    case OE_OPEN_ORDERS:
    case OE_FILLS:
    case OE_POSITIONS:
        return decode_list(oe, call, answer, sink);
    case OE_BALANCES:
        return decode_balance(call, answer->result, sink);
    case OE_DEADMAN:
        if (!is_done(answer)) {
            return false;
        }
        tell_deadman(call, sink);
        return true;
    default: // cancels; leverage, whose answer is not documented but for its errors
        if (call->kind != OE_LEVERAGE && !is_done(answer)) {
            return false;
        }
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
        return true;
    }
}

static void decode_login(struct grvt *grvt, const struct oe_call *call, const struct answer *answer,
                         struct slice headers, struct oe_sink *sink) {
    if (slice_equals(answer->status, SLICE("success")) &&
        grvt_take_login(grvt, headers, call->now_ns)) {
        oe_emit_session_on(sink, call, OE_SOCKETS_MAX);
    } else { // the body may name the key: not repeated
        oe_emit_refused(sink, call, OE_ERROR_KEYS, SLICE("the login brought no session"));
    }
}

static void decode_body(struct oe *oe, const struct oe_call *call, const struct answer *answer,
                        struct slice whole, struct oe_sink *sink) {
    int64_t code;
    if (decimal_parse(answer->code, 0, &code) && code != 0) {
        decode_failure(oe->state, call, code, answer->message, sink);
    } else if (!decode_result(oe, call, answer, sink)) {
        oe_emit_text(sink, oe_call_changes(call->kind) ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call,
                     whole);
    }
}

void grvt_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                        struct slice headers, struct slice body, struct oe_sink *sink) {
    struct answer answer;
    if (!read_answer(body, &answer) || (http_status != 200 && answer.code.size == 0)) {
        if (http_status == 401) { // a login that is over may be said without a body
            decode_failure(oe->state, call, 1000, body, sink);
        } else {
            oe_emit_http(sink, call, http_status, body);
        }
    } else if (call->kind == OE_LOGIN && answer.code.size == 0) {
        decode_login(oe->state, call, &answer, headers, sink);
    } else {
        decode_body(oe, call, &answer, body, sink);
    }
}

// ---- the socket --------------------------------------------------------------------------------

static bool is_picture(const struct answer *frame) {
    return slice_equals(frame->sequence, SLICE("0"));
}

static bool decode_push(struct oe *oe, const struct answer *frame, struct oe_sink *sink) {
    bool snapshot = is_picture(frame);
    if (slice_equals(frame->stream, SLICE("v1.order"))) {
        return grvt_decode_order(oe, NULL, frame->feed, snapshot, sink);
    }
    if (slice_equals(frame->stream, SLICE("v1.state"))) {
        return grvt_decode_state(frame->feed, snapshot, sink);
    }
    if (slice_equals(frame->stream, SLICE("v1.fill"))) {
        return grvt_decode_fill(oe, NULL, frame->feed, snapshot, sink);
    }
    return slice_equals(frame->stream, SLICE("v1.position")) &&
           grvt_decode_position(oe, NULL, frame->feed, snapshot, sink);
}

static bool decode_confirmation(struct grvt *grvt, const struct answer *frame,
                                struct oe_sink *sink) {
    struct answer result;
    if (!read_answer(frame->result, &result)) {
        return false;
    }
    for (uint32_t i = 0; i < GRVT_STREAMS; i++) {
        if (slice_equals(result.stream, slice_of(grvt_streams[i]))) {
            grvt->subscribed |= UINT32_C(1) << i;
            oe_emit(sink, OE_EVENT_ALIVE, NULL);
            return true;
        }
    }
    return false;
}

// A refused subscription: the account is not told on this socket.
static bool decode_refusal(struct grvt *grvt, const struct answer *error, struct oe_sink *sink) {
    int64_t code;
    if (!decimal_parse(error->code, 0, &code)) {
        return false;
    }
    grvt->subscribed = 0;
    if (grvt_error_of(code) == OE_ERROR_LOGIN) {
        grvt->cookie[0] = '\0';
    }
    oe_emit_session_off(sink, NULL, 0, grvt_error_of(code), error->message);
    return true;
}

// What answers a request of ours: the result is nested once or twice.
static void decode_response(struct oe *oe, const struct oe_call *call, const struct answer *frame,
                            struct slice whole, struct oe_sink *sink) {
    struct grvt *grvt = oe->state;
    struct answer inner = *frame;
    bool was_in = grvt->cookie[0] != '\0';
    struct slice text = frame->error.size > 0 ? frame->error : frame->result;
    struct answer nested;
    if (read_answer(text, &nested) && (nested.result.size > 0 || nested.code.size > 0)) {
        inner = nested;
    }
    decode_body(oe, call, &inner, whole, sink);
    if (was_in && grvt->cookie[0] == '\0') { // the login was over: so is what was opened with it
        grvt->subscribed = 0;
        oe_emit_session_off(sink, NULL, 0, OE_ERROR_LOGIN, inner.message);
    }
}

void grvt_decode_private(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                         struct oe_sink *sink) {
    (void)socket;
    struct grvt *grvt = oe->state;
    struct answer frame, error;
    struct oe_call call = {.symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    int64_t id = 0;
    bool good = read_answer(text, &frame);
    if (good && frame.stream.size > 0) {
        good = decode_push(oe, &frame, sink);
    } else if (good && decimal_parse(frame.id, 0, &id) && grvt_read_id(id, &call.kind, &call.tag)) {
        decode_response(oe, &call, &frame, text, sink);
    } else if (good && frame.error.size > 0) {
        good = read_answer(frame.error, &error) && decode_refusal(grvt, &error, sink);
    } else if (good) {
        good = slice_equals(frame.method, SLICE("subscribe")) &&
               decode_confirmation(grvt, &frame, sink);
    }
    if (!good) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    }
}
