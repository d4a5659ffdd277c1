// The console: a desk with its screen in one process. Leaving the screen stops the desk in order:
// new orders are blocked, what rests is cancelled, and what is left is said.
#include <stdio.h>

#include "base/log.h"
#include "cli/cli_console.h"
#include "cli/verbs.h"
#include "io/server.h"

// Another console may have taken over by the desk's socket: what tightens passes nevertheless.
static enum status control(void *arg, const struct control_request *request) {
    struct desk_run *run = arg;
    struct state_header header;
    bool raises = state_read(desk_run_board(run), STATE_HEADER, &header, NULL) > 0 &&
                  control_may_raise(request, &header);
    if (raises && !server_local_steers(desk_run_server(run))) {
        return status_fail(STATUS_PERMISSION,
                           "another console steers this desk: %s may raise risk; take it over "
                           "first (X)",
                           control_name(request->verb));
    }
    return desk_run_control(run, request);
}

static enum status set(void *arg, struct slice change, struct text *answer) {
    return desk_run_set(arg, change, answer);
}

static bool steers(void *arg) {
    return server_local_steers(desk_run_server(arg));
}

static void take(void *arg) {
    server_local_take(desk_run_server(arg));
}

static void armed(void *arg, bool is) {
    server_local_armed(desk_run_server(arg), is);
}

static enum status say_what_is_left(struct desk_run *run) {
    struct state_header header;
    uint64_t version;
    if (state_read(desk_run_board(run), STATE_HEADER, &header, &version) == 0) {
        return STATUS_OK;
    }
    char bytes[200];
    struct text text = TEXT_OVER(bytes);
    text_add_format(&text, "%s desk stopped: %u orders open, positions gross ",
                    desk_mode_name((enum desk_mode)header.mode), header.orders_open);
    usd_print(&text, header.gross, 2, 2);
    text_add_string(&text, " USD, day's profit ");
    usd_print(&text, header.day_pnl, 2, 2);
    text_add_string(&text, " USD\n");
    (void)fputs(bytes, stdout);
    return STATUS_OK;
}

enum status verb_console(const struct cli_args *args) {
    static struct config config;
    struct desk_run_options options = {
        .journal = true, .trade = true, .serve = true, .console = true};
    struct desk_run *run;
    enum status status = cli_console_check();
    if (status == STATUS_OK) {
        status = cli_open_desk(args, &options, &config, &run);
    }
    if (status != STATUS_OK) {
        return status;
    }
    cli_console_catch_signals();
    status = desk_run_start(run);
    if (status == STATUS_OK) {
        struct link_local local = {
            .board = desk_run_board(run),
            .universe = desk_run_universe(run),
            .control = control,
            .set = set,
            .steers = steers,
            .take = take,
            .armed = armed,
            .arg = run,
        };
        struct console_options console;
        cli_console_options(desk_run_config(run), &console);
        console.link = link_local(&local);
        console.calm = console.calm || args->calm;
        enum console_end end;
        status = console_run(&console, &end);
        cli_end_if_hung(run);
        desk_run_stop(run);
        if (status == STATUS_OK) {
            status = say_what_is_left(run);
        }
    }
    desk_run_close(run);
    return status;
}
