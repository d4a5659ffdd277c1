// A venue's server fed with whatever a client may send: each line of the input is a message, or a
// REST call: a GET when it begins with '/', a POST when it begins with '!' (path and body behind a
// blank, or a body to /info). What it answers must be JSON (or the plain text pong), however
// wrong the question.
#ifndef PERPDESK_TESTS_FUZZ_VENUE_SIM_H
#define PERPDESK_TESTS_FUZZ_VENUE_SIM_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/venue_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(struct slice message) {
    struct json r;
    if (slice_equals(message, SLICE("pong"))) {
        return;
    }
    json_init(&r, message);
    ASSERT(json_skip(&r) && json_end(&r));
}

static void check_sent(struct vsim_out *out, struct slice message) {
    (void)out;
    check_json(message);
}

// Two listings with a quote, a book and funding.
static void fill_world(struct vsim_world *world, const struct venue_sim *venue) {
    static const struct symbol symbols[] = {{"BTC/USDT", "BTC", "USDT"},
                                            {"ETH/USDT", "ETH", "USDT"}};
    ASSERT(vsim_world_create(world, venue, COUNT_OF(symbols)) == STATUS_OK);
    world->now_ns = INT64_C(1723161455) * NS_PER_S;
    for (uint32_t i = 0; i < COUNT_OF(symbols); i++) {
        struct vsim_listing *listing = &world->listings[i];
        struct listing seen = {.ready = true, .tick = {PX_ONE / 100}, .step = {QTY_ONE / 1000}};
        struct level bids[] = {{{60000 * PX_ONE}, {QTY_ONE}}, {{59999 * PX_ONE}, {2 * QTY_ONE}}};
        struct level asks[] = {{{60001 * PX_ONE}, {QTY_ONE}}};
        listing->symbol = &symbols[i];
        venue->rules(&symbols[i], &seen, &listing->rules);
        vsim_quote(listing, bids[0], asks[0], 0, world->now_ns);
        (void)vsim_publish(listing, bids, 2, asks, 1, 0, world->now_ns);
        listing->mark = listing->index = bids[0].price;
        listing->funding_id = 1;
        listing->funding_interval_ns = venue->funding_interval_ns;
    }
}

static void drive(struct vsim_session *session, struct slice line) {
    static char headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE];
    struct vsim_world *world = session->world;
    if (line.size > 0 && (line.data[0] == '/' || line.data[0] == '!')) {
        struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
        struct vsim_request request = {.method = SLICE("GET"), .path = line};
        if (line.data[0] == '!') {
            struct slice call = {line.data + 1, line.size - 1};
            struct slice path = SLICE("/info");
            if (call.size > 0 && call.data[0] == '/') {
                path = vsim_cut(&call, ' ');
            }
            request = (struct vsim_request){SLICE("POST"), path, {"", 0}, call};
        } else {
            struct slice query = line;
            request.path = vsim_cut(&query, '?');
            request.query = query;
        }
        request.headers = SLICE("Content-Type: application/json\r\nUser-Agent: fuzz\r\n");
        vsim_call(world, &request, &reply);
        ASSERT(reply.status >= 200 && reply.status < 500 && !reply.body.truncated &&
               !reply.headers.truncated);
        check_json(text_slice(&reply.body));
        return;
    }
    vsim_session_text(session, line);
    world->now_ns += 10 * NS_PER_MS;
    vsim_session_poll(session);
}

static inline int fuzz_venue(const struct venue_sim *venue, const char *path, const uint8_t *data,
                             size_t size) {
    static struct vsim_world world;
    if (world.venue == NULL) {
        fill_world(&world, venue);
    }
    memset(world.call_uses, 0, sizeof(world.call_uses)); // each input by itself
    memset(&world.message_use, 0, sizeof(world.message_use));
    world.banned_until_ns = 0;
    struct vsim_out out = {.send = check_sent};
    struct vsim_session session;
    ASSERT(vsim_session_create(&session, &world, &out, 1) == STATUS_OK);
    ASSERT(venue->open(&session, slice_of(path)));
    struct slice rest = {(const char *)data, size};
    while (rest.size > 0) {
        drive(&session, vsim_cut(&rest, '\n'));
    }
    vsim_session_finish(&session);
    return 0;
}

#endif
