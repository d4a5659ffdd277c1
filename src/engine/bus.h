// The event bus inside the engine: components in a constant order, a queue instead of recursion.
//
// A component names the kinds it wants in its row; the bus hands it every event of those kinds, in
// table order, one event at a time. What a component emits is queued behind what is already there.
// A handler that returns an error switches its component off, raises an ALERT and leaves the others
// running. No clock, no locks: the engine calls it inside its own lock.
#ifndef PERPDESK_ENGINE_BUS_H
#define PERPDESK_ENGINE_BUS_H

#include "engine/event.h"
#include "engine/state.h"

enum { BUS_QUEUE_MAX = 4096, COMPONENTS_MAX = 24 };

struct bus;

// One row of the component table (src/trade/components.c). `self` is the component's own data.
struct component {
    const char *name;
    uint64_t kinds; // EVENT_BIT of every kind it handles
    enum status (*on_event)(void *self, struct bus *bus, const struct event *event);
    // Called once per input after its events were dispatched, when now_ns >= deadline(self). NULL:
    // no timers.
    enum status (*on_time)(void *self, struct bus *bus, int64_t now_ns);
    int64_t (*deadline)(const void *self); // desk time of the next on_time, INT64_MAX = none. NULL
                                           // with on_time NULL
    // Writes the component's part of the picture. NULL: shows nothing.
    void (*publish)(void *self, struct state_draft *draft, int64_t now_ns);
};

struct bus_slot {
    const struct component *component;
    void *self;
    bool off; // switched off after an error
    uint64_t handled;
    int64_t heard_ns; // desk time of the last event or timer it handled well, 0 = none yet
};

struct bus {
    struct bus_slot slots[COMPONENTS_MAX];
    uint32_t slot_count;
    uint32_t wanted_by[EVENT_KIND_COUNT]; // bit per slot that handles the kind
    uint32_t timed;                       // bit per slot that has timers
    int64_t deadline_ns; // earliest of all components when the last run or flush ended
    struct event *queue; // BUS_QUEUE_MAX, ring
    uint32_t head, tail;
    int64_t now_ns;    // desk time of the input at hand
    uint64_t sequence; // of the newest event
    void (*tap)(
        void *arg,
        const struct event *event); // every event in order, before it is dispatched: the journal
    void *tap_arg;
};

enum status bus_create(struct bus *bus) MUST_CHECK;
void bus_finish(struct bus *bus);
void bus_add(struct bus *bus, const struct component *component,
             void *self); // in order of dispatch, before start
// Queues a derived event. Asserts that the payload size fits the kind and that the queue has room:
// the bound is part of the design (the longest chain of one input), not a matter of luck.
void bus_emit(struct bus *bus, enum event_kind kind, const void *payload);
// Runs one input to the end: dispatches it, everything it causes, then due timers. Returns the
// number of events.
uint32_t bus_run(struct bus *bus, enum event_kind kind, const void *payload, int64_t now_ns);
// Dispatches what was emitted outside a run (the engine's own alerts). Returns the number of
// events.
uint32_t bus_flush(struct bus *bus);
// The slot of a component that was added, else NULL.
const struct bus_slot *bus_slot_of(const struct bus *bus, const struct component *component);
int64_t bus_deadline(const struct bus *bus); // earliest of all components, asked now

#endif
