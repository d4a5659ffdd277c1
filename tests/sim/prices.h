// The market behind all venues: one true price a symbol that wanders, and jumps now and then; and
// what each venue shows of it, which is near it and never quite it.
#ifndef PERPDESK_TESTS_SIM_PRICES_H
#define PERPDESK_TESTS_SIM_PRICES_H

#include "exchanges/venue_sim.h"
#include "weather.h"

enum { PRICES_SYMBOLS = 2, PRICES_LEVELS = 8 };

struct prices {
    struct dice dice;
    int64_t true_px[PRICES_SYMBOLS];
    int64_t moved_ns; // when they last did
    uint32_t jump_ppm;
};

struct shown_prices { // of one listing
    struct dice dice;
    int64_t away; // from the true price, 1e-8 of it
    int64_t spread;
};

extern const char *const prices_symbols[PRICES_SYMBOLS];

void prices_begin(struct prices *prices, uint64_t seed);
void prices_move(struct prices *prices, int64_t now_ns);
void shown_begin(struct shown_prices *shown, uint64_t seed, uint64_t stream);
// Publishes what the listing shows now. False: nothing changed.
bool shown_move(struct shown_prices *shown, const struct prices *prices, uint32_t symbol,
                struct vsim_listing *listing, int64_t now_ns);

#endif
