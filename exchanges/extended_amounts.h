// An order in Extended's own integers: what the desk wants, in whole coins and dollars, becomes the
// amounts that are hashed and settled (extended.md section 6). Both ends of the wire use it: the
// order entry to sign, the simulated server to check.
#ifndef PERPDESK_EXCHANGES_EXTENDED_AMOUNTS_H
#define PERPDESK_EXCHANGES_EXTENDED_AMOUNTS_H

#include "base/decimal.h"
#include "exchanges/extended_hash.h"
#include "market/instrument.h"

enum { EXTENDED_RESOLUTION_MAX = 1000000000 }; // units of an asset in one whole

// l2Config of a market.
struct extended_asset {
    struct felt synthetic, collateral;
    int64_t synthetic_resolution, collateral_resolution; // 1 to EXTENDED_RESOLUTION_MAX
};

struct extended_terms {
    enum side side;
    struct px price;
    struct qty size;
    struct rate fee;   // highest accepted, of the order's value; not negative
    int64_t expiry_ms; // of the order
    uint64_t nonce;
};

// Exact: base and quote of a buy are rounded up, of a sell down, the fee always up; the settlement
// ends fourteen days after the order, in whole seconds, rounded up. STATUS_DATA: an amount is 0 or
// does not fit.
enum status extended_amounts(const struct extended_asset *asset, const struct extended_terms *terms,
                             struct extended_hash_order *out) MUST_CHECK;

#endif
