// Control requests as a person types them: every verb there and back, and what is told otherwise.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control_text.h"

static struct universe universe;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(universe_create(&universe, 2, 2), STATUS_OK);
    (void)string_copy(universe.venues[0].name, VENUE_NAME_MAX, SLICE("okx"));
    (void)string_copy(universe.venues[1].name, VENUE_NAME_MAX, SLICE("grvt"));
    (void)string_copy(universe.symbols[0].name, SYMBOL_NAME_MAX, SLICE("BTC/USDT"));
    (void)string_copy(universe.symbols[1].name, SYMBOL_NAME_MAX, SLICE("ETH/USDT"));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    universe_finish(&universe);
    return 0;
}

#define ANY CONTROL_ANY

static void test_lines(void **state) {
    (void)state;
    static const struct {
        const char *line, *printed; // NULL: as the line
        struct control_request request;
    } rows[] = {
        {"pause", NULL, {CONTROL_PAUSE, ORIGIN_KEYBOARD, ANY, ANY, 0, 0}},
        {"  resume  ", "resume", {CONTROL_RESUME, ORIGIN_KEYBOARD, ANY, ANY, 0, 0}},
        {"set-risk-mode Balanced",
         "set-risk-mode balanced",
         {CONTROL_RISK_MODE, ORIGIN_KEYBOARD, ANY, ANY, 1, 0}},
        {"override 300s", "override 300", {CONTROL_OVERRIDE, ORIGIN_KEYBOARD, ANY, ANY, 300, 0}},
        {"threshold 2.5bps",
         "threshold 2.5",
         {CONTROL_THRESHOLD, ORIGIN_KEYBOARD, ANY, ANY, 250, 0}},
        {"threshold Auto", "threshold auto", {CONTROL_THRESHOLD, ORIGIN_KEYBOARD, ANY, ANY, -1, 0}},
        {"state REDUCING", NULL, {CONTROL_STATE, ORIGIN_KEYBOARD, ANY, ANY, 1, 0}},
        {"kill", NULL, {CONTROL_KILL, ORIGIN_KEYBOARD, ANY, ANY, 0, 0}},
        {"kill flatten", NULL, {CONTROL_KILL, ORIGIN_KEYBOARD, ANY, ANY, 1, 0}},
        {"cancel 17", NULL, {CONTROL_CANCEL_JOB, ORIGIN_KEYBOARD, ANY, ANY, 17, 0}},
        {"flatten", NULL, {CONTROL_FLATTEN, ORIGIN_KEYBOARD, ANY, ANY, 0, 0}},
        {"flatten grvt", NULL, {CONTROL_FLATTEN, ORIGIN_KEYBOARD, 1, ANY, 0, 0}},
        {"flatten ETH/USDT", NULL, {CONTROL_FLATTEN, ORIGIN_KEYBOARD, ANY, 1, 0, 0}},
        {"flatten okx BTC/USDT", NULL, {CONTROL_FLATTEN, ORIGIN_KEYBOARD, 0, 0, 0, 0}},
        {"venue okx reference", NULL, {CONTROL_VENUE_ROLE, ORIGIN_KEYBOARD, 0, ANY, 1, 0}},
        {"strategy wash on", NULL, {CONTROL_STRATEGY, ORIGIN_KEYBOARD, ANY, ANY, 1, STRATEGY_WASH}},
        {"strategy wash off",
         NULL,
         {CONTROL_STRATEGY, ORIGIN_KEYBOARD, ANY, ANY, 0, STRATEGY_WASH}},
        {"submit buy okx BTC/USDT 250.5",
         NULL,
         {CONTROL_SUBMIT, ORIGIN_KEYBOARD, 0, 0, 250500000, 0, .side = SIDE_BUY}},
        {"submit  sell  grvt ETH/USDT 100 over 90s against okx",
         "submit sell grvt ETH/USDT 100 against okx over 90",
         {CONTROL_SUBMIT, ORIGIN_KEYBOARD, 1, 1, 100000000, 0, .side = SIDE_SELL, .hedged = true,
          .hedge_venue = 0, .over_s = 90}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct control_request got;
        if (control_parse(slice_of(rows[i].line), &universe, &got) != STATUS_OK) {
            fail_msg("%s: %s", rows[i].line, status_text());
        }
        const struct control_request *want = &rows[i].request;
        assert_int_equal(got.verb, want->verb);
        assert_int_equal(got.venue, want->venue);
        assert_int_equal(got.symbol, want->symbol);
        assert_int_equal(got.value, want->value);
        assert_int_equal(got.value2, want->value2);
        assert_int_equal(got.side, want->side);
        assert_int_equal(got.hedged, want->hedged);
        assert_int_equal(got.hedge_venue, want->hedge_venue);
        assert_int_equal(got.over_s, want->over_s);
        char data[CONTROL_TEXT_MAX];
        struct text text = TEXT_OVER(data);
        control_print(&text, &universe, &got);
        assert_string_equal(data, rows[i].printed != NULL ? rows[i].printed : rows[i].line);
    }
}

// The synopsis of strategy names them all.
static void test_strategies_are_named(void **state) {
    (void)state;
    struct slice names = slice_of(control_operands(CONTROL_STRATEGY));
    names.size -= strlen(" on|off");
    for (int i = 0; i < STRATEGY_COUNT; i++) {
        const char *name = strategy_name((enum strategy)i);
        assert_true(names.size >= strlen(name) && memcmp(names.data, name, strlen(name)) == 0);
        names.data += strlen(name) + 1;
        names.size -= strlen(name) + (i < STRATEGY_COUNT - 1 ? 1 : 0);
    }
    assert_int_equal(names.size, 0);
}

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *line, *why;
    } rows[] = {
        {"", "there is no control verb"},
        {"paus", "there is no control verb paus"},
        {"there-is-no-verb-with-so-many-letters-in-it",
         "there is no control verb there-is-no-verb-with-so-many-le"},
        {"pause there-is-no-word-with-so-many-letters",
         "pause: there-is-no-word-with-so-many-le is one word too many"},
        {"submit buy there-is-no-venue-with-so-many-letters BTC/USDT 1",
         "this desk has no venue there-is-no-venue-with-so-many-l"},
        {"submit buy okx BTC/USDT 1 over s", "s is no number of seconds"},
        {"submit buy okx BTC/USDT 1 over 90m", "90m is no number of seconds"},
        {"pause now", "now is one word too many"},
        {"override", "expected SECONDS"},
        {"override soon", "expected SECONDS"},
        {"override 86401", "is not in 0..86400"},
        {"threshold -1", "threshold: -1 is not in 0..10000 bps: expected BPS|auto"},
        {"threshold 10000.01", "threshold: 10000.01 is not in 0..10000 bps"},
        {"override 99999999999999999999", "expected SECONDS"},
        {"set-risk-mode", "expected conservative|balanced|aggressive"},
        {"kill all", "expected [flatten]"},
        {"cancel 0", "is not in 1.."},
        {"flatten kraken", "this desk has no venue kraken"},
        {"flatten okx DOGE/USDT", "this desk has no symbol DOGE/USDT"},
        {"venue off", "this desk has no venue off"},
        {"venue okx", "expected VENUE trade|reference|off"},
        {"strategy off", "expected arb|wash|manual|"},
        {"submit", "expected buy|sell VENUE SYMBOL USD [against VENUE] [over SECONDS]"},
        {"submit buy okx BTC/USDT", "expected buy|sell VENUE SYMBOL USD"},
        {"submit hold okx BTC/USDT 1", "hold is neither buy nor sell"},
        {"submit buy kraken BTC/USDT 1", "this desk has no venue kraken"},
        {"submit buy okx DOGE/USDT 1", "this desk has no symbol DOGE/USDT"},
        {"submit buy okx BTC/USDT 1e-9", "1e-9 is no amount of USD"},
        {"submit buy okx BTC/USDT 0.5", "is not in 1000000.."},
        {"submit buy okx BTC/USDT 1 against", "this desk has no venue"},
        {"submit buy okx BTC/USDT 1 against okx", "a hedge needs another venue"},
        {"submit buy okx BTC/USDT 1 over 0", "0 is no number of seconds"},
        {"submit buy okx BTC/USDT 1 over 4294967296", "4294967296 is no number of seconds"},
        {"submit buy okx BTC/USDT 1 at 2", "expected buy|sell"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct control_request got;
        enum status status = control_parse(slice_of(rows[i].line), &universe, &got);
        if (status != STATUS_USAGE || strstr(status_text(), rows[i].why) == NULL) {
            fail_msg("%s: %s", rows[i].line, status == STATUS_OK ? "accepted" : status_text());
        }
    }
}

// What help and manual show as an example is understood.
static void test_examples(void **state) {
    (void)state;
    for (uint32_t i = 0; i < CONTROL_COUNT; i++) {
        enum control_verb verb = (enum control_verb)i;
        struct control_request got;
        char data[CONTROL_TEXT_MAX];
        struct text text = TEXT_OVER(data);
        text_add_format(&text, "%s %s", control_name(verb), control_example(verb));
        if (control_parse(text_slice(&text), &universe, &got) != STATUS_OK) {
            fail_msg("%s: %s", data, status_text());
        }
        assert_int_equal(got.verb, verb);
        assert_true((control_operands(verb)[0] != '\0') || control_example(verb)[0] == '\0');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_strategies_are_named),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_examples),
    };
    return cmocka_run_group_tests_name("control_text", tests, set_up, tear_down);
}
