// From the texts of a message to an update: best prices and funding, the same for several venues.
//
// An empty text is what was not told or, as a price or size, an empty side. A text that is no
// decimal, negative or out of range refuses the message.
#ifndef PERPDESK_EXCHANGES_MD_QUOTE_H
#define PERPDESK_EXCHANGES_MD_QUOTE_H

#include "market/venue.h"

struct md_quote_text {
    struct slice bid, bid_size, ask, ask_size;
    uint64_t sequence; // 0 = the venue has none
    int64_t venue_time_ns;
};

struct md_funding_text {
    struct slice name; // what a refusal names
    struct slice rate; // for one interval
    struct slice mark, index;
    bool percent;        // the rate is
    int64_t interval_ns; // > 0
    int64_t next_settlement_ns, venue_time_ns;
};

void md_emit_quote(struct md_sink *sink, uint16_t symbol, const struct md_quote_text *text);
void md_emit_funding(struct md_sink *sink, uint16_t symbol, const struct md_funding_text *text);

#endif
