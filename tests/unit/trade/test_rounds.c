// How an opening goes out in rounds, with the test as the venue: split orders, both legs resting, a
// wild market, a thin book.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control_text.h"
#include "harness.h"

static struct harness *in_mode(enum execution_mode mode) {
    struct harness *h = harness_prepare();
    h->settings.execution.mode = (uint8_t)mode;
    return h;
}

static void start(struct harness *h) {
    harness_start(h);
    harness_paper_off(h);
}

// The newest order command of a leg, of the kind asked for.
static struct event_order command_of(const struct harness *h, int leg, enum order_action action) {
    for (uint32_t i = h->count; i-- > 0;) {
        const struct event *event = &h->events[i];
        if (event->header.kind == EVENT_ORDER_COMMAND && event->u.order.leg == leg &&
            event->u.order.action == action) {
            return event->u.order;
        }
    }
    fail_msg("no such command");
    return (struct event_order){0};
}

static void fill(struct harness *h, const struct event_order *order, struct qty size) {
    harness_report(h, order->order, order->venue, REPORT_FILL, order->price, size);
}

static void end(struct harness *h, const struct event_order *order, enum report_kind kind) {
    harness_report(h, order->order, order->venue, kind, (struct px){0}, (struct qty){0});
}

static void test_split_goes_out_in_parts(void **state) {
    (void)state;
    struct harness *h = in_mode(EXECUTION_SAFE_TAKER_ONLY);
    h->settings.execution.split_notional = USD(90);
    start(h);
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    struct job *job = harness_open(h, &draft);
    int rounds = 0;
    while (job->state == JOB_OPENING) {
        assert_in_range(++rounds, 1, 3);
        struct event_order buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
        struct event_order sell = command_of(h, LEG_SELL, ORDER_ACTION_PLACE);
        assert_int_equal(buy.size.v, sell.size.v);
        assert_true(usd_notional_near(buy.price, buy.size).v <= USD(90).v);
        assert_true(usd_notional_near(sell.price, sell.size).v <= USD(90).v);
        fill(h, &buy, buy.size);
        assert_int_equal(job->state, JOB_OPENING);
        fill(h, &sell, sell.size);
        harness_check(h);
    }
    assert_int_equal(rounds, 3);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(job->legs[LEG_BUY].opened.v, draft.legs[LEG_BUY].target.v);
    harness_destroy(h);
}

// What a round did not get ends the opening: it is not asked for again and again.
static void test_split_stops_at_a_miss(void **state) {
    (void)state;
    struct harness *h = in_mode(EXECUTION_SAFE_TAKER_ONLY);
    h->settings.execution.split_notional = USD(90);
    start(h);
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    struct job *job = harness_open(h, &draft);
    struct event_order buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    struct event_order sell = command_of(h, LEG_SELL, ORDER_ACTION_PLACE);
    fill(h, &buy, buy.size);
    fill(h, &sell, sell.size);
    buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    sell = command_of(h, LEG_SELL, ORDER_ACTION_PLACE);
    end(h, &buy, REPORT_EXPIRED);
    end(h, &sell, REPORT_EXPIRED);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 4);
    assert_int_equal(job->legs[LEG_BUY].opened.v, job->legs[LEG_SELL].opened.v);
    harness_check(h);
    harness_destroy(h);
}

// A leg that its venue does not hedge goes to another one, where nobody asked a rule or a limit:
// the job keeps what it has there and asks for no further round.
static void test_split_stops_when_a_leg_moves(void **state) {
    (void)state;
    struct harness *h = in_mode(EXECUTION_HYBRID_HEDGE_TAKER);
    h->settings.execution.split_notional = USD(90);
    start(h);
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    struct job *job = harness_open(h, &draft);
    struct event_order sell = command_of(h, LEG_SELL, ORDER_ACTION_PLACE);
    fill(h, &sell, sell.size);
    struct event_order hedge = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    for (int64_t from_ns = h->now_ns; hedge.venue == H_LIGHTER;) {
        assert_true(h->now_ns < from_ns + 3 * NS_PER_S);
        end(h, &hedge, REPORT_EXPIRED);
        harness_calm_for(h, H_MS(400));
        hedge = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    }
    assert_int_equal(hedge.venue, H_BINANCE);
    harness_mark(h);
    fill(h, &hedge, sell.size);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->legs[LEG_BUY].opened.v, sell.size.v);
    assert_int_equal(job->legs[LEG_SELL].opened.v, sell.size.v);
    harness_check(h);
    harness_destroy(h);
}

static struct job *both_resting(struct harness *h, struct event_order *buy,
                                struct event_order *sell) {
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    struct job *job = harness_open(h, &draft);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 2);
    *buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    *sell = command_of(h, LEG_SELL, ORDER_ACTION_PLACE);
    assert_int_equal(buy->type, ORDER_POST_ONLY);
    assert_int_equal(sell->type, ORDER_POST_ONLY);
    end(h, buy, REPORT_ACCEPTED);
    end(h, sell, REPORT_ACCEPTED);
    return job;
}

static void test_double_maker(void **state) {
    (void)state;
    struct harness *h = in_mode(EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC);
    start(h);
    struct event_order buy, sell;
    struct job *job = both_resting(h, &buy, &sell);
    fill(h, &buy, buy.size); // the other follows in time
    harness_advance(h, H_MS(300));
    fill(h, &sell, sell.size);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 2);
    harness_check(h);
    harness_destroy(h);

    h = in_mode(EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC);
    start(h);
    job = both_resting(h, &buy, &sell);
    fill(h, &buy, buy.size); // the other does not: it gives way, and what is missing is taken
    harness_advance(h, H_MS(400));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 2);
    harness_advance(h, H_MS(200));
    assert_int_equal(command_of(h, LEG_SELL, ORDER_ACTION_CANCEL).order, sell.order);
    fill(h, &sell, (struct qty){QTY_ONE / 1000}); // a part crosses with the cancel
    end(h, &sell, REPORT_CANCELED);
    struct event_order hedge = command_of(h, LEG_SELL, ORDER_ACTION_PLACE);
    assert_int_equal(hedge.phase, LEG_HEDGE);
    assert_int_equal(hedge.type, ORDER_IOC);
    assert_int_equal(hedge.size.v, buy.size.v - QTY_ONE / 1000);
    fill(h, &hedge, hedge.size);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_check(h);
    harness_destroy(h);

    h = in_mode(EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC);
    start(h);
    job = both_resting(h, &buy, &sell);
    fill(h, &buy, buy.size); // nor does the cancel come back: past the deadline it unwinds
    for (int i = 0; i < 40 && job->state == JOB_OPENING; i++) {
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(100));
    }
    assert_int_equal(job->state, JOB_UNWINDING);
    harness_check(h);
    harness_destroy(h);

    h = in_mode(EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC);
    start(h);
    job = both_resting(h, &buy, &sell); // neither fills: both go, nothing happened
    harness_calm_for(h, 31 * NS_PER_S);
    end(h, &buy, REPORT_CANCELED);
    assert_int_equal(job->state, JOB_OPENING);
    end(h, &sell, REPORT_CANCELED);
    assert_int_equal(job->state, JOB_EXPIRED);
    assert_int_equal(h->desk.risk.failures, 0);
    harness_check(h);
    harness_destroy(h);
}

// High volatility: nothing rests, and the costs are worked out that way.
static void test_wild_market_takes(void **state) {
    (void)state;
    struct harness *h = in_mode(EXECUTION_HYBRID_HEDGE_TAKER);
    start(h);
    struct opportunity calm, wild;
    assert_true(
        scanner_evaluate(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED, USD(200), h->now_ns, &calm));
    h->desk.picture.symbols[H_BTC].volatility = BPS(50);
    assert_true(
        scanner_evaluate(&h->desk, H_BTC, H_LIGHTER, H_EXTENDED, USD(200), h->now_ns, &wild));
    assert_int_equal(calm.fees.v, 0);
    assert_int_equal(wild.fees.v, 250); // extended takes
    struct job draft = harness_draft(h, STRATEGY_ARB, H_BTC, H_LIGHTER, H_EXTENDED, USD(200));
    assert_int_equal(draft.maker, MAKER_NONE);
    (void)harness_open(h, &draft);
    assert_int_equal(command_of(h, LEG_BUY, ORDER_ACTION_PLACE).type, ORDER_IOC);
    assert_int_equal(command_of(h, LEG_SELL, ORDER_ACTION_PLACE).type, ORDER_IOC);
    harness_destroy(h);
}

// Low liquidity: a single leg that finds nothing asks for half, then for half of that.
static void test_thin_book_asks_for_less(void **state) {
    (void)state;
    struct harness *h = in_mode(EXECUTION_SAFE_TAKER_ONLY);
    start(h);
    struct control_request request = {.origin = ORIGIN_TEST};
    assert_int_equal(
        control_parse_submit(SLICE("buy lighter BTC/USDT 300"), &h->universe, &request), STATUS_OK);
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    struct job *job = harness_job(h);
    struct qty whole = job->legs[LEG_BUY].target;
    for (int miss = 0; miss < 3; miss++) {
        struct event_order buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
        assert_in_range(buy.size.v, (whole.v >> miss) - QTY_ONE / 100000, whole.v >> miss);
        end(h, &buy, REPORT_EXPIRED);
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(120));
    }
    struct event_order buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    fill(h, &buy, buy.size); // there is a market again: the rest is asked for whole
    harness_calm(h, (struct bps){0});
    harness_advance(h, H_MS(120));
    buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    assert_int_equal(buy.size.v, whole.v - job->legs[LEG_BUY].opened.v);
    for (int i = 0; i < 20 && job->state == JOB_OPENING; i++) {
        buy = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
        end(h, &buy, REPORT_EXPIRED);
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(120));
    }
    assert_int_equal(job->state, JOB_HOLDING); // ten tries are enough: what it has it keeps
    harness_check(h);
    harness_destroy(h);
}

static void lane_is(struct harness *h, uint16_t venue, enum lane_state state) {
    struct event_lane lane = {.venue = venue, .state = (uint8_t)state, .room = 100};
    harness_input(h, EVENT_LANE_STATE, &lane);
}

static void refuse_unsent(struct harness *h, const struct event_order *order) {
    struct event_report report = {.order = order->order,
                                  .venue = order->venue,
                                  .kind = REPORT_REJECTED,
                                  .unsent = 1,
                                  .text = "not sent: the lane is not ready"};
    harness_input(h, EVENT_ORDER_REPORT, &report);
}

static struct harness *live(enum execution_mode mode) {
    struct harness *h = in_mode(mode);
    h->settings.risk.fast_move = BPS(5000);
    start(h);
    h->desk.mode = DESK_LIVE;
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        lane_is(h, venue, LANE_READY);
    }
    return h;
}

static struct job *submit(struct harness *h, struct slice words) {
    struct control_request request = {.origin = ORIGIN_TEST};
    assert_int_equal(control_parse_submit(words, &h->universe, &request), STATUS_OK);
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    return harness_job(h);
}

static struct event_order fill_newest(struct harness *h, int leg) {
    struct event_order order = command_of(h, leg, ORDER_ACTION_PLACE);
    fill(h, &order, order.size);
    return order;
}

// An order that never left is nobody's failure: the job keeps what it has, waits until its lane is
// back, and goes on.
static void test_lane_away_for_a_moment(void **state) {
    (void)state;
    struct harness *h = live(EXECUTION_SAFE_TAKER_ONLY);
    struct job *job = submit(h, SLICE("buy lighter BTC/USDT 300 over 10"));
    struct event_order first = fill_newest(h, LEG_BUY);
    harness_calm_for(h, NS_PER_S);
    struct event_order second = command_of(h, LEG_BUY, ORDER_ACTION_PLACE);
    assert_true(second.order != first.order);
    harness_mark(h);
    lane_is(h, H_LIGHTER, LANE_CONNECTING);
    refuse_unsent(h, &second);
    harness_calm_for(h, H_MS(900));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->state, JOB_OPENING);
    assert_false(job->stopping);
    assert_int_equal(job->verdict.rule, RULE_LANE);
    assert_int_equal(h->desk.risk.failures, 0);
    assert_int_equal(h->desk.risk.venues[H_LIGHTER].rejects, 0);
    lane_is(h, H_LIGHTER, LANE_READY);
    harness_calm_for(h, H_MS(200));
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 1);
    assert_int_equal(command_of(h, LEG_BUY, ORDER_ACTION_PLACE).phase, LEG_OPEN);
    assert_int_equal(job->verdict.rule, RULE_NONE);
    harness_check(h);
    harness_destroy(h);
}

// Nor for ever: past its plan and the wait for a fill it keeps what it has.
static void test_lane_away_for_good(void **state) {
    (void)state;
    struct harness *h = live(EXECUTION_SAFE_TAKER_ONLY);
    struct job *job = submit(h, SLICE("buy lighter BTC/USDT 300 over 10"));
    struct event_order first = fill_newest(h, LEG_BUY);
    lane_is(h, H_LIGHTER, LANE_BLOCKED);
    harness_mark(h);
    harness_calm_for(h, 39 * NS_PER_S);
    assert_int_equal(job->state, JOB_OPENING);
    harness_calm_for(h, 2 * NS_PER_S);
    assert_int_equal(job->state, JOB_HOLDING);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(leg_held(&job->legs[LEG_BUY]).v, first.size.v);
    harness_check(h);
    harness_destroy(h);
}

// What stands against a job when its next part is due: a moment's matter makes it wait, what is
// final ends its opening. Either way nothing is sent, and what it has it keeps.
static void test_rules_hold_in_every_round(void **state) {
    (void)state;
    static const struct {
        enum rule rule;
        bool stops;
    } rows[] = {
        {RULE_PAUSED, true},        {RULE_DRAWDOWN, true},       {RULE_DAY_LOSS, true},
        {RULE_VENUE_ROLE, true},    {RULE_VENUE_TRIPPED, false}, {RULE_QUOTE_STALE, false},
        {RULE_FAST_MARKET, false},  {RULE_COOL_DOWN, false},     {RULE_DEADMAN, false},
        {RULE_CLOCK_OFFSET, false}, {RULE_MESSAGE_RATE, false},  {RULE_FAILURES, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = live(EXECUTION_HYBRID_HEDGE_TAKER);
        struct job *job = submit(h, SLICE("buy extended BTC/USDT 300 over 10"));
        (void)fill_newest(h, LEG_BUY);
        harness_calm_for(h, H_MS(800));
        struct event_lane lane = {.venue = H_EXTENDED, .state = LANE_READY, .room = 100};
        int64_t end_ns = h->now_ns + 10 * NS_PER_S;
        harness_mark(h);
        switch ((int)rows[i].rule) {
        case RULE_PAUSED:
            harness_control(h, CONTROL_PAUSE, 0);
            break;
        case RULE_DRAWDOWN:
            h->settings.risk.drawdown_max = BPS(0);
            break;
        case RULE_DAY_LOSS:
            h->settings.risk.day_loss_max = USD(0);
            break;
        case RULE_VENUE_ROLE:
            harness_control_at(h, CONTROL_VENUE_ROLE, H_EXTENDED, CONTROL_ANY, VENUE_REFERENCE, 0);
            break;
        case RULE_VENUE_TRIPPED:
            h->desk.risk.venues[H_EXTENDED].tripped_until_ns = end_ns;
            break;
        case RULE_FAST_MARKET:
            h->desk.picture.symbols[H_BTC].frozen_until_ns = end_ns;
            break;
        case RULE_COOL_DOWN:
            risk_cool_down(&h->desk, end_ns);
            break;
        case RULE_DEADMAN:
            lane.deadman = DEADMAN_FAILED;
            harness_input(h, EVENT_LANE_STATE, &lane);
            break;
        case RULE_CLOCK_OFFSET:
            harness_feed(h, H_EXTENDED, FEED_LIVE, NS_PER_S);
            break;
        case RULE_MESSAGE_RATE:
            lane.room = 0;
            harness_input(h, EVENT_LANE_STATE, &lane);
            break;
        case RULE_FAILURES:
            h->desk.risk.failures = h->settings.risk.failures_max;
            break;
        default:
            h->settings.feeds.stale_ns = H_MS(100); // and no quotes come
            break;
        }
        if (rows[i].rule == RULE_QUOTE_STALE) {
            harness_advance(h, 2 * NS_PER_S);
        } else {
            harness_calm_for(h, 2 * NS_PER_S);
        }
        if (harness_count(h, EVENT_ORDER_COMMAND) != 0 || job->verdict.rule != rows[i].rule ||
            job->state != (rows[i].stops ? JOB_HOLDING : JOB_OPENING)) {
            fail_msg("%s: %u orders, %s, %s", rule_name(rows[i].rule),
                     harness_count(h, EVENT_ORDER_COMMAND), rule_name(job->verdict.rule),
                     job_state_name(job->state));
        }
        assert_true(leg_held(&job->legs[LEG_BUY]).v > 0);
        harness_check(h);
        harness_destroy(h);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_goes_out_in_parts),
        cmocka_unit_test(test_split_stops_at_a_miss),
        cmocka_unit_test(test_split_stops_when_a_leg_moves),
        cmocka_unit_test(test_double_maker),
        cmocka_unit_test(test_wild_market_takes),
        cmocka_unit_test(test_thin_book_asks_for_less),
        cmocka_unit_test(test_lane_away_for_a_moment),
        cmocka_unit_test(test_lane_away_for_good),
        cmocka_unit_test(test_rules_hold_in_every_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
