// GRVT's market data server as it speaks: JSON-RPC subscriptions with a rate in each selector, and
// the public calls, POST all but one. Times are nanoseconds in strings, rates percent.
//
// Streams that end in .d begin with a whole message numbered 0 and go on with what changed,
// numbered from what the confirmation says: a later subscription's numbers are higher ones, as the
// venue counts its stream and not a client's. Those that end in .s are whole each time, numbered 0.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/grvt_md.h"
#include "exchanges/vsim_rules.h"
#include "exchanges/vsim_text.h"

enum { LEVELS_MAX = 500, SELECTORS_MAX = 100, ECHO_MAX = 64 };

enum { CHANNEL_MINI_S, CHANNEL_MINI_D, CHANNEL_TICKER_S, CHANNEL_BOOK_S, CHANNEL_BOOK_D };

static void member_ns(struct text *out, const char *name, int64_t time_ns) {
    text_add_format(out, ",\"%s\":\"%lld\"", name, (long long)time_ns);
}

static void write_identity(const struct vsim_listing *listing, int64_t time_ns, struct text *out) {
    text_add_format(out, "{\"event_time\":\"%lld\",\"instrument\":\"%s\"", (long long)time_ns,
                    listing->rules.native);
}

static void write_marks(const struct vsim_listing *listing, struct text *out) {
    vsim_member_px(out, "mark_price", listing, listing->mark);
    vsim_member_px(out, "index_price", listing, listing->index);
}

// What differs from `bid` and `ask`; everything when they are empty.
static void write_best(const struct vsim_listing *listing, struct level bid, struct level ask,
                       struct text *out) {
    if (listing->bid.v != bid.price.v) {
        vsim_member_px(out, "best_bid_price", listing, listing->bid);
    }
    if (listing->bid_size.v != bid.size.v) {
        vsim_member_qty(out, "best_bid_size", listing, listing->bid_size);
    }
    if (listing->ask.v != ask.price.v) {
        vsim_member_px(out, "best_ask_price", listing, listing->ask);
    }
    if (listing->ask_size.v != ask.size.v) {
        vsim_member_qty(out, "best_ask_size", listing, listing->ask_size);
    }
}

static void write_mini(const struct vsim_listing *listing, struct text *out) {
    struct level none = {{0}, {0}};
    write_identity(listing, listing->quote_ns, out);
    write_marks(listing, out);
    vsim_member_px(out, "last_price", listing, listing->bid);
    write_best(listing, none, none, out);
}

static void write_ticker(const struct vsim_world *world, const struct vsim_listing *listing,
                         struct text *out) {
    struct level none = {{0}, {0}};
    write_identity(listing, world->now_ns, out);
    write_marks(listing, out);
    write_best(listing, none, none, out);
    text_add_string(out, ",\"funding_rate_8h_curr\":\"");
    decimal_print(out, listing->funding.v, RATE_DIGITS - 2, 1, RATE_DIGITS - 2); // percent
    text_add_string(out, "\",\"funding_rate\":\"");
    decimal_print(out, listing->funding.v, RATE_DIGITS - 2, 1, RATE_DIGITS - 2);
    text_add_format(out, "\",\"funding_interval_hours\":%lld",
                    (long long)(listing->funding_interval_ns / (3600 * NS_PER_S)));
    member_ns(out, "next_funding_time", listing->next_settlement_ns);
}

static void write_side(struct text *out, const struct vsim_listing *listing, const char *name,
                       const struct level *levels, uint32_t count, uint32_t most) {
    text_add_format(out, ",\"%s\":[", name);
    for (uint32_t i = 0; i < count && i < most; i++) {
        text_add_string(out, i == 0 ? "{\"price\":" : ",{\"price\":");
        vsim_write_px(out, listing, levels[i].price);
        vsim_member_qty(out, "size", listing, levels[i].size);
        text_add_format(out, ",\"num_orders\":%d}", levels[i].size.v > 0);
    }
    text_add_char(out, ']');
}

static void write_book(const struct vsim_listing *listing, bool whole, uint32_t most,
                       struct text *out) {
    write_identity(listing, listing->book_ns, out);
    if (whole) {
        write_side(out, listing, "bids", listing->bids, listing->bid_count, most);
        write_side(out, listing, "asks", listing->asks, listing->ask_count, most);
    } else {
        write_side(out, listing, "bids", listing->changed_bids, listing->changed_bid_count, most);
        write_side(out, listing, "asks", listing->changed_asks, listing->changed_ask_count, most);
    }
}

// "BTC_USDT_Perp@500-10"
static void write_selector(const char *native, uint32_t rate_ms, uint32_t depth, struct text *out) {
    text_add_format(out, "\"%s@%u", native, rate_ms);
    if (depth > 0) {
        text_add_format(out, "-%u", depth);
    }
    text_add_char(out, '"');
}

// Faster than a stream's messages come, so that no two subscriptions share a number.
static uint64_t first_number(int64_t since_ns) {
    return (uint64_t)(since_ns / NS_PER_MS);
}

static uint64_t change_number(const struct vsim_subscription *subscription) {
    return first_number(subscription->since_ns) + subscription->count - 1;
}

static void begin_push(const struct vsim_channel *channel, const struct vsim_world *world,
                       const struct vsim_listing *listing, uint64_t sequence, struct text *out) {
    const struct vsim_subscription *subscription = world->pushing;
    text_add_format(out, "{\"stream\":\"%s\",\"selector\":", channel->name);
    write_selector(listing->rules.native, subscription->period_ms, subscription->option, out);
    text_add_format(out, ",\"sequence_number\":\"%llu\",\"feed\":", (unsigned long long)sequence);
}

static void end_push(uint64_t sequence, struct text *out) {
    text_add_format(out, "},\"prev_sequence_number\":\"%llu\"}",
                    (unsigned long long)(sequence > 0 ? sequence - 1 : 0));
}

static void encode_mini(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    const struct vsim_subscription *subscription = world->pushing;
    uint64_t sequence =
        channel->route == 'd' && subscription->pushed ? change_number(subscription) : 0;
    begin_push(channel, world, listing, sequence, out);
    if (sequence == 0) {
        write_mini(listing, out);
    } else {
        write_identity(listing, listing->quote_ns, out);
        write_best(listing, subscription->bid, subscription->ask, out);
    }
    end_push(sequence, out);
}

static void encode_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                          const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel, world, listing, 0, out);
    write_ticker(world, listing, out);
    end_push(0, out);
}

static void encode_book(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    const struct vsim_subscription *subscription = world->pushing;
    bool delta = channel->route == 'd';
    uint64_t sequence = delta && !whole ? change_number(subscription) : 0;
    begin_push(channel, world, listing, sequence, out);
    write_book(listing, whole || !delta, delta ? UINT32_MAX : subscription->option, out);
    end_push(sequence, out);
}

// The route tells deltas from whole messages.
static const struct vsim_channel channels[] = {
    [CHANNEL_MINI_S] = {"v1.mini.s", VSIM_BBO, 0, true, false, 0, 's', encode_mini},
    [CHANNEL_MINI_D] = {"v1.mini.d", VSIM_BBO, 0, false, false, 0, 'd', encode_mini},
    [CHANNEL_TICKER_S] = {"v1.ticker.s", VSIM_FUNDING, 0, true, false, 0, 's', encode_ticker},
    [CHANNEL_BOOK_S] = {"v1.book.s", VSIM_BOOK_WHOLE, 0, true, false, 0, 's', encode_book},
    [CHANNEL_BOOK_D] = {"v1.book.d", VSIM_BOOK_DELTA, 0, false, true, 0, 'd', encode_book},
};

enum { RATES_MAX = 8 };
static const int64_t rates[][RATES_MAX] = {
    [CHANNEL_MINI_S] = {200, 500, 1000, 5000, -1},
    [CHANNEL_MINI_D] = {0, 50, 100, 200, 500, 1000, 5000, -1},
    [CHANNEL_TICKER_S] = {500, 1000, 5000, -1},
    [CHANNEL_BOOK_S] = {500, 1000, -1},
    [CHANNEL_BOOK_D] = {50, 100, 500, 1000, -1},
};
static const int64_t depths[RATES_MAX] = {10, 50, 100, 500, -1};

static bool is_one_of(const int64_t allowed[RATES_MAX], int64_t value) {
    for (int i = 0; allowed[i] >= 0; i++) {
        if (allowed[i] == value) {
            return true;
        }
    }
    return false;
}

static bool grvt_open(struct vsim_session *session, struct slice target) {
    (void)session;
    struct slice path = vsim_cut(&target, '?');
    return slice_equals(path, SLICE("/ws/full"));
}

struct refusal {
    int code;
    const char *text;
};

static void refuse(struct vsim_session *session, struct refusal refusal, struct slice id,
                   const char *method) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":%d,\"message\":\"%s\"},\"id\":",
                    refusal.code, refusal.text);
    text_add(out, id);
    text_add_format(out, ",\"method\":\"%s\"}", method);
    vsim_session_send(session);
}

struct selection {
    uint32_t listing;
    uint32_t rate_ms, depth;
};

// What is wrong with a selector; code 0: nothing.
static struct refusal read_selector(const struct vsim_world *world, uint32_t channel,
                                    struct slice selector, struct selection *out) {
    struct slice rate = selector;
    struct slice native = vsim_cut(&rate, '@');
    struct slice depth = rate;
    rate = vsim_cut(&depth, '-');
    const struct vsim_listing *listing = vsim_find(world, native);
    int64_t rate_ms = 0;
    int64_t levels = 0;
    if (rate.size == 0) {
        return (struct refusal){1101, "Feed Format must be in the format of <primary>@<secondary>"};
    }
    if (listing == NULL) {
        return (struct refusal){3000, "Instrument is invalid"};
    }
    if (!decimal_parse(rate, 0, &rate_ms) || !is_one_of(rates[channel], rate_ms)) {
        return (struct refusal){3030, "Rate is invalid"};
    }
    if (channel == CHANNEL_BOOK_S &&
        (!decimal_parse(depth, 0, &levels) || !is_one_of(depths, levels))) {
        return (struct refusal){3031, "Depth is invalid"};
    }
    *out = (struct selection){(uint32_t)(listing - world->listings), (uint32_t)rate_ms,
                              (uint32_t)levels};
    return (struct refusal){0, ""};
}

struct request {
    struct slice method, stream, id; // id as it stood
    struct json selectors;
    bool has_selectors;
};

static void read_params(struct json *r, struct request *request) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("stream")) && json_peek(r) == JSON_STRING) {
            json_string(r, &request->stream);
        } else if (slice_equals(key, SLICE("selectors")) && json_peek(r) == JSON_ARRAY) {
            request->selectors = *r;
            request->has_selectors = true;
            json_skip(r);
        } else {
            json_skip(r);
        }
    }
}

static bool read_request(struct slice message, struct request *request) {
    struct json r;
    struct slice key;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("method")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &request->method);
        } else if (slice_equals(key, SLICE("params")) && json_peek(&r) == JSON_OBJECT) {
            read_params(&r, request);
        } else if (slice_equals(key, SLICE("id")) && json_peek(&r) == JSON_NUMBER) {
            json_number(&r, &request->id);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

// Streams of the venue that this server has nothing for: confirmed and silent.
static const char *find_silent(struct slice stream) {
    static const char *const streams[] = {"v1.trade", "v1.candle", "v1.ticker.d"};
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        if (slice_equals(stream, slice_of(streams[i]))) {
            return streams[i];
        }
    }
    return NULL;
}

// `quote`: what stands around each number, "" or "\"".
static void write_numbers(struct text *out, const char *name, const char *quote, uint64_t number,
                          uint32_t count) {
    text_add_format(out, ",\"%s\":[", name);
    for (uint32_t i = 0; i < count; i++) {
        text_add_format(out, "%s%s%llu%s", i == 0 ? "" : ",", quote, (unsigned long long)number,
                        quote);
    }
    text_add_char(out, ']');
}

static void confirm(struct vsim_session *session, const struct request *request, bool on,
                    const char *stream, const struct selection *selections, uint32_t count) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    bool delta = stream[strlen(stream) - 1] == 'd';
    text_clear(out);
    text_add_format(out, "{\"jsonrpc\":\"2.0\",\"result\":{\"stream\":\"%s\"", stream);
    for (int list = 0; list < 2; list++) {
        bool listed = (list == 0) == on;
        text_add_string(out, list == 0 ? ",\"subs\":[" : ",\"unsubs\":[");
        for (uint32_t i = 0; listed && i < count; i++) {
            text_add_string(out, i == 0 ? "" : ",");
            write_selector(world->listings[selections[i].listing].rules.native,
                           selections[i].rate_ms, selections[i].depth, out);
        }
        text_add_char(out, ']');
    }
    uint32_t told = on ? count : 0;
    uint64_t first = delta ? first_number(world->now_ns) : 0;
    write_numbers(out, "num_snapshots", "", delta ? 1 : 0, told);
    write_numbers(out, "first_sequence_number", "\"", first, told);
    write_numbers(out, "latest_sequence_number", "\"", delta ? first - 1 : 0, told);
    text_add_string(out, "},\"id\":");
    text_add(out, request->id);
    text_add_format(out, ",\"method\":\"%s\"}", on ? "subscribe" : "unsubscribe");
    vsim_session_send(session);
}

// All selectors are looked at before any of them counts.
static void change_subscriptions(struct vsim_session *session, struct request *request, bool on) {
    const char *method = on ? "subscribe" : "unsubscribe";
    struct selection selections[SELECTORS_MAX] = {{0}};
    uint32_t count = 0;
    struct slice selector;
    int channel = vsim_channel_find(session->world->venue, request->stream);
    if (channel < 0) {
        const char *silent = find_silent(request->stream);
        if (silent != NULL) {
            confirm(session, request, on, silent, selections, 0);
        } else {
            refuse(session, (struct refusal){1101, "Stream is invalid"}, request->id, method);
        }
        return;
    }
    json_array_begin(&request->selectors);
    while (json_array_next(&request->selectors)) {
        if (count == SELECTORS_MAX || !json_string(&request->selectors, &selector)) {
            refuse(session, (struct refusal){1102, "Wrong number of selectors"}, request->id,
                   method);
            return;
        }
        struct refusal refusal =
            read_selector(session->world, (uint32_t)channel, selector, &selections[count]);
        if (refusal.code != 0) {
            refuse(session, refusal, request->id, method);
            return;
        }
        count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (on) {
            (void)vsim_subscribe_at(session, selections[i].listing, (uint32_t)channel,
                                    selections[i].rate_ms, selections[i].depth);
        } else {
            (void)vsim_unsubscribe(session, selections[i].listing, (uint32_t)channel);
        }
    }
    confirm(session, request, on, channels[channel].name, selections, count);
}

static void grvt_on_text(struct vsim_session *session, struct slice message) {
    struct request request = {.method = {"", 0}, .stream = {"", 0}, .id = {"0", 1}};
    bool readable = read_request(message, &request);
    if (request.id.size > ECHO_MAX) {
        request.id = SLICE("0");
    }
    bool on = slice_equals(request.method, SLICE("subscribe"));
    if (!readable || !request.has_selectors ||
        (!on && !slice_equals(request.method, SLICE("unsubscribe")))) {
        refuse(session,
               (struct refusal){1003, "Request could not be processed due to malformed "
                                      "syntax"},
               readable ? request.id : SLICE("0"), "");
        return;
    }
    change_subscriptions(session, &request, on);
}

static uint32_t fail(struct text *body, int code, const char *text, uint32_t http) {
    text_add_format(body, "{\"request_id\":1,\"code\":%d,\"message\":\"%s\",\"status\":%u}", code,
                    text, http);
    return http;
}

static void write_instrument(const struct vsim_world *world, const struct vsim_listing *listing,
                             struct text *body) {
    const struct listing *rules = &listing->rules;
    text_add_format(body,
                    "{\"instrument\":\"%s\",\"instrument_hash\":\"0x03%02x01\",\"base\":\"%s\","
                    "\"quote\":\"USDT\",\"kind\":\"PERPETUAL\",\"venues\":[\"ORDERBOOK\",\"RFQ\"],"
                    "\"settlement_period\":\"PERPETUAL\",\"base_decimals\":9,\"quote_decimals\":6",
                    rules->native, (unsigned)(listing - world->listings) & 0xff,
                    listing->symbol->base);
    vsim_member_px(body, "tick_size", listing, rules->tick);
    vsim_member_qty(body, "min_size", listing, rules->size_min);
    text_add_format(body, ",\"max_position_size\":\"1000.0\",\"funding_interval_hours\":%lld",
                    (long long)(listing->funding_interval_ns / (3600 * NS_PER_S)));
    text_add_string(body, ",\"min_notional\":\"");
    usd_print(body, rules->notional_min, 1, USD_DIGITS);
    text_add_string(body, "\"}");
}

struct call {
    struct slice instrument;
    int64_t depth;
};

static uint32_t answer_instruments(const struct vsim_world *world,
                                   const struct vsim_listing *listing, const struct call *call,
                                   struct text *body) {
    (void)listing;
    (void)call;
    text_add_string(body, "{\"result\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        text_add_string(body, i == 0 ? "" : ",");
        write_instrument(world, &world->listings[i], body);
    }
    text_add_string(body, "]}");
    return 200;
}

static uint32_t answer_instrument(const struct vsim_world *world,
                                  const struct vsim_listing *listing, const struct call *call,
                                  struct text *body) {
    (void)call;
    text_add_string(body, "{\"result\":");
    write_instrument(world, listing, body);
    text_add_char(body, '}');
    return 200;
}

static uint32_t answer_mini(const struct vsim_world *world, const struct vsim_listing *listing,
                            const struct call *call, struct text *body) {
    (void)world;
    (void)call;
    text_add_string(body, "{\"result\":");
    write_mini(listing, body);
    text_add_string(body, "}}");
    return 200;
}

static uint32_t answer_ticker(const struct vsim_world *world, const struct vsim_listing *listing,
                              const struct call *call, struct text *body) {
    (void)call;
    text_add_string(body, "{\"result\":");
    write_ticker(world, listing, body);
    text_add_string(body, "}}");
    return 200;
}

static uint32_t answer_book(const struct vsim_world *world, const struct vsim_listing *listing,
                            const struct call *call, struct text *body) {
    (void)world;
    if (!is_one_of(depths, call->depth)) {
        return fail(body, 3031, "Depth is invalid", 400);
    }
    text_add_string(body, "{\"result\":");
    write_book(listing, true, (uint32_t)call->depth, body);
    text_add_string(body, "}}");
    return 200;
}

static const struct {
    const char *path;
    bool of_instrument;
    uint32_t (*answer)(const struct vsim_world *world, const struct vsim_listing *listing,
                       const struct call *call, struct text *body);
} calls[] = {
    {"/full/v1/all_instruments", false, answer_instruments},
    {"/full/v1/instruments", false, answer_instruments},
    {"/full/v1/instrument", true, answer_instrument},
    {"/full/v1/mini", true, answer_mini},
    {"/full/v1/ticker", true, answer_ticker},
    {"/full/v1/book", true, answer_book},
};

static bool read_call(struct slice text, struct call *call) {
    struct json r;
    struct slice key;
    json_init(&r, text);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("instrument")) && json_peek(&r) == JSON_STRING) {
            json_string(&r, &call->instrument);
        } else if (slice_equals(key, SLICE("depth")) && json_peek(&r) == JSON_NUMBER) {
            json_int(&r, &call->depth);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

// The books are charged to the second rate.
static struct vsim_charge grvt_charge(const struct vsim_request *request) {
    return (struct vsim_charge){slice_equals(request->path, SLICE("/full/v1/book")), 1};
}

static void grvt_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                        struct vsim_reply *reply) {
    (void)world;
    if (refusal->why == VSIM_NO_STREAM) {
        (void)fail(&reply->body, 1004, "Data Not Found", reply->status);
    } else {
        (void)fail(&reply->body, 1006, "You have surpassed the allocated rate limit for your tier",
                   reply->status);
    }
}

static bool is_json(const struct vsim_request *request) {
    struct slice type;
    return vsim_header(request, "Content-Type", &type) &&
           slice_starts(type, SLICE("application/json"));
}

static uint32_t grvt_answer(const struct vsim_world *world, const struct vsim_request *request,
                            struct text *body) {
    if (slice_equals(request->path, SLICE("/time"))) {
        text_add_string(body, "{\"server_time\":");
        vsim_write_ms(body, world->now_ns);
        text_add_char(body, '}');
        return 200;
    }
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (!slice_equals(request->path, slice_of(calls[i].path))) {
            continue;
        }
        struct call call = {.instrument = {"", 0}};
        if (!slice_equals(request->method, SLICE("POST")) || !is_json(request) ||
            !read_call(request->body, &call)) {
            return fail(body, 1003, "Request could not be processed due to malformed syntax", 400);
        }
        const struct vsim_listing *listing = vsim_find(world, call.instrument);
        if (calls[i].of_instrument && listing == NULL) {
            return fail(body, 3000, "Instrument is invalid", 400);
        }
        return calls[i].answer(world, listing, &call, body);
    }
    return fail(body, 1004, "Data Not Found", 404);
}

static void grvt_rules(const struct symbol *symbol, const struct listing *seen,
                       struct listing *out) {
    static const struct vsim_known known[] = {
        {"BTC", PX_ONE / 10, QTY_ONE / 1000},
        {"ETH", PX_ONE / 100, QTY_ONE / 100},
        {"SOL", PX_ONE / 100, QTY_ONE / 10},
    };
    vsim_rules_fill(symbol, seen, known, COUNT_OF(known), &grvt_md, out);
    out->notional_min = USD(100);
}

const struct venue_sim grvt_sim = {
    .name = "grvt",
    .book_levels = LEVELS_MAX,
    .book_period_ms = 100,
    .funding_interval_ns = 8 * 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = grvt_rules,
    .open = grvt_open,
    .on_text = grvt_on_text,
    .answer = grvt_answer,
    // Sheet 7: the table of the tiers was not to be seen; these are the pauses clients keep, 40 ms
    // between two calls and 120 ms between two books. WebSockets: nothing is published (sheet 9).
    .limits = {.calls = {{25, 1000}, {8, 1000}}},
    .charge = grvt_charge,
    .refuse = grvt_refuse,
    .private_side = &grvt_sim_private,
};
