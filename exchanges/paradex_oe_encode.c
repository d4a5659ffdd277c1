// The requests of Paradex's order entry, signed: paradex.md sections 5 and 6.
#include "exchanges/oe_params.h"
#include "exchanges/paradex_oe.h"

enum { RECV_WINDOW_MS = 5000, LEVERAGE_MAX = 100 };

// ---- signatures --------------------------------------------------------------------------------

// ["r","s"] in decimal; `quote` as it stands where it is put: " or, within a string, \".
static enum status sign(const struct paradex *paradex, struct felt message, struct slice quote,
                        struct text *out) {
    struct stark_signature signature;
    enum status status = stark_sign(&paradex->key, message, &signature);
    if (status != STATUS_OK) {
        return status;
    }
    text_add_char(out, '[');
    text_add(out, quote);
    u256_add_decimal(out, &signature.r);
    text_add(out, quote);
    text_add_char(out, ',');
    text_add(out, quote);
    u256_add_decimal(out, &signature.s);
    text_add(out, quote);
    text_add_char(out, ']');
    return STATUS_OK;
}

// What both kinds of orders have: the fields that are signed, and their signature.
static enum status add_order(const struct oe *oe, const struct oe_call *call,
                             struct oe_params *params, struct text *signature) {
    enum { PX_PER_E8 = 10000 };
    _Static_assert(PX_ONE / PX_PER_E8 == 100000000 && QTY_ONE == 100000000, "units of 1e-8");
    const struct paradex *paradex = paradex_of(oe);
    const struct oe_order *order = &call->order;
    if (order->price.v % PX_PER_E8 != 0) {
        return status_fail(STATUS_DATA, "the price has more than 8 digits after the point");
    }
    const struct paradex_hash_order fields = {
        .timestamp_ms = (uint64_t)(call->now_ns / NS_PER_MS),
        .market = slice_of(oe->listings[call->symbol].native),
        .side = order->side,
        .type = SLICE("LIMIT"),
        .size_e8 = (uint64_t)order->size.v,
        .price_e8 = (uint64_t)(order->price.v / PX_PER_E8),
    };
    struct felt message;
    enum status status =
        call->kind == OE_AMEND
            ? paradex_hash_modify(&paradex->hash, &fields, call->venue_id, &message)
            : paradex_hash_place(&paradex->hash, &fields, &message);
    if (status == STATUS_OK) {
        status = sign(paradex, message, SLICE("\\\""), signature);
    }
    oe_param(params, SLICE("market"), fields.market);
    oe_param(params, SLICE("side"), order->side == SIDE_BUY ? SLICE("BUY") : SLICE("SELL"));
    oe_param(params, SLICE("type"), fields.type);
    oe_param_qty(params, SLICE("size"), order->size);
    oe_param_px(params, SLICE("price"), order->price);
    oe_param(params, SLICE("signature"), text_slice(signature));
    oe_param_int(params, SLICE("signature_timestamp"), (int64_t)fields.timestamp_ms);
    return status;
}

// What is not signed. A hedge must not be the one that dies: the resting order makes way.
static void add_terms(const struct oe_call *call, struct oe_params *params) {
    static const struct slice kinds[OE_ORDER_KIND_COUNT] = {
        [OE_POST_ONLY] = {"POST_ONLY", 9}, [OE_IOC] = {"IOC", 3}, [OE_GTC] = {"GTC", 3}};
    oe_param(params, SLICE("instruction"), kinds[call->order.kind]);
    oe_param(params, SLICE("client_id"), call->client_id);
    oe_param_bare(params, SLICE("flags"),
                  call->order.reduce_only ? SLICE("[\"REDUCE_ONLY\"]") : SLICE("[]"));
    oe_param(params, SLICE("stp"), SLICE("EXPIRE_MAKER"));
    oe_param_int(params, SLICE("recv_window"), RECV_WINDOW_MS);
}

// ---- requests on the socket --------------------------------------------------------------------

static void add_cancel(const struct oe *oe, const struct oe_call *call, struct oe_params *params) {
    if (call->venue_id.size > 0) {
        oe_param(params, SLICE("id"), call->venue_id);
    } else {
        oe_param(params, SLICE("client_id"), call->client_id);
        oe_param(params, SLICE("market"), slice_of(oe->listings[call->symbol].native));
    }
}

static enum status add_params(const struct oe *oe, const struct oe_call *call,
                              struct oe_params *params, struct text *signature) {
    enum status status = STATUS_OK;
    switch ((int)call->kind) {
    case OE_PLACE:
        status = add_order(oe, call, params, signature);
        add_terms(call, params);
        break;
    case OE_AMEND:
        if (call->venue_id.size == 0) {
            return status_fail(STATUS_DATA, "a change needs the venue's id of the order");
        }
        oe_param(params, SLICE("id"), call->venue_id);
        status = add_order(oe, call, params, signature);
        break;
    case OE_CANCEL:
        add_cancel(oe, call, params);
        break;
    case OE_CANCEL_ALL:
        if (call->symbol != OE_SYMBOL_NONE) {
            oe_param(params, SLICE("market"), slice_of(oe->listings[call->symbol].native));
        }
        break;
    default: // OE_DEADMAN
        oe_param_bare(params, SLICE("enabled"),
                      call->countdown_ms > 0 ? SLICE("true") : SLICE("false"));
        break;
    }
    return status;
}

static enum status encode_socket(struct oe *oe, const struct oe_call *call,
                                 struct oe_message *out) {
    static const char *const methods[OE_CALL_KIND_COUNT] = {[OE_PLACE] = "order.create",
                                                            [OE_AMEND] = "order.modify",
                                                            [OE_CANCEL] = "order.cancel",
                                                            [OE_CANCEL_ALL] = "order.cancel_all",
                                                            [OE_DEADMAN] =
                                                                "order.cancel_on_disconnect"};
    struct oe_params params;
    char signature_data[PARADEX_SIGNATURE_SIZE];
    struct text signature = TEXT_OVER(signature_data);
    if (!paradex_of(oe)->authenticated) {
        return status_fail(STATUS_UNAVAILABLE, "the socket is not authenticated");
    }
    oe_params_begin(&params);
    enum status status = add_params(oe, call, &params, &signature);
    if (status != STATUS_OK) {
        return status;
    }
    ASSERT(!params.overflowed && !signature.truncated);
    out->way = OE_WAY_SOCKET;
    out->cost.units[PARADEX_ORDERS] = out->cost.units[PARADEX_ORDERS_MINUTE] = 1;
    text_add(&out->body, SLICE("{\"jsonrpc\":\"2.0\",\"method\":\""));
    text_add_string(&out->body, methods[call->kind]);
    text_add(&out->body, SLICE("\",\"params\":{"));
    oe_params_members(&params, &out->body);
    text_add(&out->body, SLICE("},\"id\":"));
    text_add_int(&out->body, paradex_request_id(call));
    text_add_char(&out->body, '}');
    return STATUS_OK;
}

// ---- requests by REST --------------------------------------------------------------------------

static void add_header(struct oe_message *out, const char *name, struct slice value) {
    text_add_string(&out->headers, name);
    text_add(&out->headers, SLICE(": "));
    text_add(&out->headers, value);
    text_add_char(&out->headers, '\n');
}

static void add_header_int(struct oe_message *out, const char *name, int64_t value) {
    char data[24];
    struct text text = TEXT_OVER(data);
    text_add_int(&text, value);
    add_header(out, name, text_slice(&text));
}

// The key's public half is in the path: a subkey signs for the main account's address.
static enum status encode_login(const struct oe *oe, const struct oe_call *call,
                                struct oe_message *out) {
    const struct paradex *paradex = paradex_of(oe);
    int64_t now_s = call->now_ns / NS_PER_S;
    char signature_data[PARADEX_SIGNATURE_SIZE];
    struct text signature = TEXT_OVER(signature_data);
    struct felt message = paradex_hash_auth(&paradex->hash, (uint64_t)now_s,
                                            (uint64_t)(now_s + PARADEX_SIGNATURE_LIFE_S));
    enum status status = sign(paradex, message, SLICE("\""), &signature);
    out->method = "POST";
    out->cost.units[PARADEX_CALLS] = 1;
    text_add(&out->path, SLICE("/v1/auth/"));
    text_add_string(&out->path, paradex->public_key);
    add_header(out, "PARADEX-STARKNET-ACCOUNT", slice_of(paradex->account));
    add_header(out, "PARADEX-STARKNET-SIGNATURE", text_slice(&signature));
    add_header_int(out, "PARADEX-TIMESTAMP", now_s);
    add_header_int(out, "PARADEX-SIGNATURE-EXPIRATION", now_s + PARADEX_SIGNATURE_LIFE_S);
    return status;
}

// A cursor is base64: its '=', '+' and '/' mean something else in a query.
static void add_escaped(struct text *out, struct slice value) {
    for (size_t i = 0; i < value.size; i++) {
        if (oe_is_plain((struct slice){value.data + i, 1}, 1)) {
            text_add_char(out, value.data[i]);
        } else {
            text_add_format(out, "%%%02X", (unsigned char)value.data[i]);
        }
    }
}

static void add_page(const struct oe_call *call, struct oe_params *params, struct text *cursor) {
    if (call->since_ns > 0) {
        oe_param_int(params, SLICE("start_at"), call->since_ns / NS_PER_MS);
    }
    oe_param_int(params, SLICE("page_size"), PARADEX_PAGE);
    if (call->cursor.size > 0) {
        add_escaped(cursor, call->cursor);
        oe_param(params, SLICE("cursor"), text_slice(cursor));
    }
}

static enum status encode_leverage(const struct oe *oe, const struct oe_call *call,
                                   struct oe_message *out) {
    if (call->symbol == OE_SYMBOL_NONE || call->leverage == 0 || call->leverage > LEVERAGE_MAX) {
        return status_fail(STATUS_DATA, "a leverage that Paradex does not have");
    }
    out->method = "POST";
    text_add_string(&out->path, oe->listings[call->symbol].native);
    text_add_format(&out->body, "{\"leverage\":%u,\"margin_type\":\"CROSS\"}", call->leverage);
    add_header(out, "Content-Type", SLICE("application/json"));
    return STATUS_OK;
}

static void add_query(const struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    struct oe_params params;
    char cursor_data[3 * PARADEX_CURSOR_MAX + 1];
    struct text cursor = TEXT_OVER(cursor_data);
    oe_params_begin(&params);
    if (call->symbol != OE_SYMBOL_NONE) {
        oe_param(&params, SLICE("market"), slice_of(oe->listings[call->symbol].native));
    }
    if (call->kind == OE_FILLS || call->kind == OE_FUNDING_PAID) {
        add_page(call, &params, &cursor);
    }
    if (params.count > 0) {
        text_add_char(&out->path, '?');
        oe_params_query(&params, &out->path);
    }
}

static void add_order_id(const struct oe_call *call, struct text *path) {
    if (call->venue_id.size > 0) {
        text_add(path, call->venue_id);
    } else {
        text_add(path, SLICE("by_client_id/"));
        text_add(path, call->client_id);
    }
}

static enum status encode_rest(const struct oe *oe, const struct oe_call *call,
                               struct oe_message *out) {
    static const char *const paths[OE_CALL_KIND_COUNT] = {
        [OE_RULES] = "/v1/system/config",
        [OE_QUERY] = "/v1/orders/",
        [OE_OPEN_ORDERS] = "/v1/orders",
        [OE_FILLS] = "/v1/fills",
        [OE_POSITIONS] = "/v1/positions",
        [OE_BALANCES] = "/v1/account",
        [OE_FEES] = "/v1/markets",
        [OE_LEVERAGE] = "/v1/account/margin/",
        [OE_FUNDING_PAID] = "/v1/funding/payments",
    };
    const struct paradex *paradex = paradex_of(oe);
    bool is_public = call->kind == OE_RULES || call->kind == OE_FEES;
    if (!is_public && !paradex_has_token(paradex, call->now_ns)) {
        return status_fail(STATUS_UNAVAILABLE, "not logged in to Paradex");
    }
    if (call->symbol == OE_SYMBOL_NONE && call->kind == OE_FUNDING_PAID) {
        return status_fail(STATUS_DATA, "Paradex tells funding market by market");
    }
    if (call->cursor.size > PARADEX_CURSOR_MAX) {
        return status_fail(STATUS_DATA, "that is no page of Paradex");
    }
    out->method = "GET";
    out->cost.units[PARADEX_CALLS] = 1;
    out->cost.units[PARADEX_READS] = !is_public && call->kind != OE_LEVERAGE;
    text_add_string(&out->path, paths[call->kind]);
    if (!is_public) {
        text_add(&out->headers, SLICE("Authorization: Bearer "));
        text_add_string(&out->headers, paradex->token);
        text_add_char(&out->headers, '\n');
    }
    switch ((int)call->kind) {
    case OE_LEVERAGE:
        return encode_leverage(oe, call, out);
    case OE_QUERY:
        add_order_id(call, &out->path);
        return STATUS_OK;
    case OE_OPEN_ORDERS:
    case OE_FILLS:
    case OE_FEES:
    case OE_FUNDING_PAID:
        add_query(oe, call, out);
        return STATUS_OK;
    default:
        return STATUS_OK;
    }
}

enum status paradex_encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    switch ((int)call->kind) {
    case OE_PLACE:
    case OE_AMEND:
    case OE_CANCEL:
    case OE_CANCEL_ALL:
    case OE_DEADMAN:
        return encode_socket(oe, call, out);
    case OE_LOGIN:
        return encode_login(oe, call, out);
    default:
        return encode_rest(oe, call, out);
    }
}
