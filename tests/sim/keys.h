// Throw-away keys of the ten venues: nobody's, made for tests.
#ifndef PERPDESK_TESTS_SIM_KEYS_H
#define PERPDESK_TESTS_SIM_KEYS_H

#include "exchanges/venue_oe.h"

// The values in the order of venue_oe.secrets; NULL when there are none for that venue.
const struct slice *keys_of(const char *venue);
// True when `text` holds one of them that is a secret.
bool keys_leaked(struct slice text);

#endif
