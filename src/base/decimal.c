// Fixed-point arithmetic. One division of a 128-bit size by a 64-bit size carries all of it, and
// three ways to round what is left; a product that still fits 64 bits takes the short division.
#include "base/decimal.h"

#include "base/status.h"

typedef decimal_wide wide;
__extension__ typedef unsigned __int128 wide_size;

// A result as sign and size: 64 bits of size carry every quotient that does not saturate.
struct quotient {
    uint64_t whole; // size, towards zero; UINT64_MAX when it does not fit
    bool negative;  // the exact result is below zero
    bool rest;      // something was cut off
    bool half;      // it was at least half of the divisor
};

static inline uint64_t size_of(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

// 128 by 64 bits, for a quotient of 64. The compiler's library tests for wider ones again and calls
// the same instruction, and this is the division most notionals need.
static inline uint64_t divide_long(wide_size product, uint64_t divisor, uint64_t *rest) {
#if defined(__x86_64__)
    uint64_t whole;
    __asm__("divq %4"
            : "=a"(whole), "=d"(*rest)
            : "a"((uint64_t)product), "d"((uint64_t)(product >> 64)), "r"(divisor)
            : "cc");
    return whole;
#else
    *rest = (uint64_t)(product % divisor);
    return (uint64_t)(product / divisor);
#endif
}

static inline struct quotient divide(wide_size product, uint64_t divisor, bool negative) {
    ASSERT(divisor != 0);
    struct quotient q = {.negative = negative};
    uint64_t rest;
    uint64_t high = (uint64_t)(product >> 64);
    if (high == 0) {
        q.whole = (uint64_t)product / divisor;
        rest = (uint64_t)product % divisor;
    } else if (high < divisor) { // the quotient fits 64 bits
        q.whole = divide_long(product, divisor, &rest);
    } else {
        q.whole = UINT64_MAX;
        return q;
    }
    q.rest = rest != 0;
    q.half = rest >= divisor - rest;
    return q;
}

// The rounding step may carry a size to 2^63, which is an int64 only below zero.
static inline int64_t signed_result(const struct quotient *q, bool away) {
    uint64_t limit = q->negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    if (q->whole >= limit) {
        return q->negative ? INT64_MIN : INT64_MAX;
    }
    uint64_t size = q->whole + away;
    return (int64_t)(q->negative ? 0 - size : size);
}

static inline struct quotient divide_product(int64_t a, int64_t b, int64_t c) {
    return divide((wide_size)size_of(a) * size_of(b), size_of(c), ((a < 0) ^ (b < 0) ^ (c < 0)));
}

static inline struct quotient divide_wide(wide dividend, int64_t divisor) {
    wide_size size = dividend < 0 ? 0 - (wide_size)dividend : (wide_size)dividend;
    return divide(size, size_of(divisor), (dividend < 0) != (divisor < 0));
}

static inline int64_t round_floor(struct quotient q) {
    return signed_result(&q, q.negative && q.rest);
}

static inline int64_t round_ceil(struct quotient q) {
    return signed_result(&q, !q.negative && q.rest);
}

static inline int64_t round_near(struct quotient q) {
    return signed_result(&q, q.half);
}

int64_t mul_div_floor_wide(int64_t a, int64_t b, int64_t c) {
    return round_floor(divide_product(a, b, c));
}

int64_t mul_div_ceil_wide(int64_t a, int64_t b, int64_t c) {
    return round_ceil(divide_product(a, b, c));
}

int64_t mul_div_near_wide(int64_t a, int64_t b, int64_t c) {
    return round_near(divide_product(a, b, c));
}

struct usd usd_notional_floor(struct px price, struct qty quantity) {
    return (struct usd){mul_div_floor_wide(price.v, quantity.v, NOTIONAL_SCALE)};
}

struct usd usd_notional_ceil(struct px price, struct qty quantity) {
    return (struct usd){mul_div_ceil_wide(price.v, quantity.v, NOTIONAL_SCALE)};
}

struct usd usd_notional_near(struct px price, struct qty quantity) {
    return (struct usd){mul_div_near_wide(price.v, quantity.v, NOTIONAL_SCALE)};
}

struct bps bps_between_floor(struct px a, struct px b) {
    ASSERT(b.v > 0);
    return (struct bps){round_floor(divide_wide(((wide)a.v - b.v) * BPS_WHOLE, b.v))};
}

struct bps bps_between_near(struct px a, struct px b) {
    ASSERT(b.v > 0);
    return (struct bps){round_near(divide_wide(((wide)a.v - b.v) * BPS_WHOLE, b.v))};
}

bool bps_beyond(struct px a, struct px b, struct bps limit) {
    ASSERT(b.v > 0 && limit.v >= 0);
    // Half away from zero: beyond the limit from half a unit above it on.
    wide_size apart = a.v > b.v ? (uint64_t)a.v - (uint64_t)b.v : (uint64_t)b.v - (uint64_t)a.v;
    return apart * (2 * BPS_WHOLE) >= (2 * (wide_size)limit.v + 1) * (uint64_t)b.v;
}

struct bps bps_share_near(struct usd part, struct usd whole) {
    ASSERT(whole.v > 0);
    return (struct bps){mul_div_near(part.v, BPS_WHOLE, whole.v)};
}

struct qty qty_for_usd_floor(struct usd amount, struct px price) {
    ASSERT(price.v > 0);
    return (struct qty){mul_div_floor_wide(amount.v, NOTIONAL_SCALE, price.v)};
}

struct px px_average_near(struct usd amount, struct qty quantity) {
    ASSERT(quantity.v != 0);
    return (struct px){mul_div_near_wide(amount.v, NOTIONAL_SCALE, quantity.v)};
}

struct px px_shift_floor(struct px price, struct bps shift) {
    return (struct px){round_floor(divide_wide(((wide)BPS_WHOLE + shift.v) * price.v, BPS_WHOLE))};
}

struct px px_shift_ceil(struct px price, struct bps shift) {
    return (struct px){round_ceil(divide_wide(((wide)BPS_WHOLE + shift.v) * price.v, BPS_WHOLE))};
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
