#include "cli/session_names.h"

#include <stdlib.h>

#include "cli/verbs.h"
#include "io/config.h"

bool session_names(const struct journal_session *session, struct universe *universe) {
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues, .venue_count = cli_venues(venues)};
    struct config *config = malloc(sizeof(*config));
    struct config_report *report = malloc(sizeof(*report));
    bool loaded = false;
    if (config != NULL && report != NULL) {
        config_report_init(report);
        loaded = config_parse(config, &options, "journal", session->reader.config, report) ==
                     STATUS_OK &&
                 config_universe(config, universe) == STATUS_OK;
    }
    free(report);
    free(config);
    return loaded;
}
