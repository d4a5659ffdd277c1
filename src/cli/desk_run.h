// A whole desk in this process: universe, quote cache, engine with its components, feeds, keeper,
// journal, and in a demo the simulator the feeds are pointed at. Verbs open one, start it, look at
// it and stop it.
//
// Everything is built by desk_run_open in the main thread and nothing runs before desk_run_start.
// One desk a process.
#ifndef PERPDESK_CLI_DESK_RUN_H
#define PERPDESK_CLI_DESK_RUN_H

#include "engine/engine.h"
#include "io/config.h"
#include "io/feed.h"
#include "sim/sim_market.h"

struct desk_run;
struct feed_frame;

// A venue asked at another address than its own.
struct desk_endpoint {
    const char *venue;
    const char *address; // "host:port", with TLS; the venue's own paths follow
};

struct desk_run_options {
    const struct config *config; // copied
    bool demo;
    bool live; // a person said so: without it a configuration with mode = live is refused
    const char *demo_path;     // recording to play, NULL: the one that ships with the program
    const struct sim_map *map; // which venue shows which book of it, NULL: see sim_market.h
    uint32_t map_count;
    int64_t speed_ppm;         // of the recording and the desk's clock, 0 = 1000000
    const char *const *faults; // of the demo's venues, see struct sim_options
    uint32_t fault_count;
    bool seeded;
    uint64_t seed;
    const char *control;
    bool journal; // keep a journal in the state folder and say what the last session left
    bool closes;  // it is there to cancel and close: on what the disk's floor keeps free, too, and
                  // where even that is gone with its journal beside the socket
    bool serve;   // open the desk's socket (io/server.h)
    bool console; // and this process has a console of its own
    bool trade;   // false: strategies are off (feeds, scan)
    // Called on an io thread for every quote stored; NULL: nobody listens. latency_ns: venue stamp
    // to stored.
    void (*on_quote)(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote,
                     int64_t latency_ns);
    void *on_quote_arg;
    // Called on an io thread for every message of a venue, as it came (io/feed.h); NULL: nobody.
    void (*on_frame)(void *arg, uint16_t venue, const struct feed_frame *frame);
    void *on_frame_arg;
    const struct desk_endpoint *endpoints; // not in a demo
    uint32_t endpoint_count;
    const char *trust; // PEM file of the authorities to trust, NULL: the system's; not in a demo
};

enum status desk_run_open(struct desk_run **out, const struct desk_run_options *options) MUST_CHECK;
enum status desk_run_start(struct desk_run *run) MUST_CHECK;
// Blocks new orders, cancels what rests, waits for it (bounded), stops every thread. Idempotent.
void desk_run_stop(struct desk_run *run);
void desk_run_close(struct desk_run *run); // stops first; NULL allowed

struct engine *desk_run_engine(struct desk_run *run);
const struct state_board *desk_run_board(const struct desk_run *run);
const struct universe *desk_run_universe(const struct desk_run *run);
const struct clock *desk_run_clock(const struct desk_run *run);
const struct config *desk_run_config(const struct desk_run *run);       // with what a demo changes
struct feed *desk_run_feed(const struct desk_run *run, uint16_t venue); // NULL: has none
struct ssl_ctx_st *desk_run_tls(const struct desk_run *run); // of the feeds, after desk_run_start
// What a venue's feed counted, also after desk_run_stop; NULL: the venue has none.
const struct feed_stats *desk_run_feed_stats(const struct desk_run *run, uint16_t venue);
// What a demo shows, in a line; nothing outside one.
void desk_run_describe_demo(const struct desk_run *run, struct text *out);
struct server *desk_run_server(const struct desk_run *run); // NULL: none
enum desk_mode desk_run_mode(const struct desk_run *run);
// Where the journal is when its own folder had no room (options.closes); NULL: it had.
const char *desk_run_spare(const struct desk_run *run);
// Orders of ours that are not over, as last published. Also after desk_run_stop.
uint32_t desk_run_orders_open(const struct desk_run *run);
const char *desk_run_notice(const struct desk_run *run); // what start-up found, "" when nothing
// A person's command, stamped with the desk's clock.
enum status desk_run_control(struct desk_run *run,
                             const struct control_request *request) MUST_CHECK;

// Brings what differs from the configuration loaded before into the running desk, as far as it may
// change; the log names every change, and what needs a restart.
enum status desk_run_reload(struct desk_run *run, const struct config *config) MUST_CHECK;

// One setting, "section.key=value", checked with all the others and brought into the running desk.
// STATUS_USAGE: what is wrong with it, STATUS_REFUSED: it needs a restart. `answer` gets what was
// changed. Any thread.
enum status desk_run_set(struct desk_run *run, struct slice change, struct text *answer) MUST_CHECK;
// The configuration in force, as INI text. Any thread.
void desk_run_print_config(struct desk_run *run, struct text *out);

// What a demo changes in a configuration, whatever the file says; `shared`: several venues show one
// recorded book. Also for tests.
void desk_run_demo_settings(struct config *config, bool shared);

// The recording a demo plays when none is named: beside the program in a source tree, else where it
// was installed. STATUS_NO_INPUT when there is none.
enum status desk_run_demo_folder(char *out, size_t capacity) MUST_CHECK;

// A session of a journal run again through a fresh desk.
struct desk_replay {
    const char *path;  // folder or file, as journal_session_open
    bool verify;       // compare every decision byte for byte
    const char *until; // stop at this time (cli/time_text.h), NULL: at the end
    // Called with the desk as it was there, before it is taken apart; NULL: nobody looks.
    enum status (*show)(void *arg, const struct state_board *board,
                        const struct universe *universe);
    void *arg;
    uint64_t events; // out: inputs and decisions seen
};

// STATUS_DATA: with `verify`, both sides in the text at the first difference; STATUS_USAGE: `until`
// is no time or none of the session. *summary: what was found, a sentence.
enum status desk_run_replay(struct desk_replay *replay, struct text *summary) MUST_CHECK;

#endif
