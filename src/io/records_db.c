#include "io/records_db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/records_private.h"

enum { RECORDS_VERSION = 1, PATH_BYTES = 512, LINE_BYTES = 1024, CACHE_KB = 1024 };

static const char schema[] =
    "PRAGMA application_id = 1886544996;" // "prpd"
    "PRAGMA user_version = 1;"
    "CREATE TABLE sessions (id INTEGER PRIMARY KEY, stamp TEXT NOT NULL UNIQUE,"
    " mode TEXT NOT NULL, began_ns INTEGER NOT NULL, lost INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE attempts (session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,"
    " job INTEGER NOT NULL, created_ns INTEGER NOT NULL, changed_ns INTEGER NOT NULL,"
    " strategy TEXT NOT NULL, symbol TEXT NOT NULL, buy TEXT NOT NULL, sell TEXT NOT NULL,"
    " state TEXT NOT NULL, rule TEXT NOT NULL, figure INTEGER NOT NULL DEFAULT 0,"
    " lim INTEGER NOT NULL DEFAULT 0, notional_usd_e6 INTEGER NOT NULL,"
    " gross_bps_e2 INTEGER NOT NULL, net_bps_e2 INTEGER NOT NULL,"
    " buy_ask_e12 INTEGER NOT NULL, sell_bid_e12 INTEGER NOT NULL, edge_bps_e2 INTEGER NOT NULL,"
    " safety_ppm INTEGER NOT NULL, volume_ppm INTEGER NOT NULL, score_ppm INTEGER NOT NULL,"
    " orders INTEGER NOT NULL DEFAULT 0, fills INTEGER NOT NULL DEFAULT 0,"
    " volume_usd_e6 INTEGER NOT NULL DEFAULT 0, slippage_usd_e6 INTEGER NOT NULL DEFAULT 0,"
    " fees_usd_e6 INTEGER NOT NULL DEFAULT 0, pnl_usd_e6 INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (session, job)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX attempts_created ON attempts (created_ns);"
    "CREATE TABLE orders (session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,"
    " id INTEGER NOT NULL, job INTEGER NOT NULL, time_ns INTEGER NOT NULL, venue TEXT NOT NULL,"
    " symbol TEXT NOT NULL, phase TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,"
    " reduce_only INTEGER NOT NULL, price_e12 INTEGER NOT NULL, size_e8 INTEGER NOT NULL,"
    " expected_e12 INTEGER NOT NULL, state TEXT NOT NULL, filled_e8 INTEGER NOT NULL DEFAULT 0,"
    " client_id TEXT NOT NULL, PRIMARY KEY (session, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fills (session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,"
    " id INTEGER NOT NULL, trade INTEGER NOT NULL, job INTEGER NOT NULL,"
    " time_ns INTEGER NOT NULL, venue TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,"
    " phase TEXT NOT NULL, liquidity TEXT NOT NULL, price_e12 INTEGER NOT NULL,"
    " size_e8 INTEGER NOT NULL, fee_usd_e6 INTEGER NOT NULL, slippage_usd_e6 INTEGER NOT NULL,"
    " PRIMARY KEY (session, id, trade)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE refusals (session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,"
    " strategy TEXT NOT NULL, symbol TEXT NOT NULL, buy TEXT NOT NULL, sell TEXT NOT NULL,"
    " rule TEXT NOT NULL, told INTEGER NOT NULL, first_ns INTEGER NOT NULL,"
    " last_ns INTEGER NOT NULL, figure INTEGER NOT NULL, lim INTEGER NOT NULL,"
    " PRIMARY KEY (session, strategy, symbol, buy, sell, rule)) STRICT, WITHOUT ROWID;";

enum sql {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_LOST,
    SQL_JOB,
    SQL_VERDICT,
    SQL_REFUSAL,
    SQL_ORDER,
    SQL_ORDER_COUNT,
    SQL_ORDER_STATE,
    SQL_FILL,
    SQL_FILL_ORDER,
    SQL_FILL_JOB,
    SQL_EXPECTED,
    SQL_ATTEMPT,
    SQL_COUNT
};

static const char *const sql_texts[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_LOST] = "UPDATE sessions SET lost = ?2 WHERE id = ?1",
    [SQL_JOB] = "INSERT INTO attempts (session, job, created_ns, changed_ns, strategy, symbol, buy,"
                " sell, state, rule, notional_usd_e6, gross_bps_e2, net_bps_e2, buy_ask_e12,"
                " sell_bid_e12, edge_bps_e2, safety_ppm, volume_ppm, score_ppm, pnl_usd_e6)"
                " VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
                " ?16, ?17, ?18, ?19)"
                " ON CONFLICT DO UPDATE SET changed_ns = excluded.changed_ns,"
                " state = excluded.state, rule = excluded.rule,"
                " notional_usd_e6 = excluded.notional_usd_e6,"
                " safety_ppm = excluded.safety_ppm, volume_ppm = excluded.volume_ppm,"
                " score_ppm = excluded.score_ppm, pnl_usd_e6 = excluded.pnl_usd_e6",
    [SQL_VERDICT] = "UPDATE attempts SET rule = ?3, figure = ?4, lim = ?5"
                    " WHERE session = ?1 AND job = ?2",
    [SQL_REFUSAL] = "INSERT INTO refusals VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7, ?8, ?9)"
                    " ON CONFLICT DO UPDATE SET told = told + 1, last_ns = excluded.last_ns,"
                    " figure = excluded.figure, lim = excluded.lim",
    [SQL_ORDER] = "INSERT OR IGNORE INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                  " ?11, ?12, ?13, ?14, 0, ?15)",
    [SQL_ORDER_COUNT] = "UPDATE attempts SET orders = orders + 1 WHERE session = ?1 AND job = ?2",
    [SQL_ORDER_STATE] = "UPDATE orders SET state = ?3 WHERE session = ?1 AND id = ?2",
    [SQL_FILL] = "INSERT OR IGNORE INTO fills VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                 " ?12, ?13, ?14)",
    [SQL_FILL_ORDER] = "UPDATE orders SET filled_e8 = filled_e8 + ?3, state = ?4"
                       " WHERE session = ?1 AND id = ?2",
    [SQL_FILL_JOB] = "UPDATE attempts SET fills = fills + 1, volume_usd_e6 = volume_usd_e6 + ?3,"
                     " fees_usd_e6 = fees_usd_e6 + ?4, slippage_usd_e6 = slippage_usd_e6 + ?5"
                     " WHERE session = ?1 AND job = ?2",
    [SQL_EXPECTED] = "SELECT expected_e12 FROM orders WHERE session = ?1 AND id = ?2",
    [SQL_ATTEMPT] = "SELECT " RECORDS_ATTEMPT_COLUMNS " WHERE a.session = ?1 AND a.job = ?2",
};

struct records_db {
    struct records_db_options options;
    char path[PATH_BYTES];
    sqlite3 *handle;
    sqlite3_stmt *statements[SQL_COUNT];
    int64_t session;
    struct event_opportunity *seen; // newest per symbol, buy, sell; gross 0 = none
    struct event_opportunity seen_none;
    int csv;      // -1 = none
    bool unbound; // a value could not be bound: the statement at hand must not run
};

static enum status fail(const struct records_db *db) {
    return status_fail(STATUS_IO, "%s: %s", db->path, sqlite3_errmsg(db->handle));
}

static enum status execute(const struct records_db *db, const char *text) {
    return sqlite3_exec(db->handle, text, NULL, NULL, NULL) == SQLITE_OK ? STATUS_OK : fail(db);
}

// ---- statements -------------------------------------------------------------------------------

static void bind_int(struct records_db *db, enum sql sql, int at, int64_t value) {
    int result = sqlite3_bind_int64(db->statements[sql], at, value);
    db->unbound = db->unbound || result != SQLITE_OK;
}

static void bind_text(struct records_db *db, enum sql sql, int at, const char *value) {
    int result = sqlite3_bind_text(db->statements[sql], at, value, -1, SQLITE_STATIC);
    db->unbound = db->unbound || result != SQLITE_OK;
}

// What sqlite3_step tells; the values that are missing are asked for only once.
static int step(struct records_db *db, enum sql sql) {
    bool unbound = db->unbound;
    db->unbound = false;
    return unbound ? SQLITE_NOMEM : sqlite3_step(db->statements[sql]);
}

static enum status run(struct records_db *db, enum sql sql) {
    sqlite3_stmt *statement = db->statements[sql];
    int result = step(db, sql);
    enum status status = result == SQLITE_DONE || result == SQLITE_ROW ? STATUS_OK : fail(db);
    (void)sqlite3_reset(statement); // its result is the step's
    return status;
}

static const char *venue_name(const struct records_db *db, uint16_t venue) {
    const struct universe *universe = db->options.universe;
    return venue < universe->venue_count ? universe->venues[venue].name : "";
}

static const char *symbol_name(const struct records_db *db, uint16_t symbol) {
    const struct universe *universe = db->options.universe;
    return symbol < universe->symbol_count ? universe->symbols[symbol].name : "";
}

// ---- opening ----------------------------------------------------------------------------------

static enum status read_pragma(const struct records_db *db, const char *text, int64_t *value) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db->handle, text, -1, &statement, NULL) != SQLITE_OK) {
        return fail(db);
    }
    bool row = sqlite3_step(statement) == SQLITE_ROW;
    *value = row ? sqlite3_column_int64(statement, 0) : 0;
    enum status status = row ? STATUS_OK : fail(db);
    (void)sqlite3_finalize(statement);
    return status;
}

static enum status prepare_schema(const struct records_db *db) {
    int64_t version, tables;
    enum status status = read_pragma(db, "PRAGMA user_version", &version);
    if (status == STATUS_OK) {
        status = read_pragma(db, "SELECT count(*) FROM sqlite_schema", &tables);
    }
    if (status != STATUS_OK) {
        return status_fail(STATUS_DATA, "%s: %s: move it away, and a new one is begun", db->path,
                           sqlite3_errmsg(db->handle));
    }
    if (version == 0 && tables == 0) {
        status = execute(db, "BEGIN IMMEDIATE");
        if (status == STATUS_OK) {
            status = execute(db, schema);
        }
        return status == STATUS_OK ? execute(db, "COMMIT") : status;
    }
    return version == RECORDS_VERSION
               ? STATUS_OK
               : status_fail(STATUS_DATA,
                             "%s: records of version %lld, this program writes version %d: move "
                             "it away, and a new one is begun",
                             db->path, (long long)version, RECORDS_VERSION);
}

static enum status begin_session(struct records_db *db) {
    const struct records_db_options *options = &db->options;
    sqlite3_stmt *statement = NULL;
    enum status status = STATUS_OK;
    if (options->retention_ns > 0) {
        int result = sqlite3_prepare_v2(db->handle, "DELETE FROM sessions WHERE began_ns < ?1", -1,
                                        &statement, NULL);
        if (result == SQLITE_OK) {
            (void)sqlite3_bind_int64(statement, 1, options->began_ns - options->retention_ns);
            result = sqlite3_step(statement);
        }
        status = result == SQLITE_DONE ? STATUS_OK : fail(db);
        (void)sqlite3_finalize(statement);
    }
    if (status == STATUS_OK &&
        sqlite3_prepare_v2(db->handle,
                           "INSERT INTO sessions (stamp, mode, began_ns) VALUES (?1, ?2, ?3)", -1,
                           &statement, NULL) == SQLITE_OK) {
        (void)sqlite3_bind_text(statement, 1, options->stamp, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(statement, 2, desk_mode_name(options->mode), -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(statement, 3, options->began_ns);
        status = sqlite3_step(statement) == SQLITE_DONE ? STATUS_OK : fail(db);
        (void)sqlite3_finalize(statement);
        db->session = sqlite3_last_insert_rowid(db->handle);
    } else if (status == STATUS_OK) {
        status = fail(db);
    }
    return status;
}

static enum status open_csv(struct records_db *db) {
    char path[PATH_BYTES], bytes[LINE_BYTES];
    struct text text = TEXT_OVER(path);
    struct text line = TEXT_OVER(bytes);
    if (!db->options.csv) {
        return STATUS_OK;
    }
    text_add_format(&text, "%s/attempts-%s.csv", db->options.folder, db->options.stamp);
    db->csv = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    records_csv_head(&line);
    text_add_char(&line, '\n');
    return db->csv >= 0 && write(db->csv, line.data, line.size) == (ssize_t)line.size
               ? STATUS_OK
               : status_fail_errno(STATUS_IO, "%s", path);
}

static enum status open_handle(struct records_db *db) {
    // The cache is taken as a whole: page by page the desk would grow by it for half an hour. Once
    // a process; a second database finds it said.
    (void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, -CACHE_KB);
    const mode_t mask = umask(0077); // what it says is nobody else's matter
    int result =
        sqlite3_open_v2(db->path, &db->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    enum status status = result == SQLITE_OK ? STATUS_OK : fail(db);
    if (status == STATUS_OK) {
        (void)sqlite3_busy_timeout(db->handle, RECORDS_BUSY_MS);
        status = prepare_schema(db);
    }
    if (status == STATUS_OK) {
        char bytes[128];
        struct text pragmas = TEXT_OVER(bytes);
        text_add_format(&pragmas,
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                        "PRAGMA foreign_keys = ON; PRAGMA cache_size = -%d",
                        CACHE_KB);
        status = execute(db, bytes);
    }
    (void)umask(mask);
    return status;
}

enum status records_db_open(struct records_db **out, const struct records_db_options *options) {
    struct records_db *db = calloc(1, sizeof(*db));
    const struct universe *universe = options->universe;
    *out = NULL;
    if (db == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the records");
    }
    db->options = *options;
    db->csv = -1;
    struct text path = TEXT_OVER(db->path);
    text_add_format(&path, "%s/records.db", options->folder);
    db->seen =
        calloc((size_t)universe->venue_count * universe->venue_count * universe->symbol_count,
               sizeof(*db->seen));
    enum status status = db->seen != NULL ? open_handle(db)
                                          : status_fail(STATUS_SYSTEM, "no memory for the records");
    if (status == STATUS_OK) {
        status = begin_session(db);
    }
    for (int i = 0; i < SQL_COUNT && status == STATUS_OK; i++) {
        int result = sqlite3_prepare_v3(db->handle, sql_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                        &db->statements[i], NULL);
        status = result == SQLITE_OK ? STATUS_OK : fail(db);
    }
    if (status == STATUS_OK) {
        status = open_csv(db);
    }
    if (status != STATUS_OK) {
        records_db_close(db);
        return status;
    }
    *out = db;
    return STATUS_OK;
}

void records_db_close(struct records_db *db) {
    if (db == NULL) {
        return;
    }
    for (int i = 0; i < SQL_COUNT; i++) {
        (void)sqlite3_finalize(db->statements[i]);
    }
    (void)sqlite3_close(db->handle);
    if (db->csv >= 0) {
        (void)close(db->csv);
    }
    free(db->seen);
    free(db);
}

// ---- taking events ----------------------------------------------------------------------------

static struct event_opportunity *seen_of(struct records_db *db, uint16_t symbol, uint16_t buy,
                                         uint16_t sell) {
    const struct universe *universe = db->options.universe;
    uint32_t venues = universe->venue_count;
    if (symbol >= universe->symbol_count || buy >= venues || sell >= venues) {
        return &db->seen_none; // a job of an earlier session, elsewhere
    }
    return &db->seen[(symbol * venues + buy) * venues + sell];
}

static enum status write_csv(struct records_db *db, uint32_t job) {
    char bytes[LINE_BYTES];
    struct text line = TEXT_OVER(bytes);
    struct records_attempt attempt;
    sqlite3_stmt *statement = db->statements[SQL_ATTEMPT];
    bind_int(db, SQL_ATTEMPT, 1, db->session);
    bind_int(db, SQL_ATTEMPT, 2, job);
    enum status status = step(db, SQL_ATTEMPT) == SQLITE_ROW ? STATUS_OK : fail(db);
    if (status == STATUS_OK) {
        records_read_attempt(statement, &attempt);
        records_csv_row(&line, &attempt);
        text_add_char(&line, '\n');
        if (write(db->csv, line.data, line.size) != (ssize_t)line.size) {
            status = status_fail_errno(STATUS_IO, "the attempts' CSV file");
        }
    }
    (void)sqlite3_reset(statement);
    return status;
}

static enum status take_job(struct records_db *db, const struct records_item *item) {
    const struct event_job *job = &item->u.job;
    const struct event_opportunity *seen =
        seen_of(db, job->symbol, job->buy_venue, job->sell_venue);
    bind_int(db, SQL_JOB, 1, db->session);
    bind_int(db, SQL_JOB, 2, job->job);
    bind_int(db, SQL_JOB, 3, item->time_ns);
    bind_text(db, SQL_JOB, 4, strategy_name((enum strategy)job->strategy));
    bind_text(db, SQL_JOB, 5, symbol_name(db, job->symbol));
    bind_text(db, SQL_JOB, 6, venue_name(db, job->buy_venue));
    bind_text(db, SQL_JOB, 7, venue_name(db, job->sell_venue));
    bind_text(db, SQL_JOB, 8, job_state_name((enum job_state)job->state));
    bind_text(db, SQL_JOB, 9, rule_name((enum rule)job->rule));
    bind_int(db, SQL_JOB, 10, job->notional.v);
    bind_int(db, SQL_JOB, 11, seen->gross.v);
    bind_int(db, SQL_JOB, 12, seen->net.v);
    bind_int(db, SQL_JOB, 13, seen->buy_ask.v);
    bind_int(db, SQL_JOB, 14, seen->sell_bid.v);
    bind_int(db, SQL_JOB, 15, job->edge.v);
    bind_int(db, SQL_JOB, 16, job->safety_ppm);
    bind_int(db, SQL_JOB, 17, job->volume_ppm);
    bind_int(db, SQL_JOB, 18, job->final_ppm);
    bind_int(db, SQL_JOB, 19, job->pnl.v);
    enum status status = run(db, SQL_JOB);
    bool ended = job->state >= JOB_DONE;
    return status == STATUS_OK && ended && db->csv >= 0 ? write_csv(db, job->job) : status;
}

static enum status take_denied(struct records_db *db, const struct records_item *item) {
    const struct event_denied *denied = &item->u.denied;
    const struct verdict *verdict = &denied->verdict;
    bind_int(db, SQL_REFUSAL, 1, db->session);
    bind_text(db, SQL_REFUSAL, 2, strategy_name((enum strategy)denied->strategy));
    bind_text(db, SQL_REFUSAL, 3, symbol_name(db, denied->symbol));
    bind_text(db, SQL_REFUSAL, 4, venue_name(db, denied->buy_venue));
    bind_text(db, SQL_REFUSAL, 5, venue_name(db, denied->sell_venue));
    bind_text(db, SQL_REFUSAL, 6, rule_name((enum rule)verdict->rule));
    bind_int(db, SQL_REFUSAL, 7, item->time_ns);
    bind_int(db, SQL_REFUSAL, 8, verdict->figure);
    bind_int(db, SQL_REFUSAL, 9, verdict->limit);
    enum status status = run(db, SQL_REFUSAL);
    if (status != STATUS_OK || denied->job == 0) {
        return status;
    }
    bind_int(db, SQL_VERDICT, 1, db->session);
    bind_int(db, SQL_VERDICT, 2, denied->job);
    bind_text(db, SQL_VERDICT, 3, rule_name((enum rule)verdict->rule));
    bind_int(db, SQL_VERDICT, 4, verdict->figure);
    bind_int(db, SQL_VERDICT, 5, verdict->limit);
    return run(db, SQL_VERDICT);
}

static enum status place_order(struct records_db *db, const struct records_item *item) {
    const struct event_order *order = &item->u.order;
    bind_int(db, SQL_ORDER, 1, db->session);
    bind_int(db, SQL_ORDER, 2, (int64_t)order->order);
    bind_int(db, SQL_ORDER, 3, order->job);
    bind_int(db, SQL_ORDER, 4, item->time_ns);
    bind_text(db, SQL_ORDER, 5, venue_name(db, order->venue));
    bind_text(db, SQL_ORDER, 6, symbol_name(db, order->symbol));
    bind_text(db, SQL_ORDER, 7, leg_phase_name((enum leg_phase)order->phase));
    bind_text(db, SQL_ORDER, 8, side_name((enum side)order->side));
    bind_text(db, SQL_ORDER, 9, order->type == ORDER_POST_ONLY ? "post_only" : "ioc");
    bind_int(db, SQL_ORDER, 10, order->reduce_only);
    bind_int(db, SQL_ORDER, 11, order->price.v);
    bind_int(db, SQL_ORDER, 12, order->size.v);
    bind_int(db, SQL_ORDER, 13, item->expected.v);
    bind_text(db, SQL_ORDER, 14, order_state_name((enum order_state)order->state));
    bind_text(db, SQL_ORDER, 15, order->client_id);
    enum status status = run(db, SQL_ORDER);
    if (status == STATUS_OK && sqlite3_changes(db->handle) > 0) {
        bind_int(db, SQL_ORDER_COUNT, 1, db->session);
        bind_int(db, SQL_ORDER_COUNT, 2, order->job);
        status = run(db, SQL_ORDER_COUNT);
    }
    return status;
}

static enum status take_order(struct records_db *db, const struct records_item *item) {
    const struct event_order *order = &item->u.order;
    if (item->kind == EVENT_ORDER_COMMAND) {
        return order->action == ORDER_ACTION_PLACE ? place_order(db, item) : STATUS_OK;
    }
    bind_int(db, SQL_ORDER_STATE, 1, db->session);
    bind_int(db, SQL_ORDER_STATE, 2, (int64_t)order->order);
    bind_text(db, SQL_ORDER_STATE, 3, order_state_name((enum order_state)order->state));
    return run(db, SQL_ORDER_STATE);
}

// What was paid more, or got less, than expected when the order was decided.
static enum status slippage_of(struct records_db *db, const struct event_fill *fill,
                               struct usd *out) {
    sqlite3_stmt *statement = db->statements[SQL_EXPECTED];
    bind_int(db, SQL_EXPECTED, 1, db->session);
    bind_int(db, SQL_EXPECTED, 2, (int64_t)fill->order);
    int result = step(db, SQL_EXPECTED);
    struct px expected = {result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0};
    enum status status = result == SQLITE_ROW || result == SQLITE_DONE ? STATUS_OK : fail(db);
    (void)sqlite3_reset(statement);
    struct usd paid = usd_notional_near(fill->price, fill->size);
    struct usd hoped = usd_notional_near(expected, fill->size);
    *out = expected.v == 0          ? (struct usd){0}
           : fill->side == SIDE_BUY ? usd_sub(paid, hoped)
                                    : usd_sub(hoped, paid);
    return status;
}

static enum status take_fill(struct records_db *db, const struct records_item *item) {
    const struct event_fill *fill = &item->u.fill;
    struct usd slippage;
    enum status status = slippage_of(db, fill, &slippage);
    if (status != STATUS_OK) {
        return status;
    }
    bind_int(db, SQL_FILL, 1, db->session);
    bind_int(db, SQL_FILL, 2, (int64_t)fill->order);
    bind_int(db, SQL_FILL, 3, (int64_t)fill->trade);
    bind_int(db, SQL_FILL, 4, fill->job);
    bind_int(db, SQL_FILL, 5, item->time_ns);
    bind_text(db, SQL_FILL, 6, venue_name(db, fill->venue));
    bind_text(db, SQL_FILL, 7, symbol_name(db, fill->symbol));
    bind_text(db, SQL_FILL, 8, side_name((enum side)fill->side));
    bind_text(db, SQL_FILL, 9, leg_phase_name((enum leg_phase)fill->phase));
    bind_text(db, SQL_FILL, 10, fill->liquidity == LIQUIDITY_MAKER ? "maker" : "taker");
    bind_int(db, SQL_FILL, 11, fill->price.v);
    bind_int(db, SQL_FILL, 12, fill->size.v);
    bind_int(db, SQL_FILL, 13, fill->fee.v);
    bind_int(db, SQL_FILL, 14, slippage.v);
    status = run(db, SQL_FILL);
    if (status != STATUS_OK || sqlite3_changes(db->handle) == 0) {
        return status;
    }
    bind_int(db, SQL_FILL_ORDER, 1, db->session);
    bind_int(db, SQL_FILL_ORDER, 2, (int64_t)fill->order);
    bind_int(db, SQL_FILL_ORDER, 3, fill->size.v);
    bind_text(db, SQL_FILL_ORDER, 4,
              order_state_name(fill->last != 0 ? ORDER_FILLED_ALL : ORDER_PARTIAL));
    status = run(db, SQL_FILL_ORDER);
    if (status == STATUS_OK) {
        bind_int(db, SQL_FILL_JOB, 1, db->session);
        bind_int(db, SQL_FILL_JOB, 2, fill->job);
        bind_int(db, SQL_FILL_JOB, 3, usd_notional_near(fill->price, fill->size).v);
        bind_int(db, SQL_FILL_JOB, 4, fill->fee.v);
        bind_int(db, SQL_FILL_JOB, 5, slippage.v);
        status = run(db, SQL_FILL_JOB);
    }
    return status;
}

enum status records_db_begin(struct records_db *db) {
    enum status status = run(db, SQL_BEGIN);
    bool busy = status != STATUS_OK && sqlite3_errcode(db->handle) == SQLITE_BUSY;
    return busy ? status_fail(STATUS_UNAVAILABLE, "%s is being written to", db->path) : status;
}

enum status records_db_take(struct records_db *db, const struct records_item *item) {
    const struct event_opportunity *seen = &item->u.opportunity;
    switch (item->kind) {
    case EVENT_OPPORTUNITY_FOUND:
        *seen_of(db, seen->symbol, seen->buy_venue, seen->sell_venue) = *seen;
        return STATUS_OK;
    case EVENT_JOB_STATE:
        return take_job(db, item);
    case EVENT_DENIED:
        return take_denied(db, item);
    case EVENT_ORDER_FILLED:
        return take_fill(db, item);
    default:
        return take_order(db, item);
    }
}

enum status records_db_commit(struct records_db *db, uint64_t lost) {
    bind_int(db, SQL_LOST, 1, db->session);
    bind_int(db, SQL_LOST, 2, (int64_t)lost);
    enum status status = run(db, SQL_LOST);
    return status == STATUS_OK ? run(db, SQL_COMMIT) : status;
}
