// How both floors read values: no check of anything, and up to 32 bytes are read past the message.
#ifndef PERPDESK_TESTS_BENCH_DECODE_FLOOR_READ_H
#define PERPDESK_TESTS_BENCH_DECODE_FLOOR_READ_H

#include "decode_floor.h"

enum { TIME_DIGITS = 13 };

#define FLOOR_INLINE static inline __attribute__((always_inline))

static const int64_t floor_powers[] = {1,
                                       10,
                                       100,
                                       1000,
                                       10000,
                                       100000,
                                       1000000,
                                       10000000,
                                       100000000,
                                       1000000000,
                                       INT64_C(10000000000),
                                       INT64_C(100000000000),
                                       INT64_C(1000000000000)};

// A loop that the processor predicts: with lengths that hardly change the next value's place is
// known before this one is read. For a few digits nothing is as fast.
FLOOR_INLINE uint64_t read_uint(const char **at, uint64_t value) {
    const char *c = *at;
    for (uint32_t digit; (digit = (uint32_t)(unsigned char)*c - '0') <= 9; c++) {
        value = value * 10 + digit;
    }
    *at = c;
    return value;
}

// Eight digits by three multiplications.
FLOOR_INLINE uint64_t read_eight(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    word = ((word & UINT64_C(0x0f0f0f0f0f0f0f0f)) * 2561) >> 8;
    word = ((word & UINT64_C(0x00ff00ff00ff00ff)) * UINT64_C(6553601)) >> 16;
    return ((word & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001)) >> 32;
}

// Times and sequences have eight digits and more.
FLOOR_INLINE uint64_t read_long(const char **at) {
    uint64_t high = read_eight(*at);
    *at += 8;
    return read_uint(at, high);
}

FLOOR_INLINE int64_t read_decimal(const char **at, int digits) {
    uint64_t value = read_uint(at, 0);
    if (**at == '.') {
        const char *point = (*at)++;
        value = read_uint(at, value);
        digits -= (int)(*at - point - 1);
    }
    return (int64_t)value * floor_powers[digits];
}

FLOOR_INLINE void read_level(const char **at, const char *between, size_t size, struct level *out,
                             bool *good) {
    out->price.v = read_decimal(at, PX_DIGITS);
    *good &= memcmp(*at, between, size) == 0;
    *at += size;
    out->size.v = read_decimal(at, QTY_DIGITS);
}

// The name up to its closing quote, which is consumed.
FLOOR_INLINE void read_name(const char **at, uint64_t out[2]) {
    const char *c = *at;
    uint32_t size = 0;
    while (c[size] != '"') {
        size++;
    }
    memcpy(out, c, 2 * sizeof(out[0]));
    if (size > 8) {
        out[1] &= UINT64_MAX >> (128 - 8 * size);
    } else {
        out[0] &= UINT64_MAX >> (64 - 8 * size);
        out[1] = 0;
    }
    *at = c + size + 1;
}

FLOOR_INLINE bool is_next(const char **at, const char *bytes, size_t size) {
    bool same = memcmp(*at, bytes, size) == 0;
    *at += size;
    return same;
}
#define IS_NEXT(at, literal) is_next((at), (literal), sizeof(literal) - 1)

#endif
