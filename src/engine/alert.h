// Alert rules: what a person wants to be told of, and what the desk then does.
//
// A rule (struct alert_rule, in event.h) is a condition, a severity, a cool-down and an action. Its
// condition is one line of words:
//
//   price_above SYMBOL PRICE [on VENUE]          price_below SYMBOL PRICE [on VENUE]
//   range SYMBOL LOW HIGH [on VENUE]             the price leaves the range
//   percent_change SYMBOL SHARE DURATION [on VENUE]   either way, against so long ago
//   spread SYMBOL VENUE VENUE SHARE              between two venues' mids
//   spread SYMBOL SYMBOL SHARE                   between two symbols' mids
//   volatility SYMBOL SHARE                      over [risk] volatility_window_sec
//   METRIC > NUMBER        METRIC < NUMBER       any of ALERT_METRIC_LIST
//
// A price without a venue is the median of the fresh venues' mids. Trade's alert_rule.c watches
// them; here they are read and named.
#ifndef PERPDESK_ENGINE_ALERT_H
#define PERPDESK_ENGINE_ALERT_H

#include "engine/event.h"

// code, name in a condition, unit of its figure. A number after it may leave the unit out.
#define ALERT_METRIC_LIST(X)                                                                       \
    X(ALERT_QUOTE_LATENCY, "quote_latency_ms", UNIT_MS)                                            \
    X(ALERT_SUCCESS, "success_rate_pct", UNIT_PPM)                                                 \
    X(ALERT_DRAWDOWN, "drawdown_pct", UNIT_BPS)                                                    \
    X(ALERT_DAY_PNL, "day_pnl_usd", UNIT_USD)                                                      \
    X(ALERT_FAILURES, "failures", UNIT_COUNT)                                                      \
    X(ALERT_HEALTH, "health", UNIT_COUNT)                                                          \
    X(ALERT_EQUITY, "equity_usd", UNIT_USD)                                                        \
    X(ALERT_GROSS, "gross_usd", UNIT_USD)                                                          \
    X(ALERT_NET, "net_usd", UNIT_USD)                                                              \
    X(ALERT_UNHEDGED, "unhedged_usd", UNIT_USD)                                                    \
    X(ALERT_DAY_VOLUME, "day_volume_usd", UNIT_USD)                                                \
    X(ALERT_DAY_FEES, "day_fees_usd", UNIT_USD)                                                    \
    X(ALERT_JOBS, "jobs_running", UNIT_COUNT)                                                      \
    X(ALERT_ORDERS, "orders_open", UNIT_COUNT)                                                     \
    X(ALERT_CONCENTRATION, "concentration_pct", UNIT_BPS)

enum alert_metric {
#define ALERT_METRIC_ENUM(code, name, unit) code,
    ALERT_METRIC_LIST(ALERT_METRIC_ENUM)
#undef ALERT_METRIC_ENUM
        ALERT_METRIC_COUNT
};

enum alert_kind {
    ALERT_PRICE_ABOVE,
    ALERT_PRICE_BELOW,
    ALERT_RANGE,
    ALERT_PERCENT_CHANGE,
    ALERT_SPREAD,
    ALERT_VOLATILITY,
    ALERT_METRIC_ABOVE,
    ALERT_METRIC_BELOW
};

enum alert_action {
    ALERT_NOTIFY,
    ALERT_PAUSE_TRADING,
    ALERT_COOLDOWN,       // no new job for 60 s
    ALERT_SAFE_MODE_ON,   // every venue, until a person resumes
    ALERT_EMERGENCY_STOP, // the kill switch
    ALERT_START_TRADING,  // as a person's resume; a latched kill stays
    ALERT_AUTO_ORDER,     // submits `order`, past risk like any other
    ALERT_ACTION_COUNT
};

// Where names are looked up.
struct alert_names {
    const struct symbol *symbols;
    const struct venue_entry *venues;
    uint16_t symbol_count, venue_count;
};

// Reads `condition` into the rule: kind, names and limits. False with what is wrong and what was
// expected in `why`; the rule is untouched then.
bool alert_rule_parse(struct alert_rule *rule, struct slice condition,
                      const struct alert_names *names, struct text *why);
enum rule_unit alert_rule_unit(const struct alert_rule *rule); // of its figure and limits
const char *alert_metric_name(enum alert_metric metric);
const char *alert_action_name(enum alert_action action);

#endif
