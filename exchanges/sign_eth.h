// secp256k1 signatures as Ethereum's wallets make them, by libsecp256k1: deterministic (RFC 6979),
// low s, recoverable; the address of a key is how its signer is known.
//
// Signing runs in constant time; the context is blinded with bytes derived from the key.
#ifndef PERPDESK_EXCHANGES_SIGN_ETH_H
#define PERPDESK_EXCHANGES_SIGN_ETH_H

#include "base/buf.h"

enum { ETH_KEY_SIZE = 32, ETH_ADDRESS_SIZE = 20, ETH_HASH_SIZE = 32, ETH_ADDRESS_TEXT = 43 };

struct eth_signature {
    uint8_t r[32], s[32]; // big-endian
    uint8_t v;            // 27 or 28
};

struct sign_eth {
    void *context; // of the library
    uint8_t key[ETH_KEY_SIZE];
    uint8_t address[ETH_ADDRESS_SIZE];
};

// STATUS_CONFIG: 0 or not below the curve's order. The key may be wiped afterwards.
enum status sign_eth_init(struct sign_eth *eth, const uint8_t key[ETH_KEY_SIZE]) MUST_CHECK;
void sign_eth_finish(struct sign_eth *eth); // wipes; zeroed allowed
void sign_eth(const struct sign_eth *eth, const uint8_t digest[ETH_HASH_SIZE],
              struct eth_signature *out);

// Who signed: false when the signature is none, or its s is not the low one.
bool eth_recover(const uint8_t digest[ETH_HASH_SIZE], const struct eth_signature *signature,
                 uint8_t address[ETH_ADDRESS_SIZE]);
// "0x" and 40 hex digits, NUL-terminated: in lower case, or with the checksum of EIP-55.
void eth_address_lower(const uint8_t address[ETH_ADDRESS_SIZE], char out[ETH_ADDRESS_TEXT]);
void eth_address_checked(const uint8_t address[ETH_ADDRESS_SIZE], char out[ETH_ADDRESS_TEXT]);

#endif
