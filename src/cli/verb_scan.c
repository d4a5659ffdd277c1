// scan: one line for every opportunity the scanner finds, with the costs it counts and what the
// desk would do about it; with --gross a line for every change of a crossing, before costs.
//
// The desk runs with its strategies off and the verb reads the published picture, as the console
// does: what comes and goes between two publications is not seen. With a recording named nothing
// is missed: scan_recording.c.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/scan_line.h"

// What was printed last of an ordered pair of venues.
struct told {
    int64_t first_seen_ns;
    int64_t gross;
};

struct scan {
    const struct desk_run *desk;
    const struct cli_args *args;
    struct scan_view view;
    struct told *told; // [symbol][buy][sell]
    struct state_opportunity rows[STATE_OPPORTUNITIES_MAX];
    uint64_t version;
};

static struct told *told_of(struct scan *scan, const struct state_opportunity *row) {
    size_t venues = scan->view.universe->venue_count;
    return &scan->told[(row->symbol * venues + row->buy_venue) * venues + row->sell_venue];
}

// Both sections of one publication: read again when one came between.
static uint32_t read_picture(struct scan *scan) {
    const struct state_board *board = desk_run_board(scan->desk);
    uint32_t count = 0;
    for (int attempt = 0; attempt < 3; attempt++) {
        uint64_t quotes_version = 0;
        (void)state_read(board, STATE_QUOTES, scan->view.quotes, &quotes_version);
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
    uint32_t count = read_picture(scan);
    for (uint32_t i = 0; i < count; i++) {
        const struct state_opportunity *row = &scan->rows[i];
        struct told *told = told_of(scan, row);
        bool changed = scan->args->gross && told->gross != row->gross.v;
        if (told->first_seen_ns == row->first_seen_ns && !changed) {
            continue;
        }
        *told = (struct told){.first_seen_ns = row->first_seen_ns, .gross = row->gross.v};
        if (!scan_put(&scan->view, row)) {
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
    scan->view.universe = desk_run_universe(desk);
    size_t venues = scan->view.universe->venue_count;
    scan->told = calloc(scan->view.universe->symbol_count * venues * venues, sizeof(*scan->told));
    scan->view.quotes =
        calloc(scan->view.universe->symbol_count * venues, sizeof(*scan->view.quotes));
    return scan->told != NULL && scan->view.quotes != NULL
               ? STATUS_OK
               : status_fail(STATUS_SYSTEM, "no memory");
}

enum status verb_scan(const struct cli_args *args) {
    if (args->operand_count > 0) {
        return scan_recording(args);
    }
    struct config config;
    struct desk_run *desk = NULL;
    struct desk_run_options options = {.trade = false};
    struct scan *scan = calloc(1, sizeof(*scan));
    if (scan == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    scan->args = args;
    scan->view.json = args->json;
    scan->view.gross = args->gross;
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
    free(scan->view.quotes);
    free(scan);
    return status;
}
