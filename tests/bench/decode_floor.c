#include "decode_floor.h"

enum { TIME_DIGITS = 13 };

#define FLOOR_INLINE static inline __attribute__((always_inline))

static const int64_t powers[] = {1,
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
    return (int64_t)value * powers[digits];
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

// Either layout begins and ends with members that are of no use, but part of it.
bool floor_binance_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = true;
    bool wrapped = at[2] == 's';
    if (wrapped) {
        good = IS_NEXT(&at, "{\"stream\":\"");
        while (*at++ != '"') {
        }
        good &= IS_NEXT(&at, ",\"data\":");
    }
    good &= IS_NEXT(&at, "{\"e\":\"bookTicker\",\"u\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, ",\"s\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"b\":\"");
    read_level(&at, "\",\"B\":\"", 7, &out->sides[0][0], &good);
    good &= IS_NEXT(&at, "\",\"a\":\"");
    read_level(&at, "\",\"A\":\"", 7, &out->sides[1][0], &good);
    good &= IS_NEXT(&at, "\",\"T\":");
    at += TIME_DIGITS;
    good &= IS_NEXT(&at, ",\"E\":");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, "}") && (!wrapped || IS_NEXT(&at, "}"));
    out->counts[0] = out->counts[1] = 1;
    return good && at == message.data + message.size;
}

bool floor_okx_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"arg\":{\"channel\":\"bbo-tbt\",\"instId\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, "},\"data\":[{\"asks\":[[\"");
    read_level(&at, "\",\"", 3, &out->sides[1][0], &good);
    good &= IS_NEXT(&at, "\",\"0\",\"");
    (void)read_uint(&at, 0);
    good &= IS_NEXT(&at, "\"]],\"bids\":[[\"");
    read_level(&at, "\",\"", 3, &out->sides[0][0], &good);
    good &= IS_NEXT(&at, "\",\"0\",\"");
    (void)read_uint(&at, 0);
    good &= IS_NEXT(&at, "\"]],\"ts\":\"");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, "\",\"seqId\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, "}]}");
    out->counts[0] = out->counts[1] = 1;
    return good && at == message.data + message.size;
}

FLOOR_INLINE bool read_hyperliquid_level(const char **at, struct level *out) {
    bool good = IS_NEXT(at, "{\"px\":\"");
    read_level(at, "\",\"sz\":\"", 8, out, &good);
    good &= IS_NEXT(at, "\",\"n\":");
    (void)read_uint(at, 0);
    return good & IS_NEXT(at, "}");
}

FLOOR_INLINE bool read_hyperliquid_side(const char **at, struct level *out, uint32_t *count) {
    uint32_t n = 0;
    bool good = true;
    do {
        (*at)++; // the bracket or the comma
        good &= read_hyperliquid_level(at, &out[n++]);
    } while (**at == ',' && n < FLOOR_LEVELS);
    *count = n;
    return good & IS_NEXT(at, "]");
}

bool floor_hyperliquid_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool is_bbo = at[12] == 'b';
    bool good = is_bbo ? IS_NEXT(&at, "{\"channel\":\"bbo\",\"data\":{\"coin\":\"")
                       : IS_NEXT(&at, "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"time\":");
    out->time_ms = read_long(&at);
    out->sequence = 0;
    if (is_bbo) {
        good &= IS_NEXT(&at, ",\"bbo\":[") && read_hyperliquid_level(&at, &out->sides[0][0]);
        good &= IS_NEXT(&at, ",") && read_hyperliquid_level(&at, &out->sides[1][0]);
        out->counts[0] = out->counts[1] = 1;
    } else {
        good &= IS_NEXT(&at, ",\"levels\":[");
        good &= read_hyperliquid_side(&at, out->sides[0], &out->counts[0]) && IS_NEXT(&at, ",");
        good &= read_hyperliquid_side(&at, out->sides[1], &out->counts[1]);
    }
    good &= IS_NEXT(&at, "]}}");
    return good && at == message.data + message.size;
}

// The place of a value: the key before it, and how many values and brackets came since the key.
struct place {
    struct slice key;
    uint32_t values, brackets;
};

// Reads the value, or leaves it: returns how far it came.
typedef const char *take_value(struct floor_quote *out, const struct place *place,
                               const char *value);

// One pass, members in any order; `take` is inlined. Strings are known to be short.
FLOOR_INLINE bool scan(struct slice message, struct floor_quote *out, take_value *take) {
    const char *at = message.data;
    const char *end = at + message.size;
    struct place place = {.key = {at, 0}};
    uint64_t objects = 0; // a bit per depth: in an object
    bool is_value = false;
    int depth = 0;
    while (at < end) {
        char c = *at;
        if (c == '"' && (objects & 1) != 0 && !is_value) {
            const char *from = ++at;
            while (*at != '"') {
                at++;
            }
            place.key = (struct slice){from, (size_t)(at - from)};
            place.values = 0;
            is_value = true;
            at++; // the colon is passed below
        } else if (c == '"') {
            at = take(out, &place, at + 1);
            while (*at != '"') {
                at++;
            }
            place.values++;
            is_value = false;
        } else if (c == '{' || c == '[') {
            place.brackets += c == '[';
            objects = objects << 1 | (c == '{');
            is_value = false;
            depth++;
        } else if (c == '}' || c == ']') {
            objects >>= 1;
            depth--;
        } else if (c != ',') {
            at = take(out, &place, at);
            while (*at != ',' && *at != '}') {
                at++;
            }
            is_value = false;
            continue;
        }
        at++;
    }
    return depth == 0 && at == end;
}

FLOOR_INLINE const char *take_binance(struct floor_quote *out, const struct place *place,
                                      const char *value) {
    if (place->key.size != 1) {
        return value;
    }
    char key = place->key.data[0];
    if (key == 'b' || key == 'a') {
        out->sides[key == 'a'][0].price.v = read_decimal(&value, PX_DIGITS);
        out->counts[key == 'a'] = 1;
    } else if (key == 'B' || key == 'A') {
        out->sides[key == 'A'][0].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (key == 's') {
        read_name(&value, out->name);
        value--; // its quote is looked for again
    } else if (key == 'u') {
        out->sequence = read_long(&value);
    } else if (key == 'E') {
        out->time_ms = read_long(&value);
    }
    return value;
}

bool floor_binance_scanner(struct slice message, struct floor_quote *out) {
    return scan(message, out, take_binance);
}

#define KEY_IS(literal)                                                                            \
    (place->key.size == sizeof(literal) - 1 &&                                                     \
     memcmp(place->key.data, (literal), sizeof(literal) - 1) == 0)

FLOOR_INLINE const char *take_okx(struct floor_quote *out, const struct place *place,
                                  const char *value) {
    bool asks = KEY_IS("asks");
    if (asks || KEY_IS("bids")) {
        out->counts[asks] = 1;
        if (place->values == 0) {
            out->sides[asks][0].price.v = read_decimal(&value, PX_DIGITS);
        } else if (place->values == 1) {
            out->sides[asks][0].size.v = read_decimal(&value, QTY_DIGITS);
        }
    } else if (KEY_IS("instId")) {
        read_name(&value, out->name);
        value--; // its quote is looked for again
    } else if (KEY_IS("ts")) {
        out->time_ms = read_long(&value);
    } else if (KEY_IS("seqId")) {
        out->sequence = read_long(&value);
    }
    return value;
}

bool floor_okx_scanner(struct slice message, struct floor_quote *out) {
    return scan(message, out, take_okx);
}

// A level's price begins it. In a book the second and third bracket open a side each; a BBO has one
// bracket and two levels.
FLOOR_INLINE const char *take_hyperliquid(struct floor_quote *out, const struct place *place,
                                          const char *value) {
    bool asks = place->brackets == 3 || (place->brackets == 1 && out->counts[1] > 0);
    if (KEY_IS("px")) {
        asks = place->brackets == 3 || (place->brackets == 1 && out->counts[0] > 0);
        out->sides[asks][out->counts[asks]++].price.v = read_decimal(&value, PX_DIGITS);
    } else if (KEY_IS("sz")) {
        out->sides[asks][out->counts[asks] - 1].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("coin")) {
        read_name(&value, out->name);
        value--; // its quote is looked for again
    } else if (KEY_IS("time")) {
        out->time_ms = read_long(&value);
    }
    return value;
}

bool floor_hyperliquid_scanner(struct slice message, struct floor_quote *out) {
    out->counts[0] = out->counts[1] = 0;
    out->sequence = 0;
    return scan(message, out, take_hyperliquid);
}
