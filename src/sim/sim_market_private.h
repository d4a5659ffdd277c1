// Between the files of the simulated market.
#ifndef PERPDESK_SIM_SIM_MARKET_PRIVATE_H
#define PERPDESK_SIM_SIM_MARKET_PRIVATE_H

#include "sim/sim_market.h"

enum { SIM_FRAME_MAX = 1024 * 1024 };

struct sim_source *sim_market_source(struct sim_market *market,
                                     const struct sim_record_name *name); // NULL: unknown

static inline struct vsim_listing *sim_market_listing(struct sim_market *market,
                                                      const struct sim_place *place) {
    return &market->worlds[place->world].listings[place->listing];
}

#endif
