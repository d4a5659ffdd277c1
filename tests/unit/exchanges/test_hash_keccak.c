// Keccak-256: fixed digests, every length around a block, and any cut of a message into pieces.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exchanges/hash_keccak.h"

static void check(struct slice message, const char *expected) {
    uint8_t digest[KECCAK_SIZE];
    char hex[2 * KECCAK_SIZE + 1];
    keccak256(message, digest);
    for (int i = 0; i < KECCAK_SIZE; i++) {
        snprintf(&hex[2 * i], 3, "%02x", digest[i]);
    }
    assert_string_equal(hex, expected);
}

static void test_fixed(void **state) {
    (void)state;
    check(SLICE(""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    check((struct slice){NULL, 0},
          "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    check(SLICE("abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    check(SLICE("transfer(address,uint256)"),
          "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b");
}

// The padding's two bytes meet in one at 135, and a whole block more is needed at 136.
static void test_around_a_block(void **state) {
    (void)state;
    char message[KECCAK_RATE];
    memset(message, 'a', sizeof(message));
    check((struct slice){message, 135},
          "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446");
    check((struct slice){message, 136},
          "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e");
    memset(message, 0, sizeof(message));
    check((struct slice){message, 136},
          "3a5912a7c5faa06ee4fe906253e339467a9ce87d533c65be3c15cb231cdb25f9");
}

// Byte i is 7 i + 3; the digest of the first thousand is in the venues' vectors.
static void test_pieces(void **state) {
    (void)state;
    char message[1000];
    uint8_t whole[KECCAK_SIZE];
    uint8_t pieces[KECCAK_SIZE];
    for (size_t i = 0; i < sizeof(message); i++) {
        message[i] = (char)(uint8_t)(7 * i + 3);
    }
    check((struct slice){message, sizeof(message)},
          "80cdc8dd52cbb3dbaea8f383209893fa2bb52efbd5aedbb4b26dcfe307fcdc9b");
    for (size_t size = 0; size <= 3 * KECCAK_RATE; size++) {
        keccak256((struct slice){message, size}, whole);
        for (size_t step = 1; step <= 20; step++) {
            struct keccak keccak;
            keccak_init(&keccak);
            for (size_t at = 0; at < size; at += step) {
                size_t rest = size - at;
                keccak_add(&keccak, (struct slice){&message[at], rest < step ? rest : step});
            }
            keccak_finish(&keccak, pieces);
            assert_memory_equal(pieces, whole, KECCAK_SIZE);
        }
    }
}

// What was added before a copy is shared by both.
static void test_copy(void **state) {
    (void)state;
    struct keccak first;
    uint8_t whole[KECCAK_SIZE];
    uint8_t copied[KECCAK_SIZE];
    keccak_init(&first);
    keccak_add(&first, SLICE("trans"));
    struct keccak second = first;
    keccak_add(&second, SLICE("fer"));
    keccak_finish(&second, copied);
    keccak256(SLICE("transfer"), whole);
    assert_memory_equal(copied, whole, KECCAK_SIZE);
    keccak_add(&first, SLICE("late"));
    keccak_finish(&first, copied);
    keccak256(SLICE("translate"), whole);
    assert_memory_equal(copied, whole, KECCAK_SIZE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_around_a_block),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
