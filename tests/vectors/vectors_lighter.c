#include <stdlib.h>

#include <openssl/sha.h>

#include "exchanges/bytes_text.h"
#include "exchanges/hash_poseidon2.h"
#include "exchanges/lighter_oe.h"
#include "vectors_lighter.h"

// ---- keys and signatures -----------------------------------------------------------------------

static bool read_key(struct vectors *vectors, const json_t *one, const char *name,
                     struct schnorr_key *key) {
    uint8_t bytes[SCHNORR_KEY_SIZE];
    return vectors_true(vectors, hex_read(vectors_slice(one, name), bytes, sizeof(bytes)), name) &&
           vectors_true(vectors, schnorr_key_init(key, bytes) == STATUS_OK, "no key");
}

static void check_public(struct vectors *vectors, const json_t *one,
                         const struct schnorr_key *key) {
    uint8_t bytes[FP5_SIZE];
    fp5_to_bytes(key->public_key, bytes);
    (void)vectors_same_bytes(vectors, "public_key_hex", bytes, sizeof(bytes),
                             vectors_text(one, "public_key_hex"));
}

static void check_key(struct vectors *vectors, const json_t *one) {
    struct schnorr_key key;
    if (read_key(vectors, one, "private_key_hex", &key)) {
        lighter_same_scalar(vectors, one, "sk_limbs_le", key.secret);
        lighter_same_fp5(vectors, one, "public_key_fp5", key.public_key);
        check_public(vectors, one, &key);
    }
}

// What the venue's web page makes of a seed; perpdesk takes keys only. The bytes are big-endian.
static void check_seed(struct vectors *vectors, const json_t *one) {
    uint8_t seed[129], digest[2 * SHA256_DIGEST_LENGTH], number_le[SCHNORR_KEY_SIZE];
    uint8_t key_bytes[SCHNORR_KEY_SIZE];
    struct schnorr_key key;
    struct slice hex = vectors_slice(one, "seed_hex");
    size_t size = hex.size / 2;
    if (!vectors_true(vectors, size < sizeof(seed) && hex_read(hex, seed + 1, size), "seed_hex") ||
        !read_key(vectors, one, "private_key_hex", &key)) {
        return;
    }
    for (uint8_t half = 0; half < 2; half++) {
        seed[0] = (uint8_t)(half + 1);
        (void)SHA256(seed, size + 1, digest + half * SHA256_DIGEST_LENGTH);
    }
    for (size_t i = 0; i < SCHNORR_KEY_SIZE; i++) {
        number_le[i] = digest[SCHNORR_KEY_SIZE - 1 - i];
    }
    ecgfp5_scalar_to_bytes(ecgfp5_scalar_from_bytes(number_le), key_bytes);
    (void)vectors_same_bytes(vectors, "private_key_hex", key_bytes, sizeof(key_bytes),
                             vectors_text(one, "private_key_hex"));
    check_public(vectors, one, &key);
}

static void run_keys(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_key);
    lighter_each(vectors, root, "seed_cases", check_seed);
}

// A signature with the nonce that is given, one of our own, and that both are of this message only.
static void check_signature(struct vectors *vectors, const json_t *want,
                            const struct schnorr_key *key, struct fp5 message) {
    uint8_t signature[SCHNORR_SIGNATURE_SIZE], ours[SCHNORR_SIGNATURE_SIZE];
    char base64_data[128];
    struct text base64 = TEXT_OVER(base64_data);
    struct ecgfp5_scalar nonce = lighter_scalar(want, "k");
    struct ecgfp5_point point = ecgfp5_multiply_generator(nonce);
    lighter_same_fp5(vectors, want, "r_encoded", ecgfp5_encode(&point));
    schnorr_sign_with(key, message, nonce, signature);
    (void)vectors_same_bytes(vectors, "sig_hex", signature, sizeof(signature),
                             vectors_text(want, "sig_hex"));
    base64_add(&base64, signature, sizeof(signature));
    (void)vectors_same(vectors, "sig_base64", text_slice(&base64),
                       vectors_slice(want, "sig_base64"));
    lighter_same_scalar(vectors, want, "s", ecgfp5_scalar_from_bytes(signature));
    lighter_same_scalar(vectors, want, "e",
                        ecgfp5_scalar_from_bytes(signature + ECGFP5_SCALAR_SIZE));
    schnorr_sign(key, message, 1, ours);
    (void)vectors_true(vectors,
                       schnorr_verify(key->public_key, message, signature) &&
                           schnorr_verify(key->public_key, message, ours),
                       "a signature does not verify");
    ours[7] ^= 1;
    message.c[0] ^= 1;
    (void)vectors_true(vectors,
                       !schnorr_verify(key->public_key, message, signature) &&
                           !schnorr_verify(key->public_key, message, ours),
                       "a wrong signature verifies");
}

static void check_schnorr(struct vectors *vectors, const json_t *one) {
    uint8_t bytes[SCHNORR_KEY_SIZE];
    struct schnorr_key key;
    ecgfp5_scalar_to_bytes(lighter_scalar(one, "sk"), bytes);
    if (vectors_true(vectors, schnorr_key_init(&key, bytes) == STATUS_OK, "no key")) {
        check_public(vectors, one, &key);
        check_signature(vectors, one, &key, lighter_fp5(one, "hashed_message"));
    }
}

static bool verifies(const json_t *one, const char *key_name, const char *signature_name,
                     struct fp5 message) {
    uint8_t key_bytes[FP5_SIZE], signature[SCHNORR_SIGNATURE_SIZE];
    struct fp5 key;
    return hex_read(vectors_slice(one, key_name), key_bytes, sizeof(key_bytes)) &&
           fp5_from_bytes(key_bytes, &key) &&
           hex_read(vectors_slice(one, signature_name), signature, sizeof(signature)) &&
           schnorr_verify(key, message, signature);
}

static void check_schnorr_invalid(struct vectors *vectors, const json_t *one) {
    bool good = verifies(one, "public_key_hex", "sig_hex", lighter_fp5(one, "hashed_message"));
    (void)vectors_true(vectors, good == json_is_true(json_object_get(one, "valid")), "valid");
}

static void run_schnorr(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_schnorr);
    lighter_each(vectors, root, "invalid_cases", check_schnorr_invalid);
}

// ---- transactions ------------------------------------------------------------------------------

static void same_hash(struct vectors *vectors, const char *what, struct fp5 hash,
                      const char *want) {
    uint8_t bytes[FP5_SIZE];
    fp5_to_bytes(hash, bytes);
    (void)vectors_same_bytes(vectors, what, bytes, sizeof(bytes), want);
}

// Reads the tx_info and writes it again: the same bytes, which hold every field by name.
static bool check_tx_info(struct vectors *vectors, const json_t *one, struct lighter_tx *tx,
                          uint8_t signature[SCHNORR_SIGNATURE_SIZE]) {
    char data[LIGHTER_TX_JSON_MAX];
    struct text text = TEXT_OVER(data);
    struct slice info = vectors_slice(one, "tx_info");
    if (!vectors_true(vectors, lighter_tx_read(vectors_int(one, "tx_type"), info, tx, signature),
                      "tx_info is not understood")) {
        return false;
    }
    lighter_tx_write(tx, signature, &text);
    return vectors_same(vectors, "tx_info", text_slice(&text), info);
}

static struct slice literal(struct text *text, const char *before, struct slice middle,
                            const char *after) {
    text_add_string(text, before);
    text_add(text, middle);
    text_add_string(text, after);
    return text_slice(text);
}

static void check_transaction(struct vectors *vectors, const json_t *one) {
    struct lighter_tx tx, plain;
    struct schnorr_key key;
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    char frame_data[2048], before[96];
    struct text frame = TEXT_OVER(frame_data);
    uint32_t chain = (uint32_t)vectors_int(one, "chain_id");
    if (!check_tx_info(vectors, one, &tx, signature) ||
        !read_key(vectors, one, "private_key_hex", &key)) {
        return;
    }
    (void)vectors_true(vectors,
                       tx.account == lighter_number(one, "account_index") &&
                           tx.api_key == lighter_number(one, "api_key_index") &&
                           tx.nonce == lighter_number(one, "nonce") &&
                           tx.expired_at_ms == lighter_number(one, "expired_at"),
                       "the head");
    plain = tx;
    plain.attribute_count = 0;
    lighter_same_fp5(vectors, one, "body_hash_fp5", lighter_tx_hash(&plain, chain));
    struct fp5 hash = lighter_tx_hash(&tx, chain);
    same_hash(vectors, "tx_hash_hex", hash, vectors_text(one, "tx_hash_hex"));
    check_signature(vectors, json_object_get(one, "signature"), &key, hash);
    (void)snprintf(before, sizeof(before),
                   "{\"type\":\"jsonapi/sendtx\",\"data\":{\"tx_type\":%d,\"tx_info\":", tx.type);
    (void)vectors_same(vectors, "ws_message",
                       literal(&frame, before, vectors_slice(one, "tx_info"), "}}"),
                       vectors_slice(one, "ws_message"));
}

static void run_transactions(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_transaction);
}

static void check_official(struct vectors *vectors, const json_t *one) {
    struct lighter_tx tx;
    struct schnorr_key key;
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    if (!check_tx_info(vectors, one, &tx, signature) || !read_key(vectors, one, "sk", &key)) {
        return;
    }
    struct fp5 hash = lighter_tx_hash(&tx, (uint32_t)vectors_int(one, "chain_id"));
    same_hash(vectors, "tx_hash", hash, vectors_text(one, "tx_hash"));
    (void)vectors_same_bytes(vectors, "sig", signature, sizeof(signature),
                             vectors_text(one, "sig"));
    (void)vectors_true(vectors, schnorr_verify(key.public_key, hash, signature),
                       "the signature does not verify");
}

static void run_official(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_official);
}

// ---- tokens ------------------------------------------------------------------------------------

// The token's text but for its signature, which is random; and both signatures are good.
static void check_token(struct vectors *vectors, const json_t *one, const char *token_name,
                        const struct schnorr_key *key, uint64_t deadline_s) {
    char data[LIGHTER_TOKEN_MAX];
    struct text text = TEXT_OVER(data);
    struct slice want = vectors_slice(one, token_name);
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    lighter_token_write(key, deadline_s, lighter_number(one, "account_index"),
                        lighter_number(one, "api_key_index"), 1, &text);
    size_t size = text.size - 2 * SCHNORR_SIGNATURE_SIZE;
    (void)vectors_true(vectors, want.size == text.size && memcmp(want.data, data, size) == 0,
                       "the token's text");
    struct slice message = {data, size - 1};
    struct fp5 hash = lighter_token_hash(message);
    (void)vectors_true(
        vectors,
        hex_read((struct slice){data + size, text.size - size}, signature, sizeof(signature)) &&
            schnorr_verify(key->public_key, hash, signature),
        "our token does not verify");
    (void)vectors_true(vectors,
                       hex_read((struct slice){want.data + size, want.size - size}, signature,
                                sizeof(signature)) &&
                           schnorr_verify(key->public_key, hash, signature),
                       "their token does not verify");
}

static void check_auth_token(struct vectors *vectors, const json_t *one) {
    struct schnorr_key key;
    uint64_t elements[16];
    if (!read_key(vectors, one, "private_key_hex", &key)) {
        return;
    }
    check_public(vectors, one, &key);
    struct fp5 hash = lighter_token_hash(vectors_slice(one, "message"));
    size_t count = lighter_numbers_of(json_object_get(one, "field_elements"), elements, 16);
    lighter_same_fp5(vectors, one, "message_hash_fp5", hash);
    lighter_same_fp5(vectors, one, "message_hash_fp5", poseidon2_fp5(elements, count));
    same_hash(vectors, "message_hash_hex", hash, vectors_text(one, "message_hash_hex"));
    check_signature(vectors, json_object_get(one, "signature"), &key, hash);
    check_token(vectors, one, "auth_token", &key, lighter_number(one, "deadline_unix_s"));
}

static void run_tokens(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_auth_token);
}

static void check_official_token(struct vectors *vectors, const json_t *one) {
    struct schnorr_key key;
    if (read_key(vectors, one, "sk", &key)) {
        check_token(vectors, one, "token", &key, lighter_number(one, "deadline"));
    }
}

static void run_official_tokens(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_official_token);
}

// ---- a peer's requests: fields, not signatures -------------------------------------------------

#define KEY "0b8e0f63c24d8baacd9d29ad4e9a4b73c4a8d2bb8b16dc4fa9d7c2e1d3a8b1f0e8d3a4c5b6e7f001"
#define RULES                                                                                      \
    "{\"code\":200,\"order_book_details\":[{\"symbol\":\"LTC\",\"market_id\":35,\"market_type\":"  \
    "\"perp\",\"size_decimals\":3,\"price_decimals\":3}]}"

static void ignore_event(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    (void)event;
}

// An account that knows its markets and its next number.
static bool ready_account(struct vectors *vectors, struct vectors_account *account,
                          const char *index) {
    static const char *const symbols[] = {"LTC/USDT", NULL};
    const struct slice secrets[OE_SECRETS_MAX] = {
        {KEY, sizeof(KEY) - 1}, slice_of(index), {"5", 1}};
    struct oe_sink sink = {.on_event = ignore_event};
    struct oe_call call = {.kind = OE_RULES, .tag = 1, .symbol = OE_SYMBOL_NONE};
    if (!vectors_account_create(vectors, account, "lighter", symbols, secrets, false)) {
        return false;
    }
    vectors_learn(account, 0, (struct px){PX_ONE / 1000}, (struct qty){QTY_ONE / 1000});
    account->oe.venue->decode_answer(&account->oe, &call, 200, SLICE(""), SLICE(RULES), &sink);
    call.kind = OE_NONCE;
    account->oe.venue->decode_answer(&account->oe, &call, 200, SLICE(""),
                                     SLICE("{\"code\":200,\"nonce\":7}"), &sink);
    return true;
}

// What differs in every request: numbers in order, times, and the client's own id.
static void blank(struct lighter_tx *tx) {
    tx->nonce = tx->expired_at_ms = 0;
    if (tx->type == LIGHTER_CREATE_ORDER) {
        tx->fields[LIGHTER_ORDER_EXPIRY_MS] = tx->fields[LIGHTER_ORDER_EXPIRY_MS] > 0;
    }
}

static void check_sent(struct vectors *vectors, const json_t *output, const char *body) {
    struct lighter_tx want, got;
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    json_error_t error;
    json_t *frame = json_loads(body, 0, &error);
    const json_t *data = json_object_get(frame, "data");
    char *info = json_dumps(json_object_get(data, "tx_info"), JSON_COMPACT | JSON_PRESERVE_ORDER);
    bool good = info != NULL &&
                lighter_tx_read(vectors_int(output, "tx_type"), vectors_slice(output, "tx_info"),
                                &want, signature) &&
                lighter_tx_read(vectors_int(data, "tx_type"), slice_of(info), &got, signature);
    if (vectors_true(vectors, good, "a tx_info is not understood")) {
        blank(&want);
        blank(&got);
        (void)vectors_true(vectors, memcmp(&want, &got, sizeof(got)) == 0,
                           "the transactions differ");
    }
    free(info);
    json_decref(frame);
}

static bool our_call(const char *method, struct oe_call *call) {
    static const struct {
        const char *method;
        enum oe_call_kind kind;
    } rows[] = {
        {"cancelAllOrders", OE_CANCEL_ALL}, {"createOrder", OE_PLACE},
        {"fetchMarkets", OE_RULES},         {"fetchBalance", OE_BALANCES},
        {"fetchPosition", OE_POSITIONS},    {"fetchPositions", OE_POSITIONS},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].method, method) == 0) {
            *call = (struct oe_call){.kind = rows[i].kind,
                                     .tag = 1,
                                     .symbol = rows[i].kind == OE_PLACE ? 0 : OE_SYMBOL_NONE,
                                     .order = {.side = SIDE_BUY,
                                               .kind = OE_GTC,
                                               .price = {40 * PX_ONE},
                                               .size = {QTY_ONE}},
                                     .client_id = SLICE("489057754"),
                                     .now_ns = INT64_C(1772175126603) * NS_PER_MS};
            return true;
        }
    }
    return false;
}

static void check_request(struct vectors *vectors, const json_t *one, const struct oe_call *call) {
    static struct vectors_account account;
    const char *question = strchr(vectors_text(one, "url"), '?');
    const char *path = strstr(vectors_text(one, "url"), "/api/");
    struct slice value = SLICE("715085");
    char index[24], got_path[64];
    struct text got = TEXT_OVER(got_path);
    if (question != NULL) {
        (void)vectors_field(slice_of(question + 1), "value", &value);
    }
    (void)string_copy(index, sizeof(index), value);
    if (ready_account(vectors, &account, index) &&
        vectors_true(vectors, oe_encode(&account.oe, call, &account.message) == STATUS_OK,
                     status_text())) {
        const char *ours = strchr(account.message.path_data, '?');
        if (json_is_object(json_object_get(one, "output"))) {
            check_sent(vectors, json_object_get(one, "output"), account.message.body_data);
        } else if (vectors_true(vectors, path != NULL, "no path")) {
            size_t size = question != NULL ? (size_t)(question - path) : strlen(path);
            text_add(&got, (struct slice){account.message.path_data,
                                          ours != NULL ? (size_t)(ours - account.message.path_data)
                                                       : account.message.path.size});
            (void)vectors_same(vectors, "path", text_slice(&got), (struct slice){path, size});
            vectors_same_fields(vectors, slice_of(ours != NULL ? ours + 1 : ""),
                                slice_of(question != NULL ? question + 1 : ""), NULL,
                                "auth filter");
        }
    }
    vectors_account_finish(&account);
}

static void run_ccxt(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const char *method = vectors_text(one, "method");
        struct oe_call call;
        vectors_begin(vectors, one, i, NULL);
        if (strcmp(method, "fetchClosedOrders") == 0) {
            vectors_skip(vectors, "perpdesk asks for fills, not for finished orders");
        } else if (strstr(vectors_text(one, "url"), "by=l1_address") != NULL) {
            vectors_skip(vectors, "perpdesk names its account by number, never by wallet");
        } else if (strcmp(method, "fetchAccounts") == 0) {
            (void)our_call("fetchBalance", &call); // the same question
            check_request(vectors, one, &call);
            vectors_end(vectors);
        } else if (our_call(method, &call)) {
            check_request(vectors, one, &call);
            vectors_end(vectors);
        } else {
            vectors_skip(vectors, "public data, which the market data's decoder asks for");
        }
    }
}

// ---- errors ------------------------------------------------------------------------------------

// What the sheet says of them (section 7).
static const struct {
    int64_t code;
    enum oe_error error;
} named_errors[] = {
    {21104, OE_ERROR_NONCE},       {21105, OE_ERROR_NONCE},       {21120, OE_ERROR_KEYS},
    {21108, OE_ERROR_KEYS},        {21109, OE_ERROR_KEYS},        {21110, OE_ERROR_KEYS},
    {21136, OE_ERROR_KEYS},        {21111, OE_ERROR_MARGIN},      {21112, OE_ERROR_MARGIN},
    {21507, OE_ERROR_MARGIN},      {21508, OE_ERROR_MARGIN},      {21739, OE_ERROR_MARGIN},
    {21506, OE_ERROR_RATE},        {21601, OE_ERROR_LIMIT},       {21717, OE_ERROR_LIMIT},
    {21722, OE_ERROR_LIMIT},       {21700, OE_ERROR_NO_ORDER},    {21707, OE_ERROR_NO_ORDER},
    {21708, OE_ERROR_NO_ORDER},    {21709, OE_ERROR_NO_ORDER},    {21715, OE_ERROR_NO_ORDER},
    {21701, OE_ERROR_SIZE},        {21702, OE_ERROR_PRICE},       {21703, OE_ERROR_REQUEST},
    {21704, OE_ERROR_REQUEST},     {21705, OE_ERROR_REQUEST},     {21706, OE_ERROR_SIZE},
    {21711, OE_ERROR_CLOCK},       {21712, OE_ERROR_BUSY},        {21727, OE_ERROR_REQUEST},
    {21728, OE_ERROR_DUPLICATE},   {21732, OE_ERROR_REDUCE_ONLY}, {21738, OE_ERROR_REDUCE_ONLY},
    {21740, OE_ERROR_REDUCE_ONLY}, {21733, OE_ERROR_PRICE},       {21734, OE_ERROR_PRICE},
    {21735, OE_ERROR_PRICE},       {23000, OE_ERROR_RATE},        {23004, OE_ERROR_RATE},
    {30009, OE_ERROR_RATE},        {30010, OE_ERROR_RATE},        {30003, OE_ERROR_NONE},
};

// Every refusal that a trader of perpetuals can meet has a meaning; the rest is shown as it is.
static bool may_be_other(int64_t code) {
    return (code >= 21106 && code <= 21141) || (code >= 21200 && code < 21300) ||
           (code >= 21300 && code < 21500) || code == 21512 || code == 21516 ||
           (code >= 21606 && code <= 21617) || (code >= 21716 && code <= 21736) ||
           (code >= 21801 && code < 22000) || code >= 41000;
}

static void check_error(struct vectors *vectors, const json_t *one) {
    int64_t code = vectors_int(one, "code");
    enum oe_error error = lighter_error_of(code);
    for (size_t i = 0; i < COUNT_OF(named_errors); i++) {
        if (named_errors[i].code == code) {
            (void)vectors_true(vectors, named_errors[i].error == error, "not as the sheet has it");
        }
    }
    (void)vectors_true(vectors, error != OE_ERROR_OTHER || may_be_other(code), "no meaning");
    (void)vectors_true(vectors, error != OE_ERROR_NONE || code == 30003, "counts as no error");
    (void)vectors_true(vectors, lighter_is_unknown(code) == (code == 29500 || code == 29501),
                       "whether it says what became of the request");
}

static void run_errors(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_error);
}

const struct vectors_format vectors_lighter[] = {
    {"01_goldilocks.json", lighter_run_goldilocks},
    {"02_fp5.json", lighter_run_fp5},
    {"03_ecgfp5.json", lighter_run_ecgfp5},
    {"04_scalar.json", lighter_run_scalar},
    {"05_poseidon2.json", lighter_run_poseidon2},
    {"06_keys.json", run_keys},
    {"07_schnorr.json", run_schnorr},
    {"08_transactions.json", run_transactions},
    {"09_auth_tokens.json", run_tokens},
    {"10_official_signer_tx_oracle.json", run_official},
    {"11_official_signer_auth_oracle.json", run_official_tokens},
    {"12_ccxt_static_requests.json", run_ccxt},
    {"error_codes.json", run_errors},
    {"poseidon2_constants.json", lighter_run_constants},
    {NULL, NULL},
};
