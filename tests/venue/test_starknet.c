// The vectors of the Starknet sheet and of the venues that sign by it: arithmetic, hashes,
// signatures, keys. Every case of a file is checked, or counted as one that another test checks.
#include "stark_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/hash_keccak.h"
#include "exchanges/hash_pedersen.h"
#include "exchanges/hash_poseidon.h"
#include "exchanges/hash_starknet.h"

enum { TEXT_MAX = 4096 };

static struct curve_affine point_of(struct slice array) {
    struct slice items[VECTOR_LIST_MAX];
    assert_int_equal(vector_list_of(array, items), 2);
    return (struct curve_affine){vector_felt_of(items[0]), vector_felt_of(items[1])};
}

static size_t bytes_of(struct slice hex, uint8_t *out, size_t capacity) {
    size_t at = slice_starts(hex, SLICE("0x")) ? 2 : 0;
    size_t size = (hex.size - at) / 2;
    assert_true(size <= capacity);
    for (size_t i = 0; i < size; i++) {
        struct u256 byte;
        assert_true(u256_from_hex((struct slice){&hex.data[at + 2 * i], 2}, &byte));
        out[i] = (uint8_t)byte.limb[0];
    }
    return size;
}

static bool check_field(struct slice one) {
    if (vector_is_kind(one, "signed_to_felt")) {
        int64_t value;
        assert_true(decimal_parse(vector_word(one, "value"), 0, &value));
        vector_check_felt(felt_from_i64(value), vector_word(one, "felt"));
        return true;
    }
    struct felt a = vector_felt_member(one, "a");
    struct felt b = vector_felt_member(one, "b");
    vector_check_felt(felt_add(a, b), vector_word(one, "add"));
    vector_check_felt(felt_sub(a, b), vector_word(one, "sub"));
    vector_check_felt(felt_mul(a, b), vector_word(one, "mul"));
    vector_check_felt(felt_invert(a), vector_word(one, "inv_a"));
    vector_check_felt(felt_mul(felt_sqr(a), a), vector_word(one, "cube_a"));
    return true;
}

static void check_point(const struct curve_point *point, struct slice expected) {
    struct slice items[VECTOR_LIST_MAX];
    struct curve_affine affine;
    assert_int_equal(vector_list_of(expected, items), 2);
    assert_true(curve_to_affine(point, &affine));
    assert_true(curve_contains(&affine));
    vector_check_felt(affine.x, items[0]);
    vector_check_felt(affine.y, items[1]);
}

static struct curve_point sum_of(const struct curve_affine *p, const struct curve_affine *q) {
    struct curve_point sum = {p->x, p->y, FELT_ONE};
    struct curve_point other = {q->x, q->y, FELT_ONE};
    struct curve_point mixed = sum;
    struct curve_affine a;
    struct curve_affine b;
    curve_add(&sum, &other);
    curve_add_affine(&mixed, q);
    assert_int_equal(curve_to_affine(&sum, &a), curve_to_affine(&mixed, &b));
    assert_true(felt_equals(a.x, b.x) && felt_equals(a.y, b.y));
    return sum;
}

static bool check_curve(struct slice one) {
    struct curve_affine affine;
    struct curve_point point;
    if (vector_is_kind(one, "mul_g")) {
        static const struct u256 unit = {{1}};
        struct u256 k = vector_u256_of(vector_word(one, "k"));
        struct scalar scalar = scalar_from_u256(&k);
        struct scalar of_one = scalar_from_u256(&unit);
        point = curve_multiply_generator(&of_one);
        assert_true(curve_to_affine(&point, &affine));
        if (!slice_equals(vector_word(one, "point"), SLICE("null"))) {
            point = curve_multiply_generator(&scalar);
            check_point(&point, harness_member(one, "point"));
            point = curve_multiply_public(&affine, &k);
            check_point(&point, harness_member(one, "point"));
        }
    } else if (vector_is_kind(one, "public_key_x")) {
        vector_check_key(vector_word(one, "private"), vector_word(one, "x"));
    } else if (vector_is_kind(one, "add") || vector_is_kind(one, "add_inverse")) {
        struct curve_affine p = point_of(harness_member(one, "p"));
        struct curve_affine q = point_of(harness_member(one, "q"));
        point = sum_of(&p, &q);
        if (vector_is_kind(one, "add")) {
            check_point(&point, harness_member(one, "sum"));
        } else {
            assert_false(curve_to_affine(&point, &affine));
        }
    } else if (vector_is_kind(one, "double")) {
        struct curve_affine p = point_of(harness_member(one, "p"));
        point = sum_of(&p, &p);
        check_point(&point, harness_member(one, "sum"));
    } else if (vector_is_kind(one, "lift_x")) {
        struct slice items[VECTOR_LIST_MAX];
        assert_true(curve_lift_x(vector_felt_member(one, "x"), &affine));
        assert_int_equal(vector_list_of(harness_member(one, "y_candidates"), items), 2);
        assert_true(felt_equals(affine.y, vector_felt_of(items[0])) ||
                    felt_equals(affine.y, vector_felt_of(items[1])));
    } else {
        assert_true(vector_is_kind(one, "lift_x_invalid"));
        assert_false(curve_lift_x(vector_felt_member(one, "x"), &affine));
    }
    return true;
}

static bool check_pedersen(struct slice one) {
    struct slice items[VECTOR_LIST_MAX];
    struct slice after[VECTOR_LIST_MAX];
    if (!vector_is_kind(one, "hash_on_elements")) {
        vector_check_felt(pedersen_hash(vector_felt_member(one, "a"), vector_felt_member(one, "b")),
                          vector_word(one, "hash"));
        return true;
    }
    struct pedersen pedersen;
    pedersen_init(&pedersen);
    size_t count = vector_list_of(harness_member(one, "elements"), items);
    assert_true(vector_list_of(harness_member(one, "accumulator_after_each"), after) >= count);
    for (size_t i = 0; i < count; i++) {
        pedersen_add(&pedersen, vector_felt_of(items[i]));
        vector_check_felt(pedersen.hash, after[i]);
    }
    vector_check_felt(pedersen_finish(&pedersen), vector_word(one, "hash"));
    return true;
}

static struct felt poseidon_of(struct slice array) {
    struct slice items[VECTOR_LIST_MAX];
    struct poseidon poseidon;
    size_t count = vector_list_of(array, items);
    poseidon_init(&poseidon);
    for (size_t i = 0; i < count; i++) {
        poseidon_add(&poseidon, vector_felt_of(items[i]));
    }
    return poseidon_finish(&poseidon);
}

static bool check_poseidon(struct slice one) {
    struct slice items[VECTOR_LIST_MAX];
    if (vector_is_kind(one, "permutation")) {
        struct felt s[POSEIDON_WIDTH];
        assert_int_equal(vector_list_of(harness_member(one, "in"), items), POSEIDON_WIDTH);
        for (int i = 0; i < POSEIDON_WIDTH; i++) {
            s[i] = vector_felt_of(items[i]);
        }
        poseidon_permute(s);
        assert_int_equal(vector_list_of(harness_member(one, "out"), items), POSEIDON_WIDTH);
        for (int i = 0; i < POSEIDON_WIDTH; i++) {
            vector_check_felt(s[i], items[i]);
        }
    } else if (vector_is_kind(one, "hash_two")) {
        vector_check_felt(
            poseidon_hash2(vector_felt_member(one, "a"), vector_felt_member(one, "b")),
            vector_word(one, "hash"));
    } else if (vector_is_kind(one, "hash_one")) {
        vector_check_felt(poseidon_hash1(vector_felt_member(one, "a")), vector_word(one, "hash"));
    } else {
        assert_true(vector_is_kind(one, "hash_many"));
        vector_check_felt(poseidon_of(harness_member(one, "elements")), vector_word(one, "hash"));
    }
    return true;
}

static void check_digest(struct slice message, struct slice expected) {
    uint8_t digest[KECCAK_SIZE];
    uint8_t bytes[KECCAK_SIZE];
    keccak256(message, digest);
    assert_int_equal(bytes_of(expected, bytes, sizeof(bytes)), KECCAK_SIZE);
    assert_memory_equal(digest, bytes, KECCAK_SIZE);
}

// The three venues' files name their input in different ways.
static bool check_keccak(struct slice one) {
    static const char *const texts[] = {"ascii", "input_utf8"};
    static const char *const bytes[] = {"input_hex", "publicKey"};
    char data[TEXT_MAX];
    bool known = false;
    if (vector_is_kind(one, "short_string")) {
        struct felt value;
        assert_true(felt_from_short_string(vector_word(one, "ascii"), &value));
        vector_check_felt(value, vector_word(one, "felt"));
        return true;
    }
    if (harness_member(one, "keccak256").size == 0) {
        return false; // a selector by a rule of contracts, the permutation alone
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (harness_member(one, texts[i]).size > 0) {
            struct text text = TEXT_OVER(data);
            assert_true(json_string_decode(vector_word(one, texts[i]), &text));
            check_digest(text_slice(&text), vector_word(one, "keccak256"));
            if (vector_is_kind(one, "starknet_keccak")) {
                vector_check_felt(starknet_keccak(text_slice(&text)),
                                  vector_word(one, "starknet_keccak"));
            }
            known = true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(bytes); i++) {
        if (harness_member(one, bytes[i]).size > 0) {
            size_t size = bytes_of(vector_word(one, bytes[i]), (uint8_t *)data, sizeof(data));
            check_digest((struct slice){data, size}, vector_word(one, "keccak256"));
            known = true;
        }
    }
    return known;
}

static void check_type(struct slice one, const char *text_name, const char *hash_name) {
    char data[TEXT_MAX];
    struct text text = TEXT_OVER(data);
    assert_true(json_string_decode(vector_word(one, text_name), &text));
    vector_check_felt(starknet_keccak(text_slice(&text)), vector_word(one, hash_name));
}

static bool check_typed_data(struct slice one) {
    static const char *const structs[] = {"domain", "person", "mail", "message"};
    char name[64];
    for (size_t i = 0; i < COUNT_OF(structs); i++) {
        char hash[64];
        if (i < 3) {
            assert_true((size_t)snprintf(name, sizeof(name), "%s_type_string", structs[i]) <
                        sizeof(name));
            assert_true((size_t)snprintf(hash, sizeof(hash), "%s_type_hash", structs[i]) <
                        sizeof(hash));
            check_type(one, name, hash);
        }
        assert_true((size_t)snprintf(name, sizeof(name), "%s_elements", structs[i]) < sizeof(name));
        assert_true((size_t)snprintf(hash, sizeof(hash), "%s_hash", structs[i]) < sizeof(hash));
        vector_check_felt(poseidon_of(harness_member(one, name)), vector_word(one, hash));
    }
    vector_check_key(vector_word(one, "private_key"), vector_word(one, "public_key"));
    return true;
}

static bool check_ecdsa(struct slice one) {
    struct felt hash = vector_felt_member(one, "hash");
    struct stark_signature signature;
    if (vector_is_kind(one, "verify")) {
        struct curve_affine point;
        signature.r = vector_u256_of(vector_word(one, "r"));
        signature.s = vector_u256_of(vector_word(one, "s"));
        assert_true(curve_lift_x(vector_felt_member(one, "public_x"), &point));
        bool valid = slice_equals(vector_word(one, "valid"), SLICE("true"));
        assert_int_equal(stark_verify(&point, hash, &signature), valid);
        point.y = felt_sub(FELT_ZERO, point.y);
        assert_int_equal(stark_verify(&point, hash, &signature), valid);
        return true;
    }
    struct u256 secret = vector_u256_of(vector_word(one, "private"));
    struct stark_key key;
    assert_int_equal(stark_key_init(&key, &secret), STATUS_OK);
    if (vector_is_kind(one, "sign_fixed_k")) {
        struct u256 k = vector_u256_of(vector_word(one, "k"));
        assert_true(stark_sign_with(&key, hash, &k, &signature));
        vector_check_number(&signature.r, vector_word(one, "r"));
        vector_check_number(&signature.s, vector_word(one, "s"));
        return true;
    }
    struct slice entropy = vector_word(one, "extra_entropy");
    struct u256 seed = {{0}};
    assert_true(entropy.size == 0 || u256_from_hex(entropy, &seed));
    struct u256 nonce;
    stark_nonce(&key, hash, seed.limb[0], &nonce);
    vector_check_number(&nonce, vector_word(harness_member(one, "trace"), "k"));
    vector_check_felt(key.public_x, vector_word(one, "public_x"));
    vector_check_signature(&key, hash, seed.limb[0], vector_word(one, "r"), vector_word(one, "s"));
    return true;
}

static void check_grind(struct slice r_hex, enum stark_grind_seed rule, struct slice secret) {
    uint8_t r[U256_SIZE];
    struct u256 found;
    struct slice first = {r_hex.data, 2 + 2 * U256_SIZE};
    assert_int_equal(bytes_of(first, r, sizeof(r)), sizeof(r));
    stark_grind(r, rule, &found);
    vector_check_number(&found, secret);
}

static bool check_grinding(struct slice one) {
    struct slice other = vector_word(one, "alt_private");
    struct slice secret = vector_word(one, "stark_private");
    check_grind(vector_word(one, "r"), STARK_GRIND_MINIMAL_BYTES, secret);
    check_grind(vector_word(one, "r"), STARK_GRIND_ALL_BYTES, other.size > 0 ? other : secret);
    vector_check_key(secret, vector_word(one, "stark_public_x"));
    return true;
}

static bool check_extended_key(struct slice one) {
    check_grind(vector_word(one, "eth_signature"), STARK_GRIND_ALL_BYTES,
                vector_word(one, "stark_private"));
    vector_check_key(vector_word(one, "stark_private"), vector_word(one, "stark_public"));
    return true;
}

static bool check_paradex_account(struct slice one) {
    struct slice items[VECTOR_LIST_MAX];
    struct felt calldata[VECTOR_LIST_MAX];
    check_grind(vector_word(one, "eth_signature"), STARK_GRIND_ALL_BYTES,
                vector_word(one, "l2_private"));
    vector_check_key(vector_word(one, "l2_private"), vector_word(one, "l2_public"));
    size_t count = vector_list_of(harness_member(one, "calldata"), items);
    for (size_t i = 0; i < count; i++) {
        calldata[i] = vector_felt_of(items[i]);
    }
    assert_true(count == 5 && felt_equals(calldata[1], starknet_keccak(SLICE("initialize"))));
    vector_check_felt(starknet_address(vector_felt_member(one, "class_hash"),
                                       vector_felt_member(one, "salt"), calldata, count),
                      vector_word(one, "l2_address"));
    return true;
}

static const struct vectors files[] = {
    {"starknet/field.json", check_field, 8},
    {"starknet/curve.json", check_curve, 49},
    {"starknet/pedersen.json", check_pedersen, 16},
    {"starknet/poseidon.json", check_poseidon, 15},
    {"starknet/keccak_selector.json", check_keccak, 28},
    {"aster/keccak256.json", check_keccak, 7},
    {"hyperliquid/keccak256.json", check_keccak, 41},
    {"starknet/typed_data_rev1.json", check_typed_data, 1},
    {"starknet/ecdsa.json", check_ecdsa, 31},
    {"starknet/grind.json", check_grinding, 3},
    {"extended/key_derivation.json", check_extended_key, 4},
    {"paradex/onboarding_keys.json", check_paradex_account, 4},
};

int main(void) {
    struct CMUnitTest tests[COUNT_OF(files)];
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        tests[i] = (struct CMUnitTest){files[i].path, vector_run, NULL, NULL,
                                       (void *)(uintptr_t)&files[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
