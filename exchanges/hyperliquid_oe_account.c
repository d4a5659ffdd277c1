// Fills, funding and the state of the account as events: hyperliquid.md sections 3 and 5.2.
#include "exchanges/hyperliquid_oe.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

// ---- lists by time -----------------------------------------------------------------------------

// Where the next page begins: a list may go forwards or backwards in time.
struct span {
    int64_t first_ms, last_ms;
    uint32_t rows;
};

static void span_add(struct span *span, int64_t ms) {
    span->first_ms = span->rows == 0 ? ms : span->first_ms;
    span->last_ms = ms;
    span->rows++;
}

static void emit_span_end(const struct oe_call *call, const struct span *span, uint32_t page,
                          struct oe_sink *sink) {
    char cursor_data[24];
    struct text cursor = TEXT_OVER(cursor_data);
    if (span->rows >= page) {
        bool forwards = span->last_ms >= span->first_ms;
        text_add_char(&cursor, forwards ? 's' : 'e');
        text_add_int(&cursor, span->last_ms);
        // A page of one millisecond would be told for ever.
        if (slice_equals(text_slice(&cursor), call->cursor)) {
            text_clear(&cursor);
            text_add_char(&cursor, forwards ? 's' : 'e');
            text_add_int(&cursor, span->last_ms + (forwards ? 1 : -1));
        }
    }
    oe_emit_end(sink, call, span->rows, text_slice(&cursor));
}

// ---- fills -------------------------------------------------------------------------------------

struct fill_row {
    struct slice coin, price, size, side, time, start, hash, oid, crossed, fee, tid, fee_token,
        cloid, liquidation;
};

static bool is_dollar(struct slice coin) {
    return coin.size == 0 || slice_equals(coin, SLICE("USDC")) ||
           slice_equals(coin, SLICE("USDT")) || slice_equals(coin, SLICE("USD"));
}

// Old fills have no id: what tells two of a transaction apart is where each began.
static uint64_t trade_of(const struct fill_row *row) {
    char key_data[256];
    struct text key = TEXT_OVER(key_data);
    if (row->tid.size > 0) {
        return oe_trade_number(row->tid);
    }
    text_add(&key, row->hash);
    text_add_char(&key, '-');
    text_add(&key, row->oid);
    text_add_char(&key, '-');
    text_add(&key, row->start);
    return oe_trade_number(text_slice(&key));
}

// The account was the one liquidated; the other side of a liquidation is a fill like any other.
static bool is_liquidated(const struct hyperliquid *own, struct slice liquidation) {
    struct detail {
        struct slice user;
    } detail = {.user = {"", 0}};
    static const struct md_field fields[] = {{"liquidatedUser", offsetof(struct detail, user)}};
    return liquidation.size > 0 && md_read_object(liquidation, fields, COUNT_OF(fields), &detail) &&
           slice_equals(detail.user, slice_of(own->account));
}

static bool emit_fill(struct oe *oe, const struct oe_call *call, const struct fill_row *row,
                      bool snapshot, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_FILL, call);
    event.symbol = oe_find_symbol(oe, row->coin);
    if (event.symbol == OE_SYMBOL_NONE) {
        return true; // spot, another dex, or not an instrument of the desk
    }
    if (!md_read_px(row->price, &event.fill.price) || !md_read_qty(row->size, &event.fill.size) ||
        row->oid.size == 0) {
        return false;
    }
    if (!snapshot) {
        hyperliquid_touch(oe->state, hyperliquid_number_of(row->oid));
    }
    event.snapshot = snapshot;
    event.time_ns = hyperliquid_ns_of(row->time);
    event.client_id = row->cloid;
    event.venue_id = row->oid;
    event.fill.trade = trade_of(row);
    event.fill.side = slice_equals(row->side, SLICE("A")) ? SIDE_SELL : SIDE_BUY;
    event.fill.maker = !slice_equals(row->crossed, SLICE("true"));
    event.fill.liquidation = is_liquidated(oe->state, row->liquidation);
    event.fill.has_fee = is_dollar(row->fee_token) && row->fee.size > 0 &&
                         decimal_parse_near(row->fee, USD_DIGITS, &event.fill.fee.v);
    sink->on_event(sink, &event);
    return true;
}

bool hyperliquid_decode_fills(struct oe *oe, const struct oe_call *call, struct slice data,
                              bool snapshot, struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"coin", offsetof(struct fill_row, coin)},
        {"px", offsetof(struct fill_row, price)},
        {"sz", offsetof(struct fill_row, size)},
        {"side", offsetof(struct fill_row, side)},
        {"time", offsetof(struct fill_row, time)},
        {"startPosition", offsetof(struct fill_row, start)},
        {"hash", offsetof(struct fill_row, hash)},
        {"oid", offsetof(struct fill_row, oid)},
        {"crossed", offsetof(struct fill_row, crossed)},
        {"fee", offsetof(struct fill_row, fee)},
        {"tid", offsetof(struct fill_row, tid)},
        {"feeToken", offsetof(struct fill_row, fee_token)},
        {"cloid", offsetof(struct fill_row, cloid)},
        {"liquidation", offsetof(struct fill_row, liquidation)},
    };
    struct json r;
    struct fill_row row;
    struct span span = {.rows = 0};
    bool good = true;
    json_init(&r, data);
    json_array_begin(&r);
    while (md_next_row(&r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        span_add(&span, hyperliquid_ns_of(row.time) / NS_PER_MS);
        good = emit_fill(oe, call, &row, snapshot, sink) && good;
    }
    if (!json_end(&r) || !good) {
        return false;
    }
    if (call != NULL) {
        emit_span_end(call, &span, HYPERLIQUID_PAGE, sink);
    }
    return true;
}

// ---- funding -----------------------------------------------------------------------------------

// The venue's amount is what the account got.
static bool emit_funding(const struct oe *oe, const struct oe_call *call, struct slice raw,
                         struct slice time, struct oe_sink *sink) {
    struct payment {
        struct slice coin, usdc, time;
    } payment = {.coin = {"", 0}};
    static const struct md_field fields[] = {
        {"coin", offsetof(struct payment, coin)},
        {"usdc", offsetof(struct payment, usdc)},
        {"time", offsetof(struct payment, time)},
    };
    struct usd got;
    if (!md_read_object(raw, fields, COUNT_OF(fields), &payment) || payment.usdc.size == 0 ||
        !decimal_parse_near(payment.usdc, USD_DIGITS, &got.v)) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_FUNDING, call);
    event.symbol = oe_find_symbol(oe, payment.coin);
    event.snapshot = call != NULL;
    event.time_ns = hyperliquid_ns_of(time.size > 0 ? time : payment.time);
    event.funding.amount = usd_sub((struct usd){0}, got);
    if (event.symbol != OE_SYMBOL_NONE) {
        sink->on_event(sink, &event);
    }
    return true;
}

bool hyperliquid_decode_fundings(struct oe *oe, const struct oe_call *call, struct slice data,
                                 struct oe_sink *sink) {
    struct row {
        struct slice time, delta;
    };
    static const struct md_field fields[] = {
        {"time", offsetof(struct row, time)},
        {"delta", offsetof(struct row, delta)},
    };
    struct json r;
    struct row row;
    struct span span = {.rows = 0};
    bool good = true;
    json_init(&r, data);
    json_array_begin(&r);
    while (md_next_row(&r, fields, COUNT_OF(fields), &row, sizeof(row))) {
        span_add(&span, hyperliquid_ns_of(row.time) / NS_PER_MS);
        good = emit_funding(oe, call, row.delta, row.time, sink) && good;
    }
    if (!json_end(&r) || !good) {
        return false;
    }
    emit_span_end(call, &span, HYPERLIQUID_FUNDINGS, sink);
    return true;
}

// One of fills, a payment, a liquidation; cancels by the venue come as orderUpdates too.
bool hyperliquid_decode_user(struct oe *oe, struct slice data, struct oe_sink *sink) {
    struct push {
        struct slice fills, funding, liquidation, cancels;
    } push = {.fills = {"", 0}};
    static const struct md_field fields[] = {
        {"fills", offsetof(struct push, fills)},
        {"funding", offsetof(struct push, funding)},
        {"liquidation", offsetof(struct push, liquidation)},
        {"nonUserCancel", offsetof(struct push, cancels)},
    };
    if (!md_read_object(data, fields, COUNT_OF(fields), &push)) {
        return false;
    }
    if (push.fills.size > 0) {
        return hyperliquid_decode_fills(oe, NULL, push.fills, false, sink);
    }
    if (push.funding.size > 0) {
        return emit_funding(oe, NULL, push.funding, (struct slice){"", 0}, sink);
    }
    if (push.liquidation.size > 0) {
        oe_emit_text(sink, OE_EVENT_NOTICE, NULL, push.liquidation);
        return true;
    }
    oe_emit(sink, OE_EVENT_ALIVE, NULL);
    return push.cancels.size > 0;
}

// ---- the state of the account ------------------------------------------------------------------

struct state_row {
    struct slice summary, withdrawable, positions, time;
};

static bool emit_position(struct oe *oe, const struct oe_call *call, struct slice raw, bool *seen,
                          struct oe_sink *sink) {
    struct outer {
        struct slice position;
    } outer = {.position = {"", 0}};
    static const struct md_field outer_fields[] = {{"position", offsetof(struct outer, position)}};
    struct position {
        struct slice coin, size, entry, liquidation, unrealised;
    } row = {.coin = {"", 0}};
    static const struct md_field fields[] = {
        {"coin", offsetof(struct position, coin)},
        {"szi", offsetof(struct position, size)},
        {"entryPx", offsetof(struct position, entry)},
        {"liquidationPx", offsetof(struct position, liquidation)},
        {"unrealizedPnl", offsetof(struct position, unrealised)},
    };
    struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
    if (!md_read_object(raw, outer_fields, COUNT_OF(outer_fields), &outer) ||
        !md_read_object(outer.position, fields, COUNT_OF(fields), &row)) {
        return false;
    }
    event.symbol = oe_find_symbol(oe, row.coin);
    event.snapshot = call != NULL;
    if (event.symbol == OE_SYMBOL_NONE) {
        return true;
    }
    if (!decimal_parse(row.size, QTY_DIGITS, &event.position.net.v) ||
        (row.entry.size > 0 && !md_read_px_near(row.entry, &event.position.average))) {
        return false;
    }
    event.position.liquidation = oe_shown_price(row.liquidation);
    event.position.unrealised = oe_shown_usd(row.unrealised);
    seen[event.symbol] = event.position.net.v != 0;
    sink->on_event(sink, &event);
    return true;
}

static bool decode_positions(struct oe *oe, const struct oe_call *call, struct slice list,
                             uint32_t *rows, struct oe_sink *sink) {
    struct hyperliquid *own = oe->state;
    bool seen[SYMBOL_MAX] = {false}, good = true;
    struct json r;
    struct slice raw;
    json_init(&r, list);
    json_array_begin(&r);
    while (hyperliquid_next_row(&r, &raw)) {
        good = emit_position(oe, call, raw, seen, sink) && good;
        ++*rows;
    }
    if (!json_end(&r) || !good) {
        return false;
    }
    // What was held and is not listed any more is flat.
    for (uint16_t i = 0; i < oe->symbol_count; i++) {
        if (own->held[i] && !seen[i]) {
            struct oe_event event = oe_event_for(OE_EVENT_POSITION, call);
            event.symbol = i;
            event.snapshot = call != NULL;
            sink->on_event(sink, &event);
        }
        own->held[i] = seen[i];
    }
    return true;
}

static bool emit_balance(const struct oe_call *call, const struct state_row *state,
                         struct oe_sink *sink) {
    struct summary {
        struct slice value;
    } summary = {.value = {"", 0}};
    static const struct md_field fields[] = {{"accountValue", offsetof(struct summary, value)}};
    struct oe_event event = oe_event_for(OE_EVENT_BALANCE, call);
    event.symbol = OE_SYMBOL_NONE;
    event.time_ns = hyperliquid_ns_of(state->time);
    if (!md_read_object(state->summary, fields, COUNT_OF(fields), &summary) ||
        summary.value.size == 0 || state->withdrawable.size == 0 ||
        !decimal_parse_near(summary.value, USD_DIGITS, &event.balance.equity.v) ||
        !decimal_parse_near(state->withdrawable, USD_DIGITS, &event.balance.available.v)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}

bool hyperliquid_decode_state(struct oe *oe, const struct oe_call *call, struct slice data,
                              struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"marginSummary", offsetof(struct state_row, summary)},
        {"withdrawable", offsetof(struct state_row, withdrawable)},
        {"assetPositions", offsetof(struct state_row, positions)},
        {"time", offsetof(struct state_row, time)},
    };
    struct state_row state = {.summary = {"", 0}};
    uint32_t rows = 0;
    if (!md_read_object(data, fields, COUNT_OF(fields), &state)) {
        return false;
    }
    if ((call == NULL || call->kind == OE_POSITIONS) &&
        !decode_positions(oe, call, state.positions, &rows, sink)) {
        return false;
    }
    if ((call == NULL || call->kind == OE_BALANCES) && !emit_balance(call, &state, sink)) {
        return false;
    }
    if (call != NULL) {
        oe_emit_end(sink, call, rows, (struct slice){"", 0});
    }
    return true;
}
