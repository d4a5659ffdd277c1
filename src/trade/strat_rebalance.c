// Hedge rebalance: net exposure of a symbol that no job answers for is traded away where most of it
// lies. What jobs hold is theirs to hedge; positions that offset each other stand.
#include "trade/desk.h"
#include "trade/strategy.h"

static bool rebalance_enabled(const struct settings *settings) {
    return settings->rebalance.enabled;
}

static int64_t rebalance_pace_ns(const struct settings *settings) {
    (void)settings;
    return NS_PER_S;
}

// Sum over the venues of what no job holds.
static struct qty drift_of(const struct desk *desk, uint16_t symbol) {
    struct qty sum = {0};
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        sum = qty_add(sum, job_unowned(desk, venue, symbol));
    }
    return sum;
}

// Of the venues it could be traded away on, the one that holds most of it.
static uint16_t venue_of(const struct desk *desk, uint16_t symbol, bool longer, int64_t now_ns) {
    uint16_t best = VENUE_MAX;
    int64_t most = 0;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        int64_t held = job_unowned(desk, venue, symbol).v;
        held = longer ? held : -held;
        if (held > most && universe_listing(desk->universe, venue, symbol)->ready &&
            picture_usable(desk, venue, symbol, now_ns)) {
            best = venue;
            most = held;
        }
    }
    return best;
}

// Remembers since when it drifts. Of the symbols where nothing did so far each tick looks at one in
// ten: there may be thousands, and no pass may be long.
static void rebalance_note(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                           struct strategy_memory *memory) {
    if (memory->at_ns == 0 && (now_ns / (100 * NS_PER_MS) + symbol) % 10 != 0) {
        return;
    }
    struct qty drift = drift_of(desk, symbol);
    struct px mid;
    bool drifts = drift.v != 0 && picture_median_mid(desk, symbol, VENUE_MAX, now_ns, &mid) > 0 &&
                  usd_notional_near(mid, qty_abs(drift)).v > desk->settings->rebalance.drift_max.v;
    if (!drifts) {
        memory->at_ns = 0;
    } else if (memory->at_ns == 0) {
        memory->at_ns = now_ns;
    }
}

static bool rebalance_propose(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                              struct job *draft) {
    int64_t since_ns = strategy_memory_of(desk, STRATEGY_HEDGE_REBALANCE, symbol)->at_ns;
    if (since_ns == 0 || now_ns - since_ns < desk->settings->rebalance.patience_ns) {
        return false;
    }
    struct qty drift = drift_of(desk, symbol);
    uint16_t venue = venue_of(desk, symbol, drift.v > 0, now_ns);
    if (venue == VENUE_MAX) {
        return false;
    }
    struct qty held = qty_abs(job_unowned(desk, venue, symbol));
    struct qty size = qty_min(held, qty_abs(drift));
    strategy_draft_adopted(desk, STRATEGY_HEDGE_REBALANCE, venue, symbol,
                           drift.v > 0 ? size : (struct qty){-size.v}, draft);
    draft->urgent = true;
    return draft->legs[draft->only].target.v > 0;
}

const struct strategy_row strategy_rebalance_row = {
    .id = STRATEGY_HEDGE_REBALANCE,
    .enabled = rebalance_enabled,
    .pace_ns = rebalance_pace_ns,
    .note = rebalance_note,
    .propose = rebalance_propose,
};
