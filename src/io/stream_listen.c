// The listening side. libuv holds one accepted socket back until it is taken, so a connection
// nobody has a stream for must still be accepted to be closed: that is what `refused` is for.

#include "io/stream_private.h"

enum { LISTEN_BACKLOG = 64 };

static void take_waiting(struct stream_listener *listener);

static void listener_released(struct stream_listener *listener) {
    if (--listener->pending == 0 && listener->on_closed != NULL) {
        listener->on_closed(listener, listener->user);
    }
}

static void refused_closed(uv_handle_t *handle) {
    struct stream_listener *listener = handle->data;
    listener->refusing = false;
    if (!uv_is_closing((uv_handle_t *)&listener->tcp) && listener->waiting) {
        take_waiting(listener);
    }
    listener_released(listener);
}

static void turn_away(struct stream_listener *listener) {
    if (listener->refusing) {
        return; // stays with libuv until the one before is gone
    }
    if (uv_tcp_init(listener->tcp.loop, &listener->refused) != 0) {
        return;
    }
    listener->refused.data = listener;
    listener->refusing = true;
    listener->waiting = false;
    listener->pending++;
    (void)uv_accept((uv_stream_t *)&listener->tcp, (uv_stream_t *)&listener->refused);
    uv_close((uv_handle_t *)&listener->refused, refused_closed);
}

static void take_waiting(struct stream_listener *listener) {
    struct stream *stream = listener->on_accept(listener, listener->user);
    if (stream == NULL) {
        turn_away(listener);
        return;
    }
    listener->waiting = false;
    stream_accept(stream, &listener->tcp);
}

static void connection_waits(uv_stream_t *tcp, int result) {
    struct stream_listener *listener = tcp->data;
    if (result == 0) {
        listener->waiting = true;
        take_waiting(listener);
    }
}

enum status stream_listen(struct stream_listener *listener, uv_loop_t *loop, uint16_t port) {
    ASSERT(listener->on_accept != NULL);
    struct sockaddr_in address;
    ASSERT(uv_ip4_addr("127.0.0.1", port, &address) == 0);
    int result = uv_tcp_init(loop, &listener->tcp);
    if (result < 0) {
        return status_fail(STATUS_SYSTEM, "listening: %s", uv_strerror(result));
    }
    listener->tcp.data = listener;
    listener->refusing = listener->waiting = false;
    listener->pending = 1;
    result = uv_tcp_bind(&listener->tcp, (const struct sockaddr *)&address, 0);
    if (result == 0) {
        result = uv_listen((uv_stream_t *)&listener->tcp, LISTEN_BACKLOG, connection_waits);
    }
    if (result < 0) {
        return status_fail(STATUS_UNAVAILABLE, "listening on 127.0.0.1:%u: %s", port,
                           uv_strerror(result));
    }
    return STATUS_OK;
}

uint16_t stream_listener_port(const struct stream_listener *listener) {
    struct sockaddr_storage address;
    int size = sizeof(address);
    if (uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&address, &size) != 0) {
        return 0;
    }
    return ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
}

static void listener_closed(uv_handle_t *handle) {
    listener_released(handle->data);
}

void stream_listener_close(struct stream_listener *listener) {
    if (listener->pending > 0 && !uv_is_closing((uv_handle_t *)&listener->tcp)) {
        uv_close((uv_handle_t *)&listener->tcp, listener_closed);
    }
}
