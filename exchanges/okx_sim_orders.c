// What OKX's simulated server does with an order, a cancel, a change of one: okx.md section 5.
#include "base/json.h"
#include "exchanges/md_decode.h"
#include "exchanges/okx_sim_private.h"
#include "exchanges/venue_oe.h"
#include "exchanges/vsim_text.h"

enum { CODE_FIRST = 10459, CODE_STEP = 2 }; // instIdCode of the first listing, and on: okx_sim.c

static const struct okx_sim_refusal refusals[VACC_REFUSAL_COUNT] = {
    [VACC_NO_LISTING] = {51001, "Instrument ID does not exist"},
    [VACC_OFF_TICK] = {51006, "Order price is not within the price limit"},
    [VACC_OFF_STEP] = {51121, "Order quantity must be a multiple of the lot size."},
    [VACC_TOO_SMALL] = {51020, "Order amount should be greater than the min available amount."},
    [VACC_BELOW_NOTIONAL] = {51020, "Order amount should be greater than the min."},
    [VACC_NO_MARGIN] = {51008, "Order failed. Insufficient USDT margin in account"},
    [VACC_NOT_REDUCING] = {51112, "Close order size exceeds available position."},
    [VACC_DUPLICATE] = {51016, "Duplicated client order ID"},
    [VACC_TOO_MANY] = {51005, "Order amount exceeds the limit."},
    [VACC_WOULD_TAKE] = {51000, "Parameter error"},
    [VACC_FORCED] = {51000, "Parameter error"},
};

struct arguments {
    struct slice kind, side, size, price, client_id, venue_id, new_size, new_price, mode;
    int64_t code;
    bool reduce_only;
};

static void read_arguments(struct json *r, struct arguments *arguments) {
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
        {"ordType", offsetof(struct arguments, kind)},
        {"side", offsetof(struct arguments, side)},
        {"sz", offsetof(struct arguments, size)},
        {"px", offsetof(struct arguments, price)},
        {"clOrdId", offsetof(struct arguments, client_id)},
        {"ordId", offsetof(struct arguments, venue_id)},
        {"newSz", offsetof(struct arguments, new_size)},
        {"newPx", offsetof(struct arguments, new_price)},
        {"tdMode", offsetof(struct arguments, mode)},
    };
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        bool known = false;
        for (size_t i = 0; i < COUNT_OF(fields); i++) {
            if (slice_equals(key, slice_of(fields[i].name))) {
                md_read_text(r, (struct slice *)(void *)((char *)arguments + fields[i].offset));
                known = true;
            }
        }
        if (slice_equals(key, SLICE("instIdCode"))) {
            md_read_int(r, &arguments->code);
        } else if (slice_equals(key, SLICE("reduceOnly")) && json_peek(r) == JSON_BOOL) {
            json_bool(r, &arguments->reduce_only);
        } else if (!known) {
            json_skip(r);
        }
    }
}

static bool read_contracts(const struct vsim_listing *listing, struct slice text, struct qty *out) {
    struct qty contracts;
    if (text.size == 0 || !qty_parse(text, &contracts) || contracts.v < 0) {
        return false;
    }
    out->v = mul_div_near(contracts.v, listing->rules.contract.v, QTY_ONE);
    return true;
}

static struct okx_sim_refusal place(const struct vsim_world *world,
                                    const struct arguments *arguments, uint32_t listing,
                                    uint64_t *number) {
    static const struct {
        struct slice word;
        enum vacc_kind kind;
    } kinds[] = {{{"post_only", 9}, VACC_POST_ONLY},
                 {{"ioc", 3}, VACC_IOC},
                 {{"limit", 5}, VACC_GTC},
                 {{"fok", 3}, VACC_FOK},
                 {{"market", 6}, VACC_MARKET}};
    struct vacc_request request = {.listing = listing,
                                   .side = slice_equals(arguments->side, SLICE("sell")) ? SIDE_SELL
                                                                                        : SIDE_BUY,
                                   .reduce_only = arguments->reduce_only,
                                   .client_id = arguments->client_id};
    size_t kind = 0;
    while (kind < COUNT_OF(kinds) && !slice_equals(kinds[kind].word, arguments->kind)) {
        kind++;
    }
    if (kind == COUNT_OF(kinds) || !slice_equals(arguments->mode, SLICE("cross")) ||
        (request.side == SIDE_BUY && !slice_equals(arguments->side, SLICE("buy"))) ||
        arguments->client_id.size > 32 ||
        !read_contracts(&world->listings[listing], arguments->size, &request.size) ||
        (kinds[kind].kind != VACC_MARKET && !px_parse(arguments->price, &request.price))) {
        return (struct okx_sim_refusal){51000, "Parameter error"};
    }
    for (size_t i = 0; i < arguments->client_id.size; i++) {
        struct slice one = {arguments->client_id.data + i, 1};
        char c = one.data[0];
        if (!oe_is_plain(one, 1) || c == '-' || c == '_' || c == '.') { // letters and digits only
            return (struct okx_sim_refusal){51000, "Parameter clOrdId error"};
        }
    }
    request.kind = kinds[kind].kind;
    const struct vacc_order *order;
    enum vacc_refusal refusal = vacc_place(world->account, world, &request, &order);
    *number = refusal == VACC_TAKEN ? order->number : 0;
    return refusals[refusal];
}

const struct vacc_order *okx_sim_named_order(const struct vsim_world *world, struct slice venue_id,
                                             struct slice client_id) {
    int64_t number;
    if (venue_id.size > 0) {
        return decimal_parse(venue_id, 0, &number) ? vacc_find(world->account, (uint64_t)number)
                                                   : NULL;
    }
    return vacc_find_client(world->account, client_id);
}

static struct okx_sim_refusal cancel(const struct vsim_world *world,
                                     const struct arguments *arguments, uint64_t *number) {
    const struct vacc_order *order =
        okx_sim_named_order(world, arguments->venue_id, arguments->client_id);
    if (order == NULL) {
        return (struct okx_sim_refusal){51400, "Cancellation failed as the order does not exist."};
    }
    *number = order->number;
    if (!vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        return order->end == VACC_FILLED
                   ? (struct okx_sim_refusal){51402, "Cancellation failed: completed already."}
                   : (struct okx_sim_refusal){51401, "Cancellation failed: canceled already."};
    }
    return (struct okx_sim_refusal){0, ""};
}

static struct okx_sim_refusal amend(const struct vsim_world *world,
                                    const struct arguments *arguments, uint32_t listing,
                                    uint64_t *number) {
    const struct vacc_order *order =
        okx_sim_named_order(world, arguments->venue_id, arguments->client_id);
    struct px price;
    struct qty size;
    if (order == NULL || order->end != VACC_LIVE) {
        return (struct okx_sim_refusal){51400, "Modification failed as the order does not exist."};
    }
    if (!px_parse(arguments->new_price, &price) ||
        !read_contracts(&world->listings[listing], arguments->new_size, &size)) {
        return (struct okx_sim_refusal){51000, "Parameter error"};
    }
    *number = order->number;
    return refusals[vacc_amend(world->account, world, order, price, size, (struct slice){"", 0})];
}

static struct okx_sim_refusal run_op(const struct vsim_world *world, const struct okx_sim_op *op,
                                     const struct arguments *arguments, uint64_t *number) {
    int64_t listing = (arguments->code - CODE_FIRST) / CODE_STEP;
    if (arguments->code < CODE_FIRST || (arguments->code - CODE_FIRST) % CODE_STEP != 0 ||
        listing >= world->listing_count) {
        return refusals[VACC_NO_LISTING];
    }
    if (world->now_ns / NS_PER_MS > op->expires_ms) {
        return (struct okx_sim_refusal){51149, "Order timed out. Please try again later."};
    }
    if (slice_equals(op->name, SLICE("order"))) {
        return place(world, arguments, (uint32_t)listing, number);
    }
    if (slice_equals(op->name, SLICE("cancel-order"))) {
        return cancel(world, arguments, number);
    }
    return amend(world, arguments, (uint32_t)listing, number);
}

bool okx_sim_answer_order(const struct vsim_world *world, const struct okx_sim_op *op,
                          struct text *out) {
    struct json r;
    struct arguments arguments = {.code = 0};
    uint64_t number = 0;
    json_init(&r, op->list);
    json_array_begin(&r);
    if (json_array_next(&r)) { // one order a message
        read_arguments(&r, &arguments);
    }
    if (r.failed) {
        return false;
    }
    struct okx_sim_refusal refusal = run_op(world, op, &arguments, &number);
    text_add_string(out, "{\"id\":");
    json_write_string(out, op->id);
    text_add_string(out, ",\"op\":");
    json_write_string(out, op->name);
    text_add_format(out, ",\"code\":\"%d\",\"msg\":\"\",\"data\":[{\"tag\":\"\"",
                    refusal.code != 0);
    text_add_string(out, ",\"clOrdId\":");
    json_write_string(out, arguments.client_id);
    if (number != 0) {
        okx_sim_member_number(out, "ordId", number);
    } else {
        vsim_member_string(out, "ordId", "");
    }
    text_add_format(out, ",\"sCode\":\"%d\"", refusal.code);
    vsim_member_string(out, "sMsg", refusal.code != 0 ? refusal.text : "");
    okx_sim_member_ms(out, "ts", world->now_ns);
    text_add_string(out, "}]}");
    return true;
}
