// The keeper: the thread that makes the journal durable, writes the log and gives the engine its
// timer.
//
// Durability may take tens of milliseconds on a slow disk while a hedge deadline may not wait, so
// fdatasync runs on libuv's worker threads, one at a time, and the keeper's own thread only starts
// it: at most every 5 ms while something is being committed. The engine's timer is called at its
// deadline (desk time), at the latest every 50 ms, not more often than every millisecond.
#ifndef PERPDESK_IO_KEEPER_H
#define PERPDESK_IO_KEEPER_H

#include "base/role.h"
#include "io/journal.h"

struct keeper_options {
    struct engine *engine;   // its deadline_moved is to be keeper_wake with the keeper as argument
    struct journal *journal; // NULL: nothing is journalled
    const struct clock *clock; // the desk's
};

struct keeper {
    struct role role;
    struct keeper_options options;
    uv_timer_t timer;
    uv_work_t sync;
    bool syncing;
    int64_t synced_ns; // machine time
    int64_t tended_ns; // machine time
    int64_t timed_ns;  // machine time of the last engine_timer
};

enum status keeper_create(struct keeper *keeper, const struct keeper_options *options) MUST_CHECK;
enum status keeper_start(struct keeper *keeper) MUST_CHECK;
// An earlier deadline is wanted; fits engine_options.deadline_moved. Any thread, between
// keeper_create and keeper_stop.
void keeper_wake(void *arg, int64_t deadline_ns);
// Ends the thread; what is committed is made durable by journal_finish.
enum status keeper_stop(struct keeper *keeper);

#endif
