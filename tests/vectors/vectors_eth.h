// Readers of vector files that venues with EVM keys have alike.
#ifndef PERPDESK_TESTS_VECTORS_VECTORS_ETH_H
#define PERPDESK_TESTS_VECTORS_VECTORS_ETH_H

#include "exchanges/hash_keccak.h"
#include "exchanges/sign_eth.h"
#include "vectors.h"

// keccak256.json: input_utf8 or input_hex to keccak256; a public key; the bare permutation.
void vectors_run_keccak(struct vectors *vectors, const json_t *root);

// A key from hex; false: the case has failed.
bool vectors_eth_key(struct vectors *vectors, const char *hex, struct sign_eth *out);
// r, s and v of `want` are what the key signs `digest` with, and the signer is found again.
void vectors_check_signature(struct vectors *vectors, const struct sign_eth *key,
                             const uint8_t digest[ETH_HASH_SIZE], const json_t *want);
// The structure hash of typed data: `types` as in EIP-712's JSON, of the members' primitive types
// bytes32, address, string, bool, uintN and other structures. False: the case has failed.
bool vectors_struct_hash(struct vectors *vectors, const json_t *types, const char *primary,
                         const json_t *message, uint8_t out[ETH_HASH_SIZE]);

#endif
