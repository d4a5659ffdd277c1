#include "exchanges/oe_text.h"

#include "base/json.h"

static void add_name(struct text *out, const char *name) {
    text_add(out, SLICE(",\""));
    text_add_string(out, name);
    text_add(out, SLICE("\":"));
}

static void add_text(struct text *out, const char *name, struct slice value) {
    if (value.size > 0) {
        add_name(out, name);
        json_write_string(out, value);
    }
}

static void add_flag(struct text *out, const char *name, bool value) {
    if (value) {
        add_name(out, name);
        text_add(out, SLICE("true"));
    }
}

static void add_int(struct text *out, const char *name, int64_t value) {
    add_name(out, name);
    text_add_int(out, value);
}

static void add_decimal(struct text *out, const char *name, int64_t value, int digits) {
    add_name(out, name);
    text_add_char(out, '"');
    decimal_print(out, value, digits, 0, digits);
    text_add_char(out, '"');
}

static void add_decimal_told(struct text *out, const char *name, int64_t value, int digits) {
    if (value != 0) {
        add_decimal(out, name, value, digits);
    }
}

static void add_order(struct text *out, const struct oe_event *event) {
    add_text(out, "state", slice_of(oe_state_name(event->order.state)));
    if (event->order.state != OE_STATE_GONE) {
        add_text(out, "side", slice_of(side_name(event->order.side)));
    }
    if (event->order.has_filled) {
        add_decimal(out, "filled", event->order.filled.v, QTY_DIGITS);
    }
    add_decimal_told(out, "average", event->order.average.v, PX_DIGITS);
    add_decimal_told(out, "price", event->order.price.v, PX_DIGITS);
    add_decimal_told(out, "size", event->order.size.v, QTY_DIGITS);
    add_flag(out, "reduce_only", event->order.reduce_only);
    add_flag(out, "liquidation", event->order.liquidation);
}

static void add_fill(struct text *out, const struct oe_event *event) {
    add_name(out, "trade");
    text_add_format(out, "%llu", (unsigned long long)event->fill.trade);
    add_text(out, "side", slice_of(side_name(event->fill.side)));
    add_decimal(out, "price", event->fill.price.v, PX_DIGITS);
    add_decimal(out, "size", event->fill.size.v, QTY_DIGITS);
    if (event->fill.has_fee) {
        add_decimal(out, "fee", event->fill.fee.v, USD_DIGITS);
    }
    add_text(out, "liquidity", event->fill.maker ? SLICE("maker") : SLICE("taker"));
    add_flag(out, "liquidation", event->fill.liquidation);
}

static void add_payload(struct text *out, const struct oe_event *event) {
    switch ((int)event->kind) {
    case OE_EVENT_ORDER:
        add_order(out, event);
        break;
    case OE_EVENT_FILL:
        add_fill(out, event);
        break;
    case OE_EVENT_POSITION:
        add_decimal(out, "net", event->position.net.v, QTY_DIGITS);
        add_decimal_told(out, "average", event->position.average.v, PX_DIGITS);
        add_decimal_told(out, "liquidation", event->position.liquidation.v, PX_DIGITS);
        add_decimal_told(out, "unrealised", event->position.unrealised.v, USD_DIGITS);
        break;
    case OE_EVENT_BALANCE:
        add_decimal(out, "equity", event->balance.equity.v, USD_DIGITS);
        add_decimal(out, "available", event->balance.available.v, USD_DIGITS);
        break;
    case OE_EVENT_FEE:
        add_decimal(out, "maker_bps", event->fee.maker.v, BPS_DIGITS);
        add_decimal(out, "taker_bps", event->fee.taker.v, BPS_DIGITS);
        break;
    case OE_EVENT_FUNDING:
        add_decimal(out, "amount", event->funding.amount.v, USD_DIGITS);
        break;
    case OE_EVENT_END:
        add_int(out, "rows", event->end.rows);
        add_text(out, "cursor", event->end.cursor);
        break;
    case OE_EVENT_SESSION:
        add_int(out, "socket", event->session.socket);
        add_text(out, "state", event->session.on ? SLICE("on") : SLICE("off"));
        break;
    case OE_EVENT_KEYS:
        add_text(out, "trade", event->keys.can_trade ? SLICE("yes") : SLICE("no"));
        add_text(out, "withdraw", event->keys.can_withdraw ? SLICE("yes") : SLICE("no"));
        break;
    case OE_EVENT_RATE:
        add_int(out, "bucket", event->rate.bucket);
        add_int(out, "used", event->rate.used);
        if (event->rate.retry_after_ms > 0) {
            add_int(out, "retry_after_ms", event->rate.retry_after_ms);
        }
        break;
    case OE_EVENT_DEADMAN:
        add_int(out, "until_ms", event->deadman.until_ns / NS_PER_MS);
        break;
    default:
        break;
    }
}

void oe_event_print(struct text *out, const struct oe *oe, const struct oe_event *event) {
    text_add(out, SLICE("{\"event\":\""));
    text_add_string(out, oe_event_name(event->kind));
    text_add_char(out, '"');
    if (event->tag != 0) {
        add_text(out, "call", slice_of(oe_call_name(event->call)));
        add_int(out, "tag", event->tag);
    }
    if (event->symbol < oe->symbol_count) {
        add_text(out, "symbol", slice_of(oe->listings[event->symbol].native));
    }
    add_text(out, "client_id", event->client_id);
    add_text(out, "venue_id", event->venue_id);
    add_payload(out, event);
    if (event->error != OE_ERROR_NONE) {
        add_text(out, "error", slice_of(oe_error_name(event->error)));
    }
    add_text(out, "text", event->text);
    add_flag(out, "snapshot", event->snapshot);
    if (event->time_ns != 0) {
        add_int(out, "time_ms", event->time_ns / NS_PER_MS);
    }
    text_add_char(out, '}');
}
