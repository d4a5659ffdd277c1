// A venue's public side against a scripted server that speaks an invented venue's protocol: words
// and numbers, so that every step of the feed can be provoked. Both ends run on one loop; the
// engine is the real one.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "invented_venue.h"
#include "io/feed.h"
#include "loop_server.h"

// ---- rig --------------------------------------------------------------------------------------

struct rig {
    uv_loop_t loop;
    uv_timer_t limit;
    struct loop_server server;
    struct universe universe;
    struct quote_cache cache;
    struct engine engine;
    struct clock clock;
    struct settings_feeds settings;
    struct feed_config config;
    struct feed *feed;
    struct connect_budget *connects; // NULL: none
    struct loop_connection *ws;      // the newest connection, NULL = none
    struct loop_connection *books;   // the newest to /books, where there is one for books
    bool two;                        // there is
    int opens, book_opens, subscribed, resubscribed, heartbeats, stopped, quotes, pongs;
    char target[128]; // of the newest upgrade
    int requests[MD_REQUEST_COUNT];
    // NULL: no answer. "429", "503": that status; "429 silent": and not for how long
    const char *answers[MD_REQUEST_COUNT];
    int asked; // requests of all kinds
    bool turn_away, timed_out;
    // what the engine saw
    int quote_events, depth_events, rules_events, funding_events, states[FEED_STATE_COUNT];
    struct event_feed state;
    struct event_funding funding;
    struct quote last_quote;
    const struct feed_timing *timing; // NULL: the defaults
};

static enum status on_event(void *self, struct bus *bus, const struct event *event) {
    (void)bus;
    struct rig *rig = self;
    switch ((int)event->header.kind) {
    case EVENT_QUOTE_UPDATED:
        rig->quote_events++;
        break;
    case EVENT_DEPTH_UPDATED:
        rig->depth_events++;
        break;
    case EVENT_INSTRUMENT:
        rig->rules_events++;
        break;
    case EVENT_FUNDING_UPDATED:
        rig->funding_events++;
        rig->funding = event->u.funding;
        break;
    case EVENT_FEED_STATE:
        rig->state = event->u.feed;
        rig->states[event->u.feed.state]++;
        break;
    default:
        break;
    }
    return STATUS_OK;
}

static const struct component witness = {
    .name = "witness",
    .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED) | EVENT_BIT(EVENT_DEPTH_UPDATED) |
             EVENT_BIT(EVENT_INSTRUMENT) | EVENT_BIT(EVENT_FUNDING_UPDATED) |
             EVENT_BIT(EVENT_FEED_STATE),
    .on_event = on_event};

static void serve_request(struct loop_connection *c, const struct http_head *head,
                          struct slice body) {
    static const char *const paths[] = {"/time",  "/rules",   "/book",
                                        "/quote", "/funding", "/intervals"};
    struct rig *rig = c->server->user;
    (void)body;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        if (slice_starts(head->target, slice_of(paths[i]))) {
            rig->requests[i]++;
            rig->asked++;
            char text[64];
            const char *answer = rig->answers[i];
            if (i == MD_REQUEST_TIME && answer != NULL &&
                answer[0] == 'T') { // the venue is 70 ms ahead
                (void)snprintf(text, sizeof(text), "T %ld",
                               (long)(clock_now_ns(&rig->clock) / NS_PER_MS + 70));
                answer = text;
            }
            bool refused = answer != NULL && answer[0] >= '4' && answer[0] <= '5'; // a status
            if (refused) {
                bool told = answer[0] == '4' && answer[3] == '\0';
                loop_reply(c, atoi(answer), told ? "Retry-After: 2\r\n" : "", SLICE(""));
            } else if (answer != NULL) {
                loop_reply(c, 200, "", slice_of(answer));
            }
        }
    }
}

static void serve_open(struct loop_connection *c) {
    struct rig *rig = c->server->user;
    if (strcmp(c->target, "/books") == 0) {
        rig->books = c;
        rig->book_opens++;
        return;
    }
    rig->ws = c;
    rig->opens++;
}

static void serve_event(struct loop_connection *c, enum ws_event_kind kind,
                        const struct ws_event *event) {
    struct rig *rig = c->server->user;
    if (kind == WS_MESSAGE) {
        rig->subscribed += slice_starts(event->data, SLICE("SUB 0"));
        rig->resubscribed += slice_starts(event->data, SLICE("RESUB 0"));
        rig->pongs += slice_equals(event->data, SLICE("PONG"));
        rig->heartbeats += slice_equals(event->data, SLICE("PING"));
    } else if (kind == WS_CLOSED) {
        stream_end(c->stream);
    } else if (kind == WS_PING) {
        (void)loop_send(c, WS_OP_PONG, event->data);
    }
}

static void serve_gone(struct loop_connection *c, const char *reason) {
    (void)reason;
    struct rig *rig = c->server->user;
    rig->ws = rig->ws == c ? NULL : rig->ws;
    rig->books = rig->books == c ? NULL : rig->books;
}

static bool serve_upgrade(struct loop_connection *c, const struct http_head *head) {
    struct rig *rig = c->server->user;
    (void)string_copy(rig->target, sizeof(rig->target), head->target);
    if (rig->turn_away) {
        loop_reply(c, 503, "", SLICE(""));
    }
    return !rig->turn_away;
}

static const struct loop_script script = {.on_request = serve_request,
                                          .on_open = serve_open,
                                          .on_event = serve_event,
                                          .on_gone = serve_gone,
                                          .on_upgrade = serve_upgrade};

static void on_limit(uv_timer_t *timer) {
    struct rig *rig = timer->data;
    rig->timed_out = true;
}

static void on_quote(void *arg, uint16_t venue_index, uint16_t symbol, const struct quote *quote) {
    struct rig *rig = arg;
    assert_int_equal(venue_index, 0);
    assert_true(symbol < 2);
    rig->quotes++;
    rig->last_quote = *quote;
}

static void rig_init(struct rig *rig) {
    *rig = (struct rig){0};
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(uv_timer_init(&rig->loop, &rig->limit), 0);
    rig->limit.data = rig;
    uv_timer_start(&rig->limit, on_limit, 15000, 0);
    assert_int_equal(universe_create(&rig->universe, 1, 2), STATUS_OK);
    (void)string_copy(rig->universe.venues[0].name, VENUE_NAME_MAX, slice_of(invented_venue.name));
    assert_int_equal(symbol_parse(&rig->universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(symbol_parse(&rig->universe.symbols[1], SLICE("ZZZ/USDT")), STATUS_OK);
    assert_int_equal(quote_cache_create(&rig->cache, 2), STATUS_OK);
    struct engine_options options = {.universe = &rig->universe, .cache = &rig->cache};
    assert_int_equal(engine_create(&rig->engine, &options), STATUS_OK);
    engine_add(&rig->engine, &witness, rig);
    clock_init_system(&rig->clock);
    rig->settings = (struct settings_feeds){.websocket_timeout_ns = 20 * NS_PER_S,
                                            .poll_ns = 300 * NS_PER_MS,
                                            .jump_max = BPS(50),
                                            .jump_confirm_ns = 500 * NS_PER_MS,
                                            .volume_min = USD(1),
                                            .unknown_size = USD(1000),
                                            .clock_offset_max_ns = 250 * NS_PER_MS};
    loop_server_start(&rig->server, &rig->loop, NULL, &script, rig, 0);
    rig->answers[MD_REQUEST_TIME] = "T";
    rig->answers[MD_REQUEST_INSTRUMENTS] = "I 0";
    rig->answers[MD_REQUEST_BOOK] = "B 0 1 0 10 0 100 101";
    rig->answers[MD_REQUEST_QUOTE] = "Q 0 100 101 5 0 0";
    rig->answers[MD_REQUEST_FUNDING] = "F 0 5";
}

static void rig_start(struct rig *rig) {
    static char ws[128], books[128], rest[128];
    loop_server_url(&rig->server, "ws", "127.0.0.1", "/ws", ws, sizeof(ws));
    loop_server_url(&rig->server, "ws", "127.0.0.1", "/books", books, sizeof(books));
    loop_server_url(&rig->server, "http", "127.0.0.1", "", rest, sizeof(rest));
    rig->config = (struct feed_config){.loop = &rig->loop,
                                       .venue = &invented_venue,
                                       .universe = &rig->universe,
                                       .cache = &rig->cache,
                                       .engine = &rig->engine,
                                       .clock = &rig->clock,
                                       .settings = &rig->settings,
                                       .timing = rig->timing,
                                       .ws = {ws, rig->two ? books : NULL},
                                       .connects = rig->connects,
                                       .rest = rest,
                                       .seed = 3,
                                       .on_quote = on_quote,
                                       .on_quote_arg = rig};
    assert_int_equal(feed_create(&rig->feed, &rig->config), STATUS_OK);
    assert_int_equal(feed_start(rig->feed), STATUS_OK);
}

static void until(struct rig *rig, const int *count, int least) {
    while (*count < least && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_true(*count >= least);
}

static void say(struct rig *rig, const char *text) {
    assert_non_null(rig->ws);
    assert_true(loop_send_text(rig->ws, text));
}

// A quote stamped `offset_ms` off the venue's clock, which runs 70 ms ahead of ours.
static void say_quote(struct rig *rig, long bid, long ask, long sequence, long offset_ms) {
    char text[128];
    (void)snprintf(text, sizeof(text), "Q 0 %ld %ld 5 %ld %ld", bid, ask, sequence,
                   (long)(clock_now_ns(&rig->clock) / NS_PER_MS) + 70 + offset_ms);
    say(rig, text);
}

static uint64_t errors(const struct rig *rig, enum feed_cause cause) {
    return counter_read(&feed_stats(rig->feed)->errors[cause]);
}

static void until_errors(struct rig *rig, enum feed_cause cause, uint64_t least) {
    while (errors(rig, cause) < least && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_true(errors(rig, cause) == least);
}

static void until_state(struct rig *rig, enum feed_state state) {
    while (atomic_load(&feed_stats(rig->feed)->state) != state && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_string_equal(feed_state_name(atomic_load(&feed_stats(rig->feed)->state)),
                        feed_state_name(state));
}

static void until_clock(struct rig *rig) {
    while (atomic_load(&feed_stats(rig->feed)->round_trip_ns) == 0 && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
}

static void on_stopped(void *arg) {
    ((struct rig *)arg)->stopped++;
}

static void rig_finish(struct rig *rig) {
    feed_stop(rig->feed, on_stopped, rig);
    until(rig, &rig->stopped, 1);
    loop_server_stop(&rig->server);
    uv_close((uv_handle_t *)&rig->limit, NULL);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    feed_destroy(rig->feed);
    loop_server_finish(&rig->server);
    engine_finish(&rig->engine);
    quote_cache_finish(&rig->cache);
    universe_finish(&rig->universe);
    assert_false(rig->timed_out);
    invented_venue.book_rule = BOOK_RULE_REST_SPAN;
    invented_venue.heartbeat_ms = 0;
    invented_venue.connection_age_max_s = 0;
    invented_venue.rules_first = invented_venue.quote_from_book = false;
    invented_venue.url_has_time = false;
    invented_venue.settles_on_interval = invented_venue.funding_accrues = false;
    invented_venue.book_connection = 0;
    invented_venue.weight_per_minute = 10000;
    invented_venue.send_burst = invented_venue.send_per_minute = 0;
    invented_subscriptions = 2;
    invented_tells_time = true;
    invented_tells_intervals = false;
}

// ---- tests ------------------------------------------------------------------------------------

static void test_quotes(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until_clock(&rig);
    // never further off than half the round trip (and the millisecond the venue rounds to)
    int64_t error_ns = atomic_load(&feed_stats(rig.feed)->offset_ns) - 70 * NS_PER_MS;
    int64_t allowed_ns = atomic_load(&feed_stats(rig.feed)->round_trip_ns) / 2 + NS_PER_MS;
    assert_true(error_ns <= allowed_ns && error_ns >= -allowed_ns);
    until_state(&rig, FEED_CONNECTING);
    say_quote(&rig, 1000, 1001, 7, 0);
    until(&rig, &rig.quotes, 1);
    assert_int_equal(rig.quote_events, 1); // the thread with the news ran the engine
    struct quote quote;
    quote_load(&rig.cache, 0, &quote);
    assert_int_equal(quote.bid.v, 1000 * PX_ONE);
    assert_int_equal(quote.update, 1);
    assert_true(quote_frame_ns(&rig.cache, 0) > 0);
    until_state(&rig, FEED_LIVE);
    assert_true(feed_is_healthy(rig.feed));
    // what must not become a quote, each counted by its cause
    say_quote(&rig, 1000, 1001, 7, 0);
    until_errors(&rig, FEED_OLD, 1);
    say_quote(&rig, 1001, 1001, 8, 0);
    until_errors(&rig, FEED_CROSSED, 1);
    say_quote(&rig, 0, 1001, 9, 0);
    until_errors(&rig, FEED_ZERO, 1);
    say_quote(&rig, 1000, 1001, 10, 5000);
    until_errors(&rig, FEED_FUTURE, 1);
    say_quote(&rig, 1000, 1001, 11, -90000);
    until_errors(&rig, FEED_PAST, 1);
    say(&rig, "rubbish");
    until_errors(&rig, FEED_MALFORMED, 1);
    say(&rig, "Q 7 1 2 3 4 5");
    until_errors(&rig, FEED_UNKNOWN_SYMBOL, 1);
    assert_int_equal(rig.quotes, 1);
    // a jump is shown as quarantined, and confirmed on a quiet market by time alone
    say_quote(&rig, 1100, 1101, 12, 0);
    until_errors(&rig, FEED_JUMP, 1);
    assert_int_equal(rig.quotes, 2);
    assert_true((rig.last_quote.flags & QUOTE_QUARANTINED) != 0);
    until(&rig, &rig.quotes, 3);
    assert_true((rig.last_quote.flags & QUOTE_QUARANTINED) == 0);
    assert_int_equal(rig.last_quote.bid.v, 1100 * PX_ONE);
    assert_int_equal(rig.rules_events, 1);
    assert_int_equal(rig.funding_events, 1);
    assert_true(rig.state.clock_known);
    assert_true(feed_stats(rig.feed)->store_ns.count == 2);
    rig_finish(&rig);
    (void)state;
}

static void until_books(struct rig *rig, uint64_t least) {
    while (counter_read(&feed_stats(rig->feed)->books) < least && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_true(counter_read(&feed_stats(rig->feed)->books) == least);
}

static void test_book_by_rest(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig.answers[MD_REQUEST_BOOK] = "503"; // the first snapshot fails: asked again after a pause
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say(&rig, "B 0 0 9 11 8 99 102");
    until(&rig, &rig.requests[MD_REQUEST_BOOK], 1);
    struct depth depth;
    depth_load(&rig.cache, 0, &depth);
    assert_int_equal(depth.receive_ns, 0);
    rig.answers[MD_REQUEST_BOOK] = "B 0 1 0 10 0 100 101";
    until_books(&rig, 1);
    depth_load(&rig.cache, 0, &depth);
    assert_int_equal(depth.bid_count, 2); // the snapshot's and the delta's
    assert_int_equal(depth.bids[0].price.v, 100 * PX_ONE);
    say(&rig, "B 0 0 12 13 11 98 103");
    until_books(&rig, 2);
    say(&rig,
        "B 0 0 20 21 19 97 104"); // a hole: book dropped, nobody walks it any more, asked for again
    until_errors(&rig, FEED_GAP, 1);
    depth_load(&rig.cache, 0, &depth);
    assert_int_equal(depth.receive_ns, 0);
    assert_int_equal(depth.bid_count, 0);
    rig.answers[MD_REQUEST_BOOK] = "B 0 1 0 20 0 100 101";
    until_books(&rig, 3);
    assert_int_equal(rig.requests[MD_REQUEST_BOOK], 3);
    say(&rig, "B 0 0 22 22 21 105 106"); // crosses: dropped as well
    until_errors(&rig, FEED_CROSSED, 1);
    rig_finish(&rig);
    (void)state;
}

static void test_book_by_stream(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_PREVIOUS;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say(&rig, "B 0 1 0 10 0 100 101");
    until_books(&rig, 1);
    say(&rig, "B 0 0 0 12 11 99 102");
    until_errors(&rig, FEED_GAP, 1);
    until(&rig, &rig.resubscribed, 1);
    say(&rig, "B 0 1 0 20 0 100 101");
    until_books(&rig, 2);
    assert_int_equal(rig.requests[MD_REQUEST_BOOK], 0);
    rig_finish(&rig);
    (void)state;
}

static struct quote cached(const struct rig *rig) {
    struct quote quote;
    quote_load(&rig->cache, 0, &quote);
    return quote;
}

// A side that is empty, or a book that lost a message, is no quote. But the one before it holds no
// more either: it stands as lost, with its own time, until the next good one.
static void test_lost_quotes(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say_quote(&rig, 0, 1001, 6, 0); // nothing stored yet, so nothing to lose
    until_errors(&rig, FEED_ZERO, 1);
    assert_int_equal(rig.quote_events, 0);
    say_quote(&rig, 1000, 1001, 7, 0);
    until(&rig, &rig.quotes, 1);
    struct quote before = cached(&rig);
    assert_int_equal(before.flags, 0);
    say_quote(&rig, 0, 1001, 8, 0);
    say_quote(&rig, 0, 1001, 9, 0);
    until_errors(&rig, FEED_ZERO, 3);
    struct quote lost = cached(&rig);
    assert_int_equal(lost.flags, QUOTE_LOST);
    assert_int_equal(lost.bid.v, 1000 * PX_ONE);
    assert_int_equal(lost.receive_ns, before.receive_ns);
    assert_int_equal(rig.quote_events, 2); // the engine is told, once
    assert_int_equal(rig.quotes, 1);       // who wants quotes is not
    say_quote(&rig, 1000, 1001, 10, 0);    // the same prices again are news
    until(&rig, &rig.quotes, 2);
    assert_int_equal(cached(&rig).flags, 0);
    say_quote(&rig, 1001, 1001, 11, 0);
    until_errors(&rig, FEED_CROSSED, 1);
    assert_int_equal(cached(&rig).flags, QUOTE_LOST);
    // a jump that is lost before it was confirmed: time confirms nothing
    say_quote(&rig, 1100, 1101, 12, 0);
    until_errors(&rig, FEED_JUMP, 1);
    say_quote(&rig, 1100, 0, 13, 0);
    until_errors(&rig, FEED_ZERO, 4);
    int ticks = rig.states[FEED_LIVE];
    until(&rig, &rig.states[FEED_LIVE], ticks + 2);
    assert_int_equal(cached(&rig).flags, QUOTE_QUARANTINED | QUOTE_LOST);
    rig_finish(&rig);
    (void)state;
}

static void check_lost_book(const char *breaks, enum feed_cause cause) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_PREVIOUS;
    invented_venue.quote_from_book = true;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say(&rig, "B 0 1 0 10 0 1000 1001");
    until(&rig, &rig.quotes, 1);
    assert_int_equal(cached(&rig).flags, 0);
    say(&rig, breaks);
    until_errors(&rig, cause, 1);
    assert_int_equal(cached(&rig).flags, QUOTE_LOST);
    until(&rig, &rig.resubscribed, 1);
    say(&rig, "B 0 1 0 20 0 1000 1001");
    until(&rig, &rig.quotes, 2);
    assert_int_equal(cached(&rig).flags, 0);
    rig_finish(&rig);
}

static void test_lost_books(void **state) {
    (void)state;
    check_lost_book("B 0 0 0 12 11 990 1002", FEED_GAP);
    check_lost_book("B 0 0 0 11 10 1001 1002", FEED_CROSSED);
}

// What is older than what is known does not replace it, where only stamps tell. A clock that was
// set back by more than any quote may be old is believed.
static void test_older(void **state) {
    struct rig rig;
    char book[128];
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_SNAPSHOTS;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until_clock(&rig);
    say_quote(&rig, 1000, 1001, 0, 0);
    until(&rig, &rig.quotes, 1);
    say_quote(&rig, 1001, 1002, 0, -200);
    until_errors(&rig, FEED_OLD, 1);
    say_quote(&rig, 1002, 1003, 0, 100);
    until(&rig, &rig.quotes, 2);
    assert_int_equal(rig.last_quote.bid.v, 1002 * PX_ONE);
    long now_ms = (long)(clock_now_ns(&rig.clock) / NS_PER_MS) + 70;
    (void)snprintf(book, sizeof(book), "B 0 1 0 10 0 100 101 %ld", now_ms);
    say(&rig, book);
    until_books(&rig, 1);
    (void)snprintf(book, sizeof(book), "B 0 1 0 11 0 90 91 %ld", now_ms - 500);
    say(&rig, book);
    until_errors(&rig, FEED_OLD, 2);
    (void)snprintf(book, sizeof(book), "B 0 1 0 12 0 100 102 %ld", now_ms - 70000);
    say(&rig, book);
    until_books(&rig, 2);
    rig_finish(&rig);
    (void)state;
}

// What a venue may change while a desk runs for weeks is asked for again.
static void test_rules_again(void **state) {
    struct feed_timing timing = feed_timing_defaults;
    timing.tick_ms = 50;
    timing.rules_every_ms = 300;
    struct rig rig;
    rig_init(&rig);
    rig.timing = &timing;
    invented_tells_intervals = true;
    rig.answers[MD_REQUEST_INTERVALS] = "F 0 5 28800000";
    rig_start(&rig);
    until(&rig, &rig.requests[MD_REQUEST_INTERVALS], 1);
    until(&rig, &rig.funding_events, 1);
    rig.answers[MD_REQUEST_INTERVALS] = "F 0 5 14400000";
    while (rig.funding.interval_ns != INT64_C(14400) * NS_PER_S && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_false(rig.timed_out);
    until(&rig, &rig.requests[MD_REQUEST_INSTRUMENTS], 3);
    rig_finish(&rig);
    (void)state;
}

// However long the pauses between requests have become, those for the rules stay short.
static void test_rules_after_an_outage(void **state) {
    struct feed_timing timing = feed_timing_defaults;
    timing.tick_ms = 50;
    timing.retry_ms = timing.retry_max_ms = 120000;
    struct rig rig;
    rig_init(&rig);
    rig.timing = &timing;
    rig.answers[MD_REQUEST_INSTRUMENTS] = "503";
    rig_start(&rig);
    until(&rig, &rig.requests[MD_REQUEST_INSTRUMENTS], 1);
    rig.answers[MD_REQUEST_INSTRUMENTS] = "I 0";
    until(&rig, &rig.rules_events, 1);
    assert_int_equal(rig.requests[MD_REQUEST_INSTRUMENTS], 2);
    rig_finish(&rig);
    (void)state;
}

// Numbers that begin anew on a running connection, as after a venue's maintenance: told from a late
// message by the stamp, and with nothing to tell it by the connection is made anew.
static void test_numbers_anew(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig.settings.websocket_timeout_ns = 3 * NS_PER_S;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until_clock(&rig);
    say_quote(&rig, 1000, 1001, 9690930617, 0);
    until(&rig, &rig.quotes, 1);
    until_state(&rig, FEED_LIVE);
    say_quote(&rig, 1001, 1002, 9690930616, -200);
    until_errors(&rig, FEED_OLD, 1);
    say_quote(&rig, 1001, 1002, 1, 200);
    until(&rig, &rig.quotes, 2);
    assert_int_equal(cached(&rig).bid.v, 1001 * PX_ONE);
    say_quote(&rig, 1002, 1003, 2, 200); // and go on from there
    until(&rig, &rig.quotes, 3);
    say_quote(&rig, 1001, 1002, 2, 300);
    until_errors(&rig, FEED_OLD, 2);
    int64_t frame_ns = quote_frame_ns(&rig.cache, 0);
    assert_int_equal(rig.opens, 1);
    for (int told = 0; rig.opens == 1 && !rig.timed_out; uv_run(&rig.loop, UV_RUN_ONCE)) {
        if (rig.ws != NULL && told != rig.states[FEED_LIVE]) { // each second one that is old
            told = rig.states[FEED_LIVE];
            say(&rig, "Q 0 1001 1002 5 1 0");
        }
    }
    assert_int_equal(quote_frame_ns(&rig.cache, 0), frame_ns);
    until(&rig, &rig.subscribed, 4);
    say(&rig, "Q 0 1001 1002 5 1 0");
    until(&rig, &rig.quotes, 4);
    rig_finish(&rig);
    (void)state;
}

static void say_funding(struct rig *rig, long interval_ms, int64_t settles_ns) {
    char text[64];
    (void)snprintf(text, sizeof(text), "F 0 5 %ld %ld", interval_ms,
                   (long)(settles_ns / NS_PER_MS));
    int told = rig->funding_events;
    say(rig, text);
    until(rig, &rig->funding_events, told + 1);
}

// A venue that settles at whole intervals and tells no time: worked out by its clock, one interval
// after the other.
static void test_settles_on_interval(void **state) {
    struct feed_timing timing = feed_timing_defaults;
    timing.tick_ms = 50;
    struct rig rig;
    rig_init(&rig);
    rig.timing = &timing;
    invented_venue.settles_on_interval = true;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until(&rig, &rig.funding_events, 1);
    until_clock(&rig);
    int64_t last_ns = 0;
    for (int i = 0; i < 3; i++) {
        say_funding(&rig, 1000, 0);
        int64_t next_ns = rig.funding.next_settlement_ns;
        int64_t off_ns = (next_ns + 70 * NS_PER_MS + NS_PER_S / 2) % NS_PER_S - NS_PER_S / 2;
        assert_in_range(off_ns + 50 * NS_PER_MS, 0, 100 * NS_PER_MS);
        assert_in_range(next_ns - clock_now_ns(&rig.clock) + NS_PER_S / 2, 0, 2 * NS_PER_S);
        assert_true(last_ns == 0 || next_ns - last_ns > NS_PER_S / 2);
        last_ns = next_ns;
        while (clock_now_ns(&rig.clock) < next_ns + 100 * NS_PER_MS && !rig.timed_out) {
            uv_run(&rig.loop, UV_RUN_ONCE);
        }
    }
    rig_finish(&rig);
    (void)state;
}

static void test_funding_accrues(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.funding_accrues = true;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until(&rig, &rig.funding_events, 1);
    say_funding(&rig, 1000, 5000);
    assert_int_equal(rig.funding.next_settlement_ns, FUNDING_ACCRUES);
    rig_finish(&rig);
    (void)state;
}

// The venue's clock is estimated anew again and again: a settlement that is due does not move with
// it, or it would be booked once more.
static void test_settlement_stands(void **state) {
    struct feed_timing timing = feed_timing_defaults;
    timing.tick_ms = 50;
    struct rig rig;
    rig_init(&rig);
    rig.timing = &timing;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until(&rig, &rig.funding_events, 1);
    int64_t settles_ns = clock_now_ns(&rig.clock) + 3600 * NS_PER_S;
    say_funding(&rig, 3600000, settles_ns);
    say_funding(&rig, 3600000, settles_ns + 30 * NS_PER_MS); // far ahead: the clock is known better
    int64_t next_ns = rig.funding.next_settlement_ns;
    assert_in_range(next_ns - settles_ns + 100 * NS_PER_MS, 25 * NS_PER_MS, 135 * NS_PER_MS);
    settles_ns = clock_now_ns(&rig.clock); // just over
    say_funding(&rig, 3600000, settles_ns);
    next_ns = rig.funding.next_settlement_ns;
    say_funding(&rig, 3600000, settles_ns + 30 * NS_PER_MS);
    assert_int_equal(rig.funding.next_settlement_ns, next_ns);
    say_funding(&rig, 3600000, settles_ns + 3600 * NS_PER_S);
    assert_true(rig.funding.next_settlement_ns - next_ns > 3590 * NS_PER_S);
    rig_finish(&rig);
    (void)state;
}

// A venue that numbers the messages of a connection: a hole makes the connection anew, and its
// books and best prices begin again.
static void test_hole(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_PREVIOUS;
    static const struct feed_timing timing = {.tick_ms = 100,
                                              .rules_every_ms = 3600 * 1000,
                                              .backoff_ms = 50,
                                              .backoff_max_ms = 100,
                                              .stable_ms = 1000,
                                              .connect_timeout_ms = 1000,
                                              .connects_per_minute = 30,
                                              .request_timeout_ms = 1000,
                                              .retry_ms = 100,
                                              .retry_max_ms = 1000,
                                              .limited_max_ms = 1000,
                                              .book_wait_ms = 1000};
    rig.timing = &timing;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say(&rig, "B 0 1 0 10 0 100 101");
    until_books(&rig, 1);
    say(&rig, "H");
    until(&rig, &rig.opens, 2);
    struct depth depth;
    depth_load(&rig.cache, 0, &depth);
    assert_int_equal(depth.bid_count, 0);
    assert_int_equal(errors(&rig, FEED_GAP), 1);
    assert_int_equal(counter_read(&feed_stats(rig.feed)->reconnects), 1);
    until(&rig, &rig.subscribed, 4);
    say(&rig, "B 0 1 0 3 0 100 101"); // numbers begin anew
    until_books(&rig, 2);
    assert_int_equal(counter_read(&feed_stats(rig.feed)->connects), 2);
    rig_finish(&rig);
    (void)state;
}

// A venue whose subscriptions carry numbers of the rules: nothing is said before they are here. Its
// address tells the time, its pings want an answer, its best prices are those of the book.
static void test_rules_first(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_PREVIOUS;
    invented_venue.rules_first = invented_venue.quote_from_book = true;
    invented_venue.url_has_time = true;
    rig.answers[MD_REQUEST_INSTRUMENTS] = "503";
    rig.settings.poll_ns = 20 * NS_PER_S; // it is the stream's quotes that count here
    rig_start(&rig);
    until(&rig, &rig.opens, 1);
    int64_t told_ms = 0;
    struct slice target = slice_of(rig.target);
    assert_true(slice_starts(target, SLICE("/ws?timestamp=")));
    assert_true(decimal_parse((struct slice){target.data + 14, target.size - 14}, 0, &told_ms));
    int64_t off_ms = clock_now_ns(&rig.clock) / NS_PER_MS - told_ms;
    assert_true(off_ms > -15000 && off_ms < 15000);
    say(&rig, "P");
    until(&rig, &rig.pongs, 1);
    assert_int_equal(rig.subscribed, 0);
    rig.answers[MD_REQUEST_INSTRUMENTS] = "I 0"; // asked again after the failure
    until(&rig, &rig.subscribed, 2);
    say(&rig, "B 0 1 0 10 0 1000 1001");
    until(&rig, &rig.quotes, 1);
    assert_int_equal(rig.last_quote.bid.v, 1000 * PX_ONE);
    assert_int_equal(rig.last_quote.ask.v, 1001 * PX_ONE);
    say(&rig, "B 0 0 0 11 10 998 1002"); // below the best: no quote
    say(&rig, "B 0 0 0 12 11 998 1000"); // crosses: dropped, no quote either
    until_errors(&rig, FEED_CROSSED, 1);
    assert_int_equal(rig.quotes, 1);
    until(&rig, &rig.resubscribed, 1);
    say(&rig, "B 0 1 0 20 0 999 1001");
    until(&rig, &rig.quotes, 2);
    assert_int_equal(rig.last_quote.bid.v, 999 * PX_ONE);
    rig_finish(&rig);
    (void)state;
}

// WebSocket gone → polled by REST → three failed rounds: stale → back up by itself.
static void test_ladder(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say_quote(&rig, 1000, 1001, 7, 0);
    say(&rig, "B 0 0 9 11 8 99 102");
    until_state(&rig, FEED_LIVE);
    rig.turn_away = true;
    loop_send_close(rig.ws, 1012, "maintenance");
    stream_end(rig.ws->stream);
    until_state(&rig, FEED_DOWN);
    assert_string_equal(rig.state.text, "maintenance");
    struct depth depth;
    depth_load(&rig.cache, 0, &depth);
    assert_int_equal(depth.receive_ns, 0);
    rig.answers[MD_REQUEST_QUOTE] = "Q 0 1000 1001 5 0 0";
    until_state(&rig, FEED_POLLING);
    assert_true((rig.last_quote.flags & QUOTE_POLLED) != 0);
    rig.answers[MD_REQUEST_QUOTE] = "503";
    until_state(&rig, FEED_STALE);
    assert_int_equal(counter_read(&feed_stats(rig.feed)->polls_failed), 3);
    assert_false(feed_is_healthy(rig.feed));
    rig.turn_away = false;
    until(&rig, &rig.opens, 2);
    until(&rig, &rig.subscribed, 4);
    say_quote(&rig, 1000, 1001, 3, 0); // numbers may start again after a reconnect
    until_state(&rig, FEED_LIVE);
    assert_int_equal(counter_read(&feed_stats(rig.feed)->reconnects), 1);
    rig_finish(&rig);
    (void)state;
}

// A stream that opens and brings nothing is no quiet market: polled, then stale, and both end with
// the first data.
static void test_open_but_mute(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig.answers[MD_REQUEST_QUOTE] = "Q 0 1000 1001 5 0 0";
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say(&rig, "A"); // an acknowledgement is no data
    until_state(&rig, FEED_POLLING);
    assert_int_equal(rig.opens, 1);
    assert_true((rig.last_quote.flags & QUOTE_POLLED) != 0);
    rig.answers[MD_REQUEST_QUOTE] = "503";
    until_state(&rig, FEED_STALE);
    assert_int_equal(rig.states[FEED_LIVE], 0);
    say_quote(&rig, 1000, 1001, 7, 0);
    until_state(&rig, FEED_LIVE);
    assert_int_equal(rig.opens, 1);
    rig_finish(&rig);
    (void)state;
}

// What a decoder calls a hole in the connection's numbers is mended by a new connection.
static void test_hole_of_quotes(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say_quote(&rig, 1000, 1001, 7, 0);
    until_state(&rig, FEED_LIVE);
    say(&rig, "H");
    until_errors(&rig, FEED_GAP, 1);
    until(&rig, &rig.opens, 2);
    until(&rig, &rig.subscribed, 4);
    assert_int_equal(counter_read(&feed_stats(rig.feed)->reconnects), 1);
    say_quote(&rig, 1000, 1001, 1, 0); // the numbers begin anew
    until_state(&rig, FEED_LIVE);
    rig_finish(&rig);
    (void)state;
}

static void say_book(struct rig *rig, const char *text, uint64_t books) {
    assert_non_null(rig->books);
    assert_true(loop_send_text(rig->books, text));
    until_books(rig, books);
}

// Books on a connection of their own: it may come and go without the quotes', and the other way
// round, and what it brings is no sign of life of the quotes.
static void test_book_connection(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_PREVIOUS;
    invented_venue.book_connection = 1;
    rig.two = true;
    rig_start(&rig);
    until(&rig, &rig.opens, 1);
    until(&rig, &rig.book_opens, 1);
    say_book(&rig, "B 0 1 0 10 0 100 101", 1);
    struct depth depth;
    depth_load(&rig.cache, 0, &depth);
    assert_true(depth.receive_ns > 0);
    assert_int_equal(quote_frame_ns(&rig.cache, 0), 0);
    assert_int_not_equal(atomic_load(&feed_stats(rig.feed)->state), FEED_LIVE);
    say_quote(&rig, 1000, 1001, 7, 0);
    until_state(&rig, FEED_LIVE);
    int64_t frame_ns = quote_frame_ns(&rig.cache, 0);
    assert_true(frame_ns > 0);
    say_book(&rig, "B 0 0 0 11 10 99 102", 2);
    assert_int_equal(quote_frame_ns(&rig.cache, 0), frame_ns);

    loop_send_close(rig.books, 1001, "books away"); // the quotes' connection is not touched
    stream_end(rig.books->stream);
    until(&rig, &rig.book_opens, 2);
    assert_int_equal(atomic_load(&feed_stats(rig.feed)->state), FEED_LIVE);
    assert_int_equal(rig.opens, 1);
    depth_load(&rig.cache, 0, &depth);
    assert_int_equal(depth.receive_ns, 0); // nobody walks a book that is not kept any more
    say_book(&rig, "B 0 1 0 20 0 100 101", 3);

    loop_send_close(rig.ws, 1001, "quotes away"); // and the books' one neither
    stream_end(rig.ws->stream);
    until_state(&rig, FEED_DOWN);
    depth_load(&rig.cache, 0, &depth);
    assert_true(depth.receive_ns > 0);
    until(&rig, &rig.opens, 2);
    assert_int_equal(rig.book_opens, 2);
    rig_finish(&rig);
    (void)state;
}

// Subscriptions go out as fast as the venue takes messages, and not faster.
static void test_pace(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_subscriptions = 6;
    invented_venue.send_burst = 2;
    invented_venue.send_per_minute = 120;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    uint64_t began_ms = uv_now(&rig.loop);
    until(&rig, &rig.subscribed, 3);
    assert_true(uv_now(&rig.loop) - began_ms >= 300); // not at once
    until(&rig, &rig.subscribed, 6);
    uint64_t took_ms = uv_now(&rig.loop) - began_ms;
    assert_true(took_ms >= 1200); // 4 more at 2 a second, the first of them half earned
    rig_finish(&rig);
    (void)state;
}

// The desk's budget of connections: who finds it used up comes back by itself.
static void test_connect_budget(void **state) {
    struct connect_budget budget;
    connect_budget_init(&budget, 3);
    for (int i = 0; i < 3; i++) {
        assert_true(connect_budget_take(&budget, 7000 + i * 400));
    }
    assert_false(connect_budget_take(&budget, 7999));
    assert_true(connect_budget_take(&budget, 8000));

    struct rig rig;
    rig_init(&rig);
    connect_budget_init(&budget, 1);
    int64_t second = mono_now_ns() / NS_PER_S; // this second and the next are used up
    atomic_store(&budget.window, (uint64_t)second << 16 | 1);
    rig.connects = &budget;
    rig_start(&rig);
    assert_int_equal(feed_stats(rig.feed)->reconnects, 0);
    until(&rig, &rig.subscribed, 2);
    assert_true(mono_now_ns() / NS_PER_S > second);
    rig_finish(&rig);
    (void)state;
}

// A venue without a call for its time: the stamps of its messages tell the offset.
static void test_clock_by_stamps(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_tells_time = false;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say_quote(&rig, 1000, 1001, 7, -400); // stamped late: an old price
    until(&rig, &rig.quotes, 1);
    say_quote(&rig, 1000, 1001, 8, 0);
    until(&rig, &rig.quotes, 2);
    int64_t offset_ns = atomic_load(&feed_stats(rig.feed)->offset_ns);
    assert_in_range(offset_ns + 500 * NS_PER_MS, 550 * NS_PER_MS, 570 * NS_PER_MS);
    assert_int_equal(atomic_load(&feed_stats(rig.feed)->round_trip_ns), 0);
    while (!rig.state.clock_known && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig.requests[MD_REQUEST_TIME], 0);
    say_quote(&rig, 1000, 1001, 9, -90000);
    until_errors(&rig, FEED_PAST, 1);
    rig_finish(&rig);
    (void)state;
}

static void test_silence_and_heartbeat(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.heartbeat_ms = 600;
    rig.settings.websocket_timeout_ns = 4000 * NS_PER_MS;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until(&rig, &rig.heartbeats, 2);
    assert_int_equal(rig.opens, 1);
    until(&rig, &rig.opens, 2); // pings are answered, but no data came
    rig_finish(&rig);
    (void)state;
}

static void test_age_limit(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.connection_age_max_s = 1;
    rig_start(&rig);
    until(&rig, &rig.opens, 2);
    rig_finish(&rig);
    (void)state;
}

// An answer that was cut behind the first rules: the others are asked for soon, not in an hour.
static void test_rules_cut(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig.answers[MD_REQUEST_INSTRUMENTS] = "I 0\ncut";
    rig_start(&rig);
    until(&rig, &rig.rules_events, 1);
    rig.answers[MD_REQUEST_INSTRUMENTS] = "I 0\nI 1";
    until(&rig, &rig.rules_events, 3);
    assert_int_equal(rig.requests[MD_REQUEST_INSTRUMENTS], 2);
    rig_finish(&rig);
    (void)state;
}

// Nothing is asked before Retry-After is over.
static void check_limited(const char *status) {
    struct rig rig;
    rig_init(&rig);
    rig.answers[MD_REQUEST_TIME] = status;
    rig_start(&rig);
    until(&rig, &rig.requests[MD_REQUEST_TIME], 1);
    while (counter_read(&feed_stats(rig.feed)->rest_failures) == 0 && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    rig.answers[MD_REQUEST_TIME] = "T";
    uint64_t before_ms = uv_now(&rig.loop);
    until(&rig, &rig.requests[MD_REQUEST_TIME], 2);
    assert_true(uv_now(&rig.loop) - before_ms >= 1500);
    rig_finish(&rig);
}

static void test_limited(void **state) {
    (void)state;
    check_limited("429");
    check_limited("418");
}

static void run_until(struct rig *rig, uint64_t from_ms, uint64_t ms) {
    while (uv_now(&rig->loop) - from_ms < ms && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
}

// A book that comes by subscription is asked for on the stream, whatever REST has to wait for.
static void test_limited_stream(void **state) {
    struct feed_timing timing = feed_timing_defaults;
    timing.tick_ms = 50;
    timing.retry_ms = 100;
    timing.retry_max_ms = 200;
    timing.book_wait_ms = 1000;
    struct rig rig;
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_PREVIOUS;
    rig.timing = &timing;
    rig.answers[MD_REQUEST_TIME] = "429"; // Retry-After: 2
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    say(&rig, "B 0 1 0 10 0 100 101");
    until_books(&rig, 1);
    while (counter_read(&feed_stats(rig.feed)->rest_failures) == 0 && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    uint64_t limited_ms = uv_now(&rig.loop);
    int asked = rig.asked;
    run_until(&rig, limited_ms, 500); // requests are due again, and wait
    say(&rig, "B 0 0 0 12 11 99 102");
    until(&rig, &rig.resubscribed, 1);
    assert_true(uv_now(&rig.loop) - limited_ms < 1900);
    assert_int_equal(rig.asked, asked);
    rig_finish(&rig);
    (void)state;
}

// A book that does not come is asked for again, whatever emptied it: a hole, a crossing, or that
// the first subscription brought nothing.
static void check_asked_again(const char *first, const char *breaks) {
    struct feed_timing timing = feed_timing_defaults;
    timing.tick_ms = 50;
    timing.book_wait_ms = 200;
    timing.retry_ms = 50;
    struct rig rig;
    rig_init(&rig);
    invented_venue.book_rule = BOOK_RULE_PREVIOUS;
    rig.timing = &timing;
    rig_start(&rig);
    until(&rig, &rig.subscribed, 2);
    until(&rig, &rig.rules_events, 1);
    if (first != NULL) {
        say(&rig, first);
        say(&rig, breaks);
    }
    until(&rig, &rig.resubscribed, 3);
    rig_finish(&rig);
}

static void test_asked_again(void **state) {
    (void)state;
    check_asked_again("B 0 1 0 10 0 100 101", "B 0 0 0 12 11 99 102");
    check_asked_again("B 0 1 0 10 0 100 101", "B 0 0 0 11 10 105 106");
    check_asked_again(NULL, NULL);
}

// Without Retry-After: a second, then two, one request each time; then as before.
static void test_limited_silently(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    for (int kind = 0; kind < MD_REQUEST_COUNT; kind++) {
        rig.answers[kind] = "429 silent";
    }
    rig_start(&rig);
    until(&rig, &rig.asked, 1);
    uint64_t first_ms = uv_now(&rig.loop);
    until(&rig, &rig.asked, 2);
    uint64_t second_ms = uv_now(&rig.loop);
    until(&rig, &rig.asked, 3);
    assert_true(second_ms - first_ms >= 900);
    assert_true(uv_now(&rig.loop) - second_ms >= 1900);
    rig.answers[MD_REQUEST_TIME] = "T";
    rig.answers[MD_REQUEST_INSTRUMENTS] = "I 0";
    until(&rig, &rig.rules_events, 1);
    rig_finish(&rig);
}

// Half of the venue's weight is the feed's, polls included: used up, nothing is asked until the
// minute is over.
static void test_weight(void **state) {
    struct rig rig;
    rig_init(&rig);
    invented_venue.weight_per_minute = 20;
    rig.turn_away = true;
    rig.answers[MD_REQUEST_QUOTE] = "Q 0 1000 1001 5 0 0";
    rig.settings.poll_ns = 100 * NS_PER_MS;
    rig_start(&rig);
    uint64_t began_ms = uv_now(&rig.loop), took_ms = 0;
    while (took_ms < 9000 && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
        took_ms = uv_now(&rig.loop) - began_ms;
    }
    int all = 0;
    for (int i = 0; i < MD_REQUEST_COUNT; i++) {
        all += rig.requests[i];
    }
    bool one_minute = began_ms / 60000 == (began_ms + took_ms) / 60000;
    assert_in_range(all, 10, one_minute ? 10 : 20);
    rig_finish(&rig);
    (void)state;
}

static void test_no_venue_there(void **state) {
    struct rig rig;
    rig_init(&rig);
    rig.turn_away = true;
    memset(rig.answers, 0, sizeof(rig.answers));
    rig_start(&rig);
    until_state(&rig, FEED_DOWN);
    rig_finish(&rig); // with requests and a retry on the way: nothing is left on the loop
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_book_by_rest),
        cmocka_unit_test(test_book_by_stream),
        cmocka_unit_test(test_rules_first),
        cmocka_unit_test(test_rules_cut),
        cmocka_unit_test(test_rules_again),
        cmocka_unit_test(test_rules_after_an_outage),
        cmocka_unit_test(test_ladder),
        cmocka_unit_test(test_silence_and_heartbeat),
        cmocka_unit_test(test_age_limit),
        cmocka_unit_test(test_limited),
        cmocka_unit_test(test_limited_silently),
        cmocka_unit_test(test_limited_stream),
        cmocka_unit_test(test_asked_again),
        cmocka_unit_test(test_no_venue_there),
        cmocka_unit_test(test_lost_quotes),
        cmocka_unit_test(test_lost_books),
        cmocka_unit_test(test_numbers_anew),
        cmocka_unit_test(test_settles_on_interval),
        cmocka_unit_test(test_funding_accrues),
        cmocka_unit_test(test_settlement_stands),
        cmocka_unit_test(test_older),
        cmocka_unit_test(test_open_but_mute),
        cmocka_unit_test(test_hole),
        cmocka_unit_test(test_hole_of_quotes),
        cmocka_unit_test(test_book_connection),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_connect_budget),
        cmocka_unit_test(test_clock_by_stamps),
        cmocka_unit_test(test_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
