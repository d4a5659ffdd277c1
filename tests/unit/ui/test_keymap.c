// Keys as the configuration wants them: taken, or refused with a sentence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/console.h"
#include "ui/key.h"
#include "ui/keymap.h"
#include "ui/pane.h"

static const struct action *on(const struct keymap *map, const char *key) {
    return keymap_find(map, key_parse(slice_of(key)), PANE_JOBS);
}

static void test_changes(void **state) {
    (void)state;
    struct keymap map;
    assert_int_equal(keymap_make(&map, "pause:P F12, panic : F8,,kill: U"), STATUS_OK);
    assert_string_equal(on(&map, "P")->name, "pause");
    assert_string_equal(on(&map, "F12")->name, "pause");
    assert_null(on(&map, "p")); // its own key is free
    assert_string_equal(on(&map, "F8")->name, "panic");
    assert_null(on(&map, "F9"));
    assert_string_equal(on(&map, "U")->name, "kill");
    assert_string_equal(on(&map, "r")->name, "resume"); // the others stand
    char data[KEYMAP_TEXT_MAX];
    struct text text = TEXT_OVER(data);
    keymap_print(&text, &map, action_named(SLICE("pause")), 20);
    assert_string_equal(data, "P F12");
    text_clear(&text);
    keymap_print(&text, &map, action_named(SLICE("pane")), 10);
    assert_string_equal(data, "1 .. @");
}

static void test_places(void **state) {
    (void)state;
    struct keymap map;
    assert_int_equal(keymap_make(&map, ""), STATUS_OK);
    const struct action *pane = action_named(SLICE("pane"));
    assert_int_equal(keymap_place(&map, pane, '1'), 0);
    assert_int_equal(keymap_place(&map, pane, '0'), 9);
    assert_int_equal(keymap_place(&map, pane, '@'), 11);
    assert_int_equal(keymap_place(&map, pane, 'p'), -1);
}

struct refusal {
    const char *changes;
    const char *says;
};

static void test_refusals(void **state) {
    (void)state;
    static const struct refusal rows[] = {
        {"pause:r", "r is wanted by pause and by resume"},
        {"pause:P, resume:P", "P is wanted by pause and by resume"},
        {"panick:F8", "no action is called 'panick'"},
        {"pause:F13", "'F13' is no key"},
        {"pause:", "expected one to 12 keys"},
        {"pause", "expected ACTION:KEYS"},
        {"pause:p p2", "'p2' is no key"},
        {"pane:1 2 3 4 5 6 7 8 9 0 ! @ F2", "'F2' is no key"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(console_check_keys(rows[i].changes), STATUS_CONFIG);
        if (strstr(status_text(), rows[i].says) == NULL) {
            fail_msg("%s: %s", rows[i].changes, status_text());
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_changes),
                                       cmocka_unit_test(test_places),
                                       cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
