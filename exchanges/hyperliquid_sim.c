// Hyperliquid as its server speaks: the WebSocket (bbo, l2Book snapshots, activeAssetCtx)
// and POST /info. Every message is {"channel":…,"data":…}; a book is always a whole one, 20 levels
// a side.
//
// Prices carry at most five significant digits and at most 6 - szDecimals decimals; an integer is
// always allowed.
#include "exchanges/hyperliquid_sim.h"

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/venue_sim.h"
#include "exchanges/vsim_read.h"

enum { LEVELS = 20, PRICE_DECIMALS = 6, TEXT_SHOWN_MAX = 256 };

static void write_px(struct text *out, struct px price) {
    text_add_char(out, '"');
    px_print(out, price, 1, PRICE_DECIMALS);
    text_add_char(out, '"');
}

static void write_qty(struct text *out, struct qty size) {
    text_add_char(out, '"');
    qty_print(out, size, 1, QTY_DIGITS);
    text_add_char(out, '"');
}

static void write_level(struct text *out, struct level level) {
    if (level.price.v <= 0) {
        text_add_string(out, "null");
        return;
    }
    text_add_string(out, "{\"px\":");
    write_px(out, level.price);
    text_add_string(out, ",\"sz\":");
    write_qty(out, level.size);
    text_add_string(out, ",\"n\":1}");
}

static void write_side(struct text *out, const struct level *levels, uint32_t count) {
    text_add_char(out, '[');
    for (uint32_t i = 0; i < count && i < LEVELS; i++) {
        text_add_string(out, i == 0 ? "" : ",");
        write_level(out, levels[i]);
    }
    text_add_char(out, ']');
}

static void begin_push(const struct vsim_channel *channel, const struct vsim_listing *listing,
                       struct text *out) {
    text_add_format(out, "{\"channel\":\"%s\",\"data\":{\"coin\":\"%s\"", channel->name,
                    listing->rules.native);
}

static void encode_bbo(const struct vsim_channel *channel, const struct vsim_world *world,
                       const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, out);
    text_add_string(out, ",\"time\":");
    vsim_write_ms(out, listing->quote_ns);
    text_add_string(out, ",\"bbo\":[");
    write_level(out, (struct level){listing->bid, listing->bid_size});
    text_add_char(out, ',');
    write_level(out, (struct level){listing->ask, listing->ask_size});
    text_add_string(out, "]}}");
}

static void write_book(const struct vsim_listing *listing, int64_t block_ns, struct text *out) {
    text_add_string(out, ",\"time\":");
    vsim_write_ms(out, block_ns);
    text_add_string(out, ",\"levels\":[");
    write_side(out, listing->bids, listing->bid_count);
    text_add_char(out, ',');
    write_side(out, listing->asks, listing->ask_count);
    text_add_string(out, "]}");
}

// A book is stamped with its block: now, changed or not.
static void encode_book(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel, listing, out);
    write_book(listing, world->now_ns, out);
    text_add_char(out, '}');
}

static void write_context(const struct vsim_listing *listing, struct text *out) {
    text_add_string(out, "{\"funding\":\"");
    decimal_print(out, listing->funding.v, RATE_DIGITS, 1, 10);
    text_add_string(out, "\",\"openInterest\":\"0.0\",\"prevDayPx\":");
    write_px(out, listing->index);
    text_add_string(out,
                    ",\"dayNtlVlm\":\"0.0\",\"dayBaseVlm\":\"0.0\",\"premium\":null,\"oraclePx\":");
    write_px(out, listing->index);
    text_add_string(out, ",\"markPx\":");
    write_px(out, listing->mark);
    text_add_string(out, ",\"midPx\":");
    write_px(out, listing->mark);
    text_add_string(out, ",\"impactPxs\":null}");
}

static void encode_context(const struct vsim_channel *channel, const struct vsim_world *world,
                           const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, out);
    text_add_string(out, ",\"ctx\":");
    write_context(listing, out);
    text_add_string(out, "}}");
}

static const struct vsim_channel channels[] = {
    {"bbo", VSIM_BBO, 0, false, false, 0, 0, encode_bbo},
    {"l2Book", VSIM_BOOK_WHOLE, 500, true, false, LEVELS, 0, encode_book},
    {"activeAssetCtx", VSIM_FUNDING, 1000, true, false, 0, 0, encode_context},
};

static bool hyperliquid_open(struct vsim_session *session, struct slice target) {
    (void)session;
    struct slice path = vsim_cut(&target, '?');
    return slice_equals(path, SLICE("/ws"));
}

// The venue quotes what it did not like as a JSON string within its own.
static void refuse(struct vsim_session *session, const char *what, struct slice said) {
    char text[TEXT_SHOWN_MAX + 64];
    struct text message = TEXT_OVER(text);
    text_add_string(&message, what);
    text_add(&message,
             (struct slice){said.data, said.size < TEXT_SHOWN_MAX ? said.size : TEXT_SHOWN_MAX});
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, "{\"channel\":\"error\",\"data\":");
    json_write_string(out, text_slice(&message));
    text_add_char(out, '}');
    vsim_session_send(session);
}

struct request {
    struct slice method, subscription; // subscription: the object as it stood
    struct slice type, coin;           // of the subscription
};

static bool read_members(struct json *r, struct slice *type, struct slice *coin) {
    const struct vsim_string wanted[] = {{"type", type}, {"coin", coin}};
    *type = *coin = (struct slice){"", 0};
    return vsim_read_strings(r, wanted, COUNT_OF(wanted));
}

static bool read_request(struct slice message, struct request *request) {
    *request = (struct request){.method = {"", 0}};
    struct json r;
    struct slice key;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("method"))) {
            json_string(&r, &request->method);
        } else if (slice_equals(key, SLICE("subscription"))) {
            (void)json_peek(&r);
            const char *begin = r.at;
            read_members(&r, &request->type, &request->coin);
            request->subscription = (struct slice){begin, (size_t)(r.at - begin)};
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

static void acknowledge(struct vsim_session *session, const struct request *request) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"");
    text_add(out, request->method);
    text_add_string(out, "\",\"subscription\":{\"type\":\"");
    text_add(out, request->type);
    text_add_string(out, "\",\"coin\":\"");
    text_add(out, request->coin);
    text_add_string(out, slice_equals(request->type, SLICE("l2Book"))
                             ? "\",\"nSigFigs\":null,\"mantissa\":null}}}"
                             : "\"}}}");
    vsim_session_send(session);
}

static void hyperliquid_on_text(struct vsim_session *session, struct slice message) {
    struct request request;
    const struct vsim_world *world = session->world;
    if (!read_request(message, &request)) {
        refuse(session, "Error parsing JSON into valid websocket request: ", message);
        return;
    }
    if (slice_equals(request.method, SLICE("ping"))) {
        vsim_session_say(session, SLICE("{\"channel\":\"pong\"}"));
        return;
    }
    bool on = slice_equals(request.method, SLICE("subscribe"));
    if ((!on && !slice_equals(request.method, SLICE("unsubscribe"))) ||
        request.subscription.size == 0) {
        refuse(session, "Error parsing JSON into valid websocket request: ", message);
        return;
    }
    int channel = vsim_channel_find(world->venue, request.type);
    const struct vsim_listing *listing = vsim_find(world, request.coin);
    if (channel < 0 || listing == NULL) {
        refuse(session, "Invalid subscription ", request.subscription);
        return;
    }
    uint32_t index = (uint32_t)(listing - world->listings);
    if (on == vsim_subscribed(session, index, (uint32_t)channel)) {
        refuse(session,
               on ? "Already subscribed: " : "Already unsubscribed: ", request.subscription);
        return;
    }
    if (!vsim_set_subscription(session, index, (uint32_t)channel, on)) {
        refuse(session, "Too many subscriptions: ", request.subscription); // its text is not known
        return;
    }
    acknowledge(session, &request);
}

static void answer_meta(const struct vsim_world *world, struct slice coin, struct text *body) {
    (void)coin;
    text_add_string(body, "{\"universe\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct listing *rules = &world->listings[i].rules;
        text_add_format(
            body, "%s{\"name\":\"%s\",\"szDecimals\":%d,\"maxLeverage\":50,\"marginTableId\":50}",
            i == 0 ? "" : ",", rules->native, qty_step_digits(rules->step));
    }
    text_add_string(
        body,
        "],\"marginTables\":[[50,{\"description\":\"\",\"marginTiers\":[{\"lowerBound\":\"0.0\","
        "\"maxLeverage\":50}]}]],\"collateralToken\":0}");
}

static void answer_meta_and_contexts(const struct vsim_world *world, struct slice coin,
                                     struct text *body) {
    text_add_char(body, '[');
    answer_meta(world, coin, body);
    text_add_string(body, ",[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        text_add_string(body, i == 0 ? "" : ",");
        write_context(&world->listings[i], body);
    }
    text_add_string(body, "]]");
}

static void answer_mids(const struct vsim_world *world, struct slice coin, struct text *body) {
    (void)coin;
    text_add_char(body, '{');
    bool first = true;
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *listing = &world->listings[i];
        if (listing->bid.v > 0 && listing->ask.v > 0) {
            text_add_format(body, "%s\"%s\":", first ? "" : ",", listing->rules.native);
            write_px(body, px_mid_floor(listing->bid, listing->ask));
            first = false;
        }
    }
    text_add_char(body, '}');
}

// An answer is of one block, its best prices too. Recorded books come slower than best prices: one
// that these have left behind is of the block it came with.
static int64_t newest_block(const struct vsim_world *world, const struct vsim_listing *listing) {
    bool behind =
        listing->quote_ns > listing->book_ns && listing->bid_count > 0 && listing->ask_count > 0 &&
        (listing->bids[0].price.v != listing->bid.v || listing->asks[0].price.v != listing->ask.v ||
         listing->bids[0].size.v != listing->bid_size.v ||
         listing->asks[0].size.v != listing->ask_size.v);
    return behind ? listing->book_ns : world->now_ns;
}

static void answer_book(const struct vsim_world *world, struct slice coin, struct text *body) {
    const struct vsim_listing *listing = vsim_find(world, coin);
    if (listing == NULL) {
        text_add_string(body, "null");
        return;
    }
    text_add_format(body, "{\"coin\":\"%s\"", listing->rules.native);
    write_book(listing, newest_block(world, listing), body);
}

static void answer_status(const struct vsim_world *world, struct slice coin, struct text *body) {
    (void)coin;
    text_add_string(body, "{\"time\":");
    vsim_write_ms(body, world->now_ns);
    text_add_string(body, ",\"specialStatuses\":null}");
}

static void answer_fundings(const struct vsim_world *world, struct slice coin, struct text *body) {
    (void)coin;
    text_add_char(body, '[');
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *listing = &world->listings[i];
        text_add_format(body, "%s[\"%s\",[[\"HlPerp\",{\"fundingRate\":\"", i == 0 ? "" : ",",
                        listing->rules.native);
        decimal_print(body, listing->funding.v, RATE_DIGITS, 1, 10);
        text_add_string(body, "\",\"nextFundingTime\":");
        vsim_write_ms(body, listing->next_settlement_ns);
        text_add_string(body, ",\"fundingIntervalHours\":1}]]]");
    }
    text_add_char(body, ']');
}

static const struct {
    const char *type;
    void (*answer)(const struct vsim_world *world, struct slice coin, struct text *body);
    uint32_t weight;
} infos[] = {
    {"meta", answer_meta, 20},
    {"metaAndAssetCtxs", answer_meta_and_contexts, 20},
    {"allMids", answer_mids, 2},
    {"l2Book", answer_book, 2},
    {"exchangeStatus", answer_status, 2},
    {"predictedFundings", answer_fundings, 20},
};

// Index of the info that a body asks for; COUNT_OF(infos): none.
static size_t find_info(struct slice body, struct slice *coin) {
    struct json r;
    struct slice type;
    size_t i = 0;
    if (body.size == 0) { // a GET has none, not even an empty one
        return COUNT_OF(infos);
    }
    json_init(&r, body);
    if (!read_members(&r, &type, coin) || !json_end(&r)) {
        return COUNT_OF(infos);
    }
    while (i < COUNT_OF(infos) && !slice_equals(type, slice_of(infos[i].type))) {
        i++;
    }
    return i;
}

static struct vsim_charge hyperliquid_charge(const struct vsim_request *request) {
    struct slice coin;
    if (slice_equals(request->path, SLICE("/exchange"))) {
        return (struct vsim_charge){0, 1}; // one order or cancel a call
    }
    struct slice type = hyperliquid_sim_type(request->body);
    if (slice_equals(type, SLICE("clearinghouseState")) ||
        slice_equals(type, SLICE("orderStatus"))) {
        return (struct vsim_charge){0, 2};
    }
    size_t info = find_info(request->body, &coin);
    return (struct vsim_charge){0, info < COUNT_OF(infos) ? infos[info].weight : 20};
}

// What a body says of a spent weight is not documented.
static void hyperliquid_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                               struct vsim_reply *reply) {
    (void)world;
    text_add_string(&reply->body, refusal->why == VSIM_NO_STREAM ? "\"Not Found\"" : "null");
}

static uint32_t hyperliquid_answer(const struct vsim_world *world,
                                   const struct vsim_request *request, struct text *body) {
    if (!slice_equals(request->path, SLICE("/info"))) {
        text_add_string(body, "\"Not Found\"");
        return 404;
    }
    if (!slice_equals(request->method, SLICE("POST"))) {
        text_add_string(body, "\"Method Not Allowed\"");
        return 405;
    }
    struct slice coin;
    size_t info = find_info(request->body, &coin);
    if (info < COUNT_OF(infos)) {
        infos[info].answer(world, coin, body);
        return 200;
    }
    text_add_string(body, "\"Failed to deserialize the JSON body into the target type\"");
    return 422;
}

static void hyperliquid_rules(const struct symbol *symbol, const struct listing *seen,
                              struct listing *out) {
    static const struct {
        const char *base;
        int digits;
    } known[] = {{"BTC", 5}, {"ETH", 4}, {"SOL", 2}};
    *out = *seen;
    int digits = qty_step_digits(seen->step);
    digits = digits < 5 ? digits : 5;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i].base, symbol->base) == 0) {
            digits = known[i].digits;
        }
    }
    out->step.v = QTY_ONE;
    for (int i = 0; i < digits; i++) {
        out->step.v /= 10;
    }
    out->tick.v = PX_ONE;
    for (int i = 0; i < PRICE_DECIMALS - digits; i++) {
        out->tick.v /= 10;
    }
    out->significant_max = 5;
    out->contract = (struct qty){QTY_ONE};
    out->size_min = out->step;
    out->size_max = (struct qty){0};
    out->notional_min = USD(10);
    (void)string_copy(out->native, sizeof(out->native), slice_of(symbol->base));
}

const struct venue_sim hyperliquid_sim = {
    .name = "hyperliquid",
    .book_levels = LEVELS,
    .book_period_ms = 500,
    .funding_interval_ns = 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = hyperliquid_rules,
    .open = hyperliquid_open,
    .on_text = hyperliquid_on_text,
    .answer = hyperliquid_answer,
    // Sheet 3 (heartbeat / limits: the newer of the two texts), 4 and 7.
    .limits = {.calls = {{1200, 60 * 1000}},
               .connects = {{30, 60 * 1000}},
               .connections = 10,
               .subscriptions_in_all = 1000,
               .messages_in_all = {2000, 60 * 1000},
               .unsent_s = 60},
    .charge = hyperliquid_charge,
    .refuse = hyperliquid_refuse,
    .private_side = &hyperliquid_sim_private,
};
