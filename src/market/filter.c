#include "market/filter.h"

#include <string.h>

#include "base/clock.h"

enum { OFFSET_SAMPLES = 16 };

const char *feed_cause_name(enum feed_cause cause) {
    static const char *const names[FEED_CAUSE_COUNT] = {
#define FEED_CAUSE_NAME(code, name, sentence) name,
        FEED_CAUSE_LIST(FEED_CAUSE_NAME)
#undef FEED_CAUSE_NAME
    };
    ASSERT((unsigned)cause < FEED_CAUSE_COUNT);
    return names[cause];
}

const char *feed_cause_sentence(enum feed_cause cause) {
    static const char *const sentences[FEED_CAUSE_COUNT] = {
#define FEED_CAUSE_SENTENCE(code, name, sentence) sentence,
        FEED_CAUSE_LIST(FEED_CAUSE_SENTENCE)
#undef FEED_CAUSE_SENTENCE
    };
    ASSERT((unsigned)cause < FEED_CAUSE_COUNT);
    return sentences[cause];
}

static bool has_zero(const struct quote *quote) {
    bool bid_empty = quote->bid_size.v <= 0 && !(quote->flags & QUOTE_BID_UNKNOWN_SIZE);
    bool ask_empty = quote->ask_size.v <= 0 && !(quote->flags & QUOTE_ASK_UNKNOWN_SIZE);
    return quote->bid.v <= 0 || quote->ask.v <= 0 || bid_empty || ask_empty;
}

// What is wrong with the quote by itself; FEED_CAUSE_COUNT when nothing is.
static enum feed_cause judge(const struct filter *filter, const struct filter_limits *limits,
                             const struct quote *quote, int64_t venue_now_ns) {
    if (has_zero(quote)) {
        return FEED_ZERO;
    }
    if (quote->bid.v >= quote->ask.v) {
        return FEED_CROSSED;
    }
    if (quote->venue_time_ns == 0) {
        return FEED_CAUSE_COUNT;
    }
    int64_t age_ns = sub_saturating(venue_now_ns, quote->venue_time_ns);
    if (age_ns < -limits->future_max_ns) {
        return FEED_FUTURE;
    }
    if (age_ns > limits->past_max_ns) {
        return FEED_PAST;
    }
    return quote->venue_time_ns < filter->venue_time_ns ? FEED_OLD : FEED_CAUSE_COUNT;
}

static bool is_far(struct px a, struct px b, struct bps limit) {
    int64_t distance = a.v > b.v ? a.v - b.v : b.v - a.v;
    return mul_div_ceil(distance, BPS_WHOLE, b.v) > limit.v;
}

static void accept(struct filter *filter, struct px mid) {
    filter->accepted_mid = mid;
    filter->jumped_mid = (struct px){0};
    filter->jumped_agreed = 0;
}

// True while the mid is under quarantine.
static bool is_quarantined(struct filter *filter, const struct filter_limits *limits, struct px mid,
                           int64_t now_ns, bool newer) {
    if (filter->accepted_mid.v == 0 || !is_far(mid, filter->accepted_mid, limits->jump_max)) {
        accept(filter, mid);
        return false;
    }
    if (filter->jumped_mid.v == 0 || is_far(mid, filter->jumped_mid, limits->jump_max)) {
        filter->jumped_mid = mid;
        filter->jumped_since_ns = now_ns;
        filter->jumped_agreed = 0;
        return true;
    }
    filter->jumped_agreed += newer ? 1 : 0;
    bool held = sub_saturating(now_ns, filter->jumped_since_ns) >= limits->jump_confirm_ns;
    if (held || filter->jumped_agreed >= FILTER_JUMP_AGREED) {
        accept(filter, mid);
        return false;
    }
    return true;
}

static bool is_small(const struct filter_limits *limits, struct px price, struct qty size,
                     bool unknown) {
    struct usd value = unknown ? limits->unknown_size : usd_notional_floor(price, size);
    return value.v < limits->volume_min.v;
}

static void flag_small(const struct filter_limits *limits, struct quote *quote) {
    quote->flags &= ~(uint32_t)(QUOTE_BID_SMALL | QUOTE_ASK_SMALL | QUOTE_QUARANTINED);
    if (is_small(limits, quote->bid, quote->bid_size, quote->flags & QUOTE_BID_UNKNOWN_SIZE)) {
        quote->flags |= QUOTE_BID_SMALL;
    }
    if (is_small(limits, quote->ask, quote->ask_size, quote->flags & QUOTE_ASK_UNKNOWN_SIZE)) {
        quote->flags |= QUOTE_ASK_SMALL;
    }
}

enum filter_verdict filter_quote(struct filter *filter, const struct filter_limits *limits,
                                 struct quote *quote, int64_t now_ns, int64_t offset_ns,
                                 enum feed_cause *cause) {
    enum feed_cause found = judge(filter, limits, quote, add_saturating(now_ns, offset_ns));
    if (found != FEED_CAUSE_COUNT) {
        *cause = found;
        return FILTER_DROP;
    }
    bool newer = quote->venue_time_ns > filter->venue_time_ns;
    if (newer) {
        filter->venue_time_ns = quote->venue_time_ns;
    }
    flag_small(limits, quote);
    struct px mid = px_mid_floor(quote->bid, quote->ask);
    if (is_quarantined(filter, limits, mid, now_ns, newer)) {
        quote->flags |= QUOTE_QUARANTINED;
        *cause = FEED_JUMP;
        return FILTER_QUARANTINE;
    }
    return FILTER_PASS;
}

void clock_offset_add(struct clock_offset *estimate, int64_t sent_ns, int64_t received_ns,
                      int64_t venue_ns) {
    int64_t round_trip_ns = sub_saturating(received_ns, sent_ns);
    if (round_trip_ns < 0) {
        return;
    }
    uint32_t at = estimate->count % OFFSET_SAMPLES;
    estimate->offset_ns[at] = sub_saturating(venue_ns, add_saturating(sent_ns, round_trip_ns / 2));
    estimate->round_trip_ns[at] = round_trip_ns;
    estimate->count++;
    if (estimate->count == 2 * OFFSET_SAMPLES) {
        estimate->count = OFFSET_SAMPLES; // full, and at the first slot again
    }
}

bool clock_offset_known(const struct clock_offset *estimate) {
    return estimate->count > 0;
}

static uint32_t best_sample(const struct clock_offset *estimate) {
    uint32_t count = estimate->count < OFFSET_SAMPLES ? estimate->count : OFFSET_SAMPLES;
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (estimate->round_trip_ns[i] < estimate->round_trip_ns[best]) {
            best = i;
        }
    }
    return best;
}

int64_t clock_offset_ns(const struct clock_offset *estimate) {
    return estimate->count == 0 ? 0 : estimate->offset_ns[best_sample(estimate)];
}

int64_t clock_offset_round_trip_ns(const struct clock_offset *estimate) {
    return estimate->count == 0 ? 0 : estimate->round_trip_ns[best_sample(estimate)];
}

#define STAMP_WINDOW_NS (60 * NS_PER_S)

void stamp_offset_add(struct stamp_offset *estimate, int64_t received_ns, int64_t venue_ns) {
    int64_t difference_ns = sub_saturating(venue_ns, received_ns);
    bool first = estimate->since_ns == 0;
    if (first || sub_saturating(received_ns, estimate->since_ns) >= STAMP_WINDOW_NS) {
        estimate->has_before = !first;
        estimate->before_ns = estimate->best_ns;
        estimate->best_ns = difference_ns;
        estimate->since_ns = received_ns;
    } else if (difference_ns > estimate->best_ns) {
        estimate->best_ns = difference_ns;
    }
}

bool stamp_offset_known(const struct stamp_offset *estimate) {
    return estimate->since_ns != 0;
}

int64_t stamp_offset_ns(const struct stamp_offset *estimate) {
    bool before = estimate->has_before && estimate->before_ns > estimate->best_ns;
    return estimate->since_ns == 0 ? 0 : before ? estimate->before_ns : estimate->best_ns;
}
