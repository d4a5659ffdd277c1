#include "ledger.h"

#include <stdlib.h>

#include "base/table.h"
#include "moment.h"

enum { FIRST_SIZE = 4096, KEY_CLIENT = 1, KEY_ORDER, KEY_TRADE };

static uint64_t key_of_client(uint16_t venue, const char *client_id) {
    return hash_bytes(client_id, strlen(client_id), (uint64_t)KEY_CLIENT << 32 | venue) | 1;
}

static uint64_t key_of_order(uint32_t life, uint64_t order) {
    uint64_t words[] = {KEY_ORDER, life, order};
    return hash_bytes(words, sizeof(words), 0) | 1;
}

static uint64_t key_of_trade(uint32_t life, uint16_t venue, uint64_t trade) {
    uint64_t words[] = {KEY_TRADE, (uint64_t)life << 32 | venue, trade};
    return hash_bytes(words, sizeof(words), 0) | 1;
}

static uint32_t place_of(const struct ledger *ledger, uint64_t key) {
    uint32_t at = (uint32_t)key & (ledger->size - 1);
    while (ledger->keys[at] != 0 && ledger->keys[at] != key) {
        at = (at + 1) & (ledger->size - 1);
    }
    return at;
}

static void put(struct ledger *ledger, uint64_t key, uint32_t row) {
    if (2 * ledger->used >= ledger->size) {
        struct ledger old = *ledger;
        ledger->size *= 2;
        ledger->keys = calloc(ledger->size, sizeof(*ledger->keys));
        ledger->rows = calloc(ledger->size, sizeof(*ledger->rows));
        ASSERT(ledger->keys != NULL && ledger->rows != NULL);
        for (uint32_t i = 0; i < old.size; i++) {
            if (old.keys[i] != 0) {
                uint32_t at = place_of(ledger, old.keys[i]);
                ledger->keys[at] = old.keys[i];
                ledger->rows[at] = old.rows[i];
            }
        }
        free(old.keys);
        free(old.rows);
    }
    uint32_t at = place_of(ledger, key);
    ledger->used += ledger->keys[at] == 0;
    ledger->keys[at] = key;
    ledger->rows[at] = row;
}

static uint32_t get(const struct ledger *ledger, uint64_t key) { // 0: unknown
    uint32_t at = place_of(ledger, key);
    return ledger->keys[at] == key ? ledger->rows[at] : 0;
}

void ledger_begin(struct ledger *ledger, uint32_t venues, uint32_t symbols) {
    *ledger = (struct ledger){.venues = venues,
                              .symbols = symbols,
                              .count = 1,
                              .committed = 1,
                              .capacity = FIRST_SIZE,
                              .size = 2 * FIRST_SIZE};
    ledger->intents = calloc(ledger->capacity, sizeof(*ledger->intents));
    ledger->keys = calloc(ledger->size, sizeof(*ledger->keys));
    ledger->rows = calloc(ledger->size, sizeof(*ledger->rows));
    ASSERT(ledger->intents != NULL && ledger->keys != NULL && ledger->rows != NULL);
}

void ledger_finish(struct ledger *ledger) {
    free(ledger->intents);
    free(ledger->keys);
    free(ledger->rows);
    free(ledger->jobs);
    *ledger = (struct ledger){0};
}

struct ledger_job *ledger_job_of(struct ledger *ledger, uint32_t job) {
    if (job >= ledger->job_count) {
        uint32_t count = job + 256;
        ledger->jobs = realloc(ledger->jobs, count * sizeof(*ledger->jobs));
        ASSERT(ledger->jobs != NULL);
        memset(ledger->jobs + ledger->job_count, 0,
               (count - ledger->job_count) * sizeof(*ledger->jobs));
        ledger->job_count = count;
    }
    return &ledger->jobs[job];
}

// What the orders of a leg sum up to changes by this one.
static void weigh(struct ledger *ledger, const struct intent *intent, int sign) {
    struct ledger_job *job = ledger_job_of(ledger, intent->job);
    if (intent->leg < JOB_LEGS_MAX) {
        bool may = !intent->told_end && intent->told.v < intent->size.v;
        job->told[intent->leg][intent->opens].v += sign * intent->told.v;
        job->most[intent->leg][intent->opens].v += sign * (may ? intent->size.v : intent->told.v);
    }
}

static int64_t signed_of(const struct intent *intent, int64_t size) {
    return intent->side == SIDE_BUY ? size : -size;
}

struct intent *ledger_command(struct ledger *ledger, const struct event *event,
                              const char *client_id) {
    const struct event_order *order = &event->u.order;
    if (ledger->count == ledger->capacity) {
        ledger->capacity *= 2;
        ledger->intents = realloc(ledger->intents, ledger->capacity * sizeof(*ledger->intents));
        ASSERT(ledger->intents != NULL);
    }
    uint32_t row = ledger->count++;
    struct ledger_job *job = ledger_job_of(ledger, order->job);
    struct intent *intent = &ledger->intents[row];
    *intent = (struct intent){.life = ledger->life,
                              .job = order->job,
                              .order = order->order,
                              .venue = order->venue,
                              .symbol = order->symbol,
                              .leg = order->leg,
                              .phase = order->phase,
                              .side = (enum side)order->side,
                              .opens = (order->side == SIDE_BUY) == (order->leg == LEG_BUY),
                              .price = order->price,
                              .size = order->size,
                              .decided_ns = event->header.time_ns,
                              .next = job->first};
    job->first = row;
    weigh(ledger, intent, 1);
    put(ledger, key_of_order(ledger->life, order->order), row);
    put(ledger, key_of_client(order->venue, client_id), row);
    return intent;
}

void ledger_commit(struct ledger *ledger, bool taken) {
    for (; ledger->committed < ledger->count; ledger->committed++) {
        ledger->intents[ledger->committed].committed = taken;
    }
}

struct intent *ledger_of_order(struct ledger *ledger, uint64_t order) {
    uint32_t row = get(ledger, key_of_order(ledger->life, order));
    return row != 0 ? &ledger->intents[row] : NULL;
}

struct intent *ledger_of_client(struct ledger *ledger, uint16_t venue, const char *client_id) {
    uint32_t row = client_id[0] != '\0' ? get(ledger, key_of_client(venue, client_id)) : 0;
    return row != 0 ? &ledger->intents[row] : NULL;
}

// ---- lives -------------------------------------------------------------------------------------

// What the journal knows of a job, beyond what orders that are told besides have done.
static void take_job(struct ledger *ledger, const struct event_past_job *past) {
    struct ledger_job *job = ledger_job_of(ledger, past->job);
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        int64_t sign = leg == LEG_BUY ? 1 : -1;
        job->adopted[leg] = qty_sub(past->legs[leg].opened, job->told[leg][true]);
        job->vanished[leg] = qty_sub(past->legs[leg].closed, job->told[leg][false]);
        job->filled.v += sign * (past->legs[leg].opened.v - past->legs[leg].closed.v);
    }
}

static void take_order(struct ledger *ledger, const struct event_order *order, bool ended,
                       const char *client_id) {
    struct intent *intent = ledger_of_client(ledger, order->venue, client_id);
    if (intent == NULL) {
        ledger->lost++;
        return;
    }
    struct ledger_job *job = ledger_job_of(ledger, intent->job);
    uint32_t row = (uint32_t)(intent - ledger->intents);
    intent->life = ledger->life;
    intent->told = order->filled;
    intent->told_end = ended;
    intent->next = job->first;
    job->first = row;
    put(ledger, key_of_order(ledger->life, order->order), row);
    weigh(ledger, intent, 1);
    int64_t untold = signed_of(intent, intent->filled.v - order->filled.v);
    job->filled.v += untold;
    ledger->own[intent->venue][intent->symbol].v += untold;
    ledger->foreign[intent->venue][intent->symbol].v -= untold;
}

static void take_rows(struct ledger *ledger, const struct recall *recall,
                      void (*client_id)(const struct event_order *order,
                                        char out[OE_CLIENT_ID_MAX])) {
    char id[OE_CLIENT_ID_MAX];
    struct event_past_order ended;
    struct event_past_trade trade;
    uint64_t at = 0;
    for (uint32_t i = 0; i < recall->order_count; i++) {
        client_id(&recall->orders[i].order, id);
        take_order(ledger, &recall->orders[i].order, false, id);
    }
    while (recall_next_ended(recall, &at, &ended)) {
        client_id(&ended.order, id);
        take_order(ledger, &ended.order, true, id);
    }
    at = 0;
    for (uint32_t i = 0; i < recall->job_count; i++) {
        take_job(ledger, &recall->jobs[i]);
    }
    while (recall_next_trade(recall, &at, &trade)) {
        put(ledger, key_of_trade(ledger->life, trade.venue, trade.trade), 1);
    }
    for (size_t i = 0; i < COUNT_OF(recall->positions); i++) {
        const struct event_past_position *row = &recall->positions[i];
        if (row->net.v != 0) {
            ledger->accepted[row->venue][row->symbol] = row->net;
        }
    }
}

void ledger_life(struct ledger *ledger, const struct recall *recall,
                 void (*client_id)(const struct event_order *order, char out[OE_CLIENT_ID_MAX])) {
    ledger->life++;
    ledger_commit(ledger, false);
    for (uint32_t i = 0; i < ledger->venues; i++) {
        for (uint32_t j = 0; j < ledger->symbols; j++) {
            ledger->foreign[i][j] = qty_add(ledger->foreign[i][j], ledger->own[i][j]);
            ledger->own[i][j] = ledger->vanished[i][j] = (struct qty){0};
            ledger->told[i][j] = ledger->accepted[i][j] = (struct qty){0};
        }
    }
    struct ledger_job *jobs = ledger->jobs;
    uint32_t job_count = ledger->job_count;
    ledger->jobs = NULL;
    ledger->job_count = 0;
    if (recall != NULL) {
        take_rows(ledger, recall, client_id);
        for (uint32_t i = 0; i < recall->job_count; i++) { // what a person ordered stays ordered
            uint32_t id = recall->jobs[i].job;
            ledger_job_of(ledger, id)->told_to_close = id < job_count && jobs[id].told_to_close;
        }
    }
    for (uint32_t i = 0; i < ledger->venues; i++) {
        for (uint32_t j = 0; j < ledger->symbols; j++) { // it was there before
            ledger->moved[i][j] = qty_abs(qty_sub(ledger->foreign[i][j], ledger->accepted[i][j]));
        }
    }
    free(jobs);
}

void ledger_report(struct ledger *ledger, const struct event_report *report) {
    struct intent *intent = ledger_of_order(ledger, report->order);
    if (intent == NULL) {
        return;
    }
    uint64_t key = key_of_trade(ledger->life, report->venue, report->trade);
    weigh(ledger, intent, -1);
    if (report->kind == REPORT_FILL && get(ledger, key) == 0) {
        put(ledger, key, 1);
        intent->told = qty_add(intent->told, report->size);
        ledger->told[intent->venue][intent->symbol].v +=
            intent->side == SIDE_BUY ? report->size.v : -report->size.v;
    } else if (report->kind == REPORT_CANCELED || report->kind == REPORT_EXPIRED ||
               report->kind == REPORT_REJECTED) {
        intent->told_end = true;
    }
    weigh(ledger, intent, 1);
}

// A fill that the desk booked to another job than its order's was adopted by that one.
void ledger_filled(struct ledger *ledger, const struct event_fill *fill) {
    int64_t size = fill->side == SIDE_BUY ? fill->size.v : -fill->size.v;
    struct ledger_job *to = ledger_job_of(ledger, fill->job);
    if (fill->order == 0) { // no order of ours: a leg that is gone
        ledger->vanished[fill->venue][fill->symbol].v += size;
        to->filled.v += size;
        to->vanished[fill->leg].v += fill->size.v;
        return;
    }
    struct intent *intent = ledger_of_order(ledger, fill->order);
    if (intent == NULL || intent->job == fill->job) {
        return;
    }
    ledger_job_of(ledger, intent->job)->filled.v -= size;
    to->filled.v += size;
    to->adopted[fill->leg].v += fill->size.v;
}

void ledger_venue_fill(struct ledger *ledger, uint16_t venue, const struct vacc_fill *fill) {
    if (fill->number <= ledger->newest_fill[venue]) {
        return;
    }
    ledger->newest_fill[venue] = fill->number;
    struct intent *intent = ledger_of_client(ledger, venue, fill->client_id);
    struct qty size = {fill->side == SIDE_BUY ? fill->size.v : -fill->size.v};
    ledger->filled_ns[venue][fill->listing] = moment_now_ns();
    if (intent == NULL || intent->life != ledger->life) {
        struct qty *foreign = &ledger->foreign[venue][fill->listing];
        *foreign = qty_add(*foreign, size);
        ledger->moved[venue][fill->listing].v += fill->size.v;
    } else {
        struct qty *own = &ledger->own[venue][fill->listing];
        *own = qty_add(*own, size);
        struct ledger_job *job = ledger_job_of(ledger, intent->job);
        job->filled = qty_add(job->filled, size);
    }
    if (intent != NULL) {
        intent->filled = qty_add(intent->filled, fill->size);
        ledger->fills++;
    }
}

static struct qty besides(const struct ledger_job *job, int leg, bool opens) {
    return opens ? job->adopted[leg] : job->vanished[leg];
}

struct qty ledger_most(struct ledger *ledger, uint32_t job, int leg, bool opens) {
    const struct ledger_job *of = ledger_job_of(ledger, job);
    return qty_add(besides(of, leg, opens), of->most[leg][opens]);
}

struct qty ledger_told(struct ledger *ledger, uint32_t job, int leg, bool opens) {
    const struct ledger_job *of = ledger_job_of(ledger, job);
    return qty_add(besides(of, leg, opens), of->told[leg][opens]);
}

struct qty ledger_late(struct ledger *ledger, uint32_t job) {
    struct qty late = {0};
    for (uint32_t row = ledger_job_of(ledger, job)->first; row != 0;
         row = ledger->intents[row].next) {
        const struct intent *intent = &ledger->intents[row];
        if (intent->told_end && intent->filled.v > intent->told.v) {
            late = qty_add(late, qty_sub(intent->filled, intent->told));
        }
    }
    return late;
}
