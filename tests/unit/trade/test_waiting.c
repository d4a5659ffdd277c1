// What a job waits for and what ends it, and what a standing opportunity is told to wait for.
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

// Whether there is a job for it.
static bool submit(struct harness *h, uint16_t venue, int64_t usd) {
    uint32_t before = h->desk.jobs.next_id;
    struct control_request request = {.verb = CONTROL_SUBMIT,
                                      .origin = ORIGIN_TEST,
                                      .venue = venue,
                                      .symbol = H_ETH,
                                      .value = usd * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    return h->desk.jobs.next_id != before;
}

// A limit or the purse may free up: it waits, says for what, and starts as soon as it may. What a
// rule refuses has no job at all.
static void test_what_is_worth_waiting_for(void **state) {
    (void)state;
    static const struct {
        enum rule rule;
        bool waits;
    } rows[] = {
        {RULE_CAPITAL_POOL, true},   {RULE_CAPITAL_IN_FLIGHT, true},  {RULE_JOBS_MAX, true},
        {RULE_VENUE_JOBS_MAX, true}, {RULE_VENUE_NOTIONAL_MAX, true}, {RULE_EXPOSURE_CLOCK, true},
        {RULE_PAUSED, false},        {RULE_REPEAT_MINUTE, false},     {RULE_REPEAT_DAY, false},
        {RULE_STRATEGY_OFF, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = by_hand();
        struct settings before = h->settings;
        switch ((int)rows[i].rule) {
        case RULE_CAPITAL_POOL:
            memset(h->settings.capital.pool_share, 0, sizeof(h->settings.capital.pool_share));
            break;
        case RULE_CAPITAL_IN_FLIGHT:
            h->settings.capital.in_flight_max = (struct bps){0};
            break;
        case RULE_JOBS_MAX:
            h->settings.scheduler.jobs_max = 0;
            break;
        case RULE_VENUE_JOBS_MAX:
            h->settings.scheduler.venue_jobs_max = 0;
            break;
        case RULE_VENUE_NOTIONAL_MAX:
            h->settings.scheduler.venue_notional_max = USD(1);
            break;
        case RULE_EXPOSURE_CLOCK:
            h->settings.risk.unhedged_max.v = -1;
            break;
        case RULE_PAUSED:
            h->desk.status = DESK_PAUSED;
            break;
        case RULE_REPEAT_MINUTE:
            h->settings.risk.repeat_minute_max = 0;
            break;
        case RULE_REPEAT_DAY:
            h->settings.risk.repeat_day_max = 0;
            break;
        default:
            harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 0, STRATEGY_MANUAL);
            break;
        }
        bool waits = submit(h, H_LIGHTER, 200);
        if (waits != rows[i].waits) {
            fail_msg("%s", rule_name(rows[i].rule));
        }
        if (!waits) {
            assert_int_equal(harness_last(h, EVENT_DENIED)->u.denied.verdict.rule, rows[i].rule);
        } else {
            const struct job *job = harness_job(h);
            assert_int_equal(job->state, JOB_PENDING);
            assert_int_equal(job->verdict.rule, rows[i].rule);
            harness_advance(h, H_MS(300));
            assert_int_equal(job->state, JOB_PENDING);
            h->settings = before;
            harness_calm(h, (struct bps){0});
            harness_advance(h, H_MS(100));
            assert_int_equal(job->state, JOB_OPENING);
            assert_int_equal(job->verdict.rule, RULE_NONE);
        }
        harness_destroy(h);
    }
}

// The override goes past the soft rule about money, but money that is not there cannot be reserved:
// the job waits for it all the same.
static void test_override_makes_no_money(void **state) {
    (void)state;
    struct harness *h = by_hand();
    memset(h->settings.capital.pool_share, 0, sizeof(h->settings.capital.pool_share));
    harness_control(h, CONTROL_OVERRIDE, 60);
    assert_true(submit(h, H_LIGHTER, 200));
    const struct job *job = harness_job(h);
    assert_int_equal(job->state, JOB_PENDING);
    assert_int_equal(job->verdict.rule, RULE_CAPITAL_POOL);
    harness_check(h);
    harness_calm_for(h, 6 * NS_PER_S);
    assert_int_equal(job->state, JOB_EXPIRED);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_destroy(h);
}

// Of equals the older goes first, wherever their rows are.
static void test_older_first(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.scheduler.jobs_max = 0;
    const struct job *jobs[3];
    for (int i = 0; i < 3; i++) {
        assert_true(submit(h, H_BINANCE, 150));
        jobs[i] = harness_job(h);
    }
    const struct job *first = jobs[0], *second = jobs[1], *third = jobs[2];
    assert_true(second->final_ppm == third->final_ppm);
    harness_control(h, CONTROL_CANCEL_JOB, first->id); // the third takes its place in the list
    assert_int_equal(first->state, JOB_REFUSED);
    assert_int_equal(first->verdict.rule, RULE_CANCELED);
    h->settings.scheduler.jobs_max = 1;
    harness_calm(h, (struct bps){0});
    harness_advance(h, H_MS(100));
    assert_int_equal(second->state, JOB_OPENING);
    assert_int_equal(third->state, JOB_PENDING);
    harness_destroy(h);
}

// A hedged job that waits keeps the edge it had where there is no price to work out a new one.
static void test_edge_without_a_price(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.scheduler.jobs_max = 0;
    struct control_request request = {.verb = CONTROL_SUBMIT,
                                      .origin = ORIGIN_TEST,
                                      .symbol = H_BTC,
                                      .value = 200 * USD_ONE,
                                      .hedged = true,
                                      .hedge_venue = H_EXTENDED};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    struct job *job = harness_job(h);
    assert_int_equal(job->state, JOB_PENDING);
    harness_advance(h, H_MS(100));
    int64_t edge = job->edge.v;
    harness_calm(h, (struct bps){0});
    struct px mid = harness_mid(H_BTC), up = {mid.v + mid.v / 2000};
    harness_quote(h, H_EXTENDED, H_BTC, up, (struct px){up.v + PX_ONE}, (struct qty){QTY_ONE});
    harness_advance(h, H_MS(100));
    assert_true(job->edge.v > edge);
    edge = job->edge.v;
    harness_quote(h, H_EXTENDED, H_BTC, (struct px){0}, up, (struct qty){QTY_ONE});
    harness_advance(h, H_MS(100)); // what it waits for is a price now: that is not worth it
    assert_int_equal(job->edge.v, edge);
    assert_int_equal(job->state, JOB_REFUSED);
    harness_destroy(h);
}

// Why a standing opportunity is not traded: what a rule says first, then what a limit says.
static void test_explained(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct px mid = harness_mid(H_BTC), up = {mid.v + mid.v / 500};
    harness_advance(h, NS_PER_S);
    harness_calm(h, (struct bps){0});
    harness_quote(h, H_EXTENDED, H_BTC, up, (struct px){up.v + PX_ONE}, (struct qty){QTY_ONE});
    const struct opportunity *opp = scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED);
    assert_non_null(opp);
    uint32_t job = 0;
    struct verdict verdict;
    h->settings.scheduler.jobs_max = 0;
    scheduler_explain_arb(&h->desk, opp, h->now_ns, &job, &verdict);
    assert_int_equal(job, 0);
    assert_int_equal(verdict.rule, RULE_STRATEGY_OFF);
    h->settings.arb.enabled = true;
    scheduler_explain_arb(&h->desk, opp, h->now_ns, &job, &verdict);
    assert_int_equal(verdict.rule, RULE_JOBS_MAX);
    h->desk.status = DESK_PAUSED;
    scheduler_explain_arb(&h->desk, opp, h->now_ns, &job, &verdict);
    assert_int_equal(verdict.rule, RULE_PAUSED);
    harness_destroy(h);
}

// A killed desk closes nothing by itself, whatever the strategy wants: a person decides.
static void test_killed_desk_follows_nothing(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    struct event_order order = harness_last(h, EVENT_ORDER_COMMAND)->u.order;
    harness_report(h, order.order, order.venue, REPORT_FILL, order.price, order.size);
    order = harness_last(h, EVENT_ORDER_COMMAND)->u.order;
    harness_report(h, order.order, order.venue, REPORT_FILL, order.price, order.size);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_control(h, CONTROL_KILL, 0);
    harness_mark(h);
    harness_calm_for(h, 70 * NS_PER_S);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_control(h, CONTROL_CLEAR, 0);
    harness_control(h, CONTROL_RESUME, 0);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(job->state, JOB_CLOSING);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_worth_waiting_for),
        cmocka_unit_test(test_override_makes_no_money),
        cmocka_unit_test(test_older_first),
        cmocka_unit_test(test_edge_without_a_price),
        cmocka_unit_test(test_explained),
        cmocka_unit_test(test_killed_desk_follows_nothing),
    };
    return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
