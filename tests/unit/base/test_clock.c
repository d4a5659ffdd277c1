// Clocks: the three kinds, and waits in machine time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static void manual(void **state) {
    (void)state;
    struct clock clock;
    clock_init_manual(&clock, 1000);
    assert_int_equal(clock_now_ns(&clock), 1000);
    clock_set_manual(&clock, 2000);
    assert_int_equal(clock_now_ns(&clock), 2000);
    clock_set_manual(&clock, 1500);
    assert_int_equal(clock_now_ns(&clock), 2000);
    assert_int_equal(clock_wait_ns(&clock, 2000), 0);
    assert_int_equal(clock_wait_ns(&clock, 2001), INT64_MAX);
}

static void wall_time(void **state) {
    (void)state;
    struct clock clock;
    struct timespec now;
    clock_init_system(&clock);
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
    int64_t wall_ns = (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
    int64_t apart_ns = clock_now_ns(&clock) - wall_ns;
    assert_true(apart_ns > -NS_PER_S && apart_ns < NS_PER_S);
    int64_t last_ns = clock_now_ns(&clock);
    for (int i = 0; i < 1000; i++) {
        int64_t next_ns = clock_now_ns(&clock);
        assert_true(next_ns >= last_ns);
        last_ns = next_ns;
    }
    assert_int_equal(clock_wait_ns(&clock, last_ns - 1), 0);
    int64_t wait_ns = clock_wait_ns(&clock, last_ns + 3600 * NS_PER_S);
    assert_true(wait_ns > 3590 * NS_PER_S && wait_ns <= 3600 * NS_PER_S);
}

// Desk time against machine time, both read around each other.
static void scaled(void **state) {
    (void)state;
    static const int64_t speeds_ppm[] = {1, 500000, 1000000, 60000000, 1000000000};
    for (size_t i = 0; i < sizeof(speeds_ppm) / sizeof(speeds_ppm[0]); i++) {
        struct clock clock;
        const int64_t start_ns = 5000 * NS_PER_S;
        int64_t before_ns = mono_now_ns();
        clock_init_scaled(&clock, start_ns, speeds_ppm[i]);
        int64_t after_init_ns = mono_now_ns();
        usleep(2000);
        int64_t least_ns = mono_now_ns() - after_init_ns;
        int64_t desk_ns = clock_now_ns(&clock) - start_ns;
        int64_t most_ns = mono_now_ns() - before_ns;
        assert_true(desk_ns >= least_ns * speeds_ppm[i] / 1000000);
        assert_true(desk_ns <= most_ns * speeds_ppm[i] / 1000000);
        int64_t wait_ns = clock_wait_ns(&clock, start_ns + speeds_ppm[i] * 3600000);
        assert_true(wait_ns > 3500 * NS_PER_S && wait_ns <= 3600 * NS_PER_S);
    }
}

static void far_ends(void **state) {
    (void)state;
    struct clock clock;
    clock_init_scaled(&clock, INT64_MAX - 1, 1000000000);
    usleep(10);
    assert_int_equal(clock_now_ns(&clock), INT64_MAX);
    clock_init_scaled(&clock, 0, 1);
    assert_int_equal(clock_wait_ns(&clock, INT64_MAX), INT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manual),
        cmocka_unit_test(wall_time),
        cmocka_unit_test(scaled),
        cmocka_unit_test(far_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
