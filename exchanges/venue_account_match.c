// The book, time, and what others do to a simulated account.
#include "exchanges/venue_account_inside.h"

static bool buys(const struct vacc_order *order) {
    return order->side == SIDE_BUY;
}

static bool price_within(const struct vacc_order *order, struct px price) {
    return buys(order) ? price.v <= order->price.v : price.v >= order->price.v;
}

static struct px opposite_price(const struct vsim_world *world, const struct vacc_order *order) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    return buys(order) ? listing->ask : listing->bid;
}

bool vacc_crosses(const struct vsim_world *world, const struct vacc_order *order) {
    struct px other = opposite_price(world, order);
    return other.v > 0 && price_within(order, other);
}

// ---- fills -------------------------------------------------------------------------------------

// The closed part leaves at average cost; what it brought beyond that is realised. Returns what was
// realised.
static struct usd move_position(struct vacc_position *position, enum side side, struct px price,
                                struct qty size) {
    struct qty change = {side == SIDE_BUY ? size.v : -size.v};
    struct qty held = qty_abs(position->net);
    bool grows = held.v == 0 || (position->net.v > 0) == (change.v > 0);
    struct qty closing = grows ? (struct qty){0} : qty_min(size, held);
    struct usd realised = {0};
    if (closing.v > 0) {
        struct qty signed_closing = {change.v > 0 ? closing.v : -closing.v};
        struct usd cost_out = {mul_div_near(position->cost.v, closing.v, held.v)};
        struct usd proceeds = usd_notional_near(price, signed_closing); // negative for a sale
        realised = usd_sub((struct usd){0}, usd_add(cost_out, proceeds));
        position->cost = usd_sub(position->cost, cost_out);
    }
    struct qty opening = qty_sub(size, closing);
    struct qty signed_opening = {change.v > 0 ? opening.v : -opening.v};
    position->cost = usd_add(position->cost, usd_notional_near(price, signed_opening));
    position->net = qty_add(position->net, change);
    position->realised = usd_add(position->realised, realised);
    return realised;
}

static void settle_fill(struct vacc *account, const struct vsim_world *world,
                        const struct vacc_fill *fill) {
    struct vacc_position *position = &account->positions[fill->listing];
    struct usd realised = move_position(position, fill->side, fill->price, fill->size);
    position->fees = usd_add(position->fees, fill->fee);
    position->updated_ns = world->now_ns;
    account->cash = usd_sub(usd_add(account->cash, realised), fill->fee);
}

static void note_position(struct vacc *account, const struct vsim_world *world, uint32_t listing) {
    vacc_note(account, world, VACC_EVENT_POSITION, listing)->position = account->positions[listing];
}

static void note_fill(struct vacc *account, const struct vsim_world *world,
                      const struct vacc_order *order, const struct vacc_fill *fill) {
    struct vacc_event *event = vacc_note(account, world, VACC_EVENT_FILL, fill->listing);
    event->order = *order;
    event->fill = *fill;
}

void vacc_fill_order(struct vacc *account, const struct vsim_world *world, struct vacc_order *order,
                     struct px price, struct qty size, bool maker) {
    if (size.v <= 0) {
        return;
    }
    struct usd value = usd_notional_near(price, size);
    struct vacc_fill fill = {
        .number = ++account->fill_count,
        .order = order->number,
        .listing = order->listing,
        .side = order->side,
        .maker = maker,
        .price = price,
        .size = size,
        .fee = usd_bps_ceil(value, maker ? account->options.maker_fee : account->options.taker_fee),
        .time_ns = world->now_ns};
    memcpy(fill.client_id, order->client_id, sizeof(fill.client_id));
    account->fills[fill.number % VACC_FILLS_MAX] = fill;
    order->filled = qty_add(order->filled, size);
    order->value = usd_add(order->value, value);
    order->fees = usd_add(order->fees, fill.fee);
    order->updated_ns = world->now_ns;
    order->updates++;
    if (order->end == VACC_LIVE && order->filled.v >= order->size.v) {
        vacc_end_order(account, order, VACC_FILLED);
    }
    settle_fill(account, world, &fill);
    note_fill(account, world, order, &fill);
    if (vacc_fault(account, VACC_FAULT_DUPLICATE_FILL)) {
        note_fill(account, world, order, &fill);
    }
    note_position(account, world, order->listing);
}

// ---- taking ------------------------------------------------------------------------------------

static struct qty reduce_only_max(const struct vacc *account, const struct vacc_order *order) {
    struct qty net = account->positions[order->listing].net;
    bool reduces = buys(order) ? net.v < 0 : net.v > 0;
    return reduces ? qty_abs(net) : (struct qty){0};
}

// What it may still take of its own size.
static struct qty wanted(const struct vacc *account, const struct vacc_order *order) {
    struct qty rest = qty_sub(order->size, order->filled);
    return order->reduce_only ? qty_min(rest, reduce_only_max(account, order)) : rest;
}

struct walk {
    const struct level *levels;
    uint32_t count;
    struct level best; // the quote may be ahead of the book
    uint32_t from;     // first level behind the quote
};

static struct walk walk_begin(const struct vsim_world *world, const struct vacc_order *order) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    struct walk walk = {.levels = buys(order) ? listing->asks : listing->bids,
                        .count = buys(order) ? listing->ask_count : listing->bid_count,
                        .best = buys(order) ? (struct level){listing->ask, listing->ask_size}
                                            : (struct level){listing->bid, listing->bid_size}};
    while (walk.from < walk.count &&
           (buys(order) ? walk.levels[walk.from].price.v <= walk.best.price.v
                        : walk.levels[walk.from].price.v >= walk.best.price.v)) {
        walk.from++;
    }
    return walk;
}

static struct level walk_level(const struct walk *walk, uint32_t n) {
    return n == 0 ? walk->best : walk->levels[walk->from + n - 1];
}

static struct qty *taken_of(struct vacc *account, const struct vacc_order *order) {
    return &account->taken[2 * order->listing + (buys(order) ? 0 : 1)];
}

// What there is at its price or better, in whole steps, behind what was taken before.
static struct qty reachable(struct vacc *account, const struct vsim_world *world,
                            const struct vacc_order *order) {
    struct walk walk = walk_begin(world, order);
    struct qty sum = {0};
    for (uint32_t n = 0; n <= walk.count - walk.from; n++) {
        struct level level = walk_level(&walk, n);
        if (level.price.v <= 0 || !price_within(order, level.price)) {
            break;
        }
        sum = qty_add(sum, level.size);
    }
    struct qty left = qty_sub(sum, qty_min(sum, *taken_of(account, order)));
    return qty_step_floor(left, world->listings[order->listing].rules.step);
}

static void take(struct vacc *account, const struct vsim_world *world, struct vacc_order *order) {
    struct walk walk = walk_begin(world, order);
    struct qty *taken = taken_of(account, order);
    struct qty skip = *taken;
    struct qty step = world->listings[order->listing].rules.step;
    struct qty most = wanted(account, order);
    if (vacc_fault(account, VACC_FAULT_PARTIAL)) {
        most = qty_step_floor((struct qty){most.v / 2}, step);
    }
    for (uint32_t n = 0; n <= walk.count - walk.from && most.v > 0; n++) {
        struct level level = walk_level(&walk, n);
        if (level.price.v <= 0 || !price_within(order, level.price)) {
            break;
        }
        struct qty skipped = qty_min(skip, level.size);
        skip = qty_sub(skip, skipped);
        struct qty size = qty_step_floor(qty_min(qty_sub(level.size, skipped), most), step);
        if (size.v > 0) {
            *taken = qty_add(*taken, size);
            most = qty_sub(most, size);
            vacc_fill_order(account, world, order, level.price, size, false);
        }
    }
}

// ---- resting -----------------------------------------------------------------------------------

static struct qty shown_at(const struct vsim_world *world, const struct vacc_order *order) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    if (order->price.v == (buys(order) ? listing->bid.v : listing->ask.v)) {
        return buys(order) ? listing->bid_size : listing->ask_size;
    }
    const struct level *levels = buys(order) ? listing->bids : listing->asks;
    uint32_t count = buys(order) ? listing->bid_count : listing->ask_count;
    for (uint32_t i = 0; i < count; i++) {
        if (levels[i].price.v == order->price.v) {
            return levels[i].size;
        }
    }
    return (struct qty){0};
}

// An order of ours on the other side that this one would trade with.
static struct vacc_order *own_opposite(struct vacc *account, const struct vacc_order *order) {
    for (uint32_t i = 0; i < account->live_count; i++) {
        struct vacc_order *other = &account->orders[account->live[i]];
        if (other != order && other->arrives_ns == 0 && other->listing == order->listing &&
            other->side != order->side && price_within(order, other->price)) {
            return other;
        }
    }
    return NULL;
}

void vacc_arrive(struct vacc *account, const struct vsim_world *world, struct vacc_order *order) {
    order->arrives_ns = 0;
    if (order->kind == VACC_POST_ONLY) {
        if (vacc_crosses(world, order)) {
            vacc_finish_order(account, world, order, VACC_POST_ONLY_END);
            return;
        }
    } else {
        struct vacc_order *own;
        while ((own = own_opposite(account, order)) != NULL) { // the resting one gives way
            vacc_finish_order(account, world, own, VACC_SELF_TRADE);
        }
        bool enough = order->kind != VACC_FOK ||
                      reachable(account, world, order).v >= wanted(account, order).v;
        if (enough) {
            take(account, world, order);
        }
        if (order->end != VACC_LIVE) {
            return;
        }
        if (order->kind != VACC_GTC) {
            vacc_finish_order(account, world, order, VACC_REST_EXPIRED);
            return;
        }
    }
    order->ahead = order->level = shown_at(world, order);
}

// The market moved: does the resting order fill?
static void match_resting(struct vacc *account, const struct vsim_world *world,
                          struct vacc_order *order) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    struct px own = buys(order) ? listing->bid : listing->ask;
    bool level_gone = own.v > 0 && (buys(order) ? own.v < order->price.v : own.v > order->price.v);
    struct qty most = wanted(account, order);
    if (most.v == 0) {
        vacc_finish_order(account, world, order, VACC_BY_VENUE); // reduce-only, nothing to reduce
        return;
    }
    if (vacc_crosses(world, order) || level_gone) {
        vacc_fill_order(account, world, order, order->price, most, true);
    } else if (own.v == order->price.v) {
        struct qty shown = buys(order) ? listing->bid_size : listing->ask_size;
        struct qty gone = qty_sub(order->level, qty_min(order->level, shown));
        struct qty reached = qty_sub(gone, qty_min(gone, order->ahead));
        order->ahead = qty_sub(order->ahead, qty_min(gone, order->ahead));
        order->level = shown;
        struct qty size = qty_step_floor(qty_min(reached, most), listing->rules.step);
        vacc_fill_order(account, world, order, order->price, size, true);
    }
}

// ---- time --------------------------------------------------------------------------------------

// Longs pay a positive rate to shorts, at the venue's mark.
static void pay_funding(struct vacc *account, const struct vsim_world *world, uint32_t i) {
    const struct vsim_listing *listing = &world->listings[i];
    int64_t next_ns = listing->next_settlement_ns;
    int64_t due_ns = account->settles_ns[i];
    if (due_ns != 0 && world->now_ns >= due_ns && account->positions[i].net.v != 0 &&
        listing->mark.v > 0) {
        struct vacc_position *position = &account->positions[i];
        struct usd value = usd_notional_near(listing->mark, position->net);
        struct usd amount = {mul_div_near(value.v, listing->funding.v, PX_ONE)};
        _Static_assert(RATE_DIGITS == PX_DIGITS, "a rate is in units of 1e-12");
        position->funding = usd_add(position->funding, amount);
        position->updated_ns = world->now_ns;
        account->cash = usd_sub(account->cash, amount);
        struct vacc_event *event = vacc_note(account, world, VACC_EVENT_FUNDING, i);
        event->position = *position;
        event->amount = amount;
    }
    if (next_ns > world->now_ns) {
        account->settles_ns[i] = next_ns;
    } else if (world->now_ns >= due_ns) {
        account->settles_ns[i] = 0;
    }
}

static void fire_deadman(struct vacc *account, const struct vsim_world *world) {
    for (uint32_t i = 0; i < account->listing_count; i++) {
        if (account->deadman_ns[i] != 0 && world->now_ns >= account->deadman_ns[i]) {
            account->deadman_ns[i] = 0;
            (void)vacc_cancel_all(account, world, i, VACC_DEADMAN);
        }
    }
    if (account->deadman_all_ns != 0 && world->now_ns >= account->deadman_all_ns) {
        account->deadman_all_ns = 0;
        (void)vacc_cancel_all(account, world, VACC_ALL, VACC_DEADMAN);
    }
}

void vacc_tick(struct vacc *account, const struct vsim_world *world) {
    fire_deadman(account, world);
    bool moved[SYMBOL_MAX];
    for (uint32_t i = 0; i < account->listing_count; i++) {
        pay_funding(account, world, i);
        moved[i] = account->quote_seen[i] != world->listings[i].quote_id;
        account->quote_seen[i] = world->listings[i].quote_id;
        if (moved[i]) {
            account->taken[2 * i] = account->taken[2 * i + 1] = (struct qty){0};
        }
    }
    uint64_t at = 0;
    const struct vacc_order *next;
    while ((next = vacc_next_live(account, VACC_ALL, &at)) != NULL) {
        struct vacc_order *order = &account->orders[next - account->orders];
        if (order->arrives_ns != 0) {
            if (world->now_ns >= order->arrives_ns) {
                vacc_arrive(account, world, order);
            }
        } else if (moved[order->listing]) {
            match_resting(account, world, order);
        }
    }
}

void vacc_meddle(struct vacc *account, const struct vsim_world *world, uint32_t listing,
                 enum side side, struct qty size, bool liquidation) {
    ASSERT(listing < account->listing_count);
    const struct vsim_listing *row = &world->listings[listing];
    struct px price = side == SIDE_BUY ? row->ask : row->bid;
    if (price.v <= 0 || size.v <= 0) {
        return;
    }
    struct vacc_fill fill = {
        .number = ++account->fill_count,
        .order = account->options.first_number + ++account->order_count,
        .listing = listing,
        .side = side,
        .liquidation = liquidation,
        .price = price,
        .size = size,
        .fee = usd_bps_ceil(usd_notional_near(price, size), account->options.taker_fee),
        .time_ns = world->now_ns};
    account->fills[fill.number % VACC_FILLS_MAX] = fill;
    settle_fill(account, world, &fill);
    struct vacc_order order = {.number = fill.order,
                               .listing = listing,
                               .side = side,
                               .kind = VACC_MARKET,
                               .end = VACC_FILLED,
                               .price = price,
                               .size = size,
                               .filled = size,
                               .value = usd_notional_near(price, size),
                               .fees = fill.fee,
                               .created_ns = world->now_ns,
                               .updated_ns = world->now_ns};
    note_fill(account, world, &order, &fill);
    note_position(account, world, listing);
}
