// Orders at edgeX's simulated server: everything a body says is checked against everything else it
// says, as the sheet has it made (edgex.md section 6b), and the signature against the signer.
//
// What the venue answers to an order it will not have is not documented beyond
// GATEWAY_PARAM_INVALID: here it answers with the words it has for orders that ended.
#include "exchanges/edgex_sim.h"
#include "exchanges/md_decode.h"

enum { LIST_MAX = 32, CLIENT_ID_MAX = 64 };

static const struct edgex_sim_owner *owner_of(const struct vsim_world *world) {
    return world->account->own;
}

static struct edgex_sim_refusal wrong(const char *parameter) {
    return (struct edgex_sim_refusal){"GATEWAY_PARAM_INVALID", parameter, 400};
}

struct slice edgex_sim_member(struct slice body, const char *name) {
    struct member {
        struct slice value;
    };
    struct md_field field = {name, offsetof(struct member, value)};
    struct member member = {.value = {"", 0}};
    struct json r;
    json_init(&r, body);
    md_read_fields(&r, &field, 1, &member);
    return json_end(&r) ? member.value : (struct slice){"", 0};
}

// ---- a new order -------------------------------------------------------------------------------

struct request {
    struct slice account, contract, side, type, time, price, size, reduce_only, client_id, expires;
    struct slice nonce, value, l2_size, fee, l2_expires, signature;
};

static bool read_request(struct slice body, struct request *request) {
    static const struct md_field fields[] = {
        {"accountId", offsetof(struct request, account)},
        {"contractId", offsetof(struct request, contract)},
        {"side", offsetof(struct request, side)},
        {"type", offsetof(struct request, type)},
        {"timeInForce", offsetof(struct request, time)},
        {"price", offsetof(struct request, price)},
        {"size", offsetof(struct request, size)},
        {"reduceOnly", offsetof(struct request, reduce_only)},
        {"clientOrderId", offsetof(struct request, client_id)},
        {"expireTime", offsetof(struct request, expires)},
        {"l2Nonce", offsetof(struct request, nonce)},
        {"l2Value", offsetof(struct request, value)},
        {"l2Size", offsetof(struct request, l2_size)},
        {"l2LimitFee", offsetof(struct request, fee)},
        {"l2ExpireTime", offsetof(struct request, l2_expires)},
        {"l2Signature", offsetof(struct request, signature)},
    };
    struct json r;
    json_init(&r, body);
    md_read_fields(&r, fields, COUNT_OF(fields), request);
    return json_end(&r);
}

static bool read_kind(struct slice word, enum vacc_kind *out) {
    static const struct {
        const char *word;
        enum vacc_kind kind;
    } kinds[] = {{"POST_ONLY", VACC_POST_ONLY},
                 {"IMMEDIATE_OR_CANCEL", VACC_IOC},
                 {"GOOD_TIL_CANCEL", VACC_GTC},
                 {"FILL_OR_KILL", VACC_FOK}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_equals(word, slice_of(kinds[i].word))) {
            *out = kinds[i].kind;
            return true;
        }
    }
    return false;
}

// A limit order: what the desk sends is nothing else.
static struct edgex_sim_refusal read_order(const struct vsim_world *world,
                                           const struct request *request,
                                           struct vacc_request *out) {
    const struct vsim_listing *listing = edgex_sim_find(world, request->contract);
    out->side = slice_equals(request->side, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    out->reduce_only = slice_equals(request->reduce_only, SLICE("true"));
    out->client_id = request->client_id;
    if (!slice_equals(request->account, slice_of(owner_of(world)->account_text))) {
        return wrong("accountId");
    }
    if (listing == NULL) {
        return wrong("contractId");
    }
    out->listing = (uint32_t)(listing - world->listings);
    if (out->side == SIDE_BUY && !slice_equals(request->side, SLICE("BUY"))) {
        return wrong("side");
    }
    if (!slice_equals(request->type, SLICE("LIMIT"))) {
        return wrong("type");
    }
    if (!read_kind(request->time, &out->kind)) {
        return wrong("timeInForce");
    }
    if (!out->reduce_only && !slice_equals(request->reduce_only, SLICE("false"))) {
        return wrong("reduceOnly");
    }
    if (request->client_id.size == 0 || request->client_id.size > CLIENT_ID_MAX) {
        return wrong("clientOrderId");
    }
    if (!md_read_px(request->price, &out->price) || out->price.v <= 0) {
        return wrong("price");
    }
    if (!md_read_qty(request->size, &out->size) || out->size.v <= 0) {
        return wrong("size");
    }
    return EDGEX_SIM_TAKEN;
}

static bool is_number(struct slice text, int64_t number) {
    int64_t told;
    return decimal_parse(text, 0, &told) && told == number;
}

static struct edgex_sim_refusal check_signed(const struct vsim_world *world,
                                             const struct request *request,
                                             const struct vacc_request *order) {
    const struct edgex_sim_owner *owner = owner_of(world);
    const struct vacc_options *options = &world->account->options;
    const struct vsim_listing *listing = &world->listings[order->listing];
    struct bps fee =
        options->maker_fee.v > options->taker_fee.v ? options->maker_fee : options->taker_fee;
    struct edgex_rules rules = {.contract = (uint64_t)edgex_sim_contract(world, listing),
                                .coin = EDGEX_SIM_COIN,
                                .resolution = EDGEX_SIM_RESOLUTION,
                                .coin_resolution = EDGEX_SIM_COIN_RESOLUTION,
                                .fee = {fee.v > 0 ? mul_div_near(fee.v, PX_ONE, BPS_WHOLE) : 0}};
    struct edgex_order terms = {.nonce = edgex_nonce(request->client_id),
                                .account = owner->account,
                                .buys = order->side == SIDE_BUY};
    struct eth_signature signature;
    uint8_t digest[ETH_HASH_SIZE], signer[ETH_ADDRESS_SIZE];
    struct qty signed_size;
    int64_t expires_ms, longest_ms;
    if (!edgex_amounts(&rules, order->price, order->size, &terms)) {
        return wrong("size");
    }
    if (!decimal_parse(request->expires, 0, &expires_ms) ||
        expires_ms <= world->now_ns / NS_PER_MS || expires_ms > INT64_MAX / NS_PER_MS) {
        return wrong("expireTime");
    }
    if (!decimal_parse(request->l2_expires, 0, &longest_ms) ||
        longest_ms < expires_ms + EDGEX_SIGNED_LONGER_MS) {
        return wrong("l2ExpireTime");
    }
    if (!is_number(request->nonce, terms.nonce)) {
        return wrong("l2Nonce");
    }
    if (!slice_equals(request->value, slice_of(terms.value_text))) {
        return wrong("l2Value");
    }
    if (!md_read_qty(request->l2_size, &signed_size) || signed_size.v != order->size.v) {
        return wrong("l2Size");
    }
    if (!is_number(request->fee, (int64_t)terms.fee_whole)) {
        return wrong("l2LimitFee");
    }
    terms.expires_s = (uint64_t)expires_ms / 1000;
    edgex_order_digest(&owner->domain, &terms, owner->signer, digest);
    if (!edgex_signature_read(request->signature, &signature) ||
        !eth_recover(digest, &signature, signer) ||
        memcmp(signer, owner->signer, sizeof(signer)) != 0) {
        return wrong("l2Signature");
    }
    return EDGEX_SIM_TAKEN;
}

// Within 5 % of the oracle's price, on the side that would hurt: what the metadata say.
static bool in_band(const struct vsim_world *world, const struct vacc_request *order) {
    struct px oracle = world->listings[order->listing].mark;
    return oracle.v <= 0 ||
           (order->side == SIDE_BUY ? order->price.v <= px_shift_floor(oracle, BPS(500)).v
                                    : order->price.v >= px_shift_ceil(oracle, BPS(-500)).v);
}

static struct edgex_sim_refusal refusal_of(enum vacc_refusal refusal) {
    static const struct edgex_sim_refusal rows[VACC_REFUSAL_COUNT] = {
        [VACC_TAKEN] = {NULL, NULL, 200},
        [VACC_NO_LISTING] = {"GATEWAY_PARAM_INVALID", "contractId", 400},
        [VACC_OFF_TICK] = {"GATEWAY_PARAM_INVALID", "price", 400},
        [VACC_OFF_STEP] = {"GATEWAY_PARAM_INVALID", "size", 400},
        [VACC_TOO_SMALL] = {"GATEWAY_PARAM_INVALID", "size", 400},
        [VACC_BELOW_NOTIONAL] = {"GATEWAY_PARAM_INVALID", "size", 400},
        [VACC_NO_MARGIN] = {"MARGIN_NOT_ENOUGH", NULL, 400},
        [VACC_NOT_REDUCING] = {"REDUCE_ONLY_CANCELED", NULL, 400},
        [VACC_DUPLICATE] = {"GATEWAY_PARAM_INVALID", "clientOrderId", 400},
        [VACC_TOO_MANY] = {"SYSTEM_LIMIT_EVICTED", NULL, 400},
        [VACC_WOULD_TAKE] = {"COULD_NOT_FILL", NULL, 400},
        [VACC_FORCED] = {"INTERNAL_FAILED", NULL, 400},
    };
    return rows[refusal];
}

struct edgex_sim_refusal edgex_sim_create(const struct vsim_world *world, struct slice body,
                                          struct text *out) {
    struct request request = {.account = {"", 0}};
    struct vacc_request order = {.listing = 0};
    if (!read_request(body, &request)) {
        return wrong("body");
    }
    struct edgex_sim_refusal refusal = read_order(world, &request, &order);
    if (refusal.code == NULL) {
        refusal = check_signed(world, &request, &order);
    }
    // The client id makes it the same order, however often it is sent.
    const struct vacc_order *placed =
        refusal.code == NULL ? vacc_find_client(world->account, request.client_id) : NULL;
    if (refusal.code == NULL && placed == NULL) {
        refusal = in_band(world, &order)
                      ? refusal_of(vacc_place(world->account, world, &order, &placed))
                      : wrong("price");
    }
    if (refusal.code == NULL) {
        text_add_format(out, "{\"orderId\":\"%llu\"}", (unsigned long long)placed->number);
    }
    return refusal;
}

// ---- cancels -----------------------------------------------------------------------------------

struct list {
    struct slice items[LIST_MAX];
    uint32_t count;
    bool bad; // no list of texts, or too long
};

static void read_list(struct json *r, struct list *list) {
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice item = {"", 0};
        md_read_text(r, &item);
        list->bad = list->bad || list->count == LIST_MAX || item.size == 0;
        if (!list->bad) {
            list->items[list->count++] = item;
        }
    }
}

static bool read_body(const struct vsim_world *world, struct slice body, const char *name,
                      struct list *list) {
    struct slice key, account = {"", 0};
    struct json r;
    *list = (struct list){.count = 0};
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("accountId"))) {
            md_read_text(&r, &account);
        } else if (slice_equals(key, slice_of(name))) {
            read_list(&r, list);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r) && !list->bad &&
           slice_equals(account, slice_of(owner_of(world)->account_text));
}

static const struct vacc_order *find_order(const struct vsim_world *world, struct slice id,
                                           bool by_client_id) {
    int64_t number;
    if (by_client_id) {
        return vacc_find_client(world->account, id);
    }
    return decimal_parse(id, 0, &number) && number > 0 ? vacc_find(world->account, (uint64_t)number)
                                                       : NULL;
}

static const char *cancel_one(const struct vsim_world *world, const struct vacc_order *order) {
    if (order == NULL) {
        return "FAILED_ORDER_NOT_FOUND";
    }
    if (vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        return "SUCCESS";
    }
    return order->end == VACC_FILLED ? "FAILED_ORDER_FILLED" : "FAILED_ORDER_CANCELED";
}

struct edgex_sim_refusal edgex_sim_cancel(const struct vsim_world *world, struct slice body,
                                          bool by_client_id, struct text *out) {
    const char *name = by_client_id ? "clientOrderIdList" : "orderIdList";
    struct list list;
    if (!read_body(world, body, name, &list) || list.count == 0) {
        return wrong(name);
    }
    text_add_string(out, "{\"cancelResultMap\":{");
    for (uint32_t i = 0; i < list.count; i++) {
        const struct vacc_order *order = find_order(world, list.items[i], by_client_id);
        text_add(out, i == 0 ? SLICE("\"") : SLICE(",\""));
        text_add(out, list.items[i]); // as it stood in their JSON
        text_add_format(out, "\":\"%s\"", cancel_one(world, order));
    }
    text_add_string(out, "}}");
    return EDGEX_SIM_TAKEN;
}

struct edgex_sim_refusal edgex_sim_cancel_all(const struct vsim_world *world, struct slice body,
                                              struct text *out) {
    struct list list;
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    if (!read_body(world, body, "filterContractIdList", &list)) {
        return wrong("filterContractIdList");
    }
    text_add_string(out, "{\"cancelResultMap\":{");
    while ((order = vacc_next_live(world->account, VACC_ALL, &at)) != NULL) {
        bool wanted = list.count == 0;
        for (uint32_t i = 0; i < list.count; i++) {
            wanted =
                wanted || edgex_sim_find(world, list.items[i]) == &world->listings[order->listing];
        }
        if (wanted) {
            text_add_format(out, "%s\"%llu\":\"%s\"", comma, (unsigned long long)order->number,
                            cancel_one(world, order));
            comma = ",";
        }
    }
    text_add_string(out, "}}");
    return EDGEX_SIM_TAKEN;
}
