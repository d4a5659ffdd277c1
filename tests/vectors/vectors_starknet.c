// Starknet's cryptography: field, curve, hashes, signatures, keys. Steps within a function that the
// files tell and no interface shows are reached through what is made of them.
#include <stdio.h>

#include "exchanges/hash_keccak.h"
#include "exchanges/hash_pedersen.h"
#include "exchanges/hash_poseidon.h"
#include "exchanges/hash_starknet.h"
#include "vectors_felt.h"

static bool is_kind(const json_t *one, const char *kind) {
    return strcmp(vectors_text(one, "kind"), kind) == 0;
}

// One case after the other; the kind of a case is its name.
static void run_cases(struct vectors *vectors, const json_t *root,
                      void (*check)(struct vectors *vectors, const json_t *one)) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        char id[96];
        (void)snprintf(id, sizeof(id), "%s %zu", vectors_text(one, "kind"), i);
        vectors_begin(vectors, one, i, id);
        check(vectors, one);
        vectors_end(vectors);
    }
}

// ---- field and curve ---------------------------------------------------------------------------

static void check_field(struct vectors *vectors, const json_t *one) {
    if (is_kind(one, "signed_to_felt")) {
        const json_t *value = json_object_get(one, "value");
        int64_t number = json_integer_value(value);
        if (json_is_string(value)) {
            (void)vectors_true(vectors, decimal_parse(vectors_slice(one, "value"), 0, &number),
                               "no number");
        }
        vectors_same_felt(vectors, felt_from_i64(number), one, "felt");
        return;
    }
    struct felt a = vectors_felt(vectors, one, "a");
    struct felt b = vectors_felt(vectors, one, "b");
    vectors_same_felt(vectors, felt_add(a, b), one, "add");
    vectors_same_felt(vectors, felt_sub(a, b), one, "sub");
    vectors_same_felt(vectors, felt_mul(a, b), one, "mul");
    vectors_same_felt(vectors, felt_invert(a), one, "inv_a");
    vectors_same_felt(vectors, felt_mul(felt_sqr(a), a), one, "cube_a");
}

static void run_field(struct vectors *vectors, const json_t *root) {
    run_cases(vectors, root, check_field);
}

static struct curve_affine point_of(struct vectors *vectors, const json_t *pair) {
    return (struct curve_affine){vectors_felt_of(vectors, json_array_get(pair, 0)),
                                 vectors_felt_of(vectors, json_array_get(pair, 1))};
}

// `want` null: the point at infinity.
static void check_point(struct vectors *vectors, const struct curve_point *point,
                        const json_t *want) {
    struct curve_affine got;
    bool finite = curve_to_affine(point, &got);
    if (json_is_null(want)) {
        (void)vectors_true(vectors, !finite, "not the point at infinity");
        return;
    }
    struct curve_affine told = point_of(vectors, want);
    (void)vectors_true(vectors,
                       finite && felt_equals(got.x, told.x) && felt_equals(got.y, told.y) &&
                           curve_contains(&got),
                       "another point");
}

static void check_curve(struct vectors *vectors, const json_t *one) {
    struct curve_affine affine;
    if (is_kind(one, "mul_g")) {
        struct u256 k = vectors_u256(vectors, one, "k");
        struct scalar scalar = scalar_from_u256(&k);
        struct curve_point point = curve_multiply_generator(&scalar);
        check_point(vectors, &point, json_object_get(one, "point"));
    } else if (is_kind(one, "public_key_x")) {
        struct stark_key key;
        if (vectors_key(vectors, one, "private", &key)) {
            vectors_same_felt(vectors, key.public_x, one, "x");
            stark_key_finish(&key);
        }
    } else if (is_kind(one, "lift_x") || is_kind(one, "lift_x_invalid")) {
        const json_t *roots = json_object_get(one, "y_candidates");
        bool lifted = curve_lift_x(vectors_felt(vectors, one, "x"), &affine);
        if (vectors_true(vectors, lifted == (roots != NULL), "whether x is on the curve") &&
            lifted) {
            struct curve_affine candidates = point_of(vectors, roots);
            (void)vectors_true(
                vectors, felt_equals(affine.y, candidates.x) || felt_equals(affine.y, candidates.y),
                "another y");
        }
    } else { // add, add_inverse, double: both ways of adding
        const json_t *other = json_object_get(one, is_kind(one, "double") ? "p" : "q");
        struct curve_affine p = point_of(vectors, json_object_get(one, "p"));
        struct curve_affine q = point_of(vectors, other);
        struct curve_point sum = {p.x, p.y, FELT_ONE}, mixed = sum;
        const struct curve_point second = {q.x, q.y, FELT_ONE};
        curve_add(&sum, &second);
        curve_add_affine(&mixed, &q);
        check_point(vectors, &sum, json_object_get(one, "sum"));
        check_point(vectors, &mixed, json_object_get(one, "sum"));
    }
}

static void run_curve(struct vectors *vectors, const json_t *root) {
    run_cases(vectors, root, check_curve);
}

// ---- Pedersen ----------------------------------------------------------------------------------

static void check_pedersen(struct vectors *vectors, const json_t *one) {
    if (!is_kind(one, "hash_on_elements")) {
        vectors_same_felt(
            vectors,
            pedersen_hash(vectors_felt(vectors, one, "a"), vectors_felt(vectors, one, "b")), one,
            "hash");
        return;
    }
    struct pedersen pedersen;
    size_t i;
    const json_t *element;
    pedersen_init(&pedersen);
    json_array_foreach(json_object_get(one, "elements"), i, element) {
        pedersen_add(&pedersen, vectors_felt_of(vectors, element));
        struct felt want = vectors_felt_of(
            vectors, json_array_get(json_object_get(one, "accumulator_after_each"), i));
        (void)vectors_true(vectors, felt_equals(pedersen.hash, want), "the hash so far");
    }
    vectors_same_felt(vectors, pedersen_finish(&pedersen), one, "hash");
}

static void run_pedersen(struct vectors *vectors, const json_t *root) {
    run_cases(vectors, root, check_pedersen);
}

// ---- Poseidon ----------------------------------------------------------------------------------

static struct felt poseidon_of(struct vectors *vectors, const json_t *elements) {
    struct poseidon poseidon;
    size_t i;
    const json_t *element;
    poseidon_init(&poseidon);
    json_array_foreach(elements, i, element) {
        poseidon_add(&poseidon, vectors_felt_of(vectors, element));
    }
    return poseidon_finish(&poseidon);
}

static void check_poseidon(struct vectors *vectors, const json_t *one) {
    if (is_kind(one, "permutation")) {
        struct felt state[POSEIDON_WIDTH];
        for (int i = 0; i < POSEIDON_WIDTH; i++) {
            state[i] = vectors_felt_of(vectors, json_array_get(json_object_get(one, "in"), i));
        }
        poseidon_permute(state);
        for (int i = 0; i < POSEIDON_WIDTH; i++) {
            struct felt want =
                vectors_felt_of(vectors, json_array_get(json_object_get(one, "out"), i));
            (void)vectors_true(vectors, felt_equals(state[i], want), "the state at the end");
        }
    } else if (is_kind(one, "hash_two")) {
        vectors_same_felt(
            vectors,
            poseidon_hash2(vectors_felt(vectors, one, "a"), vectors_felt(vectors, one, "b")), one,
            "hash");
    } else if (is_kind(one, "hash_one")) {
        vectors_same_felt(vectors, poseidon_hash1(vectors_felt(vectors, one, "a")), one, "hash");
    } else {
        vectors_same_felt(vectors, poseidon_of(vectors, json_object_get(one, "elements")), one,
                          "hash");
    }
}

static void run_poseidon(struct vectors *vectors, const json_t *root) {
    run_cases(vectors, root, check_poseidon);
}

enum { ROUNDS = 91, FULL_ROUNDS_AT_EACH_END = 4 };

static struct felt cube(struct felt x) {
    return felt_mul(felt_sqr(x), x);
}

// The permutation as the sheet has it, round by round, with the file's constants.
static void permute_plainly(struct felt constants[ROUNDS][POSEIDON_WIDTH],
                            struct felt s[POSEIDON_WIDTH]) {
    for (int round = 0; round < ROUNDS; round++) {
        bool full = round < FULL_ROUNDS_AT_EACH_END || round >= ROUNDS - FULL_ROUNDS_AT_EACH_END;
        for (int i = 0; i < POSEIDON_WIDTH; i++) {
            s[i] = felt_add(s[i], constants[round][i]);
            s[i] = full || i == POSEIDON_WIDTH - 1 ? cube(s[i]) : s[i];
        }
        struct felt sum = felt_add(felt_add(s[0], s[1]), s[2]);
        struct felt two_0 = felt_add(s[0], s[0]), two_1 = felt_add(s[1], s[1]);
        struct felt three_2 = felt_add(felt_add(s[2], s[2]), s[2]);
        s[0] = felt_add(sum, two_0);
        s[1] = felt_sub(sum, two_1);
        s[2] = felt_sub(sum, three_2);
    }
}

// Ours folds the constants of the partial rounds into others, so each case is a state of its own
// that both permute: all the file's constants count in every one.
static void run_poseidon_constants(struct vectors *vectors, const json_t *root) {
    static struct felt constants[ROUNDS][POSEIDON_WIDTH];
    const json_t *cases = json_object_get(root, "cases"), *one;
    size_t i;
    json_array_foreach(cases, i, one) {
        for (size_t j = 0; i < ROUNDS && j < POSEIDON_WIDTH; j++) {
            constants[i][j] =
                vectors_felt_of(vectors, json_array_get(json_object_get(one, "constants"), j));
        }
    }
    json_array_foreach(cases, i, one) {
        struct felt ours[POSEIDON_WIDTH], plain[POSEIDON_WIDTH];
        vectors_begin(vectors, one, i, NULL);
        for (uint64_t j = 0; j < POSEIDON_WIDTH; j++) {
            ours[j] = plain[j] = felt_from_u64(POSEIDON_WIDTH * i + j);
        }
        poseidon_permute(ours);
        permute_plainly(constants, plain);
        for (size_t j = 0; j < POSEIDON_WIDTH; j++) {
            (void)vectors_true(vectors, felt_equals(ours[j], plain[j]), "another permutation");
        }
        vectors_end(vectors);
    }
}

// ---- Keccak ------------------------------------------------------------------------------------

static void check_keccak(struct vectors *vectors, const json_t *one) {
    struct slice text = vectors_slice(one, "ascii");
    if (is_kind(one, "short_string")) {
        struct felt value;
        (void)vectors_true(vectors, felt_from_short_string(text, &value), "no short string");
        vectors_same_felt(vectors, value, one, "felt");
        vectors_same_felt(vectors, value, one, "decimal");
        return;
    }
    uint8_t digest[KECCAK_SIZE];
    keccak256(text, digest);
    (void)vectors_same_bytes(vectors, "keccak256", digest, sizeof(digest),
                             vectors_text(one, "keccak256"));
    vectors_same_felt(vectors, starknet_keccak(text), one, "starknet_keccak");
}

static void run_keccak(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, NULL);
        if (is_kind(one, "get_selector")) {
            vectors_skip(vectors, "an entry point of contracts that perpdesk never calls");
            continue;
        }
        check_keccak(vectors, one);
        vectors_end(vectors);
    }
}

// ---- signatures and keys -----------------------------------------------------------------------

static void check_made(struct vectors *vectors, const json_t *one,
                       const struct stark_signature *signature) {
    vectors_same_u256(vectors, &signature->r, one, "r");
    vectors_same_u256(vectors, &signature->s, one, "s");
}

static void check_sign(struct vectors *vectors, const json_t *one, const struct stark_key *key) {
    struct felt hash = vectors_felt(vectors, one, "hash");
    struct slice entropy = vectors_slice(one, "extra_entropy");
    struct stark_signature signature;
    struct u256 nonce, seed = {{0}};
    if (is_kind(one, "sign_fixed_k")) {
        nonce = vectors_u256(vectors, one, "k");
        if (vectors_true(vectors, stark_sign_with(key, hash, &nonce, &signature),
                         "the nonce serves no signature")) {
            check_made(vectors, one, &signature);
        }
        return;
    }
    (void)vectors_true(vectors, entropy.size == 0 || u256_from_hex(entropy, &seed), "no seed");
    stark_nonce(key, hash, seed.limb[0], &nonce);
    vectors_same_u256(vectors, &nonce, json_object_get(one, "trace"), "k");
    vectors_same_felt(vectors, key->public_x, one, "public_x");
    if (vectors_true(vectors, stark_sign_seeded(key, hash, seed.limb[0], &signature) == STATUS_OK,
                     "signing failed")) {
        check_made(vectors, one, &signature);
    }
}

static void check_ecdsa(struct vectors *vectors, const json_t *one) {
    struct stark_key key;
    struct curve_affine point;
    if (is_kind(one, "verify")) {
        const struct stark_signature signature = {vectors_u256(vectors, one, "r"),
                                                  vectors_u256(vectors, one, "s")};
        bool valid = curve_lift_x(vectors_felt(vectors, one, "public_x"), &point) &&
                     stark_verify(&point, vectors_felt(vectors, one, "hash"), &signature);
        (void)vectors_true(vectors, valid == json_is_true(json_object_get(one, "valid")),
                           vectors_text(one, "name"));
    } else if (vectors_key(vectors, one, "private", &key)) {
        check_sign(vectors, one, &key);
        stark_key_finish(&key);
    }
}

static void run_ecdsa(struct vectors *vectors, const json_t *root) {
    run_cases(vectors, root, check_ecdsa);
}

// Where the tools differ, the file has the key of each.
static void check_grind(struct vectors *vectors, const json_t *one) {
    const char *all = vectors_text(one, "alt_private")[0] != '\0' ? "alt_private" : "stark_private";
    struct u256 r = vectors_u256(vectors, one, "r");
    uint8_t bytes[U256_SIZE];
    struct u256 secret;
    struct stark_key key;
    u256_to_bytes(&r, bytes);
    stark_grind(bytes, STARK_GRIND_MINIMAL_BYTES, &secret);
    vectors_same_u256(vectors, &secret, one, "stark_private");
    stark_grind(bytes, STARK_GRIND_ALL_BYTES, &secret);
    vectors_same_u256(vectors, &secret, one, all);
    if (vectors_key(vectors, one, "stark_private", &key)) {
        vectors_same_felt(vectors, key.public_x, one, "stark_public_x");
        stark_key_finish(&key);
    }
}

static void run_grind(struct vectors *vectors, const json_t *root) {
    run_cases(vectors, root, check_grind);
}

// ---- typed data --------------------------------------------------------------------------------

static void check_typed_data(struct vectors *vectors, const json_t *one) {
    static const char *const types[] = {"domain", "person", "mail"};
    static const char *const structs[] = {"domain", "person", "mail", "message"};
    char name[64], hash[64];
    struct stark_key key;
    struct stark_signature signature;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        (void)snprintf(name, sizeof(name), "%s_type_string", types[i]);
        (void)snprintf(hash, sizeof(hash), "%s_type_hash", types[i]);
        vectors_same_felt(vectors, starknet_keccak(vectors_slice(one, name)), one, hash);
    }
    for (size_t i = 0; i < COUNT_OF(structs); i++) {
        (void)snprintf(name, sizeof(name), "%s_elements", structs[i]);
        (void)snprintf(hash, sizeof(hash), "%s_hash", structs[i]);
        vectors_same_felt(vectors, poseidon_of(vectors, json_object_get(one, name)), one, hash);
    }
    if (vectors_key(vectors, one, "private_key", &key)) {
        vectors_same_felt(vectors, key.public_x, one, "public_key");
        if (vectors_true(vectors,
                         stark_sign(&key, vectors_felt(vectors, one, "message_hash"), &signature) ==
                             STATUS_OK,
                         "signing failed")) {
            check_made(vectors, json_object_get(one, "signature"), &signature);
        }
        stark_key_finish(&key);
    }
}

static void run_typed_data(struct vectors *vectors, const json_t *root) {
    run_cases(vectors, root, check_typed_data);
}

const struct vectors_format vectors_starknet[] = {
    {"field.json", run_field},
    {"curve.json", run_curve},
    {"pedersen.json", run_pedersen},
    {"poseidon.json", run_poseidon},
    {"poseidon_constants.json", run_poseidon_constants},
    {"keccak_selector.json", run_keccak},
    {"ecdsa.json", run_ecdsa},
    {"grind.json", run_grind},
    {"typed_data_rev1.json", run_typed_data},
    {NULL, NULL},
};
