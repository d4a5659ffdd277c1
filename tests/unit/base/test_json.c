// JSON reader and writer, by rows of documents; every cut of a document must end in a failure,
// never outside it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/decimal.h"
#include "base/json.h"

// Read from a block of exactly its size, so that the sanitizer sees a read behind the end.
static bool skips(const char *document, size_t size) {
    char *copy = malloc(size + 1); // + 1: malloc(0) may be NULL
    assert_non_null(copy);
    memcpy(copy + 1, document, size);
    struct json r;
    json_init(&r, (struct slice){copy + 1, size});
    bool good = json_skip(&r);
    good = json_end(&r) && good;
    free(copy);
    return good;
}

static const char *const good_documents[] = {
    "1",
    "0",
    "-0",
    "-0.5",
    "1e5",
    "1E+05",
    "12.50e-3",
    "\"\"",
    "\"a\"",
    "\"0123456789abcdef0123456789abcdef\"",
    "\"a\\\"b\\\\\"",
    "\"\\u00e9\\/\\b\\f\\n\\r\\t\"",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    " [ ] ",
    "\t{\r\n}",
    "[1,2,3]",
    "[[],[[]],{}]",
    "{\"a\":1}",
    "{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":\"x\"}",
    " { \"a\" : [ 1 , 2 ] , \"b\" : true } ",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", // 32 deep
};

static const char *const bad_documents[] = {
    "",
    " ",
    "01",
    "1.",
    ".5",
    "-",
    "+1",
    "1e",
    "1e+",
    "--1",
    "1 2",
    "0x1",
    "NaN",
    "\"",
    "\"a",
    "\"a\\\"",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"\\u12\"",
    "'a'",
    "tru",
    "truex",
    "nul",
    "nulll",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1;2]",
    "{\"a\":1;\"b\":2}",
    "[1}",
    "{",
    "{]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\" 1}",
    "{a:1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1]",
    "{1:2}",
    "[]]",
    "{}{}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", // 33 deep
};

static void documents(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good_documents); i++) {
        if (!skips(good_documents[i], strlen(good_documents[i]))) {
            fail_msg("refused: %s", good_documents[i]);
        }
    }
    for (size_t i = 0; i < COUNT_OF(bad_documents); i++) {
        if (skips(bad_documents[i], strlen(bad_documents[i]))) {
            fail_msg("accepted: %s", bad_documents[i]);
        }
    }
}

static void cut_documents(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good_documents); i++) {
        const char *document = good_documents[i];
        size_t size = strlen(document);
        while (size > 0 && strchr(" \t\r\n", document[size - 1]) != NULL) {
            size--;
        }
        if (strchr("]}\"", document[size - 1]) == NULL) {
            continue; // a cut number is a number
        }
        for (size_t cut = 0; cut < size; cut++) {
            if (skips(document, cut)) {
                fail_msg("accepted %zu bytes of: %s", cut, document);
            }
        }
    }
}

static struct json reader(const char *document) {
    struct json r;
    json_init(&r, slice_of(document));
    return r;
}

// The same message compact, spaced and with escapes: the quick and the full ways must agree.
static void decoding(void **state) {
    (void)state;
    static const char *const documents[] = {
        "{\"s\":\"BTC\",\"t\":1723161456123,\"q\":\"42\",\"on\":true,\"none\":null,\"skip\":[{"
        "\"a\":[]}],"
        "\"bids\":[[\"1.5\",2],[\"1.25\",\"3\"]]}",
        " { \"s\" : \"BTC\" , \"t\" : 1723161456123 , \"q\" : \"42\" , \"on\" : true , \"none\" : "
        "null ,\n"
        "\"skip\" : [ { \"a\" : [ ] } ] , \"bids\" : [ [ \"1.5\" , 2 ] , [ \"1.25\" , \"3\" ] ] } ",
        "{\"\\u0073\":\"x\",\"skip\":\"\\\"\\\\\",\"s\":\"BTC\", \"t\": 1723161456123, \"q\": "
        "\"42\", \"on\": "
        "true, \"none\": null, \"bids\": [[\"1.5\", 2], [\"1.25\", \"3\"]]}",
    };
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct json r = reader(documents[i]);
        struct slice key;
        struct slice symbol = {0};
        struct slice texts[4] = {{0}};
        size_t count = 0;
        int64_t time = 0;
        int64_t number = 0;
        bool on = false;
        bool none = false;
        assert_true(json_object_begin(&r));
        while (json_object_next(&r, &key)) {
            if (slice_equals(key, SLICE("s"))) {
                json_string(&r, &symbol);
            } else if (slice_equals(key, SLICE("t"))) {
                json_int(&r, &time);
            } else if (slice_equals(key, SLICE("q"))) {
                assert_false(json_null(&r));
                json_int(&r, &number);
            } else if (slice_equals(key, SLICE("on"))) {
                json_bool(&r, &on);
            } else if (slice_equals(key, SLICE("none"))) {
                none = json_null(&r);
            } else if (slice_equals(key, SLICE("bids"))) {
                json_array_begin(&r);
                while (json_array_next(&r)) {
                    json_array_begin(&r);
                    while (json_array_next(&r)) {
                        assert_true(count < COUNT_OF(texts));
                        json_text(&r, &texts[count++]);
                    }
                }
            } else {
                json_skip(&r);
            }
        }
        assert_true(json_end(&r));
        assert_true(slice_equals(symbol, SLICE("BTC")));
        assert_true(time == INT64_C(1723161456123));
        assert_int_equal(number, 42);
        assert_true(on && none);
        assert_int_equal(count, 4);
        assert_true(slice_equals(texts[0], SLICE("1.5")));
        assert_true(slice_equals(texts[1], SLICE("2")));
        assert_true(slice_equals(texts[2], SLICE("1.25")));
        assert_true(slice_equals(texts[3], SLICE("3")));
    }
}

static void kinds(void **state) {
    (void)state;
    static const struct {
        const char *document;
        enum json_kind kind;
    } rows[] = {
        {" {}", JSON_OBJECT}, {"[", JSON_ARRAY}, {"\"", JSON_STRING}, {"-", JSON_NUMBER},
        {"7", JSON_NUMBER},   {"t", JSON_BOOL},  {"f", JSON_BOOL},    {"n", JSON_NULL},
        {"", JSON_NONE},      {"  ", JSON_NONE}, {"]", JSON_NONE},    {"x", JSON_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json r = reader(rows[i].document);
        assert_int_equal(json_peek(&r), rows[i].kind);
        assert_false(r.failed);
        json_fail(&r);
        assert_int_equal(json_peek(&r), JSON_NONE);
    }
}

// A value of another kind than asked for is a failure, and the failure stays.
static void wrong_kinds(void **state) {
    (void)state;
    struct slice text;
    int64_t number;
    bool flag;
    struct json r = reader("[1]");
    assert_false(json_object_begin(&r));
    assert_false(json_array_begin(&r));
    assert_false(json_array_next(&r));
    assert_false(json_end(&r));
    r = reader("1");
    assert_false(json_string(&r, &text));
    assert_false(json_number(&r, &text));
    r = reader("\"1\"");
    assert_false(json_number(&r, &text));
    r = reader("[]");
    assert_false(json_text(&r, &text));
    r = reader("\"1x\"");
    assert_false(json_int(&r, &number));
    r = reader("9223372036854775808");
    assert_false(json_int(&r, &number));
    r = reader("1.5");
    assert_false(json_int(&r, &number));
    r = reader("null");
    assert_false(json_bool(&r, &flag));
    r = reader("nul");
    assert_false(json_null(&r));
    assert_true(r.failed);
}

// Walking out of step with the containers is refused, not followed.
static void wrong_container(void **state) {
    (void)state;
    struct slice key;
    struct json r = reader("{\"a\":[1,2],\"b\":3}");
    assert_true(json_object_begin(&r));
    assert_true(json_object_next(&r, &key));
    assert_true(json_array_begin(&r));
    assert_true(json_array_next(&r));
    assert_true(json_skip(&r));
    assert_false(json_object_next(&r, &key));
    assert_false(json_end(&r));
    r = reader("{\"a\":1}");
    assert_true(json_object_begin(&r));
    assert_false(json_array_next(&r));
    assert_true(r.failed);
    r = reader("1");
    assert_false(json_object_next(&r, &key));
    r = reader("1");
    assert_false(json_array_next(&r));
    r = reader("[1]");
    assert_true(json_array_begin(&r));
    assert_false(json_end(&r)); // still open
}

static void decoded_strings(void **state) {
    (void)state;
    static const struct {
        const char *raw, *expected; // NULL: refused
    } rows[] = {
        {"", ""},
        {"abc", "abc"},
        {"a\\\"b\\\\c\\/d", "a\"b\\c/d"},
        {"\\b\\f\\n\\r\\t", "\b\f\n\r\t"},
        {"\\u0041\\u00e9\\u20ac", "A\xc3\xa9\xe2\x82\xac"},
        {"\\uD83D\\uDE00", "\xf0\x9f\x98\x80"},
        {"\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9", "\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9"},
        {"\\ud83d", NULL},
        {"\\ud83dx", NULL},
        {"\\ud83d\\n", NULL},
        {"\\ud83d\\u0041", NULL},
        {"\\ude00\\ud83d", NULL},
        {"\\u0000", NULL},
        {"\\u12", NULL},
        {"\\u12x4", NULL},
        {"\\x", NULL},
        {"\\", NULL},
        {"a\nb", NULL},
        {"a\"b", NULL},
        {"\xc3", NULL},
        {"\xc3(", NULL},
        {"\x80", NULL},
        {"\xc0\x80", NULL},
        {"\xe0\x80\x80", NULL},
        {"\xed\xa0\x80", NULL},
        {"\xf0\x80\x80\x80", NULL},
        {"\xf4\x90\x80\x80", NULL},
        {"\xf5\x80\x80\x80", NULL},
        {"\xe2\x82", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t size = strlen(rows[i].raw);
        char *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy + 1, rows[i].raw, size);
        char array[64];
        struct text text = TEXT_OVER(array);
        bool good = json_string_decode((struct slice){copy + 1, size}, &text);
        free(copy);
        assert_int_equal(good, rows[i].expected != NULL);
        if (good) {
            assert_string_equal(array, rows[i].expected);
        }
    }
    char array[4];
    struct text text = TEXT_OVER(array);
    assert_true(json_string_decode(SLICE("abc"), &text));
    text_clear(&text);
    assert_false(json_string_decode(SLICE("abcd"), &text));
}

static void written_strings(void **state) {
    (void)state;
    static const struct {
        const char *value, *expected;
    } rows[] = {
        {"", "\"\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\x7f\""},
        {"\xc3\xa9\xf0\x9f\x98\x80", "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {"a\xffz\xc3", "\"a\\ufffdz\\ufffd\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char array[64];
        struct text text = TEXT_OVER(array);
        json_write_string(&text, slice_of(rows[i].value));
        assert_string_equal(array, rows[i].expected);
        assert_true(skips(array, text.size));
    }
    char array[64];
    struct text text = TEXT_OVER(array);
    json_write_decimal(&text, -1250, 3);
    text_add_char(&text, ' ');
    json_write_decimal(&text, 0, 12);
    assert_string_equal(array, "-1.25 0");
}

static void raw_values(void **state) {
    (void)state;
    static const char *const values[] = {"\"a\\\"b\"", "-1.5e3",           "true",
                                         "null",       "{\"a\": [1, {}]}", "[]"};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        char line[64];
        struct json r;
        (void)snprintf(line, sizeof(line), "[ 0 ,  %s\t, 1]", values[i]);
        json_init(&r, slice_of(line));
        json_array_begin(&r);
        assert_true(json_array_next(&r) && json_skip(&r) && json_array_next(&r));
        assert_true(slice_equals(json_raw(&r), slice_of(values[i])));
        assert_true(json_array_next(&r) && slice_equals(json_raw(&r), SLICE("1")));
        assert_false(json_array_next(&r));
        assert_true(json_end(&r));
    }
    struct json broken;
    json_init(&broken, SLICE("{\"a\": [1,"));
    assert_int_equal(json_raw(&broken).size, 0);
    assert_false(json_end(&broken));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents),       cmocka_unit_test(cut_documents),
        cmocka_unit_test(decoding),        cmocka_unit_test(kinds),
        cmocka_unit_test(wrong_kinds),     cmocka_unit_test(wrong_container),
        cmocka_unit_test(decoded_strings), cmocka_unit_test(written_strings),
        cmocka_unit_test(raw_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
