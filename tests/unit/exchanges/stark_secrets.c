// Signs with a key that memcheck believes was never written: it complains where a branch or an
// address depends on it. With `leak` one does, to show that it would be found.
#include <stdio.h>

#include "exchanges/secret.h"
#include "exchanges/sign_stark.h"

enum { SIGNATURES = 16 };

static bool signs(const char *hex, bool leak) {
    struct u256 secret;
    struct stark_key key;
    struct curve_affine point;
    char data[2 + U256_HEX_DIGITS_MAX + 1] = "0x";
    char digits[U256_HEX_DIGITS_MAX];
    struct slice text = slice_of(hex);
    memcpy(digits, text.data, text.size);
    SECRET_HIDE(digits); // from the text of the key on
    memcpy(&data[2], digits, text.size);
    bool read = u256_from_hex((struct slice){data, 2 + text.size}, &secret);
    SECRET_PUBLISH(read);
    if (!read || stark_key_init(&key, &secret) != STATUS_OK ||
        !curve_lift_x(key.public_x, &point)) {
        return false;
    }
    if (leak && (secret.limb[0] & 1) != 0) {
        fputs("odd\n", stderr);
    }
    for (uint64_t i = 0; i < SIGNATURES; i++) {
        struct stark_signature signature;
        struct felt hash = felt_from_u64(0x123456789 * i);
        if (stark_sign(&key, hash, &signature) != STATUS_OK ||
            !stark_verify(&point, hash, &signature)) {
            return false;
        }
    }
    stark_key_finish(&key);
    return true;
}

int main(int argc, char **argv) {
    bool leak = argc > 1 && strcmp(argv[1], "leak") == 0;
    return signs("3c1e9550e66958296d11b60f8e8e7a7ad990d07fa65d5f7652c4a6c87d4e3cc", leak) &&
                   signs("1", leak) &&
                   signs("800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2e", leak)
               ? 0
               : 2;
}
