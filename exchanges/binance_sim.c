// Binance USDT-M futures as its server speaks: the routed streams (/public, /market), SUBSCRIBE and
// its relatives, and the public REST calls. Recorded frames are combined-stream messages and go out
// byte for byte, or without their wrapping on a raw (/ws) connection.
//
// As on the real venue a stream that does not exist, or exists on the other route, is acknowledged
// like any other and then never speaks.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/venue_sim.h"

enum route { ROUTE_PUBLIC, ROUTE_MARKET };
enum { MODE_COMBINED = 1 << 0, MODE_MARKET = 1 << 1, STREAMS_MAX = 200, DEPTH_MAX = 1000 };

static void write_lower(struct text *out, const char *name) {
    for (; *name != '\0'; name++) {
        text_add_char(out, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
    }
}

// Every message is composed in its wrapping; a raw connection is sent the inside.
static void wrap(const struct vsim_channel *channel, const struct vsim_listing *listing,
                 struct text *out) {
    text_add_string(out, "{\"stream\":\"");
    write_lower(out, listing->rules.native);
    text_add_char(out, '@');
    text_add_string(out, channel->name);
    text_add_string(out, "\",\"data\":");
}

static void write_px(struct text *out, const struct vsim_listing *listing, struct px price) {
    int digits = px_tick_digits(listing->rules.tick);
    text_add_char(out, '"');
    px_print(out, price, digits, digits);
    text_add_char(out, '"');
}

static void write_qty(struct text *out, const struct vsim_listing *listing, struct qty size) {
    int digits = qty_step_digits(listing->rules.step);
    text_add_char(out, '"');
    qty_print(out, size, digits, digits);
    text_add_char(out, '"');
}

static void write_levels(struct text *out, const struct vsim_listing *listing,
                         const struct level *levels, uint32_t count, uint32_t most) {
    text_add_char(out, '[');
    for (uint32_t i = 0; i < count && i < most; i++) {
        text_add_string(out, i == 0 ? "[" : ",[");
        write_px(out, listing, levels[i].price);
        text_add_char(out, ',');
        write_qty(out, listing, levels[i].size);
        text_add_char(out, ']');
    }
    text_add_char(out, ']');
}

static void write_member_int(struct text *out, const char *name, int64_t value) {
    text_add_string(out, ",\"");
    text_add_string(out, name);
    text_add_string(out, "\":");
    text_add_int(out, value);
}

static void write_member_string(struct text *out, const char *name, const char *value) {
    text_add_string(out, ",\"");
    text_add_string(out, name);
    text_add_string(out, "\":\"");
    text_add_string(out, value);
    text_add_char(out, '"');
}

static void write_member_px(struct text *out, const char *name, const struct vsim_listing *listing,
                            struct px price) {
    text_add_string(out, ",\"");
    text_add_string(out, name);
    text_add_string(out, "\":");
    write_px(out, listing, price);
}

static void write_member_qty(struct text *out, const char *name, const struct vsim_listing *listing,
                             struct qty size) {
    text_add_string(out, ",\"");
    text_add_string(out, name);
    text_add_string(out, "\":");
    write_qty(out, listing, size);
}

static void write_member_rate(struct text *out, const char *name, struct rate value) {
    text_add_string(out, ",\"");
    text_add_string(out, name);
    text_add_string(out, "\":\"");
    decimal_print(out, value.v, RATE_DIGITS, 8, 8);
    text_add_char(out, '"');
}

static void encode_book_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                               const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    wrap(channel, listing, out);
    text_add_string(out, "{\"e\":\"bookTicker\"");
    write_member_int(out, "u", (int64_t)listing->quote_id);
    write_member_string(out, "s", listing->rules.native);
    write_member_px(out, "b", listing, listing->bid);
    write_member_qty(out, "B", listing, listing->bid_size);
    write_member_px(out, "a", listing, listing->ask);
    write_member_qty(out, "A", listing, listing->ask_size);
    write_member_int(out, "T", listing->quote_ns / NS_PER_MS);
    write_member_int(out, "E", listing->quote_ns / NS_PER_MS);
    text_add_string(out, "}}");
}

static void encode_depth(const struct vsim_channel *channel, const struct vsim_world *world,
                         const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    bool top = whole && channel->topic == VSIM_BOOK_WHOLE;
    wrap(channel, listing, out);
    text_add_string(out, "{\"e\":\"depthUpdate\"");
    write_member_int(out, "E", listing->book_ns / NS_PER_MS);
    write_member_int(out, "T", listing->book_ns / NS_PER_MS);
    write_member_string(out, "s", listing->rules.native);
    write_member_int(out, "U", (int64_t)listing->book_previous + 1);
    write_member_int(out, "u", (int64_t)listing->book_id);
    write_member_int(out, "pu", (int64_t)listing->book_previous);
    text_add_string(out, ",\"b\":");
    write_levels(out, listing, top ? listing->bids : listing->changed_bids,
                 top ? listing->bid_count : listing->changed_bid_count,
                 top ? channel->levels : UINT32_MAX);
    text_add_string(out, ",\"a\":");
    write_levels(out, listing, top ? listing->asks : listing->changed_asks,
                 top ? listing->ask_count : listing->changed_ask_count,
                 top ? channel->levels : UINT32_MAX);
    text_add_string(out, "}}");
}

static void encode_mark_price(const struct vsim_channel *channel, const struct vsim_world *world,
                              const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    wrap(channel, listing, out);
    text_add_string(out, "{\"e\":\"markPriceUpdate\"");
    write_member_int(out, "E", world->now_ns / NS_PER_MS);
    write_member_string(out, "s", listing->rules.native);
    write_member_px(out, "p", listing, listing->mark);
    write_member_px(out, "ap", listing, listing->mark);
    write_member_px(out, "i", listing, listing->index);
    write_member_px(out, "P", listing, listing->index);
    write_member_rate(out, "r", listing->funding);
    write_member_int(out, "T", listing->next_settlement_ns / NS_PER_MS);
    write_member_int(out, "st", 1);
    text_add_string(out, "}}");
}

// Deltas that are made here come every 100 ms, whatever the stream's name promises.
static const struct vsim_channel channels[] = {
    {"bookTicker", VSIM_BBO, 0, false, false, 0, ROUTE_PUBLIC, encode_book_ticker},
    {"depth@0ms", VSIM_BOOK_DELTA, 0, false, false, 0, ROUTE_PUBLIC, encode_depth},
    {"depth@100ms", VSIM_BOOK_DELTA, 0, false, false, 0, ROUTE_PUBLIC, encode_depth},
    {"depth5@100ms", VSIM_BOOK_WHOLE, 100, false, false, 5, ROUTE_PUBLIC, encode_depth},
    {"depth10@100ms", VSIM_BOOK_WHOLE, 100, false, false, 10, ROUTE_PUBLIC, encode_depth},
    {"depth20@100ms", VSIM_BOOK_WHOLE, 100, false, false, 20, ROUTE_PUBLIC, encode_depth},
    {"trade", VSIM_RECORDED, 0, false, false, 0, ROUTE_PUBLIC, NULL},
    {"markPrice", VSIM_FUNDING, 3000, true, false, 0, ROUTE_MARKET, encode_mark_price},
    {"markPrice@1s", VSIM_FUNDING, 1000, true, false, 0, ROUTE_MARKET, encode_mark_price},
};

// "btcusdt@depth@0ms" to listing and channel; -1 in either when unknown.
static void find_stream(const struct vsim_world *world, struct slice stream, int *listing,
                        int *channel) {
    *listing = *channel = -1;
    struct slice rest = stream;
    struct slice name = vsim_cut(&rest, '@');
    char native[NATIVE_NAME_MAX];
    if (name.size >= sizeof(native)) {
        return;
    }
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (c >= 'A' && c <= 'Z') {
            return; // stream names are lower case
        }
        native[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    const struct vsim_listing *found = vsim_find(world, (struct slice){native, name.size});
    *listing = found == NULL ? -1 : (int)(found - world->listings);
    *channel = vsim_channel_find(world->venue, rest);
}

static bool on_route(const struct vsim_session *session, uint32_t channel) {
    enum route route = (session->mode & MODE_MARKET) != 0 ? ROUTE_MARKET : ROUTE_PUBLIC;
    return session->world->venue->channels[channel].route == route;
}

static void set_stream(struct vsim_session *session, struct slice stream, bool on) {
    int listing = -1, channel = -1;
    find_stream(session->world, stream, &listing, &channel);
    if (listing < 0 || channel < 0 || !on_route(session, (uint32_t)channel)) {
        return;
    }
    if (!on) {
        (void)vsim_unsubscribe(session, (uint32_t)listing, (uint32_t)channel);
    } else if (session->subscribed < STREAMS_MAX &&
               !vsim_subscribed(session, (uint32_t)listing, (uint32_t)channel)) {
        (void)vsim_subscribe(session, (uint32_t)listing, (uint32_t)channel);
    }
}

static bool binance_open(struct vsim_session *session, struct slice target) {
    struct slice query = target;
    struct slice path = vsim_cut(&query, '?');
    static const struct {
        const char *prefix;
        uint32_t mode;
    } routes[] = {{"/public", 0}, {"/market", MODE_MARKET}, {"", 0}};
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        struct slice prefix = slice_of(routes[i].prefix);
        if (!slice_starts(path, prefix)) {
            continue;
        }
        struct slice rest = {path.data + prefix.size, path.size - prefix.size};
        session->mode = routes[i].mode;
        if (slice_equals(rest, SLICE("/ws"))) {
            return true;
        }
        if (slice_starts(rest, SLICE("/ws/"))) {
            set_stream(session, (struct slice){rest.data + 4, rest.size - 4}, true);
            return true;
        }
        if (slice_equals(rest, SLICE("/stream"))) {
            session->mode |= MODE_COMBINED;
            struct slice streams;
            if (vsim_query(query, "streams", &streams)) {
                while (streams.size > 0) {
                    set_stream(session, vsim_cut(&streams, '/'), true);
                }
            }
            return true;
        }
    }
    return false;
}

static void refuse(struct vsim_session *session, int code, const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"code\":%d,\"msg\":\"%s\"}", code, text);
    vsim_session_send(session);
}

struct command {
    struct slice method, id; // id as it stood, quotes included
    bool has_params;
};

static bool read_command(struct slice message, struct command *command, struct json *params) {
    *command = (struct command){.id = SLICE("null")};
    struct json r;
    struct slice key;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("method")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &command->method);
        } else if (slice_equals(key, SLICE("id"))) {
            enum json_kind kind = json_peek(&r);
            const char *begin = r.at;
            json_skip(&r);
            if (kind == JSON_NUMBER || kind == JSON_STRING || kind == JSON_NULL) {
                command->id = (struct slice){begin, (size_t)(r.at - begin)};
            }
        } else {
            if (slice_equals(key, SLICE("params")) && json_peek(&r) == JSON_ARRAY) {
                const char *begin = r.at;
                json_skip(&r);
                json_init(params, (struct slice){begin, (size_t)(r.at - begin)});
                command->has_params = true;
            } else {
                json_skip(&r);
            }
        }
    }
    return json_end(&r);
}

static void list_subscriptions(struct vsim_session *session, struct text *out) {
    const struct vsim_world *world = session->world;
    text_add_char(out, '[');
    bool first = true;
    for (uint32_t l = 0; l < world->listing_count; l++) {
        for (uint32_t c = 0; c < world->venue->channel_count; c++) {
            if (!vsim_subscribed(session, l, c)) {
                continue;
            }
            text_add_string(out, first ? "\"" : ",\"");
            write_lower(out, world->listings[l].rules.native);
            text_add_format(out, "@%s\"", channels[c].name);
            first = false;
        }
    }
    text_add_char(out, ']');
}

static void binance_on_text(struct vsim_session *session, struct slice message) {
    struct command command;
    struct json params;
    if (!read_command(message, &command, &params)) {
        refuse(session, 3, "Invalid JSON: expected value at line 1 column 1");
        return;
    }
    bool subscribe = slice_equals(command.method, SLICE("SUBSCRIBE"));
    bool list = slice_equals(command.method, SLICE("LIST_SUBSCRIPTIONS"));
    if (!subscribe && !list && !slice_equals(command.method, SLICE("UNSUBSCRIBE"))) {
        refuse(session, 2,
               "Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
               "`LIST_SUBSCRIPTIONS`");
        return;
    }
    if (!list) {
        if (!command.has_params) {
            refuse(session, 2, "Invalid request: missing field `params`");
            return;
        }
        struct slice stream;
        json_array_begin(&params);
        while (json_array_next(&params)) {
            if (!json_string(&params, &stream)) {
                refuse(session, 2, "Invalid request: invalid type, expected a string");
                return;
            }
            set_stream(session, stream, subscribe);
        }
    }
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, "{\"result\":");
    if (list) {
        list_subscriptions(session, out);
    } else {
        text_add_string(out, "null");
    }
    text_add_string(out, ",\"id\":");
    text_add(out, command.id);
    text_add_char(out, '}');
    vsim_session_send(session);
}

static uint32_t fail(struct text *body, int code, const char *text) {
    text_add_format(body, "{\"code\":%d,\"msg\":\"%s\"}", code, text);
    return code == -1121 || code == -1102 ? 400 : 404;
}

static uint32_t answer_time(const struct vsim_world *world, const struct vsim_listing *listing,
                            struct slice query, struct text *body) {
    (void)listing;
    (void)query;
    text_add_string(body, "{\"serverTime\":");
    vsim_write_ms(body, world->now_ns);
    text_add_char(body, '}');
    return 200;
}

static uint32_t answer_ping(const struct vsim_world *world, const struct vsim_listing *listing,
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
    write_px(out, listing, rules->tick);
    text_add_string(out, ",\"maxPrice\":\"4529764\",\"tickSize\":");
    write_px(out, listing, rules->tick);
    text_add_string(out, "},");
    static const char *const lots[] = {"LOT_SIZE", "MARKET_LOT_SIZE"};
    for (size_t i = 0; i < COUNT_OF(lots); i++) {
        text_add_format(out, "{\"filterType\":\"%s\",\"stepSize\":", lots[i]);
        write_qty(out, listing, rules->step);
        text_add_string(out, ",\"minQty\":");
        write_qty(out, listing, rules->size_min);
        text_add_string(out, ",\"maxQty\":");
        write_qty(out, listing, rules->size_max);
        text_add_string(out, "},");
    }
    text_add_string(out, "{\"filterType\":\"MAX_NUM_ORDERS\",\"limit\":200},"
                         "{\"filterType\":\"MIN_NOTIONAL\",\"notional\":\"");
    usd_print(out, rules->notional_min, 0, USD_DIGITS);
    text_add_string(
        out, "\"},{\"filterType\":\"PERCENT_PRICE\",\"multiplierUp\":\"1.0500\",\"multiplierDown\":"
             "\"0.9500\",\"multiplierDecimal\":\"4\"}]");
}

static uint32_t answer_exchange_info(const struct vsim_world *world,
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

static uint32_t answer_depth(const struct vsim_world *world, const struct vsim_listing *listing,
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
    write_levels(body, listing, listing->bids, listing->bid_count, (uint32_t)limit);
    text_add_string(body, ",\"asks\":");
    write_levels(body, listing, listing->asks, listing->ask_count, (uint32_t)limit);
    text_add_char(body, '}');
    return 200;
}

static uint32_t answer_book_ticker(const struct vsim_world *world,
                                   const struct vsim_listing *listing, struct slice query,
                                   struct text *body) {
    (void)world;
    (void)query;
    text_add_format(body, "{\"lastUpdateId\":%llu", (unsigned long long)listing->quote_id);
    write_member_string(body, "symbol", listing->rules.native);
    write_member_px(body, "bidPrice", listing, listing->bid);
    write_member_qty(body, "bidQty", listing, listing->bid_size);
    write_member_px(body, "askPrice", listing, listing->ask);
    write_member_qty(body, "askQty", listing, listing->ask_size);
    write_member_int(body, "time", listing->quote_ns / NS_PER_MS);
    text_add_char(body, '}');
    return 200;
}

static uint32_t answer_premium_index(const struct vsim_world *world,
                                     const struct vsim_listing *listing, struct slice query,
                                     struct text *body) {
    (void)query;
    text_add_format(body, "{\"symbol\":\"%s\"", listing->rules.native);
    write_member_px(body, "markPrice", listing, listing->mark);
    write_member_px(body, "indexPrice", listing, listing->index);
    write_member_px(body, "estimatedSettlePrice", listing, listing->index);
    write_member_rate(body, "lastFundingRate", listing->funding);
    write_member_string(body, "interestRate", "0.00010000");
    write_member_int(body, "nextFundingTime", listing->next_settlement_ns / NS_PER_MS);
    write_member_int(body, "time", world->now_ns / NS_PER_MS);
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

// How a call takes its `symbol`: not at all, must have one, or answers a list without it.
enum symbol_use { SYMBOL_NONE, SYMBOL_NEEDED, SYMBOL_OR_ALL };

static const struct {
    const char *path;
    enum symbol_use symbol;
    uint32_t (*answer)(const struct vsim_world *world, const struct vsim_listing *listing,
                       struct slice query, struct text *body);
} calls[] = {
    {"/fapi/v1/ping", SYMBOL_NONE, answer_ping},
    {"/fapi/v1/time", SYMBOL_NONE, answer_time},
    {"/fapi/v1/exchangeInfo", SYMBOL_NONE, answer_exchange_info},
    {"/fapi/v1/depth", SYMBOL_NEEDED, answer_depth},
    {"/fapi/v1/ticker/bookTicker", SYMBOL_OR_ALL, answer_book_ticker},
    {"/fapi/v1/premiumIndex", SYMBOL_OR_ALL, answer_premium_index},
    {"/fapi/v1/fundingInfo", SYMBOL_NONE, answer_funding_info},
};

static uint32_t binance_answer(const struct vsim_world *world, const struct vsim_request *request,
                               struct text *body) {
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (!slice_equals(request->path, slice_of(calls[i].path)) ||
            !slice_equals(request->method, SLICE("GET"))) {
            continue;
        }
        struct slice native;
        if (calls[i].symbol == SYMBOL_NONE) {
            return calls[i].answer(world, NULL, request->query, body);
        }
        if (vsim_query(request->query, "symbol", &native)) {
            const struct vsim_listing *listing = vsim_find(world, native);
            return listing == NULL ? fail(body, -1121, "Invalid symbol.")
                                   : calls[i].answer(world, listing, request->query, body);
        }
        if (calls[i].symbol == SYMBOL_NEEDED) {
            return fail(body, -1102,
                        "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        }
        text_add_char(body, '[');
        for (uint32_t l = 0; l < world->listing_count; l++) {
            text_add_string(body, l == 0 ? "" : ",");
            (void)calls[i].answer(world, &world->listings[l], request->query, body);
        }
        text_add_char(body, ']');
        return 200;
    }
    return fail(body, -5000, "Path is invalid.");
}

static void binance_rules(const struct symbol *symbol, const struct listing *seen,
                          struct listing *out) {
    static const struct {
        const char *base;
        int64_t tick, step, notional;
    } known[] = {
        {"BTC", PX_ONE / 10, QTY_ONE / 1000, 100},
        {"ETH", PX_ONE / 100, QTY_ONE / 1000, 20},
        {"SOL", PX_ONE / 1000, QTY_ONE, 5},
    };
    *out = *seen;
    out->contract = (struct qty){QTY_ONE};
    out->notional_min = USD(5);
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        // Data finer than today's rules is shown as it is.
        if (strcmp(known[i].base, symbol->base) == 0 && seen->tick.v % known[i].tick == 0 &&
            seen->step.v % known[i].step == 0) {
            out->tick.v = known[i].tick;
            out->step.v = known[i].step;
            out->notional_min = USD(known[i].notional);
        }
    }
    out->size_min = out->step;
    out->size_max =
        (struct qty){1000 * out->step.v > 1000 * QTY_ONE ? 1000 * out->step.v : 1000 * QTY_ONE};
    struct text name = TEXT_OVER(out->native);
    text_add_format(&name, "%sUSDT", symbol->base);
}

// {"stream":"btcusdt@depth@0ms","data":{…}}
static int recorded_channel(struct slice frame) {
    struct slice prefix = SLICE("{\"stream\":\"");
    if (!slice_starts(frame, prefix)) {
        return -1;
    }
    struct slice rest = {frame.data + prefix.size, frame.size - prefix.size};
    struct slice stream = vsim_cut(&rest, '"');
    (void)vsim_cut(&stream, '@');
    return vsim_channel_find(&binance_sim, stream);
}

static struct slice inside(struct slice frame) {
    static const char mark[] = "\",\"data\":";
    const char *at = memmem(frame.data, frame.size, mark, sizeof(mark) - 1);
    if (at == NULL) {
        return frame;
    }
    const char *begin = at + sizeof(mark) - 1;
    return (struct slice){begin, (size_t)(frame.data + frame.size - 1 - begin)};
}

static struct slice binance_shape(const struct vsim_session *session, struct slice message) {
    return (session->mode & MODE_COMBINED) != 0 ? message : inside(message);
}

const struct venue_sim binance_sim = {
    .name = "binance",
    .book_levels = DEPTH_MAX,
    .book_period_ms = 100,
    .funding_interval_ns = 8 * 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = binance_rules,
    .open = binance_open,
    .on_text = binance_on_text,
    .answer = binance_answer,
    .recorded_channel = recorded_channel,
    .shape = binance_shape,
};
