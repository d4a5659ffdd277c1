// The private sockets: where they connect to, greeting, heartbeat, age, loss.
#include "base/log.h"
#include "io/lane_private.h"
#include "io/private_ws.h"

#include <openssl/crypto.h>

enum {
    IDLE_TIMEOUT_MS = 15000, // a fill may wait behind a dead connection for so long
    GREETING_MS = 10000,     // from open to logged in
    CLOSE_TIMEOUT_MS = 500,
    BACKOFF_MAX_MS = 10000, // shorter than a feed waits: positions may stand unhedged behind it
    SEND_MAX = 256 * 1024,
};

static void note_needs(struct lane_socket *socket, enum status status) {
    struct text needs = TEXT_OVER(socket->needs);
    text_add_string(&needs, status != STATUS_OK ? status_text() : "");
}

static void greet(struct lane_socket *socket) {
    struct lane *lane = socket->lane;
    char data[OE_GREETING_MAX];
    while (socket->open && !socket->greeted) {
        struct text out = TEXT_OVER(data);
        enum oe_greeting next =
            oe_greet(&lane->oe, socket->index, socket->step, lane_venue_ns(lane), &out);
        if (next == OE_GREETING_WAIT) {
            break;
        }
        if (next == OE_GREETING_DONE) {
            socket->greeted = true;
            if (lane_sockets_ready(lane)) {
                lane_lists_want(lane);
            }
            break;
        }
        if (out.truncated || !ws_send(socket->ws, text_slice(&out))) {
            lane_socket_again(lane, socket->index, "the greeting could not be sent");
            break;
        }
        socket->step++;
        socket->spoken_ms = lane_loop_ms(lane);
    }
    OPENSSL_cleanse(data, sizeof(data));
}

static void on_open(struct ws *ws, void *user) {
    (void)ws;
    struct lane_socket *socket = user;
    lane_enter(socket->lane);
    socket->open = true;
    socket->greeted = false;
    socket->step = 0;
    socket->opened_ms = socket->spoken_ms = lane_loop_ms(socket->lane);
    greet(socket);
    lane_leave(socket->lane);
}

static void on_message(struct ws *ws, void *user, struct slice data, bool binary) {
    (void)ws;
    (void)binary; // venues send text; a decoder refuses what is not theirs
    struct lane_socket *socket = user;
    struct lane *lane = socket->lane;
    lane_enter(lane);
    socket->heard_ms = lane_loop_ms(lane);
    lane->heard = socket;
    lane->limited = false;
    lane->oe.venue->decode_frame(&lane->oe, socket->index, data, lane_venue_ns(lane), &lane->sink);
    lane->heard = NULL;
    greet(socket);
    lane_leave(lane);
}

static void on_closed(struct ws *ws, void *user, uint16_t code, const char *text) {
    struct lane_socket *socket = user;
    struct lane *lane = socket->lane;
    lane_enter(lane);
    log_write(lane->stopping ? LOG_DEBUG : LOG_WARN, lane->oe.venue->name,
              "private connection %u %s: %u %s", socket->index, ws->was_open ? "lost" : "not made",
              code, text);
    counter_add(&lane->stats.reconnects, ws->was_open);
    socket->open = socket->greeted = false;
    lane->reconciled = false;
    if (!lane->stopping) {
        lane_explain(lane, "private connection: %.28s", text);
        lane_socket_lost(lane, socket->index);
    }
    lane_leave(lane);
}

static void on_stopped(struct ws *ws, void *user) {
    struct lane_socket *socket = user;
    ws_destroy(ws);
    socket->ws = NULL;
    lane_part_released(socket->lane);
}

static bool may_connect(struct ws *ws, void *user) {
    (void)ws;
    struct lane_socket *socket = user;
    struct lane *lane = socket->lane;
    struct connect_budget *budget = lane->config.connects;
    enum status status = private_ws_aim(socket->ws, &lane->oe, socket->index, lane_venue_ns(lane),
                                        lane->config.ws[socket->index]);
    note_needs(socket, status);
    if (status != STATUS_OK) {
        return false; // no login yet: asked again after the back-off
    }
    return budget == NULL || connect_budget_take(budget, mono_now_ns() / NS_PER_MS);
}

static const struct ws_events events = {on_open, on_message, on_closed, on_stopped};

enum status lane_sockets_create(struct lane *lane) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        lane->sockets[i] = (struct lane_socket){.lane = lane, .index = i};
        const char *const *urls =
            lane->oe.testnet ? lane->oe.venue->testnet.ws : lane->oe.venue->mainnet.ws;
        if (urls[i] == NULL) {
            continue;
        }
        struct ws_config config = ws_config_defaults;
        config.loop = lane->config.loop;
        config.tls = lane->config.tls;
        config.idle_timeout_ms = IDLE_TIMEOUT_MS;
        config.ping_ms = IDLE_TIMEOUT_MS / 3;
        config.close_timeout_ms = CLOSE_TIMEOUT_MS;
        config.backoff_ms = 250;
        config.backoff_max_ms = BACKOFF_MAX_MS;
        config.send_max = SEND_MAX;
        config.seed = lane->config.seed + i;
        config.may_connect = may_connect;
        config.events = &events;
        config.user = &lane->sockets[i];
        enum status status = ws_create(&lane->sockets[i].ws, &config);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

void lane_sockets_destroy(struct lane *lane) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        ws_destroy(lane->sockets[i].ws);
    }
}

// The first attempt waits for what the address needs (a login); later ones are the connection's.
static void start(struct lane_socket *socket) {
    struct lane *lane = socket->lane;
    const char *url = lane->oe.testnet ? lane->oe.venue->testnet.ws[socket->index]
                                       : lane->oe.venue->mainnet.ws[socket->index];
    char probe[OE_URL_MAX], headers[OE_HEADERS_MAX];
    struct text a = TEXT_OVER(probe), b = TEXT_OVER(headers);
    enum status status =
        lane->oe.venue->open(&lane->oe, socket->index, lane_venue_ns(lane), &a, &b);
    OPENSSL_cleanse(probe, sizeof(probe));
    OPENSSL_cleanse(headers, sizeof(headers));
    note_needs(socket, status);
    if (status != STATUS_OK) {
        return;
    }
    socket->started = true;
    lane->pending++;
    if (ws_start(socket->ws, url, NULL) != STATUS_OK) {
        lane_explain(lane, "%.40s", status_text());
        lane->pending--;
    }
}

void lane_sockets_tick(struct lane *lane) {
    const struct venue_oe *venue = lane->oe.venue;
    int64_t now_ms = lane_loop_ms(lane);
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        struct lane_socket *socket = &lane->sockets[i];
        if (socket->ws != NULL && !socket->started) {
            start(socket);
        }
        if (!socket->open) {
            continue;
        }
        if (venue->socket_age_max_s > 0 &&
            now_ms - socket->opened_ms >= (int64_t)venue->socket_age_max_s * 1000) {
            lane_socket_again(lane, i, "connection reached the venue's age limit");
        } else if (!socket->greeted && now_ms - socket->opened_ms >= GREETING_MS) {
            lane_socket_again(lane, i, "no whole answer to the login");
        } else if (venue->heartbeat_ms > 0 &&
                   now_ms - socket->spoken_ms >= (int64_t)venue->heartbeat_ms) {
            socket->spoken_ms = now_ms;
            (void)!ws_send(socket->ws, slice_of(venue->heartbeat_text)); // silence will tell
        }
    }
}

void lane_sockets_stop(struct lane *lane) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        if (lane->sockets[i].started && lane->sockets[i].ws != NULL) {
            ws_stop(lane->sockets[i].ws, WS_CLOSE_NORMAL, "");
        }
    }
}

bool lane_sockets_ready(const struct lane *lane) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        if (lane->sockets[i].ws != NULL && !(lane->sockets[i].open && lane->sockets[i].greeted)) {
            return false;
        }
    }
    return true;
}

void lane_sockets_describe_wait(const struct lane *lane, struct text *out) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        const struct lane_socket *socket = &lane->sockets[i];
        if (socket->ws == NULL || (socket->open && socket->greeted)) {
            continue;
        }
        if (socket->open) {
            text_add_format(out, "answer %u to the login on private connection %u", socket->step,
                            i);
        } else if (socket->needs[0] != '\0') {
            text_add_format(out, "login (%s)", socket->needs);
        } else {
            text_add_format(out, "private connection %u", i);
        }
        return;
    }
}

bool lane_socket_send(struct lane *lane, uint32_t socket, struct slice text) {
    struct lane_socket *row = &lane->sockets[socket];
    if (socket >= OE_SOCKETS_MAX || row->ws == NULL || !row->open || !row->greeted ||
        !ws_send(row->ws, text)) {
        return false;
    }
    row->spoken_ms = lane_loop_ms(lane);
    return true;
}

void lane_socket_again(struct lane *lane, uint32_t socket, const char *why) {
    if (socket < OE_SOCKETS_MAX && lane->sockets[socket].open) {
        ws_reconnect(lane->sockets[socket].ws, WS_CLOSE_GOING_AWAY, why);
    }
}
