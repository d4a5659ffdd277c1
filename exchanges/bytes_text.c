#include "exchanges/bytes_text.h"

// -1 (all ones) when low <= c <= high, else 0, without a branch.
static int within(int c, int low, int high) {
    return ((low - 1 - c) & (c - high - 1)) >> 31;
}

static int hex_value(char digit) {
    int c = (unsigned char)digit;
    return (within(c, '0', '9') & (c - '0' + 1)) | (within(c, 'a', 'f') & (c - 'a' + 11)) |
           (within(c, 'A', 'F') & (c - 'A' + 11)); // 0: no digit, else one more than its value
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");

// Four bytes as eight digits: every nibble into a byte of its own, then all at once.
static uint64_t hex_digits(uint32_t four) {
    uint64_t word = four;
    word = (word | word << 16) & UINT64_C(0x0000ffff0000ffff);
    word = (word | word << 8) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word >> 4 & UINT64_C(0x000f000f000f000f)) | (word & UINT64_C(0x000f000f000f000f)) << 8;
    uint64_t letters = (word + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0101010101010101);
    return word + UINT64_C(0x3030303030303030) + letters * ('a' - 10 - '0');
}

void hex_write(char *out, const uint8_t *bytes, size_t size) {
    uint32_t four = 0;
    uint64_t digits;
    size_t i = 0;
    for (; i + 4 <= size; i += 4) {
        memcpy(&four, bytes + i, sizeof(four));
        digits = hex_digits(four);
        memcpy(out + 2 * i, &digits, sizeof(digits));
    }
    if (i < size) {
        memcpy(&four, bytes + i, size - i);
        digits = hex_digits(four);
        memcpy(out + 2 * i, &digits, 2 * (size - i));
    }
}

void hex_add(struct text *out, const uint8_t *bytes, size_t size) {
    char digits[64];
    for (size_t i = 0; i < size; i += sizeof(digits) / 2) {
        size_t left = size - i < sizeof(digits) / 2 ? size - i : sizeof(digits) / 2;
        hex_write(digits, bytes + i, left);
        text_add(out, (struct slice){digits, 2 * left});
    }
}

static struct slice without_prefix(struct slice text) {
    if (text.size >= 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X')) {
        return (struct slice){text.data + 2, text.size - 2};
    }
    return text;
}

bool hex_read(struct slice text, uint8_t *out, size_t size) {
    text = without_prefix(text);
    return text.size == 2 * size && (size == 0 || hex_read_number(text, out, size));
}

bool hex_read_number(struct slice text, uint8_t *out, size_t size) {
    text = without_prefix(text);
    if (text.size == 0 || text.size > 2 * size) {
        return false;
    }
    int good = -1;
    memset(out, 0, size);
    for (size_t i = 0; i < text.size; i++) {
        int value = hex_value(text.data[text.size - 1 - i]);
        good &= within(value, 1, 16);
        out[size - 1 - i / 2] |= (uint8_t)(((value - 1) & 15) << (i % 2 == 0 ? 0 : 4));
    }
    return good != 0;
}

static char base64_digit(int value) {
    return (char)((within(value, 0, 25) & (value + 'A')) |
                  (within(value, 26, 51) & (value - 26 + 'a')) |
                  (within(value, 52, 61) & (value - 52 + '0')) | (within(value, 62, 62) & '+') |
                  (within(value, 63, 63) & '/'));
}

void base64_add(struct text *out, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t bits = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                        (left > 2 ? bytes[i + 2] : 0);
        char four[4];
        for (size_t j = 0; j < 4; j++) {
            four[j] = (char)(j <= left ? base64_digit((int)(bits >> (18 - 6 * j) & 63)) : '=');
        }
        text_add(out, (struct slice){four, sizeof(four)});
    }
}

static int base64_value(char digit) {
    int c = (unsigned char)digit; // 0: no digit, else one more than its value
    return (within(c, 'A', 'Z') & (c - 'A' + 1)) | (within(c, 'a', 'z') & (c - 'a' + 27)) |
           (within(c, '0', '9') & (c - '0' + 53)) | (within(c, '+', '+') & 63) |
           (within(c, '-', '-') & 63) | (within(c, '/', '/') & 64) | (within(c, '_', '_') & 64);
}

bool base64_read(struct slice text, uint8_t *out, size_t capacity, size_t *size) {
    for (int i = 0; i < 2 && text.size > 0 && text.data[text.size - 1] == '='; i++) {
        text.size--;
    }
    *size = text.size / 4 * 3 + (text.size % 4 > 1 ? text.size % 4 - 1 : 0);
    if (text.size % 4 == 1 || *size > capacity) {
        return false;
    }
    int good = -1;
    uint32_t bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < text.size; i++) {
        int value = base64_value(text.data[i]);
        good &= within(value, 1, 64);
        bits = bits << 6 | (uint32_t)((value - 1) & 63);
        if (i % 4 != 0) {
            out[at++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
        }
    }
    return good != 0;
}
