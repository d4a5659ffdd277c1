// drill: tries a desk on paper and tells how long it took. `kill` runs the kill switch, waits until
// no order is open, and puts things back as they were; `reconnect` drops every connection and waits
// until every venue that was live is live again.
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "cli/desk_call.h"
#include "cli/verbs.h"
#include "ui/link_remote.h"

enum { DRILL_WAIT_S = 60, LOOK_MS = 5 };

struct drill {
    const struct cli_args *args;
    struct desk_call call;
    struct link_remote *remote;
    struct link link;
};

static void sleep_a_moment(void) {
    (void)nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * NS_PER_MS}, NULL);
}

static enum status ask(struct drill *drill, const char *line) {
    struct slice answer;
    return desk_call_ask(&drill->call, line, &answer);
}

static enum status open_link(struct drill *drill) {
    char path[256];
    enum status status = desk_call_path(drill->call.mode, path, sizeof(path));
    struct link_remote_options options = {.path = path, .build = cli_build(), .role = LINK_VIEWER};
    if (status == STATUS_OK) {
        status = link_remote_create(&drill->remote, &options);
    }
    if (status == STATUS_OK) {
        drill->link = link_remote(drill->remote);
    }
    return status;
}

static void add_ms(struct text *out, int64_t ns) {
    decimal_print(out, ns / 1000, 3, 1, 3);
}

// ---- kill --------------------------------------------------------------------------------------

static enum status report_kill(const struct drill *drill, int64_t orders, int64_t blocked_ns,
                               int64_t empty_ns) {
    char data[256];
    struct text line = TEXT_OVER(data);
    bool json = drill->args->json;
    text_add_string(&line, json ? "{\"drill\":\"kill\",\"blocked_ms\":" : "kill: blocked after ");
    add_ms(&line, blocked_ns);
    text_add_string(&line, json ? ",\"no_order_open_ms\":" : " ms, no order open after ");
    add_ms(&line, empty_ns);
    text_add_format(&line, json ? ",\"orders\":%lld}" : " ms (%lld were)", (long long)orders);
    (void)cli_put_line(&line);
    return cli_end_output();
}

static enum status drill_kill(struct drill *drill) {
    struct state_header before;
    int64_t orders = 0, left = 0;
    if (drill->link.ops->read(drill->link.self, STATE_HEADER, &before, NULL) == 0 ||
        before.killed) {
        return status_fail(STATUS_REFUSED, "the kill switch is on already: clear-kill first");
    }
    enum status status = desk_call_orders(&drill->call, &orders);
    int64_t began_ns = mono_now_ns();
    if (status == STATUS_OK) {
        status = ask(drill, "kill");
    }
    int64_t blocked_ns = mono_now_ns() - began_ns;
    if (status == STATUS_OK) {
        status = desk_call_orders(&drill->call, &left);
    }
    while (status == STATUS_OK && left > 0) {
        if (mono_now_ns() - began_ns > DRILL_WAIT_S * NS_PER_S) {
            return status_fail(STATUS_ORDERS_LEFT, "%lld orders are open after %d s",
                               (long long)left, DRILL_WAIT_S);
        }
        sleep_a_moment();
        status = desk_call_orders(&drill->call, &left);
    }
    int64_t empty_ns = mono_now_ns() - began_ns;
    if (status == STATUS_OK) {
        status = ask(drill, "clear-kill");
    }
    if (status == STATUS_OK && before.status == DESK_RUNNING) {
        status = ask(drill, "resume");
    }
    return status == STATUS_OK ? report_kill(drill, orders, blocked_ns, empty_ns) : status;
}

// ---- reconnect ---------------------------------------------------------------------------------

static uint32_t look(struct drill *drill, struct state_venue venues[VENUE_MAX]) {
    drill->link.ops->refresh(drill->link.self);
    return drill->link.ops->read(drill->link.self, STATE_VENUES, venues, NULL);
}

static enum status report_venue(const struct drill *drill, uint32_t venue, int64_t ns) {
    char data[160];
    struct text line = TEXT_OVER(data);
    const char *name = drill->link.universe->venues[venue].name;
    text_add_format(&line,
                    drill->args->json ? "{\"drill\":\"reconnect\",\"venue\":\"%s\",\"ms\":"
                                      : "reconnect: %-12s live again after ",
                    name);
    add_ms(&line, ns);
    text_add_string(&line, drill->args->json ? "}" : " ms");
    (void)cli_put_line(&line);
    return STATUS_OK;
}

static enum status drill_reconnect(struct drill *drill) {
    struct state_venue before[VENUE_MAX], now[VENUE_MAX];
    bool waits[VENUE_MAX] = {false};
    uint32_t count = look(drill, before), left = 0;
    for (uint32_t i = 0; i < count; i++) {
        waits[i] = before[i].state == FEED_LIVE;
        left += waits[i] ? 1 : 0;
    }
    enum status status = ask(drill, "drill reconnect");
    int64_t began_ns = mono_now_ns();
    while (status == STATUS_OK && left > 0) {
        sleep_a_moment();
        uint32_t seen = look(drill, now);
        int64_t took_ns = mono_now_ns() - began_ns;
        for (uint32_t i = 0; i < seen && i < count; i++) {
            if (waits[i] && now[i].state == FEED_LIVE && now[i].reconnects > before[i].reconnects) {
                waits[i] = false;
                left--;
                status = report_venue(drill, i, took_ns);
            }
        }
        if (took_ns > DRILL_WAIT_S * NS_PER_S) {
            status = status_fail(STATUS_TIMEOUT, "%u venues are not live again after %d s", left,
                                 DRILL_WAIT_S);
        }
    }
    return status == STATUS_OK ? cli_end_output() : status;
}

enum status verb_drill(const struct cli_args *args) {
    static const struct {
        const char *name;
        enum status (*run)(struct drill *drill);
    } drills[] = {{"kill", drill_kill}, {"reconnect", drill_reconnect}};
    struct drill drill = {.args = args};
    for (size_t i = 0; i < COUNT_OF(drills); i++) {
        if (strcmp(args->operands[0], drills[i].name) != 0) {
            continue;
        }
        enum status status = desk_call_open(&drill.call, args);
        if (status == STATUS_OK && drill.call.mode == DESK_LIVE) {
            status = status_fail(STATUS_REFUSED, "a live desk is not drilled");
        }
        if (status == STATUS_OK) {
            status = open_link(&drill);
        }
        status = status == STATUS_OK ? drills[i].run(&drill) : status;
        link_remote_destroy(drill.remote);
        desk_call_close(&drill.call);
        return status;
    }
    return status_fail(STATUS_USAGE, "drill %s: expected kill or reconnect", args->operands[0]);
}
