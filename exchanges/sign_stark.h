// ECDSA over Starknet's curve as Starknet, StarkEx and their venues sign (starknet-crypto.md
// sections 6 and 7, which name the reference code). It differs from the ordinary scheme: r is the x
// coordinate without reduction, and the hash, r and 1/s must be below 2^251.
//
// Keys and nonces decide no branch and no address: signing takes the same time for all of them, but
// for the public number of draws until a nonce is in its range. No allocation.
#ifndef PERPDESK_EXCHANGES_SIGN_STARK_H
#define PERPDESK_EXCHANGES_SIGN_STARK_H

#include "exchanges/curve_stark.h"

// Holds a secret from stark_key_init to stark_key_finish. Nothing prints it.
struct stark_key {
    struct scalar secret;
    struct felt public_x; // what venues call the Stark public key
};

struct stark_signature {
    struct u256 r, s;
};

// STATUS_CONFIG unless the number is from 1 to the curve's order less 1. The caller wipes its copy.
enum status stark_key_init(struct stark_key *key, const struct u256 *secret) MUST_CHECK;
void stark_key_finish(struct stark_key *key);

// The nonce is that of RFC 6979, so the same key and hash give the same signature. STATUS_DATA for
// a hash of 2^251 or more, which Poseidon and Pedersen give once in 2^55 messages.
enum status stark_sign(const struct stark_key *key, struct felt hash,
                       struct stark_signature *out) MUST_CHECK;
// The same with a seed as extra entropy; 0 is none. paradex-py signs with 32.
enum status stark_sign_seeded(const struct stark_key *key, struct felt hash, uint64_t seed,
                              struct stark_signature *out) MUST_CHECK;

// The two parts of signing. The nonce is a secret: who knows it has the key. Where it serves no
// signature in the ranges, stark_sign_with is false and another one must be drawn.
void stark_nonce(const struct stark_key *key, struct felt hash, uint64_t seed, struct u256 *nonce);
bool stark_sign_with(const struct stark_key *key, struct felt hash, const struct u256 *nonce,
                     struct stark_signature *out);

// Whether the signature is one of the key whose point has this x: curve_lift_x gives the point
// from the public key, either of the two. For public data; some 150 us.
bool stark_verify(const struct curve_affine *public_point, struct felt hash,
                  const struct stark_signature *signature);

// The private key that wallets derive from r of an Ethereum signature, 32 bytes (EIP-2645). Where r
// begins with zero bytes the tools of venues differ: starknet.js, ccxt and Paradex's TypeScript
// keep them, paradex-py and Extended's Rust library drop them.
enum stark_grind_seed {
    STARK_GRIND_ALL_BYTES,
    STARK_GRIND_MINIMAL_BYTES,
};
void stark_grind(const uint8_t r[U256_SIZE], enum stark_grind_seed rule, struct u256 *secret);

#endif
