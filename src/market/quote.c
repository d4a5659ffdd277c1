// The sequence lock, without fences so that a thread sanitizer can follow it: the writer makes the
// sequence odd and stores every word with release, the reader loads every word with acquire. A
// reader that got any word of a new value therefore also sees the odd sequence (or a later one)
// when it looks again, and retries. On x86 these are plain loads and stores.
#include "market/quote.h"

#include <stdlib.h>
#include <string.h>

enum { LISTINGS_MAX = VENUE_MAX * SYMBOL_MAX };

_Static_assert(sizeof(struct quote_slot) % 64 == 0, "slots do not share a cache line");
_Static_assert(sizeof(struct depth_slot) % 64 == 0, "slots do not share a cache line");

static void *allocate_zeroed(size_t size) {
    size_t whole = (size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, whole);
    if (memory != NULL) {
        memset(memory, 0, whole);
    }
    return memory;
}

enum status quote_cache_create(struct quote_cache *cache, uint32_t listings) {
    ASSERT(listings > 0 && listings <= LISTINGS_MAX);
    memset(cache, 0, sizeof(*cache));
    cache->listing_count = listings;
    cache->dirty_words = (listings + 63) / 64;
    cache->quotes = allocate_zeroed(listings * sizeof(*cache->quotes));
    cache->depths = allocate_zeroed(listings * sizeof(*cache->depths));
    cache->quote_dirty = allocate_zeroed(cache->dirty_words * sizeof(*cache->quote_dirty));
    cache->depth_dirty = allocate_zeroed(cache->dirty_words * sizeof(*cache->depth_dirty));
    if (cache->quotes == NULL || cache->depths == NULL || cache->quote_dirty == NULL ||
        cache->depth_dirty == NULL) {
        quote_cache_finish(cache);
        return status_fail(STATUS_SYSTEM, "no memory for the quotes of %u listings", listings);
    }
    return STATUS_OK;
}

void quote_cache_finish(struct quote_cache *cache) {
    free(cache->quotes);
    free(cache->depths);
    free(cache->quote_dirty);
    free(cache->depth_dirty);
    memset(cache, 0, sizeof(*cache));
}

static inline void words_store(_Atomic uint32_t *sequence, _Atomic uint64_t *words,
                               const uint64_t *from, size_t count) {
    uint32_t before = atomic_load_explicit(sequence, memory_order_relaxed);
    atomic_store_explicit(sequence, before + 1, memory_order_relaxed);
    for (size_t i = 0; i < count; i++) {
        atomic_store_explicit(&words[i], from[i], memory_order_release);
    }
    atomic_store_explicit(sequence, before + 2, memory_order_release);
}

static inline void words_load(const _Atomic uint32_t *sequence, const _Atomic uint64_t *words,
                              uint64_t *out, size_t count) {
    for (;;) {
        uint32_t before = atomic_load_explicit(sequence, memory_order_acquire);
        if (before & 1) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            out[i] = atomic_load_explicit(&words[i], memory_order_acquire);
        }
        if (atomic_load_explicit(sequence, memory_order_relaxed) == before) {
            return;
        }
    }
}

static inline void mark(_Atomic uint64_t *dirty, uint32_t listing) {
    atomic_fetch_or_explicit(&dirty[listing / 64], UINT64_C(1) << (listing % 64),
                             memory_order_release);
}

void quote_store(struct quote_cache *cache, uint32_t listing, const struct quote *quote) {
    ASSERT(listing < cache->listing_count);
    struct quote_slot *slot = &cache->quotes[listing];
    struct quote stored = *quote;
    stored.update = atomic_load_explicit(&slot->sequence, memory_order_relaxed) / 2 + 1;
    uint64_t words[COUNT_OF(slot->words)];
    memcpy(words, &stored, sizeof(words));
    words_store(&slot->sequence, slot->words, words, COUNT_OF(words));
    mark(cache->quote_dirty, listing);
}

void depth_store(struct quote_cache *cache, uint32_t listing, const struct depth *depth) {
    ASSERT(listing < cache->listing_count);
    ASSERT(depth->bid_count <= DEPTH_LEVELS_MAX && depth->ask_count <= DEPTH_LEVELS_MAX);
    struct depth_slot *slot = &cache->depths[listing];
    uint64_t words[COUNT_OF(slot->words)];
    memcpy(words, depth, sizeof(words));
    words_store(&slot->sequence, slot->words, words, COUNT_OF(words));
    mark(cache->depth_dirty, listing);
}

void quote_load(const struct quote_cache *cache, uint32_t listing, struct quote *out) {
    ASSERT(listing < cache->listing_count);
    const struct quote_slot *slot = &cache->quotes[listing];
    uint64_t words[COUNT_OF(slot->words)];
    words_load(&slot->sequence, slot->words, words, COUNT_OF(words));
    memcpy(out, words, sizeof(*out));
}

void depth_load(const struct quote_cache *cache, uint32_t listing, struct depth *out) {
    ASSERT(listing < cache->listing_count);
    const struct depth_slot *slot = &cache->depths[listing];
    uint64_t words[COUNT_OF(slot->words)];
    words_load(&slot->sequence, slot->words, words, COUNT_OF(words));
    memcpy(out, words, sizeof(*out));
}

static uint64_t take(_Atomic uint64_t *word) {
    // Mostly nothing is set, and a load leaves the cache line with its writer.
    if (atomic_load_explicit(word, memory_order_relaxed) == 0) {
        return 0;
    }
    return atomic_exchange_explicit(word, 0, memory_order_acq_rel);
}

uint64_t quote_take_dirty(struct quote_cache *cache, uint32_t index) {
    ASSERT(index < cache->dirty_words);
    return take(&cache->quote_dirty[index]);
}

uint64_t depth_take_dirty(struct quote_cache *cache, uint32_t index) {
    ASSERT(index < cache->dirty_words);
    return take(&cache->depth_dirty[index]);
}

bool quote_any_dirty(const struct quote_cache *cache) {
    for (uint32_t i = 0; i < cache->dirty_words; i++) {
        if (atomic_load_explicit(&cache->quote_dirty[i], memory_order_acquire) != 0 ||
            atomic_load_explicit(&cache->depth_dirty[i], memory_order_acquire) != 0) {
            return true;
        }
    }
    return false;
}
