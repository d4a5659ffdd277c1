// drill: tries a desk on paper and tells how long it took. `kill` runs the kill switch, waits until
// no order is open, and puts things back as they were; `reconnect` drops every connection and waits
// until every venue that was live is live again; `orphan` takes one leg of a job away and waits
// until the desk has closed the other.
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "cli/desk_call.h"
#include "cli/verbs.h"
#include "trade/job.h"
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

// ---- orphan ------------------------------------------------------------------------------------

enum { ORPHAN_LEFT_S = 6, ORPHAN_QUIET_S = 20 };

struct orphan {
    struct state_header header;
    struct state_risk risk;
    struct state_job jobs[STATE_JOBS_MAX];
    uint32_t count;
};

static void look_at_jobs(struct drill *drill, struct orphan *seen) {
    const struct link *link = &drill->link;
    link->ops->refresh(link->self);
    (void)link->ops->read(link->self, STATE_HEADER, &seen->header, NULL);
    (void)link->ops->read(link->self, STATE_RISK, &seen->risk, NULL);
    seen->count = link->ops->read(link->self, STATE_JOBS, seen->jobs, NULL);
}

// The job that holds on for longest, NULL when none does for long enough. No other job holds the
// same listing: what is taken there is this one's.
static const struct state_job *find_job(const struct orphan *seen) {
    const struct state_job *best = NULL;
    for (uint32_t i = 0; i < seen->count; i++) {
        const struct state_job *job = &seen->jobs[i];
        int64_t left_ns = job->deadline_ns - seen->header.now_ns;
        bool alone = true;
        for (uint32_t j = 0; j < seen->count; j++) {
            const struct state_job *other = &seen->jobs[j];
            alone = alone && (i == j || other->state >= JOB_DONE || other->state == JOB_PENDING ||
                              other->symbol != job->symbol ||
                              (other->leg[0].venue != job->leg[LEG_BUY].venue &&
                               other->leg[1].venue != job->leg[LEG_BUY].venue));
        }
        if (job->state == JOB_HOLDING && job->legs == 2 && alone &&
            left_ns >= ORPHAN_LEFT_S * NS_PER_S &&
            (best == NULL || job->deadline_ns > best->deadline_ns)) {
            best = job;
        }
    }
    return best;
}

static bool is_over(const struct orphan *seen, uint32_t id) {
    for (uint32_t i = 0; i < seen->count; i++) {
        if (seen->jobs[i].id == id) {
            return seen->jobs[i].state >= JOB_DONE;
        }
    }
    return true; // so long ago that it is not listed any more
}

static enum status report_orphan(const struct drill *drill, const struct state_job *job,
                                 int64_t noticed_ns, int64_t closed_ns) {
    char data[320];
    struct text line = TEXT_OVER(data);
    bool json = drill->args->json;
    const char *venue = drill->link.universe->venues[job->leg[LEG_BUY].venue].name;
    text_add_format(&line,
                    json ? "{\"drill\":\"orphan\",\"job\":%u,\"venue\":\"%s\",\"usd\":"
                         : "orphan: job %u lost its leg on %s of ",
                    job->id, venue);
    usd_print(&line, job->notional, 2, 2);
    text_add_string(&line, json ? ",\"noticed_ms\":" : " USD; noticed after ");
    add_ms(&line, noticed_ns);
    text_add_string(&line, json ? ",\"closed_ms\":" : " ms, nothing of it held after ");
    add_ms(&line, closed_ns);
    text_add_string(&line, json ? "}" : " ms");
    (void)cli_put_line(&line);
    return cli_end_output();
}

// A desk that stands still for it, so that nothing else happens to the position meanwhile: paused,
// and nothing on the way.
static enum status find_quiet_job(struct drill *drill, struct orphan *seen, struct state_job *job) {
    int64_t began_ns = mono_now_ns();
    bool paused = false;
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        look_at_jobs(drill, seen);
        const struct state_job *found = find_job(seen);
        if (found != NULL && paused && seen->header.orders_open == 0) {
            *job = *found;
            return STATUS_OK;
        }
        int64_t most_s = paused ? ORPHAN_QUIET_S : DRILL_WAIT_S;
        if (mono_now_ns() - began_ns > most_s * NS_PER_S) {
            return status_fail(STATUS_TIMEOUT, "no job held a position for long enough: let the "
                                               "desk trade for a while");
        }
        if (found != NULL && !paused) {
            status = ask(drill, "pause");
            paused = true;
            began_ns = mono_now_ns();
        }
        sleep_a_moment();
    }
    return status;
}

static enum status take_and_wait(struct drill *drill, struct orphan *seen,
                                 const struct state_job *job) {
    char line[40];
    (void)snprintf(line, sizeof(line), "drill orphan %u", job->id);
    uint32_t vanished = seen->risk.vanished;
    enum status status = ask(drill, line);
    int64_t began_ns = mono_now_ns(), noticed_ns = 0;
    while (status == STATUS_OK) {
        sleep_a_moment();
        look_at_jobs(drill, seen);
        int64_t took_ns = mono_now_ns() - began_ns;
        noticed_ns = noticed_ns == 0 && seen->risk.vanished != vanished ? took_ns : noticed_ns;
        if (noticed_ns != 0 && is_over(seen, job->id)) {
            return report_orphan(drill, job, noticed_ns, took_ns);
        }
        if (took_ns > DRILL_WAIT_S * NS_PER_S) {
            status = status_fail(STATUS_TIMEOUT, "job %u still holds its other leg after %d s",
                                 job->id, DRILL_WAIT_S);
        }
    }
    return status;
}

static enum status drill_orphan(struct drill *drill) {
    static struct orphan seen;
    struct state_job job = {0};
    look_at_jobs(drill, &seen);
    bool running = seen.header.status == DESK_RUNNING;
    enum status status = find_quiet_job(drill, &seen, &job);
    if (status == STATUS_OK) {
        status = take_and_wait(drill, &seen, &job);
    }
    if (running) {
        enum status resumed = ask(drill, "resume");
        status = status == STATUS_OK ? resumed : status;
    }
    return status;
}

enum status verb_drill(const struct cli_args *args) {
    static const struct {
        const char *name;
        enum status (*run)(struct drill *drill);
    } drills[] = {{"kill", drill_kill}, {"reconnect", drill_reconnect}, {"orphan", drill_orphan}};
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
    return status_fail(STATUS_USAGE, "drill %s: expected kill, reconnect or orphan",
                       args->operands[0]);
}
