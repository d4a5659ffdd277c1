// The public stream of EdgeX: {"type":…,"channel":…,"content":{…}}. What the content is, its
// channel says: "depth.30000001.15", "ticker.all.1s".
#include <strings.h>

#include "exchanges/edgex_md.h"
#include "exchanges/md_decode.h"

enum { TIME_TEXT_MAX = 20 };

struct frame {
    struct slice type, channel, time;
    struct slice data_type;
    struct slice code, text; // of an error
    struct json data;        // stands on the array
    bool has_data;
};

static void read_content(struct json *r, struct frame *frame) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("data"))) {
            frame->has_data = json_peek(r) == JSON_ARRAY;
            frame->data = *r;
            json_skip(r);
        } else if (slice_equals(key, SLICE("dataType"))) {
            md_read_text(r, &frame->data_type);
        } else if (slice_equals(key, SLICE("channel"))) {
            md_read_text(r, &frame->channel);
        } else if (slice_equals(key, SLICE("code"))) {
            md_read_text(r, &frame->code);
        } else if (slice_equals(key, SLICE("msg"))) {
            md_read_text(r, &frame->text);
        } else {
            json_skip(r);
        }
    }
}

static void read_frame(struct json *r, struct frame *frame) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("content")) && json_peek(r) == JSON_OBJECT) {
            read_content(r, frame);
        } else if (slice_equals(key, SLICE("type"))) {
            md_read_text(r, &frame->type);
        } else if (slice_equals(key, SLICE("channel"))) {
            md_read_text(r, &frame->channel);
        } else if (slice_equals(key, SLICE("time"))) {
            md_read_text(r, &frame->time);
        } else {
            json_skip(r);
        }
    }
}

static struct slice cut(struct slice *rest) {
    const char *at = rest->size == 0 ? NULL : memchr(rest->data, '.', rest->size);
    struct slice part = {rest->data, at == NULL ? rest->size : (size_t)(at - rest->data)};
    size_t used = part.size + (at != NULL);
    if (used > 0) {
        *rest = (struct slice){rest->data + used, rest->size - used};
    }
    return part;
}

static uint16_t symbol_of(const struct md *md, struct slice channel) {
    int64_t id;
    (void)cut(&channel);
    if (decimal_parse(cut(&channel), 0, &id) && id > 0) {
        for (uint16_t i = 0; i < md->universe->symbol_count; i++) {
            if (md->native_ids[i] == (uint64_t)id) {
                return i;
            }
        }
    }
    return MD_SYMBOL_NONE;
}

static bool is_snapshot(struct slice data_type) {
    return data_type.size == 8 && strncasecmp(data_type.data, "snapshot", 8) == 0;
}

// Channels of the venue that carry nothing for this desk.
static bool is_ignored(struct slice kind) {
    return slice_equals(kind, SLICE("trades")) || slice_equals(kind, SLICE("kline")) ||
           slice_equals(kind, SLICE("metadata"));
}

static void decode_quote(struct md *md, struct frame *frame, struct md_sink *sink) {
    struct slice rest = frame->channel;
    struct slice kind = cut(&rest);
    struct edgex_list list = {.snapshot = is_snapshot(frame->data_type),
                              .others = slice_starts(rest, SLICE("all"))};
    if (is_ignored(kind)) {
        return;
    }
    if (slice_equals(kind, SLICE("depth"))) {
        list.kind = EDGEX_DEPTH;
    } else if (slice_equals(kind, SLICE("ticker")) || slice_equals(kind, SLICE("fundingRate"))) {
        list.kind = EDGEX_TICKER;
    } else if (slice_equals(kind, SLICE("bookTicker"))) {
        list.kind = EDGEX_BOOK_TICKER;
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, frame->channel);
        return;
    }
    if (!frame->has_data) {
        md_refuse(sink, FEED_MALFORMED, frame->channel);
        return;
    }
    edgex_decode_list(md, &frame->data, &list, sink);
}

// Five pings without their time sent back, and the venue closes.
static void answer_ping(struct slice time, struct md_sink *sink) {
    char bytes[64];
    struct text text = TEXT_OVER(bytes);
    for (size_t i = 0; i < time.size; i++) {
        if (time.data[i] < '0' || time.data[i] > '9') {
            time.size = 0;
        }
    }
    if (time.size == 0 || time.size > TIME_TEXT_MAX) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    text_add_string(&text, "{\"type\":\"pong\",\"time\":\"");
    text_add(&text, time);
    text_add_string(&text, "\"}");
    struct md_update update = {.kind = MD_REPLY, .refused = {.text = text_slice(&text)}};
    sink->on_update(sink, &update);
    md_emit_kind(sink, MD_ALIVE, MD_SYMBOL_NONE);
}

void edgex_decode(struct md *md, uint32_t connection, struct slice bytes, struct md_sink *sink) {
    (void)connection;
    struct frame frame = {.has_data = false};
    struct json r;
    json_init(&r, bytes);
    read_frame(&r, &frame);
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (slice_equals(frame.type, SLICE("quote-event")) ||
               slice_equals(frame.type, SLICE("payload"))) {
        decode_quote(md, &frame, sink);
    } else if (slice_equals(frame.type, SLICE("ping"))) {
        answer_ping(frame.time, sink);
    } else if (slice_equals(frame.type, SLICE("pong")) ||
               slice_equals(frame.type, SLICE("connected"))) {
        md_emit_kind(sink, MD_ALIVE, MD_SYMBOL_NONE);
    } else if (slice_equals(frame.type, SLICE("subscribed")) ||
               slice_equals(frame.type, SLICE("unsubscribed"))) {
        md_emit_kind(sink, MD_ACK, symbol_of(md, frame.channel));
    } else if (slice_equals(frame.type, SLICE("error"))) {
        md_refuse(sink, FEED_VENUE_ERROR, frame.text.size > 0 ? frame.text : frame.code);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, frame.type);
    }
}
