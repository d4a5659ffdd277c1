// Curves: scaled to what is shown, thinned to the columns, never outside their rectangle.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/chart.h"

static void test_levels(void **state) {
    (void)state;
    assert_int_equal(chart_level(5, 5, 13, 8), 0);
    assert_int_equal(chart_level(13, 5, 13, 8), 8);
    assert_int_equal(chart_level(9, 5, 13, 8), 4);
    assert_int_equal(chart_level(4, 5, 13, 8), 0); // outside of the range
    assert_int_equal(chart_level(99, 5, 13, 8), 8);
    assert_int_equal(chart_level(7, 7, 7, 8), 4); // nothing moves: the middle
    assert_int_equal(chart_level(INT64_MAX, INT64_MIN, INT64_MAX, 7), 7);
}

static void test_curve(void **state) {
    (void)state;
    struct canvas canvas;
    assert_int_equal(canvas_create(&canvas, false), STATUS_OK);
    canvas_resize(&canvas, 8, 3);
    int64_t values[12] = {0, 0, 0, 0, 0, 0, 15, 15, 15, 15, 15, 7};
    chart_draw(&canvas, (struct rect){1, 0, 6, 2}, values, 12, INK_TEXT);
    char data[256];
    struct text text = TEXT_OVER(data);
    canvas_save_text(&canvas, &text);
    assert_string_equal(data, "    ##\n ___###\n\n");
    assert_int_equal(canvas_cell(&canvas, 7, 0)->symbol, ' ');
    chart_draw(&canvas, (struct rect){0, 0, 0, 0}, values, 12, INK_TEXT); // no room, no points
    chart_draw(&canvas, (struct rect){0, 0, 8, 3}, values, 0, INK_TEXT);
    canvas_destroy(&canvas);
}

static void test_few_points_stand_right(void **state) {
    (void)state;
    struct canvas canvas;
    assert_int_equal(canvas_create(&canvas, true), STATUS_OK);
    canvas_resize(&canvas, 6, 1);
    int64_t values[2] = {1, 2};
    chart_draw(&canvas, (struct rect){0, 0, 6, 1}, values, 2, INK_TEXT);
    assert_int_equal(canvas_cell(&canvas, 3, 0)->symbol, ' ');
    assert_int_equal(canvas_cell(&canvas, 4, 0)->symbol, 0x2581);
    assert_int_equal(canvas_cell(&canvas, 5, 0)->symbol, 0x2588);
    canvas_destroy(&canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels), cmocka_unit_test(test_curve),
                                       cmocka_unit_test(test_few_points_stand_right)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
