// P9c: a signature as Backpack's headers carry it, string to be signed and base64 included, against
// the library's bare one-shot call over the finished string with a context that is ready.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "exchanges/backpack_oe.h"
#include "exchanges/bytes_text.h"

enum { ROUNDS = 61, SIGNATURES = 100, RATIO_MAX_PERCENT = 105 };

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void make_string(struct text *out, int64_t number) {
    struct oe_params params;
    oe_params_begin(&params);
    oe_param_int(&params, SLICE("clientId"), number);
    oe_param(&params, SLICE("orderType"), SLICE("Limit"));
    oe_param_bare(&params, SLICE("postOnly"), SLICE("true"));
    oe_param_px(&params, SLICE("price"), (struct px){60000 * PX_ONE + number % 10 * (PX_ONE / 10)});
    oe_param_qty(&params, SLICE("quantity"), (struct qty){QTY_ONE / 100});
    oe_param(&params, SLICE("selfTradePrevention"), SLICE("RejectMaker"));
    oe_param(&params, SLICE("side"), SLICE("Bid"));
    oe_param(&params, SLICE("symbol"), SLICE("BTC_USDC_PERP"));
    oe_param(&params, SLICE("timeInForce"), SLICE("GTC"));
    oe_params_sort(&params);
    backpack_sign_instruction(out, "orderExecute", &params);
    backpack_sign_time(out, INT64_C(1767323045678) + number, BACKPACK_WINDOW_MS);
}

// Never the same message twice; what is signed here is finished before the clock starts.
static int64_t time_floor_ns(const struct sign_ed25519 *key, struct slice message) {
    uint8_t signature[ED25519_SIGNATURE_SIZE];
    char copy[512];
    memcpy(copy, message.data, message.size);
    int64_t start = mono_now_ns();
    for (int i = 0; i < SIGNATURES; i++) {
        size_t size = sizeof(signature);
        int good = EVP_MD_CTX_reset(key->context) == 1 &&
                   EVP_DigestSignInit(key->context, NULL, NULL, NULL, key->key) == 1 &&
                   EVP_DigestSign(key->context, signature, &size, (const unsigned char *)copy,
                                  message.size) == 1;
        ASSERT(good);
        copy[message.size - 1] = (char)signature[0];
    }
    return mono_now_ns() - start;
}

static int64_t time_signing_ns(const struct sign_ed25519 *key) {
    int64_t start = mono_now_ns();
    for (int i = 0; i < SIGNATURES; i++) {
        char message_data[512], base64_data[96];
        struct text message = TEXT_OVER(message_data), base64 = TEXT_OVER(base64_data);
        uint8_t signature[ED25519_SIGNATURE_SIZE];
        make_string(&message, i);
        ASSERT(sign_ed25519(key, text_slice(&message), signature));
        base64_add(&base64, signature, sizeof(signature));
        ASSERT(!message.truncated && !base64.truncated);
    }
    return mono_now_ns() - start;
}

int main(void) {
    static const uint8_t seed[ED25519_SEED_SIZE] = "throw-away seed of a test, no. ";
    struct sign_ed25519 key;
    char message_data[512];
    struct text message = TEXT_OVER(message_data);
    int64_t floor_ns[ROUNDS], sign_ns[ROUNDS],
        ratios[ROUNDS]; // of neighbours: others share the CPU
    if (sign_ed25519_init(&key, seed) != STATUS_OK) {
        return 1;
    }
    make_string(&message, 1);
    for (int round = 0; round < ROUNDS; round++) {
        floor_ns[round] = time_floor_ns(&key, text_slice(&message));
        sign_ns[round] = time_signing_ns(&key);
        ratios[round] = sign_ns[round] * 10000 / floor_ns[round];
    }
    sign_ed25519_finish(&key);
    qsort(floor_ns, ROUNDS, sizeof(floor_ns[0]), compare);
    qsort(sign_ns, ROUNDS, sizeof(sign_ns[0]), compare);
    qsort(ratios, ROUNDS, sizeof(ratios[0]), compare);
    int64_t floor_median = floor_ns[ROUNDS / 2], sign_median = sign_ns[ROUNDS / 2];
    int64_t percent = (ratios[ROUNDS / 2] + 50) / 100;
    bool good = percent <= RATIO_MAX_PERCENT;
    printf("P9c ed25519+base64 %" PRId64 " ns floor %" PRId64 " ns ratio %" PRId64 ".%02" PRId64
           " goal 1.05 %s\n",
           sign_median / SIGNATURES, floor_median / SIGNATURES, percent / 100, percent % 100,
           good ? "ok" : "FAIL");
    return good ? 0 : 1;
}
