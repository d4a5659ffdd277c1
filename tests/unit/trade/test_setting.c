// Settings that change while the desk runs: through its owner, in order, and told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

enum { KEY_ORDER_MAX = 7, KEY_UNKNOWN = 8 };

static bool change(void *arg, const struct setting_change *change) {
    struct settings *settings = arg;
    if (change->key != KEY_ORDER_MAX) {
        return false;
    }
    settings->risk.order_max.v = change->value;
    return true;
}

static const struct event_alert *tell(struct harness *h, const struct event_settings *event) {
    harness_mark(h);
    harness_input(h, EVENT_SETTINGS_CHANGED, event);
    const struct event_alert *alert = harness_alert(h, "settings");
    assert_non_null(alert);
    return alert;
}

static void test_changes(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.change_setting = change;
    h->desk.change_arg = &h->settings;
    struct job draft;
    strategy_draft_single(&h->desk, STRATEGY_MANUAL, H_LIGHTER, H_BTC, SIDE_BUY, USD(200), &draft);
    assert_int_equal(risk_check_job(&h->desk, &draft, h->now_ns, NULL).rule, RULE_NONE);
    struct event_settings event = {
        .count = 1,
        .changes = {{.key = KEY_ORDER_MAX, .value = 100 * USD_ONE, .venue = UINT16_MAX}}};
    const struct event_alert *alert = tell(h, &event);
    assert_string_equal(alert->text, "1 settings were changed");
    assert_int_equal(alert->severity, SEVERITY_INFO);
    struct verdict verdict = risk_check_job(&h->desk, &draft, h->now_ns, NULL); // it holds at once
    assert_int_equal(verdict.rule, RULE_ORDER_SIZE);
    assert_int_equal(verdict.limit, 100 * USD_ONE);

    // Of several, those that are known are changed, and how many were not is said.
    event.count = 3;
    event.changes[0].key = KEY_UNKNOWN;
    event.changes[1] = event.changes[2] = event.changes[0];
    event.changes[2].key = KEY_ORDER_MAX;
    event.changes[2].value = 900 * USD_ONE;
    alert = tell(h, &event);
    assert_string_equal(alert->text, "2 of 3 settings were not changed");
    assert_int_equal(alert->severity, SEVERITY_WARN);
    assert_int_equal(risk_check_job(&h->desk, &draft, h->now_ns, NULL).rule, RULE_NONE);
    harness_destroy(h);
}

// A replay whose configuration is not at hand changes nothing, and says so.
static void test_nobody_to_change_them(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_settings event = {.count = 1, .changes = {{.key = KEY_ORDER_MAX, .value = 1}}};
    assert_string_equal(tell(h, &event)->text, "1 of 1 settings were not changed");
    assert_int_equal(h->settings.risk.order_max.v, USD(1000).v);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_nobody_to_change_them),
    };
    return cmocka_run_group_tests_name("setting", tests, NULL, NULL);
}
