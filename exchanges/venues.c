// Fees are the defaults of the specification, in hundredths of a basis point.
#include "exchanges/venues.h"

#include "exchanges/binance_md.h"
#include "exchanges/binance_oe.h"
#include "exchanges/hyperliquid_md.h"
#include "exchanges/okx_md.h"
#include "exchanges/venue_sim.h"

const struct venue venue_table[] = {
    {.md = &binance_md,
     .sim = &binance_sim,
     .oe = &binance_oe,
     .maker_fee = {200},
     .taker_fee = {400}},
    {.md = &okx_md, .sim = &okx_sim, .maker_fee = {200}, .taker_fee = {500}},
    {.md = &hyperliquid_md, .sim = &hyperliquid_sim, .maker_fee = {150}, .taker_fee = {450}},
};

const uint32_t venue_table_count = COUNT_OF(venue_table);

const struct venue *venue_find(struct slice name) {
    for (uint32_t i = 0; i < venue_table_count; i++) {
        if (slice_equals(slice_of(venue_table[i].md->name), name)) {
            return &venue_table[i];
        }
    }
    return NULL;
}
