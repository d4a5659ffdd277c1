// trades: every attempt on record, oldest first: what was seen, decided, and what came of it.
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/paths.h"
#include "cli/time_text.h"
#include "cli/verbs.h"
#include "io/records_db.h"

enum { LINE_BYTES = 2048, PATH_BYTES = 512 };

struct trades {
    const struct cli_args *args;
    struct text line;
    struct usd volume, slippage, fees, pnl;
    uint64_t attempts, traded;
    bool headed, output_gone;
};

// ---- text -------------------------------------------------------------------------------------

static void add_usd(struct text *out, int width, struct usd value) {
    char bytes[32];
    struct text text = TEXT_OVER(bytes);
    usd_print(&text, value, 2, 2);
    text_add_format(out, " %*s", width, bytes);
}

static void add_text_row(struct text *line, const struct records_attempt *a) {
    char name[64], edge[32];
    struct text pair = TEXT_OVER(name);
    struct text bps = TEXT_OVER(edge);
    time_text_add(line, a->created_ns);
    text_add_format(&pair, "%s %s", a->symbol, a->buy);
    if (strcmp(a->buy, a->sell) != 0) { // else it is one leg
        text_add_format(&pair, ">%s", a->sell);
    }
    decimal_print(&bps, a->edge.v, BPS_DIGITS, 2, 2);
    text_add_format(line, " %6lld %-5s %-34s %-9s %7s", (long long)a->job, a->strategy, name,
                    a->state, edge);
    add_usd(line, 10, a->notional);
    add_usd(line, 11, a->volume);
    add_usd(line, 8, a->slippage);
    add_usd(line, 8, a->fees);
    add_usd(line, 9, a->pnl);
    if (strcmp(a->rule, "none") != 0) {
        text_add_format(line, "  %s", a->rule);
    }
}

static void add_text_head(struct text *line) {
    text_add_format(line, "%-20s %6s %-5s %-34s %-9s %7s %10s %11s %8s %8s %9s  %s", "created",
                    "job", "strat", "symbol buy>sell", "state", "bps", "size $", "volume $",
                    "slip $", "fees $", "pnl $", "rule");
}

static void add_text_sum(struct text *line, const struct trades *trades) {
    char name[64];
    struct text text = TEXT_OVER(name);
    text_add_format(&text, "%llu attempts, %llu traded", (unsigned long long)trades->attempts,
                    (unsigned long long)trades->traded);
    text_add_format(line, "%-97s", name);
    add_usd(line, 11, trades->volume);
    add_usd(line, 8, trades->slippage);
    add_usd(line, 8, trades->fees);
    add_usd(line, 9, trades->pnl);
}

// ---- JSON: the names are an interface -----------------------------------------------------------

static void add_json_row(struct text *line, const struct records_attempt *a) {
    const struct {
        const char *name;
        int64_t value;
        int digits;
    } figures[] = {
        {"figure", a->figure, 0},
        {"limit", a->limit, 0},
        {"gross_bps", a->gross.v, BPS_DIGITS},
        {"net_bps", a->net.v, BPS_DIGITS},
        {"edge_bps", a->edge.v, BPS_DIGITS},
        {"score", a->score_ppm, RECORDS_SCORE_DIGITS},
        {"orders", a->orders, 0},
        {"fills", a->fills, 0},
        {"notional_usd", a->notional.v, USD_DIGITS},
        {"volume_usd", a->volume.v, USD_DIGITS},
        {"slippage_usd", a->slippage.v, USD_DIGITS},
        {"fees_usd", a->fees.v, USD_DIGITS},
        {"pnl_usd", a->pnl.v, USD_DIGITS},
    };
    text_add_format(line,
                    "{\"session\":\"%s\",\"job\":%lld,\"created_ns\":%lld,\"changed_ns\":%lld,"
                    "\"strategy\":\"%s\",\"symbol\":\"%s\",\"buy\":\"%s\",\"sell\":\"%s\","
                    "\"state\":\"%s\",\"rule\":\"%s\"",
                    a->stamp, (long long)a->job, (long long)a->created_ns, (long long)a->changed_ns,
                    a->strategy, a->symbol, a->buy, a->sell, a->state, a->rule);
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        text_add_format(line, ",\"%s\":", figures[i].name);
        json_write_decimal(line, figures[i].value, figures[i].digits);
    }
    text_add_char(line, '}');
}

// ---- the verb -----------------------------------------------------------------------------------

// Once it is known that there are records.
static void put_head(struct trades *trades) {
    if (trades->args->csv) {
        records_csv_head(&trades->line);
    } else {
        add_text_head(&trades->line);
    }
    trades->headed = true;
    trades->output_gone = !cli_put_line(&trades->line);
}

static bool on_attempt(void *arg, const struct records_attempt *attempt) {
    struct trades *trades = arg;
    if (!trades->args->json && !trades->headed) {
        put_head(trades);
    }
    if (trades->args->json) {
        add_json_row(&trades->line, attempt);
    } else if (trades->args->csv) {
        records_csv_row(&trades->line, attempt);
    } else {
        add_text_row(&trades->line, attempt);
    }
    trades->attempts++;
    trades->traded += attempt->fills > 0;
    trades->volume = usd_add(trades->volume, attempt->volume);
    trades->slippage = usd_add(trades->slippage, attempt->slippage);
    trades->fees = usd_add(trades->fees, attempt->fees);
    trades->pnl = usd_add(trades->pnl, attempt->pnl);
    trades->output_gone = !cli_put_line(&trades->line) || trades->output_gone;
    return !trades->output_gone;
}

static bool is_wanted(const struct cli_args *args, enum desk_mode mode) {
    return args->desk == NULL || strcmp(args->desk, paths_mode_word(mode)) == 0;
}

// The records that were written to last, of all kinds of desk or of the one that is named.
static enum status find_newest(const struct cli_args *args, char *out, size_t capacity) {
    int64_t newest_ns = -1;
    bool named = false;
    for (int mode = 0; mode < DESK_MODE_COUNT; mode++) {
        char folder[PATH_BYTES / 2], path[PATH_BYTES];
        struct text text = TEXT_OVER(path);
        struct stat found;
        if (!is_wanted(args, (enum desk_mode)mode)) {
            continue;
        }
        named = true;
        enum status status = paths_state_folder((enum desk_mode)mode, folder, sizeof(folder));
        if (status != STATUS_OK) {
            return status;
        }
        // What is written ahead is newer than the database.
        text_add_format(&text, "%s/records.db-wal", folder);
        bool ahead = stat(path, &found) == 0;
        text_clear(&text);
        text_add_format(&text, "%s/records.db", folder);
        if (!ahead && stat(path, &found) != 0) {
            continue;
        }
        int64_t changed_ns = found.st_mtim.tv_sec * NS_PER_S + found.st_mtim.tv_nsec;
        if (changed_ns > newest_ns) {
            newest_ns = changed_ns;
            (void)string_copy(out, capacity, text_slice(&text));
        }
    }
    if (!named) {
        return status_fail(STATUS_USAGE, "--desk %s: expected live, paper or demo", args->desk);
    }
    return newest_ns >= 0 ? STATUS_OK
                          : status_fail(STATUS_NO_INPUT, "no desk has kept records here yet");
}

static enum status find_records(const struct cli_args *args, char *out, size_t capacity) {
    struct text text = text_over(out, capacity);
    struct stat found;
    if (args->operand_count == 0) {
        return find_newest(args, out, capacity);
    }
    text_add_string(&text, args->operands[0]);
    if (stat(args->operands[0], &found) == 0 && S_ISDIR(found.st_mode)) {
        text_add_string(&text, "/records.db");
    }
    return text.truncated ? status_fail(STATUS_USAGE, "the path is too long") : STATUS_OK;
}

static enum status find_since(const struct cli_args *args, int64_t *since_ns) {
    *since_ns = 0;
    if (args->since == NULL) {
        return STATUS_OK;
    }
    struct clock machine;
    clock_init_system(&machine);
    int64_t today_ns = clock_now_ns(&machine) / NS_PER_DAY * NS_PER_DAY;
    return time_text_read("--since", args->since, today_ns, since_ns);
}

enum status verb_trades(const struct cli_args *args) {
    char path[PATH_BYTES], bytes[LINE_BYTES];
    int64_t since_ns;
    struct trades trades = {.args = args, .line = TEXT_OVER(bytes)};
    if (args->csv && args->json) {
        return status_fail(STATUS_USAGE, "--csv and --json exclude each other");
    }
    enum status status = find_since(args, &since_ns);
    if (status == STATUS_OK) {
        status = find_records(args, path, sizeof(path));
    }
    if (status != STATUS_OK) {
        return status;
    }
    status = records_db_read(path, since_ns, on_attempt, &trades);
    if (status == STATUS_OK && !args->json && !trades.headed) {
        put_head(&trades);
    }
    if (status == STATUS_OK && !args->csv && !args->json && !trades.output_gone) {
        add_text_sum(&trades.line, &trades);
        (void)cli_put_line(&trades.line);
    }
    return status == STATUS_OK ? cli_end_output() : status;
}
