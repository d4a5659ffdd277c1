// The field of p = 2^64 - 2^32 + 1 elements, called Goldilocks, which Lighter's hash and curve
// stand on (lighter-crypto.md section 1, after elliottech/poseidon_crypto and Plonky2).
//
// An element is any uint64_t and stands for its remainder by p, so a number below p + 2^32 may be
// written in two ways; gl_canonical gives the one below p, which is needed before comparing and
// before an element becomes bytes. Everything here but the square root takes the same time for all
// values.
#ifndef PERPDESK_EXCHANGES_FIELD_GOLDILOCKS_H
#define PERPDESK_EXCHANGES_FIELD_GOLDILOCKS_H

#include <stdbool.h>
#include <stdint.h>

#define GL_PRIME   UINT64_C(0xffffffff00000001)
#define GL_EPSILON UINT64_C(0xffffffff) // 2^64 = epsilon, and 2^96 = -1 (mod p)

__extension__ typedef unsigned __int128 gl_wide;

static inline uint64_t gl_canonical(uint64_t a) {
    uint64_t reduced = a + GL_EPSILON; // a - p
    return reduced + (GL_PRIME & (0 - (uint64_t)(a < GL_PRIME)));
}

static inline uint64_t gl_add(uint64_t a, uint64_t b) {
    uint64_t sum = a + b;
    uint64_t once = sum + (GL_EPSILON & (0 - (uint64_t)(sum < a)));
    return once + (GL_EPSILON & (0 - (uint64_t)(once < sum)));
}

static inline uint64_t gl_sub(uint64_t a, uint64_t b) {
    uint64_t difference = a - b;
    uint64_t once = difference - (GL_EPSILON & (0 - (uint64_t)(a < b)));
    return once - (GL_EPSILON & (0 - (uint64_t)(once > difference)));
}

static inline uint64_t gl_negate(uint64_t a) {
    return gl_sub(0, a);
}

// low + 2^64 high, with high = 2^32 top + rest: that is low - top + epsilon rest.
static inline uint64_t gl_reduce(gl_wide value) {
    uint64_t low = (uint64_t)value;
    uint64_t high = (uint64_t)(value >> 64);
    uint64_t top = high >> 32;
    uint64_t difference = low - top;
    difference -= GL_EPSILON & (0 - (uint64_t)(low < top));
    uint64_t rest = (high & GL_EPSILON) * GL_EPSILON;
    uint64_t sum = difference + rest;
    return sum + (GL_EPSILON & (0 - (uint64_t)(sum < rest)));
}

static inline uint64_t gl_mul(uint64_t a, uint64_t b) {
    return gl_reduce((gl_wide)a * b);
}

static inline uint64_t gl_square(uint64_t a) {
    return gl_mul(a, a);
}

static inline bool gl_equals(uint64_t a, uint64_t b) {
    return gl_canonical(a) == gl_canonical(b);
}

// The time depends on the exponent, not on a.
uint64_t gl_power(uint64_t a, uint64_t exponent);
uint64_t gl_invert(uint64_t a); // of 0: 0
// 0 where a is 0, 1 where it is a square, p - 1 where it is none.
uint64_t gl_legendre(uint64_t a);
// One of the two roots; false: there is none. For public data.
bool gl_sqrt(uint64_t a, uint64_t *out);

#endif
