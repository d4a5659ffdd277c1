// The dimensions of a whole job, and its scores. Every figure comes from data; a score is 1 at rest
// and 0 at its limit, in parts per million.
#include "trade/cost.h"
#include "trade/desk.h"

// Ordered by a person, or there to lower exposure: no edge, no score and no funding window speak
// for or against it.
static bool is_ordered(const struct job *job) {
    return job->strategy == STRATEGY_MANUAL || job->strategy == STRATEGY_TWAP ||
           job->strategy == STRATEGY_HEDGE_REBALANCE || job->strategy == STRATEGY_TAKE_PROFIT;
}

// Whose edge counts: arbitrage opens for its edge, hedged volume only must not cost too much; a
// person's own job is exempt from both.
bool risk_job_min_edge(const struct risk_case *c, struct verdict *v) {
    if (c->job->strategy != STRATEGY_ARB) {
        return false;
    }
    const struct job *job = c->job;
    struct bps threshold = scanner_threshold(c->desk, job->symbol, job->legs[LEG_BUY].venue,
                                             job->legs[LEG_SELL].venue);
    struct bps mode = risk_preset_of(c->desk)->min_edge;
    v->figure = job->edge.v;
    v->limit = threshold.v > mode.v ? threshold.v : mode.v;
    return v->figure < v->limit;
}

bool risk_job_max_loss(const struct risk_case *c, struct verdict *v) {
    if (is_ordered(c->job) || c->job->single) { // one leg alone is not opened for an edge
        return false;
    }
    v->figure = c->job->edge.v;
    v->limit = -risk_preset_of(c->desk)->max_loss.v;
    return v->figure < v->limit;
}

bool risk_job_round_trip(const struct risk_case *c, struct verdict *v) {
    if (c->job->strategy != STRATEGY_ARB) {
        return false;
    }
    const struct opportunity *opp = scanner_find(
        c->desk, c->job->symbol, c->job->legs[LEG_BUY].venue, c->job->legs[LEG_SELL].venue);
    v->figure = opp != NULL ? opp->round_trip.v : 0;
    v->limit = 0;
    return opp == NULL || !scanner_crossed(c->desk, opp) || v->figure < 0;
}

bool risk_job_funding_blackout(const struct risk_case *c, struct verdict *v) {
    const struct event_funding *funding =
        picture_funding(c->desk, c->job->legs[c->leg].venue, c->job->symbol);
    if (funding->next_settlement_ns <= 0 || is_ordered(c->job)) {
        return false;
    }
    v->figure = (funding->next_settlement_ns - c->now_ns) / NS_PER_MS;
    v->limit = c->desk->settings->risk.funding_blackout_ns / NS_PER_MS;
    return v->figure >= 0 && v->figure < v->limit;
}

static int64_t hold_ns(const struct risk_case *c) {
    return c->job->strategy == STRATEGY_WASH ? c->desk->settings->wash.hold_max_ns
                                             : c->desk->settings->arb.hold_max_ns;
}

static struct bps funding_cost(const struct risk_case *c) {
    const struct job *job = c->job;
    return cost_funding(picture_funding(c->desk, job->legs[LEG_BUY].venue, job->symbol),
                        picture_funding(c->desk, job->legs[LEG_SELL].venue, job->symbol),
                        hold_ns(c));
}

bool risk_job_funding(const struct risk_case *c, struct verdict *v) {
    v->figure = funding_cost(c).v;
    v->limit = risk_preset_of(c->desk)->max_loss.v;
    return v->figure > v->limit;
}

bool risk_job_volatility(const struct risk_case *c, struct verdict *v) {
    v->figure = picture_volatility(c->desk, c->job->symbol).v;
    v->limit = risk_preset_of(c->desk)->volatility_max.v;
    return v->figure > v->limit;
}

// The limit is kept as a price, so that a spread that is none costs no division.
bool risk_job_spread(const struct risk_case *c, struct verdict *v) {
    const struct picture_listing *listing =
        picture_listing(c->desk, c->job->legs[c->leg].venue, c->job->symbol);
    const struct quote *quote = &listing->quote;
    if (listing->wide.v == 0 || quote->ask.v - quote->bid.v <= listing->wide.v) {
        return false;
    }
    v->figure = bps_between_near(quote->ask, quote->bid).v;
    v->limit = bps_between_near((struct px){quote->bid.v + listing->wide.v}, quote->bid).v;
    return true;
}

bool risk_job_latency(const struct risk_case *c, struct verdict *v) {
    v->figure = c->desk->risk.venues[c->job->legs[c->leg].venue].latency_ns / NS_PER_MS;
    v->limit = risk_preset_of(c->desk)->latency_max_ms;
    return v->figure > v->limit;
}

// Mark to the price at which the venue says it would close the position; the venue's word counts
// only while a position stands on the side it was told for.
static int64_t told_distance(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    const struct position *position = position_of(desk, venue, symbol);
    const struct quote *quote = picture_quote(desk, venue, symbol);
    if (position->net.v == 0 || position->liquidation.v <= 0 || quote->bid.v <= 0) {
        return INT64_MAX;
    }
    struct px mark = px_mid_floor(quote->bid, quote->ask);
    int64_t above = bps_between_floor(position->liquidation, mark).v;
    int64_t left = position->net.v > 0 ? -above : above;
    return left > 0 ? left : 0;
}

int64_t risk_liquidation_distance(const struct desk *desk, uint16_t venue, uint16_t symbol,
                                  struct usd added, enum side side) {
    struct usd gross = usd_add(position_venue_gross(desk, venue), added);
    int64_t estimated =
        gross.v <= 0 ? INT64_MAX : mul_div_floor(capital_equity(desk, venue).v, BPS_WHOLE, gross.v);
    struct qty net = position_of(desk, venue, symbol)->net;
    bool shrinks = added.v > 0 && net.v != 0 && (net.v > 0) == (side == SIDE_SELL);
    int64_t told = shrinks ? INT64_MAX : told_distance(desk, venue, symbol);
    return told < estimated ? told : estimated;
}

static int64_t leg_distance(const struct desk *desk, const struct job *job, int leg) {
    return risk_liquidation_distance(desk, job->legs[leg].venue, job->symbol, job->notional,
                                     leg == LEG_BUY ? SIDE_BUY : SIDE_SELL);
}

bool risk_job_leverage(const struct risk_case *c, struct verdict *v) {
    v->figure = leg_distance(c->desk, c->job, c->leg);
    v->limit = c->desk->settings->risk.leverage_distance_min.v;
    return v->figure < v->limit;
}

bool risk_job_score(const struct risk_case *c, struct verdict *v) {
    if (is_ordered(c->job)) {
        return false;
    }
    *c->score = risk_score_of(c->desk, c->job, c->now_ns);
    v->figure = c->score->final_ppm;
    v->limit = risk_preset_of(c->desk)->score_min_ppm;
    return v->figure < v->limit;
}

// 1 at a figure of 0, 0 at the limit and beyond.
static int64_t headroom_ppm(int64_t figure, int64_t limit) {
    if (figure <= 0 || limit <= 0) {
        return figure <= 0 ? PPM_ONE : 0;
    }
    return figure >= limit ? 0 : PPM_ONE - mul_div_floor(figure, PPM_ONE, limit);
}

static int64_t worse(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t leverage_score(const struct desk *desk, const struct job *job) {
    int64_t worst = PPM_ONE;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        int64_t distance = leg_distance(desk, job, leg);
        // Limit over distance: 0 when far away, 1 at the limit.
        int64_t used = mul_div_floor(desk->settings->risk.leverage_distance_min.v, PPM_ONE,
                                     distance > 0 ? distance : 1);
        worst = worse(worst, headroom_ppm(used, PPM_ONE));
    }
    return worst;
}

static int64_t volume_score(const struct desk *desk, const struct job *job) {
    const struct settings *settings = desk->settings;
    struct usd largest =
        job->strategy == STRATEGY_WASH ? settings->wash.notional_max : settings->arb.notional_max;
    int64_t size = largest.v <= 0 ? PPM_ONE : mul_div_floor(job->notional.v, PPM_ONE, largest.v);
    int64_t target = settings->risk.volume_target.v;
    int64_t gap = target == 0
                      ? PPM_ONE
                      : mul_div_floor(usd_sub((struct usd){target}, desk->positions.volume).v,
                                      PPM_ONE, target);
    gap = gap < 0 ? 0 : gap > PPM_ONE ? PPM_ONE : gap;
    return ((size > PPM_ONE ? PPM_ONE : size) + gap) / 2;
}

struct risk_score risk_score_of(const struct desk *desk, const struct job *job, int64_t now_ns) {
    const struct risk_preset *preset = risk_preset_of(desk);
    struct risk_case c = {.desk = desk, .job = job, .leg = -1, .now_ns = now_ns};
    int64_t funding = headroom_ppm(funding_cost(&c).v, preset->max_loss.v);
    int64_t volatility =
        headroom_ppm(picture_volatility(desk, job->symbol).v, preset->volatility_max.v);
    int64_t latency = PPM_ONE, drawdown = PPM_ONE;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        uint16_t venue = job->legs[leg].venue;
        latency = worse(latency, headroom_ppm(desk->risk.venues[venue].latency_ns / NS_PER_MS,
                                              preset->latency_max_ms));
        drawdown = worse(drawdown, headroom_ppm(capital_drawdown(desk, venue).v,
                                                desk->settings->risk.drawdown_max.v));
    }
    int64_t failures = headroom_ppm(desk->risk.failures, desk->settings->risk.failures_max);
    struct risk_score score = {
        .known = true,
        .safety_ppm =
            (funding + volatility + latency + leverage_score(desk, job) + drawdown + failures) / 6,
        .volume_ppm = volume_score(desk, job),
    };
    score.final_ppm = mul_div_floor(preset->safety_ppm, score.safety_ppm, PPM_ONE) +
                      mul_div_floor(preset->volume_ppm, score.volume_ppm, PPM_ONE);
    return score;
}

void risk_keep_score(const struct desk *desk, struct job *job, int64_t now_ns,
                     const struct risk_score *score) {
    struct risk_score own = score->known ? *score : risk_score_of(desk, job, now_ns);
    job->safety_ppm = own.safety_ppm;
    job->volume_ppm = own.volume_ppm;
    job->final_ppm = own.final_ppm;
}

void risk_score_job(const struct desk *desk, struct job *job, int64_t now_ns) {
    risk_keep_score(desk, job, now_ns, &(struct risk_score){.known = false});
}
