// Order entry of Aster: Binance's calls of before 2026 by REST, the user stream, no orders by
// socket. Two kinds of keys, chosen by which secrets are set: a wallet's approved signer (V3,
// EIP-712 over the parameters) and the older API key with HMAC (V1). Where both are set, the signer
// signs.
//
// A number of V3 is the time in microseconds, rising; the venue keeps the last hundred, so requests
// may arrive out of order.
//
// Unconfirmed:
// - How a post-only order that would take is refused: an error, EXPIRED in the answer or on the
//   stream are all understood.
// - The code for a bad signature of V3: -1000 with the word "signature" counts as wrong keys.
// - The sign of the commission in userTrades, negative in the documentation: its size is taken as
//   paid, the base tier has no rebate.
// - Whether `user` may be left out and the signature's form: user is sent, 0x and v of 27 or 28.
// - V1 of the account's calls: under /fapi/v1 as the sheet has it; stpMode is a parameter of V3
//   alone.
// - Whether a change needs `side`: it is sent, as Binance has it.
// - The code for a number (nonce) used before: numbers are the time in microseconds and only rise;
//   any refusal ends the order with the venue's words.
// - Whether messages carry more than the documents tell, from which all samples are: what is not
//   known is passed over.
#include "exchanges/aster_sign.h"
#include "exchanges/bytes_text.h"
#include "exchanges/fapi_session.h"

#include <openssl/crypto.h>

enum { SECRET_USER, SECRET_SIGNER, SECRET_KEY, SECRET_HMAC, SOCKET_USER = 0 };

struct aster {
    bool third; // V3
    struct sign_eth signer;
    char user_text[ETH_ADDRESS_TEXT], signer_text[ETH_ADDRESS_TEXT]; // with the checksum
    uint64_t nonce;
    struct fapi_key key; // V1
    struct fapi_listen listen;
};

static struct aster *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &aster_oe);
    return oe->state;
}

static enum status init_signer(struct aster *aster, const struct slice *secrets) {
    uint8_t key[ETH_KEY_SIZE], user[ETH_ADDRESS_SIZE];
    if (!hex_read(secrets[SECRET_USER], user, sizeof(user))) {
        return status_fail(STATUS_CONFIG, "ASTER_USER_ADDRESS is no address");
    }
    bool good = hex_read(secrets[SECRET_SIGNER], key, sizeof(key)) &&
                sign_eth_init(&aster->signer, key) == STATUS_OK;
    OPENSSL_cleanse(key, sizeof(key));
    if (!good) {
        return status_fail(STATUS_CONFIG, "ASTER_SIGNER_PRIVATE_KEY is no key of a wallet");
    }
    aster->third = true;
    eth_address_checked(user, aster->user_text);
    eth_address_checked(aster->signer.address, aster->signer_text);
    return STATUS_OK;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct aster *aster = state_of(oe);
    if (secrets[SECRET_SIGNER].size > 0) {
        return init_signer(aster, secrets);
    }
    if (secrets[SECRET_KEY].size == 0 || secrets[SECRET_HMAC].size == 0) {
        return status_fail(STATUS_CONFIG, "neither ASTER_SIGNER_PRIVATE_KEY nor ASTER_API_KEY and "
                                          "ASTER_API_SECRET are set");
    }
    if (!fapi_key_init(&aster->key, secrets[SECRET_KEY], secrets[SECRET_HMAC])) {
        return status_fail(STATUS_CONFIG, "ASTER_API_KEY is no key of Aster");
    }
    return STATUS_OK;
}

static void finish(struct oe *oe) {
    sign_eth_finish(&state_of(oe)->signer);
}

static void identity(const struct oe *oe, struct text *out) {
    const struct aster *aster = state_of(oe);
    if (aster->third) {
        text_add_format(out, "account %s, signer %s", aster->user_text, aster->signer_text);
    } else {
        fapi_key_identity(&aster->key, out);
    }
}

// ---- requests ----------------------------------------------------------------------------------

// Who and when stand in front of what is asked; all of it is signed, and sent in the query or (but
// for GET) as a form.
static void add_signed(struct oe *oe, const struct oe_call *call, const char *method,
                       const struct oe_params *params, struct oe_message *out) {
    struct aster *aster = state_of(oe);
    bool in_query = strcmp(method, "GET") == 0;
    struct text *to = in_query ? &out->path : &out->body;
    uint64_t now_us = (uint64_t)(call->now_ns / NS_PER_US);
    char signature[ASTER_SIGNATURE_TEXT];
    aster->nonce = now_us > aster->nonce ? now_us : aster->nonce + 1;
    if (in_query) {
        text_add_char(to, '?');
    }
    size_t from = to->size;
    text_add_format(to, "nonce=%llu&user=%s&signer=%s", (unsigned long long)aster->nonce,
                    aster->user_text, aster->signer_text);
    if (params->count > 0) {
        text_add_char(to, '&');
        oe_params_query(params, to);
    }
    ASSERT(!to->truncated && !params->overflowed); // every part of it is bounded
    aster_sign(&aster->signer, (struct slice){to->data + from, to->size - from}, oe->testnet,
               signature);
    text_add(to, SLICE("&signature="));
    text_add_string(to, signature);
    if (!in_query) {
        text_add(&out->headers, SLICE("Content-Type: application/x-www-form-urlencoded\n"));
    }
}

// V3 wants it signed, V1 the key alone.
static enum status encode_listen_key(struct oe *oe, const struct oe_call *call,
                                     struct oe_message *out) {
    const struct aster *aster = state_of(oe);
    struct oe_params params;
    oe_params_begin(&params);
    out->method = call->kind == OE_LOGIN ? "POST" : "PUT";
    out->cost.units[FAPI_WEIGHT] = 1;
    text_add_string(&out->path, aster->third ? "/fapi/v3/listenKey" : "/fapi/v1/listenKey");
    if (aster->third) {
        add_signed(oe, call, out->method, &params, out);
    } else {
        fapi_key_add_header(&aster->key, out);
    }
    return STATUS_OK;
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    const struct aster *aster = state_of(oe);
    if (call->kind == OE_LOGIN || call->kind == OE_REFRESH) {
        return encode_listen_key(oe, call, out);
    }
    struct fapi_request request;
    struct oe_params params;
    fapi_request(oe, call, &request, &params);
    if (request.has_symbol && call->symbol == OE_SYMBOL_NONE) {
        return status_fail(STATUS_DATA, "aster asks for a symbol");
    }
    out->cost.units[FAPI_WEIGHT] = request.weight;
    out->cost.units[FAPI_ORDERS_1M] = request.counts_order;
    if (!aster->third) {
        fapi_key_stamp(&params, call->now_ns);
        fapi_key_request(&aster->key, &request, &params, "/fapi/v1", out);
        return STATUS_OK;
    }
    if (call->kind == OE_PLACE) {
        oe_param(&params, SLICE("stpMode"), SLICE("EXPIRE_MAKER"));
    }
    out->method = request.method;
    text_add(&out->path, SLICE("/fapi/v3"));
    text_add_string(&out->path, request.path);
    add_signed(oe, call, request.method, &params, out);
    return STATUS_OK;
}

// ---- answers -----------------------------------------------------------------------------------

// A list of fills tells fees of either sign.
struct paid_sink {
    struct oe_sink sink;
    struct oe_sink *outer;
};

static void on_paid(struct oe_sink *sink, const struct oe_event *event) {
    struct paid_sink *paid =
        (struct paid_sink *)(void *)((char *)sink - offsetof(struct paid_sink, sink));
    struct oe_event copy = *event;
    if (copy.kind == OE_EVENT_FILL) {
        copy.fill.fee = usd_abs(copy.fill.fee);
    }
    paid->outer->on_event(paid->outer, &copy);
}

static void decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                          struct slice headers, struct slice body, struct oe_sink *sink) {
    struct aster *aster = state_of(oe);
    fapi_decode_headers(headers, sink);
    if (fapi_listen_answer(&aster->listen, SOCKET_USER, call, http_status, body, sink)) {
        return;
    }
    struct paid_sink paid = {{on_paid}, sink};
    fapi_decode_answer(oe, call, http_status, body, call->kind == OE_FILLS ? &paid.sink : sink);
}

// ---- the user stream ---------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)now_ns;
    (void)headers;
    const struct aster *aster = state_of(oe);
    if (aster->listen.key[0] == '\0') {
        return status_fail(STATUS_UNAVAILABLE, "no listen key yet");
    }
    text_add_string(url, oe->testnet ? aster_oe.testnet.ws[socket] : aster_oe.mainnet.ws[socket]);
    text_add_char(url, '/');
    text_add_string(url, aster->listen.key);
    return STATUS_OK;
}

static void decode_frame(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                         struct oe_sink *sink) {
    (void)socket;
    (void)now_ns;
    if (!fapi_decode_user(oe, frame, sink)) {
        fapi_listen_lose(&state_of(oe)->listen, SOCKET_USER, NULL, sink);
    }
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    return fapi_listen_upkeep(&state_of(oe)->listen, now_ns, kind);
}

const struct venue_oe aster_oe = {
    .name = "aster",
    .secrets = {[SECRET_USER] = {"ASTER_USER_ADDRESS", .optional = true, .open = true},
                [SECRET_SIGNER] = {"ASTER_SIGNER_PRIVATE_KEY", .optional = true},
                [SECRET_KEY] = {"ASTER_API_KEY", .optional = true},
                [SECRET_HMAC] = {"ASTER_API_SECRET", .optional = true}},
    .calls = OE_BIT(OE_LOGIN) | OE_BIT(OE_REFRESH) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) |
             OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_AMEND) | OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) |
             OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) | OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) |
             OE_BIT(OE_LEVERAGE) | OE_BIT(OE_DEADMAN),
    .flags = OE_FILLS_PER_SYMBOL | OE_DEADMAN_PER_SYMBOL | OE_FEES_PER_SYMBOL,
    .buckets =
        {[FAPI_WEIGHT] = {"weight", 2400, 60000}, [FAPI_ORDERS_1M] = {"orders", 1200, 60000}},
    .place_cost = {{[FAPI_WEIGHT] = 1, [FAPI_ORDERS_1M] = 1}},
    .mainnet = {"https://fapi.asterdex.com", {"wss://fstream.asterdex.com/ws"}},
    .testnet = {"https://fapi.asterdex-testnet.com", {"wss://fstream.asterdex-testnet.com/ws"}},
    .socket_age_max_s = 23 * 3600,
    .late_ms = 11000, // a nonce is good within 10 s of the venue's clock
    .deadman_min_ms = 1000,
    .deadman_max_ms = 600000,
    .state_size = sizeof(struct aster),
    .init = init,
    .finish = finish,
    .identity = identity,
    .client_id = fapi_client_id,
    .encode = encode,
    .decode_answer = decode_answer,
    .open = open_socket, // no greeting: the stream begins by itself
    .decode_frame = decode_frame,
    .upkeep = upkeep,
};
