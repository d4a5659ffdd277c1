// EdgeX V2 perpetuals, market data. One connection; quoted and settled in USDC.
//
// Everything is addressed by a numeric contract id that comes with the metadata, so subscriptions
// wait for it. The best prices are those of the 15-level book: the venue's own best-price stream
// comes once a second. The server pings in the application and wants its time back.
#ifndef PERPDESK_EXCHANGES_EDGEX_MD_H
#define PERPDESK_EXCHANGES_EDGEX_MD_H

#include "base/json.h"
#include "market/venue.h"

extern const struct venue_md edgex_md;

enum { EDGEX_BOOK_LEVELS = 15 };

// Where the metadata does not tell the interval.
#define EDGEX_FUNDING_INTERVAL_NS (INT64_C(4) * 3600 * INT64_C(1000000000))

void edgex_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
// The order-independent decoder alone: what edgex_decode falls back to.
void edgex_decode_general(struct md *md, struct slice frame, struct md_sink *sink);
void edgex_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol, struct slice body,
                       struct md_sink *sink);

// False: no listing has that contract.
bool edgex_find_contract(const struct md *md, int64_t contract, uint16_t *symbol);

// What a list of "data" holds, on the stream and in REST answers.
enum edgex_kind { EDGEX_DEPTH, EDGEX_DEPTH_AS_QUOTE, EDGEX_TICKER, EDGEX_BOOK_TICKER };
struct edgex_list {
    enum edgex_kind kind;
    bool snapshot; // where an element does not say it itself
    bool others;   // of all contracts, most of which nobody asked for
};
// Reads the array the reader stands on and emits what it tells; refusals included.
void edgex_decode_list(struct md *md, struct json *r, const struct edgex_list *list,
                       struct md_sink *sink);

#endif
