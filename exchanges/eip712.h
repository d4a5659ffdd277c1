// Typed data as EIP-712 hashes it, for structures whose members are known: type hash and members,
// each a word of 32 bytes.
//
//   struct eip712 hash;
//   eip712_begin(&hash, type_hash);        // keccak256 of the type's text, eip712_text
//   eip712_uint(&hash, nonce); eip712_string(&hash, source); …
//   eip712_end(&hash, struct_hash);
//   eip712_digest(domain, struct_hash, digest);
#ifndef PERPDESK_EXCHANGES_EIP712_H
#define PERPDESK_EXCHANGES_EIP712_H

#include "exchanges/hash_keccak.h"
#include "exchanges/sign_eth.h"

struct eip712 {
    struct keccak keccak;
};

void eip712_begin(struct eip712 *hash, const uint8_t type_hash[ETH_HASH_SIZE]);
void eip712_word(struct eip712 *hash, const uint8_t word[32]); // bytes32, uint256, a hash
void eip712_uint(struct eip712 *hash, uint64_t value);         // any unsigned width, bool
void eip712_int(struct eip712 *hash, int64_t value);           // any signed width
void eip712_address(struct eip712 *hash, const uint8_t address[ETH_ADDRESS_SIZE]);
void eip712_string(struct eip712 *hash, struct slice text); // its hash; also `bytes`
void eip712_end(struct eip712 *hash, uint8_t out[ETH_HASH_SIZE]);

// keccak256 of a text: type hashes.
void eip712_text(const char *text, uint8_t out[ETH_HASH_SIZE]);
// The domain's separator. A NULL version or contract: the domain has no such member.
void eip712_domain(const char *name, const char *version, uint64_t chain_id,
                   const uint8_t *contract, uint8_t out[ETH_HASH_SIZE]);
// What is signed: keccak256(0x1901 || domain || structure).
void eip712_digest(const uint8_t domain[ETH_HASH_SIZE], const uint8_t struct_hash[ETH_HASH_SIZE],
                   uint8_t out[ETH_HASH_SIZE]);

#endif
