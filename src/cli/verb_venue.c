// venue: asks a venue directly with its keys, no desk needed. What comes back is printed as events,
// one JSON object a line; --dry-run prints the request instead of sending it, without its secrets.
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/verbs.h"
#include "exchanges/oe_text.h"
#include "exchanges/venues.h"
#include "io/http.h"
#include "io/secret.h"
#include "io/url.h"

enum { TIMEOUT_MS = 10000, BODY_MAX = 4 * 1024 * 1024, UPKEEP_MOST = 4, PAGES_MOST = 50 };

struct inquiry {
    const struct cli_args *args;
    const struct venue *venue;
    struct config config;
    struct universe universe;
    uint16_t venue_index;
    struct secret_keys keys;
    struct oe oe;
    struct oe_sink sink;
    struct md md;
    struct md_sink md_sink;
    struct oe_message message;
    uv_loop_t loop;
    struct http *http;
    const char *rest;
    uint32_t tag;
    bool quiet, answered, refused;
    char cursor[128];
    const struct oe_call *call; // on the way; NULL: the listings' rules
    enum http_result result;
};

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct inquiry *inquiry = (void *)((char *)sink - offsetof(struct inquiry, sink));
    char data[2048];
    struct text line = TEXT_OVER(data);
    inquiry->refused = inquiry->refused || event->kind == OE_EVENT_REJECTED;
    if (event->kind == OE_EVENT_END) {
        (void)string_copy(inquiry->cursor, sizeof(inquiry->cursor), event->end.cursor);
    }
    if (!inquiry->quiet || event->kind == OE_EVENT_REJECTED) {
        oe_event_print(&line, &inquiry->oe, event);
        (void)cli_put_line(&line); // a failure shows at the end
    }
}

static void on_rules(struct md_sink *sink, const struct md_update *update) {
    struct inquiry *inquiry = (void *)((char *)sink - offsetof(struct inquiry, md_sink));
    if (update->kind == MD_INSTRUMENT && update->symbol < inquiry->universe.symbol_count) {
        oe_learn(&inquiry->oe, update->symbol, &update->listing);
    }
}

// ---- one request -------------------------------------------------------------------------------

static void on_answer(void *arg, uint64_t tag, const struct http_answer *answer) {
    struct inquiry *inquiry = arg;
    (void)tag;
    inquiry->answered = true;
    inquiry->result = answer->result;
    if (answer->status == 0 || answer->result == HTTP_BROKEN) {
        (void)status_fail(STATUS_UNAVAILABLE, "%s: %s", inquiry->venue->md->name, answer->text);
    } else if (inquiry->call != NULL) {
        inquiry->venue->oe->decode_answer(&inquiry->oe, inquiry->call, (uint32_t)answer->status,
                                          answer->headers, answer->body, &inquiry->sink);
    } else if (answer->result == HTTP_OK) {
        inquiry->venue->md->decode_rest(&inquiry->md, MD_REQUEST_INSTRUMENTS, 0, answer->body,
                                        &inquiry->md_sink);
    }
}

static enum status ask(struct inquiry *inquiry, const struct http_request *request) {
    struct http_request own = *request;
    own.timeout_ms = TIMEOUT_MS;
    own.on_done = on_answer;
    own.arg = inquiry;
    inquiry->answered = false;
    enum status status = http_send(inquiry->http, &own);
    while (status == STATUS_OK && !inquiry->answered) {
        (void)uv_run(&inquiry->loop, UV_RUN_ONCE);
    }
    if (status == STATUS_OK &&
        (inquiry->result == HTTP_TIMEOUT || inquiry->result == HTTP_CONNECT_FAILED ||
         inquiry->result == HTTP_BROKEN)) {
        return STATUS_UNAVAILABLE; // on_answer has said why
    }
    return status;
}

static enum status send_message(struct inquiry *inquiry, const struct oe_call *call) {
    char url[URL_HOST_MAX + 16 + OE_PATH_MAX];
    struct text text = TEXT_OVER(url);
    if (inquiry->message.way != OE_WAY_REST) {
        return status_fail(STATUS_UNAVAILABLE,
                           "%s takes this on its private socket only: --dry-run shows it",
                           inquiry->venue->md->name);
    }
    text_add_string(&text, inquiry->rest);
    text_add(&text, text_slice(&inquiry->message.path));
    struct http_request request = {.method = inquiry->message.method,
                                   .url = url,
                                   .headers = inquiry->message.headers_data,
                                   .body = inquiry->message.body_data};
    inquiry->call = call;
    enum status status = ask(inquiry, &request);
    OPENSSL_cleanse(url, sizeof(url));
    return status;
}

// ---- a request shown ---------------------------------------------------------------------------

static bool takes(const char *at, const char *name, size_t *skip) {
    size_t size = strlen(name);
    *skip = size;
    return strncmp(at, name, size) == 0;
}

// Appends text with every secret of the account, and whatever is signed with it, as ***.
static void add_redacted(struct text *out, const struct inquiry *inquiry, const char *text) {
    static const char *const marks[] = {"signature=", "\"signature\":\"", "\"sign\":\""};
    while (*text != '\0') {
        size_t skip = 0;
        bool hidden = false;
        for (uint32_t i = 0; i < OE_SECRETS_MAX && !hidden; i++) {
            const struct oe_secret *secret = &inquiry->venue->oe->secrets[i];
            hidden = secret->variable != NULL && !secret->open &&
                     inquiry->keys.values[i].size > 0 &&
                     takes(text, inquiry->keys.values[i].data, &skip);
        }
        for (size_t i = 0; i < COUNT_OF(marks) && !hidden; i++) {
            if (takes(text, marks[i], &skip)) {
                text_add_string(out, marks[i]);
                skip += strcspn(text + skip, "&\"");
                hidden = true;
            }
        }
        if (hidden) {
            text_add_string(out, "***");
        } else {
            text_add_char(out, *text);
            skip = 1;
        }
        text += skip;
    }
}

static enum status show(const struct inquiry *inquiry) {
    static char data[OE_PATH_MAX + OE_HEADERS_MAX + 2 * OE_BODY_MAX];
    const struct oe_message *message = &inquiry->message;
    struct text out = TEXT_OVER(data);
    if (message->way == OE_WAY_SOCKET) {
        text_add_format(&out, "socket %u: ", message->socket);
    } else {
        text_add_format(&out, "%s %s", message->method, inquiry->rest);
        add_redacted(&out, inquiry, message->path_data);
        text_add_char(&out, '\n');
    }
    for (const char *at = message->headers_data; *at != '\0';) {
        size_t size = strcspn(at, "\n");
        size_t name = strcspn(at, ":");
        text_add(&out, (struct slice){at, name < size ? name : size});
        text_add_string(&out, ": ***\n"); // keys, time stamps and signatures alike
        at += size + (at[size] == '\n');
    }
    add_redacted(&out, inquiry, message->body_data);
    return cli_put_line(&out) ? cli_end_output() : STATUS_IO;
}

// ---- what is asked -----------------------------------------------------------------------------

static enum status parse_order(struct inquiry *inquiry, struct oe_call *call) {
    const char *const *words = &inquiry->args->operands[2];
    struct symbol symbol;
    if (inquiry->args->operand_count < 6) {
        return status_fail(STATUS_USAGE, "order needs SYMBOL buy|sell SIZE PRICE [post_only|ioc]");
    }
    call->symbol = OE_SYMBOL_NONE;
    if (symbol_parse(&symbol, slice_of(words[0])) == STATUS_OK) {
        for (uint16_t i = 0; i < inquiry->universe.symbol_count; i++) {
            if (strcmp(inquiry->universe.symbols[i].name, symbol.name) == 0) {
                call->symbol = i;
            }
        }
    }
    bool sells = strcmp(words[1], "sell") == 0;
    bool ioc = inquiry->args->operand_count > 6 && strcmp(words[4], "ioc") == 0;
    bool kind_known =
        inquiry->args->operand_count == 6 || ioc || strcmp(words[4], "post_only") == 0;
    call->order.side = sells ? SIDE_SELL : SIDE_BUY;
    call->order.kind = ioc ? OE_IOC : OE_POST_ONLY;
    if (call->symbol == OE_SYMBOL_NONE || (!sells && strcmp(words[1], "buy") != 0) || !kind_known ||
        !decimal_parse(slice_of(words[2]), QTY_DIGITS, &call->order.size.v) ||
        !decimal_parse(slice_of(words[3]), PX_DIGITS, &call->order.price.v)) {
        return status_fail(STATUS_USAGE, "order: expected one of the symbols of the "
                                         "configuration, buy or sell, size, price, post_only or "
                                         "ioc");
    }
    return STATUS_OK;
}

static const struct {
    const char *name;
    enum oe_call_kind kind;
    uint32_t per_symbol; // flag that says so
} calls[] = {
    {"orders", OE_OPEN_ORDERS, OE_OPEN_PER_SYMBOL},
    {"positions", OE_POSITIONS, 0},
    {"balances", OE_BALANCES, 0},
    {"fees", OE_FEES, OE_FEES_PER_SYMBOL},
    {"order", OE_PLACE, 0},
};

static enum status run_call(struct inquiry *inquiry, struct oe_call *call) {
    for (uint32_t page = 0; page < PAGES_MOST; page++) {
        inquiry->cursor[0] = '\0';
        call->tag = ++inquiry->tag;
        struct clock clock;
        clock_init_system(&clock);
        call->now_ns = clock_now_ns(&clock);
        call->random = hash_mix((uint64_t)call->now_ns ^ call->tag);
        enum status status = oe_encode(&inquiry->oe, call, &inquiry->message);
        if (status == STATUS_OK) {
            status = inquiry->args->dry_run && !inquiry->quiet ? show(inquiry)
                                                               : send_message(inquiry, call);
        }
        OPENSSL_cleanse(&inquiry->message, sizeof(inquiry->message));
        if (status != STATUS_OK || inquiry->cursor[0] == '\0') {
            return status;
        }
        call->cursor = slice_of(inquiry->cursor);
    }
    return STATUS_OK;
}

// Tokens, numbers: whatever the venue wants first. Sent even in a dry run: they change nothing.
static enum status keep_up(struct inquiry *inquiry) {
    enum status status = STATUS_OK;
    inquiry->quiet = true;
    for (int i = 0; i < UPKEEP_MOST && status == STATUS_OK && inquiry->venue->oe->upkeep != NULL;
         i++) {
        enum oe_call_kind kind;
        struct clock clock;
        clock_init_system(&clock);
        int64_t now_ns = clock_now_ns(&clock);
        if (inquiry->venue->oe->upkeep(&inquiry->oe, now_ns, &kind) > now_ns) {
            break;
        }
        struct oe_call call = {.kind = kind, .symbol = OE_SYMBOL_NONE};
        status = run_call(inquiry, &call);
    }
    inquiry->quiet = false;
    return status;
}

static enum status learn_rules(struct inquiry *inquiry) {
    struct md_request wanted = {0};
    char url[URL_HOST_MAX + 16 + sizeof(wanted.path)];
    if (!inquiry->venue->md->request(&inquiry->md, MD_REQUEST_INSTRUMENTS, 0, &wanted)) {
        return STATUS_OK;
    }
    struct text text = TEXT_OVER(url);
    text_add_string(&text, inquiry->rest);
    text_add_string(&text, wanted.path);
    struct http_request request = {.method = wanted.method, .url = url, .body = wanted.body};
    inquiry->call = NULL;
    return ask(inquiry, &request);
}

static enum status run_named(struct inquiry *inquiry) {
    const char *name = inquiry->args->operands[1];
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (strcmp(calls[i].name, name) != 0) {
            continue;
        }
        struct oe_call call = {.kind = calls[i].kind, .symbol = OE_SYMBOL_NONE};
        bool each = (inquiry->venue->oe->flags & calls[i].per_symbol) != 0;
        char client_id[OE_CLIENT_ID_MAX];
        if (call.kind == OE_PLACE) {
            enum status status = parse_order(inquiry, &call);
            struct clock clock;
            clock_init_system(&clock);
            inquiry->venue->oe->client_id((uint64_t)(clock_now_ns(&clock) / NS_PER_S), 1,
                                          client_id);
            call.client_id = slice_of(client_id);
            return status == STATUS_OK ? run_call(inquiry, &call) : status;
        }
        enum status status = STATUS_OK;
        for (uint16_t s = 0; s < (each ? inquiry->universe.symbol_count : 1); s++) {
            call.symbol = each ? s : OE_SYMBOL_NONE;
            call.cursor = (struct slice){"", 0};
            if (status == STATUS_OK && (!each || inquiry->oe.listings[s].native[0] != '\0')) {
                status = run_call(inquiry, &call);
            }
        }
        return status;
    }
    return status_fail(STATUS_USAGE, "%s: expected orders, positions, balances, fees or order",
                       name);
}

// ---- set-up ------------------------------------------------------------------------------------

static enum status find_venue(struct inquiry *inquiry) {
    const char *name = inquiry->args->operands[0];
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

static enum status open_account(struct inquiry *inquiry) {
    struct secret_source source;
    char path[SECRET_PATH_MAX];
    secret_harden();
    secret_source_find(&source, path);
    const struct venue *venue = inquiry->venue;
    enum status status = secret_load(&inquiry->keys, venue->oe, &source);
    if (status == STATUS_OK && !inquiry->keys.found) {
        status = status_fail(STATUS_CONFIG, "no keys of %s: %s is not set", venue->oe->name,
                             venue->oe->secrets[0].variable);
    }
    if (status == STATUS_OK) {
        status = oe_create(&inquiry->oe, venue->oe, venue->md, &inquiry->universe,
                           inquiry->keys.testnet, inquiry->keys.values);
    }
    if (status == STATUS_OK) {
        status = md_create(&inquiry->md, venue->md, &inquiry->universe, inquiry->venue_index);
    }
    const struct config_endpoint *own = &inquiry->config.endpoints[inquiry->venue_index];
    inquiry->rest = own->rest[0] != '\0'    ? own->rest
                    : inquiry->keys.testnet ? venue->oe->testnet.rest
                                            : venue->oe->mainnet.rest;
    struct http_config http = {
        .loop = &inquiry->loop,
        .ca_file = inquiry->config.ca_file[0] != '\0' ? inquiry->config.ca_file : NULL,
        .requests_max = 1,
        .body_max = BODY_MAX};
    return status == STATUS_OK ? http_create(&inquiry->http, &http) : status;
}

static void on_stopped(void *arg) {
    (void)arg;
} // the loop ends when its last handle is gone

static void close_all(struct inquiry *inquiry) {
    if (inquiry->http != NULL) {
        http_stop(inquiry->http, on_stopped, NULL);
        (void)uv_run(&inquiry->loop, UV_RUN_DEFAULT);
        http_destroy(inquiry->http);
    }
    (void)uv_loop_close(&inquiry->loop);
    if (inquiry->md.listings != NULL) {
        md_finish(&inquiry->md);
    }
    if (inquiry->oe.venue != NULL) {
        oe_destroy(&inquiry->oe);
    }
    secret_wipe(&inquiry->keys);
    universe_finish(&inquiry->universe);
}

enum status verb_venue(const struct cli_args *args) {
    for (uint32_t role = 0; role < VENUE_ROLE_COUNT && args->operand_count == 2; role++) {
        if (strcmp(args->operands[1], venue_role_name((enum venue_role)role)) == 0) {
            return verb_control(args); // a running desk's matter
        }
    }
    struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
    if (inquiry == NULL || uv_loop_init(&inquiry->loop) != 0) {
        free(inquiry);
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    inquiry->args = args;
    inquiry->sink.on_event = on_event;
    inquiry->md_sink.on_update = on_rules;
    enum status status = cli_load_config(args, &inquiry->config, NULL);
    if (status == STATUS_OK) {
        status = config_universe(&inquiry->config, &inquiry->universe);
    }
    if (status == STATUS_OK) {
        status = find_venue(inquiry);
    }
    if (status == STATUS_OK) {
        status = open_account(inquiry);
    }
    if (status == STATUS_OK) {
        status = learn_rules(inquiry);
    }
    if (status == STATUS_OK) {
        status = keep_up(inquiry);
    }
    if (status == STATUS_OK) {
        status = run_named(inquiry);
    }
    if (status == STATUS_OK) {
        status = inquiry->refused ? status_fail(STATUS_UNAVAILABLE, "%s refused it: see the line",
                                                inquiry->venue->md->name)
                                  : cli_end_output();
    }
    close_all(inquiry);
    free(inquiry);
    return status;
}
