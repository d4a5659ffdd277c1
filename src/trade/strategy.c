#include "trade/strategy.h"

#include "trade/desk.h"

const struct strategy_row *const strategy_table[STRATEGY_COUNT] = {
    [STRATEGY_ARB] = &strategy_arb_row, // first: it is the one in a hurry
    [STRATEGY_WASH] = &strategy_wash_row,
    [STRATEGY_MANUAL] = &strategy_manual_row,
    [STRATEGY_HEDGE_REBALANCE] = &strategy_rebalance_row,
    [STRATEGY_TAKE_PROFIT] = &strategy_take_profit_row,
    [STRATEGY_TWAP] = &strategy_twap_row,
    [STRATEGY_MACD] = &strategy_macd_row,
};

struct strategy_memory *strategy_memory_of(const struct desk *desk, enum strategy strategy,
                                           uint16_t symbol) {
    return &desk->scheduler.symbols[symbol].memory[strategy];
}

bool strategy_prefers(const struct desk *desk, enum strategy strategy,
                      const struct opportunity *pair, int64_t now_ns,
                      struct strategy_choice *best) {
    struct bps edge = scanner_edge(pair);
    bool better = !best->any || edge.v > best->edge.v;
    if ((best->opens && !better) || // asked first, it costs nothing
        scheduler_job_on(desk, strategy, pair->symbol, pair->buy_venue, pair->sell_venue) != 0) {
        return false;
    }
    bool opens = risk_pair_opens(desk, pair->symbol, pair->buy_venue, pair->sell_venue, now_ns);
    if (opens == best->opens ? !better : !opens) {
        return false;
    }
    *best = (struct strategy_choice){.any = true, .opens = opens, .edge = edge};
    return true;
}

void strategy_draft_single(const struct desk *desk, enum strategy strategy, uint16_t venue,
                           uint16_t symbol, enum side side, struct usd notional,
                           struct job *draft) {
    const struct quote *quote = picture_quote(desk, venue, symbol);
    struct px price = side == SIDE_BUY ? quote->ask : quote->bid;
    const struct listing *listing = universe_listing(desk->universe, venue, symbol);
    struct qty size = {0}; // without a price or an instrument risk names what is missing
    if (price.v > 0 && listing->step.v > 0) {
        size = qty_step_floor(qty_for_usd_floor(notional, price), listing->step);
    }
    bool rests = execution_mode_now(desk, symbol) != EXECUTION_SAFE_TAKER_ONLY;
    *draft = (struct job){
        .strategy = strategy,
        .symbol = symbol,
        .maker = !rests             ? MAKER_NONE
                 : side == SIDE_BUY ? MAKER_BUY
                                    : MAKER_SELL,
        .single = true,
        .only = side == SIDE_BUY ? LEG_BUY : LEG_SELL,
        .completes = true,
        .notional = size.v > 0 ? usd_notional_ceil(price, size) : notional,
    };
    draft->legs[LEG_BUY].venue = draft->legs[LEG_SELL].venue = venue;
    draft->legs[draft->only].target = size;
}

void strategy_draft_order(const struct desk *desk, enum strategy strategy,
                          const struct event_control *order, struct job *draft) {
    struct usd notional = {order->value};
    if (order->hedged == 0) {
        strategy_draft_single(desk, strategy, order->venue, order->symbol, (enum side)order->side,
                              notional, draft);
        return;
    }
    bool buys = order->side == SIDE_BUY;
    struct opportunity pair = {.symbol = order->symbol,
                               .buy_venue = buys ? order->venue : order->hedge_venue,
                               .sell_venue = buys ? order->hedge_venue : order->venue};
    pair.buy_ask = picture_quote(desk, pair.buy_venue, order->symbol)->ask;
    pair.sell_bid = picture_quote(desk, pair.sell_venue, order->symbol)->bid;
    scheduler_draft(desk, strategy, &pair, notional, draft);
}

void strategy_draft_adopted(const struct desk *desk, enum strategy strategy, uint16_t venue,
                            uint16_t symbol, struct qty size, struct job *draft) {
    *draft = (struct job){.strategy = strategy,
                          .symbol = symbol,
                          .single = true,
                          .adopted = true,
                          .only = size.v > 0 ? LEG_BUY : LEG_SELL};
    draft->legs[LEG_BUY].venue = draft->legs[LEG_SELL].venue = venue;
    draft->legs[draft->only].target =
        qty_step_floor(qty_abs(size), universe_listing(desk->universe, venue, symbol)->step);
}
