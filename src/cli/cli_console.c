#include "cli/cli_console.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"

// As the word lists of the key table have them.
_Static_assert(SCHEME_DARK == 0 && SCHEME_LIGHT == 1 && SCHEME_COLOUR_BLIND == 2 &&
                   SCHEME_MONO == 3,
               "console.scheme");
_Static_assert(CONSOLE_AUTO == 0 && CONSOLE_MONO == 1 && CONSOLE_8 == 2 && CONSOLE_16 == 3 &&
                   CONSOLE_256 == 4 && CONSOLE_TRUE == 5,
               "console.colours");

static atomic_bool stop_asked;

enum status cli_console_check(void) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return status_fail(STATUS_USAGE, "the console needs a terminal on standard input and "
                                         "output; feeds, scan, cycle, status and watch write "
                                         "plain lines");
    }
    return STATUS_OK;
}

static void on_signal(int number) {
    (void)number;
    atomic_store(&stop_asked, true);
}

void cli_console_catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    static const int ending[] = {SIGTERM, SIGHUP, SIGINT};
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT_OF(ending); i++) {
        int failed = sigaction(ending[i], &action, NULL);
        ASSERT(failed == 0);
    }
    action.sa_handler = SIG_IGN;
    int failed = sigaction(SIGPIPE, &action, NULL);
    ASSERT(failed == 0);
}

void cli_console_options(const struct config *config, struct console_options *options) {
    *options = (struct console_options){
        .frames_per_s = (int)config->settings.frames_per_s,
        .scheme = (enum ink_scheme)config->settings.console_scheme,
        .colour = (enum console_colour)config->settings.console_colours,
        .ascii = config->settings.console_ascii,
        .mouse = config->settings.console_mouse,
        .calm = config->settings.console_calm,
        .keys = config->console_keys,
        .override_s = (int)(config->settings.risk.override_ns / NS_PER_S),
        .stop = &stop_asked,
    };
}
