// Throw-away keys of the ten venues: nobody's, made for tests.
#ifndef PERPDESK_TESTS_SIM_KEYS_H
#define PERPDESK_TESTS_SIM_KEYS_H

#include "exchanges/venue_oe.h"

enum { KEYS_COUNT = 10 };
extern const struct keys {
    const char *venue;
    const char *values[OE_SECRETS_MAX]; // in the order of venue_oe.secrets, NULL behind the last
} keys_all[KEYS_COUNT];

// The values of a venue, "" behind the last; NULL when there are none for it.
const struct slice *keys_of(const char *venue);
// The venue of which `text` holds a value that is a secret; NULL: none.
const char *keys_leaked(struct slice text);

#endif
