// The Pedersen hash of Starknet (starknet-crypto.md section 2): x of
// P0 + a_low P1 + a_high P2 + b_low P3 + b_high P4, low being 248 bits and high the rest.
//
// For public data: a zero digit is skipped, so the time depends on the operands.
#ifndef PERPDESK_EXCHANGES_HASH_PEDERSEN_H
#define PERPDESK_EXCHANGES_HASH_PEDERSEN_H

#include "exchanges/field_stark.h"

struct felt pedersen_hash(struct felt a, struct felt b);

// hash_on_elements of Starknet: H(... H(H(0, e1), e2) ..., count). A copy keeps what was added so
// far, so a common beginning is hashed once.
struct pedersen {
    struct felt hash;
    uint64_t count;
};

void pedersen_init(struct pedersen *pedersen);
void pedersen_add(struct pedersen *pedersen, struct felt element);
struct felt pedersen_finish(const struct pedersen *pedersen);

#endif
