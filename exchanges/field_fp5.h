// The extension of degree five of field_goldilocks: polynomials c0 + c1 z + … + c4 z^4 with
// z^5 = 3 (lighter-crypto.md section 2). The coordinates of Lighter's curve, and what its hash
// gives.
//
// The coefficients need not be canonical, except in what goes to fp5_to_bytes as a number.
// Everything but the square root takes the same time for all values.
#ifndef PERPDESK_EXCHANGES_FIELD_FP5_H
#define PERPDESK_EXCHANGES_FIELD_FP5_H

#include "base/buf.h"
#include "exchanges/field_goldilocks.h"

enum { FP5_DEGREE = 5, FP5_SIZE = 8 * FP5_DEGREE };

struct fp5 {
    uint64_t c[FP5_DEGREE];
};

#define FP5_ZERO ((struct fp5){{0}})
#define FP5_ONE  ((struct fp5){{1}})

static inline struct fp5 fp5_add(struct fp5 a, struct fp5 b) {
    for (int i = 0; i < FP5_DEGREE; i++) {
        a.c[i] = gl_add(a.c[i], b.c[i]);
    }
    return a;
}

static inline struct fp5 fp5_sub(struct fp5 a, struct fp5 b) {
    for (int i = 0; i < FP5_DEGREE; i++) {
        a.c[i] = gl_sub(a.c[i], b.c[i]);
    }
    return a;
}

static inline struct fp5 fp5_double(struct fp5 a) {
    return fp5_add(a, a);
}

static inline struct fp5 fp5_negate(struct fp5 a) {
    return fp5_sub(FP5_ZERO, a);
}

// mask is all ones for `one` or 0 for `other`.
static inline struct fp5 fp5_select(uint64_t mask, struct fp5 one, struct fp5 other) {
    for (int i = 0; i < FP5_DEGREE; i++) {
        other.c[i] ^= mask & (one.c[i] ^ other.c[i]);
    }
    return other;
}

struct fp5 fp5_mul(struct fp5 a, struct fp5 b);
struct fp5 fp5_scale(struct fp5 a, uint64_t factor); // by an element of the small field
struct fp5 fp5_invert(struct fp5 a);                 // of 0: 0
// a^(p^times) for times 1, 2 and 4.
struct fp5 fp5_frobenius(struct fp5 a, int times);
// 0 where a is 0, 1 where it is a square, p - 1 where it is none.
uint64_t fp5_legendre(struct fp5 a);
// The root whose first coefficient is odd, if any is; false: there is none. For public data.
bool fp5_sqrt(struct fp5 a, struct fp5 *out);

bool fp5_equals(struct fp5 a, struct fp5 b);
// Canonical coefficients, c0 first, little-endian.
void fp5_to_bytes(struct fp5 a, uint8_t out[FP5_SIZE]);
// False: a coefficient is not canonical.
MUST_CHECK bool fp5_from_bytes(const uint8_t bytes[FP5_SIZE], struct fp5 *out);

#endif
