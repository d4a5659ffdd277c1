// Numbers modulo n, the prime order of ecGFp5's group: five limbs, the lowest first, always below n
// (lighter-crypto.md section 3). Private keys and the two halves of a signature are such numbers.
//
// Nothing here branches or looks up by a value.
#ifndef PERPDESK_EXCHANGES_SCALAR_ECGFP5_H
#define PERPDESK_EXCHANGES_SCALAR_ECGFP5_H

#include "exchanges/field_fp5.h"

enum {
    ECGFP5_SCALAR_LIMBS = 5,
    ECGFP5_SCALAR_SIZE = 8 * ECGFP5_SCALAR_LIMBS,
    ECGFP5_WIDE_SIZE = 64
};

struct ecgfp5_scalar {
    uint64_t limb[ECGFP5_SCALAR_LIMBS];
};

struct ecgfp5_scalar ecgfp5_scalar_add(struct ecgfp5_scalar a, struct ecgfp5_scalar b);
struct ecgfp5_scalar ecgfp5_scalar_sub(struct ecgfp5_scalar a, struct ecgfp5_scalar b);
struct ecgfp5_scalar ecgfp5_scalar_mul(struct ecgfp5_scalar a, struct ecgfp5_scalar b);
// a b / 2^320
struct ecgfp5_scalar ecgfp5_scalar_montgomery(struct ecgfp5_scalar a, struct ecgfp5_scalar b);
bool ecgfp5_scalar_is_zero(struct ecgfp5_scalar a);

// Little-endian numbers of any size, reduced.
struct ecgfp5_scalar ecgfp5_scalar_from_bytes(const uint8_t bytes[ECGFP5_SCALAR_SIZE]);
struct ecgfp5_scalar ecgfp5_scalar_from_wide(const uint8_t bytes[ECGFP5_WIDE_SIZE]);
// The canonical coefficients as the limbs of a number, reduced.
struct ecgfp5_scalar ecgfp5_scalar_from_fp5(struct fp5 a);
void ecgfp5_scalar_to_bytes(struct ecgfp5_scalar a, uint8_t out[ECGFP5_SCALAR_SIZE]);
// False: the number is not below n. For public data.
MUST_CHECK bool ecgfp5_scalar_read(const uint8_t bytes[ECGFP5_SCALAR_SIZE],
                                   struct ecgfp5_scalar *out);

#endif
