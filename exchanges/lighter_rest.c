// The REST answers of Lighter: {"code":200, …}, or another code with a message.
#include "base/clock.h"
#include "exchanges/lighter_md.h"
#include "exchanges/md_answer.h"

enum { DECIMALS_MAX = 12, RATE_HOURS = 8 };

static bool is_bad(struct slice code) {
    return !slice_equals(code, SLICE("200"));
}

static const struct md_refusal_words words = {"code", "message", is_bad};

// Whole seconds, cut: on average the venue is half a second further.
static void decode_time(struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    int64_t seconds = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("timestamp"))) {
            md_read_int(r, &seconds);
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (seconds <= 0 || seconds >= INT64_MAX / NS_PER_S) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    md_emit_time(sink, seconds * NS_PER_S + NS_PER_S / 2);
}

struct rules {
    struct slice symbol, kind, status, size_min, notional_min;
    int64_t market, size_decimals, price_decimals;
    bool reduce_only;
};

static void read_config(struct json *r, struct rules *rules) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("force_reduce_only")) && json_peek(r) == JSON_BOOL) {
            json_bool(r, &rules->reduce_only);
        } else {
            json_skip(r);
        }
    }
}

static void read_rules(struct json *r, struct rules *rules) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("symbol"))) {
            md_read_text(r, &rules->symbol);
        } else if (slice_equals(key, SLICE("market_id"))) {
            md_read_int(r, &rules->market);
        } else if (slice_equals(key, SLICE("market_type"))) {
            md_read_text(r, &rules->kind);
        } else if (slice_equals(key, SLICE("status"))) {
            md_read_text(r, &rules->status);
        } else if (slice_equals(key, SLICE("size_decimals")) ||
                   slice_equals(key, SLICE("supported_size_decimals"))) {
            md_read_int(r, &rules->size_decimals);
        } else if (slice_equals(key, SLICE("price_decimals")) ||
                   slice_equals(key, SLICE("supported_price_decimals"))) {
            md_read_int(r, &rules->price_decimals);
        } else if (slice_equals(key, SLICE("min_base_amount"))) {
            md_read_text(r, &rules->size_min);
        } else if (slice_equals(key, SLICE("min_quote_amount"))) {
            md_read_text(r, &rules->notional_min);
        } else if (slice_equals(key, SLICE("market_config")) && json_peek(r) == JSON_OBJECT) {
            read_config(r, rules);
        } else {
            json_skip(r);
        }
    }
}

static int64_t power_below(int64_t one, int64_t decimals) {
    for (; decimals > 0; decimals--) {
        one /= 10;
    }
    return one;
}

static void emit_rules(struct md *md, const struct rules *rules, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    if (rules->size_decimals < 0 || rules->size_decimals > QTY_DIGITS ||
        rules->price_decimals < 0 || rules->price_decimals > DECIMALS_MAX || rules->market < 0 ||
        rules->market > INT32_MAX) {
        md_refuse(sink, FEED_BAD_NUMBER, rules->symbol);
        return;
    }
    listing.tick.v = power_below(PX_ONE, rules->price_decimals);
    listing.step.v = power_below(QTY_ONE, rules->size_decimals);
    listing.contract = (struct qty){QTY_ONE};
    listing.size_max = (struct qty){0};
    listing.size_min = listing.step;
    listing.notional_min = (struct usd){0};
    if ((rules->size_min.size > 0 && !md_read_qty(rules->size_min, &listing.size_min)) ||
        (rules->notional_min.size > 0 &&
         (!decimal_parse(rules->notional_min, USD_DIGITS, &listing.notional_min.v) ||
          listing.notional_min.v < 0))) {
        md_refuse(sink, FEED_BAD_NUMBER, rules->symbol);
        return;
    }
    listing.ready = slice_equals(rules->status, SLICE("active"));
    listing.closes_only = rules->reduce_only;
    md->native_ids[symbol] = (uint64_t)rules->market + 1;
    md_emit_listing(md, sink, &listing);
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    uint16_t symbol;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (!slice_equals(key, SLICE("order_book_details"))) {
            if (!md_read_refusal(r, key, &answer)) {
                json_skip(r);
            }
            continue;
        }
        json_array_begin(r);
        while (json_array_next(r)) {
            struct rules rules = {.market = -1, .size_decimals = -1, .price_decimals = -1};
            read_rules(r, &rules);
            bool perp = rules.kind.size == 0 || slice_equals(rules.kind, SLICE("perp"));
            if (!r->failed && perp && md_find_symbol(md, rules.symbol, &symbol)) {
                emit_rules(md, &rules, symbol, sink);
            }
        }
    }
    (void)md_end_answer(r, &answer, sink);
}

struct best {
    struct level level;
    bool bad_number;
};

static void read_order(struct json *r, struct slice *price, struct slice *size) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("price"))) {
            md_read_text(r, price);
        } else if (slice_equals(key, SLICE("remaining_base_amount"))) {
            md_read_text(r, size);
        } else {
            json_skip(r);
        }
    }
}

// Rows are orders: those at the best price add up.
static void read_orders(struct json *r, bool bids, struct best *best) {
    if (json_null(r)) {
        return;
    }
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice price = {0};
        struct slice size = {0};
        struct level order;
        read_order(r, &price, &size);
        if (r->failed) {
            return;
        }
        if (!md_read_px(price, &order.price) || !md_read_qty(size, &order.size)) {
            best->bad_number = true;
            json_fail(r);
            return;
        }
        struct level *level = &best->level;
        bool better = level->size.v == 0 ||
                      (bids ? order.price.v > level->price.v : order.price.v < level->price.v);
        if (order.size.v > 0 && better) {
            *level = order;
        } else if (order.price.v == level->price.v) {
            level->size = qty_add(level->size, order.size);
        }
    }
}

static void decode_quote(uint16_t symbol, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct best bid = {.bad_number = false};
    struct best ask = {.bad_number = false};
    struct slice key;
    bool told = false;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        bool bids = slice_equals(key, SLICE("bids"));
        if (bids || slice_equals(key, SLICE("asks"))) {
            read_orders(r, bids, bids ? &bid : &ask);
            told = true;
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (bid.bad_number || ask.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, (struct slice){0});
        return;
    }
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (!told) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    struct md_update update = {
        .kind = MD_BBO,
        .symbol = symbol,
        .bbo = {.bid = bid.level.price,
                .bid_size = bid.level.size,
                .ask = ask.level.price,
                .ask_size = ask.level.size,
                .bid_empty = bid.level.size.v == 0 || bid.level.price.v == 0,
                .ask_empty = ask.level.size.v == 0 || ask.level.price.v == 0}};
    sink->on_update(sink, &update);
}

// [{"market_id":0,"exchange":"lighter","symbol":"ETH","rate":0.000096}, …]: for eight hours, and of
// other exchanges, too.
static void decode_funding(struct md *md, struct json *r, struct md_sink *sink) {
    struct md_answer answer = {.words = &words};
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (!slice_equals(key, SLICE("funding_rates"))) {
            if (!md_read_refusal(r, key, &answer)) {
                json_skip(r);
            }
            continue;
        }
        json_array_begin(r);
        while (json_array_next(r)) {
            struct slice exchange = {0};
            struct slice symbol_name = {0};
            struct slice rate = {0};
            struct md_update update = {.kind = MD_FUNDING};
            json_object_begin(r);
            while (json_object_next(r, &key)) {
                if (slice_equals(key, SLICE("exchange"))) {
                    md_read_text(r, &exchange);
                } else if (slice_equals(key, SLICE("symbol"))) {
                    md_read_text(r, &symbol_name);
                } else if (slice_equals(key, SLICE("rate"))) {
                    md_read_text(r, &rate);
                } else {
                    json_skip(r);
                }
            }
            if (!r->failed && slice_equals(exchange, SLICE("lighter")) &&
                md_find_symbol(md, symbol_name, &update.symbol)) {
                lighter_emit_funding(sink, &update, rate, RATE_HOURS);
            }
        }
    }
    (void)md_end_answer(r, &answer, sink);
}

void lighter_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
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
    case MD_REQUEST_QUOTE:
        decode_quote(symbol, &r, sink);
        return;
    case MD_REQUEST_FUNDING:
        decode_funding(md, &r, sink);
        return;
    case MD_REQUEST_BOOK:
    case MD_REQUEST_INTERVALS:
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0}); // never asked
        return;
    case MD_REQUEST_COUNT:
        break;
    }
    ASSERT(false);
}
