#include "exchanges/sign_eth.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "exchanges/bytes_text.h"
#include "exchanges/hash_keccak.h"
#include "exchanges/sign_nonce.h"

// The last 20 bytes of the hash of the point's coordinates.
static void address_of(const secp256k1_context *context, const secp256k1_pubkey *point,
                       uint8_t address[ETH_ADDRESS_SIZE]) {
    uint8_t bytes[65], hash[KECCAK_SIZE];
    size_t size = sizeof(bytes);
    int good =
        secp256k1_ec_pubkey_serialize(context, bytes, &size, point, SECP256K1_EC_UNCOMPRESSED);
    ASSERT(good == 1 && size == sizeof(bytes));
    keccak256((struct slice){(const char *)bytes + 1, 64}, hash);
    memcpy(address, hash + KECCAK_SIZE - ETH_ADDRESS_SIZE, ETH_ADDRESS_SIZE);
}

enum status sign_eth_init(struct sign_eth *eth, const uint8_t key[ETH_KEY_SIZE]) {
    secp256k1_context *context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    secp256k1_pubkey point;
    uint8_t blind[KECCAK_SIZE];
    *eth = (struct sign_eth){.context = context};
    if (context == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a signing context");
    }
    keccak256((struct slice){(const char *)key, ETH_KEY_SIZE}, blind);
    bool good = secp256k1_context_randomize(context, blind) == 1 &&
                secp256k1_ec_pubkey_create(context, &point, key) == 1;
    OPENSSL_cleanse(blind, sizeof(blind));
    if (!good) {
        sign_eth_finish(eth);
        return status_fail(STATUS_CONFIG, "the private key is no secp256k1 key");
    }
    memcpy(eth->key, key, ETH_KEY_SIZE);
    address_of(context, &point, eth->address);
    return STATUS_OK;
}

void sign_eth_finish(struct sign_eth *eth) {
    if (eth->context != NULL) {
        secp256k1_context_destroy(eth->context);
    }
    OPENSSL_cleanse(eth, sizeof(*eth));
}

// The library's own nonces, RFC 6979's, but for how they are hashed: OpenSSL takes the processor's
// instructions for SHA-256 where the library computes all 22 blocks in C, a sixth of a signature.
static int make_nonce(unsigned char *out, const unsigned char *digest, const unsigned char *key,
                      const unsigned char *algorithm, void *data, unsigned int attempt) {
    struct sign_nonce nonce;
    uint8_t seed[ETH_KEY_SIZE + ETH_HASH_SIZE];
    (void)algorithm;
    (void)data;
    memcpy(seed, key, ETH_KEY_SIZE);
    memcpy(seed + ETH_KEY_SIZE, digest, ETH_HASH_SIZE);
    sign_nonce_start(&nonce, (struct slice){(const char *)seed, sizeof(seed)});
    for (unsigned int i = 0; i <= attempt; i++) {
        sign_nonce_next(&nonce, out);
    }
    sign_nonce_finish(&nonce);
    OPENSSL_cleanse(seed, sizeof(seed));
    return 1;
}

void sign_eth(const struct sign_eth *eth, const uint8_t digest[ETH_HASH_SIZE],
              struct eth_signature *out) {
    secp256k1_ecdsa_recoverable_signature signature;
    uint8_t bytes[64];
    int recovery;
    int good =
        secp256k1_ecdsa_sign_recoverable(eth->context, &signature, digest, eth->key, make_nonce,
                                         NULL); // fails for a key that init refuses only
    ASSERT(good == 1);
    (void)secp256k1_ecdsa_recoverable_signature_serialize_compact(eth->context, bytes, &recovery,
                                                                  &signature);
    memcpy(out->r, bytes, 32);
    memcpy(out->s, bytes + 32, 32);
    out->v = (uint8_t)(27 + recovery);
}

static secp256k1_context *verifier;
static pthread_once_t verifier_once = PTHREAD_ONCE_INIT;

static void make_verifier(void) {
    verifier = secp256k1_context_create(SECP256K1_CONTEXT_VERIFY);
    ASSERT(verifier != NULL);
}

bool eth_recover(const uint8_t digest[ETH_HASH_SIZE], const struct eth_signature *signature,
                 uint8_t address[ETH_ADDRESS_SIZE]) {
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_ecdsa_signature plain;
    secp256k1_pubkey point;
    uint8_t bytes[64];
    (void)pthread_once(&verifier_once, make_verifier);
    memcpy(bytes, signature->r, 32);
    memcpy(bytes + 32, signature->s, 32);
    if (signature->v < 27 || signature->v > 28 ||
        secp256k1_ecdsa_recoverable_signature_parse_compact(verifier, &parsed, bytes,
                                                            signature->v - 27) != 1 ||
        secp256k1_ecdsa_recoverable_signature_convert(verifier, &plain, &parsed) != 1 ||
        secp256k1_ecdsa_signature_normalize(verifier, NULL, &plain) != 0 ||
        secp256k1_ecdsa_recover(verifier, &point, &parsed, digest) != 1) {
        return false;
    }
    address_of(verifier, &point, address);
    return true;
}

void eth_address_lower(const uint8_t address[ETH_ADDRESS_SIZE], char out[ETH_ADDRESS_TEXT]) {
    struct text text = text_over(out, ETH_ADDRESS_TEXT);
    text_add(&text, SLICE("0x"));
    hex_add(&text, address, ETH_ADDRESS_SIZE);
}

// A letter is upper case where the hash of the lower-case text has a high nibble.
void eth_address_checked(const uint8_t address[ETH_ADDRESS_SIZE], char out[ETH_ADDRESS_TEXT]) {
    uint8_t hash[KECCAK_SIZE];
    eth_address_lower(address, out);
    keccak256((struct slice){out + 2, 40}, hash);
    for (int i = 0; i < 40; i++) {
        bool high = (hash[i / 2] >> (i % 2 == 0 ? 4 : 0) & 8) != 0;
        if (high && out[2 + i] >= 'a') {
            out[2 + i] = (char)(out[2 + i] - 'a' + 'A');
        }
    }
}
