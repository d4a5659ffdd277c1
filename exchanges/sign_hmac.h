// HMAC-SHA256 with one key and many messages, as most venues sign.
//
// The two blocks of key padding are hashed once, at start; a signature then costs the message's
// blocks and two more. The struct holds what the key can be misused with: sign_hmac_finish wipes
// it. Signing does not allocate and does not fail.
#ifndef PERPDESK_EXCHANGES_SIGN_HMAC_H
#define PERPDESK_EXCHANGES_SIGN_HMAC_H

#include <openssl/sha.h>

#include "base/buf.h"

enum {
    SIGN_HMAC_SIZE = 32,
    SIGN_HMAC_HEX_SIZE = 2 * SIGN_HMAC_SIZE,
    SIGN_HMAC_BASE64_SIZE = 44,
};

struct sign_hmac {
    SHA256_CTX inner, outer;
};

void sign_hmac_init(struct sign_hmac *hmac, struct slice key);
void sign_hmac_finish(struct sign_hmac *hmac);
// Every message signed from now on is `prefix` and what is given: what all requests begin with is
// hashed once.
void sign_hmac_extend(struct sign_hmac *hmac, struct slice prefix);
void sign_hmac_digest(const struct sign_hmac *hmac, struct slice message,
                      uint8_t out[SIGN_HMAC_SIZE]);
// Lower-case hex and padded base64 of the digest, without a closing NUL.
void sign_hmac_hex(const struct sign_hmac *hmac, struct slice message,
                   char out[SIGN_HMAC_HEX_SIZE]);
void sign_hmac_base64(const struct sign_hmac *hmac, struct slice message,
                      char out[SIGN_HMAC_BASE64_SIZE]);

#endif
