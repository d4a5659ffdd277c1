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
#ifndef PERPDESK_EXCHANGES_VENUE_SIM_H
#define PERPDESK_EXCHANGES_VENUE_SIM_H

#include "market/instrument.h"
#include "market/quote.h"

enum { VSIM_SCRATCH_SIZE = 512 * 1024, VSIM_CHANNELS_MAX = 16, VSIM_RAW_NAME_MAX = 64 };

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

struct vsim_world {
    const struct venue_sim *venue;
    struct vsim_listing *listings;
    uint32_t listing_count;
    int64_t now_ns;      // venue's clock
    struct text scratch; // where messages are composed, VSIM_SCRATCH_SIZE
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
};

struct vsim_out {
    void (*send)(struct vsim_out *out, struct slice message); // the slice is valid during the call
};

struct vsim_subscription {
    bool on, pushed;
    uint64_t id; // of what was pushed last
    int64_t ns;  // when
};

struct vsim_session {
    struct vsim_world *world;
    struct vsim_out *out;
    struct vsim_subscription *subscriptions; // listing * channel_count + channel
    uint32_t subscribed;
    uint32_t mode;   // venue's own, set by open
    uint32_t number; // of the connection, for venues that tell one
};

struct vsim_request {
    struct slice method, path, query, body; // path without query, query without '?'
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
    // The last word on a pushed message, by session (Binance: with or without its wrapping). NULL:
    // as it is.
    struct slice (*shape)(const struct vsim_session *session, struct slice message);
};

extern const struct venue_sim binance_sim, okx_sim, hyperliquid_sim;

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
void vsim_session_finish(struct vsim_session *session);
void vsim_session_send(struct vsim_session *session); // what is in the world's scratch
// False: no such channel or listing. Subscribing again starts over.
bool vsim_subscribe(struct vsim_session *session, uint32_t listing, uint32_t channel);
bool vsim_unsubscribe(struct vsim_session *session, uint32_t listing,
                      uint32_t channel); // false: was not
bool vsim_subscribed(const struct vsim_session *session, uint32_t listing, uint32_t channel);
int vsim_channel_find(const struct venue_sim *venue, struct slice name); // -1 when unknown
// Pushes what is due now.
void vsim_session_poll(struct vsim_session *session);
// A recorded frame of `listing`.
void vsim_session_forward(struct vsim_session *session, uint32_t listing, uint32_t channel,
                          struct slice frame);

// Value of `name` in a query; false when absent.
bool vsim_query(struct slice query, const char *name, struct slice *value);
// Helpers of the encoders.
void vsim_write_ms(struct text *out, int64_t time_ns);
struct slice vsim_cut(struct slice *rest, char separator); // the part before the next separator

#endif
