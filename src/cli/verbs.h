// The functions of the verb table, and what verbs share.
#ifndef PERPDESK_CLI_VERBS_H
#define PERPDESK_CLI_VERBS_H

#include "cli/cli.h"
#include "cli/desk_run.h"

enum status verb_console(const struct cli_args *args) MUST_CHECK;
enum status verb_run(const struct cli_args *args) MUST_CHECK;
enum status verb_attach(const struct cli_args *args) MUST_CHECK;
enum status verb_watch(const struct cli_args *args) MUST_CHECK;
enum status verb_panic(const struct cli_args *args) MUST_CHECK;
enum status verb_drill(const struct cli_args *args) MUST_CHECK;
enum status verb_report(const struct cli_args *args) MUST_CHECK;
enum status verb_control(const struct cli_args *args) MUST_CHECK;
enum status verb_feeds(const struct cli_args *args) MUST_CHECK;
enum status verb_scan(const struct cli_args *args) MUST_CHECK;
enum status verb_cycle(const struct cli_args *args) MUST_CHECK;
enum status verb_check_config(const struct cli_args *args) MUST_CHECK;
enum status verb_show_config(const struct cli_args *args) MUST_CHECK;
enum status verb_set(const struct cli_args *args) MUST_CHECK;
enum status verb_journal(const struct cli_args *args) MUST_CHECK;
enum status verb_replay(const struct cli_args *args) MUST_CHECK;
enum status verb_backtest(const struct cli_args *args) MUST_CHECK;
enum status verb_trades(const struct cli_args *args) MUST_CHECK;
enum status verb_completion(const struct cli_args *args) MUST_CHECK;
enum status verb_doctor(const struct cli_args *args) MUST_CHECK;
enum status verb_record(const struct cli_args *args) MUST_CHECK;
enum status verb_venue(const struct cli_args *args) MUST_CHECK;
enum status verb_sim(const struct cli_args *args) MUST_CHECK;

// Loads the configuration the arguments ask for, over the venues of the venue table. Mistakes go to
// stderr, a line each; `report` may be NULL.
enum status cli_load_config(const struct cli_args *args, struct config *config,
                            struct config_report *report) MUST_CHECK;
// The venue table as the configuration wants it; `venues` has room for VENUE_MAX rows.
uint32_t cli_venues(struct config_venue *venues);

// A desk for a verb that only looks (trade = false) or one that trades.
enum status cli_open_desk(const struct cli_args *args, struct desk_run_options *options,
                          struct config *config, struct desk_run **out) MUST_CHECK;

// Before desk_run_stop where a person or a manager asked for the end: an engine that stands still
// cannot be stopped in order. Then this does not return, and the exit status says so.
void cli_end_if_hung(struct desk_run *run);

// SIGINT, SIGTERM and SIGHUP ask the verb to end; SIGPIPE is not taken. From the main thread,
// before threads start.
void cli_catch_signals(void);
bool cli_stopped(void);
// Sleeps a moment. False when the verb has to end: a signal, or its time (0 = none) is over.
bool cli_wait(int64_t began_ns, int64_t seconds_ns);

// 2024-08-08T23:57:36.123Z
void cli_print_time(struct text *out, int64_t time_ns);
// Writes a finished line to standard output. False when the reader is gone.
bool cli_put_line(struct text *line);
// What became of standard output: a reader that left (a closed pipe) is no failure.
enum status cli_end_output(void) MUST_CHECK;

#endif
