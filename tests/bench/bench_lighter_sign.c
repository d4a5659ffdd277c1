// Lighter: what a signature is made of, and the whole way of an order from its fields to the signed
// JSON. The best round is held against the goal: it is what the code costs without its neighbours.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "exchanges/hash_poseidon2.h"
#include "exchanges/lighter_tx.h"

enum { ROUNDS = 41 };

struct load {
    struct schnorr_key key;
    struct ecgfp5_scalar scalar;
    struct ecgfp5_point point;
    struct ecgfp5_affine affine;
    struct fp5 a, message;
    uint64_t element;
    uint64_t state[POSEIDON2_WIDTH];
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    uint64_t count;
};

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void must(bool good) {
    if (!good) {
        fputs("bench_lighter_sign: a step failed\n", stderr);
        exit(1);
    }
}

static void field_mul(struct load *load) {
    load->element = gl_mul(load->element, load->element);
}

static void field_invert(struct load *load) {
    load->element = gl_invert(load->element);
}

static void extension_mul(struct load *load) {
    load->a = fp5_mul(load->a, load->message);
}

static void extension_invert(struct load *load) {
    load->a = fp5_invert(load->a);
}

static void add(struct load *load) {
    load->point = ecgfp5_add_affine(&load->point, &load->affine);
}

static void permute(struct load *load) {
    poseidon2_permute(load->state);
}

static void scalar_mul(struct load *load) {
    load->scalar = ecgfp5_scalar_mul(load->scalar, load->key.secret);
}

static void multiply(struct load *load) {
    load->point = ecgfp5_multiply_generator(load->scalar);
    load->scalar.limb[0] ^= load->point.x.c[0];
}

static void sign(struct load *load) {
    schnorr_sign(&load->key, load->message, load->count++, load->signature);
}

static void verify(struct load *load) {
    must(schnorr_verify(load->key.public_key, load->message, load->signature));
}

static void order(struct load *load) {
    char data[LIGHTER_TX_JSON_MAX];
    struct text text = TEXT_OVER(data);
    struct lighter_tx tx = {
        .type = LIGHTER_CREATE_ORDER,
        .nonce = load->count++,
        .expired_at_ms = 1795219201337,
        .account = 715085,
        .api_key = 5,
        .fields = {[LIGHTER_ORDER_CLIENT] = 281474976710655,
                   [LIGHTER_ORDER_BASE] = 1000,
                   [LIGHTER_ORDER_PRICE] = 235274,
                   [LIGHTER_ORDER_TIME_IN_FORCE] = 2,
                   [LIGHTER_ORDER_EXPIRY_MS] = 1797638400000},
    };
    struct fp5 hash = lighter_tx_hash(&tx, LIGHTER_CHAIN_MAINNET);
    schnorr_sign(&load->key, hash, load->count, load->signature);
    lighter_tx_write(&tx, load->signature, &text);
    must(!text.truncated);
}

static void token(struct load *load) {
    char data[LIGHTER_TOKEN_MAX];
    struct text text = TEXT_OVER(data);
    lighter_token_write(&load->key, 1795219200 + load->count++, 715085, 5, 1, &text);
    must(!text.truncated);
}

struct row {
    const char *name;
    void (*run)(struct load *load);
    int times;       // in a round
    int64_t goal_ns; // 0: for comparison only
};

static bool measure(const struct row *row, struct load *load) {
    int64_t ps[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = mono_now_ns();
        for (int i = 0; i < row->times; i++) {
            row->run(load);
        }
        ps[round] = (mono_now_ns() - start) * 1000 / row->times;
    }
    qsort(ps, ROUNDS, sizeof(ps[0]), compare);
    bool good = row->goal_ns == 0 || ps[0] <= row->goal_ns * 1000;
    printf("lighter %-22s median %" PRId64 ".%" PRId64 " ns best %" PRId64 ".%" PRId64 " ns",
           row->name, ps[ROUNDS / 2] / 1000, ps[ROUNDS / 2] / 100 % 10, ps[0] / 1000,
           ps[0] / 100 % 10);
    if (row->goal_ns > 0) {
        printf(" goal %" PRId64 " %s", row->goal_ns, good ? "ok" : "FAIL");
    }
    printf("\n");
    return good;
}

int main(void) {
    static const struct row rows[] = {
        {"signature", sign, 20, 150000},
        {"order, fields to JSON", order, 20, 150000},
        {"token", token, 20, 150000},
        {"k*G", multiply, 20, 0},
        {"verification", verify, 5, 0},
        {"addition of points", add, 1000, 0},
        {"poseidon2 permutation", permute, 500, 0},
        {"scalar multiplication", scalar_mul, 1000, 0},
        {"fp5 multiplication", extension_mul, 5000, 0},
        {"fp5 inversion", extension_invert, 200, 0},
        {"goldilocks product", field_mul, 20000, 0},
        {"goldilocks inversion", field_invert, 1000, 0},
    };
    uint8_t secret[SCHNORR_KEY_SIZE];
    struct load load = {.element = 0x123456789abcdef};
    bool good = true;
    memset(secret, 0x35, sizeof(secret));
    must(schnorr_key_init(&load.key, secret) == STATUS_OK);
    load.scalar = load.key.secret;
    load.point = ecgfp5_multiply_generator(load.scalar);
    load.affine = ecgfp5_to_affine(&load.point);
    load.a = load.message = load.key.public_key;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].run == verify) {
            sign(&load);
        }
        good = measure(&rows[i], &load) && good;
    }
    schnorr_key_finish(&load.key);
    return good ? 0 : 1;
}
