// Lighter's simulated markets by number, for both sides of its server.
#ifndef PERPDESK_EXCHANGES_LIGHTER_SIM_H
#define PERPDESK_EXCHANGES_LIGHTER_SIM_H

#include "exchanges/venue_sim.h"

uint32_t lighter_sim_market(const struct vsim_world *world, const struct vsim_listing *listing);
// NULL: no such market.
const struct vsim_listing *lighter_sim_find(const struct vsim_world *world, int64_t market);
// An error on the socket, {"error":{…}}; `said` is repeated where it is short.
void lighter_sim_refuse(struct vsim_session *session, int code, const char *message,
                        struct slice said);

extern const struct vsim_private lighter_sim_private;

#endif
