// Binance USDT-M futures as its server speaks: the routed streams (/public, /market), SUBSCRIBE and
// its relatives, and the public REST calls. Recorded frames are combined-stream messages and go out
// byte for byte, or without their wrapping on a raw (/ws) connection.
//
// As on the real venue a stream that does not exist, or exists on the other route, is acknowledged
// like any other and then never speaks.
#include "exchanges/binance_sim.h"

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/vsim_text.h"

enum route { ROUTE_PUBLIC, ROUTE_MARKET };

static void write_lower(struct text *out, const char *name) {
    for (; *name != '\0'; name++) {
        text_add_char(out, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
    }
}

// Every message is composed in its wrapping; a raw connection is sent the inside.
void binance_sim_wrap(const struct vsim_channel *channel, const struct vsim_listing *listing,
                      struct text *out) {
    text_add_string(out, "{\"stream\":\"");
    write_lower(out, listing->rules.native);
    text_add_char(out, '@');
    text_add_string(out, channel->name);
    text_add_string(out, "\",\"data\":");
}

void binance_sim_write_best(const struct vsim_listing *listing, const char *const names[4],
                            struct text *out) {
    vsim_member_px(out, names[0], listing, listing->bid);
    vsim_member_qty(out, names[1], listing, listing->bid_size);
    vsim_member_px(out, names[2], listing, listing->ask);
    vsim_member_qty(out, names[3], listing, listing->ask_size);
}

static void encode_book_ticker(const struct vsim_channel *channel, const struct vsim_world *world,
                               const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    binance_sim_wrap(channel, listing, out);
    text_add_string(out, "{\"e\":\"bookTicker\"");
    vsim_member_int(out, "u", (int64_t)listing->quote_id);
    vsim_member_string(out, "s", listing->rules.native);
    binance_sim_write_best(listing, (const char *const[]){"b", "B", "a", "A"}, out);
    vsim_member_int(out, "T", listing->quote_ns / NS_PER_MS);
    vsim_member_int(out, "E", listing->quote_ns / NS_PER_MS);
    text_add_string(out, "}}");
}

void binance_sim_encode_depth(const struct vsim_channel *channel, const struct vsim_world *world,
                              const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    bool top = whole && channel->topic == VSIM_BOOK_WHOLE;
    binance_sim_wrap(channel, listing, out);
    text_add_string(out, "{\"e\":\"depthUpdate\"");
    vsim_member_int(out, "E", listing->book_ns / NS_PER_MS);
    vsim_member_int(out, "T", listing->book_ns / NS_PER_MS);
    vsim_member_string(out, "s", listing->rules.native);
    vsim_member_int(out, "U", (int64_t)listing->book_previous + 1);
    vsim_member_int(out, "u", (int64_t)listing->book_id);
    vsim_member_int(out, "pu", (int64_t)listing->book_previous);
    text_add_string(out, ",\"b\":");
    vsim_write_levels(out, listing, top ? listing->bids : listing->changed_bids,
                      top ? listing->bid_count : listing->changed_bid_count,
                      top ? channel->levels : UINT32_MAX);
    text_add_string(out, ",\"a\":");
    vsim_write_levels(out, listing, top ? listing->asks : listing->changed_asks,
                      top ? listing->ask_count : listing->changed_ask_count,
                      top ? channel->levels : UINT32_MAX);
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
    vsim_member_px(out, "ap", listing, listing->mark);
    vsim_member_px(out, "i", listing, listing->index);
    vsim_member_px(out, "P", listing, listing->index);
    vsim_member_rate(out, "r", listing->funding, 8);
    vsim_member_int(out, "T", listing->next_settlement_ns / NS_PER_MS);
    vsim_member_int(out, "st", 1);
    text_add_string(out, "}}");
}

// Deltas that are made here come every 100 ms, whatever the stream's name promises.
static const struct vsim_channel channels[] = {
    {"bookTicker", VSIM_BBO, 0, false, false, 0, ROUTE_PUBLIC, encode_book_ticker},
    {"depth@0ms", VSIM_BOOK_DELTA, 0, false, false, 0, ROUTE_PUBLIC, binance_sim_encode_depth},
    {"depth@100ms", VSIM_BOOK_DELTA, 0, false, false, 0, ROUTE_PUBLIC, binance_sim_encode_depth},
    {"depth5@100ms", VSIM_BOOK_WHOLE, 100, false, false, 5, ROUTE_PUBLIC, binance_sim_encode_depth},
    {"depth10@100ms", VSIM_BOOK_WHOLE, 100, false, false, 10, ROUTE_PUBLIC,
     binance_sim_encode_depth},
    {"depth20@100ms", VSIM_BOOK_WHOLE, 100, false, false, 20, ROUTE_PUBLIC,
     binance_sim_encode_depth},
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
    enum route route = (session->mode & BINANCE_SIM_MARKET) != 0 ? ROUTE_MARKET : ROUTE_PUBLIC;
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
    } else if (!vsim_subscribed(session, (uint32_t)listing, (uint32_t)channel)) {
        (void)vsim_subscribe(session, (uint32_t)listing, (uint32_t)channel);
    }
}

bool binance_sim_open(struct vsim_session *session, struct slice path, struct slice query,
                      uint32_t mode) {
    session->mode = mode;
    if (slice_equals(path, SLICE("/ws"))) {
        return true;
    }
    if (slice_starts(path, SLICE("/ws/"))) {
        set_stream(session, (struct slice){path.data + 4, path.size - 4}, true);
        return true;
    }
    if (!slice_equals(path, SLICE("/stream"))) {
        return false;
    }
    session->mode |= BINANCE_SIM_COMBINED;
    struct slice streams;
    if (vsim_query(query, "streams", &streams)) {
        while (streams.size > 0) {
            set_stream(session, vsim_cut(&streams, '/'), true);
        }
    }
    return true;
}

static bool binance_open(struct vsim_session *session, struct slice target) {
    struct slice query = target;
    struct slice path = vsim_cut(&query, '?');
    static const struct {
        const char *prefix;
        uint32_t mode;
    } routes[] = {{"/public", 0}, {"/market", BINANCE_SIM_MARKET}, {"", 0}};
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        struct slice prefix = slice_of(routes[i].prefix);
        struct slice rest = {path.data + prefix.size, path.size - prefix.size};
        if (slice_starts(path, prefix) && binance_sim_open(session, rest, query, routes[i].mode)) {
            return true;
        }
    }
    return false;
}

void binance_sim_refuse(struct vsim_session *session, int code, const char *text) {
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
            text_add_format(out, "@%s\"", world->venue->channels[c].name);
            first = false;
        }
    }
    text_add_char(out, ']');
}

void binance_sim_on_text(struct vsim_session *session, struct slice message) {
    struct command command;
    struct json params;
    if (!read_command(message, &command, &params)) {
        binance_sim_refuse(session, 3, "Invalid JSON: expected value at line 1 column 1");
        return;
    }
    bool subscribe = slice_equals(command.method, SLICE("SUBSCRIBE"));
    bool list = slice_equals(command.method, SLICE("LIST_SUBSCRIPTIONS"));
    if (!subscribe && !list && !slice_equals(command.method, SLICE("UNSUBSCRIBE"))) {
        binance_sim_refuse(
            session, 2,
            "Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
            "`LIST_SUBSCRIPTIONS`");
        return;
    }
    if (!list) {
        if (!command.has_params) {
            binance_sim_refuse(session, 2, "Invalid request: missing field `params`");
            return;
        }
        struct slice stream;
        json_array_begin(&params);
        while (json_array_next(&params)) {
            if (!json_string(&params, &stream)) {
                binance_sim_refuse(session, 2, "Invalid request: invalid type, expected a string");
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

void binance_sim_rules(const struct symbol *symbol, const struct listing *seen,
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

struct slice binance_sim_shape(const struct vsim_session *session, struct slice message) {
    return (session->mode & BINANCE_SIM_COMBINED) != 0 ? message : inside(message);
}

const struct venue_sim binance_sim = {
    .name = "binance",
    .book_levels = BINANCE_SIM_DEPTH_MAX,
    .book_period_ms = 100,
    .funding_interval_ns = 8 * 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = binance_sim_rules,
    .open = binance_open,
    .on_text = binance_sim_on_text,
    .answer = binance_sim_answer,
    .recorded_channel = recorded_channel,
    .shape = binance_sim_shape,
    // Sheet 3 (Heartbeat and limits), 4 (fundingInfo) and 7. One stream too many is acknowledged
    // and silent, like any other that does not exist.
    .limits = {.calls = {{2400, 60 * 1000}, {500, 300 * 1000}},
               .ban_after = BINANCE_SIM_BAN_AFTER,
               .ban_s = BINANCE_SIM_BAN_S,
               .connects = {{300, 300 * 1000}},
               .subscriptions = 200,
               .messages = {10, 1000},
               .ping_s = 180,
               .pong_s = 600,
               .age_s = 24 * 3600},
    .charge = binance_sim_charge,
    .refuse = binance_sim_refuse_call,
    .add_headers = binance_sim_add_headers,
    .private_side = &binance_sim_private,
};
