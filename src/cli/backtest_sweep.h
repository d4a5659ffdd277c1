// Many backtests at once: each in a process of its own, as many at a time as there are processors.
//
// A process, not a thread: a run shares nothing with the others, so it decides what it would have
// decided alone, and one that ends badly takes no other with it. Results come back through pipes
// and are handed out in the order of the runs, whichever was ready first.
#ifndef PERPDESK_CLI_BACKTEST_SWEEP_H
#define PERPDESK_CLI_BACKTEST_SWEEP_H

#include "cli/backtest.h"
#include "cli/cli.h"

enum { BACKTEST_RUNS_MAX = 1000, BACKTEST_SETS_MAX = CLI_SWEEPS_MAX, BACKTEST_SET_MAX = 128 };

struct backtest_sweep_run {
    char sets[BACKTEST_SETS_MAX][BACKTEST_SET_MAX]; // "section.key=value", those that are swept
    uint32_t set_count;
    struct config config;
    struct backtest_result result; // once it is done
    bool done;
};

struct backtest_sweep {
    struct backtest_sweep_run *runs; // RUNS of them: every combination, the last key fastest
    uint32_t run_count;
};

// Every combination of what `sweeps` ("section.key=a,b,c") name, each loaded as a configuration
// over what the arguments say. STATUS_USAGE, or STATUS_CONFIG with the mistakes on stderr.
enum status backtest_sweep_create(struct backtest_sweep *sweep,
                                  const struct cli_args *args) MUST_CHECK;
void backtest_sweep_finish(struct backtest_sweep *sweep);

// Runs them all; `options` but for desk.config. `on_progress` is told the recorded time played over
// all runs. STATUS_ERROR: stopped, by on_progress or a signal.
enum status backtest_sweep_run(struct backtest_sweep *sweep,
                               const struct backtest_options *options) MUST_CHECK;

#endif
