// The venue table of the test program: the program's own venues and one row more. It takes the
// place of exchanges/venues.c, and nothing else is replaced.
#include "exchanges/venues.h"

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
#include "toy.h"

const struct venue venue_table[] = {
    {.md = &binance_md, .sim = &binance_sim},
    {.md = &okx_md, .sim = &okx_sim},
    {.md = &hyperliquid_md, .sim = &hyperliquid_sim},
    {.md = &backpack_md, .sim = &backpack_sim},
    {.md = &edgex_md, .sim = &edgex_sim},
    {.md = &grvt_md, .sim = &grvt_sim},
    {.md = &aster_md, .sim = &aster_sim},
    {.md = &paradex_md, .sim = &paradex_sim},
    {.md = &extended_md, .sim = &extended_sim},
    {.md = &lighter_md, .sim = &lighter_sim},
    {.md = &toy_md, .sim = &toy_sim, .maker_fee = {100}, .taker_fee = {350}},
};

const uint32_t venue_table_count = COUNT_OF(venue_table);
