// Lighter's transactions and keys: the self-test, what a reader of transactions refuses, what a
// nonce depends on, and that a key is gone when it is finished.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exchanges/lighter_self_test.h"
#include "exchanges/lighter_tx.h"

#define SIG_A27 "AAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SIG     SIG_A27 SIG_A27 SIG_A27 "AAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct schnorr_key key_of(uint8_t byte) {
    uint8_t secret[SCHNORR_KEY_SIZE];
    struct schnorr_key key;
    memset(secret, byte, sizeof(secret));
    assert_int_equal(schnorr_key_init(&key, secret), STATUS_OK);
    return key;
}

static void test_self(void **state) {
    (void)state;
    assert_int_equal(lighter_self_test(), STATUS_OK);
}

static bool reads(int64_t type, const char *json) {
    struct lighter_tx tx;
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    return lighter_tx_read(type, slice_of(json), &tx, signature);
}

static void test_read(void **state) {
    (void)state;
#define HEAD "{\"AccountIndex\":1,\"ApiKeyIndex\":5,"
#define TAIL "\"ExpiredAt\":9,\"Nonce\":7,\"Sig\":\"" SIG "\""
    assert_true(reads(15, HEAD "\"MarketIndex\":0,\"Index\":3," TAIL "}"));
    assert_true(reads(15, HEAD "\"MarketIndex\":0,\"Index\":3," TAIL ",\"L2TxAttributes\":null}"));
    assert_true(reads(15,
                      "{\"Index\":3,\"MarketIndex\":0,\"ApiKeyIndex\":5,\"AccountIndex\":1," TAIL
                      ",\"L2TxAttributes\":{\"4\":1,\"6\":2}}"));
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        HEAD TAIL "}",
        HEAD "\"MarketIndex\":0," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":3,\"Index\":3," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":3,\"Price\":3," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":-3," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":3.5," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":\"3\"," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":9223372036854775808," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":3,\"ExpiredAt\":9,\"Nonce\":7,\"Sig\":\"AAAA\"}",
        HEAD "\"MarketIndex\":0,\"Index\":3," TAIL ",\"L2TxAttributes\":{\"6\":2,\"4\":1}}",
        HEAD "\"MarketIndex\":0,\"Index\":3," TAIL ",\"L2TxAttributes\":{\"8\":2}}",
        HEAD "\"MarketIndex\":0,\"Index\":3," TAIL
             ",\"L2TxAttributes\":{\"1\":2,\"2\":1,\"3\":1,\"4\":1,\"6\":1}}",
        HEAD "\"MarketIndex\":0,\"Index\":3,\"Orders\":[]," TAIL "}",
        HEAD "\"MarketIndex\":0,\"Index\":3," TAIL "} ,",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (reads(15, bad[i])) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    assert_false(reads(7, HEAD "\"MarketIndex\":0,\"Index\":3," TAIL "}"));
    assert_false(reads(28, HEAD "\"GroupingType\":1,\"Orders\":[]," TAIL "}"));
    assert_false(reads(28, HEAD "\"GroupingType\":1,\"Orders\":[{\"MarketIndex\":1}]," TAIL "}"));
    assert_false(reads(8, HEAD "\"0\":1,\"1\":1,\"2\":1,\"3\":1,\"4\":1," TAIL "}"));
    assert_true(lighter_tx_is_known(LIGHTER_CREATE_ORDER) && !lighter_tx_is_known(0));
}

// An attribute that says nothing is not hashed; market 0 of a cancel-all says something.
static void test_nil_attributes(void **state) {
    (void)state;
    struct lighter_tx tx = {.type = LIGHTER_CANCEL_ALL_ORDERS, .nonce = 1};
    struct fp5 plain = lighter_tx_hash(&tx, LIGHTER_CHAIN_MAINNET);
    assert_false(fp5_equals(plain, lighter_tx_hash(&tx, LIGHTER_CHAIN_TESTNET)));
    tx.attribute_count = 1;
    tx.attributes[0] = (struct lighter_attribute){LIGHTER_ATTRIBUTE_SKIP_NONCE, 0};
    assert_true(fp5_equals(plain, lighter_tx_hash(&tx, LIGHTER_CHAIN_MAINNET)));
    tx.attributes[0] = (struct lighter_attribute){LIGHTER_ATTRIBUTE_CANCEL_MARKET, 255};
    assert_true(fp5_equals(plain, lighter_tx_hash(&tx, LIGHTER_CHAIN_MAINNET)));
    tx.attributes[0].value = 0;
    assert_false(fp5_equals(plain, lighter_tx_hash(&tx, LIGHTER_CHAIN_MAINNET)));
}

// Signatures that share a nonce give the key away: s + e * key is the nonce.
static void nonce_of(const struct schnorr_key *key, const uint8_t *signature, uint8_t out[40]) {
    struct ecgfp5_scalar s = ecgfp5_scalar_from_bytes(signature);
    struct ecgfp5_scalar e = ecgfp5_scalar_from_bytes(signature + ECGFP5_SCALAR_SIZE);
    ecgfp5_scalar_to_bytes(ecgfp5_scalar_add(s, ecgfp5_scalar_mul(e, key->secret)), out);
}

static void test_nonces(void **state) {
    (void)state;
    struct schnorr_key keys[2] = {key_of(1), key_of(2)};
    struct fp5 message = {{1, 2, 3, 4, 5}};
    uint8_t nonces[4][ECGFP5_SCALAR_SIZE], first[SCHNORR_SIGNATURE_SIZE];
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    schnorr_sign(&keys[0], message, 7, first);
    nonce_of(&keys[0], first, nonces[0]);
    schnorr_sign(&keys[0], message, 7, signature);
    assert_memory_equal(signature, first, sizeof(first));
    schnorr_sign(&keys[0], message, 8, signature);
    nonce_of(&keys[0], signature, nonces[1]);
    schnorr_sign(&keys[1], message, 7, signature);
    nonce_of(&keys[1], signature, nonces[2]);
    message.c[0]++;
    schnorr_sign(&keys[0], message, 7, signature);
    nonce_of(&keys[0], signature, nonces[3]);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < i; j++) {
            assert_memory_not_equal(nonces[i], nonces[j], ECGFP5_SCALAR_SIZE);
        }
    }
}

// n, little-endian, which counts as 0.
static const uint8_t order[SCHNORR_KEY_SIZE] = {
    0xe1, 0xff, 0x8b, 0x94, 0x96, 0xd9, 0x0f, 0xe8, 0x9c, 0xa0, 0x24, 0xd7, 0x39, 0x5c,
    0x88, 0xe8, 0x39, 0x06, 0xb8, 0xcf, 0xe6, 0xff, 0xff, 0x7f, 0x16, 0x00, 0x00, 0x00,
    0xf1, 0xff, 0xff, 0x7f, 0x07, 0x00, 0x00, 0x80, 0xfd, 0xff, 0xff, 0x7f};

static void test_keys(void **state) {
    (void)state;
    static const struct schnorr_key wiped;
    uint8_t secret[SCHNORR_KEY_SIZE] = {0};
    struct schnorr_key key;
    assert_int_equal(schnorr_key_init(&key, secret), STATUS_CONFIG);
    assert_int_equal(schnorr_key_init(&key, order), STATUS_CONFIG);
    memcpy(secret, order, sizeof(secret));
    secret[0]++; // n + 1 is 1, and 4 is the encoding of the generator
    assert_int_equal(schnorr_key_init(&key, secret), STATUS_OK);
    assert_true(fp5_equals(key.public_key, (struct fp5){{4}}));
    schnorr_key_finish(&key);
    assert_memory_equal(&key, &wiped, sizeof(key));
}

// s + n stands for s, and is refused: a signature is written in one way only.
static void test_not_reduced(void **state) {
    (void)state;
    struct schnorr_key key = key_of(4);
    struct fp5 message = {{6}};
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    unsigned carry = 0;
    uint64_t random = 0;
    do { // until there is room above s for n in the digits of a scalar
        schnorr_sign(&key, message, random++, signature);
    } while (signature[ECGFP5_SCALAR_SIZE - 1] >= 4);
    assert_true(schnorr_verify(key.public_key, message, signature));
    for (int i = 0; i < ECGFP5_SCALAR_SIZE; i++) {
        carry += (unsigned)signature[i] + order[i];
        signature[i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_false(schnorr_verify(key.public_key, message, signature));
}

static void test_changed(void **state) {
    (void)state;
    struct schnorr_key key = key_of(3);
    struct fp5 message = {{5}};
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    schnorr_sign(&key, message, 1, signature);
    assert_true(schnorr_verify(key.public_key, message, signature));
    for (int half = 0; half < 2; half++) {
        uint8_t other[SCHNORR_SIGNATURE_SIZE];
        for (int bit = 0; bit < 8; bit++) {
            memcpy(other, signature, sizeof(other));
            other[40 * half + 5 * bit] ^= (uint8_t)(1 << bit);
            assert_false(schnorr_verify(key.public_key, message, other));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_self),           cmocka_unit_test(test_read),
        cmocka_unit_test(test_nil_attributes), cmocka_unit_test(test_nonces),
        cmocka_unit_test(test_keys),           cmocka_unit_test(test_changed),
        cmocka_unit_test(test_not_reduced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
