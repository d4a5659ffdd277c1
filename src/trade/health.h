// Health: every few seconds how well each part of the desk is, 0 to 100, and the whole of it.
//
// A part's score is worked out from the data it lives on, and comes with what took most from it. A
// part that was switched off after an error, or that is not heard of for long, counts 0. Beside the
// scores stand the metrics with a threshold: crossing one raises one alert, coming back another.
#ifndef PERPDESK_TRADE_HEALTH_H
#define PERPDESK_TRADE_HEALTH_H

#include "engine/bus.h"

struct desk;

enum { HEALTH_OUTCOMES_MAX = 64 };

struct health {
    struct state_health now; // as of the last look
    uint64_t outcomes; // of the last ended jobs that filled: a bit each, newest lowest, 1: done
    uint32_t outcome_count; // of those, at most HEALTH_OUTCOMES_MAX
    int64_t due_ns;
    // What was unhedged since the last look: every leg that fills before the other leaves a moment
    // of it, and a score that caught such moments would tell chance.
    struct usd unhedged;               // since unhedged_at_ns
    int64_t unhedged_at_ns;            // 0 = nothing was noted yet
    int64_t unhedged_usd_ms, since_ns; // 1e-6 USD * ms up to then, and from when on
};

extern const struct component health_component;

// Share of the last ended jobs that filled and ended well, in ppm; -1: none ended yet.
int64_t health_success_ppm(const struct desk *desk);
// Mean latency from the venue's stamp to the quote stored, of the slowest venue that trades.
int64_t health_quote_latency_ms(const struct desk *desk);
// The figure of a metric now; false when there is nothing to judge.
bool health_metric(const struct desk *desk, enum health_metric metric, int64_t *figure);
enum rule_unit health_metric_unit(enum health_metric metric);

#endif
