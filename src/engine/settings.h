// Every number a person can set, as the desk uses it. The key table in io/config.c fills it (name,
// unit, range, default, help of each field stand there and only there) and perpdesk.ini(5) is held
// to that table by a test.
//
// Shares (`*_share`, `*_pct` in the file) are struct bps: 10 % = 1000.00 bps. Durations are ns.
// Read-only after start, except what control verbs change inside the engine (risk mode, threshold,
// roles), which lives in the desk.
#ifndef PERPDESK_ENGINE_SETTINGS_H
#define PERPDESK_ENGINE_SETTINGS_H

#include "engine/alert.h"
#include "engine/event.h"

enum execution_mode {
    EXECUTION_HYBRID_HEDGE_TAKER,
    EXECUTION_SAFE_TAKER_ONLY,
    EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC
};
enum partial_fill_handling { PARTIAL_HEDGE, PARTIAL_UNWIND };
enum basis_mode { BASIS_AUTO, BASIS_OFF, BASIS_FIXED };

struct settings_feeds {
    int64_t stale_ns;             // stale_ms = 500
    int64_t quiet_ns;             // quiet_ms = 5000
    int64_t websocket_timeout_ns; // websocket_timeout_sec = 30
    int64_t poll_ns;              // rest_poll_sec = 5
    struct bps jump_max;          // max_price_jump_pct = 0.5 %
    int64_t jump_confirm_ns;      // jump_confirm_ms = 500
    struct usd volume_min;        // min_volume_usd = 100
    struct usd unknown_size;      // unknown_size_usd = 1000
    struct bps quorum;            // quorum_bps = 50
    int64_t clock_offset_max_ns;  // max_clock_offset_ms = 250
    int64_t depth_sample_ns;      // depth_sample_ms = 50
    uint32_t connects_per_s;      // max_connects_per_sec = 20, all venues together
    uint32_t threads;             // feed_threads, 0 = by cores
    uint32_t book_levels_max;     // levels kept a side
};

struct settings_scanner {
    struct bps profit_min;          // min_profit_bps = 0
    struct bps low_volatility_min;  // low_vol_min_profit_bps = 0
    struct bps high_volatility_min; // high_vol_min_profit_bps = 5
    struct bps
        high_volatility;   // spread deviation at which the threshold is at its upper end, bps = 5
    struct bps profit_max; // max_profit_bps = 20
    struct usd size_min;   // min_size_usd = 1000 (score)
    struct usd arb_size;   // size_usd = 200: notional the costs are worked out for
    uint8_t basis_mode;    // basis = auto | off | <bps>
    struct bps basis_fixed;
    int64_t window_ns; // median_window_sec = 300
    int64_t stand_ns;  // stand_ms = 0: a crossing is an opportunity once it has lasted this long
    int64_t gone_ns;   // gone_ms = 1000: an opportunity is over after this long without a crossing
    uint32_t priority_count;
    uint16_t priority[16][2]; // priority_pairs = venue:venue, …
};

struct settings_capital {
    struct usd equity_start;           // equity_usd = 10000 a venue, paper
    struct bps pool_share[POOL_COUNT]; // wash_pct 70, arb_pct 20, reserve_pct 10
    struct bps single_max;             // max_single_reserve_pct = 10 %
    struct bps in_flight_max;          // max_total_notional_pct = 30 %
    struct bps safe_drawdown;          // safe_mode_drawdown_pct = 5 %
    struct bps top_up_above;           // top_up_above_pct = 50 %: reserve helps arb above this use
    uint8_t model;                     // model = three: enum capital_model
    struct bps layer_share[LAYER_COUNT];   // layer1_pct = 20 … 30, 25, 10, 15
    struct bps layer_use_max[LAYER_COUNT]; // layer1_max_use_pct = 100 …
    bool layer_borrow;                     // borrow_from_layer5 = yes
    uint8_t layer_of[STRATEGY_COUNT];      // arb_layer = L3 …: enum layer
};

struct settings_risk {
    uint8_t mode;                     // mode = balanced
    struct bps order_share_max;       // max_order_pct = 5 % of the venue's equity
    struct bps drawdown_max;          // max_drawdown_pct = 10 %
    struct usd day_loss_max;          // daily_loss_limit_usd = 500
    struct bps day_loss_share;        // daily_loss_limit_pct = 5 %
    uint32_t failures_max;            // max_failures = 3
    struct bps fast_move;             // fast_market_pct = 0.5 %
    int64_t fast_window_ns;           // fast_market_window_ms = 1000
    int64_t fast_freeze_ns;           // fast_market_freeze_ms = 5000
    struct bps symbol_share_max;      // max_symbol_exposure_pct = 30 %
    int64_t cool_down_ns;             // cool_down_sec = 60
    struct bps concentration_warn;    // concentration_warn_pct = 50 %
    struct bps slippage_max;          // max_slippage_bps = 10
    struct usd order_max;             // max_order_usd = 1000
    struct usd position_max;          // max_position_usd = 5000
    struct bps collar;                // price_collar_bps = 20
    struct bps collar_emergency;      // emergency_collar_bps = 75
    uint32_t repeat_minute_max;       // max_jobs_per_minute = 20 per symbol
    uint32_t repeat_day_max;          // max_jobs_per_day = 2000
    uint32_t losing_max;              // max_losing_in_a_row = 5
    struct usd unhedged_max;          // max_unhedged_usd = 500
    int64_t unhedged_usd_s_max;       // max_unhedged_usd_s = 5000 (1e-6 USD * s)
    int64_t override_ns;              // override_sec = 300
    int64_t funding_blackout_ns;      // funding_blackout_min = 10
    int64_t volatility_window_ns;     // volatility_window_sec = 300
    struct bps spread_calm;           // calm_spread_bps = 10
    uint32_t spread_times_max;        // max_spread_times = 5
    uint32_t venue_failures_max;      // venue_breaker_failures = 3
    int64_t venue_trip_ns;            // venue_breaker_sec = 60
    struct bps leverage_distance_min; // min_liquidation_distance_pct = 25 %
    struct usd volume_target;         // daily_volume_target_usd = 0 (off)
};

struct settings_health {
    int64_t interval_ns;          // interval_sec = 5
    int64_t quote_latency_max_ns; // max_quote_latency_ms = 5000
    struct bps success_min;       // min_success_pct = 50 %
    uint32_t success_jobs;        // success_window_jobs = 20
};

struct settings_alerts {
    uint32_t count;
    struct alert_rule rules[ALERT_RULES_MAX]; // [alert.<name>] each
};

struct settings_scheduler {
    uint32_t jobs_max;             // max_jobs = 50
    uint32_t venue_jobs_max;       // max_jobs_per_venue = 10
    struct usd venue_notional_max; // max_notional_per_venue_usd = 50000
    int64_t pending_max_ns;        // job_expiry_ms = 5000
};

struct settings_execution {
    uint8_t mode;               // mode = hybrid_hedge_taker
    uint8_t partial_fill;       // partial_fill_handling = hedge
    int64_t wait_fill_ns;       // wait_fill_timeout_sec = 30
    int64_t hedge_deadline_ns;  // hedge_deadline_ms = 3000
    int64_t late_request_ns;    // late_request_ms = 6000
    int64_t deadman_ns;         // deadman_sec = 60
    int64_t maker_grace_ns;     // double_maker_grace_ms = 500
    struct usd split_notional;  // split_notional_usd = 5000, 0: never split
    struct bps high_volatility; // high_volatility_pct = 0.5 %: nothing rests above it, 0: never
    struct bps rate_share;      // rate_share_pct = 50 %
    struct bps rate_reserve;    // rate_reserve_pct = 30 %
};

struct settings_wash {
    bool enabled;                          // enabled = yes
    struct usd notional_min, notional_max; // min_notional 300, max_notional 500
    int64_t hold_min_ns, hold_max_ns;      // hold_min_sec 10, hold_max_sec 60
    struct bps slippage_max;               // slippage_limit_bps = 30
    int64_t leg_gap_ns;                    // max_leg_gap_ms = 800
    struct bps loss_stop;                  // stop_loss_pct = 2 %
    struct bps pool_share_max;             // max_pool_share_pct = 10 %
    int64_t wait_fill_ns;                  // wait_fill_timeout_sec = 5
    int64_t pace_ns; // pace_ms = 1000: least time between two attempts on a symbol
};

struct settings_arb {
    bool enabled;                          // enabled = yes
    struct usd notional_min, notional_max; // 50, 200
    struct bps target;                     // target_bps = 1
    int64_t hold_max_ns;                   // hold_max_sec = 20
};

struct settings_take_profit {
    bool enabled;        // enabled = no
    struct bps target;   // target_bps = 50, 0: none
    struct bps trailing; // trailing_stop_bps = 30, 0: none
};

struct settings_rebalance {
    bool enabled;         // enabled = yes
    struct usd drift_max; // max_drift_usd = 50 per symbol
    int64_t patience_ns;  // patience_sec = 5
};

struct settings_twap {
    struct usd above;    // above_usd = 1000: a larger manual order is spread
    int64_t duration_ns; // duration_sec = 60
    uint32_t slices;     // slices = 10
};

struct settings_macd {
    bool enabled;                // enabled = no
    int64_t period_ns;           // period_sec = 60
    uint32_t fast, slow, signal; // fast_periods 12, slow_periods 26, signal_periods 9
    struct usd notional;         // notional_usd = 100
};

struct settings_paper {
    int64_t latency_ns;  // latency_ms = 5
    uint32_t reject_ppm; // reject_rate = 0, parts per million of orders
};

struct settings {
    struct settings_feeds feeds;
    struct settings_scanner scanner;
    struct settings_capital capital;
    struct settings_risk risk;
    struct settings_health health;
    struct settings_alerts alerts;
    struct settings_scheduler scheduler;
    struct settings_execution execution;
    struct settings_wash wash;
    struct settings_arb arb;
    struct settings_take_profit take_profit;
    struct settings_rebalance rebalance;
    struct settings_twap twap;
    struct settings_macd macd;
    struct settings_paper paper;
    // [desk]
    uint8_t mode;                 // enum desk_mode, asked for in the file: paper | live
    uint8_t start_status;         // enum desk_status
    bool pause_on_disarm;         // pause_on_disarm = no
    bool journal_quotes_all;      // journal_quotes = decisions | all
    int64_t journal_retention_ns; // journal_retention_days = 7
    uint64_t journal_max_bytes;   // journal_max_mb = 256 a file, then rotate
    uint64_t disk_floor_bytes;    // disk_floor_mb = 1024
    bool records, records_csv;    // records = yes, records_csv = no
    int64_t records_retention_ns; // records_retention_days = 366
    // [console]
    uint32_t frames_per_s;   // frame_rate = 10
    uint8_t console_scheme;  // scheme = dark | light | colour_blind | mono
    uint8_t console_colours; // colours = auto | mono | 8 | 16 | 256 | true
    bool console_ascii;      // ascii = no
    bool console_mouse;      // mouse = no
    bool console_calm;       // calm = no
    // [venues], [fees.<venue>]: in the universe
};

#endif
