// The Poseidon hash of Starknet: the permutation Hades over three felts, four full rounds, 83
// partial ones and four full ones, and the sponge that takes two felts at a time
// (starknet-crypto.md section 3).
//
// No branch and no index depends on the data, only on the number of elements.
#ifndef PERPDESK_EXCHANGES_HASH_POSEIDON_H
#define PERPDESK_EXCHANGES_HASH_POSEIDON_H

#include "exchanges/field_stark.h"

enum { POSEIDON_WIDTH = 3 };

void poseidon_permute(struct felt state[POSEIDON_WIDTH]);

struct felt poseidon_hash1(struct felt a);
struct felt poseidon_hash2(struct felt a, struct felt b);

// hash_many of Starknet. A copy keeps what was added so far, so a common beginning is hashed once.
struct poseidon {
    struct felt state[POSEIDON_WIDTH];
    bool odd; // an element was added that waits for its neighbour
};

void poseidon_init(struct poseidon *poseidon);
void poseidon_add(struct poseidon *poseidon, struct felt element);
struct felt poseidon_finish(struct poseidon *poseidon);

#endif
