// A venue's order entry fed with whatever a server may send, and its simulated server's private
// side with whatever a client may: each line of the input is one of
//   a…r body    the answer to a call of that kind (a is the first), HTTP status 200; A…R: 400
//   0…3 frame   a frame of that socket
//   > text      a client's message on the private session
//   ! path body a client's POST; / path: its GET
//   @ request   a client's request, signed by the venue's own `sign`
// Every event must print as JSON, and every answer be JSON.
#ifndef PERPDESK_TESTS_FUZZ_OE_H
#define PERPDESK_TESTS_FUZZ_OE_H

#include "exchanges/oe_text.h"
#include "exchanges/venue_account.h"
#include "exchanges/venues.h"
#include "fuzz_venue_sim.h"

enum { FUZZ_ROOM = 1 << 18, FUZZ_EVENT_MAX = 4 * FUZZ_ROOM };

struct fuzz_oe {
    struct oe_sink sink; // must be first
    struct oe oe;
    struct universe universe;
    struct vsim_world world;
    struct vsim_session session;
    struct vsim_out out;
};

static void check_event(struct oe_sink *sink, const struct oe_event *event) {
    static char data[FUZZ_EVENT_MAX];
    const struct fuzz_oe *fuzz = (const struct fuzz_oe *)(void *)sink;
    struct text line = TEXT_OVER(data);
    oe_event_print(&line, &fuzz->oe, event);
    ASSERT(event->kind < OE_EVENT_KIND_COUNT && !line.truncated);
    if (event->kind == OE_EVENT_FILL) {
        ASSERT(event->fill.trade != 0 && event->fill.size.v >= 0 && event->fill.price.v >= 0);
    }
}

static void fuzz_oe_create(struct fuzz_oe *fuzz, const char *name, const struct slice *secrets) {
    const struct venue *venue = venue_find(slice_of(name));
    const struct vsim_private *side = venue->sim->private_side;
    struct vacc_options options = {.balance = USD(100000), .leverage = 10, .first_number = 1000};
    fill_world(&fuzz->world, venue->sim);
    ASSERT(vacc_create(&fuzz->world.account, &options, 2, side->own_size) == STATUS_OK &&
           side->init(fuzz->world.account, secrets) == STATUS_OK);
    ASSERT(universe_create(&fuzz->universe, 1, 2) == STATUS_OK);
    for (uint16_t i = 0; i < 2; i++) {
        fuzz->universe.symbols[i] = *fuzz->world.listings[i].symbol;
        (void)venue->md->native_name(&fuzz->universe.symbols[i],
                                     fuzz->world.listings[i].rules.native);
        fuzz->world.listings[i].rules.ready = true;
    }
    fuzz->sink.on_event = check_event;
    fuzz->out.send = check_sent;
}

// The venue's own: a line behind '@' as a request that its server takes for the client's.
static void sign(struct fuzz_oe *fuzz, struct slice line);

static void answer_oe(struct fuzz_oe *fuzz, char letter, struct slice body) {
    bool refused = letter <= 'Z';
    struct oe_call call = {.kind = (enum oe_call_kind)(letter - (refused ? 'A' : 'a')),
                           .tag = 1,
                           .symbol = OE_SYMBOL_NONE,
                           .countdown_ms = 10000,
                           .client_id = SLICE("0x00000000000000000000000000000001"),
                           .now_ns = fuzz->world.now_ns};
    if ((fuzz->oe.venue->calls & OE_BIT(call.kind)) != 0) {
        fuzz->oe.venue->decode_answer(&fuzz->oe, &call, refused ? 400 : 200, (struct slice){"", 0},
                                      body, &fuzz->sink);
    }
}

static void drive_oe(struct fuzz_oe *fuzz, struct slice line) {
    if (line.size == 0) {
        return;
    }
    char first = line.data[0];
    struct slice rest = {line.data + 1, line.size - 1};
    bool is_call = (first >= 'a' && first < 'a' + OE_CALL_KIND_COUNT) ||
                   (first >= 'A' && first < 'A' + OE_CALL_KIND_COUNT);
    if (is_call) {
        answer_oe(fuzz, first, rest);
    } else if (first >= '0' && first < '0' + OE_SOCKETS_MAX) {
        fuzz->oe.venue->decode_frame(&fuzz->oe, (uint32_t)(first - '0'), rest, fuzz->world.now_ns,
                                     &fuzz->sink);
    } else if (first == '@') {
        sign(fuzz, rest);
    } else {
        drive(&fuzz->session, first == '>' ? rest : line);
    }
    fuzz->world.now_ns += 10 * NS_PER_MS;
    vacc_tick(fuzz->world.account, &fuzz->world);
    vsim_session_poll(&fuzz->session);
}

static int fuzz_order_entry(const char *name, const char *path, const struct slice *secrets,
                            const uint8_t *data, size_t size) {
    static struct fuzz_oe fuzz;
    if (fuzz.world.venue == NULL) {
        fuzz_oe_create(&fuzz, name, secrets);
    }
    const struct venue *venue = venue_find(slice_of(name));
    ASSERT(oe_create(&fuzz.oe, venue->oe, venue->md, &fuzz.universe, false, secrets) == STATUS_OK);
    for (uint16_t i = 0; i < 2; i++) {
        oe_learn(&fuzz.oe, i, &fuzz.world.listings[i].rules);
    }
    memset(fuzz.world.call_uses, 0, sizeof(fuzz.world.call_uses)); // each input by itself
    memset(&fuzz.world.message_use, 0, sizeof(fuzz.world.message_use));
    fuzz.world.banned_until_ns = 0;
    ASSERT(vsim_session_create(&fuzz.session, &fuzz.world, &fuzz.out, 1) == STATUS_OK);
    ASSERT(fuzz.world.venue->open(&fuzz.session, slice_of(path)));
    struct slice rest = {(const char *)data, size < FUZZ_ROOM ? size : FUZZ_ROOM};
    while (rest.size > 0) {
        drive_oe(&fuzz, vsim_cut(&rest, '\n'));
    }
    vsim_session_finish(&fuzz.session);
    oe_destroy(&fuzz.oe);
    return 0;
}

#endif
