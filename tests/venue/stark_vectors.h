// What the tests of Starknet vectors share: numbers out of JSON, comparing with them, and walking
// the cases of a file.
#ifndef PERPDESK_TESTS_VENUE_STARK_VECTORS_H
#define PERPDESK_TESTS_VENUE_STARK_VECTORS_H

#include "exchanges/sign_stark.h"
#include "harness.h"

enum { VECTOR_LIST_MAX = 64 };

// The value of a member without its quotes; size 0 when absent.
struct slice vector_word(struct slice object, const char *name);
bool vector_is_kind(struct slice object, const char *kind);

// Hex with 0x or decimal. The test fails for anything else.
struct u256 vector_u256_of(struct slice text);
struct felt vector_felt_of(struct slice text);
struct felt vector_felt_member(struct slice object, const char *name);
size_t vector_list_of(struct slice array, struct slice items[VECTOR_LIST_MAX]);

// Equal as numbers and as the hex that is printed for them.
void vector_check_felt(struct felt value, struct slice expected);
void vector_check_number(const struct u256 *value, struct slice expected);
// The public key of a private one, and that finishing wipes it.
void vector_check_key(struct slice secret, struct slice public_x);
// Signs to exactly r and s, and the signature verifies.
void vector_check_signature(const struct stark_key *key, struct felt hash, uint64_t seed,
                            struct slice r, struct slice s);

// A test is a file: each of its cases goes to `check`, which tells whether it knows the kind.
struct vectors {
    const char *path; // below venues/vectors
    bool (*check)(struct slice one);
    uint64_t least; // cases known
};
void vector_run(void **state);

#endif
