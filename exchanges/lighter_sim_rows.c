// Orders, trades and positions as Lighter's simulated server tells them (the samples of
// lighter.md).
#include <inttypes.h>

#include "base/clock.h"
#include "exchanges/lighter_sim.h"
#include "exchanges/lighter_sim_private.h"
#include "exchanges/vsim_text.h"

static void member_number(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":%" PRIu64, name, value);
}

// As a number and as a text, as the venue tells ids.
static void member_id(struct text *out, const char *name, const char *text_name, uint64_t value) {
    member_number(out, name, value);
    text_add_format(out, ",\"%s\":\"%" PRIu64 "\"", text_name, value);
}

void lighter_sim_member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, USD_DIGITS, USD_DIGITS);
    text_add_char(out, '"');
}

uint64_t lighter_sim_client_of(const char *client_id) {
    int64_t number;
    return decimal_parse(slice_of(client_id), 0, &number) && number > 0 ? (uint64_t)number : 0;
}

static const char *status_of(const struct vacc_order *order) {
    switch (order->end) {
    case VACC_LIVE:
        return "open";
    case VACC_FILLED:
        return "filled";
    case VACC_REST_EXPIRED:
        return "canceled-not-enough-liquidity";
    case VACC_POST_ONLY_END:
        return "canceled-post-only";
    case VACC_SELF_TRADE:
        return "canceled-self-trade";
    case VACC_LIQUIDATED:
        return "canceled-liquidation";
    case VACC_CANCELED:
    case VACC_DEADMAN:
    case VACC_BY_VENUE:
    default:
        return "canceled";
    }
}

void lighter_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                             struct text *out) {
    static const char *const times_in_force[] = {[VACC_POST_ONLY] = "post-only",
                                                 [VACC_IOC] = "immediate-or-cancel",
                                                 [VACC_GTC] = "good-till-time",
                                                 [VACC_FOK] = "good-till-time",
                                                 [VACC_MARKET] = "immediate-or-cancel"};
    const struct vsim_listing *listing = &world->listings[order->listing];
    uint64_t client = lighter_sim_client_of(order->client_id);
    text_add_format(out, "{\"market_index\":%u", lighter_sim_market(world, listing));
    member_id(out, "order_index", "order_id", LIGHTER_SIM_ORDERS + order->number);
    member_id(out, "client_order_index", "client_order_id", client);
    member_number(out, "owner_account_index", lighter_private_of(world)->account);
    vsim_member_qty(out, "initial_base_amount", listing, order->size);
    vsim_member_qty(out, "remaining_base_amount", listing, qty_sub(order->size, order->filled));
    vsim_member_qty(out, "filled_base_amount", listing, order->filled);
    lighter_sim_member_usd(out, "filled_quote_amount", order->value);
    vsim_member_px(out, "price", listing, order->price);
    text_add_format(out, ",\"is_ask\":%s,\"reduce_only\":%s",
                    order->side == SIDE_SELL ? "true" : "false",
                    order->reduce_only ? "true" : "false");
    vsim_member_string(out, "side", order->side == SIDE_SELL ? "sell" : "buy");
    vsim_member_string(out, "type", "limit");
    vsim_member_string(out, "time_in_force", times_in_force[order->kind]);
    vsim_member_string(out, "trigger_price", "0.00");
    vsim_member_string(out, "status", status_of(order));
    vsim_member_int(out, "timestamp", order->created_ns / NS_PER_MS);
    vsim_member_int(out, "created_at", order->created_ns / NS_PER_MS);
    vsim_member_int(out, "updated_at", order->updated_ns / NS_PER_MS);
    vsim_member_int(out, "transaction_time", order->updated_ns / 1000);
    text_add_char(out, '}');
}

// Our side has our numbers, the other side is somebody's.
void lighter_sim_write_trade(const struct vsim_world *world, const struct vacc_fill *fill,
                             struct text *out) {
    enum { SOMEBODY = 7, THEIR_ORDER = 99 };
    const struct vsim_listing *listing = &world->listings[fill->listing];
    uint64_t ours = lighter_private_of(world)->account;
    bool is_ask = fill->side == SIDE_SELL;
    uint64_t order = LIGHTER_SIM_ORDERS + fill->order;
    uint64_t client = lighter_sim_client_of(fill->client_id);
    struct usd value = usd_notional_near(fill->price, fill->size);
    text_add_format(out, "{\"market_id\":%u", lighter_sim_market(world, listing));
    member_id(out, "trade_id", "trade_id_str", fill->number);
    vsim_member_string(out, "type", fill->liquidation ? "liquidation" : "trade");
    vsim_member_qty(out, "size", listing, fill->size);
    vsim_member_px(out, "price", listing, fill->price);
    lighter_sim_member_usd(out, "usd_amount", value);
    member_id(out, "ask_id", "ask_id_str", is_ask ? order : THEIR_ORDER);
    member_id(out, "bid_id", "bid_id_str", is_ask ? THEIR_ORDER : order);
    member_id(out, "ask_client_id", "ask_client_id_str", is_ask ? client : 0);
    member_id(out, "bid_client_id", "bid_client_id_str", is_ask ? 0 : client);
    member_number(out, "ask_account_id", is_ask ? ours : SOMEBODY + ours);
    member_number(out, "bid_account_id", is_ask ? SOMEBODY + ours : ours);
    text_add_format(out, ",\"is_maker_ask\":%s", fill->maker == is_ask ? "true" : "false");
    struct bps fee =
        fill->maker ? world->account->options.maker_fee : world->account->options.taker_fee;
    if (fee.v != 0) {
        vsim_member_int(out, fill->maker ? "maker_fee" : "taker_fee", fee.v);
    }
    vsim_member_int(out, "timestamp", fill->time_ns / NS_PER_MS);
    vsim_member_int(out, "transaction_time", fill->time_ns / 1000);
    text_add_char(out, '}');
}

void lighter_sim_write_position(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    const struct vsim_listing *listing = &world->listings[i];
    text_add_format(out,
                    "{\"market_id\":%u,\"symbol\":\"%s\",\"initial_margin_fraction\":\"10.00\"",
                    lighter_sim_market(world, listing), listing->rules.native);
    vsim_member_int(out, "sign", position->net.v < 0 ? -1 : 1);
    vsim_member_qty(out, "position", listing, qty_abs(position->net));
    vsim_member_px(out, "avg_entry_price", listing, vacc_entry(position));
    lighter_sim_member_usd(out, "unrealized_pnl", vacc_unrealised(world->account, world, i));
    lighter_sim_member_usd(out, "realized_pnl", position->realised);
    vsim_member_string(out, "liquidation_price", "0");
    lighter_sim_member_usd(out, "total_funding_paid_out", position->funding);
    vsim_member_int(out, "margin_mode", 0);
    text_add_char(out, '}');
}
