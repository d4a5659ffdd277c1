#include "exchanges/vsim_nonce.h"

bool vsim_nonce_take(struct vsim_nonces *nonces, uint64_t nonce) {
    uint32_t lowest = 0;
    for (uint32_t i = 0; i < VSIM_NONCES_MAX; i++) {
        if (nonces->kept[i] == nonce) {
            return false;
        }
        lowest = nonces->kept[i] < nonces->kept[lowest] ? i : lowest;
    }
    if (nonce <= nonces->kept[lowest]) {
        return false;
    }
    nonces->kept[lowest] = nonce;
    return true;
}
