#include "exchanges/hash_pedersen.h"

#include "exchanges/stark_tables.h"

enum { LOW_BITS = 248 };

// The bits from `at` on, as many as a digit has; none from LOW_BITS on.
static uint64_t digit_at(const struct u256 *value, int at) {
    int limb = at / 64;
    int shift = at % 64;
    uint64_t bits = value->limb[limb] >> shift;
    if (shift > 64 - PEDERSEN_BITS && limb + 1 < U256_LIMBS) {
        bits |= value->limb[limb + 1] << (64 - shift);
    }
    return bits & (2 * PEDERSEN_HALF - 1);
}

// Digits from -64 to 63: one above 63 is written as one less 128 and carries. The last digit has
// three bits and does not.
static void add_multiple(struct curve_point *sum, struct felt factor, int which) {
    struct u256 number = felt_to_u256(factor);
    uint64_t high = number.limb[U256_LIMBS - 1] >> (LOW_BITS % 64);
    uint64_t carry = 0;
    if (high > 0) {
        curve_add_affine(sum, &stark_pedersen_high_table[which][high - 1]);
    }
    number.limb[U256_LIMBS - 1] &= ((uint64_t)1 << (LOW_BITS % 64)) - 1;
    for (int i = 0; i < PEDERSEN_DIGITS; i++) {
        uint64_t digit = digit_at(&number, PEDERSEN_BITS * i) + carry;
        carry = digit >= PEDERSEN_HALF;
        if (carry != 0) {
            digit = 2 * PEDERSEN_HALF - digit;
        }
        if (digit != 0) {
            struct curve_affine entry = stark_pedersen_table[which][i][digit - 1];
            if (carry != 0) {
                entry.y = felt_sub(FELT_ZERO, entry.y);
            }
            curve_add_affine(sum, &entry);
        }
    }
}

struct felt pedersen_hash(struct felt a, struct felt b) {
    struct curve_point sum = {stark_pedersen_start.x, stark_pedersen_start.y, FELT_ONE};
    add_multiple(&sum, a, 0);
    add_multiple(&sum, b, 1);
    return felt_mul(sum.x, felt_invert(sum.z));
}

void pedersen_init(struct pedersen *pedersen) {
    *pedersen = (struct pedersen){.hash = FELT_ZERO};
}

void pedersen_add(struct pedersen *pedersen, struct felt element) {
    pedersen->hash = pedersen_hash(pedersen->hash, element);
    pedersen->count++;
}

struct felt pedersen_finish(const struct pedersen *pedersen) {
    return pedersen_hash(pedersen->hash, felt_from_u64(pedersen->count));
}
