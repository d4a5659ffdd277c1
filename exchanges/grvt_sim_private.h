// What the files of the private side of GRVT's simulated server share: what a call or a message of
// the account is answered with, whichever way it came.
#ifndef PERPDESK_EXCHANGES_GRVT_SIM_PRIVATE_H
#define PERPDESK_EXCHANGES_GRVT_SIM_PRIVATE_H

#include "exchanges/grvt_oe.h"
#include "exchanges/venue_account.h"

struct grvt_private {
    char api_key[GRVT_API_KEY_MAX];
    char sub_account[GRVT_ACCOUNT_MAX];
    uint8_t signer[ETH_ADDRESS_SIZE];
    uint32_t logins;    // so far: each has its own cookie, and only the last counts
    int64_t expires_ns; // of the last
};

struct grvt_refusal {
    int code; // 0: none
    uint32_t http;
    const char *text;
};

static inline struct grvt_private *grvt_private_of(const struct vsim_world *world) {
    return world->account->own;
}

// The call of that name, as it stands behind "/full/v1/" or "v1/"; -1: none.
int grvt_sim_find(struct slice name);
// Runs it; what it answers is appended, {"result":…} and all.
struct grvt_refusal grvt_sim_run(const struct vsim_world *world, int call, struct slice body,
                                 struct text *out);

// "feed" of a stream, or a row of an answer.
void grvt_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                          bool pending, struct text *out);
void grvt_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                         struct text *out);
void grvt_sim_write_position(const struct vsim_world *world, uint32_t listing,
                             const struct vacc_position *position, struct text *out);

#endif
