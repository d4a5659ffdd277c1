// The server's side of a venue, for the simulator and for tests: what a venue's server answers and
// pushes.
//
// Bytes to meaning and back, like venue_md: no sockets, no threads, no clock, no files. A venue is
// one constant `struct venue_sim`: a table of the channels a client may subscribe to, and four
// functions. What is common to all venues is here: sessions with their subscriptions, which push is
// due, and the published book with its changes.
//
// Whoever drives it (src/sim) keeps a `struct vsim_world` per venue, changes its listings
// (vsim_quote, vsim_publish, vsim_funding), and then calls vsim_session_poll for each session. What
// a session says leaves through its `struct vsim_out`: that is where sockets, a test's list, or a
// fault that loses messages come in.
//
// A client's calls, handshakes and messages enter through vsim_call, vsim_session_open and
// vsim_session_text. They hold the client to the venue's limits (vsim_limits.c) before the venue's
// own functions see anything. The numbers stand in the venue's row; all clients of a world count as
// one address.
#ifndef PERPDESK_EXCHANGES_VENUE_SIM_H
#define PERPDESK_EXCHANGES_VENUE_SIM_H

#include "exchanges/header_lines.h"
#include "exchanges/vsim_rate.h"
#include "market/instrument.h"
#include "market/quote.h"

enum {
    VSIM_SCRATCH_SIZE = 512 * 1024,
    VSIM_CHANNELS_MAX = 16,
    VSIM_RAW_NAME_MAX = 64,
    VSIM_CALL_RATES_MAX = 8,
    VSIM_CONNECT_RATES = 2,
    VSIM_HEADERS_SIZE = 1024, // of a reply
};

enum vsim_topic {
    VSIM_BBO,        // best prices
    VSIM_BOOK_DELTA, // what changed since the publication before; the first push is the whole book
                     // if the venue says so
    VSIM_BOOK_WHOLE, // the best `levels` of the book each time
    VSIM_FUNDING,    // funding rate, mark and index price
    VSIM_RECORDED,   // only ever comes byte for byte from a recording
    VSIM_TOPIC_COUNT
};

// One instrument as its venue shows it: prices on the venue's tick, sizes in base units on its
// step.
struct vsim_listing {
    const struct symbol *symbol;
    struct listing rules; // native name, tick, step, contract …
    uint32_t
        recorded; // bit c: channel c comes byte for byte from a recording, so it is not made here

    struct px bid, ask;
    struct qty bid_size, ask_size;
    uint64_t quote_id; // rises with each change; 0 = no quote yet
    int64_t quote_ns;  // venue's clock

    struct level *bids, *asks; // published book, best first
    uint32_t bid_count, ask_count, levels_max;
    struct level *changed_bids, *changed_asks; // against the publication before; size 0 = gone
    struct qty *bid_changes, *ask_changes;     // by how much; parallel to changed_bids, …_asks
    uint32_t changed_bid_count, changed_ask_count;
    uint64_t book_id, book_previous; // ids of this publication and of the one before it; 0 = none
    uint64_t snapshot_id; // what an answer with the whole book tells: book_id, or a later one that
                          // changed nothing in it
    int64_t book_ns;

    struct rate funding; // for one interval; made up by the simulator
    int64_t funding_interval_ns;
    int64_t next_settlement_ns; // venue's clock
    struct px mark, index;      // made up by the simulator; 0 = none yet
    uint64_t funding_id;
};

struct vsim_subscription;
struct vacc; // exchanges/venue_account.h
struct vacc_event;

// What a venue allows. Zero is no such limit, or none that is known.
struct vsim_limits {
    // Calls, in the venue's weights; venue_sim.charge tells which rate a call is charged to.
    struct vsim_rate calls[VSIM_CALL_RATES_MAX];
    uint32_t ban_after; // calls refused in a row before the address is banned
    uint32_t ban_s;
    bool user_agent; // a call or handshake without User-Agent is refused

    // WebSockets of one address.
    struct vsim_rate connects[VSIM_CONNECT_RATES]; // new ones; each of the rates holds
    uint32_t connections;                          // at the same time
    uint32_t subscriptions;                        // of one connection
    uint32_t subscriptions_in_all;
    struct vsim_rate messages; // of one connection's client, pongs not counted
    struct vsim_rate messages_in_all;
    const char *free_message; // counts as none of them; NULL: all count

    // When the venue ends a connection by itself.
    uint32_t ping_s, pong_s; // pings every ping_s; no pong for pong_s after it
    uint32_t silent_s;       // the client said nothing, pongs and pings included
    uint32_t unsent_s;       // the venue had nothing to send
    uint32_t idle_s;         // neither
    uint32_t age_s;
};

struct vsim_world {
    const struct venue_sim *venue;
    struct vsim_limits limits; // the venue's, to begin with: a test may set others
    struct vsim_rate_use call_uses[VSIM_CALL_RATES_MAX], connect_uses[VSIM_CONNECT_RATES],
        message_use;
    uint32_t calls_refused; // since the last that was taken
    int64_t banned_until_ns;
    uint32_t connections, subscriptions; // now, of all sessions
    struct vsim_listing *listings;
    uint32_t listing_count;
    int64_t now_ns;                          // venue's clock
    struct text scratch;                     // where messages are composed, VSIM_SCRATCH_SIZE
    const struct vsim_subscription *pushing; // whose message is being composed, within encode
    struct vacc *account; // of the one client that may log in; NULL: public data only
};

struct vsim_channel {
    const char *name; // as the venue's clients spell it
    enum vsim_topic topic;
    uint32_t period_ms; // least time between two pushes; 0 = each change
    bool repeats;       // pushed every period_ms, changed or not
    bool whole_first;   // VSIM_BOOK_DELTA: a subscription begins with the whole book
    uint8_t levels;     // VSIM_BOOK_WHOLE
    uint8_t route;      // venue's own: which of its addresses has this channel
    // Appends the message. `whole` asks for the whole book.
    void (*encode)(const struct vsim_channel *channel, const struct vsim_world *world,
                   const struct vsim_listing *listing, bool whole, struct text *out);
    uint32_t whole_ms; // VSIM_BOOK_DELTA: the whole book again after so long; 0 = never
};

struct vsim_out {
    void (*send)(struct vsim_out *out, struct slice message); // the slice is valid during the call
    // Sends a WebSocket ping frame; the answer goes to vsim_session_heard. NULL: no frames here, so
    // none is waited for.
    void (*ping)(struct vsim_out *out);
};

struct vsim_subscription {
    bool on, pushed;
    uint64_t id;           // of what was pushed last
    int64_t ns;            // when
    int64_t whole_ns;      // when the whole book was, VSIM_BOOK_DELTA
    uint64_t count;        // pushes before
    int64_t since_ns;      // when it was asked for
    uint32_t period_ms;    // instead of the channel's, where the client chooses; 0 = the channel's
    uint32_t option;       // venue's own
    struct level bid, ask; // best prices that were pushed last, VSIM_BBO
};

struct vsim_session {
    struct vsim_world *world;
    struct vsim_out *out;
    struct vsim_subscription *subscriptions; // listing * channel_count + channel
    uint32_t subscribed;
    uint64_t pushes;     // sent to this session so far, for venues that number them
    uint32_t mode;       // venue's own, set by open
    int64_t said_ns;     // when vsim_session_due last said so; 0 = not greeted yet
    uint32_t unanswered; // pings in the application since the client last answered
    bool free_messages; // not held to limits.messages: set by a private side with limits of its own
    uint32_t account_mode; // venue's own: what of the account is pushed, 0 = nothing
    uint64_t account_seen; // number of the event pushed last
    const char *over; // why the venue will have no more of it: whoever drives it closes. NULL: on
    uint32_t number;  // of the connection, for venues that tell one

    bool counted; // among the world's connections
    struct vsim_rate_use message_use;
    int64_t opened_ns, heard_ns, sent_ns;
    int64_t ping_ns;  // of the newest ping frame; at first, when the session was opened
    int64_t await_ns; // of the oldest ping frame without an answer, 0 = none
};

struct vsim_request {
    struct slice method, path, query, body; // path without query, query without '?'
    struct slice headers;                   // lines "Name: value", each with its CRLF
};

struct vsim_reply {
    uint32_t status;           // HTTP; 101: the handshake is taken
    struct text headers, body; // the caller's; headers: lines "Name: value", each with its CRLF
};

enum vsim_why {
    VSIM_NO_STREAM, // a handshake to an address without WebSocket, or without that stream
    VSIM_NO_USER_AGENT,
    VSIM_TOO_MANY_CALLS,
    VSIM_BANNED,
    VSIM_TOO_MANY_CONNECTIONS,
};

// A call or a handshake that is not taken.
struct vsim_refusal {
    enum vsim_why why;
    uint32_t after_s; // until another try is worth it, at least 1; 0 = no telling
};

struct vsim_charge {
    uint32_t rate, weight; // index into limits.calls
};

// The private side of a venue: what it answers the client whose account it keeps. Reached only
// while world->account is set.
struct vsim_private {
    size_t own_size; // of vacc.own
    // Takes what the client's secrets say (in the order of venue_oe.secrets) into account->own, to
    // check signatures against. STATUS_CONFIG: they cannot be secrets of this venue.
    enum status (*init)(struct vacc *account, const struct slice *secrets) MUST_CHECK;
    // A call: fills the reply and returns its HTTP status; 0: not one of the private ones.
    uint32_t (*answer)(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply);
    // A handshake: true when the address is a private one, and taken. One that is private and
    // refused (headers, listen key) answers true and sets session->over. NULL: none.
    bool (*open)(struct vsim_session *session, const struct vsim_request *request);
    // A message of the client: false when it is none of the private ones. NULL: none.
    bool (*on_text)(struct vsim_session *session, struct slice message);
    // Something happened to the account, and session->account_mode is not 0. NULL: no stream.
    void (*push)(struct vsim_session *session, const struct vacc_event *event);
    // The connection ended, by whoever: what is due at its end. NULL: nothing.
    void (*close)(struct vsim_session *session);
};

struct venue_sim {
    const char *name;
    uint32_t book_levels;    // depth of the published book
    uint32_t book_period_ms; // how often it is published
    int64_t funding_interval_ns;
    const struct vsim_channel *channels;
    uint32_t channel_count;
    // The rules of a symbol at this venue. `seen` holds the finest tick and step of the data that
    // will be shown, for symbols whose real rules are not known here.
    void (*rules)(const struct symbol *symbol, const struct listing *seen, struct listing *out);
    // A WebSocket was asked for at `path` (with query). False: the venue serves none there.
    bool (*open)(struct vsim_session *session, struct slice path);
    void (*on_text)(struct vsim_session *session, struct slice message);
    // Appends the body of the answer (JSON) and returns the HTTP status.
    uint32_t (*answer)(const struct vsim_world *world, const struct vsim_request *request,
                       struct text *body);
    // The channel a recorded frame belongs to; -1: it is not passed on. NULL: the venue passes
    // nothing on.
    int (*recorded_channel)(struct slice frame);
    // Called before each round of pushes, subscribed to something or not: greetings, pings. NULL:
    // none.
    void (*tick)(struct vsim_session *session);
    // The last word on a pushed message, by session (Binance: with or without its wrapping). NULL:
    // as it is.
    struct slice (*shape)(const struct vsim_session *session, struct slice message);

    // ---- what vsim_limits.c holds a client to, and how the venue says it ----
    struct vsim_limits limits;
    // What a call costs, and of which rate. NULL: 1 of the first.
    struct vsim_charge (*charge)(const struct vsim_request *request);
    // Appends the headers and the body of a refusal, whose status vsim_refusal_status has set.
    // NULL: nothing but the status.
    void (*refuse)(const struct vsim_world *world, const struct vsim_refusal *refusal,
                   struct vsim_reply *reply);
    // The headers that every answer to a call carries. NULL: none.
    void (*add_headers)(const struct vsim_world *world, struct text *headers);
    // A message of the client is over the limit and was not read: says so. NULL: the connection
    // ends.
    void (*refuse_message)(struct vsim_session *session);
    const struct vsim_private *private_side; // NULL: not built
};

extern const struct venue_sim backpack_sim, edgex_sim, grvt_sim;
extern const struct venue_sim aster_sim, binance_sim, extended_sim, hyperliquid_sim, lighter_sim,
    okx_sim, paradex_sim;

extern const struct vsim_private aster_sim_private, backpack_sim_private, binance_sim_private,
    edgex_sim_private, extended_sim_private, grvt_sim_private, hyperliquid_sim_private,
    lighter_sim_private, okx_sim_private, paradex_sim_private;

enum status vsim_world_create(struct vsim_world *world, const struct venue_sim *venue,
                              uint32_t listings) MUST_CHECK;
void vsim_world_finish(struct vsim_world *world);
struct vsim_listing *vsim_find(const struct vsim_world *world,
                               struct slice native); // NULL when unknown

// Best prices changed. `id` 0: the next number.
void vsim_quote(struct vsim_listing *listing, struct level bid, struct level ask, uint64_t id,
                int64_t now_ns);
// A new state of the book, best first, cut at levels_max. `id` 0: the next number. Returns false,
// and changes nothing, when the book is as it was. A book without predecessor (after vsim_forget)
// changes in every level.
bool vsim_publish(struct vsim_listing *listing, const struct level *bids, uint32_t bid_count,
                  const struct level *asks, uint32_t ask_count, uint64_t id, int64_t now_ns);
void vsim_forget(struct vsim_listing
                     *listing); // quote and book are unknown; ids stay, so that they go on rising

enum status vsim_session_create(struct vsim_session *session, struct vsim_world *world,
                                struct vsim_out *out, uint32_t number) MUST_CHECK;
void vsim_session_finish(struct vsim_session *session); // zeroed allowed
// The client asks for a WebSocket: reply->status is 101, or that of the refusal.
void vsim_session_open(struct vsim_session *session, const struct vsim_request *request,
                       struct vsim_reply *reply);
// The client says something; or sends a ping or pong frame.
void vsim_session_text(struct vsim_session *session, struct slice message);
void vsim_session_heard(struct vsim_session *session, bool pong);
void vsim_session_send(struct vsim_session *session); // what is in the world's scratch
void vsim_session_say(struct vsim_session *session, struct slice message);
// For venues that greet, and ping in the application every `ping_ms`: what is to be said now.
enum vsim_due { VSIM_DUE_NOTHING, VSIM_DUE_GREETING, VSIM_DUE_PING };
enum vsim_due vsim_session_due(struct vsim_session *session, uint32_t ping_ms);
// Ends what the venue would end by now, and sends the ping frame that is due; part of
// vsim_session_poll.
void vsim_session_watch(struct vsim_session *session);
// From now on what happens to the account is pushed to this session.
void vsim_session_follow(struct vsim_session *session, uint32_t account_mode);
// False: no such channel or listing, or one subscription more than allowed. Subscribing again
// starts over.
bool vsim_subscribe(struct vsim_session *session, uint32_t listing, uint32_t channel);
// As above; the client chose the period, and `option` means what the venue makes of it.
bool vsim_subscribe_at(struct vsim_session *session, uint32_t listing, uint32_t channel,
                       uint32_t period_ms, uint32_t option);
bool vsim_unsubscribe(struct vsim_session *session, uint32_t listing,
                      uint32_t channel); // false: was not
// Either of the two; false when what was to begin may not.
bool vsim_set_subscription(struct vsim_session *session, uint32_t listing, uint32_t channel,
                           bool on);
bool vsim_subscribed(const struct vsim_session *session, uint32_t listing, uint32_t channel);
int vsim_channel_find(const struct venue_sim *venue, struct slice name); // -1 when unknown
// Pushes what is due now; nothing to a session that is over.
void vsim_session_poll(struct vsim_session *session);
// A recorded frame of `listing`.
void vsim_session_forward(struct vsim_session *session, uint32_t listing, uint32_t channel,
                          struct slice frame);

uint32_t vsim_refusal_status(enum vsim_why why); // HTTP: 404, 403, 429 or 418
// A client's REST call. `reply` has room for VSIM_HEADERS_SIZE and VSIM_SCRATCH_SIZE.
void vsim_call(struct vsim_world *world, const struct vsim_request *request,
               struct vsim_reply *reply);

// Value of `name` in a query; false when absent.
bool vsim_query(struct slice query, const char *name, struct slice *value);
// The number of levels that `limit` in a query asks for: 5, 10, 20, 50, 100, 500 or 1000; *levels
// as it was when it is absent. False: another number, or none.
bool vsim_query_levels(struct slice query, int64_t *levels);
static inline bool vsim_header(const struct vsim_request *request, const char *name,
                               struct slice *value) {
    return header_find(request->headers, name, value);
}
// Helpers of the encoders.
void vsim_write_ms(struct text *out, int64_t time_ns);
struct slice vsim_cut(struct slice *rest, char separator); // the part before the next separator

#endif
