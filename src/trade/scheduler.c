#include "trade/scheduler.h"

#include <stdlib.h>

#include "trade/desk.h"
#include "trade/strategy.h"

#define TICK_NS (100 * NS_PER_MS)
#define ARB_PACE_NS                                                                                \
    (250 * NS_PER_MS) // between two looks at one symbol by a strategy that looks at each quote
#define MINUTE_NS (60 * NS_PER_S)
#define DAY_NS    (INT64_C(86400) * NS_PER_S)

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

static int64_t gcd(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// A size both venues accept: a multiple of both steps.
static struct qty common_step(struct qty a, struct qty b) {
    if (a.v <= 0 || b.v <= 0) {
        return (struct qty){1};
    }
    return (struct qty){mul_div_floor(a.v, b.v, gcd(a.v, b.v))};
}

void scheduler_draft(const struct desk *desk, enum strategy strategy,
                     const struct opportunity *pair, struct usd notional, struct job *draft) {
    uint16_t venues[] = {[LEG_BUY] = pair->buy_venue, [LEG_SELL] = pair->sell_venue};
    const struct listing *buy = universe_listing(desk->universe, venues[LEG_BUY], pair->symbol);
    const struct listing *sell = universe_listing(desk->universe, venues[LEG_SELL], pair->symbol);
    struct qty size = qty_step_floor(qty_for_usd_floor(notional, pair->buy_ask),
                                     common_step(buy->step, sell->step));
    *draft = (struct job){
        .strategy = strategy,
        .symbol = pair->symbol,
        .maker = cost_maker_leg(&desk->universe->venues[venues[LEG_BUY]],
                                &desk->universe->venues[venues[LEG_SELL]],
                                (enum execution_mode)desk->settings->execution.mode),
        .notional = usd_notional_ceil(
            pair->buy_ask.v > pair->sell_bid.v ? pair->buy_ask : pair->sell_bid, size),
        .edge = pair->net,
    };
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        draft->legs[leg].venue = venues[leg];
        draft->legs[leg].target = size;
    }
}

void scheduler_draft_arb(const struct desk *desk, const struct opportunity *opp,
                         struct job *draft) {
    const struct settings_arb *settings = &desk->settings->arb;
    struct usd bought = usd_notional_floor(opp->buy_ask, opp->buy_size);
    struct usd sold = usd_notional_floor(opp->sell_bid, opp->sell_size);
    struct usd shown = bought.v < sold.v ? bought : sold;
    struct usd notional = shown.v < settings->notional_max.v ? shown : settings->notional_max;
    if (notional.v < settings->notional_min.v) {
        notional = settings->notional_min;
    }
    scheduler_draft(desk, STRATEGY_ARB, opp, notional, draft);
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

static bool strategy_enabled(const struct desk *desk, enum strategy strategy) {
    const struct settings *settings = desk->settings;
    bool enabled = strategy == STRATEGY_WASH  ? settings->wash.enabled
                   : strategy == STRATEGY_ARB ? settings->arb.enabled
                                              : true;
    return enabled && (desk->risk.strategies_off >> strategy & 1) == 0;
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
    const struct scheduler_symbol *symbol = &desk->scheduler.symbols[job->symbol];
    uint32_t minute_jobs = symbol->minute == now_ns / MINUTE_NS ? symbol->minute_jobs : 0;
    uint32_t day_jobs = desk->scheduler.day == now_ns / DAY_NS ? desk->scheduler.day_jobs : 0;
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

// A limit or the purse may free up within the job's patience; a rule's no is final.
static bool worth_waiting(enum rule rule) {
    return rule == RULE_CAPITAL_POOL || rule == RULE_CAPITAL_IN_FLIGHT || rule == RULE_JOBS_MAX ||
           rule == RULE_VENUE_JOBS_MAX || rule == RULE_VENUE_NOTIONAL_MAX ||
           rule == RULE_EXPOSURE_CLOCK;
}

static void note_admitted(struct desk *desk, const struct job *job, int64_t now_ns) {
    struct scheduler *scheduler = &desk->scheduler;
    struct scheduler_symbol *symbol = &scheduler->symbols[job->symbol];
    if (symbol->minute != now_ns / MINUTE_NS) {
        symbol->minute = now_ns / MINUTE_NS;
        symbol->minute_jobs = 0;
    }
    symbol->minute_jobs++;
    if (scheduler->day != now_ns / DAY_NS) {
        scheduler->day = now_ns / DAY_NS;
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
    execution_open(desk, bus, job);
    return verdict;
}

static void end_pending(struct desk *desk, struct bus *bus, struct job *job, enum job_state state,
                        const struct verdict *verdict) {
    job->verdict = *verdict;
    risk_note_denial(desk, bus, job, verdict);
    job_set_state(desk, bus, job, state);
}

static void submit(struct desk *desk, struct bus *bus, const struct job *draft) {
    uint32_t relaxed = 0;
    struct risk_score score;
    struct verdict verdict = check(desk, draft, bus->now_ns, &relaxed, &score);
    if (verdict.rule != RULE_NONE && !worth_waiting((enum rule)verdict.rule)) {
        risk_note_denial(desk, bus, draft, &verdict);
        return;
    }
    struct job *job = job_create(&desk->jobs, bus->now_ns);
    if (job == NULL) {
        verdict = (struct verdict){.rule = RULE_JOBS_MAX,
                                   .venue = VENUE_MAX,
                                   .symbol = draft->symbol,
                                   .figure = JOBS_MAX,
                                   .limit = JOBS_MAX};
        risk_note_denial(desk, bus, draft, &verdict);
        return;
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
}

static void propose(struct desk *desk, struct bus *bus, const struct strategy_row *row,
                    uint16_t symbol) {
    struct scheduler_symbol *state = &desk->scheduler.symbols[symbol];
    int64_t pace_ns = row->on_quote ? ARB_PACE_NS : desk->settings->wash.pace_ns;
    bool paced = bus->now_ns - state->proposed_ns[row->id] < pace_ns;
    if ((paced && !row->on_quote) || desk->status == DESK_PAUSED || desk->killed ||
        !strategy_enabled(desk, row->id)) {
        return;
    }
    struct job draft;
    if (!row->propose(desk, symbol, bus->now_ns, &draft) ||
        (paced && draft.edge.v <= state->proposed_edge[row->id].v)) {
        return; // the pace is for asking the same again: a better edge does not wait
    }
    state->proposed_ns[row->id] = bus->now_ns;
    state->proposed_edge[row->id] = draft.edge;
    submit(desk, bus, &draft);
}

static void follow_job(struct desk *desk, struct bus *bus, struct job *job) {
    const struct strategy_row *row = strategy_row_of(job->strategy);
    if (job->state != JOB_HOLDING || row == NULL || desk->state == TRADING_HALTED || desk->killed) {
        return;
    }
    if (job->hold_until_ns == 0) {
        job->hold_until_ns = job->state_ns + row->hold_ns(desk, job);
        job->deadline_ns = job->hold_until_ns;
    }
    enum close_wish wish = row->wants_close(desk, job, bus->now_ns);
    if (wish != CLOSE_NO) {
        execution_close(desk, bus, job, wish == CLOSE_NOW);
    }
}

static enum status scheduler_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    uint16_t symbol = event->u.quote.symbol;
    for (uint32_t i = 0; i < strategy_table_count; i++) {
        if (strategy_table[i]->on_quote) {
            propose(desk, bus, strategy_table[i], symbol);
        }
    }
    JOB_FOR_EACH_LIVE(&desk->jobs, job) {
        if (job->symbol == symbol) {
            follow_job(desk, bus, job);
        }
    }
    return STATUS_OK;
}

// What a waiting job was proposed for may be gone: its edge is that of the market now.
static void refresh_edge(const struct desk *desk, struct job *job, int64_t now_ns) {
    struct opportunity pair;
    if (job->strategy != STRATEGY_MANUAL &&
        scanner_evaluate(desk, job->symbol, job->legs[LEG_BUY].venue, job->legs[LEG_SELL].venue,
                         job->notional, now_ns, &pair)) {
        job->edge = pair.net;
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
        if (verdict.rule != RULE_NONE && !worth_waiting((enum rule)verdict.rule)) {
            end_pending(desk, bus, best, JOB_REFUSED, &verdict);
        } else if (verdict.rule != RULE_NONE) {
            best->verdict = verdict;
        }
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
        for (uint32_t i = 0; i < strategy_table_count; i++) {
            if (!strategy_table[i]->on_quote) {
                propose(desk, bus, strategy_table[i], symbol);
            }
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
    if (job->state == JOB_DONE) {
        risk_note_success(desk, bus, job, pnl);
    }
}

const struct component scheduler_component = {
    .name = "scheduler",
    .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED),
    .on_event = scheduler_on_event,
    .on_time = scheduler_on_time,
    .deadline = scheduler_deadline,
    .publish = scheduler_publish,
};
