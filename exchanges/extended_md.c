#include "exchanges/extended_md.h"

#include "exchanges/md_decode.h"

enum { BOOK_CONNECTION = 1 };

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return md_dollar_name(symbol, false, "-USD", out);
}

enum scope { SCOPE_MARK, SCOPE_INDEX, SCOPE_FUNDING, SCOPE_BOOK };

static void add_call(struct md *md, const char *method, enum scope scope, int symbol,
                     struct text *out) {
    static const struct {
        const char *scope, *before, *behind;
    } scopes[] = {
        [SCOPE_MARK] = {"prices", "\"type\":\"mark\",", ""},
        [SCOPE_INDEX] = {"prices", "\"type\":\"index\",", ""},
        [SCOPE_FUNDING] = {"funding-rates", "", ""},
        [SCOPE_BOOK] = {"orderbooks", "", ",\"depth\":\"full\",\"rfqOnly\":false"},
    };
    text_add_string(out, "{\"jsonrpc\":\"2.0\",\"id\":\"");
    text_add_int(out, ++md->request_id);
    text_add_string(out, "\",\"method\":\"");
    text_add_string(out, method);
    text_add_string(out, "\",\"params\":{\"scope\":\"");
    text_add_string(out, scopes[scope].scope);
    text_add_string(out, "\",\"selector\":{");
    text_add_string(out, scopes[scope].before);
    text_add_string(out, "\"market\":\"");
    text_add_string(out, md->listings[symbol].native);
    text_add_char(out, '"');
    text_add_string(out, scopes[scope].behind);
    text_add_string(out, "}}}");
}

// One subscription a message: every symbol has three or four of them in a row.
static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    if (step == 0) { // a new connection counts anew: v1 from 1, v2 from 0
        md->next_sequence[connection] = connection == BOOK_CONNECTION ? 0 : 1;
    }
    if (connection != BOOK_CONNECTION) {
        return false; // the address says it
    }
    for (int symbol = 0; symbol < md->universe->symbol_count; symbol++) {
        if (md->listings[symbol].native[0] == '\0') {
            continue;
        }
        uint32_t count = md->wants_book[symbol] ? SCOPE_BOOK + 1 : SCOPE_BOOK;
        if (step >= count) {
            step -= count;
            continue;
        }
        add_call(md, "subscribe", (enum scope)step, symbol, out);
        return true;
    }
    return false;
}

static bool resubscribe_book(struct md *md, uint16_t symbol, uint32_t step, struct text *out) {
    if (step > 1) {
        return false;
    }
    add_call(md, step == 0 ? "unsubscribe" : "subscribe", SCOPE_BOOK, symbol, out);
    return true;
}

static void get_market(struct md_request *out, const char *native, const char *what) {
    char bytes[NATIVE_NAME_MAX + 16];
    struct text text = TEXT_OVER(bytes);
    text_add_string(&text, native);
    text_add_string(&text, what);
    md_get(out, 1, "/api/v1/info/markets/", bytes);
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    const char *native = md->listings[symbol].native;
    switch (kind) {
    case MD_REQUEST_INSTRUMENTS:
        md_get(out, 1, "/api/v1/info/markets", "");
        return true;
    case MD_REQUEST_QUOTE:
        get_market(out, native, "/orderbook");
        return true;
    case MD_REQUEST_FUNDING:
        get_market(out, native, "/stats");
        return true;
    case MD_REQUEST_TIME:      // there is no such call
    case MD_REQUEST_BOOK:      // arrives on the stream
    case MD_REQUEST_INTERVALS: // one hour for all
    case MD_REQUEST_COUNT:
        break;
    }
    return false;
}

void extended_read_error(struct json *r, struct slice *text) {
    struct slice key;
    if (json_peek(r) != JSON_OBJECT) {
        md_read_text(r, text);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, text);
        } else {
            json_skip(r);
        }
    }
}

#define V1 "/stream.extended.exchange/v1/orderbooks?depth=1"
#define V2 "/stream.extended.exchange/v2/rpc"

const struct venue_md extended_md = {
    .name = "extended",
    .title = "Extended",
    .quote_currency = CURRENCY_USDC,
    .book_rule = BOOK_RULE_PREVIOUS,
    .book_levels = 4000,
    .book_connection = BOOK_CONNECTION,
    .mainnet = {.ws = {"wss://api.starknet.extended.exchange" V1,
                       "wss://api.starknet.extended.exchange" V2},
                .rest = "https://api.starknet.extended.exchange"},
    .testnet = {.ws = {"wss://api.starknet.sepolia.extended.exchange" V1,
                       "wss://api.starknet.sepolia.extended.exchange" V2},
                .rest = "https://api.starknet.sepolia.extended.exchange"},
    .weight_per_minute = 1000,
    .native_name = native_name,
    .subscribe = subscribe,
    .resubscribe_book = resubscribe_book,
    .decode = extended_decode,
    .request = request,
    .decode_rest = extended_decode_rest,
};
