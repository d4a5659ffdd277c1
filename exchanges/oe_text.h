// An event of order entry as one line of JSON: for the verb `venue`, logs and tests. Carries no
// secret: events hold none.
#ifndef PERPDESK_EXCHANGES_OE_TEXT_H
#define PERPDESK_EXCHANGES_OE_TEXT_H

#include "exchanges/venue_oe.h"

// {"event":"fill","symbol":"BTCUSDT","client_id":"pd1-2",…}; members that were not told are left
// out. Numbers are written as strings, exactly; times in ms.
void oe_event_print(struct text *out, const struct oe *oe, const struct oe_event *event);

#endif
