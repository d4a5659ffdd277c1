// Paradex perpetuals, market data: JSON-RPC on one connection, books as snapshots of 15 levels.
//
// The funding rate is for the market's own period, which only the instruments (and the channel
// funding_data) tell; funding accrues all the time, so there is no next settlement.
#ifndef PERPDESK_EXCHANGES_PARADEX_MD_H
#define PERPDESK_EXCHANGES_PARADEX_MD_H

#include "market/venue.h"

extern const struct venue_md paradex_md;

// Where the venue does not tell the period.
#define PARADEX_FUNDING_INTERVAL_NS (INT64_C(8) * 3600 * INT64_C(1000000000))

void paradex_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
// The order-independent decoder alone: what paradex_decode falls back to.
void paradex_decode_general(struct md *md, struct slice frame, struct md_sink *sink);
void paradex_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                         struct slice body, struct md_sink *sink);

// Shared by stream and REST.
struct json;
struct paradex_summary {
    struct slice market, mark, index, rate;
    struct slice hours; // the period, where told
    int64_t time_ms;
};
// True when the member was one of a summary's (or of funding_data's) and has been read.
bool paradex_read_summary(struct json *r, struct slice key, struct paradex_summary *summary);
void paradex_emit_summary(struct md *md, uint16_t symbol, const struct paradex_summary *summary,
                          struct md_sink *sink);
// A period of up to 30 days, in hours with fraction; 0 is seen where it is not told, and leaves
// *interval_ns alone. False when it is none.
bool paradex_read_period(struct slice hours, int64_t *interval_ns);

#endif
