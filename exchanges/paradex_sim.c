// Paradex as its server speaks: JSON-RPC over one WebSocket, and the public REST calls. Books are
// the snapshot feed of 15 levels; of the delta feeds, whose chain rule nobody has confirmed, there
// is none here.
#include "exchanges/paradex_sim.h"

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/paradex_md.h"
#include "exchanges/vsim_read.h"
#include "exchanges/vsim_rules.h"
#include "exchanges/vsim_text.h"

enum { LEVELS = 15, ANSWER_US = 76 };

static void begin_push(const char *before, const char *behind, const struct vsim_listing *listing,
                       struct text *out) {
    text_add_format(out,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":"
                    "\"%s.%s%s\",\"data\":{",
                    before, listing->rules.native, behind);
}

static void write_bbo(const struct vsim_listing *listing, struct text *out) {
    text_add_format(out, "\"market\":\"%s\"", listing->rules.native);
    vsim_member_px(out, "bid", listing, listing->bid);
    vsim_member_qty(out, "bid_size", listing, listing->bid_size);
    vsim_member_px(out, "ask", listing, listing->ask);
    vsim_member_qty(out, "ask_size", listing, listing->ask_size);
    vsim_member_int(out, "last_updated_at", listing->quote_ns / NS_PER_MS);
    vsim_member_int(out, "seq_no", (int64_t)listing->quote_id);
}

static void encode_bbo(const struct vsim_channel *channel, const struct vsim_world *world,
                       const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel->name, "", listing, out);
    write_bbo(listing, out);
    text_add_string(out, "}}}");
}

static void write_inserts(const struct vsim_listing *listing, bool bids, struct text *out) {
    const struct level *levels = bids ? listing->bids : listing->asks;
    uint32_t count = bids ? listing->bid_count : listing->ask_count;
    for (uint32_t i = 0; i < count && i < LEVELS; i++) {
        text_add_string(out, i > 0 || (!bids && listing->bid_count > 0) ? ",{" : "{");
        text_add_string(out, bids ? "\"side\":\"BUY\"" : "\"side\":\"SELL\"");
        vsim_member_px(out, "price", listing, levels[i].price);
        vsim_member_qty(out, "size", listing, levels[i].size);
        text_add_char(out, '}');
    }
}

// The feed stands behind the market: order_book.BTC-USD-PERP.snapshot@15@100ms.
static void encode_book(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push("order_book", channel->name + strlen("order_book"), listing, out);
    text_add_format(out, "\"seq_no\":%llu,\"market\":\"%s\"", (unsigned long long)listing->book_id,
                    listing->rules.native);
    vsim_member_int(out, "last_updated_at", listing->book_ns / NS_PER_MS);
    text_add_string(out, ",\"update_type\":\"s\",\"inserts\":[");
    write_inserts(listing, true, out);
    write_inserts(listing, false, out);
    text_add_string(out, "],\"updates\":[],\"deletes\":[]}}}");
}

static void write_summary(const struct vsim_world *world, const struct vsim_listing *listing,
                          struct text *out) {
    text_add_format(out, "\"symbol\":\"%s\"", listing->rules.native);
    vsim_member_px(out, "mark_price", listing, listing->mark);
    vsim_member_px(out, "last_traded_price", listing, listing->mark);
    vsim_member_px(out, "bid", listing, listing->bid);
    vsim_member_px(out, "ask", listing, listing->ask);
    vsim_member_string(out, "volume_24h", "0");
    vsim_member_string(out, "total_volume", "0");
    vsim_member_int(out, "created_at", world->now_ns / NS_PER_MS);
    vsim_member_px(out, "underlying_price", listing, listing->index);
    vsim_member_string(out, "open_interest", "0");
    vsim_member_rate(out, "funding_rate", listing->funding, RATE_DIGITS);
    vsim_member_string(out, "price_change_rate_24h", "");
}

static void encode_summary(const struct vsim_channel *channel, const struct vsim_world *world,
                           const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel->name, "", listing, out);
    write_summary(world, listing, out);
    text_add_string(out, "}}}");
}

static void encode_funding(const struct vsim_channel *channel, const struct vsim_world *world,
                           const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel->name, "", listing, out);
    text_add_format(out, "\"market\":\"%s\"", listing->rules.native);
    vsim_member_string(out, "funding_index", "0");
    vsim_member_string(out, "funding_premium", "0");
    vsim_member_rate(out, "funding_rate", listing->funding, RATE_DIGITS);
    vsim_member_rate(out, "funding_rate_8h", listing->funding, 8);
    vsim_member_int(out, "funding_period_hours", listing->funding_interval_ns / (3600 * NS_PER_S));
    vsim_member_int(out, "created_at", world->now_ns / NS_PER_MS);
    text_add_string(out, "}}}");
}

// Of all markets under one name, one market a message.
static void begin_push_of_all(const char *name, struct text *out) {
    text_add_format(out,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":"
                    "\"%s\",\"data\":{",
                    name);
}

static void encode_bbo_all(const struct vsim_channel *channel, const struct vsim_world *world,
                           const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push_of_all(channel->name, out);
    write_bbo(listing, out);
    text_add_string(out, "}}}");
}

static void encode_summary_all(const struct vsim_channel *channel, const struct vsim_world *world,
                               const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)channel;
    (void)whole;
    begin_push_of_all("markets_summary", out);
    write_summary(world, listing, out);
    text_add_string(out, "}}}");
}

enum { CHANNEL_BBO_ALL = 5, CHANNEL_SUMMARY_ALL };

static const struct vsim_channel channels[] = {
    {"bbo", VSIM_BBO, 0, false, false, 0, 0, encode_bbo},
    {"order_book.snapshot@15@50ms", VSIM_BOOK_WHOLE, 50, false, false, LEVELS, 0, encode_book},
    {"order_book.snapshot@15@100ms", VSIM_BOOK_WHOLE, 100, false, false, LEVELS, 0, encode_book},
    {"markets_summary", VSIM_FUNDING, 1000, true, false, 0, 0, encode_summary},
    {"funding_data", VSIM_FUNDING, 5000, true, false, 0, 0, encode_funding},
    [CHANNEL_BBO_ALL] = {"bbo.ALL", VSIM_BBO, 0, false, false, 0, 0, encode_bbo_all},
    [CHANNEL_SUMMARY_ALL] = {"markets_summary.ALL", VSIM_FUNDING, 1000, true, false, 0, 0,
                             encode_summary_all},
};

static bool paradex_open(struct vsim_session *session, struct slice target) {
    (void)session;
    struct slice path = vsim_cut(&target, '?');
    return slice_equals(path, SLICE("/v1"));
}

struct request {
    struct slice method, channel, id; // id as it stood
};

static bool read_request(struct slice message, struct request *request) {
    *request = (struct request){{"", 0}, {"", 0}, SLICE("0")};
    struct json r;
    struct slice key;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("method")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &request->method);
        } else if (slice_equals(key, SLICE("params")) && json_peek(&r) == JSON_OBJECT) {
            const struct vsim_string channel = {"channel", &request->channel};
            (void)vsim_read_strings(&r, &channel, 1);
        } else if (slice_equals(key, SLICE("id")) && json_peek(&r) == JSON_NUMBER) {
            json_number(&r, &request->id);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

void paradex_sim_stamps(struct vsim_session *session, struct text *out) {
    int64_t now_us = session->world->now_ns / 1000;
    vsim_member_int(out, "usIn", now_us - ANSWER_US);
    vsim_member_int(out, "usDiff", ANSWER_US);
    vsim_member_int(out, "usOut", now_us);
}

void paradex_sim_refuse(struct vsim_session *session, struct slice id, int code,
                        const char *message, const char *data) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    text_add(out, id);
    text_add_format(out, ",\"error\":{\"code\":%d,\"message\":\"%s\"", code, message);
    if (data != NULL) {
        vsim_member_string(out, "data", data);
    }
    text_add_char(out, '}');
    paradex_sim_stamps(session, out);
    text_add_char(out, '}');
    vsim_session_send(session);
}

static void acknowledge(struct vsim_session *session, const struct request *request) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, "{\"jsonrpc\":\"2.0\",\"result\":{\"channel\":\"");
    text_add(out, request->channel);
    text_add_string(out, "\"}");
    paradex_sim_stamps(session, out);
    text_add_string(out, ",\"id\":");
    text_add(out, request->id);
    text_add_char(out, '}');
    vsim_session_send(session);
}

// What a subscription is to: a channel of one listing, or of all of them.
struct target {
    int channel; // -1: there is no such
    uint32_t from, to;
};

// "order_book.BTC-USD-PERP.snapshot@15@50ms", "bbo.ALL", "markets_summary"
static struct target find_target(const struct vsim_world *world, struct slice wanted) {
    char bytes[64];
    struct text name = TEXT_OVER(bytes);
    struct slice rest = wanted;
    if (slice_equals(wanted, SLICE("bbo.ALL")) || slice_equals(wanted, SLICE("markets_summary"))) {
        bool bbo = slice_equals(wanted, SLICE("bbo.ALL"));
        return (struct target){bbo ? CHANNEL_BBO_ALL : CHANNEL_SUMMARY_ALL, 0,
                               world->listing_count};
    }
    text_add(&name, vsim_cut(&rest, '.'));
    const struct vsim_listing *found = vsim_find(world, vsim_cut(&rest, '.'));
    if (rest.size > 0) {
        text_add_char(&name, '.');
        text_add(&name, rest);
    }
    if (found == NULL || name.truncated) {
        return (struct target){.channel = -1};
    }
    uint32_t index = (uint32_t)(found - world->listings);
    return (struct target){vsim_channel_find(world->venue, text_slice(&name)), index, index + 1};
}

// Subscribing twice, or ending what was not there, is an error answer and nothing worse.
static void paradex_on_text(struct vsim_session *session, struct slice message) {
    struct request request;
    if (!read_request(message, &request)) {
        paradex_sim_refuse(session, SLICE("0"), -32700, "parse error", NULL);
        return;
    }
    bool on = slice_equals(request.method, SLICE("subscribe"));
    if (slice_equals(request.method, SLICE("auth"))) {
        paradex_sim_refuse(session, request.id, 40111, "invalid bearer", NULL);
        return;
    }
    if (!on && !slice_equals(request.method, SLICE("unsubscribe"))) {
        paradex_sim_refuse(session, request.id, -32601, "method not found", NULL);
        return;
    }
    struct target target = find_target(session->world, request.channel);
    const char *wrong = on ? "invalid subscribe request" : "invalid unsubscribe request";
    if (target.channel < 0) {
        paradex_sim_refuse(session, request.id, -32600, wrong, "invalid channel");
        return;
    }
    if (target.from < target.to &&
        on == vsim_subscribed(session, target.from, (uint32_t)target.channel)) {
        paradex_sim_refuse(session, request.id, -32600, wrong,
                           on ? "already subscribed" : "not subscribed");
        return;
    }
    for (uint32_t i = target.from; i < target.to; i++) {
        (void)vsim_set_subscription(session, i, (uint32_t)target.channel, on);
    }
    acknowledge(session, &request);
}

static uint32_t fail(struct text *body, uint32_t status, const char *name, const char *message) {
    text_add_format(body, "{\"error\":\"%s\",\"message\":\"%s\",\"data\":null}", name, message);
    return status;
}

// The name of this error is not documented.
static void paradex_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                           struct vsim_reply *reply) {
    (void)world;
    if (refusal->why == VSIM_NO_STREAM) {
        (void)fail(&reply->body, reply->status, "NOT_FOUND", "not found");
        return;
    }
    if (refusal->after_s > 0) {
        text_add_format(&reply->headers, "Retry-After: %u\r\n", refusal->after_s);
    }
    (void)fail(&reply->body, reply->status, "RATE_LIMIT_EXCEEDED", "rate limit exceeded");
}

static void paradex_add_headers(const struct vsim_world *world, struct text *headers) {
    struct vsim_rate rate = world->limits.calls[0];
    uint32_t used = vsim_rate_used(&world->call_uses[0], rate, world->now_ns);
    text_add_format(headers,
                    "X-RateLimit-Limit: %u\r\nX-RateLimit-Remaining: %u\r\n"
                    "X-RateLimit-Reset: %lld\r\nX-Ratelimit-Window: %u\r\n",
                    rate.most, used < rate.most ? rate.most - used : 0,
                    (long long)(world->now_ns / NS_PER_S + rate.window_ms / 1000),
                    rate.window_ms / 1000);
}

static void write_fee(struct text *out, const char *name, struct bps fee) {
    enum { FRACTION_DIGITS = 6 };
    _Static_assert(BPS_WHOLE == 1000000, "hundredths of a basis point are millionths");
    text_add_format(out, "\"%s\":{\"fee\":\"", name);
    decimal_print(out, fee.v, FRACTION_DIGITS, 0, FRACTION_DIGITS);
    text_add_string(out, "\"}");
}

static void write_fees(const struct vacc_options *options, struct text *out) {
    text_add_string(out, ",\"fee_config\":{\"api_fee\":{");
    write_fee(out, "maker_fee", options->maker_fee);
    text_add_char(out, ',');
    write_fee(out, "taker_fee", options->taker_fee);
    text_add_string(out, "}}");
}

// `account` NULL: nobody's, and the fees are not told.
static void write_market(const struct vsim_listing *listing, const struct vacc *account,
                         struct text *out) {
    const struct listing *rules = &listing->rules;
    struct slice native = slice_of(rules->native);
    text_add_format(out, "{\"symbol\":\"%s\",\"base_currency\":\"", rules->native);
    text_add(out, vsim_cut(&native, '-'));
    text_add_string(out, "\",\"quote_currency\":\"USD\",\"settlement_currency\":\"USDC\"");
    text_add_string(out, ",\"order_size_increment\":");
    vsim_write_qty(out, listing, rules->step);
    vsim_member_px(out, "price_tick_size", listing, rules->tick);
    text_add_string(out, ",\"min_notional\":\"");
    usd_print(out, rules->notional_min, 0, USD_DIGITS);
    text_add_string(out, "\",\"open_at\":1687514400000,\"expiry_at\":0,\"asset_kind\":\"PERP\","
                         "\"market_kind\":\"cross\",\"trading_mode\":\"STANDARD\"");
    vsim_member_qty(out, "max_order_size", listing, rules->size_max);
    vsim_member_int(out, "funding_period_hours", listing->funding_interval_ns / (3600 * NS_PER_S));
    text_add_string(out, ",\"price_bands_width\":\"0.05\",\"max_open_orders\":100,"
                         "\"max_funding_rate\":\"0.05\",\"max_funding_rate_change\":\"0.0005\"");
    if (account != NULL) {
        write_fees(&account->options, out);
    }
    text_add_char(out, '}');
}

// Results of all listings, or of the one that `market` names; "ALL" names all.
static uint32_t answer_list(const struct vsim_world *world, struct slice query, bool summaries,
                            struct text *body) {
    struct slice market = SLICE("ALL");
    bool told = vsim_query(query, "market", &market);
    if (summaries && !told) {
        return fail(body, 400, "INVALID_REQUEST_PARAMETER", "market is required");
    }
    bool all = slice_equals(market, SLICE("ALL"));
    if (!all && vsim_find(world, market) == NULL) {
        return fail(body, 404, "MARKET_NOT_FOUND", "market not found");
    }
    bool first = true;
    text_add_string(body, "{\"results\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *listing = &world->listings[i];
        if (!all && !slice_equals(slice_of(listing->rules.native), market)) {
            continue;
        }
        text_add_string(body, first ? "" : ",");
        first = false;
        if (summaries) {
            text_add_char(body, '{');
            write_summary(world, listing, body);
            text_add_char(body, '}');
        } else {
            write_market(listing, world->account, body);
        }
    }
    text_add_string(body, "]}");
    return 200;
}

static void write_best(const char *name, const struct vsim_listing *listing, struct px price,
                       struct qty size, struct text *out) {
    text_add_format(out, ",\"%s\":[", name);
    vsim_write_px(out, listing, price);
    text_add_char(out, ',');
    vsim_write_qty(out, listing, size);
    text_add_char(out, ']');
}

static uint32_t answer_book(const struct vsim_listing *listing, struct slice query,
                            struct text *body) {
    struct slice value;
    int64_t depth = LEVELS;
    if (vsim_query(query, "depth", &value) && (!decimal_parse(value, 0, &depth) || depth < 1)) {
        return fail(body, 400, "INVALID_REQUEST_PARAMETER", "depth is invalid");
    }
    uint32_t most = depth < LEVELS ? (uint32_t)depth : LEVELS;
    text_add_format(body, "{\"market\":\"%s\"", listing->rules.native);
    vsim_member_int(body, "seq_no", (int64_t)listing->book_id);
    vsim_member_int(body, "last_updated_at", listing->book_ns / NS_PER_MS);
    text_add_string(body, ",\"asks\":");
    vsim_write_levels(body, listing, listing->asks, listing->ask_count, most);
    text_add_string(body, ",\"bids\":");
    vsim_write_levels(body, listing, listing->bids, listing->bid_count, most);
    write_best("best_bid_api", listing, listing->bid, listing->bid_size, body);
    write_best("best_ask_api", listing, listing->ask, listing->ask_size, body);
    text_add_char(body, '}');
    return 200;
}

// /v1/bbo/<market> and /v1/orderbook/<market>
static uint32_t answer_market(const struct vsim_world *world, struct slice native, bool book,
                              struct slice query, struct text *body) {
    const struct vsim_listing *listing = vsim_find(world, native);
    if (listing == NULL) {
        return fail(body, 404, "MARKET_NOT_FOUND", "market not found");
    }
    if (book) {
        return answer_book(listing, query, body);
    }
    text_add_char(body, '{');
    write_bbo(listing, body);
    text_add_char(body, '}');
    return 200;
}

static bool behind(struct slice path, struct slice prefix, struct slice *rest) {
    *rest = (struct slice){path.data + prefix.size, path.size - prefix.size};
    return slice_starts(path, prefix);
}

static uint32_t paradex_answer(const struct vsim_world *world, const struct vsim_request *request,
                               struct text *body) {
    struct slice path = request->path;
    struct slice rest;
    if (!slice_equals(request->method, SLICE("GET"))) {
        return fail(body, 404, "NOT_FOUND", "not found");
    }
    if (slice_equals(path, SLICE("/v1/system/time"))) {
        text_add_string(body, "{\"server_time\":\"");
        vsim_write_ms(body, world->now_ns);
        text_add_string(body, "\"}");
        return 200;
    }
    if (slice_equals(path, SLICE("/v1/system/state"))) {
        text_add_string(body, "{\"status\":\"ok\"}");
        return 200;
    }
    if (slice_equals(path, SLICE("/v1/system/config"))) {
        text_add_string(body, "{\"starknet_chain_id\":\"" PARADEX_SIM_CHAIN
                              "\",\"l1_chain_id\":\"1\",\"paraclear_decimals\":8}");
        return 200;
    }
    if (slice_equals(path, SLICE("/v1/markets"))) {
        return answer_list(world, request->query, false, body);
    }
    if (slice_equals(path, SLICE("/v1/markets/summary"))) {
        return answer_list(world, request->query, true, body);
    }
    if (behind(path, SLICE("/v1/bbo/"), &rest)) {
        return answer_market(world, rest, false, request->query, body);
    }
    if (behind(path, SLICE("/v1/orderbook/"), &rest)) {
        return answer_market(world, rest, true, request->query, body);
    }
    return fail(body, 404, "NOT_FOUND", "not found");
}

static void paradex_rules(const struct symbol *symbol, const struct listing *seen,
                          struct listing *out) {
    static const struct vsim_known known[] = {
        {"BTC", PX_ONE / 10, QTY_ONE / 100000},
        {"ETH", PX_ONE / 100, QTY_ONE / 10000},
        {"SOL", PX_ONE / 1000, QTY_ONE / 1000},
    };
    vsim_rules_fill(symbol, seen, known, COUNT_OF(known), &paradex_md, out);
    out->notional_min = USD(10);
    out->size_max = (struct qty){out->step.v > QTY_ONE ? 100 * out->step.v : 100 * QTY_ONE};
}

const struct venue_sim paradex_sim = {
    .name = "paradex",
    .book_levels = LEVELS,
    .book_period_ms = 50,
    .funding_interval_ns = 8 * 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = paradex_rules,
    .open = paradex_open,
    .on_text = paradex_on_text,
    .answer = paradex_answer,
    // Sheet 3 (heartbeat, limits) and 7.
    .limits = {.calls = {{1500, 60 * 1000}},
               .connects = {{20, 1000}, {600, 60 * 1000}},
               .ping_s = 55,
               .pong_s = 5},
    .refuse = paradex_refuse,
    .add_headers = paradex_add_headers,
    .private_side = &paradex_sim_private,
};
