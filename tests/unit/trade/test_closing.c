// How a job ends where it does not end plainly: what a venue cannot trade, legs closed twice,
// makers that nobody takes, legs that vanish at odd moments.
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

// Long on Lighter, short on Extended, where the maker is.
static struct job *holding(struct harness *h) {
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    struct event_order maker = last_command(h);
    fill(h, &maker, maker.size);
    struct event_order hedge = last_command(h);
    fill(h, &hedge, hedge.size);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_mark(h);
    return job;
}

// Less than a step is left on one leg: no order can end it, a person is told, the job has failed.
static void test_dust(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h);
    harness_control(h, CONTROL_FLATTEN, 0);
    struct event_order buy = command_at(h, H_EXTENDED), sell = command_at(h, H_LIGHTER);
    struct qty step = universe_listing(&h->universe, H_EXTENDED, H_BTC)->step;
    fill(h, &sell, sell.size);
    fill(h, &buy, (struct qty){buy.size.v - step.v / 2});
    assert_int_equal(job->state, JOB_CLOSING);
    end(h, &buy, REPORT_EXPIRED);
    assert_int_equal(job->state, JOB_FAILED);
    assert_non_null(harness_alert(h, "dust"));
    assert_int_equal(harness_alert(h, "dust")->severity, SEVERITY_RED);
    assert_int_equal(h->desk.risk.failures, 1);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, -step.v / 2);
    harness_destroy(h);
}

// Nobody takes the resting order, again and again: after so many the rest is taken.
static void test_maker_gives_up(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h);
    execution_close(&h->desk, &h->engine.bus, job, false);
    (void)bus_flush(&h->engine.bus);
    int rests = 0;
    struct event_order order = command_at(h, H_EXTENDED);
    while (order.type == ORDER_POST_ONLY) {
        assert_in_range(++rests, 1, 20);
        struct event_report moved = {.order = order.order, // the market moved onto the price
                                     .venue = order.venue,
                                     .kind = REPORT_REJECTED,
                                     .liquidity = LIQUIDITY_TAKER};
        harness_input(h, EVENT_ORDER_REPORT, &moved);
        order = command_at(h, H_EXTENDED);
    }
    assert_in_range(rests, 2, 20);
    assert_int_equal(order.type, ORDER_IOC);
    assert_int_equal(order.size.v, leg_held(&job->legs[LEG_SELL]).v);
    assert_int_equal(command_at(h, H_LIGHTER).type, ORDER_IOC); // both legs at once
    assert_int_equal(h->desk.risk.failures, 0);
    harness_destroy(h);
}

// While the resting leg is closed in parts the other follows part by part; what is less than a step
// waits for more, and a follower that does not get through is hurried at half its time.
static void test_follower(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h);
    execution_close(&h->desk, &h->engine.bus, job, false);
    (void)bus_flush(&h->engine.bus);
    struct event_order rests = command_at(h, H_EXTENDED);
    assert_int_equal(rests.type, ORDER_POST_ONLY);
    struct qty step = universe_listing(&h->universe, H_LIGHTER, H_BTC)->step;
    harness_mark(h);
    fill(h, &rests, (struct qty){step.v / 2});
    assert_int_equal(command_at(h, H_LIGHTER).order, 0);
    fill(h, &rests, (struct qty){QTY_ONE / 1000});
    struct event_order follows = command_at(h, H_LIGHTER);
    assert_int_equal(follows.side, SIDE_SELL);
    assert_int_equal(follows.size.v, QTY_ONE / 1000);
    assert_false(follows.emergency);
    int64_t from_ns = h->now_ns;
    while (!follows.emergency) {
        assert_true(h->now_ns - from_ns < NS_PER_S);
        end(h, &follows, REPORT_EXPIRED);
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(100));
        follows = command_at(h, H_LIGHTER);
    }
    assert_in_range(h->now_ns - from_ns, H_MS(300), H_MS(600)); // of the 800 ms between wash legs
    assert_int_equal(job->state, JOB_CLOSING);
    harness_destroy(h);
}

// The legs of hedged volume have the tighter of the two limits; other jobs have their own.
static void test_hedge_deadlines(void **state) {
    (void)state;
    static const struct {
        enum strategy strategy;
        int64_t gap_ms, hedge_ms, unwinds_ms;
    } rows[] = {
        {STRATEGY_WASH, 800, 3000, 800},
        {STRATEGY_WASH, 5000, 3000, 3000},
        {STRATEGY_ARB, 800, 3000, 3000},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = by_hand();
        h->settings.wash.leg_gap_ns = H_MS(rows[i].gap_ms);
        h->settings.execution.hedge_deadline_ns = H_MS(rows[i].hedge_ms);
        struct job draft =
            harness_draft(h, rows[i].strategy, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
        struct job *job = harness_open(h, &draft);
        struct event_order maker = last_command(h);
        int64_t from_ns = h->now_ns;
        fill(h, &maker, maker.size);
        while (job->state == JOB_OPENING) { // the hedge never gets anything
            assert_true(h->now_ns - from_ns < 10 * NS_PER_S);
            struct event_order hedge = last_command(h);
            if (hedge.type == ORDER_IOC) {
                end(h, &hedge, REPORT_EXPIRED);
            }
            harness_calm(h, (struct bps){0});
            harness_advance(h, H_MS(50));
        }
        assert_int_equal(job->state, JOB_UNWINDING);
        int64_t took_ms = (h->now_ns - from_ns) / NS_PER_MS;
        assert_in_range(took_ms, rows[i].unwinds_ms, rows[i].unwinds_ms + 100);
        harness_destroy(h);
    }
}

static struct job *one_leg(struct harness *h) {
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    struct event_order order = last_command(h);
    fill(h, &order, order.size);
    struct job *job = harness_job(h);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_mark(h);
    return job;
}

// One leg alone waits through a kill, for it was wanted so; what a late fill closed twice is bought
// back all the same.
static void test_single_leg_killed(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = one_leg(h);
    harness_control(h, CONTROL_CANCEL_JOB, job->id);
    struct event_order first = last_command(h);
    assert_int_equal(first.side, SIDE_SELL);
    harness_control(h, CONTROL_KILL, 0);
    harness_mark(h);
    end(h, &first, REPORT_EXPIRED);
    harness_calm_for(h, 5 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->state, JOB_CLOSING);
    harness_control(h, CONTROL_CLEAR, 0);
    harness_control(h, CONTROL_RESUME, 0);
    harness_calm_for(h, H_MS(400));
    struct event_order second = last_command(h);
    assert_int_equal(second.side, SIDE_SELL);
    harness_control(h, CONTROL_KILL, 0);
    fill(h, &first, first.size); // it had traded after all
    harness_mark(h);
    fill(h, &second, (struct qty){second.size.v / 2});
    end(h, &second, REPORT_EXPIRED);
    harness_calm_for(h, NS_PER_S);
    struct event_order back = last_command(h);
    assert_int_equal(back.side, SIDE_BUY);
    assert_int_equal(back.size.v, second.size.v / 2 / 1000 * 1000);
    harness_destroy(h);
}

static void tell(struct harness *h, uint16_t venue, int64_t net) {
    struct event_lane lane = {.venue = venue, .state = LANE_READY};
    harness_input(h, EVENT_LANE_STATE, &lane);
    struct event_venue_position position = {.venue = venue, .symbol = H_BTC, .net = {net}};
    harness_input(h, EVENT_VENUE_POSITION, &position);
}

// Which job's leg it was that vanished: not of another symbol, nor of another venue, nor what an
// order of ours is closing; and a job that waits has none.
static void test_whose_leg_vanished(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.wash.hold_min_ns = h->settings.wash.hold_max_ns = 600 * NS_PER_S;
    struct job *hit = holding(h);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_ETH, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *eth = harness_open(h, &draft);
    struct event_order maker = last_command(h);
    fill(h, &maker, maker.size);
    struct event_order hedge = last_command(h);
    fill(h, &hedge, hedge.size);
    draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_BINANCE, H_EXTENDED, USD(300));
    struct job *elsewhere = harness_open(h, &draft);
    struct event_order rests = last_command(h);
    h->settings.scheduler.jobs_max = 0;
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    struct job *waits = harness_job(h);
    assert_int_equal(waits->state, JOB_PENDING);
    int64_t held = hit->legs[LEG_BUY].opened.v;
    tell(h, H_LIGHTER, held);
    assert_int_equal(hit->state, JOB_HOLDING);
    tell(h, H_LIGHTER, 0);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(hit->verdict.rule, RULE_LEG_VANISHED);
    assert_int_equal(hit->state, JOB_CLOSING);
    assert_int_equal(eth->state, JOB_HOLDING);
    assert_int_equal(eth->verdict.rule, RULE_NONE);
    assert_int_equal(elsewhere->state, JOB_OPENING);
    assert_int_equal(waits->order_count, 0);
    end(h, &rests, REPORT_CANCELED);
    harness_check(h);
    harness_destroy(h);
}

// One position stands for the legs of two jobs, and half of it goes: it was not that of the job
// whose closing order is there and will fill.
static void test_the_leg_that_nothing_closes(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.wash.hold_min_ns = h->settings.wash.hold_max_ns = 600 * NS_PER_S;
    struct job *stands = holding(h);
    struct job *closing = holding(h);
    int64_t held = closing->legs[LEG_BUY].opened.v;
    tell(h, H_LIGHTER, 2 * held);
    tell(h, H_LIGHTER, held);
    harness_advance(h, H_MS(1));
    harness_control(h, CONTROL_CANCEL_JOB, closing->id);
    struct event_order sell = command_at(h, H_LIGHTER);
    assert_int_equal(sell.job, closing->id);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(stands->verdict.rule, RULE_LEG_VANISHED);
    assert_int_equal(leg_held(&stands->legs[LEG_BUY]).v, 0);
    assert_int_equal(closing->verdict.rule, RULE_NONE);
    assert_int_equal(leg_held(&closing->legs[LEG_BUY]).v, held);
    fill(h, &sell, sell.size);
    assert_int_equal(leg_held(&closing->legs[LEG_BUY]).v, 0);
    harness_check(h);
    harness_destroy(h);
}

// No market to value it by: the fill is booked at what the position had cost.
static void test_vanished_without_a_price(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.wash.hold_min_ns = h->settings.wash.hold_max_ns = 600 * NS_PER_S;
    struct job *job = holding(h);
    struct px paid = position_average(position_of(&h->desk, H_LIGHTER, H_BTC));
    tell(h, H_LIGHTER, job->legs[LEG_BUY].opened.v);
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){0}, (struct px){0}, (struct qty){0});
    tell(h, H_LIGHTER, 0);
    harness_advance(h, NS_PER_S);
    const struct event *booked = harness_find(h, EVENT_ORDER_FILLED);
    assert_non_null(booked);
    assert_int_equal(booked->u.fill.order, 0);
    assert_int_equal(booked->u.fill.price.v, paid.v);
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->realised.v, 0);
    harness_destroy(h);
}

// It vanishes while it is on its way out: the order that closes it finds nothing, and what is left
// of the job goes on.
static void test_vanishes_while_closing(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h);
    int64_t held = job->legs[LEG_BUY].opened.v;
    tell(h, H_LIGHTER, held);
    harness_control(h, CONTROL_FLATTEN, 0);
    struct event_order sell = command_at(h, H_LIGHTER);
    end(h, &sell, REPORT_REJECTED); // there is nothing to reduce any more
    h->now_ns += H_MS(1);
    tell(h, H_LIGHTER, 0);
    for (int i = 0; i < 3000 && harness_alert(h, "leg_vanished") == NULL; i++) {
        sell = command_at(h, H_LIGHTER); // each try is refused, and they come ever less often
        end(h, &sell, REPORT_REJECTED);
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(20));
        if (i % 50 == 0) {
            struct event_lane lane = {.venue = H_LIGHTER, .state = LANE_READY}; // once a second
            harness_input(h, EVENT_LANE_STATE, &lane);
        }
    }
    assert_non_null(harness_alert(h, "leg_vanished"));
    assert_int_equal(leg_held(&job->legs[LEG_BUY]).v, 0);
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->net.v, 0);
    assert_int_equal(job->state, JOB_CLOSING);
    struct event_order buy = command_at(h, H_EXTENDED);
    fill(h, &buy, buy.size);
    sell = command_at(h, H_LIGHTER); // the try under way when it was found out
    end(h, &sell, REPORT_REJECTED);
    assert_int_equal(job->state, JOB_FAILED);
    harness_check(h);
    harness_destroy(h);
}

// Nor does it help to wait for the answers: where messages are few there is always an order of ours
// that waits for one. Decided after the venue said that the leg is gone, it did not take it.
static void test_vanishes_while_orders_wait(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h);
    tell(h, H_LIGHTER, job->legs[LEG_BUY].opened.v);
    harness_control(h, CONTROL_FLATTEN, 0);
    h->now_ns += H_MS(1);
    tell(h, H_LIGHTER, 0);
    int64_t told_ns = h->now_ns;
    for (int i = 1; i < 500 && harness_alert(h, "leg_vanished") == NULL; i++) {
        if (i % 75 == 0) { // each waits for 1.5 s
            struct event_order sell = command_at(h, H_LIGHTER);
            end(h, &sell, REPORT_REJECTED);
        }
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(20));
        struct event_lane lane = {.venue = H_LIGHTER, .state = LANE_READY};
        harness_input(h, EVENT_LANE_STATE, &lane);
    }
    assert_non_null(harness_alert(h, "leg_vanished"));
    assert_in_range(h->now_ns - told_ns, 0, 3 * NS_PER_S);
    assert_int_equal(leg_held(&job->legs[LEG_BUY]).v, 0);
    harness_check(h);
    harness_destroy(h);
}

static void lane(struct harness *h, uint16_t venue, enum lane_state state) {
    struct event_lane event = {.venue = venue, .state = (uint8_t)state, .room = 1000};
    harness_input(h, EVENT_LANE_STATE, &event);
}

// The hold ends while one venue takes no orders: the pair stays hedged until both can be closed.
static void test_closes_when_both_venues_can(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h);
    h->desk.mode = DESK_LIVE;
    h->desk.reconcile.venues[H_LIGHTER].heard = h->desk.reconcile.venues[H_EXTENDED].heard = true;
    lane(h, H_EXTENDED, LANE_READY);
    lane(h, H_LIGHTER, LANE_CONNECTING);
    harness_calm_for(h, 90 * NS_PER_S);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    lane(h, H_LIGHTER, LANE_READY);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(job->state, JOB_CLOSING);
    harness_destroy(h);
}

// A person's flatten is for what waits, too: nothing opens behind it.
static void test_flatten_ends_what_waits(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.scheduler.jobs_max = 1;
    harness_start(h);
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    struct job *jobs[2];
    for (int i = 0; i < 2; i++) {
        request.symbol = i == 0 ? H_BTC : H_ETH;
        assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
        jobs[i] = harness_job(h);
    }
    assert_int_equal(jobs[1]->state, JOB_PENDING);
    harness_control_at(h, CONTROL_FLATTEN, CONTROL_ANY, CONTROL_ANY, 0, 0);
    assert_int_equal(jobs[1]->state, JOB_REFUSED);
    assert_int_equal(jobs[1]->verdict.rule, RULE_CANCELED);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(jobs[1]->order_count, 0);
    harness_check(h);
    harness_destroy(h);
}

// A jump that nothing confirms yet, or a quote of long ago, closes nothing.
static void test_doubted_quotes_close_nothing(void **state) {
    static const struct row {
        enum strategy strategy;
        int percent;
    } rows[] = {{STRATEGY_WASH, -5}, {STRATEGY_ARB, 1}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = harness_prepare();
        h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
        h->settings.rebalance.enabled = false;
        harness_start(h);
        struct job draft =
            harness_draft(h, rows[i].strategy, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
        struct job *job = harness_open(h, &draft);
        harness_calm_for(h, NS_PER_S);
        assert_int_equal(job->state, JOB_HOLDING);
        struct px mid = harness_mid(H_BTC);
        struct px bid = {mid.v + mid.v / 100 * rows[i].percent};
        struct px ask = {bid.v + PX_ONE / 10};
        struct qty size = {QTY_ONE};
        harness_quote_flags(h, H_LIGHTER, H_BTC, bid, ask, size, QUOTE_QUARANTINED);
        assert_int_equal(job->state, JOB_HOLDING);
        harness_quote_flags(h, H_LIGHTER, H_BTC, bid, ask, size, 0);
        assert_int_equal(job->state, JOB_CLOSING);
        harness_destroy(h);
    }
}

// Nothing rests further out than the emergency collar.
static void test_no_rest_beyond_the_collar(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    struct event_order maker = last_command(h);
    fill(h, &maker, maker.size);
    struct event_order hedge = command_at(h, H_LIGHTER);
    fill(h, &hedge, hedge.size);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_mark(h);
    struct px mid = harness_mid(H_BTC);
    for (int i = 0; i < 120 && harness_last(h, EVENT_ORDER_COMMAND) == NULL; i++) {
        harness_calm(h, (struct bps){0});
        struct px bid = {mid.v + mid.v / 50}; // 2 % above the two others
        harness_quote(h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                      (struct qty){QTY_ONE});
        harness_advance(h, H_MS(200));
    }
    struct event_order buy = command_at(h, H_EXTENDED);
    assert_int_equal(buy.type, ORDER_IOC);
    assert_true(buy.price.v < mid.v + mid.v / 100);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dust),
        cmocka_unit_test(test_maker_gives_up),
        cmocka_unit_test(test_follower),
        cmocka_unit_test(test_hedge_deadlines),
        cmocka_unit_test(test_single_leg_killed),
        cmocka_unit_test(test_whose_leg_vanished),
        cmocka_unit_test(test_the_leg_that_nothing_closes),
        cmocka_unit_test(test_vanished_without_a_price),
        cmocka_unit_test(test_vanishes_while_closing),
        cmocka_unit_test(test_vanishes_while_orders_wait),
        cmocka_unit_test(test_closes_when_both_venues_can),
        cmocka_unit_test(test_flatten_ends_what_waits),
        cmocka_unit_test(test_doubted_quotes_close_nothing),
        cmocka_unit_test(test_no_rest_beyond_the_collar),
    };
    return cmocka_run_group_tests_name("closing", tests, NULL, NULL);
}
