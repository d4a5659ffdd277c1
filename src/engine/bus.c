// First in, first out: one ring of events, drained through the components in table order.
//
// Sequence numbers are given when an event is queued, so the order in the ring, in the journal and
// by number is the same. The event at hand stays in its ring slot while handlers run and its slot
// is freed afterwards, so nothing is copied out and a handler's event cannot be overwritten.
#include "engine/bus.h"

#include <stdlib.h>

_Static_assert(COMPONENTS_MAX <= 32, "slots are bits of a word");
_Static_assert((BUS_QUEUE_MAX & (BUS_QUEUE_MAX - 1)) == 0, "ring indices are masked");

enum status bus_create(struct bus *bus) {
    *bus = (struct bus){0};
    bus->queue = calloc(BUS_QUEUE_MAX, sizeof(*bus->queue));
    if (bus->queue == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the engine's event queue");
    }
    return STATUS_OK;
}

void bus_finish(struct bus *bus) {
    free(bus->queue);
    *bus = (struct bus){0};
}

void bus_add(struct bus *bus, const struct component *component, void *self) {
    ASSERT(bus->slot_count < COMPONENTS_MAX);
    ASSERT(component->name != NULL && component->name[0] != '\0');
    ASSERT((component->kinds != 0) == (component->on_event != NULL));
    ASSERT((component->on_time != NULL) == (component->deadline != NULL));
    uint32_t bit = UINT32_C(1) << bus->slot_count;
    for (uint32_t kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        bus->wanted_by[kind] |= (component->kinds & EVENT_BIT(kind)) != 0 ? bit : 0;
    }
    bus->timed |= component->deadline != NULL ? bit : 0;
    bus->slots[bus->slot_count++] = (struct bus_slot){.component = component, .self = self};
    bus->deadline_ns = bus_deadline(bus);
}

static void enqueue(struct bus *bus, enum event_kind kind, const void *payload, uint16_t flags) {
    ASSERT((unsigned)kind < EVENT_KIND_COUNT);
    ASSERT(bus->tail - bus->head < BUS_QUEUE_MAX);
    struct event *event = &bus->queue[bus->tail % BUS_QUEUE_MAX];
    uint32_t size = event_payload_size(kind);
    event->header = (struct event_header){
        .sequence = ++bus->sequence,
        .time_ns = bus->now_ns,
        .kind = (uint16_t)kind,
        .flags = flags,
        .size = size,
    };
    memcpy(&event->u, payload, size);
    event_tidy(event);
    bus->tail++;
}

void bus_emit(struct bus *bus, enum event_kind kind, const void *payload) {
    enqueue(bus, kind, payload, 0);
}

// The rest of the desk runs on without it; a person has to know.
static void switch_off(struct bus *bus, struct bus_slot *slot) {
    slot->off = true;
    struct event_alert alert = {.severity = SEVERITY_RED};
    struct text rule = TEXT_OVER(alert.rule);
    text_add_string(&rule, "component_off");
    struct text text = TEXT_OVER(alert.text);
    text_add_format(&text, "%s switched off: %s", slot->component->name, status_text());
    bus_emit(bus, EVENT_ALERT, &alert);
}

static void dispatch(struct bus *bus, const struct event *event) {
    for (uint32_t left = bus->wanted_by[event->header.kind]; left != 0; left &= left - 1) {
        struct bus_slot *slot = &bus->slots[__builtin_ctz(left)];
        if (slot->off) {
            continue;
        }
        slot->handled++;
        if (slot->component->on_event(slot->self, bus, event) != STATUS_OK) {
            switch_off(bus, slot);
            continue;
        }
        slot->heard_ns = bus->now_ns;
    }
}

static uint32_t drain(struct bus *bus) {
    uint32_t count = 0;
    while (bus->head != bus->tail) {
        const struct event *event = &bus->queue[bus->head % BUS_QUEUE_MAX];
        if (bus->tap != NULL) {
            bus->tap(bus->tap_arg, event);
        }
        dispatch(bus, event);
        bus->head++;
        count++;
    }
    bus->head = bus->tail = 0; // the same few slots again: the others stay untouched memory
    return count;
}

static int64_t deadline_of(const struct bus_slot *slot) {
    return slot->off ? INT64_MAX : slot->component->deadline(slot->self);
}

static int64_t earliest_of(const struct bus *bus, uint32_t slots) {
    int64_t earliest_ns = INT64_MAX;
    for (; slots != 0; slots &= slots - 1) {
        int64_t at_ns = deadline_of(&bus->slots[__builtin_ctz(slots)]);
        earliest_ns = at_ns < earliest_ns ? at_ns : earliest_ns;
    }
    return earliest_ns;
}

// Each component gets its time at most once per input, so the rounds are bounded by the number of
// components; a timer that is still due waits for the next input. The last round, in which nothing
// is due, leaves the earliest deadline.
static uint32_t run_timers(struct bus *bus) {
    uint32_t untold = bus->timed;
    uint32_t count = 0;
    bool again = true;
    while (again) {
        again = false;
        bus->deadline_ns = INT64_MAX;
        for (uint32_t left = untold; left != 0; left &= left - 1) {
            struct bus_slot *slot = &bus->slots[__builtin_ctz(left)];
            int64_t at_ns = deadline_of(slot);
            if (at_ns > bus->now_ns) {
                bus->deadline_ns = at_ns < bus->deadline_ns ? at_ns : bus->deadline_ns;
                continue;
            }
            untold &= ~(left & -left);
            again = true;
            if (slot->component->on_time(slot->self, bus, bus->now_ns) != STATUS_OK) {
                switch_off(bus, slot);
            } else {
                slot->heard_ns = bus->now_ns;
            }
            count += drain(bus);
        }
    }
    int64_t told_ns = earliest_of(bus, bus->timed & ~untold);
    bus->deadline_ns = told_ns < bus->deadline_ns ? told_ns : bus->deadline_ns;
    return count;
}

uint32_t bus_run(struct bus *bus, enum event_kind kind, const void *payload, int64_t now_ns) {
    ASSERT(bus->head == bus->tail);
    ASSERT(now_ns >= bus->now_ns);
    bus->now_ns = now_ns;
    bus->head = bus->tail = 0; // from the start again: the slots an input needs stay in the cache
    enqueue(bus, kind, payload, EVENT_INPUT);
    uint32_t count = drain(bus);
    return count + run_timers(bus);
}

uint32_t bus_flush(struct bus *bus) {
    uint32_t count = drain(bus);
    bus->deadline_ns = bus_deadline(bus);
    return count;
}

const struct bus_slot *bus_slot_of(const struct bus *bus, const struct component *component) {
    for (uint32_t i = 0; i < bus->slot_count; i++) {
        if (bus->slots[i].component == component) {
            return &bus->slots[i];
        }
    }
    return NULL;
}

int64_t bus_deadline(const struct bus *bus) {
    return earliest_of(bus, bus->timed);
}
