// The desk's own state, and level 2: the account.
#include "trade/desk.h"

bool risk_account_killed(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return c->desk->killed;
}

bool risk_account_halted(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return c->desk->state == TRADING_HALTED;
}

bool risk_account_reducing(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return c->desk->state == TRADING_REDUCING;
}

bool risk_account_paused(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return c->desk->status == DESK_PAUSED;
}

bool risk_account_reconcile(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return !reconcile_agreed(c->desk);
}

bool risk_account_order_notional(const struct risk_case *c, struct verdict *v) {
    struct usd equity = capital_equity(c->desk, c->job->legs[c->leg].venue);
    v->figure = job_order_notional(c->desk->settings, c->job).v;
    v->limit = usd_bps_floor(equity, c->desk->settings->risk.order_share_max).v;
    return v->figure >= v->limit;
}

bool risk_account_drawdown(const struct risk_case *c, struct verdict *v) {
    v->figure = capital_drawdown(c->desk, c->job->legs[c->leg].venue).v;
    v->limit = c->desk->settings->risk.drawdown_max.v;
    return v->figure >= v->limit;
}

bool risk_account_day_loss(const struct risk_case *c, struct verdict *v) {
    v->figure = risk_day_loss(c->desk).v;
    v->limit = risk_day_loss_limit(c->desk).v;
    return v->figure >= v->limit;
}

bool risk_account_failures(const struct risk_case *c, struct verdict *v) {
    v->figure = c->desk->risk.failures;
    v->limit = c->desk->settings->risk.failures_max;
    return v->figure >= v->limit;
}

bool risk_account_fast_market(const struct risk_case *c, struct verdict *v) {
    v->figure = (picture_frozen_until_ns(c->desk, c->job->symbol) - c->now_ns) / NS_PER_MS;
    v->limit = 0;
    return v->figure > 0;
}

// Held and still to be opened: every running job of the symbol counts at its full size, as if all
// had filled.
bool risk_account_symbol_exposure(const struct risk_case *c, struct verdict *v) {
    const struct desk *desk = c->desk;
    struct usd net, gross;
    position_exposure(desk, c->job->symbol, &net, &gross);
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job != c->job && job->state == JOB_OPENING && job->symbol == c->job->symbol) {
            gross = usd_add(gross, (struct usd){job_leg_count(job) * job->notional.v});
        }
    }
    v->figure = usd_add(gross, (struct usd){job_leg_count(c->job) * c->job->notional.v}).v;
    v->limit = usd_bps_floor(capital_total_equity(desk), desk->settings->risk.symbol_share_max).v;
    return v->figure >= v->limit;
}

bool risk_account_direction(const struct risk_case *c, struct verdict *v) {
    const struct desk *desk = c->desk;
    uint16_t venue = c->job->legs[c->leg].venue;
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job != c->job && risk_job_opposes(job, c->job->symbol, c->leg, venue)) {
            v->figure = job->id;
            return true;
        }
    }
    return false;
}
