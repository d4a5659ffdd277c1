// Every size from nothing to beyond the largest: panes lie inside the window and do not overlap.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/layout.h"

static struct layout make_preset(int columns, int rows, enum layout_preset preset,
                                 enum pane_id shared, bool zoomed) {
    struct layout layout;
    const struct layout_wish wish = {.columns = columns,
                                     .rows = rows,
                                     .preset = preset,
                                     .focus = PANE_RISK,
                                     .shared = shared,
                                     .zoomed = zoomed,
                                     .quotes = 6,
                                     .capital = 3};
    layout_make(&layout, &wish);
    return layout;
}

static struct layout make(int columns, int rows, bool zoomed) {
    return make_preset(columns, rows, LAYOUT_BY_SIZE, PANE_LOG, zoomed);
}

static bool overlap(struct rect a, struct rect b) {
    return a.rows > 0 && b.rows > 0 && a.x < b.x + b.columns && b.x < a.x + a.columns &&
           a.y < b.y + b.rows && b.y < a.y + a.rows;
}

static void check(const struct layout *layout, int columns, int rows) {
    int area = 0;
    for (int i = 0; i < PANE_COUNT; i++) {
        struct rect pane = layout->panes[i];
        if (pane.rows == 0) {
            continue;
        }
        assert_true(pane.x >= 0 && pane.x + pane.columns <= columns);
        assert_true(pane.y >= LAYOUT_HEADER_ROWS &&
                    pane.y + pane.rows <= rows - LAYOUT_FOOTER_ROWS);
        if (pane.rows < 3 || pane.columns < 20) {
            fail_msg("%dx%d: pane %d has %dx%d", columns, rows, i, pane.columns, pane.rows);
        }
        area += pane.rows * pane.columns;
        for (int j = 0; j < i; j++) {
            assert_false(overlap(pane, layout->panes[j]));
        }
    }
    for (int i = 0; i < layout->line_count; i++) {
        area += layout->lines[i].rows;
        for (int j = 0; j < PANE_COUNT; j++) {
            assert_false(overlap(layout->lines[i], layout->panes[j]));
        }
    }
    assert_int_equal(area, columns * (rows - LAYOUT_HEADER_ROWS - LAYOUT_FOOTER_ROWS));
}

static void test_every_size(void **state) {
    (void)state;
    for (int columns = 1; columns <= 300; columns++) {
        for (int rows = 1; rows <= 100; rows++) {
            struct layout layout = make(columns, rows, false);
            assert_int_equal(layout.small, columns < LAYOUT_COLUMNS_MIN || rows < LAYOUT_ROWS_MIN);
            if (!layout.small) {
                check(&layout, columns, rows);
            }
        }
    }
}

static void test_five_panes_at_80x24(void **state) {
    (void)state;
    struct layout layout = make(80, 24, false);
    static const enum pane_id shown[] = {PANE_QUOTES, PANE_OPPORTUNITIES, PANE_CAPITAL, PANE_RISK,
                                         PANE_LOG};
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        assert_true(layout.panes[shown[i]].rows > 0);
    }
    assert_int_equal(layout.panes[PANE_JOBS].rows, 0); // LOG has the shared place
}

static void test_first_seven_from_120x40(void **state) {
    (void)state;
    static const int sizes[][2] = {{120, 40}, {200, 60}, {300, 100}, {80, 60}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct layout layout = make(sizes[i][0], sizes[i][1], false);
        for (int pane = 0; pane <= PANE_LOG; pane++) {
            assert_true(layout.panes[pane].rows > 0);
        }
    }
}

// Whatever the arrangement: any pane can be brought onto the screen, and nothing overlaps.
static void test_every_pane_in_every_preset(void **state) {
    (void)state;
    static const int sizes[][2] = {{60, 15}, {80, 24}, {120, 40}, {200, 60}, {300, 100}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (int preset = 0; preset < LAYOUT_PRESET_COUNT; preset++) {
            for (int pane = 0; pane < PANE_COUNT; pane++) {
                struct layout layout =
                    make_preset(sizes[i][0], sizes[i][1], (enum layout_preset)preset,
                                (enum pane_id)pane, false);
                check(&layout, sizes[i][0], sizes[i][1]);
                assert_true(layout.panes[pane].rows > 0);
            }
            struct layout own =
                make_preset(sizes[i][0], sizes[i][1], (enum layout_preset)preset, PANE_NONE, false);
            check(&own, sizes[i][0], sizes[i][1]);
        }
    }
}

static void test_zoom(void **state) {
    (void)state;
    struct layout layout = make(80, 24, true);
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        assert_int_equal(layout.panes[pane].rows, pane == PANE_RISK ? 21 : 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size), cmocka_unit_test(test_five_panes_at_80x24),
        cmocka_unit_test(test_first_seven_from_120x40),
        cmocka_unit_test(test_every_pane_in_every_preset), cmocka_unit_test(test_zoom)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
