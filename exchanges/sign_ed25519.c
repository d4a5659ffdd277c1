#include "exchanges/sign_ed25519.h"

enum status sign_ed25519_init(struct sign_ed25519 *ed25519, const uint8_t seed[ED25519_SEED_SIZE]) {
    ed25519->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_SIZE);
    ed25519->context = EVP_MD_CTX_new();
    if (ed25519->key == NULL || ed25519->context == NULL) {
        sign_ed25519_finish(ed25519);
        return status_fail(STATUS_CONFIG, "the Ed25519 key cannot be used");
    }
    return STATUS_OK;
}

void sign_ed25519_finish(struct sign_ed25519 *ed25519) {
    EVP_PKEY_free(ed25519->key); // wipes what it held
    EVP_MD_CTX_free(ed25519->context);
    *ed25519 = (struct sign_ed25519){0};
}

void sign_ed25519_public(const struct sign_ed25519 *ed25519, uint8_t out[ED25519_PUBLIC_SIZE]) {
    size_t size = ED25519_PUBLIC_SIZE;
    int good = EVP_PKEY_get_raw_public_key(ed25519->key, out, &size);
    ASSERT(good == 1 && size == ED25519_PUBLIC_SIZE);
}

bool sign_ed25519(const struct sign_ed25519 *ed25519, struct slice message,
                  uint8_t out[ED25519_SIGNATURE_SIZE]) {
    size_t size = ED25519_SIGNATURE_SIZE;
    return EVP_MD_CTX_reset(ed25519->context) == 1 &&
           EVP_DigestSignInit(ed25519->context, NULL, NULL, NULL, ed25519->key) == 1 &&
           EVP_DigestSign(ed25519->context, out, &size, (const unsigned char *)message.data,
                          message.size) == 1 &&
           size == ED25519_SIGNATURE_SIZE;
}

bool ed25519_verify(const uint8_t public_key[ED25519_PUBLIC_SIZE], struct slice message,
                    const uint8_t signature[ED25519_SIGNATURE_SIZE]) {
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, ED25519_PUBLIC_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = key != NULL && context != NULL &&
                EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, ED25519_SIGNATURE_SIZE,
                                 (const unsigned char *)message.data, message.size) == 1;
    EVP_PKEY_free(key);
    EVP_MD_CTX_free(context);
    return good;
}
