// The elliptic curve of Starknet, y^2 = x^3 + x + beta over field_stark, with a prime number of
// points (starknet-crypto.md section 1).
//
// One law of addition serves every pair of points, equal, opposite or infinite (Renes, Costello,
// Batina: Complete addition formulas for prime order elliptic curves, 2016), so no input needs a
// case of its own and none shows in the time. What depends on a secret is named below.
#ifndef PERPDESK_EXCHANGES_CURVE_STARK_H
#define PERPDESK_EXCHANGES_CURVE_STARK_H

#include "exchanges/field_stark.h"
#include "exchanges/scalar_stark.h"

// Never the point at infinity.
struct curve_affine {
    struct felt x, y;
};

// (x / z, y / z); z = 0 is the point at infinity.
struct curve_point {
    struct felt x, y, z;
};

#define CURVE_INFINITY ((struct curve_point){FELT_ZERO, FELT_ONE, FELT_ZERO})

// point += other. Constant time.
void curve_add(struct curve_point *point, const struct curve_point *other);
void curve_add_affine(struct curve_point *point, const struct curve_affine *other);

// k * G. Constant time: the same steps and the same memory for every k.
struct curve_point curve_multiply_generator(const struct scalar *k);

// k * point for a number that everybody knows: its time depends on k, which is any number of 256
// bits.
struct curve_point curve_multiply_public(const struct curve_affine *point, const struct u256 *k);

// False for the point at infinity; *out is zero then. Constant time but for that.
bool curve_to_affine(const struct curve_point *point, struct curve_affine *out);

bool curve_contains(const struct curve_affine *point);
// One of the two points with this x, false when there is none. For public data.
bool curve_lift_x(struct felt x, struct curve_affine *out);

#endif
