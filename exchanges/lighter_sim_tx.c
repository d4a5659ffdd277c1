// Transactions at Lighter's simulated server: read, verified and numbered as the venue does it,
// then carried out (lighter.md sections 5 and 7, lighter-crypto.md section 6).
//
// What is refused keeps its number. What is taken has used it, whatever becomes of the order.
#include <inttypes.h>

#include "base/json.h"
#include "exchanges/bytes_text.h"
#include "exchanges/lighter_sim.h"
#include "exchanges/lighter_sim_private.h"
#include "exchanges/md_decode.h"
#include "exchanges/venue_oe.h"

static const int64_t order_life_min_ms = INT64_C(5) * 60 * 1000;
static const int64_t order_life_max_ms = INT64_C(30) * 24 * 3600 * 1000;
static const int64_t deadman_max_ms = INT64_C(15) * 24 * 3600 * 1000;

struct refusal {
    int code; // 0: taken
    const char *text;
};

static const struct refusal taken = {0, ""};

static const struct refusal refusals[VACC_REFUSAL_COUNT] = {
    [VACC_NO_LISTING] = {21602, "invalid market index"},
    [VACC_OFF_TICK] = {21702, "invalid price"},
    [VACC_OFF_STEP] = {21701, "invalid base amount"},
    [VACC_TOO_SMALL] = {21706, "invalid order base or quote amount"},
    [VACC_BELOW_NOTIONAL] = {21706, "invalid order base or quote amount"},
    [VACC_NO_MARGIN] = {21739, "not enough margin to create the order"},
    [VACC_NOT_REDUCING] = {21732, "reduce only increases position"},
    [VACC_DUPLICATE] = {21728, "client order index already exists"},
    [VACC_TOO_MANY] = {21717, "maximum active limit order count reached"},
    [VACC_WOULD_TAKE] = {21743, "invalid order info"},
    [VACC_FORCED] = {21743, "invalid order info"},
};

static uint32_t listing_of(const struct vsim_world *world, uint64_t market) {
    const struct vsim_listing *listing =
        market > INT32_MAX ? NULL : lighter_sim_find(world, (int64_t)market);
    return listing == NULL ? VACC_ALL : (uint32_t)(listing - world->listings);
}

// The venue's integers as price and size.
static bool read_amounts(const struct listing *rules, uint64_t base, uint64_t price, struct px *px,
                         struct qty *size) {
    return price > 0 && price <= UINT32_MAX && base > 0 && base < UINT64_C(1) << 48 &&
           !__builtin_mul_overflow((int64_t)price, rules->tick.v, &px->v) &&
           !__builtin_mul_overflow((int64_t)base, rules->step.v, &size->v);
}

static struct refusal place(const struct vsim_world *world, const struct lighter_tx *tx) {
    static const enum vacc_kind kinds[] = {VACC_IOC, VACC_GTC, VACC_POST_ONLY};
    const uint64_t *fields = tx->fields;
    char client[24] = "";
    struct text text = TEXT_OVER(client);
    struct vacc_request request = {.listing = listing_of(world, fields[LIGHTER_ORDER_MARKET])};
    uint64_t time_in_force = fields[LIGHTER_ORDER_TIME_IN_FORCE];
    int64_t life_ms = (int64_t)fields[LIGHTER_ORDER_EXPIRY_MS] - world->now_ns / NS_PER_MS;
    if (request.listing == VACC_ALL) {
        return refusals[VACC_NO_LISTING];
    }
    if (fields[LIGHTER_ORDER_TYPE] != 0) { // limit orders are all that is traded here
        return (struct refusal){21710, "unsupported order type"};
    }
    if (time_in_force >= COUNT_OF(kinds)) {
        return (struct refusal){21705, "invalid OrderTimeInForce"};
    }
    request.kind = kinds[time_in_force];
    if (request.kind == VACC_IOC ? fields[LIGHTER_ORDER_EXPIRY_MS] != 0
                                 : life_ms < order_life_min_ms || life_ms > order_life_max_ms) {
        return (struct refusal){21711, "invalid expiry"};
    }
    if (fields[LIGHTER_ORDER_CLIENT] >= LIGHTER_SIM_ORDERS) {
        return (struct refusal){21727, "invalid client order index"};
    }
    if (fields[LIGHTER_ORDER_IS_ASK] > 1) {
        return (struct refusal){21703, "invalid isAsk"};
    }
    if (fields[LIGHTER_ORDER_REDUCE_ONLY] > 1) {
        return (struct refusal){21740, "invalid reduce only mode"};
    }
    if (fields[LIGHTER_ORDER_TRIGGER] != 0) {
        return (struct refusal){21729, "invalid order trigger price"};
    }
    if (!read_amounts(&world->listings[request.listing].rules, fields[LIGHTER_ORDER_BASE],
                      fields[LIGHTER_ORDER_PRICE], &request.price, &request.size)) {
        return (struct refusal){21706, "invalid order base or quote amount"};
    }
    if (fields[LIGHTER_ORDER_CLIENT] != 0) {
        text_add_int(&text, (int64_t)fields[LIGHTER_ORDER_CLIENT]);
    }
    request.side = fields[LIGHTER_ORDER_IS_ASK] == 1 ? SIDE_SELL : SIDE_BUY;
    request.reduce_only = fields[LIGHTER_ORDER_REDUCE_ONLY] == 1;
    request.client_id = text_slice(&text);
    const struct vacc_order *order;
    return refusals[vacc_place(world->account, world, &request, &order)];
}

// By the venue's number or the client's; NULL: no such order of that market.
static const struct vacc_order *named_order(const struct vsim_world *world, uint64_t market,
                                            uint64_t index) {
    char client[24];
    struct text text = TEXT_OVER(client);
    const struct vacc_order *order;
    if (index >= LIGHTER_SIM_ORDERS) {
        order = vacc_find(world->account, index - LIGHTER_SIM_ORDERS);
    } else {
        text_add_int(&text, (int64_t)index);
        order = index == 0 ? NULL : vacc_find_client(world->account, text_slice(&text));
    }
    return order != NULL && order->listing == listing_of(world, market) ? order : NULL;
}

static struct refusal cancel(const struct vsim_world *world, const struct lighter_tx *tx) {
    const struct vacc_order *order = named_order(world, tx->fields[0], tx->fields[1]);
    if (order == NULL) {
        return (struct refusal){21700, "invalid order index"};
    }
    return vacc_cancel(world->account, world, order, VACC_CANCELED)
               ? taken
               : (struct refusal){21715, "given order is not an active order"};
}

static struct refusal amend(const struct vsim_world *world, const struct lighter_tx *tx) {
    const struct vacc_order *order = named_order(world, tx->fields[0], tx->fields[1]);
    struct px price;
    struct qty size;
    if (order == NULL || order->end != VACC_LIVE) {
        return (struct refusal){21715, "given order is not an active order"};
    }
    if (tx->fields[4] != 0) {
        return (struct refusal){21729, "invalid order trigger price"};
    }
    if (!read_amounts(&world->listings[order->listing].rules, tx->fields[2], tx->fields[3], &price,
                      &size)) {
        return (struct refusal){21706, "invalid order base or quote amount"};
    }
    return refusals[vacc_amend(world->account, world, order, price, size, (struct slice){"", 0})];
}

static struct refusal cancel_all(const struct vsim_world *world, const struct lighter_tx *tx) {
    enum { NOW, SCHEDULED, ABORT };
    uint64_t time_ms = tx->fields[1];
    int64_t ahead_ms = (int64_t)time_ms - world->now_ns / NS_PER_MS;
    uint32_t listing = VACC_ALL;
    if (tx->fields[0] > ABORT) {
        return (struct refusal){21713, "invalid cancel all time in force"};
    }
    bool scheduled = tx->fields[0] == SCHEDULED;
    if (scheduled ? ahead_ms < order_life_min_ms || ahead_ms > deadman_max_ms : time_ms != 0) {
        return (struct refusal){21714, "invalid cancel all time"};
    }
    for (uint32_t i = 0; i < tx->attribute_count; i++) {
        if (tx->attributes[i].type == LIGHTER_ATTRIBUTE_CANCEL_MARKET &&
            tx->attributes[i].value != 255) {
            listing = listing_of(world, tx->attributes[i].value);
            if (listing == VACC_ALL || tx->fields[0] != NOW) {
                return refusals[VACC_NO_LISTING];
            }
        }
    }
    if (tx->fields[0] == NOW) {
        (void)vacc_cancel_all(world->account, world, listing, VACC_CANCELED);
    } else {
        vacc_arm(world->account, VACC_ALL, scheduled ? (int64_t)time_ms * NS_PER_MS : 0);
    }
    return taken;
}

static struct refusal leverage(const struct vsim_world *world, const struct lighter_tx *tx) {
    enum { WHOLE = 10000, LEAST = 200 };
    uint32_t listing = listing_of(world, tx->fields[0]);
    if (listing == VACC_ALL) {
        return refusals[VACC_NO_LISTING];
    }
    if (tx->fields[1] < LEAST || tx->fields[1] > WHOLE) {
        return (struct refusal){21113, "invalid initial margin fraction"};
    }
    if (tx->fields[2] != 0) {
        return (struct refusal){21613, "invalid margin mode"};
    }
    world->account->leverage[listing] = WHOLE / (uint32_t)tx->fields[1];
    return taken;
}

// Who sent it and whether it is the next one.
static struct refusal check(const struct vsim_world *world, const struct lighter_tx *tx,
                            const uint8_t signature[SCHNORR_SIGNATURE_SIZE]) {
    const struct lighter_private *own = lighter_private_of(world);
    if (tx->account != own->account) {
        return (struct refusal){21102, "invalid account index"};
    }
    if (tx->api_key != own->api_key) {
        return (struct refusal){21109, "api key not found"};
    }
    if (tx->expired_at_ms <= (uint64_t)(world->now_ns / NS_PER_MS)) {
        return (struct refusal){21711, "invalid expiry"};
    }
    if (!schnorr_verify(own->public_key, lighter_tx_hash(tx, LIGHTER_CHAIN_MAINNET), signature)) {
        return (struct refusal){21120, "invalid signature"};
    }
    if (tx->nonce != own->nonce || vacc_fault(world->account, VACC_FAULT_NONCE)) {
        return (struct refusal){21104, "invalid nonce"};
    }
    return taken;
}

static struct refusal run(const struct vsim_world *world, const struct lighter_tx *tx) {
    switch ((int)tx->type) {
    case LIGHTER_CREATE_ORDER:
        return place(world, tx);
    case LIGHTER_CANCEL_ORDER:
        return cancel(world, tx);
    case LIGHTER_MODIFY_ORDER:
        return amend(world, tx);
    case LIGHTER_CANCEL_ALL_ORDERS:
        return cancel_all(world, tx);
    case LIGHTER_UPDATE_LEVERAGE:
        return leverage(world, tx);
    default:
        return (struct refusal){21505, "unsupported tx type"};
    }
}

struct sent {
    struct slice id, info;
    int64_t type;
};

static bool read_data(struct slice data, struct sent *sent) {
    struct json r;
    struct slice key;
    *sent = (struct sent){{"", 0}, {"", 0}, -1};
    json_init(&r, data);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("id"))) {
            md_read_text(&r, &sent->id);
        } else if (slice_equals(key, SLICE("tx_type"))) {
            md_read_int(&r, &sent->type);
        } else if (slice_equals(key, SLICE("tx_info"))) {
            sent->info = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

void lighter_sim_transaction(struct vsim_session *session, struct slice data) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    struct sent sent;
    struct lighter_tx tx;
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    struct refusal refusal = {21501, "invalid tx info"};
    bool read = read_data(data, &sent) && lighter_tx_read(sent.type, sent.info, &tx, signature);
    if (read) {
        refusal = check(world, &tx, signature);
    }
    if (refusal.code == 0) {
        refusal = run(world, &tx);
    }
    text_clear(out);
    text_add_string(out, "{\"type\":\"jsonapi/sendtx\"");
    if (sent.id.size > 0 && oe_is_plain(sent.id, 64)) {
        text_add(out, SLICE(",\"id\":"));
        json_write_string(out, sent.id);
    }
    if (refusal.code != 0) {
        text_add_format(out, ",\"code\":%d,\"message\":\"%s\"}", refusal.code, refusal.text);
    } else {
        uint8_t hash[FP5_SIZE];
        lighter_private_of(world)->nonce++;
        fp5_to_bytes(lighter_tx_hash(&tx, LIGHTER_CHAIN_MAINNET), hash);
        text_add(out, SLICE(",\"code\":200,\"tx_hash\":\""));
        hex_add(out, hash, sizeof(hash));
        text_add_format(out, "\",\"predicted_execution_time_ms\":%" PRId64 "}",
                        world->now_ns / NS_PER_MS);
    }
    vsim_session_send(session);
}
