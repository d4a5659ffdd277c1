#include "left.h"

#include "base/table.h"
#include "moment.h"

// ---- counting ----------------------------------------------------------------------------------

static void add_position(struct left *left, uint16_t venue, uint16_t symbol, struct qty net) {
    uint64_t words[] = {venue, symbol, (uint64_t)net.v};
    left->positions += net.v != 0 ? hash_bytes(words, sizeof(words), 0) : 0;
}

static void add_leg(struct left *left, uint32_t job, int leg, struct qty opened,
                    struct qty closed) {
    uint64_t words[] = {job, (uint64_t)leg, (uint64_t)opened.v, (uint64_t)closed.v};
    left->jobs += hash_bytes(words, sizeof(words), 0);
}

static void add_order(struct left *left, uint64_t order, uint16_t venue, struct qty filled) {
    uint64_t words[] = {order, venue, (uint64_t)filled.v};
    left->orders += hash_bytes(words, sizeof(words), 0);
    left->order_count++;
}

static void add_brakes(struct left *left, uint32_t strategies_off, const uint32_t *losing,
                       int64_t day, uint32_t day_jobs) {
    uint64_t words[] = {strategies_off, (uint64_t)day, day_jobs};
    left->brakes =
        hash_bytes(losing, STRATEGY_COUNT * sizeof(*losing), hash_bytes(words, sizeof(words), 0));
}

struct left left_of_desk(const struct desk *desk) {
    struct left left = {0};
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            add_position(&left, venue, symbol, position_of(desk, venue, symbol)->net);
        }
    }
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        left.job_count += job_running(job);
        for (int leg = 0; job_running(job) && leg < JOB_LEGS_MAX; leg++) {
            add_leg(&left, job->id, leg, job->legs[leg].opened, job->legs[leg].closed);
        }
    }
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        add_order(&left, order->id, order->venue, order->filled);
    }
    add_brakes(&left, desk->risk.strategies_off, desk->risk.losing, desk->scheduler.day,
               desk->scheduler.day_jobs);
    return left;
}

struct left left_of_recall(const struct recall *recall) {
    struct left left = {.job_count = recall->job_count};
    for (size_t i = 0; i < COUNT_OF(recall->positions); i++) {
        const struct event_past_position *row = &recall->positions[i];
        add_position(&left, row->venue, row->symbol, row->net);
    }
    for (uint32_t i = 0; i < recall->job_count; i++) {
        const struct event_past_job *job = &recall->jobs[i];
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            add_leg(&left, job->job, leg, job->legs[leg].opened, job->legs[leg].closed);
        }
    }
    for (uint32_t i = 0; i < recall->order_count; i++) {
        const struct event_order *order = &recall->orders[i].order;
        add_order(&left, order->order, order->venue, order->filled);
    }
    const struct event_brakes *brakes = &recall->end.brakes;
    add_brakes(&left, brakes->strategies_off, brakes->losing, brakes->day, brakes->day_jobs);
    return left;
}

// ---- telling -----------------------------------------------------------------------------------

static void tell(struct engine *engine, enum event_kind kind, const void *payload) {
    engine_input(engine, kind, payload, moment_now_ns());
}

static void tell_rows(struct engine *engine, const struct recall *recall) {
    struct event_past_order ended;
    struct event_past_trade trade;
    uint64_t at = 0;
    for (size_t i = 0; i < COUNT_OF(recall->positions); i++) {
        if (recall_position_used(&recall->positions[i])) {
            tell(engine, EVENT_PAST_POSITION, &recall->positions[i]);
        }
    }
    for (uint32_t i = 0; i < recall->job_count; i++) {
        tell(engine, EVENT_PAST_JOB, &recall->jobs[i]);
    }
    for (uint32_t i = 0; i < recall->order_count; i++) {
        tell(engine, EVENT_PAST_ORDER, &recall->orders[i]);
    }
    while (recall_next_ended(recall, &at, &ended)) {
        tell(engine, EVENT_PAST_ORDER, &ended);
    }
    at = 0;
    while (recall_next_trade(recall, &at, &trade)) {
        tell(engine, EVENT_PAST_TRADE, &trade);
    }
    for (size_t i = 0; i < COUNT_OF(recall->peaks); i++) {
        if (recall->peaks[i].day != 0) {
            tell(engine, EVENT_PAST_PEAK, &recall->peaks[i]);
        }
    }
}

void left_tell(struct engine *engine, const struct recall *recall, enum past_doubt doubt) {
    struct event_past_end end = {0};
    if (recall != NULL) {
        end = recall->end;
        tell_rows(engine, recall);
    }
    end.known = recall != NULL;
    end.doubt = doubt != DOUBT_NONE ? (uint8_t)doubt : end.doubt;
    tell(engine, EVENT_PAST_END, &end);
}
