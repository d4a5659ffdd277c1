// Order entry of Binance USDT-M: orders, cancels and changes over the WebSocket API, the account by
// REST, what happens by the user stream. Signed by HMAC-SHA256 (binance.md section 6).
//
// A request of the WebSocket API is signed over its parameters in the order of their names; by REST
// the query is signed as it is sent. Values need no escaping in either: only plain letters are let
// in.
//
// Unconfirmed:
// - Whether values are percent-encoded before they are signed on the WebSocket API: only letters,
//   digits, '-', '_' and '.' are sent, which are the same either way.
// - The words of errors: their codes alone decide.
#include "base/json.h"
#include "exchanges/fapi_session.h"
#include "exchanges/md_decode.h"

enum {
    PREHASH_MAX = 640,
    SOCKET_ORDERS = 0,
    SOCKET_USER = 1,
};

// The parameters of an order begin with it: "apiKey" is the first name of all.
#define ORDER_PREFIX "apiKey="

struct binance {
    struct fapi_key key;
    struct sign_hmac order_hmac; // of what follows ORDER_PREFIX and the API key
    struct fapi_listen listen;
};

static struct binance *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &binance_oe);
    return oe->state;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct binance *binance = state_of(oe);
    if (!fapi_key_init(&binance->key, secrets[0], secrets[1])) {
        return status_fail(STATUS_CONFIG, "BINANCE_API_KEY is no key of Binance");
    }
    binance->order_hmac = binance->key.hmac;
    sign_hmac_extend(&binance->order_hmac, SLICE(ORDER_PREFIX));
    sign_hmac_extend(&binance->order_hmac, slice_of(binance->key.api_key));
    return STATUS_OK;
}

static void identity(const struct oe *oe, struct text *out) {
    fapi_key_identity(&state_of(oe)->key, out);
}

// ---- encoding ----------------------------------------------------------------------------------

static void begin_request(const struct oe_call *call, const char *method, struct oe_message *out) {
    out->way = OE_WAY_SOCKET;
    out->socket = SOCKET_ORDERS;
    text_add(&out->body, SLICE("{\"id\":\""));
    oe_write_tag(&out->body, call);
    text_add(&out->body, SLICE("\",\"method\":\""));
    text_add_string(&out->body, method);
    text_add(&out->body, SLICE("\",\"params\":{"));
}

// An order has to leave at once, and on code that has not run for a while. So one small loop over a
// table writes its parameters both ways, in the order of their names, and copies every word whole,
// whatever its size: nothing branches on it.
enum { WORD_MAX = 46, ORDER_MAX = 1200 };
struct word {
    char text[WORD_MAX];
    uint8_t size;
    bool bare; // a number in JSON
};
_Static_assert((int)WORD_MAX >= (int)OE_CLIENT_ID_MAX && (int)WORD_MAX >= (int)NATIVE_NAME_MAX,
               "what is told fits a word");

enum { CLIENT_ID, PRICE, QUANTITY, WINDOW, REDUCES, SIDE, SYMBOL, FORCE, TIME, TYPE, ORDER_PARAMS };
_Static_assert((ORDER_PARAMS + 1) * (2 * WORD_MAX + 8) <= ORDER_MAX, "an order fits its memory");

#define WORD(literal)                                                                              \
    { .text = literal, .size = sizeof(literal) - 1 }
#define WORD_BARE(number)                                                                          \
    { .text = number, .size = sizeof(number) - 1, .bare = true }
static const struct word order_names[ORDER_PARAMS] = {
    [CLIENT_ID] = WORD("newClientOrderId"),
    [PRICE] = WORD("price"),
    [QUANTITY] = WORD("quantity"),
    [WINDOW] = WORD("recvWindow"),
    [REDUCES] = WORD("reduceOnly"),
    [SIDE] = WORD("side"),
    [SYMBOL] = WORD("symbol"),
    [FORCE] = WORD("timeInForce"),
    [TIME] = WORD_BARE("timestamp"),
    [TYPE] = WORD("type"),
};

static void set_word(struct word *word, struct slice text) {
    ASSERT(text.size <= WORD_MAX);
    memcpy(word->text, text.data, text.size);
    word->size = (uint8_t)text.size;
}

// A parameter that is left out stays empty.
static void set_order_words(const struct oe *oe, const struct oe_call *call,
                            struct word words[ORDER_PARAMS]) {
    const struct oe_order *order = &call->order;
    struct text price = TEXT_OVER(words[PRICE].text), quantity = TEXT_OVER(words[QUANTITY].text),
                time = TEXT_OVER(words[TIME].text);
    px_print(&price, order->price, 0, PX_DIGITS);
    qty_print(&quantity, order->size, 0, QTY_DIGITS);
    text_add_int(&time, call->now_ns / NS_PER_MS);
    words[PRICE].size = (uint8_t)price.size;
    words[QUANTITY].size = (uint8_t)quantity.size;
    words[TIME].size = (uint8_t)time.size;
    set_word(&words[CLIENT_ID], call->client_id);
    set_word(&words[WINDOW], SLICE(FAPI_RECEIVE_WINDOW));
    set_word(&words[REDUCES], order->reduce_only ? SLICE("true") : SLICE(""));
    set_word(&words[SIDE], order->side == SIDE_BUY ? SLICE("BUY") : SLICE("SELL"));
    set_word(&words[SYMBOL], slice_of(oe->listings[call->symbol].native));
    set_word(&words[FORCE], fapi_time_in_force(order->kind));
    set_word(&words[TYPE], SLICE("LIMIT"));
}

static inline char *put_char(char *at, char c) {
    *at = c;
    return at + 1;
}

static inline char *put_word(char *at, const struct word *word) {
    memcpy(at, word->text, WORD_MAX);
    return at + word->size;
}

static char *put_signed(char *at, const struct word *name, const struct word *value) {
    at = put_word(put_char(at, '&'), name);
    return put_word(put_char(at, '='), value);
}

static char *put_sent(char *at, const struct word *name, const struct word *value) {
    at = put_word(put_char(put_char(at, ','), '"'), name);
    at = put_char(put_char(at, '"'), ':');
    return name->bare ? put_word(at, value) : put_char(put_word(put_char(at, '"'), value), '"');
}

static enum status encode_place(const struct oe *oe, const struct binance *binance,
                                const struct oe_call *call, struct oe_message *out) {
    struct text *body = &out->body;
    struct word words[ORDER_PARAMS] = {0};
    char prehash[ORDER_MAX];
    begin_request(call, "order.place", out);
    text_add(body, SLICE("\"apiKey\":\""));
    text_add_string(body, binance->key.api_key);
    text_add(body, SLICE("\""));
    ASSERT(body->capacity - body->size > ORDER_MAX);
    set_order_words(oe, call, words);
    char *signed_end = prehash, *sent_end = body->data + body->size;
    for (int i = 0; i < ORDER_PARAMS; i++) {
        if (words[i].size > 0) {
            signed_end = put_signed(signed_end, &order_names[i], &words[i]);
            sent_end = put_sent(sent_end, &order_names[i], &words[i]);
        }
    }
    body->size = (size_t)(sent_end - body->data);
    text_add(body, SLICE(",\"signature\":\""));
    fapi_add_signature(&binance->order_hmac,
                       (struct slice){prehash, (size_t)(signed_end - prehash)}, body);
    text_add(body, SLICE("\"}}"));
    return STATUS_OK;
}

static enum status encode_socket(const struct binance *binance, const struct oe_call *call,
                                 const char *method, struct oe_params *params,
                                 struct oe_message *out) {
    oe_param(params, SLICE("apiKey"), slice_of(binance->key.api_key));
    oe_params_sort(params);
    char prehash_data[PREHASH_MAX];
    struct text prehash = TEXT_OVER(prehash_data);
    oe_params_query(params, &prehash);
    ASSERT(!prehash.truncated && !params->overflowed); // every part of it is bounded
    begin_request(call, method, out);
    oe_params_members(params, &out->body);
    text_add(&out->body, SLICE(",\"signature\":\""));
    fapi_add_signature(&binance->key.hmac, text_slice(&prehash), &out->body);
    text_add(&out->body, SLICE("\"}}"));
    return STATUS_OK;
}

// The listen key is asked for with the key alone, unsigned.
static enum status encode_listen_key(const struct binance *binance, const char *method,
                                     struct oe_message *out) {
    out->method = method;
    text_add(&out->path, SLICE("/fapi/v1/listenKey"));
    fapi_key_add_header(&binance->key, out);
    out->cost.units[FAPI_WEIGHT] = 1;
    return STATUS_OK;
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    struct binance *binance = state_of(oe);
    if (call->kind == OE_LOGIN || call->kind == OE_REFRESH) {
        return encode_listen_key(binance, call->kind == OE_LOGIN ? "POST" : "PUT", out);
    }
    struct fapi_request request = fapi_request_of(call);
    if (request.has_symbol && call->symbol == OE_SYMBOL_NONE) {
        return status_fail(STATUS_DATA, "binance asks for a symbol");
    }
    out->cost.units[FAPI_WEIGHT] = request.weight;
    out->cost.units[FAPI_ORDERS_10S] = request.counts_order;
    out->cost.units[FAPI_ORDERS_1M] = request.counts_order;
    if (call->kind == OE_PLACE) {
        return encode_place(oe, binance, call, out);
    }
    struct oe_params params;
    fapi_request(oe, call, &request, &params);
    fapi_key_stamp(&params, call->now_ns);
    switch ((int)call->kind) {
    case OE_CANCEL:
        return encode_socket(binance, call, "order.cancel", &params, out);
    case OE_AMEND:
        return encode_socket(binance, call, "order.modify", &params, out);
    case OE_POSITIONS:
    case OE_BALANCES:
        fapi_key_request(&binance->key, &request, &params, "/fapi/v3", out);
        return STATUS_OK;
    default:
        fapi_key_request(&binance->key, &request, &params, "/fapi/v1", out);
        return STATUS_OK;
    }
}

// ---- answers -----------------------------------------------------------------------------------

static void decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                          struct slice headers, struct slice body, struct oe_sink *sink) {
    struct binance *binance = state_of(oe);
    fapi_decode_headers(headers, sink);
    if (!fapi_listen_answer(&binance->listen, SOCKET_USER, call, http_status, body, sink)) {
        fapi_decode_answer(oe, call, http_status, body, sink);
    }
}

// {"id":"f17","status":200,"result":{…}} or …"status":400,"error":{…}}
static void decode_order_frame(const struct oe *oe, struct slice frame, int64_t now_ns,
                               struct oe_sink *sink) {
    struct json r;
    struct slice key, id = {"", 0}, result = {"", 0}, error = {"", 0};
    int64_t status = 0;
    json_init(&r, frame);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        bool is_result = slice_equals(key, SLICE("result"));
        if (slice_equals(key, SLICE("id"))) {
            md_read_text(&r, &id);
        } else if (slice_equals(key, SLICE("status"))) {
            md_read_int(&r, &status);
        } else if (is_result || slice_equals(key, SLICE("error"))) {
            *(is_result ? &result : &error) = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    struct oe_call call = {.symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    if (!json_end(&r) || !oe_read_tag(id, &call.kind, &call.tag)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, frame);
    } else if (status == 200 && result.size > 0) {
        fapi_decode_result(oe, &call, result, sink);
    } else {
        uint32_t http_status = status >= 400 && status < 600 ? (uint32_t)status : 400;
        fapi_decode_error(&call, http_status, error, sink);
    }
}

// ---- sockets -----------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)now_ns;
    (void)headers;
    const struct binance *binance = state_of(oe);
    if (socket == SOCKET_USER && binance->listen.key[0] == '\0') {
        return status_fail(STATUS_UNAVAILABLE, "no listen key yet");
    }
    text_add_string(url,
                    oe->testnet ? binance_oe.testnet.ws[socket] : binance_oe.mainnet.ws[socket]);
    if (socket == SOCKET_USER) {
        text_add(url, SLICE("?listenKey="));
        text_add_string(url, binance->listen.key);
    }
    return STATUS_OK;
}

static void decode_frame(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                         struct oe_sink *sink) {
    if (socket == SOCKET_ORDERS) {
        decode_order_frame(oe, frame, now_ns, sink);
    } else if (!fapi_decode_user(oe, frame, sink)) {
        fapi_listen_lose(&state_of(oe)->listen, SOCKET_USER, NULL, sink);
    }
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    return fapi_listen_upkeep(&state_of(oe)->listen, now_ns, kind);
}

const struct venue_oe binance_oe = {
    .name = "binance",
    .secrets = {{.variable = "BINANCE_API_KEY"}, {.variable = "BINANCE_API_SECRET"}},
    .calls = OE_BIT(OE_LOGIN) | OE_BIT(OE_REFRESH) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) |
             OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_AMEND) | OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) |
             OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) | OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) |
             OE_BIT(OE_LEVERAGE) | OE_BIT(OE_DEADMAN),
    .flags = OE_FILLS_PER_SYMBOL | OE_DEADMAN_PER_SYMBOL | OE_FEES_PER_SYMBOL,
    .buckets = {[FAPI_WEIGHT] = {"weight", 2400, 60000},
                [FAPI_ORDERS_10S] = {"orders", 300, 10000},
                [FAPI_ORDERS_1M] = {"orders", 1200, 60000}},
    .place_cost = {{[FAPI_WEIGHT] = 1, [FAPI_ORDERS_10S] = 1, [FAPI_ORDERS_1M] = 1}},
    .mainnet = {"https://fapi.binance.com",
                {"wss://ws-fapi.binance.com/ws-fapi/v1", "wss://fstream.binance.com/private/ws"}},
    .testnet = {"https://demo-fapi.binance.com",
                {"wss://testnet.binancefuture.com/ws-fapi/v1",
                 "wss://fstream.binancefuture.com/private/ws"}},
    .socket_age_max_s = 23 * 3600,
    .deadman_min_ms = 1000,
    .deadman_max_ms = 600000,
    .state_size = sizeof(struct binance),
    .init = init,
    .identity = identity,
    .client_id = fapi_client_id,
    .encode = encode,
    .decode_answer = decode_answer,
    // No greeting: order requests are signed one by one, the user stream begins by itself.
    .open = open_socket,
    .decode_frame = decode_frame,
    .upkeep = upkeep,
};
