// Level 3: the position that would result.
#include "trade/desk.h"

bool risk_position_size(const struct risk_case *c, struct verdict *v) {
    const struct desk *desk = c->desk;
    uint16_t venue = c->job->legs[c->leg].venue, symbol = c->job->symbol;
    const struct quote *quote = picture_quote(desk, venue, symbol);
    struct px mid = px_mid_floor(quote->bid, quote->ask);
    struct usd held = usd_abs(usd_notional_near(mid, position_of(desk, venue, symbol)->net));
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (job != c->job && job->state == JOB_OPENING && job->symbol == symbol &&
            job_uses(job, c->leg) && job->legs[c->leg].venue == venue) {
            held = usd_add(held, job->notional);
        }
    }
    v->figure = usd_add(held, c->job->notional).v;
    v->limit = desk->settings->risk.position_max.v;
    return v->figure >= v->limit;
}

bool risk_position_cool_down(const struct risk_case *c, struct verdict *v) {
    v->figure = (c->desk->risk.cool_until_ns[c->job->symbol] - c->now_ns) / NS_PER_MS;
    return v->figure > 0;
}
