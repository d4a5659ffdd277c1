// Numbers modulo the order of Starknet's curve, n =
// 0x0800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f (starknet-crypto.md section
// 1): private keys, nonces and the half s of a signature.
//
// A scalar is kept in Montgomery form, x * 2^256 mod n, and is always the least representative.
// Every function takes the same time for every value.
#ifndef PERPDESK_EXCHANGES_SCALAR_STARK_H
#define PERPDESK_EXCHANGES_SCALAR_STARK_H

#include "exchanges/u256.h"

struct scalar {
    struct u256 raw;
};

extern const struct u256 scalar_order;

struct scalar scalar_add(struct scalar a, struct scalar b);
struct scalar scalar_mul(struct scalar a, struct scalar b);
// 1 / a; 0 for 0.
struct scalar scalar_invert(struct scalar a);
bool scalar_is_zero(struct scalar a);

// Any number below 2^256, reduced; the caller checks a range first where the scheme asks for one.
struct scalar scalar_from_u256(const struct u256 *value);
struct u256 scalar_to_u256(struct scalar value);

#endif
