// Reading a message of a known layout: anchors, short texts, whole numbers and decimals.
//
// A venue sends its hot messages byte for byte in one layout. These readers compare the layout and
// convert the numbers between by eight digits at a time; whatever they do not expect makes them
// return false, and the caller then decodes the frame again with the order-independent reader of
// base/json.h, which decides what it is. They are therefore free to refuse odd but legal input and
// must never accept what the other reader refuses.
//
// Reads go up to 64 bytes past the position. Near its end the frame is followed by zeros, in a
// copy of its last bytes, so that nothing outside is touched. A slice read here lives as long as
// the struct.
#ifndef PERPDESK_EXCHANGES_FAST_TEXT_H
#define PERPDESK_EXCHANGES_FAST_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/decimal.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digits are converted in memory order");

enum { FAST_ROOM = 64 };

// Always inlined: only then are the anchors compared by a few loads each and not by calls.
#define FAST_INLINE static inline __attribute__((always_inline))

struct fast {
    const char *at;
    const char *end;
    bool in_tail;
    char tail[2 * FAST_ROOM];
};

FAST_INLINE bool fast_begin(struct fast *f, struct slice frame) {
    f->at = frame.data;
    f->end = frame.data + frame.size;
    f->in_tail = false;
    return frame.size >= FAST_ROOM;
}

// Makes FAST_ROOM bytes from the position on readable.
FAST_INLINE void fast_room(struct fast *f) {
    size_t left = (size_t)(f->end - f->at);
    if (left < FAST_ROOM && !f->in_tail) {
        memcpy(f->tail, f->end - FAST_ROOM, FAST_ROOM);
        memset(f->tail + FAST_ROOM, 0, FAST_ROOM);
        f->end = f->tail + FAST_ROOM;
        f->at = f->end - left;
        f->in_tail = true;
    }
}

FAST_INLINE uint64_t fast_word(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

FAST_INLINE uint64_t fast_half(const char *at) {
    uint32_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

// memcmp is a call for what is longer than a few words. `size` is a constant, at most 48: whole
// words, and the rest as a word that overlaps them.
FAST_INLINE bool fast_same(const char *at, const char *bytes, size_t size) {
#define FAST_DIFFERS(offset) (fast_word(at + (offset)) ^ fast_word(bytes + (offset)))
    if (size >= 8) {
        uint64_t differs = FAST_DIFFERS(0) | FAST_DIFFERS(size - 8);
        differs |= size > 16 ? FAST_DIFFERS(8) : 0;
        differs |= size > 24 ? FAST_DIFFERS(16) : 0;
        differs |= size > 32 ? FAST_DIFFERS(24) : 0;
        differs |= size > 40 ? FAST_DIFFERS(32) : 0;
        return differs == 0;
    }
#undef FAST_DIFFERS
    if (size >= 4) {
        return ((fast_half(at) ^ fast_half(bytes)) |
                (fast_half(at + size - 4) ^ fast_half(bytes + size - 4))) == 0;
    }
    return at[0] == bytes[0] && (size < 2 || at[1] == bytes[1]) && (size < 3 || at[2] == bytes[2]);
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

FAST_INLINE uint64_t fast_mask64(const char *at, char c) {
    uint64_t low = fast_mask16(at, c) | fast_mask16(at + 16, c) << 16;
    uint64_t high = fast_mask16(at + 32, c) | fast_mask16(at + 48, c) << 16;
    return low | high << 32;
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

// Up to the closing quote, which is consumed; at most 31 bytes, without escapes.
FAST_INLINE bool fast_string(struct fast *f, struct slice *out) {
    fast_room(f);
    uint32_t mask = fast_mask16(f->at, '"') | fast_mask16(f->at + 16, '"') << 16;
    if (mask == 0) {
        return false;
    }
    uint32_t size = (uint32_t)__builtin_ctz(mask);
    uint32_t escapes = fast_mask16(f->at, '\\') | fast_mask16(f->at + 16, '\\') << 16;
    if ((escapes & (mask - 1) & ~mask) != 0) {
        return false;
    }
    *out = (struct slice){f->at, size};
    f->at += size + 1;
    return true;
}

// A JSON number of 1 to 15 digits without sign, fraction or leading zero.
FAST_INLINE bool fast_uint(struct fast *f, uint64_t *out) {
    fast_room(f);
    uint32_t other = fast_other16(f->at);
    uint32_t count = (uint32_t)__builtin_ctz(other | 0x10000);
    if (count == 0 || count == 16 || (f->at[0] == '0' && count > 1)) {
        return false;
    }
    if (count <= 8) {
        *out = fast_number(fast_digits(f->at, count));
    } else {
        uint64_t high = fast_number(fast_digits(f->at, 8));
        uint64_t low = fast_number(fast_digits(f->at + 8, count - 8));
        *out = high * fast_power(count - 8) + low;
    }
    f->at += count;
    return true;
}

// The decimal of `size` bytes with its point at `point` (or `size`, when there is none): at most 8
// digits on each side. `digits` is the scale, 8 to 12.
FAST_INLINE bool fast_convert(const char *at, uint32_t size, uint32_t point, uint32_t digits,
                              int64_t *out) {
    uint32_t fraction = size - point;
    bool has_point = fraction > 0;
    fraction -= has_point;
    if (point - 1 > 7 || fraction > 8 || (has_point && fraction == 0)) {
        return false;
    }
    uint64_t whole_values = fast_digits(at, point);
    uint64_t fraction_values = fast_digits(at + point + 1, fraction);
    uint64_t whole = fast_number(whole_values);
    if (!fast_are_digits(whole_values) || !fast_are_digits(fraction_values) ||
        whole >= (uint64_t)INT64_MAX / fast_power(digits)) {
        return false;
    }
    *out = (int64_t)(whole * fast_power(digits) +
                     fast_number(fraction_values) * fast_power(digits - fraction));
    return true;
}

// An unsigned decimal up to the closing quote, which is consumed; at most 15 bytes.
FAST_INLINE bool fast_decimal(struct fast *f, uint32_t digits, int64_t *out) {
    fast_room(f);
    uint32_t quote = fast_mask16(f->at, '"');
    if (quote == 0) {
        return false;
    }
    uint32_t size = (uint32_t)__builtin_ctz(quote);
    uint32_t stop = (uint32_t)__builtin_ctz(fast_mask16(f->at, '.') | (UINT32_C(1) << size));
    if (!fast_convert(f->at, size, stop, digits, out)) {
        return false;
    }
    f->at += size + 1;
    return true;
}

FAST_INLINE bool fast_px(struct fast *f, struct px *out) {
    return fast_decimal(f, PX_DIGITS, &out->v);
}

FAST_INLINE bool fast_qty(struct fast *f, struct qty *out) {
    return fast_decimal(f, QTY_DIGITS, &out->v);
}

FAST_INLINE bool fast_done(const struct fast *f) {
    return f->at == f->end;
}

#endif
