// The bytes of a frame.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/term_direct.h"

static void test_looks(void **state) {
    (void)state;
    static const struct {
        struct ink_look look;
        const char *want;
    } rows[] = {
        {{-1, -1, 0}, "\033[0m"},
        {{1, -1, INK_BOLD}, "\033[0;1;31m"},
        {{9, 12, 0}, "\033[0;91;104m"},
        {{109, 237, INK_DIM | INK_REVERSE}, "\033[0;2;7;38;5;109;48;5;237m"},
        {{255, 255, INK_BOLD | INK_DIM | INK_UNDERLINE | INK_REVERSE},
         "\033[0;1;2;4;7;38;5;255;48;5;255m"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char data[DIRECT_LOOK_MAX];
        struct text text = TEXT_OVER(data);
        direct_look_print(&text, rows[i].look, false);
        assert_string_equal(data, rows[i].want);
    }
}

static void expect(struct slice frame, const char *want) {
    assert_int_equal(frame.size, strlen(want));
    assert_memory_equal(frame.data, want, frame.size);
}

static void test_frame(void **state) {
    (void)state;
    struct direct direct;
    assert_int_equal(direct_create(&direct, (struct ink_style){DEPTH_MONO, SCHEME_DARK}, false),
                     STATUS_OK);
    struct cell cells[4] = {{'a', INK_TEXT, 0, 0},
                            {'b', INK_TEXT, 0, 0},
                            {0x2192, INK_STRONG, 0, 0},
                            {'d', INK_TEXT, 1, 0}};
    direct_begin(&direct, false);
    assert_int_equal(direct_end(&direct).size, 0); // nothing differs: nothing is written
    direct_begin(&direct, false);
    direct_span(&direct, cells, 0, 0, 2);
    direct_span(&direct, cells, 2, 0, 2); // goes on where the cursor stands
    direct_span(&direct, cells, 1, 99, 1);
    expect(direct_end(&direct), "\033[1;1H\033[0mab\033[0;1m\xE2\x86\x92\033[0;7md"
                                "\033[100;2H\033[0mb\033[0m");
    direct_destroy(&direct);
}

static void test_synchronised(void **state) {
    (void)state;
    struct direct direct;
    assert_int_equal(direct_create(&direct, (struct ink_style){DEPTH_MONO, SCHEME_DARK}, true),
                     STATUS_OK);
    struct cell cells[2] = {{'a', INK_TEXT, 0, 0}, {'b', INK_TEXT, 0, 0}};
    direct_begin(&direct, false);
    direct_span(&direct, cells, 1, 0, 1);
    direct_span(&direct, cells, 0, 1, 1);
    expect(direct_end(&direct), "\033[?2026h\033[1;2H\033[0mb\033[2;1Ha\033[0m\033[?2026l");
    direct_begin(&direct, true);
    direct_span(&direct, cells, 0, 0, 1);
    expect(direct_end(&direct), "\033[?2026h\033[0m\033[2J\033[1;1H\033[0ma\033[0m\033[?2026l");
    direct_destroy(&direct);
}

// The buffer must hold the worst frame there is.
static void test_worst_frame(void **state) {
    (void)state;
    struct direct direct;
    assert_int_equal(direct_create(&direct, (struct ink_style){DEPTH_256, SCHEME_DARK}, true),
                     STATUS_OK);
    static struct cell row[CANVAS_COLUMNS_MAX];
    for (int x = 0; x < CANVAS_COLUMNS_MAX; x++) {
        row[x] = (struct cell){0xFFFD, x % 2 ? INK_ALARM : INK_NOTICE, 0, 0};
    }
    direct_begin(&direct, true);
    for (int y = 0; y < CANVAS_ROWS_MAX; y++) {
        for (int x = CANVAS_COLUMNS_MAX - 1; x >= 0; x--) {
            direct_span(&direct, row, x, y, 1);
        }
    }
    assert_true(direct_end(&direct).size <= direct.capacity);
    direct_destroy(&direct);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_looks), cmocka_unit_test(test_frame),
                                       cmocka_unit_test(test_synchronised),
                                       cmocka_unit_test(test_worst_frame)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
