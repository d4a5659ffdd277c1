#include "exchanges/field_stark.h"

#include "exchanges/u256_invert.h"

const struct u256 felt_prime = {{1, 0, 0, FELT_TOP}};
// 2^512 mod p, a product with which puts a number into Montgomery form, and 2^768 mod p.
static const struct felt to_montgomery = {
    {{0xfffffd737e000401, 0x00000001330fffff, 0xffffffffff6f8000, 0x07ffd4ab5e008810}}};

static const struct felt cubed = {
    {{0xcc7177d1406df18e, 0x7545706677ffcc06, 0xf47d84f836300018, 0x038e5f79873c0a6d}}};
// p - 1 is 2^192 times an odd number, and 3 has no square root.
enum { TWO_ADICITY = 192, NON_RESIDUE = 3 };

// a^(2^times).
static struct felt squared(struct felt a, int times) {
    for (int i = 0; i < times; i++) {
        a = felt_sqr(a);
    }
    return a;
}

// The least representative of what is below 2p.
static struct u256 least(struct felt value) {
    struct u256 less;
    uint64_t borrow = u256_sub(&less, &value.raw, &felt_prime);
    return u256_select(u256_mask(borrow), &value.raw, &less);
}

// The inverse of x * 2^256 is 1 / x / 2^256, two factors of 2^256 short of Montgomery form.
struct felt felt_invert(struct felt a) {
    struct u256 value = least(a);
    return felt_mul((struct felt){u256_invert(&value, &felt_prime)}, cubed);
}

// The number of squarings that make 1 of a root of unity of order 2^n; n is at most TWO_ADICITY.
static int order_log2(struct felt unity) {
    int count = 0;
    while (!felt_equals(unity, FELT_ONE)) {
        unity = felt_sqr(unity);
        count++;
    }
    return count;
}

// Tonelli and Shanks: root^2 = a * unity all along, and the order of unity falls until it is 1.
// The odd part of p - 1 is q = 2^59 + 17.
bool felt_sqrt(struct felt a, struct felt *root) {
    *root = FELT_ZERO;
    if (felt_is_zero(a)) {
        return true;
    }
    struct felt power = felt_mul(squared(a, 55), a); // a^(2^55 + 1)
    power = squared(power, 3);                       // a^((q - 1) / 2), 2^58 + 8
    struct felt candidate = felt_mul(power, a);
    struct felt unity = felt_mul(power, candidate);
    struct felt three = felt_from_u64(NON_RESIDUE);
    struct felt generator = felt_mul(squared(felt_mul(squared(three, 55), three), 4), three);
    int generator_log2 = TWO_ADICITY;
    for (;;) {
        int log2 = order_log2(unity);
        if (log2 == 0) {
            *root = candidate;
            return true;
        }
        if (log2 >= generator_log2) {
            return false;
        }
        struct felt step = squared(generator, generator_log2 - log2 - 1);
        candidate = felt_mul(candidate, step);
        generator = felt_sqr(step);
        generator_log2 = log2;
        unity = felt_mul(unity, generator);
    }
}

bool felt_is_zero(struct felt a) {
    struct u256 value = felt_to_u256(a);
    return u256_is_zero(&value);
}

bool felt_equals(struct felt a, struct felt b) {
    return felt_is_zero(felt_sub(a, b));
}

bool felt_from_u256(const struct u256 *value, struct felt *out) {
    *out = FELT_ZERO;
    if (!u256_less(value, &felt_prime)) {
        return false;
    }
    *out = felt_mul((struct felt){*value}, to_montgomery);
    return true;
}

struct u256 felt_to_u256(struct felt value) {
    return least(felt_mul(value, (struct felt){{{1}}})); // at most p
}

struct felt felt_from_u64(uint64_t value) {
    return felt_mul((struct felt){{{value}}}, to_montgomery);
}

struct felt felt_from_i64(int64_t value) {
    struct felt magnitude = felt_from_u64(value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    return value < 0 ? felt_sub(FELT_ZERO, magnitude) : magnitude;
}

bool felt_from_number(struct slice text, struct felt *out) {
    struct u256 value;
    bool good = slice_starts(text, SLICE("0x")) ? u256_from_hex(text, &value)
                                                : u256_from_decimal(text, &value);
    return felt_from_u256(&value, out) && good;
}

bool felt_from_short_string(struct slice text, struct felt *out) {
    uint8_t bytes[U256_SIZE] = {0};
    *out = FELT_ZERO;
    if (text.size > FELT_SHORT_STRING_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] > 0x7f) {
            return false;
        }
        bytes[U256_SIZE - text.size + i] = (uint8_t)text.data[i];
    }
    struct u256 value = u256_from_bytes(bytes);
    return felt_from_u256(&value, out);
}
