// Sources: binance.md and aster.md, section 5; error codes of section 7.
#include "exchanges/fapi_sim.h"

#include "base/clock.h"
#include "exchanges/venue_oe.h"
#include "exchanges/vsim_text.h"

enum {
    TRADES_MAX = 1000, // in one answer
    CLIENT_ID_MAX = 36,
};

uint32_t fapi_sim_fail(struct text *body, int code, const char *text) {
    text_add_format(body, "{\"code\":%d,\"msg\":\"%s\"}", code, text);
    return 400;
}

static uint32_t refuse(struct text *body, enum vacc_refusal refusal) {
    static const struct {
        int code;
        const char *text;
    } rows[VACC_REFUSAL_COUNT] = {
        [VACC_NO_LISTING] = {-1121, "Invalid symbol."},
        [VACC_OFF_TICK] = {-4014, "Price not increased by tick size."},
        [VACC_OFF_STEP] = {-4023, "Quantity not increased by step size."},
        [VACC_TOO_SMALL] = {-4004, "Quantity less than min quantity."},
        [VACC_BELOW_NOTIONAL] = {-4164, "Order's notional must be no smaller than the minimum."},
        [VACC_NO_MARGIN] = {-2019, "Margin is insufficient."},
        [VACC_NOT_REDUCING] = {-2022, "ReduceOnly Order is rejected."},
        [VACC_DUPLICATE] = {-4116, "ClientOrderId is duplicated."},
        [VACC_TOO_MANY] = {-2025, "Reach max open order limit."},
        [VACC_WOULD_TAKE] = {-5022, "Due to the order could not be executed as maker, the Post "
                                    "Only order will be rejected."},
        [VACC_FORCED] = {-2010, "NEW_ORDER_REJECTED"},
    };
    return fapi_sim_fail(body, rows[refusal].code, rows[refusal].text);
}

// ---- writing -----------------------------------------------------------------------------------

static const char *status_of(const struct vacc_order *order) {
    switch (order->end) {
    case VACC_LIVE:
        return order->filled.v > 0 ? "PARTIALLY_FILLED" : "NEW";
    case VACC_FILLED:
        return "FILLED";
    case VACC_REST_EXPIRED:
    case VACC_POST_ONLY_END:
        return "EXPIRED";
    case VACC_SELF_TRADE:
        return "EXPIRED_IN_MATCH";
    case VACC_CANCELED:
    case VACC_DEADMAN:
    case VACC_LIQUIDATED:
    case VACC_BY_VENUE:
    default:
        return "CANCELED";
    }
}

static const char *time_in_force(const struct vacc_order *order) {
    static const char *const words[] = {[VACC_POST_ONLY] = "GTX",
                                        [VACC_IOC] = "IOC",
                                        [VACC_GTC] = "GTC",
                                        [VACC_FOK] = "FOK",
                                        [VACC_MARKET] = "GTC"};
    return words[order->kind];
}

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 2, USD_DIGITS);
    text_add_char(out, '"');
}

static void member_bool(struct text *out, const char *name, bool value) {
    text_add_format(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void write_order(const struct vsim_world *world, const struct vacc_order *order,
                        bool with_average, struct text *out) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    text_add_format(out, "{\"orderId\":%llu", (unsigned long long)order->number);
    vsim_member_string(out, "symbol", listing->rules.native);
    vsim_member_string(out, "status", status_of(order));
    vsim_member_string(out, "clientOrderId", order->client_id);
    vsim_member_px(out, "price", listing, order->price);
    vsim_member_qty(out, "origQty", listing, order->size);
    vsim_member_qty(out, "executedQty", listing, order->filled);
    if (with_average) {
        vsim_member_px(out, "avgPrice", listing, vacc_average(order));
        member_usd(out, "cumQuote", order->value);
    }
    vsim_member_string(out, "timeInForce", time_in_force(order));
    vsim_member_string(out, "type", order->kind == VACC_MARKET ? "MARKET" : "LIMIT");
    member_bool(out, "reduceOnly", order->reduce_only);
    vsim_member_string(out, "side", order->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_string(out, "positionSide", "BOTH");
    vsim_member_int(out, "updateTime", order->updated_ns / NS_PER_MS);
    text_add_char(out, '}');
}

// ---- orders ------------------------------------------------------------------------------------

struct call {
    struct vacc *account;
    const struct vsim_world *world;
    struct slice query;
    uint32_t listing; // VACC_ALL: no symbol
    struct text *body;
};

static bool read_kind(const struct call *call, enum vacc_kind *out) {
    struct slice type, tif = {"", 0};
    if (!vsim_query(call->query, "type", &type)) {
        return false;
    }
    (void)vsim_query(call->query, "timeInForce", &tif);
    static const struct {
        struct slice word;
        enum vacc_kind kind;
    } rows[] = {{{"GTX", 3}, VACC_POST_ONLY},
                {{"IOC", 3}, VACC_IOC},
                {{"GTC", 3}, VACC_GTC},
                {{"FOK", 3}, VACC_FOK}};
    if (slice_equals(type, SLICE("MARKET"))) {
        *out = VACC_MARKET;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(tif, rows[i].word)) {
            *out = rows[i].kind;
            return slice_equals(type, SLICE("LIMIT"));
        }
    }
    return false;
}

static bool read_side(const struct call *call, enum side *out) {
    struct slice side;
    if (!vsim_query(call->query, "side", &side)) {
        return false;
    }
    *out = slice_equals(side, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    return *out == SIDE_SELL || slice_equals(side, SLICE("BUY"));
}

static bool read_price_and_size(const struct call *call, bool priced, struct px *price,
                                struct qty *size) {
    struct slice text;
    return vsim_query(call->query, "quantity", &text) && qty_parse(text, size) &&
           (!priced || (vsim_query(call->query, "price", &text) && px_parse(text, price)));
}

// `^[\.A-Z\:/a-z0-9_-]{1,36}$`: it is told again as it came, and so never breaks what tells it.
static bool is_client_id(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        struct slice one = {text.data + i, 1};
        if (!oe_is_plain(one, 1) && one.data[0] != ':' && one.data[0] != '/') {
            return false;
        }
    }
    return text.size > 0 && text.size <= CLIENT_ID_MAX;
}

static uint32_t place(const struct call *call) {
    struct vacc_request request = {.listing = call->listing};
    struct slice text;
    if (!read_side(call, &request.side) || !read_kind(call, &request.kind) ||
        !read_price_and_size(call, request.kind != VACC_MARKET, &request.price, &request.size)) {
        return fapi_sim_fail(call->body, -1102, "A mandatory parameter was not sent.");
    }
    request.reduce_only =
        vsim_query(call->query, "reduceOnly", &text) && slice_equals(text, SLICE("true"));
    if (vsim_query(call->query, "newClientOrderId", &request.client_id) &&
        !is_client_id(request.client_id)) {
        return fapi_sim_fail(call->body, -4015, "Client order id is not valid.");
    }
    const struct vacc_order *order;
    enum vacc_refusal refusal = vacc_place(call->account, call->world, &request, &order);
    if (refusal != VACC_TAKEN) {
        return refuse(call->body, refusal);
    }
    struct vacc_order answered = *order; // ACK tells of the order as it came, fills come by stream
    answered.end = VACC_LIVE;
    answered.filled = (struct qty){0};
    write_order(call->world, &answered, false, call->body);
    return 200;
}

static const struct vacc_order *named_order(const struct call *call) {
    struct slice id;
    int64_t number;
    const struct vacc_order *order = NULL;
    if (vsim_query(call->query, "orderId", &id) && decimal_parse(id, 0, &number)) {
        order = vacc_find(call->account, (uint64_t)number);
    } else if (vsim_query(call->query, "origClientOrderId", &id)) {
        order = vacc_find_client(call->account, id);
    }
    return order != NULL && order->listing == call->listing ? order : NULL;
}

static uint32_t cancel(const struct call *call) {
    const struct vacc_order *order = named_order(call);
    if (order == NULL || !vacc_cancel(call->account, call->world, order, VACC_CANCELED)) {
        return fapi_sim_fail(call->body, -2011, "Unknown order sent.");
    }
    write_order(call->world, order, false, call->body);
    return 200;
}

static uint32_t amend(const struct call *call) {
    const struct vacc_order *order = named_order(call);
    struct px price;
    struct qty size;
    if (order == NULL || order->end != VACC_LIVE) {
        return fapi_sim_fail(call->body, -2013, "Order does not exist.");
    }
    if (!read_price_and_size(call, true, &price, &size)) {
        return fapi_sim_fail(call->body, -1102, "A mandatory parameter was not sent.");
    }
    enum vacc_refusal refusal =
        vacc_amend(call->account, call->world, order, price, size, (struct slice){"", 0});
    if (refusal != VACC_TAKEN) {
        return refuse(call->body, refusal);
    }
    write_order(call->world, order, false, call->body);
    return 200;
}

static uint32_t cancel_all(const struct call *call) {
    (void)vacc_cancel_all(call->account, call->world, call->listing, VACC_CANCELED);
    text_add_string(call->body, "{\"code\":200,\"msg\":\"The operation of cancel all open order is "
                                "done.\"}");
    return 200;
}

static uint32_t query_order(const struct call *call) {
    const struct vacc_order *order = named_order(call);
    if (order == NULL) {
        return fapi_sim_fail(call->body, -2013, "Order does not exist.");
    }
    write_order(call->world, order, true, call->body);
    return 200;
}

static uint32_t open_orders(const struct call *call) {
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    text_add_char(call->body, '[');
    while ((order = vacc_next_live(call->account, call->listing, &at)) != NULL) {
        text_add_string(call->body, comma);
        write_order(call->world, order, true, call->body);
        comma = ",";
    }
    text_add_char(call->body, ']');
    return 200;
}

// ---- the account -------------------------------------------------------------------------------

static uint32_t user_trades(const struct call *call) {
    struct slice text;
    int64_t since_ms = 0;
    uint32_t count = 0, rows = 0;
    if (vsim_query(call->query, "startTime", &text) && !decimal_parse(text, 0, &since_ms)) {
        return fapi_sim_fail(call->body, -1102, "Illegal startTime.");
    }
    const struct vacc_fill *fill;
    while ((fill = vacc_fill(call->account, count)) != NULL &&
           fill->time_ns / NS_PER_MS >= since_ms) {
        count++;
    }
    text_add_char(call->body, '[');
    for (uint32_t n = count; n-- > 0 && rows < TRADES_MAX;) { // the oldest of them
        fill = vacc_fill(call->account, n);
        if (fill->listing != call->listing) {
            continue;
        }
        const struct vsim_listing *listing = &call->world->listings[fill->listing];
        text_add_format(call->body, "%s{\"id\":%llu,\"orderId\":%llu", rows++ == 0 ? "" : ",",
                        (unsigned long long)fill->number, (unsigned long long)fill->order);
        vsim_member_string(call->body, "symbol", listing->rules.native);
        vsim_member_string(call->body, "side", fill->side == SIDE_BUY ? "BUY" : "SELL");
        vsim_member_px(call->body, "price", listing, fill->price);
        vsim_member_qty(call->body, "qty", listing, fill->size);
        member_usd(call->body, "commission", fill->fee);
        vsim_member_string(call->body, "commissionAsset", "USDT");
        member_bool(call->body, "maker", fill->maker);
        vsim_member_string(call->body, "positionSide", "BOTH");
        vsim_member_int(call->body, "time", fill->time_ns / NS_PER_MS);
        text_add_char(call->body, '}');
    }
    text_add_char(call->body, ']');
    return 200;
}

static uint32_t positions(const struct call *call) {
    const char *comma = "";
    text_add_char(call->body, '[');
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        const struct vacc_position *position = &call->account->positions[i];
        const struct vsim_listing *listing = &call->world->listings[i];
        uint64_t at = 0;
        bool has_order = vacc_next_live(call->account, i, &at) != NULL;
        if ((position->net.v == 0 && !has_order) ||
            (call->listing != VACC_ALL && call->listing != i)) {
            continue;
        }
        text_add_format(call->body, "%s{\"symbol\":\"%s\",\"positionSide\":\"BOTH\"", comma,
                        listing->rules.native);
        vsim_member_qty(call->body, "positionAmt", listing, position->net);
        vsim_member_px(call->body, "entryPrice", listing, vacc_entry(position));
        vsim_member_px(call->body, "markPrice", listing, listing->mark);
        member_usd(call->body, "unRealizedProfit", vacc_unrealised(call->account, call->world, i));
        vsim_member_string(call->body, "liquidationPrice", "0");
        vsim_member_int(call->body, "updateTime", position->updated_ns / NS_PER_MS);
        text_add_char(call->body, '}');
        comma = ",";
    }
    text_add_char(call->body, ']');
    return 200;
}

static uint32_t balance(const struct call *call) {
    struct usd equity = vacc_equity(call->account, call->world);
    text_add_string(call->body, "[{\"accountAlias\":\"sim\",\"asset\":\"USDT\"");
    member_usd(call->body, "balance", call->account->cash);
    member_usd(call->body, "crossWalletBalance", call->account->cash);
    member_usd(call->body, "crossUnPnl", usd_sub(equity, call->account->cash));
    member_usd(call->body, "availableBalance", vacc_available(call->account, call->world));
    vsim_member_int(call->body, "updateTime", call->world->now_ns / NS_PER_MS);
    text_add_string(call->body, "}]");
    return 200;
}

static uint32_t commission(const struct call *call) {
    const struct vacc_options *options = &call->account->options;
    text_add_format(call->body, "{\"symbol\":\"%s\",\"makerCommissionRate\":\"",
                    call->world->listings[call->listing].rules.native);
    decimal_print(call->body, options->maker_fee.v, 6, 6, 6);
    text_add_string(call->body, "\",\"takerCommissionRate\":\"");
    decimal_print(call->body, options->taker_fee.v, 6, 6, 6);
    text_add_string(call->body, "\"}");
    return 200;
}

static uint32_t leverage(const struct call *call) {
    struct slice text;
    int64_t times;
    if (!vsim_query(call->query, "leverage", &text) || !decimal_parse(text, 0, &times) ||
        times < 1 || times > 125) {
        return fapi_sim_fail(call->body, -4028, "Leverage is not valid");
    }
    call->account->leverage[call->listing] = (uint32_t)times;
    text_add_format(call->body, "{\"leverage\":%lld,\"maxNotionalValue\":\"1000000\",\"symbol\":",
                    (long long)times);
    text_add_format(call->body, "\"%s\"}", call->world->listings[call->listing].rules.native);
    return 200;
}

static uint32_t countdown(const struct call *call) {
    struct slice text;
    int64_t ms;
    if (!vsim_query(call->query, "countdownTime", &text) || !decimal_parse(text, 0, &ms) ||
        ms < 0 || ms > INT32_MAX) {
        return fapi_sim_fail(call->body, -1102, "Illegal countdownTime.");
    }
    vacc_arm(call->account, call->listing, ms == 0 ? 0 : call->world->now_ns + ms * NS_PER_MS);
    text_add_format(call->body, "{\"symbol\":\"%s\",\"countdownTime\":\"%lld\"}",
                    call->world->listings[call->listing].rules.native, (long long)ms);
    return 200;
}

uint32_t fapi_sim_call(struct vacc *account, const struct vsim_world *world, struct slice method,
                       struct slice path, struct slice query, struct text *body) {
    static const struct {
        struct slice method, path;
        bool needs_symbol;
        uint32_t (*answer)(const struct call *call);
    } rows[] = {
        {{"POST", 4}, {"/order", 6}, true, place},
        {{"DELETE", 6}, {"/order", 6}, true, cancel},
        {{"PUT", 3}, {"/order", 6}, true, amend},
        {{"GET", 3}, {"/order", 6}, true, query_order},
        {{"DELETE", 6}, {"/allOpenOrders", 14}, true, cancel_all},
        {{"GET", 3}, {"/openOrders", 11}, false, open_orders},
        {{"GET", 3}, {"/userTrades", 11}, true, user_trades},
        {{"GET", 3}, {"/positionRisk", 13}, false, positions},
        {{"GET", 3}, {"/balance", 8}, false, balance},
        {{"GET", 3}, {"/commissionRate", 15}, true, commission},
        {{"POST", 4}, {"/leverage", 9}, true, leverage},
        {{"POST", 4}, {"/countdownCancelAll", 19}, true, countdown},
    };
    struct call call = {account, world, query, VACC_ALL, body};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!slice_equals(rows[i].method, method) || !slice_equals(rows[i].path, path)) {
            continue;
        }
        struct slice symbol;
        const struct vsim_listing *listing =
            vsim_query(query, "symbol", &symbol) ? vsim_find(world, symbol) : NULL;
        if (listing == NULL && (rows[i].needs_symbol || vsim_query(query, "symbol", &symbol))) {
            return fapi_sim_fail(body, -1121, "Invalid symbol.");
        }
        if (listing != NULL) {
            call.listing = (uint32_t)(listing - world->listings);
        }
        return rows[i].answer(&call);
    }
    return 0;
}

// ---- user stream -------------------------------------------------------------------------------

static void write_update(const struct vsim_world *world, const struct vacc_event *event,
                         struct text *out) {
    const struct vacc_order *order = &event->order;
    const struct vsim_listing *listing = &world->listings[event->listing];
    bool fill = event->kind == VACC_EVENT_FILL;
    bool fresh = order->end == VACC_LIVE && order->updates == 0;
    const char *happened = fill                         ? "TRADE"
                           : fresh                      ? "NEW"
                           : order->end == VACC_LIVE    ? "AMENDMENT"
                           : status_of(order)[0] == 'E' ? "EXPIRED"
                                                        : "CANCELED";
    text_add_string(out, "{\"e\":\"ORDER_TRADE_UPDATE\"");
    vsim_member_int(out, "E", event->time_ns / NS_PER_MS);
    vsim_member_int(out, "T", event->time_ns / NS_PER_MS);
    text_add_format(out, ",\"o\":{\"s\":\"%s\"", listing->rules.native);
    vsim_member_string(out, "c", event->fill.liquidation ? "autoclose-1" : order->client_id);
    vsim_member_string(out, "S", order->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_string(out, "o", "LIMIT");
    vsim_member_string(out, "f", time_in_force(order));
    vsim_member_qty(out, "q", listing, order->size);
    vsim_member_px(out, "p", listing, order->price);
    vsim_member_px(out, "ap", listing, vacc_average(order));
    vsim_member_string(out, "x", happened);
    vsim_member_string(out, "X", status_of(order));
    vsim_member_int(out, "i", (int64_t)order->number);
    vsim_member_qty(out, "z", listing, order->filled);
    vsim_member_qty(out, "l", listing, event->fill.size);
    vsim_member_px(out, "L", listing, event->fill.price);
    if (fill) {
        vsim_member_string(out, "N", "USDT");
        member_usd(out, "n", event->fill.fee);
    }
    vsim_member_int(out, "T", event->time_ns / NS_PER_MS);
    vsim_member_int(out, "t", (int64_t)event->fill.number);
    member_bool(out, "m", event->fill.maker);
    member_bool(out, "R", order->reduce_only);
    vsim_member_string(out, "ps", "BOTH");
    text_add_string(out, "}}");
}

static void write_account(const struct vsim_world *world, const struct vacc_event *event,
                          struct text *out) {
    const struct vsim_listing *listing = &world->listings[event->listing];
    bool funding = event->kind == VACC_EVENT_FUNDING;
    text_add_string(out, "{\"e\":\"ACCOUNT_UPDATE\"");
    vsim_member_int(out, "E", event->time_ns / NS_PER_MS);
    vsim_member_int(out, "T", event->time_ns / NS_PER_MS);
    text_add_format(out, ",\"a\":{\"m\":\"%s\",\"B\":[{\"a\":\"USDT\"",
                    funding ? "FUNDING_FEE" : "ORDER");
    member_usd(out, "wb", world->account->cash);
    member_usd(out, "cw", world->account->cash);
    member_usd(out, "bc", usd_sub((struct usd){0}, event->amount));
    text_add_format(out, "}],\"P\":[{\"s\":\"%s\"", listing->rules.native);
    vsim_member_qty(out, "pa", listing, event->position.net);
    vsim_member_px(out, "ep", listing, vacc_entry(&event->position));
    member_usd(out, "up", vacc_unrealised(world->account, world, event->listing));
    vsim_member_string(out, "mt", "cross");
    vsim_member_string(out, "ps", "BOTH");
    text_add_string(out, "}]}}");
}

void fapi_sim_push(const struct vsim_world *world, const struct vacc_event *event,
                   struct text *out) {
    switch (event->kind) {
    case VACC_EVENT_ORDER:
    case VACC_EVENT_FILL:
        write_update(world, event, out);
        break;
    case VACC_EVENT_POSITION:
    case VACC_EVENT_FUNDING:
    default:
        write_account(world, event, out);
        break;
    }
}
