// Aster perpetuals, market data: Binance's streams and calls as they were before Binance's changes
// of 2026. Frames and answers are decoded by binance_decode and binance_decode_rest.
//
// There are no routes; two connections all the same, so that 100 symbols with their books stay
// below the 200 streams that one connection may have.
#ifndef PERPDESK_EXCHANGES_ASTER_MD_H
#define PERPDESK_EXCHANGES_ASTER_MD_H

#include "market/venue.h"

extern const struct venue_md aster_md;

#endif
