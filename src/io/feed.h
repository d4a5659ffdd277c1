// The public side of one venue on its io thread: from its sockets to the quote cache and into the
// engine.
//
// WebSocket message → venue_md decodes → book (gap: dropped, snapshot or subscription asked for
// again) → filter → quote and depth slots → engine_enter_quotes on this very thread. Listing rules,
// funding and the feed's own state enter the engine as events. Beside the sockets a table of REST
// jobs: clock offset (three samples at start, then every minute), listing rules, book snapshots,
// and while the WebSocket is down the polled quotes of the ladder: WebSocket → REST every poll_ns →
// after three failed rounds FEED_STALE → back up by itself.
// A stream that is open and delivers nothing is polled as well.
//
// Subscriptions go out at the venue's pace. Where a venue has no call for its time, the offset is
// worked out of its stamps, which makes it low by the journey of the fastest message.
//
// A feed knows nothing of other feeds: nothing one venue does touches another, but for the budget
// of connections they share. Everything is
// allocated by feed_create; everything but feed_create, feed_destroy and the statistics belongs to
// the loop's thread.
#ifndef PERPDESK_IO_FEED_H
#define PERPDESK_IO_FEED_H

#include <openssl/ssl.h>
#include <uv.h>

#include "base/clock.h"
#include "base/counter.h"
#include "engine/engine.h"
#include "engine/settings.h"
#include "io/connect_budget.h"
#include "market/venue.h"

// Read from any thread while the feed lives; written by its own.
struct feed_stats {
    _Atomic uint32_t state; // enum feed_state
    _Atomic uint32_t books_live;
    _Atomic int64_t connected_ns;  // desk time of the last (re)connect, 0 = never
    _Atomic int64_t data_ns;       // desk time of the newest data frame, 0 = none
    _Atomic int64_t offset_ns;     // venue clock minus desk clock
    _Atomic int64_t round_trip_ns; // of the sample it came from; 0 = not known, or by stamps
    _Atomic bool complete; // every symbol here has rules, quote, book and funding, as wanted
    counter frames, bytes;
    counter updates;    // quotes stored
    counter books;      // book messages applied
    counter fundings;   // messages with funding, mark or index
    counter rate_per_s; // quotes stored in the last whole second
    counter reconnects; // connections lost
    counter connects;   // attempts to connect
    counter snapshots;  // book snapshots and resubscriptions asked for
    counter rest_requests, rest_failures;
    counter polls_failed; // whole rounds
    counter mute_streams; // subscribed, acknowledged perhaps, and then nothing
    counter errors[FEED_CAUSE_COUNT];
    struct histogram store_ns; // frame in memory → quote stored, machine time
    struct histogram venue_ns; // venue's stamp → frame in memory, clock offset taken out
};

struct feed;

// A message as it came, before anything is made of it. Valid during the call.
struct feed_frame {
    int64_t receive_ns;        // desk time
    bool rest;                 // the body of a REST answer that went well
    enum md_request_kind kind; // REST only
    uint32_t connection;       // WebSocket only
    struct slice url, body;    // REST only: what was asked
    struct slice raw;
};
// Waits and budgets towards a venue; tests shorten them.
struct feed_timing {
    uint32_t tick_ms;                    // the feed looks at itself
    uint32_t backoff_ms, backoff_max_ms; // between attempts to connect
    uint32_t stable_ms;                  // open this long: the shortest back-off again
    uint32_t connect_timeout_ms;         // name to TLS and upgrade, together
    uint32_t connects_per_minute;        // attempts of all connections together
    uint32_t request_timeout_ms;         // of a REST call
    uint32_t retry_ms, retry_max_ms;     // a call that failed, a book that broke
    uint32_t limited_max_ms;             // kept away after 429s that name no time: 1, 2, 4 … s
    uint32_t book_wait_ms;               // asked for a book and nothing came: ask again
    uint32_t rules_every_ms;             // rules and funding intervals are asked for again
    bool unpaced; // messages go out as fast as they come up, whatever the venue allows
};
extern const struct feed_timing feed_timing_defaults;

struct feed_config {
    uv_loop_t *loop;
    const struct venue_md *venue;
    uint16_t venue_index;
    const struct universe *universe; // names and counts only are read
    struct quote_cache *cache;
    struct engine *engine;     // NULL: quotes are stored and shown, nothing else
    const struct clock *clock; // desk time
    const struct settings_feeds *settings;
    const struct feed_timing *timing; // NULL: the defaults; outlives the feed
    SSL_CTX *tls;                     // verifying client context
    // Where the venue is: NULL in ws[0] takes the venue's own mainnet (or testnet) addresses.
    const char *ws[MD_CONNECTIONS_MAX];
    const char *rest;
    const char *base_ws,
        *base_rest; // "wss://host:port" before the venue's own paths; NULL: its own
    bool testnet;
    bool demo_streams;               // see struct md
    bool funding_generated;          // the simulator made it up: marked in the events
    const bool *wants_book;          // per symbol of the universe; NULL = all
    uint64_t seed;                   // of back-off jitter
    struct connect_budget *connects; // the desk's; NULL: none but the venue's own
    // Called when the rules of a listing came, on the io thread; NULL normally.
    void (*on_rules)(void *arg, uint16_t symbol, const struct listing *listing);
    void *on_rules_arg;
    // Called after each stored quote on the io thread; NULL normally.
    void (*on_quote)(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote);
    void *on_quote_arg;
    // Called with each message on the io thread, which it must not keep waiting; NULL normally.
    void (*on_frame)(void *arg, uint16_t venue, const struct feed_frame *frame);
    void *on_frame_arg;
};

enum status feed_create(struct feed **out, const struct feed_config *config) MUST_CHECK;
// The venue says that our idea of its time is wrong: it is asked again, what was known is gone.
// Loop's thread; `feed` is a struct feed.
void feed_doubt_clock(void *feed);
void feed_destroy(struct feed *feed); // never started, or stopped; NULL allowed
enum status feed_start(struct feed *feed) MUST_CHECK;
void feed_stop(struct feed *feed, void (*on_stopped)(void *arg),
               void *arg); // once, after feed_start

// Drops every connection of the feed within a second; they come back as after any loss. Any thread,
// while the feed runs.
void feed_ask_reconnect(struct feed *feed);

const struct feed_stats *feed_stats(const struct feed *feed);
const struct feed_config *feed_config(const struct feed *feed);
// What came of one symbol so far. The times are the desk's, 0 = never.
struct feed_check {
    bool listed;     // the venue could have it
    bool ready;      // its rules are known, and it trades
    bool wants_book; // a full book is kept
    bool book_live;
    int64_t quote_ns, book_ns, funding_ns;
};
// On the feed's thread, or when that was joined.
void feed_check_symbol(const struct feed *feed, uint16_t symbol, struct feed_check *out);
bool feed_tells_time(struct feed *feed); // the venue has a clock to be asked; same threads
const char *feed_ws_url(const struct feed *feed, uint32_t connection); // "" = not used
const char *feed_rest_url(const struct feed *feed);
// Data flows, or quotes come by REST; the clock is within the limit of the settings.
bool feed_is_healthy(const struct feed *feed);

#endif
