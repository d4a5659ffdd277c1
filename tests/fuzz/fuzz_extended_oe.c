// Extended's order entry and its simulated server, fed with whatever the other side may send. The
// first byte tells what the rest is: a letter from 'a' on, the answer to that kind of call, with
// the HTTP status behind it as a digit; 'Z', a frame of the account's stream; any other, a call to
// the server: method, a blank, path and query, a line feed, body.
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "exchanges/oe_text.h"
#include "exchanges/venue_account.h"
#include "exchanges/venues.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"throwawayapikey", 15}, {"0x7a7ff6fd3cab02cc", 18}, {"10002", 5}};
static struct symbol symbols[2];
static struct universe universe;
static struct oe oe;
static struct vsim_world world;
static uint64_t events;

// Every slice of an event is read by printing it.
static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    char data[512];
    struct text out = TEXT_OVER(data);
    (void)sink;
    ASSERT((unsigned)event->kind < OE_EVENT_KIND_COUNT);
    ASSERT((unsigned)event->error < OE_ERROR_COUNT);
    ASSERT(event->symbol == OE_SYMBOL_NONE || event->symbol < 2);
    if (event->kind == OE_EVENT_ORDER) {
        ASSERT((unsigned)event->order.state < OE_STATE_COUNT && event->order.filled.v >= 0 &&
               event->order.size.v >= 0 && event->order.price.v >= 0);
    } else if (event->kind == OE_EVENT_FILL) {
        ASSERT(event->fill.trade != 0 && event->fill.price.v >= 0 && event->fill.size.v >= 0);
    }
    oe_event_print(&out, &oe, event);
    events++;
}

static void check_sent(struct vsim_out *out, struct slice message) {
    struct json r;
    struct oe_sink sink = {on_event};
    (void)out;
    json_init(&r, message);
    ASSERT(json_skip(&r) && json_end(&r));
    oe.venue->decode_frame(&oe, 0, message, world.now_ns, &sink);
}

// An account with a resting order and a position.
static void fill_account(void) {
    const struct vsim_private *side = extended_sim.private_side;
    struct vacc_options options = {.balance = USD(100000), .leverage = 10, .first_number = 1000};
    ASSERT(vacc_create(&world.account, &options, 2, side->own_size) == STATUS_OK &&
           side->init(world.account, secrets) == STATUS_OK);
    struct vacc_request request = {.kind = VACC_POST_ONLY,
                                   .price = {59000 * PX_ONE},
                                   .size = {QTY_ONE / 10},
                                   .client_id = SLICE("pd1-10001")};
    const struct vacc_order *order;
    ASSERT(vacc_place(world.account, &world, &request, &order) == VACC_TAKEN);
    request.client_id = SLICE("pd1-10002");
    request.kind = VACC_IOC;
    request.price.v = 61000 * PX_ONE;
    ASSERT(vacc_place(world.account, &world, &request, &order) == VACC_TAKEN);
}

static void fill_world(void) {
    const struct venue *venue = venue_find(SLICE("extended"));
    ASSERT(universe_create(&universe, 1, 2) == STATUS_OK &&
           symbol_parse(&symbols[0], SLICE("BTC/USDT")) == STATUS_OK &&
           symbol_parse(&symbols[1], SLICE("ETH/USDT")) == STATUS_OK);
    memcpy(universe.symbols, symbols, sizeof(symbols));
    ASSERT(oe_create(&oe, venue->oe, venue->md, &universe, false, secrets) == STATUS_OK &&
           vsim_world_create(&world, &extended_sim, 2) == STATUS_OK);
    world.now_ns = INT64_C(1767323045) * NS_PER_S;
    for (uint32_t i = 0; i < 2; i++) {
        struct vsim_listing *listing = &world.listings[i];
        struct listing seen = {.ready = true, .tick = {PX_ONE / 100}, .step = {QTY_ONE / 1000}};
        struct level bid = {{60000 * PX_ONE}, {QTY_ONE}}, ask = {{60001 * PX_ONE}, {QTY_ONE}};
        listing->symbol = &symbols[i];
        extended_sim.rules(&symbols[i], &seen, &listing->rules);
        listing->rules.ready = true;
        vsim_quote(listing, bid, ask, 0, world.now_ns);
        (void)vsim_publish(listing, &bid, 1, &ask, 1, 0, world.now_ns);
        listing->mark = listing->index = bid.price;
        listing->funding_interval_ns = extended_sim.funding_interval_ns;
    }
    fill_account();
}

static void answer(uint8_t letter, struct slice rest) {
    static const uint32_t statuses[] = {200, 400, 401, 404, 429, 500, 503, 201, 403, 0};
    struct oe_sink sink = {on_event};
    struct oe_call call = {.kind = (enum oe_call_kind)((letter - 'a') % OE_CALL_KIND_COUNT),
                           .tag = 1,
                           .symbol = 0,
                           .client_id = SLICE("pd1-10001"),
                           .cursor = SLICE("12"),
                           .now_ns = world.now_ns};
    if (rest.size == 0 || (oe.venue->calls & OE_BIT(call.kind)) == 0) {
        return;
    }
    uint32_t status = statuses[(uint8_t)(rest.data[0] - '0') % COUNT_OF(statuses)];
    struct slice body = {rest.data + 1, rest.size - 1};
    uint64_t before = events;
    oe.venue->decode_answer(&oe, &call, status, SLICE(""), body, &sink);
    ASSERT(events > before || call.kind == OE_FEES); // no answer is passed over in silence
}

static void call_server(struct vsim_session *session, struct slice rest) {
    static char headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE];
    struct slice line = vsim_cut(&rest, '\n');
    struct vsim_request request = {.method = vsim_cut(&line, ' '), .body = rest};
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    struct json r;
    request.path = vsim_cut(&line, '?');
    request.query = line;
    request.headers = SLICE("X-Api-Key: throwawayapikey\r\nUser-Agent: fuzz\r\n");
    vsim_call(&world, &request, &reply);
    ASSERT(reply.status >= 200 && reply.status < 500 && !reply.body.truncated);
    if (reply.body.size > 0) {
        json_init(&r, text_slice(&reply.body));
        ASSERT(json_skip(&r) && json_end(&r));
    }
    vsim_session_poll(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct vsim_out out = {.send = check_sent};
    struct vsim_session session;
    if (world.venue == NULL) {
        fill_world();
    }
    if (size == 0) {
        return 0;
    }
    struct slice rest = {(const char *)data + 1, size - 1};
    if (data[0] >= 'a' && data[0] <= 'z') {
        answer(data[0], rest);
        return 0;
    }
    if (data[0] == 'Z') {
        struct oe_sink sink = {on_event};
        oe.venue->decode_frame(&oe, 0, rest, world.now_ns, &sink);
        return 0;
    }
    memset(world.call_uses, 0, sizeof(world.call_uses)); // each input by itself
    world.banned_until_ns = 0;
    struct vsim_request handshake = {
        .method = SLICE("GET"),
        .path = SLICE("/stream.extended.exchange/v1/account"),
        .headers = SLICE("X-Api-Key: throwawayapikey\r\nUser-Agent: fuzz\r\n")};
    ASSERT(vsim_session_create(&session, &world, &out, 1) == STATUS_OK);
    ASSERT(extended_sim.private_side->open(&session, &handshake) && session.over == NULL);
    vsim_session_poll(&session);
    call_server(&session, rest);
    vsim_session_finish(&session);
    return 0;
}
