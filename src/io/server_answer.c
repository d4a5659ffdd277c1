// What callers ask for: one row a request.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/control_text.h"
#include "engine/state_text.h"
#include "engine/wire.h"
#include "io/server_private.h"

static struct slice trim(struct slice rest) {
    while (rest.size > 0 && rest.data[0] == ' ') {
        rest.data++;
        rest.size--;
    }
    return rest;
}

// The engine is given so long; a hung one must not take the server along.
static int64_t patience_ns(void) {
    return mono_now_ns() + SERVER_ENGINE_MS * NS_PER_MS;
}

enum status server_control(struct server *server, const struct control_request *request) {
    const struct server_options *options = &server->options;
    if (request->verb == CONTROL_CLEAR && options->stop_file != NULL &&
        access(options->stop_file, F_OK) == 0) {
        return status_fail(STATUS_REFUSED, "%s: the stop file is there: remove %s first",
                           control_name(request->verb), options->stop_file);
    }
    enum status status =
        engine_control_until(options->engine, request, clock_now_ns(options->clock), patience_ns());
    return status == STATUS_OK ? engine_publish_until(options->engine, patience_ns()) : status;
}

static bool read_header(const struct server *server, struct state_header *header) {
    return state_read(engine_board(server->options.engine), STATE_HEADER, header, NULL) > 0;
}

// ---- who calls ---------------------------------------------------------------------------------

void server_disarm(struct server *server, const char *why) {
    if (!server->options.pause_on_disarm) {
        log_warn("server", "%s", why);
        return;
    }
    log_warn("server", "%s: the desk is paused (pause_on_disarm)", why);
    struct control_request pause = {.verb = CONTROL_PAUSE,
                                    .origin = ORIGIN_KEYBOARD,
                                    .venue = CONTROL_ANY,
                                    .symbol = CONTROL_ANY};
    if (server_control(server, &pause) != STATUS_OK) {
        log_error("server", "pause_on_disarm: %s", status_text());
    }
}

// Another console steers from now on: the one before only looks, and is armed no longer.
static void take_over(struct server_client *client) {
    struct server *server = client->server;
    int before = atomic_exchange(&server->steers, client->number);
    if (before >= 0 && before < SERVER_CLIENTS_MAX && before != client->number &&
        server->clients[before].armed) {
        server->clients[before].armed = false;
        server_disarm(server, "another console took over from an armed one");
    } else if (before == STEERED_BY_LOCAL) {
        server_local_armed(server, false);
    }
    log_warn("server", "a console took the desk over");
}

static bool steers(const struct server_client *client) {
    return atomic_load(&client->server->steers) == client->number;
}

static bool is_console(const struct server_client *client) {
    return client->used && !client->ended &&
           (client->kind == CALLER_VIEWER || client->kind == CALLER_CONSOLE);
}

static bool has_room(const struct server_client *client) {
    int consoles = 0;
    for (int i = 0; i < SERVER_CLIENTS_MAX; i++) {
        const struct server_client *other = &client->server->clients[i];
        consoles += other != client && is_console(other) ? 1 : 0;
    }
    return consoles < SERVER_CONSOLES_MAX;
}

static enum status hello(struct server_client *client, struct slice rest, struct text *answer) {
    static const struct {
        const char *name;
        enum caller_kind kind;
    } kinds[] = {{"shell", CALLER_SHELL},
                 {"viewer", CALLER_VIEWER},
                 {"console", CALLER_CONSOLE},
                 {"take", CALLER_CONSOLE}};
    struct server *server = client->server;
    struct slice word = slice_take_word(&rest);
    struct slice build = trim(rest);
    enum caller_kind kind = CALLER_UNKNOWN;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        kind = slice_equals(word, slice_of(kinds[i].name)) ? kinds[i].kind : kind;
    }
    if (kind == CALLER_UNKNOWN) {
        return status_fail(STATUS_USAGE, "expected hello shell, viewer, console or take");
    }
    if (kind != CALLER_SHELL && !slice_equals(build, slice_of(server->options.build))) {
        return status_fail(STATUS_PROTOCOL,
                           "this program is build %.*s and the desk is build %s: use the program "
                           "the desk was started with",
                           (int)build.size, build.data, server->options.build);
    }
    if (kind != CALLER_SHELL && !has_room(client)) {
        return status_fail(STATUS_UNAVAILABLE, "%d consoles are attached already",
                           SERVER_CONSOLES_MAX);
    }
    client->kind = kind;
    client->armed = false;
    if (kind == CALLER_CONSOLE && slice_equals(word, SLICE("take"))) {
        take_over(client);
    } else if (kind == CALLER_CONSOLE) {
        int nobody = STEERED_BY_NOBODY;
        (void)atomic_compare_exchange_strong(&server->steers, &nobody, client->number);
    }
    text_add_format(answer, "mode %s pid %ld steers %s build %s",
                    desk_mode_name(server->options.mode), (long)getpid(),
                    steers(client) ? "yes" : "no", server->options.build);
    return STATUS_OK;
}

static enum status arm(struct server_client *client, struct slice rest, struct text *answer) {
    if (client->kind == CALLER_VIEWER) {
        return status_fail(STATUS_PERMISSION, "this console only looks");
    }
    if (!slice_equals(trim(rest), SLICE(CONTROL_ARM_PHRASE))) {
        return status_fail(STATUS_REFUSED, "that is not the phrase");
    }
    client->armed = true;
    text_add_string(answer, "armed");
    return STATUS_OK;
}

static enum status disarm(struct server_client *client, struct slice rest, struct text *answer) {
    (void)rest;
    if (client->armed && client->kind == CALLER_CONSOLE) {
        server_disarm(client->server, "a console was disarmed");
    }
    client->armed = false;
    text_add_string(answer, "disarmed");
    return STATUS_OK;
}

// ---- the picture -------------------------------------------------------------------------------

static enum status names(struct server_client *client, struct slice rest, struct text *answer) {
    const struct universe *universe = client->server->options.universe;
    (void)rest;
    struct wire_names head = {.venues = universe->venue_count,
                              .symbols = universe->symbol_count,
                              .mode = (uint8_t)client->server->options.mode};
    text_add(answer, (struct slice){(const char *)&head, sizeof(head)});
    for (uint16_t i = 0; i < universe->venue_count; i++) {
        text_add(answer, (struct slice){universe->venues[i].name, VENUE_NAME_MAX});
    }
    for (uint16_t i = 0; i < universe->symbol_count; i++) {
        text_add(answer, (struct slice){universe->symbols[i].name, SYMBOL_NAME_MAX});
    }
    return STATUS_OK;
}

static bool take_number(struct slice *rest, uint64_t *number) {
    struct slice word = slice_take_word(rest);
    *number = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '9' || i >= 19) {
            return false;
        }
        *number = *number * 10 + (uint64_t)(word.data[i] - '0');
    }
    return word.size > 0;
}

static void add_section(struct server *server, enum state_section section, uint64_t known,
                        struct wire_news *news, struct text *answer) {
    const struct state_board *board = engine_board(server->options.engine);
    if (state_version(board, section) == known) {
        return;
    }
    struct wire_section head = {.section = (uint32_t)section};
    head.rows = state_read(board, section, server->scratch, &head.version);
    text_add(answer, (struct slice){(const char *)&head, sizeof(head)});
    text_add(answer, (struct slice){server->scratch, (size_t)head.rows * state_row_size(section)});
    news->section_count++;
}

static enum status tell_news(struct server_client *client, struct slice rest, struct text *answer) {
    struct server *server = client->server;
    uint64_t after = 0;
    uint64_t known[STATE_SECTION_COUNT];
    bool whole = take_number(&rest, &after);
    for (uint32_t s = 0; s < STATE_SECTION_COUNT && whole; s++) {
        whole = take_number(&rest, &known[s]);
    }
    if (!whole) {
        return status_fail(STATUS_USAGE, "news: expected a line's number and %d versions",
                           STATE_SECTION_COUNT);
    }
    struct log_line lines[WIRE_LOG_MAX];
    struct wire_news news = {.log_last = after, .steers = steers(client)};
    int got = log_recent(after, lines, WIRE_LOG_MAX, &news.log_last);
    news.log_count = got > 0 ? (uint32_t)got : 0;
    text_add(answer, (struct slice){(const char *)&news, sizeof(news)});
    text_add(answer, (struct slice){(const char *)lines, news.log_count * sizeof(lines[0])});
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        add_section(server, (enum state_section)s, known[s], &news, answer);
    }
    memcpy(answer->data, &news, sizeof(news));
    return STATUS_OK;
}

static enum status report(struct server *server, enum state_report which, struct slice rest,
                          struct text *answer) {
    rest = trim(rest);
    bool json = slice_equals(rest, SLICE("json"));
    if (rest.size > 0 && !json) {
        return status_fail(STATUS_USAGE, "%s: expected json or nothing", state_report_name(which));
    }
    bool hung = engine_publish_until(server->options.engine, patience_ns()) != STATUS_OK;
    state_report_print(answer, which, json, hung, engine_board(server->options.engine),
                       server->options.universe, server->scratch);
    return STATUS_OK;
}

// ---- control -----------------------------------------------------------------------------------

// Of what may raise risk.
static enum status check_raising(const struct server_client *client, const char *what) {
    const struct server *server = client->server;
    if (client->kind == CALLER_CONSOLE && !steers(client)) {
        return status_fail(
            STATUS_PERMISSION,
            "another console steers this desk: %s may raise risk; take it over first (X)", what);
    }
    if (server->options.mode == DESK_LIVE && !client->armed) {
        return status_fail(STATUS_REFUSED,
                           "%s may raise risk on a live desk: it needs the phrase %s", what,
                           CONTROL_ARM_PHRASE);
    }
    return STATUS_OK;
}

static enum status check_right(const struct server_client *client,
                               const struct control_request *request) {
    struct state_header header;
    if (client->kind == CALLER_VIEWER) {
        return status_fail(STATUS_PERMISSION, "this console only looks");
    }
    if (!read_header(client->server, &header) || !control_may_raise(request, &header)) {
        return STATUS_OK;
    }
    return check_raising(client, control_name(request->verb));
}

static enum status control(struct server_client *client, struct slice line, struct text *answer) {
    struct server *server = client->server;
    struct control_request request;
    enum status status = control_parse(line, server->options.universe, &request);
    request.origin = client->kind == CALLER_CONSOLE ? ORIGIN_KEYBOARD : ORIGIN_SHELL;
    if (status == STATUS_OK) {
        status = check_right(client, &request);
    }
    if (status == STATUS_OK) {
        status = server_control(server, &request);
    }
    if (status != STATUS_OK) {
        return status;
    }
    text_add_string(answer, "taken: ");
    control_print(answer, server->options.universe, &request);
    struct state_risk risk;
    if (state_read(engine_board(server->options.engine), STATE_RISK, &risk, NULL) > 0) {
        control_print_floor(answer, &request, risk.min_edge);
    }
    log_info("server", "%.*s", (int)answer->size, answer->data);
    return STATUS_OK;
}

static enum status drill(struct server_client *client, struct slice rest, struct text *answer) {
    const struct server_options *options = &client->server->options;
    if (client->kind == CALLER_VIEWER) {
        return status_fail(STATUS_PERMISSION, "this console only looks");
    }
    if (options->mode == DESK_LIVE) {
        return status_fail(STATUS_REFUSED, "a live desk is not drilled");
    }
    if (options->drill == NULL) {
        return status_fail(STATUS_UNAVAILABLE, "this desk has no drills");
    }
    enum status status = options->drill(options->arg, trim(rest));
    if (status == STATUS_OK) {
        text_add_string(answer, "begun");
    }
    return status;
}

// ---- settings ----------------------------------------------------------------------------------

static enum status set(struct server_client *client, struct slice rest, struct text *answer) {
    const struct server_options *options = &client->server->options;
    if (client->kind == CALLER_VIEWER) {
        return status_fail(STATUS_PERMISSION, "this console only looks");
    }
    if (options->set == NULL) {
        return status_fail(STATUS_UNAVAILABLE, "the settings of this desk stand");
    }
    enum status status = check_raising(client, "set");
    return status == STATUS_OK ? options->set(options->arg, trim(rest), answer) : status;
}

static enum status tell_config(struct server_client *client, struct slice rest,
                               struct text *answer) {
    const struct server_options *options = &client->server->options;
    (void)rest;
    if (options->config == NULL) {
        return status_fail(STATUS_UNAVAILABLE, "this desk has no configuration to tell");
    }
    options->config(options->arg, answer);
    return STATUS_OK;
}

// ---- the table ---------------------------------------------------------------------------------

static const struct {
    const char *name;
    bool same_build; // the structs of this build travel
    enum status (*run)(struct server_client *client, struct slice rest, struct text *answer);
} requests[] = {
    {"names", true, names},         {"news", true, tell_news}, {"arm", false, arm},
    {"disarm", false, disarm},      {"drill", false, drill},   {"set", false, set},
    {"config", false, tell_config},
};

enum status server_obey(struct server_client *client, struct slice line, struct text *answer) {
    struct slice rest = line;
    struct slice verb = slice_take_word(&rest);
    if (slice_equals(verb, SLICE("hello"))) {
        return hello(client, rest, answer);
    }
    if (client->kind == CALLER_UNKNOWN) {
        return status_fail(STATUS_USAGE, "say hello first");
    }
    for (int i = 0; i < STATE_REPORT_COUNT; i++) {
        enum state_report which = (enum state_report)i;
        if (slice_equals(verb, slice_of(state_report_name(which)))) {
            return report(client->server, which, rest, answer);
        }
    }
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        if (slice_equals(verb, slice_of(requests[i].name))) {
            return requests[i].same_build && client->kind == CALLER_SHELL
                       ? status_fail(STATUS_USAGE, "%s is for consoles", requests[i].name)
                       : requests[i].run(client, rest, answer);
        }
    }
    return control(client, line, answer);
}
