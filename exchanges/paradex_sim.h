// What the files of the simulated Paradex share: the public side is in paradex_sim.c, who calls and
// the account by REST in paradex_sim_private.c, the private socket in the others.
#ifndef PERPDESK_EXCHANGES_PARADEX_SIM_H
#define PERPDESK_EXCHANGES_PARADEX_SIM_H

#include "exchanges/paradex_hash.h"
#include "exchanges/sign_stark.h"
#include "exchanges/venue_account.h"

#define PARADEX_SIM_CHAIN "PRIVATE_SN_PARACLEAR_MAINNET"

enum { // of session->mode
    PARADEX_SIM_AUTHENTICATED = 1,
    PARADEX_SIM_CANCELS_ON_DISCONNECT = 2,
};
enum { // of session->account_mode
    PARADEX_SIM_ORDERS = 1,
    PARADEX_SIM_FILLS = 2,
    PARADEX_SIM_POSITIONS = 4,
    PARADEX_SIM_ACCOUNT = 8,
    PARADEX_SIM_BUSTS = 16, // nothing is ever taken back here
    PARADEX_SIM_FUNDING = 32,
};
enum { PARADEX_SIM_TOKENS = 4, PARADEX_SIM_TOKEN_SIZE = 64, PARADEX_SIM_HEX_SIZE = 67 };

struct paradex_private {
    struct curve_affine public_point;
    struct felt account;
    char account_text[PARADEX_SIM_HEX_SIZE], public_key[PARADEX_SIM_HEX_SIZE];
    struct paradex_hash hash;
    struct {
        char text[PARADEX_SIM_TOKEN_SIZE]; // "": none
        int64_t issued_ns;
    } tokens[PARADEX_SIM_TOKENS]; // the newest
    uint64_t token_count;         // ever
    uint64_t refused_count;       // orders that the risk checks closed
    struct {
        uint64_t number;
        uint32_t session;
    } placed[VACC_ORDERS_MAX]; // the newest orders, by number
};

static inline struct paradex_private *paradex_private_of(const struct vsim_world *world) {
    return world->account->own;
}

// paradex_sim.c

void paradex_sim_refuse(struct vsim_session *session, struct slice id, int code,
                        const char *message, const char *data);
void paradex_sim_stamps(struct vsim_session *session, struct text *out);

// paradex_sim_private.c

// A token that was issued and is not over.
bool paradex_sim_knows_token(const struct vsim_world *world, struct slice token);
void paradex_sim_forget_tokens(const struct vsim_world *world);
// ["r","s"] in decimal, also with the quotes escaped.
bool paradex_sim_signed(const struct paradex_private *own, struct felt message,
                        struct slice signature);

// paradex_sim_rows.c

void paradex_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                             struct text *out);
// In another state than its own.
void paradex_sim_write_order_as(const struct vsim_world *world, const struct vacc_order *order,
                                const char *status, const char *reason, struct text *out);
void paradex_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                            struct text *out);
void paradex_sim_write_position(const struct vsim_world *world, uint32_t listing, struct text *out);
void paradex_sim_write_account(const struct vsim_world *world, struct text *out);
void paradex_sim_write_funding(const struct vsim_world *world, const struct vacc_event *event,
                               struct text *out);
void paradex_sim_push(struct vsim_session *session, const struct vacc_event *event);
void paradex_sim_push_order(struct vsim_session *session, const struct vacc_order *order,
                            const char *status, const char *reason);

// paradex_sim_orders.c: the answer is sent.

struct paradex_sim_params {
    struct slice channel, bearer, market, side, type, size, price, instruction, client_id, flags;
    struct slice stp, window, signature, timestamp, id, enabled;
};
void paradex_sim_create(struct vsim_session *session, struct slice id,
                        const struct paradex_sim_params *params);
void paradex_sim_modify(struct vsim_session *session, struct slice id,
                        const struct paradex_sim_params *params);
void paradex_sim_cancel(struct vsim_session *session, struct slice id,
                        const struct paradex_sim_params *params);
void paradex_sim_cancel_all(struct vsim_session *session, struct slice id,
                            const struct paradex_sim_params *params);
void paradex_sim_cancel_on_disconnect(struct vsim_session *session, struct slice id,
                                      const struct paradex_sim_params *params);
// What an unexpected end of the connection cancels.
void paradex_sim_close(struct vsim_session *session);

// paradex_sim_socket.c

bool paradex_sim_on_text(struct vsim_session *session, struct slice message);
// The result of a request, written between the two.
struct text *paradex_sim_begin_result(struct vsim_session *session);
void paradex_sim_end_result(struct vsim_session *session, struct slice id);

#endif
