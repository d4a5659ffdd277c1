#include "exchanges/edgex_hash.h"

#include "exchanges/hash_keccak.h"
#include "exchanges/hash_pedersen.h"
#include "exchanges/scalar_stark.h"

enum { LIMIT_ORDER_WITH_FEES = 3, PADDING_BITS = 17 };

// number * 2^bits + value, for bits from 1 to 64.
static void append(struct u256 *number, int bits, uint64_t value) {
    for (int i = U256_LIMBS - 1; i >= 0; i--) {
        uint64_t below = i > 0 ? number->limb[i - 1] : 0;
        u256_wide both = (u256_wide)number->limb[i] << 64 | below;
        number->limb[i] = (uint64_t)(both >> (64 - bits));
    }
    number->limb[0] |= value;
}

static struct felt below_order(const struct u256 *value) {
    struct u256 least = scalar_to_u256(scalar_from_u256(value));
    struct felt out;
    (void)felt_from_u256(&least, &out);
    return out;
}

struct felt edgex_hash_place(const struct edgex_hash_order *order) {
    bool buys = order->side == SIDE_BUY;
    struct u256 amounts = {{0}};
    struct u256 rest = {{LIMIT_ORDER_WITH_FEES}};
    struct felt packed_amounts;
    struct felt packed_rest;
    append(&amounts, 64, buys ? order->collateral_amount : order->synthetic_amount);
    append(&amounts, 64, buys ? order->synthetic_amount : order->collateral_amount);
    append(&amounts, 64, order->fee_amount);
    append(&amounts, 32, order->nonce);
    append(&rest, 64, order->position_id);
    append(&rest, 64, order->position_id);
    append(&rest, 64, order->position_id);
    append(&rest, 32, order->expiration_hours);
    append(&rest, PADDING_BITS, 0);
    (void)felt_from_u256(&amounts, &packed_amounts); // 224 bits
    (void)felt_from_u256(&rest, &packed_rest);       // 243 bits
    struct felt hash = pedersen_hash(buys ? order->collateral_asset : order->synthetic_asset,
                                     buys ? order->synthetic_asset : order->collateral_asset);
    hash = pedersen_hash(hash, order->collateral_asset);
    hash = pedersen_hash(hash, packed_amounts);
    struct u256 number = felt_to_u256(pedersen_hash(hash, packed_rest));
    return below_order(&number);
}

struct felt edgex_hash_request(struct slice text) {
    uint8_t digest[KECCAK_SIZE];
    keccak256(text, digest);
    struct u256 number = u256_from_bytes(digest);
    return below_order(&number);
}
