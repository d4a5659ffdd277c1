// A venue's account asked directly, without a desk: keys, listing rules, login, REST and private
// sockets on a loop of its own, one request at a time. For the verb `venue`.
//
// What holds for a lane holds here: a request proves nothing, an answer that was lost is never
// taken for a refusal, and nothing is sent twice. What the venue says goes to `on_event`, answers
// and streams alike, in the order it came.
//
// One thread; everything is freed and wiped by inquiry_close.
#ifndef PERPDESK_CLI_INQUIRY_H
#define PERPDESK_CLI_INQUIRY_H

#include <openssl/ssl.h>
#include <uv.h>

#include "cli/cli.h"
#include "exchanges/venues.h"
#include "io/config.h"
#include "io/http.h"
#include "io/secret.h"
#include "io/ws.h"

struct inquiry;

struct inquiry_socket {
    struct inquiry *inquiry;
    uint32_t index, step;
    struct ws *ws; // NULL: the venue has none, or it was not needed
    bool open, greeted;
};

struct inquiry {
    const struct venue *venue;
    struct config config;
    struct universe universe;
    uint16_t venue_index;
    struct secret_keys keys;
    struct oe oe;
    struct oe_sink sink;
    struct md md;
    struct md_sink md_sink;
    struct oe_message message; // wiped when it was sent
    uv_loop_t loop;
    uv_timer_t tick; // makes the loop come back now and then
    struct http *http;
    SSL_CTX *tls;
    struct inquiry_socket sockets[OE_SOCKETS_MAX];
    uint32_t pending; // parts of the loop that are not released yet
    const char *rest;
    uint32_t tag;
    bool upkeep;                // what is on the way is login and the like: nobody's question
    bool answered, lost;        // the request on the way
    bool refused;               // it was
    bool orders_die;            // with the private connection: the venue would not leave them
    bool limited, may_repeat;   // it met the rate limit; it is one that may be asked again
    const struct oe_call *call; // on the way by REST; NULL: market data
    uint16_t symbol;            // of the market data
    enum md_request_kind asked;
    enum http_result result;
    struct px bid, ask; // inquiry_quote's
    char cursor[128], trouble[160];
    // Everything but what upkeep leads to, and of that the refusals.
    void (*on_event)(void *arg, const struct oe_event *event);
    // Sees a request instead of the venue; NULL: requests are sent. Upkeep is sent all the same.
    enum status (*on_dry_run)(void *arg, const struct oe_message *message);
    void *arg;
};

// Configuration, keys, rules of the listings, login. on_event, on_dry_run and arg are set by the
// caller in between: inquiry_create, inquiry_open.
enum status inquiry_create(struct inquiry **out) MUST_CHECK;
enum status inquiry_open(struct inquiry *inquiry, const struct cli_args *args,
                         const char *venue) MUST_CHECK;
void inquiry_close(struct inquiry *inquiry); // NULL allowed

// Private sockets connected and greeted, where the venue has any. Streams are heard from then on.
enum status inquiry_connect(struct inquiry *inquiry) MUST_CHECK;
// One call, all its pages. STATUS_OK: the venue answered, be it with a refusal (on_event). Where no
// whole answer came STATUS_UNAVAILABLE, or STATUS_TIMEOUT if the venue may have carried it out.
enum status inquiry_call(struct inquiry *inquiry, struct oe_call *call) MUST_CHECK;
// Hears the streams for at most that long, until `done` (NULL: the whole time).
void inquiry_hear(struct inquiry *inquiry, int64_t ms, bool (*done)(void *arg));
// The best prices now. STATUS_DATA: the venue told none.
enum status inquiry_quote(struct inquiry *inquiry, uint16_t symbol, struct px *bid,
                          struct px *ask) MUST_CHECK;

// inquiry_socket.c
enum status inquiry_sockets_open(struct inquiry *inquiry) MUST_CHECK; // inquiry_connect's
void inquiry_sockets_stop(struct inquiry *inquiry);
bool inquiry_sockets_ready(const struct inquiry *inquiry);
MUST_CHECK bool inquiry_socket_send(struct inquiry *inquiry, uint32_t socket, struct slice text);

#endif
