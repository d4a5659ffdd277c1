#include "exchanges/scalar_ecgfp5.h"

enum { LIMBS = ECGFP5_SCALAR_LIMBS };

static const struct ecgfp5_scalar order = {{0xe80fd996948bffe1, 0xe8885c39d724a09c,
                                            0x7fffffe6cfb80639, 0x7ffffff100000016,
                                            0x7ffffffd80000007}};
static const uint64_t minus_order_inverse = 0xd78bef72057b7bdf; // -1 / n mod 2^64
static const struct ecgfp5_scalar montgomery_square = {{0xa01001dce33dc739, 0x6c3228d33f62accf,
                                                        0xd1d796cc91cf8525, 0xaadfff5d1574c1d8,
                                                        0x4aca13b28ca251f5}}; // 2^640 mod n

// a - b; *borrow is 1 where that is negative.
static struct ecgfp5_scalar difference(struct ecgfp5_scalar a, struct ecgfp5_scalar b,
                                       uint64_t *borrow) {
    *borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        gl_wide part = (gl_wide)a.limb[i] - b.limb[i] - *borrow;
        a.limb[i] = (uint64_t)part;
        *borrow = (uint64_t)(part >> 64) & 1;
    }
    return a;
}

// a + b where the mask is all ones, a where it is 0; below 2^320, or a carry that is not needed.
static struct ecgfp5_scalar masked_sum(struct ecgfp5_scalar a, struct ecgfp5_scalar b,
                                       uint64_t mask) {
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        gl_wide part = (gl_wide)a.limb[i] + (b.limb[i] & mask) + carry;
        a.limb[i] = (uint64_t)part;
        carry = (uint64_t)(part >> 64);
    }
    return a;
}

// a - n where a is n or more.
static struct ecgfp5_scalar less_order(struct ecgfp5_scalar a) {
    uint64_t borrow;
    struct ecgfp5_scalar less = difference(a, order, &borrow);
    return masked_sum(less, order, 0 - borrow);
}

struct ecgfp5_scalar ecgfp5_scalar_add(struct ecgfp5_scalar a, struct ecgfp5_scalar b) {
    return less_order(masked_sum(a, b, UINT64_MAX)); // 2 n is below 2^320
}

struct ecgfp5_scalar ecgfp5_scalar_sub(struct ecgfp5_scalar a, struct ecgfp5_scalar b) {
    uint64_t borrow;
    struct ecgfp5_scalar less = difference(a, b, &borrow);
    return masked_sum(less, order, 0 - borrow);
}

// Limb by limb of b: adds a times the limb, then the multiple of n that clears the lowest limb, and
// drops that. Below 2 n before the last subtraction, if a or b is below n.
struct ecgfp5_scalar ecgfp5_scalar_montgomery(struct ecgfp5_scalar a, struct ecgfp5_scalar b) {
    uint64_t sum[LIMBS + 1] = {0};
    struct ecgfp5_scalar product;
    for (int i = 0; i < LIMBS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < LIMBS; j++) {
            gl_wide part = (gl_wide)a.limb[j] * b.limb[i] + sum[j] + carry;
            sum[j] = (uint64_t)part;
            carry = (uint64_t)(part >> 64);
        }
        gl_wide top = (gl_wide)sum[LIMBS] + carry;
        uint64_t factor = sum[0] * minus_order_inverse;
        carry = (uint64_t)(((gl_wide)factor * order.limb[0] + sum[0]) >> 64);
        for (int j = 1; j < LIMBS; j++) {
            gl_wide part = (gl_wide)factor * order.limb[j] + sum[j] + carry;
            sum[j - 1] = (uint64_t)part;
            carry = (uint64_t)(part >> 64);
        }
        top += carry;
        sum[LIMBS - 1] = (uint64_t)top;
        sum[LIMBS] = (uint64_t)(top >> 64);
    }
    memcpy(product.limb, sum, sizeof(product.limb));
    return less_order(product);
}

struct ecgfp5_scalar ecgfp5_scalar_mul(struct ecgfp5_scalar a, struct ecgfp5_scalar b) {
    return ecgfp5_scalar_montgomery(ecgfp5_scalar_montgomery(a, montgomery_square), b);
}

bool ecgfp5_scalar_is_zero(struct ecgfp5_scalar a) {
    uint64_t bits = 0;
    for (int i = 0; i < LIMBS; i++) {
        bits |= a.limb[i];
    }
    return bits == 0;
}

static struct ecgfp5_scalar plain(const uint8_t *bytes, size_t size) {
    struct ecgfp5_scalar number = {{0}};
    for (size_t i = 0; i < size; i++) {
        number.limb[i / 8] |= (uint64_t)bytes[i] << (8 * (i % 8));
    }
    return number;
}

struct ecgfp5_scalar ecgfp5_scalar_from_bytes(const uint8_t bytes[ECGFP5_SCALAR_SIZE]) {
    return less_order(less_order(plain(bytes, ECGFP5_SCALAR_SIZE))); // 2^320 is below 3 n
}

struct ecgfp5_scalar ecgfp5_scalar_from_wide(const uint8_t bytes[ECGFP5_WIDE_SIZE]) {
    struct ecgfp5_scalar low = ecgfp5_scalar_from_bytes(bytes);
    struct ecgfp5_scalar high =
        plain(bytes + ECGFP5_SCALAR_SIZE, ECGFP5_WIDE_SIZE - ECGFP5_SCALAR_SIZE);
    return ecgfp5_scalar_add(low, ecgfp5_scalar_montgomery(high, montgomery_square));
}

struct ecgfp5_scalar ecgfp5_scalar_from_fp5(struct fp5 a) {
    struct ecgfp5_scalar number;
    for (int i = 0; i < LIMBS; i++) {
        number.limb[i] = gl_canonical(a.c[i]);
    }
    return less_order(less_order(number));
}

void ecgfp5_scalar_to_bytes(struct ecgfp5_scalar a, uint8_t out[ECGFP5_SCALAR_SIZE]) {
    for (int i = 0; i < ECGFP5_SCALAR_SIZE; i++) {
        out[i] = (uint8_t)(a.limb[i / 8] >> (8 * (i % 8)));
    }
}

bool ecgfp5_scalar_read(const uint8_t bytes[ECGFP5_SCALAR_SIZE], struct ecgfp5_scalar *out) {
    uint64_t borrow;
    *out = plain(bytes, ECGFP5_SCALAR_SIZE);
    (void)difference(*out, order, &borrow);
    return borrow == 1;
}
