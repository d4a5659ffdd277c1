// Script lines: understood, or refused with a sentence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/script.h"

struct row {
    const char *line;
    enum status want;
    enum script_kind kind;
    int number, number2;
};
static const struct row rows[] = {
    {"keys p y Enter C-l", STATUS_OK, SCRIPT_KEYS, 0, 0},
    {"type btc usdt", STATUS_OK, SCRIPT_TYPE, 0, 0},
    {"wait 300", STATUS_OK, SCRIPT_WAIT, 300, 0},
    {"size 120x40", STATUS_OK, SCRIPT_SIZE, 120, 40},
    {"save a.txt", STATUS_OK, SCRIPT_SAVE, 0, 0},
    {"inks a.txt", STATUS_OK, SCRIPT_INKS, 0, 0},
    {"keys", STATUS_DATA, 0, 0, 0},
    {"keys p Bogus", STATUS_DATA, 0, 0, 0},
    {"wait -1", STATUS_DATA, 0, 0, 0},
    {"wait soon", STATUS_DATA, 0, 0, 0},
    {"wait 99999999", STATUS_DATA, 0, 0, 0},
    {"size 120", STATUS_DATA, 0, 0, 0},
    {"size 0x40", STATUS_DATA, 0, 0, 0},
    {"size 301x40", STATUS_DATA, 0, 0, 0},
    {"size x", STATUS_DATA, 0, 0, 0},
    {"dance", STATUS_DATA, 0, 0, 0},
};

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct script_step step = {0};
        assert_int_equal(script_parse(&step, slice_of(rows[i].line)), rows[i].want);
        if (rows[i].want == STATUS_OK) {
            assert_int_equal(step.kind, rows[i].kind);
            assert_int_equal(step.number, rows[i].number);
            assert_int_equal(step.number2, rows[i].number2);
        }
    }
}

static void test_missing_file(void **state) {
    (void)state;
    static struct script script;
    assert_int_equal(script_load(&script, "/nonexistent/steps"), STATUS_NO_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines),
                                       cmocka_unit_test(test_missing_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
