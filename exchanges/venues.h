// The venue table: one row per venue. Adding a venue is its files and a row in venues.c.
#ifndef PERPDESK_EXCHANGES_VENUES_H
#define PERPDESK_EXCHANGES_VENUES_H

#include "market/venue.h"

struct venue {
    const struct venue_md *md;
    const struct venue_sim *sim; // the server's side, for the simulator (exchanges/venue_sim.h)
    const struct venue_oe
        *oe; // order entry (exchanges/venue_oe.h); NULL: not built, the venue trades on paper only
    struct bps maker_fee, taker_fee; // defaults of the specification, overridden by configuration
    int64_t taker_delay_ns;          // what the venue adds to a taker order by itself
};

extern const struct venue venue_table[];
extern const uint32_t venue_table_count;

const struct venue *venue_find(struct slice name); // NULL when unknown

#endif
