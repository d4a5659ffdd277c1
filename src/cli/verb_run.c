// run: the desk without its screen. Consoles come and go by `attach`, the shell's verbs steer it, a
// service manager hears from it (Type=notify) and restarts it when the engine stands still: the
// watchdog is fed only while the engine's passes go on.
//
// SIGTERM and SIGINT end it in order: block, cancel, verify, exit; 10 when orders are left open.
// SIGHUP is no end for a desk without a terminal.
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/verbs.h"
#include "engine/state_text.h"
#include "io/notify.h"

enum { TELL_MS = 1000, STOP_USEC = 20000000 };

struct watch {
    int64_t told_ns, fed_ns, watchdog_ns;
    uint64_t passes;
};

static void feed_watchdog(struct watch *watch, struct desk_run *run, int64_t now_ns) {
    uint64_t passes = atomic_load_explicit(&desk_run_engine(run)->passes, memory_order_relaxed);
    bool due = watch->watchdog_ns > 0 && now_ns - watch->fed_ns >= watch->watchdog_ns / 3;
    if (due && passes != watch->passes) {
        notify_send("WATCHDOG=1");
        watch->passes = passes;
        watch->fed_ns = now_ns;
    }
}

static void tell_status(struct watch *watch, struct desk_run *run, int64_t now_ns) {
    struct state_header header;
    if (now_ns - watch->told_ns < TELL_MS * NS_PER_MS ||
        state_read(desk_run_board(run), STATE_HEADER, &header, NULL) == 0) {
        return;
    }
    watch->told_ns = now_ns;
    char unhedged[32];
    struct text text = TEXT_OVER(unhedged);
    usd_print(&text, header.unhedged, 2, 2);
    notify_sendf("STATUS=%s %s, %u jobs, %u orders open, unhedged %s USD",
                 desk_mode_name((enum desk_mode)header.mode), state_status_word(&header),
                 header.jobs_running, header.orders_open, unhedged);
}

static enum status end_in_order(struct desk_run *run) {
    notify_sendf("STOPPING=1\nEXTEND_TIMEOUT_USEC=%d\nSTATUS=cancelling what is open", STOP_USEC);
    cli_end_if_hung(run);
    desk_run_stop(run);
    uint32_t orders = desk_run_orders_open(run);
    return orders == 0 ? STATUS_OK
                       : status_fail(STATUS_ORDERS_LEFT,
                                     "the desk has stopped and %u of its "
                                     "orders are still open: perpdesk panic",
                                     orders);
}

enum status verb_run(const struct cli_args *args) {
    static struct config config;
    struct desk_run_options options = {.journal = true, .serve = true, .trade = true};
    if (!args->headless) {
        return verb_console(args);
    }
    struct desk_run *run;
    enum status status = cli_open_desk(args, &options, &config, &run);
    if (status != STATUS_OK) {
        return status;
    }
    log_to_stderr(true);
    cli_catch_signals();
    (void)signal(SIGHUP, SIG_IGN);
    status = desk_run_start(run);
    if (status == STATUS_OK) {
        struct watch watch = {.watchdog_ns = notify_watchdog_ns()};
        int64_t began_ns = mono_now_ns();
        notify_send("READY=1");
        log_info("desk", "%s desk runs", desk_mode_name(desk_run_mode(run)));
        while (cli_wait(began_ns, args->seconds_ns)) {
            int64_t now_ns = mono_now_ns();
            feed_watchdog(&watch, run, now_ns);
            tell_status(&watch, run, now_ns);
        }
        status = end_in_order(run);
    }
    desk_run_close(run);
    return status;
}
