// What a sweep of backtests came to: for a person, as JSON (an object a run) and as CSV (a row a
// run and pair, the run's own with `*` for symbol, buy and sell).
#ifndef PERPDESK_CLI_BACKTEST_PRINT_H
#define PERPDESK_CLI_BACKTEST_PRINT_H

#include "cli/backtest_sweep.h"

void backtest_print_text(const struct backtest_sweep *sweep, const char *recording);
enum status backtest_print_json(const struct backtest_sweep *sweep) MUST_CHECK;
void backtest_print_csv(const struct backtest_sweep *sweep);

#endif
