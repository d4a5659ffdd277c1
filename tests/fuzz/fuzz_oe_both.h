// A venue's private side fed with whatever may come: the first byte tells what the rest is. Below
// OE_CALL_KIND_COUNT the answer to that call; then a frame of the socket; then, for the simulated
// server, a client's message, and a client's call as its method, target and body, a blank between
// each. What the server says must be JSON.
#ifndef PERPDESK_TESTS_FUZZ_OE_BOTH_H
#define PERPDESK_TESTS_FUZZ_OE_BOTH_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "exchanges/venue_account.h"
#include "exchanges/venues.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_FRAME = OE_CALL_KIND_COUNT, FUZZ_MESSAGE, FUZZ_CALL };

struct fuzz_oe {
    const char *venue;
    struct slice secrets[OE_SECRETS_MAX];
    // What the client learns before: rules, a login. NULL: nothing.
    void (*begin)(struct oe *oe, struct oe_sink *sink);
    // The headers that make a call, or the handshake, the owner's.
    void (*sign)(const struct vsim_world *world, const struct vsim_request *request,
                 struct text *headers);
    const char *socket; // its path
};

static const int64_t fuzz_now_ns = INT64_C(1767323045) * NS_PER_S;

static void fuzz_check_event(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    ASSERT((unsigned)event->kind < OE_EVENT_KIND_COUNT && (unsigned)event->error < OE_ERROR_COUNT);
    if (event->kind == OE_EVENT_ORDER) {
        ASSERT((unsigned)event->order.state < OE_STATE_COUNT && event->order.filled.v >= 0);
        ASSERT(event->order.price.v >= 0 && event->order.size.v >= 0);
    } else if (event->kind == OE_EVENT_FILL) {
        ASSERT(event->fill.trade != 0 && event->fill.size.v >= 0 && event->fill.price.v >= 0);
    }
}

static const struct symbol fuzz_symbols[] = {{"BTC/USDT", "BTC", "USDT"},
                                             {"ETH/USDT", "ETH", "USDT"}};

static void fuzz_client(const struct fuzz_oe *fuzz, struct oe *oe, struct oe_sink *sink) {
    static struct universe universe;
    const struct venue *venue = venue_find(slice_of(fuzz->venue));
    if (universe.symbol_count == 0) {
        ASSERT(universe_create(&universe, 1, COUNT_OF(fuzz_symbols)) == STATUS_OK);
        memcpy(universe.symbols, fuzz_symbols, sizeof(fuzz_symbols));
    }
    ASSERT(oe_create(oe, venue->oe, venue->md, &universe, false, fuzz->secrets) == STATUS_OK);
    if (fuzz->begin != NULL) {
        fuzz->begin(oe, sink);
    }
}

static void fuzz_answers(struct oe *oe, uint8_t what, struct slice text, struct oe_sink *sink) {
    static const uint32_t statuses[] = {200, 202, 400, 401, 404, 429, 500};
    struct oe_call call = {.kind = (enum oe_call_kind)what,
                           .tag = 3,
                           .symbol = OE_SYMBOL_NONE,
                           .client_id = SLICE("42"),
                           .now_ns = fuzz_now_ns};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) { // headers come from outside too
        oe->venue->decode_answer(oe, &call, statuses[i], text, text, sink);
    }
}

static void fuzz_decode(const struct fuzz_oe *fuzz, uint8_t what, struct slice text) {
    struct oe oe;
    struct oe_sink sink = {.on_event = fuzz_check_event};
    fuzz_client(fuzz, &oe, &sink);
    if (what == FUZZ_FRAME) {
        oe.venue->decode_frame(&oe, 0, text, fuzz_now_ns, &sink);
    } else {
        fuzz_answers(&oe, what, text, &sink);
    }
    oe_destroy(&oe);
}

static void fuzz_check_json(struct slice message) {
    struct json r;
    json_init(&r, message);
    ASSERT(json_skip(&r) && json_end(&r));
}

static void fuzz_check_sent(struct vsim_out *out, struct slice message) {
    (void)out;
    fuzz_check_json(message);
}

// Two listings with a quote and a book, and an account with a position and an open order.
static struct vsim_world *fuzz_server(const struct fuzz_oe *fuzz) {
    static struct vsim_world world;
    const struct venue_sim *sim = venue_find(slice_of(fuzz->venue))->sim;
    struct vacc_options options = {.balance = USD(100000), .leverage = 10, .first_number = 1000};
    const struct vacc_order *order;
    struct vacc_request request = {
        .price = {60001 * PX_ONE}, .size = {QTY_ONE / 10}, .client_id = SLICE("41")};
    if (world.venue != NULL) {
        return &world;
    }
    ASSERT(vsim_world_create(&world, sim, COUNT_OF(fuzz_symbols)) == STATUS_OK);
    world.now_ns = fuzz_now_ns;
    for (uint32_t i = 0; i < COUNT_OF(fuzz_symbols); i++) {
        struct vsim_listing *listing = &world.listings[i];
        struct listing seen = {.ready = true, .tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
        struct level bid = {{60000 * PX_ONE}, {QTY_ONE}}, ask = {{60001 * PX_ONE}, {QTY_ONE}};
        listing->symbol = &fuzz_symbols[i];
        sim->rules(&fuzz_symbols[i], &seen, &listing->rules);
        listing->rules.ready = true;
        vsim_quote(listing, bid, ask, 0, world.now_ns);
        (void)vsim_publish(listing, &bid, 1, &ask, 1, 0, world.now_ns);
        listing->mark = listing->index = bid.price;
        listing->funding_interval_ns = sim->funding_interval_ns;
    }
    ASSERT(vacc_create(&world.account, &options, COUNT_OF(fuzz_symbols),
                       sim->private_side->own_size) == STATUS_OK);
    ASSERT(sim->private_side->init(world.account, fuzz->secrets) == STATUS_OK);
    request.kind = VACC_IOC;
    ASSERT(vacc_place(world.account, &world, &request, &order) == VACC_TAKEN);
    request.kind = VACC_POST_ONLY;
    request.price.v = 59000 * PX_ONE;
    request.client_id = SLICE("42");
    ASSERT(vacc_place(world.account, &world, &request, &order) == VACC_TAKEN);
    return &world;
}

static void fuzz_call(const struct fuzz_oe *fuzz, struct slice text) {
    static char headers_data[2048], reply_headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE];
    struct vsim_world *world = fuzz_server(fuzz);
    struct text headers = TEXT_OVER(headers_data);
    struct vsim_reply reply = {.headers = TEXT_OVER(reply_headers), .body = TEXT_OVER(body)};
    struct vsim_request request = {.method = vsim_cut(&text, ' ')};
    request.query = vsim_cut(&text, ' ');
    request.path = vsim_cut(&request.query, '?');
    request.body = text;
    fuzz->sign(world, &request, &headers);
    request.headers = text_slice(&headers);
    uint32_t status = world->venue->private_side->answer(world, &request, &reply);
    ASSERT(!reply.body.truncated && !reply.headers.truncated);
    if (status != 0) {
        ASSERT(status >= 200 && status < 500);
        fuzz_check_json(text_slice(&reply.body));
    }
}

// On a socket that the account's owner opened.
static void fuzz_message(const struct fuzz_oe *fuzz, struct slice text) {
    static char headers_data[2048], reply_headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE];
    struct vsim_world *world = fuzz_server(fuzz);
    struct text headers = TEXT_OVER(headers_data);
    struct vsim_reply reply = {.headers = TEXT_OVER(reply_headers), .body = TEXT_OVER(body)};
    struct vsim_request request = {SLICE("GET"), slice_of(fuzz->socket), {"", 0}, {"", 0}, {"", 0}};
    struct vsim_out out = {.send = fuzz_check_sent};
    struct vsim_session session;
    fuzz->sign(world, &request, &headers);
    request.headers = text_slice(&headers);
    ASSERT(vsim_session_create(&session, world, &out, 1) == STATUS_OK);
    vsim_session_open(&session, &request, &reply);
    ASSERT(reply.status == 101);
    vsim_session_text(&session, text);
    vsim_session_poll(&session);
    vsim_session_finish(&session);
}

static int fuzz_private(const struct fuzz_oe *fuzz, const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    struct slice text = {(const char *)data + 1, size - 1};
    uint8_t what = data[0] % (FUZZ_CALL + 1);
    if (what <= FUZZ_FRAME) {
        fuzz_decode(fuzz, what, text);
    } else if (what == FUZZ_MESSAGE) {
        fuzz_message(fuzz, text);
    } else {
        fuzz_call(fuzz, text);
    }
    return 0;
}

#endif
