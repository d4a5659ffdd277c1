// Cross-venue opportunities: on each quote change the changed symbol is compared over every ordered
// pair of venues that holds the changed one.
//
// A crossed pair (gross > 0) is one standing opportunity with a first-seen time, however often it
// is seen. With stand_ns it becomes one only after it was crossed that long without a break: with
// the first quote of either venue from then on. Costs are worked out from the books for the wanted
// size; round trip says what would be left after closing at the pair's usual gross. Whether it is
// traded is for risk and the scheduler to say.
#ifndef PERPDESK_TRADE_SCANNER_H
#define PERPDESK_TRADE_SCANNER_H

#include "engine/bus.h"
#include "trade/series.h"

struct desk;

enum { STANDING_MAX = 4096 };

struct opportunity {
    uint16_t symbol, buy_venue, sell_venue;
    bool standing; // false: the slot is free
    uint16_t next; // standing opportunity of the symbol: index + 1, 0 = last
    struct px buy_ask, sell_bid;
    struct qty buy_size, sell_size;
    struct usd size; // notional the costs were worked out for
    struct bps gross, fees, slippage, basis, net, round_trip, funding;
    int64_t first_seen_ns, last_seen_ns;
    // As of the last comparison: what score and confidence are worked out of when they are told.
    int64_t compared_ns;
    int64_t older_ns;        // age of the older quote
    int64_t reliability_ppm; // of the less reliable venue
};

// A pair that crosses and has not stood for stand_ns yet.
struct crossing {
    uint16_t symbol, buy, sell;
    int64_t due_ns;
};

enum { CROSSINGS_MAX = 256 }; // waiting at once; one more waits for its next quote

struct scanner {
    struct opportunity *standing;           // STANDING_MAX
    struct crossing waiting[CROSSINGS_MAX]; // by the time they are due: all wait equally long
    uint32_t waiting_count;
    uint16_t *slots; // [symbol][buy][sell] -> index + 1, 0 = none
    uint16_t *free_slots;
    int64_t *crossed_ns; // [symbol][buy][sell]: since when it crosses, 0 = it does not
    uint16_t *first;     // [symbol] -> index + 1 of its newest standing opportunity, 0 = none
    uint32_t free_count;
    struct series *gross; // [symbol][buy][sell]: gross bps of the pair over the window
    int64_t sampled_ns, young_ns, swept_ns;
    uint16_t sample_left; // symbols not yet sampled in this step
    uint8_t young;        // quick steps left, for pairs without a past
    bool young_step;      // this one is such
    uint64_t crossings, overflow;
};

extern const struct component scanner_component;

enum status scanner_create(struct scanner *scanner, const struct universe *universe) MUST_CHECK;
void scanner_finish(struct scanner *scanner);

// The standing opportunity of an ordered pair, NULL when it does not cross.
const struct opportunity *scanner_find(const struct desk *desk, uint16_t symbol, uint16_t buy,
                                       uint16_t sell);
// The standing opportunities of a symbol, newest first: NULL ends.
static inline const struct opportunity *scanner_at(const struct scanner *scanner, uint16_t slot) {
    return slot == 0 ? NULL : &scanner->standing[slot - 1];
}
static inline const struct opportunity *scanner_first(const struct scanner *scanner,
                                                      uint16_t symbol) {
    return scanner_at(scanner, scanner->first[symbol]);
}
static inline const struct opportunity *scanner_next(const struct scanner *scanner,
                                                     const struct opportunity *opp) {
    return scanner_at(scanner, opp->next);
}
// Whether a standing opportunity crosses on the quotes of this moment: it stands up to gone_ns
// longer.
bool scanner_crossed(const struct desk *desk, const struct opportunity *opp);
// Works out the figures of an ordered pair, crossed or not, for `size`. False when a quote is
// missing or unusable.
bool scanner_evaluate(const struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell,
                      struct usd size, int64_t now_ns, struct opportunity *out);
// What opening it is expected to leave: net of costs, and of the funding over the holding time.
static inline struct bps scanner_edge(const struct opportunity *opp) {
    return (struct bps){opp->net.v - opp->funding.v};
}
// Profit, shown size and reliability of an opportunity as of its last comparison.
int64_t scanner_score_ppm(const struct desk *desk, const struct opportunity *opp);
// The dynamic threshold of a pair, or the one a person set.
struct bps scanner_threshold(const struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell);
// The highest it gets to while no person set one.
struct bps scanner_threshold_most(const struct desk *desk);

#endif
