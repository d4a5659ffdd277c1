// What the desk is configured with: drawn at every start, and drawn anew while it runs.
#ifndef PERPDESK_TESTS_SIM_SETUP_H
#define PERPDESK_TESTS_SIM_SETUP_H

#include "io/config.h"
#include "io/config_reload.h"
#include "weather.h"

// `text` holds CONFIG_TEXT_MAX bytes: the file.
enum status setup_load(struct config *config, struct dice *dice, char *text) MUST_CHECK;
// The file was edited: what differs from `loaded`, which follows it as far as it may without a
// restart.
enum status setup_edit(struct config *loaded, struct dice *dice,
                       struct config_changes *changes) MUST_CHECK;
// Whether a file with a mistake is refused.
bool setup_refuses(struct dice *dice) MUST_CHECK;

#endif
