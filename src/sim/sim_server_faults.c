// What faults do to the connections of a simulated venue. Which fault acts, and what it makes of a
// connection or a message, is decided in sim_fault.c; here it is carried out.
#include <stdlib.h>

#include "base/table.h"
#include "sim/sim_server.h"

enum { SLOW_MS = 10, HUGE_PIECE = 256 * 1024, NOISE_BYTES = 64, PIECES = 3 };

// ---- the way out ------------------------------------------------------------------------------

// Its queue full, a client is cut off.
static void send_now(struct sim_connection *connection, const void *data, size_t size) {
    if (connection->stream->state == STREAM_OPEN && !stream_send(connection->stream, data, size)) {
        counter_add(&connection->server->counters->dropped_slow, 1);
        stream_reset(connection->stream);
    }
}

// The one place where bytes leave for a client.
void sim_connection_send(struct sim_connection *connection, const void *data, size_t size) {
    if (connection->stream->state != STREAM_OPEN || connection->deaf || connection->doomed) {
        return;
    }
    bool slow = sim_fault_in(connection->server->active, SIM_FAULT_SLOW);
    if (!slow && connection->slow_size == 0) {
        send_now(connection, data, size);
        return;
    }
    if (connection->slow == NULL) {
        connection->slow = malloc(SIM_SEND_MAX);
    }
    if (connection->slow == NULL || size > SIM_SEND_MAX - connection->slow_size) {
        counter_add(&connection->server->counters->dropped_slow, 1);
        stream_reset(connection->stream);
        return;
    }
    memcpy(connection->slow + connection->slow_size, data, size);
    connection->slow_size += size;
}

void sim_connection_frame(struct sim_connection *connection, enum ws_opcode opcode,
                          struct slice payload) {
    unsigned char *frame = connection->server->frame;
    size_t size = ws_frame_write(frame, SIM_FRAME_SCRATCH, opcode, payload, NULL);
    if (size > 0) {
        sim_connection_send(connection, frame, size);
    }
}

static void send_head(struct sim_connection *connection, enum ws_opcode opcode, bool fin,
                      uint64_t size) {
    unsigned char head[WS_HEAD_MAX];
    sim_connection_send(connection, head, ws_frame_head(head, opcode, fin, size, NULL));
}

static void send_pieces(struct sim_connection *connection, struct slice message) {
    size_t piece = message.size / PIECES + 1;
    for (size_t at = 0; at < message.size; at += piece) {
        size_t size = message.size - at < piece ? message.size - at : piece;
        if (at > 0) {
            sim_connection_frame(connection, WS_OP_PING, SLICE("between"));
        }
        send_head(connection, at == 0 ? WS_OP_TEXT : WS_OP_CONTINUATION, at + size == message.size,
                  size);
        sim_connection_send(connection, message.data + at, size);
    }
}

static void send_noise(struct sim_connection *connection) {
    unsigned char bytes[NOISE_BYTES];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char)hash_mix(connection->pushed << 8 ^ i);
    }
    bytes[0] = 0xff; // bits that no frame has
    sim_connection_send(connection, bytes, sizeof(bytes));
}

static void sever(struct sim_connection *connection, struct slice message) {
    send_head(connection, WS_OP_TEXT, true, message.size);
    sim_connection_send(connection, message.data, message.size / 2);
    if (connection->stream->state == STREAM_OPEN) {
        stream_close(connection->stream, "a frame is cut");
    }
}

static void hold(struct sim_connection *connection, struct slice message) {
    if (connection->late == NULL) {
        connection->late = malloc(VSIM_SCRATCH_SIZE);
    }
    if (connection->late != NULL && message.size <= VSIM_SCRATCH_SIZE) {
        memcpy(connection->late, message.data, message.size);
        connection->late_size = message.size;
    }
}

static void let_go(struct sim_connection *connection) {
    if (connection->late_size > 0) {
        struct slice message = {connection->late, connection->late_size};
        connection->late_size = 0;
        sim_connection_frame(connection, WS_OP_TEXT, message);
    }
}

static void send_as(struct sim_connection *connection, enum sim_message_fate fate,
                    struct slice message) {
    switch (fate) {
    case SIM_MESSAGE_SWALLOWED:
        return;
    case SIM_MESSAGE_HELD:
        hold(connection, message);
        return;
    case SIM_MESSAGE_NOISE:
        send_noise(connection);
        return;
    case SIM_MESSAGE_SEVERED:
        sever(connection, message);
        return;
    case SIM_MESSAGE_HUGE:
        connection->huge_left = SIM_FAULT_HUGE_BYTES;
        send_head(connection, WS_OP_TEXT, true, SIM_FAULT_HUGE_BYTES);
        return;
    case SIM_MESSAGE_PIECES:
        send_pieces(connection, message);
        break;
    case SIM_MESSAGE_TWICE:
        sim_connection_frame(connection, WS_OP_TEXT, message);
        sim_connection_frame(connection, WS_OP_TEXT, message);
        break;
    case SIM_MESSAGE_SENT:
        sim_connection_frame(connection, WS_OP_TEXT, message);
        break;
    }
    let_go(connection);
}

// ---- what was said before ---------------------------------------------------------------------

static void remember(struct sim_past *past, struct slice message) {
    if (past->count == SIM_PAST_MESSAGES || message.size > SIM_PAST_BYTES - past->size) {
        past->whole = true;
        return;
    }
    memcpy(past->bytes + past->size, message.data, message.size);
    past->size += (uint32_t)message.size;
    past->ends[past->count++] = past->size;
    past->whole = past->count == SIM_PAST_MESSAGES;
}

// The message that an older session was told at this place.
static struct slice said_then(const struct sim_past *past, uint32_t number) {
    uint32_t begin = number == 0 ? 0 : past->ends[number - 1];
    return (struct slice){past->bytes + begin, past->ends[number] - begin};
}

static struct sim_past *find_past(struct sim_server *server, uint64_t of) {
    for (uint32_t i = 0; i < SIM_PASTS_MAX; i++) {
        struct sim_past *past = &server->pasts[i];
        if (past->of == of) {
            return past;
        }
        if (past->of == 0) {
            past->bytes = malloc(SIM_PAST_BYTES);
            past->of = past->bytes == NULL ? 0 : of;
            return past->bytes == NULL ? NULL : past;
        }
    }
    return NULL;
}

static void choose_past(struct sim_connection *connection) {
    struct sim_server *server = connection->server;
    int64_t now_ns = mono_now_ns();
    struct sim_past *past = find_past(server, connection->past_of);
    connection->remembers = connection->repeats = false;
    connection->past = past;
    if (past == NULL) {
        return;
    }
    connection->repeats = sim_fault_in(server->active, SIM_FAULT_STALE_SNAPSHOT);
    bool outdated = now_ns - past->since_ns > SIM_PAST_AGE_S * NS_PER_S;
    if (server->active == 0 && (past->count == 0 || outdated)) {
        connection->remembers = true;
        past->since_ns = now_ns;
        past->count = past->size = 0;
        past->whole = false;
    }
}

void sim_connection_upgraded(struct sim_connection *connection, struct slice path) {
    struct slice name = vsim_cut(&path, '?');
    connection->past_of = hash_bytes(name.data, name.size, 1) | 1;
    choose_past(connection);
}

// Two of a client's connections may share a path: what they ask for first tells them apart. Its
// digits may be a request's number.
void sim_connection_asked(struct sim_connection *connection, struct slice message) {
    if (!connection->asked && connection->said == 0) {
        for (size_t i = 0; i < message.size; i++) {
            bool digit = message.data[i] >= '0' && message.data[i] <= '9';
            connection->past_of =
                digit ? connection->past_of : hash_bytes(&message.data[i], 1, connection->past_of);
        }
        connection->past_of |= 1;
        choose_past(connection);
    }
    connection->asked = true;
}

uint32_t sim_server_old_answer(struct sim_server *server, const struct vsim_request *call,
                               uint32_t status, struct text *body) {
    int64_t now_ns = mono_now_ns();
    uint64_t key = hash_bytes(call->path.data, call->path.size, 3);
    key = hash_bytes(call->query.data, call->query.size, key);
    key = hash_bytes(call->body.data, call->body.size, key) | 1;
    struct sim_old_answer *answer = NULL;
    for (uint32_t i = 0; i < SIM_ANSWERS_MAX && answer == NULL; i++) {
        uint64_t is = server->answers[i].call;
        answer = is == key || is == 0 ? &server->answers[i] : NULL;
    }
    if (answer == NULL) {
        return status;
    }
    if (sim_fault_in(server->active, SIM_FAULT_STALE_SNAPSHOT)) {
        if (answer->call != 0) {
            text_clear(body);
            text_add(body, (struct slice){answer->body, answer->size});
        }
        return answer->call != 0 ? answer->status : status;
    }
    if (answer->call != 0 && now_ns - answer->since_ns < SIM_PAST_AGE_S * NS_PER_S) {
        return status;
    }
    char *copy = realloc(answer->body, body->size + 1);
    if (copy != NULL) {
        memcpy(copy, body->data, body->size);
        *answer = (struct sim_old_answer){key, now_ns, status, copy, body->size};
    }
    return status;
}

// ---- messages ---------------------------------------------------------------------------------

static struct slice any_symbol(const struct sim_server *server) {
    const struct vsim_world *world = &server->market->worlds[server->venue];
    return world->listing_count == 0 ? (struct slice){"", 0}
                                     : slice_of(world->listings[0].rules.native);
}

void sim_connection_say(struct sim_connection *connection, struct slice message) {
    struct sim_server *server = connection->server;
    if (connection->remembers && !connection->past->whole) {
        remember(connection->past, message);
    }
    if (connection->repeats && connection->said < connection->past->count) {
        message = said_then(connection->past, connection->said);
    }
    connection->said++;
    if (connection->huge_left > 0) {
        return;
    }
    bool pushed = !connection->replying;
    uint64_t number = connection->pushed;
    connection->pushed += pushed;
    if (pushed && server->active != 0) {
        text_clear(&server->spoiled);
        if (sim_fault_rewrite(server->active, number, message, any_symbol(server),
                              &server->spoiled)) {
            message = text_slice(&server->spoiled);
        }
    }
    send_as(connection, sim_fault_fate(server->active, pushed, number), message);
}

// ---- connections ------------------------------------------------------------------------------

void sim_connection_forget(struct sim_connection *connection) {
    connection->replying = connection->deaf = connection->doomed = connection->alerting = false;
    connection->remembers = connection->repeats = connection->asked = false;
    connection->past = NULL;
    connection->pushed = connection->huge_left = 0;
    connection->said = 0;
    connection->joined_ns = 0;
    connection->slow_at = connection->slow_size = connection->late_size = 0;
}

void sim_connection_meet(struct sim_connection *connection) {
    struct sim_server *server = connection->server;
    enum sim_entry entry = sim_fault_entry(server->active, server->tls != NULL);
    sim_connection_forget(connection);
    connection->stream->config.tls = server->tls;
    switch (entry) {
    case SIM_ENTRY_RESET:
    case SIM_ENTRY_DROPPED:
        connection->stream->config.tls = NULL;
        connection->doomed = true;
        return;
    case SIM_ENTRY_DEAF:
        connection->stream->config.tls = NULL;
        connection->deaf = true;
        return;
    case SIM_ENTRY_TLS_ALERT:
        connection->stream->config.tls = NULL;
        connection->alerting = true;
        return;
    case SIM_ENTRY_CERTIFICATE:
        connection->stream->config.tls = server->stranger;
        return;
    case SIM_ENTRY_SERVED:
        atomic_store(&server->entered_ns, mono_now_ns());
        counter_add(&server->entered, 1);
        return;
    }
}

void sim_connection_opened(struct sim_connection *connection) {
    if (sim_fault_in(connection->server->active, SIM_FAULT_STALL)) {
        stream_cork(connection->stream);
    }
}

static void end_as(struct sim_connection *connection, enum sim_end end, uint16_t code,
                   struct slice text) {
    switch (end) {
    case SIM_END_NONE:
        return;
    case SIM_END_DEAF:
        connection->deaf = true;
        return;
    case SIM_END_RESET:
        stream_reset(connection->stream);
        return;
    case SIM_END_CLOSE:
        if (connection->upgraded) {
            sim_connection_leave(connection, code, text);
            return;
        }
        break;
    case SIM_END_DROP:
        break;
    }
    if (connection->stream->state == STREAM_OPEN) {
        stream_close(connection->stream, "a fault");
    } else {
        stream_reset(connection->stream);
    }
}

// ---- time -------------------------------------------------------------------------------------

static void trickle(struct sim_connection *connection, bool still) {
    size_t left = connection->slow_size - connection->slow_at;
    size_t size = still && left > 1 ? 1 : left;
    int64_t now_ns = mono_now_ns();
    if (still && now_ns - connection->slow_ns < SLOW_MS * NS_PER_MS) {
        return;
    }
    connection->slow_ns = now_ns;
    send_now(connection, connection->slow + connection->slow_at, size);
    connection->slow_at += size;
    if (connection->slow_at == connection->slow_size) {
        connection->slow_at = connection->slow_size = 0;
    }
}

static void pour(struct sim_connection *connection) {
    static const unsigned char blanks[HUGE_PIECE];
    size_t room = SIM_SEND_MAX - stream_queued(connection->stream);
    size_t size = connection->huge_left < HUGE_PIECE ? connection->huge_left : HUGE_PIECE;
    if (size <= room) {
        connection->huge_left -= size;
        send_now(connection, blanks, size);
    }
}

static void join(struct sim_connection *connection, bool still) {
    int64_t now_ns = mono_now_ns();
    if (connection->joined_ns != 0 &&
        (!still || now_ns - connection->joined_ns >= SIM_FAULT_JOIN_MS * NS_PER_MS)) {
        connection->joined_ns = 0;
        stream_uncork(connection->stream);
    }
    if (still && connection->joined_ns == 0 && connection->stream->state == STREAM_OPEN) {
        connection->joined_ns = now_ns;
        stream_cork(connection->stream);
    }
}

static void tick(struct sim_connection *connection, uint64_t active, uint64_t before) {
    if (connection->doomed) {
        stream_reset(connection->stream);
        return;
    }
    if (connection->slow_size > 0) {
        trickle(connection, sim_fault_in(active, SIM_FAULT_SLOW));
    }
    if (connection->huge_left > 0 && connection->stream->state == STREAM_OPEN) {
        pour(connection);
    }
    if (!sim_fault_in(active, SIM_FAULT_REORDER)) {
        let_go(connection);
    }
    if (connection->joined_ns != 0 || sim_fault_in(active, SIM_FAULT_COALESCED)) {
        join(connection, sim_fault_in(active, SIM_FAULT_COALESCED));
    }
    if (connection->stream->state != STREAM_OPEN) {
        return;
    }
    if (sim_fault_in(active & ~before, SIM_FAULT_STALL)) {
        stream_cork(connection->stream);
    } else if (sim_fault_in(before & ~active, SIM_FAULT_STALL)) {
        stream_uncork(connection->stream);
    }
}

static bool lives(const struct sim_connection *connection) {
    return connection->stream != NULL && connection->stream->state != STREAM_IDLE &&
           connection->stream->state != STREAM_CLOSING;
}

void sim_server_faults(struct sim_server *server, uint64_t active) {
    uint64_t before = server->active;
    server->active = active;
    uint16_t code = 0;
    struct slice text = {"", 0};
    enum sim_end end = sim_fault_end(active & ~before, &code, &text);
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        struct sim_connection *connection = &server->connections[i];
        if (lives(connection)) {
            end_as(connection, end, code, text);
        }
        if (lives(connection)) {
            tick(connection, active, before);
        }
    }
}
