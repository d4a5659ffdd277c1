// Order entry of Extended: everything by REST, what happens by the account's stream. A request is
// let in by the API key; an order is settled on Starknet and carries a signature of its own
// (SNIP-12 revision 1, extended.md sections 5 and 6).
//
// There is no OE_AMEND. The venue's way is a new order, under a new client id, that names the old
// one (`cancelId`): if the engine refuses the new one both are gone, and a client id would no
// longer be one order. The desk cancels and places instead, which fails in a way it can see.
//
// The client id is "pd", the session's key and the order in hex, with a hyphen between: 35
// characters at most, and another one for every pair of numbers. An order lives a day: every one
// needs an end, and what is left of it then is told as EXPIRED.
//
// Unconfirmed:
// - The length of a client id: 36 characters (UUIDs) and 77 digits have been seen to be taken.
// - Which of two orders of ours self-trade protection ends: the level ACCOUNT, the default, is
// sent;
//   the one that ends says SELF_TRADE_PROTECTION.
// - The complete list of status reasons: one we do not know ends the order all the same, as the
//   status says, and its text is kept.
// - How long a dead-man's switch may be set: at most an hour is asked for, in whole seconds and
//   never later than wanted.
// - Whether two orders may have the same nonce: it is drawn from 2^31 at random for each.
// - Funding payments: the sheet has no sample. The names of a row's members, and that a positive
//   fundingFee was received, are what public clients of the venue read.
// - What the stream begins with where there is nothing to tell: only a row that is older than the
//   connection, in the first message of its kind, is taken for the picture it begins with.
// - The stream's numbers: they count over the connection from 1; a hole ends it.
// - How pages of a list end: at an answer without rows, without a cursor or with the one it was
//   asked with.
#include "exchanges/extended_oe.h"

#include <openssl/crypto.h>

#include "exchanges/oe_params.h"

enum {
    ORDER_LIFE_MS = 24 * 3600 * 1000,
    NONCE_MAX = INT32_MAX, // from 1
    DEADMAN_MAX_MS = 3600 * 1000,
    BUCKET_REQUESTS = 0,
};

static struct extended *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &extended_oe);
    return oe->state;
}

static enum status init_key(struct extended *extended, struct slice text) {
    struct u256 secret;
    enum status status = STATUS_CONFIG;
    if (u256_from_hex(text, &secret)) {
        status = stark_key_init(&extended->key, &secret);
    }
    OPENSSL_cleanse(&secret, sizeof(secret));
    return status == STATUS_OK
               ? STATUS_OK
               : status_fail(STATUS_CONFIG, "EXTENDED_STARK_PRIVATE_KEY is no key of Starknet");
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct extended *extended = state_of(oe);
    int64_t vault;
    if (!oe_is_plain(secrets[0], EXTENDED_KEY_MAX - 1)) {
        return status_fail(STATUS_CONFIG, "EXTENDED_API_KEY is no key of Extended");
    }
    if (!decimal_parse(secrets[2], 0, &vault) || vault <= 0 || vault > UINT32_MAX) {
        return status_fail(STATUS_CONFIG, "EXTENDED_VAULT_NUMBER is no number of a vault");
    }
    enum status status = init_key(extended, secrets[1]);
    if (status != STATUS_OK) {
        return status;
    }
    (void)string_copy(extended->api_key, EXTENDED_KEY_MAX, secrets[0]);
    struct text text = TEXT_OVER(extended->vault), public_text = TEXT_OVER(extended->stark_key);
    text_add_int(&text, vault);
    struct u256 public_x = felt_to_u256(extended->key.public_x);
    u256_add_hex(&public_text, &public_x);
    return extended_hash_init(&extended->hash, oe->testnet ? SLICE("SN_SEPOLIA") : SLICE("SN_MAIN"),
                              (uint32_t)vault, extended->key.public_x);
}

static void identity(const struct oe *oe, struct text *out) {
    const struct extended *extended = state_of(oe);
    text_add_format(out, "vault %s, API key %.6s…", extended->vault, extended->api_key);
}

static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    struct text text = text_over(out, OE_CLIENT_ID_MAX);
    text_add_format(&text, "pd%llx-%llx", (unsigned long long)session_key,
                    (unsigned long long)order);
}

// ---- an order ----------------------------------------------------------------------------------

// A limit, not the price. While the account's own rates are unknown it is what the official SDK
// sends.
static struct rate fee_of(const struct extended_market *market, enum oe_order_kind kind) {
    static const struct rate fallback = {500000000}; // 0.0005
    _Static_assert(RATE_DIGITS == 12, "as written here");
    if (!market->fees_known) {
        return fallback;
    }
    return market->fees[kind != OE_POST_ONLY];
}

static void add_u256(struct text *out, const char *name, const struct u256 *value) {
    text_add_format(out, "\"%s\":\"", name);
    u256_add_hex(out, value);
    text_add_char(out, '"');
}

static void add_settlement(const struct extended *extended, const struct stark_signature *signature,
                           struct text *out) {
    text_add(out, SLICE(",\"settlement\":{\"signature\":{"));
    add_u256(out, "r", &signature->r);
    text_add_char(out, ',');
    add_u256(out, "s", &signature->s);
    text_add_format(out, "},\"starkKey\":\"%s\",\"collateralPosition\":\"%s\"}",
                    extended->stark_key, extended->vault);
}

static void add_order(const struct oe *oe, const struct oe_call *call,
                      const struct extended_terms *terms, struct text *out) {
    const struct oe_order *order = &call->order;
    struct oe_params params;
    char fee_data[32], nonce_data[24];
    struct text fee = TEXT_OVER(fee_data), nonce = TEXT_OVER(nonce_data);
    bool post_only = order->kind == OE_POST_ONLY;
    decimal_print(&fee, terms->fee.v, RATE_DIGITS, 0, RATE_DIGITS);
    text_add_int(&nonce, (int64_t)terms->nonce);
    oe_params_begin(&params);
    oe_param(&params, SLICE("id"), call->client_id);
    oe_param(&params, SLICE("market"), slice_of(oe->listings[call->symbol].native));
    oe_param(&params, SLICE("type"), SLICE("LIMIT"));
    oe_param(&params, SLICE("side"), order->side == SIDE_BUY ? SLICE("BUY") : SLICE("SELL"));
    oe_param_qty(&params, SLICE("qty"), order->size);
    oe_param_px(&params, SLICE("price"), order->price);
    oe_param(&params, SLICE("timeInForce"), order->kind == OE_IOC ? SLICE("IOC") : SLICE("GTT"));
    oe_param_int(&params, SLICE("expiryEpochMillis"), terms->expiry_ms);
    oe_param(&params, SLICE("fee"), text_slice(&fee));
    oe_param(&params, SLICE("nonce"), text_slice(&nonce));
    oe_param_bare(&params, SLICE("postOnly"), post_only ? SLICE("true") : SLICE("false"));
    oe_param_bare(&params, SLICE("reduceOnly"),
                  order->reduce_only ? SLICE("true") : SLICE("false"));
    oe_param(&params, SLICE("selfTradeProtectionLevel"), SLICE("ACCOUNT"));
    ASSERT(!params.overflowed); // every part of it is bounded
    oe_params_members(&params, out);
}

static enum status encode_place(const struct oe *oe, const struct oe_call *call,
                                struct oe_message *out) {
    const struct extended *extended = state_of(oe);
    const struct extended_market *market = &extended->markets[call->symbol];
    if (!market->known) {
        return status_fail(STATUS_UNAVAILABLE, "the assets of %s are not known yet",
                           oe->listings[call->symbol].native);
    }
    struct extended_terms terms = {.side = call->order.side,
                                   .price = call->order.price,
                                   .size = call->order.size,
                                   .fee = fee_of(market, call->order.kind),
                                   .expiry_ms = call->now_ns / NS_PER_MS + ORDER_LIFE_MS,
                                   .nonce = call->random % NONCE_MAX + 1};
    struct extended_hash_order amounts;
    struct stark_signature signature;
    enum status status = extended_amounts(&market->asset, &terms, &amounts);
    if (status == STATUS_OK) {
        status =
            stark_sign(&extended->key, extended_hash_place(&extended->hash, &amounts), &signature);
    }
    if (status == STATUS_OK) {
        text_add_char(&out->body, '{');
        add_order(oe, call, &terms, &out->body);
        add_settlement(extended, &signature, &out->body);
        text_add_char(&out->body, '}');
    }
    return status;
}

// ---- requests ----------------------------------------------------------------------------------

// The venue's own id is one order for ever, a client id may be asked about before it is known.
static void add_order_path(const struct oe_call *call, const char *by_client_id,
                           struct text *path) {
    bool by_venue_id = call->venue_id.size > 0;
    text_add_string(path, by_venue_id ? "/" : by_client_id);
    text_add(path, by_venue_id ? call->venue_id : call->client_id);
}

static void add_query(const struct oe *oe, const struct oe_call *call, struct text *path) {
    struct oe_params params;
    oe_params_begin(&params);
    if (call->symbol != OE_SYMBOL_NONE) {
        oe_param(&params, SLICE("market"), slice_of(oe->listings[call->symbol].native));
    }
    if (call->kind == OE_FUNDING_PAID && call->since_ns > 0) {
        oe_param_int(&params, SLICE("fromTime"), call->since_ns / NS_PER_MS);
    }
    if (call->kind == OE_FILLS || call->kind == OE_FUNDING_PAID) {
        oe_param_int(&params, SLICE("limit"), EXTENDED_PAGE);
    }
    if (call->cursor.size > 0) {
        oe_param(&params, SLICE("cursor"), call->cursor);
    }
    if (params.count > 0) {
        text_add_char(path, '?');
        oe_params_query(&params, path);
    }
}

// Only what was asked for ends: a market named beside cancelAll might not narrow it.
static void add_cancel_all(const struct oe *oe, const struct oe_call *call, struct text *body) {
    if (call->symbol == OE_SYMBOL_NONE) {
        text_add(body, SLICE("{\"cancelAll\":true}"));
    } else {
        text_add_format(body, "{\"markets\":[\"%s\"]}", oe->listings[call->symbol].native);
    }
}

uint32_t extended_countdown_s(uint32_t countdown_ms) {
    return countdown_ms > 0 && countdown_ms < 1000 ? 1 : countdown_ms / 1000;
}

static enum status add_request(const struct oe *oe, const struct oe_call *call,
                               struct oe_message *out) {
    switch ((int)call->kind) {
    case OE_PLACE:
        return encode_place(oe, call, out);
    case OE_CANCEL:
        add_order_path(call, "?externalId=", &out->path);
        return STATUS_OK;
    case OE_QUERY:
        add_order_path(call, "/external/", &out->path);
        return STATUS_OK;
    case OE_CANCEL_ALL:
        add_cancel_all(oe, call, &out->body);
        return STATUS_OK;
    case OE_LEVERAGE:
        if (call->symbol == OE_SYMBOL_NONE || call->leverage == 0) {
            return status_fail(STATUS_DATA, "extended sets the leverage of a market");
        }
        text_add_format(&out->body, "{\"market\":\"%s\",\"leverage\":\"%u\"}",
                        oe->listings[call->symbol].native, call->leverage);
        return STATUS_OK;
    case OE_DEADMAN:
        text_add_format(&out->path, "?countdownTime=%u", extended_countdown_s(call->countdown_ms));
        return STATUS_OK;
    case OE_OPEN_ORDERS:
    case OE_FILLS:
    case OE_POSITIONS:
    case OE_FEES:
    case OE_FUNDING_PAID:
        add_query(oe, call, &out->path);
        return STATUS_OK;
    default: // markets, account, balance: nothing to add
        return STATUS_OK;
    }
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    static const struct {
        const char *method, *path;
    } rows[OE_CALL_KIND_COUNT] = {
        [OE_RULES] = {"GET", "/info/markets"},
        [OE_KEYS] = {"GET", "/user/account/info"},
        [OE_PLACE] = {"POST", "/user/order"},
        [OE_CANCEL] = {"DELETE", "/user/order"},
        [OE_CANCEL_ALL] = {"POST", "/user/order/massCancel"},
        [OE_QUERY] = {"GET", "/user/orders"},
        [OE_OPEN_ORDERS] = {"GET", "/user/orders"},
        [OE_FILLS] = {"GET", "/user/trades"},
        [OE_POSITIONS] = {"GET", "/user/positions"},
        [OE_BALANCES] = {"GET", "/user/balance"},
        [OE_FEES] = {"GET", "/user/fees"},
        [OE_LEVERAGE] = {"PATCH", "/user/leverage"},
        [OE_FUNDING_PAID] = {"GET", "/user/funding/history"},
        [OE_DEADMAN] = {"POST", "/user/deadmanswitch"},
    };
    ASSERT(rows[call->kind].method != NULL);
    out->method = rows[call->kind].method;
    out->cost.units[BUCKET_REQUESTS] = 1;
    text_add(&out->path, SLICE("/api/v1"));
    text_add_string(&out->path, rows[call->kind].path);
    enum status status = add_request(oe, call, out);
    if (status != STATUS_OK || call->kind == OE_RULES) { // the markets are public
        return status;
    }
    text_add_format(&out->headers, "X-Api-Key: %s\n", state_of(oe)->api_key);
    if (out->body.size > 0) {
        text_add(&out->headers, SLICE("Content-Type: application/json\n"));
    }
    return STATUS_OK;
}

// ---- the stream --------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    struct extended *extended = state_of(oe);
    extended->opened_ns = now_ns;
    extended->next_sequence = 1;
    extended->parts_told = 0;
    extended->heard = false;
    text_add_string(url,
                    oe->testnet ? extended_oe.testnet.ws[socket] : extended_oe.mainnet.ws[socket]);
    text_add_format(headers, "X-Api-Key: %s\n", extended->api_key);
    return STATUS_OK;
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    *kind = OE_RULES;
    return state_of(oe)->markets_known ? INT64_MAX : now_ns;
}

#define ACCOUNT "/stream.extended.exchange/v1/account"

const struct venue_oe extended_oe = {
    .name = "extended",
    .secrets = {{.variable = "EXTENDED_API_KEY"},
                {.variable = "EXTENDED_STARK_PRIVATE_KEY"},
                {.variable = "EXTENDED_VAULT_NUMBER", .open = true}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_KEYS) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) |
             OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) |
             OE_BIT(OE_POSITIONS) | OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) | OE_BIT(OE_LEVERAGE) |
             OE_BIT(OE_FUNDING_PAID) | OE_BIT(OE_DEADMAN),
    .flags = OE_CAN_CANCEL_ACCOUNT | OE_FEES_PER_SYMBOL,
    .buckets = {[BUCKET_REQUESTS] = {"requests", 1000, 60000}},
    .place_cost = {{[BUCKET_REQUESTS] = 1}},
    .mainnet = {"https://api.starknet.extended.exchange",
                {"wss://api.starknet.extended.exchange" ACCOUNT}},
    .testnet = {"https://api.starknet.sepolia.extended.exchange",
                {"wss://api.starknet.sepolia.extended.exchange" ACCOUNT}},
    .deadman_min_ms = 1000,
    .deadman_max_ms = DEADMAN_MAX_MS,
    .state_size = sizeof(struct extended),
    .init = init,
    .identity = identity,
    .client_id = client_id,
    .encode = encode,
    .decode_answer = extended_decode_answer,
    .open = open_socket, // the address is the subscription, the handshake the login: no greeting
    .decode_frame = extended_decode_frame,
    .upkeep = upkeep,
};
