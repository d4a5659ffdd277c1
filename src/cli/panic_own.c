#include "cli/panic_own.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/verbs.h"
#include "engine/state_text.h"

enum { OWN_WAIT_S = 60, REPORT_BYTES = 64 * 1024 };

static struct state_reconcile reconcile;

// A book that is flat is not enough: what the desk before did not live to hear is still to be told
// by the venues.
static bool is_done(struct desk_run *run, bool flatten) {
    struct state_header header;
    engine_publish(desk_run_engine(run));
    return state_read(desk_run_board(run), STATE_HEADER, &header, NULL) > 0 &&
           state_read(desk_run_board(run), STATE_RECONCILE, &reconcile, NULL) > 0 &&
           header.orders_open == 0 && (!flatten || header.gross.v == 0) &&
           reconcile.phase != RECONCILE_ASKING;
}

static void kill_it(struct desk_run *run, bool flatten) {
    struct control_request kill = {.verb = CONTROL_KILL,
                                   .origin = ORIGIN_SHELL,
                                   .venue = CONTROL_ANY,
                                   .symbol = CONTROL_ANY,
                                   .value = flatten};
    if (desk_run_control(run, &kill) != STATUS_OK) {
        (void)fprintf(stderr, "perpdesk: %s\n", status_text());
    }
}

static void print_positions(const struct desk_run *run) {
    void *scratch = malloc(state_scratch_size(desk_run_universe(run)));
    char *bytes = malloc(REPORT_BYTES);
    if (scratch != NULL && bytes != NULL) {
        struct text text = text_over(bytes, REPORT_BYTES);
        state_report_print(&text, STATE_REPORT_POSITIONS, false, false, desk_run_board(run),
                           desk_run_universe(run), scratch);
        printf("live desk: %s\n%s",
               text.size == 0 ? "no position" : "these positions remain:", bytes);
    }
    free(scratch);
    free(bytes);
}

// What a venue has beside the book is nobody's here: it is said, and left alone.
static void print_differences(const struct desk_run *run) {
    const struct universe *universe = desk_run_universe(run);
    for (uint32_t i = 0; i < reconcile.difference_count && i < STATE_DIFFERENCES_MAX; i++) {
        const struct state_difference *row = &reconcile.differences[i];
        char data[96];
        struct text text = TEXT_OVER(data);
        text_add(&text, SLICE("the venue tells "));
        qty_print(&text, row->there, 0, QTY_DIGITS);
        text_add(&text, SLICE(", this desk's book "));
        qty_print(&text, row->here, 0, QTY_DIGITS);
        printf("live desk: %s %s: %s\n", universe->venues[row->venue].name,
               universe->symbols[row->symbol].name, data);
    }
}

static struct config config;

enum status panic_own_check(const struct cli_args *args) {
    enum status status = cli_load_config(args, &config, NULL);
    if (status == STATUS_OK && config.settings.mode != DESK_LIVE) {
        status = status_fail(STATUS_CONFIG,
                             "the configuration does not say mode = live: name the live desk's "
                             "with --config");
    }
    return status;
}

enum status panic_own_desk(const struct cli_args *args) {
    struct desk_run_options options = {.journal = true, .serve = true, .trade = true};
    struct cli_args live = *args;
    struct desk_run *run;
    live.live = true;
    enum status status = cli_open_desk(&live, &options, &config, &run);
    if (status != STATUS_OK) {
        return status;
    }
    cli_catch_signals();
    status = desk_run_start(run);
    if (status == STATUS_OK) {
        int64_t began_ns = mono_now_ns();
        kill_it(run, args->flatten);
        while (!is_done(run, args->flatten) && cli_wait(began_ns, OWN_WAIT_S * NS_PER_S)) {
        }
        desk_run_stop(run);
        print_positions(run);
        print_differences(run);
        uint32_t orders = desk_run_orders_open(run);
        if (orders > 0) {
            status = status_fail(STATUS_ORDERS_LEFT, "%u orders are open or not known to be over",
                                 orders);
        }
    }
    desk_run_close(run);
    return status;
}
