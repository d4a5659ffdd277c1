// Ed25519 (RFC 8032) by OpenSSL, with one key and many messages.
#ifndef PERPDESK_EXCHANGES_SIGN_ED25519_H
#define PERPDESK_EXCHANGES_SIGN_ED25519_H

#include <openssl/evp.h>

#include "base/buf.h"

enum { ED25519_SEED_SIZE = 32, ED25519_PUBLIC_SIZE = 32, ED25519_SIGNATURE_SIZE = 64 };

struct sign_ed25519 {
    EVP_PKEY *key;
    EVP_MD_CTX *context;
};

// STATUS_CONFIG: the library does not take the key. The seed may be wiped afterwards.
enum status sign_ed25519_init(struct sign_ed25519 *ed25519,
                              const uint8_t seed[ED25519_SEED_SIZE]) MUST_CHECK;
void sign_ed25519_finish(struct sign_ed25519 *ed25519); // wipes; zeroed allowed
void sign_ed25519_public(const struct sign_ed25519 *ed25519, uint8_t out[ED25519_PUBLIC_SIZE]);
// False: the library failed; nothing may be sent.
MUST_CHECK bool sign_ed25519(const struct sign_ed25519 *ed25519, struct slice message,
                             uint8_t out[ED25519_SIGNATURE_SIZE]);
bool ed25519_verify(const uint8_t public_key[ED25519_PUBLIC_SIZE], struct slice message,
                    const uint8_t signature[ED25519_SIGNATURE_SIZE]);

#endif
