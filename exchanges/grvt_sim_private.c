// The private side of GRVT's simulated server: login, who calls, and the trading socket with its
// calls and streams (grvt.md sections 3, 5 and 7). What calls do is in grvt_sim_orders.c.
#include "exchanges/grvt_sim_private.h"

#include "exchanges/bytes_text.h"
#include "exchanges/iso_time.h"
#include "exchanges/oe_fields.h"
#include "exchanges/vsim_text.h"

enum { LOGIN_LIFE_S = 24 * 3600, MODE_TRADING = 1 << 8 };

static const char login_id[] = "sim0000000000001";

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct grvt_private *own = account->own;
    struct sign_eth eth = {0};
    uint8_t key[ETH_KEY_SIZE];
    if (!string_copy(own->api_key, sizeof(own->api_key), secrets[0]) ||
        !string_copy(own->sub_account, sizeof(own->sub_account), secrets[2]) ||
        !hex_read(secrets[1], key, sizeof(key))) {
        return status_fail(STATUS_CONFIG, "a secret of GRVT is none");
    }
    enum status status = sign_eth_init(&eth, key); // only to know who it is
    if (status == STATUS_OK) {
        memcpy(own->signer, eth.address, sizeof(own->signer));
    }
    sign_eth_finish(&eth);
    return status;
}

static uint32_t fail(struct text *body, struct grvt_refusal refusal) {
    text_clear(body);
    text_add_format(body, "{\"request_id\":1,\"code\":%d,\"message\":\"%s\",\"status\":%u}",
                    refusal.code, refusal.text, refusal.http);
    return refusal.http;
}

// ---- login -------------------------------------------------------------------------------------

static void add_cookie(const struct grvt_private *own, struct text *out) {
    text_add_format(out, "gravity=simulated-%u", own->logins);
}

// "Wed, 21 Oct 2026 07:28:00 GMT"
static void add_http_date(struct text *out, int64_t time_ns) {
    static const char days[] = "ThuFriSatSunMonTueWed"; // 1970 began on a Thursday
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char iso_data[40];
    struct text iso = TEXT_OVER(iso_data); // 2026-10-21T07:28:00.000Z
    iso_time_add(&iso, time_ns);
    int64_t day = time_ns / (86400 * NS_PER_S) % 7;
    int month = (iso_data[5] - '0') * 10 + iso_data[6] - '0';
    text_add_format(out, "%.3s, %.2s %.3s %.4s %.8s GMT", days + (size_t)day * 3, iso_data + 8,
                    months + (size_t)(month - 1) * 3, iso_data, iso_data + 11);
}

static uint32_t login(const struct vsim_world *world, const struct vsim_request *request,
                      struct vsim_reply *reply) {
    static const struct md_field fields[] = {{"api_key", 0}};
    struct grvt_private *own = grvt_private_of(world);
    struct slice key = {"", 0};
    if (!md_read_object(request->body, fields, COUNT_OF(fields), &key) ||
        !slice_equals(key, slice_of(own->api_key))) {
        return fail(&reply->body,
                    (struct grvt_refusal){
                        1000, 401, "You need to authenticate prior to using this functionality"});
    }
    own->logins++;
    own->expires_ns = world->now_ns + LOGIN_LIFE_S * NS_PER_S;
    text_add_string(&reply->headers, "Set-Cookie: route=a; Path=/\r\nSet-Cookie: ");
    add_cookie(own, &reply->headers);
    text_add_string(&reply->headers, "; Path=/; expires=");
    add_http_date(&reply->headers, own->expires_ns);
    text_add_format(&reply->headers, "; HttpOnly; Secure\r\nX-Grvt-Account-Id: %s\r\n", login_id);
    text_add_string(&reply->body, "{\"location\":\"\",\"status\":\"success\"}");
    return 200;
}

static bool is_logged_in(const struct vsim_world *world, const struct vsim_request *request) {
    const struct grvt_private *own = grvt_private_of(world);
    char cookie_data[64];
    struct text cookie = TEXT_OVER(cookie_data);
    struct slice told, id;
    add_cookie(own, &cookie);
    return own->logins > 0 && world->now_ns < own->expires_ns &&
           vsim_header(request, "Cookie", &told) && slice_equals(told, text_slice(&cookie)) &&
           vsim_header(request, "X-Grvt-Account-Id", &id) && slice_equals(id, slice_of(login_id));
}

static const struct grvt_refusal logged_out = {
    1000, 401, "You need to authenticate prior to using this functionality"};

// ---- calls -------------------------------------------------------------------------------------

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const char prefix[] = "/full/v1/";
    struct slice type;
    if (slice_equals(request->path, SLICE("/auth/api_key/login"))) {
        return login(world, request, reply);
    }
    if (!slice_starts(request->path, slice_of(prefix))) {
        return 0;
    }
    struct slice name = {request->path.data + sizeof(prefix) - 1,
                         request->path.size - (sizeof(prefix) - 1)};
    int call = grvt_sim_find(name);
    if (call < 0) {
        return 0;
    }
    if (!slice_equals(request->method, SLICE("POST")) ||
        !vsim_header(request, "Content-Type", &type) ||
        !slice_starts(type, SLICE("application/json"))) {
        return fail(&reply->body,
                    (struct grvt_refusal){
                        1003, 400, "Request could not be processed due to malformed syntax"});
    }
    if (!is_logged_in(world, request) || vacc_fault(world->account, VACC_FAULT_LOGIN)) {
        return fail(&reply->body, logged_out);
    }
    struct grvt_refusal refusal = grvt_sim_run(world, call, request->body, &reply->body);
    return refusal.code != 0 ? fail(&reply->body, refusal) : 200;
}

// ---- the socket --------------------------------------------------------------------------------

// The trading socket has the same path as the public one, on a host of its own: it is known by its
// cookie here.
static bool open_session(struct vsim_session *session, const struct vsim_request *request) {
    struct slice cookie;
    if (!slice_equals(request->path, SLICE("/ws/full")) ||
        !vsim_header(request, "Cookie", &cookie)) {
        return false;
    }
    if (!is_logged_in(session->world, request)) {
        session->over = logged_out.text;
    }
    session->mode = MODE_TRADING;
    session->free_messages = true; // orders have limits of their own
    return true;
}

struct message {
    struct slice method, params, id;
    uint32_t number; // the id
};

static void say_error(struct vsim_session *session, const struct message *message, int code,
                      const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(
        out, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":%d,\"message\":\"%s\"},\"id\":", code, text);
    text_add_int(out, message->number);
    text_add_string(out, ",\"method\":");
    json_write_string(out, message->method);
    text_add_char(out, '}');
    vsim_session_send(session);
}

static void push_feed(struct vsim_session *session, uint32_t stream, uint64_t number) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"stream\":\"%s\",\"selector\":\"%s\",\"sequence_number\":\"%llu\"",
                    grvt_streams[stream], grvt_private_of(session->world)->sub_account,
                    (unsigned long long)number);
    text_add_format(out, ",\"prev_sequence_number\":\"%llu\",\"feed\":",
                    (unsigned long long)(number > 0 ? number - 1 : 0));
}

static void end_feed(struct vsim_session *session) {
    text_add_char(&session->world->scratch, '}');
    vsim_session_send(session);
}

static void push_position(struct vsim_session *session, uint32_t listing,
                          const struct vacc_position *position, uint64_t number) {
    push_feed(session, GRVT_STREAM_POSITION, number);
    grvt_sim_write_position(session->world, listing, position, &session->world->scratch);
    end_feed(session);
}

static void confirm(struct vsim_session *session, const struct message *message, uint32_t stream) {
    const struct vacc *account = session->world->account;
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out,
                    "{\"jsonrpc\":\"2.0\",\"result\":{\"stream\":\"%s\",\"subs\":[\"%s\"],"
                    "\"unsubs\":[],\"num_snapshots\":[%d],\"first_sequence_number\":[\"1\"],"
                    "\"latest_sequence_number\":[\"0\"]},\"id\":",
                    grvt_streams[stream], grvt_private_of(session->world)->sub_account,
                    stream == GRVT_STREAM_POSITION);
    text_add_int(out, message->number);
    text_add_string(out, ",\"method\":\"subscribe\"}");
    vsim_session_send(session);
    for (uint32_t i = 0; stream == GRVT_STREAM_POSITION && i < session->world->listing_count; i++) {
        if (account->positions[i].net.v != 0) { // the picture it begins with
            push_position(session, i, &account->positions[i], 0);
        }
    }
}

static void subscribe(struct vsim_session *session, const struct message *message) {
    struct params {
        struct slice stream, selectors;
    };
    static const struct md_field fields[] = {
        {"stream", offsetof(struct params, stream)},
        {"selectors", offsetof(struct params, selectors)},
    };
    struct params params = {.stream = {"", 0}};
    char right_data[64];
    struct text right = TEXT_OVER(right_data);
    text_add_format(&right, "[\"%s\"]", grvt_private_of(session->world)->sub_account);
    if (!md_read_object(message->params, fields, COUNT_OF(fields), &params)) {
        say_error(session, message, 1003, "malformed syntax");
        return;
    }
    for (uint32_t i = 0; i < GRVT_STREAMS; i++) {
        if (!slice_equals(params.stream, slice_of(grvt_streams[i]))) {
            continue;
        }
        if (!slice_equals(params.selectors, text_slice(&right))) {
            say_error(session, message, 3020, "Sub account id is invalid");
            return;
        }
        vsim_session_follow(session, UINT32_C(1) << i);
        confirm(session, message, i);
        return;
    }
    say_error(session, message, 1101, "Feed format must be in the format of <primary>@<secondary>");
}

static void run_call(struct vsim_session *session, const struct message *message) {
    struct vsim_world *world = session->world;
    struct slice name = {message->method.data + 3, message->method.size - 3};
    struct text *out = &world->scratch;
    int call = grvt_sim_find(name);
    if (call < 0) {
        say_error(session, message, 1101, "no such method");
        return;
    }
    if (vacc_fault(world->account, VACC_FAULT_LOGIN)) {
        say_error(session, message, logged_out.code, logged_out.text);
        return;
    }
    text_clear(out);
    text_add_string(out, "{\"jsonrpc\":\"\",\"result\":"); // nested once more, as was captured
    struct grvt_refusal refusal = grvt_sim_run(world, call, message->params, out);
    if (refusal.code != 0) {
        say_error(session, message, refusal.code, refusal.text);
    } else {
        text_add_string(out, ",\"id\":");
        text_add_int(out, message->number);
        text_add_char(out, '}');
        vsim_session_send(session);
    }
}

static bool on_text(struct vsim_session *session, struct slice text) {
    static const struct md_field fields[] = {
        {"method", offsetof(struct message, method)},
        {"params", offsetof(struct message, params)},
        {"id", offsetof(struct message, id)},
    };
    struct message message = {.method = {"", 0}};
    int64_t number;
    if ((session->mode & MODE_TRADING) == 0) {
        return false;
    }
    bool good = md_read_object(text, fields, COUNT_OF(fields), &message);
    if (!good || !decimal_parse(message.id, 0, &number) || number < 0 || number > UINT32_MAX) {
        message = (struct message){.method = {"", 0}};
        say_error(session, &message, 1003, "malformed syntax");
        return true;
    }
    message.number = (uint32_t)number;
    if (slice_equals(message.method, SLICE("subscribe"))) {
        subscribe(session, &message);
    } else if (slice_starts(message.method, SLICE("v1/"))) {
        run_call(session, &message);
    } else {
        say_error(session, &message, 1003, "malformed syntax");
    }
    return true;
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    const struct vsim_world *world = session->world;
    uint64_t number = ++session->pushes;
    struct text *out = &session->world->scratch;
    bool is_order = event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL;
    if (event->kind == VACC_EVENT_FILL && (session->account_mode & 1U << GRVT_STREAM_FILL) != 0) {
        push_feed(session, GRVT_STREAM_FILL, number);
        grvt_sim_write_fill(world, &event->fill, out);
        end_feed(session);
    }
    if (is_order && (session->account_mode & 1U << GRVT_STREAM_ORDER) != 0) {
        push_feed(session, GRVT_STREAM_ORDER, number);
        grvt_sim_write_order(world, &event->order, false, out);
        end_feed(session);
    }
    if (!is_order && (session->account_mode & 1U << GRVT_STREAM_POSITION) != 0) {
        push_position(session, event->listing, &event->position, number);
    }
}

const struct vsim_private grvt_sim_private = {
    .own_size = sizeof(struct grvt_private),
    .init = init,
    .answer = answer,
    .open = open_session,
    .on_text = on_text,
    .push = push,
};
