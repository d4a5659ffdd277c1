// The scanning floors: members in any order.
#include "decode_floor_read.h"

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

// Binance's depth and all of Backpack: a letter each, a side is an array of levels or a price.
FLOOR_INLINE const char *take_letter(struct floor_quote *out, const struct place *place,
                                     const char *value) {
    char key = place->key.data[0];
    if (place->key.size != 1) {
        return value;
    }
    if (key == 'b' || key == 'a') {
        bool asks = key == 'a';
        struct level *level = &out->sides[asks][place->values / 2];
        if (place->values % 2 == 0) {
            level->price.v = read_decimal(&value, PX_DIGITS);
            out->counts[asks] = place->values / 2 + 1;
        } else {
            level->size.v = read_decimal(&value, QTY_DIGITS);
        }
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

bool floor_binance_depth_scanner(struct slice message, struct floor_quote *out) {
    return scan(message, out, take_letter);
}

bool floor_backpack_scanner(struct slice message, struct floor_quote *out) {
    bool good = scan(message, out, take_letter);
    out->time_ms /= 1000;
    return good;
}

FLOOR_INLINE const char *take_okx_books(struct floor_quote *out, const struct place *place,
                                        const char *value) {
    bool asks = KEY_IS("asks");
    if (asks || KEY_IS("bids")) {
        struct level *level = &out->sides[asks][place->values / 4];
        if (place->values % 4 == 0) {
            level->price.v = read_decimal(&value, PX_DIGITS);
            out->counts[asks] = place->values / 4 + 1;
        } else if (place->values % 4 == 1) {
            level->size.v = read_decimal(&value, QTY_DIGITS);
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

bool floor_okx_books_scanner(struct slice message, struct floor_quote *out) {
    return scan(message, out, take_okx_books);
}

FLOOR_INLINE const char *take_paradex(struct floor_quote *out, const struct place *place,
                                      const char *value) {
    if (KEY_IS("side")) {
        out->side = *value == 'S';
    } else if (KEY_IS("price")) {
        out->sides[out->side][out->counts[out->side]++].price.v = read_decimal(&value, PX_DIGITS);
    } else if (KEY_IS("size")) {
        out->sides[out->side][out->counts[out->side] - 1].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("bid") || KEY_IS("ask")) {
        bool asks = place->key.data[0] == 'a';
        out->sides[asks][0].price.v = read_decimal(&value, PX_DIGITS);
        out->counts[asks] = 1;
    } else if (KEY_IS("bid_size") || KEY_IS("ask_size")) {
        out->sides[place->key.data[0] == 'a'][0].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("market")) {
        read_name(&value, out->name);
        value--; // its quote is looked for again
    } else if (KEY_IS("last_updated_at")) {
        out->time_ms = read_long(&value);
    } else if (KEY_IS("seq_no")) {
        out->sequence = read_long(&value);
    }
    return value;
}

bool floor_paradex_scanner(struct slice message, struct floor_quote *out) {
    out->counts[0] = out->counts[1] = 0;
    return scan(message, out, take_paradex);
}

// The first bracket opens the bids. A level begins with q; c counts where it is told.
FLOOR_INLINE const char *take_extended(struct floor_quote *out, const struct place *place,
                                       const char *value) {
    bool asks = place->brackets == 2;
    if (KEY_IS("q")) {
        out->sides[asks][out->counts[asks]++].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("p")) {
        out->sides[asks][out->counts[asks] - 1].price.v = read_decimal(&value, PX_DIGITS);
    } else if (KEY_IS("c")) {
        out->sides[asks][out->counts[asks] - 1].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("m")) {
        read_name(&value, out->name);
        value--; // its quote is looked for again
    } else if (KEY_IS("ts")) {
        out->time_ms = read_long(&value);
    } else if (KEY_IS("seq")) {
        out->sequence = read_long(&value);
    }
    return value;
}

bool floor_extended_scanner(struct slice message, struct floor_quote *out) {
    out->counts[0] = out->counts[1] = 0;
    return scan(message, out, take_extended);
}

// The first level of a ticker, and the first bracket of a book, are the asks.
FLOOR_INLINE const char *take_lighter(struct floor_quote *out, const struct place *place,
                                      const char *value) {
    bool bids = place->brackets == 2 || (place->brackets == 0 && out->counts[1] > 0);
    if (KEY_IS("price")) {
        out->sides[!bids][out->counts[!bids]++].price.v = read_decimal(&value, PX_DIGITS);
    } else if (KEY_IS("size")) {
        bids = place->brackets == 2 || (place->brackets == 0 && out->counts[0] > 0);
        out->sides[!bids][out->counts[!bids] - 1].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("channel")) {
        while (*value++ != ':') {
        }
        out->name[0] = read_uint(&value, 0);
        out->name[1] = 0;
    } else if (KEY_IS("timestamp")) {
        out->time_ms = read_long(&value);
    } else if (KEY_IS("nonce")) {
        out->sequence = read_long(&value);
    }
    return value;
}

bool floor_lighter_scanner(struct slice message, struct floor_quote *out) {
    out->counts[0] = out->counts[1] = 0;
    return scan(message, out, take_lighter);
}

// The brackets are those of data, asks and bids.
FLOOR_INLINE const char *take_edgex(struct floor_quote *out, const struct place *place,
                                    const char *value) {
    bool asks = place->brackets == 2;
    if (KEY_IS("price")) {
        out->sides[asks][out->counts[asks]++].price.v = read_decimal(&value, PX_DIGITS);
    } else if (KEY_IS("size")) {
        out->sides[asks][out->counts[asks] - 1].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("contractId")) {
        out->name[0] = read_long(&value);
        out->name[1] = 0;
    } else if (KEY_IS("endVersion")) {
        out->sequence = read_long(&value);
    }
    return value;
}

bool floor_edgex_scanner(struct slice message, struct floor_quote *out) {
    out->counts[0] = out->counts[1] = 0;
    out->time_ms = 0;
    return scan(message, out, take_edgex);
}

// The first bracket opens the bids.
FLOOR_INLINE const char *take_grvt(struct floor_quote *out, const struct place *place,
                                   const char *value) {
    bool asks = place->brackets == 2;
    if (KEY_IS("price")) {
        out->sides[asks][out->counts[asks]++].price.v = read_decimal(&value, PX_DIGITS);
    } else if (KEY_IS("size")) {
        out->sides[asks][out->counts[asks] - 1].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("best_bid_price") || KEY_IS("best_ask_price")) {
        bool best_ask = place->key.data[5] == 'a';
        out->sides[best_ask][0].price.v = read_decimal(&value, PX_DIGITS);
        out->counts[best_ask] = 1;
    } else if (KEY_IS("best_bid_size") || KEY_IS("best_ask_size")) {
        out->sides[place->key.data[5] == 'a'][0].size.v = read_decimal(&value, QTY_DIGITS);
    } else if (KEY_IS("instrument")) {
        read_name(&value, out->name);
        value--; // its quote is looked for again
    } else if (KEY_IS("event_time")) {
        out->time_ms = read_long(&value) / 1000000;
    } else if (KEY_IS("sequence_number")) {
        out->sequence = read_uint(&value, 0);
    }
    return value;
}

bool floor_grvt_scanner(struct slice message, struct floor_quote *out) {
    out->counts[0] = out->counts[1] = 0;
    return scan(message, out, take_grvt);
}
