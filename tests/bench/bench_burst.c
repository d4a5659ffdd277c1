// P2, P2a, P2b: a burst through one wss connection, counted at the quote cache: the desk's feed of
// Binance against a bare libwebsockets client and a raw one (OpenSSL with read-ahead, its own
// framing). The messages come one per TLS record and, in another run, many per record.
//
// A server thread on one core encrypts into memory and writes a block at a time, so that it is
// never what is measured; the clients take turns on the other. The best round of each stands for
// the code; P3 is the processor time of the same rounds.
#include <arpa/inet.h>
#include <inttypes.h>
#include <libwebsockets.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "exchanges/venues.h"
#include "hiccup.h"
#include "io/feed.h"
#include "io/tls.h"
#include "io/ws_frame.h"
#include "io/ws_handshake.h"
#include "pin.h"

enum {
    ROUNDS = 5,
    MESSAGES = 200000,
    BLOCK = 1 << 18, // bytes encrypted before a write
    RECORD_MAX = 16000,
    READ_MAX = 1 << 16,
    CLIENTS = 3, // desk, libwebsockets, raw
};
enum shape { ONE_PER_RECORD, COALESCED, SHAPES };
enum client { DESK, LWS, RAW };

static struct {
    SSL_CTX *server_tls, *client_tls;
    int listener;
    uint16_t port;
    _Atomic int shape;
    _Atomic bool stop;
    unsigned char *stream; // all frames of a burst, one behind the other
    size_t *ends;          // of each frame
} burst;

struct result {
    int64_t rate[CLIENTS][SHAPES];   // messages per second, the best round
    int64_t cpu_ns[CLIENTS][SHAPES]; // of a message, the best round
};

static int64_t cpu_now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

// ---- the venue --------------------------------------------------------------------------------

static void compose(void) {
    burst.stream = malloc((size_t)MESSAGES * 256);
    burst.ends = malloc(MESSAGES * sizeof(*burst.ends));
    ASSERT(burst.stream != NULL && burst.ends != NULL);
    size_t at = 0;
    for (uint32_t n = 0; n < MESSAGES; n++) {
        char data[240];
        struct text text = TEXT_OVER(data);
        text_add_format(&text,
                        "{\"e\":\"bookTicker\",\"u\":%u,\"s\":\"BTCUSDT\",\"b\":\"61800.%02u\","
                        "\"B\":\"%u.500\",\"a\":\"61801.%02u\",\"A\":\"40.660\","
                        "\"T\":1568014460891,\"E\":1568014460893}",
                        100000000 + n, n % 100, 1 + n % 90, n % 100);
        size_t size = ws_frame_write(burst.stream + at, 256, WS_OP_TEXT, text_slice(&text), NULL);
        ASSERT(size > 0);
        at += size;
        burst.ends[n] = at;
    }
}

static bool write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t written = send(fd, data, size, MSG_NOSIGNAL);
        if (written <= 0) {
            return false;
        }
        data += written;
        size -= (size_t)written;
    }
    return true;
}

static bool flush(int fd, BIO *out) {
    char *data;
    long size = BIO_get_mem_data(out, &data);
    bool good = size <= 0 || write_all(fd, data, (size_t)size);
    (void)BIO_reset(out);
    return good;
}

static void send_burst(SSL *ssl, int fd, BIO *out) {
    size_t from = 0;
    int shape = atomic_load(&burst.shape);
    for (uint32_t n = 0; n < MESSAGES; n++) {
        size_t size = burst.ends[n] - from;
        bool more = n + 1 < MESSAGES && burst.ends[n + 1] - from <= RECORD_MAX;
        if (shape == COALESCED && more) {
            continue;
        }
        if (SSL_write(ssl, burst.stream + from, (int)size) != (int)size ||
            (BIO_pending(out) > BLOCK && !flush(fd, out))) {
            return;
        }
        from = burst.ends[n];
    }
    (void)flush(fd, out);
}

// The upgrade, one message of the client, then the burst; it stays open until the client goes.
static void serve(int fd) {
    char request[4096];
    char reply[512];
    struct text text = TEXT_OVER(reply);
    static const char field[] = "Sec-WebSocket-Key: ";
    SSL *ssl = SSL_new(burst.server_tls);
    ASSERT(ssl != NULL && SSL_set_fd(ssl, fd) == 1);
    int size = SSL_accept(ssl) == 1 ? SSL_read(ssl, request, sizeof(request) - 1) : 0;
    request[size > 0 ? size : 0] = '\0';
    const char *key = strcasestr(request, field);
    if (key != NULL) {
        key += sizeof(field) - 1;
        ws_reply_write(&text, (struct slice){key, strcspn(key, "\r")});
        (void)SSL_write(ssl, reply, (int)text.size);
        if (SSL_read(ssl, request, sizeof(request)) > 0) {
            BIO *out = BIO_new(BIO_s_mem());
            ASSERT(out != NULL);
            SSL_set0_wbio(ssl, out);
            send_burst(ssl, fd, out);
            while (recv(fd, request, sizeof(request), 0) > 0) {
            }
        }
    }
    SSL_free(ssl);
    (void)close(fd);
}

static void *serve_one(void *arg) {
    pin(0);
    serve((int)(intptr_t)arg);
    return NULL;
}

static void *listen_run(void *arg) {
    (void)arg;
    for (;;) {
        pthread_t thread;
        int fd = accept(burst.listener, NULL, NULL);
        if (fd < 0 || atomic_load(&burst.stop)) {
            return NULL;
        }
        ASSERT(pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd) == 0);
        (void)pthread_detach(thread);
    }
}

static pthread_t listen_start(void) {
    pthread_t thread;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    burst.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT(burst.listener >= 0 &&
           bind(burst.listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
           listen(burst.listener, 16) == 0 &&
           getsockname(burst.listener, (struct sockaddr *)&address, &size) == 0);
    burst.port = ntohs(address.sin_port);
    ASSERT(pthread_create(&thread, NULL, listen_run, NULL) == 0);
    return thread;
}

// ---- what a client measures -------------------------------------------------------------------

struct count {
    uint32_t messages;
    int64_t first_ns, first_cpu_ns, ns, cpu_ns;
};

// True with the last one.
static bool count_one(struct count *count) {
    if (count->messages++ == 0) {
        count->first_ns = mono_now_ns();
        count->first_cpu_ns = cpu_now_ns();
    }
    if (count->messages < MESSAGES) {
        return false;
    }
    count->ns = mono_now_ns() - count->first_ns;
    count->cpu_ns = cpu_now_ns() - count->first_cpu_ns;
    return true;
}

// ---- the desk's path --------------------------------------------------------------------------

struct desk {
    uv_loop_t loop;
    struct universe universe;
    struct quote_cache cache;
    struct clock clock;
    struct settings_feeds settings;
    struct count count;
};

static void let_go(void *arg) {
    (void)arg;
}

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote) {
    struct desk *desk = arg;
    (void)venue;
    (void)symbol;
    (void)quote;
    if (count_one(&desk->count)) {
        uv_stop(&desk->loop);
    }
}

static struct count run_desk(void) {
    static struct desk desk;
    char ws[64];
    char rest[64];
    bool no_books[1] = {false};
    struct feed *feed;
    (void)snprintf(ws, sizeof(ws), "wss://127.0.0.1:%u/public/ws", burst.port);
    (void)snprintf(rest, sizeof(rest), "https://127.0.0.1:%u", burst.port);
    memset(&desk, 0, sizeof(desk));
    ASSERT(universe_create(&desk.universe, 1, 1) == STATUS_OK);
    ASSERT(symbol_parse(&desk.universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
    ASSERT(quote_cache_create(&desk.cache, 1) == STATUS_OK);
    // Stamps are of 2019, and so is the desk.
    clock_init_scaled(&desk.clock, INT64_C(1568014460893) * NS_PER_MS, 1000000);
    desk.settings = (struct settings_feeds){.websocket_timeout_ns = 30 * NS_PER_S,
                                            .poll_ns = 5 * NS_PER_S,
                                            .jump_max = BPS(50),
                                            .jump_confirm_ns = 500 * NS_PER_MS,
                                            .volume_min = USD(100),
                                            .unknown_size = USD(1000)};
    struct feed_config config = {.loop = &desk.loop,
                                 .venue = venue_find(SLICE("binance"))->md,
                                 .universe = &desk.universe,
                                 .cache = &desk.cache,
                                 .clock = &desk.clock,
                                 .settings = &desk.settings,
                                 .tls = burst.client_tls,
                                 .ws = {ws},
                                 .rest = rest,
                                 .wants_book = no_books,
                                 .on_quote = on_quote,
                                 .on_quote_arg = &desk};
    ASSERT(uv_loop_init(&desk.loop) == 0);
    ASSERT(feed_create(&feed, &config) == STATUS_OK && feed_start(feed) == STATUS_OK);
    (void)uv_run(&desk.loop, UV_RUN_DEFAULT);
    feed_stop(feed, let_go, NULL);
    (void)uv_run(&desk.loop, UV_RUN_DEFAULT);
    feed_destroy(feed);
    ASSERT(uv_loop_close(&desk.loop) == 0);
    quote_cache_finish(&desk.cache);
    universe_finish(&desk.universe);
    return desk.count;
}

// ---- the floors -------------------------------------------------------------------------------

// The decoder alone stands behind both.
struct bare {
    struct md_sink sink; // must be first
    struct md md;
    struct count count;
    bool done;
};

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct bare *bare = (struct bare *)(void *)sink;
    ASSERT(update->kind == MD_BBO);
    bare->done = count_one(&bare->count);
}

static struct universe bare_universe;
static struct bare bare;

static void begin_bare(void) {
    bare = (struct bare){.sink = {on_update}};
    if (bare_universe.symbol_count == 0) {
        ASSERT(universe_create(&bare_universe, 1, 1) == STATUS_OK);
        ASSERT(symbol_parse(&bare_universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
    }
    ASSERT(md_create(&bare.md, venue_find(SLICE("binance"))->md, &bare_universe, 0) == STATUS_OK);
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t size) {
    (void)user;
    unsigned char hello[LWS_PRE + 2] = {0};
    switch ((int)reason) {
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        ASSERT(false);
        return -1;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        lws_callback_on_writable(wsi);
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        memcpy(hello + LWS_PRE, "{}", 2);
        (void)lws_write(wsi, hello + LWS_PRE, 2, LWS_WRITE_TEXT);
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        if (!bare.done) {
            bare.md.venue->decode(&bare.md, 0, (struct slice){in, size}, &bare.sink);
        }
        return 0;
    default:
        return 0;
    }
}

static struct count run_lws(void) {
    static const struct lws_protocols protocols[] = {
        {.name = "bench", .callback = on_lws, .rx_buffer_size = 4096}, {0}};
    struct lws_context_creation_info info = {0};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.provided_client_ssl_ctx = burst.client_tls;
    struct lws_context *context = lws_create_context(&info);
    struct lws_client_connect_info connect = {0};
    ASSERT(context != NULL);
    connect.context = context;
    connect.address = connect.host = "127.0.0.1";
    connect.port = burst.port;
    connect.path = "/public/ws";
    connect.ssl_connection = LCCSCF_USE_SSL;
    connect.alpn = "http/1.1";
    connect.local_protocol_name = "bench";
    begin_bare();
    ASSERT(lws_client_connect_via_info(&connect) != NULL);
    while (!bare.done) {
        (void)lws_service(context, 0);
    }
    lws_context_destroy(context);
    md_finish(&bare.md);
    return bare.count;
}

// Frames of a server: no mask, and here none is longer than 64 KB.
static size_t read_frames(const unsigned char *data, size_t size) {
    size_t at = 0;
    while (size - at >= 4 && !bare.done) {
        bool is_long = data[at + 1] == 126;
        size_t length = is_long ? (size_t)(data[at + 2] << 8 | data[at + 3]) : data[at + 1];
        size_t head = is_long ? 4 : 2;
        if (size - at < head + length) {
            break;
        }
        bare.md.venue->decode(&bare.md, 0, (struct slice){(const char *)data + at + head, length},
                              &bare.sink);
        at += head + length;
    }
    return at;
}

static struct count run_raw(void) {
    static unsigned char data[2 * READ_MAX];
    static const char upgrade[] = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: "
                                  "Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                                  "AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(burst.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SSL *ssl = SSL_new(burst.client_tls);
    begin_bare();
    ASSERT(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    ASSERT(ssl != NULL && SSL_set_fd(ssl, fd) == 1);
    SSL_set_read_ahead(ssl, 1);
    SSL_set_default_read_buffer_len(ssl, READ_MAX);
    ASSERT(SSL_connect(ssl) == 1);
    ASSERT(SSL_write(ssl, upgrade, sizeof(upgrade) - 1) == sizeof(upgrade) - 1);
    ASSERT(SSL_read(ssl, data, sizeof(data)) > 0); // the answer, whole
    ASSERT(SSL_write(ssl, "{}", 2) == 2);          // any bytes begin the burst
    size_t size = 0;
    while (!bare.done) {
        int got = SSL_read(ssl, data + size, (int)(sizeof(data) - size));
        ASSERT(got > 0);
        size += (size_t)got;
        size_t used = read_frames(data, size);
        memmove(data, data + used, size - used);
        size -= used;
    }
    SSL_free(ssl);
    (void)close(fd);
    md_finish(&bare.md);
    return bare.count;
}

// ---- report -----------------------------------------------------------------------------------

static void print_m(int64_t rate) {
    printf("%" PRId64 ".%02" PRId64, rate / 1000000, rate % 1000000 / 10000);
}

static bool report(const struct result *result, enum shape shape, const char *goal, int64_t least,
                   int64_t of_raw, int64_t hiccups) {
    int64_t own = result->rate[DESK][shape];
    int64_t raw = own * 100 / result->rate[RAW][shape];
    int64_t lws = own * 100 / result->rate[LWS][shape];
    bool calm = hiccups <= HICCUP_SHARE_MAX_PERMILLE;
    bool ok = calm && own >= least && raw >= of_raw && lws >= 95;
    printf("%s %s: ", goal, shape == COALESCED ? "many messages per record" : "one per record");
    print_m(own);
    printf(" M/s, raw ");
    print_m(result->rate[RAW][shape]);
    printf(", libwebsockets ");
    print_m(result->rate[LWS][shape]);
    printf("; ratio to raw %" PRId64 ".%02" PRId64 " (goal 0.%02" PRId64
           ") to libwebsockets %" PRId64 ".%02" PRId64 " (P2b 0.95), goal ",
           raw / 100, raw % 100, of_raw, lws / 100, lws % 100);
    print_m(least);
    printf(" M/s; P3 %" PRId64 " ns of a core each, raw %" PRId64 ", libwebsockets %" PRId64
           "; hiccups %" PRId64 " permille%s %s\n",
           result->cpu_ns[DESK][shape], result->cpu_ns[RAW][shape], result->cpu_ns[LWS][shape],
           hiccups, calm ? "" : " (void: restless machine)", ok ? "ok" : "FAIL");
    return ok;
}

int main(void) {
    static struct count (*const clients[CLIENTS])(void) = {run_desk, run_lws, run_raw};
    struct tls_authority authority;
    struct result result = {0};
    struct hiccup hiccup = {0};
    lws_set_log_level(LLL_ERR, NULL);
    ASSERT(tls_authority_create(&authority) == STATUS_OK);
    ASSERT(tls_authority_issue(&authority, "127.0.0.1", &burst.server_tls) == STATUS_OK);
    ASSERT(tls_client_create_from_text(&burst.client_tls, slice_of(authority.pem)) == STATUS_OK);
    compose();
    pthread_t listener = listen_start();
    hiccup_start(&hiccup);
    pin(1);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CLIENTS * SHAPES; i++) {
            int client = i % CLIENTS;
            int shape = i / CLIENTS;
            atomic_store(&burst.shape, shape);
            struct count count = clients[client]();
            int64_t rate = MESSAGES * NS_PER_S / count.ns;
            int64_t cpu_ns = count.cpu_ns / MESSAGES;
            if (rate > result.rate[client][shape]) {
                result.rate[client][shape] = rate;
                result.cpu_ns[client][shape] = cpu_ns;
            }
        }
    }
    int64_t hiccups = hiccup_stop(&hiccup);
    bool ok = report(&result, ONE_PER_RECORD, "P2", 1100000, 87, hiccups);
    ok = report(&result, COALESCED, "P2a", 4000000, 0, hiccups) && ok;
    atomic_store(&burst.stop, true);
    (void)shutdown(burst.listener, SHUT_RDWR);
    (void)pthread_join(listener, NULL);
    universe_finish(&bare_universe);
    free(burst.stream);
    free(burst.ends);
    tls_authority_destroy(&authority);
    return ok ? 0 : 1;
}
