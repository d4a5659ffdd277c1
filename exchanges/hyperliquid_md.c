#include "exchanges/hyperliquid_md.h"

#include "exchanges/md_decode.h"

// A coin's name is the base; what others list as 1000PEPE is kPEPE here, of the same size.
static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return md_dollar_name(symbol, true, "", out);
}

// One subscription a message: every symbol has two or three of them in a row.
static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    static const char *const types[] = {"bbo", "activeAssetCtx", "l2Book"};
    if (connection != 0) {
        return false;
    }
    for (int symbol = 0; symbol < md->universe->symbol_count; symbol++) {
        if (md->listings[symbol].native[0] == '\0') {
            continue;
        }
        uint32_t count = md->wants_book[symbol] ? 3 : 2;
        if (step >= count) {
            step -= count;
            continue;
        }
        text_add_string(out, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"");
        text_add_string(out, types[step]);
        text_add_string(out, "\",\"coin\":\"");
        text_add_string(out, md->listings[symbol].native);
        text_add_string(out, "\"}}");
        return true;
    }
    return false;
}

static void post(struct md_request *out, uint32_t weight, const char *type, const char *coin) {
    struct text path = TEXT_OVER(out->path);
    text_add_string(&path, "/info");
    struct text body = TEXT_OVER(out->body);
    text_add_string(&body, "{\"type\":\"");
    text_add_string(&body, type);
    if (coin != NULL) {
        text_add_string(&body, "\",\"coin\":\"");
        text_add_string(&body, coin);
    }
    text_add_string(&body, "\"}");
    ASSERT(!body.truncated);
    out->method = "POST";
    out->weight = weight;
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    switch (kind) {
    case MD_REQUEST_TIME:
        post(out, 2, "exchangeStatus", NULL);
        return true;
    case MD_REQUEST_INSTRUMENTS:
        post(out, 20, "meta", NULL);
        return true;
    case MD_REQUEST_QUOTE:
        post(out, 2, "l2Book", md->listings[symbol].native);
        return true;
    case MD_REQUEST_FUNDING:
        post(out, 20, "metaAndAssetCtxs", NULL);
        return true;
    case MD_REQUEST_BOOK:      // arrives whole on the stream
    case MD_REQUEST_INTERVALS: // one hour for all
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

const struct venue_md hyperliquid_md = {
    .name = "hyperliquid",
    .title = "Hyperliquid",
    .quote_currency = CURRENCY_USDC,
    .book_rule = BOOK_RULE_SNAPSHOTS,
    .book_levels = 20,
    .settles_on_interval = true, // every hour (hyperliquid.md section 8)
    .mainnet = {.ws = {"wss://api.hyperliquid.xyz/ws"}, .rest = "https://api.hyperliquid.xyz"},
    .testnet = {.ws = {"wss://api.hyperliquid-testnet.xyz/ws"},
                .rest = "https://api.hyperliquid-testnet.xyz"},
    .heartbeat_ms = 30000,
    .heartbeat_text = "{\"method\":\"ping\"}",
    .weight_per_minute = 1200,
    .send_burst = 100, // 2000 a minute and address, orders included
    .send_per_minute = 1000,
    .native_name = native_name,
    .subscribe = subscribe,
    .decode = hyperliquid_decode,
    .request = request,
    .decode_rest = hyperliquid_decode_rest,
};
