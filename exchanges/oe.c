// What all venues' order entry shares: an account's life, the checks before encoding, ids, events.
#include "exchanges/venue_oe.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/mman.h>

const char *oe_call_name(enum oe_call_kind kind) {
    static const char *const names[OE_CALL_KIND_COUNT] = {[OE_RULES] = "rules",
                                                          [OE_LOGIN] = "login",
                                                          [OE_REFRESH] = "refresh",
                                                          [OE_NONCE] = "nonce",
                                                          [OE_KEYS] = "keys",
                                                          [OE_PLACE] = "place",
                                                          [OE_CANCEL] = "cancel",
                                                          [OE_CANCEL_ALL] = "cancel_all",
                                                          [OE_AMEND] = "amend",
                                                          [OE_QUERY] = "query",
                                                          [OE_OPEN_ORDERS] = "orders",
                                                          [OE_FILLS] = "fills",
                                                          [OE_POSITIONS] = "positions",
                                                          [OE_BALANCES] = "balances",
                                                          [OE_FEES] = "fees",
                                                          [OE_LEVERAGE] = "leverage",
                                                          [OE_FUNDING_PAID] = "funding",
                                                          [OE_DEADMAN] = "deadman"};
    return (unsigned)kind < OE_CALL_KIND_COUNT ? names[kind] : "?";
}

const char *oe_event_name(enum oe_event_kind kind) {
    static const char *const names[OE_EVENT_KIND_COUNT] = {
        [OE_EVENT_ACCEPTED] = "accepted", [OE_EVENT_REJECTED] = "rejected",
        [OE_EVENT_UNKNOWN] = "unknown",   [OE_EVENT_ORDER] = "order",
        [OE_EVENT_FILL] = "fill",         [OE_EVENT_POSITION] = "position",
        [OE_EVENT_BALANCE] = "balance",   [OE_EVENT_FEE] = "fee",
        [OE_EVENT_FUNDING] = "funding",   [OE_EVENT_END] = "end",
        [OE_EVENT_SESSION] = "session",   [OE_EVENT_NONCE] = "nonce",
        [OE_EVENT_KEYS] = "keys",         [OE_EVENT_RATE] = "rate",
        [OE_EVENT_DEADMAN] = "deadman",   [OE_EVENT_REPLY] = "reply",
        [OE_EVENT_ALIVE] = "alive",       [OE_EVENT_NOTICE] = "notice",
        [OE_EVENT_SURPRISE] = "surprise"};
    return (unsigned)kind < OE_EVENT_KIND_COUNT ? names[kind] : "?";
}

const char *oe_state_name(enum oe_state state) {
    static const char *const names[OE_STATE_COUNT] = {
        [OE_STATE_NEW] = "new",         [OE_STATE_PARTIAL] = "partial",
        [OE_STATE_FILLED] = "filled",   [OE_STATE_CANCELED] = "canceled",
        [OE_STATE_EXPIRED] = "expired", [OE_STATE_REJECTED] = "rejected",
        [OE_STATE_GONE] = "gone"};
    return (unsigned)state < OE_STATE_COUNT ? names[state] : "?";
}

const char *oe_error_name(enum oe_error error) {
#define OE_ERROR_NAME(code, name, sentence) name,
    static const char *const names[OE_ERROR_COUNT] = {OE_ERROR_LIST(OE_ERROR_NAME)};
#undef OE_ERROR_NAME
    return (unsigned)error < OE_ERROR_COUNT ? names[error] : "?";
}

const char *oe_error_sentence(enum oe_error error) {
#define OE_ERROR_SENTENCE(code, name, sentence) sentence,
    static const char *const sentences[OE_ERROR_COUNT] = {OE_ERROR_LIST(OE_ERROR_SENTENCE)};
#undef OE_ERROR_SENTENCE
    return (unsigned)error < OE_ERROR_COUNT ? sentences[error] : "?";
}

// ---- an account's life -------------------------------------------------------------------------

static size_t whole_pages(size_t size) {
    enum { PAGE = 4096 };
    return (size + PAGE - 1) / PAGE * PAGE;
}

// Secrets get pages of their own: never swapped where the system lets us, and in no core dump.
static void *secret_pages(size_t size) {
    void *pages =
        mmap(NULL, whole_pages(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return NULL;
    }
    (void)mlock(pages, whole_pages(size)); // a limit of 0 pages is no reason not to trade
    (void)madvise(pages, whole_pages(size), MADV_DONTDUMP);
    return pages;
}

static enum status name_listings(struct oe *oe, const struct venue_md *md,
                                 const struct universe *universe) {
    enum status status = name_map_create(&oe->natives, universe->symbol_count);
    for (uint16_t i = 0; status == STATUS_OK && i < universe->symbol_count; i++) {
        char native[NATIVE_NAME_MAX];
        if (md->native_name(&universe->symbols[i], native)) {
            (void)string_copy(oe->listings[i].native, NATIVE_NAME_MAX, slice_of(native));
            status = name_map_put(&oe->natives, slice_of(native), i);
        }
    }
    return status;
}

enum status oe_create(struct oe *oe, const struct venue_oe *venue, const struct venue_md *md,
                      const struct universe *universe, bool testnet, const struct slice *secrets) {
    ASSERT(strcmp(venue->name, md->name) == 0 && venue->state_size > 0);
    *oe = (struct oe){.venue = venue, .symbol_count = universe->symbol_count, .testnet = testnet};
    oe->listings = calloc(universe->symbol_count, sizeof(*oe->listings));
    oe->state = secret_pages(venue->state_size);
    enum status status = oe->listings == NULL || oe->state == NULL
                             ? status_fail(STATUS_SYSTEM, "no memory for an account")
                             : name_listings(oe, md, universe);
    for (size_t i = 0; status == STATUS_OK && i < OE_SECRETS_MAX; i++) {
        const struct oe_secret *secret = &venue->secrets[i];
        if (secret->variable != NULL && !secret->optional && secrets[i].size == 0) {
            status = status_fail(STATUS_CONFIG, "%s is not set", secret->variable);
        }
    }
    if (status == STATUS_OK) {
        status = venue->init(oe, secrets);
    }
    if (status != STATUS_OK) {
        oe_destroy(oe);
    }
    return status;
}

void oe_destroy(struct oe *oe) {
    if (oe->state != NULL) {
        if (oe->venue->finish != NULL) {
            oe->venue->finish(oe);
        }
        OPENSSL_cleanse(oe->state, oe->venue->state_size);
        (void)munmap(oe->state, whole_pages(oe->venue->state_size));
    }
    name_map_finish(&oe->natives);
    free(oe->listings);
    *oe = (struct oe){0};
}

void oe_learn(struct oe *oe, uint16_t symbol, const struct listing *listing) {
    ASSERT(symbol < oe->symbol_count);
    oe->listings[symbol] = *listing;
}

// ---- before encoding ---------------------------------------------------------------------------

static enum status check_order(const struct oe *oe, const struct oe_call *call) {
    const struct listing *listing = &oe->listings[call->symbol];
    const struct oe_order *order = &call->order;
    if (!listing->ready || listing->tick.v <= 0 || listing->step.v <= 0) {
        return status_fail(STATUS_UNAVAILABLE, "the rules of %s are not known yet",
                           listing->native);
    }
    if (order->price.v <= 0 || listing_price_floor(listing, order->price).v != order->price.v) {
        return status_fail(STATUS_DATA, "the price is off the tick of %s", listing->native);
    }
    if (order->size.v <= 0 || order->size.v % listing->step.v != 0) {
        return status_fail(STATUS_DATA, "the size is off the step of %s", listing->native);
    }
    if ((unsigned)order->kind >= OE_ORDER_KIND_COUNT || (unsigned)order->side > SIDE_SELL) {
        return status_fail(STATUS_DATA, "an order without kind or side");
    }
    return STATUS_OK;
}

static bool names_order(enum oe_call_kind kind) {
    return kind == OE_PLACE || kind == OE_CANCEL || kind == OE_AMEND || kind == OE_QUERY;
}

static enum status check_call(const struct oe *oe, const struct oe_call *call) {
    if ((oe->venue->calls & OE_BIT(call->kind)) == 0) {
        return status_fail(STATUS_DATA, "%s has no call to %s", oe->venue->name,
                           oe_call_name(call->kind));
    }
    if (call->tag == 0 || call->now_ns <= 0) {
        return status_fail(STATUS_DATA, "a call without tag or time");
    }
    if (call->symbol != OE_SYMBOL_NONE &&
        (call->symbol >= oe->symbol_count || oe->listings[call->symbol].native[0] == '\0')) {
        return status_fail(STATUS_DATA, "%s does not list that symbol", oe->venue->name);
    }
    if (!names_order(call->kind)) {
        return STATUS_OK;
    }
    if (call->symbol == OE_SYMBOL_NONE) {
        return status_fail(STATUS_DATA, "an order without symbol");
    }
    if ((call->client_id.size > 0 && !oe_is_plain(call->client_id, OE_CLIENT_ID_MAX - 1)) ||
        (call->venue_id.size > 0 && !oe_is_plain(call->venue_id, OE_VENUE_ID_MAX - 1)) ||
        (call->client_id.size == 0 && (call->kind == OE_PLACE || call->venue_id.size == 0))) {
        return status_fail(STATUS_DATA, "an order without an id %s takes", oe->venue->name);
    }
    return call->kind == OE_PLACE || call->kind == OE_AMEND ? check_order(oe, call) : STATUS_OK;
}

enum status oe_encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    ASSERT((unsigned)call->kind < OE_CALL_KIND_COUNT);
    enum status status = check_call(oe, call);
    if (status != STATUS_OK) {
        return status;
    }
    out->way = OE_WAY_REST;
    out->socket = 0;
    out->method = NULL;
    out->rest = NULL;
    out->number = 0;
    out->cost = (struct oe_cost){0};
    out->path = TEXT_OVER(out->path_data);
    out->headers = TEXT_OVER(out->headers_data);
    out->body = TEXT_OVER(out->body_data);
    status = oe->venue->encode(oe, call, out);
    if (status == STATUS_OK &&
        (out->path.truncated || out->headers.truncated || out->body.truncated)) {
        return status_fail(STATUS_INTERNAL, "the buffer for a request is too small");
    }
    ASSERT(status != STATUS_OK || out->way == OE_WAY_SOCKET || out->method != NULL);
    return status;
}

// ---- ids ---------------------------------------------------------------------------------------

bool oe_is_plain(struct slice text, size_t size_max) {
    // A bit per character: digits, '-' and '.'; then letters and '_'.
    static const uint64_t plain[] = {UINT64_C(0x03ff600000000000), UINT64_C(0x07fffffe87fffffe)};
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 128 || (plain[c / 64] >> c % 64 & 1) == 0) {
            return false;
        }
    }
    return text.size > 0 && text.size <= size_max;
}

uint16_t oe_find_symbol(const struct oe *oe, struct slice native) {
    int32_t symbol = native.size == 0 ? -1 : name_map_get(&oe->natives, native);
    return symbol < 0 ? OE_SYMBOL_NONE : (uint16_t)symbol;
}

// A letter for the kind and the tag in decimal: letters and digits only, every venue takes that.
void oe_write_tag(struct text *out, const struct oe_call *call) {
    _Static_assert(OE_CALL_KIND_COUNT <= 26, "one letter each");
    text_add_char(out, (char)('a' + call->kind));
    text_add_int(out, call->tag);
}

bool oe_read_tag(struct slice id, enum oe_call_kind *kind, uint32_t *tag) {
    int64_t number;
    if (id.size < 2 || id.data[0] < 'a' || id.data[0] >= 'a' + OE_CALL_KIND_COUNT ||
        !decimal_parse((struct slice){id.data + 1, id.size - 1}, 0, &number) || number <= 0 ||
        number > UINT32_MAX) {
        return false;
    }
    *kind = (enum oe_call_kind)(id.data[0] - 'a');
    *tag = (uint32_t)number;
    return true;
}

uint64_t oe_trade_number(struct slice id) {
    int64_t number;
    if (decimal_parse(id, 0, &number) && number > 0) {
        return (uint64_t)number;
    }
    uint64_t hash = hash_bytes(id.data, id.size, 0);
    return hash != 0 ? hash : 1;
}

enum oe_greeting oe_greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                          struct text *out) {
    return oe->venue->greet == NULL ? OE_GREETING_DONE
                                    : oe->venue->greet(oe, socket, step, now_ns, out);
}

// ---- events ------------------------------------------------------------------------------------

struct oe_event oe_event_for(enum oe_event_kind kind, const struct oe_call *call) {
    struct oe_event event = {.kind = kind, .symbol = OE_SYMBOL_NONE};
    if (call != NULL) {
        event.tag = call->tag;
        event.call = call->kind;
        event.symbol = call->symbol;
    }
    return event;
}

void oe_emit(struct oe_sink *sink, enum oe_event_kind kind, const struct oe_call *call) {
    struct oe_event event = oe_event_for(kind, call);
    sink->on_event(sink, &event);
}

void oe_emit_refused(struct oe_sink *sink, const struct oe_call *call, enum oe_error error,
                     struct slice text) {
    struct oe_event event = oe_event_for(OE_EVENT_REJECTED, call);
    event.error = error;
    event.text = text;
    sink->on_event(sink, &event);
}

void oe_emit_text(struct oe_sink *sink, enum oe_event_kind kind, const struct oe_call *call,
                  struct slice text) {
    struct oe_event event = oe_event_for(kind, call);
    event.text = text;
    sink->on_event(sink, &event);
}

void oe_emit_end(struct oe_sink *sink, const struct oe_call *call, uint32_t rows,
                 struct slice cursor) {
    struct oe_event event = oe_event_for(OE_EVENT_END, call);
    event.end.rows = rows;
    event.end.cursor = cursor;
    sink->on_event(sink, &event);
}

void oe_emit_session_on(struct oe_sink *sink, const struct oe_call *call, uint32_t socket) {
    struct oe_event event = oe_event_for(OE_EVENT_SESSION, call);
    event.session.socket = socket;
    event.session.on = true;
    sink->on_event(sink, &event);
}

void oe_emit_session_off(struct oe_sink *sink, const struct oe_call *call, uint32_t socket,
                         enum oe_error error, struct slice text) {
    struct oe_event event = oe_event_for(OE_EVENT_SESSION, call);
    event.session.socket = socket;
    event.error = error;
    event.text = text;
    sink->on_event(sink, &event);
}

void oe_judge_refusal(struct oe_event *order) {
    if (order->order.state == OE_STATE_REJECTED && order->order.filled.v > 0) {
        order->order.state = OE_STATE_CANCELED;
    }
}

void oe_emit_gone(struct oe_sink *sink, const struct oe_call *call, struct slice text) {
    struct oe_event event = oe_event_for(OE_EVENT_ORDER, call);
    event.client_id = call->client_id;
    event.venue_id = call->venue_id;
    event.order.state = OE_STATE_GONE;
    event.text = text;
    sink->on_event(sink, &event);
}

void oe_emit_failure(struct oe_sink *sink, const struct oe_call *call, enum oe_error error,
                     bool in_doubt, struct slice text) {
    if (in_doubt && oe_call_changes(call->kind)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, call, text);
    } else if (call->kind == OE_QUERY && error == OE_ERROR_NO_ORDER) {
        oe_emit_gone(sink, call, text);
    } else {
        oe_emit_refused(sink, call, error, text);
    }
}

bool oe_call_changes(enum oe_call_kind kind) {
    return kind == OE_PLACE || kind == OE_CANCEL || kind == OE_CANCEL_ALL || kind == OE_AMEND ||
           kind == OE_LEVERAGE || kind == OE_DEADMAN;
}

void oe_emit_http(struct oe_sink *sink, const struct oe_call *call, uint32_t http_status,
                  struct slice text) {
    if (http_status == 429 || http_status == 418) {
        oe_emit_refused(sink, call, OE_ERROR_RATE, text);
    } else if (http_status >= 500) {
        if (oe_call_changes(call->kind)) {
            oe_emit_text(sink, OE_EVENT_UNKNOWN, call, text);
        } else {
            oe_emit_refused(sink, call, OE_ERROR_BUSY, text);
        }
    } else if (http_status == 401) {
        oe_emit_refused(sink, call, OE_ERROR_KEYS, text);
    } else if (http_status == 403) {
        oe_emit_refused(sink, call, OE_ERROR_BUSY, text); // the firewall in front of the venue
    } else if (http_status >= 400) {
        oe_emit_refused(sink, call, OE_ERROR_OTHER, text);
    } else {
        oe_emit_text(sink, OE_EVENT_SURPRISE, call, text);
    }
}
