// Orders at Extended's simulated server: the gateway checks them as the venue does, signature
// included (extended.md sections 5 to 7), the engine behind it is the simulated account.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/extended_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/sign_stark.h"
#include "exchanges/venue_oe.h"

enum {
    EXPIRY_MAX_MS_DAYS = 90,
    NONCE_MAX_BITS = 31, // up to 2^31
    BAND_BPS = 500,      // limitPriceCap and limitPriceFloor of 0.05
};

static uint32_t refuse(struct text *body, enum vacc_refusal refusal) {
    static const struct {
        int code;
        const char *message;
    } rows[VACC_REFUSAL_COUNT] = {
        [VACC_NO_LISTING] = {1001, "Market not found."},
        [VACC_OFF_TICK] = {1124, "Invalid price value"},
        [VACC_OFF_STEP] = {1121, "Invalid quantity"},
        [VACC_TOO_SMALL] = {1120, "Order quantity less than min trade size"},
        [VACC_BELOW_NOTIONAL] = {1120, "Order quantity less than min trade size"},
        [VACC_NO_MARGIN] = {1140, "New order cost exceeds available balance"},
        [VACC_NOT_REDUCING] = {1137, "Position is missing for reduce-only order"},
        [VACC_DUPLICATE] = {1134, "Duplicate order"},
        [VACC_TOO_MANY] = {1126, "Max open orders number exceeded"},
        [VACC_WOULD_TAKE] = {400, "Bad request."}, // the engine ends it after it was taken
        [VACC_FORCED] = {1127, "Max position value exceeded"},
    };
    return extended_sim_fail(body, rows[refusal].code, rows[refusal].message);
}

// ---- the body of an order ----------------------------------------------------------------------

struct order {
    struct slice id, market, type, side, size, price, tif, fee, nonce, protection;
    struct slice stark_key, vault, r, s;
    int64_t expiry_ms;
    bool post_only, reduce_only;
};

static void read_signature(struct json *r, struct order *order) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("r"))) {
            md_read_text(r, &order->r);
        } else if (slice_equals(key, SLICE("s"))) {
            md_read_text(r, &order->s);
        } else {
            json_skip(r);
        }
    }
}

static void read_settlement(struct json *r, struct order *order) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("signature")) && json_peek(r) == JSON_OBJECT) {
            read_signature(r, order);
        } else if (slice_equals(key, SLICE("starkKey"))) {
            md_read_text(r, &order->stark_key);
        } else if (slice_equals(key, SLICE("collateralPosition"))) {
            md_read_text(r, &order->vault);
        } else {
            json_skip(r);
        }
    }
}

static bool read_order(struct slice body, struct order *order) {
    const struct {
        const char *name;
        struct slice *to;
    } texts[] = {{"id", &order->id},           {"market", &order->market},
                 {"type", &order->type},       {"side", &order->side},
                 {"qty", &order->size},        {"price", &order->price},
                 {"timeInForce", &order->tif}, {"fee", &order->fee},
                 {"nonce", &order->nonce},     {"selfTradeProtectionLevel", &order->protection}};
    struct json r;
    struct slice key;
    *order = (struct order){.expiry_ms = 0};
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        size_t i = 0;
        while (i < COUNT_OF(texts) && !slice_equals(key, slice_of(texts[i].name))) {
            i++;
        }
        if (i < COUNT_OF(texts)) {
            md_read_text(&r, texts[i].to);
        } else if (slice_equals(key, SLICE("expiryEpochMillis"))) {
            md_read_int(&r, &order->expiry_ms);
        } else if (slice_equals(key, SLICE("postOnly"))) {
            (void)json_bool(&r, &order->post_only);
        } else if (slice_equals(key, SLICE("reduceOnly"))) {
            (void)json_bool(&r, &order->reduce_only);
        } else if (slice_equals(key, SLICE("settlement")) && json_peek(&r) == JSON_OBJECT) {
            read_settlement(&r, order);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

// ---- checks ------------------------------------------------------------------------------------

static bool read_kind(const struct order *order, enum vacc_kind *out) {
    bool ioc = slice_equals(order->tif, SLICE("IOC"));
    bool market = slice_equals(order->type, SLICE("MARKET"));
    *out = ioc ? VACC_IOC : order->post_only ? VACC_POST_ONLY : VACC_GTC;
    return (market || slice_equals(order->type, SLICE("LIMIT"))) &&
           (ioc || order->tif.size == 0 || slice_equals(order->tif, SLICE("GTT"))) &&
           !(ioc && order->post_only);
}

static bool is_protection(struct slice word) {
    return word.size == 0 || slice_equals(word, SLICE("ACCOUNT")) ||
           slice_equals(word, SLICE("CLIENT")) || slice_equals(word, SLICE("DISABLED"));
}

// 0: fine so far; *terms and *request are filled.
static uint32_t check_terms(const struct extended_sim_call *call, const struct order *order,
                            struct extended_terms *terms, struct vacc_request *request) {
    const struct vsim_world *world = call->world;
    const struct vacc_options *options = &world->account->options;
    int64_t nonce, now_ms = world->now_ns / NS_PER_MS;
    bool sells = slice_equals(order->side, SLICE("SELL"));
    if (!oe_is_plain(order->id, VACC_ID_MAX - 1) || !is_protection(order->protection) ||
        (!sells && !slice_equals(order->side, SLICE("BUY"))) || !read_kind(order, &request->kind)) {
        return extended_sim_fail(call->body, 400, "Bad request.");
    }
    if (slice_equals(order->type, SLICE("MARKET")) && request->kind != VACC_IOC) {
        return extended_sim_fail(call->body, 1139, "Market order must be IOC");
    }
    if (!md_read_qty(order->size, &terms->size)) {
        return extended_sim_fail(call->body, 1123, "Invalid quantity precision");
    }
    if (!md_read_px(order->price, &terms->price)) {
        return order->price.size == 0 ? extended_sim_fail(call->body, 1130, "Price is missing")
                                      : extended_sim_fail(call->body, 1125, "Invalid precision");
    }
    if (order->expiry_ms <= now_ms ||
        order->expiry_ms > now_ms + EXPIRY_MAX_MS_DAYS * INT64_C(86400000)) {
        return extended_sim_fail(call->body, 1135, "Invalid expiry time");
    }
    struct bps least = order->post_only ? options->maker_fee : options->taker_fee;
    if (!decimal_parse(order->fee, RATE_DIGITS, &terms->fee.v) || terms->fee.v < 0 ||
        terms->fee.v < mul_div_ceil(least.v, PX_ONE, BPS_WHOLE)) {
        return extended_sim_fail(call->body, 1128, "Invalid order fee");
    }
    if (!decimal_parse(order->nonce, 0, &nonce) || nonce < 1 ||
        nonce > INT64_C(1) << NONCE_MAX_BITS) {
        return extended_sim_fail(call->body, 400, "Bad request.");
    }
    terms->side = request->side = sells ? SIDE_SELL : SIDE_BUY;
    terms->expiry_ms = order->expiry_ms;
    terms->nonce = (uint64_t)nonce;
    request->price = terms->price;
    request->size = terms->size;
    request->reduce_only = order->reduce_only;
    request->client_id = order->id;
    return 0;
}

static bool is_signed(const struct extended_private *own, const struct vsim_listing *listing,
                      const struct extended_terms *terms, const struct order *order) {
    struct extended_asset asset;
    struct extended_hash_order amounts;
    struct stark_signature signature;
    extended_sim_asset(listing, &asset);
    return u256_from_hex(order->r, &signature.r) && u256_from_hex(order->s, &signature.s) &&
           extended_amounts(&asset, terms, &amounts) == STATUS_OK &&
           stark_verify(&own->public_point, extended_hash_place(&own->hash, &amounts), &signature);
}

static uint32_t check_settlement(const struct extended_sim_call *call,
                                 const struct vsim_listing *listing,
                                 const struct extended_terms *terms, const struct order *order) {
    const struct extended_private *own = call->world->account->own;
    struct felt key;
    if (!felt_from_number(order->stark_key, &key) || !felt_equals(key, own->public_point.x)) {
        return extended_sim_fail(call->body, 1100, "Invalid StarkEx public key");
    }
    if (!slice_equals(order->vault, slice_of(own->vault))) {
        return extended_sim_fail(call->body, 1102, "Invalid StarkEx vault");
    }
    return is_signed(own, listing, terms, order)
               ? 0
               : extended_sim_fail(call->body, 1101, "Invalid StarkEx signature");
}

static bool is_in_band(const struct vsim_listing *listing, const struct extended_terms *terms) {
    if (listing->mark.v <= 0) {
        return true;
    }
    return terms->side == SIDE_BUY
               ? terms->price.v <= px_shift_floor(listing->mark, BPS(BAND_BPS)).v
               : terms->price.v >= px_shift_ceil(listing->mark, BPS(-BAND_BPS)).v;
}

uint32_t extended_sim_place(const struct extended_sim_call *call) {
    const struct vsim_world *world = call->world;
    struct order order;
    struct extended_terms terms = {.nonce = 0};
    struct vacc_request request = {.listing = 0};
    if (!read_order(call->request->body, &order)) {
        return extended_sim_fail(call->body, 400, "Bad request.");
    }
    const struct vsim_listing *listing = vsim_find(world, order.market);
    if (listing == NULL) {
        return refuse(call->body, VACC_NO_LISTING);
    }
    request.listing = (uint32_t)(listing - world->listings);
    uint32_t refused = check_terms(call, &order, &terms, &request);
    if (refused == 0) {
        refused = check_settlement(call, listing, &terms, &order);
    }
    if (refused != 0) {
        return refused;
    }
    if (!is_in_band(listing, &terms)) {
        return extended_sim_fail(call->body, 1141, "Invalid order price");
    }
    if (vacc_find_client(world->account, order.id) != NULL) {
        return refuse(call->body, VACC_DUPLICATE);
    }
    const struct vacc_order *made;
    enum vacc_refusal refusal = vacc_place(world->account, world, &request, &made);
    if (refusal != VACC_TAKEN) {
        return refuse(call->body, refusal);
    }
    text_add_format(call->body, "{\"status\":\"OK\",\"data\":{\"id\":%llu,\"externalId\":\"%s\"}}",
                    (unsigned long long)made->number, made->client_id);
    return 200;
}

// ---- ending orders -----------------------------------------------------------------------------

const struct vacc_order *extended_sim_named(const struct vsim_world *world, struct slice number) {
    int64_t value;
    return decimal_parse(number, 0, &value) && value > 0
               ? vacc_find(world->account, (uint64_t)value)
               : NULL;
}

uint32_t extended_sim_cancel(const struct extended_sim_call *call) {
    const struct vsim_world *world = call->world;
    struct slice id;
    const struct vacc_order *order = call->rest.size > 0 ? extended_sim_named(world, call->rest)
                                     : vsim_query(call->request->query, "externalId", &id)
                                         ? vacc_find_client(world->account, id)
                                         : NULL;
    if (order == NULL || !vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        return extended_sim_not_found(call->body, "Order not found");
    }
    text_add_string(call->body, "{\"status\":\"OK\"}");
    return 200;
}

enum list { BY_NUMBER, BY_CLIENT_ID, BY_MARKET };

static void cancel_listed(const struct vsim_world *world, struct json *r, enum list list) {
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice text = {"", 0};
        md_read_text(r, &text);
        if (list == BY_MARKET) {
            const struct vsim_listing *listing = vsim_find(world, text);
            if (listing != NULL) {
                (void)vacc_cancel_all(world->account, world, (uint32_t)(listing - world->listings),
                                      VACC_CANCELED);
            }
            continue;
        }
        const struct vacc_order *order = list == BY_NUMBER ? extended_sim_named(world, text)
                                                           : vacc_find_client(world->account, text);
        if (order != NULL) {
            (void)vacc_cancel(world->account, world, order, VACC_CANCELED);
        }
    }
}

uint32_t extended_sim_cancel_many(const struct extended_sim_call *call) {
    const struct vsim_world *world = call->world;
    struct json r;
    struct slice key;
    json_init(&r, call->request->body);
    if (!json_skip(&r) || !json_end(&r)) { // whole, before anything is done
        return extended_sim_fail(call->body, 400, "Bad request.");
    }
    json_init(&r, call->request->body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        bool all = false;
        if (slice_equals(key, SLICE("cancelAll"))) {
            (void)json_bool(&r, &all);
        } else if (slice_equals(key, SLICE("markets"))) {
            cancel_listed(world, &r, BY_MARKET);
        } else if (slice_equals(key, SLICE("orderIds"))) {
            cancel_listed(world, &r, BY_NUMBER);
        } else if (slice_equals(key, SLICE("externalOrderIds"))) {
            cancel_listed(world, &r, BY_CLIENT_ID);
        } else {
            json_skip(&r);
        }
        if (all) {
            (void)vacc_cancel_all(world->account, world, VACC_ALL, VACC_CANCELED);
        }
    }
    if (r.failed) {
        return extended_sim_fail(call->body, 400, "Bad request.");
    }
    text_add_string(call->body, "{\"status\":\"OK\",\"data\":{}}");
    return 200;
}
