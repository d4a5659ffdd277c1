// The REST answers of Extended: {"status":"OK","data":…} or {"status":"ERROR","error":{…}}.
#include "exchanges/extended_md.h"
#include "exchanges/md_answer.h"
#include "exchanges/md_quote.h"

struct envelope {
    struct json data;
    struct slice text;
    bool has_data, error;
};

static bool read_envelope(struct slice body, struct envelope *envelope, struct md_sink *sink) {
    struct json r;
    struct slice key;
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("data"))) {
            (void)json_peek(&r);
            envelope->has_data = true;
            envelope->data = r;
            json_skip(&r);
        } else if (slice_equals(key, SLICE("error")) && !json_null(&r)) {
            envelope->error = true;
            extended_read_error(&r, &envelope->text);
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(&r);
        }
    }
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (envelope->error) {
        md_refuse(sink, FEED_VENUE_ERROR, envelope->text);
    } else if (!envelope->has_data) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else {
        return true;
    }
    return false;
}

struct stats {
    struct slice mark, index, rate;
    int64_t next_ms;
};

static void read_stats(struct json *r, struct stats *stats) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("markPrice"))) {
            md_read_text(r, &stats->mark);
        } else if (slice_equals(key, SLICE("indexPrice"))) {
            md_read_text(r, &stats->index);
        } else if (slice_equals(key, SLICE("fundingRate"))) {
            md_read_text(r, &stats->rate);
        } else if (slice_equals(key, SLICE("nextFundingRate"))) {
            md_read_int(r, &stats->next_ms);
        } else {
            json_skip(r);
        }
    }
}

static void emit_stats(const struct stats *stats, uint16_t symbol, struct md_sink *sink) {
    struct md_funding_text text = {.rate = stats->rate,
                                   .mark = stats->mark,
                                   .index = stats->index,
                                   .interval_ns = EXTENDED_FUNDING_INTERVAL_NS,
                                   .next_settlement_ns = md_ns_from_ms(stats->next_ms)};
    md_emit_funding(sink, symbol, &text);
}

struct rules {
    struct slice name, status;
    struct md_rules_text texts; // the largest size is told in USD only
    bool active, told_active;
    struct stats stats;
};

static void read_trading(struct json *r, struct rules *rules) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("minPriceChange"))) {
            md_read_text(r, &rules->texts.tick);
        } else if (slice_equals(key, SLICE("minOrderSizeChange"))) {
            md_read_text(r, &rules->texts.step);
        } else if (slice_equals(key, SLICE("minOrderSize"))) {
            md_read_text(r, &rules->texts.size_min);
        } else {
            json_skip(r);
        }
    }
}

static void read_rules(struct json *r, struct rules *rules) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("name"))) {
            md_read_text(r, &rules->name);
        } else if (slice_equals(key, SLICE("status"))) {
            md_read_text(r, &rules->status);
        } else if (slice_equals(key, SLICE("active")) && json_peek(r) == JSON_BOOL) {
            rules->told_active = json_bool(r, &rules->active);
        } else if (slice_equals(key, SLICE("tradingConfig")) && json_peek(r) == JSON_OBJECT) {
            read_trading(r, rules);
        } else if (slice_equals(key, SLICE("marketStats")) && json_peek(r) == JSON_OBJECT) {
            read_stats(r, &rules->stats);
        } else {
            json_skip(r);
        }
    }
}

static void emit_rules(struct md *md, const struct rules *rules, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    if (rules->texts.size_min.size == 0 || !md_read_rules(&rules->texts, &listing)) {
        md_refuse(sink, FEED_BAD_NUMBER, rules->name);
        return;
    }
    listing.closes_only = slice_equals(rules->status, SLICE("REDUCE_ONLY"));
    listing.ready = listing.closes_only != 0 || (slice_equals(rules->status, SLICE("ACTIVE")) &&
                                                 (rules->active || !rules->told_active));
    md_emit_listing(md, sink, &listing);
    if (rules->stats.rate.size > 0) {
        emit_stats(&rules->stats, symbol, sink);
    }
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    uint16_t symbol;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct rules rules = {.active = false};
        read_rules(r, &rules);
        if (!r->failed && md_find_symbol(md, rules.name, &symbol)) {
            emit_rules(md, &rules, symbol, sink);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

struct best {
    struct level level;
    bool told, bad_number;
};

// The best of [{"qty":…,"price":…}, …], wherever it stands.
static void read_best(struct json *r, bool bids, struct best *best) {
    struct slice key;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice price = {0};
        struct slice size = {0};
        struct level level;
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            if (slice_equals(key, SLICE("price"))) {
                md_read_text(r, &price);
            } else if (slice_equals(key, SLICE("qty"))) {
                md_read_text(r, &size);
            } else {
                json_skip(r);
            }
        }
        if (r->failed) {
            return;
        }
        if (!md_read_px(price, &level.price) || !md_read_qty(size, &level.size)) {
            best->bad_number = true;
            return;
        }
        bool better =
            bids ? level.price.v > best->level.price.v : level.price.v < best->level.price.v;
        if (level.size.v > 0 && level.price.v > 0 && (!best->told || better)) {
            best->level = level;
            best->told = true;
        }
    }
}

static void decode_quote(const struct md *md, uint16_t symbol, struct json *r,
                         struct md_sink *sink) {
    struct slice key;
    struct slice market = {0};
    struct best bid = {.told = false};
    struct best ask = {.told = false};
    bool has_bids = false;
    bool has_asks = false;
    json_object_begin(r);
    while (!bid.bad_number && !ask.bad_number && json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("market"))) {
            md_read_text(r, &market);
        } else if (slice_equals(key, SLICE("bid"))) {
            has_bids = true;
            read_best(r, true, &bid);
        } else if (slice_equals(key, SLICE("ask"))) {
            has_asks = true;
            read_best(r, false, &ask);
        } else {
            json_skip(r);
        }
    }
    if (bid.bad_number || ask.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, market);
    } else if (r->failed || !has_bids || !has_asks) {
        md_refuse(sink, FEED_MALFORMED, market);
    } else if (!slice_equals(market, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, market);
    } else {
        struct md_update update = {.kind = MD_BBO,
                                   .symbol = symbol,
                                   .bbo = {.bid = bid.level.price,
                                           .bid_size = bid.level.size,
                                           .ask = ask.level.price,
                                           .ask_size = ask.level.size,
                                           .bid_empty = !bid.told,
                                           .ask_empty = !ask.told}};
        sink->on_update(sink, &update);
    }
}

static void decode_stats(uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct stats stats = {.next_ms = 0};
    read_stats(r, &stats);
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else {
        emit_stats(&stats, symbol, sink);
    }
}

void extended_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                          struct slice body, struct md_sink *sink) {
    struct envelope envelope = {.error = false};
    if (!read_envelope(body, &envelope, sink)) {
        return;
    }
    switch (kind) {
    case MD_REQUEST_INSTRUMENTS:
        decode_instruments(md, &envelope.data, sink);
        return;
    case MD_REQUEST_QUOTE:
        decode_quote(md, symbol, &envelope.data, sink);
        return;
    case MD_REQUEST_FUNDING:
        decode_stats(symbol, &envelope.data, sink);
        return;
    case MD_REQUEST_TIME:
    case MD_REQUEST_BOOK:
    case MD_REQUEST_INTERVALS:
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0}); // never asked
        return;
    case MD_REQUEST_COUNT:
        break;
    }
    ASSERT(false);
}
