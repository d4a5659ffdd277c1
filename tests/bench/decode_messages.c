// The messages of P1, in the layouts the venues send.
#include <inttypes.h>

#include "decode_load.h"

enum { GRVT_FIRST = 1061718 };

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
    for (int32_t i = 0; i < FLOOR_LEVELS; i++) {
        text_add_string(out, i > 0 ? "," : "");
        add_hyperliquid_level(out, n, -i);
    }
    text_add_string(out, "],[");
    for (int32_t i = 0; i < FLOOR_LEVELS; i++) {
        text_add_string(out, i > 0 ? "," : "");
        add_hyperliquid_level(out, n, 1 + i);
    }
    text_add_string(out, "]]}}");
}

enum load_side { BIDS, ASKS };

// The levels of one side: what stands before the first, before the others, between the two values
// and behind the last.
struct form {
    const char *first, *next, *between, *close;
    bool swapped; // the size comes first
};

static const struct form objects = {"{\"price\":\"", "\"},{\"price\":\"", "\",\"size\":\"", "\"}",
                                    false};
static const struct form arrays = {"[\"", "\"],[\"", "\",\"", "\"]", false};

static void add_side(struct text *out, const struct form *form, uint32_t n, enum load_side side,
                     int32_t levels) {
    for (int32_t i = 0; i < levels; i++) {
        text_add_string(out, i == 0 ? form->first : form->next);
        for (int value = 0; value < 2; value++) {
            text_add_string(out, value == 0 ? "" : form->between);
            if ((value == 0) != form->swapped) {
                add_price(out, n, side == ASKS ? 1 + i : -i);
            } else {
                add_size(out, n + (uint32_t)i + (side == ASKS));
            }
        }
    }
    text_add_string(out, form->close);
}

static void add_member(struct text *out, const char *key, int64_t value) {
    text_add_string(out, key);
    text_add_int(out, value);
}

static int64_t time_of(uint32_t n) {
    return INT64_C(1766566375292) + n;
}

static void write_binance_depth(struct text *out, uint32_t n) {
    add_member(out, "{\"e\":\"depthUpdate\",\"E\":", time_of(n));
    add_member(out, ",\"T\":", time_of(n));
    add_member(out, ",\"s\":\"BTCUSDT\",\"U\":", INT64_C(5123107840195) + n);
    add_member(out, ",\"u\":", INT64_C(5123107840195) + n);
    add_member(out, ",\"pu\":", INT64_C(5123107840194) + n);
    text_add_string(out, ",\"b\":[");
    add_side(out, &arrays, n, BIDS, FLOOR_LEVELS);
    text_add_string(out, "],\"a\":[");
    add_side(out, &arrays, n, ASKS, FLOOR_LEVELS);
    text_add_string(out, "]}");
}

static void write_okx_books(struct text *out, uint32_t n) {
    static const struct form form = {"[\"", "\",\"0\",\"3\"],[\"", "\",\"", "\",\"0\",\"12\"]",
                                     false};
    text_add_string(out, "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT-SWAP\"},"
                         "\"action\":\"update\",\"data\":[{\"asks\":[");
    add_side(out, &form, n, ASKS, FLOOR_LEVELS);
    text_add_string(out, "],\"bids\":[");
    add_side(out, &form, n, BIDS, FLOOR_LEVELS);
    add_member(out, "],\"ts\":\"", time_of(n));
    add_member(out, "\",\"checksum\":", -INT64_C(855196043) - n);
    add_member(out, ",\"seqId\":", INT64_C(333794734980) + n);
    add_member(out, ",\"prevSeqId\":", INT64_C(333794734979) + n);
    text_add_string(out, "}]}");
}

#define PARADEX_BEGIN "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":"

static void write_paradex(struct text *out, uint32_t n) {
    text_add_string(out, PARADEX_BEGIN "\"bbo.BTC-USD-PERP\",\"data\":{\"ask\":\"");
    add_price(out, n, 1);
    text_add_string(out, "\",\"ask_size\":\"");
    add_size(out, n);
    text_add_string(out, "\",\"bid\":\"");
    add_price(out, n, 0);
    text_add_string(out, "\",\"bid_size\":\"");
    add_size(out, n + 1);
    add_member(out, "\",\"last_updated_at\":", time_of(n));
    add_member(out, ",\"market\":\"BTC-USD-PERP\",\"seq_no\":", 1004127815 + n);
    text_add_string(out, "}}}");
}

static void write_paradex_book(struct text *out, uint32_t n) {
    static const struct form buys = {"{\"side\":\"BUY\",\"price\":\"",
                                     "\"},{\"side\":\"BUY\",\"price\":\"", "\",\"size\":\"", "\"}",
                                     false};
    static const struct form sells = {",{\"side\":\"SELL\",\"price\":\"",
                                      "\"},{\"side\":\"SELL\",\"price\":\"", "\",\"size\":\"",
                                      "\"}", false};
    add_member(out,
               PARADEX_BEGIN "\"order_book.BTC-USD-PERP.snapshot@15@50ms\",\"data\":{\"seq_no\":",
               1004127815 + n);
    add_member(out, ",\"market\":\"BTC-USD-PERP\",\"last_updated_at\":", time_of(n));
    text_add_string(out, ",\"update_type\":\"s\",\"inserts\":[");
    add_side(out, &buys, n, BIDS, FLOOR_LEVELS);
    add_side(out, &sells, n, ASKS, FLOOR_LEVELS);
    text_add_string(out, "],\"updates\":[],\"deletes\":[]}}}");
}

static void write_extended(struct text *out, uint32_t n) {
    static const struct form form = {"{\"q\":\"", "\"},{\"q\":\"", "\",\"p\":\"", "\"}", true};
    text_add_string(out, "{\"type\":\"SNAPSHOT\",\"data\":{\"m\":\"BTC-USD\",\"b\":[");
    add_side(out, &form, n, BIDS, 1);
    text_add_string(out, "],\"a\":[");
    add_side(out, &form, n, ASKS, 1);
    add_member(out, "]},\"ts\":", time_of(n));
    add_member(out, ",\"seq\":", 100000000 + n);
    text_add_char(out, '}');
}

static void add_extended_changes(struct text *out, uint32_t n, enum load_side side) {
    for (int32_t i = 0; i < FLOOR_LEVELS; i++) {
        text_add_string(out, i == 0 ? "{\"q\":\"" : ",{\"q\":\"");
        text_add_string(out, i % 2 == 0 ? "-" : "");
        add_size(out, n + 77);
        text_add_string(out, "\",\"p\":\"");
        add_price(out, n, side == ASKS ? 1 + i : -i);
        text_add_string(out, "\",\"c\":\"");
        add_size(out, n + (uint32_t)i);
        text_add_string(out, "\"}");
    }
}

static void write_extended_book(struct text *out, uint32_t n) {
    text_add_string(out, "{\"type\":\"ORDERBOOKS.DELTA\",\"data\":{\"t\":\"DELTA\","
                         "\"m\":\"BTC-USD\",\"b\":[");
    add_extended_changes(out, n, BIDS);
    text_add_string(out, "],\"a\":[");
    add_extended_changes(out, n, ASKS);
    add_member(out, "],\"d\":\"f\"},\"ts\":", time_of(n));
    add_member(out, ",\"seq\":", 100000000 + n);
    text_add_string(out, ",\"subscription\":\"orderbooks.BTC-USD\"}");
}

static void write_lighter(struct text *out, uint32_t n) {
    add_member(out, "{\"channel\":\"ticker:1\",\"last_updated_at\":", time_of(n) * 1000);
    add_member(out, ",\"nonce\":", INT64_C(9182390020) + n);
    text_add_string(out, ",\"ticker\":{\"s\":\"BTC\",\"a\":");
    add_side(out, &objects, n, ASKS, 1);
    text_add_string(out, ",\"b\":");
    add_side(out, &objects, n, BIDS, 1);
    add_member(out, ",\"last_updated_at\":", time_of(n) * 1000);
    add_member(out, "},\"timestamp\":", time_of(n));
    text_add_string(out, ",\"type\":\"update/ticker\"}");
}

static void write_lighter_book(struct text *out, uint32_t n) {
    add_member(out, "{\"channel\":\"order_book:1\",\"last_updated_at\":", time_of(n) * 1000);
    add_member(out, ",\"offset\":", 1005583000 + n);
    text_add_string(out, ",\"order_book\":{\"code\":0,\"asks\":[");
    add_side(out, &objects, n, ASKS, FLOOR_LEVELS);
    text_add_string(out, "],\"bids\":[");
    add_side(out, &objects, n, BIDS, FLOOR_LEVELS);
    add_member(out, "],\"offset\":", 1005583000 + n);
    add_member(out, ",\"nonce\":", INT64_C(9182390020) + n);
    add_member(out, ",\"last_updated_at\":", time_of(n) * 1000);
    add_member(out, ",\"begin_nonce\":", INT64_C(9182390019) + n);
    add_member(out, "},\"timestamp\":", time_of(n));
    text_add_string(out, ",\"type\":\"update/order_book\"}");
}

static void add_edgex(struct text *out, uint32_t n, const char *type, int32_t levels) {
    text_add_format(out,
                    "{\"type\":\"quote-event\",\"channel\":\"depth.30000001.15\",\"content\":{"
                    "\"channel\":\"depth.30000001.15\",\"dataType\":\"%s\",\"data\":[{",
                    type);
    add_member(out, "\"startVersion\":\"", 2070263104 + n);
    add_member(out, "\",\"endVersion\":\"", 2070263105 + n);
    text_add_string(out, "\",\"level\":15,\"contractId\":\"30000001\",\"contractName\":\"BTCUSDC\","
                         "\"asks\":[");
    add_side(out, &objects, n, ASKS, levels);
    text_add_string(out, "],\"bids\":[");
    add_side(out, &objects, n, BIDS, levels);
}

static void write_edgex(struct text *out, uint32_t n) {
    add_edgex(out, n, "changed", 1);
    text_add_string(out, "],\"depthType\":\"CHANGED\"}]}}");
}

static void write_edgex_book(struct text *out, uint32_t n) {
    add_edgex(out, n, "Snapshot", FLOOR_LEVELS);
    text_add_string(out, "],\"depthType\":\"SNAPSHOT\"}]}}");
}

static void write_backpack(struct text *out, uint32_t n) {
    text_add_string(out, "{\"data\":{\"A\":\"");
    add_size(out, n);
    text_add_string(out, "\",\"B\":\"");
    add_size(out, n + 1);
    add_member(out, "\",\"E\":", time_of(n) * 1000);
    add_member(out, ",\"T\":", time_of(n) * 1000);
    text_add_string(out, ",\"a\":\"");
    add_price(out, n, 1);
    text_add_string(out, "\",\"b\":\"");
    add_price(out, n, 0);
    add_member(out, "\",\"e\":\"bookTicker\",\"s\":\"BTC_USDC_PERP\",\"u\":", 1328288557 + n);
    text_add_string(out, "},\"stream\":\"bookTicker.BTC_USDC_PERP\"}");
}

static void write_backpack_depth(struct text *out, uint32_t n) {
    add_member(out, "{\"data\":{\"E\":", time_of(n) * 1000);
    add_member(out, ",\"T\":", time_of(n) * 1000);
    add_member(out, ",\"U\":", 1662976171 + n);
    text_add_string(out, ",\"a\":[");
    add_side(out, &arrays, n, ASKS, FLOOR_LEVELS);
    text_add_string(out, "],\"b\":[");
    add_side(out, &arrays, n, BIDS, FLOOR_LEVELS);
    add_member(out, "],\"e\":\"depth\",\"s\":\"BTC_USDC_PERP\",\"u\":", 1662976171 + n);
    text_add_string(out, "},\"stream\":\"depth.BTC_USDC_PERP\"}");
}

// Numbered in a ring, because each message has to follow the one before.
static void begin_grvt(struct text *out, const char *stream, const char *rate, uint32_t n) {
    text_add_format(out, "{\"stream\":\"%s\",\"selector\":\"BTC_USDT_Perp@%s\"", stream, rate);
    text_add_format(out, ",\"sequence_number\":\"%u\",\"feed\":{\"event_time\":\"%" PRId64,
                    GRVT_FIRST + n, time_of(n) * 1000000);
    text_add_string(out, "\",\"instrument\":\"BTC_USDT_Perp\"");
}

static void end_grvt(struct text *out, uint32_t n) {
    uint32_t previous = GRVT_FIRST + (n + DECODE_MESSAGES - 1) % DECODE_MESSAGES;
    text_add_format(out, "},\"prev_sequence_number\":\"%u\"}", previous);
}

static void write_grvt(struct text *out, uint32_t n) {
    begin_grvt(out, "v1.mini.d", "0", n);
    text_add_string(out, ",\"best_bid_price\":\"");
    add_price(out, n, 0);
    text_add_string(out, "\",\"best_bid_size\":\"");
    add_size(out, n);
    text_add_string(out, "\",\"best_ask_price\":\"");
    add_price(out, n, 1);
    text_add_string(out, "\",\"best_ask_size\":\"");
    add_size(out, n + 1);
    text_add_char(out, '"');
    end_grvt(out, n);
}

static void write_grvt_book(struct text *out, uint32_t n) {
    static const struct form form = {"{\"price\":\"", "\",\"num_orders\":12},{\"price\":\"",
                                     "\",\"size\":\"", "\",\"num_orders\":3}", false};
    begin_grvt(out, "v1.book.d", "50", n);
    text_add_string(out, ",\"bids\":[");
    add_side(out, &form, n, BIDS, FLOOR_LEVELS);
    text_add_string(out, "],\"asks\":[");
    add_side(out, &form, n, ASKS, FLOOR_LEVELS);
    text_add_char(out, ']');
    end_grvt(out, n);
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
    {.name = "binance depthUpdate",
     .venue = "binance",
     .write = write_binance_depth,
     .anchored = floor_binance_depth_anchored,
     .scanner = floor_binance_depth_scanner,
     .goal_ns = 600,
     .bid = "b.%u.0 b.%u.1",
     .ask = "a.%u.0 a.%u.1"},
    {.name = "aster bookTicker",
     .venue = "aster",
     .write = write_binance,
     .anchored = floor_binance_anchored,
     .scanner = floor_binance_scanner,
     .goal_ns = 60,
     .bid = "b B",
     .ask = "a A"},
    {.name = "okx books",
     .venue = "okx",
     .write = write_okx_books,
     .anchored = floor_okx_books_anchored,
     .scanner = floor_okx_books_scanner,
     .goal_ns = 600,
     .bid = "data.0.bids.%u.0 data.0.bids.%u.1",
     .ask = "data.0.asks.%u.0 data.0.asks.%u.1"},
    {.name = "paradex bbo",
     .venue = "paradex",
     .write = write_paradex,
     .anchored = floor_paradex_anchored,
     .scanner = floor_paradex_scanner,
     .goal_ns = 60,
     .bid = "params.data.bid params.data.bid_size",
     .ask = "params.data.ask params.data.ask_size"},
    {.name = "paradex order_book",
     .venue = "paradex",
     .write = write_paradex_book,
     .anchored = floor_paradex_book_anchored,
     .scanner = floor_paradex_scanner,
     .goal_ns = 600,
     .bid = "params.data.inserts.%u.price params.data.inserts.%u.size",
     .ask = "params.data.inserts.%a.price params.data.inserts.%a.size"},
    {.name = "extended bbo",
     .venue = "extended",
     .write = write_extended,
     .anchored = floor_extended_anchored,
     .scanner = floor_extended_scanner,
     .goal_ns = 60,
     .bid = "data.b.0.p data.b.0.q",
     .ask = "data.a.0.p data.a.0.q"},
    {.name = "extended orderbooks delta",
     .venue = "extended",
     .write = write_extended_book,
     .anchored = floor_extended_book_anchored,
     .scanner = floor_extended_scanner,
     .goal_ns = 600,
     .bid = "data.b.%u.p data.b.%u.c",
     .ask = "data.a.%u.p data.a.%u.c"},
    {.name = "lighter ticker",
     .venue = "lighter",
     .write = write_lighter,
     .anchored = floor_lighter_anchored,
     .scanner = floor_lighter_scanner,
     .goal_ns = 60,
     .bid = "ticker.b.price ticker.b.size",
     .ask = "ticker.a.price ticker.a.size",
     .market = 1,
     .native_id = 2},
    {.name = "lighter order_book",
     .venue = "lighter",
     .write = write_lighter_book,
     .anchored = floor_lighter_book_anchored,
     .scanner = floor_lighter_scanner,
     .goal_ns = 600,
     .bid = "order_book.bids.%u.price order_book.bids.%u.size",
     .ask = "order_book.asks.%u.price order_book.asks.%u.size",
     .market = 1,
     .native_id = 2},
    {.name = "edgex depth, one level",
     .venue = "edgex",
     .write = write_edgex,
     .anchored = floor_edgex_anchored,
     .scanner = floor_edgex_scanner,
     .goal_ns = 60,
     .bid = "content.data.0.bids.0.price content.data.0.bids.0.size",
     .ask = "content.data.0.asks.0.price content.data.0.asks.0.size",
     .market = 30000001,
     .native_id = 30000001},
    {.name = "edgex depth",
     .venue = "edgex",
     .write = write_edgex_book,
     .anchored = floor_edgex_anchored,
     .scanner = floor_edgex_scanner,
     .goal_ns = 600,
     .bid = "content.data.0.bids.%u.price content.data.0.bids.%u.size",
     .ask = "content.data.0.asks.%u.price content.data.0.asks.%u.size",
     .market = 30000001,
     .native_id = 30000001},
    {.name = "backpack bookTicker",
     .venue = "backpack",
     .write = write_backpack,
     .anchored = floor_backpack_anchored,
     .scanner = floor_backpack_scanner,
     .goal_ns = 60,
     .bid = "data.b data.B",
     .ask = "data.a data.A"},
    {.name = "backpack depth",
     .venue = "backpack",
     .write = write_backpack_depth,
     .anchored = floor_backpack_depth_anchored,
     .scanner = floor_backpack_scanner,
     .goal_ns = 600,
     .bid = "data.b.%u.0 data.b.%u.1",
     .ask = "data.a.%u.0 data.a.%u.1"},
    {.name = "grvt mini",
     .venue = "grvt",
     .write = write_grvt,
     .anchored = floor_grvt_anchored,
     .scanner = floor_grvt_scanner,
     .goal_ns = 60,
     .bid = "feed.best_bid_price feed.best_bid_size",
     .ask = "feed.best_ask_price feed.best_ask_size"},
    {.name = "grvt book",
     .venue = "grvt",
     .write = write_grvt_book,
     .anchored = floor_grvt_book_anchored,
     .scanner = floor_grvt_scanner,
     .goal_ns = 600,
     .bid = "feed.bids.%u.price feed.bids.%u.size",
     .ask = "feed.asks.%u.price feed.asks.%u.size"},
};
