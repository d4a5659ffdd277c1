// More than three venues: the quorum over their mids, what a reference venue is for, and the
// largest desk there may be, fifty venues with two hundred symbols.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "trade/desk.h"

#define START_NS (INT64_C(1700000000) * NS_PER_S)
#define MS(n)    ((n)*NS_PER_MS)

struct wide {
    struct settings settings;
    struct universe universe;
    struct quote_cache cache;
    struct desk desk;
    struct engine engine;
    int64_t now_ns;
    uint32_t updates;
    int found, gone, quorum_alerts, stale_alerts, jobs;
};

static enum status on_event(void *self, struct bus *bus, const struct event *event) {
    (void)bus;
    struct wide *w = self;
    switch ((int)event->header.kind) {
    case EVENT_OPPORTUNITY_FOUND:
        w->found++;
        break;
    case EVENT_OPPORTUNITY_GONE:
        w->gone++;
        break;
    case EVENT_ORDER_COMMAND:
        w->jobs++;
        break;
    case EVENT_ALERT:
        w->quorum_alerts += strcmp(event->u.alert.rule, "quorum") == 0;
        w->stale_alerts += strcmp(event->u.alert.rule, "feed_stale") == 0;
        break;
    default:
        break;
    }
    return STATUS_OK;
}

static const struct component witness = {
    .name = "witness",
    .kinds = EVENT_BIT(EVENT_OPPORTUNITY_FOUND) | EVENT_BIT(EVENT_OPPORTUNITY_GONE) |
             EVENT_BIT(EVENT_ORDER_COMMAND) | EVENT_BIT(EVENT_ALERT),
    .on_event = on_event};

static void tell_feed(struct wide *w, uint16_t venue, enum feed_state state) {
    struct event_feed event = {.venue = venue, .state = (uint8_t)state, .clock_known = true};
    engine_input(&w->engine, EVENT_FEED_STATE, &event, w->now_ns);
}

static struct wide *create(uint16_t venues, uint16_t symbols) {
    struct wide *w = aligned_alloc(64, (sizeof(*w) + 63) / 64 * 64);
    assert_non_null(w);
    memset(w, 0, sizeof(*w));
    w->now_ns = START_NS;
    w->settings = (struct settings){.feeds = {.stale_ns = MS(500),
                                              .quiet_ns = MS(5000),
                                              .quorum = BPS(50),
                                              .unknown_size = USD(1000),
                                              .clock_offset_max_ns = MS(250)},
                                    .scanner = {.profit_max = BPS(20),
                                                .size_min = USD(1000),
                                                .arb_size = USD(200),
                                                .window_ns = 300 * NS_PER_S,
                                                .gone_ns = MS(1000)},
                                    .capital = {.equity_start = USD(10000)},
                                    .risk = {.fast_move = BPS(10000), .fast_window_ns = MS(1000)},
                                    .health = {.interval_ns = MS(5000)},
                                    .start_status = DESK_RUNNING};
    assert_int_equal(universe_create(&w->universe, venues, symbols), STATUS_OK);
    for (uint16_t i = 0; i < venues; i++) {
        (void)snprintf(w->universe.venues[i].name, VENUE_NAME_MAX, "venue%u", i);
    }
    for (uint16_t i = 0; i < symbols; i++) {
        char name[SYMBOL_NAME_MAX];
        (void)snprintf(name, sizeof(name), "S%u/USDT", i);
        assert_int_equal(symbol_parse(&w->universe.symbols[i], slice_of(name)), STATUS_OK);
    }
    assert_int_equal(quote_cache_create(&w->cache, (uint32_t)venues * symbols), STATUS_OK);
    assert_int_equal(desk_create(&w->desk, DESK_PAPER, &w->settings, &w->universe), STATUS_OK);
    struct engine_options options = {.universe = &w->universe,
                                     .cache = &w->cache,
                                     .publish_ns = MS(50),
                                     .machine_ns = mono_now_ns,
                                     .is_paper_venue = true};
    assert_int_equal(engine_create(&w->engine, &options), STATUS_OK);
    desk_add_components(&w->desk, &w->engine);
    engine_add(&w->engine, &witness, w);
    for (uint16_t i = 0; i < venues; i++) {
        tell_feed(w, i, FEED_LIVE);
    }
    return w;
}

static void destroy(struct wide *w) {
    engine_finish(&w->engine);
    desk_finish(&w->desk);
    quote_cache_finish(&w->cache);
    universe_finish(&w->universe);
    free(w);
}

// Stores a quote one PX_ONE / 100 wide around `mid` PX_ONE / 100.
static void store(struct wide *w, uint16_t venue, uint16_t symbol, int64_t mid) {
    struct quote quote = {.bid = {mid * PX_ONE / 100 - PX_ONE / 200},
                          .ask = {mid * PX_ONE / 100 + PX_ONE / 200},
                          .bid_size = {100 * QTY_ONE},
                          .ask_size = {100 * QTY_ONE},
                          .receive_ns = w->now_ns,
                          .update = ++w->updates};
    quote_store(&w->cache, listing_id(&w->universe, venue, symbol), &quote);
    quote_note_frame(&w->cache, venue, w->now_ns);
}

static void quote(struct wide *w, uint16_t venue, int64_t mid) {
    store(w, venue, 0, mid);
    assert_true(engine_enter_quotes(&w->engine, w->now_ns));
}

static void advance(struct wide *w, int64_t ns) {
    w->now_ns += ns;
    engine_timer(&w->engine, w->now_ns);
}

static const struct picture_listing *listing(const struct wide *w, uint16_t venue) {
    return picture_listing(&w->desk, venue, 0);
}

static bool usable(const struct wide *w, uint16_t venue) {
    return picture_usable(&w->desk, venue, 0, w->now_ns);
}

// One venue of four leaves the others by more than quorum_bps: no part of pricing, told once, and
// back by itself.
static void test_quorum(void **state) {
    (void)state;
    struct wide *w = create(4, 1);
    for (uint16_t venue = 0; venue < 3; venue++) {
        quote(w, venue, 100000);
    }
    quote(w, 3, 100400); // 40 bps: within
    assert_true(usable(w, 3));
    assert_int_equal(listing(w, 3)->quorum.v, 4000);
    int found = w->found;
    assert_true(found > 0); // it crosses, and counts
    quote(w, 3, 100600);    // 60 bps
    assert_true(listing(w, 3)->outlier);
    assert_false(usable(w, 3));
    assert_true(usable(w, 0)); // the others are not touched
    assert_int_equal(w->quorum_alerts, 1);
    assert_int_equal(w->found, found);
    struct opportunity none;
    assert_false(scanner_evaluate(&w->desk, 0, 0, 3, USD(200), w->now_ns, &none));
    engine_publish(&w->engine);
    struct state_quote rows[4];
    uint64_t version = 0;
    assert_int_equal(state_read(engine_board(&w->engine), STATE_QUOTES, rows, &version), 4);
    assert_true((rows[3].flags & QUOTE_OUTLIER) != 0 && (rows[0].flags & QUOTE_OUTLIER) == 0);
    assert_int_equal(rows[3].quorum.v, 6000);
    quote(w, 3, 100100); // agrees again
    assert_false(listing(w, 3)->outlier);
    assert_true(usable(w, 3));
    quote(w, 3, 100600); // and out again: one alert a minute
    assert_false(usable(w, 3));
    assert_int_equal(w->quorum_alerts, 1);
    destroy(w);
}

// The one that stands still is found out when the others have gone, without a quote of its own.
static void test_quorum_by_time(void **state) {
    (void)state;
    struct wide *w = create(4, 1);
    for (uint16_t venue = 0; venue < 4; venue++) {
        quote(w, venue, 100000);
    }
    advance(w, MS(1000)); // the median of this second is known
    for (uint16_t venue = 0; venue < 4; venue++) {
        quote(w, venue, 100000);
    }
    advance(w, MS(300));
    for (uint16_t venue = 0; venue < 3; venue++) {
        quote(w, venue, 99300);
    }
    advance(w, MS(200));
    for (uint16_t venue = 0; venue < 3; venue++) {
        quote(w, venue, 99300);
    }
    store(w, 3, 0, 100000); // near the last second's median: no look at the others
    assert_true(engine_enter_quotes(&w->engine, w->now_ns));
    advance(w, MS(500));
    assert_true(listing(w, 3)->outlier);
    assert_false(listing(w, 0)->outlier);
    destroy(w);
}

// Fewer than three others, because there are none, or because they are stale or off: no quorum, and
// shown so.
static void test_quorum_off(void **state) {
    (void)state;
    struct wide *w = create(3, 1);
    quote(w, 0, 100000);
    quote(w, 1, 100000);
    quote(w, 2, 101000);
    assert_true(usable(w, 2));
    assert_int_equal(listing(w, 2)->quorum.v, PICTURE_QUORUM_OFF);
    assert_false(picture_quorum_on(&w->desk));
    destroy(w);

    w = create(4, 1);
    for (uint16_t venue = 0; venue < 3; venue++) {
        quote(w, venue, 100000);
    }
    quote(w, 3, 101000);
    assert_true(picture_quorum_on(&w->desk));
    assert_false(usable(w, 3));
    for (int i = 0; i < 22; i++) { // venue 0 falls silent
        advance(w, MS(300));
        quote(w, 1, 100000);
        quote(w, 2, 100000);
        quote(w, 3, 101000);
    }
    assert_true(usable(w, 3));
    assert_int_equal(listing(w, 3)->quorum.v, PICTURE_QUORUM_OFF);
    tell_feed(w, 0, FEED_DOWN);
    assert_false(picture_quorum_on(&w->desk));
    destroy(w);
}

// A reference venue is a voice in the quorum and the medians, and is never traded: its crossings
// are shown and refused by name. An off venue is neither.
static void test_roles(void **state) {
    (void)state;
    struct wide *w = create(4, 1);
    w->universe.venues[0].role = VENUE_REFERENCE;
    for (uint16_t venue = 0; venue < 3; venue++) {
        quote(w, venue, 100000);
    }
    quote(w, 3, 100600);
    assert_true(listing(w, 3)->outlier); // with the reference's voice there are three others
    w->universe.venues[0].role = VENUE_OFF;
    advance(w, MS(100));
    for (uint16_t venue = 0; venue < 3; venue++) {
        quote(w, venue, 100000);
    }
    quote(w, 3, 100600);
    assert_int_equal(listing(w, 3)->quorum.v, PICTURE_QUORUM_OFF);
    w->universe.venues[0].role = VENUE_REFERENCE;
    quote(w, 0, 100300); // crosses the two at 1000
    assert_non_null(scanner_find(&w->desk, 0, 1, 0));
    advance(w, MS(100));
    engine_publish(&w->engine);
    struct state_opportunity *rows = calloc(STATE_OPPORTUNITIES_MAX, sizeof(*rows));
    assert_non_null(rows);
    uint64_t version = 0;
    uint32_t count = state_read(engine_board(&w->engine), STATE_OPPORTUNITIES, rows, &version);
    bool seen = false;
    for (uint32_t i = 0; i < count; i++) {
        bool of_reference = rows[i].sell_venue == 0 || rows[i].buy_venue == 0;
        seen = seen || of_reference;
        assert_true(!of_reference || rows[i].verdict.rule != RULE_NONE);
    }
    assert_true(seen);
    assert_int_equal(w->jobs, 0);
    free(rows);
    destroy(w);
}

// Age is kept per channel: a book that still moves on its own connection keeps no quote fresh.
static void test_a_book_keeps_no_quote_fresh(void **state) {
    (void)state;
    struct wide *w = create(2, 1);
    quote(w, 0, 100000);
    for (int i = 0; i < 10; i++) {
        advance(w, MS(100));
        struct event_depth book = {.depth = {.receive_ns = w->now_ns, .bid_count = 1}};
        engine_input(&w->engine, EVENT_DEPTH_UPDATED, &book, w->now_ns);
    }
    int64_t age_ms;
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_STALE); // mute
    for (int i = 0; i < 6; i++) { // another symbol's data on the quotes' connection
        quote_note_frame(&w->cache, 0, w->now_ns);
        advance(w, MS(100));
        assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms),
                         i < 4 ? FRESH_STALE : FRESH_WARN); // a backlog at first; then quiet
    }
    assert_int_equal(age_ms, 1600);
    advance(w, MS(3400));
    quote_note_frame(&w->cache, 0, w->now_ns);
    advance(w, MS(1));
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_STALE);
    destroy(w);
}

static void stamped(struct wide *w, uint16_t symbol, int64_t venue_time_ns) {
    struct quote quote = {.bid = {1000 * PX_ONE},
                          .ask = {1001 * PX_ONE},
                          .bid_size = {QTY_ONE},
                          .ask_size = {QTY_ONE},
                          .venue_time_ns = venue_time_ns,
                          .receive_ns = w->now_ns,
                          .update = ++w->updates};
    quote_store(&w->cache, listing_id(&w->universe, 0, symbol), &quote);
    assert_true(engine_enter_quotes(&w->engine, w->now_ns));
}

// What comes first after a silence was waiting on the way: a quote of it is believed when the venue
// has just stamped it, and the others once what is behind it had time to come.
static void test_a_backlog_is_not_believed(void **state) {
    (void)state;
    struct wide *w = create(2, 2);
    struct event_feed feed = {.venue = 0, .state = FEED_LIVE, .clock_known = 1};
    engine_input(&w->engine, EVENT_FEED_STATE, &feed, w->now_ns);
    stamped(w, 0, w->now_ns);
    stamped(w, 1, w->now_ns);
    int64_t age_ms;
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_OK);
    advance(w, MS(3000)); // the machine stood still
    stamped(w, 0, w->now_ns - MS(2900));
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_STALE);
    assert_int_equal(picture_freshness(&w->desk, 0, 1, w->now_ns, &age_ms), FRESH_STALE);
    stamped(w, 0, w->now_ns - MS(50));
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_OK);
    assert_int_equal(picture_freshness(&w->desk, 0, 1, w->now_ns, &age_ms), FRESH_STALE);
    advance(w, MS(400));
    stamped(w, 0, w->now_ns);
    advance(w, MS(100)); // nothing newer came: it was a quiet market
    assert_int_equal(picture_freshness(&w->desk, 0, 1, w->now_ns, &age_ms), FRESH_WARN);
    destroy(w);
}

// A stream that runs late without a pause shows what was: nothing of it is believed, however
// lately it came.
static void test_a_late_stream_is_not_believed(void **state) {
    (void)state;
    struct wide *w = create(2, 1);
    struct event_feed feed = {.venue = 0, .state = FEED_LIVE, .clock_known = 1};
    engine_input(&w->engine, EVENT_FEED_STATE, &feed, w->now_ns);
    static const struct {
        int late_ms;
        enum freshness freshness;
    } rows[] = {{0, FRESH_OK}, {900, FRESH_OK}, {1100, FRESH_STALE}, {4000, FRESH_STALE}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int n = 0; n < 20; n++) {
            advance(w, MS(100));
            stamped(w, 0, w->now_ns - MS(rows[i].late_ms));
        }
        int64_t age_ms;
        assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), rows[i].freshness);
    }
    destroy(w);
}

// Nobody can tell how long a stamped quote was on its way before the venue has told its time.
static void test_a_backlog_without_a_clock(void **state) {
    (void)state;
    struct wide *w = create(2, 2);
    struct event_feed feed = {.venue = 0, .state = FEED_LIVE};
    engine_input(&w->engine, EVENT_FEED_STATE, &feed, w->now_ns);
    stamped(w, 0, w->now_ns);
    int64_t age_ms;
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_OK);
    advance(w, MS(3000));
    stamped(w, 0, w->now_ns - MS(10));
    stamped(w, 1, 0);
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_STALE);
    assert_int_equal(picture_freshness(&w->desk, 0, 1, w->now_ns, &age_ms), FRESH_OK);
    feed.clock_known = 1;
    engine_input(&w->engine, EVENT_FEED_STATE, &feed, w->now_ns);
    assert_int_equal(picture_freshness(&w->desk, 0, 0, w->now_ns, &age_ms), FRESH_OK);
    destroy(w);
}

// A book that was not heard of for quiet_ms carries no size any more: only the best quote does.
static void test_a_mute_book_is_not_walked(void **state) {
    (void)state;
    struct wide *w = create(2, 1);
    struct event_depth book = {.venue = 1, .depth = {.receive_ns = w->now_ns, .bid_count = 2}};
    book.depth.bids[0] = (struct level){{1000 * PX_ONE}, {100 * QTY_ONE}}; // venue 1 takes
    book.depth.bids[1] = (struct level){{999 * PX_ONE}, {100 * QTY_ONE}};
    engine_input(&w->engine, EVENT_DEPTH_UPDATED, &book, w->now_ns);
    struct opportunity found;
    for (int second = 0; second < 7; second++) {
        quote(w, 0, 99999); // asks at 1000 less half a hundredth
        quote(w, 1, 100000);
        bool heard = second * NS_PER_S <= w->settings.feeds.quiet_ns;
        // more than the best quote holds
        assert_true(scanner_evaluate(&w->desk, 0, 0, 1, USD(100500), w->now_ns, &found));
        assert_int_equal(found.slippage.v >= BPS_WHOLE, !heard);
        advance(w, NS_PER_S);
    }
    struct event_funding funding = {.venue = 1};
    engine_input(&w->engine, EVENT_FUNDING_UPDATED, &funding, w->now_ns);
    advance(w, 2 * NS_PER_S);
    engine_publish(&w->engine);
    struct state_quote rows[2];
    uint64_t version = 0;
    assert_int_equal(state_read(engine_board(&w->engine), STATE_QUOTES, rows, &version), 2);
    assert_int_equal(rows[1].age_ms, 3000);
    assert_int_equal(rows[1].book_age_ms, 9000);
    assert_int_equal(rows[1].funding_age_ms, 2000);
    assert_int_equal(rows[0].book_age_ms, -1);
    assert_int_equal(rows[0].funding_age_ms, -1);
    destroy(w);
}

// Stale is told apart from down, once, and the way back as well.
static void test_stale_alert(void **state) {
    (void)state;
    struct wide *w = create(2, 1);
    tell_feed(w, 0, FEED_DOWN);
    tell_feed(w, 0, FEED_POLLING);
    assert_int_equal(w->stale_alerts, 0);
    tell_feed(w, 0, FEED_STALE);
    tell_feed(w, 0, FEED_STALE);
    assert_int_equal(w->stale_alerts, 1);
    assert_int_equal(w->desk.picture.venues[1].feed.state, FEED_LIVE);
    destroy(w);
}

// Each venue bids `step` above those before it; beyond 1 every pair of every symbol crosses.
static void ascend(struct wide *w, int64_t step) {
    for (uint16_t symbol = 0; symbol < w->universe.symbol_count; symbol++) {
        for (uint16_t venue = 0; venue < w->universe.venue_count; venue++) {
            store(w, venue, symbol, 100000 + step * venue);
        }
    }
    assert_true(engine_enter_quotes(&w->engine, w->now_ns));
}

static struct wide *crossed(uint16_t symbols, int64_t stand_ns) {
    struct wide *w = create(VENUE_MAX, symbols);
    w->settings.scanner.stand_ns = stand_ns;
    ascend(w, 2);
    return w;
}

enum { PAIRS = VENUE_MAX * (VENUE_MAX - 1) / 2 };

// More opportunities than may stand: counted, and those that stand go and come as always.
static void test_more_than_may_stand(void **state) {
    (void)state;
    struct wide *w = crossed(STANDING_MAX / PAIRS + 1, 0);
    assert_int_equal(w->found, STANDING_MAX);
    assert_int_equal(w->desk.scanner.free_count, 0);
    assert_true(w->desk.scanner.overflow >= (STANDING_MAX / PAIRS + 1) * PAIRS - STANDING_MAX);
    ascend(w, 0);
    for (int i = 0; i < 15; i++) {
        advance(w, MS(100));
    }
    assert_int_equal(w->gone, STANDING_MAX);
    assert_int_equal(w->desk.scanner.free_count, STANDING_MAX);
    destroy(w);
}

// More crossings than are looked at again by themselves: those come with their next quote.
static void test_more_than_may_wait(void **state) {
    (void)state;
    struct wide *w = crossed(1, MS(200));
    assert_int_equal(w->found, 0);
    assert_int_equal(w->desk.scanner.waiting_count, CROSSINGS_MAX);
    advance(w, MS(200));
    assert_int_equal(w->found, CROSSINGS_MAX);
    assert_int_equal(w->desk.scanner.waiting_count, 0);
    ascend(w, 2);
    assert_int_equal(w->found, PAIRS);
    destroy(w);
}

// More of everything than the picture has rows for: it is full, and nothing lies behind it.
static void test_more_than_is_shown(void **state) {
    (void)state;
    struct wide *w = crossed(6, 0);
    for (uint16_t venue = 0; venue < VENUE_MAX; venue++) {
        for (uint16_t symbol = 0; symbol < 6; symbol++) { // held here, and told differently there
            struct event_past_position past = {
                .venue = venue, .symbol = symbol, .net = {QTY_ONE}, .cost = USD(1000)};
            engine_input(&w->engine, EVENT_PAST_POSITION, &past, w->now_ns);
        }
        struct event_lane lane = {.venue = venue, .state = LANE_READY};
        engine_input(&w->engine, EVENT_LANE_STATE, &lane, w->now_ns);
        struct event_venue_position told = {.venue = venue, .net = {3 * QTY_ONE}};
        engine_input(&w->engine, EVENT_VENUE_POSITION, &told, w->now_ns);
    }
    advance(w, MS(1000));
    ascend(w, 2);
    for (uint32_t i = 1; i <= STATE_JOBS_MAX + 20; i++) {
        struct job *job = job_create(&w->desk.jobs, w->now_ns);
        assert_non_null(job);
        job->state = JOB_HOLDING;
        job->strategy = STRATEGY_MANUAL;
        assert_non_null(order_create(&w->desk.orders, (uint64_t)i << 16 | 1));
    }
    engine_publish(&w->engine);
    static union {
        struct state_opportunity opportunities[STATE_OPPORTUNITIES_MAX];
        struct state_position positions[STATE_POSITIONS_MAX];
        struct state_job jobs[STATE_JOBS_MAX];
        struct state_order orders[STATE_ORDERS_MAX];
        struct state_reconcile reconcile;
    } rows;
    const struct state_board *board = engine_board(&w->engine);
    assert_int_equal(state_read(board, STATE_OPPORTUNITIES, &rows, NULL), STATE_OPPORTUNITIES_MAX);
    assert_true(rows.opportunities[STATE_OPPORTUNITIES_MAX - 1].gross.v > 0);
    assert_int_equal(state_read(board, STATE_POSITIONS, &rows, NULL), STATE_POSITIONS_MAX);
    assert_int_equal(rows.positions[STATE_POSITIONS_MAX - 1].net.v, QTY_ONE);
    assert_int_equal(state_read(board, STATE_JOBS, &rows, NULL), STATE_JOBS_MAX);
    assert_int_equal(rows.jobs[0].id, STATE_JOBS_MAX + 20); // newest first
    assert_int_equal(rows.jobs[STATE_JOBS_MAX - 1].id, 21);
    assert_int_equal(state_read(board, STATE_ORDERS, &rows, NULL), STATE_ORDERS_MAX);
    assert_int_equal(state_read(board, STATE_RECONCILE, &rows, NULL), 1);
    assert_int_equal(rows.reconcile.difference_count, STATE_DIFFERENCES_MAX);
    // Jobs that ended give their rows to those that live.
    job_set_state(&w->desk, &w->engine.bus, job_find(&w->desk.jobs, STATE_JOBS_MAX + 20),
                  JOB_CLOSING);
    job_set_state(&w->desk, &w->engine.bus, job_find(&w->desk.jobs, STATE_JOBS_MAX + 20), JOB_DONE);
    (void)bus_flush(&w->engine.bus);
    engine_publish(&w->engine);
    assert_int_equal(state_read(board, STATE_JOBS, &rows, NULL), STATE_JOBS_MAX);
    assert_int_equal(rows.jobs[0].id, STATE_JOBS_MAX + 19);
    destroy(w);
}

// Fifty venues with two hundred symbols: it starts, takes every listing's quote, finds what
// crosses, and no pass takes long. Without optimization that takes minutes: LARGEST_DESK=no leaves
// it out.
static void test_largest_desk(void **state) {
    (void)state;
    const char *wanted = getenv("LARGEST_DESK");
    if (wanted != NULL && strcmp(wanted, "no") == 0) {
        skip();
    }
    struct wide *w = create(VENUE_MAX, SYMBOL_MAX);
    int64_t began_ns = mono_now_ns();
    uint64_t quotes = 0;
    for (int round = 0; round < 38; round++) {
        for (uint16_t venue = 0; venue < VENUE_MAX; venue++) {
            for (uint16_t symbol = 0; symbol < SYMBOL_MAX; symbol++) {
                bool high = venue == VENUE_MAX - 1 && symbol % 10 == 0;
                store(w, venue, symbol, 100000 + round % 2 + (high ? 10 : 0));
                quotes++;
            }
            assert_true(engine_enter_quotes(&w->engine, w->now_ns));
        }
        for (int step = 0; step < 3; step++) {
            advance(w, MS(100));
        }
    }
    // 20 symbols on which the last venue bids above the 49 others
    assert_int_equal(w->found, 20 * (VENUE_MAX - 1));
    assert_int_equal(STANDING_MAX - w->desk.scanner.free_count, 20 * (VENUE_MAX - 1));
    assert_int_equal(w->desk.scanner.overflow, 0);
    // Every pair was sampled each 6 s, and in quick steps between, of which a desk this large makes
    // fewer in a second.
    assert_in_range(w->desk.scanner.gross[1].count, 2, 7);
    size_t last = (size_t)SYMBOL_MAX * VENUE_MAX * VENUE_MAX - 2;
    assert_in_range(w->desk.scanner.gross[last].count, 2, 7);
    print_message("# %llu quotes in %lld ms, longest pass %llu us, %zu MB of pair windows\n",
                  (unsigned long long)quotes, (long long)((mono_now_ns() - began_ns) / NS_PER_MS),
                  (unsigned long long)w->engine.longest_pass_ns / 1000,
                  (last + 2) * sizeof(struct series) >> 20);
    destroy(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quorum),
        cmocka_unit_test(test_quorum_by_time),
        cmocka_unit_test(test_quorum_off),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_a_book_keeps_no_quote_fresh),
        cmocka_unit_test(test_a_backlog_is_not_believed),
        cmocka_unit_test(test_a_backlog_without_a_clock),
        cmocka_unit_test(test_a_late_stream_is_not_believed),
        cmocka_unit_test(test_a_mute_book_is_not_walked),
        cmocka_unit_test(test_stale_alert),
        cmocka_unit_test(test_more_than_may_stand),
        cmocka_unit_test(test_more_than_may_wait),
        cmocka_unit_test(test_more_than_is_shown),
        cmocka_unit_test(test_largest_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
