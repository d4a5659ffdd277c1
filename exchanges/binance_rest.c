// The REST answers of Binance.
#include "exchanges/binance_md.h"
#include "exchanges/md_decode.h"

// {"code":-1121,"msg":"…"}; the number of an answer that went well ({"code":200}) is positive.
struct failure {
    int64_t code;
    struct slice text;
};

static bool read_failure(struct json *r, struct slice key, struct failure *failure) {
    if (slice_equals(key, SLICE("code"))) {
        json_int(r, &failure->code);
    } else if (slice_equals(key, SLICE("msg"))) {
        json_text(r, &failure->text);
    } else {
        return false;
    }
    return true;
}

// True when the answer is whole and no refusal; otherwise it is reported.
static bool finish(struct json *r, const struct failure *failure, struct md_sink *sink) {
    if (!json_end(r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return false;
    }
    if (failure->code < 0) {
        md_refuse(sink, FEED_VENUE_ERROR, failure->text);
        return false;
    }
    return true;
}

static void decode_time(struct json *r, struct md_sink *sink) {
    struct failure failure = {0};
    struct slice key;
    int64_t time = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("serverTime"))) {
            json_int(r, &time);
        } else if (!read_failure(r, key, &failure)) {
            json_skip(r);
        }
    }
    if (finish(r, &failure, sink)) {
        if (md_ns_from_ms(time) > 0) {
            md_emit_time(sink, md_ns_from_ms(time));
        } else {
            md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        }
    }
}

static void decode_book(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct failure failure = {0};
    struct slice key;
    int64_t id = -1;
    int64_t time = 0;
    bool bad_number = false;
    bool has_bids = false;
    bool has_asks = false;
    struct md_update update = {.kind = MD_BOOK, .symbol = symbol};
    struct book_message *book = &update.book;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("lastUpdateId"))) {
            json_int(r, &id);
        } else if (slice_equals(key, SLICE("E"))) {
            json_int(r, &time);
        } else if (slice_equals(key, SLICE("bids"))) {
            has_bids = md_read_levels(r, md->bids, &book->bid_count, &bad_number);
        } else if (slice_equals(key, SLICE("asks"))) {
            has_asks = md_read_levels(r, md->asks, &book->ask_count, &bad_number);
        } else if (!read_failure(r, key, &failure)) {
            json_skip(r);
        }
    }
    if (bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, (struct slice){0});
        return;
    }
    if (!finish(r, &failure, sink)) {
        return;
    }
    if (id < 0 || !has_bids || !has_asks) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    book->snapshot = true;
    book->last = (uint64_t)id;
    book->bids = md->bids;
    book->asks = md->asks;
    update.venue_time_ns = md_ns_from_ms(time);
    book->venue_time_ns = update.venue_time_ns;
    sink->on_update(sink, &update);
}

static void decode_quote(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct failure failure = {0};
    struct slice key;
    struct slice name = {0};
    struct slice bid = {0};
    struct slice bid_size = {0};
    struct slice ask = {0};
    struct slice ask_size = {0};
    int64_t time = 0;
    int64_t id = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            json_string(r, &name);
        } else if (slice_equals(key, SLICE("bidPrice"))) {
            json_text(r, &bid);
        } else if (slice_equals(key, SLICE("bidQty"))) {
            json_text(r, &bid_size);
        } else if (slice_equals(key, SLICE("askPrice"))) {
            json_text(r, &ask);
        } else if (slice_equals(key, SLICE("askQty"))) {
            json_text(r, &ask_size);
        } else if (slice_equals(key, SLICE("time"))) {
            json_int(r, &time);
        } else if (slice_equals(key, SLICE("lastUpdateId"))) {
            json_int(r, &id);
        } else if (!read_failure(r, key, &failure)) {
            json_skip(r);
        }
    }
    if (!finish(r, &failure, sink)) {
        return;
    }
    if (!slice_equals(name, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, name);
        return;
    }
    struct md_update update = {
        .kind = MD_BBO, .symbol = symbol, .venue_time_ns = md_ns_from_ms(time)};
    struct md_bbo *bbo = &update.bbo;
    if (!md_read_px(bid, &bbo->bid) || !md_read_qty(bid_size, &bbo->bid_size) ||
        !md_read_px(ask, &bbo->ask) || !md_read_qty(ask_size, &bbo->ask_size) || id < 0) {
        md_refuse(sink, FEED_BAD_NUMBER, name);
        return;
    }
    bbo->bid_empty = bbo->bid.v == 0 || bbo->bid_size.v == 0;
    bbo->ask_empty = bbo->ask.v == 0 || bbo->ask_size.v == 0;
    bbo->sequence = (uint64_t)id;
    sink->on_update(sink, &update);
}

struct premium {
    struct slice symbol, mark, index, rate;
    int64_t next_ms, time_ms;
};

static void read_premium(struct json *r, struct premium *premium, struct failure *failure) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            json_string(r, &premium->symbol);
        } else if (slice_equals(key, SLICE("markPrice"))) {
            json_text(r, &premium->mark);
        } else if (slice_equals(key, SLICE("indexPrice"))) {
            json_text(r, &premium->index);
        } else if (slice_equals(key, SLICE("lastFundingRate"))) {
            json_text(r, &premium->rate);
        } else if (slice_equals(key, SLICE("nextFundingTime"))) {
            json_int(r, &premium->next_ms);
        } else if (slice_equals(key, SLICE("time"))) {
            json_int(r, &premium->time_ms);
        } else if (!read_failure(r, key, failure)) {
            json_skip(r);
        }
    }
}

static void decode_funding(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct failure failure = {0};
    struct premium premium = {0};
    struct rate rate = {0};
    read_premium(r, &premium, &failure);
    if (!finish(r, &failure, sink)) {
        return;
    }
    if (!slice_equals(premium.symbol, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, premium.symbol);
        return;
    }
    int64_t interval_ns = md->funding_interval_ns[symbol];
    struct md_update update = {
        .kind = MD_FUNDING,
        .symbol = symbol,
        .venue_time_ns = md_ns_from_ms(premium.time_ms),
        .funding = {.has_rate = premium.rate.size > 0,
                    .has_mark = premium.mark.size > 0,
                    .has_index = premium.index.size > 0,
                    .next_settlement_ns = md_ns_from_ms(premium.next_ms),
                    .interval_ns = interval_ns > 0 ? interval_ns : BINANCE_FUNDING_INTERVAL_NS},
    };
    struct md_funding *funding = &update.funding;
    if ((funding->has_rate && !md_read_rate(premium.rate, &rate)) ||
        (funding->has_mark && !md_read_px_near(premium.mark, &funding->mark)) ||
        (funding->has_index && !md_read_px_near(premium.index, &funding->index))) {
        md_refuse(sink, FEED_BAD_NUMBER, premium.symbol);
        return;
    }
    funding->per_hour = md_rate_per_hour(rate, funding->interval_ns);
    sink->on_update(sink, &update);
}

// fundingInfo names only the symbols that differ from the default.
static void decode_intervals(struct md *md, struct json *r, struct md_sink *sink) {
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice key;
        struct slice name = {0};
        int64_t hours = 0;
        uint16_t symbol;
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            if (slice_equals(key, SLICE("symbol"))) {
                json_string(r, &name);
            } else if (slice_equals(key, SLICE("fundingIntervalHours"))) {
                json_int(r, &hours);
            } else {
                json_skip(r);
            }
        }
        if (r->failed || !md_find_symbol(md, name, &symbol)) {
            continue;
        }
        if (hours < 1 || hours > 24) {
            md_refuse(sink, FEED_BAD_NUMBER, name);
            continue;
        }
        md->funding_interval_ns[symbol] = hours * 3600 * NS_PER_S;
        struct md_update update = {.kind = MD_FUNDING,
                                   .symbol = symbol,
                                   .funding = {.interval_ns = md->funding_interval_ns[symbol]}};
        sink->on_update(sink, &update);
    }
    if (!json_end(r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

struct rules {
    struct slice symbol, status, contract_type, margin;
    struct slice tick, step, size_min, size_max, notional;
};

static void read_filter(struct json *r, struct rules *rules) {
    struct slice key;
    struct slice kind = {0};
    struct rules filter = {0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("filterType"))) {
            json_string(r, &kind);
        } else if (slice_equals(key, SLICE("tickSize"))) {
            json_text(r, &filter.tick);
        } else if (slice_equals(key, SLICE("stepSize"))) {
            json_text(r, &filter.step);
        } else if (slice_equals(key, SLICE("minQty"))) {
            json_text(r, &filter.size_min);
        } else if (slice_equals(key, SLICE("maxQty"))) {
            json_text(r, &filter.size_max);
        } else if (slice_equals(key, SLICE("notional"))) {
            json_text(r, &filter.notional);
        } else {
            json_skip(r);
        }
    }
    if (slice_equals(kind, SLICE("PRICE_FILTER"))) {
        rules->tick = filter.tick;
    } else if (slice_equals(kind, SLICE("LOT_SIZE"))) {
        rules->step = filter.step;
        rules->size_min = filter.size_min;
        rules->size_max = filter.size_max;
    } else if (slice_equals(kind, SLICE("MIN_NOTIONAL"))) {
        rules->notional = filter.notional;
    }
}

static void read_rules(struct json *r, struct rules *rules) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            json_string(r, &rules->symbol);
        } else if (slice_equals(key, SLICE("status"))) {
            json_string(r, &rules->status);
        } else if (slice_equals(key, SLICE("contractType"))) {
            json_string(r, &rules->contract_type);
        } else if (slice_equals(key, SLICE("marginAsset"))) {
            json_string(r, &rules->margin);
        } else if (slice_equals(key, SLICE("filters"))) {
            json_array_begin(r);
            while (json_array_next(r)) {
                read_filter(r, rules);
            }
        } else {
            json_skip(r);
        }
    }
}

static void emit_rules(struct md *md, const struct rules *rules, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    listing.contract = (struct qty){QTY_ONE};
    listing.notional_min = (struct usd){0};
    listing.size_max = (struct qty){0};
    bool good = md_read_px(rules->tick, &listing.tick) && md_read_qty(rules->step, &listing.step) &&
                md_read_qty(rules->size_min, &listing.size_min) && listing.tick.v > 0 &&
                listing.step.v > 0;
    if (rules->notional.size > 0) {
        good = good && decimal_parse(rules->notional, USD_DIGITS, &listing.notional_min.v) &&
               listing.notional_min.v >= 0;
    }
    if (!good) {
        md_refuse(sink, FEED_BAD_NUMBER, rules->symbol);
        return;
    }
    if (!md_read_qty(rules->size_max, &listing.size_max)) {
        listing.size_max = (struct qty){0}; // larger than any quantity here: no limit
    }
    bool usdc = slice_equals(rules->margin, SLICE("USDC"));
    listing.quote_currency = usdc ? CURRENCY_USDC : CURRENCY_USDT;
    listing.settle_currency = listing.quote_currency;
    listing.ready = slice_equals(rules->status, SLICE("TRADING")) &&
                    slice_equals(rules->contract_type, SLICE("PERPETUAL"));
    md_emit_listing(md, sink, &listing);
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    struct failure failure = {0};
    struct slice key;
    uint16_t symbol;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbols"))) {
            json_array_begin(r);
            while (json_array_next(r)) {
                struct rules rules = {0};
                read_rules(r, &rules);
                if (!r->failed && md_find_symbol(md, rules.symbol, &symbol)) {
                    emit_rules(md, &rules, symbol, sink);
                }
            }
        } else if (!read_failure(r, key, &failure)) {
            json_skip(r);
        }
    }
    (void)finish(r, &failure, sink);
}

void binance_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                         struct slice body, struct md_sink *sink) {
    struct json r;
    json_init(&r, body);
    switch (kind) {
    case MD_REQUEST_TIME:
        decode_time(&r, sink);
        return;
    case MD_REQUEST_INSTRUMENTS:
        decode_instruments(md, &r, sink);
        return;
    case MD_REQUEST_BOOK:
        decode_book(md, symbol, &r, sink);
        return;
    case MD_REQUEST_QUOTE:
        decode_quote(md, symbol, &r, sink);
        return;
    case MD_REQUEST_FUNDING:
        decode_funding(md, symbol, &r, sink);
        return;
    case MD_REQUEST_INTERVALS:
        decode_intervals(md, &r, sink);
        return;
    case MD_REQUEST_COUNT:
        break;
    }
    ASSERT(false);
}
