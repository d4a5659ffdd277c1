// cycle: one cycle of watching and trading, printed.
//
// The desk runs until every trading venue quotes and a job was decided and placed, or the time is
// over (--seconds, else ten), and then the picture of the desk is printed.
#include "base/clock.h"
#include "cli/desk_picture.h"
#include "cli/verbs.h"

#define CYCLE_NS (10 * NS_PER_S)

static bool every_venue_quotes(const struct desk_picture *cycle) {
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
static bool is_complete(const struct desk_picture *cycle, int64_t lasted_ns, int64_t stand_ns) {
    bool placed = false;
    for (uint32_t i = 0; i < cycle->job_count; i++) {
        placed = placed || cycle->jobs[i].state >= JOB_HOLDING;
    }
    bool found = cycle->opportunity_count > 0 || lasted_ns > 4 * stand_ns;
    return placed && found && every_venue_quotes(cycle);
}

static enum status run_cycle(struct desk_picture *cycle, struct desk_run *desk,
                             int64_t seconds_ns) {
    int64_t began_ns = mono_now_ns();
    int64_t stand_ns = desk_run_config(desk)->settings.scanner.stand_ns;
    enum status status = desk_run_start(desk);
    if (status != STATUS_OK) {
        return status;
    }
    do {
        desk_picture_read(cycle);
    } while (!is_complete(cycle, mono_now_ns() - began_ns, stand_ns) &&
             cli_wait(began_ns, seconds_ns));
    desk_run_stop(desk);
    desk_picture_print(cycle);
    status = cli_end_output();
    if (status == STATUS_OK && !every_venue_quotes(cycle)) {
        status = status_fail(STATUS_UNAVAILABLE, "not every trading venue delivered a quote");
    }
    return status;
}

enum status verb_cycle(const struct cli_args *args) {
    struct config config;
    struct desk_run *desk = NULL;
    struct desk_picture *cycle = NULL;
    struct desk_run_options options = {.trade = true};
    cli_catch_signals();
    enum status status = cli_open_desk(args, &options, &config, &desk);
    if (status == STATUS_OK) {
        status =
            desk_picture_create(&cycle, desk_run_universe(desk), desk_run_board(desk), args->json);
    }
    if (status == STATUS_OK) {
        status = run_cycle(cycle, desk, args->seconds_ns > 0 ? args->seconds_ns : CYCLE_NS);
    }
    desk_run_close(desk);
    desk_picture_destroy(cycle);
    return status;
}
