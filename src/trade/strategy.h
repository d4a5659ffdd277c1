// A strategy is one file and one row: it proposes jobs and says when an open one should be closed.
//
// It decides nothing about money or risk: what it proposes goes through the scheduler. Pure
// functions of the desk.
#ifndef PERPDESK_TRADE_STRATEGY_H
#define PERPDESK_TRADE_STRATEGY_H

#include "trade/job.h"

struct desk;

enum close_wish { CLOSE_NO, CLOSE_QUIETLY, CLOSE_NOW };

struct strategy_row {
    enum strategy id;
    bool on_quote; // propose on each quote of the symbol; else by pace
    // Fills symbol, venues, notional and edge of *draft and returns true when it wants a job on the
    // symbol now.
    bool (*propose)(const struct desk *desk, uint16_t symbol, int64_t now_ns, struct job *draft);
    enum close_wish (*wants_close)(const struct desk *desk, const struct job *job, int64_t now_ns);
    int64_t (*hold_ns)(const struct desk *desk, const struct job *job); // longest hold
};

extern const struct strategy_row *const strategy_table[];
extern const uint32_t strategy_table_count;

extern const struct strategy_row strategy_arb_row;
extern const struct strategy_row strategy_wash_row;

const struct strategy_row *strategy_row_of(enum strategy id); // NULL for manual

#endif
