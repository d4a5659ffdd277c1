// The private side of the simulated Binance family: what a call does to the account and how it is
// answered. Who may call, and how that is proved, is in <venue>_sim_private.c.
#ifndef PERPDESK_EXCHANGES_FAPI_SIM_H
#define PERPDESK_EXCHANGES_FAPI_SIM_H

#include "exchanges/venue_account.h"

// A call whose caller is known. `path` is below the version ("/order"), `query` its parameters.
// Appends the answer and returns the HTTP status; 0: there is no such call.
uint32_t fapi_sim_call(struct vacc *account, const struct vsim_world *world, struct slice method,
                       struct slice path, struct slice query, struct text *body);
uint32_t fapi_sim_fail(struct text *body, int code, const char *text); // returns 400
// An event of the user stream, appended; nothing for those the stream does not tell.
void fapi_sim_push(const struct vsim_world *world, const struct vacc_event *event,
                   struct text *out);

#endif
