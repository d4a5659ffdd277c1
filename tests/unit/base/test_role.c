// Roles: start, wake-ups, a failing start, stop from any thread, no handle left, signals kept away.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/role.h"

struct probe {
    uv_timer_t timer;
    _Atomic int starts, wakes, stops, ticks;
    _Atomic int64_t busy_ns;
    _Atomic bool blocked;
};

static void tick(uv_timer_t *timer) {
    struct probe *probe = timer->data;
    atomic_fetch_add(&probe->ticks, 1);
}

static enum status probe_start(struct role *role) {
    struct probe *probe = role->user;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    probe->blocked = sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1 &&
                     sigismember(&mask, SIGSEGV) == 0;
    uv_timer_init(&role->loop, &probe->timer);
    probe->timer.data = probe;
    uv_timer_start(&probe->timer, tick, 1, 1);
    atomic_fetch_add(&probe->starts, 1);
    return STATUS_OK;
}

static enum status probe_start_fails(struct role *role) {
    (void)probe_start(role);
    struct probe *probe = role->user;
    uv_close((uv_handle_t *)&probe->timer, NULL);
    return status_fail(STATUS_CONFIG, "no such feed");
}

static void probe_wake(struct role *role) {
    struct probe *probe = role->user;
    int64_t until_ns = mono_now_ns() + atomic_load(&probe->busy_ns);
    while (mono_now_ns() < until_ns) {
    }
    atomic_fetch_add(&probe->wakes, 1);
}

static void probe_stop(struct role *role) {
    struct probe *probe = role->user;
    uv_close((uv_handle_t *)&probe->timer, NULL);
    atomic_fetch_add(&probe->stops, 1);
}

static void role_set_up(struct role *role, struct probe *probe) {
    memset(probe, 0, sizeof(*probe));
    assert_int_equal(role_create(role, "a-name-longer-than-15", probe), STATUS_OK);
    assert_string_equal(role->name, "a-name-longer-t");
    role->on_start = probe_start;
    role->on_wake = probe_wake;
    role->on_stop = probe_stop;
}

static bool wait_for(_Atomic int *value, int least) {
    for (int i = 0; i < 5000 && atomic_load(value) < least; i++) {
        usleep(1000);
    }
    return atomic_load(value) >= least;
}

static void life(void **state) {
    (void)state;
    struct role role;
    struct probe probe;
    for (int round = 0; round < 20; round++) {
        role_set_up(&role, &probe);
        assert_int_equal(role_start(&role), STATUS_OK);
        assert_true(wait_for(&probe.ticks, 1));
        assert_true(probe.blocked);
        role_wake(&role);
        assert_true(wait_for(&probe.wakes, 1));
        role_request_stop(&role);
        role_request_stop(&role);
        assert_int_equal(role_join(&role), STATUS_OK);
        assert_int_equal(probe.starts, 1);
        assert_int_equal(probe.stops, 1);
    }
}

static void stop_before_start(void **state) {
    (void)state;
    struct role role;
    struct probe probe;
    role_set_up(&role, &probe);
    role_request_stop(&role);
    assert_int_equal(role_start(&role), STATUS_OK);
    assert_int_equal(role_join(&role), STATUS_OK);
    assert_int_equal(probe.starts, 1);
    assert_int_equal(probe.stops, 1);
}

static void never_started(void **state) {
    (void)state;
    struct role role;
    struct probe probe;
    role_set_up(&role, &probe);
    assert_int_equal(role_join(&role), STATUS_OK);
    assert_int_equal(probe.starts + probe.stops, 0);
}

static void failing_start(void **state) {
    (void)state;
    struct role role;
    struct probe probe;
    role_set_up(&role, &probe);
    role.on_start = probe_start_fails;
    assert_int_equal(role_start(&role), STATUS_OK);
    assert_true(wait_for(&probe.starts, 1));
    for (int i = 0; i < 100; i++) {
        role_wake(&role); // may come after the loop has ended
    }
    role_request_stop(&role);
    assert_int_equal(role_join(&role), STATUS_CONFIG);
    assert_string_equal(status_text(), "no such feed");
    assert_int_equal(probe.stops, 0);
}

static void passes_and_beats(void **state) {
    (void)state;
    struct role role;
    struct probe probe;
    role_set_up(&role, &probe);
    int64_t before_ns = mono_now_ns();
    assert_int_equal(role_start(&role), STATUS_OK);
    assert_true(wait_for(&probe.ticks, 3));
    probe.busy_ns = 300 * NS_PER_MS;
    role_wake(&role);
    assert_true(wait_for(&probe.wakes, 1));
    probe.busy_ns = 0;
    int64_t first_ns = role.heartbeat_ns;
    assert_true(first_ns >= before_ns);
    usleep(700 * 1000);
    assert_true(role.heartbeat_ns > first_ns);
    // The work counts, the sleep of 700 ms does not.
    assert_true(role.longest_pass_ns >= 300 * NS_PER_MS);
    role_request_stop(&role);
    assert_int_equal(role_join(&role), STATUS_OK);
}

static void sleep_is_no_pass(void **state) {
    (void)state;
    struct role role;
    assert_int_equal(role_create(&role, "idle", NULL), STATUS_OK);
    assert_int_equal(role_start(&role), STATUS_OK);
    usleep(1200 * 1000); // two beats: the loop slept about 500 ms before each
    int64_t longest_ns = role.longest_pass_ns;
    assert_true(longest_ns > 0);
    assert_true(longest_ns < 250 * NS_PER_MS);
    role_request_stop(&role);
    assert_int_equal(role_join(&role), STATUS_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(life),
        cmocka_unit_test(stop_before_start),
        cmocka_unit_test(never_started),
        cmocka_unit_test(failing_start),
        cmocka_unit_test(passes_and_beats),
        cmocka_unit_test(sleep_is_no_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
