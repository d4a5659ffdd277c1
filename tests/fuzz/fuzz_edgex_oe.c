// edgeX's order entry and the private side of its server, fed with what the other may send. Each
// line of the input is one of
//   a…r and text   an answer to the call of that number (enum oe_call_kind), HTTP 200
//   A…R and text   the same, HTTP 400
//   > and text     a frame of the private socket, for the order entry
//   < and text     a frame of the private socket, for the server
//   / path?query   a signed GET to the server
//   ! path body    a signed POST
// What the order entry says of it must be whole; what the server answers must be JSON.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "exchanges/edgex_oe.h"
#include "exchanges/edgex_sim.h"
#include "exchanges/oe_text.h"
#include "exchanges/venues.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"543429922991899150", 18},
    {"6e3f0a52-throw-away-0001", 24},
    {"throw-away-secret-0123456789abcdef", 34},
    {"throwAwayPassphrase", 19},
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 64}};

static struct universe universe;
static struct oe oe;
static struct vsim_world world;
static char headers_room[VSIM_HEADERS_SIZE], body_room[VSIM_SCRATCH_SIZE];

// An event is printed: all of its slices are read.
static void print_event(struct oe_sink *sink, const struct oe_event *event) {
    static char line_data[256 * 1024];
    struct text line = TEXT_OVER(line_data);
    (void)sink;
    ASSERT(event->symbol == OE_SYMBOL_NONE || event->symbol < oe.symbol_count);
    ASSERT(event->kind != OE_EVENT_FILL || (event->fill.size.v >= 0 && event->fill.price.v >= 0));
    oe_event_print(&line, &oe, event);
}

static struct oe_sink sink = {print_event};

static void check_json(struct slice message) {
    struct json r;
    json_init(&r, message);
    ASSERT(json_skip(&r) && json_end(&r));
}

static void check_sent(struct vsim_out *out, struct slice message) {
    (void)out;
    check_json(message);
    edgex_oe.decode_frame(&oe, 0, message, world.now_ns, &sink);
}

static void fill_world(void) {
    ASSERT(vsim_world_create(&world, &edgex_sim, 2) == STATUS_OK);
    world.now_ns = INT64_C(1767323045678) * NS_PER_MS;
    world.limits.calls[0] = (struct vsim_rate){0};
    for (uint16_t i = 0; i < 2; i++) {
        struct vsim_listing *listing = &world.listings[i];
        struct listing seen = {.tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
        struct level bid = {{60000 * PX_ONE}, {QTY_ONE}}, ask = {{60001 * PX_ONE}, {QTY_ONE}};
        listing->symbol = &universe.symbols[i];
        edgex_sim.rules(listing->symbol, &seen, &listing->rules);
        listing->rules.ready = true;
        listing->funding_interval_ns = edgex_sim.funding_interval_ns;
        vsim_quote(listing, bid, ask, 0, world.now_ns);
        (void)vsim_publish(listing, &bid, 1, &ask, 1, 0, world.now_ns);
        listing->mark = listing->index = bid.price;
        oe_learn(&oe, i, &listing->rules);
    }
}

// One account for all inputs would make each depend on the others.
static void make_account(void) {
    struct vacc_options options = {.maker_fee = BPS_C(150),
                                   .taker_fee = BPS_C(380),
                                   .balance = USD(100000),
                                   .leverage = 10,
                                   .first_number = 1000000};
    const struct vsim_private *side = edgex_sim.private_side;
    ASSERT(vacc_create(&world.account, &options, 2, side->own_size) == STATUS_OK);
    ASSERT(side->init(world.account, secrets) == STATUS_OK);
}

static struct slice call_server(struct vsim_request *request, struct slice folded) {
    char time_data[24], lines_data[OE_HEADERS_MAX];
    struct text time = TEXT_OVER(time_data), lines = TEXT_OVER(lines_data);
    struct vsim_reply reply = {.headers = TEXT_OVER(headers_room), .body = TEXT_OVER(body_room)};
    text_add_int(&time, world.now_ns / NS_PER_MS);
    text_add_string(&lines, "User-Agent: fuzz\n");
    edgex_add_headers(oe.state, text_slice(&time), request->method, request->path, folded, &lines);
    request->headers = text_slice(&lines);
    vsim_call(&world, request, &reply);
    ASSERT(reply.status >= 200 && reply.status < 500 && !reply.body.truncated &&
           !reply.headers.truncated);
    check_json(text_slice(&reply.body));
    return text_slice(&reply.body);
}

static void learn_rules(void) {
    struct vsim_request request = {
        .method = SLICE("GET"), .path = SLICE("/api/v2/public/meta/getMetaData"), .query = {"", 0}};
    struct oe_call call = {.kind = OE_RULES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = 1};
    struct slice body = call_server(&request, (struct slice){"", 0});
    edgex_oe.decode_answer(&oe, &call, 200, (struct slice){"", 0}, body, &sink);
}

// Its pages are no place where leaks are looked for: what the library holds has to be given back.
static void stop(void) {
    oe_destroy(&oe);
}

static void start(void) {
    static const char *const names[] = {"BTC/USDT", "ETH/USDT"};
    ASSERT(universe_create(&universe, 1, 2) == STATUS_OK);
    for (uint16_t i = 0; i < 2; i++) {
        ASSERT(symbol_parse(&universe.symbols[i], slice_of(names[i])) == STATUS_OK);
    }
    ASSERT(oe_create(&oe, &edgex_oe, venue_find(SLICE("edgex"))->md, &universe, false, secrets) ==
           STATUS_OK);
    ASSERT(atexit(stop) == 0);
    fill_world();
}

static void post(struct slice line) {
    char folded_data[4096];
    struct text folded = TEXT_OVER(folded_data);
    struct vsim_request request = {.method = SLICE("POST"), .query = {"", 0}};
    request.path = vsim_cut(&line, ' ');
    request.body = line;
    if (line.size < sizeof(folded_data) && request.path.size < 1024) {
        (void)!edgex_fold(line, &folded); // one that does not fold is refused for it
        (void)call_server(&request, text_slice(&folded));
    }
}

static void get(struct slice line) {
    struct vsim_request request = {.method = SLICE("GET")};
    request.path = vsim_cut(&line, '?');
    request.query = line;
    if (line.size < 2048 && request.path.size < 1024) {
        (void)call_server(&request, line); // right when it is sorted and has nothing escaped
    }
}

static void drive(struct vsim_session *session, struct slice line) {
    struct slice rest = line.size == 0 ? line : (struct slice){line.data + 1, line.size - 1};
    char first = line.size == 0 ? '\0' : line.data[0];
    bool low = first >= 'a' && first < 'a' + OE_CALL_KIND_COUNT;
    bool high = first >= 'A' && first < 'A' + OE_CALL_KIND_COUNT;
    if (low || high) {
        struct oe_call call = {.kind = (enum oe_call_kind)(first - (low ? 'a' : 'A')),
                               .tag = 1,
                               .symbol = OE_SYMBOL_NONE,
                               .client_id = SLICE("pd-1"),
                               .venue_id = SLICE("1000001"),
                               .now_ns = world.now_ns};
        edgex_oe.decode_answer(&oe, &call, low ? 200 : 400, (struct slice){"", 0}, rest, &sink);
    } else if (first == '>') {
        edgex_oe.decode_frame(&oe, 0, rest, world.now_ns, &sink);
    } else if (first == '<') {
        vsim_session_text(session, rest);
    } else if (first == '/') {
        get(line);
    } else if (first == '!') {
        post(rest);
    }
    vsim_session_poll(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (oe.venue == NULL) {
        start();
    }
    make_account();
    learn_rules();
    struct vsim_out out = {.send = check_sent};
    struct vsim_session session;
    ASSERT(vsim_session_create(&session, &world, &out, 1) == STATUS_OK);
    session.mode = EDGEX_SIM_PRIVATE;
    vsim_session_poll(&session);
    struct slice rest = {(const char *)data, size};
    while (rest.size > 0) {
        drive(&session, vsim_cut(&rest, '\n'));
    }
    vsim_session_finish(&session);
    vacc_destroy(world.account);
    world.account = NULL;
    return 0;
}
