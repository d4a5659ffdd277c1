// A whole demo in one thread and in memory: the simulated market, a feed per venue, quote cache,
// engine with the trading components, and the journal as bytes.
//
// No sockets and no running loop: what the market's session says is handed to the feed's decoder at
// once, REST questions are answered by the market directly. Time is a manual clock that steps from
// one due moment to the next; the loop's own time is set from it. So a run depends on the recording
// and the settings alone, and the same run gives the same journal.
#ifndef PERPDESK_TESTS_MEMORY_DESK_H
#define PERPDESK_TESTS_MEMORY_DESK_H

#include "engine/replay.h"
#include "io/config.h"
#include "io/feed_private.h"
#include "sim/sim_market.h"
#include "trade/desk.h"

enum { MEMORY_TIMER_MS = 5, MEMORY_FEEDS_MAX = 3, MEMORY_RECONNECT_MS = 500 };

struct memory_journal {
    unsigned char *bytes;
    size_t size, capacity;
    uint64_t events[EVENT_KIND_COUNT];
};

struct memory_desk;

struct memory_options {
    const char *recording;
    const char *const *sets; // "section.key=value"
    uint32_t set_count;
    void (*on_event)(void *arg, const struct event *event);   // each event as journalled
    void (*on_timer)(void *arg, const struct memory_desk *d); // after each timer step
    void *arg;
};

struct memory_link { // one connection of a feed
    struct memory_desk *desk;
    struct feed *feed;
    struct sim_market_session session;
    struct vsim_out out;
    uint32_t index;
    bool wanted, attached;
    int64_t connect_ns; // when to connect again
};

struct memory_desk {
    struct memory_options options;
    struct config config;
    struct clock clock;
    struct universe universe;
    struct quote_cache cache;
    struct desk desk;
    struct engine engine;
    struct sim_market *market;
    uv_loop_t loop;
    struct feed *feeds[MEMORY_FEEDS_MAX];
    struct memory_link links[MEMORY_FEEDS_MAX][MD_CONNECTIONS_MAX];
    struct memory_journal journal;
    int64_t start_ns, now_ns, timer_ns, tick_ns;
    uint64_t frames, rounds_ended;
    struct text body;                // of a REST answer
    char headers[VSIM_HEADERS_SIZE]; // of one
    char config_text[CONFIG_TEXT_MAX];
};

// Asserts that everything could be made: it is for tests.
struct memory_desk *memory_desk_create(const struct memory_options *options);
void memory_desk_destroy(struct memory_desk *d);
void memory_desk_run(struct memory_desk *d, int64_t ns); // goes on where it stopped
void memory_desk_control(struct memory_desk *d, enum control_verb verb, int64_t value);

#endif
