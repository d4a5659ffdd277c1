// The book and its chain rules under any messages: the sides stay sorted and within their limits,
// no level is empty, and a book that is not live is empty.
#include <stddef.h>
#include <stdint.h>

#include "market/book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEVELS_MAX = 12, MESSAGE_LEVELS_MAX = 8 };

struct input {
    const uint8_t *data;
    size_t size;
};

static uint8_t next(struct input *input) {
    if (input->size == 0) {
        return 0;
    }
    input->size--;
    return *input->data++;
}

static uint32_t read_levels(struct input *input, struct level *levels) {
    uint32_t count = next(input) % (MESSAGE_LEVELS_MAX + 1);
    for (uint32_t i = 0; i < count; i++) {
        levels[i] = (struct level){{next(input) % 64 * PX_ONE}, {next(input) % 4 * QTY_ONE}};
    }
    return count;
}

static void check_side(const struct book_side *side, bool bids) {
    ASSERT(side->count <= LEVELS_MAX);
    for (uint32_t i = 0; i < side->count; i++) {
        ASSERT(side->levels[i].size.v > 0);
        if (i > 0) {
            int64_t step = side->levels[i].price.v - side->levels[i - 1].price.v;
            ASSERT(bids ? step > 0 : step < 0);
        }
    }
}

static void check(const struct book_sync *sync, enum book_verdict verdict, uint64_t gaps) {
    check_side(&sync->book.bids, true);
    check_side(&sync->book.asks, false);
    ASSERT((unsigned)sync->state < BOOK_STATE_COUNT);
    ASSERT(sync->gaps == gaps + (verdict == BOOK_GAP ? 1 : 0));
    if (sync->state != BOOK_LIVE) {
        ASSERT(sync->book.bids.count == 0 && sync->book.asks.count == 0);
        ASSERT(verdict != BOOK_APPLIED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct book_sync syncs[3];
    static bool created;
    struct input input = {data, size};
    struct level bids[MESSAGE_LEVELS_MAX];
    struct level asks[MESSAGE_LEVELS_MAX];
    for (int i = 0; !created && i < 3; i++) {
        ASSERT(book_sync_create(&syncs[i], (enum book_rule)i, LEVELS_MAX) == STATUS_OK);
    }
    created = true;
    struct book_sync *sync = &syncs[next(&input) % 3];
    book_sync_reset(sync);
    while (input.size > 0) {
        uint8_t kind = next(&input);
        struct book_message message = {
            .snapshot = kind & 1, .bids = bids, .asks = asks, .last = next(&input)};
        message.first = kind & 2 ? next(&input) : message.last;
        message.previous = kind & 4 ? next(&input) : sync->last;
        message.bid_count = read_levels(&input, bids);
        message.ask_count = read_levels(&input, asks);
        if (kind == 255) {
            book_sync_reset(sync);
        }
        uint64_t gaps = sync->gaps;
        check(sync, book_sync_apply(sync, &message), gaps);
    }
    return 0;
}
