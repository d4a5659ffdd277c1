// The public streams of Backpack: {"stream":…,"data":{…}}. What a message is, its member "e" says;
// the name of the stream has been seen to lie.
//
// Best prices and books are read by anchors in the layouts the venue sends; everything else by the
// order-independent reader.
#include "exchanges/backpack_md.h"
#include "exchanges/fast_text.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"

enum kind { KIND_BBO, KIND_BOOK, KIND_FUNDING, KIND_IGNORED, KIND_UNKNOWN };

struct event {
    enum kind kind;
    struct slice name; // of the kind
    struct slice bid, bid_size, ask, ask_size;
    struct backpack_funding funding; // its symbol is the event's
    int64_t time_us, engine_us;
    int64_t first, last;
    uint32_t bid_count, ask_count;
    bool has_data, has_bids, has_asks, has_last, bad_number;
    bool answer, error;
    struct slice text; // of the error
};

static enum kind kind_of(struct slice name) {
    static const struct {
        struct slice name;
        enum kind kind;
    } kinds[] = {
        {{"bookTicker", 10}, KIND_BBO},       {{"depth", 5}, KIND_BOOK},
        {{"markPrice", 9}, KIND_FUNDING},     {{"ticker", 6}, KIND_IGNORED},
        {{"trade", 5}, KIND_IGNORED},         {{"kline", 5}, KIND_IGNORED},
        {{"openInterest", 12}, KIND_IGNORED}, {{"liquidation", 11}, KIND_IGNORED},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_equals(name, kinds[i].name)) {
            return kinds[i].kind;
        }
    }
    return KIND_UNKNOWN;
}

// By value: what a letter means depends on the kind, which may stand last.
static void find_kind(struct json r, struct event *event) {
    struct slice key;
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("e")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &event->name);
            break;
        }
        json_skip(&r);
    }
    event->kind = kind_of(event->name);
}

static void read_bid(struct md *md, struct json *r, struct event *event) {
    if (json_peek(r) == JSON_ARRAY) {
        event->has_bids = md_read_levels(r, md->bids, &event->bid_count, &event->bad_number);
    } else {
        md_read_text(r, &event->bid);
    }
}

static void read_ask(struct md *md, struct json *r, struct event *event) {
    if (json_peek(r) == JSON_ARRAY) {
        event->has_asks = md_read_levels(r, md->asks, &event->ask_count, &event->bad_number);
    } else {
        md_read_text(r, &event->ask);
    }
}

static void read_letter(struct md *md, struct json *r, char key, struct event *event) {
    switch (key) {
    case 's':
        json_string(r, &event->funding.symbol);
        return;
    case 'E':
        json_int(r, &event->time_us);
        return;
    case 'T':
        json_int(r, &event->engine_us);
        return;
    case 'U':
        json_int(r, &event->first);
        return;
    case 'u': // a number on the wire, a string in the documents
        event->has_last = json_int(r, &event->last);
        return;
    case 'b':
        read_bid(md, r, event);
        return;
    case 'a':
        read_ask(md, r, event);
        return;
    case 'B':
        md_read_text(r, &event->bid_size);
        return;
    case 'A':
        md_read_text(r, &event->ask_size);
        return;
    case 'p':
        md_read_text(r, &event->funding.mark);
        return;
    case 'i':
        md_read_text(r, &event->funding.index);
        return;
    case 'f':
        md_read_text(r, &event->funding.rate);
        return;
    case 'n':
        md_read_int(r, &event->funding.next_ms);
        return;
    default:
        json_skip(r);
    }
}

static void read_data(struct md *md, struct json *r, struct event *event) {
    struct slice key;
    event->has_data = true;
    find_kind(*r, event);
    if (event->kind == KIND_IGNORED || event->kind == KIND_UNKNOWN) {
        json_skip(r);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (key.size == 1) {
            read_letter(md, r, key.data[0], event);
        } else {
            json_skip(r);
        }
    }
}

static void read_error(struct json *r, struct event *event) {
    struct slice key;
    event->error = true;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, &event->text);
        } else {
            json_skip(r);
        }
    }
}

static void read_frame(struct md *md, struct json *r, struct event *event) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("data")) && json_peek(r) == JSON_OBJECT) {
            read_data(md, r, event);
        } else if (slice_equals(key, SLICE("error")) && json_peek(r) == JSON_OBJECT) {
            read_error(r, event);
        } else if (slice_equals(key, SLICE("result"))) {
            event->answer = true;
            json_skip(r);
        } else {
            json_skip(r);
        }
    }
}

static int64_t time_ns(const struct event *event) {
    return md_ns_from_us(event->time_us > 0 ? event->time_us : event->engine_us);
}

// A side without orders has no price, or an empty one.
static bool read_side(struct slice price, struct slice size, struct px *px, struct qty *qty,
                      bool *empty) {
    *empty = price.size == 0 || size.size == 0;
    if (*empty) {
        return true;
    }
    if (!md_read_px(price, px) || !md_read_qty(size, qty)) {
        return false;
    }
    *empty = px->v == 0 || qty->v == 0;
    return true;
}

static void emit_bbo(const struct event *event, uint16_t symbol, struct md_sink *sink) {
    struct md_update update = {.kind = MD_BBO, .symbol = symbol, .venue_time_ns = time_ns(event)};
    struct md_bbo *bbo = &update.bbo;
    if (!read_side(event->bid, event->bid_size, &bbo->bid, &bbo->bid_size, &bbo->bid_empty) ||
        !read_side(event->ask, event->ask_size, &bbo->ask, &bbo->ask_size, &bbo->ask_empty) ||
        event->last < 0) {
        md_refuse(sink, FEED_BAD_NUMBER, event->funding.symbol);
        return;
    }
    bbo->sequence = (uint64_t)event->last;
    sink->on_update(sink, &update);
}

static void emit_book(const struct md *md, const struct event *event, uint16_t symbol,
                      struct md_sink *sink) {
    bool whole = (event->has_bids || event->has_asks) && event->has_last;
    if (!whole || event->first < 1 || event->last < event->first) {
        md_refuse(sink, FEED_MALFORMED, event->funding.symbol);
        return;
    }
    struct md_update update = {
        .kind = MD_BOOK,
        .symbol = symbol,
        .venue_time_ns = time_ns(event),
        .book = {.first = (uint64_t)event->first,
                 .last = (uint64_t)event->last,
                 .previous = (uint64_t)event->first - 1,
                 .bids = md->bids,
                 .asks = md->asks,
                 .bid_count = event->bid_count,
                 .ask_count = event->ask_count,
                 .venue_time_ns = time_ns(event)},
    };
    sink->on_update(sink, &update);
}

void backpack_emit_funding(const struct md *md, const struct backpack_funding *told,
                           uint16_t symbol, struct md_sink *sink) {
    int64_t interval_ns = md->funding_interval_ns[symbol];
    const struct md_funding_text funding = {
        .name = told->symbol,
        .rate = told->rate,
        .mark = told->mark,
        .index = told->index,
        .interval_ns = interval_ns > 0 ? interval_ns : BACKPACK_FUNDING_INTERVAL_NS,
        .next_settlement_ns = md_ns_from_ms(told->next_ms),
        .venue_time_ns = told->venue_time_ns};
    md_emit_funding(sink, symbol, &funding);
}

static void emit_event(const struct md *md, struct event *event, struct md_sink *sink) {
    uint16_t symbol;
    if (event->kind == KIND_UNKNOWN) {
        md_refuse(sink, FEED_UNKNOWN_KIND, event->name);
        return;
    }
    if (event->kind == KIND_IGNORED || !md_need_symbol(md, sink, event->funding.symbol, &symbol)) {
        return;
    }
    if (event->kind == KIND_BBO) {
        emit_bbo(event, symbol, sink);
    } else if (event->kind == KIND_BOOK) {
        emit_book(md, event, symbol, sink);
    } else {
        event->funding.venue_time_ns = time_ns(event);
        backpack_emit_funding(md, &event->funding, symbol, sink);
    }
}

void backpack_decode_general(struct md *md, struct slice frame, struct md_sink *sink) {
    struct event event = {.kind = KIND_UNKNOWN};
    struct json r;
    json_init(&r, frame);
    read_frame(md, &r, &event);
    if (event.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, event.funding.symbol);
    } else if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (event.has_data) {
        emit_event(md, &event, sink);
    } else if (event.error) {
        md_refuse(sink, FEED_VENUE_ERROR, event.text);
    } else if (event.answer) {
        md_emit_kind(sink, MD_ACK, MD_SYMBOL_NONE);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0});
    }
}

// By letters, as it is sent: {"A":…,"B":…,"E":…,"T":…,"a":…,"b":…,"e":"bookTicker","s":…,"u":…};
// as it is documented: {"e":"bookTicker","E":…,"s":…,"a":…,"A":…,"b":…,"B":…,"u":…,"T":…}. The last
// number ends the event.
FAST_INLINE bool fast_best(struct fast *f, struct slice *name, struct md_bbo *bbo,
                           int64_t *time_us) {
    int64_t engine_us; // E counts, but it has to be a number
    if (FAST_LITERAL(f, "{\"e\":\"bookTicker\",")) {
        return FAST_TIME_US(f, "\"E\":", time_us) && FAST_STRING(f, ",\"s\":\"", name) &&
               FAST_PX(f, ",\"a\":\"", &bbo->ask) && FAST_QTY(f, "\",\"A\":\"", &bbo->ask_size) &&
               FAST_PX(f, "\",\"b\":\"", &bbo->bid) && FAST_QTY(f, "\",\"B\":\"", &bbo->bid_size) &&
               FAST_UINT(f, "\",\"u\":", &bbo->sequence) && FAST_TIME_US(f, ",\"T\":", &engine_us);
    }
    return FAST_QTY(f, "{\"A\":\"", &bbo->ask_size) && FAST_QTY(f, "\",\"B\":\"", &bbo->bid_size) &&
           FAST_TIME_US(f, "\",\"E\":", time_us) && FAST_TIME_US(f, ",\"T\":", &engine_us) &&
           FAST_PX(f, ",\"a\":\"", &bbo->ask) && FAST_PX(f, "\",\"b\":\"", &bbo->bid) &&
           FAST_STRING(f, "\",\"e\":\"bookTicker\",\"s\":\"", name) &&
           FAST_UINT(f, ",\"u\":", &bbo->sequence);
}

FAST_INLINE bool fast_sides(struct fast *f, struct md *md, struct book_message *book) {
    static const struct fast_form form = FAST_FORM_OF_ARRAYS;
    return FAST_LITERAL(f, ",\"a\":[") && fast_levels(f, &form, md->asks, &book->ask_count) &&
           FAST_LITERAL(f, ",\"b\":[") && fast_levels(f, &form, md->bids, &book->bid_count);
}

// {"E":…,"T":…,"U":…,"a":[…],"b":[…],"e":"depth","s":…,"u":…} or
// {"e":"depth","E":…,"s":…,"a":[…],"b":[…],"U":…,"u":…,"T":…}
FAST_INLINE bool fast_book(struct fast *f, struct md *md, struct slice *name,
                           struct book_message *book, int64_t *time_us) {
    int64_t engine_us;
    if (FAST_LITERAL(f, "{\"e\":\"depth\",")) {
        return FAST_TIME_US(f, "\"E\":", time_us) && FAST_STRING(f, ",\"s\":\"", name) &&
               fast_sides(f, md, book) && FAST_UINT(f, ",\"U\":", &book->first) &&
               FAST_UINT(f, ",\"u\":", &book->last) && FAST_TIME_US(f, ",\"T\":", &engine_us);
    }
    return FAST_TIME_US(f, "{\"E\":", time_us) && FAST_TIME_US(f, ",\"T\":", &engine_us) &&
           FAST_UINT(f, ",\"U\":", &book->first) && fast_sides(f, md, book) &&
           FAST_STRING(f, ",\"e\":\"depth\",\"s\":\"", name) &&
           FAST_UINT(f, ",\"u\":", &book->last);
}

// {"data":event,"stream":…} or {"stream":…,"data":event}; the stream's name is of no use.
FAST_INLINE bool fast_begin_event(struct fast *f, bool *named) {
    *named = FAST_PASS(f, "{\"stream\":\"");
    return *named ? FAST_LITERAL(f, ",\"data\":") : FAST_LITERAL(f, "{\"data\":");
}

FAST_INLINE bool fast_end_event(struct fast *f, bool named) {
    return (named
                ? FAST_LITERAL(f, "}}")
                : FAST_LITERAL(f, "},\"stream\":") && FAST_PASS(f, "\"") && FAST_LITERAL(f, "}")) &&
           fast_done(f);
}

static bool decode_fast_bbo(const struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct slice name;
    struct md_update update;
    int64_t time_us;
    bool named;
    if (!fast_begin(&f, frame, &tail) || !fast_begin_event(&f, &named) ||
        !fast_best(&f, &name, &update.bbo, &time_us) || !fast_end_event(&f, named)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, name);
    if (symbol < 0) {
        return false;
    }
    update.kind = MD_BBO;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = md_ns_from_us(time_us);
    md_mark_empty(&update.bbo);
    sink->on_update(sink, &update);
    return true;
}

static bool decode_fast_book(struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct slice name;
    struct md_update update;
    struct book_message book = {.bids = md->bids, .asks = md->asks};
    int64_t time_us;
    bool named;
    if (!fast_begin(&f, frame, &tail) || !fast_begin_event(&f, &named) ||
        !fast_book(&f, md, &name, &book, &time_us) || !fast_end_event(&f, named) ||
        book.first < 1 || book.last < book.first) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, name);
    if (symbol < 0) {
        return false;
    }
    book.previous = book.first - 1;
    update.kind = MD_BOOK;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = book.venue_time_ns = md_ns_from_us(time_us);
    update.book = book;
    sink->on_update(sink, &update);
    return true;
}

void backpack_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink) {
    (void)connection;
    if (!decode_fast_bbo(md, frame, sink) && !decode_fast_book(md, frame, sink)) {
        backpack_decode_general(md, frame, sink);
    }
}
