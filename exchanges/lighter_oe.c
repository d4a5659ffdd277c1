// Order entry of Lighter: every order is a signed transaction over the socket, the account is told
// on the same socket and by REST (lighter.md section 5, lighter-crypto.md).
//
// A key's transactions are numbered without a gap. The count is asked for at the start, after a
// refused number and after a connection that was lost with transactions on the way; a refusal gives
// the number back if no newer one is out. Another program that signs with the same key would take
// numbers in between: a key is one desk's.
//
// What ends of two own orders that meet is the resting one, which is the venue's default.
//
// Unconfirmed:
// - The largest client order index: 48 bits by the sheet, while one client saw 21727 for large
//   ones. All 48 are used; 21727 is reported as a malformed request.
// - Whether the size of a change (ModifyOrder) counts what is filled already: the whole size is
//   sent, as for a new order.
// - Whether an open order's list takes a client id to filter by: it is sent, and the rows are
//   looked through all the same. A finished order is not found: its fills are.
// - Whether tokens are wanted in the header, the query or both: both.
// - The unit of an order's times: told by the magnitude.
// - An error on the socket without an id: it is taken for the answer to the only transaction on the
//   way; with several on the way all are unknown and the count is asked for.
// - What the venue does with a subscription whose token is over: the socket is opened anew before.
// - How it refuses a token: a malformed request while the channels are being subscribed to is taken
//   for that, and told as a login that failed.
// - A reduce-only order that would not reduce may vanish without a word after it was accepted, as a
//   peer saw: whoever waits for it asks for it.
// - The sign of a funding payment (positionFunding.change): a change of the balance, so negative is
//   paid.
// - The price band of immediate orders (21733): the collar is the desk's own.
// - The least time that a transaction may last (ExpiredAt): orders and changes get 15 s, so that
//   one that was held up does not turn up later; a venue that wants more refuses them with 21711.
// - What price_protection does, and the number that is a transaction's status: the first is not
//   sent, the second not read; an order is told by its own row alone.
// - The text of 429, and codes that the published list lacks: the status or code alone decides, an
//   unknown one is a refusal with the venue's words.
// - Whether a key can take money out: a withdrawal pays the owner's wallet only, anything else
//   needs the wallet's signature, so a key is told as one that cannot.
#include "exchanges/lighter_oe.h"

#include <inttypes.h>
#include <openssl/crypto.h>

#include "exchanges/bytes_text.h"
#include "exchanges/lighter_self_test.h"

enum {
    ACCOUNT_BITS = 48,
    API_KEY_MIN = 2,
    API_KEY_MAX = 254,
};

struct lighter *lighter_of(const struct oe *oe) {
    ASSERT(oe->venue == &lighter_oe);
    return oe->state;
}

// ---- who ---------------------------------------------------------------------------------------

bool lighter_read_index(struct slice text, int64_t least, int64_t most, uint64_t *out) {
    int64_t value = -1;
    bool good = decimal_parse(text, 0, &value) && value >= least && value <= most;
    *out = good ? (uint64_t)value : 0;
    return good;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct lighter *lighter = lighter_of(oe);
    uint8_t secret[SCHNORR_KEY_SIZE];
    enum status status = lighter_self_test();
    if (status != STATUS_OK) {
        return status;
    }
    bool good = hex_read(secrets[0], secret, sizeof(secret)) &&
                schnorr_key_init(&lighter->key, secret) == STATUS_OK;
    OPENSSL_cleanse(secret, sizeof(secret));
    if (!good) {
        return status_fail(STATUS_CONFIG, "LIGHTER_PRIVATE_KEY is no key of Lighter");
    }
    if (!lighter_read_index(secrets[1], 0, (INT64_C(1) << ACCOUNT_BITS) - 2, &lighter->account)) {
        return status_fail(STATUS_CONFIG, "LIGHTER_ACCOUNT_INDEX is no account's number");
    }
    if (!lighter_read_index(secrets[2], API_KEY_MIN, API_KEY_MAX, &lighter->api_key)) {
        return status_fail(STATUS_CONFIG, "LIGHTER_API_KEY_INDEX is not from %d to %d", API_KEY_MIN,
                           API_KEY_MAX);
    }
    return STATUS_OK;
}

static void identity(const struct oe *oe, struct text *out) {
    const struct lighter *lighter = lighter_of(oe);
    text_add_format(out, "account %" PRIu64 ", API key %" PRIu64, lighter->account,
                    lighter->api_key);
}

// A permutation of the numbers of 48 bits, chosen by the session: four rounds over two halves.
static uint64_t shuffled(uint64_t session_key, uint64_t number) {
    const uint64_t half_mask = (UINT64_C(1) << (LIGHTER_CLIENT_BITS / 2)) - 1;
    uint64_t left = number >> (LIGHTER_CLIENT_BITS / 2) & half_mask;
    uint64_t right = number & half_mask;
    for (uint64_t round = 1; round <= 4; round++) {
        uint64_t mixed = left ^ (hash_mix(session_key ^ hash_mix(right << 8 | round)) & half_mask);
        left = right;
        right = mixed;
    }
    return left << (LIGHTER_CLIENT_BITS / 2) | right;
}

// From 1 to 2^48 - 1. Two orders of a session differ as long as they differ in their lowest 48
// bits, that is for four thousand million jobs; two sessions of 10000 orders have one in common
// once in three million times.
static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    struct text text = text_over(out, OE_CLIENT_ID_MAX);
    uint64_t number = shuffled(session_key, order);
    if (number == 0) { // no id: what would stand for 0 is taken, and the map stays one to one
        number = shuffled(session_key, number);
    }
    text_add_int(&text, (int64_t)number);
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    const struct lighter *lighter = lighter_of(oe);
    *kind = lighter->markets_known ? OE_NONCE : OE_RULES;
    return !lighter->markets_known ? now_ns
           : lighter->nonce_known  ? INT64_MAX
                                   : lighter_count_due_ns(lighter, now_ns);
}

const struct venue_oe lighter_oe = {
    .name = "lighter",
    .secrets = {{.variable = "LIGHTER_PRIVATE_KEY"},
                {.variable = "LIGHTER_ACCOUNT_INDEX", .open = true},
                {.variable = "LIGHTER_API_KEY_INDEX", .open = true}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_NONCE) | OE_BIT(OE_KEYS) | OE_BIT(OE_PLACE) |
             OE_BIT(OE_CANCEL) | OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_AMEND) | OE_BIT(OE_QUERY) |
             OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) |
             OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) | OE_BIT(OE_LEVERAGE) | OE_BIT(OE_FUNDING_PAID) |
             OE_BIT(OE_DEADMAN),
    .flags = OE_CAN_CANCEL_ACCOUNT | OE_QUERY_ONLY_OPEN,
    // Of a standard account, the least there is.
    .buckets = {[LIGHTER_TRANSACTIONS] = {"transactions", 60, 60000},
                [LIGHTER_CALLS] = {"calls", 60, 60000}},
    .place_cost = {{[LIGHTER_TRANSACTIONS] = 1}},
    .mainnet = {"https://mainnet.zklighter.elliot.ai",
                {"wss://mainnet.zklighter.elliot.ai/stream"}},
    .testnet = {"https://testnet.zklighter.elliot.ai",
                {"wss://testnet.zklighter.elliot.ai/stream"}},
    .heartbeat_ms = 30000,
    .heartbeat_text = "{\"type\":\"ping\"}",
    .socket_age_max_s = LIGHTER_SOCKET_LIFE_S,
    .late_ms = 16000, // ExpiredAt
    .deadman_min_ms = 5 * 60 * 1000,
    .deadman_max_ms = 15 * 24 * 3600 * 1000U,
    .state_size = sizeof(struct lighter),
    .init = init,
    .identity = identity,
    .client_id = client_id,
    .encode = lighter_encode,
    .decode_answer = lighter_decode_answer,
    .open = lighter_open,
    .greet = lighter_greet,
    .decode_frame = lighter_decode_frame,
    .upkeep = upkeep,
    .number_unused = lighter_number_unused,
};
