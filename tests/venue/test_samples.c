// Every public sample of the venues' sheets, decoded and compared as text with what was read by
// eye once: tests/venue/golden/<venue>.txt. With PERPDESK_GOLDEN set to a folder the texts are
// written there instead.
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STREAM = -1, GOLDEN_MAX = 1 << 20 };

struct sample {
    const char *name;
    int kind; // enum md_request_kind, or STREAM
};

struct venue_samples {
    const char *venue;
    const char *symbols[HARNESS_SYMBOLS_MAX];
    struct sample samples[24];
};

static const struct venue_samples venues[] = {
    {"binance",
     {"BTC/USDT", "BNB/USDT", "BLZ/USDT", "ETH/USDT", NULL},
     {{"rest_time", MD_REQUEST_TIME},
      {"rest_exchange_info", MD_REQUEST_INSTRUMENTS},
      {"rest_depth", MD_REQUEST_BOOK},
      {"rest_book_ticker", MD_REQUEST_QUOTE},
      {"rest_premium_index", MD_REQUEST_FUNDING},
      {"rest_funding_info", MD_REQUEST_INTERVALS},
      {"ws_book_ticker", STREAM},
      {"ws_depth_update", STREAM},
      {"ws_mark_price", STREAM},
      {"ws_mini_ticker", STREAM},
      {"ws_subscribe_ack", STREAM}}},
    {"okx",
     {"BTC/USDT", "ETH/USDT", "SOL/USDT", "LTC/USDT", "BTC-USDT", "LTC-USDC", "NEAR-USDT",
      "LTC-USD-190628", "BTC-USD-SWAP", NULL},
     {{"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_time", MD_REQUEST_TIME},
      {"rest_books", MD_REQUEST_BOOK},
      {"rest_ticker", MD_REQUEST_QUOTE},
      {"rest_funding_rate", MD_REQUEST_FUNDING},
      {"ws_bbo_tbt", STREAM},
      {"ws_book_snapshot", STREAM},
      {"ws_book_update", STREAM},
      {"ws_books5", STREAM},
      {"ws_channel_conn_count", STREAM},
      {"ws_error", STREAM},
      {"ws_funding_rate", STREAM},
      {"ws_login_ok", STREAM},
      {"ws_mark_price", STREAM},
      {"ws_notice", STREAM},
      {"ws_status", STREAM},
      {"ws_subscribe_ack", STREAM},
      {"ws_ticker", STREAM},
      {"ws_trades", STREAM}}},
    {"hyperliquid",
     {"DYDX/USDT", "BTC/USDT", "ETH/USDT", "HYPE/USDT", "1000PEPE/USDT", NULL},
     {{"rest_exchange_status", MD_REQUEST_TIME},
      {"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_book", MD_REQUEST_QUOTE},
      {"rest_book", MD_REQUEST_BOOK},
      {"rest_meta_and_asset_ctxs", MD_REQUEST_FUNDING},
      {"ws_active_asset_ctx", STREAM},
      {"ws_all_dexs_asset_ctxs", STREAM},
      {"ws_all_mids", STREAM},
      {"ws_bbo", STREAM},
      {"ws_book_snapshot", STREAM},
      {"ws_error", STREAM},
      {"ws_pong", STREAM},
      {"ws_unsubscribe_ack", STREAM}}},
};

static void decode(struct harness *harness, int kind, struct slice message) {
    if (kind == STREAM) {
        harness->md.venue->decode(&harness->md, 0, message, &harness->sink);
    } else {
        harness->md.venue->decode_rest(&harness->md, (enum md_request_kind)kind, 0, message,
                                       &harness->sink);
    }
}

// Each message as it stands in the file and without blanks: the same must come out.
static void decode_file(struct harness *harness, const char *venue, const struct sample *sample) {
    char folder[64];
    char name[64];
    static char before[GOLDEN_MAX];
    struct text folder_text = TEXT_OVER(folder);
    struct text name_text = TEXT_OVER(name);
    text_add_format(&folder_text, "venues/samples/%s", venue);
    text_add_format(&name_text, "%s.json", sample->name);
    size_t size;
    char *data = harness_read(harness_path(folder, name), &size);
    char *compact = malloc(size + 1);
    assert_non_null(compact);
    struct text *golden = harness->description;
    struct json r;
    json_init(&r, harness_member((struct slice){data, size}, "messages"));
    json_array_begin(&r);
    for (int i = 0; json_array_next(&r); i++) {
        (void)json_peek(&r);
        const char *from = r.at;
        json_skip(&r);
        struct slice spaced = {from, (size_t)(r.at - from)};
        text_add_format(golden, "%s %d\n", sample->name, i);
        size_t start = golden->size;
        decode(harness, sample->kind, harness_compact(spaced, compact));
        struct slice first = {golden->data + start, golden->size - start};
        memcpy(before, first.data, first.size);
        static char again[GOLDEN_MAX];
        struct text second = TEXT_OVER(again);
        harness->description = &second;
        decode(harness, sample->kind, spaced);
        harness->description = golden;
        // What a venue says is quoted as it stands, so only messages without such text compare.
        if (memchr(before, '"', first.size) == NULL) {
            assert_int_equal(second.size, first.size);
            assert_memory_equal(second.data, before, first.size);
        }
    }
    assert_true(json_end(&r));
    free(compact);
    free(data);
}

static void compare(const char *venue, const struct text *found) {
    char path[4096];
    struct text text = TEXT_OVER(path);
    const char *write_to = getenv("PERPDESK_GOLDEN");
    text_add_format(&text, "%s/%s.txt", write_to != NULL ? write_to : GOLDEN_FOLDER, venue);
    if (write_to != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(found->data, 1, found->size, file), found->size);
        assert_int_equal(fclose(file), 0);
        return;
    }
    size_t size;
    char *expected = harness_read(path, &size);
    assert_string_equal(found->data, expected);
    free(expected);
}

static void test_samples(void **state) {
    const struct venue_samples *row = *state;
    static char golden_data[GOLDEN_MAX];
    struct text golden = TEXT_OVER(golden_data);
    if (!harness_has_shared()) {
        skip();
    }
    struct harness harness;
    harness_create(&harness, row->venue, row->symbols);
    harness.description = &golden;
    for (const struct sample *sample = row->samples; sample->name != NULL; sample++) {
        decode_file(&harness, row->venue, sample);
    }
    assert_false(golden.truncated);
    compare(row->venue, &golden);
    harness_finish(&harness);
}

int main(void) {
    struct CMUnitTest tests[COUNT_OF(venues)];
    for (size_t i = 0; i < COUNT_OF(venues); i++) {
        tests[i] = (struct CMUnitTest){.name = venues[i].venue,
                                       .test_func = test_samples,
                                       .initial_state = (void *)(uintptr_t)&venues[i]};
    }
    return cmocka_run_group_tests_name("samples", tests, NULL, NULL);
}
