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

struct desk_run;

struct desk_run_options {
    const struct config *config; // copied
    bool demo;
    bool live; // a person said so: without it a configuration with mode = live is refused
    const char *demo_path; // recording to play, NULL: the one that ships with the program
    int64_t speed_ppm;     // of the recording and the desk's clock, 0 = 1000000
    bool journal;          // keep a journal in the state folder and say what the last session left
    bool trade;            // false: strategies are off (feeds, scan)
    // Called on an io thread for every quote stored; NULL: nobody listens. latency_ns: venue stamp
    // to stored.
    void (*on_quote)(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote,
                     int64_t latency_ns);
    void *on_quote_arg;
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
const struct config *desk_run_config(const struct desk_run *run); // with what a demo changes
const char *desk_run_notice(const struct desk_run *run); // what start-up found, "" when nothing
// A person's command, stamped with the desk's clock.
enum status desk_run_control(struct desk_run *run,
                             const struct control_request *request) MUST_CHECK;

// The recording a demo plays when none is named: beside the program in a source tree, else where it
// was installed. STATUS_NO_INPUT when there is none.
enum status desk_run_demo_folder(char *out, size_t capacity) MUST_CHECK;

// Replays a session of the journal at `path` through a fresh desk. With `verify` every decision is
// compared byte for byte; STATUS_DATA with both sides in the text at the first difference. *events:
// inputs and decisions seen.
enum status desk_run_replay(const char *path, bool verify, uint64_t *events,
                            struct text *summary) MUST_CHECK;

#endif
