#include <stdlib.h>

#include "base/clock.h"
#include "exchanges/eip712.h"
#include "exchanges/extended_amounts.h"
#include "exchanges/hash_starknet.h"
#include "exchanges/sign_stark.h"
#include "market/venue.h"
#include "vectors.h"

enum { LIFE_MS = 24 * 3600 * 1000 }; // of an order as it is sent

static const char *const symbols[] = {"BTC/USDT", NULL};

static bool read_felt(struct vectors *vectors, const json_t *object, const char *name,
                      struct felt *out) {
    return vectors_true(vectors, felt_from_number(vectors_slice(object, name), out), name);
}

static void same_felt(struct vectors *vectors, const char *what, struct felt got,
                      const json_t *object, const char *name) {
    char data[80];
    struct text text = TEXT_OVER(data);
    struct u256 number = felt_to_u256(got);
    u256_add_hex(&text, &number);
    (void)vectors_same(vectors, what, text_slice(&text), vectors_slice(object, name));
}

static void same_u256(struct vectors *vectors, const char *what, const struct u256 *got,
                      const json_t *object, const char *name) {
    char data[80];
    struct text text = TEXT_OVER(data);
    u256_add_hex(&text, got);
    (void)vectors_same(vectors, what, text_slice(&text), vectors_slice(object, name));
}

static void same_int(struct vectors *vectors, const char *what, int64_t got, const json_t *value) {
    char got_data[32], want_data[32];
    struct text got_text = TEXT_OVER(got_data), want = TEXT_OVER(want_data);
    text_add_int(&got_text, got);
    if (json_is_string(value)) {
        text_add_string(&want, json_string_value(value));
    } else {
        text_add_int(&want, json_integer_value(value));
    }
    (void)vectors_same(vectors, what, text_slice(&got_text), text_slice(&want));
}

// ---- hashes ------------------------------------------------------------------------------------

static bool hash_list(struct vectors *vectors, struct poseidon *hash, const json_t *list) {
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) {
        struct felt element;
        if (!vectors_true(vectors, felt_from_number(slice_of(json_string_value(item)), &element),
                          "an element is no number")) {
            return false;
        }
        poseidon_add(hash, element);
    }
    return true;
}

static struct felt domain_of(const char *chain) {
    struct poseidon hash;
    poseidon_init(&hash);
    poseidon_add(&hash,
                 starknet_keccak(SLICE(
                     "\"StarknetDomain\"(\"name\":\"shortstring\",\"version\":\"shortstring\","
                     "\"chainId\":\"shortstring\",\"revision\":\"shortstring\")")));
    poseidon_add(&hash, starknet_word("Perpetuals"));
    poseidon_add(&hash, starknet_word("v0"));
    poseidon_add(&hash, starknet_word(chain));
    poseidon_add(&hash, FELT_ONE);
    return poseidon_finish(&hash);
}

// The type's hash and the fields; and that our orders begin with what comes of it.
static void check_domain(struct vectors *vectors, const json_t *one) {
    struct poseidon hash, prefix;
    struct extended_hash ours;
    const char *chain = vectors_text(one, "chain_id");
    struct felt type = starknet_keccak(vectors_slice(one, "type_string"));
    same_felt(vectors, "type hash", type, one, "type_hash");
    poseidon_init(&hash);
    poseidon_add(&hash, type);
    if (!hash_list(vectors, &hash, json_object_get(one, "fields"))) {
        return;
    }
    struct felt domain = poseidon_finish(&hash);
    same_felt(vectors, "domain", domain, one, "hash");
    same_felt(vectors, "our domain", domain_of(chain), one, "hash");
    poseidon_init(&prefix);
    poseidon_add(&prefix, starknet_word("StarkNet Message"));
    poseidon_add(&prefix, domain);
    (void)vectors_true(
        vectors, extended_hash_init(&ours, slice_of(chain), 1, FELT_ONE) == STATUS_OK, "chain id");
    (void)vectors_true(
        vectors, felt_equals(poseidon_finish(&ours.message), poseidon_finish(&prefix)), "prefix");
}

static void check_order_hash(struct vectors *vectors, const json_t *one) {
    struct extended_hash hash;
    struct felt public_x;
    struct extended_hash_order order = {
        .base_amount = strtoll(vectors_text(one, "base_amount"), NULL, 10),
        .quote_amount = strtoll(vectors_text(one, "quote_amount"), NULL, 10),
        .fee_amount = strtoull(vectors_text(one, "fee_amount"), NULL, 10),
        .expiration_s = (uint64_t)vectors_int(one, "expiration"),
        .salt = (uint64_t)vectors_int(one, "salt")};
    if (read_felt(vectors, one, "base_asset_id", &order.base_asset) &&
        read_felt(vectors, one, "quote_asset_id", &order.quote_asset) &&
        read_felt(vectors, one, "fee_asset_id", &order.fee_asset) &&
        read_felt(vectors, one, "user_public_key", &public_x) &&
        vectors_true(vectors,
                     extended_hash_init(&hash, vectors_slice(one, "chain_id"),
                                        (uint32_t)vectors_int(one, "position_id"),
                                        public_x) == STATUS_OK,
                     "chain id")) {
        same_felt(vectors, "message", extended_hash_place(&hash, &order), one, "message_hash");
    }
}

// Orders, and what perpdesk never sends: transfers and orders of vaults, by the same rules.
static void check_struct(struct vectors *vectors, const json_t *one) {
    struct poseidon body, message;
    struct felt public_x;
    poseidon_init(&body);
    poseidon_init(&message);
    if (!hash_list(vectors, &body, json_object_get(one, "struct_elements")) ||
        !read_felt(vectors, one, "user_public_key", &public_x)) {
        return;
    }
    struct felt struct_hash = poseidon_finish(&body);
    same_felt(vectors, "struct", struct_hash, one, "struct_hash");
    poseidon_add(&message, starknet_word("StarkNet Message"));
    poseidon_add(&message, domain_of(vectors_text(one, "chain_id")));
    poseidon_add(&message, public_x);
    poseidon_add(&message, struct_hash);
    same_felt(vectors, "message", poseidon_finish(&message), one, "message_hash");
    if (json_object_get(one, "type_hash") != NULL) {
        same_felt(vectors, "type", starknet_keccak(vectors_slice(one, "type_string")), one,
                  "type_hash");
    }
}

static void run_hashes(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const char *kind = vectors_text(one, "kind");
        vectors_begin(vectors, one, i, NULL);
        if (strcmp(kind, "domain") == 0) {
            check_domain(vectors, one);
        } else {
            check_struct(vectors, one);
        }
        if (strcmp(kind, "order") == 0) {
            check_order_hash(vectors, one);
        }
        vectors_end(vectors);
    }
}

// ---- keys --------------------------------------------------------------------------------------

static void check_eth_signature(struct vectors *vectors, const json_t *one,
                                const struct eth_signature *signature) {
    uint8_t whole[65];
    memcpy(whole, signature->r, 32);
    memcpy(whole + 32, signature->s, 32);
    whole[64] = signature->v;
    (void)vectors_same_bytes(vectors, "wallet's signature", whole, sizeof(whole),
                             vectors_text(one, "eth_signature"));
}

// AccountCreation(index, wallet, true) signed by the wallet; its r is ground to the Stark key.
static void check_derivation(struct vectors *vectors, const json_t *one) {
    uint8_t type[ETH_HASH_SIZE], domain[ETH_HASH_SIZE], body[ETH_HASH_SIZE], digest[ETH_HASH_SIZE];
    uint8_t wallet_key[ETH_KEY_SIZE];
    struct eip712 hash;
    struct sign_eth wallet;
    struct eth_signature signature;
    struct u256 secret;
    struct stark_key key;
    struct u256 wallet_number;
    if (!vectors_true(vectors, u256_from_hex(vectors_slice(one, "l1_private"), &wallet_number),
                      "the wallet's key is no hex")) {
        return;
    }
    u256_to_bytes(&wallet_number, wallet_key);
    if (!vectors_true(vectors, sign_eth_init(&wallet, wallet_key) == STATUS_OK, "no key")) {
        return;
    }
    eip712_text(vectors_text(one, "domain_type"), type);
    eip712_begin(&hash, type);
    eip712_string(&hash, vectors_slice(one, "signing_domain"));
    eip712_end(&hash, domain);
    (void)vectors_same_bytes(vectors, "domain", domain, sizeof(domain),
                             vectors_text(one, "domain_separator"));
    eip712_text(vectors_text(one, "message_type"), type);
    (void)vectors_same_bytes(vectors, "type", type, sizeof(type),
                             vectors_text(one, "message_type_hash"));
    eip712_begin(&hash, type);
    eip712_int(&hash, vectors_int(one, "account_index"));
    eip712_address(&hash, wallet.address);
    eip712_uint(&hash, 1);
    eip712_end(&hash, body);
    (void)vectors_same_bytes(vectors, "struct", body, sizeof(body),
                             vectors_text(one, "struct_hash"));
    eip712_digest(domain, body, digest);
    (void)vectors_same_bytes(vectors, "digest", digest, sizeof(digest),
                             vectors_text(one, "digest"));
    sign_eth(&wallet, digest, &signature);
    check_eth_signature(vectors, one, &signature);
    sign_eth_finish(&wallet);
    stark_grind(signature.r, STARK_GRIND_ALL_BYTES, &secret);
    same_u256(vectors, "Stark key", &secret, one, "stark_private");
    if (vectors_true(vectors, stark_key_init(&key, &secret) == STATUS_OK, "no key of Starknet")) {
        same_felt(vectors, "public key", key.public_x, one, "stark_public");
        stark_key_finish(&key);
    }
}

static void run_keys(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "from"));
        check_derivation(vectors, one);
        vectors_end(vectors);
    }
}

// ---- an account that knows its market ----------------------------------------------------------

static void ignore(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    (void)event;
}

static void answer(struct vectors_account *account, enum oe_call_kind kind, struct slice body) {
    struct oe_sink sink = {ignore};
    struct oe_call call = {.kind = kind, .tag = 1, .now_ns = NS_PER_S};
    account->oe.venue->decode_answer(&account->oe, &call, 200, SLICE(""), body, &sink);
}

struct market {
    const char *synthetic, *collateral;
    int64_t synthetic_resolution, collateral_resolution;
};

static bool create(struct vectors *vectors, struct vectors_account *account,
                   const struct slice *secrets, bool testnet, const struct market *market) {
    char data[512];
    struct text body = TEXT_OVER(data);
    if (!vectors_account_create(vectors, account, "extended", symbols, secrets, testnet)) {
        return false;
    }
    text_add_format(&body,
                    "{\"status\":\"OK\",\"data\":[{\"name\":\"BTC-USD\",\"l2Config\":{"
                    "\"syntheticId\":\"%s\",\"collateralId\":\"%s\",\"syntheticResolution\":%lld,"
                    "\"collateralResolution\":%lld}}]}",
                    market->synthetic, market->collateral, (long long)market->synthetic_resolution,
                    (long long)market->collateral_resolution);
    answer(account, OE_RULES, text_slice(&body));
    vectors_learn(account, 0, (struct px){PX_ONE / 10000}, (struct qty){QTY_ONE / 100000});
    return true;
}

static void accept_fee(struct vectors_account *account, const char *rate) {
    char data[256];
    struct text body = TEXT_OVER(data);
    text_add_format(&body,
                    "{\"status\":\"OK\",\"data\":[{\"market\":\"BTC-USD\",\"makerFeeRate\":\"%s\","
                    "\"takerFeeRate\":\"%s\"}]}",
                    rate, rate);
    answer(account, OE_FEES, text_slice(&body));
}

static bool is_number(struct slice text, int digits, int64_t *out) {
    return decimal_parse(text, digits, out);
}

// A place as the desk asks for it, so that what is sent has this nonce and expiry.
static bool place(struct vectors *vectors, struct vectors_account *account, const json_t *order,
                  int64_t expiry_ms, int64_t nonce, struct slice id) {
    struct oe_call call = {.kind = OE_PLACE,
                           .tag = 1,
                           .client_id = id,
                           .now_ns = (expiry_ms - LIFE_MS) * NS_PER_MS,
                           .random = (uint64_t)nonce - 1};
    call.order.side = strcmp(vectors_text(order, "side"), "SELL") == 0 ? SIDE_SELL : SIDE_BUY;
    call.order.kind = strcmp(vectors_text(order, "timeInForce"), "IOC") == 0 ? OE_IOC
                      : json_is_true(json_object_get(order, "postOnly"))     ? OE_POST_ONLY
                                                                             : OE_GTC;
    call.order.reduce_only = json_is_true(json_object_get(order, "reduceOnly"));
    return vectors_true(vectors,
                        is_number(vectors_slice(order, "price"), PX_DIGITS, &call.order.price.v) &&
                            is_number(vectors_slice(order, "qty"), QTY_DIGITS, &call.order.size.v),
                        "price or size") &&
           vectors_true(vectors, oe_encode(&account->oe, &call, &account->message) == STATUS_OK,
                        status_text());
}

// ---- orders of the official SDK ----------------------------------------------------------------

static void check_amounts(struct vectors *vectors, const json_t *root, const json_t *one) {
    struct extended_asset asset = {
        .synthetic_resolution = vectors_int(root, "synthetic_resolution"),
        .collateral_resolution = vectors_int(root, "collateral_resolution")};
    const json_t *amounts = json_object_get(one, "stark_amounts");
    struct extended_hash_order order;
    struct extended_terms terms = {
        .side = strcmp(vectors_text(one, "side"), "SELL") == 0 ? SIDE_SELL : SIDE_BUY,
        .expiry_ms = vectors_int(one, "expire_time_ms"),
        .nonce = (uint64_t)vectors_int(one, "nonce")};
    bool read = is_number(vectors_slice(one, "price"), PX_DIGITS, &terms.price.v) &&
                is_number(vectors_slice(one, "qty"), QTY_DIGITS, &terms.size.v) &&
                is_number(vectors_slice(one, "fee"), RATE_DIGITS, &terms.fee.v);
    if (vectors_true(vectors, read && extended_amounts(&asset, &terms, &order) == STATUS_OK,
                     "amounts")) {
        same_int(vectors, "synthetic", order.base_amount, json_object_get(amounts, "synthetic"));
        same_int(vectors, "collateral", order.quote_amount, json_object_get(amounts, "collateral"));
        same_int(vectors, "fee", (int64_t)order.fee_amount, json_object_get(amounts, "fee"));
        same_int(vectors, "expiration", (int64_t)order.expiration_s,
                 json_object_get(one, "settlement_expiration_seconds"));
    }
}

static void check_sent_signature(struct vectors *vectors, const json_t *body, const json_t *root,
                                 const json_t *one) {
    const json_t *settlement = json_object_get(body, "settlement");
    const json_t *signature = json_object_get(settlement, "signature");
    (void)vectors_same(vectors, "r", vectors_slice(signature, "r"), vectors_slice(one, "r"));
    (void)vectors_same(vectors, "s", vectors_slice(signature, "s"), vectors_slice(one, "s"));
    (void)vectors_same(vectors, "public key", vectors_slice(settlement, "starkKey"),
                       vectors_slice(root, "public_key"));
    same_int(vectors, "vault", vectors_int(root, "vault"),
             json_object_get(settlement, "collateralPosition"));
}

static void run_order_objects(struct vectors *vectors, const json_t *root) {
    static struct vectors_account account;
    const struct slice secrets[OE_SECRETS_MAX] = {
        {"key", 3}, vectors_slice(root, "private_key"), {"10002", 5}};
    const struct market market = {
        vectors_text(root, "synthetic_id"), vectors_text(root, "collateral_id"),
        vectors_int(root, "synthetic_resolution"), vectors_int(root, "collateral_resolution")};
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        check_amounts(vectors, root, one);
        if (create(vectors, &account, secrets, true, &market)) {
            accept_fee(&account, vectors_text(one, "fee"));
            if (place(vectors, &account, one, vectors_int(one, "expire_time_ms"),
                      vectors_int(one, "nonce"), SLICE("an-id"))) {
                json_error_t error;
                json_t *body = json_loads(account.message.body.data, 0, &error);
                check_sent_signature(vectors, body, root, one);
                json_decref(body);
            }
        }
        vectors_account_finish(&account);
        vectors_end(vectors);
    }
}

// ---- a peer's requests -------------------------------------------------------------------------

// What it signs: with a builder's fee on the main network, and a public key that is not the
// private one's.
static void check_peer_signature(struct vectors *vectors, const json_t *root, const json_t *one,
                                 const json_t *body) {
    const json_t *l2 = json_object_get(json_object_get(root, "market"), "l2Config");
    const json_t *derived = json_object_get(one, "derived");
    const json_t *signed_by = json_object_get(json_object_get(body, "settlement"), "signature");
    struct extended_asset asset = {.synthetic_resolution = vectors_int(l2, "syntheticResolution"),
                                   .collateral_resolution =
                                       vectors_int(l2, "collateralResolution")};
    struct extended_terms terms = {
        .side = strcmp(vectors_text(body, "side"), "SELL") == 0 ? SIDE_SELL : SIDE_BUY,
        .expiry_ms = vectors_int(body, "expiryEpochMillis"),
        .nonce = strtoull(vectors_text(body, "nonce"), NULL, 10)};
    struct extended_hash hash;
    struct extended_hash_order order;
    struct felt public_x;
    struct u256 secret;
    struct stark_key key;
    struct stark_signature signature;
    bool read = read_felt(vectors, l2, "syntheticId", &asset.synthetic) &&
                read_felt(vectors, l2, "collateralId", &asset.collateral) &&
                read_felt(vectors, root, "stark_key_in_body", &public_x) &&
                is_number(vectors_slice(body, "price"), PX_DIGITS, &terms.price.v) &&
                is_number(vectors_slice(body, "qty"), QTY_DIGITS, &terms.size.v) &&
                is_number(vectors_slice(derived, "total_fee_rate"), RATE_DIGITS, &terms.fee.v) &&
                u256_from_hex(vectors_slice(root, "private_key"), &secret) &&
                stark_key_init(&key, &secret) == STATUS_OK &&
                extended_hash_init(&hash, vectors_slice(derived, "chain_id"),
                                   (uint32_t)strtoul(vectors_text(root, "vault"), NULL, 10),
                                   public_x) == STATUS_OK &&
                extended_amounts(&asset, &terms, &order) == STATUS_OK;
    if (!vectors_true(vectors, read, "the order cannot be read")) {
        return;
    }
    same_int(vectors, "synthetic", order.base_amount, json_object_get(derived, "synthetic_amount"));
    same_int(vectors, "collateral", order.quote_amount,
             json_object_get(derived, "collateral_amount"));
    same_int(vectors, "fee", (int64_t)order.fee_amount, json_object_get(derived, "fee_amount"));
    same_int(vectors, "expiration", (int64_t)order.expiration_s,
             json_object_get(derived, "settlement_expiration"));
    struct felt message = extended_hash_place(&hash, &order);
    same_felt(vectors, "message", message, derived, "message_hash");
    if (vectors_true(vectors, stark_sign(&key, message, &signature) == STATUS_OK, "signing")) {
        same_u256(vectors, "r", &signature.r, signed_by, "r");
        same_u256(vectors, "s", &signature.s, signed_by, "s");
    }
    stark_key_finish(&key);
}

// Every member of the peer's body but the signature, its own fee, and the type of market orders:
// perpdesk sends an IOC with a collar instead.
static void check_peer_body(struct vectors *vectors, json_t *want, const char *sent) {
    json_error_t error;
    json_t *got = json_loads(sent, 0, &error);
    const char *name;
    const json_t *value;
    json_object_foreach(want, name, value) {
        bool left_out =
            strcmp(name, "settlement") == 0 || strcmp(name, "builderFee") == 0 ||
            strcmp(name, "builderId") == 0 ||
            (strcmp(name, "type") == 0 && strcmp(json_string_value(value), "MARKET") == 0);
        if (!left_out) {
            (void)vectors_true(vectors, json_equal(value, json_object_get(got, name)), name);
        }
    }
    (void)vectors_true(vectors, json_object_get(got, "builderFee") == NULL, "a builder's fee");
    json_decref(got);
}

static void check_create(struct vectors *vectors, struct vectors_account *account,
                         const json_t *root, const json_t *one) {
    json_error_t error;
    json_t *body = json_loads(vectors_text(json_object_get(one, "request"), "body"), 0, &error);
    check_peer_signature(vectors, root, one, body);
    accept_fee(account, vectors_text(body, "fee"));
    if (place(vectors, account, body, vectors_int(body, "expiryEpochMillis"),
              strtoll(vectors_text(body, "nonce"), NULL, 10), vectors_slice(body, "id"))) {
        check_peer_body(vectors, body, account->message.body.data);
    }
    json_decref(body);
}

struct peer_call {
    const char *name;
    struct oe_call call;
    const char *skip; // instead
};

static const struct peer_call peer_calls[] = {
    {.name = "fetchCurrencies", .skip = "perpdesk does not ask for assets"},
    {.name = "fetchTickers with symbols", .skip = "perpdesk asks for all markets at once"},
    {.name = "fetchTicker", .skip = "market data, not order entry"},
    {.name = "fetchTrades", .skip = "perpdesk does not ask for public trades"},
    {.name = "fetchFundingRateHistory", .skip = "perpdesk does not ask for past rates"},
    {.name = "fetch order by clientOrderId",
     .skip = "a client id of 76 digits: ours have 35 characters at most"},
    {.name = "fetch orders history", .skip = "perpdesk asks for single orders and for fills"},
    {.name = "fetch leverage", .skip = "perpdesk sets the leverage and does not read it"},
    {.name = "fetch balance", .skip = "spot balances; perpdesk asks for /user/balance"},
    {.name = "cancel orders by clientOrderIds", .skip = "perpdesk cancels one, or all of a market"},
    {.name = "fetch order by id",
     .call = {.kind = OE_QUERY, .venue_id = {"2051479786538188800", 19}}},
    {.name = "fetch my trades", .call = {.kind = OE_FILLS}},
    {.name = "fetch trading fee", .call = {.kind = OE_FEES}},
    {.name = "fetch account", .call = {.kind = OE_KEYS, .symbol = OE_SYMBOL_NONE}},
    {.name = "cancel order by id",
     .call = {.kind = OE_CANCEL, .venue_id = {"2051479786538188800", 19}}},
    {.name = "cancel order by clientOrderId",
     .call = {.kind = OE_CANCEL, .client_id = {"my-ext-id", 9}}},
    {.name = "cancel all with symbol", .call = {.kind = OE_CANCEL_ALL}},
    {.name = "dead man 5 s",
     .call = {.kind = OE_DEADMAN, .symbol = OE_SYMBOL_NONE, .countdown_ms = 5000}},
    {.name = "dead man off", .call = {.kind = OE_DEADMAN, .symbol = OE_SYMBOL_NONE}},
};

static void check_target(struct vectors *vectors, const struct oe_message *message,
                         const char *rest, const json_t *request) {
    const char *url = vectors_text(request, "url");
    struct slice got = text_slice(&message->path), want = {"", 0};
    if (vectors_true(vectors, strncmp(url, rest, strlen(rest)) == 0, "host")) {
        want = slice_of(url + strlen(rest));
    }
    const char *got_query = strchr(message->path.data, '?');
    const char *want_query = strchr(url, '?');
    (void)vectors_true(vectors, (got_query != NULL) == (want_query != NULL), "query");
    if (got_query != NULL && want_query != NULL) { // a page of ours is longer
        vectors_same_fields(vectors, slice_of(got_query + 1), slice_of(want_query + 1), NULL,
                            "limit");
        got.size = (size_t)(got_query - got.data);
        want.size = (size_t)(want_query - want.data);
    }
    (void)vectors_same(vectors, "path", got, want);
    (void)vectors_same(vectors, "method", slice_of(message->method),
                       vectors_slice(request, "method"));
}

// The peer's key has other letters, but the same headers.
static void check_headers(struct vectors *vectors, const struct oe_message *message,
                          const json_t *request) {
    const char *name;
    const json_t *value;
    json_object_foreach(json_object_get(request, "headers"), name, value) {
        char data[128];
        struct text line = TEXT_OVER(data);
        text_add_format(&line, "%s: %s\n", name, json_string_value(value));
        (void)vectors_true(vectors, strstr(message->headers.data, data) != NULL, name);
    }
}

// {"cancelAll":true,"markets":[…]} is what the peer sends: of both, only the narrow one is ours.
static void check_small_body(struct vectors *vectors, const struct oe_message *message,
                             const json_t *request) {
    json_error_t error;
    const char *text = vectors_text(request, "body");
    if (text[0] == '\0') {
        (void)vectors_true(vectors, message->body.size == 0, "a body");
        return;
    }
    json_t *want = json_loads(text, 0, &error);
    json_t *got = json_loads(message->body.data, 0, &error);
    (void)json_object_del(want, "cancelAll");
    (void)vectors_true(vectors, json_equal(want, got), "body");
    json_decref(want);
    json_decref(got);
}

static void run_requests(struct vectors *vectors, const json_t *root) {
    static struct vectors_account account;
    const json_t *l2 = json_object_get(json_object_get(root, "market"), "l2Config");
    const struct market market = {vectors_text(l2, "syntheticId"), vectors_text(l2, "collateralId"),
                                  vectors_int(l2, "syntheticResolution"),
                                  vectors_int(l2, "collateralResolution")};
    const struct slice secrets[OE_SECRETS_MAX] = {
        {"dummy-api-key", 13}, vectors_slice(root, "private_key"), vectors_slice(root, "vault")};
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const json_t *request = json_object_get(one, "request");
        bool testnet = strcmp(vectors_text(one, "network"), "testnet") == 0;
        bool creates = strcmp(vectors_text(one, "method"), "createOrder") == 0;
        const struct peer_call *row = NULL;
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        for (size_t j = 0; j < COUNT_OF(peer_calls); j++) {
            row = strcmp(peer_calls[j].name, vectors->id) == 0 ? &peer_calls[j] : row;
        }
        if (row != NULL && row->skip != NULL) {
            vectors_skip(vectors, row->skip);
            continue;
        }
        if (vectors_true(vectors, row != NULL || creates, "a call that is not known here") &&
            create(vectors, &account, secrets, testnet, &market)) {
            const struct venue_oe *oe = account.oe.venue;
            if (creates) {
                check_create(vectors, &account, root, one);
            } else {
                struct oe_call call = row->call;
                call.tag = 1;
                call.now_ns = NS_PER_S;
                if (vectors_true(vectors,
                                 oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                                 status_text())) {
                    check_small_body(vectors, &account.message, request);
                }
            }
            check_target(vectors, &account.message, testnet ? oe->testnet.rest : oe->mainnet.rest,
                         request);
            check_headers(vectors, &account.message, request);
            vectors_account_finish(&account);
        }
        vectors_end(vectors);
    }
}

const struct vectors_format vectors_extended[] = {
    {"hashes.json", run_hashes},
    {"key_derivation.json", run_keys},
    {"order_objects.json", run_order_objects},
    {"requests.json", run_requests},
    {NULL, NULL},
};
