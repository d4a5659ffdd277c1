#include "exchanges/edgex_md.h"

#include "exchanges/md_decode.h"

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return md_dollar_name(symbol, false, "USDC", out);
}

static void add_channel(const struct md *md, int symbol, const char *operation, bool depth,
                        struct text *out) {
    text_add_string(out, "{\"type\":\"");
    text_add_string(out, operation);
    text_add_string(out, depth ? "\",\"channel\":\"depth." : "\",\"channel\":\"ticker.");
    text_add_int(out, (int64_t)md->native_ids[symbol]);
    text_add_string(out, depth ? ".15\"}" : "\"}");
}

// One channel a message: every contract has two in a row.
static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    if (connection != 0) {
        return false;
    }
    for (int symbol = 0; symbol < md->universe->symbol_count; symbol++) {
        if (md->listings[symbol].native[0] == '\0' || md->native_ids[symbol] == 0) {
            continue;
        }
        if (step < 2) {
            add_channel(md, symbol, "subscribe", step == 0, out);
            return true;
        }
        step -= 2;
    }
    return false;
}

static bool resubscribe_book(struct md *md, uint16_t symbol, uint32_t step, struct text *out) {
    if (step > 1 || md->native_ids[symbol] == 0) {
        return false;
    }
    add_channel(md, symbol, step == 0 ? "unsubscribe" : "subscribe", true, out);
    return true;
}

static bool of_contract(const struct md *md, uint16_t symbol, const char *path,
                        struct md_request *out) {
    char id[24];
    struct text text = TEXT_OVER(id);
    if (md->native_ids[symbol] == 0) {
        return false;
    }
    text_add_int(&text, (int64_t)md->native_ids[symbol]);
    md_get(out, 1, path, id);
    return true;
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/api/v2/public/meta/getServerTime", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/api/v2/public/meta/getMetaData", "");
        return true;
    case MD_REQUEST_QUOTE:
        return of_contract(md, symbol, "/api/v2/public/quote/getDepth?level=15&contractId=", out);
    case MD_REQUEST_FUNDING:
        return of_contract(md, symbol, "/api/v2/public/quote/getTicker?contractId=", out);
    case MD_REQUEST_BOOK:      // arrives on the stream
    case MD_REQUEST_INTERVALS: // told with the rules
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

const struct venue_md edgex_md = {
    .name = "edgex",
    .title = "EdgeX",
    .quote_currency = CURRENCY_USDC,
    .book_rule = BOOK_RULE_VERSIONS,
    .book_levels = EDGEX_BOOK_LEVELS,
    .quote_from_book = true,
    .rules_first = true,
    .url_has_time = true,
    .mainnet = {.ws = {"wss://edgex-quote-prod-v2.edgex.exchange/api/v1/public/ws"},
                .rest = "https://edgex-prod-v2.edgex.exchange"},
    .weight_per_minute = 300, // 5 a second, what clients live with
    .native_name = native_name,
    .subscribe = subscribe,
    .resubscribe_book = resubscribe_book,
    .decode = edgex_decode,
    .request = request,
    .decode_rest = edgex_decode_rest,
};
