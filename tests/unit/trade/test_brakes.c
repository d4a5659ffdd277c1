// What holds a desk back holds back the one that comes after it: a strategy that is off, the losing
// jobs on the way there, the day's jobs, the peaks its drawdowns are measured from.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/table.h"
#include "harness.h"

enum { LOSING_MAX = 5 };

// The desk that reads the journal of one that ends here.
static struct harness *after(struct harness *dead, bool live, int64_t down_ns,
                             struct usd equity_start) {
    struct recall *recall = malloc(sizeof(*recall));
    assert_non_null(recall);
    recall_init(recall);
    for (uint32_t i = 0; i < dead->count; i++) {
        recall_event(recall, &dead->events[i]);
    }
    struct harness *h = harness_prepare();
    h->now_ns = dead->now_ns + down_ns;
    h->settings.capital.equity_start = equity_start;
    harness_start(h);
    if (live) {
        capital_start(&h->desk.capital, DESK_LIVE, &h->settings, H_VENUES);
    }
    harness_tell_past(h, recall, live);
    free(recall);
    harness_destroy(dead);
    return h;
}

static struct harness *restarted(struct harness *dead) {
    return after(dead, false, NS_PER_S, dead->settings.capital.equity_start);
}

static void lose(struct harness *h, enum strategy strategy, int times) {
    struct job job = {.strategy = strategy, .notional = USD(100)};
    for (int i = 0; i < times; i++) {
        risk_note_ended(&h->desk, &h->engine.bus, &job, USD(-1));
    }
    (void)bus_flush(&h->engine.bus);
}

static enum rule limit(struct harness *h, enum strategy strategy) {
    struct job draft = harness_draft(h, strategy, H_BTC, H_LIGHTER, H_EXTENDED, USD(100));
    return (enum rule)scheduler_check_limits(&h->desk, &draft, h->now_ns).rule;
}

static void switch_manual(struct harness *h, bool on) {
    harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, on, STRATEGY_MANUAL);
}

// Until a person switches it on, whoever switched it off, and over any number of restarts.
static void test_strategy_stays_off(void **state) {
    (void)state;
    for (int by_hand = 0; by_hand < 2; by_hand++) {
        struct harness *h = harness_create();
        if (by_hand) {
            switch_manual(h, false);
        } else {
            lose(h, STRATEGY_MANUAL, LOSING_MAX);
        }
        for (int restarts = 0; restarts < 3; restarts++) {
            h = restarted(h);
            assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_STRATEGY_OFF);
        }
        switch_manual(h, true);
        h = restarted(h);
        assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_NONE);
        harness_destroy(h);
    }
}

static void test_losing_goes_on(void **state) {
    (void)state;
    struct harness *h = harness_create();
    lose(h, STRATEGY_MANUAL, LOSING_MAX - 1);
    h = restarted(restarted(h));
    assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_NONE);
    lose(h, STRATEGY_TWAP, 1); // another one's
    assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_NONE);
    lose(h, STRATEGY_MANUAL, 1);
    assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_STRATEGY_OFF);
    harness_destroy(h);
}

// One leg fills, the other finds nothing: the first is sold back for less, with two fees.
static struct job *fail_with_a_loss(struct harness *h) {
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    harness_mark(h);
    struct job *job = harness_open(h, &draft);
    struct event_order buy = harness_find(h, EVENT_ORDER_COMMAND)->u.order;
    struct event_order sell = harness_last(h, EVENT_ORDER_COMMAND)->u.order;
    harness_report(h, buy.order, H_LIGHTER, REPORT_FILL, buy.price, buy.size);
    harness_report(h, sell.order, H_EXTENDED, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
    struct event_order back = harness_last(h, EVENT_ORDER_COMMAND)->u.order;
    assert_int_equal(back.phase, LEG_UNWIND);
    harness_report(h, back.order, H_LIGHTER, REPORT_FILL, back.price, back.size);
    assert_int_equal(job->state, JOB_FAILED);
    assert_true(job_cash(job).v < 0);
    return job;
}

// A loss is one whether the job failed or was done; a failure stays one whatever it brought.
static void test_losing_and_failed(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    h->settings.execution.partial_fill = PARTIAL_UNWIND;
    h->settings.risk.cool_down_ns = 0;
    harness_start(h);
    harness_paper_off(h);
    assert_int_equal(h->settings.risk.losing_max, LOSING_MAX);
    for (uint32_t i = 1; i < LOSING_MAX; i++) {
        (void)fail_with_a_loss(h);
        assert_int_equal(h->desk.risk.losing[STRATEGY_ARB], i);
        assert_int_equal(h->desk.risk.failures, 1);
        assert_int_equal(h->desk.risk.strategies_off, 0);
        harness_control(h, CONTROL_RESUME, 0); // lifts the failures, not the losses
    }
    struct job *job = fail_with_a_loss(h);
    assert_int_equal(h->desk.risk.strategies_off, 1 << STRATEGY_ARB);
    struct job done = *job;
    done.state = JOB_DONE;
    done.opening_ns = h->now_ns + 1; // let in after the last failure
    risk_note_ended(&h->desk, &h->engine.bus, &done, USD(1));
    assert_int_equal(h->desk.risk.failures, 0);
    harness_destroy(h);
}

// A venue's role and a risk mode set by hand stay where they are stricter than the configuration's
// (trade and balanced), and only there.
static void test_stricter_stays(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_control_at(h, CONTROL_VENUE_ROLE, H_LIGHTER, CONTROL_ANY, VENUE_OFF, 0);
    harness_control_at(h, CONTROL_VENUE_ROLE, H_BINANCE, CONTROL_ANY, VENUE_REFERENCE, 0);
    harness_control(h, CONTROL_RISK_MODE, RISK_CONSERVATIVE);
    for (int restarts = 0; restarts < 2; restarts++) {
        h = restarted(h);
        assert_int_equal(h->universe.venues[H_LIGHTER].role, VENUE_OFF);
        assert_int_equal(h->universe.venues[H_BINANCE].role, VENUE_REFERENCE);
        assert_int_equal(h->universe.venues[H_EXTENDED].role, VENUE_TRADE);
        assert_int_equal(h->desk.risk_mode, RISK_CONSERVATIVE);
    }
    harness_control_at(h, CONTROL_VENUE_ROLE, H_LIGHTER, CONTROL_ANY, VENUE_TRADE, 0);
    harness_control(h, CONTROL_RISK_MODE, RISK_AGGRESSIVE);
    h = restarted(h);
    assert_int_equal(h->universe.venues[H_LIGHTER].role, VENUE_TRADE);
    assert_int_equal(h->universe.venues[H_BINANCE].role, VENUE_REFERENCE);
    assert_int_equal(h->desk.risk_mode, RISK_BALANCED);
    harness_destroy(h);
}

static void submit(struct harness *h) {
    struct control_request order = {.verb = CONTROL_SUBMIT,
                                    .origin = ORIGIN_TEST,
                                    .venue = H_LIGHTER,
                                    .symbol = H_BTC,
                                    .value = 100 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &order, h->now_ns), STATUS_OK);
}

// The jobs of a UTC day are those of all its sessions.
static void test_day_jobs(void **state) {
    (void)state;
    struct harness *h = harness_create();
    submit(h);
    submit(h);
    assert_int_equal(h->desk.scheduler.day_jobs, 2);
    h = restarted(restarted(h));
    submit(h);
    assert_int_equal(h->desk.scheduler.day_jobs, 3);
    h->settings.risk.repeat_day_max = 3;
    assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_REPEAT_DAY);
    h = after(h, false, NS_PER_DAY, h->settings.capital.equity_start);
    h->settings.risk.repeat_day_max = 3;
    assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_NONE);
    submit(h);
    assert_int_equal(h->desk.scheduler.day_jobs, 1);
    harness_destroy(h);
}

// A job that took over a position was given no capital for it: it holds none after a restart
// either, and nothing is kept from the jobs that come.
static void test_taken_over_holds_no_capital(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->settings.rebalance.enabled = false;
    h->settings.take_profit.enabled = true;
    struct qty net = {QTY_ONE / 10};
    struct event_past_position held = {.venue = H_LIGHTER,
                                       .symbol = H_BTC,
                                       .net = net,
                                       .cost = usd_notional_near(harness_mid(H_BTC), net)};
    harness_input(h, EVENT_PAST_POSITION, &held);
    harness_calm_for(h, 3 * NS_PER_S);
    for (int restarts = 0; restarts < 3; restarts++) {
        struct job *job = harness_job(h);
        assert_int_equal(job->state, JOB_HOLDING);
        assert_int_equal(job->strategy, STRATEGY_TAKE_PROFIT);
        assert_int_equal(job->legs[LEG_BUY].opened.v, net.v);
        assert_int_equal(job->reserved.v, 0);
        assert_int_equal(allocator_in_flight(&h->desk.capital.venues[H_LIGHTER].purse).v, 0);
        assert_true(job->adopted);
        h = restarted(h);
    }
    harness_destroy(h);
}

// What was lost before a person signed for another position stays lost today, and what that one had
// made is none of the day's: in the next session, too.
static void test_day_of_signed_positions(void **state) {
    (void)state;
    struct harness *h = harness_create();
    submit(h);
    harness_calm_for(h, 2 * NS_PER_S);
    struct position_book *book = &h->desk.positions;
    struct qty tenth = {QTY_ONE / 10};
    struct event_fill dear = {.venue = H_BINANCE,
                              .symbol = H_ETH,
                              .trade = 77,
                              .price = {harness_mid(H_ETH).v * 2},
                              .size = {QTY_ONE}};
    harness_input(h, EVENT_ORDER_FILLED, &dear);
    struct usd day = position_day_pnl(&h->desk), volume = book->volume;
    assert_true(day.v < USD(-1000).v && volume.v > 0);
    position_accept(&h->desk, &h->engine.bus, H_BINANCE, H_ETH, (struct qty){0}, (struct px){0});
    position_accept(&h->desk, &h->engine.bus, H_EXTENDED, H_BTC, tenth, (struct px){PX_ONE});
    (void)bus_flush(&h->engine.bus);
    for (int restarts = 0; restarts < 3; restarts++) {
        assert_int_equal(position_day_pnl(&h->desk).v, day.v);
        assert_int_equal(h->desk.positions.volume.v, volume.v);
        assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, tenth.v);
        h = restarted(h);
    }
    harness_destroy(h);
}

// No sixty seconds hold more jobs of a symbol than a minute may, wherever a minute of the clock
// ends.
static void test_any_minute(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->settings.risk.repeat_minute_max = 2;
    int64_t boundary_ns = (h->now_ns / (60 * NS_PER_S) + 1) * (60 * NS_PER_S);
    harness_calm_for(h, boundary_ns - NS_PER_S - h->now_ns);
    submit(h);
    harness_calm_for(h, NS_PER_S / 2);
    submit(h);
    assert_int_equal(h->desk.scheduler.admitted, 2);
    assert_true(h->now_ns < boundary_ns);
    for (int second = 0; second < 59; second++) {
        harness_calm_for(h, NS_PER_S);
        assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_REPEAT_MINUTE);
    }
    submit(h);
    assert_int_equal(h->desk.scheduler.admitted, 2);
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(limit(h, STRATEGY_MANUAL), RULE_NONE);
    submit(h);
    assert_int_equal(h->desk.scheduler.admitted, 3);
    harness_destroy(h);
}

// The count over a minute against a plain list, for gaps of any length.
static void test_last_minute(void **state) {
    (void)state;
    struct last_minute minute = {0};
    int64_t times[600], now_ns = 0;
    for (uint32_t i = 0; i < COUNT_OF(times); i++) {
        now_ns += (int64_t)(hash_mix(i) % 7 == 0 ? hash_mix(i) % 150 : hash_mix(i) % 3) * NS_PER_S +
                  (int64_t)(hash_mix(i) % 1000) * NS_PER_MS;
        times[i] = now_ns;
        last_minute_add(&minute, now_ns);
        for (int64_t later = 0; later < 130; later += 13) {
            int64_t at_ns = now_ns + later * NS_PER_S;
            uint32_t expected = 0;
            for (uint32_t k = 0; k <= i; k++) {
                expected += at_ns / NS_PER_S - times[k] / NS_PER_S <= 60;
            }
            assert_int_equal(last_minute_count(&minute, at_ns), expected);
        }
    }
    assert_int_equal(last_minute_count(&minute, now_ns - NS_PER_DAY),
                     last_minute_count(&minute, now_ns));
}

// A drawdown is measured from the peak of the day's sessions. The next day forgets it: what looks
// like one may be money that was taken out.
static void test_peak(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool live;
        int64_t down_ns;
        int64_t start_usd, equity_usd, peak_usd;
    } rows[] = {
        {"live", true, NS_PER_S, 10000, 11000, 12000},
        {"live, the next day", true, NS_PER_DAY, 10000, 11000, 11000},
        {"live, money came in", true, NS_PER_S, 10000, 13000, 13000},
        {"paper", false, NS_PER_S, 10000, 11000, 12000},
        {"paper, the next day", false, NS_PER_DAY, 10000, 9000, 10000},
        {"paper, another start", false, NS_PER_S, 5000, 6000, 7000},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = harness_create();
        harness_equity(h, H_EXTENDED, USD(12000));
        harness_equity(h, H_EXTENDED, USD(11000));
        h = after(h, rows[i].live, NS_PER_S / 2, USD(10000)); // which hears nothing of its equity
        h = after(h, rows[i].live, rows[i].down_ns, USD(rows[i].start_usd));
        bool known = !rows[i].live && rows[i].down_ns < NS_PER_DAY; // a live venue has to tell it
        assert_int_equal(capital_safe_mode(&h->desk, H_EXTENDED), known);
        assert_int_equal(capital_total_drawdown(&h->desk).v > 0, known);
        harness_equity(h, H_EXTENDED, USD(rows[i].equity_usd));
        const struct event_capital *told = &harness_last(h, EVENT_CAPITAL_UPDATED)->u.capital;
        if (told->peak.v != USD(rows[i].peak_usd).v) {
            fail_msg("%s: peak %lld", rows[i].name, (long long)told->peak.v);
        }
        bool safe = allocator_drawdown(USD(rows[i].equity_usd), USD(rows[i].peak_usd)).v >=
                    h->settings.capital.safe_drawdown.v;
        assert_int_equal(capital_safe_mode(&h->desk, H_EXTENDED), safe);
        assert_int_equal(capital_drawdown(&h->desk, H_BINANCE).v, 0); // each its own
        harness_destroy(h);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strategy_stays_off),
        cmocka_unit_test(test_losing_goes_on),
        cmocka_unit_test(test_losing_and_failed),
        cmocka_unit_test(test_stricter_stays),
        cmocka_unit_test(test_day_jobs),
        cmocka_unit_test(test_any_minute),
        cmocka_unit_test(test_last_minute),
        cmocka_unit_test(test_taken_over_holds_no_capital),
        cmocka_unit_test(test_day_of_signed_positions),
        cmocka_unit_test(test_peak),
    };
    return cmocka_run_group_tests_name("brakes", tests, NULL, NULL);
}
