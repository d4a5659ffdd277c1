// Order entry of Backpack perpetuals: every request is signed with Ed25519 and goes by REST; orders
// and positions are told on a socket that was subscribed with a signature (backpack.md sections 3,
// 5 and 6).
//
// The resting order dies where two of ours meet (RejectMaker). There is no cancel-all for the
// account, no amendment and no dead-man's switch. Leverage is one number for the whole account and
// is left to the venue's own pages.
//
// Unconfirmed:
// - Whether a client id may come again, and when: ids are not repeated within a session, and a
//   refusal that speaks of a duplicate is taken as "the first one arrived".
// - A subscription is not acknowledged: the greeting ends when it is sent; an error frame
// afterwards
//   ends the session, and the account is asked by REST in any case.
// - The status word of an IOC that was filled in part: what was executed is told by its number, and
//   the word only says that the order is over.
// - The words of refusals that come as INVALID_ORDER or INVALID_CLIENT_REQUEST: known ones are
//   looked for in the text whatever their case, others are shown as they are.
// - The rows of the funding history: a negative quantity is taken as paid, as clients in the wild
//   do.
#include "exchanges/backpack_oe.h"

#include <openssl/crypto.h>

#include "exchanges/bytes_text.h"

static struct backpack *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &backpack_oe);
    return oe->state;
}

// The API key is the public half of the secret: a pair that does not match would fail with every
// request, so it is refused here.
static enum status init(struct oe *oe, const struct slice *secrets) {
    struct backpack *backpack = state_of(oe);
    uint8_t seed[2 * ED25519_SEED_SIZE], told[ED25519_PUBLIC_SIZE], right[ED25519_PUBLIC_SIZE];
    size_t size;
    if (oe->testnet) {
        return status_fail(STATUS_CONFIG, "Backpack has no testnet");
    }
    if (!base64_read(secrets[0], told, sizeof(told), &size) || size != sizeof(told)) {
        return status_fail(STATUS_CONFIG, "BACKPACK_API_KEY is no key of Backpack");
    }
    bool good = base64_read(secrets[1], seed, sizeof(seed), &size) &&
                (size == ED25519_SEED_SIZE || size == sizeof(seed)); // seed, or seed and public key
    enum status status =
        !good ? status_fail(STATUS_CONFIG, "BACKPACK_API_SECRET is no secret of Backpack")
              : sign_ed25519_init(&backpack->key, seed);
    OPENSSL_cleanse(seed, sizeof(seed));
    if (status != STATUS_OK) {
        return status;
    }
    sign_ed25519_public(&backpack->key, right);
    if (memcmp(told, right, sizeof(right)) != 0) {
        return status_fail(STATUS_CONFIG, "BACKPACK_API_KEY and BACKPACK_API_SECRET are no pair");
    }
    struct text api_key = TEXT_OVER(backpack->api_key);
    base64_add(&api_key, right, sizeof(right));
    return STATUS_OK;
}

static void finish(struct oe *oe) {
    sign_ed25519_finish(&state_of(oe)->key);
}

static void identity(const struct oe *oe, struct text *out) {
    text_add_format(out, "API key %.6s…", state_of(oe)->api_key);
}

// The venue has 32 bits for it: 20 of the job and 12 of the order's number in it, moved by a
// number of the session. Unique in a session up to its 1048575th job and 4095th order of a job;
// two sessions' ids may meet, so an order of an earlier session is known by the venue's id.
static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    uint32_t job = (uint32_t)(order >> 16), number = (uint32_t)order & 0xfff;
    struct text text = text_over(out, OE_CLIENT_ID_MAX);
    text_add_int(&text,
                 (int64_t)(uint32_t)((job << 12 | number) + (uint32_t)hash_mix(session_key)));
}

// ---- signing -----------------------------------------------------------------------------------

void backpack_sign_instruction(struct text *out, const char *instruction,
                               const struct oe_params *params) {
    if (out->size > 0) {
        text_add_char(out, '&');
    }
    text_add(out, SLICE("instruction="));
    text_add_string(out, instruction);
    if (params->count > 0) {
        text_add_char(out, '&');
        oe_params_query(params, out);
    }
}

void backpack_sign_time(struct text *out, int64_t time_ms, int64_t window_ms) {
    text_add(out, SLICE("&timestamp="));
    text_add_int(out, time_ms);
    text_add(out, SLICE("&window="));
    text_add_int(out, window_ms);
}

static bool add_signature(const struct backpack *backpack, struct slice prehash, struct text *out) {
    uint8_t signature[ED25519_SIGNATURE_SIZE];
    if (!sign_ed25519(&backpack->key, prehash, signature)) {
        return false;
    }
    base64_add(out, signature, sizeof(signature));
    return true;
}

static enum status sign_request(const struct backpack *backpack, const char *instruction,
                                const struct oe_params *params, int64_t now_ns,
                                struct oe_message *out) {
    char prehash_data[OE_PATH_MAX];
    struct text prehash = TEXT_OVER(prehash_data);
    backpack_sign_instruction(&prehash, instruction, params);
    backpack_sign_time(&prehash, now_ns / NS_PER_MS, BACKPACK_WINDOW_MS);
    ASSERT(!prehash.truncated && !params->overflowed);
    text_add(&out->headers, SLICE("X-API-Key: "));
    text_add_string(&out->headers, backpack->api_key);
    text_add(&out->headers, SLICE("\nX-Signature: "));
    if (!add_signature(backpack, text_slice(&prehash), &out->headers)) {
        return status_fail(STATUS_SYSTEM, "the request could not be signed");
    }
    text_add_format(&out->headers, "\nX-Timestamp: %lld\nX-Window: %d\n",
                    (long long)(now_ns / NS_PER_MS), BACKPACK_WINDOW_MS);
    if (out->body.size > 0) {
        text_add(&out->headers, SLICE("Content-Type: application/json; charset=utf-8\n"));
    }
    return STATUS_OK;
}

// ---- requests ----------------------------------------------------------------------------------

static enum status add_ids(struct oe_params *params, const struct oe_call *call) {
    int64_t number;
    if (call->venue_id.size > 0) { // one of them only: both are refused
        oe_param(params, SLICE("orderId"), call->venue_id);
    } else if (decimal_parse(call->client_id, 0, &number) && number >= 0 && number <= UINT32_MAX) {
        oe_param_int(params, SLICE("clientId"), number);
    } else {
        return status_fail(STATUS_DATA, "a client id of Backpack is a number of 32 bits");
    }
    return STATUS_OK;
}

static enum status add_order(struct oe_params *params, const struct oe_call *call) {
    const struct oe_order *order = &call->order;
    struct oe_call named = {.client_id = call->client_id};
    enum status status = add_ids(params, &named);
    oe_param(params, SLICE("side"), order->side == SIDE_BUY ? SLICE("Bid") : SLICE("Ask"));
    oe_param(params, SLICE("orderType"), SLICE("Limit"));
    oe_param_px(params, SLICE("price"), order->price);
    oe_param_qty(params, SLICE("quantity"), order->size);
    oe_param(params, SLICE("timeInForce"), order->kind == OE_IOC ? SLICE("IOC") : SLICE("GTC"));
    oe_param(params, SLICE("selfTradePrevention"), SLICE("RejectMaker"));
    if (order->kind == OE_POST_ONLY) {
        oe_param_bare(params, SLICE("postOnly"), SLICE("true"));
    }
    if (order->reduce_only) {
        oe_param_bare(params, SLICE("reduceOnly"), SLICE("true"));
    }
    return status;
}

// Oldest first, so that what is filled meanwhile shifts no page.
static enum status add_page(struct oe_params *params, const struct oe_call *call) {
    int64_t offset = 0;
    if (call->cursor.size > 0 && (!decimal_parse(call->cursor, 0, &offset) || offset < 0)) {
        return status_fail(STATUS_DATA, "the page asked for is none");
    }
    oe_param_int(params, SLICE("limit"), BACKPACK_PAGE);
    oe_param_int(params, SLICE("offset"), offset);
    oe_param(params, SLICE("sortDirection"), SLICE("Asc"));
    return STATUS_OK;
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    static const struct {
        const char *method, *path, *instruction;
    } rows[OE_CALL_KIND_COUNT] = {
        [OE_PLACE] = {"POST", "/api/v1/order", "orderExecute"},
        [OE_CANCEL] = {"DELETE", "/api/v1/order", "orderCancel"},
        [OE_CANCEL_ALL] = {"DELETE", "/api/v1/orders", "orderCancelAll"},
        [OE_QUERY] = {"GET", "/api/v1/order", "orderQuery"},
        [OE_OPEN_ORDERS] = {"GET", "/api/v1/orders", "orderQueryAll"},
        [OE_FILLS] = {"GET", "/wapi/v1/history/fills", "fillHistoryQueryAll"},
        [OE_POSITIONS] = {"GET", "/api/v1/position", "positionQuery"},
        [OE_BALANCES] = {"GET", "/api/v1/capital/collateral", "collateralQuery"},
        [OE_FEES] = {"GET", "/api/v1/account", "accountQuery"},
        [OE_FUNDING_PAID] = {"GET", "/wapi/v1/history/funding", "fundingHistoryQueryAll"},
    };
    struct oe_params params;
    enum status status = STATUS_OK;
    bool of_account = call->kind == OE_BALANCES || call->kind == OE_FEES;
    oe_params_begin(&params);
    if (call->symbol != OE_SYMBOL_NONE && !of_account) {
        oe_param(&params, SLICE("symbol"), slice_of(oe->listings[call->symbol].native));
    }
    if (call->kind == OE_PLACE) {
        status = add_order(&params, call);
    } else if (call->kind == OE_CANCEL || call->kind == OE_QUERY) {
        status = add_ids(&params, call);
    } else if (call->kind == OE_CANCEL_ALL && call->symbol == OE_SYMBOL_NONE) {
        status = status_fail(STATUS_DATA, "Backpack cancels all orders of one symbol at a time");
    } else if (call->kind == OE_FILLS || call->kind == OE_FUNDING_PAID) {
        status = add_page(&params, call);
    }
    if (call->kind == OE_FILLS) {
        oe_param_int(&params, SLICE("from"), call->since_ns / NS_PER_MS);
    }
    if (status != STATUS_OK) {
        return status;
    }
    oe_params_sort(&params);
    out->method = rows[call->kind].method;
    out->cost.units[0] = 1;
    text_add_string(&out->path, rows[call->kind].path);
    if (strcmp(out->method, "GET") != 0) {
        text_add_char(&out->body, '{');
        oe_params_members(&params, &out->body);
        text_add_char(&out->body, '}');
    } else if (params.count > 0) {
        text_add_char(&out->path, '?');
        oe_params_query(&params, &out->path);
    }
    return sign_request(state_of(oe), rows[call->kind].instruction, &params, call->now_ns, out);
}

// ---- the socket --------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)oe;
    (void)now_ns;
    (void)headers;
    text_add_string(url, backpack_oe.mainnet.ws[socket]);
    return STATUS_OK;
}

static enum oe_greeting greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                              struct text *out) {
    (void)socket;
    const struct backpack *backpack = state_of(oe);
    char prehash_data[128], signature_data[96];
    struct text prehash = TEXT_OVER(prehash_data), signature = TEXT_OVER(signature_data);
    struct oe_params none;
    oe_params_begin(&none);
    if (step > 0) {
        return OE_GREETING_DONE;
    }
    backpack_sign_instruction(&prehash, "subscribe", &none);
    backpack_sign_time(&prehash, now_ns / NS_PER_MS, BACKPACK_WINDOW_MS);
    if (!add_signature(backpack, text_slice(&prehash), &signature)) {
        return OE_GREETING_WAIT; // the lane gives up on it in its time
    }
    text_add_format(out,
                    "{\"method\":\"SUBSCRIBE\",\"params\":[\"account.orderUpdate\","
                    "\"account.positionUpdate\"],\"signature\":[\"%s\",\"%s\",\"%lld\",\"%d\"]}",
                    backpack->api_key, signature_data, (long long)(now_ns / NS_PER_MS),
                    BACKPACK_WINDOW_MS);
    return OE_GREETING_SEND;
}

const struct venue_oe backpack_oe = {
    .name = "backpack",
    .secrets = {{.variable = "BACKPACK_API_KEY"}, {.variable = "BACKPACK_API_SECRET"}},
    .calls = OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) | OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_QUERY) |
             OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) |
             OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) | OE_BIT(OE_FUNDING_PAID),
    .flags = OE_QUERY_ONLY_OPEN,
    .buckets = {{"requests", 2000, 60 * 1000}}, // of a sub-account
    .place_cost = {{1}},
    .mainnet = {"https://api.backpack.exchange", {"wss://ws.backpack.exchange/"}},
    .state_size = sizeof(struct backpack),
    .init = init,
    .finish = finish,
    .identity = identity,
    .client_id = client_id,
    .encode = encode,
    .decode_answer = backpack_decode_answer,
    .open = open_socket,
    .greet = greet,
    .decode_frame = backpack_decode_frame,
};
