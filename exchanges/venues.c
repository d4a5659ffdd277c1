// The table and nothing else, so that a test can put its own in its place. Fees are the defaults of
// the specification, in hundredths of a basis point.
#include "exchanges/venues.h"

#include "base/clock.h"
#include "exchanges/aster_md.h"
#include "exchanges/backpack_md.h"
#include "exchanges/binance_md.h"
#include "exchanges/edgex_md.h"
#include "exchanges/extended_md.h"
#include "exchanges/grvt_md.h"
#include "exchanges/hyperliquid_md.h"
#include "exchanges/lighter_md.h"
#include "exchanges/okx_md.h"
#include "exchanges/paradex_md.h"
#include "exchanges/venue_oe.h"
#include "exchanges/venue_sim.h"

const struct venue venue_table[] = {
    {.md = &binance_md,
     .sim = &binance_sim,
     .oe = &binance_oe,
     .maker_fee = {200},
     .taker_fee = {400}},
    {.md = &okx_md, .sim = &okx_sim, .oe = &okx_oe, .maker_fee = {200}, .taker_fee = {500}},
    {.md = &hyperliquid_md,
     .sim = &hyperliquid_sim,
     .oe = &hyperliquid_oe,
     .maker_fee = {150},
     .taker_fee = {450}},
    {.md = &backpack_md,
     .sim = &backpack_sim,
     .oe = &backpack_oe,
     .maker_fee = {200},
     .taker_fee = {500}},
    {.md = &edgex_md, .sim = &edgex_sim, .oe = &edgex_oe, .maker_fee = {120}, .taker_fee = {380}},
    {.md = &grvt_md, .sim = &grvt_sim, .oe = &grvt_oe, .maker_fee = {-1}, .taker_fee = {450}},
    {.md = &aster_md, .sim = &aster_sim, .oe = &aster_oe, .maker_fee = {50}, .taker_fee = {400}},
    {.md = &paradex_md,
     .sim = &paradex_sim,
     .oe = &paradex_oe,
     .maker_fee = {0},
     .taker_fee = {450}},
    {.md = &extended_md,
     .sim = &extended_sim,
     .oe = &extended_oe,
     .maker_fee = {0},
     .taker_fee = {250}},
    {.md = &lighter_md, .sim = &lighter_sim, .oe = &lighter_oe, .taker_delay_ns = 300 * NS_PER_MS},
};

const uint32_t venue_table_count = COUNT_OF(venue_table);
