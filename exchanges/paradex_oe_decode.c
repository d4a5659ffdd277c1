// Answers of Paradex's private calls: paradex.md sections 5 and 7. What rows say is in
// paradex_oe_rows.c.
#include "exchanges/header_lines.h"
#include "exchanges/md_decode.h"
#include "exchanges/paradex_oe.h"

static bool header_int(struct slice headers, const char *name, int64_t *out) {
    struct slice value;
    return header_find(headers, name, &value) && decimal_parse(value, 0, out) && *out >= 0 &&
           *out <= INT32_MAX;
}

// The headers do not name the limit they speak of: it is known by its size.
static void tell_rate(const struct oe_call *call, struct slice headers, struct oe_sink *sink) {
    int64_t limit, remaining, after_s = 0;
    if (!header_int(headers, "X-RateLimit-Limit", &limit) ||
        !header_int(headers, "X-RateLimit-Remaining", &remaining) || remaining > limit) {
        return;
    }
    (void)header_int(headers, "Retry-After", &after_s);
    for (uint32_t i = 0; i < OE_BUCKETS_MAX; i++) {
        if (paradex_oe.buckets[i].limit == limit) {
            struct oe_event event = oe_event_for(OE_EVENT_RATE, call);
            event.rate.bucket = i;
            event.rate.used = (uint32_t)(limit - remaining);
            event.rate.retry_after_ms = after_s * 1000;
            sink->on_event(sink, &event);
        }
    }
}

static void decode_refusal(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                           struct slice body, struct oe_sink *sink) {
    struct refusal {
        struct slice name, message;
    } refusal;
    static const struct md_field fields[] = {
        {"error", offsetof(struct refusal, name)},
        {"message", offsetof(struct refusal, message)},
    };
    char text_data[PARADEX_TEXT_MAX];
    struct text text = TEXT_OVER(text_data);
    struct paradex_verdict verdict;
    bool told = md_read_members(body, fields, COUNT_OF(fields), &refusal) && refusal.name.size > 0;
    if (!told || !paradex_find_error(refusal.name, &verdict)) {
        verdict = paradex_verdict_of_status(http_status);
    }
    if (http_status == 403 && !told) {
        verdict = (struct paradex_verdict){OE_ERROR_BUSY, false}; // a firewall's page
    }
    if (http_status == 429) {
        verdict = paradex_verdict_of_status(http_status); // whatever it is called
    }
    if (verdict.error == OE_ERROR_LOGIN && call->kind == OE_LOGIN) {
        verdict.error = OE_ERROR_KEYS; // there is nothing else to log in with
    } else if (verdict.error == OE_ERROR_LOGIN) {
        paradex_forget_token(oe->state);
    }
    if (told) {
        text_add(&text, refusal.name);
        text_add_char(&text, ' ');
        text_add(&text, refusal.message);
    }
    oe_emit_failure(sink, call, verdict.error, verdict.lost, told ? text_slice(&text) : body);
}

static bool decode_login(struct oe *oe, const struct oe_call *call, struct slice body,
                         struct oe_sink *sink) {
    struct paradex *paradex = oe->state;
    struct slice token;
    static const struct md_field field = {"jwt_token", 0};
    if (!md_read_members(body, &field, 1, &token) || !oe_is_plain(token, PARADEX_TOKEN_MAX - 1)) {
        return false;
    }
    paradex_forget_token(paradex);
    (void)string_copy(paradex->token, sizeof(paradex->token), token);
    paradex->token_ns = call->now_ns;
    oe_emit_session_on(sink, call, OE_SOCKETS_MAX);
    return true;
}

static bool decode_chain(struct oe *oe, const struct oe_call *call, struct slice body,
                         struct oe_sink *sink) {
    struct paradex *paradex = oe->state;
    struct slice chain;
    static const struct md_field field = {"starknet_chain_id", 0};
    if (!md_read_members(body, &field, 1, &chain) || chain.size == 0) {
        return false;
    }
    if (!slice_equals(chain, slice_of(paradex->chain))) {
        if (!paradex_set_chain(paradex, chain)) {
            return false;
        }
        oe_emit_text(sink, OE_EVENT_NOTICE, call, chain);
    }
    paradex->chain_told = true;
    oe_emit_end(sink, call, 1, (struct slice){"", 0});
    return true;
}

static bool decode_row(const struct oe *oe, const struct oe_call *call, struct slice row,
                       struct oe_sink *sink) {
    switch ((int)call->kind) {
    case OE_OPEN_ORDERS:
        return paradex_decode_order(oe, call, row, sink);
    case OE_FILLS:
        return paradex_decode_fill(oe, call, row, sink);
    case OE_POSITIONS:
        return paradex_decode_position(oe, call, row, sink);
    case OE_FEES:
        return paradex_decode_fees(oe, call, row, sink);
    default:
        return paradex_decode_funding(oe, call, row, sink);
    }
}

// {"next":…,"results":[…]}. A row that cannot be read spoils the list: it must not look whole.
static bool decode_list(const struct oe *oe, const struct oe_call *call, struct slice body,
                        struct oe_sink *sink) {
    struct list {
        struct slice next, results;
    } list;
    static const struct md_field fields[] = {
        {"next", offsetof(struct list, next)},
        {"results", offsetof(struct list, results)},
    };
    struct json r;
    uint32_t rows = 0;
    bool good = true;
    if (!md_read_members(body, fields, COUNT_OF(fields), &list) || list.results.size == 0 ||
        list.next.size > PARADEX_CURSOR_MAX || memchr(list.next.data, '\\', list.next.size)) {
        return false;
    }
    json_init(&r, list.results);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct slice row = json_raw(&r);
        if (row.size > 0) {
            good = decode_row(oe, call, row, sink) && good;
            rows++;
        }
    }
    if (!good || !json_end(&r)) {
        return false;
    }
    if (call->kind != OE_FEES) {
        oe_emit_end(sink, call, rows, list.next);
    }
    return true;
}

static bool decode_success(struct oe *oe, const struct oe_call *call, struct slice body,
                           struct oe_sink *sink) {
    switch ((int)call->kind) {
    case OE_RULES:
        return decode_chain(oe, call, body, sink);
    case OE_LOGIN:
        return decode_login(oe, call, body, sink);
    case OE_QUERY:
        return paradex_decode_order(oe, call, body, sink);
    case OE_BALANCES:
        if (!paradex_decode_account(call, body, sink)) {
            return false;
        }
        oe_emit_end(sink, call, 1, (struct slice){"", 0});
        return true;
    case OE_LEVERAGE: {
        struct slice leverage;
        static const struct md_field field = {"leverage", 0};
        if (!md_read_members(body, &field, 1, &leverage) || leverage.size == 0) {
            return false;
        }
        oe_emit(sink, OE_EVENT_ACCEPTED, call);
        return true;
    }
    default:
        return decode_list(oe, call, body, sink);
    }
}

void paradex_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                           struct slice headers, struct slice body, struct oe_sink *sink) {
    tell_rate(call, headers, sink);
    if (http_status < 200 || http_status > 299) {
        decode_refusal(oe, call, http_status, body, sink);
    } else if (!decode_success(oe, call, body, sink)) {
        // What logs in is a secret, and so may be a token that does not look like one.
        paradex_emit_unreadable(
            call, call->kind == OE_LOGIN ? SLICE("no token in the answer") : body, sink);
    }
}
