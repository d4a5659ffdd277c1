// The market as the engine has seen it: the newest quote, depth and funding of every listing, the
// state of every venue's feed, and figures worked out from them (freshness, cross-venue median,
// quorum, volatility, fast moves).
//
// Ahead of everybody who looks at it in the component table, so that they see the input at hand. It
// owns its data; others read.
#ifndef PERPDESK_TRADE_PICTURE_H
#define PERPDESK_TRADE_PICTURE_H

#include "base/clock.h"
#include "engine/bus.h"

struct desk;

enum { PICTURE_FAST_BUCKETS = 12, PICTURE_VOLATILITY_SAMPLES = 600 };
enum { PICTURE_QUORUM_OFF = -1, PICTURE_QUORUM_OTHERS_MIN = 3 };

struct picture_listing {
    struct quote quote;
    int64_t fresh_until_ns; // FRESH_OK without another look, while the limits stand; 0: not known
    struct event_funding funding;
    int64_t funding_ns;                       // when it came, 0 = never
    struct px fast_min[PICTURE_FAST_BUCKETS]; // of the mid, per tenth of the window
    struct px fast_max[PICTURE_FAST_BUCKETS];
    int64_t fast_bucket[PICTURE_FAST_BUCKETS]; // number of the bucket held, 0 = none
    struct px told_bid, told_ask;              // at the last publication
    struct bps usual_spread; // moving over about a minute, sampled each second; 0: none yet
    struct px wide;          // a spread beyond this has blown out, 0: not judged
    struct bps quorum; // distance from the median of the others, PICTURE_QUORUM_OFF: not judged
    bool outlier;      // beyond quorum_bps: quarantined from pricing until it agrees again
    int64_t outlier_told_ns;
};

struct picture_venue {
    struct event_feed feed;
    struct event_lane lane;  // LANE_NONE until told
    int64_t frame_ns;        // newest data frame
    int64_t lost_ns;         // when it was last live no more
    int64_t resumed_ns;      // when frames came again after longer than stale_ms; 0 = never
    int64_t reliability_ppm; // healthy share, moving over 5 min
    int64_t reliability_at_ns;
};

struct picture_symbol {
    struct px sample;              // median mid of the last second
    struct px near_low, near_high; // half of quorum_bps around it: nobody in there is far from it
    int32_t *squares;              // ring of squared one-second returns, (0.01 bps)^2 capped
    uint32_t at, count;            // the newest `count` before `at` are in the sum
    int64_t square_sum;
    struct bps volatility; // root of the sum
    int64_t frozen_until_ns;
};

struct picture {
    struct picture_listing *listings; // by listing id
    struct depth *depths;             // by listing id; most listings have no book
    struct picture_venue venues[VENUE_MAX];
    struct picture_symbol *symbols;
    int32_t *squares; // PICTURE_VOLATILITY_SAMPLES per symbol
    int64_t sampled_ns;
    int64_t stale_ns, quiet_ns; // the limits that every fresh_until_ns was worked out with
};

extern const struct component picture_component;

enum status picture_create(struct picture *picture, const struct universe *universe) MUST_CHECK;
void picture_finish(struct picture *picture);

// What a unit is worth by this quote: the middle, or the one side it shows; 0 where it shows none.
static inline struct px picture_mark(const struct quote *quote) {
    if (quote->bid.v <= 0 || quote->ask.v <= 0) {
        return quote->bid.v > quote->ask.v ? quote->bid : quote->ask;
    }
    return px_mid_floor(quote->bid, quote->ask);
}

// What lies in the picture is read by picture_quote, picture_depth and picture_funding: inline, in
// desk.h.
extern const struct depth picture_no_depth; // empty

// Freshness of a listing's quote at now_ns; *age_ms its age. A quote older than stale_ms but
// unchanged counts as FRESH_WARN up to quiet_ms while its venue delivered any data frame within
// stale_ms; what a connection told that is gone is stale; FRESH_STALE never trades.
enum freshness picture_freshness(const struct desk *desk, uint16_t venue, uint16_t symbol,
                                 int64_t now_ns, int64_t *age_ms);
// FRESH_OK or FRESH_WARN, worked out; picture_is_fresh (inline, in desk.h) says the same and mostly
// knows it.
bool picture_judge_fresh(const struct desk *desk, uint16_t venue, const struct quote *quote,
                         int64_t now_ns);
// Fresh, sized on both sides, neither quarantined nor an outlier, not off.
bool picture_usable(const struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns);

// The mids of a symbol's fresh quotes at one moment, in ascending order: gathered once where
// several medians are asked for.
struct picture_mids {
    uint32_t count;
    uint16_t venues[VENUE_MAX];
    int64_t mids[VENUE_MAX];
};
void picture_gather_mids(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                         struct picture_mids *out);
// Median of all but `except`'s (VENUE_MAX: none left out). Returns how many took part; *mid is 0
// when none did.
uint32_t picture_mids_median(const struct picture_mids *mids, uint16_t except, struct px *mid);

// Both at once: the median mid of the fresh quotes of a symbol over all venues but `except`
// (VENUE_MAX: none left out). Returns how many venues took part; *mid is 0 when none did.
uint32_t picture_median_mid(const struct desk *desk, uint16_t symbol, uint16_t except,
                            int64_t now_ns, struct px *mid);
// The median of the others of a symbol, from its mids, when at least three others are fresh; false:
// quorum off.
bool picture_quorum_others(uint16_t venue, const struct picture_mids *mids, struct px *others);
// Judges a listing's new quote, or every listing of a symbol once a second, and tells who left the
// others. Between two seconds a quote within half the limit of the last median is let through
// without a look at the others.
void picture_judge_quorum(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol);
void picture_judge_symbol(struct desk *desk, struct bus *bus, uint16_t symbol);
// At least four venues deliver quotes: a symbol may have a quorum.
bool picture_quorum_on(const struct desk *desk);
// Realised volatility over the window: root of the sum of squared one-second returns of the median
// mid.
struct bps picture_volatility(const struct desk *desk, uint16_t symbol);
// When the symbol's freeze after a fast move ends; 0 or past: not frozen.
int64_t picture_frozen_until_ns(const struct desk *desk, uint16_t symbol);

int64_t isqrt_floor(int64_t value);

#endif
