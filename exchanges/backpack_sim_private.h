// What the files of the private side of Backpack's simulated server share.
#ifndef PERPDESK_EXCHANGES_BACKPACK_SIM_PRIVATE_H
#define PERPDESK_EXCHANGES_BACKPACK_SIM_PRIVATE_H

#include "exchanges/oe_params.h"
#include "exchanges/venue_account.h"

// ---- rows (backpack_sim_rows.c) ----------------------------------------------------------------

void backpack_sim_member_usd(struct text *out, const char *name, struct usd value);
void backpack_sim_member_time(struct text *out, const char *name, int64_t time_ns);
void backpack_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                              struct text *out);
void backpack_sim_write_position(const struct vsim_world *world, uint32_t listing,
                                 struct text *out);
void backpack_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                             struct text *out);
// Whole messages of the stream. `event` NULL: the picture it begins with.
void backpack_sim_push_order(const struct vsim_world *world, const struct vacc_event *event,
                             struct text *out);
void backpack_sim_push_position(const struct vsim_world *world, uint32_t listing, const char *event,
                                const struct vacc_position *position, struct text *out);

// ---- calls (backpack_sim_calls.c) --------------------------------------------------------------

struct backpack_sim_refusal {
    uint32_t http; // 200: none
    const char *code, *text;
};
struct backpack_sim_refusal backpack_sim_invalid(const char *text);

struct backpack_sim_call {
    const struct vsim_world *world;
    const struct oe_params *params;
    struct text *body;
};
struct backpack_sim_row {
    const char *method, *path, *instruction; // what is signed first
    struct backpack_sim_refusal (*run)(const struct backpack_sim_call *call);
};
// NULL: no such call.
const struct backpack_sim_row *backpack_sim_find_row(const struct vsim_request *request);

#endif
