#include "exchanges/fapi_rows.h"

#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

static bool state_of(struct slice word, enum oe_state *out) {
    static const struct {
        struct slice word;
        enum oe_state state;
    } rows[] = {
        {{"NEW", 3}, OE_STATE_NEW},
        {{"PENDING_NEW", 11}, OE_STATE_NEW},
        {{"PARTIALLY_FILLED", 16}, OE_STATE_PARTIAL},
        {{"FILLED", 6}, OE_STATE_FILLED},
        {{"CANCELED", 8}, OE_STATE_CANCELED},
        {{"PENDING_CANCEL", 14}, OE_STATE_CANCELED},
        {{"REJECTED", 8}, OE_STATE_REJECTED},
        {{"EXPIRED", 7}, OE_STATE_EXPIRED},
        {{"EXPIRED_IN_MATCH", 16}, OE_STATE_EXPIRED},
        {{"NEW_INSURANCE", 13}, OE_STATE_NEW},
        {{"NEW_ADL", 7}, OE_STATE_NEW},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(rows[i].word, word)) {
            *out = rows[i].state;
            return true;
        }
    }
    return false;
}

static bool is_own_doing(const struct fapi_order *row) {
    return slice_starts(row->client_id, SLICE("autoclose-")) ||
           slice_starts(row->client_id, SLICE("adl_autoclose")) ||
           slice_starts(row->client_id, SLICE("settlement_autoclose-")) ||
           slice_starts(row->client_id, SLICE("delivery_autoclose-")) ||
           slice_equals(row->execution, SLICE("CALCULATED")) ||
           slice_equals(row->status, SLICE("NEW_INSURANCE")) ||
           slice_equals(row->status, SLICE("NEW_ADL"));
}

// False: the row lacks what an order must have, or a number is none.
bool fapi_emit_order(const struct oe *oe, const struct oe_call *call, const struct fapi_order *row,
                     bool snapshot, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    event.symbol = oe_find_symbol(oe, row->symbol);
    event.snapshot = snapshot;
    event.time_ns = md_ns_from_ms(row->time_ms);
    event.client_id = row->client_id;
    event.venue_id = row->venue_id;
    event.text = row->reason;
    if (!state_of(row->status, &event.order.state)) {
        return false;
    }
    if (slice_equals(row->status, SLICE("EXPIRED_IN_MATCH"))) {
        event.error = OE_ERROR_SELF_TRADE;
    }
    event.order.side = slice_equals(row->side, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    event.order.reduce_only = row->reduce_only;
    event.order.liquidation = is_own_doing(row);
    event.order.has_filled = row->filled.size > 0;
    if ((row->filled.size > 0 && !md_read_qty(row->filled, &event.order.filled)) ||
        (row->size.size > 0 && !md_read_qty(row->size, &event.order.size)) ||
        (row->price.size > 0 && !md_read_px_near(row->price, &event.order.price)) ||
        (row->average.size > 0 && !md_read_px_near(row->average, &event.order.average))) {
        return false;
    }
    oe_judge_refusal(&event);
    sink->on_event(sink, &event);
    return true;
}

bool fapi_is_dollar(struct slice asset) {
    return slice_equals(asset, SLICE("USDT")) || slice_equals(asset, SLICE("USDC")) ||
           slice_equals(asset, SLICE("USD")) || slice_equals(asset, SLICE("FDUSD")) ||
           slice_equals(asset, SLICE("BFUSD")) || slice_equals(asset, SLICE("USDF"));
}

bool fapi_read_usd(struct slice text, struct usd *out) {
    return text.size > 0 && decimal_parse_near(text, USD_DIGITS, &out->v);
}

bool fapi_emit_fill(const struct oe *oe, const struct oe_call *call, const struct fapi_order *row,
                    struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_FILL, call);
    event.symbol = oe_find_symbol(oe, row->symbol);
    event.snapshot = call != NULL;
    event.time_ns = md_ns_from_ms(row->time_ms);
    event.client_id = row->client_id;
    event.venue_id = row->venue_id;
    event.fill.trade = (uint64_t)row->trade;
    event.fill.side = slice_equals(row->side, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    event.fill.maker = row->maker;
    event.fill.liquidation = is_own_doing(row);
    if (row->trade <= 0 || !md_read_px(row->last_price, &event.fill.price) ||
        !md_read_qty(row->last_size, &event.fill.size)) {
        return false;
    }
    // A fee in another coin than dollars is left for the desk to work out from its own rate.
    event.fill.has_fee = fapi_is_dollar(row->fee_asset) && fapi_read_usd(row->fee, &event.fill.fee);
    sink->on_event(sink, &event);
    return true;
}

bool fapi_emit_position(const struct oe *oe, const struct oe_call *call,
                        const struct fapi_position *row, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
    event.symbol = oe_find_symbol(oe, row->symbol);
    event.snapshot = call != NULL;
    if (!decimal_parse(row->amount, QTY_DIGITS, &event.position.net.v) ||
        (row->entry.size > 0 && !md_read_px_near(row->entry, &event.position.average))) {
        return false;
    }
    if (row->side.size > 0 && !slice_equals(row->side, SLICE("BOTH"))) {
        if (event.position.net.v != 0) {
            oe_emit_text(sink, OE_EVENT_NOTICE, call,
                         SLICE("the account is in hedge mode: perpdesk needs one-way mode"));
        }
        return event.position.net.v == 0; // such a position is not told as none
    }
    event.position.liquidation = oe_shown_price(row->liquidation);
    event.position.unrealised = oe_shown_usd(row->unrealised);
    sink->on_event(sink, &event);
    return true;
}
