// GRVT perpetuals, market data. One connection of JSON-RPC; quoted and settled in USDT.
//
// Best prices come as deltas that tell only what changed and count by one, so the decoder keeps the
// merged state of each listing; a hole in the count makes it ask for the stream again. Times are
// nanoseconds in strings, rates are percent.
#ifndef PERPDESK_EXCHANGES_GRVT_MD_H
#define PERPDESK_EXCHANGES_GRVT_MD_H

#include "base/json.h"
#include "market/venue.h"

extern const struct venue_md grvt_md;

// Where neither the instrument nor the rate tells the interval.
#define GRVT_FUNDING_INTERVAL_NS (INT64_C(8) * 3600 * INT64_C(1000000000))

void grvt_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
void grvt_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol, struct slice body,
                      struct md_sink *sink);

// Appends the (un)subscription of one instrument to a stream of best prices or books.
void grvt_write_subscription(struct md *md, const char *method, const char *stream,
                             const char *rate, uint16_t symbol, struct text *out);
#define GRVT_QUOTE_STREAM "v1.mini.d"
#define GRVT_BOOK_STREAM  "v1.book.d"
#define GRVT_QUOTE_RATE   "@0"

// "feed" on the stream and "result" in REST answers: every member any of them has. Empty slices
// were not told.
struct grvt_feed {
    struct slice instrument;
    struct slice bid, bid_size, ask, ask_size;
    struct slice rate, mark, index;
    bool has_bid, has_bid_size, has_ask, has_ask_size; // told, if only as ""
    int64_t time_ns, next_ns, interval_h;
    uint32_t bid_count, ask_count; // in md->bids, md->asks
    bool has_bids, has_asks, bad_number;
};
void grvt_read_feed(struct md *md, struct json *r, struct grvt_feed *feed);
// Takes over what the feed tells of the best prices. False: a number is none.
bool grvt_merge(const struct grvt_feed *feed, struct md_bbo *bbo);
void grvt_emit_bbo(const struct grvt_feed *feed, const struct md_bbo *bbo, uint16_t symbol,
                   struct md_sink *sink);
void grvt_emit_funding(const struct md *md, const struct grvt_feed *feed, uint16_t symbol,
                       struct md_sink *sink);

#endif
