// Hedged volume: small opposite legs on two venues against third parties, held for a while, closed
// the same way.
//
// It takes the pair of venues whose opening costs least right now of those that may trade. Size and
// holding time are spread over their ranges by a hash of the job's number: varied, and the same
// again in a replay.
#include "base/table.h"
#include "trade/desk.h"
#include "trade/strategy.h"

static int64_t spread_over(int64_t low, int64_t high, uint64_t seed) {
    return high <= low ? low : low + (int64_t)(hash_mix(seed) % (uint64_t)(high - low + 1));
}

static bool wash_propose(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                         struct job *draft) {
    const struct settings_wash *settings = &desk->settings->wash;
    struct usd notional = {spread_over(settings->notional_min.v, settings->notional_max.v,
                                       desk->jobs.next_id + 1 + ((uint64_t)symbol << 32))};
    struct opportunity best = {0};
    struct strategy_choice choice = {.any = false};
    for (uint16_t buy = 0; buy < desk->universe->venue_count; buy++) {
        for (uint16_t sell = 0; sell < desk->universe->venue_count; sell++) {
            struct opportunity pair;
            if (buy != sell && desk->universe->venues[buy].role == VENUE_TRADE &&
                desk->universe->venues[sell].role == VENUE_TRADE &&
                scanner_evaluate(desk, symbol, buy, sell, notional, now_ns, &pair) &&
                strategy_prefers(desk, STRATEGY_WASH, &pair, now_ns, &choice)) {
                best = pair;
            }
        }
    }
    if (!choice.any) {
        return false;
    }
    scheduler_draft(desk, STRATEGY_WASH, &best, notional, draft);
    return true;
}

static enum close_wish wash_wants_close(const struct desk *desk, const struct job *job,
                                        int64_t now_ns) {
    struct usd stop = usd_bps_floor(job->notional, desk->settings->wash.loss_stop);
    if (job_priced(desk, job, now_ns) && job_marked_pnl(desk, job).v <= -stop.v) {
        return CLOSE_NOW;
    }
    return now_ns >= job->hold_until_ns ? CLOSE_QUIETLY : CLOSE_NO;
}

static int64_t wash_hold_ns(const struct desk *desk, const struct job *job) {
    const struct settings_wash *settings = &desk->settings->wash;
    return spread_over(settings->hold_min_ns, settings->hold_max_ns, job->id);
}

static bool wash_enabled(const struct settings *settings) {
    return settings->wash.enabled;
}

static int64_t wash_pace_ns(const struct settings *settings) {
    return settings->wash.pace_ns;
}

const struct strategy_row strategy_wash_row = {
    .id = STRATEGY_WASH,
    .enabled = wash_enabled,
    .pace_ns = wash_pace_ns,
    .propose = wash_propose,
    .wants_close = wash_wants_close,
    .hold_ns = wash_hold_ns,
};
