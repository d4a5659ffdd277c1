#include "exchanges/scalar_stark.h"

#include "exchanges/u256_invert.h"

const struct u256 scalar_order = {
    {0x1e66a241adc64d2f, 0xb781126dcae7b232, 0xffffffffffffffff, 0x0800000000000010}};
// 2^512 and 2^768 mod n, and -1 / n mod 2^64.
static const struct scalar to_montgomery = {
    {{0x6021b3f1ea1c688d, 0x509cf64d14ce60b9, 0xbaf0ab4cf78bbabb, 0x07d9e57c2333766e}}};
static const struct scalar cubed = {
    {{0x81147668fddd0429, 0x1da2136eb8b3f20e, 0x1f0d9dedfedfda50, 0x01b2ba88ca1fe18a}}};
static const uint64_t negative_inverse = 0xbb6b3c4ce8bde631;

// What is below 2n, and no longer than 256 bits.
static struct u256 reduced(const struct u256 *value) {
    struct u256 less;
    uint64_t borrow = u256_sub(&less, value, &scalar_order);
    return u256_select(u256_mask(borrow), value, &less);
}

// a * b / 2^256 mod n, for a below 2^256 and b below n.
static struct u256 product(const struct u256 *a, const struct u256 *b) {
    uint64_t t[U256_LIMBS + 1] = {0};
    for (int i = 0; i < U256_LIMBS; i++) {
        u256_wide sum = 0;
        for (int j = 0; j < U256_LIMBS; j++) {
            sum += (u256_wide)a->limb[i] * b->limb[j] + t[j];
            t[j] = (uint64_t)sum;
            sum >>= 64;
        }
        t[U256_LIMBS] += (uint64_t)sum;
        uint64_t multiple = t[0] * negative_inverse;
        sum = ((u256_wide)multiple * scalar_order.limb[0] + t[0]) >> 64;
        for (int j = 1; j < U256_LIMBS; j++) {
            sum += (u256_wide)multiple * scalar_order.limb[j] + t[j];
            t[j - 1] = (uint64_t)sum;
            sum >>= 64;
        }
        sum += t[U256_LIMBS];
        t[U256_LIMBS - 1] = (uint64_t)sum;
        t[U256_LIMBS] = (uint64_t)(sum >> 64);
    }
    struct u256 out = {{t[0], t[1], t[2], t[3]}};
    return reduced(&out);
}

struct scalar scalar_add(struct scalar a, struct scalar b) {
    struct u256 sum;
    u256_add(&sum, &a.raw, &b.raw);
    return (struct scalar){reduced(&sum)};
}

struct scalar scalar_mul(struct scalar a, struct scalar b) {
    return (struct scalar){product(&a.raw, &b.raw)};
}

// The inverse of x * 2^256 is 1 / x / 2^256, two factors of 2^256 short of Montgomery form.
struct scalar scalar_invert(struct scalar a) {
    struct u256 inverse = u256_invert(&a.raw, &scalar_order);
    return (struct scalar){product(&inverse, &cubed.raw)};
}

bool scalar_is_zero(struct scalar a) {
    return u256_is_zero(&a.raw);
}

struct scalar scalar_from_u256(const struct u256 *value) {
    return (struct scalar){product(value, &to_montgomery.raw)};
}

struct u256 scalar_to_u256(struct scalar value) {
    static const struct u256 plain_one = {{1}};
    return product(&value.raw, &plain_one);
}
