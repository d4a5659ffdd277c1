#include "market/book.h"

#include <stdlib.h>
#include <string.h>

enum { BOOK_LEVELS_LIMIT = 100000 };

enum status book_create(struct book *book, uint32_t levels_max) {
    ASSERT(levels_max > 0 && levels_max <= BOOK_LEVELS_LIMIT);
    *book = (struct book){.levels_max = levels_max};
    book->bids.levels = malloc(levels_max * sizeof(struct level));
    book->asks.levels = malloc(levels_max * sizeof(struct level));
    if (book->bids.levels == NULL || book->asks.levels == NULL) {
        book_finish(book);
        return status_fail(STATUS_SYSTEM, "no memory for a book of %u levels", levels_max);
    }
    return STATUS_OK;
}

void book_finish(struct book *book) {
    free(book->bids.levels);
    free(book->asks.levels);
    *book = (struct book){0};
}

void book_clear(struct book *book) {
    book->bids.count = 0;
    book->asks.count = 0;
}

// The number of levels worse than `price`: where it stands or belongs.
static uint32_t find(const struct book_side *side, bool bids, struct px price) {
    uint32_t low = 0;
    uint32_t high = side->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int64_t at = side->levels[middle].price.v;
        bool worse = bids ? at < price.v : at > price.v;
        if (worse) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void remove_at(struct book_side *side, uint32_t at) {
    side->count--;
    memmove(&side->levels[at], &side->levels[at + 1], (side->count - at) * sizeof(struct level));
}

static void insert_at(struct book *book, struct book_side *side, uint32_t at, struct level level) {
    if (side->count == book->levels_max) {
        book->cut++;
        if (at == 0) {
            return; // the new one is the worst itself
        }
        remove_at(side, 0);
        at--;
    }
    memmove(&side->levels[at + 1], &side->levels[at], (side->count - at) * sizeof(struct level));
    side->levels[at] = level;
    side->count++;
}

struct qty book_size(const struct book *book, enum side which, struct px price) {
    const struct book_side *side = which == SIDE_BUY ? &book->bids : &book->asks;
    uint32_t at = find(side, which == SIDE_BUY, price);
    bool there = at < side->count && side->levels[at].price.v == price.v;
    return there ? side->levels[at].size : (struct qty){0};
}

void book_set(struct book *book, enum side which, struct level level) {
    struct book_side *side = which == SIDE_BUY ? &book->bids : &book->asks;
    uint32_t at = find(side, which == SIDE_BUY, level.price);
    bool there = at < side->count && side->levels[at].price.v == level.price.v;
    if (level.size.v <= 0) {
        if (there) {
            remove_at(side, at);
        }
    } else if (there) {
        side->levels[at].size = level.size;
    } else {
        insert_at(book, side, at, level);
    }
}

static uint8_t copy_top(const struct book_side *side, struct level *out, uint32_t levels) {
    uint32_t count = side->count < levels ? side->count : levels;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = side->levels[side->count - 1 - i];
    }
    return (uint8_t)count;
}

void book_top(const struct book *book, struct depth *out, uint32_t levels) {
    ASSERT(levels <= DEPTH_LEVELS_MAX);
    memset(out, 0, sizeof(*out));
    out->bid_count = copy_top(&book->bids, out->bids, levels);
    out->ask_count = copy_top(&book->asks, out->asks, levels);
}

bool book_crossed(const struct book *book) {
    if (book->bids.count == 0 || book->asks.count == 0) {
        return false;
    }
    return book->bids.levels[book->bids.count - 1].price.v >=
           book->asks.levels[book->asks.count - 1].price.v;
}

struct qty depth_walk(const struct depth *depth, enum side taker, struct qty size,
                      struct usd *notional) {
    bool buys = taker == SIDE_BUY;
    const struct level *levels = buys ? depth->asks : depth->bids;
    uint32_t count = buys ? depth->ask_count : depth->bid_count;
    struct qty found = {0};
    *notional = (struct usd){0};
    for (uint32_t i = 0; i < count && found.v < size.v; i++) {
        struct qty part = qty_min(levels[i].size, qty_sub(size, found));
        // Rounded against the taker: what is paid up, what is received down.
        struct usd value = buys ? usd_notional_ceil(levels[i].price, part)
                                : usd_notional_floor(levels[i].price, part);
        *notional = usd_add(*notional, value);
        found = qty_add(found, part);
    }
    return found;
}
