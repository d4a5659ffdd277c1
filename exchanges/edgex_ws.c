// The public stream of EdgeX: {"type":…,"channel":…,"content":{…}}. What the content is, its
// channel says: "depth.30000001.15", "ticker.all.1s".
//
// Books are read by anchors in the layout the venue sends; everything else by the order-independent
// reader.
#include <strings.h>

#include "exchanges/edgex_md.h"
#include "exchanges/fast_text.h"
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
    uint16_t symbol;
    (void)cut(&channel);
    bool found = decimal_parse(cut(&channel), 0, &id) && edgex_find_contract(md, id, &symbol);
    return found ? symbol : (uint16_t)MD_SYMBOL_NONE;
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

void edgex_decode_general(struct md *md, struct slice bytes, struct md_sink *sink) {
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

// {"type":"quote-event","channel":"depth.…","content":{"channel":"depth.30000001.15","dataType":…,
// "data":[{"startVersion":"…","endVersion":"…","level":15,"contractId":"…","contractName":…,
// "asks":[…],"bids":[…],"depthType":"CHANGED"}]}}: of the two channels the second one counts, and
// the last member is the first to say whether the book is whole.
static bool decode_fast(struct md *md, struct slice bytes, struct md_sink *sink) {
    static const struct fast_form form = FAST_FORM_OF_OBJECTS;
    struct fast f;
    struct fast_tail tail;
    struct md_update update;
    struct slice text; // of what is of no use
    uint64_t start;
    uint64_t end;
    uint64_t level;
    uint64_t contract;
    uint32_t ask_count;
    uint32_t bid_count;
    if (!fast_begin(&f, bytes, &tail) ||
        !FAST_LITERAL(&f, "{\"type\":\"quote-event\",\"channel\":") ||
        !FAST_STRING(&f, "\"", &text) ||
        !FAST_STRING(&f, ",\"content\":{\"channel\":\"depth.", &text) ||
        !FAST_STRING(&f, ",\"dataType\":\"", &text) ||
        !FAST_UINT(&f, ",\"data\":[{\"startVersion\":\"", &start) ||
        !FAST_UINT(&f, "\",\"endVersion\":\"", &end) || !FAST_UINT(&f, "\",\"level\":", &level) ||
        !FAST_UINT(&f, ",\"contractId\":\"", &contract) ||
        !FAST_STRING(&f, "\",\"contractName\":\"", &text) || !FAST_LITERAL(&f, ",\"asks\":[") ||
        !fast_levels(&f, &form, md->asks, &ask_count) || !FAST_LITERAL(&f, ",\"bids\":[") ||
        !fast_levels(&f, &form, md->bids, &bid_count)) {
        return false;
    }
    bool changed = FAST_LITERAL(&f, ",\"depthType\":\"CHANGED\"}]}}");
    if ((!changed && !FAST_LITERAL(&f, ",\"depthType\":\"SNAPSHOT\"}]}}")) || !fast_done(&f) ||
        end < start || !edgex_find_contract(md, (int64_t)contract, &update.symbol)) {
        return false;
    }
    update.kind = MD_BOOK;
    update.venue_time_ns = 0;
    update.book = (struct book_message){
        .snapshot = !changed,
        .first = start,
        .last = end,
        .previous = start,
        .bids = md->bids,
        .asks = md->asks,
        .bid_count = bid_count,
        .ask_count = ask_count,
    };
    sink->on_update(sink, &update);
    return true;
}

void edgex_decode(struct md *md, uint32_t connection, struct slice bytes, struct md_sink *sink) {
    (void)connection;
    if (!decode_fast(md, bytes, sink)) {
        edgex_decode_general(md, bytes, sink);
    }
}
