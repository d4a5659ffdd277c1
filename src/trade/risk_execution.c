// Level 4: the order itself, against the venue and the market as they are now.
#include "trade/cost.h"
#include "trade/desk.h"

static uint16_t venue_of(const struct risk_case *c) {
    return c->job->legs[c->leg].venue;
}

static enum side side_of(const struct risk_case *c) {
    return c->leg == LEG_BUY ? SIDE_BUY : SIDE_SELL;
}

static bool has_role(const struct desk *desk, uint16_t venue) {
    return desk->universe->venues[venue].role == VENUE_TRADE;
}

static bool takes_opening(const struct desk *desk, uint16_t venue, uint16_t symbol) {
    const struct listing *listing = universe_listing(desk->universe, venue, symbol);
    return listing->ready && listing->closes_only == 0;
}

static bool feed_lives(const struct desk *desk, uint16_t venue) {
    return desk->picture.venues[venue].feed.state == FEED_LIVE;
}

// The private side matters to a live desk alone: elsewhere the paper venue answers.
static bool lane_ready(const struct desk *desk, uint16_t venue) {
    return desk->mode != DESK_LIVE || desk->picture.venues[venue].lane.state == LANE_READY;
}

static bool deadman_failed(const struct desk *desk, uint16_t venue) {
    return desk->mode == DESK_LIVE && desk->picture.venues[venue].lane.deadman == DEADMAN_FAILED;
}

static int64_t clock_off_ms(const struct desk *desk, uint16_t venue) {
    int64_t offset = desk->picture.venues[venue].feed.clock_offset_ns;
    return ((offset < 0 ? -offset : offset) + NS_PER_MS - 1) / NS_PER_MS; // 250.1 is too much
}

static int64_t clock_off_max_ms(const struct desk *desk) {
    return desk->settings->feeds.clock_offset_max_ns / NS_PER_MS;
}

bool risk_venue_trades(const struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns) {
    return has_role(desk, venue) && takes_opening(desk, venue, symbol) && feed_lives(desk, venue) &&
           lane_ready(desk, venue) && !risk_venue_tripped(desk, venue, now_ns) &&
           picture_usable(desk, venue, symbol, now_ns);
}

static bool venue_opens(const struct desk *desk, uint16_t venue, uint16_t symbol, int64_t now_ns) {
    return risk_venue_trades(desk, venue, symbol, now_ns) && !deadman_failed(desk, venue) &&
           clock_off_ms(desk, venue) <= clock_off_max_ms(desk);
}

bool risk_pair_opens(const struct desk *desk, uint16_t symbol, uint16_t buy, uint16_t sell,
                     int64_t now_ns) {
    if (!venue_opens(desk, buy, symbol, now_ns) || !venue_opens(desk, sell, symbol, now_ns)) {
        return false;
    }
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        if (risk_job_opposes(job, symbol, LEG_BUY, buy) ||
            risk_job_opposes(job, symbol, LEG_SELL, sell)) {
            return false;
        }
    }
    return true;
}

bool risk_execution_role(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return !has_role(c->desk, venue_of(c));
}

bool risk_execution_venue_down(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return !feed_lives(c->desk, venue_of(c));
}

static const struct event_lane *lane_of(const struct risk_case *c) {
    return &c->desk->picture.venues[venue_of(c)].lane;
}

bool risk_execution_no_keys(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return c->desk->mode == DESK_LIVE && lane_of(c)->state == LANE_NO_KEYS;
}

bool risk_execution_lane(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return !lane_ready(c->desk, venue_of(c));
}

bool risk_execution_deadman(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return deadman_failed(c->desk, venue_of(c));
}

// Every leg that is open has to be closed, and may be refused once: an order more, which goes now
// or not at all, must leave room for that, if need be within the next seconds.
bool risk_execution_message_rate(const struct risk_case *c, struct verdict *v) {
    if (c->desk->mode != DESK_LIVE) {
        return false;
    }
    v->figure = 1;
    for (uint32_t i = 0; i < c->desk->jobs.live_count; i++) {
        const struct job *job = &c->desk->jobs.jobs[c->desk->jobs.live[i]];
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            const struct leg *row = &job->legs[leg];
            bool open = row->opened.v > row->closed.v || row->working_open.v > 0;
            v->figure += row->venue == venue_of(c) && open ? 2 : 0;
        }
    }
    v->limit = lane_of(c)->room > 0 ? lane_of(c)->room + lane_of(c)->room_soon : 0;
    return v->figure > v->limit;
}

bool risk_execution_tripped(const struct risk_case *c, struct verdict *v) {
    v->figure = (c->desk->risk.venues[venue_of(c)].tripped_until_ns - c->now_ns) / NS_PER_S;
    return risk_venue_tripped(c->desk, venue_of(c), c->now_ns);
}

bool risk_execution_clock(const struct risk_case *c, struct verdict *v) {
    v->figure = clock_off_ms(c->desk, venue_of(c));
    v->limit = clock_off_max_ms(c->desk);
    return v->figure > v->limit;
}

bool risk_execution_instrument(const struct risk_case *c, struct verdict *v) {
    (void)v;
    return !takes_opening(c->desk, venue_of(c), c->job->symbol);
}

bool risk_execution_quote(const struct risk_case *c, struct verdict *v) {
    (void)v;
    const struct quote *quote = picture_quote(c->desk, venue_of(c), c->job->symbol);
    return quote->bid.v <= 0 || quote->ask.v <= quote->bid.v ||
           (quote->flags & (QUOTE_BID_SMALL | QUOTE_ASK_SMALL)) != 0;
}

bool risk_execution_stale(const struct risk_case *c, struct verdict *v) {
    uint16_t venue = venue_of(c), symbol = c->job->symbol;
    if (picture_is_fresh(c->desk, venue, symbol, c->now_ns)) {
        return false;
    }
    (void)picture_freshness(c->desk, venue, symbol, c->now_ns, &v->figure);
    v->limit = c->desk->settings->feeds.stale_ns / NS_PER_MS;
    return true;
}

bool risk_execution_quarantine(const struct risk_case *c, struct verdict *v) {
    const struct quote *quote = picture_quote(c->desk, venue_of(c), c->job->symbol);
    if ((quote->flags & QUOTE_QUARANTINED) != 0) {
        v->limit = c->desk->settings->feeds.jump_max.v;
        v->figure = v->limit;
        return true;
    }
    struct px others;
    if (!picture_quorum_others(venue_of(c), c->mids, &others)) {
        return false; // fewer than three others: off, and shown as off
    }
    struct px mid = px_mid_floor(quote->bid, quote->ask);
    struct bps limit = c->desk->settings->feeds.quorum;
    if (!bps_beyond(mid, others, limit)) {
        return false;
    }
    v->figure = bps_distance_near(mid, others).v;
    v->limit = limit.v;
    return true;
}

bool risk_execution_order_size(const struct risk_case *c, struct verdict *v) {
    v->figure = job_order_notional(c->desk->settings, c->job).v;
    v->limit = c->desk->settings->risk.order_max.v;
    return v->figure > v->limit;
}

bool risk_execution_order_small(const struct risk_case *c, struct verdict *v) {
    const struct listing *listing =
        universe_listing(c->desk->universe, venue_of(c), c->job->symbol);
    const struct quote *quote = picture_quote(c->desk, venue_of(c), c->job->symbol);
    struct qty size = c->job->legs[c->leg].target;
    struct usd notional = usd_notional_floor(quote->bid, size);
    // What is told: the least that the venue takes, in money, and where rounding to its step left
    // nothing what was asked for.
    struct qty least = listing->size_min.v > listing->step.v ? listing->size_min : listing->step;
    struct usd least_usd = usd_notional_ceil(quote->ask, least);
    v->figure = size.v > 0 ? notional.v : job_order_notional(c->desk->settings, c->job).v;
    v->limit = least_usd.v > listing->notional_min.v ? least_usd.v : listing->notional_min.v;
    return size.v <= 0 || size.v < listing->size_min.v || notional.v < listing->notional_min.v;
}

// The price the order would be sent at, against the median over the venues.
bool risk_execution_collar(const struct risk_case *c, struct verdict *v) {
    if (c->median.v == 0) {
        return false; // nothing fresh: the stale rule has refused already
    }
    const struct quote *quote = picture_quote(c->desk, venue_of(c), c->job->symbol);
    struct px price = side_of(c) == SIDE_BUY ? quote->ask : quote->bid;
    struct bps limit = c->desk->settings->risk.collar;
    if (!bps_beyond(price, c->median, limit)) {
        return false;
    }
    v->figure = bps_distance_near(price, c->median).v;
    v->limit = limit.v;
    return true;
}

bool risk_execution_slippage(const struct risk_case *c, struct verdict *v) {
    const struct settings *settings = c->desk->settings;
    uint16_t venue = venue_of(c), symbol = c->job->symbol;
    const struct quote *quote = picture_quote(c->desk, venue, symbol);
    struct usd notional = job_order_notional(settings, c->job);
    v->figure = 0;
    if (!cost_best_carries(quote, side_of(c), notional)) {
        v->figure = cost_slippage(quote, picture_fresh_depth(c->desk, venue, symbol, c->now_ns),
                                  side_of(c), notional, settings->feeds.unknown_size)
                        .v;
    }
    v->limit = settings->risk.slippage_max.v;
    if (c->job->strategy == STRATEGY_WASH && settings->wash.slippage_max.v < v->limit) {
        v->limit = settings->wash.slippage_max.v;
    }
    return v->figure > v->limit;
}

// No order may be able to trade against another of ours: same venue, same symbol, opposite side,
// crossing price. The taker's worst price is its collar, so an opposite order within the collar
// counts as crossing.
bool risk_execution_self_trade(const struct risk_case *c, struct verdict *v) {
    const struct desk *desk = c->desk;
    const struct leg *legs = c->job->legs;
    if (!c->job->single && legs[LEG_BUY].venue == legs[LEG_SELL].venue) {
        return true; // its own two legs would meet
    }
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        if (order->venue == venue_of(c) && order->symbol == c->job->symbol &&
            order->side != side_of(c)) {
            v->figure = order->job;
            return true;
        }
    }
    return false;
}
