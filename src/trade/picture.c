#include "trade/picture.h"

#include <stdlib.h>

#include "trade/desk.h"

#define RELIABILITY_WINDOW_NS (300 * NS_PER_S)
#define SAMPLE_NS             NS_PER_S

// How many times stale_ms a quote may be on its way: venues far away are slower than what is read
// here, and what they stamp is a moment before they send.
enum { LATE_TIMES = 2 };

const struct depth picture_no_depth = {0};

enum status picture_create(struct picture *picture, const struct universe *universe) {
    *picture = (struct picture){0};
    size_t listings = (size_t)universe->venue_count * universe->symbol_count;
    picture->listings = calloc(listings, sizeof(*picture->listings));
    picture->depths = calloc(listings, sizeof(*picture->depths));
    picture->symbols = calloc(universe->symbol_count, sizeof(*picture->symbols));
    picture->squares =
        calloc((size_t)universe->symbol_count * PICTURE_VOLATILITY_SAMPLES, sizeof(int32_t));
    if (picture->listings == NULL || picture->depths == NULL || picture->symbols == NULL ||
        picture->squares == NULL) {
        picture_finish(picture);
        return status_fail(STATUS_SYSTEM, "no memory for the picture of %zu listings", listings);
    }
    for (uint16_t i = 0; i < universe->symbol_count; i++) {
        picture->symbols[i].squares = &picture->squares[(size_t)i * PICTURE_VOLATILITY_SAMPLES];
    }
    for (uint16_t i = 0; i < universe->venue_count; i++) {
        picture->venues[i].reliability_ppm = PPM_ONE;
    }
    for (size_t i = 0; i < listings; i++) {
        picture->listings[i].quorum.v = PICTURE_QUORUM_OFF;
    }
    return STATUS_OK;
}

void picture_finish(struct picture *picture) {
    free(picture->squares);
    free(picture->symbols);
    free(picture->depths);
    free(picture->listings);
    *picture = (struct picture){0};
}

static struct picture_listing *listing_of(const struct desk *desk, uint16_t venue,
                                          uint16_t symbol) {
    return &desk->picture.listings[listing_id(desk->universe, venue, symbol)];
}

static int64_t age_of(const struct quote *quote, int64_t now_ns) {
    int64_t age_ns = now_ns - quote->receive_ns;
    return quote->receive_ns == 0 || age_ns < 0 ? 0 : age_ns;
}

// By the venue's own stamp: a quote that was long on its way is old the moment it comes.
static int64_t stamped_age_of(const struct desk *desk, uint16_t venue, const struct quote *quote,
                              int64_t now_ns) {
    const struct event_feed *feed = &desk->picture.venues[venue].feed;
    if (quote->venue_time_ns == 0 || !feed->clock_known) {
        return 0;
    }
    return sub_saturating(add_saturating(now_ns, feed->clock_offset_ns), quote->venue_time_ns);
}

// A stream that was silent for longer than a quote is believed may have stood still, or this
// process has: what comes first then was waiting on the way, and what was seen before it may be
// changed by what comes behind. For as long as that takes only a quote that the venue has just
// stamped is believed, and before its clock is known nobody can tell which one that is.
static bool is_backlog(const struct desk *desk, uint16_t venue, const struct quote *quote,
                       int64_t now_ns) {
    const struct picture_venue *seen = &desk->picture.venues[venue];
    int64_t stale_ns = desk->settings->feeds.stale_ns;
    bool dark = quote->venue_time_ns != 0 && !seen->feed.clock_known;
    return now_ns - seen->resumed_ns < stale_ns &&
           (dark || quote->receive_ns < seen->resumed_ns ||
            stamped_age_of(desk, venue, quote, quote->receive_ns) > stale_ns);
}

// A stream may run late for long without ever falling silent: what it shows has changed since.
static bool came_late(const struct desk *desk, uint16_t venue, const struct quote *quote) {
    return stamped_age_of(desk, venue, quote, quote->receive_ns) >
           LATE_TIMES * desk->settings->feeds.stale_ns;
}

static enum freshness freshness_of(const struct desk *desk, uint16_t venue,
                                   const struct quote *quote, int64_t now_ns) {
    if (quote->receive_ns == 0) {
        return FRESH_NONE;
    }
    const struct settings_feeds *limits = &desk->settings->feeds;
    int64_t age_ns = age_of(quote, now_ns);
    if (quote->receive_ns <= desk->picture.venues[venue].lost_ns ||
        (quote->flags & QUOTE_LOST) != 0) {
        return FRESH_STALE;
    }
    bool polled = (quote->flags & QUOTE_POLLED) != 0;
    if (!polled && (stamped_age_of(desk, venue, quote, now_ns) > limits->quiet_ns ||
                    came_late(desk, venue, quote))) {
        return FRESH_STALE;
    }
    if (is_backlog(desk, venue, quote, now_ns)) {
        return FRESH_STALE;
    }
    if (age_ns <= limits->stale_ns) {
        return FRESH_OK;
    }
    int64_t frame_age_ns = now_ns - desk->picture.venues[venue].frame_ns;
    if (!polled && age_ns <= limits->quiet_ns && frame_age_ns <= limits->stale_ns) {
        return FRESH_WARN;
    }
    return FRESH_STALE;
}

// When the quote at hand, fresh now, will be too old by one of its two ages. All else that makes it
// stale is an event: a frame after a silence, the feed's word, a changed limit.
static void note_fresh(struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns) {
    const struct settings_feeds *limits = &desk->settings->feeds;
    struct picture_listing *listing = listing_of(desk, venue, symbol);
    const struct quote *quote = &listing->quote;
    if (freshness_of(desk, venue, quote, now_ns) != FRESH_OK) {
        listing->fresh_until_ns = 0;
        return;
    }
    listing->fresh_until_ns = add_saturating(quote->receive_ns, limits->stale_ns);
    const struct event_feed *feed = &desk->picture.venues[venue].feed;
    if ((quote->flags & QUOTE_POLLED) == 0 && quote->venue_time_ns != 0 && feed->clock_known) {
        int64_t until_ns = sub_saturating(add_saturating(quote->venue_time_ns, limits->quiet_ns),
                                          feed->clock_offset_ns);
        if (until_ns < listing->fresh_until_ns) {
            listing->fresh_until_ns = until_ns;
        }
    }
}

static void forget_fresh(struct desk *desk, uint16_t venue) {
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        listing_of(desk, venue, symbol)->fresh_until_ns = 0;
    }
}

static void adopt_limits(struct desk *desk) {
    const struct settings_feeds *limits = &desk->settings->feeds;
    struct picture *picture = &desk->picture;
    if (picture->stale_ns == limits->stale_ns && picture->quiet_ns == limits->quiet_ns) {
        return;
    }
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        forget_fresh(desk, venue);
    }
    picture->stale_ns = limits->stale_ns;
    picture->quiet_ns = limits->quiet_ns;
}

static void note_frame(struct desk *desk, uint16_t at, int64_t frame_ns) {
    struct picture_venue *venue = &desk->picture.venues[at];
    if (frame_ns <= venue->frame_ns) {
        return;
    }
    if (venue->frame_ns != 0 && frame_ns - venue->frame_ns > desk->settings->feeds.stale_ns) {
        venue->resumed_ns = frame_ns;
        forget_fresh(desk, at);
    }
    venue->frame_ns = frame_ns;
}

enum freshness picture_freshness(const struct desk *desk, uint16_t venue, uint16_t symbol,
                                 int64_t now_ns, int64_t *age_ms) {
    const struct quote *quote = picture_quote(desk, venue, symbol);
    *age_ms = age_of(quote, now_ns) / NS_PER_MS;
    return freshness_of(desk, venue, quote, now_ns);
}

bool picture_judge_fresh(const struct desk *desk, uint16_t venue, const struct quote *quote,
                         int64_t now_ns) {
    enum freshness freshness = freshness_of(desk, venue, quote, now_ns);
    return freshness == FRESH_OK || freshness == FRESH_WARN;
}

bool picture_usable(const struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns) {
    const struct quote *quote = picture_quote(desk, venue, symbol);
    uint32_t bad = QUOTE_BID_SMALL | QUOTE_ASK_SMALL | QUOTE_QUARANTINED;
    if (quote->bid.v <= 0 || quote->ask.v <= 0 || (quote->flags & bad) != 0 ||
        picture_listing(desk, venue, symbol)->outlier ||
        desk->universe->venues[venue].role == VENUE_OFF) {
        return false;
    }
    return picture_is_fresh(desk, venue, symbol, now_ns);
}

int64_t isqrt_floor(int64_t value) {
    ASSERT(value >= 0);
    int64_t root = 0;
    for (int64_t bit = INT64_C(1) << 31; bit > 0; bit >>= 1) {
        int64_t next = root + bit;
        if (next <= INT32_MAX && next * next <= value) {
            root = next;
        }
    }
    return root;
}

struct bps picture_volatility(const struct desk *desk, uint16_t symbol) {
    return desk->picture.symbols[symbol].volatility;
}

int64_t picture_frozen_until_ns(const struct desk *desk, uint16_t symbol) {
    return desk->picture.symbols[symbol].frozen_until_ns;
}

// A move of fast_move within the window on one listing freezes its symbol. Each listing is compared
// with itself only: a gap between venues is no move.
static void note_fast_market(struct desk *desk, struct bus *bus, uint16_t venue, uint16_t symbol) {
    const struct settings_risk *limits = &desk->settings->risk;
    struct picture_listing *listing = listing_of(desk, venue, symbol);
    struct px mid = px_mid_floor(listing->quote.bid, listing->quote.ask);
    int64_t width_ns = limits->fast_window_ns / (PICTURE_FAST_BUCKETS - 2);
    int64_t bucket = bus->now_ns / (width_ns > 0 ? width_ns : 1);
    uint32_t slot = (uint32_t)(bucket % PICTURE_FAST_BUCKETS);
    if (listing->fast_bucket[slot] != bucket) {
        listing->fast_bucket[slot] = bucket;
        listing->fast_min[slot] = listing->fast_max[slot] = mid;
    } else if (mid.v < listing->fast_min[slot].v) {
        listing->fast_min[slot] = mid;
    } else if (mid.v > listing->fast_max[slot].v) {
        listing->fast_max[slot] = mid;
    } else {
        return; // neither extreme moved: the move did not grow
    }
    struct px low = mid, high = mid;
    for (uint32_t i = 0; i < PICTURE_FAST_BUCKETS; i++) {
        if (listing->fast_bucket[i] > bucket - (PICTURE_FAST_BUCKETS - 2)) {
            low = listing->fast_min[i].v < low.v ? listing->fast_min[i] : low;
            high = listing->fast_max[i].v > high.v ? listing->fast_max[i] : high;
        }
    }
    if (low.v <= 0 || bps_between_floor(high, low).v < limits->fast_move.v) {
        return;
    }
    struct picture_symbol *state = &desk->picture.symbols[symbol];
    bool fresh_freeze = state->frozen_until_ns <= bus->now_ns;
    state->frozen_until_ns = bus->now_ns + limits->fast_freeze_ns;
    if (fresh_freeze) {
        watch_alert(
            bus, SEVERITY_WARN, "fast_market", "%s moved %s bps on %s within %lld ms: frozen",
            desk->universe->symbols[symbol].name, watch_bps(bps_between_floor(high, low)).text,
            desk->universe->venues[venue].name, (long long)(limits->fast_window_ns / NS_PER_MS));
    }
}

static void on_quote(struct desk *desk, struct bus *bus, const struct event_quote *event) {
    struct picture_listing *listing = listing_of(desk, event->venue, event->symbol);
    listing->quote = event->quote;
    note_frame(desk, event->venue, event->quote.receive_ns);
    adopt_limits(desk);
    note_fresh(desk, event->venue, event->symbol, bus->now_ns);
    if (event->quote.bid.v > 0 && event->quote.ask.v > 0) {
        note_fast_market(desk, bus, event->venue, event->symbol);
        picture_judge_quorum(desk, bus, event->venue, event->symbol);
    }
}

static void note_reliability(struct picture_venue *venue, int64_t now_ns) {
    int64_t elapsed_ns = now_ns - venue->reliability_at_ns;
    if (venue->reliability_at_ns == 0 || elapsed_ns <= 0) {
        venue->reliability_at_ns = now_ns;
        return;
    }
    if (elapsed_ns > RELIABILITY_WINDOW_NS) {
        elapsed_ns = RELIABILITY_WINDOW_NS;
    }
    int64_t target = venue->feed.state == FEED_LIVE ? PPM_ONE : 0;
    venue->reliability_ppm +=
        mul_div_near(target - venue->reliability_ppm, elapsed_ns, RELIABILITY_WINDOW_NS);
    venue->reliability_at_ns = now_ns;
}

// One alert when the quotes stop coming as they should, one more when nothing comes at all.
static void tell_feed(struct desk *desk, struct bus *bus, const struct event_feed *feed) {
    enum feed_state before = (enum feed_state)desk->picture.venues[feed->venue].feed.state;
    enum feed_state now = (enum feed_state)feed->state;
    const char *name = desk->universe->venues[feed->venue].name;
    const char *colon = feed->text[0] != '\0' ? ": " : "";
    if (now == before) {
        return;
    }
    if (now == FEED_STALE) {
        watch_alert(bus, SEVERITY_RED, "feed_stale",
                    "%s: no stream and no answer to polls, its last quotes stand as stale%s%.40s",
                    name, colon, feed->text);
    } else if ((before == FEED_LIVE) != (now == FEED_LIVE)) {
        watch_alert(bus, now == FEED_LIVE ? SEVERITY_INFO : SEVERITY_WARN, "feed",
                    "%s is %s%s%.40s", name, feed_state_name(now), colon, feed->text);
    }
}

static void tell_lane(struct bus *bus, const struct event_lane *before,
                      const struct event_lane *now, const char *venue) {
    if (now->state == LANE_AUTH_FAILED && before->state != LANE_AUTH_FAILED) {
        watch_alert(bus, SEVERITY_RED, "lane", "%s does not take our keys: no orders there", venue);
    } else if (now->state == LANE_CONNECTING && before->state == LANE_READY) {
        watch_alert(bus, SEVERITY_WARN, "lane", "%s: private connection lost: %.47s", venue,
                    now->text);
    }
    if (now->deadman == DEADMAN_NONE && before->deadman != DEADMAN_NONE) {
        watch_alert(
            bus, SEVERITY_WARN, "deadman",
            "%s has no dead-man's switch: orders that rest there stay when this desk is gone",
            venue);
    }
    if (now->deadman == DEADMAN_FAILED && before->deadman != DEADMAN_FAILED) {
        watch_alert(bus, SEVERITY_RED, "deadman",
                    "%s: the dead-man's switch cannot be armed: no new orders there", venue);
    }
}

static enum status picture_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    switch (event->header.kind) {
    case EVENT_QUOTE_UPDATED:
        on_quote(desk, bus, &event->u.quote);
        break;
    case EVENT_DEPTH_UPDATED: {
        const struct event_depth *depth = &event->u.depth;
        desk->picture.depths[listing_id(desk->universe, depth->venue, depth->symbol)] =
            depth->depth;
        break; // a book may have a connection of its own: it says nothing of the quotes' one
    }
    case EVENT_FUNDING_UPDATED: {
        struct picture_listing *listing =
            listing_of(desk, event->u.funding.venue, event->u.funding.symbol);
        listing->funding = event->u.funding;
        listing->funding_ns = bus->now_ns;
        break;
    }
    case EVENT_FEED_STATE: {
        struct picture_venue *venue = &desk->picture.venues[event->u.feed.venue];
        note_reliability(venue, bus->now_ns);
        if (venue->feed.state == FEED_LIVE && event->u.feed.state != FEED_LIVE) {
            venue->lost_ns = bus->now_ns;
        }
        tell_feed(desk, bus, &event->u.feed);
        venue->feed = event->u.feed;
        forget_fresh(desk, event->u.feed.venue); // its clock may be another
        break;
    }
    case EVENT_ORDER_COMMAND: { // until the lane tells, which it does in a moment
        uint16_t *room = &desk->picture.venues[event->u.order.venue].lane.room;
        if (*room > 0 && event->u.order.action == ORDER_ACTION_PLACE) {
            (*room)--;
        }
        break;
    }
    case EVENT_LANE_STATE:
        tell_lane(bus, &desk->picture.venues[event->u.lane.venue].lane, &event->u.lane,
                  desk->universe->venues[event->u.lane.venue].name);
        desk->picture.venues[event->u.lane.venue].lane = event->u.lane;
        break;
    case EVENT_FEED_ALIVE:
        note_frame(desk, event->u.alive.venue, event->u.alive.frame_ns);
        break;
    default:
        break;
    }
    return STATUS_OK;
}

static void sample_volatility(struct desk *desk, uint16_t symbol, int64_t now_ns) {
    struct picture_symbol *state = &desk->picture.symbols[symbol];
    struct px mid;
    if (picture_median_mid(desk, symbol, VENUE_MAX, now_ns, &mid) == 0) {
        return;
    }
    if (state->sample.v > 0) {
        int64_t move = bps_between_near(mid, state->sample).v;
        if (move > 30000 || move < -30000) {
            move = 30000; // 300 bps in a second: the square stays within 32 bit
        }
        int64_t samples = desk->settings->risk.volatility_window_ns / SAMPLE_NS;
        uint32_t window = samples < 1                            ? 1
                          : samples > PICTURE_VOLATILITY_SAMPLES ? PICTURE_VOLATILITY_SAMPLES
                                                                 : (uint32_t)samples;
        while (state->count >= window) { // more than one where the window was made shorter
            uint32_t oldest = state->at + PICTURE_VOLATILITY_SAMPLES - state->count;
            state->square_sum -= state->squares[oldest % PICTURE_VOLATILITY_SAMPLES];
            state->count--;
        }
        state->squares[state->at] = (int32_t)(move * move);
        state->square_sum += state->squares[state->at];
        state->count++;
        state->at = (state->at + 1) % PICTURE_VOLATILITY_SAMPLES;
        state->volatility.v = isqrt_floor(state->square_sum);
    }
    state->sample = mid;
}

// What a listing's spread usually is, and from where on it has blown out. A blow-out moves the
// usual spread, too, but slowly: by a 64th a second.
static void sample_spread(struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns) {
    struct picture_listing *listing = listing_of(desk, venue, symbol);
    const struct quote *quote = &listing->quote;
    if (quote->bid.v <= 0 || quote->ask.v <= quote->bid.v ||
        !picture_is_fresh(desk, venue, symbol, now_ns)) {
        return;
    }
    int64_t spread = bps_between_near(quote->ask, quote->bid).v;
    spread = spread < BPS_WHOLE ? spread : BPS_WHOLE;
    int64_t *usual = &listing->usual_spread.v;
    *usual = *usual == 0 ? spread : *usual + (spread - *usual) / 64;
    const struct settings_risk *settings = &desk->settings->risk;
    int64_t wide = *usual * settings->spread_times_max;
    wide = wide > settings->spread_calm.v ? wide : settings->spread_calm.v;
    wide = wide < BPS_WHOLE / 2 ? wide : BPS_WHOLE / 2;
    listing->wide.v = px_shift_floor(quote->bid, (struct bps){wide}).v - quote->bid.v;
}

static enum status picture_on_time(void *self, struct bus *bus, int64_t now_ns) {
    struct desk *desk = self;
    desk->picture.sampled_ns = now_ns;
    for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
        sample_volatility(desk, symbol, now_ns);
        for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
            sample_spread(desk, venue, symbol, now_ns);
        }
        picture_judge_symbol(desk, bus, symbol);
    }
    return STATUS_OK;
}

static int64_t picture_deadline(const void *self) {
    const struct desk *desk = self;
    return desk->picture.sampled_ns + SAMPLE_NS;
}

static int8_t change_of(struct px now, struct px before) {
    return (int8_t)((now.v > before.v) - (now.v < before.v));
}

// In whole seconds, so that a channel that is well does not redraw the screen all the time.
static int64_t channel_age_ms(int64_t received_ns, int64_t now_ns) {
    return received_ns == 0 ? -1 : (now_ns - received_ns) / NS_PER_S * 1000;
}

static void publish_quote(struct desk *desk, struct state_quote *row, uint16_t venue,
                          uint16_t symbol, int64_t now_ns) {
    struct picture_listing *listing = listing_of(desk, venue, symbol);
    const struct listing *rules = universe_listing(desk->universe, venue, symbol);
    const struct quote *quote = &listing->quote;
    int64_t age_ms;
    enum freshness freshness = picture_freshness(desk, venue, symbol, now_ns, &age_ms);
    *row = (struct state_quote){
        .venue = venue,
        .symbol = symbol,
        .present = rules->ready,
        .freshness = (uint8_t)freshness,
        .bid_change = change_of(quote->bid, listing->told_bid),
        .ask_change = change_of(quote->ask, listing->told_ask),
        .flags = quote->flags | (listing->outlier ? (uint32_t)QUOTE_OUTLIER : 0),
        .quorum = listing->quorum,
        .bid = quote->bid,
        .ask = quote->ask,
        .mark = listing->funding.mark,
        .bid_size = quote->bid_size,
        .ask_size = quote->ask_size,
        .spread = quote->bid.v > 0 ? bps_between_near(quote->ask, quote->bid) : (struct bps){0},
        .funding_per_hour = listing->funding.per_hour,
        .next_settlement_ns = listing->funding.next_settlement_ns,
        // A fresh quote's age is told in steps, so that a still market does not redraw the screen.
        .age_ms = freshness == FRESH_OK ? age_ms / 100 * 100 : age_ms / 500 * 500,
        .book_age_ms = channel_age_ms(picture_depth(desk, venue, symbol)->receive_ns, now_ns),
        .funding_age_ms = channel_age_ms(listing->funding_ns, now_ns),
        .digits = rules->tick.v > 0 ? px_tick_digits(rules->tick) : 2,
        .funding_generated = (int32_t)listing->funding.generated,
    };
    listing->told_bid = quote->bid;
    listing->told_ask = quote->ask;
}

static void picture_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    struct desk *desk = self;
    struct state_quote *rows = STATE_ROWS(draft, STATE_QUOTES, struct state_quote);
    uint32_t count = 0;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            publish_quote(desk, &rows[count++], venue, symbol, now_ns);
        }
    }
    draft->count[STATE_QUOTES] = count;

    struct state_venue *venues = STATE_ROWS(draft, STATE_VENUES, struct state_venue);
    for (uint16_t i = 0; i < desk->universe->venue_count; i++) {
        const struct picture_venue *venue = &desk->picture.venues[i];
        struct state_venue *row = &venues[i];
        *row = (struct state_venue){
            .state = venue->feed.state,
            .role = desk->universe->venues[i].role,
            .safe_mode = capital_safe_mode(desk, i),
            .reconnects = venue->feed.reconnects,
            .updates_per_s = venue->feed.updates_per_s,
            .books_live = venue->feed.books_live,
            .updates = venue->feed.updates,
            .clock_offset_ns = venue->feed.clock_offset_ns,
            .round_trip_ns = venue->feed.round_trip_ns,
            .latency_mean_ns = venue->feed.latency_mean_ns,
            .latency_p99_ns = venue->feed.latency_p99_ns,
            .age_ms =
                venue->frame_ns == 0 ? -1 : (now_ns - venue->frame_ns) / NS_PER_MS / 100 * 100,
            .reliability_ppm = venue->reliability_ppm,
            .lane = venue->lane.state,
            .deadman = venue->lane.deadman,
            .orders = venue->lane.orders,
            .unknown = venue->lane.unknown,
            .deadman_until_ns = venue->lane.deadman_until_ns,
            .lane_blocked_until_ns = venue->lane.blocked_until_ns,
        };
        risk_publish_venue(desk, i, now_ns, row);
        memcpy(row->lane_text, venue->lane.text, sizeof(row->lane_text));
        memcpy(row->text, venue->feed.text, sizeof(row->text));
        for (uint32_t cause = 0; cause < FEED_CAUSE_MAX; cause++) {
            row->errors[cause] = venue->feed.errors[cause];
            row->errors_total += venue->feed.errors[cause];
        }
    }
    draft->count[STATE_VENUES] = desk->universe->venue_count;
}

const struct component picture_component = {
    .name = "picture",
    .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED) | EVENT_BIT(EVENT_DEPTH_UPDATED) |
             EVENT_BIT(EVENT_FUNDING_UPDATED) | EVENT_BIT(EVENT_FEED_STATE) |
             EVENT_BIT(EVENT_FEED_ALIVE) | EVENT_BIT(EVENT_LANE_STATE) |
             EVENT_BIT(EVENT_ORDER_COMMAND),
    .on_event = picture_on_event,
    .on_time = picture_on_time,
    .deadline = picture_deadline,
    .publish = picture_publish,
};
