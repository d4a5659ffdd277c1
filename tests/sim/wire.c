#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/table.h"
#include "exchanges/header_lines.h"
#include "host.h"
#include "io/http.h"
#include "io/url.h"
#include "io/ws.h"
#include "moment.h"

enum { CHECKS_PER_TIMEOUT = 6 };

enum packet_kind {
    UP_OPEN,
    UP_TEXT,
    UP_PING,
    UP_PONG,
    UP_CLOSE,
    DOWN_ANSWER,
    DOWN_TEXT,
    DOWN_PING,
    DOWN_PONG,
    DOWN_CLOSE,
    DOWN_CUT
};

struct packet {
    struct line *line;
    enum packet_kind kind;
    uint32_t code, retry_after_s;
    size_t size;
    char data[];
};

struct wire {
    struct ws ws; // first: the desk's handle
    struct line *line;
    struct moment *timer;
    uint32_t failures;
};

static uint64_t messages;

uint64_t wire_messages(void) {
    return messages;
}

// ---- packets -----------------------------------------------------------------------------------

static void line_release(struct line *line) {
    if (line->packets == 0 && line->wire == NULL && line->session == NULL) {
        free(line);
    }
}

static void arrive(void *arg);

static void post(struct line *line, enum packet_kind kind, struct slice data, uint32_t code,
                 uint32_t retry_after_s) {
    struct packet *packet = malloc(sizeof(*packet) + data.size + 1);
    ASSERT(packet != NULL);
    *packet = (struct packet){line, kind, code, retry_after_s, data.size};
    if (data.size > 0) {
        memcpy(packet->data, data.data, data.size);
    }
    packet->data[data.size] = '\0';
    bool up = kind < DOWN_ANSWER;
    int64_t now_ns = moment_now_ns();
    int64_t *newest_ns = up ? &line->up_ns : &line->down_ns;
    int64_t at_ns = now_ns + host_latency_ns(line->host, !up);
    *newest_ns = at_ns > *newest_ns ? at_ns : *newest_ns + 1;
    line->packets++;
    (void)moment_in(*newest_ns - now_ns, arrive, packet);
}

void line_answer(struct line *line, uint32_t status, uint32_t retry_after_s) {
    post(line, DOWN_ANSWER, SLICE(""), status, retry_after_s);
}
void line_text(struct line *line, struct slice text) {
    post(line, DOWN_TEXT, text, 0, 0);
}
void line_ping(struct line *line) {
    post(line, DOWN_PING, SLICE(""), 0, 0);
}
void line_pong(struct line *line) {
    post(line, DOWN_PONG, SLICE(""), 0, 0);
}
void line_close(struct line *line, uint16_t code, struct slice text) {
    post(line, DOWN_CLOSE, text, code, 0);
}
void line_cut(struct line *line) {
    post(line, DOWN_CUT, SLICE(""), 0, 0);
}

// ---- the desk's end ----------------------------------------------------------------------------

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

uint32_t ws_backoff_ms(uint32_t first_ms, uint32_t max_ms, uint32_t attempt, uint64_t seed,
                       uint64_t draw) {
    uint64_t wait_ms = first_ms;
    for (uint32_t i = 0; i < attempt && wait_ms < max_ms; i++) {
        wait_ms *= 2;
    }
    wait_ms = wait_ms < max_ms ? wait_ms : max_ms;
    return (uint32_t)(wait_ms - hash_mix(seed ^ hash_mix(draw + 1)) % (wait_ms / 4 + 1));
}

const char *ws_state_text(const struct ws *ws) {
    static const char *const names[WS_STATE_COUNT] = {"idle", "connecting", "upgrading",
                                                      "open", "closing",    "waiting"};
    return names[ws->state];
}

static int64_t now_ms(void) {
    return mono_now_ns() / NS_PER_MS;
}

static void on_timer(void *arg);

static void timer_in(struct wire *wire, int64_t wait_ms) {
    moment_call_off(wire->timer);
    wire->timer = moment_in(wait_ms * NS_PER_MS, on_timer, wire);
}

static void drop_line(struct wire *wire) {
    struct line *line = wire->line;
    wire->line = NULL;
    if (line != NULL) {
        line->wire = NULL;
        line_release(line);
    }
}

static void tell_closed(struct wire *wire, uint16_t code, const char *text) {
    struct ws *ws = &wire->ws;
    if (!ws->told) {
        ws->told = true;
        ws->config.events->on_closed(ws, ws->config.user, code, text);
    }
}

static void stopped(void *arg) {
    struct wire *wire = arg;
    wire->ws.config.events->on_stopped(&wire->ws, wire->ws.config.user);
}

// The connection is gone: wait for the next, or for nothing more.
static void gone(struct wire *wire) {
    struct ws *ws = &wire->ws;
    drop_line(wire);
    moment_call_off(wire->timer);
    wire->timer = NULL;
    if (ws->stopping) {
        ws->state = WS_IDLE;
        (void)moment_in(0, stopped, wire);
        return;
    }
    if (ws->was_open && now_ms() - ws->opened_ms >= (int64_t)ws->config.stable_ms) {
        ws->attempt = 0;
    }
    uint32_t wait_ms = ws_backoff_ms(ws->config.backoff_ms, ws->config.backoff_max_ms, ws->attempt,
                                     ws->config.seed, ws->backoff_drawn++);
    ws->attempt++;
    ws->state = WS_WAITING;
    timer_in(wire, wait_ms > ws->retry_after_ms ? wait_ms : ws->retry_after_ms);
    ws->retry_after_ms = 0;
}

static void attempt(struct wire *wire) {
    struct ws *ws = &wire->ws;
    if (ws->config.may_connect != NULL && !ws->config.may_connect(ws, ws->config.user)) {
        ws->state = WS_WAITING;
        timer_in(wire, ws_backoff_ms(ws->config.backoff_ms, ws->config.backoff_max_ms, ws->attempt,
                                     ws->config.seed, ws->backoff_drawn++));
        return;
    }
    ws->state = WS_CONNECTING;
    ws->told = ws->was_open = false;
    ws->http_status = 0;
    ws->connects++;
    timer_in(wire, ws->config.connect_timeout_ms);
    struct line *line = calloc(1, sizeof(*line));
    ASSERT(line != NULL);
    line->host = host_at(ws->url.host);
    line->wire = wire;
    wire->line = line;
    char request[URL_PATH_MAX + WS_HEADERS_MAX + 64];
    struct text text = TEXT_OVER(request);
    text_add_format(&text, "%s\n%sUser-Agent: perpdesk\r\n", ws->url.path, ws->headers);
    ASSERT(!text.truncated);
    post(line, UP_OPEN, text_slice(&text), 0, 0);
}

static void close_begin(struct wire *wire, uint16_t code, const char *text) {
    struct ws *ws = &wire->ws;
    bool was_open = ws->state == WS_OPEN;
    if (ws->state != WS_OPEN && ws->state != WS_CONNECTING) {
        return;
    }
    ws->state = WS_CLOSING;
    post(wire->line, UP_CLOSE, SLICE(""), code, 0);
    int64_t away_ms = 2 * host_latency_ns(wire->line->host, false) / NS_PER_MS + 1;
    int64_t most_ms = ws->config.close_timeout_ms;
    timer_in(wire, wire->line->deaf || away_ms > most_ms ? most_ms : away_ms);
    tell_closed(wire, was_open ? code : WS_CLOSE_ABNORMAL, text);
}

static void check_life(struct wire *wire) {
    struct ws *ws = &wire->ws;
    int64_t silent_ms = now_ms() - ws->heard_ms;
    if (silent_ms >= (int64_t)ws->config.idle_timeout_ms) {
        char text[64];
        (void)snprintf(text, sizeof(text), "nothing received for %lld ms", (long long)silent_ms);
        close_begin(wire, WS_CLOSE_GOING_AWAY, text);
        return;
    }
    if (ws->config.ping_ms > 0 && silent_ms >= (int64_t)ws->config.ping_ms &&
        ws->pinged_ms <= ws->heard_ms) {
        ws->pinged_ms = now_ms();
        post(wire->line, UP_PING, SLICE(""), 0, 0);
    }
    timer_in(wire, ws->config.idle_timeout_ms / CHECKS_PER_TIMEOUT);
}

static void on_timer(void *arg) {
    struct wire *wire = arg;
    wire->timer = NULL;
    switch (wire->ws.state) {
    case WS_CONNECTING:
        close_begin(wire, WS_CLOSE_ABNORMAL, "no connection in time");
        break;
    case WS_OPEN:
        check_life(wire);
        break;
    case WS_CLOSING:
        gone(wire);
        break;
    case WS_WAITING:
        attempt(wire);
        break;
    case WS_UPGRADING:
    case WS_IDLE:
    case WS_STATE_COUNT:
    default:
        break;
    }
}

static void on_answer(struct wire *wire, const struct packet *packet) {
    struct ws *ws = &wire->ws;
    if (ws->state != WS_CONNECTING) {
        return;
    }
    if (packet->code != 101) {
        char text[64];
        (void)snprintf(text, sizeof(text), "refused: HTTP %u", packet->code);
        ws->http_status = (int)packet->code;
        ws->retry_after_ms = packet->retry_after_s * 1000;
        close_begin(wire, WS_CLOSE_ABNORMAL, text);
        return;
    }
    ws->state = WS_OPEN;
    ws->was_open = true;
    ws->opened_ms = ws->heard_ms = now_ms();
    ws->pinged_ms = 0;
    timer_in(wire, ws->config.idle_timeout_ms / CHECKS_PER_TIMEOUT);
    ws->config.events->on_open(ws, ws->config.user);
}

static void on_down(struct wire *wire, const struct packet *packet) {
    struct ws *ws = &wire->ws;
    struct slice data = {packet->data, packet->size};
    ws->heard_ms = now_ms();
    switch (packet->kind) {
    case DOWN_ANSWER:
        on_answer(wire, packet);
        break;
    case DOWN_TEXT:
        if (ws->state == WS_OPEN && data.size > ws->config.message_max) {
            close_begin(wire, WS_CLOSE_TOO_LARGE, "a message that is too large");
        } else if (ws->state == WS_OPEN) {
            ws->messages++;
            messages++;
            ws->config.events->on_message(ws, ws->config.user, data, false);
        }
        break;
    case DOWN_PING:
        ws->pings_answered++;
        post(wire->line, UP_PONG, SLICE(""), 0, 0);
        break;
    case DOWN_CLOSE:
    case DOWN_CUT: {
        bool abnormal = packet->kind == DOWN_CUT;
        tell_closed(wire, abnormal ? WS_CLOSE_ABNORMAL : (uint16_t)packet->code,
                    abnormal ? "connection reset" : packet->data);
        gone(wire);
        break;
    }
    case DOWN_PONG:
    case UP_OPEN:
    case UP_TEXT:
    case UP_PING:
    case UP_PONG:
    case UP_CLOSE:
    default:
        break;
    }
}

// ---- the venue's end ---------------------------------------------------------------------------

static void on_up(struct line *line, const struct packet *packet) {
    struct slice data = {packet->data, packet->size};
    if (packet->kind == UP_OPEN) {
        const char *end = memchr(packet->data, '\n', packet->size);
        ASSERT(end != NULL);
        size_t size = (size_t)(end - packet->data);
        host_open(line, (struct slice){packet->data, size},
                  (struct slice){end + 1, packet->size - size - 1});
    } else if (line->session == NULL) {
        return; // the venue has ended it meanwhile
    } else if (packet->kind == UP_TEXT) {
        host_text(line, data);
    } else if (packet->kind == UP_CLOSE) {
        host_closed(line);
    } else {
        host_heard(line, packet->kind == UP_PONG);
    }
}

static void arrive(void *arg) {
    struct packet *packet = arg;
    struct line *line = packet->line;
    if (line->deaf) {
        // both ends wait
    } else if (packet->kind < DOWN_ANSWER) {
        on_up(line, packet);
    } else if (line->wire != NULL) {
        on_down(line->wire, packet);
    }
    line->packets--;
    line_release(line);
    free(packet);
}

// ---- io/ws.h -----------------------------------------------------------------------------------

enum status ws_create(struct ws **out, const struct ws_config *config) {
    struct wire *wire = calloc(1, sizeof(*wire));
    if (wire == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a connection");
    }
    wire->ws.config = *config;
    *out = &wire->ws;
    return STATUS_OK;
}

void ws_destroy(struct ws *ws) {
    struct wire *wire = (struct wire *)ws;
    if (wire != NULL) {
        moment_call_off(wire->timer);
        if (wire->line != NULL) {
            post(wire->line, UP_CLOSE, SLICE(""), WS_CLOSE_ABNORMAL, 0); // the kernel says it
        }
        drop_line(wire);
        free(wire);
    }
}

enum status ws_start(struct ws *ws, const char *url, const char *address) {
    (void)address;
    enum status status = url_parse(&ws->url, url);
    if (status == STATUS_OK) {
        attempt((struct wire *)ws);
    }
    return status;
}

bool ws_send(struct ws *ws, struct slice text) {
    struct wire *wire = (struct wire *)ws;
    if (ws->state != WS_OPEN) {
        return false;
    }
    post(wire->line, UP_TEXT, text, 0, 0);
    return true;
}

void ws_set_query(struct ws *ws, struct slice query) {
    char *end = strchr(ws->url.path, '?');
    size_t size = end == NULL ? strlen(ws->url.path) : (size_t)(end - ws->url.path);
    struct text path = text_over(ws->url.path + size, sizeof(ws->url.path) - size);
    if (query.size > 0) {
        text_add_format(&path, "?%.*s", (int)query.size, query.data);
    }
}

enum status ws_set_target(struct ws *ws, const char *url, struct slice headers) {
    struct text text = TEXT_OVER(ws->headers);
    for (size_t i = 0; i < headers.size; i++) {
        text_add(&text,
                 headers.data[i] == '\n' ? SLICE("\r\n") : (struct slice){headers.data + i, 1});
    }
    return text.truncated ? status_fail(STATUS_CONFIG, "headers") : url_parse(&ws->url, url);
}

void ws_reconnect(struct ws *ws, uint16_t code, const char *text) {
    close_begin((struct wire *)ws, code, text);
}

void ws_stop(struct ws *ws, uint16_t code, const char *text) {
    struct wire *wire = (struct wire *)ws;
    if (ws->stopping) {
        return;
    }
    ws->stopping = true;
    if (ws->state == WS_IDLE || ws->state == WS_WAITING) {
        gone(wire);
        return;
    }
    close_begin(wire, code, text);
}

// ---- io/http.h ---------------------------------------------------------------------------------

struct http {
    struct http_config config;
    struct call *calls;
    uint32_t active;
    struct moment *end;
    void (*on_stopped)(void *arg);
    void *stopped_arg;
};

struct call {
    struct call *next;
    struct http *http; // NULL: nobody waits for the answer any more
    struct host *host;
    struct http_request request; // its callback and tag
    struct url url;
    char *headers, *body;
    struct moment *timeout;
    struct host_reply *reply;
};

const char *http_result_name(enum http_result result) {
    static const char *const names[HTTP_RESULT_COUNT] = {
        "ok", "refused", "limited", "server_error", "timeout", "connect_failed", "broken"};
    return names[result];
}

enum status http_create(struct http **out, const struct http_config *config) {
    *out = calloc(1, sizeof(**out));
    if (*out == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for HTTP");
    }
    (*out)->config = *config;
    return STATUS_OK;
}

uint32_t http_active(const struct http *http) {
    return http->active;
}

// The desk waits no more; the call goes on where it is.
static void call_forget(struct call *call) {
    struct http *http = call->http;
    if (http == NULL) {
        return;
    }
    struct call **at = &http->calls;
    while (*at != call) {
        at = &(*at)->next;
    }
    *at = call->next;
    http->active--;
    call->http = NULL;
    moment_call_off(call->timeout);
    call->timeout = NULL;
}

static void call_free(struct call *call) {
    call_forget(call);
    free(call->headers);
    free(call->body);
    host_reply_free(call->reply);
    free(call);
}

static void call_done(struct call *call, const struct http_answer *answer) {
    struct http_request request = call->request;
    bool waits = call->http != NULL;
    call_forget(call);
    if (waits) {
        request.on_done(request.arg, request.tag, answer);
    }
}

static void call_timed_out(void *arg) {
    struct call *call = arg;
    call->timeout = NULL;
    call_done(call, &(struct http_answer){
                        .result = HTTP_TIMEOUT, .used_weight = -1, .text = "no answer in time"});
}

static int64_t number_of(struct slice headers, const char *name, int64_t none) {
    struct slice value;
    int64_t number = 0;
    bool found = name != NULL && header_find(headers, name, &value) &&
                 decimal_parse(value, 0, &number) && number >= 0;
    return found ? number : none;
}

static enum http_result result_of(uint32_t status) {
    return status >= 200 && status < 300    ? HTTP_OK
           : status == 429 || status == 418 ? HTTP_LIMITED
           : status >= 500                  ? HTTP_SERVER_ERROR
                                            : HTTP_REFUSED;
}

static void call_answered(void *arg) {
    struct call *call = arg;
    const struct host_reply *reply = call->reply;
    char text[32];
    (void)snprintf(text, sizeof(text), "HTTP status %u", reply->status);
    struct http_answer answer = {.used_weight = -1, .text = "connection lost"};
    if (reply->status == 0) {
        answer.result = reply->nothing_sent ? HTTP_CONNECT_FAILED : HTTP_BROKEN;
    } else {
        answer.result = result_of(reply->status);
        answer.status = (int)reply->status;
        answer.headers = (struct slice){reply->headers, strlen(reply->headers)};
        answer.body = (struct slice){reply->body, reply->body_size};
        answer.retry_after_s = number_of(answer.headers, "Retry-After", 0);
        answer.text = answer.result == HTTP_OK ? "" : text;
        if (call->http != NULL) {
            answer.used_weight = number_of(answer.headers, call->http->config.weight_header, -1);
        }
    }
    if (call->http != NULL && reply->body_size > call->http->config.body_max) {
        answer = (struct http_answer){
            .result = HTTP_BROKEN, .used_weight = -1, .text = "the answer is larger than allowed"};
    }
    call_done(call, &answer);
    call_free(call);
}

static void call_arrives(void *arg) {
    struct call *call = arg;
    struct slice query = slice_of(call->url.path);
    const char *mark = strchr(call->url.path, '?');
    struct slice path = {call->url.path,
                         mark != NULL ? (size_t)(mark - call->url.path) : query.size};
    query = mark != NULL ? slice_of(mark + 1) : SLICE("");
    struct vsim_request request = {.method = slice_of(call->request.method),
                                   .path = path,
                                   .query = query,
                                   .body = slice_of(call->body),
                                   .headers = slice_of(call->headers)};
    int64_t wait_ns = 0;
    call->reply = host_call(call->host, &request, &wait_ns);
    if (call->reply == NULL) { // lost on the way back or forth
        if (call->http == NULL) {
            call_free(call);
        } else {
            (void)moment_in((int64_t)call->request.timeout_ms * 2 * NS_PER_MS,
                            (void (*)(void *))call_free, call);
        }
        return;
    }
    (void)moment_in(wait_ns + host_latency_ns(call->host, true), call_answered, call);
}

static char *headers_of(const struct http_request *request) {
    const char *from = request->headers != NULL ? request->headers : "";
    bool typed = strcasestr(from, "Content-Type:") != NULL;
    bool body = request->body != NULL && request->body[0] != '\0';
    size_t capacity = 2 * strlen(from) + 128;
    char *data = malloc(capacity);
    ASSERT(data != NULL);
    struct text text = text_over(data, capacity);
    text_add_string(&text, "User-Agent: perpdesk\r\n");
    if (body && !typed) {
        text_add_string(&text, "Content-Type: application/json\r\n");
    }
    for (; *from != '\0'; from++) {
        text_add(&text, *from == '\n' ? SLICE("\r\n") : (struct slice){from, 1});
    }
    return data;
}

enum status http_send(struct http *http, const struct http_request *request) {
    struct url url;
    enum status status = url_parse(&url, request->url);
    if (status != STATUS_OK || http->active >= http->config.requests_max) {
        return status != STATUS_OK ? status
                                   : status_fail(STATUS_INTERNAL, "too many requests on the way");
    }
    struct call *call = calloc(1, sizeof(*call));
    ASSERT(call != NULL);
    call->http = http;
    call->host = host_at(url.host);
    call->request = *request;
    call->url = url;
    call->headers = headers_of(request);
    call->body = strdup(request->body != NULL ? request->body : "");
    call->next = http->calls;
    http->calls = call;
    http->active++;
    call->timeout = moment_in((int64_t)request->timeout_ms * NS_PER_MS, call_timed_out, call);
    (void)moment_in(host_latency_ns(call->host, false), call_arrives, call);
    return STATUS_OK;
}

static void http_ended(void *arg) {
    struct http *http = arg;
    http->on_stopped(http->stopped_arg);
}

void http_stop(struct http *http, void (*on_stopped)(void *arg), void *arg) {
    while (http->calls != NULL) {
        call_forget(http->calls);
    }
    http->on_stopped = on_stopped;
    http->stopped_arg = arg;
    (void)moment_in(0, http_ended, http);
}

void http_destroy(struct http *http) {
    while (http != NULL && http->calls != NULL) {
        call_forget(http->calls);
    }
    free(http);
}
