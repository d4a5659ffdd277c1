// The strategies beyond arbitrage and hedged volume, over the paper venue: a person's orders, TWAP,
// take-profit, hedge rebalance, MACD; and what flatten and the kill switch do to a position that no
// job holds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control_text.h"
#include "harness.h"

#define TICK (PX_ONE / 10)

static struct harness *taking(void) { // both sides take at once: no waiting for makers
    struct harness *h = harness_prepare();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    return h;
}

static void submit(struct harness *h, const char *words) {
    struct control_request request = {.origin = ORIGIN_TEST};
    assert_int_equal(control_parse_submit(slice_of(words), &h->universe, &request), STATUS_OK);
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
}

static int64_t net(const struct harness *h, uint16_t venue) {
    return position_of(&h->desk, venue, H_BTC)->net.v;
}

// A position from before: no job holds it.
static void put(struct harness *h, uint16_t venue, int64_t size) {
    struct position position = *position_of(&h->desk, venue, H_BTC);
    position_apply(&position, size > 0 ? SIDE_BUY : SIDE_SELL, harness_mid(H_BTC),
                   (struct qty){size > 0 ? size : -size}, (struct usd){0});
    position_put(&h->desk, venue, H_BTC, &position);
}

static void calm_at(struct harness *h, struct bps shift, int64_t ns) {
    for (int64_t end_ns = h->now_ns + ns; h->now_ns < end_ns;) {
        harness_calm(h, shift);
        harness_advance(h, H_MS(200));
    }
}

static void test_submit_one_leg(void **state) {
    (void)state;
    for (int side = SIDE_BUY; side <= SIDE_SELL; side++) {
        struct harness *h = taking();
        harness_start(h);
        submit(h, side == SIDE_BUY ? "buy lighter BTC/USDT 300" : "sell lighter BTC/USDT 300");
        harness_advance(h, H_MS(10));
        struct job *job = harness_job(h);
        assert_int_equal(job->strategy, STRATEGY_MANUAL);
        assert_int_equal(job->state, JOB_HOLDING);
        assert_true(job->single);
        int64_t size = job->legs[job->only].opened.v;
        assert_in_range(size, 499000, 500000); // 300 USD at 60 000
        assert_int_equal(net(h, H_LIGHTER), side == SIDE_BUY ? size : -size);
        assert_int_equal(job->unhedged.v, 0); // it was asked for
        assert_int_equal(h->desk.capital.venues[H_LIGHTER].purse.used[POOL_ARB].v, job->notional.v);
        harness_check(h);
        harness_calm_for(h, 60 * NS_PER_S);
        assert_int_equal(job->state, JOB_HOLDING); // until a person says so
        const struct event *told = harness_last(h, EVENT_JOB_STATE);
        assert_int_equal(told->u.job.legs, 1);
        harness_control(h, CONTROL_CANCEL_JOB, job->id);
        harness_advance(h, H_MS(10));
        assert_int_equal(job->state, JOB_DONE);
        assert_int_equal(net(h, H_LIGHTER), 0);
        harness_check(h);
        harness_destroy(h);
    }
}

// Where the mode lets it rest it rests first, and what that did not get is taken.
static void test_submit_rests_then_takes(void **state) {
    (void)state;
    struct harness *h = harness_create();
    submit(h, "buy extended BTC/USDT 300");
    struct job *job = harness_job(h);
    assert_int_equal(harness_last(h, EVENT_ORDER_COMMAND)->u.order.type, ORDER_POST_ONLY);
    harness_calm_for(h, 29 * NS_PER_S);
    assert_int_equal(job->state, JOB_OPENING);
    assert_int_equal(net(h, H_EXTENDED), 0);
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(harness_last(h, EVENT_ORDER_COMMAND)->u.order.type, ORDER_IOC);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(net(h, H_EXTENDED), job->legs[LEG_BUY].target.v);
    harness_check(h);
    harness_destroy(h);
}

static void test_submit_hedged(void **state) {
    (void)state;
    struct harness *h = taking();
    harness_start(h);
    submit(h, "sell lighter BTC/USDT 300 against binance");
    harness_advance(h, H_MS(10));
    struct job *job = harness_job(h);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_false(job->single);
    assert_true(net(h, H_LIGHTER) < 0);
    assert_int_equal(net(h, H_BINANCE), -net(h, H_LIGHTER));
    harness_control_at(h, CONTROL_FLATTEN, H_BINANCE, CONTROL_ANY, 0, 0);
    harness_advance(h, H_MS(10));
    assert_int_equal(job->state, JOB_DONE);
    harness_check(h);
    harness_destroy(h);
}

static void refused(struct harness *h, const char *words, enum rule rule) {
    harness_mark(h);
    submit(h, words);
    const struct event *denied = harness_last(h, EVENT_DENIED);
    assert_non_null(denied);
    assert_string_equal(rule_name((enum rule)denied->u.denied.verdict.rule), rule_name(rule));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
}

static void test_submit_passes_risk(void **state) {
    (void)state;
    struct harness *h = harness_create();
    refused(h, "buy lighter BTC/USDT 1100", RULE_CAPITAL_SINGLE);
    refused(h, "buy lighter BTC/USDT 600", RULE_ORDER_NOTIONAL);
    refused(h, "buy lighter BTC/USDT 1", RULE_ORDER_SMALL);
    harness_control(h, CONTROL_PAUSE, 0);
    refused(h, "buy lighter BTC/USDT 300", RULE_PAUSED);
    harness_control(h, CONTROL_RESUME, 0);
    harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 0, STRATEGY_MANUAL);
    refused(h, "buy lighter BTC/USDT 300", RULE_STRATEGY_OFF);
    harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 1, STRATEGY_MANUAL);
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){0}, (struct px){0}, (struct qty){0});
    refused(h, "buy lighter BTC/USDT 300", RULE_NO_QUOTE);
    refused(h, "buy binance BTC/USDT 300 against lighter", RULE_NO_QUOTE);
    harness_destroy(h);
}

// What waits for a limit can be cancelled before it ever runs.
static void test_cancel_what_waits(void **state) {
    (void)state;
    struct harness *h = taking();
    h->settings.scheduler.jobs_max = 1;
    harness_start(h);
    submit(h, "buy lighter BTC/USDT 300");
    submit(h, "buy extended BTC/USDT 300");
    struct job *waits = harness_job(h);
    assert_int_equal(waits->state, JOB_PENDING);
    assert_int_equal(waits->verdict.rule, RULE_JOBS_MAX);
    harness_control(h, CONTROL_CANCEL_JOB, waits->id);
    assert_int_equal(waits->state, JOB_REFUSED);
    assert_int_equal(waits->verdict.rule, RULE_CANCELED);
    harness_check(h);
    harness_destroy(h);
}

static struct harness *rich(void) {
    struct harness *h = taking();
    h->settings.capital.equity_start = USD(100000);
    return h;
}

static void test_twap_in_even_parts(void **state) {
    (void)state;
    struct harness *h = rich();
    harness_start(h);
    int64_t from_ns = h->now_ns;
    submit(h, "buy lighter BTC/USDT 3000"); // above 1000: spread over 60 s, ten parts
    struct job *job = harness_job(h);
    assert_int_equal(job->strategy, STRATEGY_TWAP);
    assert_int_equal(job->slices, 10);
    for (int part = 0; part < 10; part++) {
        harness_calm_for(h, from_ns + (part * 6 + 5) * NS_PER_S - h->now_ns);
        int64_t due = mul_div_floor(job->legs[LEG_BUY].target.v, part + 1, 10);
        int64_t have = net(h, H_LIGHTER);
        assert_in_range(have, due - QTY_ONE / 10000, due);
        assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), part + 1);
    }
    assert_int_equal(net(h, H_LIGHTER), job->legs[LEG_BUY].target.v);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_check(h);
    harness_destroy(h);

    h = taking(); // "over" spreads a small one too, but no part is below what a venue takes
    harness_start(h);
    submit(h, "sell lighter BTC/USDT 30 over 10");
    job = harness_job(h);
    assert_int_equal(job->strategy, STRATEGY_TWAP);
    assert_int_equal(job->slices, 5); // 0.0005 in parts of 0.0001
    harness_calm_for(h, 11 * NS_PER_S);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(net(h, H_LIGHTER), -job->legs[LEG_SELL].target.v);
    harness_check(h);
    harness_destroy(h);
}

// Where it may rest each part rests for its own slice only; what it missed is taken.
static void test_twap_rests_within_its_slice(void **state) {
    (void)state;
    struct harness *h = harness_create();
    submit(h, "buy extended BTC/USDT 300 over 10");
    struct job *job = harness_job(h);
    assert_int_equal(job->strategy, STRATEGY_TWAP);
    assert_int_equal(harness_last(h, EVENT_ORDER_COMMAND)->u.order.type, ORDER_POST_ONLY);
    harness_calm_for(h, 9 * NS_PER_S);
    assert_true(net(h, H_EXTENDED) > job->legs[LEG_BUY].target.v / 2);
    assert_int_equal(job->state, JOB_OPENING);
    harness_calm_for(h, 3 * NS_PER_S);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(net(h, H_EXTENDED), job->legs[LEG_BUY].target.v);
    harness_check(h);
    harness_destroy(h);
}

static void test_twap_of_two_legs(void **state) {
    (void)state;
    struct harness *h = taking();
    harness_start(h);
    submit(h, "sell lighter BTC/USDT 300 against extended over 10");
    struct job *job = harness_job(h);
    assert_int_equal(job->slices, 10);
    for (int i = 0; i < 11; i++) {
        harness_calm_for(h, NS_PER_S);
        assert_int_equal(net(h, H_LIGHTER), -net(h, H_EXTENDED));
        harness_check(h);
    }
    assert_int_equal(net(h, H_LIGHTER), -job->legs[LEG_SELL].target.v);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_destroy(h);
}

// A part that found nothing is the next one's; a cancel in between keeps nothing.
static void test_twap_catches_up(void **state) {
    (void)state;
    struct harness *h = rich();
    harness_start(h);
    submit(h, "buy lighter BTC/USDT 3000");
    struct job *job = harness_job(h);
    harness_calm_for(h, 5 * NS_PER_S);
    int64_t first = net(h, H_LIGHTER);
    assert_true(first > 0);
    for (int i = 0; i < 30; i++) { // a market out of the collar's reach
        harness_calm(h, (struct bps){0});
        struct px far = px_shift_floor(harness_mid(H_BTC), BPS(40));
        harness_quote(h, H_LIGHTER, H_BTC, far, (struct px){far.v + TICK}, (struct qty){QTY_ONE});
        harness_advance(h, H_MS(200));
    }
    assert_int_equal(net(h, H_LIGHTER), first);
    harness_calm_for(h, 10 * NS_PER_S);
    assert_true(net(h, H_LIGHTER) > 3 * first - QTY_ONE / 1000);
    assert_int_equal(job->state, JOB_OPENING);
    harness_control(h, CONTROL_CANCEL_JOB, job->id);
    harness_advance(h, H_MS(300));
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(net(h, H_LIGHTER), 0);
    harness_check(h);
    harness_destroy(h);
}

// What parts missed adds up, but no order of it is larger than a rule lets one be.
static void test_twap_catches_up_within_the_rules(void **state) {
    (void)state;
    for (int share = 0; share < 2; share++) {
        struct harness *h = rich();
        if (share) {
            h->settings.risk.order_share_max = BPS(40); // of 100000
        } else {
            h->settings.risk.order_max = USD(400);
        }
        harness_start(h);
        submit(h, "buy lighter BTC/USDT 3000");
        struct job *job = harness_job(h);
        for (int i = 0; i < 100; i++) { // a market out of the collar's reach for three parts
            harness_calm(h, (struct bps){0});
            struct px far = px_shift_floor(harness_mid(H_BTC), BPS(40));
            harness_quote(h, H_LIGHTER, H_BTC, far, (struct px){far.v + TICK},
                          (struct qty){QTY_ONE});
            harness_advance(h, H_MS(200));
        }
        harness_mark(h);
        harness_calm_for(h, 45 * NS_PER_S);
        assert_int_equal(job->state, JOB_HOLDING);
        assert_in_range(net(h, H_LIGHTER), job->legs[LEG_BUY].target.v - QTY_ONE / 10000,
                        job->legs[LEG_BUY].target.v);
        uint32_t orders = 0;
        for (uint32_t i = h->mark; i < h->count; i++) {
            const struct event *event = &h->events[i];
            if (event->header.kind == EVENT_ORDER_COMMAND) {
                struct usd most = usd_notional_near(event->u.order.price, event->u.order.size);
                assert_true(most.v < USD(400).v);
                orders++;
            }
        }
        assert_in_range(orders, 7, 12);
        harness_check(h);
        harness_destroy(h);
    }
}

static void test_take_profit(void **state) {
    (void)state;
    for (int falls = 0; falls < 2; falls++) {
        struct harness *h = taking();
        h->settings.take_profit.enabled = true;
        h->settings.risk.fast_move = BPS(5000);
        harness_start(h);
        submit(h, "buy lighter BTC/USDT 300");
        harness_advance(h, H_MS(10));
        struct job *job = harness_job(h);
        calm_at(h, BPS(45), NS_PER_S);
        assert_int_equal(job->state, JOB_HOLDING);
        assert_true(job->best.v > 0);
        calm_at(h, falls ? BPS(20) : BPS(52), NS_PER_S);
        assert_int_equal(job->state, falls ? JOB_HOLDING : JOB_DONE);
        if (falls) { // 31 below its best
            calm_at(h, BPS(14), NS_PER_S);
            assert_int_equal(job->state, JOB_DONE);
        }
        assert_true(job_cash(job).v > 0);
        harness_check(h);
        harness_destroy(h);
    }
}

static void test_take_profit_takes_over(void **state) {
    (void)state;
    struct harness *h = taking();
    h->settings.take_profit.enabled = true;
    h->settings.rebalance.enabled = false;
    h->settings.risk.fast_move = BPS(5000);
    harness_start(h);
    put(h, H_EXTENDED, -QTY_ONE / 100);
    harness_calm_for(h, 2 * NS_PER_S);
    struct job *job = harness_job(h);
    assert_non_null(job);
    assert_int_equal(job->strategy, STRATEGY_TAKE_PROFIT);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(job->legs[LEG_SELL].opened.v, QTY_ONE / 100);
    harness_check(h);
    calm_at(h, BPS(-60), NS_PER_S);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(net(h, H_EXTENDED), 0);
    assert_int_equal(h->desk.jobs.live_count, 0);
    harness_check(h);
    harness_destroy(h);
}

static void test_rebalance(void **state) {
    (void)state;
    struct harness *h = harness_create();
    put(h, H_LIGHTER, QTY_ONE / 100);
    put(h, H_EXTENDED, -QTY_ONE / 100); // it stands against the other
    harness_calm_for(h, 10 * NS_PER_S);
    assert_int_equal(h->desk.jobs.live_count, 0);
    put(h, H_EXTENDED, QTY_ONE / 100 - QTY_ONE / 2000); // net long 0.0095
    harness_calm_for(h, 4 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0); // patience
    harness_calm_for(h, 3 * NS_PER_S);
    struct job *job = harness_job(h);
    assert_int_equal(job->strategy, STRATEGY_HEDGE_REBALANCE);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(net(h, H_LIGHTER), QTY_ONE / 2000); // what still offsets the other stays
    assert_int_equal(net(h, H_EXTENDED), -QTY_ONE / 2000);
    assert_int_equal(harness_last(h, EVENT_ORDER_COMMAND)->u.order.reduce_only, 1);
    harness_calm_for(h, 10 * NS_PER_S);
    assert_int_equal(harness_job(h)->id, job->id);
    put(h, H_BINANCE, -QTY_ONE / 2000); // 30 USD: within max_drift_usd
    harness_calm_for(h, 10 * NS_PER_S);
    assert_int_equal(harness_job(h)->id, job->id);
    harness_destroy(h);

    h = harness_create(); // a job's own gap is the job's
    harness_paper_off(h);
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    job = harness_open(h, &draft);
    struct event_order maker = harness_last(h, EVENT_ORDER_COMMAND)->u.order;
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    harness_calm_for(h, 20 * NS_PER_S);
    assert_int_equal(harness_job(h)->id, job->id);
    harness_destroy(h);
}

// A halted desk closes nothing that no person ordered closed, whether it was halted before the
// rebalance began or half-way; the same for a kill. A flatten is such an order.
static void test_rebalance_waits_when_stopped(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_control(h, CONTROL_STATE, TRADING_HALTED);
    put(h, H_LIGHTER, QTY_ONE / 100);
    harness_calm_for(h, 10 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(h->desk.jobs.live_count, 0);
    harness_control(h, CONTROL_STATE, TRADING_REDUCING); // it lowers exposure
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(net(h, H_LIGHTER), 0);
    harness_destroy(h);

    for (int kill = 0; kill < 2; kill++) {
        h = harness_create();
        harness_paper_off(h);
        put(h, H_LIGHTER, QTY_ONE / 100);
        harness_calm_for(h, 7 * NS_PER_S);
        struct job *job = harness_job(h);
        assert_int_equal(job->state, JOB_CLOSING);
        struct event_order order = harness_last(h, EVENT_ORDER_COMMAND)->u.order;
        harness_control(h, kill ? CONTROL_KILL : CONTROL_STATE, kill ? 0 : TRADING_HALTED);
        harness_mark(h);
        harness_report(h, order.order, H_LIGHTER, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
        harness_calm_for(h, 5 * NS_PER_S);
        assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
        assert_int_equal(job->state, JOB_CLOSING);
        harness_control_at(h, CONTROL_FLATTEN, H_LIGHTER, H_BTC, 0, 0);
        harness_calm_for(h, NS_PER_S);
        assert_true(harness_count(h, EVENT_ORDER_COMMAND) > 0);
        assert_int_equal(harness_last(h, EVENT_ORDER_COMMAND)->u.order.phase, LEG_CLOSE);
        harness_check(h);
        harness_destroy(h);
    }
}

// It has bought in a rising market, after a flat one.
static struct harness *macd_holding(void) {
    struct harness *h = taking();
    h->settings.macd.enabled = true;
    h->settings.macd.period_ns = NS_PER_S;
    h->settings.macd.fast = 3, h->settings.macd.slow = 6, h->settings.macd.signal = 3;
    h->settings.risk.fast_move = BPS(5000);
    harness_start(h);
    calm_at(h, BPS(0), 15 * NS_PER_S);
    assert_int_equal(h->desk.jobs.live_count, 0); // nothing turns in a flat market
    for (int i = 1; i <= 5; i++) {
        calm_at(h, BPS(2 * i), NS_PER_S);
    }
    return h;
}

static void test_macd(void **state) {
    (void)state;
    struct harness *h = macd_holding();
    struct job *job = harness_job(h);
    assert_non_null(job);
    assert_int_equal(job->strategy, STRATEGY_MACD);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(job->only, LEG_BUY);
    assert_int_equal(job->legs[LEG_BUY].venue, H_LIGHTER); // no fee there
    assert_int_equal(h->desk.jobs.live_count, 2);          // one per symbol
    for (int i = 4; i >= -4 && job_live(job); i--) {
        calm_at(h, BPS(2 * i), NS_PER_S);
    }
    assert_int_equal(job->state, JOB_DONE);
    harness_check(h);
    harness_destroy(h);
}

// Switched off it opens nothing more, but what it holds closes by its signal as ever.
static void test_macd_that_is_off(void **state) {
    (void)state;
    struct harness *h = macd_holding();
    struct job *job = harness_job(h);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 0, STRATEGY_MACD);
    for (int i = 4; i >= -4 && job_live(job); i--) {
        calm_at(h, BPS(2 * i), NS_PER_S);
    }
    assert_int_equal(job->state, JOB_DONE);
    uint32_t opened = h->desk.jobs.next_id;
    for (int i = -20; i <= 20; i++) {
        calm_at(h, BPS(2 * i), NS_PER_S);
    }
    assert_int_equal(h->desk.jobs.next_id, opened);
    harness_check(h);
    harness_destroy(h);
}

// Flatten and the kill switch mean positions, not jobs.
static void test_flatten_what_no_job_holds(void **state) {
    (void)state;
    for (int kill = 0; kill < 2; kill++) {
        struct harness *h = harness_create();
        h->settings.rebalance.enabled = false;
        put(h, H_LIGHTER, QTY_ONE / 100);
        put(h, H_EXTENDED, -QTY_ONE / 100);
        if (kill) {
            harness_control(h, CONTROL_KILL, 1);
        } else {
            harness_control_at(h, CONTROL_FLATTEN, H_LIGHTER, H_BTC, 0, 0);
        }
        harness_advance(h, H_MS(300));
        assert_int_equal(net(h, H_LIGHTER), 0);
        assert_int_equal(net(h, H_EXTENDED), kill ? 0 : -QTY_ONE / 100);
        if (kill) {
            assert_string_equal(harness_alert(h, "kill")->text,
                                "flattened: positions left: gross 0.00 USD");
        }
        harness_destroy(h);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_submit_one_leg),
        cmocka_unit_test(test_submit_rests_then_takes),
        cmocka_unit_test(test_submit_hedged),
        cmocka_unit_test(test_submit_passes_risk),
        cmocka_unit_test(test_cancel_what_waits),
        cmocka_unit_test(test_twap_in_even_parts),
        cmocka_unit_test(test_twap_rests_within_its_slice),
        cmocka_unit_test(test_twap_of_two_legs),
        cmocka_unit_test(test_twap_catches_up),
        cmocka_unit_test(test_twap_catches_up_within_the_rules),
        cmocka_unit_test(test_take_profit),
        cmocka_unit_test(test_take_profit_takes_over),
        cmocka_unit_test(test_rebalance),
        cmocka_unit_test(test_rebalance_waits_when_stopped),
        cmocka_unit_test(test_macd),
        cmocka_unit_test(test_macd_that_is_off),
        cmocka_unit_test(test_flatten_what_no_job_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
