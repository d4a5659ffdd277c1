// OpenSSL 3.0 marks its SHA256_* functions as deprecated in favour of EVP, which allocates a
// context and looks up its provider: measured several times the cost of the hash itself for
// messages of this size. The functions stay in libcrypto 3; the warning is silenced here only.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "exchanges/sign_hmac.h"

#include <openssl/crypto.h>

#include "exchanges/bytes_text.h"

enum { BLOCK_SIZE = 64 };

static void start(SHA256_CTX *context, const uint8_t key[BLOCK_SIZE], uint8_t pad) {
    uint8_t block[BLOCK_SIZE];
    for (int i = 0; i < BLOCK_SIZE; i++) {
        block[i] = key[i] ^ pad;
    }
    SHA256_Init(context);
    SHA256_Update(context, block, sizeof(block));
    OPENSSL_cleanse(block, sizeof(block));
}

void sign_hmac_init(struct sign_hmac *hmac, struct slice key) {
    uint8_t block[BLOCK_SIZE] = {0};
    if (key.size > BLOCK_SIZE) {
        SHA256_CTX context;
        SHA256_Init(&context);
        SHA256_Update(&context, key.data, key.size);
        SHA256_Final(block, &context);
        OPENSSL_cleanse(&context, sizeof(context));
    } else if (key.size > 0) {
        memcpy(block, key.data, key.size);
    }
    start(&hmac->inner, block, 0x36);
    start(&hmac->outer, block, 0x5c);
    OPENSSL_cleanse(block, sizeof(block));
}

void sign_hmac_finish(struct sign_hmac *hmac) {
    OPENSSL_cleanse(hmac, sizeof(*hmac));
}

void sign_hmac_extend(struct sign_hmac *hmac, struct slice prefix) {
    SHA256_Update(&hmac->inner, prefix.data, prefix.size);
}

static void put_digest(const SHA256_CTX *context, uint8_t out[SIGN_HMAC_SIZE]) {
    for (int i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32((uint32_t)context->h[i]);
        memcpy(out + 4 * i, &word, sizeof(word));
    }
}

// What is hashed last is one block: the digest of the message, the mark of the end, and the length
// of it and the key's block in bits.
static void finish_outer(const struct sign_hmac *hmac, uint8_t digest[SIGN_HMAC_SIZE]) {
    enum { BITS = (BLOCK_SIZE + SIGN_HMAC_SIZE) * 8 };
    uint8_t block[BLOCK_SIZE] = {
        [SIGN_HMAC_SIZE] = 0x80, [BLOCK_SIZE - 2] = BITS >> 8, [BLOCK_SIZE - 1] = BITS & 0xff};
    SHA256_CTX context = hmac->outer;
    memcpy(block, digest, SIGN_HMAC_SIZE);
    SHA256_Transform(&context, block);
    put_digest(&context, digest);
}

void sign_hmac_digest(const struct sign_hmac *hmac, struct slice message,
                      uint8_t out[SIGN_HMAC_SIZE]) {
    SHA256_CTX context = hmac->inner;
    if (message.size > 0) {
        SHA256_Update(&context, message.data, message.size);
    }
    SHA256_Final(out, &context);
    finish_outer(hmac, out);
}

void sign_hmac_hex(const struct sign_hmac *hmac, struct slice message,
                   char out[SIGN_HMAC_HEX_SIZE]) {
    uint8_t digest[SIGN_HMAC_SIZE];
    sign_hmac_digest(hmac, message, digest);
    hex_write(out, digest, sizeof(digest));
}

void sign_hmac_base64(const struct sign_hmac *hmac, struct slice message,
                      char out[SIGN_HMAC_BASE64_SIZE]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t digest[SIGN_HMAC_SIZE + 1];
    sign_hmac_digest(hmac, message, digest);
    digest[SIGN_HMAC_SIZE] = 0;
    for (int i = 0; i < SIGN_HMAC_BASE64_SIZE / 4; i++) {
        const uint8_t *three = &digest[3 * i];
        uint32_t bits = (uint32_t)three[0] << 16 | (uint32_t)three[1] << 8 | three[2];
        for (int j = 0; j < 4; j++) {
            out[4 * i + j] = digits[bits >> (18 - 6 * j) & 63];
        }
    }
    out[SIGN_HMAC_BASE64_SIZE - 1] = '=';
}
