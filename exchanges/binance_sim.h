// What the simulated servers of Binance and of its near copy Aster share.
#ifndef PERPDESK_EXCHANGES_BINANCE_SIM_H
#define PERPDESK_EXCHANGES_BINANCE_SIM_H

#include "exchanges/venue_sim.h"

// Bits of a session's mode.
enum { BINANCE_SIM_COMBINED = 1 << 0, BINANCE_SIM_MARKET = 1 << 1 };
enum {
    BINANCE_SIM_DEPTH_MAX = 1000,
    BINANCE_SIM_BAN_AFTER = 10, // the venues do not tell their number
    BINANCE_SIM_BAN_S = 120,
};

// ---- the stream ----

// `path` behind the route: /ws, /ws/<stream>, /stream.
bool binance_sim_open(struct vsim_session *session, struct slice path, struct slice query,
                      uint32_t mode);
void binance_sim_on_text(struct vsim_session *session, struct slice message);
void binance_sim_refuse(struct vsim_session *session, int code, const char *text);
// Every message is composed in its wrapping {"stream":…,"data":…; a raw connection is sent the
// inside.
void binance_sim_wrap(const struct vsim_channel *channel, const struct vsim_listing *listing,
                      struct text *out);
struct slice binance_sim_shape(const struct vsim_session *session, struct slice message);
void binance_sim_encode_depth(const struct vsim_channel *channel, const struct vsim_world *world,
                              const struct vsim_listing *listing, bool whole, struct text *out);
void binance_sim_rules(const struct symbol *symbol, const struct listing *seen,
                       struct listing *out);

// ---- REST ----

// How a call takes its `symbol`: not at all, must have one, or answers a list without it.
enum binance_sim_symbol {
    BINANCE_SIM_NO_SYMBOL,
    BINANCE_SIM_NEEDS_SYMBOL,
    BINANCE_SIM_SYMBOL_OR_ALL
};

// Answers for one listing (NULL: the call takes none); returns the HTTP status.
typedef uint32_t binance_sim_answerer(const struct vsim_world *world,
                                      const struct vsim_listing *listing, struct slice query,
                                      struct text *body);

struct binance_sim_call {
    const char *name; // path behind the version
    enum binance_sim_symbol symbol;
    binance_sim_answerer *answer;
    uint32_t weight, weight_of_all; // with and without symbol; depth weighs by its limit
    uint32_t rate;                  // which of limits.calls
};

binance_sim_answerer binance_sim_ping, binance_sim_time, binance_sim_exchange_info,
    binance_sim_depth, binance_sim_premium_index;

uint32_t binance_sim_call(const struct vsim_world *world, const struct binance_sim_call *from,
                          size_t count, const char *prefix, const struct vsim_request *request,
                          struct text *body);
struct vsim_charge binance_sim_charge_from(const struct binance_sim_call *from, size_t count,
                                           const char *prefix, const struct vsim_request *request);
void binance_sim_refuse_call(const struct vsim_world *world, const struct vsim_refusal *refusal,
                             struct vsim_reply *reply);
void binance_sim_add_headers(const struct vsim_world *world, struct text *headers);

struct vsim_charge binance_sim_charge(const struct vsim_request *request);
uint32_t binance_sim_answer(const struct vsim_world *world, const struct vsim_request *request,
                            struct text *body);

#endif
