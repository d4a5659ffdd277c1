// What the scanner finds and the scheduler makes of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

// extended bids `units` of 0.01 bps (on tick) above lighter's ask.
static void cross(struct harness *h, int64_t bps) {
    struct px ask = {harness_mid(H_BTC).v + PX_ONE / 10};
    struct px bid = px_tick_ceil(px_shift_ceil(ask, BPS(bps)), (struct px){PX_ONE / 10});
    harness_quote(h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                  (struct qty){QTY_ONE});
}

static void test_one_standing_row(void **state) {
    (void)state;
    struct harness *h = harness_create();
    assert_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    cross(h, 10);
    const struct opportunity *row = scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED);
    assert_non_null(row);
    assert_null(scanner_find(&h->desk, H_BTC, H_EXTENDED, H_LIGHTER)); // the other direction
    assert_non_null(scanner_find(&h->desk, H_BTC, H_BINANCE, H_EXTENDED));
    int64_t first_ns = h->now_ns;
    assert_in_range(row->gross.v, 1000, 1002);
    assert_int_equal(row->fees.v, 0); // extended rests at 0, lighter takes at 0
    assert_int_equal(row->net.v, row->gross.v);
    assert_int_equal(row->round_trip.v, row->gross.v);
    // 0.4 * 10/20 + 0.3 * 1 + 0.3 * 1
    assert_in_range(scanner_score_ppm(&h->desk, row), 799000, 802000);
    assert_int_equal(harness_count(h, EVENT_OPPORTUNITY_FOUND), 2);
    for (int i = 0; i < 20; i++) {
        harness_advance(h, H_MS(100));
        harness_calm(h, (struct bps){0});
        cross(h, 12);
    }
    assert_int_equal(harness_count(h, EVENT_OPPORTUNITY_FOUND), 2); // one row, not twenty
    row = scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED);
    assert_int_equal(row->first_seen_ns, first_ns);
    assert_int_equal(row->last_seen_ns, h->now_ns);
    assert_in_range(row->gross.v, 1200, 1202);
    harness_calm_for(h, H_MS(800));
    assert_non_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    assert_false(scanner_crossed(&h->desk, row)); // it stands, and nobody trades it
    harness_calm_for(h, H_MS(600));
    assert_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    assert_int_equal(harness_count(h, EVENT_OPPORTUNITY_GONE), 2);
    harness_destroy(h);
}

// With stand_ns a crossing that breaks off begins anew, and what was seen first is its beginning.
static void test_crossing_has_to_stand(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->settings.scanner.stand_ns = H_MS(250);
    cross(h, 10);
    harness_advance(h, H_MS(200));
    cross(h, 11);
    harness_calm(h, (struct bps){0}); // broken off
    harness_advance(h, H_MS(100));
    cross(h, 12);
    int64_t began_ns = h->now_ns;
    harness_advance(h, H_MS(200));
    cross(h, 13);
    assert_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    assert_int_equal(harness_count(h, EVENT_OPPORTUNITY_FOUND), 0);
    harness_advance(h, H_MS(50)); // no quote comes to look again: time does
    const struct opportunity *row = scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED);
    assert_non_null(row);
    assert_int_equal(row->first_seen_ns, began_ns);
    harness_destroy(h);
}

// What was told on a connection that is gone is no price until the next one told one.
static void test_quote_of_a_lost_connection(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_feed(h, H_LIGHTER, FEED_DOWN, 0);
    harness_feed(h, H_LIGHTER, FEED_LIVE, 0);
    cross(h, 10);
    assert_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    assert_non_null(scanner_find(&h->desk, H_BTC, H_BINANCE, H_EXTENDED));
    harness_advance(h, H_MS(1));
    harness_calm(h, (struct bps){0});
    cross(h, 10);
    assert_non_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    harness_destroy(h);
}

// A pair whose usual gross is wider than a series tells never survives its round trip.
static void test_usual_gross_beyond_the_series(void **state) {
    (void)state;
    struct harness *h = harness_create();
    cross(h, 500);
    struct series *series = // [symbol][buy][sell]
        &h->desk.scanner.gross[(H_BTC * H_VENUES + H_LIGHTER) * H_VENUES + H_EXTENDED];
    *series = (struct series){0};
    for (int i = 0; i < SERIES_MAX; i++) {
        series_add(series, 50000);
    }
    struct opportunity pair;
    assert_true(
        scanner_evaluate(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED, USD(200), h->now_ns, &pair));
    assert_true(pair.gross.v > SERIES_VALUE_MAX);
    assert_true(pair.round_trip.v < 0);
    harness_destroy(h);
}

static void test_what_does_not_count(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_advance(h, 6 * NS_PER_S); // lighter and binance are stale now
    cross(h, 10);
    assert_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    harness_control_at(h, CONTROL_VENUE_ROLE, H_LIGHTER, CONTROL_ANY, VENUE_OFF, 0);
    harness_calm(h, (struct bps){0});
    cross(h, 10);
    assert_null(scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED));
    assert_non_null(scanner_find(&h->desk, H_BTC, H_BINANCE, H_EXTENDED));
    harness_destroy(h);
}

// What two venues always differ by looks like an edge to who comes new: for as long as a pair has
// no past, what it shows is taken for that.
static void test_pair_without_a_past(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct series *past = // [symbol][buy][sell]
        &h->desk.scanner.gross[(H_BTC * H_VENUES + H_LIGHTER) * H_VENUES + H_EXTENDED];
    *past = (struct series){0};
    cross(h, 10); // neither venue takes a fee
    const struct opportunity *row = scanner_find(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED);
    assert_int_equal(row->round_trip.v, -1);
    for (int samples = past->count; samples < 4; samples++) {
        series_add(past, 100);
    }
    cross(h, 11);
    assert_int_equal(row->round_trip.v, -1);
    series_add(past, 100);
    cross(h, 12);
    assert_int_equal(row->round_trip.v, row->gross.v - 100);
    *past = (struct series){0};
    series_add(past, 2400); // one sample may be worse than what is seen
    cross(h, 13);
    assert_int_equal(row->round_trip.v, row->gross.v - 2400);
    *past = (struct series){0};
    h->universe.venues[H_EXTENDED].maker_fee.v = -300; // a rebate is no reason
    cross(h, 14);
    assert_int_equal(row->fees.v, -300);
    assert_int_equal(row->round_trip.v, -1);
    harness_destroy(h);
    h = harness_create();
    memset(h->desk.scanner.gross, 0, sizeof(*past) * H_SYMBOLS * H_VENUES * H_VENUES);
    harness_calm_for(h, 2 * NS_PER_S);                    // it has one soon
    for (uint16_t venue = 1; venue < H_VENUES; venue++) { // [BTC][0][venue]
        assert_in_range(h->desk.scanner.gross[venue].count, 5, 6);
    }
    harness_destroy(h);
}

static void test_costs_threshold_and_basis(void **state) {
    (void)state;
    struct harness *h = harness_create();
    cross(h, 10);
    const struct opportunity *row = scanner_find(&h->desk, H_BTC, H_BINANCE, H_EXTENDED);
    assert_int_equal(row->fees.v, 400); // extended rests (saves 2.5), binance takes at 4
    assert_int_equal(row->round_trip.v, row->gross.v - 800);
    assert_int_equal(scanner_threshold(&h->desk, H_BTC, H_BINANCE, H_EXTENDED).v, 0);
    harness_control(h, CONTROL_THRESHOLD, 450);
    assert_int_equal(scanner_threshold(&h->desk, H_BTC, H_BINANCE, H_EXTENDED).v, 450);
    h->desk.threshold.v = -1;
    struct series *series = // [symbol][buy][sell]
        &h->desk.scanner.gross[(H_BTC * H_VENUES + H_BINANCE) * H_VENUES + H_EXTENDED];
    *series = (struct series){0};
    for (int i = 0; i < SERIES_MAX; i++) { // about 2.5 bps around 0: half of 5
        series_add(series, i % 2 == 0 ? 250 : -250);
    }
    int64_t moving = scanner_threshold(&h->desk, H_BTC, H_BINANCE, H_EXTENDED).v;
    assert_in_range(moving, 200, 500);
    h->universe.venues[H_EXTENDED].quote_currency = CURRENCY_USDC;
    struct opportunity pair;
    h->settings.scanner.basis_mode = BASIS_FIXED;
    h->settings.scanner.basis_fixed = BPS(3);
    assert_true(
        scanner_evaluate(&h->desk, H_BTC, H_BINANCE, H_EXTENDED, USD(200), h->now_ns, &pair));
    assert_int_equal(pair.basis.v, 300);
    assert_int_equal(pair.net.v, pair.gross.v - 300 - 400);
    h->settings.scanner.basis_mode = BASIS_OFF;
    assert_true(
        scanner_evaluate(&h->desk, H_BTC, H_BINANCE, H_EXTENDED, USD(200), h->now_ns, &pair));
    assert_int_equal(pair.basis.v, 0);
    harness_destroy(h);
}

static struct harness *with_arb(void) {
    struct harness *h = harness_prepare();
    h->settings.arb.enabled = true;
    harness_start(h);
    h->now_ns += NS_PER_S;
    harness_calm(h, (struct bps){0});
    harness_mark(h);
    return h;
}

// What the pair pays over the holding time is part of what is expected of it. Rates come per hour,
// whatever a venue's interval is.
static void test_funding_counts_in_the_edge(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct rate dear = {INT64_C(3600000000)}; // 36 bps an hour: 0.2 in the 20 s of a job
    harness_funding(h, H_LIGHTER, H_BTC, dear, h->now_ns + 3600 * NS_PER_S);
    for (int back = 0; back < 2; back++) {
        uint16_t buy = back ? H_EXTENDED : H_LIGHTER, sell = back ? H_LIGHTER : H_EXTENDED;
        struct opportunity pair;
        assert_true(scanner_evaluate(&h->desk, H_BTC, buy, sell, USD(200), h->now_ns, &pair));
        assert_int_equal(pair.funding.v, back ? -20 : 20);
        struct job draft;
        scheduler_draft(&h->desk, STRATEGY_ARB, &pair, USD(200), &draft);
        assert_int_equal(draft.edge.v, pair.net.v - pair.funding.v);
    }
    harness_destroy(h);
}

// A pair named to be first is compared first: its opportunity is told before the others'.
static void test_priority_pairs_come_first(void **state) {
    (void)state;
    for (uint16_t first = H_LIGHTER; first <= H_BINANCE; first += H_BINANCE - H_LIGHTER) {
        struct harness *h = harness_prepare();
        h->settings.scanner.priority_count = 1;
        h->settings.scanner.priority[0][0] = first;
        h->settings.scanner.priority[0][1] = H_EXTENDED;
        harness_start(h);
        cross(h, 10); // extended bids above both
        const struct event *found = harness_find(h, EVENT_OPPORTUNITY_FOUND);
        assert_non_null(found);
        assert_int_equal(found->u.opportunity.buy_venue, first);
        harness_destroy(h);
    }
}

static void test_one_job_per_standing_opportunity(void **state) {
    (void)state;
    struct harness *h = with_arb();
    cross(h, 10);
    assert_int_equal(h->desk.jobs.live_count, 1);
    uint32_t id = scheduler_job_on(&h->desk, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED);
    assert_int_not_equal(id, 0);
    for (int i = 0; i < 10; i++) {
        harness_advance(h, H_MS(300));
        harness_calm(h, (struct bps){0});
        cross(h, 10);
    }
    uint32_t on = 0;
    for (uint32_t i = 0; i < h->desk.jobs.live_count; i++) {
        const struct job *job = &h->desk.jobs.jobs[h->desk.jobs.live[i]];
        on += job->legs[LEG_BUY].venue == H_LIGHTER && job->legs[LEG_SELL].venue == H_EXTENDED;
    }
    assert_int_equal(on, 1);
    harness_check(h);
    harness_destroy(h);
}

static void test_limits(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = harness_draft(h, STRATEGY_MANUAL, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule, RULE_NONE);
    struct job *other = job_create(&h->desk.jobs, h->now_ns);
    other->state = JOB_HOLDING;
    other->legs[LEG_BUY].venue = H_LIGHTER;
    other->legs[LEG_SELL].venue = H_BINANCE;
    other->notional = USD(1000);
    struct settings_scheduler *s = &h->settings.scheduler;
    s->jobs_max = 1;
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule, RULE_JOBS_MAX);
    s->jobs_max = 2, s->venue_jobs_max = 1;
    struct verdict v = scheduler_check_limits(&h->desk, &job, h->now_ns);
    assert_int_equal(v.rule, RULE_VENUE_JOBS_MAX);
    assert_int_equal(v.venue, H_LIGHTER);
    s->venue_jobs_max = 2, s->venue_notional_max.v = 1000 * USD_ONE + job.notional.v - 1;
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule,
                     RULE_VENUE_NOTIONAL_MAX);
    s->venue_notional_max.v++;
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule, RULE_NONE);
    other->unhedged.v = 500 * USD_ONE + 1;
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule, RULE_EXPOSURE_CLOCK);
    other->unhedged.v = 500 * USD_ONE;
    struct last_minute *admitted = &h->desk.scheduler.symbols[H_BTC].admitted;
    for (int i = 0; i < 20; i++) {
        last_minute_add(admitted, h->now_ns);
    }
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule, RULE_REPEAT_MINUTE);
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns + 60 * NS_PER_S).rule,
                     RULE_REPEAT_MINUTE);
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns + 61 * NS_PER_S).rule,
                     RULE_NONE);
    h->desk.scheduler.day = h->now_ns / (86400 * NS_PER_S);
    *admitted = (struct last_minute){0};
    h->desk.scheduler.day_jobs = 2000;
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule, RULE_REPEAT_DAY);
    h->desk.risk.strategies_off = 1 << STRATEGY_MANUAL;
    assert_int_equal(scheduler_check_limits(&h->desk, &job, h->now_ns).rule, RULE_STRATEGY_OFF);
    harness_destroy(h);
}

// Waits for a limit, starts when it frees up (and then is no failure when nobody fills it), or
// expires with the reason it waited for.
static void test_pending(void **state) {
    (void)state;
    for (int frees = 0; frees < 2; frees++) {
        struct harness *h = with_arb();
        h->settings.scheduler.jobs_max = 0;
        cross(h, 10);
        struct job *job = harness_job(h);
        assert_non_null(job);
        assert_int_equal(job->state, JOB_PENDING);
        assert_int_equal(job->verdict.rule, RULE_JOBS_MAX);
        if (frees) {
            h->settings.scheduler.jobs_max = 50;
        }
        for (int i = 0; i < 26; i++) {
            harness_advance(h, H_MS(200));
            harness_calm(h, (struct bps){0});
            cross(h, 10);
        }
        if (frees) {
            assert_int_equal(job->state, JOB_OPENING);
            assert_int_equal(job->verdict.rule, RULE_NONE);
        } else {
            assert_int_equal(job->state, JOB_EXPIRED);
            assert_int_equal(job->verdict.rule, RULE_JOBS_MAX);
        }
        assert_int_equal(h->desk.risk.failures, 0);
        harness_check(h);
        harness_destroy(h);
    }
}

// The crossing ends between the quote that found it and the moment a job may start.
static void test_gone_edge_is_not_traded(void **state) {
    (void)state;
    struct harness *h = with_arb();
    h->settings.scheduler.jobs_max = 0;
    cross(h, 10);
    struct job *job = harness_job(h);
    harness_calm(h, (struct bps){0}); // gone, still standing
    h->settings.scheduler.jobs_max = 50;
    harness_advance(h, H_MS(300));
    assert_int_equal(job->state, JOB_REFUSED);
    harness_calm(h, (struct bps){0});
    assert_int_equal(h->desk.jobs.live_count, 0);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_standing_row),
        cmocka_unit_test(test_what_does_not_count),
        cmocka_unit_test(test_crossing_has_to_stand),
        cmocka_unit_test(test_quote_of_a_lost_connection),
        cmocka_unit_test(test_usual_gross_beyond_the_series),
        cmocka_unit_test(test_pair_without_a_past),
        cmocka_unit_test(test_costs_threshold_and_basis),
        cmocka_unit_test(test_funding_counts_in_the_edge),
        cmocka_unit_test(test_priority_pairs_come_first),
        cmocka_unit_test(test_one_job_per_standing_opportunity),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_pending),
        cmocka_unit_test(test_gone_edge_is_not_traded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
