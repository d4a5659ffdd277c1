#include "io/ws.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"

const struct ws_config ws_config_defaults = {
    .receive_max = 256 * 1024,
    .message_max = 4 * 1024 * 1024,
    .send_max = 64 * 1024,
    .connect_timeout_ms = 10000,
    .idle_timeout_ms = 30000,
    .ping_ms = 15000,
    .close_timeout_ms = 2000,
    .backoff_ms = 1000,
    .backoff_max_ms = 60000,
    .stable_ms = 5000,
};

enum {
    LATE = WS_NEXT_LATE,
    NEVER = WS_NEXT_NEVER,
    CHECKS_PER_TIMEOUT = 6,
    RETRY_AFTER_MAX_S = 3600
};

// clang-format off
static const uint8_t next[WS_STATE_COUNT][WS_EVENT_COUNT] = {
  //                START          SECURED       UPGRADED CLOSE       GONE        FOR_GOOD  STOP
  [WS_IDLE]       ={WS_CONNECTING, NEVER,        NEVER,   LATE,       NEVER,      NEVER,   WS_IDLE},
  [WS_CONNECTING] ={LATE,          WS_UPGRADING, NEVER,   WS_CLOSING, WS_WAITING, WS_IDLE, NEVER},
  [WS_UPGRADING]  ={LATE,          NEVER,        WS_OPEN, WS_CLOSING, WS_WAITING, WS_IDLE, NEVER},
  [WS_OPEN]       ={LATE,          NEVER,        NEVER,   WS_CLOSING, WS_WAITING, WS_IDLE, NEVER},
  [WS_CLOSING]    ={LATE,          LATE,         NEVER,   LATE,       WS_WAITING, WS_IDLE, NEVER},
  [WS_WAITING]    ={WS_CONNECTING, NEVER,        NEVER,   LATE,       NEVER,      NEVER,   WS_IDLE},
};
// clang-format on

int ws_next(enum ws_state state, enum ws_event_code event) {
    ASSERT(state < WS_STATE_COUNT && event < WS_EVENT_COUNT);
    return next[state][event];
}

// The one place that changes the state. False: the event came too late and means nothing.
static bool enter(struct ws *ws, enum ws_event_code event) {
    int state = ws_next(ws->state, event);
    ASSERT(state != NEVER);
    if (state == LATE) {
        ws->late_events++;
        return false;
    }
    ws->state = (enum ws_state)state;
    return true;
}

const char *ws_state_text(const struct ws *ws) {
    static const char *const names[WS_STATE_COUNT] = {"idle", "connecting", "upgrading",
                                                      "open", "closing",    "waiting"};
    if (ws->state == WS_CONNECTING && ws->stream->state != STREAM_OPEN) {
        return stream_state_name(ws->stream->state);
    }
    return names[ws->state];
}

uint32_t ws_backoff_ms(uint32_t first_ms, uint32_t max_ms, uint32_t attempt, uint64_t seed,
                       uint64_t draw) {
    uint64_t wait_ms = first_ms;
    for (uint32_t i = 0; i < attempt && wait_ms < max_ms; i++) {
        wait_ms *= 2;
    }
    wait_ms = wait_ms < max_ms ? wait_ms : max_ms;
    uint64_t jitter_ms = wait_ms / 4;
    return (uint32_t)(wait_ms - hash_mix(seed ^ hash_mix(draw + 1)) % (jitter_ms + 1));
}

static int64_t now_ms(const struct ws *ws) {
    return (int64_t)uv_now(ws->config.loop);
}

static void on_timer(uv_timer_t *timer);

static void timer_in(struct ws *ws, uint32_t delay_ms) {
    if (!uv_is_closing((uv_handle_t *)&ws->timer)) {
        ASSERT(uv_timer_start(&ws->timer, on_timer, delay_ms, 0) == 0);
    }
}

// ---- sending ----------------------------------------------------------------------------------

// NULL: the system has no random numbers to give, and a frame without a mask is none.
static const unsigned char *next_mask(struct ws *ws) {
    if (ws->random_at + 4 > sizeof(ws->random)) {
        if (RAND_bytes(ws->random, sizeof(ws->random)) != 1) {
            return NULL;
        }
        ws->random_at = 0;
    }
    ws->random_at += 4;
    return ws->random + ws->random_at - 4;
}

static bool send_frame(struct ws *ws, enum ws_opcode opcode, struct slice payload) {
    const unsigned char *mask = next_mask(ws);
    size_t size =
        mask != NULL ? ws_frame_write(ws->frame, ws->frame_capacity, opcode, payload, mask) : 0;
    return size > 0 && stream_send(ws->stream, ws->frame, size);
}

bool ws_send(struct ws *ws, struct slice text) {
    return ws->state == WS_OPEN && send_frame(ws, WS_OP_TEXT, text);
}

// ---- the end of a connection ------------------------------------------------------------------

static void tell_closed(struct ws *ws, uint16_t code, const char *text) {
    if (!ws->told) {
        ws->told = true;
        ws->config.events->on_closed(ws, ws->config.user, code, text);
    }
}

static void send_close(struct ws *ws, uint16_t code, struct slice text) {
    unsigned char payload[WS_CONTROL_MAX];
    size_t size = code == WS_CLOSE_NO_CODE ? 0 : ws_close_payload(payload, code, text);
    (void)!send_frame(ws, WS_OP_CLOSE,
                      (struct slice){(const char *)payload, size}); // full: then without
}

// We end it: close frame, then a limited time for the peer's answer.
static void close_begin(struct ws *ws, uint16_t code, const char *text) {
    bool was_open = ws->state == WS_OPEN;
    if (!enter(ws, WS_EVENT_CLOSE)) {
        return;
    }
    timer_in(ws, ws->config.close_timeout_ms);
    if (was_open) {
        send_close(ws, code, slice_of(text));
    } else {
        stream_close(ws->stream, text);
    }
    tell_closed(ws, was_open ? code : WS_CLOSE_ABNORMAL, text);
}

static void close_format(struct ws *ws, uint16_t code, const char *format, ...) PRINTF_LIKE(3, 4);
static void close_format(struct ws *ws, uint16_t code, const char *format, ...) {
    char text[STREAM_REASON_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    close_begin(ws, code, text);
}

static void peer_closed(struct ws *ws, const struct ws_event *event) {
    char text[WS_CONTROL_MAX + 1];
    (void)string_copy(text, sizeof(text), event->data);
    uint16_t code = event->code;
    if (ws->state == WS_OPEN && enter(ws, WS_EVENT_CLOSE)) {
        timer_in(ws, ws->config.close_timeout_ms);
        send_close(ws, code, SLICE(""));
    }
    stream_end(ws->stream); // the server closes the connection first; the timer holds it to that
    tell_closed(ws, code, text);
}

static void broken(struct ws *ws, const struct ws_event *event) {
    char text[STREAM_REASON_MAX];
    (void)string_copy(text, sizeof(text), event->data);
    close_begin(ws, event->code, text);
    stream_end(ws->stream);
}

static void timer_closed(uv_handle_t *handle) {
    struct ws *ws = handle->data;
    ws->config.events->on_stopped(ws, ws->config.user);
}

static void wait_for_next(struct ws *ws) {
    if (ws->was_open && now_ms(ws) - ws->opened_ms >= (int64_t)ws->config.stable_ms) {
        ws->attempt = 0;
    }
    uint32_t wait_ms = ws_backoff_ms(ws->config.backoff_ms, ws->config.backoff_max_ms, ws->attempt,
                                     ws->config.seed, ws->backoff_drawn++);
    if (ws->attempt < UINT32_MAX) {
        ws->attempt++;
    }
    timer_in(ws, wait_ms > ws->retry_after_ms ? wait_ms : ws->retry_after_ms);
    ws->retry_after_ms = 0;
}

static void on_stream_close(struct stream *stream, void *user, const char *reason) {
    (void)stream;
    struct ws *ws = user;
    (void)uv_timer_stop(&ws->timer);
    tell_closed(ws, WS_CLOSE_ABNORMAL, reason);
    if (ws->stopping) {
        ASSERT(enter(ws, WS_EVENT_GONE_FOR_GOOD));
        uv_close((uv_handle_t *)&ws->timer, timer_closed);
        return;
    }
    ASSERT(enter(ws, WS_EVENT_GONE));
    wait_for_next(ws);
}

// ---- opening ----------------------------------------------------------------------------------

static void attempt(struct ws *ws) {
    if (ws->config.may_connect != NULL && !ws->config.may_connect(ws, ws->config.user)) {
        timer_in(ws, ws_backoff_ms(ws->config.backoff_ms, ws->config.backoff_max_ms, ws->attempt,
                                   ws->config.seed, ws->backoff_drawn++));
        ws->state = WS_WAITING; // also when it was the first attempt
        return;
    }
    ASSERT(enter(ws, WS_EVENT_START));
    ws->told = ws->was_open = false;
    ws->http_status = 0;
    ws->connects++;
    timer_in(ws, ws->config.connect_timeout_ms);
    ws_parser_init(&ws->parser, WS_CLIENT, ws->config.receive_max, ws->message,
                   ws->config.message_max);
    const char *address = ws->address[0] != '\0' ? ws->address : NULL;
    if (stream_connect(ws->stream, ws->url.host, address, ws->url.port) != STATUS_OK) {
        // no socket to be had: as any other failed attempt
        tell_closed(ws, WS_CLOSE_ABNORMAL, status_text());
        ASSERT(enter(ws, WS_EVENT_GONE));
        wait_for_next(ws);
    }
}

static void on_stream_open(struct stream *stream, void *user) {
    struct ws *ws = user;
    if (!enter(ws, WS_EVENT_SECURED)) {
        return;
    }
    unsigned char random[WS_KEY_BYTES];
    if (RAND_bytes(random, sizeof(random)) != 1) {
        close_begin(ws, WS_CLOSE_ABNORMAL, "no random numbers for the upgrade request");
        return;
    }
    ws_key_text(random, ws->key);
    char request[URL_PATH_MAX + URL_HOST_MAX + WS_HEADERS_MAX + 512];
    struct text text = TEXT_OVER(request);
    ws_request_write(&text, ws->url.authority, ws->url.path, ws->key, slice_of(ws->headers));
    ASSERT(!text.truncated);
    bool sent = stream_send(stream, request, text.size);
    OPENSSL_cleanse(request, sizeof(request));
    if (!sent) {
        close_begin(ws, WS_CLOSE_ABNORMAL, "the upgrade request could not be sent");
    }
}

static void refused(struct ws *ws, const struct http_head *head, const char *why) {
    int64_t seconds = 0;
    if (head->status != 101) {
        ws->http_status = head->status;
    }
    if (http_head_number(head, "Retry-After", &seconds)) {
        seconds = seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S;
        ws->retry_after_ms = (uint32_t)seconds * 1000;
    }
    close_format(ws, WS_CLOSE_ABNORMAL, "%s: HTTP %d %.*s", why, head->status,
                 (int)(head->reason.size < 40 ? head->reason.size : 40),
                 head->reason.size > 0 ? head->reason.data : "");
}

// Returns the bytes used: the head when it is whole, else none.
static size_t upgrade(struct ws *ws, struct slice data) {
    struct http_head head;
    const char *why = NULL;
    enum http_head_result result = http_head_parse(HTTP_REPLY, data, &head, &why);
    if (result == HTTP_HEAD_MORE) {
        return 0;
    }
    if (result == HTTP_HEAD_BAD) {
        close_format(ws, WS_CLOSE_ABNORMAL, "upgrade: %s", why);
        return 0;
    }
    if (!ws_reply_check(&head, ws->key, &why)) {
        refused(ws, &head, why);
        return 0;
    }
    ASSERT(enter(ws, WS_EVENT_UPGRADED));
    ws->was_open = true;
    ws->opened_ms = ws->heard_ms = now_ms(ws);
    ws->pinged_ms = 0;
    timer_in(ws, ws->config.idle_timeout_ms / CHECKS_PER_TIMEOUT);
    ws->config.events->on_open(ws, ws->config.user);
    return head.size;
}

// ---- receiving --------------------------------------------------------------------------------

static void handle(struct ws *ws, enum ws_event_kind kind, const struct ws_event *event) {
    switch (kind) {
    case WS_MESSAGE:
        if (ws->state == WS_OPEN) {
            ws->messages++;
            ws->config.events->on_message(ws, ws->config.user, event->data, event->binary);
        }
        break;
    case WS_PING:
        if (ws->state == WS_OPEN) {
            ws->pings_answered++;
            if (!send_frame(ws, WS_OP_PONG, event->data) && ws->state == WS_OPEN) {
                stream_close(ws->stream, "the peer does not read: no room for a PONG");
            }
        }
        break;
    case WS_CLOSED:
        peer_closed(ws, event);
        break;
    case WS_BROKEN:
        broken(ws, event);
        break;
    case WS_PONG:
    case WS_MORE:
        break;
    }
}

static size_t on_stream_data(struct stream *stream, void *user, unsigned char *data, size_t size) {
    struct ws *ws = user;
    size_t at = 0;
    ws->heard_ms = now_ms(ws);
    if (ws->state == WS_UPGRADING) {
        at = upgrade(ws, (struct slice){(const char *)data, size});
    }
    if (ws->state != WS_OPEN && ws->state != WS_CLOSING) {
        return at;
    }
    enum ws_event_kind kind = WS_PONG;
    while (kind != WS_MORE && stream->state == STREAM_OPEN) {
        struct ws_event event;
        size_t used;
        kind = ws_parse(&ws->parser, data + at, size - at, &used, &event);
        handle(ws, kind, &event);
        at += used;
    }
    return at;
}

// ---- time -------------------------------------------------------------------------------------

static void check_life(struct ws *ws) {
    int64_t silent_ms = now_ms(ws) - ws->heard_ms;
    if (silent_ms >= (int64_t)ws->config.idle_timeout_ms) {
        close_format(ws, WS_CLOSE_GOING_AWAY, "nothing received for %" PRId64 " ms", silent_ms);
        return;
    }
    if (ws->config.ping_ms > 0 && silent_ms >= (int64_t)ws->config.ping_ms &&
        ws->pinged_ms <= ws->heard_ms) {
        ws->pinged_ms = now_ms(ws);
        (void)!send_frame(ws, WS_OP_PING, SLICE("perpdesk")); // full queue: silence will tell
    }
    timer_in(ws, ws->config.idle_timeout_ms / CHECKS_PER_TIMEOUT);
}

static void on_timer(uv_timer_t *timer) {
    struct ws *ws = timer->data;
    switch (ws->state) {
    case WS_CONNECTING:
    case WS_UPGRADING:
        close_format(ws, WS_CLOSE_ABNORMAL, "no connection within %u ms (%s)",
                     ws->config.connect_timeout_ms, ws_state_text(ws));
        break;
    case WS_OPEN:
        check_life(ws);
        break;
    case WS_CLOSING:
        stream_close(ws->stream, "the peer did not answer the close frame");
        break;
    case WS_WAITING:
        attempt(ws);
        break;
    case WS_IDLE:
    case WS_STATE_COUNT:
        break;
    }
}

// ---- the owner's side -------------------------------------------------------------------------

static const struct stream_events stream_events = {
    .on_open = on_stream_open,
    .on_data = on_stream_data,
    .on_close = on_stream_close,
};

enum status ws_create(struct ws **out, const struct ws_config *config) {
    ASSERT(config->events->on_open != NULL && config->events->on_message != NULL);
    ASSERT(config->events->on_closed != NULL && config->events->on_stopped != NULL);
    ASSERT(config->receive_max >= HTTP_HEAD_MAX && config->message_max >= WS_CONTROL_MAX);
    struct ws *ws = calloc(1, sizeof(*ws));
    if (ws == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a connection");
    }
    ws->config = *config;
    ws->random_at = sizeof(ws->random);
    ws->frame_capacity = config->send_max + WS_HEAD_MAX;
    ws->message = malloc(config->message_max);
    ws->frame = malloc(ws->frame_capacity);
    if (ws->message == NULL || ws->frame == NULL) {
        ws_destroy(ws);
        return status_fail(STATUS_SYSTEM, "no memory for a connection's buffers");
    }
    *out = ws;
    return STATUS_OK;
}

void ws_destroy(struct ws *ws) {
    if (ws == NULL) {
        return;
    }
    ASSERT(ws->state == WS_IDLE);
    stream_destroy(ws->stream);
    free(ws->message);
    free(ws->frame);
    OPENSSL_cleanse(ws->headers, sizeof(ws->headers));
    OPENSSL_cleanse(&ws->url, sizeof(ws->url));
    free(ws);
}

void ws_set_query(struct ws *ws, struct slice query) {
    char *path = ws->url.path;
    char *end = strchr(path, '?');
    size_t size = end == NULL ? strlen(path) : (size_t)(end - path);
    path[size] = '\0';
    if (query.size > 0 && size + 1 + query.size < sizeof(ws->url.path)) {
        path[size] = '?';
        memcpy(path + size + 1, query.data, query.size);
        path[size + 1 + query.size] = '\0';
    }
}

enum status ws_set_target(struct ws *ws, const char *url, struct slice headers) {
    char lines[WS_HEADERS_MAX];
    struct text text = TEXT_OVER(lines);
    bool clean = true;
    for (size_t i = 0; i < headers.size; i++) {
        char c = headers.data[i];
        clean = clean && (c == '\n' || (c >= ' ' && c != 0x7f));
        text_add(&text, c == '\n' ? SLICE("\r\n") : (struct slice){&c, 1});
    }
    struct url target;
    enum status status = STATUS_OK;
    if (url_parse(&target, url) != STATUS_OK || !target.websocket ||
        (target.tls && ws->config.tls == NULL)) {
        status = status_fail(STATUS_CONFIG, "no WebSocket address, or TLS is not set up");
    } else if (!clean || text.truncated || (text.size > 0 && lines[text.size - 1] != '\n')) {
        status = status_fail(STATUS_CONFIG, "header lines that cannot be sent");
    } else {
        ws->url = target;
        memcpy(ws->headers, lines, text.size + 1);
    }
    OPENSSL_cleanse(lines, sizeof(lines));
    OPENSSL_cleanse(&target, sizeof(target));
    return status;
}

enum status ws_start(struct ws *ws, const char *url, const char *address) {
    ASSERT(ws->state == WS_IDLE && ws->stream == NULL);
    enum status status = url_parse(&ws->url, url);
    if (status != STATUS_OK) {
        return status;
    }
    if (!ws->url.websocket || (ws->url.tls && ws->config.tls == NULL)) {
        return status_fail(STATUS_CONFIG, "'%s' is no WebSocket address, or TLS is not set up",
                           url);
    }
    if (address != NULL && !string_copy(ws->address, sizeof(ws->address), slice_of(address))) {
        return status_fail(STATUS_CONFIG, "'%s' is no numeric address", address);
    }
    struct stream_config config = {
        .loop = ws->config.loop,
        .tls = ws->url.tls ? ws->config.tls : NULL,
        .receive_max = ws->config.receive_max,
        .send_max = ws->config.send_max + WS_HEAD_MAX,
        .events = &stream_events,
        .user = ws,
    };
    status = stream_create(&ws->stream, &config);
    if (status != STATUS_OK) {
        return status;
    }
    ASSERT(uv_timer_init(ws->config.loop, &ws->timer) == 0);
    ws->timer.data = ws;
    attempt(ws);
    return STATUS_OK;
}

void ws_reconnect(struct ws *ws, uint16_t code, const char *text) {
    close_begin(ws, code, text);
}

void ws_stop(struct ws *ws, uint16_t code, const char *text) {
    if (ws->stopping || ws->stream == NULL) {
        return;
    }
    ws->stopping = true;
    if (ws->state == WS_IDLE || ws->state == WS_WAITING) {
        ASSERT(enter(ws, WS_EVENT_STOP));
        uv_close((uv_handle_t *)&ws->timer, timer_closed);
        return;
    }
    close_begin(ws, code, text);
}
