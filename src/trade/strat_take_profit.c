// Take-profit and trailing stop: a position whose profit reached its target, or fell far enough
// below its best, is closed. It looks after the jobs of the strategies that say so in their row,
// and takes over positions that no job holds.
#include "trade/desk.h"
#include "trade/strategy.h"

static bool take_profit_enabled(const struct settings *settings) {
    return settings->take_profit.enabled;
}

static int64_t take_profit_pace_ns(const struct settings *settings) {
    (void)settings;
    return NS_PER_S;
}

static bool take_profit_propose(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                                struct job *draft) {
    (void)now_ns;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        const struct listing *listing = universe_listing(desk->universe, venue, symbol);
        struct qty held = job_unowned(desk, venue, symbol);
        if (listing->ready && qty_abs(held).v >= listing->step.v) {
            strategy_draft_adopted(desk, STRATEGY_TAKE_PROFIT, venue, symbol, held, draft);
            return draft->legs[draft->only].target.v > 0;
        }
    }
    return false;
}

enum close_wish strategy_take_profit_wish(const struct desk *desk, const struct job *job) {
    const struct settings_take_profit *settings = &desk->settings->take_profit;
    struct usd bought = job->legs[LEG_BUY].opened_usd, sold = job->legs[LEG_SELL].opened_usd;
    struct usd put_in = bought.v > sold.v ? bought : sold;
    struct usd profit = job_marked_pnl(desk, job);
    if (settings->target.v > 0 && profit.v >= usd_bps_ceil(put_in, settings->target).v) {
        return CLOSE_QUIETLY;
    }
    bool fell = settings->trailing.v > 0 &&
                job->best.v - profit.v >= usd_bps_ceil(put_in, settings->trailing).v;
    return fell ? CLOSE_NOW : CLOSE_NO; // what falls is not waited for
}

const struct strategy_row strategy_take_profit_row = {
    .id = STRATEGY_TAKE_PROFIT,
    .trails = true,
    .enabled = take_profit_enabled,
    .pace_ns = take_profit_pace_ns,
    .propose = take_profit_propose,
};
