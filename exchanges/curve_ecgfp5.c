#include "exchanges/curve_ecgfp5.h"

#include <openssl/crypto.h>

#include "exchanges/ecgfp5_table.h"

enum { B = 263 }; // of b = 263 z

// factor z a
static struct fp5 shifted(struct fp5 a, uint64_t factor) {
    return (struct fp5){{gl_mul(a.c[4], 3 * factor), gl_mul(a.c[0], factor), gl_mul(a.c[1], factor),
                         gl_mul(a.c[2], factor), gl_mul(a.c[3], factor)}};
}

// What is left of both additions when the products of the coordinates are known: xx = x1 x2, zz =
// z1 z2, uu = u1 u2, tt = t1 t2, xz = x1 z2 + x2 z1, ut = u1 t2 + u2 t1.
static inline struct ecgfp5_point sum_of(struct fp5 xx, struct fp5 zz, struct fp5 uu, struct fp5 tt,
                                         struct fp5 xz, struct fp5 ut) {
    struct fp5 bzz = shifted(zz, B);
    struct fp5 plus = fp5_add(xx, bzz);
    struct fp5 a = fp5_mul(tt, plus);
    struct fp5 b = fp5_mul(uu, fp5_add(shifted(xz, 2 * B), fp5_double(plus)));
    struct fp5 c = fp5_mul(fp5_add(tt, fp5_double(uu)), fp5_add(xz, plus));
    return (struct ecgfp5_point){
        .x = shifted(fp5_sub(c, a), B),
        .z = fp5_sub(a, b),
        .u = fp5_mul(ut, fp5_sub(bzz, xx)),
        .t = fp5_add(a, b),
    };
}

struct ecgfp5_point ecgfp5_add(const struct ecgfp5_point *a, const struct ecgfp5_point *b) {
    struct fp5 xx = fp5_mul(a->x, b->x);
    struct fp5 zz = fp5_mul(a->z, b->z);
    struct fp5 uu = fp5_mul(a->u, b->u);
    struct fp5 tt = fp5_mul(a->t, b->t);
    struct fp5 xz = fp5_mul(fp5_add(a->x, a->z), fp5_add(b->x, b->z));
    struct fp5 ut = fp5_mul(fp5_add(a->u, a->t), fp5_add(b->u, b->t));
    return sum_of(xx, zz, uu, tt, fp5_sub(xz, fp5_add(xx, zz)), fp5_sub(ut, fp5_add(uu, tt)));
}

struct ecgfp5_point ecgfp5_add_affine(const struct ecgfp5_point *a, const struct ecgfp5_affine *b) {
    struct fp5 xz = fp5_add(a->x, fp5_mul(b->x, a->z));
    struct fp5 ut = fp5_add(a->u, fp5_mul(b->u, a->t));
    return sum_of(fp5_mul(a->x, b->x), a->z, fp5_mul(a->u, b->u), a->t, xz, ut);
}

struct ecgfp5_point ecgfp5_double(const struct ecgfp5_point *a) {
    struct fp5 zt = fp5_mul(a->z, a->t);
    struct fp5 ztt = fp5_mul(zt, a->t);
    struct fp5 x = fp5_mul(ztt, ztt);
    struct fp5 z = fp5_mul(zt, a->u);
    struct fp5 uu = fp5_mul(a->u, a->u);
    struct fp5 w = fp5_sub(ztt, fp5_double(fp5_mul(uu, fp5_add(a->x, a->z))));
    struct fp5 zz = fp5_mul(z, z);
    struct fp5 ww = fp5_mul(w, w);
    struct fp5 wz = fp5_add(w, z);
    return (struct ecgfp5_point){
        .x = shifted(zz, 4 * B),
        .z = ww,
        .u = fp5_sub(fp5_mul(wz, wz), fp5_add(zz, ww)),
        .t = fp5_sub(fp5_double(x), fp5_add(fp5_scale(zz, 4), ww)),
    };
}

struct ecgfp5_affine ecgfp5_to_affine(const struct ecgfp5_point *a) {
    return (struct ecgfp5_affine){fp5_mul(a->x, fp5_invert(a->z)), fp5_mul(a->u, fp5_invert(a->t))};
}

// A digit above 16 is written as one less 32 and carries. What carries out of the top is nothing
// for a number below n.
void ecgfp5_recode(struct ecgfp5_scalar k, int8_t digits[ECGFP5_DIGITS]) {
    uint64_t carry = 0;
    for (int i = 0; i < ECGFP5_DIGITS; i++) {
        int at = ECGFP5_DIGIT_BITS * i;
        int limb = at / 64;
        int shift = at % 64;
        uint64_t bits = k.limb[limb] >> shift;
        if (shift > 64 - ECGFP5_DIGIT_BITS && limb + 1 < ECGFP5_SCALAR_LIMBS) {
            bits |= k.limb[limb + 1] << (64 - shift);
        }
        uint64_t digit = (bits & (2 * ECGFP5_DIGIT_MAX - 1)) + carry;
        carry = (digit + ECGFP5_DIGIT_MAX - 1) >> ECGFP5_DIGIT_BITS; // digit > 16
        digits[i] = (int8_t)((int)digit - (int)(carry << ECGFP5_DIGIT_BITS));
    }
}

// Reads the whole row, whichever entry is wanted; the neutral element for 0.
static struct ecgfp5_affine looked_up(const struct ecgfp5_affine row[ECGFP5_DIGIT_MAX], int digit) {
    struct ecgfp5_affine found = {FP5_ZERO, FP5_ZERO};
    uint64_t negative = 0 - (uint64_t)((uint32_t)digit >> 31);
    uint64_t magnitude = ((uint64_t)digit ^ negative) - negative;
    for (uint64_t i = 0; i < ECGFP5_DIGIT_MAX; i++) {
        uint64_t mask = 0 - ((((i + 1) ^ magnitude) - 1) >> 63); // i + 1 == magnitude
        for (int j = 0; j < FP5_DEGREE; j++) {
            found.x.c[j] |= row[i].x.c[j] & mask;
            found.u.c[j] |= row[i].u.c[j] & mask;
        }
    }
    found.u = fp5_select(negative, fp5_negate(found.u), found.u);
    return found;
}

struct ecgfp5_point ecgfp5_multiply_generator(struct ecgfp5_scalar k) {
    struct ecgfp5_point sum = ECGFP5_NEUTRAL;
    struct ecgfp5_affine entry;
    int8_t digits[ECGFP5_DIGITS];
    ecgfp5_recode(k, digits);
    for (int i = 0; i < ECGFP5_DIGITS; i++) {
        entry = looked_up(ecgfp5_generator_table[i], digits[i]);
        sum = ecgfp5_add_affine(&sum, &entry);
    }
    OPENSSL_cleanse(&k, sizeof(k));
    OPENSSL_cleanse(&entry, sizeof(entry));
    OPENSSL_cleanse(digits, sizeof(digits));
    return sum;
}

struct fp5 ecgfp5_encode(const struct ecgfp5_point *a) {
    return fp5_mul(a->t, fp5_invert(a->u));
}

struct ecgfp5_point ecgfp5_multiply_public(const struct ecgfp5_point *point,
                                           struct ecgfp5_scalar k) {
    struct ecgfp5_point multiples[ECGFP5_DIGIT_MAX + 1] = {ECGFP5_NEUTRAL};
    struct ecgfp5_point product = ECGFP5_NEUTRAL;
    int8_t digits[ECGFP5_DIGITS];
    for (int i = 1; i <= ECGFP5_DIGIT_MAX; i++) {
        multiples[i] = ecgfp5_add(&multiples[i - 1], point);
    }
    ecgfp5_recode(k, digits);
    for (int i = ECGFP5_DIGITS - 1; i >= 0; i--) {
        for (int bit = 0; bit < ECGFP5_DIGIT_BITS; bit++) {
            product = ecgfp5_double(&product);
        }
        struct ecgfp5_point part = multiples[digits[i] < 0 ? -digits[i] : digits[i]];
        if (digits[i] < 0) {
            part.u = fp5_negate(part.u);
        }
        product = ecgfp5_add(&product, &part);
    }
    return product;
}

// x solves x^2 - (w^2 - 2) x + b = 0, and of its two values that one is in the group that is no
// square.
bool ecgfp5_decode(struct fp5 encoded, struct ecgfp5_point *out) {
    static const struct fp5 two = {{2}};
    static const struct fp5 four_b = {{0, 4 * B}};
    struct fp5 e = fp5_sub(fp5_mul(encoded, encoded), two);
    struct fp5 root;
    *out = ECGFP5_NEUTRAL;
    if (!fp5_sqrt(fp5_sub(fp5_mul(e, e), four_b), &root)) {
        return fp5_equals(encoded, FP5_ZERO);
    }
    struct fp5 first = fp5_scale(fp5_add(e, root), (GL_PRIME + 1) / 2); // 1/2
    struct fp5 second = fp5_scale(fp5_sub(e, root), (GL_PRIME + 1) / 2);
    out->x = fp5_legendre(first) == 1 ? second : first;
    out->u = FP5_ONE;
    out->t = encoded;
    return true;
}
