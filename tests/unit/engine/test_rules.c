// Every rule has a name, a sentence and a place; figures are printed in their unit.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/rules.h"

static void test_rows(void **state) {
    (void)state;
    for (uint32_t i = 0; i < RULE_COUNT; i++) {
        enum rule rule = (enum rule)i;
        assert_true(rule_name(rule)[0] != '\0');
        assert_true(rule_sentence(rule)[0] != '\0');
        assert_true(rule_level_name(rule_level_of(rule))[0] != '\0');
        assert_true(rule_unit_of(rule) <= UNIT_PX);
        for (uint32_t j = 0; j < i; j++) {
            assert_string_not_equal(rule_name(rule), rule_name((enum rule)j));
            assert_string_not_equal(rule_sentence(rule), rule_sentence((enum rule)j));
        }
    }
}

// Rows are evaluated in order, so levels never go back.
static void test_order(void **state) {
    (void)state;
    for (uint32_t i = 1; i < RULE_COUNT; i++) {
        assert_true(rule_level_of((enum rule)i) >= rule_level_of((enum rule)(i - 1)));
    }
    assert_true(rule_is_hard(RULE_KILLED));
    assert_false(rule_is_hard(RULE_MIN_EDGE));
}

static void test_figures(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum rule_unit unit;
        int64_t figure;
        const char *want;
    } rows[] = {
        {"none", UNIT_NONE, 5, ""},
        {"usd", UNIT_USD, INT64_C(1240000000), "1240.00 USD"},
        {"usd negative", UNIT_USD, -500000, "-0.50 USD"},
        {"bps", UNIT_BPS, 400, "4.00 bps"},
        {"bps negative", UNIT_BPS, -320, "-3.20 bps"},
        {"ms", UNIT_MS, 350, "350 ms"},
        {"count", UNIT_COUNT, 12, "12"},
        {"ppm", UNIT_PPM, 250000, "250000 ppm"},
        {"qty", UNIT_QTY, 150000000, "1.5"},
        {"usd seconds", UNIT_USD_S, 2500000, "2.50 USD*s"},
        {"score", UNIT_PPM_SCORE, 734000, "73.4"},
        {"score full", UNIT_PPM_SCORE, 1000000, "100.0"},
        {"price", UNIT_PX, INT64_C(95000100000000000), "95000.1"},
        {"smallest", UNIT_MS, INT64_MIN, "-9223372036854775808 ms"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char data[64];
        struct text out = TEXT_OVER(data);
        rule_figure_print(&out, rows[i].unit, rows[i].figure);
        assert_string_equal(data, rows[i].want);
    }
}

static void test_verdict(void **state) {
    (void)state;
    char data[160];
    struct text out = TEXT_OVER(data);
    verdict_print(&out, &(struct verdict){.rule = RULE_MIN_EDGE, .figure = -320, .limit = 0});
    assert_string_equal(data,
                        "min_edge: -3.20 bps against 0.00 bps: net edge is below the threshold");
    text_clear(&out);
    verdict_print(&out, &(struct verdict){.rule = RULE_PAUSED, .figure = 7});
    assert_string_equal(data, "paused: the desk is PAUSED: no new jobs");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
