// P9: signing with HMAC against the bare hash functions with both pads precomputed.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "exchanges/sign_hmac.h"

enum { ROUNDS = 9, SIGNATURES = 50000, MESSAGE_SIZE = 196, RATIO_MAX_PERCENT = 115 };

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void floor_digest(const struct sign_hmac *hmac, struct slice message, uint8_t out[32]) {
    SHA256_CTX context = hmac->inner;
    SHA256_Update(&context, message.data, message.size);
    SHA256_Final(out, &context);
    context = hmac->outer;
    SHA256_Update(&context, out, 32);
    SHA256_Final(out, &context);
}

int main(void) {
    struct sign_hmac hmac;
    char message[MESSAGE_SIZE];
    char signature[SIGN_HMAC_HEX_SIZE];
    uint8_t digest[SIGN_HMAC_SIZE];
    int64_t floor_ps[ROUNDS];
    int64_t sign_ps[ROUNDS];
    sign_hmac_init(&hmac,
                   SLICE("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
    memset(message, 'a', sizeof(message));
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = mono_now_ns();
        for (int i = 0; i < SIGNATURES; i++) {
            floor_digest(&hmac, (struct slice){message, sizeof(message)}, digest);
            message[0] = (char)digest[0];
        }
        int64_t middle = mono_now_ns();
        for (int i = 0; i < SIGNATURES; i++) {
            sign_hmac_hex(&hmac, (struct slice){message, sizeof(message)}, signature);
            message[0] = signature[0];
        }
        int64_t end = mono_now_ns();
        floor_ps[round] = (middle - start) * 1000 / SIGNATURES;
        sign_ps[round] = (end - middle) * 1000 / SIGNATURES;
    }
    qsort(floor_ps, ROUNDS, sizeof(floor_ps[0]), compare);
    qsort(sign_ps, ROUNDS, sizeof(sign_ps[0]), compare);
    int64_t floor_median = floor_ps[ROUNDS / 2];
    int64_t sign_median = sign_ps[ROUNDS / 2];
    int64_t percent = sign_median * 100 / floor_median;
    bool good = percent <= RATIO_MAX_PERCENT;
    printf("P9 hmac+hex %" PRId64 " ns floor %" PRId64 " ns ratio %" PRId64 ".%02" PRId64
           " goal 1.15 %s\n",
           sign_median / 1000, floor_median / 1000, percent / 100, percent % 100,
           good ? "ok" : "FAIL");
    sign_hmac_finish(&hmac);
    return good ? 0 : 1;
}
