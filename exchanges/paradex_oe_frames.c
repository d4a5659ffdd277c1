// Frames of Paradex's private socket, answers and pushes: paradex.md sections 3 and 5. What rows
// say is in paradex_oe_rows.c.
#include "exchanges/md_decode.h"
#include "exchanges/paradex_oe.h"

// ---- answers on the socket ---------------------------------------------------------------------

struct frame {
    struct slice id, method, params, result, error;
};

struct failure {
    struct paradex_verdict verdict;
    struct text text;
    char text_data[PARADEX_TEXT_MAX];
};

static void read_failure(struct slice error, struct failure *failure) {
    struct error {
        struct slice code, message, data;
    } told;
    static const struct md_field fields[] = {
        {"code", offsetof(struct error, code)},
        {"message", offsetof(struct error, message)},
        {"data", offsetof(struct error, data)},
    };
    int64_t code = 0;
    failure->text = TEXT_OVER(failure->text_data);
    if (!md_read_members(error, fields, COUNT_OF(fields), &told) ||
        !decimal_parse(told.code, 0, &code)) {
        failure->verdict = (struct paradex_verdict){OE_ERROR_OTHER, false};
        text_add(&failure->text, error);
        return;
    }
    if (!paradex_find_error(told.data, &failure->verdict) &&
        !paradex_find_error(told.message, &failure->verdict)) {
        failure->verdict = paradex_verdict_of_code(code);
    }
    text_add(&failure->text, told.message);
    if (told.data.size > 0) {
        text_add_char(&failure->text, ' ');
        text_add(&failure->text, told.data);
    }
}

static void lose_session(struct paradex *paradex, const struct failure *failure,
                         struct oe_sink *sink) {
    paradex->authenticated = false;
    paradex_forget_token(paradex);
    oe_emit_session_off(sink, NULL, 0, failure->verdict.error, text_slice(&failure->text));
}

static void decode_failure(struct oe *oe, const struct oe_call *call, struct slice error,
                           struct oe_sink *sink) {
    struct failure failure;
    read_failure(error, &failure);
    oe_emit_failure(sink, call, failure.verdict.error, failure.verdict.lost,
                    text_slice(&failure.text));
    if (failure.verdict.error == OE_ERROR_LOGIN) {
        lose_session(oe->state, &failure, sink);
    }
}

static void tell_deadman(const struct oe_call *call, bool enabled, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_DEADMAN, call);
    event.deadman.until_ns = enabled ? INT64_MAX : 0; // as long as the connection lives
    sink->on_event(sink, &event);
}

// False: no such answer.
static bool read_enabled(struct slice result, bool *enabled) {
    struct slice word;
    static const struct md_field field = {"enabled", 0};
    *enabled = md_read_members(result, &field, 1, &word) && slice_equals(word, SLICE("true"));
    return *enabled || slice_equals(word, SLICE("false"));
}

static bool decode_cancelled(const struct oe_call *call, struct slice result,
                             struct oe_sink *sink) {
    struct cancelled {
        struct slice id, status;
    } told;
    static const struct md_field fields[] = {
        {"order_id", offsetof(struct cancelled, id)},
        {"status", offsetof(struct cancelled, status)},
    };
    if (!md_read_members(result, fields, COUNT_OF(fields), &told)) {
        return false;
    }
    if (slice_equals(told.status, SLICE("ALREADY_CLOSED")) ||
        slice_equals(told.status, SLICE("NOT_FOUND"))) {
        oe_emit_refused(sink, call, OE_ERROR_NO_ORDER, told.status);
        return true;
    }
    if (!slice_equals(told.status, SLICE("QUEUED_FOR_CANCELLATION"))) {
        return false;
    }
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    event.venue_id = told.id;
    sink->on_event(sink, &event);
    return true;
}

static bool decode_result(struct oe *oe, const struct oe_call *call, struct slice result,
                          struct oe_sink *sink) {
    struct slice value;
    bool enabled;
    switch ((int)call->kind) {
    case OE_PLACE:
    case OE_AMEND: {
        static const struct md_field field = {"order", 0};
        return md_read_members(result, &field, 1, &value) &&
               paradex_decode_accepted(oe, call, value, sink);
    }
    case OE_CANCEL:
        return decode_cancelled(call, result, sink);
    case OE_CANCEL_ALL: {
        static const struct md_field field = {"status", 0};
        if (!md_read_members(result, &field, 1, &value) || !slice_equals(value, SLICE("ok"))) {
            return false;
        }
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
        return true;
    }
    case OE_DEADMAN:
        if (!read_enabled(result, &enabled)) {
            return false;
        }
        tell_deadman(call, enabled, sink);
        return true;
    default:
        return false; // not asked on the socket
    }
}

// ---- the greeting ------------------------------------------------------------------------------

// A channel that orders can do without may be refused; without the others nothing is to be traded.
static void decode_greeting_failure(struct paradex *paradex, uint32_t step, struct slice error,
                                    struct oe_sink *sink) {
    struct failure failure;
    read_failure(error, &failure);
    if (step == PARADEX_STEP_AUTH) {
        lose_session(paradex, &failure, sink);
        return;
    }
    if (step >= PARADEX_STEP_CHANNELS + PARADEX_CHANNELS_NEEDED) {
        paradex->answered |= 1U << step;
    }
    oe_emit_text(sink, OE_EVENT_NOTICE, NULL, text_slice(&failure.text));
}

static bool decode_greeting(struct paradex *paradex, uint32_t step, struct slice result,
                            struct oe_sink *sink) {
    bool enabled;
    if (step == PARADEX_STEP_AUTH) {
        paradex->authenticated = true;
        oe_emit_session_on(sink, NULL, 0);
    } else if (step == PARADEX_STEP_DEADMAN) {
        if (!read_enabled(result, &enabled) || !enabled) {
            return false;
        }
        tell_deadman(NULL, true, sink);
    } else {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    }
    paradex->answered |= 1U << step;
    return true;
}

static bool decode_reply(struct oe *oe, const struct frame *frame, int64_t now_ns,
                         struct oe_sink *sink) {
    enum { STEP_LAST = PARADEX_STEP_CHANNELS + PARADEX_CHANNELS - 1 };
    struct oe_call call = {.symbol = OE_SYMBOL_NONE, .now_ns = now_ns};
    int64_t id;
    bool failed = frame->error.size > 0;
    if (!decimal_parse(frame->id, 0, &id) || (!failed && frame->result.size == 0)) {
        return false;
    }
    if (paradex_read_id(id, &call)) {
        if (failed) {
            decode_failure(oe, &call, frame->error, sink);
        } else if (!decode_result(oe, &call, frame->result, sink)) {
            paradex_emit_unreadable(&call, frame->result, sink);
        }
        return true;
    }
    if (id < PARADEX_STEP_AUTH || id > STEP_LAST) {
        return false;
    }
    if (failed) {
        decode_greeting_failure(oe->state, (uint32_t)id, frame->error, sink);
        return true;
    }
    return decode_greeting(oe->state, (uint32_t)id, frame->result, sink);
}

// ---- pushes ------------------------------------------------------------------------------------

static bool decode_push(const struct oe *oe, struct slice params, struct oe_sink *sink) {
    struct push {
        struct slice channel, data;
    } push;
    static const struct md_field fields[] = {
        {"channel", offsetof(struct push, channel)},
        {"data", offsetof(struct push, data)},
    };
    if (!md_read_members(params, fields, COUNT_OF(fields), &push)) {
        return false;
    }
    if (slice_starts(push.channel, SLICE("orders."))) {
        return paradex_decode_order(oe, NULL, push.data, sink);
    }
    if (slice_starts(push.channel, SLICE("fills."))) {
        return paradex_decode_fill(oe, NULL, push.data, sink);
    }
    if (slice_equals(push.channel, SLICE("positions"))) {
        return paradex_decode_position(oe, NULL, push.data, sink);
    }
    if (slice_equals(push.channel, SLICE("account"))) {
        return paradex_decode_account(NULL, push.data, sink);
    }
    if (slice_starts(push.channel, SLICE("funding_payments."))) {
        return paradex_decode_funding(oe, NULL, push.data, sink);
    }
    if (slice_equals(push.channel, SLICE("tradebusts"))) { // a fill was taken back
        oe_emit_text(sink, OE_EVENT_NOTICE, NULL, push.data);
        return true;
    }
    return false;
}

void paradex_decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                          struct oe_sink *sink) {
    (void)socket;
    struct frame frame;
    static const struct md_field fields[] = {
        {"id", offsetof(struct frame, id)},         {"method", offsetof(struct frame, method)},
        {"params", offsetof(struct frame, params)}, {"result", offsetof(struct frame, result)},
        {"error", offsetof(struct frame, error)},
    };
    bool good = md_read_members(text, fields, COUNT_OF(fields), &frame);
    if (good && slice_equals(frame.method, SLICE("subscription"))) {
        good = decode_push(oe, frame.params, sink);
    } else if (good) {
        good = decode_reply(oe, &frame, now_ns, sink);
    }
    if (!good) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    }
}
