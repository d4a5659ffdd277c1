// Order entry of Paradex: orders, cancels and changes on the socket once it is authenticated, the
// account by REST with a token that is renewed before its five minutes are over; every order is
// signed over Starknet's curve (paradex.md sections 5 and 6).
//
// What the sheet leaves open is taken from the venue's own specifications (repository
// tradeparadex/paradex-docs: openrpc.json for the socket's parameters and the codes 40300 and
// 42901, openapi.json for funding payments, margin and the rate in fee_config).
//
// Unconfirmed:
// - The words of cancel_reason: an unknown one ends the order; the known parts (MARGIN, POST_ONLY,
//   LIQUIDITY, REDUCE_ONLY, SELF_TRADE) tell why.
// - How an error on the socket names its cause: the names of the REST errors are looked for in its
//   message and data, else its code decides.
// - Whether the history has orders that are still open: an order is asked for among the open ones,
//   and when it is not there its fills decide.
// - ORDER_IS_NOT_OPEN, beside ORDER_IS_CLOSED: the order still waits for the risk checks, so
//   what was asked was not carried out and can be asked again.
// - Whether `size` of a change counts what is filled: the whole size is sent.
// - The sign of a funding payment: positive is taken as received.
// - Whether funding_payments and tradebusts can be subscribed to: a refusal is shown, no more.
// - A request older than its recv_window: 5 s are sent instead of the venue's 300.
#include "exchanges/paradex_oe.h"

#include <openssl/crypto.h>

const char *const paradex_channels[PARADEX_CHANNELS] = {
    "orders.ALL", "fills.ALL", "positions", "account", "tradebusts", "funding_payments.ALL"};

static void print_felt(struct felt felt, char out[PARADEX_HEX_SIZE]) {
    struct text text = text_over(out, PARADEX_HEX_SIZE);
    struct u256 number = felt_to_u256(felt);
    u256_add_hex(&text, &number);
}

bool paradex_set_chain(struct paradex *paradex, struct slice chain) {
    if (!oe_is_plain(chain, FELT_SHORT_STRING_MAX) ||
        paradex_hash_init(&paradex->hash, chain, paradex->account_felt) != STATUS_OK) {
        return false;
    }
    (void)string_copy(paradex->chain, sizeof(paradex->chain), chain);
    return true;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct paradex *paradex = paradex_of(oe);
    struct u256 secret;
    enum status status =
        u256_from_hex(secrets[0], &secret) ? stark_key_init(&paradex->key, &secret) : STATUS_CONFIG;
    OPENSSL_cleanse(&secret, sizeof(secret));
    if (status != STATUS_OK) {
        return status_fail(STATUS_CONFIG, "PARADEX_L2_PRIVATE_KEY is no Stark private key in hex");
    }
    if (!slice_starts(secrets[1], SLICE("0x")) ||
        !felt_from_number(secrets[1], &paradex->account_felt) ||
        felt_is_zero(paradex->account_felt)) {
        return status_fail(STATUS_CONFIG, "PARADEX_ACCOUNT_ADDRESS is no address on Starknet");
    }
    print_felt(paradex->account_felt, paradex->account);
    print_felt(paradex->key.public_x, paradex->public_key);
    bool set = paradex_set_chain(paradex, oe->testnet ? SLICE(PARADEX_CHAIN_TESTNET)
                                                      : SLICE(PARADEX_CHAIN_MAINNET));
    ASSERT(set);
    return STATUS_OK;
}

static void finish(struct oe *oe) {
    stark_key_finish(&paradex_of(oe)->key);
}

static void identity(const struct oe *oe, struct text *out) {
    text_add_format(out, "account %s", paradex_of(oe)->account);
}

// "pd", the session's key, "-" and the order's number, in hex: 35 characters of the venue's 64, and
// no two orders of any session have the same.
static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    struct text text = text_over(out, OE_CLIENT_ID_MAX);
    text_add_format(&text, "pd%016llx-%016llx", (unsigned long long)session_key,
                    (unsigned long long)order);
}

void paradex_forget_token(struct paradex *paradex) {
    OPENSSL_cleanse(paradex->token, sizeof(paradex->token));
}

bool paradex_has_token(const struct paradex *paradex, int64_t now_ns) {
    return paradex->token[0] != '\0' &&
           now_ns - paradex->token_ns < PARADEX_TOKEN_LIFE_S * NS_PER_S;
}

// ---- ids on the socket -------------------------------------------------------------------------

enum { KIND_SHIFT = 32 };

int64_t paradex_request_id(const struct oe_call *call) {
    _Static_assert(OE_RULES == 0, "the greeting's ids, below 2^32, are those of no call");
    return (int64_t)call->kind << KIND_SHIFT | call->tag;
}

bool paradex_read_id(int64_t id, struct oe_call *call) {
    int64_t kind = id >> KIND_SHIFT;
    if (kind <= 0 || kind >= OE_CALL_KIND_COUNT || (uint32_t)id == 0) {
        return false;
    }
    call->kind = (enum oe_call_kind)kind;
    call->tag = (uint32_t)id;
    return true;
}

// ---- the socket --------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)headers;
    struct paradex *paradex = paradex_of(oe);
    paradex->authenticated = false;
    paradex->answered = 0;
    if (!paradex_has_token(paradex, now_ns)) {
        return status_fail(STATUS_UNAVAILABLE, "not logged in to Paradex");
    }
    text_add_string(url,
                    oe->testnet ? paradex_oe.testnet.ws[socket] : paradex_oe.mainnet.ws[socket]);
    return STATUS_OK;
}

static void add_greeting(const struct paradex *paradex, uint32_t id, struct text *out) {
    text_add(out, SLICE("{\"jsonrpc\":\"2.0\",\"method\":\""));
    if (id == PARADEX_STEP_AUTH) {
        text_add(out, SLICE("auth\",\"params\":{\"bearer\":\""));
        text_add_string(out, paradex->token);
        text_add_char(out, '"');
    } else if (id == PARADEX_STEP_DEADMAN) {
        text_add(out, SLICE("order.cancel_on_disconnect\",\"params\":{\"enabled\":true"));
    } else {
        text_add(out, SLICE("subscribe\",\"params\":{\"channel\":\""));
        text_add_string(out, paradex_channels[id - PARADEX_STEP_CHANNELS]);
        text_add_char(out, '"');
    }
    text_add_format(out, "},\"id\":%u}", id);
}

static enum oe_greeting greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                              struct text *out) {
    enum { ASKED = PARADEX_STEP_CHANNELS + PARADEX_CHANNELS - 1 };
    (void)socket;
    (void)now_ns;
    const struct paradex *paradex = paradex_of(oe);
    if (step > 0 && !paradex->authenticated) {
        return OE_GREETING_WAIT;
    }
    if (step < ASKED) {
        add_greeting(paradex, step + 1, out);
        return OE_GREETING_SEND;
    }
    uint32_t all = (1U << (ASKED + 1)) - 2;
    return paradex->answered == all ? OE_GREETING_DONE : OE_GREETING_WAIT;
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    const struct paradex *paradex = paradex_of(oe);
    *kind = paradex->chain_told ? OE_LOGIN : OE_RULES;
    return !paradex->chain_told || paradex->token[0] == '\0'
               ? now_ns
               : paradex->token_ns + PARADEX_TOKEN_RENEW_S * NS_PER_S;
}

const struct venue_oe paradex_oe = {
    .name = "paradex",
    .secrets = {{.variable = "PARADEX_L2_PRIVATE_KEY"},
                {.variable = "PARADEX_ACCOUNT_ADDRESS", .open = true}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_LOGIN) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) |
             OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_AMEND) | OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) |
             OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) | OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) |
             OE_BIT(OE_LEVERAGE) | OE_BIT(OE_FUNDING_PAID) | OE_BIT(OE_DEADMAN),
    // By id and by client id the venue finds open orders only.
    .flags = OE_CAN_CANCEL_ACCOUNT | OE_DEADMAN_BY_SOCKET | OE_QUERY_ONLY_OPEN | OE_FEES_PER_SYMBOL,
    .buckets = {[PARADEX_ORDERS] = {"orders", 800, 1000},
                [PARADEX_ORDERS_MINUTE] = {"orders of a minute", 17250, 60000},
                [PARADEX_READS] = {"reads", 600, 60000},
                [PARADEX_CALLS] = {"calls", 1500, 60000}},
    .place_cost = {{[PARADEX_ORDERS] = 1, [PARADEX_ORDERS_MINUTE] = 1}},
    .mainnet = {"https://api.prod.paradex.trade", {"wss://ws.api.prod.paradex.trade/v1"}},
    .testnet = {"https://api.testnet.paradex.trade", {"wss://ws.api.testnet.paradex.trade/v1"}},
    // It fires when the connection is lost, which the venue notices 60 s after the last pong.
    .deadman_min_ms = 60000,
    .deadman_max_ms = 60000,
    .state_size = sizeof(struct paradex),
    .init = init,
    .finish = finish,
    .identity = identity,
    .client_id = client_id,
    .encode = paradex_encode,
    .decode_answer = paradex_decode_answer,
    .open = open_socket,
    .greet = greet,
    .decode_frame = paradex_decode_frame,
    .upkeep = upkeep,
};
