// The scheduler's part of the picture: jobs, and the header that sums up the desk.
#include "trade/desk.h"

static void publish_leg(const struct job *job, int i, struct state_leg *row) {
    const struct leg *leg = &job->legs[i];
    *row = (struct state_leg){
        .venue = leg->venue,
        .side = (uint8_t)(i == LEG_BUY ? SIDE_BUY : SIDE_SELL),
        .order_state =
            (uint8_t)(leg->working_open.v > 0 || leg->working_close.v > 0 ? ORDER_OPEN : ORDER_NEW),
        .maker = job->maker == (i == LEG_BUY ? MAKER_BUY : MAKER_SELL),
        .open = leg_held(leg).v > 0,
        .size = leg->target,
        .filled = leg->opened,
        .closed = leg->closed,
    };
    if (leg->opened.v > 0) {
        row->average = px_average_near(leg->opened_usd, leg->opened);
    }
    if (leg->closed.v > 0) {
        row->close_average = px_average_near(leg->closed_usd, leg->closed);
    }
}

// The earlier of the state's deadline and the hedge's.
static int64_t deadline_of(const struct desk *desk, const struct job *job) {
    if (job->state != JOB_OPENING || job->unhedged_since_ns == 0) {
        return job->deadline_ns;
    }
    int64_t hedge_ns = job->unhedged_since_ns + execution_hedge_deadline_ns(desk, job);
    return job->deadline_ns == 0 || hedge_ns < job->deadline_ns ? hedge_ns : job->deadline_ns;
}

static void publish_job(const struct desk *desk, const struct job *job, struct state_job *row) {
    *row = (struct state_job){
        .id = job->id,
        .strategy = (uint8_t)job->strategy,
        .state = (uint8_t)job->state,
        .legs = (uint8_t)job_leg_count(job),
        .symbol = job->symbol,
        .rule = job->verdict.rule,
        .notional = job->notional,
        .pnl = job_live(job) ? job_marked_pnl(desk, job) : job_cash(job),
        .fees = job->fees,
        .unhedged = job->unhedged,
        .unhedged_usd_s = job->unhedged_usd_s,
        .edge = job->edge,
        .safety_ppm = job->safety_ppm,
        .volume_ppm = job->volume_ppm,
        .final_ppm = job->final_ppm,
        .created_ns = job->created_ns,
        .deadline_ns = deadline_of(desk, job),
        .finished_ns = job->finished_ns,
        .verdict = job->verdict,
    };
    uint32_t at = 0;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        if (job_uses(job, leg)) {
            publish_leg(job, leg, &row->leg[at++]);
        }
    }
}

// Rows of jobs, newest first. Insertion, because qsort may allocate; back from the newest row and
// round, because rows are used in nearly that order, so that each stands almost where it belongs.
static uint32_t order_jobs(const struct job_table *jobs, uint16_t rows[JOBS_MAX]) {
    uint32_t newest = 0;
    for (uint32_t row = 1; row < jobs->used; row++) {
        newest = jobs->ids[row] > jobs->ids[newest] ? row : newest;
    }
    for (uint32_t count = 0; count < jobs->used; count++) {
        uint16_t row = (uint16_t)((newest + jobs->used - count) % jobs->used);
        uint32_t at = count;
        while (at > 0 && jobs->ids[rows[at - 1]] < jobs->ids[row]) {
            rows[at] = rows[at - 1];
            at--;
        }
        rows[at] = row;
    }
    return jobs->used;
}

static void publish_header(struct desk *desk, struct state_draft *draft, int64_t now_ns) {
    struct state_header *row = STATE_ROWS(draft, STATE_HEADER, struct state_header);
    struct usd net, gross;
    position_exposure(desk, SYMBOL_MAX, &net, &gross);
    row->now_ns = now_ns;
    row->mode = (uint8_t)desk->mode;
    row->status = (uint8_t)desk->status;
    row->state = (uint8_t)desk->state;
    row->risk_mode = (uint8_t)desk->risk_mode;
    row->overridden = desk_overridden(desk, now_ns);
    row->killed = desk->killed;
    row->quorum_on = picture_quorum_on(desk);
    row->override_until_ns = desk->override_until_ns;
    row->orders_open = desk->orders.live_count;
    row->day_volume = desk->positions.volume;
    row->day_fees = desk->positions.fees;
    row->day_pnl = position_day_pnl(desk);
    row->equity = capital_all_equity(desk);
    row->equity_start = capital_start_equity(desk);
    row->gross = gross;
    row->net = net;
    row->unhedged = execution_unhedged(desk);
    row->unhedged_usd_s = 0;
    row->jobs_running = 0;
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        row->unhedged_usd_s += desk->jobs.jobs[desk->jobs.live[i]].unhedged_usd_s;
        row->jobs_running += job_running(&desk->jobs.jobs[desk->jobs.live[i]]);
    }
    row->loss_budget = risk_day_loss_limit(desk);
    row->loss_used = risk_day_loss(desk);
    row->threshold = desk->threshold;
    row->threshold_auto = scanner_threshold_most(desk);
    row->alerts_open = watch_open_count(&desk->watch);
    row->health = desk->health.now.overall;
    struct position_sums sums = position_sums(desk);
    row->realised = sums.realised;
    row->unrealised = sums.unrealised;
    row->funding = sums.funding;
    row->day_funding = usd_sub(sums.funding, desk->positions.day_start_funding);
    draft->count[STATE_HEADER] = 1;
}

// Every live job and the newest of the finished ones, newest first.
void scheduler_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    struct desk *desk = self;
    struct state_job *rows = STATE_ROWS(draft, STATE_JOBS, struct state_job);
    uint16_t order[JOBS_MAX];
    uint32_t known = order_jobs(&desk->jobs, order), count = 0;
    uint32_t live = desk->jobs.live_count < STATE_JOBS_MAX ? desk->jobs.live_count : STATE_JOBS_MAX;
    uint32_t finished_room = STATE_JOBS_MAX - live;
    for (uint32_t i = 0; i < known && count < STATE_JOBS_MAX; i++) {
        const struct job *job = &desk->jobs.jobs[order[i]];
        if (!job_live(job)) {
            if (finished_room == 0) {
                continue;
            }
            finished_room--;
        }
        publish_job(desk, job, &rows[count++]);
    }
    draft->count[STATE_JOBS] = count;
    publish_header(desk, draft, now_ns);
}
