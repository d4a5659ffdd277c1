#include <stdlib.h>

#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"
#include "exchanges/hyperliquid_sign.h"
#include "exchanges/msgpack.h"
#include "vectors_eth.h"

enum { PACKED_MAX = 4096 };

static void run_msgpack(struct vectors *vectors, const json_t *root) {
    static uint8_t packed[PACKED_MAX];
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        char *text = json_dumps(json_object_get(one, "json"), JSON_COMPACT | JSON_ENCODE_ANY);
        struct msgpack pack;
        msgpack_init(&pack, packed, sizeof(packed));
        if (vectors_true(vectors, msgpack_json(&pack, slice_of(text)), "cannot be packed")) {
            char hex_data[2 * PACKED_MAX + 1];
            struct text hex = TEXT_OVER(hex_data);
            hex_add(&hex, packed, pack.size);
            (void)vectors_same(vectors, "msgpack", text_slice(&hex), vectors_slice(one, "msgpack"));
        }
        free(text);
        vectors_end(vectors);
    }
}

static void run_secp256k1(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        struct sign_eth key;
        uint8_t digest[ETH_HASH_SIZE];
        vectors_begin(vectors, one, i, NULL);
        if (vectors_eth_key(vectors, vectors_text(one, "private_key"), &key)) {
            (void)vectors_same_bytes(vectors, "address", key.address, sizeof(key.address),
                                     vectors_text(one, "address"));
            keccak256(vectors_slice(one, "message_utf8"), digest);
            (void)vectors_same_bytes(vectors, "digest", digest, sizeof(digest),
                                     vectors_text(one, "digest"));
            vectors_check_signature(vectors, &key, digest, one);
            (void)vectors_true(vectors, vectors_int(one, "recid") + 27 == vectors_int(one, "v"),
                               "recid and v differ");
            sign_eth_finish(&key);
        }
        vectors_end(vectors);
    }
}

// ---- typed data --------------------------------------------------------------------------------

static void run_eip712(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        struct sign_eth key;
        uint8_t contract[ETH_ADDRESS_SIZE], domain[ETH_HASH_SIZE], hash[ETH_HASH_SIZE];
        uint8_t digest[ETH_HASH_SIZE];
        const json_t *about = json_object_get(one, "domain");
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        if (vectors_true(
                vectors,
                hex_read(vectors_slice(about, "verifyingContract"), contract, sizeof(contract)),
                "no contract") &&
            vectors_struct_hash(vectors, json_object_get(one, "types"),
                                vectors_text(one, "primaryType"), json_object_get(one, "message"),
                                hash)) {
            eip712_domain(vectors_text(about, "name"), vectors_text(about, "version"),
                          (uint64_t)vectors_int(about, "chainId"), contract, domain);
            eip712_digest(domain, hash, digest);
            (void)vectors_same_bytes(vectors, "domain", domain, sizeof(domain),
                                     vectors_text(one, "domainSeparator"));
            (void)vectors_same_bytes(vectors, "structure", hash, sizeof(hash),
                                     vectors_text(one, "structHash"));
            (void)vectors_same_bytes(vectors, "digest", digest, sizeof(digest),
                                     vectors_text(one, "digest"));
            const char *private_key = vectors_text(one, "private_key"); // of one of them only
            if (private_key[0] != '\0' && vectors_eth_key(vectors, private_key, &key)) {
                vectors_check_signature(vectors, &key, digest, one);
                sign_eth_finish(&key);
            }
        }
        vectors_end(vectors);
    }
}

// Transfers and approvals: typed data of their own. The desk sends none; its primitives do them.
static void run_user_signed(struct vectors *vectors, const json_t *root) {
    static const uint8_t no_contract[ETH_ADDRESS_SIZE];
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        struct sign_eth key;
        uint8_t domain[ETH_HASH_SIZE], hash[ETH_HASH_SIZE], digest[ETH_HASH_SIZE];
        const char *primary = vectors_text(one, "primaryType");
        const json_t *want = json_object_get(one, "expected");
        json_t *types = json_pack("{s:O}", primary, json_object_get(one, "types"));
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        if (vectors_struct_hash(vectors, types, primary, json_object_get(one, "message"), hash) &&
            vectors_eth_key(vectors, vectors_text(one, "private_key"), &key)) {
            uint64_t chain = strtoull(vectors_text(one, "signatureChainId"), NULL, 16);
            eip712_domain("HyperliquidSignTransaction", "1", chain, no_contract, domain);
            eip712_digest(domain, hash, digest);
            (void)vectors_same_bytes(vectors, "domain", domain, sizeof(domain),
                                     vectors_text(want, "domain_separator"));
            (void)vectors_same_bytes(vectors, "structure", hash, sizeof(hash),
                                     vectors_text(want, "struct_hash"));
            (void)vectors_same_bytes(vectors, "digest", digest, sizeof(digest),
                                     vectors_text(want, "digest"));
            vectors_check_signature(vectors, &key, digest, want);
            sign_eth_finish(&key);
        }
        json_decref(types);
        vectors_end(vectors);
    }
}

// ---- actions -----------------------------------------------------------------------------------

static void check_published(struct vectors *vectors, const json_t *one, const struct sign_eth *key,
                            const uint8_t digest[ETH_HASH_SIZE]) {
    const json_t *published = json_object_get(one, "published");
    if (published != NULL) {
        vectors_check_signature(vectors, key, digest, published);
    }
}

static void check_body(struct vectors *vectors, const json_t *one, const struct sign_eth *key,
                       const struct hyperliquid_action *action, bool testnet) {
    char body_data[8192];
    struct text body = TEXT_OVER(body_data);
    struct slice url = vectors_slice(one, "url");
    if (url.size == 0) {
        return;
    }
    if (vectors_true(vectors, hyperliquid_add_signed(key, action, testnet, &body),
                     "cannot be signed")) {
        (void)vectors_same(vectors, "body", text_slice(&body), vectors_slice(one, "body"));
    }
    const struct venue_oe *venue = &hyperliquid_oe;
    struct slice host = slice_of(testnet ? venue->testnet.rest : venue->mainnet.rest);
    (void)vectors_true(vectors,
                       slice_starts(url, host) &&
                           slice_equals((struct slice){url.data + host.size, url.size - host.size},
                                        SLICE("/exchange")),
                       "sent to another address");
}

static void check_action(struct vectors *vectors, const json_t *one, struct slice text) {
    static uint8_t packed[PACKED_MAX];
    const json_t *want = json_object_get(one, "expected");
    struct slice vault_hex = vectors_slice(one, "vault_address");
    uint8_t vault[ETH_ADDRESS_SIZE], id[KECCAK_SIZE], digest[ETH_HASH_SIZE];
    struct hyperliquid_action action = {
        .json = text,
        .nonce = (uint64_t)vectors_int(one, "nonce"),
        .expires_ms = (uint64_t)vectors_int(one, "expires_after"),
        .vault = vault_hex.size > 0 && hex_read(vault_hex, vault, sizeof(vault)) ? vault : NULL};
    struct msgpack pack;
    char hex_data[2 * PACKED_MAX + 1];
    struct text hex = TEXT_OVER(hex_data);
    msgpack_init(&pack, packed, sizeof(packed));
    if (!vectors_true(vectors, msgpack_json(&pack, text), "cannot be packed") ||
        !vectors_true(vectors, hyperliquid_connection_id(&action, id), "cannot be hashed")) {
        return;
    }
    hex_add(&hex, packed, pack.size);
    (void)vectors_same(vectors, "msgpack", text_slice(&hex), vectors_slice(want, "msgpack"));
    (void)vectors_same_bytes(vectors, "connection id", id, sizeof(id),
                             vectors_text(want, "connection_id"));
    struct sign_eth key;
    if (vectors_text(one, "private_key")[0] == '\0' ||
        !vectors_eth_key(vectors, vectors_text(one, "private_key"), &key)) {
        return;
    }
    bool testnet = !json_is_true(json_object_get(one, "is_mainnet"));
    hyperliquid_agent_digest(id, testnet, digest);
    (void)vectors_same_bytes(vectors, "digest", digest, sizeof(digest),
                             vectors_text(want, "digest"));
    (void)vectors_same_bytes(vectors, "address", key.address, sizeof(key.address),
                             vectors_text(one, "address"));
    vectors_check_signature(vectors, &key, digest, want);
    check_published(vectors, one, &key, digest);
    check_body(vectors, one, &key, &action, testnet);
    sign_eth_finish(&key);
}

static void run_actions(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        char *text = json_dumps(json_object_get(one, "action"), JSON_COMPACT);
        check_action(vectors, one, slice_of(text));
        free(text);
        vectors_end(vectors);
    }
}

// ---- numbers -----------------------------------------------------------------------------------

static int64_t tenth_power(int64_t digits, int64_t one) {
    for (int64_t i = 0; i < digits; i++) {
        one /= 10;
    }
    return one;
}

static struct listing rules_of(int64_t size_decimals) {
    return (struct listing){.tick = {tenth_power(6 - size_decimals, PX_ONE)},
                            .step = {tenth_power(size_decimals, QTY_ONE)},
                            .significant_max = 5};
}

// The text without the digits a fixed-point number cannot hold, all of which are cut anyway.
static struct slice cut_digits(struct slice text, size_t digits) {
    const char *point = memchr(text.data, '.', text.size);
    size_t size = point == NULL ? text.size : (size_t)(point - text.data) + 1 + digits;
    return (struct slice){text.data, size < text.size ? size : text.size};
}

static void check_price(struct vectors *vectors, const json_t *one) {
    struct listing rules = rules_of(vectors_int(one, "sz_decimals"));
    struct px price;
    char text_data[48];
    struct text text = TEXT_OVER(text_data);
    if (!vectors_true(vectors, px_parse(vectors_slice(one, "price"), &price), "no price")) {
        return;
    }
    struct px floor = listing_price_floor(&rules, price);
    (void)vectors_true(vectors,
                       (floor.v == price.v) == json_is_true(json_object_get(one, "valid_as_is")),
                       "valid or not");
    px_print(&text, floor, 0, PX_DIGITS);
    struct slice want = vectors_slice(one, "formatted");
    if (want.size == 0) { // cut down to nothing: refused
        (void)vectors_true(vectors, floor.v == 0, "a price that should be none");
    } else if (price.v >= 100000 * PX_ONE) { // an integer is valid too, and closer: sheet 2
        floor.v = price.v / PX_ONE * PX_ONE;
        text_clear(&text);
        px_print(&text, floor, 0, PX_DIGITS);
        (void)vectors_true(vectors,
                           listing_price_floor(&rules, price).v == floor.v &&
                               slice_starts(text_slice(&text), (struct slice){want.data, 5}),
                           "not the integer below");
    } else {
        (void)vectors_same(vectors, "formatted", text_slice(&text), want);
    }
}

static void check_size(struct vectors *vectors, const json_t *one) {
    struct listing rules = rules_of(vectors_int(one, "sz_decimals"));
    struct qty size;
    char text_data[48];
    struct text text = TEXT_OVER(text_data);
    struct slice given = cut_digits(vectors_slice(one, "size"), QTY_DIGITS);
    if (!vectors_true(vectors, qty_parse(given, &size), "no size")) {
        return;
    }
    size = qty_step_floor(size, rules.step);
    qty_print(&text, size, 0, QTY_DIGITS);
    struct slice want = vectors_slice(one, "formatted");
    if (want.size == 0) {
        (void)vectors_true(vectors, size.v == 0, "a size that should be none");
    } else {
        (void)vectors_same(vectors, "formatted", text_slice(&text), want);
    }
}

static void run_numbers(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const char *kind = vectors_text(one, "kind");
        vectors_begin(vectors, one, i, NULL);
        if (strcmp(kind, "price") == 0) {
            check_price(vectors, one);
        } else if (strcmp(kind, "size") == 0) {
            check_size(vectors, one);
        } else {
            struct px value;
            char text_data[48];
            struct text text = TEXT_OVER(text_data);
            if (vectors_true(vectors, px_parse(vectors_slice(one, "decimal"), &value),
                             "no number")) {
                px_print(&text, value, 0, PX_DIGITS);
                (void)vectors_same(vectors, "wire", text_slice(&text), vectors_slice(one, "wire"));
            }
        }
        vectors_end(vectors);
    }
}

// ---- a peer's orders ---------------------------------------------------------------------------

static void no_event(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    (void)event;
}

static bool read_order(const json_t *order, const char *tif, struct oe_call *call) {
    call->order.side = json_is_true(json_object_get(order, "b")) ? SIDE_BUY : SIDE_SELL;
    call->order.reduce_only = json_is_true(json_object_get(order, "r"));
    call->order.kind = strcmp(tif, "Alo") == 0   ? OE_POST_ONLY
                       : strcmp(tif, "Ioc") == 0 ? OE_IOC
                                                 : OE_GTC;
    return px_parse(vectors_slice(order, "p"), &call->order.price) &&
           qty_parse(vectors_slice(order, "s"), &call->order.size);
}

// What is posted for the peer's order is its order, with our client id.
static void check_order(struct vectors *vectors, const json_t *one, json_t *order,
                        const char *tif) {
    static const char *const symbols[] = {"BTC/USDT", "ETH/USDT", "SOL/USDT", NULL};
    static const struct slice secrets[OE_SECRETS_MAX] = {
        {"4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 64}};
    static const char meta[] = "{\"universe\":[{\"name\":\"BTC\"},{\"name\":\"ETH\"},{\"name\":"
                               "\"A\"},{\"name\":\"B\"},{\"name\":\"C\"},{\"name\":\"SOL\"}]}";
    static struct vectors_account account;
    struct oe_sink sink = {no_event};
    char id[OE_CLIENT_ID_MAX];
    const json_t *input = json_object_get(one, "input");
    struct oe_call call = {
        .kind = OE_RULES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = NS_PER_S};
    if (vectors_account_create(vectors, &account, "hyperliquid", symbols, secrets, false)) {
        hyperliquid_oe.decode_answer(&account.oe, &call, 200, (struct slice){"", 0}, slice_of(meta),
                                     &sink);
        call.kind = OE_PLACE;
        call.symbol = oe_find_symbol(&account.oe, vectors_slice(input, "coin"));
        hyperliquid_oe.client_id(1, 2, id);
        call.client_id = slice_of(id);
        json_object_set_new(order, "c", json_string(id));
        struct listing rules = rules_of(vectors_int(input, "sz_decimals"));
        vectors_learn(&account, call.symbol, rules.tick, rules.step);
        account.oe.listings[call.symbol].significant_max = rules.significant_max;
        if (vectors_true(vectors, read_order(order, tif, &call), "no order") &&
            vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                         status_text())) {
            json_error_t error;
            json_t *frame = json_loads(account.message.body.data, 0, &error);
            json_t *action = json_object_get(
                json_object_get(json_object_get(frame, "request"), "payload"), "action");
            (void)vectors_true(
                vectors, json_equal(json_array_get(json_object_get(action, "orders"), 0), order),
                "the order differs");
            (void)vectors_same(vectors, "type", vectors_slice(action, "type"), SLICE("order"));
            json_decref(frame);
        }
    }
    vectors_account_finish(&account);
}

static void run_ccxt(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        json_t *order = json_array_get(json_object_get(one, "orders"), 0);
        const json_t *limit = json_object_get(json_object_get(order, "t"), "limit");
        const char *tif = vectors_text(limit, "tif");
        vectors_begin(vectors, one, i, NULL);
        if (limit == NULL) {
            vectors_skip(vectors, "perpdesk has no trigger orders");
        } else {
            check_order(vectors, one, order, tif);
            vectors_end(vectors);
        }
    }
}

const struct vectors_format vectors_hyperliquid[] = {
    {"ccxt_static_orders.json", run_ccxt},  {"eip712.json", run_eip712},
    {"keccak256.json", vectors_run_keccak}, {"l1_action_more.json", run_actions},
    {"l1_action_sdk.json", run_actions},    {"msgpack.json", run_msgpack},
    {"number_format.json", run_numbers},    {"secp256k1.json", run_secp256k1},
    {"user_signed.json", run_user_signed},  {NULL, NULL},
};
