// Backpack as its server speaks: the public streams behind SUBSCRIBE and the public REST calls.
//
// A subscription is not acknowledged: data begins, or {"id":null,"error":{"code":4006,…}} comes.
// Stamps are microseconds, but for the next settlement; the bids of a REST book stand worst first.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/backpack_md.h"
#include "exchanges/vsim_rules.h"
#include "exchanges/vsim_text.h"

enum { LEVELS_MAX = 1000 };

static void write_us(struct text *out, int64_t time_ns) {
    text_add_int(out, time_ns / 1000);
}

static void write_level(struct text *out, const struct vsim_listing *listing, struct level level) {
    text_add_char(out, '[');
    vsim_write_px(out, listing, level.price);
    text_add_char(out, ',');
    vsim_write_qty(out, listing, level.size);
    text_add_char(out, ']');
}

// The best `count` levels, worst of them first.
static void write_levels_rising(struct text *out, const struct vsim_listing *listing,
                                const struct level *levels, uint32_t count) {
    text_add_char(out, '[');
    for (uint32_t i = count; i > 0; i--) {
        text_add_string(out, i == count ? "" : ",");
        write_level(out, listing, levels[i - 1]);
    }
    text_add_char(out, ']');
}

static void begin_push(const struct vsim_channel *channel, const struct vsim_listing *listing,
                       int64_t time_ns, struct text *out) {
    text_add_format(out, "{\"data\":{\"e\":\"%s\",\"E\":", channel->name);
    write_us(out, time_ns);
    text_add_format(out, ",\"s\":\"%s\"", listing->rules.native);
}

static void end_push(const struct vsim_channel *channel, const struct vsim_listing *listing,
                     int64_t time_ns, struct text *out) {
    text_add_string(out, ",\"T\":");
    write_us(out, time_ns);
    text_add_format(out, "},\"stream\":\"%s.%s\"}", channel->name, listing->rules.native);
}

static void encode_book_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                               const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, listing->quote_ns, out);
    vsim_member_px(out, "a", listing, listing->ask);
    vsim_member_qty(out, "A", listing, listing->ask_size);
    vsim_member_px(out, "b", listing, listing->bid);
    vsim_member_qty(out, "B", listing, listing->bid_size);
    vsim_member_int(out, "u", (int64_t)listing->quote_id);
    end_push(channel, listing, listing->quote_ns, out);
}

static void encode_depth(const struct vsim_channel *channel, const struct vsim_world *world,
                         const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, listing->book_ns, out);
    text_add_string(out, ",\"a\":");
    vsim_write_levels(out, listing, listing->changed_asks, listing->changed_ask_count, UINT32_MAX);
    text_add_string(out, ",\"b\":");
    vsim_write_levels(out, listing, listing->changed_bids, listing->changed_bid_count, UINT32_MAX);
    vsim_member_int(out, "U", (int64_t)listing->book_previous + 1);
    vsim_member_int(out, "u", (int64_t)listing->book_id);
    end_push(channel, listing, listing->book_ns, out);
}

static void encode_mark_price(const struct vsim_channel *channel, const struct vsim_world *world,
                              const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel, listing, world->now_ns, out);
    vsim_member_px(out, "p", listing, listing->mark);
    vsim_member_rate(out, "f", listing->funding, 10);
    vsim_member_px(out, "i", listing, listing->index);
    vsim_member_int(out, "n", listing->next_settlement_ns / NS_PER_MS);
    end_push(channel, listing, world->now_ns, out);
}

static const struct vsim_channel channels[] = {
    {"bookTicker", VSIM_BBO, 0, false, false, 0, 0, encode_book_ticker},
    {"depth", VSIM_BOOK_DELTA, 0, false, false, 0, 0, encode_depth},
    {"markPrice", VSIM_FUNDING, 1000, true, false, 0, 0, encode_mark_price},
};

// The socket of private and public streams alike, without a path.
static bool backpack_open(struct vsim_session *session, struct slice target) {
    (void)session;
    struct slice path = vsim_cut(&target, '?');
    return slice_equals(path, SLICE("/")) || path.size == 0;
}

static void refuse(struct vsim_session *session, int code, const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"id\":null,\"error\":{\"code\":%d,\"message\":\"%s\"}}", code, text);
    vsim_session_send(session);
}

// Streams of the venue that this server knows and has nothing for: silence, as in a quiet market.
static bool is_silent(struct slice kind) {
    static const struct slice kinds[] = {
        {"ticker", 6}, {"trade", 5}, {"kline", 5}, {"openInterest", 12}, {"liquidation", 11},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_equals(kind, kinds[i])) {
            return true;
        }
    }
    return false;
}

// "depth.BTC_USDC_PERP", "depth.200ms.BTC_USDC_PERP" (silent). False: no such stream.
static bool change_stream(struct vsim_session *session, struct slice stream, bool on) {
    const struct vsim_world *world = session->world;
    struct slice native = stream;
    struct slice kind = vsim_cut(&native, '.');
    int channel = vsim_channel_find(world->venue, kind);
    if (channel < 0) {
        return is_silent(kind);
    }
    const struct vsim_listing *listing = vsim_find(world, native);
    if (listing == NULL) {
        struct slice period = vsim_cut(&native, '.');
        return slice_equals(kind, SLICE("depth")) && vsim_find(world, native) != NULL &&
               (slice_equals(period, SLICE("200ms")) || slice_equals(period, SLICE("600ms")) ||
                slice_equals(period, SLICE("1000ms")));
    }
    uint32_t index = (uint32_t)(listing - world->listings);
    if (!on) {
        (void)vsim_unsubscribe(session, index, (uint32_t)channel);
    } else if (!vsim_subscribed(session, index, (uint32_t)channel)) {
        (void)vsim_subscribe(session, index, (uint32_t)channel);
    }
    return true;
}

static void backpack_on_text(struct vsim_session *session, struct slice message) {
    struct json r, params = {0};
    struct slice key, method = {"", 0};
    bool has_params = false;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("method")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &method);
        } else if (slice_equals(key, SLICE("params")) && json_peek(&r) == JSON_ARRAY) {
            const char *begin = r.at;
            json_skip(&r);
            json_init(&params, (struct slice){begin, (size_t)(r.at - begin)});
            has_params = true;
        } else {
            json_skip(&r);
        }
    }
    bool on = slice_equals(method, SLICE("SUBSCRIBE"));
    if (!json_end(&r) || !has_params || (!on && !slice_equals(method, SLICE("UNSUBSCRIBE")))) {
        refuse(session, 4000, "Invalid request"); // its true number is not documented
        return;
    }
    struct slice stream;
    json_array_begin(&params);
    while (json_array_next(&params)) {
        if (!json_string(&params, &stream) || !change_stream(session, stream, on)) {
            refuse(session, 4006, "Invalid stream");
            return;
        }
    }
}

static uint32_t fail(struct text *body, const char *code, const char *text, uint32_t http) {
    text_add_format(body, "{\"code\":\"%s\",\"message\":\"%s\"}", code, text);
    return http;
}

static uint32_t answer_time(const struct vsim_world *world, const struct vsim_listing *listing,
                            struct slice query, struct text *body) {
    (void)listing;
    (void)query;
    vsim_write_ms(body, world->now_ns);
    return 200;
}

static uint32_t answer_ping(const struct vsim_world *world, const struct vsim_listing *listing,
                            struct slice query, struct text *body) {
    (void)world;
    (void)listing;
    (void)query;
    text_add_string(body, "pong");
    return 200;
}

static uint32_t answer_status(const struct vsim_world *world, const struct vsim_listing *listing,
                              struct slice query, struct text *body) {
    (void)world;
    (void)listing;
    (void)query;
    text_add_string(body, "{\"status\":\"Ok\",\"message\":null}");
    return 200;
}

static void write_market(const struct vsim_listing *listing, struct text *body) {
    const struct listing *rules = &listing->rules;
    struct slice base = slice_of(rules->native);
    base = vsim_cut(&base, '_');
    text_add_format(body, "{\"symbol\":\"%s\",\"baseSymbol\":\"%.*s\",\"quoteSymbol\":\"USDC\",",
                    rules->native, (int)base.size, base.data);
    text_add_string(body, "\"marketType\":\"PERP\",\"filters\":{\"price\":{\"maxPrice\":null");
    vsim_member_px(body, "minPrice", listing, rules->tick);
    vsim_member_px(body, "tickSize", listing, rules->tick);
    text_add_string(body, ",\"maxMultiplier\":\"1.25\",\"minMultiplier\":\"0.75\","
                          "\"maxImpactMultiplier\":\"1.03\",\"minImpactMultiplier\":\"0.97\","
                          "\"meanMarkPriceBand\":{\"maxMultiplier\":\"1.1\",\"minMultiplier\":"
                          "\"0.9\"},\"meanPremiumBand\":{\"tolerancePct\":\"0.05\"}},"
                          "\"quantity\":{\"maxQuantity\":null");
    vsim_member_qty(body, "minQuantity", listing, rules->size_min);
    vsim_member_qty(body, "stepSize", listing, rules->step);
    text_add_string(body, "}}");
    vsim_member_int(body, "fundingInterval", listing->funding_interval_ns / NS_PER_MS);
    text_add_string(body, ",\"fundingRateUpperBound\":\"100\",\"fundingRateLowerBound\":\"-100\","
                          "\"imfFunction\":{\"type\":\"sqrt\",\"base\":\"0.02\",\"factor\":"
                          "\"0.0001275\"},\"mmfFunction\":{\"type\":\"sqrt\",\"base\":\"0.0125\","
                          "\"factor\":\"0.0000765\"},\"orderBookState\":\"Open\",\"visible\":true,"
                          "\"createdAt\":\"2025-01-21T06:34:54.691858\",\"openInterestLimit\":"
                          "\"4000000\"}");
}

static uint32_t answer_market(const struct vsim_world *world, const struct vsim_listing *listing,
                              struct slice query, struct text *body) {
    (void)world;
    (void)query;
    write_market(listing, body);
    return 200;
}

static uint32_t answer_markets(const struct vsim_world *world, const struct vsim_listing *listing,
                               struct slice query, struct text *body) {
    (void)listing;
    struct slice kind;
    bool none = vsim_query(query, "marketType", &kind) && !slice_equals(kind, SLICE("PERP"));
    text_add_char(body, '[');
    for (uint32_t i = 0; !none && i < world->listing_count; i++) {
        text_add_string(body, i == 0 ? "" : ",");
        write_market(&world->listings[i], body);
    }
    text_add_char(body, ']');
    return 200;
}

static uint32_t answer_depth(const struct vsim_world *world, const struct vsim_listing *listing,
                             struct slice query, struct text *body) {
    int64_t limit = LEVELS_MAX;
    if (!vsim_query_levels(query, &limit)) {
        return fail(body, "INVALID_CLIENT_REQUEST", "Invalid limit", 400);
    }
    uint32_t most = (uint32_t)limit;
    text_add_string(body, "{\"asks\":");
    vsim_write_levels(body, listing, listing->asks, listing->ask_count, most);
    text_add_string(body, ",\"bids\":");
    write_levels_rising(body, listing, listing->bids,
                        listing->bid_count < most ? listing->bid_count : most);
    text_add_format(body, ",\"lastUpdateId\":\"%llu\",\"timestamp\":",
                    (unsigned long long)listing->snapshot_id);
    write_us(body, world->now_ns);
    text_add_char(body, '}');
    return 200;
}

static uint32_t answer_mark_prices(const struct vsim_world *world,
                                   const struct vsim_listing *listing, struct slice query,
                                   struct text *body) {
    (void)query;
    text_add_char(body, '[');
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *row = &world->listings[i];
        if (listing != NULL && listing != row) {
            continue;
        }
        text_add_string(body, listing != NULL || i == 0 ? "" : ",");
        text_add_format(body, "{\"symbol\":\"%s\"", row->rules.native);
        vsim_member_px(body, "markPrice", row, row->mark);
        vsim_member_px(body, "indexPrice", row, row->index);
        vsim_member_rate(body, "fundingRate", row->funding, 10);
        vsim_member_int(body, "nextFundingTimestamp", row->next_settlement_ns / NS_PER_MS);
        text_add_char(body, '}');
    }
    text_add_char(body, ']');
    return 200;
}

enum symbol_use { SYMBOL_NONE, SYMBOL_MAY, SYMBOL_MUST };

static const struct {
    const char *path;
    enum symbol_use use;
    uint32_t (*answer)(const struct vsim_world *world, const struct vsim_listing *listing,
                       struct slice query, struct text *body);
} calls[] = {
    {"/api/v1/time", SYMBOL_NONE, answer_time},
    {"/api/v1/ping", SYMBOL_NONE, answer_ping},
    {"/api/v1/status", SYMBOL_NONE, answer_status},
    {"/api/v1/markets", SYMBOL_NONE, answer_markets},
    {"/api/v1/market", SYMBOL_MUST, answer_market},
    {"/api/v1/depth", SYMBOL_MUST, answer_depth},
    {"/api/v1/markPrices", SYMBOL_MAY, answer_mark_prices},
};

static uint32_t backpack_answer(const struct vsim_world *world, const struct vsim_request *request,
                                struct text *body) {
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (!slice_equals(request->path, slice_of(calls[i].path))) {
            continue;
        }
        if (!slice_equals(request->method, SLICE("GET"))) {
            return fail(body, "INVALID_CLIENT_REQUEST", "Method not allowed", 405);
        }
        struct slice native;
        const struct vsim_listing *listing = NULL;
        if (calls[i].use != SYMBOL_NONE && vsim_query(request->query, "symbol", &native)) {
            listing = vsim_find(world, native);
            if (listing == NULL) {
                return fail(body, "INVALID_MARKET", "Invalid market", 400);
            }
        }
        if (calls[i].use == SYMBOL_MUST && listing == NULL) {
            return fail(body, "INVALID_CLIENT_REQUEST", "missing field `symbol`", 400);
        }
        return calls[i].answer(world, listing, request->query, body);
    }
    return fail(body, "RESOURCE_NOT_FOUND", "Resource not found", 404);
}

static void backpack_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                            struct vsim_reply *reply) {
    (void)world;
    if (refusal->why == VSIM_NO_STREAM) {
        (void)fail(&reply->body, "RESOURCE_NOT_FOUND", "Resource not found", reply->status);
    } else {
        (void)fail(&reply->body, "TOO_MANY_REQUESTS", "Too many requests", reply->status);
    }
}

static void backpack_rules(const struct symbol *symbol, const struct listing *seen,
                           struct listing *out) {
    static const struct vsim_known known[] = {
        {"BTC", PX_ONE / 10, QTY_ONE / 100000},
        {"ETH", PX_ONE / 100, QTY_ONE / 10000},
        {"SOL", PX_ONE / 100, QTY_ONE / 100},
    };
    vsim_rules_fill(symbol, seen, known, COUNT_OF(known), &backpack_md, out);
}

const struct venue_sim backpack_sim = {
    .name = "backpack",
    .book_levels = LEVELS_MAX,
    .book_period_ms = 100,
    .funding_interval_ns = 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = backpack_rules,
    .open = backpack_open,
    .on_text = backpack_on_text,
    .answer = backpack_answer,
    // Sheet 3 (heartbeat) and 7; a client without key is counted as a sub-account is.
    .limits = {.calls = {{2000, 60 * 1000}}, .ping_s = 60, .pong_s = 120},
    .refuse = backpack_refuse,
    .private_side = &backpack_sim_private,
};
