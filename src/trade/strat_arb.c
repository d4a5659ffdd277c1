// Arbitrage: open where one venue bids more than another asks, close when the spread is gone, the
// target is made, or it took too long.
#include "trade/desk.h"
#include "trade/strategy.h"

static bool arb_propose(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                        struct job *draft) {
    const struct scanner *scanner = &desk->scanner;
    const struct opportunity *best = NULL;
    struct strategy_choice choice = {.any = false};
    for (const struct opportunity *opp = scanner_first(scanner, symbol); opp != NULL;
         opp = scanner_next(scanner, opp)) {
        if (scanner_crossed(desk, opp) &&
            strategy_prefers(desk, STRATEGY_ARB, opp, now_ns, &choice)) {
            best = opp;
        }
    }
    if (best == NULL) {
        return false;
    }
    scheduler_draft_arb(desk, best, draft);
    return true;
}

// What both legs would bring were they taken out now, with taker fees, against the target.
static bool target_is_made(const struct desk *desk, const struct job *job,
                           const struct quote *bought, const struct quote *sold) {
    const struct venue_entry *venues = desk->universe->venues;
    struct usd out = usd_sub(usd_notional_floor(bought->bid, leg_held(&job->legs[LEG_BUY])),
                             usd_notional_ceil(sold->ask, leg_held(&job->legs[LEG_SELL])));
    struct bps fees = {venues[job->legs[LEG_BUY].venue].taker_fee.v +
                       venues[job->legs[LEG_SELL].venue].taker_fee.v};
    struct usd profit = usd_sub(usd_add(job_cash(job), out), usd_bps_ceil(job->notional, fees));
    return profit.v >= usd_bps_floor(job->notional, desk->settings->arb.target).v;
}

// Only a profit in hand is worth two taker fees. What took too long is hedged and closes the way it
// was opened: the round trip it was admitted with counts on those fees.
static enum close_wish arb_wants_close(const struct desk *desk, const struct job *job,
                                       int64_t now_ns) {
    const struct quote *bought = picture_quote(desk, job->legs[LEG_BUY].venue, job->symbol);
    const struct quote *sold = picture_quote(desk, job->legs[LEG_SELL].venue, job->symbol);
    bool late = now_ns >= job->hold_until_ns;
    if (bought->bid.v <= 0 || sold->ask.v <= 0 || !job_priced(desk, job, now_ns)) {
        // A leg cannot be taken out now, or its quote is doubted: nobody knows what it would bring.
        return late ? CLOSE_QUIETLY : CLOSE_NO;
    }
    if (target_is_made(desk, job, bought, sold)) {
        return CLOSE_NOW;
    }
    bool gone = bought->bid.v >= sold->ask.v; // the other way round: it went through
    return gone || late ? CLOSE_QUIETLY : CLOSE_NO;
}

static int64_t arb_hold_ns(const struct desk *desk, const struct job *job) {
    (void)job;
    return desk->settings->arb.hold_max_ns;
}

static bool arb_enabled(const struct settings *settings) {
    return settings->arb.enabled;
}

// Between two looks at one symbol that find nothing better.
static int64_t arb_pace_ns(const struct settings *settings) {
    (void)settings;
    return 250 * NS_PER_MS;
}

const struct strategy_row strategy_arb_row = {
    .id = STRATEGY_ARB,
    .on_quote = true,
    .enabled = arb_enabled,
    .pace_ns = arb_pace_ns,
    .propose = arb_propose,
    .wants_close = arb_wants_close,
    .hold_ns = arb_hold_ns,
};
