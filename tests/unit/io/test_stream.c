// Streams over real sockets on loopback: both ends on one loop, plain and TLS, and every way a
// connection may end.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "io/stream.h"
#include "io/tls.h"

enum { BIG = 16 * 1024 * 1024 };

struct end {
    struct stream *stream;
    struct end *other;
    bool opened, echo, keep;
    int closes;
    size_t received, used_at_once, echo_refused;
    uint64_t sum;
    char reason[STREAM_REASON_MAX];
    void (*when_open)(struct end *end);
    size_t to_send, sent;
};

struct bench {
    uv_loop_t loop;
    uv_timer_t limit;
    struct stream_listener listener;
    struct tls_authority authority;
    SSL_CTX *server_tls, *client_tls;
    struct end client, server;
    bool refuse, timed_out;
};

static void on_open(struct stream *stream, void *user) {
    struct end *end = user;
    assert_false(end->opened);
    end->opened = true;
    if (end->when_open != NULL) {
        end->when_open(end);
    }
    (void)stream;
}

static size_t on_data(struct stream *stream, void *user, unsigned char *data, size_t size) {
    struct end *end = user;
    if (end->keep) {
        return 0;
    }
    size_t used = end->used_at_once != 0 && size > end->used_at_once ? end->used_at_once : size;
    for (size_t i = 0; i < used; i++) {
        end->sum = end->sum * 31 + data[i];
    }
    end->received += used;
    if (end->echo && !stream_send(stream, data, used)) {
        end->echo_refused++;
    }
    return used;
}

static void feed_more(struct end *end) {
    unsigned char block[5000];
    while (end->sent < end->to_send) {
        size_t size =
            end->to_send - end->sent < sizeof(block) ? end->to_send - end->sent : sizeof(block);
        for (size_t i = 0; i < size; i++) {
            block[i] = (unsigned char)((end->sent + i) * 7);
        }
        if (!stream_send(end->stream, block, size)) {
            return;
        }
        end->sent += size;
    }
    stream_end(end->stream);
}

static void on_drained(struct stream *stream, void *user) {
    (void)stream;
    struct end *end = user;
    if (end->to_send > 0) {
        feed_more(end);
    }
}

static void on_close(struct stream *stream, void *user, const char *reason) {
    struct end *end = user;
    assert_int_equal(stream->state, STREAM_IDLE);
    end->closes++;
    (void)string_copy(end->reason, sizeof(end->reason), slice_of(reason));
}

static const struct stream_events events = {on_open, on_data, on_drained, on_close};

static struct stream *on_accept(struct stream_listener *listener, void *user) {
    (void)listener;
    struct bench *bench = user;
    return bench->refuse || bench->server.stream->state != STREAM_IDLE ? NULL
                                                                       : bench->server.stream;
}

static void on_limit(uv_timer_t *timer) {
    struct bench *bench = timer->data;
    bench->timed_out = true;
    uv_stop(&bench->loop);
}

static void bench_init(struct bench *bench, bool tls, size_t receive_max, size_t send_max) {
    *bench = (struct bench){0};
    assert_int_equal(uv_loop_init(&bench->loop), 0);
    assert_int_equal(uv_timer_init(&bench->loop, &bench->limit), 0);
    bench->limit.data = bench;
    uv_timer_start(&bench->limit, on_limit, 10000, 0);
    uv_unref((uv_handle_t *)&bench->limit);
    if (tls) {
        assert_int_equal(tls_authority_create(&bench->authority), STATUS_OK);
        assert_int_equal(
            tls_authority_issue(&bench->authority, "venue.example,127.0.0.1", &bench->server_tls),
            STATUS_OK);
        assert_int_equal(
            tls_client_create_from_text(&bench->client_tls, slice_of(bench->authority.pem)),
            STATUS_OK);
    }
    struct stream_config config = {.loop = &bench->loop,
                                   .tls = bench->server_tls,
                                   .receive_max = receive_max,
                                   .send_max = send_max,
                                   .events = &events,
                                   .user = &bench->server};
    assert_int_equal(stream_create(&bench->server.stream, &config), STATUS_OK);
    config.tls = bench->client_tls;
    config.user = &bench->client;
    assert_int_equal(stream_create(&bench->client.stream, &config), STATUS_OK);
    bench->client.other = &bench->server;
    bench->server.other = &bench->client;
    bench->listener.user = bench;
    bench->listener.on_accept = on_accept;
    assert_int_equal(stream_listen(&bench->listener, &bench->loop, 0), STATUS_OK);
    struct sockaddr_in bound;
    int size = sizeof(bound);
    assert_int_equal(uv_tcp_getsockname(&bench->listener.tcp, (struct sockaddr *)&bound, &size), 0);
    assert_int_equal(ntohl(bound.sin_addr.s_addr), INADDR_LOOPBACK);
}

static void bench_connect(struct bench *bench, const char *host) {
    assert_int_equal(stream_connect(bench->client.stream, host, "127.0.0.1",
                                    stream_listener_port(&bench->listener)),
                     STATUS_OK);
}

static bool bench_until(struct bench *bench, const bool *flag, const int *count, int least) {
    while (!bench->timed_out) {
        if ((flag != NULL && *flag) || (count != NULL && *count >= least)) {
            return true;
        }
        uv_run(&bench->loop, UV_RUN_ONCE);
    }
    return false;
}

static void bench_finish(struct bench *bench) {
    stream_close(bench->client.stream, NULL);
    stream_close(bench->server.stream, NULL);
    stream_listener_close(&bench->listener);
    uv_close((uv_handle_t *)&bench->limit, NULL);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
    stream_destroy(bench->client.stream);
    stream_destroy(bench->server.stream);
    SSL_CTX_free(bench->client_tls);
    SSL_CTX_free(bench->server_tls);
    if (bench->authority.key != NULL) {
        tls_authority_destroy(&bench->authority);
    }
    assert_false(bench->timed_out);
}

static void assert_reason(const struct end *end, const char *part) {
    if (strstr(end->reason, part) == NULL) {
        fail_msg("reason '%s' does not say '%s'", end->reason, part);
    }
    assert_int_equal(end->closes, 1);
}

static void say_hello(struct end *end) {
    assert_true(stream_send(end->stream, "hello", 5));
}

static void test_echo(void **state) {
    for (int tls = 0; tls <= 1; tls++) {
        struct bench bench;
        bench_init(&bench, tls, 4096, 4096);
        bench.server.echo = true;
        bench.client.when_open = say_hello;
        for (int round = 1; round <= 3; round++) { // a stream serves one connection after another
            bench_connect(&bench, "venue.example");
            while (bench.client.received < 5 && !bench.timed_out) {
                uv_run(&bench.loop, UV_RUN_ONCE);
            }
            char peer[64];
            struct text text = TEXT_OVER(peer);
            stream_peer(bench.client.stream, &text);
            assert_true(slice_starts(text_slice(&text), SLICE("127.0.0.1:")));
            stream_close(bench.client.stream, "enough");
            assert_true(bench_until(&bench, NULL, &bench.client.closes, round));
            assert_true(bench_until(&bench, NULL, &bench.server.closes, round));
            assert_string_equal(bench.client.reason, "enough");
            assert_string_equal(bench.server.reason, "closed by the peer");
            bench.client.received = bench.server.received = 0;
            bench.client.opened = bench.server.opened = false;
        }
        bench_finish(&bench);
    }
    (void)state;
}

// 16 MiB through a queue of 64 KiB, consumed in odd bites: nothing lost, nothing changed, the end
// seen after it.
static void test_bulk(void **state) {
    for (int tls = 0; tls <= 1; tls++) {
        struct bench bench;
        bench_init(&bench, tls, 20000, 65536);
        bench.server.to_send = BIG;
        bench.server.when_open = feed_more;
        bench.client.used_at_once = 7777;
        bench_connect(&bench, "127.0.0.1");
        assert_true(bench_until(&bench, NULL, &bench.client.closes, 1));
        uint64_t sum = 0;
        for (size_t i = 0; i < BIG; i++) {
            sum = sum * 31 + (unsigned char)(i * 7);
        }
        assert_in_range(bench.client.received, BIG - 20000, BIG);
        if (bench.client.received == BIG) {
            assert_true(bench.client.sum == sum);
        }
        assert_true(bench.server.stream->sends_refused > 0);
        bench_finish(&bench);
    }
    (void)state;
}

static void reset_peer(struct end *end) {
    stream_reset(end->stream);
}
static void end_at_once(struct end *end) {
    stream_end(end->stream);
}

static void test_endings(void **state) {
    static const struct row {
        const char *name, *host;
        bool tls, stranger, refuse;
        void (*server_open)(struct end *);
        const char *client_reason;
    } rows[] = {
        {"reset", "venue.example", false, false, false, reset_peer, "connection reset"},
        {"reset under TLS", "venue.example", true, false, false, reset_peer, "connection reset"},
        {"orderly end", "venue.example", false, false, false, end_at_once, "closed by the peer"},
        {"orderly end under TLS", "venue.example", true, false, false, end_at_once,
         "closed by the peer"},
        {"another name", "other.example", true, false, false, NULL,
         "certificate: hostname mismatch"},
        {"another address", "127.0.0.2", true, false, false, NULL,
         "certificate: IP address mismatch"},
        {"unknown authority", "venue.example", true, true, false, NULL,
         "certificate: certificate signature failure"},
        {"turned away", "venue.example", true, false, true, NULL, "during the TLS handshake"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("# %s\n", rows[i].name);
        struct bench bench;
        bench_init(&bench, rows[i].tls, 4096, 4096);
        bench.refuse = rows[i].refuse;
        bench.server.when_open = rows[i].server_open;
        struct tls_authority stranger = {0};
        if (rows[i].stranger) { // a client that trusts somebody else
            assert_int_equal(tls_authority_create(&stranger), STATUS_OK);
            SSL_CTX_free(bench.client_tls);
            assert_int_equal(tls_client_create_from_text(&bench.client_tls, slice_of(stranger.pem)),
                             STATUS_OK);
            bench.client.stream->config.tls = bench.client_tls;
        }
        bench_connect(&bench, rows[i].host);
        assert_true(bench_until(&bench, NULL, &bench.client.closes, 1));
        assert_reason(&bench.client, rows[i].client_reason);
        if (rows[i].client_reason[0] == 'c' &&
            strstr(rows[i].client_reason, "certificate") != NULL) {
            assert_true(bench_until(&bench, NULL, &bench.server.closes, 1));
            assert_false(bench.client.opened);
            assert_reason(&bench.server, "alert"); // the server hears why
        }
        bench_finish(&bench);
        tls_authority_destroy(&stranger);
    }
    (void)state;
}

static void test_refused_and_unresolved(void **state) {
    struct bench bench;
    bench_init(&bench, false, 4096, 4096);
    uint16_t port = stream_listener_port(&bench.listener);
    stream_listener_close(&bench.listener);
    uv_run(&bench.loop, UV_RUN_NOWAIT);
    assert_int_equal(stream_connect(bench.client.stream, "venue.example", "127.0.0.1", port),
                     STATUS_OK);
    assert_true(bench_until(&bench, NULL, &bench.client.closes, 1));
    assert_reason(&bench.client, "connection refused");
    assert_int_equal(stream_connect(bench.client.stream, "x", "not numeric", 1), STATUS_CONFIG);
    assert_int_equal(stream_connect(bench.client.stream, "", NULL, 1), STATUS_CONFIG);
    assert_int_equal(stream_connect(bench.client.stream, "no-such-host.invalid", NULL, 1),
                     STATUS_OK);
    assert_true(bench_until(&bench, NULL, &bench.client.closes, 2));
    assert_non_null(strstr(bench.client.reason, "resolving no-such-host.invalid"));
    // closed while the resolver works: one on_close, nothing left
    assert_int_equal(stream_connect(bench.client.stream, "localhost", NULL, 1), STATUS_OK);
    stream_close(bench.client.stream, "changed our mind");
    assert_true(bench_until(&bench, NULL, &bench.client.closes, 3));
    assert_string_equal(bench.client.reason, "changed our mind");
    bench_finish(&bench);
    (void)state;
}

static void test_resolved_name(void **state) {
    struct bench bench;
    bench_init(&bench, false, 4096, 4096);
    assert_int_equal(stream_connect(bench.client.stream, "localhost", NULL,
                                    stream_listener_port(&bench.listener)),
                     STATUS_OK);
    // localhost may be ::1 first, where nobody listens: the next address is tried at once
    assert_true(bench_until(&bench, &bench.client.opened, NULL, 0));
    assert_int_equal(bench.client.closes, 0);
    assert_true(bench.client.opened);
    bench_finish(&bench);
    (void)state;
}

// The resolver fails: the addresses known from before are used, each tried in turn within one
// attempt; and a close between two tries ends it cleanly.
static void test_known_addresses(void **state) {
    for (int closed_between = 0; closed_between <= 1; closed_between++) {
        struct bench bench;
        bench_init(&bench, false, 4096, 4096);
        struct stream *stream = bench.client.stream;
        (void)string_copy(stream->addresses_host, STREAM_HOST_MAX, SLICE("no-such-host.invalid"));
        stream->address_count = 2;
        struct sockaddr_in *first = (struct sockaddr_in *)(void *)&stream->addresses[0];
        struct sockaddr_in *second = (struct sockaddr_in *)(void *)&stream->addresses[1];
        assert_int_equal(uv_ip4_addr("127.0.0.2", 0, first), 0); // nobody listens there
        assert_int_equal(uv_ip4_addr("127.0.0.1", 0, second), 0);
        assert_int_equal(stream_connect(stream, "no-such-host.invalid", NULL,
                                        stream_listener_port(&bench.listener)),
                         STATUS_OK);
        if (closed_between) {
            while (!stream->retrying && !bench.timed_out) {
                uv_run(&bench.loop, UV_RUN_ONCE);
                if (bench.client.opened) {
                    break; // both tries within one turn: nothing between to close in
                }
            }
            stream_close(stream, "changed our mind");
            assert_true(bench_until(&bench, NULL, &bench.client.closes, 1));
            assert_string_equal(bench.client.reason, "changed our mind");
        } else {
            assert_true(bench_until(&bench, &bench.client.opened, NULL, 0));
            assert_int_equal(bench.client.closes, 0);
            assert_int_equal(stream->address_next, 1); // where the next attempt begins
        }
        bench_finish(&bench);
    }
    (void)state;
}

static void test_limits(void **state) {
    static char block[4096];
    for (int tls = 0; tls <= 1; tls++) {
        struct bench bench;
        bench_init(&bench, tls, 4096, 4096);
        bench.server.keep = true; // never consumes
        bench_connect(&bench, "venue.example");
        assert_true(bench_until(&bench, &bench.client.opened, NULL, 0));
        assert_false(
            stream_send(bench.client.stream, block, sizeof(block) + 1)); // more than can ever wait
        assert_true(stream_send(bench.client.stream, block, 10));
        stream_cork(bench.client.stream);
        assert_true(stream_send(bench.client.stream, block, 4000));
        assert_false(stream_send(bench.client.stream, block, 200)); // the queue is full
        assert_int_equal(bench.client.stream->sends_refused, 2);
        assert_true(stream_queued(bench.client.stream) >= 4000);
        stream_uncork(bench.client.stream);
        assert_int_equal(stream_queued(bench.client.stream), 0);
        assert_true(
            stream_send(bench.client.stream, block, 4000)); // more than the receiver can hold
        assert_true(bench_until(&bench, NULL, &bench.server.closes, 1));
        assert_reason(&bench.server, "larger than the receive buffer");
        bench_finish(&bench);
    }
    (void)state;
}

// A peer that says nothing, then one that speaks rubbish instead of TLS.
static void test_rubbish_instead_of_tls(void **state) {
    struct bench bench;
    bench_init(&bench, true, 4096, 4096);
    struct end plain = {.when_open = say_hello};
    struct stream_config config = {.loop = &bench.loop,
                                   .receive_max = 4096,
                                   .send_max = 4096,
                                   .events = &events,
                                   .user = &plain};
    assert_int_equal(stream_create(&plain.stream, &config), STATUS_OK);
    assert_int_equal(
        stream_connect(plain.stream, "127.0.0.1", NULL, stream_listener_port(&bench.listener)),
        STATUS_OK);
    assert_true(bench_until(&bench, NULL, &bench.server.closes, 1));
    assert_reason(&bench.server, "TLS handshake");
    assert_true(bench_until(&bench, NULL, &plain.closes, 1));
    stream_destroy(plain.stream);
    bench_finish(&bench);
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),          cmocka_unit_test(test_bulk),
        cmocka_unit_test(test_endings),       cmocka_unit_test(test_refused_and_unresolved),
        cmocka_unit_test(test_resolved_name), cmocka_unit_test(test_known_addresses),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_rubbish_instead_of_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
