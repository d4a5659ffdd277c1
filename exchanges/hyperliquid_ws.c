// The public stream of Hyperliquid: {"channel":…,"data":…}.
//
// bbo and l2Book are read by anchors in the layout the venue sends; everything else by the
// order-independent reader. "channel" may follow "data", so the envelope is read first.
#include "exchanges/fast_text.h"
#include "exchanges/hyperliquid_md.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"

struct envelope {
    struct slice channel;
    struct json data;
    bool has_data;
};

// {"px":"23.757","sz":"42.09","n":1}. False: the reader has failed, or *bad_number.
static bool read_level(struct json *r, struct level *level, bool *bad_number) {
    struct slice key;
    struct slice price = {0};
    struct slice size = {0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("px"))) {
            json_text(r, &price);
        } else if (slice_equals(key, SLICE("sz"))) {
            json_text(r, &size);
        } else {
            json_skip(r);
        }
    }
    if (r->failed) {
        return false;
    }
    *bad_number = !md_read_px(price, &level->price) || !md_read_qty(size, &level->size);
    return !*bad_number;
}

static bool read_side(struct json *r, struct level *levels, uint32_t *count, bool *bad_number) {
    json_array_begin(r);
    while (json_array_next(r)) {
        if (*count == MD_LEVELS_MAX) {
            return json_fail(r);
        }
        if (!read_level(r, &levels[*count], bad_number)) {
            return false;
        }
        (*count)++;
    }
    return !r->failed;
}

static bool read_levels(struct md *md, struct json *r, struct hyperliquid_book *book) {
    book->bid_count = 0;
    book->ask_count = 0;
    json_array_begin(r);
    if (!json_array_next(r) || !read_side(r, md->bids, &book->bid_count, &book->bad_number) ||
        !json_array_next(r) || !read_side(r, md->asks, &book->ask_count, &book->bad_number)) {
        return json_fail(r);
    }
    if (json_array_next(r)) {
        return json_fail(r); // a third side
    }
    return !r->failed;
}

// Two sides, each a level or null; a missing one counts as null.
static bool read_bbo(struct md *md, struct json *r, struct hyperliquid_book *book) {
    int side = 0;
    book->bid_count = 0;
    book->ask_count = 0;
    json_array_begin(r);
    for (; json_array_next(r); side++) {
        if (side > 1) {
            return json_fail(r);
        }
        if (json_null(r)) {
            continue;
        }
        if (!read_level(r, side == 0 ? md->bids : md->asks, &book->bad_number)) {
            return json_fail(r);
        }
        *(side == 0 ? &book->bid_count : &book->ask_count) = 1;
    }
    return !r->failed;
}

void hyperliquid_read_book(struct md *md, struct json *r, struct hyperliquid_book *book) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("coin"))) {
            json_string(r, &book->coin);
        } else if (slice_equals(key, SLICE("time"))) {
            json_int(r, &book->time_ms);
        } else if (slice_equals(key, SLICE("levels"))) {
            book->has_levels = read_levels(md, r, book);
        } else if (slice_equals(key, SLICE("bbo"))) {
            book->has_levels = read_bbo(md, r, book);
        } else {
            json_skip(r);
        }
    }
}

void hyperliquid_read_context(struct json *r, struct hyperliquid_context *context) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        struct slice *out = NULL;
        if (slice_equals(key, SLICE("funding"))) {
            out = &context->funding;
        } else if (slice_equals(key, SLICE("markPx"))) {
            out = &context->mark;
        } else if (slice_equals(key, SLICE("oraclePx"))) {
            out = &context->oracle;
        }
        if (out == NULL || json_peek(r) == JSON_NULL) {
            json_skip(r);
        } else {
            json_text(r, out);
        }
    }
}

void hyperliquid_emit_context(const struct hyperliquid_context *context, uint16_t symbol,
                              struct md_sink *sink) {
    const struct md_funding_text funding = {.rate = context->funding,
                                            .mark = context->mark,
                                            .index = context->oracle,
                                            .interval_ns = 3600 * NS_PER_S};
    md_emit_funding(sink, symbol, &funding);
}

void hyperliquid_emit_bbo(const struct md *md, uint16_t symbol, const struct hyperliquid_book *book,
                          struct md_sink *sink) {
    struct md_update update;
    update.kind = MD_BBO;
    update.symbol = symbol;
    update.venue_time_ns = md_ns_from_ms(book->time_ms);
    update.bbo = (struct md_bbo){.bid_empty = true, .ask_empty = true};
    if (book->bid_count > 0) {
        update.bbo.bid = md->bids[0].price;
        update.bbo.bid_size = md->bids[0].size;
        update.bbo.bid_empty = update.bbo.bid.v == 0 || update.bbo.bid_size.v == 0;
    }
    if (book->ask_count > 0) {
        update.bbo.ask = md->asks[0].price;
        update.bbo.ask_size = md->asks[0].size;
        update.bbo.ask_empty = update.bbo.ask.v == 0 || update.bbo.ask_size.v == 0;
    }
    sink->on_update(sink, &update);
}

void hyperliquid_emit_book(const struct md *md, uint16_t symbol,
                           const struct hyperliquid_book *book, struct md_sink *sink) {
    struct md_update update;
    update.kind = MD_BOOK;
    update.symbol = symbol;
    update.venue_time_ns = md_ns_from_ms(book->time_ms);
    update.book = (struct book_message){
        .snapshot = true,
        .first = book->time_ms > 0 ? (uint64_t)book->time_ms : 0,
        .last = book->time_ms > 0 ? (uint64_t)book->time_ms : 0,
        .bids = md->bids,
        .asks = md->asks,
        .bid_count = book->bid_count,
        .ask_count = book->ask_count,
        .venue_time_ns = update.venue_time_ns,
    };
    sink->on_update(sink, &update);
}

static void decode_book(struct md *md, struct json *r, bool whole, struct md_sink *sink) {
    struct hyperliquid_book book = {0};
    uint16_t symbol;
    hyperliquid_read_book(md, r, &book);
    if (book.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, book.coin);
    } else if (r->failed || !book.has_levels) {
        md_refuse(sink, FEED_MALFORMED, book.coin);
    } else if (md_need_symbol(md, sink, book.coin, &symbol)) {
        if (whole) {
            hyperliquid_emit_book(md, symbol, &book, sink);
        } else {
            hyperliquid_emit_bbo(md, symbol, &book, sink);
        }
    }
}

static void decode_context(const struct md *md, struct json *r, struct md_sink *sink) {
    struct hyperliquid_context context = {0};
    struct slice key;
    struct slice coin = {0};
    uint16_t symbol;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("coin"))) {
            json_string(r, &coin);
        } else if (slice_equals(key, SLICE("ctx"))) {
            hyperliquid_read_context(r, &context);
        } else {
            json_skip(r);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, coin);
    } else if (md_need_symbol(md, sink, coin, &symbol)) {
        hyperliquid_emit_context(&context, symbol, sink);
    }
}

// {"method":"subscribe","subscription":{"type":…,"coin":…}}
static void decode_acknowledgement(const struct md *md, struct json *r, struct md_sink *sink) {
    struct slice key;
    struct slice coin = {0};
    uint16_t symbol = MD_SYMBOL_NONE;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (!slice_equals(key, SLICE("subscription")) || json_peek(r) != JSON_OBJECT) {
            json_skip(r);
            continue;
        }
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            if (slice_equals(key, SLICE("coin")) && json_peek(r) == JSON_STRING) {
                json_string(r, &coin);
            } else {
                json_skip(r);
            }
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    (void)md_find_symbol(md, coin, &symbol);
    md_emit_kind(sink, MD_ACK, symbol);
}

static void decode_error(struct json *r, struct md_sink *sink) {
    struct slice text;
    if (json_string(r, &text)) {
        md_refuse(sink, FEED_VENUE_ERROR, text);
    } else {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

// Documented channels that carry nothing for market data here.
static bool is_ignored_channel(struct slice channel) {
    static const struct slice channels[] = {
        {"activeSpotAssetCtx", 18},
        {"allDexsAssetCtxs", 16},
        {"allMids", 7},
        {"candle", 6},
        {"clearinghouseState", 18},
        {"notification", 12},
        {"openOrders", 10},
        {"orderUpdates", 12},
        {"post", 4},
        {"trades", 6},
        {"user", 4},
        {"userFills", 9},
        {"userFundings", 12},
    };
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        if (slice_equals(channel, channels[i])) {
            return true;
        }
    }
    return false;
}

static void decode_channel(struct md *md, struct envelope *envelope, struct md_sink *sink) {
    struct slice channel = envelope->channel;
    struct json *r = &envelope->data;
    if (slice_equals(channel, SLICE("pong"))) {
        md_emit_kind(sink, MD_ALIVE, MD_SYMBOL_NONE);
    } else if (is_ignored_channel(channel)) {
        return;
    } else if (channel.size == 0) {
        md_refuse(sink, FEED_UNKNOWN_KIND, channel);
    } else if (!envelope->has_data) {
        md_refuse(sink, FEED_MALFORMED, channel);
    } else if (slice_equals(channel, SLICE("bbo"))) {
        decode_book(md, r, false, sink);
    } else if (slice_equals(channel, SLICE("l2Book"))) {
        decode_book(md, r, true, sink);
    } else if (slice_equals(channel, SLICE("activeAssetCtx"))) {
        decode_context(md, r, sink);
    } else if (slice_equals(channel, SLICE("subscriptionResponse"))) {
        decode_acknowledgement(md, r, sink);
    } else if (slice_equals(channel, SLICE("error"))) {
        decode_error(r, sink);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, channel);
    }
}

void hyperliquid_decode_general(struct md *md, struct slice frame, struct md_sink *sink) {
    struct envelope envelope = {0};
    struct slice key;
    struct json r;
    if (slice_equals(frame, SLICE("Websocket connection established."))) {
        md_emit_kind(sink, MD_ALIVE, MD_SYMBOL_NONE);
        return;
    }
    json_init(&r, frame);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("channel"))) {
            json_string(&r, &envelope.channel);
        } else if (slice_equals(key, SLICE("data"))) {
            envelope.data = r;
            envelope.has_data = json_skip(&r);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    decode_channel(md, &envelope, sink);
}

// The bracket or comma before a level, and {"px":"34.967","sz":"2.85","n":1}. Where the level ends
// is found first, so that the next one can begin before this one's numbers are known.
FAST_INLINE bool fast_level(struct fast *f, const char key[9], struct level *level) {
    enum { KEY = 8, ORDERS_KEY = 6, END_MIN = 2 * KEY + ORDERS_KEY + 3, ORDERS_DIGITS_MAX = 8 };
    fast_room(f);
    const char *at = f->at;
    uint32_t ends = fast_mask16(at + END_MIN, '}') | fast_mask16(at + END_MIN + 16, '}') << 16;
    if (FAST_RARE(ends == 0 || !fast_same(at, key, KEY))) {
        return false;
    }
    const char *end = at + END_MIN + __builtin_ctz(ends);
    f->at = end + 1;
    uint32_t price_end;
    uint32_t size_end;
    if (FAST_RARE(!fast_decimal_at(at + KEY, PX_DIGITS, &level->price.v, &price_end) ||
                  !fast_same(at + KEY + price_end, "\",\"sz\":\"", KEY))) {
        return false;
    }
    const char *size = at + KEY + price_end + KEY;
    if (FAST_RARE(!fast_decimal_at(size, QTY_DIGITS, &level->size.v, &size_end) ||
                  !fast_same(size + size_end, "\",\"n\":", ORDERS_KEY))) {
        return false;
    }
    const char *orders = size + size_end + ORDERS_KEY;
    // A number: one to eight digits, none of them a leading zero.
    uint32_t count = (uint32_t)(end - orders);
    return count - 1 < ORDERS_DIGITS_MAX && fast_are_digits(fast_digits(orders, count)) &&
           (orders[0] != '0' || count == 1);
}
#define FIRST_LEVEL "[{\"px\":\""
#define NEXT_LEVEL  ",{\"px\":\""

FAST_INLINE bool fast_side(struct fast *f, struct level *levels, uint32_t *count) {
    if (!fast_level(f, FIRST_LEVEL, &levels[0])) {
        return false; // an empty side too
    }
    uint32_t n = 1;
    while (!FAST_LITERAL(f, "]")) {
        if (n == MD_LEVELS_MAX || !fast_level(f, NEXT_LEVEL, &levels[n])) {
            return false;
        }
        n++;
    }
    *count = n;
    return true;
}

static bool fast_bbo(struct fast *f, struct slice *name, int64_t *time, struct md_bbo *bbo) {
    struct level bid;
    struct level ask;
    if (!FAST_STRING(f, "\"coin\":\"", name) || !FAST_TIME(f, ",\"time\":", time) ||
        !FAST_LITERAL(f, ",\"bbo\":") || !fast_level(f, FIRST_LEVEL, &bid) ||
        !fast_level(f, NEXT_LEVEL, &ask)) {
        return false;
    }
    *bbo = (struct md_bbo){
        .bid = bid.price, .ask = ask.price, .bid_size = bid.size, .ask_size = ask.size};
    md_mark_empty(bbo);
    return true;
}

static bool decode_fast_bbo(const struct md *md, struct fast *f, struct md_sink *sink) {
    struct slice name;
    int64_t time;
    struct md_update update;
    if (!fast_bbo(f, &name, &time, &update.bbo) || !FAST_LITERAL(f, "]}}") || !fast_done(f)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, name);
    if (symbol < 0) {
        return false;
    }
    update.kind = MD_BBO;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = md_ns_from_ms(time);
    sink->on_update(sink, &update);
    return true;
}

static bool decode_fast_book(struct md *md, struct fast *f, struct md_sink *sink) {
    struct hyperliquid_book book;
    if (!FAST_STRING(f, "\"coin\":\"", &book.coin) || !FAST_TIME(f, ",\"time\":", &book.time_ms)) {
        return false;
    }
    // The name is looked up before its bytes may change place.
    int32_t symbol = fast_name(&md->natives, book.coin);
    if (symbol < 0 || !FAST_LITERAL(f, ",\"levels\":[") ||
        !fast_side(f, md->bids, &book.bid_count) || !FAST_LITERAL(f, ",") ||
        !fast_side(f, md->asks, &book.ask_count) || !FAST_LITERAL(f, "]}}") || !fast_done(f)) {
        return false;
    }
    hyperliquid_emit_book(md, (uint16_t)symbol, &book, sink);
    return true;
}

static bool decode_fast(struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    if (!fast_begin(&f, frame, &tail)) {
        return false;
    }
    if (FAST_LITERAL(&f, "{\"channel\":\"bbo\",\"data\":{")) {
        return decode_fast_bbo(md, &f, sink);
    }
    return FAST_LITERAL(&f, "{\"channel\":\"l2Book\",\"data\":{") && decode_fast_book(md, &f, sink);
}

void hyperliquid_decode(struct md *md, uint32_t connection, struct slice frame,
                        struct md_sink *sink) {
    (void)connection;
    if (!decode_fast(md, frame, sink)) {
        hyperliquid_decode_general(md, frame, sink);
    }
}
