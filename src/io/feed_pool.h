// The io threads of the feeds and lanes: N roles, each with one loop, the venues dealt out among
// them.
//
// Made and joined in the main thread. A thread that cannot start one of its feeds starts none and
// the reason is feed_pool_join's status.
#ifndef PERPDESK_IO_FEED_POOL_H
#define PERPDESK_IO_FEED_POOL_H

#include "base/role.h"
#include "io/feed.h"
#include "io/lane.h"

enum { FEED_THREADS_MAX = 8 };

struct feed_thread {
    struct role role;
    struct feed *feeds[VENUE_MAX];
    uint32_t feed_count;
    struct lane *lanes[VENUE_MAX]; // of the same venues
    uint32_t lane_count;
};

struct feed_pool {
    struct feed_thread *threads;
    uint32_t thread_count;
    struct feed *feeds[VENUE_MAX]; // in the order they were added
    uint32_t feed_count;
    bool joined;
};

// `threads` 0: by cores — one on two cores or fewer, else half of them, at most FEED_THREADS_MAX.
enum status feed_pool_create(struct feed_pool *pool, uint32_t threads) MUST_CHECK;
// Creates a feed on the thread that has the fewest. `config->loop` is set by the pool. With `lane`
// also the venue's private side beside it, whose loop, wake-up and clock offset are set here: it
// learns the listings' rules from the feed. *out_lane: the pool's.
enum status feed_pool_add(struct feed_pool *pool, const struct feed_config *config,
                          const struct lane_config *lane, struct lane **out_lane) MUST_CHECK;
enum status feed_pool_start(struct feed_pool *pool) MUST_CHECK;
void feed_pool_request_stop(struct feed_pool *pool); // any thread
enum status
feed_pool_join(struct feed_pool *pool);        // after request_stop; the statistics stay readable
void feed_pool_finish(struct feed_pool *pool); // joined or never started

#endif
