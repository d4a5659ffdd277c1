#include "exchanges/backpack_md.h"

#include "exchanges/md_decode.h"

enum { SYMBOLS_PER_SUBSCRIBE = 40 };

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return md_dollar_name(symbol, true, "_USDC_PERP", out);
}

static void add_stream(struct text *out, const char *stream, const char *native) {
    text_add_char(out, '"');
    text_add_string(out, stream);
    text_add_string(out, native);
    text_add_char(out, '"');
}

static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    uint32_t from = step * SYMBOLS_PER_SUBSCRIBE;
    int symbol = connection == 0 ? md_listed_symbol(md, from) : -1;
    if (symbol < 0) {
        return false;
    }
    text_add_string(out, "{\"method\":\"SUBSCRIBE\",\"params\":[");
    for (uint32_t i = 1; symbol >= 0; i++) {
        const char *native = md->listings[symbol].native;
        add_stream(out, "bookTicker.", native);
        text_add_char(out, ',');
        if (md->wants_book[symbol]) {
            add_stream(out, "depth.", native);
            text_add_char(out, ',');
        }
        add_stream(out, "markPrice.", native);
        symbol = i < SYMBOLS_PER_SUBSCRIBE ? md_listed_symbol(md, from + i) : -1;
        if (symbol >= 0) {
            text_add_char(out, ',');
        }
    }
    text_add_string(out, "]}");
    return true;
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    const char *native = md->listings[symbol].native;
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/api/v1/time", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/api/v1/markets", "");
        return true;
    case MD_REQUEST_BOOK:
        md_get(out, 1, "/api/v1/depth?limit=1000&symbol=", native);
        return true;
    case MD_REQUEST_QUOTE: // no call tells the best prices with their sizes but this one
        md_get(out, 1, "/api/v1/depth?limit=5&symbol=", native);
        return true;
    case MD_REQUEST_FUNDING:
        md_get(out, 1, "/api/v1/markPrices?symbol=", native);
        return true;
    case MD_REQUEST_INTERVALS: // told with the rules
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

const struct venue_md backpack_md = {
    .name = "backpack",
    .title = "Backpack",
    .quote_currency = CURRENCY_USDC,
    .book_rule = BOOK_RULE_REST_SPAN,
    .book_levels = 1000,
    .mainnet = {.ws = {"wss://ws.backpack.exchange/"}, .rest = "https://api.backpack.exchange"},
    .weight_per_minute = 2000,
    .native_name = native_name,
    .subscribe = subscribe,
    .decode = backpack_decode,
    .request = request,
    .decode_rest = backpack_decode_rest,
};
