// A desk that takes over what an earlier session left: whom it waits for, for how long, what it
// says when it cannot know everything, and what a person's signature covers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

enum { JOB = 7, OLD_KEY = 5 };
static const struct qty lot = {QTY_ONE / 100};

// A desk whose journal is read next: no command of its own so far.
static struct harness *desk(enum desk_mode mode) {
    struct harness *h = harness_create();
    harness_paper_off(h);
    h->desk.mode = mode;
    h->desk.status = DESK_PAUSED;
    return h;
}

static void lane(struct harness *h, uint16_t venue, enum lane_state state) {
    struct event_lane event = {.venue = venue, .state = (uint8_t)state};
    harness_input(h, EVENT_LANE_STATE, &event);
}

static void venue_tells(struct harness *h, uint16_t venue, uint16_t symbol, int64_t net) {
    struct event_venue_position event = {.venue = venue, .symbol = symbol, .net = {net}};
    harness_input(h, EVENT_VENUE_POSITION, &event);
}

static void past_position(struct harness *h, uint16_t venue, int64_t net) {
    struct event_past_position event = {
        .venue = venue,
        .symbol = H_BTC,
        .net = {net},
        .cost = usd_notional_near(harness_mid(H_BTC), (struct qty){net})};
    harness_input(h, EVENT_PAST_POSITION, &event);
}

// Long on Lighter, its hedge on Extended not there yet.
static void past_job(struct harness *h) {
    past_position(h, H_LIGHTER, lot.v);
    struct event_past_job event = {
        .job = JOB,
        .strategy = STRATEGY_WASH,
        .state = JOB_OPENING,
        .symbol = H_BTC,
        .orders_used = 3,
        .legs_used = 2,
        .notional = USD(600),
        .created_ns = h->now_ns - NS_PER_S,
        .legs = {{.venue = H_LIGHTER, .opened = lot, .opened_usd = USD(600)},
                 {.venue = H_EXTENDED}}};
    harness_input(h, EVENT_PAST_JOB, &event);
}

static void past_order_in(struct harness *h, uint32_t job, uint16_t venue, enum order_state state) {
    struct event_past_order event = {.order = {.order = (uint64_t)job << 16 | 3,
                                               .job = job,
                                               .type = ORDER_POST_ONLY,
                                               .side = SIDE_SELL,
                                               .phase = LEG_OPEN,
                                               .venue = venue,
                                               .symbol = H_BTC,
                                               .leg = LEG_SELL,
                                               .state = (uint8_t)state,
                                               .price = harness_mid(H_BTC),
                                               .size = lot,
                                               .session_key = OLD_KEY}};
    harness_input(h, EVENT_PAST_ORDER, &event);
}

static void past_order(struct harness *h, uint32_t job, uint16_t venue) {
    past_order_in(h, job, venue, ORDER_SENT);
}

static void past_end(struct harness *h) {
    struct event_past_end end = {.session_key = OLD_KEY, .jobs_used = JOB, .known = 1};
    harness_input(h, EVENT_PAST_END, &end);
}

static const struct event_order *command(const struct harness *h, enum order_action action) {
    for (uint32_t i = h->mark; i < h->count; i++) {
        const struct event *event = &h->events[i];
        if (event->header.kind == EVENT_ORDER_COMMAND && event->u.order.action == action) {
            return &event->u.order;
        }
    }
    return NULL;
}

static void instrument(struct harness *h, uint16_t venue, bool ready) {
    struct listing listing = *universe_listing(&h->universe, venue, H_BTC);
    listing.ready = ready;
    harness_input(h, EVENT_INSTRUMENT, &(struct event_listing_rules){.listing = listing});
}

// The hedge of a job that was left half open goes out when both venues can answer and are known,
// and not before: sent blindly it would only be refused, and its deadline would run.
static void test_job_waits_for_its_venues(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    instrument(h, H_EXTENDED, false);
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){0}, (struct px){0}, (struct qty){0});
    past_job(h);
    past_end(h);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    assert_int_equal(h->desk.reconcile.jobs_waiting, 1);
    lane(h, H_LIGHTER, LANE_READY);
    harness_advance(h, H_MS(100));
    assert_null(command(h, ORDER_ACTION_PLACE)); // Extended was not heard
    lane(h, H_EXTENDED, LANE_READY);
    harness_advance(h, H_MS(100));
    assert_null(command(h, ORDER_ACTION_PLACE)); // its instrument is not known, nor Lighter's price
    instrument(h, H_EXTENDED, true);
    harness_advance(h, H_MS(100));
    assert_null(command(h, ORDER_ACTION_PLACE));
    assert_int_equal(h->desk.reconcile.jobs_waiting, 1);
    harness_calm(h, (struct bps){0});
    harness_advance(h, H_MS(20));
    const struct event_order *hedge = command(h, ORDER_ACTION_PLACE);
    ASSERT(hedge != NULL);
    assert_int_equal(hedge->venue, H_EXTENDED);
    assert_int_equal(hedge->side, SIDE_SELL);
    assert_int_equal(hedge->size.v, lot.v);
    assert_int_equal(hedge->order, (uint64_t)JOB << 16 | 4); // numbers go on
    assert_int_equal(h->desk.reconcile.jobs_waiting, 0);
    harness_destroy(h);
}

// A venue that stays silent keeps no job waiting for ever; what can be done elsewhere is done, and
// nothing is sent blindly to the silent one.
static void test_silent_venue(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    past_job(h);
    past_end(h);
    lane(h, H_LIGHTER, LANE_READY);
    lane(h, H_BINANCE, LANE_READY);
    harness_calm_for(h, RECONCILE_SILENT_MS * NS_PER_MS - H_MS(400));
    assert_int_equal(h->desk.reconcile.jobs_waiting, 1);
    harness_calm_for(h, NS_PER_S);
    assert_int_equal(h->desk.reconcile.jobs_waiting, 0);
    for (uint32_t i = h->mark; i < h->count; i++) {
        if (h->events[i].header.kind == EVENT_ORDER_COMMAND) {
            assert_int_not_equal(h->events[i].u.order.venue, H_EXTENDED);
        }
    }
    // Something was left there: nobody says that it agrees.
    harness_calm_for(h, 5 * NS_PER_S);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    harness_destroy(h);
}

// Nothing was left on a venue: that it cannot be reached keeps the others back for a while only,
// and one without keys not at all.
static void test_silence_without_a_past(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    past_end(h);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    lane(h, H_LIGHTER, LANE_READY);
    lane(h, H_EXTENDED, LANE_READY);
    lane(h, H_BINANCE, LANE_CONNECTING);
    harness_advance(h, RECONCILE_SILENT_MS * NS_PER_MS - 1);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    harness_advance(h, 1);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_AGREED);
    assert_string_equal(harness_alert(h, "reconcile")->text, "journal and venues agree");
    harness_destroy(h);

    h = desk(DESK_LIVE);
    past_end(h);
    lane(h, H_LIGHTER, LANE_READY);
    lane(h, H_EXTENDED, LANE_READY);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    lane(h, H_BINANCE, LANE_NO_KEYS);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_AGREED);
    harness_destroy(h);
}

// Which venues were heard, which still should be, and whose accounts have orders of others: nobody
// calls an account empty that has not told.
static void test_venues_heard(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    past_position(h, H_BINANCE, lot.v);
    past_end(h);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        lane(h, venue, LANE_NO_KEYS);
    }
    lane(h, H_LIGHTER, LANE_READY);
    lane(h, H_LIGHTER, LANE_CONNECTING); // what it told stays told
    lane(h, H_EXTENDED, LANE_CONNECTING);
    struct event_venue_orders foreign = {.venue = H_LIGHTER, .foreign = 2};
    harness_input(h, EVENT_VENUE_ORDERS, &foreign);
    harness_advance(h, 2 * RECONCILE_SILENT_MS * NS_PER_MS);
    engine_publish(&h->engine);
    struct state_reconcile row;
    assert_int_equal(state_read(engine_board(&h->engine), STATE_RECONCILE, &row, NULL), 1);
    assert_int_equal(row.venues_heard, 1u << H_LIGHTER);
    assert_int_equal(row.venues_unheard, 1u << H_EXTENDED | 1u << H_BINANCE);
    assert_int_equal(row.venues_foreign, 1u << H_LIGHTER);
    assert_int_equal(row.orders_foreign, 2);
    harness_destroy(h);

    h = desk(DESK_PAPER);
    past_end(h);
    engine_publish(&h->engine);
    assert_int_equal(state_read(engine_board(&h->engine), STATE_RECONCILE, &row, NULL), 1);
    assert_int_equal(row.venues_unheard, 0); // there is nobody to hear
    harness_destroy(h);
}

// The position there is not the one on file: it is a difference at once, though nobody has said so
// yet, and a person sees both figures.
static void test_positions_differ(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    past_position(h, H_BINANCE, lot.v);
    past_end(h);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        venue_tells(h, venue, H_BTC, 0);
        lane(h, venue, LANE_READY);
    }
    harness_advance(h, H_MS(100));
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_ASKING);
    venue_tells(h, H_BINANCE, H_BTC, 2 * lot.v);
    harness_advance(h, NS_PER_S);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    engine_publish(&h->engine);
    struct state_reconcile row;
    assert_int_equal(state_read(engine_board(&h->engine), STATE_RECONCILE, &row, NULL), 1);
    assert_int_equal(row.phase, RECONCILE_DIFFERS);
    assert_int_equal(row.difference_count, 1);
    assert_int_equal(row.differences[0].venue, H_BINANCE);
    assert_int_equal(row.differences[0].symbol, H_BTC);
    assert_int_equal(row.differences[0].here.v, lot.v);
    assert_int_equal(row.differences[0].there.v, 2 * lot.v);
    venue_tells(h, H_BINANCE, H_BTC, lot.v); // it was put right by hand
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_AGREED);
    harness_destroy(h);
}

// What could not be read is said, by a live desk until it is signed, by a paper desk once.
static void test_what_was_lost(void **state) {
    (void)state;
    static const struct {
        enum desk_mode mode;
        struct event_past_end end;
        const char *text;
    } rows[] = {
        {DESK_LIVE,
         {.known = 1, .doubt = DOUBT_DAMAGED},
         "the last session's journal is damaged: what it lost is not known"},
        {DESK_LIVE,
         {.doubt = DOUBT_FORMAT},
         "another version wrote the last session's journal: what it left is not known"},
        {DESK_LIVE,
         {.known = 1, .lost = 2},
         "the last session traded venues or symbols that this one does not have"},
        {DESK_PAPER,
         {.known = 1, .doubt = DOUBT_DAMAGED},
         "the last session's journal is damaged: what it lost is not known"},
        {DESK_PAPER,
         {.known = 1, .lost = 2},
         "the last session traded venues or symbols that this one does not have"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = desk(rows[i].mode);
        harness_input(h, EVENT_PAST_END, &rows[i].end);
        bool told = false;
        for (uint32_t k = h->mark; k < h->count; k++) {
            told |= h->events[k].header.kind == EVENT_ALERT &&
                    strcmp(h->events[k].u.alert.text, rows[i].text) == 0;
        }
        assert_true(told);
        assert_int_equal(h->desk.reconcile.phase,
                         rows[i].mode == DESK_LIVE ? RECONCILE_DIFFERS : RECONCILE_AGREED);
        harness_destroy(h);
    }
}

// More was left than there are rows for: the desk knows that it does not know everything.
static void test_more_than_fits(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    struct event_past_job job = {.state = JOB_HOLDING, .legs_used = 2, .symbol = H_BTC};
    for (uint32_t i = 1; i <= JOBS_MAX + 1; i++) {
        job.job = i;
        harness_input(h, EVENT_PAST_JOB, &job);
    }
    past_end(h);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    assert_int_equal(h->desk.reconcile.jobs_waiting, JOBS_MAX);
    harness_destroy(h);

    h = desk(DESK_LIVE);
    for (uint32_t i = 1; i <= ORDERS_MAX + 1; i++) {
        past_order(h, i, H_BINANCE);
    }
    past_end(h);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    assert_int_equal(h->desk.reconcile.orders_asked, ORDERS_MAX);
    harness_destroy(h);
}

// The paper venue ended with its desk: its orders are over, and what they had filled is hedged.
static void test_paper_orders_have_ended(void **state) {
    (void)state;
    struct harness *h = desk(DESK_PAPER);
    past_job(h);
    past_order(h, JOB, H_EXTENDED);
    assert_int_equal(job_find(&h->desk.jobs, JOB)->legs[LEG_SELL].working_open.v, lot.v);
    past_end(h);
    const struct event *report = harness_find(h, EVENT_ORDER_REPORT);
    ASSERT(report != NULL);
    assert_int_equal(report->u.report.kind, REPORT_CANCELED);
    assert_string_equal(report->u.report.text, "paper: its desk has ended");
    assert_null(command(h, ORDER_ACTION_ASK));
    harness_advance(h, H_MS(20));
    const struct event_order *hedge = command(h, ORDER_ACTION_PLACE);
    ASSERT(hedge != NULL);
    assert_int_equal(hedge->phase, LEG_HEDGE);
    assert_int_equal(hedge->venue, H_EXTENDED);
    harness_destroy(h);
}

// An order whose job had ended filled while nobody looked: a job of its own unwinds it.
static void test_order_without_its_job(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    past_order(h, JOB, H_EXTENDED);
    past_end(h);
    const struct event_order *asked = command(h, ORDER_ACTION_ASK);
    ASSERT(asked != NULL);
    lane(h, H_EXTENDED, LANE_READY);
    venue_tells(h, H_EXTENDED, H_BTC, -lot.v);
    harness_report(h, asked->order, H_EXTENDED, REPORT_FILL, harness_mid(H_BTC), lot);
    const struct event_alert *alert = harness_alert(h, "late_fill");
    ASSERT(alert != NULL);
    assert_non_null(strstr(alert->text, "nobody's any more: job 8 unwinds it"));
    const struct event_order *back = command(h, ORDER_ACTION_PLACE);
    ASSERT(back != NULL);
    assert_int_equal(back->venue, H_EXTENDED);
    assert_int_equal(back->side, SIDE_BUY);
    assert_int_equal(back->size.v, lot.v);
    harness_destroy(h);
}

// An order that had ended, and filled all the same: nobody waits for it, and its fill is booked
// when a venue tells it, once.
static void test_fill_after_the_end(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    past_order_in(h, JOB, H_EXTENDED, ORDER_CANCELED_DONE);
    past_end(h);
    assert_non_null(command(h, ORDER_ACTION_ASK)); // the lane has to know it
    const struct order *order = order_find(&h->desk.orders, (uint64_t)JOB << 16 | 3);
    assert_true(order != NULL && order->state == ORDER_CANCELED_DONE);
    assert_int_equal(h->desk.orders.live_count, 0);
    assert_int_equal(h->desk.reconcile.orders_asked, 0);
    lane(h, H_EXTENDED, LANE_READY);
    venue_tells(h, H_EXTENDED, H_BTC, -lot.v);
    harness_report(h, (uint64_t)JOB << 16 | 3, H_EXTENDED, REPORT_FILL, harness_mid(H_BTC), lot);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, -lot.v);
    assert_non_null(harness_alert(h, "late_fill")); // and a job of its own unwinds it
    assert_null(harness_alert(h, "position"));      // it is no difference
    harness_destroy(h);
}

// A signature does not reach where an order of ours is live: its fill would be counted twice. The
// other differences are settled by it, this one by a second.
static void test_signed_around_live_orders(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    past_order(h, JOB, H_EXTENDED);
    past_end(h);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        lane(h, venue, LANE_READY);
    }
    venue_tells(h, H_EXTENDED, H_BTC, 9 * lot.v);
    venue_tells(h, H_EXTENDED, H_ETH, 2 * lot.v);
    venue_tells(h, H_BINANCE, H_BTC, -lot.v);
    harness_advance(h, NS_PER_S);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_int_equal(position_of(&h->desk, H_BINANCE, H_BTC)->net.v, -lot.v);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_ETH)->net.v, 2 * lot.v);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, 0);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    harness_report(h, (uint64_t)JOB << 16 | 3, H_EXTENDED, REPORT_CANCELED, (struct px){0},
                   (struct qty){0});
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_int_equal(position_of(&h->desk, H_EXTENDED, H_BTC)->net.v, 9 * lot.v);
    assert_true(reconcile_agreed(&h->desk));
    harness_destroy(h);
}

// A venue that has not quoted yet makes nothing of what is held there worth nothing: until it does,
// it stands at what it cost.
static void test_worth_before_the_first_quote(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){0}, (struct px){0}, (struct qty){0});
    struct usd day = position_day_pnl(&h->desk);
    past_job(h);
    past_end(h);
    struct usd net, gross;
    position_exposure(&h->desk, SYMBOL_MAX, &net, &gross);
    assert_int_equal(gross.v, USD(600).v);
    assert_int_equal(net.v, USD(600).v);
    assert_int_equal(position_day_pnl(&h->desk).v, day.v);
    struct job *job = job_find(&h->desk.jobs, JOB);
    assert_int_equal(job_exposure(&h->desk, job).v, USD(600).v);
    assert_false(job_priced(&h->desk, job, h->now_ns)); // no profit is taken on it
    job_note_exposure(&h->desk, job, h->now_ns);
    assert_int_equal(job->unhedged.v, USD(600).v);
    struct px mid = harness_mid(H_BTC);
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){2 * mid.v}, (struct px){2 * mid.v}, lot);
    assert_int_equal(job_exposure(&h->desk, job).v, USD(1200).v);
    harness_destroy(h);
}

// What nothing tells a price of is not taken over for nothing: its whole worth would be a profit
// once it quotes.
static void test_signed_without_a_price(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    struct px mid = harness_mid(H_BTC);
    struct usd day = position_day_pnl(&h->desk);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        harness_quote(h, venue, H_BTC, (struct px){0}, (struct px){0}, (struct qty){0});
    }
    past_end(h);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        lane(h, venue, LANE_READY);
    }
    venue_tells(h, H_LIGHTER, H_BTC, lot.v);
    harness_advance(h, NS_PER_S);
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->net.v, 0);
    assert_int_equal(h->desk.reconcile.phase, RECONCILE_DIFFERS);
    assert_non_null(strstr(harness_alert(h, "reconcile")->text, "no price"));
    harness_quote(h, H_BINANCE, H_BTC, mid, mid, lot); // another venue's will do
    harness_control(h, CONTROL_ACCEPT, 0);
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->net.v, lot.v);
    assert_int_equal(position_average(position_of(&h->desk, H_LIGHTER, H_BTC)).v, mid.v);
    assert_true(reconcile_agreed(&h->desk));
    assert_int_equal(position_day_pnl(&h->desk).v, day.v);
    harness_destroy(h);
}

// A position that cost nothing, of a session that knew no price, vanishes.
static void test_vanished_without_a_price(void **state) {
    (void)state;
    struct harness *h = desk(DESK_LIVE);
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){0}, (struct px){0}, (struct qty){0});
    past_position(h, H_LIGHTER, lot.v);
    past_end(h);
    struct position position = *position_of(&h->desk, H_LIGHTER, H_BTC);
    position.cost = (struct usd){0};
    position_put(&h->desk, H_LIGHTER, H_BTC, &position);
    venue_tells(h, H_LIGHTER, H_BTC, lot.v);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        lane(h, venue, LANE_READY);
    }
    harness_advance(h, NS_PER_S);
    venue_tells(h, H_LIGHTER, H_BTC, 0);
    harness_advance(h, NS_PER_S);
    assert_int_equal(position_of(&h->desk, H_LIGHTER, H_BTC)->net.v, 0);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_job_waits_for_its_venues),
        cmocka_unit_test(test_fill_after_the_end),
        cmocka_unit_test(test_silent_venue),
        cmocka_unit_test(test_silence_without_a_past),
        cmocka_unit_test(test_venues_heard),
        cmocka_unit_test(test_positions_differ),
        cmocka_unit_test(test_what_was_lost),
        cmocka_unit_test(test_more_than_fits),
        cmocka_unit_test(test_paper_orders_have_ended),
        cmocka_unit_test(test_order_without_its_job),
        cmocka_unit_test(test_signed_around_live_orders),
        cmocka_unit_test(test_worth_before_the_first_quote),
        cmocka_unit_test(test_signed_without_a_price),
        cmocka_unit_test(test_vanished_without_a_price),
    };
    return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}
