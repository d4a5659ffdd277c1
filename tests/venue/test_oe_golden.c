// Every private sample of the venues' sheets, and what the sheets only describe, decoded and
// compared as text with what was read by eye once: tests/venue/golden/<venue>_oe.txt. With
// PERPDESK_GOLDEN set to a folder the texts are written there instead.
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/oe_text.h"

enum { FRAME = -1, GOLDEN_MAX = 1 << 18, SAMPLES_MAX = 64, SYMBOLS = 3 };

struct sample {
    const char *name; // of a file of samples, or what `text` shows
    int kind;         // enum oe_call_kind of the call it answers, or FRAME
    uint32_t status;  // HTTP; 0 = 200
    const char *text; // the message itself; NULL: those of the file
};

struct venue_samples {
    const char *venue;
    struct slice secrets[OE_SECRETS_MAX];
    struct sample samples[SAMPLES_MAX];
};

#define BACKPACK_REFUSAL(code, words) "{\"code\":\"" code "\",\"message\":\"" words "\"}"
#define BACKPACK_END(status, reason, filled)                                                       \
    "{\"stream\":\"account.orderUpdate\",\"data\":{\"e\":\"orderExpired\",\"T\":"                  \
    "1754939110174705,\"s\":\"BTC_USDC_PERP\",\"i\":\"7\",\"c\":5,\"S\":\"Ask\",\"X\":\"" status   \
    "\",\"q\":\"1\",\"p\":\"60000\",\"z\":\"" filled "\",\"Z\":\"0\",\"R\":\"" reason "\"}}"
#define GRVT_REFUSAL(code, words)                                                                  \
    "{\"request_id\":1,\"code\":" code ",\"message\":\"" words "\",\"status\":400}"
#define GRVT_PAID(size, paid, number)                                                              \
    "{\"stream\":\"v1.position\",\"selector\":\"1\",\"sequence_number\":\"" number                 \
    "\",\"feed\":{\"event_time\":\"1767356959482262748\",\"instrument\":\"BTC_USDT_Perp\","        \
    "\"size\""                                                                                     \
    ":\"" size "\",\"entry_price\":\"60000\",\"cumulative_realized_funding_payment\":\"" paid      \
    "\"}}"
#define GRVT_END(status, reason, traded)                                                           \
    "{\"stream\":\"v1.order\",\"selector\":\"1\",\"sequence_number\":\"5\",\"feed\":{\"order_id\"" \
    ":\"0x01\",\"reduce_only\":true,\"legs\":[{\"instrument\":\"BTC_USDT_Perp\",\"size\":\"0.5\"," \
    "\"limit_price\":\"60000\",\"is_buying_asset\":false}],\"metadata\":{\"client_order_id\":"     \
    "\"9223372036854775809\"},\"state\":{\"status\":\"" status "\",\"reject_reason\":\"" reason    \
    "\",\"traded_size\":[\"" traded "\"],\"update_time\":\"1767359366686762920\","                 \
    "\"avg_fill_price\":[\"60000.0\"]}}}"

static const struct venue_samples venues[] = {
    {"backpack",
     {{"vfByFuH0rHfDCRwacmX3JqyKlht7lqwNja1o517PCAc=", 44},
      {"dGhyb3ctYXdheSBzZWVkIG9mIGEgdGVzdCwgbm8uIDE=", 44}},
     {
         {"rest_order_ok", OE_PLACE, 0, NULL},
         {"rest_order_ok", OE_QUERY, 0, NULL},
         {"rest_order_error", OE_PLACE, 400, NULL},
         {"rest_order_error", OE_QUERY, 404, NULL},
         {"rest_order_error", OE_CANCEL, 404, NULL},
         {"rest_fills", OE_FILLS, 0, NULL},
         {"rest_positions", OE_POSITIONS, 0, NULL},
         {"rest_balance", OE_BALANCES, 0, NULL},
         {"ws_error", FRAME, 0, NULL},
         {"ws_order_update_accepted", FRAME, 0, NULL},
         {"ws_order_update_doc", FRAME, 0, NULL},
         {"ws_order_update_fill", FRAME, 0, NULL},
         {"ws_position_update", FRAME, 0, NULL},
         {"ws_position_update_no_e", FRAME, 0, NULL},
         {"ws_bbo", FRAME, 0, NULL},
         {"accepted, not executed", OE_CANCEL, 202, ""},
         {"collateral", OE_BALANCES, 0,
          "{\"netEquity\":\"120.5\",\"netEquityAvailable\":\"100\",\"marginFraction\":null}"},
         {"account", OE_FEES, 0, "{\"futuresMakerFee\":\"2\",\"futuresTakerFee\":\"-0.5\"}"},
         {"funding", OE_FUNDING_PAID, 0,
          "[{\"symbol\":\"SOL_USDC_PERP\",\"quantity\":\"-0.001301\",\"fundingRate\":\"0.0001\","
          "\"intervalEndTimestamp\":\"2025-08-01T16:00:00\"}]"},
         {"no position", OE_POSITIONS, 404, BACKPACK_REFUSAL("RESOURCE_NOT_FOUND", "Not Found")},
         {"time-out", OE_PLACE, 503, BACKPACK_REFUSAL("TIMEOUT", "Timed out")},
         {"time-out of a question", OE_POSITIONS, 503, BACKPACK_REFUSAL("TIMEOUT", "Timed out")},
         {"server error", OE_CANCEL, 500, BACKPACK_REFUSAL("SERVER_ERROR", "Oops")},
         {"maintenance", OE_PLACE, 503, BACKPACK_REFUSAL("MAINTENANCE", "Maintenance")},
         {"gateway", OE_PLACE, 502, "<html>"},
         {"rate", OE_PLACE, 429, BACKPACK_REFUSAL("TOO_MANY_REQUESTS", "Slow down")},
         {"clock", OE_PLACE, 400,
          BACKPACK_REFUSAL("INVALID_CLIENT_REQUEST", "Request has expired")},
         {"signature", OE_PLACE, 400,
          BACKPACK_REFUSAL("INVALID_CLIENT_REQUEST", "Invalid signature")},
         {"digits", OE_PLACE, 400,
          BACKPACK_REFUSAL("INVALID_CLIENT_REQUEST", "Quantity decimal too long")},
         {"margin", OE_PLACE, 400, BACKPACK_REFUSAL("INSUFFICIENT_MARGIN", "No margin")},
         {"key", OE_BALANCES, 401, BACKPACK_REFUSAL("UNAUTHORIZED", "Unauthorized")},
         {"expired: post-only", FRAME, 0, BACKPACK_END("Expired", "PostOnlyTaker", "0")},
         {"expired: margin", FRAME, 0, BACKPACK_END("Expired", "InsufficientMargin", "0")},
         {"expired: IOC", FRAME, 0, BACKPACK_END("Expired", "ImmediateOrCancel", "0")},
         {"expired: IOC in part", FRAME, 0, BACKPACK_END("Expired", "ImmediateOrCancel", "0.5")},
         {"expired: in part", FRAME, 0, BACKPACK_END("Expired", "InsufficientMargin", "0.5")},
         {"expired: a new word", FRAME, 0, BACKPACK_END("Expired", "Whatever", "0")},
         {"a new status", FRAME, 0, BACKPACK_END("Asleep", "", "0")},
         {"an answer that is none", OE_PLACE, 0, "{\"id\":1"},
     }},
    {"grvt",
     {{"THROWAWAYapikey", 15},
      {"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 66},
      {"2147050003876484", 16}},
     {
         {"rest_login", OE_LOGIN, 0, NULL}, // without its headers: no session
         {"rest_instruments", OE_RULES, 0, NULL},
         {"rest_order_ok", OE_PLACE, 0, NULL},
         {"rest_order_ok", OE_QUERY, 0, NULL},
         {"rest_order_error", OE_PLACE, 401, NULL},
         {"rest_cancel_ok", OE_CANCEL, 0, NULL},
         {"rest_cancel_on_disconnect_ok", OE_DEADMAN, 0, NULL},
         {"rest_cancel_on_disconnect_ok", OE_CANCEL, 0, NULL},
         {"rest_open_orders", OE_OPEN_ORDERS, 0, NULL},
         {"rest_positions", OE_POSITIONS, 0, NULL},
         {"rest_account_summary", OE_BALANCES, 0, NULL},
         {"ws_error", FRAME, 0, NULL},
         {"ws_fill", FRAME, 0, NULL},
         {"ws_order", FRAME, 0, NULL},
         {"ws_order_state", FRAME, 0, NULL},
         {"ws_position", FRAME, 0, NULL},
         {"ws_rpc_create_order_ack", FRAME, 0, NULL},
         {"ws_subscribe_ack", FRAME, 0, NULL},
         {"leverage", OE_LEVERAGE, 0, "{\"success\":true}"},
         {"not acknowledged", OE_CANCEL, 0, "{\"result\":{\"ack\":false}}"},
         {"unknown order", OE_QUERY, 404, GRVT_REFUSAL("1004", "Data Not Found")},
         {"unknown order", OE_CANCEL, 404, GRVT_REFUSAL("1004", "Data Not Found")},
         {"internal", OE_PLACE, 500, GRVT_REFUSAL("1002", "Internal Server Error")},
         {"internal, of a question", OE_POSITIONS, 500, GRVT_REFUSAL("1005", "Unknown Error")},
         {"off", OE_PLACE, 503, GRVT_REFUSAL("1009", "Endpoint is off")},
         {"gateway", OE_PLACE, 502, "<html>"},
         {"rate", OE_PLACE, 429, GRVT_REFUSAL("1006", "Tier")},
         {"payload", OE_PLACE, 400, GRVT_REFUSAL("2002", "Signature does not match payload")},
         {"duplicate", OE_PLACE, 400, GRVT_REFUSAL("2012", "Active already")},
         {"margin", OE_PLACE, 400, GRVT_REFUSAL("2080", "Insufficient margin")},
         {"reduce-only", OE_PLACE, 400, GRVT_REFUSAL("2401", "Would increase")},
         {"band", OE_PLACE, 400, GRVT_REFUSAL("7201", "Outside the band")},
         {"a new number", OE_PLACE, 400, GRVT_REFUSAL("9999", "Something")},
         {"401 without a body", OE_POSITIONS, 401, ""},
         {"funding: first since the picture", FRAME, 0, GRVT_PAID("0.5", "0.25", "1")},
         {"funding: paid", FRAME, 0, GRVT_PAID("0.5", "0.375", "2")},
         {"funding: received", FRAME, 0, GRVT_PAID("0.5", "0.275", "3")},
         {"funding: closed", FRAME, 0, GRVT_PAID("0.0", "0.275", "4")},
         {"funding: another position", FRAME, 0, GRVT_PAID("0.1", "0.1", "5")},
         {"refused on the socket", FRAME, 0,
          "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":2066,\"message\":\"Below notional\"},\"id\":14,"
          "\"method\":\"v1/create_order\"}"},
         {"cancelled on the socket", FRAME, 0,
          "{\"jsonrpc\":\"2.0\",\"result\":{\"result\":{\"ack\":true}},\"id\":15}"},
         {"nested once", FRAME, 0, "{\"jsonrpc\":\"2.0\",\"result\":{\"ack\":\"true\"},\"id\":15}"},
         {"canceled", FRAME, 0, GRVT_END("CANCELLED", "CLIENT_CANCEL", "0.0")},
         {"dead man's switch", FRAME, 0,
          GRVT_END("CANCELLED", "CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED", "0.1")},
         {"IOC", FRAME, 0, GRVT_END("CANCELLED", "IOC_CANCEL", "0.0")},
         {"IOC in part", FRAME, 0, GRVT_END("CANCELLED", "IOC_CANCEL", "0.1")},
         {"post-only", FRAME, 0, GRVT_END("CANCELLED", "FAIL_POST_ONLY", "0.0")},
         {"post-only, the other word", FRAME, 0, GRVT_END("REJECTED", "FAIL_POST_ONLY", "0.0")},
         {"margin after a part", FRAME, 0, GRVT_END("CANCELLED", "BELOW_MARGIN", "0.1")},
         {"liquidated", FRAME, 0, GRVT_END("CANCELLED", "LIQUIDATION", "0.1")},
         {"a new reason", FRAME, 0, GRVT_END("CANCELLED", "WHATEVER", "0.0")},
         {"a new status", FRAME, 0, GRVT_END("ASLEEP", "UNSPECIFIED", "0.0")},
     }},
};

// ---- an account and what it is told ------------------------------------------------------------

struct desk {
    struct oe_sink sink; // must be first
    struct universe universe;
    struct oe oe;
    struct text *golden;
};

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct desk *desk = (struct desk *)(void *)sink;
    oe_event_print(desk->golden, &desk->oe, event);
    text_add_char(desk->golden, '\n');
}

static void desk_create(struct desk *desk, const struct venue_samples *row, struct text *golden) {
    static const char *const symbols[SYMBOLS] = {"BTC/USDT", "ETH/USDT", "SOL/USDT"};
    const struct venue *venue = venue_find(slice_of(row->venue));
    assert_non_null(venue);
    *desk = (struct desk){.sink = {on_event}, .golden = golden};
    assert_int_equal(universe_create(&desk->universe, 1, SYMBOLS), STATUS_OK);
    for (size_t i = 0; i < SYMBOLS; i++) {
        assert_int_equal(symbol_parse(&desk->universe.symbols[i], slice_of(symbols[i])), STATUS_OK);
    }
    assert_int_equal(
        oe_create(&desk->oe, venue->oe, venue->md, &desk->universe, false, row->secrets),
        STATUS_OK);
}

static void desk_finish(struct desk *desk) {
    oe_destroy(&desk->oe);
    universe_finish(&desk->universe);
}

static void decode(struct desk *desk, const struct sample *sample, struct slice message) {
    const struct venue_oe *venue = desk->oe.venue;
    int64_t now_ns = INT64_C(1767323045678) * NS_PER_MS;
    if (sample->kind == FRAME) {
        venue->decode_frame(&desk->oe, 0, message, now_ns, &desk->sink);
        return;
    }
    struct oe_call call = {.kind = (enum oe_call_kind)sample->kind,
                           .tag = 7,
                           .symbol = OE_SYMBOL_NONE,
                           .client_id = SLICE("5"),
                           .countdown_ms = 30000,
                           .now_ns = now_ns};
    venue->decode_answer(&desk->oe, &call, sample->status != 0 ? sample->status : 200,
                         (struct slice){"", 0}, message, &desk->sink);
}

static void decode_file(struct desk *desk, const char *venue, const struct sample *sample) {
    char folder[64], name[64];
    struct text folder_text = TEXT_OVER(folder), name_text = TEXT_OVER(name);
    text_add_format(&folder_text, "venues/samples/%s", venue);
    text_add_format(&name_text, "%s.json", sample->name);
    size_t size;
    char *data = harness_read(harness_path(folder, name), &size);
    char *compact = malloc(size + 1);
    assert_non_null(compact);
    struct json r;
    json_init(&r, harness_member((struct slice){data, size}, "messages"));
    json_array_begin(&r);
    while (json_array_next(&r)) {
        decode(desk, sample, harness_compact(json_raw(&r), compact));
    }
    assert_true(json_end(&r));
    free(compact);
    free(data);
}

static void test_samples(void **state) {
    const struct venue_samples *row = *state;
    static char golden_data[GOLDEN_MAX];
    struct text golden = TEXT_OVER(golden_data);
    if (!harness_has_shared()) {
        skip();
    }
    struct desk desk;
    desk_create(&desk, row, &golden);
    for (size_t i = 0; i < SAMPLES_MAX && row->samples[i].name != NULL; i++) {
        const struct sample *sample = &row->samples[i];
        text_add_format(&golden, "%s: %s\n",
                        sample->kind == FRAME ? "frame"
                                              : oe_call_name((enum oe_call_kind)sample->kind),
                        sample->name);
        if (sample->text != NULL) {
            decode(&desk, sample, slice_of(sample->text));
        } else {
            decode_file(&desk, row->venue, sample);
        }
    }
    assert_false(golden.truncated);
    harness_compare_golden(&golden, "%s_oe.txt", row->venue);
    desk_finish(&desk);
}

int main(void) {
    struct CMUnitTest tests[COUNT_OF(venues)];
    for (size_t i = 0; i < COUNT_OF(venues); i++) {
        tests[i] = (struct CMUnitTest){.name = venues[i].venue,
                                       .test_func = test_samples,
                                       .initial_state = (void *)(uintptr_t)&venues[i]};
    }
    return cmocka_run_group_tests_name("oe_samples", tests, NULL, NULL);
}
