// cycle: one cycle of watching and trading, printed.
//
// The desk runs until every trading venue quotes and a job was decided and placed, or the time is
// over
// (--seconds, else ten), and then the picture of the desk is printed: quotes, opportunities with
// what stands against them, jobs, refusals, capital.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/verbs.h"

enum { LINE_MAX_BYTES = 1024 };
#define CYCLE_NS (10 * NS_PER_S)

struct cycle {
    const struct universe *universe;
    const struct state_board *board;
    bool json;
    struct state_header header;
    struct state_risk risk;
    struct state_quote *quotes;
    struct state_venue *venues;
    struct state_capital *capital;
    struct state_opportunity opportunities[STATE_OPPORTUNITIES_MAX];
    struct state_job jobs[STATE_JOBS_MAX];
    uint32_t quote_count, venue_count, capital_count, opportunity_count, job_count;
};

static void read_picture(struct cycle *cycle) {
    const struct state_board *board = cycle->board;
    uint64_t version;
    (void)state_read(board, STATE_HEADER, &cycle->header, &version);
    (void)state_read(board, STATE_RISK, &cycle->risk, &version);
    cycle->quote_count = state_read(board, STATE_QUOTES, cycle->quotes, &version);
    cycle->venue_count = state_read(board, STATE_VENUES, cycle->venues, &version);
    cycle->capital_count = state_read(board, STATE_CAPITAL, cycle->capital, &version);
    cycle->opportunity_count =
        state_read(board, STATE_OPPORTUNITIES, cycle->opportunities, &version);
    cycle->job_count = state_read(board, STATE_JOBS, cycle->jobs, &version);
}

static bool every_venue_quotes(const struct cycle *cycle) {
    bool quotes[VENUE_MAX] = {0};
    for (uint32_t i = 0; i < cycle->quote_count; i++) {
        if (cycle->quotes[i].present) {
            quotes[cycle->quotes[i].venue] = true;
        }
    }
    for (uint32_t i = 0; i < cycle->venue_count; i++) {
        if (cycle->venues[i].role == VENUE_TRADE && !quotes[i]) {
            return false;
        }
    }
    return cycle->venue_count > 0;
}

// A crossing has to stand for a while before it is an opportunity: so long there is none.
static bool is_complete(const struct cycle *cycle, int64_t lasted_ns, int64_t stand_ns) {
    bool placed = false;
    for (uint32_t i = 0; i < cycle->job_count; i++) {
        placed = placed || cycle->jobs[i].state >= JOB_HOLDING;
    }
    bool found = cycle->opportunity_count > 0 || lasted_ns > 4 * stand_ns;
    return placed && found && every_venue_quotes(cycle);
}

static const char *venue_name(const struct cycle *cycle, uint16_t venue) {
    return venue < cycle->universe->venue_count ? cycle->universe->venues[venue].name : "";
}

static const char *symbol_name(const struct cycle *cycle, uint16_t symbol) {
    return symbol < cycle->universe->symbol_count ? cycle->universe->symbols[symbol].name : "";
}

// One figure of a line: `name 1.25` or `,"name":1.25`.
static void add_figure(struct text *line, const struct cycle *cycle, const char *name,
                       int64_t value, int digits) {
    if (cycle->json) {
        text_add_format(line, ",\"%s\":", name);
        json_write_decimal(line, value, digits);
    } else {
        text_add_format(line, " %s ", name);
        decimal_print(line, value, digits, 0, digits);
    }
}

static void add_word(struct text *line, const struct cycle *cycle, const char *name,
                     const char *word) {
    text_add_format(line, cycle->json ? ",\"%s\":\"%s\"" : " %s %s", name, word);
}

static void begin_line(struct text *line, const struct cycle *cycle, const char *kind) {
    text_add_format(line, cycle->json ? "{\"kind\":\"%s\"" : "%-12s", kind);
}

static void end_line(struct text *line, const struct cycle *cycle) {
    text_add_string(line, cycle->json ? "}" : "");
    (void)cli_put_line(line); // a failure shows at the end
}

static void add_verdict(struct text *line, const struct cycle *cycle,
                        const struct verdict *verdict) {
    char bytes[256];
    struct text text = TEXT_OVER(bytes);
    if (verdict->rule == RULE_NONE) {
        return;
    }
    verdict_print(&text, verdict);
    if (cycle->json) {
        text_add_string(line, ",\"why_not\":");
        json_write_string(line, text_slice(&text));
    } else {
        text_add_format(line, "; %s", bytes);
    }
}

static void print_quotes(const struct cycle *cycle, struct text *line) {
    for (uint32_t i = 0; i < cycle->quote_count; i++) {
        const struct state_quote *row = &cycle->quotes[i];
        if (!row->present) {
            continue;
        }
        begin_line(line, cycle, "quote");
        add_word(line, cycle, "venue", venue_name(cycle, row->venue));
        add_word(line, cycle, "symbol", symbol_name(cycle, row->symbol));
        add_figure(line, cycle, "bid", row->bid.v, PX_DIGITS);
        add_figure(line, cycle, "ask", row->ask.v, PX_DIGITS);
        add_figure(line, cycle, "age_ms", row->age_ms, 0);
        end_line(line, cycle);
    }
}

static void print_opportunities(const struct cycle *cycle, struct text *line) {
    for (uint32_t i = 0; i < cycle->opportunity_count; i++) {
        const struct state_opportunity *row = &cycle->opportunities[i];
        begin_line(line, cycle, "opportunity");
        add_word(line, cycle, "symbol", symbol_name(cycle, row->symbol));
        add_word(line, cycle, "buy", venue_name(cycle, row->buy_venue));
        add_word(line, cycle, "sell", venue_name(cycle, row->sell_venue));
        add_figure(line, cycle, "gross_bps", row->gross.v, BPS_DIGITS);
        add_figure(line, cycle, "net_bps", row->net.v, BPS_DIGITS);
        add_figure(line, cycle, "round_trip_bps", row->round_trip.v, BPS_DIGITS);
        add_verdict(line, cycle, &row->verdict);
        end_line(line, cycle);
    }
}

static void print_jobs(const struct cycle *cycle, struct text *line) {
    for (uint32_t i = 0; i < cycle->job_count; i++) {
        const struct state_job *row = &cycle->jobs[i];
        begin_line(line, cycle, "job");
        add_figure(line, cycle, "id", row->id, 0);
        add_word(line, cycle, "strategy", strategy_name((enum strategy)row->strategy));
        add_word(line, cycle, "state", job_state_name((enum job_state)row->state));
        add_word(line, cycle, "symbol", symbol_name(cycle, row->symbol));
        for (uint32_t leg = 0; leg < row->legs && leg < JOB_LEGS_MAX; leg++) {
            enum side side = (enum side)row->leg[leg].side;
            add_word(line, cycle, side_name(side), venue_name(cycle, row->leg[leg].venue));
        }
        add_figure(line, cycle, "notional_usd", row->notional.v, USD_DIGITS);
        add_figure(line, cycle, "edge_bps", row->edge.v, BPS_DIGITS);
        add_figure(line, cycle, "score", row->final_ppm, 4); // 0 to 100
        add_verdict(line, cycle, &row->verdict);
        end_line(line, cycle);
    }
}

static void print_refusals(const struct cycle *cycle, struct text *line) {
    for (uint32_t i = 0; i < cycle->risk.denial_count && i < STATE_DENIALS_MAX; i++) {
        const struct state_denial *row = &cycle->risk.denials[i];
        begin_line(line, cycle, "refused");
        add_word(line, cycle, "strategy", strategy_name((enum strategy)row->strategy));
        add_word(line, cycle, "symbol", symbol_name(cycle, row->symbol));
        add_word(line, cycle, "buy", venue_name(cycle, row->buy_venue));
        add_word(line, cycle, "sell", venue_name(cycle, row->sell_venue));
        add_figure(line, cycle, "times", row->count, 0);
        add_verdict(line, cycle, &row->verdict);
        end_line(line, cycle);
    }
}

static void print_capital(const struct cycle *cycle, struct text *line) {
    for (uint32_t i = 0; i < cycle->capital_count; i++) {
        const struct state_capital *row = &cycle->capital[i];
        begin_line(line, cycle, "capital");
        add_word(line, cycle, "venue", venue_name(cycle, (uint16_t)i));
        add_figure(line, cycle, "equity_usd", row->equity.v, USD_DIGITS);
        add_figure(line, cycle, "in_flight_usd", row->in_flight.v, USD_DIGITS);
        end_line(line, cycle);
    }
    begin_line(line, cycle, "desk");
    add_word(line, cycle, "mode", desk_mode_name((enum desk_mode)cycle->header.mode));
    add_word(line, cycle, "risk_mode", risk_mode_name((enum risk_mode)cycle->header.risk_mode));
    add_figure(line, cycle, "jobs_running", cycle->header.jobs_running, 0);
    add_figure(line, cycle, "volume_usd", cycle->header.day_volume.v, USD_DIGITS);
    add_figure(line, cycle, "fees_usd", cycle->header.day_fees.v, USD_DIGITS);
    add_figure(line, cycle, "pnl_usd", cycle->header.day_pnl.v, USD_DIGITS);
    end_line(line, cycle);
}

static enum status run_cycle(struct cycle *cycle, struct desk_run *desk, int64_t seconds_ns) {
    char bytes[LINE_MAX_BYTES];
    struct text line = TEXT_OVER(bytes);
    int64_t began_ns = mono_now_ns();
    int64_t stand_ns = desk_run_config(desk)->settings.scanner.stand_ns;
    enum status status = desk_run_start(desk);
    if (status != STATUS_OK) {
        return status;
    }
    do {
        read_picture(cycle);
    } while (!is_complete(cycle, mono_now_ns() - began_ns, stand_ns) &&
             cli_wait(began_ns, seconds_ns));
    desk_run_stop(desk);
    print_quotes(cycle, &line);
    print_opportunities(cycle, &line);
    print_jobs(cycle, &line);
    print_refusals(cycle, &line);
    print_capital(cycle, &line);
    status = cli_end_output();
    if (status == STATUS_OK && !every_venue_quotes(cycle)) {
        status = status_fail(STATUS_UNAVAILABLE, "not every trading venue delivered a quote");
    }
    return status;
}

static enum status prepare(struct cycle *cycle, const struct desk_run *desk) {
    cycle->universe = desk_run_universe(desk);
    cycle->board = desk_run_board(desk);
    size_t venues = cycle->universe->venue_count;
    cycle->quotes = calloc(state_rows_max(STATE_QUOTES, cycle->universe), sizeof(*cycle->quotes));
    cycle->venues = calloc(venues, sizeof(*cycle->venues));
    cycle->capital = calloc(venues, sizeof(*cycle->capital));
    return cycle->quotes != NULL && cycle->venues != NULL && cycle->capital != NULL
               ? STATUS_OK
               : status_fail(STATUS_SYSTEM, "no memory");
}

enum status verb_cycle(const struct cli_args *args) {
    struct config config;
    struct desk_run *desk = NULL;
    struct desk_run_options options = {.trade = true};
    struct cycle *cycle = calloc(1, sizeof(*cycle));
    if (cycle == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    cycle->json = args->json;
    cli_catch_signals();
    enum status status = cli_open_desk(args, &options, &config, &desk);
    if (status == STATUS_OK) {
        status = prepare(cycle, desk);
    }
    if (status == STATUS_OK) {
        status = run_cycle(cycle, desk, args->seconds_ns > 0 ? args->seconds_ns : CYCLE_NS);
    }
    desk_run_close(desk);
    free(cycle->quotes);
    free(cycle->venues);
    free(cycle->capital);
    free(cycle);
    return status;
}
