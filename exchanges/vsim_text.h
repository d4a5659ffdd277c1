// What the servers of several venues write alike: decimals as JSON strings with the digits of the
// listing's tick or step, and object members that follow another one.
//
// Each appends to `out`; a member begins with its comma.
#ifndef PERPDESK_EXCHANGES_VSIM_TEXT_H
#define PERPDESK_EXCHANGES_VSIM_TEXT_H

#include "exchanges/venue_sim.h"

void vsim_write_px(struct text *out, const struct vsim_listing *listing, struct px price);
void vsim_write_qty(struct text *out, const struct vsim_listing *listing, struct qty size);
// [[price, size], …], at most `most` of them.
void vsim_write_levels(struct text *out, const struct vsim_listing *listing,
                       const struct level *levels, uint32_t count, uint32_t most);

// ,"name":[{"price":…,"size":…}, …]
void vsim_member_levels(struct text *out, const char *name, const struct vsim_listing *listing,
                        const struct level *levels, uint32_t count);
void vsim_member_int(struct text *out, const char *name, int64_t value);
void vsim_member_string(struct text *out, const char *name, const char *value);
void vsim_member_px(struct text *out, const char *name, const struct vsim_listing *listing,
                    struct px price);
void vsim_member_qty(struct text *out, const char *name, const struct vsim_listing *listing,
                     struct qty size);
// With exactly `digits` digits after the point.
void vsim_member_rate(struct text *out, const char *name, struct rate value, int digits);

#endif
