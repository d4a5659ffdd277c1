// Orders, fills, positions and funding of edgeX as events: what REST answers and the private socket
// have in common (edgex.md section 5). Every number is a text; flags are not.
#include "exchanges/edgex_oe.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

// ---- reading -----------------------------------------------------------------------------------

static bool is_true(struct slice text) {
    return slice_equals(text, SLICE("true"));
}

static int64_t ns_of(struct slice ms_text) {
    int64_t ms;
    return decimal_parse(ms_text, 0, &ms) ? md_ns_from_ms(ms) : 0;
}

static bool read_usd(struct slice text, struct usd *out) {
    return text.size > 0 && decimal_parse_near(text, USD_DIGITS, &out->v);
}

static bool read_side(struct slice word, enum side *out) {
    *out = slice_equals(word, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    return *out == SIDE_SELL || slice_equals(word, SLICE("BUY"));
}

// What was not told is 0.
static bool read_qty(struct slice text, struct qty *out) {
    return text.size == 0 || md_read_qty(text, out);
}

static bool read_px(struct slice text, struct px *out) {
    return text.size == 0 || md_read_px_near(text, out);
}

// ---- orders ------------------------------------------------------------------------------------

enum oe_error edgex_error_of(struct slice word) {
    static const struct {
        const char *word;
        enum oe_error error;
    } rows[] = {
        {"SUCCESS", OE_ERROR_NONE},
        // Codes of answers, sheet section 7.
        {"INVALID_API_KEY", OE_ERROR_KEYS},
        {"GATEWAY_HEADER_REQUIRED", OE_ERROR_REQUEST},
        {"GATEWAY_PARAM_INVALID", OE_ERROR_REQUEST},
        {"GATEWAY_UNRECOGNIZED_MESSAGE", OE_ERROR_REQUEST},
        {"ACCOUNT_UPDATE_LEVERAGE_FAILED_ORDER", OE_ERROR_LIMIT},
        {"INVALID_CONTRACT_ID", OE_ERROR_SYMBOL},
        // How orders end, section 5.
        {"MARGIN_NOT_ENOUGH", OE_ERROR_MARGIN},
        {"REDUCE_ONLY_CANCELED", OE_ERROR_REDUCE_ONLY},
        {"SYSTEM_LIMIT_EVICTED", OE_ERROR_LIMIT},
        {"COULD_NOT_FILL", OE_ERROR_NO_LIQUIDITY},
        {"INTERNAL_FAILED", OE_ERROR_BUSY},
        {"USER_CANCELED", OE_ERROR_NONE},
        {"ADMIN_CANCELED", OE_ERROR_NONE},
        {"LIQUIDATE_CANCELED", OE_ERROR_NONE},
        {"EXPIRE_CANCELED", OE_ERROR_NONE},
        {"UNKNOWN_ORDER_CANCEL_REASON", OE_ERROR_NONE},
        // How a cancel ends, by id. Seen in a public client's test report.
        {"FAILED_ORDER_NOT_FOUND", OE_ERROR_NO_ORDER},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(word, slice_of(rows[i].word))) {
            return rows[i].error;
        }
    }
    return OE_ERROR_OTHER;
}

struct order_row {
    struct slice id, contract, side, price, size, client_id, time_in_force, reduce_only, status;
    struct slice reason, filled, value, liquidates, deleverages, updated, created;
};

// An order that was cancelled: the sheet's table of reasons.
static void end_by_reason(const struct order_row *row, struct oe_event *event) {
    bool none_filled = event->order.filled.v == 0;
    event->order.state = OE_STATE_CANCELED;
    event->error = row->reason.size == 0 ? OE_ERROR_NONE : edgex_error_of(row->reason);
    if (slice_equals(row->reason, SLICE("EXPIRE_CANCELED"))) {
        event->order.state = OE_STATE_EXPIRED;
    } else if (slice_equals(row->reason, SLICE("LIQUIDATE_CANCELED"))) {
        event->order.liquidation = true;
    } else if (slice_equals(row->reason, SLICE("COULD_NOT_FILL"))) {
        event->order.state = none_filled ? OE_STATE_REJECTED : OE_STATE_CANCELED;
        if (slice_equals(row->time_in_force, SLICE("POST_ONLY"))) {
            event->error = OE_ERROR_WOULD_TAKE;
        } else if (!none_filled) {
            event->error = OE_ERROR_NONE; // the rest of an IOC
        }
    } else if (slice_equals(row->reason, SLICE("MARGIN_NOT_ENOUGH")) ||
               slice_equals(row->reason, SLICE("REDUCE_ONLY_CANCELED")) ||
               slice_equals(row->reason, SLICE("INTERNAL_FAILED"))) {
        event->order.state = none_filled ? OE_STATE_REJECTED : OE_STATE_CANCELED;
    }
    if (event->error != OE_ERROR_NONE) {
        event->text = row->reason;
    }
}

static bool read_state(const struct order_row *row, struct oe_event *event) {
    enum oe_state alive = event->order.filled.v > 0 ? OE_STATE_PARTIAL : OE_STATE_NEW;
    if (slice_equals(row->status, SLICE("PENDING")) ||
        slice_equals(row->status, SLICE("UNTRIGGERED")) ||
        slice_equals(row->status, SLICE("OPEN")) ||
        slice_equals(row->status, SLICE("CANCELING"))) { // until it is, it may still fill
        event->order.state = alive;
    } else if (slice_equals(row->status, SLICE("FILLED"))) {
        event->order.state = OE_STATE_FILLED;
    } else if (slice_equals(row->status, SLICE("CANCELED"))) {
        end_by_reason(row, event);
    } else {
        return false;
    }
    return true;
}

static bool emit_order(const struct oe *oe, const struct oe_call *call, const struct order_row *row,
                       bool snapshot, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    struct usd value;
    event.symbol = edgex_oe_contract(oe, row->contract);
    event.snapshot = snapshot;
    event.time_ns = ns_of(row->updated.size > 0 ? row->updated : row->created);
    event.client_id = row->client_id;
    event.venue_id = row->id;
    event.order.reduce_only = is_true(row->reduce_only);
    event.order.liquidation = is_true(row->liquidates) || is_true(row->deleverages);
    event.order.has_filled = row->filled.size > 0;
    if (row->id.size == 0 || !read_side(row->side, &event.order.side) ||
        !read_px(row->price, &event.order.price) || !read_qty(row->size, &event.order.size) ||
        !read_qty(row->filled, &event.order.filled) || !read_state(row, &event)) {
        return false;
    }
    if (event.order.filled.v > 0 && read_usd(row->value, &value)) {
        event.order.average = px_average_near(usd_abs(value), event.order.filled);
    }
    sink->on_event(sink, &event);
    return true;
}

bool edgex_decode_orders(const struct oe *oe, const struct oe_call *call, struct slice list,
                         bool snapshot, uint32_t *count, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"id", offsetof(struct order_row, id)},
        {"contractId", offsetof(struct order_row, contract)},
        {"side", offsetof(struct order_row, side)},
        {"price", offsetof(struct order_row, price)},
        {"size", offsetof(struct order_row, size)},
        {"clientOrderId", offsetof(struct order_row, client_id)},
        {"timeInForce", offsetof(struct order_row, time_in_force)},
        {"reduceOnly", offsetof(struct order_row, reduce_only)},
        {"status", offsetof(struct order_row, status)},
        {"cancelReason", offsetof(struct order_row, reason)},
        {"cumFillSize", offsetof(struct order_row, filled)},
        {"cumFillValue", offsetof(struct order_row, value)},
        {"isLiquidate", offsetof(struct order_row, liquidates)},
        {"isDeleverage", offsetof(struct order_row, deleverages)},
        {"updatedTime", offsetof(struct order_row, updated)},
        {"createdTime", offsetof(struct order_row, created)},
    };
    struct json r;
    struct order_row row;
    bool good = true;
    if (list.size == 0) {
        return true;
    }
    json_init(&r, list);
    json_array_begin(&r);
    while (md_next_row(&r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        good = emit_order(oe, call, &row, snapshot, sink) && good;
        ++*count;
    }
    return json_end(&r) && good;
}

// ---- fills -------------------------------------------------------------------------------------

struct fill_row {
    struct slice id, contract, order, side, size, value, fee, price, direction, time;
    struct slice liquidates, deleverages;
};

// fillPrice is for display: it counts where it makes the value that was paid.
static bool read_fill_price(const struct fill_row *row, struct qty size, struct px *out) {
    struct usd value;
    struct px shown;
    if (!read_usd(row->value, &value) || value.v == 0 || size.v <= 0) {
        return false;
    }
    value = usd_abs(value); // whether a sale's is below zero is not told
    bool exact = md_read_px(row->price, &shown) && usd_notional_near(shown, size).v == value.v;
    *out = exact ? shown : px_average_near(value, size);
    return true;
}

// Paid, unless the contract's rate says that it is a rebate.
static bool read_fee(const struct edgex_contract *contract, bool maker, struct slice text,
                     struct usd *out) {
    struct usd fee;
    if (!read_usd(text, &fee)) {
        return false;
    }
    bool rebate = (maker ? contract->maker.v : contract->taker.v) < 0;
    *out = rebate ? usd_sub((struct usd){0}, usd_abs(fee)) : usd_abs(fee);
    return true;
}

static bool emit_fill(const struct oe *oe, const struct oe_call *call, const struct fill_row *row,
                      struct oe_sink *sink) {
    const struct edgex *edgex = oe->state;
    struct oe_event event = oe_event_for(OE_EVENT_FILL, call);
    event.symbol = edgex_oe_contract(oe, row->contract);
    event.snapshot = call != NULL;
    event.time_ns = ns_of(row->time);
    event.venue_id = row->order;
    if (event.symbol == OE_SYMBOL_NONE) {
        return true; // not an instrument of the desk
    }
    event.fill.trade = oe_trade_number(row->id);
    event.fill.maker = slice_equals(row->direction, SLICE("MAKER"));
    event.fill.liquidation = is_true(row->liquidates) || is_true(row->deleverages);
    if (row->id.size == 0 || row->order.size == 0 || !read_side(row->side, &event.fill.side) ||
        !md_read_qty(row->size, &event.fill.size) ||
        !read_fill_price(row, event.fill.size, &event.fill.price)) {
        return false;
    }
    event.fill.has_fee =
        read_fee(&edgex->contracts[event.symbol], event.fill.maker, row->fee, &event.fill.fee);
    sink->on_event(sink, &event);
    return true;
}

bool edgex_decode_fills(const struct oe *oe, const struct oe_call *call, struct slice list,
                        uint32_t *count, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"id", offsetof(struct fill_row, id)},
        {"contractId", offsetof(struct fill_row, contract)},
        {"orderId", offsetof(struct fill_row, order)},
        {"orderSide", offsetof(struct fill_row, side)},
        {"fillSize", offsetof(struct fill_row, size)},
        {"fillValue", offsetof(struct fill_row, value)},
        {"fillFee", offsetof(struct fill_row, fee)},
        {"fillPrice", offsetof(struct fill_row, price)},
        {"direction", offsetof(struct fill_row, direction)},
        {"matchTime", offsetof(struct fill_row, time)},
        {"isLiquidate", offsetof(struct fill_row, liquidates)},
        {"isDeleverage", offsetof(struct fill_row, deleverages)},
    };
    struct json r;
    struct fill_row row;
    bool good = true;
    if (list.size == 0) {
        return true;
    }
    json_init(&r, list);
    json_array_begin(&r);
    while (md_next_row(&r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        good = emit_fill(oe, call, &row, sink) && good;
        ++*count;
    }
    return json_end(&r) && good;
}

// ---- positions ---------------------------------------------------------------------------------

struct position_row {
    struct slice contract, open_size, size, value;
};

struct asset_row {
    struct slice contract, entry, liquidation, unrealised;
};

// What the venue works out of the position of one contract; empty when it did not.
static struct asset_row find_asset(struct slice assets, struct slice contract) {
    static const struct md_field fields[] = {
        {"contractId", offsetof(struct asset_row, contract)},
        {"avgEntryPrice", offsetof(struct asset_row, entry)},
        {"liquidatePrice", offsetof(struct asset_row, liquidation)},
        {"unrealizePnl", offsetof(struct asset_row, unrealised)},
    };
    struct json r;
    struct asset_row row, found = {.contract = {"", 0}};
    json_init(&r, assets);
    json_array_begin(&r);
    while (assets.size > 0 && md_next_row(&r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        if (slice_equals(row.contract, contract)) {
            found = row;
        }
    }
    return found;
}

static bool emit_position(const struct oe *oe, const struct oe_call *call,
                          const struct position_row *row, struct slice assets, bool snapshot,
                          struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
    struct asset_row asset = find_asset(assets, row->contract);
    struct slice size = row->open_size.size > 0 ? row->open_size : row->size;
    struct qty *net = &event.position.net;
    struct usd value;
    event.symbol = edgex_oe_contract(oe, row->contract);
    event.snapshot = snapshot;
    if (event.symbol == OE_SYMBOL_NONE) {
        return row->contract.size > 0;
    }
    if (size.size == 0 || !qty_parse(size, net) || !read_px(asset.entry, &event.position.average)) {
        return false;
    }
    event.position.liquidation = oe_shown_price(asset.liquidation);
    event.position.unrealised = oe_shown_usd(asset.unrealised);
    if (event.position.average.v == 0 && net->v != 0 && read_usd(row->value, &value)) {
        event.position.average = px_average_near(usd_abs(value), qty_abs(*net));
    }
    sink->on_event(sink, &event);
    return true;
}

bool edgex_decode_positions(const struct oe *oe, const struct oe_call *call, struct slice list,
                            struct slice assets, bool snapshot, uint32_t *count,
                            struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"contractId", offsetof(struct position_row, contract)},
        {"openSize", offsetof(struct position_row, open_size)},
        {"size", offsetof(struct position_row, size)},
        {"openValue", offsetof(struct position_row, value)},
    };
    struct json r;
    struct position_row row;
    bool good = true;
    if (list.size == 0) {
        return true;
    }
    json_init(&r, list);
    json_array_begin(&r);
    while (md_next_row(&r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        good = emit_position(oe, call, &row, assets, snapshot, sink) && good;
        ++*count;
    }
    return json_end(&r) && good;
}

// ---- funding -----------------------------------------------------------------------------------

struct change_row {
    struct slice type, contract, amount, time;
};

bool edgex_decode_funding(const struct oe *oe, const struct oe_call *call, struct slice list,
                          uint32_t *count, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"type", offsetof(struct change_row, type)},
        {"positionContractId", offsetof(struct change_row, contract)},
        {"deltaAmount", offsetof(struct change_row, amount)},
        {"fundingTime", offsetof(struct change_row, time)},
    };
    struct json r;
    bool good = true;
    if (list.size == 0) {
        return true;
    }
    json_init(&r, list);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct change_row row = {.type = {"", 0}};
        struct oe_event event = oe_event_for(OE_EVENT_FUNDING, call);
        struct usd change;
        md_read_fields(&r, fields, COUNT_OF(fields), &row);
        ++*count;
        if (r.failed || !slice_equals(row.type, SLICE("POSITION_FUNDING"))) {
            continue; // deposits, fees, what positions brought
        }
        event.symbol = edgex_oe_contract(oe, row.contract);
        event.snapshot = call != NULL;
        event.time_ns = ns_of(row.time);
        if (event.symbol == OE_SYMBOL_NONE ||
            (call != NULL && call->symbol != OE_SYMBOL_NONE && call->symbol != event.symbol)) {
            continue;
        }
        if (!read_usd(row.amount, &change)) {
            good = false;
            continue;
        }
        event.funding.amount = usd_sub((struct usd){0}, change); // it left the collateral: paid
        sink->on_event(sink, &event);
    }
    return json_end(&r) && good;
}
