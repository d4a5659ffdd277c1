// A whole desk on a recording, in one thread and in memory: the simulated market, a feed per venue,
// quote cache and engine with the trading components. What `backtest` and the replay tests drive.
//
// No sockets and no running loop: what the market's session says is handed to the feed's decoder at
// once, REST questions are answered by the market directly. Time is a manual clock that steps from
// one due moment to the next; the loop's own time is set from it. So a run depends on the recording
// and the settings alone, and the same run decides the same, as fast as the machine can.
#ifndef PERPDESK_CLI_MEMORY_DESK_H
#define PERPDESK_CLI_MEMORY_DESK_H

#include "io/config.h"
#include "io/feed_private.h"
#include "sim/sim_market.h"
#include "trade/desk.h"

enum { MEMORY_TIMER_MS = 50, MEMORY_RECONNECT_MS = 500, MEMORY_RETRY_MS = 1000 };

struct memory_desk;

struct memory_options {
    const struct config *config; // copied; what a demo changes is changed here, too
    const char *recording;       // file or folder
    const struct sim_map *map;   // see sim_market.h, NULL: as it deals
    uint32_t map_count;
    bool loop;                                                // begin anew when the recording ends
    void (*on_event)(void *arg, const struct event *event);   // each event as journalled
    void (*on_timer)(void *arg, const struct memory_desk *d); // after each timer step
    void (*on_step)(void *arg, struct memory_desk *d);        // after each step of the market
    void *arg;
};

struct memory_link { // one connection of a feed
    struct memory_desk *desk;
    struct feed *feed;
    struct sim_market_session session;
    struct vsim_out out;
    uint32_t index;
    bool wanted, attached, subscribed;
    char reply[256];    // to a ping, sent when the message it answers is done with
    int64_t connect_ns; // when to connect again
};

struct memory_desk {
    struct memory_options options;
    struct config config; // in force
    struct clock clock;
    struct universe universe; // the venues that are not off and have a book in the recording
    struct quote_cache cache;
    struct desk desk;
    struct engine engine;
    const struct venue_sim *servers[VENUE_MAX]; // of the market: every venue that can be simulated
    uint32_t server_count;
    uint32_t server_of[VENUE_MAX]; // by venue of the universe
    struct sim_market *market;
    uv_loop_t loop;
    struct feed *feeds[VENUE_MAX]; // by venue of the universe, as `links`
    struct memory_link links[VENUE_MAX][MD_CONNECTIONS_MAX];
    int64_t start_ns, now_ns, timer_ns, tick_ns;
    uint64_t frames, rounds_ended; // messages decoded; connections the market ended
    uint64_t refused;              // questions and connections the market did not take, asked again
    bool over;                     // the recording has ended and does not loop
    bool has_loop, has_universe, has_cache, has_desk, has_engine;
    struct text body;                // of a REST answer
    char headers[VSIM_HEADERS_SIZE]; // of one
};

// STATUS_DATA: the recording has no book of a venue and symbol of the configuration.
enum status memory_desk_create(struct memory_desk **out,
                               const struct memory_options *options) MUST_CHECK;
void memory_desk_destroy(struct memory_desk *d); // NULL allowed
// Runs on for `ns` of the recording's time, or to its end: then `over` is set.
void memory_desk_run(struct memory_desk *d, int64_t ns);
enum status memory_desk_control(struct memory_desk *d, enum control_verb verb,
                                int64_t value) MUST_CHECK;

#endif
