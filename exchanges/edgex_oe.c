// Order entry of edgeX V2: calls by REST under an HMAC, orders signed as typed data besides, the
// account told by a private socket (edgex.md sections 5 and 6).
//
// The client id is "pd-", the session's key and the order's number, 16 hex digits each: unique for
// all of both, 36 characters. Its hash is the order's nonce, of 32 bits only: among 77000 orders
// two share one with even odds. What is signed holds the time and the amounts besides.
//
// There is no dead-man's switch, no change of an order (it is cancelled and placed anew) and no
// self-trade prevention to choose.
//
// Unconfirmed:
// - l2Signature with or without "0x": sent without, as the official client does; the simulated
//   server takes both.
// - The length of clientOrderId: 36 characters, as were seen.
// - The reason of a post-only order that would take: COULD_NOT_FILL, and any other word counts as
//   cancelled, with the word kept.
// - Rate limits: five calls a second.
// - The codes of refusals: what the sheet names and its words for orders that ended are known. Any
//   other is a refusal with HTTP 4xx; with HTTP 200 an order's outcome is asked for.
// - A time stamp more than 60 s off has no code of its own: it looks like wrong keys.
// - Whether an order is still taken almost 60 s after its time stamp: a lane waits no longer than
//   execution.late_request_ms before it believes that one is gone, because for so long a leg stands
//   alone.
// - The sign of fillFee (the documents show both): a fee counts as paid unless the contract's rate
//   is a rebate.
// - The fields of positions: openSize or size.
// - Whether two orders may share a nonce: nothing is done about it.
// - The fees are the contract's defaults; an account of a better tier pays less.
// - Funding is the rows POSITION_FUNDING of the collateral's changes, as the venue's page on its
//   socket shows them; by call, the page and its time filter are those of the venue's own client.
// - What the venue does when an order would meet one of ours: nothing is known, nothing is sent.
#include "exchanges/edgex_oe.h"

#include <openssl/crypto.h>

#include "exchanges/bytes_text.h"

enum { USDC_COIN = 1000 }; // until the metadata say so
static struct edgex *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &edgex_oe);
    return oe->state;
}

enum secret { SECRET_ACCOUNT, SECRET_KEY, SECRET_SECRET, SECRET_PASSPHRASE, SECRET_SIGNER };

// Fits the line of a header.
static bool is_printable(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return text.size > 0 && text.size < EDGEX_KEY_MAX;
}

static enum status init_signer(struct edgex *edgex, struct slice text) {
    uint8_t key[ETH_KEY_SIZE];
    enum status status = STATUS_CONFIG;
    if (hex_read(text, key, sizeof(key))) {
        status = sign_eth_init(&edgex->eth, key);
    }
    OPENSSL_cleanse(key, sizeof(key));
    return status == STATUS_CONFIG
               ? status_fail(STATUS_CONFIG, "EDGEX_PRIVATE_KEY is no key of secp256k1")
               : status;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct edgex *edgex = state_of(oe);
    int64_t account;
    if (oe->testnet) {
        return status_fail(STATUS_CONFIG, "edgeX has no test network");
    }
    if (!oe_is_plain(secrets[SECRET_ACCOUNT], EDGEX_ACCOUNT_TEXT - 1) ||
        !decimal_parse(secrets[SECRET_ACCOUNT], 0, &account) || account <= 0) {
        return status_fail(STATUS_CONFIG, "EDGEX_ACCOUNT_ID is no account number");
    }
    if (!oe_is_plain(secrets[SECRET_KEY], EDGEX_KEY_MAX - 1)) {
        return status_fail(STATUS_CONFIG, "EDGEX_API_KEY is no key of edgeX");
    }
    if (!edgex_hmac_init(&edgex->hmac, secrets[SECRET_SECRET])) {
        return status_fail(STATUS_CONFIG, "EDGEX_API_SECRET is no secret of edgeX");
    }
    if (!is_printable(secrets[SECRET_PASSPHRASE])) {
        return status_fail(STATUS_CONFIG, "EDGEX_API_PASSPHRASE is no pass phrase of edgeX");
    }
    struct text text = TEXT_OVER(edgex->account_text);
    edgex->account = (uint64_t)account;
    edgex->coin = USDC_COIN;
    text_add_int(&text, account);
    (void)string_copy(edgex->api_key, EDGEX_KEY_MAX, secrets[SECRET_KEY]);
    (void)string_copy(edgex->passphrase, EDGEX_KEY_MAX, secrets[SECRET_PASSPHRASE]);
    return init_signer(edgex, secrets[SECRET_SIGNER]);
}

static void finish(struct oe *oe) {
    sign_eth_finish(&state_of(oe)->eth);
}

static void identity(const struct oe *oe, struct text *out) {
    char address[ETH_ADDRESS_TEXT];
    eth_address_checked(state_of(oe)->eth.address, address);
    text_add_format(out, "account %s, signer %s", state_of(oe)->account_text, address);
}

static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    struct text text = text_over(out, OE_CLIENT_ID_MAX);
    text_add_format(&text, "pd-%016llx-%016llx", (unsigned long long)session_key,
                    (unsigned long long)order);
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    (void)now_ns;
    *kind = OE_RULES;
    return state_of(oe)->rules_due_ns;
}

const struct venue_oe edgex_oe = {
    .name = "edgex",
    .secrets = {[SECRET_ACCOUNT] = {.variable = "EDGEX_ACCOUNT_ID", .open = true},
                [SECRET_KEY] = {.variable = "EDGEX_API_KEY"},
                [SECRET_SECRET] = {.variable = "EDGEX_API_SECRET"},
                [SECRET_PASSPHRASE] = {.variable = "EDGEX_API_PASSPHRASE"},
                [SECRET_SIGNER] = {.variable = "EDGEX_PRIVATE_KEY"}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) | OE_BIT(OE_CANCEL_ALL) |
             OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) |
             OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) | OE_BIT(OE_LEVERAGE) | OE_BIT(OE_FUNDING_PAID),
    .flags = OE_CAN_CANCEL_ACCOUNT,
    .buckets = {[EDGEX_CALLS] = {"calls", 5, 1000}}, // clients live with 5 to 10
    .place_cost = {{[EDGEX_CALLS] = 1}},
    .mainnet = {"https://edgex-prod-v2.edgex.exchange",
                {"wss://edgex-quote-prod-v2.edgex.exchange/api/v1/private/ws"}},
    .state_size = sizeof(struct edgex),
    .init = init,
    .finish = finish,
    .identity = identity,
    .client_id = client_id,
    .encode = edgex_encode,
    .decode_answer = edgex_decode_answer,
    .open = edgex_open,
    .greet = edgex_greet,
    .decode_frame = edgex_decode_frame,
    .upkeep = upkeep,
};
