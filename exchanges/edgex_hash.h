// What was signed for the first generation of edgeX: the limit order of StarkEx over Pedersen
// (starknet-crypto.md section 8) and the text of a request (edgex.md section 6c). The live
// generation signs EIP-712 instead. For public data.
#ifndef PERPDESK_EXCHANGES_EDGEX_HASH_H
#define PERPDESK_EXCHANGES_EDGEX_HASH_H

#include "exchanges/field_stark.h"
#include "market/instrument.h"

// Amounts in the assets' own smallest units.
struct edgex_hash_order {
    struct felt synthetic_asset, collateral_asset; // which is the asset of the fee, too
    enum side side;
    uint64_t synthetic_amount, collateral_amount, fee_amount;
    uint32_t nonce;
    uint64_t position_id;
    uint32_t expiration_hours;
};

// Both are below the curve's order, as the venue reduces them before it signs.
struct felt edgex_hash_place(const struct edgex_hash_order *order);
// Timestamp, method, path and parameters, one after the other.
struct felt edgex_hash_request(struct slice text);

#endif
