// What is signed for Paradex: SNIP-12 revision 0 over Pedersen (paradex.md section 6,
// starknet-crypto.md section 5). A message in, the hash for stark_sign out. For public data.
#ifndef PERPDESK_EXCHANGES_PARADEX_HASH_H
#define PERPDESK_EXCHANGES_PARADEX_HASH_H

#include "exchanges/hash_pedersen.h"
#include "market/instrument.h"

// The beginnings of all messages of one account, hashed once: nine Pedersen hashes are left of an
// order's thirteen.
struct paradex_hash {
    struct pedersen order, modify, request, onboarding; // with the type's hash
    struct pedersen message;                            // with prefix, domain and account
};

struct paradex_hash_order {
    uint64_t timestamp_ms; // signature_timestamp
    struct slice market;   // "BTC-USD-PERP"
    enum side side;
    struct slice type;          // "LIMIT", "MARKET"
    uint64_t size_e8, price_e8; // units of 1e-8; price 0 for the types of a market order
};

// `chain_id` is starknet_chain_id of /system/config, `account` the L2 address, the main account's
// also for a subkey. STATUS_CONFIG when the chain id is no short string.
enum status paradex_hash_init(struct paradex_hash *hash, struct slice chain_id,
                              struct felt account) MUST_CHECK;

// STATUS_DATA when the market or the type is no short string or the id no decimal number.
enum status paradex_hash_place(const struct paradex_hash *hash,
                               const struct paradex_hash_order *order, struct felt *out) MUST_CHECK;
enum status paradex_hash_modify(const struct paradex_hash *hash,
                                const struct paradex_hash_order *order, struct slice id,
                                struct felt *out) MUST_CHECK;
// POST /v1/auth; both times in seconds.
struct felt paradex_hash_auth(const struct paradex_hash *hash, uint64_t timestamp_s,
                              uint64_t expiration_s);
struct felt paradex_hash_onboarding(const struct paradex_hash *hash);

#endif
