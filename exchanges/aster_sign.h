// What Aster's V3 requests are signed by: aster.md section 6. The parameters, as they are sent, are
// the one member of an EIP-712 structure.
#ifndef PERPDESK_EXCHANGES_ASTER_SIGN_H
#define PERPDESK_EXCHANGES_ASTER_SIGN_H

#include "exchanges/sign_eth.h"

enum { ASTER_SIGNATURE_TEXT = 133 }; // 0x, r, s and v in hex, and the NUL

void aster_digest(struct slice parameters, bool testnet, uint8_t out[ETH_HASH_SIZE]);
void aster_sign(const struct sign_eth *key, struct slice parameters, bool testnet,
                char out[ASTER_SIGNATURE_TEXT]);

#endif
