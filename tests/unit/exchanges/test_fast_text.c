// The anchored readers against the readers they stand in for. A frame lies in memory of exactly its
// size, so that a sanitizer sees every byte read outside.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchanges/fast_text.h"

enum { FRAME_MAX = 160 };

// `before` bytes, then the text, a quote and `after` bytes more.
static struct slice make_frame(struct slice text, uint32_t before, uint32_t after) {
    char bytes[FRAME_MAX];
    struct text frame = TEXT_OVER(bytes);
    for (uint32_t i = 0; i < before; i++) {
        text_add_char(&frame, i + 1 < before ? 'x' : '[');
    }
    text_add(&frame, text);
    text_add_char(&frame, '"');
    for (uint32_t i = 0; i < after; i++) {
        text_add_char(&frame, i == 0 ? ',' : '7');
    }
    assert_false(frame.truncated);
    char *data = malloc(frame.size);
    assert_non_null(data);
    memcpy(data, frame.data, frame.size);
    return (struct slice){data, frame.size};
}

// Stands behind the filler, whatever it is.
static void go_to(struct fast *f, uint32_t before) {
    f->at += before - 1;
}

static bool read_px(struct slice text, uint32_t after, int64_t *out) {
    struct slice frame = make_frame(text, FAST_ROOM, after);
    struct fast f = {0};
    struct fast_tail tail;
    struct px px = {-1};
    assert_true(fast_begin(&f, frame, &tail));
    go_to(&f, FAST_ROOM);
    bool good = FAST_PX(&f, "[", &px);
    if (good) { // the next key decides where a number ends
        good = FAST_LITERAL(&f, "\"");
        assert_true(!good || (size_t)(f.end - f.at) == after);
    }
    free((void *)(uintptr_t)frame.data);
    *out = px.v;
    return good;
}

static void decimals(void **state) {
    static const struct {
        const char *name, *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"usual", "61800.20", true, INT64_C(61800200000000000)},
        {"whole", "61800", true, INT64_C(61800) * PX_ONE},
        {"eight digits", "123456.78", true, INT64_C(123456780000000000)},
        {"nine digits", "0.12345678", true, INT64_C(123456780000)},
        {"seven before the point", "1234567.8", true, INT64_C(1234567800000000000)},
        {"both sides long", "1234567.1234567", true, INT64_C(1234567123456700000)},
        {"zero", "0", true, 0},
        {"too large", "9300000", false, 0},
        {"nothing", "", false, 0},
        {"point alone", ".", false, 0},
        {"nothing before the point", ".5", false, 0},
        {"nothing behind the point", "5.", false, 0},
        {"nothing behind, long", "1234567.", false, 0},
        {"two points", "1.2.3", false, 0},
        {"negative", "-1", false, 0},
        {"exponent", "1e3", false, 0},
        {"16 bytes", "1234567.12345678", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value;
        print_message("%s\n", rows[i].name);
        assert_int_equal(read_px(slice_of(rows[i].text), 3, &value), rows[i].good);
        assert_true(!rows[i].good || value == rows[i].value);
    }
}

// Whatever is accepted, the full reader accepts with the same value; at any distance from the end.
static void decimals_against_parser(void **state) {
    static const char alphabet[] = "00123456789999.....-+eE /:";
    uint32_t accepted = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 40000; seed++) {
        char text[18];
        uint64_t random = hash_mix(seed);
        uint32_t size = (uint32_t)(random % sizeof(text));
        uint64_t choices = random % 3 == 0 ? sizeof(alphabet) - 1 : 14;
        for (uint32_t i = 0; i < size; i++) {
            text[i] = alphabet[hash_mix(seed * 32 + i) % (i == size / 2 ? 19 : choices)];
        }
        int64_t value;
        struct px expected;
        if (read_px((struct slice){text, size}, (uint32_t)(seed % 70), &value)) {
            assert_true(px_parse((struct slice){text, size}, &expected));
            assert_int_equal(value, expected.v);
            accepted++;
        }
    }
    assert_true(accepted > 1000);
}

static void whole_numbers(void **state) {
    (void)state;
    char digits[18] = "";
    for (uint32_t size = 0; size < sizeof(digits) - 1; size++) {
        struct slice frame = make_frame((struct slice){digits, size}, FAST_ROOM, 0);
        struct fast f = {0};
        struct fast_tail tail;
        uint64_t value = 0;
        int64_t time = 0;
        assert_true(fast_begin(&f, frame, &tail));
        go_to(&f, FAST_ROOM);
        struct fast again = f;
        assert_int_equal(FAST_UINT(&f, "[", &value), size >= 1 && size <= 15);
        assert_true(size == 0 || size > 15 || value == strtoull(digits, NULL, 10));
        bool good = FAST_TIME(&again, "[", &time) && FAST_LITERAL(&again, "\"");
        assert_int_equal(good, size == 13);
        assert_true(!good || (uint64_t)time == value);
        digits[size] = (char)('1' + size % 9);
        free((void *)(uintptr_t)frame.data);
    }
}

static void names(void **state) {
    struct name_map map;
    char name[FAST_KEY_MAX] = "";
    (void)state;
    assert_int_equal(name_map_create(&map, 40), STATUS_OK);
    for (uint32_t size = 1; size < 30; size++) {
        name[size - 1] = (char)('A' + size % 26);
        if (size % 3 != 0) {
            assert_int_equal(name_map_put(&map, (struct slice){name, size}, (int32_t)size),
                             STATUS_OK);
        }
        struct slice frame = make_frame((struct slice){name, size}, FAST_ROOM, size % 5);
        struct fast f = {0};
        struct fast_tail tail;
        struct slice read = {0};
        assert_true(fast_begin(&f, frame, &tail));
        go_to(&f, FAST_ROOM);
        assert_true(FAST_STRING(&f, "[", &read));
        assert_true(slice_equals(read, (struct slice){name, size}));
        assert_int_equal(fast_name(&map, read), size % 3 != 0 ? (int32_t)size : -1);
        free((void *)(uintptr_t)frame.data);
    }
    name_map_finish(&map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals),
        cmocka_unit_test(decimals_against_parser),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
