#include "exchanges/lighter_md.h"

#include "exchanges/md_decode.h"

enum { BOOK_CONNECTION = 1 };

// The perpetual of a coin has the coin's name.
static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    struct slice quote = slice_of(symbol->quote);
    if (!slice_equals(quote, SLICE("USDT")) && !slice_equals(quote, SLICE("USDC")) &&
        !slice_equals(quote, SLICE("USD"))) {
        return false;
    }
    struct text text = text_over(out, NATIVE_NAME_MAX);
    text_add_string(&text, symbol->base);
    return !text.truncated;
}

int64_t lighter_market(const struct md *md, uint16_t symbol) {
    return (int64_t)md->native_ids[symbol] - 1;
}

bool lighter_find_market(const struct md *md, int64_t market, uint16_t *symbol) {
    for (uint16_t i = 0; market >= 0 && i < md->universe->symbol_count; i++) {
        if (lighter_market(md, i) == market) {
            *symbol = i;
            return true;
        }
    }
    return false;
}

static void add_call(const char *type, const char *channel, int64_t market, struct text *out) {
    text_add_string(out, "{\"type\":\"");
    text_add_string(out, type);
    text_add_string(out, "\",\"channel\":\"");
    text_add_string(out, channel);
    text_add_char(out, '/');
    if (market < 0) {
        text_add_string(out, "all");
    } else {
        text_add_int(out, market);
    }
    text_add_string(out, "\"}");
}

static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    if (connection == BOOK_CONNECTION && step-- == 0) {
        add_call("subscribe", "market_stats", -1, out);
        return true;
    }
    for (uint16_t i = 0; i < md->universe->symbol_count; i++) {
        bool wanted = connection == 0 || md->wants_book[i];
        if (wanted && lighter_market(md, i) >= 0 && step-- == 0) {
            add_call("subscribe", connection == 0 ? "ticker" : "order_book", lighter_market(md, i),
                     out);
            return true;
        }
    }
    return false;
}

static bool resubscribe_book(struct md *md, uint16_t symbol, uint32_t step, struct text *out) {
    if (step > 1 || lighter_market(md, symbol) < 0) {
        return false;
    }
    add_call(step == 0 ? "unsubscribe" : "subscribe", "order_book", lighter_market(md, symbol),
             out);
    return true;
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    char bytes[24];
    struct text market = TEXT_OVER(bytes);
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/api/v1/orderBookDetails?filter=perp", "");
        return true;
    case MD_REQUEST_QUOTE:
        if (lighter_market(md, symbol) < 0) {
            return false;
        }
        text_add_int(&market, lighter_market(md, symbol));
        md_get(out, 1, "/api/v1/orderBookOrders?limit=50&market_id=", bytes);
        return true;
    case MD_REQUEST_FUNDING: // tells of all: asked once
        if (symbol != md_listed_symbol(md, 0)) {
            return false;
        }
        md_get(out, 1, "/api/v1/funding-rates", "");
        return true;
    case MD_REQUEST_BOOK:      // arrives on the stream
    case MD_REQUEST_INTERVALS: // one hour for all
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

void lighter_read_error(struct json *r, int64_t *code, struct slice *text) {
    struct slice key;
    if (json_peek(r) != JSON_OBJECT) {
        md_read_text(r, text);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_int(r, code);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, text);
        } else {
            json_skip(r);
        }
    }
}

void lighter_emit_funding(struct md_sink *sink, const struct md_update *update, struct slice rate,
                          int64_t divisor) {
    struct md_update told = *update;
    struct rate read = {0};
    told.funding.has_rate = rate.size > 0;
    told.funding.interval_ns = LIGHTER_FUNDING_INTERVAL_NS;
    if (told.funding.has_rate && !md_read_rate(rate, &read)) {
        md_refuse(sink, FEED_BAD_NUMBER, rate);
        return;
    }
    told.funding.per_hour.v = mul_div_near(read.v, 1, divisor);
    sink->on_update(sink, &told);
}

const struct venue_md lighter_md = {
    .name = "lighter",
    .title = "Lighter",
    .quote_currency = CURRENCY_USDC,
    .book_rule = BOOK_RULE_PREVIOUS,
    .book_levels = MD_LEVELS_MAX,
    .book_connection = BOOK_CONNECTION,
    .rules_first = true,
    .mainnet = {.ws = {"wss://mainnet.zklighter.elliot.ai/stream",
                       "wss://mainnet.zklighter.elliot.ai/stream"},
                .rest = "https://mainnet.zklighter.elliot.ai"},
    .testnet = {.ws = {"wss://testnet.zklighter.elliot.ai/stream",
                       "wss://testnet.zklighter.elliot.ai/stream"},
                .rest = "https://testnet.zklighter.elliot.ai"},
    .heartbeat_ms = 30000,
    .heartbeat_always = true,
    .heartbeat_text = "{\"type\":\"ping\"}",
    .weight_per_minute = 60, // requests of a standard account
    .send_burst = 30,        // 200 a minute, 35 of them unanswered
    .send_per_minute = 150,
    .native_name = native_name,
    .subscribe = subscribe,
    .resubscribe_book = resubscribe_book,
    .decode = lighter_decode,
    .request = request,
    .decode_rest = lighter_decode_rest,
};
