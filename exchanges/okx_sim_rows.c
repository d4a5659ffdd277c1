// Orders, fills, positions and money as OKX tells them, by REST and on its channels.
#include "base/clock.h"
#include "exchanges/okx_sim_private.h"
#include "exchanges/vsim_text.h"

void okx_sim_member_size(struct text *out, const char *name, const struct vsim_listing *listing,
                         struct qty size) {
    struct qty contracts = {mul_div_near(size.v, QTY_ONE, listing->rules.contract.v)};
    text_add_format(out, ",\"%s\":\"", name);
    qty_print(out, contracts, 0, QTY_DIGITS);
    text_add_char(out, '"');
}

void okx_sim_member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 0, USD_DIGITS);
    text_add_char(out, '"');
}

void okx_sim_member_number(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":\"%llu\"", name, (unsigned long long)value);
}

void okx_sim_member_ms(struct text *out, const char *name, int64_t time_ns) {
    okx_sim_member_number(out, name, (uint64_t)(time_ns / NS_PER_MS));
}

static const char *state_of(const struct vacc_order *order) {
    return order->end == VACC_FILLED ? "filled"
           : order->end != VACC_LIVE ? "canceled"
           : order->filled.v > 0     ? "partially_filled"
                                     : "live";
}

static const char *kind_of(const struct vacc_order *order) {
    static const char *const words[] = {[VACC_POST_ONLY] = "post_only",
                                        [VACC_IOC] = "ioc",
                                        [VACC_GTC] = "limit",
                                        [VACC_FOK] = "fok",
                                        [VACC_MARKET] = "market"};
    return words[order->kind];
}

void okx_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                         const struct vacc_fill *fill, struct text *out) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    text_add_format(out, "{\"instType\":\"SWAP\",\"instId\":\"%s\"", listing->rules.native);
    okx_sim_member_number(out, "ordId", order->number);
    vsim_member_string(out, "clOrdId", order->client_id);
    vsim_member_string(out, "side", order->side == SIDE_BUY ? "buy" : "sell");
    vsim_member_string(out, "posSide", "net");
    vsim_member_string(out, "tdMode", "cross");
    vsim_member_string(out, "ordType", kind_of(order));
    vsim_member_px(out, "px", listing, order->price);
    okx_sim_member_size(out, "sz", listing, order->size);
    vsim_member_string(out, "state", state_of(order));
    okx_sim_member_size(out, "accFillSz", listing, order->filled);
    vsim_member_px(out, "avgPx", listing, vacc_average(order));
    vsim_member_string(out, "reduceOnly", order->reduce_only ? "true" : "false");
    vsim_member_string(out, "cancelSource", order->end == VACC_POST_ONLY_END ? "31" : "");
    vsim_member_string(out, "category",
                       fill != NULL && fill->liquidation ? "full_liquidation" : "normal");
    if (fill != NULL) {
        vsim_member_px(out, "fillPx", listing, fill->price);
        okx_sim_member_size(out, "fillSz", listing, fill->size);
        okx_sim_member_number(out, "tradeId", fill->number);
        vsim_member_string(out, "execType", fill->maker ? "M" : "T");
        okx_sim_member_usd(out, "fillFee", usd_sub((struct usd){0}, fill->fee));
        vsim_member_string(out, "fillFeeCcy", "USDT");
        okx_sim_member_ms(out, "fillTime", fill->time_ns);
    } else {
        text_add_string(out,
                        ",\"fillPx\":\"\",\"fillSz\":\"0\",\"tradeId\":\"\",\"fillTime\":\"\"");
    }
    okx_sim_member_ms(out, "cTime", order->created_ns);
    okx_sim_member_ms(out, "uTime", order->updated_ns);
    text_add_char(out, '}');
}

void okx_sim_write_position(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    const struct vsim_listing *listing = &world->listings[i];
    text_add_format(out, "{\"instType\":\"SWAP\",\"instId\":\"%s\",\"posSide\":\"net\"",
                    listing->rules.native);
    okx_sim_member_size(out, "pos", listing, position->net);
    vsim_member_px(out, "avgPx", listing, vacc_entry(position));
    okx_sim_member_usd(out, "upl", vacc_unrealised(world->account, world, i));
    vsim_member_string(out, "liqPx", "");
    vsim_member_string(out, "mgnMode", "cross");
    okx_sim_member_ms(out, "uTime", position->updated_ns);
    text_add_char(out, '}');
}

void okx_sim_write_balance(const struct vsim_world *world, struct text *out) {
    struct usd equity = vacc_equity(world->account, world);
    text_add_string(out, "{\"adjEq\":\"\",\"details\":[{\"ccy\":\"USDT\"");
    okx_sim_member_usd(out, "eq", equity);
    okx_sim_member_usd(out, "cashBal", world->account->cash);
    okx_sim_member_usd(out, "availEq", vacc_available(world->account, world));
    text_add_string(out, "}]");
    okx_sim_member_usd(out, "totalEq", equity);
    okx_sim_member_ms(out, "uTime", world->now_ns);
    text_add_char(out, '}');
}
