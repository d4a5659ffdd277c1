// Orders, fills and positions of GRVT, as answers and streams tell them alike: grvt.md section 5.
#include "exchanges/grvt_oe.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

struct order {
    struct slice venue_id, legs, metadata, state, reduce_only;
    struct slice instrument, size, price, buys, client_id; // of the leg and the metadata
    struct slice status, reason, traded, time, average;    // of the state
};

static bool is_true(struct slice word) {
    return slice_equals(word, SLICE("true"));
}

static int64_t ns_of(struct slice text) {
    int64_t ns;
    return decimal_parse(text, 0, &ns) && ns > 0 ? ns : 0;
}

// Lists with one item per leg: the first is ours.
static struct slice first_of(struct slice list) {
    struct json r;
    struct slice item = {"", 0};
    oe_read_list(&r, list);
    if (json_array_next(&r)) {
        md_read_value(&r, &item);
    }
    return r.failed ? (struct slice){"", 0} : item;
}

static bool read_state(struct slice text, struct order *row) {
    static const struct md_field fields[] = {
        {"status", offsetof(struct order, status)},
        {"reject_reason", offsetof(struct order, reason)},
        {"traded_size", offsetof(struct order, traded)},
        {"update_time", offsetof(struct order, time)},
        {"avg_fill_price", offsetof(struct order, average)},
    };
    if (!md_read_object(text, fields, COUNT_OF(fields), row)) {
        return false;
    }
    row->traded = first_of(row->traded);
    row->average = first_of(row->average);
    return true;
}

static bool read_order(struct slice text, struct order *row) {
    static const struct md_field fields[] = {
        {"order_id", offsetof(struct order, venue_id)},
        {"legs", offsetof(struct order, legs)},
        {"metadata", offsetof(struct order, metadata)},
        {"state", offsetof(struct order, state)},
        {"reduce_only", offsetof(struct order, reduce_only)},
    };
    static const struct md_field leg_fields[] = {
        {"instrument", offsetof(struct order, instrument)},
        {"size", offsetof(struct order, size)},
        {"limit_price", offsetof(struct order, price)},
        {"is_buying_asset", offsetof(struct order, buys)},
    };
    static const struct md_field metadata_fields[] = {
        {"client_order_id", offsetof(struct order, client_id)},
    };
    *row = (struct order){.venue_id = {"", 0}};
    return md_read_object(text, fields, COUNT_OF(fields), row) &&
           md_read_object(first_of(row->legs), leg_fields, COUNT_OF(leg_fields), row) &&
           md_read_object(row->metadata, metadata_fields, COUNT_OF(metadata_fields), row) &&
           read_state(row->state, row);
}

// Why an order is over: what it means where nothing of it was traded.
static enum oe_state state_of_reason(struct slice reason, enum oe_error *error) {
    static const struct {
        const char *word;
        enum oe_state state;
        enum oe_error error;
    } rows[] = {
        {"EXPIRED", OE_STATE_EXPIRED, OE_ERROR_NONE},
        {"IOC_CANCEL", OE_STATE_EXPIRED, OE_ERROR_NO_LIQUIDITY},
        {"FOK_CANCEL", OE_STATE_EXPIRED, OE_ERROR_NO_LIQUIDITY},
        {"AON_CANCEL", OE_STATE_EXPIRED, OE_ERROR_NO_LIQUIDITY},
        {"MARKET_CANCEL", OE_STATE_EXPIRED, OE_ERROR_NO_LIQUIDITY},
        {"UNSPECIFIED", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CLIENT_CANCEL", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CLIENT_BULK_CANCEL", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CLIENT_SESSION_END", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CLIENT_REPLACE", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"OCO_COUNTER_PART_TRIGGERED", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"MM_PROTECTION", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"SYSTEM_FAILOVER", OE_STATE_CANCELED, OE_ERROR_BUSY},
        {"LIQUIDATION", OE_STATE_CANCELED, OE_ERROR_MARGIN},
        {"SELF_TRADE_PROTECTION", OE_STATE_CANCELED, OE_ERROR_SELF_TRADE},
        {"SELF_MATCHED_SUBACCOUNT", OE_STATE_CANCELED, OE_ERROR_SELF_TRADE},
        {"FAIL_POST_ONLY", OE_STATE_REJECTED, OE_ERROR_WOULD_TAKE},
        {"FAIL_REDUCE_ONLY", OE_STATE_REJECTED, OE_ERROR_REDUCE_ONLY},
        {"REDUCE_ONLY_LIMIT", OE_STATE_REJECTED, OE_ERROR_REDUCE_ONLY},
        {"OVERLAPPING_CLIENT_ORDER_ID", OE_STATE_REJECTED, OE_ERROR_DUPLICATE},
        {"BELOW_MARGIN", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"BELOW_MARGIN_WITH_PENALTY_DEVIATION", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"INSUFFICIENT_BALANCE", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"TRADE_PRICE_WORSE_THAN_BANKRUPTCY_PRICE", OE_STATE_REJECTED, OE_ERROR_PRICE},
        {"INSTRUMENT_INVALID", OE_STATE_REJECTED, OE_ERROR_SYMBOL},
        {"INSTRUMENT_DEACTIVATED", OE_STATE_REJECTED, OE_ERROR_SYMBOL},
        {"UNAUTHORISED", OE_STATE_REJECTED, OE_ERROR_KEYS},
        {"SESSION_KEY_EXPIRED", OE_STATE_REJECTED, OE_ERROR_KEYS},
        {"SUB_ACCOUNT_NOT_FOUND", OE_STATE_REJECTED, OE_ERROR_KEYS},
        {"NO_TRADE_PERMISSION", OE_STATE_REJECTED, OE_ERROR_KEYS},
        {"INVALID_CHAIN_ID", OE_STATE_REJECTED, OE_ERROR_REQUEST},
        {"UNSUPPORTED_TIME_IN_FORCE", OE_STATE_REJECTED, OE_ERROR_REQUEST},
        {"MULTI_LEGGED_ORDER", OE_STATE_REJECTED, OE_ERROR_REQUEST},
        {"MARKET_ORDER_WITH_LIMIT_PRICE", OE_STATE_REJECTED, OE_ERROR_REQUEST},
        {"INVALID_ORDER_TYPE", OE_STATE_REJECTED, OE_ERROR_REQUEST},
        {"CURRENCY_NOT_DEFINED", OE_STATE_REJECTED, OE_ERROR_REQUEST},
        {"EXCEED_MAX_SIGNATURE_EXPIRATION", OE_STATE_REJECTED, OE_ERROR_CLOCK},
        {"EXCEED_MAX_POSITION_SIZE", OE_STATE_REJECTED, OE_ERROR_LIMIT},
        {"TOO_MANY_MAKER_ORDERS", OE_STATE_REJECTED, OE_ERROR_LIMIT},
        {"DERISK_MUST_BE_IOC", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"DERISK_MUST_BE_REDUCE_ONLY", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"DERISK_NOT_SUPPORTED", OE_STATE_REJECTED, OE_ERROR_MARGIN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(reason, slice_of(rows[i].word))) {
            *error = rows[i].error;
            return rows[i].state;
        }
    }
    *error = OE_ERROR_OTHER; // a word that is not known: shown as it stands
    return OE_STATE_CANCELED;
}

// False: a status word that is not known.
static bool judge(const struct order *row, struct oe_event *event) {
    bool traded = event->order.filled.v > 0;
    if (slice_equals(row->status, SLICE("OPEN")) || slice_equals(row->status, SLICE("PENDING"))) {
        event->order.state = traded ? OE_STATE_PARTIAL : OE_STATE_NEW;
        return true;
    }
    if (slice_equals(row->status, SLICE("FILLED"))) {
        event->order.state = OE_STATE_FILLED;
        return true;
    }
    bool rejected = slice_equals(row->status, SLICE("REJECTED"));
    if (!rejected && !slice_equals(row->status, SLICE("CANCELLED"))) {
        return false;
    }
    enum oe_state state = state_of_reason(row->reason, &event->error);
    event->text = row->reason;
    event->order.liquidation = slice_equals(row->reason, SLICE("LIQUIDATION"));
    event->order.state = rejected && !traded                    ? OE_STATE_REJECTED
                         : state == OE_STATE_REJECTED && traded ? OE_STATE_CANCELED
                                                                : state;
    if (traded && event->error == OE_ERROR_NO_LIQUIDITY) {
        event->error = OE_ERROR_NONE; // it met some
    }
    return true;
}

static bool take_state(const struct order *row, struct oe_event *event) {
    event->time_ns = ns_of(row->time);
    event->client_id = row->client_id;
    // "0x00" stands for "none yet".
    event->venue_id =
        slice_equals(row->venue_id, SLICE("0x00")) ? (struct slice){"", 0} : row->venue_id;
    event->order.has_filled = row->traded.size > 0;
    return oe_read_size(row->traded, &event->order.filled) &&
           oe_read_price(row->average, &event->order.average) && judge(row, event);
}

static bool emit_order(const struct oe *oe, const struct oe_call *call, const struct order *row,
                       bool snapshot, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    event.symbol = oe_find_symbol(oe, row->instrument);
    event.snapshot = snapshot;
    event.order.side = is_true(row->buys) ? SIDE_BUY : SIDE_SELL;
    event.order.reduce_only = is_true(row->reduce_only);
    if (row->buys.size == 0 || row->instrument.size == 0 || !take_state(row, &event) ||
        !oe_read_size(row->size, &event.order.size) ||
        !oe_read_price(row->price, &event.order.price)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}

bool grvt_decode_order(const struct oe *oe, const struct oe_call *call, struct slice text,
                       bool snapshot, struct oe_sink *sink) {
    struct order row;
    return read_order(text, &row) && emit_order(oe, call, &row, snapshot, sink);
}

// The answer comes before the book has seen the order: it proves an end, never that it rests.
bool grvt_decode_placed(const struct oe *oe, const struct oe_call *call, struct slice text,
                        struct oe_sink *sink) {
    struct order row;
    struct oe_event accepted = oe_event_for(OE_EVENT_ACCEPTED, call);
    if (!read_order(text, &row)) {
        return false;
    }
    accepted.client_id = row.client_id;
    sink->on_event(sink, &accepted);
    return slice_equals(row.status, SLICE("PENDING")) || slice_equals(row.status, SLICE("OPEN")) ||
           emit_order(oe, call, &row, false, sink);
}

// The lighter stream: neither instrument nor side. What is not told stays empty.
bool grvt_decode_state(struct slice text, bool snapshot, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"order_id", offsetof(struct order, venue_id)},
        {"client_order_id", offsetof(struct order, client_id)},
        {"order_state", offsetof(struct order, state)},
    };
    struct order row = {.venue_id = {"", 0}};
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, NULL);
    event.snapshot = snapshot;
    if (!md_read_object(text, fields, COUNT_OF(fields), &row) || !read_state(row.state, &row) ||
        !take_state(&row, &event)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}

bool grvt_decode_fill(const struct oe *oe, const struct oe_call *call, struct slice text,
                      bool snapshot, struct oe_sink *sink) {
    struct fill {
        struct slice time, instrument, buys, takes, size, price, fee, fee_coin;
        struct slice trade, venue_id, client_id, liquidation;
    };
    static const struct md_field fields[] = {
        {"event_time", offsetof(struct fill, time)},
        {"instrument", offsetof(struct fill, instrument)},
        {"is_buyer", offsetof(struct fill, buys)},
        {"is_taker", offsetof(struct fill, takes)},
        {"size", offsetof(struct fill, size)},
        {"price", offsetof(struct fill, price)},
        {"fee", offsetof(struct fill, fee)},
        {"fee_currency", offsetof(struct fill, fee_coin)},
        {"trade_id", offsetof(struct fill, trade)},
        {"order_id", offsetof(struct fill, venue_id)},
        {"client_order_id", offsetof(struct fill, client_id)},
        {"is_liquidation", offsetof(struct fill, liquidation)},
    };
    struct fill row = {.time = {"", 0}};
    struct oe_event event = oe_event_for(OE_EVENT_FILL, call);
    if (!md_read_object(text, fields, COUNT_OF(fields), &row) || row.trade.size == 0 ||
        row.buys.size == 0) {
        return false;
    }
    event.symbol = oe_find_symbol(oe, row.instrument);
    event.snapshot = snapshot;
    event.time_ns = ns_of(row.time);
    event.client_id = row.client_id;
    event.venue_id = row.venue_id;
    if (event.symbol == OE_SYMBOL_NONE) {
        return row.instrument.size > 0; // not an instrument of the desk
    }
    event.fill.trade = oe_trade_number(row.trade);
    event.fill.side = is_true(row.buys) ? SIDE_BUY : SIDE_SELL;
    event.fill.maker = slice_equals(row.takes, SLICE("false"));
    event.fill.liquidation = is_true(row.liquidation);
    if (!md_read_px(row.price, &event.fill.price) || !md_read_qty(row.size, &event.fill.size)) {
        return false;
    }
    event.fill.has_fee = (row.fee_coin.size == 0 || oe_is_dollar(row.fee_coin)) &&
                         oe_read_usd(row.fee, &event.fill.fee);
    sink->on_event(sink, &event);
    return true;
}

// There is no list of payments in what the venue documents: the stream tells what a position has
// paid in all, and what is more than before was paid now. A new connection or position starts over.
static void follow_funding(const struct oe *oe, const struct oe_event *position, struct slice told,
                           struct oe_sink *sink) {
    struct grvt *grvt = oe->state;
    struct usd *before = &grvt->funding[position->symbol];
    bool *known = &grvt->funding_known[position->symbol];
    struct oe_event event = oe_event_for(OE_EVENT_FUNDING, NULL);
    struct usd now;
    if (!oe_read_usd(told, &now)) {
        return;
    }
    event.symbol = position->symbol;
    event.time_ns = position->time_ns;
    event.funding.amount = usd_sub(now, *before);
    if (*known && !position->snapshot && position->position.net.v != 0 && now.v != 0 &&
        event.funding.amount.v != 0) {
        sink->on_event(sink, &event);
    }
    *before = now;
    *known = position->position.net.v != 0;
}

bool grvt_decode_position(const struct oe *oe, const struct oe_call *call, struct slice text,
                          bool snapshot, struct oe_sink *sink) {
    struct position {
        struct slice time, instrument, size, entry, liquidation, unrealised, funding;
    };
    static const struct md_field fields[] = {
        {"event_time", offsetof(struct position, time)},
        {"instrument", offsetof(struct position, instrument)},
        {"size", offsetof(struct position, size)},
        {"entry_price", offsetof(struct position, entry)},
        {"est_liquidation_price", offsetof(struct position, liquidation)},
        {"unrealized_pnl", offsetof(struct position, unrealised)},
        {"cumulative_realized_funding_payment", offsetof(struct position, funding)},
    };
    struct position row = {.time = {"", 0}};
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
    if (!md_read_object(text, fields, COUNT_OF(fields), &row)) {
        return false;
    }
    event.symbol = oe_find_symbol(oe, row.instrument);
    event.snapshot = snapshot;
    event.time_ns = ns_of(row.time);
    if (event.symbol == OE_SYMBOL_NONE) {
        return row.instrument.size > 0;
    }
    if (row.size.size == 0 || !qty_parse(row.size, &event.position.net) ||
        !oe_read_price(row.entry, &event.position.average)) {
        return false;
    }
    event.position.liquidation = oe_shown_price(row.liquidation);
    event.position.unrealised = oe_shown_usd(row.unrealised);
    sink->on_event(sink, &event);
    if (call == NULL) {
        follow_funding(oe, &event, row.funding, sink);
    }
    return true;
}
