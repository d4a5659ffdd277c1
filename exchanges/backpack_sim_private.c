// The private side of Backpack's simulated server: every signature is verified, orders are taken by
// REST, orders and positions told on the socket (backpack.md sections 3, 5 to 7).
#include "base/json.h"
#include "exchanges/backpack_oe.h"
#include "exchanges/bytes_text.h"
#include "exchanges/iso_time.h"
#include "exchanges/oe_fields.h"
#include "exchanges/venue_account.h"
#include "exchanges/vsim_text.h"

enum { FOLLOW_ORDERS = 1, FOLLOW_POSITIONS = 2, WINDOW_MAX_MS = 60000, PAGE_MAX = 1000 };

struct backpack_private {
    char api_key[BACKPACK_KEY_TEXT + 1];
    uint8_t public_key[ED25519_PUBLIC_SIZE];
};

static const struct backpack_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct backpack_private *own = account->own;
    size_t size;
    if (!base64_read(secrets[0], own->public_key, sizeof(own->public_key), &size) ||
        size != sizeof(own->public_key)) {
        return status_fail(STATUS_CONFIG, "a key of Backpack is no public key");
    }
    struct text api_key = TEXT_OVER(own->api_key);
    base64_add(&api_key, own->public_key, sizeof(own->public_key));
    return STATUS_OK;
}

// ---- who calls ---------------------------------------------------------------------------------

struct refusal {
    uint32_t http; // 200, 202: none
    const char *code, *text;
};

static const struct refusal taken = {200, "", ""};

static struct refusal invalid(const char *text) {
    return (struct refusal){400, "INVALID_CLIENT_REQUEST", text};
}

// What is signed, and by whom.
struct signature {
    struct slice key, signature, time, window;
};

static struct refusal check_signature(const struct vsim_world *world,
                                      const struct signature *signature, const char *instruction,
                                      const struct oe_params *params) {
    const struct backpack_private *own = private_of(world);
    uint8_t bytes[ED25519_SIGNATURE_SIZE];
    char prehash_data[4096];
    struct text prehash = TEXT_OVER(prehash_data);
    int64_t time_ms, window_ms = BACKPACK_WINDOW_MS;
    size_t size;
    if (!slice_equals(signature->key, slice_of(own->api_key))) {
        return (struct refusal){401, "UNAUTHORIZED", "Unauthorized"};
    }
    if (!decimal_parse(signature->time, 0, &time_ms) ||
        (signature->window.size > 0 && !decimal_parse(signature->window, 0, &window_ms)) ||
        window_ms <= 0 || window_ms > WINDOW_MAX_MS) {
        return invalid("Invalid X-Timestamp or X-Window header");
    }
    int64_t now_ms = world->now_ns / NS_PER_MS;
    if (time_ms > now_ms + window_ms || time_ms < now_ms - window_ms) {
        return invalid("Request has expired");
    }
    if (!base64_read(signature->signature, bytes, sizeof(bytes), &size) || size != sizeof(bytes)) {
        return invalid("Invalid X-Signature header");
    }
    backpack_sign_instruction(&prehash, instruction, params);
    backpack_sign_time(&prehash, time_ms, window_ms);
    if (prehash.truncated || params->overflowed ||
        !ed25519_verify(own->public_key, text_slice(&prehash), bytes)) {
        return invalid("Invalid signature");
    }
    return taken;
}

// A body's members or a query's fields, as they are signed. False: neither.
static bool read_params(const struct vsim_request *request, struct oe_params *params) {
    oe_params_begin(params);
    if (slice_equals(request->method, SLICE("GET"))) {
        struct slice rest = request->query;
        while (rest.size > 0) {
            struct slice value = vsim_cut(&rest, '&');
            struct slice name = vsim_cut(&value, '=');
            oe_param(params, name, value);
        }
        oe_params_sort(params);
        return true;
    }
    struct json r;
    struct slice key;
    json_init(&r, request->body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        struct slice value = {"", 0};
        bool quoted = json_peek(&r) == JSON_STRING;
        md_read_value(&r, &value);
        if (quoted) {
            oe_param(params, key, value);
        } else {
            oe_param_bare(params, key, value);
        }
    }
    oe_params_sort(params);
    return json_end(&r);
}

static struct slice param(const struct oe_params *params, const char *name) {
    for (uint32_t i = 0; i < params->count; i++) {
        if (slice_equals(params->rows[i].name, slice_of(name))) {
            return params->rows[i].value;
        }
    }
    return (struct slice){"", 0};
}

// ---- writing -----------------------------------------------------------------------------------

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 0, USD_DIGITS);
    text_add_char(out, '"');
}

static void member_id(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":\"%llu\"", name, (unsigned long long)value);
}

static void member_time(struct text *out, const char *name, int64_t time_ns) {
    char data[40];
    struct text text = TEXT_OVER(data);
    iso_time_add(&text, time_ns);
    text_add_format(out, ",\"%s\":\"%.*s\"", name, (int)text.size - 1, data); // told without a Z
}

static const char *side_of(enum side side) {
    return side == SIDE_BUY ? "Bid" : "Ask";
}

static const char *status_of(const struct vacc_order *order) {
    switch (order->end) {
    case VACC_LIVE:
        return order->filled.v > 0 ? "PartiallyFilled" : "New";
    case VACC_FILLED:
        return "Filled";
    case VACC_CANCELED:
    case VACC_DEADMAN:
    case VACC_BY_VENUE:
        return "Cancelled";
    case VACC_REST_EXPIRED:
    case VACC_POST_ONLY_END:
    case VACC_SELF_TRADE:
    case VACC_LIQUIDATED:
    default:
        return "Expired";
    }
}

static const char *reason_of(const struct vacc_order *order) {
    return order->end == VACC_REST_EXPIRED    ? "ImmediateOrCancel"
           : order->end == VACC_POST_ONLY_END ? "PostOnlyTaker"
           : order->end == VACC_SELF_TRADE    ? "SelfTradePrevention"
                                              : "Liquidation";
}

static void member_client_id(struct text *out, const char *name, const char *client_id) {
    text_add_format(out, ",\"%s\":%s", name, client_id[0] != '\0' ? client_id : "null");
}

static void write_order(const struct vsim_world *world, const struct vacc_order *order,
                        struct text *out) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    bool takes = order->kind == VACC_IOC || order->kind == VACC_MARKET;
    text_add_string(out, "{\"orderType\":\"Limit\"");
    member_id(out, "id", order->number);
    member_client_id(out, "clientId", order->client_id);
    vsim_member_string(out, "symbol", listing->rules.native);
    vsim_member_string(out, "side", side_of(order->side));
    vsim_member_string(out, "timeInForce", takes ? "IOC" : "GTC");
    vsim_member_px(out, "price", listing, order->price);
    vsim_member_qty(out, "quantity", listing, order->size);
    vsim_member_qty(out, "executedQuantity", listing, order->filled);
    member_usd(out, "executedQuoteQuantity", usd_abs(order->value));
    vsim_member_string(out, "status", status_of(order));
    text_add_format(out, ",\"postOnly\":%s,\"reduceOnly\":%s",
                    order->kind == VACC_POST_ONLY ? "true" : "false",
                    order->reduce_only ? "true" : "null");
    vsim_member_string(out, "selfTradePrevention", "RejectMaker");
    vsim_member_int(out, "createdAt", order->created_ns / NS_PER_MS);
    text_add_string(out, ",\"relatedOrderId\":null,\"triggerPrice\":null}");
}

static void write_position(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    const struct vsim_listing *listing = &world->listings[i];
    text_add_format(out, "{\"symbol\":\"%s\"", listing->rules.native);
    vsim_member_qty(out, "netQuantity", listing, position->net);
    vsim_member_px(out, "entryPrice", listing, vacc_entry(position));
    vsim_member_px(out, "markPrice", listing, listing->mark);
    vsim_member_string(out, "estLiquidationPrice", "0");
    member_usd(out, "netCost", position->cost);
    member_usd(out, "pnlRealized", position->realised);
    member_usd(out, "pnlUnrealized", vacc_unrealised(world->account, world, i));
    member_usd(out, "cumulativeFundingPayment", position->funding);
    text_add_char(out, '}');
}

// ---- calls -------------------------------------------------------------------------------------

struct call {
    const struct vsim_world *world;
    const struct oe_params *params;
    struct text *body;
};

static const struct refusal refusals[VACC_REFUSAL_COUNT] = {
    [VACC_TAKEN] = {200, "", ""},
    [VACC_NO_LISTING] = {400, "INVALID_MARKET", "Invalid market"},
    [VACC_OFF_TICK] = {400, "INVALID_CLIENT_REQUEST", "Price decimal too long"},
    [VACC_OFF_STEP] = {400, "INVALID_CLIENT_REQUEST", "Quantity decimal too long"},
    [VACC_TOO_SMALL] = {400, "INVALID_QUANTITY", "Quantity is below the minimum"},
    [VACC_BELOW_NOTIONAL] = {400, "INVALID_QUANTITY", "Quantity is below the minimum"},
    [VACC_NO_MARGIN] = {400, "INSUFFICIENT_MARGIN", "Insufficient margin"},
    [VACC_NOT_REDUCING] = {400, "INVALID_ORDER", "Reduce only order not reduced"},
    [VACC_DUPLICATE] = {400, "INVALID_ORDER", "Duplicate client id"},
    [VACC_TOO_MANY] = {400, "ORDER_LIMIT", "Too many open orders"},
    [VACC_WOULD_TAKE] = {400, "INVALID_ORDER", "Order would immediately match and take liquidity"},
    [VACC_FORCED] = {400, "INVALID_ORDER", "Invalid order"},
};

static uint32_t listing_of(const struct call *call) {
    const struct vsim_listing *listing = vsim_find(call->world, param(call->params, "symbol"));
    return listing == NULL ? VACC_ALL : (uint32_t)(listing - call->world->listings);
}

// As a JSON number of 32 bits is written: it is told again as it came.
static bool is_client_id(struct slice text) {
    int64_t number;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < (i == 0 && text.size > 1 ? '1' : '0') || text.data[i] > '9') {
            return false;
        }
    }
    return decimal_parse(text, 0, &number) && number <= UINT32_MAX;
}

static struct refusal place(const struct call *call) {
    const struct oe_params *params = call->params;
    struct slice side = param(params, "side"), force = param(params, "timeInForce");
    struct vacc_request request = {
        .listing = listing_of(call),
        .side = slice_equals(side, SLICE("Ask")) ? SIDE_SELL : SIDE_BUY,
        .kind = slice_equals(param(params, "postOnly"), SLICE("true")) ? VACC_POST_ONLY
                : slice_equals(force, SLICE("IOC"))                    ? VACC_IOC
                : slice_equals(force, SLICE("FOK"))                    ? VACC_FOK
                                                                       : VACC_GTC,
        .reduce_only = slice_equals(param(params, "reduceOnly"), SLICE("true")),
        .client_id = param(params, "clientId")};
    const struct vacc_order *order;
    if (request.listing == VACC_ALL) {
        return refusals[VACC_NO_LISTING];
    }
    if (slice_equals(param(params, "orderType"), SLICE("Market"))) {
        request.kind = VACC_MARKET;
    } else if (!slice_equals(param(params, "orderType"), SLICE("Limit")) ||
               !px_parse(param(params, "price"), &request.price)) {
        return invalid("Invalid price");
    }
    if ((request.side == SIDE_BUY && !slice_equals(side, SLICE("Bid"))) ||
        !qty_parse(param(params, "quantity"), &request.size)) {
        return invalid("Invalid quantity");
    }
    if (request.client_id.size > 0 && !is_client_id(request.client_id)) {
        return invalid("Invalid clientId");
    }
    enum vacc_refusal refusal = vacc_place(call->world->account, call->world, &request, &order);
    if (refusal == VACC_TAKEN) {
        write_order(call->world, order, call->body);
    }
    return refusals[refusal];
}

// Exactly one of both ids.
static struct refusal find_order(const struct call *call, const struct vacc_order **out) {
    struct slice venue_id = param(call->params, "orderId");
    struct slice client_id = param(call->params, "clientId");
    int64_t number;
    if ((venue_id.size > 0) == (client_id.size > 0)) {
        return invalid("Must specify exactly one of `orderId` and `clientId`");
    }
    *out = client_id.size > 0                    ? vacc_find_client(call->world->account, client_id)
           : decimal_parse(venue_id, 0, &number) ? vacc_find(call->world->account, (uint64_t)number)
                                                 : NULL;
    if (*out == NULL || (*out)->end != VACC_LIVE || (*out)->listing != listing_of(call)) {
        return (struct refusal){404, "RESOURCE_NOT_FOUND", "Not Found"}; // over ones are not told
    }
    return taken;
}

static struct refusal query(const struct call *call) {
    const struct vacc_order *order;
    struct refusal refusal = find_order(call, &order);
    if (refusal.http == 200) {
        write_order(call->world, order, call->body);
    }
    return refusal;
}

static struct refusal cancel(const struct call *call) {
    const struct vacc_order *order;
    struct refusal refusal = find_order(call, &order);
    if (refusal.http == 200) {
        (void)vacc_cancel(call->world->account, call->world, order, VACC_CANCELED);
        write_order(call->world, order, call->body);
    }
    return refusal;
}

static void write_orders(const struct call *call, uint32_t listing, bool cancels) {
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    text_add_char(call->body, '[');
    while ((order = vacc_next_live(call->world->account, listing, &at)) != NULL) {
        if (cancels) {
            (void)vacc_cancel(call->world->account, call->world, order, VACC_CANCELED);
        }
        text_add_string(call->body, comma);
        write_order(call->world, order, call->body);
        comma = ",";
    }
    text_add_char(call->body, ']');
}

static struct refusal cancel_all(const struct call *call) {
    uint32_t listing = listing_of(call);
    if (listing == VACC_ALL) {
        return refusals[VACC_NO_LISTING];
    }
    write_orders(call, listing, true);
    return taken;
}

static struct refusal open_orders(const struct call *call) {
    if (param(call->params, "symbol").size > 0 && listing_of(call) == VACC_ALL) {
        return refusals[VACC_NO_LISTING];
    }
    write_orders(call, listing_of(call), false);
    return taken;
}

struct page {
    int64_t limit, offset;
};

static bool read_page(const struct call *call, struct page *page) {
    struct slice limit = param(call->params, "limit"), offset = param(call->params, "offset");
    *page = (struct page){100, 0};
    return (limit.size == 0 || decimal_parse(limit, 0, &page->limit)) &&
           (offset.size == 0 || decimal_parse(offset, 0, &page->offset)) && page->limit > 0 &&
           page->limit <= PAGE_MAX && page->offset >= 0 &&
           slice_equals(param(call->params, "sortDirection"), SLICE("Asc"));
}

static void write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                       struct text *out) {
    const struct vsim_listing *listing = &world->listings[fill->listing];
    text_add_format(out, "{\"symbol\":\"%s\"", listing->rules.native);
    vsim_member_int(out, "tradeId", (int64_t)fill->number);
    member_id(out, "orderId", fill->order);
    if (fill->client_id[0] != '\0') {
        vsim_member_string(out, "clientId", fill->client_id);
    } else {
        text_add_string(out, ",\"clientId\":null");
    }
    vsim_member_string(out, "side", side_of(fill->side));
    vsim_member_px(out, "price", listing, fill->price);
    vsim_member_qty(out, "quantity", listing, fill->size);
    member_usd(out, "fee", fill->fee);
    vsim_member_string(out, "feeSymbol", "USDC");
    text_add_format(out, ",\"isMaker\":%s,\"systemOrderType\":%s", fill->maker ? "true" : "false",
                    fill->liquidation ? "\"OrderBookLiquidation\"" : "null");
    member_time(out, "timestamp", fill->time_ns);
    text_add_char(out, '}');
}

static struct refusal fills(const struct call *call) {
    struct slice from = param(call->params, "from");
    struct page page;
    int64_t from_ms = 0;
    uint32_t count = 0, listing = listing_of(call);
    const struct vacc_fill *fill;
    if (!read_page(call, &page) || (from.size > 0 && !decimal_parse(from, 0, &from_ms))) {
        return invalid("Invalid page");
    }
    while (vacc_fill(call->world->account, count) != NULL) {
        count++;
    }
    int64_t row = 0, rows = 0;
    text_add_char(call->body, '[');
    while (count > 0 && rows < page.limit) {
        fill = vacc_fill(call->world->account, --count); // oldest first
        if ((listing != VACC_ALL && fill->listing != listing) ||
            fill->time_ns / NS_PER_MS < from_ms || row++ < page.offset) {
            continue;
        }
        text_add_string(call->body, rows++ == 0 ? "" : ",");
        write_fill(call->world, fill, call->body);
    }
    text_add_char(call->body, ']');
    return taken;
}

static struct refusal funding(const struct call *call) {
    struct page page;
    const struct vacc *account = call->world->account;
    uint32_t listing = listing_of(call);
    if (!read_page(call, &page)) {
        return invalid("Invalid page");
    }
    uint64_t number =
        account->event_count > VACC_EVENTS_MAX ? account->event_count - VACC_EVENTS_MAX + 1 : 1;
    int64_t row = 0, rows = 0;
    text_add_char(call->body, '[');
    for (; number <= account->event_count && rows < page.limit; number++) {
        const struct vacc_event *event = vacc_event(account, number);
        if (event == NULL || event->kind != VACC_EVENT_FUNDING ||
            (listing != VACC_ALL && event->listing != listing) || row++ < page.offset) {
            continue;
        }
        text_add_format(call->body, "%s{\"symbol\":\"%s\"", rows++ == 0 ? "" : ",",
                        call->world->listings[event->listing].rules.native);
        member_usd(call->body, "quantity", usd_sub((struct usd){0}, event->amount));
        member_time(call->body, "intervalEndTimestamp", event->time_ns);
        text_add_char(call->body, '}');
    }
    text_add_char(call->body, ']');
    return taken;
}

static struct refusal positions(const struct call *call) {
    const char *comma = "";
    uint32_t listing = listing_of(call);
    if (listing != VACC_ALL && call->world->account->positions[listing].net.v == 0) {
        return (struct refusal){404, "RESOURCE_NOT_FOUND", "Not Found"};
    }
    text_add_char(call->body, '[');
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        if (call->world->account->positions[i].net.v != 0 &&
            (listing == VACC_ALL || listing == i)) {
            text_add_string(call->body, comma);
            write_position(call->world, i, call->body);
            comma = ",";
        }
    }
    text_add_char(call->body, ']');
    return taken;
}

static struct refusal collateral(const struct call *call) {
    const struct vacc *account = call->world->account;
    struct usd equity = vacc_equity(account, call->world);
    struct usd available = vacc_available(account, call->world);
    text_add_string(call->body, "{\"marginFraction\":null,\"imf\":\"0.1\",\"mmf\":\"0.05\"");
    member_usd(call->body, "netEquity", equity);
    member_usd(call->body, "netEquityAvailable", available);
    member_usd(call->body, "netEquityLocked", usd_sub(equity, available));
    member_usd(call->body, "assetsValue", account->cash);
    text_add_string(call->body, ",\"collateral\":[]}");
    return taken;
}

static struct refusal account_of(const struct call *call) {
    const struct vacc_options *options = &call->world->account->options;
    text_add_string(call->body, "{\"liquidating\":false,\"futuresMakerFee\":\"");
    bps_print(call->body, options->maker_fee);
    text_add_string(call->body, "\",\"futuresTakerFee\":\"");
    bps_print(call->body, options->taker_fee);
    text_add_format(call->body, "\",\"leverageLimit\":\"%u\"}", options->leverage);
    return taken;
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const struct {
        const char *method, *path, *instruction;
        struct refusal (*run)(const struct call *call);
    } rows[] = {
        {"POST", "/api/v1/order", "orderExecute", place},
        {"DELETE", "/api/v1/order", "orderCancel", cancel},
        {"DELETE", "/api/v1/orders", "orderCancelAll", cancel_all},
        {"GET", "/api/v1/order", "orderQuery", query},
        {"GET", "/api/v1/orders", "orderQueryAll", open_orders},
        {"GET", "/wapi/v1/history/fills", "fillHistoryQueryAll", fills},
        {"GET", "/wapi/v1/history/funding", "fundingHistoryQueryAll", funding},
        {"GET", "/api/v1/position", "positionQuery", positions},
        {"GET", "/api/v1/capital/collateral", "collateralQuery", collateral},
        {"GET", "/api/v1/account", "accountQuery", account_of},
    };
    size_t i = 0;
    while (i < COUNT_OF(rows) && !(slice_equals(request->method, slice_of(rows[i].method)) &&
                                   slice_equals(request->path, slice_of(rows[i].path)))) {
        i++;
    }
    if (i == COUNT_OF(rows)) {
        return 0;
    }
    struct oe_params params;
    struct signature signature = {.key = {"", 0}};
    (void)vsim_header(request, "X-API-Key", &signature.key);
    (void)vsim_header(request, "X-Signature", &signature.signature);
    (void)vsim_header(request, "X-Timestamp", &signature.time);
    (void)vsim_header(request, "X-Window", &signature.window);
    struct refusal refusal = read_params(request, &params)
                                 ? check_signature(world, &signature, rows[i].instruction, &params)
                                 : invalid("Failed to parse the request");
    if (refusal.http == 200) {
        struct call call = {world, &params, &reply->body};
        refusal = rows[i].run(&call);
    }
    if (refusal.http != 200) {
        text_clear(&reply->body);
        text_add_format(&reply->body, "{\"code\":\"%s\",\"message\":\"%s\"}", refusal.code,
                        refusal.text);
    }
    return refusal.http;
}

// ---- the socket --------------------------------------------------------------------------------

static void begin_push(const char *event, const char *native, int64_t time_ns, struct text *out) {
    text_clear(out);
    text_add_string(out, "{\"data\":{");
    if (event != NULL) {
        text_add_format(out, "\"e\":\"%s\",", event);
    }
    text_add_format(out, "\"E\":%lld,\"T\":%lld,\"s\":\"%s\"", (long long)(time_ns / 1000),
                    (long long)(time_ns / 1000), native);
}

static void end_push(struct vsim_session *session, const char *stream) {
    text_add_format(&session->world->scratch, "},\"stream\":\"%s\"}", stream);
    vsim_session_send(session);
}

static void push_position(struct vsim_session *session, uint32_t i, const char *event,
                          const struct vacc_position *position) {
    const struct vsim_world *world = session->world;
    const struct vsim_listing *listing = &world->listings[i];
    struct text *out = &session->world->scratch;
    begin_push(event, listing->rules.native, world->now_ns, out);
    vsim_member_qty(out, "q", listing, position->net);
    vsim_member_qty(out, "Q", listing, qty_abs(position->net));
    vsim_member_px(out, "B", listing, vacc_entry(position));
    vsim_member_px(out, "M", listing, listing->mark);
    member_usd(out, "p", position->realised);
    member_usd(out, "P", vacc_unrealised(world->account, world, i));
    vsim_member_string(out, "l", "0");
    end_push(session, "account.positionUpdate");
}

static void push_order(struct vsim_session *session, const struct vacc_event *event) {
    const struct vacc_order *order = &event->order;
    const struct vacc_fill *fill = event->kind == VACC_EVENT_FILL ? &event->fill : NULL;
    const struct vsim_listing *listing = &session->world->listings[order->listing];
    struct text *out = &session->world->scratch;
    const char *status = status_of(order);
    bool expired = strcmp(status, "Expired") == 0;
    const char *what = fill != NULL                       ? "orderFill"
                       : expired                          ? "orderExpired"
                       : strcmp(status, "Cancelled") == 0 ? "orderCancelled"
                       : order->updates > 1               ? "orderModified"
                                                          : "orderAccepted";
    begin_push(what, listing->rules.native, event->time_ns, out);
    member_id(out, "i", order->number);
    if (order->client_id[0] != '\0') {
        member_client_id(out, "c", order->client_id);
    }
    vsim_member_string(out, "S", side_of(order->side));
    vsim_member_string(out, "o", "LIMIT");
    vsim_member_string(out, "f", order->kind == VACC_IOC ? "IOC" : "GTC");
    vsim_member_px(out, "p", listing, order->price);
    vsim_member_qty(out, "q", listing, order->size);
    vsim_member_string(out, "X", status);
    vsim_member_qty(out, "z", listing, order->filled);
    member_usd(out, "Z", usd_abs(order->value));
    text_add_format(out, ",\"r\":%s", order->reduce_only ? "true" : "false");
    vsim_member_string(out, "V", "RejectMaker");
    if (expired && fill == NULL) {
        vsim_member_string(out, "R", reason_of(order));
    }
    if (fill != NULL) {
        vsim_member_int(out, "t", (int64_t)fill->number);
        vsim_member_qty(out, "l", listing, fill->size);
        vsim_member_px(out, "L", listing, fill->price);
        text_add_format(out, ",\"m\":%s", fill->maker ? "true" : "false");
        member_usd(out, "n", fill->fee);
        vsim_member_string(out, "N", "USDC");
    } else {
        text_add_string(out, ",\"t\":null");
    }
    vsim_member_string(out, "O",
                       fill != NULL && fill->liquidation ? "LIQUIDATION_AUTOCLOSE" : "USER");
    end_push(session, "account.orderUpdate");
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    bool is_order = event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL;
    if (is_order && (session->account_mode & FOLLOW_ORDERS) != 0) {
        push_order(session, event);
    } else if (event->kind == VACC_EVENT_POSITION &&
               (session->account_mode & FOLLOW_POSITIONS) != 0) {
        push_position(session, event->listing,
                      event->position.net.v == 0 ? "positionClosed" : "positionAdjusted",
                      &event->position);
    }
}

// A refused subscription; the true number of it is not documented.
static void refuse(struct vsim_session *session, const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"id\":null,\"error\":{\"code\":4001,\"message\":\"%s\"}}", text);
    vsim_session_send(session);
}

static uint32_t follow_of(struct slice stream) {
    return slice_equals(stream, SLICE("account.orderUpdate"))      ? FOLLOW_ORDERS
           : slice_equals(stream, SLICE("account.positionUpdate")) ? FOLLOW_POSITIONS
                                                                   : 0;
}

static void follow(struct vsim_session *session, uint32_t streams) {
    const struct vacc *account = session->world->account;
    vsim_session_follow(session, streams);
    for (uint32_t i = 0; (streams & FOLLOW_POSITIONS) != 0 && i < session->world->listing_count;
         i++) {
        if (account->positions[i].net.v != 0) { // the picture it begins with
            push_position(session, i, NULL, &account->positions[i]);
        }
    }
}

// Which of the account's streams a list names. False: something else, or no list.
static bool read_streams(struct slice list, uint32_t *streams) {
    struct json r;
    bool good = true;
    *streams = 0;
    oe_read_list(&r, list);
    while (json_array_next(&r)) {
        struct slice stream = {"", 0};
        md_read_value(&r, &stream);
        good = good && follow_of(stream) != 0;
        *streams |= follow_of(stream);
    }
    return json_end(&r) && good && *streams != 0;
}

static bool read_signature(struct slice list, struct signature *out) {
    struct slice *const parts[] = {&out->key, &out->signature, &out->time, &out->window};
    struct json r;
    size_t count = 0;
    oe_read_list(&r, list);
    while (json_array_next(&r)) {
        struct slice part = {"", 0};
        md_read_value(&r, &part);
        if (count < COUNT_OF(parts)) {
            *parts[count] = part;
        }
        count++;
    }
    return json_end(&r) && count == COUNT_OF(parts);
}

static bool on_text(struct vsim_session *session, struct slice message) {
    struct frame {
        struct slice method, params, signature;
    };
    static const struct md_field fields[] = {
        {"method", offsetof(struct frame, method)},
        {"params", offsetof(struct frame, params)},
        {"signature", offsetof(struct frame, signature)},
    };
    struct frame frame = {.method = {"", 0}};
    struct signature signature = {.key = {"", 0}};
    struct oe_params none;
    uint32_t streams;
    oe_params_begin(&none);
    if (!md_read_object(message, fields, COUNT_OF(fields), &frame) ||
        !slice_equals(frame.method, SLICE("SUBSCRIBE")) || frame.signature.size == 0) {
        return false;
    }
    if (!read_streams(frame.params, &streams) || !read_signature(frame.signature, &signature)) {
        refuse(session, "Invalid stream");
        return true;
    }
    struct refusal refusal = check_signature(session->world, &signature, "subscribe", &none);
    if (refusal.http != 200) {
        refuse(session, refusal.text);
    } else {
        follow(session, streams);
    }
    return true;
}

const struct vsim_private backpack_sim_private = {
    .own_size = sizeof(struct backpack_private),
    .init = init,
    .answer = answer,
    .on_text = on_text,
    .push = push,
};
