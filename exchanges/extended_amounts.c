#include "exchanges/extended_amounts.h"

#include "exchanges/u256.h"

enum { SETTLEMENT_S = 14 * 86400 };

static u256_wide common_divisor(u256_wide a, u256_wide b) {
    while (b != 0) {
        u256_wide rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static u256_wide power_of_ten(int digits) {
    u256_wide power = 1;
    while (digits-- > 0) {
        power *= 10;
    }
    return power;
}

// value * factor / 10^digits in whole units. False: it does not fit 63 bits, or the product not 128
// even after what both sides of the fraction share is taken out.
static bool scale(u256_wide value, uint64_t factor, int digits, bool up, uint64_t *out) {
    u256_wide divisor = power_of_ten(digits);
    u256_wide shared = common_divisor(divisor, factor);
    u256_wide product;
    divisor /= shared;
    if (__builtin_mul_overflow(value, (u256_wide)factor / shared, &product)) {
        return false;
    }
    u256_wide whole = product / divisor + (up && product % divisor != 0);
    *out = (uint64_t)whole;
    return whole <= INT64_MAX;
}

static enum status refuse(const char *what) {
    return status_fail(STATUS_DATA, "the order's %s cannot be told in the venue's units", what);
}

enum status extended_amounts(const struct extended_asset *asset, const struct extended_terms *terms,
                             struct extended_hash_order *out) {
    ASSERT(asset->synthetic_resolution > 0 && asset->collateral_resolution > 0);
    if (terms->price.v <= 0 || terms->size.v <= 0 || terms->fee.v < 0 || terms->expiry_ms <= 0) {
        return refuse("price, size, fee or expiry");
    }
    bool buys = terms->side == SIDE_BUY;
    u256_wide value = (u256_wide)terms->price.v * (uint64_t)terms->size.v;
    uint64_t synthetic, collateral, fee;
    u256_wide fee_value;
    if (!scale((uint64_t)terms->size.v, (uint64_t)asset->synthetic_resolution, QTY_DIGITS, buys,
               &synthetic) ||
        synthetic == 0) {
        return refuse("size");
    }
    if (!scale(value, (uint64_t)asset->collateral_resolution, PX_DIGITS + QTY_DIGITS, buys,
               &collateral) ||
        collateral == 0) {
        return refuse("value");
    }
    if (__builtin_mul_overflow(value, (u256_wide)terms->fee.v, &fee_value) ||
        !scale(fee_value, (uint64_t)asset->collateral_resolution,
               PX_DIGITS + QTY_DIGITS + RATE_DIGITS, true, &fee)) {
        return refuse("fee");
    }
    *out = (struct extended_hash_order){
        .base_asset = asset->synthetic,
        .quote_asset = asset->collateral,
        .fee_asset = asset->collateral,
        .base_amount = buys ? (int64_t)synthetic : -(int64_t)synthetic,
        .quote_amount = buys ? -(int64_t)collateral : (int64_t)collateral,
        .fee_amount = fee,
        .expiration_s =
            (uint64_t)(terms->expiry_ms / 1000 + (terms->expiry_ms % 1000 != 0)) + SETTLEMENT_S,
        .salt = terms->nonce,
    };
    return STATUS_OK;
}
