// What the files of Lighter's order entry share.
#ifndef PERPDESK_EXCHANGES_LIGHTER_OE_H
#define PERPDESK_EXCHANGES_LIGHTER_OE_H

#include "exchanges/lighter_tx.h"
#include "exchanges/venue_oe.h"

enum {
    LIGHTER_FLIGHTS_MAX = 32, // of 50 unanswered messages that the venue allows
    LIGHTER_CHANNELS = 4,
    LIGHTER_MARKET_ALL = 255,
    LIGHTER_PAGE = 100,
    LIGHTER_DIGITS_MAX = 12,
};

struct json;

enum lighter_bucket { LIGHTER_TRANSACTIONS, LIGHTER_CALLS };

// A market as OE_RULES told it.
struct lighter_market_rules {
    bool known;
    bool held; // a position was told that is not 0
    int64_t market;
    int64_t price_unit, size_unit; // what 1 of the venue's integers is of px.v and qty.v
};

// A transaction that was sent and not answered yet.
struct lighter_flight {
    uint32_t tag; // 0: free
    enum oe_call_kind kind;
    uint16_t symbol;
    uint64_t nonce;
    int64_t sent_ns;
    int64_t until_ns; // OE_DEADMAN
};

struct lighter {
    struct schnorr_key key;
    uint64_t account, api_key;
    struct lighter_market_rules markets[SYMBOL_MAX];
    bool markets_known;
    bool nonce_known;
    uint64_t nonce; // the next one
    struct lighter_flight flights[LIGHTER_FLIGHTS_MAX];
    uint32_t flight_count;
    char token[LIGHTER_TOKEN_MAX];
    int64_t token_until_ns;
    bool connected;
    uint32_t acknowledged; // subscriptions
};

// The transaction of that tag is answered: what it was, and (refused) what that means for the
// numbers. False: it is none of ours, or was given up.
bool lighter_land(struct lighter *lighter, uint32_t tag, enum oe_error refused,
                  struct lighter_flight *out);

enum oe_error lighter_error_of(int64_t code);
bool lighter_is_unknown(int64_t code); // the venue does not know what became of the request
// A refusal of a call in the venue's numbers.
void lighter_emit_failure(const struct oe_call *call, int64_t code, struct slice text,
                          struct oe_sink *sink);

// The symbol of a market's number; OE_SYMBOL_NONE when it is none of the desk's.
uint16_t lighter_find_symbol(const struct oe *oe, int64_t market);

// Rows, by REST (`call`) or pushed (NULL): a list, or a map from market to list or row. False: not
// what was expected.
bool lighter_decode_orders(struct oe *oe, const struct oe_call *call, bool snapshot, struct json *r,
                           uint32_t *count, struct oe_sink *sink);
bool lighter_decode_trades(struct oe *oe, const struct oe_call *call, bool snapshot, struct json *r,
                           uint32_t *count, int64_t *oldest_ns, struct oe_sink *sink);
bool lighter_decode_positions(struct oe *oe, const struct oe_call *call, bool snapshot,
                              struct json *r, uint32_t *count, struct oe_sink *sink);
bool lighter_decode_stats(struct json *r, struct oe_sink *sink);

// The answer to a call by REST.
void lighter_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                           struct slice headers, struct slice body, struct oe_sink *sink);

#endif
