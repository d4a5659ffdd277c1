// What the files of Hyperliquid's order entry share.
#ifndef PERPDESK_EXCHANGES_HYPERLIQUID_OE_H
#define PERPDESK_EXCHANGES_HYPERLIQUID_OE_H

#include "base/json.h"
#include "exchanges/hyperliquid_sign.h"
#include "exchanges/venue_oe.h"

enum {
    HYPERLIQUID_REPLACED_MAX = 16,
    HYPERLIQUID_TOUCHED_MAX = 128,
    HYPERLIQUID_PAGE = 2000,   // fills in one answer
    HYPERLIQUID_FUNDINGS = 500 // payments in one answer
};

enum hyperliquid_bucket { HYPERLIQUID_WEIGHT, HYPERLIQUID_MESSAGES };

// An order that is being changed: the venue ends it and opens another under the same client id.
// The end of the first one is no end of the order.
struct hyperliquid_replaced {
    uint64_t order; // 0 = free
    uint32_t tag;   // of the call
    bool ended;     // told
};

struct hyperliquid {
    struct sign_eth key;
    char account[ETH_ADDRESS_TEXT], signer[ETH_ADDRESS_TEXT]; // in lower case
    uint32_t assets[SYMBOL_MAX];                              // place in the universe + 1, 0 = none
    bool assets_known;
    uint64_t nonce;             // of the newest action
    uint32_t acknowledged;      // subscriptions, a bit each
    bool held[SYMBOL_MAX];      // a position was told
    int64_t deadman_refused_ns; // 0 = never
    struct hyperliquid_replaced replaced[HYPERLIQUID_REPLACED_MAX];
    uint32_t replaced_next;
    uint64_t touched[HYPERLIQUID_TOUCHED_MAX]; // orders that were filled in part
    uint32_t touched_next;
};

extern const char *const hyperliquid_streams[];
enum { HYPERLIQUID_STREAMS = 4 };

void hyperliquid_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                               struct slice headers, struct slice body, struct oe_sink *sink);
void hyperliquid_decode_frame(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                              struct oe_sink *sink);

// The data of answers and pushes; `call` NULL: pushed. False: not what was expected.
bool hyperliquid_decode_updates(struct oe *oe, struct slice data, struct oe_sink *sink);
bool hyperliquid_decode_status(struct oe *oe, const struct oe_call *call, struct slice data,
                               struct oe_sink *sink);
bool hyperliquid_decode_orders(struct oe *oe, const struct oe_call *call, struct slice data,
                               struct oe_sink *sink);
bool hyperliquid_decode_fills(struct oe *oe, const struct oe_call *call, struct slice data,
                              bool snapshot, struct oe_sink *sink);
bool hyperliquid_decode_fundings(struct oe *oe, const struct oe_call *call, struct slice data,
                                 struct oe_sink *sink);
bool hyperliquid_decode_user(struct oe *oe, struct slice data, struct oe_sink *sink);
// Positions, or the balance, or (pushed) both.
bool hyperliquid_decode_state(struct oe *oe, const struct oe_call *call, struct slice data,
                              struct oe_sink *sink);

bool hyperliquid_decode_meta(struct oe *oe, const struct oe_call *call, struct slice body,
                             struct oe_sink *sink);
bool hyperliquid_decode_agents(struct oe *oe, const struct oe_call *call, struct slice body,
                               struct oe_sink *sink);
bool hyperliquid_decode_fees(const struct oe_call *call, struct slice body, struct oe_sink *sink);

bool hyperliquid_is_address(struct slice text, const char *address); // of either case
uint64_t hyperliquid_number_of(struct slice text);                   // an order's; 0 = none
int64_t hyperliquid_ns_of(struct slice ms_text);                     // 0 = not told
bool hyperliquid_next_row(struct json *r, struct slice *raw);        // of an array, as it stands

void hyperliquid_touch(struct hyperliquid *own, uint64_t order); // it was filled in part
// Whether an order was filled in part, as far as it was told.
bool hyperliquid_is_touched(const struct hyperliquid *own, uint64_t order);
void hyperliquid_replace(struct hyperliquid *own, uint64_t order, uint32_t tag);
struct hyperliquid_replaced *hyperliquid_replaced_by(struct hyperliquid *own, uint32_t tag);

#endif
