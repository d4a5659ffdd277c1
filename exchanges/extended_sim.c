// Extended as its server speaks: v1 streams, whose address is the subscription, the v2 RPC socket,
// and the public REST calls.
//
// A push is composed without its end: its number, which counts over the whole connection (v1 from
// 1, v2 from 0), is added for each session as it goes out. A market that does not exist is refused
// with the handshake on v1, and a depth that does not exist gets no answer at all on v2.
#include "exchanges/extended_sim.h"
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/extended_md.h"
#include "exchanges/vsim_read.h"
#include "exchanges/vsim_rules.h"
#include "exchanges/vsim_text.h"

enum { MODE_RPC = 1, LEVELS_MAX = 1000, SNAPSHOT_MS = 60 * 1000 };

static void write_side(struct text *out, const char *name, const struct vsim_listing *listing,
                       const struct level *levels, const struct qty *changes, uint32_t count) {
    text_add_format(out, ",\"%s\":[", name);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, i == 0 ? "{\"q\":" : ",{\"q\":");
        vsim_write_qty(out, listing, changes != NULL ? changes[i] : levels[i].size);
        vsim_member_px(out, "p", listing, levels[i].price);
        if (changes != NULL) {
            vsim_member_qty(out, "c", listing, levels[i].size);
        }
        text_add_char(out, '}');
    }
    text_add_char(out, ']');
}

// Route 1: the RPC socket, whose messages name their subscription.
static void end_push(const struct vsim_channel *channel, const struct vsim_listing *listing,
                     int64_t time_ns, struct text *out) {
    vsim_member_int(out, "ts", time_ns / NS_PER_MS);
    if (channel->route == MODE_RPC) {
        text_add_format(out, ",\"subscription\":\"%s.%s\"", channel->name, listing->rules.native);
    }
}

static void encode_bbo(const struct vsim_channel *channel, const struct vsim_world *world,
                       const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    bool rpc = channel->route == MODE_RPC;
    const struct level bid = {listing->bid, listing->bid_size};
    const struct level ask = {listing->ask, listing->ask_size};
    text_add_format(out, "{\"type\":\"%s\",\"data\":{%s\"m\":\"%s\"",
                    rpc ? "ORDERBOOKS.SNAPSHOT" : "SNAPSHOT", rpc ? "\"t\":\"SNAPSHOT\"," : "",
                    listing->rules.native);
    write_side(out, "b", listing, &bid, NULL, 1);
    write_side(out, "a", listing, &ask, NULL, 1);
    text_add_string(out, rpc ? ",\"d\":\"1\"}" : "}");
    end_push(channel, listing, listing->quote_ns, out);
}

static void encode_book(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    bool rpc = channel->route == MODE_RPC;
    const char *type = whole ? "SNAPSHOT" : "DELTA";
    text_add_format(out, "{\"type\":\"%s%s\",\"data\":{\"t\":\"%s\",\"m\":\"%s\"",
                    rpc ? "ORDERBOOKS." : "", type, type, listing->rules.native);
    if (whole) {
        write_side(out, "b", listing, listing->bids, NULL, listing->bid_count);
        write_side(out, "a", listing, listing->asks, NULL, listing->ask_count);
    } else {
        write_side(out, "b", listing, listing->changed_bids, listing->bid_changes,
                   listing->changed_bid_count);
        write_side(out, "a", listing, listing->changed_asks, listing->ask_changes,
                   listing->changed_ask_count);
    }
    text_add_string(out, ",\"d\":\"f\"}");
    end_push(channel, listing, listing->book_ns, out);
}

static void encode_price(const struct vsim_channel *channel, const struct vsim_world *world,
                         const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    bool mark = strstr(channel->name, "mark") != NULL;
    text_add_format(out, "{\"type\":\"%s%s\",\"data\":{\"m\":\"%s\"",
                    channel->route == MODE_RPC ? "PRICES." : "", mark ? "MP" : "IP",
                    listing->rules.native);
    vsim_member_px(out, "p", listing, mark ? listing->mark : listing->index);
    text_add_string(out, ",\"ts\":0}"); // as it has been seen
    end_push(channel, listing, world->now_ns, out);
}

static void encode_funding(const struct vsim_channel *channel, const struct vsim_world *world,
                           const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    text_add_char(out, '{');
    if (channel->route == MODE_RPC) {
        text_add_string(out, "\"type\":\"FUNDING_RATES\",");
    }
    text_add_format(out, "\"data\":{\"m\":\"%s\"", listing->rules.native);
    vsim_member_int(out, "T",
                    (listing->next_settlement_ns - listing->funding_interval_ns) / NS_PER_MS);
    vsim_member_rate(out, "f", listing->funding, RATE_DIGITS);
    text_add_char(out, '}');
    end_push(channel, listing, world->now_ns, out);
}

// v1 by path behind the version and its query, v2 by topic. Applied rates come once an hour.
static const struct vsim_channel channels[] = {
    {"orderbooks?depth=1", VSIM_BBO, 10, false, false, 0, 0, encode_bbo},
    {"orderbooks", VSIM_BOOK_DELTA, 0, false, true, 0, 0, encode_book, SNAPSHOT_MS},
    {"prices/mark", VSIM_FUNDING, 1000, true, false, 0, 0, encode_price},
    {"prices/index", VSIM_FUNDING, 1000, true, false, 0, 0, encode_price},
    {"funding", VSIM_FUNDING, 3600 * 1000, true, false, 0, 0, encode_funding},
    {"orderbooks.1", VSIM_BBO, 10, false, false, 0, MODE_RPC, encode_bbo},
    {"orderbooks", VSIM_BOOK_DELTA, 0, false, true, 0, MODE_RPC, encode_book, SNAPSHOT_MS},
    {"prices.mark", VSIM_FUNDING, 1000, true, false, 0, MODE_RPC, encode_price},
    {"prices.index", VSIM_FUNDING, 1000, true, false, 0, MODE_RPC, encode_price},
    {"funding-rates", VSIM_FUNDING, 3600 * 1000, true, false, 0, MODE_RPC, encode_funding},
};

static int find_channel(struct slice name, uint32_t mode) {
    for (uint32_t i = 0; i < COUNT_OF(channels); i++) {
        if (channels[i].route == mode && slice_equals(slice_of(channels[i].name), name)) {
            return (int)i;
        }
    }
    return -1;
}

static struct slice extended_shape(const struct vsim_session *session, struct slice message) {
    struct text *out = &session->world->scratch;
    ASSERT(message.data == out->data); // composed there, without its end
    bool rpc = session->mode == MODE_RPC;
    vsim_member_int(out, "seq", (int64_t)(session->pushes + (rpc ? 0 : 1)));
    text_add_char(out, '}');
    ASSERT(!out->truncated);
    return text_slice(out);
}

// "orderbooks/BTC-USD" or "orderbooks" for all markets, and the query.
static bool open_stream(struct vsim_session *session, struct slice stream, struct slice query) {
    const struct vsim_world *world = session->world;
    char bytes[64];
    struct text name = TEXT_OVER(bytes);
    struct slice market = stream;
    struct slice value;
    text_add(&name, vsim_cut(&market, '/'));
    if (slice_equals(text_slice(&name), SLICE("prices"))) {
        text_add_char(&name, '/');
        text_add(&name, vsim_cut(&market, '/'));
    }
    if (vsim_query(query, "depth", &value)) {
        text_add_string(&name, "?depth=");
        text_add(&name, value);
    }
    int channel = name.truncated ? -1 : find_channel(text_slice(&name), 0);
    const struct vsim_listing *wanted = market.size == 0 ? NULL : vsim_find(world, market);
    if (channel < 0 || (market.size > 0 && wanted == NULL)) {
        return false;
    }
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (wanted == NULL || wanted == &world->listings[i]) {
            (void)vsim_subscribe(session, i, (uint32_t)channel);
        }
    }
    return true;
}

static bool extended_open(struct vsim_session *session, struct slice target) {
    struct slice query = target;
    struct slice path = vsim_cut(&query, '?');
    struct slice v1 = SLICE("/stream.extended.exchange/v1/");
    if (slice_equals(path, SLICE("/stream.extended.exchange/v2/rpc"))) {
        session->mode = MODE_RPC;
        return true;
    }
    return slice_starts(path, v1) &&
           open_stream(session, (struct slice){path.data + v1.size, path.size - v1.size}, query);
}

struct call {
    struct slice id, method;
    struct slice scope, market, depth, type; // of subscribe and unsubscribe
};

static void read_selector(struct json *r, struct call *call) {
    const struct vsim_string wanted[] = {
        {"market", &call->market}, {"depth", &call->depth}, {"type", &call->type}};
    (void)vsim_read_strings(r, wanted, COUNT_OF(wanted));
}

static void read_params(struct json *r, struct call *call) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("scope")) && json_peek(r) == JSON_STRING) {
            json_string(r, &call->scope);
        } else if (slice_equals(key, SLICE("selector")) && json_peek(r) == JSON_OBJECT) {
            read_selector(r, call);
        } else {
            json_skip(r);
        }
    }
}

static bool read_call(struct slice message, struct call *call) {
    static const struct slice none = {"", 0};
    *call = (struct call){none, none, none, none, none, none};
    struct json r;
    struct slice key;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("id")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &call->id);
        } else if (slice_equals(key, SLICE("method")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &call->method);
        } else if (slice_equals(key, SLICE("params")) && json_peek(&r) == JSON_OBJECT) {
            read_params(&r, call);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

// {"id":"1",…: what stood between quotes goes back as it stood.
static struct text *begin_answer(struct vsim_session *session, const struct call *call) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, "{\"id\":\"");
    text_add(out, call->id);
    text_add_char(out, '"');
    return out;
}

static void refuse(struct vsim_session *session, const struct call *call, int code,
                   const char *message) {
    struct text *out = begin_answer(session, call);
    text_add_format(out, ",\"error\":{\"code\":%d,\"message\":\"%s\"},\"jsonrpc\":\"2.0\"}", code,
                    message);
    vsim_session_send(session);
}

static void begin_result(const struct call *call, struct text *out) {
    text_add_string(out, ",\"result\":{\"method\":\"");
    text_add(out, call->method);
    text_add_string(out, "\",\"status\":\"OK\"");
}

static void list_subscriptions(struct vsim_session *session, const struct call *call) {
    const struct vsim_world *world = session->world;
    struct text *out = begin_answer(session, call);
    bool first = true;
    begin_result(call, out);
    text_add_string(out, ",\"subscriptions\":[");
    for (uint32_t c = 0; c < COUNT_OF(channels); c++) {
        for (uint32_t l = 0; l < world->listing_count; l++) {
            if (vsim_subscribed(session, l, c)) {
                text_add_format(out, "%s\"%s.%s\"", first ? "" : ",", channels[c].name,
                                world->listings[l].rules.native);
                first = false;
            }
        }
    }
    text_add_string(out, "]},\"jsonrpc\":\"2.0\"}");
    vsim_session_send(session);
}

// The topic of a subscription; empty when the scope is unknown. *silent: no answer is given.
static struct slice topic_of(const struct call *call, bool *silent) {
    *silent = false;
    if (slice_equals(call->scope, SLICE("orderbooks"))) {
        bool best = slice_equals(call->depth, SLICE("1"));
        *silent = !best && !slice_equals(call->depth, SLICE("full"));
        return best ? SLICE("orderbooks.1") : SLICE("orderbooks");
    }
    if (slice_equals(call->scope, SLICE("prices"))) {
        bool mark = slice_equals(call->type, SLICE("mark"));
        bool index = slice_equals(call->type, SLICE("index"));
        return mark ? SLICE("prices.mark") : index ? SLICE("prices.index") : SLICE("");
    }
    return slice_equals(call->scope, SLICE("funding-rates")) ? call->scope : SLICE("");
}

static void change(struct vsim_session *session, const struct call *call, bool on) {
    bool silent;
    struct slice topic = topic_of(call, &silent);
    const struct vsim_listing *listing = vsim_find(session->world, call->market);
    int channel = find_channel(topic, MODE_RPC);
    if (silent) {
        return;
    }
    if (channel < 0) {
        refuse(session, call, 400, "Bad request.");
        return;
    }
    if (listing == NULL) {
        refuse(session, call, 1001, "Market not found.");
        return;
    }
    uint32_t index = (uint32_t)(listing - session->world->listings);
    (void)vsim_set_subscription(session, index, (uint32_t)channel, on);
    struct text *out = begin_answer(session, call);
    begin_result(call, out);
    text_add_string(out, ",\"subscription\":\"");
    text_add(out, topic);
    text_add_format(out, ".%s\"},\"jsonrpc\":\"2.0\"}", listing->rules.native);
    vsim_session_send(session);
}

static void extended_on_text(struct vsim_session *session, struct slice message) {
    struct call call;
    if (session->mode != MODE_RPC) {
        return; // a v1 stream listens to nobody
    }
    if (!read_call(message, &call)) {
        call.id = SLICE("");
        refuse(session, &call, 400, "Bad request.");
    } else if (slice_equals(call.method, SLICE("subscribe"))) {
        change(session, &call, true);
    } else if (slice_equals(call.method, SLICE("unsubscribe"))) {
        change(session, &call, false);
    } else if (slice_equals(call.method, SLICE("list-subscriptions"))) {
        list_subscriptions(session, &call);
    } else if (slice_equals(call.method, SLICE("ping"))) {
        struct text *out = begin_answer(session, &call);
        begin_result(&call, out);
        text_add_string(out, "},\"jsonrpc\":\"2.0\"}");
        vsim_session_send(session);
    } else {
        refuse(session, &call, 404, "Not found.");
    }
}

static void write_stats(const struct vsim_listing *listing, struct text *out) {
    text_add_string(out, "{\"dailyVolume\":\"0\",\"openInterest\":\"0\"");
    vsim_member_px(out, "lastPrice", listing, listing->mark);
    vsim_member_px(out, "askPrice", listing, listing->ask);
    vsim_member_px(out, "bidPrice", listing, listing->bid);
    vsim_member_px(out, "markPrice", listing, listing->mark);
    vsim_member_px(out, "indexPrice", listing, listing->index);
    vsim_member_rate(out, "fundingRate", listing->funding, RATE_DIGITS);
    vsim_member_int(out, "nextFundingRate", listing->next_settlement_ns / NS_PER_MS);
    text_add_char(out, '}');
}

// "BTC-6" in fifteen bytes, as the venue names its assets; a million units are a whole one.
void extended_sim_asset(const struct vsim_listing *listing, struct extended_asset *out) {
    enum { NAME_BYTES = 15, MILLION = 1000000 };
    uint8_t bytes[U256_SIZE] = {0};
    char name_data[NATIVE_NAME_MAX + 4];
    struct text name = TEXT_OVER(name_data);
    struct slice native = slice_of(listing->rules.native);
    text_add(&name, vsim_cut(&native, '-'));
    text_add_string(&name, "-6");
    size_t size = name.size < NAME_BYTES ? name.size : NAME_BYTES;
    memcpy(bytes + U256_SIZE - NAME_BYTES, name_data, size);
    struct u256 number = u256_from_bytes(bytes);
    bool below_p = felt_from_u256(&number, &out->synthetic);
    ASSERT(below_p); // fifteen bytes are
    out->collateral = FELT_ONE;
    out->synthetic_resolution = out->collateral_resolution = MILLION;
}

static void write_asset(const struct vsim_listing *listing, struct text *out) {
    struct extended_asset asset;
    extended_sim_asset(listing, &asset);
    struct u256 synthetic = felt_to_u256(asset.synthetic);
    struct u256 collateral = felt_to_u256(asset.collateral);
    text_add_string(out, "\"l2Config\":{\"type\":\"STARKX\",\"collateralId\":\"");
    u256_add_hex(out, &collateral);
    text_add_string(out, "\",\"syntheticId\":\"");
    u256_add_hex(out, &synthetic);
    text_add_char(out, '"');
    vsim_member_int(out, "syntheticResolution", asset.synthetic_resolution);
    vsim_member_int(out, "collateralResolution", asset.collateral_resolution);
    text_add_char(out, '}');
}

static void write_market(const struct vsim_listing *listing, struct text *out) {
    const struct listing *rules = &listing->rules;
    struct slice native = slice_of(rules->native);
    text_add_format(out, "{\"name\":\"%s\",\"category\":\"Crypto\",\"assetName\":\"",
                    rules->native);
    text_add(out, vsim_cut(&native, '-'));
    text_add_string(out, "\",\"collateralAssetName\":\"USD\",\"active\":true,\"status\":\"ACTIVE\","
                         "\"marketStats\":");
    write_stats(listing, out);
    text_add_string(out, ",\"tradingConfig\":{\"minOrderSize\":");
    vsim_write_qty(out, listing, rules->size_min);
    vsim_member_qty(out, "minOrderSizeChange", listing, rules->step);
    vsim_member_px(out, "minPriceChange", listing, rules->tick);
    text_add_string(out, ",\"maxLimitOrderValue\":\"15000000\",\"maxNumOrders\":\"200\","
                         "\"limitPriceCap\":\"0.05\",\"limitPriceFloor\":\"0.05\"},");
    write_asset(listing, out);
    text_add_char(out, '}');
}

static bool is_asked_for(struct slice query, const char *native) {
    bool any = false;
    while (query.size > 0) {
        struct slice pair = vsim_cut(&query, '&');
        if (!slice_equals(vsim_cut(&pair, '='), SLICE("market"))) {
            continue;
        }
        if (slice_equals(pair, slice_of(native))) {
            return true;
        }
        any = true;
    }
    return !any;
}

static void answer_markets(const struct vsim_world *world, struct slice query, struct text *body) {
    bool first = true;
    text_add_char(body, '[');
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (is_asked_for(query, world->listings[i].rules.native)) {
            text_add_string(body, first ? "" : ",");
            write_market(&world->listings[i], body);
            first = false;
        }
    }
    text_add_char(body, ']');
}

static void write_levels(const char *name, const struct vsim_listing *listing,
                         const struct level *levels, uint32_t count, struct text *out) {
    text_add_format(out, ",\"%s\":[", name);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, i == 0 ? "{\"qty\":" : ",{\"qty\":");
        vsim_write_qty(out, listing, levels[i].size);
        vsim_member_px(out, "price", listing, levels[i].price);
        text_add_char(out, '}');
    }
    text_add_char(out, ']');
}

static uint32_t fail(struct text *body, const char *code, const char *message) {
    text_add_format(body, "{\"status\":\"ERROR\",\"error\":{\"code\":%s,\"message\":\"%s\"}}", code,
                    message);
    return 404;
}

static uint32_t fail_call(struct text *body) {
    return fail(body, "\"NOT_FOUND\"", "Not found");
}

static uint32_t fail_market(struct text *body) {
    return fail(body, "1001", "Market not found.");
}

static void extended_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                            struct vsim_reply *reply) {
    (void)world;
    switch (refusal->why) {
    case VSIM_NO_STREAM:
        (void)fail_market(&reply->body);
        return;
    case VSIM_NO_USER_AGENT:
        (void)fail(&reply->body, "403", "Forbidden");
        return;
    case VSIM_TOO_MANY_CALLS:
    case VSIM_BANNED:
    case VSIM_TOO_MANY_CONNECTIONS:
    default:
        (void)fail(&reply->body, "429", "Too many requests");
    }
}

static uint32_t extended_answer(const struct vsim_world *world, const struct vsim_request *request,
                                struct text *body) {
    struct slice prefix = SLICE("/api/v1/info/markets");
    struct slice rest = request->path;
    if (!slice_starts(rest, prefix) || !slice_equals(request->method, SLICE("GET"))) {
        return fail_call(body);
    }
    rest = (struct slice){rest.data + prefix.size, rest.size - prefix.size};
    if (rest.size == 0) {
        text_add_string(body, "{\"status\":\"OK\",\"data\":");
        answer_markets(world, request->query, body);
        text_add_char(body, '}');
        return 200;
    }
    if (vsim_cut(&rest, '/').size > 0) {
        return fail_call(body);
    }
    const struct vsim_listing *listing = vsim_find(world, vsim_cut(&rest, '/'));
    if (listing == NULL) {
        return fail_market(body);
    }
    bool book = slice_equals(rest, SLICE("orderbook"));
    if (!book && !slice_equals(rest, SLICE("stats"))) {
        return fail_call(body);
    }
    text_add_string(body, "{\"status\":\"OK\",\"data\":");
    if (book) {
        text_add_format(body, "{\"market\":\"%s\"", listing->rules.native);
        write_levels("bid", listing, listing->bids, listing->bid_count, body);
        write_levels("ask", listing, listing->asks, listing->ask_count, body);
        text_add_char(body, '}');
    } else {
        write_stats(listing, body);
    }
    text_add_char(body, '}');
    return 200;
}

static void extended_rules(const struct symbol *symbol, const struct listing *seen,
                           struct listing *out) {
    static const struct vsim_known known[] = {
        {"BTC", PX_ONE, QTY_ONE / 100000},
        {"ETH", PX_ONE / 10, QTY_ONE / 1000},
        {"SOL", PX_ONE / 100, QTY_ONE / 100},
    };
    vsim_rules_fill(symbol, seen, known, COUNT_OF(known), &extended_md, out);
    out->size_min = (struct qty){10 * out->step.v};
}

const struct venue_sim extended_sim = {
    .name = "extended",
    .book_levels = LEVELS_MAX,
    .book_period_ms = 100,
    .funding_interval_ns = 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = extended_rules,
    .open = extended_open,
    .on_text = extended_on_text,
    .answer = extended_answer,
    .tick = extended_sim_greet,
    // Sheet 1 (User-Agent), 3 (heartbeat) and 7.
    .limits = {.calls = {{1000, 60 * 1000}}, .user_agent = true, .ping_s = 15, .pong_s = 10},
    .refuse = extended_refuse,
    .shape = extended_shape,
    .private_side = &extended_sim_private,
};
