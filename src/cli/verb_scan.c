// scan: one line for every opportunity the scanner finds, with the costs it counts and what the
// desk would do about it; with --gross a line for every change of a crossing, before costs.
//
// The desk runs with its strategies off and the verb reads the published picture, as the console
// does.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/verbs.h"

enum { LINE_MAX_BYTES = 1024 };

// What was printed last of an ordered pair of venues.
struct told {
    int64_t first_seen_ns;
    int64_t gross;
};

struct scan {
    const struct desk_run *desk;
    const struct universe *universe;
    const struct cli_args *args;
    struct told *told; // [symbol][buy][sell]
    struct state_opportunity rows[STATE_OPPORTUNITIES_MAX];
    struct state_quote *quotes; // by listing
    uint64_t version;
};

static struct told *told_of(struct scan *scan, const struct state_opportunity *row) {
    size_t venues = scan->universe->venue_count;
    return &scan->told[(row->symbol * venues + row->buy_venue) * venues + row->sell_venue];
}

static const struct state_quote *quote_of(const struct scan *scan, uint16_t venue,
                                          uint16_t symbol) {
    return &scan->quotes[listing_id(scan->universe, venue, symbol)];
}

// With strategies off a job nothing else stands against ends at that rule.
static bool would_trade(const struct state_opportunity *row) {
    return row->verdict.rule == RULE_NONE || row->verdict.rule == RULE_STRATEGY_OFF;
}

static void add_plan(struct text *out, const struct scan *scan,
                     const struct state_opportunity *row) {
    const struct venue_entry *venues = scan->universe->venues;
    if (!would_trade(row)) {
        text_add_string(out, "none, ");
        verdict_print(out, &row->verdict);
        return;
    }
    text_add_string(out, "arb ");
    usd_print(out, row->size, 0, 2);
    text_add_format(out, " USD: buy on %s, sell on %s", venues[row->buy_venue].name,
                    venues[row->sell_venue].name);
}

static void json_bps(struct text *out, const char *name, struct bps value) {
    text_add_format(out, ",\"%s\":", name);
    json_write_decimal(out, value.v, BPS_DIGITS);
}

static void json_side(struct text *out, const char *side, const char *venue, struct px bid,
                      struct px ask, struct qty size) {
    text_add_format(out, ",\"%s_venue\":\"%s\",\"%s_bid\":", side, venue, side);
    json_write_decimal(out, bid.v, PX_DIGITS);
    text_add_format(out, ",\"%s_ask\":", side);
    json_write_decimal(out, ask.v, PX_DIGITS);
    text_add_format(out, ",\"%s_size\":", side);
    json_write_decimal(out, size.v, QTY_DIGITS);
}

static void add_json(struct text *out, const struct scan *scan,
                     const struct state_opportunity *row) {
    const struct state_quote *buy = quote_of(scan, row->buy_venue, row->symbol);
    const struct state_quote *sell = quote_of(scan, row->sell_venue, row->symbol);
    const struct venue_entry *venues = scan->universe->venues;
    text_add_format(out, "{\"t_ns\":%lld,\"first_seen_ns\":%lld,\"symbol\":\"%s\"",
                    (long long)row->last_seen_ns, (long long)row->first_seen_ns,
                    scan->universe->symbols[row->symbol].name);
    json_side(out, "buy", venues[row->buy_venue].name, buy->bid, row->buy_ask, row->buy_size);
    json_side(out, "sell", venues[row->sell_venue].name, row->sell_bid, sell->ask, row->sell_size);
    text_add_string(out, ",\"size_usd\":");
    json_write_decimal(out, row->size.v, USD_DIGITS);
    json_bps(out, "gross_bps", row->gross);
    if (!scan->args->gross) {
        json_bps(out, "fees_bps", row->fees);
        json_bps(out, "slippage_bps", row->slippage);
        json_bps(out, "basis_bps", row->basis);
        json_bps(out, "net_bps", row->net);
        json_bps(out, "round_trip_bps", row->round_trip);
        json_bps(out, "funding_bps", row->funding);
        text_add_string(out, ",\"score\":");
        decimal_print(out, row->score_ppm, 4, 0, 1); // 0 to 100
        text_add_string(out, ",\"confidence\":");
        json_write_decimal(out, row->confidence_permille, 3);
        text_add_format(out, ",\"rule\":\"%s\",\"plan\":", rule_name(row->verdict.rule));
        char plan[256];
        struct text text = TEXT_OVER(plan);
        add_plan(&text, scan, row);
        json_write_string(out, text_slice(&text));
    }
    text_add_char(out, '}');
}

static void plain_bps(struct text *out, const char *name, struct bps value) {
    text_add_format(out, " %s ", name);
    bps_print(out, value);
}

static void add_plain(struct text *out, const struct scan *scan,
                      const struct state_opportunity *row) {
    const struct venue_entry *venues = scan->universe->venues;
    text_add_format(out, "%-10s buy %s ", scan->universe->symbols[row->symbol].name,
                    venues[row->buy_venue].name);
    px_print(out, quote_of(scan, row->buy_venue, row->symbol)->bid, 1, PX_DIGITS);
    text_add_char(out, '/');
    px_print(out, row->buy_ask, 1, PX_DIGITS);
    text_add_format(out, " sell %s ", venues[row->sell_venue].name);
    px_print(out, row->sell_bid, 1, PX_DIGITS);
    text_add_char(out, '/');
    px_print(out, quote_of(scan, row->sell_venue, row->symbol)->ask, 1, PX_DIGITS);
    plain_bps(out, "gross", row->gross);
    if (scan->args->gross) {
        text_add_string(out, " bps");
        return;
    }
    plain_bps(out, "fees", row->fees);
    plain_bps(out, "slippage", row->slippage);
    plain_bps(out, "basis", row->basis);
    plain_bps(out, "net", row->net);
    plain_bps(out, "round trip", row->round_trip);
    text_add_string(out, " bps; plan: ");
    add_plan(out, scan, row);
}

// Both sections of one publication: read again when one came between.
static uint32_t read_picture(struct scan *scan) {
    const struct state_board *board = desk_run_board(scan->desk);
    uint32_t count = 0;
    for (int attempt = 0; attempt < 3; attempt++) {
        uint64_t quotes_version = 0;
        (void)state_read(board, STATE_QUOTES, scan->quotes, &quotes_version);
        count = state_read(board, STATE_OPPORTUNITIES, scan->rows, &scan->version);
        if (state_version(board, STATE_QUOTES) == quotes_version) {
            break;
        }
    }
    return count;
}

static void print_new(struct scan *scan) {
    if (state_version(desk_run_board(scan->desk), STATE_OPPORTUNITIES) == scan->version) {
        return;
    }
    char bytes[LINE_MAX_BYTES];
    struct text line = TEXT_OVER(bytes);
    uint32_t count = read_picture(scan);
    for (uint32_t i = 0; i < count; i++) {
        const struct state_opportunity *row = &scan->rows[i];
        struct told *told = told_of(scan, row);
        bool changed = scan->args->gross && told->gross != row->gross.v;
        if (told->first_seen_ns == row->first_seen_ns && !changed) {
            continue;
        }
        *told = (struct told){.first_seen_ns = row->first_seen_ns, .gross = row->gross.v};
        if (scan->args->json) {
            add_json(&line, scan, row);
        } else {
            add_plain(&line, scan, row);
        }
        if (!cli_put_line(&line)) {
            return;
        }
    }
    (void)fflush(stdout); // what fails here shows at the end
}

static enum status scan_desk(struct scan *scan, struct desk_run *desk) {
    int64_t began_ns = mono_now_ns();
    enum status status = desk_run_start(desk);
    if (status != STATUS_OK) {
        return status;
    }
    do {
        print_new(scan);
    } while (cli_wait(began_ns, scan->args->seconds_ns));
    desk_run_stop(desk);
    return cli_end_output();
}

static enum status prepare(struct scan *scan, struct desk_run *desk) {
    scan->desk = desk;
    scan->universe = desk_run_universe(desk);
    size_t venues = scan->universe->venue_count;
    scan->told = calloc(scan->universe->symbol_count * venues * venues, sizeof(*scan->told));
    scan->quotes = calloc(scan->universe->symbol_count * venues, sizeof(*scan->quotes));
    return scan->told != NULL && scan->quotes != NULL ? STATUS_OK
                                                      : status_fail(STATUS_SYSTEM, "no memory");
}

enum status verb_scan(const struct cli_args *args) {
    struct config config;
    struct desk_run *desk = NULL;
    struct desk_run_options options = {.trade = false};
    struct scan *scan = calloc(1, sizeof(*scan));
    if (scan == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    scan->args = args;
    cli_catch_signals();
    enum status status = cli_open_desk(args, &options, &config, &desk);
    if (status == STATUS_OK) {
        status = prepare(scan, desk);
    }
    if (status == STATUS_OK) {
        status = scan_desk(scan, desk);
    }
    desk_run_close(desk);
    free(scan->told);
    free(scan->quotes);
    free(scan);
    return status;
}
