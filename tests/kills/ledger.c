#include "ledger.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "cli/session_names.h"
#include "exchanges/venue_oe.h"
#include "exchanges/venues.h"
#include "io/journal.h"

void ledger_init(struct ledger *ledger, const char *const venues[LEDGER_VENUES],
                 const char *const *symbols) {
    *ledger = (struct ledger){.symbols = symbols};
    (void)pthread_mutex_init(&ledger->lock, NULL);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        ledger->venues[i].name = venues[i];
        ledger->venues[i].orders = calloc(LEDGER_ORDERS_MAX, sizeof(struct ledger_order));
        ASSERT(ledger->venues[i].orders != NULL);
    }
}

void ledger_finish(struct ledger *ledger) {
    for (int i = 0; i < LEDGER_VENUES; i++) {
        free(ledger->venues[i].orders);
    }
    (void)pthread_mutex_destroy(&ledger->lock);
}

struct ledger_order *ledger_find(struct ledger_venue *venue, const char *client_id, bool make) {
    uint64_t at = hash_bytes(client_id, strlen(client_id), 0);
    for (uint32_t i = 0; i < LEDGER_ORDERS_MAX; i++) {
        struct ledger_order *row = &venue->orders[(at + i) % LEDGER_ORDERS_MAX];
        if (row->client_id[0] == '\0' && make) {
            (void)string_copy(row->client_id, sizeof(row->client_id), slice_of(client_id));
            return row;
        }
        if (row->client_id[0] == '\0') {
            return NULL;
        }
        if (strcmp(row->client_id, client_id) == 0) {
            return row;
        }
    }
    return NULL;
}

// ---- the venues' side --------------------------------------------------------------------------

static void take_order(struct ledger_venue *venue, const struct vacc_order *order) {
    struct ledger_order *row = ledger_find(venue, order->client_id, true);
    ASSERT(row != NULL);
    if (row->number != 0 && row->number != order->number) {
        printf("# %s: %s was placed twice\n", venue->name, order->client_id);
        venue->duplicates++;
    }
    venue->order_count += row->number == 0;
    row->number = order->number;
    row->filled = order->filled;
}

static void take_venue(struct ledger *ledger, struct ledger_venue *venue,
                       const struct vsim_world *world) {
    const struct vacc *account = world->account;
    if (account == NULL) {
        return; // the market's first step comes before the accounts
    }
    ASSERT(account->event_count - venue->events < VACC_EVENTS_MAX);
    while (venue->events < account->event_count) {
        const struct vacc_event *event = vacc_event(account, ++venue->events);
        ASSERT(event != NULL);
        if (event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL) {
            take_order(venue, &event->order);
        }
    }
    venue->fill_count = account->fill_count;
    for (int s = 0; s < 2; s++) {
        for (uint32_t i = 0; i < world->listing_count; i++) {
            if (strcmp(world->listings[i].symbol->name, ledger->symbols[s]) == 0) {
                venue->net[s] = account->positions[i].net;
            }
        }
    }
    venue->live_count = 0;
    for (uint32_t i = 0; i < account->live_count && i < LEDGER_LIVE_MAX; i++) {
        const struct vacc_order *order = &account->orders[account->live[i]];
        memcpy(venue->live[venue->live_count++], order->client_id, sizeof(order->client_id));
    }
}

void ledger_step(void *arg, const struct sim_market *market) {
    struct ledger *ledger = arg;
    (void)pthread_mutex_lock(&ledger->lock);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        int index = sim_market_venue(market, slice_of(ledger->venues[i].name));
        ASSERT(index >= 0);
        take_venue(ledger, &ledger->venues[i], &market->worlds[index]);
    }
    (void)pthread_mutex_unlock(&ledger->lock);
}

// ---- the journals' side ------------------------------------------------------------------------

struct reading {
    struct ledger *ledger;
    struct seen_set trades;
    uint64_t *keys; // session keys by order number
    uint64_t fills[LEDGER_VENUES];
    uint32_t wrong;
};

enum { NUMBERS_MAX = 1 << 20 };

// Order numbers are unique over all sessions: jobs are numbered on.
static uint64_t *key_of(struct reading *reading, uint64_t order) {
    uint64_t at = hash_mix(order);
    for (uint32_t i = 0; i < NUMBERS_MAX; i++) {
        uint64_t *row = &reading->keys[2 * ((at + i) % NUMBERS_MAX)];
        if (row[0] == 0 || row[0] == order) {
            row[0] = order;
            return &row[1];
        }
    }
    abort();
}

static struct ledger_venue *venue_of(struct reading *reading, const struct universe *names,
                                     uint16_t venue) {
    for (int i = 0; i < LEDGER_VENUES; i++) {
        if (strcmp(names->venues[venue].name, reading->ledger->venues[i].name) == 0) {
            return &reading->ledger->venues[i];
        }
    }
    return NULL;
}

static struct ledger_order *row_of(struct ledger_venue *venue, uint64_t key, uint64_t order) {
    char client_id[OE_CLIENT_ID_MAX];
    venue_find(slice_of(venue->name))->oe->client_id(key, order, client_id);
    return ledger_find(venue, client_id, true);
}

static void on_intent(struct reading *reading, const struct universe *names,
                      const struct event_order *order) {
    struct ledger_venue *venue = venue_of(reading, names, order->venue);
    uint64_t *key = key_of(reading, order->order);
    if (venue == NULL) {
        return;
    }
    if (*key != 0) {
        printf("# order %" PRIu64 " was decided twice\n", order->order);
        reading->wrong++;
    }
    *key = order->session_key;
    row_of(venue, *key, order->order)->intents++;
}

static void on_fill(struct reading *reading, const struct universe *names,
                    const struct event_fill *fill) {
    struct ledger_venue *venue = venue_of(reading, names, fill->venue);
    uint64_t key = *key_of(reading, fill->order);
    if (venue == NULL || key == 0) {
        printf("# a fill of order %" PRIu64 " that nobody decided\n", fill->order);
        reading->wrong++;
        return;
    }
    if (!seen_set_add(&reading->trades, hash_mix(fill->trade) ^ fill->venue)) {
        printf("# trade %" PRIu64 " was booked twice\n", fill->trade);
        reading->wrong++;
    }
    struct ledger_order *row = row_of(venue, key, fill->order);
    row->booked = qty_add(row->booked, fill->size);
    reading->fills[venue - reading->ledger->venues]++;
}

static void read_events(struct reading *reading, struct journal_session *session) {
    struct universe names;
    struct event event;
    if (session_names(session, &names) != STATUS_OK) {
        printf("# %s: not understood\n", session->stamp);
        reading->wrong++;
        return;
    }
    while (journal_session_next(session, &event) == JOURNAL_RECORD) {
        if (event.header.kind == EVENT_ORDER_COMMAND &&
            event.u.order.action == ORDER_ACTION_PLACE) {
            on_intent(reading, &names, &event.u.order);
        } else if (event.header.kind == EVENT_ORDER_FILLED) {
            on_fill(reading, &names, &event.u.fill);
        }
    }
    universe_finish(&names);
}

// A session's first file; the others are found from it. Names sort by time.
static int is_first(const struct dirent *entry) {
    return strncmp(entry->d_name, "journal-", 8) == 0 &&
           strlen(entry->d_name) == strlen("journal-20240808T235736.123Z.pdj");
}

static void read_sessions(struct reading *reading, const char *folder, uint64_t *sessions,
                          uint64_t *torn) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_first, alphasort);
    for (int i = 0; i < count; i++) {
        char path[512];
        struct journal_session session;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (journal_session_open(&session, path) != STATUS_OK) {
            *torn += session.map_size == 0; // it died before the head was written
            reading->wrong += session.map_size != 0;
            continue;
        }
        read_events(reading, &session);
        if (session.end == JOURNAL_DAMAGED) {
            printf("# %s is damaged\n", path);
            reading->wrong++;
        }
        *torn += session.end == JOURNAL_TORN;
        *sessions += 1;
        journal_session_close(&session);
    }
    free(entries);
}

static uint32_t compare_venue(const struct ledger_venue *venue, uint64_t fills) {
    uint32_t wrong = (uint32_t)venue->duplicates;
    for (uint32_t i = 0; i < LEDGER_ORDERS_MAX; i++) {
        const struct ledger_order *row = &venue->orders[i];
        bool bad =
            row->client_id[0] != '\0' && (row->intents != 1 || row->filled.v != row->booked.v);
        if (bad) {
            printf("# %s %s: number %" PRIu64 ", %u times in the journals, filled %" PRId64
                   " there, %" PRId64 " here\n",
                   venue->name, row->client_id, row->number, row->intents, row->filled.v,
                   row->booked.v);
        }
        wrong += bad;
    }
    if (fills != venue->fill_count) {
        printf("# %s: %" PRIu64 " fills there, %" PRIu64 " here\n", venue->name, venue->fill_count,
               fills);
        wrong++;
    }
    return wrong;
}

uint32_t ledger_compare(struct ledger *ledger, const char *folder, uint64_t *sessions,
                        uint64_t *torn) {
    struct reading reading = {.ledger = ledger};
    reading.keys = calloc(NUMBERS_MAX, 2 * sizeof(*reading.keys));
    enum status status = seen_set_create(&reading.trades, NUMBERS_MAX);
    ASSERT(status == STATUS_OK && reading.keys != NULL);
    *sessions = *torn = 0;
    read_sessions(&reading, folder, sessions, torn);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        reading.wrong += compare_venue(&ledger->venues[i], reading.fills[i]);
    }
    free(reading.keys);
    seen_set_finish(&reading.trades);
    return reading.wrong;
}
