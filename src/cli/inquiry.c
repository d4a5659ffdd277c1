#include "cli/inquiry.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/verbs.h"
#include "io/tls.h"
#include "io/url.h"

enum {
    TIMEOUT_MS = 10000,
    CONNECT_MS = 15000,
    TICK_MS = 20,
    BODY_MAX = 4 * 1024 * 1024,
    UPKEEP_MOST = 6,
    PAGES_MOST = 50,
    LIMITED_TRIES = 4, // of what changes nothing, when the venue says too many requests
    LIMITED_MS = 1000,
};

static int64_t now_ns(void) {
    struct clock clock;
    clock_init_system(&clock);
    return clock_now_ns(&clock);
}

// ---- what comes back ---------------------------------------------------------------------------

// Rows of lists, and what streams tell beside them: an answer goes on behind them.
static bool is_row(const struct oe_event *event) {
    return event->kind == OE_EVENT_FILL || event->kind == OE_EVENT_POSITION ||
           event->kind == OE_EVENT_BALANCE || event->kind == OE_EVENT_RATE || event->snapshot;
}

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct inquiry *inquiry = (void *)((char *)sink - offsetof(struct inquiry, sink));
    if (event->tag != 0 && event->tag == inquiry->tag) {
        inquiry->answered = inquiry->answered || !is_row(event);
        inquiry->lost = inquiry->lost || event->kind == OE_EVENT_UNKNOWN;
        bool refused = event->kind == OE_EVENT_REJECTED;
        inquiry->refused = inquiry->refused || refused;
        inquiry->limited = inquiry->limited || (refused && event->error == OE_ERROR_RATE);
        if (event->kind == OE_EVENT_END) {
            (void)string_copy(inquiry->cursor, sizeof(inquiry->cursor), event->end.cursor);
        }
    }
    if (event->kind == OE_EVENT_REPLY) {
        for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
            (void)!inquiry_socket_send(inquiry, i, event->text); // the other one ignores it
        }
        return;
    }
    bool again = inquiry->limited && inquiry->may_repeat && event->tag == inquiry->tag;
    if ((!inquiry->upkeep || event->kind == OE_EVENT_REJECTED) && !again) {
        inquiry->on_event(inquiry->arg, event);
    }
}

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct inquiry *inquiry = (void *)((char *)sink - offsetof(struct inquiry, md_sink));
    if (update->kind == MD_INSTRUMENT && update->symbol < inquiry->universe.symbol_count) {
        oe_learn(&inquiry->oe, update->symbol, &update->listing);
    } else if (update->kind == MD_BBO && update->symbol == inquiry->symbol) {
        inquiry->bid = update->bbo.bid_empty ? (struct px){0} : update->bbo.bid;
        inquiry->ask = update->bbo.ask_empty ? (struct px){0} : update->bbo.ask;
    }
}

static void on_answer(void *arg, uint64_t tag, const struct http_answer *answer) {
    struct inquiry *inquiry = arg;
    (void)tag;
    inquiry->result = answer->result;
    inquiry->limited = inquiry->limited || answer->result == HTTP_LIMITED;
    if (answer->status == 0 || answer->result == HTTP_BROKEN) {
        (void)string_copy(inquiry->trouble, sizeof(inquiry->trouble), slice_of(answer->text));
    } else if (inquiry->call != NULL) {
        inquiry->venue->oe->decode_answer(&inquiry->oe, inquiry->call, (uint32_t)answer->status,
                                          answer->headers, answer->body, &inquiry->sink);
    } else if (answer->result == HTTP_OK) {
        inquiry->venue->md->decode_rest(&inquiry->md, inquiry->asked, inquiry->symbol, answer->body,
                                        &inquiry->md_sink);
    }
    inquiry->answered = true;
}

// ---- one request -------------------------------------------------------------------------------

static void on_tick(uv_timer_t *timer) {
    (void)timer;
}

void inquiry_hear(struct inquiry *inquiry, int64_t ms, bool (*done)(void *arg)) {
    int64_t end_ns = mono_now_ns() + ms * NS_PER_MS;
    while (mono_now_ns() < end_ns && (done == NULL || !done(inquiry->arg))) {
        (void)uv_run(&inquiry->loop, UV_RUN_ONCE);
    }
}

static enum status await_answer(struct inquiry *inquiry, bool changes) {
    int64_t end_ns = mono_now_ns() + (TIMEOUT_MS + 1000) * NS_PER_MS;
    while (!inquiry->answered && !inquiry->lost && mono_now_ns() < end_ns) {
        (void)uv_run(&inquiry->loop, UV_RUN_ONCE);
    }
    bool whole = inquiry->answered && !inquiry->lost;
    if (whole && inquiry->result != HTTP_TIMEOUT && inquiry->result != HTTP_CONNECT_FAILED &&
        inquiry->result != HTTP_BROKEN) {
        return STATUS_OK;
    }
    const char *why = inquiry->trouble[0] != '\0' ? inquiry->trouble : "no whole answer";
    if (changes && inquiry->result != HTTP_CONNECT_FAILED) {
        return status_fail(STATUS_TIMEOUT, "%s: %s: it may have been carried out",
                           inquiry->venue->md->name, why);
    }
    return status_fail(STATUS_UNAVAILABLE, "%s: %s", inquiry->venue->md->name, why);
}

static void begin(struct inquiry *inquiry, const struct oe_call *call) {
    inquiry->call = call;
    inquiry->answered = inquiry->lost = inquiry->refused = inquiry->limited = false;
    inquiry->result = HTTP_OK;
    inquiry->trouble[0] = '\0';
}

static enum status send_rest(struct inquiry *inquiry, const char *method, struct slice path,
                             const char *headers, const char *body) {
    char url[URL_HOST_MAX + 16 + OE_PATH_MAX];
    struct text text = TEXT_OVER(url);
    const struct oe_message *message = &inquiry->message;
    bool own_host = inquiry->call != NULL && message->rest != NULL &&
                    inquiry->config.endpoints[inquiry->venue_index].rest[0] == '\0';
    text_add_string(&text, own_host ? message->rest : inquiry->rest);
    text_add(&text, path);
    struct http_request request = {.method = method,
                                   .url = url,
                                   .headers = headers,
                                   .body = body,
                                   .once = inquiry->call != NULL &&
                                           oe_call_changes(inquiry->call->kind),
                                   .timeout_ms = TIMEOUT_MS,
                                   .on_done = on_answer,
                                   .arg = inquiry};
    enum status status = text.truncated ? status_fail(STATUS_CONFIG, "an address that is too long")
                                        : http_send(inquiry->http, &request);
    OPENSSL_cleanse(url, sizeof(url));
    return status;
}

static enum status send_message(struct inquiry *inquiry, const struct oe_call *call) {
    const struct oe_message *message = &inquiry->message;
    begin(inquiry, call);
    enum status status = message->way == OE_WAY_REST
                             ? send_rest(inquiry, message->method, text_slice(&message->path),
                                         message->headers_data, message->body_data)
                         : inquiry_socket_send(inquiry, message->socket, text_slice(&message->body))
                             ? STATUS_OK
                             : status_fail(STATUS_UNAVAILABLE, "%s: the private connection is gone",
                                           inquiry->venue->md->name);
    return status == STATUS_OK ? await_answer(inquiry, oe_call_changes(call->kind)) : status;
}

static enum status encode(struct inquiry *inquiry, struct oe_call *call) {
    call->tag = ++inquiry->tag;
    call->now_ns = now_ns();
    call->random = hash_mix((uint64_t)call->now_ns ^ (uint64_t)call->tag << 48);
    return oe_encode(&inquiry->oe, call, &inquiry->message);
}

static enum status one_page(struct inquiry *inquiry, struct oe_call *call) {
    bool shown = inquiry->on_dry_run != NULL && !inquiry->upkeep;
    enum status status = encode(inquiry, call);
    bool by_socket = status == STATUS_OK && inquiry->message.way == OE_WAY_SOCKET && !shown;
    bool no_login = status == STATUS_UNAVAILABLE; // of the socket, where it has one
    if ((by_socket || no_login) && !inquiry_sockets_ready(inquiry)) {
        if (by_socket && inquiry->message.number != 0 &&
            inquiry->venue->oe->number_unused != NULL) {
            inquiry->venue->oe->number_unused(&inquiry->oe, inquiry->message.number);
        }
        status = inquiry_connect(inquiry);
        status = status == STATUS_OK ? encode(inquiry, call) : status;
    }
    if (status == STATUS_OK) {
        status = shown ? inquiry->on_dry_run(inquiry->arg, &inquiry->message)
                       : send_message(inquiry, call);
    }
    OPENSSL_cleanse(&inquiry->message, sizeof(inquiry->message));
    return status;
}

// A question that met the rate limit is asked again after a while.
static enum status page_in_time(struct inquiry *inquiry, struct oe_call *call) {
    enum status status = STATUS_OK;
    for (int left = LIMITED_TRIES - 1; left >= 0; left--) {
        inquiry->may_repeat = left > 0 && !oe_call_changes(call->kind);
        inquiry->limited = false;
        status = one_page(inquiry, call);
        if (!inquiry->limited || !inquiry->may_repeat) {
            break;
        }
        inquiry_hear(inquiry, LIMITED_MS, NULL);
    }
    inquiry->may_repeat = false;
    return status;
}

enum status inquiry_call(struct inquiry *inquiry, struct oe_call *call) {
    char cursor[sizeof(inquiry->cursor)];
    enum status status = STATUS_OK;
    for (uint32_t page = 0; page < PAGES_MOST && status == STATUS_OK; page++) {
        inquiry->cursor[0] = '\0';
        status = page_in_time(inquiry, call);
        if (inquiry->cursor[0] == '\0') {
            break;
        }
        memcpy(cursor, inquiry->cursor, sizeof(cursor));
        call->cursor = slice_of(cursor);
    }
    call->cursor = (struct slice){"", 0};
    return status;
}

static enum status ask_market(struct inquiry *inquiry, enum md_request_kind kind, uint16_t symbol) {
    struct md_request wanted = {0};
    if (!inquiry->venue->md->request(&inquiry->md, kind, symbol, &wanted)) {
        return STATUS_OK; // told otherwise
    }
    inquiry->asked = kind;
    inquiry->symbol = symbol;
    enum status status = STATUS_OK;
    for (int left = LIMITED_TRIES; left > 0 && status == STATUS_OK; left--) {
        begin(inquiry, NULL);
        status = send_rest(inquiry, wanted.method, slice_of(wanted.path), NULL, wanted.body);
        status = status == STATUS_OK ? await_answer(inquiry, false) : status;
        if (!inquiry->limited) {
            return status;
        }
        inquiry_hear(inquiry, LIMITED_MS, NULL);
    }
    return status == STATUS_OK
               ? status_fail(STATUS_UNAVAILABLE, "%s: too many requests", inquiry->venue->md->name)
               : status;
}

enum status inquiry_quote(struct inquiry *inquiry, uint16_t symbol, struct px *bid,
                          struct px *ask) {
    inquiry->bid = inquiry->ask = (struct px){0};
    enum status status = ask_market(inquiry, MD_REQUEST_QUOTE, symbol);
    *bid = inquiry->bid;
    *ask = inquiry->ask;
    if (status == STATUS_OK && (bid->v <= 0 || ask->v <= 0)) {
        status = status_fail(STATUS_DATA, "%s tells no price of %s", inquiry->venue->md->name,
                             inquiry->universe.symbols[symbol].name);
    }
    return status;
}

// Tokens, numbers: whatever the venue wants first. Sent even in a dry run: they change nothing.
static enum status keep_up(struct inquiry *inquiry) {
    const struct venue_oe *oe = inquiry->venue->oe;
    enum status status = STATUS_OK;
    bool outer = inquiry->upkeep;
    inquiry->upkeep = true;
    for (int i = 0; i < UPKEEP_MOST && status == STATUS_OK && oe->upkeep != NULL; i++) {
        enum oe_call_kind kind;
        int64_t at_ns = now_ns();
        if (oe->upkeep(&inquiry->oe, at_ns, &kind) > at_ns) {
            break;
        }
        struct oe_call call = {.kind = kind, .symbol = OE_SYMBOL_NONE};
        status = inquiry_call(inquiry, &call);
        if (status == STATUS_OK && inquiry->limited) {
            status =
                status_fail(STATUS_UNAVAILABLE, "%s: too many requests", inquiry->venue->md->name);
        }
    }
    inquiry->upkeep = outer;
    return status;
}

enum status inquiry_connect(struct inquiry *inquiry) {
    inquiry->trouble[0] = '\0';
    enum status status = inquiry_sockets_open(inquiry);
    int64_t end_ns = mono_now_ns() + CONNECT_MS * NS_PER_MS;
    bool outer = inquiry->upkeep;
    inquiry->upkeep = true; // the picture that a stream begins with was not asked for
    while (status == STATUS_OK && !inquiry_sockets_ready(inquiry) && mono_now_ns() < end_ns) {
        (void)uv_run(&inquiry->loop, UV_RUN_ONCE);
    }
    if (status == STATUS_OK && !inquiry_sockets_ready(inquiry)) {
        status = status_fail(STATUS_UNAVAILABLE, "%s: the private connection: %s",
                             inquiry->venue->md->name,
                             inquiry->trouble[0] != '\0' ? inquiry->trouble : "no greeting");
    }
    status = status == STATUS_OK ? keep_up(inquiry) : status; // some numbers come after it
    if (status == STATUS_OK && (inquiry->venue->oe->flags & OE_DEADMAN_BY_SOCKET) != 0) {
        // A desk's orders end with its connection; a person's stay.
        struct oe_call call = {.kind = OE_DEADMAN, .symbol = OE_SYMBOL_NONE};
        status = inquiry_call(inquiry, &call);
        inquiry->orders_die = status != STATUS_OK || inquiry->refused;
    }
    inquiry->upkeep = outer;
    return status;
}

// ---- set-up ------------------------------------------------------------------------------------

static enum status find_venue(struct inquiry *inquiry, const char *name) {
    inquiry->venue = venue_find(slice_of(name));
    if (inquiry->venue == NULL || inquiry->venue->oe == NULL) {
        return status_fail(STATUS_USAGE, "%s is no venue this version can place orders at", name);
    }
    for (uint16_t i = 0; i < inquiry->universe.venue_count; i++) {
        if (strcmp(inquiry->universe.venues[i].name, name) == 0) {
            inquiry->venue_index = i;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_CONFIG, "%s is off in the configuration", name);
}

static enum status load_keys(struct inquiry *inquiry) {
    struct secret_source source;
    char path[SECRET_PATH_MAX];
    const struct venue *venue = inquiry->venue;
    secret_harden();
    secret_source_find(&source, path);
    enum status status = secret_load(&inquiry->keys, venue->oe, &source);
    if (status == STATUS_OK && !inquiry->keys.found) {
        status = status_fail(STATUS_CONFIG, "no keys of %s: %s is not set", venue->oe->name,
                             venue->oe->secrets[0].variable);
    }
    if (status == STATUS_OK) {
        status = oe_create(&inquiry->oe, venue->oe, venue->md, &inquiry->universe,
                           inquiry->keys.testnet, inquiry->keys.values);
    }
    return status;
}

static enum status open_account(struct inquiry *inquiry) {
    const struct venue *venue = inquiry->venue;
    enum status status = load_keys(inquiry);
    if (status == STATUS_OK) {
        status = md_create(&inquiry->md, venue->md, &inquiry->universe, inquiry->venue_index);
    }
    const char *ca_file = inquiry->config.ca_file[0] != '\0' ? inquiry->config.ca_file : NULL;
    if (status == STATUS_OK) {
        status = tls_client_create(&inquiry->tls, ca_file);
    }
    const struct config_endpoint *own = &inquiry->config.endpoints[inquiry->venue_index];
    inquiry->rest = own->rest[0] != '\0'    ? own->rest
                    : inquiry->keys.testnet ? venue->oe->testnet.rest
                                            : venue->oe->mainnet.rest;
    struct http_config http = {
        .loop = &inquiry->loop, .tls = inquiry->tls, .requests_max = 1, .body_max = BODY_MAX};
    if (status == STATUS_OK) {
        status = http_create(&inquiry->http, &http);
        inquiry->pending += status == STATUS_OK;
    }
    return status;
}

enum status inquiry_create(struct inquiry **out) {
    struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
    if (inquiry == NULL || uv_loop_init(&inquiry->loop) != 0) {
        free(inquiry);
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    inquiry->sink.on_event = on_event;
    inquiry->md_sink.on_update = on_update;
    ASSERT(uv_timer_init(&inquiry->loop, &inquiry->tick) == 0);
    ASSERT(uv_timer_start(&inquiry->tick, on_tick, TICK_MS, TICK_MS) == 0);
    *out = inquiry;
    return STATUS_OK;
}

enum status inquiry_open(struct inquiry *inquiry, const struct cli_args *args, const char *venue) {
    ASSERT(inquiry->on_event != NULL);
    enum status status = cli_load_config(args, &inquiry->config, NULL);
    if (status == STATUS_OK) {
        status = config_universe(&inquiry->config, &inquiry->universe);
    }
    if (status == STATUS_OK) {
        status = find_venue(inquiry, venue);
    }
    if (status == STATUS_OK) {
        status = open_account(inquiry);
    }
    if (status == STATUS_OK) {
        status = ask_market(inquiry, MD_REQUEST_INSTRUMENTS, 0);
    }
    return status == STATUS_OK ? keep_up(inquiry) : status;
}

static void on_stopped(void *arg) {
    ((struct inquiry *)arg)->pending--;
}

void inquiry_close(struct inquiry *inquiry) {
    if (inquiry == NULL) {
        return;
    }
    if (inquiry->http != NULL) {
        http_stop(inquiry->http, on_stopped, inquiry);
    }
    inquiry_sockets_stop(inquiry);
    while (inquiry->pending > 0) {
        (void)uv_run(&inquiry->loop, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&inquiry->tick, NULL);
    (void)uv_run(&inquiry->loop, UV_RUN_DEFAULT);
    http_destroy(inquiry->http);
    (void)uv_loop_close(&inquiry->loop);
    SSL_CTX_free(inquiry->tls);
    if (inquiry->md.listings != NULL) {
        md_finish(&inquiry->md);
    }
    if (inquiry->oe.venue != NULL) {
        oe_destroy(&inquiry->oe);
    }
    secret_wipe(&inquiry->keys);
    universe_finish(&inquiry->universe);
    free(inquiry);
}
