// The private socket of the simulated Paradex: authentication, channels and requests (paradex.md
// section 3).
#include "exchanges/md_decode.h"
#include "exchanges/paradex_sim.h"
#include "exchanges/vsim_text.h"

// ---- answers -----------------------------------------------------------------------------------

struct text *paradex_sim_begin_result(struct vsim_session *session) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, "{\"jsonrpc\":\"2.0\",\"result\":");
    return out;
}

void paradex_sim_end_result(struct vsim_session *session, struct slice id) {
    struct text *out = &session->world->scratch;
    paradex_sim_stamps(session, out);
    text_add_string(out, ",\"id\":");
    text_add(out, id);
    text_add_char(out, '}');
    vsim_session_send(session);
}

static void authenticate(struct vsim_session *session, struct slice id,
                         const struct paradex_sim_params *params) {
    if (!paradex_sim_knows_token(session->world, params->bearer)) {
        paradex_sim_refuse(session, id, 40111, "invalid bearer", NULL);
        return;
    }
    session->mode |= PARADEX_SIM_AUTHENTICATED;
    text_add_string(paradex_sim_begin_result(session), "{\"node_id\":\"73cf456f7cb78d59\"}");
    paradex_sim_end_result(session, id);
}

static uint32_t private_channel(struct slice channel) {
    static const struct {
        const char *name;
        uint32_t bit;
    } rows[] = {
        {"orders.ALL", PARADEX_SIM_ORDERS},   {"fills.ALL", PARADEX_SIM_FILLS},
        {"positions", PARADEX_SIM_POSITIONS}, {"account", PARADEX_SIM_ACCOUNT},
        {"tradebusts", PARADEX_SIM_BUSTS},    {"funding_payments.ALL", PARADEX_SIM_FUNDING}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(channel, slice_of(rows[i].name))) {
            return rows[i].bit;
        }
    }
    return 0;
}

static void subscribe(struct vsim_session *session, struct slice id,
                      const struct paradex_sim_params *params, uint32_t bit) {
    if ((session->account_mode & bit) != 0) {
        paradex_sim_refuse(session, id, -32600, "invalid subscribe request", "already subscribed");
        return;
    }
    vsim_session_follow(session, bit);
    struct text *out = paradex_sim_begin_result(session);
    text_add_string(out, "{\"channel\":\"");
    text_add(out, params->channel);
    text_add_string(out, "\"}");
    paradex_sim_end_result(session, id);
}

static void run(struct vsim_session *session, struct slice method, struct slice id,
                const struct paradex_sim_params *params) {
    static const struct {
        const char *method;
        void (*run)(struct vsim_session *session, struct slice id,
                    const struct paradex_sim_params *params);
    } rows[] = {
        {"order.create", paradex_sim_create},
        {"order.modify", paradex_sim_modify},
        {"order.cancel", paradex_sim_cancel},
        {"order.cancel_all", paradex_sim_cancel_all},
        {"order.cancel_on_disconnect", paradex_sim_cancel_on_disconnect},
    };
    if ((session->mode & PARADEX_SIM_AUTHENTICATED) == 0) {
        paradex_sim_refuse(session, id, 40300, "permission denied", "authentication required");
        return;
    }
    if (vacc_fault(session->world->account, VACC_FAULT_LOGIN)) {
        session->mode &= ~(uint32_t)PARADEX_SIM_AUTHENTICATED;
        paradex_sim_forget_tokens(session->world);
        paradex_sim_refuse(session, id, 40111, "invalid bearer", NULL);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(method, slice_of(rows[i].method))) {
            rows[i].run(session, id, params);
            return;
        }
    }
    paradex_sim_refuse(session, id, -32601, "method not found", NULL);
}

struct request {
    struct slice method, id, params;
};

static bool read_request(struct slice message, struct request *request,
                         struct paradex_sim_params *params) {
    static const struct md_field outer[] = {
        {"method", offsetof(struct request, method)},
        {"id", offsetof(struct request, id)},
        {"params", offsetof(struct request, params)},
    };
    static const struct md_field inner[] = {
        {"channel", offsetof(struct paradex_sim_params, channel)},
        {"bearer", offsetof(struct paradex_sim_params, bearer)},
        {"market", offsetof(struct paradex_sim_params, market)},
        {"side", offsetof(struct paradex_sim_params, side)},
        {"type", offsetof(struct paradex_sim_params, type)},
        {"size", offsetof(struct paradex_sim_params, size)},
        {"price", offsetof(struct paradex_sim_params, price)},
        {"instruction", offsetof(struct paradex_sim_params, instruction)},
        {"client_id", offsetof(struct paradex_sim_params, client_id)},
        {"flags", offsetof(struct paradex_sim_params, flags)},
        {"stp", offsetof(struct paradex_sim_params, stp)},
        {"recv_window", offsetof(struct paradex_sim_params, window)},
        {"signature", offsetof(struct paradex_sim_params, signature)},
        {"signature_timestamp", offsetof(struct paradex_sim_params, timestamp)},
        {"id", offsetof(struct paradex_sim_params, id)},
        {"enabled", offsetof(struct paradex_sim_params, enabled)},
    };
    return md_read_members(message, outer, COUNT_OF(outer), request) &&
           (md_read_members(request->params, inner, COUNT_OF(inner), params) ||
            request->params.size == 0);
}

bool paradex_sim_on_text(struct vsim_session *session, struct slice message) {
    struct request request;
    struct paradex_sim_params params;
    int64_t number;
    char id_data[24];
    struct text id = TEXT_OVER(id_data);
    if (!read_request(message, &request, &params)) {
        return false; // said by the public side
    }
    text_add_int(&id, decimal_parse(request.id, 0, &number) ? number : 0);
    uint32_t bit =
        slice_equals(request.method, SLICE("subscribe")) ? private_channel(params.channel) : 0;
    if (slice_equals(request.method, SLICE("auth"))) {
        authenticate(session, text_slice(&id), &params);
    } else if (bit != 0 && (session->mode & PARADEX_SIM_AUTHENTICATED) != 0) {
        subscribe(session, text_slice(&id), &params, bit);
    } else if (bit != 0 || slice_starts(request.method, SLICE("order."))) {
        run(session, request.method, text_slice(&id), &params);
    } else {
        return false;
    }
    return true;
}
