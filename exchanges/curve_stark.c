#include "exchanges/curve_stark.h"

#include <openssl/crypto.h>

#include "exchanges/stark_tables.h"

// beta = 0x6f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89, and three times that.
static const struct felt beta = {
    {{0x359ddd67b59a21ca, 0x6725f2237aab9006, 0xab8a1e002a41f947, 0x013931651774247f}}};
static const struct felt beta_3 = {
    {{0xa0d9983720ce655e, 0x3571d66a7002b012, 0x029e5a007ec5ebd6, 0x03ab942f465c6d7f}}};

// What the sum of (x1, y1, z1) and (x2, y2, z2) is made of.
struct products {
    struct felt xx, yy, zz; // x1 x2 and so on; below 2p
    struct felt xy;         // x1 y2 + x2 y1; below 2p
    struct felt xz, yz;     // below 4p
};

static struct curve_point sum_of(const struct products *t) {
    struct felt w = felt_sum(t->xz, felt_mul(beta_3, t->zz)); // below 6p
    struct felt minus = felt_sub(t->yy, w);
    struct felt plus = felt_add(t->yy, w);
    struct felt tangent = felt_sum(felt_sum(felt_sum(t->xx, t->xx), t->xx), t->zz); // below 8p
    struct felt b = felt_sub(felt_sum(t->xx, felt_mul(beta_3, t->xz)), t->zz);
    return (struct curve_point){
        .x = felt_sub(felt_mul(t->xy, minus), felt_mul(t->yz, b)),
        .y = felt_add(felt_mul(plus, minus), felt_mul(tangent, b)),
        .z = felt_add(felt_mul(t->yz, plus), felt_mul(t->xy, tangent)),
    };
}

// a1 b2 + a2 b1, from the products a1 a2 and b1 b2 with a single one more.
static struct felt crossed(struct felt a1, struct felt b1, struct felt a2, struct felt b2,
                           struct felt aa, struct felt bb) {
    struct felt all = felt_mul(felt_sum(a1, b1), felt_sum(a2, b2));
    return felt_sub(all, felt_sum(aa, bb));
}

void curve_add(struct curve_point *point, const struct curve_point *other) {
    struct products t = {
        .xx = felt_mul(point->x, other->x),
        .yy = felt_mul(point->y, other->y),
        .zz = felt_mul(point->z, other->z),
    };
    t.xy = crossed(point->x, point->y, other->x, other->y, t.xx, t.yy);
    t.xz = crossed(point->x, point->z, other->x, other->z, t.xx, t.zz);
    t.yz = crossed(point->y, point->z, other->y, other->z, t.yy, t.zz);
    *point = sum_of(&t);
}

void curve_add_affine(struct curve_point *point, const struct curve_affine *other) {
    struct products t = {
        .xx = felt_mul(point->x, other->x),
        .yy = felt_mul(point->y, other->y),
        .zz = point->z,
        .xz = felt_sum(point->x, felt_mul(other->x, point->z)),
        .yz = felt_sum(point->y, felt_mul(other->y, point->z)),
    };
    t.xy = crossed(point->x, point->y, other->x, other->y, t.xx, t.yy);
    *point = sum_of(&t);
}

// Reads the whole row, whichever entry is wanted; leaves zero for magnitude 0.
static struct curve_affine looked_up(const struct curve_affine row[GENERATOR_HALF],
                                     uint64_t magnitude) {
    struct curve_affine found = {FELT_ZERO, FELT_ZERO};
    for (uint64_t i = 0; i < GENERATOR_HALF; i++) {
        uint64_t mask = u256_mask(i + 1 == magnitude);
        for (int j = 0; j < U256_LIMBS; j++) {
            found.x.raw.limb[j] |= row[i].x.raw.limb[j] & mask;
            found.y.raw.limb[j] |= row[i].y.raw.limb[j] & mask;
        }
    }
    return found;
}

// The bits from `at` on, as many as a digit has.
static uint64_t digit_at(const struct u256 *value, int at) {
    int limb = at / 64;
    int shift = at % 64;
    uint64_t bits = value->limb[limb] >> shift;
    if (shift > 64 - GENERATOR_BITS && limb + 1 < U256_LIMBS) {
        bits |= value->limb[limb + 1] << (64 - shift);
    }
    return bits & (2 * GENERATOR_HALF - 1);
}

// k in digits from -16 to 15: a digit above 15 is written as one less 32 and carries. The law has
// no way to add nothing to a point, so the sum is made for the digit 0, too, and not taken.
struct curve_point curve_multiply_generator(const struct scalar *k) {
    struct u256 number = scalar_to_u256(*k);
    struct curve_point sum = CURVE_INFINITY;
    struct curve_point next;
    struct curve_affine entry;
    uint64_t carry = 0;
    for (int i = 0; i < GENERATOR_DIGITS; i++) {
        uint64_t digit = digit_at(&number, GENERATOR_BITS * i) + carry; // 0 to 32
        carry = (digit + GENERATOR_HALF) >> GENERATOR_BITS;             // digit >= 16
        uint64_t negative = 0 - carry;
        uint64_t magnitude = (digit ^ negative) + carry + (negative & (2 * GENERATOR_HALF));
        entry = looked_up(stark_generator_table[i], magnitude);
        entry.y = felt_select(negative, felt_sub(FELT_ZERO, entry.y), entry.y);
        next = sum;
        curve_add_affine(&next, &entry);
        uint64_t taken = u256_mask(magnitude != 0);
        sum.x = felt_select(taken, next.x, sum.x);
        sum.y = felt_select(taken, next.y, sum.y);
        sum.z = felt_select(taken, next.z, sum.z);
    }
    OPENSSL_cleanse(&number, sizeof(number));
    OPENSSL_cleanse(&next, sizeof(next));
    OPENSSL_cleanse(&entry, sizeof(entry));
    return sum;
}

struct curve_point curve_multiply_public(const struct curve_affine *point, const struct u256 *k) {
    struct curve_point product = CURVE_INFINITY;
    for (int i = 64 * U256_LIMBS - 1; i >= 0; i--) {
        struct curve_point same = product;
        curve_add(&product, &same);
        if ((k->limb[i / 64] >> (i % 64) & 1) != 0) {
            curve_add_affine(&product, point);
        }
    }
    return product;
}

bool curve_to_affine(const struct curve_point *point, struct curve_affine *out) {
    struct felt inverse = felt_invert(point->z);
    out->x = felt_mul(point->x, inverse);
    out->y = felt_mul(point->y, inverse);
    return !felt_is_zero(point->z);
}

static struct felt right_side(struct felt x) {
    return felt_add(felt_mul(felt_sqr(x), x), felt_sum(x, beta));
}

bool curve_contains(const struct curve_affine *point) {
    return felt_equals(felt_sqr(point->y), right_side(point->x));
}

bool curve_lift_x(struct felt x, struct curve_affine *out) {
    out->x = x;
    return felt_sqrt(right_side(x), &out->y);
}
