// A simulator with all ten venues and the real feeds of ten venues against it, and what the tests
// know of both: every quote and book the simulator showed, and every one the feeds published.
#ifndef PERPDESK_TESTS_FAULTS_LAB_H
#define PERPDESK_TESTS_FAULTS_LAB_H

#include <pthread.h>

#include "exchanges/venues.h"
#include "io/feed_pool.h"
#include "sim/sim.h"
#include "sim/sim_fault.h"

enum {
    LAB_VENUES = 10,
    LAB_SYMBOLS = 2,
    LAB_QUOTES = 4096, // of the past, per listing
    LAB_BOOKS = 512,
    LAB_PUBLISHED = 32768, // not yet compared
    LAB_DEPTHS = 2048,
};

struct lab_book {
    struct level bids[DEPTH_LEVELS_MAX], asks[DEPTH_LEVELS_MAX];
    uint32_t bid_count, ask_count;
};

// What the simulator showed of one listing.
struct lab_truth {
    uint64_t quote_count, book_count; // so far; the newest ones are kept
    uint64_t quote_id, book_id;
    struct quote quotes[LAB_QUOTES];
    struct lab_book books[LAB_BOOKS];
};

struct lab_published {
    uint16_t venue, symbol;
    uint64_t steps; // of the simulator, that were done then
    struct quote quote;
};

struct lab_depth {
    uint16_t venue, symbol;
    uint64_t steps;
    struct depth depth;
};

struct lab {
    const char *name;
    bool tls;
    struct clock clock;
    struct sim *sim;
    struct universe universe;
    struct quote_cache cache;
    struct settings_feeds settings;
    struct feed_pool feeds;
    SSL_CTX *trust;
    pthread_mutex_t lock;    // of truth, steps and published
    struct lab_truth *truth; // venue * LAB_SYMBOLS + symbol
    uint64_t steps;          // of the simulator, all of them noted
    struct lab_published *published;
    uint64_t put, taken, lost;
    struct lab_depth *depths; // sampled, not yet compared
    uint64_t sampled, judged;
    int64_t depth_seen_ns[LAB_VENUES][LAB_SYMBOLS];
    uint64_t compared_quotes, compared_books, wrong, older, unknowable;
    uint64_t newest_matched[LAB_VENUES][LAB_SYMBOLS];
    enum sim_fault_kind kind[LAB_VENUES]; // of the newest fault
    bool had_fault[LAB_VENUES];
    bool unknowable_now[LAB_VENUES];       // until the connection is made anew
    uint64_t unknowable_since[LAB_VENUES]; // reconnects then
    int64_t unknowable_until_ns[LAB_VENUES];
    uint32_t complaints;
};

extern const char *const lab_venues[LAB_VENUES];

// A folder of recordings, one for each venue: what etc/demo has of Binance's spot market under ten
// names. False: no room.
bool lab_write_tape(const char *demo, const char *folder);
void lab_remove_tape(const char *folder);

// `timing` NULL: the feeds' own. `names`: connect by a name of the venue's own, in this domain.
void lab_start(struct lab *lab, const char *name, const char *tape, bool tls, const char *names,
               const struct feed_timing *timing);
void lab_stop(struct lab *lab);
// Compares what was published with what was shown.
void lab_compare(struct lab *lab);
// A fault begins: what the venue may be excused for.
void lab_note_fault(struct lab *lab, uint32_t venue, enum sim_fault_kind kind);
const struct feed_stats *lab_stats(const struct lab *lab, uint32_t venue);
// Quotes of all symbols are fresh by the desk's rule, books live, and all came after `since_ns`.
bool lab_flows(const struct lab *lab, uint32_t venue, int64_t since_ns);
// By the desk's rule (picture.h): no quote of the venue may be traded on.
bool lab_is_stale(const struct lab *lab, uint32_t venue);

#endif
