// The private side of Backpack's simulated server: every signature is verified before a call is
// taken (backpack_sim_calls.c) or a stream followed (backpack.md sections 3, 5 to 7).
#include "exchanges/backpack_sim_private.h"
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/backpack_oe.h"
#include "exchanges/bytes_text.h"
#include "exchanges/oe_fields.h"

enum { FOLLOW_ORDERS = 1, FOLLOW_POSITIONS = 2, WINDOW_MAX_MS = 60000 };

struct backpack_private {
    char api_key[BACKPACK_KEY_TEXT + 1];
    uint8_t public_key[ED25519_PUBLIC_SIZE];
};

static const struct backpack_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct backpack_private *own = account->own;
    size_t size;
    if (!base64_read(secrets[0], own->public_key, sizeof(own->public_key), &size) ||
        size != sizeof(own->public_key)) {
        return status_fail(STATUS_CONFIG, "a key of Backpack is no public key");
    }
    struct text api_key = TEXT_OVER(own->api_key);
    base64_add(&api_key, own->public_key, sizeof(own->public_key));
    return STATUS_OK;
}

// ---- who calls ---------------------------------------------------------------------------------

// What is signed, and by whom.
struct signature {
    struct slice key, signature, time, window;
};

static struct backpack_sim_refusal check_signature(const struct vsim_world *world,
                                                   const struct signature *signature,
                                                   const char *instruction,
                                                   const struct oe_params *params) {
    const struct backpack_private *own = private_of(world);
    uint8_t bytes[ED25519_SIGNATURE_SIZE];
    char prehash_data[4096];
    struct text prehash = TEXT_OVER(prehash_data);
    int64_t time_ms, window_ms = BACKPACK_WINDOW_MS;
    size_t size;
    if (!slice_equals(signature->key, slice_of(own->api_key))) {
        return (struct backpack_sim_refusal){401, "UNAUTHORIZED", "Unauthorized"};
    }
    if (!decimal_parse(signature->time, 0, &time_ms) ||
        (signature->window.size > 0 && !decimal_parse(signature->window, 0, &window_ms)) ||
        window_ms <= 0 || window_ms > WINDOW_MAX_MS) {
        return backpack_sim_invalid("Invalid X-Timestamp or X-Window header");
    }
    int64_t now_ms = world->now_ns / NS_PER_MS;
    if (time_ms > now_ms + window_ms || time_ms < now_ms - window_ms) {
        return backpack_sim_invalid("Request has expired");
    }
    if (!base64_read(signature->signature, bytes, sizeof(bytes), &size) || size != sizeof(bytes)) {
        return backpack_sim_invalid("Invalid X-Signature header");
    }
    backpack_sign_instruction(&prehash, instruction, params);
    backpack_sign_time(&prehash, time_ms, window_ms);
    if (prehash.truncated || params->overflowed ||
        !ed25519_verify(own->public_key, text_slice(&prehash), bytes)) {
        return backpack_sim_invalid("Invalid signature");
    }
    return (struct backpack_sim_refusal){.http = 200};
}

// A body's members or a query's fields, as they are signed. False: neither.
static bool read_params(const struct vsim_request *request, struct oe_params *params) {
    oe_params_begin(params);
    if (slice_equals(request->method, SLICE("GET"))) {
        struct slice rest = request->query;
        while (rest.size > 0) {
            struct slice value = vsim_cut(&rest, '&');
            struct slice name = vsim_cut(&value, '=');
            oe_param(params, name, value);
        }
        oe_params_sort(params);
        return true;
    }
    struct json r;
    struct slice key;
    json_init(&r, request->body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        struct slice value = {"", 0};
        bool quoted = json_peek(&r) == JSON_STRING;
        md_read_value(&r, &value);
        if (quoted) {
            oe_param(params, key, value);
        } else {
            oe_param_bare(params, key, value);
        }
    }
    oe_params_sort(params);
    return json_end(&r);
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    const struct backpack_sim_row *row = backpack_sim_find_row(request);
    if (row == NULL) {
        return 0;
    }
    struct oe_params params;
    struct signature signature = {.key = {"", 0}};
    (void)vsim_header(request, "X-API-Key", &signature.key);
    (void)vsim_header(request, "X-Signature", &signature.signature);
    (void)vsim_header(request, "X-Timestamp", &signature.time);
    (void)vsim_header(request, "X-Window", &signature.window);
    struct backpack_sim_refusal refusal =
        read_params(request, &params)
            ? check_signature(world, &signature, row->instruction, &params)
            : backpack_sim_invalid("Failed to parse the request");
    if (refusal.http == 200) {
        struct backpack_sim_call call = {world, &params, &reply->body};
        refusal = row->run(&call);
    }
    if (refusal.http != 200) {
        text_clear(&reply->body);
        text_add_format(&reply->body, "{\"code\":\"%s\",\"message\":\"%s\"}", refusal.code,
                        refusal.text);
    }
    return refusal.http;
}

// ---- the socket --------------------------------------------------------------------------------

static void push_position(struct vsim_session *session, uint32_t i, const char *event,
                          const struct vacc_position *position) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    backpack_sim_push_position(session->world, i, event, position, out);
    vsim_session_send(session);
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    struct text *out = &session->world->scratch;
    bool is_order = event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL;
    if (is_order && (session->account_mode & FOLLOW_ORDERS) != 0) {
        text_clear(out);
        backpack_sim_push_order(session->world, event, out);
        vsim_session_send(session);
    } else if (event->kind == VACC_EVENT_POSITION &&
               (session->account_mode & FOLLOW_POSITIONS) != 0) {
        push_position(session, event->listing,
                      event->position.net.v == 0 ? "positionClosed" : "positionAdjusted",
                      &event->position);
    }
}

// A refused subscription; the true number of it is not documented.
static void refuse(struct vsim_session *session, const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"id\":null,\"error\":{\"code\":4001,\"message\":\"%s\"}}", text);
    vsim_session_send(session);
}

static uint32_t follow_of(struct slice stream) {
    return slice_equals(stream, SLICE("account.orderUpdate"))      ? FOLLOW_ORDERS
           : slice_equals(stream, SLICE("account.positionUpdate")) ? FOLLOW_POSITIONS
                                                                   : 0;
}

static void follow(struct vsim_session *session, uint32_t streams) {
    const struct vacc *account = session->world->account;
    vsim_session_follow(session, streams);
    for (uint32_t i = 0; (streams & FOLLOW_POSITIONS) != 0 && i < session->world->listing_count;
         i++) {
        if (account->positions[i].net.v != 0) { // the picture it begins with
            push_position(session, i, NULL, &account->positions[i]);
        }
    }
}

// Which of the account's streams a list names. False: something else, or no list.
static bool read_streams(struct slice list, uint32_t *streams) {
    struct json r;
    bool good = true;
    *streams = 0;
    oe_read_list(&r, list);
    while (json_array_next(&r)) {
        struct slice stream = {"", 0};
        md_read_value(&r, &stream);
        good = good && follow_of(stream) != 0;
        *streams |= follow_of(stream);
    }
    return json_end(&r) && good && *streams != 0;
}

static bool read_signature(struct slice list, struct signature *out) {
    struct slice *const parts[] = {&out->key, &out->signature, &out->time, &out->window};
    struct json r;
    size_t count = 0;
    oe_read_list(&r, list);
    while (json_array_next(&r)) {
        struct slice part = {"", 0};
        md_read_value(&r, &part);
        if (count < COUNT_OF(parts)) {
            *parts[count] = part;
        }
        count++;
    }
    return json_end(&r) && count == COUNT_OF(parts);
}

static bool on_text(struct vsim_session *session, struct slice message) {
    struct frame {
        struct slice method, params, signature;
    };
    static const struct md_field fields[] = {
        {"method", offsetof(struct frame, method)},
        {"params", offsetof(struct frame, params)},
        {"signature", offsetof(struct frame, signature)},
    };
    struct frame frame = {.method = {"", 0}};
    struct signature signature = {.key = {"", 0}};
    struct oe_params none;
    uint32_t streams;
    oe_params_begin(&none);
    if (!md_read_object(message, fields, COUNT_OF(fields), &frame) ||
        !slice_equals(frame.method, SLICE("SUBSCRIBE")) || frame.signature.size == 0) {
        return false;
    }
    if (!read_streams(frame.params, &streams) || !read_signature(frame.signature, &signature)) {
        refuse(session, "Invalid stream");
        return true;
    }
    struct backpack_sim_refusal refusal =
        check_signature(session->world, &signature, "subscribe", &none);
    if (refusal.http != 200) {
        refuse(session, refusal.text);
    } else {
        follow(session, streams);
    }
    return true;
}

const struct vsim_private backpack_sim_private = {
    .own_size = sizeof(struct backpack_private),
    .init = init,
    .answer = answer,
    .on_text = on_text,
    .push = push,
};
