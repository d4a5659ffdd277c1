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
// m are those of -t, and the fourth is that of -t less the low limb of m[0] times the top of p.
// What is added to the low half of t makes it zero, and carries where it was not zero before.
static inline struct felt felt_reduce(const uint64_t t[2 * U256_LIMBS]) {
    const struct u256 zero = {{0}};
    const struct u256 low = {{t[0], t[1], t[2], t[3]}};
    struct u256 m;
    uint64_t carry = u256_sub(&m, &zero, &low);
    u256_wide product = (u256_wide)m.limb[0] * FELT_TOP;
    u256_wide part = (u256_wide)m.limb[3] - (uint64_t)product;
    m.limb[3] = (uint64_t)part;
    carry += (uint64_t)(product >> 64) + ((uint64_t)(part >> 64) & 1);
    struct felt out;
    part = (u256_wide)m.limb[1] * FELT_TOP + carry + t[4];
    out.raw.limb[0] = (uint64_t)part;
    part = (u256_wide)m.limb[2] * FELT_TOP + (uint64_t)(part >> 64) + t[5];
    out.raw.limb[1] = (uint64_t)part;
    part = (u256_wide)m.limb[3] * FELT_TOP + (uint64_t)(part >> 64) + t[6];
    out.raw.limb[2] = (uint64_t)part;
    out.raw.limb[3] = (uint64_t)(part >> 64) + t[7];
    return out;
}

static inline struct felt felt_mul(struct felt a, struct felt b) {
    const uint64_t *x = a.raw.limb;
    const uint64_t *y = b.raw.limb;
    uint64_t t[2 * U256_LIMBS];
    struct u256_column sum = {0, 0, 0};
    u256_column_add(&sum, x[0], y[0]);
    t[0] = u256_column_next(&sum);
    u256_column_add(&sum, x[0], y[1]);
    u256_column_add(&sum, x[1], y[0]);
    t[1] = u256_column_next(&sum);
    u256_column_add(&sum, x[0], y[2]);
    u256_column_add(&sum, x[1], y[1]);
    u256_column_add(&sum, x[2], y[0]);
    t[2] = u256_column_next(&sum);
    u256_column_add(&sum, x[0], y[3]);
    u256_column_add(&sum, x[1], y[2]);
    u256_column_add(&sum, x[2], y[1]);
    u256_column_add(&sum, x[3], y[0]);
    t[3] = u256_column_next(&sum);
    u256_column_add(&sum, x[1], y[3]);
    u256_column_add(&sum, x[2], y[2]);
    u256_column_add(&sum, x[3], y[1]);
    t[4] = u256_column_next(&sum);
    u256_column_add(&sum, x[2], y[3]);
    u256_column_add(&sum, x[3], y[2]);
    t[5] = u256_column_next(&sum);
    u256_column_add(&sum, x[3], y[3]);
    t[6] = sum.low;
    t[7] = sum.middle;
    return felt_reduce(t);
}

// The six products of two different limbs are made once and added twice.
static inline struct felt felt_sqr(struct felt a) {
    const uint64_t *x = a.raw.limb;
    uint64_t t[2 * U256_LIMBS];
    struct u256_column sum = {0, 0, 0};
    u256_column_add(&sum, x[0], x[0]);
    t[0] = u256_column_next(&sum);
    u256_column_add_twice(&sum, x[0], x[1]);
    t[1] = u256_column_next(&sum);
    u256_column_add_twice(&sum, x[0], x[2]);
    u256_column_add(&sum, x[1], x[1]);
    t[2] = u256_column_next(&sum);
    u256_column_add_twice(&sum, x[0], x[3]);
    u256_column_add_twice(&sum, x[1], x[2]);
    t[3] = u256_column_next(&sum);
    u256_column_add_twice(&sum, x[1], x[3]);
    u256_column_add(&sum, x[2], x[2]);
    t[4] = u256_column_next(&sum);
    u256_column_add_twice(&sum, x[2], x[3]);
    t[5] = u256_column_next(&sum);
    u256_column_add(&sum, x[3], x[3]);
    t[6] = sum.low;
    t[7] = sum.middle;
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
