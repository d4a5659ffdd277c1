#include "exchanges/aster_sign.h"
#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"
#include "exchanges/sign_hmac.h"
#include "vectors_book.h"
#include "vectors_eth.h"

enum { SYMBOLS = 2 };

static const char *const symbols[] = {"BTC/USDT", "ETH/USDT", NULL};

// ---- constants ---------------------------------------------------------------------------------

// Either a text and its hash, or a domain's separator by its chain.
static void run_constants(struct vectors *vectors, const json_t *root) {
    static const uint8_t no_contract[ETH_ADDRESS_SIZE];
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        uint8_t hash[ETH_HASH_SIZE];
        const char *name = vectors_text(one, "name"), *want = vectors_text(one, "keccak256");
        const char *chain = strstr(name, "chainId ");
        vectors_begin(vectors, one, i, name);
        if (chain == NULL) {
            eip712_text(vectors_text(one, "value"), hash);
        } else {
            int64_t number = 0;
            size_t size = strspn(chain + 8, "0123456789");
            (void)vectors_true(vectors, decimal_parse((struct slice){chain + 8, size}, 0, &number),
                               "no chain");
            want = vectors_text(one, "value");
            eip712_domain("AsterSignTransaction", "1", (uint64_t)number, no_contract, hash);
        }
        (void)vectors_same_bytes(vectors, "hash", hash, sizeof(hash), want);
        vectors_end(vectors);
    }
}

// ---- calls -------------------------------------------------------------------------------------

// Which of ours the case is; false: perpdesk has no such call.
static bool read_kind(const json_t *one, struct slice fields, enum oe_call_kind *out) {
    static const struct {
        const char *method, *path;
        enum oe_call_kind kind;
    } rows[] = {{"POST", "/order", OE_PLACE},
                {"DELETE", "/order", OE_CANCEL},
                {"GET", "/order", OE_QUERY},
                {"DELETE", "/allOpenOrders", OE_CANCEL_ALL},
                {"GET", "/openOrders", OE_OPEN_ORDERS},
                {"POST", "/countdownCancelAll", OE_DEADMAN},
                {"GET", "/positionRisk", OE_POSITIONS},
                {"GET", "/balance", OE_BALANCES},
                {"POST", "/listenKey", OE_LOGIN}};
    struct slice type;
    const char *path = strrchr(vectors_text(one, "path"), '/');
    if (vectors_field(fields, "type", &type) && slice_equals(type, SLICE("MARKET"))) {
        return false;
    }
    for (size_t i = 0; path != NULL && i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].method, vectors_text(one, "method")) == 0 &&
            strcmp(rows[i].path, path) == 0) {
            *out = rows[i].kind;
            return true;
        }
    }
    return false;
}

static int64_t number_of(struct slice fields, const char *name) {
    struct slice text;
    int64_t number;
    return vectors_field(fields, name, &text) && decimal_parse(text, 0, &number) ? number : 0;
}

static void read_call(const struct oe *oe, struct slice fields, enum oe_call_kind kind,
                      int64_t now_ns, struct oe_call *call) {
    struct slice text;
    *call = (struct oe_call){.kind = kind, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    if (vectors_field(fields, "symbol", &text)) {
        call->symbol = oe_find_symbol(oe, text);
    }
    (void)vectors_field(fields, "orderId", &call->venue_id);
    (void)vectors_field(fields, "origClientOrderId", &call->client_id);
    (void)vectors_field(fields, "newClientOrderId", &call->client_id);
    call->countdown_ms = (uint32_t)number_of(fields, "countdownTime");
    if (kind != OE_PLACE) {
        return;
    }
    call->order.side = vectors_field(fields, "side", &text) && slice_equals(text, SLICE("SELL"))
                           ? SIDE_SELL
                           : SIDE_BUY;
    (void)vectors_field(fields, "timeInForce", &text);
    call->order.kind = slice_equals(text, SLICE("GTX"))   ? OE_POST_ONLY
                       : slice_equals(text, SLICE("IOC")) ? OE_IOC
                                                          : OE_GTC;
    (void)(vectors_field(fields, "price", &text) && px_parse(text, &call->order.price));
    (void)(vectors_field(fields, "quantity", &text) && qty_parse(text, &call->order.size));
}

// The case as a call of ours, encoded: path, placement and every field are those of the case but
// for `extra`.
static void check_call(struct vectors *vectors, const json_t *one, const struct slice *secrets,
                       bool testnet, struct slice fields, int64_t now_ns, const json_t *skip,
                       const char *extra) {
    static struct vectors_account account;
    enum oe_call_kind kind;
    struct oe_call call;
    if (!read_kind(one, fields, &kind)) {
        return; // the signature alone
    }
    if (vectors_account_create(vectors, &account, "aster", symbols, secrets, testnet)) {
        for (uint16_t i = 0; i < SYMBOLS; i++) {
            vectors_learn(&account, i, (struct px){PX_ONE / 100}, (struct qty){QTY_ONE / 1000});
        }
        read_call(&account.oe, fields, kind, now_ns, &call);
        if (vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                         status_text())) {
            struct slice path = text_slice(&account.message.path);
            const char *question = memchr(path.data, '?', path.size);
            struct slice got = text_slice(&account.message.body);
            if (question != NULL) {
                got = slice_of(question + 1);
                path.size = (size_t)(question - path.data);
            }
            (void)vectors_same(vectors, "path", path, vectors_slice(one, "path"));
            (void)vectors_same(vectors, "method", slice_of(account.message.method),
                               vectors_slice(one, "method"));
            bool in_query = strcmp(vectors_text(one, "placement"), "query") == 0;
            (void)vectors_true(vectors,
                               vectors_text(one, "placement")[0] == '\0' ||
                                   in_query == (question != NULL),
                               "the parameters stand elsewhere");
            vectors_same_fields(vectors, got, fields, skip, extra);
        }
    }
    vectors_account_finish(&account);
}

// ---- V3 ----------------------------------------------------------------------------------------

static void check_third(struct vectors *vectors, const json_t *one) {
    static const uint8_t no_contract[ETH_ADDRESS_SIZE];
    struct sign_eth key;
    uint8_t domain[ETH_HASH_SIZE], message_hash[ETH_HASH_SIZE], type[ETH_HASH_SIZE];
    uint8_t structure[ETH_HASH_SIZE], digest[ETH_HASH_SIZE];
    char signature[ASTER_SIGNATURE_TEXT], sent_data[1024];
    struct text sent = TEXT_OVER(sent_data);
    struct slice message = vectors_slice(one, "msg"), user;
    struct eip712 hash;
    bool testnet = vectors_int(one, "chainId") == 714;
    if (!vectors_eth_key(vectors, vectors_text(one, "privateKey"), &key)) {
        return;
    }
    eip712_domain("AsterSignTransaction", "1", (uint64_t)vectors_int(one, "chainId"), no_contract,
                  domain);
    (void)vectors_same_bytes(vectors, "domain", domain, sizeof(domain),
                             vectors_text(one, "domainSeparator"));
    keccak256(message, message_hash);
    (void)vectors_same_bytes(vectors, "message", message_hash, sizeof(message_hash),
                             vectors_text(one, "msgHash"));
    eip712_text("Message(string msg)", type);
    eip712_begin(&hash, type);
    eip712_word(&hash, message_hash);
    eip712_end(&hash, structure);
    (void)vectors_same_bytes(vectors, "structure", structure, sizeof(structure),
                             vectors_text(one, "structHash"));
    aster_digest(message, testnet, digest);
    (void)vectors_same_bytes(vectors, "digest", digest, sizeof(digest),
                             vectors_text(one, "digest"));
    vectors_check_signature(vectors, &key, digest, one);
    aster_sign(&key, message, testnet, signature);
    (void)vectors_same(vectors, "signature", slice_of(signature), vectors_slice(one, "signature"));
    text_add(&sent, message);
    text_add(&sent, SLICE("&signature="));
    text_add_string(&sent, signature);
    (void)vectors_same(vectors, "what is sent", text_slice(&sent), vectors_slice(one, "sent"));
    if (vectors_true(vectors, vectors_field(message, "user", &user), "no user")) {
        struct slice secrets[OE_SECRETS_MAX] = {user, vectors_slice(one, "privateKey")};
        int64_t now_ns = number_of(message, "nonce") * NS_PER_US;
        // Addresses in lower case are the peer's; ours have their checksum, and differ in what is
        // signed.
        check_call(vectors, one, secrets, testnet, message, now_ns, NULL,
                   "stpMode signature user signer");
    }
    sign_eth_finish(&key);
}

static void run_third(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, NULL);
        check_third(vectors, one);
        vectors_end(vectors);
    }
}

// ---- V1 ----------------------------------------------------------------------------------------

static void run_first(struct vectors *vectors, const json_t *root) {
    struct slice secrets[OE_SECRETS_MAX] = {
        {"", 0}, {"", 0}, vectors_slice(root, "apiKey"), vectors_slice(root, "secret")};
    struct sign_hmac hmac;
    size_t i;
    const json_t *one;
    sign_hmac_init(&hmac, vectors_slice(root, "secret"));
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        char hex[SIGN_HMAC_HEX_SIZE];
        struct slice prehash = vectors_slice(one, "prehash"), sent = vectors_slice(one, "sent");
        vectors_begin(vectors, one, i, NULL);
        sign_hmac_hex(&hmac, prehash, hex);
        (void)vectors_same(vectors, "signature", (struct slice){hex, sizeof(hex)},
                           vectors_slice(one, "signature"));
        if (sent.size > 0) { // ours signs the same, byte for byte, where the call is one of ours
            check_call(vectors, one, secrets, false, sent,
                       number_of(prehash, "timestamp") * NS_PER_MS, NULL, "");
        }
        vectors_end(vectors);
    }
    sign_hmac_finish(&hmac);
}

// A peer's requests of V1: fields, not signatures.
static void run_ccxt(struct vectors *vectors, const json_t *root) {
    static const struct slice secrets[OE_SECRETS_MAX] = {
        {"", 0}, {"", 0}, {"key", 3}, {"secret", 6}};
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const char *url = vectors_text(one, "url"), *question = strchr(url, '?');
        const char *path = strstr(url, "/fapi/");
        struct slice fields =
            question != NULL ? slice_of(question + 1) : vectors_slice(one, "output");
        struct slice bare = slice_of(path != NULL ? path : "");
        enum oe_call_kind kind;
        vectors_begin(vectors, one, i, NULL);
        bare.size = question != NULL ? (size_t)(question - path) : bare.size;
        json_object_set_new(one, "path", json_stringn(bare.data, bare.size));
        json_object_set_new(one, "method", json_copy(json_object_get(one, "http_method")));
        if (!read_kind(one, fields, &kind)) {
            vectors_skip(vectors, "perpdesk sends no such request with a key");
            continue;
        }
        check_call(vectors, one, secrets, false, fields, NS_PER_S,
                   json_object_get(root, "skipKeys"), "");
        vectors_end(vectors);
    }
}

const struct vectors_format vectors_aster[] = {
    {"book_chain.json", vectors_run_book_chain},
    {"ccxt_static_requests.json", run_ccxt},
    {"eip712_constants.json", run_constants},
    {"eip712_v3.json", run_third},
    {"hmac_doc_example.json", run_first},
    {"keccak256.json", vectors_run_keccak},
    {"rest_hmac_v1.json", run_first},
    {NULL, NULL},
};
