// What writing and reading records share.
#ifndef PERPDESK_IO_RECORDS_PRIVATE_H
#define PERPDESK_IO_RECORDS_PRIVATE_H

#include "io/records_db.h"

struct sqlite3_stmt;

enum { RECORDS_BUSY_MS = 500 };

// Of an attempt with its session, in the order of records_read_attempt.
#define RECORDS_ATTEMPT_COLUMNS                                                                    \
    "s.stamp, a.job, a.created_ns, a.changed_ns, a.strategy, a.symbol, a.buy, a.sell, a.state,"    \
    " a.rule, a.figure, a.lim, a.notional_usd_e6, a.volume_usd_e6, a.slippage_usd_e6,"             \
    " a.fees_usd_e6, a.pnl_usd_e6, a.gross_bps_e2, a.net_bps_e2, a.edge_bps_e2, a.score_ppm,"      \
    " a.orders, a.fills FROM attempts a JOIN sessions s ON s.id = a.session"

// A row of those columns; the texts live until the statement's next step or reset.
void records_read_attempt(struct sqlite3_stmt *statement, struct records_attempt *out);

#endif
