// What feed.c (life and time), feed_connection.c (sockets), feed_md.c (decoded updates) and
// feed_rest.c (requests) share.
#ifndef PERPDESK_IO_FEED_PRIVATE_H
#define PERPDESK_IO_FEED_PRIVATE_H

#include "io/feed.h"
#include "io/http.h"
#include "io/ws.h"

enum {
    FEED_REQUESTS_MAX = 4,
    FEED_TIME_SAMPLES = 3,  // at start, and as many more as the unit of the venue's clock has gaps
    FEED_TIME_GAP_MS = 200, // between them
    FEED_TIME_EVERY_MS = 60000,
    FEED_TIME_POOR_MS = 1000,  // a round trip above this is bettered, after as long
    FEED_POLLS_FAILED_MAX = 3, // rounds, then stale
    FEED_FIRST_MESSAGE_MS = 10000,
    FEED_WEIGHT_SHARE = 2, // half of the venue's rate limit is ours to use
    FEED_SEND_BURST = 50,  // messages to a venue that tells no limits: at once
    FEED_SEND_PER_MINUTE = 600,
};

// One line of the REST table: wanted at a time, asked, asked again after a failure.
struct feed_job {
    bool wanted, busy;
    int64_t due_ms;   // loop time
    uint32_t attempt; // failures in a row
};

// What the feed knows of one symbol.
struct feed_symbol {
    struct filter filter;
    struct quote quote; // last one stored
    uint64_t sequence;  // of the newest BBO on this connection
    bool has_book;      // book is set up
    struct book_sync book;
    int64_t book_asked_ms;
    int64_t book_time_ns;         // newest stamp of the book, venue's clock
    bool seen_bbo, seen_book;     // since the last connect
    struct event_funding funding; // merged; told at most once a second
    bool funding_dirty, funding_told;
    int64_t book_ns, funding_ns;           // desk time of the newest
    struct feed_job job[MD_REQUEST_COUNT]; // BOOK, QUOTE, FUNDING; the others use symbol 0's
};

struct feed_connection {
    struct feed *feed;
    uint32_t index;
    struct ws *ws;
    char url[URL_PATH_MAX];
    bool started, open;
    bool subscribed;    // begun
    bool subscribing;   // and not yet done: the venue's pace
    uint32_t next_step; // of the subscriptions
    bool broken;        // the decoder found that messages were lost
    bool first_checked; // the watch for mute streams has looked
    int64_t subscribed_ms, opened_ms, heard_ms, data_ms, beat_ms; // loop time
};

struct feed {
    struct feed_config config;
    struct feed_timing timing;
    struct feed_stats stats;
    struct md md;
    struct md_sink sink;
    struct filter_limits limits, limits_unknown; // the latter while the clock offset is not known
    struct clock_offset offset;
    bool by_stamps; // the venue has no call for its time
    struct stamp_offset stamps;
    int64_t sends_until_us; // loop time at which all that was sent is paid for, see feed_may_send
    int64_t offset_ns;
    struct feed_symbol *symbols;
    struct feed_connection connections[MD_CONNECTIONS_MAX];
    struct http *http;
    char rest[URL_HOST_MAX + 16];
    uv_timer_t tick;
    bool started, stopping;
    _Atomic bool reconnect_asked;
    bool rules_known; // of one symbol at least
    bool job_added;   // since the table was last looked through
    int64_t soon_ms;  // loop time when the next row of it is due
    uint32_t pending; // parts not yet let go
    void (*on_stopped)(void *arg);
    void *stopped_arg;
    // the message or answer at hand
    struct feed_connection *current; // it came on; NULL: an answer
    int64_t now_ns;                  // desk time it was received
    bool polled, stored;
    bool has_data;   // it carried quotes, books or funding
    int64_t mono_ns; // machine time it was received
    // state
    enum feed_state state;
    char text[48];           // why it is not live
    uint64_t updates_before; // at the last tick
    // REST
    int64_t time_sent_ns; // desk time
    bool time_answered;
    int64_t connect_minute; // which minute connects_used counts
    uint32_t connects_used;
    int64_t blocked_until_ms; // the venue told us to keep away
    uint32_t refused;         // for too many requests, in a row
    int64_t weight_minute;    // which minute weight_used counts
    uint32_t weight_used;
    int64_t poll_due_ms;
    uint32_t poll_left, poll_good; // of the round on the way
    bool polling;                  // the last whole round brought quotes
    uint32_t polls_failed;         // rounds in a row
};

int64_t feed_loop_ms(const struct feed *feed);
void feed_count(struct feed *feed, enum feed_cause cause);
void feed_show_frame(const struct feed *feed,
                     const struct feed_frame *frame); // to on_frame, stamped
void feed_tell_state(struct feed *feed);              // as an event, with the figures of now
void feed_judge_state(struct feed *feed);             // works the state out and tells a change
bool feed_clock_known(const struct feed *feed);
void feed_part_released(struct feed *feed);                // of those that are pending
void feed_note_stamp(struct feed *feed, int64_t venue_ns); // of a message on the stream

// feed_connection.c
// Sets the connection up, without a socket where url is NULL; ws_start begins it.
enum status feed_connection_create(struct feed *feed, uint32_t index, const char *url) MUST_CHECK;
void feed_connection_tick(struct feed_connection *connection);
void feed_subscribe_waiting(struct feed *feed); // connections that waited for the rules
// Takes one message of what the venue allows. Answers to its pings and heartbeats go out unasked.
bool feed_may_send(struct feed *feed);
bool feed_delivers(const struct feed *feed); // the quotes' connection is open and has brought data

// feed_md.c
void feed_on_update(struct md_sink *sink, const struct md_update *update);
void feed_enter(struct feed *feed); // into the engine when something was stored
void feed_books_drop(struct feed *feed);
void feed_quotes_forget(struct feed *feed); // their numbers begin anew with the next connection
void feed_rejudge(struct feed *feed);       // quarantined quotes that held long enough
void feed_tell_funding(struct feed *feed);
uint32_t feed_books_live(const struct feed *feed);
bool feed_listed(const struct feed *feed, uint16_t symbol);

// feed_rest.c
int64_t feed_time_wait_ms(const struct feed *feed); // until the clock is asked for again
void feed_want(struct feed *feed, enum md_request_kind kind, uint16_t symbol, int64_t delay_ms);
void feed_want_book(struct feed *feed, uint16_t symbol);
void feed_rest_start(struct feed *feed);
void feed_rest_tick(struct feed *feed); // ladder and whatever is due
void feed_rest_pump(struct feed *feed);

#endif
