// Recorded streams through decoder and book: whole chains without a false gap, books that never
// cross, and, for OKX, every checksum the venue sent recomputed from the book.
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/binance_md.h"
#include "exchanges/hyperliquid_md.h"
#include "exchanges/okx_checksum.h"
#include "exchanges/okx_md.h"
#include "okx_text.h"

struct books {
    struct book_sync sync[HARNESS_SYMBOLS_MAX];
    uint64_t verdicts[BOOK_BAD_CHECKSUM + 1];
    uint64_t crossed;
    int64_t bbo_time_ns[HARNESS_SYMBOLS_MAX];
    uint64_t bbo_sequence[HARNESS_SYMBOLS_MAX];
    uint64_t bbo_back; // quotes whose time or sequence steps back
    uint64_t bbo_crossed;
};

static void books_create(struct books *books, enum book_rule rule, uint32_t levels) {
    memset(books, 0, sizeof(*books));
    for (int i = 0; i < HARNESS_SYMBOLS_MAX; i++) {
        assert_int_equal(book_sync_create(&books->sync[i], rule, levels), STATUS_OK);
    }
}

static void books_finish(struct books *books) {
    for (int i = 0; i < HARNESS_SYMBOLS_MAX; i++) {
        book_sync_finish(&books->sync[i]);
    }
}

static void on_update(struct harness *harness, const struct md_update *update) {
    struct books *books = harness->user;
    if (update->kind == MD_BOOK) {
        struct book_sync *sync = &books->sync[update->symbol];
        books->verdicts[md_apply_book(&harness->md, update->symbol, sync, &update->book)]++;
        books->crossed += book_crossed(&sync->book);
    } else if (update->kind == MD_BBO) {
        int64_t *time_ns = &books->bbo_time_ns[update->symbol];
        uint64_t *sequence = &books->bbo_sequence[update->symbol];
        books->bbo_back += update->venue_time_ns < *time_ns || update->bbo.sequence < *sequence;
        books->bbo_crossed += update->bbo.bid.v >= update->bbo.ask.v;
        *time_ns = update->venue_time_ns;
        *sequence = update->bbo.sequence;
    }
}

static bool is_word(struct slice member, const char *word) {
    size_t size = strlen(word);
    return member.size == size + 2 && memcmp(member.data + 1, word, size) == 0;
}

// The fast way and the general one must tell the same about every frame.
static void decode_both(struct harness *harness, struct slice frame,
                        void (*general)(struct md *, struct slice, struct md_sink *)) {
    static char first_data[1 << 20];
    static char second_data[1 << 20];
    struct text first = TEXT_OVER(first_data);
    struct text second = TEXT_OVER(second_data);
    void (*on)(struct harness *, const struct md_update *) = harness->on_update;
    harness->description = &first;
    harness->md.venue->decode(&harness->md, 0, frame, &harness->sink);
    harness->description = &second;
    harness->on_update = NULL;
    uint64_t kinds[MD_REFUSED + 1];
    uint64_t causes[FEED_CAUSE_COUNT];
    memcpy(kinds, harness->kinds, sizeof(kinds));
    memcpy(causes, harness->causes, sizeof(causes));
    general(&harness->md, frame, &harness->sink);
    memcpy(harness->kinds, kinds, sizeof(kinds));
    memcpy(harness->causes, causes, sizeof(causes));
    harness->on_update = on;
    harness->description = NULL;
    assert_string_equal(first.data, second.data);
}

struct binance_file {
    const char *name;
    const char *symbol;
    uint64_t deltas; // as its README tells
};

static void test_binance(void **state) {
    const struct binance_file *row = *state;
    if (!harness_has_shared()) {
        skip();
    }
    const char *symbols[] = {row->symbol, NULL};
    struct harness harness;
    struct books books;
    struct recording recording;
    struct slice line;
    harness_create(&harness, "binance", symbols);
    books_create(&books, BOOK_RULE_REST_SPAN, 20000);
    harness.on_update = on_update;
    harness.user = &books;
    recording_open(&recording, "recordings/binance-family-20240808", row->name);
    while (recording_next(&recording, &line)) {
        struct slice raw = harness_member(line, "raw");
        if (is_word(harness_member(line, "chan"), "rest")) {
            harness.md.venue->decode_rest(&harness.md, MD_REQUEST_BOOK, 0, raw, &harness.sink);
        } else {
            decode_both(&harness, raw, binance_decode_general);
        }
    }
    print_message(
        "# %s: %zu frames, %lu quotes, applied %lu, buffered %lu, old %lu, cut %lu\n", row->name,
        recording.lines, (unsigned long)harness.kinds[MD_BBO],
        (unsigned long)books.verdicts[BOOK_APPLIED], (unsigned long)books.verdicts[BOOK_BUFFERED],
        (unsigned long)books.verdicts[BOOK_UNCHANGED], (unsigned long)books.sync[0].book.cut);
    assert_int_equal(harness.kinds[MD_REFUSED], 0);
    assert_int_equal(books.verdicts[BOOK_NEED_SNAPSHOT], 1);
    assert_int_equal(books.verdicts[BOOK_GAP], 0);
    assert_int_equal(books.crossed, 0);
    assert_int_equal(books.bbo_back, 0);
    assert_int_equal(books.bbo_crossed, 0);
    assert_int_equal(books.sync[0].state, BOOK_LIVE);
    assert_true(harness.kinds[MD_BOOK] > row->deltas);
    recording_close(&recording);
    books_finish(&books);
    harness_finish(&harness);
}

struct okx_file {
    const char *folder;
    const char *symbols[HARNESS_SYMBOLS_MAX];
    uint64_t checksums; // that differ from zero, as its README tells
    uint64_t gaps;
    uint64_t unknown;      // frames of symbols not listed here
    uint64_t out_of_range; // frames with a size larger than any quantity
};

static void check_sum(const struct harness *harness, struct slice raw, uint64_t *checked) {
    struct slice data = harness_member(raw, "data");
    if (data.size < 2 || harness->last.kind != MD_BOOK) {
        return;
    }
    struct slice element = {data.data + 1, data.size - 2};
    struct slice checksum = harness_member(element, "checksum");
    int64_t expected;
    if (checksum.size == 0 || !decimal_parse(checksum, 0, &expected) || expected == 0) {
        return;
    }
    uint16_t symbol = harness->last.symbol;
    const struct books *books = harness->user;
    int32_t found = okx_checksum(&books->sync[symbol].book, harness->md.listings[symbol].contract);
    assert_int_equal(found, expected);
    (*checked)++;
}

static void test_okx(void **state) {
    const struct okx_file *row = *state;
    if (!harness_has_shared()) {
        skip();
    }
    struct harness harness;
    struct books books;
    struct recording recording;
    struct slice line;
    uint64_t checked = 0;
    harness_create(&harness, "okx", row->symbols);
    books_create(&books, BOOK_RULE_PREVIOUS, 5000);
    harness.on_update = on_update;
    harness.user = &books;
    recording_open(&recording, row->folder, "okx-ws.ndjson.gz");
    while (recording_next(&recording, &line)) {
        struct slice raw = harness_member(line, "raw");
        if (harness_member(line, "dir").size > 0) {
            continue;
        }
        if (is_word(harness_member(line, "chan"), "rest")) {
            uint64_t refused = harness.kinds[MD_REFUSED];
            uint64_t causes[FEED_CAUSE_COUNT];
            memcpy(causes, harness.causes, sizeof(causes));
            struct md_sink *sink = &harness.sink;
            struct listing before[HARNESS_SYMBOLS_MAX];
            size_t size = harness.universe.symbol_count * sizeof(before[0]);
            memcpy(before, harness.md.listings, size);
            harness.md.venue->decode_rest(&harness.md, MD_REQUEST_INSTRUMENTS, 0, raw, sink);
            // Spot and options have no contract value: refused. The swaps' and futures' rules are
            // read, then put back, so that sizes stay as they were sent and the checksums hold.
            memcpy(harness.md.listings, before, size);
            harness.kinds[MD_REFUSED] = refused;
            memcpy(harness.causes, causes, sizeof(causes));
            continue;
        }
        harness.last.kind = MD_ALIVE;
        decode_both(&harness, raw, okx_decode_general);
        check_sum(&harness, raw, &checked);
    }
    print_message("# %s: %zu lines, applied %lu, unchanged %lu, gaps %lu, checksums %lu\n",
                  row->folder, recording.lines, (unsigned long)books.verdicts[BOOK_APPLIED],
                  (unsigned long)books.verdicts[BOOK_UNCHANGED],
                  (unsigned long)books.verdicts[BOOK_GAP], (unsigned long)checked);
    assert_int_equal(checked, row->checksums);
    assert_int_equal(harness.kinds[MD_REFUSED], row->unknown + row->out_of_range);
    assert_int_equal(harness.causes[FEED_BAD_NUMBER], row->out_of_range);
    assert_int_equal(harness.causes[FEED_UNKNOWN_SYMBOL], row->unknown);
    assert_int_equal(books.verdicts[BOOK_GAP], row->gaps);
    assert_int_equal(books.verdicts[BOOK_BAD_CHECKSUM], 0);
    assert_int_equal(books.crossed, 0);
    recording_close(&recording);
    books_finish(&books);
    harness_finish(&harness);
}

struct okx_texts {
    const char *folder;
    uint64_t checksums; // as its README tells
};

// Every checksum, of the pairs no desk trades, too, over the texts as they came.
static void test_okx_texts(void **state) {
    enum { BOOKS = 32 };
    const struct okx_texts *row = *state;
    static struct okx_text_book books[BOOKS];
    static char names[BOOKS][64];
    uint32_t count = 0;
    uint64_t checked = 0;
    struct recording recording;
    struct slice line;
    if (!harness_has_shared()) {
        skip();
    }
    memset(books, 0, sizeof(books));
    recording_open(&recording, row->folder, "okx-ws.ndjson.gz");
    while (recording_next(&recording, &line)) {
        struct slice raw = harness_member(line, "raw");
        bool sent = harness_member(line, "dir").size > 0;
        bool rest = is_word(harness_member(line, "chan"), "rest");
        struct slice action = sent || rest ? (struct slice){0} : harness_member(raw, "action");
        if (action.size == 0) {
            continue;
        }
        struct slice name = harness_member(harness_member(raw, "arg"), "instId");
        struct slice data = harness_member(raw, "data");
        struct slice element = {data.data + 1, data.size - 2};
        uint32_t i = 0;
        while (i < count && !slice_equals(slice_of(names[i]), name)) {
            i++;
        }
        if (i == count) {
            assert_true(count < BOOKS && string_copy(names[count++], sizeof(names[0]), name));
        }
        int64_t expected;
        assert_true(okx_text_apply(&books[i], is_word(action, "snapshot"), element));
        assert_true(decimal_parse(harness_member(element, "checksum"), 0, &expected));
        assert_int_equal(okx_text_checksum(&books[i]), expected);
        checked++;
    }
    recording_close(&recording);
    print_message("# %s: %u books, checksums %lu of %lu\n", row->folder, count,
                  (unsigned long)checked, (unsigned long)row->checksums);
    assert_int_equal(checked, row->checksums);
}

static void test_hyperliquid(void **state) {
    (void)state;
    static const char *const symbols[] = {"BTC/USDT", NULL};
    if (!harness_has_shared()) {
        skip();
    }
    struct harness harness;
    struct books books;
    struct recording recording;
    struct slice line;
    harness_create(&harness, "hyperliquid", symbols);
    books_create(&books, BOOK_RULE_SNAPSHOTS, 20);
    harness.on_update = on_update;
    harness.user = &books;
    recording_open(&recording, "recordings/hyperliquid-20250126", "hyperliquid-ws.ndjson.gz");
    while (recording_next(&recording, &line)) {
        decode_both(&harness, harness_member(line, "raw"), hyperliquid_decode_general);
    }
    assert_int_equal(harness.kinds[MD_BOOK], 46);
    assert_int_equal(harness.kinds[MD_REFUSED], 0);
    assert_int_equal(books.verdicts[BOOK_APPLIED], 46);
    assert_int_equal(books.crossed, 0);
    assert_int_equal(books.sync[0].book.bids.count, 20);
    recording_close(&recording);
    books_finish(&books);
    harness_finish(&harness);
}

// Odd but real frames: nothing malformed, nothing out of range, no book that crosses.
static void decode_odd(const char *file, const char *venue, const char *const *symbols,
                       void (*general)(struct md *, struct slice, struct md_sink *),
                       struct harness *harness) {
    struct recording recording;
    struct slice line;
    harness_create(harness, venue, symbols);
    recording_open(&recording, "recordings/edge-cases", file);
    while (recording_next(&recording, &line)) {
        if (is_word(harness_member(line, "venue"), venue) &&
            is_word(harness_member(line, "chan"), "ws")) {
            decode_both(harness, harness_member(line, "raw"), general);
        }
    }
    recording_close(&recording);
    assert_int_equal(harness->causes[FEED_MALFORMED], 0);
    assert_int_equal(harness->causes[FEED_BAD_NUMBER], 0);
}

static void test_edge_cases(void **state) {
    (void)state;
    static const char *const coins[] = {"BTC/USDT", "SHIA/USDT", "BANANA/USDT", "ETH/USDT", NULL};
    static const char *const swaps[] = {"BTC/USDT", "WNCG/USDT", "SOS/USDT", "REN/USDT", NULL};
    static const char *const files[] = {"edge-cases.ndjson", "library-test-messages.ndjson"};
    if (!harness_has_shared()) {
        skip();
    }
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct harness harness;
        decode_odd(files[i], "hyperliquid", coins, hyperliquid_decode_general, &harness);
        // The first file holds one context cut out of its frame.
        assert_int_equal(harness.causes[FEED_UNKNOWN_KIND], i == 0 ? 1 : 0);
        assert_true(harness.kinds[MD_BOOK] > 0);
        harness_finish(&harness);
        decode_odd(files[i], "okx", swaps, okx_decode_general, &harness);
        harness_finish(&harness);
        decode_odd(files[i], "binance", swaps, binance_decode_general, &harness);
        harness_finish(&harness);
    }
}

// One frame of 412 contexts, many of them with null members.
static void test_all_contexts(void **state) {
    (void)state;
    static const char *const coins[] = {"BTC/USDT", NULL};
    struct harness harness;
    struct recording recording;
    struct slice line;
    if (!harness_has_shared()) {
        skip();
    }
    harness_create(&harness, "hyperliquid", coins);
    recording_open(&recording, "recordings/edge-cases", "hyperliquid-allDexsAssetCtxs.json.gz");
    while (recording_next(&recording, &line)) {
        decode_both(&harness, line, hyperliquid_decode_general);
    }
    assert_true(recording.lines > 0);
    assert_int_equal(harness.kinds[MD_REFUSED], 0);
    recording_close(&recording);
    harness_finish(&harness);
}

static const struct binance_file binance_files[] = {
    {"binance-usdm-btcusdt.ndjson.gz", "BTC/USDT", 6547},
    {"binance-usdm-ethusdt.ndjson.gz", "ETH/USDT", 6581},
};

static const struct okx_file okx_files[] = {
    {"recordings/okx-20220513", {"BTC-USD-220527", "UNI-USD-SWAP", "BTC-USDT", NULL}, 290, 0, 0, 0},
    {"recordings/okx-20260712", {"BTC-USDT", NULL}, 0, 1, 0, 0},
    {"recordings/okx-20220227",
     // Without ELON-USDT, a spot pair of which one level is larger than any quantity here.
     {"UNI-USD-SWAP", "ZEN-USDT", "PROPS-ETH", "BTC-USD-220325-40000-C", "ETH-USD-220325-8800-P",
      "ETH-USD-220624-12000-P", "ETH-USD-220429-1900-P", "ETH-USD-220624-20000-C",
      "ETH-USD-220228-3000-C", NULL},
     2077,
     0,
     1603,
     2},
};

static const struct okx_texts okx_texts[] = {
    {"recordings/okx-20220513", 290},
    {"recordings/okx-20220227", 3679},
};

static void *row(const void *entry) {
    return (void *)(uintptr_t)entry;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        {"binance BTC", test_binance, NULL, NULL, row(&binance_files[0])},
        {"binance ETH", test_binance, NULL, NULL, row(&binance_files[1])},
        {"okx 2022-05", test_okx, NULL, NULL, row(&okx_files[0])},
        {"okx 2026-07", test_okx, NULL, NULL, row(&okx_files[1])},
        {"okx 2022-02", test_okx, NULL, NULL, row(&okx_files[2])},
        {"okx checksums 2022-05", test_okx_texts, NULL, NULL, row(&okx_texts[0])},
        {"okx checksums 2022-02", test_okx_texts, NULL, NULL, row(&okx_texts[1])},
        cmocka_unit_test(test_hyperliquid),
        cmocka_unit_test(test_edge_cases),
        cmocka_unit_test(test_all_contexts),
    };
    return cmocka_run_group_tests_name("recordings", tests, NULL, NULL);
}
