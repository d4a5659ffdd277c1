// What venue_account.c (requests and what a client may look at) and venue_account_match.c (the
// book, time, and what others do) share.
#ifndef PERPDESK_EXCHANGES_VENUE_ACCOUNT_INSIDE_H
#define PERPDESK_EXCHANGES_VENUE_ACCOUNT_INSIDE_H

#include "exchanges/venue_account.h"

// venue_account.c

struct vacc_event *vacc_note(struct vacc *account, const struct vsim_world *world,
                             enum vacc_event_kind kind, uint32_t listing); // to be filled in
void vacc_note_order(struct vacc *account, const struct vsim_world *world,
                     const struct vacc_order *order);
void vacc_end_order(struct vacc *account, struct vacc_order *order, enum vacc_end end);
void vacc_finish_order(struct vacc *account, const struct vsim_world *world,
                       struct vacc_order *order, enum vacc_end end);

// venue_account_match.c

// The order reaches the book: takes, rests or ends.
void vacc_arrive(struct vacc *account, const struct vsim_world *world, struct vacc_order *order);
// A fill of the order: position, money, events. The order's end is the caller's.
void vacc_fill_order(struct vacc *account, const struct vsim_world *world, struct vacc_order *order,
                     struct px price, struct qty size, bool maker);
// Whether it would take at once.
bool vacc_crosses(const struct vsim_world *world, const struct vacc_order *order);

#endif
