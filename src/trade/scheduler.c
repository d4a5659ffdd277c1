#include "trade/scheduler.h"

#include <stdlib.h>

#include "trade/desk.h"
#include "trade/strategy.h"

#define TICK_NS (100 * NS_PER_MS)

enum status scheduler_create(struct scheduler *scheduler, const struct universe *universe) {
    *scheduler = (struct scheduler){0};
    scheduler->symbols = calloc(universe->symbol_count, sizeof(*scheduler->symbols));
    return scheduler->symbols != NULL ? STATUS_OK
                                      : status_fail(STATUS_SYSTEM, "no memory for the scheduler");
}

void scheduler_finish(struct scheduler *scheduler) {
    free(scheduler->symbols);
    *scheduler = (struct scheduler){0};
}

uint32_t scheduler_job_on(const struct desk *desk, enum strategy strategy, uint16_t symbol,
                          uint16_t buy, uint16_t sell) {
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job->strategy == strategy && job->symbol == symbol && job->legs[LEG_BUY].venue == buy &&
            job->legs[LEG_SELL].venue == sell) {
            return job->id;
        }
    }
    return 0;
}

bool scheduler_job_of(const struct desk *desk, enum strategy strategy, uint16_t symbol) {
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job->strategy == strategy && job->symbol == symbol) {
            return true;
        }
    }
    return false;
}

static bool strategy_enabled(const struct desk *desk, enum strategy strategy) {
    const struct strategy_row *row = strategy_table[strategy];
    return (row->enabled == NULL || row->enabled(desk->settings)) &&
           (desk->risk.strategies_off >> strategy & 1) == 0;
}

struct verdict scheduler_check_limits(const struct desk *desk, const struct job *job,
                                      int64_t now_ns) {
    const struct settings_scheduler *settings = &desk->settings->scheduler;
    const struct settings_risk *risk = &desk->settings->risk;
    struct verdict v = {.venue = VENUE_MAX, .symbol = job->symbol};
    uint32_t running = 0;
    uint32_t on_venue[JOB_LEGS_MAX] = {0};
    struct usd notional[JOB_LEGS_MAX] = {{0}};
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *other = &desk->jobs.jobs[desk->jobs.live[i]];
        if (!job_running(other)) {
            continue;
        }
        running++;
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            uint16_t venue = job->legs[leg].venue;
            if (other->legs[LEG_BUY].venue == venue || other->legs[LEG_SELL].venue == venue) {
                on_venue[leg]++;
                notional[leg] = usd_add(notional[leg], other->notional);
            }
        }
    }
    if (!strategy_enabled(desk, job->strategy)) {
        v.rule = RULE_STRATEGY_OFF;
        return v;
    }
    if (running >= settings->jobs_max) {
        v.rule = RULE_JOBS_MAX, v.figure = running, v.limit = settings->jobs_max;
        return v;
    }
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        v.venue = job->legs[leg].venue;
        struct usd after = usd_add(notional[leg], job->notional);
        if (on_venue[leg] >= settings->venue_jobs_max) {
            v.rule = RULE_VENUE_JOBS_MAX, v.figure = on_venue[leg],
            v.limit = settings->venue_jobs_max;
            return v;
        }
        if (after.v > settings->venue_notional_max.v) {
            v.rule = RULE_VENUE_NOTIONAL_MAX, v.figure = after.v,
            v.limit = settings->venue_notional_max.v;
            return v;
        }
    }
    v.venue = VENUE_MAX;
    uint32_t minute_jobs =
        last_minute_count(&desk->scheduler.symbols[job->symbol].admitted, now_ns);
    uint32_t day_jobs = desk->scheduler.day == now_ns / NS_PER_DAY ? desk->scheduler.day_jobs : 0;
    struct usd unhedged = execution_unhedged(desk);
    if (minute_jobs >= risk->repeat_minute_max) {
        v.rule = RULE_REPEAT_MINUTE, v.figure = minute_jobs, v.limit = risk->repeat_minute_max;
    } else if (day_jobs >= risk->repeat_day_max) {
        v.rule = RULE_REPEAT_DAY, v.figure = day_jobs, v.limit = risk->repeat_day_max;
    } else if (unhedged.v > risk->unhedged_max.v) {
        v.rule = RULE_EXPOSURE_CLOCK, v.figure = unhedged.v, v.limit = risk->unhedged_max.v;
    }
    return v;
}

void scheduler_explain_arb(const struct desk *desk, const struct opportunity *opp, int64_t now_ns,
                           uint32_t *job, struct verdict *verdict) {
    *job = scheduler_job_on(desk, STRATEGY_ARB, opp->symbol, opp->buy_venue, opp->sell_venue);
    if (*job != 0) {
        *verdict = (struct verdict){.rule = RULE_NONE, .venue = VENUE_MAX, .symbol = opp->symbol};
        return;
    }
    struct job draft;
    struct opportunity pair = *opp;
    if (!scanner_crossed(desk, opp)) { // it stands a little longer than it crosses
        (void)scanner_evaluate(desk, opp->symbol, opp->buy_venue, opp->sell_venue, opp->size,
                               now_ns, &pair);
    }
    scheduler_draft_arb(desk, &pair, &draft);
    *verdict = risk_check_job(desk, &draft, now_ns, NULL);
    if (verdict->rule == RULE_NONE) {
        *verdict = scheduler_check_limits(desk, &draft, now_ns);
    }
}

// A limit or the purse may free up within the job's patience; a rule's no is final. So may a
// venue's message rate, in a moment; but only what needs no edge is still wanted then.
static bool worth_waiting(const struct job *job, enum rule rule) {
    return (rule == RULE_MESSAGE_RATE && job->completes) || rule == RULE_CAPITAL_POOL ||
           rule == RULE_CAPITAL_IN_FLIGHT || rule == RULE_JOBS_MAX || rule == RULE_VENUE_JOBS_MAX ||
           rule == RULE_VENUE_NOTIONAL_MAX || rule == RULE_EXPOSURE_CLOCK;
}

static void note_admitted(struct desk *desk, const struct job *job, int64_t now_ns) {
    struct scheduler *scheduler = &desk->scheduler;
    last_minute_add(&scheduler->symbols[job->symbol].admitted, now_ns);
    if (scheduler->day != now_ns / NS_PER_DAY) {
        scheduler->day = now_ns / NS_PER_DAY;
        scheduler->day_jobs = 0;
    }
    scheduler->day_jobs++;
    scheduler->admitted++;
    desk->risk.accepted++;
}

static struct verdict check(const struct desk *desk, const struct job *job, int64_t now_ns,
                            uint32_t *relaxed, struct risk_score *score) {
    struct verdict verdict = risk_check_scored(desk, job, now_ns, relaxed, score);
    return verdict.rule != RULE_NONE ? verdict : scheduler_check_limits(desk, job, now_ns);
}

// Starts a pending job that passed its checks. Returns the refusal, RULE_NONE when it runs.
static struct verdict start(struct desk *desk, struct bus *bus, struct job *job, uint32_t relaxed) {
    struct verdict verdict = capital_reserve_job(desk, job);
    if (verdict.rule != RULE_NONE) {
        return verdict;
    }
    if (relaxed > 0) {
        watch_alert(bus, SEVERITY_WARN, "override",
                    "job %u accepted past %u soft rule(s) by the override", job->id, relaxed);
    }
    note_admitted(desk, job, bus->now_ns);
    job->verdict = verdict; // whatever it waited for is over
    job->judged_ns = bus->now_ns;
    execution_open(desk, bus, job);
    return verdict;
}

static void end_pending(struct desk *desk, struct bus *bus, struct job *job, enum job_state state,
                        const struct verdict *verdict) {
    job->verdict = *verdict;
    risk_note_denial(desk, bus, job, verdict);
    job_set_state(desk, bus, job, state);
}

// Returns why it became no job; RULE_NONE: it did, be it one that waits.
static struct verdict submit(struct desk *desk, struct bus *bus, const struct job *draft) {
    uint32_t relaxed = 0;
    struct risk_score score;
    struct verdict verdict = check(desk, draft, bus->now_ns, &relaxed, &score);
    if (verdict.rule != RULE_NONE && !worth_waiting(draft, (enum rule)verdict.rule)) {
        risk_note_denial(desk, bus, draft, &verdict);
        return verdict;
    }
    struct job *job = job_create(&desk->jobs, bus->now_ns);
    if (job == NULL) {
        verdict = (struct verdict){.rule = RULE_JOBS_MAX,
                                   .venue = VENUE_MAX,
                                   .symbol = draft->symbol,
                                   .figure = JOBS_MAX,
                                   .limit = JOBS_MAX};
        risk_note_denial(desk, bus, draft, &verdict);
        return verdict;
    }
    uint32_t id = job->id;
    *job = *draft;
    job->id = id;
    job->created_ns = job->state_ns = bus->now_ns;
    risk_keep_score(desk, job, bus->now_ns, &score);
    job_set_state(desk, bus, job, JOB_PENDING);
    if (verdict.rule == RULE_NONE) {
        verdict = start(desk, bus, job, relaxed);
    }
    if (verdict.rule != RULE_NONE) {
        job->verdict = verdict;
    }
    return (struct verdict){.rule = RULE_NONE, .venue = VENUE_MAX, .symbol = draft->symbol};
}

// A position that no job holds gets one. Nothing is opened by it, so no rule is asked; but what a
// strategy closes is no person's order, and a halted desk closes nothing without one.
static void take_over(struct desk *desk, struct bus *bus, const struct job *draft) {
    struct job *job =
        desk->state != TRADING_HALTED ? execution_adopt(desk, bus, draft, false) : NULL;
    if (job != NULL && draft->urgent) {
        execution_close(desk, bus, job, true);
    }
}

static void propose(struct desk *desk, struct bus *bus, const struct strategy_row *row,
                    uint16_t symbol) {
    struct scheduler_symbol *state = &desk->scheduler.symbols[symbol];
    if (row->pace_ns == NULL || desk->status == DESK_PAUSED || desk->killed ||
        !strategy_enabled(desk, row->id)) {
        return;
    }
    bool paced = bus->now_ns - state->proposed_ns[row->id] < row->pace_ns(desk->settings);
    if (paced && !row->on_quote) {
        return;
    }
    struct job draft;
    if (!row->propose(desk, symbol, bus->now_ns, &draft) ||
        (paced && draft.edge.v <= state->proposed_edge[row->id].v)) {
        return; // the pace is for asking the same again: a better edge does not wait
    }
    state->proposed_ns[row->id] = bus->now_ns;
    state->proposed_edge[row->id] = draft.edge;
    if (draft.adopted) {
        take_over(desk, bus, &draft);
    } else {
        (void)submit(desk, bus, &draft);
    }
}

// The sooner of what the strategy itself wants and what take-profit says.
static enum close_wish close_wish_of(struct desk *desk, struct job *job,
                                     const struct strategy_row *row, int64_t now_ns) {
    enum close_wish wish =
        row->wants_close != NULL ? row->wants_close(desk, job, now_ns) : CLOSE_NO;
    if (!row->trails || !desk->settings->take_profit.enabled || !job_priced(desk, job, now_ns)) {
        return wish;
    }
    struct usd profit = job_marked_pnl(desk, job);
    job->best = profit.v > job->best.v ? profit : job->best;
    enum close_wish profits = strategy_take_profit_wish(desk, job);
    return profits > wish ? profits : wish;
}

// Both ways out have to be open: one leg closed alone would leave the other a bet for as long as
// its venue is away, and hedged the job loses little by waiting.
static bool can_be_closed(const struct desk *desk, const struct job *job) {
    for (int leg = 0; leg < JOB_LEGS_MAX && !job->single; leg++) {
        const struct picture_venue *seen = &desk->picture.venues[job->legs[leg].venue];
        if (seen->feed.state != FEED_LIVE ||
            (desk->mode == DESK_LIVE && seen->lane.state != LANE_READY)) {
            return false;
        }
    }
    return true;
}

static void follow_job(struct desk *desk, struct bus *bus, struct job *job) {
    const struct strategy_row *row = strategy_table[job->strategy];
    if (job->state != JOB_HOLDING || desk->state == TRADING_HALTED || desk->killed) {
        return;
    }
    if (job->hold_until_ns == 0 && row->hold_ns != NULL) {
        job->hold_until_ns = job->state_ns + row->hold_ns(desk, job);
        job->deadline_ns = job->hold_until_ns;
    }
    enum close_wish wish = close_wish_of(desk, job, row, bus->now_ns);
    if (wish != CLOSE_NO && can_be_closed(desk, job)) {
        execution_close(desk, bus, job, wish == CLOSE_NOW);
    }
}

static void on_quote(struct desk *desk, struct bus *bus, uint16_t symbol) {
    for (uint32_t i = 0; i < STRATEGY_COUNT; i++) {
        if (strategy_table[i]->on_quote) {
            propose(desk, bus, strategy_table[i], symbol);
        }
    }
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job->symbol == symbol) {
            follow_job(desk, bus, job);
        }
    }
}

// A person's order becomes the job of the strategy that takes it.
static void on_submit(struct desk *desk, struct bus *bus, const struct event_control *order) {
    struct job draft;
    for (uint32_t i = 0; i < STRATEGY_COUNT; i++) {
        const struct strategy_row *row = strategy_table[i];
        if (row->take_order != NULL && row->take_order(desk, order, &draft)) {
            desk->scheduler.order_verdict = submit(desk, bus, &draft);
            return;
        }
    }
    ASSERT(false); // what is not spread is manual's
}

// What waits was not traded yet: it ends here. Running jobs are execution's.
static void end_waiting(struct desk *desk, struct bus *bus, const struct event_control *control) {
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job->state == JOB_PENDING && job_is_meant(job, control)) {
            struct verdict verdict = {
                .rule = RULE_CANCELED, .venue = VENUE_MAX, .symbol = job->symbol};
            end_pending(desk, bus, job, JOB_REFUSED, &verdict);
        }
    }
}

static enum status scheduler_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (event->header.kind == EVENT_QUOTE_UPDATED) {
        on_quote(desk, bus, event->u.quote.symbol);
    } else if (event->u.control.verb == CONTROL_SUBMIT) {
        on_submit(desk, bus, &event->u.control);
    } else if (event->u.control.verb == CONTROL_CANCEL_JOB ||
               event->u.control.verb == CONTROL_FLATTEN) {
        end_waiting(desk, bus, &event->u.control);
    }
    return STATUS_OK;
}

// What a waiting job was proposed for may be gone: its edge is that of the market now.
static void refresh_edge(const struct desk *desk, struct job *job, int64_t now_ns) {
    struct opportunity pair;
    if (!job->single && scanner_evaluate(desk, job->symbol, job->legs[LEG_BUY].venue,
                                         job->legs[LEG_SELL].venue, job->notional, now_ns, &pair)) {
        job->edge = scanner_edge(&pair);
    }
}

// Greedy: the pending job with the best final score that fits starts first.
static void run_pending(struct desk *desk, struct bus *bus) {
    for (;;) {
        struct job *best = NULL;
        for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
            struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
            bool tried = job->deadline_ns == bus->now_ns;
            if (job->state == JOB_PENDING && !tried &&
                (best == NULL || job->final_ppm > best->final_ppm ||
                 (job->final_ppm == best->final_ppm && job->id < best->id))) {
                best = job;
            }
        }
        if (best == NULL) {
            return;
        }
        best->deadline_ns = bus->now_ns; // marks it as tried in this tick
        if (bus->now_ns - best->created_ns >= desk->settings->scheduler.pending_max_ns) {
            end_pending(desk, bus, best, JOB_EXPIRED, &best->verdict);
            continue;
        }
        refresh_edge(desk, best, bus->now_ns);
        uint32_t relaxed = 0;
        struct risk_score score;
        struct verdict verdict = check(desk, best, bus->now_ns, &relaxed, &score);
        risk_keep_score(desk, best, bus->now_ns, &score);
        if (verdict.rule == RULE_NONE) {
            verdict = start(desk, bus, best, relaxed);
        }
        if (verdict.rule != RULE_NONE && !worth_waiting(best, (enum rule)verdict.rule)) {
            end_pending(desk, bus, best, JOB_REFUSED, &verdict);
        } else if (verdict.rule != RULE_NONE) {
            best->verdict = verdict;
        }
    }
}

static void tick_strategy(struct desk *desk, struct bus *bus, const struct strategy_row *row,
                          uint16_t symbol) {
    // What is off opens nothing, but a job it still has closes by what it notes.
    if (row->note != NULL &&
        (strategy_enabled(desk, row->id) || scheduler_job_of(desk, row->id, symbol))) {
        row->note(desk, symbol, bus->now_ns, &desk->scheduler.symbols[symbol].memory[row->id]);
    }
    if (!row->on_quote) {
        propose(desk, bus, row, symbol);
    }
}

static enum status scheduler_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    desk->scheduler.tick_ns = now_ns;
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        follow_job(desk, bus, job);
    }
    run_pending(desk, bus);
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        for (uint32_t i = 0; i < STRATEGY_COUNT; i++) {
            tick_strategy(desk, bus, strategy_table[i], symbol);
        }
    }
    return STATUS_OK;
}

static int64_t scheduler_deadline(const void *self) {
    return ((const struct desk *)self)->scheduler.tick_ns + TICK_NS;
}

void scheduler_job_ended(struct desk *desk, struct bus *bus, struct job *job) {
    capital_release(desk, job);
    desk->scheduler.finished++;
    if (job->order_count == 0 ||
        (job->legs[LEG_BUY].opened.v == 0 && job->legs[LEG_SELL].opened.v == 0)) {
        return; // nothing was traded
    }
    struct usd pnl = job_cash(job);
    capital_record_pnl(desk, job, pnl);
    risk_note_ended(desk, bus, job, pnl);
}

const struct component scheduler_component = {
    .name = "scheduler",
    .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED) | EVENT_BIT(EVENT_CONTROL),
    .on_event = scheduler_on_event,
    .on_time = scheduler_on_time,
    .deadline = scheduler_deadline,
    .publish = scheduler_publish,
};
