#include "vectors_felt.h"

struct u256 vectors_u256_of(struct vectors *vectors, const json_t *value) {
    const char *text = json_string_value(value);
    struct slice digits = slice_of(text != NULL ? text : "");
    struct u256 number = {{0}};
    bool good = slice_starts(digits, SLICE("0x")) ? u256_from_hex(digits, &number)
                                                  : u256_from_decimal(digits, &number);
    (void)vectors_true(vectors, good, "a number is missing");
    return number;
}

struct u256 vectors_u256(struct vectors *vectors, const json_t *object, const char *name) {
    return vectors_u256_of(vectors, json_object_get(object, name));
}

struct felt vectors_felt_of(struct vectors *vectors, const json_t *value) {
    struct u256 number = vectors_u256_of(vectors, value);
    struct felt felt;
    (void)vectors_true(vectors, felt_from_u256(&number, &felt), "a number is no felt");
    return felt;
}

struct felt vectors_felt(struct vectors *vectors, const json_t *object, const char *name) {
    return vectors_felt_of(vectors, json_object_get(object, name));
}

void vectors_same_u256(struct vectors *vectors, const struct u256 *got, const json_t *object,
                       const char *name) {
    char data[2 + U256_HEX_DIGITS_MAX + 1];
    struct text text = TEXT_OVER(data);
    struct slice want = vectors_slice(object, name);
    struct u256 number = vectors_u256(vectors, object, name);
    u256_add_hex(&text, got);
    if (slice_starts(want, SLICE("0x"))) {
        (void)vectors_same(vectors, name, text_slice(&text), want);
    } else {
        (void)vectors_true(vectors, u256_equals(got, &number), name);
    }
}

void vectors_same_felt(struct vectors *vectors, struct felt got, const json_t *object,
                       const char *name) {
    struct u256 number = felt_to_u256(got);
    vectors_same_u256(vectors, &number, object, name);
}

bool vectors_key(struct vectors *vectors, const json_t *object, const char *name,
                 struct stark_key *key) {
    struct u256 secret = vectors_u256(vectors, object, name);
    return vectors_true(vectors, stark_key_init(key, &secret) == STATUS_OK, "no private key");
}
