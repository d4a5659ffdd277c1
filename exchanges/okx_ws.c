// The public stream and the REST envelope of OKX.
//
// The hot channels, bbo-tbt and the changes of books, are read by anchors in the layout the venue
// sends; everything else by the order-independent reader. "arg" may follow "data", so the envelope
// is read first.
#include "exchanges/fast_text.h"
#include "exchanges/md_decode.h"
#include "exchanges/okx_md.h"

struct envelope {
    struct slice event, code, text;
    struct okx_element element;
    struct json data; // stands on the array
    bool has_data, has_channel;
};

static void read_argument(struct json *r, struct envelope *envelope) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("channel"))) {
            envelope->has_channel = json_string(r, &envelope->element.channel);
        } else if (slice_equals(key, SLICE("instId"))) {
            json_string(r, &envelope->element.instrument);
        } else {
            json_skip(r);
        }
    }
}

static void read_envelope(struct json *r, struct envelope *envelope) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("arg"))) {
            read_argument(r, envelope);
        } else if (slice_equals(key, SLICE("data"))) {
            envelope->has_data = json_peek(r) == JSON_ARRAY;
            envelope->data = *r;
            json_skip(r);
        } else if (slice_equals(key, SLICE("action"))) {
            json_string(r, &envelope->element.action);
        } else if (slice_equals(key, SLICE("event"))) {
            json_string(r, &envelope->event);
        } else if (slice_equals(key, SLICE("code"))) {
            json_text(r, &envelope->code);
        } else if (slice_equals(key, SLICE("msg"))) {
            json_text(r, &envelope->text);
        } else {
            json_skip(r);
        }
    }
}

static void decode_data(struct md *md, struct envelope *envelope, struct md_sink *sink) {
    struct json *r = &envelope->data;
    bool reported = false;
    json_array_begin(r);
    while (json_array_next(r)) {
        if (json_peek(r) != JSON_OBJECT) {
            json_fail(r);
        } else if (!okx_decode_element(md, r, &envelope->element, sink, &reported)) {
            json_fail(r);
        }
    }
    if (r->failed && !reported) {
        md_refuse(sink, FEED_MALFORMED, envelope->element.instrument);
    }
}

static void decode_event(const struct md *md, const struct envelope *envelope,
                         struct md_sink *sink) {
    struct slice event = envelope->event;
    if (slice_equals(event, SLICE("subscribe")) || slice_equals(event, SLICE("unsubscribe"))) {
        uint16_t symbol = MD_SYMBOL_NONE;
        (void)md_find_symbol(md, envelope->element.instrument, &symbol);
        md_emit_kind(sink, MD_ACK, symbol);
    } else if (slice_equals(event, SLICE("error"))) {
        md_refuse(sink, FEED_VENUE_ERROR, envelope->text);
    } else if (slice_equals(event, SLICE("notice"))) {
        md_emit_notice(sink, envelope->text);
    } else if (!slice_equals(event, SLICE("login")) &&
               !slice_equals(event, SLICE("channel-conn-count"))) {
        md_refuse(sink, FEED_UNKNOWN_KIND, event);
    }
}

// Channels whose elements are read here, or that are documented and carry nothing for this desk.
static bool is_known_channel(struct slice channel, bool *ignored) {
    static const struct slice used[] = {
        {"bbo-tbt", 7},       {"books", 5},   {"books5", 6},      {"books50-l2-tbt", 14},
        {"books-l2-tbt", 12}, {"tickers", 7}, {"mark-price", 10}, {"funding-rate", 12},
        {"instruments", 11},  {"status", 6},
    };
    static const struct slice unused[] = {
        {"trades", 6},       {"trades-all", 10},    {"index-tickers", 13},
        {"price-limit", 11}, {"open-interest", 13},
    };
    for (size_t i = 0; i < COUNT_OF(used); i++) {
        if (slice_equals(channel, used[i])) {
            *ignored = false;
            return true;
        }
    }
    *ignored = true;
    for (size_t i = 0; i < COUNT_OF(unused); i++) {
        if (slice_equals(channel, unused[i])) {
            return true;
        }
    }
    return false;
}

void okx_decode_general(struct md *md, struct slice frame, struct md_sink *sink) {
    struct envelope envelope = {0};
    struct json r;
    bool ignored;
    if (slice_equals(frame, SLICE("pong"))) {
        md_emit_kind(sink, MD_ALIVE, MD_SYMBOL_NONE);
        return;
    }
    json_init(&r, frame);
    read_envelope(&r, &envelope);
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (envelope.event.size > 0) {
        decode_event(md, &envelope, sink);
    } else if (!envelope.has_channel) {
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0});
    } else if (!is_known_channel(envelope.element.channel, &ignored)) {
        md_refuse(sink, FEED_UNKNOWN_KIND, envelope.element.channel);
    } else if (!envelope.has_data) {
        md_refuse(sink, FEED_MALFORMED, envelope.element.channel);
    } else if (!ignored) {
        decode_data(md, &envelope, sink);
    }
}

static void decode_time(struct json *r, struct md_sink *sink) {
    struct slice key;
    int64_t time = 0;
    json_array_begin(r);
    while (json_array_next(r)) {
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            if (slice_equals(key, SLICE("ts"))) {
                json_int(r, &time);
            } else {
                json_skip(r);
            }
        }
    }
    if (r->failed || md_ns_from_ms(time) == 0) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    md_emit_time(sink, md_ns_from_ms(time));
}

void okx_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol, struct slice body,
                     struct md_sink *sink) {
    static const struct slice channels[MD_REQUEST_COUNT] = {
        [MD_REQUEST_INSTRUMENTS] = {"instruments", 11},
        [MD_REQUEST_BOOK] = {"books", 5},
        [MD_REQUEST_QUOTE] = {"tickers", 7},
        [MD_REQUEST_FUNDING] = {"funding-rate", 12},
        [MD_REQUEST_INTERVALS] = {"funding-rate", 12},
    };
    ASSERT((unsigned)kind < MD_REQUEST_COUNT);
    struct envelope envelope = {0};
    struct json r;
    json_init(&r, body);
    read_envelope(&r, &envelope);
    bool whole = json_end(&r);
    if (whole && envelope.code.size > 0 && !slice_equals(envelope.code, SLICE("0"))) {
        md_refuse(sink, FEED_VENUE_ERROR, envelope.text);
        return;
    }
    if (!whole || !envelope.has_data) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    if (kind == MD_REQUEST_TIME) {
        decode_time(&envelope.data, sink);
        return;
    }
    envelope.element = (struct okx_element){.channel = channels[kind]};
    if (kind == MD_REQUEST_BOOK) { // the only one whose elements do not name their instrument
        envelope.element.instrument = slice_of(md->listings[symbol].native);
    }
    decode_data(md, &envelope, sink);
}

// What follows a level's price: ","415","0","13"]. The bracket is looked for first, so that the
// next member can begin before this size is known.
FAST_INLINE bool fast_size(struct fast *f, struct qty *out) {
    enum { SIZE_AT = 3, ORDERS_KEY = 7, ORDERS_DIGITS_MAX = 8 };
    fast_room(f);
    const char *size = f->at + SIZE_AT;
    uint32_t ends = fast_mask16(size, ']') | fast_mask16(size + 16, ']') << 16;
    if (FAST_RARE(ends == 0 || !fast_same(f->at, "\",\"", SIZE_AT))) {
        return false;
    }
    const char *end = size + __builtin_ctz(ends);
    f->at = end;
    uint32_t length;
    if (FAST_RARE(!fast_decimal_at(size, QTY_DIGITS, &out->v, &length))) {
        return false;
    }
    const char *orders = size + length + ORDERS_KEY;
    if (FAST_RARE(!fast_same(size + length, "\",\"0\",\"", ORDERS_KEY))) {
        return false;
    }
    uint32_t count = (uint32_t)(end - 1 - orders); // of no use, but it is a number when all is well
    return count - 1 < ORDERS_DIGITS_MAX && fast_are_digits(fast_digits(orders, count)) &&
           end[-1] == '"';
}

// {"arg":{"channel":"bbo-tbt","instId":…},"data":[{"asks":…,"bids":…,"ts":"…","seqId":…}]}
// where a side is one level: [["8476.98","415","0","13"]]
FAST_INLINE bool fast_best(struct fast *f, struct slice *name, struct md_bbo *bbo, int64_t *time) {
    if (!FAST_LITERAL(f, "{\"arg\":{\"channel\":\"bbo-tbt\",\"instId\":\"") ||
        !FAST_STRING(f, "", name) || !FAST_PX(f, "},\"data\":[{\"asks\":[[\"", &bbo->ask) ||
        !fast_size(f, &bbo->ask_size) || !FAST_PX(f, "]],\"bids\":[[\"", &bbo->bid) ||
        !fast_size(f, &bbo->bid_size) || !FAST_TIME(f, "]],\"ts\":\"", time)) {
        return false;
    }
    if (FAST_UINT(f, "\",\"seqId\":", &bbo->sequence)) {
        return FAST_LITERAL(f, "}]}");
    }
    bbo->sequence = 0;
    return FAST_LITERAL(f, "\"}]}");
}

// [["64231.8","0.1558447","0","1"],…]; the opening bracket is consumed already.
FAST_INLINE bool fast_side(struct fast *f, struct level *levels, uint32_t *count) {
    *count = 0;
    if (FAST_LITERAL(f, "]")) {
        return true;
    }
    do {
        struct level *level = &levels[*count];
        if (*count == MD_LEVELS_MAX || !FAST_PX(f, "[\"", &level->price) ||
            !fast_size(f, &level->size) || !FAST_LITERAL(f, "]")) {
            return false;
        }
        (*count)++;
    } while (FAST_LITERAL(f, ","));
    return FAST_LITERAL(f, "]");
}

// A 32-bit number, with or without its sign.
FAST_INLINE bool fast_checksum(struct fast *f, bool *negative, uint64_t *out) {
    *negative = false;
    if (!FAST_UINT(f, "\",\"checksum\":", out)) {
        *negative = true;
        if (!FAST_UINT(f, "\",\"checksum\":-", out)) {
            return false;
        }
    }
    return *out <= (uint64_t)INT32_MAX + *negative;
}

// {"arg":{"channel":"books","instId":…},"action":"update","data":[{"asks":…,"bids":…,"ts":"…",
// "checksum":…,"seqId":…,"prevSeqId":…}]}
static bool decode_fast_book(struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct slice name;
    struct md_update update;
    uint64_t sequence;
    uint64_t previous;
    uint64_t checksum;
    bool negative;
    uint32_t ask_count;
    uint32_t bid_count;
    int64_t time;
    if (!fast_begin(&f, frame, &tail) ||
        !FAST_LITERAL(&f, "{\"arg\":{\"channel\":\"books\",\"instId\":\"") ||
        !FAST_STRING(&f, "", &name)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, name);
    if (symbol < 0 || md->listings[symbol].contract.v <= 0 ||
        !FAST_LITERAL(&f, "},\"action\":\"update\",\"data\":[{") ||
        !FAST_LITERAL(&f, "\"asks\":[") || !fast_side(&f, md->asks, &ask_count) ||
        !FAST_LITERAL(&f, ",\"bids\":[") || !fast_side(&f, md->bids, &bid_count) ||
        !FAST_TIME(&f, ",\"ts\":\"", &time) || !fast_checksum(&f, &negative, &checksum) ||
        !FAST_UINT(&f, ",\"seqId\":", &sequence) || !FAST_UINT(&f, ",\"prevSeqId\":", &previous) ||
        !FAST_LITERAL(&f, "}]}") || !fast_done(&f)) {
        return false;
    }
    struct qty contract = md->listings[symbol].contract;
    if (!okx_scale_levels(md->bids, bid_count, contract) ||
        !okx_scale_levels(md->asks, ask_count, contract)) {
        return false;
    }
    update.kind = MD_BOOK;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = md_ns_from_ms(time);
    update.book = (struct book_message){
        .first = sequence,
        .last = sequence,
        .previous = previous,
        .checksum = (int32_t)(negative ? -(int64_t)checksum : (int64_t)checksum),
        .bids = md->bids,
        .asks = md->asks,
        .bid_count = bid_count,
        .ask_count = ask_count,
        .venue_time_ns = update.venue_time_ns,
    };
    sink->on_update(sink, &update);
    return true;
}

static bool decode_fast_bbo(const struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct slice name;
    int64_t time;
    struct md_update update;
    struct md_bbo *bbo = &update.bbo;
    if (!fast_begin(&f, frame, &tail) || !fast_best(&f, &name, bbo, &time) || !fast_done(&f)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, name);
    if (symbol < 0 || md->listings[symbol].contract.v <= 0) {
        return false;
    }
    struct qty contract = md->listings[symbol].contract;
    bbo->bid_size = okx_base_size(bbo->bid_size, contract);
    bbo->ask_size = okx_base_size(bbo->ask_size, contract);
    update.kind = MD_BBO;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = md_ns_from_ms(time);
    md_mark_empty(bbo);
    sink->on_update(sink, &update);
    return true;
}

void okx_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink) {
    (void)connection;
    if (!decode_fast_bbo(md, frame, sink) && !decode_fast_book(md, frame, sink)) {
        okx_decode_general(md, frame, sink);
    }
}
