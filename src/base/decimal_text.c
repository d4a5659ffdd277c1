// Decimal texts to fixed point and back.
//
// Parsing has two ways. Venues send `digits.digits` of up to 16 characters: the text becomes one or
// two words, the point is closed up and eight digits are read at once, without a loop and so
// without a branch that depends on the length. Everything else (exponents, longer texts, digits
// below the scale) goes the general way, which walks the digits by their decimal position and so
// needs no big number.
#include "base/decimal.h"

#include "base/status.h"

enum { SCALE_MAX = 18, PLAIN_SIZE_MAX = 16, RESULT_DIGITS_MAX = 19 };

// The words of the plain way have the first character in the lowest byte.
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read as texts");

#define EXPONENT_MAX INT64_C(1000000000000000) // far beyond the digits any text can hold

static const int64_t power_of_ten[SCALE_MAX + 1] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

static inline bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

// The parts of a decimal text: sign, integer digits, fraction digits, exponent.
struct parts {
    struct slice whole;
    struct slice fraction;
    int64_t exponent;
    bool negative;
};

static struct slice take_digits(const char **at, const char *end) {
    const char *from = *at;
    while (*at < end && is_digit(**at)) {
        (*at)++;
    }
    return (struct slice){from, (size_t)(*at - from)};
}

static bool take_exponent(const char **at, const char *end, int64_t *exponent) {
    (*at)++; // the e
    bool negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+')) {
        (*at)++;
    }
    struct slice digits = take_digits(at, end);
    int64_t value = 0;
    for (size_t i = 0; i < digits.size; i++) {
        value = value * 10 + (digits.data[i] - '0');
        value = value > EXPONENT_MAX ? EXPONENT_MAX : value;
    }
    *exponent = negative ? -value : value;
    return digits.size > 0;
}

static bool split(struct slice text, struct parts *parts) {
    const char *at = text.data;
    const char *end = text.data + text.size;
    *parts = (struct parts){.negative = at < end && *at == '-'};
    if (at < end && (*at == '-' || *at == '+')) {
        at++;
    }
    parts->whole = take_digits(&at, end);
    if (parts->whole.size == 0) {
        return false;
    }
    if (at < end && *at == '.') {
        at++;
        parts->fraction = take_digits(&at, end);
        if (parts->fraction.size == 0) {
            return false;
        }
    }
    if (at < end && (*at == 'e' || *at == 'E') && !take_exponent(&at, end, &parts->exponent)) {
        return false;
    }
    return at == end;
}

// The digits above the unit of the scale, the first one below it, and whether any digit below is
// not zero.
struct cut {
    uint64_t above;
    int next;
    bool rest;
};

// `keep` counts the integer digits of the scaled value, leading zeros included; it may be negative
// or larger than the digits there are.
static bool cut_digits(const struct parts *parts, int64_t keep, struct cut *cut) {
    int64_t total = (int64_t)(parts->whole.size + parts->fraction.size);
    *cut = (struct cut){0};
    for (int64_t i = 0; i < total; i++) {
        size_t at = (size_t)i;
        char c = at < parts->whole.size ? parts->whole.data[at]
                                        : parts->fraction.data[at - parts->whole.size];
        int digit = c - '0';
        if (i < keep) {
            if (__builtin_mul_overflow(cut->above, 10u, &cut->above) ||
                __builtin_add_overflow(cut->above, (uint64_t)digit, &cut->above)) {
                return false;
            }
        } else {
            cut->next = i == keep ? digit : cut->next;
            cut->rest = cut->rest || digit != 0;
        }
    }
    if (cut->above == 0) {
        return true;
    }
    if (keep - total > RESULT_DIGITS_MAX) {
        return false;
    }
    for (int64_t i = total; i < keep; i++) {
        if (__builtin_mul_overflow(cut->above, 10u, &cut->above)) {
            return false;
        }
    }
    return true;
}

static bool parse_general(struct slice text, int digits, bool near, int64_t *out) {
    struct parts parts;
    struct cut cut;
    if (!split(text, &parts)) {
        return false;
    }
    int64_t keep = (int64_t)parts.whole.size + parts.exponent + digits;
    if (!cut_digits(&parts, keep, &cut) || (cut.rest && !near)) {
        return false;
    }
    uint64_t size = cut.above + (cut.next >= 5 ? 1 : 0);
    uint64_t limit = (uint64_t)INT64_MAX + (parts.negative ? 1 : 0);
    if (size < cut.above || size > limit) {
        return false;
    }
    *out = parts.negative ? (int64_t)(UINT64_C(0) - size) : (int64_t)size;
    return true;
}

#define EIGHT_BYTES(byte) (UINT64_C(0x0101010101010101) * (byte))
#define NO_DOT            (-1)

static inline uint64_t load_eight(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

static inline uint64_t load_four(const char *at) {
    uint32_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

// 1 to 8 characters as a word: the last character in the highest byte, '0' in front of the first.
// Short texts are put together from overlapping loads, so nothing outside them is read.
static inline uint64_t load_right(const char *at, unsigned size) {
    if (size == 8) {
        return load_eight(at);
    }
    unsigned shift = 64 - 8 * size;
    uint64_t zeros = EIGHT_BYTES('0') >> (8 * size);
    if (size >= 4) {
        return zeros | load_four(at) << shift | load_four(at + size - 4) << 32;
    }
    uint64_t first = (unsigned char)at[0];
    uint64_t middle = (unsigned char)at[size / 2];
    uint64_t last = (unsigned char)at[size - 1];
    return zeros | first << shift | middle << (shift + 8 * (size / 2)) | last << 56;
}

// The byte number of the first '.', NO_DOT when there is none.
static inline int find_dot(uint64_t word) {
    uint64_t x = word ^ EIGHT_BYTES('.');
    uint64_t found = (x - EIGHT_BYTES(0x01)) & ~x & EIGHT_BYTES(0x80);
    return found == 0 ? NO_DOT : __builtin_ctzll(found) / 8;
}

// Takes byte `at` out: the bytes before it move up by one and `front` comes in below.
static inline uint64_t close_gap(uint64_t word, int at, uint64_t front) {
    uint64_t before = (UINT64_C(1) << (8 * at)) - 1;
    uint64_t behind = at == 7 ? 0 : ~UINT64_C(0) << (8 * at + 8);
    return (word & behind) | (word & before) << 8 | front;
}

static inline bool all_digits(uint64_t word) {
    uint64_t high = EIGHT_BYTES(0xf0);
    return ((word & high) | ((word + EIGHT_BYTES(0x06)) & high) >> 4) == EIGHT_BYTES(0x33);
}

// Eight digits at once: pairs, then fours and the eight by two multiplications.
static inline uint64_t read_eight(uint64_t word) {
    uint64_t low = UINT64_C(0x000000ff000000ff);
    word -= EIGHT_BYTES('0');
    word = word * 10 + (word >> 8);
    return ((word & low) * UINT64_C(0x000f424000000064) +
            (word >> 16 & low) * UINT64_C(0x0000271000000001)) >>
           32;
}

// Up to 16 characters of digits with at most one point inside. `fraction` is the digits after it.
static inline bool read_plain(const char *at, unsigned size, uint64_t *value, int *fraction) {
    if (!is_digit(at[0]) || at[size - 1] == '.') {
        return false;
    }
    uint64_t low = load_right(at + (size > 8 ? size - 8 : 0), size > 8 ? 8 : size);
    int dot = find_dot(low);
    *fraction = dot == NO_DOT ? 0 : 7 - dot;
    if (size <= 8) {
        low = dot == NO_DOT ? low : close_gap(low, dot, '0');
        *value = read_eight(low);
        return all_digits(low);
    }
    uint64_t high = load_right(at, size - 8);
    if (dot != NO_DOT) {
        low = close_gap(low, dot, high >> 56);
        high = high << 8 | '0';
    } else if ((dot = find_dot(high)) != NO_DOT) {
        *fraction = 15 - dot;
        high = close_gap(high, dot, '0');
    }
    *value = read_eight(high) * UINT64_C(100000000) + read_eight(low);
    return all_digits(high) && all_digits(low);
}

// True when the text is plain and short and fits; false only means "go the general way". Not for
// an empty text, which may lie nowhere.
static inline bool parse_plain(struct slice text, int digits, int64_t *out) {
    bool negative = text.size > 1 && text.data[0] == '-';
    const char *at = text.data + negative;
    size_t size = text.size - negative;
    uint64_t read;
    int fraction;
    if (size > PLAIN_SIZE_MAX || !read_plain(at, (unsigned)size, &read, &fraction) ||
        fraction > digits) {
        return false;
    }
    int64_t value;
    if (__builtin_mul_overflow((int64_t)read, power_of_ten[digits - fraction], &value)) {
        return false;
    }
    *out = negative ? -value : value;
    return true;
}

bool decimal_parse(struct slice text, int digits, int64_t *out) {
    ASSERT(digits >= 0 && digits <= SCALE_MAX);
    return text.size > 0 &&
           (parse_plain(text, digits, out) || parse_general(text, digits, false, out));
}

bool decimal_parse_near(struct slice text, int digits, int64_t *out) {
    ASSERT(digits >= 0 && digits <= SCALE_MAX);
    return text.size > 0 &&
           (parse_plain(text, digits, out) || parse_general(text, digits, true, out));
}

void decimal_print(struct text *out, int64_t value, int digits, int fraction_min,
                   int fraction_max) {
    ASSERT(digits >= 0 && digits <= SCALE_MAX);
    ASSERT(fraction_min >= 0 && fraction_min <= fraction_max);
    ASSERT(fraction_max <= digits);
    uint64_t size = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
    uint64_t unit = (uint64_t)power_of_ten[digits - fraction_max];
    size = size / unit + (size % unit >= unit - size % unit ? 1 : 0);
    if (value < 0 && size != 0) { // what rounds to zero has no sign
        text_add_char(out, '-');
    }
    uint64_t one = (uint64_t)power_of_ten[fraction_max];
    char line[2 + 20 + SCALE_MAX];
    size_t at = sizeof(line);
    uint64_t fraction = size % one;
    int left = fraction == 0 ? fraction_min : fraction_max;
    for (; left > fraction_min && fraction % 10 == 0; left--) {
        fraction /= 10;
    }
    for (int i = 0; i < left; i++, fraction /= 10) {
        line[--at] = (char)('0' + fraction % 10);
    }
    if (left > 0) {
        line[--at] = '.';
    }
    uint64_t whole = size / one;
    do {
        line[--at] = (char)('0' + whole % 10);
        whole /= 10;
    } while (whole != 0);
    text_add(out, (struct slice){line + at, sizeof(line) - at});
}

void px_print(struct text *out, struct px value, int fraction_min, int fraction_max) {
    decimal_print(out, value.v, PX_DIGITS, fraction_min, fraction_max);
}

void qty_print(struct text *out, struct qty value, int fraction_min, int fraction_max) {
    decimal_print(out, value.v, QTY_DIGITS, fraction_min, fraction_max);
}

void usd_print(struct text *out, struct usd value, int fraction_min, int fraction_max) {
    decimal_print(out, value.v, USD_DIGITS, fraction_min, fraction_max);
}

void bps_print(struct text *out, struct bps value) {
    decimal_print(out, value.v, BPS_DIGITS, BPS_DIGITS, BPS_DIGITS);
}
