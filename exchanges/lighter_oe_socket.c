// Lighter's one socket: its subscriptions, what it pushes, and the answers to transactions.
#include <inttypes.h>

#include "exchanges/lighter_oe.h"
#include "exchanges/md_decode.h"

enum status lighter_open(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                         struct text *headers) {
    (void)now_ns;
    (void)headers;
    struct lighter *lighter = lighter_of(oe);
    lighter->connected = false;
    lighter->acknowledged = 0;
    if (lighter->flight_count > 0) { // nobody knows which of them arrived
        memset(lighter->flights, 0, sizeof(lighter->flights));
        lighter->flight_count = 0;
        lighter->nonce_known = false;
    }
    text_add_string(url,
                    oe->testnet ? lighter_oe.testnet.ws[socket] : lighter_oe.mainnet.ws[socket]);
    return STATUS_OK;
}

enum oe_greeting lighter_greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                               struct text *out) {
    static const char *const channels[LIGHTER_CHANNELS] = {
        "account_all_orders", "account_all_trades", "account_all_positions", "user_stats"};
    (void)socket;
    struct lighter *lighter = lighter_of(oe);
    if (!lighter->connected) {
        return OE_GREETING_WAIT;
    }
    if (step < LIGHTER_CHANNELS) {
        text_add_format(out,
                        "{\"type\":\"subscribe\",\"channel\":\"%s/%" PRIu64 "\",\"auth\":\"%s\"}",
                        channels[step], lighter->account, lighter_token_at(lighter, now_ns));
        return OE_GREETING_SEND;
    }
    return lighter->acknowledged < LIGHTER_CHANNELS ? OE_GREETING_WAIT : OE_GREETING_DONE;
}

// What a frame says of itself; the rows stand as they are in the frame.
struct frame {
    struct slice type, id, text;
    struct json content;
    bool has_content, is_error;
    int64_t code;
};

static void read_error(struct json *r, struct frame *frame) {
    struct slice key;
    frame->is_error = true;
    if (json_peek(r) != JSON_OBJECT) {
        md_read_text(r, &frame->text);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_int(r, &frame->code);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, &frame->text);
        } else {
            json_skip(r);
        }
    }
}

static bool read_frame(struct slice text, struct frame *frame) {
    struct json r;
    struct slice key;
    *frame = (struct frame){.code = 0};
    json_init(&r, text);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("type"))) {
            md_read_text(&r, &frame->type);
        } else if (slice_equals(key, SLICE("id"))) {
            md_read_text(&r, &frame->id);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(&r, &frame->text);
        } else if (slice_equals(key, SLICE("code"))) {
            md_read_int(&r, &frame->code);
        } else if (slice_equals(key, SLICE("error")) && !json_null(&r)) {
            read_error(&r, frame);
        } else if (slice_equals(key, SLICE("orders")) || slice_equals(key, SLICE("trades")) ||
                   slice_equals(key, SLICE("positions")) || slice_equals(key, SLICE("stats"))) {
            frame->has_content = !json_null(&r);
            frame->content = r;
            if (frame->has_content) {
                json_skip(&r);
            }
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

static void tell_deadman(const struct oe_call *call, int64_t until_ns, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_DEADMAN, call);
    event.deadman.until_ns = until_ns;
    sink->on_event(sink, &event);
}

// The answer to the transaction of that tag.
static void decode_result(struct lighter *lighter, uint32_t tag, const struct frame *frame,
                          struct slice whole, struct oe_sink *sink) {
    struct lighter_flight flight;
    enum oe_error error = frame->code == 200 ? OE_ERROR_NONE : lighter_error_of(frame->code);
    bool unknown = lighter_is_unknown(frame->code) || frame->code == 0;
    if (!lighter_land(lighter, tag, unknown ? OE_ERROR_NONE : error, &flight)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, whole);
        return;
    }
    struct oe_call call = {.kind = flight.kind, .tag = tag, .symbol = flight.symbol};
    if (unknown) {
        lighter->nonce_known = false;
        oe_emit_text(sink, OE_EVENT_UNKNOWN, &call, frame->text);
    } else if (frame->code != 200) {
        lighter_emit_failure(&call, frame->code, frame->text, sink);
    } else if (flight.kind == OE_DEADMAN) {
        tell_deadman(&call, flight.until_ns, sink);
    } else {
        oe_emit(sink, OE_EVENT_ACCEPTED, &call);
    }
}

static uint32_t only_flight(const struct lighter *lighter) {
    uint32_t tag = 0;
    for (size_t i = 0; lighter->flight_count == 1 && i < LIGHTER_FLIGHTS_MAX; i++) {
        tag = lighter->flights[i].tag != 0 ? lighter->flights[i].tag : tag;
    }
    return tag;
}

// An error that names no request.
static void decode_error(struct lighter *lighter, const struct frame *frame, struct slice whole,
                         struct oe_sink *sink) {
    enum oe_error error = lighter_error_of(frame->code);
    bool of_transaction = frame->code >= 21000 && frame->code <= 21999;
    uint32_t tag = only_flight(lighter);
    if (frame->code == 30003) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL); // subscribed already
    } else if (of_transaction && tag != 0) {
        decode_result(lighter, tag, frame, whole, sink);
    } else if (of_transaction && lighter->flight_count > 0) {
        lighter->nonce_known = false;
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, whole);
    } else if (lighter->acknowledged < LIGHTER_CHANNELS &&
               (error == OE_ERROR_KEYS || error == OE_ERROR_REQUEST || error == OE_ERROR_OTHER)) {
        oe_emit_session_off(sink, NULL, 0, error == OE_ERROR_KEYS ? error : OE_ERROR_LOGIN,
                            frame->text);
    } else if (error == OE_ERROR_RATE) { // of all that is sent here
        oe_emit_refused(sink, NULL, error, frame->text);
    } else {
        oe_emit_text(sink, frame->code != 0 ? OE_EVENT_NOTICE : OE_EVENT_SURPRISE, NULL,
                     frame->code != 0 ? frame->text : whole);
    }
}

static void acknowledge(struct lighter *lighter, struct oe_sink *sink) {
    if (lighter->acknowledged < LIGHTER_CHANNELS && ++lighter->acknowledged == LIGHTER_CHANNELS) {
        oe_emit_session_on(sink, NULL, 0);
    }
    oe_emit(sink, OE_EVENT_ALIVE, NULL);
}

// "subscribed/account_all_orders" or "update/…": the picture, or what is new.
static bool decode_push(struct oe *oe, struct frame *frame, struct oe_sink *sink) {
    struct slice first = SLICE("subscribed/"), update = SLICE("update/");
    bool snapshot = slice_starts(frame->type, first);
    size_t size = snapshot ? first.size : update.size;
    struct slice channel = {frame->type.data + size, frame->type.size - size};
    uint32_t count = 0;
    int64_t oldest_ns = 0;
    if (snapshot) {
        acknowledge(lighter_of(oe), sink);
    }
    bool is_positions = slice_equals(channel, SLICE("account_all_positions"));
    if (!frame->has_content && !is_positions) {
        return snapshot; // nothing there yet
    }
    if (slice_equals(channel, SLICE("account_all_orders")) ||
        slice_equals(channel, SLICE("account_orders"))) {
        return lighter_decode_orders(oe, NULL, snapshot, &frame->content, &count, sink);
    }
    if (slice_equals(channel, SLICE("account_all_trades"))) {
        return lighter_decode_trades(oe, NULL, snapshot, &frame->content, &count, &oldest_ns, sink);
    }
    if (is_positions) {
        struct json none;
        json_init(&none, SLICE("{}"));
        return lighter_decode_positions(oe, NULL, snapshot,
                                        frame->has_content ? &frame->content : &none, &count, sink);
    }
    return slice_equals(channel, SLICE("user_stats")) &&
           lighter_decode_stats(&frame->content, sink);
}

void lighter_decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                          struct oe_sink *sink) {
    (void)socket;
    struct lighter *lighter = lighter_of(oe);
    struct frame frame;
    enum oe_call_kind kind;
    uint32_t tag = 0;
    lighter_give_up(lighter, now_ns);
    if (!read_frame(text, &frame)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    } else if (slice_starts(frame.type, SLICE("jsonapi/sendtx"))) {
        if (frame.id.size > 0 && oe_read_tag(frame.id, &kind, &tag)) {
            decode_result(lighter, tag, &frame, text, sink);
        } else if (frame.code == 200) {
            oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text); // of a request that is none of ours
        } else {
            decode_error(lighter, &frame, text, sink);
        }
    } else if (frame.is_error || slice_equals(frame.type, SLICE("error"))) {
        decode_error(lighter, &frame, text, sink);
    } else if (slice_equals(frame.type, SLICE("ping"))) {
        oe_emit_text(sink, OE_EVENT_REPLY, NULL, SLICE("{\"type\":\"pong\"}"));
    } else if (slice_equals(frame.type, SLICE("connected"))) {
        lighter->connected = true;
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else if (slice_equals(frame.type, SLICE("pong")) ||
               slice_equals(frame.type, SLICE("unsubscribed"))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else if ((!slice_starts(frame.type, SLICE("subscribed/")) &&
                !slice_starts(frame.type, SLICE("update/"))) ||
               !decode_push(oe, &frame, sink)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    }
}
