// The prime field of Starknet, p = 2^251 + 17 * 2^192 + 1 (starknet-crypto.md section 1).
//
// A felt is kept in Montgomery form, x * 2^256 mod p, and need not be the least representative:
// p leaves four and a half bits of 256 free, so sums may wait for the next product to be reduced.
// "Below 2p" and the like in the comments speak of the 256-bit number that is stored.
//
//   in general       below 2p: what every function takes and gives unless it says otherwise
//   felt_mul, _sqr   take factors whose bounds multiply to at most 28 p^2, give below 2p
//   felt_sum         a + b as it is: the bounds add up; together they must stay within 31p
//   felt_difference  a - b + 8p, for b below 8p
//   felt_settle      takes anything below 2^256, gives below 2p
//
// Nothing branches on a value or uses it as an index: all of it may see a secret, except the
// texts, felt_sqrt and what tells true from false about its operand to the caller.
#ifndef PERPDESK_EXCHANGES_FIELD_STARK_H
#define PERPDESK_EXCHANGES_FIELD_STARK_H

#include "exchanges/u256.h"

// The one limb of p that is neither 0 nor 1.
#define FELT_TOP ((uint64_t)0x0800000000000011)

enum { FELT_SHORT_STRING_MAX = 31 }; // characters

struct felt {
    struct u256 raw;
};

extern const struct u256 felt_prime;

// 1 in Montgomery form: 2^256 mod p.
#define FELT_ONE                                                                                   \
    ((struct felt){                                                                                \
        {{0xffffffffffffffe1, 0xffffffffffffffff, 0xffffffffffffffff, 0x07fffffffffffdf0}}})
#define FELT_ZERO ((struct felt){{{0}}})

// floor(v / 2^251), less one unless it is 0, times p can be taken away without going below zero,
// and leaves less than 2^252.
static inline struct felt felt_settle(struct felt v) {
    uint64_t q = v.raw.limb[3] >> 59;
    q -= (q + 31) >> 5;
    struct u256 multiple = {{q, 0, 0, q * FELT_TOP}};
    struct felt out;
    u256_sub(&out.raw, &v.raw, &multiple);
    return out;
}

static inline struct felt felt_sum(struct felt a, struct felt b) {
    struct felt out;
    u256_add(&out.raw, &a.raw, &b.raw);
    return out;
}

static inline struct felt felt_difference(struct felt a, struct felt b) {
    const struct u256 eight_p = {{8, 0, 0, 8 * FELT_TOP}};
    struct felt out;
    u256_sub(&out.raw, &eight_p, &b.raw);
    u256_add(&out.raw, &out.raw, &a.raw);
    return out;
}

static inline struct felt felt_add(struct felt a, struct felt b) {
    return felt_settle(felt_sum(a, b));
}

static inline struct felt felt_sub(struct felt a, struct felt b) {
    return felt_settle(felt_difference(a, b));
}

// (t + m p) / 2^256 with m = -t / p mod 2^256. The low limbs of p are 1, 0, 0: so the low three of
// m are those of -t, and adding m cancels the low limbs of t and leaves a carry. What remains is
// the product of m with the top limb of p.
static inline struct felt felt_reduce(const uint64_t t[2 * U256_LIMBS]) {
    uint64_t carry = (t[0] | t[1] | t[2]) != 0;
    uint64_t m0 = 0 - t[0];
    uint64_t m1 = ~t[1] + (t[0] == 0);
    uint64_t m2 = ~t[2] + ((t[0] | t[1]) == 0);
    u256_wide product = (u256_wide)m0 * FELT_TOP;
    u256_wide sum = (u256_wide)t[3] + (uint64_t)product + carry;
    uint64_t m3 = 0 - (uint64_t)sum;
    carry = (uint64_t)(sum >> 64) + ((uint64_t)sum != 0);
    struct felt out;
    sum = (u256_wide)t[4] + carry + (product >> 64);
    product = (u256_wide)m1 * FELT_TOP;
    sum += (uint64_t)product;
    out.raw.limb[0] = (uint64_t)sum;
    sum = (sum >> 64) + t[5] + (product >> 64);
    product = (u256_wide)m2 * FELT_TOP;
    sum += (uint64_t)product;
    out.raw.limb[1] = (uint64_t)sum;
    sum = (sum >> 64) + t[6] + (product >> 64);
    product = (u256_wide)m3 * FELT_TOP;
    sum += (uint64_t)product;
    out.raw.limb[2] = (uint64_t)sum;
    out.raw.limb[3] = (uint64_t)(sum >> 64) + t[7] + (uint64_t)(product >> 64);
    return out;
}

static inline struct felt felt_mul(struct felt a, struct felt b) {
    uint64_t t[2 * U256_LIMBS] = {0};
#pragma GCC unroll 4
    for (int i = 0; i < U256_LIMBS; i++) {
        u256_wide sum = 0;
#pragma GCC unroll 4
        for (int j = 0; j < U256_LIMBS; j++) {
            sum += (u256_wide)a.raw.limb[i] * b.raw.limb[j] + t[i + j];
            t[i + j] = (uint64_t)sum;
            sum >>= 64;
        }
        t[i + U256_LIMBS] = (uint64_t)sum;
    }
    return felt_reduce(t);
}

// The six products of two different limbs are made once and doubled.
static inline struct felt felt_sqr(struct felt a) {
    const uint64_t *x = a.raw.limb;
    uint64_t t[2 * U256_LIMBS] = {0};
#pragma GCC unroll 4
    for (int i = 0; i < U256_LIMBS - 1; i++) {
        u256_wide sum = 0;
#pragma GCC unroll 4
        for (int j = i + 1; j < U256_LIMBS; j++) {
            sum += (u256_wide)x[i] * x[j] + t[i + j];
            t[i + j] = (uint64_t)sum;
            sum >>= 64;
        }
        t[i + U256_LIMBS] = (uint64_t)sum;
    }
    uint64_t low = 0; // the bit that the doubling moves up
    u256_wide carry = 0;
#pragma GCC unroll 4
    for (int i = 0; i < U256_LIMBS; i++) {
        u256_wide square = (u256_wide)x[i] * x[i];
        uint64_t even = t[2 * i] << 1 | low;
        uint64_t odd = t[2 * i + 1] << 1 | t[2 * i] >> 63;
        low = t[2 * i + 1] >> 63;
        carry += (u256_wide)even + (uint64_t)square;
        t[2 * i] = (uint64_t)carry;
        carry = (carry >> 64) + odd + (square >> 64);
        t[2 * i + 1] = (uint64_t)carry;
        carry >>= 64;
    }
    return felt_reduce(t);
}

// `yes` where the mask is all ones, `no` where it is zero (u256_mask).
static inline struct felt felt_select(uint64_t mask, struct felt yes, struct felt no) {
    return (struct felt){u256_select(mask, &yes.raw, &no.raw)};
}

// 1 / a; 0 for 0. Takes the same time for every a.
struct felt felt_invert(struct felt a);

// One of the two roots, or false when there is none. Its time depends on a.
bool felt_sqrt(struct felt a, struct felt *root);

bool felt_equals(struct felt a, struct felt b);
bool felt_is_zero(struct felt a);

// The number itself, below p; felt_from_u256 is false from p on, and *out is zero then.
bool felt_from_u256(const struct u256 *value, struct felt *out);
struct u256 felt_to_u256(struct felt value);

struct felt felt_from_u64(uint64_t value);
// A negative number v stands for p + v.
struct felt felt_from_i64(int64_t value);
// 0x and hex digits, or decimal digits. False for any other text and from p on.
bool felt_from_number(struct slice text, struct felt *out);
// Up to 31 ASCII characters as one big-endian integer. False for a longer text and other bytes.
bool felt_from_short_string(struct slice text, struct felt *out);

#endif
