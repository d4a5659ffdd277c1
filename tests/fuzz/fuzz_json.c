// The JSON reader. Three readings must agree: skipping the whole, walking every value, and cJSON's.
// cJSON takes more than JSON (numbers like 01, control characters as blanks), so the agreement
// asked of it is one way: what we accept it accepts. Left out there: numbers longer than its 63
// bytes, \u escapes (it checks surrogates, we do when decoding) and NUL bytes.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"

#if HAVE_CJSON
#include <cjson/cJSON.h>
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct walk {
    size_t values;
    size_t longest_number;
};

static void string_check(struct slice raw) {
    char decoded[1024];
    char written[8 * sizeof(decoded)];
    char again[1024];
    struct text first = TEXT_OVER(decoded);
    struct text json = TEXT_OVER(written);
    struct text second = TEXT_OVER(again);
    if (!json_string_decode(raw, &first)) {
        return;
    }
    json_write_string(&json, text_slice(&first));
    ASSERT(!json.truncated);
    struct json r;
    struct slice inside;
    json_init(&r, text_slice(&json));
    ASSERT(json_string(&r, &inside) && json_end(&r));
    ASSERT(json_string_decode(inside, &second));
    ASSERT(slice_equals(text_slice(&first), text_slice(&second)));
}

static void walk_number(struct json *r, struct walk *walk) {
    struct json before = *r;
    struct slice number;
    int64_t value;
    if (json_number(r, &number)) {
        walk->longest_number =
            number.size > walk->longest_number ? number.size : walk->longest_number;
        (void)json_int(&before, &value);
    }
}

// Recursion ends with the reader's own limit of depth.
static void walk_value(struct json *r, struct walk *walk) {
    struct slice text;
    bool flag;
    walk->values++;
    switch (json_peek(r)) {
    case JSON_OBJECT:
        json_object_begin(r);
        while (json_object_next(r, &text)) {
            string_check(text);
            walk_value(r, walk);
        }
        break;
    case JSON_ARRAY:
        json_array_begin(r);
        while (json_array_next(r)) {
            walk_value(r, walk);
        }
        break;
    case JSON_STRING:
        if (json_string(r, &text)) {
            string_check(text);
        }
        break;
    case JSON_NUMBER:
        walk_number(r, walk);
        break;
    case JSON_BOOL:
        json_bool(r, &flag);
        break;
    case JSON_NULL:
        (void)json_null(r);
        break;
    case JSON_NONE:
        json_fail(r);
        break;
    }
}

#if HAVE_CJSON
static void peer_check(struct slice document, const struct walk *walk) {
    bool special = memchr(document.data, '\0', document.size) != NULL || walk->longest_number > 63;
    for (size_t i = 0; i + 1 < document.size; i++) {
        special = special || (document.data[i] == '\\' && document.data[i + 1] == 'u');
    }
    if (special) {
        return;
    }
    char *text = malloc(document.size + 1); // it wants the end marked to refuse a rest
    ASSERT(text != NULL);
    memcpy(text, document.data, document.size);
    text[document.size] = '\0';
    cJSON *tree = cJSON_ParseWithOpts(text, NULL, 1);
    ASSERT(tree != NULL);
    cJSON_Delete(tree);
    free(text);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice document = {(const char *)data, size};
    struct json skipping;
    struct json walking;
    struct walk walk = {0};
    json_init(&skipping, document);
    bool skipped = json_skip(&skipping);
    skipped = json_end(&skipping) && skipped;
    json_init(&walking, document);
    walk_value(&walking, &walk);
    ASSERT(json_end(&walking) == skipped);
    string_check(document);
#if HAVE_CJSON
    if (skipped) {
        peer_check(document, &walk);
    }
#endif
    return 0;
}
