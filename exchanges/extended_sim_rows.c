// Rows of the account as Extended's server writes them: extended.md section 5 and its samples.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/extended_sim.h"
#include "exchanges/vsim_text.h"

enum { ACCOUNT_ID = 3017 };

static void member_number(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":%llu", name, (unsigned long long)value);
}

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, USD_DIGITS, USD_DIGITS);
    text_add_char(out, '"');
}

// An average, which stands between the ticks.
static void member_average(struct text *out, const char *name, struct px value) {
    text_add_format(out, ",\"%s\":\"", name);
    px_print(out, value, 2, PX_DIGITS);
    text_add_char(out, '"');
}

static void member_bool(struct text *out, const char *name, bool value) {
    text_add_format(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void member_ms(struct text *out, const char *name, int64_t time_ns) {
    vsim_member_int(out, name, time_ns / NS_PER_MS);
}

static void member_market(struct text *out, const struct vsim_listing *listing) {
    vsim_member_string(out, "market", listing->rules.native);
}

struct end {
    const char *status, *reason; // reason NULL: none is told
};

static struct end end_of(const struct vacc_order *order) {
    switch (order->end) {
    case VACC_LIVE:
        return (struct end){order->filled.v > 0 ? "PARTIALLY_FILLED" : "NEW", NULL};
    case VACC_FILLED:
        return (struct end){"FILLED", NULL};
    case VACC_REST_EXPIRED:
        return (struct end){"CANCELLED", "NO_LIQUIDITY"};
    case VACC_POST_ONLY_END:
        return (struct end){"REJECTED", "POST_ONLY_FAILED"};
    case VACC_SELF_TRADE:
        return (struct end){"CANCELLED", "SELF_TRADE_PROTECTION"};
    case VACC_LIQUIDATED:
        return (struct end){"CANCELLED", "ACCOUNT_LIQUIDATION"};
    case VACC_CANCELED:
    case VACC_DEADMAN:
    case VACC_BY_VENUE:
    default:
        return (struct end){"CANCELLED", NULL};
    }
}

void extended_sim_order(const struct vsim_world *world, const struct vacc_order *order,
                        struct text *out) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    struct end end = end_of(order);
    bool takes = order->kind == VACC_IOC || order->kind == VACC_FOK || order->kind == VACC_MARKET;
    text_add_format(out, "{\"id\":%llu", (unsigned long long)order->number);
    member_number(out, "accountId", ACCOUNT_ID);
    vsim_member_string(out, "externalId", order->client_id);
    member_market(out, listing);
    vsim_member_string(out, "type", order->kind == VACC_MARKET ? "MARKET" : "LIMIT");
    vsim_member_string(out, "side", order->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_string(out, "status", end.status);
    if (end.reason != NULL) {
        vsim_member_string(out, "statusReason", end.reason);
    }
    vsim_member_px(out, "price", listing, order->price);
    if (order->filled.v > 0) {
        member_average(out, "averagePrice", vacc_average(order));
    }
    vsim_member_qty(out, "qty", listing, order->size);
    vsim_member_qty(out, "filledQty", listing, order->filled);
    member_usd(out, "payedFee", order->fees);
    member_bool(out, "reduceOnly", order->reduce_only);
    member_bool(out, "postOnly", order->kind == VACC_POST_ONLY);
    vsim_member_string(out, "timeInForce", takes ? "IOC" : "GTT");
    member_ms(out, "createdTime", order->created_ns);
    member_ms(out, "updatedTime", order->updated_ns);
    text_add_char(out, '}');
}

void extended_sim_fill(const struct vsim_world *world, const struct vacc_fill *fill, bool stream,
                       struct text *out) {
    const struct vsim_listing *listing = &world->listings[fill->listing];
    text_add_format(out, "{\"id\":%llu", (unsigned long long)fill->number);
    member_number(out, "accountId", ACCOUNT_ID);
    member_market(out, listing);
    member_number(out, "orderId", fill->order);
    if (fill->client_id[0] != '\0') {
        vsim_member_string(out, stream ? "externalOrderId" : "externalId", fill->client_id);
    }
    vsim_member_string(out, "side", fill->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_px(out, "price", listing, fill->price);
    vsim_member_qty(out, "qty", listing, fill->size);
    member_usd(out, "value", usd_notional_near(fill->price, fill->size));
    member_usd(out, "fee", fill->fee);
    vsim_member_string(out, "tradeType", fill->liquidation ? "LIQUIDATION" : "TRADE");
    member_ms(out, "createdTime", fill->time_ns);
    member_bool(out, "isTaker", !fill->maker);
    text_add_char(out, '}');
}

void extended_sim_position(const struct vsim_world *world, uint32_t listing,
                           const struct vacc_position *position, bool stream, struct text *out) {
    const struct vsim_listing *row = &world->listings[listing];
    struct qty size = qty_abs(position->net);
    text_add_format(out, "{\"id\":%u", listing + 1);
    member_number(out, "accountId", ACCOUNT_ID);
    member_market(out, row);
    vsim_member_string(out, "side", position->net.v < 0 ? "SHORT" : "LONG");
    text_add_format(out, ",\"leverage\":\"%u\"",
                    world->account->leverage[listing] > 0 ? world->account->leverage[listing] : 1);
    vsim_member_qty(out, "size", row, size);
    member_usd(out, "value", usd_notional_near(row->mark, size));
    member_average(out, "openPrice", vacc_entry(position));
    vsim_member_px(out, "markPrice", row, row->mark);
    vsim_member_string(out, "liquidationPrice", "0");
    member_usd(out, "unrealisedPnl", vacc_unrealised(world->account, world, listing));
    member_usd(out, "realisedPnl", position->realised);
    member_ms(out, stream ? "createdAt" : "createdTime", position->updated_ns);
    member_ms(out, stream ? "updatedAt" : "updatedTime", position->updated_ns);
    text_add_char(out, '}');
}

void extended_sim_balance(const struct vsim_world *world, struct text *out) {
    struct usd equity = vacc_equity(world->account, world);
    struct usd available = vacc_available(world->account, world);
    text_add_string(out, "{\"collateralName\":\"USD\"");
    member_usd(out, "balance", world->account->cash);
    member_usd(out, "equity", equity);
    member_usd(out, "availableForTrade", available);
    member_usd(out, "availableForWithdrawal", available);
    member_usd(out, "unrealisedPnl", usd_sub(equity, world->account->cash));
    member_ms(out, "updatedTime", world->now_ns);
    text_add_char(out, '}');
}

// Positive: received.
void extended_sim_payment(const struct vsim_world *world, const struct vacc_event *event,
                          struct text *out) {
    const struct vsim_listing *listing = &world->listings[event->listing];
    text_add_format(out, "{\"id\":%llu", (unsigned long long)(event->time_ns / NS_PER_S));
    member_number(out, "accountId", ACCOUNT_ID);
    member_market(out, listing);
    vsim_member_string(out, "side", event->position.net.v < 0 ? "SHORT" : "LONG");
    vsim_member_qty(out, "size", listing, qty_abs(event->position.net));
    vsim_member_px(out, "markPrice", listing, listing->mark);
    member_usd(out, "fundingFee", usd_sub((struct usd){0}, event->amount));
    vsim_member_rate(out, "fundingRate", listing->funding, RATE_DIGITS);
    member_ms(out, "paidTime", event->time_ns);
    text_add_char(out, '}');
}
