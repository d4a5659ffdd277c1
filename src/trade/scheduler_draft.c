// The jobs the scheduler makes of what was found: sizes both venues accept, and which leg rests.
#include "trade/desk.h"

static int64_t gcd(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// A size both venues accept: a multiple of both steps.
static struct qty common_step(struct qty a, struct qty b) {
    if (a.v <= 0 || b.v <= 0) {
        return (struct qty){1};
    }
    return (struct qty){mul_div_floor(a.v, b.v, gcd(a.v, b.v))};
}

void scheduler_draft(const struct desk *desk, enum strategy strategy,
                     const struct opportunity *pair, struct usd notional, struct job *draft) {
    uint16_t venues[] = {[LEG_BUY] = pair->buy_venue, [LEG_SELL] = pair->sell_venue};
    const struct listing *buy = universe_listing(desk->universe, venues[LEG_BUY], pair->symbol);
    const struct listing *sell = universe_listing(desk->universe, venues[LEG_SELL], pair->symbol);
    enum execution_mode mode = execution_mode_now(desk, pair->symbol);
    struct qty size = {0}; // without a price risk names what is missing
    if (pair->buy_ask.v > 0) {
        size = qty_step_floor(qty_for_usd_floor(notional, pair->buy_ask),
                              common_step(buy->step, sell->step));
    }
    *draft = (struct job){
        .strategy = strategy,
        .symbol = pair->symbol,
        .maker = cost_maker_leg(&desk->universe->venues[venues[LEG_BUY]],
                                &desk->universe->venues[venues[LEG_SELL]], mode),
        .both_rest = mode == EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC,
        .notional =
            size.v > 0
                ? usd_notional_ceil(
                      pair->buy_ask.v > pair->sell_bid.v ? pair->buy_ask : pair->sell_bid, size)
                : notional,
        .edge = scanner_edge(pair),
    };
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        draft->legs[leg].venue = venues[leg];
        draft->legs[leg].target = size;
    }
}

void scheduler_draft_arb(const struct desk *desk, const struct opportunity *opp,
                         struct job *draft) {
    const struct settings_arb *settings = &desk->settings->arb;
    struct usd bought = usd_notional_floor(opp->buy_ask, opp->buy_size);
    struct usd sold = usd_notional_floor(opp->sell_bid, opp->sell_size);
    struct usd shown = bought.v < sold.v ? bought : sold;
    struct usd notional = shown.v < settings->notional_max.v ? shown : settings->notional_max;
    if (notional.v < settings->notional_min.v) {
        notional = settings->notional_min;
    }
    scheduler_draft(desk, STRATEGY_ARB, opp, notional, draft);
}
