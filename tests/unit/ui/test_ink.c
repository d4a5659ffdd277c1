// Inks: every scheme tells what matters apart without relying on colour alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"
#include "ui/ink.h"

static void test_letters_differ(void **state) {
    (void)state;
    for (int a = 0; a < INK_COUNT; a++) {
        for (int b = 0; b < a; b++) {
            assert_int_not_equal(ink_letter((enum ink)a), ink_letter((enum ink)b));
        }
    }
}

static void test_mono_has_no_colour(void **state) {
    (void)state;
    for (int ink = 0; ink < INK_COUNT; ink++) {
        for (int selected = 0; selected < 2; selected++) {
            struct ink_look look = ink_look(SCHEME_MONO, (enum ink)ink, selected != 0);
            assert_int_equal(look.foreground, -1);
            assert_int_equal(look.background, -1);
        }
    }
    assert_true((ink_look(SCHEME_MONO, INK_ALARM, false).attributes & INK_REVERSE) != 0);
    assert_true((ink_look(SCHEME_MONO, INK_TEXT, true).attributes & INK_REVERSE) != 0);
}

static void test_schemes_stay_in_their_colours(void **state) {
    (void)state;
    static const int most[SCHEME_COUNT] = {
        [SCHEME_MONO] = 0, [SCHEME_8] = 8, [SCHEME_16] = 16, [SCHEME_256] = 256};
    for (int scheme = 0; scheme < SCHEME_COUNT; scheme++) {
        for (int ink = 0; ink < INK_COUNT; ink++) {
            struct ink_look look = ink_look((enum ink_scheme)scheme, (enum ink)ink, true);
            assert_true(look.foreground < most[scheme]);
            assert_true(look.background < most[scheme]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_letters_differ),
                                       cmocka_unit_test(test_mono_has_no_colour),
                                       cmocka_unit_test(test_schemes_stay_in_their_colours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
