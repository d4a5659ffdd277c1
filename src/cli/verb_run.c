// run: the desk without its screen. Consoles come and go by `attach`, the shell's verbs steer it, a
// service manager hears from it (Type=notify) and restarts it when the engine stands still: the
// watchdog is fed only while the engine's passes go on.
//
// SIGTERM and SIGINT end it in order: block, cancel, verify, exit; 10 when orders are left open.
// SIGHUP is no end for a desk without a terminal: the configuration is read again, checked as a
// whole, and what may change does.
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/verbs.h"
#include "engine/state_text.h"
#include "io/notify.h"

enum { TELL_MS = 1000, STOP_USEC = 20000000 };

// Once a second; *told_ns: when last.
static void tell_status(struct desk_run *run, int64_t now_ns, int64_t *told_ns) {
    struct state_header header;
    if (now_ns - *told_ns < TELL_MS * NS_PER_MS ||
        state_read(desk_run_board(run), STATE_HEADER, &header, NULL) == 0) {
        return;
    }
    *told_ns = now_ns;
    char unhedged[32];
    struct text text = TEXT_OVER(unhedged);
    usd_print(&text, header.unhedged, 2, 2);
    notify_sendf("STATUS=%s %s, %u jobs, %u orders open, unhedged %s USD",
                 desk_mode_name((enum desk_mode)header.mode), state_status_word(&header),
                 header.jobs_running, header.orders_open, unhedged);
}

static volatile sig_atomic_t reload_asked;

static void on_hang_up(int number) {
    (void)number;
    reload_asked = true;
}

static void catch_hang_up(void) {
    struct sigaction action = {.sa_handler = on_hang_up};
    (void)sigemptyset(&action.sa_mask);
    int failed = sigaction(SIGHUP, &action, NULL);
    ASSERT(failed == 0);
}

// With any mistake nothing changes.
static void reload(struct desk_run *run, const struct cli_args *args) {
    static struct config config;
    enum status status = cli_load_config(args, &config, NULL);
    if (status == STATUS_OK) {
        status = desk_run_reload(run, &config);
    }
    if (status != STATUS_OK) {
        log_error("reload", "nothing was changed: %s", status_text());
    }
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
    catch_hang_up();
    status = desk_run_start(run);
    if (status == STATUS_OK) {
        struct notify_watchdog watchdog;
        int64_t began_ns = mono_now_ns(), told_ns = 0;
        notify_watchdog_init(&watchdog);
        notify_send("READY=1");
        log_info("desk", "%s desk runs", desk_mode_name(desk_run_mode(run)));
        while (cli_wait(began_ns, args->seconds_ns)) {
            int64_t now_ns = mono_now_ns();
            uint64_t passes =
                atomic_load_explicit(&desk_run_engine(run)->passes, memory_order_relaxed);
            notify_watchdog_feed(&watchdog, passes, now_ns);
            tell_status(run, now_ns, &told_ns);
            if (reload_asked) {
                reload_asked = false;
                reload(run, args);
            }
        }
        status = end_in_order(run);
    }
    desk_run_close(run);
    return status;
}
