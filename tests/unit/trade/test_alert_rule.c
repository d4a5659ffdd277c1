// Alert rules: figures from the desk, when a rule speaks, what it does.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness.h"

// A desk with rules, the words of each condition as the configuration has them.
static struct harness *with_rules(const char *const conditions[], uint32_t count,
                                  enum alert_action action) {
    struct harness *h = harness_prepare();
    const struct alert_names names = {.symbols = h->universe.symbols,
                                      .venues = h->universe.venues,
                                      .symbol_count = H_SYMBOLS,
                                      .venue_count = H_VENUES};
    for (uint32_t i = 0; i < count; i++) {
        struct alert_rule rule = {
            .severity = SEVERITY_RED, .action = (uint8_t)action, .cooldown_ns = 60 * NS_PER_S};
        snprintf(rule.name, sizeof(rule.name), "rule%u", i);
        char problem[200] = "";
        struct text why = TEXT_OVER(problem);
        if (!alert_rule_parse(&rule, slice_of(conditions[i]), &names, &why)) {
            fail_msg("%s: %s", conditions[i], problem);
        }
        h->settings.alerts.rules[h->settings.alerts.count++] = rule;
    }
    harness_start(h);
    h->mark = 0; // a rule may have spoken already
    return h;
}

static uint32_t spoken(const struct harness *h, const char *rule) {
    uint32_t count = 0;
    for (uint32_t i = h->mark; i < h->count; i++) {
        count +=
            h->events[i].header.kind == EVENT_ALERT && strcmp(h->events[i].u.alert.rule, rule) == 0;
    }
    return count;
}

// Mids are 60000 and 3000 on the bench.
static void test_figures(void **state) {
    (void)state;
    static const struct {
        const char *condition;
        bool speaks;
    } rows[] = {
        {"price_above BTC/USDT 59999", true},
        {"price_above BTC/USDT 60001", false},
        {"price_above BTC/USDT 59999 on binance", true},
        {"price_below ETH/USDT 3001", true},
        {"price_below ETH/USDT 2999", false},
        {"range BTC/USDT 60010 70000", true},
        {"range BTC/USDT 50000 59990", true},
        {"range BTC/USDT 59000 61000", false},
        {"spread BTC/USDT lighter extended 1bps", false},
        {"spread BTC/USDT ETH/USDT 50%", true},
        {"volatility BTC/USDT 1%", false},
        {"quote_latency_ms > 5000", false},
        {"quote_latency_ms < 1s", true},
        {"success_rate_pct < 50", false}, // no job has ended: nobody knows
        {"drawdown_pct < 1%", true},
        {"day_pnl_usd < -500", false},
        {"failures > -1", true},
        {"health > 1", true},
        {"equity_usd > 29999", true},
        {"gross_usd > 0", false},
        {"net_usd > -1", true},
        {"unhedged_usd > 0", false},
        {"day_volume_usd < 1", true},
        {"day_fees_usd > 0", false},
        {"jobs_running > 0", false},
        {"orders_open < 1", true},
        {"concentration_pct > 50", false},
    };
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = with_rules(&rows[i].condition, 1, ALERT_NOTIFY);
        harness_calm_for(h, 6 * NS_PER_S);
        if (spoken(h, "rule0") != rows[i].speaks) {
            fail_msg("%s: spoken %u times", rows[i].condition, spoken(h, "rule0"));
        }
        harness_destroy(h);
    }
}

// It speaks when it comes true, once; again after it was untrue, but not within its cool-down.
static void test_crossing_and_cool_down(void **state) {
    (void)state;
    static const char *const condition = "price_above BTC/USDT 60300";
    struct harness *h = with_rules(&condition, 1, ALERT_NOTIFY);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(spoken(h, "rule0"), 0);
    harness_calm(h, BPS(60));
    harness_advance(h, H_MS(300));
    assert_int_equal(spoken(h, "rule0"), 1);
    const struct event_alert *alert = harness_alert(h, "rule0");
    assert_int_equal(alert->severity, SEVERITY_RED);
    assert_int_equal(alert->unit, UNIT_PX);
    assert_int_equal(alert->limit, 60300 * PX_ONE);
    assert_true(alert->figure > alert->limit);
    assert_non_null(strstr(alert->text, "price_above BTC/USDT 60300: 603"));
    for (int i = 0; i < 8; i++) { // still so
        harness_calm(h, BPS(60));
        harness_advance(h, H_MS(200));
    }
    assert_int_equal(spoken(h, "rule0"), 1);
    harness_calm_for(h, NS_PER_S); // back
    harness_calm(h, BPS(60));      // and over it again within the cool-down
    harness_advance(h, H_MS(300));
    assert_int_equal(spoken(h, "rule0"), 1);
    for (int64_t until_ns = h->now_ns + 60 * NS_PER_S; h->now_ns < until_ns;) {
        harness_calm(h, BPS(60));
        harness_advance(h, H_MS(200));
    }
    assert_int_equal(spoken(h, "rule0"), 2); // it still holds when the cool-down is over
    harness_destroy(h);
}

// A feed that is away says nothing of the price: no alarm of its return within the limit.
static void test_unknown_is_nothing(void **state) {
    (void)state;
    static const char *const conditions[] = {"price_below BTC/USDT 1000000",
                                             "price_below BTC/USDT 1000000 on lighter",
                                             "spread BTC/USDT lighter binance 1bps"};
    struct harness *h = with_rules(conditions, COUNT_OF(conditions), ALERT_NOTIFY);
    h->settings.alerts.rules[0].symbol = H_SYMBOLS; // of a configuration with more symbols
    h->settings.alerts.rules[1].venue = H_VENUES;   // a venue that is off
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(spoken(h, "rule0") + spoken(h, "rule1"), 0);
    h->settings.alerts.rules[0].symbol = H_BTC;
    h->settings.alerts.rules[1].venue = H_LIGHTER;
    harness_mark(h);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(spoken(h, "rule0"), 1);
    assert_int_equal(spoken(h, "rule1"), 1);
    harness_advance(h, 61 * NS_PER_S); // nothing is fresh, and the cool-down is over
    harness_mark(h);
    harness_advance(h, 5 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ALERT), 0);
    harness_calm_for(h, NS_PER_S); // back, and true all the time
    assert_int_equal(spoken(h, "rule0"), 0);
    harness_destroy(h);
}

// A price that is one-sided or old is none, for either side of a spread; a symbol that has left the
// desk does not move.
static void test_half_a_price_is_nothing(void **state) {
    (void)state;
    static const char *const conditions[] = {
        "price_below BTC/USDT 1000000 on lighter", "spread BTC/USDT lighter binance 0bps",
        "spread BTC/USDT ETH/USDT 0bps", "volatility BTC/USDT 0bps"};
    struct harness *h = with_rules(conditions, COUNT_OF(conditions), ALERT_NOTIFY);
    struct px mid = harness_mid(H_BTC);
    int64_t figure;
#define KNOWN(at) alert_rule_figure(&h->desk, (at), h->now_ns, &figure)
    assert_true(KNOWN(0) && KNOWN(1) && KNOWN(2) && KNOWN(3));
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){0}, mid, (struct qty){QTY_ONE});
    assert_false(KNOWN(0));
    assert_false(KNOWN(1));
    harness_quote(h, H_LIGHTER, H_BTC, mid, (struct px){0}, (struct qty){QTY_ONE});
    assert_false(KNOWN(0));
    harness_calm(h, (struct bps){0});
    harness_quote(h, H_BINANCE, H_BTC, mid, (struct px){0}, (struct qty){QTY_ONE});
    assert_true(KNOWN(0));
    assert_false(KNOWN(1)); // its other side
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        harness_quote(h, venue, H_ETH, (struct px){0}, (struct px){0}, (struct qty){0});
    }
    assert_false(KNOWN(2));
    h->now_ns += 30 * NS_PER_S; // old
    assert_false(KNOWN(0));
    h->settings.alerts.rules[3].symbol = H_SYMBOLS;
    assert_true(KNOWN(3));
    assert_int_equal(figure, 0);
#undef KNOWN
    harness_destroy(h);
}

// Jobs that wait are not running ones.
static void test_running_jobs(void **state) {
    (void)state;
    static const char *const condition = "jobs_running > 0";
    struct harness *h = with_rules(&condition, 1, ALERT_NOTIFY);
    int64_t figure = -1;
    assert_true(alert_rule_figure(&h->desk, 0, h->now_ns, &figure));
    assert_int_equal(figure, 0);
    h->settings.scheduler.jobs_max = 0;
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    assert_int_equal(harness_job(h)->state, JOB_PENDING);
    assert_true(alert_rule_figure(&h->desk, 0, h->now_ns, &figure));
    assert_int_equal(figure, 0);
    h->settings.scheduler.jobs_max = 5;
    harness_calm(h, (struct bps){0});
    harness_advance(h, H_MS(100));
    assert_int_equal(harness_job(h)->state, JOB_OPENING);
    assert_true(alert_rule_figure(&h->desk, 0, h->now_ns, &figure));
    assert_int_equal(figure, 1);
    harness_destroy(h);
}

static void test_percent_change(void **state) {
    (void)state;
    static const char *const condition = "percent_change BTC/USDT 0.3% 16s on lighter";
    struct harness *h = with_rules(&condition, 1, ALERT_NOTIFY);
    harness_calm_for(h, 10 * NS_PER_S);
    for (int i = 0; i < 20; i++) { // a fast rise, but the window is not full yet
        harness_calm(h, BPS(40));
        harness_advance(h, H_MS(100));
    }
    assert_int_equal(spoken(h, "rule0"), 0);
    for (int64_t until_ns = h->now_ns + 8 * NS_PER_S; h->now_ns < until_ns;) {
        harness_calm(h, BPS(40));
        harness_advance(h, H_MS(200));
    }
    assert_int_equal(spoken(h, "rule0"), 1);
    assert_in_range(harness_alert(h, "rule0")->figure, 3900, 4100);
    harness_destroy(h);
}

static void change_alerts(void *arg, const struct settings_alerts *rules) {
    struct settings *settings = arg;
    settings->alerts = *rules;
}

// The configuration was read again: rules `from` to `to` of these, as they stand there.
static void change_rules(struct harness *h, const struct settings_alerts *rules, uint16_t from,
                         uint16_t to) {
    struct event_alert_rule event = {.count = (uint16_t)rules->count};
    for (event.at = from; event.at < to; event.at++) {
        event.rule = rules->rules[event.at];
        harness_input(h, EVENT_ALERT_RULE, &event);
    }
}

static void test_reloaded(void **state) {
    (void)state;
    static const char *const conditions[] = {"price_above BTC/USDT 1", "price_below BTC/USDT 2",
                                             "price_above BTC/USDT 3"};
    struct harness *h = with_rules(conditions, 3, ALERT_NOTIFY);
    h->desk.change_alerts = change_alerts;
    h->desk.change_arg = &h->settings;
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(spoken(h, "rule0"), 1);
    assert_int_equal(spoken(h, "rule2"), 1);
    harness_mark(h);
    // The last one moves to the front, the first one is made anew, the middle one goes.
    struct settings_alerts next = {
        .count = 2, .rules = {h->settings.alerts.rules[2], h->settings.alerts.rules[0]}};
    next.rules[1].cooldown_ns = 30 * NS_PER_S;
    change_rules(h, &next, 0, 1);
    change_rules(h, &next, 0, 1); // once more from the start
    assert_int_equal(h->settings.alerts.count, 3);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(spoken(h, "rule0") + spoken(h, "rule2"), 0);
    change_rules(h, &next, 1, 2);
    assert_int_equal(h->settings.alerts.count, 2);
    assert_string_equal(harness_alert(h, "settings")->text, "2 alert rules are in force now");
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(spoken(h, "rule2"), 0); // it has told this already
    assert_int_equal(spoken(h, "rule0"), 1);
    // One that is missing leaves everything as it is.
    next.count = 3;
    next.rules[2] = next.rules[0];
    change_rules(h, &next, 0, 1);
    change_rules(h, &next, 2, 3);
    assert_int_equal(h->settings.alerts.count, 2);
    harness_input(h, EVENT_ALERT_RULE, &(struct event_alert_rule){0});
    assert_int_equal(h->settings.alerts.count, 0);
    // A replay whose configuration is not at hand changes nothing, and says so.
    h->desk.change_alerts = NULL;
    harness_mark(h);
    change_rules(h, &next, 0, 3);
    assert_int_equal(h->settings.alerts.count, 0);
    assert_int_equal(harness_alert(h, "settings")->severity, SEVERITY_WARN);
    harness_destroy(h);
}

static struct harness *acting(enum alert_action action) {
    static const char *const condition = "price_above BTC/USDT 60300";
    struct harness *h = with_rules(&condition, 1, action);
    harness_control(h, CONTROL_RESUME, 0);
    harness_calm_for(h, NS_PER_S);
    harness_mark(h);
    harness_calm(h, BPS(60));
    harness_advance(h, H_MS(300));
    assert_int_equal(spoken(h, "rule0"), 1);
    return h;
}

static void test_actions(void **state) {
    (void)state;
    struct harness *h = acting(ALERT_NOTIFY);
    assert_int_equal(harness_count(h, EVENT_CONTROL), 0);
    harness_destroy(h);

    h = acting(ALERT_PAUSE_TRADING);
    assert_int_equal(h->desk.status, DESK_PAUSED);
    assert_int_equal(harness_find(h, EVENT_CONTROL)->u.control.origin, ORIGIN_RULE);
    assert_non_null(strstr(harness_alert(h, "rule0")->text, ": pause_trading"));
    harness_destroy(h);

    h = acting(ALERT_COOLDOWN);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_ETH, H_LIGHTER, H_EXTENDED, USD(300));
    harness_advance(h, 40 * NS_PER_S);
    harness_calm(h, BPS(0));
    assert_true(h->desk.risk.cool_until_ns[H_ETH] > h->now_ns);
    assert_int_equal(risk_check_job(&h->desk, &draft, h->now_ns, NULL).rule, RULE_COOL_DOWN);
    risk_cool_down(&h->desk, h->now_ns); // never shorter than it was
    assert_true(h->desk.risk.cool_until_ns[H_ETH] > h->now_ns);
    harness_destroy(h);

    h = acting(ALERT_SAFE_MODE_ON);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        assert_true(capital_safe_mode(&h->desk, venue));
    }
    harness_advance(h, 20 * NS_PER_S); // balances are told again: it stays
    assert_true(capital_safe_mode(&h->desk, H_BINANCE));
    harness_control(h, CONTROL_RESUME, 0);
    assert_false(capital_safe_mode(&h->desk, H_BINANCE));
    harness_destroy(h);

    h = acting(ALERT_EMERGENCY_STOP);
    assert_true(h->desk.killed);
    harness_destroy(h);

    static const char *const condition = "price_above BTC/USDT 60300";
    h = with_rules(&condition, 1, ALERT_START_TRADING);
    harness_control(h, CONTROL_PAUSE, 0);
    harness_control(h, CONTROL_KILL, 0);
    harness_calm(h, BPS(60));
    harness_advance(h, H_MS(300));
    assert_int_equal(h->desk.status, DESK_RUNNING);
    assert_true(h->desk.killed); // a latched kill stays
    harness_destroy(h);
}

// The order goes the way a person's would; one that makes no sense any more is told, not sent.
static void test_auto_order(void **state) {
    (void)state;
    static const char *const condition = "price_above BTC/USDT 60300";
    struct harness *h = with_rules(&condition, 1, ALERT_AUTO_ORDER);
    char *order = h->settings.alerts.rules[0].order;
    snprintf(order, ALERT_ORDER_MAX, "buy lighter BTC/USDT 100 against extended");
    harness_control(h, CONTROL_RESUME, 0);
    harness_calm_for(h, 10 * NS_PER_S); // the move must not be a fast market
    for (int shift = 0; shift <= 60; shift += 4) {
        harness_calm(h, BPS(shift));
        harness_advance(h, H_MS(300));
    }
    assert_int_equal(spoken(h, "rule0"), 1);
    const struct event_control *submit = &harness_last(h, EVENT_CONTROL)->u.control;
    assert_int_equal(submit->verb, CONTROL_SUBMIT);
    assert_int_equal(submit->origin, ORIGIN_RULE);
    assert_int_equal(submit->value, 100 * USD_ONE);
    assert_int_equal(submit->hedge_venue, H_EXTENDED);
    assert_int_equal(harness_job(h)->strategy, STRATEGY_MANUAL);
    harness_destroy(h);

    h = with_rules(&condition, 1, ALERT_AUTO_ORDER);
    snprintf(h->settings.alerts.rules[0].order, ALERT_ORDER_MAX, "buy okx BTC/USDT 100");
    harness_calm(h, BPS(60));
    harness_advance(h, H_MS(300));
    assert_int_equal(spoken(h, "rule0"), 2);
    assert_non_null(strstr(harness_last(h, EVENT_ALERT)->u.alert.text, "no venue okx"));
    assert_int_equal(harness_count(h, EVENT_CONTROL), 0);
    harness_destroy(h);

    h = with_rules(&condition, 1, ALERT_AUTO_ORDER); // the words are right, the order is not
    snprintf(h->settings.alerts.rules[0].order, ALERT_ORDER_MAX, "buy lighter BTC/USDT 0.5");
    harness_calm(h, BPS(60));
    harness_advance(h, H_MS(300));
    assert_non_null(strstr(harness_last(h, EVENT_ALERT)->u.alert.text, "is not in"));
    assert_int_equal(harness_count(h, EVENT_CONTROL), 0);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_crossing_and_cool_down),
        cmocka_unit_test(test_unknown_is_nothing),
        cmocka_unit_test(test_half_a_price_is_nothing),
        cmocka_unit_test(test_running_jobs),
        cmocka_unit_test(test_percent_change),
        cmocka_unit_test(test_reloaded),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_auto_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
