// What must not become a quote, counted by cause and venue; and the estimate of a venue's clock
// offset.
//
// Pure state machines over messages and times: no clock, no sockets. Owned by one feed.
#ifndef PERPDESK_MARKET_FILTER_H
#define PERPDESK_MARKET_FILTER_H

#include "base/counter.h"
#include "market/quote.h"

// Everything that can be wrong with what a venue sent: name in JSON and logs, sentence.
#define FEED_CAUSE_LIST(X)                                                                         \
    X(FEED_MALFORMED, "malformed", "not JSON, or not the documented shape")                        \
    X(FEED_BAD_NUMBER, "bad_number", "a number that is no decimal, is negative or out of range")   \
    X(FEED_UNKNOWN_SYMBOL, "unknown_symbol", "a symbol nobody asked for")                          \
    X(FEED_UNKNOWN_KIND, "unknown_kind", "a message kind this program does not know")              \
    X(FEED_CROSSED, "crossed", "bid at or above ask")                                              \
    X(FEED_ZERO, "zero", "a price of zero or an empty side")                                       \
    X(FEED_FUTURE, "future", "stamped later than the desk's clock allows")                         \
    X(FEED_PAST, "past", "stamped long ago")                                                       \
    X(FEED_OLD, "old", "older than what is already known")                                         \
    X(FEED_JUMP, "jump", "jumped over max_price_jump and was quarantined")                         \
    X(FEED_GAP, "gap", "a hole in the sequence: book dropped")                                     \
    X(FEED_CHECKSUM, "checksum", "book checksum differs: book dropped")                            \
    X(FEED_TOO_LARGE, "too_large", "a message over the size limit")                                \
    X(FEED_VENUE_ERROR, "venue_error", "the venue answered with an error")

enum feed_cause {
#define FEED_CAUSE_ENUM(code, name, sentence) code,
    FEED_CAUSE_LIST(FEED_CAUSE_ENUM)
#undef FEED_CAUSE_ENUM
        FEED_CAUSE_COUNT
};

const char *feed_cause_name(enum feed_cause cause);
const char *feed_cause_sentence(enum feed_cause cause);

struct filter_limits {
    struct bps jump_max;     // max_price_jump_pct
    struct usd volume_min;   // min_volume_usd
    struct usd unknown_size; // unknown_size_usd
    int64_t future_max_ns;   // stamps later than desk time + offset + this are refused
    int64_t past_max_ns;     // stamps older than this are refused
    int64_t jump_confirm_ns; // a jumped price that holds this long is accepted
};

// A jump is also confirmed by this many newer quotes of the venue that agree with the jumped price.
enum { FILTER_JUMP_AGREED = 3 };

// Per listing. Judging one quote again, with a later now_ns, is allowed: that is how a feed
// confirms a jump by time on a quiet market.
struct filter {
    struct px accepted_mid; // 0 = none yet
    struct px jumped_mid;   // candidate under quarantine, 0 = none
    int64_t jumped_since_ns;
    uint32_t jumped_agreed;
    int64_t venue_time_ns; // newest seen
};

enum filter_verdict { FILTER_PASS, FILTER_QUARANTINE, FILTER_DROP };

// Judges `quote` (bid, ask, sizes, times and the flags of unknown size and polling set) at desk
// time now_ns; sets the other flags. On FILTER_DROP and FILTER_QUARANTINE *cause is set. offset_ns
// is venue clock minus desk clock.
enum filter_verdict filter_quote(struct filter *filter, const struct filter_limits *limits,
                                 struct quote *quote, int64_t now_ns, int64_t offset_ns,
                                 enum feed_cause *cause);

// Clock offset of a venue (its clock minus ours): the sample with the smallest round trip of the
// last 16 wins.
struct clock_offset {
    int64_t offset_ns[16];
    int64_t round_trip_ns[16];
    uint32_t count;
};
void clock_offset_add(struct clock_offset *estimate, int64_t sent_ns, int64_t received_ns,
                      int64_t venue_ns);
bool clock_offset_known(const struct clock_offset *estimate);
int64_t clock_offset_ns(const struct clock_offset *estimate); // 0 when unknown
int64_t clock_offset_round_trip_ns(const struct clock_offset *estimate);

// The same where a venue has no call for its time: from the stamps of its messages. A message is
// never received before it was stamped, so the largest difference of the last minute or two is
// nearest, and low by the journey of the fastest message.
struct stamp_offset {
    int64_t best_ns, before_ns; // stamp minus receive time: of this minute, of the one before
    int64_t since_ns;           // desk time this minute began, 0 = no message yet
    bool has_before;
};
void stamp_offset_add(struct stamp_offset *estimate, int64_t received_ns, int64_t venue_ns);
bool stamp_offset_known(const struct stamp_offset *estimate);
int64_t stamp_offset_ns(const struct stamp_offset *estimate); // 0 when unknown

#endif
