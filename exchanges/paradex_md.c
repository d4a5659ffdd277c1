#include "exchanges/paradex_md.h"

#include "base/clock.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"

// BTC-USD-PERP; what others list as 1000PEPE is kPEPE here, of the same size.
static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return md_dollar_name(symbol, true, "-USD-PERP", out);
}

// One subscription a message: every symbol has two or three of them in a row.
static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    static const struct {
        const char *before, *behind;
    } channels[] = {
        {"bbo.", ""},
        {"markets_summary.", ""},
        {"order_book.", ".snapshot@15@100ms"},
    };
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
        text_add_string(out, "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":"
                             "{\"channel\":\"");
        text_add_string(out, channels[step].before);
        text_add_string(out, md->listings[symbol].native);
        text_add_string(out, channels[step].behind);
        text_add_string(out, "\"},\"id\":");
        text_add_int(out, ++md->request_id);
        text_add_char(out, '}');
        return true;
    }
    return false;
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    const char *native = md->listings[symbol].native;
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/v1/system/time", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/v1/markets", "");
        return true;
    case MD_REQUEST_BOOK:
        md_get(out, 1, "/v1/orderbook/", native);
        return true;
    case MD_REQUEST_QUOTE:
        md_get(out, 1, "/v1/bbo/", native);
        return true;
    case MD_REQUEST_FUNDING:
        md_get(out, 1, "/v1/markets/summary?market=", native);
        return true;
    case MD_REQUEST_INTERVALS: // told with the instruments
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

bool paradex_read_summary(struct json *r, struct slice key, struct paradex_summary *summary) {
    if (slice_equals(key, SLICE("symbol")) || slice_equals(key, SLICE("market"))) {
        json_string(r, &summary->market);
    } else if (slice_equals(key, SLICE("mark_price"))) {
        md_read_text(r, &summary->mark);
    } else if (slice_equals(key, SLICE("underlying_price"))) {
        md_read_text(r, &summary->index);
    } else if (slice_equals(key, SLICE("funding_rate"))) {
        md_read_text(r, &summary->rate);
    } else if (slice_equals(key, SLICE("funding_period_hours"))) {
        md_read_text(r, &summary->hours);
    } else if (slice_equals(key, SLICE("created_at"))) {
        md_read_int(r, &summary->time_ms);
    } else {
        return false;
    }
    return true;
}

bool paradex_read_period(struct slice hours, int64_t *interval_ns) {
    int64_t thousandths;
    if (!decimal_parse(hours, 3, &thousandths) || thousandths < 0 || thousandths > 720000) {
        return false;
    }
    if (thousandths > 0) {
        *interval_ns = thousandths * (3600 * NS_PER_MS);
    }
    return true;
}

void paradex_emit_summary(struct md *md, uint16_t symbol, const struct paradex_summary *summary,
                          struct md_sink *sink) {
    int64_t *interval_ns = &md->funding_interval_ns[symbol];
    if (summary->hours.size > 0 && !paradex_read_period(summary->hours, interval_ns)) {
        md_refuse(sink, FEED_BAD_NUMBER, summary->market);
        return;
    }
    struct md_funding_text text = {.rate = summary->rate,
                                   .mark = summary->mark,
                                   .index = summary->index,
                                   .interval_ns = *interval_ns > 0 ? *interval_ns
                                                                   : PARADEX_FUNDING_INTERVAL_NS,
                                   .venue_time_ns = md_ns_from_ms(summary->time_ms)};
    md_emit_funding(sink, symbol, &text);
}

const struct venue_md paradex_md = {
    .name = "paradex",
    .title = "Paradex",
    .quote_currency = CURRENCY_USDC,
    .book_rule = BOOK_RULE_SNAPSHOTS,
    .book_levels = 15,
    .funding_accrues = true, // paradex.md section 8
    .mainnet = {.ws = {"wss://ws.api.prod.paradex.trade/v1"},
                .rest = "https://api.prod.paradex.trade"},
    .testnet = {.ws = {"wss://ws.api.testnet.paradex.trade/v1"},
                .rest = "https://api.testnet.paradex.trade"},
    .weight_per_minute = 1500,
    .native_name = native_name,
    .subscribe = subscribe,
    .decode = paradex_decode,
    .request = request,
    .decode_rest = paradex_decode_rest,
};
