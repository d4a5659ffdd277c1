// What the venues have seen of a desk over all its lives, and what its journals say of the same.
//
// The venues' side is taken down on the simulator's thread after each of its steps, because an
// account remembers only its newest orders and fills.
#ifndef PERPDESK_TEST_KILLS_LEDGER_H
#define PERPDESK_TEST_KILLS_LEDGER_H

#include <pthread.h>

#include "exchanges/venue_account.h"
#include "market/instrument.h"
#include "sim/sim_market.h"

enum { LEDGER_VENUES = 2, LEDGER_LIVE_MAX = 64, LEDGER_ORDERS_MAX = 1 << 17 };

struct ledger_order {
    char client_id[VACC_ID_MAX]; // "" = free row
    uint64_t number;             // the venue's
    struct qty filled;           // there
    struct qty booked;           // here, by the journals
    uint32_t intents;            // order commands in the journals
};

struct ledger_venue {
    const char *name;
    uint64_t events;             // taken down
    struct ledger_order *orders; // hash table of LEDGER_ORDERS_MAX
    uint64_t order_count, fill_count, duplicates;
    struct qty net[2]; // by listing of `symbols`
    char live[LEDGER_LIVE_MAX][VACC_ID_MAX];
    uint32_t live_count;
};

struct ledger {
    pthread_mutex_t lock;       // of everything below
    const char *const *symbols; // two names
    struct ledger_venue venues[LEDGER_VENUES];
};

void ledger_init(struct ledger *ledger, const char *const venues[LEDGER_VENUES],
                 const char *const *symbols);
void ledger_finish(struct ledger *ledger);
void ledger_step(void *arg, const struct sim_market *market); // struct sim_options: on_step

// The row of a client id; `make`: a new one when there is none.
struct ledger_order *ledger_find(struct ledger_venue *venue, const char *client_id, bool make);
// Reads every journal in the folder and compares. Prints what is wrong; returns how much.
uint32_t ledger_compare(struct ledger *ledger, const char *folder, uint64_t *sessions,
                        uint64_t *torn);

#endif
