// P1: one message of a venue's hot channels to a normalised update, in a loop over 1024 distinct
// messages of the layouts the venues send, everything in memory.
//
// Floors of the same run: the anchored floor compares the fixed bytes and gathers the numbers with
// one plain loop, checking nothing else and emitting nothing; the scanner floor walks members in
// any order the same way. cJSON and jansson only build their trees. Before measuring, every decoded
// message is compared with cJSON's reading of it. Rounds of all contestants are interleaved and the
// medians printed. Ratios are of cJSON and jansson against the decoder.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>
#include <jansson.h>

#include "base/clock.h"
#include "exchanges/venues.h"

enum { MESSAGES = 1024, MESSAGE_MAX = 4096, ROUNDS = 9, BOOK_LEVELS = 20, CONTESTANTS = 5 };

struct workload {
    const char *name;
    const char *venue;
    void (*write)(struct text *out, uint32_t n);
    int64_t goal_ns;
    const char *bid, *ask; // ways to the best levels in cJSON's tree
    // Packed one behind the other: at a stride of a page they would fight for a few cache sets.
    char *arena;
    const char *messages[MESSAGES];
    size_t sizes[MESSAGES];
    struct md md;
};

struct checker {
    struct md_sink sink; // must be first
    struct md_update last;
    uint64_t updates, folded;
};

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct checker *checker = (struct checker *)(void *)sink;
    checker->updates++;
    checker->folded += (uint64_t)update->venue_time_ns + update->symbol;
    if (update->kind == MD_BBO) {
        checker->folded += (uint64_t)(update->bbo.bid.v ^ update->bbo.ask_size.v);
    } else if (update->kind == MD_BOOK) {
        checker->folded += (uint64_t)update->book.bids[0].price.v + update->book.ask_count;
    }
}

static void on_check(struct md_sink *sink, const struct md_update *update) {
    ((struct checker *)(void *)sink)->last = *update;
}

// Prices like 61800.20 that move, sizes with one to six digits.
static void add_price(struct text *out, uint32_t n, int32_t ticks) {
    int64_t price = 6180020 + (int64_t)(hash_mix(n) % 400000) + ticks * 10;
    decimal_print(out, price, 2, 2, 2);
}

static void add_size(struct text *out, uint32_t n) {
    decimal_print(out, (int64_t)(1 + hash_mix(n) % 99999), 3, 3, 3);
}

static void write_binance(struct text *out, uint32_t n) {
    text_add_string(out,
                    "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":");
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
    text_add_string(out, "}}");
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

static struct workload workloads[] = {
    {.name = "binance bookTicker",
     .venue = "binance",
     .write = write_binance,
     .goal_ns = 60,
     .bid = "data.b data.B",
     .ask = "data.a data.A"},
    {.name = "okx bbo-tbt",
     .venue = "okx",
     .write = write_okx,
     .goal_ns = 60,
     .bid = "data.0.bids.0.0 data.0.bids.0.1",
     .ask = "data.0.asks.0.0 data.0.asks.0.1"},
    {.name = "hyperliquid bbo",
     .venue = "hyperliquid",
     .write = write_hyperliquid,
     .goal_ns = 60,
     .bid = "data.bbo.0.px data.bbo.0.sz",
     .ask = "data.bbo.1.px data.bbo.1.sz"},
    {.name = "hyperliquid l2Book",
     .venue = "hyperliquid",
     .write = write_hyperliquid_book,
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

static void check_equal(struct workload *load, uint32_t n) {
    struct checker checker = {.sink = {on_check}};
    cJSON *tree = cJSON_Parse(load->messages[n]);
    ASSERT(tree != NULL);
    load->md.venue->decode(&load->md, 0, (struct slice){load->messages[n], load->sizes[n]},
                           &checker.sink);
    const struct md_update *update = &checker.last;
    if (update->kind == MD_BBO) {
        check_level(tree, load->bid, 0, (struct level){update->bbo.bid, update->bbo.bid_size});
        check_level(tree, load->ask, 0, (struct level){update->bbo.ask, update->bbo.ask_size});
    } else {
        ASSERT(update->kind == MD_BOOK);
        ASSERT(update->book.bid_count == BOOK_LEVELS && update->book.ask_count == BOOK_LEVELS);
        for (uint32_t i = 0; i < BOOK_LEVELS; i++) {
            check_level(tree, load->bid, i, update->book.bids[i]);
            check_level(tree, load->ask, i, update->book.asks[i]);
        }
    }
    cJSON_Delete(tree);
}

static uint64_t run_decoder(struct workload *load) {
    struct checker checker = {.sink = {on_update}};
    for (uint32_t n = 0; n < MESSAGES; n++) {
        load->md.venue->decode(&load->md, 0, (struct slice){load->messages[n], load->sizes[n]},
                               &checker.sink);
    }
    ASSERT(checker.updates == MESSAGES);
    return checker.folded;
}

// All numbers of the message, told apart from the fixed bytes only by their first digit.
static uint64_t run_anchored(struct workload *load) {
    uint64_t folded = 0;
    for (uint32_t n = 0; n < MESSAGES; n++) {
        const char *at = load->messages[n];
        const char *end = at + load->sizes[n];
        while (at < end) {
            while (at < end && (unsigned char)(*at - '0') > 9) {
                at++;
            }
            uint64_t value = 0;
            while (at < end && ((unsigned char)(*at - '0') <= 9 || *at == '.')) {
                value = *at == '.' ? value : value * 10 + (uint64_t)(*at - '0');
                at++;
            }
            folded += value;
        }
    }
    return folded;
}

// Strings and structure: the quotes are paired, the depth is counted, numbers gathered.
static uint64_t run_scanner(struct workload *load) {
    uint64_t folded = 0;
    for (uint32_t n = 0; n < MESSAGES; n++) {
        const char *end = load->messages[n] + load->sizes[n];
        uint64_t value = 0;
        uint32_t depth = 0;
        for (const char *at = load->messages[n]; at < end; at++) {
            if (*at == '"') {
                const char *from = at + 1;
                at = memchr(from, '"', (size_t)(end - from));
                ASSERT(at != NULL);
                for (; from < at; from++) {
                    uint32_t digit = (unsigned char)*from - (uint32_t)'0';
                    value = digit <= 9 ? value * 10 + digit : value;
                }
                folded += value;
                value = 0;
            } else if (*at == '{' || *at == '[') {
                depth++;
            } else if (*at == '}' || *at == ']') {
                depth--;
            } else {
                uint32_t digit = (unsigned char)*at - (uint32_t)'0';
                value = digit <= 9 ? value * 10 + digit : 0;
            }
        }
        ASSERT(depth == 0);
    }
    return folded;
}

static uint64_t run_cjson(struct workload *load) {
    uint64_t trees = 0;
    for (uint32_t n = 0; n < MESSAGES; n++) {
        cJSON *tree = cJSON_ParseWithLength(load->messages[n], load->sizes[n]);
        trees += tree != NULL;
        cJSON_Delete(tree);
    }
    return trees;
}

static uint64_t run_jansson(struct workload *load) {
    uint64_t trees = 0;
    for (uint32_t n = 0; n < MESSAGES; n++) {
        json_t *tree = json_loadb(load->messages[n], load->sizes[n], 0, NULL);
        trees += tree != NULL;
        json_decref(tree);
    }
    return trees;
}

static uint64_t (*const contestants[CONTESTANTS])(struct workload *) = {
    run_decoder, run_anchored, run_scanner, run_cjson, run_jansson};

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static volatile uint64_t kept; // so that no loop is left out

// Tenths of a ns per message, the median of the rounds.
static void measure(struct workload *load, int64_t median[CONTESTANTS]) {
    int64_t tenths[CONTESTANTS][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) { // the first only warms up
        for (int i = 0; i < CONTESTANTS; i++) {
            int repeats = i == 0 ? 16 : 4;
            int64_t start = mono_now_ns();
            for (int r = 0; r < repeats; r++) {
                kept += contestants[i](load);
            }
            if (round >= 0) {
                tenths[i][round] = (mono_now_ns() - start) * 10 / (repeats * MESSAGES);
            }
        }
    }
    for (int i = 0; i < CONTESTANTS; i++) {
        qsort(tenths[i], ROUNDS, sizeof(tenths[i][0]), compare);
        median[i] = tenths[i][ROUNDS / 2];
    }
}

static void prepare(struct workload *load, const struct universe *universe) {
    const struct venue *venue = venue_find(slice_of(load->venue));
    ASSERT(venue != NULL);
    ASSERT(md_create(&load->md, venue->md, universe, 0) == STATUS_OK);
    load->md.listings[0].contract = (struct qty){QTY_ONE};
    load->arena = malloc((size_t)MESSAGES * MESSAGE_MAX);
    ASSERT(load->arena != NULL);
    char *at = load->arena;
    for (uint32_t n = 0; n < MESSAGES; n++) {
        struct text text = text_over(at, MESSAGE_MAX);
        load->write(&text, n);
        ASSERT(!text.truncated);
        load->messages[n] = at;
        load->sizes[n] = text.size;
        at += text.size + 1;
        check_equal(load, n);
    }
}

static bool report(const struct workload *load, const int64_t median[CONTESTANTS]) {
    int64_t ours = median[0];
    bool good = ours <= load->goal_ns * 10;
    printf("P1 %s %" PRId64 ".%" PRId64 " ns anchored %" PRId64 " scanner %" PRId64
           " cjson %" PRId64 " jansson %" PRId64 " ns; of anchored %" PRId64 ".%02" PRId64
           " of scanner %" PRId64 ".%02" PRId64 ", cjson %" PRId64 "x jansson %" PRId64
           "x goal %" PRId64 " ns %s\n",
           load->name, ours / 10, ours % 10, median[1] / 10, median[2] / 10, median[3] / 10,
           median[4] / 10, ours / median[1], ours * 100 / median[1] % 100, ours / median[2],
           ours * 100 / median[2] % 100, median[3] / ours, median[4] / ours, load->goal_ns,
           good ? "ok" : "FAIL");
    return good;
}

int main(void) {
    static struct universe universe;
    bool good = true;
    ASSERT(universe_create(&universe, 1, 1) == STATUS_OK);
    ASSERT(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(workloads); i++) {
        int64_t median[CONTESTANTS];
        prepare(&workloads[i], &universe);
        measure(&workloads[i], median);
        good = report(&workloads[i], median) && good;
        md_finish(&workloads[i].md);
        free(workloads[i].arena);
    }
    universe_finish(&universe);
    return good ? 0 : 1;
}
