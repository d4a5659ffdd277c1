// The order record, its state table, and client order ids.
//
// Nothing moves an order but evidence: our own sending of a command, and what the venue reports.
// The table is order_next[state][event]; a report that makes no sense any more is late: ignored and
// counted. A fill after a cancel is a legal cell, because venues do that.
#ifndef PERPDESK_TRADE_ORDER_H
#define PERPDESK_TRADE_ORDER_H

#include "engine/bus.h"

// A fill of an order whose row was given away is no fill of ours any more: fills told twice are
// known by their number for as long as the rows last.
enum { ORDERS_MAX = 1024, TRADES_REMEMBERED = 8 * ORDERS_MAX };

enum order_event {
    ORDER_EVENT_SENT,
    ORDER_EVENT_ACCEPTED,
    ORDER_EVENT_FILL_PART,
    ORDER_EVENT_FILL_ALL,
    ORDER_EVENT_CANCEL_SENT,
    ORDER_EVENT_CANCELED,
    ORDER_EVENT_EXPIRED,
    ORDER_EVENT_REJECTED,
    ORDER_EVENT_UNKNOWN, // the answer was lost
    ORDER_EVENT_COUNT
};

enum { ORDER_LATE = ORDER_STATE_COUNT, ORDER_IMPOSSIBLE };
extern const uint8_t order_next[ORDER_STATE_COUNT][ORDER_EVENT_COUNT];

struct order {
    uint64_t id; // 0 = free; job << 16 | number within the job
    uint32_t job;
    enum order_state state;
    enum order_type type;
    enum side side;
    enum leg_phase phase;
    uint16_t venue, symbol;
    uint8_t leg;
    bool reduce_only; // it closes its job's leg
    bool net_only;    // the venue is told to take it only as far as the account's position shrinks
    bool emergency, cancel_asked;
    struct px price;
    struct qty size, filled;
    struct usd filled_usd, fees;
    bool past; // of an earlier session
    bool late; // it was told that its answer is missing
    uint64_t session_key;
    int64_t created_ns, changed_ns;
    char client_id[ORDER_CLIENT_ID_MAX];
};

struct order_table {
    struct order orders[ORDERS_MAX];
    uint64_t ids[ORDERS_MAX];  // of the rows: a search touches 8 KiB, not the table
    uint32_t cursor;           // where the next row is looked for: rows are reused oldest first
    uint16_t live[ORDERS_MAX]; // rows of live orders
    uint32_t live_count;
    uint64_t late;        // reports that changed nothing
    uint64_t session_key; // part of every client order id
};

static inline bool order_state_live(enum order_state state) {
    return state == ORDER_NEW || state == ORDER_SENT || state == ORDER_OPEN ||
           state == ORDER_PARTIAL || state == ORDER_CANCELING || state == ORDER_UNKNOWN;
}
static inline bool order_live(const struct order *order) {
    return order->id != 0 && order_state_live(order->state);
}

// A free row, or NULL when all hold live orders. A finished order's row is reused.
struct order *order_create(struct order_table *table, uint64_t id);
struct order *order_find(struct order_table *table, uint64_t id);
// A row for an order of an earlier session: UNKNOWN until the venue says what became of it, or as
// it ended when that is on file. NULL when all rows hold live orders.
struct order *order_restore(struct order_table *table, const struct event_past_order *past);
// Moves the order; false when the event is late. An impossible cell asserts: only our own events
// can be impossible.
bool order_apply(struct order_table *table, struct order *order, enum order_event event,
                 int64_t now_ns);
// "pd<session>-<order>" in base 36: unique per session and order, reconstructible from both.
void order_client_id(uint64_t session_key, uint64_t id, char out[ORDER_CLIENT_ID_MAX]);
// Of a session that starts now: never one that was used before, also when the clock stepped back.
// `newest`: of the newest session that sent orders, 0 = none.
uint64_t order_session_key(int64_t now_ns, uint64_t newest);

static inline struct qty order_rest(const struct order *order) {
    return qty_sub(order->size, order->filled);
}

#endif
