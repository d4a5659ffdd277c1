// The private side of Binance's simulated server: who calls, by HMAC and time stamp (binance.md
// section 6), the listen key and the user stream, and the WebSocket API for orders.
#include <openssl/crypto.h>

#include "base/json.h"
#include "exchanges/binance_sim.h"
#include "exchanges/fapi_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_params.h"
#include "exchanges/sign_hmac.h"

enum {
    KEY_MAX = 96,
    LISTEN_KEY_MS = 3600000,
    WINDOW_MS = 5000,       // where the request names none
    WINDOW_MOST_MS = 60000, // and at most
    AHEAD_MS = 1000,        // a request may be this far ahead of the venue's clock
    MODE_ORDERS = 1 << 8,   // of a session: WebSocket API
};

struct binance_private {
    char api_key[KEY_MAX];
    struct sign_hmac hmac;
    uint64_t listen_key; // number of the present one, 0 = none
    int64_t listen_until_ns;
};

static struct binance_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct binance_private *own = account->own;
    if (!string_copy(own->api_key, KEY_MAX, secrets[0])) {
        return status_fail(STATUS_CONFIG, "BINANCE_API_KEY is too long");
    }
    sign_hmac_init(&own->hmac, secrets[1]);
    account->options.refuses_post_only = true;
    return STATUS_OK;
}

// ---- who calls ---------------------------------------------------------------------------------

// 0: the request may be carried out; else the HTTP status of the refusal that was appended.
static uint32_t check_time(const struct vsim_world *world, struct slice query, struct text *body) {
    struct slice text;
    int64_t stamp_ms, window_ms = WINDOW_MS, now_ms = world->now_ns / NS_PER_MS;
    if (!vsim_query(query, "timestamp", &text) || !decimal_parse(text, 0, &stamp_ms)) {
        return fapi_sim_fail(body, -1102, "Mandatory parameter 'timestamp' was not sent.");
    }
    if (vsim_query(query, "recvWindow", &text) &&
        (!decimal_parse(text, 0, &window_ms) || window_ms < 0 || window_ms > WINDOW_MOST_MS)) {
        return fapi_sim_fail(body, -1131, "recvWindow must be less than 60000.");
    }
    if (stamp_ms >= now_ms + AHEAD_MS || stamp_ms < now_ms - window_ms) {
        return fapi_sim_fail(body, -1021,
                             "Timestamp for this request is outside of the recvWindow.");
    }
    return 0;
}

static bool is_signature(const struct binance_private *own, struct slice prehash,
                         struct slice signature) {
    char right[SIGN_HMAC_HEX_SIZE];
    sign_hmac_hex(&own->hmac, prehash, right);
    return signature.size == sizeof(right) &&
           CRYPTO_memcmp(signature.data, right, sizeof(right)) == 0;
}

// The query without its last parameter, which must be the signature.
static bool cut_signature(struct slice *query, struct slice *signature) {
    static const char name[] = "&signature=";
    size_t size = sizeof(name) - 1;
    for (size_t at = 0; at + size <= query->size; at++) {
        if (memcmp(query->data + at, name, size) == 0) {
            *signature = (struct slice){query->data + at + size, query->size - at - size};
            query->size = at;
            return true;
        }
    }
    return false;
}

static uint32_t check_key(const struct binance_private *own, struct slice key, struct text *body) {
    if (slice_equals(key, slice_of(own->api_key))) {
        return 0;
    }
    (void)fapi_sim_fail(body, -2015, "Invalid API-key, IP, or permissions for action.");
    return 401;
}

static uint32_t check_call(const struct vsim_world *world, const struct vsim_request *request,
                           struct slice *query, struct text *body) {
    const struct binance_private *own = private_of(world);
    struct slice key = {"", 0}, signature;
    (void)vsim_header(request, "X-MBX-APIKEY", &key);
    uint32_t refused = check_key(own, key, body);
    if (refused != 0) {
        return refused;
    }
    if (!cut_signature(query, &signature) || !is_signature(own, *query, signature)) {
        return fapi_sim_fail(body, -1022, "Signature for this request is not valid.");
    }
    if (vacc_fault(world->account, VACC_FAULT_NONCE)) {
        return fapi_sim_fail(body, -1021,
                             "Timestamp for this request is outside of the recvWindow.");
    }
    return check_time(world, *query, body);
}

// ---- REST --------------------------------------------------------------------------------------

static void write_listen_key(const struct binance_private *own, struct text *out) {
    text_add_format(out, "simulated%llu", (unsigned long long)own->listen_key);
}

static uint32_t answer_listen_key(const struct vsim_world *world,
                                  const struct vsim_request *request, struct text *body) {
    struct binance_private *own = private_of(world);
    struct slice key = {"", 0};
    (void)vsim_header(request, "X-MBX-APIKEY", &key);
    uint32_t refused = check_key(own, key, body);
    if (refused != 0) {
        return refused;
    }
    bool living = own->listen_key != 0 && world->now_ns < own->listen_until_ns;
    if (slice_equals(request->method, SLICE("DELETE"))) {
        own->listen_until_ns = 0;
        text_add_string(body, "{}");
        return 200;
    }
    if (slice_equals(request->method, SLICE("PUT")) && !living) {
        return fapi_sim_fail(body, -1125, "This listenKey does not exist.");
    }
    own->listen_key += !living;
    own->listen_until_ns = world->now_ns + LISTEN_KEY_MS * NS_PER_MS;
    text_add_string(body, "{\"listenKey\":\"");
    write_listen_key(own, body);
    text_add_string(body, "\"}");
    return 200;
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
        if (!cut_signature(&query, &signature)) {
            return 0;
        }
        query = request->query;
        uint32_t refused = check_call(world, request, &query, &reply->body);
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
    char right_data[40];
    struct text right = TEXT_OVER(right_data);
    write_listen_key(own, &right);
    if (world->now_ns < own->listen_until_ns && slice_equals(key, text_slice(&right))) {
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
    uint32_t refused = check_key(own, frame->key, result);
    if (refused != 0) {
        return refused;
    }
    if (query.truncated || !is_signature(own, text_slice(&query), frame->signature)) {
        return fapi_sim_fail(result, -1022, "Signature for this request is not valid.");
    }
    refused = check_time(world, text_slice(&query), result);
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
