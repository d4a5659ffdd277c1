// Poseidon2 over field_goldilocks as Lighter uses it: width 12, rate 8, 4 + 22 + 4 rounds, seventh
// powers (lighter-crypto.md section 4).
//
// The sponge overwrites and does not pad: [1] and [1, 0, 0] have the same hash, so what is hashed
// has to have a fixed layout. No allocation; the time depends on the count of elements only.
#ifndef PERPDESK_EXCHANGES_HASH_POSEIDON2_H
#define PERPDESK_EXCHANGES_HASH_POSEIDON2_H

#include "exchanges/field_fp5.h"

enum { POSEIDON2_WIDTH = 12, POSEIDON2_RATE = 8 };

void poseidon2_permute(uint64_t state[POSEIDON2_WIDTH]);
// Elements as field_goldilocks has them; what comes out is canonical.
void poseidon2_hash(const uint64_t *elements, size_t count, uint64_t *out, size_t out_count);
struct fp5 poseidon2_fp5(const uint64_t *elements, size_t count);

#endif
