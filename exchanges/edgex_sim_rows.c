// The account of edgeX's simulated server as the venue words it (edgex.md section 5).
#include "base/json.h"
#include "exchanges/edgex_sim.h"
#include "exchanges/vsim_text.h"

static const struct edgex_sim_owner *owner_of(const struct vsim_world *world) {
    return world->account->own;
}

static void member_number(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":\"%llu\"", name, (unsigned long long)value);
}

static void member_bool(struct text *out, const char *name, bool value) {
    text_add_format(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, USD_DIGITS, USD_DIGITS);
    text_add_char(out, '"');
}

// An average has more digits than the tick.
static void member_average(struct text *out, const char *name, struct px value) {
    text_add_format(out, ",\"%s\":\"", name);
    px_print(out, value, 0, PX_DIGITS);
    text_add_char(out, '"');
}

static struct usd negative(struct usd value) {
    return usd_sub((struct usd){0}, value);
}

static void member_owner(struct text *out, const struct vsim_world *world) {
    vsim_member_string(out, "userId", "1");
    vsim_member_string(out, "accountId", owner_of(world)->account_text);
    member_number(out, "coinId", EDGEX_SIM_COIN);
}

static void member_contract(struct text *out, const struct vsim_world *world, uint32_t listing) {
    member_number(out, "contractId",
                  (uint64_t)edgex_sim_contract(world, &world->listings[listing]));
}

// ---- orders and fills --------------------------------------------------------------------------

static const char *reason_of(const struct vacc_order *order) {
    switch (order->end) {
    case VACC_CANCELED:
        return "USER_CANCELED";
    case VACC_REST_EXPIRED:
    case VACC_POST_ONLY_END:
        return "COULD_NOT_FILL";
    case VACC_LIQUIDATED:
        return "LIQUIDATE_CANCELED";
    case VACC_BY_VENUE:
        return order->reduce_only ? "REDUCE_ONLY_CANCELED" : "ADMIN_CANCELED";
    case VACC_SELF_TRADE: // the venue tells no word for it
    case VACC_DEADMAN:
        return "ADMIN_CANCELED";
    case VACC_LIVE:
    case VACC_FILLED:
    default:
        return "UNKNOWN_ORDER_CANCEL_REASON";
    }
}

static const char *time_of(const struct vacc_order *order) {
    static const char *const words[] = {[VACC_POST_ONLY] = "POST_ONLY",
                                        [VACC_IOC] = "IMMEDIATE_OR_CANCEL",
                                        [VACC_GTC] = "GOOD_TIL_CANCEL",
                                        [VACC_FOK] = "FILL_OR_KILL",
                                        [VACC_MARKET] = "IMMEDIATE_OR_CANCEL"};
    return words[order->kind];
}

void edgex_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                           struct text *out) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    text_add_format(out, "{\"id\":\"%llu\"", (unsigned long long)order->number);
    member_owner(out, world);
    member_contract(out, world, order->listing);
    vsim_member_string(out, "side", order->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_px(out, "price", listing, order->price);
    vsim_member_qty(out, "size", listing, order->size);
    text_add_string(out, ",\"clientOrderId\":");
    json_write_string(out, slice_of(order->client_id));
    vsim_member_string(out, "type", order->kind == VACC_MARKET ? "MARKET" : "LIMIT");
    vsim_member_string(out, "timeInForce", time_of(order));
    member_bool(out, "reduceOnly", order->reduce_only);
    vsim_member_string(out, "triggerPrice", "0");
    vsim_member_string(out, "triggerPriceType", "UNKNOWN_PRICE_TYPE");
    member_bool(out, "isLiquidate", order->end == VACC_LIQUIDATED);
    member_bool(out, "isDeleverage", false);
    vsim_member_string(out, "status",
                       order->end == VACC_LIVE     ? "OPEN"
                       : order->end == VACC_FILLED ? "FILLED"
                                                   : "CANCELED");
    vsim_member_string(out, "cancelReason", reason_of(order));
    vsim_member_qty(out, "cumFillSize", listing, order->filled);
    member_usd(out, "cumFillValue", order->value);
    member_usd(out, "cumFillFee", negative(order->fees));
    edgex_sim_member_ms(out, "createdTime", order->created_ns);
    edgex_sim_member_ms(out, "updatedTime", order->updated_ns);
    text_add_char(out, '}');
}

void edgex_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                          struct text *out) {
    const struct vsim_listing *listing = &world->listings[fill->listing];
    text_add_format(out, "{\"id\":\"%llu\"", (unsigned long long)fill->number);
    member_owner(out, world);
    member_contract(out, world, fill->listing);
    member_number(out, "orderId", fill->order);
    vsim_member_string(out, "orderSide", fill->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_qty(out, "fillSize", listing, fill->size);
    member_usd(out, "fillValue", usd_notional_near(fill->price, fill->size));
    member_usd(out, "fillFee", negative(fill->fee));
    vsim_member_px(out, "fillPrice", listing, fill->price);
    vsim_member_string(out, "direction", fill->maker ? "MAKER" : "TAKER");
    member_bool(out, "isLiquidate", fill->liquidation);
    member_bool(out, "isDeleverage", false);
    edgex_sim_member_ms(out, "matchTime", fill->time_ns);
    edgex_sim_member_ms(out, "createdTime", fill->time_ns);
    text_add_char(out, '}');
}

// ---- positions and money -----------------------------------------------------------------------

void edgex_sim_write_position(const struct vsim_world *world, uint32_t listing,
                              const struct vacc_position *position, struct text *out) {
    text_add_string(out, "{\"userId\":\"1\"");
    vsim_member_string(out, "accountId", owner_of(world)->account_text);
    member_number(out, "coinId", EDGEX_SIM_COIN);
    member_contract(out, world, listing);
    vsim_member_qty(out, "openSize", &world->listings[listing], position->net);
    member_usd(out, "openValue", position->cost);
    member_usd(out, "openFee", negative(position->fees));
    member_usd(out, "fundingFee", negative(position->funding));
    edgex_sim_member_ms(out, "updatedTime", position->updated_ns);
    text_add_char(out, '}');
}

void edgex_sim_write_collateral(const struct vsim_world *world, struct text *out) {
    text_add_string(out, "{\"userId\":\"1\"");
    vsim_member_string(out, "accountId", owner_of(world)->account_text);
    member_number(out, "coinId", EDGEX_SIM_COIN);
    member_usd(out, "amount", world->account->cash);
    text_add_char(out, '}');
}

void edgex_sim_write_funding(const struct vsim_world *world, const struct vacc_event *event,
                             uint64_t number, struct text *out) {
    text_add_format(out, "{\"id\":\"%llu\"", (unsigned long long)number);
    member_owner(out, world);
    vsim_member_string(out, "type", "POSITION_FUNDING");
    member_usd(out, "deltaAmount", negative(event->amount));
    edgex_sim_member_ms(out, "fundingTime", event->time_ns);
    vsim_member_qty(out, "fundingPositionSize", &world->listings[event->listing],
                    event->position.net);
    member_number(out, "positionContractId",
                  (uint64_t)edgex_sim_contract(world, &world->listings[event->listing]));
    edgex_sim_member_ms(out, "createdTime", event->time_ns);
    text_add_char(out, '}');
}

static void write_position_asset(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    struct usd unrealised = vacc_unrealised(world->account, world, i);
    text_add_string(out, "{\"coinId\":\"1000\"");
    member_contract(out, world, i);
    member_usd(out, "positionValue", usd_add(position->cost, unrealised));
    member_average(out, "avgEntryPrice", vacc_entry(position));
    vsim_member_string(out, "liquidatePrice", "0");
    member_usd(out, "unrealizePnl", unrealised);
    text_add_char(out, '}');
}

static void write_positions(const struct vsim_world *world, bool assets, struct text *out) {
    const char *comma = "";
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vacc_position *position = &world->account->positions[i];
        if (position->net.v == 0) {
            continue;
        }
        text_add_string(out, comma);
        if (assets) {
            write_position_asset(world, i, out);
        } else {
            edgex_sim_write_position(world, i, position, out);
        }
        comma = ",";
    }
}

void edgex_sim_write_account(const struct vsim_world *world, struct text *out) {
    struct usd available = vacc_available(world->account, world);
    struct usd equity = vacc_equity(world->account, world);
    text_add_format(out, "{\"account\":{\"id\":\"%s\",\"userId\":\"1\"},\"version\":\"%llu\"",
                    owner_of(world)->account_text, (unsigned long long)world->account->event_count);
    text_add_string(out, ",\"positionList\":[");
    write_positions(world, false, out);
    text_add_string(out, "],\"collateralList\":[");
    edgex_sim_write_collateral(world, out);
    text_add_string(out, "],\"positionAssetList\":[");
    write_positions(world, true, out);
    text_add_format(out, "],\"collateralAssetModelList\":[{\"coinId\":\"%d\"", EDGEX_SIM_COIN);
    member_usd(out, "totalEquity", equity);
    member_usd(out, "initialMarginRequirement", usd_sub(equity, available));
    member_usd(out, "availableAmount", available);
    text_add_string(out, "}],\"oraclePriceList\":[]}");
}
