// The corners of execution: impossible fills, tables that are full, who a flatten hits, where an
// order may go at all.
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
    assert_non_null(event);
    return event->u.order;
}

static struct job *resting(struct harness *h) {
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    return harness_open(h, &draft);
}

static struct job *holding(struct harness *h) {
    struct job *job = resting(h);
    struct event_order maker = last_command(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    struct event_order hedge = last_command(h);
    harness_report(h, hedge.order, H_LIGHTER, REPORT_FILL, hedge.price, hedge.size);
    assert_int_equal(job->state, JOB_HOLDING);
    return job;
}

// A fill that cannot be is told and not booked; a report of nobody's order changes nothing.
static void test_fills_that_cannot_be(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = resting(h);
    struct event_order maker = last_command(h);
    const struct {
        struct px price;
        int64_t size;
    } rows[] = {{maker.price, 0}, {maker.price, -1}, {{0}, 1}, {maker.price, maker.size.v + 1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        harness_mark(h);
        harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, rows[i].price,
                       (struct qty){rows[i].size});
        assert_non_null(harness_alert(h, "bad_fill"));
        assert_int_equal(job->legs[LEG_SELL].opened.v, 0);
    }
    uint64_t late = h->desk.orders.late;
    harness_report(h, maker.order, H_LIGHTER, REPORT_FILL, maker.price, maker.size); // whose venue?
    harness_report(h, maker.order + 77, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    struct event_report odd = {.order = maker.order, .venue = H_EXTENDED, .kind = UINT8_MAX};
    harness_input(h, EVENT_ORDER_REPORT, &odd);
    assert_int_equal(h->desk.orders.late, late + 3);
    harness_report(h, maker.order, H_EXTENDED, REPORT_REJECTED, (struct px){0}, (struct qty){0});
    harness_mark(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    assert_null(harness_alert(h, "bad_fill"));
    assert_non_null(harness_alert(h, "late_fill")); // it was taken for refused, and filled
    harness_check(h);
    harness_destroy(h);
}

// A cancel that was asked for before the order's fate was unknown is asked for again, whatever
// tells that the order is there: it may be lost with the rest.
static void test_cancel_of_an_unknown_order(void **state) {
    (void)state;
    for (int part = 0; part < 2; part++) {
        struct harness *h = by_hand();
        struct job *job = resting(h);
        struct event_order maker = last_command(h);
        harness_control(h, CONTROL_CANCEL_JOB, job->id);
        assert_int_equal(last_command(h).action, ORDER_ACTION_CANCEL);
        harness_report(h, maker.order, H_EXTENDED, REPORT_UNKNOWN, (struct px){0}, (struct qty){0});
        harness_mark(h);
        harness_advance(h, H_MS(100));
        assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0); // the lane asks for it
        harness_report(h, maker.order, H_EXTENDED, part != 0 ? REPORT_FILL : REPORT_ACCEPTED,
                       maker.price, (struct qty){maker.size.v / 2});
        harness_advance(h, H_MS(100));
        uint32_t cancels = 0;
        for (uint32_t i = h->mark; i < h->count; i++) {
            const struct event *event = &h->events[i];
            cancels += event->header.kind == EVENT_ORDER_COMMAND &&
                       event->u.order.order == maker.order &&
                       event->u.order.action == ORDER_ACTION_CANCEL;
        }
        assert_int_equal(cancels, 1);
        harness_check(h);
        harness_destroy(h);
    }
}

// A hedge whose answer does not come hedges nothing: past the deadline what did fill goes back, and
// what the order fills after all is closed as it comes. Nothing is sent twice meanwhile.
static void test_unanswered_hedge(void **state) {
    (void)state;
    for (int part = 0; part < 4; part++) {
        bool unknown = (part & 1) != 0, fills = (part & 2) != 0;
        struct harness *h = by_hand();
        struct job *job = resting(h);
        struct event_order maker = last_command(h);
        harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
        struct event_order hedge = last_command(h);
        assert_int_equal(hedge.phase, LEG_HEDGE);
        if (unknown) {
            harness_report(h, hedge.order, H_LIGHTER, REPORT_UNKNOWN, (struct px){0},
                           (struct qty){0});
        }
        harness_mark(h);
        harness_calm_for(h, h->settings.execution.hedge_deadline_ns - H_MS(200));
        assert_int_equal(job->state, JOB_OPENING);
        assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
        harness_calm_for(h, H_MS(400));
        assert_int_equal(job->state, JOB_UNWINDING);
        struct event_order back = last_command(h);
        assert_int_equal(back.venue, H_EXTENDED);
        assert_int_equal(back.side, SIDE_BUY);
        harness_report(h, back.order, H_EXTENDED, REPORT_FILL, back.price, back.size);
        harness_calm_for(h, NS_PER_S);
        assert_int_equal(job->state, JOB_UNWINDING); // the hedge may fill yet
        assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 1);
        if (fills) {
            harness_report(h, hedge.order, H_LIGHTER, REPORT_FILL, hedge.price, hedge.size);
            back = last_command(h);
            assert_int_equal(back.venue, H_LIGHTER);
            assert_int_equal(back.side, SIDE_SELL);
            harness_report(h, back.order, H_LIGHTER, REPORT_FILL, back.price, back.size);
        } else {
            harness_report(h, hedge.order, H_LIGHTER, REPORT_EXPIRED, (struct px){0},
                           (struct qty){0});
        }
        assert_int_equal(job->state, JOB_FAILED);
        assert_true(job_flat(job));
        harness_check(h);
        harness_destroy(h);
    }
}

// Both legs were taken at once, and one of them is not heard of.
static void test_unanswered_leg(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    harness_start(h);
    harness_paper_off(h);
    struct job *job = resting(h);
    struct event_order sell = last_command(h);
    assert_int_equal(sell.venue, H_EXTENDED);
    harness_report(h, sell.order, H_EXTENDED, REPORT_FILL, sell.price,
                   (struct qty){sell.size.v / 2});
    harness_report(h, sell.order, H_EXTENDED, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(job->state, JOB_OPENING);
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(job->state, JOB_UNWINDING);
    harness_check(h);
    harness_destroy(h);
}

// A close that nobody answers is not sent again, and a person is told once.
static void test_unanswered_close(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h);
    harness_control(h, CONTROL_FLATTEN, 0);
    harness_mark(h);
    harness_calm_for(h, 2 * NS_PER_S);
    assert_null(harness_alert(h, "unanswered"));
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(harness_alert(h, "unanswered")->severity, SEVERITY_RED);
    assert_int_equal(harness_count(h, EVENT_ALERT), 2); // both legs
    harness_calm_for(h, 10 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ALERT), 2);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->state, JOB_CLOSING);
    harness_check(h);
    harness_destroy(h);
}

// No row for a job: a late fill, a position to close and an order by hand are told, not forgotten.
static void test_no_job_row(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.rebalance.enabled = false;
    struct job *job = resting(h);
    struct event_order maker = last_command(h);
    harness_control(h, CONTROL_CANCEL_JOB, job->id);
    harness_report(h, maker.order, H_EXTENDED, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    assert_int_equal(job->state, JOB_EXPIRED);
    struct job *filler;
    while (h->desk.jobs.live_count < JOBS_MAX &&
           (filler = job_create(&h->desk.jobs, h->now_ns)) != NULL) {
        filler->state = JOB_HOLDING;
        filler->symbol = H_ETH;
        filler->strategy = STRATEGY_MANUAL;
    }
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    assert_non_null(harness_alert(h, "late_fill"));
    assert_true(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v < 0); // the book has it anyway
    harness_control_at(h, CONTROL_FLATTEN, H_EXTENDED, H_BTC, 0, 0);
    assert_non_null(harness_alert(h, "adopt"));
    harness_mark(h);
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    h->settings.scheduler.jobs_max = JOBS_MAX * 2, h->settings.scheduler.venue_jobs_max = 1000;
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    const struct event *denied = harness_last(h, EVENT_DENIED);
    assert_non_null(denied);
    assert_int_equal(denied->u.denied.verdict.rule, RULE_JOBS_MAX);
    harness_destroy(h);
}

static void test_whom_a_flatten_hits(void **state) {
    (void)state;
    const struct {
        uint16_t venue, symbol;
        bool hit;
    } rows[] = {
        {CONTROL_ANY, CONTROL_ANY, true}, {CONTROL_ANY, H_BTC, true}, {CONTROL_ANY, H_ETH, false},
        {H_LIGHTER, CONTROL_ANY, true},   {H_EXTENDED, H_BTC, true},  {H_BINANCE, H_BTC, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = by_hand();
        struct job *job = holding(h);
        harness_control_at(h, CONTROL_FLATTEN, rows[i].venue, rows[i].symbol, 0, 0);
        assert_int_equal(job->state, rows[i].hit ? JOB_CLOSING : JOB_HOLDING);
        harness_destroy(h);
    }
}

// Where a hedge may go: every reason a venue is passed over.
static void test_best_venue(void **state) {
    (void)state;
    struct harness *h = by_hand();
    const struct desk *desk = &h->desk;
#define BEST(side) execution_best_venue(desk, H_BTC, (side), H_LIGHTER, H_LIGHTER, h->now_ns)
    assert_int_equal(BEST(SIDE_BUY), H_EXTENDED); // 2.5 bps against 4
    assert_int_equal(BEST(SIDE_SELL), H_EXTENDED);
    h->universe.venues[H_EXTENDED].role = VENUE_REFERENCE;
    assert_int_equal(BEST(SIDE_BUY), H_BINANCE);
    h->universe.venues[H_EXTENDED].role = VENUE_TRADE;
    universe_listing(&h->universe, H_EXTENDED, H_BTC)->ready = false;
    assert_int_equal(BEST(SIDE_BUY), H_BINANCE);
    universe_listing(&h->universe, H_EXTENDED, H_BTC)->ready = true;
    h->desk.risk.venues[H_EXTENDED].tripped_until_ns = h->now_ns + 1;
    assert_int_equal(BEST(SIDE_SELL), H_BINANCE);
    h->desk.risk.venues[H_EXTENDED].tripped_until_ns = 0;
    h->desk.mode = DESK_LIVE; // no lane is ready
    assert_int_equal(BEST(SIDE_SELL), VENUE_MAX);
    struct event_lane lane = {.venue = H_BINANCE, .state = LANE_READY, .room = 100};
    harness_input(h, EVENT_LANE_STATE, &lane);
    assert_int_equal(BEST(SIDE_SELL), H_BINANCE);
    h->desk.mode = DESK_PAPER;
    harness_feed(h, H_EXTENDED, FEED_DOWN, 0);
    assert_int_equal(BEST(SIDE_BUY), H_BINANCE);
    h->now_ns += 10 * NS_PER_S; // nobody's quote is fresh
    assert_int_equal(BEST(SIDE_BUY), VENUE_MAX);
#undef BEST
    harness_destroy(h);
}

// Of what waits the best score goes first, of equals the older.
static void test_who_waits_goes_by_score(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.scheduler.jobs_max = 1;
    struct job *first = holding(h);
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .symbol = H_ETH};
    for (int i = 0; i < 3; i++) { // pending: larger ones score higher
        request.venue = i == 0 ? H_EXTENDED : H_BINANCE;
        request.value = (i == 0 ? 50 : 150) * USD_ONE;
        assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
        assert_int_equal(harness_job(h)->state, JOB_PENDING);
    }
    struct job *small = job_find(&h->desk.jobs, first->id + 1);
    struct job *older = job_find(&h->desk.jobs, first->id + 2);
    struct job *newer = job_find(&h->desk.jobs, first->id + 3);
    assert_int_equal(older->final_ppm, newer->final_ppm);
    assert_true(small->final_ppm < older->final_ppm);
    h->settings.scheduler.jobs_max = 2;
    harness_calm(h, (struct bps){0});
    harness_advance(h, H_MS(150));
    assert_int_equal(older->state, JOB_OPENING);
    assert_int_equal(small->state, JOB_PENDING);
    assert_int_equal(newer->state, JOB_PENDING);
    harness_calm_for(h, 6 * NS_PER_S);
    assert_int_equal(small->state, JOB_EXPIRED); // it waited, it never vanishes
    assert_int_equal(newer->state, JOB_EXPIRED);
    harness_destroy(h);
}

// Less than the larger step of both legs can be hedged by no order: it is shown, but it uses up
// nothing of the exposure budget, and what stood before it does.
static void test_dust_costs_no_exposure(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job job = harness_draft(h, STRATEGY_TWAP, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct listing *coarse = universe_listing(&h->universe, H_EXTENDED, H_BTC);
    coarse->step.v = 10 * universe_listing(&h->universe, H_LIGHTER, H_BTC)->step.v;
    struct leg *leg = &job.legs[LEG_BUY];
    leg->opened.v = coarse->step.v - 1;
    job_note_exposure(&h->desk, &job, h->now_ns);
    assert_true(job.unhedged.v > 0);
    job_note_exposure(&h->desk, &job, h->now_ns + 1000 * NS_PER_S);
    assert_int_equal(job.unhedged_usd_s, 0);
    leg->opened.v = coarse->step.v;
    job_note_exposure(&h->desk, &job, h->now_ns + 2000 * NS_PER_S);
    assert_int_equal(job.unhedged_usd_s, 0);
    leg->closed.v = 1;
    int64_t whole = job.unhedged.v;
    job_note_exposure(&h->desk, &job, h->now_ns + 2010 * NS_PER_S);
    assert_int_equal(job.unhedged_usd_s, 10 * whole);
    job_note_exposure(&h->desk, &job, h->now_ns + 3000 * NS_PER_S);
    assert_int_equal(job.unhedged_usd_s, 10 * whole);
    harness_destroy(h);
}

static void fill_all(struct harness *h) {
    while (h->desk.orders.live_count > 0) {
        const struct order *order = &h->desk.orders.orders[h->desk.orders.live[0]];
        harness_report(h, order->id, order->venue, REPORT_FILL, order->price, order_rest(order));
    }
}

// One job after another, each let in a second after what was before.
static void next_job_ends(struct harness *h, bool by_a_person) {
    harness_calm_for(h, NS_PER_S);
    struct job *job = holding(h);
    if (by_a_person) {
        harness_control(h, CONTROL_CANCEL_JOB, job->id);
    } else {
        execution_close(&h->desk, &h->engine.bus, job, true);
        (void)bus_flush(&h->engine.bus);
    }
    fill_all(h);
    assert_int_equal(job->state, JOB_DONE);
}

// A halt after failures is lifted by a person's word alone, and a row of them ends by a job that
// was let in after the last one and went its own way.
static void test_what_ends_a_row_of_failures(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = holding(h), other = {.symbol = H_ETH};
    harness_calm_for(h, NS_PER_S);
    for (int i = 0; i < 3; i++) {
        risk_note_failure(&h->desk, &h->engine.bus, &other);
    }
    (void)bus_flush(&h->engine.bus);
    harness_control_at(h, CONTROL_FLATTEN, CONTROL_ANY, CONTROL_ANY, 0, 0);
    fill_all(h);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(h->desk.risk.failures, 3);
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(risk_check_job(&h->desk, &draft, h->now_ns, NULL).rule, RULE_FAILURES);
    harness_control(h, CONTROL_RESUME, 0);
    assert_int_equal(h->desk.risk.failures, 0);

    job = holding(h);
    harness_calm_for(h, NS_PER_S);
    risk_note_failure(&h->desk, &h->engine.bus, &other);
    execution_close(&h->desk, &h->engine.bus, job, true); // let in before it failed
    (void)bus_flush(&h->engine.bus);
    fill_all(h);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(h->desk.risk.failures, 1);
    next_job_ends(h, true);
    assert_int_equal(h->desk.risk.failures, 1);
    next_job_ends(h, false);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills_that_cannot_be),
        cmocka_unit_test(test_cancel_of_an_unknown_order),
        cmocka_unit_test(test_unanswered_hedge),
        cmocka_unit_test(test_unanswered_leg),
        cmocka_unit_test(test_unanswered_close),
        cmocka_unit_test(test_no_job_row),
        cmocka_unit_test(test_whom_a_flatten_hits),
        cmocka_unit_test(test_best_venue),
        cmocka_unit_test(test_dust_costs_no_exposure),
        cmocka_unit_test(test_what_ends_a_row_of_failures),
        cmocka_unit_test(test_who_waits_goes_by_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
