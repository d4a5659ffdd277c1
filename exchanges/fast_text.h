// Reading a message of a known layout: anchors, short texts, whole numbers and decimals.
//
// A venue sends its hot messages byte for byte in one layout. These readers compare the bytes
// between the values and convert the values by eight digits at a time; whatever they do not expect
// makes them return false, and the caller then decodes the frame again with the order-independent
// reader of base/json.h, which decides what it is. They are therefore free to refuse odd but legal
// input and must never accept what the other reader refuses.
//
// A reader takes the key before its value and looks at up to FAST_ROOM bytes from the position.
// Near the frame's end it reads a copy of the last bytes, followed by zeros, so that nothing
// outside is touched. A slice read here lives as long as that copy.
#ifndef PERPDESK_EXCHANGES_FAST_TEXT_H
#define PERPDESK_EXCHANGES_FAST_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/decimal.h"
#include "base/table.h"
#include "market/venue.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digits are converted in memory order");

enum { FAST_ROOM = 64, FAST_KEY_MAX = 32 };

// Always inlined: only then are the anchors compared by a few loads each and not by calls.
#define FAST_INLINE   static inline __attribute__((always_inline))
#define FAST_RARE(is) __builtin_expect((is), 0)

struct fast_tail {
    char bytes[2 * FAST_ROOM];
};

struct fast {
    const char *at;
    const char *end;
    const char *turn; // behind here less than FAST_ROOM of the frame is left: on to the copy
    const char *tail;
};

// The copy is made at once, not when it is needed: bytes written a moment ago are slow to read.
FAST_INLINE bool fast_begin(struct fast *f, struct slice frame, struct fast_tail *tail) {
    if (frame.size < FAST_ROOM) {
        return false;
    }
    f->at = frame.data;
    f->end = frame.data + frame.size;
    f->turn = f->end - FAST_ROOM;
    f->tail = tail->bytes;
    memcpy(tail->bytes, f->turn, FAST_ROOM);
    memset(tail->bytes + FAST_ROOM, 0, FAST_ROOM);
    return true;
}

// Makes FAST_ROOM bytes from the position on readable.
FAST_INLINE void fast_room(struct fast *f) {
    if (FAST_RARE(f->at > f->turn)) {
        f->at = f->tail + (f->at - f->turn);
        f->end = f->tail + FAST_ROOM;
        f->turn = f->end;
    }
}

FAST_INLINE uint64_t fast_word(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

// A word of up to eight bytes of a literal. Put together by shifts, which the compiler does itself;
// a copy of six bytes it leaves to the processor.
FAST_INLINE uint64_t fast_constant(const char *bytes, size_t size) {
    uint64_t word = 0;
#define FAST_BYTE(i) word |= (i) < size ? (uint64_t)(unsigned char)bytes[i] << 8 * (i) : 0
    FAST_BYTE(0);
    FAST_BYTE(1);
    FAST_BYTE(2);
    FAST_BYTE(3);
    FAST_BYTE(4);
    FAST_BYTE(5);
    FAST_BYTE(6);
#undef FAST_BYTE
    return word;
}

FAST_INLINE bool fast_same16(const char *at, const char *bytes) {
#if defined(__SSE2__)
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) == 0xffff;
#else
    return fast_word(at) == fast_word(bytes) && fast_word(at + 8) == fast_word(bytes + 8);
#endif
}

// memcmp is a call for what is longer than a few words. `size` is a constant, at most 48: whole
// words, and the rest as a word that overlaps them. Eight bytes at `at` are readable.
FAST_INLINE bool fast_same(const char *at, const char *bytes, size_t size) {
    if (size <= 2 || size == 4) {
        return size == 0 || memcmp(at, bytes, size) == 0;
    }
    if (size < 8) {
        return fast_word(at) << (64 - 8 * size) == fast_constant(bytes, size) << (64 - 8 * size);
    }
    if (size < 16) {
        return fast_word(at) == fast_word(bytes) &&
               fast_word(at + size - 8) == fast_word(bytes + size - 8);
    }
    return fast_same16(at, bytes) && (size <= 32 || fast_same16(at + 16, bytes + 16)) &&
           (size == 16 || fast_same16(at + size - 16, bytes + size - 16));
}

FAST_INLINE bool fast_bytes(struct fast *f, const char *bytes, size_t size) {
    fast_room(f);
    if (!fast_same(f->at, bytes, size)) {
        return false;
    }
    f->at += size;
    return true;
}

// No literal holds a zero byte, so none matches behind the end.
#define FAST_LITERAL(f, literal) fast_bytes((f), (literal), sizeof(literal) - 1)

// One bit per byte of the next 16 that equals `c`.
FAST_INLINE uint32_t fast_mask16(const char *at, char c) {
#if defined(__SSE2__)
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) {
        mask |= (uint32_t)(at[i] == c) << i;
    }
    return mask;
#endif
}

// One bit per byte of the next 16 that is no digit.
FAST_INLINE uint32_t fast_other16(const char *at) {
#if defined(__SSE2__)
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    return (uint32_t)_mm_movemask_epi8(digits) ^ 0xffff;
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) {
        mask |= (uint32_t)((unsigned char)(at[i] - '0') > 9) << i;
    }
    return mask;
#endif
}

// The first `count` (0 to 8) bytes as digit values, right-aligned behind zeros.
FAST_INLINE uint64_t fast_digits(const char *at, uint32_t count) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    uint32_t half = 4 * (8 - count); // twice, because a shift by 64 is not defined
    return ((word ^ UINT64_C(0x3030303030303030)) << half) << half;
}

FAST_INLINE bool fast_are_digits(uint64_t values) {
    uint64_t over = (values + UINT64_C(0x7676767676767676)) | values;
    return (over & UINT64_C(0x8080808080808080)) == 0;
}

// Eight digit values to a number: pairs, fours, eight.
FAST_INLINE uint64_t fast_number(uint64_t values) {
    values = (values * 2561) >> 8;
    values = ((values & UINT64_C(0x00ff00ff00ff00ff)) * UINT64_C(6553601)) >> 16;
    return ((values & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001)) >> 32;
}

FAST_INLINE uint64_t fast_power(uint32_t exponent) {
    static const uint64_t powers[PX_DIGITS + 1] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        UINT64_C(10000000000),
        UINT64_C(100000000000),
        UINT64_C(1000000000000),
    };
    return powers[exponent];
}

// The digits on both sides of the point as one word: `count` of them, at most 8, and less than 8
// before the point.
FAST_INLINE uint64_t fast_joined(const char *at, uint32_t point, uint32_t count) {
    uint64_t before = fast_word(at);
    uint64_t behind = fast_word(at + 1);
    uint64_t digits = before ^ ((before ^ behind) & (UINT64_MAX << (8 * point)));
    return (digits ^ UINT64_C(0x3030303030303030)) << (64 - 8 * count);
}

// Up to eight digits on each side of the point. Rarely needed, but inline: even a call that is not
// made costs the registers it would destroy.
FAST_INLINE bool fast_convert_long(const char *at, uint32_t point, uint32_t fraction,
                                   uint32_t digits, int64_t *out) {
    if (point - 1 > 7 || fraction > 8) {
        return false;
    }
    uint64_t before = fast_digits(at, point);
    uint64_t behind = fast_digits(at + point + 1, fraction);
    uint64_t whole = fast_number(before);
    if (!fast_are_digits(before) || !fast_are_digits(behind) ||
        whole >= (uint64_t)INT64_MAX / fast_power(digits)) {
        return false;
    }
    *out =
        (int64_t)(whole * fast_power(digits) + fast_number(behind) * fast_power(digits - fraction));
    return true;
}

// An unsigned decimal of at most 15 bytes up to a closing quote; `digits` is the scale, 8 to 12.
// *end is the quote's place. Where the next value begins hangs on the quote alone, so that
// the processor need not wait for this one; nearly all have no more than eight digits and are
// converted in one go.
FAST_INLINE bool fast_decimal_at(const char *at, uint32_t digits, int64_t *out, uint32_t *end) {
    enum { WHOLE_MAX = 6 }; // then no price is out of range
    uint32_t quotes = fast_mask16(at, '"');
    if (FAST_RARE(quotes == 0)) {
        return false;
    }
    uint32_t size = (uint32_t)__builtin_ctz(quotes);
    uint32_t point = (uint32_t)__builtin_ctz(quotes | fast_mask16(at, '.'));
    uint32_t behind = size - point; // with the point
    uint32_t count = size - (behind > 0);
    *end = size;
    if (FAST_RARE(behind == 1)) {
        return false;
    }
    if (FAST_RARE(point - 1 >= WHOLE_MAX || count > 8)) {
        return fast_convert_long(at, point, count - point, digits, out);
    }
    uint64_t values = fast_joined(at, point, count);
    *out = (int64_t)(fast_number(values) * fast_power(digits + point - count));
    return fast_are_digits(values);
}

FAST_INLINE bool fast_decimal(struct fast *f, const char *key, size_t key_size, uint32_t digits,
                              int64_t *out) {
    fast_room(f);
    if (FAST_RARE(!fast_same(f->at, key, key_size))) {
        return false;
    }
    uint32_t size;
    const char *at = f->at + key_size;
    if (FAST_RARE(!fast_decimal_at(at, digits, out, &size))) {
        return false;
    }
    f->at = at + size;
    return true;
}
// A key that is too long for the room makes an array of negative size.
#define FAST_KEY(literal)                                                                          \
    (literal), (sizeof(literal) - 1 + 0 * sizeof(char[FAST_KEY_MAX + 2 - (int)sizeof(literal)]))

// The key with the opening quote and the number. The next key begins with the closing quote.
#define FAST_PX(f, key, px)   fast_decimal((f), FAST_KEY(key), PX_DIGITS, &(px)->v)
#define FAST_QTY(f, key, qty) fast_decimal((f), FAST_KEY(key), QTY_DIGITS, &(qty)->v)

// How many digits follow: 0 to 16.
FAST_INLINE uint32_t fast_count_digits(const char *at) {
    return (uint32_t)__builtin_ctz(fast_other16(at) | 0x10000);
}

// A key and a JSON number of 1 to 15 digits without sign, fraction or leading zero.
FAST_INLINE bool fast_uint(struct fast *f, const char *key, size_t key_size, uint64_t *out) {
    fast_room(f);
    const char *at = f->at + key_size;
    uint32_t count = fast_count_digits(at);
    if (FAST_RARE(!fast_same(f->at, key, key_size) || count - 1 > 14 ||
                  (at[0] == '0' && count > 1))) {
        return false;
    }
    f->at = at + count;
    *out = fast_number(fast_digits(at, count <= 8 ? count : count - 8));
    if (count > 8) {
        *out = *out * 100000000 + fast_number(fast_digits(at + count - 8, 8));
    }
    return true;
}
#define FAST_UINT(f, key, out) fast_uint((f), FAST_KEY(key), (out))

// A key and a time in ms as it is written until the year 2286: 13 digits. The end of it is known
// before it is read; that no digit follows is for the next key to show.
FAST_INLINE bool fast_time(struct fast *f, const char *key, size_t key_size, int64_t *out) {
    enum { DIGITS = 13 };
    fast_room(f);
    const char *at = f->at + key_size;
    uint64_t high = fast_word(at) ^ UINT64_C(0x3030303030303030);
    // The last five, behind three zeros.
    uint64_t low = (fast_word(at + DIGITS - 8) ^ UINT64_C(0x3030303030303030)) >> 24 << 24;
    if (FAST_RARE(!fast_same(f->at, key, key_size) || at[0] == '0' || !fast_are_digits(high) ||
                  !fast_are_digits(low))) {
        return false;
    }
    f->at = at + DIGITS;
    *out = (int64_t)(fast_number(high) * 100000 + fast_number(low));
    return true;
}
#define FAST_TIME(f, key, out) fast_time((f), FAST_KEY(key), (out))

// A key and a text of at most 31 bytes without escapes up to its closing quote, which is consumed.
// 16 bytes from the text on are readable.
FAST_INLINE bool fast_string(struct fast *f, const char *key, size_t key_size, struct slice *out) {
    fast_room(f);
    const char *at = f->at + key_size;
    if (FAST_RARE(!fast_same(f->at, key, key_size))) {
        return false;
    }
    uint32_t quotes = fast_mask16(at, '"');
    uint32_t escapes = fast_mask16(at, '\\');
    if (FAST_RARE(quotes == 0)) {
        quotes = fast_mask16(at + 16, '"') << 16;
        escapes |= fast_mask16(at + 16, '\\') << 16;
    }
    if (FAST_RARE(quotes == 0 || (escapes & (quotes - 1) & ~quotes) != 0)) {
        return false;
    }
    *out = (struct slice){at, (size_t)__builtin_ctz(quotes)};
    f->at = at + out->size + 1;
    return true;
}
#define FAST_STRING(f, key, out) fast_string((f), FAST_KEY(key), (out))

// A key and a text of at most 47 bytes, which is of no use, up to its closing quote, which is
// consumed.
FAST_INLINE bool fast_pass(struct fast *f, const char *key, size_t key_size) {
    fast_room(f);
    const char *at = f->at + key_size;
    if (FAST_RARE(!fast_same(f->at, key, key_size))) {
        return false;
    }
    uint64_t quotes = fast_mask16(at, '"') | (uint64_t)fast_mask16(at + 16, '"') << 16 |
                      (uint64_t)fast_mask16(at + 32, '"') << 32;
    uint64_t escapes = fast_mask16(at, '\\') | (uint64_t)fast_mask16(at + 16, '\\') << 16 |
                       (uint64_t)fast_mask16(at + 32, '\\') << 32;
    if (FAST_RARE(quotes == 0 || (escapes & (quotes - 1) & ~quotes) != 0)) {
        return false;
    }
    f->at = at + __builtin_ctzll(quotes) + 1;
    return true;
}
// A key that is too long for the room makes an array of negative size.
#define FAST_PASS(f, literal)                                                                      \
    fast_pass((f), (literal), sizeof(literal) - 1 + 0 * sizeof(char[18 - (int)sizeof(literal)]))

// Half of the room: key and eight digits by eight. `digits` is 16 or 19.
FAST_INLINE bool fast_long(struct fast *f, const char *key, size_t key_size, uint32_t digits,
                           int64_t *out) {
    fast_room(f);
    const char *at = f->at + key_size;
    uint64_t high = fast_word(at) ^ UINT64_C(0x3030303030303030);
    uint64_t low = fast_word(at + 8) ^ UINT64_C(0x3030303030303030);
    // The last three, behind five zeros.
    uint64_t rest = (fast_word(at + 11) ^ UINT64_C(0x3030303030303030)) >> 40 << 40;
    if (FAST_RARE(!fast_same(f->at, key, key_size) || at[0] == '0' || !fast_are_digits(high) ||
                  !fast_are_digits(low))) {
        return false;
    }
    *out = (int64_t)(fast_number(high) * 100000000 + fast_number(low));
    f->at = at + digits;
    if (digits == 16) {
        return true;
    }
    *out = (int64_t)((uint64_t)*out * 1000 + fast_number(rest));
    return fast_are_digits(rest) && at[0] < '9'; // 9 may be out of range
}
// A key and a time of 16 digits in us, or of 19 in ns. That no digit follows is for the next key to
// show.
#define FAST_TIME_US(f, key, out) fast_long((f), FAST_KEY(key), 16, (out))
#define FAST_TIME_NS(f, key, out) fast_long((f), FAST_KEY(key), 19, (out))

// The levels of one side, the opening bracket consumed already: price and size with `first` or
// `next` before the one and `between` before the other, and `close` behind the last. `swapped`: the
// size comes first. An empty side is a closing bracket alone.
struct fast_form {
    const char *first, *next, *between, *close;
    size_t first_size, next_size, between_size, close_size;
    bool swapped;
};

FAST_INLINE bool fast_form_level(struct fast *f, const char *key, size_t key_size,
                                 const struct fast_form *form, struct level *level) {
    int64_t *one = form->swapped ? &level->size.v : &level->price.v;
    int64_t *two = form->swapped ? &level->price.v : &level->size.v;
    uint32_t one_digits = form->swapped ? QTY_DIGITS : PX_DIGITS;
    uint32_t two_digits = form->swapped ? PX_DIGITS : QTY_DIGITS;
    return fast_decimal(f, key, key_size, one_digits, one) &&
           fast_decimal(f, form->between, form->between_size, two_digits, two);
}

FAST_INLINE bool fast_levels(struct fast *f, const struct fast_form *form, struct level *levels,
                             uint32_t *count) {
    *count = 0;
    if (FAST_LITERAL(f, "]")) {
        return true;
    }
    if (!fast_form_level(f, form->first, form->first_size, form, &levels[0])) {
        return false;
    }
    uint32_t n = 1;
    while (!fast_bytes(f, form->close, form->close_size)) {
        if (n == MD_LEVELS_MAX ||
            !fast_form_level(f, form->next, form->next_size, form, &levels[n])) {
            return false;
        }
        n++;
    }
    *count = n;
    return true;
}
#define FAST_FORM(first, next, between, close, swapped)                                            \
    {                                                                                              \
        (first), (next), (between), (close), sizeof(first) - 1, sizeof(next) - 1,                  \
            sizeof(between) - 1, sizeof(close) - 1, (swapped)                                      \
    }
// [{"price":"60000.1","size":"0.5"},…] and [["60000.1","0.5"],…]
#define FAST_FORM_OF_OBJECTS                                                                       \
    FAST_FORM("{\"price\":\"", "\"},{\"price\":\"", "\",\"size\":\"", "\"}]", false)
#define FAST_FORM_OF_ARRAYS FAST_FORM("[\"", "\"],[\"", "\",\"", "\"]]", false)

FAST_INLINE bool fast_done(const struct fast *f) {
    return f->at == f->end;
}

// The value of a name read by fast_string, -1 when absent.
FAST_INLINE int32_t fast_name(const struct name_map *map, struct slice name) {
    if (FAST_RARE(name.size - 1 > 15)) {
        return name_map_get(map, name);
    }
    uint64_t low = fast_word(name.data);
    uint64_t high = 0;
    if (name.size > 8) {
        high = fast_word(name.data + 8) << (128 - 8 * name.size) >> (128 - 8 * name.size);
    } else {
        low = low << (64 - 8 * name.size) >> (64 - 8 * name.size);
    }
    return name_map_get_short(map, low, high, (uint32_t)name.size);
}

#endif
