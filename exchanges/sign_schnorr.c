// The plain SHA-512 functions, for the reason given in sign_hmac.c: no allocation.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "exchanges/sign_schnorr.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "exchanges/hash_poseidon2.h"
#include "exchanges/secret.h"

_Static_assert(ECGFP5_WIDE_SIZE == SHA512_DIGEST_LENGTH, "a digest makes a scalar");

// Numbers are passed by value, and a call leaves copies of its arguments below: all that signing
// may have written there is overwritten. A function of its own, so that its array lies where they
// lay.
__attribute__((noinline)) static void scrub_stack(void) {
    uint8_t below[8192];
    OPENSSL_cleanse(below, sizeof(below));
}

enum status schnorr_key_init(struct schnorr_key *key, const uint8_t secret[SCHNORR_KEY_SIZE]) {
    key->secret = ecgfp5_scalar_from_bytes(secret);
    bool zero = ecgfp5_scalar_is_zero(key->secret);
    SECRET_PUBLISH(zero);
    if (zero) {
        return status_fail(STATUS_CONFIG, "0 is no private key");
    }
    struct ecgfp5_point point = ecgfp5_multiply_generator(key->secret);
    key->public_key = ecgfp5_encode(&point);
    SECRET_PUBLISH(key->public_key);
    OPENSSL_cleanse(&point, sizeof(point)); // its coordinates tell more than the point itself
    scrub_stack();
    return STATUS_OK;
}

void schnorr_key_finish(struct schnorr_key *key) {
    OPENSSL_cleanse(key, sizeof(*key));
}

static struct ecgfp5_scalar challenge(struct fp5 commitment, struct fp5 message) {
    uint64_t elements[2 * FP5_DEGREE];
    memcpy(elements, commitment.c, sizeof(commitment.c));
    memcpy(elements + FP5_DEGREE, message.c, sizeof(message.c));
    return ecgfp5_scalar_from_fp5(poseidon2_fp5(elements, COUNT_OF(elements)));
}

void schnorr_sign_with(const struct schnorr_key *key, struct fp5 message,
                       struct ecgfp5_scalar nonce, uint8_t out[SCHNORR_SIGNATURE_SIZE]) {
    struct ecgfp5_point point = ecgfp5_multiply_generator(nonce);
    struct fp5 commitment = ecgfp5_encode(&point);
    SECRET_PUBLISH(commitment);
    struct ecgfp5_scalar e = challenge(commitment, message);
    struct ecgfp5_scalar product = ecgfp5_scalar_mul(e, key->secret);
    struct ecgfp5_scalar s = ecgfp5_scalar_sub(nonce, product);
    SECRET_PUBLISH(s);
    ecgfp5_scalar_to_bytes(s, out);
    ecgfp5_scalar_to_bytes(e, out + ECGFP5_SCALAR_SIZE);
    OPENSSL_cleanse(&point, sizeof(point));
    OPENSSL_cleanse(&product, sizeof(product));
    OPENSSL_cleanse(&nonce, sizeof(nonce));
    scrub_stack();
}

void schnorr_sign(const struct schnorr_key *key, struct fp5 message, uint64_t random,
                  uint8_t out[SCHNORR_SIGNATURE_SIZE]) {
    static const char purpose[] = "perpdesk schnorr nonce";
    SHA512_CTX context;
    uint8_t seed[2 * FP5_SIZE + sizeof(random)], digest[SHA512_DIGEST_LENGTH];
    ecgfp5_scalar_to_bytes(key->secret, seed);
    fp5_to_bytes(message, seed + FP5_SIZE);
    memcpy(seed + 2 * FP5_SIZE, &random, sizeof(random));
    SHA512_Init(&context);
    SHA512_Update(&context, purpose, sizeof(purpose));
    SHA512_Update(&context, seed, sizeof(seed));
    SHA512_Final(digest, &context);
    struct ecgfp5_scalar nonce = ecgfp5_scalar_from_wide(digest);
    schnorr_sign_with(key, message, nonce, out);
    OPENSSL_cleanse(&context, sizeof(context));
    OPENSSL_cleanse(seed, sizeof(seed));
    OPENSSL_cleanse(digest, sizeof(digest));
    OPENSSL_cleanse(&nonce, sizeof(nonce));
    scrub_stack();
}

bool schnorr_verify(struct fp5 public_key, struct fp5 message,
                    const uint8_t signature[SCHNORR_SIGNATURE_SIZE]) {
    struct ecgfp5_point point;
    struct ecgfp5_scalar s, e;
    if (!ecgfp5_scalar_read(signature, &s) ||
        !ecgfp5_scalar_read(signature + ECGFP5_SCALAR_SIZE, &e) ||
        !ecgfp5_decode(public_key, &point)) {
        return false;
    }
    struct ecgfp5_point of_key = ecgfp5_multiply_public(&point, e);
    struct ecgfp5_point commitment = ecgfp5_multiply_generator(s);
    commitment = ecgfp5_add(&commitment, &of_key);
    struct ecgfp5_scalar expected = challenge(ecgfp5_encode(&commitment), message);
    return memcmp(&expected, &e, sizeof(e)) == 0;
}
