#include "trade/allocator.h"

static bool has_layers(const struct settings_capital *settings) {
    return settings->model == CAPITAL_FIVE;
}

uint32_t allocator_part_count(const struct settings_capital *settings) {
    return has_layers(settings) ? LAYER_COUNT : POOL_COUNT;
}

const char *allocator_part_name(const struct settings_capital *settings, uint32_t part) {
    return has_layers(settings) ? layer_name((enum layer)part) : pool_name((enum pool)part);
}

uint32_t allocator_part_of(const struct settings_capital *settings, enum strategy strategy) {
    ASSERT((unsigned)strategy < STRATEGY_COUNT);
    if (has_layers(settings)) {
        return settings->layer_of[strategy];
    }
    return strategy == STRATEGY_WASH ? POOL_WASH : POOL_ARB;
}

struct usd allocator_part_size(const struct settings_capital *settings, const struct purse *purse,
                               uint32_t part) {
    ASSERT(part < allocator_part_count(settings));
    return usd_bps_floor(purse->equity, has_layers(settings) ? settings->layer_share[part]
                                                             : settings->pool_share[part]);
}

// What the part itself has left, whatever the mode.
static struct usd part_left(const struct settings_capital *settings, const struct purse *purse,
                            uint32_t part) {
    struct usd most = allocator_part_size(settings, purse, part);
    if (has_layers(settings)) {
        most = usd_bps_floor(most, settings->layer_use_max[part]);
    }
    struct usd left = usd_sub(most, purse->used[part]);
    return left.v > 0 ? left : (struct usd){0};
}

bool allocator_open(const struct settings_capital *settings, const struct purse *purse,
                    uint32_t part) {
    bool safe_part = has_layers(settings) ? part == LAYER_1 || part == LAYER_4 : part != POOL_ARB;
    return !purse->safe_mode || safe_part;
}

// The part that lends where another has not enough.
static uint32_t lender_of(const struct settings_capital *settings) {
    return has_layers(settings) ? LAYER_5 : POOL_RESERVE;
}

static bool is_helped(const struct settings_capital *settings, const struct purse *purse,
                      uint32_t part) {
    if (has_layers(settings)) {
        return settings->layer_borrow && part != LAYER_5 &&
               allocator_open(settings, purse, LAYER_5);
    }
    if (part != POOL_ARB || purse->used[POOL_ARB].v <= 0) {
        return false; // nothing used is above no mark
    }
    struct usd mark =
        usd_bps_floor(allocator_part_size(settings, purse, POOL_ARB), settings->top_up_above);
    return purse->used[POOL_ARB].v > mark.v;
}

struct usd allocator_available(const struct settings_capital *settings, const struct purse *purse,
                               uint32_t part) {
    if (!allocator_open(settings, purse, part)) {
        return (struct usd){0};
    }
    struct usd left = part_left(settings, purse, part);
    return is_helped(settings, purse, part)
               ? usd_add(left, part_left(settings, purse, lender_of(settings)))
               : left;
}

struct usd allocator_in_flight(const struct purse *purse) {
    struct usd sum = {0};
    for (uint32_t part = 0; part < CAPITAL_PARTS_MAX; part++) {
        sum = usd_add(sum, purse->used[part]);
    }
    return sum;
}

struct verdict allocator_check(const struct settings_capital *settings, const struct purse *purse,
                               uint32_t part, struct usd amount) {
    if (!allocator_open(settings, purse, part)) {
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
    struct usd available = allocator_available(settings, purse, part);
    if (amount.v > available.v) {
        return (struct verdict){
            .rule = RULE_CAPITAL_POOL, .figure = amount.v, .limit = available.v};
    }
    return (struct verdict){.rule = RULE_NONE};
}

void allocator_take(const struct settings_capital *settings, struct purse *purse, uint32_t part,
                    struct usd amount, struct usd from[CAPITAL_PARTS_MAX]) {
    ASSERT(amount.v >= 0 && amount.v <= allocator_available(settings, purse, part).v);
    for (uint32_t i = 0; i < CAPITAL_PARTS_MAX; i++) {
        from[i] = (struct usd){0};
    }
    struct usd left = part_left(settings, purse, part);
    from[part] = amount.v < left.v ? amount : left;
    uint32_t lender = lender_of(settings);
    from[lender] = usd_add(from[lender], usd_sub(amount, from[part]));
    for (uint32_t i = 0; i < CAPITAL_PARTS_MAX; i++) {
        purse->used[i] = usd_add(purse->used[i], from[i]);
    }
}

void allocator_restore(struct purse *purse, uint32_t part, struct usd amount,
                       struct usd from[CAPITAL_PARTS_MAX]) {
    for (uint32_t i = 0; i < CAPITAL_PARTS_MAX; i++) {
        from[i] = (struct usd){0};
    }
    from[part] = amount;
    purse->used[part] = usd_add(purse->used[part], amount);
}

void allocator_give_back(struct purse *purse, const struct usd from[CAPITAL_PARTS_MAX]) {
    for (uint32_t i = 0; i < CAPITAL_PARTS_MAX; i++) {
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
