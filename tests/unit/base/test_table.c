// Name map and seen set; the set against a plain list that remembers the same number of keys.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/table.h"

static void names(void **state) {
    (void)state;
    struct name_map map;
    char key[NAME_MAP_KEY_MAX + 1];
    assert_int_equal(name_map_create(&map, 500), STATUS_OK);
    assert_int_equal(name_map_get(&map, SLICE("BTC")), -1);
    for (int32_t i = 0; i < 500; i++) {
        snprintf(key, sizeof(key), "COIN%dUSDT", i);
        assert_int_equal(name_map_put(&map, slice_of(key), i), STATUS_OK);
    }
    for (int32_t i = 0; i < 1000; i++) {
        snprintf(key, sizeof(key), "COIN%dUSDT", i);
        assert_int_equal(name_map_get(&map, slice_of(key)), i < 500 ? i : -1);
    }
    assert_int_equal(name_map_put(&map, SLICE("COIN7USDT"), 9), STATUS_ERROR);
    assert_int_equal(name_map_get(&map, SLICE("COIN7USDT")), 7);
    assert_int_equal(name_map_get(&map, SLICE("COIN7USD")), -1);
    name_map_finish(&map);
}

static void name_sizes(void **state) {
    (void)state;
    struct name_map map;
    char key[40];
    memset(key, 'k', sizeof(key));
    assert_int_equal(name_map_create(&map, 10), STATUS_OK);
    assert_int_equal(name_map_put(&map, (struct slice){key, 0}, 1), STATUS_DATA);
    assert_int_equal(name_map_put(&map, (struct slice){key, 32}, 1), STATUS_DATA);
    assert_int_equal(name_map_put(&map, (struct slice){key, 31}, 1), STATUS_OK);
    assert_int_equal(name_map_put(&map, (struct slice){key, 1}, 2), STATUS_OK);
    assert_int_equal(name_map_get(&map, (struct slice){key, 31}), 1);
    assert_int_equal(name_map_get(&map, (struct slice){key, 30}), -1);
    assert_int_equal(name_map_get(&map, (struct slice){key, 32}), -1);
    assert_int_equal(name_map_get(&map, (struct slice){key, 40}), -1);
    assert_int_equal(name_map_get(&map, (struct slice){key, 0}), -1);
    name_map_finish(&map);
}

static void full_map(void **state) {
    (void)state;
    struct name_map map;
    char key[16];
    int32_t filled = 0;
    assert_int_equal(name_map_create(&map, 4), STATUS_OK);
    for (; filled < 100; filled++) {
        snprintf(key, sizeof(key), "n%d", filled);
        if (name_map_put(&map, slice_of(key), filled) != STATUS_OK) {
            break;
        }
    }
    assert_in_range(filled, 4, 7);
    assert_int_equal(name_map_put(&map, SLICE("more"), 1), STATUS_INTERNAL);
    assert_int_equal(name_map_get(&map, SLICE("more")), -1); // ends although the table is full
    name_map_finish(&map);
}

// Few distinct keys and a small set: long runs, wrap at the end of the slots, many removals.
static void seen_against_list(void **state) {
    (void)state;
    static const uint32_t capacities[] = {1, 2, 3, 7, 16, 100};
    for (size_t c = 0; c < COUNT_OF(capacities); c++) {
        uint32_t capacity = capacities[c];
        uint64_t list[100];
        uint32_t count = 0;
        struct seen_set set;
        assert_int_equal(seen_set_create(&set, capacity), STATUS_OK);
        for (uint64_t i = 0; i < 20000; i++) {
            uint64_t key = hash_mix(i * 7 + c) % (capacity * 2 + 1) + 1;
            bool known = false;
            for (uint32_t k = 0; k < count; k++) {
                known = known || list[k] == key;
            }
            assert_int_equal(seen_set_add(&set, key), !known);
            if (!known) {
                if (count == capacity) {
                    memmove(list, list + 1, (capacity - 1) * sizeof(list[0]));
                    count--;
                }
                list[count++] = key;
            }
        }
        seen_set_finish(&set);
    }
}

static void seen_zero(void **state) {
    (void)state;
    struct seen_set set;
    assert_int_equal(seen_set_create(&set, 4), STATUS_OK);
    assert_true(seen_set_add(&set, 0));
    assert_false(seen_set_add(&set, 0));
    assert_true(seen_set_add(&set, UINT64_MAX));
    seen_set_finish(&set);
}

static void hashes(void **state) {
    (void)state;
    // Published values: XXH3 64 of nothing with seed 0, splitmix64 of seed 0.
    assert_true(hash_bytes("", 0, 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash_mix(0) == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(hash_bytes("abc", 3, 0) != hash_bytes("abc", 3, 1));
    assert_true(hash_bytes("abc", 3, 0) != hash_bytes("abd", 3, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),     cmocka_unit_test(name_sizes),
        cmocka_unit_test(full_map),  cmocka_unit_test(seen_against_list),
        cmocka_unit_test(seen_zero), cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
