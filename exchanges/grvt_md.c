#include "exchanges/grvt_md.h"

#include "exchanges/md_decode.h"

enum { SYMBOLS_PER_SUBSCRIBE = 40 };

static const struct {
    const char *stream, *rate;
    bool book; // only for symbols whose book is wanted
} streams[] = {
    {GRVT_QUOTE_STREAM, GRVT_QUOTE_RATE, false},
    {GRVT_BOOK_STREAM, "@50", true},
    {"v1.ticker.s", "@1000", false},
};
enum { STREAM_BOOK = 1 };

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return md_dollar_name(symbol, false, "_USDT_Perp", out);
}

static void begin_request(const char *method, const char *stream, struct text *out) {
    text_add_string(out, "{\"jsonrpc\":\"2.0\",\"method\":\"");
    text_add_string(out, method);
    text_add_string(out, "\",\"params\":{\"stream\":\"");
    text_add_string(out, stream);
    text_add_string(out, "\",\"selectors\":[");
}

static void add_selector(const struct md *md, int symbol, const char *rate, struct text *out) {
    text_add_char(out, '"');
    text_add_string(out, md->listings[symbol].native);
    text_add_string(out, rate);
    text_add_char(out, '"');
}

static void end_request(struct md *md, struct text *out) {
    text_add_string(out, "]},\"id\":");
    text_add_int(out, ++md->request_id);
    text_add_char(out, '}');
}

void grvt_write_subscription(struct md *md, const char *method, const char *stream,
                             const char *rate, uint16_t symbol, struct text *out) {
    begin_request(method, stream, out);
    add_selector(md, symbol, rate, out);
    end_request(md, out);
}

// One stream for a batch of symbols. False: none of them wants it.
static bool add_batch(struct md *md, uint32_t from, uint32_t stream, struct text *out) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < SYMBOLS_PER_SUBSCRIBE; i++) {
        int symbol = md_listed_symbol(md, from + i);
        if (symbol < 0 || (streams[stream].book && !md->wants_book[symbol])) {
            continue;
        }
        if (count++ == 0) {
            begin_request("subscribe", streams[stream].stream, out);
        } else {
            text_add_char(out, ',');
        }
        add_selector(md, symbol, streams[stream].rate, out);
    }
    if (count > 0) {
        end_request(md, out);
    }
    return count > 0;
}

static bool has_batch(const struct md *md, uint32_t from, uint32_t stream) {
    for (uint32_t i = 0; i < SYMBOLS_PER_SUBSCRIBE; i++) {
        int symbol = md_listed_symbol(md, from + i);
        if (symbol >= 0 && (!streams[stream].book || md->wants_book[symbol])) {
            return true;
        }
    }
    return false;
}

static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    if (connection != 0) {
        return false;
    }
    if (step == 0) { // a new connection counts anew, and what it tells changes nothing of the old
        memset(md->first_delta, 0, sizeof(md->first_delta));
        memset(md->first_merged, 0, sizeof(md->first_merged));
        memset(md->merged_sequence, 0, sizeof(md->merged_sequence));
    }
    for (uint32_t from = 0; md_listed_symbol(md, from) >= 0; from += SYMBOLS_PER_SUBSCRIBE) {
        for (uint32_t stream = 0; stream < COUNT_OF(streams); stream++) {
            if (has_batch(md, from, stream) && step-- == 0) {
                return add_batch(md, from, stream, out);
            }
        }
    }
    return false;
}

static bool resubscribe_book(struct md *md, uint16_t symbol, uint32_t step, struct text *out) {
    if (step > 1) {
        return false;
    }
    grvt_write_subscription(md, step == 0 ? "unsubscribe" : "subscribe",
                            streams[STREAM_BOOK].stream, streams[STREAM_BOOK].rate, symbol, out);
    return true;
}

// Everything but the time is asked with POST.
static void post(struct md_request *out, const char *path, const char *member, const char *value) {
    struct text path_text = TEXT_OVER(out->path);
    struct text body = TEXT_OVER(out->body);
    text_add_string(&path_text, path);
    text_add_string(&body, "{\"");
    text_add_string(&body, member);
    text_add_string(&body, "\":");
    text_add_string(&body, value);
    text_add_string(&body, "}");
    ASSERT(!path_text.truncated && !body.truncated);
    out->method = "POST";
    out->weight = 1;
}

static void of_instrument(const struct md *md, uint16_t symbol, const char *path,
                          struct md_request *out) {
    char quoted[NATIVE_NAME_MAX + 2];
    struct text text = TEXT_OVER(quoted);
    add_selector(md, symbol, "", &text);
    post(out, path, "instrument", quoted);
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    switch (kind) {
    case MD_REQUEST_TIME:
        md_get(out, 1, "/time", "");
        return true;
    case MD_REQUEST_INSTRUMENTS:
        post(out, "/full/v1/all_instruments", "is_active", "true");
        return true;
    case MD_REQUEST_QUOTE:
        of_instrument(md, symbol, "/full/v1/mini", out);
        return true;
    case MD_REQUEST_FUNDING:
        of_instrument(md, symbol, "/full/v1/ticker", out);
        return true;
    case MD_REQUEST_BOOK:      // arrives on the stream
    case MD_REQUEST_INTERVALS: // told with every rate
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

const struct venue_md grvt_md = {
    .name = "grvt",
    .title = "GRVT",
    .quote_currency = CURRENCY_USDT,
    .book_rule = BOOK_RULE_COUNTED,
    .book_levels = 500,
    .mainnet = {.ws = {"wss://market-data.grvt.io/ws/full"}, .rest = "https://market-data.grvt.io"},
    .testnet = {.ws = {"wss://market-data.testnet.grvt.io/ws/full"},
                .rest = "https://market-data.testnet.grvt.io"},
    .weight_per_minute = 500, // 120 ms between two calls
    .native_name = native_name,
    .subscribe = subscribe,
    .resubscribe_book = resubscribe_book,
    .decode = grvt_decode,
    .request = request,
    .decode_rest = grvt_decode_rest,
};
