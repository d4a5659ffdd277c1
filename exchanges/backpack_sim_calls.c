// What a call to Backpack's simulated server does and tells, once it is known who calls:
// backpack.md section 5.
#include "base/clock.h"
#include "exchanges/backpack_sim_private.h"
#include "exchanges/vsim_text.h"

enum { PAGE_MAX = 1000 };

static const struct backpack_sim_refusal taken = {200, "", ""};

struct backpack_sim_refusal backpack_sim_invalid(const char *text) {
    return (struct backpack_sim_refusal){400, "INVALID_CLIENT_REQUEST", text};
}

static struct slice param(const struct oe_params *params, const char *name) {
    for (uint32_t i = 0; i < params->count; i++) {
        if (slice_equals(params->rows[i].name, slice_of(name))) {
            return params->rows[i].value;
        }
    }
    return (struct slice){"", 0};
}

static const struct backpack_sim_refusal refusals[VACC_REFUSAL_COUNT] = {
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

static uint32_t listing_of(const struct backpack_sim_call *call) {
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

static struct backpack_sim_refusal place(const struct backpack_sim_call *call) {
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
        return backpack_sim_invalid("Invalid price");
    }
    if ((request.side == SIDE_BUY && !slice_equals(side, SLICE("Bid"))) ||
        !qty_parse(param(params, "quantity"), &request.size)) {
        return backpack_sim_invalid("Invalid quantity");
    }
    if (request.client_id.size > 0 && !is_client_id(request.client_id)) {
        return backpack_sim_invalid("Invalid clientId");
    }
    enum vacc_refusal refusal = vacc_place(call->world->account, call->world, &request, &order);
    if (refusal == VACC_TAKEN) {
        backpack_sim_write_order(call->world, order, call->body);
    }
    return refusals[refusal];
}

// Exactly one of both ids.
static struct backpack_sim_refusal find_order(const struct backpack_sim_call *call,
                                              const struct vacc_order **out) {
    struct slice venue_id = param(call->params, "orderId");
    struct slice client_id = param(call->params, "clientId");
    int64_t number;
    if ((venue_id.size > 0) == (client_id.size > 0)) {
        return backpack_sim_invalid("Must specify exactly one of `orderId` and `clientId`");
    }
    *out = client_id.size > 0                    ? vacc_find_client(call->world->account, client_id)
           : decimal_parse(venue_id, 0, &number) ? vacc_find(call->world->account, (uint64_t)number)
                                                 : NULL;
    if (*out == NULL || (*out)->end != VACC_LIVE || (*out)->listing != listing_of(call)) {
        return (struct backpack_sim_refusal){404, "RESOURCE_NOT_FOUND",
                                             "Not Found"}; // over ones are not told
    }
    return taken;
}

static struct backpack_sim_refusal query(const struct backpack_sim_call *call) {
    const struct vacc_order *order;
    struct backpack_sim_refusal refusal = find_order(call, &order);
    if (refusal.http == 200) {
        backpack_sim_write_order(call->world, order, call->body);
    }
    return refusal;
}

static struct backpack_sim_refusal cancel(const struct backpack_sim_call *call) {
    const struct vacc_order *order;
    struct backpack_sim_refusal refusal = find_order(call, &order);
    if (refusal.http == 200) {
        (void)vacc_cancel(call->world->account, call->world, order, VACC_CANCELED);
        backpack_sim_write_order(call->world, order, call->body);
    }
    return refusal;
}

static void write_orders(const struct backpack_sim_call *call, uint32_t listing, bool cancels) {
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    text_add_char(call->body, '[');
    while ((order = vacc_next_live(call->world->account, listing, &at)) != NULL) {
        if (cancels) {
            (void)vacc_cancel(call->world->account, call->world, order, VACC_CANCELED);
        }
        text_add_string(call->body, comma);
        backpack_sim_write_order(call->world, order, call->body);
        comma = ",";
    }
    text_add_char(call->body, ']');
}

static struct backpack_sim_refusal cancel_all(const struct backpack_sim_call *call) {
    uint32_t listing = listing_of(call);
    if (listing == VACC_ALL) {
        return refusals[VACC_NO_LISTING];
    }
    write_orders(call, listing, true);
    return taken;
}

static struct backpack_sim_refusal open_orders(const struct backpack_sim_call *call) {
    if (param(call->params, "symbol").size > 0 && listing_of(call) == VACC_ALL) {
        return refusals[VACC_NO_LISTING];
    }
    write_orders(call, listing_of(call), false);
    return taken;
}

struct page {
    int64_t limit, offset;
};

static bool read_page(const struct backpack_sim_call *call, struct page *page) {
    struct slice limit = param(call->params, "limit"), offset = param(call->params, "offset");
    *page = (struct page){100, 0};
    return (limit.size == 0 || decimal_parse(limit, 0, &page->limit)) &&
           (offset.size == 0 || decimal_parse(offset, 0, &page->offset)) && page->limit > 0 &&
           page->limit <= PAGE_MAX && page->offset >= 0 &&
           slice_equals(param(call->params, "sortDirection"), SLICE("Asc"));
}

static struct backpack_sim_refusal fills(const struct backpack_sim_call *call) {
    struct slice from = param(call->params, "from");
    struct page page;
    int64_t from_ms = 0;
    uint32_t count = 0, listing = listing_of(call);
    const struct vacc_fill *fill;
    if (!read_page(call, &page) || (from.size > 0 && !decimal_parse(from, 0, &from_ms))) {
        return backpack_sim_invalid("Invalid page");
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
        backpack_sim_write_fill(call->world, fill, call->body);
    }
    text_add_char(call->body, ']');
    return taken;
}

static struct backpack_sim_refusal funding(const struct backpack_sim_call *call) {
    struct page page;
    const struct vacc *account = call->world->account;
    uint32_t listing = listing_of(call);
    if (!read_page(call, &page)) {
        return backpack_sim_invalid("Invalid page");
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
        backpack_sim_member_usd(call->body, "quantity", usd_sub((struct usd){0}, event->amount));
        backpack_sim_member_time(call->body, "intervalEndTimestamp", event->time_ns);
        text_add_char(call->body, '}');
    }
    text_add_char(call->body, ']');
    return taken;
}

static struct backpack_sim_refusal positions(const struct backpack_sim_call *call) {
    const char *comma = "";
    uint32_t listing = listing_of(call);
    if (listing != VACC_ALL && call->world->account->positions[listing].net.v == 0) {
        return (struct backpack_sim_refusal){404, "RESOURCE_NOT_FOUND", "Not Found"};
    }
    text_add_char(call->body, '[');
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        if (call->world->account->positions[i].net.v != 0 &&
            (listing == VACC_ALL || listing == i)) {
            text_add_string(call->body, comma);
            backpack_sim_write_position(call->world, i, call->body);
            comma = ",";
        }
    }
    text_add_char(call->body, ']');
    return taken;
}

static struct backpack_sim_refusal collateral(const struct backpack_sim_call *call) {
    const struct vacc *account = call->world->account;
    struct usd equity = vacc_equity(account, call->world);
    struct usd available = vacc_available(account, call->world);
    text_add_string(call->body, "{\"marginFraction\":null,\"imf\":\"0.1\",\"mmf\":\"0.05\"");
    backpack_sim_member_usd(call->body, "netEquity", equity);
    backpack_sim_member_usd(call->body, "netEquityAvailable", available);
    backpack_sim_member_usd(call->body, "netEquityLocked", usd_sub(equity, available));
    backpack_sim_member_usd(call->body, "assetsValue", account->cash);
    text_add_string(call->body, ",\"collateral\":[]}");
    return taken;
}

static struct backpack_sim_refusal account_of(const struct backpack_sim_call *call) {
    const struct vacc_options *options = &call->world->account->options;
    text_add_string(call->body, "{\"liquidating\":false,\"futuresMakerFee\":\"");
    bps_print(call->body, options->maker_fee);
    text_add_string(call->body, "\",\"futuresTakerFee\":\"");
    bps_print(call->body, options->taker_fee);
    text_add_format(call->body, "\",\"leverageLimit\":\"%u\"}", options->leverage);
    return taken;
}

const struct backpack_sim_row *backpack_sim_find_row(const struct vsim_request *request) {
    static const struct backpack_sim_row rows[] = {
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
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(request->method, slice_of(rows[i].method)) &&
            slice_equals(request->path, slice_of(rows[i].path))) {
            return &rows[i];
        }
    }
    return NULL;
}
