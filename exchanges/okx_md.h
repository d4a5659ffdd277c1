// OKX perpetual swaps, market data. One connection; sizes are contracts and become base units by
// the listing's contract size, so a symbol is refused until its rules are known.
#ifndef PERPDESK_EXCHANGES_OKX_MD_H
#define PERPDESK_EXCHANGES_OKX_MD_H

#include "base/json.h"
#include "market/venue.h"

extern const struct venue_md okx_md;

void okx_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
// The order-independent decoder alone: what okx_decode falls back to.
void okx_decode_general(struct md *md, struct slice frame, struct md_sink *sink);
void okx_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol, struct slice body,
                     struct md_sink *sink);

// What stream and REST share: the elements of "data".
struct okx_element {
    struct slice instrument; // its own instId, or the one of the envelope
    struct slice channel;    // as on the stream
    struct slice action;     // "snapshot", "update" or empty
};
// Reads one element of `data` and emits what it tells. False: the reader is of no further use, and
// either a wrong number was reported (*reported) or the text is no JSON of this shape.
bool okx_decode_element(struct md *md, struct json *r, const struct okx_element *element,
                        struct md_sink *sink, bool *reported);

// Contracts to base units, downwards. Shared with the fast path, hence inline.
static inline struct qty okx_base_size(struct qty contracts, struct qty contract) {
    int64_t product;
    if (__builtin_mul_overflow(contracts.v, contract.v, &product)) {
        return (struct qty){mul_div_floor(contracts.v, contract.v, QTY_ONE)};
    }
    return (struct qty){(int64_t)((uint64_t)product / (uint64_t)QTY_ONE)};
}
// A book's sizes in contracts to base units. False: a size is too small to be told from none.
bool okx_scale_levels(struct level *levels, uint32_t count, struct qty contract);

#endif
