// What a trade would cost: pure functions of listings, depth and fees.
#ifndef PERPDESK_TRADE_COST_H
#define PERPDESK_TRADE_COST_H

#include "base/clock.h"
#include "engine/settings.h"
#include "market/book.h"

// Which leg rests in hybrid mode.
enum maker_leg { MAKER_NONE, MAKER_BUY, MAKER_SELL };

// The leg on the venue with the larger maker saving rests; equal savings: the buying leg.
enum maker_leg cost_maker_leg(const struct venue_entry *buy, const struct venue_entry *sell,
                              enum execution_mode mode);
// Fees of the two opening fills when `maker` rests. Closing the same way round costs the same
// again.
struct bps cost_open_fees(const struct venue_entry *buy, const struct venue_entry *sell,
                          enum maker_leg maker);

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
