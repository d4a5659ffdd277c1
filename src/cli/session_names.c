#include "cli/session_names.h"

#include <stdlib.h>

#include "cli/verbs.h"
#include "io/config.h"

enum status session_names(const struct journal_session *session, struct universe *universe) {
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues, .venue_count = cli_venues(venues)};
    struct config *config = malloc(sizeof(*config));
    struct config_report *report = malloc(sizeof(*report));
    enum status status = status_fail(STATUS_SYSTEM, "no memory for the configuration in a journal");
    if (config != NULL && report != NULL) {
        config_report_init(report);
        status = config_parse(config, &options, "journal", session->reader.config, report);
        if (status == STATUS_OK) {
            status = config_universe(config, universe);
        }
    }
    free(report);
    free(config);
    return status;
}
