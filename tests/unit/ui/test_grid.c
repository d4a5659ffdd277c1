// Rows of a pane: filter, sort, and a selection that stays on its row.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/screen/scene.h"
#include "ui/grid.h"

static struct scene scene;
static struct view view;
static struct pane pane;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(scene_create(&scene, "many"), STATUS_OK);
    struct link link = scene_link(&scene);
    assert_int_equal(view_create(&view, &link), STATUS_OK);
    (void)view_refresh(&view);
    assert_int_equal(pane_create(&pane, &pane_quotes, &scene.universe), STATUS_OK);
    pane.page = 10;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pane_destroy(&pane);
    view_destroy(&view);
    scene_destroy(&scene);
    return 0;
}

static void test_matches(void **state) {
    (void)state;
    assert_true(grid_matches("", SLICE("anything")));
    assert_true(grid_matches("OKX", SLICE("BTC/USDT okx")));
    assert_false(grid_matches("okx2", SLICE("BTC/USDT okx")));
    assert_false(grid_matches("!okx", SLICE("BTC/USDT okx")));
    assert_true(grid_matches("!okx", SLICE("BTC/USDT binance")));
    assert_true(grid_matches("!", SLICE("x")));
}

static void test_filter(void **state) {
    (void)state;
    grid_arrange(&pane, &view);
    assert_int_equal(pane.order_count, 120);
    (void)string_copy(pane.filter, sizeof(pane.filter), SLICE("grvt"));
    grid_arrange(&pane, &view);
    assert_int_equal(pane.order_count, 12);
    (void)string_copy(pane.filter, sizeof(pane.filter), SLICE("nothing has this"));
    grid_arrange(&pane, &view);
    assert_int_equal(pane.order_count, 0);
    uint32_t row = 0;
    assert_false(grid_selected(&pane, &row));
    grid_move(&pane, &view, 1); // nowhere to go
}

static void test_selection_stays(void **state) {
    (void)state;
    grid_arrange(&pane, &view);
    grid_move(&pane, &view, 37);
    uint32_t row = 0;
    assert_true(grid_selected(&pane, &row));
    uint64_t key = pane_quotes.key(&view, row);
    for (int i = 0; i < 6; i++) {
        grid_sort(&pane, &view, 1);
        grid_arrange(&pane, &view);
        assert_true(grid_selected(&pane, &row));
        assert_int_equal(pane_quotes.key(&view, row), key);
    }
}

static void test_moves_are_cut(void **state) {
    (void)state;
    grid_arrange(&pane, &view);
    grid_move(&pane, &view, INT32_MAX);
    assert_int_equal(pane.selected, 119);
    grid_move(&pane, &view, INT32_MIN);
    assert_int_equal(pane.selected, 0);
}

static void test_sorts(void **state) {
    (void)state;
    // Natural order, then each sortable column, then natural order again.
    int columns_sorted = 0;
    do {
        grid_sort(&pane, &view, 1);
        grid_arrange(&pane, &view);
        for (uint32_t i = 1; i < pane.order_count; i++) {
            assert_true(pane.order[i - 1].key <= pane.order[i].key);
        }
        columns_sorted++;
    } while (pane.sort_column != PANE_SORT_NONE);
    assert_int_equal(columns_sorted, 6);
    grid_sort(&pane, &view, -1); // the last one
    int last = pane.sort_column;
    grid_arrange(&pane, &view);
    uint32_t first = pane.order[0].row;
    pane.reversed = true;
    grid_arrange(&pane, &view);
    assert_int_equal(pane.order[pane.order_count - 1].row, first);
    for (uint32_t i = 1; i < pane.order_count; i++) {
        assert_true(pane.order[i - 1].key >= pane.order[i].key);
    }
    grid_sort(&pane, &view, 1);
    assert_int_equal(pane.sort_column, PANE_SORT_NONE);
    assert_false(pane.reversed); // each column begins the usual way round
    grid_sort(&pane, &view, -1);
    assert_int_equal(pane.sort_column, last);
}

// In the natural order what holds positions stands above what waits, and that above what is over.
static void test_rank(void **state) {
    (void)state;
    pane_destroy(&pane);
    assert_int_equal(pane_create(&pane, &pane_jobs, &scene.universe), STATUS_OK);
    struct state_job *jobs = scene.draft.rows[STATE_JOBS];
    static const enum job_state states[] = {JOB_PENDING, JOB_DONE,      JOB_HOLDING, JOB_PENDING,
                                            JOB_CLOSING, JOB_UNWINDING, JOB_REFUSED};
    static const uint32_t expected[] = {2, 4, 5, 0, 3, 1, 6};
    assert_int_equal(scene.draft.count[STATE_JOBS], COUNT_OF(states));
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        jobs[i].state = (uint8_t)states[i];
    }
    scene_touch(&scene, STATE_JOBS);
    (void)view_refresh(&view);
    grid_arrange(&pane, &view);
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_int_equal(pane.order[i].row, expected[i]);
    }
}

static void test_rows_that_vanish(void **state) {
    (void)state;
    pane_destroy(&pane);
    assert_int_equal(pane_create(&pane, &pane_jobs, &scene.universe), STATUS_OK);
    grid_arrange(&pane, &view);
    grid_move(&pane, &view, 100);
    assert_int_equal(pane.selected, 6);
    scene.draft.count[STATE_JOBS] = 2;
    scene_touch(&scene, STATE_JOBS);
    (void)view_refresh(&view);
    grid_arrange(&pane, &view);
    assert_int_equal(pane.selected, 1);
    scene.draft.count[STATE_JOBS] = 0;
    scene_touch(&scene, STATE_JOBS);
    (void)view_refresh(&view);
    grid_arrange(&pane, &view);
    assert_int_equal(pane.order_count, 0);
}

int main(void) {
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_matches),       CASE(test_filter), CASE(test_selection_stays),
        CASE(test_moves_are_cut), CASE(test_sorts),  CASE(test_rows_that_vanish),
        CASE(test_rank)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
