// What Paradex, Extended and the first edgeX have signed: the messages of their vectors to the
// hash, and the hash to the signature.
#include "stark_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/edgex_hash.h"
#include "exchanges/extended_hash.h"
#include "exchanges/hash_starknet.h"
#include "exchanges/paradex_hash.h"
#include "exchanges/stark_self_test.h"

enum { E8 = 8, SEED_OF_PARADEX_PY = 32 };

static int64_t number(struct slice object, const char *name, int decimals) {
    int64_t value;
    assert_true(decimal_parse(vector_word(object, name), decimals, &value));
    return value;
}

static enum side side_of(struct slice object) {
    struct slice side = vector_word(object, "side");
    return slice_equals(side, SLICE("BUY")) || slice_equals(side, SLICE("1")) ? SIDE_BUY
                                                                              : SIDE_SELL;
}

static void key_of(struct slice object, const char *name, struct stark_key *key) {
    struct u256 secret = vector_u256_of(vector_word(object, name));
    assert_int_equal(stark_key_init(key, &secret), STATUS_OK);
}

static struct paradex_hash_order paradex_order(struct slice input) {
    return (struct paradex_hash_order){
        .timestamp_ms = (uint64_t)number(input, "signature_timestamp", 0),
        .market = vector_word(input, "market"),
        .side = side_of(input),
        .type = vector_word(input, "type"),
        .size_e8 = (uint64_t)number(input, "size", E8),
        .price_e8 = (uint64_t)number(input, "price", E8),
    };
}

static struct felt paradex_message(const struct paradex_hash *hash, struct slice one) {
    struct slice type = vector_word(one, "primary_type");
    struct slice input = harness_member(one, "input");
    struct felt message;
    if (slice_equals(type, SLICE("Order"))) {
        struct paradex_hash_order order = paradex_order(input);
        assert_int_equal(paradex_hash_place(hash, &order, &message), STATUS_OK);
    } else if (slice_equals(type, SLICE("ModifyOrder"))) {
        struct paradex_hash_order order = paradex_order(input);
        assert_int_equal(paradex_hash_modify(hash, &order, vector_word(input, "id"), &message),
                         STATUS_OK);
    } else if (slice_equals(type, SLICE("Request"))) {
        message = paradex_hash_auth(hash, (uint64_t)number(input, "timestamp", 0),
                                    (uint64_t)number(input, "expiration", 0));
    } else {
        assert_true(slice_equals(type, SLICE("Constant")));
        message = paradex_hash_onboarding(hash);
    }
    return message;
}

// As the header and the body of a request have it: decimals in a JSON array.
static void check_decimals(const struct stark_key *key, struct felt message, uint64_t seed,
                           struct slice raw) {
    char expected[256];
    char printed[256];
    struct text text = TEXT_OVER(expected);
    struct text out = TEXT_OVER(printed);
    struct stark_signature signature;
    assert_true(json_string_decode(raw, &text));
    assert_int_equal(stark_sign_seeded(key, message, seed, &signature), STATUS_OK);
    text_add_string(&out, "[\"");
    u256_add_decimal(&out, &signature.r);
    text_add_string(&out, "\",\"");
    u256_add_decimal(&out, &signature.s);
    text_add_string(&out, "\"]");
    assert_string_equal(printed, expected);
}

static bool check_paradex(struct slice one) {
    struct paradex_hash hash;
    struct stark_key key;
    assert_int_equal(
        paradex_hash_init(&hash, vector_word(one, "chain_id"), vector_felt_member(one, "account")),
        STATUS_OK);
    struct felt message = paradex_message(&hash, one);
    vector_check_felt(message, vector_word(one, "message_hash"));
    key_of(one, "l2_private", &key);
    check_decimals(&key, message, 0, vector_word(one, "signature_rfc6979"));
    check_decimals(&key, message, SEED_OF_PARADEX_PY, vector_word(one, "signature_rfc6979_seed32"));
    return true;
}

// The structs of the official C++ tests, which are beginnings of what a message hashes.
static bool check_paradex_cpp(struct slice one) {
    struct slice fields[VECTOR_LIST_MAX];
    if (!vector_is_kind(one, "order_message")) {
        return false; // an intermediate value, without the rest of its message
    }
    size_t count = vector_list_of(harness_member(one, "fields"), fields);
    assert_int_equal(count, 6);
    struct u256 timestamp = vector_u256_of(fields[0]);
    struct u256 size = vector_u256_of(fields[4]);
    struct paradex_hash hash;
    struct felt message;
    struct paradex_hash_order order = {.timestamp_ms = timestamp.limb[0],
                                       .market = SLICE("ETH-USD-PERP"),
                                       .side = SIDE_BUY,
                                       .type = SLICE("MARKET"),
                                       .size_e8 = size.limb[0]};
    assert_int_equal(paradex_hash_init(&hash, SLICE("PRIVATE_SN_POTC_GOERLI"),
                                       vector_felt_member(one, "account")),
                     STATUS_OK);
    assert_int_equal(paradex_hash_place(&hash, &order, &message), STATUS_OK);
    vector_check_felt(message, vector_word(one, "message_hash"));
    return true;
}

static bool check_extended(struct slice one) {
    if (!vector_is_kind(one, "order")) {
        return false; // a domain alone, a transfer, an order of a vault
    }
    struct extended_hash hash;
    struct extended_hash_order order = {
        .base_asset = vector_felt_member(one, "base_asset_id"),
        .quote_asset = vector_felt_member(one, "quote_asset_id"),
        .fee_asset = vector_felt_member(one, "fee_asset_id"),
        .base_amount = number(one, "base_amount", 0),
        .quote_amount = number(one, "quote_amount", 0),
        .fee_amount = (uint64_t)number(one, "fee_amount", 0),
        .expiration_s = (uint64_t)number(one, "expiration", 0),
        .salt = (uint64_t)number(one, "salt", 0),
    };
    assert_int_equal(extended_hash_init(&hash, vector_word(one, "chain_id"),
                                        (uint32_t)number(one, "position_id", 0),
                                        vector_felt_member(one, "user_public_key")),
                     STATUS_OK);
    vector_check_felt(extended_hash_place(&hash, &order), vector_word(one, "message_hash"));
    return true;
}

// The orders of the SDK's tests: account and assets stand once for the whole file.
static void test_extended_orders(void **state) {
    (void)state;
    if (!harness_has_shared()) {
        skip();
    }
    size_t size;
    char *data = harness_read(harness_path("venues/vectors", "extended/order_objects.json"), &size);
    struct slice file = {data, size};
    struct extended_hash hash;
    struct stark_key key;
    struct slice cases[VECTOR_LIST_MAX];
    struct felt collateral = vector_felt_member(file, "collateral_id");
    key_of(file, "private_key", &key);
    vector_check_felt(key.public_x, vector_word(file, "public_key"));
    assert_int_equal(extended_hash_init(&hash, vector_word(file, "chain_id"),
                                        (uint32_t)number(file, "vault", 0), key.public_x),
                     STATUS_OK);
    size_t count = vector_list_of(harness_member(file, "cases"), cases);
    assert_true(count >= 5);
    for (size_t i = 0; i < count; i++) {
        struct slice amounts = harness_member(cases[i], "stark_amounts");
        struct extended_hash_order order = {
            .base_asset = vector_felt_member(file, "synthetic_id"),
            .quote_asset = collateral,
            .fee_asset = collateral,
            .base_amount = number(amounts, "synthetic", 0),
            .quote_amount = number(amounts, "collateral", 0),
            .fee_amount = (uint64_t)number(amounts, "fee", 0),
            .expiration_s = (uint64_t)number(cases[i], "settlement_expiration_seconds", 0),
            .salt = (uint64_t)number(cases[i], "nonce", 0),
        };
        struct felt message = extended_hash_place(&hash, &order);
        vector_check_felt(message, vector_word(cases[i], "message_hash"));
        vector_check_signature(&key, message, 0, vector_word(cases[i], "r"),
                               vector_word(cases[i], "s"));
    }
    stark_key_finish(&key);
    free(data);
}

static void check_edgex_signature(struct slice one, struct felt message) {
    struct stark_key key;
    struct stark_signature signature;
    struct u256 r;
    struct u256 s;
    assert_true(u256_from_hex(vector_word(one, "r"), &r));
    assert_true(u256_from_hex(vector_word(one, "s"), &s));
    key_of(one, "private_key", &key);
    vector_check_felt(key.public_x, vector_word(one, "public_key"));
    assert_int_equal(stark_sign(&key, message, &signature), STATUS_OK);
    assert_true(u256_equals(&signature.r, &r) && u256_equals(&signature.s, &s));
}

static bool check_edgex(struct slice one) {
    if (vector_is_kind(one, "header")) {
        struct felt message = edgex_hash_request(vector_word(one, "content"));
        vector_check_felt(message, vector_word(one, "message"));
        check_edgex_signature(one, message);
        return true;
    }
    struct edgex_hash_order order = {
        .synthetic_asset = vector_felt_member(one, "synthetic"),
        .collateral_asset = vector_felt_member(one, "collateral"),
        .side = slice_equals(vector_word(one, "is_buy"), SLICE("true")) ? SIDE_BUY : SIDE_SELL,
        .synthetic_amount = (uint64_t)number(one, "amount_synthetic", 0),
        .collateral_amount = (uint64_t)number(one, "amount_collateral", 0),
        .fee_amount = (uint64_t)number(one, "amount_fee", 0),
        .nonce = (uint32_t)number(one, "nonce", 0),
        .position_id = (uint64_t)number(one, "position_id", 0),
        .expiration_hours = (uint32_t)number(one, "expire_hours", 0),
    };
    struct felt message = edgex_hash_place(&order);
    vector_check_felt(message, vector_word(one, "order_hash"));
    check_edgex_signature(one, message);
    return true;
}

// Without the files, too.
static void test_self(void **state) {
    (void)state;
    assert_int_equal(stark_self_test(), STATUS_OK);
}

static void test_refusals(void **state) {
    (void)state;
    static const char longer[] = "12345678901234567890123456789012";
    struct paradex_hash hash;
    struct extended_hash other;
    struct felt message;
    struct paradex_hash_order order = {.market = SLICE("BTC-USD-PERP"), .type = SLICE("LIMIT")};
    assert_int_equal(paradex_hash_init(&hash, slice_of(longer), FELT_ONE), STATUS_CONFIG);
    assert_int_equal(extended_hash_init(&other, slice_of(longer), 1, FELT_ONE), STATUS_CONFIG);
    assert_int_equal(paradex_hash_init(&hash, SLICE("SN"), FELT_ONE), STATUS_OK);
    assert_int_equal(paradex_hash_modify(&hash, &order, SLICE("0x12"), &message), STATUS_DATA);
    assert_int_equal(paradex_hash_modify(&hash, &order, SLICE(""), &message), STATUS_DATA);
    order.market = slice_of(longer);
    assert_int_equal(paradex_hash_place(&hash, &order, &message), STATUS_DATA);
}

static const struct vectors files[] = {
    {"paradex/typed_data.json", check_paradex, 16},
    {"paradex/official_cpp.json", check_paradex_cpp, 1},
    {"extended/hashes.json", check_extended, 3},
    {"edgex/v1_legacy.json", check_edgex, 5},
};

int main(void) {
    const struct CMUnitTest tests[] = {
        {files[0].path, vector_run, NULL, NULL, (void *)(uintptr_t)&files[0]},
        {files[1].path, vector_run, NULL, NULL, (void *)(uintptr_t)&files[1]},
        {files[2].path, vector_run, NULL, NULL, (void *)(uintptr_t)&files[2]},
        {files[3].path, vector_run, NULL, NULL, (void *)(uintptr_t)&files[3]},
        cmocka_unit_test(test_extended_orders),
        cmocka_unit_test(test_self),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
