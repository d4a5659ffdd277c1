// One run of a backtest: the desk of cli/memory_desk.h over a recording, and what came of it.
//
// The figures are the events' own: a job's profit is what it sold for less what it bought for less
// its fees, a pair's the sum over its jobs that ended. The run's profit is the positions' (funding
// and what is still held, at the last prices, included), so it differs from the pairs' sum by
// exactly those two. Everything follows from the recording and the configuration; the machine's
// time is nowhere in it.
#ifndef PERPDESK_CLI_BACKTEST_H
#define PERPDESK_CLI_BACKTEST_H

#include "cli/memory_desk.h"

struct backtest_sums {
    uint32_t opened, done, failed, refused, expired; // jobs; `expired` of those never opened, too
    uint32_t held;                                   // at the end of the recording
    uint32_t traded, won;                            // ended with fills; of them, with a profit
    struct usd volume;                               // of all fills
    struct usd fees, pnl;                            // of jobs that ended
};

struct backtest_pair { // bought at one venue, sold at the other
    char symbol[SYMBOL_NAME_MAX], buy[VENUE_NAME_MAX], sell[VENUE_NAME_MAX];
    struct backtest_sums sums;
};

struct backtest_result {
    int64_t from_ns, to_ns; // recorded time
    uint32_t venues, symbols;
    uint64_t frames, events;
    struct usd pnl, fees, funding; // of the desk; funding positive = paid
    struct usd equity;             // at the start, over all venues
    struct usd drawdown;           // deepest, from a peak of the profit to a later low
    struct bps drawdown_share;     // of the equity at that peak
    struct backtest_sums sums;
    uint32_t pair_count;
    struct backtest_pair *pairs; // by symbol, buy, sell in the order of the configuration
};

struct backtest_options {
    struct memory_options desk;                        // on_event, on_timer and arg are this file's
    int64_t seconds_ns;                                // of the recording, 0 = all of it
    bool (*on_progress)(void *arg, int64_t played_ns); // each recorded second; false: stop. NULL: -
    void *arg;
};

// STATUS_DATA: nothing to trade on in the recording. STATUS_ERROR: stopped by on_progress.
enum status backtest_run(struct backtest_result *result,
                         const struct backtest_options *options) MUST_CHECK;
void backtest_result_finish(struct backtest_result *result); // zeroed is allowed

// Share of the jobs that traded and ended which ended with a profit; 0 without any.
struct bps backtest_hit_rate(const struct backtest_sums *sums);

#endif
