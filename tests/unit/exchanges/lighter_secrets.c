// Signs with a key that memcheck believes was never written: it complains where a branch or an
// address depends on it. With `leak` one does, to show that it would be found.
#include <stdio.h>

#include "exchanges/secret.h"
#include "exchanges/sign_schnorr.h"

enum { SIGNATURES = 8 };

static bool signs(uint8_t byte, bool leak) {
    uint8_t secret[SCHNORR_KEY_SIZE], signature[SCHNORR_SIGNATURE_SIZE];
    struct schnorr_key key;
    memset(secret, byte, sizeof(secret));
    SECRET_HIDE(secret);
    if (schnorr_key_init(&key, secret) != STATUS_OK) {
        return false;
    }
    if (leak && (secret[0] & 1) != 0) {
        fputs("odd\n", stderr);
    }
    for (uint64_t i = 0; i < SIGNATURES; i++) {
        struct fp5 message = {{0x123456789 * i}};
        schnorr_sign(&key, message, i, signature);
        if (!schnorr_verify(key.public_key, message, signature)) {
            return false;
        }
    }
    schnorr_key_finish(&key);
    return true;
}

int main(int argc, char **argv) {
    bool leak = argc > 1 && strcmp(argv[1], "leak") == 0;
    return signs(0x35, leak) && signs(0x01, leak) && signs(0xff, leak) ? 0 : 2;
}
