// The market data stream of GRVT: answers of JSON-RPC, and pushes {"stream","selector",
// "sequence_number","feed":{…},"prev_sequence_number"}.
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

void grvt_decode(struct md *md, uint32_t connection, struct slice bytes, struct md_sink *sink) {
    (void)connection;
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
