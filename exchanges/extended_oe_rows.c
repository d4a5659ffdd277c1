// The rows of Extended's lists, by REST and on the account's stream: extended.md section 5. The
// same members in both, but for the names of two.
#include "exchanges/extended_oe.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

// Some times are in seconds where the rest is in milliseconds.
static int64_t ns_of(int64_t time) {
    enum { SECONDS_BELOW = 100000000 }; // in thousands: year 5138 in seconds, 1973 in milliseconds
    int64_t ns;
    if (time > 0 && time / 1000 < SECONDS_BELOW) {
        return __builtin_mul_overflow(time, NS_PER_S, &ns) ? 0 : ns;
    }
    return md_ns_from_ms(time);
}

static bool read_usd(struct slice text, struct usd *out) {
    return text.size == 0 || decimal_parse_near(text, USD_DIGITS, &out->v);
}

static bool read_px(struct slice text, struct px *out) {
    return text.size == 0 || md_read_px_near(text, out);
}

static bool read_size(struct slice text, struct qty *out) {
    return text.size == 0 || md_read_qty(text, out);
}

static void read_flag(struct json *r, bool *out) {
    if (json_peek(r) == JSON_BOOL) {
        json_bool(r, out);
    } else {
        json_skip(r);
    }
}

static struct oe_event begin_row(struct extended_rows *rows, enum oe_event_kind kind,
                                 struct slice market, int64_t time_ns) {
    struct oe_event event = oe_event_for(kind, rows->call);
    event.symbol = oe_find_symbol(rows->oe, market);
    event.time_ns = time_ns;
    event.snapshot = rows->call != NULL ? rows->call->kind != OE_QUERY
                                        : rows->first && time_ns < rows->before_ns;
    rows->count++;
    if (time_ns > 0 && (rows->oldest_ns == 0 || time_ns < rows->oldest_ns)) {
        rows->oldest_ns = time_ns;
    }
    return event;
}

static bool is_wanted(const struct extended_rows *rows, int64_t time_ns) {
    return rows->call == NULL || time_ns == 0 || time_ns >= rows->call->since_ns;
}

static bool read_list(struct extended_rows *rows, struct json *r,
                      bool (*read_row)(struct extended_rows *rows, struct json *r)) {
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        good = read_row(rows, r) && good;
    }
    return good && !r->failed;
}

// ---- orders ------------------------------------------------------------------------------------

struct order {
    struct slice venue_id, client_id, market, side, status, reason, price, average, size, filled;
    int64_t created, updated;
    bool reduce_only;
};

static bool state_of(struct slice word, enum oe_state *out) {
    static const struct {
        struct slice word;
        enum oe_state state;
    } rows[] = {
        {{"NEW", 3}, OE_STATE_NEW},         {{"UNTRIGGERED", 11}, OE_STATE_NEW},
        {{"TRIGGERED", 9}, OE_STATE_NEW},   {{"PARTIALLY_FILLED", 16}, OE_STATE_PARTIAL},
        {{"FILLED", 6}, OE_STATE_FILLED},   {{"CANCELLED", 9}, OE_STATE_CANCELED},
        {{"EXPIRED", 7}, OE_STATE_EXPIRED}, {{"REJECTED", 8}, OE_STATE_REJECTED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(rows[i].word, word)) {
            *out = rows[i].state;
            return true;
        }
    }
    return false;
}

// The reasons beyond the sheet's are those of the official SDK and of the venue's documentation.
static enum oe_error error_of_reason(struct slice reason) {
    static const struct {
        struct slice word;
        enum oe_error error;
    } rows[] = {
        {{"NONE", 4}, OE_ERROR_NONE},
        {{"ORDER_REPLACED", 14}, OE_ERROR_NONE},
        {{"POST_ONLY_FAILED", 16}, OE_ERROR_WOULD_TAKE},
        {{"SELF_TRADE_PROTECTION", 21}, OE_ERROR_SELF_TRADE},
        {{"NOT_ENOUGH_FUNDS", 16}, OE_ERROR_MARGIN},
        {{"NEGATIVE_EQUITY", 15}, OE_ERROR_MARGIN},
        {{"INVALID_LEVERAGE", 16}, OE_ERROR_MARGIN},
        {{"NO_LIQUIDITY", 12}, OE_ERROR_NO_LIQUIDITY},
        {{"REDUCE_ONLY_FAILED", 18}, OE_ERROR_REDUCE_ONLY},
        {{"PREV_ORDER_NOT_FOUND", 20}, OE_ERROR_NO_ORDER},
        {{"INVALID_PRICE", 13}, OE_ERROR_PRICE},
        {{"INVALID_QTY", 11}, OE_ERROR_SIZE},
        {{"INVALID_VALUE", 13}, OE_ERROR_SIZE},
        {{"INVALID_FEE", 11}, OE_ERROR_REQUEST},
        {{"INVALID_EXPIRE_TIME", 19}, OE_ERROR_REQUEST},
        {{"UNKNOWN_ACCOUNT", 15}, OE_ERROR_KEYS},
        {{"UNKNOWN_MARKET", 14}, OE_ERROR_SYMBOL},
        {{"DISABLED_MARKET", 15}, OE_ERROR_SYMBOL},
        {{"TRADING_OFF_MODE", 16}, OE_ERROR_BUSY},
        {{"POST_ONLY_MODE", 14}, OE_ERROR_BUSY},
        {{"REDUCE_ONLY_MODE", 16}, OE_ERROR_BUSY},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(rows[i].word, reason)) {
            return rows[i].error;
        }
    }
    return reason.size == 0 ? OE_ERROR_NONE : OE_ERROR_OTHER;
}

static void read_order_members(struct json *r, struct order *row) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("id"))) {
            md_read_text(r, &row->venue_id);
        } else if (slice_equals(key, SLICE("externalId"))) {
            md_read_text(r, &row->client_id);
        } else if (slice_equals(key, SLICE("market"))) {
            md_read_text(r, &row->market);
        } else if (slice_equals(key, SLICE("side"))) {
            md_read_text(r, &row->side);
        } else if (slice_equals(key, SLICE("status"))) {
            md_read_text(r, &row->status);
        } else if (slice_equals(key, SLICE("statusReason"))) {
            md_read_text(r, &row->reason);
        } else if (slice_equals(key, SLICE("price"))) {
            md_read_text(r, &row->price);
        } else if (slice_equals(key, SLICE("averagePrice"))) {
            md_read_text(r, &row->average);
        } else if (slice_equals(key, SLICE("qty"))) {
            md_read_text(r, &row->size);
        } else if (slice_equals(key, SLICE("filledQty"))) {
            md_read_text(r, &row->filled);
        } else if (slice_equals(key, SLICE("reduceOnly"))) {
            read_flag(r, &row->reduce_only);
        } else if (slice_equals(key, SLICE("createdTime"))) {
            md_read_int(r, &row->created);
        } else if (slice_equals(key, SLICE("updatedTime"))) {
            md_read_int(r, &row->updated);
        } else {
            json_skip(r);
        }
    }
}

bool extended_read_order(struct extended_rows *rows, struct json *r) {
    struct order row = {.created = 0};
    read_order_members(r, &row);
    if (r->failed) {
        return false;
    }
    struct oe_event event = begin_row(rows, OE_EVENT_ORDER, row.market,
                                      ns_of(row.updated > 0 ? row.updated : row.created));
    event.client_id = row.client_id;
    event.venue_id = row.venue_id;
    event.error = error_of_reason(row.reason);
    event.text = event.error == OE_ERROR_NONE ? (struct slice){"", 0} : row.reason;
    event.order.side = slice_equals(row.side, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    event.order.reduce_only = row.reduce_only;
    event.order.liquidation = slice_equals(row.reason, SLICE("ACCOUNT_LIQUIDATION"));
    event.order.has_filled = row.filled.size > 0;
    if (!state_of(row.status, &event.order.state) || !read_size(row.filled, &event.order.filled) ||
        !read_size(row.size, &event.order.size) || !read_px(row.price, &event.order.price) ||
        !read_px(row.average, &event.order.average)) {
        return false;
    }
    oe_judge_refusal(&event);
    rows->sink->on_event(rows->sink, &event);
    return true;
}

bool extended_read_orders(struct extended_rows *rows, struct json *r) {
    return read_list(rows, r, extended_read_order);
}

// ---- fills -------------------------------------------------------------------------------------

struct fill {
    struct slice trade, venue_id, client_id, market, side, price, size, fee, type;
    int64_t created;
    bool taker;
};

static void read_fill_members(struct json *r, struct fill *row) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("id"))) {
            md_read_text(r, &row->trade);
        } else if (slice_equals(key, SLICE("orderId"))) {
            md_read_text(r, &row->venue_id);
        } else if (slice_equals(key, SLICE("externalId")) ||
                   slice_equals(key, SLICE("externalOrderId"))) {
            md_read_text(r, &row->client_id);
        } else if (slice_equals(key, SLICE("market"))) {
            md_read_text(r, &row->market);
        } else if (slice_equals(key, SLICE("side"))) {
            md_read_text(r, &row->side);
        } else if (slice_equals(key, SLICE("price"))) {
            md_read_text(r, &row->price);
        } else if (slice_equals(key, SLICE("qty"))) {
            md_read_text(r, &row->size);
        } else if (slice_equals(key, SLICE("fee"))) {
            md_read_text(r, &row->fee);
        } else if (slice_equals(key, SLICE("tradeType"))) {
            md_read_text(r, &row->type);
        } else if (slice_equals(key, SLICE("createdTime"))) {
            md_read_int(r, &row->created);
        } else if (slice_equals(key, SLICE("isTaker"))) {
            read_flag(r, &row->taker);
        } else {
            json_skip(r);
        }
    }
}

static bool read_fill(struct extended_rows *rows, struct json *r) {
    struct fill row = {.created = 0};
    read_fill_members(r, &row);
    if (r->failed) {
        return false;
    }
    struct oe_event event = begin_row(rows, OE_EVENT_FILL, row.market, ns_of(row.created));
    if (event.symbol == OE_SYMBOL_NONE || !is_wanted(rows, event.time_ns)) {
        return true; // not a market of the desk, or before the time asked for
    }
    event.client_id = row.client_id;
    event.venue_id = row.venue_id;
    event.fill.trade = oe_trade_number(row.trade);
    event.fill.side = slice_equals(row.side, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    event.fill.maker = !row.taker;
    event.fill.liquidation = row.type.size > 0 && !slice_equals(row.type, SLICE("TRADE"));
    event.fill.has_fee = row.fee.size > 0;
    if (row.trade.size == 0 || !md_read_px(row.price, &event.fill.price) ||
        !md_read_qty(row.size, &event.fill.size) || !read_usd(row.fee, &event.fill.fee)) {
        return false;
    }
    rows->sink->on_event(rows->sink, &event);
    return true;
}

bool extended_read_fills(struct extended_rows *rows, struct json *r) {
    return read_list(rows, r, read_fill);
}

// ---- positions, balance, funding ---------------------------------------------------------------

struct position {
    struct slice market, side, size, average, liquidation, unrealised;
    int64_t updated;
};

static void read_position_members(struct json *r, struct position *row) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("market"))) {
            md_read_text(r, &row->market);
        } else if (slice_equals(key, SLICE("side"))) {
            md_read_text(r, &row->side);
        } else if (slice_equals(key, SLICE("size"))) {
            md_read_text(r, &row->size);
        } else if (slice_equals(key, SLICE("openPrice"))) {
            md_read_text(r, &row->average);
        } else if (slice_equals(key, SLICE("liquidationPrice"))) {
            md_read_text(r, &row->liquidation);
        } else if (slice_equals(key, SLICE("unrealisedPnl"))) {
            md_read_text(r, &row->unrealised);
        } else if (slice_equals(key, SLICE("updatedTime")) ||
                   slice_equals(key, SLICE("updatedAt"))) {
            md_read_int(r, &row->updated);
        } else {
            json_skip(r);
        }
    }
}

static bool read_position(struct extended_rows *rows, struct json *r) {
    struct position row = {.updated = 0};
    read_position_members(r, &row);
    bool is_short = slice_equals(row.side, SLICE("SHORT"));
    if (r->failed || (!is_short && !slice_equals(row.side, SLICE("LONG")))) {
        return false;
    }
    struct oe_event event = begin_row(rows, OE_EVENT_POSITION, row.market, ns_of(row.updated));
    if (!md_read_qty(row.size, &event.position.net) ||
        !read_px(row.average, &event.position.average)) {
        return false;
    }
    event.position.liquidation = oe_shown_price(row.liquidation);
    event.position.unrealised = oe_shown_usd(row.unrealised);
    event.position.net.v = is_short ? -event.position.net.v : event.position.net.v;
    rows->sink->on_event(rows->sink, &event);
    return true;
}

bool extended_read_positions(struct extended_rows *rows, struct json *r) {
    return read_list(rows, r, read_position);
}

bool extended_read_balance(struct extended_rows *rows, struct json *r) {
    struct slice key, equity = {"", 0}, available = {"", 0};
    int64_t updated = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("equity"))) {
            md_read_text(r, &equity);
        } else if (slice_equals(key, SLICE("availableForTrade"))) {
            md_read_text(r, &available);
        } else if (slice_equals(key, SLICE("updatedTime"))) {
            md_read_int(r, &updated);
        } else {
            json_skip(r);
        }
    }
    struct oe_event event =
        begin_row(rows, OE_EVENT_BALANCE, (struct slice){"", 0}, ns_of(updated));
    if (r->failed || equity.size == 0 || available.size == 0 ||
        !read_usd(equity, &event.balance.equity) ||
        !read_usd(available, &event.balance.available)) {
        return false;
    }
    rows->sink->on_event(rows->sink, &event);
    return true;
}

static bool read_payment(struct extended_rows *rows, struct json *r) {
    struct slice key, market = {"", 0}, fee = {"", 0};
    int64_t paid = 0;
    struct usd received;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("market"))) {
            md_read_text(r, &market);
        } else if (slice_equals(key, SLICE("fundingFee"))) {
            md_read_text(r, &fee);
        } else if (slice_equals(key, SLICE("paidTime"))) {
            md_read_int(r, &paid);
        } else {
            json_skip(r);
        }
    }
    if (r->failed || fee.size == 0 || !read_usd(fee, &received)) {
        return false;
    }
    struct oe_event event = begin_row(rows, OE_EVENT_FUNDING, market, ns_of(paid));
    if (event.symbol != OE_SYMBOL_NONE && is_wanted(rows, event.time_ns)) {
        event.funding.amount = usd_sub((struct usd){0}, received);
        rows->sink->on_event(rows->sink, &event);
    }
    return true;
}

bool extended_read_funding(struct extended_rows *rows, struct json *r) {
    return read_list(rows, r, read_payment);
}
