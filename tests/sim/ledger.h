// What is true about the desk's orders, kept from two sides that the desk does not write: the
// commands and the evidence as its journal got them, and what the simulated venues did.
//
// An intent is one order command on file. Its fills and its end stand here twice: as the venue
// knows them (true), and as they were told to the desk (evidence). Quantities are signed: positive
// is bought.
#ifndef PERPDESK_TESTS_SIM_LEDGER_H
#define PERPDESK_TESTS_SIM_LEDGER_H

#include "exchanges/venue_account.h"
#include "exchanges/venue_oe.h"
#include "trade/job.h"
#include "trade/order.h"
#include "trade/recall.h"

struct intent {
    uint32_t life; // of the desk
    uint32_t job;
    uint64_t order;
    uint16_t venue, symbol;
    uint8_t leg, phase;
    enum side side;
    bool opens;     // it adds to its leg
    bool committed; // the journal took it
    struct px price;
    struct qty size;
    int64_t decided_ns;
    // Evidence.
    struct qty told;
    bool told_end;
    // The venue's.
    uint64_t number; // 0: never arrived
    struct qty filled;
    bool live;
    uint32_t next; // of the same job, 0 = none
};

struct ledger_job {                    // of this life
    uint32_t first;                    // intent, 0 = none
    struct qty filled;                 // by the venues: bought less sold
    struct qty adopted[JOB_LEGS_MAX];  // fills that came after the job of their order had ended
    struct qty vanished[JOB_LEGS_MAX]; // closed without an order of ours
    struct qty told[JOB_LEGS_MAX][2];  // by orders of its own, closed and opened
    struct qty most[JOB_LEGS_MAX][2];  // with the rest of every order whose end was not told
    bool told_to_close;                // a person has ordered it, and no kill came since
};

struct ledger {
    uint32_t life;
    uint32_t venues, symbols;
    struct intent *intents; // row 0 is nobody
    uint32_t count, capacity;
    uint32_t committed; // rows up to here are on file
    uint64_t *keys;     // open addressing: key of an intent or a trade, 0 = empty
    uint32_t *rows;
    uint32_t used, size; // of the two
    struct ledger_job *jobs;
    uint32_t job_count;
    uint64_t fills, orders;                     // at the venues
    struct qty own[VENUE_MAX][SYMBOL_MAX];      // of this life's orders, by the venues
    struct qty foreign[VENUE_MAX][SYMBOL_MAX];  // everything else
    struct qty told[VENUE_MAX][SYMBOL_MAX];     // of own, by the evidence
    struct qty accepted[VENUE_MAX][SYMBOL_MAX]; // signed for: the book has it besides
    struct qty moved[VENUE_MAX][SYMBOL_MAX];    // by others, in this life: bought and sold
    uint32_t lost;                              // orders that this life was told, and never were
    struct qty vanished[VENUE_MAX][SYMBOL_MAX]; // of this life, as the desk booked it
    int64_t filled_ns[VENUE_MAX][SYMBOL_MAX];   // newest fill
    uint64_t newest_fill[VENUE_MAX];            // its number: a venue may tell one twice
};

void ledger_begin(struct ledger *ledger, uint32_t venues, uint32_t symbols);
void ledger_finish(struct ledger *ledger);
// The next life begins, and goes on with what the journal told it. Whatever else there is at the
// venues is somebody else's from here on. `recall` NULL: nothing was told, and job numbers start
// again. `client_id` is the text under which the venue knows an order.
void ledger_life(struct ledger *ledger, const struct recall *recall,
                 void (*client_id)(const struct event_order *order, char out[OE_CLIENT_ID_MAX]));

// By the journal. `client_id` is the text under which the venue will know it.
struct intent *ledger_command(struct ledger *ledger, const struct event *event,
                              const char *client_id);
void ledger_commit(struct ledger *ledger, bool taken); // of everything since the last
void ledger_report(struct ledger *ledger, const struct event_report *report);
void ledger_filled(struct ledger *ledger, const struct event_fill *fill);

// By the venues. NULL: none of ours.
struct intent *ledger_of_client(struct ledger *ledger, uint16_t venue, const char *client_id);
void ledger_venue_fill(struct ledger *ledger, uint16_t venue, const struct vacc_fill *fill);

struct intent *ledger_of_order(struct ledger *ledger, uint64_t order); // of this life
struct ledger_job *ledger_job_of(struct ledger *ledger, uint32_t job);
// The most that a leg can come to have opened (or closed) by what the desk was told: fills told,
// and the rest of every order whose end was not.
struct qty ledger_most(struct ledger *ledger, uint32_t job, int leg, bool opens);
struct qty ledger_told(struct ledger *ledger, uint32_t job, int leg, bool opens);
// What the venues filled of its orders, and the desk cannot know of: it was told their end without.
struct qty ledger_late(struct ledger *ledger, uint32_t job);

#endif
