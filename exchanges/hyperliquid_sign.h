// What Hyperliquid's actions are signed by: hyperliquid.md section 6.1. The MessagePack of the
// action with its nonce is hashed to a connection id, and an EIP-712 "Agent" of that id is what the
// key signs. Domain and type hashes are constants.
#ifndef PERPDESK_EXCHANGES_HYPERLIQUID_SIGN_H
#define PERPDESK_EXCHANGES_HYPERLIQUID_SIGN_H

#include "exchanges/hash_keccak.h"
#include "exchanges/sign_eth.h"

enum { HYPERLIQUID_ACTION_MAX = 4096 }; // packed

struct hyperliquid_action {
    struct slice json;    // {"type":…}, its members in the venue's order
    uint64_t nonce;       // ms
    uint64_t expires_ms;  // the venue refuses it from then on; 0 = never
    const uint8_t *vault; // address the action is for, ETH_ADDRESS_SIZE bytes; NULL: the account
};

// False: the action is no JSON that can be packed, or too large.
MUST_CHECK bool hyperliquid_connection_id(const struct hyperliquid_action *action,
                                          uint8_t out[KECCAK_SIZE]);
// What is signed.
void hyperliquid_agent_digest(const uint8_t connection_id[KECCAK_SIZE], bool testnet,
                              uint8_t out[ETH_HASH_SIZE]);
// Appends {"action":…,"nonce":…,"signature":{…}} with the members that apply. False: as above, and
// nothing is appended.
MUST_CHECK bool hyperliquid_add_signed(const struct sign_eth *key,
                                       const struct hyperliquid_action *action, bool testnet,
                                       struct text *out);

#endif
