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
bool json_object_next(struct json *r,
                      struct slice *key); // false after the last member (or on failure); key is raw
bool json_array_begin(struct json *r);
bool json_array_next(struct json *r); // true when another item follows

bool json_string(struct json *r,
                 struct slice *raw); // the bytes between the quotes, escapes untouched
bool json_number(struct json *r, struct slice *text); // the number's text
bool json_text(struct json *r,
               struct slice *text); // a string's inside or a number's text: venues use both
bool json_int(struct json *r, int64_t *value); // an integer, or a string that holds one
bool json_bool(struct json *r, bool *value);
bool json_null(
    struct json *r); // consumes null and returns true, else leaves the value and returns false
bool json_skip(struct json *r); // any value

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

#endif
