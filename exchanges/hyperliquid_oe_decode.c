// Answers and frames of Hyperliquid's private side: hyperliquid.md sections 3, 5.1 and 7.
#include "exchanges/hyperliquid_oe.h"
#include "exchanges/md_decode.h"

// ---- errors ------------------------------------------------------------------------------------

static bool has_word(struct slice text, const char *word) {
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= text.size; i++) {
        if (memcmp(text.data + i, word, size) == 0) {
            return true;
        }
    }
    return false;
}

static const char volume_words[] = "until enough volume traded";

// The venue has sentences, no codes; the tail of each differs from order to order.
static enum oe_error error_of(struct slice text) {
    static const struct {
        const char *words;
        enum oe_error error;
    } rows[] = {
        {"Order was never placed, already canceled, or filled", OE_ERROR_NO_ORDER},
        {"Cannot modify canceled or filled order", OE_ERROR_NO_ORDER},
        {"Post only order would have immediately matched", OE_ERROR_WOULD_TAKE},
        {"could not immediately match", OE_ERROR_NO_LIQUIDITY},
        {"No liquidity available", OE_ERROR_NO_LIQUIDITY},
        {"Insufficient margin", OE_ERROR_MARGIN},
        {"Insufficient spot balance", OE_ERROR_MARGIN},
        {"Must deposit", OE_ERROR_MARGIN},
        {"Reduce only order would increase", OE_ERROR_REDUCE_ONLY},
        {"divisible by tick size", OE_ERROR_PRICE},
        {"away from the reference price", OE_ERROR_PRICE},
        {"invalid price", OE_ERROR_PRICE},
        {"Invalid TP/SL price", OE_ERROR_PRICE},
        {"minimum value", OE_ERROR_SIZE},
        {"invalid size", OE_ERROR_SIZE},
        {"zero size", OE_ERROR_SIZE},
        {"open interest", OE_ERROR_LIMIT},
        {"open orders", OE_ERROR_LIMIT},
        {volume_words, OE_ERROR_LIMIT},
        {"Too many cumulative requests", OE_ERROR_RATE},
        {"too many pending post requests", OE_ERROR_RATE},
        {"Cannot track more than", OE_ERROR_LIMIT},
        {"does not exist", OE_ERROR_KEYS}, // "User or API Wallet 0x… does not exist."
        {"Vault not registered", OE_ERROR_KEYS},
        {"nonce", OE_ERROR_NONCE},
        {"expire", OE_ERROR_CLOCK},
        {"Builder fee has not been approved", OE_ERROR_REQUEST},
        {"deserialize", OE_ERROR_REQUEST},
        {"Error parsing JSON", OE_ERROR_REQUEST},
        {"uplicate cloid", OE_ERROR_DUPLICATE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (has_word(text, rows[i].words)) {
            return rows[i].error;
        }
    }
    return OE_ERROR_OTHER;
}

static void emit_failure(struct oe *oe, const struct oe_call *call, struct slice text,
                         struct oe_sink *sink) {
    struct hyperliquid *own = oe->state;
    struct hyperliquid_replaced *replaced =
        call->kind == OE_AMEND ? hyperliquid_replaced_by(own, call->tag) : NULL;
    bool ended = replaced != NULL && replaced->ended;
    if (replaced != NULL) {
        *replaced = (struct hyperliquid_replaced){0};
    }
    if (ended) { // the first order is gone, and the second was refused
        oe_emit_text(sink, OE_EVENT_UNKNOWN, call, text);
        return;
    }
    oe_emit_refused(sink, call, error_of(text), text);
    if (call->kind == OE_DEADMAN && has_word(text, volume_words)) {
        own->deadman_refused_ns = call->now_ns;
        struct oe_event off = oe_event_for(OE_EVENT_DEADMAN, call);
        sink->on_event(sink, &off);
        oe_emit_text(sink, OE_EVENT_NOTICE, call, text);
    }
}

// ---- actions -----------------------------------------------------------------------------------

// {"resting":{"oid":1}}, {"filled":{…,"oid":1}}, {"error":"…"} or a word. True: it was refused, or
// cannot be read.
static bool read_verdict(struct slice raw, struct slice *venue_id, struct slice *client_id,
                         struct slice *error) {
    struct verdict {
        struct slice resting, filled, error;
    } verdict = {.error = {"", 0}};
    static const struct md_field fields[] = {
        {"resting", offsetof(struct verdict, resting)},
        {"filled", offsetof(struct verdict, filled)},
        {"error", offsetof(struct verdict, error)},
    };
    struct ids {
        struct slice oid, cloid;
    } ids = {.oid = {"", 0}};
    static const struct md_field id_fields[] = {
        {"oid", offsetof(struct ids, oid)},
        {"cloid", offsetof(struct ids, cloid)},
    };
    if (raw.size == 0 || raw.data[0] != '{') {
        return false; // "success", "waitingForFill", "waitingForTrigger"
    }
    if (!md_read_object(raw, fields, COUNT_OF(fields), &verdict)) {
        return true;
    }
    struct slice inside = verdict.resting.size > 0 ? verdict.resting : verdict.filled;
    if (verdict.error.size == 0 && md_read_object(inside, id_fields, COUNT_OF(id_fields), &ids)) {
        *venue_id = ids.oid;
        *client_id = ids.cloid;
        return false;
    }
    *error = verdict.error;
    return true;
}

// The first of `statuses`; actions here are of one order each.
static bool first_status(struct slice data, struct slice *out) {
    struct statuses {
        struct slice list;
    } statuses = {.list = {"", 0}};
    static const struct md_field fields[] = {{"statuses", offsetof(struct statuses, list)}};
    struct json r;
    if (!md_read_object(data, fields, COUNT_OF(fields), &statuses)) {
        return false;
    }
    json_init(&r, statuses.list);
    json_array_begin(&r);
    if (!json_array_next(&r)) {
        return false;
    }
    *out = json_raw(&r);
    return !r.failed;
}

static void decode_taken(struct oe *oe, const struct oe_call *call, struct slice data,
                         struct slice whole, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    struct slice status, error = {"", 0};
    bool has_statuses = first_status(data, &status);
    if (!has_statuses && (call->kind == OE_PLACE || call->kind == OE_CANCEL)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, call, whole); // an order without a verdict
        return;
    }
    if (has_statuses && read_verdict(status, &event.venue_id, &event.client_id, &error)) {
        if (error.size > 0) {
            emit_failure(oe, call, error, sink);
        } else {
            oe_emit_text(sink, OE_EVENT_UNKNOWN, call, whole);
        }
        return;
    }
    if (call->kind == OE_DEADMAN) { // armed as long as was asked: the answer tells no time
        event.kind = OE_EVENT_DEADMAN;
        event.deadman.until_ns =
            call->countdown_ms == 0 ? 0 : call->now_ns + call->countdown_ms * NS_PER_MS;
    }
    sink->on_event(sink, &event);
}

// {"status":"ok","response":{"type":…,"data":…}} or {"status":"err","response":"…"}. False: it is
// neither.
static bool decode_action(struct oe *oe, const struct oe_call *call, struct slice payload,
                          struct oe_sink *sink) {
    struct answer {
        struct slice status, response;
    } answer = {.status = {"", 0}};
    static const struct md_field fields[] = {
        {"status", offsetof(struct answer, status)},
        {"response", offsetof(struct answer, response)},
    };
    struct response {
        struct slice type, data;
    } response = {.type = {"", 0}};
    static const struct md_field response_fields[] = {
        {"type", offsetof(struct response, type)},
        {"data", offsetof(struct response, data)},
    };
    if (!md_read_object(payload, fields, COUNT_OF(fields), &answer)) {
        return false;
    }
    if (slice_equals(answer.status, SLICE("err"))) {
        emit_failure(oe, call, answer.response, sink);
        return true;
    }
    if (!slice_equals(answer.status, SLICE("ok")) ||
        !md_read_object(answer.response, response_fields, COUNT_OF(response_fields), &response)) {
        return false;
    }
    decode_taken(oe, call, response.data, payload, sink);
    return true;
}

// ---- what was asked ----------------------------------------------------------------------------

static bool decode_info(struct oe *oe, const struct oe_call *call, struct slice body,
                        struct oe_sink *sink) {
    switch ((int)call->kind) {
    case OE_RULES:
        return hyperliquid_decode_meta(oe, call, body, sink);
    case OE_KEYS:
        return hyperliquid_decode_agents(oe, call, body, sink);
    case OE_QUERY:
        return hyperliquid_decode_status(oe, call, body, sink);
    case OE_OPEN_ORDERS:
        return hyperliquid_decode_orders(oe, call, body, sink);
    case OE_FILLS:
        return hyperliquid_decode_fills(oe, call, body, true, sink);
    case OE_POSITIONS:
    case OE_BALANCES:
        return hyperliquid_decode_state(oe, call, body, sink);
    case OE_FEES:
        return hyperliquid_decode_fees(call, body, sink);
    case OE_FUNDING_PAID:
        return hyperliquid_decode_fundings(oe, call, body, sink);
    default: // leverage, dead-man's switch
        return decode_action(oe, call, body, sink);
    }
}

void hyperliquid_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                               struct slice headers, struct slice body, struct oe_sink *sink) {
    (void)headers; // Hyperliquid tells no used weight
    if (http_status == 422) {
        oe_emit_refused(sink, call, OE_ERROR_REQUEST, body);
    } else if (http_status != 200) {
        oe_emit_http(sink, call, http_status, body);
    } else if (!decode_info(oe, call, body, sink)) {
        oe_emit_text(sink, oe_call_changes(call->kind) ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call,
                     body);
    }
}

// ---- frames ------------------------------------------------------------------------------------

// The number of a post: the call's kind and tag.
static bool read_post_id(struct slice text, struct oe_call *call) {
    int64_t id;
    if (!decimal_parse(text, 0, &id) || id <= 0 || (id & 31) >= OE_CALL_KIND_COUNT ||
        id >> 5 == 0 || id >> 5 > UINT32_MAX) {
        return false;
    }
    _Static_assert(OE_CALL_KIND_COUNT <= 32, "five bits");
    call->kind = (enum oe_call_kind)(id & 31);
    call->tag = (uint32_t)(id >> 5);
    return true;
}

static bool decode_post(struct oe *oe, struct slice data, int64_t now_ns, struct oe_sink *sink) {
    struct post {
        struct slice id, response;
    } post = {.id = {"", 0}};
    static const struct md_field fields[] = {
        {"id", offsetof(struct post, id)},
        {"response", offsetof(struct post, response)},
    };
    struct response {
        struct slice type, payload;
    } response = {.type = {"", 0}};
    static const struct md_field response_fields[] = {
        {"type", offsetof(struct response, type)},
        {"payload", offsetof(struct response, payload)},
    };
    struct oe_call call = {.symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    if (!md_read_object(data, fields, COUNT_OF(fields), &post) || !read_post_id(post.id, &call)) {
        return false;
    }
    if (!md_read_object(post.response, response_fields, COUNT_OF(response_fields), &response)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, &call, data);
    } else if (slice_equals(response.type, SLICE("error"))) {
        // Only words we know say that it was not carried out.
        if (error_of(response.payload) == OE_ERROR_OTHER) {
            oe_emit_text(sink, OE_EVENT_UNKNOWN, &call, response.payload);
        } else {
            emit_failure(oe, &call, response.payload, sink);
        }
    } else if (!decode_action(oe, &call, response.payload, sink)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, &call, response.payload);
    }
    return true;
}

// {"method":"subscribe","subscription":{"type":"orderUpdates","user":"0x…"}}
static bool decode_acknowledgement(struct hyperliquid *own, struct slice data,
                                   struct oe_sink *sink) {
    struct acknowledgement {
        struct slice method, subscription;
    } row = {.method = {"", 0}};
    static const struct md_field fields[] = {
        {"method", offsetof(struct acknowledgement, method)},
        {"subscription", offsetof(struct acknowledgement, subscription)},
    };
    struct subscription {
        struct slice type, user;
    } what = {.type = {"", 0}};
    static const struct md_field what_fields[] = {
        {"type", offsetof(struct subscription, type)},
        {"user", offsetof(struct subscription, user)},
    };
    if (!md_read_object(data, fields, COUNT_OF(fields), &row) ||
        !md_read_object(row.subscription, what_fields, COUNT_OF(what_fields), &what)) {
        return false;
    }
    uint32_t before = own->acknowledged;
    for (uint32_t i = 0; i < HYPERLIQUID_STREAMS; i++) {
        bool is_it = slice_equals(what.type, slice_of(hyperliquid_streams[i])) &&
                     hyperliquid_is_address(what.user, own->account) &&
                     slice_equals(row.method, SLICE("subscribe"));
        own->acknowledged |= is_it ? 1U << i : 0;
    }
    bool all = own->acknowledged == (1U << HYPERLIQUID_STREAMS) - 1;
    if (all && before != own->acknowledged) {
        oe_emit_session_on(sink, NULL, 0);
    } else {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    }
    return true;
}

// "too many pending post requests id=7" is about a post; the rest is for a person.
static void decode_error(struct oe *oe, struct slice text, int64_t now_ns, struct oe_sink *sink) {
    static const char id_word[] = "post requests id=";
    struct oe_call call = {.symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    for (size_t i = 0; i + sizeof(id_word) - 1 < text.size; i++) {
        size_t from = i + sizeof(id_word) - 1;
        if (memcmp(text.data + i, id_word, sizeof(id_word) - 1) == 0 &&
            read_post_id((struct slice){text.data + from, text.size - from}, &call)) {
            emit_failure(oe, &call, text, sink);
            return;
        }
    }
    if (slice_starts(text, SLICE("Already subscribed")) ||
        slice_starts(text, SLICE("Already unsubscribed"))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
        return;
    }
    oe_emit_text(sink, OE_EVENT_NOTICE, NULL, text);
}

// {"isSnapshot":true,"user":"0x…","fills":[…]}
static bool decode_user_fills(struct oe *oe, struct slice data, struct oe_sink *sink) {
    struct push {
        struct slice snapshot, fills;
    } push = {.snapshot = {"", 0}};
    static const struct md_field fields[] = {
        {"isSnapshot", offsetof(struct push, snapshot)},
        {"fills", offsetof(struct push, fills)},
    };
    return md_read_object(data, fields, COUNT_OF(fields), &push) &&
           hyperliquid_decode_fills(oe, NULL, push.fills,
                                    slice_equals(push.snapshot, SLICE("true")), sink);
}

// Other dexes of the same venue have states of their own; "" is the main one.
static bool decode_state_push(struct oe *oe, struct slice data, struct oe_sink *sink) {
    struct push {
        struct slice dex, state;
    } push = {.dex = {"", 0}};
    static const struct md_field fields[] = {
        {"dex", offsetof(struct push, dex)},
        {"clearinghouseState", offsetof(struct push, state)},
    };
    if (!md_read_object(data, fields, COUNT_OF(fields), &push)) {
        return false;
    }
    return push.dex.size > 0 || hyperliquid_decode_state(oe, NULL, push.state, sink);
}

static bool decode_channel(struct oe *oe, struct slice channel, struct slice data, int64_t now_ns,
                           struct oe_sink *sink) {
    if (slice_equals(channel, SLICE("post"))) {
        return decode_post(oe, data, now_ns, sink);
    }
    if (slice_equals(channel, SLICE("orderUpdates"))) {
        return hyperliquid_decode_updates(oe, data, sink);
    }
    if (slice_equals(channel, SLICE("userFills"))) {
        return decode_user_fills(oe, data, sink);
    }
    if (slice_equals(channel, SLICE("user"))) {
        return hyperliquid_decode_user(oe, data, sink);
    }
    if (slice_equals(channel, SLICE("clearinghouseState"))) {
        return decode_state_push(oe, data, sink);
    }
    if (slice_equals(channel, SLICE("subscriptionResponse"))) {
        return decode_acknowledgement(oe->state, data, sink);
    }
    if (slice_equals(channel, SLICE("pong"))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
        return true;
    }
    if (slice_equals(channel, SLICE("error"))) {
        decode_error(oe, data, now_ns, sink);
        return true;
    }
    return false;
}

void hyperliquid_decode_frame(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                              struct oe_sink *sink) {
    (void)socket;
    struct push {
        struct slice channel, data;
    } push = {.channel = {"", 0}};
    static const struct md_field fields[] = {
        {"channel", offsetof(struct push, channel)},
        {"data", offsetof(struct push, data)},
    };
    if (slice_starts(frame, SLICE("Websocket connection established"))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL); // the one text that is no JSON
    } else if (!md_read_object(frame, fields, COUNT_OF(fields), &push) ||
               !decode_channel(oe, push.channel, push.data, now_ns, sink)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, frame);
    }
}
