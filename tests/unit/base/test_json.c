// JSON reader and writer, by rows of documents; every cut of a document must end in a failure,
// never outside it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents),
        cmocka_unit_test(cut_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
