#include "exchanges/scalar_stark.h"

#include <openssl/crypto.h>

enum { EXPONENT_NIBBLES = 2 * U256_SIZE };

const struct u256 scalar_order = {
    {0x1e66a241adc64d2f, 0xb781126dcae7b232, 0xffffffffffffffff, 0x0800000000000010}};
// 2^256 and 2^512 mod n, and -1 / n mod 2^64.
static const struct scalar one = {
    {{0x51925a0bf4fca74f, 0xc75ec4b46df16bee, 0x0000000000000008, 0x07fffffffffffdf1}}};
static const struct scalar to_montgomery = {
    {{0x6021b3f1ea1c688d, 0x509cf64d14ce60b9, 0xbaf0ab4cf78bbabb, 0x07d9e57c2333766e}}};
static const uint64_t negative_inverse = 0xbb6b3c4ce8bde631;

// What is below 2n, and no longer than 256 bits.
static struct u256 reduced(const struct u256 *value) {
    struct u256 less;
    uint64_t borrow = u256_sub(&less, value, &scalar_order);
    return u256_select(u256_mask(borrow != 0), value, &less);
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

// a^(n - 2), four bits of the exponent at a time: the exponent is no secret, so its nibbles may be
// an index.
struct scalar scalar_invert(struct scalar a) {
    struct u256 exponent;
    struct scalar powers[16];
    struct scalar power = one;
    u256_sub(&exponent, &scalar_order, &(struct u256){{2}});
    powers[0] = one;
    for (int i = 1; i < 16; i++) {
        powers[i] = scalar_mul(powers[i - 1], a);
    }
    for (int i = EXPONENT_NIBBLES - 1; i >= 0; i--) {
        for (int j = 0; j < 4; j++) {
            power = scalar_mul(power, power);
        }
        power = scalar_mul(power, powers[exponent.limb[i / 16] >> (4 * (i % 16)) & 15]);
    }
    OPENSSL_cleanse(powers, sizeof(powers));
    return power;
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
