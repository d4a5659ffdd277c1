// Lighter's signed transactions and tokens: what is hashed, what is signed, and the JSON of both
// directions (lighter-crypto.md sections 6 and 7, after elliottech/lighter-go types/txtypes).
//
// A transaction is its type's form with numbers in it. Writing and hashing follow the form; reading
// checks against it. No allocation.
#ifndef PERPDESK_EXCHANGES_LIGHTER_TX_H
#define PERPDESK_EXCHANGES_LIGHTER_TX_H

#include "exchanges/sign_schnorr.h"

enum {
    LIGHTER_CHAIN_MAINNET = 304,
    LIGHTER_CHAIN_TESTNET = 300,
    LIGHTER_TX_FIELDS_MAX = 10,
    LIGHTER_TX_ORDERS_MAX = 3,
    LIGHTER_TX_ATTRIBUTES_MAX = 4,
    LIGHTER_TX_MEMO_SIZE = 32,
    LIGHTER_HASH_HEX_SIZE = 2 * FP5_SIZE,
    LIGHTER_TX_JSON_MAX = 1536,
    LIGHTER_TOKEN_MAX = 256,
};

enum lighter_tx_type {
    LIGHTER_CHANGE_PUB_KEY = 8,
    LIGHTER_CREATE_SUB_ACCOUNT = 9,
    LIGHTER_CREATE_PUBLIC_POOL = 10,
    LIGHTER_UPDATE_PUBLIC_POOL = 11,
    LIGHTER_TRANSFER = 12,
    LIGHTER_WITHDRAW = 13,
    LIGHTER_CREATE_ORDER = 14,
    LIGHTER_CANCEL_ORDER = 15,
    LIGHTER_CANCEL_ALL_ORDERS = 16,
    LIGHTER_MODIFY_ORDER = 17,
    LIGHTER_MINT_SHARES = 18,
    LIGHTER_BURN_SHARES = 19,
    LIGHTER_UPDATE_LEVERAGE = 20,
    LIGHTER_CREATE_GROUPED_ORDERS = 28,
    LIGHTER_UPDATE_MARGIN = 29,
    LIGHTER_STAKE_ASSETS = 35,
    LIGHTER_UNSTAKE_ASSETS = 36,
    LIGHTER_UPDATE_ACCOUNT_CONFIG = 41,
    LIGHTER_UPDATE_ACCOUNT_ASSET_CONFIG = 42,
    LIGHTER_APPROVE_INTEGRATOR = 45,
};

enum lighter_attribute_type {
    LIGHTER_ATTRIBUTE_INTEGRATOR = 1,
    LIGHTER_ATTRIBUTE_TAKER_FEE = 2,
    LIGHTER_ATTRIBUTE_MAKER_FEE = 3,
    LIGHTER_ATTRIBUTE_SKIP_NONCE = 4,
    LIGHTER_ATTRIBUTE_CANCEL_MARKET = 5,
    LIGHTER_ATTRIBUTE_SELF_TRADE = 6,
    LIGHTER_ATTRIBUTE_SELF_TRADE_EQUALITY = 7,
};

// By place, the fields of CreateOrder and of each of the orders of CreateGroupedOrders.
enum lighter_order_field {
    LIGHTER_ORDER_MARKET,
    LIGHTER_ORDER_CLIENT,
    LIGHTER_ORDER_BASE,
    LIGHTER_ORDER_PRICE,
    LIGHTER_ORDER_IS_ASK,
    LIGHTER_ORDER_TYPE,
    LIGHTER_ORDER_TIME_IN_FORCE,
    LIGHTER_ORDER_REDUCE_ONLY,
    LIGHTER_ORDER_TRIGGER,
    LIGHTER_ORDER_EXPIRY_MS,
    LIGHTER_ORDER_FIELDS,
};

struct lighter_attribute {
    uint8_t type;
    uint64_t value;
};

struct lighter_tx {
    enum lighter_tx_type type;
    uint64_t nonce;
    uint64_t expired_at_ms; // the venue takes it until then
    uint64_t account;
    uint64_t api_key;
    uint64_t fields[LIGHTER_TX_FIELDS_MAX];                       // in the order of the type's form
    uint64_t orders[LIGHTER_TX_ORDERS_MAX][LIGHTER_ORDER_FIELDS]; // CreateGroupedOrders
    uint32_t order_count;
    uint8_t memo[LIGHTER_TX_MEMO_SIZE];                             // Transfer; not hashed
    struct lighter_attribute attributes[LIGHTER_TX_ATTRIBUTES_MAX]; // by rising type
    uint32_t attribute_count;
};

// False: there is no transaction of that type.
bool lighter_tx_is_known(int64_t type);
// What is signed. `type` must be known, counts within their arrays.
struct fp5 lighter_tx_hash(const struct lighter_tx *tx, uint32_t chain);
// The tx_info, at most LIGHTER_TX_JSON_MAX.
void lighter_tx_write(const struct lighter_tx *tx, const uint8_t signature[SCHNORR_SIGNATURE_SIZE],
                      struct text *out);
// A tx_info of that type. False: it is not one: a field is missing, unknown, out of range (below 0)
// or there twice.
MUST_CHECK bool lighter_tx_read(int64_t type, struct slice json, struct lighter_tx *out,
                                uint8_t signature[SCHNORR_SIGNATURE_SIZE]);

// A token for reading an account's private data: "deadline:account:key:signature", valid until the
// deadline (seconds) and never longer than eight hours.
void lighter_token_write(const struct schnorr_key *key, uint64_t deadline_s, uint64_t account,
                         uint64_t api_key, uint64_t random, struct text *out);
// What a token's signature is made over: the part before its last colon.
struct fp5 lighter_token_hash(struct slice message);

#endif
