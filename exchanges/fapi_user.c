// The user stream of the Binance futures family: binance.md section 5.
#include "base/json.h"
#include "exchanges/fapi_rows.h"
#include "exchanges/md_decode.h"

// `o` of ORDER_TRADE_UPDATE. Members may be null or missing.
static void read_update(struct json *r, struct fapi_order *row) {
    struct slice key;
    *row = (struct fapi_order){0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        struct slice *text = NULL;
        switch (key.size == 1 ? key.data[0] : 0) {
        case 's':
            text = &row->symbol;
            break;
        case 'c':
            text = &row->client_id;
            break;
        case 'i':
            text = &row->venue_id;
            break;
        case 'S':
            text = &row->side;
            break;
        case 'X':
            text = &row->status;
            break;
        case 'x':
            text = &row->execution;
            break;
        case 'p':
            text = &row->price;
            break;
        case 'q':
            text = &row->size;
            break;
        case 'z':
            text = &row->filled;
            break;
        case 'l':
            text = &row->last_size;
            break;
        case 'L':
            text = &row->last_price;
            break;
        case 'n':
            text = &row->fee;
            break;
        case 'N':
            text = &row->fee_asset;
            break;
        case 'T':
            md_read_int(r, &row->time_ms);
            continue;
        case 't':
            md_read_int(r, &row->trade);
            continue;
        case 'm':
            if (json_peek(r) == JSON_BOOL) {
                json_bool(r, &row->maker);
                continue;
            }
            break;
        case 'R':
            if (json_peek(r) == JSON_BOOL) {
                json_bool(r, &row->reduce_only);
                continue;
            }
            break;
        default:
            if (slice_equals(key, SLICE("ap"))) {
                text = &row->average;
            } else if (slice_equals(key, SLICE("er"))) {
                text = &row->reason;
            }
            break;
        }
        if (text != NULL) {
            md_read_text(r, text);
        } else {
            json_skip(r);
        }
    }
}

static bool decode_update(const struct oe *oe, struct slice object, struct oe_sink *sink) {
    struct json r;
    struct fapi_order row;
    json_init(&r, object);
    read_update(&r, &row);
    if (!json_end(&r)) {
        return false;
    }
    bool good = true;
    if (slice_equals(row.execution, SLICE("TRADE")) || row.trade > 0) {
        good = fapi_emit_fill(oe, NULL, &row, sink);
    }
    return fapi_emit_order(oe, NULL, &row, false, sink) && good;
}

static void read_stream_position(struct json *r, struct fapi_position *row) {
    struct slice key;
    *row = (struct fapi_position){0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("s"))) {
            md_read_text(r, &row->symbol);
        } else if (slice_equals(key, SLICE("ps"))) {
            md_read_text(r, &row->side);
        } else if (slice_equals(key, SLICE("pa"))) {
            md_read_text(r, &row->amount);
        } else if (slice_equals(key, SLICE("ep"))) {
            md_read_text(r, &row->entry);
        } else if (slice_equals(key, SLICE("up"))) {
            md_read_text(r, &row->unrealised);
        } else {
            json_skip(r);
        }
    }
}

// The balance that changed by a funding payment is the payment.
static bool decode_balance_change(struct json *r, bool is_funding, struct oe_sink *sink) {
    struct slice key, asset = {"", 0}, change = {"", 0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("a"))) {
            md_read_text(r, &asset);
        } else if (slice_equals(key, SLICE("bc"))) {
            md_read_text(r, &change);
        } else {
            json_skip(r);
        }
    }
    struct oe_event event = oe_event_for(OE_EVENT_FUNDING, NULL);
    if (r->failed || !is_funding || !fapi_is_dollar(asset)) {
        return !r->failed;
    }
    if (!fapi_read_usd(change, &event.funding.amount)) {
        return false;
    }
    event.funding.amount = usd_sub((struct usd){0}, event.funding.amount);
    sink->on_event(sink, &event);
    return true;
}

static bool decode_account(const struct oe *oe, struct slice object, struct oe_sink *sink) {
    struct json r;
    struct slice key, reason = {"", 0};
    bool good = true;
    // The reason may come behind the rows: read once for it.
    json_init(&r, object);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("m"))) {
            md_read_text(&r, &reason);
        } else {
            json_skip(&r);
        }
    }
    bool is_funding = slice_equals(reason, SLICE("FUNDING_FEE"));
    json_init(&r, object);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("B"))) {
            json_array_begin(&r);
            while (json_array_next(&r)) {
                good = decode_balance_change(&r, is_funding, sink) && good;
            }
        } else if (slice_equals(key, SLICE("P"))) {
            json_array_begin(&r);
            while (json_array_next(&r)) {
                struct fapi_position row;
                read_stream_position(&r, &row);
                good = !r.failed && fapi_emit_position(oe, NULL, &row, sink) && good;
            }
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r) && good;
}

bool fapi_decode_user(const struct oe *oe, struct slice frame, struct oe_sink *sink) {
    struct json r;
    struct slice key, event = {"", 0}, order = {"", 0}, account = {"", 0}, wrapped = {"", 0};
    json_init(&r, frame);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("e"))) {
            md_read_text(&r, &event);
        } else if (slice_equals(key, SLICE("o")) || slice_equals(key, SLICE("a"))) {
            struct slice inside = json_raw(&r);
            *(key.data[0] == 'o' ? &order : &account) = inside;
        } else if (slice_equals(key, SLICE("data")) && json_peek(&r) == JSON_OBJECT) {
            wrapped = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    bool good = json_end(&r);
    if (good && event.size == 0 && wrapped.size > 0) { // {"stream":…,"data":…}
        return fapi_decode_user(oe, wrapped, sink);
    }
    if (good && slice_equals(event, SLICE("ORDER_TRADE_UPDATE"))) {
        good = decode_update(oe, order, sink);
    } else if (good && slice_equals(event, SLICE("ACCOUNT_UPDATE"))) {
        good = decode_account(oe, account, sink);
    } else if (good && slice_equals(event, SLICE("listenKeyExpired"))) {
        return false;
    } else if (good && slice_equals(event, SLICE("MARGIN_CALL"))) {
        oe_emit_text(sink, OE_EVENT_NOTICE, NULL, SLICE("margin call"));
    } else if (good && (slice_equals(event, SLICE("TRADE_LITE")) ||
                        slice_equals(event, SLICE("ACCOUNT_CONFIG_UPDATE")) ||
                        slice_equals(event, SLICE("ALGO_UPDATE")))) {
        // TRADE_LITE tells a fill without its fee; the same fill follows as ORDER_TRADE_UPDATE.
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else {
        good = false;
    }
    if (!good) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, frame);
    }
    return true;
}
