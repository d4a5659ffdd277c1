// The messages of P1 and what every reader of them must agree on.
#include "decode_load.h"

#include <inttypes.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "base/clock.h"

enum { MESSAGE_MAX = 4096, BOOK_LEVELS = FLOOR_LEVELS };

// Prices like 61800.20 that move, sizes with one to six digits.
static void add_price(struct text *out, uint32_t n, int32_t ticks) {
    int64_t price = 6180020 + (int64_t)(hash_mix(n) % 400000) + ticks * 10;
    decimal_print(out, price, 2, 2, 2);
}

static void add_size(struct text *out, uint32_t n) {
    decimal_print(out, (int64_t)(1 + hash_mix(n) % 99999), 3, 3, 3);
}

static void add_binance_ticker(struct text *out, uint32_t n) {
    text_add_string(out, "{\"e\":\"bookTicker\",\"u\":");
    text_add_int(out, INT64_C(5123107840195) + n * 13);
    text_add_string(out, ",\"s\":\"BTCUSDT\",\"b\":\"");
    add_price(out, n, 0);
    text_add_string(out, "\",\"B\":\"");
    add_size(out, n);
    text_add_string(out, "\",\"a\":\"");
    add_price(out, n, 1);
    text_add_string(out, "\",\"A\":\"");
    add_size(out, n + 1);
    text_add_string(out, "\",\"T\":");
    text_add_int(out, INT64_C(1723161256313) + n);
    text_add_string(out, ",\"E\":");
    text_add_int(out, INT64_C(1723161256313) + n);
    text_add_char(out, '}');
}

static void write_binance(struct text *out, uint32_t n) {
    add_binance_ticker(out, n);
}

static void write_binance_combined(struct text *out, uint32_t n) {
    text_add_string(out, "{\"stream\":\"btcusdt@bookTicker\",\"data\":");
    add_binance_ticker(out, n);
    text_add_char(out, '}');
}

static void write_okx(struct text *out, uint32_t n) {
    text_add_string(out, "{\"arg\":{\"channel\":\"bbo-tbt\",\"instId\":\"BTC-USDT-SWAP\"},"
                         "\"data\":[{\"asks\":[[\"");
    add_price(out, n, 1);
    text_add_string(out, "\",\"");
    add_size(out, n);
    text_add_format(out, "\",\"0\",\"%u\"]],\"bids\":[[\"", 1 + n % 40);
    add_price(out, n, 0);
    text_add_string(out, "\",\"");
    add_size(out, n + 1);
    text_add_format(out, "\",\"0\",\"%u\"]],\"ts\":\"%" PRId64 "\",\"seqId\":%" PRId64 "}]}",
                    1 + n % 7, INT64_C(1786540471710) + n, INT64_C(333794734980) + n);
}

static void add_hyperliquid_level(struct text *out, uint32_t n, int32_t ticks) {
    text_add_string(out, "{\"px\":\"");
    add_price(out, n, ticks);
    text_add_string(out, "\",\"sz\":\"");
    add_size(out, n + (uint32_t)ticks);
    text_add_format(out, "\",\"n\":%u}", 1 + n % 12);
}

static void add_hyperliquid_head(struct text *out, const char *channel, uint32_t n) {
    text_add_format(out, "{\"channel\":\"%s\",\"data\":{\"coin\":\"BTC\",\"time\":%" PRId64 ",",
                    channel, INT64_C(1766566375292) + n);
}

static void write_hyperliquid(struct text *out, uint32_t n) {
    add_hyperliquid_head(out, "bbo", n);
    text_add_string(out, "\"bbo\":[");
    add_hyperliquid_level(out, n, 0);
    text_add_char(out, ',');
    add_hyperliquid_level(out, n, 1);
    text_add_string(out, "]}}");
}

static void write_hyperliquid_book(struct text *out, uint32_t n) {
    add_hyperliquid_head(out, "l2Book", n);
    text_add_string(out, "\"levels\":[[");
    for (int32_t i = 0; i < BOOK_LEVELS; i++) {
        text_add_string(out, i > 0 ? "," : "");
        add_hyperliquid_level(out, n, -i);
    }
    text_add_string(out, "],[");
    for (int32_t i = 0; i < BOOK_LEVELS; i++) {
        text_add_string(out, i > 0 ? "," : "");
        add_hyperliquid_level(out, n, 1 + i);
    }
    text_add_string(out, "]]}}");
}

struct decode_load decode_loads[DECODE_LOADS] = {
    {.name = "binance bookTicker",
     .venue = "binance",
     .write = write_binance,
     .anchored = floor_binance_anchored,
     .scanner = floor_binance_scanner,
     .goal_ns = 60,
     .bid = "b B",
     .ask = "a A"},
    {.name = "binance bookTicker combined",
     .venue = "binance",
     .write = write_binance_combined,
     .anchored = floor_binance_anchored,
     .scanner = floor_binance_scanner,
     .goal_ns = 60,
     .bid = "data.b data.B",
     .ask = "data.a data.A"},
    {.name = "okx bbo-tbt",
     .venue = "okx",
     .write = write_okx,
     .anchored = floor_okx_anchored,
     .scanner = floor_okx_scanner,
     .goal_ns = 60,
     .bid = "data.0.bids.0.0 data.0.bids.0.1",
     .ask = "data.0.asks.0.0 data.0.asks.0.1"},
    {.name = "hyperliquid bbo",
     .venue = "hyperliquid",
     .write = write_hyperliquid,
     .anchored = floor_hyperliquid_anchored,
     .scanner = floor_hyperliquid_scanner,
     .goal_ns = 60,
     .bid = "data.bbo.0.px data.bbo.0.sz",
     .ask = "data.bbo.1.px data.bbo.1.sz"},
    {.name = "hyperliquid l2Book",
     .venue = "hyperliquid",
     .write = write_hyperliquid_book,
     .anchored = floor_hyperliquid_anchored,
     .scanner = floor_hyperliquid_scanner,
     .goal_ns = 600,
     .bid = "data.levels.0.%u.px data.levels.0.%u.sz",
     .ask = "data.levels.1.%u.px data.levels.1.%u.sz"},
};

// One value of cJSON's tree by a way like "data.levels.0.3.px", as a number of the scale.
static int64_t tree_value(const cJSON *node, const char *way, size_t size, int digits) {
    char name[16];
    int64_t value;
    for (const char *end = way + size; way < end; way++) {
        size_t length = 0;
        while (way < end && *way != '.' && length < sizeof(name) - 1) {
            name[length++] = *way++;
        }
        name[length] = '\0';
        node = cJSON_IsArray(node) ? cJSON_GetArrayItem(node, atoi(name))
                                   : cJSON_GetObjectItemCaseSensitive(node, name);
    }
    ASSERT(cJSON_IsString(node));
    ASSERT(decimal_parse(slice_of(node->valuestring), digits, &value));
    return value;
}

static void check_level(const cJSON *tree, const char *ways, uint32_t index, struct level level) {
    char data[128];
    struct text text = TEXT_OVER(data);
    for (const char *c = ways; *c != '\0'; c++) {
        if (c[0] == '%' && c[1] == 'u') {
            text_add_int(&text, index);
            c++;
        } else {
            text_add_char(&text, *c);
        }
    }
    const char *second = strchr(data, ' ');
    ASSERT(second != NULL);
    ASSERT(tree_value(tree, data, (size_t)(second - data), PX_DIGITS) == level.price.v);
    ASSERT(tree_value(tree, second + 1, strlen(second + 1), QTY_DIGITS) == level.size.v);
}

struct keeper {
    struct md_sink sink; // must be first
    struct md_update last;
};

static void on_keep(struct md_sink *sink, const struct md_update *update) {
    ((struct keeper *)(void *)sink)->last = *update;
}

// The decoder's update in the form of the floors.
static void take_update(const struct md_update *update, struct floor_quote *out) {
    if (update->kind == MD_BBO) {
        out->counts[0] = out->counts[1] = 1;
        out->sides[0][0] = (struct level){update->bbo.bid, update->bbo.bid_size};
        out->sides[1][0] = (struct level){update->bbo.ask, update->bbo.ask_size};
        out->sequence = update->bbo.sequence;
    } else {
        ASSERT(update->kind == MD_BOOK);
        ASSERT(update->book.bid_count == FLOOR_LEVELS && update->book.ask_count == FLOOR_LEVELS);
        out->counts[0] = out->counts[1] = FLOOR_LEVELS;
        memcpy(out->sides[0], update->book.bids, sizeof(out->sides[0]));
        memcpy(out->sides[1], update->book.asks, sizeof(out->sides[1]));
        out->sequence = 0;
    }
    out->time_ms = (uint64_t)(update->venue_time_ns / NS_PER_MS);
}

static void check_floor(const struct decode_load *load, struct slice message, floor_read *read,
                        const struct floor_quote *expected) {
    struct floor_quote quote;
    uint64_t name[2] = {0};
    struct slice native = slice_of(load->md.listings[0].native);
    ASSERT(native.size <= sizeof(name));
    memcpy(name, native.data, native.size);
    ASSERT(read(message, &quote));
    ASSERT(memcmp(quote.name, name, sizeof(name)) == 0);
    ASSERT(quote.time_ms == expected->time_ms && quote.sequence == expected->sequence);
    for (int side = 0; side < 2; side++) {
        ASSERT(quote.counts[side] == expected->counts[side]);
        ASSERT(memcmp(quote.sides[side], expected->sides[side],
                      quote.counts[side] * sizeof(struct level)) == 0);
    }
}

// The decoder against cJSON's tree, the floors against the decoder.
static void check_equal(struct decode_load *load, struct slice message) {
    struct keeper keeper = {.sink = {on_keep}};
    struct floor_quote quote;
    cJSON *tree = cJSON_ParseWithLength(message.data, message.size);
    ASSERT(tree != NULL);
    load->md.venue->decode(&load->md, 0, message, &keeper.sink);
    take_update(&keeper.last, &quote);
    for (uint32_t i = 0; i < quote.counts[0]; i++) {
        check_level(tree, load->bid, i, quote.sides[0][i]);
        check_level(tree, load->ask, i, quote.sides[1][i]);
    }
    cJSON_Delete(tree);
    check_floor(load, message, load->anchored, &quote);
    check_floor(load, message, load->scanner, &quote);
}

void decode_load_prepare(struct decode_load *load, const struct universe *universe) {
    const struct venue *venue = venue_find(slice_of(load->venue));
    ASSERT(venue != NULL);
    ASSERT(md_create(&load->md, venue->md, universe, 0) == STATUS_OK);
    load->md.listings[0].contract = (struct qty){QTY_ONE};
    load->arena = calloc(DECODE_MESSAGES, MESSAGE_MAX);
    ASSERT(load->arena != NULL);
    char *at = load->arena;
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        struct text text = text_over(at, MESSAGE_MAX - FLOOR_READ_AHEAD);
        load->write(&text, n);
        ASSERT(!text.truncated);
        load->messages[n] = (struct slice){at, text.size};
        at += text.size + 1;
    }
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        check_equal(load, load->messages[n]);
    }
}

void decode_load_finish(struct decode_load *load) {
    md_finish(&load->md);
    free(load->arena);
}
