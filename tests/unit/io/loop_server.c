#include "loop_server.h"

#include <stdlib.h>

static void on_open(struct stream *stream, void *user) {
    (void)stream;
    struct loop_connection *c = user;
    c->upgraded = c->mute = false;
    c->tag = NULL;
    c->number = ++c->server->accepted;
    c->server->open++;
}

static size_t take_request(struct loop_connection *c, struct slice data) {
    const struct loop_script *script = c->server->script;
    struct http_head head;
    const char *why;
    enum http_head_result result = http_head_parse(HTTP_REQUEST, data, &head, &why);
    if (result != HTTP_HEAD_DONE) {
        if (result == HTTP_HEAD_BAD) {
            stream_close(c->stream, why);
        }
        return 0;
    }
    int64_t length = 0;
    (void)!http_head_number(&head, "Content-Length", &length);
    if (data.size - head.size < (size_t)length) {
        return 0;
    }
    c->server->requests++;
    (void)string_copy(c->target, sizeof(c->target), head.target);
    struct slice key;
    if (!ws_request_check(&head, &key, &why)) {
        ASSERT(script->on_request != NULL);
        script->on_request(c, &head, (struct slice){data.data + head.size, (size_t)length});
        return head.size + (size_t)length;
    }
    if (script->on_upgrade == NULL || script->on_upgrade(c, &head)) {
        char reply[512];
        struct text text = TEXT_OVER(reply);
        ws_reply_write(&text, key);
        loop_send_raw(c, reply, text.size);
        c->upgraded = true;
        ws_parser_init(&c->parser, WS_SERVER, LOOP_MESSAGE_MAX / 4, c->message, LOOP_MESSAGE_MAX);
        if (script->on_open != NULL) {
            script->on_open(c);
        }
    }
    return head.size;
}

static size_t on_data(struct stream *stream, void *user, unsigned char *data, size_t size) {
    struct loop_connection *c = user;
    size_t at = 0;
    while (!c->mute && !c->upgraded && stream->state == STREAM_OPEN) {
        size_t used = take_request(c, (struct slice){(const char *)data + at, size - at});
        at += used;
        if (used == 0 || at == size) {
            break;
        }
    }
    enum ws_event_kind kind = WS_PONG;
    while (!c->mute && c->upgraded && kind != WS_MORE && stream->state == STREAM_OPEN) {
        struct ws_event event;
        size_t used;
        kind = ws_parse(&c->parser, data + at, size - at, &used, &event);
        if (kind != WS_MORE) {
            c->server->script->on_event(c, kind, &event);
        }
        at += used;
    }
    return c->mute ? size : at;
}

static void on_close(struct stream *stream, void *user, const char *reason) {
    (void)stream;
    struct loop_connection *c = user;
    if (c->number > 0) {
        c->server->open--;
        if (c->server->script->on_gone != NULL) {
            c->server->script->on_gone(c, reason);
        }
    }
    c->number = 0;
}

static const struct stream_events events = {
    .on_open = on_open, .on_data = on_data, .on_close = on_close};

static struct stream *on_accept(struct stream_listener *listener, void *user) {
    (void)listener;
    struct loop_server *server = user;
    if (server->script->on_accept != NULL && !server->script->on_accept(server)) {
        return NULL;
    }
    for (size_t i = 0; i < LOOP_CONNECTIONS_MAX; i++) {
        if (server->connections[i].stream->state == STREAM_IDLE) {
            return server->connections[i].stream;
        }
    }
    return NULL;
}

void loop_server_start(struct loop_server *server, uv_loop_t *loop, SSL_CTX *tls,
                       const struct loop_script *script, void *user, uint16_t port) {
    *server = (struct loop_server){.loop = loop, .tls = tls, .script = script, .user = user};
    for (size_t i = 0; i < LOOP_CONNECTIONS_MAX; i++) {
        struct loop_connection *c = &server->connections[i];
        c->server = server;
        c->message = malloc(LOOP_MESSAGE_MAX);
        ASSERT(c->message != NULL);
        struct stream_config config = {.loop = loop,
                                       .tls = tls,
                                       .receive_max = LOOP_MESSAGE_MAX / 4,
                                       .send_max = 16 * LOOP_MESSAGE_MAX,
                                       .events = &events,
                                       .user = c};
        ASSERT(stream_create(&c->stream, &config) == STATUS_OK);
    }
    server->listener.user = server;
    server->listener.on_accept = on_accept;
    ASSERT(stream_listen(&server->listener, loop, port) == STATUS_OK);
}

void loop_server_stop(struct loop_server *server) {
    stream_listener_close(&server->listener);
    for (size_t i = 0; i < LOOP_CONNECTIONS_MAX; i++) {
        stream_close(server->connections[i].stream, NULL);
    }
}

void loop_server_finish(struct loop_server *server) {
    for (size_t i = 0; i < LOOP_CONNECTIONS_MAX; i++) {
        stream_destroy(server->connections[i].stream);
        free(server->connections[i].message);
    }
}

void loop_server_url(const struct loop_server *server, const char *scheme, const char *host,
                     const char *path, char *out, size_t capacity) {
    struct text text = text_over(out, capacity);
    text_add_format(&text, "%s://%s:%u%s", scheme, host, stream_listener_port(&server->listener),
                    path);
    ASSERT(!text.truncated);
}

void loop_send_raw(struct loop_connection *c, const void *data, size_t size) {
    (void)!stream_send(c->stream, data, size);
}

bool loop_send(struct loop_connection *c, enum ws_opcode opcode, struct slice payload) {
    static unsigned char frame[4 * LOOP_MESSAGE_MAX]; // tests run on one thread
    size_t size = ws_frame_write(frame, sizeof(frame), opcode, payload, NULL);
    return size > 0 && stream_send(c->stream, frame, size);
}

bool loop_send_text(struct loop_connection *c, const char *text) {
    return loop_send(c, WS_OP_TEXT, slice_of(text));
}

void loop_send_close(struct loop_connection *c, uint16_t code, const char *text) {
    unsigned char payload[WS_CONTROL_MAX];
    size_t size = ws_close_payload(payload, code, slice_of(text));
    (void)loop_send(c, WS_OP_CLOSE, (struct slice){(const char *)payload, size});
}

void loop_reply(struct loop_connection *c, int status, const char *extra, struct slice body) {
    char head[1024];
    struct text text = TEXT_OVER(head);
    text_add_format(&text, "HTTP/1.1 %d Reply\r\nContent-Length: %zu\r\n%s\r\n", status, body.size,
                    extra);
    ASSERT(!text.truncated);
    stream_cork(c->stream);
    loop_send_raw(c, head, text.size);
    loop_send_raw(c, body.data, body.size);
    stream_uncork(c->stream);
}
