#include "prices.h"

#include "base/clock.h"

const char *const prices_symbols[PRICES_SYMBOLS] = {"BTC/USDT", "ETH/USDT"};
static const int64_t first[PRICES_SYMBOLS] = {60000, 3000};

enum { PARTS = 100000000 }; // of a price: what `away` counts in

void prices_begin(struct prices *prices, uint64_t seed) {
    *prices = (struct prices){.dice = dice_of(seed, 1000)};
    for (uint32_t i = 0; i < PRICES_SYMBOLS; i++) {
        prices->true_px[i] = first[i] * PX_ONE;
    }
    prices->jump_ppm = (uint32_t)dice_between(&prices->dice, 0, 300);
}

void prices_move(struct prices *prices, int64_t now_ns) {
    int64_t steps = (now_ns - prices->moved_ns) / (250 * NS_PER_MS);
    if (prices->moved_ns != 0 && steps <= 0) {
        return;
    }
    prices->moved_ns = now_ns;
    for (uint32_t i = 0; i < PRICES_SYMBOLS; i++) {
        int64_t parts = dice_between(&prices->dice, -6000, 6000); // 0.6 bps
        if (dice_hit(&prices->dice, prices->jump_ppm)) {
            parts = dice_between(&prices->dice, -800000, 800000);
        }
        // Home it goes, slowly: months of wandering in one run would leave all scales behind.
        int64_t off =
            mul_div_near(prices->true_px[i] - first[i] * PX_ONE, PARTS, first[i] * PX_ONE);
        prices->true_px[i] += mul_div_near(prices->true_px[i], parts - off / 20000, PARTS);
    }
}

void shown_begin(struct shown_prices *shown, uint64_t seed, uint64_t stream) {
    *shown = (struct shown_prices){.dice = dice_of(seed, 2000 + stream)};
    shown->away = dice_between(&shown->dice, -40000, 40000);
    shown->spread = dice_between(&shown->dice, 2000, 15000);
}

bool shown_move(struct shown_prices *shown, const struct prices *prices, uint32_t symbol,
                struct vsim_listing *listing, int64_t now_ns) {
    struct dice *dice = &shown->dice;
    shown->away += dice_between(dice, -6000, 6000) - shown->away / 40;
    int64_t mid =
        prices->true_px[symbol] + mul_div_near(prices->true_px[symbol], shown->away, PARTS);
    int64_t half = mul_div_near(mid, shown->spread, 2 * (int64_t)PARTS);
    struct px tick = listing->rules.tick;
    struct px bid = px_tick_floor((struct px){mid - half}, tick);
    struct px ask = px_tick_ceil((struct px){mid + half}, tick);
    if (ask.v <= bid.v) {
        ask.v = bid.v + tick.v;
    }
    struct level bids[PRICES_LEVELS], asks[PRICES_LEVELS];
    int64_t apart = px_tick_ceil((struct px){mid / 20000}, tick).v;
    int64_t unit = QTY_ONE * (60000 / first[symbol]);
    for (int i = 0; i < PRICES_LEVELS; i++) {
        bids[i] = (struct level){{bid.v - i * apart}, {dice_between(dice, 20, 900) * unit / 1000}};
        asks[i] = (struct level){{ask.v + i * apart}, {dice_between(dice, 20, 900) * unit / 1000}};
        bids[i].size = qty_step_floor(bids[i].size, listing->rules.step);
        asks[i].size = qty_step_floor(asks[i].size, listing->rules.step);
    }
    vsim_quote(listing, bids[0], asks[0], 0, now_ns);
    (void)vsim_publish(listing, bids, PRICES_LEVELS, asks, PRICES_LEVELS, 0, now_ns);
    listing->mark = listing->index =
        px_tick_floor((struct px){prices->true_px[symbol]}, listing->rules.tick);
    return true;
}
