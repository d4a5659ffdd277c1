// So much in so much time: what fits, what does not, and when it does again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exchanges/vsim_rate.h"

static const struct vsim_rate ten_a_second = {10, 1000};

static void takes_what_fits_and_nothing_else(void **state) {
    (void)state;
    struct vsim_rate_use use = {0};
    int64_t now_ns = 5000 * NS_PER_S;
    assert_true(vsim_rate_take(&use, ten_a_second, now_ns, 7));
    assert_false(vsim_rate_take(&use, ten_a_second, now_ns, 4));
    assert_int_equal(vsim_rate_used(&use, ten_a_second, now_ns), 7);
    assert_true(vsim_rate_take(&use, ten_a_second, now_ns, 3));
    assert_false(vsim_rate_take(&use, ten_a_second, now_ns, 1));
    assert_false(vsim_rate_take(&use, ten_a_second, now_ns, UINT32_MAX));
}

static void the_window_rolls(void **state) {
    (void)state;
    struct vsim_rate_use use = {0};
    int64_t now_ns = 5000 * NS_PER_S;
    for (uint32_t i = 0; i < 10; i++) { // one each tenth: as much as the window gives, for ever
        assert_true(vsim_rate_take(&use, ten_a_second, now_ns, 1));
        now_ns += 100 * NS_PER_MS;
    }
    assert_int_equal(vsim_rate_used(&use, ten_a_second, now_ns), 9);
    for (uint32_t i = 0; i < 30; i++) {
        assert_true(vsim_rate_take(&use, ten_a_second, now_ns, 1));
        assert_false(vsim_rate_take(&use, ten_a_second, now_ns, 1));
        now_ns += 100 * NS_PER_MS;
    }
    now_ns += 1000 * NS_PER_S;
    assert_int_equal(vsim_rate_used(&use, ten_a_second, now_ns), 0);
    assert_true(vsim_rate_take(&use, ten_a_second, now_ns, 10));
}

static void who_waits_as_told_is_served(void **state) {
    (void)state;
    struct vsim_rate_use use = {0};
    int64_t now_ns = 5000 * NS_PER_S + 42 * NS_PER_MS;
    assert_int_equal(vsim_rate_wait_ns(&use, ten_a_second, now_ns, 10), 0);
    assert_true(vsim_rate_take(&use, ten_a_second, now_ns, 6));
    assert_true(vsim_rate_take(&use, ten_a_second, now_ns + 500 * NS_PER_MS, 4));
    now_ns += 600 * NS_PER_MS;
    static const uint32_t weights[] = {1, 6, 7, 10};
    for (size_t i = 0; i < 4; i++) {
        struct vsim_rate_use copy = use;
        int64_t wait_ns = vsim_rate_wait_ns(&use, ten_a_second, now_ns, weights[i]);
        assert_true(wait_ns > 0 && wait_ns <= NS_PER_S);
        assert_false(vsim_rate_take(&copy, ten_a_second, now_ns + wait_ns - 1, weights[i]));
        assert_true(vsim_rate_take(&copy, ten_a_second, now_ns + wait_ns, weights[i]));
    }
}

static void no_limit_takes_all(void **state) {
    (void)state;
    struct vsim_rate_use use = {0};
    struct vsim_rate none = {0};
    assert_true(vsim_rate_take(&use, none, NS_PER_S, UINT32_MAX));
    assert_true(vsim_rate_take(&use, none, NS_PER_S, UINT32_MAX));
    assert_int_equal(vsim_rate_used(&use, none, NS_PER_S), 0);
    assert_int_equal(vsim_rate_wait_ns(&use, none, NS_PER_S, 5), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_fits_and_nothing_else),
        cmocka_unit_test(the_window_rolls),
        cmocka_unit_test(who_waits_as_told_is_served),
        cmocka_unit_test(no_limit_takes_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
