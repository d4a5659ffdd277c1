// The public streams of Binance. A push is the event itself or {"stream":…,"data":event}.
//
// Two readers: the layouts bookTicker and depthUpdate have had on the wire so far are read by
// anchors, everything else by the order-independent reader.
#include "exchanges/binance_md.h"
#include "exchanges/fast_text.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"

// The members of all events that are decoded. `b` and `a` are a price in one event and a side of
// the book in another.
struct event {
    struct slice kind, symbol;
    struct slice bid, bid_size, ask, ask_size;
    struct slice mark, index, rate;
    int64_t time, engine_time; // E, T
    int64_t first, last, previous;
    int64_t product; // st: 1 = USDT-M
    uint32_t bid_count, ask_count;
    bool has_bids, has_asks, has_last;
    bool bad_number;
    bool answer; // to a request: result or error
    bool error;
    struct slice text;
};

static void read_side(struct json *r, struct level *levels, struct event *event, bool asks) {
    bool *has = asks ? &event->has_asks : &event->has_bids;
    uint32_t *count = asks ? &event->ask_count : &event->bid_count;
    if (json_peek(r) == JSON_ARRAY) {
        *has = md_read_levels(r, levels, count, &event->bad_number);
    } else {
        json_text(r, asks ? &event->ask : &event->bid);
    }
}

static void read_error(struct json *r, struct event *event) {
    struct slice key;
    event->answer = true;
    event->error = true;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("msg"))) {
            json_text(r, &event->text);
        } else {
            json_skip(r);
        }
    }
}

// Members of one letter, which are nearly all.
static bool read_letter(struct md *md, struct json *r, char key, struct event *event) {
    switch (key) {
    case 'e':
        return json_skip(r); // read by find_kind
    case 's':
        return json_string(r, &event->symbol);
    case 'E':
        return json_int(r, &event->time);
    case 'T':
        return json_int(r, &event->engine_time);
    case 'U':
        return json_int(r, &event->first);
    case 'u':
        event->has_last = true;
        return json_int(r, &event->last);
    case 'b':
        read_side(r, md->bids, event, false);
        return true;
    case 'a':
        read_side(r, md->asks, event, true);
        return true;
    case 'B':
        return json_text(r, &event->bid_size);
    case 'A':
        return json_text(r, &event->ask_size);
    case 'p':
        return json_text(r, &event->mark);
    case 'i':
        return json_text(r, &event->index);
    case 'r':
        return json_text(r, &event->rate);
    default:
        return json_skip(r);
    }
}

// Only these events are read by letters: in others the same letters mean other things.
static bool is_event_kind(struct slice kind) {
    return slice_equals(kind, SLICE("bookTicker")) || slice_equals(kind, SLICE("depthUpdate")) ||
           slice_equals(kind, SLICE("markPriceUpdate"));
}

// Documented streams that nobody here asks for.
static bool is_ignored_kind(struct slice kind) {
    static const struct slice kinds[] = {
        {"trade", 5},           {"aggTrade", 8},        {"24hrTicker", 10},
        {"24hrMiniTicker", 14}, {"kline", 5},           {"continuous_kline", 16},
        {"forceOrder", 10},     {"contractInfo", 12},   {"assetIndexUpdate", 16},
        {"compositeIndex", 14}, {"tradingSession", 14},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_equals(kind, kinds[i])) {
            return true;
        }
    }
    return false;
}

static void read_member(struct md *md, struct json *r, struct slice key, struct event *event) {
    if (key.size == 1) {
        read_letter(md, r, key.data[0], event);
    } else if (slice_equals(key, SLICE("pu"))) {
        json_int(r, &event->previous);
    } else if (slice_equals(key, SLICE("st"))) {
        json_int(r, &event->product);
    } else if (slice_equals(key, SLICE("result"))) {
        event->answer = true;
        json_skip(r);
    } else if (slice_equals(key, SLICE("code"))) {
        event->answer = true;
        event->error = true;
        json_skip(r);
    } else if (slice_equals(key, SLICE("msg"))) {
        json_text(r, &event->text);
    } else if (slice_equals(key, SLICE("error")) && json_peek(r) == JSON_OBJECT) {
        read_error(r, event);
    } else {
        json_skip(r);
    }
}

// The kind alone, because what a letter means depends on it.
static void find_kind(struct json r, struct slice *kind) {
    struct slice key;
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("e")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, kind);
            return;
        } else {
            json_skip(&r);
        }
    }
}

static void read_event(struct md *md, struct json *r, struct event *event) {
    struct slice key;
    find_kind(*r, &event->kind);
    bool known = event->kind.size == 0 || is_event_kind(event->kind);
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("data")) && json_peek(r) == JSON_OBJECT && r->depth == 1) {
            read_event(md, r, event);
        } else if (known) {
            read_member(md, r, key, event);
        } else {
            json_skip(r);
        }
    }
}

static void emit_bbo(const struct event *event, uint16_t symbol, struct md_sink *sink) {
    struct md_update update = {.kind = MD_BBO, .symbol = symbol};
    struct md_bbo *bbo = &update.bbo;
    if (!md_read_px(event->bid, &bbo->bid) || !md_read_px(event->ask, &bbo->ask) ||
        !md_read_qty(event->bid_size, &bbo->bid_size) ||
        !md_read_qty(event->ask_size, &bbo->ask_size) || event->last < 0) {
        md_refuse(sink, FEED_BAD_NUMBER, event->symbol);
        return;
    }
    bbo->bid_empty = bbo->bid.v == 0 || bbo->bid_size.v == 0;
    bbo->ask_empty = bbo->ask.v == 0 || bbo->ask_size.v == 0;
    bbo->sequence = (uint64_t)event->last;
    update.venue_time_ns = md_ns_from_ms(event->time);
    sink->on_update(sink, &update);
}

static void emit_book(const struct md *md, const struct event *event, uint16_t symbol,
                      struct md_sink *sink) {
    if (!event->has_bids || !event->has_asks || !event->has_last || event->first < 0 ||
        event->last < 0 || event->previous < 0) {
        md_refuse(sink, FEED_MALFORMED, event->symbol);
        return;
    }
    struct md_update update = {
        .kind = MD_BOOK,
        .symbol = symbol,
        .venue_time_ns = md_ns_from_ms(event->time),
        .book = {.first = (uint64_t)event->first,
                 .last = (uint64_t)event->last,
                 .previous = (uint64_t)event->previous,
                 .bids = md->bids,
                 .asks = md->asks,
                 .bid_count = event->bid_count,
                 .ask_count = event->ask_count,
                 .venue_time_ns = md_ns_from_ms(event->time)},
    };
    sink->on_update(sink, &update);
}

static void emit_funding(const struct md *md, const struct event *event, uint16_t symbol,
                         struct md_sink *sink) {
    int64_t interval_ns = md->funding_interval_ns[symbol];
    const struct md_funding_text funding = {
        .name = event->symbol,
        .rate = event->rate,
        .mark = event->mark,
        .index = event->index,
        .interval_ns = interval_ns > 0 ? interval_ns : BINANCE_FUNDING_INTERVAL_NS,
        .next_settlement_ns = md_ns_from_ms(event->engine_time),
        .venue_time_ns = md_ns_from_ms(event->time)};
    md_emit_funding(sink, symbol, &funding);
}

static void emit_event(const struct md *md, const struct event *event, struct md_sink *sink) {
    uint16_t symbol;
    if (!is_event_kind(event->kind)) {
        if (!is_ignored_kind(event->kind)) {
            md_refuse(sink, FEED_UNKNOWN_KIND, event->kind);
        }
        return;
    }
    if (event->product > 1) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, event->symbol); // coin-margined
        return;
    }
    if (!md_need_symbol(md, sink, event->symbol, &symbol)) {
        return;
    }
    if (slice_equals(event->kind, SLICE("bookTicker"))) {
        emit_bbo(event, symbol, sink);
    } else if (slice_equals(event->kind, SLICE("depthUpdate"))) {
        emit_book(md, event, symbol, sink);
    } else {
        emit_funding(md, event, symbol, sink);
    }
}

void binance_decode_general(struct md *md, struct slice frame, struct md_sink *sink) {
    struct event event = {.product = 1};
    struct json r;
    json_init(&r, frame);
    read_event(md, &r, &event);
    if (event.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, event.symbol);
    } else if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (event.kind.size > 0) {
        emit_event(md, &event, sink);
    } else if (event.error) {
        md_refuse(sink, FEED_VENUE_ERROR, event.text);
    } else if (event.answer) {
        md_emit_kind(sink, MD_ACK, MD_SYMBOL_NONE);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0});
    }
}

FAST_INLINE bool fast_prices(struct fast *f, struct md_bbo *bbo) {
    return FAST_PX(f, ",\"b\":\"", &bbo->bid) && FAST_QTY(f, "\",\"B\":\"", &bbo->bid_size) &&
           FAST_PX(f, "\",\"a\":\"", &bbo->ask) && FAST_QTY(f, "\",\"A\":\"", &bbo->ask_size) &&
           FAST_LITERAL(f, "\"");
}

// ,"ps":"BTCUSDT": the pair of a perpetual is its symbol.
FAST_INLINE bool fast_pair(struct fast *f, struct slice symbol) {
    struct slice pair;
    return FAST_STRING(f, ",\"ps\":\"", &pair) && slice_equals(pair, symbol);
}

// Times last (to 2024): …,"u":…,"s":…,"b":…,"B":…,"a":…,"A":…,"T":…,"E":…}
// Times first (2026): …,"u":…,"E":…,"T":…,"s":…,["ps":…,]"b":…,"B":…,"a":…,"A":…[,"st":1][,"ps":…]}
FAST_INLINE bool fast_ticker(struct fast *f, struct slice *symbol, struct md_bbo *bbo,
                             int64_t *time) {
    int64_t engine_time; // no use, but it has to be a number
    if (!FAST_UINT(f, "{\"e\":\"bookTicker\",\"u\":", &bbo->sequence)) {
        return false;
    }
    if (FAST_STRING(f, ",\"s\":\"", symbol)) {
        return fast_prices(f, bbo) && FAST_TIME(f, ",\"T\":", &engine_time) &&
               FAST_TIME(f, ",\"E\":", time) && FAST_LITERAL(f, "}");
    }
    if (!FAST_TIME(f, ",\"E\":", time) || !FAST_TIME(f, ",\"T\":", &engine_time) ||
        !FAST_STRING(f, ",\"s\":\"", symbol)) {
        return false;
    }
    (void)fast_pair(f, *symbol);
    if (!fast_prices(f, bbo)) {
        return false;
    }
    (void)FAST_LITERAL(f, ",\"st\":1");
    return FAST_LITERAL(f, "}") || (fast_pair(f, *symbol) && FAST_LITERAL(f, "}"));
}

static bool decode_fast_ticker(const struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct slice stream;
    struct slice name;
    int64_t time;
    struct md_update update;
    if (!fast_begin(&f, frame, &tail)) {
        return false;
    }
    bool wrapped = FAST_STRING(&f, "{\"stream\":\"", &stream);
    if ((wrapped && !FAST_LITERAL(&f, ",\"data\":")) ||
        !fast_ticker(&f, &name, &update.bbo, &time) || (wrapped && !FAST_LITERAL(&f, "}")) ||
        !fast_done(&f)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, name);
    if (symbol < 0) {
        return false;
    }
    update.kind = MD_BBO;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = md_ns_from_ms(time);
    md_mark_empty(&update.bbo);
    sink->on_update(sink, &update);
    return true;
}

// {"e":"depthUpdate","E":…,"T":…,"s":…,["ps":…,]"U":…,"u":…,"pu":…,"b":[…],"a":[…][,"st":1]}
static bool decode_fast_depth(struct md *md, struct slice frame, struct md_sink *sink) {
    static const struct fast_form form = FAST_FORM_OF_ARRAYS;
    struct fast f;
    struct fast_tail tail;
    struct slice stream;
    struct slice name;
    struct md_update update;
    struct book_message book = {.bids = md->bids, .asks = md->asks};
    int64_t time;
    int64_t engine_time; // no use, but it has to be a number
    if (!fast_begin(&f, frame, &tail)) {
        return false;
    }
    bool wrapped = FAST_STRING(&f, "{\"stream\":\"", &stream);
    if ((wrapped && !FAST_LITERAL(&f, ",\"data\":")) ||
        !FAST_TIME(&f, "{\"e\":\"depthUpdate\",\"E\":", &time) ||
        !FAST_TIME(&f, ",\"T\":", &engine_time) || !FAST_STRING(&f, ",\"s\":\"", &name)) {
        return false;
    }
    (void)fast_pair(&f, name);
    if (!FAST_UINT(&f, ",\"U\":", &book.first) || !FAST_UINT(&f, ",\"u\":", &book.last) ||
        !FAST_UINT(&f, ",\"pu\":", &book.previous) || !FAST_LITERAL(&f, ",\"b\":[") ||
        !fast_levels(&f, &form, md->bids, &book.bid_count) || !FAST_LITERAL(&f, ",\"a\":[") ||
        !fast_levels(&f, &form, md->asks, &book.ask_count)) {
        return false;
    }
    (void)FAST_LITERAL(&f, ",\"st\":1");
    if (!FAST_LITERAL(&f, "}") || (wrapped && !FAST_LITERAL(&f, "}")) || !fast_done(&f)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, name);
    if (symbol < 0) {
        return false;
    }
    update.kind = MD_BOOK;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = book.venue_time_ns = md_ns_from_ms(time);
    update.book = book;
    sink->on_update(sink, &update);
    return true;
}

void binance_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink) {
    (void)connection; // both routes speak the same language
    if (!decode_fast_ticker(md, frame, sink) && !decode_fast_depth(md, frame, sink)) {
        binance_decode_general(md, frame, sink);
    }
}
