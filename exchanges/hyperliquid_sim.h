// The private side of Hyperliquid's simulated server: what is told of the account
// (hyperliquid_sim_account.c), who may change it (hyperliquid_sim_private.c), and what each action
// does (hyperliquid_sim_action.c).
#ifndef PERPDESK_EXCHANGES_HYPERLIQUID_SIM_H
#define PERPDESK_EXCHANGES_HYPERLIQUID_SIM_H

#include "exchanges/sign_eth.h"
#include "exchanges/venue_account.h"
#include "exchanges/vsim_nonce.h"

struct hyperliquid_private {
    uint8_t signer[ETH_ADDRESS_SIZE];
    char account[ETH_ADDRESS_TEXT], signer_text[ETH_ADDRESS_TEXT];
    struct vsim_nonces nonces;
};

// An answer of POST /info that is about a user; false: `type` is none of those, or the body is none
// the venue could read.
bool hyperliquid_sim_info(const struct vsim_world *world, struct slice body, struct text *out);
// The type that a body of POST /info asks for; "" when it cannot be read.
struct slice hyperliquid_sim_type(struct slice body);

// `"channel":…,"data":…` of the user's streams.
void hyperliquid_sim_update(const struct vsim_world *world, const struct vacc_order *order,
                            struct text *out);
void hyperliquid_sim_fill(const struct vsim_world *world, const char *channel,
                          const struct vacc_fill *fill, struct text *out);
void hyperliquid_sim_fills(const struct vsim_world *world, struct text *out); // the snapshot
void hyperliquid_sim_state(const struct vsim_world *world, struct text *out);
void hyperliquid_sim_payment(const struct vsim_world *world, const struct vacc_event *event,
                             struct text *out);

// An action of whoever may, answered; a refusal of the whole of it.
void hyperliquid_sim_action(const struct vsim_world *world, struct slice action, struct text *out);
void hyperliquid_sim_fail(struct text *out, const char *text);

// As the venue writes them: at least one digit after the point.
void hyperliquid_sim_px(struct text *out, const char *name, struct px price);
void hyperliquid_sim_qty(struct text *out, const char *name, struct qty size);

#endif
