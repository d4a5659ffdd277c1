#include "trade/allocator.h"

struct usd allocator_pool_size(const struct settings_capital *settings, const struct purse *purse,
                               enum pool pool) {
    return usd_bps_floor(purse->equity, settings->pool_share[pool]);
}

static struct usd pool_left(const struct settings_capital *settings, const struct purse *purse,
                            enum pool pool) {
    struct usd left = usd_sub(allocator_pool_size(settings, purse, pool), purse->used[pool]);
    return left.v > 0 ? left : (struct usd){0};
}

struct usd allocator_available(const struct settings_capital *settings, const struct purse *purse,
                               enum pool pool) {
    struct usd left = pool_left(settings, purse, pool);
    if (pool != POOL_ARB) {
        return left;
    }
    if (purse->safe_mode) {
        return (struct usd){0};
    }
    struct usd mark =
        usd_bps_floor(allocator_pool_size(settings, purse, POOL_ARB), settings->top_up_above);
    return purse->used[POOL_ARB].v > mark.v
               ? usd_add(left, pool_left(settings, purse, POOL_RESERVE))
               : left;
}

struct usd allocator_in_flight(const struct purse *purse) {
    struct usd sum = {0};
    for (int pool = 0; pool < POOL_COUNT; pool++) {
        sum = usd_add(sum, purse->used[pool]);
    }
    return sum;
}

struct verdict allocator_check(const struct settings_capital *settings, const struct purse *purse,
                               enum pool pool, struct usd amount) {
    if (purse->safe_mode && pool == POOL_ARB) {
        return (struct verdict){.rule = RULE_SAFE_MODE, .limit = settings->safe_drawdown.v};
    }
    struct usd single = usd_bps_floor(purse->equity, settings->single_max);
    if (amount.v > single.v) {
        return (struct verdict){.rule = RULE_CAPITAL_SINGLE, .figure = amount.v, .limit = single.v};
    }
    struct usd limit = usd_bps_floor(purse->equity, settings->in_flight_max);
    struct usd after = usd_add(allocator_in_flight(purse), amount);
    if (after.v > limit.v) {
        return (struct verdict){
            .rule = RULE_CAPITAL_IN_FLIGHT, .figure = after.v, .limit = limit.v};
    }
    struct usd available = allocator_available(settings, purse, pool);
    if (amount.v > available.v) {
        return (struct verdict){
            .rule = RULE_CAPITAL_POOL, .figure = amount.v, .limit = available.v};
    }
    return (struct verdict){.rule = RULE_NONE};
}

void allocator_take(const struct settings_capital *settings, struct purse *purse, enum pool pool,
                    struct usd amount, struct usd from[POOL_COUNT]) {
    ASSERT(amount.v >= 0 && amount.v <= allocator_available(settings, purse, pool).v);
    for (int i = 0; i < POOL_COUNT; i++) {
        from[i] = (struct usd){0};
    }
    struct usd left = pool_left(settings, purse, pool);
    from[pool] = amount.v < left.v ? amount : left;
    if (pool == POOL_ARB) {
        from[POOL_RESERVE] = usd_sub(amount, from[POOL_ARB]);
    }
    for (int i = 0; i < POOL_COUNT; i++) {
        purse->used[i] = usd_add(purse->used[i], from[i]);
    }
}

void allocator_give_back(struct purse *purse, const struct usd from[POOL_COUNT]) {
    for (int i = 0; i < POOL_COUNT; i++) {
        ASSERT(from[i].v >= 0 && purse->used[i].v >= from[i].v);
        purse->used[i] = usd_sub(purse->used[i], from[i]);
    }
}

struct bps allocator_drawdown(struct usd equity, struct usd peak) {
    if (peak.v <= 0 || equity.v >= peak.v) {
        return (struct bps){0};
    }
    return bps_share_near(usd_sub(peak, equity), peak);
}
