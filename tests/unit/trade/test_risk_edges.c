// Every branch of risk that test_risk's rows do not take: rules asked directly, on desks in states
// where an earlier rule would have refused; what risk remembers, and what it shows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness.h"

// The rule's own answer for a leg, whatever the rules before it say.
static bool refuses(struct harness *h, const struct job *job,
                    bool (*rule)(const struct risk_case *c, struct verdict *v), int leg,
                    struct verdict *v) {
    struct picture_mids mids;
    picture_gather_mids(&h->desk, job->symbol, h->now_ns, &mids);
    struct risk_score score = {0};
    struct risk_case c = {.desk = &h->desk,
                          .job = job,
                          .leg = leg,
                          .now_ns = h->now_ns,
                          .mids = &mids,
                          .score = &score};
    (void)picture_mids_median(&mids, VENUE_MAX, &c.median);
    *v = (struct verdict){0};
    return rule(&c, v);
}

static struct job wash(struct harness *h) {
    return harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
}

static struct quote *quote_of(struct harness *h, uint16_t venue) {
    return &h->desk.picture.listings[listing_id(&h->universe, venue, H_BTC)].quote;
}

static void test_quotes(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    struct verdict v;
    struct quote *quote = quote_of(h, H_EXTENDED);
    struct quote good = *quote;
    assert_false(refuses(h, &job, risk_execution_quote, LEG_SELL, &v));
    quote->bid.v = 0;
    assert_true(refuses(h, &job, risk_execution_quote, LEG_SELL, &v));
    *quote = good;
    quote->ask = quote->bid;
    assert_true(refuses(h, &job, risk_execution_quote, LEG_SELL, &v));
    *quote = good;
    quote->flags = QUOTE_BID_SMALL;
    assert_true(refuses(h, &job, risk_execution_quote, LEG_SELL, &v));
    *quote = good;

    for (int i = 0; i < 2; i++) { // old, but the venue tells that it is alive
        h->now_ns += H_MS(450);
        struct event_alive alive = {.venue = H_EXTENDED, .frame_ns = h->now_ns};
        harness_input(h, EVENT_FEED_ALIVE, &alive);
    }
    assert_false(refuses(h, &job, risk_execution_stale, LEG_SELL, &v));
    int64_t age_ms;
    assert_int_equal(picture_freshness(&h->desk, H_EXTENDED, H_BTC, h->now_ns, &age_ms),
                     FRESH_WARN);
    assert_int_equal(age_ms, 900);
    h->now_ns += 6 * NS_PER_S; // nobody is fresh: no median, the stale rule refuses
    assert_true(refuses(h, &job, risk_execution_stale, LEG_SELL, &v));
    assert_int_equal(v.figure, 6900);
    assert_false(refuses(h, &job, risk_execution_collar, LEG_SELL, &v));
    assert_false(refuses(h, &job, risk_execution_quarantine, LEG_SELL, &v));
    harness_destroy(h);
}

// A price above the median is as far as one below, for buyer and seller.
static void test_collar_both_ways(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    struct verdict v;
    for (int up = 0; up < 2; up++) {
        struct px bid = px_shift_floor(harness_mid(H_BTC), BPS(up ? 40 : -40));
        quote_of(h, H_EXTENDED)->bid = quote_of(h, H_LIGHTER)->bid = bid;
        quote_of(h, H_EXTENDED)->ask = quote_of(h, H_LIGHTER)->ask = (struct px){bid.v + PX_ONE};
        struct picture_mids mids = {.count = 1};
        struct risk_case c = {.desk = &h->desk, .job = &job, .mids = &mids};
        c.median = harness_mid(H_BTC);
        for (c.leg = LEG_BUY; c.leg <= LEG_SELL; c.leg++) {
            assert_true(risk_execution_collar(&c, &v));
            assert_in_range(v.figure, 3900, 4100);
        }
    }
    harness_destroy(h);
}

// Four venues are needed for a quorum; the bench has three, so the mids are given.
static void test_quorum(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    struct px mid = harness_mid(H_BTC);
    struct picture_mids mids = {.count = 4, .venues = {H_LIGHTER, H_BINANCE, 3, H_EXTENDED}};
    for (int i = 0; i < 4; i++) {
        mids.mids[i] = i < 3 ? px_shift_floor(mid, BPS(-60)).v : mid.v;
    }
    struct risk_case c = {
        .desk = &h->desk, .job = &job, .leg = LEG_SELL, .now_ns = h->now_ns, .mids = &mids};
    struct verdict v = {0};
    assert_true(risk_execution_quarantine(&c, &v));
    assert_in_range(v.figure, 5900, 6100);
    for (int i = 0; i < 4; i++) {
        mids.mids[i] = mid.v;
    }
    assert_false(risk_execution_quarantine(&c, &v));
    harness_destroy(h);
}

static void test_orders(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    struct verdict v;
    struct job small = job;
    small.legs[LEG_SELL].target.v = 0;
    assert_true(refuses(h, &small, risk_execution_order_small, LEG_SELL, &v));
    struct listing *listing = universe_listing(&h->universe, H_EXTENDED, H_BTC);
    struct usd least = listing->notional_min;
    listing->notional_min = USD(100000);
    assert_true(refuses(h, &job, risk_execution_order_small, LEG_SELL, &v));
    listing->notional_min = least;
    assert_false(refuses(h, &job, risk_execution_order_small, LEG_SELL, &v));

    // Hedged volume's own limit of slippage counts where it is the smaller one.
    h->settings.risk.slippage_max = BPS(40);
    (void)refuses(h, &job, risk_execution_slippage, LEG_SELL, &v);
    assert_int_equal(v.limit, 3000);
    h->settings.risk.slippage_max = BPS(20);
    (void)refuses(h, &job, risk_execution_slippage, LEG_SELL, &v);
    assert_int_equal(v.limit, 2000);
    struct job arb = job;
    arb.strategy = STRATEGY_ARB;
    h->settings.risk.slippage_max = BPS(40);
    (void)refuses(h, &arb, risk_execution_slippage, LEG_SELL, &v);
    assert_int_equal(v.limit, 4000);

    harness_feed(h, H_EXTENDED, FEED_LIVE, H_MS(251)); // ahead of us, not behind
    assert_true(refuses(h, &job, risk_execution_clock, LEG_SELL, &v));
    harness_destroy(h);
}

// The guard: any live order of ours on the listing's other side, and a job's own two legs.
static void test_self_trade(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    struct verdict v;
    struct order *order = order_create(&h->desk.orders, 77 << 16);
    order->state = ORDER_OPEN;
    order->job = 77;
    order->venue = H_BINANCE;
    order->symbol = H_BTC;
    order->side = SIDE_BUY;
    assert_false(refuses(h, &job, risk_execution_self_trade, LEG_SELL, &v));
    order->venue = H_EXTENDED;
    assert_true(refuses(h, &job, risk_execution_self_trade, LEG_SELL, &v));
    assert_int_equal(v.figure, 77);
    order->side = SIDE_SELL; // joins us
    assert_false(refuses(h, &job, risk_execution_self_trade, LEG_SELL, &v));
    order->side = SIDE_BUY;
    order->symbol = H_ETH;
    assert_false(refuses(h, &job, risk_execution_self_trade, LEG_SELL, &v));
    job.legs[LEG_SELL].venue = H_LIGHTER;
    assert_true(refuses(h, &job, risk_execution_self_trade, LEG_BUY, &v));
    job.single = true; // one leg alone names its venue twice
    assert_false(refuses(h, &job, risk_execution_self_trade, LEG_BUY, &v));
    harness_destroy(h);
}

// Room for closing what is open on the venue comes before an order more.
static void test_message_rate(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    struct verdict v;
    assert_false(refuses(h, &job, risk_execution_message_rate, LEG_SELL, &v)); // paper has none
    h->desk.mode = DESK_LIVE;
    h->desk.picture.venues[H_EXTENDED].lane.room = 4;
    struct job *other = job_create(&h->desk.jobs, h->now_ns);
    other->legs[LEG_BUY].venue = H_BINANCE;
    other->legs[LEG_BUY].opened.v = 1;
    other->legs[LEG_SELL].venue = H_EXTENDED;
    assert_false(refuses(h, &job, risk_execution_message_rate, LEG_SELL, &v));
    assert_int_equal(v.figure, 1);
    other->legs[LEG_SELL].working_open.v = 1;
    assert_false(refuses(h, &job, risk_execution_message_rate, LEG_SELL, &v));
    assert_int_equal(v.figure, 3);
    other->legs[LEG_BUY].venue = H_EXTENDED;
    assert_true(refuses(h, &job, risk_execution_message_rate, LEG_SELL, &v));
    assert_int_equal(v.figure, 5);
    struct event_lane *lane = &h->desk.picture.venues[H_EXTENDED].lane;
    lane->room = 1; // a second's budget: what closes may take turns, the order itself goes now
    lane->room_soon = 4;
    assert_false(refuses(h, &job, risk_execution_message_rate, LEG_SELL, &v));
    lane->room_soon = 3;
    assert_true(refuses(h, &job, risk_execution_message_rate, LEG_SELL, &v));
    lane->room = 0;
    lane->room_soon = 400;
    assert_true(refuses(h, &job, risk_execution_message_rate, LEG_SELL, &v));
    harness_destroy(h);
}

// What a person ordered, and what lowers exposure, is exempt from edges, scores and windows.
static void test_exemptions(void **state) {
    (void)state;
    static const struct {
        enum strategy strategy;
        bool exempt;
    } rows[] = {{STRATEGY_MANUAL, true},          {STRATEGY_TWAP, true},
                {STRATEGY_HEDGE_REBALANCE, true}, {STRATEGY_TAKE_PROFIT, true},
                {STRATEGY_MACD, false},           {STRATEGY_WASH, false}};
    struct harness *h = harness_create();
    h->desk.risk.failures = 3;
    h->settings.risk.volume_target = USD(1);
    h->desk.positions.volume = USD(5); // more than was wanted: no gap is left
    h->desk.risk.venues[H_EXTENDED].latency_ns = 60 * NS_PER_S;
    harness_funding(h, H_EXTENDED, H_BTC, (struct rate){0}, h->now_ns + NS_PER_S);
    struct verdict v;
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        struct job job = wash(h);
        job.strategy = rows[i].strategy;
        job.edge = BPS(-500);
        assert_int_equal(refuses(h, &job, risk_job_max_loss, -1, &v), !rows[i].exempt);
        assert_int_equal(refuses(h, &job, risk_job_funding_blackout, LEG_SELL, &v),
                         !rows[i].exempt);
        assert_int_equal(refuses(h, &job, risk_job_score, -1, &v), !rows[i].exempt);
        assert_false(refuses(h, &job, risk_job_min_edge, -1, &v));
        assert_false(refuses(h, &job, risk_job_round_trip, -1, &v));
        job.single = true;
        assert_false(refuses(h, &job, risk_job_max_loss, -1, &v));
    }
    struct job job = wash(h);
    assert_false(refuses(h, &job, risk_job_funding_blackout, LEG_BUY, &v)); // none is told
    h->now_ns += 2 * NS_PER_S; // it is over, and the next one not told yet
    assert_false(refuses(h, &job, risk_job_funding_blackout, LEG_SELL, &v));
    harness_destroy(h);
}

// Arbitrage needs an opportunity that stands, that crosses now, and that comes back.
static void test_round_trip(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job arb = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(100));
    struct verdict v;
    assert_true(refuses(h, &arb, risk_job_round_trip, -1, &v)); // nothing stands
    struct px bid =
        px_tick_ceil(px_shift_ceil(harness_mid(H_BTC), BPS(10)), (struct px){PX_ONE / 10});
    harness_quote(h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                  (struct qty){QTY_ONE});
    arb.edge = BPS(10);
    assert_false(refuses(h, &arb, risk_job_round_trip, -1, &v));
    h->desk.threshold = BPS(7); // a person's threshold above the mode's
    assert_false(refuses(h, &arb, risk_job_min_edge, -1, &v));
    assert_int_equal(v.limit, 700);
    h->desk.threshold = BPS(0);
    assert_false(refuses(h, &arb, risk_job_min_edge, -1, &v));
    assert_int_equal(v.limit, 300);
    harness_quote(h, H_EXTENDED, H_BTC, harness_mid(H_BTC),
                  (struct px){harness_mid(H_BTC).v + PX_ONE / 10}, (struct qty){QTY_ONE});
    assert_true(refuses(h, &arb, risk_job_round_trip, -1, &v)); // it stands, but crosses no more
    harness_destroy(h);
}

// Distance to liquidation: estimated, or as the venue tells it of the position that is held.
static void test_liquidation(void **state) {
    (void)state;
    struct harness *h = harness_create();
    const struct usd none = {0};
    assert_true(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_BUY) == INT64_MAX);
    struct position *held =
        &h->desk.positions.positions[listing_id(&h->universe, H_BINANCE, H_BTC)];
    position_put(&h->desk, H_BINANCE, H_BTC, &(struct position){.net = {QTY_ONE / 1000}});
    int64_t estimated = risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_BUY);
    assert_in_range(estimated, BPS_WHOLE * 160, BPS_WHOLE * 170); // 10 000 over 60 USD
    held->liquidation.v = 54000 * PX_ONE;                         // a long one: 10 % below
    assert_in_range(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_BUY), 99900,
                    100100);
    // Adding to it counts, shrinking it does not make the venue's word worse.
    assert_in_range(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, USD(60), SIDE_BUY), 99900,
                    100100);
    assert_true(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, USD(60), SIDE_SELL) >
                BPS_WHOLE);
    held->liquidation.v = 61000 * PX_ONE; // passed already
    assert_int_equal(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_BUY), 0);
    held->net.v = -QTY_ONE / 1000; // a short one: above
    held->liquidation.v = 66000 * PX_ONE;
    assert_in_range(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_SELL), 99900,
                    100100);
    assert_true(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, USD(60), SIDE_BUY) >
                BPS_WHOLE);
    held->liquidation.v = 0;
    assert_true(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_SELL) > BPS_WHOLE);
    held->liquidation.v = 66000 * PX_ONE;
    quote_of(h, H_BINANCE)->bid.v = 0; // no market to measure from
    assert_true(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_SELL) > BPS_WHOLE);
    held->net.v = 0;
    assert_true(risk_liquidation_distance(&h->desk, H_BINANCE, H_BTC, none, SIDE_SELL) ==
                INT64_MAX);
    harness_destroy(h);
}

static void test_scores(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    struct risk_score rest = risk_score_of(&h->desk, &job, h->now_ns);
    h->settings.risk.volume_target = USD(1000);
    h->desk.positions.volume = USD(500); // half way
    assert_true(risk_score_of(&h->desk, &job, h->now_ns).volume_ppm == rest.volume_ppm - 250000);
    h->desk.positions.volume = USD(2000); // more than wanted
    assert_true(risk_score_of(&h->desk, &job, h->now_ns).volume_ppm == rest.volume_ppm - 500000);
    h->desk.positions.volume = USD(-10);
    assert_true(risk_score_of(&h->desk, &job, h->now_ns).volume_ppm == rest.volume_ppm);
    h->settings.wash.notional_max = USD(0); // no largest leg: every one is
    assert_int_equal(risk_score_of(&h->desk, &job, h->now_ns).volume_ppm, PPM_ONE);
    h->settings.wash.notional_max = USD(10);
    assert_int_equal(risk_score_of(&h->desk, &job, h->now_ns).volume_ppm, PPM_ONE);
    h->settings.risk.failures_max = 0; // a limit of nothing
    struct risk_score calm = risk_score_of(&h->desk, &job, h->now_ns);
    h->desk.risk.failures = 1;
    assert_true(risk_score_of(&h->desk, &job, h->now_ns).safety_ppm < calm.safety_ppm);
    h->desk.capital.venues[H_LIGHTER].purse.equity = USD(0); // liquidation is at hand
    assert_true(risk_score_of(&h->desk, &job, h->now_ns).safety_ppm < calm.safety_ppm);
    struct job arb = job;
    arb.strategy = STRATEGY_ARB;
    assert_true(risk_score_of(&h->desk, &arb, h->now_ns).known);
    risk_score_job(&h->desk, &job, h->now_ns);
    assert_int_equal(job.safety_ppm, risk_score_of(&h->desk, &job, h->now_ns).safety_ppm);
    harness_destroy(h);
}

// Whose jobs count against a new one: those that run, on the same symbol, with a leg on its venue.
static void test_other_jobs(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h), *other = job_create(&h->desk.jobs, h->now_ns);
    const uint32_t id = other->id;
    struct verdict v;
    const struct {
        enum job_state state;
        uint16_t symbol, buy, sell;
        bool single, direction, size, exposure;
    } rows[] = {
        {JOB_PENDING, H_BTC, H_EXTENDED, H_LIGHTER, false, false, false, false},
        {JOB_OPENING, H_ETH, H_EXTENDED, H_LIGHTER, false, false, false, false},
        {JOB_OPENING, H_BTC, H_EXTENDED, H_LIGHTER, false, true, false, true},
        {JOB_OPENING, H_BTC, H_LIGHTER, H_EXTENDED, false, false, true, true},
        {JOB_OPENING, H_BTC, H_BINANCE, H_BINANCE, false, false, false, true},
        {JOB_HOLDING, H_BTC, H_EXTENDED, H_LIGHTER, false, true, false, false},
        {JOB_OPENING, H_BTC, H_LIGHTER, H_LIGHTER, true, false, true, true}, // buys, and no more
    };
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        *other = (struct job){.id = id,
                              .state = rows[i].state,
                              .symbol = rows[i].symbol,
                              .single = rows[i].single,
                              .only = LEG_BUY,
                              .notional = USD(4900)};
        other->legs[LEG_BUY].venue = rows[i].buy;
        other->legs[LEG_SELL].venue = rows[i].sell;
        assert_int_equal(refuses(h, &job, risk_account_direction, LEG_BUY, &v), rows[i].direction);
        assert_int_equal(refuses(h, &job, risk_position_size, LEG_BUY, &v), rows[i].size);
        (void)refuses(h, &job, risk_account_symbol_exposure, -1, &v);
        assert_int_equal(v.figure > 4900 * USD_ONE, rows[i].exposure);
        assert_false(refuses(h, other, risk_account_direction, LEG_BUY, &v)); // not against itself
        assert_false(refuses(h, other, risk_position_size, LEG_BUY, &v));
        (void)refuses(h, other, risk_account_symbol_exposure, -1, &v);
    }
    job.single = true; // one leg alone: nothing is asked of the other
    job.only = LEG_BUY;
    job.strategy = STRATEGY_MANUAL;
    h->universe.venues[H_EXTENDED].role = VENUE_REFERENCE;
    h->settings.risk.position_max = USD(100000);
    h->settings.risk.symbol_share_max = BPS(10000);
    assert_int_equal(risk_check_job(&h->desk, &job, h->now_ns, NULL).rule, RULE_NONE);
    job.only = LEG_SELL;
    assert_int_equal(risk_check_job(&h->desk, &job, h->now_ns, NULL).rule, RULE_VENUE_ROLE);
    harness_destroy(h);
}

// Half the day's limits: the smaller of the amount and the share.
static void test_day_loss_limit(void **state) {
    (void)state;
    struct harness *h = harness_create();
    assert_int_equal(risk_day_loss_limit(&h->desk).v, 500 * USD_ONE);
    h->settings.risk.day_loss_share = BPS(100); // of 30 000
    assert_int_equal(risk_day_loss_limit(&h->desk).v, 300 * USD_ONE);
    struct job job = wash(h);
    h->desk.override_until_ns = h->now_ns + NS_PER_S;
    h->desk.risk.failures = 9; // soft: nobody has to count what was relaxed
    assert_int_equal(risk_check_job(&h->desk, &job, h->now_ns, NULL).rule, RULE_NONE);
    harness_destroy(h);
}

static void deny(struct harness *h, const struct job *job, enum rule rule) {
    struct verdict verdict = {.rule = (uint16_t)rule, .venue = VENUE_MAX, .symbol = job->symbol};
    h->engine.bus.now_ns = h->now_ns;
    risk_note_denial(&h->desk, &h->engine.bus, job, &verdict);
    (void)bus_flush(&h->engine.bus);
}

// One row per strategy, symbol, venues and rule; told when new or a second old; the oldest goes.
static void test_denials(void **state) {
    (void)state;
    struct harness *h = harness_create();
    const struct risk *risk = &h->desk.risk;
    struct job job = wash(h);
    deny(h, &job, RULE_PAUSED);
    deny(h, &job, RULE_PAUSED);
    assert_int_equal(risk->denial_count, 1);
    assert_int_equal(risk->denials[0].count, 2);
    assert_int_equal(harness_count(h, EVENT_DENIED), 1);
    h->now_ns += NS_PER_S;
    deny(h, &job, RULE_PAUSED);
    assert_int_equal(harness_count(h, EVENT_DENIED), 2);
    struct job others[4] = {job, job, job, job};
    others[0].strategy = STRATEGY_ARB;
    others[1].symbol = H_ETH;
    others[2].legs[LEG_BUY].venue = H_BINANCE;
    others[3].legs[LEG_SELL].venue = H_BINANCE;
    for (int i = 0; i < 4; i++) {
        deny(h, &others[i], RULE_PAUSED);
        assert_int_equal(risk->denial_count, 2 + i);
    }
    deny(h, &job, RULE_HALTED);
    assert_int_equal(risk->denial_count, 6);
    for (int rule = RULE_NONE + 1; rule <= STATE_DENIALS_MAX + 1; rule++) {
        struct job fresh = job;
        fresh.legs[LEG_BUY].venue = H_BINANCE;
        fresh.legs[LEG_SELL].venue = H_LIGHTER;
        deny(h, &fresh, (enum rule)rule);
    }
    assert_int_equal(risk->denial_count, STATE_DENIALS_MAX);
    assert_int_equal(risk->denials[0].verdict.rule, STATE_DENIALS_MAX + 1);
    harness_destroy(h);
}

// Losing trades in a row switch a strategy off; hedged volume may lose what it plans to.
static void test_losing(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct bus *bus = &h->engine.bus;
    struct job volume = wash(h), arb = volume, adopted = volume;
    arb.strategy = STRATEGY_ARB;
    adopted.adopted = true;
    for (int i = 0; i < 5; i++) {
        risk_note_ended(&h->desk, bus, &volume, (struct usd){-10000}); // a cent
        risk_note_ended(&h->desk, bus, &adopted, USD(-100));
    }
    assert_int_equal(h->desk.risk.strategies_off, 0);
    for (int i = 0; i < 4; i++) {
        risk_note_ended(&h->desk, bus, &arb, USD(-1));
    }
    risk_note_ended(&h->desk, bus, &arb, USD(1)); // one that won ends the row
    for (int i = 0; i < 5; i++) {
        assert_int_equal(h->desk.risk.strategies_off, 0);
        risk_note_ended(&h->desk, bus, &arb, USD(-1));
    }
    (void)bus_flush(bus);
    assert_int_equal(h->desk.risk.strategies_off, 1 << STRATEGY_ARB);
    assert_non_null(harness_alert(h, "losing"));
    harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 1, STRATEGY_ARB);
    assert_int_equal(h->desk.risk.strategies_off, 0);
    harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 0, STRATEGY_WASH);
    assert_int_equal(h->desk.risk.strategies_off, 1 << STRATEGY_WASH);
    harness_destroy(h);
}

static void test_failures_and_controls(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job job = wash(h);
    for (int i = 0; i < 4; i++) { // said once, at the limit
        assert_int_equal(harness_alert(h, "failures") != NULL, i >= 3);
        risk_note_failure(&h->desk, &h->engine.bus, &job);
        (void)bus_flush(&h->engine.bus);
    }
    assert_int_equal(harness_count(h, EVENT_RISK_STATE) > 3, true);
    harness_control(h, CONTROL_OVERRIDE, 60);
    assert_true(desk_overridden(&h->desk, h->now_ns));
    harness_control(h, CONTROL_OVERRIDE, 0);
    assert_false(desk_overridden(&h->desk, h->now_ns));
    const uint16_t others[] = {CONTROL_CANCEL_JOB, CONTROL_FLATTEN, CONTROL_SUBMIT,
                               CONTROL_ACKNOWLEDGE, CONTROL_COUNT};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) { // others' verbs change nothing of risk
        struct event_control control = {.verb = others[i], .value = 1};
        harness_mark(h);
        bus_emit(&h->engine.bus, EVENT_CONTROL, &control);
        (void)bus_flush(&h->engine.bus);
        assert_int_equal(harness_count(h, EVENT_RISK_STATE), 0);
    }
    harness_control(h, CONTROL_THRESHOLD, 250);
    assert_int_equal(h->desk.threshold.v, 250);
    harness_control_at(h, CONTROL_VENUE_ROLE, H_BINANCE, CONTROL_ANY, VENUE_REFERENCE, 0);
    assert_int_equal(h->universe.venues[H_BINANCE].role, VENUE_REFERENCE);
    harness_control(h, CONTROL_STATE, TRADING_REDUCING);
    assert_int_equal(h->desk.state, TRADING_REDUCING);
    harness_control(h, CONTROL_KILL, 0);
    assert_true(h->desk.killed);
    harness_control(h, CONTROL_CLEAR, 0);
    assert_false(h->desk.killed);
    assert_int_equal(h->desk.status, DESK_PAUSED);                     // clearing is not resuming
    risk_note_latency(&h->desk, H_LIGHTER, H_MS(80), ORDER_POST_ONLY); // says nothing of the venue
    assert_int_equal(h->desk.risk.venues[H_LIGHTER].latency_ns, 0);
    risk_note_latency(&h->desk, H_LIGHTER, H_MS(80), ORDER_IOC);
    risk_note_latency(&h->desk, H_LIGHTER, H_MS(160), ORDER_IOC);
    assert_int_equal(h->desk.risk.venues[H_LIGHTER].latency_ns, H_MS(90));
    harness_destroy(h);
}

// A kill and a state that a person latched stay so over a restart; nothing known changes nothing.
static void test_latched_over_a_restart(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_past_end past = {.killed = 1, .state = TRADING_HALTED, .session_key = 7};
    harness_input(h, EVENT_PAST_END, &past);
    assert_false(h->desk.killed);
    past.known = 1;
    harness_input(h, EVENT_PAST_END, &past);
    assert_true(h->desk.killed);
    assert_int_equal(h->desk.state, TRADING_HALTED);
    risk_cool_down(&h->desk, h->now_ns + NS_PER_S); // as an alert rule asks
    risk_cool_down(&h->desk, h->now_ns);            // never shorter than it was
    assert_int_equal(h->desk.risk.cool_until_ns[H_ETH], h->now_ns + NS_PER_S);
    harness_destroy(h);
}

// Refused, or unanswered: three in a row open the breaker; an answer in between ends the row.
static void test_breaker(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_paper_off(h);
    struct job draft = wash(h);
    (void)harness_open(h, &draft);
    const struct event_order maker = harness_last(h, EVENT_ORDER_COMMAND)->u.order;
    uint16_t venue = maker.venue;
    struct bus *bus = &h->engine.bus;
    risk_note_reject(&h->desk, bus, venue);
    risk_note_reject(&h->desk, bus, venue);
    risk_note_answer(&h->desk, venue);
    risk_note_reject(&h->desk, bus, venue);
    risk_note_reject(&h->desk, bus, venue);
    harness_report(h, maker.order, venue, REPORT_UNKNOWN, (struct px){0}, (struct qty){0});
    assert_true(risk_venue_tripped(&h->desk, venue, h->now_ns));
    assert_non_null(strstr(harness_alert(h, "venue_tripped")->text, "failed 3 orders in a row"));
    struct state_venue row;
    risk_publish_venue(&h->desk, venue, h->now_ns, &row);
    assert_true(row.tripped);
    assert_int_equal(row.tripped_until_ns, h->now_ns + 60 * NS_PER_S);
    risk_publish_venue(&h->desk, venue, h->now_ns + 60 * NS_PER_S, &row);
    assert_int_equal(row.tripped_until_ns, 0);
    h->desk.risk.venues[venue].rejects = 2;
    harness_report(h, maker.order, venue, REPORT_ACCEPTED, (struct px){0}, (struct qty){0});
    assert_int_equal(h->desk.risk.venues[venue].rejects, 0);
    h->desk.risk.venues[venue].rejects = 1000;
    h->settings.risk.venue_failures_max = 1000;
    risk_publish_venue(&h->desk, venue, h->now_ns, &row);
    assert_int_equal(row.rejects, UINT8_MAX);
    assert_int_equal(row.rejects_max, UINT8_MAX);
    harness_destroy(h);
}

static struct state_risk picture(struct desk *desk, struct state_draft *draft, int64_t now_ns) {
    risk_component.publish(desk, draft, now_ns);
    return *STATE_ROWS(draft, STATE_RISK, struct state_risk);
}

// More freezes than there are rows, the steps of a kill, the exposure clocks of the running jobs.
static void test_picture(void **state) {
    (void)state;
    enum { MANY = STATE_FREEZES_MAX + 4 };
    struct settings settings = harness_settings();
    struct universe universe;
    assert_int_equal(universe_create(&universe, 1, MANY), STATUS_OK);
    struct desk *desk = calloc(1, sizeof(*desk));
    assert_non_null(desk);
    assert_int_equal(desk_create(desk, DESK_PAPER, &settings, &universe), STATUS_OK);
    struct state_draft draft;
    assert_int_equal(state_draft_create(&draft, &universe), STATUS_OK);
    const int64_t now_ns = H_START_NS;
    assert_int_equal(picture(desk, &draft, now_ns).freeze_count, 0);
    for (uint16_t symbol = 0; symbol < MANY; symbol++) {
        desk->picture.symbols[symbol].frozen_until_ns = now_ns + 1;
    }
    desk->risk.cool_until_ns[MANY - 1] = now_ns + 1;
    assert_int_equal(picture(desk, &draft, now_ns).freeze_count, STATE_FREEZES_MAX);
    desk->picture.symbols[0].frozen_until_ns = 0;
    desk->risk.cool_until_ns[0] = now_ns + 1;
    assert_int_equal(picture(desk, &draft, now_ns).freezes[0].rule, RULE_COOL_DOWN);

    assert_int_equal(picture(desk, &draft, now_ns).kill_step, KILL_NONE);
    desk->killed = true;
    assert_int_equal(picture(desk, &draft, now_ns).kill_step, KILL_DONE);
    desk->execution.kill_flattening = true;
    assert_int_equal(picture(desk, &draft, now_ns).kill_step, KILL_FLATTENING);
    desk->execution.kill_verifying = true;
    assert_int_equal(picture(desk, &draft, now_ns).kill_step, KILL_CANCELLING);
    for (int i = 2; i > 0; i--) {
        job_create(&desk->jobs, now_ns)->unhedged_usd_s = i * USD_ONE;
    }
    struct state_risk row = picture(desk, &draft, now_ns);
    assert_int_equal(row.unhedged_usd_s, 2 * USD_ONE);
    assert_int_equal(row.unhedged_usd_s_total, 3 * USD_ONE);
    state_draft_finish(&draft);
    desk_finish(desk);
    free(desk);
    universe_finish(&universe);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_collar_both_ways),
        cmocka_unit_test(test_quorum),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_self_trade),
        cmocka_unit_test(test_message_rate),
        cmocka_unit_test(test_exemptions),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_liquidation),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_other_jobs),
        cmocka_unit_test(test_day_loss_limit),
        cmocka_unit_test(test_denials),
        cmocka_unit_test(test_losing),
        cmocka_unit_test(test_failures_and_controls),
        cmocka_unit_test(test_latched_over_a_restart),
        cmocka_unit_test(test_breaker),
        cmocka_unit_test(test_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
