// A machine without memory for the desk: whichever allocation it is that fails, starting ends with
// a word about it and nothing stays behind, and once there is memory the same desk starts.
//
// The linker puts the two functions below in the place of calloc and free.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trade/desk.h"

#include "harness.h"

void *__real_calloc(size_t count, size_t size);
void __real_free(void *memory);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *memory);

static int64_t allowed = INT64_MAX; // allocations until one fails
static int64_t held;

void *__wrap_calloc(size_t count, size_t size) {
    if (allowed-- <= 0) {
        return NULL;
    }
    held++;
    return __real_calloc(count, size);
}

void __wrap_free(void *memory) {
    held -= memory != NULL;
    __real_free(memory);
}

static struct settings settings;
static struct universe universe;
static struct desk desk;
static struct engine engine;

static enum status start_desk(void) {
    return desk_create(&desk, DESK_PAPER, &settings, &universe);
}

static void finish_desk(void) {
    desk_finish(&desk);
}

static enum status start_engine(void) {
    const struct engine_options options = {.universe = &universe};
    return engine_create(&engine, &options);
}

static void finish_engine(void) {
    engine_finish(&engine);
}

static int failures_until_it_starts(enum status (*start)(void), const char *what) {
    for (int nth = 0;; nth++) {
        allowed = nth;
        held = 0;
        enum status status = start();
        allowed = INT64_MAX;
        if (status == STATUS_OK) {
            assert_true(held > 0);
            return nth;
        }
        assert_int_equal(status, STATUS_SYSTEM);
        assert_non_null(strstr(status_text(), "memory"));
        assert_non_null(strstr(status_text(), what));
        assert_int_equal(held, 0);
    }
}

static void test_desk(void **state) {
    (void)state;
    assert_true(failures_until_it_starts(start_desk, "creating the desk") > 10);
    finish_desk();
    assert_int_equal(held, 0);
}

static void test_engine(void **state) {
    (void)state;
    assert_true(failures_until_it_starts(start_engine, "engine") > 10);
    finish_engine();
    assert_int_equal(held, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_desk),
        cmocka_unit_test(test_engine),
    };
    settings = harness_settings();
    if (universe_create(&universe, H_VENUES, H_SYMBOLS) != STATUS_OK) {
        return 1;
    }
    int failed = cmocka_run_group_tests_name("no_memory", tests, NULL, NULL);
    universe_finish(&universe);
    return failed;
}
