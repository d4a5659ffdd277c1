// The market data stream of GRVT: answers of JSON-RPC, and pushes {"stream","selector",
// "sequence_number","feed":{…},"prev_sequence_number"}.
//
// Changes of best prices and of books are read by anchors in the layout the venue sends; everything
// else by the order-independent reader.
#include "exchanges/fast_text.h"
#include "exchanges/grvt_md.h"
#include "exchanges/md_decode.h"

// What md->merged_sequence holds beside a number: nothing yet, a snapshot that starts the count,
// or a snapshot asked for. Asking is damped by the venue's own stamps.
#define COUNT_NONE   UINT64_C(0)
#define COUNT_FRESH  UINT64_MAX
#define COUNT_ASKED  (UINT64_MAX - 1)
#define ASK_PAUSE_NS (2 * NS_PER_S)

struct frame {
    struct slice stream, selector;
    struct slice text;     // of an error
    struct json feed;      // stands on the object
    struct json confirmed; // stands on the selectors of an acknowledgement
    struct json revoked;   // likewise
    struct json numbers;   // of the first change, for each of those confirmed
    int64_t sequence, previous;
    bool has_feed, has_sequence, has_previous, answer, error;
    bool has_confirmed, has_revoked, has_numbers;
};

static void read_error(struct json *r, struct frame *frame) {
    struct slice key;
    frame->error = true;
    if (json_peek(r) != JSON_OBJECT) {
        json_skip(r);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, &frame->text);
        } else {
            json_skip(r);
        }
    }
}

static void read_result(struct json *r, struct frame *frame) {
    struct slice key;
    frame->answer = true;
    if (json_peek(r) != JSON_OBJECT) {
        json_skip(r);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("subs")) && json_peek(r) == JSON_ARRAY) {
            frame->confirmed = *r;
            frame->has_confirmed = true;
        } else if (slice_equals(key, SLICE("unsubs")) && json_peek(r) == JSON_ARRAY) {
            frame->revoked = *r;
            frame->has_revoked = true;
        } else if (slice_equals(key, SLICE("first_sequence_number")) &&
                   json_peek(r) == JSON_ARRAY) {
            frame->numbers = *r;
            frame->has_numbers = true;
        } else if (slice_equals(key, SLICE("stream"))) {
            md_read_text(r, &frame->stream);
            continue;
        }
        json_skip(r);
    }
}

static void read_frame(struct json *r, struct frame *frame) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("stream"))) {
            md_read_text(r, &frame->stream);
        } else if (slice_equals(key, SLICE("selector"))) {
            md_read_text(r, &frame->selector);
        } else if (slice_equals(key, SLICE("sequence_number"))) {
            frame->has_sequence = json_int(r, &frame->sequence);
        } else if (slice_equals(key, SLICE("prev_sequence_number"))) {
            frame->has_previous = json_int(r, &frame->previous);
        } else if (slice_equals(key, SLICE("feed")) && json_peek(r) == JSON_OBJECT) {
            frame->has_feed = true;
            frame->feed = *r;
            json_skip(r);
        } else if (slice_equals(key, SLICE("result"))) {
            read_result(r, frame);
        } else if (slice_equals(key, SLICE("error"))) {
            read_error(r, frame);
        } else {
            json_skip(r);
        }
    }
}

// A selector without its rate.
static struct slice instrument_of(struct slice selector) {
    const char *at = selector.size == 0 ? NULL : memchr(selector.data, '@', selector.size);
    return at == NULL ? selector : (struct slice){selector.data, (size_t)(at - selector.data)};
}

// Where the number that a stream's first change will have is kept. NULL: of no use.
static uint64_t *first_of(struct md *md, struct slice stream, uint16_t symbol) {
    if (slice_equals(stream, slice_of(GRVT_BOOK_STREAM))) {
        return &md->first_delta[symbol];
    }
    return slice_equals(stream, slice_of(GRVT_QUOTE_STREAM)) ? &md->first_merged[symbol] : NULL;
}

// The number the first change after the snapshot will have; 0: not told.
static void announce(struct md *md, struct frame *frame, uint16_t symbol) {
    int64_t number = 0;
    bool told = frame->has_numbers && json_array_next(&frame->numbers);
    if (told) {
        md_read_int(&frame->numbers, &number);
    }
    uint64_t *first = symbol != MD_SYMBOL_NONE ? first_of(md, frame->stream, symbol) : NULL;
    if (first != NULL) {
        *first = number > 0 ? (uint64_t)number : 0;
    }
}

static void revoke(struct md *md, struct frame *frame) {
    struct slice selector;
    uint16_t symbol;
    json_array_begin(&frame->revoked);
    while (json_array_next(&frame->revoked) && json_string(&frame->revoked, &selector)) {
        if (md_find_symbol(md, instrument_of(selector), &symbol)) {
            uint64_t *first = first_of(md, frame->stream, symbol);
            if (first != NULL) {
                *first = 0;
            }
        }
    }
}

// One for every instrument of the answer.
static void decode_answer(struct md *md, struct frame *frame, struct md_sink *sink) {
    struct slice selector;
    uint32_t count = 0;
    if (frame->has_revoked) {
        revoke(md, frame);
    }
    if (frame->has_numbers) {
        json_array_begin(&frame->numbers);
    }
    if (frame->has_confirmed) {
        json_array_begin(&frame->confirmed);
        while (json_array_next(&frame->confirmed) && json_string(&frame->confirmed, &selector)) {
            uint16_t symbol = MD_SYMBOL_NONE;
            (void)md_find_symbol(md, instrument_of(selector), &symbol);
            announce(md, frame, symbol);
            md_emit_kind(sink, MD_ACK, symbol);
            count++;
        }
    }
    if (count == 0) { // of an unsubscription
        md_emit_kind(sink, MD_ACK, MD_SYMBOL_NONE);
    }
}

static void emit_book(const struct md *md, const struct frame *frame, const struct grvt_feed *feed,
                      uint16_t symbol, bool delta, struct md_sink *sink) {
    if (!feed->has_bids || !feed->has_asks) {
        md_refuse(sink, FEED_MALFORMED, feed->instrument);
        return;
    }
    bool snapshot = !delta || frame->sequence == 0;
    uint64_t first = snapshot && delta ? md->first_delta[symbol] : (uint64_t)frame->sequence;
    struct md_update update = {
        .kind = MD_BOOK,
        .symbol = symbol,
        .venue_time_ns = feed->time_ns,
        .book = {.snapshot = snapshot,
                 .first = first,
                 .last = (uint64_t)frame->sequence,
                 .previous = (uint64_t)frame->previous,
                 .bids = md->bids,
                 .asks = md->asks,
                 .bid_count = feed->bid_count,
                 .ask_count = feed->ask_count,
                 .venue_time_ns = feed->time_ns},
    };
    sink->on_update(sink, &update);
}

static void ask_again(struct md *md, int64_t time_ns, uint16_t symbol, struct md_sink *sink) {
    static const char *const methods[] = {"unsubscribe", "subscribe"};
    int64_t asked_ns = md->merged_asked_ns[symbol];
    md_refuse(sink, FEED_GAP, slice_of(md->listings[symbol].native));
    md->merged_sequence[symbol] = COUNT_NONE;
    if (time_ns >= asked_ns && time_ns - asked_ns < ASK_PAUSE_NS && asked_ns > 0) {
        return; // the next delta comes here again
    }
    md->merged_asked_ns[symbol] = time_ns;
    md->merged_sequence[symbol] = COUNT_ASKED;
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        char bytes[256];
        struct text text = TEXT_OVER(bytes);
        grvt_write_subscription(md, methods[i], GRVT_QUOTE_STREAM, GRVT_QUOTE_RATE, symbol, &text);
        struct md_update update = {
            .kind = MD_REPLY, .symbol = symbol, .refused = {.text = text_slice(&text)}};
        sink->on_update(sink, &update);
    }
}

// A delta of the best prices. True when it is the next one and the merged state is to take it.
static bool chains(struct md *md, const struct frame *frame, int64_t time_ns, uint16_t symbol,
                   struct md_sink *sink) {
    uint64_t known = md->merged_sequence[symbol];
    if (known == COUNT_ASKED || (known == (uint64_t)frame->sequence)) {
        return false; // the snapshot is on its way, or this one was repeated
    }
    uint64_t first = md->first_merged[symbol];
    bool next = known == COUNT_FRESH ? first == 0 || first == (uint64_t)frame->sequence
                                     : known != COUNT_NONE && known == (uint64_t)frame->previous;
    if (!next) {
        ask_again(md, time_ns, symbol, sink);
        return false;
    }
    md->merged_sequence[symbol] = (uint64_t)frame->sequence;
    return true;
}

static void decode_mini(struct md *md, const struct frame *frame, const struct grvt_feed *feed,
                        uint16_t symbol, bool delta, struct md_sink *sink) {
    struct md_bbo whole = {.bid_empty = true, .ask_empty = true};
    struct md_bbo *bbo = delta ? &md->merged[symbol] : &whole;
    if (delta && frame->sequence == 0) {
        *bbo = whole;
        md->merged_sequence[symbol] = COUNT_FRESH;
    } else if (delta && !chains(md, frame, feed->time_ns, symbol, sink)) {
        return;
    }
    if (!grvt_merge(feed, bbo)) {
        *bbo = whole; // what is told next fills it again
        md_refuse(sink, FEED_BAD_NUMBER, feed->instrument);
        return;
    }
    // Most deltas tell of marks and last trades only.
    if (feed->has_bid || feed->has_bid_size || feed->has_ask || feed->has_ask_size) {
        grvt_emit_bbo(feed, bbo, symbol, sink);
    }
}

enum kind { KIND_MINI, KIND_TICKER, KIND_BOOK, KIND_IGNORED, KIND_UNKNOWN };

static enum kind kind_of(struct slice stream, bool *delta) {
    static const struct {
        struct slice name;
        enum kind kind;
        bool delta;
    } kinds[] = {
        {{"v1.mini.d", 9}, KIND_MINI, true},      {{"v1.mini.s", 9}, KIND_MINI, false},
        {{"v1.ticker.d", 11}, KIND_TICKER, true}, {{"v1.ticker.s", 11}, KIND_TICKER, false},
        {{"v1.book.d", 9}, KIND_BOOK, true},      {{"v1.book.s", 9}, KIND_BOOK, false},
        {{"v1.trade", 8}, KIND_IGNORED, false},   {{"v1.candle", 9}, KIND_IGNORED, false},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_equals(stream, kinds[i].name)) {
            *delta = kinds[i].delta;
            return kinds[i].kind;
        }
    }
    return KIND_UNKNOWN;
}

static void decode_push(struct md *md, struct frame *frame, struct md_sink *sink) {
    struct grvt_feed feed = {.instrument = instrument_of(frame->selector)};
    bool delta = false;
    uint16_t symbol;
    enum kind kind = kind_of(frame->stream, &delta);
    if (kind == KIND_UNKNOWN) {
        md_refuse(sink, FEED_UNKNOWN_KIND, frame->stream);
        return;
    }
    if (kind == KIND_IGNORED) {
        return;
    }
    grvt_read_feed(md, &frame->feed, &feed);
    if (feed.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, feed.instrument);
        return;
    }
    if (!frame->has_previous) {
        frame->previous = frame->sequence > 0 ? frame->sequence - 1 : 0;
    }
    bool counted = !delta || (frame->has_sequence && frame->sequence >= 0 && frame->previous >= 0);
    if (frame->feed.failed || !counted) {
        md_refuse(sink, FEED_MALFORMED, feed.instrument);
        return;
    }
    if (!md_need_symbol(md, sink, feed.instrument, &symbol)) {
        return;
    }
    if (kind == KIND_MINI) {
        decode_mini(md, frame, &feed, symbol, delta, sink);
    } else if (kind == KIND_BOOK) {
        emit_book(md, frame, &feed, symbol, delta, sink);
    } else {
        grvt_emit_funding(md, &feed, symbol, sink);
    }
}

void grvt_decode_general(struct md *md, struct slice bytes, struct md_sink *sink) {
    struct frame frame = {.has_feed = false};
    struct json r;
    json_init(&r, bytes);
    read_frame(&r, &frame);
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (frame.error) {
        md_refuse(sink, FEED_VENUE_ERROR, frame.text);
    } else if (frame.has_feed) {
        decode_push(md, &frame, sink);
    } else if (frame.answer) {
        decode_answer(md, &frame, sink);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, frame.stream);
    }
}

// ,"best_bid_price":"60000.1" or nothing of it. False: something else behind the key.
FAST_INLINE bool fast_told(struct fast *f, const char *key, size_t key_size, uint32_t digits,
                           int64_t *value, bool *told) {
    fast_room(f);
    *told = fast_same(f->at, key, key_size);
    if (!*told) {
        return true;
    }
    if (!fast_decimal(f, key, key_size, digits, value)) {
        return false;
    }
    f->at++; // the quote
    return true;
}
#define FAST_TOLD(f, key, digits, value, told)                                                     \
    fast_told((f), FAST_KEY(key), (digits), &(value)->v, (told))

// What a change of the best prices tells.
struct fast_mini {
    struct md_bbo bbo;
    bool has_bid, has_bid_size, has_ask, has_ask_size;
};

// {…,"mark_price":…,"index_price":…,"last_price":…,"last_size":…,"mid_price":…,
// "best_bid_price":…,"best_bid_size":…,"best_ask_price":…,"best_ask_size":…}, any of them missing;
// the first five are of no use here.
FAST_INLINE bool fast_mini(struct fast *f, struct fast_mini *mini) {
    fast_room(f);
    struct slice text;
    if (f->at[2] != 'b') { // none of the best prices yet
        (void)FAST_STRING(f, ",\"mark_price\":\"", &text);
        (void)FAST_STRING(f, ",\"index_price\":\"", &text);
        (void)FAST_STRING(f, ",\"last_price\":\"", &text);
        (void)FAST_STRING(f, ",\"last_size\":\"", &text);
        (void)FAST_STRING(f, ",\"mid_price\":\"", &text);
    }
    return FAST_TOLD(f, ",\"best_bid_price\":\"", PX_DIGITS, &mini->bbo.bid, &mini->has_bid) &&
           FAST_TOLD(f, ",\"best_bid_size\":\"", QTY_DIGITS, &mini->bbo.bid_size,
                     &mini->has_bid_size) &&
           FAST_TOLD(f, ",\"best_ask_price\":\"", PX_DIGITS, &mini->bbo.ask, &mini->has_ask) &&
           FAST_TOLD(f, ",\"best_ask_size\":\"", QTY_DIGITS, &mini->bbo.ask_size,
                     &mini->has_ask_size);
}

FAST_INLINE void merge_mini(const struct fast_mini *mini, struct md_bbo *bbo) {
    bbo->bid = mini->has_bid ? mini->bbo.bid : bbo->bid;
    bbo->bid_size = mini->has_bid_size ? mini->bbo.bid_size : bbo->bid_size;
    bbo->ask = mini->has_ask ? mini->bbo.ask : bbo->ask;
    bbo->ask_size = mini->has_ask_size ? mini->bbo.ask_size : bbo->ask_size;
    md_mark_empty(bbo);
}

FAST_INLINE bool fast_head(struct fast *f, struct frame *frame, struct grvt_feed *feed) {
    uint64_t sequence;
    struct slice selector; // the feed names its instrument
    if (!FAST_STRING(f, ",\"selector\":\"", &selector) ||
        !FAST_UINT(f, ",\"sequence_number\":\"", &sequence) ||
        !FAST_TIME_NS(f, "\",\"feed\":{\"event_time\":\"", &feed->time_ns) ||
        !FAST_STRING(f, "\",\"instrument\":\"", &feed->instrument)) {
        return false;
    }
    frame->sequence = (int64_t)sequence;
    return true;
}

FAST_INLINE bool fast_end(struct fast *f, struct frame *frame) {
    uint64_t previous;
    if (!FAST_UINT(f, "},\"prev_sequence_number\":\"", &previous) || !FAST_LITERAL(f, "\"}") ||
        !fast_done(f)) {
        return false;
    }
    frame->previous = (int64_t)previous;
    return true;
}

static bool decode_fast_mini(struct md *md, struct slice bytes, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct frame frame;
    struct grvt_feed feed;
    struct fast_mini mini = {.has_bid = false};
    if (!fast_begin(&f, bytes, &tail) || !FAST_LITERAL(&f, "{\"stream\":\"v1.mini.d\"") ||
        !fast_head(&f, &frame, &feed) || !fast_mini(&f, &mini) || !fast_end(&f, &frame) ||
        frame.sequence == 0) { // the whole of it
        return false;
    }
    int32_t found = fast_name(&md->natives, feed.instrument);
    if (found < 0) {
        return false;
    }
    uint16_t symbol = (uint16_t)found;
    struct md_bbo *bbo = &md->merged[symbol];
    if (chains(md, &frame, feed.time_ns, symbol, sink)) {
        merge_mini(&mini, bbo);
        if (mini.has_bid || mini.has_bid_size || mini.has_ask || mini.has_ask_size) {
            grvt_emit_bbo(&feed, bbo, symbol, sink);
        }
    }
    return true;
}

// {…,"bids":[{"price":"65038.01","size":"3456.78","num_orders":123},…],"asks":[…]}
FAST_INLINE bool fast_side(struct fast *f, struct level *levels, uint32_t *count) {
    uint64_t orders; // of no use, but a number
    *count = 0;
    if (FAST_LITERAL(f, "]")) {
        return true;
    }
    do {
        struct level *level = &levels[*count];
        if (*count == MD_LEVELS_MAX || !FAST_PX(f, "{\"price\":\"", &level->price) ||
            !FAST_QTY(f, "\",\"size\":\"", &level->size) ||
            !FAST_UINT(f, "\",\"num_orders\":", &orders) || !FAST_LITERAL(f, "}")) {
            return false;
        }
        (*count)++;
    } while (FAST_LITERAL(f, ","));
    return FAST_LITERAL(f, "]");
}

static bool decode_fast_book(struct md *md, struct slice bytes, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct frame frame;
    struct grvt_feed feed = {.has_bids = true, .has_asks = true};
    if (!fast_begin(&f, bytes, &tail) || !FAST_LITERAL(&f, "{\"stream\":\"v1.book.d\"") ||
        !fast_head(&f, &frame, &feed) || !FAST_LITERAL(&f, ",\"bids\":[") ||
        !fast_side(&f, md->bids, &feed.bid_count) || !FAST_LITERAL(&f, ",\"asks\":[") ||
        !fast_side(&f, md->asks, &feed.ask_count) || !fast_end(&f, &frame)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, feed.instrument);
    if (symbol < 0) {
        return false;
    }
    emit_book(md, &frame, &feed, (uint16_t)symbol, true, sink);
    return true;
}

void grvt_decode(struct md *md, uint32_t connection, struct slice bytes, struct md_sink *sink) {
    (void)connection;
    if (!decode_fast_mini(md, bytes, sink) && !decode_fast_book(md, bytes, sink)) {
        grvt_decode_general(md, bytes, sink);
    }
}
