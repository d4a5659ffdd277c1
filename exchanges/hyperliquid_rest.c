// The answers of POST /info.
#include "exchanges/hyperliquid_md.h"
#include "exchanges/md_decode.h"

enum {
    UNIVERSE_MAX = 2048,
    PRICE_DECIMALS = 6, // less the decimals of the size
    SIGNIFICANT_MAX = 5,
    NOTIONAL_MIN_USD = 10,
};

static void decode_time(struct json *r, struct md_sink *sink) {
    struct slice key;
    int64_t time = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("time"))) {
            json_int(r, &time);
        } else {
            json_skip(r);
        }
    }
    if (!json_end(r) || md_ns_from_ms(time) == 0) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    md_emit_time(sink, md_ns_from_ms(time));
}

struct asset {
    struct slice name;
    int64_t size_decimals;
    bool delisted;
};

static void read_asset(struct json *r, struct asset *asset) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("name"))) {
            json_string(r, &asset->name);
        } else if (slice_equals(key, SLICE("szDecimals"))) {
            json_int(r, &asset->size_decimals);
        } else if (slice_equals(key, SLICE("isDelisted"))) {
            json_bool(r, &asset->delisted);
        } else {
            json_skip(r);
        }
    }
}

static int64_t power_of_ten(int64_t exponent) {
    int64_t power = 1;
    for (int64_t i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

static void emit_rules(struct md *md, const struct asset *asset, uint16_t symbol,
                       struct md_sink *sink) {
    int64_t decimals = asset->size_decimals;
    if (decimals < 0 || decimals > QTY_DIGITS) {
        md_refuse(sink, FEED_BAD_NUMBER, asset->name);
        return;
    }
    struct listing listing = md->listings[symbol];
    int64_t price_decimals = decimals < PRICE_DECIMALS ? PRICE_DECIMALS - decimals : 0;
    listing.tick = (struct px){PX_ONE / power_of_ten(price_decimals)};
    listing.significant_max = SIGNIFICANT_MAX;
    listing.step = (struct qty){QTY_ONE / power_of_ten(decimals)};
    listing.size_min = listing.step;
    listing.size_max = (struct qty){0};
    listing.contract = (struct qty){QTY_ONE};
    listing.notional_min = USD(NOTIONAL_MIN_USD);
    listing.ready = !asset->delisted;
    md_emit_listing(md, sink, &listing);
}

// What to do with the universe: emit the rules, or note which symbol stands at which place.
struct universe_reader {
    struct md *md;
    struct md_sink *sink; // NULL: no rules wanted
    uint16_t *symbols;    // NULL: places not wanted
    uint32_t count;
};

static void read_universe(struct json *r, struct universe_reader *reader) {
    json_array_begin(r);
    while (json_array_next(r)) {
        struct asset asset = {.size_decimals = -1};
        uint16_t symbol = MD_SYMBOL_NONE;
        read_asset(r, &asset);
        if (r->failed || reader->count == UNIVERSE_MAX) {
            json_fail(r);
            return;
        }
        bool known = md_find_symbol(reader->md, asset.name, &symbol);
        if (reader->symbols != NULL) {
            reader->symbols[reader->count] = symbol;
        }
        reader->count++;
        if (known && reader->sink != NULL) {
            emit_rules(reader->md, &asset, symbol, reader->sink);
        }
    }
}

static void read_meta(struct json *r, struct universe_reader *reader) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("universe"))) {
            read_universe(r, reader);
        } else {
            json_skip(r);
        }
    }
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    struct universe_reader reader = {.md = md, .sink = sink};
    read_meta(r, &reader);
    if (!json_end(r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

// [meta, [context, …]]: the contexts stand in the order of the universe.
static void decode_contexts(struct md *md, struct json *r, struct md_sink *sink) {
    uint16_t symbols[UNIVERSE_MAX];
    struct universe_reader reader = {.md = md, .symbols = symbols};
    uint32_t at = 0;
    json_array_begin(r);
    if (json_array_next(r)) {
        read_meta(r, &reader);
    }
    if (json_array_next(r)) {
        json_array_begin(r);
        for (; json_array_next(r); at++) {
            struct hyperliquid_context context = {0};
            hyperliquid_read_context(r, &context);
            if (!r->failed && at < reader.count && symbols[at] != MD_SYMBOL_NONE) {
                hyperliquid_emit_context(&context, symbols[at], sink);
            }
        }
    }
    while (json_array_next(r)) {
        json_skip(r);
    }
    if (!json_end(r) || at == 0) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

// A book as the polled quote (or, asked for as such, as a book); null for an unknown coin.
static void decode_book(struct md *md, enum md_request_kind kind, uint16_t symbol, struct json *r,
                        struct md_sink *sink) {
    struct hyperliquid_book book = {0};
    struct slice native = slice_of(md->listings[symbol].native);
    if (json_null(r)) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, native);
        return;
    }
    hyperliquid_read_book(md, r, &book);
    if (book.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, native);
        return;
    }
    if (!json_end(r) || !book.has_levels) {
        md_refuse(sink, FEED_MALFORMED, native);
        return;
    }
    if (!slice_equals(book.coin, native)) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, book.coin);
        return;
    }
    if (kind == MD_REQUEST_BOOK) {
        hyperliquid_emit_book(md, symbol, &book, sink);
    } else {
        hyperliquid_emit_bbo(md, symbol, &book, sink);
    }
}

void hyperliquid_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                             struct slice body, struct md_sink *sink) {
    struct json r;
    json_init(&r, body);
    switch (kind) {
    case MD_REQUEST_TIME:
        decode_time(&r, sink);
        return;
    case MD_REQUEST_INSTRUMENTS:
        decode_instruments(md, &r, sink);
        return;
    case MD_REQUEST_BOOK:
    case MD_REQUEST_QUOTE:
        decode_book(md, kind, symbol, &r, sink);
        return;
    case MD_REQUEST_FUNDING:
    case MD_REQUEST_INTERVALS:
        decode_contexts(md, &r, sink);
        return;
    case MD_REQUEST_COUNT:
        break;
    }
    ASSERT(false);
}
