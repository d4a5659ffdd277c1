// What is signed for Extended: SNIP-12 revision 1 over Poseidon, with the structs of one member
// written in line (extended.md section 6, starknet-crypto.md section 5). An order in, the hash for
// stark_sign out.
#ifndef PERPDESK_EXCHANGES_EXTENDED_HASH_H
#define PERPDESK_EXCHANGES_EXTENDED_HASH_H

#include "exchanges/hash_poseidon.h"

// The beginnings of all orders of one vault, hashed once: seven permutations are left of nine.
struct extended_hash {
    struct poseidon order;   // with the type's hash and the position
    struct poseidon message; // with prefix and domain
    struct felt public_x;
};

// Amounts in the assets' own smallest units, with their signs: a buy has a positive base and a
// negative quote. extended.md has the rules of rounding.
struct extended_hash_order {
    struct felt base_asset, quote_asset, fee_asset; // syntheticId and twice collateralId
    int64_t base_amount, quote_amount;
    uint64_t fee_amount;
    uint64_t expiration_s; // of the settlement, fourteen days after the order's
    uint64_t salt;         // the order's nonce
};

// `chain_id` is SN_MAIN or SN_SEPOLIA, `public_x` stands where other venues have the account.
// STATUS_CONFIG when the chain id is no short string.
enum status extended_hash_init(struct extended_hash *hash, struct slice chain_id,
                               uint32_t position_id, struct felt public_x) MUST_CHECK;
struct felt extended_hash_place(const struct extended_hash *hash,
                                const struct extended_hash_order *order);

#endif
