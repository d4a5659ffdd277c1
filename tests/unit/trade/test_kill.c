// What a kill finds and says: jobs that wait, positions nobody holds, a desk without anything.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

static struct harness *by_hand(void) {
    struct harness *h = harness_create();
    harness_paper_off(h);
    return h;
}

static struct event_order last_command(const struct harness *h) {
    const struct event *event = harness_last(h, EVENT_ORDER_COMMAND);
    return event != NULL ? event->u.order : (struct event_order){0};
}

// A position that no job holds: bought by hand, or left by an earlier session.
static void hold(struct harness *h, uint16_t venue, uint16_t symbol, int64_t net) {
    struct event_past_position past = {
        .venue = venue,
        .symbol = symbol,
        .net = {net},
        .cost = usd_notional_near(harness_mid(symbol), (struct qty){net})};
    harness_input(h, EVENT_PAST_POSITION, &past);
}

static void test_nothing_to_flatten(void **state) {
    (void)state;
    struct harness *h = by_hand();
    harness_control(h, CONTROL_KILL, 1);
    assert_string_equal(harness_alert(h, "kill")->text,
                        "killed: no order of ours is open; positions left: gross 0.00 USD");
    harness_advance(h, NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_destroy(h);
}

// Less than an order may be, or of an instrument that is not known: it is not promised away.
static void test_what_cannot_be_flattened(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.rebalance.enabled = false;
    hold(h, H_BINANCE, H_BTC, QTY_ONE / 10000 - 1);
    struct listing unknown = *universe_listing(&h->universe, H_EXTENDED, H_BTC);
    unknown.ready = false;
    harness_input(h, EVENT_INSTRUMENT, &(struct event_listing_rules){.listing = unknown});
    hold(h, H_EXTENDED, H_BTC, QTY_ONE / 100);
    harness_control(h, CONTROL_KILL, 1);
    assert_null(strstr(harness_alert(h, "kill")->text, "flattening"));
    assert_null(strstr(harness_alert(h, "kill")->text, "gross 0.00 USD"));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_control_at(h, CONTROL_FLATTEN, CONTROL_ANY, CONTROL_ANY, 0, 0);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_destroy(h);
}

// Both ways, beside each other: each closes on its own venue.
static void test_positions_of_nobody(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.rebalance.enabled = false;
    hold(h, H_BINANCE, H_BTC, QTY_ONE / 100);
    hold(h, H_EXTENDED, H_BTC, -QTY_ONE / 100);
    harness_control(h, CONTROL_KILL, 1);
    bool sold = false, bought = false;
    for (uint32_t i = h->mark; i < h->count; i++) {
        const struct event_order *order = &h->events[i].u.order;
        if (h->events[i].header.kind == EVENT_ORDER_COMMAND) {
            sold |= order->venue == H_BINANCE && order->side == SIDE_SELL &&
                    order->size.v == QTY_ONE / 100;
            bought |= order->venue == H_EXTENDED && order->side == SIDE_BUY &&
                      order->size.v == QTY_ONE / 100;
        }
    }
    assert_true(sold && bought);
    harness_destroy(h);
}

// What waits for room has no order yet: a kill refuses it, a flatten does not wait for it.
static void test_pending_job(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.scheduler.jobs_max = 0;
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    struct job *job = harness_job(h);
    assert_int_equal(job->state, JOB_PENDING);
    harness_control(h, CONTROL_STATE, TRADING_HALTED); // nor does a halt touch it
    assert_int_equal(job->state, JOB_PENDING);
    harness_control(h, CONTROL_STATE, TRADING_ACTIVE);
    harness_control(h, CONTROL_KILL, 1);
    assert_null(strstr(harness_alert(h, "kill")->text, "flattening"));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_advance(h, H_MS(100));
    assert_int_equal(job->state, JOB_REFUSED);
    assert_int_equal(job->verdict.rule, RULE_KILLED);
    harness_destroy(h);
}

// A pending job beside one that runs: the flatten closes the one and leaves the other alone.
static void test_pending_beside_running(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *held = harness_open(h, &draft);
    struct event_order maker = last_command(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    struct event_order hedge = last_command(h);
    harness_report(h, hedge.order, H_LIGHTER, REPORT_FILL, hedge.price, hedge.size);
    assert_int_equal(held->state, JOB_HOLDING);
    h->settings.scheduler.jobs_max = 0;
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .venue = H_BINANCE, .value = 200 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    struct job *pending = harness_job(h);
    assert_int_equal(pending->state, JOB_PENDING);
    harness_control(h, CONTROL_KILL, 1);
    assert_non_null(strstr(harness_alert(h, "kill")->text, ", flattening"));
    assert_int_equal(held->state, JOB_CLOSING);
    assert_int_equal(pending->state, JOB_PENDING);
    harness_control(h, CONTROL_CLEAR, 0);
    assert_int_equal(held->state, JOB_CLOSING);
    harness_destroy(h);
}

// A kill that flattens, and on its heels one that does not: the flatten was ordered, it stands.
static void test_flatten_stays_ordered(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.rebalance.enabled = false;
    hold(h, H_BINANCE, H_BTC, QTY_ONE / 100);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_ETH, H_LIGHTER, H_EXTENDED, USD(300));
    (void)harness_open(h, &draft);
    struct event_order maker = last_command(h);
    harness_control(h, CONTROL_KILL, 1);
    harness_control(h, CONTROL_KILL, 0);
    harness_mark(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    assert_int_equal(last_command(h).venue, H_BINANCE);
    assert_int_equal(last_command(h).side, SIDE_SELL);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_to_flatten),
        cmocka_unit_test(test_what_cannot_be_flattened),
        cmocka_unit_test(test_positions_of_nobody),
        cmocka_unit_test(test_pending_job),
        cmocka_unit_test(test_pending_beside_running),
        cmocka_unit_test(test_flatten_stays_ordered),
    };
    return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
