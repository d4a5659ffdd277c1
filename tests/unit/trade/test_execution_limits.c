// Where an order may not go, how often one is tried, and what happens where there is no price, no
// row or no number left.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"
#include "trade/execution_inside.h"

static struct harness *by_hand(void) {
    struct harness *h = harness_create();
    harness_paper_off(h);
    return h;
}

static struct event_order last_command(const struct harness *h) {
    const struct event *event = harness_last(h, EVENT_ORDER_COMMAND);
    return event != NULL ? event->u.order : (struct event_order){0};
}

static struct job *open_wash(struct harness *h) {
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    return harness_open(h, &draft);
}

static void end(struct harness *h, const struct event_order *order, enum report_kind kind) {
    harness_report(h, order->order, order->venue, kind, (struct px){0}, (struct qty){0});
}

static void fill(struct harness *h, const struct event_order *order, struct qty size) {
    harness_report(h, order->order, order->venue, REPORT_FILL, order->price, size);
}

// Each thing that closes the gate, alone. What lowers risk passes always; a close that a person
// ordered passes a halt and a kill.
static void test_gate(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct desk *desk = &h->desk;
    struct job quiet = {0}, stopping = {.stopping = true}, urgent = {.urgent = true},
               ordered = {.stopping = true, .urgent = true};
#define GATE(open, close)                                                                          \
    do {                                                                                           \
        assert_int_equal(execution_gate(desk, &quiet, LEG_OPEN), open);                            \
        assert_int_equal(execution_gate(desk, &ordered, LEG_OPEN), open);                          \
        assert_int_equal(execution_gate(desk, &quiet, LEG_CLOSE), close);                          \
        assert_int_equal(execution_gate(desk, &stopping, LEG_CLOSE), close);                       \
        assert_int_equal(execution_gate(desk, &urgent, LEG_CLOSE), close);                         \
        assert_true(execution_gate(desk, &ordered, LEG_CLOSE));                                    \
        assert_true(execution_gate(desk, &quiet, LEG_HEDGE));                                      \
        assert_true(execution_gate(desk, &quiet, LEG_UNWIND));                                     \
    } while (0)
    GATE(true, true);
    desk->killed = true;
    GATE(false, false);
    desk->killed = false;
    desk->state = TRADING_REDUCING;
    GATE(false, true);
    desk->state = TRADING_HALTED;
    GATE(false, false);
    desk->state = TRADING_ACTIVE;
    desk->status = DESK_PAUSED;
    GATE(false, true);
    desk->status = DESK_RUNNING;
    desk->reconcile.phase = RECONCILE_DIFFERS;
    GATE(false, true);
#undef GATE
    harness_destroy(h);
}

// A venue that refuses an unwind is asked ever less often, and a person is told once that it is
// stuck; when it takes one at last the job ends as if nothing had been.
static void test_refused_again_and_again(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = open_wash(h);
    struct event_order maker = last_command(h);
    fill(h, &maker, maker.size);
    struct event_order hedge = last_command(h);
    fill(h, &hedge, hedge.size);
    assert_int_equal(job->state, JOB_HOLDING);
    harness_control(h, CONTROL_CANCEL_JOB, job->id);
    uint32_t tries[H_VENUES] = {0};
    int64_t last_ns[H_VENUES] = {0}, longest_ns = 0;
    struct event_order open[H_VENUES] = {0};
    uint32_t at = h->mark;
    h->mark = h->count;
    for (int i = 0; i < 3000 && tries[H_LIGHTER] < 105; i++) {
        for (; at < h->count; at++) {
            const struct event *event = &h->events[at];
            if (event->header.kind == EVENT_ORDER_COMMAND && event->u.order.phase == LEG_CLOSE) {
                uint16_t venue = event->u.order.venue;
                int64_t wait_ns = h->now_ns - last_ns[venue];
                longest_ns = tries[venue] > 0 && wait_ns > longest_ns ? wait_ns : longest_ns;
                last_ns[venue] = h->now_ns;
                tries[venue]++;
                open[venue] = event->u.order;
                assert_true(tries[venue] <= 11 || open[venue].emergency);
            }
        }
        for (uint16_t venue = 0; venue < H_VENUES; venue++) {
            if (open[venue].order != 0) {
                end(h, &open[venue], REPORT_EXPIRED);
                open[venue].order = 0;
            }
        }
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(100));
    }
    assert_int_equal(tries[H_LIGHTER], 105);
    assert_in_range(longest_ns, 3 * NS_PER_S, 4 * NS_PER_S);
    uint32_t told = 0;
    for (uint32_t i = h->mark; i < h->count; i++) {
        told += h->events[i].header.kind == EVENT_ALERT &&
                strcmp(h->events[i].u.alert.rule, "stuck") == 0 &&
                strstr(h->events[i].u.alert.text, "cannot close its buy leg on lighter") != NULL;
    }
    assert_int_equal(told, 1);
    assert_int_equal(job->state, JOB_CLOSING);
    harness_check(h);
    harness_destroy(h);
}

// What a late fill left is below the least size: after three refusals it goes together with enough,
// and what that was too much comes back as an order of its own. Orders that only expired say
// nothing about the size, nor does a refusal because there is nothing to reduce.
static void test_refused_as_too_little(void **state) {
    static const struct row {
        enum report_kind end;
        bool idle;
        uint32_t tries;
    } rows[] = {
        {REPORT_REJECTED, false, 3}, {REPORT_EXPIRED, false, 10}, {REPORT_REJECTED, true, 10}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = by_hand();
        universe_listing(h->desk.universe, H_EXTENDED, H_BTC)->notional_min = USD(10);
        (void)open_wash(h);
        struct event_order maker = last_command(h);
        end(h, &maker, REPORT_REJECTED);
        struct qty late = {QTY_ONE / 10000};
        fill(h, &maker, late);
        struct job *owner = harness_job(h);
        assert_int_equal(owner->state, JOB_UNWINDING);
        uint64_t seen = 0;
        uint32_t tries = 0;
        struct event_order order = {0};
        for (int at = 0; at < 3000 && order.size.v <= late.v; at++) {
            order = last_command(h);
            if (order.order != seen && order.size.v <= late.v) {
                struct event_report report = {.order = order.order,
                                              .venue = order.venue,
                                              .symbol = order.symbol,
                                              .kind = (uint8_t)rows[i].end,
                                              .idle = rows[i].idle};
                seen = order.order;
                tries++;
                harness_input(h, EVENT_ORDER_REPORT, &report);
            }
            harness_calm(h, (struct bps){0});
            harness_advance(h, H_MS(20));
        }
        assert_int_equal(tries, rows[i].tries);
        fill(h, &order, order.size);
        harness_calm_for(h, NS_PER_S / 2);
        struct event_order back = last_command(h);
        assert_int_equal(back.side, order.side == SIDE_BUY ? SIDE_SELL : SIDE_BUY);
        assert_int_equal(back.size.v, order.size.v - late.v);
        fill(h, &back, back.size);
        assert_int_equal(owner->state, JOB_FAILED);
        assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, 0);
        harness_check(h);
        harness_destroy(h);
    }
    (void)state;
}

// A leg that went at the venue is refused each time it is to be closed. Until that is believed, no
// more than it was is sold: the venue would take it, and the account would stand the other way.
static void test_refused_because_it_went(void **state) {
    (void)state;
    struct harness *h = by_hand();
    universe_listing(h->desk.universe, H_EXTENDED, H_BTC)->notional_min = USD(10);
    (void)open_wash(h);
    struct event_order maker = last_command(h);
    end(h, &maker, REPORT_REJECTED);
    struct qty late = {QTY_ONE / 10000};
    fill(h, &maker, late);
    struct job *owner = harness_job(h);
    uint64_t seen = 0;
    struct event_lane ready = {.venue = H_EXTENDED, .state = LANE_READY};
    struct event_venue_position gone = {.venue = H_EXTENDED, .symbol = H_BTC};
    harness_input(h, EVENT_LANE_STATE, &ready);
    harness_input(h, EVENT_VENUE_POSITION, &gone);
    for (int at = 0; at < 100 && owner->state != JOB_FAILED; at++) {
        struct event_order order = last_command(h);
        assert_true(order.venue != H_EXTENDED || order.size.v <= late.v ||
                    order.order == maker.order);
        if (order.order != seen && order.order != maker.order) {
            seen = order.order;
            end(h, &order, REPORT_REJECTED);
        }
        harness_calm(h, (struct bps){0});
        harness_input(h, EVENT_LANE_STATE, &ready);
        harness_advance(h, H_MS(20));
    }
    assert_int_equal(owner->state, JOB_FAILED);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, 0);
    harness_destroy(h);
}

// More misses in a row than a byte holds: it stays at the most, or the next order would be whole.
static void test_misses_do_not_wrap(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY;
    harness_start(h);
    harness_paper_off(h);
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    struct job *job = harness_job(h);
    struct leg *leg = &job->legs[job->only];
    struct event_order order = last_command(h);
    end(h, &order, REPORT_EXPIRED);
    assert_int_equal(leg->misses, 1);
    leg->misses = UINT8_MAX;
    harness_advance(h, H_MS(150));
    order = last_command(h);
    end(h, &order, REPORT_EXPIRED);
    assert_int_equal(leg->misses, UINT8_MAX);
    harness_destroy(h);
}

// No row for an order: the hedge is not sent, and nobody can miss that.
static void test_no_order_row(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = open_wash(h);
    struct event_order maker = last_command(h);
    for (uint64_t id = UINT64_C(99) << 16; order_create(&h->desk.orders, ++id) != NULL;) {
    }
    harness_report(h, maker.order, H_EXTENDED, REPORT_FILL, maker.price,
                   (struct qty){QTY_ONE / 1000}); // it stays live and keeps its row
    assert_non_null(harness_alert(h, "orders_full"));
    assert_int_equal(harness_alert(h, "orders_full")->severity, SEVERITY_RED);
    assert_int_equal(last_command(h).order, maker.order);
    assert_int_equal(job->legs[LEG_BUY].working_open.v, 0);
    harness_destroy(h);
}

// The last number a job's orders may have: after it nothing is sent, and none is used twice.
static void test_order_numbers_end(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job *job = open_wash(h);
    struct event_order maker = last_command(h);
    job->order_count = JOB_ORDERS_MAX - 1;
    fill(h, &maker, maker.size);
    struct event_order hedge = last_command(h);
    assert_int_equal(hedge.order & UINT16_MAX, JOB_ORDERS_MAX);
    harness_mark(h);
    end(h, &hedge, REPORT_EXPIRED);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->order_count, JOB_ORDERS_MAX);
    harness_destroy(h);
}

// Orders are split at so much; less than a step of the venue is no order, and 0 splits nothing.
static void test_split_sizes(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t split;
        bool sent, whole;
    } rows[] = {{"no splitting", 0, true, true},
                {"wider than the order", 1000 * USD_ONE, true, true},
                {"in parts", 100 * USD_ONE, true, false},
                {"less than a step", USD_ONE / 10, false, false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = by_hand();
        struct job *job = open_wash(h);
        struct event_order maker = last_command(h);
        h->settings.execution.split_notional.v = rows[i].split;
        harness_mark(h);
        fill(h, &maker, maker.size);
        struct event_order hedge = last_command(h);
        if ((hedge.order != 0) != rows[i].sent ||
            (hedge.order != 0 && (hedge.size.v == maker.size.v) != rows[i].whole)) {
            fail_msg("%s", rows[i].name);
        }
        if (hedge.order != 0) {
            assert_true(rows[i].split == 0 ||
                        usd_notional_near(hedge.price, hedge.size).v <= rows[i].split);
        }
        assert_int_equal(job->state, JOB_OPENING);
        harness_destroy(h);
    }
}

// A leg that rests joins a price it can trust: not while the venue's clock is off.
static void test_resting_needs_a_clock(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    harness_feed(h, H_EXTENDED, FEED_LIVE, h->settings.feeds.clock_offset_max_ns + 1);
    harness_calm(h, (struct bps){0});
    harness_mark(h);
    struct job *job = harness_open(h, &draft);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    assert_int_equal(job->state, JOB_EXPIRED);
    harness_destroy(h);
}

// Restored, its venues silent for too long and no price known anywhere: nothing is sent blindly,
// and it goes on as soon as there is one.
static void test_no_price_at_all(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    harness_start(h);
    harness_paper_off(h);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        harness_quote(h, venue, H_BTC, (struct px){0}, (struct px){0}, (struct qty){0});
    }
    struct listing unknown = *universe_listing(&h->universe, H_EXTENDED, H_BTC);
    struct listing later = unknown;
    unknown.ready = false;
    unknown.step.v = 0;
    harness_input(h, EVENT_INSTRUMENT, &(struct event_listing_rules){.listing = unknown});
    harness_mark(h);
    struct event_past_position held = {
        .venue = H_LIGHTER, .symbol = H_BTC, .net = {QTY_ONE / 100}, .cost = USD(600)};
    harness_input(h, EVENT_PAST_POSITION, &held);
    struct event_past_job past = {
        .job = 7,
        .strategy = STRATEGY_WASH,
        .state = JOB_OPENING,
        .symbol = H_BTC,
        .legs_used = 2,
        .notional = USD(600),
        .legs = {{.venue = H_LIGHTER, .opened = {QTY_ONE / 100}, .opened_usd = USD(600)},
                 {.venue = H_EXTENDED}}};
    harness_input(h, EVENT_PAST_JOB, &past);
    harness_input(h, EVENT_PAST_END, &(struct event_past_end){.jobs_used = 7, .known = 1});
    harness_advance(h, RECONCILE_SILENT_MS * NS_PER_MS + NS_PER_S);
    struct job *job = job_find(&h->desk.jobs, 7);
    assert_false(job->waits);
    assert_int_equal(harness_count(h, EVENT_ORDER_COMMAND), 0);
    harness_input(h, EVENT_INSTRUMENT, &(struct event_listing_rules){.listing = later});
    harness_calm(h, (struct bps){0});
    harness_advance(h, 4 * NS_PER_S);
    assert_true(harness_count(h, EVENT_ORDER_COMMAND) > 0);
    harness_destroy(h);
}

// Restored, and the venue that holds the position has told neither instrument nor anything else for
// too long: every way a job may go waits for it, quietly and by force, and the desk lives.
static void test_instrument_unknown_for_long(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum job_state state;
        uint8_t maker, legs_used;
        bool hedged, flatten;
    } rows[] = {
        {"opening", JOB_OPENING, MAKER_NONE, 2, false, false},
        {"holding one leg of two", JOB_HOLDING, MAKER_BUY, 2, false, false},
        {"held until its time, then quietly", JOB_HOLDING, MAKER_BUY, 2, true, false},
        {"holding, flattened", JOB_HOLDING, MAKER_BUY, 2, true, true},
        {"closing", JOB_CLOSING, MAKER_BUY, 2, false, false},
        {"closing one leg", JOB_CLOSING, MAKER_BUY, 1, false, false},
        {"unwinding", JOB_UNWINDING, MAKER_NONE, 2, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = harness_prepare();
        h->settings.wash.hold_min_ns = h->settings.wash.hold_max_ns = NS_PER_S;
        harness_start(h);
        harness_paper_off(h);
        struct listing known = *universe_listing(&h->universe, H_LIGHTER, H_BTC);
        struct event_listing_rules rules = {.listing = {.venue = H_LIGHTER, .symbol = H_BTC}};
        harness_input(h, EVENT_INSTRUMENT, &rules);
        harness_mark(h);
        struct event_past_position held = {
            .venue = H_LIGHTER, .symbol = H_BTC, .net = {QTY_ONE / 100}, .cost = USD(600)};
        harness_input(h, EVENT_PAST_POSITION, &held);
        struct event_past_job past = {
            .job = 7,
            .strategy = STRATEGY_WASH,
            .state = (uint8_t)rows[i].state,
            .symbol = H_BTC,
            .maker = rows[i].maker,
            .legs_used = rows[i].legs_used,
            .notional = USD(600),
            .legs = {{.venue = H_LIGHTER, .opened = {QTY_ONE / 100}, .opened_usd = USD(600)},
                     {.venue = H_EXTENDED}}};
        if (rows[i].hedged) {
            past.legs[LEG_SELL].opened = past.legs[LEG_BUY].opened;
            past.legs[LEG_SELL].opened_usd = past.legs[LEG_BUY].opened_usd;
            held = (struct event_past_position){
                .venue = H_EXTENDED, .symbol = H_BTC, .net = {-QTY_ONE / 100}, .cost = USD(-600)};
            harness_input(h, EVENT_PAST_POSITION, &held);
        }
        harness_input(h, EVENT_PAST_JOB, &past);
        harness_input(h, EVENT_PAST_END, &(struct event_past_end){.jobs_used = 7, .known = 1});
        harness_calm_for(h, RECONCILE_SILENT_MS * NS_PER_MS + NS_PER_S);
        assert_false(job_find(&h->desk.jobs, 7)->waits);
        if (rows[i].flatten) {
            harness_control_at(h, CONTROL_FLATTEN, CONTROL_ANY, CONTROL_ANY, 0, 0);
        }
        harness_calm_for(h, 20 * NS_PER_S);
        for (uint32_t k = h->mark; k < h->count; k++) {
            if (h->events[k].header.kind == EVENT_ORDER_COMMAND &&
                h->events[k].u.order.venue == H_LIGHTER) {
                fail_msg("%s: an order without its instrument", rows[i].name);
            }
        }
        harness_mark(h);
        harness_input(h, EVENT_INSTRUMENT, &(struct event_listing_rules){.listing = known});
        harness_calm_for(h, 5 * NS_PER_S);
        const struct event *command = harness_find(h, EVENT_ORDER_COMMAND);
        if (rows[i].state != JOB_OPENING && command == NULL) {
            fail_msg("%s: nothing closes it", rows[i].name);
        }
        harness_destroy(h);
    }
}

// A person orders where prices come in before the instrument: refused with a reason.
static void test_order_before_the_instrument(void **state) {
    (void)state;
    struct harness *h = by_hand();
    struct event_listing_rules rules = {.listing = {.venue = H_LIGHTER, .symbol = H_BTC}};
    harness_input(h, EVENT_INSTRUMENT, &rules);
    harness_calm(h, (struct bps){0});
    harness_mark(h);
    struct control_request request = {
        .verb = CONTROL_SUBMIT, .origin = ORIGIN_TEST, .value = 200 * USD_ONE};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    request.hedged = true;
    request.hedge_venue = H_EXTENDED;
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
    assert_int_equal(harness_count(h, EVENT_DENIED), 2);
    assert_int_equal(harness_find(h, EVENT_DENIED)->u.denied.verdict.rule, RULE_NO_INSTRUMENT);
    assert_int_equal(harness_last(h, EVENT_DENIED)->u.denied.verdict.rule, RULE_NO_INSTRUMENT);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate),
        cmocka_unit_test(test_refused_again_and_again),
        cmocka_unit_test(test_refused_as_too_little),
        cmocka_unit_test(test_refused_because_it_went),
        cmocka_unit_test(test_misses_do_not_wrap),
        cmocka_unit_test(test_no_order_row),
        cmocka_unit_test(test_order_numbers_end),
        cmocka_unit_test(test_split_sizes),
        cmocka_unit_test(test_resting_needs_a_clock),
        cmocka_unit_test(test_no_price_at_all),
        cmocka_unit_test(test_instrument_unknown_for_long),
        cmocka_unit_test(test_order_before_the_instrument),
    };
    return cmocka_run_group_tests_name("execution_limits", tests, NULL, NULL);
}
