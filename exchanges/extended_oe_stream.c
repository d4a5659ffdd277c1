// The account's stream of Extended: {"type":…,"data":{"orders":[…]},"ts":…,"seq":…}; extended.md
// section 3. It begins with the whole picture. What a message tells is said by the members of its
// data: the others are null or left out.
#include "exchanges/extended_oe.h"
#include "exchanges/md_decode.h"

struct frame {
    struct json data;
    struct extended_error error;
    int64_t sequence; // -1: not told
    bool has_data, failed;
};

static bool read_frame(struct slice text, struct frame *frame) {
    struct json r;
    struct slice key;
    *frame = (struct frame){.sequence = -1};
    json_init(&r, text);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("data"))) {
            frame->has_data = json_peek(&r) == JSON_OBJECT;
            frame->data = r;
            json_skip(&r);
        } else if (slice_equals(key, SLICE("seq"))) {
            md_read_int(&r, &frame->sequence);
        } else if (slice_equals(key, SLICE("error")) && !json_null(&r)) {
            frame->failed = true;
            extended_read_refusal(&r, &frame->error);
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

// False: messages before this one are lost.
static bool in_order(struct extended *extended, const struct frame *frame) {
    if (frame->sequence < 0) {
        return true;
    }
    uint64_t expected = extended->next_sequence;
    extended->next_sequence = (uint64_t)frame->sequence + 1;
    return (uint64_t)frame->sequence == expected;
}

static bool is_first(struct extended *extended, enum extended_part part) {
    bool first = (extended->parts_told & part) == 0;
    extended->parts_told |= part;
    return first;
}

// True when something in it was understood, and nothing was not.
static bool read_data(struct oe *oe, struct frame *frame, struct oe_sink *sink) {
    struct extended *extended = oe->state;
    struct json *r = &frame->data;
    struct slice key;
    bool good = true;
    bool told = false;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        struct extended_rows rows = {.oe = oe, .before_ns = extended->opened_ns, .sink = sink};
        bool known = true;
        if (json_null(r)) {
            continue;
        }
        if (slice_equals(key, SLICE("orders"))) {
            rows.first = is_first(extended, EXTENDED_ORDERS);
            good = extended_read_orders(&rows, r) && good;
        } else if (slice_equals(key, SLICE("trades"))) {
            good = extended_read_fills(&rows, r) && good;
        } else if (slice_equals(key, SLICE("positions"))) {
            rows.first = is_first(extended, EXTENDED_POSITIONS);
            good = extended_read_positions(&rows, r) && good;
        } else if (slice_equals(key, SLICE("balance"))) {
            rows.first = is_first(extended, EXTENDED_BALANCE);
            good = extended_read_balance(&rows, r) && good;
        } else {
            known = slice_equals(key, SLICE("spotBalances")); // of coins, which have no price here
            json_skip(r);
        }
        told = told || known;
    }
    return good && told && !r->failed;
}

void extended_decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                           struct oe_sink *sink) {
    (void)socket;
    (void)now_ns;
    struct extended *extended = oe->state;
    struct frame frame;
    if (!read_frame(text, &frame)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
        return;
    }
    if (frame.failed) {
        enum oe_error error = extended_error_of(&frame.error, 0);
        if (error == OE_ERROR_KEYS || error == OE_ERROR_RATE || error == OE_ERROR_BUSY) {
            oe_emit_session_off(sink, NULL, 0, error, frame.error.text);
        } else {
            oe_emit_text(sink, OE_EVENT_NOTICE, NULL, frame.error.text);
        }
        return;
    }
    bool begins = !extended->heard;
    extended->heard = true;
    if (!in_order(extended, &frame)) {
        oe_emit_session_off(sink, NULL, 0, OE_ERROR_OTHER,
                            SLICE("messages of the stream were lost"));
    } else if (begins) {
        oe_emit_session_on(sink, NULL, 0);
    }
    // What it tells is true all the same.
    if (!frame.has_data || !read_data(oe, &frame, sink)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    }
}
