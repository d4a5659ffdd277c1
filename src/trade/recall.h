// What an earlier session left behind, read from its journal: the jobs that ran, the orders whose
// end is not on file, those that ended lately and may have traded all the same, the fills of both
// that are booked, the positions, the day, the brakes. Pure: fed one event at a time.
//
// A session's journal begins with what was left to it (EVENT_PAST_…), so one session is enough to
// read: the newest that has an EVENT_PAST_END. A desk that dies before that has not traded.
#ifndef PERPDESK_TRADE_RECALL_H
#define PERPDESK_TRADE_RECALL_H

#include "trade/job.h"
#include "trade/order.h"

enum {
    RECALL_TRADES = 8192, // newest fills that are remembered with their order
    RECALL_ENDED = 64,    // newest orders that ended before they were full
    RECALL_ENDED_MIN =
        10, // of them, how old one may be: a venue tells a fill late, but not for ever
};

struct recall {
    uint64_t events;
    bool farewell; // the desk was stopped in order
    bool told;     // an EVENT_PAST_END was read: nothing before it is missing
    bool lossy;    // more was live than a desk can hold
    struct event_past_end
        end; // doubt and lost: what this session was told itself and nobody signed
    struct event_past_order orders[ORDERS_MAX];
    struct event_past_job jobs[JOBS_MAX];
    uint32_t order_count, job_count;
    struct event_past_order ended[RECALL_ENDED]; // ring; order.state says how
    uint64_t ended_count;
    struct event_past_trade trades[RECALL_TRADES]; // ring
    uint64_t trade_count;
    struct event_past_position positions[VENUE_MAX * SYMBOL_MAX]; // zeros: never traded
    struct event_past_peak peaks[VENUE_MAX]; // zeros: nothing was told of the venue
};

void recall_init(struct recall *recall);
void recall_event(struct recall *recall, const struct event *event);
// Positions at average cost, USD.
struct usd recall_gross(const struct recall *recall);
struct event_past_position *recall_position(struct recall *recall, uint16_t venue, uint16_t symbol);
static inline bool recall_position_used(const struct event_past_position *position) {
    return position->net.v != 0 || position->realised.v != 0 || position->fees.v != 0 ||
           position->funding.v != 0;
}
// Orders that ended lately and are not full, oldest first; `at` counts on from 0. False at the end.
bool recall_next_ended(const struct recall *recall, uint64_t *at, struct event_past_order *out);
// Fills of orders that are still live or ended lately, likewise.
bool recall_next_trade(const struct recall *recall, uint64_t *at, struct event_past_trade *out);

#endif
