#include "exchanges/stark_self_test.h"

#include "exchanges/extended_hash.h"
#include "exchanges/hash_starknet.h"
#include "exchanges/paradex_hash.h"
#include "exchanges/sign_stark.h"

static bool is(struct felt value, const char *expected) {
    struct felt number;
    return felt_from_number(slice_of(expected), &number) && felt_equals(value, number);
}

static struct felt number(const char *text) {
    struct felt value;
    ASSERT(felt_from_number(slice_of(text), &value));
    return value;
}

static bool keccak_is_right(void) {
    return is(starknet_keccak(SLICE("initialize")),
              "0x79dc0da7c54b95f10aa182ad0a46400db63156920adb65eca2654c0945a463");
}

// starkware-libs/crypto-cpp.
static bool pedersen_is_right(void) {
    return is(
        pedersen_hash(number("0x3d937c035c878245caf64531a5756109c53068da139362728feb561405371cb"),
                      number("0x208a0a10250e382e1e4bbe2880906c2791bf6275695e02fbbc6aeff9cd8b31a")),
        "0x30e480bed5fe53fa909cc0f8c4d99b8f9f2c016be4c41e13a4848797979c662");
}

static bool poseidon_is_right(void) {
    return is(poseidon_hash2(FELT_ZERO, FELT_ZERO),
              "0x293d3e8a80f400daaaffdd5932e2bcc8814bab8f414a75dcacf87318f8b14c5");
}

// The second of StarkWare's vectors for RFC 6979, and that one bit of the hash matters.
static bool signature_is_right(void) {
    struct u256 secret;
    struct stark_key key;
    struct stark_signature signature;
    struct curve_affine point;
    ASSERT(u256_from_hex(SLICE("0x3c1e9550e66958296d11b60f8e8e7a7ad990d07fa65d5f7652c4a6c87d4e3cc"),
                         &secret));
    bool good = stark_key_init(&key, &secret) == STATUS_OK &&
                stark_sign(&key, felt_from_u64(0x11), &signature) == STATUS_OK;
    struct u256 r =
        felt_to_u256(number("0x50c1c19a8c354f51341284ff6ba39c5d833539fe3065a14dd67b48a4c6644c0"));
    struct u256 s =
        felt_to_u256(number("0x66ca9c561787fd3968291ad11ef08a0da9d5609210653dc6aeabccc1019a41c"));
    return good && u256_equals(&signature.r, &r) && u256_equals(&signature.s, &s) &&
           is(key.public_x, "0x77a3b314db07c45076d11f62b6f9e748a39790441823307743cf00d6597ea43") &&
           curve_lift_x(key.public_x, &point) &&
           stark_verify(&point, felt_from_u64(0x11), &signature) &&
           !stark_verify(&point, felt_from_u64(0x10), &signature);
}

// The order of Paradex's official C++ tests.
static bool paradex_is_right(void) {
    struct paradex_hash hash;
    struct felt message;
    const struct paradex_hash_order order = {.timestamp_ms = 1690187319619,
                                             .market = SLICE("ETH-USD-PERP"),
                                             .side = SIDE_BUY,
                                             .type = SLICE("MARKET"),
                                             .size_e8 = 10000000};
    return paradex_hash_init(
               &hash, SLICE("PRIVATE_SN_POTC_GOERLI"),
               number("0x1f06d2232e3eb0d8bd4b9294a930d553f610a0d7b24bc52d9472c7bda478927")) ==
               STATUS_OK &&
           paradex_hash_place(&hash, &order, &message) == STATUS_OK &&
           is(message, "0x2ff954a62a6191411aa051588c65a4ac37690ce781bb345bb886ac947630e5b");
}

// test_well_known_order_hash of Extended's stark-crypto-wrapper-py.
static bool extended_is_right(void) {
    struct extended_hash hash;
    const struct extended_hash_order order = {.base_asset = number("0x2"),
                                              .quote_asset = number("0x1"),
                                              .fee_asset = number("0x1"),
                                              .base_amount = 100,
                                              .quote_amount = -156,
                                              .fee_amount = 74,
                                              .expiration_s = 100,
                                              .salt = 123};
    return extended_hash_init(
               &hash, SLICE("SN_SEPOLIA"), 100,
               number("0x5d05989e9302dcebc74e241001e3e3ac3f4402ccf2f8e6f74b034b07ad6a904")) ==
               STATUS_OK &&
           is(extended_hash_place(&hash, &order),
              "0x4de4c009e0d0c5a70a7da0e2039fb2b99f376d53496f89d9f437e736add6b48");
}

enum status stark_self_test(void) {
    static const struct {
        const char *name;
        bool (*is_right)(void);
    } parts[] = {
        {"Keccak", keccak_is_right},           {"Pedersen", pedersen_is_right},
        {"Poseidon", poseidon_is_right},       {"the signature", signature_is_right},
        {"Paradex's order", paradex_is_right}, {"Extended's order", extended_is_right},
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!parts[i].is_right()) {
            return status_fail(STATUS_INTERNAL, "the self-test of %s failed: nothing may be signed",
                               parts[i].name);
        }
    }
    return STATUS_OK;
}
