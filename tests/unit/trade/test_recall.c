// What a journal says was left, also where it is longer than a desk is wide, was written by a newer
// program, or holds numbers this one cannot have.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness.h"

static struct recall recall;

static int set_up(void **state) {
    (void)state;
    recall_init(&recall);
    return 0;
}

#define TELL(KIND, member, ...)                                                                    \
    recall_event(&recall, &(struct event){.header = {.kind = (KIND), .time_ns = H_START_NS},       \
                                          .u.member = {__VA_ARGS__}})

static void tell_job(uint32_t id, enum job_state state) {
    TELL(EVENT_JOB_STATE, job, .job = id, .state = (uint8_t)state, .legs = 2, .sell_venue = 1);
}

static void place(uint64_t order, uint8_t leg, uint16_t venue, enum order_type type) {
    TELL(EVENT_ORDER_COMMAND, order, .order = order, .job = (uint32_t)(order >> 16),
         .action = ORDER_ACTION_PLACE, .type = (uint8_t)type, .venue = venue, .leg = leg,
         .size = {10});
}

static void fill(uint64_t order, uint8_t leg, enum side side, uint16_t venue, int64_t size) {
    TELL(EVENT_ORDER_FILLED, fill, .order = order, .trade = order + (uint64_t)size,
         .job = (uint32_t)(order >> 16), .leg = leg, .side = (uint8_t)side, .venue = venue,
         .size = {size}, .price = {PX_ONE}, .fee = {1});
}

static void test_jobs_and_orders(void **state) {
    (void)state;
    tell_job(7, JOB_PENDING);
    assert_int_equal(recall.job_count, 0); // it never started
    tell_job(7, JOB_OPENING);
    tell_job(9, JOB_OPENING);
    tell_job(9, JOB_HOLDING);
    assert_int_equal(recall.job_count, 2);
    assert_int_equal(recall.jobs[1].state, JOB_HOLDING);
    assert_int_equal(recall.end.jobs_used, 9);

    place(7 << 16 | 2, LEG_SELL, 1, ORDER_POST_ONLY);
    place(7 << 16 | 1, LEG_BUY, 2, ORDER_IOC); // the leg moved to venue 2
    place(7 << 16 | 1, LEG_BUY, 2, ORDER_IOC); // told twice
    assert_int_equal(recall.order_count, 2);
    assert_int_equal(recall.jobs[0].orders_used, 2);
    assert_int_equal(recall.jobs[0].maker, MAKER_SELL);
    assert_int_equal(recall.jobs[0].legs[LEG_BUY].venue, 2);
    fill(7 << 16 | 1, LEG_BUY, SIDE_BUY, 2, 4);
    place(7 << 16 | 3, LEG_BUY, 0, ORDER_POST_ONLY); // it holds something on 2: there it stays
    assert_int_equal(recall.jobs[0].legs[LEG_BUY].venue, 2);
    assert_int_equal(recall.jobs[0].maker, MAKER_BUY);
    assert_int_equal(recall.orders[1].order.filled.v, 4);
    fill(7 << 16 | 1, LEG_BUY, SIDE_BUY, 2, 6); // full, though nobody said it was the last
    assert_int_equal(recall.order_count, 2);
    assert_int_equal(recall.orders[1].order.order, 7 << 16 | 3);
    fill(7 << 16 | 3, LEG_BUY, SIDE_SELL, 2, 3); // a leg that buys sells: it closes
    assert_int_equal(recall.jobs[0].legs[LEG_BUY].opened.v, 10);
    assert_int_equal(recall.jobs[0].legs[LEG_BUY].closed.v, 3);
    assert_int_equal(recall.jobs[0].fees.v, 3);
    TELL(EVENT_ORDER_CANCELED, order, .order = 7 << 16 | 3);
    TELL(EVENT_ORDER_FAILED, order, .order = 7 << 16 | 2);
    TELL(EVENT_ORDER_FAILED, order, .order = 7 << 16 | 2); // an end told twice
    assert_int_equal(recall.order_count, 0);
    tell_job(7, JOB_DONE);
    tell_job(11, JOB_REFUSED); // of a job that was never told to run
    assert_int_equal(recall.job_count, 1);
    assert_int_equal(recall.jobs[0].job, 9);
    assert_int_equal(recall.end.jobs_used, 11); // its number is taken all the same
    assert_false(recall.lossy);
}

static uint64_t next_ended(uint64_t *at) {
    struct event_past_order row;
    return recall_next_ended(&recall, at, &row) ? row.order.order : 0;
}

static uint64_t next_trade(uint64_t *at) {
    struct event_past_trade row;
    return recall_next_trade(&recall, at, &row) ? row.trade : 0;
}

// What a job took over is no fill of its own: without being told, a new life would find it flat.
static void test_job_that_took_over(void **state) {
    (void)state;
    tell_job(8, JOB_OPENING);
    tell_job(8, JOB_HOLDING);
    assert_int_equal(recall.jobs[0].adopted, 0);
    TELL(EVENT_JOB_ADOPTED, adopted, .job = 8, .venue = 1, .leg = LEG_SELL, .opened = {17},
         .opened_usd = {3});
    TELL(EVENT_JOB_ADOPTED, adopted, .job = 8, .leg = JOB_LEGS_MAX, .opened = {1}); // no such leg
    TELL(EVENT_JOB_ADOPTED, adopted, .job = 4, .opened = {1});                      // no such job
    assert_int_equal(recall.job_count, 1);
    assert_int_equal(recall.jobs[0].adopted, 1);
    assert_int_equal(recall.jobs[0].only, LEG_SELL);
    assert_int_equal(recall.jobs[0].legs[LEG_SELL].opened.v, 17);
    assert_int_equal(recall.jobs[0].legs[LEG_SELL].opened_usd.v, 3);
    assert_int_equal(recall.jobs[0].legs[LEG_BUY].opened.v, 0);
    fill(8 << 16 | 1, LEG_SELL, SIDE_BUY, 1, 5);
    assert_int_equal(recall.jobs[0].legs[LEG_SELL].closed.v, 5);
}

// An order that ended before it was full may still be told a fill of, for some minutes; what is
// booked of it is told with it.
static void test_ended_lately(void **state) {
    (void)state;
    uint64_t full = 7 << 16 | 1, part = 7 << 16 | 2, old = 7 << 16 | 3, refused = 7 << 16 | 4;
    uint64_t orders[] = {full, part, old, refused};
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        int64_t minutes = orders[i] == old ? RECALL_ENDED_MIN + 1 : 1;
        TELL(EVENT_ORDER_COMMAND, order, .order = orders[i], .action = ORDER_ACTION_PLACE,
             .size = {10}, .created_ns = H_START_NS - minutes * 60 * NS_PER_S);
        fill(orders[i], 0, SIDE_BUY, 0, 4);
    }
    TELL(EVENT_ORDER_CANCELED, order, .order = full, .state = ORDER_CANCELED_DONE);
    fill(full, 0, SIDE_BUY, 0, 6);
    TELL(EVENT_ORDER_CANCELED, order, .order = part, .state = ORDER_EXPIRED);
    TELL(EVENT_ORDER_CANCELED, order, .order = old, .state = ORDER_CANCELED_DONE);
    TELL(EVENT_ORDER_FAILED, order, .order = refused, .state = ORDER_REJECTED);
    assert_int_equal(recall.order_count, 0);
    struct event_past_order row;
    uint64_t at = 0;
    assert_true(recall_next_ended(&recall, &at, &row));
    assert_int_equal(row.order.order, part);
    assert_int_equal(row.order.state, ORDER_EXPIRED);
    assert_int_equal(row.order.filled.v, 4);
    assert_int_equal(next_ended(&at), 0);
    at = 0;
    assert_int_equal(next_trade(&at), part + 4);
    assert_int_equal(next_trade(&at), 0);

    recall_init(&recall); // and the session after that, from what it was told
    TELL(EVENT_PAST_ORDER, past_order, .order = row.order);
    TELL(EVENT_PAST_TRADE, past_trade, .order = part, .trade = part + 4);
    assert_int_equal(recall.order_count, 0);
    at = 0;
    assert_int_equal(next_trade(&at), part + 4);
    at = 0;
    assert_int_equal(next_ended(&at), part);
    for (uint64_t i = 1; i <= RECALL_ENDED; i++) { // more than are remembered: the newest
        row.order.order = 9 << 16 | i;
        TELL(EVENT_PAST_ORDER, past_order, .order = row.order);
    }
    at = 0;
    assert_int_equal(next_ended(&at), 9 << 16 | 1);
}

// Fills that are nobody's are in the position; those of a leg that no job has are in no leg.
static void test_fills(void **state) {
    (void)state;
    tell_job(7, JOB_HOLDING);
    fill(0, 0, SIDE_BUY, 1, 5);
    fill(7 << 16 | 1, JOB_LEGS_MAX, SIDE_BUY, 1, 5);
    assert_int_equal(recall_position(&recall, 1, 0)->net.v, 10);
    assert_int_equal(recall.jobs[0].legs[LEG_BUY].opened.v, 0);
    assert_int_equal(recall.jobs[0].legs[LEG_SELL].opened.v, 0);

    uint64_t trades = recall.trade_count;
    TELL(EVENT_ORDER_FILLED, fill, .venue = VENUE_MAX, .size = {5}, .price = {PX_ONE});
    TELL(EVENT_ORDER_FILLED, fill, .symbol = SYMBOL_MAX, .size = {5}, .price = {PX_ONE});
    TELL(EVENT_ORDER_FILLED, fill, .size = {0}, .price = {PX_ONE});
    TELL(EVENT_ORDER_FILLED, fill, .size = {5}, .price = {0});
    assert_int_equal(recall.trade_count, trades);
    assert_int_equal(recall_position(&recall, 0, 0)->net.v, 0);
    place(9 << 16 | 1, JOB_LEGS_MAX, 0, ORDER_IOC); // of an unknown job, on an unknown leg
    tell_job(9, JOB_OPENING);
    place(9 << 16 | 2, JOB_LEGS_MAX, 2, ORDER_IOC);
    assert_int_equal(recall.jobs[1].legs[LEG_BUY].venue, 0);
    assert_int_equal(recall.jobs[1].legs[LEG_SELL].venue, 1);
}

static void test_positions(void **state) {
    (void)state;
    TELL(EVENT_PAST_POSITION, past_position, .venue = 2, .symbol = 1, .net = {3}, .cost = USD(30));
    TELL(EVENT_PAST_POSITION, past_position, .venue = VENUE_MAX, .net = {3}, .cost = USD(30));
    TELL(EVENT_PAST_POSITION, past_position, .symbol = SYMBOL_MAX, .net = {3}, .cost = USD(30));
    assert_int_equal(recall_gross(&recall).v, USD(30).v);
    TELL(EVENT_POSITION_UPDATED, position, .venue = 2, .net = {-4}, .cost = USD(-12),
         .realised = USD(1), .funding = USD(2));
    TELL(EVENT_POSITION_UPDATED, position, .venue = VENUE_MAX, .net = {4}, .cost = USD(12));
    TELL(EVENT_POSITION_UPDATED, position, .symbol = SYMBOL_MAX, .net = {4}, .cost = USD(12));
    assert_int_equal(recall_gross(&recall).v, USD(42).v); // short or long, it is at stake
    assert_int_equal(recall_position(&recall, 2, 0)->net.v, -4);
    assert_int_equal(recall_position(&recall, 2, 0)->funding.v, USD(2).v);
}

// A person's kill and halt outlive the process; the one it gives itself when it is stopped does
// not.
static void test_controls(void **state) {
    (void)state;
    TELL(EVENT_CONTROL, control, .verb = CONTROL_KILL, .origin = ORIGIN_SIGNAL);
    assert_true(recall.farewell);
    assert_int_equal(recall.end.killed, 0);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_STATE, .origin = ORIGIN_SIGNAL,
         .value = TRADING_HALTED);
    assert_false(recall.farewell); // it went on after that
    assert_int_equal(recall.end.state, TRADING_ACTIVE);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_STATE, .origin = ORIGIN_SHELL,
         .value = TRADING_REDUCING);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_KILL, .origin = ORIGIN_KEYBOARD);
    assert_false(recall.farewell);
    assert_int_equal(recall.end.killed, 1);
    assert_int_equal(recall.end.state, TRADING_REDUCING);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_CLEAR, .origin = ORIGIN_HTTP);
    assert_int_equal(recall.end.killed, 0);
}

// Session keys and job numbers go up whatever was told first.
static void test_numbers(void **state) {
    (void)state;
    TELL(EVENT_DESK_STARTED, desk, .venues = 3);
    uint64_t key = recall.end.session_key;
    assert_int_equal(key, H_START_NS / NS_PER_MS);
    TELL(EVENT_PAST_JOB, past_job, .job = 50, .state = JOB_HOLDING, .legs_used = 2);
    TELL(EVENT_PAST_END, past_end, .session_key = key + 5, .jobs_used = 40, .known = 1);
    assert_true(recall.told);
    assert_int_equal(recall.end.session_key, key + 6); // the clock stepped back between the two
    assert_int_equal(recall.end.jobs_used, 50);
    TELL(EVENT_PAST_JOB, past_job, .job = 45, .state = JOB_HOLDING, .legs_used = 2);
    assert_int_equal(recall.end.jobs_used, 50);
    TELL(EVENT_PAST_END, past_end, .session_key = 1, .jobs_used = 60, .known = 1);
    assert_int_equal(recall.end.jobs_used, 60);
}

// What nobody signed is doubted by the next session, too.
static void test_doubt(void **state) {
    (void)state;
    TELL(EVENT_DESK_STARTED, desk, .venues = 3);
    TELL(EVENT_PAST_END, past_end, .known = 1, .doubt = DOUBT_FORMAT, .lost = 2);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_RESUME, .origin = ORIGIN_KEYBOARD);
    assert_int_equal(recall.end.doubt, DOUBT_FORMAT);
    assert_int_equal(recall.end.lost, 2);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_ACCEPT, .origin = ORIGIN_KEYBOARD);
    assert_int_equal(recall.end.doubt, DOUBT_NONE);
    assert_int_equal(recall.end.lost, 0);
}

// A session that nothing was left to began its day itself, before it was told so.
static void test_first_day(void **state) {
    (void)state;
    for (uint8_t known = 0; known < 2; known++) {
        recall_init(&recall);
        TELL(EVENT_DAY_STARTED, day, .day = 9, .start_pnl = USD(2), .start_funding = USD(1));
        TELL(EVENT_PAST_END, past_end, .known = known, .day = known, .day_start_pnl = {known});
        assert_int_equal(recall.end.day, known != 0 ? 1 : 9);
        assert_int_equal(recall.end.day_start_pnl.v, known != 0 ? 1 : USD(2).v);
        assert_int_equal(recall.end.day_start_funding.v, known != 0 ? 0 : USD(1).v);
    }
}

// A start that was moved is of the same day: what was traded in it stays.
static void test_moved_day(void **state) {
    (void)state;
    recall_init(&recall);
    TELL(EVENT_DAY_STARTED, day, .day = 9, .start_pnl = USD(2));
    recall.end.day_volume = recall.end.day_fees = USD(5);
    TELL(EVENT_DAY_STARTED, day, .day = 9, .start_pnl = USD(7), .start_funding = USD(1));
    assert_int_equal(recall.end.day_start_pnl.v, USD(7).v);
    assert_int_equal(recall.end.day_start_funding.v, USD(1).v);
    assert_int_equal(recall.end.day_volume.v, USD(5).v);
    assert_int_equal(recall.end.day_fees.v, USD(5).v);
    TELL(EVENT_DAY_STARTED, day, .day = 10);
    assert_int_equal(recall.end.day_volume.v, 0);
    assert_int_equal(recall.end.day_fees.v, 0);
}

// Brakes and peaks are the desk's own word: the newest, or what it was told and did not change.
static void test_brakes(void **state) {
    (void)state;
    TELL(EVENT_RISK_STATE, risk, .failures = 0); // before it was told anything
    TELL(EVENT_PAST_PEAK, past_peak, .venue = 2, .day = 7, .start = USD(1), .peak = USD(9));
    TELL(EVENT_PAST_PEAK, past_peak, .venue = VENUE_MAX, .day = 7);
    TELL(EVENT_PAST_END, past_end, .known = 1, .brakes = {.strategies_off = 2, .day_jobs = 6});
    assert_int_equal(recall.end.brakes.strategies_off, 2);
    assert_int_equal(recall.end.brakes.day_jobs, 6);
    assert_int_equal(recall.peaks[2].day, 7);
    assert_int_equal(recall.peaks[2].peak.v, USD(9).v);
    TELL(EVENT_RISK_STATE, risk,
         .brakes = {.strategies_off = 4, .losing = {[STRATEGY_MACD] = 3}, .day = 8, .day_jobs = 1});
    TELL(EVENT_DAY_STARTED, day, .day = 9);
    assert_int_equal(recall.end.brakes.strategies_off, 4);
    assert_int_equal(recall.end.brakes.losing[STRATEGY_MACD], 3);
    assert_int_equal(recall.end.brakes.day, 8); // the count says itself which day's it is
    assert_int_equal(recall.end.brakes.day_jobs, 1);
    int64_t today = H_START_NS / NS_PER_DAY;
    for (uint32_t job = 1; job <= 2; job++) {
        TELL(EVENT_JOB_STATE, job, .job = job, .state = JOB_OPENING, .admitted = 1);
        TELL(EVENT_JOB_STATE, job, .job = job, .state = JOB_HOLDING);
        assert_int_equal(recall.end.brakes.day, today);
        assert_int_equal(recall.end.brakes.day_jobs, job);
    }
    TELL(EVENT_CAPITAL_UPDATED, capital, .venue = 2, .equity = USD(5), .start = USD(4),
         .peak = USD(8));
    TELL(EVENT_CAPITAL_UPDATED, capital, .venue = VENUE_MAX, .peak = USD(8));
    assert_int_equal(recall.peaks[2].day, H_START_NS / NS_PER_DAY);
    assert_int_equal(recall.peaks[2].start.v, USD(4).v);
    assert_int_equal(recall.peaks[2].peak.v, USD(8).v);
    assert_int_equal(recall.peaks[1].day, 0); // never told
    TELL(EVENT_CONTROL, control, .verb = CONTROL_VENUE_ROLE, .venue = 2, .value = VENUE_REFERENCE);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_VENUE_ROLE, .venue = VENUE_MAX, .value = 1);
    TELL(EVENT_CONTROL, control, .verb = CONTROL_RISK_MODE, .value = RISK_AGGRESSIVE);
    TELL(EVENT_CAPITAL_UPDATED, capital, .venue = 2, .equity = USD(5), .peak = USD(7));
    assert_int_equal(recall.peaks[2].role, 1 + VENUE_REFERENCE);
    assert_int_equal(recall.peaks[2].peak.v, USD(7).v);
    assert_int_equal(recall.end.risk_mode, 1 + RISK_AGGRESSIVE);
}

// More was live than a desk can hold: the start has to know that it does not know everything.
static void test_too_much(void **state) {
    (void)state;
    for (uint32_t i = 1; i <= JOBS_MAX; i++) {
        tell_job(i, JOB_OPENING);
    }
    assert_false(recall.lossy);
    tell_job(JOBS_MAX + 1, JOB_OPENING);
    assert_true(recall.lossy);
    assert_int_equal(recall.job_count, JOBS_MAX);

    recall_init(&recall);
    for (uint64_t i = 1; i <= ORDERS_MAX; i++) {
        place(7 << 16 | i, 0, 0, ORDER_IOC);
    }
    assert_false(recall.lossy);
    place(8 << 16 | 1, 0, 0, ORDER_IOC);
    assert_true(recall.lossy);
    assert_int_equal(recall.order_count, ORDERS_MAX);
}

// Booked fills of live orders are told on, oldest first; the ring forgets the oldest.
static void test_trades(void **state) {
    (void)state;
    uint64_t at = 0;
    struct event_past_trade trade;
    TELL(EVENT_PAST_TRADE, past_trade, .trade = 1, .venue = 1); // no order is live: nobody asks
    place(7 << 16 | 1, 0, 0, ORDER_IOC);
    assert_false(recall_next_trade(&recall, &at, &trade));
    TELL(EVENT_PAST_TRADE, past_trade, .order = 7 << 16 | 1, .trade = 2, .venue = 1);
    at = 0;
    assert_true(recall_next_trade(&recall, &at, &trade));
    assert_int_equal(trade.trade, 2);
    assert_false(recall_next_trade(&recall, &at, &trade));
    for (uint64_t i = 0; i < RECALL_TRADES; i++) {
        TELL(EVENT_PAST_TRADE, past_trade, .order = 7 << 16 | 1, .trade = 10 + i, .venue = 1);
    }
    at = 0;
    assert_true(recall_next_trade(&recall, &at, &trade));
    assert_int_equal(trade.trade, 10); // the two before are forgotten
    uint64_t told = 1;
    while (recall_next_trade(&recall, &at, &trade)) {
        told++;
    }
    assert_int_equal(told, RECALL_TRADES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_jobs_and_orders, set_up),
        cmocka_unit_test_setup(test_job_that_took_over, set_up),
        cmocka_unit_test_setup(test_ended_lately, set_up),
        cmocka_unit_test_setup(test_fills, set_up),
        cmocka_unit_test_setup(test_positions, set_up),
        cmocka_unit_test_setup(test_controls, set_up),
        cmocka_unit_test_setup(test_numbers, set_up),
        cmocka_unit_test_setup(test_doubt, set_up),
        cmocka_unit_test_setup(test_first_day, set_up),
        cmocka_unit_test_setup(test_moved_day, set_up),
        cmocka_unit_test_setup(test_brakes, set_up),
        cmocka_unit_test_setup(test_too_much, set_up),
        cmocka_unit_test_setup(test_trades, set_up),
    };
    return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
