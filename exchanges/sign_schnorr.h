// Schnorr signatures over ecGFp5 with Poseidon2, as Lighter's API keys make them (lighter-crypto.md
// section 5, after elliottech/poseidon_crypto signature/schnorr).
//
// A message is an element of field_fp5, usually a hash. The nonce is drawn from SHA-512 over the
// key, the message and a number of the caller's: two messages never share one, whatever that number
// is. Keys and nonces decide no branch and no address, and what held them is wiped. No allocation.
#ifndef PERPDESK_EXCHANGES_SIGN_SCHNORR_H
#define PERPDESK_EXCHANGES_SIGN_SCHNORR_H

#include "exchanges/curve_ecgfp5.h"

enum { SCHNORR_KEY_SIZE = ECGFP5_SCALAR_SIZE, SCHNORR_SIGNATURE_SIZE = 2 * ECGFP5_SCALAR_SIZE };

// Holds a secret from schnorr_key_init to schnorr_key_finish. Nothing prints it.
struct schnorr_key {
    struct ecgfp5_scalar secret;
    struct fp5 public_key;
};

// The key is a little-endian number, reduced modulo the curve's order as the venue does it.
// STATUS_CONFIG: 0 is no key. The caller wipes its copy.
enum status schnorr_key_init(struct schnorr_key *key,
                             const uint8_t secret[SCHNORR_KEY_SIZE]) MUST_CHECK;
void schnorr_key_finish(struct schnorr_key *key); // zeroed allowed

// The signature is s and then e, each little-endian.
void schnorr_sign(const struct schnorr_key *key, struct fp5 message, uint64_t random,
                  uint8_t out[SCHNORR_SIGNATURE_SIZE]);
// Signing with a nonce that is given: never twice the same for two messages, for it gives the key
// away.
void schnorr_sign_with(const struct schnorr_key *key, struct fp5 message,
                       struct ecgfp5_scalar nonce, uint8_t out[SCHNORR_SIGNATURE_SIZE]);

// Whether the signature is of the key that is encoded so. For public data.
MUST_CHECK bool schnorr_verify(struct fp5 public_key, struct fp5 message,
                               const uint8_t signature[SCHNORR_SIGNATURE_SIZE]);

#endif
