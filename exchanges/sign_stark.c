// SHA256_*: see sign_hmac.c.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "exchanges/sign_stark.h"

#include <openssl/crypto.h>

#include "exchanges/secret.h"
#include "exchanges/sign_nonce.h"

enum { TOP_SHIFT = 59, NONCE_SHIFT = 4, GRIND_TRIES = 256 };

static bool below_2_251(const struct u256 *value) {
    return value->limb[U256_LIMBS - 1] >> TOP_SHIFT == 0;
}

// From 1 to the order less 1, asked at once: one less, 0 becomes the largest number.
static bool is_from_one(const struct u256 *value) {
    static const struct u256 one = {{1}};
    struct u256 value_less_one;
    struct u256 order_less_one;
    u256_sub(&value_less_one, value, &one);
    u256_sub(&order_less_one, &scalar_order, &one);
    return u256_less(&value_less_one, &order_less_one);
}

// The seed takes as many bytes as it needs: none for 0.
static size_t seed_bytes(uint64_t seed, uint8_t out[8]) {
    size_t size = 0;
    for (int shift = 56; shift >= 0; shift -= 8) {
        if (size > 0 || seed >> shift != 0) {
            out[size++] = (uint8_t)(seed >> shift);
        }
    }
    return size;
}

void stark_nonce(const struct stark_key *key, struct felt hash, uint64_t seed, struct u256 *nonce) {
    struct sign_nonce generator;
    uint8_t data[SIGN_NONCE_SEED_MAX], candidate[SIGN_NONCE_SIZE];
    struct u256 secret = scalar_to_u256(key->secret);
    struct u256 message = felt_to_u256(hash);
    u256_to_bytes(&secret, data);
    u256_to_bytes(&message, &data[U256_SIZE]);
    size_t size = 2 * U256_SIZE + seed_bytes(seed, &data[2 * U256_SIZE]);
    sign_nonce_start(&generator, (struct slice){(const char *)data, size});
    bool good = false;
    while (!good) {
        sign_nonce_next(&generator, candidate);
        *nonce = u256_from_bytes(candidate);
        for (int i = 0; i < U256_LIMBS; i++) {
            uint64_t above = i + 1 < U256_LIMBS ? nonce->limb[i + 1] : 0;
            nonce->limb[i] = nonce->limb[i] >> NONCE_SHIFT | above << (64 - NONCE_SHIFT);
        }
        good = is_from_one(nonce);
        SECRET_PUBLISH(good); // what is refused is forgotten
    }
    sign_nonce_finish(&generator);
    OPENSSL_cleanse(data, sizeof(data));
    OPENSSL_cleanse(candidate, sizeof(candidate));
    OPENSSL_cleanse(&secret, sizeof(secret));
}

enum status stark_key_init(struct stark_key *key, const struct u256 *secret) {
    bool good = is_from_one(secret);
    SECRET_PUBLISH(good);
    if (!good) {
        return status_fail(STATUS_CONFIG, "the Stark private key is not below the curve's order");
    }
    struct curve_affine point;
    key->secret = scalar_from_u256(secret);
    struct curve_point product = curve_multiply_generator(&key->secret);
    (void)curve_to_affine(&product, &point);
    key->public_x = point.x;
    SECRET_PUBLISH(key->public_x);
    OPENSSL_cleanse(&product, sizeof(product));
    return STATUS_OK;
}

void stark_key_finish(struct stark_key *key) {
    OPENSSL_cleanse(key, sizeof(*key));
}

// With a = h + r d: s = a / k and w = k / a, by one inverse for both. A zero makes a zero s.
bool stark_sign_with(const struct stark_key *key, struct felt hash, const struct u256 *nonce,
                     struct stark_signature *out) {
    struct scalar k = scalar_from_u256(nonce);
    struct curve_point product = curve_multiply_generator(&k);
    struct curve_affine point;
    (void)curve_to_affine(&product, &point);
    out->r = felt_to_u256(point.x);
    struct u256 message = felt_to_u256(hash);
    struct scalar a =
        scalar_add(scalar_from_u256(&message), scalar_mul(scalar_from_u256(&out->r), key->secret));
    struct scalar inverse = scalar_invert(scalar_mul(k, a));
    struct u256 w = scalar_to_u256(scalar_mul(scalar_mul(k, k), inverse));
    out->s = scalar_to_u256(scalar_mul(scalar_mul(a, a), inverse));
    SECRET_PUBLISH(*out);
    SECRET_PUBLISH(w); // 1 / s
    OPENSSL_cleanse(&k, sizeof(k));
    OPENSSL_cleanse(&product, sizeof(product));
    OPENSSL_cleanse(&point, sizeof(point));
    OPENSSL_cleanse(&a, sizeof(a));
    OPENSSL_cleanse(&inverse, sizeof(inverse));
    return !u256_is_zero(&out->r) && below_2_251(&out->r) && !u256_is_zero(&out->s) &&
           below_2_251(&w);
}

enum status stark_sign_seeded(const struct stark_key *key, struct felt hash, uint64_t seed,
                              struct stark_signature *out) {
    struct u256 message = felt_to_u256(hash);
    struct u256 nonce;
    bool good = false;
    if (!below_2_251(&message)) {
        return status_fail(STATUS_DATA, "a hash of 2^251 or more cannot be signed");
    }
    for (; !good; seed++) {
        stark_nonce(key, hash, seed, &nonce);
        good = stark_sign_with(key, hash, &nonce, out);
    }
    OPENSSL_cleanse(&nonce, sizeof(nonce));
    return STATUS_OK;
}

enum status stark_sign(const struct stark_key *key, struct felt hash, struct stark_signature *out) {
    return stark_sign_seeded(key, hash, 0, out);
}

static bool has_x(const struct curve_point *point, struct felt x) {
    return !felt_is_zero(point->z) && felt_equals(point->x, felt_mul(x, point->z));
}

// The public key does not say which of its two points it is, so r may be the x of the sum or of the
// difference.
bool stark_verify(const struct curve_affine *public_point, struct felt hash,
                  const struct stark_signature *signature) {
    struct u256 message = felt_to_u256(hash);
    struct scalar inverse = scalar_invert(scalar_from_u256(&signature->s));
    struct u256 w = scalar_to_u256(inverse);
    struct felt r;
    if (u256_is_zero(&signature->r) || !below_2_251(&signature->r) || u256_is_zero(&signature->s) ||
        !u256_less(&signature->s, &scalar_order) || !below_2_251(&w) || !below_2_251(&message) ||
        !felt_from_u256(&signature->r, &r)) {
        return false;
    }
    struct scalar of_generator = scalar_mul(scalar_from_u256(&message), inverse);
    struct u256 of_public = scalar_to_u256(scalar_mul(scalar_from_u256(&signature->r), inverse));
    struct curve_point sum = curve_multiply_generator(&of_generator);
    struct curve_point difference = sum;
    struct curve_point other = curve_multiply_public(public_point, &of_public);
    curve_add(&sum, &other);
    other.y = felt_sub(FELT_ZERO, other.y);
    curve_add(&difference, &other);
    return has_x(&sum, r) || has_x(&difference, r);
}

// The largest multiple of the order below 2^256 is the limit, so that every key is as likely. One
// try in thirty fails.
void stark_grind(const uint8_t r[U256_SIZE], enum stark_grind_seed rule, struct u256 *secret) {
    static const struct u256 limit = {
        {0xae6da5f40b0358b1, 0x38a13b4b920e9411, 0xfffffffffffffff7, 0xf80000000000020e}};
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX start;
    size_t skipped = 0;
    while (rule == STARK_GRIND_MINIMAL_BYTES && skipped + 1 < U256_SIZE && r[skipped] == 0) {
        skipped++;
    }
    SHA256_Init(&start);
    SHA256_Update(&start, &r[skipped], U256_SIZE - skipped);
    bool good = false;
    for (unsigned i = 0; !good; i++) {
        ASSERT(i < GRIND_TRIES);
        uint8_t index = (uint8_t)i;
        SHA256_CTX context = start;
        SHA256_Update(&context, &index, sizeof(index));
        SHA256_Final(digest, &context);
        *secret = u256_from_bytes(digest);
        good = u256_less(secret, &limit);
    }
    struct scalar reduced = scalar_from_u256(secret);
    *secret = scalar_to_u256(reduced);
    OPENSSL_cleanse(&reduced, sizeof(reduced));
    OPENSSL_cleanse(&start, sizeof(start));
    OPENSSL_cleanse(digest, sizeof(digest));
}
