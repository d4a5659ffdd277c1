// What the readers of Lighter's vector files share: those of its arithmetic
// (vectors_lighter_math.c) and those of keys, signatures and requests (vectors_lighter.c).
#ifndef PERPDESK_TESTS_VECTORS_VECTORS_LIGHTER_H
#define PERPDESK_TESTS_VECTORS_VECTORS_LIGHTER_H

#include "exchanges/scalar_ecgfp5.h"
#include "vectors.h"

// Numbers are integers, or texts with 0x in front; elements and scalars are lists of them.
uint64_t lighter_number_of(const json_t *value);
uint64_t lighter_number(const json_t *one, const char *name);
size_t lighter_numbers_of(const json_t *list, uint64_t *out, size_t capacity);
struct fp5 lighter_fp5(const json_t *one, const char *name);
struct ecgfp5_scalar lighter_scalar(const json_t *one, const char *name);

void lighter_same_number(struct vectors *vectors, const json_t *one, const char *name,
                         uint64_t got);
void lighter_same_list(struct vectors *vectors, const json_t *one, const char *name,
                       const uint64_t *got, size_t count);
void lighter_same_fp5(struct vectors *vectors, const json_t *one, const char *name, struct fp5 got);
void lighter_same_scalar(struct vectors *vectors, const json_t *one, const char *name,
                         struct ecgfp5_scalar got);

// A case for each row of the list.
void lighter_each(struct vectors *vectors, const json_t *root, const char *list,
                  void (*check)(struct vectors *vectors, const json_t *one));

void lighter_run_goldilocks(struct vectors *vectors, const json_t *root);
void lighter_run_fp5(struct vectors *vectors, const json_t *root);
void lighter_run_ecgfp5(struct vectors *vectors, const json_t *root);
void lighter_run_scalar(struct vectors *vectors, const json_t *root);
void lighter_run_poseidon2(struct vectors *vectors, const json_t *root);
void lighter_run_constants(struct vectors *vectors, const json_t *root);

#endif
