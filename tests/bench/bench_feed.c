// P4: paced latency through wss, from the venue's send to the quote in the cache.
//
// A server thread on one core sends a BBO a millisecond, stamped just before its write; on the
// other core, in turn, the desk's own path (stream, framing, Binance's decoder, filter, quote
// cache) and the floor: a bare libwebsockets client on its own poll loop that only looks for the
// stamp. Same server, same certificate check, same messages, taken in turn; the first quarter of a
// round is dropped and the figures are of the round in the middle. A third thread measures how well
// the machine keeps time: rounds in a restless minute say nothing.
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "exchanges/venues.h"
#include "hiccup.h"
#include "io/feed.h"
#include "loop_side.h"
#include "pin.h"

enum { ROUNDS = 7, MESSAGES = 1200, DROPPED = MESSAGES / 4, KEPT = MESSAGES - DROPPED };
enum {
    GOAL_P50_PERMILLE = 1100,
    GOAL_P99_PERMILLE = 1500,
};

struct samples {
    int64_t ns[MESSAGES];
    int count;
};
struct figures {
    int64_t p50[ROUNDS], p99[ROUNDS];
};

static int64_t base_ns; // stamps count from here, so that they fit a size

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void evaluate(struct samples *samples, struct figures *figures, int round) {
    int64_t *kept = samples->ns + DROPPED;
    qsort(kept, KEPT, sizeof(*kept), compare);
    figures->p50[round] = kept[KEPT / 2];
    figures->p99[round] = kept[KEPT * 99 / 100];
}

static int64_t middle(int64_t *values) {
    qsort(values, ROUNDS, sizeof(*values), compare);
    return values[ROUNDS / 2];
}

// ---- the venue
// -----------------------------------------------------------------------------------

struct venue_side {
    struct loop_side loop;
    uint64_t update;
};

static void send_all(uv_timer_t *timer) {
    struct venue_side *side = timer->data;
    for (int i = 0; i < LOOP_CONNECTIONS_MAX; i++) {
        struct loop_connection *c = &side->loop.server.connections[i];
        if (c->upgraded && c->number > 0) {
            char text[256];
            side->update++;
            int64_t at = mono_now_ns() - base_ns;
            (void)snprintf(
                text, sizeof(text),
                "{\"e\":\"bookTicker\",\"u\":%llu,\"E\":1568014460893,\"T\":1568014460891,"
                "\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\",\"b\":\"61800.10\",\"B\":\"%lld.%08lld\","
                "\"a\":\"61800.20\",\"A\":\"40.66000000\",\"st\":1}",
                (unsigned long long)side->update, (long long)(at / QTY_ONE),
                (long long)(at % QTY_ONE));
            (void)loop_send_text(c, text);
        }
    }
}

static void on_event(struct loop_connection *c, enum ws_event_kind kind,
                     const struct ws_event *event) {
    (void)event;
    if (kind == WS_CLOSED) {
        stream_end(c->stream);
    }
}

static void on_request(struct loop_connection *c, const struct http_head *head, struct slice body) {
    (void)head;
    (void)body;
    loop_reply(c, 404, "", SLICE("{}"));
}

static const struct loop_script script = {.on_event = on_event, .on_request = on_request};

// ---- the desk's path
// -----------------------------------------------------------------------------

struct desk {
    uv_loop_t loop;
    struct universe universe;
    struct quote_cache cache;
    struct clock clock;
    struct settings_feeds settings;
    struct feed *feed;
    struct samples samples;
    bool stopping;
};

static void let_go(void *arg) {
    (void)arg;
}

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote) {
    struct desk *desk = arg;
    (void)venue;
    (void)symbol;
    if (desk->samples.count < MESSAGES) {
        desk->samples.ns[desk->samples.count++] = mono_now_ns() - base_ns - quote->bid_size.v;
    } else if (!desk->stopping) {
        desk->stopping = true;
        uv_stop(&desk->loop);
    }
}

static void desk_round(struct desk *desk, const struct venue_side *side, SSL_CTX *tls) {
    char ws[128];
    char rest[128];
    loop_server_url(&side->loop.server, "wss", "127.0.0.1", "/public/ws", ws, sizeof(ws));
    loop_server_url(&side->loop.server, "https", "127.0.0.1", "", rest, sizeof(rest));
    bool no_books[1] = {false};
    struct feed_config config = {.loop = &desk->loop,
                                 .venue = venue_find(SLICE("binance"))->md,
                                 .universe = &desk->universe,
                                 .cache = &desk->cache,
                                 .clock = &desk->clock,
                                 .settings = &desk->settings,
                                 .tls = tls,
                                 .ws = {ws},
                                 .rest = rest,
                                 .wants_book = no_books,
                                 .on_quote = on_quote,
                                 .on_quote_arg = desk};
    ASSERT(uv_loop_init(&desk->loop) == 0);
    desk->samples.count = 0;
    desk->stopping = false;
    ASSERT(feed_create(&desk->feed, &config) == STATUS_OK && feed_start(desk->feed) == STATUS_OK);
    (void)uv_run(&desk->loop, UV_RUN_DEFAULT);
    feed_stop(desk->feed, let_go, NULL);
    (void)uv_run(&desk->loop, UV_RUN_DEFAULT);
    feed_destroy(desk->feed);
    ASSERT(uv_loop_close(&desk->loop) == 0);
}

// ---- the floor
// -----------------------------------------------------------------------------------

static struct samples floor_samples;
static bool floor_failed;

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t size) {
    (void)wsi;
    (void)user;
    if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR) {
        floor_failed = true;
    }
    if (reason != LWS_CALLBACK_CLIENT_RECEIVE || floor_samples.count == MESSAGES) {
        return 0;
    }
    static const char mark[] = "\"B\":\"";
    const char *at = memmem(in, size, mark, sizeof(mark) - 1);
    int64_t stamp = 0;
    for (at = at != NULL ? at + sizeof(mark) - 1 : ""; (*at >= '0' && *at <= '9') || *at == '.';
         at++) {
        stamp = *at == '.' ? stamp : stamp * 10 + (*at - '0');
    }
    floor_samples.ns[floor_samples.count++] = mono_now_ns() - base_ns - stamp;
    return 0;
}

static void floor_round(const struct venue_side *side, SSL_CTX *tls) {
    static const struct lws_protocols protocols[] = {
        {.name = "bench", .callback = on_lws, .rx_buffer_size = 4096}, {0}};
    struct lws_context_creation_info info = {0};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.provided_client_ssl_ctx = tls;
    struct lws_context *context = lws_create_context(&info);
    ASSERT(context != NULL);
    struct lws_client_connect_info connect = {0};
    connect.context = context;
    connect.address = connect.host = "127.0.0.1";
    connect.port = stream_listener_port(&side->loop.server.listener);
    connect.path = "/public/ws";
    connect.ssl_connection = LCCSCF_USE_SSL;
    connect.alpn = "http/1.1";
    connect.local_protocol_name = "bench";
    floor_samples.count = 0;
    floor_failed = lws_client_connect_via_info(&connect) == NULL;
    while (floor_samples.count < MESSAGES && !floor_failed) {
        (void)lws_service(context, 0);
    }
    lws_context_destroy(context);
}

// ----
// ---------------------------------------------------------------------------------------------

static void print_us(const char *name, int64_t ns) {
    printf(" %s %lld.%lld us", name, (long long)(ns / 1000), (long long)(ns % 1000 / 100));
}

static void print_ratio(int64_t permille, int64_t goal) {
    printf(" ratio %lld.%02lld (goal %lld.%02lld)", (long long)(permille / 1000),
           (long long)(permille % 1000 / 10), (long long)(goal / 1000),
           (long long)(goal % 1000 / 10));
}

static bool report(struct figures *own, struct figures *bare, int64_t hiccups) {
    int64_t p50 = middle(own->p50), floor_p50 = middle(bare->p50);
    int64_t p99 = middle(own->p99), floor_p99 = middle(bare->p99);
    int64_t ratio50 = p50 * 1000 / floor_p50, ratio99 = p99 * 1000 / floor_p99;
    bool calm = hiccups <= HICCUP_SHARE_MAX_PERMILLE;
    bool ok = calm && ratio50 <= GOAL_P50_PERMILLE;
    printf("P4 paced wss 1 k/s, %d rounds:", ROUNDS);
    print_us("p50", p50);
    print_us("floor lws", floor_p50);
    print_ratio(ratio50, GOAL_P50_PERMILLE);
    print_us("p99", p99);
    print_us("floor", floor_p99);
    print_ratio(ratio99, GOAL_P99_PERMILLE);
    printf(" hiccups %lld permille%s %s\n", (long long)hiccups,
           calm ? "" : " (void: restless machine)", ok ? "ok" : "FAIL");
    return ok;
}

int main(void) {
    static struct venue_side side;
    static struct desk desk;
    static struct figures own, bare;
    struct hiccup hiccup = {0};
    struct tls_authority authority;
    SSL_CTX *server_tls, *client_tls;
    base_ns = mono_now_ns();
    lws_set_log_level(LLL_ERR, NULL);
    ASSERT(tls_authority_create(&authority) == STATUS_OK);
    ASSERT(tls_authority_issue(&authority, "127.0.0.1", &server_tls) == STATUS_OK);
    ASSERT(tls_client_create_from_text(&client_tls, slice_of(authority.pem)) == STATUS_OK);
    ASSERT(universe_create(&desk.universe, 1, 1) == STATUS_OK);
    ASSERT(symbol_parse(&desk.universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
    ASSERT(quote_cache_create(&desk.cache, 1) == STATUS_OK);
    clock_init_system(&desk.clock);
    desk.settings = (struct settings_feeds){.websocket_timeout_ns = 30 * NS_PER_S,
                                            .poll_ns = 5 * NS_PER_S,
                                            .jump_max = BPS(50),
                                            .jump_confirm_ns = 500 * NS_PER_MS,
                                            .volume_min = USD(100),
                                            .unknown_size = USD(1000)};
    loop_side_start(&side.loop, server_tls, &script, &side, send_all);
    hiccup_start(&hiccup);
    pin(1);
    for (int round = 0; round < ROUNDS && !floor_failed; round++) {
        desk_round(&desk, &side, client_tls);
        evaluate(&desk.samples, &own, round);
        floor_round(&side, client_tls);
        evaluate(&floor_samples, &bare, round);
    }
    int64_t hiccups = hiccup_stop(&hiccup);
    bool ok = !floor_failed && report(&own, &bare, hiccups);
    if (floor_failed) {
        printf("P4 paced wss: the floor could not connect FAIL\n");
    }
    loop_side_stop(&side.loop);
    quote_cache_finish(&desk.cache);
    universe_finish(&desk.universe);
    SSL_CTX_free(client_tls);
    SSL_CTX_free(server_tls);
    tls_authority_destroy(&authority);
    return ok ? 0 : 1;
}
