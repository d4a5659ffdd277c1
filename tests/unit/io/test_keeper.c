// The keeper calls the timer, makes commits durable, and ends in order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "io/journal_names.h"
#include "io/keeper.h"

static _Atomic int64_t due_ns, ran_ns;
static _Atomic uint32_t timers, halts;

static enum status on_event(void *self, struct bus *bus, const struct event *event) {
    (void)self;
    (void)bus;
    if (event->header.kind == EVENT_TIMER) {
        atomic_fetch_add(&timers, 1);
    } else if (event->header.kind == EVENT_CONTROL && event->u.control.verb == CONTROL_STATE) {
        atomic_fetch_add(&halts, event->u.control.value == TRADING_HALTED);
    } else if (event->header.kind == EVENT_CONTROL) {
        atomic_store(&due_ns, event->header.time_ns + 3 * NS_PER_MS);
    }
    return STATUS_OK;
}

static enum status on_time(void *self, struct bus *bus, int64_t now_ns) {
    (void)self;
    (void)bus;
    atomic_store(&due_ns, INT64_MAX);
    atomic_store(&ran_ns, now_ns);
    return STATUS_OK;
}

static int64_t deadline(const void *self) {
    (void)self;
    return atomic_load(&due_ns);
}

static const struct component component = {.name = "clockwork",
                                           .kinds = UINT64_MAX,
                                           .on_event = on_event,
                                           .on_time = on_time,
                                           .deadline = deadline};

static void sleep_ms(long ms) {
    (void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void test_keeper(void **state) {
    (void)state;
    static struct clock clock;
    static struct engine engine;
    static struct keeper keeper;
    static struct journal journal;
    struct journal_folder folder;
    struct universe universe;
    char path[] = "perpdesk-keeper-XXXXXX";
    clock_init_system(&clock);
    log_init(&clock, LOG_ERROR);
    assert_non_null(mkdtemp(path));
    assert_int_equal(journal_folder_open(&folder, path), STATUS_OK);
    struct journal_options journal_options = {.buffer_bytes = 65536};
    assert_int_equal(journal_create(&journal, &folder, &journal_options), STATUS_OK);
    assert_int_equal(universe_create(&universe, 1, 1), STATUS_OK);
    struct engine_options options = {.universe = &universe,
                                     .journal = journal_sink(&journal),
                                     .journal_quotes_all = true,
                                     .publish_ns = 50 * NS_PER_MS,
                                     .deadline_moved = keeper_wake,
                                     .deadline_arg = &keeper};
    atomic_store(&due_ns, INT64_MAX);
    assert_int_equal(engine_create(&engine, &options), STATUS_OK);
    engine_add(&engine, &component, NULL);
    struct keeper_options keeper_options = {
        .engine = &engine, .journal = &journal, .clock = &clock};
    assert_int_equal(keeper_create(&keeper, &keeper_options), STATUS_OK);
    assert_int_equal(keeper_start(&keeper), STATUS_OK);

    sleep_ms(400);
    assert_true(atomic_load(&timers) >= 3);
    assert_true(atomic_load(&timers) <= 100);
    struct control_request request = {CONTROL_PAUSE, ORIGIN_TEST, CONTROL_ANY, CONTROL_ANY, 0, 0};
    assert_int_equal(engine_control(&engine, &request, clock_now_ns(&clock)), STATUS_OK);
    int64_t wanted_ns = atomic_load(&due_ns);
    for (int i = 0; i < 500 && atomic_load(&ran_ns) == 0; i++) {
        sleep_ms(10);
    }
    assert_true(atomic_load(&ran_ns) >= wanted_ns);
    for (int i = 0; i < 500 && atomic_load(&journal.syncs) == 0; i++) {
        sleep_ms(10);
    }
    assert_true(atomic_load(&journal.syncs) > 0);
    assert_int_equal(keeper_stop(&keeper), STATUS_OK);

    assert_int_equal(atomic_load(&halts), 0);
    journal.options.disk_floor_bytes = UINT64_MAX;
    assert_int_equal(keeper_create(&keeper, &keeper_options), STATUS_OK);
    assert_int_equal(keeper_start(&keeper), STATUS_OK);
    for (int i = 0; i < 500 && atomic_load(&halts) == 0; i++) { // it looks once a second
        sleep_ms(10);
    }
    assert_true(atomic_load(&halts) > 0);
    assert_int_equal(keeper_stop(&keeper), STATUS_OK);

    journal_finish(&journal);
    engine_finish(&engine);
    universe_finish(&universe);
    char name[JOURNAL_NAME_MAX];
    journal_name(name, journal.stamp, 0);
    assert_int_equal(unlinkat(folder.fd, name, 0), 0);
    assert_int_equal(unlinkat(folder.fd, "lock", 0), 0);
    journal_folder_close(&folder);
    assert_int_equal(rmdir(path), 0);
    log_finish();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keeper)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
