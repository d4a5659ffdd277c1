#include "exchanges/sign_nonce.h"

#include <openssl/crypto.h>

// key = HMAC(key, value tag seed), value = HMAC(key, value). The key's blocks are hashed once for
// all that is made with it.
static void refresh(struct sign_nonce *nonce, uint8_t tag, struct slice seed) {
    uint8_t input[SIGN_HMAC_SIZE + 1 + SIGN_NONCE_SEED_MAX], key[SIGN_HMAC_SIZE];
    memcpy(input, nonce->value, SIGN_HMAC_SIZE);
    input[SIGN_HMAC_SIZE] = tag;
    if (seed.size > 0) {
        memcpy(&input[SIGN_HMAC_SIZE + 1], seed.data, seed.size);
    }
    sign_hmac_digest(&nonce->hmac,
                     (struct slice){(const char *)input, SIGN_HMAC_SIZE + 1 + seed.size}, key);
    sign_hmac_init(&nonce->hmac, (struct slice){(const char *)key, sizeof(key)});
    sign_hmac_digest(&nonce->hmac, (struct slice){(const char *)nonce->value, SIGN_HMAC_SIZE},
                     nonce->value);
    OPENSSL_cleanse(input, sizeof(input));
    OPENSSL_cleanse(key, sizeof(key));
}

void sign_nonce_start(struct sign_nonce *nonce, struct slice seed) {
    static const char zeros[SIGN_HMAC_SIZE];
    ASSERT(seed.size <= SIGN_NONCE_SEED_MAX);
    sign_hmac_init(&nonce->hmac, (struct slice){zeros, sizeof(zeros)});
    memset(nonce->value, 1, sizeof(nonce->value));
    nonce->refused = false;
    refresh(nonce, 0x00, seed);
    refresh(nonce, 0x01, seed);
}

void sign_nonce_next(struct sign_nonce *nonce, uint8_t out[SIGN_NONCE_SIZE]) {
    if (nonce->refused) {
        refresh(nonce, 0x00, (struct slice){NULL, 0});
    }
    sign_hmac_digest(&nonce->hmac, (struct slice){(const char *)nonce->value, SIGN_HMAC_SIZE},
                     nonce->value);
    memcpy(out, nonce->value, SIGN_NONCE_SIZE);
    nonce->refused = true;
}

void sign_nonce_finish(struct sign_nonce *nonce) {
    OPENSSL_cleanse(nonce, sizeof(*nonce));
}
