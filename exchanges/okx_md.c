#include "exchanges/okx_md.h"

#include "exchanges/md_decode.h"
#include "exchanges/okx_checksum.h"

enum { SYMBOLS_PER_SUBSCRIBE = 10 };

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    struct slice quote = slice_of(symbol->quote);
    if (!slice_equals(quote, SLICE("USDT")) && !slice_equals(quote, SLICE("USDC"))) {
        return false;
    }
    struct text text = text_over(out, NATIVE_NAME_MAX);
    text_add_string(&text, symbol->base);
    text_add_char(&text, '-');
    text_add_string(&text, symbol->quote);
    text_add_string(&text, "-SWAP");
    return !text.truncated;
}

static void add_channel(struct text *out, const char *channel, const char *native) {
    text_add_string(out, "{\"channel\":\"");
    text_add_string(out, channel);
    text_add_string(out, "\",\"instId\":\"");
    text_add_string(out, native);
    text_add_string(out, "\"}");
}

static void add_channels(const struct md *md, int symbol, struct text *out) {
    const char *native = md->listings[symbol].native;
    add_channel(out, "bbo-tbt", native);
    if (md->wants_book[symbol]) {
        text_add_char(out, ',');
        add_channel(out, "books", native);
    }
    text_add_char(out, ',');
    add_channel(out, "mark-price", native);
    text_add_char(out, ',');
    add_channel(out, "funding-rate", native);
}

static void begin_operation(struct md *md, const char *operation, struct text *out) {
    text_add_string(out, "{\"id\":\"");
    text_add_int(out, ++md->request_id);
    text_add_string(out, "\",\"op\":\"");
    text_add_string(out, operation);
    text_add_string(out, "\",\"args\":[");
}

static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    uint32_t from = step * SYMBOLS_PER_SUBSCRIBE;
    int symbol = connection == 0 ? md_listed_symbol(md, from) : -1;
    if (symbol < 0) {
        return false;
    }
    begin_operation(md, "subscribe", out);
    for (uint32_t i = 1; symbol >= 0; i++) {
        add_channels(md, symbol, out);
        symbol = i < SYMBOLS_PER_SUBSCRIBE ? md_listed_symbol(md, from + i) : -1;
        if (symbol >= 0) {
            text_add_char(out, ',');
        }
    }
    text_add_string(out, "]}");
    return true;
}

static bool resubscribe_book(struct md *md, uint16_t symbol, uint32_t step, struct text *out) {
    if (step > 1) {
        return false;
    }
    begin_operation(md, step == 0 ? "unsubscribe" : "subscribe", out);
    add_channel(out, "books", md->listings[symbol].native);
    text_add_string(out, "]}");
    return true;
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    const char *native = md->listings[symbol].native;
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/api/v5/public/time", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/api/v5/public/instruments?instType=SWAP", "");
        return true;
    case MD_REQUEST_QUOTE:
        md_get(out, 1, "/api/v5/market/ticker?instId=", native);
        return true;
    case MD_REQUEST_FUNDING:
        md_get(out, 1, "/api/v5/public/funding-rate?instId=", native);
        return true;
    case MD_REQUEST_BOOK:      // arrives on the stream
    case MD_REQUEST_INTERVALS: // told with every rate
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

const struct venue_md okx_md = {
    .name = "okx",
    .title = "OKX",
    .quote_currency = CURRENCY_USDT,
    .book_rule = BOOK_RULE_PREVIOUS,
    .book_levels = 400,
    .mainnet = {.ws = {"wss://ws.okx.com:8443/ws/v5/public"}, .rest = "https://www.okx.com"},
    .testnet = {.ws = {"wss://wspap.okx.com:8443/ws/v5/public"}, .rest = "https://www.okx.com"},
    .heartbeat_ms = 20000,
    .heartbeat_text = "ping",
    .weight_per_minute = 300, // 10 in 2 s, the smallest of the limits per path
    .send_burst = 60,         // 480 an hour
    .send_per_minute = 7,
    .native_name = native_name,
    .subscribe = subscribe,
    .resubscribe_book = resubscribe_book,
    .book_checksum = okx_checksum,
    .decode = okx_decode,
    .request = request,
    .decode_rest = okx_decode_rest,
};
