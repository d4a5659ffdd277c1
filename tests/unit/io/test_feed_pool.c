// Three feeds on two io threads into one cache and one engine, read from outside while they run.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>

#include "invented_venue.h"
#include "io/feed_pool.h"
#include "loop_server.h"

enum { VENUES = 3, UPDATES = 300 };

struct rig {
    uv_loop_t loop;
    uv_timer_t timer, limit;
    struct loop_server server;
    struct universe universe;
    struct quote_cache cache;
    struct engine engine;
    struct clock clock;
    struct settings_feeds settings;
    struct feed_pool pool;
    long sequence;
    bool timed_out;
    int seen[VENUES]; // inside the engine's lock
};

static enum status on_event(void *self, struct bus *bus, const struct event *event) {
    (void)bus;
    struct rig *rig = self;
    assert_true(event->u.quote.venue < VENUES);
    rig->seen[event->u.quote.venue]++;
    return STATUS_OK;
}
static const struct component witness = {
    .name = "witness", .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED), .on_event = on_event};

static void serve_request(struct loop_connection *c, const struct http_head *head,
                          struct slice body) {
    (void)head;
    (void)body;
    loop_reply(c, 200, "", SLICE("A"));
}

static void serve_event(struct loop_connection *c, enum ws_event_kind kind,
                        const struct ws_event *event) {
    (void)event;
    if (kind == WS_CLOSED) {
        stream_end(c->stream);
    }
}

static const struct loop_script script = {.on_request = serve_request, .on_event = serve_event};

static void send_quotes(uv_timer_t *timer) {
    struct rig *rig = timer->data;
    char text[64];
    rig->sequence++;
    (void)snprintf(text, sizeof(text), "Q 0 %ld %ld 5 %ld 0", 100000 + rig->sequence % 7,
                   100010 + rig->sequence % 7, rig->sequence);
    for (size_t i = 0; i < LOOP_CONNECTIONS_MAX; i++) {
        struct loop_connection *c = &rig->server.connections[i];
        if (c->number > 0 && c->upgraded) {
            (void)loop_send_text(c, text);
        }
    }
}

static void on_limit(uv_timer_t *timer) {
    ((struct rig *)timer->data)->timed_out = true;
}

static bool all_have(struct rig *rig, uint64_t updates) {
    for (uint32_t i = 0; i < rig->pool.feed_count; i++) {
        const struct feed_stats *stats = feed_stats(rig->pool.feeds[i]);
        if (counter_read(&stats->updates) < updates || atomic_load(&stats->state) != FEED_LIVE) {
            return false;
        }
        (void)histogram_quantile(&stats->store_ns, 990000); // as health and console do
    }
    return true;
}

static void rig_init(struct rig *rig) {
    *rig = (struct rig){0};
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(uv_timer_init(&rig->loop, &rig->timer), 0);
    assert_int_equal(uv_timer_init(&rig->loop, &rig->limit), 0);
    rig->timer.data = rig->limit.data = rig;
    uv_timer_start(&rig->timer, send_quotes, 1, 1);
    uv_timer_start(&rig->limit, on_limit, 15000, 0);
    loop_server_start(&rig->server, &rig->loop, NULL, &script, rig, 0);
    assert_int_equal(universe_create(&rig->universe, VENUES, 1), STATUS_OK);
    assert_int_equal(symbol_parse(&rig->universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(quote_cache_create(&rig->cache, VENUES), STATUS_OK);
    struct engine_options options = {.universe = &rig->universe, .cache = &rig->cache};
    assert_int_equal(engine_create(&rig->engine, &options), STATUS_OK);
    engine_add(&rig->engine, &witness, rig);
    clock_init_system(&rig->clock);
    rig->settings = (struct settings_feeds){.websocket_timeout_ns = 20 * NS_PER_S,
                                            .poll_ns = 5 * NS_PER_S,
                                            .jump_max = BPS(50),
                                            .jump_confirm_ns = NS_PER_S,
                                            .unknown_size = USD(1000)};
}

static void rig_finish(struct rig *rig) {
    loop_server_stop(&rig->server);
    uv_close((uv_handle_t *)&rig->timer, NULL);
    uv_close((uv_handle_t *)&rig->limit, NULL);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    loop_server_finish(&rig->server);
    engine_finish(&rig->engine);
    quote_cache_finish(&rig->cache);
    universe_finish(&rig->universe);
}

static void add_feeds(struct rig *rig, struct connect_budget *connects) {
    static char ws[128], rest[128];
    loop_server_url(&rig->server, "ws", "127.0.0.1", "/ws", ws, sizeof(ws));
    loop_server_url(&rig->server, "http", "127.0.0.1", "", rest, sizeof(rest));
    assert_int_equal(feed_pool_create(&rig->pool, 2), STATUS_OK);
    for (uint16_t i = 0; i < VENUES; i++) {
        struct feed_config config = {.venue = &invented_venue,
                                     .venue_index = i,
                                     .universe = &rig->universe,
                                     .cache = &rig->cache,
                                     .engine = &rig->engine,
                                     .clock = &rig->clock,
                                     .settings = &rig->settings,
                                     .ws = {ws},
                                     .rest = rest,
                                     .seed = i,
                                     .connects = connects};
        assert_int_equal(feed_pool_add(&rig->pool, &config, NULL, NULL), STATUS_OK);
    }
}

static void test_three_on_two(void **state) {
    struct rig rig;
    rig_init(&rig);
    add_feeds(&rig, NULL);
    assert_int_equal(rig.pool.threads[0].feed_count, 2);
    assert_int_equal(rig.pool.threads[1].feed_count, 1);
    assert_int_equal(feed_pool_start(&rig.pool), STATUS_OK);
    while (!all_have(&rig, UPDATES) && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
        struct quote quote;
        quote_load(&rig.cache, (uint32_t)(rig.sequence % VENUES), &quote);
        assert_true(quote.update == 0 || quote.ask.v - quote.bid.v == 10 * PX_ONE); // never torn
    }
    assert_false(rig.timed_out);
    feed_pool_request_stop(&rig.pool);
    assert_int_equal(feed_pool_join(&rig.pool), STATUS_OK);
    for (int i = 0; i < VENUES; i++) {
        assert_true(rig.seen[i] > 0);
        assert_int_equal(counter_read(&feed_stats(rig.pool.feeds[i])->errors[FEED_MALFORMED]), 0);
    }
    feed_pool_finish(&rig.pool);
    rig_finish(&rig);
    (void)state;
}

static uint64_t reconnects(const struct rig *rig) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < VENUES; i++) {
        sum += counter_read(&feed_stats(rig->pool.feeds[i])->reconnects);
    }
    return sum;
}

// With one connection a second for all, three venues that start at once come one after the other;
// and one that is thrown out touches no other and comes back by itself.
static void test_come_back(void **state) {
    struct rig rig;
    struct connect_budget connects;
    connect_budget_init(&connects, 1);
    rig_init(&rig);
    add_feeds(&rig, &connects);
    int64_t began_ns = mono_now_ns();
    assert_int_equal(feed_pool_start(&rig.pool), STATUS_OK);
    while (!all_have(&rig, 1) && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_true(mono_now_ns() - began_ns >= NS_PER_S); // in three different seconds
    size_t first = 0;
    while (first + 1 < LOOP_CONNECTIONS_MAX && !rig.server.connections[first].upgraded) {
        first++;
    }
    loop_send_close(&rig.server.connections[first], 1012, "maintenance");
    stream_end(rig.server.connections[first].stream);
    while (reconnects(&rig) == 0 && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    for (int ms = 0; ms < 300; ms++) { // it waits for its back-off
        uv_run(&rig.loop, UV_RUN_ONCE);
        uint32_t live = 0;
        for (uint32_t i = 0; i < VENUES; i++) {
            live += atomic_load(&feed_stats(rig.pool.feeds[i])->state) == FEED_LIVE;
        }
        assert_true(live >= VENUES - 1);
    }
    while (!all_have(&rig, 300) && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_false(rig.timed_out);
    assert_int_equal(reconnects(&rig), 1);
    feed_pool_request_stop(&rig.pool);
    assert_int_equal(feed_pool_join(&rig.pool), STATUS_OK);
    feed_pool_finish(&rig.pool);
    rig_finish(&rig);
    (void)state;
}

// A feed that cannot start stops its thread, and the reason comes back.
static void test_bad_address(void **state) {
    struct rig rig;
    rig_init(&rig);
    assert_int_equal(feed_pool_create(&rig.pool, 1), STATUS_OK);
    struct feed_config config = {.venue = &invented_venue,
                                 .universe = &rig.universe,
                                 .cache = &rig.cache,
                                 .clock = &rig.clock,
                                 .settings = &rig.settings,
                                 .ws = {"ws://venue.example/"},
                                 .rest = "http://127.0.0.1:1"};
    assert_int_equal(feed_pool_add(&rig.pool, &config, NULL, NULL), STATUS_OK);
    assert_int_equal(feed_pool_start(&rig.pool), STATUS_OK);
    assert_int_equal(feed_pool_join(&rig.pool), STATUS_CONFIG);
    assert_non_null(strstr(status_text(), "unencrypted"));
    feed_pool_finish(&rig.pool);
    assert_int_equal(feed_pool_create(&rig.pool, 0), STATUS_OK); // and one that never started
    assert_int_equal(feed_pool_add(&rig.pool, &config, NULL, NULL), STATUS_OK);
    feed_pool_finish(&rig.pool);
    rig_finish(&rig);
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_on_two),
        cmocka_unit_test(test_come_back),
        cmocka_unit_test(test_bad_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
