// The account of a simulated venue: matching, money, time, and what others do to it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exchanges/venue_account.h"

static struct symbol symbol;
static struct vsim_world world;
static struct vacc *account;

static void show(int64_t bid, int64_t ask, int64_t size) {
    struct level bids[2] = {{{bid * PX_ONE}, {size * QTY_ONE}}, {{(bid - 1) * PX_ONE}, {QTY_ONE}}};
    struct level asks[2] = {{{ask * PX_ONE}, {size * QTY_ONE}}, {{(ask + 1) * PX_ONE}, {QTY_ONE}}};
    world.now_ns += NS_PER_MS;
    vsim_quote(&world.listings[0], bids[0], asks[0], 0, world.now_ns);
    (void)vsim_publish(&world.listings[0], bids, 2, asks, 2, 0, world.now_ns);
    if (account != NULL) {
        vacc_tick(account, &world);
    }
}

static int set_up(void **state) {
    (void)state;
    account = NULL;
    assert_int_equal(symbol_parse(&symbol, SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(vsim_world_create(&world, &binance_sim, 1), STATUS_OK);
    world.now_ns = 1000 * NS_PER_S;
    world.listings[0].symbol = &symbol;
    world.listings[0].rules = (struct listing){.ready = true,
                                               .tick = {PX_ONE},
                                               .step = {QTY_ONE / 10},
                                               .contract = {QTY_ONE},
                                               .size_min = {QTY_ONE / 10},
                                               .notional_min = USD(5)};
    show(100, 101, 2);
    struct vacc_options options = {
        .maker_fee = BPS(1), .taker_fee = BPS(10), .balance = USD(1000), .leverage = 10};
    assert_int_equal(vacc_create(&account, &options, 1, 0), STATUS_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    vacc_destroy(account);
    vsim_world_finish(&world);
    return 0;
}

static enum vacc_refusal place(enum side side, enum vacc_kind kind, int64_t price, int64_t tenths,
                               const char *id, const struct vacc_order **out) {
    struct vacc_request request = {.side = side,
                                   .kind = kind,
                                   .price = {price * PX_ONE},
                                   .size = {tenths * (QTY_ONE / 10)},
                                   .client_id = slice_of(id)};
    return vacc_place(account, &world, &request, out);
}

static void test_take(void **state) {
    (void)state;
    const struct vacc_order *order;
    // Two at 101, one at 102: an IOC up to 101 for 2.5 gets two and ends.
    assert_int_equal(place(SIDE_BUY, VACC_IOC, 101, 25, "a", &order), VACC_TAKEN);
    assert_int_equal(order->end, VACC_REST_EXPIRED);
    assert_int_equal(order->filled.v, 2 * QTY_ONE);
    assert_int_equal(account->positions[0].net.v, 2 * QTY_ONE);
    // What was taken is gone until the book moves.
    assert_int_equal(place(SIDE_BUY, VACC_IOC, 101, 5, "b", &order), VACC_TAKEN);
    assert_int_equal(order->filled.v, 0);
    // fee 10 bps of 202, marked at 100.5 of 101
    assert_int_equal(account->cash.v, USD(1000).v - 202000);
    assert_int_equal(vacc_equity(account, &world).v, USD(1000).v - 202000 - USD_ONE);
    show(110, 111, 5);
    assert_int_equal(place(SIDE_SELL, VACC_MARKET, 0, 20, "c", &order), VACC_TAKEN);
    assert_int_equal(order->end, VACC_FILLED);
    assert_int_equal(vacc_average(order).v, 110 * PX_ONE);
    assert_int_equal(account->positions[0].net.v, 0);
    assert_int_equal(account->positions[0].realised.v, USD(18).v);
    assert_int_equal(account->cash.v, USD(1018).v - 202000 - 220000);
}

static void test_rest(void **state) {
    (void)state;
    const struct vacc_order *order;
    assert_int_equal(place(SIDE_BUY, VACC_POST_ONLY, 101, 10, "x", &order), VACC_TAKEN);
    assert_int_equal(order->end, VACC_POST_ONLY_END);
    account->options.refuses_post_only = true;
    assert_int_equal(place(SIDE_BUY, VACC_POST_ONLY, 101, 10, "x", &order), VACC_WOULD_TAKE);
    assert_int_equal(place(SIDE_BUY, VACC_POST_ONLY, 100, 10, "x", &order), VACC_TAKEN);
    assert_int_equal(place(SIDE_SELL, VACC_GTC, 105, 10, "x", &order), VACC_DUPLICATE);
    order = vacc_find_client(account, SLICE("x"));
    assert_int_equal(order->ahead.v, 2 * QTY_ONE);
    show(100, 101, 1); // one in front left
    assert_int_equal(order->filled.v, 0);
    assert_int_equal(order->ahead.v, QTY_ONE);
    show(99, 101, 1); // the level is gone
    assert_int_equal(order->end, VACC_FILLED);
    assert_int_equal(order->fees.v, 10000); // 1 bps of 100
}

static void test_refused(void **state) {
    (void)state;
    const struct vacc_order *order;
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 100, 0, "a", &order), VACC_OFF_STEP);
    struct vacc_request off = {.price = {PX_ONE / 2}, .size = {QTY_ONE}};
    assert_int_equal(vacc_place(account, &world, &off, &order), VACC_OFF_TICK);
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 4, 10, "a", &order), VACC_BELOW_NOTIONAL);
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 90, 1200, "a", &order), VACC_NO_MARGIN);
    off = (struct vacc_request){.kind = VACC_IOC,
                                .side = SIDE_SELL,
                                .reduce_only = true,
                                .price = {100 * PX_ONE},
                                .size = {QTY_ONE}};
    assert_int_equal(vacc_place(account, &world, &off, &order), VACC_NOT_REDUCING);
    account->faults[VACC_FAULT_REJECT] = 1;
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 100, 10, "a", &order), VACC_FORCED);
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 100, 10, "a", &order), VACC_TAKEN);
}

// There is an end to open orders, as everywhere; one that goes makes room.
static void test_too_many(void **state) {
    (void)state;
    const struct vacc_order *order;
    char id[16];
    account->cash = USD(1000000);
    for (int i = 0; i < VACC_LIVE_MAX; i++) {
        (void)snprintf(id, sizeof(id), "n%d", i);
        assert_int_equal(place(SIDE_BUY, VACC_GTC, 90, 1, id, &order), VACC_TAKEN);
    }
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 90, 1, "one more", &order), VACC_TOO_MANY);
    assert_true(vacc_cancel(account, &world, order, VACC_CANCELED));
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 90, 1, "one more", &order), VACC_TAKEN);
}

static void test_own_orders_do_not_trade(void **state) {
    (void)state;
    const struct vacc_order *rest;
    const struct vacc_order *order;
    assert_int_equal(place(SIDE_SELL, VACC_POST_ONLY, 101, 10, "r", &rest), VACC_TAKEN);
    assert_int_equal(place(SIDE_BUY, VACC_IOC, 101, 10, "t", &order), VACC_TAKEN);
    assert_int_equal(rest->end, VACC_SELF_TRADE);
    assert_int_equal(order->end, VACC_FILLED);
}

static void test_deadman_and_cancel(void **state) {
    (void)state;
    const struct vacc_order *order;
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 90, 10, "a", &order), VACC_TAKEN);
    vacc_arm(account, VACC_ALL, world.now_ns + 5 * NS_PER_MS);
    show(100, 101, 3);
    assert_int_equal(order->end, VACC_LIVE);
    world.now_ns += 5 * NS_PER_MS;
    vacc_tick(account, &world);
    assert_int_equal(order->end, VACC_DEADMAN);
    assert_false(vacc_cancel(account, &world, order, VACC_CANCELED));
    assert_int_equal(place(SIDE_BUY, VACC_GTC, 91, 10, "b", &order), VACC_TAKEN);
    account->faults[VACC_FAULT_LATE_FILL] = 1;
    assert_true(vacc_cancel(account, &world, order, VACC_CANCELED));
    assert_int_equal(order->end, VACC_CANCELED);
    assert_int_equal(order->filled.v, QTY_ONE / 10); // told after the end
    const struct vacc_event *last = vacc_event(account, account->event_count);
    assert_int_equal(last->kind, VACC_EVENT_POSITION);
    last = vacc_event(account, account->event_count - 1);
    assert_int_equal(last->kind, VACC_EVENT_FILL);
    assert_int_equal(last->order.end, VACC_CANCELED);
    assert_null(vacc_event(account, account->event_count + 1));
}

static void test_funding_and_meddling(void **state) {
    (void)state;
    world.listings[0].mark = (struct px){100 * PX_ONE};
    world.listings[0].funding = (struct rate){1000000000}; // 0.1 %
    world.listings[0].next_settlement_ns = world.now_ns + NS_PER_S;
    vacc_meddle(account, &world, 0, SIDE_BUY, (struct qty){QTY_ONE}, true);
    assert_int_equal(account->positions[0].net.v, QTY_ONE);
    assert_true(vacc_fill(account, 0)->liquidation);
    vacc_tick(account, &world);
    struct usd before = account->cash;
    world.now_ns += NS_PER_S;
    world.listings[0].next_settlement_ns += NS_PER_S * 3600;
    vacc_tick(account, &world);
    assert_int_equal(account->positions[0].funding.v, 100000);
    assert_int_equal(account->cash.v, before.v - 100000);
    vacc_tick(account, &world); // once
    assert_int_equal(account->positions[0].funding.v, 100000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_take, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_orders_do_not_trade, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deadman_and_cancel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_funding_and_meddling, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("venue_account", tests, NULL, NULL);
}
