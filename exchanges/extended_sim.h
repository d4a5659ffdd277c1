// What the files of Extended's simulated server share: extended_sim.c has the public side,
// extended_sim_private.c the account's calls, extended_sim_orders.c what changes orders,
// extended_sim_stream.c the account's stream, extended_sim_rows.c the rows that are told.
#ifndef PERPDESK_EXCHANGES_EXTENDED_SIM_H
#define PERPDESK_EXCHANGES_EXTENDED_SIM_H

#include "exchanges/curve_stark.h"
#include "exchanges/extended_amounts.h"
#include "exchanges/venue_account.h"

enum { EXTENDED_SIM_KEY_MAX = 96, EXTENDED_SIM_VAULT_MAX = 11 };

struct extended_private {
    char api_key[EXTENDED_SIM_KEY_MAX], vault[EXTENDED_SIM_VAULT_MAX];
    struct curve_affine public_point; // of the client's Stark key
    struct extended_hash hash;
};

// A call whose API key is right.
struct extended_sim_call {
    const struct vsim_world *world;
    const struct vsim_request *request;
    struct slice rest; // of the path, behind what the call is known by: an id
    struct text *body;
};

// What an order is signed over, by market: made up here, and told with the markets.
void extended_sim_asset(const struct vsim_listing *listing, struct extended_asset *out);

bool extended_sim_is_key(const struct vsim_world *world, const struct vsim_request *request);

// Each appends an error to the body and returns its HTTP status.
uint32_t extended_sim_fail(struct text *body, int code, const char *message); // 400
uint32_t extended_sim_not_found(struct text *body, const char *message);      // 404

// Appended as they stand in a list, by REST or on the stream.
void extended_sim_order(const struct vsim_world *world, const struct vacc_order *order,
                        struct text *out);
void extended_sim_fill(const struct vsim_world *world, const struct vacc_fill *fill, bool stream,
                       struct text *out);
void extended_sim_position(const struct vsim_world *world, uint32_t listing,
                           const struct vacc_position *position, bool stream, struct text *out);
void extended_sim_balance(const struct vsim_world *world, struct text *out);
void extended_sim_payment(const struct vsim_world *world, const struct vacc_event *event,
                          struct text *out);

// POST /user/order, DELETE /user/order, POST /user/order/massCancel.
uint32_t extended_sim_place(const struct extended_sim_call *call);
uint32_t extended_sim_cancel(const struct extended_sim_call *call);
uint32_t extended_sim_cancel_many(const struct extended_sim_call *call);
// The order that a path names by the venue's id, or a query or path by the client's; NULL: none.
const struct vacc_order *extended_sim_named(const struct vsim_world *world, struct slice number);

// The handshake of the account's stream, as vsim_private has it; what happens; and the picture it
// begins with, once.
bool extended_sim_open(struct vsim_session *session, const struct vsim_request *request);
void extended_sim_push(struct vsim_session *session, const struct vacc_event *event);
void extended_sim_greet(struct vsim_session *session);

extern const struct vsim_private extended_sim_private;

#endif
