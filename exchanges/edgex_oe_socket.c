// The private socket of edgeX: signed by its headers, nothing to subscribe to. First comes the
// account as it is, then what happens to it (edgex.md section 5, pings section 3).
#include <strings.h>

#include "exchanges/edgex_oe.h"
#include "exchanges/md_decode.h"

#define SOCKET_PATH "/api/v1/private/ws"

enum { PING_TIME_MAX = 20 };

enum status edgex_open(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                       struct text *headers) {
    struct edgex *edgex = oe->state;
    char time_data[24], query_data[96];
    struct text time = TEXT_OVER(time_data), query = TEXT_OVER(query_data);
    if (!edgex->rules_known) {
        return status_fail(STATUS_UNAVAILABLE, "edgeX's contracts are not known yet");
    }
    edgex->snapshot_seen = false;
    text_add_int(&time, now_ns / NS_PER_MS);
    text_add_format(&query, "accountId=%s&timestamp=%s", edgex->account_text, time_data);
    text_add_string(url, edgex_oe.mainnet.ws[socket]);
    text_add_char(url, '?');
    text_add(url, text_slice(&query));
    edgex_add_headers(edgex, text_slice(&time), SLICE("GET"), SLICE(SOCKET_PATH),
                      text_slice(&query), headers);
    return STATUS_OK;
}

enum oe_greeting edgex_greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                             struct text *out) {
    const struct edgex *edgex = oe->state;
    (void)socket;
    (void)step;
    (void)now_ns;
    (void)out;
    return edgex->snapshot_seen ? OE_GREETING_DONE : OE_GREETING_WAIT;
}

struct frame {
    struct slice type, time, content;
};

static bool read_frame(struct slice text, struct frame *frame) {
    struct slice key;
    struct json r;
    *frame = (struct frame){.content = {"", 0}};
    json_init(&r, text);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("type"))) {
            md_read_text(&r, &frame->type);
        } else if (slice_equals(key, SLICE("time"))) {
            md_read_text(&r, &frame->time);
        } else if (slice_equals(key, SLICE("content"))) {
            frame->content = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

// ---- events ------------------------------------------------------------------------------------

struct lists {
    struct slice orders, fills, positions, changes;
};

static bool read_lists(struct slice data, struct lists *lists) {
    struct slice key;
    struct json r;
    *lists = (struct lists){.orders = {"", 0}};
    json_init(&r, data);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        bool is_list = json_peek(&r) == JSON_ARRAY;
        struct slice value = json_raw(&r);
        if (!is_list) {
            continue;
        }
        if (slice_equals(key, SLICE("order"))) {
            lists->orders = value;
        } else if (slice_equals(key, SLICE("orderFillTransaction"))) {
            lists->fills = value;
        } else if (slice_equals(key, SLICE("position"))) {
            lists->positions = value;
        } else if (slice_equals(key, SLICE("collateralTransaction"))) {
            lists->changes = value;
        }
    }
    return json_end(&r);
}

// Orders before their fills, which name them by the venue's id only: this frame may be the first
// that tells it, before the answer to the order.
static bool decode_lists(const struct oe *oe, struct slice data, bool snapshot, uint32_t *count,
                         struct oe_sink *sink) {
    struct lists lists;
    if (!read_lists(data, &lists)) {
        return false;
    }
    bool orders = edgex_decode_orders(oe, NULL, lists.orders, snapshot, count, sink);
    bool fills = edgex_decode_fills(oe, NULL, lists.fills, count, sink);
    bool positions = edgex_decode_positions(oe, NULL, lists.positions, (struct slice){"", 0},
                                            snapshot, count, sink);
    bool funding = edgex_decode_funding(oe, NULL, lists.changes, count, sink);
    return orders && fills && positions && funding;
}

static bool is_word(struct slice told, struct slice word) {
    return told.size == word.size && strncasecmp(told.data, word.data, word.size) == 0;
}

enum weight { EVENT_USUAL, EVENT_FOR_A_PERSON, EVENT_UNKNOWN };

static enum weight weight_of(struct slice event) {
    static const struct {
        const char *name;
        enum weight weight;
    } rows[] = {
        {"Snapshot", EVENT_USUAL},
        {"ORDER_UPDATE", EVENT_USUAL},
        {"ACCOUNT_UPDATE", EVENT_USUAL},
        {"DEPOSIT_UPDATE", EVENT_USUAL},
        {"WITHDRAW_UPDATE", EVENT_USUAL},
        {"TRANSFER_IN_UPDATE", EVENT_USUAL},
        {"TRANSFER_OUT_UPDATE", EVENT_USUAL},
        {"FUNDING_SETTLEMENT", EVENT_USUAL},
        {"ORDER_FILL_FEE_INCOME", EVENT_USUAL},
        {"START_LIQUIDATING", EVENT_FOR_A_PERSON},
        {"FINISH_LIQUIDATING", EVENT_FOR_A_PERSON},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (is_word(event, slice_of(rows[i].name))) {
            return rows[i].weight;
        }
    }
    return EVENT_UNKNOWN;
}

struct trade_event {
    struct slice name, data;
};

static bool read_trade_event(struct slice content, struct trade_event *event) {
    struct slice key;
    struct json r;
    *event = (struct trade_event){.name = {"", 0}};
    json_init(&r, content);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("event"))) {
            md_read_text(&r, &event->name);
        } else if (slice_equals(key, SLICE("data"))) {
            event->data = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r) && event->data.size > 0;
}

// False: something of it was not understood.
static bool decode_trade_event(struct oe *oe, struct slice content, struct oe_sink *sink) {
    struct edgex *edgex = oe->state;
    struct trade_event event;
    uint32_t count = 0;
    if (!read_trade_event(content, &event)) {
        return false;
    }
    enum weight weight = weight_of(event.name);
    bool snapshot = is_word(event.name, SLICE("Snapshot"));
    if (weight == EVENT_FOR_A_PERSON) {
        oe_emit_text(sink, OE_EVENT_NOTICE, NULL, event.name);
    }
    bool good = decode_lists(oe, event.data, snapshot, &count, sink);
    if (snapshot) { // what of it is not understood is counted, and asked for by REST besides
        edgex->snapshot_seen = true;
        oe_emit_session_on(sink, NULL, 0);
    } else if (count == 0) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL); // of something that no list here tells
    }
    return good && weight != EVENT_UNKNOWN;
}

// ---- the connection ----------------------------------------------------------------------------

// Five pings without their time sent back, and the venue closes.
static bool answer_ping(struct slice time, struct oe_sink *sink) {
    char bytes[64];
    struct text text = TEXT_OVER(bytes);
    if (!oe_is_plain(time, PING_TIME_MAX)) {
        return false;
    }
    text_add_string(&text, "{\"type\":\"pong\",\"time\":\"");
    text_add(&text, time);
    text_add_string(&text, "\"}");
    oe_emit_text(sink, OE_EVENT_REPLY, NULL, text_slice(&text));
    oe_emit(sink, OE_EVENT_ALIVE, NULL);
    return true;
}

// An error before the picture of the account ends the attempt; later ones are told.
static bool decode_error(const struct edgex *edgex, struct slice content, struct oe_sink *sink) {
    struct error {
        struct slice code, message;
    };
    static const struct md_field fields[] = {
        {"code", offsetof(struct error, code)},
        {"msg", offsetof(struct error, message)},
    };
    struct error error = {.code = {"", 0}, .message = {"", 0}};
    struct json r;
    json_init(&r, content);
    md_read_fields(&r, fields, COUNT_OF(fields), &error);
    if (!json_end(&r) || error.code.size == 0) {
        return false;
    }
    struct slice text = error.message.size > 0 ? error.message : error.code;
    enum oe_error kind = edgex_error_of(error.code);
    if (!edgex->snapshot_seen || kind == OE_ERROR_KEYS) {
        oe_emit_session_off(sink, NULL, 0, kind, text);
    } else {
        oe_emit_text(sink, OE_EVENT_NOTICE, NULL, text);
    }
    return true;
}

void edgex_decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                        struct oe_sink *sink) {
    struct frame frame;
    bool good = read_frame(text, &frame);
    (void)socket;
    (void)now_ns;
    if (good && slice_equals(frame.type, SLICE("trade-event"))) {
        good = decode_trade_event(oe, frame.content, sink);
    } else if (good && slice_equals(frame.type, SLICE("ping"))) {
        good = answer_ping(frame.time, sink);
    } else if (good && (slice_equals(frame.type, SLICE("pong")) ||
                        slice_equals(frame.type, SLICE("connected")))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else if (good && slice_equals(frame.type, SLICE("error"))) {
        good = decode_error(oe->state, frame.content, sink);
    } else {
        good = false;
    }
    if (!good) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    }
}
