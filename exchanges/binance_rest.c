// The REST answers of Binance.
#include "exchanges/binance_md.h"
#include "exchanges/md_answer.h"
#include "exchanges/md_quote.h"

// The number of an answer that went well ({"code":200}) is positive.
static bool is_negative(struct slice code) {
    return code.data[0] == '-';
}

static const struct md_refusal_words words = {"code", "msg", is_negative};

static void decode_book(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    int64_t id = -1;
    int64_t time = 0;
    bool bad_number = false;
    bool has_bids = false;
    bool has_asks = false;
    struct md_snapshot book = {.id = 0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("lastUpdateId"))) {
            json_int(r, &id);
        } else if (slice_equals(key, SLICE("E"))) {
            json_int(r, &time);
        } else if (slice_equals(key, SLICE("bids"))) {
            has_bids = md_read_levels(r, md->bids, &book.bid_count, &bad_number);
        } else if (slice_equals(key, SLICE("asks"))) {
            has_asks = md_read_levels(r, md->asks, &book.ask_count, &bad_number);
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, (struct slice){0});
        return;
    }
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (id < 0 || !has_bids || !has_asks) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    book.id = (uint64_t)id;
    book.venue_time_ns = md_ns_from_ms(time);
    md_emit_snapshot(md, sink, symbol, &book);
}

static void decode_quote(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct md_quote_text quote = {.sequence = 0};
    struct slice key;
    struct slice name = {0};
    int64_t time = 0;
    int64_t id = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            json_string(r, &name);
        } else if (slice_equals(key, SLICE("bidPrice"))) {
            json_text(r, &quote.bid);
        } else if (slice_equals(key, SLICE("bidQty"))) {
            json_text(r, &quote.bid_size);
        } else if (slice_equals(key, SLICE("askPrice"))) {
            json_text(r, &quote.ask);
        } else if (slice_equals(key, SLICE("askQty"))) {
            json_text(r, &quote.ask_size);
        } else if (slice_equals(key, SLICE("time"))) {
            json_int(r, &time);
        } else if (slice_equals(key, SLICE("lastUpdateId"))) {
            json_int(r, &id);
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (!slice_equals(name, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, name);
        return;
    }
    if (id < 0 || quote.bid.size == 0 || quote.bid_size.size == 0 || quote.ask.size == 0 ||
        quote.ask_size.size == 0) {
        md_refuse(sink, FEED_BAD_NUMBER, name);
        return;
    }
    quote.sequence = (uint64_t)id;
    quote.venue_time_ns = md_ns_from_ms(time);
    md_emit_quote(sink, symbol, &quote);
}

struct premium {
    struct slice symbol, mark, index, rate;
    int64_t next_ms, time_ms;
};

static void read_premium(struct json *r, struct premium *premium, struct md_answer *answer) {
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
        } else if (!md_read_refusal(r, key, answer)) {
            json_skip(r);
        }
    }
}

static void decode_funding(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct premium premium = {.next_ms = 0};
    read_premium(r, &premium, &answer);
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (!slice_equals(premium.symbol, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, premium.symbol);
        return;
    }
    int64_t interval_ns = md->funding_interval_ns[symbol];
    struct md_funding_text funding = {
        .rate = premium.rate,
        .mark = premium.mark,
        .index = premium.index,
        .interval_ns = interval_ns > 0 ? interval_ns : BINANCE_FUNDING_INTERVAL_NS,
        .next_settlement_ns = md_ns_from_ms(premium.next_ms),
        .venue_time_ns = md_ns_from_ms(premium.time_ms),
    };
    md_emit_funding(sink, symbol, &funding);
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
    struct md_rules_text texts;
};

static void read_filter(struct json *r, struct rules *rules) {
    struct slice key;
    struct slice kind = {0};
    struct md_rules_text filter = {.tick = {0}};
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
            json_text(r, &filter.notional_min);
        } else {
            json_skip(r);
        }
    }
    if (slice_equals(kind, SLICE("PRICE_FILTER"))) {
        rules->texts.tick = filter.tick;
    } else if (slice_equals(kind, SLICE("LOT_SIZE"))) {
        rules->texts.step = filter.step;
        rules->texts.size_min = filter.size_min;
        rules->texts.size_max = filter.size_max;
    } else if (slice_equals(kind, SLICE("MIN_NOTIONAL"))) {
        rules->texts.notional_min = filter.notional_min;
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
    if (rules->texts.size_min.size == 0 || !md_read_rules(&rules->texts, &listing)) {
        md_refuse(sink, FEED_BAD_NUMBER, rules->symbol);
        return;
    }
    bool usdc = slice_equals(rules->margin, SLICE("USDC"));
    listing.quote_currency = usdc ? CURRENCY_USDC : CURRENCY_USDT;
    listing.settle_currency = listing.quote_currency;
    listing.ready = slice_equals(rules->status, SLICE("TRADING")) &&
                    slice_equals(rules->contract_type, SLICE("PERPETUAL"));
    md_emit_listing(md, sink, &listing);
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    uint16_t symbol;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbols"))) {
            json_array_begin(r);
            while (json_array_next(r)) {
                struct rules rules = {.symbol = {0}};
                read_rules(r, &rules);
                if (!r->failed && md_find_symbol(md, rules.symbol, &symbol)) {
                    emit_rules(md, &rules, symbol, sink);
                }
            }
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    (void)md_end_answer(r, &answer, sink);
}

void binance_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                         struct slice body, struct md_sink *sink) {
    struct json r;
    json_init(&r, body);
    switch (kind) {
    case MD_REQUEST_TIME:
        md_decode_time(&r, &words, "serverTime", sink);
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
