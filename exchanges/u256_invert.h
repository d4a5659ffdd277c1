// Inverses modulo an odd number in constant time, by the division steps of Bernstein and Yang (Fast
// constant-time gcd computation and modular inversion, 2019) in the variant that starts from one
// half: 590 steps are enough for 256 bits. A power by Fermat costs several times as much.
#ifndef PERPDESK_EXCHANGES_U256_INVERT_H
#define PERPDESK_EXCHANGES_U256_INVERT_H

#include "exchanges/u256.h"

// The inverse of `value`, which is below `modulus` and has no divisor in common with it; 0 for 0.
// `modulus` is odd. The same time for every value.
struct u256 u256_invert(const struct u256 *value, const struct u256 *modulus);

#endif
