// The wire log: every order and cancel that left the desk, what came of it, and how long the venue
// took; and from them each venue's latencies.
//
// A row is made when the command is decided (the desk's clock then is the time of the input that
// caused it) and filled in as the venue's evidence comes. Times are desk time, so that a replay
// shows what the session showed. Nothing here decides anything. Texts are the venue's own words, as
// the lanes let them through: without secrets.
#ifndef PERPDESK_TRADE_WIRE_H
#define PERPDESK_TRADE_WIRE_H

#include "base/counter.h"
#include "engine/bus.h"

struct wire_venue {
    struct histogram answer_ns; // decided to the venue's first word
    struct histogram fill_ns;   // decided to the first fill
};

struct wire {
    struct state_wire rows[STATE_WIRE_MAX]; // ring
    uint64_t count;                         // rows ever made
    struct wire_venue *venues;
    uint16_t venue_count;
    bool changed; // since the last publication
};

extern const struct component wire_component;

enum status wire_create(struct wire *wire, const struct universe *universe) MUST_CHECK;
void wire_finish(struct wire *wire);

#endif
