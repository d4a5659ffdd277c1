// Unsigned integers below 2^256 as the cryptography of venues passes them: hashes, keys, the two
// halves of a signature. Only what carrying and printing them needs; the arithmetic modulo a prime
// is in field_stark and scalar_stark.
//
// No allocation. Comparing, converting from and to bytes and reading hex take the same time for
// every value, so they may see a secret; decimal texts and the printing functions may not.
#ifndef PERPDESK_EXCHANGES_U256_H
#define PERPDESK_EXCHANGES_U256_H

#include "base/buf.h"

enum {
    U256_LIMBS = 4,
    U256_SIZE = 32,            // bytes
    U256_HEX_DIGITS_MAX = 64,  // without 0x
    U256_DECIMAL_SIZE_MAX = 78 // digits of 2^256 - 1
};

__extension__ typedef unsigned __int128 u256_wide;

// The lowest 64 bits first.
struct u256 {
    uint64_t limb[U256_LIMBS];
};

// out = a + b or a - b modulo 2^256; returns the carry or the borrow, 0 or 1. Compilers make
// branches of a carry in C, which would tell of a secret; the processor has instructions for it.
static inline uint64_t u256_add(struct u256 *out, const struct u256 *a, const struct u256 *b) {
#if defined(__x86_64__)
    struct u256 sum = *a;
    uint64_t carry;
    __asm__("addq %5, %0\n\tadcq %6, %1\n\tadcq %7, %2\n\tadcq %8, %3\n\tsbbq %4, %4"
            : "+&r"(sum.limb[0]), "+&r"(sum.limb[1]), "+&r"(sum.limb[2]), "+&r"(sum.limb[3]),
              "=&r"(carry)
            : "rme"(b->limb[0]), "rme"(b->limb[1]), "rme"(b->limb[2]), "rme"(b->limb[3])
            : "cc");
    *out = sum;
    return 0 - carry;
#else
    u256_wide sum = 0;
    for (int i = 0; i < U256_LIMBS; i++) {
        sum += (u256_wide)a->limb[i] + b->limb[i];
        out->limb[i] = (uint64_t)sum;
        sum >>= 64;
    }
    return (uint64_t)sum;
#endif
}

static inline uint64_t u256_sub(struct u256 *out, const struct u256 *a, const struct u256 *b) {
#if defined(__x86_64__)
    struct u256 difference = *a;
    uint64_t borrow;
    __asm__("subq %5, %0\n\tsbbq %6, %1\n\tsbbq %7, %2\n\tsbbq %8, %3\n\tsbbq %4, %4"
            : "+&r"(difference.limb[0]), "+&r"(difference.limb[1]), "+&r"(difference.limb[2]),
              "+&r"(difference.limb[3]), "=&r"(borrow)
            : "rme"(b->limb[0]), "rme"(b->limb[1]), "rme"(b->limb[2]), "rme"(b->limb[3])
            : "cc");
    *out = difference;
    return 0 - borrow;
#else
    uint64_t borrow = 0;
    for (int i = 0; i < U256_LIMBS; i++) {
        u256_wide difference = (u256_wide)a->limb[i] - b->limb[i] - borrow;
        out->limb[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return borrow;
#endif
}

// Three limbs in which a column of products is summed.
struct u256_column {
    uint64_t low, middle, high;
};

static inline void u256_column_add(struct u256_column *sum, uint64_t a, uint64_t b) {
#if defined(__x86_64__)
    __asm__("mulq %4\n\taddq %%rax, %0\n\tadcq %%rdx, %1\n\tadcq $0, %2"
            : "+&r"(sum->low), "+&r"(sum->middle), "+&r"(sum->high), "+&a"(a)
            : "rm"(b)
            : "rdx", "cc");
#else
    u256_wide product = (u256_wide)a * b;
    u256_wide part = (u256_wide)sum->low + (uint64_t)product;
    sum->low = (uint64_t)part;
    part = (part >> 64) + (product >> 64) + sum->middle;
    sum->middle = (uint64_t)part;
    sum->high += (uint64_t)(part >> 64);
#endif
}

// Twice the product.
static inline void u256_column_add_twice(struct u256_column *sum, uint64_t a, uint64_t b) {
#if defined(__x86_64__)
    __asm__("mulq %4\n\taddq %%rax, %0\n\tadcq %%rdx, %1\n\tadcq $0, %2\n\t"
            "addq %%rax, %0\n\tadcq %%rdx, %1\n\tadcq $0, %2"
            : "+&r"(sum->low), "+&r"(sum->middle), "+&r"(sum->high), "+&a"(a)
            : "rm"(b)
            : "rdx", "cc");
#else
    u256_column_add(sum, a, b);
    u256_column_add(sum, a, b);
#endif
}

// The sum's lowest limb, and the column above it.
static inline uint64_t u256_column_next(struct u256_column *sum) {
    uint64_t low = sum->low;
    *sum = (struct u256_column){sum->middle, sum->high, 0};
    return low;
}

// All ones for true, zero for false: a condition that selects without a branch. The compiler is
// kept from knowing that there are only two such masks, or it makes a branch of them after all.
static inline uint64_t u256_mask(uint64_t condition) {
    uint64_t mask = 0 - condition;
    __asm__("" : "+r"(mask));
    return mask;
}

// `yes` where the mask is all ones, `no` where it is zero.
static inline struct u256 u256_select(uint64_t mask, const struct u256 *yes,
                                      const struct u256 *no) {
    struct u256 out;
    for (int i = 0; i < U256_LIMBS; i++) {
        out.limb[i] = no->limb[i] ^ (mask & (yes->limb[i] ^ no->limb[i]));
    }
    return out;
}

bool u256_less(const struct u256 *a, const struct u256 *b);
bool u256_equals(const struct u256 *a, const struct u256 *b);
bool u256_is_zero(const struct u256 *value);

// 32 bytes, the highest first.
struct u256 u256_from_bytes(const uint8_t bytes[U256_SIZE]);
void u256_to_bytes(const struct u256 *value, uint8_t out[U256_SIZE]);

// 1 to 64 hex digits of either case, with or without 0x in front. False for any other text; *out
// is zero then.
bool u256_from_hex(struct slice text, struct u256 *out);
// Decimal digits only, at least one. False for any other text and from 2^256 on.
bool u256_from_decimal(struct slice text, struct u256 *out);

// "0x" and lower-case digits without leading zeros, as Starknet's tools print numbers.
void u256_add_hex(struct text *out, const struct u256 *value);
void u256_add_decimal(struct text *out, const struct u256 *value);

#endif
