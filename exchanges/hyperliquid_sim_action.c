// What each action does to the account of the simulated Hyperliquid, and how it is answered:
// hyperliquid.md sections 5.1 and 7.
#include "exchanges/bytes_text.h"
#include "exchanges/hyperliquid_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/vsim_text.h"

enum { DAY_MS = 86400000, SCHEDULE_MIN_MS = 5000, ORDERS_MAX = 64 };

// ---- orders ------------------------------------------------------------------------------------

static const char *const refusals[VACC_REFUSAL_COUNT] = {
    [VACC_NO_LISTING] = "Asset does not trade",
    [VACC_OFF_TICK] = "Price must be divisible by tick size.",
    [VACC_OFF_STEP] = "Order has invalid size.",
    [VACC_TOO_SMALL] = "Order has zero size.",
    [VACC_BELOW_NOTIONAL] = "Order must have minimum value of $10.",
    [VACC_NO_MARGIN] = "Insufficient margin to place order.",
    [VACC_NOT_REDUCING] = "Reduce only order would increase position.",
    [VACC_DUPLICATE] = "Duplicate cloid",
    [VACC_TOO_MANY] = "Too many open orders",
    [VACC_WOULD_TAKE] = "Post only order would have immediately matched",
    [VACC_FORCED] = "Order price cannot be more than 80% away from the reference price",
};

struct order_row {
    struct slice asset, is_buy, price, size, reduce_only, type, cloid;
};

static bool read_kind(struct slice type, enum vacc_kind *kind) {
    static const struct {
        const char *word;
        enum vacc_kind kind;
    } rows[] = {{"Alo", VACC_POST_ONLY},
                {"Ioc", VACC_IOC},
                {"Gtc", VACC_GTC},
                {"FrontendMarket", VACC_IOC}};
    struct outer {
        struct slice limit;
    } outer = {.limit = {"", 0}};
    static const struct md_field outer_fields[] = {{"limit", offsetof(struct outer, limit)}};
    struct inner {
        struct slice tif;
    } inner = {.tif = {"", 0}};
    static const struct md_field inner_fields[] = {{"tif", offsetof(struct inner, tif)}};
    if (!md_read_object(type, outer_fields, COUNT_OF(outer_fields), &outer) ||
        !md_read_object(outer.limit, inner_fields, COUNT_OF(inner_fields), &inner)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(inner.tif, slice_of(rows[i].word))) {
            *kind = rows[i].kind;
            return true;
        }
    }
    return false;
}

// The venue hashes numbers in its own shortest form: one that is written otherwise was signed for
// another action.
static bool is_shortest(struct slice text, int64_t value, int digits) {
    char data[48];
    struct text own = TEXT_OVER(data);
    decimal_print(&own, value, digits, 0, digits);
    return slice_equals(text, text_slice(&own));
}

// NULL: taken, and its status is out; else the words of the refusal.
static const char *place_order(const struct vsim_world *world, struct slice raw, struct text *out) {
    static const struct md_field fields[] = {
        {"a", offsetof(struct order_row, asset)},       {"b", offsetof(struct order_row, is_buy)},
        {"p", offsetof(struct order_row, price)},       {"s", offsetof(struct order_row, size)},
        {"t", offsetof(struct order_row, type)},        {"c", offsetof(struct order_row, cloid)},
        {"r", offsetof(struct order_row, reduce_only)},
    };
    struct order_row row = {.asset = {"", 0}};
    struct vacc_request request = {.listing = 0};
    uint8_t cloid[16];
    int64_t asset;
    const struct vacc_order *order;
    if (!md_read_object(raw, fields, COUNT_OF(fields), &row) ||
        !decimal_parse(row.asset, 0, &asset) || !px_parse(row.price, &request.price) ||
        !qty_parse(row.size, &request.size) || !read_kind(row.type, &request.kind) ||
        (row.cloid.size > 0 && (row.cloid.size != 34 || !hex_read(row.cloid, cloid, 16)))) {
        return "Failed to deserialize the order";
    }
    if (!is_shortest(row.price, request.price.v, PX_DIGITS) ||
        !is_shortest(row.size, request.size.v, QTY_DIGITS)) {
        return "User or API Wallet 0x0000000000000000000000000000000000000000 does not exist.";
    }
    if (asset < 0 || asset >= world->listing_count) {
        return refusals[VACC_NO_LISTING];
    }
    request.listing = (uint32_t)asset;
    request.side = slice_equals(row.is_buy, SLICE("true")) ? SIDE_BUY : SIDE_SELL;
    request.reduce_only = slice_equals(row.reduce_only, SLICE("true"));
    request.client_id = row.cloid;
    enum vacc_refusal refusal = vacc_place(world->account, world, &request, &order);
    if (refusal != VACC_TAKEN) {
        return refusals[refusal];
    }
    if (order->end == VACC_POST_ONLY_END) {
        return refusals[VACC_WOULD_TAKE];
    }
    if (order->end == VACC_REST_EXPIRED && order->filled.v == 0) {
        return "Order could not immediately match against any resting orders.";
    }
    bool rests = order->end == VACC_LIVE;
    text_add_format(out, "{\"%s\":{\"oid\":%llu", rests ? "resting" : "filled",
                    (unsigned long long)order->number);
    if (!rests) {
        hyperliquid_sim_qty(out, "totalSz", order->filled);
        hyperliquid_sim_px(out, "avgPx", vacc_average(order));
    }
    if (row.cloid.size > 0) {
        vsim_member_string(out, "cloid", order->client_id);
    }
    text_add_string(out, "}}");
    return NULL;
}

static const char *cancel_order(const struct vsim_world *world, struct slice raw,
                                struct text *out) {
    struct cancel {
        struct slice oid, cloid;
    } row = {.oid = {"", 0}};
    static const struct md_field fields[] = {
        {"o", offsetof(struct cancel, oid)},
        {"cloid", offsetof(struct cancel, cloid)},
    };
    int64_t number;
    const struct vacc_order *order = NULL;
    if (md_read_object(raw, fields, COUNT_OF(fields), &row)) {
        order = row.cloid.size > 0                   ? vacc_find_client(world->account, row.cloid)
                : decimal_parse(row.oid, 0, &number) ? vacc_find(world->account, (uint64_t)number)
                                                     : NULL;
    }
    if (order == NULL || !vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        return "Order was never placed, already canceled, or filled.";
    }
    text_add_string(out, "\"success\"");
    return NULL;
}

// Each of a list of orders or cancels has a status of its own.
static void run_list(const struct vsim_world *world, const char *type, struct slice list,
                     const char *(*run)(const struct vsim_world *world, struct slice raw,
                                        struct text *out),
                     struct text *out) {
    struct json r;
    uint32_t rows = 0;
    text_add_format(
        out, "{\"status\":\"ok\",\"response\":{\"type\":\"%s\",\"data\":{\"statuses\":[", type);
    json_init(&r, list);
    json_array_begin(&r);
    for (; rows < ORDERS_MAX && json_array_next(&r); rows++) {
        struct slice row = json_raw(&r);
        if (r.failed) {
            break;
        }
        text_add_string(out, rows == 0 ? "" : ",");
        const char *words = run(world, row, out);
        if (words != NULL) {
            text_add_format(out, "{\"error\":\"%s\"}", words);
        }
    }
    text_add_string(out, "]}}}");
}

static void answer_default(struct text *out) {
    text_add_string(out, "{\"status\":\"ok\",\"response\":{\"type\":\"default\"}}");
}

// Ends one order and opens another under the same client id.
static void modify(const struct vsim_world *world, struct slice oid, struct slice order_raw,
                   struct text *out) {
    char status_data[256];
    struct text status = TEXT_OVER(status_data);
    int64_t number;
    const struct vacc_order *order = decimal_parse(oid, 0, &number)
                                         ? vacc_find(world->account, (uint64_t)number)
                                         : vacc_find_client(world->account, oid);
    if (order == NULL || !vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        hyperliquid_sim_fail(out, "Cannot modify canceled or filled order");
        return;
    }
    const char *words = place_order(world, order_raw, &status);
    if (words != NULL) {
        hyperliquid_sim_fail(out, words);
    } else {
        answer_default(out);
    }
}

// ---- the rest of the actions -------------------------------------------------------------------

static void schedule_cancel(const struct vsim_world *world, struct slice time, struct text *out) {
    int64_t until_ms = 0, now_ms = world->now_ns / NS_PER_MS;
    if (vacc_fault(world->account, VACC_FAULT_REJECT)) {
        hyperliquid_sim_fail(
            out, "Cannot set scheduled cancel time until enough volume traded. Required: "
                 "$1000000. Traded: $373.47205.");
        return;
    }
    if (time.size > 0 &&
        (!decimal_parse(time, 0, &until_ms) || until_ms < now_ms + SCHEDULE_MIN_MS ||
         until_ms > now_ms + 10 * (int64_t)DAY_MS)) {
        hyperliquid_sim_fail(
            out, "Scheduled cancel time too early, must be at least 5 seconds from now");
        return;
    }
    vacc_arm(world->account, VACC_ALL, until_ms * NS_PER_MS);
    answer_default(out);
}

static void set_leverage(const struct vsim_world *world, struct slice asset_text,
                         struct slice times_text, struct text *out) {
    int64_t asset, times;
    if (!decimal_parse(asset_text, 0, &asset) || asset < 0 || asset >= world->listing_count ||
        !decimal_parse(times_text, 0, &times) || times < 1 || times > 50) {
        hyperliquid_sim_fail(out, "Invalid leverage value");
        return;
    }
    world->account->leverage[asset] = (uint32_t)times;
    answer_default(out);
}

void hyperliquid_sim_action(const struct vsim_world *world, struct slice raw, struct text *out) {
    struct action {
        struct slice type, orders, cancels, oid, order, time, asset, leverage;
    } action = {.type = {"", 0}};
    static const struct md_field fields[] = {
        {"type", offsetof(struct action, type)},
        {"orders", offsetof(struct action, orders)},
        {"cancels", offsetof(struct action, cancels)},
        {"oid", offsetof(struct action, oid)},
        {"order", offsetof(struct action, order)},
        {"time", offsetof(struct action, time)},
        {"asset", offsetof(struct action, asset)},
        {"leverage", offsetof(struct action, leverage)},
    };
    bool good = md_read_object(raw, fields, COUNT_OF(fields), &action);
    if (good && slice_equals(action.type, SLICE("order"))) {
        run_list(world, "order", action.orders, place_order, out);
    } else if (good && (slice_equals(action.type, SLICE("cancel")) ||
                        slice_equals(action.type, SLICE("cancelByCloid")))) {
        run_list(world, "cancel", action.cancels, cancel_order, out);
    } else if (good && slice_equals(action.type, SLICE("modify"))) {
        modify(world, action.oid, action.order, out);
    } else if (good && slice_equals(action.type, SLICE("scheduleCancel"))) {
        schedule_cancel(world, action.time, out);
    } else if (good && slice_equals(action.type, SLICE("updateLeverage"))) {
        set_leverage(world, action.asset, action.leverage, out);
    } else if (good && slice_equals(action.type, SLICE("noop"))) {
        answer_default(out);
    } else {
        hyperliquid_sim_fail(out, "Failed to deserialize the action");
    }
}
