#include "trade/risk.h"

#include "trade/desk.h"

const struct risk_preset risk_presets[RISK_MODE_COUNT] = {
    [RISK_CONSERVATIVE] = {{500}, {100}, {4000}, 500, 800000, 200000, 750000},
    [RISK_BALANCED] = {{300}, {200}, {6000}, 1000, 650000, 350000, 700000},
    [RISK_AGGRESSIVE] = {{150}, {350}, {10000}, 2000, 550000, 450000, 600000},
};

// The order of evaluation: the desk's own state, capital, account, position, execution, then the
// job as a whole. The first that refuses names itself. New checks go where their level is. What the
// job was admitted with as a whole (capital, its size, its edge) is not asked again in its rounds;
// what is a moment's matter makes the next round wait.
const struct risk_rule risk_table[] = {
    {RULE_KILLED, false, ROUND_STOPS, risk_account_killed},
    {RULE_HALTED, false, ROUND_STOPS, risk_account_halted},
    {RULE_REDUCING, false, ROUND_STOPS, risk_account_reducing},
    {RULE_PAUSED, false, ROUND_STOPS, risk_account_paused},
    {RULE_RECONCILE, false, ROUND_WAITS, risk_account_reconcile},
    {RULE_CAPITAL_POOL, false, ROUND_PASSES, risk_capital_pool},
    {RULE_ORDER_NOTIONAL, true, ROUND_PASSES, risk_account_order_notional},
    {RULE_DRAWDOWN, true, ROUND_STOPS, risk_account_drawdown},
    {RULE_DAY_LOSS, false, ROUND_STOPS, risk_account_day_loss},
    {RULE_FAILURES, false, ROUND_WAITS, risk_account_failures},
    {RULE_FAST_MARKET, false, ROUND_WAITS, risk_account_fast_market},
    {RULE_SYMBOL_EXPOSURE, false, ROUND_PASSES, risk_account_symbol_exposure},
    {RULE_DIRECTION, true, ROUND_PASSES, risk_account_direction},
    {RULE_POSITION_SIZE, true, ROUND_PASSES, risk_position_size},
    {RULE_COOL_DOWN, false, ROUND_WAITS, risk_position_cool_down},
    {RULE_VENUE_ROLE, true, ROUND_STOPS, risk_execution_role},
    {RULE_NO_INSTRUMENT, true, ROUND_WAITS, risk_execution_instrument},
    {RULE_VENUE_DOWN, true, ROUND_WAITS, risk_execution_venue_down},
    {RULE_NO_KEYS, true, ROUND_STOPS, risk_execution_no_keys},
    {RULE_LANE, true, ROUND_WAITS, risk_execution_lane},
    {RULE_DEADMAN, true, ROUND_WAITS, risk_execution_deadman},
    {RULE_MESSAGE_RATE, true, ROUND_WAITS, risk_execution_message_rate},
    {RULE_VENUE_TRIPPED, true, ROUND_WAITS, risk_execution_tripped},
    {RULE_CLOCK_OFFSET, true, ROUND_WAITS, risk_execution_clock},
    {RULE_NO_QUOTE, true, ROUND_WAITS, risk_execution_quote},
    {RULE_QUOTE_STALE, true, ROUND_WAITS, risk_execution_stale},
    {RULE_QUARANTINE, true, ROUND_WAITS, risk_execution_quarantine},
    {RULE_ORDER_SIZE, true, ROUND_PASSES, risk_execution_order_size},
    {RULE_ORDER_SMALL, true, ROUND_PASSES, risk_execution_order_small},
    {RULE_PRICE_COLLAR, true, ROUND_WAITS, risk_execution_collar},
    {RULE_SELF_TRADE, true, ROUND_PASSES, risk_execution_self_trade},
    {RULE_SLIPPAGE, true, ROUND_WAITS, risk_execution_slippage},
    {RULE_MIN_EDGE, false, ROUND_PASSES, risk_job_min_edge},
    {RULE_MAX_LOSS, false, ROUND_PASSES, risk_job_max_loss},
    {RULE_ROUND_TRIP, false, ROUND_PASSES, risk_job_round_trip},
    {RULE_FUNDING_BLACKOUT, true, ROUND_PASSES, risk_job_funding_blackout},
    {RULE_FUNDING, false, ROUND_PASSES, risk_job_funding},
    {RULE_VOLATILITY, false, ROUND_PASSES, risk_job_volatility},
    {RULE_SPREAD, true, ROUND_PASSES, risk_job_spread},
    {RULE_LATENCY, true, ROUND_PASSES, risk_job_latency},
    {RULE_LEVERAGE, true, ROUND_PASSES, risk_job_leverage},
    {RULE_SCORE, false, ROUND_PASSES, risk_job_score},
};
const uint32_t risk_table_count = COUNT_OF(risk_table);

const struct risk_preset *risk_preset_of(const struct desk *desk) {
    return &risk_presets[desk->risk_mode];
}

struct usd risk_day_loss_limit(const struct desk *desk) {
    const struct settings_risk *settings = &desk->settings->risk;
    struct usd share = usd_bps_floor(capital_total_equity(desk), settings->day_loss_share);
    return share.v < settings->day_loss_max.v ? share : settings->day_loss_max;
}

struct usd risk_day_loss(const struct desk *desk) {
    struct usd pnl = position_day_pnl(desk);
    return pnl.v < 0 ? usd_sub((struct usd){0}, pnl) : (struct usd){0};
}

bool risk_venue_tripped(const struct desk *desk, uint16_t venue, int64_t now_ns) {
    return desk->risk.venues[venue].tripped_until_ns > now_ns;
}

void risk_publish_venue(const struct desk *desk, uint16_t venue, int64_t now_ns,
                        struct state_venue *row) {
    const struct risk_venue *own = &desk->risk.venues[venue];
    uint32_t most = desk->settings->risk.venue_failures_max;
    row->tripped = risk_venue_tripped(desk, venue, now_ns);
    row->tripped_until_ns = row->tripped ? own->tripped_until_ns : 0;
    row->rejects = (uint8_t)(own->rejects < UINT8_MAX ? own->rejects : UINT8_MAX);
    row->rejects_max = (uint8_t)(most < UINT8_MAX ? most : UINT8_MAX);
    row->order_latency_ns = own->latency_ns;
}

// Rules leave figures behind when they pass, too: one that refuses is asked again for its own.
__attribute__((noinline)) static void
name_refusal(const struct risk_rule *rule, const struct risk_case *c, struct verdict *verdict) {
    *verdict = (struct verdict){0};
    ASSERT(rule->refuses(c, verdict));
    if (verdict->rule == RULE_NONE) { // the allocator names its own
        verdict->rule = (uint16_t)rule->rule;
        verdict->venue = c->leg < 0 ? VENUE_MAX : c->job->legs[c->leg].venue;
        verdict->symbol = c->job->symbol;
    }
}

static inline bool asks(const struct risk_rule *rule, struct risk_case *c, int leg,
                        struct verdict *verdict) {
    c->leg = leg;
    if (__builtin_expect(!rule->refuses(c, verdict), 1)) {
        return false;
    }
    name_refusal(rule, c, verdict);
    return true;
}

static inline bool run_rule(const struct risk_rule *rule, struct risk_case *c,
                            struct verdict *verdict) {
    if (!rule->per_leg) {
        return asks(rule, c, -1, verdict);
    }
    return (job_uses(c->job, LEG_BUY) && asks(rule, c, LEG_BUY, verdict)) ||
           (job_uses(c->job, LEG_SELL) && asks(rule, c, LEG_SELL, verdict));
}

struct verdict risk_check_job(const struct desk *desk, const struct job *job, int64_t now_ns,
                              uint32_t *relaxed) {
    struct risk_score score;
    return risk_check_scored(desk, job, now_ns, relaxed, &score);
}

struct verdict risk_check_scored(const struct desk *desk, const struct job *job, int64_t now_ns,
                                 uint32_t *relaxed, struct risk_score *score) {
    struct picture_mids mids;
    picture_gather_mids(desk, job->symbol, now_ns, &mids);
    struct risk_case c = {
        .desk = desk, .job = job, .leg = -1, .now_ns = now_ns, .mids = &mids, .score = score};
    (void)picture_mids_median(&mids, VENUE_MAX, &c.median);
    score->known = false;
    bool overridden = desk_overridden(desk, now_ns);
    struct verdict verdict = {0};
    for (uint32_t i = 0; i < COUNT_OF(risk_table); i++) {
        if (!run_rule(&risk_table[i], &c, &verdict)) {
            continue;
        }
        if (!overridden || rule_is_hard((enum rule)verdict.rule)) {
            return verdict;
        }
        if (relaxed != NULL) {
            ++*relaxed;
        }
    }
    return (struct verdict){.rule = RULE_NONE, .venue = VENUE_MAX, .symbol = job->symbol};
}

enum risk_round risk_check_round(const struct desk *desk, const struct job *job, int64_t now_ns,
                                 struct verdict *verdict) {
    struct picture_mids mids;
    picture_gather_mids(desk, job->symbol, now_ns, &mids);
    struct risk_case c = {.desk = desk, .job = job, .leg = -1, .now_ns = now_ns, .mids = &mids};
    (void)picture_mids_median(&mids, VENUE_MAX, &c.median);
    bool overridden = desk_overridden(desk, now_ns);
    for (uint32_t i = 0; i < COUNT_OF(risk_table); i++) {
        const struct risk_rule *rule = &risk_table[i];
        if (rule->round != ROUND_PASSES && (!overridden || rule_is_hard(rule->rule)) &&
            run_rule(rule, &c, verdict)) {
            return rule->round;
        }
    }
    *verdict = (struct verdict){.rule = RULE_NONE, .venue = VENUE_MAX, .symbol = job->symbol};
    return ROUND_PASSES;
}

void risk_note_denial(struct desk *desk, struct bus *bus, const struct job *job,
                      const struct verdict *verdict) {
    struct risk *risk = &desk->risk;
    risk->denied++;
    uint16_t buy = job->legs[LEG_BUY].venue, sell = job->legs[LEG_SELL].venue;
    uint32_t at = 0;
    while (at < risk->denial_count) {
        const struct state_denial *row = &risk->denials[at];
        if (row->strategy == job->strategy && row->symbol == job->symbol && row->buy_venue == buy &&
            row->sell_venue == sell && row->verdict.rule == verdict->rule) {
            break;
        }
        at++;
    }
    struct state_denial row = {.strategy = (uint16_t)job->strategy,
                               .symbol = job->symbol,
                               .buy_venue = buy,
                               .sell_venue = sell};
    bool tell = true;
    if (at < risk->denial_count) {
        row = risk->denials[at];
        tell = bus->now_ns - row.time_ns >= NS_PER_S;
    } else if (risk->denial_count < STATE_DENIALS_MAX) {
        risk->denial_count++;
    } else {
        at = STATE_DENIALS_MAX - 1; // the oldest falls out
    }
    row.count++;
    row.verdict = *verdict;
    if (tell) {
        row.time_ns = bus->now_ns;
        struct event_denied event = {
            .job = job->id,
            .strategy = (uint16_t)job->strategy,
            .symbol = job->symbol,
            .buy_venue = buy,
            .sell_venue = sell,
            .verdict = *verdict,
        };
        bus_emit(bus, EVENT_DENIED, &event);
        memmove(&risk->denials[1], &risk->denials[0],
                at * sizeof(risk->denials[0])); // newest first
        at = 0;
    }
    risk->denials[at] = row;
}

static void tell_state(struct desk *desk, struct bus *bus) {
    struct event_risk event = {
        .mode = (uint8_t)desk->risk_mode,
        .state = (uint8_t)desk->state,
        .killed = desk->killed,
        .overridden = desk_overridden(desk, bus->now_ns),
        .failures = desk->risk.failures,
        .override_until_ns = desk->override_until_ns,
        .day_loss = risk_day_loss(desk),
        .brakes = {.strategies_off = desk->risk.strategies_off,
                   .day = desk->scheduler.day,
                   .day_jobs = desk->scheduler.day_jobs},
    };
    memcpy(event.brakes.losing, desk->risk.losing, sizeof(event.brakes.losing));
    bus_emit(bus, EVENT_RISK_STATE, &event);
}

void risk_note_failure(struct desk *desk, struct bus *bus, const struct job *job) {
    struct risk *risk = &desk->risk;
    risk->failures++;
    risk->failed_ns = bus->now_ns;
    risk->cool_until_ns[job->symbol] = bus->now_ns + desk->settings->risk.cool_down_ns;
    if (risk->failures == desk->settings->risk.failures_max) {
        watch_alert(bus, SEVERITY_RED, "failures",
                    "%u failures in a row: no new jobs until a person resumes", risk->failures);
    }
    tell_state(desk, bus);
}

static void count_losing(struct desk *desk, struct bus *bus, const struct job *job,
                         struct usd pnl) {
    struct risk *risk = &desk->risk;
    // Hedged volume pays its costs by design: a small planned loss is no losing trade. Its own loss
    // stop counts.
    struct usd planned =
        usd_bps_ceil(job->notional, (struct bps){4 * risk_preset_of(desk)->max_loss.v});
    bool losing =
        job->strategy == STRATEGY_WASH ? pnl.v < -usd_add(planned, job->fees).v : pnl.v < 0;
    risk->losing[job->strategy] = losing ? risk->losing[job->strategy] + 1 : 0;
    if (risk->losing[job->strategy] >= desk->settings->risk.losing_max) {
        risk->losing[job->strategy] = 0;
        risk->strategies_off |= UINT32_C(1) << job->strategy;
        watch_alert(bus, SEVERITY_RED, "losing",
                    "%s lost %u times in a row and is off until a person switches it on",
                    strategy_name(job->strategy), desk->settings->risk.losing_max);
    }
}

// A job that was let in after the last failure and went its own way shows that the desk works
// again. What a person, a venue or the desk's own safety ended shows nothing, nor does a position
// that was taken over: else a flatten would lift the halt that only a person lifts.
static bool ends_the_row(const struct risk *risk, const struct job *job) {
    return job->state == JOB_DONE && job->opening_ns > risk->failed_ns && !job->adopted &&
           !job->stopping;
}

void risk_note_ended(struct desk *desk, struct bus *bus, const struct job *job, struct usd pnl) {
    if (ends_the_row(&desk->risk, job)) {
        desk->risk.failures = 0;
    }
    if (!job->adopted) { // else it made an end of a position, it did not choose it
        count_losing(desk, bus, job, pnl);
    }
    tell_state(desk, bus);
}

void risk_note_reject(struct desk *desk, struct bus *bus, uint16_t venue) {
    struct risk_venue *row = &desk->risk.venues[venue];
    if (++row->rejects >= desk->settings->risk.venue_failures_max) {
        uint32_t failed = row->rejects;
        row->rejects = 0;
        row->tripped_until_ns = bus->now_ns + desk->settings->risk.venue_trip_ns;
        watch_alert(bus, SEVERITY_RED, "venue_tripped",
                    "%s failed %u orders in a row: no orders there for %lld s",
                    desk->universe->venues[venue].name, failed,
                    (long long)(desk->settings->risk.venue_trip_ns / NS_PER_S));
    }
}

void risk_note_answer(struct desk *desk, uint16_t venue) {
    desk->risk.venues[venue].rejects = 0;
}

void risk_note_latency(struct desk *desk, uint16_t venue, int64_t latency_ns,
                       enum order_type type) {
    if (type != ORDER_IOC) {
        return; // a resting order's wait says nothing about the venue
    }
    int64_t *average = &desk->risk.venues[venue].latency_ns;
    *average = *average == 0 ? latency_ns : *average + (latency_ns - *average) / 8;
}

void risk_cool_down(struct desk *desk, int64_t until_ns) {
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        int64_t *own = &desk->risk.cool_until_ns[symbol];
        *own = *own > until_ns ? *own : until_ns;
    }
}

static void on_kill(struct desk *desk, struct bus *bus) {
    desk->killed = true;
    watch_alert(bus, SEVERITY_RED, "kill",
                "the kill switch was pulled: new orders are blocked, cancelling");
}

static void on_clear(struct desk *desk, struct bus *bus) {
    desk->killed = false;
    desk->status = DESK_PAUSED; // clearing is not resuming
    watch_alert(bus, SEVERITY_INFO, "kill", "the kill switch was cleared: the desk is PAUSED");
}

// What a person made stricter than the configuration is. What was made looser is not kept: nobody
// may be there who knows of it.
static void keep_role(struct desk *desk, struct bus *bus, const struct event_past_peak *past) {
    struct venue_entry *venue = &desk->universe->venues[past->venue];
    if (past->role > 1 + venue->role) {
        venue->role = past->role - 1;
        watch_alert(bus, SEVERITY_WARN, "kept", "%s stays %s, as it was set by hand", venue->name,
                    venue_role_name((enum venue_role)venue->role));
    }
}

static void keep_risk_mode(struct desk *desk, struct bus *bus, const struct event_past_end *past) {
    if (past->risk_mode != 0 && past->risk_mode - 1 < (int)desk->risk_mode) {
        desk->risk_mode = (enum risk_mode)(past->risk_mode - 1);
        watch_alert(bus, SEVERITY_WARN, "kept", "the risk mode stays %s, as it was set by hand",
                    risk_mode_name(desk->risk_mode));
    }
}

// What only a person lifts stays over a restart. Jobs of another day are counted for nothing
// (scheduler_check_limits).
static void put_back(struct desk *desk, struct bus *bus, const struct event_past_end *past) {
    desk->orders.session_key = order_session_key(desk->started_ns, past->session_key);
    if (past->known != 0) {
        desk->killed = past->killed != 0;
        desk->state = (enum trading_state)past->state;
        desk->risk.strategies_off = past->brakes.strategies_off;
        memcpy(desk->risk.losing, past->brakes.losing, sizeof(desk->risk.losing));
        desk->scheduler.day = past->brakes.day;
        desk->scheduler.day_jobs = past->brakes.day_jobs;
        keep_risk_mode(desk, bus, past);
        tell_state(desk, bus);
    }
}

static enum status risk_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    if (event->header.kind == EVENT_DESK_STARTED) {
        desk->started_ns = event->header.time_ns;
        desk->orders.session_key = order_session_key(event->header.time_ns, 0);
        tell_state(desk, bus);
        return STATUS_OK;
    }
    if (event->header.kind == EVENT_PAST_PEAK) {
        keep_role(desk, bus, &event->u.past_peak);
        return STATUS_OK;
    }
    if (event->header.kind == EVENT_PAST_END) {
        put_back(desk, bus, &event->u.past_end);
        return STATUS_OK;
    }
    const struct event_control *control = &event->u.control;
    switch ((enum control_verb)control->verb) {
    case CONTROL_PAUSE:
        desk->status = DESK_PAUSED;
        break;
    case CONTROL_RESUME:
        desk->status = DESK_RUNNING;
        desk->risk.failures = 0;
        break;
    case CONTROL_RISK_MODE:
        desk->risk_mode = (enum risk_mode)control->value;
        break;
    case CONTROL_OVERRIDE:
        desk->override_until_ns = control->value == 0 ? 0 : bus->now_ns + control->value * NS_PER_S;
        break;
    case CONTROL_THRESHOLD:
        desk->threshold = (struct bps){control->value};
        break;
    case CONTROL_STRATEGY:
        if (control->value != 0) {
            desk->risk.strategies_off &= ~(UINT32_C(1) << control->value2);
        } else {
            desk->risk.strategies_off |= UINT32_C(1) << control->value2;
        }
        break;
    case CONTROL_VENUE_ROLE:
        desk->universe->venues[control->venue].role = (uint8_t)control->value;
        break;
    case CONTROL_STATE:
        desk->state = (enum trading_state)control->value;
        if (control->origin == ORIGIN_DISK) {
            watch_alert(bus, SEVERITY_RED, "disk_floor",
                        "less disk is free than disk_floor_mb: trading halts, cancels and hedges "
                        "go on");
        }
        break;
    case CONTROL_KILL:
        on_kill(desk, bus);
        break;
    case CONTROL_CLEAR:
        on_clear(desk, bus);
        break;
    case CONTROL_CANCEL_JOB:
    case CONTROL_FLATTEN:
    case CONTROL_ACCEPT:
    case CONTROL_SUBMIT:
    case CONTROL_ACKNOWLEDGE:
    case CONTROL_COUNT:
    default:
        return STATUS_OK; // others' matter
    }
    tell_state(desk, bus);
    return STATUS_OK;
}

static enum status risk_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    desk->override_until_ns = 0;
    (void)now_ns;
    watch_alert(bus, SEVERITY_INFO, "override", "the manual override ended");
    tell_state(desk, bus);
    return STATUS_OK;
}

static int64_t risk_deadline(const void *self) {
    const struct desk *desk = self;
    return desk->override_until_ns != 0 ? desk->override_until_ns : INT64_MAX;
}

static void publish_freezes(const struct desk *desk, struct state_risk *row, int64_t now_ns) {
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        int64_t frozen = picture_frozen_until_ns(desk, symbol);
        int64_t cool = desk->risk.cool_until_ns[symbol];
        if (frozen > now_ns && row->freeze_count < STATE_FREEZES_MAX) {
            row->freezes[row->freeze_count++] = (struct state_freeze){
                .symbol = symbol, .rule = RULE_FAST_MARKET, .until_ns = frozen};
        }
        if (cool > now_ns && row->freeze_count < STATE_FREEZES_MAX) {
            row->freezes[row->freeze_count++] =
                (struct state_freeze){.symbol = symbol, .rule = RULE_COOL_DOWN, .until_ns = cool};
        }
    }
}

static enum kill_step kill_step(const struct desk *desk) {
    if (!desk->killed) {
        return KILL_NONE;
    }
    return desk->execution.kill_verifying    ? KILL_CANCELLING
           : desk->execution.kill_flattening ? KILL_FLATTENING
                                             : KILL_DONE;
}

static void risk_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct desk *desk = self;
    const struct risk_preset *preset = risk_preset_of(desk);
    const struct settings_risk *settings = &desk->settings->risk;
    struct state_risk *row = STATE_ROWS(draft, STATE_RISK, struct state_risk);
    *row = (struct state_risk){
        .day_loss = risk_day_loss(desk),
        .day_loss_limit = risk_day_loss_limit(desk),
        .drawdown = capital_total_drawdown(desk),
        .drawdown_limit = settings->drawdown_max,
        .failures = desk->risk.failures,
        .failures_max = settings->failures_max,
        .min_edge = preset->min_edge,
        .max_loss = preset->max_loss,
        .volatility_max = preset->volatility_max,
        .latency_max_ms = preset->latency_max_ms,
        .score_min_ppm = preset->score_min_ppm,
        .unhedged = execution_unhedged(desk),
        .unhedged_max = settings->unhedged_max,
        .unhedged_usd_s_max = settings->unhedged_usd_s_max,
        .strategies_off = desk->risk.strategies_off,
        .denial_count = desk->risk.denial_count,
        .accepted = desk->risk.accepted,
        .denied = desk->risk.denied,
    };
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        int64_t used = desk->jobs.jobs[desk->jobs.live[i]].unhedged_usd_s;
        row->unhedged_usd_s = used > row->unhedged_usd_s ? used : row->unhedged_usd_s;
        row->unhedged_usd_s_total = add_saturating(row->unhedged_usd_s_total, used);
    }
    row->kill_step = (uint8_t)kill_step(desk);
    row->kill_orders = row->kill_step == KILL_CANCELLING ? desk->orders.live_count : 0;
    row->vanished = (uint32_t)desk->execution.vanished;
    memcpy(row->denials, desk->risk.denials, sizeof(row->denials));
    publish_freezes(desk, row, now_ns);
    draft->count[STATE_RISK] = 1;
}

const struct component risk_component = {
    .name = "risk",
    .kinds = EVENT_BIT(EVENT_CONTROL) | EVENT_BIT(EVENT_DESK_STARTED) | EVENT_BIT(EVENT_PAST_PEAK) |
             EVENT_BIT(EVENT_PAST_END),
    .on_event = risk_on_event,
    .on_time = risk_on_time,
    .deadline = risk_deadline,
    .publish = risk_publish,
};
