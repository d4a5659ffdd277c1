// An invented venue whose protocol is words and numbers, so that a test can provoke every step of a
// feed.
//
// "Q sym bid ask size sequence ms"  "B sym snapshot first last previous bid ask"  "F sym rate"
// "I sym" rules  "T ms" clock  "N text" notice  "A" acknowledged; anything else is malformed.
#ifndef PERPDESK_TESTS_IO_INVENTED_VENUE_H
#define PERPDESK_TESTS_IO_INVENTED_VENUE_H

#include "market/venue.h"

extern struct venue_md invented_venue; // a test may change it and puts it back

#endif
