// Signed orders at the simulated Paradex: paradex.md sections 3, 5 and 6. What the risk checks
// refuse was answered with NEW before, and is told as closed.
#include "exchanges/paradex_sim.h"
#include "exchanges/venue_oe.h"
#include "exchanges/vsim_text.h"

enum {
    E8 = 8,
    PX_PER_E8 = 10000,
    CLIENT_ID_MAX = 64,
    RECV_WINDOW_MS = 300000,
    RECV_WINDOW_MIN_MS = 10,
    CLOCK_SLACK_MS = 5000,
    OPEN_PER_MARKET = 100,
    OPEN_MAX = 400,
    METHOD_ERROR = 100,
};
#define REFUSED_FIRST UINT64_C(9000000000000) // ids of orders that never were at the book

static void refuse(struct vsim_session *session, struct slice id, const char *name) {
    paradex_sim_refuse(session, id, METHOD_ERROR, "method error", name);
}

struct order {
    struct vacc_request request;
    struct paradex_hash_order fields;
};

static bool read_terms(const struct paradex_sim_params *params, struct vacc_request *request) {
    static const struct {
        struct slice word;
        enum vacc_kind kind;
    } kinds[] = {
        {{"POST_ONLY", 9}, VACC_POST_ONLY}, {{"IOC", 3}, VACC_IOC}, {{"GTC", 3}, VACC_GTC}};
    bool market = slice_equals(params->type, SLICE("MARKET"));
    size_t kind = 0;
    while (kind < COUNT_OF(kinds) && !slice_equals(kinds[kind].word, params->instruction)) {
        kind++;
    }
    request->reduce_only = slice_equals(params->flags, SLICE("[\"REDUCE_ONLY\"]"));
    request->client_id = params->client_id;
    if (kind == COUNT_OF(kinds) ||
        (params->client_id.size > 0 && !oe_is_plain(params->client_id, CLIENT_ID_MAX)) ||
        (params->flags.size > 0 && !request->reduce_only &&
         !slice_equals(params->flags, SLICE("[]"))) ||
        (params->stp.size > 0 && !slice_starts(params->stp, SLICE("EXPIRE_")))) {
        return false;
    }
    request->kind = market ? VACC_MARKET : kinds[kind].kind;
    return true;
}

// The fields that are signed; the time stamp within its window. Returns the error's name or NULL.
static const char *read_fields(const struct vsim_world *world,
                               const struct paradex_sim_params *params, struct order *order) {
    const struct vsim_listing *listing = vsim_find(world, params->market);
    int64_t size, price, time_ms, window_ms = RECV_WINDOW_MS, now_ms = world->now_ns / NS_PER_MS;
    bool sells = slice_equals(params->side, SLICE("SELL"));
    if (listing == NULL) {
        return "MARKET_NOT_FOUND";
    }
    if ((!sells && !slice_equals(params->side, SLICE("BUY"))) ||
        (!slice_equals(params->type, SLICE("LIMIT")) &&
         !slice_equals(params->type, SLICE("MARKET"))) ||
        !decimal_parse(params->size, E8, &size) || size <= 0 ||
        !decimal_parse(params->price, E8, &price) || price < 0 || price > INT64_MAX / PX_PER_E8 ||
        !decimal_parse(params->timestamp, 0, &time_ms) || time_ms < 0 ||
        (params->window.size > 0 && !decimal_parse(params->window, 0, &window_ms)) ||
        window_ms < RECV_WINDOW_MIN_MS) {
        return "VALIDATION_ERROR";
    }
    if (time_ms > now_ms + CLOCK_SLACK_MS || now_ms - time_ms > window_ms) {
        return "INVALID_TIMESTAMP";
    }
    order->fields = (struct paradex_hash_order){.timestamp_ms = (uint64_t)time_ms,
                                                .market = params->market,
                                                .side = sells ? SIDE_SELL : SIDE_BUY,
                                                .type = params->type,
                                                .size_e8 = (uint64_t)size,
                                                .price_e8 = (uint64_t)price};
    order->request.listing = (uint32_t)(listing - world->listings);
    order->request.side = order->fields.side;
    order->request.size = (struct qty){size};
    order->request.price = (struct px){price * PX_PER_E8};
    return NULL;
}

static bool is_full(const struct vacc *account, uint32_t listing) {
    uint32_t count = 0;
    uint64_t at = 0;
    while (vacc_next_live(account, listing, &at) != NULL) {
        count++;
    }
    return count >= OPEN_PER_MARKET || account->live_count >= OPEN_MAX;
}

static const char *const gate_errors[VACC_REFUSAL_COUNT] = {
    [VACC_NO_LISTING] = "MARKET_NOT_FOUND",       [VACC_OFF_TICK] = "VALIDATION_ERROR",
    [VACC_OFF_STEP] = "INVALID_ORDER_SIZE",       [VACC_TOO_SMALL] = "INVALID_ORDER_SIZE",
    [VACC_BELOW_NOTIONAL] = "INVALID_ORDER_SIZE", [VACC_DUPLICATE] = "DUPLICATED_CLIENT_ID",
    [VACC_TOO_MANY] = "VALIDATION_ERROR",         [VACC_FORCED] = "VALIDATION_ERROR",
};

// Why the risk checks close an order that was taken; NULL: they do not, it is refused at once.
static const char *risk_reason(enum vacc_refusal refusal) {
    return refusal == VACC_NO_MARGIN      ? "NOT_ENOUGH_MARGIN"
           : refusal == VACC_NOT_REDUCING ? "REDUCE_ONLY_WOULD_INCREASE"
           : refusal == VACC_WOULD_TAKE   ? "POST_ONLY_WOULD_CROSS"
                                          : NULL;
}

static void answer_order(struct vsim_session *session, struct slice id,
                         const struct vacc_order *order, const char *status) {
    struct text *out = paradex_sim_begin_result(session);
    text_add_string(out, "{\"order\":");
    paradex_sim_write_order_as(session->world, order, status, "", out);
    vsim_member_int(out, "created_at", session->world->now_ns / NS_PER_MS);
    vsim_member_int(out, "received_at", session->world->now_ns);
    text_add_char(out, '}');
    paradex_sim_end_result(session, id);
}

// Taken and queued, and then the risk checks say no.
static void close_at_risk(struct vsim_session *session, struct slice id,
                          const struct vacc_request *request, const char *reason) {
    struct vacc_order order = {.number = REFUSED_FIRST +
                                         ++paradex_private_of(session->world)->refused_count,
                               .listing = request->listing,
                               .side = request->side,
                               .kind = request->kind,
                               .reduce_only = request->reduce_only,
                               .price = request->price,
                               .size = request->size,
                               .created_ns = session->world->now_ns,
                               .updated_ns = session->world->now_ns};
    (void)string_copy(order.client_id, sizeof(order.client_id), request->client_id);
    answer_order(session, id, &order, "NEW");
    paradex_sim_push_order(session, &order, "CLOSED", reason);
}

void paradex_sim_create(struct vsim_session *session, struct slice id,
                        const struct paradex_sim_params *params) {
    struct vsim_world *world = session->world;
    struct paradex_private *own = paradex_private_of(world);
    struct order order = {.request = {.listing = 0}};
    struct felt message;
    const struct vacc_order *made;
    const char *error = read_fields(world, params, &order);
    if (error == NULL && !read_terms(params, &order.request)) {
        error = "VALIDATION_ERROR";
    }
    if (error == NULL && (paradex_hash_place(&own->hash, &order.fields, &message) != STATUS_OK ||
                          !paradex_sim_signed(own, message, params->signature))) {
        error = "INVALID_ORDER_SIGNATURE";
    }
    if (error != NULL) {
        refuse(session, id, error);
        return;
    }
    enum vacc_refusal refusal = is_full(world->account, order.request.listing)
                                    ? VACC_TOO_MANY
                                    : vacc_place(world->account, world, &order.request, &made);
    if (risk_reason(refusal) != NULL) {
        close_at_risk(session, id, &order.request, risk_reason(refusal));
    } else if (refusal != VACC_TAKEN) {
        refuse(session, id, gate_errors[refusal]);
    } else {
        size_t row = made->number % VACC_ORDERS_MAX;
        own->placed[row].number = made->number;
        own->placed[row].session = session->number;
        struct vacc_order queued = *made; // whatever has become of it meanwhile
        queued.filled = (struct qty){0};
        answer_order(session, id, &queued, "NEW");
    }
}

static const struct vacc_order *named_order(const struct vsim_world *world,
                                            const struct paradex_sim_params *params) {
    int64_t number;
    if (params->id.size == 0) {
        return params->market.size > 0 ? vacc_find_client(world->account, params->client_id) : NULL;
    }
    return decimal_parse(params->id, 0, &number) && number > 0
               ? vacc_find(world->account, (uint64_t)number)
               : NULL;
}

// NULL: it is told of the order that cannot be cancelled or changed.
static const struct vacc_order *open_order(struct vsim_session *session, struct slice id,
                                           const struct paradex_sim_params *params) {
    const struct vacc_order *order = named_order(session->world, params);
    if (order == NULL) {
        refuse(session, id,
               params->id.size > 0 ? "ORDER_ID_NOT_FOUND" : "CLIENT_ORDER_ID_NOT_FOUND");
        return NULL;
    }
    if (order->end != VACC_LIVE) {
        refuse(session, id, "ORDER_IS_CLOSED");
        return NULL;
    }
    return order;
}

void paradex_sim_modify(struct vsim_session *session, struct slice id,
                        const struct paradex_sim_params *params) {
    struct vsim_world *world = session->world;
    const struct paradex_private *own = paradex_private_of(world);
    struct order order = {.request = {.listing = 0}};
    struct felt message;
    const struct vacc_order *row = open_order(session, id, params);
    if (row == NULL) {
        return;
    }
    const char *error = read_fields(world, params, &order);
    if (error == NULL &&
        (order.request.listing != row->listing || order.request.side != row->side)) {
        error = "VALIDATION_ERROR";
    }
    if (error == NULL &&
        (paradex_hash_modify(&own->hash, &order.fields, params->id, &message) != STATUS_OK ||
         !paradex_sim_signed(own, message, params->signature))) {
        error = "INVALID_ORDER_SIGNATURE";
    }
    if (error == NULL) {
        enum vacc_refusal refusal = vacc_amend(world->account, world, row, order.request.price,
                                               order.request.size, (struct slice){"", 0});
        error = gate_errors[refusal];
    }
    if (error != NULL) {
        refuse(session, id, error);
        return;
    }
    answer_order(session, id, row, "NEW");
}

void paradex_sim_cancel(struct vsim_session *session, struct slice id,
                        const struct paradex_sim_params *params) {
    const struct vacc_order *order = open_order(session, id, params);
    if (order != NULL) {
        uint64_t number = order->number;
        (void)vacc_cancel(session->world->account, session->world, order, VACC_CANCELED);
        text_add_format(paradex_sim_begin_result(session),
                        "{\"order_id\":\"%llu\",\"status\":\"QUEUED_FOR_CANCELLATION\"}",
                        (unsigned long long)number);
        paradex_sim_end_result(session, id);
    }
}

void paradex_sim_cancel_all(struct vsim_session *session, struct slice id,
                            const struct paradex_sim_params *params) {
    const struct vsim_world *world = session->world;
    const struct vsim_listing *listing = vsim_find(world, params->market);
    if (params->market.size > 0 && listing == NULL) {
        refuse(session, id, "MARKET_NOT_FOUND");
        return;
    }
    (void)vacc_cancel_all(world->account, world,
                          listing == NULL ? VACC_ALL : (uint32_t)(listing - world->listings),
                          VACC_CANCELED);
    text_add_string(paradex_sim_begin_result(session), "{\"status\":\"ok\"}");
    paradex_sim_end_result(session, id);
}

void paradex_sim_cancel_on_disconnect(struct vsim_session *session, struct slice id,
                                      const struct paradex_sim_params *params) {
    bool on = slice_equals(params->enabled, SLICE("true"));
    if (!on && !slice_equals(params->enabled, SLICE("false"))) {
        paradex_sim_refuse(session, id, -32602, "invalid params", NULL);
        return;
    }
    session->mode = on ? session->mode | PARADEX_SIM_CANCELS_ON_DISCONNECT
                       : session->mode & ~(uint32_t)PARADEX_SIM_CANCELS_ON_DISCONNECT;
    text_add_string(paradex_sim_begin_result(session),
                    on ? "{\"enabled\":true}" : "{\"enabled\":false}");
    paradex_sim_end_result(session, id);
}

void paradex_sim_close(struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    const struct paradex_private *own = paradex_private_of(world);
    const struct vacc_order *order;
    uint64_t at = 0;
    while ((session->mode & PARADEX_SIM_CANCELS_ON_DISCONNECT) != 0 &&
           (order = vacc_next_live(world->account, VACC_ALL, &at)) != NULL) {
        size_t row = order->number % VACC_ORDERS_MAX;
        if (own->placed[row].number == order->number &&
            own->placed[row].session == session->number) {
            (void)vacc_cancel(world->account, world, order, VACC_DEADMAN);
        }
    }
}
