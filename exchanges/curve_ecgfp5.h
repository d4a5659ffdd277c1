// ecGFp5, the curve of Lighter's keys: y^2 = x (x^2 + 2 x + 263 z) over field_fp5, of which the
// group of prime order n is used that pornin/ecgfp5 defines: the sum of two points is their sum on
// the curve and N = (0, 0), and N is the neutral element (lighter-crypto.md section 3).
//
// The formulas of addition and doubling have no exceptions, so no input shows in the time. What
// depends on a secret is named below.
#ifndef PERPDESK_EXCHANGES_CURVE_ECGFP5_H
#define PERPDESK_EXCHANGES_CURVE_ECGFP5_H

#include "exchanges/scalar_ecgfp5.h"

enum { ECGFP5_DIGIT_BITS = 5, ECGFP5_DIGITS = 64, ECGFP5_DIGIT_MAX = 16 };

// x, and u = x / y; (0, 0) is the neutral element.
struct ecgfp5_affine {
    struct fp5 x, u;
};

// (x / z, u / t)
struct ecgfp5_point {
    struct fp5 x, z, u, t;
};

#define ECGFP5_NEUTRAL ((struct ecgfp5_point){FP5_ZERO, FP5_ONE, FP5_ZERO, FP5_ONE})

// Constant time.
struct ecgfp5_point ecgfp5_add(const struct ecgfp5_point *a, const struct ecgfp5_point *b);
struct ecgfp5_point ecgfp5_add_affine(const struct ecgfp5_point *a, const struct ecgfp5_affine *b);
struct ecgfp5_point ecgfp5_double(const struct ecgfp5_point *a);
struct ecgfp5_affine ecgfp5_to_affine(const struct ecgfp5_point *a);
// k in digits from -15 to 16 of the base 32, the lowest first.
void ecgfp5_recode(struct ecgfp5_scalar k, int8_t digits[ECGFP5_DIGITS]);
// k * G. The same steps and the same memory for every k.
struct ecgfp5_point ecgfp5_multiply_generator(struct ecgfp5_scalar k);
// y / x, 0 for the neutral element: what a point is in a public key.
struct fp5 ecgfp5_encode(const struct ecgfp5_point *a);

// k * point for numbers that everybody knows: the time depends on k.
struct ecgfp5_point ecgfp5_multiply_public(const struct ecgfp5_point *point,
                                           struct ecgfp5_scalar k);
// False: no point has that encoding. For public data.
MUST_CHECK bool ecgfp5_decode(struct fp5 encoded, struct ecgfp5_point *out);

#endif
