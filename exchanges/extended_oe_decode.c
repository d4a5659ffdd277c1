// Answers of Extended by REST, {"status":"OK","data":…,"pagination":…} or
// {"status":"ERROR","error":{…}}: extended.md sections 5 and 7.
#include "exchanges/extended_oe.h"
#include "exchanges/md_decode.h"

// ---- errors ------------------------------------------------------------------------------------

enum {
    CODE_APPLICATION_ERROR = 1006, // as good as 500: nobody knows what became of the request
    CODE_FEE_TOO_LOW = 1128,
};

void extended_read_refusal(struct json *r, struct extended_error *error) {
    struct slice key;
    int64_t code;
    if (json_peek(r) != JSON_OBJECT) {
        md_read_text(r, &error->text);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_text(r, &error->word);
            error->code = decimal_parse(error->word, 0, &code) ? code : 0;
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, &error->text);
        } else {
            json_skip(r);
        }
    }
}

static enum oe_error error_of_code(int64_t code) {
    static const struct {
        uint16_t from, to;
        enum oe_error error;
    } rows[] = {
        {400, 400, OE_ERROR_REQUEST},       {401, 401, OE_ERROR_KEYS},
        {403, 403, OE_ERROR_KEYS},          {404, 404, OE_ERROR_NO_ORDER},
        {422, 422, OE_ERROR_REQUEST},       {429, 429, OE_ERROR_RATE},
        {500, 599, OE_ERROR_BUSY},          {1001, 1002, OE_ERROR_SYMBOL},
        {1006, 1006, OE_ERROR_BUSY},        {1010, 1012, OE_ERROR_BUSY},
        {1014, 1014, OE_ERROR_SYMBOL},      {1049, 1053, OE_ERROR_REQUEST},
        {10501, 10501, OE_ERROR_REQUEST},   {1100, 1102, OE_ERROR_KEYS},
        {1120, 1123, OE_ERROR_SIZE},        {1124, 1125, OE_ERROR_PRICE},
        {1126, 1127, OE_ERROR_LIMIT},       {1128, 1128, OE_ERROR_REQUEST},
        {1130, 1130, OE_ERROR_PRICE},       {1134, 1134, OE_ERROR_DUPLICATE},
        {1135, 1135, OE_ERROR_REQUEST},     {1136, 1138, OE_ERROR_REDUCE_ONLY},
        {1139, 1139, OE_ERROR_REQUEST},     {1140, 1140, OE_ERROR_MARGIN},
        {1141, 1141, OE_ERROR_PRICE},       {1142, 1142, OE_ERROR_NO_ORDER},
        {1145, 1145, OE_ERROR_REDUCE_ONLY}, {1147, 1148, OE_ERROR_MARGIN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (code >= rows[i].from && code <= rows[i].to) {
            return rows[i].error;
        }
    }
    return OE_ERROR_OTHER;
}

enum oe_error extended_error_of(const struct extended_error *error, uint32_t http_status) {
    enum oe_error known = error_of_code(error->code);
    if (known == OE_ERROR_OTHER && slice_equals(error->word, SLICE("NOT_FOUND"))) {
        return OE_ERROR_NO_ORDER;
    }
    return known != OE_ERROR_OTHER || error->code != 0 ? known : error_of_code(http_status);
}

static bool is_unknown(const struct extended_error *error, uint32_t http_status) {
    return error->code == CODE_APPLICATION_ERROR || (error->code >= 500 && error->code < 600) ||
           (error->code == 0 && http_status >= 500);
}

// An account without money has no balance: 404 is its answer.
static void emit_no_balance(const struct oe_call *call, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
    event.symbol = OE_SYMBOL_NONE;
    event.snapshot = true;
    sink->on_event(sink, &event);
    oe_emit_end(sink, call, 1, (struct slice){"", 0});
}

static void decode_error(struct extended *extended, const struct oe_call *call,
                         uint32_t http_status, const struct extended_error *error,
                         struct oe_sink *sink) {
    enum oe_error refusal = extended_error_of(error, http_status);
    if (error->code == CODE_FEE_TOO_LOW && call->symbol < SYMBOL_MAX) {
        extended->markets[call->symbol].fees_known = false; // they rose: accept more until told
    }
    if (is_unknown(error, http_status) && oe_call_changes(call->kind)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, call, error->text);
    } else if (refusal != OE_ERROR_NO_ORDER) {
        oe_emit_refused(sink, call, refusal, error->text);
    } else if (call->kind == OE_BALANCES) {
        emit_no_balance(call, sink);
    } else if (call->kind == OE_QUERY) {
        oe_emit_gone(sink, call, error->text);
    } else if (call->kind != OE_CANCEL && call->kind != OE_PLACE) { // it was no order's
        bool of_market = call->symbol != OE_SYMBOL_NONE;
        oe_emit_refused(sink, call, of_market ? OE_ERROR_SYMBOL : OE_ERROR_OTHER, error->text);
    } else {
        oe_emit_refused(sink, call, refusal, error->text);
    }
}

// ---- answers -----------------------------------------------------------------------------------

struct envelope {
    struct json data;
    enum json_kind data_kind; // JSON_NONE: there is none
    struct slice status, cursor;
    struct extended_error error;
    bool failed; // the venue says so
};

static void read_pagination(struct json *r, struct slice *cursor) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("cursor"))) {
            md_read_text(r, cursor);
        } else {
            json_skip(r);
        }
    }
}

static bool read_envelope(struct slice body, struct envelope *envelope) {
    struct json r;
    struct slice key;
    *envelope = (struct envelope){.failed = false};
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("data"))) {
            envelope->data_kind = json_peek(&r);
            envelope->data = r;
            json_skip(&r);
        } else if (slice_equals(key, SLICE("status"))) {
            md_read_text(&r, &envelope->status);
        } else if (slice_equals(key, SLICE("error")) && !json_null(&r)) {
            envelope->failed = true;
            extended_read_refusal(&r, &envelope->error);
        } else if (slice_equals(key, SLICE("pagination")) && json_peek(&r) == JSON_OBJECT) {
            read_pagination(&r, &envelope->cursor);
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(&r);
        }
    }
    envelope->failed = envelope->failed || slice_equals(envelope->status, SLICE("ERROR"));
    return json_end(&r);
}

// The gateway took it, and no more. It says so itself: an HTTP status of 200 alone may be anyone's.
static bool decode_accepted(const struct oe_call *call, struct envelope *envelope,
                            struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    struct json *r = &envelope->data;
    struct slice key;
    if (!slice_equals(envelope->status, SLICE("OK")) &&
        !slice_equals(envelope->status, SLICE("ok"))) {
        return false;
    }
    event.client_id = call->client_id;
    event.venue_id = call->venue_id;
    if (envelope->data_kind == JSON_OBJECT && call->kind == OE_PLACE) {
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            if (slice_equals(key, SLICE("id"))) {
                md_read_text(r, &event.venue_id);
            } else if (slice_equals(key, SLICE("externalId"))) {
                md_read_text(r, &event.client_id);
            } else {
                json_skip(r);
            }
        }
        if (r->failed) {
            return false;
        }
    }
    sink->on_event(sink, &event);
    return true;
}

static bool decode_query(struct extended_rows *rows, struct envelope *envelope) {
    if (envelope->data_kind != JSON_ARRAY) {
        return extended_read_order(rows, &envelope->data);
    }
    bool good = extended_read_orders(rows, &envelope->data);
    if (good && rows->count == 0) { // by client id: never arrived
        oe_emit_gone(rows->sink, rows->call, (struct slice){"", 0});
    }
    return good;
}

static struct slice next_page(const struct extended_rows *rows, struct slice cursor) {
    const struct oe_call *call = rows->call;
    bool over = rows->count == 0 || slice_equals(cursor, call->cursor) ||
                (call->since_ns > 0 && rows->oldest_ns > 0 && rows->oldest_ns < call->since_ns);
    return over || !oe_is_plain(cursor, OE_VENUE_ID_MAX) ? (struct slice){"", 0} : cursor;
}

static bool decode_list(struct extended_rows *rows, struct envelope *envelope) {
    static bool (*const readers[OE_CALL_KIND_COUNT])(struct extended_rows *, struct json *) = {
        [OE_OPEN_ORDERS] = extended_read_orders,
        [OE_FILLS] = extended_read_fills,
        [OE_POSITIONS] = extended_read_positions,
        [OE_BALANCES] = extended_read_balance,
        [OE_FUNDING_PAID] = extended_read_funding};
    if (!readers[rows->call->kind](rows, &envelope->data)) {
        return false;
    }
    oe_emit_end(rows->sink, rows->call, rows->count, next_page(rows, envelope->cursor));
    return true;
}

static void emit_deadman(const struct oe_call *call, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_DEADMAN, call);
    uint32_t seconds = extended_countdown_s(call->countdown_ms);
    event.deadman.until_ns = seconds == 0 ? 0 : call->now_ns + seconds * NS_PER_S;
    sink->on_event(sink, &event);
}

static bool decode_result(struct oe *oe, const struct oe_call *call, struct envelope *envelope,
                          struct oe_sink *sink) {
    struct extended_rows rows = {.oe = oe, .call = call, .sink = sink};
    uint32_t count = 0;
    switch ((int)call->kind) {
    case OE_PLACE:
    case OE_CANCEL:
    case OE_CANCEL_ALL:
    case OE_LEVERAGE:
        return decode_accepted(call, envelope, sink);
    case OE_DEADMAN:
        emit_deadman(call, sink);
        return true;
    case OE_RULES:
        if (!extended_learn_markets(oe, call, &envelope->data, &count, sink)) {
            return false;
        }
        oe_emit_end(sink, call, count, (struct slice){"", 0});
        return true;
    case OE_FEES:
        return extended_learn_fees(oe, call, &envelope->data, sink);
    case OE_KEYS:
        return extended_check_account(oe->state, call, &envelope->data, sink);
    case OE_QUERY:
        return decode_query(&rows, envelope);
    default:
        return decode_list(&rows, envelope);
    }
}

void extended_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                            struct slice headers, struct slice body, struct oe_sink *sink) {
    (void)headers; // no limits are told there
    struct envelope envelope;
    bool taken = http_status >= 200 && http_status < 300;
    if (taken && body.size == 0 && call->kind == OE_DEADMAN) { // as documented
        emit_deadman(call, sink);
        return;
    }
    if (!read_envelope(body, &envelope)) {
        if (call->kind == OE_BALANCES && http_status == 404 && body.size == 0) {
            emit_no_balance(call, sink);
        } else if (taken && oe_call_changes(call->kind)) {
            oe_emit_text(sink, OE_EVENT_UNKNOWN, call, body);
        } else {
            oe_emit_http(sink, call, http_status, body); // a page of HTML, mostly
        }
        return;
    }
    if (envelope.failed || !taken) {
        decode_error(oe->state, call, http_status, &envelope.error, sink);
    } else if (!decode_result(oe, call, &envelope, sink)) {
        // An answer that cannot be read settles nothing: whatever it was is asked for again.
        oe_emit_text(sink, oe_call_changes(call->kind) ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call,
                     body);
    }
}
