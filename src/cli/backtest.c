#include "cli/backtest.h"

#include <stdlib.h>

// What is known of a job while it lives; the table is indexed by its id.
struct job_note {
    uint32_t pair; // index + 1, 0 = not seen
    bool opened;
    struct usd volume;
};

struct backtest {
    struct backtest_result *result;
    struct memory_desk *desk;
    struct job_note *jobs;
    uint32_t job_capacity;
    uint32_t pair_capacity; // venues * venues * symbols
    struct usd peak;        // of the profit
    int64_t sampled_ns;
    bool out_of_memory;
};

static struct job_note *note_of(struct backtest *run, uint32_t job) {
    if (job >= run->job_capacity) {
        uint32_t wanted = run->job_capacity == 0 ? 4096 : run->job_capacity;
        while (wanted <= job && wanted <= UINT32_MAX / 2) {
            wanted *= 2;
        }
        struct job_note *grown =
            wanted > job ? realloc(run->jobs, wanted * sizeof(*run->jobs)) : NULL;
        if (grown == NULL) {
            run->out_of_memory = true;
            return NULL;
        }
        memset(grown + run->job_capacity, 0, (wanted - run->job_capacity) * sizeof(*grown));
        run->jobs = grown;
        run->job_capacity = wanted;
    }
    return &run->jobs[job];
}

static uint32_t pair_of(const struct backtest *run, uint16_t symbol, uint16_t buy, uint16_t sell) {
    uint32_t venues = run->desk->universe.venue_count;
    ASSERT(symbol < run->desk->universe.symbol_count && buy < venues && sell < venues);
    return (symbol * venues + buy) * venues + sell;
}

static void count_job(struct backtest_sums *sums, struct job_note *note,
                      const struct event_job *job) {
    switch ((enum job_state)job->state) {
    case JOB_OPENING:
        sums->opened += !note->opened;
        note->opened = true;
        return;
    case JOB_DONE:
        sums->done++;
        break;
    case JOB_FAILED:
        sums->failed++;
        break;
    case JOB_REFUSED:
        sums->refused++;
        break;
    case JOB_EXPIRED:
        sums->expired++;
        break;
    case JOB_PENDING:
    case JOB_HOLDING:
    case JOB_CLOSING:
    case JOB_UNWINDING:
    case JOB_STATE_COUNT:
        return;
    }
    sums->traded += note->volume.v > 0;
    sums->won += note->volume.v > 0 && job->pnl.v > 0;
    sums->fees = usd_add(sums->fees, job->fees);
    sums->pnl = usd_add(sums->pnl, job->pnl);
}

static void take_job(struct backtest *run, const struct event_job *job) {
    struct job_note *note = note_of(run, job->job);
    if (note == NULL) {
        return;
    }
    note->pair = pair_of(run, job->symbol, job->buy_venue, job->sell_venue) + 1;
    count_job(&run->result->pairs[note->pair - 1].sums, note, job);
}

static void take_fill(struct backtest *run, const struct event_fill *fill) {
    struct job_note *note = note_of(run, fill->job);
    if (note == NULL || note->pair == 0) {
        return; // an order without a job: none is placed here
    }
    struct usd volume = usd_notional_near(fill->price, fill->size);
    struct backtest_sums *sums = &run->result->pairs[note->pair - 1].sums;
    note->volume = usd_add(note->volume, volume);
    sums->volume = usd_add(sums->volume, volume);
}

static void on_event(void *arg, const struct event *event) {
    struct backtest *run = arg;
    run->result->events++;
    if (run->desk == NULL) {
        return; // while it is being built: no jobs yet
    }
    if (event->header.kind == EVENT_JOB_STATE) {
        take_job(run, &event->u.job);
    } else if (event->header.kind == EVENT_ORDER_FILLED) {
        take_fill(run, &event->u.fill);
    }
}

static void note_drawdown(struct backtest *run) {
    struct backtest_result *result = run->result;
    result->pnl = position_total_pnl(&run->desk->desk);
    run->peak = result->pnl.v > run->peak.v ? result->pnl : run->peak;
    struct usd below = usd_sub(run->peak, result->pnl);
    if (below.v > result->drawdown.v) {
        result->drawdown = below;
        result->drawdown_share = bps_share_near(below, usd_add(result->equity, run->peak));
    }
}

static void on_timer(void *arg, const struct memory_desk *d) {
    struct backtest *run = arg;
    if (d->now_ns - run->sampled_ns >= NS_PER_S) {
        run->sampled_ns = d->now_ns;
        note_drawdown(run);
    }
}

static enum status prepare(struct backtest *run) {
    const struct universe *universe = &run->desk->universe;
    struct backtest_result *result = run->result;
    run->pair_capacity =
        (uint32_t)universe->venue_count * universe->venue_count * (uint32_t)universe->symbol_count;
    result->pairs = calloc(run->pair_capacity, sizeof(*result->pairs));
    if (result->pairs == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the pairs of a backtest");
    }
    result->venues = universe->venue_count;
    result->symbols = universe->symbol_count;
    result->from_ns = run->desk->start_ns;
    result->equity.v = run->desk->config.settings.capital.equity_start.v * universe->venue_count;
    return STATUS_OK;
}

static void add_sums(struct backtest_sums *to, const struct backtest_sums *from) {
    to->opened += from->opened;
    to->done += from->done;
    to->failed += from->failed;
    to->refused += from->refused;
    to->expired += from->expired;
    to->held += from->held;
    to->traded += from->traded;
    to->won += from->won;
    to->volume = usd_add(to->volume, from->volume);
    to->fees = usd_add(to->fees, from->fees);
    to->pnl = usd_add(to->pnl, from->pnl);
}

// Names the pairs that had a job, moves them to the front, and adds everything up.
static void settle(struct backtest *run) {
    const struct universe *universe = &run->desk->universe;
    struct backtest_result *result = run->result;
    JOB_FOR_EACH_LIVE(&run->desk->desk.jobs, job) {
        result
            ->pairs[pair_of(run, job->symbol, job->legs[LEG_BUY].venue, job->legs[LEG_SELL].venue)]
            .sums.held += job_running(job);
    }
    uint32_t venues = universe->venue_count;
    for (uint32_t i = 0; i < run->pair_capacity; i++) {
        struct backtest_pair *pair = &result->pairs[result->pair_count];
        *pair = result->pairs[i];
        add_sums(&result->sums, &pair->sums);
        const struct backtest_sums *sums = &pair->sums;
        if (sums->opened + sums->refused + sums->expired + sums->failed == 0) {
            continue;
        }
        const char *names[] = {universe->symbols[i / venues / venues].name,
                               universe->venues[i / venues % venues].name,
                               universe->venues[i % venues].name};
        (void)string_copy(pair->symbol, sizeof(pair->symbol), slice_of(names[0]));
        (void)string_copy(pair->buy, sizeof(pair->buy), slice_of(names[1]));
        (void)string_copy(pair->sell, sizeof(pair->sell), slice_of(names[2]));
        result->pair_count++;
    }
    for (uint32_t i = 0; i < venues * universe->symbol_count; i++) {
        const struct position *position = &run->desk->desk.positions.positions[i];
        result->fees = usd_add(result->fees, position->fees);
        result->funding = usd_add(result->funding, position->funding);
    }
    result->frames = run->desk->frames;
    result->to_ns = run->desk->now_ns;
}

static enum status play(struct backtest *run, const struct backtest_options *options) {
    struct memory_desk *d = run->desk;
    while (!d->over &&
           (options->seconds_ns == 0 || d->now_ns - d->start_ns < options->seconds_ns)) {
        int64_t rest_ns = options->seconds_ns - (d->now_ns - d->start_ns);
        memory_desk_run(d, options->seconds_ns > 0 && rest_ns < NS_PER_S ? rest_ns : NS_PER_S);
        if (options->on_progress != NULL &&
            !options->on_progress(options->arg, d->now_ns - d->start_ns)) {
            return status_fail(STATUS_ERROR, "stopped");
        }
    }
    note_drawdown(run);
    return run->out_of_memory ? status_fail(STATUS_SYSTEM, "no memory for the jobs of a backtest")
                              : STATUS_OK;
}

enum status backtest_run(struct backtest_result *result, const struct backtest_options *options) {
    struct backtest run = {.result = result};
    struct memory_options desk = options->desk;
    *result = (struct backtest_result){0};
    desk.on_event = on_event;
    desk.on_timer = on_timer;
    desk.arg = &run;
    enum status status = memory_desk_create(&run.desk, &desk);
    if (status == STATUS_OK) {
        status = prepare(&run);
    }
    if (status == STATUS_OK) {
        status = play(&run, options);
    }
    if (status == STATUS_OK) {
        settle(&run);
    }
    memory_desk_destroy(run.desk);
    free(run.jobs);
    if (status != STATUS_OK) {
        backtest_result_finish(result);
    }
    return status;
}

void backtest_result_finish(struct backtest_result *result) {
    free(result->pairs);
    result->pairs = NULL;
    result->pair_count = 0;
}

struct bps backtest_hit_rate(const struct backtest_sums *sums) {
    return sums->traded == 0 ? (struct bps){0}
                             : (struct bps){mul_div_near(sums->won, 1000000, sums->traded)};
}
