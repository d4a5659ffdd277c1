// Numbers a client may use once, as Hyperliquid and Aster keep them: the hundred highest. A new one
// must be above the lowest of them and none of them; they may arrive in any order.
#ifndef PERPDESK_EXCHANGES_VSIM_NONCE_H
#define PERPDESK_EXCHANGES_VSIM_NONCE_H

#include <stdbool.h>
#include <stdint.h>

enum { VSIM_NONCES_MAX = 100 };

struct vsim_nonces {
    uint64_t kept[VSIM_NONCES_MAX]; // in no order; 0 = free
};

// False: used before, or below all that are kept.
bool vsim_nonce_take(struct vsim_nonces *nonces, uint64_t nonce);

#endif
