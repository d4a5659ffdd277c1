// Fixed-point arithmetic. One 128-bit division per rounding direction carries all of it; a product
// that still fits 64 bits takes the short division, which is most of them.
#include "base/decimal.h"

#include "base/status.h"

__extension__ typedef __int128 wide;

// price * quantity has 20 digits after the point, USD 6.
#define NOTIONAL_SCALE INT64_C(100000000000000)
_Static_assert(PX_DIGITS + QTY_DIGITS - USD_DIGITS == 14, "scale of a notional");

static int64_t saturate(wide value) {
    if (value > INT64_MAX) {
        return INT64_MAX;
    }
    return value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

struct quotient {
    wide whole; // towards zero
    int sign;   // of the exact result when there is a rest, else 0
    bool half;  // the rest is at least half of the divisor
};

static struct quotient divide(wide product, int64_t divisor) {
    ASSERT(divisor != 0);
    struct quotient q;
    wide rest;
    if (product >= -INT64_MAX && product <= INT64_MAX) {
        int64_t narrow = (int64_t)product;
        q.whole = narrow / divisor;
        rest = narrow % divisor;
    } else {
        q.whole = product / divisor;
        rest = product % divisor;
    }
    if (rest == 0) {
        q.sign = 0;
        q.half = false;
        return q;
    }
    q.sign = (rest < 0) == (divisor < 0) ? 1 : -1;
    wide rest_size = rest < 0 ? -rest : rest;
    wide divisor_size = divisor < 0 ? -(wide)divisor : divisor;
    q.half = rest_size * 2 >= divisor_size;
    return q;
}

static int64_t divide_floor(wide product, int64_t divisor) {
    struct quotient q = divide(product, divisor);
    return saturate(q.sign < 0 ? q.whole - 1 : q.whole);
}

static int64_t divide_ceil(wide product, int64_t divisor) {
    struct quotient q = divide(product, divisor);
    return saturate(q.sign > 0 ? q.whole + 1 : q.whole);
}

static int64_t divide_near(wide product, int64_t divisor) {
    struct quotient q = divide(product, divisor);
    return saturate(q.half ? q.whole + q.sign : q.whole);
}

int64_t mul_div_floor(int64_t a, int64_t b, int64_t c) {
    return divide_floor((wide)a * b, c);
}

int64_t mul_div_ceil(int64_t a, int64_t b, int64_t c) {
    return divide_ceil((wide)a * b, c);
}

int64_t mul_div_near(int64_t a, int64_t b, int64_t c) {
    return divide_near((wide)a * b, c);
}

int64_t add_saturating(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

int64_t sub_saturating(int64_t a, int64_t b) {
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference)) {
        return b < 0 ? INT64_MAX : INT64_MIN;
    }
    return difference;
}

struct usd usd_notional_floor(struct px price, struct qty quantity) {
    return (struct usd){mul_div_floor(price.v, quantity.v, NOTIONAL_SCALE)};
}

struct usd usd_notional_ceil(struct px price, struct qty quantity) {
    return (struct usd){mul_div_ceil(price.v, quantity.v, NOTIONAL_SCALE)};
}

struct usd usd_notional_near(struct px price, struct qty quantity) {
    return (struct usd){mul_div_near(price.v, quantity.v, NOTIONAL_SCALE)};
}

struct usd usd_bps_floor(struct usd amount, struct bps share) {
    return (struct usd){mul_div_floor(amount.v, share.v, BPS_WHOLE)};
}

struct usd usd_bps_ceil(struct usd amount, struct bps share) {
    return (struct usd){mul_div_ceil(amount.v, share.v, BPS_WHOLE)};
}

struct usd usd_bps_near(struct usd amount, struct bps share) {
    return (struct usd){mul_div_near(amount.v, share.v, BPS_WHOLE)};
}

struct bps bps_between_floor(struct px a, struct px b) {
    ASSERT(b.v > 0);
    return (struct bps){divide_floor(((wide)a.v - b.v) * BPS_WHOLE, b.v)};
}

struct bps bps_between_near(struct px a, struct px b) {
    ASSERT(b.v > 0);
    return (struct bps){divide_near(((wide)a.v - b.v) * BPS_WHOLE, b.v)};
}

struct bps bps_share_near(struct usd part, struct usd whole) {
    ASSERT(whole.v > 0);
    return (struct bps){mul_div_near(part.v, BPS_WHOLE, whole.v)};
}

struct qty qty_for_usd_floor(struct usd amount, struct px price) {
    ASSERT(price.v > 0);
    return (struct qty){mul_div_floor(amount.v, NOTIONAL_SCALE, price.v)};
}

struct px px_average_near(struct usd amount, struct qty quantity) {
    ASSERT(quantity.v != 0);
    return (struct px){mul_div_near(amount.v, NOTIONAL_SCALE, quantity.v)};
}

struct px px_mid_floor(struct px a, struct px b) {
    return (struct px){divide_floor((wide)a.v + b.v, 2)};
}

struct px px_shift_floor(struct px price, struct bps shift) {
    return (struct px){divide_floor(((wide)BPS_WHOLE + shift.v) * price.v, BPS_WHOLE)};
}

struct px px_shift_ceil(struct px price, struct bps shift) {
    return (struct px){divide_ceil(((wide)BPS_WHOLE + shift.v) * price.v, BPS_WHOLE)};
}

static int64_t multiple_floor(int64_t value, int64_t unit) {
    ASSERT(unit > 0);
    int64_t rest = value % unit;
    return rest == 0 ? value : sub_saturating(value, rest < 0 ? rest + unit : rest);
}

static int64_t multiple_ceil(int64_t value, int64_t unit) {
    ASSERT(unit > 0);
    int64_t rest = value % unit;
    return rest == 0 ? value : add_saturating(value, rest < 0 ? -rest : unit - rest);
}

struct px px_tick_floor(struct px price, struct px tick) {
    return (struct px){multiple_floor(price.v, tick.v)};
}

struct px px_tick_ceil(struct px price, struct px tick) {
    return (struct px){multiple_ceil(price.v, tick.v)};
}

struct qty qty_step_floor(struct qty quantity, struct qty step) {
    return (struct qty){multiple_floor(quantity.v, step.v)};
}

struct qty qty_step_ceil(struct qty quantity, struct qty step) {
    return (struct qty){multiple_ceil(quantity.v, step.v)};
}

static int unit_digits(int64_t unit, int digits) {
    ASSERT(unit > 0);
    while (digits > 0 && unit % 10 == 0) {
        unit /= 10;
        digits--;
    }
    return digits;
}

int px_tick_digits(struct px tick) {
    return unit_digits(tick.v, PX_DIGITS);
}

int qty_step_digits(struct qty step) {
    return unit_digits(step.v, QTY_DIGITS);
}
