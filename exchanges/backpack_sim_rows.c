// Orders, fills and positions as Backpack tells them, by REST and on its stream.
#include "base/clock.h"
#include "exchanges/backpack_sim_private.h"
#include "exchanges/iso_time.h"
#include "exchanges/vsim_text.h"

void backpack_sim_member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 0, USD_DIGITS);
    text_add_char(out, '"');
}

static void member_id(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":\"%llu\"", name, (unsigned long long)value);
}

void backpack_sim_member_time(struct text *out, const char *name, int64_t time_ns) {
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

void backpack_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
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
    backpack_sim_member_usd(out, "executedQuoteQuantity", usd_abs(order->value));
    vsim_member_string(out, "status", status_of(order));
    text_add_format(out, ",\"postOnly\":%s,\"reduceOnly\":%s",
                    order->kind == VACC_POST_ONLY ? "true" : "false",
                    order->reduce_only ? "true" : "null");
    vsim_member_string(out, "selfTradePrevention", "RejectMaker");
    vsim_member_int(out, "createdAt", order->created_ns / NS_PER_MS);
    text_add_string(out, ",\"relatedOrderId\":null,\"triggerPrice\":null}");
}

void backpack_sim_write_position(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    const struct vsim_listing *listing = &world->listings[i];
    text_add_format(out, "{\"symbol\":\"%s\"", listing->rules.native);
    vsim_member_qty(out, "netQuantity", listing, position->net);
    vsim_member_px(out, "entryPrice", listing, vacc_entry(position));
    vsim_member_px(out, "markPrice", listing, listing->mark);
    vsim_member_string(out, "estLiquidationPrice", "0");
    backpack_sim_member_usd(out, "netCost", position->cost);
    backpack_sim_member_usd(out, "pnlRealized", position->realised);
    backpack_sim_member_usd(out, "pnlUnrealized", vacc_unrealised(world->account, world, i));
    backpack_sim_member_usd(out, "cumulativeFundingPayment", position->funding);
    text_add_char(out, '}');
}

void backpack_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
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
    backpack_sim_member_usd(out, "fee", fill->fee);
    vsim_member_string(out, "feeSymbol", "USDC");
    text_add_format(out, ",\"isMaker\":%s,\"systemOrderType\":%s", fill->maker ? "true" : "false",
                    fill->liquidation ? "\"OrderBookLiquidation\"" : "null");
    backpack_sim_member_time(out, "timestamp", fill->time_ns);
    text_add_char(out, '}');
}

static void begin_push(const char *event, const char *native, int64_t time_ns, struct text *out) {
    text_add_string(out, "{\"data\":{");
    if (event != NULL) {
        text_add_format(out, "\"e\":\"%s\",", event);
    }
    text_add_format(out, "\"E\":%lld,\"T\":%lld,\"s\":\"%s\"", (long long)(time_ns / 1000),
                    (long long)(time_ns / 1000), native);
}

static void end_push(const char *stream, struct text *out) {
    text_add_format(out, "},\"stream\":\"%s\"}", stream);
}

void backpack_sim_push_position(const struct vsim_world *world, uint32_t i, const char *event,
                                const struct vacc_position *position, struct text *out) {
    const struct vsim_listing *listing = &world->listings[i];
    begin_push(event, listing->rules.native, world->now_ns, out);
    vsim_member_qty(out, "q", listing, position->net);
    vsim_member_qty(out, "Q", listing, qty_abs(position->net));
    vsim_member_px(out, "B", listing, vacc_entry(position));
    vsim_member_px(out, "M", listing, listing->mark);
    backpack_sim_member_usd(out, "p", position->realised);
    backpack_sim_member_usd(out, "P", vacc_unrealised(world->account, world, i));
    vsim_member_string(out, "l", "0");
    end_push("account.positionUpdate", out);
}

void backpack_sim_push_order(const struct vsim_world *world, const struct vacc_event *event,
                             struct text *out) {
    const struct vacc_order *order = &event->order;
    const struct vacc_fill *fill = event->kind == VACC_EVENT_FILL ? &event->fill : NULL;
    const struct vsim_listing *listing = &world->listings[order->listing];
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
    backpack_sim_member_usd(out, "Z", usd_abs(order->value));
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
        backpack_sim_member_usd(out, "n", fill->fee);
        vsim_member_string(out, "N", "USDC");
    } else {
        text_add_string(out, ",\"t\":null");
    }
    vsim_member_string(out, "O",
                       fill != NULL && fill->liquidation ? "LIQUIDATION_AUTOCLOSE" : "USER");
    end_push("account.orderUpdate", out);
}
