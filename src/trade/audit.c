#include "trade/audit.h"

#include <stdlib.h>

#include "trade/desk.h"

enum status audit_create(struct audit *audit, const struct universe *universe) {
    *audit = (struct audit){.due_ns = INT64_MAX};
    size_t listings = (size_t)universe->venue_count * universe->symbol_count;
    audit->rows = calloc(listings, sizeof(*audit->rows));
    return audit->rows != NULL ? STATUS_OK : status_fail(STATUS_SYSTEM, "no memory for the audit");
}

void audit_finish(struct audit *audit) {
    free(audit->rows);
    *audit = (struct audit){0};
}

static struct audit_row *row_of(struct desk *desk, uint16_t venue, uint16_t symbol) {
    return &desk->audit.rows[listing_id(desk->universe, venue, symbol)];
}

// What the venue has more than our book, beyond what is known not to be ours and what orders of
// ours may have done that is not told yet.
static int64_t difference(const struct desk *desk, const struct audit_row *row, uint16_t venue,
                          uint16_t symbol) {
    int64_t changed = row->venue.v - row->foreign.v - position_of(desk, venue, symbol)->net.v;
    enum side side = changed > 0 ? SIDE_BUY : SIDE_SELL;
    int64_t untold = 0;
    for (uint32_t i = 0; i < desk->orders.live_count && changed != 0; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        if (order->venue == venue && order->symbol == symbol && order->side == side) {
            untold += order_rest(order).v;
        }
    }
    return changed > untold ? changed - untold : changed < -untold ? changed + untold : 0;
}

static void look(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    struct audit_row *row = row_of(desk, venue, symbol);
    int64_t changed = difference(desk, row, venue, symbol);
    bool newer = row->told_ns >= row->filled_ns; // else it says nothing of our newest fill
    if (!row->known || !newer || changed == 0 ||
        desk->picture.venues[venue].lane.state != LANE_READY) {
        row->since_ns = 0;
        return;
    }
    row->since_ns = row->since_ns == 0 ? bus->now_ns : row->since_ns;
    int64_t due_ns = row->since_ns + AUDIT_PATIENCE_MS * NS_PER_MS;
    if (bus->now_ns < due_ns) {
        desk->audit.due_ns = due_ns < desk->audit.due_ns ? due_ns : desk->audit.due_ns;
        return;
    }
    row->since_ns = 0;
    struct qty ours = execution_vanish(desk, bus, venue, symbol, (struct qty){changed});
    int64_t foreign = changed > 0 ? changed - ours.v : changed + ours.v;
    if (foreign == 0) {
        return;
    }
    row->foreign.v += foreign;
    char size[40];
    struct text text = TEXT_OVER(size);
    qty_print(&text, (struct qty){foreign}, 0, QTY_DIGITS);
    watch_alert(bus, SEVERITY_RED, "position", "%s %s: %s%s without an order of ours",
                desk->universe->venues[venue].name, desk->universe->symbols[symbol].name,
                foreign > 0 ? "+" : "", size);
}

static enum status audit_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (event->header.kind == EVENT_ORDER_FILLED) {
        const struct event_fill *fill = &event->u.fill;
        if (fill->order != 0) { // else the venue's word is what it comes from
            row_of(desk, fill->venue, fill->symbol)->filled_ns = bus->now_ns;
        }
        look(desk, bus, fill->venue, fill->symbol);
    } else if (event->header.kind == EVENT_VENUE_POSITION) {
        const struct event_venue_position *told = &event->u.venue_position;
        struct audit_row *row = row_of(desk, told->venue, told->symbol);
        row->known = true;
        row->told_ns = bus->now_ns;
        row->venue = told->net;
        look(desk, bus, told->venue, told->symbol);
    } else { // once a second and at each change of the lane: orders may have ended meanwhile
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            look(desk, bus, event->u.lane.venue, symbol);
        }
    }
    return STATUS_OK;
}

static enum status audit_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    (void)now_ns;
    desk->audit.due_ns = INT64_MAX;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            look(desk, bus, venue, symbol);
        }
    }
    return STATUS_OK;
}

static int64_t audit_deadline(const void *self) {
    return ((const struct desk *)self)->audit.due_ns;
}

const struct component audit_component = {
    .name = "audit",
    .kinds = EVENT_BIT(EVENT_VENUE_POSITION) | EVENT_BIT(EVENT_ORDER_FILLED) |
             EVENT_BIT(EVENT_LANE_STATE),
    .on_event = audit_on_event,
    .on_time = audit_on_time,
    .deadline = audit_deadline,
};
