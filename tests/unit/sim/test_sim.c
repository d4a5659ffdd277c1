// The loopback servers from outside: libcurl for the calls, the desk's own WebSocket client for the
// streams, plain sockets for what is not polite.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include "io/tls.h"
#include "io/ws.h"
#include "sim/sim.h"

struct fetched {
    char body[65536];
    struct text text;
    long status;
};

static size_t collect(char *data, size_t size, size_t count, void *user) {
    struct fetched *fetched = user;
    text_add(&fetched->text, (struct slice){data, size * count});
    return size * count;
}

// Verifies the server against `pem` and nothing else.
static CURLcode fetch(const char *base, const char *path, const char *post, struct slice pem,
                      struct fetched *out) {
    char url[512];
    struct text text = TEXT_OVER(url);
    text_add_format(&text, "%s%s", base, path);
    out->text = TEXT_OVER(out->body);
    CURL *curl = curl_easy_init();
    assert_non_null(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 5000L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    struct curl_blob blob = {(void *)(uintptr_t)pem.data, pem.size, CURL_BLOB_COPY};
    if (pem.size > 0) {
        curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
    }
    if (post != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post);
    }
    CURLcode result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    curl_easy_cleanup(curl);
    return result;
}

static struct sim *start(bool tls, int64_t speed_ppm) {
    struct sim_options options = {
        .path = DEMO_PATH, .speed_ppm = speed_ppm, .loop = true, .tls = tls};
    struct sim *sim;
    assert_int_equal(sim_create(&sim, &options), STATUS_OK);
    assert_int_equal(sim_start(sim), STATUS_OK);
    return sim;
}

// Two venues on one recorded book of `served`: what plays a whole recording plays a small one.
static struct sim *start_small(const char *path, const char *recorded, const char *served,
                               int64_t speed_ppm, bool tls) {
    const struct sim_map map[] = {{recorded, served}, {recorded, "okx"}};
    struct sim_options options = {.path = path,
                                  .map = map,
                                  .map_count = COUNT_OF(map),
                                  .speed_ppm = speed_ppm,
                                  .loop = true,
                                  .tls = tls};
    struct sim *sim;
    assert_int_equal(sim_create(&sim, &options), STATUS_OK);
    assert_int_equal(sim_start(sim), STATUS_OK);
    return sim;
}

static struct fetched fetched;

static void calls(void **state) {
    (void)state;
    static const struct {
        const char *name, *venue, *path, *post;
        long status;
        const char *begin;
    } rows[] = {
        {"time", "binance", "/fapi/v1/time", NULL, 200, "{\"serverTime\":17231614"},
        {"rules", "binance", "/fapi/v1/exchangeInfo", NULL, 200, "{\"timezone\":\"UTC\""},
        {"snapshot", "binance", "/fapi/v1/depth?symbol=BTCUSDT&limit=5", NULL, 200,
         "{\"lastUpdateId\":51231"},
        {"bad symbol", "binance", "/fapi/v1/depth?symbol=NOPE", NULL, 400, "{\"code\":-1121,"},
        {"bad limit", "binance", "/fapi/v1/depth?symbol=BTCUSDT&limit=7", NULL, 400,
         "{\"code\":-4021,"},
        {"no such call", "binance", "/fapi/v1/nope", NULL, 404, "{\"code\":-5000,"},
        {"time", "okx", "/api/v5/public/time", NULL, 200,
         "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"ts\":\"17231614"},
        {"rules", "okx", "/api/v5/public/instruments?instType=SWAP", NULL, 200, "{\"code\":\"0\""},
        {"bad symbol", "okx", "/api/v5/market/books?instId=NOPE", NULL, 200, "{\"code\":\"51001\""},
        {"no symbol", "okx", "/api/v5/market/ticker", NULL, 400, "{\"code\":\"50014\""},
        {"time", "hyperliquid", "/info", "{\"type\":\"exchangeStatus\"}", 200,
         "{\"time\":17231614"},
        {"book", "hyperliquid", "/info", "{\"type\":\"l2Book\",\"coin\":\"BTC\"}", 200,
         "{\"coin\":\"BTC\",\"time\":"},
        {"unknown coin", "hyperliquid", "/info", "{\"type\":\"l2Book\",\"coin\":\"X\"}", 200,
         "null"},
        {"no JSON", "hyperliquid", "/info", "hello", 422, "\""},
        {"wrong method", "hyperliquid", "/info", NULL, 405, "\""},
    };
    for (int tls = 0; tls < 2; tls++) {
        struct sim *sim = start(tls == 1, 0);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            struct sim_endpoint endpoint;
            assert_true(sim_endpoint(sim, rows[i].venue, &endpoint));
            CURLcode result =
                fetch(endpoint.rest, rows[i].path, rows[i].post, sim_authority_pem(sim), &fetched);
            if (result != CURLE_OK || fetched.status != rows[i].status ||
                !slice_starts(text_slice(&fetched.text), slice_of(rows[i].begin))) {
                fail_msg("%s %s: curl %d status %ld body %.80s", rows[i].venue, rows[i].name,
                         (int)result, fetched.status, fetched.body);
            }
        }
        if (tls == 1) { // a stranger's authority does not help
            struct sim_endpoint endpoint;
            struct tls_authority other;
            assert_int_equal(tls_authority_create(&other), STATUS_OK);
            assert_true(sim_endpoint(sim, "okx", &endpoint));
            assert_int_not_equal(
                fetch(endpoint.rest, "/api/v5/public/time", NULL, slice_of(other.pem), &fetched),
                CURLE_OK);
            tls_authority_destroy(&other);
        }
        sim_destroy(sim);
    }
}

// A client on a loop of its own.
struct client {
    uv_loop_t loop;
    struct ws *ws;
    const char *say;
    uint32_t messages, wanted, opened;
    uint16_t code;
    char first[512];
    bool ended;
};

static void client_open(struct ws *ws, void *user) {
    struct client *client = user;
    client->opened++;
    assert_true(ws_send(ws, slice_of(client->say)));
}

static void client_message(struct ws *ws, void *user, struct slice data, bool binary) {
    struct client *client = user;
    assert_false(binary);
    if (client->messages++ == 1) { // behind the acknowledgement
        (void)string_copy(client->first, sizeof(client->first), data);
    }
    if (client->messages == client->wanted) {
        ws_stop(ws, WS_CLOSE_NORMAL, "");
    }
}

static void client_closed(struct ws *ws, void *user, uint16_t code, const char *text) {
    (void)text;
    struct client *client = user;
    client->code = code;
    if (client->wanted == 0) {
        ws_stop(ws, WS_CLOSE_NORMAL, "");
    }
}

static void client_stopped(struct ws *ws, void *user) {
    (void)ws;
    ((struct client *)user)->ended = true;
}

static const struct ws_events client_events = {client_open, client_message, client_closed,
                                               client_stopped};

static void run_client(struct client *client, struct sim *sim, const char *venue, const char *path,
                       const char *say, uint32_t wanted) {
    memset(client, 0, sizeof(*client));
    client->say = say;
    client->wanted = wanted;
    assert_int_equal(uv_loop_init(&client->loop), 0);
    SSL_CTX *tls = NULL;
    if (sim_authority_pem(sim).size > 0) {
        assert_int_equal(tls_client_create_from_text(&tls, sim_authority_pem(sim)), STATUS_OK);
    }
    struct ws_config config = ws_config_defaults;
    config.loop = &client->loop;
    config.tls = tls;
    config.seed = 1;
    config.events = &client_events;
    config.user = client;
    assert_int_equal(ws_create(&client->ws, &config), STATUS_OK);
    struct sim_endpoint endpoint;
    assert_true(sim_endpoint(sim, venue, &endpoint));
    char url[256];
    struct text text = TEXT_OVER(url);
    text_add_format(&text, "%s%s", endpoint.ws, path);
    assert_int_equal(ws_start(client->ws, url, "127.0.0.1"), STATUS_OK);
    uv_run(&client->loop, UV_RUN_DEFAULT);
    assert_true(client->ended);
    ws_destroy(client->ws);
    assert_int_equal(uv_loop_close(&client->loop), 0);
    SSL_CTX_free(tls);
}

static struct client client;

static void streams(void **state) {
    (void)state;
    static const struct {
        const char *venue, *path, *say, *begin;
    } rows[] = {
        {"binance", "/public/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":1}",
         "{\"e\":\"bookTicker\",\"u\":5123"},
        {"binance", "/public/stream",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":1}",
         "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":5123"},
        {"binance", "/market/ws",
         "{\"method\":\"SUBSCRIBE\",\"params\":[\"ethusdt@markPrice@1s\"],\"id\":1}",
         "{\"e\":\"markPriceUpdate\""},
        {"okx", "/ws/v5/public",
         "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"}]}",
         "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},\"action\":\"snapshot\""},
        {"hyperliquid", "/ws",
         "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"bbo\",\"coin\":\"ETH\"}}",
         "{\"channel\":\"bbo\",\"data\":{\"coin\":\"ETH\""},
    };
    for (int tls = 0; tls < 2; tls++) {
        struct sim *sim = start(tls == 1, 0);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            run_client(&client, sim, rows[i].venue, rows[i].path, rows[i].say, 3);
            if (strncmp(client.first, rows[i].begin, strlen(rows[i].begin)) != 0) {
                fail_msg("%s%s: %s", rows[i].venue, rows[i].path, client.first);
            }
        }
        sim_destroy(sim);
    }
}

static void restart_closes_with_1001(void **state) {
    (void)state;
    struct sim *sim = start_small(DEMO_PATH "/binance-spot-btcusdt.ndjson.gz", "binance-spot",
                                  "hyperliquid", 300 * PPM_ONE, true); // 145 s in half a second
    run_client(&client, sim, "hyperliquid", "/ws",
               "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"bbo\",\"coin\":\"BTC\"}}",
               0);
    assert_int_equal(client.code, WS_CLOSE_GOING_AWAY);
    assert_true(client.messages > 1);
    run_client(
        &client, sim, "okx", "/ws/v5/public",
        "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"bbo-tbt\",\"instId\":\"BTC-USDT-SWAP\"}]}",
        20);
    sim_destroy(sim);
}

static int dial(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void say(int fd, const char *text) {
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

// Reads until the other side closes or `most` bytes came.
static size_t hear(int fd, char *out, size_t most) {
    size_t size = 0;
    ssize_t got;
    while (size < most && (got = recv(fd, out + size, most - size, 0)) > 0) {
        size += (size_t)got;
    }
    return size;
}

static void rude_clients(void **state) {
    (void)state;
    static const char *const rows[] = {
        "GARBAGE\r\n\r\n",
        "GET fapi HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /info HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n",
        "POST /info HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    };
    struct sim *sim = start(false, 0);
    struct sim_endpoint endpoint;
    assert_true(sim_endpoint(sim, "hyperliquid", &endpoint));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char answer[512] = {0};
        int fd = dial(endpoint.port);
        say(fd, rows[i]);
        (void)hear(fd, answer, sizeof(answer) - 1);
        close(fd);
        if (strncmp(answer, "HTTP/1.1 400 ", 13) != 0) {
            fail_msg("row %zu: %s", i, answer);
        }
    }
    assert_int_equal(counter_read(&sim_counters(sim)->bad_requests), COUNT_OF(rows));
    sim_destroy(sim);
}

// The venue's own headers go out, and those of the client come in.
static void headers_travel(void **state) {
    (void)state;
    static const struct {
        const char *venue, *say, *status, *part;
    } rows[] = {
        {"binance", "GET /fapi/v1/time HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 200 OK\r\n", "\r\nX-MBX-USED-WEIGHT-1M: 1\r\n"},
        {"extended", "GET /api/v1/info/markets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 403 Forbidden\r\n", "\"code\":403"},
        {"extended",
         "GET /api/v1/info/markets HTTP/1.1\r\nUser-Agent: x\r\nHost: x\r\nConnection: "
         "close\r\n\r\n",
         "HTTP/1.1 200 OK\r\n", "\"status\":\"OK\""},
        {"extended",
         "GET /stream.extended.exchange/v1/orderbooks/NO-USD HTTP/1.1\r\nUser-Agent: x\r\nHost: "
         "x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
         "HTTP/1.1 404 Not Found\r\n", "{\"code\":1001,\"message\":\"Market not found.\"}"},
    };
    struct sim *sim = start(false, 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_endpoint endpoint;
        static char answer[65536];
        assert_true(sim_endpoint(sim, rows[i].venue, &endpoint));
        int fd = dial(endpoint.port);
        say(fd, rows[i].say);
        answer[hear(fd, answer, sizeof(answer) - 1)] = '\0';
        close(fd);
        if (strncmp(answer, rows[i].status, strlen(rows[i].status)) != 0 ||
            strstr(answer, rows[i].part) == NULL) {
            fail_msg("row %zu: %s", i, answer);
        }
    }
    sim_destroy(sim);
}

// An old connection is closed by the venue; the age is set short here.
static void old_connections_end(void **state) {
    (void)state;
    struct sim_options options = {
        .path = DEMO_PATH, .speed_ppm = 20 * PPM_ONE, .loop = true, .connection_age_s = 10};
    struct sim *sim;
    assert_int_equal(sim_create(&sim, &options), STATUS_OK);
    assert_int_equal(sim_start(sim), STATUS_OK);
    run_client(&client, sim, "okx", "/ws/v5/public",
               "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"bbo-tbt\",\"instId\":"
               "\"BTC-USDT-SWAP\"}]}",
               0);
    assert_int_equal(client.code, WS_CLOSE_NORMAL);
    assert_true(client.messages > 1);
    assert_int_equal(counter_read(&sim_counters(sim)->rounds), 0); // not the end of the recording
    sim_destroy(sim);
}

// One that never reads is cut off; another keeps its stream meanwhile.
static void slow_client(void **state) {
    (void)state;
    struct sim *sim = start_small(DEMO_PATH "/binance-usdm-btcusdt.ndjson.gz", "binance", "binance",
                                  300 * PPM_ONE, false);
    struct sim_endpoint endpoint;
    assert_true(sim_endpoint(sim, "binance", &endpoint));
    int fd = dial(endpoint.port);
    int small = 4096;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    say(fd, "GET "
            "/public/stream?streams=btcusdt@bookTicker/btcusdt@depth@0ms "
            "HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: "
            "websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    run_client(&client, sim, "binance", "/public/ws",
               "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":1}", 0);
    assert_true(client.messages > 1000);
    assert_int_equal(counter_read(&sim_counters(sim)->dropped_slow), 1);
    close(fd);
    sim_destroy(sim);
}

static void ports(void **state) {
    (void)state;
    struct sim *first = start(false, 0);
    struct sim_endpoint endpoint;
    assert_true(sim_endpoint(first, "okx", &endpoint));
    assert_true(endpoint.port != 0);
    struct sim_port busy = {"okx", endpoint.port};
    struct sim_options options = {.path = DEMO_PATH, .loop = true, .ports = &busy, .port_count = 1};
    struct sim *second;
    assert_int_equal(sim_create(&second, &options), STATUS_OK);
    assert_int_equal(sim_start(second), STATUS_UNAVAILABLE);
    assert_non_null(strstr(status_text(), "simulator of okx"));
    assert_non_null(strstr(status_text(), "address already in use"));
    sim_destroy(first);
    assert_int_equal(sim_start(second), STATUS_OK); // free now
    assert_true(sim_endpoint(second, "okx", &endpoint));
    assert_int_equal(endpoint.port, busy.port);
    sim_stop(second);
    sim_stop(second);
    sim_destroy(second);
    struct sim_port unknown = {"nowhere", 1};
    options.ports = &unknown;
    assert_int_equal(sim_create(&second, &options), STATUS_USAGE);
    options = (struct sim_options){.path = "/nonexistent/recording"};
    assert_int_equal(sim_create(&second, &options), STATUS_NO_INPUT);
}

int main(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),
        cmocka_unit_test(streams),
        cmocka_unit_test(restart_closes_with_1001),
        cmocka_unit_test(rude_clients),
        cmocka_unit_test(headers_travel),
        cmocka_unit_test(old_connections_end),
        cmocka_unit_test(slow_client),
        cmocka_unit_test(ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
