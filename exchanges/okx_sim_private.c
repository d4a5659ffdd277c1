// The private side of OKX's simulated server: headers and login are verified, the account's three
// channels followed (okx.md sections 5 to 7). What comes after who calls: okx_sim_orders.c and
// okx_sim_account.c.
#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/iso_time.h"
#include "exchanges/md_decode.h"
#include "exchanges/okx_sim_private.h"
#include "exchanges/sign_hmac.h"

enum {
    KEY_MAX = 64,
    WINDOW_S = 30,
    MODE_PRIVATE = 1 << 8,   // of a session: the private address
    MODE_LOGGED_IN = 1 << 9, // and who it is
};
enum { FOLLOW_ORDERS = 1, FOLLOW_POSITIONS = 2, FOLLOW_ACCOUNT = 4 };

struct okx_private {
    char api_key[KEY_MAX], passphrase[KEY_MAX];
    struct sign_hmac hmac;
};

static const struct okx_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct okx_private *own = account->own;
    if (!string_copy(own->api_key, KEY_MAX, secrets[0]) ||
        !string_copy(own->passphrase, KEY_MAX, secrets[2])) {
        return status_fail(STATUS_CONFIG, "a key of OKX is too long");
    }
    sign_hmac_init(&own->hmac, secrets[1]);
    return STATUS_OK;
}

// ---- who calls ---------------------------------------------------------------------------------

static bool is_signature(const struct okx_private *own, struct slice prehash, struct slice given) {
    char right[SIGN_HMAC_BASE64_SIZE];
    sign_hmac_base64(&own->hmac, prehash, right);
    return given.size == sizeof(right) && CRYPTO_memcmp(given.data, right, sizeof(right)) == 0;
}

static bool in_window(const struct vsim_world *world, int64_t time_ns) {
    int64_t off_ns = world->now_ns - time_ns;
    return off_ns < WINDOW_S * NS_PER_S && off_ns > -WINDOW_S * NS_PER_S;
}

static uint32_t fail(struct text *body, int code, const char *text) {
    text_add_format(body, "{\"code\":\"%d\",\"data\":[],\"msg\":\"%s\"}", code, text);
    return code >= 50100 && code <= 50119 ? 401 : 200;
}

// 0: it is the account's owner.
static uint32_t check_call(const struct vsim_world *world, const struct vsim_request *request,
                           struct text *body) {
    const struct okx_private *own = private_of(world);
    struct slice key = {"", 0}, phrase = key, time = key, signature = key;
    int64_t time_ns;
    char prehash_data[8192];
    struct text prehash = TEXT_OVER(prehash_data);
    (void)vsim_header(request, "OK-ACCESS-KEY", &key);
    (void)vsim_header(request, "OK-ACCESS-PASSPHRASE", &phrase);
    (void)vsim_header(request, "OK-ACCESS-TIMESTAMP", &time);
    (void)vsim_header(request, "OK-ACCESS-SIGN", &signature);
    if (!slice_equals(key, slice_of(own->api_key))) {
        return fail(body, 50111, "Invalid OK-ACCESS-KEY");
    }
    if (!slice_equals(phrase, slice_of(own->passphrase))) {
        return fail(body, 50105, "Request header OK-ACCESS-PASSPHRASE incorrect.");
    }
    if (!iso_time_read(time, &time_ns) || !in_window(world, time_ns)) {
        return fail(body, 50102, "Timestamp request expired");
    }
    text_add(&prehash, time);
    text_add(&prehash, request->method);
    text_add(&prehash, request->path);
    if (request->query.size > 0) {
        text_add_char(&prehash, '?');
        text_add(&prehash, request->query);
    }
    text_add(&prehash, request->body);
    if (prehash.truncated || !is_signature(own, text_slice(&prehash), signature)) {
        return fail(body, 50113, "Invalid Sign");
    }
    return 0;
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    const struct okx_sim_row *row = okx_sim_find_row(request);
    if (row == NULL) {
        return 0;
    }
    uint32_t refused = check_call(world, request, &reply->body);
    if (refused != 0) {
        return refused;
    }
    struct okx_sim_call call = {world, request, &reply->body};
    text_add_string(&reply->body, "{\"code\":\"0\",\"msg\":\"\",\"data\":[");
    struct okx_sim_refusal refusal = row->write(&call);
    if (refusal.code != 0) {
        text_clear(&reply->body);
        return fail(&reply->body, refusal.code, refusal.text);
    }
    text_add_string(&reply->body, "]}");
    return 200;
}

// ---- the socket --------------------------------------------------------------------------------

static bool open_session(struct vsim_session *session, const struct vsim_request *request) {
    if (!slice_equals(request->path, SLICE("/ws/v5/private"))) {
        return false;
    }
    session->mode = MODE_PRIVATE;
    session->free_messages = true; // orders have limits of their own
    return true;
}

static void say_event(struct vsim_session *session, const char *event, int code, const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"event\":\"%s\",\"code\":\"%d\",\"msg\":\"%s\",\"connId\":\"sim%u\"}",
                    event, code, text, session->number);
    vsim_session_send(session);
}

struct login {
    struct slice key, phrase, time, signature;
};

static void login(struct vsim_session *session, const struct login *login) {
    const struct vsim_world *world = session->world;
    const struct okx_private *own = private_of(world);
    char prehash_data[64];
    struct text prehash = TEXT_OVER(prehash_data);
    int64_t seconds;
    text_add(&prehash, login->time);
    text_add(&prehash, SLICE("GET/users/self/verify"));
    if (!slice_equals(login->key, slice_of(own->api_key))) {
        say_event(session, "error", 60005, "Invalid apiKey");
    } else if (!decimal_parse(login->time, 0, &seconds) || seconds < 0 ||
               seconds > INT32_MAX * INT64_C(2) || !in_window(world, seconds * NS_PER_S)) {
        say_event(session, "error", 60006, "Timestamp request expired");
    } else if (prehash.truncated || !slice_equals(login->phrase, slice_of(own->passphrase)) ||
               !is_signature(own, text_slice(&prehash), login->signature)) {
        say_event(session, "error", 60007, "Invalid sign");
    } else {
        session->mode |= MODE_LOGGED_IN;
        say_event(session, "login", 0, "");
    }
}

static void push_snapshot(struct vsim_session *session, uint32_t channel) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    text_clear(out);
    if (channel == FOLLOW_POSITIONS) {
        text_add_string(out,
                        "{\"arg\":{\"channel\":\"positions\",\"instType\":\"SWAP\"},\"data\":[");
        const char *comma = "";
        for (uint32_t i = 0; i < world->listing_count; i++) {
            if (world->account->positions[i].net.v != 0) {
                text_add_string(out, comma);
                okx_sim_write_position(world, i, out);
                comma = ",";
            }
        }
    } else {
        text_add_string(out, "{\"arg\":{\"channel\":\"account\"},\"data\":[");
        okx_sim_write_balance(world, out);
    }
    text_add_string(out, "]}");
    vsim_session_send(session);
}

static void subscribe(struct vsim_session *session, struct slice channel) {
    static const struct {
        const char *name;
        uint32_t bit;
    } channels[] = {
        {"orders", FOLLOW_ORDERS}, {"positions", FOLLOW_POSITIONS}, {"account", FOLLOW_ACCOUNT}};
    struct text *out = &session->world->scratch;
    if ((session->mode & MODE_LOGGED_IN) == 0) {
        say_event(session, "error", 60011, "Please log in");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        if (!slice_equals(channel, slice_of(channels[i].name))) {
            continue;
        }
        vsim_session_follow(session, channels[i].bit);
        text_clear(out);
        text_add_format(out,
                        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"%s\"},\"connId\":\"sim\"}",
                        channels[i].name);
        vsim_session_send(session);
        if (channels[i].bit != FOLLOW_ORDERS) { // orders have no snapshot
            push_snapshot(session, channels[i].bit);
        }
        return;
    }
    say_event(session, "error", 60018, "Wrong URL or channel doesn't exist");
}

// Every argument of a login or a subscription.
static void run_session_op(struct vsim_session *session, struct slice op, struct slice list) {
    struct json r;
    struct slice key;
    json_init(&r, list);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct login credentials = {.key = {"", 0}};
        struct slice channel = {"", 0};
        json_object_begin(&r);
        while (json_object_next(&r, &key)) {
            struct slice *to = slice_equals(key, SLICE("apiKey"))       ? &credentials.key
                               : slice_equals(key, SLICE("passphrase")) ? &credentials.phrase
                               : slice_equals(key, SLICE("timestamp"))  ? &credentials.time
                               : slice_equals(key, SLICE("sign"))       ? &credentials.signature
                               : slice_equals(key, SLICE("channel"))    ? &channel
                                                                        : NULL;
            if (to != NULL) {
                md_read_text(&r, to);
            } else {
                json_skip(&r);
            }
        }
        if (r.failed) {
            return;
        }
        if (slice_equals(op, SLICE("login"))) {
            login(session, &credentials);
        } else {
            subscribe(session, channel);
        }
    }
}

static void run_order(struct vsim_session *session, const struct okx_sim_op *op) {
    struct vsim_world *world = session->world;
    if ((session->mode & MODE_LOGGED_IN) == 0 || vacc_fault(world->account, VACC_FAULT_LOGIN)) {
        session->mode &= ~(uint32_t)MODE_LOGGED_IN;
        say_event(session, "error", 60011, "Please log in");
        return;
    }
    text_clear(&world->scratch);
    if (okx_sim_answer_order(world, op, &world->scratch)) {
        vsim_session_send(session);
    } else {
        say_event(session, "error", 60012, "Illegal request");
    }
}

static bool on_text(struct vsim_session *session, struct slice message) {
    struct json r;
    struct slice key;
    struct okx_sim_op op = {
        .id = {"", 0}, .name = {"", 0}, .list = {"[]", 2}, .expires_ms = INT64_MAX};
    if ((session->mode & MODE_PRIVATE) == 0) {
        return false;
    }
    if (slice_equals(message, SLICE("ping"))) {
        vsim_session_say(session, SLICE("pong"));
        return true;
    }
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("id"))) {
            md_read_text(&r, &op.id);
        } else if (slice_equals(key, SLICE("op"))) {
            md_read_text(&r, &op.name);
        } else if (slice_equals(key, SLICE("args"))) {
            op.list = json_raw(&r);
        } else if (slice_equals(key, SLICE("expTime"))) {
            md_read_int(&r, &op.expires_ms);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r)) {
        say_event(session, "error", 60012, "Illegal request");
    } else if (slice_equals(op.name, SLICE("login")) || slice_equals(op.name, SLICE("subscribe"))) {
        run_session_op(session, op.name, op.list);
    } else if (slice_equals(op.name, SLICE("order")) ||
               slice_equals(op.name, SLICE("cancel-order")) ||
               slice_equals(op.name, SLICE("amend-order"))) {
        run_order(session, &op);
    } else {
        say_event(session, "error", 60012, "Illegal request");
    }
    return true;
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    bool is_order = event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL;
    if (is_order && (session->account_mode & FOLLOW_ORDERS) != 0) {
        text_clear(out);
        text_add_string(out, "{\"arg\":{\"channel\":\"orders\",\"instType\":\"SWAP\"},\"data\":[");
        okx_sim_write_order(world, &event->order,
                            event->kind == VACC_EVENT_FILL ? &event->fill : NULL, out);
        text_add_string(out, "]}");
        vsim_session_send(session);
    } else if (!is_order) {
        if ((session->account_mode & FOLLOW_POSITIONS) != 0) {
            text_clear(out);
            text_add_string(
                out, "{\"arg\":{\"channel\":\"positions\",\"instType\":\"SWAP\"},\"data\":[");
            okx_sim_write_position(world, event->listing, out);
            text_add_string(out, "]}");
            vsim_session_send(session);
        }
        if ((session->account_mode & FOLLOW_ACCOUNT) != 0) {
            push_snapshot(session, FOLLOW_ACCOUNT);
        }
    }
}

const struct vsim_private okx_sim_private = {
    .own_size = sizeof(struct okx_private),
    .init = init,
    .answer = answer,
    .open = open_session,
    .on_text = on_text,
    .push = push,
};
