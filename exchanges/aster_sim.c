// Aster as its server speaks: Binance's streams and calls before Binance's changes of 2026. No
// routes, no st and ap, calls under /fapi/v3 and /fapi/v1, ids of requests are unsigned integers
// only, and fundingInfo lists every symbol. Deltas come every 100 ms, whatever the stream's name
// promises.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/binance_sim.h"
#include "exchanges/vsim_text.h"

static void encode_book_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                               const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    binance_sim_wrap(channel, listing, out);
    text_add_string(out, "{\"e\":\"bookTicker\"");
    vsim_member_int(out, "u", (int64_t)listing->quote_id);
    vsim_member_int(out, "E", listing->quote_ns / NS_PER_MS);
    vsim_member_int(out, "T", listing->quote_ns / NS_PER_MS);
    vsim_member_string(out, "s", listing->rules.native);
    binance_sim_write_best(listing, (const char *const[]){"b", "B", "a", "A"}, out);
    text_add_string(out, "}}");
}

static void encode_mark_price(const struct vsim_channel *channel, const struct vsim_world *world,
                              const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    binance_sim_wrap(channel, listing, out);
    text_add_string(out, "{\"e\":\"markPriceUpdate\"");
    vsim_member_int(out, "E", world->now_ns / NS_PER_MS);
    vsim_member_string(out, "s", listing->rules.native);
    vsim_member_px(out, "p", listing, listing->mark);
    vsim_member_px(out, "i", listing, listing->index);
    vsim_member_px(out, "P", listing, listing->index);
    vsim_member_rate(out, "r", listing->funding, 8);
    vsim_member_int(out, "T", listing->next_settlement_ns / NS_PER_MS);
    text_add_string(out, "}}");
}

static const struct vsim_channel channels[] = {
    {"bookTicker", VSIM_BBO, 0, false, false, 0, 0, encode_book_ticker},
    {"depth", VSIM_BOOK_DELTA, 0, false, false, 0, 0, binance_sim_encode_depth},
    {"depth@100ms", VSIM_BOOK_DELTA, 0, false, false, 0, 0, binance_sim_encode_depth},
    {"depth5@100ms", VSIM_BOOK_WHOLE, 100, false, false, 5, 0, binance_sim_encode_depth},
    {"depth10@100ms", VSIM_BOOK_WHOLE, 100, false, false, 10, 0, binance_sim_encode_depth},
    {"depth20@100ms", VSIM_BOOK_WHOLE, 100, false, false, 20, 0, binance_sim_encode_depth},
    {"markPrice", VSIM_FUNDING, 3000, true, false, 0, 0, encode_mark_price},
    {"markPrice@1s", VSIM_FUNDING, 1000, true, false, 0, 0, encode_mark_price},
};

static bool aster_open(struct vsim_session *session, struct slice target) {
    struct slice query = target;
    struct slice path = vsim_cut(&query, '?');
    return binance_sim_open(session, path, query, 0);
}

// True when the message is JSON and its id, if any, is something else than an unsigned integer.
static bool has_bad_id(struct slice message) {
    struct json r;
    struct slice key;
    struct slice number;
    int64_t id;
    bool bad = false;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (!slice_equals(key, SLICE("id"))) {
            json_skip(&r);
        } else if (json_peek(&r) != JSON_NUMBER) {
            bad = true;
            json_skip(&r);
        } else if (json_number(&r, &number)) {
            bad = !decimal_parse(number, 0, &id) || id < 0;
        }
    }
    return json_end(&r) && bad;
}

static void aster_on_text(struct vsim_session *session, struct slice message) {
    if (has_bad_id(message)) {
        binance_sim_refuse(session, 2, "Invalid request: request ID must be an unsigned integer");
    } else {
        binance_sim_on_text(session, message);
    }
}

static uint32_t answer_book_ticker(const struct vsim_world *world,
                                   const struct vsim_listing *listing, struct slice query,
                                   struct text *body) {
    (void)world;
    (void)query;
    text_add_format(body, "{\"symbol\":\"%s\"", listing->rules.native);
    binance_sim_write_best(listing,
                           (const char *const[]){"bidPrice", "bidQty", "askPrice", "askQty"}, body);
    vsim_member_int(body, "time", listing->quote_ns / NS_PER_MS);
    text_add_char(body, '}');
    return 200;
}

// The caps are numbers, unlike every other decimal.
static uint32_t answer_funding_info(const struct vsim_world *world,
                                    const struct vsim_listing *listing, struct slice query,
                                    struct text *body) {
    (void)query;
    text_add_format(body, "{\"symbol\":\"%s\",\"interestRate\":\"0.00010000\"",
                    listing->rules.native);
    vsim_member_int(body, "time", world->now_ns / NS_PER_MS);
    vsim_member_int(body, "fundingIntervalHours", listing->funding_interval_ns / (3600 * NS_PER_S));
    text_add_string(body, ",\"fundingFeeCap\":0.03,\"fundingFeeFloor\":-0.03}");
    return 200;
}

static const struct binance_sim_call calls[] = {
    {"ping", BINANCE_SIM_NO_SYMBOL, binance_sim_ping, 1, 1, 0},
    {"time", BINANCE_SIM_NO_SYMBOL, binance_sim_time, 1, 1, 0},
    {"exchangeInfo", BINANCE_SIM_NO_SYMBOL, binance_sim_exchange_info, 1, 1, 0},
    {"depth", BINANCE_SIM_NEEDS_SYMBOL, binance_sim_depth, 0, 0, 0},
    {"ticker/bookTicker", BINANCE_SIM_SYMBOL_OR_ALL, answer_book_ticker, 1, 2, 0},
    {"premiumIndex", BINANCE_SIM_SYMBOL_OR_ALL, binance_sim_premium_index, 1, 1, 0},
    {"fundingInfo", BINANCE_SIM_SYMBOL_OR_ALL, answer_funding_info, 1, 1, 0},
};

static const char *version_of(const struct vsim_request *request) {
    return slice_starts(request->path, SLICE("/fapi/v1/")) ? "/fapi/v1/" : "/fapi/v3/";
}

static uint32_t aster_answer(const struct vsim_world *world, const struct vsim_request *request,
                             struct text *body) {
    return binance_sim_call(world, calls, COUNT_OF(calls), version_of(request), request, body);
}

static struct vsim_charge aster_charge(const struct vsim_request *request) {
    return binance_sim_charge_from(calls, COUNT_OF(calls), version_of(request), request);
}

const struct venue_sim aster_sim = {
    .name = "aster",
    .book_levels = BINANCE_SIM_DEPTH_MAX,
    .book_period_ms = 100,
    .funding_interval_ns = 8 * 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = binance_sim_rules,
    .open = aster_open,
    .on_text = aster_on_text,
    .answer = aster_answer,
    .shape = binance_sim_shape,
    // Sheet 3 (Heartbeat) and 7. One stream too many is acknowledged and silent.
    .limits = {.calls = {{2400, 60 * 1000}},
               .ban_after = BINANCE_SIM_BAN_AFTER,
               .ban_s = BINANCE_SIM_BAN_S,
               .subscriptions = 200,
               .messages = {10, 1000},
               .ping_s = 300,
               .pong_s = 900,
               .age_s = 24 * 3600},
    .charge = aster_charge,
    .refuse = binance_sim_refuse_call,
    .add_headers = binance_sim_add_headers,
    .private_side = &aster_sim_private,
};
