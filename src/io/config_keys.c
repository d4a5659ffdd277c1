// The key table: every key of the configuration, once.
//
// The reader, the effective text, etc/perpdesk.ini and perpdesk.ini(5) come from these rows. A new
// key is a field in engine/settings.h and a row here; `perpdesk check-config --print default` and
// `--print man` then give the new text of the two documents, and tests/cli holds them to it. Rows
// stand in the order in which the file lists them. Names end with the unit a bare number is in.
#include "io/config_private.h"

#include <stddef.h>

#define AT(field) offsetof(struct settings, field)

// Ranges and defaults in the units a person writes.
#define BP(n)         ((int64_t)((n)*100))
#define PCT(n)        (INT64_C(10000) * (n))
#define PCT_TENTHS(n) (INT64_C(1000) * (n))
#define DOLLARS(n)    (INT64_C(1000000) * (n))
#define MSEC(n)       (INT64_C(1000000) * (n))
#define SEC(n)        (INT64_C(1000000000) * (n))
#define MINUTES(n)    (SEC(60) * (n))
#define DAYS(n)       (SEC(86400) * (n))
#define MBYTES(n)     (INT64_C(1048576) * (n))

static const char *const desk_modes[] = {"paper", "live", NULL};
static const char *const desk_starts[] = {"running", "paused", NULL};
static const char *const journal_choices[] = {"decisions", "all", NULL};
static const char *const risk_modes[] = {"conservative", "balanced", "aggressive", NULL};
static const char *const execution_modes[] = {"hybrid_hedge_taker", "safe_taker_only",
                                              "double_maker_opportunistic", NULL};
static const char *const partial_choices[] = {"hedge", "unwind", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};
static const char *const models[] = {"three", "five", NULL};
static const char *const layers[] = {"L1", "L2", "L3", "L4", "L5", NULL};
static const char *const colour_schemes[] = {"dark", "light", "colour_blind", "mono", NULL};
static const char *const colour_depths[] = {"auto", "mono", "8", "16", "256", "true", NULL};
static const char *const severities[] = {"info", "warn", "red", NULL};
static const char *const alert_actions[] = {
    "notify",         "pause_trading", "cooldown",   "safe_mode_on",
    "emergency_stop", "start_trading", "auto_order", NULL};
static const char *const roles[] = {"trade", "reference", "off", NULL};

// The enums the word lists stand for.
_Static_assert(DESK_PAPER == 0 && DESK_LIVE == 1, "desk_modes");
_Static_assert(DESK_RUNNING == 0 && DESK_PAUSED == 1, "desk_starts");
_Static_assert(RISK_CONSERVATIVE == 0 && RISK_BALANCED == 1 && RISK_AGGRESSIVE == 2, "risk_modes");
_Static_assert(EXECUTION_HYBRID_HEDGE_TAKER == 0 && EXECUTION_SAFE_TAKER_ONLY == 1 &&
                   EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC == 2,
               "execution");
_Static_assert(PARTIAL_HEDGE == 0 && PARTIAL_UNWIND == 1, "partial_choices");
_Static_assert(CAPITAL_THREE == 0 && CAPITAL_FIVE == 1, "models");
_Static_assert(LAYER_1 == 0 && LAYER_5 == 4 && LAYER_COUNT == 5, "layers");
_Static_assert(SEVERITY_INFO == 0 && SEVERITY_RED == 2, "severities");
_Static_assert(ALERT_NOTIFY == 0 && ALERT_COOLDOWN == 2 && ALERT_START_TRADING == 5, "actions");
_Static_assert(ALERT_AUTO_ORDER == 6 && ALERT_ACTION_COUNT == 7, "actions");
_Static_assert(VENUE_TRADE == 0 && VENUE_REFERENCE == 1 && VENUE_OFF == 2, "roles");
_Static_assert(sizeof(bool) == 1, "a word is stored in one byte");

#define SHARE(s, n, unit, low, high, def, reload, field, help)                                     \
    { s, n, CONFIG_SHARE, CONFIG_UNIT_##unit, low, high, def, NULL, reload, AT(field), help }
#define MONEY(s, n, unit, low, high, def, reload, field, help)                                     \
    {                                                                                              \
        s, n, CONFIG_USD, CONFIG_UNIT_##unit, DOLLARS(low), DOLLARS(high), DOLLARS(def), NULL,     \
            reload, AT(field), help                                                                \
    }
#define TIME(s, n, unit, low, high, def, reload, field, help)                                      \
    { s, n, CONFIG_DURATION, CONFIG_UNIT_##unit, low, high, def, NULL, reload, AT(field), help }
#define COUNT(s, n, low, high, def, reload, field, help)                                           \
    { s, n, CONFIG_COUNT, CONFIG_UNIT_COUNT, low, high, def, NULL, reload, AT(field), help }
#define BYTES(s, n, unit, low, high, def, reload, field, help)                                     \
    { s, n, CONFIG_BYTES, CONFIG_UNIT_##unit, low, high, def, NULL, reload, AT(field), help }
#define WORD(s, n, words, count, def, reload, field, help)                                         \
    { s, n, CONFIG_WORD, CONFIG_UNIT_NONE, 0, (count)-1, def, words, reload, AT(field), help }
#define OTHER(s, n, type, low, high, def, reload, help)                                            \
    { s, n, type, CONFIG_UNIT_NONE, low, high, def, NULL, reload, 0, help }

// A layer's share and its largest use; a strategy's layer.
#define LAYER_KEYS(n, share, use, at)                                                              \
    SHARE("capital", "layer" n "_pct", PERCENT, 0, PCT(100), PCT(share), false,                    \
          capital.layer_share[at],                                                                 \
          "Share of layer L" n " under model = five. The five shares add up to 100%"),             \
        SHARE("capital", "layer" n "_max_use_pct", PERCENT, 0, PCT(100), PCT(use), true,           \
              capital.layer_use_max[at], "How much of layer L" n " may be lent at once")
#define LAYER_OF(name, layer, strategy, whose)                                                     \
    WORD("capital", name "_layer", layers, LAYER_COUNT, layer, false, capital.layer_of[strategy],  \
         "The layer of " whose " under model = five")

const struct config_key config_keys[] = {
    WORD("desk", "mode", desk_modes, 2, DESK_PAPER, false, mode,
         "paper: every order goes to the paper venue, keys or not. live: real orders, with keys "
         "and --live only"),
    OTHER("desk", "symbols", CONFIG_SYMBOLS, 1, SYMBOL_MAX, 0, false, "Symbols traded and shown"),
    WORD("desk", "start", desk_starts, 2, DESK_RUNNING, false, start_status,
         "Whether the desk starts new jobs from the beginning or waits for a person's resume"),
    WORD("desk", "pause_on_disarm", no_yes, 2, 0, false, pause_on_disarm,
         "Whether a live desk pauses when the console that was armed is disarmed or gone"),
    WORD("desk", "journal_quotes", journal_choices, 2, 0, false, journal_quotes_all,
         "Which quotes the journal keeps: those that took part in a decision, or all. A demo keeps "
         "all"),
    TIME("desk", "journal_retention_days", DAYS, DAYS(1), DAYS(3650), DAYS(7), false,
         journal_retention_ns, "Journals older than this are removed"),
    BYTES("desk", "journal_max_mb", MB, MBYTES(1), MBYTES(65536), MBYTES(256), false,
          journal_max_bytes, "A journal file that has reached this size is followed by a new one"),
    WORD("desk", "records", no_yes, 2, 1, false, records,
         "Keep every attempt (jobs, orders, fills, refusals) in the database records.db"),
    WORD("desk", "records_csv", no_yes, 2, 0, false, records_csv,
         "Also write a line for each attempt that ended to attempts-*.csv"),
    TIME("desk", "records_retention_days", DAYS, DAYS(1), DAYS(3650), DAYS(366), false,
         records_retention_ns, "Sessions older than this are removed from records.db"),
    BYTES("desk", "disk_floor_mb", MB, MBYTES(0), MBYTES(1048576), MBYTES(1024), false,
          disk_floor_bytes, "With less free disk than this trading halts, and no desk starts"),

    TIME("feeds", "stale_ms", MS, MSEC(10), SEC(60), MSEC(500), true, feeds.stale_ns,
         "Oldest quote of a leg that may trade, unless nothing changed on a connection that is "
         "alive; never one that was twice as long on its way"),
    TIME("feeds", "quiet_ms", MS, MSEC(10), SEC(600), SEC(5), true, feeds.quiet_ns,
         "Oldest unchanged quote that counts as fresh while the same connection delivers data"),
    TIME("feeds", "websocket_timeout_sec", S, SEC(1), SEC(600), SEC(30), false,
         feeds.websocket_timeout_ns,
         "A connection without any data for this long is closed and made again"),
    TIME("feeds", "rest_poll_sec", S, SEC(1), SEC(600), SEC(5), false, feeds.poll_ns,
         "While the WebSocket is down quotes are asked for this often"),
    SHARE("feeds", "max_price_jump_pct", PERCENT, BP(1), PCT(50), PCT_TENTHS(5), false,
          feeds.jump_max, "A price that jumps further is quarantined until it is confirmed"),
    TIME("feeds", "jump_confirm_ms", MS, 0, SEC(60), MSEC(500), false, feeds.jump_confirm_ns,
         "A jumped price that holds for this long is accepted"),
    MONEY("feeds", "min_volume_usd", USD, 0, 1000000, 100, false, feeds.volume_min,
          "A side of a quote worth less is shown but not traded"),
    MONEY("feeds", "unknown_size_usd", USD, 0, 1000000, 1000, false, feeds.unknown_size,
          "What a side counts for when the venue tells no size"),
    SHARE("feeds", "quorum_bps", BPS, BP(1), BP(5000), BP(50), true, feeds.quorum,
          "A venue whose mid is further from the median of the others is not priced with"),
    TIME("feeds", "max_clock_offset_ms", MS, MSEC(1), SEC(60), MSEC(250), false,
         feeds.clock_offset_max_ns,
         "A venue whose clock is further from the desk's takes no orders"),
    TIME("feeds", "depth_sample_ms", MS, 0, SEC(10), MSEC(50), false, feeds.depth_sample_ns,
         "Least time between two samples of a book that reach the engine"),
    OTHER("feeds", "book_symbols", CONFIG_BOOKS, 0, CONFIG_BOOKS_MAX, 0, false,
          "Symbols whose full book is kept; traded: the first twenty of symbols"),
    COUNT("feeds", "book_levels_max", 20, 5000, 2000, false, feeds.book_levels_max,
          "Most levels kept on a side of a book"),
    COUNT("feeds", "max_connects_per_sec", 1, 1000, 20, false, feeds.connects_per_s,
          "Most connections opened in a second, all venues together"),
    COUNT("feeds", "feed_threads", 0, 16, 0, false, feeds.threads,
          "Threads that hold the venues' connections; 0: by the number of cores"),

    SHARE("scanner", "min_profit_bps", BPS, BP(-100), BP(1000), 0, true, scanner.profit_min,
          "Least net edge of an arbitrage job"),
    SHARE("scanner", "low_vol_min_profit_bps", BPS, BP(-100), BP(1000), 0, true,
          scanner.low_volatility_min, "Least net edge while the spread is calm"),
    SHARE("scanner", "high_vol_min_profit_bps", BPS, BP(-100), BP(1000), BP(5), true,
          scanner.high_volatility_min, "Least net edge while the spread is wild"),
    SHARE("scanner", "high_volatility_bps", BPS, BP(1) / 10, BP(1000), BP(5), true,
          scanner.high_volatility,
          "Deviation of the spread that counts as wild; in between the threshold moves evenly"),
    SHARE("scanner", "max_profit_bps", BPS, BP(1), BP(10000), BP(20), true, scanner.profit_max,
          "Net edge that gives the whole of its part of the score"),
    MONEY("scanner", "min_size_usd", USD, 1, 100000000, 1000, true, scanner.size_min,
          "Size on offer that gives the whole of its part of the score"),
    MONEY("scanner", "size_usd", USD, 1, 1000000, 200, true, scanner.arb_size,
          "Notional the costs of an opportunity are worked out for"),
    OTHER("scanner", "basis", CONFIG_BASIS, 0, BP(1000), 0, false,
          "What is subtracted between different quote currencies: the running median, nothing, or "
          "a fixed figure, whichever of the two is bought"),
    TIME("scanner", "median_window_sec", S, SEC(10), SEC(3600), SEC(300), true, scanner.window_ns,
         "Span of the medians of basis and gross edge"),
    TIME("scanner", "stand_ms", MS, 0, SEC(60), 0, true, scanner.stand_ns,
         "A crossing is an opportunity once it has lasted this long; a demo takes 250ms at least"),
    TIME("scanner", "gone_ms", MS, 0, SEC(60), SEC(1), true, scanner.gone_ns,
         "An opportunity is over after this long without a crossing"),
    OTHER("scanner", "priority_pairs", CONFIG_PAIRS, 0, 16, 0, true,
          "Pairs of venues compared first, each as venue:venue"),

    MONEY("capital", "equity_usd", USD, 1, 1000000000, 10000, false, capital.equity_start,
          "Equity a venue starts with on paper"),
    SHARE("capital", "wash_pct", PERCENT, 0, PCT(100), PCT(70), false,
          capital.pool_share[POOL_WASH],
          "Share of the hedged-volume pool. The three shares add up to 100%"),
    SHARE("capital", "arb_pct", PERCENT, 0, PCT(100), PCT(20), false, capital.pool_share[POOL_ARB],
          "Share of the arbitrage pool"),
    SHARE("capital", "reserve_pct", PERCENT, 0, PCT(100), PCT(10), false,
          capital.pool_share[POOL_RESERVE],
          "Share of the reserve: emergency hedges, and help for a busy arbitrage pool"),
    SHARE("capital", "max_single_reserve_pct", PERCENT, BP(1), PCT(100), PCT(10), true,
          capital.single_max, "Largest reservation as a share of the venue's equity"),
    SHARE("capital", "max_total_notional_pct", PERCENT, BP(1), PCT(1000), PCT(30), true,
          capital.in_flight_max, "All reservations together as a share of the venue's equity"),
    SHARE("capital", "safe_mode_drawdown_pct", PERCENT, BP(1), PCT(100), PCT(5), true,
          capital.safe_drawdown,
          "From this drawdown a venue is in safe mode: arbitrage closed, until it is below again"),
    SHARE("capital", "top_up_above_pct", PERCENT, 0, PCT(100), PCT(50), true, capital.top_up_above,
          "Above this use of its pool arbitrage may also take from the reserve"),
    WORD("capital", "model", models, 2, CAPITAL_THREE, false, capital.model,
         "How a venue's equity is cut: three pools, or the five layers below. With layers, L1 and "
         "L4 stay open in safe mode"),
    LAYER_KEYS("1", 20, 100, LAYER_1),
    LAYER_KEYS("2", 30, 100, LAYER_2),
    LAYER_KEYS("3", 25, 100, LAYER_3),
    LAYER_KEYS("4", 10, 100, LAYER_4),
    LAYER_KEYS("5", 15, 100, LAYER_5),
    WORD("capital", "borrow_from_layer5", no_yes, 2, true, false, capital.layer_borrow,
         "Whether another layer may take from L5 what it lacks itself"),
    LAYER_OF("arb", LAYER_3, STRATEGY_ARB, "arbitrage"),
    LAYER_OF("wash", LAYER_1, STRATEGY_WASH, "hedged volume"),
    LAYER_OF("manual", LAYER_2, STRATEGY_MANUAL, "a person's own jobs"),
    LAYER_OF("hedge_rebalance", LAYER_4, STRATEGY_HEDGE_REBALANCE, "hedge rebalance"),
    LAYER_OF("take_profit", LAYER_4, STRATEGY_TAKE_PROFIT, "take-profit"),
    LAYER_OF("twap", LAYER_2, STRATEGY_TWAP, "orders spread over time"),
    LAYER_OF("macd", LAYER_3, STRATEGY_MACD, "the MACD signal"),

    WORD("risk", "mode", risk_modes, 3, RISK_BALANCED, false, risk.mode, "Risk mode at the start"),
    SHARE("risk", "max_order_pct", PERCENT, BP(1), PCT(100), PCT(5), true, risk.order_share_max,
          "Largest order as a share of the venue's equity"),
    SHARE("risk", "max_drawdown_pct", PERCENT, BP(1), PCT(100), PCT(10), true, risk.drawdown_max,
          "No new job from this drawdown on"),
    MONEY("risk", "daily_loss_limit_usd", USD, 1, 1000000000, 500, true, risk.day_loss_max,
          "No new job from this loss of the day on"),
    SHARE("risk", "daily_loss_limit_pct", PERCENT, BP(1), PCT(100), PCT(5), true,
          risk.day_loss_share, "The same as a share of equity; the smaller one holds"),
    COUNT("risk", "max_failures", 1, 1000, 3, true, risk.failures_max,
          "Failures in a row that stop new jobs"),
    SHARE("risk", "fast_market_pct", PERCENT, BP(1), PCT(50), PCT_TENTHS(5), true, risk.fast_move,
          "A move that freezes the symbol"),
    TIME("risk", "fast_market_window_ms", MS, MSEC(10), SEC(60), SEC(1), true, risk.fast_window_ns,
         "Time within which such a move counts"),
    TIME("risk", "fast_market_freeze_ms", MS, 0, SEC(3600), SEC(5), true, risk.fast_freeze_ns,
         "How long the symbol stays frozen"),
    SHARE("risk", "max_symbol_exposure_pct", PERCENT, BP(1), PCT(1000), PCT(30), true,
          risk.symbol_share_max,
          "Gross exposure of a symbol with its pending orders, as a share of all trading venues' "
          "equity"),
    TIME("risk", "cool_down_sec", S, 0, SEC(86400), SEC(60), true, risk.cool_down_ns,
         "No new job on a symbol for this long after a failure on it"),
    SHARE("risk", "concentration_warn_pct", PERCENT, BP(1), PCT(100), PCT(50), true,
          risk.concentration_warn, "A larger share of the desk's equity on one venue warns"),
    SHARE("risk", "max_slippage_bps", BPS, 0, BP(1000), BP(10), true, risk.slippage_max,
          "Expected slippage of an order may not be larger"),
    MONEY("risk", "max_order_usd", USD, 1, 1000000000, 1000, true, risk.order_max, "Largest order"),
    MONEY("risk", "max_position_usd", USD, 1, 1000000000, 5000, true, risk.position_max,
          "Largest position on a venue and symbol"),
    SHARE("risk", "price_collar_bps", BPS, BP(1), BP(5000), BP(20), true, risk.collar,
          "Furthest price of an order from the cross-venue median"),
    SHARE("risk", "emergency_collar_bps", BPS, BP(1), BP(5000), BP(75), true, risk.collar_emergency,
          "The same for an emergency hedge or unwind"),
    COUNT("risk", "max_jobs_per_minute", 1, 10000, 20, true, risk.repeat_minute_max,
          "Jobs of a symbol started in any minute"),
    COUNT("risk", "max_jobs_per_day", 1, 1000000, 2000, true, risk.repeat_day_max,
          "Jobs of a symbol started in a day"),
    COUNT(
        "risk", "max_losing_in_a_row", 1, 10000, 5, true, risk.losing_max,
        "After so many losing jobs in a row a strategy is off until a person switches it on again"),
    MONEY("risk", "max_unhedged_usd", USD, 1, 1000000000, 500, true, risk.unhedged_max,
          "With more than this unhedged no new job starts"),
    {"risk", "max_unhedged_usd_s", CONFIG_USD_S, CONFIG_UNIT_USD_S, DOLLARS(1), DOLLARS(1000000000),
     DOLLARS(5000), NULL, true, AT(risk.unhedged_usd_s_max),
     "Exposure clock of a job, dollars unhedged times seconds: past this its opening is taken "
     "back"},
    TIME("risk", "override_sec", S, SEC(1), SEC(86400), SEC(300), false, risk.override_ns,
         "A manual override ends by itself after this"),
    TIME("risk", "funding_blackout_min", MIN, 0, MINUTES(1440), MINUTES(10), true,
         risk.funding_blackout_ns,
         "No job starts this short before a funding settlement of its venues"),
    // Its most is what picture.h has samples for, one a second.
    TIME("risk", "volatility_window_sec", S, SEC(10), SEC(600), SEC(300), true,
         risk.volatility_window_ns, "Span over which volatility is measured"),
    SHARE("risk", "calm_spread_bps", BPS, 0, BP(1000), BP(10), true, risk.spread_calm,
          "A spread up to this has not blown out, whatever is usual"),
    COUNT("risk", "max_spread_times", 1, 1000, 5, true, risk.spread_times_max,
          "A leg whose spread is more than so many times its usual one does not open"),
    COUNT("risk", "venue_breaker_failures", 1, 1000, 3, true, risk.venue_failures_max,
          "Orders in a row that a venue refuses, or leaves unanswered, until its circuit breaker "
          "opens"),
    TIME("risk", "venue_breaker_sec", S, SEC(1), SEC(86400), SEC(60), true, risk.venue_trip_ns,
         "How long the breaker stays open"),
    SHARE("risk", "min_liquidation_distance_pct", PERCENT, 0, PCT(100), PCT(25), true,
          risk.leverage_distance_min, "Least distance to the estimated liquidation price"),
    MONEY("risk", "daily_volume_target_usd", USD, 0, 1000000000000, 0, true, risk.volume_target,
          "Volume wanted in a day, for the volume score; 0: no target"),

    TIME("health", "interval_sec", S, SEC(1), SEC(3600), SEC(5), true, health.interval_ns,
         "How often the desk's health is worked out"),
    TIME("health", "max_quote_latency_ms", MS, MSEC(1), SEC(600), SEC(5), true,
         health.quote_latency_max_ns,
         "A venue's quotes that are slower on the average raise an alarm"),
    SHARE("health", "min_success_pct", PERCENT, 0, PCT(100), PCT(50), true, health.success_min,
          "A smaller share of jobs that end well raises an alarm"),
    COUNT("health", "success_window_jobs", 1, 64, 20, true, health.success_jobs,
          "Ended jobs that share is taken of"),

    COUNT("scheduler", "max_jobs", 1, 64, 50, true, scheduler.jobs_max, "Jobs running at once"),
    COUNT("scheduler", "max_jobs_per_venue", 1, 64, 10, true, scheduler.venue_jobs_max,
          "Jobs running at once on one venue"),
    MONEY("scheduler", "max_notional_per_venue_usd", USD, 1, 1000000000, 50000, true,
          scheduler.venue_notional_max, "Notional of the jobs of one venue"),
    TIME("scheduler", "job_expiry_ms", MS, MSEC(10), SEC(3600), SEC(5), true,
         scheduler.pending_max_ns, "A job that could not start within this expires"),

    WORD("execution", "mode", execution_modes, 3, EXECUTION_HYBRID_HEDGE_TAKER, true,
         execution.mode,
         "hybrid_hedge_taker: one leg rests as maker and each of its fills is hedged by a taker "
         "order. "
         "safe_taker_only: both legs take at once. "
         "double_maker_opportunistic: both legs rest, and once one fills the other gets "
         "double_maker_grace_ms to follow as maker"),
    WORD("execution", "partial_fill_handling", partial_choices, 2, PARTIAL_HEDGE, true,
         execution.partial_fill,
         "What becomes of a leg that was filled alone: the rest is hedged, or it is taken back"),
    TIME("execution", "wait_fill_timeout_sec", S, MSEC(100), SEC(600), SEC(30), true,
         execution.wait_fill_ns, "Longest wait for the fill of a resting leg"),
    TIME("execution", "hedge_deadline_ms", MS, MSEC(10), SEC(600), SEC(3), true,
         execution.hedge_deadline_ns,
         "A fill has to be hedged within this: past half of it at the emergency collar, past three "
         "quarters on another venue if there is one, past all of it the job unwinds"),
    TIME("execution", "late_request_ms", MS, MSEC(200), SEC(60), MSEC(6000), false,
         execution.late_request_ns,
         "A venue may still take an order so long after it was sent: one it does not know is "
         "believed gone only then, or later where the venue's own rules let it"),
    TIME(
        "execution", "deadman_sec", S, SEC(10), SEC(900), SEC(60), false, execution.deadman_ns,
        "A venue's dead-man's switch cancels the orders so long after the desk fell silent; longer "
        "where a venue takes no less"),
    TIME("execution", "double_maker_grace_ms", MS, 0, SEC(60), MSEC(500), true,
         execution.maker_grace_ns,
         "How long the second of two resting legs may still fill before it is cancelled and taken"),
    MONEY("execution", "split_notional_usd", USD, 0, 1000000000, 5000, true,
          execution.split_notional, "A larger order goes out in parts of this; 0: whole"),
    SHARE("execution", "high_volatility_pct", PERCENT, 0, PCT(100), PCT_TENTHS(5), true,
          execution.high_volatility,
          "While the volatility is at least this, nothing rests: both legs take at the collar; 0: "
          "never"),
    SHARE("execution", "rate_share_pct", PERCENT, PCT(1), PCT(100), PCT(50), false,
          execution.rate_share, "How much of a venue's message rate the desk uses"),
    SHARE("execution", "rate_reserve_pct", PERCENT, 0, PCT(90), PCT(30), false,
          execution.rate_reserve,
          "How much of that is kept back for cancels, hedges and orders that close"),

    WORD("wash", "enabled", no_yes, 2, 1, true, wash.enabled,
         "Whether hedged volume is traded: small opposite legs on two venues"),
    MONEY("wash", "min_notional", NONE, 1, 1000000, 300, true, wash.notional_min, "Smallest leg"),
    MONEY("wash", "max_notional", NONE, 1, 1000000, 500, true, wash.notional_max, "Largest leg"),
    TIME("wash", "hold_min_sec", S, 0, SEC(86400), SEC(10), true, wash.hold_min_ns,
         "Shortest holding time"),
    TIME("wash", "hold_max_sec", S, 0, SEC(86400), SEC(60), true, wash.hold_max_ns,
         "Longest holding time"),
    SHARE("wash", "slippage_limit_bps", BPS, 0, BP(1000), BP(30), true, wash.slippage_max,
          "Expected slippage of a leg may not be larger; the smaller of this and max_slippage_bps "
          "holds"),
    TIME("wash", "max_leg_gap_ms", MS, MSEC(10), SEC(60), MSEC(800), true, wash.leg_gap_ns,
         "hedge_deadline_ms for the legs of hedged volume, where this is shorter"),
    SHARE("wash", "stop_loss_pct", PERCENT, BP(1), PCT(100), PCT(2), true, wash.loss_stop,
          "A job that has lost this share of its notional is closed"),
    SHARE("wash", "max_pool_share_pct", PERCENT, BP(1), PCT(100), PCT(10), true,
          wash.pool_share_max, "Largest leg as a share of the pool"),
    TIME("wash", "wait_fill_timeout_sec", S, MSEC(100), SEC(600), SEC(5), true, wash.wait_fill_ns,
         "Longest wait for the fill of the resting leg"),
    TIME("wash", "pace_ms", MS, MSEC(10), SEC(3600), SEC(1), true, wash.pace_ns,
         "Least time between two attempts on a symbol"),

    WORD("arb", "enabled", no_yes, 2, 1, true, arb.enabled,
         "Whether crossings are traded as arbitrage"),
    MONEY("arb", "min_notional", NONE, 1, 1000000, 50, true, arb.notional_min, "Smallest leg"),
    MONEY("arb", "max_notional", NONE, 1, 1000000, 200, true, arb.notional_max, "Largest leg"),
    SHARE("arb", "target_bps", BPS, BP(-100), BP(1000), BP(1), true, arb.target,
          "Net profit at which a job is closed"),
    TIME("arb", "hold_max_sec", S, SEC(1), SEC(86400), SEC(20), true, arb.hold_max_ns,
         "Longest holding time; then the job closes the way it was opened"),

    WORD("take_profit", "enabled", no_yes, 2, 0, true, take_profit.enabled,
         "Whether open positions are closed at a profit or by a trailing stop: those of manual, "
         "twap "
         "and macd jobs, and those no job holds"),
    SHARE("take_profit", "target_bps", BPS, 0, BP(10000), BP(50), true, take_profit.target,
          "Profit at which a position is closed; 0: none"),
    SHARE("take_profit", "trailing_stop_bps", BPS, 0, BP(10000), BP(30), true, take_profit.trailing,
          "A position is closed once its profit is this far below its best; 0: never"),

    WORD("hedge_rebalance", "enabled", no_yes, 2, 1, true, rebalance.enabled,
         "Whether net exposure that no job holds is traded away"),
    MONEY("hedge_rebalance", "max_drift_usd", USD, 1, 1000000000, 50, true, rebalance.drift_max,
          "Net exposure of a symbol that may stay"),
    TIME("hedge_rebalance", "patience_sec", S, 0, SEC(3600), SEC(5), true, rebalance.patience_ns,
         "How long it has to stand before it is traded away"),

    MONEY("twap", "above_usd", USD, 1, 1000000000, 1000, true, twap.above,
          "A manual order above this is spread over duration_sec"),
    TIME("twap", "duration_sec", S, SEC(1), SEC(86400), SEC(60), true, twap.duration_ns,
         "Time a spread order takes unless it names its own"),
    COUNT("twap", "slices", 2, 1000, 10, true, twap.slices,
          "Parts of a spread order, evenly in time; fewer where a part would be too small"),

    WORD("macd", "enabled", no_yes, 2, 0, true, macd.enabled,
         "Whether the MACD signal is traded: one leg, no hedge"),
    TIME("macd", "period_sec", S, SEC(1), SEC(86400), SEC(60), true, macd.period_ns,
         "Time between two prices the averages are made of"),
    COUNT("macd", "fast_periods", 2, 1000, 12, true, macd.fast, "Periods of the fast average"),
    COUNT("macd", "slow_periods", 3, 1000, 26, true, macd.slow, "Periods of the slow average"),
    COUNT("macd", "signal_periods", 2, 1000, 9, true, macd.signal,
          "Periods of the average of their difference"),
    MONEY("macd", "notional_usd", USD, 1, 1000000, 100, true, macd.notional, "Size of a job"),

    TIME("paper", "latency_ms", MS, 0, SEC(60), MSEC(5), false, paper.latency_ns,
         "What a paper order takes to reach its venue, beside what the venue adds by itself"),
    {"paper", "reject_rate", CONFIG_PPM, CONFIG_UNIT_NONE, 0, 1000000, 0, NULL, false,
     AT(paper.reject_ppm), "Share of paper orders that are rejected"},

    COUNT("console", "frame_rate", 1, 20, 10, false, frames_per_s, "Most frames drawn in a second"),
    WORD("console", "scheme", colour_schemes, 4, 0, false, console_scheme,
         "Colours for a dark or a light screen, for eyes that confuse red and green, or none"),
    WORD("console", "colours", colour_depths, 6, 0, false, console_colours,
         "How many colours are used; auto: what the terminal says it has, none with NO_COLOR set"),
    WORD("console", "ascii", no_yes, 2, 0, false, console_ascii,
         "Whether lines and bars are drawn with plain characters even where others are there"),
    WORD("console", "mouse", no_yes, 2, 0, false, console_mouse,
         "Whether a click selects a row and the wheel scrolls; the mouse never sends anything"),
    WORD("console", "calm", no_yes, 2, 0, false, console_calm,
         "One frame a second and no marks of moves, for slow lines and quiet eyes"),
    OTHER("console", "keys", CONFIG_KEYMAP, 0, CONFIG_KEYMAP_MAX - 1, 0, false,
          "Other keys for actions, by the names the console's help lists"),

    {"alert.<name>", "condition", CONFIG_TEXT, CONFIG_UNIT_NONE, 0, ALERT_CONDITION_MAX - 1, 0,
     NULL, true, offsetof(struct alert_rule, condition),
     "When the rule speaks: price_above SYMBOL PRICE, price_below SYMBOL PRICE, range SYMBOL LOW "
     "HIGH, percent_change SYMBOL SHARE DURATION, each on the median of the venues or with on "
     "VENUE "
     "behind it; spread SYMBOL VENUE VENUE SHARE, spread SYMBOL SYMBOL SHARE, volatility SYMBOL "
     "SHARE, METRIC > NUMBER, METRIC < NUMBER"},
    {"alert.<name>", "severity", CONFIG_WORD, CONFIG_UNIT_NONE, 0, SEVERITY_RED, SEVERITY_WARN,
     severities, true, offsetof(struct alert_rule, severity),
     "How loud the rule is; warn and red wait for a person to acknowledge them"},
    {"alert.<name>", "cooldown_sec", CONFIG_DURATION, CONFIG_UNIT_S, 0, SEC(86400), SEC(60), NULL,
     true, offsetof(struct alert_rule, cooldown_ns), "The rule speaks at most once in this time"},
    {"alert.<name>", "action", CONFIG_WORD, CONFIG_UNIT_NONE, 0, ALERT_ACTION_COUNT - 1,
     ALERT_NOTIFY, alert_actions, true, offsetof(struct alert_rule, action),
     "What the desk does beside telling it. cooldown: no new job for 60s. safe_mode_on: every "
     "venue is in safe mode until a person resumes. emergency_stop: the kill switch. "
     "start_trading: as a resume; a latched kill stays. auto_order: submits what order says"},
    {"alert.<name>", "order", CONFIG_TEXT, CONFIG_UNIT_NONE, 1, ALERT_ORDER_MAX - 1, 0, NULL, true,
     offsetof(struct alert_rule, order),
     "What auto_order submits, checked like any other order: buy or sell, VENUE SYMBOL USD, then "
     "against VENUE, over SECONDS where wanted"},

    OTHER("endpoints", "ca_file", CONFIG_FILE, 0, CONFIG_URL_MAX - 1, 0, false,
          "PEM file of the only authorities trusted; system: the machine's"),
    {"endpoints", "<venue>_ws", CONFIG_ENDPOINT, CONFIG_UNIT_NONE, 1, CONFIG_URL_MAX - 1, 0, NULL,
     false, offsetof(struct config_endpoint, ws),
     "Where the venue's WebSockets are instead of its own hosts: a simulator, a regional host"},
    {"endpoints", "<venue>_private_ws", CONFIG_ENDPOINT, CONFIG_UNIT_NONE, 1, CONFIG_URL_MAX - 1, 0,
     NULL, false, offsetof(struct config_endpoint, private_ws),
     "The same for the private ones alone; not set: where <venue>_ws says"},
    {"endpoints", "<venue>_rest", CONFIG_ENDPOINT, CONFIG_UNIT_NONE, 0, CONFIG_URL_MAX - 1, 0, NULL,
     false, offsetof(struct config_endpoint, rest), "The same for its REST calls"},

    {"venues", "<venue>", CONFIG_ROLE, CONFIG_UNIT_NONE, 0, VENUE_ROLE_COUNT - 1, VENUE_TRADE,
     roles, false, 0, "Role of the venue: traded, only compared with, or not connected to"},

    {"fees.<venue>", "maker_bps", CONFIG_FEE, CONFIG_UNIT_BPS, BP(-100), BP(1000), 0, NULL, true,
     offsetof(struct venue_entry, maker_fee), "Fee of an order that rested; negative: a rebate"},
    {"fees.<venue>", "taker_bps", CONFIG_FEE, CONFIG_UNIT_BPS, BP(-100), BP(1000), 0, NULL, true,
     offsetof(struct venue_entry, taker_fee), "Fee of an order that took"},
};
const uint32_t config_key_count = COUNT_OF(config_keys);

const struct config_section config_sections[] = {
    {"desk", "The desk as a whole and its journal"},
    {"feeds", "Market data: connections, freshness, what is refused"},
    {"scanner", "How opportunities are found and scored"},
    {"capital", "How every venue's equity is cut up and lent"},
    {"risk", "Limits every order and job has to pass"},
    {"health", "The desk's own health and its alarms"},
    {"scheduler", "How many jobs run"},
    {"execution", "How legs are placed"},
    {"wash", "The hedged-volume strategy"},
    {"arb", "The arbitrage strategy"},
    {"take_profit", "Take-profit and trailing stop"},
    {"hedge_rebalance", "Net exposure that drifted"},
    {"twap", "Large manual orders, spread over time"},
    {"macd", "The MACD signal, the worked example of a strategy"},
    {"paper", "The paper venue"},
    {"console", "The screen"},
    {"endpoints", "Where venues are, if not at their own addresses"},
    {"venues", "The role of each venue"},
    {"alert.<name>", "One alert rule; there may be sixteen"},
    {"fees.<venue>", "The fees of one venue"},
};
const uint32_t config_section_count = COUNT_OF(config_sections);

const struct config_order config_orders[] = {
    {"feeds", "stale_ms", "feeds", "quiet_ms"},
    {"scanner", "low_vol_min_profit_bps", "scanner", "high_vol_min_profit_bps"},
    {"capital", "max_single_reserve_pct", "capital", "max_total_notional_pct"},
    {"capital", "safe_mode_drawdown_pct", "risk", "max_drawdown_pct"},
    {"risk", "max_order_usd", "risk", "max_position_usd"},
    {"risk", "price_collar_bps", "risk", "emergency_collar_bps"},
    {"risk", "max_jobs_per_minute", "risk", "max_jobs_per_day"},
    {"scheduler", "max_jobs_per_venue", "scheduler", "max_jobs"},
    {"wash", "min_notional", "wash", "max_notional"},
    {"wash", "hold_min_sec", "wash", "hold_max_sec"},
    {"wash", "wait_fill_timeout_sec", "execution", "wait_fill_timeout_sec"},
    {"arb", "min_notional", "arb", "max_notional"},
    {"macd", "fast_periods", "macd", "slow_periods"},
};
const uint32_t config_order_count = COUNT_OF(config_orders);

bool config_key_of_alert(const struct config_key *key) {
    return strcmp(key->section, "alert.<name>") == 0;
}

const struct config_key *config_key_find(struct slice section, struct slice name) {
    for (uint32_t i = 0; i < config_key_count; i++) {
        if (slice_equals(section, slice_of(config_keys[i].section)) &&
            slice_equals(name, slice_of(config_keys[i].name))) {
            return &config_keys[i];
        }
    }
    return NULL;
}
