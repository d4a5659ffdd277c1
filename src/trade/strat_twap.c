// TWAP: a manual order too large for the book at one moment is opened in even parts over time. What
// a part could not get is the next one's. Afterwards it is held like any manual order.
#include "trade/desk.h"
#include "trade/strategy.h"

bool strategy_spreads(const struct settings *settings, const struct event_control *order) {
    return order->over_s > 0 || order->value > settings->twap.above.v;
}

// As many parts as are asked for, but none smaller than both venues take.
static uint32_t slices_of(const struct desk *desk, const struct job *draft) {
    int64_t most = desk->settings->twap.slices;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        if (!job_uses(draft, leg)) {
            continue;
        }
        const struct listing *listing =
            universe_listing(desk->universe, draft->legs[leg].venue, draft->symbol);
        struct qty least =
            listing->step.v > listing->size_min.v ? listing->step : listing->size_min;
        if (least.v > 0) {
            int64_t fit = draft->legs[leg].target.v / least.v;
            most = fit < most ? fit : most;
        }
        if (listing->notional_min.v > 0) {
            int64_t fit = draft->notional.v / listing->notional_min.v;
            most = fit < most ? fit : most;
        }
    }
    return most > 1 ? (uint32_t)most : 1;
}

static bool twap_take_order(const struct desk *desk, const struct event_control *order,
                            struct job *draft) {
    if (!strategy_spreads(desk->settings, order)) {
        return false;
    }
    strategy_draft_order(desk, STRATEGY_TWAP, order, draft);
    int64_t duration_ns =
        order->over_s > 0 ? (int64_t)order->over_s * NS_PER_S : desk->settings->twap.duration_ns;
    draft->slices = slices_of(desk, draft);
    draft->slice_ns = duration_ns / draft->slices;
    return true;
}

const struct strategy_row strategy_twap_row = {
    .id = STRATEGY_TWAP,
    .trails = true,
    .take_order = twap_take_order,
};
