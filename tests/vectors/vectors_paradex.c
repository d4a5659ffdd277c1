// Paradex: message hashes and signatures, whole requests, and the way from an Ethereum key to an
// account.
#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"
#include "exchanges/hash_starknet.h"
#include "exchanges/paradex_hash.h"
#include "exchanges/venues.h"
#include "vectors_felt.h"

enum { E8 = 8, SEED_OF_PARADEX_PY = 32 };

static uint64_t units(struct vectors *vectors, struct slice text) {
    int64_t value = 0;
    (void)vectors_true(vectors, decimal_parse(text, E8, &value), "not a number of 8 decimals");
    return (uint64_t)value;
}

static enum side side_of(struct slice word) {
    return slice_equals(word, SLICE("BUY")) || slice_equals(word, SLICE("1")) ? SIDE_BUY
                                                                              : SIDE_SELL;
}

// ["r","s"] in decimal.
static void check_signature(struct vectors *vectors, const struct stark_key *key,
                            struct felt message, uint64_t seed, struct slice want) {
    struct stark_signature signature;
    struct curve_affine point;
    char data[200];
    struct text text = TEXT_OVER(data);
    if (!vectors_true(vectors,
                      stark_sign_seeded(key, message, seed, &signature) == STATUS_OK &&
                          curve_lift_x(key->public_x, &point) &&
                          stark_verify(&point, message, &signature),
                      "signing failed")) {
        return;
    }
    text_add_string(&text, "[\"");
    u256_add_decimal(&text, &signature.r);
    text_add_string(&text, "\",\"");
    u256_add_decimal(&text, &signature.s);
    text_add_string(&text, "\"]");
    (void)vectors_same(vectors, "signature", text_slice(&text), want);
}

// ---- typed data --------------------------------------------------------------------------------

static struct felt message_of(struct vectors *vectors, const struct paradex_hash *hash,
                              const json_t *one) {
    const json_t *input = json_object_get(one, "input");
    const char *type = vectors_text(one, "primary_type");
    struct felt message = FELT_ZERO;
    const struct paradex_hash_order order = {
        .timestamp_ms = (uint64_t)vectors_int(input, "signature_timestamp"),
        .market = vectors_slice(input, "market"),
        .side = side_of(vectors_slice(input, "side")),
        .type = vectors_slice(input, "type"),
        .size_e8 = strstr(type, "Order") != NULL ? units(vectors, vectors_slice(input, "size")) : 0,
        .price_e8 =
            strstr(type, "Order") != NULL ? units(vectors, vectors_slice(input, "price")) : 0,
    };
    enum status status = STATUS_OK;
    if (strcmp(type, "Order") == 0) {
        status = paradex_hash_place(hash, &order, &message);
    } else if (strcmp(type, "ModifyOrder") == 0) {
        status = paradex_hash_modify(hash, &order, vectors_slice(input, "id"), &message);
    } else if (strcmp(type, "Request") == 0) {
        message = paradex_hash_auth(hash, (uint64_t)vectors_int(input, "timestamp"),
                                    (uint64_t)vectors_int(input, "expiration"));
    } else {
        message = paradex_hash_onboarding(hash);
    }
    (void)vectors_true(vectors, status == STATUS_OK, status_text());
    return message;
}

static void run_typed_data(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        struct paradex_hash hash;
        struct stark_key key;
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        vectors_same_felt(vectors, starknet_keccak(vectors_slice(one, "type_string")), one,
                          "type_hash");
        if (vectors_true(vectors,
                         paradex_hash_init(&hash, vectors_slice(one, "chain_id"),
                                           vectors_felt(vectors, one, "account")) == STATUS_OK,
                         "no chain id") &&
            vectors_key(vectors, one, "l2_private", &key)) {
            struct felt message = message_of(vectors, &hash, one);
            vectors_same_felt(vectors, key.public_x, one, "l2_public");
            vectors_same_felt(vectors, message, one, "message_hash");
            check_signature(vectors, &key, message, 0, vectors_slice(one, "signature_rfc6979"));
            check_signature(vectors, &key, message, SEED_OF_PARADEX_PY,
                            vectors_slice(one, "signature_rfc6979_seed32"));
            stark_key_finish(&key);
        }
        vectors_end(vectors);
    }
}

// ---- the official tests' parts of a message ----------------------------------------------------

#define GOERLI SLICE("PRIVATE_SN_POTC_GOERLI")

// What a message with that account and struct must hash to.
static struct felt whole(struct felt domain, struct felt account, struct felt structure) {
    struct pedersen message;
    pedersen_init(&message);
    pedersen_add(&message, starknet_word("StarkNet Message"));
    pedersen_add(&message, domain);
    pedersen_add(&message, account);
    pedersen_add(&message, structure);
    return pedersen_finish(&message);
}

static struct felt order_of(struct vectors *vectors, const struct paradex_hash *hash,
                            const struct paradex_hash_order *order) {
    struct felt message = FELT_ZERO;
    (void)vectors_true(vectors, paradex_hash_place(hash, order, &message) == STATUS_OK,
                       status_text());
    return message;
}

static void check_order_message(struct vectors *vectors, const json_t *one) {
    const json_t *fields = json_object_get(one, "fields");
    struct u256 numbers[6];
    struct paradex_hash hash;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        numbers[i] = vectors_u256_of(vectors, json_array_get(fields, i));
    }
    // The market and the type of the file, as the texts they are.
    const struct paradex_hash_order order = {.timestamp_ms = numbers[0].limb[0],
                                             .market = SLICE("ETH-USD-PERP"),
                                             .side = numbers[2].limb[0] == 1 ? SIDE_BUY : SIDE_SELL,
                                             .type = SLICE("MARKET"),
                                             .size_e8 = numbers[4].limb[0],
                                             .price_e8 = numbers[5].limb[0]};
    if (vectors_true(vectors,
                     paradex_hash_init(&hash, GOERLI, vectors_felt(vectors, one, "account")) ==
                         STATUS_OK,
                     status_text())) {
        vectors_same_felt(vectors, order_of(vectors, &hash, &order), one, "message_hash");
    }
}

static void check_part(struct vectors *vectors, const json_t *one, struct felt domain) {
    const char *kind = vectors_text(one, "kind");
    struct felt hash_told = vectors_felt(vectors, one, "hash");
    struct paradex_hash hash;
    struct felt got;
    struct felt want;
    if (!vectors_true(vectors, paradex_hash_init(&hash, GOERLI, FELT_ONE) == STATUS_OK,
                      status_text())) {
        return;
    }
    if (strcmp(kind, "domain_hash") == 0) {
        got = paradex_hash_onboarding(&hash);
        struct pedersen constant = hash.onboarding;
        pedersen_add(&constant, starknet_word("Onboarding"));
        want = whole(hash_told, FELT_ONE, pedersen_finish(&constant));
    } else if (strcmp(kind, "auth_struct_hash") == 0) {
        got = paradex_hash_auth(&hash, (uint64_t)vectors_int(one, "timestamp"),
                                (uint64_t)vectors_int(one, "expiration"));
        want = whole(domain, FELT_ONE, hash_told);
    } else {
        int64_t size = 0, price = 0;
        (void)vectors_true(vectors,
                           decimal_parse(vectors_slice(one, "size"), 0, &size) &&
                               decimal_parse(vectors_slice(one, "price"), 0, &price),
                           "no size or price");
        const struct paradex_hash_order order = {.timestamp_ms =
                                                     (uint64_t)vectors_int(one, "timestamp"),
                                                 .market = vectors_slice(one, "market"),
                                                 .side = side_of(vectors_slice(one, "side")),
                                                 .type = vectors_slice(one, "orderType"),
                                                 .size_e8 = (uint64_t)size,
                                                 .price_e8 = (uint64_t)price};
        got = order_of(vectors, &hash, &order);
        want = whole(domain, FELT_ONE, hash_told);
    }
    (void)vectors_true(vectors, felt_equals(got, want), kind);
}

static void run_official(struct vectors *vectors, const json_t *root) {
    const json_t *cases = json_object_get(root, "cases"), *one;
    struct felt domain = FELT_ZERO;
    size_t i;
    json_array_foreach(cases, i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "kind"));
        if (strcmp(vectors_text(one, "kind"), "order_message") == 0) {
            check_order_message(vectors, one);
        } else {
            if (strcmp(vectors_text(one, "kind"), "domain_hash") == 0) {
                domain = vectors_felt(vectors, one, "hash");
            }
            check_part(vectors, one, domain);
        }
        vectors_end(vectors);
    }
}

// ---- from an Ethereum key to the account -------------------------------------------------------

static bool sign_constant(struct vectors *vectors, const json_t *one, uint8_t r[U256_SIZE]) {
    const json_t *steps = json_object_get(one, "eip712");
    uint8_t secret[ETH_KEY_SIZE], type[ETH_HASH_SIZE], hash[ETH_HASH_SIZE], domain[ETH_HASH_SIZE];
    uint8_t digest[ETH_HASH_SIZE], bytes[65];
    struct eip712 structure;
    struct eth_signature signature;
    struct sign_eth eth;
    char address[ETH_ADDRESS_TEXT];
    if (!vectors_true(vectors,
                      hex_read_number(vectors_slice(one, "l1_private"), secret, sizeof(secret)) &&
                          sign_eth_init(&eth, secret) == STATUS_OK,
                      "no Ethereum key")) {
        return false;
    }
    eth_address_checked(eth.address, address);
    (void)vectors_same(vectors, "l1_address", slice_of(address), vectors_slice(one, "l1_address"));
    eip712_domain("Paradex", "1", (uint64_t)vectors_int(one, "l1_chain_id"), NULL, domain);
    eip712_text(vectors_text(steps, "message_type"), type);
    eip712_begin(&structure, type);
    eip712_string(&structure, SLICE("STARK Key"));
    eip712_end(&structure, hash);
    eip712_digest(domain, hash, digest);
    (void)vectors_same_bytes(vectors, "domain_separator", domain, sizeof(domain),
                             vectors_text(steps, "domain_separator"));
    (void)vectors_same_bytes(vectors, "struct_hash", hash, sizeof(hash),
                             vectors_text(steps, "struct_hash"));
    (void)vectors_same_bytes(vectors, "digest", digest, sizeof(digest),
                             vectors_text(steps, "digest"));
    sign_eth(&eth, digest, &signature);
    sign_eth_finish(&eth);
    memcpy(bytes, signature.r, 32);
    memcpy(bytes + 32, signature.s, 32);
    bytes[64] = signature.v;
    memcpy(r, signature.r, U256_SIZE);
    return vectors_same_bytes(vectors, "eth_signature", bytes, sizeof(bytes),
                              vectors_text(one, "eth_signature"));
}

static void run_onboarding_keys(struct vectors *vectors, const json_t *root) {
    size_t i, j;
    const json_t *one, *word;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        uint8_t r[U256_SIZE];
        struct u256 secret;
        struct stark_key key;
        struct felt calldata[8];
        size_t count = 0;
        vectors_begin(vectors, one, i, NULL);
        if (sign_constant(vectors, one, r)) {
            stark_grind(r, STARK_GRIND_ALL_BYTES, &secret);
            vectors_same_u256(vectors, &secret, one, "l2_private");
            if (vectors_key(vectors, one, "l2_private", &key)) {
                vectors_same_felt(vectors, key.public_x, one, "l2_public");
            }
            json_array_foreach(json_object_get(one, "calldata"), j, word) {
                if (count < COUNT_OF(calldata)) {
                    calldata[count++] = vectors_felt_of(vectors, word);
                }
            }
            (void)vectors_true(vectors,
                               count == 5 &&
                                   felt_equals(calldata[1], starknet_keccak(SLICE("initialize"))),
                               "the selector of initialize");
            vectors_same_felt(vectors,
                              starknet_address(vectors_felt(vectors, one, "class_hash"),
                                               vectors_felt(vectors, one, "salt"), calldata, count),
                              one, "l2_address");
        }
        vectors_end(vectors);
    }
}

// ---- a peer's requests -------------------------------------------------------------------------

struct peer {
    struct vectors *vectors;
    const json_t *root, *one, *request;
    struct vectors_account account;
    struct oe_call call;
};

static void drop(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    (void)event;
}

// The peer's token is the word "token".
static bool begin_peer(struct peer *peer) {
    static const char *const symbols[] = {"BTC/USDT", NULL};
    const struct slice secrets[OE_SECRETS_MAX] = {vectors_slice(peer->root, "l2_private"),
                                                  vectors_slice(peer->root, "l2_account")};
    struct oe_sink sink = {drop};
    int64_t now_ns = vectors_int(peer->one, "now_seconds") * NS_PER_S;
    const struct oe_call login = {.kind = OE_LOGIN, .tag = 1, .now_ns = now_ns};
    peer->call = (struct oe_call){.tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    if (!vectors_account_create(peer->vectors, &peer->account, "paradex", symbols, secrets, true)) {
        return false;
    }
    struct oe *oe = &peer->account.oe;
    vectors_learn(&peer->account, 0, (struct px){PX_ONE / 10}, (struct qty){QTY_ONE / 1000});
    oe->venue->decode_answer(oe, &login, 200, SLICE(""), SLICE("{\"jwt_token\":\"token\"}"), &sink);
    oe->venue->decode_frame(oe, 0, SLICE("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"), now_ns,
                            &sink);
    return true;
}

static bool encode(struct peer *peer) {
    return vectors_true(peer->vectors,
                        oe_encode(&peer->account.oe, &peer->call, &peer->account.message) ==
                            STATUS_OK,
                        status_text());
}

// The path without the peer's lone question mark, and the header that tells who asks.
static void check_path(struct peer *peer, bool is_private) {
    const struct oe_message *message = &peer->account.message;
    struct slice url = vectors_slice(peer->request, "url");
    struct slice want = {url.data + strlen("https://api.testnet.paradex.trade"),
                         url.size - strlen("https://api.testnet.paradex.trade")};
    while (want.size > 0 && want.data[want.size - 1] == '?') {
        want.size--;
    }
    (void)vectors_same(peer->vectors, "method", slice_of(message->method),
                       vectors_slice(peer->request, "method"));
    (void)vectors_same(peer->vectors, "path", text_slice(&message->path), want);
    (void)vectors_true(peer->vectors,
                       (strstr(message->headers_data, "Authorization: Bearer token\n") != NULL) ==
                           is_private,
                       "the header Authorization");
}

static void check_login(struct peer *peer) {
    static const char *const names[] = {"PARADEX-STARKNET-ACCOUNT", "PARADEX-STARKNET-SIGNATURE",
                                        "PARADEX-TIMESTAMP", "PARADEX-SIGNATURE-EXPIRATION"};
    peer->call.kind = OE_LOGIN;
    if (!encode(peer)) {
        return;
    }
    const struct oe_message *message = &peer->account.message;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char line_data[512];
        struct text line = TEXT_OVER(line_data);
        text_add_format(&line, "%s: %s\n", names[i],
                        vectors_text(json_object_get(peer->request, "headers"), names[i]));
        (void)vectors_true(peer->vectors, strstr(message->headers_data, line_data) != NULL,
                           names[i]);
    }
    char path_data[128];
    struct text path = TEXT_OVER(path_data);
    text_add_format(&path, "/v1/auth/%s",
                    vectors_text(json_object_get(peer->one, "account"), "publicKey"));
    (void)vectors_same(peer->vectors, "path", text_slice(&message->path), text_slice(&path));
    (void)vectors_same(peer->vectors, "body", text_slice(&message->body), SLICE(""));
}

// Every member of the peer's body is in the frame, with the same value.
static void check_order_body(struct peer *peer, const json_t *body) {
    json_error_t error;
    json_t *frame = json_loads(peer->account.message.body_data, 0, &error);
    const char *name;
    const json_t *value;
    (void)vectors_same(peer->vectors, "method", vectors_slice(frame, "method"),
                       SLICE("order.create"));
    json_object_foreach((json_t *)(uintptr_t)body, name, value) {
        (void)vectors_true(
            peer->vectors,
            json_equal(value, json_object_get(json_object_get(frame, "params"), name)), name);
    }
    json_decref(frame);
}

static void check_place(struct peer *peer, const json_t *body) {
    struct slice instruction = vectors_slice(body, "instruction");
    struct slice client_id = vectors_slice(body, "client_id");
    peer->call.kind = OE_PLACE;
    peer->call.symbol = 0;
    peer->call.client_id = client_id.size > 0 ? client_id : SLICE("any");
    peer->call.order.side = side_of(vectors_slice(body, "side"));
    peer->call.order.kind = slice_equals(instruction, SLICE("POST_ONLY")) ? OE_POST_ONLY
                            : slice_equals(instruction, SLICE("IOC"))     ? OE_IOC
                                                                          : OE_GTC;
    peer->call.order.reduce_only = json_array_size(json_object_get(body, "flags")) > 0;
    if (vectors_true(peer->vectors,
                     px_parse(vectors_slice(body, "price"), &peer->call.order.price) &&
                         qty_parse(vectors_slice(body, "size"), &peer->call.order.size),
                     "no price or size") &&
        encode(peer)) {
        check_order_body(peer, body);
    }
}

// Orders that wait for a price, and what a new account signs: perpdesk has neither, but they are
// signed as its own orders are.
static void check_message(struct peer *peer, const json_t *body) {
    struct paradex_hash hash;
    struct stark_key key;
    struct felt message = FELT_ZERO;
    const json_t *headers = json_object_get(peer->request, "headers");
    bool is_order = json_object_get(body, "market") != NULL;
    struct slice price = vectors_slice(body, "price");
    const struct paradex_hash_order order = {
        .timestamp_ms = (uint64_t)vectors_int(body, "signature_timestamp"),
        .market = vectors_slice(body, "market"),
        .side = side_of(vectors_slice(body, "side")),
        .type = vectors_slice(body, "type"),
        .size_e8 = is_order ? units(peer->vectors, vectors_slice(body, "size")) : 0,
        .price_e8 = price.size > 0 ? units(peer->vectors, price) : 0,
    };
    if (!vectors_true(peer->vectors,
                      paradex_hash_init(&hash, SLICE("PRIVATE_SN_POTC_SEPOLIA"),
                                        vectors_felt(peer->vectors, peer->root, "l2_account")) ==
                          STATUS_OK,
                      status_text()) ||
        !vectors_key(peer->vectors, peer->root, "l2_private", &key)) {
        return;
    }
    if (!is_order) {
        message = paradex_hash_onboarding(&hash);
    } else {
        message = order_of(peer->vectors, &hash, &order);
    }
    vectors_same_felt(peer->vectors, message, peer->one, "message_hash");
    check_signature(peer->vectors, &key, message, 0,
                    is_order ? vectors_slice(body, "signature")
                             : vectors_slice(headers, "PARADEX-STARKNET-SIGNATURE"));
    stark_key_finish(&key);
}

// By the venue's id or by ours: as the last part of the peer's path, and in our frame.
static void check_cancel(struct peer *peer) {
    const json_t *input = json_object_get(peer->one, "input");
    const char *id = json_string_value(json_array_get(input, 0));
    const char *client_id = vectors_text(json_array_get(input, 2), "clientOrderId");
    char want_data[128];
    struct text want = TEXT_OVER(want_data);
    peer->call.kind = OE_CANCEL;
    peer->call.symbol = 0;
    if (id != NULL) {
        peer->call.venue_id = slice_of(id);
        text_add_format(&want, "\"method\":\"order.cancel\",\"params\":{\"id\":\"%s\"}", id);
    } else {
        peer->call.client_id = slice_of(client_id);
        text_add_format(
            &want,
            "\"method\":\"order.cancel\",\"params\":{\"client_id\":\"%s\",\"market\":\"%s\"}",
            client_id, "BTC-USD-PERP");
    }
    if (encode(peer)) {
        (void)vectors_true(peer->vectors,
                           strstr(peer->account.message.body_data, want_data) != NULL, want_data);
    }
}

static void check_read(struct peer *peer, enum oe_call_kind kind) {
    const json_t *input = json_object_get(peer->one, "input");
    const char *id = json_string_value(json_array_get(input, 0));
    peer->call.kind = kind;
    if (kind == OE_QUERY) {
        peer->call.symbol = 0;
        peer->call.venue_id = slice_of(id != NULL ? id : "");
        peer->call.client_id = vectors_slice(json_array_get(input, 2), "clientOrderId");
    }
    if (encode(peer)) {
        check_path(peer, true);
    }
}

// Public requests are those of the market data.
static void check_public(struct peer *peer, enum md_request_kind kind) {
    static struct md md;
    static struct md_request request;
    struct oe_message *message = &peer->account.message;
    if (!vectors_true(peer->vectors,
                      md_create(&md, venue_find(SLICE("paradex"))->md, &peer->account.universe,
                                0) == STATUS_OK &&
                          md.venue->request(&md, kind, 0, &request),
                      "no such request")) {
        return;
    }
    message->method = request.method;
    message->path = TEXT_OVER(message->path_data);
    message->headers = TEXT_OVER(message->headers_data);
    text_add_string(&message->path, request.path);
    check_path(peer, false);
    md_finish(&md);
}

static const char *why_skipped(const char *method) {
    static const char *const rows[][2] = {
        {"fetchOrders", "perpdesk asks for open orders and fills, not for the history"},
        {"fetchBalance", "equity and free collateral are those of /account"},
        {"fetchTrades", "trades of the market are not asked for"},
        {"fetchStatus", "the venue's state is not asked for"},
        {"cancelOrders", "orders are cancelled one by one, or all"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i][0], method) == 0) {
            return rows[i][1];
        }
    }
    return NULL;
}

static void check_request(struct peer *peer) {
    const char *method = vectors_text(peer->one, "method");
    json_error_t error;
    json_t *body = json_loads(vectors_text(peer->request, "body"), 0, &error);
    if (strcmp(method, "authenticateRest") == 0) {
        check_login(peer);
    } else if (strcmp(vectors_text(body, "type"), "LIMIT") == 0) {
        check_place(peer, body);
    } else if (strcmp(method, "createOrder") == 0 || strcmp(method, "onboarding") == 0) {
        check_message(peer, body);
    } else if (strcmp(method, "cancelOrder") == 0) {
        check_cancel(peer);
    } else if (strcmp(method, "fetchOrder") == 0) {
        check_read(peer, OE_QUERY);
    } else if (strcmp(method, "fetchPositions") == 0) {
        check_read(peer, OE_POSITIONS);
    } else if (strcmp(method, "fetchTicker") == 0) {
        check_public(peer, MD_REQUEST_FUNDING);
    } else if (strcmp(method, "fetchOrderBook") == 0) {
        check_public(peer, MD_REQUEST_BOOK);
    } else if (strcmp(method, "fetchTime") == 0) {
        check_public(peer, MD_REQUEST_TIME);
    } else {
        (void)vectors_true(peer->vectors, false, "a method that this reader does not know");
    }
    json_decref(body);
}

static void run_requests(struct vectors *vectors, const json_t *root) {
    static struct peer peer;
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        const char *reason = why_skipped(vectors_text(one, "method"));
        if (reason != NULL) {
            vectors_skip(vectors, reason);
            continue;
        }
        peer.vectors = vectors;
        peer.root = root;
        peer.one = one;
        peer.request = json_object_get(one, "request");
        if (begin_peer(&peer)) {
            check_request(&peer);
        }
        vectors_account_finish(&peer.account);
        vectors_end(vectors);
    }
}

const struct vectors_format vectors_paradex[] = {
    {"official_cpp.json", run_official},
    {"typed_data.json", run_typed_data},
    {"onboarding_keys.json", run_onboarding_keys},
    {"requests.json", run_requests},
    {NULL, NULL},
};
