// The server's side of drills: what a shell cannot bring about by control verbs. On paper only; the
// server sees to that.
#include <stdlib.h>

#include "cli/desk_inside.h"

static void reconnect(struct desk_run *run) {
    for (uint16_t i = 0; i < run->universe.venue_count; i++) {
        if (run->hooks[i].feed != NULL) {
            feed_ask_reconnect(run->hooks[i].feed);
        }
    }
}

static const struct state_job *find_held(const struct state_job *jobs, uint32_t count, int64_t id) {
    for (uint32_t i = 0; i < count; i++) {
        const struct state_leg *leg = &jobs[i].leg[LEG_BUY];
        if (jobs[i].id == id && jobs[i].state == JOB_HOLDING &&
            qty_sub(leg->filled, leg->closed).v > 0) {
            return &jobs[i];
        }
    }
    return NULL;
}

// The venue's word that the job's long leg is gone: as after a liquidation, and an input like any
// other, so that a replay has it, too.
static enum status take_leg(struct desk_run *run, const struct state_job *job,
                            const struct state_position *positions, uint32_t count) {
    const struct state_leg *leg = &job->leg[LEG_BUY];
    for (uint32_t i = 0; i < count; i++) {
        const struct state_position *position = &positions[i];
        if (position->venue == leg->venue && position->symbol == job->symbol) {
            struct event_venue_position told = {
                .venue = leg->venue,
                .symbol = job->symbol,
                .net = qty_sub(position->net, qty_sub(leg->filled, leg->closed)),
                .average = position->average,
            };
            engine_input(&run->engine, EVENT_VENUE_POSITION, &told, clock_now_ns(&run->clock));
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_REFUSED, "drill orphan: job %u holds no position", job->id);
}

struct held {
    struct state_job jobs[STATE_JOBS_MAX];
    struct state_position positions[STATE_POSITIONS_MAX];
};

static enum status orphan(struct desk_run *run, struct slice words) {
    int64_t id = 0;
    if (!decimal_parse(words, 0, &id)) {
        return status_fail(STATUS_USAGE, "drill orphan: expected the number of a job");
    }
    struct held *held = calloc(1, sizeof(*held));
    if (held == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a drill");
    }
    const struct state_board *board = desk_run_board(run);
    uint32_t jobs = state_read(board, STATE_JOBS, held->jobs, NULL);
    uint32_t positions = state_read(board, STATE_POSITIONS, held->positions, NULL);
    const struct state_job *job = find_held(held->jobs, jobs, id);
    enum status status = job != NULL ? take_leg(run, job, held->positions, positions)
                                     : status_fail(STATUS_REFUSED,
                                                   "drill orphan: job %lld does not hold a "
                                                   "position",
                                                   (long long)id);
    free(held);
    return status;
}

enum status desk_drill(struct desk_run *run, struct slice what) {
    const struct slice orphaned = SLICE("orphan ");
    if (slice_equals(what, SLICE("reconnect"))) {
        reconnect(run);
        return STATUS_OK;
    }
    if (what.size > orphaned.size && memcmp(what.data, orphaned.data, orphaned.size) == 0) {
        return orphan(run, (struct slice){what.data + orphaned.size, what.size - orphaned.size});
    }
    return status_fail(STATUS_USAGE, "drill: expected reconnect or orphan JOB");
}
