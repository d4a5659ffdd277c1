// Starknet: a signature, Poseidon's permutation, and the whole of an order for Extended and for
// Paradex from its fields to (r, s). The floor of k * G is OpenSSL's arithmetic for any curve. The
// best round is held against the goal: it is what the code costs without its neighbours.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "base/clock.h"
#include "exchanges/extended_hash.h"
#include "exchanges/hash_keccak.h"
#include "exchanges/hash_starknet.h"
#include "exchanges/paradex_hash.h"
#include "exchanges/sign_stark.h"

enum { ROUNDS = 41 };

struct load {
    struct stark_key key;
    struct scalar k;
    struct felt felt;
    struct felt state[POSEIDON_WIDTH];
    struct paradex_hash paradex;
    struct extended_hash extended;
    struct curve_affine public_point;
    struct stark_signature signature;
    EC_GROUP *group;
    EC_POINT *point;
    BIGNUM *factor;
    BN_CTX *context;
    uint64_t count;
};

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void must(bool good) {
    if (!good) {
        fputs("bench_stark: a step failed\n", stderr);
        exit(1);
    }
}

static void sign(struct load *load) {
    must(stark_sign(&load->key, felt_from_u64(load->count++), &load->signature) == STATUS_OK);
}

static void permute(struct load *load) {
    poseidon_permute(load->state);
}

static void pedersen(struct load *load) {
    load->felt = pedersen_hash(load->felt, load->state[0]);
}

static void multiply(struct load *load) {
    struct curve_point product = curve_multiply_generator(&load->k);
    load->k.raw.limb[0] ^= product.x.raw.limb[0];
}

static void floor_multiply(struct load *load) {
    must(EC_POINT_mul(load->group, load->point, load->factor, NULL, NULL, load->context) == 1);
}

static void verify(struct load *load) {
    must(stark_verify(&load->public_point, felt_from_u64(1), &load->signature));
}

static void paradex(struct load *load) {
    struct felt message;
    struct paradex_hash_order order = {.timestamp_ms = 1706868900000 + load->count++,
                                       .market = SLICE("BTC-USD-PERP"),
                                       .side = SIDE_SELL,
                                       .type = SLICE("LIMIT"),
                                       .size_e8 = 3123400,
                                       .price_e8 = 6123450000000};
    must(paradex_hash_place(&load->paradex, &order, &message) == STATUS_OK &&
         stark_sign(&load->key, message, &load->signature) == STATUS_OK);
}

static void extended(struct load *load) {
    struct extended_hash_order order = {.base_asset = load->state[0],
                                        .quote_asset = load->state[1],
                                        .fee_asset = load->state[1],
                                        .base_amount = 1000,
                                        .quote_amount = -43445117,
                                        .fee_amount = 21723,
                                        .expiration_s = 1706836137,
                                        .salt = load->count++};
    must(stark_sign(&load->key, extended_hash_place(&load->extended, &order), &load->signature) ==
         STATUS_OK);
}

static void keccak(struct load *load) {
    uint8_t digest[KECCAK_SIZE];
    keccak256((struct slice){(const char *)&load->state, sizeof(load->state)}, digest);
    load->state[0].raw.limb[0] ^= digest[0];
}

static void load_init(struct load *load) {
    const struct u256 secret = {{0x123456789abcdef0, 2, 3, 0x0712345678901234}};
    BIGNUM *p = NULL;
    BIGNUM *beta = NULL;
    BIGNUM *n = NULL;
    memset(load, 0, sizeof(*load));
    must(stark_key_init(&load->key, &secret) == STATUS_OK &&
         curve_lift_x(load->key.public_x, &load->public_point));
    load->k = scalar_from_u256(&secret);
    load->felt = starknet_word("a");
    for (int i = 0; i < POSEIDON_WIDTH; i++) {
        load->state[i] = starknet_keccak(SLICE("a state"));
    }
    must(paradex_hash_init(&load->paradex, SLICE("PRIVATE_SN_PARACLEAR_MAINNET"),
                           load->key.public_x) == STATUS_OK &&
         extended_hash_init(&load->extended, SLICE("SN_MAIN"), 10002, load->key.public_x) ==
             STATUS_OK);
    load->context = BN_CTX_new();
    must(BN_hex2bn(&p, "0800000000000011000000000000000000000000000000000000000000000001") > 0 &&
         BN_hex2bn(&n, "0800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f") > 0 &&
         BN_hex2bn(&beta, "06f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89") > 0);
    load->group = EC_GROUP_new_curve_GFp(p, BN_value_one(), beta, load->context);
    must(load->group != NULL);
    load->point = EC_POINT_new(load->group);
    uint8_t bytes[U256_SIZE];
    struct u256 x = felt_to_u256(load->public_point.x);
    u256_to_bytes(&x, bytes);
    BIGNUM *public_x = BN_bin2bn(bytes, sizeof(bytes), NULL);
    must(EC_POINT_set_compressed_coordinates(load->group, load->point, public_x, 0,
                                             load->context) == 1 &&
         EC_GROUP_set_generator(load->group, load->point, n, BN_value_one()) == 1);
    u256_to_bytes(&secret, bytes);
    load->factor = BN_bin2bn(bytes, sizeof(bytes), NULL);
    BN_free(p);
    BN_free(n);
    BN_free(beta);
    BN_free(public_x);
}

static void load_finish(struct load *load) {
    stark_key_finish(&load->key);
    BN_free(load->factor);
    EC_POINT_free(load->point);
    EC_GROUP_free(load->group);
    BN_CTX_free(load->context);
}

struct row {
    const char *name;
    void (*run)(struct load *load);
    int times;       // in a round
    int64_t goal_ns; // 0: for comparison only
};

static bool measure(const struct row *row, struct load *load) {
    int64_t ns[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = mono_now_ns();
        for (int i = 0; i < row->times; i++) {
            row->run(load);
        }
        ns[round] = (mono_now_ns() - start) / row->times;
    }
    qsort(ns, ROUNDS, sizeof(ns[0]), compare);
    bool good = row->goal_ns == 0 || ns[0] <= row->goal_ns;
    printf("stark %-24s median %" PRId64 " ns best %" PRId64 " ns", row->name, ns[ROUNDS / 2],
           ns[0]);
    if (row->goal_ns > 0) {
        printf(" goal %" PRId64 " %s", row->goal_ns, good ? "ok" : "FAIL");
    }
    printf("\n");
    return good;
}

int main(void) {
    static const struct row rows[] = {
        {"signature", sign, 20, 40000},
        {"poseidon permutation", permute, 100, 4000},
        {"extended order", extended, 10, 120000},
        {"paradex order", paradex, 10, 200000},
        {"pedersen hash", pedersen, 20, 0},
        {"k*G", multiply, 20, 0},
        {"k*G of OpenSSL, floor", floor_multiply, 5, 0},
        {"verification", verify, 5, 0},
        {"keccak-256 of 96 bytes", keccak, 200, 0},
    };
    struct load load;
    bool good = true;
    load_init(&load);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].run == verify) {
            must(stark_sign(&load.key, felt_from_u64(1), &load.signature) == STATUS_OK);
        }
        good = measure(&rows[i], &load) && good;
    }
    load_finish(&load);
    return good ? 0 : 1;
}
