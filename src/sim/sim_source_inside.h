// What sim_source.c (books, tables, Binance's frames) shares with sim_source_shapes.c (other
// venues' raw frames). With `learn` the functions look at the numbers for tick and step and change
// nothing else.
#ifndef PERPDESK_SIM_SIM_SOURCE_INSIDE_H
#define PERPDESK_SIM_SIM_SOURCE_INSIDE_H

#include "base/json.h"
#include "sim/sim_source.h"

struct sim_shape {
    const char *venue;
    // Symbol and stamp of a frame; false: nothing to show in it.
    bool (*identify)(struct slice raw, struct sim_record_name *name);
    bool (*apply)(struct sim_source *source, struct slice raw, struct sim_change *change,
                  bool learn);
};
const struct sim_shape *sim_shape_of(struct slice venue); // NULL: Binance's family, or unknown

// A level in base units; false on anything but a positive price and a size.
MUST_CHECK bool sim_source_level(const struct sim_source *source, struct slice price,
                                 struct slice size, struct level *level);
void sim_source_put(struct sim_source *source, enum side side, struct level level, bool learn);
// [["price","size",…],…]
bool sim_source_levels(struct sim_source *source, struct json *r, enum side side, bool learn);
// Best prices as texts: bid, its size, ask, its size.
MUST_CHECK bool sim_source_ticker(struct sim_source *source, const struct slice text[4],
                                  struct sim_change *change, bool learn);
// Takes the best prices from the book where none come by themselves.
void sim_source_best(struct sim_source *source, struct sim_change *change);

#endif
