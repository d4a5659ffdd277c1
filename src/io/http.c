#include "io/http.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "io/url.h"

enum { CONNECT_TIMEOUT_MS = 5000, BODY_SENT_MAX = 8192, REQUESTS_MOST = 64 };
enum { HEADER_LINE_MAX = 2048, HEADERS_SEEN_MAX = 8192 };

struct slot {
    struct http *http;
    CURL *easy;
    bool busy;
    bool once, begun; // begun: it was, or may have been, written to a connection
    char error[CURL_ERROR_SIZE];
    char sent[BODY_SENT_MAX];
    struct curl_slist *headers; // of the request at hand
    char seen[HEADERS_SEEN_MAX];
    size_t seen_size;
    char *body;
    size_t body_size;
    bool too_large;
    void (*on_done)(void *arg, uint64_t tag, const struct http_answer *answer);
    void *arg;
    uint64_t tag;
};

// A socket of libcurl's that libuv watches.
struct watch {
    struct watch *next;
    struct http *http;
    uv_poll_t poll;
    curl_socket_t socket;
};

struct http {
    struct http_config config;
    CURLM *multi;
    struct slot *slots;
    struct watch *watches;
    uv_timer_t timer;
    bool timer_ready;
    uint32_t pending; // handles libuv still holds
    bool in_callback, stopping;
    void (*on_stopped)(void *arg);
    void *stopped_arg;
};

const char *http_result_name(enum http_result result) {
    static const char *const names[HTTP_RESULT_COUNT] = {
        "ok", "refused", "limited", "server_error", "timeout", "connect_failed", "broken"};
    ASSERT(result < HTTP_RESULT_COUNT);
    return names[result];
}

static CURLcode global_result; // of the one initialisation of this process

static void global_init(void) {
    global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

// ---- answers ----------------------------------------------------------------------------------

static enum http_result result_of_status(long status) {
    if (status >= 200 && status < 300) {
        return HTTP_OK;
    }
    if (status == 429 || status == 418) {
        return HTTP_LIMITED;
    }
    return status >= 500 ? HTTP_SERVER_ERROR : HTTP_REFUSED;
}

// clang-format off
static enum http_result result_of_failure(CURLcode code) {
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:         return HTTP_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:           return HTTP_CONNECT_FAILED;
    default:                               return HTTP_BROKEN;
    }
}
// clang-format on

static int64_t header_number(CURL *easy, const char *name) {
    struct curl_header *header;
    if (name == NULL || curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return -1;
    }
    char *end;
    long long value = strtoll(header->value, &end, 10);
    return end != header->value && value >= 0 ? value : -1;
}

static const char *failure_text(const struct slot *slot, CURLcode code) {
    if (slot->too_large) {
        return "the answer is larger than allowed";
    }
    return slot->error[0] != '\0' ? slot->error : curl_easy_strerror(code);
}

static void forget_sent(struct slot *slot) {
    OPENSSL_cleanse(slot->sent, strlen(slot->sent));
    for (struct curl_slist *at = slot->headers; at != NULL; at = at->next) {
        OPENSSL_cleanse(at->data, strlen(at->data));
    }
    curl_slist_free_all(slot->headers);
    slot->headers = NULL;
}

static void finish(struct slot *slot, CURLcode code) {
    struct http_answer answer = {.used_weight = -1, .text = ""};
    long status = 0;
    curl_off_t retry_after = 0;
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &retry_after);
    answer.status = (int)status;
    answer.retry_after_s = retry_after > 0 ? (int64_t)retry_after : 0;
    if (answer.retry_after_s > HTTP_RETRY_AFTER_MAX_S) {
        answer.retry_after_s = HTTP_RETRY_AFTER_MAX_S;
    }
    answer.used_weight = header_number(slot->easy, slot->http->config.weight_header);
    char text[48];
    if (code != CURLE_OK) {
        answer.result = result_of_failure(code);
        if (answer.result == HTTP_CONNECT_FAILED && slot->begun) {
            answer.result = HTTP_BROKEN; // of the next connection; the one before had the request
        }
        answer.text = failure_text(slot, code);
    } else {
        answer.result = result_of_status(status);
        answer.body = (struct slice){slot->body, slot->body_size};
        answer.headers = (struct slice){slot->seen, slot->seen_size};
        struct text out = TEXT_OVER(text);
        text_add_format(&out, "HTTP status %ld", status);
        answer.text = answer.result == HTTP_OK ? "" : text;
    }
    (void)curl_multi_remove_handle(slot->http->multi, slot->easy);
    forget_sent(slot);
    slot->on_done(slot->arg, slot->tag, &answer);
    slot->busy = false; // only now: the body was the callback's
}

static void collect(struct http *http) {
    CURLMsg *message;
    int left;
    http->in_callback = true;
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;
            struct slot *slot = NULL;
            ASSERT(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot) ==
                   CURLE_OK);
            finish(slot, code);
        }
    }
    http->in_callback = false;
}

static size_t on_body(char *data, size_t one, size_t size, void *user) {
    (void)one; // always 1
    struct slot *slot = user;
    if (size > slot->http->config.body_max - slot->body_size) {
        slot->too_large = true;
        return 0;
    }
    memcpy(slot->body + slot->body_size, data, size);
    slot->body_size += size;
    return size;
}

// One line at a time. A status line begins anew: what came before was of an interim answer.
static size_t on_header(char *data, size_t one, size_t size, void *user) {
    (void)one; // always 1
    struct slot *slot = user;
    if (slice_starts((struct slice){data, size}, SLICE("HTTP/"))) {
        slot->seen_size = 0;
    } else if (size <= HEADERS_SEEN_MAX - slot->seen_size) {
        memcpy(slot->seen + slot->seen_size, data, size);
        slot->seen_size += size;
    }
    return size;
}

// Before every attempt to write the request. Where a kept connection dies without an answer libcurl
// makes another attempt by itself, whatever the method; nobody knows what became of the first.
static int on_write(void *user, char *remote, char *local, int remote_port, int local_port) {
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct slot *slot = user;
    bool again = slot->begun;
    slot->begun = true;
    return again && slot->once ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

// ---- libcurl on libuv -------------------------------------------------------------------------

static void released(struct http *http) {
    if (--http->pending == 0 && http->stopping) {
        http->on_stopped(http->stopped_arg);
    }
}

static void on_time(uv_timer_t *timer) {
    struct http *http = timer->data;
    int running;
    (void)curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(http);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *user) {
    (void)multi;
    struct http *http = user;
    if (http->stopping) {
        return 0;
    }
    if (timeout_ms < 0) {
        return uv_timer_stop(&http->timer);
    }
    return uv_timer_start(&http->timer, on_time, (uint64_t)timeout_ms, 0);
}

static void on_ready(uv_poll_t *poll, int result, int events) {
    struct watch *watch = poll->data;
    struct http *http = watch->http;
    int flags = ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
                ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0) |
                (result < 0 ? CURL_CSELECT_ERR : 0);
    int running;
    (void)curl_multi_socket_action(http->multi, watch->socket, flags, &running);
    collect(http);
}

static void watch_closed(uv_handle_t *handle) {
    struct watch *watch = handle->data;
    struct http *http = watch->http;
    free(watch);
    released(http);
}

static void watch_end(struct watch *watch) {
    struct watch **at = &watch->http->watches;
    while (*at != watch) {
        at = &(*at)->next;
    }
    *at = watch->next;
    (void)uv_poll_stop(&watch->poll);
    uv_close((uv_handle_t *)&watch->poll, watch_closed);
}

static struct watch *watch_begin(struct http *http, curl_socket_t socket) {
    struct watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL || uv_poll_init_socket(http->config.loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    watch->http = http;
    watch->socket = socket;
    watch->poll.data = watch;
    watch->next = http->watches;
    http->watches = watch;
    http->pending++;
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *assigned) {
    (void)easy;
    struct http *http = user;
    struct watch *watch = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            (void)curl_multi_assign(http->multi, socket, NULL);
            watch_end(watch);
        }
        return 0;
    }
    if (watch == NULL) {
        watch = watch_begin(http, socket);
        if (watch == NULL) {
            return -1;
        }
        (void)curl_multi_assign(http->multi, socket, watch);
    }
    int events =
        (what != CURL_POLL_OUT ? UV_READABLE : 0) | (what != CURL_POLL_IN ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->poll, events, on_ready);
}

// ---- set-up -----------------------------------------------------------------------------------

// Before each handshake. libcurl on its own reads all authorities of the system for every client,
// 3 MB each.
static CURLcode on_tls(CURL *easy, void *tls, void *user) {
    (void)easy;
    SSL_CTX_set1_cert_store(tls, SSL_CTX_get_cert_store(user));
    return CURLE_OK;
}

static bool trust(CURL *easy, SSL_CTX *tls) {
    return curl_easy_setopt(easy, CURLOPT_CAINFO, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, tls) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls) == CURLE_OK;
}

static bool slot_create(struct http *http, struct slot *slot) {
    slot->http = http;
    slot->body = malloc(http->config.body_max);
    slot->easy = curl_easy_init();
    CURL *easy = slot->easy;
    return slot->body != NULL && easy != NULL && trust(easy, http->config.tls) &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, slot) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "Mozilla/5.0 (compatible; perpdesk)") ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->error) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_write) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, slot) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot) == CURLE_OK;
}

static bool multi_create(struct http *http) {
    http->multi = curl_multi_init();
    long most = (long)http->config.requests_max;
    return http->multi != NULL &&
           curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most) == CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http) == CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted) == CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http) == CURLM_OK;
}

enum status http_create(struct http **out, const struct http_config *config) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    ASSERT(pthread_once(&once, global_init) == 0);
    ASSERT(config->requests_max > 0 && config->requests_max <= REQUESTS_MOST &&
           config->body_max > 0);
    if (global_result != CURLE_OK) {
        return status_fail(STATUS_SYSTEM, "HTTP cannot be set up: %s",
                           curl_easy_strerror(global_result));
    }
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for HTTP");
    }
    http->config = *config;
    http->slots = calloc(config->requests_max, sizeof(*http->slots));
    bool ok = http->slots != NULL && multi_create(http);
    for (uint32_t i = 0; ok && i < config->requests_max; i++) {
        ok = slot_create(http, &http->slots[i]);
    }
    if (!ok) {
        http_destroy(http);
        return status_fail(STATUS_SYSTEM, "HTTP cannot be set up");
    }
    *out = http;
    return STATUS_OK;
}

static void handles_free(struct http *http) {
    for (uint32_t i = 0; http->slots != NULL && i < http->config.requests_max; i++) {
        if (http->slots[i].busy) {
            (void)curl_multi_remove_handle(http->multi, http->slots[i].easy);
        }
        curl_easy_cleanup(http->slots[i].easy);
        forget_sent(&http->slots[i]);
        free(http->slots[i].body);
    }
    free(http->slots);
    http->slots = NULL;
    if (http->multi != NULL) {
        (void)curl_multi_cleanup(http->multi);
        http->multi = NULL;
    }
}

void http_destroy(struct http *http) {
    if (http != NULL) {
        ASSERT(http->pending == 0);
        handles_free(http);
        free(http);
    }
}

// ---- requests ---------------------------------------------------------------------------------

static struct slot *slot_free(struct http *http) {
    for (uint32_t i = 0; i < http->config.requests_max; i++) {
        if (!http->slots[i].busy) {
            return &http->slots[i];
        }
    }
    return NULL;
}

static bool add_header(struct slot *slot, const char *line) {
    struct curl_slist *more = curl_slist_append(slot->headers, line);
    slot->headers = more != NULL ? more : slot->headers;
    return more != NULL;
}

// The caller's lines one by one, and the type of the body where they do not name it.
static bool set_headers(struct slot *slot, const char *lines) {
    static const char type[] = "Content-Type:";
    char line[HEADER_LINE_MAX];
    bool typed = false, ok = true;
    while (ok && lines != NULL && *lines != '\0') {
        size_t size = strcspn(lines, "\r\n");
        ok = string_copy(line, sizeof(line), (struct slice){lines, size}) && add_header(slot, line);
        typed = typed || strncasecmp(line, type, sizeof(type) - 1) == 0;
        lines += size + strspn(lines + size, "\r\n");
    }
    OPENSSL_cleanse(line, sizeof(line));
    return ok &&
           (typed || slot->sent[0] == '\0' || add_header(slot, "Content-Type: application/json"));
}

static bool slot_prepare(struct slot *slot, const struct http_request *request, bool tls) {
    CURL *easy = slot->easy;
    // A POST without a body still says so: servers wait for the length.
    bool has_body = slot->sent[0] != '\0' || strcmp(request->method, "POST") == 0 ||
                    strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;
    bool ok =
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->headers) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) == CURLE_OK;
    if (has_body) {
        ok = ok &&
             curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(slot->sent)) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_POSTFIELDS, slot->sent) == CURLE_OK;
    } else {
        ok = ok && curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    }
    return ok && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

static enum status timer_begin(struct http *http) {
    if (!http->timer_ready) {
        if (uv_timer_init(http->config.loop, &http->timer) != 0) {
            return status_fail(STATUS_SYSTEM, "no timer for HTTP");
        }
        http->timer.data = http;
        http->timer_ready = true;
        http->pending++;
    }
    return STATUS_OK;
}

enum status http_send(struct http *http, const struct http_request *request) {
    struct url url;
    ASSERT(!http->stopping && request->on_done != NULL);
    enum status status = url_parse(&url, request->url);
    if (status == STATUS_OK && url.websocket) {
        status = status_fail(STATUS_CONFIG, "'%s' is no HTTP address", request->url);
    }
    OPENSSL_cleanse(url.path, sizeof(url.path)); // a signed query
    ASSERT(status != STATUS_OK || !url.tls || http->config.tls != NULL);
    status = status == STATUS_OK ? timer_begin(http) : status;
    if (status != STATUS_OK) {
        return status;
    }
    struct slot *slot = slot_free(http);
    if (slot == NULL) {
        return status_fail(STATUS_INTERNAL, "%u requests are on the way already",
                           http->config.requests_max);
    }
    const char *body = request->body != NULL ? request->body : "";
    if (!string_copy(slot->sent, sizeof(slot->sent), slice_of(body))) {
        return status_fail(STATUS_INTERNAL, "a request's body is over %d bytes", BODY_SENT_MAX - 1);
    }
    slot->on_done = request->on_done;
    slot->arg = request->arg;
    slot->tag = request->tag;
    slot->body_size = slot->seen_size = 0;
    slot->too_large = slot->begun = false;
    slot->once = request->once;
    slot->error[0] = '\0';
    if (!set_headers(slot, request->headers) || !slot_prepare(slot, request, url.tls) ||
        curl_multi_add_handle(http->multi, slot->easy) != CURLM_OK) {
        forget_sent(slot);
        return status_fail(STATUS_SYSTEM, "libcurl does not take the request");
    }
    slot->busy = true;
    return STATUS_OK;
}

uint32_t http_active(const struct http *http) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < http->config.requests_max; i++) {
        count += http->slots[i].busy;
    }
    return count;
}

static void timer_closed(uv_handle_t *handle) {
    released(handle->data);
}

void http_stop(struct http *http, void (*on_stopped)(void *arg), void *arg) {
    ASSERT(!http->in_callback && !http->stopping);
    enum status status = timer_begin(http); // so that on_stopped always comes from the loop
    ASSERT(status == STATUS_OK);
    http->stopping = true;
    http->on_stopped = on_stopped;
    http->stopped_arg = arg;
    handles_free(http); // libcurl takes its sockets off the loop itself; what it left is taken here
    while (http->watches != NULL) {
        watch_end(http->watches);
    }
    uv_close((uv_handle_t *)&http->timer, timer_closed);
}
