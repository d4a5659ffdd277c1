// Backpack perpetuals, market data. One connection; quoted and settled in USDC.
//
// Nothing acknowledges a subscription: data simply begins. Stamps are microseconds, the next
// settlement is told in milliseconds. Deltas of the book carry their first and last id and no id
// of the one before, which is the first less one.
#ifndef PERPDESK_EXCHANGES_BACKPACK_MD_H
#define PERPDESK_EXCHANGES_BACKPACK_MD_H

#include "market/venue.h"

extern const struct venue_md backpack_md;

// Hourly since August 2025, where the market does not tell its own.
#define BACKPACK_FUNDING_INTERVAL_NS (INT64_C(3600) * INT64_C(1000000000))

void backpack_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
// The order-independent decoder alone: what backpack_decode falls back to.
void backpack_decode_general(struct md *md, struct slice frame, struct md_sink *sink);
void backpack_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                          struct slice body, struct md_sink *sink);

// Shared by stream and REST: what a rate, a mark and an index become. Empty slices were not told.
struct backpack_funding {
    struct slice symbol, rate, mark, index;
    int64_t next_ms;
    int64_t venue_time_ns;
};
void backpack_emit_funding(const struct md *md, const struct backpack_funding *told,
                           uint16_t symbol, struct md_sink *sink);

#endif
