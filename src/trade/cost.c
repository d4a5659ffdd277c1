#include "trade/cost.h"

struct bps cost_slippage(const struct quote *quote, const struct depth *depth, enum side taker,
                         struct usd notional, struct usd unknown_size) {
    bool buys = taker == SIDE_BUY;
    struct px best = buys ? quote->ask : quote->bid;
    if (best.v <= 0) {
        return (struct bps){BPS_WHOLE};
    }
    bool unsized = (quote->flags & (buys ? QUOTE_ASK_UNKNOWN_SIZE : QUOTE_BID_UNKNOWN_SIZE)) != 0;
    if (unsized ? qty_covers_usd(qty_for_usd_floor(unknown_size, best), notional, best)
                : cost_best_carries(quote, taker, notional)) {
        return (struct bps){0};
    }
    struct qty wanted = qty_for_usd_floor(notional, best);
    uint32_t levels = buys ? depth->ask_count : depth->bid_count;
    struct usd paid;
    if (levels == 0 || depth_walk(depth, taker, wanted, &paid).v < wanted.v) {
        return (struct bps){BPS_WHOLE};
    }
    struct px average = px_average_near(paid, wanted);
    struct bps slip = buys ? bps_between_near(average, best) : bps_between_near(best, average);
    return slip.v > 0 ? slip : (struct bps){0};
}

struct bps cost_funding(const struct event_funding *buy, const struct event_funding *sell,
                        int64_t hold_ns) {
    // rate 1e-12 per hour to 1e-2 bps: / 1e6; times hours held.
    int64_t difference = sub_saturating(buy->per_hour.v, sell->per_hour.v);
    if (difference == 0) {
        return (struct bps){0};
    }
    int64_t hour_ns = 3600 * NS_PER_S;
    return (struct bps){mul_div_ceil(mul_div_ceil(difference, hold_ns, hour_ns), 1, 1000000)};
}
