// An invented venue whose protocol is words and numbers, so that a test can provoke every step of a
// feed.
//
// "Q sym bid ask size sequence ms"  "B sym snapshot first last previous bid ask"  "F sym rate"
// "I sym" rules  "T ms" clock  "N text" notice  "A" acknowledged  "H" a hole in the connection's
// numbers; anything else is malformed.
#ifndef PERPDESK_TESTS_IO_INVENTED_VENUE_H
#define PERPDESK_TESTS_IO_INVENTED_VENUE_H

#include "market/venue.h"

// A test may change these and puts them back.
extern struct venue_md invented_venue;
extern uint32_t invented_subscriptions; // messages it takes to subscribe = 2
extern bool invented_tells_time;        // it has a call for its time = true
extern bool invented_tells_intervals;   // and one for its funding intervals = false

#endif
