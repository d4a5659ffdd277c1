// A lane's orders found by their names, against a plain look through all rows.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "base/table.h"
#include "io/lane_index.h"

static struct lane_index lane_index;
static uint64_t keys[LANE_ORDERS_MAX][LANE_KEY_COUNT];

static uint32_t count_plain(enum lane_key key, uint64_t hash) {
    uint32_t count = 0;
    for (uint32_t row = 0; row < LANE_ORDERS_MAX; row++) {
        count += keys[row][key] == hash;
    }
    return count;
}

static uint32_t count_found(enum lane_key key, uint64_t hash) {
    uint32_t count = 0;
    uint32_t row = lane_index_find(&lane_index, key, hash);
    while (row != LANE_ROW_NONE && count <= LANE_ORDERS_MAX) {
        assert_true(keys[row][key] == hash);
        count++;
        row = lane_index_next(&lane_index, key, row);
    }
    return count;
}

// Few hashes that meet in fewer chains, set, changed and taken away at random.
static void test_as_a_plain_look(void **state) {
    (void)state;
    enum { STEPS = 40000, HASHES = 700, CHAINS = 5 };
    for (uint64_t i = 0; i < STEPS; i++) {
        uint64_t draw = hash_mix(i);
        uint32_t row = (uint32_t)(draw % LANE_ORDERS_MAX);
        enum lane_key key = (enum lane_key)(draw >> 16) % LANE_KEY_COUNT;
        uint64_t number = draw >> 32 & 0xffff;
        uint64_t hash = number % 4 == 0 ? 0 : (number % HASHES) * LANE_CHAINS + number % CHAINS;
        keys[row][key] = hash;
        lane_index_set(&lane_index, row, key, hash);
        uint64_t wanted = i % 2 == 0 ? hash : keys[i % LANE_ORDERS_MAX][key];
        if (wanted != 0) {
            assert_int_equal(count_found(key, wanted), count_plain(key, wanted));
        }
    }
    assert_int_equal(lane_index_find(&lane_index, LANE_KEY_VENUE, 0), LANE_ROW_NONE);
}

static void test_newest_first(void **state) {
    (void)state;
    memset(&lane_index, 0, sizeof(lane_index));
    lane_index_set(&lane_index, 3, LANE_KEY_CLIENT, 77);
    lane_index_set(&lane_index, 9, LANE_KEY_CLIENT, 77);
    lane_index_set(&lane_index, 4, LANE_KEY_VENUE, 77); // another kind of name
    assert_int_equal(lane_index_find(&lane_index, LANE_KEY_CLIENT, 77), 9);
    assert_int_equal(lane_index_next(&lane_index, LANE_KEY_CLIENT, 9), 3);
    assert_int_equal(lane_index_next(&lane_index, LANE_KEY_CLIENT, 3), LANE_ROW_NONE);
    lane_index_set(&lane_index, 9, LANE_KEY_CLIENT, 0);
    assert_int_equal(lane_index_find(&lane_index, LANE_KEY_CLIENT, 77), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_a_plain_look),
        cmocka_unit_test(test_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
