#include <stdlib.h>
#include <string.h>

#include "market/venue.h"

static enum status fill_natives(struct md *md) {
    const struct universe *universe = md->universe;
    enum status status = name_map_create(&md->natives, universe->symbol_count);
    for (uint16_t i = 0; status == STATUS_OK && i < universe->symbol_count; i++) {
        struct listing *listing = &md->listings[i];
        listing->venue = (uint8_t)md->venue_index;
        listing->symbol = i;
        listing->quote_currency = (uint8_t)md->venue->quote_currency;
        listing->settle_currency = (uint8_t)md->venue->quote_currency;
        // Two symbols of one native name (BTC/USDT and BTC/USDC where only BTC exists): the first.
        if (!md->venue->native_name(&universe->symbols[i], listing->native) ||
            name_map_get(&md->natives, slice_of(listing->native)) >= 0) {
            listing->native[0] = '\0'; // not listed here
            continue;
        }
        status = status_context(name_map_put(&md->natives, slice_of(listing->native), i),
                                "%s calls %s", md->venue->name, universe->symbols[i].name);
    }
    return status;
}

enum status md_create(struct md *md, const struct venue_md *venue, const struct universe *universe,
                      uint16_t venue_index) {
    ASSERT(venue_index < universe->venue_count);
    memset(md, 0, sizeof(*md));
    md->venue = venue;
    md->universe = universe;
    md->venue_index = venue_index;
    md->listings = calloc(universe->symbol_count, sizeof(*md->listings));
    md->bids = malloc(MD_LEVELS_MAX * sizeof(*md->bids));
    md->asks = malloc(MD_LEVELS_MAX * sizeof(*md->asks));
    enum status status = STATUS_OK;
    if (md->listings == NULL || md->bids == NULL || md->asks == NULL) {
        status = status_fail(STATUS_SYSTEM, "no memory for the market data of %s", venue->name);
    } else {
        status = fill_natives(md);
    }
    if (status != STATUS_OK) {
        md_finish(md);
    }
    return status;
}

void md_finish(struct md *md) {
    name_map_finish(&md->natives);
    free(md->listings);
    free(md->bids);
    free(md->asks);
    memset(md, 0, sizeof(*md));
}

enum book_verdict md_apply_book(const struct md *md, uint16_t symbol, struct book_sync *sync,
                                const struct book_message *message) {
    enum book_verdict verdict = book_sync_apply(sync, message);
    int32_t (*sum)(const struct book *, struct qty) = md->venue->book_checksum;
    bool told = message->checksum != 0 && sum != NULL && sync->state == BOOK_LIVE;
    if (!told || sum(&sync->book, md->listings[symbol].contract) == message->checksum) {
        return verdict;
    }
    book_sync_drop(sync);
    return BOOK_BAD_CHECKSUM;
}
