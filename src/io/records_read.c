// Reading records, and an attempt as a line of CSV.
#include "io/records_db.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/csv.h"
#include "io/records_private.h"

static const char *text_of(sqlite3_stmt *statement, int column) {
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text == NULL ? "" : (const char *)text;
}

void records_read_attempt(sqlite3_stmt *s, struct records_attempt *out) {
    *out = (struct records_attempt){
        .stamp = text_of(s, 0),
        .job = sqlite3_column_int64(s, 1),
        .created_ns = sqlite3_column_int64(s, 2),
        .changed_ns = sqlite3_column_int64(s, 3),
        .strategy = text_of(s, 4),
        .symbol = text_of(s, 5),
        .buy = text_of(s, 6),
        .sell = text_of(s, 7),
        .state = text_of(s, 8),
        .rule = text_of(s, 9),
        .figure = sqlite3_column_int64(s, 10),
        .limit = sqlite3_column_int64(s, 11),
        .notional.v = sqlite3_column_int64(s, 12),
        .volume.v = sqlite3_column_int64(s, 13),
        .slippage.v = sqlite3_column_int64(s, 14),
        .fees.v = sqlite3_column_int64(s, 15),
        .pnl.v = sqlite3_column_int64(s, 16),
        .gross.v = sqlite3_column_int64(s, 17),
        .net.v = sqlite3_column_int64(s, 18),
        .edge.v = sqlite3_column_int64(s, 19),
        .score_ppm = sqlite3_column_int64(s, 20),
        .orders = sqlite3_column_int64(s, 21),
        .fills = sqlite3_column_int64(s, 22),
    };
}

static enum status read_rows(sqlite3 *handle, const char *path, int64_t since_ns,
                             bool (*on_attempt)(void *arg, const struct records_attempt *attempt),
                             void *arg) {
    static const char text[] = "SELECT " RECORDS_ATTEMPT_COLUMNS " WHERE a.created_ns >= ?1"
                               " ORDER BY a.created_ns, a.session, a.job";
    sqlite3_stmt *statement;
    int result = sqlite3_prepare_v2(handle, text, -1, &statement, NULL);
    if (result == SQLITE_OK) {
        (void)sqlite3_bind_int64(statement, 1, since_ns);
        result = sqlite3_step(statement);
    }
    struct records_attempt attempt;
    while (result == SQLITE_ROW) {
        records_read_attempt(statement, &attempt);
        result = on_attempt(arg, &attempt) ? sqlite3_step(statement) : SQLITE_DONE;
    }
    enum status status = result == SQLITE_DONE
                             ? STATUS_OK
                             : status_fail(STATUS_DATA, "%s: %s", path, sqlite3_errmsg(handle));
    (void)sqlite3_finalize(statement);
    return status;
}

enum status records_db_read(const char *path, int64_t since_ns,
                            bool (*on_attempt)(void *arg, const struct records_attempt *attempt),
                            void *arg) {
    sqlite3 *handle;
    if (access(path, R_OK) != 0) {
        return status_fail_errno(STATUS_NO_INPUT, "%s", path);
    }
    // Not read-only: what another process has written ahead needs a file of its own to be seen.
    int result = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL);
    enum status status = result == SQLITE_OK
                             ? STATUS_OK
                             : status_fail(STATUS_DATA, "%s: %s", path, sqlite3_errmsg(handle));
    if (status == STATUS_OK) {
        (void)sqlite3_busy_timeout(handle, RECORDS_BUSY_MS);
        status = read_rows(handle, path, since_ns, on_attempt, arg);
    }
    (void)sqlite3_close(handle);
    return status;
}

// ---- CSV --------------------------------------------------------------------------------------

void records_csv_head(struct text *line) {
    text_add_string(line,
                    "session,job,created_ns,changed_ns,strategy,symbol,buy,sell,state,rule,figure,"
                    "limit,gross_bps,net_bps,edge_bps,score,orders,fills,notional_usd,volume_usd,"
                    "slippage_usd,fees_usd,pnl_usd");
}

void records_csv_row(struct text *line, const struct records_attempt *a) {
    csv_add_string(line, a->stamp);
    csv_add_int(line, a->job);
    csv_add_int(line, a->created_ns);
    csv_add_int(line, a->changed_ns);
    const char *const words[] = {a->strategy, a->symbol, a->buy, a->sell, a->state, a->rule};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        csv_add_string(line, words[i]);
    }
    csv_add_int(line, a->figure);
    csv_add_int(line, a->limit);
    csv_add_decimal(line, a->gross.v, BPS_DIGITS);
    csv_add_decimal(line, a->net.v, BPS_DIGITS);
    csv_add_decimal(line, a->edge.v, BPS_DIGITS);
    csv_add_decimal(line, a->score_ppm, RECORDS_SCORE_DIGITS);
    csv_add_int(line, a->orders);
    csv_add_int(line, a->fills);
    const struct usd sums[] = {a->notional, a->volume, a->slippage, a->fees, a->pnl};
    for (size_t i = 0; i < COUNT_OF(sums); i++) {
        csv_add_decimal(line, sums[i].v, USD_DIGITS);
    }
}
