// Order entry of OKX swaps: orders, cancels and changes over the private socket once it is logged
// in, the account by REST; HMAC-SHA256 in base64 (okx.md sections 5 and 6).
//
// Net position mode and cross margin. There is no cancel-all for swaps: a lane cancels one by one.
//
// Unconfirmed:
// - The window of a request's time stamp (30 s) and the unit of cancel-all-after's answer: the
//   desk's clock is kept within 250 ms, and the unit is told by its magnitude.
// - Whether the private socket still takes instId: instIdCode is sent, as the newer clients do.
// - A key of another region is refused with 50119 or 60032: reported as wrong keys.
// - 51019, which one client takes for a post-only order that would take and another for a rule of
//   options: a refusal with the venue's words.
// - The limit of a sub-account (1000 orders in 2 s in older documents): the budget of 60 is below.
// - How long a tag may be: none is sent.
// - What an order is answered that comes after its expTime (OKX's documents, "Transaction
//   timeouts"): 51149, a time-out, leaves it open, so such an order is asked for.
#include "exchanges/okx_oe.h"

#include "exchanges/iso_time.h"
#include "exchanges/oe_params.h"

enum { ORDER_LIFE_MS = 5000 }; // a second less than a lane waits before it believes one gone

static struct okx *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &okx_oe);
    return oe->state;
}

// The pass phrase may hold anything that can be typed.
static bool is_printable(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return text.size > 0 && text.size < OKX_KEY_MAX;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct okx *okx = state_of(oe);
    if (!oe_is_plain(secrets[0], OKX_KEY_MAX - 1)) {
        return status_fail(STATUS_CONFIG, "OKX_API_KEY is no key of OKX");
    }
    if (!is_printable(secrets[2])) {
        return status_fail(STATUS_CONFIG, "OKX_PASSPHRASE is no pass phrase of OKX");
    }
    (void)string_copy(okx->api_key, OKX_KEY_MAX, secrets[0]);
    (void)string_copy(okx->passphrase, OKX_KEY_MAX, secrets[2]);
    sign_hmac_init(&okx->hmac, secrets[1]);
    return STATUS_OK;
}

static void identity(const struct oe *oe, struct text *out) {
    text_add_format(out, "API key %.6s…", state_of(oe)->api_key);
}

// "pd" and two numbers of 13 digits in base 36: letters and digits only, at most 32.
static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    char *at = out + 28;
    *at = '\0';
    for (int i = 0; i < 26; i++) {
        uint64_t *from = i < 13 ? &order : &session_key;
        *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[*from % 36];
        *from /= 36;
    }
    memcpy(out, "pd", 2);
}

// ---- contracts ---------------------------------------------------------------------------------

bool okx_contracts_read(const struct listing *listing, struct slice text, bool is_signed,
                        struct qty *out) {
    struct qty contracts;
    if (text.size == 0 || !qty_parse(text, &contracts) || (contracts.v < 0 && !is_signed) ||
        listing->contract.v <= 0) {
        return false;
    }
    out->v = mul_div_near(contracts.v, listing->contract.v, QTY_ONE);
    return true;
}

bool okx_contracts_write(const struct listing *listing, struct qty size, struct text *out) {
    if (listing->contract.v <= 0) {
        return false;
    }
    struct qty contracts = {mul_div_floor(size.v, QTY_ONE, listing->contract.v)};
    qty_print(out, contracts, 0, QTY_DIGITS);
    return mul_div_floor(contracts.v, listing->contract.v, QTY_ONE) == size.v;
}

// ---- requests by REST --------------------------------------------------------------------------

static void add_header(struct oe_message *out, struct slice name, struct slice value) {
    text_add(&out->headers, name);
    text_add(&out->headers, SLICE(": "));
    text_add(&out->headers, value);
    text_add_char(&out->headers, '\n');
}

// time stamp, method, path with query and body, as they are sent.
static void sign_request(const struct oe *oe, int64_t now_ns, struct oe_message *out) {
    const struct okx *okx = state_of(oe);
    char prehash_data[OE_PATH_MAX + OE_BODY_MAX], time_data[40], signature[SIGN_HMAC_BASE64_SIZE];
    struct text prehash = TEXT_OVER(prehash_data), time = TEXT_OVER(time_data);
    iso_time_add(&time, now_ns);
    text_add(&prehash, text_slice(&time));
    text_add_string(&prehash, out->method);
    text_add(&prehash, text_slice(&out->path));
    text_add(&prehash, text_slice(&out->body));
    ASSERT(!prehash.truncated); // as large as both parts may be
    sign_hmac_base64(&okx->hmac, text_slice(&prehash), signature);
    add_header(out, SLICE("OK-ACCESS-KEY"), slice_of(okx->api_key));
    add_header(out, SLICE("OK-ACCESS-SIGN"), (struct slice){signature, sizeof(signature)});
    add_header(out, SLICE("OK-ACCESS-TIMESTAMP"), text_slice(&time));
    add_header(out, SLICE("OK-ACCESS-PASSPHRASE"), slice_of(okx->passphrase));
    if (out->body.size > 0) {
        add_header(out, SLICE("Content-Type"), SLICE("application/json"));
    }
}

static void add_ids(struct oe_params *params, const struct oe_call *call) {
    if (call->venue_id.size > 0) { // it wins where both are sent
        oe_param(params, SLICE("ordId"), call->venue_id);
    } else {
        oe_param(params, SLICE("clOrdId"), call->client_id);
    }
}

static enum status encode_rest(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    static const struct {
        const char *method, *path;
        enum okx_bucket bucket;
    } rows[OE_CALL_KIND_COUNT] = {
        [OE_RULES] = {"GET", "/api/v5/public/instruments", OKX_ACCOUNT},
        [OE_KEYS] = {"GET", "/api/v5/account/config", OKX_ACCOUNT},
        [OE_QUERY] = {"GET", "/api/v5/trade/order", OKX_READS},
        [OE_OPEN_ORDERS] = {"GET", "/api/v5/trade/orders-pending", OKX_READS},
        [OE_FILLS] = {"GET", "/api/v5/trade/fills", OKX_READS},
        [OE_POSITIONS] = {"GET", "/api/v5/account/positions", OKX_ACCOUNT},
        [OE_BALANCES] = {"GET", "/api/v5/account/balance", OKX_ACCOUNT},
        [OE_FEES] = {"GET", "/api/v5/account/trade-fee", OKX_ACCOUNT},
        [OE_LEVERAGE] = {"POST", "/api/v5/account/set-leverage", OKX_ACCOUNT},
        [OE_DEADMAN] = {"POST", "/api/v5/trade/cancel-all-after", OKX_COUNTDOWN},
    };
    struct oe_params params;
    oe_params_begin(&params);
    if (call->kind == OE_BALANCES) {
        oe_param(&params, SLICE("ccy"), SLICE("USDT"));
    } else if (call->symbol != OE_SYMBOL_NONE) {
        oe_param(&params, SLICE("instId"), slice_of(oe->listings[call->symbol].native));
    }
    if (call->kind == OE_QUERY) {
        add_ids(&params, call);
    } else if (call->kind == OE_LEVERAGE) {
        oe_param_int(&params, SLICE("lever"), call->leverage);
        oe_param(&params, SLICE("mgnMode"), SLICE("cross"));
        params.rows[1].bare = false;
    } else if (call->kind == OE_DEADMAN) {
        oe_param_int(&params, SLICE("timeOut"), call->countdown_ms / 1000);
        params.rows[0].bare = false;
    } else if (call->kind != OE_BALANCES && call->kind != OE_KEYS) {
        oe_param(&params, SLICE("instType"), SLICE("SWAP"));
        if (call->cursor.size > 0) {
            oe_param(&params, SLICE("after"), call->cursor);
        }
    }
    out->method = rows[call->kind].method;
    out->cost.units[rows[call->kind].bucket] = 1;
    text_add_string(&out->path, rows[call->kind].path);
    if (strcmp(out->method, "POST") == 0) {
        text_add_char(&out->body, '{');
        oe_params_members(&params, &out->body);
        text_add_char(&out->body, '}');
    } else if (params.count > 0) {
        text_add_char(&out->path, '?');
        oe_params_query(&params, &out->path);
    }
    if (call->kind != OE_RULES) {
        sign_request(oe, call->now_ns, out);
    }
    if (oe->testnet) { // public questions too: instruments have other numbers there
        add_header(out, SLICE("x-simulated-trading"), SLICE("1"));
    }
    return STATUS_OK;
}

// ---- requests on the socket --------------------------------------------------------------------

static enum status add_order(const struct oe *oe, const struct oe_call *call,
                             struct oe_params *params, struct text *size) {
    static const struct slice kinds[OE_ORDER_KIND_COUNT] = {
        [OE_POST_ONLY] = {"post_only", 9}, [OE_IOC] = {"ioc", 3}, [OE_GTC] = {"limit", 5}};
    if (!okx_contracts_write(&oe->listings[call->symbol], call->order.size, size)) {
        return status_fail(STATUS_DATA, "the size is no whole number of lots");
    }
    oe_param(params, SLICE("tdMode"), SLICE("cross"));
    oe_param(params, SLICE("clOrdId"), call->client_id);
    oe_param(params, SLICE("side"), call->order.side == SIDE_BUY ? SLICE("buy") : SLICE("sell"));
    oe_param(params, SLICE("ordType"), kinds[call->order.kind]);
    oe_param(params, SLICE("sz"), text_slice(size));
    oe_param_px(params, SLICE("px"), call->order.price);
    oe_param(params, SLICE("stpMode"), SLICE("cancel_maker"));
    if (call->order.reduce_only) {
        oe_param_bare(params, SLICE("reduceOnly"), SLICE("true"));
    }
    return STATUS_OK;
}

static enum status encode_socket(struct oe *oe, const struct oe_call *call,
                                 struct oe_message *out) {
    const struct okx *okx = state_of(oe);
    struct oe_params params;
    char size_data[32];
    struct text size = TEXT_OVER(size_data);
    enum status status = STATUS_OK;
    if (okx->codes[call->symbol] == 0) {
        return status_fail(STATUS_UNAVAILABLE, "the number of %s is not known yet",
                           oe->listings[call->symbol].native);
    }
    if (!okx->logged_in) {
        return status_fail(STATUS_UNAVAILABLE, "the socket is not logged in");
    }
    oe_params_begin(&params);
    oe_param_int(&params, SLICE("instIdCode"), okx->codes[call->symbol]);
    const char *op = "cancel-order";
    out->cost.units[OKX_CANCELS] = call->kind == OE_CANCEL;
    out->cost.units[OKX_ORDERS] = call->kind != OE_CANCEL;
    if (call->kind == OE_PLACE) {
        op = "order";
        status = add_order(oe, call, &params, &size);
    } else {
        add_ids(&params, call);
    }
    if (call->kind == OE_AMEND) {
        op = "amend-order";
        if (!okx_contracts_write(&oe->listings[call->symbol], call->order.size, &size)) {
            return status_fail(STATUS_DATA, "the size is no whole number of lots");
        }
        oe_param(&params, SLICE("newSz"), text_slice(&size));
        oe_param_px(&params, SLICE("newPx"), call->order.price);
    }
    out->way = OE_WAY_SOCKET;
    text_add(&out->body, SLICE("{\"id\":\""));
    oe_write_tag(&out->body, call);
    text_add_format(&out->body, "\",\"op\":\"%s\"", op);
    if (call->kind != OE_CANCEL) { // the only ones that have an end
        text_add(&out->body, SLICE(",\"expTime\":\""));
        text_add_int(&out->body, call->now_ns / NS_PER_MS + ORDER_LIFE_MS);
        text_add_char(&out->body, '"');
    }
    text_add(&out->body, SLICE(",\"args\":[{"));
    oe_params_members(&params, &out->body);
    text_add(&out->body, SLICE("}]}"));
    ASSERT(!params.overflowed);
    return status;
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    bool is_order = call->kind == OE_PLACE || call->kind == OE_CANCEL || call->kind == OE_AMEND;
    return is_order ? encode_socket(oe, call, out) : encode_rest(oe, call, out);
}

static void decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                          struct slice headers, struct slice body, struct oe_sink *sink) {
    (void)headers; // OKX tells no used weight
    okx_decode_result(oe, call, http_status, body, sink);
}

// ---- the socket --------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)now_ns;
    (void)headers;
    struct okx *okx = state_of(oe);
    okx->logged_in = false;
    okx->acknowledged = 0;
    text_add_string(url, oe->testnet ? okx_oe.testnet.ws[socket] : okx_oe.mainnet.ws[socket]);
    return STATUS_OK;
}

static void add_login(const struct okx *okx, int64_t now_ns, struct text *out) {
    char time_data[24], prehash_data[64], signature[SIGN_HMAC_BASE64_SIZE];
    struct text time = TEXT_OVER(time_data), prehash = TEXT_OVER(prehash_data);
    text_add_int(&time, now_ns / NS_PER_S);
    text_add(&prehash, text_slice(&time));
    text_add(&prehash, SLICE("GET/users/self/verify"));
    sign_hmac_base64(&okx->hmac, text_slice(&prehash), signature);
    text_add(out, SLICE("{\"op\":\"login\",\"args\":[{\"apiKey\":"));
    json_write_string(out, slice_of(okx->api_key));
    text_add(out, SLICE(",\"passphrase\":"));
    json_write_string(out, slice_of(okx->passphrase));
    text_add_format(out, ",\"timestamp\":\"%s\",\"sign\":\"", time_data);
    text_add(out, (struct slice){signature, sizeof(signature)});
    text_add(out, SLICE("\"}]}"));
}

static enum oe_greeting greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                              struct text *out) {
    (void)socket;
    const struct okx *okx = state_of(oe);
    if (step == 0) {
        add_login(okx, now_ns, out);
        return OE_GREETING_SEND;
    }
    if (!okx->logged_in) {
        return OE_GREETING_WAIT;
    }
    if (step == 1) {
        text_add(out, SLICE("{\"op\":\"subscribe\",\"args\":[{\"channel\":\"orders\",\"instType\":"
                            "\"SWAP\"},{\"channel\":\"positions\",\"instType\":\"SWAP\"},"
                            "{\"channel\":\"account\"}]}"));
        return OE_GREETING_SEND;
    }
    return okx->acknowledged < OKX_CHANNELS ? OE_GREETING_WAIT : OE_GREETING_DONE;
}

// What a frame says of itself; the values stand as they are in the frame.
struct frame {
    struct slice event, id, op, channel, message, data;
    int64_t code;
};

static void read_channel(struct json *r, struct frame *frame) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("channel"))) {
            (void)json_text(r, &frame->channel);
        } else {
            json_skip(r);
        }
    }
}

static bool read_frame(struct slice text, struct frame *frame) {
    struct json r;
    struct slice key;
    *frame = (struct frame){.code = 0};
    json_init(&r, text);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("event"))) {
            (void)json_text(&r, &frame->event);
        } else if (slice_equals(key, SLICE("id"))) {
            (void)json_text(&r, &frame->id);
        } else if (slice_equals(key, SLICE("op"))) {
            (void)json_text(&r, &frame->op);
        } else if (slice_equals(key, SLICE("msg"))) {
            (void)json_text(&r, &frame->message);
        } else if (slice_equals(key, SLICE("code"))) {
            (void)json_int(&r, &frame->code);
        } else if (slice_equals(key, SLICE("arg"))) {
            read_channel(&r, frame);
        } else if (slice_equals(key, SLICE("data"))) {
            frame->data = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

static void decode_event(struct okx *okx, const struct frame *frame, struct slice whole,
                         struct oe_sink *sink) {
    if (slice_equals(frame->event, SLICE("login")) && frame->code == 0) {
        okx->logged_in = true;
        oe_emit_session_on(sink, NULL, 0);
    } else if (slice_equals(frame->event, SLICE("subscribe"))) {
        okx->acknowledged++;
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else if (slice_equals(frame->event, SLICE("error")) ||
               slice_equals(frame->event, SLICE("login"))) {
        enum oe_error error = okx_error_of(frame->code);
        if (error == OE_ERROR_KEYS || error == OE_ERROR_LOGIN || error == OE_ERROR_CLOCK) {
            okx->logged_in = false;
            oe_emit_session_off(sink, NULL, 0, error, frame->message);
        } else if (error == OE_ERROR_RATE) { // of all that is sent here
            oe_emit_refused(sink, NULL, error, frame->message);
        } else {
            oe_emit_text(sink, OE_EVENT_NOTICE, NULL, frame->message);
        }
    } else if (slice_equals(frame->event, SLICE("notice"))) {
        oe_emit_text(sink, OE_EVENT_NOTICE, NULL, frame->message);
    } else if (slice_equals(frame->event, SLICE("channel-conn-count")) ||
               slice_equals(frame->event, SLICE("unsubscribe"))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, whole);
    }
}

static void decode_push(struct oe *oe, const struct frame *frame, struct slice whole,
                        struct oe_sink *sink) {
    struct json r;
    uint32_t rows = 0;
    struct slice last;
    bool good = false;
    json_init(&r, frame->data);
    if (slice_equals(frame->channel, SLICE("orders"))) {
        good = okx_decode_orders(oe, NULL, &r, &rows, &last, sink);
    } else if (slice_equals(frame->channel, SLICE("positions"))) {
        good = okx_decode_positions(oe, NULL, &r, &rows, sink);
    } else if (slice_equals(frame->channel, SLICE("account"))) {
        good = okx_decode_balance(NULL, &r, sink);
    }
    if (!good || !json_end(&r)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, whole);
    }
}

static void decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                         struct oe_sink *sink) {
    (void)socket;
    struct okx *okx = state_of(oe);
    struct frame frame;
    struct oe_call call = {.symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    if (slice_equals(text, SLICE("pong"))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else if (!read_frame(text, &frame)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    } else if (frame.event.size > 0) {
        decode_event(okx, &frame, text, sink);
    } else if (frame.channel.size > 0) {
        decode_push(oe, &frame, text, sink);
    } else if (frame.op.size > 0 && oe_read_tag(frame.id, &call.kind, &call.tag)) {
        okx_decode_result(oe, &call, 200, text, sink);
    } else {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    }
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    *kind = OE_RULES;
    return state_of(oe)->codes_known ? INT64_MAX : now_ns;
}

const struct venue_oe okx_oe = {
    .name = "okx",
    .secrets = {{.variable = "OKX_API_KEY"},
                {.variable = "OKX_API_SECRET"},
                {.variable = "OKX_PASSPHRASE"}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_KEYS) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) |
             OE_BIT(OE_AMEND) | OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) |
             OE_BIT(OE_POSITIONS) | OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) | OE_BIT(OE_LEVERAGE) |
             OE_BIT(OE_DEADMAN),
    // Per user and instrument, and the sheet's peer keeps to 30 single orders a second.
    .buckets = {[OKX_ORDERS] = {"orders", 60, 2000},
                [OKX_CANCELS] = {"cancels", 60, 2000},
                [OKX_READS] = {"reads", 60, 2000},
                [OKX_ACCOUNT] = {"account", 5, 2000},
                [OKX_COUNTDOWN] = {"countdown", 1, 1000}},
    .place_cost = {{[OKX_ORDERS] = 1}},
    .mainnet = {"https://www.okx.com", {"wss://ws.okx.com:8443/ws/v5/private"}},
    .testnet = {"https://www.okx.com", {"wss://wspap.okx.com:8443/ws/v5/private"}},
    .heartbeat_ms = 25000,
    .heartbeat_text = "ping",
    .deadman_min_ms = 10000,
    .deadman_max_ms = 120000,
    .state_size = sizeof(struct okx),
    .init = init,
    .identity = identity,
    .client_id = client_id,
    .encode = encode,
    .decode_answer = decode_answer,
    .open = open_socket,
    .greet = greet,
    .decode_frame = decode_frame,
    .upkeep = upkeep,
};
