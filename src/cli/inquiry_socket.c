// An inquiry's private sockets: address, greeting, messages.
#include <openssl/crypto.h>

#include "base/clock.h"
#include "cli/inquiry.h"
#include "io/private_ws.h"

enum { BACKOFF_MS = 500, CLOSE_TIMEOUT_MS = 500 };

static int64_t now_ns(void) {
    struct clock clock;
    clock_init_system(&clock);
    return clock_now_ns(&clock);
}

static const char *base_of(const struct inquiry *inquiry) {
    const struct config_endpoint *own = &inquiry->config.endpoints[inquiry->venue_index];
    const char *base = own->private_ws[0] != '\0' ? own->private_ws : own->ws;
    return base[0] != '\0' ? base : NULL;
}

static bool may_connect(struct ws *ws, void *user) {
    (void)ws;
    struct inquiry_socket *socket = user;
    struct inquiry *inquiry = socket->inquiry;
    if (private_ws_aim(socket->ws, &inquiry->oe, socket->index, now_ns(), base_of(inquiry)) !=
        STATUS_OK) {
        (void)string_copy(inquiry->trouble, sizeof(inquiry->trouble), slice_of(status_text()));
        return false;
    }
    return true;
}

static void greet(struct inquiry_socket *socket) {
    struct inquiry *inquiry = socket->inquiry;
    char data[OE_GREETING_MAX];
    while (socket->open && !socket->greeted) {
        struct text out = TEXT_OVER(data);
        enum oe_greeting next = oe_greet(&inquiry->oe, socket->index, socket->step, now_ns(), &out);
        if (next == OE_GREETING_WAIT) {
            break;
        }
        socket->greeted = next == OE_GREETING_DONE;
        if (!socket->greeted && (out.truncated || !ws_send(socket->ws, text_slice(&out)))) {
            ws_reconnect(socket->ws, WS_CLOSE_GOING_AWAY, "the greeting could not be sent");
            break;
        }
        socket->step++;
    }
    OPENSSL_cleanse(data, sizeof(data));
}

static void on_open(struct ws *ws, void *user) {
    (void)ws;
    struct inquiry_socket *socket = user;
    socket->open = true;
    socket->greeted = false;
    socket->step = 0;
    greet(socket);
}

static void on_message(struct ws *ws, void *user, struct slice data, bool binary) {
    (void)ws;
    (void)binary; // venues send text; a decoder refuses what is not theirs
    struct inquiry_socket *socket = user;
    struct inquiry *inquiry = socket->inquiry;
    inquiry->venue->oe->decode_frame(&inquiry->oe, socket->index, data, now_ns(), &inquiry->sink);
    greet(socket);
}

static void on_closed(struct ws *ws, void *user, uint16_t code, const char *text) {
    (void)ws;
    struct inquiry_socket *socket = user;
    struct inquiry *inquiry = socket->inquiry;
    struct text trouble = TEXT_OVER(inquiry->trouble);
    text_add_format(&trouble, "%u %s", code, text);
    socket->open = socket->greeted = false;
    inquiry->lost = true; // whatever was on the way has no answer
}

static void on_stopped(struct ws *ws, void *user) {
    struct inquiry_socket *socket = user;
    ws_destroy(ws);
    socket->ws = NULL;
    socket->inquiry->pending--;
}

static const struct ws_events events = {on_open, on_message, on_closed, on_stopped};

static enum status open_one(struct inquiry *inquiry, uint32_t index, const char *url) {
    struct inquiry_socket *socket = &inquiry->sockets[index];
    *socket = (struct inquiry_socket){.inquiry = inquiry, .index = index};
    struct ws_config config = ws_config_defaults;
    config.loop = &inquiry->loop;
    config.tls = inquiry->tls;
    config.close_timeout_ms = CLOSE_TIMEOUT_MS;
    config.backoff_ms = BACKOFF_MS;
    config.seed = (uint64_t)now_ns();
    config.may_connect = may_connect;
    config.events = &events;
    config.user = socket;
    enum status status = ws_create(&socket->ws, &config);
    if (status == STATUS_OK) {
        status = ws_start(socket->ws, url, NULL);
        inquiry->pending += status == STATUS_OK;
        if (status != STATUS_OK) {
            ws_destroy(socket->ws);
            socket->ws = NULL;
        }
    }
    return status;
}

enum status inquiry_sockets_open(struct inquiry *inquiry) {
    const struct venue_oe *oe = inquiry->venue->oe;
    const char *const *urls = inquiry->oe.testnet ? oe->testnet.ws : oe->mainnet.ws;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < OE_SOCKETS_MAX && status == STATUS_OK; i++) {
        if (urls[i] != NULL && inquiry->sockets[i].ws == NULL) {
            status = open_one(inquiry, i, urls[i]);
        }
    }
    return status;
}

void inquiry_sockets_stop(struct inquiry *inquiry) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        if (inquiry->sockets[i].ws != NULL) {
            ws_stop(inquiry->sockets[i].ws, WS_CLOSE_NORMAL, "");
        }
    }
}

bool inquiry_sockets_ready(const struct inquiry *inquiry) {
    const struct venue_oe *oe = inquiry->venue->oe;
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        const char *url = inquiry->oe.testnet ? oe->testnet.ws[i] : oe->mainnet.ws[i];
        if (url != NULL && !(inquiry->sockets[i].open && inquiry->sockets[i].greeted)) {
            return false;
        }
    }
    return true;
}

bool inquiry_socket_send(struct inquiry *inquiry, uint32_t socket, struct slice text) {
    return socket < OE_SOCKETS_MAX && inquiry->sockets[socket].ws != NULL &&
           inquiry->sockets[socket].greeted && ws_send(inquiry->sockets[socket].ws, text);
}
