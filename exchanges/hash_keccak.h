// Keccak-256 as Ethereum uses it: the original padding byte 0x01, not the 0x06 of SHA3-256, which
// is why OpenSSL 3.0 cannot serve. Source of the rules: the Keccak reference of 2011 (rate 1088,
// capacity 512, 24 rounds); the vectors stand in starknet-crypto.md section 4.
//
// No allocation, no failure, no branch or index that depends on the data. Digests are 32 bytes in
// the order Ethereum prints them.
#ifndef PERPDESK_EXCHANGES_HASH_KECCAK_H
#define PERPDESK_EXCHANGES_HASH_KECCAK_H

#include "base/buf.h"

enum { KECCAK_SIZE = 32, KECCAK_RATE = 136, KECCAK_LANES = 25 };

// A message that comes in pieces. Used up by keccak_finish; a copy taken before that keeps what was
// added so far, so a common beginning is hashed once.
struct keccak {
    uint64_t lanes[KECCAK_LANES];
    unsigned filled; // bytes of the current block, below KECCAK_RATE
};

void keccak_init(struct keccak *keccak);
void keccak_add(struct keccak *keccak, struct slice part);
void keccak_finish(struct keccak *keccak, uint8_t out[KECCAK_SIZE]);

// The digest of one message.
void keccak256(struct slice message, uint8_t out[KECCAK_SIZE]);

#endif
