#include "cli/desk_picture.h"

#include <stdlib.h>

#include "base/json.h"
#include "cli/verbs.h"

enum { LINE_MAX_BYTES = 1024 };

enum status desk_picture_create(struct desk_picture **out, const struct universe *universe,
                                const struct state_board *board, bool json) {
    struct desk_picture *picture = calloc(1, sizeof(*picture));
    *out = picture;
    if (picture != NULL) {
        picture->universe = universe;
        picture->board = board;
        picture->json = json;
        picture->quotes = calloc(state_rows_max(STATE_QUOTES, universe), sizeof(*picture->quotes));
        picture->venues = calloc(universe->venue_count, sizeof(*picture->venues));
        picture->capital = calloc(universe->venue_count, sizeof(*picture->capital));
    }
    if (picture == NULL || picture->quotes == NULL || picture->venues == NULL ||
        picture->capital == NULL) {
        desk_picture_destroy(picture);
        *out = NULL;
        return status_fail(STATUS_SYSTEM, "no memory for the picture of the desk");
    }
    return STATUS_OK;
}

void desk_picture_destroy(struct desk_picture *picture) {
    if (picture != NULL) {
        free(picture->quotes);
        free(picture->venues);
        free(picture->capital);
        free(picture);
    }
}

void desk_picture_read(struct desk_picture *picture) {
    const struct state_board *board = picture->board;
    uint64_t version;
    (void)state_read(board, STATE_HEADER, &picture->header, &version);
    (void)state_read(board, STATE_RISK, &picture->risk, &version);
    picture->quote_count = state_read(board, STATE_QUOTES, picture->quotes, &version);
    picture->venue_count = state_read(board, STATE_VENUES, picture->venues, &version);
    picture->capital_count = state_read(board, STATE_CAPITAL, picture->capital, &version);
    picture->opportunity_count =
        state_read(board, STATE_OPPORTUNITIES, picture->opportunities, &version);
    picture->job_count = state_read(board, STATE_JOBS, picture->jobs, &version);
    picture->position_count = state_read(board, STATE_POSITIONS, picture->positions, &version);
}

static const char *venue_name(const struct desk_picture *picture, uint16_t venue) {
    return venue < picture->universe->venue_count ? picture->universe->venues[venue].name : "";
}

static const char *symbol_name(const struct desk_picture *picture, uint16_t symbol) {
    return symbol < picture->universe->symbol_count ? picture->universe->symbols[symbol].name : "";
}

// One figure of a line: `name 1.25` or `,"name":1.25`.
static void add_figure(struct text *line, const struct desk_picture *picture, const char *name,
                       int64_t value, int digits) {
    if (picture->json) {
        text_add_format(line, ",\"%s\":", name);
        json_write_decimal(line, value, digits);
    } else {
        text_add_format(line, " %s ", name);
        decimal_print(line, value, digits, 0, digits);
    }
}

static void add_word(struct text *line, const struct desk_picture *picture, const char *name,
                     const char *word) {
    text_add_format(line, picture->json ? ",\"%s\":\"%s\"" : " %s %s", name, word);
}

static void begin_line(struct text *line, const struct desk_picture *picture, const char *kind) {
    text_add_format(line, picture->json ? "{\"kind\":\"%s\"" : "%-12s", kind);
}

static void end_line(struct text *line, const struct desk_picture *picture) {
    text_add_string(line, picture->json ? "}" : "");
    (void)cli_put_line(line); // a failure shows at the end
}

static void add_verdict(struct text *line, const struct desk_picture *picture,
                        const struct verdict *verdict) {
    char bytes[256];
    struct text text = TEXT_OVER(bytes);
    if (verdict->rule == RULE_NONE) {
        return;
    }
    verdict_print(&text, verdict);
    if (picture->json) {
        text_add_string(line, ",\"why_not\":");
        json_write_string(line, text_slice(&text));
    } else {
        text_add_format(line, "; %s", bytes);
    }
}

static void print_quotes(const struct desk_picture *picture, struct text *line) {
    for (uint32_t i = 0; i < picture->quote_count; i++) {
        const struct state_quote *row = &picture->quotes[i];
        if (!row->present) {
            continue;
        }
        begin_line(line, picture, "quote");
        add_word(line, picture, "venue", venue_name(picture, row->venue));
        add_word(line, picture, "symbol", symbol_name(picture, row->symbol));
        add_figure(line, picture, "bid", row->bid.v, PX_DIGITS);
        add_figure(line, picture, "ask", row->ask.v, PX_DIGITS);
        add_figure(line, picture, "age_ms", row->age_ms, 0);
        end_line(line, picture);
    }
}

static void print_opportunities(const struct desk_picture *picture, struct text *line) {
    for (uint32_t i = 0; i < picture->opportunity_count; i++) {
        const struct state_opportunity *row = &picture->opportunities[i];
        begin_line(line, picture, "opportunity");
        add_word(line, picture, "symbol", symbol_name(picture, row->symbol));
        add_word(line, picture, "buy", venue_name(picture, row->buy_venue));
        add_word(line, picture, "sell", venue_name(picture, row->sell_venue));
        add_figure(line, picture, "gross_bps", row->gross.v, BPS_DIGITS);
        add_figure(line, picture, "net_bps", row->net.v, BPS_DIGITS);
        add_figure(line, picture, "round_trip_bps", row->round_trip.v, BPS_DIGITS);
        add_verdict(line, picture, &row->verdict);
        end_line(line, picture);
    }
}

static void print_jobs(const struct desk_picture *picture, struct text *line) {
    for (uint32_t i = 0; i < picture->job_count; i++) {
        const struct state_job *row = &picture->jobs[i];
        begin_line(line, picture, "job");
        add_figure(line, picture, "id", row->id, 0);
        add_word(line, picture, "strategy", strategy_name((enum strategy)row->strategy));
        add_word(line, picture, "state", job_state_name((enum job_state)row->state));
        add_word(line, picture, "symbol", symbol_name(picture, row->symbol));
        for (uint32_t leg = 0; leg < row->legs && leg < JOB_LEGS_MAX; leg++) {
            enum side side = (enum side)row->leg[leg].side;
            add_word(line, picture, side_name(side), venue_name(picture, row->leg[leg].venue));
        }
        add_figure(line, picture, "notional_usd", row->notional.v, USD_DIGITS);
        add_figure(line, picture, "edge_bps", row->edge.v, BPS_DIGITS);
        add_figure(line, picture, "score", row->final_ppm, 4); // 0 to 100
        add_verdict(line, picture, &row->verdict);
        end_line(line, picture);
    }
}

static void print_refusals(const struct desk_picture *picture, struct text *line) {
    for (uint32_t i = 0; i < picture->risk.denial_count && i < STATE_DENIALS_MAX; i++) {
        const struct state_denial *row = &picture->risk.denials[i];
        begin_line(line, picture, "refused");
        add_word(line, picture, "strategy", strategy_name((enum strategy)row->strategy));
        add_word(line, picture, "symbol", symbol_name(picture, row->symbol));
        add_word(line, picture, "buy", venue_name(picture, row->buy_venue));
        add_word(line, picture, "sell", venue_name(picture, row->sell_venue));
        add_figure(line, picture, "times", row->count, 0);
        add_verdict(line, picture, &row->verdict);
        end_line(line, picture);
    }
}

static void print_positions(const struct desk_picture *picture, struct text *line) {
    for (uint32_t i = 0; i < picture->position_count; i++) {
        const struct state_position *row = &picture->positions[i];
        if (row->net.v == 0) {
            continue;
        }
        begin_line(line, picture, "position");
        add_word(line, picture, "venue", venue_name(picture, row->venue));
        add_word(line, picture, "symbol", symbol_name(picture, row->symbol));
        add_figure(line, picture, "net", row->net.v, QTY_DIGITS);
        add_figure(line, picture, "average", row->average.v, PX_DIGITS);
        add_figure(line, picture, "net_usd", row->net_usd.v, USD_DIGITS);
        add_figure(line, picture, "unrealised_usd", row->unrealised.v, USD_DIGITS);
        end_line(line, picture);
    }
}

static void print_capital(const struct desk_picture *picture, struct text *line) {
    for (uint32_t i = 0; i < picture->capital_count; i++) {
        const struct state_capital *row = &picture->capital[i];
        begin_line(line, picture, "capital");
        add_word(line, picture, "venue", venue_name(picture, (uint16_t)i));
        add_figure(line, picture, "equity_usd", row->equity.v, USD_DIGITS);
        add_figure(line, picture, "in_flight_usd", row->in_flight.v, USD_DIGITS);
        end_line(line, picture);
    }
    begin_line(line, picture, "desk");
    add_word(line, picture, "mode", desk_mode_name((enum desk_mode)picture->header.mode));
    add_word(line, picture, "risk_mode", risk_mode_name((enum risk_mode)picture->header.risk_mode));
    add_figure(line, picture, "jobs_running", picture->header.jobs_running, 0);
    add_figure(line, picture, "volume_usd", picture->header.day_volume.v, USD_DIGITS);
    add_figure(line, picture, "fees_usd", picture->header.day_fees.v, USD_DIGITS);
    add_figure(line, picture, "pnl_usd", picture->header.day_pnl.v, USD_DIGITS);
    end_line(line, picture);
}

void desk_picture_print(const struct desk_picture *picture) {
    char bytes[LINE_MAX_BYTES];
    struct text line = TEXT_OVER(bytes);
    print_quotes(picture, &line);
    print_opportunities(picture, &line);
    print_jobs(picture, &line);
    print_refusals(picture, &line);
    print_positions(picture, &line);
    print_capital(picture, &line);
}
