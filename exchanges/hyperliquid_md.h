// Hyperliquid perpetuals, market data. One connection, whole books only, prices in USD(C).
#ifndef PERPDESK_EXCHANGES_HYPERLIQUID_MD_H
#define PERPDESK_EXCHANGES_HYPERLIQUID_MD_H

#include "market/venue.h"

extern const struct venue_md hyperliquid_md;

void hyperliquid_decode(struct md *md, uint32_t connection, struct slice frame,
                        struct md_sink *sink);
// The order-independent decoder alone: what hyperliquid_decode falls back to.
void hyperliquid_decode_general(struct md *md, struct slice frame, struct md_sink *sink);
void hyperliquid_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                             struct slice body, struct md_sink *sink);

// Shared by stream and REST.
struct json;
struct hyperliquid_book {
    struct slice coin;
    int64_t time_ms;
    uint32_t bid_count, ask_count; // in md->bids, md->asks, best first
    bool has_levels;
    bool bad_number;
};
void hyperliquid_read_book(struct md *md, struct json *r, struct hyperliquid_book *book);

// The best levels, or all of them.
void hyperliquid_emit_bbo(const struct md *md, uint16_t symbol, const struct hyperliquid_book *book,
                          struct md_sink *sink);
void hyperliquid_emit_book(const struct md *md, uint16_t symbol,
                           const struct hyperliquid_book *book, struct md_sink *sink);

struct hyperliquid_context {
    struct slice funding, mark, oracle;
};
void hyperliquid_read_context(struct json *r, struct hyperliquid_context *context);
void hyperliquid_emit_context(const struct hyperliquid_context *context, uint16_t symbol,
                              struct md_sink *sink);

#endif
