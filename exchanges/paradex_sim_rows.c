// What the simulated Paradex tells of an account, by REST and on the socket: paradex.md sections 3
// and 5.
#include "base/clock.h"
#include "exchanges/paradex_sim.h"
#include "exchanges/vsim_text.h"

// ---- writing -----------------------------------------------------------------------------------

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 0, USD_DIGITS);
    text_add_char(out, '"');
}

static void member_ms(struct text *out, const char *name, int64_t time_ns) {
    vsim_member_int(out, name, time_ns / NS_PER_MS);
}

static void member_number(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":\"%llu\"", name, (unsigned long long)value);
}

void paradex_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                            struct text *out) {
    const struct vsim_listing *listing = &world->listings[fill->listing];
    text_add_format(out, "{\"id\":\"%llu\"", (unsigned long long)fill->number);
    vsim_member_string(out, "account", paradex_private_of(world)->account_text);
    vsim_member_string(out, "market", listing->rules.native);
    vsim_member_string(out, "client_id", fill->client_id);
    member_number(out, "order_id", fill->order);
    vsim_member_string(out, "side", fill->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_string(out, "liquidity", fill->maker ? "MAKER" : "TAKER");
    vsim_member_px(out, "price", listing, fill->price);
    vsim_member_qty(out, "size", listing, fill->size);
    member_usd(out, "fee", fill->fee);
    vsim_member_string(out, "fee_currency", "USDC");
    vsim_member_string(out, "fill_type", fill->liquidation ? "LIQUIDATION" : "FILL");
    member_ms(out, "created_at", fill->time_ns);
    text_add_string(out, ",\"flags\":[]}");
}

void paradex_sim_write_position(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    const struct vsim_listing *listing = &world->listings[i];
    const char *account = paradex_private_of(world)->account_text;
    text_add_format(out, "{\"id\":\"%s-%s\"", account, listing->rules.native);
    vsim_member_string(out, "account", account);
    vsim_member_string(out, "market", listing->rules.native);
    vsim_member_string(out, "status", position->net.v == 0 ? "CLOSED" : "OPEN");
    vsim_member_string(out, "side", position->net.v < 0 ? "SHORT" : "LONG");
    vsim_member_qty(out, "size", listing, position->net);
    vsim_member_px(out, "average_entry_price", listing, vacc_entry(position));
    vsim_member_px(out, "average_entry_price_usd", listing, vacc_entry(position));
    member_usd(out, "unrealized_pnl", vacc_unrealised(world->account, world, i));
    member_usd(out, "cost", position->cost);
    vsim_member_string(out, "liquidation_price", "");
    member_ms(out, "last_updated_at", position->updated_ns);
    text_add_char(out, '}');
}

void paradex_sim_write_account(const struct vsim_world *world, struct text *out) {
    struct usd equity = vacc_equity(world->account, world);
    struct usd available = vacc_available(world->account, world);
    text_add_format(out, "{\"account\":\"%s\"", paradex_private_of(world)->account_text);
    member_usd(out, "account_value", equity);
    member_usd(out, "free_collateral", available);
    member_usd(out, "initial_margin_requirement", usd_sub(equity, available));
    member_usd(out, "total_collateral", world->account->cash);
    vsim_member_string(out, "settlement_asset", "USDC");
    vsim_member_string(out, "status", "ACTIVE");
    vsim_member_int(out, "seq_no", world->now_ns);
    member_ms(out, "updated_at", world->now_ns);
    text_add_char(out, '}');
}

void paradex_sim_write_funding(const struct vsim_world *world, const struct vacc_event *event,
                               struct text *out) {
    text_add_format(out, "{\"id\":\"%lld\"", (long long)event->time_ns);
    vsim_member_string(out, "account", paradex_private_of(world)->account_text);
    vsim_member_string(out, "market", world->listings[event->listing].rules.native);
    member_usd(out, "payment", usd_sub((struct usd){0}, event->amount));
    vsim_member_string(out, "index", "0");
    vsim_member_string(out, "fill_id", "");
    member_ms(out, "created_at", event->time_ns);
    text_add_char(out, '}');
}

// ---- orders ----------------------------------------------------------------------------

static const char *status_of(const struct vacc_order *order) {
    return order->end != VACC_LIVE ? "CLOSED" : order->arrives_ns != 0 ? "NEW" : "OPEN";
}

static const char *reason_of(const struct vacc_order *order) {
    static const char *const words[] = {[VACC_LIVE] = "",
                                        [VACC_FILLED] = "",
                                        [VACC_CANCELED] = "USER_CANCELED",
                                        [VACC_REST_EXPIRED] = "NO_LIQUIDITY",
                                        [VACC_POST_ONLY_END] = "POST_ONLY_WOULD_CROSS",
                                        [VACC_SELF_TRADE] = "SELF_TRADE",
                                        [VACC_DEADMAN] = "CANCEL_ON_DISCONNECT",
                                        [VACC_LIQUIDATED] = "LIQUIDATION",
                                        [VACC_BY_VENUE] = "REDUCE_ONLY_WOULD_INCREASE"};
    return words[order->end];
}

void paradex_sim_write_order_as(const struct vsim_world *world, const struct vacc_order *order,
                                const char *status, const char *reason, struct text *out) {
    static const char *const instructions[] = {[VACC_POST_ONLY] = "POST_ONLY",
                                               [VACC_IOC] = "IOC",
                                               [VACC_GTC] = "GTC",
                                               [VACC_FOK] = "IOC",
                                               [VACC_MARKET] = "IOC"};
    const struct vsim_listing *listing = &world->listings[order->listing];
    text_add_format(out, "{\"id\":\"%llu\"", (unsigned long long)order->number);
    vsim_member_string(out, "account", paradex_private_of(world)->account_text);
    vsim_member_string(out, "market", listing->rules.native);
    vsim_member_string(out, "side", order->side == SIDE_BUY ? "BUY" : "SELL");
    vsim_member_string(out, "type", order->kind == VACC_MARKET ? "MARKET" : "LIMIT");
    vsim_member_qty(out, "size", listing, order->size);
    vsim_member_qty(out, "remaining_size", listing, qty_sub(order->size, order->filled));
    vsim_member_px(out, "price", listing, order->price);
    if (order->filled.v > 0) {
        vsim_member_px(out, "avg_fill_price", listing, vacc_average(order));
    } else {
        vsim_member_string(out, "avg_fill_price", "");
    }
    vsim_member_string(out, "status", status);
    vsim_member_string(out, "cancel_reason", reason);
    vsim_member_string(out, "client_id", order->client_id);
    vsim_member_string(out, "instruction", instructions[order->kind]);
    text_add_string(out, order->reduce_only ? ",\"flags\":[\"REDUCE_ONLY\"]" : ",\"flags\":[]");
    vsim_member_string(out, "stp", "EXPIRE_MAKER");
    vsim_member_string(out, "trigger_price", "0");
    vsim_member_int(out, "timestamp", order->created_ns / NS_PER_MS);
    vsim_member_int(out, "created_at", order->created_ns / NS_PER_MS);
    vsim_member_int(out, "last_updated_at", order->updated_ns / NS_PER_MS);
    vsim_member_int(out, "seq_no", order->updated_ns + order->updates);
    text_add_char(out, '}');
}

void paradex_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                             struct text *out) {
    paradex_sim_write_order_as(world, order, status_of(order), reason_of(order), out);
}

// ---- pushes ------------------------------------------------------------------------------------

static struct text *begin_push(struct vsim_session *session, const char *channel) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":"
                    "\"%s\",\"data\":",
                    channel);
    return out;
}

static void end_push(struct vsim_session *session) {
    text_add_string(&session->world->scratch, "}}");
    vsim_session_send(session);
}

void paradex_sim_push_order(struct vsim_session *session, const struct vacc_order *order,
                            const char *status, const char *reason) {
    if ((session->account_mode & PARADEX_SIM_ORDERS) != 0) {
        paradex_sim_write_order_as(session->world, order, status, reason,
                                   begin_push(session, "orders.ALL"));
        end_push(session);
    }
}

static void push_account(struct vsim_session *session) {
    if ((session->account_mode & PARADEX_SIM_ACCOUNT) != 0) {
        paradex_sim_write_account(session->world, begin_push(session, "account"));
        end_push(session);
    }
}

void paradex_sim_push(struct vsim_session *session, const struct vacc_event *event) {
    const struct vsim_world *world = session->world;
    if (event->kind == VACC_EVENT_FILL && (session->account_mode & PARADEX_SIM_FILLS) != 0) {
        paradex_sim_write_fill(world, &event->fill, begin_push(session, "fills.ALL"));
        end_push(session);
    }
    if (event->kind == VACC_EVENT_FUNDING && (session->account_mode & PARADEX_SIM_FUNDING) != 0) {
        paradex_sim_write_funding(world, event, begin_push(session, "funding_payments.ALL"));
        end_push(session);
    }
    if (event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL) {
        paradex_sim_push_order(session, &event->order, status_of(&event->order),
                               reason_of(&event->order));
        return;
    }
    if ((session->account_mode & PARADEX_SIM_POSITIONS) != 0) {
        paradex_sim_write_position(world, event->listing, begin_push(session, "positions"));
        end_push(session);
    }
    push_account(session);
}
