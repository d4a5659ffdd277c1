// OKX v5 as its server speaks: the public WebSocket (books with its seqId chain, bbo-tbt, tickers,
// mark-price, funding-rate …) and the public REST calls. Every number is a JSON string but seqId
// and prevSeqId; sizes are in contracts.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/venue_sim.h"
#include "exchanges/vsim_read.h"

enum { LEVELS_MAX = 400, ECHO_MAX = 64 };

static void write_px(struct text *out, const struct vsim_listing *listing, struct px price) {
    text_add_char(out, '"');
    px_print(out, price, 0, px_tick_digits(listing->rules.tick));
    text_add_char(out, '"');
}

static void write_contracts(struct text *out, const struct vsim_listing *listing, struct qty size) {
    text_add_char(out, '"');
    qty_print(out, (struct qty){mul_div_near(size.v, QTY_ONE, listing->rules.contract.v)}, 0,
              QTY_DIGITS);
    text_add_char(out, '"');
}

static void write_level(struct text *out, const struct vsim_listing *listing, struct level level) {
    text_add_char(out, '[');
    write_px(out, listing, level.price);
    text_add_char(out, ',');
    write_contracts(out, listing, level.size);
    text_add_string(out, level.size.v == 0 ? ",\"0\",\"0\"]" : ",\"0\",\"1\"]");
}

static void write_levels(struct text *out, const struct vsim_listing *listing, const char *name,
                         const struct level *levels, uint32_t count, uint32_t most) {
    text_add_format(out, "\"%s\":[", name);
    for (uint32_t i = 0; i < count && i < most; i++) {
        text_add_string(out, i == 0 ? "" : ",");
        write_level(out, listing, levels[i]);
    }
    text_add_char(out, ']');
}

static void write_member(struct text *out, const char *name, const char *value) {
    text_add_format(out, "\"%s\":\"%s\",", name, value);
}

static void write_member_px(struct text *out, const char *name, const struct vsim_listing *listing,
                            struct px price) {
    text_add_format(out, "\"%s\":", name);
    write_px(out, listing, price);
    text_add_char(out, ',');
}

static void write_member_contracts(struct text *out, const char *name,
                                   const struct vsim_listing *listing, struct qty size) {
    text_add_format(out, "\"%s\":", name);
    write_contracts(out, listing, size);
    text_add_char(out, ',');
}

static void write_member_ms(struct text *out, const char *name, int64_t time_ns) {
    text_add_format(out, "\"%s\":\"", name);
    vsim_write_ms(out, time_ns);
    text_add_string(out, "\",");
}

// Ends a row of a list: every row ends with its time.
static void write_ts(struct text *out, int64_t time_ns) {
    text_add_string(out, "\"ts\":\"");
    vsim_write_ms(out, time_ns);
    text_add_char(out, '"');
}

static void begin_push(const struct vsim_channel *channel, const struct vsim_listing *listing,
                       const char *action, struct text *out) {
    text_add_format(out, "{\"arg\":{\"channel\":\"%s\",\"instId\":\"%s\"}", channel->name,
                    listing->rules.native);
    if (action != NULL) {
        text_add_format(out, ",\"action\":\"%s\"", action);
    }
    text_add_string(out, ",\"data\":[{");
}

static void encode_bbo(const struct vsim_channel *channel, const struct vsim_world *world,
                       const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, NULL, out);
    text_add_string(out, "\"asks\":[");
    write_level(out, listing, (struct level){listing->ask, listing->ask_size});
    text_add_string(out, "],\"bids\":[");
    write_level(out, listing, (struct level){listing->bid, listing->bid_size});
    text_add_string(out, "],");
    write_ts(out, listing->quote_ns);
    text_add_format(out, ",\"seqId\":%llu}]}", (unsigned long long)listing->quote_id);
}

static void encode_books(const struct vsim_channel *channel, const struct vsim_world *world,
                         const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    begin_push(channel, listing, whole ? "snapshot" : "update", out);
    write_levels(out, listing, "asks", whole ? listing->asks : listing->changed_asks,
                 whole ? listing->ask_count : listing->changed_ask_count, UINT32_MAX);
    text_add_char(out, ',');
    write_levels(out, listing, "bids", whole ? listing->bids : listing->changed_bids,
                 whole ? listing->bid_count : listing->changed_bid_count, UINT32_MAX);
    text_add_char(out, ',');
    write_ts(out, listing->book_ns);
    text_add_format(out, ",\"checksum\":0,\"seqId\":%llu,\"prevSeqId\":%lld}]}",
                    (unsigned long long)listing->book_id,
                    whole ? -1LL : (long long)listing->book_previous);
}

static void encode_books5(const struct vsim_channel *channel, const struct vsim_world *world,
                          const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, NULL, out);
    write_levels(out, listing, "asks", listing->asks, listing->ask_count, channel->levels);
    text_add_char(out, ',');
    write_levels(out, listing, "bids", listing->bids, listing->bid_count, channel->levels);
    text_add_char(out, ',');
    write_member(out, "instId", listing->rules.native);
    write_ts(out, listing->book_ns);
    text_add_format(out, ",\"seqId\":%llu}]}", (unsigned long long)listing->book_id);
}

static void write_ticker(const struct vsim_listing *listing, struct text *out) {
    write_member(out, "instType", "SWAP");
    write_member(out, "instId", listing->rules.native);
    write_member_px(out, "askPx", listing, listing->ask);
    write_member_contracts(out, "askSz", listing, listing->ask_size);
    write_member_px(out, "bidPx", listing, listing->bid);
    write_member_contracts(out, "bidSz", listing, listing->bid_size);
    write_ts(out, listing->quote_ns);
}

static void write_mark(const struct vsim_world *world, const struct vsim_listing *listing,
                       struct text *out) {
    write_member(out, "instType", "SWAP");
    write_member(out, "instId", listing->rules.native);
    write_member_px(out, "markPx", listing, listing->mark);
    write_ts(out, world->now_ns);
}

static void write_funding(const struct vsim_world *world, const struct vsim_listing *listing,
                          struct text *out) {
    write_member(out, "instType", "SWAP");
    write_member(out, "instId", listing->rules.native);
    text_add_string(out, "\"fundingRate\":\"");
    decimal_print(out, listing->funding.v, RATE_DIGITS, 0, RATE_DIGITS);
    text_add_string(out, "\",");
    write_member_ms(out, "fundingTime", listing->next_settlement_ns);
    write_member(out, "nextFundingRate", "");
    write_member_ms(out, "nextFundingTime",
                    listing->next_settlement_ns + listing->funding_interval_ns);
    write_member(out, "method", "current_period");
    write_member(out, "formulaType", "withRate");
    write_member(out, "settState", "settled");
    write_ts(out, world->now_ns);
}

static void encode_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                          const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, NULL, out);
    write_ticker(listing, out);
    text_add_string(out, "}]}");
}

static void encode_mark(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel, listing, NULL, out);
    write_mark(world, listing, out);
    text_add_string(out, "}]}");
}

static void encode_funding(const struct vsim_channel *channel, const struct vsim_world *world,
                           const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel, listing, NULL, out);
    write_funding(world, listing, out);
    text_add_string(out, "}]}");
}

static const struct vsim_channel channels[] = {
    {"bbo-tbt", VSIM_BBO, 10, false, false, 1, 0, encode_bbo},
    {"books", VSIM_BOOK_DELTA, 0, false, true, 0, 0, encode_books},
    {"books5", VSIM_BOOK_WHOLE, 100, false, false, 5, 0, encode_books5},
    {"tickers", VSIM_BBO, 100, false, false, 1, 0, encode_ticker},
    {"mark-price", VSIM_FUNDING, 200, false, false, 0, 0, encode_mark},
    {"funding-rate", VSIM_FUNDING, 60000, true, false, 0, 0, encode_funding},
};

static bool okx_open(struct vsim_session *session, struct slice target) {
    (void)session;
    struct slice path = vsim_cut(&target, '?');
    return slice_equals(path, SLICE("/ws/v5/public"));
}

static void write_conn_id(const struct vsim_session *session, struct text *out) {
    text_add_format(out, ",\"connId\":\"%08x\"}", session->number);
}

static void refuse(struct vsim_session *session, const char *code, const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"event\":\"error\",\"code\":\"%s\",\"msg\":\"%s\"", code, text);
    write_conn_id(session, out);
    vsim_session_send(session);
}

// What the client said, escapes and all; cut in the middle it could break the string it goes into.
static struct slice echo(struct slice said) {
    return said.size <= ECHO_MAX ? said : SLICE("?");
}

static void change_subscription(struct vsim_session *session, bool on, struct slice name,
                                struct slice native) {
    const struct vsim_world *world = session->world;
    int channel = vsim_channel_find(world->venue, name);
    const struct vsim_listing *listing = vsim_find(world, native);
    struct text *out = &session->world->scratch;
    text_clear(out);
    if (channel < 0 || listing == NULL) {
        text_add_string(out,
                        "{\"event\":\"error\",\"code\":\"60018\",\"msg\":\"Wrong URL or channel:");
        text_add(out, echo(name));
        text_add_string(out, ",instId:");
        text_add(out, echo(native));
        text_add_string(
            out,
            " doesn't exist. Please use the correct URL, channel and parameters referring to API "
            "document.\"");
    } else {
        uint32_t index = (uint32_t)(listing - world->listings);
        (void)vsim_set_subscription(session, index, (uint32_t)channel, on);
        text_add_format(out, "{\"event\":\"%s\",\"arg\":{\"channel\":\"%s\",\"instId\":\"%s\"}",
                        on ? "subscribe" : "unsubscribe", channels[channel].name,
                        listing->rules.native);
    }
    write_conn_id(session, out);
    vsim_session_send(session);
}

static void okx_on_text(struct vsim_session *session, struct slice message) {
    if (slice_equals(message, SLICE("ping"))) {
        vsim_session_say(session, SLICE("pong"));
        return;
    }
    struct json r, args = {0};
    struct slice key, op = {"", 0};
    bool has_args = false;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("op"))) {
            json_string(&r, &op);
        } else if (slice_equals(key, SLICE("args")) && json_peek(&r) == JSON_ARRAY) {
            const char *begin = r.at;
            json_skip(&r);
            json_init(&args, (struct slice){begin, (size_t)(r.at - begin)});
            has_args = true;
        } else {
            json_skip(&r);
        }
    }
    bool on = slice_equals(op, SLICE("subscribe"));
    if (!json_end(&r) || !has_args || (!on && !slice_equals(op, SLICE("unsubscribe")))) {
        refuse(session, "60012", "Invalid request");
        return;
    }
    json_array_begin(&args);
    while (json_array_next(&args)) {
        struct slice name = {"", 0}, native = {"", 0};
        const struct vsim_string wanted[] = {{"channel", &name}, {"instId", &native}};
        if (!vsim_read_strings(&args, wanted, COUNT_OF(wanted))) {
            refuse(session, "60012", "Invalid request");
            return;
        }
        change_subscription(session, on, name, native);
    }
}

static void row_time(const struct vsim_world *world, const struct vsim_listing *listing,
                     struct slice query, struct text *body) {
    (void)listing;
    (void)query;
    write_ts(body, world->now_ns);
}

static void row_instrument(const struct vsim_world *world, const struct vsim_listing *listing,
                           struct slice query, struct text *body) {
    (void)world;
    (void)query;
    const struct listing *rules = &listing->rules;
    write_member(body, "instType", "SWAP");
    write_member(body, "instId", rules->native);
    text_add_format(
        body, "\"instFamily\":\"%s-USDT\",\"uly\":\"%s-USDT\",\"baseCcy\":\"\",\"quoteCcy\":\"\",",
        listing->symbol->base, listing->symbol->base);
    text_add_format(body, "\"instIdCode\":%u,", 10459 + 2 * (unsigned)(listing - world->listings));
    write_member(body, "settleCcy", "USDT");
    write_member(body, "ctType", "linear");
    text_add_string(body, "\"ctVal\":\"");
    qty_print(body, rules->contract, 0, QTY_DIGITS);
    text_add_format(body, "\",\"ctValCcy\":\"%s\",\"ctMult\":\"1\",", listing->symbol->base);
    write_member_px(body, "tickSz", listing, rules->tick);
    write_member_contracts(body, "lotSz", listing, rules->step);
    write_member_contracts(body, "minSz", listing, rules->size_min);
    text_add_string(
        body, "\"maxLmtSz\":\"100000000\",\"maxMktSz\":\"34000\",\"lever\":\"100\",\"alias\":\"\","
              "\"listTime\":\"1611916828000\",\"expTime\":\"\",\"state\":\"live\",\"ruleType\":"
              "\"normal\"");
}

static void row_books(const struct vsim_world *world, const struct vsim_listing *listing,
                      struct slice query, struct text *body) {
    (void)world;
    struct slice value;
    int64_t size = 1;
    if (vsim_query(query, "sz", &value) &&
        (!decimal_parse(value, 0, &size) || size < 1 || size > LEVELS_MAX)) {
        size = 1;
    }
    write_levels(body, listing, "asks", listing->asks, listing->ask_count, (uint32_t)size);
    text_add_char(body, ',');
    write_levels(body, listing, "bids", listing->bids, listing->bid_count, (uint32_t)size);
    text_add_char(body, ',');
    write_ts(body, listing->book_ns);
    text_add_format(body, ",\"seqId\":%llu", (unsigned long long)listing->book_id);
}

static void row_ticker(const struct vsim_world *world, const struct vsim_listing *listing,
                       struct slice query, struct text *body) {
    (void)world;
    (void)query;
    write_ticker(listing, body);
}

static void row_funding(const struct vsim_world *world, const struct vsim_listing *listing,
                        struct slice query, struct text *body) {
    (void)query;
    write_funding(world, listing, body);
}

static void row_mark(const struct vsim_world *world, const struct vsim_listing *listing,
                     struct slice query, struct text *body) {
    (void)query;
    write_mark(world, listing, body);
}

// Which listings a call tells of: none of them, the one of instId, or that one or all.
enum row_use { ROWS_NONE, ROWS_ONE, ROWS_ONE_OR_ALL };

static const struct {
    const char *path;
    enum row_use use;
    void (*row)(const struct vsim_world *world, const struct vsim_listing *listing,
                struct slice query, struct text *body);
} calls[] = {
    {"/api/v5/public/time", ROWS_NONE, row_time},
    {"/api/v5/public/instruments", ROWS_ONE_OR_ALL, row_instrument},
    {"/api/v5/market/books", ROWS_ONE, row_books},
    {"/api/v5/market/ticker", ROWS_ONE, row_ticker},
    {"/api/v5/market/tickers", ROWS_ONE_OR_ALL, row_ticker},
    {"/api/v5/public/funding-rate", ROWS_ONE, row_funding},
    {"/api/v5/public/mark-price", ROWS_ONE_OR_ALL, row_mark},
};

// Each call has its own rate, in the order of the calls; what is none of them has no rate.
static struct vsim_charge okx_charge(const struct vsim_request *request) {
    _Static_assert(COUNT_OF(calls) < VSIM_CALL_RATES_MAX, "one rate is left without limit");
    uint32_t i = 0;
    while (i < COUNT_OF(calls) && !slice_equals(request->path, slice_of(calls[i].path))) {
        i++;
    }
    return (struct vsim_charge){i, 1};
}

static uint32_t refuse_call(struct text *body, const char *code, const char *text, uint32_t http) {
    text_add_format(body, "{\"code\":\"%s\",\"msg\":\"%s\",\"data\":[]}", code, text);
    return http;
}

static uint32_t okx_answer(const struct vsim_world *world, const struct vsim_request *request,
                           struct text *body) {
    size_t i = 0;
    while (i < COUNT_OF(calls) && !slice_equals(request->path, slice_of(calls[i].path))) {
        i++;
    }
    if (i == COUNT_OF(calls)) {
        return refuse_call(body, "404", "Not Found", 404);
    }
    if (!slice_equals(request->method, SLICE("GET"))) {
        return refuse_call(body, "405", "Method Not Allowed", 405);
    }
    struct slice native = {"", 0};
    bool named = calls[i].use != ROWS_NONE && vsim_query(request->query, "instId", &native) &&
                 !slice_equals(native, SLICE("ANY"));
    const struct vsim_listing *only = named ? vsim_find(world, native) : NULL;
    if (named && only == NULL) {
        return refuse_call(body, "51001", "Instrument ID doesn't exist.", 200);
    }
    if (calls[i].use == ROWS_ONE && !named && native.size == 0) {
        return refuse_call(body, "50014", "Parameter instId can not be empty.", 400);
    }
    text_add_string(body, "{\"code\":\"0\",\"msg\":\"\",\"data\":[");
    uint32_t rows = calls[i].use == ROWS_NONE || named ? 1 : world->listing_count;
    for (uint32_t l = 0; l < rows; l++) {
        const struct vsim_listing *listing = calls[i].use == ROWS_NONE ? NULL
                                             : named                   ? only
                                                                       : &world->listings[l];
        text_add_string(body, l == 0 ? "{" : ",{");
        calls[i].row(world, listing, request->query, body);
        text_add_char(body, '}');
    }
    text_add_string(body, "]}");
    return 200;
}

static void okx_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                       struct vsim_reply *reply) {
    (void)world;
    if (refusal->why == VSIM_NO_STREAM) {
        (void)refuse_call(&reply->body, "404", "Not Found", reply->status);
    } else {
        (void)refuse_call(&reply->body, "50011", "Too Many Requests", reply->status);
    }
}

static void okx_refuse_message(struct vsim_session *session) {
    refuse(session, "60014", "Requests too frequent");
}

static void okx_rules(const struct symbol *symbol, const struct listing *seen,
                      struct listing *out) {
    static const struct {
        const char *base;
        int64_t tick, contract;
    } known[] = {
        {"BTC", PX_ONE / 10, QTY_ONE / 100},
        {"ETH", PX_ONE / 100, QTY_ONE / 10},
        {"SOL", PX_ONE / 100, QTY_ONE},
    };
    *out = *seen;
    out->contract = (struct qty){QTY_ONE};
    out->step = (struct qty){QTY_ONE / 100};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i].base, symbol->base) == 0) {
            out->tick.v = known[i].tick;
            out->contract.v = known[i].contract;
            out->step.v = known[i].contract / 100;
        }
    }
    out->size_min = out->step;
    out->size_max = (struct qty){0};
    out->notional_min = (struct usd){0};
    struct text name = TEXT_OVER(out->native);
    text_add_format(&name, "%s-USDT-SWAP", symbol->base);
}

const struct venue_sim okx_sim = {
    .name = "okx",
    .book_levels = LEVELS_MAX,
    .book_period_ms = 100,
    .funding_interval_ns = 8 * 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = okx_rules,
    .open = okx_open,
    .on_text = okx_on_text,
    .answer = okx_answer,
    // Sheet 3 (Heartbeat, Limits), 4 and 7.
    .limits = {.calls = {{10, 2000},  // time
                         {20, 2000},  // instruments
                         {40, 2000},  // books
                         {20, 2000},  // ticker
                         {20, 2000},  // tickers
                         {10, 2000},  // funding-rate: 10 to 20
                         {10, 2000}}, // mark-price
               .connects = {{3, 1000}},
               .messages = {480, 3600 * 1000},
               .free_message = "ping",
               .idle_s = 30},
    .charge = okx_charge,
    .refuse = okx_refuse,
    .refuse_message = okx_refuse_message,
    .private_side = &okx_sim_private,
};
