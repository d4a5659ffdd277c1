// Ten venues over wss in their own wire formats, in one process against a farm in another.
//
// P4: paced latency, 1 000 quotes a second from each, from the move at the venue to the quote in
// the cache. The floor is a bare libwebsockets client on its own loop with the venues' decoders and
// nothing behind them; desk and floor take turns, the first quarter of a round is dropped, and the
// figures are of the round in the middle.
//
// P13: from the start of the process to the first quote of all ten in the cache: a child of this
// program sets a desk up from its default configuration and stops at the tenth venue's first quote.
// The floor is a child that does ten TLS handshakes.
#include <arpa/inet.h>
#include <inttypes.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exchanges/venue_sim.h"
#include "exchanges/venues.h"
#include "hiccup.h"
#include "load_desk.h"
#include "pin.h"

enum {
    ROUNDS = 5,
    SYMBOLS = 12, // some venues send a symbol's quote every 10 ms at most
    MOVES_PER_S = 10000,
    SAMPLES = 30000, // of a round, about 3 s
    DROPPED = SAMPLES / 4,
    KEPT = SAMPLES - DROPPED,
    STARTS = 9,
    GOAL_P50_PERMILLE = 1100,
    GOAL_TAIL_PERMILLE = 1500,
    GOAL_START_MS = 100,
};

struct samples {
    int64_t ns[SAMPLES];
    _Atomic int count;
};
struct figures {
    int64_t p50[ROUNDS], p99[ROUNDS], p999[ROUNDS];
};

static struct qty steps[FARM_VENUES];

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t middle(int64_t *values, int count) {
    qsort(values, (size_t)count, sizeof(*values), compare);
    return values[count / 2];
}

static void take_sample(struct samples *samples, const struct farm *farm, uint32_t venue,
                        struct qty bid_size) {
    int count = atomic_load_explicit(&samples->count, memory_order_relaxed);
    int64_t moved_ns = farm_moved_ns(farm, venue, bid_size, steps[venue]);
    if (count < SAMPLES && moved_ns > 0) {
        samples->ns[count] = mono_now_ns() - moved_ns;
        atomic_store_explicit(&samples->count, count + 1, memory_order_release);
    }
}

static void evaluate(struct samples *samples, struct figures *figures, int round) {
    int64_t *kept = samples->ns + DROPPED;
    qsort(kept, KEPT, sizeof(*kept), compare);
    figures->p50[round] = kept[KEPT / 2];
    figures->p99[round] = kept[KEPT * 99 / 100];
    figures->p999[round] = kept[KEPT * INT64_C(999) / 1000];
}

// ---- the desk ---------------------------------------------------------------------------------

struct desk_round {
    struct samples *samples;
    const struct farm *farm;
};

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote) {
    const struct desk_round *round = arg;
    (void)symbol;
    take_sample(round->samples, round->farm, venue, quote->bid_size);
}

static void run_desk(struct farm *farm, const char *pem, struct samples *samples) {
    static struct load_desk desk;
    struct desk_round round = {samples, farm};
    struct load_hook hook = {on_quote, &round};
    struct timespec pause = {.tv_nsec = 20 * NS_PER_MS};
    atomic_store(&samples->count, 0);
    load_desk_start(&desk, farm, pem, &hook);
    while (atomic_load_explicit(&samples->count, memory_order_acquire) < SAMPLES) {
        (void)nanosleep(&pause, NULL);
    }
    load_desk_stop(&desk);
}

// ---- the floor of P4 --------------------------------------------------------------------------

enum { FLOOR_MESSAGE_MAX = 1 << 18 };

struct bare {
    struct md_sink sink; // must be first
    struct md md;
    uint16_t index;
    uint32_t step; // of the subscriptions
    const struct farm *farm;
    struct samples *samples;
    char *message;
    size_t size;
};

static bool bare_failed;

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct bare *bare = (struct bare *)(void *)sink;
    if (update->kind == MD_BBO) {
        take_sample(bare->samples, bare->farm, bare->index, update->bbo.bid_size);
    } else if (update->kind == MD_BOOK && bare->md.venue->quote_from_book) {
        for (uint32_t i = 0; i < update->book.bid_count; i++) {
            if (update->book.bids[i].size.v > 0) { // the best one changes with each move
                take_sample(bare->samples, bare->farm, bare->index, update->book.bids[i].size);
                return;
            }
        }
    }
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t size) {
    (void)user;
    struct bare *bare = lws_get_opaque_user_data(wsi);
    static char buffer[LWS_PRE + (1 << 16)];
    struct text text = text_over(buffer + LWS_PRE, sizeof(buffer) - LWS_PRE);
    switch ((int)reason) {
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        bare_failed = true;
        return 0;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: { // Extended takes nobody without a name
        static const char agent[] = "bench";
        unsigned char **at = in;
        return lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_USER_AGENT,
                                            (const unsigned char *)agent, sizeof(agent) - 1, at,
                                            *at + size);
    }
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        lws_callback_on_writable(wsi);
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        if (bare->md.venue->subscribe(&bare->md, 0, bare->step, &text)) {
            bare->step++;
            (void)lws_write(wsi, (unsigned char *)text.data, text.size, LWS_WRITE_TEXT);
            lws_callback_on_writable(wsi);
        }
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        break;
    default:
        return 0;
    }
    ASSERT(bare->size + size <= FLOOR_MESSAGE_MAX);
    memcpy(bare->message + bare->size, in, size);
    bare->size += size;
    if (lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0) {
        bare->md.venue->decode(&bare->md, 0, (struct slice){bare->message, bare->size},
                               &bare->sink);
        bare->size = 0;
    }
    return 0;
}

// Markets that are numbers come with the rules; the farm's are those of any world of its symbols.
static void learn_rules(struct bare *bare) {
    static char body[VSIM_SCRATCH_SIZE];
    struct text text = TEXT_OVER(body);
    struct vsim_world world;
    struct md_request request;
    struct listing seen = {.ready = true, .tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
    const struct venue_sim *sim = venue_table[bare->index].sim;
    if (!bare->md.venue->request(&bare->md, MD_REQUEST_INSTRUMENTS, 0, &request)) {
        return;
    }
    ASSERT(vsim_world_create(&world, sim, SYMBOLS) == STATUS_OK);
    for (uint32_t s = 0; s < SYMBOLS; s++) {
        world.listings[s].symbol = &bare->md.universe->symbols[s];
        sim->rules(&bare->md.universe->symbols[s], &seen, &world.listings[s].rules);
    }
    struct slice query = slice_of(request.path);
    struct slice path = vsim_cut(&query, '?');
    struct vsim_request call = {.method = slice_of(request.method),
                                .path = path,
                                .query = query,
                                .body = slice_of(request.body),
                                .headers = SLICE("Content-Type: application/json\r\n")};
    ASSERT(sim->answer(&world, &call, &text) == 200);
    bare->md.venue->decode_rest(&bare->md, MD_REQUEST_INSTRUMENTS, 0, text_slice(&text),
                                &bare->sink);
    vsim_world_finish(&world);
}

static void connect_bare(struct lws_context *context, struct bare *bare) {
    const char *url = bare->md.venue->mainnet.ws[0];
    const char *path = strchr(strstr(url, "://") + 3, '/');
    struct lws_client_connect_info connect = {0};
    connect.context = context;
    connect.address = connect.host = "127.0.0.1";
    connect.port = bare->farm->ports[bare->index];
    connect.path = path == NULL ? "/" : path;
    connect.ssl_connection = LCCSCF_USE_SSL;
    connect.alpn = "http/1.1";
    connect.local_protocol_name = "bench";
    connect.opaque_user_data = bare;
    bare_failed = bare_failed || lws_client_connect_via_info(&connect) == NULL;
}

static void run_bare(struct farm *farm, SSL_CTX *tls, const struct universe *universe,
                     struct samples *samples) {
    static const struct lws_protocols protocols[] = {
        {.name = "bench", .callback = on_lws, .rx_buffer_size = 65536}, {0}};
    static struct bare bares[FARM_VENUES];
    struct lws_context_creation_info info = {0};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.provided_client_ssl_ctx = tls;
    struct lws_context *context = lws_create_context(&info);
    ASSERT(context != NULL);
    atomic_store(&samples->count, 0);
    for (uint16_t v = 0; v < FARM_VENUES; v++) {
        bares[v] = (struct bare){.sink = {on_update},
                                 .index = v,
                                 .farm = farm,
                                 .samples = samples,
                                 .message = malloc(FLOOR_MESSAGE_MAX)};
        ASSERT(bares[v].message != NULL);
        ASSERT(md_create(&bares[v].md, venue_table[v].md, universe, v) == STATUS_OK);
        learn_rules(&bares[v]);
        connect_bare(context, &bares[v]);
    }
    while (atomic_load(&samples->count) < SAMPLES && !bare_failed) {
        (void)lws_service(context, 0);
    }
    lws_context_destroy(context);
    for (uint16_t v = 0; v < FARM_VENUES; v++) {
        md_finish(&bares[v].md);
        free(bares[v].message);
    }
}

// ---- P13 --------------------------------------------------------------------------------------

struct first {
    _Atomic uint32_t seen;
    _Atomic int64_t last_ns;
};

static void on_first(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote) {
    struct first *first = arg;
    (void)symbol;
    (void)quote;
    if ((atomic_fetch_or(&first->seen, UINT32_C(1) << venue) >> venue & 1) == 0) {
        atomic_store(&first->last_ns, mono_now_ns());
    }
}

static void read_pem(const char *path, char *out, size_t capacity) {
    FILE *file = fopen(path, "re");
    ASSERT(file != NULL);
    out[fread(out, 1, capacity - 1, file)] = '\0';
    (void)fclose(file);
}

// In a new process: `started` is when its parent began it.
static int start_desk(struct farm *farm, const char *pem, int64_t started_ns) {
    static struct load_desk desk;
    static struct first first;
    struct load_hook hook = {on_first, &first};
    struct timespec pause = {.tv_nsec = NS_PER_MS / 4};
    load_desk_start(&desk, farm, pem, &hook);
    while (atomic_load(&first.seen) != (UINT32_C(1) << FARM_VENUES) - 1) {
        (void)nanosleep(&pause, NULL);
    }
    printf("%" PRId64 "\n", atomic_load(&first.last_ns) - started_ns);
    (void)fflush(stdout);
    _exit(0);
}

static int start_bare(const struct farm *farm, const char *pem, int64_t started_ns) {
    SSL_CTX *tls;
    ASSERT(tls_client_create_from_text(&tls, slice_of(pem)) == STATUS_OK);
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons(farm->ports[v]),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ASSERT(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
        SSL *ssl = SSL_new(tls);
        ASSERT(ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1);
    }
    printf("%" PRId64 "\n", mono_now_ns() - started_ns);
    (void)fflush(stdout);
    _exit(0);
}

// bench_venues desk|bare STARTED_NS PEM_FILE PORT…
static int start_child(char **argv) {
    static struct farm farm = {.options = {.symbols = 2}};
    static char pem[TLS_AUTHORITY_PEM_MAX];
    int64_t started_ns;
    ASSERT(decimal_parse(slice_of(argv[2]), 0, &started_ns));
    read_pem(argv[3], pem, sizeof(pem));
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        farm.ports[v] = (uint16_t)atoi(argv[4 + v]);
    }
    return strcmp(argv[1], "desk") == 0 ? start_desk(&farm, pem, started_ns)
                                        : start_bare(&farm, pem, started_ns);
}

static int64_t time_child(const char *what, const struct farm *farm, const char *pem_path) {
    char command[512];
    struct text text = TEXT_OVER(command);
    long long ns = -1;
    text_add_format(&text, "exec /proc/%d/exe %s %" PRId64 " %s", (int)getpid(), what,
                    mono_now_ns(), pem_path);
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        text_add_format(&text, " %u", farm->ports[v]);
    }
    FILE *child = popen(command, "re");
    ASSERT(child != NULL);
    int read = fscanf(child, "%lld", &ns);
    ASSERT(pclose(child) == 0 && read == 1);
    return ns;
}

static bool bench_start(struct tls_authority *authority) {
    struct farm_options options = {.symbols = 2, .moves_per_s = 2000};
    struct farm *farm = farm_start(&options, authority);
    char path[] = "/tmp/bench_venues.XXXXXX";
    int64_t own[STARTS];
    int64_t bare[STARTS];
    int fd = mkstemp(path);
    ASSERT(fd >= 0);
    ssize_t written = write(fd, authority->pem, strlen(authority->pem));
    ASSERT(written == (ssize_t)strlen(authority->pem) && close(fd) == 0);
    for (int i = 0; i < STARTS; i++) {
        own[i] = time_child("desk", farm, path);
        bare[i] = time_child("bare", farm, path);
    }
    (void)unlink(path);
    farm_stop(farm);
    int64_t ms10 = middle(own, STARTS) / (NS_PER_MS / 10);
    int64_t floor_ms10 = middle(bare, STARTS) / (NS_PER_MS / 10);
    bool ok = ms10 <= GOAL_START_MS * 10;
    printf("P13 start to the first quote of ten venues, wss: %" PRId64 ".%" PRId64
           " ms, floor of ten handshakes %" PRId64 ".%" PRId64 " ms, ratio %" PRId64 ".%" PRId64
           ", goal %d ms %s\n",
           ms10 / 10, ms10 % 10, floor_ms10 / 10, floor_ms10 % 10, ms10 / floor_ms10,
           ms10 * 10 / floor_ms10 % 10, GOAL_START_MS, ok ? "ok" : "FAIL");
    return ok;
}

// ---- P4 ---------------------------------------------------------------------------------------

static bool print_figure(const char *name, int64_t *own, int64_t *bare, int64_t goal) {
    int64_t a = middle(own, ROUNDS);
    int64_t b = middle(bare, ROUNDS);
    int64_t permille = a * 1000 / b;
    printf(" %s %" PRId64 ".%" PRId64 " us floor %" PRId64 ".%" PRId64 " ratio %" PRId64
           ".%02" PRId64 " (goal %" PRId64 ".%02" PRId64 ")",
           name, a / 1000, a % 1000 / 100, b / 1000, b % 1000 / 100, permille / 1000,
           permille % 1000 / 10, goal / 1000, goal % 1000 / 10);
    return permille <= goal;
}

static bool bench_latency(struct tls_authority *authority) {
    static struct samples samples;
    static struct figures own, bare;
    static struct universe universe;
    struct farm_options options = {.symbols = SYMBOLS, .moves_per_s = MOVES_PER_S};
    struct hiccup hiccup = {0};
    SSL_CTX *tls;
    pin(0);
    struct farm *farm = farm_start(&options, authority);
    ASSERT(universe_create(&universe, FARM_VENUES, SYMBOLS) == STATUS_OK);
    for (uint32_t s = 0; s < SYMBOLS; s++) {
        farm_symbol(s, &universe.symbols[s]);
    }
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        steps[v] = load_desk_step(v);
    }
    ASSERT(tls_client_create_from_text(&tls, slice_of(authority->pem)) == STATUS_OK);
    hiccup_start(&hiccup);
    pin(1);
    for (int round = 0; round < ROUNDS && !bare_failed; round++) {
        run_desk(farm, authority->pem, &samples);
        evaluate(&samples, &own, round);
        run_bare(farm, tls, &universe, &samples);
        evaluate(&samples, &bare, round);
    }
    int64_t hiccups = hiccup_stop(&hiccup);
    SSL_CTX_free(tls);
    universe_finish(&universe);
    farm_stop(farm);
    if (bare_failed) {
        printf("P4 ten venues: the floor could not connect FAIL\n");
        return false;
    }
    bool calm = hiccups <= HICCUP_SHARE_MAX_PERMILLE;
    printf("P4 ten venues x 1 k/s wss, %d rounds:", ROUNDS);
    bool ok = print_figure("p50", own.p50, bare.p50, GOAL_P50_PERMILLE);
    ok = print_figure("p99", own.p99, bare.p99, GOAL_TAIL_PERMILLE) && ok;
    ok = print_figure("p99.9", own.p999, bare.p999, GOAL_TAIL_PERMILLE) && ok && calm;
    printf(" hiccups %" PRId64 " permille%s %s\n", hiccups, calm ? "" : " (void: restless machine)",
           ok ? "ok" : "FAIL");
    return ok;
}

int main(int argc, char **argv) {
    static struct tls_authority authority;
    if (argc == 4 + FARM_VENUES) {
        return start_child(argv);
    }
    lws_set_log_level(LLL_ERR, NULL);
    ASSERT(tls_authority_create(&authority) == STATUS_OK);
    bool ok = bench_start(&authority);
    ok = bench_latency(&authority) && ok;
    tls_authority_destroy(&authority);
    return ok ? 0 : 1;
}
