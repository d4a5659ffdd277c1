// What the files of the private side of OKX's simulated server share.
#ifndef PERPDESK_EXCHANGES_OKX_SIM_PRIVATE_H
#define PERPDESK_EXCHANGES_OKX_SIM_PRIVATE_H

#include "exchanges/venue_account.h"

// code 0: none.
struct okx_sim_refusal {
    int code;
    const char *text;
};

// ---- rows (okx_sim_rows.c) ---------------------------------------------------------------------

void okx_sim_member_size(struct text *out, const char *name, const struct vsim_listing *listing,
                         struct qty size); // in contracts
void okx_sim_member_usd(struct text *out, const char *name, struct usd value);
void okx_sim_member_number(struct text *out, const char *name, uint64_t value);
void okx_sim_member_ms(struct text *out, const char *name, int64_t time_ns);
// `fill` NULL: none is told with it.
void okx_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                         const struct vacc_fill *fill, struct text *out);
void okx_sim_write_position(const struct vsim_world *world, uint32_t listing, struct text *out);
void okx_sim_write_balance(const struct vsim_world *world, struct text *out);

// ---- orders (okx_sim_orders.c) -----------------------------------------------------------------

// By the venue's id where there is one, else by the client's; NULL: unknown.
const struct vacc_order *okx_sim_named_order(const struct vsim_world *world, struct slice venue_id,
                                             struct slice client_id);
// A message on the socket.
struct okx_sim_op {
    struct slice id, name, list; // "id", "op", "args"
    int64_t expires_ms;          // "expTime"
};
// The answer to an order, a cancel or an amendment. False: its arguments cannot be read, and
// nothing happened.
MUST_CHECK bool okx_sim_answer_order(const struct vsim_world *world, const struct okx_sim_op *op,
                                     struct text *out);

// ---- the account (okx_sim_account.c) -----------------------------------------------------------

struct okx_sim_call {
    const struct vsim_world *world;
    const struct vsim_request *request;
    struct text *body;
};

// A REST call: writes the rows of its "data".
struct okx_sim_row {
    const char *method, *path;
    struct okx_sim_refusal (*write)(const struct okx_sim_call *call);
};
const struct okx_sim_row *
okx_sim_find_row(const struct vsim_request *request); // NULL: no such call

#endif
