// Starknet's curve beside OpenSSL's arithmetic on the same curve, the ranges of signing, and the
// bounds of the field's unreduced sums.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "exchanges/sign_stark.h"

enum { KEYS = 200 };

static const char curve_beta[] = "06f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89";
static const char generator_x[] =
    "01ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca";
static const char generator_y[] =
    "005668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f";

// xorshift64*: the same keys in every run.
static uint64_t next_random(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d;
}

static struct u256 random_number(uint64_t *state) {
    struct u256 value;
    for (int i = 0; i < U256_LIMBS; i++) {
        value.limb[i] = next_random(state);
    }
    return value;
}

static BIGNUM *bignum_of(const struct u256 *value) {
    uint8_t bytes[U256_SIZE];
    u256_to_bytes(value, bytes);
    return BN_bin2bn(bytes, sizeof(bytes), NULL);
}

static struct felt felt_of_bignum(const BIGNUM *value) {
    uint8_t bytes[U256_SIZE];
    struct felt out;
    assert_int_equal(BN_bn2binpad(value, bytes, sizeof(bytes)), sizeof(bytes));
    struct u256 number = u256_from_bytes(bytes);
    assert_true(felt_from_u256(&number, &out));
    return out;
}

struct other {
    BN_CTX *context;
    EC_GROUP *group;
    EC_POINT *point;
    BIGNUM *x, *y;
};

static void other_init(struct other *other) {
    BIGNUM *beta = NULL;
    BIGNUM *p = bignum_of(&felt_prime);
    BIGNUM *n = bignum_of(&scalar_order);
    other->context = BN_CTX_new();
    other->x = NULL;
    other->y = NULL;
    assert_true(BN_hex2bn(&beta, curve_beta) > 0 && BN_hex2bn(&other->x, generator_x) > 0 &&
                BN_hex2bn(&other->y, generator_y) > 0);
    other->group = EC_GROUP_new_curve_GFp(p, BN_value_one(), beta, other->context);
    assert_non_null(other->group);
    other->point = EC_POINT_new(other->group);
    assert_int_equal(EC_POINT_set_affine_coordinates(other->group, other->point, other->x, other->y,
                                                     other->context),
                     1);
    assert_int_equal(EC_GROUP_set_generator(other->group, other->point, n, BN_value_one()), 1);
    BN_free(beta);
    BN_free(p);
    BN_free(n);
}

static void other_finish(struct other *other) {
    BN_free(other->x);
    BN_free(other->y);
    EC_POINT_free(other->point);
    EC_GROUP_free(other->group);
    BN_CTX_free(other->context);
}

static void test_openssl(void **state) {
    (void)state;
    struct other other;
    uint64_t random = 88172645463325252;
    other_init(&other);
    for (int i = 0; i < KEYS; i++) {
        struct u256 number = random_number(&random);
        struct scalar k = scalar_from_u256(&number);
        struct curve_point product = curve_multiply_generator(&k);
        struct curve_affine affine;
        BIGNUM *factor = bignum_of(&number);
        assert_true(curve_to_affine(&product, &affine));
        assert_true(curve_contains(&affine));
        assert_int_equal(EC_POINT_mul(other.group, other.point, factor, NULL, NULL, other.context),
                         1);
        assert_int_equal(EC_POINT_get_affine_coordinates(other.group, other.point, other.x, other.y,
                                                         other.context),
                         1);
        assert_true(felt_equals(affine.x, felt_of_bignum(other.x)));
        assert_true(felt_equals(affine.y, felt_of_bignum(other.y)));
        BN_free(factor);
    }
    other_finish(&other);
}

// The largest stored values that the functions promise to take.
static void test_bounds(void **state) {
    (void)state;
    const struct felt almost_2p = {{{1, 0, 0, 2 * FELT_TOP}}}; // 2p - 1
    const struct felt most = {{{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}}};
    struct felt twice_p;
    struct felt four = felt_sum(almost_2p, almost_2p);
    struct felt eight = felt_sum(four, four);
    struct felt fourteen = felt_sum(felt_sum(eight, four), almost_2p);
    u256_add(&twice_p.raw, &felt_prime, &felt_prime);
    struct felt expected = felt_mul(almost_2p, almost_2p);
    assert_true(u256_less(&expected.raw, &twice_p.raw));
    struct felt product = felt_mul(fourteen, almost_2p);
    assert_true(u256_less(&product.raw, &twice_p.raw));
    struct felt seven = FELT_ZERO;
    for (int i = 0; i < 7; i++) {
        seven = felt_add(seven, expected);
    }
    assert_true(felt_equals(product, seven));
    struct felt settled = felt_settle(most);
    struct u256 number = felt_to_u256(settled);
    struct u256 same = felt_to_u256(most);
    assert_true(u256_less(&settled.raw, &twice_p.raw));
    assert_true(u256_equals(&number, &same));
    for (uint64_t top = 0; top < 32; top++) { // every quotient, with and without a borrow
        for (uint64_t low = 0; low < 2; low++) {
            struct felt value = {{{low, 0, 0, top << 59}}};
            settled = felt_settle(value);
            assert_true(u256_less(&settled.raw, &twice_p.raw));
            number = felt_to_u256(settled);
            same = felt_to_u256(value);
            assert_true(u256_equals(&number, &same));
        }
    }
    assert_true(felt_is_zero((struct felt){felt_prime}));
    assert_true(felt_equals((struct felt){felt_prime}, FELT_ZERO));
    assert_true(felt_is_zero(felt_sub(almost_2p, almost_2p)));
}

static void test_texts(void **state) {
    (void)state;
    struct felt value;
    assert_false(felt_from_number(SLICE(""), &value));
    assert_false(felt_from_number(
        SLICE("0x800000000000011000000000000000000000000000000000000000000000001"), &value));
    assert_true(felt_is_zero(value));
    assert_true(felt_from_number(
        SLICE("0x800000000000011000000000000000000000000000000000000000000000000"), &value));
    assert_true(felt_is_zero(felt_add(value, FELT_ONE)));
    assert_false(felt_from_short_string(SLICE("12345678901234567890123456789012"), &value));
    assert_false(felt_from_short_string(SLICE("\xc3\xa9"), &value));
    assert_true(felt_from_short_string(SLICE(""), &value) && felt_is_zero(value));
}

static void test_infinity(void **state) {
    (void)state;
    const struct u256 zero = {{0}};
    const struct u256 one = {{1}};
    struct scalar none = scalar_from_u256(&scalar_order);
    struct scalar unit = scalar_from_u256(&one);
    struct curve_affine affine;
    struct curve_point point = curve_multiply_generator(&none);
    assert_false(curve_to_affine(&point, &affine));
    assert_true(felt_is_zero(affine.x) && felt_is_zero(affine.y));
    point = curve_multiply_generator(&unit);
    assert_true(curve_to_affine(&point, &affine));
    point = curve_multiply_public(&affine, &scalar_order);
    assert_false(curve_to_affine(&point, &affine));
    point = curve_multiply_public(&affine, &zero);
    assert_false(curve_to_affine(&point, &affine));
    struct curve_point other = CURVE_INFINITY;
    curve_add(&point, &other);
    assert_false(curve_to_affine(&point, &affine));
}

static void test_keys(void **state) {
    (void)state;
    struct stark_key key;
    struct u256 secret = {{0}};
    assert_int_equal(stark_key_init(&key, &secret), STATUS_CONFIG);
    assert_int_equal(stark_key_init(&key, &scalar_order), STATUS_CONFIG);
    u256_sub(&secret, &scalar_order, &(struct u256){{1}});
    assert_int_equal(stark_key_init(&key, &secret), STATUS_OK);
    struct stark_key first;
    assert_int_equal(stark_key_init(&first, &(struct u256){{1}}), STATUS_OK);
    assert_true(felt_equals(key.public_x, first.public_x)); // -G and G
}

static void test_ranges(void **state) {
    (void)state;
    struct stark_key key;
    struct stark_signature signature;
    const struct u256 secret = {{12345}};
    const struct u256 nonce = {{67890}};
    const struct u256 bound = {{0, 0, 0, (uint64_t)1 << 59}}; // 2^251
    struct felt hash;
    assert_int_equal(stark_key_init(&key, &secret), STATUS_OK);
    assert_true(felt_from_u256(&bound, &hash));
    assert_int_equal(stark_sign(&key, hash, &signature), STATUS_DATA);
    hash = felt_sub(hash, FELT_ONE);
    assert_int_equal(stark_sign(&key, hash, &signature), STATUS_OK);
    struct curve_affine point;
    assert_true(curve_lift_x(key.public_x, &point));
    assert_true(stark_verify(&point, hash, &signature));
    struct stark_signature other = signature;
    u256_add(&other.r, &other.r, &felt_prime); // the same x, not the same number
    assert_false(stark_verify(&point, hash, &other));
    other = signature;
    u256_add(&other.s, &other.s, &scalar_order);
    assert_false(stark_verify(&point, hash, &other));

    // h = -r d makes h + r d zero, which no nonce may be used for.
    assert_true(stark_sign_with(&key, hash, &nonce, &signature));
    struct scalar r = scalar_from_u256(&signature.r);
    struct scalar product = scalar_mul(r, scalar_from_u256(&secret));
    struct u256 positive = scalar_to_u256(product);
    struct u256 negative;
    u256_sub(&negative, &scalar_order, &positive);
    assert_true(felt_from_u256(&negative, &hash));
    assert_false(stark_sign_with(&key, hash, &nonce, &signature));
    assert_int_equal(stark_sign(&key, hash, &signature), STATUS_OK);
    assert_true(stark_verify(&point, hash, &signature));
    stark_key_finish(&key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_openssl), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_texts),   cmocka_unit_test(test_infinity),
        cmocka_unit_test(test_keys),    cmocka_unit_test(test_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
