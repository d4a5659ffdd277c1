// A pull reader for JSON over a byte slice: no allocation, no copy, numbers stay text until
// somebody parses them.
//
// Strict where it matters to a caller (RFC 8259 structure, string and number syntax, depth, control
// characters and UTF-8 left to json_string_decode) and lazy elsewhere: what is skipped is checked
// structurally. One error flag that sticks: after any failure every call returns false, so a
// decoder reads like the message and checks once at the end. A reader never reads outside [data,
// data + size).
//
// To leave a container before its end, skip what is left: json_object_next answers false with an
// error when the innermost open container is not an object, and json_array_next likewise.
//
//   json_init(&r, frame);
//   struct slice key;
//   json_object_begin(&r);
//   while (json_object_next(&r, &key)) {
//       if (slice_equals(key, SLICE("s"))) json_string(&r, &symbol); else json_skip(&r);
//   }
//   if (!json_end(&r)) -> malformed
#ifndef PERPDESK_BASE_JSON_H
#define PERPDESK_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 32 };

enum json_kind {
    JSON_NONE,
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_BOOL,
    JSON_NULL
};

struct json {
    const char *at;
    const char *end;
    uint32_t object_bits; // bit d: level d is an object
    uint8_t depth;
    bool first; // at the first member of the open container
    bool failed;
};

void json_init(struct json *r, struct slice text);
enum json_kind
json_peek(struct json *r); // kind of the value at hand, JSON_NONE when failed or at the end

bool json_object_begin(struct json *r);
static inline bool
json_object_next(struct json *r,
                 struct slice *key); // false after the last member (or on failure); key is raw
bool json_array_begin(struct json *r);
static inline bool json_array_next(struct json *r); // true when another item follows

static inline bool
json_string(struct json *r,
            struct slice *raw); // the bytes between the quotes, escapes untouched
bool json_number(struct json *r, struct slice *text); // the number's text
static inline bool
json_text(struct json *r,
          struct slice *text); // a string's inside or a number's text: venues use both
bool json_int(struct json *r, int64_t *value); // an integer, or a string that holds one
bool json_bool(struct json *r, bool *value);
bool json_null(
    struct json *r); // consumes null and returns true, else leaves the value and returns false
bool json_skip(struct json *r); // any value
// The bytes of any value as they stand; size 0 when there is none.
struct slice json_raw(struct json *r);

bool json_fail(struct json *r); // sets the flag, returns false
bool json_end(
    struct json *r); // true when nothing failed, all containers are closed and only blanks are left

// Decodes the escapes of a raw string into `out` as UTF-8. False on a bad escape (\u0000 counts as
// one), a control character, broken UTF-8 or when it does not fit.
MUST_CHECK bool json_string_decode(struct slice raw, struct text *out);

// Writing: appends to a text; a caller composes punctuation with text_add_*.
void json_write_string(struct text *out, struct slice value); // with quotes, escaped
void json_write_decimal(struct text *out, int64_t value,
                        int digits); // as a JSON number, shortest exact form

// The quick ways: the compact form without blanks and escapes, inline because a decoder does little
// else. Whatever is not exactly that goes to the full function, from where it started.

bool json_object_next_any(struct json *r, struct slice *key);
bool json_array_next_any(struct json *r);
bool json_string_any(struct json *r, struct slice *raw);
bool json_text_any(struct json *r, struct slice *text);

// The first quote or backslash in [at, end), or end.
static inline const char *json_find_quote(const char *at, const char *end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i found =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        int mask = _mm_movemask_epi8(found);
        if (mask != 0) {
            return at + __builtin_ctz((unsigned)mask);
        }
        at += 16;
    }
#endif
    while (at < end && *at != '"' && *at != '\\') {
        at++;
    }
    return at;
}

static inline bool json_object_next(struct json *r, struct slice *key) {
    const char *at = r->at;
    const char *end = r->end;
    bool inside = r->depth > 0 && (r->object_bits >> (r->depth - 1) & 1) != 0;
    if (inside && end - at > 4 && (r->first || *at == ',')) {
        at += !r->first;
        if (*at == '"') {
            const char *from = ++at;
            // Keys are short: a loop that the processor predicts beats looking at 16 bytes.
            while (at < end && *at != '"' && *at != '\\') {
                at++;
            }
            if (end - at > 1 && at[0] == '"' && at[1] == ':') {
                *key = (struct slice){from, (size_t)(at - from)};
                r->first = false;
                r->at = at + 2;
                return true;
            }
        }
    }
    return json_object_next_any(r, key);
}

static inline bool json_array_next(struct json *r) {
    bool inside = r->depth > 0 && (r->object_bits >> (r->depth - 1) & 1) == 0;
    if (inside && !r->first && r->at < r->end && *r->at == ',') {
        r->at++;
        return true;
    }
    return json_array_next_any(r);
}

static inline bool json_string(struct json *r, struct slice *raw) {
    const char *from = r->at;
    if (from < r->end && *from == '"') {
        const char *at = json_find_quote(++from, r->end);
        if (at < r->end && *at == '"') {
            *raw = (struct slice){from, (size_t)(at - from)};
            r->at = at + 1;
            return true;
        }
    }
    return json_string_any(r, raw);
}

static inline bool json_text(struct json *r, struct slice *text) {
    return r->at < r->end && *r->at == '"' ? json_string(r, text) : json_text_any(r, text);
}

#endif
