#include "stark_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXT_MAX = 128 };

static struct slice unquoted(struct slice text) {
    return text.size >= 2 && text.data[0] == '"' ? (struct slice){text.data + 1, text.size - 2}
                                                 : text;
}

struct slice vector_word(struct slice object, const char *name) {
    return unquoted(harness_member(object, name));
}

bool vector_is_kind(struct slice object, const char *kind) {
    return slice_equals(vector_word(object, "kind"), slice_of(kind));
}

struct u256 vector_u256_of(struct slice text) {
    struct u256 value;
    assert_true(slice_starts(text, SLICE("0x")) ? u256_from_hex(text, &value)
                                                : u256_from_decimal(text, &value));
    return value;
}

struct felt vector_felt_of(struct slice text) {
    struct felt value;
    assert_true(felt_from_number(text, &value));
    return value;
}

struct felt vector_felt_member(struct slice object, const char *name) {
    return vector_felt_of(vector_word(object, name));
}

void vector_check_felt(struct felt value, struct slice expected) {
    char data[TEXT_MAX];
    struct text text = TEXT_OVER(data);
    struct u256 number = felt_to_u256(value);
    assert_true(felt_equals(value, vector_felt_of(expected)));
    u256_add_hex(&text, &number);
    assert_true(slice_equals(text_slice(&text), expected));
}

void vector_check_number(const struct u256 *value, struct slice expected) {
    struct u256 number = vector_u256_of(expected);
    assert_true(u256_equals(value, &number));
}

size_t vector_list_of(struct slice array, struct slice items[VECTOR_LIST_MAX]) {
    struct json r;
    size_t count = 0;
    json_init(&r, array);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        assert_true(count < VECTOR_LIST_MAX);
        items[count++] = unquoted(json_raw(&r));
    }
    assert_true(json_end(&r));
    return count;
}

void vector_run(void **state) {
    const struct vectors *row = *state;
    if (!harness_has_shared()) {
        skip();
    }
    size_t size;
    char *data = harness_read(harness_path("venues/vectors", row->path), &size);
    struct json r;
    uint64_t known = 0;
    uint64_t others = 0;
    json_init(&r, harness_member((struct slice){data, size}, "cases"));
    json_array_begin(&r);
    while (json_array_next(&r)) {
        if (row->check(json_raw(&r))) {
            known++;
        } else {
            others++;
        }
    }
    assert_true(json_end(&r));
    print_message("# %s: %lu checked, %lu of another kind\n", row->path, (unsigned long)known,
                  (unsigned long)others);
    assert_true(known >= row->least);
    free(data);
}

void vector_check_key(struct slice secret, struct slice public_x) {
    struct u256 number = vector_u256_of(secret);
    struct stark_key key;
    assert_int_equal(stark_key_init(&key, &number), STATUS_OK);
    vector_check_felt(key.public_x, public_x);
    stark_key_finish(&key);
    static const char zero[sizeof(key)];
    assert_memory_equal(&key, zero, sizeof(key));
}

void vector_check_signature(const struct stark_key *key, struct felt hash, uint64_t seed,
                            struct slice r, struct slice s) {
    struct stark_signature signature;
    struct curve_affine point;
    assert_int_equal(stark_sign_seeded(key, hash, seed, &signature), STATUS_OK);
    vector_check_number(&signature.r, r);
    vector_check_number(&signature.s, s);
    assert_true(curve_lift_x(key->public_x, &point));
    assert_true(stark_verify(&point, hash, &signature));
}
