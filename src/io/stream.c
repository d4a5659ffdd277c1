#include "io/stream_private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIZE_LEAST = 1024, SIZE_MOST = 64 * 1024 * 1024 };

static const char *const state_names[STREAM_STATE_COUNT] = {
    "idle", "resolving", "connecting", "securing", "open", "closing",
};

const char *stream_state_name(enum stream_state state) {
    ASSERT(state < STREAM_STATE_COUNT);
    return state_names[state];
}

static void ignore_sigpipe(void) {
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        action.sa_handler = SIG_IGN;
        ASSERT(sigaction(SIGPIPE, &action, NULL) == 0);
    }
}

enum status stream_create(struct stream **out, const struct stream_config *config) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    ASSERT(pthread_once(&once, ignore_sigpipe) == 0);
    ASSERT(config->loop != NULL && config->events != NULL);
    ASSERT(config->receive_max >= SIZE_LEAST && config->receive_max <= SIZE_MOST);
    ASSERT(config->send_max >= SIZE_LEAST && config->send_max <= SIZE_MOST);
    struct stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a stream");
    }
    stream->config = *config;
    size_t records = config->send_max / STREAM_RECORD_MAX + 1;
    stream->send_capacity = config->send_max + records * STREAM_RECORD_EXTRA + STREAM_PROTOCOL_ROOM;
    stream->receive = malloc(config->receive_max);
    stream->send = malloc(stream->send_capacity);
    stream->cipher = config->tls != NULL ? malloc(STREAM_CIPHER_MAX) : NULL;
    if (stream->receive == NULL || stream->send == NULL ||
        (config->tls != NULL && stream->cipher == NULL)) {
        stream_destroy(stream);
        return status_fail(STATUS_SYSTEM, "no memory for a stream's buffers");
    }
    *out = stream;
    return STATUS_OK;
}

void stream_destroy(struct stream *stream) {
    if (stream == NULL) {
        return;
    }
    ASSERT(stream->state == STREAM_IDLE);
    free(stream->receive);
    free(stream->send);
    free(stream->cipher);
    free(stream);
}

// ---- the end ----------------------------------------------------------------------------------

static void release(struct stream *stream) {
    ASSERT(stream->state == STREAM_CLOSING && stream->pending > 0);
    if (--stream->pending > 0) {
        return;
    }
    ASSERT(!stream->writing && !stream->resolving);
    SSL_free(stream->ssl);
    stream->ssl = NULL;
    stream->state = STREAM_IDLE;
    char reason[STREAM_REASON_MAX];
    memcpy(reason, stream->reason, sizeof(reason));
    stream->config.events->on_close(stream, stream->config.user, reason);
}

static void tcp_closed(uv_handle_t *handle) {
    release(handle->data);
}

static void close_begin(struct stream *stream, const char *reason, bool reset) {
    if (stream->state == STREAM_IDLE || stream->state == STREAM_CLOSING) {
        return;
    }
    if (stream->state == STREAM_OPEN && !reset) {
        stream->corked = false;
        stream_tls_end(stream);
        stream_flush(stream);
        if (stream->state == STREAM_CLOSING) {
            return; // the flush failed and closed already
        }
    }
    stream->state = STREAM_CLOSING;
    if (reason != NULL) {
        (void)string_copy(stream->reason, sizeof(stream->reason), slice_of(reason));
    }
    if (stream->resolving) {
        (void)uv_cancel((uv_req_t *)&stream->resolve_request); // its callback comes either way
    }
    if (stream->retrying) {
        return; // the handle is closing already; its callback lets go
    }
    if (reset && uv_tcp_close_reset(&stream->tcp, tcp_closed) == 0) {
        return;
    }
    uv_close((uv_handle_t *)&stream->tcp, tcp_closed);
}

void stream_close(struct stream *stream, const char *reason) {
    close_begin(stream, reason, false);
}

void stream_reset(struct stream *stream) {
    close_begin(stream, "reset by us", true);
}

void stream_fail(struct stream *stream, const char *format, ...) {
    char reason[STREAM_REASON_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    close_begin(stream, reason, false);
}

// ---- sending ----------------------------------------------------------------------------------

size_t stream_send_room(struct stream *stream) {
    if (!stream->writing && stream->send_at > 0) {
        memmove(stream->send, stream->send + stream->send_at, stream->send_size - stream->send_at);
        stream->send_size -= stream->send_at;
        stream->send_at = 0;
    }
    return stream->send_capacity - stream->send_size;
}

void stream_append(struct stream *stream, const void *data, size_t size) {
    ASSERT(size <= stream->send_capacity - stream->send_size);
    memcpy(stream->send + stream->send_size, data, size);
    stream->send_size += size;
}

size_t stream_queued(const struct stream *stream) {
    return stream->send_size - stream->send_at;
}

static void half_closed(uv_shutdown_t *request, int result) {
    (void)request;
    (void)result; // a failure shows as the end of the connection
}

static void end_when_empty(struct stream *stream) {
    if (!stream->ending || stream->shut || stream->state != STREAM_OPEN ||
        stream_queued(stream) > 0) {
        return;
    }
    stream->shut = true;
    stream_tls_end(stream);
    stream_flush(stream);
    // libuv shuts down behind whatever of close_notify is still queued
    if (stream->state == STREAM_OPEN &&
        uv_shutdown(&stream->shutdown_request, (uv_stream_t *)&stream->tcp, half_closed) != 0) {
        stream_close(stream, "connection lost");
    }
}

static void written(uv_write_t *request, int result) {
    struct stream *stream = request->data;
    stream->writing = false;
    if (stream->state == STREAM_CLOSING) {
        return;
    }
    if (result < 0) {
        stream_fail(stream, "sending: %s", uv_strerror(result));
        return;
    }
    stream->bytes_sent += stream->send_flying;
    stream->send_at += stream->send_flying;
    stream->send_flying = 0;
    stream_flush(stream);
    if (stream->state == STREAM_OPEN && stream_queued(stream) == 0) {
        end_when_empty(stream);
        if (stream->config.events->on_drained != NULL && stream->state == STREAM_OPEN) {
            stream->config.events->on_drained(stream, stream->config.user);
        }
    }
}

// What the socket takes at once of `size` bytes. Closes the stream on an error and then returns
// `size`.
static size_t try_write(struct stream *stream, const unsigned char *data, size_t size) {
    size_t done = 0;
    while (done < size) {
        uv_buf_t part = {.base = (char *)(uintptr_t)(data + done), .len = size - done};
        int count = uv_try_write((uv_stream_t *)&stream->tcp, &part, 1);
        if (count == UV_EAGAIN) {
            break;
        }
        if (count < 0) {
            if (stream->state != STREAM_CLOSING) {
                stream->send_at = stream->send_size; // nothing more to try
                stream_fail(stream, "sending: %s", uv_strerror(count));
            }
            return size;
        }
        done += (size_t)count;
        stream->bytes_sent += (size_t)count;
    }
    return done;
}

void stream_flush(struct stream *stream) {
    if (stream->writing || stream->corked || stream_queued(stream) == 0) {
        return;
    }
    size_t rest = stream_queued(stream);
    size_t done = try_write(stream, stream->send + stream->send_at, rest);
    if (stream->state == STREAM_CLOSING) {
        return;
    }
    stream->send_at += done;
    if (done == rest) {
        stream->send_at = stream->send_size = 0;
        return;
    }
    (void)stream_send_room(
        stream); // to the front: everything behind stays free while this is in flight
    stream->send_flying = stream->send_size;
    stream->write_request.data = stream;
    uv_buf_t part = {.base = (char *)stream->send, .len = stream->send_flying};
    int result = uv_write(&stream->write_request, (uv_stream_t *)&stream->tcp, &part, 1, written);
    if (result < 0) {
        stream->send_at = stream->send_size = stream->send_flying = 0;
        stream_fail(stream, "sending: %s", uv_strerror(result));
        return;
    }
    stream->writing = true;
}

static bool refuse(struct stream *stream) {
    stream->sends_refused++;
    return false;
}

bool stream_send(struct stream *stream, const void *data, size_t size) {
    if (stream->state != STREAM_OPEN || stream->ending) {
        return refuse(stream);
    }
    size_t queued = stream_queued(stream);
    if (size > stream->config.send_max || queued > stream->config.send_max - size) {
        return refuse(stream);
    }
    if (stream->ssl != NULL) {
        size_t extra = (size / STREAM_RECORD_MAX + 1) * STREAM_RECORD_EXTRA;
        if (stream_send_room(stream) < size + extra + STREAM_PROTOCOL_ROOM) {
            return refuse(stream);
        }
        return stream_tls_send(stream, data, size);
    }
    size_t done = 0;
    if (queued == 0 && !stream->corked) {
        done = try_write(stream, data, size);
    } else if (stream_send_room(stream) < size) {
        return refuse(stream);
    }
    if (stream->state != STREAM_OPEN) {
        return false;
    }
    if (done < size) {
        stream_append(stream, (const unsigned char *)data + done, size - done);
        stream_flush(stream);
    }
    return stream->state == STREAM_OPEN;
}

void stream_cork(struct stream *stream) {
    stream->corked = true;
}

void stream_uncork(struct stream *stream) {
    stream->corked = false;
    if (stream->state == STREAM_OPEN || stream->state == STREAM_SECURING) {
        stream_flush(stream);
        end_when_empty(stream);
    }
}

void stream_end(struct stream *stream) {
    if (stream->state != STREAM_OPEN) {
        stream_close(stream, NULL);
        return;
    }
    stream->ending = true;
    stream_flush(stream);
    end_when_empty(stream);
}

// ---- receiving --------------------------------------------------------------------------------

bool stream_deliver(struct stream *stream) {
    if (stream->receive_size == 0) {
        return stream->state == STREAM_OPEN;
    }
    size_t used = stream->config.events->on_data(stream, stream->config.user, stream->receive,
                                                 stream->receive_size);
    if (stream->state != STREAM_OPEN) {
        return false;
    }
    ASSERT(used <= stream->receive_size);
    stream->receive_size -= used;
    if (used > 0 && stream->receive_size > 0) {
        memmove(stream->receive, stream->receive + used, stream->receive_size);
    }
    if (stream->receive_size == stream->config.receive_max) {
        stream_close(stream, "a message is larger than the receive buffer");
        return false;
    }
    return true;
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    (void)suggested;
    struct stream *stream = handle->data;
    if (stream->fills == STREAM_FILLS_MAX) { // enough for this turn: libuv leaves its read loop
        stream->fills = 0;
        *out = (uv_buf_t){.base = NULL, .len = 0};
        return;
    }
    if (stream->config.tls != NULL) {
        *out = (uv_buf_t){.base = (char *)stream->cipher, .len = STREAM_CIPHER_MAX};
        return;
    }
    *out = (uv_buf_t){.base = (char *)stream->receive + stream->receive_size,
                      .len = stream->config.receive_max - stream->receive_size};
}

static void received(uv_stream_t *tcp, ssize_t size, const uv_buf_t *buffer) {
    struct stream *stream = tcp->data;
    if (size == 0 || size == UV_ENOBUFS || stream->state == STREAM_CLOSING) {
        return;
    }
    if (size < 0) {
        const char *when = stream->state == STREAM_SECURING ? " during the TLS handshake" : "";
        if (size == UV_EOF) {
            stream_fail(stream, "closed by the peer%s", when);
        } else {
            stream_fail(stream, "receiving%s: %s", when, uv_strerror((int)size));
        }
        return;
    }
    stream->fills = (size_t)size == buffer->len ? (uint8_t)(stream->fills + 1) : 0;
    stream->bytes_received += (size_t)size;
    if (stream->config.tls != NULL) {
        stream->cipher_at = 0;
        stream->cipher_size = (size_t)size;
        stream_tls_receive(stream);
        return;
    }
    stream->receive_size += (size_t)size;
    (void)stream_deliver(stream);
}

// ---- opening ----------------------------------------------------------------------------------

static bool begin(struct stream *stream, bool server) {
    ASSERT(stream->state == STREAM_IDLE);
    stream->server = server;
    stream->corked = stream->ending = stream->shut = false;
    stream->fills = 0;
    stream->reason[0] = '\0';
    stream->cipher_at = stream->cipher_size = 0;
    stream->receive_size = 0;
    stream->send_at = stream->send_size = stream->send_flying = 0;
    if (uv_tcp_init(stream->config.loop, &stream->tcp) != 0) {
        return false;
    }
    stream->tcp.data = stream;
    stream->pending = 1;
    return true;
}

void stream_opened(struct stream *stream) {
    ASSERT(stream->state == STREAM_CONNECTING || stream->state == STREAM_SECURING);
    stream->state = STREAM_OPEN;
    stream->config.events->on_open(stream, stream->config.user);
}

static void established(struct stream *stream) {
    (void)uv_tcp_nodelay(&stream->tcp, 1);
    if (stream->config.tls != NULL) {
        stream->state = STREAM_SECURING;
    }
    int result = uv_read_start((uv_stream_t *)&stream->tcp, give_room, received);
    if (result < 0) {
        stream_fail(stream, "receiving: %s", uv_strerror(result));
        return;
    }
    if (stream->config.tls == NULL) {
        stream_opened(stream);
    } else {
        (void)stream_tls_start(stream);
    }
}

static void address_print(const struct sockaddr_storage *address, struct text *out) {
    char name[INET6_ADDRSTRLEN] = "?";
    uint16_t port = 0;
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        (void)uv_ip4_name(v4, name, sizeof(name));
        port = ntohs(v4->sin_port);
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        (void)uv_ip6_name(v6, name, sizeof(name));
        port = ntohs(v6->sin6_port);
    }
    text_add_format(out, address->ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", name, port);
}

static struct sockaddr_storage *address_now(struct stream *stream) {
    ASSERT(stream->address_count > 0);
    return &stream->addresses[stream->address_next % stream->address_count];
}

static void connect_now(struct stream *stream);

static void tried(uv_handle_t *handle) {
    struct stream *stream = handle->data;
    stream->retrying = false;
    if (stream->state == STREAM_CLOSING) {
        release(stream);
        return;
    }
    int result = uv_tcp_init(stream->config.loop, &stream->tcp);
    ASSERT(result == 0); // fails for unknown address families only
    connect_now(stream);
}

// A name's next address is tried at once: "localhost" is ::1 first, and nobody may be there.
static void connect_failed(struct stream *stream, int result) {
    char where[INET6_ADDRSTRLEN + 16];
    struct text text = TEXT_OVER(where);
    address_print(address_now(stream), &text);
    stream->address_next++;
    if (stream->tries_left > 0) {
        stream->tries_left--;
        stream->retrying = true;
        uv_close((uv_handle_t *)&stream->tcp, tried);
        return;
    }
    stream_fail(stream, "connecting to %s: %s", where, uv_strerror(result));
}

static void connected(uv_connect_t *request, int result) {
    struct stream *stream = request->data;
    if (stream->state == STREAM_CLOSING || result == UV_ECANCELED) {
        return;
    }
    if (result < 0) {
        connect_failed(stream, result);
        return;
    }
    established(stream);
}

static void connect_now(struct stream *stream) {
    stream->state = STREAM_CONNECTING;
    struct sockaddr_storage *address = address_now(stream);
    if (address->ss_family == AF_INET) {
        ((struct sockaddr_in *)(void *)address)->sin_port = htons(stream->port);
    } else {
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(stream->port);
    }
    stream->connect_request.data = stream;
    int result = uv_tcp_connect(&stream->connect_request, &stream->tcp,
                                (const struct sockaddr *)address, connected);
    if (result < 0) {
        connect_failed(stream, result);
    }
}

static void addresses_keep(struct stream *stream, const struct addrinfo *list) {
    uint32_t count = 0;
    for (; list != NULL && count < STREAM_ADDRESSES_MAX; list = list->ai_next) {
        if (list->ai_addrlen <= sizeof(stream->addresses[0]) &&
            (list->ai_family == AF_INET || list->ai_family == AF_INET6)) {
            memcpy(&stream->addresses[count++], list->ai_addr, list->ai_addrlen);
        }
    }
    if (count > 0) {
        stream->address_count = count;
        memcpy(stream->addresses_host, stream->host, sizeof(stream->addresses_host));
    }
}

static void resolved(uv_getaddrinfo_t *request, int result, struct addrinfo *list) {
    struct stream *stream = request->data;
    stream->resolving = false;
    if (stream->state == STREAM_CLOSING) {
        uv_freeaddrinfo(list);
        release(stream);
        return;
    }
    stream->pending--;
    if (result == 0) {
        addresses_keep(stream, list);
    }
    uv_freeaddrinfo(list);
    if (stream->address_count == 0 || strcmp(stream->addresses_host, stream->host) != 0) {
        stream_fail(stream, "resolving %s: %s", stream->host,
                    result == 0 ? "no usable address" : uv_strerror(result));
        return;
    }
    stream->tries_left = stream->address_count - 1;
    connect_now(stream);
}

static void resolve(struct stream *stream) {
    static const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    stream->state = STREAM_RESOLVING;
    stream->resolve_request.data = stream;
    int result = uv_getaddrinfo(stream->config.loop, &stream->resolve_request, resolved,
                                stream->host, NULL, &hints);
    if (result < 0) {
        stream_fail(stream, "resolving %s: %s", stream->host, uv_strerror(result));
        return;
    }
    stream->resolving = true;
    stream->pending++;
}

enum status stream_connect(struct stream *stream, const char *host, const char *address,
                           uint16_t port) {
    ASSERT(stream->state == STREAM_IDLE);
    struct sockaddr_storage numeric = {0};
    const char *literal = address != NULL ? address : host;
    bool is_numeric = uv_ip4_addr(literal, port, (struct sockaddr_in *)(void *)&numeric) == 0 ||
                      uv_ip6_addr(literal, port, (struct sockaddr_in6 *)(void *)&numeric) == 0;
    if (address != NULL && !is_numeric) {
        return status_fail(STATUS_CONFIG, "'%s' is no numeric address", address);
    }
    if (host[0] == '\0' || !string_copy(stream->host, sizeof(stream->host), slice_of(host))) {
        return status_fail(STATUS_CONFIG, "host name '%s' is empty or too long", host);
    }
    if (!begin(stream, false)) {
        return status_fail(STATUS_SYSTEM, "no socket for %s", host);
    }
    stream->port = port;
    if (is_numeric) {
        stream->addresses[0] = numeric;
        stream->address_count = 1;
        stream->addresses_host[0] = '\0';
        stream->tries_left = 0;
        connect_now(stream);
    } else {
        resolve(stream);
    }
    return STATUS_OK;
}

void stream_accept(struct stream *stream, uv_tcp_t *listener) {
    ASSERT(begin(stream, true)); // fails for unknown address families only
    stream->state = STREAM_CONNECTING;
    int result = uv_accept((uv_stream_t *)listener, (uv_stream_t *)&stream->tcp);
    if (result < 0) {
        stream_fail(stream, "accepting: %s", uv_strerror(result));
        return;
    }
    established(stream);
}

void stream_peer(const struct stream *stream, struct text *out) {
    struct sockaddr_storage address;
    int size = sizeof(address);
    if (stream->state == STREAM_OPEN &&
        uv_tcp_getpeername(&stream->tcp, (struct sockaddr *)&address, &size) == 0) {
        address_print(&address, out);
    }
}
