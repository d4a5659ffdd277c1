// How a snapshot and a stream of deltas become one true book, by the rules of the venues.
//
// Under BOOK_RULE_REST_SPAN the deltas that arrive before the snapshot are kept: a bounded list of
// messages whose levels lie one behind the other in one arena. When it is full the oldest part of
// the chain is given up; the snapshot then either is young enough not to need it, or the hole is
// noticed like any other.
#include "market/book.h"

#include <stdlib.h>
#include <string.h>

// Under BOOK_RULE_VERSIONS: so many that begin one later, each right behind a snapshot, are taken
// for holes. A venue that counts that way costs so many snapshots, once.
enum { HOLES_MAX = 3 };

struct pending_message {
    uint64_t first, last, previous;
    uint32_t level_at; // bids, then asks
    uint32_t bid_count, ask_count;
};

struct book_pending_room {
    struct pending_message messages[BOOK_PENDING_MAX];
    struct level levels[BOOK_PENDING_LEVELS_MAX];
};

enum status book_sync_create(struct book_sync *sync, enum book_rule rule, uint32_t levels_max) {
    *sync = (struct book_sync){.rule = rule};
    enum status status = book_create(&sync->book, levels_max);
    if (status != STATUS_OK) {
        return status;
    }
    if (rule == BOOK_RULE_REST_SPAN) {
        sync->pending.room = malloc(sizeof(*sync->pending.room));
        if (sync->pending.room == NULL) {
            book_sync_finish(sync);
            return status_fail(STATUS_SYSTEM, "no memory for pending book messages");
        }
    }
    book_sync_reset(sync);
    return STATUS_OK;
}

void book_sync_finish(struct book_sync *sync) {
    free(sync->pending.room);
    book_finish(&sync->book);
    *sync = (struct book_sync){0};
}

static void pending_clear(struct book_pending *pending) {
    pending->count = 0;
    pending->level_count = 0;
}

void book_sync_reset(struct book_sync *sync) {
    sync->state = BOOK_EMPTY;
    sync->last = 0;
    sync->first_delta = 0;
    book_clear(&sync->book);
    sync->pending.spanned = false;
    pending_clear(&sync->pending);
}

// Levels that go, or those that stay. From the back: venues send the best first, and the best
// belongs last.
static void set_some(struct book *book, enum side side, const struct level *levels, uint32_t count,
                     bool going) {
    for (uint32_t i = count; i > 0; i--) {
        if ((levels[i - 1].size.v == 0) == going) {
            book_set(book, side, levels[i - 1]);
        }
    }
}

// What goes makes room first: from a full book what comes would fall off.
static void set_levels(struct book *book, enum side side, const struct level *levels,
                       uint32_t count) {
    set_some(book, side, levels, count, true);
    set_some(book, side, levels, count, false);
}

// False: a change takes away more than there is, so something was missed.
static bool change_some(struct book *book, enum side side, const struct level *levels,
                        uint32_t count, bool shrinking) {
    for (uint32_t i = count; i > 0; i--) {
        struct level level = levels[i - 1];
        if ((level.size.v < 0) != shrinking) {
            continue;
        }
        level.size = qty_add(book_size(book, side, level.price), level.size);
        if (level.size.v < 0) {
            return false;
        }
        book_set(book, side, level);
    }
    return true;
}

static bool change_levels(struct book *book, enum side side, const struct level *levels,
                          uint32_t count) {
    return change_some(book, side, levels, count, true) &&
           change_some(book, side, levels, count, false);
}

static void apply_levels(struct book_sync *sync, const struct book_message *message) {
    set_levels(&sync->book, SIDE_BUY, message->bids, message->bid_count);
    set_levels(&sync->book, SIDE_SELL, message->asks, message->ask_count);
    sync->last = message->last;
}

static void load_snapshot(struct book_sync *sync, const struct book_message *message) {
    book_clear(&sync->book);
    apply_levels(sync, message);
    sync->first_delta = message->first;
    sync->state = BOOK_LIVE;
}

void book_sync_drop(struct book_sync *sync) {
    book_clear(&sync->book);
    sync->state = BOOK_WAITING_SNAPSHOT;
    sync->gaps++;
}

static enum book_verdict drop_book(struct book_sync *sync) {
    book_sync_drop(sync);
    return BOOK_GAP;
}

static enum book_verdict apply_whole(struct book_sync *sync, const struct book_message *message) {
    bool old = sync->state == BOOK_LIVE && message->last < sync->last;
    if (!message->snapshot || old) {
        return BOOK_UNCHANGED;
    }
    load_snapshot(sync, message);
    return BOOK_APPLIED;
}

enum link { LINK_NEXT, LINK_REPEATED, LINK_BROKEN };

// The snapshot tells no id of its own, at most the one of the delta behind it.
static enum link count_link(const struct book_sync *sync, const struct book_message *message) {
    if (sync->last == 0) {
        bool told = sync->first_delta != 0;
        return !told || message->last == sync->first_delta ? LINK_NEXT : LINK_BROKEN;
    }
    if (message->previous == sync->last) {
        return LINK_NEXT;
    }
    return message->last == sync->last ? LINK_REPEATED : LINK_BROKEN;
}

// One more than the end before is the next where a venue counts so, and a hole of one where it does
// not: known from the first delta that begins at the very end. Until then those that do not are
// taken for holes; when it is so behind snapshot after snapshot, the venue counts so.
static enum link version_link(struct book_sync *sync, const struct book_message *message) {
    bool empty = message->bid_count == 0 && message->ask_count == 0;
    if (message->previous == sync->last) {
        bool was_hole = !empty && sync->versions_apart > HOLES_MAX && !sync->versions_meet;
        sync->versions_meet = sync->versions_meet || !empty;
        return was_hole ? LINK_BROKEN : LINK_NEXT;
    }
    if (message->previous == sync->last + 1 && !sync->versions_meet) {
        sync->versions_apart += !empty && sync->versions_apart <= HOLES_MAX;
        if (sync->versions_apart > HOLES_MAX) {
            return LINK_NEXT;
        }
    }
    return empty ? LINK_REPEATED : LINK_BROKEN; // a heartbeat: a hole shows at the next change
}

static enum link link_of(struct book_sync *sync, const struct book_message *message) {
    if (sync->rule == BOOK_RULE_COUNTED) {
        return count_link(sync, message);
    }
    if (sync->rule == BOOK_RULE_VERSIONS) {
        return version_link(sync, message);
    }
    return message->previous == sync->last ? LINK_NEXT : LINK_BROKEN;
}

static enum book_verdict apply_previous(struct book_sync *sync,
                                        const struct book_message *message) {
    if (message->snapshot) {
        load_snapshot(sync, message);
        return BOOK_APPLIED;
    }
    if (sync->state == BOOK_WAITING_SNAPSHOT) {
        return BOOK_UNCHANGED; // already reported; the snapshot is on its way
    }
    enum link link = sync->state == BOOK_EMPTY ? LINK_BROKEN : link_of(sync, message);
    if (link == LINK_BROKEN) {
        return drop_book(sync);
    }
    if (link == LINK_REPEATED) {
        return BOOK_UNCHANGED;
    }
    bool keep_alive =
        message->last == message->previous && message->bid_count == 0 && message->ask_count == 0;
    if (keep_alive) {
        return BOOK_UNCHANGED;
    }
    if (message->relative) {
        sync->last = message->last;
        bool whole = change_levels(&sync->book, SIDE_BUY, message->bids, message->bid_count) &&
                     change_levels(&sync->book, SIDE_SELL, message->asks, message->ask_count);
        return whole ? BOOK_APPLIED : drop_book(sync);
    }
    apply_levels(sync, message); // a lower id is the venue's reset after maintenance
    return BOOK_APPLIED;
}

static void pending_add(struct book_pending *pending, const struct book_message *message) {
    uint64_t levels = (uint64_t)message->bid_count + message->ask_count;
    if (levels > BOOK_PENDING_LEVELS_MAX) {
        pending_clear(pending);
        return;
    }
    if (pending->count == BOOK_PENDING_MAX ||
        levels > BOOK_PENDING_LEVELS_MAX - pending->level_count) {
        pending_clear(pending);
    }
    struct level *at = &pending->room->levels[pending->level_count];
    if (message->bid_count > 0) {
        memcpy(at, message->bids, message->bid_count * sizeof(*at));
    }
    if (message->ask_count > 0) {
        memcpy(at + message->bid_count, message->asks, message->ask_count * sizeof(*at));
    }
    pending->room->messages[pending->count++] = (struct pending_message){
        .first = message->first,
        .last = message->last,
        .previous = message->previous,
        .level_at = pending->level_count,
        .bid_count = message->bid_count,
        .ask_count = message->ask_count,
    };
    pending->level_count += (uint32_t)levels;
}

// Forgets the first `count` messages.
static void pending_drop(struct book_pending *pending, uint32_t count) {
    ASSERT(count <= pending->count);
    if (count == pending->count) {
        pending_clear(pending);
        return;
    }
    uint32_t shift = pending->room->messages[count].level_at;
    pending->count -= count;
    pending->level_count -= shift;
    memmove(pending->room->messages, &pending->room->messages[count],
            pending->count * sizeof(pending->room->messages[0]));
    memmove(pending->room->levels, &pending->room->levels[shift],
            pending->level_count * sizeof(pending->room->levels[0]));
    for (uint32_t i = 0; i < pending->count; i++) {
        pending->room->messages[i].level_at -= shift;
    }
}

static struct book_message pending_message(const struct book_pending *pending, uint32_t index) {
    const struct pending_message *from = &pending->room->messages[index];
    return (struct book_message){
        .first = from->first,
        .last = from->last,
        .previous = from->previous,
        .bids = &pending->room->levels[from->level_at],
        .asks = &pending->room->levels[from->level_at + from->bid_count],
        .bid_count = from->bid_count,
        .ask_count = from->ask_count,
    };
}

// A delta onto a loaded snapshot. BOOK_GAP only tells: the caller drops.
static enum book_verdict chain(struct book_sync *sync, const struct book_message *message) {
    struct book_pending *pending = &sync->pending;
    if (!pending->spanned) {
        if (message->last < sync->last) {
            return BOOK_UNCHANGED;
        }
        // The one that spans the snapshot, or the very next one after it.
        if (message->first > sync->last && message->previous != sync->last) {
            return BOOK_GAP;
        }
        pending->spanned = true;
    } else if (message->previous != sync->last) {
        return message->last <= sync->last ? BOOK_UNCHANGED : BOOK_GAP;
    }
    apply_levels(sync, message);
    return BOOK_APPLIED;
}

static enum book_verdict span_snapshot(struct book_sync *sync, const struct book_message *message) {
    struct book_pending *pending = &sync->pending;
    if (sync->state == BOOK_LIVE && message->last <= sync->last) {
        return BOOK_UNCHANGED;
    }
    load_snapshot(sync, message);
    pending->spanned = false;
    for (uint32_t i = 0; i < pending->count; i++) {
        struct book_message delta = pending_message(pending, i);
        if (chain(sync, &delta) == BOOK_GAP) {
            pending_drop(pending, i); // the rest may fit the next snapshot
            return drop_book(sync);
        }
    }
    pending_drop(pending, pending->count);
    return BOOK_APPLIED;
}

static enum book_verdict apply_spanning(struct book_sync *sync,
                                        const struct book_message *message) {
    if (message->snapshot) {
        return span_snapshot(sync, message);
    }
    if (sync->state != BOOK_LIVE) {
        bool asked = sync->state == BOOK_WAITING_SNAPSHOT;
        pending_add(&sync->pending, message);
        sync->state = BOOK_WAITING_SNAPSHOT;
        return asked ? BOOK_BUFFERED : BOOK_NEED_SNAPSHOT;
    }
    enum book_verdict verdict = chain(sync, message);
    if (verdict == BOOK_GAP) {
        sync->pending.spanned = false;
        pending_clear(&sync->pending);
        pending_add(&sync->pending, message);
        return drop_book(sync);
    }
    return verdict;
}

enum book_verdict book_sync_apply(struct book_sync *sync, const struct book_message *message) {
    switch (sync->rule) {
    case BOOK_RULE_SNAPSHOTS:
        return apply_whole(sync, message);
    case BOOK_RULE_PREVIOUS:
    case BOOK_RULE_COUNTED:
    case BOOK_RULE_VERSIONS:
        return apply_previous(sync, message);
    case BOOK_RULE_REST_SPAN:
        return apply_spanning(sync, message);
    case BOOK_RULE_COUNT:
        break;
    }
    ASSERT(false);
    return BOOK_UNCHANGED;
}
