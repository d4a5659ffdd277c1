// What the files of Lighter's simulated private side share.
#ifndef PERPDESK_EXCHANGES_LIGHTER_SIM_PRIVATE_H
#define PERPDESK_EXCHANGES_LIGHTER_SIM_PRIVATE_H

#include "exchanges/lighter_tx.h"
#include "exchanges/venue_account.h"

// The venue's numbers of orders begin here, above all that clients choose.
#define LIGHTER_SIM_ORDERS (UINT64_C(1) << 48)

struct lighter_private {
    struct fp5 public_key;
    uint64_t account, api_key;
    uint64_t nonce;                   // the next one
    int64_t token_until_ns;           // of the newest subscription
    char verified[LIGHTER_TOKEN_MAX]; // the newest token whose signature held
};

struct lighter_private *lighter_private_of(const struct vsim_world *world);
// "deadline:account:key:signature". 0: it is the account's, and good until *until_ns; else the
// venue's error, with its words.
int lighter_sim_check_token(const struct vsim_world *world, struct slice token, int64_t *until_ns);
const char *lighter_sim_token_words(int code);

// ---- the socket: lighter_sim_stream.c ----

bool lighter_sim_on_text(struct vsim_session *session, struct slice message);
void lighter_sim_push(struct vsim_session *session, const struct vacc_event *event);

// ---- rows: lighter_sim_rows.c ----

void lighter_sim_member_usd(struct text *out, const char *name, struct usd value);
uint64_t lighter_sim_client_of(const char *client_id); // 0: none
void lighter_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                             struct text *out);
void lighter_sim_write_trade(const struct vsim_world *world, const struct vacc_fill *fill,
                             struct text *out);
void lighter_sim_write_position(const struct vsim_world *world, uint32_t listing, struct text *out);

// ---- transactions: lighter_sim_tx.c ----

// {"id":…,"tx_type":…,"tx_info":{…}}: carried out and answered.
void lighter_sim_transaction(struct vsim_session *session, struct slice data);

#endif
