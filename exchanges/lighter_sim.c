// Lighter as its server speaks: one WebSocket for everything, and the public REST calls.
//
// A subscription is answered with the whole (subscribed/…), changes follow as update/…. The server
// greets, pings in the application, and has no more of a client that says nothing for two minutes.
// Markets have numbers: the real ones of the coins that are known, made up for others.
#include "exchanges/lighter_sim.h"
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/lighter_md.h"
#include "exchanges/vsim_read.h"
#include "exchanges/vsim_rules.h"
#include "exchanges/vsim_text.h"

enum {
    LEVELS_MAX = 1000,
    ORDERS_MAX = 250,
    MARKET_OTHERS = 100, // first made-up number
    PING_MS = 60000,
    ECHO_MAX = 64,
};

uint32_t lighter_sim_market(const struct vsim_world *world, const struct vsim_listing *listing) {
    static const struct {
        const char *name;
        uint32_t market;
    } known[] = {{"ETH", 0}, {"BTC", 1}, {"SOL", 2}, {"LTC", 35}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(listing->rules.native, known[i].name) == 0) {
            return known[i].market;
        }
    }
    return MARKET_OTHERS + (uint32_t)(listing - world->listings);
}

const struct vsim_listing *lighter_sim_find(const struct vsim_world *world, int64_t market) {
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (lighter_sim_market(world, &world->listings[i]) == (uint64_t)market) {
            return &world->listings[i];
        }
    }
    return NULL;
}

static const struct vsim_listing *find_market(const struct vsim_world *world, struct slice number) {
    int64_t market;
    if (number.size == 0 || number.size > 9 || !decimal_parse(number, 0, &market)) {
        return NULL;
    }
    return lighter_sim_find(world, market);
}

static void write_level(struct text *out, const char *name, const struct vsim_listing *listing,
                        struct level level) {
    text_add_format(out, "\"%s\":{\"price\":", name);
    vsim_write_px(out, listing, level.price);
    vsim_member_qty(out, "size", listing, level.size);
    text_add_char(out, '}');
}

static void end_push(const struct vsim_world *world, const char *name, bool first,
                     struct text *out) {
    vsim_member_int(out, "timestamp", world->now_ns / NS_PER_MS);
    text_add_format(out, ",\"type\":\"%s/%s\"}", first ? "subscribed" : "update", name);
}

static bool is_first(const struct vsim_world *world) {
    return world->pushing == NULL || !world->pushing->pushed;
}

static void encode_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                          const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    text_add_format(out, "{\"channel\":\"%s:%u\"", channel->name,
                    lighter_sim_market(world, listing));
    vsim_member_int(out, "last_updated_at", listing->quote_ns / 1000);
    vsim_member_int(out, "nonce", (int64_t)listing->quote_id);
    text_add_format(out, ",\"ticker\":{\"s\":\"%s\",", listing->rules.native);
    write_level(out, "a", listing, (struct level){listing->ask, listing->ask_size});
    text_add_char(out, ',');
    write_level(out, "b", listing, (struct level){listing->bid, listing->bid_size});
    vsim_member_int(out, "last_updated_at", listing->quote_ns / 1000);
    text_add_char(out, '}');
    end_push(world, channel->name, is_first(world), out);
}

// The offset rises with every message, and by more than one.
static void encode_book(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    int64_t offset = 3 * (int64_t)listing->book_id;
    text_add_format(out, "{\"channel\":\"%s:%u\"", channel->name,
                    lighter_sim_market(world, listing));
    vsim_member_int(out, "last_updated_at", listing->book_ns / 1000);
    vsim_member_int(out, "offset", offset);
    text_add_string(out, ",\"order_book\":{\"code\":0");
    vsim_member_levels(out, "asks", listing, whole ? listing->asks : listing->changed_asks,
                       whole ? listing->ask_count : listing->changed_ask_count);
    vsim_member_levels(out, "bids", listing, whole ? listing->bids : listing->changed_bids,
                       whole ? listing->bid_count : listing->changed_bid_count);
    vsim_member_int(out, "offset", offset);
    vsim_member_int(out, "nonce", (int64_t)listing->book_id);
    vsim_member_int(out, "last_updated_at", listing->book_ns / 1000);
    vsim_member_int(out, "begin_nonce", whole ? 0 : (int64_t)listing->book_previous);
    text_add_char(out, '}');
    end_push(world, channel->name, whole, out);
}

// Percent, for the hour. The time is that of the last settlement.
static void write_stats(const struct vsim_world *world, const struct vsim_listing *listing,
                        struct text *out) {
    struct rate percent = {100 * listing->funding.v};
    int64_t settled_ns = listing->next_settlement_ns - listing->funding_interval_ns;
    text_add_format(out, "{\"symbol\":\"%s\",\"market_id\":%u", listing->rules.native,
                    lighter_sim_market(world, listing));
    vsim_member_px(out, "index_price", listing, listing->index);
    vsim_member_px(out, "mark_price", listing, listing->mark);
    vsim_member_px(out, "mid_price", listing, listing->mark);
    vsim_member_px(out, "last_trade_price", listing, listing->mark);
    vsim_member_string(out, "open_interest", "0.000000");
    vsim_member_rate(out, "current_funding_rate", percent, 8);
    vsim_member_rate(out, "funding_rate", percent, 8);
    vsim_member_int(out, "funding_timestamp", settled_ns / NS_PER_MS);
    text_add_string(out, ",\"funding_clamp_small\":\"0.0500\",\"funding_clamp_big\":\"4.0000\","
                         "\"daily_price_change\":0.0}");
}

static void encode_stats(const struct vsim_channel *channel, const struct vsim_world *world,
                         const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    (void)channel;
    text_add_format(out, "{\"channel\":\"market_stats:%u\",\"market_stats\":",
                    lighter_sim_market(world, listing));
    write_stats(world, listing, out);
    end_push(world, "market_stats", is_first(world), out);
}

// One market a message, as a map all the same.
static void encode_all_stats(const struct vsim_channel *channel, const struct vsim_world *world,
                             const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    (void)channel;
    text_add_format(out, "{\"channel\":\"market_stats:all\",\"market_stats\":{\"%u\":",
                    lighter_sim_market(world, listing));
    write_stats(world, listing, out);
    text_add_char(out, '}');
    end_push(world, "market_stats", is_first(world), out);
}

enum { CHANNEL_ALL_STATS = 3 };

static const struct vsim_channel channels[] = {
    {"ticker", VSIM_BBO, 0, false, false, 0, 0, encode_ticker},
    {"order_book", VSIM_BOOK_DELTA, 0, false, true, 0, 0, encode_book},
    {"market_stats", VSIM_FUNDING, 1000, true, false, 0, 0, encode_stats},
    [CHANNEL_ALL_STATS] = {"market_stats/all", VSIM_FUNDING, 1000, true, false, 0, 0,
                           encode_all_stats},
};

static bool lighter_open(struct vsim_session *session, struct slice target) {
    (void)session;
    struct slice path = vsim_cut(&target, '?');
    return slice_equals(path, SLICE("/stream"));
}

static void lighter_tick(struct vsim_session *session) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    switch (vsim_session_due(session, PING_MS)) {
    case VSIM_DUE_GREETING:
        text_add_format(out,
                        "{\"session_id\":\"%08x-0000-4000-8000-%012x\",\"type\":\"connected\"}",
                        session->number, session->number);
        break;
    case VSIM_DUE_PING:
        text_add_string(out, "{\"type\":\"ping\"}");
        break;
    case VSIM_DUE_NOTHING:
    default:
        break;
    }
    vsim_session_send(session); // nothing is sent when nothing was written
}

void lighter_sim_refuse(struct vsim_session *session, int code, const char *message,
                        struct slice said) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"error\":{\"code\":%d,\"message\":\"%s", code, message);
    text_add(out, said.size <= ECHO_MAX ? said : SLICE(""));
    text_add_string(out, "\"}}");
    vsim_session_send(session);
}

// Channels of the venue that this server has nothing for. Nothing acknowledges a subscription here.
static bool is_silent(struct slice name) {
    return slice_equals(name, SLICE("trade")) || slice_equals(name, SLICE("candle")) ||
           slice_equals(name, SLICE("height")) || slice_equals(name, SLICE("spot_market_stats"));
}

// "order_book/0"; what is subscribed to already is refused with its name.
static void change(struct vsim_session *session, struct slice wanted, bool on) {
    const struct vsim_world *world = session->world;
    struct slice rest = wanted;
    struct slice name = vsim_cut(&rest, '/');
    int channel = vsim_channel_find(world->venue, name);
    bool all = slice_equals(wanted, SLICE("market_stats/all"));
    const struct vsim_listing *listing = find_market(world, rest);
    if (is_silent(name)) {
        return;
    }
    if (channel < 0 || (listing == NULL && !all)) {
        lighter_sim_refuse(session, 30005, "Invalid Channel:  ", wanted);
        return;
    }
    uint32_t from = all ? 0 : (uint32_t)(listing - world->listings);
    uint32_t to = all ? world->listing_count : from + 1;
    uint32_t c = all ? CHANNEL_ALL_STATS : (uint32_t)channel;
    if (from < to && on == vsim_subscribed(session, from, c)) {
        lighter_sim_refuse(session, on ? 30003 : 30002,
                           on ? "Already Subscribed to : " : "Not Subscribed to : ", wanted);
        return;
    }
    for (uint32_t i = from; i < to; i++) {
        if (!vsim_set_subscription(session, i, c, on)) {
            lighter_sim_refuse(session, 23001, "Too Many Subscriptions!", SLICE(""));
            return;
        }
    }
    if (!on) {
        struct text *out = &session->world->scratch;
        text_clear(out);
        text_add_string(out, "{\"type\":\"unsubscribed\",\"channel\":\"");
        text_add(out, name);
        text_add_char(out, ':');
        text_add(out, rest);
        text_add_string(out, "\"}");
        vsim_session_send(session);
    }
}

static void lighter_on_text(struct vsim_session *session, struct slice message) {
    struct slice type = {"", 0}, channel = {"", 0};
    const struct vsim_string wanted[] = {{"type", &type}, {"channel", &channel}};
    if (!vsim_read_message(message, wanted, COUNT_OF(wanted))) {
        lighter_sim_refuse(session, 30000, "Invalid Json", SLICE(""));
    } else if (slice_equals(type, SLICE("subscribe"))) {
        change(session, channel, true);
    } else if (slice_equals(type, SLICE("unsubscribe"))) {
        change(session, channel, false);
    } else if (slice_equals(type, SLICE("ping"))) {
        vsim_session_say(session, SLICE("{\"type\":\"pong\"}"));
    } else if (!slice_equals(type, SLICE("pong"))) {
        lighter_sim_refuse(session, 30001, "Invalid Type: ", type);
    }
}

static void write_details(const struct vsim_world *world, const struct vsim_listing *listing,
                          struct text *out) {
    const struct listing *rules = &listing->rules;
    int size_decimals = qty_step_digits(rules->step);
    int price_decimals = px_tick_digits(rules->tick);
    text_add_format(out,
                    "{\"symbol\":\"%s\",\"market_id\":%u,\"market_type\":\"perp\","
                    "\"status\":\"active\",\"taker_fee\":\"0.0000\",\"maker_fee\":\"0.0000\","
                    "\"min_base_amount\":",
                    rules->native, lighter_sim_market(world, listing));
    vsim_write_qty(out, listing, rules->size_min);
    text_add_string(out, ",\"min_quote_amount\":\"");
    usd_print(out, rules->notional_min, USD_DIGITS, USD_DIGITS);
    text_add_format(out,
                    "\",\"supported_size_decimals\":%d,\"supported_price_decimals\":%d,"
                    "\"size_decimals\":%d,\"price_decimals\":%d,\"quote_multiplier\":1,"
                    "\"market_config\":{\"force_reduce_only\":false,\"trading_hours\":\"\","
                    "\"hidden\":false}}",
                    size_decimals, price_decimals, size_decimals, price_decimals);
}

static uint32_t fail(struct text *body, int code, const char *message) {
    text_add_format(body, "{\"code\":%d,\"message\":\"%s\"}", code, message);
    return 400;
}

static uint32_t answer_details(const struct vsim_world *world, struct slice query,
                               struct text *body) {
    struct slice number;
    const struct vsim_listing *wanted = NULL;
    bool first = true;
    if (vsim_query(query, "market_id", &number) && !slice_equals(number, SLICE("255"))) {
        wanted = find_market(world, number);
        if (wanted == NULL) {
            return fail(body, 20001, "invalid param: market_id");
        }
    }
    text_add_string(body, "{\"code\":200,\"order_book_details\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (wanted == NULL || wanted == &world->listings[i]) {
            text_add_string(body, first ? "" : ",");
            write_details(world, &world->listings[i], body);
            first = false;
        }
    }
    text_add_string(body, "],\"spot_order_book_details\":[]}");
    return 200;
}

// A level is shown as one order.
static void write_orders(struct text *out, const char *name, const struct vsim_listing *listing,
                         const struct level *levels, uint32_t count, uint32_t most) {
    count = count < most ? count : most;
    text_add_format(out, ",\"total_%s\":%u,\"%s\":[", name, count, name);
    for (uint32_t i = 0; i < count; i++) {
        text_add_format(out, "%s{\"order_index\":%u,\"initial_base_amount\":", i == 0 ? "" : ",",
                        i + 1);
        vsim_write_qty(out, listing, levels[i].size);
        vsim_member_qty(out, "remaining_base_amount", listing, levels[i].size);
        vsim_member_px(out, "price", listing, levels[i].price);
        text_add_char(out, '}');
    }
    text_add_char(out, ']');
}

static uint32_t answer_orders(const struct vsim_world *world, struct slice query,
                              struct text *body) {
    struct slice number, value;
    int64_t limit = 0;
    const struct vsim_listing *listing =
        vsim_query(query, "market_id", &number) ? find_market(world, number) : NULL;
    if (listing == NULL) {
        return fail(body, 20001, "invalid param: market_id");
    }
    if (!vsim_query(query, "limit", &value) || !decimal_parse(value, 0, &limit) || limit < 1 ||
        limit > ORDERS_MAX) {
        return fail(body, 20001, "invalid param: limit");
    }
    text_add_string(body, "{\"code\":200");
    write_orders(body, "asks", listing, listing->asks, listing->ask_count, (uint32_t)limit);
    write_orders(body, "bids", listing, listing->bids, listing->bid_count, (uint32_t)limit);
    text_add_char(body, '}');
    return 200;
}

// For eight hours, as plain numbers; other exchanges' rates stand among them.
static uint32_t answer_funding(const struct vsim_world *world, struct slice query,
                               struct text *body) {
    (void)query;
    text_add_string(body, "{\"code\":200,\"funding_rates\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *listing = &world->listings[i];
        static const char *const exchanges[] = {"binance", "lighter"};
        for (size_t e = 0; e < COUNT_OF(exchanges); e++) {
            text_add_format(body, "%s{\"market_id\":%u,\"exchange\":\"%s\",\"symbol\":\"%s\"",
                            i == 0 && e == 0 ? "" : ",", lighter_sim_market(world, listing),
                            exchanges[e], listing->rules.native);
            text_add_string(body, ",\"rate\":");
            decimal_print(body, 8 * listing->funding.v, RATE_DIGITS, 1, RATE_DIGITS);
            text_add_char(body, '}');
        }
    }
    text_add_string(body, "]}");
    return 200;
}

static uint32_t answer_status(const struct vsim_world *world, struct slice query,
                              struct text *body) {
    (void)query;
    text_add_string(body, "{\"status\":200,\"network_id\":1");
    vsim_member_int(body, "timestamp", world->now_ns / NS_PER_S);
    text_add_char(body, '}');
    return 200;
}

static uint32_t lighter_answer(const struct vsim_world *world, const struct vsim_request *request,
                               struct text *body) {
    static const struct {
        const char *path;
        uint32_t (*answer)(const struct vsim_world *world, struct slice query, struct text *body);
    } calls[] = {
        {"/", answer_status},
        {"/api/v1/orderBookDetails", answer_details},
        {"/api/v1/orderBookOrders", answer_orders},
        {"/api/v1/funding-rates", answer_funding},
    };
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (slice_equals(request->path, slice_of(calls[i].path)) &&
            slice_equals(request->method, SLICE("GET"))) {
            return calls[i].answer(world, request->query, body);
        }
    }
    text_add_string(body, "{\"code\":404,\"message\":\"not found\"}");
    return 404;
}

static void lighter_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                           struct vsim_reply *reply) {
    (void)world;
    switch (refusal->why) {
    case VSIM_NO_STREAM:
        (void)fail(&reply->body, 404, "not found");
        return;
    case VSIM_TOO_MANY_CONNECTIONS:
        (void)fail(&reply->body, 23003, "Too Many Connections!");
        return;
    case VSIM_TOO_MANY_CALLS:
    case VSIM_NO_USER_AGENT:
    case VSIM_BANNED:
    default:
        (void)fail(&reply->body, 23000, "Too Many Requests!");
    }
}

static void lighter_refuse_message(struct vsim_session *session) {
    lighter_sim_refuse(session, 30009, "Too Many Websocket Messages!", SLICE(""));
}

static void lighter_rules(const struct symbol *symbol, const struct listing *seen,
                          struct listing *out) {
    static const struct vsim_known known[] = {
        {"BTC", PX_ONE / 10, QTY_ONE / 100000},
        {"ETH", PX_ONE / 100, QTY_ONE / 10000},
        {"SOL", PX_ONE / 1000, QTY_ONE / 1000},
    };
    struct listing plain = *seen; // ticks and steps are powers of ten here
    plain.tick.v = PX_ONE;
    for (int digits = px_tick_digits(seen->tick); digits > 0; digits--) {
        plain.tick.v /= 10;
    }
    plain.step.v = QTY_ONE;
    for (int digits = qty_step_digits(seen->step); digits > 0; digits--) {
        plain.step.v /= 10;
    }
    vsim_rules_fill(symbol, &plain, known, COUNT_OF(known), &lighter_md, out);
    out->size_min = (struct qty){10 * out->step.v};
    out->notional_min = USD(10);
}

const struct venue_sim lighter_sim = {
    .name = "lighter",
    .book_levels = LEVELS_MAX,
    .book_period_ms = 50,
    .funding_interval_ns = 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = lighter_rules,
    .open = lighter_open,
    .on_text = lighter_on_text,
    .answer = lighter_answer,
    .tick = lighter_tick,
    // Sheet 3 (Heartbeat, Limits) and 7: a standard account, whose calls all weigh the same. Each
    // message is answered before the next one is read, so none is ever in flight here.
    .limits = {.calls = {{60, 60 * 1000}},
               .connects = {{255, 60 * 1000}},
               .connections = 255,
               .subscriptions = 500,
               .messages_in_all = {200, 60 * 1000},
               .silent_s = 120},
    .refuse = lighter_refuse,
    .refuse_message = lighter_refuse_message,
    .private_side = &lighter_sim_private,
};
