#include "exchanges/aster_md.h"

#include "exchanges/binance_md.h"
#include "exchanges/md_decode.h"

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return slice_equals(slice_of(symbol->quote), SLICE("USDT")) && binance_native_name(symbol, out);
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    const char *native = md->listings[symbol].native;
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/fapi/v3/time", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/fapi/v3/exchangeInfo", "");
        return true;
    case MD_REQUEST_BOOK:
        md_get(out, 20, "/fapi/v3/depth?limit=1000&symbol=", native);
        return true;
    case MD_REQUEST_QUOTE:
        md_get(out, 1, "/fapi/v3/ticker/bookTicker?symbol=", native);
        return true;
    case MD_REQUEST_FUNDING:
        md_get(out, 1, "/fapi/v3/premiumIndex?symbol=", native);
        return true;
    case MD_REQUEST_INTERVALS:
        md_get(out, 1, "/fapi/v3/fundingInfo", "");
        return true;
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

const struct venue_md aster_md = {
    .name = "aster",
    .title = "Aster",
    .quote_currency = CURRENCY_USDT,
    .book_rule = BOOK_RULE_REST_SPAN,
    .book_levels = 1000,
    .mainnet = {.ws = {"wss://fstream.asterdex.com/ws", "wss://fstream.asterdex.com/ws"},
                .rest = "https://fapi.asterdex.com"},
    .testnet = {.ws = {"wss://fstream.asterdex-testnet.com/ws",
                       "wss://fstream.asterdex-testnet.com/ws"},
                .rest = "https://fapi.asterdex-testnet.com"},
    .connection_age_max_s = 23 * 3600,
    .weight_per_minute = 2400,
    .send_burst = 5, // 10 a second
    .send_per_minute = 300,
    .native_name = native_name,
    .subscribe = binance_subscribe,
    .decode = binance_decode,
    .request = request,
    .decode_rest = binance_decode_rest,
};
