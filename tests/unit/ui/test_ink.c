// Inks: every scheme tells what matters apart without relying on colour alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
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
            struct ink_look look =
                ink_look((struct ink_style){DEPTH_MONO, SCHEME_DARK}, (enum ink)ink, selected != 0);
            assert_int_equal(look.foreground, -1);
            assert_int_equal(look.background, -1);
        }
    }
    assert_true(
        (ink_look((struct ink_style){DEPTH_MONO, SCHEME_DARK}, INK_ALARM, false).attributes &
         INK_REVERSE) != 0);
    assert_true((ink_look((struct ink_style){DEPTH_MONO, SCHEME_DARK}, INK_TEXT, true).attributes &
                 INK_REVERSE) != 0);
}

static void test_colours_stay_within_the_depth(void **state) {
    (void)state;
    static const int most[DEPTH_COUNT] = {
        [DEPTH_MONO] = 0, [DEPTH_8] = 8, [DEPTH_16] = 16, [DEPTH_256] = 256, [DEPTH_TRUE] = 256};
    for (int depth = 0; depth < DEPTH_COUNT; depth++) {
        for (int scheme = 0; scheme < SCHEME_COUNT; scheme++) {
            for (int ink = 0; ink < INK_COUNT; ink++) {
                struct ink_style style = {(enum ink_depth)depth, (enum ink_scheme)scheme};
                struct ink_look look = ink_look(style, (enum ink)ink, true);
                assert_true(look.foreground < most[depth]);
                assert_true(look.background < most[depth]);
            }
        }
    }
}

static int brightness(int colour) {
    uint32_t rgb = ink_rgb(colour);
    return (int)((rgb >> 16) * 3 + (rgb >> 8 & 0xFFU) * 6 + (rgb & 0xFFU)) / 10;
}

// What is written on the terminal's own background can be read on black, or on white.
static void test_schemes_fit_their_background(void **state) {
    (void)state;
    static const enum ink text[] = {INK_FAINT, INK_HEAD, INK_STRONG, INK_TITLE, INK_GOOD, INK_BAD,
                                    INK_WARN,  INK_UP,   INK_DOWN,   INK_BAR,   INK_KEY};
    for (size_t i = 0; i < COUNT_OF(text); i++) {
        struct ink_look dark = ink_look((struct ink_style){DEPTH_256, SCHEME_DARK}, text[i], false);
        struct ink_look light =
            ink_look((struct ink_style){DEPTH_256, SCHEME_LIGHT}, text[i], false);
        // The terminal's own text (-1) can be read on its own background.
        assert_true(dark.foreground == -1 || brightness(dark.foreground) >= 100);
        assert_true(light.foreground == -1 || brightness(light.foreground) <= 130);
    }
}

// Good and bad differ by more than red against green.
static void test_colour_blind_is_blue_and_orange(void **state) {
    (void)state;
    struct ink_style style = {DEPTH_256, SCHEME_COLOUR_BLIND};
    uint32_t good = ink_rgb(ink_look(style, INK_GOOD, false).foreground);
    uint32_t bad = ink_rgb(ink_look(style, INK_BAD, false).foreground);
    assert_true((good & 0xFFU) > 0xC0 && (bad & 0xFFU) < 0x40);
    assert_true((bad >> 16) > 0xC0 && (good >> 16) < 0x80);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_letters_differ),
                                       cmocka_unit_test(test_mono_has_no_colour),
                                       cmocka_unit_test(test_colours_stay_within_the_depth),
                                       cmocka_unit_test(test_schemes_fit_their_background),
                                       cmocka_unit_test(test_colour_blind_is_blue_and_orange)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
