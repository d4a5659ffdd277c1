// Orders as events, and those that are being changed: hyperliquid.md sections 3, 5.2 and 5.3.
#include "exchanges/hyperliquid_oe.h"
#include "exchanges/md_decode.h"

// ---- what the venue calls the end of an order --------------------------------------------------

static bool ends_with(struct slice text, struct slice tail) {
    return text.size >= tail.size &&
           memcmp(text.data + text.size - tail.size, tail.data, tail.size) == 0;
}

// The list of words grows: what it is can be told by the last one.
static bool state_of(struct slice word, bool partial, enum oe_state *state) {
    if (slice_equals(word, SLICE("open")) || slice_equals(word, SLICE("triggered"))) {
        *state = partial ? OE_STATE_PARTIAL : OE_STATE_NEW;
    } else if (slice_equals(word, SLICE("filled"))) {
        *state = OE_STATE_FILLED;
    } else if (slice_equals(word, SLICE("iocCancelRejected"))) {
        *state = OE_STATE_EXPIRED;
    } else if (slice_equals(word, SLICE("canceled")) || ends_with(word, SLICE("Canceled")) ||
               ends_with(word, SLICE("Cancel"))) {
        *state = OE_STATE_CANCELED;
    } else if (slice_equals(word, SLICE("rejected")) || ends_with(word, SLICE("Rejected"))) {
        *state = OE_STATE_REJECTED;
    } else {
        return false;
    }
    return true;
}

static enum oe_error reason_of(struct slice word) {
    static const struct {
        const char *word;
        enum oe_error error;
    } rows[] = {
        {"badAloPxRejected", OE_ERROR_WOULD_TAKE},
        {"iocCancelRejected", OE_ERROR_NO_LIQUIDITY},
        {"marketOrderNoLiquidityRejected", OE_ERROR_NO_LIQUIDITY},
        {"perpMarginRejected", OE_ERROR_MARGIN},
        {"insufficientSpotBalanceRejected", OE_ERROR_MARGIN},
        {"marginCanceled", OE_ERROR_MARGIN},
        {"reduceOnlyRejected", OE_ERROR_REDUCE_ONLY},
        {"reduceOnlyCanceled", OE_ERROR_REDUCE_ONLY},
        {"tickRejected", OE_ERROR_PRICE},
        {"oracleRejected", OE_ERROR_PRICE},
        {"badTriggerPxRejected", OE_ERROR_PRICE},
        {"minTradeNtlRejected", OE_ERROR_SIZE},
        {"selfTradeCanceled", OE_ERROR_SELF_TRADE},
        {"positionIncreaseAtOpenInterestCapRejected", OE_ERROR_LIMIT},
        {"positionFlipAtOpenInterestCapRejected", OE_ERROR_LIMIT},
        {"tooAggressiveAtOpenInterestCapRejected", OE_ERROR_LIMIT},
        {"openInterestIncreaseRejected", OE_ERROR_LIMIT},
        {"openInterestCapCanceled", OE_ERROR_LIMIT},
        {"perpMaxPositionRejected", OE_ERROR_LIMIT},
        {"tooManyOpenOrdersRejected", OE_ERROR_LIMIT},
        {"delistedCanceled", OE_ERROR_SYMBOL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(word, slice_of(rows[i].word))) {
            return rows[i].error;
        }
    }
    return OE_ERROR_NONE;
}

// ---- orders that are changed -------------------------------------------------------------------

uint64_t hyperliquid_number_of(struct slice text) {
    int64_t number;
    return text.size > 0 && decimal_parse(text, 0, &number) && number > 0 ? (uint64_t)number : 0;
}

bool hyperliquid_is_touched(const struct hyperliquid *own, uint64_t order) {
    for (uint32_t i = 0; i < HYPERLIQUID_TOUCHED_MAX; i++) {
        if (own->touched[i] == order) {
            return true;
        }
    }
    return false;
}

void hyperliquid_touch(struct hyperliquid *own, uint64_t order) {
    if (order != 0 && !hyperliquid_is_touched(own, order)) {
        own->touched[own->touched_next++ % HYPERLIQUID_TOUCHED_MAX] = order;
    }
}

void hyperliquid_replace(struct hyperliquid *own, uint64_t order, uint32_t tag) {
    own->replaced[own->replaced_next++ % HYPERLIQUID_REPLACED_MAX] =
        (struct hyperliquid_replaced){.order = order, .tag = tag};
}

struct hyperliquid_replaced *hyperliquid_replaced_by(struct hyperliquid *own, uint32_t tag) {
    for (uint32_t i = 0; i < HYPERLIQUID_REPLACED_MAX; i++) {
        if (own->replaced[i].order != 0 && own->replaced[i].tag == tag) {
            return &own->replaced[i];
        }
    }
    return NULL;
}

// The end of an order that another one replaces.
static bool ends_replaced(struct hyperliquid *own, uint64_t order) {
    for (uint32_t i = 0; i < HYPERLIQUID_REPLACED_MAX; i++) {
        if (order != 0 && own->replaced[i].order == order) {
            own->replaced[i].ended = true;
            return true;
        }
    }
    return false;
}

// ---- orders ------------------------------------------------------------------------------------

struct order_row {
    struct slice coin, side, price, left, oid, size, cloid, reduce_only, time;
};

struct update_row {
    struct slice order, status, time;
};

static bool read_order(struct slice raw, struct order_row *row) {
    static const struct md_field fields[] = {
        {"coin", offsetof(struct order_row, coin)},
        {"side", offsetof(struct order_row, side)},
        {"limitPx", offsetof(struct order_row, price)},
        {"sz", offsetof(struct order_row, left)},
        {"oid", offsetof(struct order_row, oid)},
        {"origSz", offsetof(struct order_row, size)},
        {"cloid", offsetof(struct order_row, cloid)},
        {"reduceOnly", offsetof(struct order_row, reduce_only)},
        {"timestamp", offsetof(struct order_row, time)},
    };
    *row = (struct order_row){.coin = {"", 0}};
    return md_read_object(raw, fields, COUNT_OF(fields), row);
}

static bool read_update(struct slice raw, struct update_row *row) {
    static const struct md_field fields[] = {
        {"order", offsetof(struct update_row, order)},
        {"status", offsetof(struct update_row, status)},
        {"statusTimestamp", offsetof(struct update_row, time)},
    };
    *row = (struct update_row){.order = {"", 0}};
    return md_read_object(raw, fields, COUNT_OF(fields), row);
}

int64_t hyperliquid_ns_of(struct slice ms_text) {
    int64_t ms;
    return ms_text.size > 0 && decimal_parse(ms_text, 0, &ms) ? md_ns_from_ms(ms) : 0;
}

static bool emit_order(struct oe *oe, const struct oe_call *call, const struct order_row *row,
                       struct slice status, struct slice time, bool snapshot,
                       struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    struct qty left;
    if (row->oid.size == 0 || !md_read_qty(row->left, &left) ||
        !md_read_px(row->price, &event.order.price)) {
        return false;
    }
    event.order.size = left;
    if (row->size.size > 0) {
        if (!md_read_qty(row->size, &event.order.size) || event.order.size.v < left.v) {
            return false;
        }
        event.order.has_filled = true;
        event.order.filled = qty_sub(event.order.size, left);
    }
    bool partial = event.order.filled.v > 0;
    if (!state_of(status, partial, &event.order.state)) {
        return false;
    }
    if (event.order.state == OE_STATE_FILLED && left.v > 0) {
        event.order.state = OE_STATE_EXPIRED; // an IOC's rest
    } else if (event.order.state == OE_STATE_FILLED && row->size.size == 0) {
        event.order.has_filled = false;
    }
    if (partial) {
        hyperliquid_touch(oe->state, hyperliquid_number_of(row->oid));
    }
    if (call == NULL && event.order.state == OE_STATE_CANCELED &&
        ends_replaced(oe->state, hyperliquid_number_of(row->oid))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
        return true;
    }
    event.symbol = oe_find_symbol(oe, row->coin);
    event.snapshot = snapshot;
    event.time_ns = hyperliquid_ns_of(time.size > 0 ? time : row->time);
    event.client_id = row->cloid;
    event.venue_id = row->oid;
    event.error = reason_of(status);
    event.text = event.order.state >= OE_STATE_CANCELED ? status : (struct slice){"", 0};
    event.order.side = slice_equals(row->side, SLICE("A")) ? SIDE_SELL : SIDE_BUY;
    event.order.reduce_only = slice_equals(row->reduce_only, SLICE("true"));
    event.order.liquidation = slice_equals(status, SLICE("liquidatedCanceled"));
    sink->on_event(sink, &event);
    return true;
}

bool hyperliquid_next_row(struct json *r, struct slice *raw) {
    if (!json_array_next(r)) {
        return false;
    }
    *raw = json_raw(r);
    return !r->failed;
}

bool hyperliquid_decode_updates(struct oe *oe, struct slice data, struct oe_sink *sink) {
    struct json r;
    struct slice raw;
    struct update_row update;
    struct order_row order;
    bool good = true;
    json_init(&r, data);
    json_array_begin(&r);
    while (hyperliquid_next_row(&r, &raw)) {
        good = read_update(raw, &update) && read_order(update.order, &order) &&
               emit_order(oe, NULL, &order, update.status, update.time, false, sink) && good;
    }
    return json_end(&r) && good;
}

bool hyperliquid_decode_status(struct oe *oe, const struct oe_call *call, struct slice data,
                               struct oe_sink *sink) {
    struct update_row outer, update;
    struct order_row order;
    if (!read_update(data, &outer)) {
        return false;
    }
    if (slice_equals(outer.status, SLICE("unknownOid"))) {
        oe_emit_gone(sink, call, outer.status);
        return true;
    }
    return read_update(outer.order, &update) && read_order(update.order, &order) &&
           emit_order(oe, call, &order, update.status, update.time, false, sink);
}

bool hyperliquid_decode_orders(struct oe *oe, const struct oe_call *call, struct slice data,
                               struct oe_sink *sink) {
    struct json r;
    struct slice raw;
    struct order_row order;
    uint32_t rows = 0;
    bool good = true;
    json_init(&r, data);
    json_array_begin(&r);
    while (hyperliquid_next_row(&r, &raw)) {
        good = read_order(raw, &order) &&
               emit_order(oe, call, &order, SLICE("open"), order.time, true, sink) && good;
        rows++;
    }
    if (!json_end(&r) || !good) {
        return false;
    }
    oe_emit_end(sink, call, rows, (struct slice){"", 0});
    return true;
}
