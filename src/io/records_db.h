// The records as a database: SQLite, write-ahead log, strict tables, one file for all sessions of a
// kind of desk. What `perpdesk trades` reads, and anybody's sqlite3.
//
// Money, prices and sizes are whole numbers of the last digit this program keeps; a column's name
// ends in the unit and the digits: notional_usd_e6 = 1500000 is 1.50 USD, price_e12, size_e8,
// edge_bps_e2. Times are desk time in ns since 1970 (a demo's is the recording's), but for
// sessions.began_ns, the machine's.
//
//   sessions   a row a start of a desk: the journal's stamp, mode, how many events were lost here
//   attempts   a row a job: what was seen (gross, net, prices), what was decided (state, rule with
//              figure and limit, scores), what came of it (orders, fills, volume, slippage, fees,
//              profit)
//   orders     a row an order: limit, and the price that was expected when it was decided
//   fills      a row a fill, with its slippage: what it cost more than expected, in USD
//   refusals   per strategy, pair and rule: how often it was told and the newest figure
//
// Expected is the other side's best price for what takes and the limit for what rests. One thread
// at a time.
#ifndef PERPDESK_IO_RECORDS_DB_H
#define PERPDESK_IO_RECORDS_DB_H

#include "engine/event.h"

// What the engine's side hands over of an event.
struct records_item {
    int64_t time_ns;
    uint16_t kind; // enum event_kind: those of `u`
    uint32_t pad;
    struct px expected; // of an order
    union {
        struct event_opportunity opportunity;
        struct event_job job;
        struct event_denied denied;
        struct event_order order;
        struct event_fill fill;
    } u;
};

struct records_db;

struct records_db_options {
    const char *folder; // where records.db lies or will
    const char *stamp;  // of the session, as the journal's
    enum desk_mode mode;
    int64_t began_ns;                // machine time
    int64_t retention_ns;            // sessions that began earlier are removed; 0: kept for ever
    const struct universe *universe; // names only
    bool csv; // also a line in attempts-STAMP.csv for each attempt that ended
};

// STATUS_DATA: the file is no such database, or of another version.
enum status records_db_open(struct records_db **out,
                            const struct records_db_options *options) MUST_CHECK;
void records_db_close(struct records_db *db); // NULL allowed
// Between begin and commit; STATUS_IO names what SQLite said. begin: STATUS_UNAVAILABLE while
// another process writes.
enum status records_db_begin(struct records_db *db) MUST_CHECK;
enum status records_db_take(struct records_db *db, const struct records_item *item) MUST_CHECK;
enum status records_db_commit(struct records_db *db, uint64_t lost) MUST_CHECK;

// ---- reading

enum { RECORDS_SCORE_DIGITS = 4 }; // ppm shown as 0 to 100

struct records_attempt {
    const char *stamp; // of the session; this and the other texts until the callback returns
    int64_t job, created_ns, changed_ns;
    const char *strategy, *symbol, *buy, *sell, *state, *rule;
    int64_t figure, limit; // of the rule, in its unit
    struct usd notional, volume, slippage, fees, pnl;
    struct bps gross, net, edge; // gross and net of the opportunity, 0 when there was none
    int64_t score_ppm, orders, fills;
};

// Every attempt created at or after since_ns, oldest first. False from the callback ends it.
// STATUS_NO_INPUT: there is no such file.
enum status records_db_read(const char *path, int64_t since_ns,
                            bool (*on_attempt)(void *arg, const struct records_attempt *attempt),
                            void *arg) MUST_CHECK;

// The columns of `trades --csv` and of attempts-STAMP.csv.
void records_csv_head(struct text *line);
void records_csv_row(struct text *line, const struct records_attempt *attempt);

#endif
