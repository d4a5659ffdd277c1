// The arithmetic of capital: pure functions of equity, shares and what is used.
//
// A venue's equity is cut into parts. Three pools: hedged volume, arbitrage, reserve; the reserve
// helps arbitrage once enough of its pool is used, and safe mode closes arbitrage. Five layers: a
// strategy has the layer the configuration gives it, each layer may be used up to a share of
// itself, what a layer lacks may come from L5, and in safe mode only L1 and L4 are open.
#ifndef PERPDESK_TRADE_ALLOCATOR_H
#define PERPDESK_TRADE_ALLOCATOR_H

#include "engine/settings.h"

// One venue's purse. Its parts are those of the model: enum pool, or enum layer.
struct purse {
    struct usd equity;
    struct usd used[CAPITAL_PARTS_MAX]; // reserved and not released, by the part that lent it
    bool safe_mode;
};

uint32_t allocator_part_count(const struct settings_capital *settings);
const char *allocator_part_name(const struct settings_capital *settings, uint32_t part);
// The part a strategy's money comes from.
uint32_t allocator_part_of(const struct settings_capital *settings, enum strategy strategy);
// All of a part, lendable or not.
struct usd allocator_part_size(const struct settings_capital *settings, const struct purse *purse,
                               uint32_t part);
bool allocator_open(const struct settings_capital *settings, const struct purse *purse,
                    uint32_t part); // safe mode closes some
// What a part may still lend, with what it may borrow; 0 when it is closed.
struct usd allocator_available(const struct settings_capital *settings, const struct purse *purse,
                               uint32_t part);
struct usd allocator_in_flight(const struct purse *purse);
// Refusal of one reservation, or RULE_NONE.
struct verdict allocator_check(const struct settings_capital *settings, const struct purse *purse,
                               uint32_t part, struct usd amount);
// Splits an accepted amount over the part and the one that helps it.
void allocator_take(const struct settings_capital *settings, struct purse *purse, uint32_t part,
                    struct usd amount, struct usd from[CAPITAL_PARTS_MAX]);
// What a job of an earlier session holds, whatever the part has now.
void allocator_restore(struct purse *purse, uint32_t part, struct usd amount,
                       struct usd from[CAPITAL_PARTS_MAX]);
void allocator_give_back(struct purse *purse, const struct usd from[CAPITAL_PARTS_MAX]);
// Drawdown from the peak, in bps of the peak.
struct bps allocator_drawdown(struct usd equity, struct usd peak);

#endif
