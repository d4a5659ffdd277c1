// One row per rule of risk_table: a desk on which exactly that rule refuses, with its figure and
// limit, and the neighbouring value that passes. A walk over the table demands a row for every
// rule.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

struct world {
    struct harness *h;
    struct job job;
};

// Each case sets one figure: `refused` puts it on the refusing side, else on the passing side.
struct row {
    enum rule rule;
    void (*set)(struct world *w, bool refused);
    int64_t figure, limit;
    bool any_figure; // the figure depends on the clock
};

static void set_killed(struct world *w, bool refused) {
    w->h->desk.killed = refused;
}
static void set_halted(struct world *w, bool refused) {
    w->h->desk.state = refused ? TRADING_HALTED : TRADING_ACTIVE;
}
static void set_reducing(struct world *w, bool refused) {
    w->h->desk.state = refused ? TRADING_REDUCING : TRADING_ACTIVE;
}
static void set_paused(struct world *w, bool refused) {
    w->h->desk.status = refused ? DESK_PAUSED : DESK_RUNNING;
}
static void set_reconcile(struct world *w, bool refused) {
    w->h->desk.reconcile.phase = refused ? RECONCILE_DIFFERS : RECONCILE_AGREED;
}
static void set_pool(struct world *w, bool refused) { // the wash pool holds 7000
    w->h->desk.capital.venues[H_LIGHTER].purse.used[POOL_WASH].v =
        7000 * USD_ONE - w->job.notional.v + refused;
    w->h->settings.capital.in_flight_max = BPS(10000);
}
static void set_order_notional(struct world *w, bool refused) {
    w->h->settings.capital.pool_share[POOL_WASH] = BPS(9000);
    w->job.notional.v = refused ? 500 * USD_ONE : 500 * USD_ONE - 1;
}
static void set_drawdown(struct world *w, bool refused) {
    harness_equity(w->h, H_EXTENDED, USD(refused ? 9000 : 9001));
}
static void set_day_loss(struct world *w, bool refused) {
    w->h->desk.positions.day_start_pnl.v = 500 * USD_ONE - !refused;
}
static void set_failures(struct world *w, bool refused) {
    w->h->desk.risk.failures = refused ? 3 : 2;
    w->h->desk.risk_mode = RISK_AGGRESSIVE; // the score must not refuse first
}
static void set_fast_market(struct world *w, bool refused) {
    w->h->desk.picture.symbols[H_BTC].frozen_until_ns = w->h->now_ns + H_MS(refused ? 1 : 0);
}
static void set_symbol_exposure(struct world *w, bool refused) { // 30 % of 30 000
    // A held position on the third venue, at the mid of 60000.05.
    int64_t held = 9000 * USD_ONE - 2 * w->job.notional.v;
    struct position position = {.net = qty_for_usd_floor((struct usd){held}, harness_mid(H_BTC))};
    position.net.v += refused ? 100 : -100;
    position_put(&w->h->desk, H_BINANCE, H_BTC, &position);
    w->h->settings.risk.position_max = USD(100000);
}
static void set_direction(struct world *w, bool refused) {
    struct job *other = job_create(&w->h->desk.jobs, w->h->now_ns);
    other->state = JOB_HOLDING;
    other->symbol = refused ? H_BTC : H_ETH;
    other->legs[LEG_SELL].venue = H_LIGHTER; // sells where this job buys
    other->legs[LEG_BUY].venue = H_BINANCE;
}
static void set_position_size(struct world *w, bool refused) {
    struct px mid = {60000 * PX_ONE + PX_ONE / 20};
    struct usd room = {5000 * USD_ONE - w->job.notional.v};
    struct position position = {.net = qty_for_usd_floor(room, mid)};
    position.net.v += refused ? 1 : 0;
    position_put(&w->h->desk, H_LIGHTER, H_BTC, &position);
    w->h->settings.risk.symbol_share_max = BPS(10000);
}
static void set_cool_down(struct world *w, bool refused) {
    w->h->desk.risk.cool_until_ns[H_BTC] = w->h->now_ns + H_MS(refused ? 1 : 0);
}
static void set_role(struct world *w, bool refused) {
    w->h->universe.venues[H_EXTENDED].role = refused ? VENUE_REFERENCE : VENUE_TRADE;
}
static void set_instrument(struct world *w, bool refused) {
    universe_listing(&w->h->universe, H_EXTENDED, H_BTC)->ready = !refused;
}
static void set_down(struct world *w, bool refused) {
    harness_feed(w->h, H_EXTENDED, refused ? FEED_STALE : FEED_LIVE, 0);
}
static void set_lane(struct world *w, enum lane_state state, enum deadman_state deadman) {
    w->h->desk.mode = DESK_LIVE;
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        w->h->desk.picture.venues[venue].lane.room = 10;
    }
    w->h->desk.picture.venues[H_LIGHTER].lane.state = LANE_READY;
    w->h->desk.picture.venues[H_EXTENDED].lane.state = (uint8_t)state;
    w->h->desk.picture.venues[H_EXTENDED].lane.deadman = (uint8_t)deadman;
}
static void set_no_keys(struct world *w, bool refused) {
    set_lane(w, refused ? LANE_NO_KEYS : LANE_READY, DEADMAN_OFF);
}
static void set_lane_blocked(struct world *w, bool refused) {
    set_lane(w, refused ? LANE_BLOCKED : LANE_READY, DEADMAN_ARMED);
}
static void set_deadman(struct world *w, bool refused) {
    set_lane(w, LANE_READY, refused ? DEADMAN_FAILED : DEADMAN_ARMED);
}
static void set_message_rate(struct world *w, bool refused) {
    set_lane(w, LANE_READY, DEADMAN_ARMED);
    w->h->desk.picture.venues[H_EXTENDED].lane.room = refused ? 0 : 1;
}
static void set_tripped(struct world *w, bool refused) {
    w->h->desk.risk.venues[H_EXTENDED].tripped_until_ns = w->h->now_ns + (refused ? NS_PER_S : 0);
}
static void set_clock(struct world *w, bool refused) {
    harness_feed(w->h, H_EXTENDED, FEED_LIVE, -H_MS(refused ? 251 : 250));
}
static void set_quote(struct world *w, bool refused) {
    struct px bid = harness_mid(H_BTC);
    harness_quote_flags(w->h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                        (struct qty){QTY_ONE}, refused ? QUOTE_ASK_SMALL : 0);
}
// One listing's quote gets old while its venue is mute; everything else stays fresh.
static void set_stale(struct world *w, bool refused) {
    struct harness *h = w->h;
    h->now_ns += H_MS(refused ? 501 : 500);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        if (venue != H_EXTENDED) {
            struct px bid = harness_mid(H_BTC);
            harness_quote(h, venue, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                          (struct qty){QTY_ONE});
        }
    }
}
static void set_quarantine(struct world *w, bool refused) {
    struct px bid = harness_mid(H_BTC);
    harness_quote_flags(w->h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                        (struct qty){QTY_ONE}, refused ? QUOTE_QUARANTINED : 0);
}
static void set_order_size(struct world *w, bool refused) {
    w->h->settings.risk.order_max.v = w->job.notional.v - refused;
}
static void set_order_small(struct world *w, bool refused) {
    struct listing *listing = universe_listing(&w->h->universe, H_EXTENDED, H_BTC);
    listing->size_min.v = w->job.legs[LEG_SELL].target.v + refused;
}
static void set_collar(struct world *w, bool refused) { // the median stays at the others' mid
    struct px mid = {60000 * PX_ONE + PX_ONE / 20};
    struct px bid = px_tick_ceil(px_shift_ceil(mid, (struct bps){-2000}), (struct px){PX_ONE / 10});
    bid.v -= refused ? 6 * PX_ONE / 10 : 0; // more than the rounding of 0.01 bps
    harness_quote(w->h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                  (struct qty){QTY_ONE});
}
static void set_self_trade(struct world *w, bool refused) {
    struct order *order = order_create(&w->h->desk.orders, 77 << 16);
    order->state = ORDER_OPEN;
    order->job = 77;
    order->venue = H_EXTENDED;
    order->symbol = refused ? H_BTC : H_ETH;
    order->side = SIDE_BUY; // this job sells there
}
static void set_slippage(struct world *w, bool refused) {
    struct px bid = harness_mid(H_BTC);
    struct px ask = {bid.v + PX_ONE / 10};
    struct qty small = {QTY_ONE / 1000}; // 60 USD shown; the rest lies deeper
    harness_quote(w->h, H_EXTENDED, H_BTC, bid, ask, small);
    harness_depth(w->h, H_EXTENDED, H_BTC, ask, bid, small, BPS_C(refused ? 520 : 400));
}
static void set_max_loss(struct world *w, bool refused) {
    w->job.edge.v = refused ? -201 : -200;
}
static void set_round_trip(struct world *w, bool refused) {
    struct harness *h = w->h;
    w->job.strategy = STRATEGY_ARB;
    w->job.edge = BPS(10);
    h->universe.venues[H_EXTENDED].taker_fee = h->universe.venues[H_EXTENDED].maker_fee = BPS(2);
    struct px bid = px_tick_ceil(px_shift_ceil(harness_mid(H_BTC), BPS(refused ? 3 : 5)),
                                 (struct px){PX_ONE / 10});
    harness_quote(h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                  (struct qty){QTY_ONE});
}
static void set_min_edge(struct world *w, bool refused) {
    set_round_trip(w, false); // something stands
    w->job.edge.v = refused ? 299 : 300;
    w->h->desk.threshold = (struct bps){0};
}
static void set_blackout(struct world *w, bool refused) {
    harness_funding(w->h, H_EXTENDED, H_BTC, (struct rate){0},
                    w->h->now_ns + 600 * NS_PER_S - H_MS(refused ? 1 : 0));
}
static void set_funding(struct world *w, bool refused) { // 60 s of a rate per hour: 2 bps
    int64_t per_hour = INT64_C(200) * 60 * 1000000;      // 200 units of 0.01 bps
    harness_funding(w->h, H_LIGHTER, H_BTC, (struct rate){per_hour + (refused ? 1 : 0)}, 0);
}
static void set_volatility(struct world *w, bool refused) {
    w->h->desk.picture.symbols[H_BTC].volatility.v = refused ? 6001 : 6000;
    w->h->desk.risk_mode = RISK_BALANCED;
}
static void set_spread(struct world *w, bool refused) { // usually 2 bps wide: five times is most
    struct harness *h = w->h;
    struct px bid = harness_mid(H_BTC);
    h->settings.risk.spread_calm = BPS(5);
    h->settings.risk.collar = BPS(100);
    h->settings.feeds.quorum = BPS(100);
    h->desk.picture.listings[listing_id(&h->universe, H_EXTENDED, H_BTC)].usual_spread.v = 0;
    for (int i = 0; i <= 6; i++) {
        for (uint16_t venue = 0; venue < H_VENUES; venue++) {
            int64_t ticks = venue != H_EXTENDED ? 1 : i < 6 ? 120 : refused ? 601 : 600;
            harness_quote(h, venue, H_BTC, bid, (struct px){bid.v + ticks * (PX_ONE / 10)},
                          (struct qty){QTY_ONE});
        }
        harness_advance(h, i < 6 ? H_MS(200) : 0);
    }
}
static void set_latency(struct world *w, bool refused) {
    w->h->desk.risk.venues[H_EXTENDED].latency_ns = H_MS(refused ? 1001 : 1000);
}
static void set_leverage(struct world *w, bool refused) { // equity / gross
    w->h->settings.risk.leverage_distance_min.v =
        mul_div_floor(10000 * USD_ONE, BPS_WHOLE, w->job.notional.v) + refused;
    w->h->desk.risk_mode = RISK_AGGRESSIVE;
}
static void set_score(struct world *w, bool refused) { // only the volume can tell: 0.35 of it
    w->h->settings.risk.volume_target = USD(1000);
    w->h->desk.positions.volume = USD(refused ? 1000 : 0);
    w->h->desk.risk.failures = refused ? 2 : 0;
    w->h->desk.risk.venues[H_EXTENDED].latency_ns = H_MS(refused ? 900 : 0);
}

#define ANY true
static const struct row rows[] = {
    {RULE_KILLED, set_killed, 0, 0, false},
    {RULE_HALTED, set_halted, 0, 0, false},
    {RULE_REDUCING, set_reducing, 0, 0, false},
    {RULE_PAUSED, set_paused, 0, 0, false},
    {RULE_RECONCILE, set_reconcile, 0, 0, false},
    {RULE_CAPITAL_POOL, set_pool, 0, 0, ANY},
    {RULE_ORDER_NOTIONAL, set_order_notional, 500 * USD_ONE, 500 * USD_ONE, false},
    {RULE_DRAWDOWN, set_drawdown, 100000, 100000, false},
    {RULE_DAY_LOSS, set_day_loss, 500 * USD_ONE, 500 * USD_ONE, false},
    {RULE_FAILURES, set_failures, 3, 3, false},
    {RULE_FAST_MARKET, set_fast_market, 1, 0, false},
    {RULE_SYMBOL_EXPOSURE, set_symbol_exposure, 0, 9000 * USD_ONE, ANY},
    {RULE_DIRECTION, set_direction, 1, 0, false},
    {RULE_POSITION_SIZE, set_position_size, 5000 * USD_ONE, 5000 * USD_ONE, ANY},
    {RULE_COOL_DOWN, set_cool_down, 1, 0, false},
    {RULE_VENUE_ROLE, set_role, 0, 0, false},
    {RULE_NO_INSTRUMENT, set_instrument, 0, 0, false},
    {RULE_VENUE_DOWN, set_down, 0, 0, false},
    {RULE_NO_KEYS, set_no_keys, 0, 0, false},
    {RULE_LANE, set_lane_blocked, 0, 0, false},
    {RULE_DEADMAN, set_deadman, 0, 0, false},
    {RULE_MESSAGE_RATE, set_message_rate, 1, 0, false},
    {RULE_VENUE_TRIPPED, set_tripped, 1, 0, false},
    {RULE_CLOCK_OFFSET, set_clock, 251, 250, false},
    {RULE_NO_QUOTE, set_quote, 0, 0, false},
    {RULE_QUOTE_STALE, set_stale, 501, 500, false},
    {RULE_QUARANTINE, set_quarantine, 5000, 5000, false},
    {RULE_ORDER_SIZE, set_order_size, 0, 0, ANY},
    {RULE_ORDER_SMALL, set_order_small, 0, 294001091, ANY}, // the least size at its ask
    {RULE_PRICE_COLLAR, set_collar, 0, 2000, ANY},
    {RULE_SELF_TRADE, set_self_trade, 77, 0, false},
    {RULE_SLIPPAGE, set_slippage, 0, 1000, ANY},
    {RULE_MIN_EDGE, set_min_edge, 299, 300, false},
    {RULE_MAX_LOSS, set_max_loss, -201, -200, false},
    {RULE_ROUND_TRIP, set_round_trip, -102, 0, false},
    {RULE_FUNDING_BLACKOUT, set_blackout, 599999, 600000, false},
    {RULE_FUNDING, set_funding, 201, 200, false},
    {RULE_VOLATILITY, set_volatility, 6001, 6000, false},
    {RULE_SPREAD, set_spread, 0, 0, ANY},
    {RULE_LATENCY, set_latency, 1001, 1000, false},
    {RULE_LEVERAGE, set_leverage, 0, 0, ANY},
    {RULE_SCORE, set_score, 0, 700000, ANY},
};

static struct verdict ask(struct world *w) {
    return risk_check_job(&w->h->desk, &w->job, w->h->now_ns, NULL);
}

static void world_create(struct world *w) {
    w->h = harness_create();
    w->job = harness_draft(w->h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
}

static const struct row *row_of(enum rule rule) {
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].rule == rule) {
            return &rows[i];
        }
    }
    return NULL;
}

// Any rule of the table without a row fails here; so does a row whose rule left the table.
static void test_every_rule_has_a_row(void **state) {
    (void)state;
    assert_int_equal(risk_table_count, COUNT_OF(rows));
    for (uint32_t i = 0; i < risk_table_count; i++) {
        if (row_of(risk_table[i].rule) == NULL) {
            fail_msg("%s has no row", rule_name(risk_table[i].rule));
        }
    }
}

static void test_each_rule(void **state) {
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct world w;
        world_create(&w);
        row->set(&w, false);
        struct verdict passed = ask(&w);
        harness_destroy(w.h);
        world_create(&w);
        row->set(&w, true);
        struct verdict refused = ask(&w);
        harness_destroy(w.h);
        if (passed.rule != RULE_NONE || refused.rule != row->rule) {
            fail_msg(
                "%s: neighbour gives %s (%lld against %lld), refusal is %s (%lld against %lld)",
                rule_name(row->rule), rule_name((enum rule)passed.rule), (long long)passed.figure,
                (long long)passed.limit, rule_name((enum rule)refused.rule),
                (long long)refused.figure, (long long)refused.limit);
        }
        if ((!row->any_figure && refused.figure != row->figure) ||
            (row->limit != 0 && refused.limit != row->limit)) {
            fail_msg("%s: %lld against %lld, expected %lld against %lld", rule_name(row->rule),
                     (long long)refused.figure, (long long)refused.limit, (long long)row->figure,
                     (long long)row->limit);
        }
    }
}

// Where the venue takes only what lowers a position nothing is opened.
static void test_closes_only(void **state) {
    (void)state;
    struct world w;
    world_create(&w);
    assert_int_equal(ask(&w).rule, RULE_NONE);
    universe_listing(&w.h->universe, H_EXTENDED, H_BTC)->closes_only = 1;
    assert_int_equal(ask(&w).rule, RULE_NO_INSTRUMENT);
    harness_destroy(w.h);
}

// The override passes soft rules and no hard one, says so, and ends by itself.
static void test_override(void **state) {
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        struct world w;
        world_create(&w);
        rows[i].set(&w, true);
        w.h->desk.override_until_ns = w.h->now_ns + 1;
        uint32_t relaxed = 0;
        struct verdict verdict = risk_check_job(&w.h->desk, &w.job, w.h->now_ns, &relaxed);
        if (rule_is_hard(rows[i].rule)) {
            assert_int_equal(verdict.rule, rows[i].rule);
        } else {
            assert_int_equal(verdict.rule, RULE_NONE);
            assert_true(relaxed >= 1);
        }
        w.h->desk.override_until_ns = w.h->now_ns; // over
        verdict = ask(&w);
        assert_int_not_equal(verdict.rule, RULE_NONE);
        harness_destroy(w.h);
    }
    struct harness *h = harness_create();
    harness_control(h, CONTROL_OVERRIDE, 300);
    assert_true(desk_overridden(&h->desk, h->now_ns));
    harness_advance(h, 299 * NS_PER_S);
    assert_true(desk_overridden(&h->desk, h->now_ns));
    assert_null(harness_alert(h, "override"));
    harness_advance(h, NS_PER_S);
    assert_false(desk_overridden(&h->desk, h->now_ns));
    assert_string_equal(harness_alert(h, "override")->text, "the manual override ended");
    harness_destroy(h);
}

static void test_capital_rules_name_themselves(void **state) {
    (void)state;
    struct world w;
    world_create(&w);
    w.h->settings.capital.single_max.v = 0;
    assert_int_equal(ask(&w).rule, RULE_CAPITAL_SINGLE);
    w.h->settings.capital.single_max = BPS(1000);
    w.h->settings.capital.in_flight_max.v = 0;
    assert_int_equal(ask(&w).rule, RULE_CAPITAL_IN_FLIGHT);
    w.h->settings.capital.in_flight_max = BPS(3000);
    w.job.strategy = STRATEGY_ARB;
    harness_equity(w.h, H_EXTENDED, USD(9500));
    struct verdict verdict = ask(&w);
    assert_int_equal(verdict.rule, RULE_SAFE_MODE);
    assert_int_equal(verdict.venue, H_EXTENDED);
    assert_int_equal(verdict.figure, 50000);
    assert_int_equal(verdict.limit, 50000);
    harness_destroy(w.h);
}

static void test_modes_change_what_is_accepted(void **state) {
    (void)state;
    static const struct {
        enum strategy strategy;
        int64_t edge;
        enum rule rule[RISK_MODE_COUNT];
    } cases[] = {
        {STRATEGY_WASH, -150, {RULE_MAX_LOSS, RULE_NONE, RULE_NONE}},
        {STRATEGY_WASH, -350, {RULE_MAX_LOSS, RULE_MAX_LOSS, RULE_NONE}},
        {STRATEGY_ARB, 150, {RULE_MIN_EDGE, RULE_MIN_EDGE, RULE_NONE}},
        {STRATEGY_ARB, 300, {RULE_MIN_EDGE, RULE_NONE, RULE_NONE}},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        for (int mode = 0; mode < RISK_MODE_COUNT; mode++) {
            struct world w;
            world_create(&w);
            set_round_trip(&w, false); // something stands
            w.h->desk.threshold = (struct bps){0};
            w.h->universe.venues[H_EXTENDED].maker_fee.v = 0;
            w.job.notional = USD(200);
            w.job.strategy = cases[i].strategy;
            w.job.edge.v = cases[i].edge;
            harness_control(w.h, CONTROL_RISK_MODE, mode);
            assert_int_equal(ask(&w).rule, cases[i].rule[mode]);
            harness_destroy(w.h);
        }
    }
}

// "a wash leg of 300 USD in a quiet market passes in all three modes, an arb leg of 50 USD in
// balanced and aggressive"
static void test_scores_of_the_specification(void **state) {
    (void)state;
    for (int mode = 0; mode < RISK_MODE_COUNT; mode++) {
        struct harness *h = harness_create();
        harness_control(h, CONTROL_RISK_MODE, mode);
        struct job wash = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
        assert_int_equal(risk_check_job(&h->desk, &wash, h->now_ns, NULL).rule, RULE_NONE);
        struct px bid = {harness_mid(H_BTC).v + 60 * PX_ONE}; // 10 bps
        harness_quote(h, H_EXTENDED, H_BTC, bid, (struct px){bid.v + PX_ONE / 10},
                      (struct qty){QTY_ONE});
        struct job arb = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(50));
        if (mode != RISK_CONSERVATIVE) {
            assert_int_equal(risk_check_job(&h->desk, &arb, h->now_ns, NULL).rule, RULE_NONE);
        }
        harness_destroy(h);
    }
}

static void test_breaker_and_failures(void **state) {
    (void)state;
    struct harness *h = harness_create();
    for (int i = 0; i < 3; i++) {
        assert_false(risk_venue_tripped(&h->desk, H_LIGHTER, h->now_ns));
        risk_note_reject(&h->desk, &h->engine.bus, H_LIGHTER);
        (void)bus_flush(&h->engine.bus);
    }
    assert_true(risk_venue_tripped(&h->desk, H_LIGHTER, h->now_ns));
    assert_false(risk_venue_tripped(&h->desk, H_LIGHTER, h->now_ns + 60 * NS_PER_S + NS_PER_S));
    h->desk.risk.failures = 2;
    harness_control(h, CONTROL_RESUME, 0);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_has_a_row),
        cmocka_unit_test(test_each_rule),
        cmocka_unit_test(test_closes_only),
        cmocka_unit_test(test_override),
        cmocka_unit_test(test_capital_rules_name_themselves),
        cmocka_unit_test(test_modes_change_what_is_accepted),
        cmocka_unit_test(test_scores_of_the_specification),
        cmocka_unit_test(test_breaker_and_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
