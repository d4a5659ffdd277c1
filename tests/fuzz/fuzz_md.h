// What the fuzz targets of the venues' decoders share. The first byte tells what the rest is: a
// frame of the stream, or the answer to a kind of request. A frame goes through the decoder and
// through its order-independent reader alone: both must tell the same.
#ifndef PERPDESK_TESTS_FUZZ_MD_H
#define PERPDESK_TESTS_FUZZ_MD_H

#include <stddef.h>
#include <stdint.h>

#include "exchanges/venues.h"

struct fuzz_sink {
    struct md_sink sink; // must be first
    uint64_t updates;
    uint64_t hash;
};

static uint64_t fuzz_fold(uint64_t hash, const void *data, size_t size) {
    return size > 0 ? hash_bytes(data, size, hash) : hash;
}

static uint64_t fuzz_fold_levels(uint64_t hash, const struct level *levels, uint32_t count) {
    ASSERT(count <= MD_LEVELS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        ASSERT(levels[i].price.v >= 0 && levels[i].size.v >= 0);
    }
    return fuzz_fold(hash, levels, count * sizeof(*levels));
}

static uint64_t fuzz_fold_bbo(uint64_t hash, const struct md_bbo *bbo) {
    const int64_t values[] = {bbo->bid.v,       bbo->ask.v,       bbo->bid_size.v,
                              bbo->ask_size.v,  bbo->bid_empty,   bbo->ask_empty,
                              bbo->bid_unsized, bbo->ask_unsized, (int64_t)bbo->sequence};
    ASSERT(bbo->bid.v >= 0 && bbo->ask.v >= 0);
    ASSERT(bbo->bid_size.v >= 0 && bbo->ask_size.v >= 0);
    return fuzz_fold(hash, values, sizeof(values));
}

static uint64_t fuzz_fold_book(uint64_t hash, const struct book_message *book) {
    const uint64_t values[] = {book->snapshot, book->first, book->last, book->previous,
                               (uint64_t)book->venue_time_ns};
    hash = fuzz_fold(hash, values, sizeof(values));
    hash = fuzz_fold_levels(hash, book->bids, book->bid_count);
    return fuzz_fold_levels(hash, book->asks, book->ask_count);
}

static void fuzz_on_update(struct md_sink *sink, const struct md_update *update) {
    struct fuzz_sink *fuzz = (struct fuzz_sink *)(void *)sink;
    const int64_t head[] = {update->kind, update->symbol, update->venue_time_ns};
    fuzz->updates++;
    fuzz->hash = fuzz_fold(fuzz->hash, head, sizeof(head));
    if (update->kind == MD_BBO) {
        fuzz->hash = fuzz_fold_bbo(fuzz->hash, &update->bbo);
    } else if (update->kind == MD_BOOK) {
        fuzz->hash = fuzz_fold_book(fuzz->hash, &update->book);
    } else if (update->kind == MD_INSTRUMENT) {
        ASSERT(update->listing.tick.v > 0 && update->listing.step.v > 0);
        ASSERT(update->listing.contract.v > 0);
    } else if (update->kind == MD_REFUSED) {
        ASSERT((unsigned)update->refused.cause < FEED_CAUSE_COUNT);
        fuzz->hash = fuzz_fold(fuzz->hash, update->refused.text.data, update->refused.text.size);
    }
}

static struct md *fuzz_md(const char *venue) {
    static struct universe universe;
    static struct md md;
    if (universe.symbol_count == 0) {
        ASSERT(universe_create(&universe, 1, 2) == STATUS_OK);
        ASSERT(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
        ASSERT(symbol_parse(&universe.symbols[1], SLICE("ETH/USDT")) == STATUS_OK);
        ASSERT(md_create(&md, venue_find(slice_of(venue))->md, &universe, 0) == STATUS_OK);
    }
    // Rules read from an earlier input must not change how this one is read.
    for (int i = 0; i < 2; i++) {
        md.listings[i].contract = (struct qty){QTY_ONE / 100};
        md.funding_interval_ns[i] = 0;
    }
    return &md;
}

static void fuzz_decode(struct md *md, const uint8_t *data, size_t size,
                        void (*general)(struct md *, struct slice, struct md_sink *)) {
    if (size == 0) {
        return;
    }
    uint32_t kind = data[0] % (MD_REQUEST_COUNT + 1);
    struct slice text = {(const char *)data + 1, size - 1};
    struct fuzz_sink first = {.sink = {fuzz_on_update}};
    if (kind < MD_REQUEST_COUNT) {
        md->venue->decode_rest(md, (enum md_request_kind)kind, 0, text, &first.sink);
        return;
    }
    struct fuzz_sink second = {.sink = {fuzz_on_update}};
    md->venue->decode(md, 0, text, &first.sink);
    struct md *again = fuzz_md(md->venue->name);
    general(again, text, &second.sink);
    ASSERT(first.updates == second.updates);
    ASSERT(first.hash == second.hash);
}

#endif
