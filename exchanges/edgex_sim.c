// EdgeX V2 as its server speaks: the public stream (depth of 15 levels with its versions, ticker,
// bookTicker.all.1s) and the public REST calls. Contracts go by their number; every figure is a
// text.
//
// The server greets, and pings in the application: five pings without their time sent back and the
// connection is closed. Not served: depth of 200 levels (what is published here has 15), and a list
// of contracts in one call.
#include "exchanges/edgex_sim.h"

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/edgex_md.h"
#include "exchanges/venue_account.h"
#include "exchanges/vsim_read.h"
#include "exchanges/vsim_rules.h"
#include "exchanges/vsim_text.h"

enum { FEE_DIGITS = 6 }; // of a rate that is a whole number of hundredths of a basis point
enum { PING_MS = 20000, UNANSWERED_MAX = 5, ECHO_MAX = 64 };

int edgex_sim_contract(const struct vsim_world *world, const struct vsim_listing *listing) {
    return EDGEX_SIM_FIRST_CONTRACT + (int)(listing - world->listings);
}

const struct vsim_listing *edgex_sim_find(const struct vsim_world *world, struct slice id) {
    int64_t number;
    if (!decimal_parse(id, 0, &number) || number < EDGEX_SIM_FIRST_CONTRACT ||
        number - EDGEX_SIM_FIRST_CONTRACT >= world->listing_count) {
        return NULL;
    }
    return &world->listings[number - EDGEX_SIM_FIRST_CONTRACT];
}

static void write_identity(const struct vsim_world *world, const struct vsim_listing *listing,
                           struct text *out) {
    text_add_format(out, "\"contractId\":\"%d\",\"contractName\":\"%s\"",
                    edgex_sim_contract(world, listing), listing->rules.native);
}

void edgex_sim_member_ms(struct text *out, const char *name, int64_t time_ns) {
    text_add_format(out, ",\"%s\":\"", name);
    vsim_write_ms(out, time_ns);
    text_add_char(out, '"');
}

static void write_depth(const struct vsim_world *world, const struct vsim_listing *listing,
                        bool whole, struct text *out) {
    text_add_format(out, "{\"startVersion\":\"%llu\",\"endVersion\":\"%llu\",\"level\":%d,",
                    (unsigned long long)listing->book_previous,
                    (unsigned long long)listing->book_id, EDGEX_BOOK_LEVELS);
    write_identity(world, listing, out);
    if (whole) {
        vsim_member_levels(out, "asks", listing, listing->asks, listing->ask_count);
        vsim_member_levels(out, "bids", listing, listing->bids, listing->bid_count);
    } else {
        vsim_member_levels(out, "asks", listing, listing->changed_asks, listing->changed_ask_count);
        vsim_member_levels(out, "bids", listing, listing->changed_bids, listing->changed_bid_count);
    }
    text_add_format(out, ",\"depthType\":\"%s\"}", whole ? "SNAPSHOT" : "CHANGED");
}

static void write_ticker(const struct vsim_world *world, const struct vsim_listing *listing,
                         struct text *out) {
    text_add_char(out, '{');
    write_identity(world, listing, out);
    vsim_member_px(out, "lastPrice", listing, listing->mark);
    vsim_member_px(out, "indexPrice", listing, listing->index);
    vsim_member_px(out, "oraclePrice", listing, listing->mark);
    vsim_member_px(out, "markPrice", listing, listing->mark);
    vsim_member_rate(out, "fundingRate", listing->funding, 10);
    edgex_sim_member_ms(out, "fundingTime",
                        listing->next_settlement_ns - listing->funding_interval_ns);
    edgex_sim_member_ms(out, "nextFundingTime", listing->next_settlement_ns);
    vsim_member_px(out, "bestAskPrice", listing, listing->ask);
    vsim_member_px(out, "bestBidPrice", listing, listing->bid);
    text_add_string(out, ",\"marketOpen\":true}");
}

static const char *data_type(const struct vsim_world *world) {
    return world->pushing->pushed ? "changed" : "Snapshot";
}

// The names of channels end in the contract and, for depth, the number of levels.
static void begin_push(const char *channel, const char *data_type, struct text *out) {
    text_add_format(out,
                    "{\"type\":\"quote-event\",\"channel\":\"%s\",\"content\":{\"channel\":\"%s\","
                    "\"dataType\":\"%s\",\"data\":[",
                    channel, channel, data_type);
}

static void encode_depth(const struct vsim_channel *channel, const struct vsim_world *world,
                         const struct vsim_listing *listing, bool whole, struct text *out) {
    char name[64];
    struct text text = TEXT_OVER(name);
    text_add_format(&text, "%s.%d.%d", channel->name, edgex_sim_contract(world, listing),
                    EDGEX_BOOK_LEVELS);
    begin_push(name, whole ? "Snapshot" : "changed", out);
    write_depth(world, listing, whole, out);
    text_add_string(out, "]}}");
}

static void encode_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                          const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    char name[64];
    struct text text = TEXT_OVER(name);
    text_add_format(&text, "%s.%d", channel->name, edgex_sim_contract(world, listing));
    begin_push(name, data_type(world), out);
    write_ticker(world, listing, out);
    text_add_string(out, "]}}");
}

static void encode_book_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                               const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel->name, data_type(world), out);
    text_add_char(out, '{');
    write_identity(world, listing, out);
    edgex_sim_member_ms(out, "time", world->now_ns);
    vsim_member_px(out, "bestAskPrice", listing, listing->ask);
    vsim_member_qty(out, "bestAskSize", listing, listing->ask_size);
    vsim_member_px(out, "bestBidPrice", listing, listing->bid);
    vsim_member_qty(out, "bestBidSize", listing, listing->bid_size);
    text_add_string(out, "}]}}");
}

enum { CHANNEL_DEPTH, CHANNEL_TICKER, CHANNEL_BOOK_TICKER };

static const struct vsim_channel channels[] = {
    [CHANNEL_DEPTH] = {"depth", VSIM_BOOK_DELTA, 0, false, true, 0, 0, encode_depth},
    [CHANNEL_TICKER] = {"ticker", VSIM_FUNDING, 1000, true, false, 0, 0, encode_ticker},
    [CHANNEL_BOOK_TICKER] = {"bookTicker.all.1s", VSIM_BBO, 1000, true, false, 0, 0,
                             encode_book_ticker},
};

static bool edgex_open(struct vsim_session *session, struct slice target) {
    (void)session;
    struct slice path = vsim_cut(&target, '?');
    return slice_equals(path, SLICE("/api/v1/public/ws"));
}

static void edgex_tick(struct vsim_session *session) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    switch (vsim_session_due(session, PING_MS)) {
    case VSIM_DUE_GREETING:
        text_add_format(out, "{\"sid\":\"%08x-0000-4000-8000-%012x\",\"type\":\"connected\"}",
                        session->number, session->number);
        if ((session->mode & EDGEX_SIM_PRIVATE) != 0) {
            vsim_session_send(session);
            edgex_sim_send_snapshot(session);
            return;
        }
        break;
    case VSIM_DUE_PING:
        session->over = session->unanswered == UNANSWERED_MAX ? "five pings without answer" : NULL;
        session->unanswered++;
        text_add_string(out, "{\"type\":\"ping\"");
        edgex_sim_member_ms(out, "time", session->world->now_ns);
        text_add_char(out, '}');
        break;
    case VSIM_DUE_NOTHING:
    default:
        break;
    }
    vsim_session_send(session); // nothing is sent when nothing was written
}

// What the client said, escapes and all; cut in the middle it could break the string it goes into.
static struct slice echo(struct slice said) {
    return said.size <= ECHO_MAX ? said : SLICE("?");
}

void edgex_sim_refuse(struct vsim_session *session, const char *code, const char *text,
                      struct slice said) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"type\":\"error\",\"content\":{\"code\":\"%s\",\"msg\":\"%s", code,
                    text);
    text_add(out, echo(said));
    text_add_string(out, "\"}}");
    vsim_session_send(session);
}

// Channels of the venue that this server has nothing for: acknowledged and silent.
static bool is_silent(struct slice kind, struct slice rest) {
    return (slice_equals(kind, SLICE("ticker")) && slice_starts(rest, SLICE("all"))) ||
           slice_equals(kind, SLICE("trades")) || slice_equals(kind, SLICE("kline")) ||
           slice_equals(kind, SLICE("metadata")) || slice_equals(kind, SLICE("fundingRate"));
}

enum outcome { CHANGED, NO_CHANNEL, NO_CONTRACT };

static enum outcome change_channel(struct vsim_session *session, struct slice channel, bool on,
                                   struct slice *contract) {
    const struct vsim_world *world = session->world;
    if (slice_equals(channel, slice_of(channels[CHANNEL_BOOK_TICKER].name))) {
        for (uint32_t i = 0; i < world->listing_count; i++) {
            (void)vsim_set_subscription(session, i, CHANNEL_BOOK_TICKER, on);
        }
        return CHANGED;
    }
    struct slice rest = channel;
    struct slice kind = vsim_cut(&rest, '.');
    if (is_silent(kind, rest)) {
        return CHANGED;
    }
    bool depth = slice_equals(kind, SLICE("depth"));
    *contract = vsim_cut(&rest, '.');
    if (!depth && !slice_equals(kind, SLICE("ticker"))) {
        return NO_CHANNEL;
    }
    if (depth ? !slice_equals(rest, SLICE("15")) : rest.size > 0) {
        return NO_CHANNEL;
    }
    const struct vsim_listing *listing = edgex_sim_find(world, *contract);
    if (listing == NULL) {
        return NO_CONTRACT;
    }
    (void)vsim_set_subscription(session, (uint32_t)(listing - world->listings),
                                depth ? CHANNEL_DEPTH : CHANNEL_TICKER, on);
    return CHANGED;
}

static void change_subscription(struct vsim_session *session, struct slice channel, bool on) {
    struct slice contract = {"", 0};
    switch (change_channel(session, channel, on, &contract)) {
    case NO_CHANNEL:
        edgex_sim_refuse(session, "INVALID_CHANNEL", "invalid channel:", channel);
        return;
    case NO_CONTRACT:
        edgex_sim_refuse(session, "INVALID_CONTRACT_ID", "invalid contractId:", contract);
        return;
    case CHANGED:
    default:
        break;
    }
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"type\":\"%s\",\"channel\":\"", on ? "subscribed" : "unsubscribed");
    text_add(out, echo(channel));
    text_add_string(out, "\"}");
    vsim_session_send(session);
}

static void edgex_on_text(struct vsim_session *session, struct slice message) {
    struct slice type = {"", 0}, channel = {"", 0}, time = {"", 0};
    const struct vsim_string wanted[] = {{"type", &type}, {"channel", &channel}, {"time", &time}};
    bool readable = vsim_read_message(message, wanted, COUNT_OF(wanted));
    bool on = slice_equals(type, SLICE("subscribe"));
    if (!readable) {
        edgex_sim_refuse(session, "GATEWAY_UNRECOGNIZED_MESSAGE", "unrecognized message",
                         SLICE(""));
    } else if (slice_equals(type, SLICE("pong"))) {
        session->unanswered = 0;
    } else if (slice_equals(type, SLICE("ping"))) {
        struct text *out = &session->world->scratch;
        text_clear(out);
        text_add_string(out, "{\"type\":\"pong\",\"time\":\"");
        text_add(out, echo(time));
        text_add_string(out, "\"}");
        vsim_session_send(session);
    } else if (on || slice_equals(type, SLICE("unsubscribe"))) {
        change_subscription(session, channel, on);
    } else {
        edgex_sim_refuse(session, "GATEWAY_UNRECOGNIZED_MESSAGE", "unrecognized message",
                         SLICE(""));
    }
}

static void answer_time(const struct vsim_world *world, const struct vsim_listing *listing,
                        struct text *body) {
    (void)listing;
    text_add_string(body, "{\"timeMillis\":\"");
    vsim_write_ms(body, world->now_ns);
    text_add_string(body, "\"}");
}

// Of one contract; the account's own where there is one.
static void write_fees(const struct vsim_world *world, struct text *body) {
    const struct vacc_options *options = world->account == NULL ? NULL : &world->account->options;
    struct bps taker = options == NULL ? BPS_C(380) : options->taker_fee;
    struct bps maker = options == NULL ? BPS_C(150) : options->maker_fee;
    text_add_string(body, ",\"defaultTakerFeeRate\":\"");
    decimal_print(body, taker.v, FEE_DIGITS, 0, FEE_DIGITS);
    text_add_string(body, "\",\"defaultMakerFeeRate\":\"");
    decimal_print(body, maker.v, FEE_DIGITS, 0, FEE_DIGITS);
    text_add_char(body, '"');
}

static void write_contract(const struct vsim_world *world, const struct vsim_listing *listing,
                           struct text *body) {
    const struct listing *rules = &listing->rules;
    text_add_char(body, '{');
    write_identity(world, listing, body);
    text_add_format(body, ",\"baseCoinId\":\"%d\",\"quoteCoinId\":\"%d\"",
                    1001 + (int)(listing - world->listings), EDGEX_SIM_COIN);
    vsim_member_px(body, "tickSize", listing, rules->tick);
    vsim_member_qty(body, "stepSize", listing, rules->step);
    vsim_member_qty(body, "minOrderSize", listing, rules->size_min);
    vsim_member_qty(body, "maxOrderSize", listing, rules->size_max);
    write_fees(world, body);
    text_add_format(body,
                    ",\"resolution\":\"%llu\",\"maxOrderBuyPriceRatio\":\"0.05\","
                    "\"minOrderSellPriceRatio\":\"0.05\",\"fundingRateIntervalMin\":\"%lld\","
                    "\"enableTrade\":true,\"enableDisplay\":true,\"enableOpenPosition\":true}",
                    (unsigned long long)EDGEX_SIM_RESOLUTION,
                    (long long)(listing->funding_interval_ns / (60 * NS_PER_S)));
}

static void answer_meta_data(const struct vsim_world *world, const struct vsim_listing *listing,
                             struct text *body) {
    (void)listing;
    text_add_format(body,
                    "{\"global\":{\"appEnv\":\"mainnet\",\"nativeChainId\":\"%d\","
                    "\"contractAddress\":\"" EDGEX_SIM_DOMAIN
                    "\"},\"coinList\":[{\"coinId\":\"%d\","
                    "\"coinName\":\"USDC\",\"stepSize\":\"0.000001\",\"resolution\":\"%llu\"}",
                    EDGEX_SIM_CHAIN, EDGEX_SIM_COIN, (unsigned long long)EDGEX_SIM_COIN_RESOLUTION);
    for (uint32_t i = 0; i < world->listing_count; i++) {
        text_add_format(body,
                        ",{\"coinId\":\"%u\",\"coinName\":\"%s\",\"resolution\":"
                        "\"10000000000\"}",
                        1001 + i, world->listings[i].symbol->base);
    }
    text_add_string(body, "],\"contractList\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        text_add_string(body, i == 0 ? "" : ",");
        write_contract(world, &world->listings[i], body);
    }
    text_add_string(body, "]}");
}

static void answer_ticker(const struct vsim_world *world, const struct vsim_listing *listing,
                          struct text *body) {
    text_add_char(body, '[');
    write_ticker(world, listing, body);
    text_add_char(body, ']');
}

static void answer_depth(const struct vsim_world *world, const struct vsim_listing *listing,
                         struct text *body) {
    text_add_char(body, '[');
    write_depth(world, listing, true, body);
    text_add_char(body, ']');
}

static void answer_funding(const struct vsim_world *world, const struct vsim_listing *listing,
                           struct text *body) {
    text_add_char(body, '[');
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *row = &world->listings[i];
        if (listing != NULL && listing != row) {
            continue;
        }
        text_add_string(body, listing != NULL || i == 0 ? "{" : ",{");
        text_add_format(body, "\"contractId\":\"%d\"", edgex_sim_contract(world, row));
        edgex_sim_member_ms(body, "fundingTime",
                            row->next_settlement_ns - row->funding_interval_ns);
        edgex_sim_member_ms(body, "fundingTimestamp", world->now_ns);
        vsim_member_px(body, "oraclePrice", row, row->mark);
        vsim_member_px(body, "indexPrice", row, row->index);
        vsim_member_rate(body, "fundingRate", row->funding, 10);
        text_add_format(body, ",\"isSettlement\":false,\"fundingRateIntervalMin\":\"%lld\"}",
                        (long long)(row->funding_interval_ns / (60 * NS_PER_S)));
    }
    text_add_char(body, ']');
}

enum contract_use { CONTRACT_NONE, CONTRACT_MAY, CONTRACT_MUST };

static const struct {
    const char *path;
    enum contract_use use;
    void (*answer)(const struct vsim_world *world, const struct vsim_listing *listing,
                   struct text *body);
} calls[] = {
    {"/api/v2/public/meta/getServerTime", CONTRACT_NONE, answer_time},
    {"/api/v2/public/meta/getMetaData", CONTRACT_NONE, answer_meta_data},
    {"/api/v2/public/quote/getTicker", CONTRACT_MUST, answer_ticker},
    {"/api/v2/public/quote/getDepth", CONTRACT_MUST, answer_depth},
    {"/api/v2/public/funding/getLatestFundingRate", CONTRACT_MAY, answer_funding},
};

static void add_times(const struct vsim_world *world, struct text *body) {
    edgex_sim_member_ms(body, "requestTime", world->now_ns);
    edgex_sim_member_ms(body, "responseTime", world->now_ns);
    text_add_string(body, ",\"traceId\":\"0000000000000000\"}");
}

void edgex_sim_begin_answer(struct text *body) {
    text_add_string(body, "{\"code\":\"SUCCESS\",\"data\":");
}

void edgex_sim_end_answer(const struct vsim_world *world, struct text *body) {
    text_add_string(body, ",\"msg\":null,\"errorParam\":null");
    add_times(world, body);
}

uint32_t edgex_sim_fail(const struct vsim_world *world, struct text *body, const char *code,
                        const char *parameter, uint32_t http) {
    text_add_format(body, "{\"code\":\"%s\",\"data\":null,\"msg\":\"%s\",\"errorParam\":", code,
                    code);
    if (parameter == NULL) {
        text_add_string(body, "null");
    } else {
        text_add_format(body, "{\"name\":\"%s\"}", parameter);
    }
    add_times(world, body);
    return http;
}

static uint32_t edgex_answer(const struct vsim_world *world, const struct vsim_request *request,
                             struct text *body) {
    size_t i = 0;
    while (i < COUNT_OF(calls) && !slice_equals(request->path, slice_of(calls[i].path))) {
        i++;
    }
    if (i == COUNT_OF(calls)) {
        return edgex_sim_fail(world, body, "GATEWAY_NOT_FOUND", NULL, 404);
    }
    if (!slice_equals(request->method, SLICE("GET"))) {
        return edgex_sim_fail(world, body, "GATEWAY_METHOD_NOT_ALLOWED", NULL, 405);
    }
    struct slice id;
    struct slice level;
    const struct vsim_listing *listing = NULL;
    bool named = calls[i].use != CONTRACT_NONE && vsim_query(request->query, "contractId", &id);
    if (named) {
        listing = edgex_sim_find(world, id);
    }
    if ((named || calls[i].use == CONTRACT_MUST) && listing == NULL) {
        return edgex_sim_fail(world, body, "GATEWAY_PARAM_INVALID", "contractId", 400);
    }
    if (calls[i].answer == answer_depth &&
        (!vsim_query(request->query, "level", &level) || !slice_equals(level, SLICE("15")))) {
        return edgex_sim_fail(world, body, "GATEWAY_PARAM_INVALID", "level", 400);
    }
    edgex_sim_begin_answer(body);
    calls[i].answer(world, listing, body);
    edgex_sim_end_answer(world, body);
    return 200;
}

// The gateway in front of the venue turns away what has no User-Agent, in its own words. What code
// a call too many gets is not documented.
static void edgex_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                         struct vsim_reply *reply) {
    if (refusal->why == VSIM_NO_USER_AGENT) {
        text_add_string(&reply->body, "\"error code: 1020\"");
    } else {
        const char *code =
            refusal->why == VSIM_NO_STREAM ? "GATEWAY_NOT_FOUND" : "GATEWAY_TOO_MANY_REQUESTS";
        (void)edgex_sim_fail(world, &reply->body, code, NULL, reply->status);
    }
}

static void edgex_rules(const struct symbol *symbol, const struct listing *seen,
                        struct listing *out) {
    static const struct vsim_known known[] = {
        {"BTC", PX_ONE / 10, QTY_ONE / 1000},
        {"ETH", PX_ONE / 100, QTY_ONE / 100},
        {"SOL", PX_ONE / 100, QTY_ONE / 10},
    };
    vsim_rules_fill(symbol, seen, known, COUNT_OF(known), &edgex_md, out);
    out->size_max = (struct qty){mul_div_floor(out->step.v, 50000, 1)};
}

const struct venue_sim edgex_sim = {
    .name = "edgex",
    .book_levels = EDGEX_BOOK_LEVELS,
    .book_period_ms = 100,
    .funding_interval_ns = 4 * 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = edgex_rules,
    .open = edgex_open,
    .on_text = edgex_on_text,
    .answer = edgex_answer,
    // Sheet 1 (User-Agent) and 7: what clients live with, 5 to 10 calls a second.
    .limits = {.calls = {{10, 1000}}, .user_agent = true},
    .refuse = edgex_refuse,
    .tick = edgex_tick,
    .private_side = &edgex_sim_private,
};
