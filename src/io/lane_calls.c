// Requests: encoded, paid for, sent, remembered until their answer comes or is lost; and the events
// that answers and streams are made of, handed to whom they concern.
#include <inttypes.h>
#include <openssl/crypto.h>

#include "base/log.h"
#include "io/lane_private.h"

enum { NOT_NOW_MS = 100, UPKEEP_RETRY_MS = 1000, UPKEEP_RETRY_MAX_MS = 5000 };

struct lane_order *lane_call_order(const struct lane_call *row) {
    return row->order != NULL && row->order->order == row->order_id ? row->order : NULL;
}

// The row of the next tag. Not the row whose answer is being read, though it be over: what the
// answer leads to would be taken for it.
static struct lane_call *next_free_row(struct lane *lane) {
    for (uint32_t i = 0; i < LANE_CALLS_MAX; i++) {
        lane->next_tag = lane->next_tag == UINT32_MAX ? LANE_CALLS_MAX : lane->next_tag + 1;
        struct lane_call *row = &lane->calls[lane->next_tag % LANE_CALLS_MAX];
        if (!row->busy && row != lane->answering) {
            return row;
        }
    }
    return NULL;
}

static struct lane_call *row_of(struct lane *lane, uint32_t tag) {
    struct lane_call *row = &lane->calls[tag % LANE_CALLS_MAX];
    return tag != 0 && row->busy && row->call.tag == tag ? row : NULL;
}

static struct slice keep(char *out, size_t capacity, struct slice from) {
    (void)string_copy(out, capacity, from.data != NULL ? from : SLICE(""));
    return slice_of(out);
}

static void remember(struct lane *lane, struct lane_call *row, const struct oe_call *call,
                     struct lane_order *order) {
    const struct oe_message *message = lane->message;
    row->call = *call;
    row->call.client_id = keep(row->client_id, sizeof(row->client_id), call->client_id);
    row->call.venue_id = keep(row->venue_id, sizeof(row->venue_id), call->venue_id);
    row->call.cursor = keep(row->cursor, sizeof(row->cursor), call->cursor);
    row->busy = true;
    row->concluded = false;
    row->way = message->way;
    row->socket = message->socket;
    row->number = message->number;
    row->order = order;
    row->order_id = order != NULL ? order->order : 0;
    if (order != NULL && call->kind == OE_PLACE) {
        order->number = message->number;
    }
    row->sent_ms = lane_loop_ms(lane);
    row->sent_mono_ns = mono_now_ns();
}

void lane_answered(struct lane *lane, struct lane_call *row) {
    if (row->busy) {
        histogram_add(&lane->stats.answer_ns, (uint64_t)(mono_now_ns() - row->sent_mono_ns));
        counter_add(&lane->stats.answers, 1);
    }
    row->busy = false;
}

// ---- answers by REST ---------------------------------------------------------------------------

// Nothing came back, or nothing that can be read: what changes something is unknown, what only asks
// is asked again.
static void lost(struct lane *lane, struct lane_call *row, const char *why) {
    struct lane_order *order = lane_call_order(row);
    row->busy = false;
    if (order != NULL) {
        lane_order_lost(lane, order, row->call.kind, why);
    } else if (row->call.kind == OE_DEADMAN) {
        lane_deadman_failed(lane, row->call.symbol, OE_ERROR_OTHER, slice_of(why));
    } else {
        lane_explain(lane, "%s: %s", oe_call_name(row->call.kind), why);
        lane_list_failed(lane, row, OE_ERROR_OTHER);
    }
}

static void unused(struct lane *lane, const struct lane_call *row) {
    if (row->number != 0 && lane->oe.venue->number_unused != NULL) {
        lane->oe.venue->number_unused(&lane->oe, row->number);
    }
}

static void not_sent(struct lane *lane, struct lane_call *row, const char *why) {
    struct lane_order *order = lane_call_order(row);
    unused(lane, row);
    row->busy = false;
    if (order != NULL) {
        lane_order_refused(lane, order, row->call.kind, OE_ERROR_BUSY, slice_of(why));
    } else if (row->call.kind == OE_DEADMAN) {
        lane_deadman_failed(lane, row->call.symbol, OE_ERROR_OTHER, slice_of(why));
    } else {
        lane_list_failed(lane, row, OE_ERROR_OTHER);
    }
}

// Told by the status, the header and the body of one answer, it counts once.
static void too_many(struct lane *lane, int64_t retry_after_ms) {
    if (!lane->limited) {
        counter_add(&lane->stats.refused_rate, 1);
        rate_refused(&lane->rate, retry_after_ms, lane_now_ns(lane));
    }
    lane->limited = true;
}

static void on_answer(void *arg, uint64_t tag, const struct http_answer *answer) {
    struct lane *lane = arg;
    struct lane_call *row = row_of(lane, (uint32_t)tag);
    if (row == NULL || lane->stopping) {
        return; // given up meanwhile
    }
    lane_enter(lane);
    lane->limited = false;
    if (answer->result == HTTP_LIMITED || answer->retry_after_s > 0) {
        too_many(lane, answer->retry_after_s * 1000);
    }
    if (answer->result == HTTP_CONNECT_FAILED) {
        lane_explain(lane, "REST: %.80s", answer->text);
        not_sent(lane, row, "no connection: nothing was sent");
    } else if (answer->result == HTTP_TIMEOUT || answer->result == HTTP_BROKEN) {
        counter_add(&lane->stats.timeouts, 1);
        lost(lane, row, "no whole answer");
    } else {
        lane->answering = row;
        lane->oe.venue->decode_answer(&lane->oe, &row->call, (uint32_t)answer->status,
                                      answer->headers, answer->body, &lane->sink);
        if (row->busy && !row->concluded) {
            lost(lane, row, "an answer that cannot be read");
        }
        lane_answered(lane, row);
        lane->answering = NULL;
        if (answer->result == HTTP_OK && !lane->limited) {
            rate_accepted(&lane->rate);
        }
    }
    lane_leave(lane);
}

// ---- sending -----------------------------------------------------------------------------------

static bool send_rest(struct lane *lane, const struct lane_call *row) {
    struct oe_message *message = lane->message;
    char url[URL_HOST_MAX + 16 + OE_PATH_MAX];
    struct text text = TEXT_OVER(url);
    // Some calls have a host of their own, unless everything of the venue is elsewhere.
    bool own_host = message->rest != NULL && lane->config.rest == NULL;
    text_add_string(&text, own_host ? message->rest : lane->rest);
    text_add(&text, text_slice(&message->path));
    struct http_request request = {.method = message->method,
                                   .url = url,
                                   .headers = message->headers_data,
                                   .body = message->body_data,
                                   .once = oe_call_changes(row->call.kind),
                                   .timeout_ms = LANE_ANSWER_MS,
                                   .on_done = on_answer,
                                   .arg = lane,
                                   .tag = row->call.tag};
    bool sent = !text.truncated && http_send(lane->http, &request) == STATUS_OK;
    OPENSSL_cleanse(url, sizeof(url));
    return sent;
}

// What lowers risk, or says what became of an order; and every question before the first answer,
// when no order can be sent anyway.
static bool is_urgent(struct lane *lane, const struct lane_order *order,
                      const struct oe_call *call) {
    enum oe_call_kind kind = call->kind;
    bool for_ended = kind == OE_FILLS && lane_orders_any(lane, LANE_ORDER_ENDING);
    return !lane->reconciled || kind == OE_CANCEL || kind == OE_CANCEL_ALL || kind == OE_DEADMAN ||
           kind == OE_QUERY || kind == OE_LOGIN || kind == OE_REFRESH || kind == OE_NONCE ||
           for_ended || lane_list_presses(lane, call) || (order != NULL && order->urgent);
}

static enum status send_message(struct lane *lane, struct lane_call *row,
                                const struct oe_call *call, struct lane_order *order,
                                int64_t *retry_ms) {
    struct oe_message *message = lane->message;
    int64_t now_ns = lane_now_ns(lane);
    int64_t when_ns =
        rate_when_ns(&lane->rate, &message->cost, is_urgent(lane, order, call), now_ns);
    bool full = message->way == OE_WAY_REST && http_active(lane->http) >= LANE_REQUESTS_MAX;
    struct lane_call none = {.number = message->number};
    if (when_ns > now_ns || full) {
        unused(lane, &none);
        *retry_ms = full ? NOT_NOW_MS : (when_ns - now_ns) / NS_PER_MS + 1;
        return status_fail(STATUS_UNAVAILABLE,
                           full ? "too many requests on the way" : "the venue's rate limit");
    }
    remember(lane, row, call, order);
    bool sent = message->way == OE_WAY_REST
                    ? send_rest(lane, row)
                    : lane_socket_send(lane, message->socket, text_slice(&message->body));
    if (!sent) {
        unused(lane, row);
        row->busy = false;
        *retry_ms = NOT_NOW_MS;
        return status_fail(STATUS_UNAVAILABLE, "no connection to send it on");
    }
    rate_take(&lane->rate, &message->cost, now_ns);
    lane->read_ms = oe_call_changes(call->kind) ? 0 : lane_loop_ms(lane);
    counter_add(&lane->stats.sent, 1);
    return STATUS_OK;
}

enum status lane_call(struct lane *lane, const struct oe_call *call, struct lane_order *order,
                      int64_t *retry_ms) {
    struct oe_call own = *call;
    *retry_ms = NOT_NOW_MS;
    struct lane_call *row = next_free_row(lane);
    if (row == NULL) {
        return status_fail(STATUS_UNAVAILABLE, "too many requests on the way");
    }
    own.tag = lane->next_tag;
    own.now_ns = lane_venue_ns(lane);
    own.random = hash_mix(lane->config.seed ^ (uint64_t)own.now_ns << 20 ^ own.tag);
    int64_t start_ns = mono_now_ns();
    enum status status = oe_encode(&lane->oe, &own, lane->message);
    int64_t encoded_ns = mono_now_ns();
    if (status == STATUS_OK) {
        lane->order_cost = own.kind == OE_PLACE ? lane->message->cost : lane->order_cost;
        status = send_message(lane, row, &own, order, retry_ms);
    }
    if (status == STATUS_OK && own.kind == OE_PLACE) {
        struct stages *stages = engine_stages(lane->config.engine, lane->config.venue_index);
        histogram_add(&stages->encode_ns, (uint64_t)(encoded_ns - start_ns));
        histogram_add(&stages->write_ns, (uint64_t)(mono_now_ns() - encoded_ns));
    }
    OPENSSL_cleanse(lane->message->path_data, sizeof(lane->message->path_data));
    OPENSSL_cleanse(lane->message->headers_data, sizeof(lane->message->headers_data));
    OPENSSL_cleanse(lane->message->body_data, sizeof(lane->message->body_data));
    return status;
}

// ---- time --------------------------------------------------------------------------------------

static bool is_out(const struct lane *lane, enum oe_call_kind kind) {
    for (uint32_t i = 0; i < LANE_CALLS_MAX; i++) {
        if (lane->calls[i].busy && lane->calls[i].call.kind == kind) {
            return true;
        }
    }
    return false;
}

static void keep_up(struct lane *lane) {
    enum oe_call_kind kind = OE_LOGIN;
    int64_t now_ms = lane_loop_ms(lane), retry_ms;
    bool due = lane->oe.venue->upkeep != NULL &&
               lane->oe.venue->upkeep(&lane->oe, lane_venue_ns(lane), &kind) <= lane_venue_ns(lane);
    if (!due && lane->nonce_wanted) {
        kind = OE_NONCE;
        due = true;
    }
    if (!due || now_ms < lane->upkeep_due_ms || is_out(lane, kind)) {
        return;
    }
    struct oe_call call = {.kind = kind, .symbol = OE_SYMBOL_NONE};
    uint32_t doubled = lane->upkeep_attempts < 5 ? lane->upkeep_attempts : 5;
    int64_t wait_ms = (int64_t)UPKEEP_RETRY_MS << doubled;
    if (lane_call(lane, &call, NULL, &retry_ms) != STATUS_OK) {
        wait_ms = retry_ms;
        lane_explain(lane, "%s: %s", oe_call_name(kind), status_text());
    } else {
        lane->upkeep_attempts++; // until an answer says that it worked
    }
    lane->upkeep_due_ms = now_ms + (wait_ms < UPKEEP_RETRY_MAX_MS ? wait_ms : UPKEEP_RETRY_MAX_MS);
}

static void check_keys(struct lane *lane) {
    int64_t retry_ms;
    struct oe_call call = {.kind = OE_KEYS, .symbol = OE_SYMBOL_NONE};
    if (lane_keys_due(lane) && !is_out(lane, OE_KEYS) && lane_sockets_ready(lane) &&
        lane_call(lane, &call, NULL, &retry_ms) == STATUS_OK) {
        lane_keys_asked(lane);
    }
}

void lane_calls_tick(struct lane *lane) {
    int64_t now_ms = lane_loop_ms(lane);
    for (uint32_t i = 0; i < LANE_CALLS_MAX; i++) {
        struct lane_call *row = &lane->calls[i];
        // libcurl keeps the time of its own; the margin lets it speak first
        int64_t limit_ms = row->way == OE_WAY_REST ? 2 * LANE_ANSWER_MS : LANE_ANSWER_MS;
        if (row->busy && now_ms - row->sent_ms >= limit_ms) {
            counter_add(&lane->stats.timeouts, 1);
            lost(lane, row, "no answer in time");
            if (row->way == OE_WAY_SOCKET &&
                lane->sockets[row->socket].heard_ms <= row->sent_ms) { // nor anything else
                lane_socket_again(lane, row->socket, "no word since a request was sent");
            }
        }
    }
    keep_up(lane);
    check_keys(lane);
}

void lane_socket_lost(struct lane *lane, uint32_t socket) {
    for (uint32_t i = 0; i < LANE_CALLS_MAX; i++) {
        struct lane_call *row = &lane->calls[i];
        if (row->busy && row->way == OE_WAY_SOCKET && row->socket == socket) {
            lost(lane, row, "the connection was lost");
        }
    }
    lane_orders_ask_all(lane); // what happened meanwhile was told to nobody
}

// ---- events ------------------------------------------------------------------------------------

// Refused for what the request says: the venue has read it, and is not turning requests away.
static bool was_read(enum oe_error error) {
    return error != OE_ERROR_RATE && error != OE_ERROR_BUSY && error != OE_ERROR_KEYS &&
           error != OE_ERROR_OTHER;
}

static void on_refused(struct lane *lane, struct lane_call *row, const struct oe_event *event) {
    if (event->error == OE_ERROR_RATE) {
        too_many(lane, event->rate.retry_after_ms);
    } else if (was_read(event->error)) {
        rate_accepted(&lane->rate);
    }
    if (event->error == OE_ERROR_KEYS) {
        lane_keys_wrong(lane, row != NULL ? row->call.kind : OE_PLACE, event->text);
    }
    if (event->error == OE_ERROR_CLOCK && lane->config.doubt_clock != NULL) {
        lane->config.doubt_clock(lane->config.doubt_arg);
    }
    if (event->error == OE_ERROR_NONCE && (lane->oe.venue->calls & OE_BIT(OE_NONCE)) != 0) {
        lane->nonce_wanted = true;
        lane->upkeep_due_ms = 0;
    }
    if (row == NULL) {
        return;
    }
    struct lane_order *order = lane_call_order(row);
    row->busy = false;
    if (order != NULL) {
        lane_order_refused(lane, order, row->call.kind, event->error, event->text);
    } else if (row->call.kind == OE_DEADMAN) {
        lane_deadman_failed(lane, row->call.symbol, event->error, event->text);
    } else {
        log_warn(lane->oe.venue->name, "%s refused: %s: %.*s", oe_call_name(row->call.kind),
                 oe_error_name(event->error),
                 (int)(event->text.size < 120 ? event->text.size : 120),
                 event->text.size > 0 ? event->text.data : "");
        lane_explain(lane, "%s refused: %s: %.*s", oe_call_name(row->call.kind),
                     oe_error_name(event->error),
                     (int)(event->text.size < 60 ? event->text.size : 60),
                     event->text.size > 0 ? event->text.data : "");
        lane_list_failed(lane, row, event->error);
    }
}

static void on_session(struct lane *lane, const struct oe_event *event) {
    if (event->session.on) {
        lane->upkeep_attempts = 0;
        lane_keys_taken(lane, OE_BIT(OE_LOGIN));
        return;
    }
    if (event->error == OE_ERROR_KEYS) {
        lane_keys_wrong(lane, OE_LOGIN, event->text);
    }
    lane->upkeep_due_ms = 0;
    if (event->session.socket < OE_SOCKETS_MAX) {
        lane_socket_again(lane, event->session.socket, "the session is over");
    }
}

static void on_keys(struct lane *lane, const struct oe_event *event) {
    if (event->keys.can_trade) {
        lane_keys_taken(lane, OE_BIT(OE_KEYS) | OE_BIT(OE_PLACE));
    } else {
        lane_keys_wrong(lane, OE_KEYS, SLICE("the key may not trade"));
    }
    if (event->keys.can_withdraw) {
        log_warn(lane->oe.venue->name, "this key may withdraw: make one that may not");
    }
}

static void note(struct lane *lane, enum log_level level, const struct oe_event *event) {
    log_write(level, lane->oe.venue->name, "%s: %.*s", oe_event_name(event->kind),
              (int)(event->text.size < 160 ? event->text.size : 160),
              event->text.size > 0 ? event->text.data : "");
}

// An answer may be cut short or be none of the venue's: what it does not say is not known.
static bool concludes(const struct oe_event *event, enum oe_call_kind call) {
    switch (event->kind) {
    case OE_EVENT_ORDER:
        return call != OE_OPEN_ORDERS;
    case OE_EVENT_FILL:
    case OE_EVENT_POSITION:
    case OE_EVENT_BALANCE:
    case OE_EVENT_FEE:
    case OE_EVENT_FUNDING:
    case OE_EVENT_RATE:
    case OE_EVENT_NOTICE:
    case OE_EVENT_SURPRISE:
        return false;
    case OE_EVENT_ACCEPTED:
    case OE_EVENT_REJECTED:
    case OE_EVENT_UNKNOWN:
    case OE_EVENT_END:
    case OE_EVENT_SESSION:
    case OE_EVENT_NONCE:
    case OE_EVENT_KEYS:
    case OE_EVENT_DEADMAN:
    case OE_EVENT_REPLY:
    case OE_EVENT_ALIVE:
    case OE_EVENT_KIND_COUNT:
    default:
        return true;
    }
}

void lane_on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct lane *lane = (void *)((char *)sink - offsetof(struct lane, sink));
    struct lane_call *row = row_of(lane, event->tag);
    struct lane_order *order = row != NULL ? lane_call_order(row) : NULL;
    bool by_socket = row != NULL && row != lane->answering;
    if (row != NULL) {
        row->concluded = row->concluded || concludes(event, row->call.kind);
        bool taken = event->kind == OE_EVENT_ACCEPTED || event->kind == OE_EVENT_ORDER;
        lane->keys_refusals = taken && row->call.kind == OE_PLACE ? 0 : lane->keys_refusals;
    }
    switch (event->kind) {
    case OE_EVENT_ACCEPTED:
        if (order != NULL && row->call.kind == OE_PLACE) {
            lane_order_accepted(lane, order, event);
        }
        if (row != NULL) {
            lane_orders_outnumbered(lane, row);
        }
        rate_accepted(&lane->rate);
        break;
    case OE_EVENT_REJECTED:
        on_refused(lane, row, event);
        return;
    case OE_EVENT_UNKNOWN:
        if (row != NULL) {
            lost(lane, row, "the venue does not know");
        }
        return;
    case OE_EVENT_ORDER:
        lane_order_state(lane, event);
        break;
    case OE_EVENT_FILL:
        lane_order_fill(lane, event);
        return; // more of the same answer may follow
    case OE_EVENT_POSITION:
        lane_position(lane, event);
        return;
    case OE_EVENT_BALANCE:
        lane_balance(lane, event);
        return;
    case OE_EVENT_END:
        if (row != NULL) {
            lane_list_end(lane, row, event->end.cursor);
        }
        break;
    case OE_EVENT_SESSION:
        on_session(lane, event);
        break;
    case OE_EVENT_NONCE:
        lane_keys_taken(lane, OE_BIT(OE_NONCE));
        lane->nonce_wanted = false;
        lane->upkeep_attempts = 0;
        break;
    case OE_EVENT_KEYS:
        on_keys(lane, event);
        break;
    case OE_EVENT_RATE:
        rate_correct(&lane->rate, event->rate.bucket, event->rate.used, lane_now_ns(lane));
        return;
    case OE_EVENT_DEADMAN:
        lane_deadman_armed(lane, row != NULL ? row->call.symbol : event->symbol,
                           event->deadman.until_ns);
        if (row != NULL) {
            lane_orders_outnumbered(lane, row);
        }
        break;
    case OE_EVENT_REPLY:
        if (lane->heard != NULL && lane->heard->open) {
            (void)!ws_send(lane->heard->ws, event->text); // full queue: the venue's silence tells
        }
        break;
    case OE_EVENT_NOTICE:
        note(lane, LOG_WARN, event);
        break;
    case OE_EVENT_SURPRISE:
        counter_add(&lane->stats.surprises, 1);
        note(lane, LOG_WARN, event);
        break;
    case OE_EVENT_FEE:
    case OE_EVENT_FUNDING:
    case OE_EVENT_ALIVE:
    case OE_EVENT_KIND_COUNT:
    default:
        break;
    }
    if (by_socket && row->busy && event->snapshot == false) {
        lane_answered(lane, row);
    }
}
