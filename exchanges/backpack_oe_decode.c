// Answers and pushes of Backpack's private side: backpack.md sections 3, 5 and 7.
#include "exchanges/backpack_oe.h"
#include "exchanges/iso_time.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

// ---- rows --------------------------------------------------------------------------------------

struct order {
    struct slice symbol, venue_id, client_id, side, status, price, size, filled, filled_usd;
    struct slice reduce_only, reason, origin, event, time;
    struct slice trade, fill_price, fill_size, maker, fee, fee_coin;
};

static bool is_true(struct slice word) {
    return slice_equals(word, SLICE("true"));
}

static bool read_side(struct slice word, enum side *out) {
    *out = slice_equals(word, SLICE("Ask")) ? SIDE_SELL : SIDE_BUY;
    return *out == SIDE_SELL || slice_equals(word, SLICE("Bid"));
}

static int64_t us_of(struct slice text) {
    int64_t us;
    return decimal_parse(text, 0, &us) ? md_ns_from_us(us) : 0;
}

static bool is_own_doing(struct slice origin) {
    return origin.size > 0 && !slice_equals(origin, SLICE("USER"));
}

// An order that expired for a reason, with nothing done of it, was refused in truth; the rest of an
// IOC only ran out.
static void judge_expiry(const struct order *row, struct oe_event *event) {
    enum oe_error error = backpack_error_of_reason(row->reason);
    event->text = row->reason;
    if (event->order.filled.v != 0 || error == OE_ERROR_NONE) {
        return;
    }
    event->error = error;
    if (error != OE_ERROR_NO_LIQUIDITY) {
        event->order.state = OE_STATE_REJECTED;
    }
}

static bool read_state(const struct order *row, struct oe_event *event) {
    static const struct {
        struct slice word;
        enum oe_state state;
    } rows[] = {
        {{"New", 3}, OE_STATE_NEW},
        {{"PartiallyFilled", 15}, OE_STATE_PARTIAL},
        {{"Filled", 6}, OE_STATE_FILLED},
        {{"Cancelled", 9}, OE_STATE_CANCELED},
        {{"Expired", 7}, OE_STATE_EXPIRED},
        {{"TriggerPending", 14}, OE_STATE_NEW},
        {{"TriggerFailed", 13}, OE_STATE_REJECTED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!slice_equals(rows[i].word, row->status)) {
            continue;
        }
        event->order.state = rows[i].state;
        if (event->order.state == OE_STATE_NEW && event->order.filled.v > 0) {
            event->order.state = OE_STATE_PARTIAL;
        } else if (event->order.state == OE_STATE_EXPIRED) {
            judge_expiry(row, event);
        }
        return true;
    }
    return false;
}

static bool emit_order(const struct oe *oe, const struct oe_call *call, const struct order *row,
                       struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    struct usd value = {0};
    event.symbol = oe_find_symbol(oe, row->symbol);
    event.snapshot = call != NULL && call->kind == OE_OPEN_ORDERS;
    event.time_ns = us_of(row->time);
    event.client_id = row->client_id;
    event.venue_id = row->venue_id;
    event.order.reduce_only = is_true(row->reduce_only);
    event.order.liquidation = is_own_doing(row->origin);
    event.order.has_filled = row->filled.size > 0;
    if (row->venue_id.size == 0 || !read_side(row->side, &event.order.side) ||
        !oe_read_size(row->filled, &event.order.filled) ||
        !oe_read_size(row->size, &event.order.size) ||
        !oe_read_price(row->price, &event.order.price) ||
        (row->filled_usd.size > 0 && !oe_read_usd(row->filled_usd, &value)) ||
        !read_state(row, &event)) {
        return false;
    }
    if (event.order.filled.v > 0 && value.v > 0) {
        event.order.average = px_average_near(value, event.order.filled);
    }
    oe_judge_refusal(&event);
    sink->on_event(sink, &event);
    return true;
}

// A fee in another coin than dollars is not told: the fill's worth in it is not known here.
static bool emit_fill(const struct oe *oe, const struct oe_call *call, const struct order *row,
                      int64_t time_ns, bool liquidation, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_FILL, call);
    event.symbol = oe_find_symbol(oe, row->symbol);
    event.snapshot = call != NULL;
    event.time_ns = time_ns;
    event.client_id = row->client_id;
    event.venue_id = row->venue_id;
    if (event.symbol == OE_SYMBOL_NONE) {
        return true; // spot, or not an instrument of the desk
    }
    event.fill.trade = oe_trade_number(row->trade);
    event.fill.maker = is_true(row->maker);
    event.fill.liquidation = liquidation;
    if (row->trade.size == 0 || !read_side(row->side, &event.fill.side) ||
        !md_read_px(row->fill_price, &event.fill.price) ||
        !md_read_qty(row->fill_size, &event.fill.size)) {
        return false;
    }
    event.fill.has_fee = oe_is_dollar(row->fee_coin) && oe_read_usd(row->fee, &event.fill.fee);
    sink->on_event(sink, &event);
    return true;
}

struct position {
    struct slice symbol, net, entry, liquidation, unrealised, time, event;
};

static bool emit_position(const struct oe *oe, const struct oe_call *call,
                          const struct position *row, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
    event.symbol = oe_find_symbol(oe, row->symbol);
    // The picture that a subscription begins with has no event of its own.
    event.snapshot = call != NULL || row->event.size == 0;
    event.time_ns = us_of(row->time);
    if (event.symbol == OE_SYMBOL_NONE) {
        return row->symbol.size > 0;
    }
    if (row->net.size == 0 || !qty_parse(row->net, &event.position.net) ||
        !oe_read_price(row->entry, &event.position.average)) {
        return false;
    }
    event.position.liquidation = oe_shown_price(row->liquidation);
    event.position.unrealised = oe_shown_usd(row->unrealised);
    sink->on_event(sink, &event);
    return true;
}

// ---- answers -----------------------------------------------------------------------------------

static void read_order(struct json *r, struct order *row) {
    static const struct md_field fields[] = {
        {"symbol", offsetof(struct order, symbol)},
        {"id", offsetof(struct order, venue_id)},
        {"clientId", offsetof(struct order, client_id)},
        {"side", offsetof(struct order, side)},
        {"status", offsetof(struct order, status)},
        {"price", offsetof(struct order, price)},
        {"quantity", offsetof(struct order, size)},
        {"executedQuantity", offsetof(struct order, filled)},
        {"executedQuoteQuantity", offsetof(struct order, filled_usd)},
        {"reduceOnly", offsetof(struct order, reduce_only)},
    };
    *row = (struct order){.symbol = {"", 0}};
    md_read_fields(r, fields, COUNT_OF(fields), row);
}

// What an order call answers is the order as it is now: taken, and its state.
static bool decode_order(const struct oe *oe, const struct oe_call *call, struct json *r,
                         struct oe_sink *sink) {
    struct order row;
    read_order(r, &row);
    if (!json_end(r) || row.venue_id.size == 0) {
        return false;
    }
    if (call->kind != OE_QUERY) {
        struct oe_event accepted = oe_event_for(OE_EVENT_ACCEPTED, call);
        accepted.client_id = row.client_id;
        accepted.venue_id = row.venue_id;
        sink->on_event(sink, &accepted);
    }
    return emit_order(oe, call, &row, sink);
}

static bool decode_orders(const struct oe *oe, const struct oe_call *call, struct json *r,
                          uint32_t *count, struct oe_sink *sink) {
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct order row;
        read_order(r, &row);
        good = !r->failed && emit_order(oe, call, &row, sink) && good;
        ++*count;
    }
    return good;
}

static bool decode_fills(const struct oe *oe, const struct oe_call *call, struct json *r,
                         uint32_t *count, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"symbol", offsetof(struct order, symbol)},
        {"orderId", offsetof(struct order, venue_id)},
        {"clientId", offsetof(struct order, client_id)},
        {"side", offsetof(struct order, side)},
        {"tradeId", offsetof(struct order, trade)},
        {"price", offsetof(struct order, fill_price)},
        {"quantity", offsetof(struct order, fill_size)},
        {"isMaker", offsetof(struct order, maker)},
        {"fee", offsetof(struct order, fee)},
        {"feeSymbol", offsetof(struct order, fee_coin)},
        {"timestamp", offsetof(struct order, time)},
        {"systemOrderType", offsetof(struct order, origin)},
    };
    struct order row;
    bool good = true;
    json_array_begin(r);
    while (md_next_row(r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        int64_t time_ns = 0;
        good = iso_time_read(row.time, &time_ns) &&
               emit_fill(oe, call, &row, time_ns, row.origin.size > 0, sink) && good;
        ++*count;
    }
    return good && !r->failed;
}

static bool decode_positions(const struct oe *oe, const struct oe_call *call, struct json *r,
                             uint32_t *count, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"symbol", offsetof(struct position, symbol)},
        {"netQuantity", offsetof(struct position, net)},
        {"entryPrice", offsetof(struct position, entry)},
        {"estLiquidationPrice", offsetof(struct position, liquidation)},
        {"pnlUnrealized", offsetof(struct position, unrealised)},
    };
    struct position row;
    bool good = true;
    json_array_begin(r);
    while (md_next_row(r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        good = emit_position(oe, call, &row, sink) && good;
        ++*count;
    }
    return good && !r->failed;
}

static bool decode_balance(const struct oe_call *call, struct json *r, struct oe_sink *sink) {
    struct balance {
        struct slice equity, available;
    };
    static const struct md_field fields[] = {
        {"netEquity", offsetof(struct balance, equity)},
        {"netEquityAvailable", offsetof(struct balance, available)},
    };
    struct balance row = {.equity = {"", 0}};
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
    md_read_fields(r, fields, COUNT_OF(fields), &row);
    if (r->failed || !oe_read_usd(row.equity, &event.balance.equity) ||
        !oe_read_usd(row.available, &event.balance.available)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}

static bool decode_fees(const struct oe_call *call, struct json *r, struct oe_sink *sink) {
    struct fees {
        struct slice maker, taker;
    };
    static const struct md_field fields[] = {
        {"futuresMakerFee", offsetof(struct fees, maker)},
        {"futuresTakerFee", offsetof(struct fees, taker)},
    };
    struct fees row = {.maker = {"", 0}};
    struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
    md_read_fields(r, fields, COUNT_OF(fields), &row);
    if (r->failed || !decimal_parse_near(row.maker, BPS_DIGITS, &event.fee.maker.v) ||
        !decimal_parse_near(row.taker, BPS_DIGITS, &event.fee.taker.v)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}

static bool decode_funding(const struct oe *oe, const struct oe_call *call, struct json *r,
                           uint32_t *count, struct oe_sink *sink) {
    struct payment {
        struct slice symbol, amount, time;
    };
    static const struct md_field fields[] = {
        {"symbol", offsetof(struct payment, symbol)},
        {"quantity", offsetof(struct payment, amount)},
        {"intervalEndTimestamp", offsetof(struct payment, time)},
    };
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct payment row = {.symbol = {"", 0}};
        struct oe_event event = oe_event_for(OE_EVENT_FUNDING, call);
        md_read_fields(r, fields, COUNT_OF(fields), &row);
        ++*count;
        event.symbol = oe_find_symbol(oe, row.symbol);
        event.snapshot = true;
        if (r->failed || !iso_time_read(row.time, &event.time_ns) ||
            !oe_read_usd(row.amount, &event.funding.amount)) {
            good = false;
        } else if (event.symbol != OE_SYMBOL_NONE && event.time_ns >= call->since_ns) {
            event.funding.amount = usd_sub((struct usd){0}, event.funding.amount);
            sink->on_event(sink, &event);
        }
    }
    return good;
}

static bool decode_rows(const struct oe *oe, const struct oe_call *call, struct slice body,
                        uint32_t *count, struct oe_sink *sink) {
    struct json r;
    bool good = false;
    json_init(&r, body);
    switch ((int)call->kind) {
    case OE_PLACE:
    case OE_CANCEL:
    case OE_QUERY:
        return decode_order(oe, call, &r, sink);
    case OE_CANCEL_ALL:
    case OE_OPEN_ORDERS:
        good = decode_orders(oe, call, &r, count, sink);
        break;
    case OE_FILLS:
        good = decode_fills(oe, call, &r, count, sink);
        break;
    case OE_POSITIONS:
        good = decode_positions(oe, call, &r, count, sink);
        break;
    case OE_BALANCES:
        good = decode_balance(call, &r, sink);
        break;
    case OE_FEES:
        good = decode_fees(call, &r, sink);
        break;
    case OE_FUNDING_PAID:
        good = decode_funding(oe, call, &r, count, sink);
        break;
    default:
        break;
    }
    return good && json_end(&r);
}

static bool is_list(enum oe_call_kind kind) {
    return kind == OE_OPEN_ORDERS || kind == OE_FILLS || kind == OE_POSITIONS ||
           kind == OE_BALANCES || kind == OE_FUNDING_PAID;
}

static void end_list(const struct oe_call *call, uint32_t count, struct oe_sink *sink) {
    char cursor_data[24];
    struct text cursor = TEXT_OVER(cursor_data);
    int64_t offset = 0;
    bool paged = call->kind == OE_FILLS || call->kind == OE_FUNDING_PAID;
    if (paged && count >= BACKPACK_PAGE &&
        (call->cursor.size == 0 || decimal_parse(call->cursor, 0, &offset))) {
        text_add_int(&cursor, add_saturating(offset, count));
    }
    oe_emit_end(sink, call, count, text_slice(&cursor));
}

void backpack_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                            struct slice headers, struct slice body, struct oe_sink *sink) {
    (void)headers; // the venue tells no used weight
    uint32_t count = 0;
    if (http_status == 202) { // taken, not carried out yet
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
    } else if (http_status != 200) {
        backpack_decode_failure(call, http_status, body, sink);
    } else if (!decode_rows(oe, call, body, &count, sink)) {
        oe_emit_text(sink, oe_call_changes(call->kind) ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call,
                     body);
    } else if (call->kind == OE_CANCEL_ALL) {
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
    } else if (is_list(call->kind)) {
        end_list(call, count, sink);
    }
}

// ---- the socket --------------------------------------------------------------------------------

static bool push_order(const struct oe *oe, struct slice data, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"e", offsetof(struct order, event)},      {"T", offsetof(struct order, time)},
        {"s", offsetof(struct order, symbol)},     {"i", offsetof(struct order, venue_id)},
        {"c", offsetof(struct order, client_id)},  {"S", offsetof(struct order, side)},
        {"X", offsetof(struct order, status)},     {"q", offsetof(struct order, size)},
        {"p", offsetof(struct order, price)},      {"z", offsetof(struct order, filled)},
        {"Z", offsetof(struct order, filled_usd)}, {"R", offsetof(struct order, reason)},
        {"O", offsetof(struct order, origin)},     {"r", offsetof(struct order, reduce_only)},
        {"t", offsetof(struct order, trade)},      {"l", offsetof(struct order, fill_size)},
        {"L", offsetof(struct order, fill_price)}, {"m", offsetof(struct order, maker)},
        {"n", offsetof(struct order, fee)},        {"N", offsetof(struct order, fee_coin)},
    };
    struct order row = {.symbol = {"", 0}};
    if (!md_read_object(data, fields, COUNT_OF(fields), &row)) {
        return false;
    }
    bool good = !slice_equals(row.event, SLICE("orderFill")) ||
                emit_fill(oe, NULL, &row, us_of(row.time), is_own_doing(row.origin), sink);
    return emit_order(oe, NULL, &row, sink) && good;
}

static bool push_position(const struct oe *oe, struct slice data, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"e", offsetof(struct position, event)},      {"T", offsetof(struct position, time)},
        {"s", offsetof(struct position, symbol)},     {"q", offsetof(struct position, net)},
        {"B", offsetof(struct position, entry)},      {"l", offsetof(struct position, liquidation)},
        {"P", offsetof(struct position, unrealised)},
    };
    struct position row = {.symbol = {"", 0}};
    return md_read_object(data, fields, COUNT_OF(fields), &row) &&
           emit_position(oe, NULL, &row, sink);
}

// An error follows nothing but our subscription: the account is not told any more.
static bool push_error(struct slice data, struct oe_sink *sink) {
    struct error {
        struct slice message;
    };
    static const struct md_field fields[] = {{"message", offsetof(struct error, message)}};
    struct error error = {.message = {"", 0}};
    if (!md_read_object(data, fields, COUNT_OF(fields), &error)) {
        return false;
    }
    oe_emit_session_off(sink, NULL, 0, backpack_error_of_words(error.message, OE_ERROR_OTHER),
                        error.message);
    return true;
}

void backpack_decode_frame(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                           struct oe_sink *sink) {
    (void)now_ns;
    struct envelope {
        struct slice stream, data, error;
    };
    static const struct md_field fields[] = {
        {"stream", offsetof(struct envelope, stream)},
        {"data", offsetof(struct envelope, data)},
        {"error", offsetof(struct envelope, error)},
    };
    struct envelope envelope = {.stream = {"", 0}};
    bool good = false;
    if (!md_read_object(frame, fields, COUNT_OF(fields), &envelope)) {
        good = false;
    } else if (slice_starts(envelope.stream, SLICE("account.orderUpdate"))) {
        good = push_order(oe, envelope.data, sink);
    } else if (slice_starts(envelope.stream, SLICE("account.positionUpdate"))) {
        good = push_position(oe, envelope.data, sink);
    } else if (envelope.error.size > 0) {
        good = push_error(envelope.error, sink);
    }
    (void)socket;
    if (!good) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, frame);
    }
}
