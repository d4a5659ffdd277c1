// attach: a console on a desk that runs in another process. Any number look, one steers; leaving
// one, or killing it, changes nothing for the desk but what it was armed for.
#include <stdio.h>

#include "cli/cli_console.h"
#include "cli/desk_call.h"
#include "cli/verbs.h"
#include "ui/link_remote.h"

static enum status run_console(const struct cli_args *args, const struct config *config,
                               struct link_remote *remote) {
    struct console_options console;
    enum console_end end;
    cli_console_options(config, &console);
    console.link = link_remote(remote);
    console.calm = console.calm || args->calm;
    cli_console_catch_signals();
    return console_run(&console, &end);
}

enum status verb_attach(const struct cli_args *args) {
    static struct config config;
    char path[256];
    enum desk_mode mode;
    struct link_remote *remote = NULL;
    enum status status = cli_console_check();
    if (status == STATUS_OK) {
        status = cli_load_config(args, &config, NULL);
    }
    if (status == STATUS_OK) {
        status = desk_call_find(args, &mode);
    }
    if (status == STATUS_OK) {
        status = desk_call_path(mode, path, sizeof(path));
    }
    if (status == STATUS_OK) {
        struct link_remote_options options = {.path = path,
                                              .build = cli_build(),
                                              .role = args->read_only ? LINK_VIEWER
                                                      : args->take    ? LINK_TAKE
                                                                      : LINK_CONSOLE};
        status = link_remote_create(&remote, &options);
    }
    if (status == STATUS_OK) {
        status = run_console(args, &config, remote);
    }
    link_remote_destroy(remote);
    if (status == STATUS_OK) {
        printf("left the %s desk: it goes on\n", desk_mode_name(mode));
        status = cli_end_output();
    }
    return status;
}
