// secp256k1 signatures, addresses and typed data, against published figures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <secp256k1.h>

#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"
#include "exchanges/hash_keccak.h"
#include "exchanges/sign_nonce.h"

static void read_key(const char *hex, uint8_t out[32]) {
    assert_true(hex_read(slice_of(hex), out, 32));
}

static void expect_hex(const uint8_t *bytes, size_t size, const char *hex) {
    char data[200];
    struct text text = TEXT_OVER(data);
    hex_add(&text, bytes, size);
    assert_string_equal(data, hex);
}

// The example of the EIP-712 text itself: Cow writes to Bob.
static void test_mail(void **state) {
    (void)state;
    uint8_t contract[20], cow[20], bob[20], person[32], mail[32], from[32], to[32];
    uint8_t domain[32], struct_hash[32], digest[32], key[32], signer[20];
    struct eip712 hash;
    struct sign_eth eth;
    struct eth_signature signature;
    assert_true(hex_read(SLICE("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"), contract, 20));
    assert_true(hex_read(SLICE("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"), cow, 20));
    assert_true(hex_read(SLICE("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"), bob, 20));
    eip712_domain("Ether Mail", "1", 1, contract, domain);
    expect_hex(domain, 32, "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
    eip712_text("Person(string name,address wallet)", person);
    eip712_text("Mail(Person from,Person to,string contents)Person(string name,address wallet)",
                mail);
    eip712_begin(&hash, person);
    eip712_string(&hash, SLICE("Cow"));
    eip712_address(&hash, cow);
    eip712_end(&hash, from);
    eip712_begin(&hash, person);
    eip712_string(&hash, SLICE("Bob"));
    eip712_address(&hash, bob);
    eip712_end(&hash, to);
    eip712_begin(&hash, mail);
    eip712_word(&hash, from);
    eip712_word(&hash, to);
    eip712_string(&hash, SLICE("Hello, Bob!"));
    eip712_end(&hash, struct_hash);
    eip712_digest(domain, struct_hash, digest);
    expect_hex(digest, 32, "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");

    read_key("c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4", key);
    assert_int_equal(sign_eth_init(&eth, key), STATUS_OK);
    assert_memory_equal(eth.address, cow, 20);
    sign_eth(&eth, digest, &signature);
    expect_hex(signature.r, 32, "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d");
    expect_hex(signature.s, 32, "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562");
    assert_int_equal(signature.v, 28);
    assert_true(eth_recover(digest, &signature, signer));
    assert_memory_equal(signer, cow, 20);
    digest[0] ^= 1;
    assert_true(!eth_recover(digest, &signature, signer) || memcmp(signer, cow, 20) != 0);
    sign_eth_finish(&eth);
    static const struct sign_eth zero;
    assert_memory_equal(&eth, &zero, sizeof(eth));
}

static void test_keys(void **state) {
    (void)state;
    struct sign_eth eth;
    uint8_t key[32] = {0};
    char text[ETH_ADDRESS_TEXT];
    assert_int_equal(sign_eth_init(&eth, key), STATUS_CONFIG);
    read_key("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", key);
    assert_int_equal(sign_eth_init(&eth, key), STATUS_CONFIG); // the order itself
    // The venue's demonstration key: aster.md section 6.
    read_key("4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1", key);
    assert_int_equal(sign_eth_init(&eth, key), STATUS_OK);
    eth_address_checked(eth.address, text);
    assert_string_equal(text, "0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0");
    eth_address_lower(eth.address, text);
    assert_string_equal(text, "0x21cf8ae13bb72632562c6fff438652ba1a151bb0");
    sign_eth_finish(&eth);
}

static void test_high_s_is_refused(void **state) {
    (void)state;
    struct sign_eth eth;
    struct eth_signature signature;
    uint8_t key[32] = {[31] = 1}, digest[32] = {7}, signer[20], order[32];
    assert_int_equal(sign_eth_init(&eth, key), STATUS_OK);
    sign_eth(&eth, digest, &signature);
    assert_true(eth_recover(digest, &signature, signer));
    // n - s with the other parity recovers the same key, and must not be taken.
    read_key("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", order);
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        int digit = order[i] - signature.s[i] - borrow;
        borrow = digit < 0;
        signature.s[i] = (uint8_t)(digit + (borrow ? 256 : 0));
    }
    signature.v = (uint8_t)(27 + 28 - signature.v);
    assert_false(eth_recover(digest, &signature, signer));
    sign_eth_finish(&eth);
}

static void test_texts(void **state) {
    (void)state;
    uint8_t bytes[64];
    size_t size;
    char data[100];
    struct text text = TEXT_OVER(data);
    assert_false(hex_read(SLICE("0x12g4"), bytes, 2));
    assert_false(hex_read(SLICE("123"), bytes, 2));
    assert_true(hex_read(SLICE("0xABcd"), bytes, 2));
    assert_int_equal(bytes[0] << 8 | bytes[1], 0xabcd);
    assert_true(hex_read_number(SLICE("0x1"), bytes, 2));
    assert_int_equal(bytes[0] << 8 | bytes[1], 1);
    static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const encoded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                          "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t i = 0; i < COUNT_OF(plain); i++) { // RFC 4648 section 10
        text_clear(&text);
        base64_add(&text, (const uint8_t *)plain[i], strlen(plain[i]));
        assert_string_equal(data, encoded[i]);
        assert_true(base64_read(slice_of(encoded[i]), bytes, sizeof(bytes), &size));
        assert_int_equal(size, strlen(plain[i]));
        assert_memory_equal(bytes, plain[i], size);
    }
    assert_false(base64_read(SLICE("Zm9v!"), bytes, sizeof(bytes), &size));
    assert_false(base64_read(SLICE("Zm9vYmFy"), bytes, 5, &size));
}

// Of every length, against the plain way.
static void test_hex(void **state) {
    (void)state;
    uint8_t bytes[75];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 167 + 9);
    }
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        char plain[200] = "", whole[200], data[200];
        struct text text = TEXT_OVER(data);
        for (size_t i = 0; i < size; i++) {
            (void)snprintf(plain + 2 * i, 3, "%02x", bytes[i]);
        }
        hex_add(&text, bytes, size);
        assert_string_equal(data, plain);
        memset(whole, '?', sizeof(whole));
        hex_write(whole, bytes, size);
        assert_memory_equal(whole, plain, 2 * size);
        assert_int_equal(whole[2 * size], '?');
    }
}

// Every candidate is the one that libsecp256k1's own function makes of the same key and digest.
static void test_nonces(void **state) {
    (void)state;
    enum { CASES = 1000, CANDIDATES = 3 };
    uint8_t seed[ETH_KEY_SIZE + ETH_HASH_SIZE] = {0}, ours[SIGN_NONCE_SIZE],
                                theirs[SIGN_NONCE_SIZE];
    const uint8_t *key = seed, *digest = seed + ETH_KEY_SIZE;
    for (int i = 0; i < CASES; i++) {
        struct sign_nonce nonce;
        keccak256((struct slice){(const char *)seed, sizeof(seed)}, seed);
        keccak256((struct slice){(const char *)seed, sizeof(seed)}, seed + ETH_KEY_SIZE);
        sign_nonce_start(&nonce, (struct slice){(const char *)seed, sizeof(seed)});
        for (unsigned attempt = 0; attempt < CANDIDATES; attempt++) {
            sign_nonce_next(&nonce, ours);
            assert_int_equal(
                secp256k1_nonce_function_rfc6979(theirs, digest, key, NULL, NULL, attempt), 1);
            assert_memory_equal(ours, theirs, sizeof(ours));
        }
        sign_nonce_finish(&nonce);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mail),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_high_s_is_refused),
        cmocka_unit_test(test_nonces),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_hex),
    };
    return cmocka_run_group_tests_name("sign_eth", tests, NULL, NULL);
}
