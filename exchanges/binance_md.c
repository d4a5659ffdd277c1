#include "exchanges/binance_md.h"

#include "exchanges/md_decode.h"

enum { SYMBOLS_PER_SUBSCRIBE = 40 };

bool binance_native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    struct slice quote = slice_of(symbol->quote);
    if (!slice_equals(quote, SLICE("USDT")) && !slice_equals(quote, SLICE("USDC"))) {
        return false;
    }
    struct text text = text_over(out, NATIVE_NAME_MAX);
    text_add_string(&text, symbol->base);
    text_add_string(&text, symbol->quote);
    return !text.truncated;
}

static void add_stream(struct text *out, const char *native, const char *stream) {
    text_add_char(out, '"');
    for (const char *c = native; *c != '\0'; c++) {
        text_add_char(out, *c >= 'A' && *c <= 'Z' ? (char)(*c + ('a' - 'A')) : *c);
    }
    text_add_string(out, stream);
    text_add_char(out, '"');
}

static void add_streams(const struct md *md, uint32_t connection, int symbol, struct text *out) {
    const char *native = md->listings[symbol].native;
    if (connection == 1) {
        add_stream(out, native, "@markPrice@1s");
        return;
    }
    add_stream(out, native, "@bookTicker");
    if (md->wants_book[symbol]) {
        text_add_char(out, ',');
        bool recorded = md->demo_streams && md->venue == &binance_md;
        add_stream(out, native, recorded ? "@depth@0ms" : "@depth@100ms");
    }
}

bool binance_subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    uint32_t from = step * SYMBOLS_PER_SUBSCRIBE;
    int symbol = md_listed_symbol(md, from);
    if (symbol < 0) {
        return false;
    }
    text_add_string(out, "{\"method\":\"SUBSCRIBE\",\"params\":[");
    for (uint32_t i = 1; symbol >= 0; i++) {
        add_streams(md, connection, symbol, out);
        symbol = i < SYMBOLS_PER_SUBSCRIBE ? md_listed_symbol(md, from + i) : -1;
        if (symbol >= 0) {
            text_add_char(out, ',');
        }
    }
    text_add_string(out, "],\"id\":");
    text_add_int(out, ++md->request_id);
    text_add_char(out, '}');
    return true;
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    const char *native = md->listings[symbol].native;
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/fapi/v1/time", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/fapi/v1/exchangeInfo", "");
        return true;
    case MD_REQUEST_BOOK:
        md_get(out, 20, "/fapi/v1/depth?limit=1000&symbol=", native);
        return true;
    case MD_REQUEST_QUOTE:
        md_get(out, 2, "/fapi/v1/ticker/bookTicker?symbol=", native);
        return true;
    case MD_REQUEST_FUNDING:
        md_get(out, 1, "/fapi/v1/premiumIndex?symbol=", native);
        return true;
    case MD_REQUEST_INTERVALS:
        md_get(out, 0, "/fapi/v1/fundingInfo", "");
        return true;
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

const struct venue_md binance_md = {
    .name = "binance",
    .title = "Binance USDT-M",
    .quote_currency = CURRENCY_USDT,
    .book_rule = BOOK_RULE_REST_SPAN,
    .book_levels = 1000,
    .mainnet = {.ws = {"wss://fstream.binance.com/public/ws",
                       "wss://fstream.binance.com/market/ws"},
                .rest = "https://fapi.binance.com"},
    .testnet = {.ws = {"wss://fstream.binancefuture.com/public/ws",
                       "wss://fstream.binancefuture.com/market/ws"},
                .rest = "https://demo-fapi.binance.com"},
    .connection_age_max_s = 23 * 3600,
    .weight_per_minute = 2400,
    .send_burst = 5, // 10 a second, pongs included
    .send_per_minute = 300,
    .native_name = binance_native_name,
    .subscribe = binance_subscribe,
    .decode = binance_decode,
    .request = request,
    .decode_rest = binance_decode_rest,
};
