// JSON strings inside out: escapes to UTF-8 and back. Off the hot path, so this part is strict
// about every byte: control characters, broken UTF-8 and lone surrogates do not come through.
#include "base/json.h"

#include "base/decimal.h"

enum { SURROGATE_HIGH = 0xd800, SURROGATE_LOW = 0xdc00, SURROGATE_END = 0xe000 };

// Length of the well-formed UTF-8 sequence at the start of `bytes` (no overlong forms, no
// surrogates), 0 when bad.
static size_t utf8_size(struct slice bytes) {
    const unsigned char *b = (const unsigned char *)bytes.data;
    if (b[0] < 0x80) {
        return 1;
    }
    size_t size = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || bytes.size < size) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xf0 && b[1] < 0x90);
    bool outside = (b[0] == 0xed && b[1] > 0x9f) || (b[0] == 0xf4 && b[1] > 0x8f);
    return overlong || outside ? 0 : size;
}

static void utf8_add(struct text *out, uint32_t point) {
    char bytes[4];
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; point >>= 6) {
        bytes[i] = (char)(0x80 | (point & 0x3f));
    }
    static const unsigned char lead[] = {0x00, 0xc0, 0xe0, 0xf0};
    bytes[0] = (char)(lead[size - 1] | point);
    text_add(out, (struct slice){bytes, size});
}

// Four hex digits at the start of `raw`; false when there are none.
static bool hex_read(struct slice raw, uint32_t *value) {
    if (raw.size < 4) {
        return false;
    }
    *value = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = raw.data[i];
        char lower = (char)(c | 0x20);
        if (c >= '0' && c <= '9') {
            *value = *value * 16 + (uint32_t)(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            *value = *value * 16 + (uint32_t)(lower - 'a' + 10);
        } else {
            return false;
        }
    }
    return true;
}

static struct slice slice_from(struct slice slice, size_t at) {
    return (struct slice){slice.data + at, slice.size - at};
}

// `raw` starts after "\u". Returns the bytes consumed, 0 on a bad escape. NUL is refused: it would
// end the text early for whoever takes the result as a C string.
static size_t unicode_decode(struct slice raw, struct text *out) {
    uint32_t point;
    uint32_t low;
    if (!hex_read(raw, &point) || point == 0) {
        return 0;
    }
    if (point < SURROGATE_HIGH || point >= SURROGATE_END) {
        utf8_add(out, point);
        return 4;
    }
    if (point >= SURROGATE_LOW || raw.size < 10 || raw.data[4] != '\\' || raw.data[5] != 'u' ||
        !hex_read(slice_from(raw, 6), &low) || low < SURROGATE_LOW || low >= SURROGATE_END) {
        return 0;
    }
    utf8_add(out, 0x10000 + ((point - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW));
    return 10;
}

// `raw` starts with a backslash. Returns the bytes consumed, 0 on a bad escape.
static size_t escape_decode(struct slice raw, struct text *out) {
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    if (raw.size < 2) {
        return 0;
    }
    if (raw.data[1] == 'u') {
        size_t used = unicode_decode(slice_from(raw, 2), out);
        return used == 0 ? 0 : used + 2;
    }
    for (size_t i = 0; i < sizeof(names) - 1; i++) {
        if (raw.data[1] == names[i]) {
            text_add_char(out, values[i]);
            return 2;
        }
    }
    return 0;
}

bool json_string_decode(struct slice raw, struct text *out) {
    bool before = out->truncated;
    out->truncated = false;
    bool good = true;
    for (size_t at = 0; good && at < raw.size;) {
        struct slice rest = slice_from(raw, at);
        size_t used = 0;
        if (rest.data[0] == '\\') {
            used = escape_decode(rest, out);
        } else if ((unsigned char)rest.data[0] >= 0x20 && rest.data[0] != '"') {
            used = utf8_size(rest);
            text_add(out, (struct slice){rest.data, used});
        }
        at += used;
        good = used != 0 && !out->truncated;
    }
    out->truncated = out->truncated || before;
    return good;
}

static void write_control(struct text *out, char c) {
    switch (c) {
    case '\n':
        text_add_string(out, "\\n");
        break;
    case '\r':
        text_add_string(out, "\\r");
        break;
    case '\t':
        text_add_string(out, "\\t");
        break;
    default:
        text_add_format(out, "\\u%04x", (unsigned)(unsigned char)c);
        break;
    }
}

void json_write_string(struct text *out, struct slice value) {
    text_add_char(out, '"');
    for (size_t at = 0; at < value.size;) {
        struct slice rest = slice_from(value, at);
        char c = rest.data[0];
        size_t size = utf8_size(rest);
        if (size == 0) {
            text_add_string(out, "\\ufffd"); // a damaged byte must not damage the whole document
            size = 1;
        } else if (c == '"' || c == '\\') {
            text_add_char(out, '\\');
            text_add_char(out, c);
        } else if ((unsigned char)c < 0x20) {
            write_control(out, c);
        } else {
            text_add(out, (struct slice){rest.data, size});
        }
        at += size;
    }
    text_add_char(out, '"');
}

void json_write_decimal(struct text *out, int64_t value, int digits) {
    decimal_print(out, value, digits, 0, digits);
}
