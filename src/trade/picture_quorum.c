// Quorum: a quote whose mid leaves the median of the other venues takes no part in pricing until it
// agrees again. A function of the quotes that entered, so a replay comes to the same.
#include "trade/desk.h"

#define TOLD_AGAIN_NS (60 * NS_PER_S) // a quote that goes in and out is one alert a minute

static void judge(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol,
                  const struct picture_mids *mids) {
    struct picture_listing *listing =
        &desk->picture.listings[listing_id(desk->universe, venue, symbol)];
    struct px others;
    if (listing->quote.bid.v <= 0 || !picture_is_fresh(desk, venue, symbol, bus->now_ns) ||
        !picture_quorum_others(venue, mids, &others)) {
        listing->quorum.v = PICTURE_QUORUM_OFF;
        listing->outlier = false;
        return;
    }
    bool was_outlier = listing->outlier;
    struct px mid = px_mid_floor(listing->quote.bid, listing->quote.ask);
    struct bps distance = bps_distance_near(mid, others);
    listing->quorum = distance;
    listing->outlier = distance.v > desk->settings->feeds.quorum.v;
    bool told =
        listing->outlier_told_ns != 0 && bus->now_ns - listing->outlier_told_ns < TOLD_AGAIN_NS;
    if (listing->outlier && !was_outlier && !told) {
        listing->outlier_told_ns = bus->now_ns;
        watch_alert(bus, SEVERITY_WARN, "quorum",
                    "%s on %s is %s bps from the median of the others: quarantined from pricing",
                    desk->universe->symbols[symbol].name, desk->universe->venues[venue].name,
                    watch_bps(distance).text);
    }
}

void picture_judge_quorum(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    const struct picture_listing *listing = picture_listing(desk, venue, symbol);
    const struct picture_symbol *state = &desk->picture.symbols[symbol];
    struct px mid = px_mid_floor(listing->quote.bid, listing->quote.ask);
    if (!listing->outlier && mid.v >= state->near_low.v && mid.v <= state->near_high.v) {
        return;
    }
    struct picture_mids mids;
    picture_gather_mids(desk, symbol, bus->now_ns, &mids);
    judge(desk, bus, venue, symbol, &mids);
}

void picture_judge_symbol(struct desk *desk, struct bus *bus, uint16_t symbol) {
    struct picture_symbol *state = &desk->picture.symbols[symbol];
    struct picture_mids mids;
    picture_gather_mids(desk, symbol, bus->now_ns, &mids);
    struct px median;
    state->near_low = state->near_high = (struct px){0};
    if (picture_mids_median(&mids, VENUE_MAX, &median) > 0) {
        struct bps half = {desk->settings->feeds.quorum.v / 2};
        state->near_low = px_shift_ceil(median, (struct bps){-half.v});
        state->near_high = px_shift_floor(median, half);
    }
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        judge(desk, bus, venue, symbol, &mids);
    }
}

bool picture_quorum_on(const struct desk *desk) {
    uint32_t quoting = 0;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        uint8_t state = desk->picture.venues[venue].feed.state;
        quoting += desk->universe->venues[venue].role != VENUE_OFF &&
                   (state == FEED_LIVE || state == FEED_POLLING);
    }
    return quoting > PICTURE_QUORUM_OTHERS_MIN;
}
