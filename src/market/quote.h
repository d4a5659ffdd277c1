// The shared quote cache: one slot per listing for the BBO and one for the top levels of the book.
//
// Each slot has one writer (the io thread that owns the venue) and any number of readers on any
// thread: a sequence lock, so a reader copies and retries and a writer never waits. A store sets
// the listing's bit in the dirty set; the engine takes the set whole, so a burst is conflated to
// the newest value per listing and nothing queues. Receive times are desk time. Memory is sized
// once by quote_cache_create.
#ifndef PERPDESK_MARKET_QUOTE_H
#define PERPDESK_MARKET_QUOTE_H

#include <stdalign.h>
#include <stdatomic.h>

#include "market/instrument.h"

enum { DEPTH_LEVELS_MAX = 10 };

enum quote_flag {
    QUOTE_BID_UNKNOWN_SIZE = 1 << 0, // venue told no size: counted as unknown_size_usd
    QUOTE_ASK_UNKNOWN_SIZE = 1 << 1,
    QUOTE_BID_SMALL = 1 << 2, // below min_volume_usd: shown, not tradable
    QUOTE_ASK_SMALL = 1 << 3,
    QUOTE_QUARANTINED = 1 << 4, // jumped and not yet confirmed: shown, not tradable
    QUOTE_POLLED = 1 << 5,      // came by REST
    QUOTE_OUTLIER = 1 << 6,     // left the other venues' median: the picture's, never in the cache
    QUOTE_LOST = 1 << 7,        // known to hold no more, nothing better came: shown as stale
};

struct level {
    struct px price;
    struct qty size; // base units
};

struct quote {
    struct px bid, ask;
    struct qty bid_size, ask_size; // base units
    int64_t venue_time_ns;         // by the venue's clock; 0 when it tells none
    int64_t receive_ns;            // desk time
    uint32_t flags;                // enum quote_flag
    uint32_t update;               // counts stores of this listing
};

struct depth {
    int64_t receive_ns; // desk time; 0 = no book
    uint8_t bid_count, ask_count, pad[6];
    struct level bids[DEPTH_LEVELS_MAX]; // best first
    struct level asks[DEPTH_LEVELS_MAX];
};

struct quote_slot {
    alignas(64) _Atomic uint32_t sequence; // odd while being written
    _Atomic uint64_t words[sizeof(struct quote) / 8];
};
struct depth_slot {
    alignas(64) _Atomic uint32_t sequence;
    _Atomic uint64_t words[(sizeof(struct depth) + 7) / 8];
};
_Static_assert(sizeof(struct quote) % 8 == 0, "copied by words");
_Static_assert(sizeof(struct depth) % 8 == 0, "copied by words");

struct quote_cache {
    uint32_t listing_count;
    uint32_t dirty_words;
    struct quote_slot *quotes;
    struct depth_slot *depths;
    _Atomic uint64_t *quote_dirty; // one bit per listing
    _Atomic uint64_t *depth_dirty;
    _Atomic int64_t frame_ns[VENUE_MAX]; // desk time of the newest data frame per venue
};

enum status quote_cache_create(struct quote_cache *cache, uint32_t listings) MUST_CHECK;
void quote_cache_finish(struct quote_cache *cache);

void quote_store(struct quote_cache *cache, uint32_t listing,
                 const struct quote *quote); // its writer only
void depth_store(struct quote_cache *cache, uint32_t listing,
                 const struct depth *depth); // its writer only
void quote_load(const struct quote_cache *cache, uint32_t listing,
                struct quote *out); // all zero before the first
void depth_load(const struct quote_cache *cache, uint32_t listing, struct depth *out);

// Takes word `index` of a dirty set: returns its bits and clears them. Bit b is listing index * 64
// + b.
uint64_t quote_take_dirty(struct quote_cache *cache, uint32_t index);
uint64_t depth_take_dirty(struct quote_cache *cache, uint32_t index);
bool quote_any_dirty(const struct quote_cache *cache); // quotes or depths

static inline void quote_note_frame(struct quote_cache *cache, uint16_t venue, int64_t now_ns) {
    atomic_store_explicit(&cache->frame_ns[venue], now_ns, memory_order_release);
}
static inline int64_t quote_frame_ns(const struct quote_cache *cache, uint16_t venue) {
    return atomic_load_explicit(&cache->frame_ns[venue], memory_order_acquire);
}

#endif
