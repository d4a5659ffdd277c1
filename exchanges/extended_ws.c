// The public streams of Extended: {"type":…,"data":{"m":<market>,…},"ts":…,"seq":…}; on the RPC
// socket types have a scope in front (ORDERBOOKS.DELTA), and answers come between.
//
// A level is {"p":price,"q":size}; in a change q is the change and c, where told, the size that
// results. Texts of prices are not canonical.
//
// Best prices and books are read by anchors in the layouts the venue sends; everything else by the
// order-independent reader.
#include "base/clock.h"
#include "exchanges/extended_md.h"
#include "exchanges/fast_text.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"

struct frame {
    struct slice type, subscription;
    struct slice text; // of an error
    struct json data;
    int64_t time_ms, sequence;
    bool has_data, has_sequence, error, answer;
};

struct event {
    struct slice market, depth;
    struct slice price, rate; // of a mark or index price; of a funding rate
    int64_t time_ms, applied_ms;
    uint32_t bid_count, ask_count;
    uint32_t changes, sizes; // levels that tell only the change; that tell the size
    bool has_bids, has_asks, bad_number;
};

static void read_result(struct json *r, struct frame *frame) {
    struct slice key;
    frame->answer = true;
    if (json_peek(r) != JSON_OBJECT) {
        json_skip(r);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("subscription"))) {
            md_read_text(r, &frame->subscription);
        } else {
            json_skip(r);
        }
    }
}

static void read_frame(struct json *r, struct frame *frame) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("type"))) {
            md_read_text(r, &frame->type);
        } else if (slice_equals(key, SLICE("data"))) {
            frame->has_data = json_peek(r) == JSON_OBJECT;
            frame->data = *r;
            json_skip(r);
        } else if (slice_equals(key, SLICE("ts"))) {
            md_read_int(r, &frame->time_ms);
        } else if (slice_equals(key, SLICE("seq"))) {
            frame->has_sequence = json_int(r, &frame->sequence) && frame->sequence >= 0;
        } else if (slice_equals(key, SLICE("subscription"))) {
            md_read_text(r, &frame->subscription);
        } else if (slice_equals(key, SLICE("result"))) {
            read_result(r, frame);
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(r);
        } else if (!json_null(r)) {
            frame->error = true;
            extended_read_error(r, &frame->text);
        }
    }
}

// A size that may be negative.
static bool read_change(struct slice text, struct qty *out) {
    return text.size > 0 && qty_parse(text, out);
}

static void read_level(struct json *r, struct level *level, bool delta, struct event *event) {
    struct slice key;
    struct slice price = {0};
    struct slice size = {0};
    struct slice change = {0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("p"))) {
            md_read_text(r, &price);
        } else if (slice_equals(key, SLICE("c"))) {
            md_read_text(r, &size);
        } else if (slice_equals(key, SLICE("q"))) {
            md_read_text(r, &change);
        } else {
            json_skip(r);
        }
    }
    if (r->failed) {
        return;
    }
    bool changes = delta && size.size == 0;
    if (!delta) {
        size = change; // a whole book has the size there
    }
    event->changes += changes;
    event->sizes += !changes;
    event->bad_number =
        !md_read_px(price, &level->price) ||
        !(changes ? read_change(change, &level->size) : md_read_qty(size, &level->size));
}

static bool read_side(struct json *r, struct level *levels, uint32_t *count, bool delta,
                      struct event *event) {
    *count = 0;
    if (json_null(r)) {
        return true;
    }
    json_array_begin(r);
    while (json_array_next(r)) {
        if (*count == MD_LEVELS_MAX) {
            return json_fail(r);
        }
        read_level(r, &levels[*count], delta, event);
        if (event->bad_number) {
            return json_fail(r);
        }
        (*count)++;
    }
    return !r->failed;
}

static void read_event(struct md *md, struct json *r, bool delta, struct event *event) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("m"))) {
            json_string(r, &event->market);
        } else if (slice_equals(key, SLICE("b"))) {
            event->has_bids = read_side(r, md->bids, &event->bid_count, delta, event);
        } else if (slice_equals(key, SLICE("a"))) {
            event->has_asks = read_side(r, md->asks, &event->ask_count, delta, event);
        } else if (slice_equals(key, SLICE("d"))) {
            md_read_text(r, &event->depth);
        } else if (slice_equals(key, SLICE("p"))) {
            md_read_text(r, &event->price);
        } else if (slice_equals(key, SLICE("f"))) {
            md_read_text(r, &event->rate);
        } else if (slice_equals(key, SLICE("ts"))) {
            md_read_int(r, &event->time_ms);
        } else if (slice_equals(key, SLICE("T"))) {
            md_read_int(r, &event->applied_ms);
        } else {
            json_skip(r);
        }
    }
}

static void emit_bbo(const struct md *md, const struct frame *frame, const struct event *event,
                     uint16_t symbol, struct md_sink *sink) {
    struct md_update update = {.kind = MD_BBO,
                               .symbol = symbol,
                               .venue_time_ns = md_ns_from_ms(frame->time_ms),
                               .bbo = {.bid_empty = true, .ask_empty = true}};
    struct md_bbo *bbo = &update.bbo;
    if (event->bid_count > 0) {
        bbo->bid = md->bids[0].price;
        bbo->bid_size = md->bids[0].size;
        bbo->bid_empty = bbo->bid.v == 0 || bbo->bid_size.v == 0;
    }
    if (event->ask_count > 0) {
        bbo->ask = md->asks[0].price;
        bbo->ask_size = md->asks[0].size;
        bbo->ask_empty = bbo->ask.v == 0 || bbo->ask_size.v == 0;
    }
    if (bbo->bid_size.v < 0 || bbo->ask_size.v < 0) { // a change may take away, a best price not
        md_refuse(sink, FEED_BAD_NUMBER, event->market);
        return;
    }
    bbo->sequence = frame->has_sequence ? (uint64_t)frame->sequence : 0;
    sink->on_update(sink, &update);
}

static void emit_book(struct md *md, const struct frame *frame, const struct event *event,
                      uint16_t symbol, bool delta, struct md_sink *sink) {
    uint64_t *last = &md->merged_sequence[symbol];
    struct md_update update = {.kind = MD_BOOK,
                               .symbol = symbol,
                               .venue_time_ns = md_ns_from_ms(frame->time_ms),
                               .book = {.snapshot = !delta,
                                        .relative = event->changes > 0,
                                        .previous = *last,
                                        .bids = md->bids,
                                        .asks = md->asks,
                                        .bid_count = event->bid_count,
                                        .ask_count = event->ask_count,
                                        .venue_time_ns = md_ns_from_ms(frame->time_ms)}};
    update.book.first = update.book.last = ++*last;
    sink->on_update(sink, &update);
}

// "orderbooks.1.BTC-USD" to what stands behind the last dot; empty when there is none.
static struct slice market_of(struct slice subscription) {
    for (size_t i = subscription.size; i > 0; i--) {
        if (subscription.data[i - 1] == '.') {
            return (struct slice){subscription.data + i, subscription.size - i};
        }
    }
    return (struct slice){"", 0};
}

// Best prices: all of v1's streams here, and the RPC's orderbooks.1.<market>.
static bool is_best(const struct frame *frame, const struct event *event) {
    return slice_equals(frame->type, SLICE("SNAPSHOT")) || slice_equals(event->depth, SLICE("1")) ||
           slice_starts(frame->subscription, SLICE("orderbooks.1."));
}

// A message that cannot be read leaves a hole in the count of its market, as one that was lost
// does: the count of the connection goes on. So does a whole book: it stands in the place of a
// change. Of no known market: all of them may have missed it.
static void lose_change(struct md *md, const struct frame *frame, const struct event *event,
                        struct md_sink *sink) {
    uint16_t symbol;
    if (md_find_symbol(md, event->market, &symbol) ||
        md_find_symbol(md, market_of(frame->subscription), &symbol)) {
        md->merged_sequence[symbol]++;
    } else {
        md_refuse(sink, FEED_GAP, frame->subscription);
    }
}

static void decode_book(struct md *md, struct frame *frame, bool all, bool delta,
                        struct md_sink *sink) {
    struct event event = {.time_ms = 0};
    uint16_t symbol;
    read_event(md, &frame->data, delta, &event);
    bool malformed = frame->data.failed || !event.has_bids || !event.has_asks ||
                     (event.changes > 0 && event.sizes > 0);
    if (event.bad_number || malformed) {
        md_refuse(sink, event.bad_number ? FEED_BAD_NUMBER : FEED_MALFORMED, event.market);
        lose_change(md, frame, &event, sink);
    } else if (!md_find_symbol(md, event.market, &symbol)) {
        if (!all) {
            md_refuse(sink, FEED_UNKNOWN_SYMBOL, event.market);
        }
    } else if (is_best(frame, &event)) {
        emit_bbo(md, frame, &event, symbol, sink);
    } else {
        emit_book(md, frame, &event, symbol, delta, sink);
    }
}

enum value { VALUE_MARK, VALUE_INDEX, VALUE_RATE };

static void decode_value(struct md *md, struct frame *frame, enum value value,
                         struct md_sink *sink) {
    struct event event = {.time_ms = 0};
    uint16_t symbol;
    read_event(md, &frame->data, false, &event);
    if (frame->data.failed) {
        md_refuse(sink, FEED_MALFORMED, event.market);
        return;
    }
    if (!md_need_symbol(md, sink, event.market, &symbol)) {
        return;
    }
    int64_t time_ms = event.time_ms > 0 ? event.time_ms : frame->time_ms;
    struct md_funding_text text = {.interval_ns = EXTENDED_FUNDING_INTERVAL_NS,
                                   .venue_time_ns = md_ns_from_ms(time_ms)};
    if (value == VALUE_MARK) {
        text.mark = event.price;
    } else if (value == VALUE_INDEX) {
        text.index = event.price;
    } else {
        text.rate = event.rate;
        int64_t applied_ns = md_ns_from_ms(event.applied_ms);
        int64_t hour = applied_ns / EXTENDED_FUNDING_INTERVAL_NS;
        text.next_settlement_ns =
            applied_ns == 0
                ? 0
                : add_saturating(hour * EXTENDED_FUNDING_INTERVAL_NS, EXTENDED_FUNDING_INTERVAL_NS);
    }
    md_emit_funding(sink, symbol, &text);
}

enum kind { KIND_SNAPSHOT, KIND_DELTA, KIND_MARK, KIND_INDEX, KIND_FUNDING, KIND_IGNORED };

static bool kind_of(struct slice type, enum kind *kind) {
    static const struct {
        struct slice type;
        enum kind kind;
    } kinds[] = {
        {{"SNAPSHOT", 8}, KIND_SNAPSHOT},
        {{"ORDERBOOKS.SNAPSHOT", 19}, KIND_SNAPSHOT},
        {{"DELTA", 5}, KIND_DELTA},
        {{"ORDERBOOKS.DELTA", 16}, KIND_DELTA},
        {{"MP", 2}, KIND_MARK},
        {{"PRICES.MP", 9}, KIND_MARK},
        {{"IP", 2}, KIND_INDEX},
        {{"PRICES.IP", 9}, KIND_INDEX},
        {{"FUNDING_RATES", 13}, KIND_FUNDING},
        {{"TRADES", 6}, KIND_IGNORED},
        {{"CANDLE", 6}, KIND_IGNORED},
        {{"ORDER", 5}, KIND_IGNORED},
        {{"TRADE", 5}, KIND_IGNORED},
        {{"POSITION", 8}, KIND_IGNORED},
        {{"BALANCE", 7}, KIND_IGNORED},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_equals(type, kinds[i].type)) {
            *kind = kinds[i].kind;
            return true;
        }
    }
    *kind = KIND_IGNORED;
    return slice_starts(type, SLICE("ACCOUNT."));
}

static void decode_data(struct md *md, uint32_t connection, struct frame *frame,
                        struct md_sink *sink) {
    enum kind kind;
    bool all = connection == 0; // every market, asked for or not
    if (!kind_of(frame->type, &kind)) {
        md_refuse(sink, FEED_UNKNOWN_KIND, frame->type);
    } else if (kind == KIND_IGNORED) {
        return;
    } else if (!frame->has_data) {
        struct event nothing = {.time_ms = 0};
        md_refuse(sink, FEED_MALFORMED, frame->type);
        lose_change(md, frame, &nothing, sink);
    } else if (kind == KIND_SNAPSHOT || kind == KIND_DELTA) {
        decode_book(md, frame, all, kind == KIND_DELTA, sink);
    } else if (kind == KIND_FUNDING) {
        decode_value(md, frame, VALUE_RATE, sink);
    } else {
        decode_value(md, frame, kind == KIND_MARK ? VALUE_MARK : VALUE_INDEX, sink);
    }
}

// What a type says is left out by v1's trades (an array) and funding rates (market, time, rate).
static void decode_untyped(struct md *md, struct frame *frame, struct md_sink *sink) {
    struct event event = {.time_ms = 0};
    struct json r = frame->data;
    if (!frame->has_data) {
        return; // trades
    }
    read_event(md, &r, false, &event);
    if (!r.failed && event.rate.size > 0) {
        decode_value(md, frame, VALUE_RATE, sink);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0});
    }
}

static void acknowledge(const struct md *md, struct slice subscription, struct md_sink *sink) {
    uint16_t symbol = MD_SYMBOL_NONE;
    (void)md_find_symbol(md, market_of(subscription), &symbol);
    md_emit_kind(sink, MD_ACK, symbol);
}

// False: messages before this one were lost, and with them what was subscribed to.
static bool in_order(struct md *md, uint32_t connection, bool numbered, int64_t sequence) {
    if (!numbered || connection >= MD_CONNECTIONS_MAX) {
        return true;
    }
    uint64_t expected = md->next_sequence[connection];
    md->next_sequence[connection] = (uint64_t)sequence + 1;
    return connection == 0 || (uint64_t)sequence == expected;
}

void extended_decode_general(struct md *md, uint32_t connection, struct slice text,
                             struct md_sink *sink) {
    struct frame frame = {.time_ms = 0};
    struct json r;
    json_init(&r, text);
    read_frame(&r, &frame);
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (frame.error) {
        md_refuse(sink, FEED_VENUE_ERROR, frame.text);
    } else if (frame.answer) {
        acknowledge(md, frame.subscription, sink);
    } else if (!in_order(md, connection, frame.has_sequence, frame.sequence)) {
        md_refuse(sink, FEED_GAP, frame.subscription);
    } else if (frame.type.size > 0) {
        decode_data(md, connection, &frame, sink);
    } else if (frame.has_sequence) {
        decode_untyped(md, &frame, sink);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0});
    }
}

// One level, {"q":…,"p":…} as it is sent or {"p":…,"q":…} as it is documented.
FAST_INLINE bool fast_level(struct fast *f, struct px *price, struct qty *size) {
    if (FAST_QTY(f, "{\"q\":\"", size)) {
        return FAST_PX(f, "\",\"p\":\"", price) && FAST_LITERAL(f, "\"}]");
    }
    return FAST_PX(f, "{\"p\":\"", price) && FAST_QTY(f, "\",\"q\":\"", size) &&
           FAST_LITERAL(f, "\"}]");
}

FAST_INLINE bool fast_sides(struct fast *f, struct slice *market, struct md_bbo *bbo) {
    return FAST_STRING(f, "\"m\":\"", market) && FAST_LITERAL(f, ",\"b\":[") &&
           fast_level(f, &bbo->bid, &bbo->bid_size) && FAST_LITERAL(f, ",\"a\":[") &&
           fast_level(f, &bbo->ask, &bbo->ask_size);
}

// v1: {"ts":…,"type":"SNAPSHOT","data":{"m":…,"b":[…],"a":[…]},"seq":…} or
// {"type":"SNAPSHOT","data":{…},"ts":…,"seq":…}
FAST_INLINE bool fast_best(struct fast *f, struct slice *market, struct md_bbo *bbo,
                           int64_t *time) {
    if (FAST_LITERAL(f, "{\"type\":\"SNAPSHOT\",\"data\":{")) {
        return fast_sides(f, market, bbo) && FAST_TIME(f, "},\"ts\":", time) &&
               FAST_UINT(f, ",\"seq\":", &bbo->sequence);
    }
    return FAST_TIME(f, "{\"ts\":", time) && FAST_LITERAL(f, ",\"type\":\"SNAPSHOT\",\"data\":{") &&
           fast_sides(f, market, bbo) && FAST_UINT(f, "},\"seq\":", &bbo->sequence);
}

static bool decode_fast_bbo(struct md *md, uint32_t connection, struct slice text,
                            struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct slice market;
    struct md_update update;
    int64_t time;
    if (!fast_begin(&f, text, &tail) || !fast_best(&f, &market, &update.bbo, &time) ||
        !FAST_LITERAL(&f, "}") || !fast_done(&f)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, market);
    if (symbol < 0) {
        return false;
    }
    if (!in_order(md, connection, true, (int64_t)update.bbo.sequence)) {
        md_refuse(sink, FEED_GAP, (struct slice){0});
        return true;
    }
    update.kind = MD_BBO;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = md_ns_from_ms(time);
    md_mark_empty(&update.bbo);
    sink->on_update(sink, &update);
    return true;
}

// {"q":"-0.1","p":"84050","c":"0.3"}: the change is of no use where the size is told.
FAST_INLINE bool fast_changes(struct fast *f, struct level *levels, uint32_t *count) {
    *count = 0;
    if (FAST_LITERAL(f, "]")) {
        return true;
    }
    do {
        struct level *level = &levels[*count];
        if (*count == MD_LEVELS_MAX || !FAST_PASS(f, "{\"q\":\"") ||
            !FAST_PX(f, ",\"p\":\"", &level->price) || !FAST_QTY(f, "\",\"c\":\"", &level->size) ||
            !FAST_LITERAL(f, "\"}")) {
            return false;
        }
        (*count)++;
    } while (FAST_LITERAL(f, ","));
    return FAST_LITERAL(f, "]");
}

FAST_INLINE bool fast_book(struct fast *f, struct md *md, bool delta, struct event *event) {
    static const struct fast_form form =
        FAST_FORM("{\"q\":\"", "\"},{\"q\":\"", "\",\"p\":\"", "\"}]", true);
    if (!FAST_STRING(f, "\"m\":\"", &event->market) || !FAST_LITERAL(f, ",\"b\":[")) {
        return false;
    }
    if (delta) {
        return fast_changes(f, md->bids, &event->bid_count) && FAST_LITERAL(f, ",\"a\":[") &&
               fast_changes(f, md->asks, &event->ask_count);
    }
    return fast_levels(f, &form, md->bids, &event->bid_count) && FAST_LITERAL(f, ",\"a\":[") &&
           fast_levels(f, &form, md->asks, &event->ask_count);
}

// v2: {"type":"ORDERBOOKS.DELTA","data":{"t":"DELTA","m":…,"b":…,"a":…,"d":"f"},"ts":…,"seq":…,
// "subscription":"orderbooks.BTC-USD"}, and SNAPSHOT in the same way.
static bool decode_fast_book(struct md *md, uint32_t connection, struct slice text,
                             struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct frame frame = {.has_sequence = true};
    struct event event = {.changes = 0};
    struct slice topic;
    uint64_t sequence;
    if (!fast_begin(&f, text, &tail) || !FAST_LITERAL(&f, "{\"type\":\"ORDERBOOKS.")) {
        return false;
    }
    bool delta = FAST_LITERAL(&f, "DELTA\",\"data\":{\"t\":\"DELTA\",");
    if ((!delta && !FAST_LITERAL(&f, "SNAPSHOT\",\"data\":{\"t\":\"SNAPSHOT\",")) ||
        !fast_book(&f, md, delta, &event) || !FAST_LITERAL(&f, ",\"d\":\"f\"}") ||
        !FAST_TIME(&f, ",\"ts\":", &frame.time_ms) || !FAST_UINT(&f, ",\"seq\":", &sequence) ||
        !FAST_LITERAL(&f, ",\"subscription\":") || !FAST_STRING(&f, "\"orderbooks.", &topic) ||
        !FAST_LITERAL(&f, "}") || !fast_done(&f)) {
        return false;
    }
    if (!slice_equals(topic, event.market)) {
        return false; // "1.BTC-USD": best prices, no book
    }
    int32_t symbol = fast_name(&md->natives, event.market);
    if (symbol < 0) {
        return false;
    }
    if (!in_order(md, connection, true, (int64_t)sequence)) {
        md_refuse(sink, FEED_GAP, (struct slice){0});
    } else {
        emit_book(md, &frame, &event, (uint16_t)symbol, delta, sink);
    }
    return true;
}

void extended_decode(struct md *md, uint32_t connection, struct slice text, struct md_sink *sink) {
    if (!decode_fast_bbo(md, connection, text, sink) &&
        !decode_fast_book(md, connection, text, sink)) {
        extended_decode_general(md, connection, text, sink);
    }
}
