// Money and quantities: fixed-point integers, one struct per unit so that mixing them does not
// compile.
//
// Scales (proved against the smallest tick and largest quantity of the venue sheets by
// tests/unit/base/test_decimal.c):
//   price     1e-12 quote units per base unit, up to 9.2e6
//   quantity  1e-8 base units, up to 9.2e10
//   USD       1e-6, up to 9.2e12
//   bps       1e-2 basis points
//   rate      1e-12 (a plain fraction, used for funding per hour)
// Products go through 128 bit. A result that does not fit saturates at INT64_MAX/MIN: every limit
// then refuses it. Every rounding is named by its direction: floor (towards minus infinity), ceil,
// near (half away from zero). No floating point anywhere.
#ifndef PERPDESK_BASE_DECIMAL_H
#define PERPDESK_BASE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

__extension__ typedef __int128 decimal_wide; // products

struct px {
    int64_t v;
};
struct qty {
    int64_t v;
};
struct usd {
    int64_t v;
};
struct bps {
    int64_t v;
};
struct rate {
    int64_t v;
};

enum {
    PX_DIGITS = 12,
    QTY_DIGITS = 8,
    USD_DIGITS = 6,
    BPS_DIGITS = 2,
    RATE_DIGITS = 12,
};
#define PX_ONE    INT64_C(1000000000000)
#define QTY_ONE   INT64_C(100000000)
#define USD_ONE   INT64_C(1000000)
#define BPS_ONE   INT64_C(100)
#define BPS_WHOLE INT64_C(1000000) // 100 % in units of struct bps
#define PPM_ONE   INT64_C(1000000) // scores and shares: parts per million

// price * quantity has 20 digits after the point, USD 6.
#define NOTIONAL_SCALE INT64_C(100000000000000)
_Static_assert(PX_DIGITS + QTY_DIGITS - USD_DIGITS == 14, "scale of a notional");

// Literals for defaults and tests: USD(300), BPS_C(250) = 2.50 bps.
#define USD(whole)        ((struct usd){(int64_t)(whole)*USD_ONE})
#define BPS(whole)        ((struct bps){(int64_t)(whole)*BPS_ONE})
#define BPS_C(hundredths) ((struct bps){(hundredths)})

// Parses a decimal text: optional sign, digits, optional point with digits, optional exponent
// (e/E); ".5" and "5." are refused. The whole text must be consumed. `decimal_parse` refuses digits
// below the scale unless they are zero; `decimal_parse_near` rounds them. Both refuse what does not
// fit an int64. Return false and leave *out untouched on refusal.
MUST_CHECK bool decimal_parse(struct slice text, int digits, int64_t *out);
MUST_CHECK bool decimal_parse_near(struct slice text, int digits, int64_t *out);

// Appends `value` with at least `fraction_min` and at most `fraction_max` digits after the point
// (rounded near when cut). fraction_max <= digits.
void decimal_print(struct text *out, int64_t value, int digits, int fraction_min, int fraction_max);

MUST_CHECK static inline bool px_parse(struct slice text, struct px *out) {
    return decimal_parse(text, PX_DIGITS, &out->v);
}
MUST_CHECK static inline bool qty_parse(struct slice text, struct qty *out) {
    return decimal_parse(text, QTY_DIGITS, &out->v);
}

// a * b / c with a 128-bit product, saturating. c must not be 0. A product that fits 64 bits, over
// a divisor above zero, is worked out in place: where the divisor is a scale that costs no
// division.
int64_t mul_div_floor_wide(int64_t a, int64_t b, int64_t c);
int64_t mul_div_ceil_wide(int64_t a, int64_t b, int64_t c);
int64_t mul_div_near_wide(int64_t a, int64_t b, int64_t c);
static inline int64_t mul_div_floor(int64_t a, int64_t b, int64_t c) {
    int64_t product;
    if (__builtin_expect(c <= 0 || __builtin_mul_overflow(a, b, &product), 0)) {
        return mul_div_floor_wide(a, b, c);
    }
    return product / c - (product % c < 0);
}
static inline int64_t mul_div_ceil(int64_t a, int64_t b, int64_t c) {
    int64_t product;
    if (__builtin_expect(c <= 0 || __builtin_mul_overflow(a, b, &product), 0)) {
        return mul_div_ceil_wide(a, b, c);
    }
    return product / c + (product % c > 0);
}
static inline int64_t mul_div_near(int64_t a, int64_t b, int64_t c) {
    int64_t product;
    if (__builtin_expect(c <= 0 || __builtin_mul_overflow(a, b, &product), 0)) {
        return mul_div_near_wide(a, b, c);
    }
    int64_t rest = product % c;
    return product / c + (rest > 0 && rest >= c - rest) - (rest < 0 && rest <= -c - rest);
}
static inline int64_t add_saturating(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}
static inline int64_t sub_saturating(int64_t a, int64_t b) {
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference)) {
        return b < 0 ? INT64_MAX : INT64_MIN;
    }
    return difference;
}

static inline struct usd usd_add(struct usd a, struct usd b) {
    return (struct usd){add_saturating(a.v, b.v)};
}
static inline struct usd usd_sub(struct usd a, struct usd b) {
    return (struct usd){sub_saturating(a.v, b.v)};
}
static inline struct usd usd_abs(struct usd a) {
    return a.v < 0 ? (struct usd){sub_saturating(0, a.v)} : a;
}
static inline struct qty qty_add(struct qty a, struct qty b) {
    return (struct qty){add_saturating(a.v, b.v)};
}
static inline struct qty qty_sub(struct qty a, struct qty b) {
    return (struct qty){sub_saturating(a.v, b.v)};
}
static inline struct qty qty_min(struct qty a, struct qty b) {
    return a.v < b.v ? a : b;
}
static inline struct qty qty_neg(struct qty a) {
    return (struct qty){sub_saturating(0, a.v)};
}
static inline struct qty qty_abs(struct qty a) {
    return a.v < 0 ? (struct qty){sub_saturating(0, a.v)} : a;
}

// price * quantity; the quantity may be signed.
struct usd usd_notional_floor(struct px price, struct qty quantity);
struct usd usd_notional_ceil(struct px price, struct qty quantity);
struct usd usd_notional_near(struct px price, struct qty quantity);

// amount * bps / 10000.
static inline struct usd usd_bps_floor(struct usd amount, struct bps share) {
    return (struct usd){mul_div_floor(amount.v, share.v, BPS_WHOLE)};
}
static inline struct usd usd_bps_ceil(struct usd amount, struct bps share) {
    return (struct usd){mul_div_ceil(amount.v, share.v, BPS_WHOLE)};
}
static inline struct usd usd_bps_near(struct usd amount, struct bps share) {
    return (struct usd){mul_div_near(amount.v, share.v, BPS_WHOLE)};
}

// (a - b) / b in bps. b must be positive.
struct bps bps_between_floor(struct px a, struct px b);
struct bps bps_between_near(struct px a, struct px b);
// How far a is from b, either way, and whether that is more than `limit` (not below zero): the same
// answer without a division. b must be positive.
static inline struct bps bps_distance_near(struct px a, struct px b) {
    struct bps apart = bps_between_near(a, b);
    return apart.v < 0 ? (struct bps){sub_saturating(0, apart.v)} : apart;
}
bool bps_beyond(struct px a, struct px b, struct bps limit);
// part / whole in bps. whole must be positive.
struct bps bps_share_near(struct usd part, struct usd whole);

// Largest quantity whose notional at `price` does not exceed `amount`. price must be positive.
struct qty qty_for_usd_floor(struct usd amount, struct px price);
// Whether that quantity is within `quantity`: the same answer without a division.
static inline bool qty_covers_usd(struct qty quantity, struct usd amount, struct px price) {
    ASSERT(price.v > 0);
    // floor(amount / price) <= quantity: amount < (quantity + 1) * price.
    return quantity.v == INT64_MAX ||
           (decimal_wide)amount.v * NOTIONAL_SCALE < ((decimal_wide)quantity.v + 1) * price.v;
}
// Volume-weighted price of an amount over a quantity; quantity must be non-zero.
struct px px_average_near(struct usd amount, struct qty quantity);
static inline struct px px_mid_floor(struct px a, struct px b) {
    // The common bits and half of the others: no carry is lost, and the shift rounds down.
    return (struct px){(a.v & b.v) + ((a.v ^ b.v) >> 1)};
}

// price * (1 + bps): the shift may be negative.
struct px px_shift_floor(struct px price, struct bps shift);
struct px px_shift_ceil(struct px price, struct bps shift);

// To a multiple of tick or step (both positive), in the named direction.
struct px px_tick_floor(struct px price, struct px tick);
struct px px_tick_ceil(struct px price, struct px tick);
struct qty qty_step_floor(struct qty quantity, struct qty step);
struct qty qty_step_ceil(struct qty quantity, struct qty step);

void px_print(struct text *out, struct px value, int fraction_min, int fraction_max);
void qty_print(struct text *out, struct qty value, int fraction_min, int fraction_max);
void usd_print(struct text *out, struct usd value, int fraction_min, int fraction_max);
void bps_print(struct text *out, struct bps value); // two digits after the point

// Digits after the point that a tick or step needs: 0.10 -> 1, 0.001 -> 3, 5 -> 0.
int px_tick_digits(struct px tick);
int qty_step_digits(struct qty step);

#endif
