// Conditions of alert rules: what each form reads as, and what a person is told of one that is
// wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/alert.h"

static const struct venue_entry venues[] = {{.name = "okx"}, {.name = "grvt"}};
static const struct symbol symbols[] = {{.name = "BTC/USDT"}, {.name = "ETH/USDT"}};
static const struct alert_names names = {symbols, venues, COUNT_OF(symbols), COUNT_OF(venues)};

#define NONE                                                                                       \
    .symbol = SYMBOL_MAX, .other_symbol = SYMBOL_MAX, .venue = VENUE_MAX, .other_venue = VENUE_MAX
#define OF_BTC .symbol = 0, .other_symbol = SYMBOL_MAX, .venue = VENUE_MAX, .other_venue = VENUE_MAX

static void test_conditions(void **state) {
    (void)state;
    static const struct {
        const char *words;
        enum rule_unit unit;
        struct alert_rule want;
    } rows[] = {
        {"price_above BTC/USDT 70000.5",
         UNIT_PX,
         {OF_BTC, .kind = ALERT_PRICE_ABOVE, .high = 70000 * PX_ONE + PX_ONE / 2}},
        {"price_below ETH/USDT 2000 on grvt",
         UNIT_PX,
         {.symbol = 1,
          .other_symbol = SYMBOL_MAX,
          .venue = 1,
          .other_venue = VENUE_MAX,
          .kind = ALERT_PRICE_BELOW,
          .high = 2000 * PX_ONE}},
        {" range\tBTC/USDT  1 2 ",
         UNIT_PX,
         {OF_BTC, .kind = ALERT_RANGE, .low = PX_ONE, .high = 2 * PX_ONE}},
        {"percent_change BTC/USDT 0.5% 1s",
         UNIT_BPS,
         {OF_BTC, .kind = ALERT_PERCENT_CHANGE, .high = 5000, .window_ns = NS_PER_S}},
        {"percent_change BTC/USDT 20bps 24h",
         UNIT_BPS,
         {OF_BTC, .kind = ALERT_PERCENT_CHANGE, .high = 2000, .window_ns = 86400 * NS_PER_S}},
        {"percent_change BTC/USDT 20bps 1.5min",
         UNIT_BPS,
         {OF_BTC, .kind = ALERT_PERCENT_CHANGE, .high = 2000, .window_ns = 90 * NS_PER_S}},
        {"percent_change BTC/USDT 20bps 1500ms on okx",
         UNIT_BPS,
         {.symbol = 0,
          .other_symbol = SYMBOL_MAX,
          .venue = 0,
          .other_venue = VENUE_MAX,
          .kind = ALERT_PERCENT_CHANGE,
          .high = 2000,
          .window_ns = 1500 * NS_PER_MS}},
        {"spread BTC/USDT okx grvt 5bps",
         UNIT_BPS,
         {.symbol = 0,
          .other_symbol = SYMBOL_MAX,
          .venue = 0,
          .other_venue = 1,
          .kind = ALERT_SPREAD,
          .high = 500}},
        {"spread BTC/USDT ETH/USDT 1%",
         UNIT_BPS,
         {.symbol = 0,
          .other_symbol = 1,
          .venue = VENUE_MAX,
          .other_venue = VENUE_MAX,
          .kind = ALERT_SPREAD,
          .high = 10000}},
        {"volatility BTC/USDT 30bps", UNIT_BPS, {OF_BTC, .kind = ALERT_VOLATILITY, .high = 3000}},
        {"day_pnl_usd < -100",
         UNIT_USD,
         {NONE, .kind = ALERT_METRIC_BELOW, .metric = ALERT_DAY_PNL, .high = -100 * USD_ONE}},
        {"quote_latency_ms > 2s",
         UNIT_MS,
         {NONE, .kind = ALERT_METRIC_ABOVE, .metric = ALERT_QUOTE_LATENCY, .high = 2000}},
        {"drawdown_pct > 3",
         UNIT_BPS,
         {NONE, .kind = ALERT_METRIC_ABOVE, .metric = ALERT_DRAWDOWN, .high = 30000}},
        {"failures > 2",
         UNIT_COUNT,
         {NONE, .kind = ALERT_METRIC_ABOVE, .metric = ALERT_FAILURES, .high = 2}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct alert_rule rule = {.name = "kept", .low = 7, .high = 7, .window_ns = 7};
        char data[160] = "";
        struct text why = TEXT_OVER(data);
        if (!alert_rule_parse(&rule, slice_of(rows[i].words), &names, &why)) {
            fail_msg("%s: %s", rows[i].words, data);
        }
        const struct alert_rule *want = &rows[i].want;
        assert_string_equal(rule.name, "kept"); // the configuration's own fields stay
        assert_string_equal(rule.condition, rows[i].words);
        assert_int_equal(rule.kind, want->kind);
        assert_int_equal(rule.metric, want->metric);
        assert_int_equal(rule.symbol, want->symbol);
        assert_int_equal(rule.other_symbol, want->other_symbol);
        assert_int_equal(rule.venue, want->venue);
        assert_int_equal(rule.other_venue, want->other_venue);
        assert_int_equal(rule.low, want->low);
        assert_int_equal(rule.high, want->high);
        assert_int_equal(rule.window_ns, want->window_ns);
        assert_int_equal(alert_rule_unit(&rule), rows[i].unit);
    }
}

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *words, *why;
    } rows[] = {
        {"", "ends too early: expected a condition or a metric of perpdesk.ini(5)"},
        {"price_around BTC/USDT 1", "does not understand \"price_around\": expected a condition"},
        {"price_above", "ends too early: expected a symbol of [desk] symbols"},
        {"price_above DOGE/USDT 1", "does not understand \"DOGE/USDT\": expected a symbol"},
        {"price_above BTC/USDT", "ends too early: expected a price"},
        {"price_above BTC/USDT dear", "does not understand \"dear\": expected a price"},
        {"price_above BTC/USDT 0", "does not understand \"0\": expected a price"},
        {"price_above BTC/USDT -5", "does not understand \"-5\": expected a price"},
        {"price_above BTC/USDT 1 at okx",
         "does not understand \"at\": expected on VENUE, or nothing more"},
        {"price_above BTC/USDT 1 on", "ends too early: expected a venue"},
        {"price_above BTC/USDT 1 on kraken", "does not understand \"kraken\": expected a venue"},
        {"price_above BTC/USDT 1 on okx grvt",
         "does not understand \"grvt\": expected nothing more"},
        {"range BTC/USDT low 2", "does not understand \"low\": expected a price"},
        {"range BTC/USDT 1", "ends too early: expected a price"},
        {"range BTC/USDT 2 2", "begins at its end or above: expected LOW below HIGH"},
        {"range BTC/USDT 3 2", "begins at its end or above: expected LOW below HIGH"},
        {"percent_change BTC/USDT 5 300s",
         "does not understand \"5\": expected a share such as 20bps or 0.5%"},
        {"percent_change BTC/USDT 5% 300",
         "does not understand \"300\": expected a duration such as 300s"},
        {"percent_change BTC/USDT 5% 300%",
         "does not understand \"300%\": expected a duration such as 300s"},
        {"percent_change BTC/USDT 5% 999ms",
         "looks back too far or not at all: expected 1s to 24h"},
        {"percent_change BTC/USDT 5% 86400001ms",
         "looks back too far or not at all: expected 1s to 24h"},
        {"percent_change BTC/USDT 5% 99999999999999999h", // would overflow
         "does not understand \"99999999999999999h\": expected a duration"},
        {"spread BTC/USDT okx kraken 5bps", "does not understand \"kraken\": expected a venue"},
        {"spread BTC/USDT kraken okx 5bps", "does not understand \"kraken\": expected a venue"},
        {"spread BTC/USDT ETH/USDT", "ends too early: expected a share"},
        {"volatility BTC/USDT 5usd", "does not understand \"5usd\": expected a share"},
        {"failures = 2", "does not understand \"=\": expected > or <"},
        {"failures", "ends too early: expected > or <"},
        {"failures > many", "does not understand \"many\": expected a number in the metric's unit"},
        {"failures > 1.5", "does not understand \"1.5\": expected a number in the metric's unit"},
        {"day_pnl_usd < -99999999999999999999", "expected a number in the metric's unit"},
        {"day_pnl_usd < -9000000000000", "expected a number in the metric's unit"},
        {"day_pnl_usd > 9000000000000", "expected a number in the metric's unit"},
        {"equity_\x1b[31m > 1", "does not understand \"equity_?[31m\": expected a condition"},
        {"caf\xc3\xa9 > 1", "does not understand \"caf??\": expected a condition"},
        {"a-word-that-is-longer-than-anybody-wants-to-read > 1",
         "does not understand \"a-word-that-is-longer-than-anybody-wants\": expected"},
        {"price_above BTC/USDT 1                                                              "
         "                                        on okx",
         "is too long"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct alert_rule rule = {.condition = "before", .high = 7};
        char data[160] = "";
        struct text why = TEXT_OVER(data);
        if (alert_rule_parse(&rule, slice_of(rows[i].words), &names, &why) ||
            strstr(data, rows[i].why) == NULL) {
            fail_msg("%s: %s", rows[i].words, data);
        }
        assert_string_equal(rule.condition, "before"); // the rule is untouched
        assert_int_equal(rule.high, 7);
    }
}

static void test_names(void **state) {
    (void)state;
    for (int i = 0; i < ALERT_METRIC_COUNT; i++) {
        assert_true(alert_metric_name((enum alert_metric)i)[0] != '\0');
    }
    for (int i = 0; i < ALERT_ACTION_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(alert_action_name((enum alert_action)i),
                                    alert_action_name((enum alert_action)j));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
