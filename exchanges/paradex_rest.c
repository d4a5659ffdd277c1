// The REST answers of Paradex. A refusal is {"error":"<NAME>","message":…}.
#include "exchanges/md_answer.h"
#include "exchanges/md_quote.h"
#include "exchanges/paradex_md.h"

static const struct md_refusal_words words = {"error", "message", NULL};

struct rules {
    struct slice symbol, kind, mode, settlement;
    struct slice hours;
    struct md_rules_text texts;
};

static void read_rules(struct json *r, struct rules *rules) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            md_read_text(r, &rules->symbol);
        } else if (slice_equals(key, SLICE("asset_kind"))) {
            md_read_text(r, &rules->kind);
        } else if (slice_equals(key, SLICE("trading_mode"))) {
            md_read_text(r, &rules->mode);
        } else if (slice_equals(key, SLICE("settlement_currency"))) {
            md_read_text(r, &rules->settlement);
        } else if (slice_equals(key, SLICE("price_tick_size"))) {
            md_read_text(r, &rules->texts.tick);
        } else if (slice_equals(key, SLICE("order_size_increment"))) {
            md_read_text(r, &rules->texts.step);
        } else if (slice_equals(key, SLICE("min_notional"))) {
            md_read_text(r, &rules->texts.notional_min);
        } else if (slice_equals(key, SLICE("max_order_size"))) {
            md_read_text(r, &rules->texts.size_max);
        } else if (slice_equals(key, SLICE("funding_period_hours"))) {
            md_read_text(r, &rules->hours);
        } else {
            json_skip(r);
        }
    }
}

static void emit_rules(struct md *md, const struct rules *rules, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    if (!md_read_rules(&rules->texts, &listing) ||
        (rules->hours.size > 0 &&
         !paradex_read_period(rules->hours, &md->funding_interval_ns[symbol]))) {
        md_refuse(sink, FEED_BAD_NUMBER, rules->symbol);
        return;
    }
    // A market that trades by request for quote only rejects book orders.
    listing.ready = slice_equals(rules->kind, SLICE("PERP")) &&
                    (rules->mode.size == 0 || slice_equals(rules->mode, SLICE("STANDARD")));
    md_emit_listing(md, sink, &listing);
}

// {"results":[{…}, …]}: instruments, or summaries of one market or all.
static void decode_results(struct md *md, bool instruments, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    uint16_t symbol;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (!slice_equals(key, SLICE("results"))) {
            if (!md_read_refusal(r, key, &answer)) {
                json_skip(r);
            }
            continue;
        }
        json_array_begin(r);
        while (json_array_next(r)) {
            struct rules rules = {.symbol = {0}};
            struct paradex_summary summary = {.time_ms = 0};
            if (instruments) {
                read_rules(r, &rules);
                if (!r->failed && md_find_symbol(md, rules.symbol, &symbol)) {
                    emit_rules(md, &rules, symbol, sink);
                }
                continue;
            }
            json_object_begin(r);
            while (json_object_next(r, &key)) {
                if (!paradex_read_summary(r, key, &summary)) {
                    json_skip(r);
                }
            }
            if (!r->failed && md_find_symbol(md, summary.market, &symbol)) {
                paradex_emit_summary(md, symbol, &summary, sink);
            }
        }
    }
    (void)md_end_answer(r, &answer, sink);
}

static void decode_quote(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct md_quote_text quote = {.sequence = 0}; // not known to be the stream's counter
    struct slice key;
    struct slice market = {0};
    int64_t time_ms = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("market"))) {
            md_read_text(r, &market);
        } else if (slice_equals(key, SLICE("bid"))) {
            md_read_text(r, &quote.bid);
        } else if (slice_equals(key, SLICE("bid_size"))) {
            md_read_text(r, &quote.bid_size);
        } else if (slice_equals(key, SLICE("ask"))) {
            md_read_text(r, &quote.ask);
        } else if (slice_equals(key, SLICE("ask_size"))) {
            md_read_text(r, &quote.ask_size);
        } else if (slice_equals(key, SLICE("last_updated_at"))) {
            md_read_int(r, &time_ms);
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (!slice_equals(market, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, market);
        return;
    }
    quote.venue_time_ns = md_ns_from_ms(time_ms);
    md_emit_quote(sink, symbol, &quote);
}

static void decode_book(struct md *md, uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    struct slice market = {0};
    int64_t time_ms = 0;
    int64_t sequence = -1;
    bool bad_number = false;
    bool has_bids = false;
    bool has_asks = false;
    struct md_snapshot book = {.id = 0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("market"))) {
            md_read_text(r, &market);
        } else if (slice_equals(key, SLICE("bids"))) {
            has_bids = md_read_levels(r, md->bids, &book.bid_count, &bad_number);
        } else if (slice_equals(key, SLICE("asks"))) {
            has_asks = md_read_levels(r, md->asks, &book.ask_count, &bad_number);
        } else if (slice_equals(key, SLICE("last_updated_at"))) {
            md_read_int(r, &time_ms);
        } else if (slice_equals(key, SLICE("seq_no"))) {
            md_read_int(r, &sequence);
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, market);
        return;
    }
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (sequence < 0 || !has_bids || !has_asks) {
        md_refuse(sink, FEED_MALFORMED, market);
    } else if (!slice_equals(market, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, market);
    } else {
        book.id = (uint64_t)sequence;
        book.venue_time_ns = md_ns_from_ms(time_ms);
        md_emit_snapshot(md, sink, symbol, &book);
    }
}

void paradex_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                         struct slice body, struct md_sink *sink) {
    struct json r;
    json_init(&r, body);
    switch (kind) {
    case MD_REQUEST_TIME:
        md_decode_time(&r, &words, "server_time", sink);
        return;
    case MD_REQUEST_INSTRUMENTS:
    case MD_REQUEST_INTERVALS:
        decode_results(md, true, &r, sink);
        return;
    case MD_REQUEST_BOOK:
        decode_book(md, symbol, &r, sink);
        return;
    case MD_REQUEST_QUOTE:
        decode_quote(md, symbol, &r, sink);
        return;
    case MD_REQUEST_FUNDING:
        decode_results(md, false, &r, sink);
        return;
    case MD_REQUEST_COUNT:
        break;
    }
    ASSERT(false);
}
