#include "exchanges/u256_invert.h"

#include <openssl/crypto.h>

// Numbers of either sign, 62 bits to a limb and the sign in the top one, which leaves room to add
// the products of a batch of steps without a carry.
enum { LIMBS = 5, LIMB_BITS = 62, BATCHES = 10, STEPS = 62 };
_Static_assert(BATCHES *STEPS >= 590, "steps for 256 bits");

static const uint64_t LIMB_MASK = UINT64_MAX >> (64 - LIMB_BITS);

__extension__ typedef __int128 wide_signed;

struct wide {
    int64_t limb[LIMBS];
};

// What a batch of steps does: (f, g) becomes (u f + v g, q f + r g) / 2^62.
struct matrix {
    int64_t u, v, q, r;
};

static struct wide split(const struct u256 *value) {
    const uint64_t *x = value->limb;
    return (struct wide){{(int64_t)(x[0] & LIMB_MASK),
                          (int64_t)((x[0] >> 62 | x[1] << 2) & LIMB_MASK),
                          (int64_t)((x[1] >> 60 | x[2] << 4) & LIMB_MASK),
                          (int64_t)((x[2] >> 58 | x[3] << 6) & LIMB_MASK), (int64_t)(x[3] >> 56)}};
}

static struct u256 joined(const struct wide *value) {
    const int64_t *x = value->limb;
    return (struct u256){
        {(uint64_t)x[0] | (uint64_t)x[1] << 62, (uint64_t)x[1] >> 2 | (uint64_t)x[2] << 60,
         (uint64_t)x[2] >> 4 | (uint64_t)x[3] << 58, (uint64_t)x[3] >> 6 | (uint64_t)x[4] << 56}};
}

// The low bits of f and g decide the steps. A step halves g, or (g + f) where g is odd; where the
// counter is negative, too, f and g change places first and one of them its sign. The counter is
// -(delta + 1/2) of the paper.
static int64_t walk(int64_t counter, uint64_t f, uint64_t g, struct matrix *out) {
    uint64_t u = 1;
    uint64_t v = 0;
    uint64_t q = 0;
    uint64_t r = 1;
    for (int i = 0; i < STEPS; i++) {
        uint64_t swap = (uint64_t)(counter >> 63);
        uint64_t odd = 0 - (g & 1);
        g += ((f ^ swap) - swap) & odd;
        q += ((u ^ swap) - swap) & odd;
        r += ((v ^ swap) - swap) & odd;
        swap &= odd;
        counter = (counter ^ (int64_t)swap) - 1;
        f += g & swap;
        u += q & swap;
        v += r & swap;
        g >>= 1;
        u <<= 1;
        v <<= 1;
    }
    *out = (struct matrix){(int64_t)u, (int64_t)v, (int64_t)q, (int64_t)r};
    return counter;
}

static void apply(const struct matrix *t, struct wide *f, struct wide *g) {
    wide_signed a = 0;
    wide_signed b = 0;
    for (int i = 0; i < LIMBS; i++) {
        int64_t fi = f->limb[i];
        int64_t gi = g->limb[i];
        a += (wide_signed)t->u * fi + (wide_signed)t->v * gi;
        b += (wide_signed)t->q * fi + (wide_signed)t->r * gi;
        if (i > 0) {
            f->limb[i - 1] = (int64_t)((uint64_t)a & LIMB_MASK);
            g->limb[i - 1] = (int64_t)((uint64_t)b & LIMB_MASK);
        }
        a >>= LIMB_BITS;
        b >>= LIMB_BITS;
    }
    f->limb[LIMBS - 1] = (int64_t)a;
    g->limb[LIMBS - 1] = (int64_t)b;
}

// The same modulo the modulus: the multiple of it is added that makes the low limb zero. d and e
// stay between -2 and 1 times the modulus.
static void apply_modulo(const struct matrix *t, struct wide *d, struct wide *e,
                         const struct wide *modulus, uint64_t modulus_inverse) {
    int64_t d_sign = d->limb[LIMBS - 1] >> 63;
    int64_t e_sign = e->limb[LIMBS - 1] >> 63;
    int64_t d_times = (t->u & d_sign) + (t->v & e_sign);
    int64_t e_times = (t->q & d_sign) + (t->r & e_sign);
    wide_signed a = (wide_signed)t->u * d->limb[0] + (wide_signed)t->v * e->limb[0];
    wide_signed b = (wide_signed)t->q * d->limb[0] + (wide_signed)t->r * e->limb[0];
    d_times -= (int64_t)((modulus_inverse * (uint64_t)a + (uint64_t)d_times) & LIMB_MASK);
    e_times -= (int64_t)((modulus_inverse * (uint64_t)b + (uint64_t)e_times) & LIMB_MASK);
    a += (wide_signed)modulus->limb[0] * d_times;
    b += (wide_signed)modulus->limb[0] * e_times;
    a >>= LIMB_BITS;
    b >>= LIMB_BITS;
    for (int i = 1; i < LIMBS; i++) {
        int64_t di = d->limb[i];
        int64_t ei = e->limb[i];
        a += (wide_signed)t->u * di + (wide_signed)t->v * ei;
        b += (wide_signed)t->q * di + (wide_signed)t->r * ei;
        a += (wide_signed)modulus->limb[i] * d_times;
        b += (wide_signed)modulus->limb[i] * e_times;
        d->limb[i - 1] = (int64_t)((uint64_t)a & LIMB_MASK);
        e->limb[i - 1] = (int64_t)((uint64_t)b & LIMB_MASK);
        a >>= LIMB_BITS;
        b >>= LIMB_BITS;
    }
    d->limb[LIMBS - 1] = (int64_t)a;
    e->limb[LIMBS - 1] = (int64_t)b;
}

static void carry(struct wide *value) {
    for (int i = 0; i < LIMBS - 1; i++) {
        value->limb[i + 1] += value->limb[i] >> LIMB_BITS;
        value->limb[i] &= (int64_t)LIMB_MASK;
    }
}

static void add_where_negative(struct wide *value, const struct wide *modulus) {
    int64_t negative = value->limb[LIMBS - 1] >> 63;
    for (int i = 0; i < LIMBS; i++) {
        value->limb[i] += modulus->limb[i] & negative;
    }
}

// From -2 to 1 times the modulus to 0 to 1, with the other sign where `negate` is all ones.
static void normalize(struct wide *value, int64_t negate, const struct wide *modulus) {
    add_where_negative(value, modulus);
    for (int i = 0; i < LIMBS; i++) {
        value->limb[i] = (value->limb[i] ^ negate) - negate;
    }
    carry(value);
    add_where_negative(value, modulus);
    carry(value);
}

// 1 / odd modulo 2^62: each round doubles the number of right bits, of which odd itself has three.
static uint64_t inverse_of_low(uint64_t odd) {
    uint64_t inverse = odd;
    for (int i = 0; i < 5; i++) {
        inverse *= 2 - odd * inverse;
    }
    return inverse & LIMB_MASK;
}

struct u256 u256_invert(const struct u256 *value, const struct u256 *modulus) {
    const struct wide m = split(modulus);
    const uint64_t modulus_inverse = inverse_of_low(modulus->limb[0]);
    struct wide f = m;
    struct wide g = split(value);
    struct wide d = {{0}};
    struct wide e = {{1}};
    struct matrix t;
    int64_t counter = -1;
    for (int i = 0; i < BATCHES; i++) {
        uint64_t f_low = (uint64_t)f.limb[0] | (uint64_t)f.limb[1] << LIMB_BITS;
        uint64_t g_low = (uint64_t)g.limb[0] | (uint64_t)g.limb[1] << LIMB_BITS;
        counter = walk(counter, f_low, g_low, &t);
        apply_modulo(&t, &d, &e, &m, modulus_inverse);
        apply(&t, &f, &g);
    }
    normalize(&d, f.limb[LIMBS - 1] >> 63, &m); // f is 1 or -1 now, g is 0
    struct u256 inverse = joined(&d);
    OPENSSL_cleanse(&f, sizeof(f));
    OPENSSL_cleanse(&g, sizeof(g));
    OPENSSL_cleanse(&d, sizeof(d));
    OPENSSL_cleanse(&e, sizeof(e));
    OPENSSL_cleanse(&t, sizeof(t));
    return inverse;
}
