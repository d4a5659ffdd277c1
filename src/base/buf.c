// Bounded text: every append goes through one place that cuts and remembers that it cut.
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

struct slice slice_take_word(struct slice *rest) {
    while (rest->size > 0 && rest->data[0] == ' ') {
        rest->data++;
        rest->size--;
    }
    struct slice word = {rest->data, 0};
    while (word.size < rest->size && rest->data[word.size] != ' ') {
        word.size++;
    }
    rest->data += word.size;
    rest->size -= word.size;
    return word;
}

struct text text_over(char *data, size_t capacity) {
    ASSERT(data != NULL);
    ASSERT(capacity > 0);
    data[0] = '\0';
    return (struct text){.data = data, .capacity = capacity, .size = 0, .truncated = false};
}

void text_clear(struct text *text) {
    text->size = 0;
    text->truncated = false;
    text->data[0] = '\0';
}

void text_add(struct text *text, struct slice part) {
    size_t room = text->capacity - 1 - text->size;
    size_t size = part.size;
    if (size > room) {
        size = room;
        text->truncated = true;
    }
    if (size == 0) {
        return;
    }
    memcpy(text->data + text->size, part.data, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void text_add_string(struct text *text, const char *part) {
    text_add(text, slice_of(part));
}

void text_add_char(struct text *text, char c) {
    if (text->size + 1 >= text->capacity) {
        text->truncated = true;
        return;
    }
    text->data[text->size++] = c;
    text->data[text->size] = '\0';
}

void text_add_int(struct text *text, int64_t value) {
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    text_add(text, (struct slice){digits + at, sizeof(digits) - at});
}

void text_add_format(struct text *text, const char *format, ...) {
    size_t room = text->capacity - text->size;
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text->data + text->size, room, format, arguments);
    va_end(arguments);
    if (size < 0) {
        text->data[text->size] = '\0';
        text->truncated = true;
    } else if ((size_t)size >= room) {
        text->size = text->capacity - 1;
        text->truncated = true;
    } else {
        text->size += (size_t)size;
    }
}

struct slice text_slice(const struct text *text) {
    return (struct slice){text->data, text->size};
}

bool string_copy(char *out, size_t capacity, struct slice from) {
    ASSERT(capacity > 0);
    bool fits = from.size < capacity;
    size_t size = fits ? from.size : capacity - 1;
    if (size > 0) {
        memcpy(out, from.data, size);
    }
    out[size] = '\0';
    return fits;
}
