// watch: a line for every change of a running desk, for scripts and screen readers. It looks at the
// desk as a console does that only looks, ten times a second: what comes and goes between two looks
// is not told.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/desk_call.h"
#include "cli/verbs.h"
#include "engine/state_text.h"
#include "ui/link_remote.h"

enum { LOOK_MS = 100, LINE_BYTES = 4096 };

struct watch {
    const struct link *link;
    bool json;
    int64_t now_ns; // desk time of the newest look
    void *rows, *before[STATE_SECTION_COUNT];
    uint32_t count[STATE_SECTION_COUNT];
    uint64_t version[STATE_SECTION_COUNT];
};

// A section that is watched: which row of the last look is the same thing, whether it changed, and
// its line.
struct watched {
    enum state_section section;
    bool (*same)(const void *a, const void *b);
    bool (*changed)(const void *before, const void *now);
    void (*print)(struct text *out, const struct watch *watch, const void *row, uint32_t index);
};

static bool same_place(const void *a, const void *b) {
    (void)a;
    (void)b;
    return true;
}

static bool desk_changed(const void *before, const void *now) {
    const struct state_header *a = before, *b = now;
    return a->status != b->status || a->state != b->state || a->risk_mode != b->risk_mode ||
           a->killed != b->killed || a->overridden != b->overridden ||
           a->threshold.v != b->threshold.v;
}

static void print_desk(struct text *out, const struct watch *watch, const void *row,
                       uint32_t index) {
    (void)index;
    state_desk_print(out, watch->json, row);
}

static bool venue_changed(const void *before, const void *now) {
    const struct state_venue *a = before, *b = now;
    return a->state != b->state || a->role != b->role || a->safe_mode != b->safe_mode ||
           a->tripped != b->tripped;
}

static void print_venue(struct text *out, const struct watch *watch, const void *row,
                        uint32_t index) {
    state_venue_print(out, watch->json, watch->link->universe, (uint16_t)index, row);
}

static bool same_job(const void *a, const void *b) {
    return ((const struct state_job *)a)->id == ((const struct state_job *)b)->id;
}

static bool job_changed(const void *before, const void *now) {
    const struct state_job *a = before, *b = now;
    bool changed = a->state != b->state || a->rule != b->rule || a->pnl.v != b->pnl.v;
    for (uint32_t i = 0; i < JOB_LEGS_MAX; i++) {
        changed = changed || a->leg[i].filled.v != b->leg[i].filled.v ||
                  a->leg[i].closed.v != b->leg[i].closed.v;
    }
    return changed;
}

static void print_job(struct text *out, const struct watch *watch, const void *row,
                      uint32_t index) {
    (void)index;
    state_job_print(out, watch->json, watch->link->universe, row);
}

static bool same_order(const void *a, const void *b) {
    return ((const struct state_order *)a)->order == ((const struct state_order *)b)->order;
}

static bool order_changed(const void *before, const void *now) {
    const struct state_order *a = before, *b = now;
    return a->state != b->state || a->filled.v != b->filled.v;
}

static void print_order(struct text *out, const struct watch *watch, const void *row,
                        uint32_t index) {
    (void)index;
    state_order_print(out, watch->json, watch->link->universe, row);
}

static bool same_position(const void *a, const void *b) {
    const struct state_position *one = a, *other = b;
    return one->venue == other->venue && one->symbol == other->symbol;
}

static bool position_changed(const void *before, const void *now) {
    return ((const struct state_position *)before)->net.v !=
           ((const struct state_position *)now)->net.v;
}

static void print_position(struct text *out, const struct watch *watch, const void *row,
                           uint32_t index) {
    (void)index;
    state_position_print(out, watch->json, watch->link->universe, row);
}

static bool same_alert(const void *a, const void *b) {
    return ((const struct state_alert *)a)->id == ((const struct state_alert *)b)->id;
}

static bool alert_changed(const void *before, const void *now) {
    return ((const struct state_alert *)before)->acknowledged !=
           ((const struct state_alert *)now)->acknowledged;
}

static void print_alert(struct text *out, const struct watch *watch, const void *row,
                        uint32_t index) {
    (void)index;
    state_alert_print(out, watch->json, row);
}

static const struct watched watched[] = {
    {STATE_HEADER, same_place, desk_changed, print_desk},
    {STATE_ALERTS, same_alert, alert_changed, print_alert},
    {STATE_VENUES, same_place, venue_changed, print_venue}, // a row has its place
    {STATE_JOBS, same_job, job_changed, print_job},
    {STATE_ORDERS, same_order, order_changed, print_order},
    {STATE_POSITIONS, same_position, position_changed, print_position},
};

static bool put(const struct watch *watch, const struct watched *what, const void *row,
                uint32_t index) {
    char data[LINE_BYTES];
    struct text line = TEXT_OVER(data);
    int64_t now_ms = watch->now_ns / NS_PER_MS;
    if (watch->json) {
        text_add_format(&line, "{\"t_ms\":%lld,\"change\":", (long long)now_ms);
    } else {
        cli_print_time(&line, watch->now_ns);
        text_add_char(&line, ' ');
    }
    what->print(&line, watch, row, index);
    if (watch->json) {
        text_add_char(&line, '}');
    }
    return cli_put_line(&line);
}

static const void *row_before(const struct watch *watch, const struct watched *what,
                              const void *row, uint32_t index) {
    uint32_t size = state_row_size(what->section);
    const char *rows = watch->before[what->section];
    uint32_t count = watch->count[what->section];
    if (what->same == same_place) {
        return index < count ? rows + (size_t)index * size : NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (what->same(rows + (size_t)i * size, row)) {
            return rows + (size_t)i * size;
        }
    }
    return NULL;
}

// False: nobody reads the lines any more.
static bool look_at(struct watch *watch, const struct watched *what) {
    const struct link *link = watch->link;
    enum state_section section = what->section;
    uint32_t size = state_row_size(section);
    if (link->ops->version(link->self, section) == watch->version[section]) {
        return true;
    }
    uint32_t count = link->ops->read(link->self, section, watch->rows, &watch->version[section]);
    bool good = true;
    for (uint32_t i = 0; i < count && good; i++) {
        const void *row = (const char *)watch->rows + (size_t)i * size;
        const void *before = row_before(watch, what, row, i);
        if (before == NULL || what->changed(before, row)) {
            good = put(watch, what, row, i);
        }
    }
    memcpy(watch->before[section], watch->rows, (size_t)count * size);
    watch->count[section] = count;
    return good;
}

static bool look(struct watch *watch) {
    const struct link *link = watch->link;
    struct state_header header;
    link->ops->refresh(link->self);
    if (link->ops->read(link->self, STATE_HEADER, &header, NULL) > 0) {
        watch->now_ns = header.now_ns;
    }
    for (size_t i = 0; i < COUNT_OF(watched); i++) {
        if (!look_at(watch, &watched[i])) {
            return false;
        }
    }
    return fflush(stdout) == 0; // a line a change, at once
}

static enum status run(struct watch *watch, const struct cli_args *args) {
    const struct link *link = watch->link;
    int64_t began_ns = mono_now_ns(), looked_ns = 0;
    do {
        int64_t now_ns = mono_now_ns();
        if (now_ns - looked_ns < LOOK_MS * NS_PER_MS) {
            continue;
        }
        looked_ns = now_ns;
        if (!look(watch)) {
            break;
        }
        const char *trouble = link->ops->trouble(link->self);
        if (trouble != NULL) {
            return status_fail(STATUS_NOT_RUNNING, "%s", trouble);
        }
    } while (cli_wait(began_ns, args->seconds_ns));
    return cli_end_output();
}

static enum status make_room(struct watch *watch) {
    const struct universe *universe = watch->link->universe;
    watch->rows = malloc(state_scratch_size(universe));
    bool complete = watch->rows != NULL;
    for (size_t i = 0; i < COUNT_OF(watched); i++) {
        enum state_section section = watched[i].section;
        watch->before[section] =
            malloc((size_t)state_rows_max(section, universe) * state_row_size(section));
        complete = complete && watch->before[section] != NULL;
    }
    return complete ? STATUS_OK : status_fail(STATUS_SYSTEM, "no memory for the desk's picture");
}

enum status verb_watch(const struct cli_args *args) {
    struct watch watch = {.json = args->json};
    char path[256];
    enum desk_mode mode;
    struct link_remote *remote = NULL;
    enum status status = desk_call_find(args, &mode);
    if (status == STATUS_OK) {
        status = desk_call_path(mode, path, sizeof(path));
    }
    if (status == STATUS_OK) {
        struct link_remote_options options = {
            .path = path, .build = cli_build(), .role = LINK_VIEWER};
        status = link_remote_create(&remote, &options);
    }
    if (status == STATUS_OK) {
        struct link link = link_remote(remote);
        watch.link = &link;
        cli_catch_signals();
        status = make_room(&watch);
        status = status == STATUS_OK ? run(&watch, args) : status;
    }
    free(watch.rows);
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        free(watch.before[s]);
    }
    link_remote_destroy(remote);
    return status;
}
