// One L2 book and the rule that keeps it true: a snapshot, then deltas whose ids chain without a
// hole.
//
// The book is as deep as the venue's snapshot (a cut book goes wrong on deletes), up to
// `levels_max` a side; the worst level falls off beyond that and `cut` counts it. Sides are sorted
// arrays with the best level last, so that changes near the top move little memory. Owned by one
// feed; no locks.
#ifndef PERPDESK_MARKET_BOOK_H
#define PERPDESK_MARKET_BOOK_H

#include "market/quote.h"

struct book_side {
    struct level *levels; // best last
    uint32_t count;
};

struct book {
    struct book_side bids, asks;
    uint32_t levels_max;
    uint64_t cut;
};

enum status book_create(struct book *book, uint32_t levels_max) MUST_CHECK;
void book_finish(struct book *book);
void book_clear(struct book *book);
void book_set(struct book *book, enum side side, struct level level);           // size 0 deletes
struct qty book_size(const struct book *book, enum side side, struct px price); // 0 = nothing there
void book_top(const struct book *book, struct depth *out,
              uint32_t levels); // levels <= DEPTH_LEVELS_MAX
bool book_crossed(const struct book *book);
// Quantity-weighted walk: what buying (from asks) or selling (into bids) `size` would cost.
// Returns the quantity found (<= size) and its notional.
struct qty depth_walk(const struct depth *depth, enum side taker, struct qty size,
                      struct usd *notional);

// How a venue's deltas chain. The venue's descriptor names one.
enum book_rule {
    BOOK_RULE_SNAPSHOTS, // every message is a whole book (Hyperliquid)
    BOOK_RULE_PREVIOUS,  // message tells the id before it; snapshot arrives on the stream (OKX
                         // prevSeqId)
    BOOK_RULE_REST_SPAN, // snapshot by REST, first delta spans it, then `pu` chain (Binance USDT-M)
    BOOK_RULE_COUNTED,   // ids rise by one; the snapshot's `first` is the one of the first delta,
                         // 0: that one starts the count; a repeated one is skipped (GRVT)
    BOOK_RULE_VERSIONS,  // as PREVIOUS, or one more than the id before, when that was so behind two
                         // snapshots and no delta has shown otherwise (EdgeX startVersion)
    BOOK_RULE_COUNT
};

enum book_state { BOOK_EMPTY, BOOK_WAITING_SNAPSHOT, BOOK_LIVE, BOOK_STATE_COUNT };

// What the feed has to do after a message.
enum book_verdict {
    BOOK_APPLIED,       // book changed, publish
    BOOK_UNCHANGED,     // keep-alive or old: nothing to do
    BOOK_BUFFERED,      // kept until the snapshot is here
    BOOK_NEED_SNAPSHOT, // ask REST for one (once per state change)
    BOOK_GAP,           // chain broken: the book was dropped, resubscribe or ask for a snapshot
    BOOK_BAD_CHECKSUM,  // dropped likewise: it is not the one the venue has (md_apply_book)
};

struct book_message {
    bool snapshot;
    bool relative;                  // of a delta: sizes are changes, and may be negative
    uint64_t first, last, previous; // ids; meaning by rule
    int32_t checksum;               // of the book after the message, by the venue; 0 = not told
    const struct level *bids, *asks;
    uint32_t bid_count, ask_count;
    int64_t venue_time_ns;
};

enum { BOOK_PENDING_MAX = 512, BOOK_PENDING_LEVELS_MAX = 32768 };

// Deltas that wait for a REST snapshot; the book's own. The counts stand apart from the room, so
// that of a book that never waits it is untouched memory.
struct book_pending {
    bool spanned; // a delta has followed the snapshot
    uint32_t count, level_count;
    struct book_pending_room *room; // NULL: the rule has no use for it
};

// A book with its chain state. Buffers deltas that arrive before a REST snapshot, bounded.
struct book_sync {
    enum book_rule rule;
    enum book_state state;
    uint64_t last;        // id of the newest applied message
    uint64_t first_delta; // id of the one that follows the snapshot, where it was told
    // Under BOOK_RULE_VERSIONS, for good, not till the reset: a delta began where the one before
    // ended; so many, up to four, began one later before that was seen.
    bool versions_meet;
    uint32_t versions_apart;
    struct book book;
    struct book_pending pending;
    uint64_t gaps;
};

enum status book_sync_create(struct book_sync *sync, enum book_rule rule,
                             uint32_t levels_max) MUST_CHECK;
void book_sync_finish(struct book_sync *sync);
void book_sync_reset(struct book_sync *sync); // after a reconnect: nothing is known
void book_sync_drop(struct book_sync *sync);  // it is wrong: as after a gap
enum book_verdict book_sync_apply(struct book_sync *sync, const struct book_message *message);

#endif
