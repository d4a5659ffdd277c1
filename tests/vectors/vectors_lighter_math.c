// Lighter's arithmetic and hash, from the bottom up.
#include <inttypes.h>
#include <stdlib.h>

#include "exchanges/bytes_text.h"
#include "exchanges/curve_ecgfp5.h"
#include "exchanges/hash_poseidon2.h"
#include "vectors_lighter.h"

// ---- members -----------------------------------------------------------------------------------

uint64_t lighter_number_of(const json_t *value) {
    return json_is_string(value) ? strtoull(json_string_value(value), NULL, 0)
                                 : (uint64_t)json_integer_value(value);
}

uint64_t lighter_number(const json_t *one, const char *name) {
    return lighter_number_of(json_object_get(one, name));
}

size_t lighter_numbers_of(const json_t *list, uint64_t *out, size_t capacity) {
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) {
        ASSERT(i < capacity);
        out[i] = lighter_number_of(item);
    }
    return json_array_size(list);
}

static struct fp5 lighter_fp5_of(const json_t *list) {
    struct fp5 value = FP5_ZERO;
    (void)lighter_numbers_of(list, value.c, FP5_DEGREE);
    return value;
}

struct fp5 lighter_fp5(const json_t *one, const char *name) {
    return lighter_fp5_of(json_object_get(one, name));
}

struct ecgfp5_scalar lighter_scalar(const json_t *one, const char *name) {
    struct ecgfp5_scalar value = {{0}};
    (void)lighter_numbers_of(json_object_get(one, name), value.limb, ECGFP5_SCALAR_LIMBS);
    return value;
}

// ---- checks ------------------------------------------------------------------------------------

void lighter_same_number(struct vectors *vectors, const json_t *one, const char *name,
                         uint64_t got) {
    char data[24], want[24];
    struct text text = TEXT_OVER(data), want_text = TEXT_OVER(want);
    text_add_format(&text, "0x%016" PRIx64, got);
    text_add_format(&want_text, "0x%016" PRIx64, lighter_number(one, name));
    (void)vectors_true(vectors, json_object_get(one, name) != NULL, name);
    (void)vectors_same(vectors, name, text_slice(&text), text_slice(&want_text));
}

void lighter_same_list(struct vectors *vectors, const json_t *one, const char *name,
                       const uint64_t *got, size_t count) {
    uint64_t want[64];
    bool good = lighter_numbers_of(json_object_get(one, name), want, COUNT_OF(want)) == count &&
                memcmp(got, want, count * sizeof(want[0])) == 0;
    (void)vectors_true(vectors, good, name);
}

void lighter_same_fp5(struct vectors *vectors, const json_t *one, const char *name,
                      struct fp5 got) {
    for (int i = 0; i < FP5_DEGREE; i++) {
        got.c[i] = gl_canonical(got.c[i]);
    }
    lighter_same_list(vectors, one, name, got.c, FP5_DEGREE);
}

void lighter_same_scalar(struct vectors *vectors, const json_t *one, const char *name,
                         struct ecgfp5_scalar got) {
    lighter_same_list(vectors, one, name, got.limb, ECGFP5_SCALAR_LIMBS);
}

void lighter_each(struct vectors *vectors, const json_t *root, const char *list,
                  void (*check)(struct vectors *vectors, const json_t *one)) {
    char id[128];
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, list), i, one) {
        (void)snprintf(id, sizeof(id), "%s %zu %s", list, i, vectors_text(one, "name"));
        vectors_begin(vectors, one, i, id);
        check(vectors, one);
        vectors_end(vectors);
    }
}

// {x, u, w, w_bytes_le_hex}, by the point itself and by what its encoding decodes to.
static void same_point(struct vectors *vectors, const json_t *want,
                       const struct ecgfp5_point *got) {
    uint8_t bytes[FP5_SIZE];
    struct ecgfp5_point decoded;
    struct ecgfp5_affine affine = ecgfp5_to_affine(got);
    struct fp5 w = ecgfp5_encode(got);
    lighter_same_fp5(vectors, want, "x", affine.x);
    lighter_same_fp5(vectors, want, "u", affine.u);
    lighter_same_fp5(vectors, want, "w", w);
    fp5_to_bytes(w, bytes);
    (void)vectors_same_bytes(vectors, "w_bytes_le_hex", bytes, sizeof(bytes),
                             vectors_text(want, "w_bytes_le_hex"));
    if (vectors_true(vectors, ecgfp5_decode(w, &decoded), "its encoding does not decode")) {
        affine = ecgfp5_to_affine(&decoded);
        lighter_same_fp5(vectors, want, "x", affine.x);
        lighter_same_fp5(vectors, want, "u", affine.u);
    }
}

// ---- fields ------------------------------------------------------------------------------------

static void check_gl(struct vectors *vectors, const json_t *one) {
    uint64_t a = lighter_number(one, "a");
    uint64_t b = lighter_number(one, "b");
    lighter_same_number(vectors, one, "add", gl_canonical(gl_add(a, b)));
    lighter_same_number(vectors, one, "sub", gl_canonical(gl_sub(a, b)));
    lighter_same_number(vectors, one, "mul", gl_canonical(gl_mul(a, b)));
}

static void check_gl_power(struct vectors *vectors, const json_t *one) {
    lighter_same_number(vectors, one, "a_pow_n",
                        gl_canonical(gl_power(lighter_number(one, "a"), lighter_number(one, "n"))));
}

static void check_gl_unary(struct vectors *vectors, const json_t *one) {
    uint64_t a = lighter_number(one, "a"), root;
    bool has_root = gl_sqrt(a, &root);
    lighter_same_number(vectors, one, "neg", gl_canonical(gl_negate(a)));
    lighter_same_number(vectors, one, "square", gl_canonical(gl_square(a)));
    lighter_same_number(vectors, one, "pow7", gl_canonical(gl_power(a, 7)));
    lighter_same_number(vectors, one, "inverse_or_zero", gl_canonical(gl_invert(a)));
    (void)vectors_true(vectors,
                       has_root == json_is_true(json_object_get(one, "is_quadratic_residue")),
                       "is_quadratic_residue");
    (void)vectors_true(vectors,
                       !has_root || root == lighter_number(one, "a_sqrt") ||
                           root == lighter_number(one, "a_sqrt_neg"),
                       "a_sqrt");
}

void lighter_run_goldilocks(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_gl);
    lighter_each(vectors, root, "exp_cases", check_gl_power);
    lighter_each(vectors, root, "unary_cases", check_gl_unary);
}

static void check_fp5(struct vectors *vectors, const json_t *one) {
    struct fp5 a = lighter_fp5(one, "a"), b = lighter_fp5(one, "b"), root;
    uint8_t bytes[FP5_SIZE];
    lighter_same_fp5(vectors, one, "add", fp5_add(a, b));
    lighter_same_fp5(vectors, one, "sub", fp5_sub(a, b));
    lighter_same_fp5(vectors, one, "mul", fp5_mul(a, b));
    lighter_same_fp5(vectors, one, "a_neg", fp5_negate(a));
    lighter_same_fp5(vectors, one, "a_square", fp5_mul(a, a));
    lighter_same_fp5(vectors, one, "a_inverse_or_zero", fp5_invert(a));
    if (!fp5_equals(b, FP5_ZERO)) {
        lighter_same_fp5(vectors, one, "a_div_b", fp5_mul(a, fp5_invert(b)));
    }
    lighter_same_fp5(vectors, one, "a_frobenius1", fp5_frobenius(a, 1));
    lighter_same_fp5(vectors, one, "a_frobenius2", fp5_frobenius(a, 2));
    lighter_same_fp5(vectors, one, "a_frobenius4", fp5_frobenius(a, 4));
    lighter_same_number(vectors, one, "a_legendre", fp5_legendre(a));
    fp5_to_bytes(a, bytes);
    (void)vectors_same_bytes(vectors, "a_bytes_le_hex", bytes, sizeof(bytes),
                             vectors_text(one, "a_bytes_le_hex"));
    if (json_object_get(one, "a_sqrt_exists") == NULL) {
        return; // of 0 the file does not tell
    }
    bool has_root = fp5_sqrt(a, &root);
    (void)vectors_true(vectors, has_root == json_is_true(json_object_get(one, "a_sqrt_exists")),
                       "a_sqrt_exists");
    if (has_root) {
        lighter_same_fp5(vectors, one, "a_canonical_sqrt", root);
    }
}

void lighter_run_fp5(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_fp5);
}

// ---- curve -------------------------------------------------------------------------------------

static struct ecgfp5_point generator_times(uint64_t factor) {
    return ecgfp5_multiply_generator((struct ecgfp5_scalar){{factor}});
}

static void check_multiple(struct vectors *vectors, const json_t *one) {
    struct ecgfp5_point point = generator_times(lighter_number(one, "k"));
    same_point(vectors, one, &point);
}

static void check_decode(struct vectors *vectors, const json_t *one) {
    struct ecgfp5_point point;
    bool valid = json_is_true(json_object_get(one, "valid"));
    if (vectors_true(vectors, ecgfp5_decode(lighter_fp5(one, "w"), &point) == valid, "valid") &&
        valid) {
        same_point(vectors, json_object_get(one, "point"), &point);
    }
}

static void check_mul(struct vectors *vectors, const json_t *one) {
    struct ecgfp5_scalar k = lighter_scalar(one, "scalar_limbs_le");
    uint8_t bytes[ECGFP5_SCALAR_SIZE];
    int8_t digits[ECGFP5_DIGITS];
    uint64_t base = strcmp(vectors_text(one, "base"), "7G") == 0 ? 7 : 1;
    struct ecgfp5_point point = generator_times(base);
    point = ecgfp5_multiply_public(&point, k);
    same_point(vectors, json_object_get(one, "result"), &point);
    point = ecgfp5_multiply_generator(ecgfp5_scalar_mul(k, (struct ecgfp5_scalar){{base}}));
    same_point(vectors, json_object_get(one, "result"), &point);
    ecgfp5_scalar_to_bytes(k, bytes);
    (void)vectors_same_bytes(vectors, "scalar_bytes_le_hex", bytes, sizeof(bytes),
                             vectors_text(one, "scalar_bytes_le_hex"));
    ecgfp5_recode(k, digits);
    for (size_t i = 0; i < ECGFP5_DIGITS; i++) {
        const json_t *want = json_array_get(json_object_get(one, "recode_signed_w5"), i);
        (void)vectors_true(vectors, json_integer_value(want) == digits[i], "recode_signed_w5");
    }
}

static void check_op(struct vectors *vectors, const json_t *one) {
    struct ecgfp5_point p = ecgfp5_multiply_generator(lighter_scalar(one, "p_scalar"));
    struct ecgfp5_point q = ecgfp5_multiply_generator(lighter_scalar(one, "q_scalar"));
    struct ecgfp5_point neutral = ECGFP5_NEUTRAL, sum;
    struct ecgfp5_affine affine = ecgfp5_to_affine(&q);
    same_point(vectors, json_object_get(one, "p"), &p);
    same_point(vectors, json_object_get(one, "q"), &q);
    sum = ecgfp5_add(&p, &q);
    same_point(vectors, json_object_get(one, "p_plus_q"), &sum);
    sum = ecgfp5_add_affine(&p, &affine);
    same_point(vectors, json_object_get(one, "p_plus_q"), &sum);
    sum = ecgfp5_add(&p, &neutral);
    same_point(vectors, json_object_get(one, "p_plus_neutral"), &sum);
    sum = ecgfp5_double(&p);
    same_point(vectors, json_object_get(one, "p_double"), &sum);
    sum = ecgfp5_add(&p, &p);
    same_point(vectors, json_object_get(one, "p_double"), &sum);
    sum = p;
    for (int i = 0; i < ECGFP5_DIGIT_BITS; i++) {
        sum = ecgfp5_double(&sum);
    }
    same_point(vectors, json_object_get(one, "p_times_32"), &sum);
}

static void check_window(struct vectors *vectors, const json_t *window) {
    size_t i;
    const json_t *one;
    json_array_foreach(window, i, one) {
        struct ecgfp5_point point = generator_times(i + 1);
        struct ecgfp5_affine affine = ecgfp5_to_affine(&point);
        lighter_same_fp5(vectors, one, "x", affine.x);
        lighter_same_fp5(vectors, one, "u", affine.u);
    }
}

static struct ecgfp5_point projective(const json_t *one) {
    return (struct ecgfp5_point){lighter_fp5(one, "X"), lighter_fp5(one, "Z"),
                                 lighter_fp5(one, "U"), lighter_fp5(one, "T")};
}

static void same_projective(struct vectors *vectors, const json_t *want, struct ecgfp5_point got) {
    lighter_same_fp5(vectors, want, "X", got.x);
    lighter_same_fp5(vectors, want, "Z", got.z);
    lighter_same_fp5(vectors, want, "U", got.u);
    lighter_same_fp5(vectors, want, "T", got.t);
}

static void check_trace(struct vectors *vectors, const json_t *trace) {
    struct ecgfp5_point p = projective(json_object_get(trace, "p"));
    struct ecgfp5_point q = projective(json_object_get(trace, "q"));
    same_projective(vectors, json_object_get(trace, "p_add_q"), ecgfp5_add(&p, &q));
    p = ecgfp5_double(&p);
    same_projective(vectors, json_object_get(trace, "p_double"), p);
}

void lighter_run_ecgfp5(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_multiple);
    lighter_each(vectors, root, "decode_cases", check_decode);
    lighter_each(vectors, root, "mul_cases", check_mul);
    lighter_each(vectors, root, "op_cases", check_op);
    vectors_begin(vectors, root, 0, "generator_window_1_to_16");
    check_window(vectors, json_object_get(root, "generator_window_1_to_16"));
    vectors_end(vectors);
    vectors_begin(vectors, root, 0, "projective_trace_G_and_2G");
    check_trace(vectors, json_object_get(root, "projective_trace_G_and_2G"));
    vectors_end(vectors);
}

// ---- scalars -----------------------------------------------------------------------------------

static void check_scalar(struct vectors *vectors, const json_t *one) {
    struct ecgfp5_scalar a = lighter_scalar(one, "a"), b = lighter_scalar(one, "b");
    uint8_t bytes[ECGFP5_SCALAR_SIZE];
    lighter_same_scalar(vectors, one, "add", ecgfp5_scalar_add(a, b));
    lighter_same_scalar(vectors, one, "a_sub_b", ecgfp5_scalar_sub(a, b));
    lighter_same_scalar(vectors, one, "mul", ecgfp5_scalar_mul(a, b));
    lighter_same_scalar(vectors, one, "monty_mul", ecgfp5_scalar_montgomery(a, b));
    ecgfp5_scalar_to_bytes(a, bytes);
    (void)vectors_same_bytes(vectors, "a_bytes_le_hex", bytes, sizeof(bytes),
                             vectors_text(one, "a_bytes_le_hex"));
}

static void check_reducing(struct vectors *vectors, const json_t *one) {
    uint8_t bytes[ECGFP5_SCALAR_SIZE];
    struct ecgfp5_scalar read;
    if (vectors_true(vectors, hex_read(vectors_slice(one, "bytes_hex"), bytes, sizeof(bytes)),
                     "bytes_hex")) {
        struct ecgfp5_scalar got = ecgfp5_scalar_from_bytes(bytes);
        lighter_same_scalar(vectors, one, "scalar", got);
        bool below = ecgfp5_scalar_read(bytes, &read);
        (void)vectors_true(vectors, below == (memcmp(&read, &got, sizeof(got)) == 0),
                           "whether it is below n");
    }
}

static void check_fp5_to_scalar(struct vectors *vectors, const json_t *one) {
    lighter_same_scalar(vectors, one, "scalar", ecgfp5_scalar_from_fp5(lighter_fp5(one, "fp5")));
}

void lighter_run_scalar(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_scalar);
    lighter_each(vectors, root, "bytes_to_scalar_reducing", check_reducing);
    lighter_each(vectors, root, "fp5_to_scalar", check_fp5_to_scalar);
}

// ---- hash --------------------------------------------------------------------------------------

static void check_permutation(struct vectors *vectors, const json_t *one) {
    uint64_t state[POSEIDON2_WIDTH];
    (void)lighter_numbers_of(json_object_get(one, "input"), state, POSEIDON2_WIDTH);
    poseidon2_permute(state);
    for (int i = 0; i < POSEIDON2_WIDTH; i++) {
        state[i] = gl_canonical(state[i]);
    }
    lighter_same_list(vectors, one, "output", state, POSEIDON2_WIDTH);
}

static void check_hash(struct vectors *vectors, const json_t *one) {
    uint64_t elements[64], out[12];
    size_t count = lighter_numbers_of(json_object_get(one, "input"), elements, COUNT_OF(elements));
    poseidon2_hash(elements, count, out, 12);
    lighter_same_list(vectors, one, "hash_12_outputs", out, 12);
    lighter_same_list(vectors, one, "hash_n_to_hash_4", out, 4);
    lighter_same_fp5(vectors, one, "hash_to_fp5", poseidon2_fp5(elements, count));
}

static void check_two_to_one(struct vectors *vectors, const json_t *one) {
    uint64_t elements[8], out[4];
    (void)lighter_numbers_of(json_object_get(one, "a"), elements, 4);
    (void)lighter_numbers_of(json_object_get(one, "b"), elements + 4, 4);
    poseidon2_hash(elements, 8, out, 4);
    lighter_same_list(vectors, one, "out", out, 4);
}

void lighter_run_poseidon2(struct vectors *vectors, const json_t *root) {
    lighter_each(vectors, root, "cases", check_permutation);
    lighter_each(vectors, root, "hash_cases", check_hash);
    lighter_each(vectors, root, "two_to_one_cases", check_two_to_one);
}

// The permutation step by step as the sheet has it, with the constants of the file.
struct slow_poseidon2 {
    const json_t *external, *internal, *diagonal, *m4;
    uint64_t state[POSEIDON2_WIDTH];
};

static void slow_external(struct slow_poseidon2 *slow) {
    uint64_t mixed[POSEIDON2_WIDTH] = {0}, sums[4] = {0};
    for (size_t i = 0; i < POSEIDON2_WIDTH; i++) {
        for (size_t j = 0; j < 4; j++) {
            uint64_t factor = lighter_number_of(json_array_get(json_array_get(slow->m4, i % 4), j));
            mixed[i] = gl_add(mixed[i], gl_mul(factor, slow->state[i / 4 * 4 + j]));
        }
        sums[i % 4] = gl_add(sums[i % 4], mixed[i]);
    }
    for (size_t i = 0; i < POSEIDON2_WIDTH; i++) {
        slow->state[i] = gl_add(mixed[i], sums[i % 4]);
    }
}

static void slow_internal(struct slow_poseidon2 *slow) {
    uint64_t sum = 0;
    for (size_t i = 0; i < POSEIDON2_WIDTH; i++) {
        sum = gl_add(sum, slow->state[i]);
    }
    for (size_t i = 0; i < POSEIDON2_WIDTH; i++) {
        uint64_t factor = lighter_number_of(json_array_get(slow->diagonal, i));
        slow->state[i] = gl_add(gl_mul(slow->state[i], factor), sum);
    }
}

static void slow_full(struct slow_poseidon2 *slow, size_t round) {
    for (size_t i = 0; i < POSEIDON2_WIDTH; i++) {
        uint64_t constant =
            lighter_number_of(json_array_get(json_array_get(slow->external, round), i));
        slow->state[i] = gl_power(gl_add(slow->state[i], constant), 7);
    }
    slow_external(slow);
}

static void slow_permute(struct slow_poseidon2 *slow) {
    size_t full = json_array_size(slow->external);
    slow_external(slow);
    for (size_t round = 0; round < full / 2; round++) {
        slow_full(slow, round);
    }
    for (size_t round = 0; round < json_array_size(slow->internal); round++) {
        uint64_t constant = lighter_number_of(json_array_get(slow->internal, round));
        slow->state[0] = gl_power(gl_add(slow->state[0], constant), 7);
        slow_internal(slow);
    }
    for (size_t round = full / 2; round < full; round++) {
        slow_full(slow, round);
    }
}

void lighter_run_constants(struct vectors *vectors, const json_t *root) {
    struct slow_poseidon2 slow = {.external = json_object_get(root, "external_round_constants"),
                                  .internal = json_object_get(root, "internal_round_constants"),
                                  .diagonal = json_object_get(root, "internal_diag"),
                                  .m4 = json_object_get(root, "m4")};
    uint64_t state[POSEIDON2_WIDTH] = {0};
    vectors_begin(vectors, root, 0, "constants");
    (void)vectors_true(vectors, vectors_int(root, "width") == POSEIDON2_WIDTH, "width");
    (void)vectors_true(vectors, vectors_int(root, "rate") == POSEIDON2_RATE, "rate");
    for (int i = 0; i < 8; i++) { // each time from what the last one gave
        slow_permute(&slow);
        poseidon2_permute(state);
    }
    for (size_t i = 0; i < POSEIDON2_WIDTH; i++) {
        (void)vectors_true(vectors, gl_equals(state[i], slow.state[i]), "the permutation");
    }
    vectors_end(vectors);
}
