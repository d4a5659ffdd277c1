// Lighter's private side fed with whatever may come: the first byte tells what the rest is. Below
// OE_CALL_KIND_COUNT the answer to that call; then a frame of the socket; then, for the simulated
// server, a client's message and a client's query of each path. What the server answers must be
// JSON.
#include "base/json.h"
#include "exchanges/lighter_oe.h"
#include "exchanges/venue_account.h"
#include "exchanges/venues.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAME = OE_CALL_KIND_COUNT, MESSAGE, QUERY };

#define KEY "0b8e0f63c24d8baacd9d29ad4e9a4b73c4a8d2bb8b16dc4fa9d7c2e1d3a8b1f0e8d3a4c5b6e7f001"
#define RULES                                                                                      \
    "{\"code\":200,\"order_book_details\":[{\"symbol\":\"BTC\",\"market_id\":1,\"market_type\":"   \
    "\"perp\",\"size_decimals\":5,\"price_decimals\":1},{\"symbol\":\"ETH\",\"market_id\":0,"      \
    "\"market_type\":\"perp\",\"size_decimals\":4,\"price_decimals\":2}]}"

static const struct slice secrets[OE_SECRETS_MAX] = {{KEY, sizeof(KEY) - 1}, {"1234", 4}, {"5", 1}};
static const int64_t now_ns = INT64_C(1777941384) * NS_PER_S;

static void check_event(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    ASSERT((unsigned)event->kind < OE_EVENT_KIND_COUNT && (unsigned)event->error < OE_ERROR_COUNT);
    if (event->kind == OE_EVENT_ORDER) {
        ASSERT((unsigned)event->order.state < OE_STATE_COUNT && event->order.filled.v >= 0);
    } else if (event->kind == OE_EVENT_FILL) {
        ASSERT(event->fill.trade != 0 && event->fill.size.v > 0 && event->fill.price.v >= 0);
    }
}

static const struct universe *two_symbols(void) {
    static struct universe universe;
    if (universe.symbol_count == 0) {
        ASSERT(universe_create(&universe, 1, 2) == STATUS_OK);
        ASSERT(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
        ASSERT(symbol_parse(&universe.symbols[1], SLICE("ETH/USDT")) == STATUS_OK);
    }
    return &universe;
}

// An account with an order on the way.
static void make_client(struct oe *oe, struct oe_sink *sink) {
    static struct oe_message message;
    const struct listing listing = {.ready = true,
                                    .native = "BTC",
                                    .tick = {PX_ONE / 10},
                                    .step = {QTY_ONE / 100000},
                                    .contract = {QTY_ONE}};
    struct oe_call call = {.kind = OE_RULES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    ASSERT(oe_create(oe, &lighter_oe, venue_find(SLICE("lighter"))->md, two_symbols(), false,
                     secrets) == STATUS_OK);
    oe_learn(oe, 0, &listing);
    lighter_oe.decode_answer(oe, &call, 200, SLICE(""), SLICE(RULES), sink);
    call.kind = OE_NONCE;
    lighter_oe.decode_answer(oe, &call, 200, SLICE(""), SLICE("{\"code\":200,\"nonce\":7}"), sink);
    call = (struct oe_call){.kind = OE_PLACE,
                            .tag = 2,
                            .order = {.price = {60000 * PX_ONE}, .size = {QTY_ONE}},
                            .client_id = SLICE("42"),
                            .now_ns = now_ns};
    ASSERT(oe_encode(oe, &call, &message) == STATUS_OK);
}

// Made once, for it signs, and set back for each input.
static struct oe *fresh_client(struct oe_sink *sink) {
    static struct oe oe;
    static struct lighter state;
    if (oe.venue == NULL) {
        make_client(&oe, sink);
        memcpy(&state, oe.state, sizeof(state));
    }
    memcpy(oe.state, &state, sizeof(state));
    return &oe;
}

static void fuzz_client(uint8_t what, struct slice text) {
    struct oe_sink sink = {.on_event = check_event};
    struct oe *oe = fresh_client(&sink);
    if (what == FRAME) {
        lighter_oe.decode_frame(oe, 0, text, now_ns, &sink);
    } else {
        struct oe_call call = {.kind = (enum oe_call_kind)what,
                               .tag = 3,
                               .symbol = OE_SYMBOL_NONE,
                               .client_id = SLICE("42"),
                               .now_ns = now_ns};
        lighter_oe.decode_answer(oe, &call, 200, SLICE(""), text, &sink);
        lighter_oe.decode_answer(oe, &call, 500, SLICE(""), text, &sink);
    }
}

// ---- the server --------------------------------------------------------------------------------

static void check_json(struct slice message) {
    struct json r;
    json_init(&r, message);
    ASSERT(json_skip(&r) && json_end(&r));
}

static void check_sent(struct vsim_out *out, struct slice message) {
    (void)out;
    check_json(message);
}

static struct vsim_world *world_with_account(void) {
    static struct vsim_world world;
    const struct vacc_options options = {
        .balance = USD(1000), .leverage = 10, .first_number = 1000000};
    if (world.account == NULL) {
        ASSERT(vsim_world_create(&world, &lighter_sim, 2) == STATUS_OK);
        world.now_ns = now_ns;
        for (uint16_t i = 0; i < 2; i++) {
            struct listing seen = {.ready = true, .tick = {PX_ONE / 100}, .step = {QTY_ONE / 1000}};
            struct level bid = {{60000 * PX_ONE}, {QTY_ONE}}, ask = {{60001 * PX_ONE}, {QTY_ONE}};
            world.listings[i].symbol = &two_symbols()->symbols[i];
            lighter_sim.rules(&two_symbols()->symbols[i], &seen, &world.listings[i].rules);
            vsim_quote(&world.listings[i], bid, ask, 0, now_ns);
            (void)vsim_publish(&world.listings[i], &bid, 1, &ask, 1, 0, now_ns);
        }
        ASSERT(vacc_create(&world.account, &options, 2, lighter_sim.private_side->own_size) ==
                   STATUS_OK &&
               lighter_sim.private_side->init(world.account, secrets) == STATUS_OK);
    }
    return &world;
}

static void fuzz_message(struct slice text) {
    struct vsim_out out = {.send = check_sent};
    struct vsim_session session;
    ASSERT(vsim_session_create(&session, world_with_account(), &out, 1) == STATUS_OK);
    (void)lighter_sim.private_side->on_text(&session, text);
    vsim_session_poll(&session);
    vsim_session_finish(&session);
}

static void fuzz_query(struct slice text) {
    static const char *const paths[] = {"nextNonce",           "apikeys", "account",
                                        "accountActiveOrders", "trades",  "accountLimits",
                                        "positionFunding"};
    static char headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE];
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        char path_data[64];
        struct text path = TEXT_OVER(path_data);
        struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
        text_add_format(&path, "/api/v1/%s", paths[i]);
        struct vsim_request request = {
            .method = SLICE("GET"), .path = text_slice(&path), .query = text};
        ASSERT(lighter_sim.private_side->answer(world_with_account(), &request, &reply) != 0);
        ASSERT(!reply.body.truncated);
        check_json(text_slice(&reply.body));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || data[0] > QUERY) {
        return 0;
    }
    struct slice text = {(const char *)data + 1, size - 1};
    if (data[0] == MESSAGE) {
        fuzz_message(text);
    } else if (data[0] == QUERY) {
        fuzz_query(text);
    } else {
        fuzz_client(data[0], text);
    }
    return 0;
}
