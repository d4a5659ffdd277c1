// Answers questions about Starknet's arithmetic, hashes and signatures, one a line, for
// stark_reference.py to compare: an operation, its operands, all in hex. Prints what it found.
#include <stdio.h>
#include <stdlib.h>

#include "exchanges/hash_keccak.h"
#include "exchanges/hash_pedersen.h"
#include "exchanges/hash_poseidon.h"
#include "exchanges/sign_stark.h"

enum { LINE_MAX_SIZE = 8192, WORDS_MAX = 32 };

static struct u256 operand(const char *word) {
    struct u256 value;
    ASSERT(u256_from_hex(slice_of(word), &value));
    return value;
}

static struct felt felt(const char *word) {
    struct u256 number = operand(word);
    struct felt value;
    ASSERT(felt_from_u256(&number, &value));
    return value;
}

static struct scalar scalar(const char *word) {
    struct u256 number = operand(word);
    return scalar_from_u256(&number);
}

static void print(const struct u256 *value) {
    char data[U256_HEX_DIGITS_MAX + 3];
    struct text text = TEXT_OVER(data);
    u256_add_hex(&text, value);
    printf("%s ", data);
}

static void print_felt(struct felt value) {
    struct u256 number = felt_to_u256(value);
    print(&number);
}

static void print_scalar(struct scalar value) {
    struct u256 number = scalar_to_u256(value);
    print(&number);
}

static void print_point(const struct curve_point *point) {
    struct curve_affine affine;
    if (curve_to_affine(point, &affine)) {
        print_felt(affine.x);
        print_felt(affine.y);
    } else {
        printf("infinity");
    }
}

static void answer_field(const char *const *words) {
    struct felt a = felt(words[1]);
    struct felt b = felt(words[2]);
    struct felt root;
    print_felt(felt_add(a, b));
    print_felt(felt_sub(a, b));
    print_felt(felt_mul(a, b));
    print_felt(felt_sqr(a));
    print_felt(felt_invert(a));
    if (felt_sqrt(b, &root)) {
        print_felt(felt_sqr(root));
    } else {
        printf("none");
    }
}

static void answer_scalar(const char *const *words) {
    struct scalar a = scalar(words[1]);
    struct scalar b = scalar(words[2]);
    print_scalar(scalar_add(a, b));
    print_scalar(scalar_mul(a, b));
    print_scalar(scalar_invert(a));
}

static void answer_curve(const char *const *words) {
    struct scalar k = scalar(words[1]);
    struct curve_point point = curve_multiply_generator(&k);
    print_point(&point);
    struct u256 factor = operand(words[2]);
    struct curve_affine affine;
    if (curve_to_affine(&point, &affine)) {
        point = curve_multiply_public(&affine, &factor);
    }
    print_point(&point);
}

static void answer_poseidon(const char *const *words, int count) {
    struct poseidon poseidon;
    struct felt state[POSEIDON_WIDTH] = {felt(words[1]), felt(words[2]), felt(words[3])};
    poseidon_permute(state);
    for (int i = 0; i < POSEIDON_WIDTH; i++) {
        print_felt(state[i]);
    }
    poseidon_init(&poseidon);
    for (int i = 4; i < count; i++) {
        poseidon_add(&poseidon, felt(words[i]));
    }
    print_felt(poseidon_finish(&poseidon));
}

static void answer_keccak(const char *const *words) {
    static char bytes[LINE_MAX_SIZE];
    uint8_t digest[KECCAK_SIZE];
    size_t size = strlen(words[1]) / 2 - 1; // two characters stand in front
    for (size_t i = 0; i < size; i++) {
        char digits[] = {words[1][2 * i + 2], words[1][2 * i + 3], '\0'};
        bytes[i] = (char)(uint8_t)operand(digits).limb[0];
    }
    keccak256((struct slice){bytes, size}, digest);
    struct u256 value = u256_from_bytes(digest);
    print(&value);
}

// Signs, and then asks whether the reference's signature verifies, and with one operand changed.
static void answer_sign(const char *const *words) {
    struct u256 secret = operand(words[1]);
    struct felt hash = felt(words[2]);
    struct stark_key key;
    struct stark_signature signature;
    struct curve_affine point;
    ASSERT(stark_key_init(&key, &secret) == STATUS_OK);
    ASSERT(stark_sign_seeded(&key, hash, operand(words[3]).limb[0], &signature) == STATUS_OK);
    print_felt(key.public_x);
    print(&signature.r);
    print(&signature.s);
    ASSERT(curve_lift_x(key.public_x, &point));
    printf("%d ", stark_verify(&point, hash, &signature));
    printf("%d", stark_verify(&point, felt_add(hash, FELT_ONE), &signature));
    stark_key_finish(&key);
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
        if (slice_equals(question, SLICE("field"))) {
            answer_field(words);
        } else if (slice_equals(question, SLICE("scalar"))) {
            answer_scalar(words);
        } else if (slice_equals(question, SLICE("curve"))) {
            answer_curve(words);
        } else if (slice_equals(question, SLICE("pedersen"))) {
            print_felt(pedersen_hash(felt(words[1]), felt(words[2])));
        } else if (slice_equals(question, SLICE("poseidon"))) {
            answer_poseidon(words, count);
        } else if (slice_equals(question, SLICE("keccak"))) {
            answer_keccak(words);
        } else {
            ASSERT(slice_equals(question, SLICE("sign")));
            answer_sign(words);
        }
        printf("\n");
    }
    return 0;
}
