// What goes wrong at the accounts of the simulated venues by order, and what there is to tell of
// them: for whoever compares a desk with its venues from outside.
//
// The simulator's thread only.
#ifndef PERPDESK_SIM_SIM_TROUBLE_H
#define PERPDESK_SIM_SIM_TROUBLE_H

#include "sim/sim_market.h"

enum { SIM_TROUBLE_COUNT_MAX = 1000 };

// The next `count` occasions of `name` ("reject", "partial", "duplicate-fill", "late-fill",
// "nonce", "login") go wrong at the account of `venue`. STATUS_USAGE: no such name;
// STATUS_UNAVAILABLE: the venue has no account.
enum status sim_trouble_order(struct sim_market *market, uint32_t venue, struct slice name,
                              uint32_t count) MUST_CHECK;

// A line "VENUE orders N fills N open N twice N partial N canceled N deadman N SYMBOL NET …" for a
// venue with an account. Orders, fills: ever. Of the newest VACC_ORDERS_MAX orders: `twice` those
// whose client id another has, `partial` those that ended with part of their size, `canceled` by
// their owner, `deadman` by the switch.
void sim_trouble_print_account(const struct sim_market *market, uint32_t venue, struct text *out);

#endif
