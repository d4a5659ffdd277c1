// Every public sample of the venues' sheets, decoded and compared as text with what was read by
// eye once: tests/venue/golden/<venue>.txt. With PERPDESK_GOLDEN set to a folder the texts are
// written there instead.
#include "harness.h"

#include <dirent.h>
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
    struct sample samples[40];
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
      {"ws_subscribe_ack", STREAM},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_account_config_update", STREAM},
      {"ws_account_update", STREAM},
      {"ws_margin_call", STREAM},
      {"ws_order_update_liquidation", STREAM},
      {"ws_order_update_new", STREAM},
      {"ws_order_update_trade", STREAM},
      {"ws_trade_lite", STREAM},
      {"wsapi_order_place_ok", STREAM}}},
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
      {"ws_trades", STREAM},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_account", STREAM},
      {"ws_fills", STREAM},
      {"ws_order_op_error", STREAM},
      {"ws_order_op_ok", STREAM},
      {"ws_order_update", STREAM},
      {"ws_order_update_liquidation", STREAM},
      {"ws_order_update_live", STREAM},
      {"ws_positions", STREAM}}},
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
      {"ws_unsubscribe_ack", STREAM},
      {"rest_funding_history", MD_REQUEST_FUNDING},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_clearinghouse_state", STREAM},
      {"ws_order_update", STREAM},
      {"ws_order_update_life", STREAM},
      {"ws_post_response", STREAM},
      {"ws_user_events_fill", STREAM},
      {"ws_user_fills_snapshot", STREAM}}},
    {"backpack",
     {"BTC/USDT", "SOL/USDT", "1000PEPE/USDT", "ETH_USDC", "SOL_USDC", NULL},
     {{"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_book", MD_REQUEST_BOOK},
      {"rest_book", MD_REQUEST_QUOTE},
      {"rest_mark_prices", MD_REQUEST_FUNDING},
      {"rest_order_error", MD_REQUEST_FUNDING},
      {"rest_order_error", MD_REQUEST_BOOK},
      {"ws_bbo", STREAM},
      {"ws_book_delta", STREAM},
      {"ws_error", STREAM},
      {"ws_mark_price", STREAM},
      {"ws_order_update_fill", STREAM},
      {"ws_ticker", STREAM},
      {"rest_funding_rates", MD_REQUEST_FUNDING},
      {"rest_status", MD_REQUEST_QUOTE},
      {"ws_order_update_accepted", STREAM},
      {"ws_order_update_doc", STREAM},
      {"ws_position_update", STREAM},
      {"ws_position_update_no_e", STREAM}}},
    {"edgex",
     {"BTC/USDT", "ETH/USDT", "1000PEPE/USDT", NULL},
     {{"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_time", MD_REQUEST_TIME},
      {"rest_ticker", MD_REQUEST_FUNDING},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_bbo", STREAM},
      {"ws_book_delta", STREAM},
      {"ws_book_snapshot", STREAM},
      {"ws_connected", STREAM},
      {"ws_error", STREAM},
      {"ws_fill", STREAM},
      {"ws_ping", STREAM},
      {"ws_subscribe_ack", STREAM},
      {"ws_ticker", STREAM},
      {"ws_trade", STREAM},
      {"ws_order_update", STREAM},
      {"ws_private_snapshot", STREAM}}},
    {"grvt",
     {"BTC/USDT", "AAVE/USDT", NULL},
     {{"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_book", MD_REQUEST_BOOK},
      {"rest_ticker", MD_REQUEST_FUNDING},
      {"rest_ticker", MD_REQUEST_QUOTE},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_book_delta", STREAM},
      {"ws_book_snapshot", STREAM},
      {"ws_error", STREAM},
      {"ws_fill", STREAM},
      {"ws_mini_ticker", STREAM},
      {"ws_subscribe_ack", STREAM},
      {"ws_ticker", STREAM},
      {"rest_funding", MD_REQUEST_FUNDING},
      {"ws_mini_ticker_delta", STREAM},
      {"ws_order", STREAM},
      {"ws_order_state", STREAM},
      {"ws_position", STREAM},
      {"ws_rpc_create_order_ack", STREAM}}},
    {"aster",
     {"BTC/USDT", "BNB/USDT", "DOGE/USDT", "INJ/USDT", "ZORA/USDT", NULL},
     {{"rest_time", MD_REQUEST_TIME},
      {"rest_exchange_info", MD_REQUEST_INSTRUMENTS},
      {"rest_depth", MD_REQUEST_BOOK},
      {"rest_book_ticker", MD_REQUEST_QUOTE},
      {"rest_funding_info", MD_REQUEST_INTERVALS},
      {"rest_premium_index", MD_REQUEST_FUNDING},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_agg_trade", STREAM},
      {"ws_book_ticker", STREAM},
      {"ws_combined", STREAM},
      {"ws_depth_update", STREAM},
      {"ws_error", STREAM},
      {"ws_mark_price", STREAM},
      {"ws_subscribe_ack", STREAM},
      {"ws_account_update", STREAM},
      {"ws_listen_key_expired", STREAM},
      {"ws_order_update", STREAM}}},
    {"extended",
     {"BTC/USDT", NULL},
     {{"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_market_stats", MD_REQUEST_FUNDING},
      {"rest_orderbook", MD_REQUEST_QUOTE},
      {"rest_error_market", MD_REQUEST_QUOTE},
      {"ws_bbo", STREAM},
      {"ws_error", STREAM},
      {"ws_funding", STREAM},
      {"ws_mark_price", STREAM},
      {"ws_trade", STREAM},
      {"ws_balance", STREAM},
      {"ws_fill", STREAM},
      {"ws_order_update", STREAM},
      {"ws_position", STREAM},
      {"ws_rpc_subscribe_ack", STREAM},
      {"ws_rpc_book_snapshot", STREAM},
      {"ws_rpc_book_delta", STREAM},
      {"ws_rpc_mark_price", STREAM},
      {"rest_funding", MD_REQUEST_FUNDING},
      {"rest_trades", MD_REQUEST_QUOTE},
      {"rest_order_error", MD_REQUEST_QUOTE}}},
    {"lighter",
     {"ETH/USDT", "BTC/USDT", "ADA/USDT", NULL},
     {{"ws_ticker", STREAM}, // before the instruments no market is known
      {"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_status_time", MD_REQUEST_TIME},
      {"rest_book", MD_REQUEST_QUOTE},
      {"rest_funding_rates", MD_REQUEST_FUNDING},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_connected", STREAM},
      {"ws_ticker", STREAM},
      {"ws_ticker_snapshot_empty", STREAM},
      {"ws_book_snapshot", STREAM},
      {"ws_book_delta", STREAM},
      {"ws_market_stats", STREAM},
      {"ws_market_stats_all", STREAM},
      {"ws_candle", STREAM},
      {"ws_trade", STREAM},
      {"ws_error", STREAM},
      {"ws_error_variants", STREAM},
      {"ws_ping_pong", STREAM},
      {"ws_unsubscribed", STREAM},
      {"ws_order_update", STREAM},
      {"ws_sendtx_ok", STREAM},
      {"rest_fundings", MD_REQUEST_FUNDING},
      {"rest_candles", MD_REQUEST_QUOTE},
      {"rest_recent_trades", MD_REQUEST_QUOTE},
      {"rest_recent_trades_missing", MD_REQUEST_QUOTE},
      {"ws_assets", STREAM},
      {"ws_fill", STREAM},
      {"ws_position", STREAM},
      {"ws_user_stats", STREAM}}},
    {"paradex",
     {"BTC/USDT", "BODEN/USDT", "ORDI/USDT", "TRUMP/USDT", "1000PEPE/USDT", NULL},
     {{"rest_time", MD_REQUEST_TIME},
      {"rest_instruments", MD_REQUEST_INSTRUMENTS},
      {"rest_orderbook", MD_REQUEST_BOOK},
      {"rest_markets_summary", MD_REQUEST_FUNDING},
      {"rest_funding_data", MD_REQUEST_FUNDING},
      {"rest_order_error", MD_REQUEST_QUOTE},
      {"ws_auth_ack", STREAM},
      {"ws_bbo", STREAM},
      {"ws_book_delta", STREAM},
      {"ws_book_snapshot", STREAM},
      {"ws_error", STREAM},
      {"ws_fill", STREAM},
      {"ws_funding_data", STREAM},
      {"ws_markets_summary", STREAM},
      {"ws_order_update", STREAM},
      {"ws_subscribe_ack", STREAM},
      {"rest_state", MD_REQUEST_QUOTE},
      {"rest_system_config", MD_REQUEST_INSTRUMENTS},
      {"ws_rpc_cancel_on_disconnect_ok", STREAM},
      {"ws_rpc_order_create_ok", STREAM}}},
};

static void decode(struct harness *harness, int kind, struct slice message) {
    if (kind == STREAM) {
        harness->md.venue->decode(&harness->md, 0, message, &harness->sink);
    } else {
        harness->md.venue->decode_rest(&harness->md, (enum md_request_kind)kind, 0, message,
                                       &harness->sink);
    }
}

// A message as it stands in the file and without blanks: the same must come out.
static void decode_message(struct harness *harness, const struct sample *sample,
                           struct slice spaced, char *compact) {
    static char before[GOLDEN_MAX];
    static char again[GOLDEN_MAX];
    static struct md begin; // a decoder may count: the second reading starts where the first did
    struct text *golden = harness->description;
    struct text second = TEXT_OVER(again);
    size_t start = golden->size;
    begin = harness->md;
    decode(harness, sample->kind, harness_compact(spaced, compact));
    struct slice first = {golden->data + start, golden->size - start};
    memcpy(before, first.data, first.size);
    harness->description = &second;
    harness->md = begin;
    decode(harness, sample->kind, spaced);
    harness->description = golden;
    // What a venue says is quoted as it stands, so only messages without such text compare.
    if (memchr(before, '"', first.size) == NULL) {
        assert_int_equal(second.size, first.size);
        assert_memory_equal(second.data, before, first.size);
    }
}

// A file has a list of "messages", or one "message" or a list of them under that name.
static void decode_file(struct harness *harness, const char *venue, const struct sample *sample) {
    char folder[64];
    char name[64];
    struct text folder_text = TEXT_OVER(folder);
    struct text name_text = TEXT_OVER(name);
    text_add_format(&folder_text, "venues/samples/%s", venue);
    text_add_format(&name_text, "%s.json", sample->name);
    size_t size;
    char *data = harness_read(harness_path(folder, name), &size);
    char *compact = malloc(size + 1);
    assert_non_null(compact);
    struct slice list = harness_member((struct slice){data, size}, "messages");
    if (list.size == 0) {
        list = harness_member((struct slice){data, size}, "message");
    }
    struct json r;
    json_init(&r, list);
    if (json_peek(&r) == JSON_OBJECT) {
        text_add_format(harness->description, "%s 0\n", sample->name);
        decode_message(harness, sample, list, compact);
        json_skip(&r);
    } else {
        json_array_begin(&r);
        for (int i = 0; json_array_next(&r); i++) {
            struct slice spaced = json_raw(&r);
            text_add_format(harness->description, "%s %d\n", sample->name, i);
            decode_message(harness, sample, spaced, compact);
        }
    }
    assert_true(json_end(&r));
    free(compact);
    free(data);
}

// What came to the sheet's folder later and is not looked at here.
static void all_frames_are_listed(const struct venue_samples *row) {
    char path[64];
    struct text text = TEXT_OVER(path);
    text_add_format(&text, "samples/%s", row->venue);
    DIR *folder = opendir(harness_path("venues", path));
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        bool listed = strncmp(entry->d_name, "ws", 2) != 0;
        for (const struct sample *sample = row->samples; sample->name != NULL; sample++) {
            size_t size = strlen(sample->name);
            listed = listed || (strncmp(entry->d_name, sample->name, size) == 0 &&
                                strcmp(entry->d_name + size, ".json") == 0);
        }
        if (!listed) {
            fail_msg("%s/%s is not in the list", row->venue, entry->d_name);
        }
    }
    (void)closedir(folder);
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
    harness_compare_golden(&golden, "%s.txt", row->venue);
    all_frames_are_listed(row);
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
