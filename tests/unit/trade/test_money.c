// Pools, reservations, positions, costs: the arithmetic of money.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

static void test_pools(void **state) {
    (void)state;
    struct settings all = harness_settings();
    const struct settings_capital *s = &all.capital;
    const struct {
        const char *name;
        struct usd used[CAPITAL_PARTS_MAX];
        bool safe;
        enum pool pool;
        struct usd amount;
        enum rule rule;
        int64_t figure, limit;
    } rows[] = {
        {"wash, untouched", {{0}}, false, POOL_WASH, USD(1000), RULE_NONE, 0, 0},
        {"single",
         {{0}},
         false,
         POOL_WASH,
         {1000 * USD_ONE + 1},
         RULE_CAPITAL_SINGLE,
         1000 * USD_ONE + 1,
         1000 * USD_ONE},
        {"in flight, just", {USD(2500)}, false, POOL_WASH, USD(500), RULE_NONE, 0, 0},
        {"in flight, over",
         {USD(2500)},
         false,
         POOL_WASH,
         {500 * USD_ONE + 1},
         RULE_CAPITAL_IN_FLIGHT,
         3000 * USD_ONE + 1,
         3000 * USD_ONE},
        {"arb at half: no help", {{0}, USD(1000)}, false, POOL_ARB, USD(1000), RULE_NONE, 0, 0},
        {"arb above half: reserve helps",
         {{0}, USD(1900)},
         false,
         POOL_ARB,
         USD(1000),
         RULE_NONE,
         0,
         0},
        {"arb and reserve used up",
         {{0}, USD(1900), USD(100)},
         false,
         POOL_ARB,
         USD(1000),
         RULE_NONE,
         0,
         0},
        {"arb, safe mode", {{0}}, true, POOL_ARB, USD(50), RULE_SAFE_MODE, 0, 50000},
        {"wash, safe mode", {{0}}, true, POOL_WASH, USD(50), RULE_NONE, 0, 0},
        {"reserve, safe mode", {{0}}, true, POOL_RESERVE, USD(50), RULE_NONE, 0, 0},
        {"reserve, over",
         {{0}, {0}, USD(990)},
         false,
         POOL_RESERVE,
         USD(11),
         RULE_CAPITAL_POOL,
         11 * USD_ONE,
         10 * USD_ONE},
    };
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        struct purse purse = {.equity = USD(10000), .safe_mode = rows[i].safe};
        memcpy(purse.used, rows[i].used, sizeof(purse.used));
        struct verdict v = allocator_check(s, &purse, rows[i].pool, rows[i].amount);
        if (v.rule != rows[i].rule || v.figure != rows[i].figure || v.limit != rows[i].limit) {
            fail_msg("%s: %s %lld against %lld", rows[i].name, rule_name((enum rule)v.rule),
                     (long long)v.figure, (long long)v.limit);
        }
    }
}

static void test_top_up_is_split_and_given_back(void **state) {
    (void)state;
    struct settings all = harness_settings();
    struct purse purse = {.equity = USD(10000), .used = {{0}, USD(1900), {0}}};
    struct usd from[CAPITAL_PARTS_MAX];
    allocator_take(&all.capital, &purse, POOL_ARB, USD(300), from);
    assert_int_equal(from[POOL_ARB].v, 100 * USD_ONE);
    assert_int_equal(from[POOL_RESERVE].v, 200 * USD_ONE);
    assert_int_equal(purse.used[POOL_ARB].v, 2000 * USD_ONE);
    assert_int_equal(allocator_in_flight(&purse).v, 2200 * USD_ONE);
    allocator_give_back(&purse, from);
    assert_int_equal(purse.used[POOL_ARB].v, 1900 * USD_ONE);
    assert_int_equal(purse.used[POOL_RESERVE].v, 0);
}

// Five layers: a strategy has its own, borrows from L5, and safe mode leaves L1 and L4 open.
static void test_layers(void **state) {
    (void)state;
    struct settings all = harness_settings();
    struct settings_capital *s = &all.capital;
    s->model = CAPITAL_FIVE;
    s->single_max = s->in_flight_max = BPS(10000);
    s->layer_use_max[LAYER_3] = BPS(8000);
    assert_int_equal(allocator_part_count(s), LAYER_COUNT);
    assert_int_equal(allocator_part_of(s, STRATEGY_WASH), LAYER_1);
    assert_int_equal(allocator_part_of(s, STRATEGY_ARB), LAYER_3);
    assert_string_equal(allocator_part_name(s, LAYER_3), "L3");
    const struct {
        const char *name;
        struct usd used[CAPITAL_PARTS_MAX];
        bool safe, borrow;
        uint32_t part;
        int64_t available;
    } rows[] = {
        {"L1 and what L5 has", {{0}}, false, true, LAYER_1, 2000 + 1500},
        {"L1 alone", {{0}}, false, false, LAYER_1, 2000},
        {"L3 up to its largest use", {{0}}, false, false, LAYER_3, 2000},
        {"L3 used up, L5 in part",
         {{0}, {0}, USD(2000), {0}, USD(500)},
         false,
         true,
         LAYER_3,
         1000},
        {"L5 borrows from nobody", {{0}, {0}, {0}, {0}, USD(500)}, false, true, LAYER_5, 1000},
        {"safe: L1 without L5", {{0}}, true, true, LAYER_1, 2000},
        {"safe: L4 is open", {{0}}, true, true, LAYER_4, 1000},
        {"safe: L2 is closed", {{0}}, true, true, LAYER_2, 0},
        {"safe: L3 is closed", {{0}}, true, true, LAYER_3, 0},
        {"safe: L5 is closed", {{0}}, true, true, LAYER_5, 0},
    };
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        struct purse purse = {.equity = USD(10000), .safe_mode = rows[i].safe};
        memcpy(purse.used, rows[i].used, sizeof(purse.used));
        s->layer_borrow = rows[i].borrow;
        if (allocator_available(s, &purse, rows[i].part).v != rows[i].available * USD_ONE) {
            fail_msg("%s: %lld", rows[i].name,
                     (long long)allocator_available(s, &purse, rows[i].part).v);
        }
    }
    struct purse safe = {.equity = USD(10000), .safe_mode = true};
    assert_int_equal(allocator_check(s, &safe, LAYER_3, USD(1)).rule, RULE_SAFE_MODE);
    s->layer_borrow = true;
    struct purse purse = {.equity = USD(10000), .used = {USD(1900)}};
    struct usd from[CAPITAL_PARTS_MAX];
    assert_int_equal(allocator_check(s, &purse, LAYER_1, USD(1601)).rule, RULE_CAPITAL_POOL);
    allocator_take(s, &purse, LAYER_1, USD(300), from);
    assert_int_equal(from[LAYER_1].v, 100 * USD_ONE);
    assert_int_equal(from[LAYER_5].v, 200 * USD_ONE);
    assert_int_equal(allocator_in_flight(&purse).v, 2200 * USD_ONE);
    allocator_give_back(&purse, from);
    assert_int_equal(purse.used[LAYER_5].v, 0);
    assert_int_equal(purse.used[LAYER_1].v, 1900 * USD_ONE);
}

// A whole desk under the other model: the job takes from its layer, the picture shows layers.
static void test_desk_with_layers(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.capital.model = CAPITAL_FIVE;
    harness_start(h);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    const struct purse *purse = &h->desk.capital.venues[H_LIGHTER].purse;
    assert_int_equal(purse->used[LAYER_1].v, job->notional.v);
    harness_advance(h, 6 * NS_PER_S);
    const struct event_capital *told = &harness_last(h, EVENT_CAPITAL_UPDATED)->u.capital;
    assert_int_equal(told->model, CAPITAL_FIVE);
    assert_true(told->available[LAYER_5].v > 0);
    engine_publish(&h->engine);
    struct state_capital rows[VENUE_MAX];
    uint64_t version;
    assert_int_equal(state_read(engine_board(&h->engine), STATE_CAPITAL, rows, &version), H_VENUES);
    assert_int_equal(rows[0].model, CAPITAL_FIVE);
    assert_int_equal(rows[0].pools[POOL_ARB].size.v, 0);
    assert_true(rows[0].layers[LAYER_2].size.v > 0);
    harness_destroy(h);
}

// A live venue has nothing to lend until it tells its balance; its drawdown counts from there.
static void test_live_balances_are_told(void **state) {
    (void)state;
    struct settings settings = harness_settings();
    struct capital capital;
    capital_start(&capital, DESK_LIVE, &settings, H_VENUES);
    assert_int_equal(capital.venues[H_LIGHTER].purse.equity.v, 0);
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    capital_start(&h->desk.capital, DESK_LIVE, &h->settings, H_VENUES);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    assert_int_equal(capital_check_job(&h->desk, &draft).rule, RULE_CAPITAL_SINGLE);
    harness_equity(h, H_LIGHTER, USD(800)); // far below equity_usd
    assert_int_equal(capital_drawdown(&h->desk, H_LIGHTER).v, 0);
    assert_false(capital_safe_mode(&h->desk, H_LIGHTER));
    harness_equity(h, H_LIGHTER, USD(760));
    assert_int_equal(capital_drawdown(&h->desk, H_LIGHTER).v, 50000);
    assert_true(capital_safe_mode(&h->desk, H_LIGHTER));
    assert_int_equal(capital_start_equity(&h->desk).v, 800 * USD_ONE);
    assert_int_equal(capital_all_equity(&h->desk).v, 760 * USD_ONE);
    harness_destroy(h);
}

// What lies on a venue that does not trade now is still the account's; limits count without it.
static void test_equity_of_a_venue_switched_off(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct state_draft draft;
    assert_int_equal(state_draft_create(&draft, &h->universe), STATUS_OK);
    int64_t all = capital_total_equity(&h->desk).v;
    h->universe.venues[H_LIGHTER].role = VENUE_OFF;
    assert_int_equal(capital_total_equity(&h->desk).v, all - 10000 * USD_ONE);
    scheduler_publish(&h->desk, &draft, h->now_ns);
    const struct state_header *header = STATE_ROWS(&draft, STATE_HEADER, struct state_header);
    assert_int_equal(header->equity.v, all);
    assert_int_equal(header->equity_start.v, all);
    state_draft_finish(&draft);
    harness_destroy(h);
}

static void test_all_legs_or_nothing(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = job_create(&h->desk.jobs, h->now_ns);
    uint32_t id = job->id;
    *job = draft;
    job->id = id;
    struct purse *buy = &h->desk.capital.venues[H_LIGHTER].purse;
    struct purse *sell = &h->desk.capital.venues[H_EXTENDED].purse;
    sell->used[POOL_WASH] = USD(2900);
    struct verdict v = capital_reserve_job(&h->desk, job);
    assert_int_equal(v.rule, RULE_CAPITAL_IN_FLIGHT);
    assert_int_equal(v.venue, H_EXTENDED);
    assert_int_equal(buy->used[POOL_WASH].v, 0); // the first leg took nothing
    assert_int_equal(job->reserved.v, 0);
    sell->used[POOL_WASH] = USD(0);
    assert_int_equal(capital_reserve_job(&h->desk, job).rule, RULE_NONE);
    assert_int_equal(buy->used[POOL_WASH].v, job->notional.v);
    assert_int_equal(sell->used[POOL_WASH].v, job->notional.v);
    capital_release(&h->desk, job);
    capital_release(&h->desk, job); // idempotent
    assert_int_equal(buy->used[POOL_WASH].v, 0);
    assert_int_equal(sell->used[POOL_WASH].v, 0);
    harness_destroy(h);
}

static void test_safe_mode(void **state) {
    (void)state;
    static const struct {
        int64_t equity;
        bool safe;
        const char *said;
    } steps[] = {
        {10000 * USD_ONE, false, NULL},     {9501 * USD_ONE, false, NULL},
        {9500 * USD_ONE, true, "enters"},   {9499 * USD_ONE, true, NULL},
        {9501 * USD_ONE, false, "leaves"},  {20000 * USD_ONE, false, NULL},
        {19000 * USD_ONE, true, "enters"}, // 5 % of the new peak
        {19001 * USD_ONE, false, "leaves"},
    };
    struct harness *h = harness_create();
    for (uint32_t i = 0; i < COUNT_OF(steps); i++) {
        harness_mark(h);
        harness_equity(h, H_EXTENDED, (struct usd){steps[i].equity});
        assert_int_equal(capital_safe_mode(&h->desk, H_EXTENDED), steps[i].safe);
        const struct event_alert *alert = harness_alert(h, "safe_mode");
        assert_int_equal(alert != NULL, steps[i].said != NULL);
        assert_true(alert == NULL || strstr(alert->text, steps[i].said) != NULL);
        assert_false(capital_safe_mode(&h->desk, H_LIGHTER));
    }
    harness_destroy(h);
}

static void fill_by_hand(struct harness *h, uint16_t venue, enum side side, int64_t price_usd,
                         struct qty size, uint64_t trade) {
    struct event_fill fill = {.venue = venue,
                              .symbol = H_BTC,
                              .trade = trade,
                              .side = (uint8_t)side,
                              .price = {price_usd * PX_ONE},
                              .size = size};
    bus_emit(&h->engine.bus, EVENT_ORDER_FILLED, &fill);
    (void)bus_flush(&h->engine.bus);
}

// The example of section 9.
// One of three trading venues over half of the equity of all: warned of once, again after it had
// gone.
static void test_concentration(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE; // balances are told, not worked out
    static const struct {
        int64_t equity;
        bool warned;
    } steps[] = {{10000, false}, {20000, false}, {20001, true},
                 {20002, false}, {20000, false}, {30000, true}};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        harness_mark(h);
        harness_equity(h, H_EXTENDED, USD(steps[i].equity));
        harness_advance(h, 6 * NS_PER_S);
        assert_int_equal(harness_alert(h, "concentration") != NULL, steps[i].warned);
    }
    harness_destroy(h);
}

// Nothing to compare: nobody trades, nobody has anything, or one has all.
static void test_no_concentration(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    h->settings.risk.concentration_warn = BPS(1);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        harness_equity(h, venue, (struct usd){0});
    }
    harness_advance(h, 6 * NS_PER_S);
    assert_null(harness_alert(h, "concentration"));
    harness_equity(h, H_BINANCE, USD(50)); // one venue has all
    harness_advance(h, 6 * NS_PER_S);
    assert_null(harness_alert(h, "concentration"));
    harness_equity(h, H_LIGHTER, USD(60));
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        h->universe.venues[venue].role = VENUE_REFERENCE;
    }
    harness_advance(h, 6 * NS_PER_S);
    assert_null(harness_alert(h, "concentration"));
    h->universe.venues[H_BINANCE].role = h->universe.venues[H_LIGHTER].role = VENUE_TRADE;
    harness_advance(h, 6 * NS_PER_S);
    assert_non_null(strstr(harness_alert(h, "concentration")->text, "lighter"));
    harness_destroy(h);
}

// An account below zero has nothing to trade with: it is no credit anywhere.
static void test_below_zero(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_equity(h, H_EXTENDED, USD(-500));
    const struct purse *purse = &h->desk.capital.venues[H_EXTENDED].purse;
    assert_int_equal(purse->equity.v, 0);
    assert_int_equal(harness_last(h, EVENT_CAPITAL_UPDATED)->u.capital.equity.v, USD(-500).v);
    for (uint32_t part = 0; part < POOL_COUNT; part++) {
        assert_int_equal(allocator_available(&h->settings.capital, purse, part).v, 0);
    }
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(100));
    assert_int_not_equal(capital_check_job(&h->desk, &draft).rule, RULE_NONE);
    harness_destroy(h);
}

// Hedged volume takes no more than its share of the pool for one leg; where there are layers, each
// has a largest use of its own instead.
static void test_wash_share(void **state) {
    (void)state;
    for (int layers = 0; layers < 2; layers++) {
        struct harness *h = harness_prepare();
        h->settings.wash.pool_share_max = BPS(100); // 70 USD of 7000
        h->settings.capital.model = layers ? CAPITAL_FIVE : CAPITAL_THREE;
        harness_start(h);
        struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
        struct verdict verdict = capital_check_job(&h->desk, &draft);
        assert_int_equal(verdict.rule, layers ? RULE_NONE : RULE_CAPITAL_POOL);
        assert_true(layers || verdict.limit == USD(70).v);
        draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(69));
        assert_int_equal(capital_check_job(&h->desk, &draft).rule, RULE_NONE);
        harness_destroy(h);
    }
}

// A resume judges every venue's purse again, but on a live desk only those that told a balance.
static void test_resume_judges_again(void **state) {
    (void)state;
    for (int live = 0; live < 2; live++) {
        struct harness *h = harness_create();
        if (live) {
            h->desk.mode = DESK_LIVE;
            capital_start(&h->desk.capital, DESK_LIVE, &h->settings, H_VENUES);
        }
        harness_equity(h, H_EXTENDED, USD(10000));
        capital_force_safe_mode(&h->desk, &h->engine.bus);
        (void)bus_flush(&h->engine.bus);
        assert_true(capital_safe_mode(&h->desk, H_EXTENDED));
        assert_int_equal(capital_safe_mode(&h->desk, H_LIGHTER), !live);
        harness_mark(h);
        harness_control(h, CONTROL_RESUME, 0);
        assert_false(capital_safe_mode(&h->desk, H_EXTENDED));
        assert_false(capital_safe_mode(&h->desk, H_LIGHTER));
        assert_int_equal(harness_count(h, EVENT_CAPITAL_UPDATED), live ? 1 : H_VENUES);
        harness_destroy(h);
    }
}

// A quote with one side is worth that side, not half of it; where there is none, what is held
// stands at what it cost.
static void test_positions_without_a_price(void **state) {
    (void)state;
    struct harness *h = harness_create();
    fill_by_hand(h, H_LIGHTER, SIDE_BUY, 60000, (struct qty){QTY_ONE}, 1);
    fill_by_hand(h, H_EXTENDED, SIDE_SELL, 60000, (struct qty){QTY_ONE}, 2);
    struct px mid = harness_mid(H_BTC), none = {0};
    struct usd net, gross;
    harness_quote(h, H_LIGHTER, H_BTC, none, mid, (struct qty){QTY_ONE});
    harness_quote(h, H_EXTENDED, H_BTC, mid, none, (struct qty){QTY_ONE});
    position_exposure(&h->desk, SYMBOL_MAX, &net, &gross);
    assert_int_equal(net.v, 0);
    assert_int_equal(gross.v, USD(120000).v);
    assert_int_equal(position_sums(&h->desk).unrealised.v, 0);
    harness_quote(h, H_LIGHTER, H_BTC, none, none, (struct qty){0});
    harness_quote(h, H_EXTENDED, H_BTC, none, none, (struct qty){0});
    position_exposure(&h->desk, SYMBOL_MAX, &net, &gross);
    assert_int_equal(net.v, 0);
    assert_int_equal(gross.v, USD(120000).v);
    assert_int_equal(position_concentration(&h->desk).v, BPS(10000).v);
    assert_int_equal(position_sums(&h->desk).unrealised.v, 0);
    harness_calm(h, (struct bps){0});
    assert_int_equal(position_concentration(&h->desk).v, BPS(10000).v);
    harness_destroy(h);
}

// The venue's own average is what a signed position cost; where it tells none, its market now is.
static void test_accepted_positions(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct bus *bus = &h->engine.bus;
    position_accept(&h->desk, bus, H_LIGHTER, H_BTC, (struct qty){QTY_ONE},
                    (struct px){50000 * PX_ONE});
    position_accept(&h->desk, bus, H_EXTENDED, H_BTC, (struct qty){-QTY_ONE}, (struct px){0});
    (void)bus_flush(bus);
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->cost.v, USD(50000).v);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->cost.v, -60000050000);
    harness_destroy(h);
}

// Of what a person signs for the day makes nothing: neither what went at a loss nor what came with
// a profit changes its result, whichever side it is on. What went is realised at the middle.
static void test_accepting_leaves_the_day(void **state) {
    (void)state;
    const struct px high = {65000 * PX_ONE}, low = {25000 * PX_ONE}, untold = {0};
    const struct {
        int64_t net; // tenths, bought at 65 000; the middle is 60 000.05
        int64_t told;
        struct px average;
        int64_t realised, cost; // USD e-2
    } rows[] = {
        {1, 0, untold, -49999, 0},        {1, 0, high, -49999, 0},
        {2, 1, low, -49999, 650000},      {-2, -1, low, 49999, -650000},
        {0, 1, low, 0, 250000},           {0, -1, low, 0, -250000},
        {0, 1, untold, 0, 600000},        {1, 3, low, 0, 750000},
        {1, -1, low, -49999, -250000},    {-1, 1, high, 49999, 650000},
        {1, -1, untold, -49999, -600000}, {-1, -2, low, 0, -500000},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = harness_create();
        struct bus *bus = &h->engine.bus;
        if (rows[i].net != 0) {
            enum side side = rows[i].net > 0 ? SIDE_BUY : SIDE_SELL;
            fill_by_hand(h, H_LIGHTER, side, 65000,
                         qty_abs((struct qty){rows[i].net * QTY_ONE / 10}), 1);
        }
        int64_t day = position_day_pnl(&h->desk).v, loss = risk_day_loss(&h->desk).v;
        struct qty told = {rows[i].told * QTY_ONE / 10};
        position_accept(&h->desk, bus, H_LIGHTER, H_BTC, told, rows[i].average);
        (void)bus_flush(bus);
        const struct position *position = position_of(&h->desk, H_LIGHTER, H_BTC);
        assert_int_equal(position->net.v, told.v);
        assert_int_equal(position->realised.v / 10000, rows[i].realised);
        assert_int_equal(position->cost.v / 10000, rows[i].cost);
        assert_int_equal(position_day_pnl(&h->desk).v, day);
        assert_int_equal(risk_day_loss(&h->desk).v, loss);
        harness_calm(h, BPS(100)); // from now on it makes the day's profit like any other
        assert_true(position->net.v == 0 || position_day_pnl(&h->desk).v != day);
        harness_destroy(h);
    }
}

static void test_exposure_example(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct qty tenth = {QTY_ONE / 10};
    fill_by_hand(h, H_LIGHTER, SIDE_BUY, 95000, tenth, 1);
    fill_by_hand(h, H_EXTENDED, SIDE_SELL, 95100, tenth, 2);
    fill_by_hand(h, H_EXTENDED, SIDE_SELL, 95100, tenth, 2); // told twice
    assert_int_equal(h->desk.positions.duplicates, 1);
    for (int venue = 0; venue < 2; venue++) {
        int64_t mid = (venue == H_LIGHTER ? 95000 : 95100) * PX_ONE;
        harness_quote(h, (uint16_t)venue, H_BTC, (struct px){mid - PX_ONE / 10},
                      (struct px){mid + PX_ONE / 10}, (struct qty){QTY_ONE});
    }
    struct usd net, gross;
    position_exposure(&h->desk, SYMBOL_MAX, &net, &gross);
    assert_int_equal(net.v, -10 * USD_ONE);
    assert_int_equal(gross.v, 19010 * USD_ONE);
    position_exposure(&h->desk, H_ETH, &net, &gross);
    assert_int_equal(gross.v, 0);
    harness_destroy(h);
}

static void test_position_steps(void **state) {
    (void)state;
    static const struct {
        enum side side;
        int64_t price, size; // USD, units
        int64_t net, cost, realised;
    } steps[] = {
        {SIDE_BUY, 100, 2, 2, 200, 0},    {SIDE_BUY, 110, 2, 4, 420, 0},
        {SIDE_SELL, 120, 1, 3, 315, 15},  // average 105
        {SIDE_SELL, 100, 5, -2, -200, 0}, // through zero: 3 closed at -5 each, 2 short
        {SIDE_BUY, 90, 2, 0, 0, 20},
    };
    struct position position = {0};
    for (uint32_t i = 0; i < COUNT_OF(steps); i++) {
        position_apply(&position, steps[i].side, (struct px){steps[i].price * PX_ONE},
                       (struct qty){steps[i].size * QTY_ONE}, USD(1));
        assert_int_equal(position.net.v, steps[i].net * QTY_ONE);
        assert_int_equal(position.cost.v, steps[i].cost * USD_ONE);
        assert_int_equal(position.realised.v, steps[i].realised * USD_ONE);
        assert_int_equal(position.fees.v, (i + 1) * USD_ONE);
    }
}

// The sums walk what is held; this walks every listing.
static void test_sums_of_what_is_held(void **state) {
    (void)state;
    struct harness *h = harness_create();
    uint64_t luck = 7;
    for (int round = 0; round < 300; round++) {
        uint16_t venue = (uint16_t)((luck = hash_mix(luck)) % H_VENUES);
        uint16_t symbol = (uint16_t)((luck = hash_mix(luck)) % h->universe.symbol_count);
        int64_t net = (int64_t)((luck = hash_mix(luck)) % 5) - 2; // 0: flat again
        struct position position = {.net = {net * QTY_ONE / 10},
                                    .cost = {net * 1000 * USD_ONE},
                                    .realised = {(int64_t)(luck >> 20 & 0xffffff)},
                                    .fees = {(int64_t)(luck >> 30 & 0xffff)},
                                    .funding = {(int64_t)(luck >> 40 & 0xffff) - 30000}};
        position_put(&h->desk, venue, symbol, &position);
        struct usd total = {0}, net_usd, gross_usd, net_all = {0}, gross_all = {0};
        for (uint16_t v = 0; v < H_VENUES; v++) {
            struct usd gross = {0};
            total = usd_add(total, position_venue_pnl(&h->desk, v));
            for (uint16_t s = 0; s < h->universe.symbol_count; s++) {
                const struct quote *quote = picture_quote(&h->desk, v, s);
                struct px mid = px_mid_floor(quote->bid, quote->ask);
                struct usd value = usd_notional_near(mid, position_of(&h->desk, v, s)->net);
                net_all = usd_add(net_all, value);
                gross = usd_add(gross, usd_abs(value));
            }
            assert_int_equal(position_venue_gross(&h->desk, v).v, gross.v);
            gross_all = usd_add(gross_all, gross);
        }
        assert_int_equal(position_total_pnl(&h->desk).v, total.v);
        position_exposure(&h->desk, SYMBOL_MAX, &net_usd, &gross_usd);
        assert_int_equal(net_usd.v, net_all.v);
        assert_int_equal(gross_usd.v, gross_all.v);
    }
    assert_true(h->desk.positions.held_count > 0);
    harness_destroy(h);
}

// Average cost and cash flow are two ways to one sum, whatever the fills.
static void test_both_sums_agree(void **state) {
    (void)state;
    for (uint64_t run = 1; run <= 2000; run++) {
        uint64_t random = run;
        struct position position = {0};
        struct usd cash = {0};
        for (int i = 0; i < 30; i++) {
            random = hash_mix(random + 1);
            enum side side = random & 1 ? SIDE_BUY : SIDE_SELL;
            struct px price = {60000 * PX_ONE + (int64_t)(random >> 8 & 0xffff) * (PX_ONE / 100)};
            struct qty size = {(int64_t)(1 + (random >> 32) % 5000) * 1000};
            struct usd fee = {(int64_t)(random >> 24 & 0xffff)};
            if (i == 29 && position.net.v != 0) { // ends flat
                side = position.net.v > 0 ? SIDE_SELL : SIDE_BUY;
                size = qty_abs(position.net);
            }
            position_apply(&position, side, price, size, fee);
            struct usd value = usd_notional_near(price, size);
            cash = usd_sub(side == SIDE_BUY ? usd_sub(cash, value) : usd_add(cash, value), fee);
        }
        if (position.net.v == 0) {
            int64_t off = usd_sub(usd_sub(position.realised, position.fees), cash).v;
            assert_true(off <= 100 && off >= -100); // a hundredth of a cent
            assert_int_equal(position.cost.v, 0);
        }
    }
}

static void test_funding_is_paid_at_settlement(void **state) {
    (void)state;
    struct harness *h = harness_create();
    fill_by_hand(h, H_LIGHTER, SIDE_BUY, 60000, (struct qty){QTY_ONE}, 1);
    int64_t settles = h->now_ns + NS_PER_S;
    struct rate rate = {100000000}; // 1 bp an hour
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles);
    h->now_ns += 2 * NS_PER_S;
    struct rate next = {-500000000}; // of the next hour: what was settled is what was told before
    harness_funding(h, H_LIGHTER, H_BTC, next, settles + 3600 * NS_PER_S);
    harness_funding(h, H_LIGHTER, H_BTC, next, settles + 3600 * NS_PER_S);
    int64_t paid = position_of(&h->desk, H_LIGHTER, H_BTC)->funding.v;
    assert_int_equal(paid, 6000005); // 60000.05 at the mid, once
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles + 7200 * NS_PER_S); // moved, not settled yet
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->funding.v, paid);
    h->now_ns += 7300 * NS_PER_S;
    harness_funding(h, H_EXTENDED, H_BTC, rate, settles); // nothing is held there
    harness_funding(h, H_EXTENDED, H_BTC, rate, settles + 9999 * NS_PER_S);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->funding.v, 0);
    harness_destroy(h);
}

// A venue whose clock is ahead of ours tells the next settlement before the last has passed here. A
// settlement that moves by moments, or long before it is due, is none.
static void test_funding_told_early(void **state) {
    (void)state;
    struct harness *h = harness_create();
    fill_by_hand(h, H_LIGHTER, SIDE_BUY, 60000, (struct qty){QTY_ONE}, 1);
    const struct position *position = position_of(&h->desk, H_LIGHTER, H_BTC);
    struct rate rate = {100000000}; // 1 bp an hour
    int64_t settles = h->now_ns + 300 * NS_PER_S;
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles);
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles + 100 * NS_PER_S); // moved
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles);
    h->now_ns = settles - NS_PER_S;
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles + H_MS(3));
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles);
    assert_int_equal(position->funding.v, 0);
    h->now_ns = settles - H_MS(80);
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles + 3600 * NS_PER_S);
    assert_int_equal(position->funding.v, 6000005); // 60000.05 at the mid
    h->now_ns = settles + NS_PER_S;
    harness_funding(h, H_LIGHTER, H_BTC, rate, settles + 3600 * NS_PER_S);
    assert_int_equal(position->funding.v, 6000005); // once
    harness_destroy(h);
}

// What accrues is booked after an hour and before a fill, each stretch at the rate told for it.
static void test_funding_accrues(void **state) {
    (void)state;
    struct harness *h = harness_create();
    fill_by_hand(h, H_LIGHTER, SIDE_BUY, 60000, (struct qty){QTY_ONE}, 1);
    const struct position *position = position_of(&h->desk, H_LIGHTER, H_BTC);
    struct event_funding told = {.venue = H_LIGHTER,
                                 .symbol = H_BTC,
                                 .per_hour = {100000000}, // 1 bp
                                 .mark = {60000 * PX_ONE},
                                 .next_settlement_ns = FUNDING_ACCRUES,
                                 .interval_ns = 8 * 3600 * NS_PER_S};
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    h->now_ns += 1800 * NS_PER_S;
    told.per_hour.v = 300000000;
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    assert_int_equal(position->funding.v, 0);
    h->now_ns += 1800 * NS_PER_S;
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    assert_int_equal(position->funding.v, USD(12).v); // half an hour at 1 bp, half at 3
    h->now_ns += 900 * NS_PER_S;
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    assert_int_equal(position->funding.v, USD(12).v);
    fill_by_hand(h, H_LIGHTER, SIDE_SELL, 60000, (struct qty){QTY_ONE / 2}, 2);
    assert_int_equal(position->funding.v, USD(12).v + USD(9).v / 2);
    told.per_hour.v = -200000000;
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    h->now_ns += 3600 * NS_PER_S;
    harness_input(h, EVENT_FUNDING_UPDATED, &told); // half of it is left, and is paid now
    assert_int_equal(position->funding.v, USD(12).v + USD(9).v / 2 - USD(6).v);
    told.next_settlement_ns = h->now_ns + NS_PER_S; // told otherwise: nothing twice
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    assert_int_equal(position->funding.v, USD(12).v + USD(9).v / 2 - USD(6).v);
    harness_destroy(h);
}

// A venue that tells a mark settles on it; one that does not say how often settles nothing here:
// its own balance tells what it took.
static void test_funding_on_the_mark(void **state) {
    (void)state;
    struct harness *h = harness_create();
    fill_by_hand(h, H_LIGHTER, SIDE_SELL, 60000, (struct qty){QTY_ONE}, 1);
    fill_by_hand(h, H_EXTENDED, SIDE_SELL, 60000, (struct qty){QTY_ONE}, 2);
    int64_t settles = h->now_ns + NS_PER_S;
    struct event_funding told = {.venue = H_LIGHTER,
                                 .symbol = H_BTC,
                                 .per_hour = {100000000},
                                 .mark = {50000 * PX_ONE},
                                 .next_settlement_ns = settles,
                                 .interval_ns = 8 * 3600 * NS_PER_S};
    struct event_funding silent = told;
    silent.venue = H_EXTENDED;
    silent.interval_ns = 0;
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    harness_input(h, EVENT_FUNDING_UPDATED, &silent);
    h->now_ns += 2 * NS_PER_S;
    told.next_settlement_ns = silent.next_settlement_ns = settles + 8 * 3600 * NS_PER_S;
    harness_input(h, EVENT_FUNDING_UPDATED, &told);
    harness_input(h, EVENT_FUNDING_UPDATED, &silent);
    // 8 bps of 50 000, received by the short
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->funding.v, USD(-40).v);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->funding.v, 0);
    harness_destroy(h);
}

static void test_costs(void **state) {
    (void)state;
    struct venue_entry a = {.maker_fee = BPS(2), .taker_fee = BPS(5)};
    struct venue_entry b = {.maker_fee = BPS(1), .taker_fee = BPS(3)};
    assert_int_equal(cost_maker_leg(&a, &b, EXECUTION_HYBRID_HEDGE_TAKER), MAKER_BUY);
    assert_int_equal(cost_maker_leg(&b, &a, EXECUTION_HYBRID_HEDGE_TAKER), MAKER_SELL);
    assert_int_equal(cost_maker_leg(&a, &b, EXECUTION_SAFE_TAKER_ONLY), MAKER_NONE);
    assert_int_equal(cost_open_fees(&a, &b, cost_maker_leg(&a, &b, EXECUTION_HYBRID_HEDGE_TAKER)).v,
                     500);
    assert_int_equal(cost_open_fees(&b, &a, cost_maker_leg(&b, &a, EXECUTION_HYBRID_HEDGE_TAKER)).v,
                     500);
    assert_int_equal(cost_open_fees(&a, &b, cost_maker_leg(&a, &b, EXECUTION_SAFE_TAKER_ONLY)).v,
                     800);

    struct quote quote = {
        .bid = {99 * PX_ONE}, .ask = {100 * PX_ONE}, .bid_size = {QTY_ONE}, .ask_size = {QTY_ONE}};
    struct depth depth = {.ask_count = 2,
                          .asks = {{{100 * PX_ONE}, {QTY_ONE}}, {{101 * PX_ONE}, {QTY_ONE}}}};
    struct usd unknown = USD(1000);
    assert_int_equal(cost_slippage(&quote, &depth, SIDE_BUY, USD(100), unknown).v, 0);
    assert_int_equal(cost_slippage(&quote, &depth, SIDE_BUY, USD(200), unknown).v, 5000);
    assert_int_equal(cost_slippage(&quote, &depth, SIDE_BUY, USD(300), unknown).v, BPS_WHOLE);
    assert_int_equal(cost_slippage(&quote, &depth, SIDE_SELL, USD(300), unknown).v, BPS_WHOLE);
    quote.flags = QUOTE_ASK_UNKNOWN_SIZE;
    assert_int_equal(cost_slippage(&quote, &depth, SIDE_BUY, USD(1000), unknown).v, 0);

    struct event_funding pays = {.per_hour = {100000000}}, gets = {.per_hour = {-100000000}};
    assert_int_equal(cost_funding(&pays, &gets, 3600 * NS_PER_S).v, 200);
    assert_int_equal(cost_funding(&gets, &pays, 3600 * NS_PER_S).v, -200);
}

static void test_series(void **state) {
    (void)state;
    struct series series = {0};
    assert_int_equal(series_median(&series), 0);
    assert_int_equal(series_deviation(&series), 0);
    int64_t kept[SERIES_MAX * 4];
    uint64_t random = 7;
    for (int i = 0; i < SERIES_MAX * 4; i++) { // against sorting
        random = hash_mix(random + 1);
        kept[i] = (int64_t)(random % 2001) - 1000;
        series_add(&series, kept[i]);
        int from = i + 1 > SERIES_MAX ? i + 1 - SERIES_MAX : 0, count = i + 1 - from;
        int64_t sorted[SERIES_MAX];
        for (int k = 0; k < count; k++) {
            int at = k;
            for (; at > 0 && sorted[at - 1] > kept[from + k]; at--) {
                sorted[at] = sorted[at - 1];
            }
            sorted[at] = kept[from + k];
        }
        int64_t median =
            count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
        assert_int_equal(series_median(&series), median);
        int64_t away = 0;
        for (int k = 0; k < count; k++) {
            away += sorted[k] < median ? median - sorted[k] : sorted[k] - median;
        }
        assert_int_equal(series_deviation(&series), away / count);
    }
    for (int i = 0; i < SERIES_MAX; i++) {
        series_add(&series, INT64_MAX); // clamped
    }
    assert_int_equal(series_median(&series), SERIES_VALUE_MAX);
    for (int i = 0; i < SERIES_MAX; i++) {
        series_add(&series, INT64_MIN);
    }
    assert_int_equal(series_median(&series), -SERIES_VALUE_MAX);
    for (int i = 0; i < 2 * SERIES_MAX; i++) {
        series_add(&series, 5);
    }
    assert_int_equal(series_deviation(&series), 0);
}

// A median without one venue is the median of the others, gathered by hand.
static void test_mids_median(void **state) {
    (void)state;
    struct picture_mids mids = {.count = 0};
    for (uint32_t count = 0; count <= 6; count++) {
        mids.count = count;
        for (uint32_t i = 0; i < count; i++) {
            mids.venues[i] = (uint16_t)(5 - i);
            mids.mids[i] = 100 + 10 * i * i;
        }
        for (uint16_t except = 0; except < 8; except++) {
            int64_t others[6];
            uint32_t left = 0;
            for (uint32_t i = 0; i < count; i++) {
                if (mids.venues[i] != except) {
                    others[left++] = mids.mids[i];
                }
            }
            int64_t median = left == 0       ? 0
                             : left % 2 == 1 ? others[left / 2]
                                             : (others[left / 2 - 1] + others[left / 2]) / 2;
            struct px found = {-1};
            assert_int_equal(picture_mids_median(&mids, except, &found), left);
            assert_int_equal(found.v, median);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_top_up_is_split_and_given_back),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_desk_with_layers),
        cmocka_unit_test(test_live_balances_are_told),
        cmocka_unit_test(test_equity_of_a_venue_switched_off),
        cmocka_unit_test(test_all_legs_or_nothing),
        cmocka_unit_test(test_safe_mode),
        cmocka_unit_test(test_concentration),
        cmocka_unit_test(test_no_concentration),
        cmocka_unit_test(test_below_zero),
        cmocka_unit_test(test_wash_share),
        cmocka_unit_test(test_resume_judges_again),
        cmocka_unit_test(test_positions_without_a_price),
        cmocka_unit_test(test_accepted_positions),
        cmocka_unit_test(test_accepting_leaves_the_day),
        cmocka_unit_test(test_exposure_example),
        cmocka_unit_test(test_position_steps),
        cmocka_unit_test(test_sums_of_what_is_held),
        cmocka_unit_test(test_both_sums_agree),
        cmocka_unit_test(test_funding_is_paid_at_settlement),
        cmocka_unit_test(test_funding_told_early),
        cmocka_unit_test(test_funding_accrues),
        cmocka_unit_test(test_funding_on_the_mark),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_mids_median),
        cmocka_unit_test(test_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
