// Key names there and back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/key.h"

static void test_names(void **state) {
    (void)state;
    static const char *const names[] = {"p", "K", "?", "/", "Enter", "S-Tab", "PgUp", "C-l", "F1"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        int key = key_parse(slice_of(names[i]));
        assert_int_not_equal(key, INPUT_NONE);
        char data[16];
        struct text text = TEXT_OVER(data);
        key_print(&text, key);
        assert_string_equal(data, names[i]);
    }
}

static void test_refused(void **state) {
    (void)state;
    static const char *const names[] = {"", "pp", "enter", "C-L", "C-", "\x7f", "F99", " "};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(key_parse(slice_of(names[i])), INPUT_NONE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
