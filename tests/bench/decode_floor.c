// The anchored floors: every message byte for byte as its venue lays it out.
#include "decode_floor_read.h"

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

// The levels of one side: `first` before the first, `next` before the others, `between` price and
// size, `close` behind the last. `swapped`: the size comes first.
struct form {
    const char *first, *next, *between, *close;
    size_t first_size, next_size, between_size, close_size;
    bool swapped;
};
#define FORM(first, next, between, close, swapped)                                                 \
    {                                                                                              \
        (first), (next), (between), (close), sizeof(first) - 1, sizeof(next) - 1,                  \
            sizeof(between) - 1, sizeof(close) - 1, (swapped)                                      \
    }

FLOOR_INLINE bool read_side(const char **at, const struct form *form, struct level *out,
                            uint32_t *count) {
    bool good = is_next(at, form->first, form->first_size);
    uint32_t n = 0;
    for (;;) {
        if (form->swapped) {
            out[n].size.v = read_decimal(at, QTY_DIGITS);
            good &= is_next(at, form->between, form->between_size);
            out[n].price.v = read_decimal(at, PX_DIGITS);
        } else {
            read_level(at, form->between, form->between_size, &out[n], &good);
        }
        n++;
        if (n == FLOOR_LEVELS || memcmp(*at, form->next, form->next_size) != 0) {
            break;
        }
        *at += form->next_size;
    }
    *count = n;
    return good & is_next(at, form->close, form->close_size);
}

static const struct form objects =
    FORM("{\"price\":\"", "\"},{\"price\":\"", "\",\"size\":\"", "\"}]", false);
static const struct form arrays = FORM("[\"", "\"],[\"", "\",\"", "\"]]", false);

// Past a text that is of no use.
FLOOR_INLINE void pass_text(const char **at) {
    while (*(*at)++ != '"') {
    }
}

FLOOR_INLINE bool ends(const char *at, struct slice message, bool good) {
    return good && at == message.data + message.size;
}

bool floor_binance_depth_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"e\":\"depthUpdate\",\"E\":");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, ",\"T\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"s\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"U\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"u\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, ",\"pu\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"b\":[") && read_side(&at, &arrays, out->sides[0], &out->counts[0]);
    good &= IS_NEXT(&at, ",\"a\":[") && read_side(&at, &arrays, out->sides[1], &out->counts[1]);
    return ends(at, message, good & IS_NEXT(&at, "}"));
}

FLOOR_INLINE bool read_okx_side(const char **at, struct level *out, uint32_t *count) {
    bool good = true;
    uint32_t n = 0;
    do {
        (*at)++; // the bracket or the comma
        good &= IS_NEXT(at, "[\"");
        read_level(at, "\",\"", 3, &out[n++], &good);
        good &= IS_NEXT(at, "\",\"0\",\"");
        (void)read_uint(at, 0);
        good &= IS_NEXT(at, "\"]");
    } while (**at == ',' && n < FLOOR_LEVELS);
    *count = n;
    return good & IS_NEXT(at, "]");
}

bool floor_okx_books_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"arg\":{\"channel\":\"books\",\"instId\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, "},\"action\":\"update\",\"data\":[{\"asks\":");
    good &= read_okx_side(&at, out->sides[1], &out->counts[1]) && IS_NEXT(&at, ",\"bids\":");
    good &= read_okx_side(&at, out->sides[0], &out->counts[0]) && IS_NEXT(&at, ",\"ts\":\"");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, "\",\"checksum\":-");
    (void)read_uint(&at, 0);
    good &= IS_NEXT(&at, ",\"seqId\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, ",\"prevSeqId\":");
    (void)read_long(&at);
    return ends(at, message, good & IS_NEXT(&at, "}]}"));
}

FLOOR_INLINE bool begin_paradex(const char **at, const char *kind, size_t size) {
    bool good =
        IS_NEXT(at, "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"");
    good &= is_next(at, kind, size);
    pass_text(at);
    return good;
}

bool floor_paradex_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = begin_paradex(&at, "bbo.", 4) && IS_NEXT(&at, ",\"data\":{\"ask\":\"");
    read_level(&at, "\",\"ask_size\":\"", 14, &out->sides[1][0], &good);
    good &= IS_NEXT(&at, "\",\"bid\":\"");
    read_level(&at, "\",\"bid_size\":\"", 14, &out->sides[0][0], &good);
    good &= IS_NEXT(&at, "\",\"last_updated_at\":");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, ",\"market\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"seq_no\":");
    out->sequence = read_long(&at);
    out->counts[0] = out->counts[1] = 1;
    return ends(at, message, good & IS_NEXT(&at, "}}}"));
}

bool floor_paradex_book_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = begin_paradex(&at, "order_book.", 11) && IS_NEXT(&at, ",\"data\":{\"seq_no\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, ",\"market\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"last_updated_at\":");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, ",\"update_type\":\"s\",\"inserts\":");
    out->counts[0] = out->counts[1] = 0;
    do {
        at++; // the bracket or the comma
        good &= IS_NEXT(&at, "{\"side\":\"");
        bool asks = *at == 'S';
        good &= asks ? IS_NEXT(&at, "SELL\",\"price\":\"") : IS_NEXT(&at, "BUY\",\"price\":\"");
        read_level(&at, "\",\"size\":\"", 10, &out->sides[asks][out->counts[asks]++], &good);
        good &= IS_NEXT(&at, "\"}");
    } while (*at == ',' && out->counts[0] <= FLOOR_LEVELS && out->counts[1] < FLOOR_LEVELS);
    return ends(at, message, good & IS_NEXT(&at, "],\"updates\":[],\"deletes\":[]}}}"));
}

bool floor_extended_anchored(struct slice message, struct floor_quote *out) {
    static const struct form form = FORM("{\"q\":\"", "\"},{\"q\":\"", "\",\"p\":\"", "\"}]", true);
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"type\":\"SNAPSHOT\",\"data\":{\"m\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"b\":[") && read_side(&at, &form, out->sides[0], &out->counts[0]);
    good &= IS_NEXT(&at, ",\"a\":[") && read_side(&at, &form, out->sides[1], &out->counts[1]);
    good &= IS_NEXT(&at, "},\"ts\":");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, ",\"seq\":");
    out->sequence = read_long(&at);
    return ends(at, message, good & IS_NEXT(&at, "}"));
}

FLOOR_INLINE bool read_extended_side(const char **at, struct level *out, uint32_t *count) {
    bool good = true;
    uint32_t n = 0;
    do {
        (*at)++; // the bracket or the comma
        good &= IS_NEXT(at, "{\"q\":\"");
        pass_text(at);
        good &= IS_NEXT(at, ",\"p\":\"");
        read_level(at, "\",\"c\":\"", 7, &out[n++], &good);
        good &= IS_NEXT(at, "\"}");
    } while (**at == ',' && n < FLOOR_LEVELS);
    *count = n;
    return good & IS_NEXT(at, "]");
}

bool floor_extended_book_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"type\":\"ORDERBOOKS.DELTA\",\"data\":{\"t\":\"DELTA\",\"m\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"b\":") && read_extended_side(&at, out->sides[0], &out->counts[0]);
    good &= IS_NEXT(&at, ",\"a\":") && read_extended_side(&at, out->sides[1], &out->counts[1]);
    good &= IS_NEXT(&at, ",\"d\":\"f\"},\"ts\":");
    out->time_ms = read_long(&at);
    good &= IS_NEXT(&at, ",\"seq\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, ",\"subscription\":\"");
    pass_text(&at);
    return ends(at, message, good & IS_NEXT(&at, "}"));
}

bool floor_lighter_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"channel\":\"ticker:");
    out->name[0] = read_uint(&at, 0);
    out->name[1] = 0;
    good &= IS_NEXT(&at, "\",\"last_updated_at\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"nonce\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, ",\"ticker\":{\"s\":\"");
    pass_text(&at);
    good &= IS_NEXT(&at, ",\"a\":{\"price\":\"");
    read_level(&at, "\",\"size\":\"", 10, &out->sides[1][0], &good);
    good &= IS_NEXT(&at, "\"},\"b\":{\"price\":\"");
    read_level(&at, "\",\"size\":\"", 10, &out->sides[0][0], &good);
    good &= IS_NEXT(&at, "\"},\"last_updated_at\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, "},\"timestamp\":");
    out->time_ms = read_long(&at);
    out->counts[0] = out->counts[1] = 1;
    return ends(at, message, good & IS_NEXT(&at, ",\"type\":\"update/ticker\"}"));
}

bool floor_lighter_book_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"channel\":\"order_book:");
    out->name[0] = read_uint(&at, 0);
    out->name[1] = 0;
    good &= IS_NEXT(&at, "\",\"last_updated_at\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"offset\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"order_book\":{\"code\":0,\"asks\":[");
    good &= read_side(&at, &objects, out->sides[1], &out->counts[1]) && IS_NEXT(&at, ",\"bids\":[");
    good &= read_side(&at, &objects, out->sides[0], &out->counts[0]);
    good &= IS_NEXT(&at, ",\"offset\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"nonce\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, ",\"last_updated_at\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"begin_nonce\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, "},\"timestamp\":");
    out->time_ms = read_long(&at);
    return ends(at, message, good & IS_NEXT(&at, ",\"type\":\"update/order_book\"}"));
}

bool floor_edgex_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"type\":\"quote-event\",\"channel\":\"");
    pass_text(&at);
    good &= IS_NEXT(&at, ",\"content\":{\"channel\":\"");
    pass_text(&at);
    good &= IS_NEXT(&at, ",\"dataType\":\"");
    pass_text(&at);
    good &= IS_NEXT(&at, ",\"data\":[{\"startVersion\":\"");
    (void)read_long(&at);
    good &= IS_NEXT(&at, "\",\"endVersion\":\"");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, "\",\"level\":");
    (void)read_uint(&at, 0);
    good &= IS_NEXT(&at, ",\"contractId\":\"");
    out->name[0] = read_long(&at);
    out->name[1] = 0;
    good &= IS_NEXT(&at, "\",\"contractName\":\"");
    pass_text(&at);
    good &= IS_NEXT(&at, ",\"asks\":[") && read_side(&at, &objects, out->sides[1], &out->counts[1]);
    good &= IS_NEXT(&at, ",\"bids\":[") && read_side(&at, &objects, out->sides[0], &out->counts[0]);
    good &= IS_NEXT(&at, ",\"depthType\":\"");
    pass_text(&at);
    out->time_ms = 0;
    return ends(at, message, good & IS_NEXT(&at, "}]}}"));
}

bool floor_backpack_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"data\":{\"A\":\"");
    out->sides[1][0].size.v = read_decimal(&at, QTY_DIGITS);
    good &= IS_NEXT(&at, "\",\"B\":\"");
    out->sides[0][0].size.v = read_decimal(&at, QTY_DIGITS);
    good &= IS_NEXT(&at, "\",\"E\":");
    out->time_ms = read_long(&at) / 1000;
    good &= IS_NEXT(&at, ",\"T\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"a\":\"");
    out->sides[1][0].price.v = read_decimal(&at, PX_DIGITS);
    good &= IS_NEXT(&at, "\",\"b\":\"");
    out->sides[0][0].price.v = read_decimal(&at, PX_DIGITS);
    good &= IS_NEXT(&at, "\",\"e\":\"bookTicker\",\"s\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"u\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, "},\"stream\":\"");
    pass_text(&at);
    out->counts[0] = out->counts[1] = 1;
    return ends(at, message, good & IS_NEXT(&at, "}"));
}

bool floor_backpack_depth_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"data\":{\"E\":");
    out->time_ms = read_long(&at) / 1000;
    good &= IS_NEXT(&at, ",\"T\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"U\":");
    (void)read_long(&at);
    good &= IS_NEXT(&at, ",\"a\":[") && read_side(&at, &arrays, out->sides[1], &out->counts[1]);
    good &= IS_NEXT(&at, ",\"b\":[") && read_side(&at, &arrays, out->sides[0], &out->counts[0]);
    good &= IS_NEXT(&at, ",\"e\":\"depth\",\"s\":\"");
    read_name(&at, out->name);
    good &= IS_NEXT(&at, ",\"u\":");
    out->sequence = read_long(&at);
    good &= IS_NEXT(&at, "},\"stream\":\"");
    pass_text(&at);
    return ends(at, message, good & IS_NEXT(&at, "}"));
}

FLOOR_INLINE bool begin_grvt(const char **at, struct floor_quote *out) {
    bool good = IS_NEXT(at, ",\"selector\":\"");
    pass_text(at);
    good &= IS_NEXT(at, ",\"sequence_number\":\"");
    out->sequence = read_uint(at, 0);
    good &= IS_NEXT(at, "\",\"feed\":{\"event_time\":\"");
    out->time_ms = read_long(at) / 1000000;
    good &= IS_NEXT(at, "\",\"instrument\":\"");
    read_name(at, out->name);
    return good;
}

FLOOR_INLINE bool end_grvt(const char **at) {
    bool good = IS_NEXT(at, "},\"prev_sequence_number\":\"");
    (void)read_uint(at, 0);
    return good & IS_NEXT(at, "\"}");
}

bool floor_grvt_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"stream\":\"v1.mini.d\"") && begin_grvt(&at, out);
    good &= IS_NEXT(&at, ",\"best_bid_price\":\"");
    read_level(&at, "\",\"best_bid_size\":\"", 19, &out->sides[0][0], &good);
    good &= IS_NEXT(&at, "\",\"best_ask_price\":\"");
    read_level(&at, "\",\"best_ask_size\":\"", 19, &out->sides[1][0], &good);
    good &= IS_NEXT(&at, "\"");
    out->counts[0] = out->counts[1] = 1;
    return ends(at, message, good & end_grvt(&at));
}

FLOOR_INLINE bool read_grvt_side(const char **at, struct level *out, uint32_t *count) {
    bool good = true;
    uint32_t n = 0;
    do {
        (*at)++; // the bracket or the comma
        good &= IS_NEXT(at, "{\"price\":\"");
        read_level(at, "\",\"size\":\"", 10, &out[n++], &good);
        good &= IS_NEXT(at, "\",\"num_orders\":");
        (void)read_uint(at, 0);
        good &= IS_NEXT(at, "}");
    } while (**at == ',' && n < FLOOR_LEVELS);
    *count = n;
    return good & IS_NEXT(at, "]");
}

bool floor_grvt_book_anchored(struct slice message, struct floor_quote *out) {
    const char *at = message.data;
    bool good = IS_NEXT(&at, "{\"stream\":\"v1.book.d\"") && begin_grvt(&at, out);
    good &= IS_NEXT(&at, ",\"bids\":") && read_grvt_side(&at, out->sides[0], &out->counts[0]);
    good &= IS_NEXT(&at, ",\"asks\":") && read_grvt_side(&at, out->sides[1], &out->counts[1]);
    return ends(at, message, good & end_grvt(&at));
}
