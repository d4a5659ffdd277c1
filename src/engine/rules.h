// The one list of refusal codes: everything the desk may answer with when it says no.
//
// Row: code, name (in JSON, logs, `w` and the manual), level, unit of figure and limit, hard or
// soft, sentence. Order is the order of evaluation. Soft rules yield to the manual override, hard
// ones never do. The sentence is for a person: the screen shows "<name>: <figure> against <limit>"
// in front of it. Names are stable: only append.
#ifndef PERPDESK_ENGINE_RULES_H
#define PERPDESK_ENGINE_RULES_H

#include "base/buf.h"

enum rule_level {
    LEVEL_DESK,      // the desk's own state
    LEVEL_CAPITAL,   // 1
    LEVEL_ACCOUNT,   // 2
    LEVEL_POSITION,  // 3
    LEVEL_EXECUTION, // 4
    LEVEL_JOB,       // dimensions of a whole job
    LEVEL_SCHEDULE,  // limits of the scheduler
};

enum rule_unit {
    UNIT_NONE,
    UNIT_USD,
    UNIT_BPS,
    UNIT_MS,
    UNIT_COUNT,
    UNIT_PPM,
    UNIT_QTY,
    UNIT_USD_S,
    UNIT_PPM_SCORE,
    UNIT_PX
};

#define RULE_LIST(X)                                                                               \
    X(RULE_NONE, "none", LEVEL_DESK, UNIT_NONE, true, "nothing stands against it")                 \
    X(RULE_KILLED, "killed", LEVEL_DESK, UNIT_NONE, true,                                          \
      "the kill switch is latched until a person clears it")                                       \
    X(RULE_HALTED, "halted", LEVEL_DESK, UNIT_NONE, true,                                          \
      "the desk is HALTED: only cancels and hedges pass")                                          \
    X(RULE_REDUCING, "reducing", LEVEL_DESK, UNIT_NONE, true,                                      \
      "the desk is REDUCING: nothing may raise exposure")                                          \
    X(RULE_PAUSED, "paused", LEVEL_DESK, UNIT_NONE, true, "the desk is PAUSED: no new jobs")       \
    X(RULE_RECONCILE, "reconcile", LEVEL_DESK, UNIT_NONE, true,                                    \
      "journal and venues do not tell the same (yet): see the differences, accept signs them")     \
    X(RULE_SELF_TRADE, "self_trade", LEVEL_DESK, UNIT_NONE, true,                                  \
      "it could trade against another order of ours")                                              \
    X(RULE_CAPITAL_POOL, "capital_pool", LEVEL_CAPITAL, UNIT_USD, true,                            \
      "the pool does not have the money")                                                          \
    X(RULE_CAPITAL_SINGLE, "capital_single", LEVEL_CAPITAL, UNIT_USD, true,                        \
      "one reservation would exceed max_single_reserve_pct of the venue's equity")                 \
    X(RULE_CAPITAL_IN_FLIGHT, "capital_in_flight", LEVEL_CAPITAL, UNIT_USD, true,                  \
      "all reservations would exceed max_total_notional_pct of the venue's equity")                \
    X(RULE_SAFE_MODE, "safe_mode", LEVEL_CAPITAL, UNIT_BPS, true,                                  \
      "the venue is in safe mode: this pool is closed")                                            \
    X(RULE_ORDER_NOTIONAL, "order_notional", LEVEL_ACCOUNT, UNIT_USD, true,                        \
      "the order is too large a share of the venue's equity")                                      \
    X(RULE_DRAWDOWN, "drawdown", LEVEL_ACCOUNT, UNIT_BPS, true,                                    \
      "the account's drawdown is at its limit")                                                    \
    X(RULE_DAY_LOSS, "day_loss", LEVEL_ACCOUNT, UNIT_USD, true, "the day's loss is at its limit")  \
    X(RULE_FAILURES, "failures", LEVEL_ACCOUNT, UNIT_COUNT, false,                                 \
      "too many failures in a row: resume to go on")                                               \
    X(RULE_FAST_MARKET, "fast_market", LEVEL_ACCOUNT, UNIT_MS, false,                              \
      "the symbol is frozen after a fast move")                                                    \
    X(RULE_SYMBOL_EXPOSURE, "symbol_exposure", LEVEL_ACCOUNT, UNIT_USD, true,                      \
      "gross exposure of the symbol, pending orders counted, would exceed its share of equity")    \
    X(RULE_DIRECTION, "direction", LEVEL_ACCOUNT, UNIT_COUNT, true,                                \
      "another running job opens the opposite side on this venue and symbol")                      \
    X(RULE_POSITION_SIZE, "position_size", LEVEL_POSITION, UNIT_USD, true,                         \
      "the position on this venue and symbol would exceed max_position_usd")                       \
    X(RULE_COOL_DOWN, "cool_down", LEVEL_POSITION, UNIT_MS, false,                                 \
      "the symbol cools down after a failure")                                                     \
    X(RULE_LEG_VANISHED, "leg_vanished", LEVEL_POSITION, UNIT_USD, true,                           \
      "a leg went without an order of ours (liquidated, deleveraged, closed by hand): the rest "   \
      "was closed")                                                                                \
    X(RULE_VENUE_ROLE, "venue_role", LEVEL_EXECUTION, UNIT_NONE, true,                             \
      "the venue's role is not trade")                                                             \
    X(RULE_VENUE_DOWN, "venue_down", LEVEL_EXECUTION, UNIT_NONE, true,                             \
      "the venue's feed is not live")                                                              \
    X(RULE_NO_KEYS, "no_keys", LEVEL_EXECUTION, UNIT_NONE, true,                                   \
      "a live desk without keys of the venue: reading works")                                      \
    X(RULE_LANE, "lane", LEVEL_EXECUTION, UNIT_NONE, true,                                         \
      "the venue's private side is not ready: connecting, blocked, or its keys are refused")       \
    X(RULE_DEADMAN, "deadman", LEVEL_EXECUTION, UNIT_NONE, true,                                   \
      "the venue's dead-man's switch could not be armed")                                          \
    X(RULE_MESSAGE_RATE, "message_rate", LEVEL_EXECUTION, UNIT_COUNT, true,                        \
      "the venue's message rate has no room for the order and for closing what is open there")     \
    X(RULE_VENUE_TRIPPED, "venue_tripped", LEVEL_EXECUTION, UNIT_COUNT, true,                      \
      "the venue's circuit breaker is open")                                                       \
    X(RULE_CLOCK_OFFSET, "clock_offset", LEVEL_EXECUTION, UNIT_MS, true,                           \
      "the venue's clock is too far from ours")                                                    \
    X(RULE_NO_INSTRUMENT, "no_instrument", LEVEL_EXECUTION, UNIT_NONE, true,                       \
      "the venue does not list it (yet)")                                                          \
    X(RULE_NO_QUOTE, "no_quote", LEVEL_EXECUTION, UNIT_NONE, true,                                 \
      "there is no tradable quote on that side")                                                   \
    X(RULE_QUOTE_STALE, "quote_stale", LEVEL_EXECUTION, UNIT_MS, true, "a leg's quote is too old") \
    X(RULE_QUARANTINE, "quarantine", LEVEL_EXECUTION, UNIT_BPS, true,                              \
      "a leg's quote jumped, or left the median of the other venues, and is quarantined")          \
    X(RULE_ORDER_SIZE, "order_size", LEVEL_EXECUTION, UNIT_USD, true,                              \
      "the order exceeds max_order_usd")                                                           \
    X(RULE_ORDER_SMALL, "order_small", LEVEL_EXECUTION, UNIT_USD, true,                            \
      "the order is below the venue's minimum")                                                    \
    X(RULE_PRICE_COLLAR, "price_collar", LEVEL_EXECUTION, UNIT_BPS, true,                          \
      "the price is too far from the cross-venue median")                                          \
    X(RULE_SLIPPAGE, "slippage", LEVEL_EXECUTION, UNIT_BPS, false,                                 \
      "the book is too thin: expected slippage is high")                                           \
    X(RULE_MIN_EDGE, "min_edge", LEVEL_JOB, UNIT_BPS, false, "net edge is below the threshold")    \
    X(RULE_MAX_LOSS, "max_loss", LEVEL_JOB, UNIT_BPS, false,                                       \
      "opening would cost more than max_acceptable_loss of the risk mode")                         \
    X(RULE_ROUND_TRIP, "round_trip", LEVEL_JOB, UNIT_BPS, true,                                    \
      "the round trip loses, or is not known yet")                                                 \
    X(RULE_FUNDING_BLACKOUT, "funding_blackout", LEVEL_JOB, UNIT_MS, false,                        \
      "a funding settlement is near")                                                              \
    X(RULE_FUNDING, "funding", LEVEL_JOB, UNIT_BPS, false,                                         \
      "funding over the holding time costs too much")                                              \
    X(RULE_VOLATILITY, "volatility", LEVEL_JOB, UNIT_BPS, false,                                   \
      "the market moves more than the risk mode allows")                                           \
    X(RULE_SPREAD, "spread", LEVEL_JOB, UNIT_BPS, false,                                           \
      "a leg's spread has blown out against what it usually is")                                   \
    X(RULE_LATENCY, "latency", LEVEL_JOB, UNIT_MS, false,                                          \
      "the venue answers too slowly for the risk mode")                                            \
    X(RULE_LEVERAGE, "leverage", LEVEL_JOB, UNIT_BPS, true, "liquidation would be too near")       \
    X(RULE_SCORE, "score", LEVEL_JOB, UNIT_PPM_SCORE, false,                                       \
      "the final score is below the risk mode's least")                                            \
    X(RULE_JOBS_MAX, "jobs_max", LEVEL_SCHEDULE, UNIT_COUNT, true, "as many jobs run as may")      \
    X(RULE_VENUE_JOBS_MAX, "venue_jobs_max", LEVEL_SCHEDULE, UNIT_COUNT, true,                     \
      "as many jobs run on the venue as may")                                                      \
    X(RULE_VENUE_NOTIONAL_MAX, "venue_notional_max", LEVEL_SCHEDULE, UNIT_USD, true,               \
      "the venue's notional in jobs would exceed its limit")                                       \
    X(RULE_REPEAT_MINUTE, "repeat_minute", LEVEL_SCHEDULE, UNIT_COUNT, true,                       \
      "too many jobs on the symbol in the last minute")                                            \
    X(RULE_REPEAT_DAY, "repeat_day", LEVEL_SCHEDULE, UNIT_COUNT, true, "too many jobs today")      \
    X(RULE_STRATEGY_OFF, "strategy_off", LEVEL_SCHEDULE, UNIT_COUNT, true,                         \
      "the strategy is off: by configuration, or after losing in a row until switched on")         \
    X(RULE_EXPOSURE_CLOCK, "exposure_clock", LEVEL_SCHEDULE, UNIT_USD, true,                       \
      "too much is unhedged right now")                                                            \
    X(RULE_EXPIRED, "expired", LEVEL_SCHEDULE, UNIT_MS, true, "it waited too long and expired")    \
    X(RULE_CANCELED, "canceled", LEVEL_SCHEDULE, UNIT_NONE, true,                                  \
      "a person cancelled it while it waited")

enum rule {
#define RULE_ENUM(code, name, level, unit, hard, sentence) code,
    RULE_LIST(RULE_ENUM)
#undef RULE_ENUM
        RULE_COUNT
};

// A refusal, or RULE_NONE. Figure and limit are in the rule's unit: USD 1e-6, BPS 1e-2, MS ms,
// COUNT, PPM_SCORE, PX 1e-12.
struct verdict {
    uint16_t rule;
    uint16_t venue;  // the venue it is about, VENUE_MAX when none
    uint16_t symbol; // SYMBOL_MAX when none
    uint16_t pad;
    int64_t figure;
    int64_t limit;
};

const char *rule_name(enum rule rule);
const char *rule_sentence(enum rule rule);
enum rule_level rule_level_of(enum rule rule);
enum rule_unit rule_unit_of(enum rule rule);
bool rule_is_hard(enum rule rule);
const char *rule_level_name(enum rule_level level);
// "4.00 bps", "1 240.00 USD", "350 ms" …
void rule_figure_print(struct text *out, enum rule_unit unit, int64_t figure);
// "min_edge: -3.20 bps against 0.00 bps: net edge is below the threshold"
enum { VERDICT_TEXT_MAX = 200 }; // room for any
void verdict_print(struct text *out, const struct verdict *verdict);

#endif
