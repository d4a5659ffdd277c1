// What Starknet makes of Keccak and Pedersen (starknet-crypto.md sections 4 and 7): the hash that
// names types and entry points, and the address of a contract. For public data.
#ifndef PERPDESK_EXCHANGES_HASH_STARKNET_H
#define PERPDESK_EXCHANGES_HASH_STARKNET_H

#include "exchanges/field_stark.h"

// Keccak-256 as a big-endian number modulo 2^250: the hash of a type's text in SNIP-12, and the
// selector of an entry point by its name.
struct felt starknet_keccak(struct slice message);

// A short string that the program itself has written, which it asserts to be one.
struct felt starknet_word(const char *text);

// The address at which a class is deployed by nobody (deployer 0), as accounts are.
struct felt starknet_address(struct felt class_hash, struct felt salt, const struct felt *calldata,
                             size_t calldata_count);

#endif
