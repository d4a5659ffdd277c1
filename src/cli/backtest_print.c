#include "cli/backtest_print.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/json.h"
#include "cli/time_text.h"
#include "cli/verbs.h"

enum { LINE_BYTES = 2048, PAIR_BYTES = 640 };

static void add_sets(struct text *out, const struct backtest_sweep_run *run) {
    for (uint32_t i = 0; i < run->set_count; i++) {
        text_add_format(out, "%s%s", i == 0 ? "" : " ", run->sets[i]);
    }
}

// ---- text -------------------------------------------------------------------------------------

static void add_column(struct text *out, int width, int64_t value, int digits, int shown) {
    char bytes[48];
    struct text text = TEXT_OVER(bytes);
    decimal_print(&text, value, digits, shown, shown);
    text_add_format(out, " %*s", width, bytes);
}

static void add_sums(struct text *out, const struct backtest_sums *sums, struct usd fees,
                     struct usd pnl) {
    text_add_format(out, " %6u %6u %6u %5u", sums->opened, sums->done, sums->failed, sums->held);
    add_column(out, 6, backtest_hit_rate(sums).v, BPS_DIGITS + 2, 1);
    add_column(out, 13, sums->volume.v, USD_DIGITS, 2);
    add_column(out, 10, fees.v, USD_DIGITS, 2);
    add_column(out, 10, pnl.v, USD_DIGITS, 2);
}

static const char columns[] =
    "   jobs   done failed  held  won %      volume $     fees $      pnl $";

static void print_head(struct text *line, const struct backtest_sweep *sweep,
                       const char *recording) {
    const struct backtest_result *result = &sweep->runs[0].result;
    text_add_format(line, "%.1024s: ", recording);
    time_text_add(line, result->from_ns);
    text_add_string(line, " to ");
    time_text_add(line, result->to_ns);
    text_add_format(line, ", %lld s, %u venues, %u symbols, %llu messages",
                    (long long)((result->to_ns - result->from_ns) / NS_PER_S), result->venues,
                    result->symbols, (unsigned long long)result->frames);
    (void)cli_put_line(line); // a failure shows at the end
}

static void print_run(struct text *line, const struct backtest_sweep_run *run, uint32_t number) {
    const struct backtest_result *result = &run->result;
    text_add_format(line, "%-34s", "whole desk");
    if (run->set_count > 0) {
        text_clear(line);
        text_add_format(line, "run %-30u", number);
    }
    add_sums(line, &result->sums, result->fees, result->pnl);
    add_column(line, 11, result->drawdown.v, USD_DIGITS, 2);
    add_column(line, 7, result->drawdown_share.v, BPS_DIGITS + 2, 3);
    add_column(line, 10, result->funding.v, USD_DIGITS, 4);
    if (run->set_count > 0) {
        text_add_string(line, "  ");
        add_sets(line, run);
    }
    (void)cli_put_line(line);
}

static void print_pairs(struct text *line, const struct backtest_result *result) {
    text_add_format(line, "%-34s%s", "symbol buy>sell", columns);
    (void)cli_put_line(line);
    for (uint32_t i = 0; i < result->pair_count; i++) {
        const struct backtest_pair *pair = &result->pairs[i];
        char name[64];
        struct text text = TEXT_OVER(name);
        text_add_format(&text, "%s %s>%s", pair->symbol, pair->buy, pair->sell);
        if (pair->sums.opened > 0) {
            text_add_format(line, "%-34s", name);
            add_sums(line, &pair->sums, pair->sums.fees, pair->sums.pnl);
            (void)cli_put_line(line);
        }
    }
}

void backtest_print_text(const struct backtest_sweep *sweep, const char *recording) {
    char bytes[LINE_BYTES];
    struct text line = TEXT_OVER(bytes);
    print_head(&line, sweep, recording);
    text_add_format(&line, "%-34s%s  drawdown $       %%  funding $", "", columns);
    (void)cli_put_line(&line);
    for (uint32_t i = 0; i < sweep->run_count; i++) {
        print_run(&line, &sweep->runs[i], i + 1);
    }
    if (sweep->run_count == 1) {
        print_pairs(&line, &sweep->runs[0].result);
    }
}

// ---- JSON and CSV: the names are an interface -------------------------------------------------

struct figure {
    const char *name;
    int64_t value;
    int digits;
};

enum { FIGURES = 12 };

static void figures_of(struct figure out[FIGURES], const struct backtest_sums *sums,
                       struct usd fees, struct usd pnl) {
    const struct figure figures[FIGURES] = {
        {"jobs", sums->opened, 0},
        {"done", sums->done, 0},
        {"failed", sums->failed, 0},
        {"refused", sums->refused, 0},
        {"expired", sums->expired, 0},
        {"held", sums->held, 0},
        {"traded", sums->traded, 0},
        {"won", sums->won, 0},
        {"hit_pct", backtest_hit_rate(sums).v, BPS_DIGITS + 2},
        {"volume_usd", sums->volume.v, USD_DIGITS},
        {"fees_usd", fees.v, USD_DIGITS},
        {"pnl_usd", pnl.v, USD_DIGITS},
    };
    memcpy(out, figures, sizeof(figures));
}

static void add_json_figures(struct text *line, const struct figure figures[FIGURES]) {
    for (uint32_t i = 0; i < FIGURES; i++) {
        text_add_format(line, ",\"%s\":", figures[i].name);
        json_write_decimal(line, figures[i].value, figures[i].digits);
    }
}

static void add_json_sets(struct text *line, const struct backtest_sweep_run *run) {
    text_add_string(line, ",\"settings\":{");
    for (uint32_t i = 0; i < run->set_count; i++) {
        const char *equals = strchr(run->sets[i], '=');
        text_add_string(line, i == 0 ? "" : ",");
        json_write_string(line, (struct slice){run->sets[i], (size_t)(equals - run->sets[i])});
        text_add_char(line, ':');
        json_write_string(line, slice_of(equals + 1));
    }
    text_add_char(line, '}');
}

static void add_json_run(struct text *line, const struct backtest_sweep_run *run, uint32_t number) {
    const struct backtest_result *result = &run->result;
    struct figure figures[FIGURES];
    text_add_format(line, "{\"run\":%u", number);
    add_json_sets(line, run);
    text_add_format(
        line,
        ",\"from_ns\":%lld,\"to_ns\":%lld,\"venues\":%u,\"symbols\":%u,\"messages\":%llu,"
        "\"events\":%llu",
        (long long)result->from_ns, (long long)result->to_ns, result->venues, result->symbols,
        (unsigned long long)result->frames, (unsigned long long)result->events);
    figures_of(figures, &result->sums, result->fees, result->pnl);
    add_json_figures(line, figures);
    text_add_string(line, ",\"funding_usd\":");
    json_write_decimal(line, result->funding.v, USD_DIGITS);
    text_add_string(line, ",\"drawdown_usd\":");
    json_write_decimal(line, result->drawdown.v, USD_DIGITS);
    text_add_string(line, ",\"drawdown_pct\":");
    json_write_decimal(line, result->drawdown_share.v, BPS_DIGITS + 2);
    text_add_string(line, ",\"pairs\":[");
    for (uint32_t i = 0; i < result->pair_count; i++) {
        const struct backtest_pair *pair = &result->pairs[i];
        text_add_format(line, "%s{\"symbol\":\"%s\",\"buy\":\"%s\",\"sell\":\"%s\"",
                        i == 0 ? "" : ",", pair->symbol, pair->buy, pair->sell);
        figures_of(figures, &pair->sums, pair->sums.fees, pair->sums.pnl);
        add_json_figures(line, figures);
        text_add_char(line, '}');
    }
    text_add_string(line, "]}");
}

enum status backtest_print_json(const struct backtest_sweep *sweep) {
    for (uint32_t i = 0; i < sweep->run_count; i++) {
        const struct backtest_sweep_run *run = &sweep->runs[i];
        size_t size = LINE_BYTES + (size_t)run->result.pair_count * PAIR_BYTES;
        char *bytes = malloc(size);
        if (bytes == NULL) {
            return status_fail(STATUS_SYSTEM, "no memory for a line");
        }
        struct text line = text_over(bytes, size);
        add_json_run(&line, run, i + 1);
        (void)cli_put_line(&line);
        free(bytes);
    }
    return STATUS_OK;
}

static void print_csv_row(struct text *line, const struct backtest_sweep_run *run, uint32_t number,
                          const struct backtest_pair *pair) {
    const struct backtest_result *result = &run->result;
    struct figure figures[FIGURES];
    char bytes[BACKTEST_SETS_MAX * (BACKTEST_SET_MAX + 1)];
    struct text sets = TEXT_OVER(bytes);
    add_sets(&sets, run);
    csv_add_int(line, number);
    csv_add(line, text_slice(&sets));
    csv_add_string(line, pair != NULL ? pair->symbol : "*");
    csv_add_string(line, pair != NULL ? pair->buy : "*");
    csv_add_string(line, pair != NULL ? pair->sell : "*");
    if (pair != NULL) {
        figures_of(figures, &pair->sums, pair->sums.fees, pair->sums.pnl);
    } else {
        figures_of(figures, &result->sums, result->fees, result->pnl);
    }
    for (uint32_t i = 0; i < FIGURES; i++) {
        csv_add_decimal(line, figures[i].value, figures[i].digits);
    }
    if (pair == NULL) {
        csv_add_decimal(line, result->funding.v, USD_DIGITS);
        csv_add_decimal(line, result->drawdown.v, USD_DIGITS);
        csv_add_decimal(line, result->drawdown_share.v, BPS_DIGITS + 2);
    } else {
        text_add_string(line, ",,,"); // the desk's only
    }
    (void)cli_put_line(line);
}

void backtest_print_csv(const struct backtest_sweep *sweep) {
    char bytes[LINE_BYTES];
    struct text line = TEXT_OVER(bytes);
    const struct backtest_sums none = {0};
    struct figure figures[FIGURES];
    figures_of(figures, &none, (struct usd){0}, (struct usd){0});
    text_add_string(&line, "run,settings,symbol,buy,sell");
    for (uint32_t i = 0; i < FIGURES; i++) {
        csv_add_string(&line, figures[i].name);
    }
    text_add_string(&line, ",funding_usd,drawdown_usd,drawdown_pct");
    (void)cli_put_line(&line);
    for (uint32_t i = 0; i < sweep->run_count; i++) {
        const struct backtest_sweep_run *run = &sweep->runs[i];
        print_csv_row(&line, run, i + 1, NULL);
        for (uint32_t p = 0; p < run->result.pair_count; p++) {
            print_csv_row(&line, run, i + 1, &run->result.pairs[p]);
        }
    }
}
