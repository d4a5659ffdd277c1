// What the files of Paradex's order entry share.
#ifndef PERPDESK_EXCHANGES_PARADEX_OE_H
#define PERPDESK_EXCHANGES_PARADEX_OE_H

#include "exchanges/paradex_hash.h"
#include "exchanges/sign_stark.h"
#include "exchanges/venue_oe.h"

enum {
    PARADEX_HEX_SIZE = 2 + U256_HEX_DIGITS_MAX + 1,
    PARADEX_TOKEN_MAX = 1024,       // of a JWT, with the NUL
    PARADEX_CURSOR_MAX = 256,       // of a page
    PARADEX_TEXT_MAX = 512,         // of a failure
    PARADEX_PAGE = 100,             // rows of a page
    PARADEX_TOKEN_LIFE_S = 300,     // told by the venue, and what is
    PARADEX_TOKEN_RENEW_S = 180,    // renewed by us
    PARADEX_SIGNATURE_LIFE_S = 180, // of the request that asks for one
    PARADEX_SIGNATURE_SIZE = 2 * U256_DECIMAL_SIZE_MAX + 16,
};

#define PARADEX_CHAIN_MAINNET "PRIVATE_SN_PARACLEAR_MAINNET"
#define PARADEX_CHAIN_TESTNET "PRIVATE_SN_POTC_SEPOLIA"

enum paradex_bucket { PARADEX_ORDERS, PARADEX_ORDERS_MINUTE, PARADEX_READS, PARADEX_CALLS };

// What a new socket is asked for, in this order; the number is the request's id, too.
enum paradex_step {
    PARADEX_STEP_AUTH = 1,
    PARADEX_STEP_DEADMAN,
    PARADEX_STEP_CHANNELS, // the first of paradex_channels
};
enum { PARADEX_CHANNELS = 6, PARADEX_CHANNELS_NEEDED = 4 };
extern const char *const paradex_channels[PARADEX_CHANNELS];

struct paradex {
    struct stark_key key;
    struct felt account_felt;
    char account[PARADEX_HEX_SIZE], public_key[PARADEX_HEX_SIZE];
    char chain[FELT_SHORT_STRING_MAX + 1];
    struct paradex_hash hash; // of that chain and account
    bool chain_told;          // by the venue
    char token[PARADEX_TOKEN_MAX];
    int64_t token_ns;   // when it was asked for
    bool authenticated; // the socket
    uint32_t answered;  // bit per step
};

static inline struct paradex *paradex_of(const struct oe *oe) {
    ASSERT(oe->venue == &paradex_oe);
    return oe->state;
}

// The id of a request on the socket: the call's kind and tag, above the ids of the greeting.
int64_t paradex_request_id(const struct oe_call *call);
bool paradex_read_id(int64_t id, struct oe_call *call);

void paradex_forget_token(struct paradex *paradex);
bool paradex_has_token(const struct paradex *paradex, int64_t now_ns); // that still works
// The chain the venue says it is. False: no name of a chain.
bool paradex_set_chain(struct paradex *paradex, struct slice chain);

// paradex_oe_rows.c: one object as the venue tells it, `call` NULL: pushed. False: not what was
// expected, and nothing was told.
bool paradex_decode_order(const struct oe *oe, const struct oe_call *call, struct slice object,
                          struct oe_sink *sink);
bool paradex_decode_fill(const struct oe *oe, const struct oe_call *call, struct slice object,
                         struct oe_sink *sink);
bool paradex_decode_position(const struct oe *oe, const struct oe_call *call, struct slice object,
                             struct oe_sink *sink);
bool paradex_decode_account(const struct oe_call *call, struct slice object, struct oe_sink *sink);
bool paradex_decode_funding(const struct oe *oe, const struct oe_call *call, struct slice object,
                            struct oe_sink *sink);
bool paradex_decode_fees(const struct oe *oe, const struct oe_call *call, struct slice object,
                         struct oe_sink *sink);
// An order that a request was answered with, which proves only that it was taken.
bool paradex_decode_accepted(const struct oe *oe, const struct oe_call *call, struct slice object,
                             struct oe_sink *sink);

// paradex_oe_errors.c

struct paradex_verdict {
    enum oe_error error;
    bool lost; // the venue does not know what became of the request
};

// The first name of an error that stands in the text. False: none that is known.
bool paradex_find_error(struct slice text, struct paradex_verdict *out);
struct paradex_verdict paradex_verdict_of_status(uint32_t http_status);
struct paradex_verdict paradex_verdict_of_code(int64_t code); // of JSON-RPC
// What cannot be read is no proof of anything.
void paradex_emit_unreadable(const struct oe_call *call, struct slice text, struct oe_sink *sink);

// paradex_oe_encode.c

enum status paradex_encode(struct oe *oe, const struct oe_call *call,
                           struct oe_message *out) MUST_CHECK;

// paradex_oe_decode.c, paradex_oe_frames.c
void paradex_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                           struct slice headers, struct slice body, struct oe_sink *sink);
void paradex_decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                          struct oe_sink *sink);

#endif
