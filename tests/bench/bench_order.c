// P8: from a tick at the venue to the order that comes back to it, over wss; P8b: from the order of
// the first leg to that of the second; P15: the journal on that way.
//
// A venue's thread on one core sends a best quote a millisecond; every thirtieth is 10 bps below
// the others, stamped just before its write. On the other core, in turn: the desk's own path
// (stream, framing, decoder, filter, cache, engine with every check, a journal written to a file,
// both legs encoded, signed and sent on two WebSockets), and the floor: a bare libwebsockets client
// on its own poll loop that decodes with the same decoder and sends two texts of the same size that
// were written before. Both sleep between the ticks. What the desk has here is a lane's way without
// its table of orders and its rate budgets.
//
// What the desk's own parts take is printed beside what the floor's write takes: the second leg
// cannot come sooner behind the first than its write, which is mostly the system's.
//
// The first quarter of a round is dropped; the figures are of the round in the middle. A third
// thread measures how well the machine keeps time: rounds in a restless minute say nothing.
#include <fcntl.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit/io/folder.h"
#include "base/table.h"
#include "bench_desk.h"
#include "engine/journal_format.h"
#include "exchanges/venue_oe.h"
#include "exchanges/venues.h"
#include "hiccup.h"
#include "io/feed.h"
#include "io/journal.h"
#include "io/ws.h"
#include "loop_side.h"
#include "pin.h"

enum {
    ROUNDS = 3,
    TICKS_PER_ORDER = 30,
    ORDERS = 160, // of a round, about 5 s
    DROPPED = ORDERS / 4,
    KEPT = ORDERS - DROPPED,
    SYMBOLS = 10, // a symbol is proposed anew after 250 ms: they take turns
    VENUES = 3,
    LEGS = 2,
    CALM_BID = 600000, // tenths
    LOW_BID = 599390,
    GOAL_P50_PERMILLE = 1100,
    GOAL_LEGS_NS = 2000,
    GOAL_JOURNAL_NS = 1000,
    GOAL_JOURNAL_PERMILLE = 1200, // of the bare write, where that alone takes longer than the goal
};

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t middle(int64_t *values, size_t count) {
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

// ---- the venue ---------------------------------------------------------------------------------

struct samples {
    int64_t first_ns[ORDERS], legs_ns[ORDERS]; // tick to first order, first to second
    _Atomic int count;
};

struct venue_side {
    struct loop_side loop;
    struct clock clock;
    struct samples *_Atomic samples; // NULL: nobody is measured
    uint64_t update;
    uint32_t low; // the symbol that is cheap now, SYMBOLS: none
    int64_t sent_ns, first_ns;
};

static void symbol_name(uint32_t index, char out[SYMBOL_NAME_MAX]) {
    (void)snprintf(out, SYMBOL_NAME_MAX, "S%u/USDT", index);
}

static void send_quote(struct venue_side *side, struct loop_connection *c, uint32_t symbol,
                       int tenths) {
    char text[256];
    long long now_ms = clock_now_ns(&side->clock) / NS_PER_MS;
    (void)snprintf(text, sizeof(text),
                   "{\"e\":\"bookTicker\",\"u\":%llu,\"E\":%lld,\"T\":%lld,"
                   "\"s\":\"S%uUSDT\",\"ps\":\"S%uUSDT\",\"b\":\"%d.%d0\",\"B\":\"4.120\","
                   "\"a\":\"%d.%d0\",\"A\":\"3.141\",\"st\":1}",
                   (unsigned long long)++side->update, now_ms, now_ms, symbol, symbol, tenths / 10,
                   tenths % 10, (tenths + 1) / 10, (tenths + 1) % 10);
    side->sent_ns = tenths == LOW_BID ? mono_now_ns() : side->sent_ns;
    (void)loop_send_text(c, text);
}

static void send_tick(uv_timer_t *timer) {
    struct venue_side *side = timer->data;
    uint64_t tick = side->update + 1;
    uint32_t symbol = (uint32_t)(tick % SYMBOLS);
    bool low = tick % TICKS_PER_ORDER == 0;
    uint32_t cheap = (uint32_t)(tick / TICKS_PER_ORDER % SYMBOLS);
    for (int i = 0; i < LOOP_CONNECTIONS_MAX; i++) {
        struct loop_connection *c = &side->loop.server.connections[i];
        if (c->upgraded && c->number > 0 && strncmp(c->target, "/public", 7) == 0) {
            side->first_ns = low ? 0 : side->first_ns;
            send_quote(side, c, low ? cheap : symbol, low ? LOW_BID : CALM_BID);
            return;
        }
    }
}

static void take_order(struct venue_side *side) {
    int64_t now_ns = mono_now_ns();
    struct samples *samples = atomic_load(&side->samples);
    if (side->first_ns == 0) {
        side->first_ns = now_ns;
    } else if (samples != NULL && side->first_ns > side->sent_ns) {
        int count = atomic_load(&samples->count);
        if (count < ORDERS) {
            samples->first_ns[count] = side->first_ns - side->sent_ns;
            samples->legs_ns[count] = now_ns - side->first_ns;
            atomic_store(&samples->count, count + 1);
        }
        side->first_ns = INT64_MIN; // what else comes of this tick is no leg
    }
}

static void on_event(struct loop_connection *c, enum ws_event_kind kind,
                     const struct ws_event *event) {
    if (kind == WS_CLOSED) {
        stream_end(c->stream);
    } else if (kind == WS_MESSAGE && strncmp(c->target, "/order", 6) == 0 &&
               event->data.size > 100) {
        take_order(c->server->user);
    }
}

static void on_request(struct loop_connection *c, const struct http_head *head, struct slice body) {
    (void)head;
    (void)body;
    loop_reply(c, 404, "", SLICE("{}"));
}

static const struct loop_script script = {.on_event = on_event, .on_request = on_request};

static void venue_start(struct venue_side *side, SSL_CTX *tls) {
    clock_init_system(&side->clock);
    loop_side_start(&side->loop, tls, &script, side, send_tick);
}

// ---- the desk ----------------------------------------------------------------------------------

struct door { // of one leg's venue
    struct oe oe;
    struct ws *ws;
    uint32_t tag;
    bool open;
    struct oe_message message;
};

struct bench {
    uv_loop_t loop;
    uv_timer_t timer;
    struct settings settings;
    struct universe universe;
    struct quote_cache cache;
    struct clock clock;
    struct desk desk;
    struct engine engine;
    struct feed *feed;
    struct door doors[LEGS];
    struct event_order sent[64]; // not ended yet
    uint32_t sent_count;
    size_t order_size; // of the text of the newest
    uint32_t update, ticks;
    int stopped;
    // The desk's journal, and by turns, as its floor, one bare write() of the same bytes to a file
    // beside it. Passes that send an order are measured.
    struct journal_folder folder;
    struct journal journal;
    struct journal_sink sink;
    unsigned char bare[1 << 20];
    size_t bare_size;
    int bare_fd;
    bool bare_turn, ordered;
    uint64_t commits;
    struct histogram journal_ns, bare_ns;
    struct histogram encode_ns[LEGS], write_ns[LEGS]; // of the desk's own time
    struct state_quantiles decide;                    // of the last round
    const struct samples *samples;
};

static void journal_append(void *arg, const struct event *event) {
    struct bench *b = arg;
    b->ordered = b->ordered || event->header.kind == EVENT_ORDER_COMMAND;
    if (b->bare_turn) {
        ASSERT(b->bare_size + journal_record_size(event) <= sizeof(b->bare));
        b->bare_size += journal_encode(event, b->bare + b->bare_size);
    } else {
        b->sink.append(b->sink.arg, event);
    }
}

static enum status journal_commit(void *arg) {
    struct bench *b = arg;
    int64_t start_ns = mono_now_ns();
    if (b->bare_turn) {
        ASSERT(write(b->bare_fd, b->bare, b->bare_size) == (ssize_t)b->bare_size);
    } else {
        ASSERT(b->sink.commit(b->sink.arg) == STATUS_OK);
    }
    int64_t took_ns = mono_now_ns() - start_ns;
    if (b->ordered) {
        histogram_add(b->bare_turn ? &b->bare_ns : &b->journal_ns, (uint64_t)took_ns);
    }
    b->bare_size = 0;
    b->ordered = false;
    b->bare_turn = hash_mix(++b->commits) % 2 == 0; // in no step with what the passes are
    return STATUS_OK;
}

static void open_journal(struct bench *b) {
    char path[] = P_tmpdir "/perpdesk-bench-XXXXXX";
    ASSERT(mkdtemp(path) != NULL);
    struct journal_options options = {
        .mode = DESK_LIVE, .file_bytes_max = UINT64_C(1) << 40, .buffer_bytes = 1 << 20};
    ASSERT(journal_folder_open(&b->folder, path) == STATUS_OK);
    ASSERT(journal_create(&b->journal, &b->folder, &options) == STATUS_OK);
    b->sink = journal_sink(&b->journal);
    b->bare_fd =
        openat(b->folder.fd, "bare", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    ASSERT(b->bare_fd >= 0);
}

static void remove_journal(struct bench *b) {
    journal_finish(&b->journal);
    (void)close(b->bare_fd);
    ASSERT(folder_remove(b->folder.path));
    journal_folder_close(&b->folder);
}

static void on_command(void *arg, const struct event_order *command) {
    struct bench *b = arg;
    if (command->action != ORDER_ACTION_PLACE) {
        return;
    }
    int leg = command->venue == 0 ? 0 : 1;
    struct door *door = &b->doors[leg];
    int64_t start_ns = mono_now_ns();
    struct oe_call call = {.kind = OE_PLACE,
                           .tag = ++door->tag,
                           .symbol = command->symbol,
                           .order = {.side = (enum side)command->side,
                                     .kind = command->type == ORDER_IOC ? OE_IOC : OE_POST_ONLY,
                                     .reduce_only = command->reduce_only,
                                     .price = command->price,
                                     .size = command->size},
                           .client_id = slice_of(command->client_id),
                           .now_ns = clock_now_ns(&b->clock)};
    ASSERT(oe_encode(&door->oe, &call, &door->message) == STATUS_OK);
    int64_t encoded_ns = mono_now_ns();
    b->order_size = door->message.body.size;
    ASSERT(!door->open || ws_send(door->ws, text_slice(&door->message.body)));
    histogram_add(&b->encode_ns[leg], (uint64_t)(encoded_ns - start_ns));
    histogram_add(&b->write_ns[leg], (uint64_t)(mono_now_ns() - encoded_ns));
    ASSERT(b->sent_count < COUNT_OF(b->sent));
    b->sent[b->sent_count++] = *command;
}

// Nobody is there to fill an order: it ends, and with both of them the job.
static void end_orders(struct bench *b, int64_t now_ns) {
    for (uint32_t i = 0; i < b->sent_count; i++) {
        struct event_report report = {.order = b->sent[i].order,
                                      .venue = b->sent[i].venue,
                                      .symbol = b->sent[i].symbol,
                                      .kind = REPORT_EXPIRED};
        engine_input(&b->engine, EVENT_ORDER_REPORT, &report, now_ns);
    }
    b->sent_count = 0;
}

// The other venues' quotes, fresh and calm.
static void refresh(struct bench *b, int64_t now_ns) {
    for (uint16_t venue = 1; venue < VENUES; venue++) {
        for (uint16_t symbol = 0; symbol < SYMBOLS; symbol++) {
            struct quote quote = {.bid = {CALM_BID * (PX_ONE / 10)},
                                  .ask = {(CALM_BID + 1) * (PX_ONE / 10)},
                                  .bid_size = {5 * QTY_ONE},
                                  .ask_size = {5 * QTY_ONE},
                                  .venue_time_ns = now_ns,
                                  .receive_ns = now_ns,
                                  .update = ++b->update};
            quote_store(&b->cache, listing_id(&b->universe, venue, symbol), &quote);
        }
    }
    (void)engine_enter_quotes(&b->engine, now_ns);
}

static void on_tick(uv_timer_t *timer) {
    struct bench *b = timer->data;
    int64_t now_ns = clock_now_ns(&b->clock);
    if (b->ticks++ % 20 == 0) {
        refresh(b, now_ns);
    }
    end_orders(b, now_ns);
    engine_timer(&b->engine, now_ns);
    if (atomic_load(&b->samples->count) == ORDERS) {
        uv_stop(&b->loop);
    }
}

static void on_ws_open(struct ws *ws, void *user) {
    (void)ws;
    ((struct door *)user)->open = true;
}
static void on_ws_message(struct ws *ws, void *user, struct slice data, bool binary) {
    (void)ws;
    (void)user;
    (void)data;
    (void)binary;
}
static void on_ws_closed(struct ws *ws, void *user, uint16_t code, const char *text) {
    (void)ws;
    (void)code;
    (void)text;
    ((struct door *)user)->open = false;
}
static void on_ws_stopped(struct ws *ws, void *user) {
    (void)ws;
    (void)user;
}
static const struct ws_events ws_events = {on_ws_open, on_ws_message, on_ws_closed, on_ws_stopped};

static void door_url(const struct venue_side *side, int leg, char out[128]) {
    char path[16];
    (void)snprintf(path, sizeof(path), "/order%d", leg);
    loop_server_url(&side->loop.server, "wss", "127.0.0.1", path, out, 128);
}

static void open_door(struct bench *b, const struct venue_side *side, int leg, SSL_CTX *tls) {
    struct door *door = &b->doors[leg];
    char url[128];
    struct ws_config config = ws_config_defaults;
    const struct slice secrets[OE_SECRETS_MAX] = {
        SLICE("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"),
        SLICE("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")};
    const struct venue *venue = venue_find(SLICE("binance"));
    ASSERT(oe_create(&door->oe, venue->oe, venue->md, &b->universe, false, secrets) == STATUS_OK);
    for (uint16_t symbol = 0; symbol < SYMBOLS; symbol++) {
        struct listing rules = bench_rules(0, symbol);
        ASSERT(venue->md->native_name(&b->universe.symbols[symbol], rules.native));
        oe_learn(&door->oe, symbol, &rules);
    }
    config.loop = &b->loop;
    config.tls = tls;
    config.seed = (uint64_t)leg;
    config.events = &ws_events;
    config.user = door;
    door_url(side, leg, url);
    ASSERT(ws_create(&door->ws, &config) == STATUS_OK);
    ASSERT(ws_start(door->ws, url, NULL) == STATUS_OK);
}

static void create_desk(struct bench *b) {
    b->settings = bench_settings();
    b->settings.execution.mode = EXECUTION_SAFE_TAKER_ONLY; // both legs at once
    b->settings.feeds.websocket_timeout_ns = 30 * NS_PER_S;
    b->settings.feeds.poll_ns = 5 * NS_PER_S;
    b->settings.feeds.jump_max = BPS(50);
    b->settings.feeds.jump_confirm_ns = 500 * NS_PER_MS;
    b->settings.feeds.volume_min = USD(100);
    clock_init_system(&b->clock);
    ASSERT(universe_create(&b->universe, VENUES, SYMBOLS) == STATUS_OK);
    for (int i = 0; i < VENUES; i++) {
        struct text name = TEXT_OVER(b->universe.venues[i].name);
        text_add_format(&name, "%s%.0d", i == 0 ? "binance" : "venue", i);
    }
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        char name[SYMBOL_NAME_MAX];
        symbol_name(i, name);
        ASSERT(symbol_parse(&b->universe.symbols[i], slice_of(name)) == STATUS_OK);
    }
    ASSERT(quote_cache_create(&b->cache, VENUES * SYMBOLS) == STATUS_OK);
    ASSERT(desk_create(&b->desk, DESK_LIVE, &b->settings, &b->universe) == STATUS_OK);
    struct engine_options options = {
        .universe = &b->universe,
        .cache = &b->cache,
        .journal = {.append = journal_append, .commit = journal_commit, .arg = b},
        .commands = {.send = on_command, .arg = b},
        .depth_sample_ns = 50 * NS_PER_MS,
        .publish_ns = 50 * NS_PER_MS,
        .machine_ns = mono_now_ns};
    ASSERT(engine_create(&b->engine, &options) == STATUS_OK);
    desk_add_components(&b->desk, &b->engine);
    bench_tell_start(&b->engine, clock_now_ns(&b->clock));
}

static void destroy_desk(struct bench *b) {
    b->decide = stages_quantiles(&engine_stages(&b->engine, 0)->decide_ns);
    engine_finish(&b->engine);
    desk_finish(&b->desk);
    quote_cache_finish(&b->cache);
    universe_finish(&b->universe);
}

static void let_go(void *arg) {
    (void)arg;
}

static void desk_round(struct bench *b, const struct venue_side *side, SSL_CTX *tls) {
    char ws[128], rest[128];
    bool no_books[SYMBOLS] = {false};
    create_desk(b);
    loop_server_url(&side->loop.server, "wss", "127.0.0.1", "/public/ws", ws, sizeof(ws));
    loop_server_url(&side->loop.server, "https", "127.0.0.1", "", rest, sizeof(rest));
    struct feed_config config = {.loop = &b->loop,
                                 .venue = venue_find(SLICE("binance"))->md,
                                 .universe = &b->universe,
                                 .cache = &b->cache,
                                 .engine = &b->engine,
                                 .clock = &b->clock,
                                 .settings = &b->settings.feeds,
                                 .tls = tls,
                                 .ws = {ws},
                                 .rest = rest,
                                 .wants_book = no_books};
    ASSERT(uv_loop_init(&b->loop) == 0 && uv_timer_init(&b->loop, &b->timer) == 0);
    b->timer.data = b;
    for (int leg = 0; leg < LEGS; leg++) {
        open_door(b, side, leg, tls);
    }
    ASSERT(feed_create(&b->feed, &config) == STATUS_OK && feed_start(b->feed) == STATUS_OK);
    ASSERT(uv_timer_start(&b->timer, on_tick, 5, 5) == 0);
    (void)uv_run(&b->loop, UV_RUN_DEFAULT);
    feed_stop(b->feed, let_go, NULL);
    uv_close((uv_handle_t *)&b->timer, NULL);
    for (int leg = 0; leg < LEGS; leg++) {
        ws_stop(b->doors[leg].ws, 1000, "over");
    }
    (void)uv_run(&b->loop, UV_RUN_DEFAULT);
    feed_destroy(b->feed);
    for (int leg = 0; leg < LEGS; leg++) {
        ws_destroy(b->doors[leg].ws);
        oe_destroy(&b->doors[leg].oe);
        b->doors[leg] = (struct door){0};
    }
    ASSERT(uv_loop_close(&b->loop) == 0);
    destroy_desk(b);
}

// ---- the floor ---------------------------------------------------------------------------------

struct bare {
    struct md_sink sink; // must be first
    struct md md;
    struct lws *doors[LEGS];
    int open;
    bool failed;
    unsigned char text[LWS_PRE + 1024];
    size_t size;
    struct histogram write_ns[LEGS];
};
static struct bare bare;

static void on_update(struct md_sink *sink, const struct md_update *update) {
    (void)sink;
    if (update->kind == MD_BBO && update->bbo.bid.v == LOW_BID * (PX_ONE / 10) &&
        bare.open == LEGS) {
        for (int leg = 0; leg < LEGS; leg++) {
            int64_t start_ns = mono_now_ns();
            memset(bare.text + LWS_PRE, 'x', bare.size); // the library masks it where it lies
            (void)lws_write(bare.doors[leg], bare.text + LWS_PRE, bare.size, LWS_WRITE_TEXT);
            histogram_add(&bare.write_ns[leg], (uint64_t)(mono_now_ns() - start_ns));
        }
    }
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t size) {
    (void)user;
    (void)wsi;
    int leg = (int)(intptr_t)lws_get_opaque_user_data(wsi) - 1; // the feed's is -1
    if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR) {
        bare.failed = true;
    } else if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED && leg >= 0) {
        bare.open++;
    } else if (reason == LWS_CALLBACK_CLIENT_RECEIVE && leg < 0) {
        bare.md.venue->decode(&bare.md, 0, (struct slice){in, size}, &bare.sink);
    }
    return 0;
}

static struct lws *connect_bare(struct lws_context *context, const struct venue_side *side,
                                const char *path, intptr_t tag) {
    struct lws_client_connect_info connect = {0};
    connect.context = context;
    connect.address = connect.host = "127.0.0.1";
    connect.port = stream_listener_port(&side->loop.server.listener);
    connect.path = path;
    connect.ssl_connection = LCCSCF_USE_SSL;
    connect.alpn = "http/1.1";
    connect.local_protocol_name = "bench";
    connect.opaque_user_data = (void *)tag;
    struct lws *wsi = lws_client_connect_via_info(&connect);
    bare.failed = bare.failed || wsi == NULL;
    return wsi;
}

static void floor_round(const struct venue_side *side, SSL_CTX *tls,
                        const struct universe *universe, size_t size,
                        const struct samples *samples) {
    static const struct lws_protocols protocols[] = {
        {.name = "bench", .callback = on_lws, .rx_buffer_size = 4096}, {0}};
    struct lws_context_creation_info info = {0};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.provided_client_ssl_ctx = tls;
    struct lws_context *context = lws_create_context(&info);
    ASSERT(context != NULL);
    bare.sink = (struct md_sink){on_update};
    bare.size = size;
    bare.open = 0;
    ASSERT(md_create(&bare.md, venue_find(SLICE("binance"))->md, universe, 0) == STATUS_OK);
    bare.doors[0] = connect_bare(context, side, "/order0", 1);
    bare.doors[1] = connect_bare(context, side, "/order1", 2);
    (void)connect_bare(context, side, "/public/ws", 0);
    while (atomic_load(&samples->count) < ORDERS && !bare.failed) {
        (void)lws_service(context, 0);
    }
    lws_context_destroy(context);
    md_finish(&bare.md);
}

// ---- figures -----------------------------------------------------------------------------------

struct figures {
    int64_t p50[ROUNDS], p99[ROUNDS], legs[ROUNDS];
};

static void evaluate(struct samples *samples, struct figures *figures, int round) {
    int64_t *kept = samples->first_ns + DROPPED;
    figures->p50[round] = middle(kept, KEPT);
    figures->p99[round] = kept[KEPT * 99 / 100];
    figures->legs[round] = middle(samples->legs_ns + DROPPED, KEPT);
}

static void print_us(const char *name, int64_t ns) {
    printf(" %s %lld.%lld us", name, (long long)(ns / 1000), (long long)(ns % 1000 / 100));
}

static void print_ratio(int64_t own, int64_t bare_ns) {
    int64_t permille = own * 1000 / bare_ns;
    printf(" ratio %lld.%02lld", (long long)(permille / 1000), (long long)(permille % 1000 / 10));
}

static bool report(const struct bench *b, struct figures *own, struct figures *floor,
                   int64_t hiccups) {
    int64_t p50 = middle(own->p50, ROUNDS), floor_p50 = middle(floor->p50, ROUNDS);
    int64_t legs = middle(own->legs, ROUNDS),
            journal = (int64_t)histogram_quantile(&b->journal_ns, 500000),
            bare_write = (int64_t)histogram_quantile(&b->bare_ns, 500000);
    bool filed = journal <= GOAL_JOURNAL_NS || journal * 1000 <= bare_write * GOAL_JOURNAL_PERMILLE;
    bool calm = hiccups <= HICCUP_SHARE_MAX_PERMILLE;
    bool good = p50 * 1000 <= floor_p50 * GOAL_P50_PERMILLE;
    printf("P8 tick to order at the venue, wss, sleeping, %d rounds:", ROUNDS);
    print_us("p50", p50);
    print_us("floor lws", floor_p50);
    print_ratio(p50, floor_p50);
    print_us("(goal 1.10) p99", middle(own->p99, ROUNDS));
    print_us("floor", middle(floor->p99, ROUNDS));
    printf(" hiccups %lld permille%s %s\n", (long long)hiccups,
           calm ? "" : " (void: restless machine)", good ? "ok" : "FAIL");
    printf("P8b second leg behind the first, both HMAC:");
    print_us("p50", legs);
    print_us("floor lws", middle(floor->legs, ROUNDS));
    printf(" goal 2.0 us %s\n", legs <= GOAL_LEGS_NS ? "ok" : "FAIL");
    printf("of that the desk's own:");
    print_us("decision", b->decide.p50_ns);
    for (int leg = 0; leg < LEGS; leg++) {
        print_us(leg == 0 ? "first encode" : "second encode",
                 (int64_t)histogram_quantile(&b->encode_ns[leg], 500000));
        print_us("write", (int64_t)histogram_quantile(&b->write_ns[leg], 500000));
        print_us("floor", (int64_t)histogram_quantile(&bare.write_ns[leg], 500000));
    }
    printf("\n");
    printf("P15 journal written before the order leaves: p50 %lld ns p99 %lld ns floor write() "
           "p50 %lld ns",
           (long long)journal, (long long)histogram_quantile(&b->journal_ns, 990000),
           (long long)bare_write);
    print_ratio(journal, bare_write);
    printf(" goal %d ns, or 1.20 of the floor %s\n", GOAL_JOURNAL_NS, filed ? "ok" : "FAIL");
    return good && calm && legs <= GOAL_LEGS_NS && filed;
}

int main(void) {
    static struct venue_side side;
    static struct bench bench;
    static struct samples samples;
    static struct figures own, floor;
    struct universe universe;
    struct hiccup hiccup = {0};
    struct tls_authority authority;
    SSL_CTX *server_tls, *client_tls;
    lws_set_log_level(LLL_ERR, NULL);
    open_journal(&bench);
    bench.samples = &samples;
    ASSERT(tls_authority_create(&authority) == STATUS_OK);
    ASSERT(tls_authority_issue(&authority, "127.0.0.1", &server_tls) == STATUS_OK);
    ASSERT(tls_client_create_from_text(&client_tls, slice_of(authority.pem)) == STATUS_OK);
    ASSERT(universe_create(&universe, 1, SYMBOLS) == STATUS_OK);
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        char name[SYMBOL_NAME_MAX];
        symbol_name(i, name);
        ASSERT(symbol_parse(&universe.symbols[i], slice_of(name)) == STATUS_OK);
    }
    venue_start(&side, server_tls);
    hiccup_start(&hiccup);
    pin(1);
    for (int round = 0; round < ROUNDS && !bare.failed; round++) {
        atomic_store(&samples.count, 0);
        atomic_store(&side.samples, &samples);
        desk_round(&bench, &side, client_tls);
        evaluate(&samples, &own, round);
        atomic_store(&samples.count, 0);
        floor_round(&side, client_tls, &universe, bench.order_size, &samples);
        evaluate(&samples, &floor, round);
    }
    int64_t hiccups = hiccup_stop(&hiccup);
    bool good = !bare.failed && report(&bench, &own, &floor, hiccups);
    loop_side_stop(&side.loop);
    universe_finish(&universe);
    SSL_CTX_free(client_tls);
    SSL_CTX_free(server_tls);
    tls_authority_destroy(&authority);
    remove_journal(&bench);
    return good ? 0 : 1;
}
