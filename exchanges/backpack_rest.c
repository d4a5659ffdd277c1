// The REST answers of Backpack. A refusal is {"code":"INVALID_MARKET","message":…}.
#include "exchanges/backpack_md.h"
#include "exchanges/md_answer.h"

enum { INTERVAL_MAX_HOURS = 24 };

static const struct md_refusal_words words = {"code", "message", NULL};

// Where a list was expected: an object is a refusal. True when the list may be read.
static bool begin_list(struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    if (json_peek(r) != JSON_OBJECT) {
        return json_array_begin(r);
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (md_end_answer(r, &answer, sink)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
    return false;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Plain text: milliseconds.
static void decode_time(struct slice body, struct md_sink *sink) {
    int64_t ms = 0;
    while (body.size > 0 && is_blank(body.data[body.size - 1])) {
        body.size--;
    }
    while (body.size > 0 && is_blank(body.data[0])) {
        body = (struct slice){body.data + 1, body.size - 1};
    }
    if (!decimal_parse(body, 0, &ms) || md_ns_from_ms(ms) == 0) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    md_emit_time(sink, md_ns_from_ms(ms));
}

struct depth_answer {
    struct md_answer answer;
    int64_t id, time_us;
    uint32_t bid_count, ask_count;
    bool has_bids, has_asks, bad_number;
};

static void read_depth(struct md *md, struct json *r, struct depth_answer *answer) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("lastUpdateId"))) {
            json_int(r, &answer->id);
        } else if (slice_equals(key, SLICE("timestamp"))) {
            json_int(r, &answer->time_us);
        } else if (slice_equals(key, SLICE("bids"))) {
            answer->has_bids = md_read_levels(r, md->bids, &answer->bid_count, &answer->bad_number);
        } else if (slice_equals(key, SLICE("asks"))) {
            answer->has_asks = md_read_levels(r, md->asks, &answer->ask_count, &answer->bad_number);
        } else if (!md_read_refusal(r, key, &answer->answer)) {
            json_skip(r);
        }
    }
}

// Bids are told worst first.
static void turn_bids(struct level *bids, uint32_t count) {
    if (count < 2 || bids[0].price.v > bids[count - 1].price.v) {
        return;
    }
    for (uint32_t i = 0; i < count / 2; i++) {
        struct level level = bids[i];
        bids[i] = bids[count - 1 - i];
        bids[count - 1 - i] = level;
    }
}

// Without a sequence: the answer to a poll in a quiet market has the id of the one before.
static void emit_quote(const struct md *md, const struct depth_answer *answer, uint16_t symbol,
                       struct md_sink *sink) {
    struct md_update update = {
        .kind = MD_BBO, .symbol = symbol, .venue_time_ns = md_ns_from_us(answer->time_us)};
    struct md_bbo *bbo = &update.bbo;
    bbo->bid_empty = answer->bid_count == 0;
    bbo->ask_empty = answer->ask_count == 0;
    if (!bbo->bid_empty) {
        bbo->bid = md->bids[0].price;
        bbo->bid_size = md->bids[0].size;
    }
    if (!bbo->ask_empty) {
        bbo->ask = md->asks[0].price;
        bbo->ask_size = md->asks[0].size;
    }
    sink->on_update(sink, &update);
}

static void emit_book(const struct md *md, const struct depth_answer *answer, uint16_t symbol,
                      struct md_sink *sink) {
    const struct md_snapshot book = {.bid_count = answer->bid_count,
                                     .ask_count = answer->ask_count,
                                     .id = (uint64_t)answer->id,
                                     .venue_time_ns = md_ns_from_us(answer->time_us)};
    md_emit_snapshot(md, sink, symbol, &book);
}

static void decode_depth(struct md *md, enum md_request_kind kind, uint16_t symbol, struct json *r,
                         struct md_sink *sink) {
    struct depth_answer answer = {.answer.words = &words, .id = -1};
    struct slice native = slice_of(md->listings[symbol].native);
    read_depth(md, r, &answer);
    if (answer.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, native);
        return;
    }
    if (!md_end_answer(r, &answer.answer, sink)) {
        return;
    }
    if (answer.id < 0 || !answer.has_bids || !answer.has_asks) {
        md_refuse(sink, FEED_MALFORMED, native);
        return;
    }
    turn_bids(md->bids, answer.bid_count);
    if (kind == MD_REQUEST_QUOTE) {
        emit_quote(md, &answer, symbol, sink);
    } else {
        emit_book(md, &answer, symbol, sink);
    }
}

static void decode_funding(struct md *md, struct json *r, struct md_sink *sink) {
    struct slice key;
    if (!begin_list(r, sink)) {
        return;
    }
    while (json_array_next(r)) {
        struct backpack_funding told = {.next_ms = 0};
        uint16_t symbol;
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            if (slice_equals(key, SLICE("symbol"))) {
                json_string(r, &told.symbol);
            } else if (slice_equals(key, SLICE("fundingRate"))) {
                md_read_text(r, &told.rate);
            } else if (slice_equals(key, SLICE("markPrice"))) {
                md_read_text(r, &told.mark);
            } else if (slice_equals(key, SLICE("indexPrice"))) {
                md_read_text(r, &told.index);
            } else if (slice_equals(key, SLICE("nextFundingTimestamp"))) {
                md_read_int(r, &told.next_ms);
            } else {
                json_skip(r);
            }
        }
        if (!r->failed && md_find_symbol(md, told.symbol, &symbol)) {
            backpack_emit_funding(md, &told, symbol, sink);
        }
    }
    if (!json_end(r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

struct market {
    struct slice symbol, kind, state, interval;
    struct md_rules_text texts;
    bool hidden;
};

static void read_price_filter(struct json *r, struct market *market) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("tickSize"))) {
            md_read_text(r, &market->texts.tick);
        } else {
            json_skip(r);
        }
    }
}

static void read_quantity_filter(struct json *r, struct market *market) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("stepSize"))) {
            md_read_text(r, &market->texts.step);
        } else if (slice_equals(key, SLICE("minQuantity"))) {
            md_read_text(r, &market->texts.size_min);
        } else if (slice_equals(key, SLICE("maxQuantity"))) {
            md_read_text(r, &market->texts.size_max);
        } else {
            json_skip(r);
        }
    }
}

static void read_filters(struct json *r, struct market *market) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("price"))) {
            read_price_filter(r, market);
        } else if (slice_equals(key, SLICE("quantity"))) {
            read_quantity_filter(r, market);
        } else {
            json_skip(r);
        }
    }
}

static void read_market(struct json *r, struct market *market) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            json_string(r, &market->symbol);
        } else if (slice_equals(key, SLICE("marketType"))) {
            md_read_text(r, &market->kind);
        } else if (slice_equals(key, SLICE("orderBookState"))) {
            md_read_text(r, &market->state);
        } else if (slice_equals(key, SLICE("fundingInterval"))) {
            md_read_text(r, &market->interval);
        } else if (slice_equals(key, SLICE("filters"))) {
            read_filters(r, market);
        } else if (slice_equals(key, SLICE("visible")) && json_peek(r) == JSON_BOOL) {
            bool visible;
            market->hidden = json_bool(r, &visible) && !visible;
        } else {
            json_skip(r);
        }
    }
}

// Milliseconds; null where there is no funding.
static void note_interval(struct md *md, const struct market *market, uint16_t symbol) {
    int64_t ms;
    if (decimal_parse(market->interval, 0, &ms) && ms > 0 &&
        ms <= INT64_C(3600000) * INTERVAL_MAX_HOURS) {
        md->funding_interval_ns[symbol] = md_ns_from_ms(ms);
    }
}

static void emit_rules(struct md *md, const struct market *market, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    if (market->texts.size_min.size == 0 || !md_read_rules(&market->texts, &listing)) {
        md_refuse(sink, FEED_BAD_NUMBER, market->symbol);
        return;
    }
    // Where only limit orders are taken something is wrong with the market: enough to leave it.
    listing.closes_only = slice_equals(market->state, SLICE("LimitOnly"));
    bool trades = listing.closes_only != 0 || slice_equals(market->state, SLICE("Open"));
    listing.ready = slice_equals(market->kind, SLICE("PERP")) && trades && !market->hidden;
    note_interval(md, market, symbol);
    md_emit_listing(md, sink, &listing);
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    uint16_t symbol;
    if (!begin_list(r, sink)) {
        return;
    }
    while (json_array_next(r)) {
        struct market market = {.hidden = false};
        read_market(r, &market);
        if (!r->failed && md_find_symbol(md, market.symbol, &symbol)) {
            emit_rules(md, &market, symbol, sink);
        }
    }
    if (!json_end(r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

void backpack_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                          struct slice body, struct md_sink *sink) {
    struct json r;
    json_init(&r, body);
    switch (kind) {
    case MD_REQUEST_TIME:
        decode_time(body, sink);
        return;
    case MD_REQUEST_INSTRUMENTS:
        decode_instruments(md, &r, sink);
        return;
    case MD_REQUEST_BOOK:
    case MD_REQUEST_QUOTE:
        decode_depth(md, kind, symbol, &r, sink);
        return;
    case MD_REQUEST_FUNDING:
    case MD_REQUEST_INTERVALS:
        decode_funding(md, &r, sink);
        return;
    case MD_REQUEST_COUNT:
        break;
    }
    ASSERT(false);
}
