// The venues and symbols a journal's numbers stand for: those of the configuration in its head.
#ifndef PERPDESK_CLI_SESSION_NAMES_H
#define PERPDESK_CLI_SESSION_NAMES_H

#include "io/journal.h"
#include "market/instrument.h"

// STATUS_OK: `universe` is to be finished. STATUS_SYSTEM: no memory; anything else: this build does
// not understand the configuration.
enum status session_names(const struct journal_session *session,
                          struct universe *universe) MUST_CHECK;

#endif
