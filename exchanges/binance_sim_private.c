// The private side of Binance's simulated server: who calls, by HMAC and time stamp (binance.md
// section 6), the listen key and the user stream, and the WebSocket API for orders.
#include "base/json.h"
#include "exchanges/binance_sim.h"
#include "exchanges/fapi_sim.h"
#include "exchanges/fapi_sim_caller.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_params.h"

enum { MODE_ORDERS = 1 << 8 }; // of a session: WebSocket API

struct binance_private {
    struct fapi_sim_key key;
    struct fapi_sim_listen listen;
};

static struct binance_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct binance_private *own = account->own;
    if (!fapi_sim_key_init(&own->key, secrets[0], secrets[1])) {
        return status_fail(STATUS_CONFIG, "BINANCE_API_KEY is too long");
    }
    account->options.refuses_post_only = true;
    return STATUS_OK;
}

// ---- REST --------------------------------------------------------------------------------------

// The listen key is given to the key alone, unsigned.
static uint32_t answer_listen_key(const struct vsim_world *world,
                                  const struct vsim_request *request, struct text *body) {
    struct binance_private *own = private_of(world);
    struct slice key = {"", 0};
    (void)vsim_header(request, "X-MBX-APIKEY", &key);
    uint32_t refused = fapi_sim_check_key(&own->key, key, body);
    return refused != 0 ? refused
                        : fapi_sim_listen_call(world, &own->listen, request->method, body);
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const char *const versions[] = {"/fapi/v1", "/fapi/v3"};
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        struct slice version = slice_of(versions[i]);
        if (!slice_starts(request->path, version)) {
            continue;
        }
        struct slice path = {request->path.data + version.size, request->path.size - version.size};
        bool third = slice_equals(path, SLICE("/positionRisk")) ||
                     slice_equals(path, SLICE("/balance")); // served under v3 only
        if (third != (i == 1)) {
            return 0;
        }
        if (slice_equals(path, SLICE("/listenKey"))) {
            return answer_listen_key(world, request, &reply->body);
        }
        // A call without signature is a public one, or none.
        struct slice query = request->query, signature;
        if (!fapi_sim_cut_signature(&query, &signature)) {
            return 0;
        }
        uint32_t refused = fapi_sim_check_call(world, &private_of(world)->key, request,
                                               request->query, &reply->body);
        return refused != 0 ? refused
                            : fapi_sim_call(world->account, world, request->method, path, query,
                                            &reply->body);
    }
    return 0;
}

// ---- sockets -----------------------------------------------------------------------------------

static bool open_session(struct vsim_session *session, const struct vsim_request *request) {
    const struct vsim_world *world = session->world;
    const struct binance_private *own = private_of(world);
    if (slice_equals(request->path, SLICE("/ws-fapi/v1"))) {
        session->mode = MODE_ORDERS;
        session->free_messages = true; // requests have weights instead
        return true;
    }
    struct slice key;
    if (!slice_equals(request->path, SLICE("/private/ws")) ||
        !vsim_query(request->query, "listenKey", &key)) {
        return false;
    }
    if (fapi_sim_is_listen_key(world, &own->listen, key)) {
        vsim_session_follow(session, 1);
    } else {
        session->over = "no such listen key";
    }
    return true;
}

// {"id":…,"method":"order.place","params":{…}}: the parameters, sorted, are what was signed.
struct frame {
    struct slice id, method, key, signature;
    struct oe_params params; // apiKey included, signature not
};

static bool read_params(struct json *r, struct frame *frame) {
    struct slice name, value;
    oe_params_begin(&frame->params);
    json_object_begin(r);
    while (json_object_next(r, &name)) {
        value = (struct slice){"", 0};
        md_read_text(r, &value);
        if (slice_equals(name, SLICE("signature"))) {
            frame->signature = value;
            continue;
        }
        if (slice_equals(name, SLICE("apiKey"))) {
            frame->key = value;
        }
        oe_param(&frame->params, name, value);
    }
    return !r->failed && !frame->params.overflowed;
}

static bool read_frame(struct slice message, struct frame *frame) {
    struct json r;
    struct slice key;
    *frame = (struct frame){.id = {"", 0}};
    oe_params_begin(&frame->params);
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("id"))) {
            md_read_text(&r, &frame->id);
        } else if (slice_equals(key, SLICE("method"))) {
            md_read_text(&r, &frame->method);
        } else if (slice_equals(key, SLICE("params"))) {
            if (!read_params(&r, frame)) {
                return false;
            }
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

static uint32_t run_frame(const struct vsim_world *world, struct frame *frame,
                          struct text *result) {
    static const struct {
        const char *name, *method;
    } methods[] = {{"order.place", "POST"},
                   {"order.cancel", "DELETE"},
                   {"order.modify", "PUT"},
                   {"order.status", "GET"}};
    const struct binance_private *own = private_of(world);
    char query_data[1024];
    struct text query = TEXT_OVER(query_data);
    oe_params_sort(&frame->params);
    oe_params_query(&frame->params, &query);
    if (query.truncated) {
        return fapi_sim_fail(result, -1000, "Malformed request.");
    }
    uint32_t refused = fapi_sim_check_key(&own->key, frame->key, result);
    if (refused == 0) {
        refused = fapi_sim_check_signature(&own->key, text_slice(&query), frame->signature, result);
    }
    if (refused == 0) {
        refused = fapi_sim_check_time(world, text_slice(&query), result);
    }
    for (size_t i = 0; refused == 0 && i < COUNT_OF(methods); i++) {
        if (slice_equals(frame->method, slice_of(methods[i].name))) {
            return fapi_sim_call(world->account, world, slice_of(methods[i].method),
                                 SLICE("/order"), text_slice(&query), result);
        }
    }
    return refused != 0 ? refused : fapi_sim_fail(result, -1000, "Unknown method.");
}

static bool on_text(struct vsim_session *session, struct slice message) {
    if (session->mode != MODE_ORDERS) {
        return session->account_mode != 0; // nobody listens on the user stream
    }
    struct vsim_world *world = session->world;
    struct frame frame;
    char result_data[2048];
    struct text result = TEXT_OVER(result_data);
    uint32_t status = read_frame(message, &frame)
                          ? run_frame(world, &frame, &result)
                          : fapi_sim_fail(&result, -1000, "Malformed request.");
    struct text *out = &world->scratch;
    text_clear(out);
    text_add_string(out, "{\"id\":");
    json_write_string(out, frame.id);
    text_add_format(out, ",\"status\":%u,\"%s\":%s,\"rateLimits\":[]}", status,
                    status == 200 ? "result" : "error", result_data);
    vsim_session_send(session);
    return true;
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    text_clear(&session->world->scratch);
    fapi_sim_push(session->world, event, &session->world->scratch);
    vsim_session_send(session);
}

const struct vsim_private binance_sim_private = {
    .own_size = sizeof(struct binance_private),
    .init = init,
    .answer = answer,
    .open = open_session,
    .on_text = on_text,
    .push = push,
};
