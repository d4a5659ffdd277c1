// Numbers of Starknet in vector files, as hex with 0x or in decimal.
#ifndef PERPDESK_TESTS_VECTORS_VECTORS_FELT_H
#define PERPDESK_TESTS_VECTORS_VECTORS_FELT_H

#include "exchanges/sign_stark.h"
#include "vectors.h"

// What is no such number is a failed check, and zero.
struct u256 vectors_u256_of(struct vectors *vectors, const json_t *value);
struct u256 vectors_u256(struct vectors *vectors, const json_t *object, const char *name);
struct felt vectors_felt_of(struct vectors *vectors, const json_t *value);
struct felt vectors_felt(struct vectors *vectors, const json_t *object, const char *name);

// Equal as numbers to the member of that name, and printed as it stands where that is hex.
void vectors_same_felt(struct vectors *vectors, struct felt got, const json_t *object,
                       const char *name);
void vectors_same_u256(struct vectors *vectors, const struct u256 *got, const json_t *object,
                       const char *name);
// The key of a member; false: it is none. The caller finishes it.
bool vectors_key(struct vectors *vectors, const json_t *object, const char *name,
                 struct stark_key *key);

#endif
