// An order of GRVT as it is signed: EIP-712 with hashes that were computed once (grvt.md section 6,
// which proves them with captured orders).
#include "exchanges/eip712.h"
#include "exchanges/grvt_oe.h"

static const uint8_t domains[2][ETH_HASH_SIZE] = {
    // "GRVT Exchange", version "0", chain 325; then 326, the testnet's.
    {0x72, 0xfe, 0x71, 0x6b, 0xb0, 0x10, 0x5c, 0xb5, 0xa4, 0x49, 0x73,
     0x1f, 0x4e, 0xb0, 0x44, 0xbe, 0xd6, 0x44, 0xeb, 0x0d, 0x79, 0x63,
     0x60, 0x10, 0x8a, 0x39, 0xc4, 0x70, 0x64, 0xe1, 0x72, 0x47},
    {0x12, 0x54, 0xf9, 0x7f, 0x84, 0x95, 0xf7, 0x04, 0x63, 0x0a, 0x23,
     0x8c, 0xbc, 0xd8, 0x98, 0xa4, 0xb8, 0xab, 0x20, 0xd7, 0x7b, 0xb9,
     0x3e, 0x17, 0x04, 0x9d, 0x34, 0x45, 0xf4, 0xf8, 0x1f, 0x16},
};

static const uint8_t order_type[ETH_HASH_SIZE] = {
    0xb4, 0xb8, 0x57, 0xba, 0x96, 0x41, 0xf2, 0x0a, 0x7c, 0x40, 0x07, 0xc7, 0x3e, 0x54, 0x8a, 0x2e,
    0xe5, 0xaf, 0xb7, 0x20, 0x77, 0x44, 0xcc, 0x41, 0xfa, 0x78, 0x49, 0x45, 0x14, 0x19, 0xbb, 0xb2};

static const uint8_t leg_type[ETH_HASH_SIZE] = {
    0x20, 0xed, 0x56, 0x7e, 0xe8, 0x68, 0xba, 0x6c, 0x2d, 0x78, 0x8e, 0xcc, 0x7d, 0xa6, 0x56, 0x84,
    0x38, 0xd9, 0xeb, 0x05, 0xe6, 0x20, 0x5a, 0xef, 0x0c, 0x31, 0x51, 0xc3, 0x41, 0xe4, 0x76, 0xc6};

void grvt_leg_hash(const struct grvt_terms *terms, uint8_t out[ETH_HASH_SIZE]) {
    struct eip712 hash;
    eip712_begin(&hash, leg_type);
    eip712_word(&hash, terms->asset);
    eip712_uint(&hash, terms->size);
    eip712_uint(&hash, terms->price);
    eip712_uint(&hash, terms->buys);
    eip712_end(&hash, out);
}

void grvt_digest(const struct grvt_terms *terms, bool testnet, uint8_t out[ETH_HASH_SIZE]) {
    uint8_t leg[ETH_HASH_SIZE], legs[ETH_HASH_SIZE], order[ETH_HASH_SIZE];
    struct eip712 hash;
    grvt_leg_hash(terms, leg);
    keccak256((struct slice){(const char *)leg, sizeof(leg)}, legs);
    eip712_begin(&hash, order_type);
    eip712_uint(&hash, terms->sub_account);
    eip712_uint(&hash, terms->is_market);
    eip712_uint(&hash, terms->force);
    eip712_uint(&hash, terms->post_only);
    eip712_uint(&hash, terms->reduce_only);
    eip712_word(&hash, legs);
    eip712_uint(&hash, terms->nonce);
    eip712_int(&hash, terms->expiration_ns);
    eip712_end(&hash, order);
    eip712_digest(domains[testnet], order, out);
}

static uint64_t power_of_ten(uint32_t exponent) {
    uint64_t power = 1;
    for (uint32_t i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

bool grvt_scale_size(struct qty size, uint32_t base_decimals, uint64_t *out) {
    if (size.v < 0 || base_decimals > GRVT_SIZE_DIGITS_MAX) {
        return false;
    }
    if (base_decimals >= QTY_DIGITS) {
        return !__builtin_mul_overflow((uint64_t)size.v, power_of_ten(base_decimals - QTY_DIGITS),
                                       out);
    }
    uint64_t divisor = power_of_ten(QTY_DIGITS - base_decimals);
    *out = (uint64_t)size.v / divisor;
    return (uint64_t)size.v % divisor == 0;
}

bool grvt_scale_price(struct px price, uint64_t *out) {
    const uint64_t divisor = power_of_ten(PX_DIGITS - GRVT_PRICE_DIGITS);
    *out = (uint64_t)price.v / divisor;
    return price.v >= 0 && (uint64_t)price.v % divisor == 0;
}
