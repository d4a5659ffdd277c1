#include "cli/panic_own.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/paths.h"
#include "cli/verbs.h"
#include "engine/state_text.h"

// Settled: a lane tells its state once a second, and a difference counts when it has stood for
// RECONCILE_PATIENCE_MS.
enum { OWN_WAIT_S = 60, SETTLED_MS = 2000, REPORT_BYTES = 64 * 1024 };

static struct state_reconcile reconcile;

// A book that is flat is not enough: what the desk before did not live to hear is still to be told
// by the venues, all of them.
static bool looks_done(struct desk_run *run, bool flatten) {
    struct state_header header;
    engine_publish(desk_run_engine(run));
    return state_read(desk_run_board(run), STATE_HEADER, &header, NULL) > 0 &&
           state_read(desk_run_board(run), STATE_RECONCILE, &reconcile, NULL) > 0 &&
           header.orders_open == 0 && (!flatten || header.gross.v == 0) &&
           reconcile.phase != RECONCILE_ASKING && reconcile.venues_unheard == 0;
}

static void wait_until_done(struct desk_run *run, bool flatten) {
    int64_t began_ns = mono_now_ns(), undone_ns = began_ns, now_ns;
    do {
        now_ns = mono_now_ns();
        undone_ns = looks_done(run, flatten) ? undone_ns : now_ns;
    } while (now_ns - undone_ns < SETTLED_MS * NS_PER_MS &&
             cli_wait(began_ns, OWN_WAIT_S * NS_PER_S));
}

// Whether the book is all there is: every venue was heard, and says the same.
static bool is_agreed(void) {
    return reconcile.phase == RECONCILE_AGREED && reconcile.venues_unheard == 0 &&
           reconcile.venues_heard != 0;
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
               text.size > 0 ? "these positions remain:"
               : is_agreed() ? "no position"
                             : "no position in its book",
               bytes);
    }
    free(scratch);
    free(bytes);
}

static void print_difference(const struct universe *universe, const struct state_difference *row) {
    const char *venue = universe->venues[row->venue].name;
    const char *symbol = universe->symbols[row->symbol].name;
    char data[96];
    struct text text = TEXT_OVER(data);
    text_add(&text, SLICE("the venue tells "));
    qty_print(&text, row->there, 0, QTY_DIGITS);
    text_add(&text, SLICE(", this desk's book "));
    qty_print(&text, row->here, 0, QTY_DIGITS);
    printf("live desk: %s %s: %s: perpdesk venue %s flatten %s\n", venue, symbol, data, venue,
           symbol);
}

// What was done here is not in the folder where the next start looks.
static void print_spare(const struct desk_run *run) {
    char state[256];
    if (desk_run_spare(run) != NULL &&
        paths_state_folder(DESK_LIVE, state, sizeof(state)) == STATUS_OK) {
        printf("live desk: no room for its journal: what was done here is in %s: make room, and "
               "move the files to %s before the next start\n",
               desk_run_spare(run), state);
    }
}

// What a venue has beside the book is nobody's here: it is said, and left alone.
static void print_doubts(const struct universe *universe) {
    if (reconcile.doubtful) {
        printf("live desk: its journal does not tell all of what it left: look at every venue\n");
    }
    if (reconcile.venues_heard == 0) {
        printf("live desk: no venue was heard: are the keys and addresses the live desk's?\n");
    }
    for (uint16_t i = 0; i < universe->venue_count; i++) {
        const char *venue = universe->venues[i].name;
        if ((reconcile.venues_unheard >> i & 1) != 0) {
            printf("live desk: %s was not heard, what is open there is not known: perpdesk venue "
                   "%s cancel-all, or flatten\n",
                   venue, venue);
        }
        if ((reconcile.venues_foreign >> i & 1) != 0) {
            printf("live desk: %s has open orders that are not in this desk's book: perpdesk venue "
                   "%s cancel-all\n",
                   venue, venue);
        }
    }
    for (uint32_t i = 0; i < reconcile.difference_count && i < STATE_DIFFERENCES_MAX; i++) {
        print_difference(universe, &reconcile.differences[i]);
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
    struct desk_run_options options = {
        .journal = true, .closes = true, .serve = true, .trade = true};
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
        kill_it(run, args->flatten);
        wait_until_done(run, args->flatten);
        desk_run_stop(run);
        print_positions(run);
        print_doubts(desk_run_universe(run));
        print_spare(run);
        uint32_t orders = desk_run_orders_open(run);
        if (orders > 0) {
            status = status_fail(STATUS_ORDERS_LEFT, "%u orders are open or not known to be over",
                                 orders);
        } else if (!is_agreed()) {
            status = status_fail(STATUS_ORDERS_LEFT,
                                 "what is open at the venues is not all known, or not this desk's");
        }
    }
    desk_run_close(run);
    return status;
}
