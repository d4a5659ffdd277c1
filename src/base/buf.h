// Byte slices and bounded text buffers. No allocation here: the memory is always the caller's.
#ifndef PERPDESK_BASE_BUF_H
#define PERPDESK_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"

// A read-only view of bytes somebody else owns; never NUL-terminated by promise.
struct slice {
    const char *data;
    size_t size;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *text) {
    return (struct slice){text, strlen(text)};
}

static inline bool slice_equals(struct slice a, struct slice b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool slice_starts(struct slice a, struct slice prefix) {
    return a.size >= prefix.size && memcmp(a.data, prefix.data, prefix.size) == 0;
}

// Takes the next word off what is left of a line: what stands up to a blank or the end, behind any
// blanks. Empty at the end of the line.
struct slice slice_take_word(struct slice *rest);

// A text buffer over the caller's array. Always NUL-terminated. What does not fit is cut and
// `truncated` is set and stays set, so one check at the end is enough.
struct text {
    char *data;
    size_t capacity; // including the NUL
    size_t size;     // without the NUL
    bool truncated;
};

#define TEXT_OVER(array) text_over((array), sizeof(array))

struct text text_over(char *data, size_t capacity);
void text_clear(struct text *text);
void text_add(struct text *text, struct slice part);
void text_add_string(struct text *text, const char *part);
void text_add_char(struct text *text, char c);
void text_add_int(struct text *text, int64_t value);
void text_add_format(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
struct slice text_slice(const struct text *text);

// Copies into a fixed array, cut at capacity - 1, NUL-terminated. Returns false when it was cut.
bool string_copy(char *out, size_t capacity, struct slice from);

#endif
