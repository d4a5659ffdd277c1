// The desk of one process, as its own files see it: desk_run.c (life), desk_feeds.c (the venues),
// desk_lanes.c (their private side),
// desk_past.c (what an earlier session left).
#ifndef PERPDESK_CLI_DESK_INSIDE_H
#define PERPDESK_CLI_DESK_INSIDE_H

#include <pthread.h>

#include "cli/desk_run.h"
#include "io/account_lock.h"
#include "io/config_reload.h"
#include "io/feed_pool.h"
#include "io/journal.h"
#include "io/keeper.h"
#include "io/records.h"
#include "io/secret.h"
#include "io/server.h"
#include "sim/sim.h"
#include "trade/desk.h"
#include "trade/recall.h"

// Hands a feed's quotes to the verb that listens, with the latency worked out.
struct feed_hook {
    struct desk_run *run;
    struct feed *feed;
};

struct desk_run {
    struct desk_run_options options;
    struct config config;
    struct config loaded;          // as it was loaded last, without what a demo changes
    struct config_target target;   // of changes: the settings and venues of this desk
    pthread_mutex_t settings_lock; // of `loaded` and `in_force`: several threads change settings
    struct config in_force;        // `config` with every change since
    struct clock clock;
    struct universe universe;
    struct quote_cache cache;
    struct engine engine;
    struct desk desk;
    struct sim *sim;
    struct desk_past *past;              // until it was told
    struct journal_folder folder, spare; // spare: see desk_run_spare
    struct journal journal;
    struct records records;
    struct keeper keeper;
    struct server *server; // NULL: none
    char stop_file[300];
    struct feed_pool feeds;
    struct connect_budget connects;
    SSL_CTX *tls;
    struct feed_hook *hooks;            // one per venue
    struct secret_keys keys[VENUE_MAX]; // wiped once the lanes have them
    int account_fds[VENUE_MAX];         // account_lock; 0 or -1: none
    struct lane *lanes[VENUE_MAX];      // the pool's; NULL: no keys, or not live
    _Atomic bool lanes_stopped;
    struct event_order asks[ORDERS_MAX]; // of earlier sessions, for the lanes to ask for
    uint32_t ask_count;
    bool has_universe, has_cache, has_desk, has_engine, has_folder, has_spare, has_journal,
        has_records, has_keeper, has_feeds, started;
    char notice[sizeof(((struct state_header *)0)->notice)];
    char config_text[CONFIG_TEXT_MAX];
};

// Creates and starts a feed per venue, after the simulator runs: only then are its ports known.
enum status desk_feeds_start(struct desk_run *run) MUST_CHECK;
void desk_feeds_stop(struct desk_run *run);
void desk_feeds_close(struct desk_run *run);

// A live desk only. The keys of every venue that has some; STATUS_CONFIG names what is wrong.
enum status desk_lanes_load_keys(struct desk_run *run) MUST_CHECK;
void desk_lanes_wipe_keys(struct desk_run *run);
void desk_lanes_unlock(struct desk_run *run); // the accounts
// False: this desk sends no orders to that venue. Addresses are the caller's to add.
bool desk_lane_config(struct desk_run *run, uint16_t index, struct lane_config *out);
void desk_lanes_tell_keyless(struct desk_run *run); // venues whose orders are denied
void desk_lanes_ask(struct desk_run *run);          // what earlier sessions left, once lanes run
void desk_lanes_send(void *arg, const struct event_order *command); // command_sink

// "reconnect", or "orphan JOB": takes the long leg of a job that holds. Server's thread.
enum status desk_drill(struct desk_run *run, struct slice what) MUST_CHECK;

// Before the desk starts: from then on its settings may change.
void desk_reload_prepare(struct desk_run *run);
// Into the engine, and noted as in force; venues are numbered as in `in_force`, which is as in the
// universe. Under settings_lock.
void desk_settings_change(struct desk_run *run, const struct config_changes *changes);

// Whether `config`, and with `set` ("section.key=value", NULL: none) what becomes of it, keeps
// every rule, those between keys as well: *out is what it becomes. STATUS_CONFIG: `mistake` gets
// the first that it does not keep. Under settings_lock.
enum status desk_settings_check(const struct config *config, const char *set, struct config *out,
                                struct text *mistake) MUST_CHECK;

// What an earlier session left, from reading its journal until the engine was told.
struct desk_past {
    struct recall recall;
    struct universe names; // what its numbers stand for
    bool named;
    bool found;
    enum past_doubt doubt;
    char stamp[JOURNAL_STAMP_MAX]; // of the session read, "" = none
};

// Reads the newest session in `folder` that was told what the one before it left; says in
// run->notice what it found. Before this desk's own session begins.
enum status desk_past_recall(struct desk_run *run, const char *folder) MUST_CHECK;
// Tells the engine, in this desk's numbers; after EVENT_DESK_STARTED and before any venue is heard.
void desk_past_tell(struct desk_run *run);
void desk_past_forget(struct desk_run *run);

#endif
