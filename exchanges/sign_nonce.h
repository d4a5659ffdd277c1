// The nonces of RFC 6979 (section 3.2) over HMAC-SHA256, for curves with an order of 256 bits:
// each candidate is 32 bytes, and who signs decides whether it is one.
//
// What the struct holds gives the private key away; sign_nonce_finish wipes it.
#ifndef PERPDESK_EXCHANGES_SIGN_NONCE_H
#define PERPDESK_EXCHANGES_SIGN_NONCE_H

#include "exchanges/sign_hmac.h"

enum { SIGN_NONCE_SIZE = SIGN_HMAC_SIZE, SIGN_NONCE_SEED_MAX = 2 * SIGN_NONCE_SIZE + 8 };

struct sign_nonce {
    struct sign_hmac hmac; // with the generator's key
    uint8_t value[SIGN_HMAC_SIZE];
    bool refused; // the candidate given last
};

// seed: private key, hash and what a scheme adds to them, at most SIGN_NONCE_SEED_MAX bytes.
void sign_nonce_start(struct sign_nonce *nonce, struct slice seed);
// The first candidate, and after it the one for when the last was refused.
void sign_nonce_next(struct sign_nonce *nonce, uint8_t out[SIGN_NONCE_SIZE]);
void sign_nonce_finish(struct sign_nonce *nonce);

#endif
