#include "exchanges/lighter_self_test.h"

#include "exchanges/bytes_text.h"
#include "exchanges/hash_poseidon2.h"
#include "exchanges/lighter_tx.h"

static bool is(const uint8_t *got, size_t size, const char *hex) {
    uint8_t want[SCHNORR_SIGNATURE_SIZE];
    return hex_read(slice_of(hex), want, size) && memcmp(got, want, size) == 0;
}

static bool fp5_is(struct fp5 got, const char *hex) {
    uint8_t bytes[FP5_SIZE];
    fp5_to_bytes(got, bytes);
    return is(bytes, sizeof(bytes), hex);
}

// elliottech/poseidon_crypto v0.0.15: the permutation of nothing but zeros.
static bool hash_is_right(void) {
    uint64_t state[POSEIDON2_WIDTH] = {0};
    poseidon2_permute(state);
    return gl_canonical(state[0]) == 0x63abf1755a14c31c &&
           gl_canonical(state[11]) == 0x73c0294abb92a58d;
}

// The same: a signature with a given nonce, and that one bit of the message matters.
static bool signature_is_right(void) {
    static const struct ecgfp5_scalar secret = {{0x30a5b3012905f147, 0x82c1404e24c89b91,
                                                 0xf414953a807cd846, 0x7819aca5ffc8c67f,
                                                 0x6f57e1816ae0a0d9}};
    static const struct ecgfp5_scalar nonce = {{0xb552da5a5cc4dd66, 0x3a304ffc8ae2a28f,
                                                0x9dab061a1935d836, 0xee5fd866f7efcd2f,
                                                0x569dc06b8df1816b}};
    struct fp5 message = {{0x953dd08dc59ed505, 0x1d5f501da001e97d, 0x5934491c6c9c5703,
                           0xa35b7c025ffc37dc, 0xa70f75ca4a7c987d}};
    struct schnorr_key key;
    uint8_t bytes[SCHNORR_KEY_SIZE], signature[SCHNORR_SIGNATURE_SIZE];
    ecgfp5_scalar_to_bytes(secret, bytes);
    if (schnorr_key_init(&key, bytes) != STATUS_OK ||
        !fp5_is(key.public_key, "b42b2efacde44eeda19ac97c6faebc5a32924cad9b8685fa91cba5525ad291c3"
                                "1b9f9e45032657bb")) {
        return false;
    }
    schnorr_sign_with(&key, message, nonce, signature);
    bool good = is(signature, sizeof(signature),
                   "fde604a92cdd35a4c8638076b55ac45696734081502ee7fe558fba32e57618d79bb1a96d9db871"
                   "13a36b1050d7c804a5ac4c85f535d3ba874d2534040a639fc9c6471fb3d7b0ff38cef5863c55c2"
                   "a775") &&
                schnorr_verify(key.public_key, message, signature);
    schnorr_sign(&key, message, 1, signature);
    good = good && schnorr_verify(key.public_key, message, signature);
    message.c[4] ^= 1;
    return good && !schnorr_verify(key.public_key, message, signature);
}

// The order with an integrator's fees of the signer that the exchange ships (nautilus_trader
// signing_tx_oracle.json).
static bool transaction_is_right(void) {
    const struct lighter_tx tx = {
        .type = LIGHTER_CREATE_ORDER,
        .nonce = 1,
        .expired_at_ms = 1777809907006,
        .account = 12345,
        .api_key = 5,
        .fields = {[LIGHTER_ORDER_CLIENT] = 124,
                   [LIGHTER_ORDER_BASE] = 1000,
                   [LIGHTER_ORDER_PRICE] = 405000,
                   [LIGHTER_ORDER_IS_ASK] = 1,
                   [LIGHTER_ORDER_TIME_IN_FORCE] = 1,
                   [LIGHTER_ORDER_EXPIRY_MS] = 1735689600000},
        .attributes = {{LIGHTER_ATTRIBUTE_INTEGRATOR, 723813},
                       {LIGHTER_ATTRIBUTE_TAKER_FEE, 250},
                       {LIGHTER_ATTRIBUTE_MAKER_FEE, 100}},
        .attribute_count = 3,
    };
    return fp5_is(
        lighter_tx_hash(&tx, LIGHTER_CHAIN_TESTNET),
        "1cef87f8ee803fad67c87cfd4418329b1935aaff3831fa14b56e54d8cdf083e50948f294c17eb198");
}

// Of elliottech/lighter-go.
static bool token_is_right(void) {
    return fp5_is(
        lighter_token_hash(SLICE("1795219200:715085:5")),
        "431535418388cef2814867ad9a03aa56ad09f3b26778af6415bfe81673cf6f8f5cdd6c85ad69df20");
}

enum status lighter_self_test(void) {
    static const struct {
        const char *name;
        bool (*is_right)(void);
    } parts[] = {
        {"Poseidon2", hash_is_right},
        {"the signature", signature_is_right},
        {"Lighter's order", transaction_is_right},
        {"Lighter's token", token_is_right},
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!parts[i].is_right()) {
            return status_fail(STATUS_INTERNAL, "the self-test of %s failed: nothing may be signed",
                               parts[i].name);
        }
    }
    return STATUS_OK;
}
