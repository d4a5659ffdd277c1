#include "sim/sim_server.h"

#include <stdlib.h>

#include "base/table.h"
#include "io/ws_handshake.h"

static void session_sends(struct vsim_out *out, struct slice message) {
    struct sim_connection *connection =
        (void *)((char *)out - offsetof(struct sim_connection, out));
    counter_add(&connection->server->counters->messages_out, 1);
    sim_connection_say(connection, message);
}

static void session_pings(struct vsim_out *out) {
    sim_connection_frame((void *)((char *)out - offsetof(struct sim_connection, out)), WS_OP_PING,
                         SLICE(""));
}

void sim_connection_leave(struct sim_connection *connection, uint16_t code, struct slice text) {
    if (connection->leaving || connection->stream->state != STREAM_OPEN) {
        return;
    }
    unsigned char payload[WS_CONTROL_MAX];
    size_t size = ws_close_payload(payload, code, text);
    sim_connection_frame(connection, WS_OP_CLOSE, (struct slice){(const char *)payload, size});
    connection->leaving = true;
    connection->leave_by_ns = mono_now_ns() + SIM_GRACE_MS * NS_PER_MS;
    sim_market_detach(connection->server->market, &connection->session);
}

static void round_ends(struct sim_market_session *session) {
    struct sim_connection *connection =
        (void *)((char *)session - offsetof(struct sim_connection, session));
    sim_connection_leave(connection, WS_CLOSE_GOING_AWAY, SLICE("the recording starts over"));
}

static const char *reason_of(uint32_t status) {
    static const struct {
        uint32_t status;
        const char *reason;
    } reasons[] = {{200, "OK"},
                   {400, "Bad Request"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {418, "I'm a teapot"},
                   {422, "Unprocessable"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"}};
    const char *reason = "Error";
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        reason = reasons[i].status == status ? reasons[i].reason : reason;
    }
    return reason;
}

static void reply(struct sim_connection *connection, uint32_t status, const char *type,
                  struct slice headers, struct slice body, bool keep_alive) {
    struct text out = text_over((char *)connection->server->frame, SIM_FRAME_SCRATCH);
    text_add_format(&out, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s", status,
                    reason_of(status), type, body.size, keep_alive ? "" : "Connection: close\r\n");
    text_add(&out, headers);
    text_add_string(&out, "\r\n");
    text_add(&out, body);
    ASSERT(!out.truncated);
    sim_connection_send(connection, out.data, out.size);
    if (!keep_alive && connection->stream->state == STREAM_OPEN) {
        connection->leave_by_ns = mono_now_ns() + SIM_GRACE_MS * NS_PER_MS;
        stream_end(connection->stream);
    }
}

static struct vsim_reply empty_reply(struct sim_server *server) {
    return (struct vsim_reply){.headers = text_over(server->headers, sizeof(server->headers)),
                               .body = text_over(server->body, VSIM_SCRATCH_SIZE)};
}

static const char json_type[] = "application/json";

static void reply_refusal(struct sim_connection *connection, const struct sim_refusal *refusal,
                          bool keep_alive) {
    char data[40];
    struct text headers = TEXT_OVER(data);
    if (refusal->retry_after_s > 0) {
        text_add_format(&headers, "Retry-After: %u\r\n", refusal->retry_after_s);
    }
    reply(connection, refusal->status, refusal->html ? "text/html" : json_type,
          text_slice(&headers), refusal->body, keep_alive);
}

enum fate { FATE_ANSWERED, FATE_LOST, FATE_UNREAD };

// What becomes of a request at a venue with an account.
static enum fate draw_fate(struct sim_server *server) {
    const struct sim_trouble *trouble = &server->market->options.trouble;
    uint32_t sum = trouble->lost_ppm + trouble->unread_ppm;
    if (server->market->accounts[server->venue] == NULL || sum == 0 ||
        (server->market->calm >> server->venue & 1) != 0) {
        return FATE_ANSWERED;
    }
    uint64_t seed = trouble->seed ^ (uint64_t)server->venue << 32 ^ ++server->draws;
    uint64_t draw = hash_mix(seed) % PPM_ONE;
    return draw < trouble->lost_ppm ? FATE_LOST : draw < sum ? FATE_UNREAD : FATE_ANSWERED;
}

static void answer_call(struct sim_connection *connection, const struct sim_request *request) {
    struct sim_server *server = connection->server;
    struct vsim_reply out = empty_reply(server);
    counter_add(&server->counters->requests, 1);
    struct sim_refusal refusal = sim_fault_refusal(server->active);
    if (refusal.status != 0) {
        reply_refusal(connection, &refusal, request->keep_alive);
        return;
    }
    if (sim_fault_in(server->active, SIM_FAULT_NO_ANSWER)) {
        return;
    }
    sim_market_answer(server->market, server->venue, &request->call, &out);
    ASSERT(!out.headers.truncated);
    if (out.body.truncated) {
        out.status = 500;
        text_clear(&out.body);
    }
    out.status = sim_server_old_answer(server, &request->call, out.status, &out.body);
    if (sim_fault_in(server->active, SIM_FAULT_BAD_ANSWER)) {
        out.body.size /= 2;
    }
    reply(connection, out.status, json_type, text_slice(&out.headers), text_slice(&out.body),
          request->keep_alive);
}

static bool upgrade(struct sim_connection *connection, const struct sim_request *request) {
    struct sim_server *server = connection->server;
    struct sim_refusal fault = sim_fault_refusal(server->active);
    if (fault.status != 0) {
        reply_refusal(connection, &fault, false);
        return false;
    }
    connection->out.send = session_sends;
    connection->out.ping = session_pings;
    connection->session.on_end = round_ends;
    struct vsim_reply answer = empty_reply(server);
    answer.status = 500;
    if (sim_market_attach(server->market, server->venue, &connection->session, &connection->out) ==
        STATUS_OK) {
        vsim_session_open(&connection->session.session, &request->call, &answer);
        if (answer.status != 101) {
            sim_market_detach(server->market, &connection->session);
        }
    }
    if (answer.status != 101) {
        counter_add(&server->counters->refused, 1);
        reply(connection, answer.status, json_type, text_slice(&answer.headers),
              text_slice(&answer.body), false);
        return false;
    }
    char text[512];
    struct text out = TEXT_OVER(text);
    ws_reply_write(&out, request->key);
    sim_connection_send(connection, out.data, out.size);
    connection->upgraded = true;
    ws_parser_init(&connection->parser, WS_SERVER, SIM_RECEIVE_MAX, connection->message,
                   SIM_MESSAGE_MAX);
    sim_connection_upgraded(connection, request->call.path);
    return true;
}

static bool take_message(struct sim_connection *connection, struct slice message) {
    enum fate fate = connection->session.session.account_mode != 0 || message.size > 64
                         ? draw_fate(connection->server)
                         : FATE_ANSWERED;
    connection->mute = fate == FATE_LOST;
    if (fate != FATE_UNREAD) {
        sim_connection_asked(connection, message);
        sim_market_text(connection->server->market, &connection->session, message);
    }
    connection->mute = false;
    if (fate != FATE_ANSWERED && connection->stream->state == STREAM_OPEN) {
        stream_reset(connection->stream);
        return false;
    }
    return true;
}

// Returns false when nothing more is to be read from this client.
static bool on_frame(struct sim_connection *connection, enum ws_event_kind kind,
                     const struct ws_event *event) {
    switch (kind) {
    case WS_MESSAGE:
        counter_add(&connection->server->counters->messages_in, 1);
        return connection->leaving || take_message(connection, event->data);
    case WS_PING:
    case WS_PONG:
        if (!connection->leaving) {
            vsim_session_heard(&connection->session.session, kind == WS_PONG);
        }
        if (kind == WS_PING && !sim_fault_in(connection->server->active, SIM_FAULT_NO_PONG)) {
            sim_connection_frame(connection, WS_OP_PONG, event->data);
        }
        return true;
    case WS_CLOSED:
        sim_connection_leave(
            connection, event->code == WS_CLOSE_NO_CODE ? WS_CLOSE_NORMAL : event->code, SLICE(""));
        stream_end(connection->stream);
        return false;
    case WS_BROKEN:
        counter_add(&connection->server->counters->bad_requests, 1);
        sim_connection_leave(connection, event->code, event->data);
        stream_end(connection->stream);
        return false;
    case WS_MORE:
    default:
        return true;
    }
}

static size_t read_frames(struct sim_connection *connection, unsigned char *data, size_t size) {
    size_t at = 0;
    while (connection->stream->state == STREAM_OPEN) {
        size_t used = 0;
        struct ws_event event;
        enum ws_event_kind kind =
            ws_parse(&connection->parser, data + at, size - at, &used, &event);
        at += used;
        if (kind == WS_MORE) {
            return at;
        }
        if (!on_frame(connection, kind, &event)) {
            return size;
        }
    }
    return size;
}

static size_t on_data(struct stream *stream, void *user, unsigned char *data, size_t size) {
    struct sim_connection *connection = user;
    if (connection->deaf || connection->doomed) {
        return size;
    }
    if (connection->alerting) {
        static const unsigned char alert[] = {21, 3, 3, 0, 2, 2, 40}; // fatal, handshake_failure
        sim_connection_send(connection, alert, sizeof(alert));
        stream_end(stream);
        return size;
    }
    size_t at = 0;
    while (!connection->upgraded && at < size && connection->stream->state == STREAM_OPEN) {
        struct sim_request request;
        struct slice rest = {(const char *)data + at, size - at};
        switch (sim_request_parse(rest, &request)) {
        case SIM_REQUEST_MORE:
            return at;
        case SIM_REQUEST_CALL: {
            enum fate fate = draw_fate(connection->server);
            connection->mute = fate == FATE_LOST;
            if (fate != FATE_UNREAD) {
                answer_call(connection, &request);
            }
            connection->mute = false;
            if (fate != FATE_ANSWERED && connection->stream->state == STREAM_OPEN) {
                stream_reset(connection->stream);
                return size;
            }
            break;
        }
        case SIM_REQUEST_UPGRADE:
            if (!upgrade(connection, &request)) {
                return size;
            }
            break;
        case SIM_REQUEST_BAD:
        default:
            counter_add(&connection->server->counters->bad_requests, 1);
            reply(connection, 400, json_type, SLICE(""), SLICE("{}"), false);
            return size;
        }
        at += request.size;
    }
    return connection->upgraded ? at + read_frames(connection, data + at, size - at) : size;
}

static void on_open(struct stream *stream, void *user) {
    (void)stream;
    struct sim_connection *connection = user;
    counter_add(&connection->server->counters->connections, 1);
    sim_connection_opened(connection);
}

static void on_close(struct stream *stream, void *user, const char *reason) {
    (void)stream;
    (void)reason;
    struct sim_connection *connection = user;
    if (connection->upgraded && !connection->leaving) {
        sim_market_detach(connection->server->market, &connection->session);
    }
    connection->upgraded = connection->leaving = false;
    connection->leave_by_ns = 0;
    sim_connection_forget(connection);
}

static const struct stream_events events = {on_open, on_data, NULL, on_close};

static struct stream *on_accept(struct stream_listener *listener, void *user) {
    (void)listener;
    struct sim_server *server = user;
    if (sim_fault_entry(server->active, server->tls != NULL) == SIM_ENTRY_DROPPED) {
        return NULL;
    }
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        struct sim_connection *connection = &server->connections[i];
        if (connection->stream == NULL) {
            struct stream_config config = {server->loop, server->tls, SIM_RECEIVE_MAX,
                                           SIM_SEND_MAX, &events,     connection};
            connection->server = server;
            connection->message = malloc(SIM_MESSAGE_MAX);
            if (connection->message == NULL ||
                stream_create(&connection->stream, &config) != STATUS_OK) {
                free(connection->message);
                connection->message = NULL;
                break;
            }
            sim_connection_meet(connection);
            return connection->stream;
        }
        if (connection->stream->state == STREAM_IDLE) {
            sim_connection_meet(connection);
            return connection->stream;
        }
    }
    counter_add(&server->counters->refused, 1);
    return NULL;
}

enum status sim_server_listen(struct sim_server *server, struct sim_market *market, uint32_t venue,
                              uv_loop_t *loop, SSL_CTX *tls, SSL_CTX *stranger, uint16_t port,
                              struct sim_counters *counters) {
    server->market = market;
    server->counters = counters;
    server->venue = venue;
    server->loop = loop;
    server->tls = tls;
    server->stranger = stranger;
    server->listener = (struct stream_listener){.user = server, .on_accept = on_accept};
    server->frame = malloc(SIM_FRAME_SCRATCH);
    server->body = malloc(VSIM_SCRATCH_SIZE);
    char *spoiled = malloc(VSIM_SCRATCH_SIZE);
    if (spoiled != NULL) {
        server->spoiled = text_over(spoiled, VSIM_SCRATCH_SIZE);
    }
    if (server->frame == NULL || server->body == NULL || spoiled == NULL) {
        return status_fail(STATUS_SYSTEM, "simulator: no memory for a server");
    }
    return status_context(stream_listen(&server->listener, loop, port), "simulator of %s",
                          market->options.venues[venue]->name);
}

void sim_server_tick(struct sim_server *server) {
    int64_t now_ns = mono_now_ns();
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        struct sim_connection *connection = &server->connections[i];
        const char *over = connection->session.session.over;
        if (connection->upgraded && !connection->leaving && over != NULL) {
            sim_connection_leave(connection, WS_CLOSE_NORMAL, slice_of(over));
        }
        if (connection->stream != NULL && connection->leave_by_ns != 0 &&
            now_ns >= connection->leave_by_ns && connection->stream->state != STREAM_IDLE &&
            connection->stream->state != STREAM_CLOSING) {
            stream_close(connection->stream, "no answer to our close");
        }
    }
}

void sim_server_close(struct sim_server *server) {
    stream_listener_close(&server->listener);
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        struct sim_connection *connection = &server->connections[i];
        if (connection->stream == NULL || connection->stream->state == STREAM_IDLE) {
            continue;
        }
        if (connection->upgraded) {
            sim_connection_leave(connection, WS_CLOSE_GOING_AWAY, SLICE("the simulator stops"));
        }
        stream_close(connection->stream, "the simulator stops");
    }
}

void sim_server_finish(struct sim_server *server) {
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        stream_destroy(server->connections[i].stream);
        free(server->connections[i].message);
        free(server->connections[i].slow);
        free(server->connections[i].late);
    }
    for (uint32_t i = 0; i < SIM_PASTS_MAX; i++) {
        free(server->pasts[i].bytes);
    }
    for (uint32_t i = 0; i < SIM_ANSWERS_MAX; i++) {
        free(server->answers[i].body);
    }
    free(server->spoiled.data);
    free(server->frame);
    free(server->body);
    memset(server, 0, sizeof(*server));
}
