// Slices and bounded texts: what fits exactly, what is cut by one byte, and that nothing is written
// behind.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

enum { CAPACITY = 8 };

// A text of 8 bytes with a guard behind it.
struct guarded {
    char bytes[CAPACITY];
    char guard[4];
};

static struct text guarded_text(struct guarded *g) {
    memcpy(g->guard, "gard", 4);
    return text_over(g->bytes, CAPACITY);
}

static void assert_text(const struct text *text, const struct guarded *g, const char *expected,
                        bool truncated) {
    assert_string_equal(text->data, expected);
    assert_int_equal(text->size, strlen(expected));
    assert_int_equal(text->truncated, truncated);
    assert_memory_equal(g->guard, "gard", 4);
}

static void adding(void **state) {
    (void)state;
    static const struct {
        const char *name, *first, *second, *expected;
        bool truncated;
    } rows[] = {
        {"empty", "", "", "", false},
        {"fits", "abc", "de", "abcde", false},
        {"exactly", "abc", "defg", "abcdefg", false},
        {"cut by one", "abc", "defgh", "abcdefg", true},
        {"full before", "abcdefg", "h", "abcdefg", true},
        {"first cut", "abcdefghij", "k", "abcdefg", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct guarded g;
        struct text text = guarded_text(&g);
        text_add_string(&text, rows[i].first);
        text_add(&text, slice_of(rows[i].second));
        assert_text(&text, &g, rows[i].expected, rows[i].truncated);
        text = guarded_text(&g);
        text_add_format(&text, "%s", rows[i].first);
        text_add_format(&text, "%s%s", "", rows[i].second);
        assert_text(&text, &g, rows[i].expected, rows[i].truncated);
        text = guarded_text(&g);
        for (const char *at = rows[i].first; *at != '\0'; at++) {
            text_add_char(&text, *at);
        }
        text_add_string(&text, rows[i].second);
        assert_text(&text, &g, rows[i].expected, rows[i].truncated);
        text_clear(&text);
        assert_text(&text, &g, "", false);
    }
}

static void integers(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        const char *expected;
    } rows[] = {
        {0, "0"},
        {7, "7"},
        {-1, "-1"},
        {1000, "1000"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char array[32];
        struct text text = TEXT_OVER(array);
        text_add_int(&text, rows[i].value);
        assert_string_equal(array, rows[i].expected);
    }
}

static void slices(void **state) {
    (void)state;
    assert_true(slice_equals(SLICE("ab"), slice_of("ab")));
    assert_false(slice_equals(SLICE("ab"), SLICE("abc")));
    assert_false(slice_equals(SLICE("ab"), SLICE("ac")));
    assert_true(slice_equals((struct slice){NULL, 0}, SLICE("")));
    assert_true(slice_starts(SLICE("abc"), SLICE("ab")));
    assert_true(slice_starts(SLICE("abc"), SLICE("")));
    assert_false(slice_starts(SLICE("ab"), SLICE("abc")));
    assert_false(slice_starts(SLICE("xbc"), SLICE("ab")));
}

static void words(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *words[4]; // the last one is empty
        const char *left;     // behind the first
    } rows[] = {
        {"", {""}, ""},
        {"   ", {""}, ""},
        {"venue", {"venue", ""}, ""},
        {"  venue  okx off ", {"venue", "okx", "off", ""}, "  okx off "},
        {"a\tb c", {"a\tb", "c", ""}, " c"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct slice rest = slice_of(rows[i].line);
        for (size_t k = 0; k < COUNT_OF(rows[i].words) && rows[i].words[k] != NULL; k++) {
            assert_true(slice_equals(slice_take_word(&rest), slice_of(rows[i].words[k])));
            assert_true(k > 0 || slice_equals(rest, slice_of(rows[i].left)));
        }
        assert_int_equal(rest.size, 0);
    }
}

static void copies(void **state) {
    (void)state;
    char out[4];
    assert_true(string_copy(out, sizeof(out), SLICE("abc")));
    assert_string_equal(out, "abc");
    assert_false(string_copy(out, sizeof(out), SLICE("abcd")));
    assert_string_equal(out, "abc");
    assert_true(string_copy(out, sizeof(out), (struct slice){NULL, 0}));
    assert_string_equal(out, "");
    assert_false(string_copy(out, 1, SLICE("a")));
    assert_string_equal(out, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding), cmocka_unit_test(integers), cmocka_unit_test(slices),
        cmocka_unit_test(words),  cmocka_unit_test(copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
