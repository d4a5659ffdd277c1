// What edgeX V2 has signed: the requests by HMAC, the orders as typed data over secp256k1
// (edgex.md section 6). Both the order entry and the simulated server stand on it; the sheet's
// vectors hold both to it.
//
// Integers only. For public data but the HMAC key; nothing here allocates or fails but by what it
// says.
#ifndef PERPDESK_EXCHANGES_EDGEX_SIGN_H
#define PERPDESK_EXCHANGES_EDGEX_SIGN_H

#include "exchanges/sign_eth.h"
#include "exchanges/sign_hmac.h"
#include "market/instrument.h"

enum {
    EDGEX_SECRET_MAX = 128,
    EDGEX_SIGNATURE_TEXT = 131, // r, s and v in hex, and the NUL
    EDGEX_VALUE_TEXT = 48,      // whole units, a point and twenty digits, and the NUL
};

// How long after an order ends its signature must still be good, in ms.
#define EDGEX_SIGNED_LONGER_MS INT64_C(691200000)

// ---- requests ----------------------------------------------------------------------------------

// The key is the base64 text of the secret, not what it decodes to. False: longer than
// EDGEX_SECRET_MAX, or empty.
MUST_CHECK bool edgex_hmac_init(struct sign_hmac *hmac, struct slice secret);
// Time stamp (ms as text), method, path without query, and the parameters as they are folded.
void edgex_sign_request(const struct sign_hmac *hmac, struct slice time_ms, struct slice method,
                        struct slice path, struct slice folded, char out[SIGN_HMAC_HEX_SIZE]);
// A JSON body as it is signed: keys sorted, "key=value" joined by '&', lists joined by '&'. False:
// no JSON, nested or wide beyond reason, or `out` is too small.
MUST_CHECK bool edgex_fold(struct slice json, struct text *out);

// ---- orders ------------------------------------------------------------------------------------

// The numbers of a contract, as the metadata tell them.
struct edgex_rules {
    uint64_t contract, coin;              // ids of what is traded and of what pays
    uint64_t resolution, coin_resolution; // smallest units of each: see EDGEX_RESOLUTION_MAX
    struct rate fee;                      // the higher one of maker and taker, 0 to 1
};
#define EDGEX_RESOLUTION_MAX UINT64_C(1000000000000000000)

struct edgex_domain {
    uint8_t separator[ETH_HASH_SIZE], base_type[ETH_HASH_SIZE], order_type[ETH_HASH_SIZE];
};

// An order in the venue's own numbers.
struct edgex_order {
    uint32_t nonce;
    uint64_t account;
    uint64_t expires_s;
    uint64_t synthetic, collateral, fee; // in smallest units
    uint64_t contract, coin;
    bool buys;
    uint64_t fee_whole;                // l2LimitFee
    char value_text[EDGEX_VALUE_TEXT]; // l2Value, exact
};

void edgex_domain(uint64_t chain_id, const uint8_t contract[ETH_ADDRESS_SIZE],
                  struct edgex_domain *out);
// The first 32 bits of the client id's SHA-256.
uint32_t edgex_nonce(struct slice client_id);
// Fills contract, coin and what follows from price and size: amounts cut to whole smallest units,
// the fee up to a whole quote unit. False: an amount does not fit 64 bits.
MUST_CHECK bool edgex_amounts(const struct edgex_rules *rules, struct px price, struct qty size,
                              struct edgex_order *out);
void edgex_order_digest(const struct edgex_domain *domain, const struct edgex_order *order,
                        const uint8_t signer[ETH_ADDRESS_SIZE], uint8_t out[ETH_HASH_SIZE]);
// r, s, v as hex without a prefix, as the official client sends it; reading takes "0x" too.
void edgex_signature_write(const struct eth_signature *signature, char out[EDGEX_SIGNATURE_TEXT]);
MUST_CHECK bool edgex_signature_read(struct slice text, struct eth_signature *out);

#endif
