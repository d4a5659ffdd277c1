// Extended perpetuals, market data. Two connections: 0 is the v1 stream of the best prices of all
// markets, whose address is its subscription; 1 is the v2 RPC socket with books, mark and index
// prices and the applied funding rates.
//
// Both number their messages over the whole connection. On 1 a hole voids everything that was
// subscribed to; on 0 only the newest message of a market counts. Books chain by what the decoder
// has seen of each market, because the connection's numbers run over all of them.
//
// There is no call for the server's time, so the venue's clock offset stays unknown.
#ifndef PERPDESK_EXCHANGES_EXTENDED_MD_H
#define PERPDESK_EXCHANGES_EXTENDED_MD_H

#include "market/venue.h"

extern const struct venue_md extended_md;

// Every rate is for one hour, and paid every hour.
#define EXTENDED_FUNDING_INTERVAL_NS (INT64_C(3600) * INT64_C(1000000000))

void extended_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
// The order-independent decoder alone: what extended_decode falls back to.
void extended_decode_general(struct md *md, uint32_t connection, struct slice frame,
                             struct md_sink *sink);
void extended_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                          struct slice body, struct md_sink *sink);

// {"code":1001,"message":"Market not found."}, or a text; *text is what says most.
struct json;
void extended_read_error(struct json *r, struct slice *text);

#endif
