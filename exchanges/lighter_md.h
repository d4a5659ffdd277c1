// Lighter perpetuals, market data. A market is a number, which comes with the instruments: nothing
// is subscribed to before. Two connections to one address: 0 has the best prices, 1 the books and
// the statistics of all markets, so that few subscriptions are unanswered at a time on each.
//
// The venue closes a connection whose client is silent for two minutes, however much it sends
// itself, and pings in the application. The server's time is told in whole seconds only.
#ifndef PERPDESK_EXCHANGES_LIGHTER_MD_H
#define PERPDESK_EXCHANGES_LIGHTER_MD_H

#include "market/venue.h"

extern const struct venue_md lighter_md;

#define LIGHTER_FUNDING_INTERVAL_NS (INT64_C(3600) * INT64_C(1000000000))

void lighter_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
// The order-independent decoder alone: what lighter_decode falls back to.
void lighter_decode_general(struct md *md, struct slice frame, struct md_sink *sink);
void lighter_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                         struct slice body, struct md_sink *sink);

// Markets count from 0, so md->native_ids holds the number plus one. -1, false: not known.
int64_t lighter_market(const struct md *md, uint16_t symbol);
bool lighter_find_market(const struct md *md, int64_t market, uint16_t *symbol);

// {"code":30005,"message":"Invalid Channel:  (marketId)"}, with what else is there skipped.
struct json;
void lighter_read_error(struct json *r, int64_t *code, struct slice *text);

// The rate divided by `divisor` is the one of an hour (100: percent; 8: told for eight hours). The
// rest of the funding is taken from *update.
void lighter_emit_funding(struct md_sink *sink, const struct md_update *update, struct slice rate,
                          int64_t divisor);

#endif
