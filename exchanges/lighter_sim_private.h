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
    uint64_t nonce;         // the next one
    int64_t token_until_ns; // of the newest subscription
};

struct lighter_private *lighter_private_of(const struct vsim_world *world);
// {"id":…,"tx_type":…,"tx_info":{…}}: carried out and answered.
void lighter_sim_transaction(struct vsim_session *session, struct slice data);

#endif
