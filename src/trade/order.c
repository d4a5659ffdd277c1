#include "trade/order.h"

#include "base/clock.h"

#define LATE  ORDER_LATE
#define NEVER ORDER_IMPOSSIBLE
#define DONE  ORDER_FILLED_ALL
#define GONE  ORDER_CANCELED_DONE

// Columns: sent, accepted, fill part, fill all, cancel sent, canceled, expired, rejected, unknown.
const uint8_t order_next[ORDER_STATE_COUNT][ORDER_EVENT_COUNT] = {
    [ORDER_NEW] = {ORDER_SENT, LATE, LATE, LATE, NEVER, LATE, LATE, LATE, LATE},
    [ORDER_SENT] = {NEVER, ORDER_OPEN, ORDER_PARTIAL, DONE, ORDER_CANCELING, GONE, ORDER_EXPIRED,
                    ORDER_REJECTED, ORDER_UNKNOWN},
    [ORDER_OPEN] = {NEVER, LATE, ORDER_PARTIAL, DONE, ORDER_CANCELING, GONE, ORDER_EXPIRED,
                    ORDER_REJECTED, LATE},
    // Rejected after a fill makes no sense, but says that the order is gone: the fill stands.
    [ORDER_PARTIAL] = {NEVER, LATE, ORDER_PARTIAL, DONE, ORDER_CANCELING, GONE, ORDER_EXPIRED, GONE,
                       LATE},
    [ORDER_FILLED_ALL] = {NEVER, LATE, LATE, LATE, LATE, LATE, LATE, LATE, LATE},
    [ORDER_CANCELING] = {NEVER, LATE, ORDER_CANCELING, DONE, LATE, GONE, ORDER_EXPIRED,
                         ORDER_REJECTED, ORDER_UNKNOWN},
    // A venue may tell a fill after the end, even of an order that it, or the lane, took for
    // refused: it counts, the order stays gone until it is full.
    [ORDER_CANCELED_DONE] = {NEVER, LATE, GONE, DONE, LATE, LATE, LATE, LATE, LATE},
    [ORDER_REJECTED] = {NEVER, LATE, ORDER_REJECTED, DONE, LATE, LATE, LATE, LATE, LATE},
    [ORDER_EXPIRED] = {NEVER, LATE, ORDER_EXPIRED, DONE, LATE, LATE, LATE, LATE, LATE},
    [ORDER_UNKNOWN] = {NEVER, ORDER_OPEN, ORDER_PARTIAL, DONE, ORDER_CANCELING, GONE, ORDER_EXPIRED,
                       ORDER_REJECTED, ORDER_UNKNOWN},
};

static struct order *free_row(struct order_table *table, uint64_t id) {
    ASSERT(id != 0);
    for (uint32_t i = 0; i < ORDERS_MAX; i++) {
        uint32_t row = (table->cursor + i) % ORDERS_MAX;
        struct order *order = &table->orders[row];
        if (!order_live(order)) {
            *order = (struct order){.id = id, .state = ORDER_NEW};
            table->ids[row] = id;
            table->cursor = (row + 1) % ORDERS_MAX;
            table->live[table->live_count++] = (uint16_t)row;
            return order;
        }
    }
    return NULL;
}

struct order *order_create(struct order_table *table, uint64_t id) {
    struct order *order = free_row(table, id);
    if (order != NULL) {
        order->session_key = table->session_key;
        order_client_id(table->session_key, id, order->client_id);
    }
    return order;
}

static void leave_live(struct order_table *table, const struct order *order) {
    uint16_t row = (uint16_t)(order - table->orders);
    uint32_t at = 0;
    while (table->live[at] != row) {
        at++;
        ASSERT(at < table->live_count);
    }
    table->live[at] = table->live[--table->live_count];
}

struct order *order_restore(struct order_table *table, const struct event_past_order *past) {
    const struct event_order *from = &past->order;
    struct order *order = free_row(table, from->order);
    if (order == NULL) {
        return NULL;
    }
    order->job = from->job;
    bool ended = !order_state_live((enum order_state)from->state);
    order->state = ended ? (enum order_state)from->state : ORDER_UNKNOWN;
    order->type = (enum order_type)from->type;
    order->side = (enum side)from->side;
    order->phase = (enum leg_phase)from->phase;
    order->venue = from->venue;
    order->symbol = from->symbol;
    order->leg = from->leg;
    order->reduce_only = (from->side == SIDE_BUY) != (from->leg == 0);
    order->net_only = from->reduce_only != 0;
    order->emergency = from->emergency != 0;
    order->past = true;
    order->price = from->price;
    order->size = from->size;
    order->filled = from->filled;
    order->filled_usd = past->filled_usd;
    order->fees = past->fees;
    order->created_ns = order->changed_ns = from->created_ns;
    order->session_key = from->session_key;
    order_client_id(from->session_key, from->order, order->client_id);
    if (ended) {
        leave_live(table, order);
    }
    return order;
}

struct order *order_find(struct order_table *table, uint64_t id) {
    for (uint32_t i = 1; id != 0 && i <= ORDERS_MAX; i++) { // newest first: it is mostly that one
        uint32_t row = (table->cursor + ORDERS_MAX - i) % ORDERS_MAX;
        if (table->ids[row] == id) {
            return &table->orders[row];
        }
    }
    return NULL;
}

bool order_apply(struct order_table *table, struct order *order, enum order_event event,
                 int64_t now_ns) {
    uint8_t next = order_next[order->state][event];
    ASSERT(next != ORDER_IMPOSSIBLE);
    if (next == ORDER_LATE) {
        table->late++;
        return false;
    }
    bool was_live = order_state_live(order->state);
    order->state = (enum order_state)next;
    order->changed_ns = now_ns;
    if (was_live && !order_state_live(order->state)) {
        leave_live(table, order);
    }
    return true;
}

// Digits are made from the last to the first, so the whole id is: `at` is where the text starts.
static char *put_base36(char *at, uint64_t value) {
    do {
        *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
        value /= 36;
    } while (value > 0);
    return at;
}

void order_client_id(uint64_t session_key, uint64_t id, char out[ORDER_CLIENT_ID_MAX]) {
    char text[32]; // two numbers of 13 digits, "pd", "-" and the NUL
    char *end = text + sizeof(text) - 1;
    *end = '\0';
    char *at = put_base36(end, id);
    *--at = '-';
    at = put_base36(at, session_key);
    *--at = 'd';
    *--at = 'p';
    size_t size = (size_t)(end - at) + 1;
    ASSERT(size <= ORDER_CLIENT_ID_MAX);
    memcpy(out, at, size);
}

uint64_t order_session_key(int64_t now_ns, uint64_t newest) {
    uint64_t key = now_ns > 0 ? (uint64_t)(now_ns / NS_PER_MS) : 1;
    return key > newest ? key : newest + 1;
}
