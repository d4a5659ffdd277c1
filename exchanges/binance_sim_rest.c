// The public REST calls of Binance's simulated server, most of which Aster's has too.
#include "exchanges/binance_sim.h"

#include "base/clock.h"
#include "exchanges/vsim_text.h"

static uint32_t fail(struct text *body, int code, const char *text) {
    text_add_format(body, "{\"code\":%d,\"msg\":\"%s\"}", code, text);
    return code == -1121 || code == -1102 ? 400 : 404;
}

uint32_t binance_sim_time(const struct vsim_world *world, const struct vsim_listing *listing,
                          struct slice query, struct text *body) {
    (void)listing;
    (void)query;
    text_add_string(body, "{\"serverTime\":");
    vsim_write_ms(body, world->now_ns);
    text_add_char(body, '}');
    return 200;
}

uint32_t binance_sim_ping(const struct vsim_world *world, const struct vsim_listing *listing,
                          struct slice query, struct text *body) {
    (void)world;
    (void)listing;
    (void)query;
    text_add_string(body, "{}");
    return 200;
}

static void write_filters(const struct vsim_listing *listing, struct text *out) {
    const struct listing *rules = &listing->rules;
    text_add_string(out, "\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"minPrice\":");
    vsim_write_px(out, listing, rules->tick);
    text_add_string(out, ",\"maxPrice\":\"4529764\",\"tickSize\":");
    vsim_write_px(out, listing, rules->tick);
    text_add_string(out, "},");
    static const char *const lots[] = {"LOT_SIZE", "MARKET_LOT_SIZE"};
    for (size_t i = 0; i < COUNT_OF(lots); i++) {
        text_add_format(out, "{\"filterType\":\"%s\",\"stepSize\":", lots[i]);
        vsim_write_qty(out, listing, rules->step);
        text_add_string(out, ",\"minQty\":");
        vsim_write_qty(out, listing, rules->size_min);
        text_add_string(out, ",\"maxQty\":");
        vsim_write_qty(out, listing, rules->size_max);
        text_add_string(out, "},");
    }
    text_add_string(out, "{\"filterType\":\"MAX_NUM_ORDERS\",\"limit\":200},"
                         "{\"filterType\":\"MIN_NOTIONAL\",\"notional\":\"");
    usd_print(out, rules->notional_min, 0, USD_DIGITS);
    text_add_string(
        out, "\"},{\"filterType\":\"PERCENT_PRICE\",\"multiplierUp\":\"1.0500\",\"multiplierDown\":"
             "\"0.9500\",\"multiplierDecimal\":\"4\"}]");
}

uint32_t binance_sim_exchange_info(const struct vsim_world *world,
                                   const struct vsim_listing *listing, struct slice query,
                                   struct text *body) {
    (void)listing;
    (void)query;
    text_add_string(body, "{\"timezone\":\"UTC\",\"serverTime\":");
    vsim_write_ms(body, world->now_ns);
    text_add_string(
        body,
        ",\"futuresType\":\"U_MARGINED\",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\","
        "\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":2400},{\"rateLimitType\":\"ORDERS\","
        "\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":1200},{\"rateLimitType\":\"ORDERS\","
        "\"interval\":\"SECOND\",\"intervalNum\":10,\"limit\":300}],\"exchangeFilters\":[],"
        "\"symbols\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *row = &world->listings[i];
        text_add_format(body,
                        "%s{\"symbol\":\"%s\",\"pair\":\"%s\",\"contractType\":\"PERPETUAL\","
                        "\"status\":\"TRADING\","
                        "\"baseAsset\":\"%s\",\"quoteAsset\":\"USDT\",\"marginAsset\":\"USDT\","
                        "\"pricePrecision\":%d,"
                        "\"quantityPrecision\":%d,",
                        i == 0 ? "" : ",", row->rules.native, row->rules.native, row->symbol->base,
                        px_tick_digits(row->rules.tick), qty_step_digits(row->rules.step));
        write_filters(row, body);
        text_add_char(body, '}');
    }
    text_add_string(body, "]}");
    return 200;
}

uint32_t binance_sim_depth(const struct vsim_world *world, const struct vsim_listing *listing,
                           struct slice query, struct text *body) {
    (void)world;
    static const int64_t limits[] = {5, 10, 20, 50, 100, 500, 1000};
    struct slice value;
    int64_t limit = 500;
    if (vsim_query(query, "limit", &value)) {
        bool known = false;
        if (decimal_parse(value, 0, &limit)) {
            for (size_t i = 0; i < COUNT_OF(limits); i++) {
                known = known || limits[i] == limit;
            }
        }
        if (!known) {
            text_add_string(body, "{\"code\":-4021,\"msg\":\"Invalid depth limit.\"}");
            return 400;
        }
    }
    text_add_format(body,
                    "{\"lastUpdateId\":%llu,\"E\":", (unsigned long long)listing->snapshot_id);
    vsim_write_ms(body, listing->book_ns);
    text_add_string(body, ",\"T\":");
    vsim_write_ms(body, listing->book_ns);
    text_add_string(body, ",\"bids\":");
    vsim_write_levels(body, listing, listing->bids, listing->bid_count, (uint32_t)limit);
    text_add_string(body, ",\"asks\":");
    vsim_write_levels(body, listing, listing->asks, listing->ask_count, (uint32_t)limit);
    text_add_char(body, '}');
    return 200;
}

static uint32_t answer_book_ticker(const struct vsim_world *world,
                                   const struct vsim_listing *listing, struct slice query,
                                   struct text *body) {
    (void)world;
    (void)query;
    text_add_format(body, "{\"lastUpdateId\":%llu", (unsigned long long)listing->quote_id);
    vsim_member_string(body, "symbol", listing->rules.native);
    vsim_member_px(body, "bidPrice", listing, listing->bid);
    vsim_member_qty(body, "bidQty", listing, listing->bid_size);
    vsim_member_px(body, "askPrice", listing, listing->ask);
    vsim_member_qty(body, "askQty", listing, listing->ask_size);
    vsim_member_int(body, "time", listing->quote_ns / NS_PER_MS);
    text_add_char(body, '}');
    return 200;
}

uint32_t binance_sim_premium_index(const struct vsim_world *world,
                                   const struct vsim_listing *listing, struct slice query,
                                   struct text *body) {
    (void)query;
    text_add_format(body, "{\"symbol\":\"%s\"", listing->rules.native);
    vsim_member_px(body, "markPrice", listing, listing->mark);
    vsim_member_px(body, "indexPrice", listing, listing->index);
    vsim_member_px(body, "estimatedSettlePrice", listing, listing->index);
    vsim_member_rate(body, "lastFundingRate", listing->funding, 8);
    vsim_member_string(body, "interestRate", "0.00010000");
    vsim_member_int(body, "nextFundingTime", listing->next_settlement_ns / NS_PER_MS);
    vsim_member_int(body, "time", world->now_ns / NS_PER_MS);
    text_add_char(body, '}');
    return 200;
}

// Only symbols that differ from 8 h are listed; here none does.
static uint32_t answer_funding_info(const struct vsim_world *world,
                                    const struct vsim_listing *listing, struct slice query,
                                    struct text *body) {
    (void)world;
    (void)listing;
    (void)query;
    text_add_string(body, "[]");
    return 200;
}

static const struct binance_sim_call calls[] = {
    {"ping", BINANCE_SIM_NO_SYMBOL, binance_sim_ping, 1, 1, 0},
    {"time", BINANCE_SIM_NO_SYMBOL, binance_sim_time, 1, 1, 0},
    {"exchangeInfo", BINANCE_SIM_NO_SYMBOL, binance_sim_exchange_info, 1, 1, 0},
    {"depth", BINANCE_SIM_NEEDS_SYMBOL, binance_sim_depth, 0, 0, 0},
    {"ticker/bookTicker", BINANCE_SIM_SYMBOL_OR_ALL, answer_book_ticker, 2, 5, 0},
    {"premiumIndex", BINANCE_SIM_SYMBOL_OR_ALL, binance_sim_premium_index, 1, 10, 0},
    {"fundingInfo", BINANCE_SIM_NO_SYMBOL, answer_funding_info, 1, 1, 1},
};

static uint32_t answer_call(const struct vsim_world *world, const struct binance_sim_call *call,
                            struct slice query, struct text *body) {
    struct slice native;
    if (call->symbol == BINANCE_SIM_NO_SYMBOL) {
        return call->answer(world, NULL, query, body);
    }
    if (vsim_query(query, "symbol", &native)) {
        const struct vsim_listing *listing = vsim_find(world, native);
        return listing == NULL ? fail(body, -1121, "Invalid symbol.")
                               : call->answer(world, listing, query, body);
    }
    if (call->symbol == BINANCE_SIM_NEEDS_SYMBOL) {
        return fail(body, -1102,
                    "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
    }
    text_add_char(body, '[');
    for (uint32_t l = 0; l < world->listing_count; l++) {
        text_add_string(body, l == 0 ? "" : ",");
        (void)call->answer(world, &world->listings[l], query, body);
    }
    text_add_char(body, ']');
    return 200;
}

// NULL: there is no such call.
static const struct binance_sim_call *find_call(const struct binance_sim_call *from, size_t count,
                                                const char *prefix,
                                                const struct vsim_request *request) {
    struct slice path = request->path;
    struct slice before = slice_of(prefix);
    if (slice_starts(path, before) && slice_equals(request->method, SLICE("GET"))) {
        struct slice name = {path.data + before.size, path.size - before.size};
        for (size_t i = 0; i < count; i++) {
            if (slice_equals(name, slice_of(from[i].name))) {
                return &from[i];
            }
        }
    }
    return NULL;
}

uint32_t binance_sim_call(const struct vsim_world *world, const struct binance_sim_call *from,
                          size_t count, const char *prefix, const struct vsim_request *request,
                          struct text *body) {
    const struct binance_sim_call *call = find_call(from, count, prefix, request);
    return call == NULL ? fail(body, -5000, "Path is invalid.")
                        : answer_call(world, call, request->query, body);
}

static uint32_t depth_weight(struct slice query) {
    struct slice value;
    int64_t limit = 500;
    if (vsim_query(query, "limit", &value) && !decimal_parse(value, 0, &limit)) {
        limit = 0; // refused, and cheap
    }
    return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
}

struct vsim_charge binance_sim_charge_from(const struct binance_sim_call *from, size_t count,
                                           const char *prefix, const struct vsim_request *request) {
    const struct binance_sim_call *call = find_call(from, count, prefix, request);
    struct slice symbol;
    if (call == NULL) {
        return (struct vsim_charge){0, 1};
    }
    if (call->answer == binance_sim_depth) {
        return (struct vsim_charge){0, depth_weight(request->query)};
    }
    bool of_all = !vsim_query(request->query, "symbol", &symbol);
    return (struct vsim_charge){call->rate, of_all ? call->weight_of_all : call->weight};
}

void binance_sim_refuse_call(const struct vsim_world *world, const struct vsim_refusal *refusal,
                             struct vsim_reply *reply) {
    if (refusal->after_s > 0) {
        text_add_format(&reply->headers, "Retry-After: %u\r\n", refusal->after_s);
    }
    switch (refusal->why) {
    case VSIM_NO_STREAM:
    case VSIM_NO_USER_AGENT:
        text_add_string(&reply->body, "{}");
        return;
    case VSIM_BANNED:
        text_add_format(&reply->body,
                        "{\"code\":-1003,\"msg\":\"Way too many requests; IP banned until %lld.\"}",
                        (long long)(world->banned_until_ns / NS_PER_MS));
        return;
    case VSIM_TOO_MANY_CALLS:
    case VSIM_TOO_MANY_CONNECTIONS:
    default:
        text_add_string(&reply->body, "{\"code\":-1003,\"msg\":\"Too many requests.\"}");
    }
}

void binance_sim_add_headers(const struct vsim_world *world, struct text *headers) {
    text_add_format(headers, "X-MBX-USED-WEIGHT-1M: %u\r\n",
                    vsim_rate_used(&world->call_uses[0], world->limits.calls[0], world->now_ns));
}

struct vsim_charge binance_sim_charge(const struct vsim_request *request) {
    return binance_sim_charge_from(calls, COUNT_OF(calls), "/fapi/v1/", request);
}

uint32_t binance_sim_answer(const struct vsim_world *world, const struct vsim_request *request,
                            struct text *body) {
    return binance_sim_call(world, calls, COUNT_OF(calls), "/fapi/v1/", request, body);
}
