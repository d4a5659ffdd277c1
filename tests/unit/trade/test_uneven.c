// Legs that do not fill alike: parts too small for the other venue, fills that never pause, a rest
// that nobody takes, a leg that is gone before its hedge.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control_text.h"
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

static struct event_order command_at(const struct harness *h, uint16_t venue) {
    for (uint32_t i = h->count; i-- > h->mark;) {
        const struct event *event = &h->events[i];
        if (event->header.kind == EVENT_ORDER_COMMAND && event->u.order.venue == venue) {
            return event->u.order;
        }
    }
    return (struct event_order){0};
}

static void fill(struct harness *h, const struct event_order *order, struct qty size) {
    harness_report(h, order->order, order->venue, REPORT_FILL, order->price, size);
}

static void end(struct harness *h, const struct event_order *order, enum report_kind kind) {
    harness_report(h, order->order, order->venue, kind, (struct px){0}, (struct qty){0});
}

// The maker on Extended, its hedge on Lighter, which takes no order below 10 USD.
static struct job *open_with_least(struct harness *h) {
    universe_listing(h->desk.universe, H_LIGHTER, H_BTC)->notional_min = USD(10);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    return harness_open(h, &draft);
}

static const struct qty small = {QTY_ONE / 10000}; // 6 USD

// A fill that the other venue takes no order for waits for more; the hedge is for both.
static void test_small_fill_waits(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = open_with_least(h);
    struct event_order maker = last_command(h);
    fill(h, &maker, small);
    harness_calm_for(h, NS_PER_S); // longer than legs may be apart
    assert_int_equal(command_at(h, H_LIGHTER).order, 0);
    assert_int_equal(job->state, JOB_OPENING);
    fill(h, &maker, small);
    struct event_order hedge = command_at(h, H_LIGHTER);
    assert_int_equal(hedge.size.v, 2 * small.v);
    fill(h, &hedge, hedge.size);
    fill(h, &maker, qty_sub(maker.size, hedge.size));
    harness_calm_for(h, H_MS(200));
    hedge = command_at(h, H_LIGHTER);
    fill(h, &hedge, hedge.size);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_check(h);
    harness_destroy(h);
}

// No more comes: what is too little to hedge goes back where it was bought, which is no failure.
static void test_small_fill_goes_back(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = open_with_least(h);
    for (int round = 0; round < 10 && job->legs[LEG_SELL].closed.v == 0; round++) {
        struct event_order order = last_command(h);
        if (order.action == ORDER_ACTION_CANCEL) {
            end(h, &order, REPORT_CANCELED);
        } else if (order.type == ORDER_IOC) {
            assert_int_equal(order.venue, H_EXTENDED);
            assert_int_equal(order.side, SIDE_BUY);
            assert_int_equal(order.size.v, small.v);
            fill(h, &order, order.size);
        } else if (job->legs[LEG_SELL].opened.v == 0) {
            fill(h, &order, small);
        }
        harness_calm_for(h, 6 * NS_PER_S);
    }
    assert_int_equal(job->legs[LEG_SELL].closed.v, small.v);
    assert_int_equal(job->state, JOB_EXPIRED);
    assert_int_equal(command_at(h, H_LIGHTER).order, 0);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_check(h);
    harness_destroy(h);
}

// A late fill beside what goes back: only what stays is to be hedged, and that is too little yet.
static void test_late_fill_beside_what_goes_back(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = open_with_least(h);
    struct event_order maker = last_command(h);
    fill(h, &maker, small);
    harness_control(h, CONTROL_CANCEL_JOB, job->id);
    end(h, &maker, REPORT_CANCELED);
    struct event_order back = last_command(h);
    assert_int_equal(back.type, ORDER_IOC);
    assert_int_equal(back.venue, H_EXTENDED);
    fill(h, &maker, small); // it had traded before it was cancelled
    assert_int_equal(command_at(h, H_LIGHTER).order, 0);
    fill(h, &back, back.size);
    harness_calm_for(h, H_MS(200));
    back = last_command(h);
    assert_int_equal(back.venue, H_EXTENDED);
    fill(h, &back, back.size);
    assert_false(job_live(job));
    assert_int_equal(command_at(h, H_LIGHTER).order, 0);
    harness_check(h);
    harness_destroy(h);
}

// On the way out a follower waits alike while the order it follows rests.
static void test_small_part_of_a_close_waits(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = open_with_least(h);
    struct event_order maker = last_command(h);
    fill(h, &maker, maker.size);
    struct event_order hedge = command_at(h, H_LIGHTER);
    fill(h, &hedge, hedge.size);
    harness_mark(h);
    for (int i = 0; i < 400 && job->state == JOB_HOLDING; i++) {
        harness_calm_for(h, H_MS(200));
    }
    struct event_order rests = command_at(h, H_EXTENDED);
    fill(h, &rests, small);
    harness_calm_for(h, H_MS(500));
    assert_int_equal(command_at(h, H_LIGHTER).order, 0);
    fill(h, &rests, small);
    assert_int_equal(command_at(h, H_LIGHTER).size.v, 2 * small.v);
    harness_destroy(h);
}

// A rest that is too little for an order is let be, and one that the venue refuses all the same
// takes nothing from what was filled.
static void test_rest_of_a_single_leg(void **state) {
    (void)state;
    for (int known = 0; known < 2; known++) {
        struct harness *h = by_hand();
        struct listing *listing = universe_listing(h->desk.universe, H_EXTENDED, H_BTC);
        listing->notional_min = known != 0 ? USD(10) : (struct usd){0};
        struct control_request request = {.origin = ORIGIN_TEST};
        assert_int_equal(
            control_parse_submit(SLICE("buy extended BTC/USDT 300"), &h->universe, &request),
            STATUS_OK);
        assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
        struct job *job = harness_job(h);
        struct event_order maker = last_command(h);
        fill(h, &maker, qty_sub(maker.size, small));
        harness_calm_for(h, 31 * NS_PER_S);
        assert_int_equal(last_command(h).action, ORDER_ACTION_CANCEL);
        end(h, &maker, REPORT_CANCELED);
        struct event_order rest = last_command(h);
        assert_int_equal(rest.type == ORDER_IOC, known == 0);
        if (known == 0) {
            end(h, &rest, REPORT_REJECTED);
        }
        harness_calm_for(h, NS_PER_S);
        assert_int_equal(job->state, JOB_HOLDING);
        assert_int_equal(leg_held(&job->legs[LEG_BUY]).v, maker.size.v - small.v);
        assert_int_equal(h->desk.risk.failures, 0);
        harness_check(h);
        harness_destroy(h);
    }
}

// A fill each 150 ms, and each hedge a quarter of a second later: the legs are never level, and
// never further apart than they may be.
static void test_fills_that_never_pause(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(480));
    struct job *job = harness_open(h, &draft);
    struct event_order maker = last_command(h);
    struct event_order hedges[64] = {0};
    int64_t due_ns[64], next_ns = h->now_ns;
    uint32_t sent = 0, filled = 0, at = h->mark;
    struct qty left = maker.size;
    for (int i = 0; i < 300 && job->state == JOB_OPENING; i++) {
        if (h->now_ns >= next_ns && left.v > 0) {
            struct qty part = qty_min(left, (struct qty){QTY_ONE / 10000 * 8});
            fill(h, &maker, part);
            left = qty_sub(left, part);
            next_ns = h->now_ns + H_MS(150);
        }
        for (; at < h->count; at++) {
            const struct event *event = &h->events[at];
            if (event->header.kind == EVENT_ORDER_COMMAND && event->u.order.venue == H_LIGHTER) {
                hedges[sent] = event->u.order;
                due_ns[sent++] = h->now_ns + H_MS(250);
            }
        }
        for (; filled < sent && h->now_ns >= due_ns[filled]; filled++) {
            fill(h, &hedges[filled], hedges[filled].size);
        }
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(10));
    }
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(leg_held(&job->legs[LEG_BUY]).v, maker.size.v);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_check(h);
    harness_destroy(h);
}

// A job stands unhedged where its hedge is: nobody's order is put to rest there, for it might have
// to be got out of the way first.
static void test_nothing_rests_beside_a_hedge(void **state) {
    (void)state;
    for (int hedged = 0; hedged < 2; hedged++) {
        struct harness *h = by_hand();
        struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
        (void)harness_open(h, &draft);
        struct event_order maker = last_command(h);
        fill(h, &maker, maker.size);
        struct event_order hedge = command_at(h, H_LIGHTER);
        if (hedged != 0) {
            fill(h, &hedge, hedge.size);
        }
        harness_mark(h);
        draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_BINANCE, H_EXTENDED, USD(300));
        draft.completes = false;
        struct job *other = harness_open(h, &draft);
        assert_int_equal(other->state, hedged != 0 ? JOB_OPENING : JOB_EXPIRED);
        assert_int_equal(command_at(h, H_EXTENDED).type, hedged != 0 ? ORDER_POST_ONLY : 0);
        harness_destroy(h);
    }
}

static void tell(struct harness *h, uint16_t venue, int64_t net) {
    struct event_lane lane = {.venue = venue, .state = LANE_READY};
    harness_input(h, EVENT_LANE_STATE, &lane);
    struct event_venue_position position = {.venue = venue, .symbol = H_BTC, .net = {net}};
    harness_input(h, EVENT_VENUE_POSITION, &position);
}

// What its hedge was for is gone: there is nothing to hedge.
static void test_vanished_before_its_hedge(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    struct event_order maker = last_command(h);
    fill(h, &maker, maker.size);
    tell(h, H_EXTENDED, -maker.size.v);
    struct event_order hedge = command_at(h, H_LIGHTER);
    end(h, &hedge, REPORT_EXPIRED);
    harness_advance(h, H_MS(50));
    tell(h, H_EXTENDED, 0); // closed by hand
    for (int i = 0; i < 100 && harness_alert(h, "leg_vanished") == NULL; i++) {
        struct event_order next = command_at(h, H_LIGHTER);
        end(h, &next, REPORT_EXPIRED);
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(20));
    }
    struct event_order last = command_at(h, H_LIGHTER);
    end(h, &last, REPORT_EXPIRED);
    harness_mark(h);
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->state, JOB_FAILED);
    harness_check(h);
    harness_destroy(h);
}

// Both legs are on their way and the first is gone before the second fills: that one is closed, and
// the first is not bought again for it.
static void test_vanished_before_the_other_leg(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    struct event_order buy = command_at(h, H_LIGHTER), sell = command_at(h, H_EXTENDED);
    fill(h, &buy, buy.size);
    tell(h, H_LIGHTER, buy.size.v);
    harness_advance(h, H_MS(1));
    tell(h, H_LIGHTER, 0);
    for (int i = 0; i < 100 && harness_alert(h, "leg_vanished") == NULL; i++) {
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(20));
    }
    harness_mark(h);
    fill(h, &sell, sell.size);
    assert_int_equal(command_at(h, H_LIGHTER).order, 0);
    struct event_order back = command_at(h, H_EXTENDED);
    assert_int_equal(back.side, SIDE_BUY);
    assert_int_equal(back.size.v, sell.size.v);
    fill(h, &back, back.size);
    assert_int_equal(job->state, JOB_FAILED);
    harness_check(h);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_fill_waits),
        cmocka_unit_test(test_small_fill_goes_back),
        cmocka_unit_test(test_late_fill_beside_what_goes_back),
        cmocka_unit_test(test_small_part_of_a_close_waits),
        cmocka_unit_test(test_rest_of_a_single_leg),
        cmocka_unit_test(test_fills_that_never_pause),
        cmocka_unit_test(test_nothing_rests_beside_a_hedge),
        cmocka_unit_test(test_vanished_before_its_hedge),
        cmocka_unit_test(test_vanished_before_the_other_leg),
    };
    return cmocka_run_group_tests_name("uneven", tests, NULL, NULL);
}
