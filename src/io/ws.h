// A WebSocket connection that keeps itself alive: connect, upgrade, messages, and after any loss
// back-off and again, for ever, until it is stopped.
//
// One ws belongs to one loop's thread. All memory is taken by ws_create. The connection's life is a
// table of states (ws.c); each attempt that got as far as being started ends with one on_closed
// that says why, with the true close code and the peer's or the system's own words. Every PING is
// answered. Own PINGs go out when nothing was received for a while, and any byte received counts as
// life; what a venue's data silence means is the feed's business.
#ifndef PERPDESK_IO_WS_H
#define PERPDESK_IO_WS_H

#include "io/stream.h"
#include "io/url.h"
#include "io/ws_frame.h"
#include "io/ws_handshake.h"

enum { WS_HEADERS_MAX = 1536 };

enum ws_state {
    WS_IDLE,
    WS_CONNECTING, // name, TCP, TLS: the stream's state tells which
    WS_UPGRADING,
    WS_OPEN,
    WS_CLOSING, // a close frame is out, or libuv lets go
    WS_WAITING, // for the next attempt
    WS_STATE_COUNT
};

struct ws;

struct ws_events {
    void (*on_open)(struct ws *ws, void *user);
    // One whole message; `data` is valid during the call.
    void (*on_message)(struct ws *ws, void *user, struct slice data, bool binary);
    // The connection or the attempt is over. `code` is the peer's or ours, WS_CLOSE_ABNORMAL
    // without a close frame.
    void (*on_closed)(struct ws *ws, void *user, uint16_t code, const char *text);
    // After ws_stop: nothing is left on the loop, ws_destroy is allowed (also from here).
    void (*on_stopped)(struct ws *ws, void *user);
};

struct ws_config {
    uv_loop_t *loop;
    SSL_CTX *tls;                // verifying client context; may be NULL when only ws:// is used
    size_t receive_max;          // messages up to about this size are handed out in place
    size_t message_max;          // largest message: over it the connection is closed with 1009
    size_t send_max;             // queue towards the socket
    uint32_t connect_timeout_ms; // name to TLS and upgrade, together
    uint32_t idle_timeout_ms;    // nothing received at all: closed and connected again
    uint32_t ping_ms;            // own PING after this silence; 0 = none
    uint32_t close_timeout_ms;   // for the peer's answer to our close frame
    uint32_t backoff_ms, backoff_max_ms;
    uint32_t stable_ms; // open this long: the next loss starts with the shortest back-off again
    uint64_t seed;      // of the jitter
    // Asked before each attempt; false: the venue's connection budget is used up, asked again after
    // the back-off.
    bool (*may_connect)(struct ws *ws, void *user); // NULL: always
    const struct ws_events *events;
    void *user;
};

extern const struct ws_config ws_config_defaults; // everything but loop, tls, seed, events, user

struct ws {
    struct ws_config config;
    enum ws_state state;
    bool stopping, told, was_open;
    struct stream *stream;
    uv_timer_t timer; // one deadline at a time; which one depends on the state
    struct url url;
    char address[64];             // numeric, "" = resolve
    char headers[WS_HEADERS_MAX]; // of the upgrade, each with its CRLF; wiped by ws_destroy
    char key[WS_KEY_TEXT];
    struct ws_parser parser;
    unsigned char *message;
    unsigned char *frame; // one frame being composed
    size_t frame_capacity;
    unsigned char random[1024]; // masks, used four bytes at a time
    size_t random_at;
    uint32_t attempt;                       // failed in a row
    uint64_t backoff_drawn;                 // jitter values drawn so far
    uint32_t retry_after_ms;                // the server asked for it
    int64_t opened_ms, heard_ms, pinged_ms; // loop time
    int http_status;                        // of the last refused upgrade, else 0
    uint64_t connects, messages, pings_answered, late_events;
};

enum status ws_create(struct ws **out, const struct ws_config *config) MUST_CHECK;
void ws_destroy(struct ws *ws); // before ws_start or after on_stopped; NULL allowed

// Starts the first attempt. `address`: numeric address to connect to instead of resolving the URL's
// host; NULL: none. The status tells of a wrong URL; failures of the network come as on_closed.
enum status ws_start(struct ws *ws, const char *url, const char *address) MUST_CHECK;
MUST_CHECK bool
ws_send(struct ws *ws, struct slice text); // false: not open or the queue is full; nothing was sent
// Replaces the query of the address, from the next attempt on. One that does not fit is left out.
void ws_set_query(struct ws *ws, struct slice query);
// Where the next attempt goes and what it says: for addresses and header lines ("Name: value\n")
// that are made anew each time, from within may_connect. Both may be secret: no text shows them.
// STATUS_CONFIG: not taken, the old ones stay.
enum status ws_set_target(struct ws *ws, const char *url, struct slice headers) MUST_CHECK;
// Closes and connects again; on_closed is told the same code and text. For silence, age and lost
// books.
void ws_reconnect(struct ws *ws, uint16_t code, const char *text);
void ws_stop(struct ws *ws, uint16_t code, const char *text); // for good; on_stopped follows

// "resolving", "connecting", "securing", "upgrading", "open", "closing", "waiting", "idle".
const char *ws_state_text(const struct ws *ws);

// Back-off before attempt `attempt` (0 = first retry): first, doubled up to max, less up to a
// quarter of jitter.
uint32_t ws_backoff_ms(uint32_t first_ms, uint32_t max_ms, uint32_t attempt, uint64_t seed,
                       uint64_t draw);

// The state table, for tests: events in the order of enum ws_event_code in ws.c.
enum ws_event_code {
    WS_EVENT_START,
    WS_EVENT_SECURED, // the stream is open
    WS_EVENT_UPGRADED,
    WS_EVENT_CLOSE, // either side ends it
    WS_EVENT_GONE,  // the stream let go
    WS_EVENT_GONE_FOR_GOOD,
    WS_EVENT_STOP, // while nothing is connected
    WS_EVENT_COUNT
};
enum { WS_NEXT_LATE = 100, WS_NEXT_NEVER = 101 }; // ignored and counted; a bug
int ws_next(enum ws_state state, enum ws_event_code event);

#endif
