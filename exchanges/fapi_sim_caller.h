// Who calls, at the simulated servers of the Binance family: HMAC with a time stamp, and the listen
// key of the user stream.
#ifndef PERPDESK_EXCHANGES_FAPI_SIM_CALLER_H
#define PERPDESK_EXCHANGES_FAPI_SIM_CALLER_H

#include "exchanges/sign_hmac.h"
#include "exchanges/venue_account.h"

enum { FAPI_SIM_KEY_MAX = 96 };

struct fapi_sim_key {
    char api_key[FAPI_SIM_KEY_MAX];
    struct sign_hmac hmac;
};

struct fapi_sim_listen {
    uint64_t key; // number of the present one, 0 = none
    int64_t until_ns;
};

// False: too long.
MUST_CHECK bool fapi_sim_key_init(struct fapi_sim_key *key, struct slice api_key,
                                  struct slice secret);
// Each returns 0 where all is well, else the HTTP status of the refusal that was appended.
uint32_t fapi_sim_check_key(const struct fapi_sim_key *key, struct slice given, struct text *body);
uint32_t fapi_sim_check_signature(const struct fapi_sim_key *key, struct slice prehash,
                                  struct slice signature, struct text *body);
uint32_t fapi_sim_check_time(const struct vsim_world *world, struct slice query, struct text *body);
// A whole call by REST: header, signature, time.
uint32_t fapi_sim_check_call(const struct vsim_world *world, const struct fapi_sim_key *key,
                             const struct vsim_request *request, struct slice query,
                             struct text *body);
// The query without its last parameter, which must be the signature.
bool fapi_sim_cut_signature(struct slice *query, struct slice *signature);

// POST, PUT and DELETE of /listenKey by whoever may; returns the HTTP status.
uint32_t fapi_sim_listen_call(const struct vsim_world *world, struct fapi_sim_listen *listen,
                              struct slice method, struct text *body);
bool fapi_sim_is_listen_key(const struct vsim_world *world, const struct fapi_sim_listen *listen,
                            struct slice text);

#endif
