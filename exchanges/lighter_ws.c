// The stream of Lighter: {"type":"subscribed/ticker","channel":"ticker:0", …}. A subscription is
// answered with the whole of what it is about, and changes follow as update/….
//
// A book's change tells the nonce it builds on: begin_nonce is the nonce of the message before. Its
// offset once rose by one and does so no more.
//
// Changes are read by anchors in the layout the venue sends; everything else by the
// order-independent reader.
#include "base/clock.h"
#include "exchanges/fast_text.h"
#include "exchanges/lighter_md.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"

enum { ALREADY_SUBSCRIBED = 30003 };

struct frame {
    struct slice type, channel;
    struct json content; // order_book, ticker or market_stats
    struct slice text;   // of an error
    int64_t nonce, time_ms, code;
    bool has_content, error;
};

static void read_frame(struct json *r, struct frame *frame) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("type"))) {
            md_read_text(r, &frame->type);
        } else if (slice_equals(key, SLICE("channel"))) {
            md_read_text(r, &frame->channel);
        } else if (slice_equals(key, SLICE("nonce"))) {
            md_read_int(r, &frame->nonce);
        } else if (slice_equals(key, SLICE("timestamp"))) {
            md_read_int(r, &frame->time_ms);
        } else if (slice_equals(key, SLICE("order_book")) || slice_equals(key, SLICE("ticker")) ||
                   slice_equals(key, SLICE("market_stats"))) {
            frame->has_content = json_peek(r) == JSON_OBJECT;
            frame->content = *r;
            json_skip(r);
        } else if (slice_equals(key, SLICE("code"))) {
            md_read_int(r, &frame->code);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, &frame->text);
        } else if (slice_equals(key, SLICE("error")) && !json_null(r)) {
            frame->error = true;
            lighter_read_error(r, &frame->code, &frame->text);
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(r);
        }
    }
}

static void read_side(struct json *r, struct slice *price, struct slice *size) {
    struct slice key;
    if (json_peek(r) != JSON_OBJECT) {
        json_skip(r); // null: an empty side
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("price"))) {
            md_read_text(r, price);
        } else if (slice_equals(key, SLICE("size"))) {
            md_read_text(r, size);
        } else {
            json_skip(r);
        }
    }
}

static void decode_ticker(struct frame *frame, uint16_t symbol, struct md_sink *sink) {
    struct md_quote_text quote = {.sequence = 0};
    struct json *r = &frame->content;
    struct slice key;
    int64_t updated_us = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("a"))) {
            read_side(r, &quote.ask, &quote.ask_size);
        } else if (slice_equals(key, SLICE("b"))) {
            read_side(r, &quote.bid, &quote.bid_size);
        } else if (slice_equals(key, SLICE("last_updated_at"))) {
            md_read_int(r, &updated_us);
        } else {
            json_skip(r);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, frame->channel);
        return;
    }
    // The message's own time: the last change of a quiet market may be old, and still holds.
    quote.venue_time_ns =
        frame->time_ms > 0 ? md_ns_from_ms(frame->time_ms) : md_ns_from_us(updated_us);
    quote.sequence = frame->nonce > 0 ? (uint64_t)frame->nonce : 0;
    md_emit_quote(sink, symbol, &quote);
}

static void decode_book(struct md *md, struct frame *frame, bool whole, uint16_t symbol,
                        struct md_sink *sink) {
    struct json *r = &frame->content;
    struct slice key;
    int64_t nonce = -1;
    int64_t begin = -1;
    bool bad_number = false;
    struct md_update update = {
        .kind = MD_BOOK, .symbol = symbol, .venue_time_ns = md_ns_from_ms(frame->time_ms)};
    struct book_message *book = &update.book;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("nonce"))) {
            md_read_int(r, &nonce);
        } else if (slice_equals(key, SLICE("begin_nonce"))) {
            md_read_int(r, &begin);
        } else if (slice_equals(key, SLICE("bids")) && !json_null(r)) {
            (void)md_read_levels(r, md->bids, &book->bid_count, &bad_number);
        } else if (slice_equals(key, SLICE("asks")) && !json_null(r)) {
            (void)md_read_levels(r, md->asks, &book->ask_count, &bad_number);
        } else if (!slice_equals(key, SLICE("bids")) && !slice_equals(key, SLICE("asks"))) {
            json_skip(r);
        }
    }
    if (bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, frame->channel);
        return;
    }
    if (r->failed || nonce < 0 || (!whole && begin < 0)) {
        md_refuse(sink, FEED_MALFORMED, frame->channel);
        return;
    }
    book->snapshot = whole;
    book->first = book->previous = begin > 0 ? (uint64_t)begin : 0;
    book->last = (uint64_t)nonce;
    book->bids = md->bids;
    book->asks = md->asks;
    book->venue_time_ns = update.venue_time_ns;
    sink->on_update(sink, &update);
}

struct stats {
    struct slice mark, index, running, settled; // the rate of the hour that runs; of the last one
    int64_t market, settled_ms;
};

static void read_stats(struct json *r, struct stats *stats) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("market_id"))) {
            md_read_int(r, &stats->market);
        } else if (slice_equals(key, SLICE("mark_price"))) {
            md_read_text(r, &stats->mark);
        } else if (slice_equals(key, SLICE("index_price"))) {
            md_read_text(r, &stats->index);
        } else if (slice_equals(key, SLICE("current_funding_rate"))) {
            md_read_text(r, &stats->running);
        } else if (slice_equals(key, SLICE("funding_rate"))) {
            md_read_text(r, &stats->settled);
        } else if (slice_equals(key, SLICE("funding_timestamp"))) {
            md_read_int(r, &stats->settled_ms);
        } else {
            json_skip(r);
        }
    }
}

static void emit_stats(const struct frame *frame, const struct stats *stats, uint16_t symbol,
                       struct md_sink *sink) {
    struct md_update update = {
        .kind = MD_FUNDING,
        .symbol = symbol,
        .venue_time_ns = md_ns_from_ms(frame->time_ms),
        .funding = {.has_mark = stats->mark.size > 0, .has_index = stats->index.size > 0}};
    struct md_funding *funding = &update.funding;
    if ((funding->has_mark && !md_read_px_near(stats->mark, &funding->mark)) ||
        (funding->has_index && !md_read_px_near(stats->index, &funding->index))) {
        md_refuse(sink, FEED_BAD_NUMBER, frame->channel);
        return;
    }
    // The last settlement, a moment after the hour: the next is an hour on. A time that is still to
    // come, as in the documents, is the next one itself.
    int64_t settled_ns = md_ns_from_ms(stats->settled_ms);
    if (settled_ns > 0 && stats->settled_ms <= frame->time_ms) {
        settled_ns -= settled_ns % LIGHTER_FUNDING_INTERVAL_NS;
        settled_ns = add_saturating(settled_ns, LIGHTER_FUNDING_INTERVAL_NS);
    }
    funding->next_settlement_ns = settled_ns;
    lighter_emit_funding(sink, &update, stats->running.size > 0 ? stats->running : stats->settled,
                         100); // percent
}

// Of one market, or a map from markets' numbers to them; of all only the listed ones matter.
static void decode_stats(struct md *md, struct frame *frame, bool all, struct md_sink *sink) {
    struct json *r = &frame->content;
    struct slice key;
    uint16_t symbol;
    if (!all) {
        struct stats stats = {.market = -1};
        read_stats(r, &stats);
        if (r->failed) {
            md_refuse(sink, FEED_MALFORMED, frame->channel);
        } else if (lighter_find_market(md, stats.market, &symbol)) {
            emit_stats(frame, &stats, symbol, sink);
        } else {
            md_refuse(sink, FEED_UNKNOWN_SYMBOL, frame->channel);
        }
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        struct stats stats = {.market = -1};
        if (json_peek(r) != JSON_OBJECT) {
            json_skip(r);
            continue;
        }
        read_stats(r, &stats);
        if (!r->failed && lighter_find_market(md, stats.market, &symbol)) {
            emit_stats(frame, &stats, symbol, sink);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, frame->channel);
    }
}

// "order_book:0" to the number, -1 when it has none.
static int64_t market_of(struct slice channel) {
    const char *colon = channel.size == 0 ? NULL : memchr(channel.data, ':', channel.size);
    int64_t market;
    if (colon == NULL) {
        return -1;
    }
    struct slice number = {colon + 1, channel.size - (size_t)(colon + 1 - channel.data)};
    return number.size < 10 && decimal_parse(number, 0, &market) && market >= 0 ? market : -1;
}

enum topic { TOPIC_TICKER, TOPIC_BOOK, TOPIC_STATS, TOPIC_IGNORED, TOPIC_UNKNOWN };

static enum topic topic_of(struct slice name) {
    static const struct slice ignored[] = {
        {"trade", 5},       {"candle", 6},        {"height", 6}, {"spot_market_stats", 17},
        {"user_stats", 10}, {"notification", 12},
    };
    if (slice_equals(name, SLICE("ticker"))) {
        return TOPIC_TICKER;
    }
    if (slice_equals(name, SLICE("order_book"))) {
        return TOPIC_BOOK;
    }
    if (slice_equals(name, SLICE("market_stats"))) {
        return TOPIC_STATS;
    }
    for (size_t i = 0; i < COUNT_OF(ignored); i++) {
        if (slice_equals(name, ignored[i])) {
            return TOPIC_IGNORED;
        }
    }
    return slice_starts(name, SLICE("account_")) ? TOPIC_IGNORED : TOPIC_UNKNOWN;
}

static void decode_content(struct md *md, struct frame *frame, struct slice name, bool whole,
                           struct md_sink *sink) {
    enum topic topic = topic_of(name);
    int64_t market = market_of(frame->channel);
    uint16_t symbol = MD_SYMBOL_NONE;
    bool found = lighter_find_market(md, market, &symbol);
    if (topic == TOPIC_UNKNOWN) {
        md_refuse(sink, FEED_UNKNOWN_KIND, frame->type);
        return;
    }
    if (topic == TOPIC_IGNORED) {
        return;
    }
    if (whole) {
        md_emit_kind(sink, MD_ACK, symbol); // there is no other
    }
    if (!frame->has_content) {
        md_refuse(sink, FEED_MALFORMED, frame->channel);
    } else if (topic == TOPIC_STATS) {
        decode_stats(md, frame, market < 0, sink);
    } else if (!found) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, frame->channel);
    } else if (topic == TOPIC_TICKER) {
        decode_ticker(frame, symbol, sink);
    } else {
        decode_book(md, frame, whole, symbol, sink);
    }
}

static void decode_type(struct md *md, struct frame *frame, struct md_sink *sink) {
    struct slice type = frame->type;
    struct slice subscribed = SLICE("subscribed/");
    struct slice update = SLICE("update/");
    bool whole = slice_starts(type, subscribed);
    if (whole || slice_starts(type, update)) {
        size_t used = whole ? subscribed.size : update.size;
        struct slice name = {type.data + used, type.size - used};
        decode_content(md, frame, name, whole, sink);
    } else if (slice_equals(type, SLICE("ping"))) {
        struct md_update reply = {.kind = MD_REPLY,
                                  .refused = {.text = SLICE("{\"type\":\"pong\"}")}};
        sink->on_update(sink, &reply);
    } else if (slice_equals(type, SLICE("pong")) || slice_equals(type, SLICE("connected"))) {
        md_emit_kind(sink, MD_ALIVE, MD_SYMBOL_NONE);
    } else if (slice_equals(type, SLICE("unsubscribed"))) {
        uint16_t symbol = MD_SYMBOL_NONE;
        (void)lighter_find_market(md, market_of(frame->channel), &symbol);
        md_emit_kind(sink, MD_ACK, symbol);
    } else if (!slice_starts(type, SLICE("jsonapi/"))) {
        md_refuse(sink, FEED_UNKNOWN_KIND, type);
    }
}

void lighter_decode_general(struct md *md, struct slice text, struct md_sink *sink) {
    struct frame frame = {.code = 0};
    struct json r;
    json_init(&r, text);
    read_frame(&r, &frame);
    bool error = frame.error || slice_equals(frame.type, SLICE("error"));
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (error && frame.code == ALREADY_SUBSCRIBED) {
        md_emit_kind(sink, MD_ACK, MD_SYMBOL_NONE); // that is what was wanted
    } else if (error) {
        md_refuse(sink, FEED_VENUE_ERROR, frame.text);
    } else {
        decode_type(md, &frame, sink);
    }
}

FAST_INLINE bool fast_level(struct fast *f, struct px *price, struct qty *size) {
    return FAST_PX(f, ":{\"price\":\"", price) && FAST_QTY(f, "\",\"size\":\"", size) &&
           FAST_LITERAL(f, "\"}");
}

// {"channel":"ticker:0","last_updated_at":…,"nonce":…,"ticker":{"s":"ETH","a":{…},"b":{…},
// "last_updated_at":…},"timestamp":…,"type":"update/ticker"}
static bool decode_fast_ticker(const struct md *md, struct slice text, struct md_sink *sink) {
    struct md_update update;
    struct fast f;
    struct fast_tail tail;
    struct md_bbo *bbo = &update.bbo;
    struct slice coin; // the number counts
    uint64_t market;
    int64_t updated_us; // not the message's own time, but a number
    int64_t time_ms;
    if (!fast_begin(&f, text, &tail) || !FAST_UINT(&f, "{\"channel\":\"ticker:", &market) ||
        !FAST_TIME_US(&f, "\",\"last_updated_at\":", &updated_us) ||
        !FAST_UINT(&f, ",\"nonce\":", &bbo->sequence) ||
        !FAST_STRING(&f, ",\"ticker\":{\"s\":\"", &coin) || !FAST_LITERAL(&f, ",\"a\"") ||
        !fast_level(&f, &bbo->ask, &bbo->ask_size) || !FAST_LITERAL(&f, ",\"b\"") ||
        !fast_level(&f, &bbo->bid, &bbo->bid_size) ||
        !FAST_TIME_US(&f, ",\"last_updated_at\":", &updated_us) ||
        !FAST_TIME(&f, "},\"timestamp\":", &time_ms) ||
        !FAST_LITERAL(&f, ",\"type\":\"update/ticker\"}") || !fast_done(&f) ||
        !lighter_find_market(md, (int64_t)market, &update.symbol)) {
        return false;
    }
    update.kind = MD_BBO;
    update.venue_time_ns = md_ns_from_ms(time_ms);
    md_mark_empty(bbo);
    sink->on_update(sink, &update);
    return true;
}

// {"channel":"order_book:0","last_updated_at":…,"offset":…,"order_book":{"code":0,"asks":[…],
// "bids":[…],"offset":…,"nonce":…,"last_updated_at":…,"begin_nonce":…},"timestamp":…,
// "type":"update/order_book"}
static bool decode_fast_book(struct md *md, struct slice text, struct md_sink *sink) {
    static const struct fast_form form = FAST_FORM_OF_OBJECTS;
    struct fast f;
    struct fast_tail tail;
    uint64_t market;
    uint64_t offset;
    uint64_t nonce;
    uint64_t begin;
    uint32_t ask_count;
    uint32_t bid_count;
    int64_t updated_us;
    int64_t time_ms;
    uint16_t symbol;
    if (!fast_begin(&f, text, &tail) || !FAST_UINT(&f, "{\"channel\":\"order_book:", &market) ||
        !FAST_TIME_US(&f, "\",\"last_updated_at\":", &updated_us) ||
        !FAST_UINT(&f, ",\"offset\":", &offset) ||
        !FAST_LITERAL(&f, ",\"order_book\":{\"code\":0,\"asks\":[") ||
        !fast_levels(&f, &form, md->asks, &ask_count) || !FAST_LITERAL(&f, ",\"bids\":[") ||
        !fast_levels(&f, &form, md->bids, &bid_count) || !FAST_UINT(&f, ",\"offset\":", &offset) ||
        !FAST_UINT(&f, ",\"nonce\":", &nonce) ||
        !FAST_TIME_US(&f, ",\"last_updated_at\":", &updated_us) ||
        !FAST_UINT(&f, ",\"begin_nonce\":", &begin) ||
        !FAST_TIME(&f, "},\"timestamp\":", &time_ms) ||
        !FAST_LITERAL(&f, ",\"type\":\"update/order_book\"}") || !fast_done(&f) ||
        !lighter_find_market(md, (int64_t)market, &symbol)) {
        return false;
    }
    struct md_update update;
    update.kind = MD_BOOK;
    update.symbol = symbol;
    update.venue_time_ns = md_ns_from_ms(time_ms);
    update.book = (struct book_message){
        .first = begin,
        .last = nonce,
        .previous = begin,
        .bids = md->bids,
        .asks = md->asks,
        .bid_count = bid_count,
        .ask_count = ask_count,
        .venue_time_ns = update.venue_time_ns,
    };
    sink->on_update(sink, &update);
    return true;
}

void lighter_decode(struct md *md, uint32_t connection, struct slice text, struct md_sink *sink) {
    (void)connection;
    if (!decode_fast_ticker(md, text, sink) && !decode_fast_book(md, text, sink)) {
        lighter_decode_general(md, text, sink);
    }
}
