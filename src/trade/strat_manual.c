// A person's own order: one leg, or two against each other. It is held until a person closes it;
// take-profit may.
#include "trade/desk.h"
#include "trade/strategy.h"

static bool manual_take_order(const struct desk *desk, const struct event_control *order,
                              struct job *draft) {
    if (strategy_spreads(desk->settings, order)) {
        return false;
    }
    strategy_draft_order(desk, STRATEGY_MANUAL, order, draft);
    return true;
}

const struct strategy_row strategy_manual_row = {
    .id = STRATEGY_MANUAL,
    .trails = true,
    .take_order = manual_take_order,
};
