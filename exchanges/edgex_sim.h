// What the files of edgeX's simulated server share.
#ifndef PERPDESK_EXCHANGES_EDGEX_SIM_H
#define PERPDESK_EXCHANGES_EDGEX_SIM_H

#include "exchanges/edgex_sign.h"
#include "exchanges/venue_account.h"

enum {
    EDGEX_SIM_FIRST_CONTRACT = 30000001, // of the first listing, and so on
    EDGEX_SIM_COIN = 1000,
    EDGEX_SIM_CHAIN = 3343,
    EDGEX_SIM_ACCOUNT_TEXT = 24,
    EDGEX_SIM_KEY_MAX = 128,
};
#define EDGEX_SIM_DOMAIN          "0xeeb3fb05cca17745cbdf193a9b16537efb68fac8"
#define EDGEX_SIM_RESOLUTION      UINT64_C(10000000000)
#define EDGEX_SIM_COIN_RESOLUTION UINT64_C(1000000)

enum { EDGEX_SIM_GREETED = 1 << 0, EDGEX_SIM_PRIVATE = 1 << 1 }; // of a session's mode

// What the private side keeps of its client.
struct edgex_sim_owner {
    char api_key[EDGEX_SIM_KEY_MAX], passphrase[EDGEX_SIM_KEY_MAX];
    char account_text[EDGEX_SIM_ACCOUNT_TEXT];
    uint64_t account;
    struct sign_hmac hmac;
    uint8_t signer[ETH_ADDRESS_SIZE];
    struct edgex_domain domain;
};

// Why a call is refused; code NULL: it is not.
struct edgex_sim_refusal {
    const char *code;
    const char *parameter; // NULL: none is named
    uint32_t http;
};
#define EDGEX_SIM_TAKEN ((struct edgex_sim_refusal){NULL, NULL, 200})

// ---- edgex_sim.c -------------------------------------------------------------------------------

int edgex_sim_contract(const struct vsim_world *world, const struct vsim_listing *listing);
// NULL when unknown.
const struct vsim_listing *edgex_sim_find(const struct vsim_world *world, struct slice id);
void edgex_sim_member_ms(struct text *out, const char *name, int64_t time_ns);
// An answer: begin, the data, end; or a failure, which returns the HTTP status.
void edgex_sim_begin_answer(struct text *body);
void edgex_sim_end_answer(const struct vsim_world *world, struct text *body);
uint32_t edgex_sim_fail(const struct vsim_world *world, struct text *body, const char *code,
                        const char *parameter, uint32_t http);
// An error on a socket. `said` is echoed as it stands, if it is short.
void edgex_sim_refuse(struct vsim_session *session, const char *code, const char *text,
                      struct slice said);

// ---- edgex_sim_rows.c: objects, appended -------------------------------------------------------

void edgex_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                           struct text *out);
void edgex_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                          struct text *out);
void edgex_sim_write_position(const struct vsim_world *world, uint32_t listing,
                              const struct vacc_position *position, struct text *out);
void edgex_sim_write_collateral(const struct vsim_world *world, struct text *out);
// `number` of the event among all.
void edgex_sim_write_funding(const struct vsim_world *world, const struct vacc_event *event,
                             uint64_t number, struct text *out);
// The whole of getAccountAsset.
void edgex_sim_write_account(const struct vsim_world *world, struct text *out);

// ---- edgex_sim_orders.c: what changes orders; the data is appended to `out` ---------------------

struct edgex_sim_refusal edgex_sim_create(const struct vsim_world *world, struct slice body,
                                          struct text *out);
struct edgex_sim_refusal edgex_sim_cancel(const struct vsim_world *world, struct slice body,
                                          bool by_client_id, struct text *out);
struct edgex_sim_refusal edgex_sim_cancel_all(const struct vsim_world *world, struct slice body,
                                              struct text *out);
// The text of a member; empty when absent or no text.
struct slice edgex_sim_member(struct slice body, const char *name);

// ---- edgex_sim_account.c -----------------------------------------------------------------------

struct edgex_sim_call {
    const struct vsim_world *world;
    struct slice query, body;
    struct text *out; // the data are appended
};

struct edgex_sim_row {
    const char *method, *path; // below /api/v2/private
    struct edgex_sim_refusal (*write)(const struct edgex_sim_call *call);
};

// NULL: there is none.
const struct edgex_sim_row *edgex_sim_find_call(struct slice method, struct slice path);

// ---- edgex_sim_private.c -----------------------------------------------------------------------

// The account as it is; from now on what happens to it follows.
void edgex_sim_send_snapshot(struct vsim_session *session);

#endif
