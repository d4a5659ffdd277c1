// Every verb has its words, and a request that does not fit is refused with a sentence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control.h"
#include "engine/state.h"

static void test_verbs(void **state) {
    (void)state;
    for (uint32_t i = 0; i < CONTROL_COUNT; i++) {
        assert_true(control_name((enum control_verb)i)[0] != '\0');
        assert_true(control_sentence((enum control_verb)i)[0] != '\0');
        for (uint32_t j = 0; j < i; j++) {
            assert_string_not_equal(control_name((enum control_verb)i),
                                    control_name((enum control_verb)j));
        }
    }
    assert_int_equal(control_effect_of(CONTROL_PAUSE), EFFECT_REDUCES);
    assert_int_equal(control_effect_of(CONTROL_RESUME), EFFECT_LOOSENS);
}

#define ANY CONTROL_ANY

static void test_check(void **state) {
    (void)state;
    static const struct {
        const char *name;
        struct control_request request;
        const char *refusal; // NULL: accepted
    } rows[] = {
        {"pause", {CONTROL_PAUSE, ORIGIN_TEST, ANY, ANY, 0, 0}, NULL},
        {"pause with a value",
         {CONTROL_PAUSE, ORIGIN_TEST, ANY, ANY, 1, 0},
         "pause takes no value"},
        {"pause of a venue", {CONTROL_PAUSE, ORIGIN_TEST, 0, ANY, 0, 0}, "pause takes no venue"},
        {"pause of a symbol", {CONTROL_PAUSE, ORIGIN_TEST, ANY, 0, 0, 0}, "pause takes no symbol"},
        {"mode", {CONTROL_RISK_MODE, ORIGIN_TEST, ANY, ANY, 2, 0}, NULL},
        {"mode too high",
         {CONTROL_RISK_MODE, ORIGIN_TEST, ANY, ANY, 3, 0},
         "set-risk-mode: 3 is not in 0..2 (0..2)"},
        {"mode negative",
         {CONTROL_RISK_MODE, ORIGIN_TEST, ANY, ANY, -1, 0},
         "set-risk-mode: -1 is not in 0..2 (0..2)"},
        {"threshold negative", {CONTROL_THRESHOLD, ORIGIN_TEST, ANY, ANY, -100, 0}, NULL},
        {"job 0",
         {CONTROL_CANCEL_JOB, ORIGIN_TEST, ANY, ANY, 0, 0},
         "cancel: 0 is not in 1..4294967295 (job)"},
        {"flatten all", {CONTROL_FLATTEN, ORIGIN_TEST, ANY, ANY, 0, 0}, NULL},
        {"flatten one", {CONTROL_FLATTEN, ORIGIN_TEST, 1, 2, 0, 0}, NULL},
        {"flatten venue 2",
         {CONTROL_FLATTEN, ORIGIN_TEST, 2, ANY, 0, 0},
         "flatten: there is no venue number 2, this desk has 2"},
        {"flatten symbol 3",
         {CONTROL_FLATTEN, ORIGIN_TEST, ANY, 3, 0, 0},
         "flatten: there is no symbol number 3, this desk has 3"},
        {"role of nothing",
         {CONTROL_VENUE_ROLE, ORIGIN_TEST, ANY, ANY, 0, 0},
         "venue: which venue?"},
        {"role", {CONTROL_VENUE_ROLE, ORIGIN_TEST, 1, ANY, VENUE_OFF, 0}, NULL},
        {"strategy", {CONTROL_STRATEGY, ORIGIN_TEST, ANY, ANY, 1, STRATEGY_WASH}, NULL},
        {"strategy unknown",
         {CONTROL_STRATEGY, ORIGIN_TEST, ANY, ANY, 1, STRATEGY_COUNT},
         "strategy: 7 is not in 0..6"},
        {"submit",
         {CONTROL_SUBMIT, ORIGIN_TEST, 0, 0, USD_ONE, 0, .side = SIDE_SELL, .over_s = 60},
         NULL},
        {"submit hedged",
         {CONTROL_SUBMIT, ORIGIN_TEST, 0, 0, USD_ONE, 0, .hedged = true, .hedge_venue = 1},
         NULL},
        {"submit nowhere",
         {CONTROL_SUBMIT, ORIGIN_TEST, ANY, 0, USD_ONE, 0},
         "submit: which venue?"},
        {"submit nothing",
         {CONTROL_SUBMIT, ORIGIN_TEST, 0, ANY, USD_ONE, 0},
         "submit: which symbol?"},
        {"submit below a dollar",
         {CONTROL_SUBMIT, ORIGIN_TEST, 0, 0, USD_ONE - 1, 0},
         "submit: 999999 is not in 1000000..1000000000000000 (usd)"},
        {"submit no side",
         {CONTROL_SUBMIT, ORIGIN_TEST, 0, 0, USD_ONE, 0, .side = 2},
         "submit: buy or sell?"},
        {"submit for ever",
         {CONTROL_SUBMIT, ORIGIN_TEST, 0, 0, USD_ONE, 0, .over_s = 86401},
         "submit: 86401 s is not in 0..86400"},
        {"submit against itself",
         {CONTROL_SUBMIT, ORIGIN_TEST, 1, 0, USD_ONE, 0, .hedged = true, .hedge_venue = 1},
         "submit: a hedge needs another venue"},
        {"submit against nobody",
         {CONTROL_SUBMIT, ORIGIN_TEST, 1, 0, USD_ONE, 0, .hedged = true, .hedge_venue = 2},
         "submit: there is no venue number 2, this desk has 2"},
        {"submit half a hedge",
         {CONTROL_SUBMIT, ORIGIN_TEST, 1, 0, USD_ONE, 0, .hedge_venue = 2},
         "submit: a hedge venue without a hedge"},
        {"pause with a side",
         {CONTROL_PAUSE, ORIGIN_TEST, ANY, ANY, 0, 0, .side = SIDE_SELL},
         "pause takes no side, hedge or time"},
        {"pause with a hedge",
         {CONTROL_PAUSE, ORIGIN_TEST, ANY, ANY, 0, 0, .hedged = true},
         "pause takes no side, hedge or time"},
        {"pause with a hedge venue",
         {CONTROL_PAUSE, ORIGIN_TEST, ANY, ANY, 0, 0, .hedge_venue = 1},
         "pause takes no side, hedge or time"},
        {"pause for a while",
         {CONTROL_PAUSE, ORIGIN_TEST, ANY, ANY, 0, 0, .over_s = 1},
         "pause takes no side, hedge or time"},
        {"strategy below the first",
         {CONTROL_STRATEGY, ORIGIN_TEST, ANY, ANY, 1, -1},
         "strategy: -1 is not in 0..6"},
        {"second value", {CONTROL_KILL, ORIGIN_TEST, ANY, ANY, 1, 1}, "kill takes one value"},
        {"no such verb",
         {(enum control_verb)99, ORIGIN_TEST, ANY, ANY, 0, 0},
         "there is no control verb number 99"},
        {"no such origin",
         {CONTROL_PAUSE, (enum control_origin)9, ANY, ANY, 0, 0},
         "there is no control origin number 9"},
    };
    struct universe universe = {.venue_count = 2, .symbol_count = 3};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum status status = control_check(&rows[i].request, &universe);
        enum status want = rows[i].refusal == NULL ? STATUS_OK : STATUS_USAGE;
        if (status != want || (want != STATUS_OK && strcmp(status_text(), rows[i].refusal) != 0)) {
            fail_msg("%s: %s", rows[i].name, status == STATUS_OK ? "accepted" : status_text());
        }
    }
}

// A live desk asks for the phrase before what may raise risk, and never before what lowers it: the
// same verb may be either, as the desk stands.
static void test_may_raise(void **state) {
    (void)state;
    const struct state_header header = {
        .state = TRADING_REDUCING, .risk_mode = RISK_BALANCED, .threshold = BPS(2)};
    const struct {
        const char *name;
        enum control_verb verb;
        int64_t value;
        bool raises;
    } rows[] = {
        {"trade again", CONTROL_STATE, TRADING_ACTIVE, true},
        {"the same state", CONTROL_STATE, TRADING_REDUCING, false},
        {"halt", CONTROL_STATE, TRADING_HALTED, false},
        {"a bolder mode", CONTROL_RISK_MODE, RISK_AGGRESSIVE, true},
        {"the same mode", CONTROL_RISK_MODE, RISK_BALANCED, false},
        {"a shyer mode", CONTROL_RISK_MODE, RISK_CONSERVATIVE, false},
        {"a lower threshold", CONTROL_THRESHOLD, 199, true},
        {"the same threshold", CONTROL_THRESHOLD, 200, false},
        {"a higher threshold", CONTROL_THRESHOLD, 201, false},
        {"override", CONTROL_OVERRIDE, 300, true},
        {"no override", CONTROL_OVERRIDE, 0, false},
        {"strategy on", CONTROL_STRATEGY, 1, true},
        {"strategy off", CONTROL_STRATEGY, 0, false},
        {"venue trades", CONTROL_VENUE_ROLE, VENUE_TRADE, true},
        {"venue for reference", CONTROL_VENUE_ROLE, VENUE_REFERENCE, false},
        {"venue off", CONTROL_VENUE_ROLE, VENUE_OFF, false},
        {"submit", CONTROL_SUBMIT, USD_ONE, true},
        {"resume", CONTROL_RESUME, 0, true},
        {"accept", CONTROL_ACCEPT, 0, true},
        {"clear", CONTROL_CLEAR, 0, true},
        {"pause", CONTROL_PAUSE, 0, false},
        {"kill", CONTROL_KILL, 1, false},
        {"flatten", CONTROL_FLATTEN, 0, false},
        {"cancel", CONTROL_CANCEL_JOB, 7, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct control_request request = {.verb = rows[i].verb, .value = rows[i].value};
        if (control_may_raise(&request, &header) != rows[i].raises) {
            fail_msg("%s", rows[i].name);
        }
    }
}

// Where the scanner works the threshold out nobody can tell where it stands: its most counts.
static void test_thresholds_that_lower(void **state) {
    (void)state;
    static const struct {
        int64_t now, value;
        bool lowers;
    } rows[] = {{300, 299, true}, {300, 300, false}, {300, -1, true}, {-1, 499, true},
                {-1, 500, false}, {-1, -1, false},   {0, -1, true}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct state_header header = {.threshold = {rows[i].now}, .threshold_auto = {500}};
        const struct control_request request = {.verb = CONTROL_THRESHOLD, .value = rows[i].value};
        assert_int_equal(control_lowers_threshold(rows[i].value, &header), rows[i].lowers);
        assert_int_equal(control_may_raise(&request, &header), rows[i].lowers);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_may_raise),
        cmocka_unit_test(test_thresholds_that_lower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
