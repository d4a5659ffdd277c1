// What the simulated Hyperliquid tells of its account, by POST /info and by the user's streams:
// hyperliquid.md sections 3, 5.2 and 5.3. Everything is public: another user's account is empty.
#include "exchanges/hyperliquid_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/vsim_text.h"

enum {
    PRICE_DIGITS = 8,
    PAGE = 2000,    // fills in one answer
    SNAPSHOT = 100, // fills a subscription begins with: the venue's are more
    PAYMENTS = 500,
    AGENT_DAYS = 90,
};

static const struct hyperliquid_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

void hyperliquid_sim_px(struct text *out, const char *name, struct px price) {
    text_add_format(out, ",\"%s\":\"", name);
    px_print(out, price, 1, PRICE_DIGITS);
    text_add_char(out, '"');
}

void hyperliquid_sim_qty(struct text *out, const char *name, struct qty size) {
    text_add_format(out, ",\"%s\":\"", name);
    qty_print(out, size, 1, QTY_DIGITS);
    text_add_char(out, '"');
}

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 1, USD_DIGITS);
    text_add_char(out, '"');
}

static void member_ms(struct text *out, const char *name, int64_t time_ns) {
    vsim_member_int(out, name, time_ns / NS_PER_MS);
}

static const char *native_of(const struct vsim_world *world, uint32_t listing) {
    return world->listings[listing].rules.native;
}

static void member_cloid(struct text *out, const char *client_id, bool always) {
    if (client_id[0] != '\0') {
        vsim_member_string(out, "cloid", client_id);
    } else if (always) {
        text_add_string(out, ",\"cloid\":null");
    }
}

// ---- orders ------------------------------------------------------------------------------------

static const char *status_of(const struct vacc_order *order) {
    switch (order->end) {
    case VACC_LIVE:
        return "open";
    case VACC_FILLED:
        return "filled";
    case VACC_REST_EXPIRED:
        return order->filled.v == 0 ? "iocCancelRejected" : "canceled";
    case VACC_POST_ONLY_END:
        return "badAloPxRejected";
    case VACC_SELF_TRADE:
        return "selfTradeCanceled";
    case VACC_DEADMAN:
        return "scheduledCancel";
    case VACC_LIQUIDATED:
        return "liquidatedCanceled";
    case VACC_BY_VENUE:
        return "internalCancel";
    case VACC_CANCELED:
    default:
        return "canceled";
    }
}

static const char *kind_of(const struct vacc_order *order) {
    static const char *const words[] = {[VACC_POST_ONLY] = "Alo",
                                        [VACC_IOC] = "Ioc",
                                        [VACC_GTC] = "Gtc",
                                        [VACC_FOK] = "Ioc",
                                        [VACC_MARKET] = "FrontendMarket"};
    return words[order->kind];
}

// The stream's form is short, that of the lists long.
static void write_order(const struct vsim_world *world, const struct vacc_order *order, bool full,
                        struct text *out) {
    text_add_format(out, "{\"coin\":\"%s\",\"side\":\"%s\"", native_of(world, order->listing),
                    order->side == SIDE_BUY ? "B" : "A");
    hyperliquid_sim_px(out, "limitPx", order->price);
    hyperliquid_sim_qty(out, "sz", qty_sub(order->size, order->filled));
    vsim_member_int(out, "oid", (int64_t)order->number);
    member_ms(out, "timestamp", order->created_ns);
    if (full) {
        text_add_string(out, ",\"triggerCondition\":\"N/A\",\"isTrigger\":false,\"triggerPx\":"
                             "\"0.0\",\"children\":[],\"isPositionTpsl\":false");
        text_add_format(out, ",\"reduceOnly\":%s,\"orderType\":\"Limit\"",
                        order->reduce_only ? "true" : "false");
        vsim_member_string(out, "tif", kind_of(order));
    } else if (order->reduce_only) {
        text_add_string(out, ",\"reduceOnly\":true");
    }
    hyperliquid_sim_qty(out, "origSz", order->size);
    member_cloid(out, order->client_id, full);
    text_add_char(out, '}');
}

void hyperliquid_sim_update(const struct vsim_world *world, const struct vacc_order *order,
                            struct text *out) {
    text_add_string(out, "{\"channel\":\"orderUpdates\",\"data\":[{\"order\":");
    write_order(world, order, false, out);
    vsim_member_string(out, "status", status_of(order));
    member_ms(out, "statusTimestamp", order->updated_ns);
    text_add_string(out, "}]}");
}

// ---- fills -------------------------------------------------------------------------------------

static void write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                       struct text *out) {
    text_add_format(out, "{\"coin\":\"%s\"", native_of(world, fill->listing));
    hyperliquid_sim_px(out, "px", fill->price);
    hyperliquid_sim_qty(out, "sz", fill->size);
    vsim_member_string(out, "side", fill->side == SIDE_BUY ? "B" : "A");
    member_ms(out, "time", fill->time_ns);
    vsim_member_string(out, "startPosition", "0.0");
    vsim_member_string(out, "dir", fill->side == SIDE_BUY ? "Open Long" : "Open Short");
    vsim_member_string(out, "hash", "0x00");
    vsim_member_int(out, "oid", (int64_t)fill->order);
    text_add_format(out, ",\"crossed\":%s", fill->maker ? "false" : "true");
    member_usd(out, "fee", fill->fee);
    vsim_member_int(out, "tid", (int64_t)fill->number);
    member_cloid(out, fill->client_id, false);
    if (fill->liquidation) {
        text_add_format(out, ",\"liquidation\":{\"liquidatedUser\":\"%s\"",
                        private_of(world)->account);
        hyperliquid_sim_px(out, "markPx", fill->price);
        text_add_string(out, ",\"method\":\"market\"}");
    }
    text_add_string(out, ",\"feeToken\":\"USDC\"}");
}

void hyperliquid_sim_fill(const struct vsim_world *world, const char *channel,
                          const struct vacc_fill *fill, struct text *out) {
    text_add_format(out, "{\"channel\":\"%s\",\"data\":{", channel);
    if (strcmp(channel, "userFills") == 0) {
        text_add_format(out, "\"user\":\"%s\",", private_of(world)->account);
    }
    text_add_string(out, "\"fills\":[");
    write_fill(world, fill, out);
    text_add_string(out, "]}}");
}

static void write_fills(const struct vsim_world *world, uint32_t most, int64_t from_ns,
                        int64_t to_ns, struct text *out) {
    const struct vacc_fill *fill;
    uint32_t rows = 0;
    text_add_char(out, '[');
    for (uint32_t n = 0; rows < most && (fill = vacc_fill(world->account, n)) != NULL; n++) {
        if (fill->time_ns >= from_ns && fill->time_ns <= to_ns) {
            text_add_string(out, rows++ == 0 ? "" : ",");
            write_fill(world, fill, out);
        }
    }
    text_add_char(out, ']');
}

void hyperliquid_sim_fills(const struct vsim_world *world, struct text *out) {
    text_add_format(out,
                    "{\"channel\":\"userFills\",\"data\":{\"isSnapshot\":true,\"user\":\"%s\","
                    "\"fills\":",
                    private_of(world)->account);
    write_fills(world, SNAPSHOT, 0, INT64_MAX, out);
    text_add_string(out, "}}");
}

// ---- funding -----------------------------------------------------------------------------------

static void write_payment(const struct vsim_world *world, const struct vacc_event *event,
                          struct text *out) {
    text_add_format(out, ",\"coin\":\"%s\"", native_of(world, event->listing));
    member_usd(out, "usdc", usd_sub((struct usd){0}, event->amount));
    hyperliquid_sim_qty(out, "szi", event->position.net);
    text_add_string(out, ",\"fundingRate\":\"");
    decimal_print(out, world->listings[event->listing].funding.v, RATE_DIGITS, 1, 10);
    text_add_string(out, "\",\"nSamples\":null}");
}

void hyperliquid_sim_payment(const struct vsim_world *world, const struct vacc_event *event,
                             struct text *out) {
    text_add_string(out, "{\"channel\":\"user\",\"data\":{\"funding\":{\"time\":");
    vsim_write_ms(out, event->time_ns);
    write_payment(world, event, out);
    text_add_string(out, "}}");
}

// ---- the state of the account ------------------------------------------------------------------

static void write_position(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    struct usd value = usd_notional_near(world->listings[i].mark, qty_abs(position->net));
    text_add_format(out, "{\"type\":\"oneWay\",\"position\":{\"coin\":\"%s\"", native_of(world, i));
    hyperliquid_sim_qty(out, "szi", position->net);
    text_add_format(out, ",\"leverage\":{\"type\":\"cross\",\"value\":%u}",
                    world->account->leverage[i]);
    hyperliquid_sim_px(out, "entryPx", vacc_entry(position));
    member_usd(out, "positionValue", value);
    member_usd(out, "unrealizedPnl", vacc_unrealised(world->account, world, i));
    text_add_string(out, ",\"returnOnEquity\":\"0.0\",\"liquidationPx\":null");
    member_usd(out, "marginUsed", (struct usd){value.v / world->account->options.leverage});
    text_add_string(out, ",\"maxLeverage\":50}}");
}

static void write_summary(struct text *out, const char *name, struct usd equity, struct usd used) {
    text_add_format(out, "\"%s\":{\"accountValue\":\"", name);
    usd_print(out, equity, 1, USD_DIGITS);
    text_add_string(out, "\",\"totalNtlPos\":\"0.0\",\"totalRawUsd\":\"0.0\"");
    member_usd(out, "totalMarginUsed", used);
    text_add_string(out, "},");
}

static void write_state(const struct vsim_world *world, bool ours, struct text *out) {
    struct usd equity = ours ? vacc_equity(world->account, world) : (struct usd){0};
    struct usd available = ours ? vacc_available(world->account, world) : (struct usd){0};
    const char *comma = "";
    text_add_char(out, '{');
    write_summary(out, "marginSummary", equity, usd_sub(equity, available));
    write_summary(out, "crossMarginSummary", equity, usd_sub(equity, available));
    text_add_string(out, "\"crossMaintenanceMarginUsed\":\"0.0\"");
    member_usd(out, "withdrawable", available);
    text_add_string(out, ",\"assetPositions\":[");
    for (uint32_t i = 0; ours && i < world->listing_count; i++) {
        if (world->account->positions[i].net.v != 0) {
            text_add_string(out, comma);
            write_position(world, i, out);
            comma = ",";
        }
    }
    text_add_char(out, ']');
    member_ms(out, "time", world->now_ns);
    text_add_char(out, '}');
}

void hyperliquid_sim_state(const struct vsim_world *world, struct text *out) {
    text_add_format(out,
                    "{\"channel\":\"clearinghouseState\",\"data\":{\"dex\":\"\",\"user\":\"%s\","
                    "\"clearinghouseState\":",
                    private_of(world)->account);
    write_state(world, true, out);
    text_add_string(out, "}}");
}

// ---- POST /info --------------------------------------------------------------------------------

struct info {
    struct slice type, user, oid, from, to;
};

struct asked {
    const struct vsim_world *world;
    const struct info *info;
    bool ours; // the user is the account
    struct text *out;
};

static void answer_state(const struct asked *asked) {
    write_state(asked->world, asked->ours, asked->out);
}

static void answer_open_orders(const struct asked *asked) {
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    text_add_char(asked->out, '[');
    while (asked->ours && (order = vacc_next_live(asked->world->account, VACC_ALL, &at)) != NULL) {
        text_add_string(asked->out, comma);
        write_order(asked->world, order, true, asked->out);
        comma = ",";
    }
    text_add_char(asked->out, ']');
}

static void answer_order(const struct asked *asked) {
    int64_t number;
    const struct vacc_order *order = NULL;
    if (asked->ours) {
        order = decimal_parse(asked->info->oid, 0, &number)
                    ? vacc_find(asked->world->account, (uint64_t)number)
                    : vacc_find_client(asked->world->account, asked->info->oid);
    }
    if (order == NULL) {
        text_add_string(asked->out, "{\"status\":\"unknownOid\"}");
        return;
    }
    text_add_string(asked->out, "{\"status\":\"order\",\"order\":{\"order\":");
    write_order(asked->world, order, true, asked->out);
    vsim_member_string(asked->out, "status", status_of(order));
    member_ms(asked->out, "statusTimestamp", order->updated_ns);
    text_add_string(asked->out, "}}");
}

static int64_t ns_or(struct slice text, int64_t otherwise) {
    int64_t ms;
    return decimal_parse(text, 0, &ms) && ms > 0 && ms < INT64_MAX / NS_PER_MS ? ms * NS_PER_MS
                                                                               : otherwise;
}

static void answer_fills(const struct asked *asked) {
    int64_t to_ns = ns_or(asked->info->to, INT64_MAX);
    if (!asked->ours) {
        text_add_string(asked->out, "[]");
        return;
    }
    // A millisecond stands for all that happened in it.
    write_fills(asked->world, PAGE, ns_or(asked->info->from, 0),
                to_ns > INT64_MAX - NS_PER_MS ? to_ns : to_ns + NS_PER_MS - 1, asked->out);
}

static void add_rate(struct text *out, const char *name, struct bps fee) {
    text_add_format(out, ",\"%s\":\"", name);
    decimal_print(out, fee.v, 6, 1, 6); // a fraction
    text_add_char(out, '"');
}

static void answer_fees(const struct asked *asked) {
    const struct vacc_options *options = &asked->world->account->options;
    text_add_string(asked->out, "{\"dailyUserVlm\":[]");
    add_rate(asked->out, "userCrossRate", options->taker_fee);
    add_rate(asked->out, "userAddRate", options->maker_fee);
    text_add_char(asked->out, '}');
}

static void answer_funding(const struct asked *asked) {
    const struct vacc *account = asked->world->account;
    int64_t from_ns = ns_or(asked->info->from, 0), to_ns = ns_or(asked->info->to, INT64_MAX);
    uint64_t first =
        account->event_count > VACC_EVENTS_MAX ? account->event_count - VACC_EVENTS_MAX : 0;
    uint32_t rows = 0;
    text_add_char(asked->out, '[');
    for (uint64_t n = first + 1; asked->ours && n <= account->event_count && rows < PAYMENTS; n++) {
        const struct vacc_event *event = vacc_event(account, n);
        if (event == NULL || event->kind != VACC_EVENT_FUNDING || event->time_ns < from_ns ||
            event->time_ns > to_ns) {
            continue;
        }
        text_add_string(asked->out, rows++ == 0 ? "{\"time\":" : ",{\"time\":");
        vsim_write_ms(asked->out, event->time_ns);
        text_add_string(asked->out, ",\"hash\":\"0x00\",\"delta\":{\"type\":\"funding\"");
        write_payment(asked->world, event, asked->out);
        text_add_char(asked->out, '}');
    }
    text_add_char(asked->out, ']');
}

static void answer_agents(const struct asked *asked) {
    const struct hyperliquid_private *own = private_of(asked->world);
    bool has_agent = asked->ours && strcmp(own->account, own->signer_text) != 0;
    text_add_char(asked->out, '[');
    if (has_agent) {
        text_add_format(asked->out, "{\"name\":\"desk\",\"address\":\"%s\"", own->signer_text);
        member_ms(asked->out, "validUntil", asked->world->now_ns + AGENT_DAYS * 86400 * NS_PER_S);
        text_add_char(asked->out, '}');
    }
    text_add_char(asked->out, ']');
}

static bool read_info(struct slice body, struct info *info) {
    static const struct md_field fields[] = {
        {"type", offsetof(struct info, type)},  {"user", offsetof(struct info, user)},
        {"oid", offsetof(struct info, oid)},    {"startTime", offsetof(struct info, from)},
        {"endTime", offsetof(struct info, to)},
    };
    *info = (struct info){.type = {"", 0}};
    return md_read_object(body, fields, COUNT_OF(fields), info);
}

struct slice hyperliquid_sim_type(struct slice body) {
    struct info info;
    return read_info(body, &info) ? info.type : (struct slice){"", 0};
}

bool hyperliquid_sim_info(const struct vsim_world *world, struct slice body, struct text *out) {
    static const struct {
        const char *type;
        void (*answer)(const struct asked *asked);
    } rows[] = {
        {"clearinghouseState", answer_state},
        {"frontendOpenOrders", answer_open_orders},
        {"openOrders", answer_open_orders},
        {"orderStatus", answer_order},
        {"userFillsByTime", answer_fills},
        {"userFills", answer_fills},
        {"userFees", answer_fees},
        {"userFunding", answer_funding},
        {"extraAgents", answer_agents},
    };
    struct info info;
    if (!read_info(body, &info)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(info.type, slice_of(rows[i].type))) {
            bool ours = slice_equals(info.user, slice_of(private_of(world)->account));
            struct asked asked = {world, &info, ours, out};
            rows[i].answer(&asked);
            return true;
        }
    }
    return false;
}
