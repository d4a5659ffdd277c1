#include "exchanges/bytes_text.h"
#include "exchanges/edgex_hash.h"
#include "exchanges/edgex_sign.h"
#include "exchanges/eip712.h"
#include "exchanges/hash_keccak.h"
#include "exchanges/header_lines.h"
#include "exchanges/sign_stark.h"
#include "vectors.h"

// ---- nonces ------------------------------------------------------------------------------------

static void run_nonces(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        char nonce_data[16];
        struct text nonce = TEXT_OVER(nonce_data);
        vectors_begin(vectors, one, i, vectors_text(one, "client_order_id"));
        text_add_int(&nonce, edgex_nonce(vectors_slice(one, "client_order_id")));
        (void)vectors_same(vectors, "l2Nonce", text_slice(&nonce), vectors_slice(one, "l2Nonce"));
        vectors_end(vectors);
    }
}

// ---- orders ------------------------------------------------------------------------------------

static int64_t number_of(const json_t *object, const char *name) {
    int64_t number = -1;
    return decimal_parse(vectors_slice(object, name), 0, &number) ? number : -1;
}

static void same_number(struct vectors *vectors, const char *what, uint64_t got,
                        struct slice want) {
    char got_data[24];
    struct text text = TEXT_OVER(got_data);
    text_add_format(&text, "%llu", (unsigned long long)got);
    (void)vectors_same(vectors, what, text_slice(&text), want);
}

// Without the zeros that the other side's decimals keep behind the point.
static struct slice trimmed(struct slice text) {
    if (text.size > 0 && memchr(text.data, '.', text.size) != NULL) {
        while (text.data[text.size - 1] == '0') {
            text.size--;
        }
        text.size -= text.data[text.size - 1] == '.';
    }
    return text;
}

static struct rate rate_of(struct slice text) {
    struct rate rate = {-1};
    return decimal_parse(text, RATE_DIGITS, &rate.v) ? rate : (struct rate){-1};
}

// By the primitives: any order of the file, market orders too.
static void check_digest(struct vectors *vectors, const json_t *one) {
    const json_t *inputs = json_object_get(one, "inputs");
    const json_t *message = json_object_get(one, "message");
    struct rate taker = rate_of(vectors_slice(inputs, "takerRate"));
    struct rate maker = rate_of(vectors_slice(inputs, "makerRate"));
    struct edgex_rules rules = {.contract = (uint64_t)number_of(inputs, "contractId"),
                                .coin = (uint64_t)number_of(inputs, "quoteCoinId"),
                                .resolution = (uint64_t)number_of(inputs, "contract_resolution"),
                                .coin_resolution = (uint64_t)number_of(inputs, "coin_resolution"),
                                .fee = maker.v > taker.v ? maker : taker};
    struct edgex_order order = {.nonce = edgex_nonce(vectors_slice(inputs, "clientOrderId")),
                                .account = (uint64_t)number_of(inputs, "accountId"),
                                .expires_s = (uint64_t)number_of(inputs, "expireTime") / 1000,
                                .buys = strcmp(vectors_text(inputs, "side"), "BUY") == 0};
    uint8_t key[ETH_KEY_SIZE], contract[ETH_ADDRESS_SIZE], digest[ETH_HASH_SIZE];
    struct px price = {0};
    struct qty size = {0};
    struct edgex_domain domain;
    struct sign_eth eth;
    struct eth_signature signature;
    char signature_text[EDGEX_SIGNATURE_TEXT];
    if (!vectors_true(
            vectors,
            px_parse(vectors_slice(inputs, "l2_price"), &price) &&
                qty_parse(vectors_slice(inputs, "size"), &size) &&
                hex_read(vectors_slice(one, "private_key"), key, sizeof(key)) &&
                hex_read(vectors_slice(one, "verifying_contract"), contract, sizeof(contract)),
            "the case cannot be read") ||
        !vectors_true(vectors, edgex_amounts(&rules, price, size, &order),
                      "the amounts do not fit") ||
        !vectors_true(vectors, sign_eth_init(&eth, key) == STATUS_OK, "the key is none")) {
        return;
    }
    edgex_domain((uint64_t)vectors_int(one, "chain_id"), contract, &domain);
    edgex_order_digest(&domain, &order, eth.address, digest);
    sign_eth(&eth, digest, &signature);
    edgex_signature_write(&signature, signature_text);
    same_number(vectors, "l2Nonce", order.nonce, vectors_slice(one, "l2Nonce"));
    same_number(vectors, "l2LimitFee", order.fee_whole, vectors_slice(one, "l2LimitFee"));
    same_number(vectors, "amountSynthetic", order.synthetic,
                vectors_slice(message, "amountSynthetic"));
    same_number(vectors, "amountCollateral", order.collateral,
                vectors_slice(message, "amountCollateral"));
    same_number(vectors, "amountFee", order.fee, vectors_slice(message, "amountFee"));
    (void)vectors_same(vectors, "l2Value", slice_of(order.value_text),
                       trimmed(vectors_slice(one, "l2Value")));
    (void)vectors_same_bytes(vectors, "the domain", domain.separator, ETH_HASH_SIZE,
                             vectors_text(one, "domain_separator"));
    (void)vectors_same_bytes(vectors, "the base's type", domain.base_type, ETH_HASH_SIZE,
                             vectors_text(one, "base_type_hash"));
    (void)vectors_same_bytes(vectors, "the order's type", domain.order_type, ETH_HASH_SIZE,
                             vectors_text(one, "order_type_hash"));
    (void)vectors_same_bytes(vectors, "the digest", digest, sizeof(digest),
                             vectors_text(one, "digest"));
    (void)vectors_same(vectors, "l2Signature", slice_of(signature_text),
                       vectors_slice(one, "l2Signature"));
    sign_eth_finish(&eth);
}

static void ignore(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    (void)event;
}

static void learn_metadata(struct vectors_account *account, const json_t *one) {
    const json_t *inputs = json_object_get(one, "inputs");
    struct oe_sink sink = {ignore};
    struct oe_call call = {
        .kind = OE_RULES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = NS_PER_S};
    json_t *metadata = json_pack(
        "{s:s, s:{s:{s:I, s:s}, s:[{s:s, s:s}], s:[{s:s, s:s, s:s, s:s, s:s, s:s}]}}", "code",
        "SUCCESS", "data", "global", "nativeChainId", vectors_int(one, "chain_id"),
        "contractAddress", vectors_text(one, "verifying_contract"), "coinList", "coinId",
        vectors_text(inputs, "quoteCoinId"), "resolution", vectors_text(inputs, "coin_resolution"),
        "contractList", "contractId", vectors_text(inputs, "contractId"), "contractName", "BTCUSDC",
        "quoteCoinId", vectors_text(inputs, "quoteCoinId"), "resolution",
        vectors_text(inputs, "contract_resolution"), "defaultTakerFeeRate",
        vectors_text(inputs, "takerRate"), "defaultMakerFeeRate",
        vectors_text(inputs, "makerRate"));
    char *text = json_dumps(metadata, 0);
    edgex_oe.decode_answer(&account->oe, &call, 200, (struct slice){"", 0}, slice_of(text), &sink);
    free(text);
    json_decref(metadata);
}

static bool order_of(const json_t *inputs, struct oe_order *out) {
    const char *time = vectors_text(inputs, "timeInForce");
    out->side = strcmp(vectors_text(inputs, "side"), "BUY") == 0 ? SIDE_BUY : SIDE_SELL;
    out->kind = strcmp(time, "IMMEDIATE_OR_CANCEL") == 0 ? OE_IOC
                : strcmp(time, "POST_ONLY") == 0         ? OE_POST_ONLY
                                                         : OE_GTC;
    out->reduce_only = json_is_true(json_object_get(inputs, "reduceOnly"));
    return px_parse(vectors_slice(inputs, "price"), &out->price) &&
           qty_parse(vectors_slice(inputs, "size"), &out->size);
}

// The whole body that the order entry sends for it.
static void check_body(struct vectors *vectors, const json_t *one) {
    static const char *const symbols[] = {"BTC/USDT", NULL};
    const json_t *inputs = json_object_get(one, "inputs");
    const struct slice secrets[OE_SECRETS_MAX] = {vectors_slice(inputs, "accountId"), SLICE("key"),
                                                  SLICE("secret"), SLICE("phrase"),
                                                  vectors_slice(one, "private_key")};
    struct vectors_account account;
    struct oe_call call = {.kind = OE_PLACE,
                           .tag = 2,
                           .symbol = 0,
                           .client_id = vectors_slice(inputs, "clientOrderId"),
                           .now_ns = (number_of(inputs, "expireTime") - 22 * INT64_C(86400000)) *
                                     NS_PER_MS};
    if (!vectors_true(vectors, order_of(inputs, &call.order), "the order cannot be read") ||
        !vectors_account_create(vectors, &account, "edgex", symbols, secrets, false)) {
        return;
    }
    vectors_learn(&account, 0, (struct px){PX_ONE / 1000}, (struct qty){QTY_ONE / 100000});
    learn_metadata(&account, one);
    if (vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                     status_text())) {
        json_t *body = json_loads(account.message.body_data, 0, NULL);
        json_t *want = json_deep_copy(json_object_get(one, "body"));
        if (json_object_size(want) != json_object_size(body)) { // l2Size is in each, and no more
            (void)vectors_true(vectors, false, "the body has other members");
        }
        const char *name;
        const json_t *value;
        json_object_foreach(want, name, value) {
            if (json_is_boolean(value)) {
                (void)vectors_true(vectors, json_equal(value, json_object_get(body, name)) == 1,
                                   name);
            } else {
                (void)vectors_same(vectors, name, vectors_slice(body, name),
                                   trimmed(vectors_slice(want, name)));
            }
        }
        json_decref(want);
        json_decref(body);
    }
    vectors_account_finish(&account);
}

// A market order cannot be had from the order entry: its digest and signature are checked alone.
static void run_orders(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        check_digest(vectors, one);
        if (strcmp(vectors_text(json_object_get(one, "inputs"), "type"), "LIMIT") == 0) {
            check_body(vectors, one);
        }
        vectors_end(vectors);
    }
}

// ---- other typed data --------------------------------------------------------------------------

static bool hash_message(const json_t *one, const uint8_t type_hash[ETH_HASH_SIZE],
                         uint8_t out[ETH_HASH_SIZE]) {
    const json_t *message = json_object_get(one, "message");
    struct eip712 hash;
    uint8_t signer[ETH_ADDRESS_SIZE];
    eip712_begin(&hash, type_hash);
    if (json_object_get(message, "value") != NULL) {
        eip712_uint(&hash, (uint64_t)number_of(message, "value"));
    } else {
        if (!hex_read(vectors_slice(message, "signer"), signer, sizeof(signer))) {
            return false;
        }
        eip712_uint(&hash, (uint64_t)number_of(message, "accountId"));
        eip712_uint(&hash, (uint64_t)number_of(message, "assetId"));
        eip712_uint(&hash, (uint64_t)vectors_int(message, "marginMode"));
        eip712_uint(&hash, (uint64_t)number_of(message, "nonce"));
        eip712_address(&hash, signer);
    }
    eip712_end(&hash, out);
    return true;
}

static void check_typed_data(struct vectors *vectors, const json_t *one) {
    uint8_t key[ETH_KEY_SIZE], contract[ETH_ADDRESS_SIZE], type_hash[ETH_HASH_SIZE];
    uint8_t whole[ETH_HASH_SIZE], digest[ETH_HASH_SIZE];
    struct edgex_domain domain;
    struct sign_eth eth;
    struct eth_signature signature;
    char text[EDGEX_SIGNATURE_TEXT];
    eip712_text(vectors_text(one, "type_string"), type_hash);
    if (!vectors_true(
            vectors,
            hex_read(vectors_slice(one, "private_key"), key, sizeof(key)) &&
                hex_read(vectors_slice(one, "verifying_contract"), contract, sizeof(contract)) &&
                hash_message(one, type_hash, whole) && sign_eth_init(&eth, key) == STATUS_OK,
            "the case cannot be read")) {
        return;
    }
    edgex_domain((uint64_t)vectors_int(one, "chain_id"), contract, &domain);
    eip712_digest(domain.separator, whole, digest);
    sign_eth(&eth, digest, &signature);
    edgex_signature_write(&signature, text);
    (void)vectors_same_bytes(vectors, "the structure", whole, sizeof(whole),
                             vectors_text(one, "struct_hash"));
    (void)vectors_same_bytes(vectors, "the digest", digest, sizeof(digest),
                             vectors_text(one, "digest"));
    (void)vectors_same(vectors, "the signature", slice_of(text), vectors_slice(one, "l2Signature"));
    sign_eth_finish(&eth);
}

static void run_typed_data(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "type_string"));
        check_typed_data(vectors, one);
        vectors_end(vectors);
    }
}

// ---- requests ----------------------------------------------------------------------------------

// The query of a case as JSON folds to the same text as a body of the same members.
static void check_request(struct vectors *vectors, const json_t *one) {
    const json_t *body = json_object_get(one, "json_body");
    const json_t *query = json_object_get(one, "query");
    char *json = json_dumps(body != NULL ? body : query, 0);
    char folded_data[2048], key_data[256], prehash_data[4096], signature[SIGN_HMAC_HEX_SIZE];
    struct text folded = TEXT_OVER(folded_data), key = TEXT_OVER(key_data);
    struct text prehash = TEXT_OVER(prehash_data);
    struct slice secret = vectors_slice(one, "secret"), time = vectors_slice(one, "timestamp_ms");
    struct sign_hmac hmac;
    if (json != NULL) {
        (void)vectors_true(vectors, edgex_fold(slice_of(json), &folded), "it does not fold");
    } else { // the handshake: its parameters stand in the sheet
        text_add(&folded, SLICE("accountId=543429922991899150&timestamp="));
        text_add(&folded, time);
    }
    free(json);
    base64_add(&key, (const uint8_t *)secret.data, secret.size);
    (void)vectors_same(vectors, "the key", text_slice(&key), vectors_slice(one, "hmac_key_ascii"));
    (void)vectors_same(vectors, "folded", text_slice(&folded), vectors_slice(one, "folded"));
    text_add(&prehash, time);
    text_add(&prehash, vectors_slice(one, "method"));
    text_add(&prehash, vectors_slice(one, "path"));
    text_add(&prehash, text_slice(&folded));
    (void)vectors_same(vectors, "prehash", text_slice(&prehash), vectors_slice(one, "prehash"));
    if (!vectors_true(vectors, edgex_hmac_init(&hmac, secret), "the secret is none")) {
        return;
    }
    edgex_sign_request(&hmac, time, vectors_slice(one, "method"), vectors_slice(one, "path"),
                       text_slice(&folded), signature);
    (void)vectors_same(vectors, "signature", (struct slice){signature, sizeof(signature)},
                       vectors_slice(one, "signature"));
    sign_hmac_finish(&hmac);
}

// What the order entry sends where it has such a call: "" when it has none.
static bool call_of(const char *name, struct oe_call *call) {
    static const struct {
        const char *name;
        struct oe_call call;
    } rows[] = {
        {"account asset", {.kind = OE_BALANCES, .symbol = OE_SYMBOL_NONE}},
        {"order by id", {.kind = OE_QUERY, .venue_id = {"726881470857084943", 18}}},
        {"cancel by id", {.kind = OE_CANCEL, .venue_id = {"726881470857084943", 18}}},
        {"cancel by client id", {.kind = OE_CANCEL, .client_id = {"pd-00000001-a", 13}}},
        {"cancel all (empty list folds to nothing)",
         {.kind = OE_CANCEL_ALL, .symbol = OE_SYMBOL_NONE}},
        {"leverage", {.kind = OE_LEVERAGE, .leverage = 10}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *call = rows[i].call;
            return true;
        }
    }
    return false;
}

static bool has_headers(struct slice lines, const json_t *headers) {
    const char *name;
    const json_t *value;
    struct slice told;
    bool all = json_object_size(headers) == 4;
    json_object_foreach((json_t *)(uintptr_t)headers, name, value) {
        all = all && header_find(lines, name, &told) &&
              slice_equals(told, slice_of(json_string_value(value)));
    }
    return all;
}

// The same rules of the contract as the orders' cases have them.
static const char metadata[] =
    "{\"code\":\"SUCCESS\",\"data\":{\"global\":{\"nativeChainId\":\"3343\",\"contractAddress\":"
    "\"0xeeb3fb05cca17745cbdf193a9b16537efb68fac8\"},\"coinList\":[{\"coinId\":\"1000\","
    "\"resolution\":\"0xf4240\"}],\"contractList\":[{\"contractId\":\"30000001\",\"contractName\":"
    "\"BTCUSDC\",\"quoteCoinId\":\"1000\",\"resolution\":\"10000000000\"}]}}";

static void check_sent(struct vectors *vectors, const json_t *one) {
    static const char *const symbols[] = {"BTC/USDT", NULL};
    const struct slice secrets[OE_SECRETS_MAX] = {
        SLICE("543429922991899150"), vectors_slice(one, "api_key"), vectors_slice(one, "secret"),
        vectors_slice(one, "passphrase"),
        SLICE("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")};
    const json_t *headers = json_object_get(one, "headers");
    struct vectors_account account;
    struct oe_sink sink = {ignore};
    struct oe_call call = {.kind = OE_RULES, .symbol = OE_SYMBOL_NONE};
    if (!vectors_account_create(vectors, &account, "edgex", symbols, secrets, false)) {
        return;
    }
    call.tag = 1;
    call.now_ns = number_of(one, "timestamp_ms") * NS_PER_MS;
    edgex_oe.decode_answer(&account.oe, &call, 200, (struct slice){"", 0}, slice_of(metadata),
                           &sink);
    if (call_of(vectors_text(one, "name"), &call)) {
        call.tag = 2;
        call.now_ns = number_of(one, "timestamp_ms") * NS_PER_MS;
        if (vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                         status_text())) {
            struct slice url = vectors_slice(one, "url");
            size_t host = strlen(edgex_oe.mainnet.rest);
            (void)vectors_same(vectors, "the path", text_slice(&account.message.path),
                               (struct slice){url.data + host, url.size - host});
            (void)vectors_true(vectors, has_headers(text_slice(&account.message.headers), headers),
                               "the headers differ");
        }
    } else if (strcmp(vectors_text(one, "name"), "private websocket handshake") == 0) {
        char url_data[OE_URL_MAX], lines_data[OE_HEADERS_MAX];
        struct text url = TEXT_OVER(url_data), lines = TEXT_OVER(lines_data);
        (void)vectors_true(vectors,
                           edgex_oe.open(&account.oe, 0, number_of(one, "timestamp_ms") * NS_PER_MS,
                                         &url, &lines) == STATUS_OK,
                           status_text());
        (void)vectors_same(vectors, "the url", text_slice(&url), vectors_slice(one, "url"));
        (void)vectors_true(vectors, has_headers(text_slice(&lines), headers), "the headers differ");
    }
    vectors_account_finish(&account);
}

static void run_requests(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        check_request(vectors, one);
        check_sent(vectors, one);
        vectors_end(vectors);
    }
}

// ---- the first generation ----------------------------------------------------------------------

static bool read_number(const json_t *one, const char *name, struct u256 *out) {
    uint8_t bytes[U256_SIZE];
    if (!hex_read_number(vectors_slice(one, name), bytes, sizeof(bytes))) {
        return false;
    }
    *out = u256_from_bytes(bytes);
    return true;
}

static bool read_felt(const json_t *one, const char *name, struct felt *out) {
    struct u256 number;
    return read_number(one, name, &number) && felt_from_u256(&number, out);
}

static void same_felt(struct vectors *vectors, const char *what, struct felt got,
                      const char *want) {
    uint8_t bytes[U256_SIZE];
    struct u256 number = felt_to_u256(got);
    u256_to_bytes(&number, bytes);
    (void)vectors_same_bytes(vectors, what, bytes, sizeof(bytes), want);
}

static bool read_legacy_order(const json_t *one, struct edgex_hash_order *out) {
    *out = (struct edgex_hash_order){
        .side = json_is_true(json_object_get(one, "is_buy")) ? SIDE_BUY : SIDE_SELL,
        .synthetic_amount = (uint64_t)vectors_int(one, "amount_synthetic"),
        .collateral_amount = (uint64_t)vectors_int(one, "amount_collateral"),
        .fee_amount = (uint64_t)vectors_int(one, "amount_fee"),
        .nonce = (uint32_t)vectors_int(one, "nonce"),
        .position_id = (uint64_t)vectors_int(one, "position_id"),
        .expiration_hours = (uint32_t)vectors_int(one, "expire_hours")};
    return read_felt(one, "synthetic", &out->synthetic_asset) &&
           read_felt(one, "collateral", &out->collateral_asset);
}

static void check_legacy_signature(struct vectors *vectors, const json_t *one, struct felt hash) {
    const char *name =
        strcmp(vectors_text(one, "kind"), "header") == 0 ? "X-edgeX-Api-Signature" : "l2Signature";
    struct u256 secret;
    struct stark_key key;
    struct stark_signature signature;
    uint8_t bytes[2 * U256_SIZE];
    if (!vectors_true(vectors,
                      read_number(one, "private_key", &secret) &&
                          stark_key_init(&key, &secret) == STATUS_OK,
                      "the key is none")) {
        return;
    }
    same_felt(vectors, "the public key", key.public_x, vectors_text(one, "public_key"));
    if (vectors_true(vectors, stark_sign(&key, hash, &signature) == STATUS_OK, "no signature")) {
        u256_to_bytes(&signature.r, bytes);
        u256_to_bytes(&signature.s, bytes + U256_SIZE);
        (void)vectors_same_bytes(vectors, name, bytes, sizeof(bytes), vectors_text(one, name));
    }
    stark_key_finish(&key);
}

static void check_legacy(struct vectors *vectors, const json_t *one) {
    struct edgex_hash_order order;
    uint8_t digest[KECCAK_SIZE];
    if (strcmp(vectors_text(one, "kind"), "header") == 0) {
        struct felt message = edgex_hash_request(vectors_slice(one, "content"));
        keccak256(vectors_slice(one, "content"), digest);
        (void)vectors_same_bytes(vectors, "the digest", digest, sizeof(digest),
                                 vectors_text(one, "keccak256"));
        same_felt(vectors, "the message", message, vectors_text(one, "message"));
        check_legacy_signature(vectors, one, message);
    } else if (vectors_true(vectors, read_legacy_order(one, &order), "the case cannot be read")) {
        struct felt hash = edgex_hash_place(&order);
        same_felt(vectors, "the order's hash", hash, vectors_text(one, "order_hash"));
        check_legacy_signature(vectors, one, hash);
    }
}

static void run_legacy(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        check_legacy(vectors, one);
        vectors_end(vectors);
    }
}

const struct vectors_format vectors_edgex[] = {
    {"nonce.json", run_nonces},         {"v1_legacy.json", run_legacy},
    {"v2_orders.json", run_orders},     {"v2_other_typed_data.json", run_typed_data},
    {"v2_requests.json", run_requests}, {NULL, NULL},
};
