// What is published is what is read: whole, versioned only when changed, never torn under a reader.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>

#include "engine/state.h"

static struct universe universe;
static struct state_draft draft;
static struct state_board board;

static int set_up(void **state) {
    (void)state;
    return universe_create(&universe, 3, 2) == STATUS_OK &&
                   state_draft_create(&draft, &universe) == STATUS_OK &&
                   state_board_create(&board, &universe) == STATUS_OK
               ? 0
               : -1;
}

static int tear_down(void **state) {
    (void)state;
    state_board_finish(&board);
    state_draft_finish(&draft);
    universe_finish(&universe);
    return 0;
}

static void test_sizes(void **state) {
    (void)state;
    assert_int_equal(state_rows_max(STATE_QUOTES, &universe), 6);
    assert_int_equal(state_rows_max(STATE_VENUES, &universe), 3);
    assert_int_equal(state_rows_max(STATE_HEADER, &universe), 1);
    assert_int_equal(draft.count[STATE_HEADER], 1);
    assert_int_equal(draft.count[STATE_QUOTES], 6);
    assert_int_equal(draft.count[STATE_JOBS], 0);
}

static void test_versions(void **state) {
    (void)state;
    assert_int_equal(state_version(&board, STATE_JOBS), 0);
    state_publish(&board, &draft);
    assert_int_equal(state_version(&board, STATE_JOBS), 1);
    state_publish(&board, &draft);
    assert_int_equal(state_version(&board, STATE_JOBS), 1);

    struct state_job *jobs = STATE_ROWS(&draft, STATE_JOBS, struct state_job);
    jobs[1].id = 7;
    draft.count[STATE_JOBS] = 2;
    state_publish(&board, &draft);
    assert_int_equal(state_version(&board, STATE_JOBS), 2);
    assert_int_equal(state_version(&board, STATE_HEADER), 1);

    static struct state_job rows[STATE_JOBS_MAX];
    uint64_t version = 0;
    assert_int_equal(state_read(&board, STATE_JOBS, rows, &version), 2);
    assert_int_equal(version, 2);
    assert_int_equal(rows[0].id, 0);
    assert_int_equal(rows[1].id, 7);

    draft.count[STATE_JOBS] = 1; // fewer rows is a change although their bytes are the same
    state_publish(&board, &draft);
    assert_int_equal(state_version(&board, STATE_JOBS), 3);
    assert_int_equal(state_read(&board, STATE_JOBS, rows, NULL), 1);
}

enum { ROUNDS = 20000, READERS = 2 };
static _Atomic bool done;

static void *read_rows(void *arg) {
    uint64_t *seen = arg;
    static _Thread_local struct state_order rows[STATE_ORDERS_MAX];
    uint64_t last = 0;
    while (!atomic_load(&done)) {
        uint64_t version = 0;
        uint32_t count = state_read(&board, STATE_ORDERS, rows, &version);
        if (version < last || (count > 0 && rows[0].order % STATE_ORDERS_MAX + 1 != count)) {
            *seen = UINT64_MAX;
            return NULL;
        }
        for (uint32_t i = 1; i < count; i++) {
            if (rows[i].order != rows[0].order) { // rows of two publications
                *seen = UINT64_MAX;
                return NULL;
            }
        }
        last = version;
        (*seen)++;
    }
    return NULL;
}

static void test_threads(void **state) {
    (void)state;
    atomic_store(&done, false);
    pthread_t threads[READERS];
    uint64_t seen[READERS] = {0};
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_rows, &seen[i]), 0);
    }
    struct state_order *orders = STATE_ROWS(&draft, STATE_ORDERS, struct state_order);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        draft.count[STATE_ORDERS] = (uint32_t)(round % STATE_ORDERS_MAX) + 1;
        for (uint32_t i = 0; i < draft.count[STATE_ORDERS]; i++) {
            orders[i].order = round;
        }
        state_publish(&board, &draft);
    }
    atomic_store(&done, true);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(seen[i] != UINT64_MAX);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_versions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
