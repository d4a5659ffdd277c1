// The vector files of the venues' sheets: every HMAC signature, and OKX's old checksum.
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/okx_checksum.h"
#include "exchanges/sign_hmac.h"

static struct slice unquoted(struct slice text) {
    return text.size >= 2 && text.data[0] == '"' ? (struct slice){text.data + 1, text.size - 2}
                                                 : (struct slice){0};
}

struct signature_file {
    const char *name;
    uint64_t least; // signatures in it
};

static void test_signatures(void **state) {
    const struct signature_file *row = *state;
    if (!harness_has_shared()) {
        skip();
    }
    size_t size;
    char *data = harness_read(harness_path("venues/vectors/binance", row->name), &size);
    struct slice file = {data, size};
    struct sign_hmac hmac;
    char hex[SIGN_HMAC_HEX_SIZE];
    uint64_t checked = 0;
    sign_hmac_init(&hmac, unquoted(harness_member(file, "secret")));
    struct json r;
    json_init(&r, harness_member(file, "cases"));
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct slice one = json_raw(&r);
        struct slice prehash = unquoted(harness_member(one, "prehash"));
        struct slice signature = unquoted(harness_member(one, "signature"));
        if (prehash.size == 0 || signature.size != SIGN_HMAC_HEX_SIZE) {
            continue; // unsigned, or of another scheme
        }
        char decoded[2048];
        struct text text = TEXT_OVER(decoded);
        assert_true(json_string_decode(prehash, &text));
        sign_hmac_hex(&hmac, text_slice(&text), hex);
        assert_memory_equal(hex, signature.data, SIGN_HMAC_HEX_SIZE);
        checked++;
    }
    assert_true(json_end(&r));
    assert_true(checked >= row->least);
    print_message("# %s: %lu signatures\n", row->name, (unsigned long)checked);
    sign_hmac_finish(&hmac);
    free(data);
}

static void set_side(struct book *book, enum side side, struct slice levels) {
    struct json r;
    struct slice text;
    json_init(&r, levels);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct level level;
        json_array_begin(&r);
        assert_true(json_array_next(&r) && json_text(&r, &text) && px_parse(text, &level.price));
        assert_true(json_array_next(&r) && json_text(&r, &text) && qty_parse(text, &level.size));
        while (json_array_next(&r)) {
            json_skip(&r);
        }
        book_set(book, side, level);
    }
    assert_true(json_end(&r));
}

static void test_checksums(void **state) {
    (void)state;
    if (!harness_has_shared()) {
        skip();
    }
    size_t size;
    char *data = harness_read(harness_path("venues/vectors/okx", "book_crc32_legacy.json"), &size);
    struct book book;
    struct json r;
    uint64_t checked = 0;
    assert_int_equal(book_create(&book, 400), STATUS_OK);
    json_init(&r, harness_member((struct slice){data, size}, "cases"));
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct slice one = json_raw(&r);
        int64_t expected;
        assert_true(decimal_parse(harness_member(one, "checksum_signed"), 0, &expected));
        book_clear(&book);
        set_side(&book, SIDE_BUY, harness_member(one, "bids"));
        set_side(&book, SIDE_SELL, harness_member(one, "asks"));
        assert_int_equal(okx_checksum(&book, (struct qty){QTY_ONE}), expected);
        checked++;
    }
    assert_true(json_end(&r));
    assert_true(checked >= 3);
    book_finish(&book);
    free(data);
}

static uint64_t number(struct slice object, const char *name) {
    int64_t value;
    assert_true(decimal_parse(harness_member(object, name), 0, &value));
    return (uint64_t)value;
}

// The vectors' word for what a delta did. "apply(first)" is the first one on top of the snapshot.
static const char *word_of(enum book_verdict verdict, bool *first) {
    if (verdict == BOOK_APPLIED) {
        const char *word = *first ? "apply(first)" : "apply";
        *first = false;
        return word;
    }
    return verdict == BOOK_GAP ? "resync" : "drop";
}

// The chain rule of Binance and Aster: each delta of a case on top of its snapshot.
static void check_chain(struct book_sync *sync, struct slice one) {
    struct json events;
    struct json expect;
    struct slice expected;
    bool first = true;
    struct book_message snapshot = {
        .snapshot = true, .last = number(harness_member(one, "snapshot"), "lastUpdateId")};
    book_sync_reset(sync);
    assert_int_equal(book_sync_apply(sync, &snapshot), BOOK_APPLIED);
    json_init(&events, harness_member(one, "events"));
    json_init(&expect, harness_member(one, "expect"));
    json_array_begin(&events);
    json_array_begin(&expect);
    while (json_array_next(&events)) {
        struct slice event = json_raw(&events);
        struct level level = {{PX_ONE}, {QTY_ONE}};
        struct book_message delta = {.first = number(event, "U"),
                                     .last = number(event, "u"),
                                     .previous = number(event, "pu"),
                                     .bids = &level,
                                     .bid_count = 1};
        assert_true(json_array_next(&expect) && json_string(&expect, &expected));
        const char *word = word_of(book_sync_apply(sync, &delta), &first);
        assert_true(slice_equals(expected, slice_of(word)));
    }
    assert_true(json_end(&events));
}

static void test_book_chain(void **state) {
    if (!harness_has_shared()) {
        skip();
    }
    size_t size;
    char *data = harness_read(harness_path("venues/vectors", *state), &size);
    struct book_sync sync;
    struct json r;
    uint64_t checked = 0;
    assert_int_equal(book_sync_create(&sync, BOOK_RULE_REST_SPAN, 400), STATUS_OK);
    json_init(&r, harness_member((struct slice){data, size}, "cases"));
    json_array_begin(&r);
    for (; json_array_next(&r); checked++) {
        check_chain(&sync, json_raw(&r));
    }
    assert_true(json_end(&r));
    assert_true(checked >= 4);
    book_sync_finish(&sync);
    free(data);
}

// OKX's chain: what each message of a case does.
static void check_sequence(struct book_sync *sync, struct slice one) {
    struct json messages;
    struct json expect;
    struct slice expected;
    book_sync_reset(sync);
    json_init(&messages, harness_member(one, "messages"));
    json_init(&expect, harness_member(one, "expect"));
    json_array_begin(&messages);
    json_array_begin(&expect);
    while (json_array_next(&messages)) {
        struct slice message = json_raw(&messages);
        struct level level = {{PX_ONE}, {QTY_ONE}};
        int64_t previous;
        assert_true(decimal_parse(harness_member(message, "prevSeqId"), 0, &previous));
        bool snapshot =
            slice_equals(unquoted(harness_member(message, "action")), SLICE("snapshot"));
        uint64_t before = sync->last;
        struct book_message delta = {.snapshot = snapshot,
                                     .last = number(message, "seqId"),
                                     .previous = previous < 0 ? 0 : (uint64_t)previous,
                                     .bids = &level,
                                     .bid_count = harness_member(message, "empty").size == 0};
        enum book_verdict verdict = book_sync_apply(sync, &delta);
        const char *word = verdict == BOOK_GAP         ? "resync"
                           : verdict == BOOK_UNCHANGED ? "keepalive"
                           : snapshot                  ? "snapshot"
                           : delta.last < before       ? "apply(reset)"
                                                       : "apply";
        assert_true(json_array_next(&expect) && json_string(&expect, &expected));
        assert_true(slice_equals(expected, slice_of(word)));
    }
    assert_true(json_end(&messages));
}

static void test_book_sequence(void **state) {
    (void)state;
    if (!harness_has_shared()) {
        skip();
    }
    size_t size;
    char *data = harness_read(harness_path("venues/vectors", "okx/book_sequence.json"), &size);
    struct book_sync sync;
    struct json r;
    uint64_t checked = 0;
    assert_int_equal(book_sync_create(&sync, BOOK_RULE_PREVIOUS, 400), STATUS_OK);
    json_init(&r, harness_member((struct slice){data, size}, "cases"));
    json_array_begin(&r);
    for (; json_array_next(&r); checked++) {
        check_sequence(&sync, json_raw(&r));
    }
    assert_true(json_end(&r));
    assert_true(checked >= 3);
    book_sync_finish(&sync);
    free(data);
}

static const struct signature_file files[] = {
    {"ws_api.json", 3},
    {"hmac_doc_example.json", 2},
    {"rest_hmac.json", 10},
};

static void *row(const void *entry) {
    return (void *)(uintptr_t)entry;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        {"ws api", test_signatures, NULL, NULL, row(&files[0])},
        {"document", test_signatures, NULL, NULL, row(&files[1])},
        {"rest", test_signatures, NULL, NULL, row(&files[2])},
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_book_sequence),
        {"aster book chain", test_book_chain, NULL, NULL, row("aster/book_chain.json")},
        {"binance book chain", test_book_chain, NULL, NULL, row("binance/book_chain.json")},
    };
    return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
