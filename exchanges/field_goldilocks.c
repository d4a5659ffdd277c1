#include "exchanges/field_goldilocks.h"

enum { TWO_ADICITY = 32 }; // p - 1 = 2^32 (2^32 - 1)

// Of order 2^32.
static const uint64_t root_of_unity = 7277203076849721926;

uint64_t gl_power(uint64_t a, uint64_t exponent) {
    uint64_t power = 1;
    for (int bit = 63; bit >= 0; bit--) {
        power = gl_square(power);
        if ((exponent >> bit & 1) != 0) {
            power = gl_mul(power, a);
        }
    }
    return power;
}

// a^(2^count)
static uint64_t squared(uint64_t a, int count) {
    for (int i = 0; i < count; i++) {
        a = gl_square(a);
    }
    return a;
}

// a^(p - 2); p - 2 in binary is 31 ones, a zero and 32 ones.
uint64_t gl_invert(uint64_t a) {
    uint64_t ones2 = gl_mul(squared(a, 1), a);
    uint64_t ones3 = gl_mul(squared(ones2, 1), a);
    uint64_t ones6 = gl_mul(squared(ones3, 3), ones3);
    uint64_t ones12 = gl_mul(squared(ones6, 6), ones6);
    uint64_t ones24 = gl_mul(squared(ones12, 12), ones12);
    uint64_t ones30 = gl_mul(squared(ones24, 6), ones6);
    uint64_t ones31 = gl_mul(squared(ones30, 1), a);
    uint64_t ones32 = gl_mul(squared(ones31, 1), a);
    return gl_mul(squared(ones31, 33), ones32);
}

uint64_t gl_legendre(uint64_t a) {
    return gl_canonical(gl_power(a, (GL_PRIME - 1) / 2));
}

// Tonelli and Shanks: root^2 = a * rest throughout, and the order of `rest` halves at least in
// every turn of the loop.
bool gl_sqrt(uint64_t a, uint64_t *out) {
    uint64_t power = gl_power(a, (GL_EPSILON - 1) / 2);
    uint64_t root = gl_mul(a, power);
    uint64_t rest = gl_mul(root, power);
    uint64_t unity = root_of_unity;
    int order_log = TWO_ADICITY; // of unity
    *out = 0;
    if (gl_canonical(a) == 0) {
        return true;
    }
    while (gl_canonical(rest) != 1) {
        int rest_log = 0;
        for (uint64_t power_of = rest; gl_canonical(power_of) != 1;
             power_of = gl_square(power_of)) {
            if (++rest_log == order_log) {
                return false;
            }
        }
        uint64_t factor = squared(unity, order_log - rest_log - 1);
        root = gl_mul(root, factor);
        unity = gl_square(factor);
        rest = gl_mul(rest, unity);
        order_log = rest_log;
    }
    *out = gl_canonical(root);
    return true;
}
