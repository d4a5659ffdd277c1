// What the venues say of our positions against our own book.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
// clang-format on
#include "harness.h"

static void tell_lane(struct harness *h, enum lane_state state) {
    struct event_lane lane = {.venue = H_BINANCE, .state = (uint8_t)state};
    harness_input(h, EVENT_LANE_STATE, &lane);
}

static void tell_position(struct harness *h, int64_t thousandths) {
    struct event_venue_position position = {
        .venue = H_BINANCE, .symbol = H_BTC, .net = {thousandths * (QTY_ONE / 1000)}};
    harness_input(h, EVENT_VENUE_POSITION, &position);
}

static void test_found_and_changed(void **state) {
    (void)state;
    struct harness *h = harness_create();
    tell_lane(h, LANE_READY);
    tell_position(h, 0);
    harness_advance(h, 5 * NS_PER_S);
    assert_null(harness_alert(h, "position"));
    tell_position(h, -25); // somebody sold by hand
    harness_advance(h, (RECONCILE_PATIENCE_MS - 100) * NS_PER_MS);
    assert_null(harness_alert(h, "position"));
    harness_advance(h, 100 * NS_PER_MS);
    assert_non_null(harness_alert(h, "position"));
    assert_int_equal(harness_alert(h, "position")->severity, SEVERITY_RED);
    assert_string_equal(harness_alert(h, "position")->text,
                        "binance BTC/USDT: -0.025 without an order of ours");
    harness_mark(h);
    harness_advance(h, 10 * NS_PER_S);
    tell_position(h, -25); // said once
    harness_advance(h, 10 * NS_PER_S);
    assert_null(harness_alert(h, "position"));
    harness_destroy(h);
}

// The push of the position comes before the fill that explains it, or while the lane is away.
static void test_patience(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE; // on paper there is no lane to wait for
    tell_lane(h, LANE_READY);
    tell_position(h, 0);
    tell_position(h, 10);
    harness_advance(h, (RECONCILE_PATIENCE_MS - 100) * NS_PER_MS);
    tell_position(h, 0);
    harness_advance(h, 5 * NS_PER_S);
    tell_lane(h, LANE_CONNECTING);
    tell_position(h, 10);
    harness_advance(h, 5 * NS_PER_S);
    assert_null(harness_alert(h, "position"));
    tell_lane(h, LANE_READY);
    harness_advance(h, NS_PER_S);
    assert_non_null(harness_alert(h, "position"));
    harness_destroy(h);
}

// Without a lane, on paper: only a drill says so.
static void test_without_a_lane(void **state) {
    (void)state;
    struct harness *h = harness_create();
    tell_position(h, 0);
    tell_position(h, 10);
    harness_advance(h, NS_PER_S);
    assert_non_null(harness_alert(h, "position"));
    harness_destroy(h);
    h = harness_create();
    h->desk.mode = DESK_LIVE;
    tell_position(h, 0);
    tell_position(h, 10);
    harness_advance(h, NS_PER_S);
    assert_null(harness_alert(h, "position"));
    harness_destroy(h);
}

static void venue_tells(struct harness *h, uint16_t venue, struct qty net) {
    struct event_venue_position position = {.venue = venue, .symbol = H_BTC, .net = net};
    harness_input(h, EVENT_VENUE_POSITION, &position);
}

static void lane_ready(struct harness *h, uint16_t venue) {
    struct event_lane lane = {.venue = venue, .state = LANE_READY, .room = 100};
    harness_input(h, EVENT_LANE_STATE, &lane);
}

// The newest order command of the venue, none: size 0.
static struct event_order command_at(const struct harness *h, uint16_t venue) {
    struct event_order found = {0};
    for (uint32_t i = h->mark; i < h->count; i++) {
        const struct event *event = &h->events[i];
        if (event->header.kind == EVENT_ORDER_COMMAND && event->u.order.venue == venue) {
            found = event->u.order;
        }
    }
    return found;
}

static void fill(struct harness *h, struct event_order order) {
    harness_report(h, order.order, order.venue, REPORT_ACCEPTED, (struct px){0}, (struct qty){0});
    harness_report(h, order.order, order.venue, REPORT_FILL, order.price, order.size);
}

// Lighter long, Extended short, both venues say so. `hedged`: else only the first leg filled.
static struct job *open_job(struct harness *h, bool hedged) {
    harness_paper_off(h);
    lane_ready(h, H_LIGHTER);
    lane_ready(h, H_EXTENDED);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    venue_tells(h, H_LIGHTER, (struct qty){0});
    venue_tells(h, H_EXTENDED, (struct qty){0});
    fill(h, command_at(h, H_EXTENDED));
    venue_tells(h, H_EXTENDED, (struct qty){-job->legs[LEG_SELL].target.v});
    if (hedged) {
        fill(h, command_at(h, H_LIGHTER));
        venue_tells(h, H_LIGHTER, job->legs[LEG_BUY].target);
        assert_int_equal(job->state, JOB_HOLDING);
    }
    harness_mark(h);
    return job;
}

// Liquidated on one venue: the other leg is on its way out within a second, and it says why.
static void test_leg_vanishes(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job *job = open_job(h, true);
    struct qty size = job->legs[LEG_BUY].target;
    venue_tells(h, H_LIGHTER, (struct qty){0});
    harness_advance(h, NS_PER_S);
    const struct event_alert *alert = harness_alert(h, "leg_vanished");
    assert_non_null(alert);
    assert_int_equal(alert->severity, SEVERITY_RED);
    assert_non_null(strstr(alert->text, "on lighter vanished"));
    assert_int_equal(job->state, JOB_CLOSING);
    assert_int_equal(job->verdict.rule, RULE_LEG_VANISHED);
    assert_int_equal(leg_held(&job->legs[LEG_BUY]).v, 0);
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->net.v, 0);
    struct event_order closing = command_at(h, H_EXTENDED);
    assert_int_equal(closing.side, SIDE_BUY);
    assert_int_equal(closing.type, ORDER_IOC);
    assert_int_equal(closing.size.v, size.v);
    assert_int_equal(command_at(h, H_LIGHTER).size.v, 0); // there is nothing to close there
    fill(h, closing);
    venue_tells(h, H_EXTENDED, (struct qty){0});
    assert_int_equal(job->state, JOB_FAILED);
    assert_int_equal(h->desk.risk.failures, 1);
    harness_check(h);
    harness_mark(h);
    harness_advance(h, 5 * NS_PER_S);
    assert_null(harness_alert(h, "leg_vanished")); // once
    assert_null(harness_alert(h, "position"));
    engine_publish(&h->engine);
    struct state_risk risk;
    uint64_t version;
    assert_int_equal(state_read(engine_board(&h->engine), STATE_RISK, &risk, &version), 1);
    assert_int_equal(risk.vanished, 1);
    harness_destroy(h);
}

// Deleveraged in part, while the desk is killed: what is left of both legs goes.
static void test_part_of_a_leg_vanishes(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job *job = open_job(h, true);
    struct qty size = job->legs[LEG_SELL].target;
    harness_control(h, CONTROL_KILL, 0);
    harness_mark(h);
    venue_tells(h, H_EXTENDED, (struct qty){-size.v / 3});
    harness_advance(h, NS_PER_S);
    assert_int_equal(leg_held(&job->legs[LEG_SELL]).v, size.v / 3);
    assert_int_equal(command_at(h, H_LIGHTER).size.v, size.v);
    assert_int_equal(command_at(h, H_EXTENDED).size.v, size.v / 3 / 10000 * 10000);
    harness_check(h);
    harness_destroy(h);
}

// The leg that filled first vanishes before its hedge is there: nothing is hedged any more.
static void test_leg_vanishes_while_opening(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job *job = open_job(h, false);
    assert_int_equal(job->state, JOB_OPENING);
    struct event_order hedge = {.order = (uint64_t)job->id << 16 | 2};
    harness_report(h, hedge.order, H_LIGHTER, REPORT_FILL, harness_mid(H_BTC),
                   (struct qty){job->legs[LEG_BUY].target.v / 2});
    harness_mark(h);
    venue_tells(h, H_LIGHTER, (struct qty){job->legs[LEG_BUY].target.v / 2});
    harness_report(h, hedge.order, H_LIGHTER, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
    venue_tells(h, H_EXTENDED, (struct qty){0});
    harness_advance(h, NS_PER_S);
    assert_non_null(harness_alert(h, "leg_vanished"));
    assert_int_equal(job->state, JOB_UNWINDING);
    assert_int_equal(leg_held(&job->legs[LEG_SELL]).v, 0);
    hedge = command_at(h, H_LIGHTER); // the hedge that was on its way comes to nothing
    assert_int_equal(hedge.side, SIDE_BUY);
    harness_report(h, hedge.order, H_LIGHTER, REPORT_EXPIRED, (struct px){0}, (struct qty){0});
    harness_advance(h, H_MS(100));
    assert_int_equal(command_at(h, H_LIGHTER).side, SIDE_SELL);
    harness_check(h);
    harness_destroy(h);
}

// What a live order of ours may have done is waited for; what goes beyond it is not.
static void test_own_orders_explain(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job *job = open_job(h, true);
    struct qty size = job->legs[LEG_BUY].target;
    job->urgent = true;
    execution_stop(&h->desk, &h->engine.bus, job); // both legs are on their way out
    (void)bus_flush(&h->engine.bus);
    venue_tells(h, H_LIGHTER, (struct qty){0});
    harness_advance(h, 3 * NS_PER_S);
    assert_null(harness_alert(h, "leg_vanished"));
    fill(h, command_at(h, H_LIGHTER));
    harness_advance(h, 3 * NS_PER_S);
    assert_null(harness_alert(h, "leg_vanished"));
    assert_null(harness_alert(h, "position"));
    venue_tells(h, H_EXTENDED, size); // far beyond the order to close: not all of it is ours
    harness_advance(h, NS_PER_S);
    assert_non_null(harness_alert(h, "position"));
    harness_check(h);
    harness_destroy(h);
}

// The venue says again what it said before we had a position there: the order that closes it may
// have done that.
static void test_own_order_explains_the_same_word(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_paper_off(h);
    lane_ready(h, H_LIGHTER);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    venue_tells(h, H_LIGHTER, (struct qty){0});
    fill(h, command_at(h, H_EXTENDED));
    fill(h, command_at(h, H_LIGHTER));
    assert_int_equal(job->state, JOB_HOLDING);
    h->now_ns += H_MS(10);
    lane_ready(h, H_LIGHTER);
    harness_mark(h);
    job->urgent = true;
    execution_stop(&h->desk, &h->engine.bus, job);
    (void)bus_flush(&h->engine.bus);
    harness_advance(h, H_MS(10));
    venue_tells(h, H_LIGHTER, (struct qty){0});
    harness_advance(h, 3 * NS_PER_S);
    assert_null(harness_alert(h, "leg_vanished"));
    fill(h, command_at(h, H_LIGHTER));
    assert_null(harness_alert(h, "position"));
    harness_destroy(h);
}

// A position no job holds vanishes: our book follows.
static void test_unowned_position_vanishes(void **state) {
    (void)state;
    struct harness *h = harness_create();
    lane_ready(h, H_BINANCE);
    struct event_fill bought = {.trade = 7,
                                .venue = H_BINANCE,
                                .symbol = H_BTC,
                                .side = SIDE_BUY,
                                .price = harness_mid(H_BTC),
                                .size = {QTY_ONE / 100}};
    bus_emit(&h->engine.bus, EVENT_ORDER_FILLED, &bought);
    (void)bus_flush(&h->engine.bus);
    venue_tells(h, H_BINANCE, bought.size);
    harness_mark(h);
    venue_tells(h, H_BINANCE, (struct qty){-QTY_ONE / 100}); // it went, and somebody sold more
    harness_advance(h, NS_PER_S);
    assert_non_null(harness_alert(h, "leg_vanished"));
    assert_string_equal(harness_alert(h, "position")->text,
                        "binance BTC/USDT: -0.01 without an order of ours");
    assert_int_equal(position_of(&h->desk, H_BINANCE, H_BTC)->net.v, 0);
    harness_destroy(h);
}

// ---- a new session ------------------------------------------------------------------------------

// The first command of the kind since the mark; none: order 0.
static struct event_order command_of(const struct harness *h, enum order_action action) {
    for (uint32_t i = h->mark; i < h->count; i++) {
        const struct event *event = &h->events[i];
        if (event->header.kind == EVENT_ORDER_COMMAND && event->u.order.action == action) {
            return event->u.order;
        }
    }
    return (struct event_order){0};
}

// A desk that died with its resting order at a venue, and the one that comes after it.
static struct harness *start_after_death(void) {
    struct harness *dead = harness_create();
    struct recall *recall = malloc(sizeof(*recall));
    assert_non_null(recall);
    harness_paper_off(dead);
    struct job draft = harness_draft(dead, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    (void)harness_open(dead, &draft);
    recall_init(recall);
    for (uint32_t i = 0; i < dead->count; i++) {
        recall_event(recall, &dead->events[i]);
    }
    assert_int_equal(recall->order_count, 1);
    struct harness *h = harness_prepare();
    h->now_ns = dead->now_ns + NS_PER_S;
    h->trade = 1000;
    harness_start(h);
    harness_paper_off(h);
    h->desk.status = DESK_PAUSED;
    harness_mark(h);
    harness_tell_past(h, recall, true);
    free(recall);
    harness_destroy(dead);
    return h;
}

static void test_asked_then_cancelled(void **state) {
    (void)state;
    struct harness *h = start_after_death();
    struct event_order order = command_of(h, ORDER_ACTION_ASK);
    assert_true(order.order != 0 && order.session_key < h->desk.orders.session_key);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    assert_int_equal(command_of(h, ORDER_ACTION_CANCEL).order, 0);
    harness_report(h, order.order, order.venue, REPORT_ACCEPTED, (struct px){0}, (struct qty){0});
    assert_int_equal(command_of(h, ORDER_ACTION_CANCEL).order, order.order); // not our decision
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    harness_report(h, order.order, order.venue, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_AGREED);
    harness_advance(h, H_MS(100));
    assert_int_equal(command_of(h, ORDER_ACTION_PLACE).order, 0);
    assert_int_equal(h->desk.jobs.live_count, 0);
    harness_check(h);
    harness_destroy(h);
}

// What was filled while the desk was away is hedged at once, also by a desk that is paused.
static void test_filled_while_away(void **state) {
    (void)state;
    struct harness *h = start_after_death();
    struct event_order order = command_of(h, ORDER_ACTION_ASK);
    harness_report(h, order.order, order.venue, REPORT_FILL, order.price, order.size);
    harness_advance(h, H_MS(50));
    struct event_order hedge = command_of(h, ORDER_ACTION_PLACE);
    assert_true(hedge.order > order.order); // numbers go on
    assert_int_equal(hedge.phase, LEG_HEDGE);
    assert_int_not_equal(hedge.venue, order.venue);
    assert_int_equal(hedge.size.v, order.size.v);
    harness_check(h);
    harness_destroy(h);
}

// A venue whose rules do not come does not stop the desk: what stands there waits for them.
static void test_filled_where_rules_are_unknown(void **state) {
    (void)state;
    struct harness *h = start_after_death();
    struct event_order order = command_of(h, ORDER_ACTION_ASK);
    struct listing known = *universe_listing(&h->universe, order.venue, H_BTC);
    for (uint16_t venue = 0; venue < h->universe.venue_count; venue++) {
        struct listing *listing = universe_listing(&h->universe, venue, H_BTC);
        listing->ready = false;
        listing->step = (struct qty){0};
    }
    harness_report(h, order.order, order.venue, REPORT_FILL, order.price, order.size);
    harness_advance(h, 2 * RECONCILE_SILENT_MS * NS_PER_MS);
    assert_int_equal(command_of(h, ORDER_ACTION_PLACE).order, 0);
    assert_int_equal(position_of(&h->desk, order.venue, H_BTC)->net.v,
                     order.side == SIDE_BUY ? order.size.v : -order.size.v);
    *universe_listing(&h->universe, order.venue, H_BTC) = known;
    harness_advance(h, NS_PER_S);
    struct event_order back = command_of(h, ORDER_ACTION_PLACE);
    assert_int_equal(back.venue, order.venue);
    assert_int_not_equal(back.side, order.side);
    assert_int_equal(back.size.v, order.size.v);
    harness_destroy(h);
}

static void test_difference_is_signed(void **state) {
    (void)state;
    struct harness *h = start_after_death();
    struct event_order order = command_of(h, ORDER_ACTION_ASK);
    harness_report(h, order.order, order.venue, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    tell_lane(h, LANE_READY);
    tell_position(h, 25);
    harness_advance(h, NS_PER_S);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    assert_non_null(harness_alert(h, "reconcile"));
    h->desk.status = DESK_RUNNING;
    harness_calm(h, (struct bps){0});
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    assert_int_equal(risk_check_job(&h->desk, &draft, h->now_ns, NULL).rule, RULE_RECONCILE);
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_AGREED);
    assert_int_equal(position_of(&h->desk, H_BINANCE, H_BTC)->net.v, 25 * (QTY_ONE / 1000));
    harness_mark(h);
    harness_advance(h, 5 * NS_PER_S);
    assert_null(harness_alert(h, "position"));
    harness_destroy(h);
}

// The venue had cancelled an order and its position said that it had traded: a person signed for
// it, and the fill that comes later takes its place. What others hold besides stays.
static void test_signed_before_its_fill(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_paper_off(h);
    lane_ready(h, H_LIGHTER);
    lane_ready(h, H_EXTENDED);
    venue_tells(h, H_EXTENDED, (struct qty){0});
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    struct job *job = harness_open(h, &draft);
    struct event_order order = command_at(h, H_EXTENDED);
    struct qty size = order.size, others = {QTY_ONE / 1000};
    assert_int_equal(order.side, SIDE_SELL);
    harness_report(h, order.order, H_EXTENDED, REPORT_ACCEPTED, (struct px){0}, (struct qty){0});
    execution_stop(&h->desk, &h->engine.bus, job);
    (void)bus_flush(&h->engine.bus);
    harness_advance(h, NS_PER_S);
    harness_report(h, order.order, H_EXTENDED, REPORT_CANCELED, (struct px){0}, (struct qty){0});
    venue_tells(h, H_EXTENDED, (struct qty){-size.v - others.v});
    harness_advance(h, NS_PER_S);
    assert_non_null(harness_alert(h, "position"));
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, -size.v - others.v);
    harness_mark(h);
    harness_report(h, order.order, H_EXTENDED, REPORT_FILL, order.price, size);
    assert_non_null(harness_alert(h, "late_fill"));
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, -size.v - others.v);
    struct event_order back = command_at(h, H_EXTENDED); // it is unwound
    assert_int_equal(back.side, SIDE_BUY);
    assert_int_equal(back.size.v, size.v);
    harness_advance(h, NS_PER_S / 10);
    fill(h, back); // of an order after the signature: it is news
    venue_tells(h, H_EXTENDED, (struct qty){-others.v});
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, -others.v);
    harness_advance(h, 5 * NS_PER_S);
    assert_null(harness_alert(h, "leg_vanished"));
    assert_null(harness_alert(h, "position"));
    harness_destroy(h);
}

static void test_orders_of_others(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_venue_orders told = {.venue = H_BINANCE, .foreign = 2};
    harness_input(h, EVENT_VENUE_ORDERS, &told);
    assert_non_null(harness_alert(h, "foreign_orders"));
    assert_false(reconcile_agreed(&h->desk));
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_true(reconcile_agreed(&h->desk));
    told.foreign = 3;
    harness_input(h, EVENT_VENUE_ORDERS, &told);
    assert_false(reconcile_agreed(&h->desk)); // another one than was signed for
    told.foreign = 0;
    harness_input(h, EVENT_VENUE_ORDERS, &told);
    assert_true(reconcile_agreed(&h->desk));
    harness_destroy(h);
}

// A damaged journal is never silently used.
static void test_damage_is_signed(void **state) {
    (void)state;
    struct harness *h = harness_create();
    h->desk.mode = DESK_LIVE;
    struct event_past_end end = {.known = 1, .doubt = DOUBT_DAMAGED};
    harness_input(h, EVENT_PAST_END, &end);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_true(reconcile_agreed(&h->desk));
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_and_changed),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_without_a_lane),
        cmocka_unit_test(test_leg_vanishes),
        cmocka_unit_test(test_part_of_a_leg_vanishes),
        cmocka_unit_test(test_leg_vanishes_while_opening),
        cmocka_unit_test(test_own_orders_explain),
        cmocka_unit_test(test_own_order_explains_the_same_word),
        cmocka_unit_test(test_unowned_position_vanishes),
        cmocka_unit_test(test_asked_then_cancelled),
        cmocka_unit_test(test_filled_while_away),
        cmocka_unit_test(test_filled_where_rules_are_unknown),
        cmocka_unit_test(test_difference_is_signed),
        cmocka_unit_test(test_signed_before_its_fill),
        cmocka_unit_test(test_orders_of_others),
        cmocka_unit_test(test_damage_is_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
