// Who may change the account of the simulated Hyperliquid: hyperliquid.md sections 5.1, 6 and 7.
// What each action does is in hyperliquid_sim_action.c. Actions come by POST /exchange and as posts
// on the socket; both are answered alike. The server packs and hashes the action as it was sent,
// and whoever the signature recovers to must be the account's key or its agent.
#include "exchanges/bytes_text.h"
#include "exchanges/hyperliquid_oe.h"
#include "exchanges/hyperliquid_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/vsim_text.h"

enum { DAY_MS = 86400000 };

static struct hyperliquid_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct hyperliquid_private *own = account->own;
    uint8_t key[ETH_KEY_SIZE], address[ETH_ADDRESS_SIZE];
    struct sign_eth signer;
    if (!hex_read(secrets[0], key, sizeof(key)) || sign_eth_init(&signer, key) != STATUS_OK) {
        return status_fail(STATUS_CONFIG, "HYPERLIQUID_PRIVATE_KEY is no key");
    }
    memcpy(own->signer, signer.address, sizeof(own->signer));
    memcpy(address, signer.address, sizeof(address));
    sign_eth_finish(&signer);
    if (secrets[1].size > 0 && !hex_read(secrets[1], address, sizeof(address))) {
        return status_fail(STATUS_CONFIG, "HYPERLIQUID_ACCOUNT_ADDRESS is no address");
    }
    eth_address_lower(address, own->account);
    eth_address_lower(own->signer, own->signer_text);
    return STATUS_OK;
}

// ---- who calls ---------------------------------------------------------------------------------

struct payload {
    struct slice action, nonce, signature, vault, expires;
};

void hyperliquid_sim_fail(struct text *out, const char *text) {
    text_add_format(out, "{\"status\":\"err\",\"response\":\"%s\"}", text);
}

static bool read_signature(struct slice raw, struct eth_signature *out) {
    struct parts {
        struct slice r, s, v;
    } parts = {.r = {"", 0}};
    static const struct md_field fields[] = {
        {"r", offsetof(struct parts, r)},
        {"s", offsetof(struct parts, s)},
        {"v", offsetof(struct parts, v)},
    };
    int64_t v;
    if (!md_read_object(raw, fields, COUNT_OF(fields), &parts) || parts.r.size == 0 ||
        parts.s.size == 0 || !hex_read_number(parts.r, out->r, sizeof(out->r)) ||
        !hex_read_number(parts.s, out->s, sizeof(out->s)) || !decimal_parse(parts.v, 0, &v) ||
        v < 0 || v > UINT8_MAX) {
        return false;
    }
    out->v = (uint8_t)v;
    return true;
}

static bool take_nonce(const struct vsim_world *world, uint64_t nonce) {
    uint64_t now_ms = (uint64_t)(world->now_ns / NS_PER_MS);
    return nonce + 2 * (uint64_t)DAY_MS >= now_ms && nonce <= now_ms + DAY_MS &&
           vsim_nonce_take(&private_of(world)->nonces, nonce);
}

// False: refused, and the answer is out.
static bool check_payload(const struct vsim_world *world, const struct payload *payload,
                          struct text *out) {
    const struct hyperliquid_private *own = private_of(world);
    struct hyperliquid_action action = {.json = payload->action};
    struct eth_signature signature;
    uint8_t id[KECCAK_SIZE], digest[ETH_HASH_SIZE], signer[ETH_ADDRESS_SIZE] = {0};
    char signer_text[ETH_ADDRESS_TEXT], words_data[128];
    struct text words = TEXT_OVER(words_data);
    int64_t nonce, expires_ms = 0;
    if (payload->vault.size > 0) {
        hyperliquid_sim_fail(out, "Vault not registered");
        return false;
    }
    if (!decimal_parse(payload->nonce, 0, &nonce) || nonce <= 0 ||
        (payload->expires.size > 0 &&
         (!decimal_parse(payload->expires, 0, &expires_ms) || expires_ms <= 0)) ||
        !read_signature(payload->signature, &signature)) {
        hyperliquid_sim_fail(out, "Failed to deserialize the action");
        return false;
    }
    action.nonce = (uint64_t)nonce;
    action.expires_ms = (uint64_t)expires_ms;
    bool hashed = hyperliquid_connection_id(&action, id);
    if (hashed) {
        hyperliquid_agent_digest(id, false, digest);
    }
    if (!hashed || !eth_recover(digest, &signature, signer) ||
        memcmp(signer, own->signer, sizeof(signer)) != 0) {
        eth_address_lower(signer, signer_text);
        text_add_format(&words, "User or API Wallet %s does not exist.", signer_text);
        hyperliquid_sim_fail(out, words_data);
        return false;
    }
    if (vacc_fault(world->account, VACC_FAULT_NONCE) || !take_nonce(world, action.nonce)) {
        hyperliquid_sim_fail(out, "Invalid nonce: duplicate nonce");
        return false;
    }
    if (expires_ms > 0 && world->now_ns / NS_PER_MS > expires_ms) {
        hyperliquid_sim_fail(out, "Action expired");
        return false;
    }
    return true;
}

// ---- calls -------------------------------------------------------------------------------------

// What POST /exchange gets, and a post's payload. False: it cannot be read.
static bool run_payload(const struct vsim_world *world, struct slice raw, struct text *out) {
    static const struct md_field fields[] = {
        {"action", offsetof(struct payload, action)},
        {"nonce", offsetof(struct payload, nonce)},
        {"signature", offsetof(struct payload, signature)},
        {"vaultAddress", offsetof(struct payload, vault)},
        {"expiresAfter", offsetof(struct payload, expires)},
    };
    struct payload payload = {.action = {"", 0}};
    if (!md_read_object(raw, fields, COUNT_OF(fields), &payload) || payload.action.size == 0) {
        return false;
    }
    if (check_payload(world, &payload, out)) {
        hyperliquid_sim_action(world, payload.action, out);
    }
    return true;
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    if (!slice_equals(request->method, SLICE("POST"))) {
        return 0;
    }
    if (slice_equals(request->path, SLICE("/exchange"))) {
        if (run_payload(world, request->body, &reply->body)) {
            return 200;
        }
        text_add_string(&reply->body,
                        "\"Failed to deserialize the JSON body into the target type\"");
        return 422;
    }
    bool answered = slice_equals(request->path, SLICE("/info")) &&
                    hyperliquid_sim_info(world, request->body, &reply->body);
    return answered ? 200 : 0;
}

// ---- the socket --------------------------------------------------------------------------------

static void begin_post(struct text *out, int64_t id, const char *type) {
    text_clear(out);
    text_add_format(out,
                    "{\"channel\":\"post\",\"data\":{\"id\":%lld,\"response\":{\"type\":\"%s\","
                    "\"payload\":",
                    (long long)id, type);
}

static void answer_post(struct vsim_session *session, int64_t id, struct slice request_raw) {
    struct request {
        struct slice type, payload;
    } request = {.type = {"", 0}};
    static const struct md_field fields[] = {
        {"type", offsetof(struct request, type)},
        {"payload", offsetof(struct request, payload)},
    };
    struct vsim_world *world = session->world;
    struct text *out = &world->scratch;
    bool good = md_read_object(request_raw, fields, COUNT_OF(fields), &request);
    if (good && slice_equals(request.type, SLICE("info"))) {
        begin_post(out, id, "info");
        text_add_string(out, "{\"type\":");
        json_write_string(out, hyperliquid_sim_type(request.payload));
        text_add_string(out, ",\"data\":");
        good = hyperliquid_sim_info(world, request.payload, out);
        text_add_char(out, '}');
    } else if (good && slice_equals(request.type, SLICE("action"))) {
        begin_post(out, id, "action");
        good = run_payload(world, request.payload, out);
    } else {
        good = false;
    }
    if (!good) {
        begin_post(out, id, "error");
        text_add_string(out, "\"Failed to deserialize the request\"");
    }
    text_add_string(out, "}}}");
    vsim_session_send(session);
}

// A subscription of a user's stream; the echo is the acknowledgement. Others' accounts are silent.
static bool subscribe(struct vsim_session *session, struct slice method, struct slice raw) {
    struct subscription {
        struct slice type, user;
    } row = {.type = {"", 0}};
    static const struct md_field fields[] = {
        {"type", offsetof(struct subscription, type)},
        {"user", offsetof(struct subscription, user)},
    };
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    uint32_t stream = 0;
    if (!md_read_object(raw, fields, COUNT_OF(fields), &row)) {
        return false;
    }
    while (stream < HYPERLIQUID_STREAMS &&
           !slice_equals(row.type, slice_of(hyperliquid_streams[stream]))) {
        stream++;
    }
    if (stream == HYPERLIQUID_STREAMS || row.user.size == 0) {
        return false;
    }
    text_clear(out);
    text_add_format(out,
                    "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"%.*s\","
                    "\"subscription\":",
                    (int)method.size, method.data);
    text_add(out, raw);
    text_add_string(out, "}}");
    vsim_session_send(session);
    if (!slice_equals(method, SLICE("subscribe"))) {
        session->account_mode &= ~(1U << stream);
        return true;
    }
    if (!slice_equals(row.user, slice_of(private_of(world)->account))) {
        return true;
    }
    vsim_session_follow(session, 1U << stream);
    text_clear(out);
    if (slice_equals(row.type, SLICE("userFills"))) {
        hyperliquid_sim_fills(world, out);
        vsim_session_send(session);
    } else if (slice_equals(row.type, SLICE("clearinghouseState"))) {
        hyperliquid_sim_state(world, out);
        vsim_session_send(session);
    }
    return true;
}

static bool on_text(struct vsim_session *session, struct slice message) {
    struct frame {
        struct slice method, id, request, subscription;
    } frame = {.method = {"", 0}};
    static const struct md_field fields[] = {
        {"method", offsetof(struct frame, method)},
        {"id", offsetof(struct frame, id)},
        {"request", offsetof(struct frame, request)},
        {"subscription", offsetof(struct frame, subscription)},
    };
    int64_t id;
    if (!md_read_object(message, fields, COUNT_OF(fields), &frame)) {
        return false;
    }
    if (slice_equals(frame.method, SLICE("post")) && decimal_parse(frame.id, 0, &id) && id >= 0) {
        answer_post(session, id, frame.request);
        return true;
    }
    return (slice_equals(frame.method, SLICE("subscribe")) ||
            slice_equals(frame.method, SLICE("unsubscribe"))) &&
           subscribe(session, frame.method, frame.subscription);
}

static bool follows(const struct vsim_session *session, const char *stream) {
    for (uint32_t i = 0; i < HYPERLIQUID_STREAMS; i++) {
        if (strcmp(stream, hyperliquid_streams[i]) == 0) {
            return (session->account_mode & 1U << i) != 0;
        }
    }
    return false;
}

static struct text *begin(struct vsim_session *session) {
    text_clear(&session->world->scratch);
    return &session->world->scratch;
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    const struct vsim_world *world = session->world;
    if (event->kind == VACC_EVENT_FILL) {
        static const struct {
            const char *stream, *channel;
        } rows[] = {{"userFills", "userFills"}, {"userEvents", "user"}};
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            if (follows(session, rows[i].stream)) {
                hyperliquid_sim_fill(world, rows[i].channel, &event->fill, begin(session));
                vsim_session_send(session);
            }
        }
    }
    bool is_order = event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL;
    if (is_order && follows(session, "orderUpdates")) {
        hyperliquid_sim_update(world, &event->order, begin(session));
        vsim_session_send(session);
    } else if (event->kind == VACC_EVENT_FUNDING && follows(session, "userEvents")) {
        hyperliquid_sim_payment(world, event, begin(session));
        vsim_session_send(session);
    }
    if (!is_order && follows(session, "clearinghouseState")) {
        hyperliquid_sim_state(world, begin(session));
        vsim_session_send(session);
    }
}

const struct vsim_private hyperliquid_sim_private = {
    .own_size = sizeof(struct hyperliquid_private),
    .init = init,
    .answer = answer,
    .on_text = on_text,
    .push = push,
};
