// What edgeX is sent: the parameters of each call, and their signatures (edgex.md sections 5 and
// 6).
#include "exchanges/edgex_oe.h"
#include "exchanges/oe_params.h"

enum { ORDERS_PAGE = 200, HISTORY_PAGE = 100 };
#define METADATA_PATH "/api/v2/public/meta/getMetaData"
// An order ends by itself after 22 days, as those of the official client.
#define ORDER_LIFE_MS INT64_C(1900800000)
// When the rules are asked for again if no answer comes.
#define RULES_RETRY_NS (INT64_C(5) * NS_PER_S)

// ---- signing -----------------------------------------------------------------------------------

static void add_header(struct text *headers, struct slice name, struct slice value) {
    text_add(headers, name);
    text_add(headers, SLICE(": "));
    text_add(headers, value);
    text_add_char(headers, '\n');
}

void edgex_add_headers(const struct edgex *edgex, struct slice time_ms, struct slice method,
                       struct slice path, struct slice folded, struct text *headers) {
    char signature[SIGN_HMAC_HEX_SIZE];
    edgex_sign_request(&edgex->hmac, time_ms, method, path, folded, signature);
    add_header(headers, SLICE("X-edgeX-Api-Key"), slice_of(edgex->api_key));
    add_header(headers, SLICE("X-edgeX-Passphrase"), slice_of(edgex->passphrase));
    add_header(headers, SLICE("X-edgeX-Timestamp"), time_ms);
    add_header(headers, SLICE("X-edgeX-Signature"), (struct slice){signature, sizeof(signature)});
}

static void sign_request(const struct edgex *edgex, int64_t now_ns, struct slice folded,
                         struct oe_message *out) {
    char time_data[24];
    struct text time = TEXT_OVER(time_data);
    text_add_int(&time, now_ns / NS_PER_MS);
    edgex_add_headers(edgex, text_slice(&time), slice_of(out->method), text_slice(&out->path),
                      folded, &out->headers);
}

// ---- reading -----------------------------------------------------------------------------------

// A cursor is the venue's own text; everything else needs no escaping.
static void add_escaped(struct text *out, struct slice value) {
    for (size_t i = 0; i < value.size; i++) {
        struct slice one = {value.data + i, 1};
        if (oe_is_plain(one, 1) || one.data[0] == ',') {
            text_add(out, one);
        } else {
            text_add_format(out, "%%%02X", (unsigned char)one.data[0]);
        }
    }
}

// What is signed are the values as they are; the query has them escaped.
static enum status finish_get(const struct edgex *edgex, const struct oe_call *call,
                              struct oe_params *params, struct oe_message *out) {
    char folded_data[OE_PATH_MAX];
    struct text folded = TEXT_OVER(folded_data);
    oe_params_sort(params);
    oe_params_query(params, &folded);
    if (params->overflowed || folded.truncated) {
        return status_fail(STATUS_DATA, "the request is too long");
    }
    out->method = "GET";
    sign_request(edgex, call->now_ns, text_slice(&folded), out);
    for (uint32_t i = 0; i < params->count; i++) {
        text_add_char(&out->path, i == 0 ? '?' : '&');
        text_add(&out->path, params->rows[i].name);
        text_add_char(&out->path, '=');
        add_escaped(&out->path, params->rows[i].value);
    }
    return STATUS_OK;
}

static void add_contract(const struct edgex *edgex, const struct oe_call *call, const char *name,
                         struct oe_params *params) {
    if (call->symbol != OE_SYMBOL_NONE) {
        oe_param_int(params, slice_of(name),
                     (int64_t)edgex->contracts[call->symbol].rules.contract);
    }
}

static void add_page(const struct oe_call *call, int64_t size, struct oe_params *params) {
    oe_param_int(params, SLICE("size"), size);
    if (call->cursor.size > 0) {
        oe_param(params, SLICE("offsetData"), call->cursor);
    }
    if (call->kind != OE_OPEN_ORDERS && call->since_ns > 0) {
        oe_param_int(params, SLICE("filterStartCreatedTimeInclusive"), call->since_ns / NS_PER_MS);
    }
}

static enum status encode_get(const struct edgex *edgex, const struct oe_call *call,
                              struct oe_message *out) {
    struct oe_params params;
    const char *path = "/api/v2/private/account/getAccountAsset";
    oe_params_begin(&params);
    oe_param(&params, SLICE("accountId"), slice_of(edgex->account_text));
    if (call->kind == OE_QUERY && call->venue_id.size > 0) {
        path = "/api/v2/private/order/getOrderById";
        oe_param(&params, SLICE("orderIdList"), call->venue_id);
    } else if (call->kind == OE_QUERY) {
        path = "/api/v2/private/order/getOrderByClientOrderId";
        oe_param(&params, SLICE("clientOrderIdList"), call->client_id);
    } else if (call->kind == OE_OPEN_ORDERS) {
        path = "/api/v2/private/order/getActiveOrderPage";
        add_contract(edgex, call, "filterContractIdList", &params);
        add_page(call, ORDERS_PAGE, &params);
    } else if (call->kind == OE_FILLS) {
        path = "/api/v2/private/order/getHistoryOrderFillTransactionPage";
        add_contract(edgex, call, "filterContractIdList", &params);
        add_page(call, HISTORY_PAGE, &params);
    } else if (call->kind == OE_FUNDING_PAID) {
        path = "/api/v2/private/account/getCollateralTransactionPage";
        add_page(call, HISTORY_PAGE, &params);
    }
    text_add_string(&out->path, path);
    return finish_get(edgex, call, &params, out);
}

// ---- changing ----------------------------------------------------------------------------------

// Takes the members of the body; what is signed is what the body says.
static enum status finish_post(const struct edgex *edgex, const struct oe_call *call,
                               struct oe_params *params, struct oe_message *out) {
    char folded_data[OE_BODY_MAX];
    struct text folded = TEXT_OVER(folded_data);
    ASSERT(!params->overflowed);
    text_add_char(&out->body, '{');
    oe_params_members(params, &out->body);
    text_add_char(&out->body, '}');
    if (!edgex_fold(text_slice(&out->body), &folded)) {
        return status_fail(STATUS_INTERNAL, "the body of a request is no JSON");
    }
    out->method = "POST";
    sign_request(edgex, call->now_ns, text_slice(&folded), out);
    add_header(&out->headers, SLICE("Content-Type"), SLICE("application/json"));
    return STATUS_OK;
}

// The numbers that the signature holds stand in the body too, where they are texts.
static void add_signed(struct oe_params *params, const char *name, int64_t value) {
    oe_param_int(params, slice_of(name), value);
    params->rows[params->count - 1].bare = false;
}

static enum status encode_place(const struct edgex *edgex, const struct oe_call *call,
                                struct oe_message *out) {
    static const struct slice times[OE_ORDER_KIND_COUNT] = {[OE_POST_ONLY] = {"POST_ONLY", 9},
                                                            [OE_IOC] = {"IMMEDIATE_OR_CANCEL", 19},
                                                            [OE_GTC] = {"GOOD_TIL_CANCEL", 15}};
    const struct oe_order *order = &call->order;
    int64_t expires_ms = call->now_ns / NS_PER_MS + ORDER_LIFE_MS;
    struct edgex_order terms = {.nonce = edgex_nonce(call->client_id),
                                .account = edgex->account,
                                .expires_s = (uint64_t)expires_ms / 1000,
                                .buys = order->side == SIDE_BUY};
    uint8_t digest[ETH_HASH_SIZE];
    struct eth_signature signature;
    char signature_text[EDGEX_SIGNATURE_TEXT];
    struct oe_params params;
    if (!edgex_amounts(&edgex->contracts[call->symbol].rules, order->price, order->size, &terms)) {
        return status_fail(STATUS_DATA, "the order is too large for edgeX's numbers");
    }
    edgex_order_digest(&edgex->domain, &terms, edgex->eth.address, digest);
    sign_eth(&edgex->eth, digest, &signature);
    edgex_signature_write(&signature, signature_text);
    oe_params_begin(&params);
    oe_param(&params, SLICE("accountId"), slice_of(edgex->account_text));
    add_signed(&params, "contractId", (int64_t)terms.contract);
    oe_param(&params, SLICE("side"), terms.buys ? SLICE("BUY") : SLICE("SELL"));
    oe_param(&params, SLICE("type"), SLICE("LIMIT"));
    oe_param(&params, SLICE("timeInForce"), times[order->kind]);
    oe_param_px(&params, SLICE("price"), order->price);
    oe_param_qty(&params, SLICE("size"), order->size);
    oe_param_bare(&params, SLICE("reduceOnly"),
                  order->reduce_only ? SLICE("true") : SLICE("false"));
    oe_param(&params, SLICE("clientOrderId"), call->client_id);
    add_signed(&params, "expireTime", expires_ms);
    add_signed(&params, "l2Nonce", terms.nonce);
    oe_param(&params, SLICE("l2Value"), slice_of(terms.value_text));
    oe_param_qty(&params, SLICE("l2Size"), order->size);
    add_signed(&params, "l2LimitFee", (int64_t)terms.fee_whole);
    add_signed(&params, "l2ExpireTime", expires_ms + EDGEX_SIGNED_LONGER_MS);
    oe_param(&params, SLICE("l2Signature"), slice_of(signature_text));
    text_add_string(&out->path, "/api/v2/private/order/createOrder");
    return finish_post(edgex, call, &params, out);
}

static enum status encode_leverage(const struct edgex *edgex, const struct oe_call *call,
                                   struct oe_message *out) {
    struct oe_params params;
    oe_params_begin(&params);
    oe_param(&params, SLICE("accountId"), slice_of(edgex->account_text));
    add_signed(&params, "contractId", (int64_t)edgex->contracts[call->symbol].rules.contract);
    add_signed(&params, "leverage", call->leverage);
    text_add_string(&out->path, "/api/v2/private/account/updateLeverageSetting");
    return finish_post(edgex, call, &params, out);
}

// One list names what is to be cancelled: orders by either id, or the contracts of all of them,
// where an empty list is every contract.
static enum status encode_cancel(const struct edgex *edgex, const struct oe_call *call,
                                 struct oe_message *out) {
    struct oe_params params;
    struct slice id = {"", 0}, name = SLICE("filterContractIdList");
    const char *path = "/api/v2/private/order/cancelAllOrder";
    char contract_data[24], list_data[OE_VENUE_ID_MAX + 8];
    struct text contract = TEXT_OVER(contract_data), list = TEXT_OVER(list_data);
    if (call->kind == OE_CANCEL && call->venue_id.size > 0) {
        id = call->venue_id;
        name = SLICE("orderIdList");
        path = "/api/v2/private/order/cancelOrderById";
    } else if (call->kind == OE_CANCEL) {
        id = call->client_id;
        name = SLICE("clientOrderIdList");
        path = "/api/v2/private/order/cancelOrderByClientOrderId";
    } else if (call->symbol != OE_SYMBOL_NONE) {
        text_add_int(&contract, (int64_t)edgex->contracts[call->symbol].rules.contract);
        id = text_slice(&contract);
    }
    text_add(&list, id.size > 0 ? SLICE("[\"") : SLICE("["));
    text_add(&list, id);
    text_add(&list, id.size > 0 ? SLICE("\"]") : SLICE("]"));
    oe_params_begin(&params);
    oe_param(&params, SLICE("accountId"), slice_of(edgex->account_text));
    oe_param_bare(&params, name, text_slice(&list));
    text_add_string(&out->path, path);
    return finish_post(edgex, call, &params, out);
}

// ---- calls -------------------------------------------------------------------------------------

// Whether the call names a contract, or its answer does.
static bool needs_rules(const struct oe_call *call) {
    switch ((int)call->kind) {
    case OE_RULES:
    case OE_FEES:
    case OE_CANCEL:
    case OE_BALANCES:
        return false;
    case OE_CANCEL_ALL:
        return call->symbol != OE_SYMBOL_NONE;
    default:
        return true;
    }
}

static enum status check_rules(const struct oe *oe, const struct oe_call *call) {
    const struct edgex *edgex = oe->state;
    if (call->kind == OE_LEVERAGE && (call->symbol == OE_SYMBOL_NONE || call->leverage == 0)) {
        return status_fail(STATUS_DATA, "leverage is set for a symbol");
    }
    if (!needs_rules(call)) {
        return STATUS_OK;
    }
    if (!edgex->rules_known) {
        return status_fail(STATUS_UNAVAILABLE, "edgeX's contracts are not known yet");
    }
    if (call->symbol != OE_SYMBOL_NONE && edgex->contracts[call->symbol].rules.contract == 0) {
        return status_fail(STATUS_UNAVAILABLE, "edgeX has not told the numbers of %s",
                           oe->listings[call->symbol].native);
    }
    return STATUS_OK;
}

enum status edgex_encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    struct edgex *edgex = oe->state;
    enum status status = check_rules(oe, call);
    if (status != STATUS_OK) {
        return status;
    }
    out->cost.units[EDGEX_CALLS] = 1;
    switch ((int)call->kind) {
    case OE_RULES:
        edgex->rules_due_ns = call->now_ns + RULES_RETRY_NS;
        out->method = "GET";
        text_add_string(&out->path, METADATA_PATH);
        return STATUS_OK;
    case OE_FEES:
        out->method = "GET";
        text_add_string(&out->path, METADATA_PATH);
        return STATUS_OK;
    case OE_PLACE:
        return encode_place(edgex, call, out);
    case OE_CANCEL:
    case OE_CANCEL_ALL:
        return encode_cancel(edgex, call, out);
    case OE_LEVERAGE:
        return encode_leverage(edgex, call, out);
    default:
        return encode_get(edgex, call, out);
    }
}
