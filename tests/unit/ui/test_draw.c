// The canvas: clipping, text from outside, saving.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/draw.h"

static struct canvas canvas;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(canvas_create(&canvas, true), STATUS_OK);
    canvas_resize(&canvas, 12, 3);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    canvas_destroy(&canvas);
    return 0;
}

static void expect(const char *want) {
    char data[256];
    struct text text = TEXT_OVER(data);
    canvas_save_text(&canvas, &text);
    assert_string_equal(data, want);
}

static void test_clips(void **state) {
    (void)state;
    struct rect area = {2, 1, 4, 1};
    draw_string(&canvas, area, -1, 0, INK_TEXT, "abcdefgh");
    draw_string(&canvas, area, 0, 1, INK_TEXT, "below");
    draw_string(&canvas, area, 0, -1, INK_TEXT, "above");
    expect("\n  bcde\n\n");
    draw_fill(&canvas, (struct rect){-5, -5, 500, 500}, INK_TEXT);
    draw_frame(&canvas, (struct rect){8, 1, 20, 20}, INK_TEXT);
    expect("\n        ┌───\n        │\n");
}

static void test_outside_text(void **state) {
    (void)state;
    struct rect area = canvas_rect(&canvas);
    // Control characters, a broken sequence, a wide character, a combining one.
    draw_string(&canvas, area, 0, 0, INK_TEXT, "a\033[31m\tb\x80");
    draw_string(&canvas, area, 0, 1, INK_TEXT, "ü→\xE4\xB8\xADx\xCC\x81");
    expect("a?[31m?b?\nü→?x?\n\n");
}

static void test_ascii(void **state) {
    (void)state;
    canvas.utf8 = false;
    struct rect area = canvas_rect(&canvas);
    draw_string(&canvas, area, 0, 0, INK_TEXT, "a→b ü");
    draw_bar(&canvas, area, 0, 1, 4, 500, INK_BAR);
    draw_left(&canvas, area, 0, 2, 4, INK_TEXT, SLICE("abcdef"));
    expect("a>b ?\n==..\nabc~\n");
}

static void test_numbers_are_never_cut(void **state) {
    (void)state;
    struct rect area = canvas_rect(&canvas);
    draw_right(&canvas, area, 0, 0, 5, INK_TEXT, SLICE("12.34"));
    draw_right(&canvas, area, 0, 1, 4, INK_TEXT, SLICE("12.34"));
    draw_right(&canvas, area, 0, 2, 7, INK_TEXT, SLICE("12.34"));
    expect("12.34\n####\n  12.34\n");
}

static void test_bar(void **state) {
    (void)state;
    canvas.utf8 = false;
    struct rect area = canvas_rect(&canvas);
    draw_bar(&canvas, area, 0, 0, 10, 1, INK_BAR); // something is never nothing
    draw_bar(&canvas, area, 0, 1, 10, 1000, INK_BAR);
    draw_bar(&canvas, area, 0, 2, 10, -7, INK_BAR);
    expect("=.........\n==========\n..........\n");
}

static void test_looks(void **state) {
    (void)state;
    struct rect area = canvas_rect(&canvas);
    draw_string(&canvas, area, 0, 0, INK_ALARM, "A");
    draw_string(&canvas, area, 2, 0, INK_FAINT, "f");
    draw_string(&canvas, area, 0, 1, INK_TEXT, "x");
    draw_select(&canvas, (struct rect){0, 0, 3, 3}, 1);
    char data[256];
    struct text text = TEXT_OVER(data);
    canvas_save_looks(&canvas, (struct ink_style){DEPTH_256, SCHEME_DARK}, &text);
    assert_string_equal(data, "A f\n###\n\n");
    text_clear(&text);
    canvas_save_looks(&canvas, (struct ink_style){DEPTH_MONO, SCHEME_DARK}, &text);
    assert_string_equal(data, "R d\nrrr\n\n");
}

static void test_sizes(void **state) {
    (void)state;
    canvas_resize(&canvas, 100000, -3);
    assert_int_equal(canvas.columns, CANVAS_COLUMNS_MAX);
    assert_int_equal(canvas.rows, 1);
}

int main(void) {
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {CASE(test_clips), CASE(test_outside_text),
                                       CASE(test_ascii), CASE(test_numbers_are_never_cut),
                                       CASE(test_bar),   CASE(test_looks),
                                       CASE(test_sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
