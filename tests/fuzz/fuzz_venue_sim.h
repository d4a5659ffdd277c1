// A venue's server fed with whatever a client may send: each line of the input is a message, or,
// beginning with '/' or
// '{' after a '!', a REST call. What it answers must be JSON (or the plain text pong), however
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
    static char body[VSIM_SCRATCH_SIZE];
    struct vsim_world *world = session->world;
    if (line.size > 0 && (line.data[0] == '/' || line.data[0] == '!')) {
        struct text text = TEXT_OVER(body);
        struct vsim_request request = {.method = SLICE("GET"), .path = line};
        if (line.data[0] == '!') {
            request = (struct vsim_request){
                SLICE("POST"), SLICE("/info"), {"", 0}, {line.data + 1, line.size - 1}};
        } else {
            struct slice query = line;
            request.path = vsim_cut(&query, '?');
            request.query = query;
        }
        uint32_t status = world->venue->answer(world, &request, &text);
        ASSERT(status >= 200 && status < 500 && !text.truncated);
        check_json(text_slice(&text));
        return;
    }
    world->venue->on_text(session, line);
    world->now_ns += 10 * NS_PER_MS;
    vsim_session_poll(session);
}

static int fuzz_venue(const struct venue_sim *venue, const char *path, const uint8_t *data,
                      size_t size) {
    static struct vsim_world world;
    if (world.venue == NULL) {
        fill_world(&world, venue);
    }
    struct vsim_out out = {check_sent};
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
