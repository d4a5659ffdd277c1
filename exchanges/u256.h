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

static inline u256_wide u256_low(const struct u256 *value) {
    return (u256_wide)value->limb[1] << 64 | value->limb[0];
}

static inline u256_wide u256_high(const struct u256 *value) {
    return (u256_wide)value->limb[3] << 64 | value->limb[2];
}

static inline struct u256 u256_of_halves(u256_wide high, u256_wide low) {
    return (struct u256){
        {(uint64_t)low, (uint64_t)(low >> 64), (uint64_t)high, (uint64_t)(high >> 64)}};
}

// out = a + b or a - b modulo 2^256; returns the carry or the borrow, 0 or 1. In halves, because
// that is what compilers make the shortest code of.
static inline uint64_t u256_add(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    u256_wide low = u256_low(a) + u256_low(b);
    u256_wide high = u256_high(a) + u256_high(b);
    uint64_t carry = high < u256_high(a);
    uint64_t middle = low < u256_low(b);
    high += middle;
    carry += high < middle;
    *out = u256_of_halves(high, low);
    return carry;
}

static inline uint64_t u256_sub(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    u256_wide low = u256_low(a) - u256_low(b);
    u256_wide high = u256_high(a) - u256_high(b);
    uint64_t borrow = u256_high(a) < u256_high(b);
    uint64_t middle = u256_low(a) < u256_low(b);
    borrow += high < middle;
    *out = u256_of_halves(high - middle, low);
    return borrow;
}

// All ones for true, zero for false: a condition that selects without a branch.
static inline uint64_t u256_mask(bool condition) {
    return (uint64_t)0 - (uint64_t)condition;
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
