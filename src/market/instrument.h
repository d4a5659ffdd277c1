// What is traded and where: symbols (canonical `BTC/USDT`), venues, and the listing of a symbol on
// a venue.
//
// A listing is addressed by (venue index, symbol index) into the universe, or by one dense listing
// id. Indices are given by the configuration's order at start and do not change while the process
// lives. The rules of a listing (tick, step, contract size …) come from the venue at run time:
// until then `ready` is false and nothing trades it. Ownership: the engine owns the desk's universe
// and changes it only inside its lock; a feed keeps a copy of its own venue's row for decoding.
#ifndef PERPDESK_MARKET_INSTRUMENT_H
#define PERPDESK_MARKET_INSTRUMENT_H

#include "base/decimal.h"
#include "base/status.h"

enum {
    VENUE_MAX = 50,
    SYMBOL_MAX = 200,
    VENUE_NAME_MAX = 16,
    SYMBOL_NAME_MAX = 24,
    NATIVE_NAME_MAX = 32
};

enum currency { CURRENCY_USD, CURRENCY_USDT, CURRENCY_USDC, CURRENCY_COUNT };
enum venue_role { VENUE_TRADE, VENUE_REFERENCE, VENUE_OFF, VENUE_ROLE_COUNT };
enum side { SIDE_BUY, SIDE_SELL };

static inline enum side side_opposite(enum side side) {
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

struct symbol {
    char name[SYMBOL_NAME_MAX]; // "BTC/USDT"
    char base[12];
    char quote[8];
};

// The rules of one listing, in base units and quote currency.
struct listing {
    bool ready;      // rules are known and the venue says it trades, be it that it only closes
    uint8_t venue;   // index into the universe
    uint16_t symbol; // index into the universe
    char native[NATIVE_NAME_MAX];
    uint8_t quote_currency;  // enum currency
    uint8_t settle_currency; // enum currency
    uint8_t significant_max; // price digits limit (Hyperliquid: 5), 0 = none
    uint8_t closes_only;     // 1: the venue takes only what lowers a position; 0: all
    struct px tick;
    struct qty step;
    struct qty contract;     // base units per venue size unit; QTY_ONE where sizes are in base
    struct qty size_min;     // smallest order, base units
    struct qty size_max;     // 0 = none told
    struct usd notional_min; // 0 = none told
};

struct venue_entry {
    char name[VENUE_NAME_MAX]; // "binance"
    uint8_t role;              // enum venue_role
    uint8_t quote_currency;    // enum currency
    struct bps maker_fee;      // negative = rebate
    struct bps taker_fee;
    int64_t taker_delay_ns; // what the venue adds to a taker order by itself
};

struct universe {
    uint16_t venue_count;
    uint16_t symbol_count;
    struct venue_entry venues[VENUE_MAX];
    struct symbol symbols[SYMBOL_MAX];
    struct listing *listings; // venue_count * symbol_count, index listing_id()
};

// Allocates the listing table; venues and symbols are filled by the caller before or after.
enum status universe_create(struct universe *universe, uint16_t venues,
                            uint16_t symbols) MUST_CHECK;
void universe_finish(struct universe *universe);

// Splits "BTC/USDT"; refuses anything but upper-case letters, digits and one slash.
enum status symbol_parse(struct symbol *symbol, struct slice name) MUST_CHECK;

static inline uint32_t listing_id(const struct universe *u, uint16_t venue, uint16_t symbol) {
    ASSERT(venue < u->venue_count && symbol < u->symbol_count);
    return (uint32_t)venue * u->symbol_count + symbol;
}
static inline struct listing *universe_listing(const struct universe *u, uint16_t venue,
                                               uint16_t symbol) {
    return &u->listings[listing_id(u, venue, symbol)];
}
int universe_find_venue(const struct universe *universe, struct slice name);  // -1 when unknown
int universe_find_symbol(const struct universe *universe, struct slice name); // -1 when unknown

const char *currency_name(enum currency currency);
const char *venue_role_name(enum venue_role role);
const char *side_name(enum side side); // "buy", "sell"

// A price a venue accepts: on tick and within significant_max digits; towards the named direction.
struct px listing_price_floor(const struct listing *listing, struct px price);
struct px listing_price_ceil(const struct listing *listing, struct px price);

#endif
