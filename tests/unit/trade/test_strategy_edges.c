// Where a strategy holds back: venues it may not use, instruments it does not know, sizes no venue
// takes, stops that are switched off or reached.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

static void put(struct harness *h, uint16_t venue, int64_t size) {
    struct position *position =
        &h->desk.positions.positions[listing_id(&h->universe, venue, H_BTC)];
    position_apply(position, size > 0 ? SIDE_BUY : SIDE_SELL, harness_mid(H_BTC),
                   (struct qty){size > 0 ? size : -size}, (struct usd){0});
}

static void calm_at(struct harness *h, struct bps shift, int64_t ns) {
    for (int64_t end_ns = h->now_ns + ns; h->now_ns < end_ns;) {
        harness_calm(h, shift);
        harness_advance(h, H_MS(200));
    }
}

static struct event_control order_of(int64_t usd, uint32_t over_s) {
    return (struct event_control){.verb = CONTROL_SUBMIT,
                                  .venue = H_LIGHTER,
                                  .symbol = H_BTC,
                                  .value = usd * USD_ONE,
                                  .side = SIDE_BUY,
                                  .over_s = over_s};
}

// Whatever a person orders, one strategy takes it and no other does.
static void test_one_takes_each_order(void **state) {
    (void)state;
    struct harness *h = harness_create();
    static const struct {
        int64_t usd;
        uint32_t over_s;
        enum strategy taker;
    } rows[] = {{1, 0, STRATEGY_MANUAL},
                {1000, 0, STRATEGY_MANUAL},
                {1001, 0, STRATEGY_TWAP}, // [twap] above
                {1, 60, STRATEGY_TWAP}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct event_control order = order_of(rows[i].usd, rows[i].over_s);
        for (int strategy = 0; strategy < STRATEGY_COUNT; strategy++) {
            const struct strategy_row *row = strategy_table[strategy];
            struct job draft;
            bool takes = row->take_order != NULL && row->take_order(&h->desk, &order, &draft);
            assert_int_equal(takes, (enum strategy)strategy == rows[i].taker);
        }
    }
    harness_destroy(h);
}

// As many parts as are asked for, none smaller than its venue takes; one that cannot be parted, or
// whose venue has not told what it takes, goes at once and is for risk to judge.
static void test_twap_parts(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t usd, step, size_min, notional_min; // of the listing; sizes in 1e-8
        uint32_t slices;
    } rows[] = {
        {"as asked for", 600, 1000, 10000, 5, 10},
        {"the least size", 61, 1000, 25000, 5, 4}, // 0.00101 in parts of 0.00025
        {"a step is more than it", 61, 50000, 10000, 5, 2},
        {"the least notional", 61, 1000, 10000, 25, 2},
        {"not to be parted", 61, 1000, 100000, 5, 1},
        {"less than the venue takes", 61, 1000, 1000000, 5, 1},
        {"nothing told", 61, 0, 0, 0, 10},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = harness_create();
        struct listing *listing = universe_listing(&h->universe, H_LIGHTER, H_BTC);
        listing->step.v = rows[i].step;
        listing->size_min.v = rows[i].size_min;
        listing->notional_min.v = rows[i].notional_min * USD_ONE;
        listing->ready = rows[i].step > 0;
        struct event_control order = order_of(rows[i].usd, 60);
        struct job draft;
        assert_true(strategy_twap_row.take_order(&h->desk, &order, &draft));
        if (draft.slices != rows[i].slices || draft.slice_ns != 60 * NS_PER_S / draft.slices) {
            fail_msg("%s: %u parts", rows[i].name, draft.slices);
        }
        harness_destroy(h);
    }
}

// Two legs take turns at sizes both venues have; a venue that told no step does not divide by it.
static void test_common_steps(void **state) {
    (void)state;
    struct harness *h = harness_create();
    universe_listing(&h->universe, H_LIGHTER, H_BTC)->step.v = 6000;
    universe_listing(&h->universe, H_EXTENDED, H_BTC)->step.v = 4000;
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    assert_true(draft.legs[LEG_BUY].target.v > 0);
    assert_int_equal(draft.legs[LEG_BUY].target.v % 12000, 0);
    assert_int_equal(draft.legs[LEG_BUY].target.v, draft.legs[LEG_SELL].target.v);
    universe_listing(&h->universe, H_EXTENDED, H_BTC)->step.v = 0;
    draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    assert_true(draft.legs[LEG_BUY].target.v > 0);
    universe_listing(&h->universe, H_LIGHTER, H_BTC)->step.v = 0;
    draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    assert_true(draft.legs[LEG_BUY].target.v > 0);
    struct opportunity pair = {.symbol = H_BTC, .buy_venue = H_LIGHTER, .sell_venue = H_EXTENDED};
    scheduler_draft(&h->desk, STRATEGY_ARB, &pair, USD(200), &draft); // no price
    assert_int_equal(draft.legs[LEG_BUY].target.v, 0);
    assert_int_equal(draft.notional.v, USD(200).v); // what was asked for, to be told
    assert_int_not_equal(risk_check_job(&h->desk, &draft, h->now_ns, NULL).rule, RULE_NONE);
    harness_destroy(h);
}

// Hedged volume goes to venues that trade, and each pair has one job at a time.
static void test_wash_venues(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job draft;
    uint16_t off[] = {H_EXTENDED, H_LIGHTER, H_BINANCE};
    for (size_t i = 0; i < COUNT_OF(off); i++) {
        h->universe.venues[off[i]].role = i % 2 == 0 ? VENUE_REFERENCE : VENUE_OFF;
        assert_true(strategy_wash_row.propose(&h->desk, H_BTC, h->now_ns, &draft));
        assert_int_not_equal(draft.legs[LEG_BUY].venue, off[i]);
        assert_int_not_equal(draft.legs[LEG_SELL].venue, off[i]);
        assert_int_not_equal(draft.legs[LEG_BUY].venue, draft.legs[LEG_SELL].venue);
        h->universe.venues[off[i]].role = VENUE_TRADE;
    }
    h->universe.venues[H_BINANCE].role = VENUE_REFERENCE;
    for (int i = 0; i < 2; i++) { // both directions of the one pair that is left
        assert_true(strategy_wash_row.propose(&h->desk, H_BTC, h->now_ns, &draft));
        (void)harness_open(h, &draft);
    }
    assert_false(strategy_wash_row.propose(&h->desk, H_BTC, h->now_ns, &draft));
    harness_destroy(h);
}

enum obstacle { FREE, ROLE, KEYS, LANE, DEADMAN, FEED, TRIPPED, CLOCK, OPPOSITE, OBSTACLES };

// A venue on which no job of a strategy may open now, whatever its prices are.
static void obstruct(struct harness *h, uint16_t venue, enum obstacle obstacle) {
    struct picture_venue *seen = &h->desk.picture.venues[venue];
    switch (obstacle) {
    case ROLE:
        h->universe.venues[venue].role = VENUE_REFERENCE;
        break;
    case KEYS:
    case LANE:
        seen->lane.state = obstacle == KEYS ? LANE_NO_KEYS : LANE_BLOCKED;
        break;
    case DEADMAN:
        seen->lane.deadman = DEADMAN_FAILED;
        break;
    case FEED:
        seen->feed.state = FEED_CONNECTING;
        break;
    case TRIPPED:
        h->desk.risk.venues[venue].tripped_until_ns = h->now_ns + 1;
        break;
    case CLOCK:
        seen->feed.clock_offset_ns = -H_MS(251);
        break;
    case OPPOSITE: { // for who sells there
        struct job *job = job_create(&h->desk.jobs, h->now_ns);
        job->state = JOB_HOLDING;
        job->symbol = H_BTC;
        job->single = true;
        job->only = LEG_BUY;
        job->legs[LEG_BUY].venue = job->legs[LEG_SELL].venue = venue;
        break;
    }
    case FREE:
    case OBSTACLES:
    default:
        break;
    }
}

// Live: bought on the first venue, sold best on the last, and less well on the one between.
static struct harness *two_pairs(void) {
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        h->desk.picture.venues[venue].lane.state = LANE_READY;
        int64_t bps = venue == H_BINANCE ? 12 : venue == H_EXTENDED ? 8 : 0;
        struct px mid = harness_mid(H_BTC), bid = {mid.v + mid.v / 10000 * bps};
        struct px ask = {bid.v + (venue == H_LIGHTER ? 1 : 300) * PX_ONE / 10};
        harness_quote(h, venue, H_BTC, bid, ask, (struct qty){QTY_ONE});
    }
    return h;
}

// A venue that may not trade keeps no other from it. Where there is nothing else the best pair is
// still proposed: the refusal tells what stands against it.
static void test_the_best_that_may_trade(void **state) {
    (void)state;
    const struct strategy_row *rows[] = {&strategy_arb_row, &strategy_wash_row};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int obstacle = FREE; obstacle < OBSTACLES; obstacle++) {
            struct harness *h = two_pairs();
            struct job draft;
            obstruct(h, H_BINANCE, (enum obstacle)obstacle);
            assert_true(rows[i]->propose(&h->desk, H_BTC, h->now_ns, &draft));
            assert_int_equal(draft.legs[LEG_BUY].venue, H_LIGHTER);
            if (draft.legs[LEG_SELL].venue != (obstacle == FREE ? H_BINANCE : H_EXTENDED)) {
                fail_msg("%s sells on %u with obstacle %d", strategy_name(rows[i]->id),
                         draft.legs[LEG_SELL].venue, obstacle);
            }
            harness_destroy(h);
        }
        struct harness *h = two_pairs();
        struct job draft;
        for (uint16_t venue = 0; venue < H_VENUES; venue++) {
            obstruct(h, venue, KEYS);
        }
        assert_true(rows[i]->propose(&h->desk, H_BTC, h->now_ns, &draft));
        assert_int_equal(draft.legs[LEG_SELL].venue, H_BINANCE);
        assert_int_equal(risk_check_job(&h->desk, &draft, h->now_ns, NULL).rule, RULE_NO_KEYS);
        harness_destroy(h);
    }
}

// The cheapest venue of a live desk has no keys: the others trade among themselves.
static void test_wash_without_keys_of_one(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.wash.enabled = true;
    for (int venue = 0; venue < H_VENUES; venue++) {
        h->universe.venues[venue].taker_fee.v = venue == H_LIGHTER ? 0 : 50;
        h->universe.venues[venue].maker_fee.v = 0;
    }
    harness_start(h);
    harness_paper_off(h);
    h->desk.mode = DESK_LIVE;
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        bool keys = venue != H_LIGHTER;
        struct event_lane lane = {
            .venue = venue, .state = keys ? LANE_READY : LANE_NO_KEYS, .room = 1000};
        harness_input(h, EVENT_LANE_STATE, &lane);
        if (keys) {
            harness_equity(h, venue, USD(10000));
        }
    }
    harness_calm_for(h, 5 * NS_PER_S);
    assert_int_not_equal(h->desk.scheduler.admitted, 0);
    harness_destroy(h);
}

// A pair that loses more than loss_stop leaves at once, before its time.
static void test_wash_loss_stop(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    h->settings.wash.loss_stop = BPS(20);
    h->settings.risk.fast_move = BPS(5000);
    harness_start(h);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    harness_advance(h, H_MS(10));
    assert_int_equal(job->state, JOB_HOLDING);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(job->state, JOB_HOLDING);
    struct px mid = harness_mid(H_BTC); // the venue it is short on runs away
    struct px up = px_tick_floor(px_shift_floor(mid, BPS(30)), (struct px){PX_ONE / 10});
    harness_quote(h, H_EXTENDED, H_BTC, up, (struct px){up.v + PX_ONE / 10}, (struct qty){QTY_ONE});
    assert_int_not_equal(job->state, JOB_HOLDING);
    assert_true(job->urgent);
    assert_true(h->now_ns < job->hold_until_ns);
    harness_destroy(h);
}

// Rebalance trades a drift either way, on the venue that holds most of it and can trade it now.
static void test_rebalance_chooses(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t net[H_VENUES];
        uint16_t unknown, silent; // H_VENUES: none
        uint16_t expected;        // H_VENUES: it waits
        int64_t size;
    } rows[] = {
        {"short", {0, -QTY_ONE / 100, -QTY_ONE / 50}, H_VENUES, H_VENUES, H_BINANCE, -QTY_ONE / 50},
        {"not known there",
         {0, -QTY_ONE / 100, -QTY_ONE / 50},
         H_BINANCE,
         H_VENUES,
         H_EXTENDED,
         -QTY_ONE / 100},
        {"no price there",
         {QTY_ONE / 50, QTY_ONE / 100, 0},
         H_VENUES,
         H_LIGHTER,
         H_EXTENDED,
         QTY_ONE / 100},
        {"nowhere to go", {QTY_ONE / 50, 0, 0}, H_VENUES, H_LIGHTER, H_VENUES, 0},
        {"less than a step",
         {QTY_ONE / 100, QTY_ONE / 10000 - QTY_ONE / 100, 0},
         H_VENUES,
         H_VENUES,
         H_VENUES,
         0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = harness_prepare();
        h->settings.rebalance.drift_max = (struct usd){1};
        harness_start(h);
        harness_paper_off(h);
        for (uint16_t venue = 0; venue < H_VENUES; venue++) {
            if (rows[i].net[venue] != 0) {
                put(h, venue, rows[i].net[venue]);
            }
        }
        if (strcmp(rows[i].name, "less than a step") == 0) {
            universe_listing(&h->universe, H_LIGHTER, H_BTC)->step.v = QTY_ONE / 1000;
        }
        if (rows[i].unknown != H_VENUES) {
            universe_listing(&h->universe, rows[i].unknown, H_BTC)->ready = false;
        }
        for (int step = 0; step < 35; step++) {
            harness_calm(h, (struct bps){0});
            if (rows[i].silent != H_VENUES) {
                harness_quote(h, rows[i].silent, H_BTC, (struct px){0}, (struct px){0},
                              (struct qty){0});
            }
            harness_advance(h, H_MS(200));
        }
        const struct event *command = harness_find(h, EVENT_ORDER_COMMAND);
        if ((command != NULL) != (rows[i].expected != H_VENUES)) {
            fail_msg("%s", rows[i].name);
        }
        if (command != NULL) {
            assert_int_equal(command->u.order.venue, rows[i].expected);
            assert_int_equal(command->u.order.side, rows[i].size < 0 ? SIDE_BUY : SIDE_SELL);
            assert_int_equal(command->u.order.size.v,
                             rows[i].size < 0 ? -rows[i].size : rows[i].size);
        }
        harness_destroy(h);
    }
}

// Each of the two ends of take-profit can be switched off, and then never closes anything.
static void test_take_profit_off(void **state) {
    (void)state;
    for (int trailing = 0; trailing < 2; trailing++) {
        struct harness *h = harness_prepare();
        h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
        h->settings.take_profit.enabled = true;
        h->settings.take_profit.target.v *= trailing; // one of them is 0
        h->settings.take_profit.trailing.v *= !trailing;
        h->settings.risk.fast_move = BPS(5000);
        harness_start(h);
        struct control_request request = {
            .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
        assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
        harness_advance(h, H_MS(10));
        struct job *job = harness_job(h);
        assert_int_equal(job->state, JOB_HOLDING);
        calm_at(h, BPS(45), NS_PER_S);
        calm_at(h, trailing ? BPS(-100) : BPS(200), NS_PER_S); // far below its best; far above
        assert_int_equal(job->state, JOB_HOLDING);
        calm_at(h, trailing ? BPS(60) : BPS(160), NS_PER_S);
        assert_int_equal(job->state, JOB_DONE);
        harness_destroy(h);
    }
}

// It takes over what a person left only where the venue has told what may be traded.
static void test_take_over_needs_the_instrument(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.take_profit.enabled = true;
    h->settings.rebalance.enabled = false;
    harness_start(h);
    put(h, H_LIGHTER, QTY_ONE / 100000 - 1); // less than a step
    put(h, H_EXTENDED, QTY_ONE / 100);
    universe_listing(&h->universe, H_EXTENDED, H_BTC)->ready = false;
    harness_calm_for(h, 3 * NS_PER_S);
    assert_int_equal(h->desk.jobs.live_count, 0);
    universe_listing(&h->universe, H_EXTENDED, H_BTC)->ready = true;
    harness_calm_for(h, 3 * NS_PER_S);
    assert_int_equal(h->desk.jobs.live_count, 1);
    assert_int_equal(harness_job(h)->legs[LEG_BUY].opened.v, QTY_ONE / 100);
    harness_destroy(h);
}

// A venue shows one side only, or none, for a moment: that is no loss and no profit, and closes
// nothing. What a desk cannot price it does not sell.
static void test_one_sided_closes_nothing(void **state) {
    (void)state;
    for (int strategy = 0; strategy < 3; strategy++) {
        for (int sides = 0; sides < 3; sides++) {
            for (uint16_t venue = H_LIGHTER; venue <= H_EXTENDED; venue++) {
                struct harness *h = harness_prepare();
                h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
                h->settings.take_profit.enabled = true;
                h->settings.arb.target = BPS(50);
                harness_start(h);
                static const enum strategy strategies[] = {STRATEGY_WASH, STRATEGY_ARB,
                                                           STRATEGY_MANUAL};
                struct job draft =
                    harness_draft(h, strategies[strategy], H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
                struct job *job = harness_open(h, &draft);
                harness_advance(h, H_MS(10));
                harness_calm(h, (struct bps){0});
                assert_int_equal(job->state, JOB_HOLDING);
                struct px mid = harness_mid(H_BTC), none = {0}, above = {mid.v + PX_ONE / 10};
                harness_quote(h, venue, H_BTC, sides == 1 ? mid : none, sides == 2 ? above : none,
                              (struct qty){QTY_ONE});
                harness_advance(h, H_MS(300));
                if (job->state != JOB_HOLDING) {
                    fail_msg("%s closes on %d of %d", strategy_name(strategies[strategy]), sides,
                             venue);
                }
                assert_true(job->best.v < USD(1).v);
                struct usd total = position_total_pnl(&h->desk);
                assert_true(total.v > USD(-1).v && total.v < USD(1).v);
                harness_destroy(h);
            }
        }
    }
}

// Only a profit in hand is worth two taker fees. What took too long closes as it was opened,
// whatever can be seen of its legs.
static void test_arb_that_is_late_closes_quietly(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    h->settings.arb.target = BPS(50);
    harness_start(h);
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    harness_advance(h, H_MS(10));
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(job->state, JOB_HOLDING);
    int64_t late_ns = job->hold_until_ns;
    struct px none = {0};
    for (int sides = 1; sides >= 0; sides--) {
        assert_int_equal(strategy_arb_row.wants_close(&h->desk, job, late_ns - 1), CLOSE_NO);
        assert_int_equal(strategy_arb_row.wants_close(&h->desk, job, late_ns), CLOSE_QUIETLY);
        if (sides == 1) {
            h->settings.arb.target = BPS(-100); // made
            assert_int_equal(strategy_arb_row.wants_close(&h->desk, job, h->now_ns), CLOSE_NOW);
            // With the quotes of long ago nobody knows.
            assert_int_equal(strategy_arb_row.wants_close(&h->desk, job, late_ns - 1), CLOSE_NO);
            assert_int_equal(strategy_arb_row.wants_close(&h->desk, job, late_ns), CLOSE_QUIETLY);
            harness_quote(h, H_LIGHTER, H_BTC, none, harness_mid(H_BTC), (struct qty){QTY_ONE});
        }
    }
    assert_false(job->urgent);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_takes_each_order),
        cmocka_unit_test(test_twap_parts),
        cmocka_unit_test(test_common_steps),
        cmocka_unit_test(test_wash_venues),
        cmocka_unit_test(test_the_best_that_may_trade),
        cmocka_unit_test(test_wash_without_keys_of_one),
        cmocka_unit_test(test_wash_loss_stop),
        cmocka_unit_test(test_rebalance_chooses),
        cmocka_unit_test(test_take_profit_off),
        cmocka_unit_test(test_take_over_needs_the_instrument),
        cmocka_unit_test(test_one_sided_closes_nothing),
        cmocka_unit_test(test_arb_that_is_late_closes_quietly),
    };
    return cmocka_run_group_tests_name("strategy_edges", tests, NULL, NULL);
}
