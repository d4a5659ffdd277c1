// What a trade would cost: pure functions of listings, depth and fees.
#ifndef PERPDESK_TRADE_COST_H
#define PERPDESK_TRADE_COST_H

#include "base/clock.h"
#include "engine/settings.h"
#include "market/book.h"

// Which leg rests in hybrid mode.
enum maker_leg { MAKER_NONE, MAKER_BUY, MAKER_SELL };

// The leg on the venue with the larger maker saving rests; equal savings: the buying leg.
static inline enum maker_leg cost_maker_leg(const struct venue_entry *buy,
                                            const struct venue_entry *sell,
                                            enum execution_mode mode) {
    if (mode == EXECUTION_SAFE_TAKER_ONLY) {
        return MAKER_NONE;
    }
    int64_t buy_saving = buy->taker_fee.v - buy->maker_fee.v;
    int64_t sell_saving = sell->taker_fee.v - sell->maker_fee.v;
    return buy_saving >= sell_saving ? MAKER_BUY : MAKER_SELL;
}
// Fees of the two opening fills when `maker` rests. Closing the same way round costs the same
// again.
static inline struct bps cost_open_fees(const struct venue_entry *buy,
                                        const struct venue_entry *sell, enum maker_leg maker) {
    struct bps bought = maker == MAKER_BUY ? buy->maker_fee : buy->taker_fee;
    struct bps sold = maker == MAKER_SELL ? sell->maker_fee : sell->taker_fee;
    return (struct bps){bought.v + sold.v};
}

// Whether the best level shows enough to take `notional` from: then there is no slippage. False
// where its size is not known.
static inline bool cost_best_carries(const struct quote *quote, enum side taker,
                                     struct usd notional) {
    bool buys = taker == SIDE_BUY;
    struct px best = buys ? quote->ask : quote->bid;
    uint32_t unknown = buys ? QUOTE_ASK_UNKNOWN_SIZE : QUOTE_BID_UNKNOWN_SIZE;
    return best.v > 0 && (quote->flags & unknown) == 0 &&
           qty_covers_usd(buys ? quote->ask_size : quote->bid_size, notional, best);
}
// Expected slippage of taking `notional` from a listing: average price of walking the depth against
// its best price. Without depth the best level's size has to carry it. What the book cannot fill
// costs 100 %.
struct bps cost_slippage(const struct quote *quote, const struct depth *depth, enum side taker,
                         struct usd notional, struct usd unknown_size);

// Funding paid (positive) or received over the holding time by the pair: long on `buy`, short on
// `sell`.
struct bps cost_funding(const struct event_funding *buy, const struct event_funding *sell,
                        int64_t hold_ns);

#endif
