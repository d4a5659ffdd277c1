// A small desk for the tests of engine, replay and journal: a component that decides something from
// what it is told, with memory and a timer, so that any difference in the inputs shows.
#ifndef PERPDESK_TESTS_DESK_PROBE_H
#define PERPDESK_TESTS_DESK_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/engine.h"

struct desk_probe {
    uint64_t quotes, depths, alives, timers, controls, instruments;
    int64_t sum;         // of all bids seen
    int64_t last_ns;     // time never steps back
    int64_t deadline_ns; // INT64_MAX = none
    uint32_t newest_update[64];
    bool updates_fell;
    uint8_t state;          // enum trading_state as controls said
    uint32_t commands;      // order commands a quote of symbol 0 gives
    uint32_t command_every; // only one of so many updates gives any; 0: each
    uint8_t action;         // of the commands, enum order_action
    bool decides_on_depth;  // a book leads to a decision, too
    struct px bid[64];      // per listing id
    struct quote quote;     // newest
};

static enum status desk_probe_quote(struct desk_probe *probe, struct bus *bus,
                                    const struct event_quote *e) {
    uint32_t slot = (uint32_t)(e->venue * 4 + e->symbol) % 64;
    if (e->quote.update < probe->newest_update[slot]) {
        probe->updates_fell = true;
    }
    probe->newest_update[slot] = e->quote.update;
    probe->quotes++;
    probe->sum += e->quote.bid.v;
    probe->bid[slot] = e->quote.bid;
    probe->quote = e->quote;
    if (e->quote.flags != 0) { // a quote that leads to a decision
        struct event_opportunity found = {.symbol = e->symbol,
                                          .buy_venue = e->venue,
                                          .buy_ask = e->quote.ask,
                                          .score_ppm = probe->sum % PPM_ONE};
        bus_emit(bus, EVENT_OPPORTUNITY_FOUND, &found);
        probe->deadline_ns = bus->now_ns + 1000;
    }
    bool orders = e->symbol == 0 &&
                  (probe->command_every == 0 || e->quote.update % probe->command_every == 0);
    for (uint32_t i = 0; orders && i < probe->commands; i++) {
        struct event_order order = {
            .order = bus->sequence, .action = probe->action, .venue = e->venue, .job = i};
        bus_emit(bus, EVENT_ORDER_COMMAND, &order);
    }
    return STATUS_OK;
}

static enum status desk_probe_event(void *self, struct bus *bus, const struct event *event) {
    struct desk_probe *probe = self;
    assert_true(event->header.time_ns >= probe->last_ns);
    probe->last_ns = event->header.time_ns;
    switch ((int)event->header.kind) {
    case EVENT_QUOTE_UPDATED:
        return desk_probe_quote(probe, bus, &event->u.quote);
    case EVENT_DEPTH_UPDATED:
        probe->depths++;
        if (probe->decides_on_depth) {
            bus_emit(bus, EVENT_OPPORTUNITY_FOUND,
                     &(struct event_opportunity){.symbol = event->u.depth.symbol});
        }
        break;
    case EVENT_FEED_ALIVE:
        probe->alives++;
        break;
    case EVENT_TIMER:
        probe->timers++;
        break;
    case EVENT_INSTRUMENT:
        probe->instruments++;
        break;
    case EVENT_CONTROL:
        probe->controls++;
        if (event->u.control.verb == CONTROL_STATE) {
            probe->state = (uint8_t)event->u.control.value;
        }
        break;
    default:
        break;
    }
    return STATUS_OK;
}

static enum status desk_probe_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk_probe *probe = self;
    (void)now_ns;
    probe->deadline_ns = INT64_MAX;
    struct event_opportunity gone = {.score_ppm = probe->sum % PPM_ONE};
    bus_emit(bus, EVENT_OPPORTUNITY_GONE, &gone);
    return STATUS_OK;
}

static int64_t desk_probe_deadline(const void *self) {
    return ((const struct desk_probe *)self)->deadline_ns;
}

static void desk_probe_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct desk_probe *probe = self;
    struct state_header *header = STATE_ROWS(draft, STATE_HEADER, struct state_header);
    header->equity.v = now_ns;
    header->equity_start.v = now_ns;
    header->state = probe->state;
}

static const struct component desk_probe_component = {
    .name = "probe",
    .kinds = UINT64_MAX,
    .on_event = desk_probe_event,
    .on_time = desk_probe_time,
    .deadline = desk_probe_deadline,
    .publish = desk_probe_publish,
};

static inline struct desk_probe desk_probe_new(void) {
    return (struct desk_probe){.deadline_ns = INT64_MAX};
}

static inline struct quote desk_probe_make(int64_t bid, uint32_t flags) {
    return (struct quote){.bid = {bid}, .ask = {bid + 1}, .flags = flags};
}

#endif
