// Pool arithmetic of the three-pool model: pure functions of equity, shares and what is used.
#ifndef PERPDESK_TRADE_ALLOCATOR_H
#define PERPDESK_TRADE_ALLOCATOR_H

#include "engine/settings.h"

// One venue's purse.
struct purse {
    struct usd equity;
    struct usd used[POOL_COUNT]; // reserved and not released, by the pool that lent it
    bool safe_mode;
};

struct usd allocator_pool_size(const struct settings_capital *settings, const struct purse *purse,
                               enum pool pool);
// What a strategy's pool may still lend. The arb pool is helped by the reserve once more than
// top_up_above of it is used; safe mode closes it.
struct usd allocator_available(const struct settings_capital *settings, const struct purse *purse,
                               enum pool pool);
struct usd allocator_in_flight(const struct purse *purse);
// Refusal of one reservation, or RULE_NONE.
struct verdict allocator_check(const struct settings_capital *settings, const struct purse *purse,
                               enum pool pool, struct usd amount);
// Splits an accepted amount over the pool and, for arb, the reserve.
void allocator_take(const struct settings_capital *settings, struct purse *purse, enum pool pool,
                    struct usd amount, struct usd from[POOL_COUNT]);
void allocator_give_back(struct purse *purse, const struct usd from[POOL_COUNT]);
// Drawdown from the peak, in bps of the peak.
struct bps allocator_drawdown(struct usd equity, struct usd peak);

#endif
