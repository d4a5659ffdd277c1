#include "trade/recall.h"

#include "engine/control.h"

void recall_init(struct recall *recall) {
    *recall = (struct recall){0};
}

static void note_job(struct recall *recall, const struct event_job *job) {
    bool live = job->state <= JOB_UNWINDING && job->state != JOB_PENDING;
    recall->jobs[job->job % RECALL_ROWS].id = job->job;
    recall->jobs[job->job % RECALL_ROWS].live = live;
}

static void note_order(struct recall *recall, uint64_t order, bool live) {
    uint64_t row = (order >> 16 ^ order << 6) % RECALL_ROWS;
    recall->orders[row].id = order;
    recall->orders[row].live = live;
}

void recall_event(struct recall *recall, const struct event *event) {
    recall->events++;
    recall->last_ns = event->header.time_ns;
    switch (event->header.kind) {
    case EVENT_JOB_STATE:
        note_job(recall, &event->u.job);
        break;
    case EVENT_ORDER_PLACED:
        note_order(recall, event->u.order.order, true);
        break;
    case EVENT_ORDER_CANCELED:
    case EVENT_ORDER_FAILED:
        note_order(recall, event->u.order.order, false);
        break;
    case EVENT_ORDER_FILLED:
        if (event->u.fill.last != 0) {
            note_order(recall, event->u.fill.order, false);
        }
        break;
    case EVENT_POSITION_UPDATED: {
        const struct event_position *position = &event->u.position;
        if (position->venue < VENUE_MAX && position->symbol < SYMBOL_MAX) {
            recall->positions[position->venue][position->symbol].known = true;
            recall->positions[position->venue][position->symbol].gross = position->gross_usd;
        }
        break;
    }
    case EVENT_CONTROL:
        recall->farewell =
            event->u.control.verb == CONTROL_KILL && event->u.control.origin == ORIGIN_SIGNAL;
        break;
    default:
        break;
    }
}

uint32_t recall_jobs_running(const struct recall *recall) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < RECALL_ROWS; i++) {
        count += recall->jobs[i].live;
    }
    return count;
}

uint32_t recall_orders_open(const struct recall *recall) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < RECALL_ROWS; i++) {
        count += recall->orders[i].live;
    }
    return count;
}

struct usd recall_gross(const struct recall *recall) {
    struct usd sum = {0};
    for (uint32_t venue = 0; venue < VENUE_MAX; venue++) {
        for (uint32_t symbol = 0; symbol < SYMBOL_MAX; symbol++) {
            sum = usd_add(sum, recall->positions[venue][symbol].gross);
        }
    }
    return sum;
}
