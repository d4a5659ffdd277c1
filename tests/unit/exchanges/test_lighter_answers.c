// Answers questions about Lighter's arithmetic, hash and signatures, one a line, for
// lighter_reference.py to compare: an operation and its operands in hex. Prints what it found.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "exchanges/bytes_text.h"
#include "exchanges/hash_poseidon2.h"
#include "exchanges/lighter_tx.h"

enum { LINE_MAX_SIZE = 8192, WORDS_MAX = 40 };

static uint64_t number(const char *word) {
    char *end;
    uint64_t value = strtoull(word, &end, 16);
    ASSERT(*end == '\0');
    return value;
}

static void bytes(const char *word, uint8_t *out, size_t size) {
    ASSERT(hex_read(slice_of(word), out, size));
}

// Little-endian bytes as field and scalar are written everywhere, not necessarily canonical.
static struct fp5 fp5(const char *word) {
    uint8_t raw[FP5_SIZE];
    struct fp5 value;
    bytes(word, raw, sizeof(raw));
    bool canonical = fp5_from_bytes(raw, &value);
    (void)canonical;
    return value;
}

static struct ecgfp5_scalar scalar(const char *word) {
    uint8_t raw[ECGFP5_SCALAR_SIZE];
    bytes(word, raw, sizeof(raw));
    return ecgfp5_scalar_from_bytes(raw);
}

static void print_number(uint64_t value) {
    printf("%016" PRIx64 " ", gl_canonical(value));
}

static void print_bytes(const uint8_t *data, size_t size) {
    char hex[2 * SCHNORR_SIGNATURE_SIZE + 1];
    struct text text = TEXT_OVER(hex);
    hex_add(&text, data, size);
    printf("%s ", hex);
}

static void print_fp5(struct fp5 value) {
    uint8_t raw[FP5_SIZE];
    fp5_to_bytes(value, raw);
    print_bytes(raw, sizeof(raw));
}

static void print_scalar(struct ecgfp5_scalar value) {
    uint8_t raw[ECGFP5_SCALAR_SIZE];
    ecgfp5_scalar_to_bytes(value, raw);
    print_bytes(raw, sizeof(raw));
}

static void print_point(const struct ecgfp5_point *point) {
    struct ecgfp5_affine affine = ecgfp5_to_affine(point);
    print_fp5(affine.x);
    print_fp5(affine.u);
}

static void answer_goldilocks(const char *const *words) {
    uint64_t a = number(words[1]), b = number(words[2]), root;
    print_number(gl_add(a, b));
    print_number(gl_sub(a, b));
    print_number(gl_mul(a, b));
    print_number(gl_invert(a));
    printf("%d ", gl_sqrt(a, &root));
    print_number(gl_square(root));
}

static void answer_fp5(const char *const *words) {
    struct fp5 a = fp5(words[1]), b = fp5(words[2]), root;
    print_fp5(fp5_add(a, b));
    print_fp5(fp5_sub(a, b));
    print_fp5(fp5_mul(a, b));
    print_fp5(fp5_invert(a));
    print_fp5(fp5_frobenius(a, 1));
    bool square = fp5_sqrt(a, &root);
    printf("%d ", square);
    print_fp5(square ? fp5_mul(root, root) : FP5_ZERO);
}

static void answer_scalar(const char *const *words) {
    struct ecgfp5_scalar a = scalar(words[1]), b = scalar(words[2]);
    uint8_t wide[ECGFP5_WIDE_SIZE];
    bytes(words[3], wide, sizeof(wide));
    print_scalar(ecgfp5_scalar_add(a, b));
    print_scalar(ecgfp5_scalar_sub(a, b));
    print_scalar(ecgfp5_scalar_mul(a, b));
    print_scalar(ecgfp5_scalar_from_wide(wide));
}

static void answer_curve(const char *const *words) {
    struct ecgfp5_point point = ecgfp5_multiply_generator(scalar(words[1])), other, sum;
    struct ecgfp5_affine affine = ecgfp5_to_affine(&point);
    print_point(&point);
    print_fp5(ecgfp5_encode(&point));
    other = ecgfp5_multiply_public(&point, scalar(words[2]));
    print_point(&other);
    sum = ecgfp5_add(&other, &point);
    print_point(&sum);
    sum = ecgfp5_add_affine(&other, &affine);
    print_point(&sum);
    sum = ecgfp5_double(&other);
    print_point(&sum);
    bool good = ecgfp5_decode(ecgfp5_encode(&other), &sum);
    printf("%d ", good);
    print_point(&sum);
}

static void answer_poseidon2(const char *const *words, int count) {
    uint64_t elements[WORDS_MAX], out[POSEIDON2_WIDTH];
    for (int i = 1; i < count; i++) {
        elements[i - 1] = number(words[i]);
    }
    poseidon2_hash(elements, (size_t)count - 1, out, POSEIDON2_WIDTH);
    for (int i = 0; i < POSEIDON2_WIDTH; i++) {
        print_number(out[i]);
    }
}

// With the nonce that is asked for, and whether that and one of our own verify, and another does.
static void answer_sign(const char *const *words) {
    uint8_t secret[SCHNORR_KEY_SIZE], signature[SCHNORR_SIGNATURE_SIZE];
    struct schnorr_key key;
    struct fp5 message = fp5(words[2]);
    bytes(words[1], secret, sizeof(secret));
    ASSERT(schnorr_key_init(&key, secret) == STATUS_OK);
    print_fp5(key.public_key);
    schnorr_sign_with(&key, message, scalar(words[3]), signature);
    print_bytes(signature, sizeof(signature));
    printf("%d ", schnorr_verify(key.public_key, message, signature));
    schnorr_sign(&key, message, number(words[4]), signature);
    printf("%d ", schnorr_verify(key.public_key, message, signature));
    message.c[0] ^= 1;
    printf("%d ", schnorr_verify(key.public_key, message, signature));
    schnorr_key_finish(&key);
}

static void answer_order(const char *const *words) {
    struct lighter_tx tx = {.type = LIGHTER_CREATE_ORDER,
                            .nonce = number(words[2]),
                            .expired_at_ms = number(words[3]),
                            .account = number(words[4]),
                            .api_key = number(words[5])};
    for (int i = 0; i < LIGHTER_ORDER_FIELDS; i++) {
        tx.fields[i] = number(words[6 + i]);
    }
    for (uint8_t i = 0; i < 2; i++) {
        tx.attributes[i] = (struct lighter_attribute){(uint8_t)(6 + i), number(words[16 + i])};
    }
    tx.attribute_count = 2;
    print_fp5(lighter_tx_hash(&tx, (uint32_t)number(words[1])));
}

int main(void) {
    static char line[LINE_MAX_SIZE];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        const char *words[WORDS_MAX] = {NULL};
        char *rest = NULL;
        int count = 0;
        for (char *word = strtok_r(line, " \n", &rest); word != NULL && count < WORDS_MAX;
             word = strtok_r(NULL, " \n", &rest)) {
            words[count++] = word;
        }
        ASSERT(count >= 2);
        struct slice question = slice_of(words[0]);
        if (slice_equals(question, SLICE("goldilocks"))) {
            answer_goldilocks(words);
        } else if (slice_equals(question, SLICE("fp5"))) {
            answer_fp5(words);
        } else if (slice_equals(question, SLICE("scalar"))) {
            answer_scalar(words);
        } else if (slice_equals(question, SLICE("curve"))) {
            answer_curve(words);
        } else if (slice_equals(question, SLICE("poseidon2"))) {
            answer_poseidon2(words, count);
        } else if (slice_equals(question, SLICE("sign"))) {
            answer_sign(words);
        } else {
            ASSERT(slice_equals(question, SLICE("order")));
            answer_order(words);
        }
        printf("\n");
    }
    return 0;
}
