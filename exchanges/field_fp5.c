#include "exchanges/field_fp5.h"

// A sum of products, below 2^131.
struct gl_sum {
    gl_wide low;
    uint64_t high;
};

static inline void add_product(struct gl_sum *sum, uint64_t a, uint64_t b) {
    gl_wide product = (gl_wide)a * b;
    sum->low += product;
    sum->high += sum->low < product;
}

// 2^128 = -2^32
static inline uint64_t reduced(const struct gl_sum *sum) {
    return gl_sub(gl_reduce(sum->low), sum->high << 32);
}

struct fp5 fp5_mul(struct fp5 a, struct fp5 b) {
    struct fp5 product;
    uint64_t tripled[FP5_DEGREE]; // b, for what comes round by z^5 = 3
    for (int i = 0; i < FP5_DEGREE; i++) {
        tripled[i] = gl_add(gl_add(b.c[i], b.c[i]), b.c[i]);
    }
    for (int k = 0; k < FP5_DEGREE; k++) {
        struct gl_sum sum = {0, 0};
        for (int i = 0; i < FP5_DEGREE; i++) {
            add_product(&sum, a.c[i], i <= k ? b.c[k - i] : tripled[k + FP5_DEGREE - i]);
        }
        product.c[k] = reduced(&sum);
    }
    return product;
}

struct fp5 fp5_scale(struct fp5 a, uint64_t factor) {
    for (int i = 0; i < FP5_DEGREE; i++) {
        a.c[i] = gl_mul(a.c[i], factor);
    }
    return a;
}

// z^p = w z, w = 3^((p - 1) / 5).
struct fp5 fp5_frobenius(struct fp5 a, int times) {
    static const uint64_t powers[FP5_DEGREE] = {1, 1041288259238279555, 15820824984080659046ULL,
                                                211587555138949697, 1373043270956696022};
    for (int i = 1; i < FP5_DEGREE; i++) {
        a.c[i] = gl_mul(a.c[i], powers[i * times % FP5_DEGREE]);
    }
    return a;
}

// a^(p + p^2 + p^3 + p^4); times a it is the norm, an element of the small field.
static struct fp5 conjugates(struct fp5 a) {
    struct fp5 first = fp5_frobenius(a, 1);
    struct fp5 pair = fp5_mul(first, fp5_frobenius(first, 1));
    return fp5_mul(pair, fp5_frobenius(pair, 2));
}

static uint64_t first_of_product(struct fp5 a, struct fp5 b) {
    return fp5_mul(a, b).c[0];
}

struct fp5 fp5_invert(struct fp5 a) {
    struct fp5 others = conjugates(a);
    return fp5_scale(others, gl_invert(first_of_product(a, others)));
}

uint64_t fp5_legendre(struct fp5 a) {
    return gl_legendre(first_of_product(a, conjugates(a)));
}

static struct fp5 squared(struct fp5 a, int count) {
    for (int i = 0; i < count; i++) {
        a = fp5_mul(a, a);
    }
    return a;
}

// a^((p^5 + 1) / 2) is a root where there is one; here that power is taken apart so that all but
// one root of the small field is Frobenius and multiplications.
bool fp5_sqrt(struct fp5 a, struct fp5 *out) {
    uint64_t norm_root;
    struct fp5 power = squared(a, 31);
    struct fp5 half = fp5_mul(fp5_mul(a, squared(power, 32)), fp5_invert(power)); // a^((p + 1) / 2)
    struct fp5 factor = fp5_frobenius(fp5_mul(half, fp5_frobenius(half, 2)), 1);
    bool found = gl_sqrt(first_of_product(a, fp5_mul(factor, factor)), &norm_root);
    struct fp5 root = fp5_scale(fp5_invert(factor), norm_root);
    *out = (gl_canonical(root.c[0]) & 1) != 0 ? root : fp5_negate(root);
    return found;
}

bool fp5_equals(struct fp5 a, struct fp5 b) {
    uint64_t different = 0;
    for (int i = 0; i < FP5_DEGREE; i++) {
        different |= gl_canonical(gl_sub(a.c[i], b.c[i]));
    }
    return different == 0;
}

void fp5_to_bytes(struct fp5 a, uint8_t out[FP5_SIZE]) {
    for (int i = 0; i < FP5_SIZE; i++) {
        out[i] = (uint8_t)(gl_canonical(a.c[i / 8]) >> (8 * (i % 8)));
    }
}

bool fp5_from_bytes(const uint8_t bytes[FP5_SIZE], struct fp5 *out) {
    bool canonical = true;
    *out = FP5_ZERO;
    for (int i = 0; i < FP5_SIZE; i++) {
        out->c[i / 8] |= (uint64_t)bytes[i] << (8 * (i % 8));
    }
    for (int i = 0; i < FP5_DEGREE; i++) {
        canonical = canonical && out->c[i] < GL_PRIME;
    }
    return canonical;
}
