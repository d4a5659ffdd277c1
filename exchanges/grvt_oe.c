// Order entry of GRVT perpetuals: login by API key, then orders and cancels as JSON-RPC on the
// trading socket, signed with EIP-712; the account by REST (grvt.md sections 3, 5 and 6).
//
// Three addresses: login, market data (what signing needs of the instruments) and trading. The
// venue has no choice in self-trade prevention, no amendment and no call for fees; those of the
// fills are told.
//
// Unconfirmed:
// - Whether an answer on the socket has its result nested once or twice: both are read.
// - What a post-only order that would take ends as: FAIL_POST_ONLY is a refusal under either status
//   word.
// - Whether what a position has paid in funding begins at 0 with each position: a sum of 0, a new
//   connection and a closed position start the count again, and a payment across one is not told.
// - How a closed position is told: a size of 0 closes it, and positions are asked for by REST too.
// - Whether v1.order begins with a picture: a message numbered 0 counts as one, any other as news.
// - The limits of the tiers: the pauses that clients in the wild keep are the budgets here.
// - How long a login lasts: what its cookie says, one day where it does not; it is renewed a minute
//   before, and after any answer that calls it over.
// - Whether the size step is min_size: a size that the venue calls too granular is refused by it.
// - Whether the signer's address has to be in lower case: it is sent so.
#include "exchanges/grvt_oe.h"

#include <openssl/crypto.h>

#include "base/json.h"
#include "exchanges/bytes_text.h"

enum { LIFE_S = 24 * 3600 }; // of a signature: what rests ends with it

const char *const grvt_streams[GRVT_STREAMS] = {"v1.order", "v1.fill", "v1.position"};

static const struct {
    const char *login, *market_data;
    int chain;
} addresses[2] = {
    {"https://edge.grvt.io", "https://market-data.grvt.io", 325},
    {"https://edge.testnet.grvt.io", "https://market-data.testnet.grvt.io", 326},
};

static struct grvt *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &grvt_oe);
    return oe->state;
}

// It stands in a JSON string and nowhere else.
static bool is_api_key(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c <= ' ' || c > '~' || c == '"' || c == '\\') {
            return false;
        }
    }
    return text.size > 0 && text.size < GRVT_API_KEY_MAX;
}

// A number of 64 bits without a sign, which decimal_parse does not reach.
static bool read_uint64(struct slice text, uint64_t *out) {
    *out = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(*out, UINT64_C(10), out) ||
            __builtin_add_overflow(*out, (uint64_t)(c - '0'), out)) {
            return false;
        }
    }
    return text.size > 0;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct grvt *grvt = state_of(oe);
    uint8_t key[ETH_KEY_SIZE];
    if (!is_api_key(secrets[0])) {
        return status_fail(STATUS_CONFIG, "GRVT_API_KEY is no key of GRVT");
    }
    if (!read_uint64(secrets[2], &grvt->sub_account_number) ||
        secrets[2].size >= GRVT_ACCOUNT_MAX) {
        return status_fail(STATUS_CONFIG, "GRVT_TRADING_ACCOUNT_ID is no number of 64 bits");
    }
    enum status status = hex_read(secrets[1], key, sizeof(key))
                             ? sign_eth_init(&grvt->eth, key)
                             : status_fail(STATUS_CONFIG, "no key");
    OPENSSL_cleanse(key, sizeof(key));
    if (status != STATUS_OK) {
        return status_fail(STATUS_CONFIG, "GRVT_PRIVATE_KEY is no key of secp256k1");
    }
    eth_address_lower(grvt->eth.address, grvt->signer);
    (void)string_copy(grvt->api_key, sizeof(grvt->api_key), secrets[0]);
    (void)string_copy(grvt->sub_account, sizeof(grvt->sub_account), secrets[2]);
    return STATUS_OK;
}

static void finish(struct oe *oe) {
    sign_eth_finish(&state_of(oe)->eth);
}

static void identity(const struct oe *oe, struct text *out) {
    text_add_format(out, "account %s, signer %s", state_of(oe)->sub_account, state_of(oe)->signer);
}

// The upper half of 64 bits is for API clients: 23 bits of the session, 24 of the job and 16 of the
// order's number in it. Unique in a session up to its 16777215th job; ids of two sessions meet once
// in eight million, and the venue wants them unique among open orders only.
static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    uint64_t session = hash_mix(session_key) >> 41, low = order & ((UINT64_C(1) << 40) - 1);
    struct text text = text_over(out, OE_CLIENT_ID_MAX);
    text_add_format(&text, "%llu", (unsigned long long)(UINT64_C(1) << 63 | session << 40 | low));
}

// ---- bodies ------------------------------------------------------------------------------------

bool grvt_write_id(const struct oe_call *call, uint32_t *id) {
    *id = call->tag << 1 | (call->kind == OE_CANCEL);
    return call->tag < (UINT32_C(1) << 30) && (call->kind == OE_PLACE || call->kind == OE_CANCEL);
}

// Small numbers are the subscriptions'.
bool grvt_read_id(int64_t id, enum oe_call_kind *kind, uint32_t *tag) {
    *kind = (id & 1) != 0 ? OE_CANCEL : OE_PLACE;
    *tag = (uint32_t)(id >> 1);
    return id > 1 && id <= INT32_MAX;
}

static void add_account(const struct grvt *grvt, struct text *out) {
    text_add_format(out, "{\"sub_account_id\":\"%s\"", grvt->sub_account);
}

// "BTC_USDT_Perp" as its base and quote.
static void add_assets(const struct oe *oe, uint16_t symbol, struct text *out) {
    if (symbol == OE_SYMBOL_NONE) {
        return;
    }
    const char *native = oe->listings[symbol].native;
    const char *quote = strchr(native, '_');
    ASSERT(quote != NULL); // grvt_md names them so
    text_add_format(out, ",\"base\":[\"%.*s\"],\"quote\":[\"%.*s\"]", (int)(quote - native), native,
                    (int)strcspn(quote + 1, "_"), quote + 1);
}

static enum status add_ids(const struct oe_call *call, struct text *out) {
    uint64_t number;
    if (call->venue_id.size > 0) {
        text_add_format(out, ",\"order_id\":\"%.*s\"", (int)call->venue_id.size,
                        call->venue_id.data);
    } else if (read_uint64(call->client_id, &number)) {
        text_add_format(out, ",\"client_order_id\":\"%llu\"", (unsigned long long)number);
    } else {
        return status_fail(STATUS_DATA, "a client id of GRVT is a number of 64 bits");
    }
    return STATUS_OK;
}

static void add_word(struct text *out, const char *name, const uint8_t word[32]) {
    text_add_format(out, ",\"%s\":\"0x", name);
    hex_add(out, word, 32);
    text_add_char(out, '"');
}

static const char *bool_word(bool value) {
    return value ? "true" : "false";
}

static enum status fill_terms(const struct oe *oe, const struct oe_call *call,
                              struct grvt_terms *terms) {
    const struct grvt *grvt = state_of(oe);
    const struct grvt_instrument *instrument = &grvt->instruments[call->symbol];
    const struct oe_order *order = &call->order;
    if (!instrument->known) {
        return status_fail(STATUS_UNAVAILABLE, "the hash of %s is not known yet",
                           oe->listings[call->symbol].native);
    }
    *terms = (struct grvt_terms){.sub_account = grvt->sub_account_number,
                                 .post_only = order->kind == OE_POST_ONLY,
                                 .reduce_only = order->reduce_only,
                                 .buys = order->side == SIDE_BUY,
                                 .force = order->kind == OE_IOC ? GRVT_IOC : GRVT_GTT,
                                 .nonce = (uint32_t)call->random,
                                 .expiration_ns = call->now_ns + LIFE_S * NS_PER_S};
    memcpy(terms->asset, instrument->asset, sizeof(terms->asset));
    if (!grvt_scale_size(order->size, instrument->decimals, &terms->size) ||
        !grvt_scale_price(order->price, &terms->price)) {
        return status_fail(STATUS_DATA, "price or size has more digits than GRVT signs");
    }
    return STATUS_OK;
}

static enum status add_order(const struct oe *oe, const struct oe_call *call, struct text *out) {
    const struct grvt *grvt = state_of(oe);
    struct grvt_terms terms;
    struct eth_signature signature;
    uint8_t digest[ETH_HASH_SIZE];
    uint64_t client;
    enum status status = fill_terms(oe, call, &terms);
    if (status != STATUS_OK) {
        return status;
    }
    if (!read_uint64(call->client_id, &client)) {
        return status_fail(STATUS_DATA, "a client id of GRVT is a number of 64 bits");
    }
    grvt_digest(&terms, oe->testnet, digest);
    sign_eth(&grvt->eth, digest, &signature);
    text_add(out, SLICE("{\"order\":"));
    add_account(grvt, out);
    text_add_format(out,
                    ",\"is_market\":false,\"time_in_force\":\"%s\",\"post_only\":%s,"
                    "\"reduce_only\":%s,\"legs\":[{\"instrument\":\"%s\",\"size\":\"",
                    terms.force == GRVT_IOC ? "IMMEDIATE_OR_CANCEL" : "GOOD_TILL_TIME",
                    bool_word(terms.post_only), bool_word(terms.reduce_only),
                    oe->listings[call->symbol].native);
    qty_print(out, call->order.size, 0, QTY_DIGITS);
    text_add(out, SLICE("\",\"limit_price\":\""));
    px_print(out, call->order.price, 0, GRVT_PRICE_DIGITS);
    text_add_format(out, "\",\"is_buying_asset\":%s}],\"signature\":{\"signer\":\"%s\"",
                    bool_word(terms.buys), grvt->signer);
    add_word(out, "r", signature.r);
    add_word(out, "s", signature.s);
    text_add_format(out,
                    ",\"v\":%u,\"expiration\":\"%lld\",\"nonce\":%u,\"chain_id\":\"%d\"},"
                    "\"metadata\":{\"client_order_id\":\"%llu\"}}}",
                    signature.v, (long long)terms.expiration_ns, terms.nonce,
                    addresses[oe->testnet].chain, (unsigned long long)client);
    return STATUS_OK;
}

static bool is_cursor(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~' || text.data[i] == '"' ||
            text.data[i] == '\\') {
            return false;
        }
    }
    return text.size < 512;
}

static enum status add_history(const struct oe_call *call, struct text *out) {
    if (!is_cursor(call->cursor)) {
        return status_fail(STATUS_DATA, "the page asked for is none");
    }
    text_add_format(out, ",\"start_time\":\"%lld\",\"limit\":%d", (long long)call->since_ns,
                    GRVT_PAGE);
    if (call->cursor.size > 0) {
        text_add(out, SLICE(",\"cursor\":"));
        json_write_string(out, call->cursor);
    }
    return STATUS_OK;
}

// Whole seconds, and never less than was asked for.
static uint32_t countdown_of(const struct oe_call *call) {
    return (call->countdown_ms + 999) / 1000 * 1000;
}

// The parameters of a call: the same by REST and on the socket.
static enum status add_params(const struct oe *oe, const struct oe_call *call, struct text *out) {
    const struct grvt *grvt = state_of(oe);
    enum status status = STATUS_OK;
    if (call->kind == OE_PLACE) {
        return add_order(oe, call, out);
    }
    if (call->kind == OE_RULES) {
        text_add(out, SLICE("{\"is_active\":true}"));
        return STATUS_OK;
    }
    if (call->kind == OE_LOGIN) {
        text_add_format(out, "{\"api_key\":\"%s\"}", grvt->api_key);
        return STATUS_OK;
    }
    add_account(grvt, out);
    if (call->kind == OE_CANCEL || call->kind == OE_QUERY) {
        status = add_ids(call, out);
    } else if (call->kind == OE_LEVERAGE) {
        if (call->symbol == OE_SYMBOL_NONE || call->leverage == 0) {
            return status_fail(STATUS_DATA, "leverage of what, and how much?");
        }
        text_add_format(out, ",\"instrument\":\"%s\",\"leverage\":\"%u\"",
                        oe->listings[call->symbol].native, call->leverage);
    } else if (call->kind == OE_DEADMAN) {
        if (call->countdown_ms > grvt_oe.deadman_max_ms) {
            return status_fail(STATUS_DATA, "GRVT counts down from 300 s at most");
        }
        text_add_format(out, ",\"countdown_time\":\"%u\"", countdown_of(call));
    } else if (call->kind != OE_BALANCES) {
        add_assets(oe, call->symbol, out);
        if (call->kind == OE_FILLS) {
            status = add_history(call, out);
        }
    }
    text_add_char(out, '}');
    return status;
}

static void add_login_headers(const struct grvt *grvt, struct text *out) {
    text_add_format(out, "Cookie: %s\nX-Grvt-Account-Id: %s\n", grvt->cookie, grvt->login_id);
}

static enum status encode_rest(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    static const struct {
        const char *path;
        enum grvt_bucket bucket;
        uint16_t cost; // of the bucket: the pauses of section 7
    } rows[OE_CALL_KIND_COUNT] = {
        [OE_RULES] = {"/full/v1/all_instruments", GRVT_SESSIONS, 1},
        [OE_LOGIN] = {"/auth/api_key/login", GRVT_SESSIONS, 1},
        [OE_PLACE] = {"/full/v1/create_order", GRVT_ORDERS, 1},
        [OE_CANCEL] = {"/full/v1/cancel_order", GRVT_CANCELS, 1},
        [OE_CANCEL_ALL] = {"/full/v1/cancel_all_orders", GRVT_CANCELS, 10},
        [OE_QUERY] = {"/full/v1/order", GRVT_READS, 1},
        [OE_OPEN_ORDERS] = {"/full/v1/open_orders", GRVT_READS, 1},
        [OE_FILLS] = {"/full/v1/fill_history", GRVT_READS, 1},
        [OE_POSITIONS] = {"/full/v1/positions", GRVT_READS, 1},
        [OE_BALANCES] = {"/full/v1/account_summary", GRVT_READS, 2},
        [OE_LEVERAGE] = {"/full/v1/set_initial_leverage", GRVT_READS, 2},
        [OE_DEADMAN] = {"/full/v1/cancel_on_disconnect", GRVT_SESSIONS, 1},
    };
    const struct grvt *grvt = state_of(oe);
    out->method = "POST";
    out->cost.units[rows[call->kind].bucket] = rows[call->kind].cost;
    text_add_string(&out->path, rows[call->kind].path);
    text_add(&out->headers, SLICE("Content-Type: application/json\n"));
    if (call->kind == OE_LOGIN) {
        out->rest = addresses[oe->testnet].login;
        text_add(&out->headers, SLICE("Cookie: rm=true;\n"));
    } else if (call->kind == OE_RULES) {
        out->rest = addresses[oe->testnet].market_data;
    } else if (grvt->cookie[0] == '\0') {
        return status_fail(STATUS_UNAVAILABLE, "not logged in");
    } else {
        add_login_headers(grvt, &out->headers);
    }
    return add_params(oe, call, &out->body);
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    const struct grvt *grvt = state_of(oe);
    uint32_t id;
    bool ready = grvt->subscribed == (1 << GRVT_STREAMS) - 1;
    if (!ready || !grvt_write_id(call, &id)) {
        return encode_rest(oe, call, out);
    }
    out->way = OE_WAY_SOCKET;
    out->cost.units[call->kind == OE_PLACE ? GRVT_ORDERS : GRVT_CANCELS] = 1;
    text_add_format(&out->body, "{\"jsonrpc\":\"2.0\",\"method\":\"v1/%s\",\"params\":",
                    call->kind == OE_PLACE ? "create_order" : "cancel_order");
    enum status status = add_params(oe, call, &out->body);
    text_add_format(&out->body, ",\"id\":%u}", id);
    return status;
}

// ---- the socket --------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)now_ns;
    struct grvt *grvt = state_of(oe);
    grvt->subscribed = 0;
    memset(grvt->funding_known, 0, sizeof(grvt->funding_known));
    if (grvt->cookie[0] == '\0') {
        return status_fail(STATUS_UNAVAILABLE, "not logged in");
    }
    text_add_string(url, oe->testnet ? grvt_oe.testnet.ws[socket] : grvt_oe.mainnet.ws[socket]);
    add_login_headers(grvt, headers);
    return STATUS_OK;
}

// A stream a message; done when all are confirmed.
static enum oe_greeting greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                              struct text *out) {
    (void)socket;
    (void)now_ns;
    const struct grvt *grvt = state_of(oe);
    if (step >= GRVT_STREAMS) {
        return grvt->subscribed == (1 << GRVT_STREAMS) - 1 ? OE_GREETING_DONE : OE_GREETING_WAIT;
    }
    text_add_format(out,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"stream\":\"%s\","
                    "\"selectors\":[\"%s\"]},\"id\":1}",
                    grvt_streams[step], grvt->sub_account);
    return OE_GREETING_SEND;
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    const struct grvt *grvt = state_of(oe);
    if (!grvt->rules_known) {
        *kind = OE_RULES;
        return now_ns;
    }
    *kind = OE_LOGIN;
    return grvt->cookie[0] == '\0' ? now_ns : grvt->renew_ns;
}

const struct venue_oe grvt_oe = {
    .name = "grvt",
    .secrets = {{.variable = "GRVT_API_KEY"},
                {.variable = "GRVT_PRIVATE_KEY"},
                {.variable = "GRVT_TRADING_ACCOUNT_ID", .open = true}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_LOGIN) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) |
             OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) |
             OE_BIT(OE_POSITIONS) | OE_BIT(OE_BALANCES) | OE_BIT(OE_LEVERAGE) | OE_BIT(OE_DEADMAN),
    .flags = OE_CAN_CANCEL_ACCOUNT,
    // Section 7: 50 ms between orders, 200 ms between questions, a second between logins.
    .buckets = {[GRVT_ORDERS] = {"orders", 20, 1000},
                [GRVT_CANCELS] = {"cancels", 20, 1000},
                [GRVT_READS] = {"reads", 5, 1000},
                [GRVT_SESSIONS] = {"sessions", 1, 1000}},
    .place_cost = {{[GRVT_ORDERS] = 1}},
    .mainnet = {"https://trades.grvt.io", {"wss://trades.grvt.io/ws/full"}},
    .testnet = {"https://trades.testnet.grvt.io", {"wss://trades.testnet.grvt.io/ws/full"}},
    .deadman_min_ms = 1001,
    .deadman_max_ms = 300000,
    .state_size = sizeof(struct grvt),
    .init = init,
    .finish = finish,
    .identity = identity,
    .client_id = client_id,
    .encode = encode,
    .decode_answer = grvt_decode_answer,
    .open = open_socket,
    .greet = greet,
    .decode_frame = grvt_decode_private,
    .upkeep = upkeep,
};
