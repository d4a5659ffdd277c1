// TLS connections that are made and closed again, all on one loop: reachable or why not, and how
// long the certificate is good for. A certificate that cannot be verified makes no connection.
#include <openssl/x509.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "io/stream.h"
#include "io/url.h"

enum { BUFFER_BYTES = 4096, PROBES_MAX = 2 * VENUE_MAX };

struct round {
    uv_loop_t loop;
    uv_timer_t timer;
    uint32_t left; // not closed yet
    int64_t wait_ns;
    struct one {
        struct round *round;
        struct doctor_probe *probe;
        struct stream *stream;
    } ones[PROBES_MAX];
    uint32_t count;
};

static void on_open(struct stream *stream, void *user) {
    struct doctor_probe *probe = ((struct one *)user)->probe;
    probe->made = true;
    if (stream->ssl != NULL) {
        const X509 *certificate = SSL_get0_peer_certificate(stream->ssl);
        int seconds = 0;
        if (certificate != NULL) {
            (void)ASN1_TIME_diff(&probe->days_left, &seconds, NULL,
                                 X509_get0_notAfter(certificate));
        }
        (void)string_copy(probe->version, sizeof(probe->version),
                          slice_of(SSL_get_version(stream->ssl)));
    }
    stream_close(stream, NULL);
}

static size_t on_data(struct stream *stream, void *user, unsigned char *data, size_t size) {
    (void)stream;
    (void)user;
    (void)data;
    return size; // a venue that speaks first
}

static void end_of_one(struct round *round) {
    if (--round->left == 0) {
        uv_close((uv_handle_t *)&round->timer, NULL);
    }
}

static void on_close(struct stream *stream, void *user, const char *reason) {
    struct one *one = user;
    (void)stream;
    if (!one->probe->made) {
        (void)string_copy(one->probe->reason, sizeof(one->probe->reason), slice_of(reason));
    }
    end_of_one(one->round);
}

static const struct stream_events events = {
    .on_open = on_open, .on_data = on_data, .on_close = on_close};

static void on_time_over(uv_timer_t *timer) {
    struct round *round = timer->data;
    char reason[80];
    (void)snprintf(reason, sizeof(reason), "no connection within %lld ms",
                   (long long)(round->wait_ns / NS_PER_MS));
    for (uint32_t i = 0; i < round->count; i++) {
        struct stream *stream = round->ones[i].stream;
        if (stream != NULL && stream->state != STREAM_IDLE && stream->state != STREAM_CLOSING) {
            stream_close(stream, reason);
        }
    }
}

static enum status begin(struct round *round, struct doctor_probe *probe) {
    struct url url;
    if (probe->url[0] == '\0') {
        return STATUS_OK;
    }
    enum status status = url_parse(&url, probe->url);
    if (status != STATUS_OK) {
        return status;
    }
    (void)snprintf(probe->host, sizeof(probe->host), "%s:%u", url.host, url.port);
    struct one *one = &round->ones[round->count++];
    *one = (struct one){.round = round, .probe = probe};
    struct stream_config config = {.loop = &round->loop,
                                   .tls = url.tls ? probe->tls : NULL,
                                   .receive_max = BUFFER_BYTES,
                                   .send_max = BUFFER_BYTES * 4,
                                   .events = &events,
                                   .user = one};
    status = stream_create(&one->stream, &config);
    if (status == STATUS_OK) {
        round->left++;
        status = stream_connect(one->stream, url.host, NULL, url.port);
        if (status != STATUS_OK) {
            round->left--;
        }
    }
    return status;
}

enum status doctor_probe_all(struct doctor_probe *probes, uint32_t count, int64_t wait_ns) {
    static struct round round;
    ASSERT(count <= PROBES_MAX);
    round = (struct round){.wait_ns = wait_ns};
    if (uv_loop_init(&round.loop) != 0) {
        return status_fail(STATUS_SYSTEM, "no memory for a loop");
    }
    int made = uv_timer_init(&round.loop, &round.timer);
    ASSERT(made == 0);
    round.timer.data = &round;
    enum status status = STATUS_OK;
    round.left = 1; // this function's own
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
        status = begin(&round, &probes[i]);
    }
    made = uv_timer_start(&round.timer, on_time_over,
                          status == STATUS_OK ? (uint64_t)(wait_ns / NS_PER_MS) : 0, 0);
    ASSERT(made == 0);
    end_of_one(&round);
    (void)uv_run(&round.loop, UV_RUN_DEFAULT);
    for (uint32_t i = 0; i < round.count; i++) {
        stream_destroy(round.ones[i].stream);
    }
    made = uv_loop_close(&round.loop);
    ASSERT(made == 0);
    return status;
}
