// The calls of the Binance futures family: binance.md section 5, aster.md section 5.
#include "exchanges/fapi_oe.h"

struct slice fapi_time_in_force(enum oe_order_kind kind) {
    static const struct slice words[OE_ORDER_KIND_COUNT] = {
        [OE_POST_ONLY] = {"GTX", 3}, [OE_IOC] = {"IOC", 3}, [OE_GTC] = {"GTC", 3}};
    return words[kind];
}

static void add_place(struct oe_params *params, const struct oe_call *call) {
    oe_param(params, SLICE("side"), call->order.side == SIDE_BUY ? SLICE("BUY") : SLICE("SELL"));
    oe_param(params, SLICE("type"), SLICE("LIMIT"));
    oe_param(params, SLICE("timeInForce"), fapi_time_in_force(call->order.kind));
    oe_param_qty(params, SLICE("quantity"), call->order.size);
    oe_param_px(params, SLICE("price"), call->order.price);
    if (call->order.reduce_only) {
        oe_param(params, SLICE("reduceOnly"), SLICE("true"));
    }
    oe_param(params, SLICE("newClientOrderId"), call->client_id);
}

// The venue's own id wins where both are sent, so only one is.
static void add_order_id(struct oe_params *params, const struct oe_call *call) {
    if (call->venue_id.size > 0) {
        oe_param_bare(params, SLICE("orderId"), call->venue_id);
    } else {
        oe_param(params, SLICE("origClientOrderId"), call->client_id);
    }
}

static void add_amend(struct oe_params *params, const struct oe_call *call) {
    add_order_id(params, call);
    oe_param(params, SLICE("side"), call->order.side == SIDE_BUY ? SLICE("BUY") : SLICE("SELL"));
    oe_param_qty(params, SLICE("quantity"), call->order.size);
    oe_param_px(params, SLICE("price"), call->order.price);
}

// Oldest first; the cursor is the time the next page begins at.
static void add_since(struct oe_params *params, const struct oe_call *call) {
    if (call->cursor.size > 0) {
        oe_param_bare(params, SLICE("startTime"), call->cursor);
    } else if (call->since_ns > 0) {
        oe_param_int(params, SLICE("startTime"), call->since_ns / NS_PER_MS);
    }
    oe_param_int(params, SLICE("limit"), FAPI_PAGE);
}

struct fapi_request fapi_request_of(const struct oe_call *call) {
    // A list of one symbol weighs little; without a symbol, forty.
    static const struct fapi_request requests[OE_CALL_KIND_COUNT] = {
        [OE_PLACE] = {"POST", "/order", true, 1, true},
        [OE_CANCEL] = {"DELETE", "/order", true, 1, false},
        [OE_CANCEL_ALL] = {"DELETE", "/allOpenOrders", true, 1, false},
        [OE_AMEND] = {"PUT", "/order", true, 1, true},
        [OE_QUERY] = {"GET", "/order", true, 1, false},
        [OE_OPEN_ORDERS] = {"GET", "/openOrders", false, 40, false},
        [OE_FILLS] = {"GET", "/userTrades", true, 5, false},
        [OE_POSITIONS] = {"GET", "/positionRisk", false, 5, false},
        [OE_BALANCES] = {"GET", "/balance", false, 5, false},
        [OE_FEES] = {"GET", "/commissionRate", true, 20, false},
        [OE_LEVERAGE] = {"POST", "/leverage", true, 1, false},
        [OE_DEADMAN] = {"POST", "/countdownCancelAll", true, 10, false},
    };
    struct fapi_request request = requests[call->kind];
    ASSERT(request.method != NULL);
    if (call->kind == OE_OPEN_ORDERS && call->symbol != OE_SYMBOL_NONE) {
        request.weight = 1;
    }
    return request;
}

void fapi_request(const struct oe *oe, const struct oe_call *call, struct fapi_request *request,
                  struct oe_params *params) {
    *request = fapi_request_of(call);
    oe_params_begin(params);
    if (call->symbol != OE_SYMBOL_NONE) {
        oe_param(params, SLICE("symbol"), slice_of(oe->listings[call->symbol].native));
    }
    switch ((int)call->kind) {
    case OE_PLACE:
        add_place(params, call);
        break;
    case OE_CANCEL:
    case OE_QUERY:
        add_order_id(params, call);
        break;
    case OE_AMEND:
        add_amend(params, call);
        break;
    case OE_FILLS:
        add_since(params, call);
        break;
    case OE_LEVERAGE:
        oe_param_int(params, SLICE("leverage"), call->leverage);
        break;
    case OE_DEADMAN:
        oe_param_int(params, SLICE("countdownTime"), call->countdown_ms);
        break;
    default:
        break;
    }
}

// Digits are made from the last to the first: `at` is where the text starts.
static char *put_base36(char *at, uint64_t value) {
    do {
        *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
        value /= 36;
    } while (value > 0);
    return at;
}

void fapi_client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    char text[32]; // two numbers of 13 digits, "pd", "-" and the NUL
    char *end = text + sizeof(text) - 1;
    *end = '\0';
    char *at = put_base36(end, order);
    *--at = '-';
    at = put_base36(at, session_key);
    *--at = 'd';
    *--at = 'p';
    memcpy(out, at, (size_t)(end - at) + 1);
}
