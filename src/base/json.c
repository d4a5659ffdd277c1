// The reader checks as it goes and never looks back: what was accepted up to `at` is well-formed
// JSON so far.
//
// The functions named _any do the whole of what the header's inline ones try first on the compact
// form that venues send. Skipping a value is the same reading with the results thrown away, level
// by level without recursion.
#include "base/json.h"

#include "base/decimal.h"

_Static_assert(JSON_DEPTH_MAX <= 32, "object_bits has one bit per level");

static inline bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

static inline bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline void skip_blanks(struct json *r) {
    while (r->at < r->end && *r->at <= ' ' && is_blank(*r->at)) {
        r->at++;
    }
}

// Blanks, then exactly this byte.
static inline bool take(struct json *r, char c) {
    skip_blanks(r);
    if (r->at < r->end && *r->at == c) {
        r->at++;
        return true;
    }
    return false;
}

void json_init(struct json *r, struct slice text) {
    const char *end = text.size > 0 ? text.data + text.size : text.data; // none may lie nowhere
    *r = (struct json){.at = text.data, .end = end, .first = true};
}

bool json_fail(struct json *r) {
    r->failed = true;
    r->at =
        r->end; // nothing is left for the quick ways of the header, which do not ask for `failed`
    return false;
}

enum json_kind json_peek(struct json *r) {
    if (r->failed) {
        return JSON_NONE;
    }
    skip_blanks(r);
    if (r->at == r->end) {
        return JSON_NONE;
    }
    switch (*r->at) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOL;
    case 'n':
        return JSON_NULL;
    default:
        return *r->at == '-' || is_digit(*r->at) ? JSON_NUMBER : JSON_NONE;
    }
}

static inline bool container_open(struct json *r, char bracket, bool object) {
    if (r->failed || r->depth == JSON_DEPTH_MAX || !take(r, bracket)) {
        return json_fail(r);
    }
    uint32_t bit = UINT32_C(1) << r->depth;
    r->object_bits = object ? r->object_bits | bit : r->object_bits & ~bit;
    r->depth++;
    r->first = true;
    return true;
}

static inline bool container_is_object(const struct json *r) {
    return (r->object_bits >> (r->depth - 1)) & 1;
}

// Returns false, which means "no further member".
static inline bool container_close(struct json *r) {
    r->at++;
    r->depth--;
    r->first = false;
    return false;
}

// True when a member follows; the separator before it is consumed.
static inline bool container_next(struct json *r, char bracket, bool object) {
    if (r->failed) {
        return false;
    }
    if (r->depth == 0 || container_is_object(r) != object) {
        return json_fail(r);
    }
    skip_blanks(r);
    if (r->at == r->end) {
        return json_fail(r);
    }
    if (*r->at == bracket) {
        return container_close(r);
    }
    if (r->first) {
        r->first = false;
        return true;
    }
    if (*r->at != ',') {
        return json_fail(r);
    }
    r->at++;
    return true;
}

bool json_object_begin(struct json *r) {
    return container_open(r, '{', true);
}

bool json_array_begin(struct json *r) {
    return container_open(r, '[', false);
}

bool json_array_next_any(struct json *r) {
    return container_next(r, ']', false);
}

static int hex_value(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Four hex digits at `at`, or -1.
static int32_t hex_four(const char *at, const char *end) {
    if (end - at < 4) {
        return -1;
    }
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(at[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

// `at` stands on a backslash. Returns the byte after the escape, or NULL.
static const char *skip_escape(const char *at, const char *end) {
    if (end - at < 2) {
        return NULL;
    }
    if (at[1] == 'u') {
        return hex_four(at + 2, end) < 0 ? NULL : at + 6;
    }
    return at[1] != '\0' && strchr("\"\\/bfnrt", at[1]) != NULL ? at + 2 : NULL;
}

// After the opening quote: the inside, and `at` behind the closing quote.
static inline bool string_rest(struct json *r, struct slice *raw) {
    const char *from = r->at;
    const char *at = from;
    for (;;) {
        at = json_find_quote(at, r->end);
        if (at == r->end) {
            return json_fail(r);
        }
        if (*at == '"') {
            break;
        }
        at = skip_escape(at, r->end);
        if (at == NULL) {
            return json_fail(r);
        }
    }
    *raw = (struct slice){from, (size_t)(at - from)};
    r->at = at + 1;
    return true;
}

bool json_string_any(struct json *r, struct slice *raw) {
    if (r->failed || !take(r, '"')) {
        return json_fail(r);
    }
    return string_rest(r, raw);
}

bool json_object_next_any(struct json *r, struct slice *key) {
    if (!container_next(r, '}', true)) {
        return false;
    }
    if (!take(r, '"') || !string_rest(r, key) || !take(r, ':')) {
        return json_fail(r);
    }
    return true;
}

// Digits from `at`; NULL when there is none.
static inline const char *skip_digits(const char *at, const char *end) {
    if (at == end || !is_digit(*at)) {
        return NULL;
    }
    do {
        at++;
    } while (at < end && is_digit(*at));
    return at;
}

// The end of the number that starts at `at`, or NULL.
static inline const char *skip_number(const char *at, const char *end) {
    if (at < end && *at == '-') {
        at++;
    }
    bool zero = at < end && *at == '0';
    at = zero ? at + 1 : skip_digits(at, end);
    if (at == NULL || at == end) {
        return at;
    }
    if (*at == '.') {
        at = skip_digits(at + 1, end);
        if (at == NULL || at == end) {
            return at;
        }
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        if (at < end && (*at == '+' || *at == '-')) {
            at++;
        }
        at = skip_digits(at, end);
    }
    return at;
}

bool json_number(struct json *r, struct slice *text) {
    if (r->failed) {
        return false;
    }
    skip_blanks(r);
    const char *end = skip_number(r->at, r->end);
    if (end == NULL) {
        return json_fail(r);
    }
    *text = (struct slice){r->at, (size_t)(end - r->at)};
    r->at = end;
    return true;
}

bool json_text_any(struct json *r, struct slice *text) {
    if (r->failed) {
        return false;
    }
    return take(r, '"') ? string_rest(r, text) : json_number(r, text);
}

bool json_int(struct json *r, int64_t *value) {
    struct slice text;
    if (!json_text(r, &text)) {
        return false;
    }
    return decimal_parse(text, 0, value) || json_fail(r);
}

static bool take_word(struct json *r, struct slice word) {
    if ((size_t)(r->end - r->at) < word.size || memcmp(r->at, word.data, word.size) != 0) {
        return false;
    }
    r->at += word.size;
    return true;
}

bool json_bool(struct json *r, bool *value) {
    if (r->failed) {
        return false;
    }
    skip_blanks(r);
    if (take_word(r, SLICE("true"))) {
        *value = true;
        return true;
    }
    if (take_word(r, SLICE("false"))) {
        *value = false;
        return true;
    }
    return json_fail(r);
}

bool json_null(struct json *r) {
    if (json_peek(r) != JSON_NULL) {
        return false;
    }
    return take_word(r, SLICE("null")) || json_fail(r);
}

// Consumes a scalar, or opens a container.
static bool skip_one(struct json *r) {
    struct slice text;
    bool flag;
    switch (json_peek(r)) {
    case JSON_OBJECT:
        return json_object_begin(r);
    case JSON_ARRAY:
        return json_array_begin(r);
    case JSON_STRING:
        return json_string(r, &text);
    case JSON_NUMBER:
        return json_number(r, &text);
    case JSON_BOOL:
        return json_bool(r, &flag);
    case JSON_NULL:
        return json_null(r);
    case JSON_NONE:
        break;
    }
    return json_fail(r);
}

bool json_skip(struct json *r) {
    int base = r->depth;
    struct slice key;
    do {
        if (!skip_one(r)) {
            return false;
        }
        // Close whatever ends here; stop at the next value that is still inside.
        while (r->depth > base &&
               !(container_is_object(r) ? json_object_next(r, &key) : json_array_next(r))) {
            if (r->failed) {
                return false;
            }
        }
    } while (r->depth > base);
    return true;
}

struct slice json_raw(struct json *r) {
    (void)json_peek(r); // over the blanks before it
    const char *from = r->at;
    return json_skip(r) ? (struct slice){from, (size_t)(r->at - from)} : (struct slice){"", 0};
}

bool json_end(struct json *r) {
    skip_blanks(r);
    if (r->depth != 0 || r->at != r->end) {
        return json_fail(r);
    }
    return !r->failed;
}
