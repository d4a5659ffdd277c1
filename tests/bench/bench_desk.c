#include "bench_desk.h"

struct settings bench_settings(void) {
    const int64_t s = NS_PER_S;
    struct settings settings = {
        .feeds = {.stale_ns = 500 * NS_PER_MS,
                  .quiet_ns = 5 * s,
                  .unknown_size = USD(1000),
                  .quorum = BPS(50),
                  .clock_offset_max_ns = 250 * NS_PER_MS},
        .scanner = {.high_volatility_min = BPS(5),
                    .high_volatility = BPS(5),
                    .profit_max = BPS(20),
                    .size_min = USD(1000),
                    .arb_size = USD(200),
                    .window_ns = 300 * s,
                    .gone_ns = s},
        .capital = {.equity_start = USD(10000),
                    .pool_share = {BPS(7000), BPS(2000), BPS(1000)},
                    .single_max = BPS(1000),
                    .in_flight_max = BPS(3000),
                    .safe_drawdown = BPS(500),
                    .top_up_above = BPS(5000)},
        .risk = {.mode = RISK_BALANCED,
                 .order_share_max = BPS(500),
                 .drawdown_max = BPS(1000),
                 .day_loss_max = USD(500),
                 .day_loss_share = BPS(500),
                 .failures_max = 3,
                 .fast_move = BPS(50),
                 .fast_window_ns = s,
                 .fast_freeze_ns = 5 * s,
                 .symbol_share_max = BPS(3000),
                 .slippage_max = BPS(10),
                 .order_max = USD(1000),
                 .position_max = USD(5000),
                 .collar = BPS(20),
                 .collar_emergency = BPS(75),
                 .repeat_minute_max = UINT32_MAX, // thousands a minute are the point here
                 .repeat_day_max = UINT32_MAX,
                 .losing_max = 5,
                 .unhedged_max = USD(500),
                 .unhedged_usd_s_max = 5000 * USD_ONE,
                 .funding_blackout_ns = 600 * s,
                 .volatility_window_ns = 300 * s,
                 .venue_failures_max = 3,
                 .venue_trip_ns = 60 * s,
                 .leverage_distance_min = BPS(2500)},
        .scheduler = {.jobs_max = 50,
                      .venue_jobs_max = 10,
                      .venue_notional_max = USD(50000),
                      .pending_max_ns = 5 * s},
        .execution = {.wait_fill_ns = 30 * s,
                      .hedge_deadline_ns = 3 * s,
                      .split_notional = USD(5000),
                      .high_volatility = BPS(50)},
        .rebalance = {.enabled = true, .drift_max = USD(50), .patience_ns = 5 * s},
        .health = {.interval_ns = 5 * s,
                   .success_jobs = 50,
                   .quote_latency_max_ns = 500 * NS_PER_MS},
        .arb = {.enabled = true,
                .notional_min = USD(50),
                .notional_max = USD(200),
                .target = BPS(1),
                .hold_max_ns = 20 * s},
    };
    return settings;
}

struct listing bench_rules(uint16_t venue, uint16_t symbol) {
    return (struct listing){.ready = true,
                            .venue = (uint8_t)venue,
                            .symbol = symbol,
                            .native = "BTCUSDT",
                            .tick = {PX_ONE / 10},
                            .step = {QTY_ONE / 1000},
                            .contract = {QTY_ONE},
                            .size_min = {QTY_ONE / 1000},
                            .notional_min = USD(5)};
}

void bench_tell_start(struct engine *engine, int64_t now_ns) {
    const struct universe *universe = engine->options.universe;
    struct event_desk started = {.venues = universe->venue_count,
                                 .symbols = universe->symbol_count};
    engine_input(engine, EVENT_DESK_STARTED, &started, now_ns);
    for (uint16_t venue = 0; venue < universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < universe->symbol_count; symbol++) {
            struct event_listing_rules rules = {.listing = bench_rules(venue, symbol)};
            engine_input(engine, EVENT_INSTRUMENT, &rules, now_ns);
        }
        struct event_feed feed = {.venue = venue, .state = FEED_LIVE, .clock_known = 1};
        engine_input(engine, EVENT_FEED_STATE, &feed, now_ns);
        struct event_lane lane = {.venue = venue, .state = LANE_READY, .room = 1000};
        engine_input(engine, EVENT_LANE_STATE, &lane, now_ns);
        struct event_equity equity = {.venue = venue, .equity = USD(10000)};
        engine_input(engine, EVENT_CAPITAL_SNAPSHOT, &equity, now_ns);
    }
}
