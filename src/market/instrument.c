#include "market/instrument.h"

#include <stdlib.h>

enum status universe_create(struct universe *universe, uint16_t venues, uint16_t symbols) {
    ASSERT(venues > 0 && symbols > 0);
    if (venues > VENUE_MAX || symbols > SYMBOL_MAX) {
        return status_fail(STATUS_CONFIG, "%u venues and %u symbols; at most %d and %d", venues,
                           symbols, VENUE_MAX, SYMBOL_MAX);
    }
    struct listing *listings = calloc((size_t)venues * symbols, sizeof(*listings));
    if (listings == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for %u listings", (unsigned)venues * symbols);
    }
    for (uint16_t venue = 0; venue < venues; venue++) {
        for (uint16_t symbol = 0; symbol < symbols; symbol++) {
            struct listing *listing = &listings[(size_t)venue * symbols + symbol];
            listing->venue = (uint8_t)venue;
            listing->symbol = symbol;
        }
    }
    universe->venue_count = venues;
    universe->symbol_count = symbols;
    universe->listings = listings;
    return STATUS_OK;
}

void universe_finish(struct universe *universe) {
    free(universe->listings);
    universe->listings = NULL;
    universe->venue_count = 0;
    universe->symbol_count = 0;
}

static bool is_name_part(struct slice part) {
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return part.size > 0;
}

enum status symbol_parse(struct symbol *symbol, struct slice name) {
    const char *slash = name.size > 0 ? memchr(name.data, '/', name.size) : NULL;
    if (slash == NULL) {
        return status_fail(STATUS_DATA, "symbol \"%.*s\" has no slash, like BTC/USDT",
                           (int)name.size, name.data);
    }
    struct slice base = {name.data, (size_t)(slash - name.data)};
    struct slice quote = {slash + 1, name.size - base.size - 1};
    if (!is_name_part(base) || !is_name_part(quote)) {
        return status_fail(STATUS_DATA,
                           "symbol \"%.*s\" is not upper-case letters and digits around one slash",
                           (int)name.size, name.data);
    }
    struct symbol parsed = {0};
    if (!string_copy(parsed.name, sizeof(parsed.name), name) ||
        !string_copy(parsed.base, sizeof(parsed.base), base) ||
        !string_copy(parsed.quote, sizeof(parsed.quote), quote)) {
        return status_fail(STATUS_DATA, "symbol \"%.*s\" is too long", (int)name.size, name.data);
    }
    *symbol = parsed;
    return STATUS_OK;
}

int universe_find_venue(const struct universe *universe, struct slice name) {
    for (int i = 0; i < universe->venue_count; i++) {
        if (slice_equals(slice_of(universe->venues[i].name), name)) {
            return i;
        }
    }
    return -1;
}

int universe_find_symbol(const struct universe *universe, struct slice name) {
    for (int i = 0; i < universe->symbol_count; i++) {
        if (slice_equals(slice_of(universe->symbols[i].name), name)) {
            return i;
        }
    }
    return -1;
}

const char *currency_name(enum currency currency) {
    static const char *const names[CURRENCY_COUNT] = {"USD", "USDT", "USDC"};
    ASSERT((unsigned)currency < CURRENCY_COUNT);
    return names[currency];
}

const char *venue_role_name(enum venue_role role) {
    static const char *const names[VENUE_ROLE_COUNT] = {"trade", "reference", "off"};
    ASSERT((unsigned)role < VENUE_ROLE_COUNT);
    return names[role];
}

const char *side_name(enum side side) {
    ASSERT(side == SIDE_BUY || side == SIDE_SELL);
    return side == SIDE_BUY ? "buy" : "sell";
}

// The unit a price has to be a multiple of at this magnitude: the tick, or, where the venue limits
// the significant digits, the weight of the last digit allowed. A whole price is always allowed,
// so that weight never goes above one.
static struct px price_unit(const struct listing *listing, struct px price) {
    ASSERT(listing->tick.v > 0);
    if (listing->significant_max == 0) {
        return listing->tick;
    }
    int64_t unit = 1;
    int64_t limit = 1;
    for (int i = 0; i < listing->significant_max && limit <= INT64_MAX / 10; i++) {
        limit *= 10;
    }
    while (unit < PX_ONE && price.v / unit >= limit) {
        unit *= 10;
    }
    return (struct px){unit > listing->tick.v ? unit : listing->tick.v};
}

struct px listing_price_floor(const struct listing *listing, struct px price) {
    ASSERT(price.v >= 0);
    return px_tick_floor(price, price_unit(listing, price));
}

struct px listing_price_ceil(const struct listing *listing, struct px price) {
    ASSERT(price.v >= 0);
    return px_tick_ceil(price, price_unit(listing, price));
}
