// What the venues say of our positions against our own book.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "harness.h"

static void tell_lane(struct harness *h, enum lane_state state) {
    struct event_lane lane = {.venue = H_BINANCE, .state = (uint8_t)state};
    harness_input(h, EVENT_LANE_STATE, &lane);
}

static void tell_position(struct harness *h, int64_t thousandths) {
    struct event_venue_position position = {
        .venue = H_BINANCE, .symbol = H_BTC, .net = {thousandths * (QTY_ONE / 1000)}};
    harness_input(h, EVENT_VENUE_POSITION, &position);
}

static void test_found_and_changed(void **state) {
    (void)state;
    struct harness *h = harness_create();
    tell_lane(h, LANE_READY);
    tell_position(h, 0);
    harness_advance(h, 5 * NS_PER_S);
    assert_null(harness_alert(h, "position"));
    tell_position(h, -25); // somebody sold by hand
    harness_advance(h, 700 * NS_PER_MS);
    assert_null(harness_alert(h, "position"));
    harness_advance(h, 300 * NS_PER_MS); // within a second
    assert_non_null(harness_alert(h, "position"));
    assert_int_equal(harness_alert(h, "position")->severity, SEVERITY_RED);
    assert_string_equal(harness_alert(h, "position")->text,
                        "binance BTC/USDT: -0.025 without an order of ours");
    harness_mark(h);
    harness_advance(h, 10 * NS_PER_S);
    tell_position(h, -25); // said once
    harness_advance(h, 10 * NS_PER_S);
    assert_null(harness_alert(h, "position"));
    harness_destroy(h);
}

// The push of the position comes before the fill that explains it, or while the lane is away.
static void test_patience(void **state) {
    (void)state;
    struct harness *h = harness_create();
    tell_lane(h, LANE_READY);
    tell_position(h, 0);
    tell_position(h, 10);
    harness_advance(h, 500 * NS_PER_MS);
    tell_position(h, 0);
    harness_advance(h, 5 * NS_PER_S);
    tell_lane(h, LANE_CONNECTING);
    tell_position(h, 10);
    harness_advance(h, 5 * NS_PER_S);
    assert_null(harness_alert(h, "position"));
    tell_lane(h, LANE_READY);
    harness_advance(h, NS_PER_S);
    assert_non_null(harness_alert(h, "position"));
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_and_changed),
        cmocka_unit_test(test_patience),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
