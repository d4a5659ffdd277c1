// Orders, fills, positions and balances as OKX tells them, in answers and pushes: okx.md sections 5
// and 7.
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"
#include "exchanges/okx_oe.h"

struct row {
    struct slice symbol, venue_id, client_id, side, state, price, size, filled, average;
    struct slice trade, fill_price, fill_size, fill_fee, fee_coin, taker, category, cancel_source;
    struct slice reduce_only, bill;
    int64_t time_ms, fill_ms;
};

int64_t okx_ms_of(struct slice text) {
    int64_t ms;
    return decimal_parse(text, 0, &ms) ? ms : 0;
}

static bool read_usd(struct slice text, struct usd *out) {
    return text.size > 0 && decimal_parse_near(text, USD_DIGITS, &out->v);
}

// "" is a price that does not apply.
static bool read_price(struct slice text, struct px *out) {
    return text.size == 0 || md_read_px_near(text, out);
}

static bool is_dollar(struct slice coin) {
    return slice_equals(coin, SLICE("USDT")) || slice_equals(coin, SLICE("USDC")) ||
           slice_equals(coin, SLICE("USD"));
}

static enum side side_of(struct slice word) {
    return slice_equals(word, SLICE("sell")) ? SIDE_SELL : SIDE_BUY;
}

static bool is_own_doing(struct slice category) {
    return slice_equals(category, SLICE("full_liquidation")) ||
           slice_equals(category, SLICE("partial_liquidation")) ||
           slice_equals(category, SLICE("adl"));
}

static bool order_state(const struct row *row, enum oe_state *out) {
    static const struct {
        struct slice word;
        enum oe_state state;
    } rows[] = {{{"live", 4}, OE_STATE_NEW},
                {{"partially_filled", 16}, OE_STATE_PARTIAL},
                {{"filled", 6}, OE_STATE_FILLED},
                {{"canceled", 8}, OE_STATE_CANCELED},
                {{"mmp_canceled", 12}, OE_STATE_CANCELED}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(rows[i].word, row->state)) {
            *out = rows[i].state;
            return true;
        }
    }
    return false;
}

static bool emit_order(const struct oe *oe, const struct oe_call *call, const struct row *row,
                       struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    event.symbol = oe_find_symbol(oe, row->symbol);
    event.snapshot = call != NULL && call->kind == OE_OPEN_ORDERS;
    event.time_ns = md_ns_from_ms(row->time_ms);
    event.client_id = row->client_id;
    event.venue_id = row->venue_id;
    if (!order_state(row, &event.order.state)) {
        return false;
    }
    event.order.side = side_of(row->side);
    event.order.reduce_only = slice_equals(row->reduce_only, SLICE("true"));
    event.order.liquidation = is_own_doing(row->category);
    if (slice_equals(row->cancel_source, SLICE("31"))) { // a post-only order that would have taken
        event.error = OE_ERROR_WOULD_TAKE;
        event.order.state = OE_STATE_REJECTED;
    }
    if (event.symbol == OE_SYMBOL_NONE) { // an instrument of another kind or not ours
        sink->on_event(sink, &event);
        return true;
    }
    const struct listing *listing = &oe->listings[event.symbol];
    event.order.has_filled = row->filled.size > 0;
    if ((row->filled.size > 0 &&
         !okx_contracts_read(listing, row->filled, false, &event.order.filled)) ||
        (row->size.size > 0 && !okx_contracts_read(listing, row->size, false, &event.order.size)) ||
        !read_price(row->price, &event.order.price) ||
        !read_price(row->average, &event.order.average)) {
        return false;
    }
    oe_judge_refusal(&event);
    sink->on_event(sink, &event);
    return true;
}

// A fee of OKX is negative when it is paid.
static bool emit_fill(const struct oe *oe, const struct oe_call *call, const struct row *row,
                      struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_FILL, call);
    event.symbol = oe_find_symbol(oe, row->symbol);
    event.snapshot = call != NULL;
    event.time_ns = md_ns_from_ms(row->fill_ms);
    event.client_id = row->client_id;
    event.venue_id = row->venue_id;
    if (event.symbol == OE_SYMBOL_NONE) {
        return true; // not an instrument of the desk
    }
    event.fill.trade = oe_trade_number(row->trade);
    event.fill.side = side_of(row->side);
    event.fill.maker = slice_equals(row->taker, SLICE("M"));
    event.fill.liquidation = is_own_doing(row->category);
    if (!md_read_px(row->fill_price, &event.fill.price) ||
        !okx_contracts_read(&oe->listings[event.symbol], row->fill_size, false, &event.fill.size)) {
        return false;
    }
    event.fill.has_fee = is_dollar(row->fee_coin) && read_usd(row->fill_fee, &event.fill.fee);
    event.fill.fee = usd_sub((struct usd){0}, event.fill.fee);
    sink->on_event(sink, &event);
    return true;
}

static bool has_fill(const struct row *row) {
    return row->trade.size > 0 && !slice_equals(row->trade, SLICE("0")) && row->fill_size.size > 0;
}

bool okx_decode_orders(const struct oe *oe, const struct oe_call *call, struct json *rows,
                       uint32_t *count, struct slice *last_id, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"instId", offsetof(struct row, symbol)},
        {"ordId", offsetof(struct row, venue_id)},
        {"clOrdId", offsetof(struct row, client_id)},
        {"side", offsetof(struct row, side)},
        {"state", offsetof(struct row, state)},
        {"px", offsetof(struct row, price)},
        {"sz", offsetof(struct row, size)},
        {"accFillSz", offsetof(struct row, filled)},
        {"avgPx", offsetof(struct row, average)},
        {"tradeId", offsetof(struct row, trade)},
        {"fillPx", offsetof(struct row, fill_price)},
        {"fillSz", offsetof(struct row, fill_size)},
        {"fillFee", offsetof(struct row, fill_fee)},
        {"fillFeeCcy", offsetof(struct row, fee_coin)},
        {"execType", offsetof(struct row, taker)},
        {"category", offsetof(struct row, category)},
        {"cancelSource", offsetof(struct row, cancel_source)},
        {"reduceOnly", offsetof(struct row, reduce_only)},
        {"uTime", offsetof(struct row, bill)},
    };
    bool good = true;
    json_array_begin(rows);
    while (json_array_next(rows)) {
        struct row row = {.time_ms = 0};
        md_read_fields(rows, fields, COUNT_OF(fields), &row);
        row.time_ms = row.fill_ms = okx_ms_of(row.bill);
        if (rows->failed) {
            break;
        }
        // A list tells the last fill of an order only: its fills are asked for by themselves.
        if (call == NULL && has_fill(&row)) {
            good = emit_fill(oe, call, &row, sink) && good;
        }
        good = emit_order(oe, call, &row, sink) && good;
        *last_id = row.venue_id;
        ++*count;
    }
    return good && !rows->failed;
}

bool okx_decode_fills(const struct oe *oe, const struct oe_call *call, struct json *rows,
                      uint32_t *count, struct slice *last_id, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"instId", offsetof(struct row, symbol)},     {"ordId", offsetof(struct row, venue_id)},
        {"clOrdId", offsetof(struct row, client_id)}, {"side", offsetof(struct row, side)},
        {"tradeId", offsetof(struct row, trade)},     {"fillPx", offsetof(struct row, fill_price)},
        {"fillSz", offsetof(struct row, fill_size)},  {"fee", offsetof(struct row, fill_fee)},
        {"feeCcy", offsetof(struct row, fee_coin)},   {"execType", offsetof(struct row, taker)},
        {"ts", offsetof(struct row, state)},          {"billId", offsetof(struct row, bill)},
    };
    bool good = true;
    json_array_begin(rows);
    while (json_array_next(rows)) {
        struct row row = {.time_ms = 0};
        md_read_fields(rows, fields, COUNT_OF(fields), &row);
        row.fill_ms = okx_ms_of(row.state);
        if (rows->failed) {
            break;
        }
        bool wanted = md_ns_from_ms(row.fill_ms) >= call->since_ns;
        if (wanted) {
            good = emit_fill(oe, call, &row, sink) && good;
        }
        *last_id = wanted ? row.bill : (struct slice){"", 0}; // newest first: older ones follow
        ++*count;
    }
    return good && !rows->failed;
}

bool okx_decode_positions(const struct oe *oe, const struct oe_call *call, struct json *rows,
                          uint32_t *count, struct oe_sink *sink) {
    struct position {
        struct slice symbol, side, size, average, unrealised, liquidation;
    };
    static const struct md_field fields[] = {
        {"instId", offsetof(struct position, symbol)},
        {"posSide", offsetof(struct position, side)},
        {"pos", offsetof(struct position, size)},
        {"avgPx", offsetof(struct position, average)},
        {"upl", offsetof(struct position, unrealised)},
        {"liqPx", offsetof(struct position, liquidation)},
    };
    bool good = true;
    json_array_begin(rows);
    while (json_array_next(rows)) {
        struct position row = {.symbol = {"", 0}};
        md_read_fields(rows, fields, COUNT_OF(fields), &row);
        if (rows->failed) {
            break;
        }
        ++*count;
        struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
        event.symbol = oe_find_symbol(oe, row.symbol);
        event.snapshot = call != NULL;
        if (!slice_equals(row.side, SLICE("net"))) {
            oe_emit_text(sink, OE_EVENT_NOTICE, call,
                         SLICE("the account is in long/short mode: perpdesk needs net mode"));
            continue;
        }
        if (event.symbol == OE_SYMBOL_NONE) {
            continue;
        }
        if (!okx_contracts_read(&oe->listings[event.symbol], row.size, true, &event.position.net) ||
            !read_price(row.average, &event.position.average)) {
            good = false;
            continue;
        }
        event.position.liquidation = oe_shown_price(row.liquidation);
        event.position.unrealised = oe_shown_usd(row.unrealised);
        sink->on_event(sink, &event);
    }
    return good && !rows->failed;
}

static void read_details(struct json *r, struct slice *equity, struct slice *available) {
    struct detail {
        struct slice coin, equity, available;
    };
    static const struct md_field fields[] = {
        {"ccy", offsetof(struct detail, coin)},
        {"eq", offsetof(struct detail, equity)},
        {"availEq", offsetof(struct detail, available)},
    };
    json_array_begin(r);
    while (json_array_next(r)) {
        struct detail detail = {.coin = {"", 0}};
        md_read_fields(r, fields, COUNT_OF(fields), &detail);
        if (slice_equals(detail.coin, SLICE("USDT"))) {
            *equity = detail.equity;
            *available = detail.available;
        }
    }
}

bool okx_decode_balance(const struct oe_call *call, struct json *rows, struct oe_sink *sink) {
    struct slice key, equity = {"", 0}, available = {"", 0};
    json_array_begin(rows);
    while (json_array_next(rows)) {
        json_object_begin(rows);
        while (json_object_next(rows, &key)) {
            if (slice_equals(key, SLICE("details"))) {
                read_details(rows, &equity, &available);
            } else {
                json_skip(rows);
            }
        }
    }
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
    event.symbol = OE_SYMBOL_NONE;
    if (rows->failed || equity.size == 0 || !read_usd(equity, &event.balance.equity)) {
        return !rows->failed && equity.size == 0; // an account without dollars holds nothing
    }
    if (!read_usd(available, &event.balance.available)) {
        event.balance.available = event.balance.equity; // not told in every account mode
    }
    sink->on_event(sink, &event);
    return true;
}
