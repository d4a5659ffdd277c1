// What the files of GRVT's order entry and its simulated server share.
#ifndef PERPDESK_EXCHANGES_GRVT_OE_H
#define PERPDESK_EXCHANGES_GRVT_OE_H

#include "exchanges/sign_eth.h"
#include "exchanges/venue_oe.h"

enum {
    GRVT_API_KEY_MAX = 128,
    GRVT_ACCOUNT_MAX = 24,  // a sub account: a number of 64 bits
    GRVT_COOKIE_MAX = 640,  // "gravity=…"
    GRVT_LOGIN_ID_MAX = 80, // X-Grvt-Account-Id
    GRVT_PAGE = 100,        // rows of a history in one answer
    GRVT_PRICE_DIGITS = 9,  // of a signed price
    GRVT_SIZE_DIGITS_MAX = 18,
    GRVT_LIFE_MAX_S = 30 * 24 * 3600, // of a signature, and of the order it is for
};

enum grvt_force { GRVT_GTT = 1, GRVT_AON, GRVT_IOC, GRVT_FOK }; // timeInForce as it is signed

// The streams of the account, in the order of the greeting.
enum { GRVT_STREAM_ORDER, GRVT_STREAM_FILL, GRVT_STREAM_POSITION, GRVT_STREAMS };
extern const char *const grvt_streams[GRVT_STREAMS];

enum grvt_bucket { GRVT_ORDERS, GRVT_CANCELS, GRVT_READS, GRVT_SESSIONS };

// What is signed of an order with one leg.
struct grvt_terms {
    uint64_t sub_account;
    bool is_market, post_only, reduce_only, buys;
    enum grvt_force force;
    uint8_t asset[ETH_HASH_SIZE]; // instrument_hash
    uint64_t size;                // in 10^-base_decimals
    uint64_t price;               // in 10^-9; 0 for a market order
    uint32_t nonce;
    int64_t expiration_ns;
};
void grvt_leg_hash(const struct grvt_terms *terms, uint8_t out[ETH_HASH_SIZE]);
void grvt_digest(const struct grvt_terms *terms, bool testnet, uint8_t out[ETH_HASH_SIZE]);
// False: not exactly, or it does not fit.
MUST_CHECK bool grvt_scale_size(struct qty size, uint32_t base_decimals, uint64_t *out);
MUST_CHECK bool grvt_scale_price(struct px price, uint64_t *out);

struct grvt_instrument {
    uint8_t asset[ETH_HASH_SIZE];
    uint8_t decimals;
    bool known;
};

struct grvt {
    char api_key[GRVT_API_KEY_MAX];
    char sub_account[GRVT_ACCOUNT_MAX];
    uint64_t sub_account_number;
    struct sign_eth eth;
    char signer[ETH_ADDRESS_TEXT];
    char cookie[GRVT_COOKIE_MAX], login_id[GRVT_LOGIN_ID_MAX]; // "": not logged in
    int64_t renew_ns;
    struct grvt_instrument instruments[SYMBOL_MAX];
    bool rules_known;
    uint32_t subscribed; // bits of the streams that were confirmed
    // What a position has paid since it was opened, as the stream told it last.
    struct usd funding[SYMBOL_MAX];
    bool funding_known[SYMBOL_MAX];
};

// The number of a request on the socket, which has room for 32 bits. False: none of ours.
bool grvt_write_id(const struct oe_call *call, uint32_t *id);
bool grvt_read_id(int64_t id, enum oe_call_kind *kind, uint32_t *tag);

enum oe_error grvt_error_of(int64_t code);

// Rows of orders, fills and positions; `call` NULL: pushed.
bool grvt_decode_order(const struct oe *oe, const struct oe_call *call, struct slice row,
                       bool snapshot, struct oe_sink *sink);
// What a place is answered with: taken, or over at once.
bool grvt_decode_placed(const struct oe *oe, const struct oe_call *call, struct slice row,
                        struct oe_sink *sink);
bool grvt_decode_state(struct slice row, bool snapshot, struct oe_sink *sink);
bool grvt_decode_fill(const struct oe *oe, const struct oe_call *call, struct slice row,
                      bool snapshot, struct oe_sink *sink);
bool grvt_decode_position(const struct oe *oe, const struct oe_call *call, struct slice row,
                          bool snapshot, struct oe_sink *sink);

// What a login is answered with. False: no cookie, or none that can be used.
bool grvt_take_login(struct grvt *grvt, struct slice headers, int64_t now_ns);

void grvt_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                        struct slice headers, struct slice body, struct oe_sink *sink);
void grvt_decode_private(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                         struct oe_sink *sink);

#endif
