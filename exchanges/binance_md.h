// Binance USDT-M futures, market data.
//
// Two routed connections: 0 is /public (best bid and offer, book), 1 is /market (mark price and
// funding). A stream asked for on the wrong route is acknowledged and then never sent.
#ifndef PERPDESK_EXCHANGES_BINANCE_MD_H
#define PERPDESK_EXCHANGES_BINANCE_MD_H

#include "market/venue.h"

extern const struct venue_md binance_md;

// The venue's default where fundingInfo does not name a symbol.
#define BINANCE_FUNDING_INTERVAL_NS (INT64_C(8) * 3600 * INT64_C(1000000000))

void binance_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
// The order-independent decoder alone: what binance_decode falls back to.
void binance_decode_general(struct md *md, struct slice frame, struct md_sink *sink);
void binance_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                         struct slice body, struct md_sink *sink);

#endif
