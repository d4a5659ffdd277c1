// How long an order takes on its way out, by venue, in machine time: from the pass that decided it
// to the socket; and how much of the venue's limits is used. Each histogram has one writer (the
// engine inside its lock, the venue's lane) and is read anywhere. Nothing decides by them, and a
// replay has none.
#ifndef PERPDESK_ENGINE_STAGES_H
#define PERPDESK_ENGINE_STAGES_H

#include "base/counter.h"
#include "engine/state.h"

// How full a budget is. One writer, its owner; of a pair in the making a reader may see half.
struct stages_budget {
    _Atomic uint32_t used, limit;
};

struct stages {
    struct histogram decide_ns;        // engine: the pass began, to the command
    struct histogram encode_ns;        // lane: encoded and signed
    struct histogram write_ns;         // lane: handed to the socket, or to the HTTP client
    struct stages_budget orders, data; // lane, feed
};

void stages_tell_budget(struct stages_budget *budget, struct state_budget now);
struct state_quantiles stages_quantiles(const struct histogram *histogram);
// Brings a venue's rows up to date; quantiles walk every bucket, so only where there is news.
void stages_publish(const struct stages *stages, struct state_latency *row);

#endif
