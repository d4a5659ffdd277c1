// What an earlier session left behind, read from its journalled decisions: how many jobs ran, how
// many orders were open and which positions stood when it ended. Pure: fed one event at a time.
#ifndef PERPDESK_TRADE_RECALL_H
#define PERPDESK_TRADE_RECALL_H

#include "engine/event.h"

enum { RECALL_ROWS = 4096 }; // newest jobs and orders told apart; older ones have long ended

struct recall {
    uint64_t events;
    int64_t last_ns;
    bool farewell; // the desk was stopped in order
    struct {
        uint64_t id;
        bool live;
    } jobs[RECALL_ROWS], orders[RECALL_ROWS];
    struct {
        bool known;
        struct usd gross;
    } positions[VENUE_MAX][SYMBOL_MAX];
};

void recall_init(struct recall *recall);
void recall_event(struct recall *recall, const struct event *event);
uint32_t recall_jobs_running(const struct recall *recall);
uint32_t recall_orders_open(const struct recall *recall);
struct usd recall_gross(const struct recall *recall);

#endif
