// HTTP requests on a libuv loop through libcurl's multi interface. One client per io thread and
// venue.
//
// TLS is always verified against the given authorities; no proxies, no redirects, no environment
// variables; plain http to this machine only (url.h). What a request carries may be secret: it is
// never part of a text, and is wiped when the request is over. Requests are bounded in number, time
// and size of the answer, and each one that was accepted ends with exactly one on_done, except that
// http_stop ends the rest silently. What a failure means is the caller's: a time-out is *unknown*,
// the request may have been carried out.
#ifndef PERPDESK_IO_HTTP_H
#define PERPDESK_IO_HTTP_H

#include <openssl/ssl.h>
#include <uv.h>

#include "base/buf.h"

enum http_result {
    HTTP_OK,             // 2xx
    HTTP_REFUSED,        // 3xx and 4xx: asking again the same way is pointless
    HTTP_LIMITED,        // 429 and 418: too many requests, retry_after_s says how long to keep away
    HTTP_SERVER_ERROR,   // 5xx
    HTTP_TIMEOUT,        // no whole answer in time
    HTTP_CONNECT_FAILED, // name, TCP or TLS: nothing was sent
    HTTP_BROKEN,         // connection lost on the way, answer malformed or too large
    HTTP_RESULT_COUNT
};

enum { HTTP_RETRY_AFTER_MAX_S = 3600 }; // then it is asked again, whatever was told

struct http_answer {
    enum http_result result;
    int status;            // 0 when there was none
    struct slice body;     // valid during on_done
    struct slice headers;  // lines "Name: value\r\n", likewise; cut when they are many
    int64_t retry_after_s; // 0 = not told; an hour at most
    int64_t used_weight;   // of the configured header, -1 = not told
    const char *text;      // a sentence for everything but HTTP_OK
};

struct http_request {
    const char *method;  // "GET", "POST", "PUT", "DELETE", "PATCH"
    const char *url;     // whole
    const char *headers; // lines "Name: value\n", NULL or "" for none; copied
    const char *body;    // NULL or "" for none; copied. JSON, unless the headers name its type
    bool once; // changes something: never written twice, it is HTTP_BROKEN where libcurl would
    uint32_t timeout_ms;
    void (*on_done)(void *arg, uint64_t tag, const struct http_answer *answer);
    void *arg;
    uint64_t tag;
};

struct http_config {
    uv_loop_t *loop;
    SSL_CTX *tls;              // whose authorities are trusted, no others: one set for a whole desk
    uint32_t requests_max;     // at once
    size_t body_max;           // of an answer
    const char *weight_header; // reply header with the used rate weight, NULL = none
};

struct http;

enum status http_create(struct http **out, const struct http_config *config) MUST_CHECK;
// STATUS_INTERNAL when requests_max are on the way, STATUS_CONFIG for a URL that may not be asked.
enum status http_send(struct http *http, const struct http_request *request) MUST_CHECK;
uint32_t http_active(const struct http *http);
// Ends everything; on_stopped when nothing is left on the loop, http_destroy is allowed from there.
// Not from on_done.
void http_stop(struct http *http, void (*on_stopped)(void *arg), void *arg);
void http_destroy(struct http *http); // never used, or stopped; NULL allowed

const char *http_result_name(enum http_result result);

#endif
