// Whole jobs: over the paper venue with moving quotes, and with the test as the venue for races.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

#define TICK (PX_ONE / 10)

static struct job wash_draft(struct harness *h) { // extended rests (saves 2.5 bps), lighter takes
    return harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
}

static struct harness *by_hand(void) {
    struct harness *h = harness_create();
    harness_paper_off(h);
    return h;
}

static const struct event_order *last_command(const struct harness *h) {
    static const struct event_order none;
    const struct event *event = harness_last(h, EVENT_ORDER_COMMAND);
    return event != NULL ? &event->u.order : &none;
}

// The sell side of extended rises through our resting offer: a maker fill at its price.
static void lift(struct harness *h, uint16_t venue, struct qty shown) {
    struct px bid = harness_mid(H_BTC);
    harness_quote(h, venue, H_BTC, bid, (struct px){bid.v + TICK}, shown);
}

static void test_hybrid_wash_from_open_to_flat(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job draft = wash_draft(h);
    assert_int_equal(draft.maker, MAKER_SELL);
    struct job *job = harness_open(h, &draft);
    assert_int_equal(last_command(h)->type, ORDER_POST_ONLY);
    assert_int_equal(last_command(h)->venue, H_EXTENDED);
    harness_advance(h, H_MS(10)); // it rests, behind 1 BTC
    assert_int_equal(harness_count(h, EVENT_ORDER_PLACED), 1);
    harness_mark(h);
    lift(h, H_EXTENDED, (struct qty){0}); // all that stood in front went
    assert_int_equal(job->legs[LEG_SELL].opened.v, 0);
    harness_advance(h, H_MS(1));
    harness_quote(h, H_EXTENDED, H_BTC, (struct px){harness_mid(H_BTC).v + TICK},
                  (struct px){harness_mid(H_BTC).v + 2 * TICK}, (struct qty){QTY_ONE});
    assert_int_equal(job->legs[LEG_SELL].opened.v, job->legs[LEG_SELL].target.v);
    const struct event_order *hedge = last_command(h);
    assert_int_equal(hedge->phase, LEG_HEDGE); // in the same input
    assert_int_equal(hedge->venue, H_LIGHTER);
    assert_int_equal(hedge->size.v, job->legs[LEG_SELL].target.v);
    harness_advance(h, H_MS(10));
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(job->legs[LEG_BUY].opened.v, job->legs[LEG_BUY].target.v);
    harness_calm_for(h, 61 * NS_PER_S);
    assert_true(job->state == JOB_CLOSING || job->state == JOB_DONE);
    harness_calm_for(h, 6 * NS_PER_S); // its maker had its time: takers close
    assert_int_equal(job->state, JOB_DONE);
    assert_true(job_flat(job));
    harness_check(h);
    const struct event *ended = harness_last(h, EVENT_JOB_STATE);
    assert_int_equal(ended->u.job.pnl.v, job_cash(job).v);
    int64_t venues =
        position_venue_pnl(&h->desk, H_LIGHTER).v + position_venue_pnl(&h->desk, H_EXTENDED).v;
    int64_t off = venues - job_cash(job).v;
    assert_true(off > -USD_ONE / 100 && off < USD_ONE / 100);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_destroy(h);
}

static void test_partial_fill_is_hedged_at_once(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_ACCEPTED, (struct px){0}, (struct qty){0});
    struct qty part = {2 * QTY_ONE / 1000};
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, part);
    struct event_order hedge = *last_command(h);
    assert_int_equal(hedge.type, ORDER_IOC);
    assert_int_equal(hedge.size.v, part.v);
    assert_true(job->unhedged.v > 0);
    h->now_ns += H_MS(10);
    harness_report(h, hedge.order, H_LIGHTER, REPORT_FILL, hedge.price, part);
    assert_int_equal(job->unhedged.v, 0);
    int64_t clock = job->unhedged_usd_s; // 120 USD for 10 ms
    assert_in_range(clock, 1190000, 1210000);
    harness_advance(h, 5 * NS_PER_S); // the rest had its time
    assert_int_equal(last_command(h)->action, ORDER_ACTION_CANCEL);
    // The race: a fill crosses with the cancel, then the cancel is confirmed.
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price,
                   (struct qty){QTY_ONE / 1000});
    struct event_order second = *last_command(h);
    assert_int_equal(second.size.v, QTY_ONE / 1000);
    harness_report(h, maker.order, H_EXTENDED, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    harness_report(h, second.order, H_LIGHTER, REPORT_FILL, second.price, second.size);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_check(h);
    // And once more after the cancel was confirmed: the job cannot hold like this.
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price,
                   (struct qty){QTY_ONE / 1000});
    assert_int_equal(job->state, JOB_CLOSING);
    assert_int_equal(job->legs[LEG_SELL].working_open.v, 0);
    assert_non_null(harness_alert(h, "late_fill"));
    harness_check(h);
    harness_destroy(h);
}

static void test_unfilled_maker_expires(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    harness_calm_for(h, H_MS(5200));
    assert_int_equal(job->state, JOB_EXPIRED);
    assert_int_equal(job->verdict.rule, RULE_EXPIRED);
    assert_int_equal(h->desk.risk.failures, 0);
    assert_int_equal(h->desk.capital.venues[H_LIGHTER].purse.used[POOL_WASH].v, 0);
    harness_check(h);
    harness_destroy(h);
}

static void test_hedge_that_cannot_fill(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    struct job *job = harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    int64_t from_ns = h->now_ns;
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    bool saw_normal = false, saw_emergency = false, saw_other = false;
    while (job->state == JOB_OPENING && h->now_ns < from_ns + 10 * NS_PER_S) {
        struct event_order hedge = *last_command(h);
        struct px mid = {harness_mid(H_BTC).v + TICK / 2};
        struct bps far = bps_between_near(hedge.price, mid);
        bool late = h->now_ns - from_ns >= H_MS(1500);
        assert_int_equal(hedge.emergency, late);
        assert_in_range(far.v, late ? 7490 : 1990, late ? 7500 : 2000);
        *(late ? &saw_emergency : &saw_normal) = true;
        // Past three quarters of the deadline another venue is tried.
        bool moved = h->now_ns - from_ns >= H_MS(2250);
        assert_int_equal(hedge.venue, moved ? H_BINANCE : H_LIGHTER);
        saw_other = saw_other || moved;
        harness_report(h, hedge.order, hedge.venue, REPORT_EXPIRED, (struct px){0},
                       (struct qty){0});
        harness_check(h);
        uint32_t seen = harness_count(h, EVENT_ORDER_COMMAND);
        int64_t asked_ns = h->now_ns;
        while (harness_count(h, EVENT_ORDER_COMMAND) == seen) {
            assert_true(h->now_ns < asked_ns + NS_PER_S);
            harness_advance(h, H_MS(50));
            harness_calm(h, (struct bps){0});
        }
    }
    assert_true(saw_normal && saw_emergency && saw_other);
    assert_non_null(harness_alert(h, "moved"));
    assert_int_equal(job->state, JOB_UNWINDING);
    assert_in_range(h->now_ns - from_ns, H_MS(3000), H_MS(3200));
    struct event_order unwind = *last_command(h);
    assert_int_equal(unwind.phase, LEG_UNWIND);
    assert_int_equal(unwind.venue, H_EXTENDED);
    harness_report(h, unwind.order, H_EXTENDED, REPORT_FILL, unwind.price, unwind.size);
    assert_int_equal(job->state, JOB_FAILED);
    assert_int_equal(h->desk.risk.failures, 1);
    assert_true(h->desk.risk.cool_until_ns[H_BTC] > h->now_ns);
    harness_check(h);
    harness_destroy(h);
}

static void test_exposure_budget(void **state) {
    (void)state;
    struct harness *h = by_hand();
    h->settings.risk.unhedged_usd_s_max = 90 * USD_ONE; // 198 USD: under half a second
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    struct job *job = harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    struct event_order hedge = *last_command(h);
    harness_report(h, hedge.order, H_LIGHTER, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
    h->now_ns += H_MS(400);
    harness_report(h, 1, H_LIGHTER, REPORT_EXPIRED, (struct px){0}, (struct qty){0}); // time passes
    hedge = *last_command(h);
    harness_report(h, hedge.order, H_LIGHTER, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
    assert_int_equal(job->state, JOB_OPENING);
    harness_advance(h, H_MS(120));
    assert_int_equal(job->state, JOB_UNWINDING);
    assert_true(job->unhedged_usd_s > 90 * USD_ONE);
    harness_destroy(h);
}

static void taker_only(enum partial_fill_handling handling) {
    struct harness *h = harness_prepare();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    h->settings.execution.partial_fill = (uint8_t)handling;
    harness_start(h);
    harness_paper_off(h);
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    struct job *job = harness_open(h, &draft);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 2); // both at once
    const struct event *first = harness_find(h, EVENT_ORDER_COMMAND);
    assert_non_null(first);
    struct event_order buy = first->u.order;
    struct event_order sell = *last_command(h);
    harness_report(h, buy.order, H_LIGHTER, REPORT_FILL, buy.price, buy.size);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 2); // the other is still on its way
    h->now_ns += H_MS(200);
    harness_report(h, sell.order, H_EXTENDED, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
    struct event_order next = *last_command(h);
    if (handling == PARTIAL_HEDGE) {
        assert_int_equal(next.phase, LEG_HEDGE);
        harness_report(h, next.order, H_EXTENDED, REPORT_FILL, next.price, next.size);
        assert_int_equal(job->state, JOB_HOLDING);
    } else {
        assert_int_equal(next.phase, LEG_UNWIND);
        harness_report(h, next.order, H_LIGHTER, REPORT_FILL, next.price, next.size);
        assert_int_equal(job->state, JOB_FAILED);
        assert_int_equal(h->desk.risk.failures, 1);
    }
    harness_check(h);
    harness_destroy(h);
}

static void test_taker_only_one_leg(void **state) {
    (void)state;
    taker_only(PARTIAL_HEDGE);
    taker_only(PARTIAL_UNWIND);
}

static void test_rejections(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    struct event_report would_take = {.order = last_command(h)->order,
                                      .venue = H_EXTENDED,
                                      .kind = REPORT_REJECTED,
                                      .liquidity = LIQUIDITY_TAKER};
    harness_input(h, EVENT_ORDER_REPORT, &would_take);
    assert_int_equal(job->state, JOB_OPENING); // quoted again, no failure
    assert_int_equal(job->requotes, 1);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_report(h, last_command(h)->order, H_EXTENDED, REPORT_REJECTED, (struct px){0},
                   (struct qty){0});
    assert_int_equal(job->state, JOB_FAILED);
    assert_int_equal(h->desk.risk.failures, 1);
    harness_check(h);
    harness_destroy(h);

    h = harness_prepare();
    h->settings.paper.reject_ppm = 1000000;
    harness_start(h);
    draft = wash_draft(h);
    job = harness_open(h, &draft);
    harness_advance(h, H_MS(10));
    assert_int_equal(job->state, JOB_FAILED);
    harness_destroy(h);
}

static void test_duplicates_unknown_and_late(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_UNKNOWN, (struct px){0}, (struct qty){0});
    assert_int_equal(job->state, JOB_OPENING);
    assert_int_equal(h->desk.orders.live_count, 1); // never repeated, never given up
    harness_control(h, CONTROL_PAUSE, 0);
    harness_advance(h, 5 * NS_PER_S);
    assert_int_equal(last_command(h)->action, ORDER_ACTION_CANCEL);
    harness_report(h, maker.order, H_EXTENDED, REPORT_UNKNOWN, (struct px){0}, (struct qty){0});
    harness_mark(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_ACCEPTED, (struct px){0}, (struct qty){0});
    assert_int_equal(last_command(h)->action, ORDER_ACTION_CANCEL); // asked once more
    h->trade = 40;
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price,
                   (struct qty){QTY_ONE / 1000});
    h->trade = 40;
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price,
                   (struct qty){QTY_ONE / 1000});
    assert_int_equal(job->legs[LEG_SELL].opened.v, QTY_ONE / 1000);
    assert_int_equal(h->desk.execution.duplicates, 1);
    harness_check(h);
    harness_destroy(h);
}

// A fill after the job has ended, be it of an order that was taken for refused.
static void test_fill_after_the_end(void **state) {
    static const struct row {
        enum report_kind end;
        enum job_state job;
    } rows[] = {{REPORT_CANCELED, JOB_EXPIRED}, {REPORT_REJECTED, JOB_FAILED}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = by_hand();
        struct job draft = wash_draft(h);
        struct job *job = harness_open(h, &draft);
        struct event_order maker = *last_command(h);
        harness_advance(h, 5 * NS_PER_S);
        harness_report(h, maker.order, H_EXTENDED, rows[i].end, (struct px){0}, (struct qty){0});
        assert_int_equal(job->state, rows[i].job);
        harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
        struct job *owner = harness_job(h);
        assert_int_not_equal(owner->id, job->id);
        assert_int_equal(owner->state, JOB_UNWINDING);
        harness_check(h);
        struct event_order unwind = *last_command(h);
        assert_int_equal(unwind.venue, H_EXTENDED);
        assert_int_equal(unwind.side, SIDE_BUY);
        harness_report(h, unwind.order, H_EXTENDED, REPORT_FILL, unwind.price, unwind.size);
        assert_int_equal(owner->state, JOB_FAILED);
        harness_check(h);
        harness_destroy(h);
    }
    (void)state;
}

// One job's hedge must not meet another job's resting close.
static struct order *sells_on_lighter(struct harness *h, enum order_type type,
                                      enum order_state order_state) {
    struct order *other = order_create(&h->desk.orders, UINT64_C(9) << 32);
    other->type = type;
    other->state = order_state;
    other->venue = H_LIGHTER;
    other->symbol = H_BTC;
    other->side = SIDE_SELL;
    other->price = (struct px){harness_mid(H_BTC).v + TICK}; // inside the collar of our hedge
    other->size.v = QTY_ONE;
    return other;
}

static void test_self_trade_guard(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    const struct order *other = sells_on_lighter(h, ORDER_POST_ONLY, ORDER_OPEN);
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    assert_int_equal(last_command(h)->order, other->id); // it gives way first
    assert_int_equal(last_command(h)->action, ORDER_ACTION_CANCEL);
    harness_advance(h, H_MS(50));
    assert_int_equal(last_command(h)->order, other->id); // still there: nothing goes
    harness_report(h, other->id, H_LIGHTER, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    harness_advance(h, H_MS(50));
    assert_int_equal(last_command(h)->phase, LEG_HEDGE);
    assert_int_equal(last_command(h)->venue, H_LIGHTER);
    assert_int_equal(job->state, JOB_OPENING);
    harness_destroy(h);
}

// Two that only take cannot meet: a hedge does not wait for the lost answer to an order of another
// job, only for one that is on its way.
static void test_lost_answer_does_not_block(void **state) {
    (void)state;
    static const enum order_state states[] = {ORDER_UNKNOWN, ORDER_SENT};
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct harness *h = by_hand();
        struct job draft = wash_draft(h);
        (void)harness_open(h, &draft);
        struct event_order maker = *last_command(h);
        (void)sells_on_lighter(h, ORDER_IOC, states[i]);
        harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
        bool sent = last_command(h)->phase == LEG_HEDGE && last_command(h)->venue == H_LIGHTER;
        assert_int_equal(sent, states[i] == ORDER_UNKNOWN);
        harness_destroy(h);
    }
}

static struct job *holding(struct harness *h) {
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price, maker.size);
    struct event_order hedge = *last_command(h);
    harness_report(h, hedge.order, H_LIGHTER, REPORT_FILL, hedge.price, hedge.size);
    assert_int_equal(job->state, JOB_HOLDING);
    return job;
}

static void test_stop_during_opening_and_flatten(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    harness_control(h, CONTROL_CANCEL_JOB, job->id);
    assert_int_equal(last_command(h)->action, ORDER_ACTION_CANCEL);
    harness_report(h, maker.order, H_EXTENDED, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    assert_int_equal(job->state, JOB_EXPIRED);
    job = holding(h);
    harness_control(h, CONTROL_FLATTEN, 0);
    assert_int_equal(job->state, JOB_CLOSING);
    assert_int_equal(job->legs[LEG_BUY].working_close.v, job->legs[LEG_BUY].opened.v);
    assert_int_equal(job->legs[LEG_SELL].working_close.v, job->legs[LEG_SELL].opened.v);
    harness_destroy(h);
}

// What a person ordered closed goes on closing through a halt; a kill takes the order back.
static void test_stopped_while_it_closes(void **state) {
    (void)state;
    for (int kill = 0; kill < 2; kill++) {
        struct harness *h = by_hand();
        struct job *job = holding(h);
        harness_control(h, CONTROL_FLATTEN, 0);
        struct event_order close = *last_command(h);
        assert_int_equal(close.phase, LEG_CLOSE);
        harness_control(h, kill ? CONTROL_KILL : CONTROL_STATE, kill ? 0 : TRADING_HALTED);
        harness_mark(h);
        harness_report(h, close.order, close.venue, REPORT_EXPIRED, (struct px){0},
                       (struct qty){0});
        harness_calm_for(h, NS_PER_S);
        assert_int_equal(job->state, JOB_CLOSING);
        assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND) > 0, !kill);
        harness_destroy(h);
    }
}

static void test_kill(void **state) {
    (void)state;
    for (int flatten = 0; flatten < 2; flatten++) {
        struct harness *h = by_hand();
        struct job *held = holding(h);
        struct job draft = harness_draft(h, STRATEGY_WASH, H_ETH, H_LIGHTER, H_EXTENDED, USD(300));
        struct job *opening = harness_open(h, &draft);
        struct event_order maker = *last_command(h);
        harness_mark(h);
        harness_control(h, CONTROL_KILL, flatten);
        assert_true(h->desk.killed);
        assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 1); // block, then cancel
        assert_int_equal(last_command(h)->action, ORDER_ACTION_CANCEL);
        assert_string_equal(harness_alert(h, "kill")->text,
                            "the kill switch was pulled: new orders are blocked, cancelling");
        harness_report(h, maker.order, H_EXTENDED, REPORT_CANCELED, (struct px){0},
                       (struct qty){0});
        assert_int_equal(opening->state, JOB_EXPIRED);
        const char *said = harness_alert(h, "kill")->text;
        assert_memory_equal(said, "killed: no order of ours is open; positions left: gross", 55);
        assert_int_equal(strstr(said, "flattening") != NULL, flatten);
        assert_int_equal(held->state, flatten ? JOB_CLOSING : JOB_HOLDING);
        if (flatten) {
            for (uint32_t i = h->mark; i < h->count && job_live(held); i++) {
                struct event_order order = h->events[i].u.order;
                if (h->events[i].header.kind == EVENT_ORDER_COMMAND && order.phase == LEG_CLOSE) {
                    harness_report(h, order.order, order.venue, REPORT_FILL, order.price,
                                   order.size);
                }
            }
            assert_int_equal(held->state, JOB_DONE);
            assert_string_equal(harness_alert(h, "kill")->text,
                                "flattened: positions left: gross 0.00 USD");
        } else {
            harness_advance(h, 100 * NS_PER_S); // nothing closes by itself while killed
            assert_int_equal(held->state, JOB_HOLDING);
            harness_control(h, CONTROL_CLEAR, 0);
            assert_int_equal(h->desk.status, DESK_PAUSED);
            harness_advance(h, NS_PER_S);
            assert_int_equal(held->state, JOB_CLOSING);
        }
        harness_check(h);
        harness_destroy(h);
    }
}

// A hedge that gets no answer does not keep the flatten of everything else waiting.
// A venue that does not confirm its cancel keeps nobody waiting: after ten seconds it is named, and
// what can be flattened is.
static void test_kill_without_an_answer(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *held = holding(h);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_ETH, H_LIGHTER, H_EXTENDED, USD(300));
    (void)harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    harness_control(h, CONTROL_KILL, 1);
    harness_mark(h);
    harness_advance(h, 9 * NS_PER_S);
    assert_null(harness_alert(h, "kill"));
    assert_int_equal(held->state, JOB_HOLDING);
    harness_advance(h, NS_PER_S);
    assert_string_equal(harness_alert(h, "kill")->text,
                        "killed, but cancels are not confirmed: 1, first on extended, flattening");
    assert_int_equal(held->state, JOB_CLOSING);
    harness_mark(h);
    harness_advance(h, 30 * NS_PER_S);
    assert_null(harness_alert(h, "kill")); // said once
    harness_report(h, maker.order, H_EXTENDED, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    for (uint32_t i = 0; i < ORDERS_MAX; i++) { // the flatten's own orders
        const struct order *order = &h->desk.orders.orders[i];
        if (order_live(order)) {
            harness_report(h, order->id, order->venue, REPORT_FILL, order->price, order->size);
        }
    }
    assert_int_equal(held->state, JOB_DONE);
    bool confirmed = false;
    for (uint32_t i = h->mark; i < h->count; i++) {
        const struct event *event = &h->events[i];
        confirmed |= event->header.kind == EVENT_ALERT &&
                     strstr(event->u.alert.text, "killed: no order of ours is open") != NULL;
    }
    assert_true(confirmed);
    harness_advance(h, H_MS(1));
    assert_string_equal(harness_alert(h, "kill")->text,
                        "flattened: positions left: gross 0.00 USD");
    harness_check(h);
    harness_destroy(h);
}

static void test_kill_beside_a_hedge(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *held = holding(h);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_ETH, H_LIGHTER, H_EXTENDED, USD(300));
    (void)harness_open(h, &draft);
    struct event_order maker = *last_command(h);
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price,
                   (struct qty){maker.size.v / 2});
    struct event_order hedge = *last_command(h);
    assert_int_equal(hedge.phase, LEG_HEDGE);
    harness_control(h, CONTROL_KILL, 1);
    assert_int_equal(held->state, JOB_HOLDING);
    harness_report(h, maker.order, H_EXTENDED, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    assert_true(order_live(order_find(&h->desk.orders, hedge.order)));
    assert_int_equal(held->state, JOB_CLOSING);
    harness_check(h);
    harness_destroy(h);
}

static void lanes_ready(struct harness *h) {
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        struct event_lane lane = {.venue = venue, .state = LANE_READY, .room = 100};
        harness_input(h, EVENT_LANE_STATE, &lane);
    }
}

// On a live desk only venues answer orders.
static void test_paper_is_silent_when_live(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    lanes_ready(h);
    struct job draft = wash_draft(h);
    struct job *job = harness_open(h, &draft);
    harness_advance(h, H_MS(500));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 1);
    assert_int_equal(harness_count(h, EVENT_ORDER_REPORT), 0);
    assert_int_equal(job->state, JOB_OPENING);
    harness_destroy(h);
}

// What the venue's message rate leaves no room for waits, instead of being refused by the lane.
static void test_no_room_waits(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    struct job draft;
    strategy_draft_single(&h->desk, STRATEGY_MANUAL, H_LIGHTER, H_BTC, SIDE_BUY, USD(300), &draft);
    struct event_lane lane = {.venue = draft.legs[draft.only].venue, .state = LANE_READY};
    harness_input(h, EVENT_LANE_STATE, &lane);
    struct job *job = harness_open(h, &draft);
    harness_calm_for(h, H_MS(500));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->state, JOB_OPENING);
    lane.room = 1;
    harness_input(h, EVENT_LANE_STATE, &lane);
    harness_calm_for(h, H_MS(200));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 1);
    assert_int_equal(job->state, JOB_OPENING);
    harness_destroy(h);
}

// Nor is an order by hand refused for want of room at that moment. An edge would be gone.
static void test_no_room_at_first(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    lanes_ready(h);
    struct event_lane lane = {.venue = H_LIGHTER, .state = LANE_READY};
    harness_input(h, EVENT_LANE_STATE, &lane);
    struct control_request order = {.verb = CONTROL_SUBMIT,
                                    .origin = ORIGIN_TEST,
                                    .venue = H_LIGHTER,
                                    .symbol = H_BTC,
                                    .value = 300 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &order, h->now_ns), STATUS_OK);
    harness_calm_for(h, H_MS(500));
    assert_int_equal(harness_job(h)->state, JOB_PENDING);
    assert_int_equal(harness_job(h)->verdict.rule, RULE_MESSAGE_RATE);
    lane.room = 1;
    harness_input(h, EVENT_LANE_STATE, &lane);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(harness_job(h)->state, JOB_OPENING);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 1);
    harness_destroy(h);
}

// Nor does what takes the rest of an order that rested its time end for want of room at that
// moment.
static void test_no_room_to_take(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    struct job draft;
    strategy_draft_single(&h->desk, STRATEGY_MANUAL, H_LIGHTER, H_BTC, SIDE_BUY, USD(300), &draft);
    struct event_lane lane = {.venue = H_LIGHTER, .state = LANE_READY, .room = 1};
    harness_input(h, EVENT_LANE_STATE, &lane);
    struct job *job = harness_open(h, &draft);
    struct event_order rests = *last_command(h);
    assert_int_equal(rests.type, ORDER_POST_ONLY);
    harness_report(h, rests.order, H_LIGHTER, REPORT_ACCEPTED, (struct px){0}, (struct qty){0});
    harness_calm_for(h, h->settings.execution.wait_fill_ns);
    lane.room = 0;
    harness_input(h, EVENT_LANE_STATE, &lane);
    harness_report(h, rests.order, H_LIGHTER, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    harness_calm_for(h, H_MS(500));
    assert_int_equal(job->state, JOB_OPENING);
    uint32_t commands = harness_count(h, EVENT_ORDER_COMMAND);
    lane.room = 1;
    harness_input(h, EVENT_LANE_STATE, &lane);
    harness_calm_for(h, H_MS(200));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), commands + 1);
    harness_destroy(h);
}

// The order that takes the last room is counted before the lane tells: the next one waits.
static void test_room_is_counted(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    struct job draft;
    strategy_draft_single(&h->desk, STRATEGY_MANUAL, H_LIGHTER, H_BTC, SIDE_BUY, USD(300), &draft);
    struct event_lane lane = {
        .venue = draft.legs[draft.only].venue, .state = LANE_READY, .room = 1, .room_soon = 10};
    harness_input(h, EVENT_LANE_STATE, &lane);
    (void)harness_open(h, &draft);
    (void)harness_open(h, &draft);
    harness_calm_for(h, H_MS(500));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 1);
    harness_input(h, EVENT_LANE_STATE, &lane);
    harness_calm_for(h, H_MS(200));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 2);
    harness_destroy(h);
}

static void test_pause_and_states(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.wash.enabled = true;
    harness_start(h);
    harness_control(h, CONTROL_PAUSE, 0);
    harness_mark(h);
    harness_calm_for(h, 5 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_JOB_STATE), 0);
    harness_control(h, CONTROL_RESUME, 0);
    harness_control(h, CONTROL_STATE, TRADING_REDUCING);
    harness_calm_for(h, 5 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_JOB_STATE), 0);
    assert_int_equal(harness_last(h, EVENT_DENIED)->u.denied.verdict.rule, RULE_REDUCING);
    harness_control(h, CONTROL_STATE, TRADING_ACTIVE);
    harness_calm_for(h, H_MS(1500));
    assert_true(harness_count(h, EVENT_JOB_STATE) > 0);
    assert_true(h->desk.orders.live_count > 0);
    harness_control(h, CONTROL_STATE, TRADING_HALTED); // what rests to open goes
    harness_advance(h, H_MS(100));
    assert_int_equal(h->desk.orders.live_count, 0);
    harness_check(h);
    harness_destroy(h);
}

static uint32_t closes(const struct harness *h, bool reduce_only) {
    uint32_t count = 0;
    for (uint32_t i = h->mark; i < h->count; i++) {
        const struct event *event = &h->events[i];
        count += event->header.kind == EVENT_ORDER_COMMAND &&
                 event->u.order.action == ORDER_ACTION_PLACE &&
                 (event->u.order.reduce_only != 0) == reduce_only;
    }
    return count;
}

// The account nets what two jobs hold against each other: reduce-only would be refused there.
static void test_opposite_jobs_close_plainly(void **state) {
    (void)state;
    for (int opposite = 0; opposite <= 1; opposite++) {
        struct harness *h = harness_create();
        h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
        h->settings.wash.hold_min_ns = h->settings.wash.hold_max_ns = 600 * NS_PER_S;
        struct job a = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
        struct job b = harness_draft(h, STRATEGY_WASH, H_BTC, H_EXTENDED, H_LIGHTER, USD(300));
        (void)harness_open(h, &a);
        harness_calm_for(h, 2 * NS_PER_S);
        if (opposite) {
            (void)harness_open(h, &b);
            harness_calm_for(h, 2 * NS_PER_S);
        }
        harness_mark(h);
        harness_control(h, CONTROL_FLATTEN, 0);
        harness_calm_for(h, 3 * NS_PER_S);
        assert_int_equal(h->desk.jobs.live_count, 0);
        // The first of the four closes leaves the account with what the others close.
        assert_true(opposite ? closes(h, false) >= 1 : closes(h, false) == 0);
        assert_true(closes(h, true) >= 2);
        harness_check(h);
        harness_destroy(h);
    }
}

// The disk is nearly full: trading halts by itself, and the alarm says why.
static void test_disk_floor(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct control_request request = {.verb = CONTROL_STATE,
                                      .origin = ORIGIN_DISK,
                                      .value = TRADING_HALTED,
                                      .venue = CONTROL_ANY,
                                      .symbol = CONTROL_ANY};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    assert_int_equal(h->desk.state, TRADING_HALTED);
    assert_non_null(harness_alert(h, "disk_floor"));
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hybrid_wash_from_open_to_flat),
        cmocka_unit_test(test_partial_fill_is_hedged_at_once),
        cmocka_unit_test(test_unfilled_maker_expires),
        cmocka_unit_test(test_hedge_that_cannot_fill),
        cmocka_unit_test(test_exposure_budget),
        cmocka_unit_test(test_taker_only_one_leg),
        cmocka_unit_test(test_rejections),
        cmocka_unit_test(test_duplicates_unknown_and_late),
        cmocka_unit_test(test_fill_after_the_end),
        cmocka_unit_test(test_self_trade_guard),
        cmocka_unit_test(test_lost_answer_does_not_block),
        cmocka_unit_test(test_stop_during_opening_and_flatten),
        cmocka_unit_test(test_stopped_while_it_closes),
        cmocka_unit_test(test_kill),
        cmocka_unit_test(test_kill_without_an_answer),
        cmocka_unit_test(test_kill_beside_a_hedge),
        cmocka_unit_test(test_paper_is_silent_when_live),
        cmocka_unit_test(test_no_room_waits),
        cmocka_unit_test(test_no_room_at_first),
        cmocka_unit_test(test_no_room_to_take),
        cmocka_unit_test(test_room_is_counted),
        cmocka_unit_test(test_pause_and_states),
        cmocka_unit_test(test_opposite_jobs_close_plainly),
        cmocka_unit_test(test_disk_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
