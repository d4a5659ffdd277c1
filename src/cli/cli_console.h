// What the verbs with a screen share: terminal, signals, options.
#ifndef PERPDESK_CLI_CLI_CONSOLE_H
#define PERPDESK_CLI_CLI_CONSOLE_H

#include "io/config.h"
#include "ui/console.h"

// STATUS_USAGE: standard input or output is no terminal.
enum status cli_console_check(void) MUST_CHECK;
// SIGTERM, SIGINT and SIGHUP end the console: losing the terminal is not a reload.
void cli_console_catch_signals(void);
// As the configuration has it, ended by those signals; the link is the caller's to set.
void cli_console_options(const struct config *config, struct console_options *options);

#endif
