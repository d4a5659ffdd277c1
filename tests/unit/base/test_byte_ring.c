// The ring of records of any size: order, the wrap at the end, refusal when full, two threads.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/byte_ring.h"

static struct byte_ring ring;

static bool push(const char *first, const char *second) {
    const struct slice parts[] = {slice_of(first), slice_of(second)};
    return byte_ring_push(&ring, parts, 2);
}

static void keeps_order_over_the_end(void **state) {
    (void)state;
    assert_int_equal(byte_ring_create(&ring, 64), STATUS_OK);
    struct slice record;
    assert_false(byte_ring_peek(&ring, &record));
    static const char *const words[] = {"", "a", "1234567", "12345678", "123456789abcdef"};
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(push(words[i % COUNT_OF(words)], "-"));
        assert_true(push("x", words[i / 7 % COUNT_OF(words)]));
        for (uint32_t half = 0; half < 2; half++) {
            char expected[64];
            struct text text = TEXT_OVER(expected);
            text_add_string(&text, half == 0 ? words[i % COUNT_OF(words)] : "x");
            text_add_string(&text, half == 0 ? "-" : words[i / 7 % COUNT_OF(words)]);
            assert_true(byte_ring_peek(&ring, &record));
            assert_true(slice_equals(record, text_slice(&text)));
            assert_int_equal((uintptr_t)record.data % 8, (uintptr_t)ring.bytes % 8);
            byte_ring_drop(&ring);
        }
        assert_false(byte_ring_peek(&ring, &record));
    }
    byte_ring_finish(&ring);
}

static void refuses_when_full(void **state) {
    (void)state;
    assert_int_equal(byte_ring_create(&ring, 64), STATUS_OK);
    struct slice record;
    assert_true(push("12345678", "12345678")); // 24 with its head
    assert_true(push("12345678", "12345678"));
    assert_false(push("12345678", "1"));
    assert_true(push("12345678", "")); // exactly full
    assert_false(push("", ""));
    assert_true(byte_ring_peek(&ring, &record));
    byte_ring_drop(&ring);
    assert_false(push("12345678", "123456789")); // one byte more than what is free
    assert_true(push("12345678", "12345678"));
    char large[128] = "";
    memset(large, 'x', sizeof(large) - 1);
    assert_false(push(large, "")); // would never fit
    byte_ring_finish(&ring);
}

enum { RECORDS = 200000 };

static void *produce(void *arg) {
    (void)arg;
    for (uint32_t i = 0; i < RECORDS;) {
        unsigned char bytes[256];
        memset(bytes, (int)(i & 0xff), sizeof(bytes));
        const struct slice parts[] = {{(const char *)&i, sizeof(i)},
                                      {(const char *)bytes, i % sizeof(bytes)}};
        i += byte_ring_push(&ring, parts, 2);
    }
    return NULL;
}

static void hands_over_between_threads(void **state) {
    (void)state;
    assert_int_equal(byte_ring_create(&ring, 4096), STATUS_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, produce, NULL), 0);
    for (uint32_t i = 0; i < RECORDS;) {
        struct slice record;
        if (!byte_ring_peek(&ring, &record)) {
            continue;
        }
        uint32_t number;
        memcpy(&number, record.data, sizeof(number));
        assert_int_equal(number, i);
        assert_int_equal(record.size, sizeof(number) + i % 256);
        for (size_t k = sizeof(number); k < record.size; k++) {
            if ((unsigned char)record.data[k] != (i & 0xff)) {
                fail_msg("record %u is torn at %zu", i, k);
            }
        }
        byte_ring_drop(&ring);
        i++;
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    byte_ring_finish(&ring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_over_the_end),
        cmocka_unit_test(refuses_when_full),
        cmocka_unit_test(hands_over_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
