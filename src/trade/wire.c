#include "trade/wire.h"

#include <stdlib.h>

#include "engine/stages.h"
#include "trade/desk.h"

enum status wire_create(struct wire *wire, const struct universe *universe) {
    wire->venue_count = universe->venue_count;
    wire->venues = calloc((size_t)universe->venue_count + 1, sizeof(*wire->venues));
    return wire->venues != NULL ? STATUS_OK
                                : status_fail(STATUS_SYSTEM, "no memory for the wire log");
}

void wire_finish(struct wire *wire) {
    free(wire->venues);
    *wire = (struct wire){0};
}

static void note_command(struct wire *wire, const struct event_order *order, int64_t now_ns) {
    struct state_wire *row = &wire->rows[wire->count++ % STATE_WIRE_MAX];
    *row = (struct state_wire){
        .number = wire->count,
        .time_ns = now_ns,
        .order = order->order,
        .job = order->job,
        .venue = order->venue,
        .symbol = order->symbol,
        .action = order->action,
        .side = order->side,
        .type = order->type,
        .phase = order->phase,
        .result = WIRE_SENT,
        .price = order->price,
        .size = order->size,
        .answer_ns = -1,
        .fill_ns = -1,
    };
    memcpy(row->client_id, order->client_id, sizeof(row->client_id));
}

// The newest command of an order that does this; NULL when it is no longer kept.
static struct state_wire *find(struct wire *wire, uint64_t order, enum order_action action) {
    uint64_t kept = wire->count < STATE_WIRE_MAX ? wire->count : STATE_WIRE_MAX;
    for (uint64_t back = 0; back < kept; back++) {
        struct state_wire *row = &wire->rows[(wire->count - 1 - back) % STATE_WIRE_MAX];
        if (row->order == order && row->action == (uint8_t)action) {
            return row;
        }
    }
    return NULL;
}

static void note_answer(struct wire *wire, struct state_wire *row, int64_t now_ns) {
    if (row->answer_ns < 0) {
        row->answer_ns = now_ns - row->time_ns;
        histogram_add(&wire->venues[row->venue].answer_ns, (uint64_t)row->answer_ns);
    }
}

// What a venue reports may be told twice; what the desk took for a fill is counted.
static void note_fill(struct wire *wire, const struct event_fill *fill, int64_t now_ns) {
    struct state_wire *row = find(wire, fill->order, ORDER_ACTION_PLACE);
    if (row == NULL) {
        return;
    }
    row->filled = qty_add(row->filled, fill->size);
    row->result = row->filled.v >= row->size.v ? WIRE_FILLED : WIRE_PARTIAL;
    if (row->fill_ns < 0) {
        row->fill_ns = now_ns - row->time_ns;
        histogram_add(&wire->venues[row->venue].fill_ns, (uint64_t)row->fill_ns);
    }
}

// The end of an order answers the cancel that asked for it, where there is one.
static void note_end(struct wire *wire, const struct event_report *report, enum wire_result result,
                     int64_t now_ns) {
    struct state_wire *cancel = find(wire, report->order, ORDER_ACTION_CANCEL);
    if (cancel != NULL && cancel->result == WIRE_SENT) {
        cancel->result = WIRE_DONE;
        note_answer(wire, cancel, now_ns);
    }
    struct state_wire *place = find(wire, report->order, ORDER_ACTION_PLACE);
    if (place != NULL && place->result != WIRE_FILLED) {
        place->result = (uint8_t)result;
        note_answer(wire, place, now_ns);
        memcpy(place->text, report->text, sizeof(place->text));
    }
}

static void note_report(struct wire *wire, const struct event_report *report, int64_t now_ns) {
    struct state_wire *place = find(wire, report->order, ORDER_ACTION_PLACE);
    switch ((enum report_kind)report->kind) {
    case REPORT_ACCEPTED:
        if (place != NULL) {
            place->result = place->result == WIRE_SENT || place->result == WIRE_UNKNOWN
                                ? WIRE_OPEN
                                : place->result;
            note_answer(wire, place, now_ns);
        }
        break;
    case REPORT_FILL:
        if (place != NULL) {
            note_answer(wire, place, now_ns);
        }
        break;
    case REPORT_CANCELED:
        note_end(wire, report, WIRE_CANCELED, now_ns);
        break;
    case REPORT_EXPIRED:
        note_end(wire, report, WIRE_EXPIRED, now_ns);
        break;
    case REPORT_REJECTED:
        note_end(wire, report, WIRE_REJECTED, now_ns);
        break;
    case REPORT_UNKNOWN:
        if (place != NULL && (place->result == WIRE_SENT || place->result == WIRE_OPEN)) {
            place->result = WIRE_UNKNOWN;
            memcpy(place->text, report->text, sizeof(place->text));
        }
        break;
    }
}

static enum status wire_on_event(void *self, struct bus *bus, const struct event *event) {
    struct wire *wire = &((struct desk *)self)->wire;
    if (event->header.kind == EVENT_ORDER_COMMAND) {
        note_command(wire, &event->u.order, bus->now_ns);
    } else if (event->header.kind == EVENT_ORDER_FILLED) {
        note_fill(wire, &event->u.fill, bus->now_ns);
    } else {
        note_report(wire, &event->u.report, bus->now_ns);
    }
    wire->changed = true;
    return STATUS_OK;
}

static void wire_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    struct wire *wire = &((struct desk *)self)->wire;
    (void)now_ns;
    if (!wire->changed) {
        return; // the draft still has it
    }
    wire->changed = false;
    struct state_wire *rows = STATE_ROWS(draft, STATE_WIRE, struct state_wire);
    uint32_t kept = wire->count < STATE_WIRE_MAX ? (uint32_t)wire->count : STATE_WIRE_MAX;
    for (uint32_t i = 0; i < kept; i++) { // newest first
        rows[i] = wire->rows[(wire->count - 1 - i) % STATE_WIRE_MAX];
    }
    draft->count[STATE_WIRE] = kept;
    // The engine has its part of these rows, too.
    struct state_latency *latencies = STATE_ROWS(draft, STATE_LATENCY, struct state_latency);
    for (uint16_t i = 0; i < wire->venue_count; i++) {
        struct state_latency *row = &latencies[i];
        // Quantiles walk every bucket: only where there is news.
        if (row->answer.count != counter_read(&wire->venues[i].answer_ns.count)) {
            row->answer = stages_quantiles(&wire->venues[i].answer_ns);
        }
        if (row->fill.count != counter_read(&wire->venues[i].fill_ns.count)) {
            row->fill = stages_quantiles(&wire->venues[i].fill_ns);
        }
    }
}

const struct component wire_component = {
    .name = "wire",
    .kinds = EVENT_BIT(EVENT_ORDER_COMMAND) | EVENT_BIT(EVENT_ORDER_REPORT) |
             EVENT_BIT(EVENT_ORDER_FILLED),
    .on_event = wire_on_event,
    .publish = wire_publish,
};
