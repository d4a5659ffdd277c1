// Who may change the account of the simulated Hyperliquid, and what each action does to it:
// hyperliquid.md sections 5.1, 6 and 7. Actions come by POST /exchange and as posts on the socket;
// both are answered alike. The server packs and hashes the action as it was sent, and whoever the
// signature recovers to must be the account's key or its agent.
#include "exchanges/bytes_text.h"
#include "exchanges/hyperliquid_oe.h"
#include "exchanges/hyperliquid_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/vsim_text.h"

enum { DAY_MS = 86400000, SCHEDULE_MIN_MS = 5000, ORDERS_MAX = 64 };

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

static void fail(struct text *out, const char *text) {
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
        fail(out, "Vault not registered");
        return false;
    }
    if (!decimal_parse(payload->nonce, 0, &nonce) || nonce <= 0 ||
        (payload->expires.size > 0 &&
         (!decimal_parse(payload->expires, 0, &expires_ms) || expires_ms <= 0)) ||
        !read_signature(payload->signature, &signature)) {
        fail(out, "Failed to deserialize the action");
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
        fail(out, words_data);
        return false;
    }
    if (vacc_fault(world->account, VACC_FAULT_NONCE) || !take_nonce(world, action.nonce)) {
        fail(out, "Invalid nonce: duplicate nonce");
        return false;
    }
    if (expires_ms > 0 && world->now_ns / NS_PER_MS > expires_ms) {
        fail(out, "Action expired");
        return false;
    }
    return true;
}

// ---- orders ------------------------------------------------------------------------------------

static const char *const refusals[VACC_REFUSAL_COUNT] = {
    [VACC_NO_LISTING] = "Asset does not trade",
    [VACC_OFF_TICK] = "Price must be divisible by tick size.",
    [VACC_OFF_STEP] = "Order has invalid size.",
    [VACC_TOO_SMALL] = "Order has zero size.",
    [VACC_BELOW_NOTIONAL] = "Order must have minimum value of $10.",
    [VACC_NO_MARGIN] = "Insufficient margin to place order.",
    [VACC_NOT_REDUCING] = "Reduce only order would increase position.",
    [VACC_DUPLICATE] = "Duplicate cloid",
    [VACC_TOO_MANY] = "Too many open orders",
    [VACC_WOULD_TAKE] = "Post only order would have immediately matched",
    [VACC_FORCED] = "Order price cannot be more than 80% away from the reference price",
};

struct order_row {
    struct slice asset, is_buy, price, size, reduce_only, type, cloid;
};

static bool read_kind(struct slice type, enum vacc_kind *kind) {
    static const struct {
        const char *word;
        enum vacc_kind kind;
    } rows[] = {{"Alo", VACC_POST_ONLY},
                {"Ioc", VACC_IOC},
                {"Gtc", VACC_GTC},
                {"FrontendMarket", VACC_IOC}};
    struct outer {
        struct slice limit;
    } outer = {.limit = {"", 0}};
    static const struct md_field outer_fields[] = {{"limit", offsetof(struct outer, limit)}};
    struct inner {
        struct slice tif;
    } inner = {.tif = {"", 0}};
    static const struct md_field inner_fields[] = {{"tif", offsetof(struct inner, tif)}};
    if (!md_read_object(type, outer_fields, COUNT_OF(outer_fields), &outer) ||
        !md_read_object(outer.limit, inner_fields, COUNT_OF(inner_fields), &inner)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(inner.tif, slice_of(rows[i].word))) {
            *kind = rows[i].kind;
            return true;
        }
    }
    return false;
}

// The venue hashes numbers in its own shortest form: one that is written otherwise was signed for
// another action.
static bool is_shortest(struct slice text, int64_t value, int digits) {
    char data[48];
    struct text own = TEXT_OVER(data);
    decimal_print(&own, value, digits, 0, digits);
    return slice_equals(text, text_slice(&own));
}

// NULL: taken, and its status is out; else the words of the refusal.
static const char *place_order(const struct vsim_world *world, struct slice raw, struct text *out) {
    static const struct md_field fields[] = {
        {"a", offsetof(struct order_row, asset)},       {"b", offsetof(struct order_row, is_buy)},
        {"p", offsetof(struct order_row, price)},       {"s", offsetof(struct order_row, size)},
        {"t", offsetof(struct order_row, type)},        {"c", offsetof(struct order_row, cloid)},
        {"r", offsetof(struct order_row, reduce_only)},
    };
    struct order_row row = {.asset = {"", 0}};
    struct vacc_request request = {.listing = 0};
    uint8_t cloid[16];
    int64_t asset;
    const struct vacc_order *order;
    if (!md_read_object(raw, fields, COUNT_OF(fields), &row) ||
        !decimal_parse(row.asset, 0, &asset) || !px_parse(row.price, &request.price) ||
        !qty_parse(row.size, &request.size) || !read_kind(row.type, &request.kind) ||
        (row.cloid.size > 0 && (row.cloid.size != 34 || !hex_read(row.cloid, cloid, 16)))) {
        return "Failed to deserialize the order";
    }
    if (!is_shortest(row.price, request.price.v, PX_DIGITS) ||
        !is_shortest(row.size, request.size.v, QTY_DIGITS)) {
        return "User or API Wallet 0x0000000000000000000000000000000000000000 does not exist.";
    }
    if (asset < 0 || asset >= world->listing_count) {
        return refusals[VACC_NO_LISTING];
    }
    request.listing = (uint32_t)asset;
    request.side = slice_equals(row.is_buy, SLICE("true")) ? SIDE_BUY : SIDE_SELL;
    request.reduce_only = slice_equals(row.reduce_only, SLICE("true"));
    request.client_id = row.cloid;
    enum vacc_refusal refusal = vacc_place(world->account, world, &request, &order);
    if (refusal != VACC_TAKEN) {
        return refusals[refusal];
    }
    if (order->end == VACC_POST_ONLY_END) {
        return refusals[VACC_WOULD_TAKE];
    }
    if (order->end == VACC_REST_EXPIRED && order->filled.v == 0) {
        return "Order could not immediately match against any resting orders.";
    }
    bool rests = order->end == VACC_LIVE;
    text_add_format(out, "{\"%s\":{\"oid\":%llu", rests ? "resting" : "filled",
                    (unsigned long long)order->number);
    if (!rests) {
        hyperliquid_sim_qty(out, "totalSz", order->filled);
        hyperliquid_sim_px(out, "avgPx", vacc_average(order));
    }
    if (row.cloid.size > 0) {
        vsim_member_string(out, "cloid", order->client_id);
    }
    text_add_string(out, "}}");
    return NULL;
}

static const char *cancel_order(const struct vsim_world *world, struct slice raw,
                                struct text *out) {
    struct cancel {
        struct slice oid, cloid;
    } row = {.oid = {"", 0}};
    static const struct md_field fields[] = {
        {"o", offsetof(struct cancel, oid)},
        {"cloid", offsetof(struct cancel, cloid)},
    };
    int64_t number;
    const struct vacc_order *order = NULL;
    if (md_read_object(raw, fields, COUNT_OF(fields), &row)) {
        order = row.cloid.size > 0                   ? vacc_find_client(world->account, row.cloid)
                : decimal_parse(row.oid, 0, &number) ? vacc_find(world->account, (uint64_t)number)
                                                     : NULL;
    }
    if (order == NULL || !vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        return "Order was never placed, already canceled, or filled.";
    }
    text_add_string(out, "\"success\"");
    return NULL;
}

// Each of a list of orders or cancels has a status of its own.
static void run_list(const struct vsim_world *world, const char *type, struct slice list,
                     const char *(*run)(const struct vsim_world *world, struct slice raw,
                                        struct text *out),
                     struct text *out) {
    struct json r;
    uint32_t rows = 0;
    text_add_format(
        out, "{\"status\":\"ok\",\"response\":{\"type\":\"%s\",\"data\":{\"statuses\":[", type);
    json_init(&r, list);
    json_array_begin(&r);
    for (; rows < ORDERS_MAX && json_array_next(&r); rows++) {
        (void)json_peek(&r);
        const char *from = r.at;
        if (!json_skip(&r)) {
            break;
        }
        text_add_string(out, rows == 0 ? "" : ",");
        const char *words = run(world, (struct slice){from, (size_t)(r.at - from)}, out);
        if (words != NULL) {
            text_add_format(out, "{\"error\":\"%s\"}", words);
        }
    }
    text_add_string(out, "]}}}");
}

static void answer_default(struct text *out) {
    text_add_string(out, "{\"status\":\"ok\",\"response\":{\"type\":\"default\"}}");
}

// Ends one order and opens another under the same client id.
static void modify(const struct vsim_world *world, struct slice oid, struct slice order_raw,
                   struct text *out) {
    char status_data[256];
    struct text status = TEXT_OVER(status_data);
    int64_t number;
    const struct vacc_order *order = decimal_parse(oid, 0, &number)
                                         ? vacc_find(world->account, (uint64_t)number)
                                         : vacc_find_client(world->account, oid);
    if (order == NULL || !vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        fail(out, "Cannot modify canceled or filled order");
        return;
    }
    const char *words = place_order(world, order_raw, &status);
    if (words != NULL) {
        fail(out, words);
    } else {
        answer_default(out);
    }
}

// ---- the rest of the actions -------------------------------------------------------------------

static void schedule_cancel(const struct vsim_world *world, struct slice time, struct text *out) {
    int64_t until_ms = 0, now_ms = world->now_ns / NS_PER_MS;
    if (vacc_fault(world->account, VACC_FAULT_REJECT)) {
        fail(out, "Cannot set scheduled cancel time until enough volume traded. Required: "
                  "$1000000. Traded: $373.47205.");
        return;
    }
    if (time.size > 0 &&
        (!decimal_parse(time, 0, &until_ms) || until_ms < now_ms + SCHEDULE_MIN_MS ||
         until_ms > now_ms + 10 * (int64_t)DAY_MS)) {
        fail(out, "Scheduled cancel time too early, must be at least 5 seconds from now");
        return;
    }
    vacc_arm(world->account, VACC_ALL, until_ms * NS_PER_MS);
    answer_default(out);
}

static void set_leverage(const struct vsim_world *world, struct slice asset_text,
                         struct slice times_text, struct text *out) {
    int64_t asset, times;
    if (!decimal_parse(asset_text, 0, &asset) || asset < 0 || asset >= world->listing_count ||
        !decimal_parse(times_text, 0, &times) || times < 1 || times > 50) {
        fail(out, "Invalid leverage value");
        return;
    }
    world->account->leverage[asset] = (uint32_t)times;
    answer_default(out);
}

static void run_action(const struct vsim_world *world, struct slice raw, struct text *out) {
    struct action {
        struct slice type, orders, cancels, oid, order, time, asset, leverage;
    } action = {.type = {"", 0}};
    static const struct md_field fields[] = {
        {"type", offsetof(struct action, type)},
        {"orders", offsetof(struct action, orders)},
        {"cancels", offsetof(struct action, cancels)},
        {"oid", offsetof(struct action, oid)},
        {"order", offsetof(struct action, order)},
        {"time", offsetof(struct action, time)},
        {"asset", offsetof(struct action, asset)},
        {"leverage", offsetof(struct action, leverage)},
    };
    bool good = md_read_object(raw, fields, COUNT_OF(fields), &action);
    if (good && slice_equals(action.type, SLICE("order"))) {
        run_list(world, "order", action.orders, place_order, out);
    } else if (good && (slice_equals(action.type, SLICE("cancel")) ||
                        slice_equals(action.type, SLICE("cancelByCloid")))) {
        run_list(world, "cancel", action.cancels, cancel_order, out);
    } else if (good && slice_equals(action.type, SLICE("modify"))) {
        modify(world, action.oid, action.order, out);
    } else if (good && slice_equals(action.type, SLICE("scheduleCancel"))) {
        schedule_cancel(world, action.time, out);
    } else if (good && slice_equals(action.type, SLICE("updateLeverage"))) {
        set_leverage(world, action.asset, action.leverage, out);
    } else if (good && slice_equals(action.type, SLICE("noop"))) {
        answer_default(out);
    } else {
        fail(out, "Failed to deserialize the action");
    }
}

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
        run_action(world, payload.action, out);
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
