// Every private sample of the venues' sheets, decoded by order entry and compared as lines with
// what was read by eye once: tests/venue/golden/oe_<venue>.txt. With PERPDESK_GOLDEN set to a
// folder the lines are written there instead.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/oe_text.h"
#include "harness.h"

enum { FRAME = -1, GOLDEN_MAX = 1 << 18, SYMBOLS_MAX = 8 };

struct sample {
    const char *name;
    int kind;             // enum oe_call_kind, or FRAME: of socket 0
    uint32_t http_status; // 0 = 200
};

struct venue_samples {
    const char *venue;
    const char *symbols[SYMBOLS_MAX];
    struct slice secrets[OE_SECRETS_MAX];
    struct sample samples[32];
};

static const struct venue_samples venues[] = {
    {"aster",
     {"BTC/USDT", "ETH/USDT", NULL},
     {{"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", 42},
      {"0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1", 66}},
     {{"rest_balance", OE_BALANCES, 0},
      {"rest_cancel_all_ok", OE_CANCEL_ALL, 0},
      {"rest_cancel_ok", OE_CANCEL, 0},
      {"rest_countdown_ok", OE_DEADMAN, 0},
      {"rest_listen_key", OE_LOGIN, 0},
      {"rest_order_error", OE_PLACE, 400},
      {"rest_order_ok", OE_PLACE, 0},
      {"rest_positions", OE_POSITIONS, 0},
      {"rest_query_order", OE_QUERY, 0},
      {"rest_user_trades", OE_FILLS, 0},
      {"ws_account_update", FRAME, 0},
      {"ws_listen_key_expired", FRAME, 0},
      {"ws_order_update", FRAME, 0}}},
    {"hyperliquid",
     {"BTC/USDT", "ETH/USDT", "SUI/USDT", "INJ/USDT", "SOL/USDT", "DYDX/USDT", NULL},
     {{"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 66},
      {"0x286edfa08c04f6899dab3bfdecf2dd133f9733b9", 42}},
     {{"rest_cancel_ok", OE_CANCEL, 0},
      {"rest_extra_agents", OE_KEYS, 0},
      {"rest_fills", OE_FILLS, 0},
      {"rest_frontend_open_orders", OE_OPEN_ORDERS, 0},
      {"rest_open_orders", OE_OPEN_ORDERS, 0},
      {"rest_order_error", OE_PLACE, 0},
      {"rest_order_ok", OE_PLACE, 0},
      {"rest_order_status", OE_QUERY, 0},
      {"rest_positions", OE_POSITIONS, 0},
      {"rest_positions", OE_BALANCES, 0},
      {"rest_schedule_cancel", OE_DEADMAN, 0},
      {"ws_clearinghouse_state", FRAME, 0},
      {"ws_error", FRAME, 0},
      {"ws_order_update", FRAME, 0},
      {"ws_order_update_life", FRAME, 0},
      {"ws_pong", FRAME, 0},
      {"ws_post_response", FRAME, 0},
      {"ws_unsubscribe_ack", FRAME, 0},
      {"ws_user_events_fill", FRAME, 0},
      {"ws_user_fills_snapshot", FRAME, 0}}},
};

struct reader {
    struct oe_sink sink; // must be first
    struct universe universe;
    struct oe oe;
    struct text *golden;
};

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct reader *reader = (struct reader *)(void *)sink;
    text_add_string(reader->golden, "  ");
    oe_event_print(reader->golden, &reader->oe, event);
    text_add_char(reader->golden, '\n');
}

static void create(struct reader *reader, const struct venue_samples *row) {
    const struct venue *venue = venue_find(slice_of(row->venue));
    uint16_t count = 0;
    while (row->symbols[count] != NULL) {
        count++;
    }
    assert_non_null(venue);
    *reader = (struct reader){.sink = {on_event}};
    assert_int_equal(universe_create(&reader->universe, 1, count), STATUS_OK);
    for (uint16_t i = 0; i < count; i++) {
        assert_int_equal(symbol_parse(&reader->universe.symbols[i], slice_of(row->symbols[i])),
                         STATUS_OK);
    }
    assert_int_equal(
        oe_create(&reader->oe, venue->oe, venue->md, &reader->universe, false, row->secrets),
        STATUS_OK);
}

static void decode(struct reader *reader, const struct sample *sample, struct slice message) {
    int64_t now_ns = INT64_C(1767323045678) * NS_PER_MS;
    struct oe_call call = {.kind = (enum oe_call_kind)sample->kind,
                           .tag = 7,
                           .symbol = OE_SYMBOL_NONE,
                           .countdown_ms = 60000,
                           .now_ns = now_ns};
    if (sample->kind == FRAME) {
        reader->oe.venue->decode_frame(&reader->oe, 0, message, now_ns, &reader->sink);
    } else {
        reader->oe.venue->decode_answer(&reader->oe, &call,
                                        sample->http_status != 0 ? sample->http_status : 200,
                                        (struct slice){"", 0}, message, &reader->sink);
    }
}

static void decode_file(struct reader *reader, const char *venue, const struct sample *sample) {
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
    for (int i = 0; json_array_next(&r); i++) {
        text_add_format(reader->golden, "%s %d\n", sample->name, i);
        decode(reader, sample, harness_compact(json_raw(&r), compact));
    }
    assert_true(json_end(&r));
    free(compact);
    free(data);
}

static void test_samples(void **state) {
    const struct venue_samples *row = *state;
    static char golden_data[GOLDEN_MAX];
    struct text golden = TEXT_OVER(golden_data);
    struct reader reader;
    if (!harness_has_shared()) {
        skip();
    }
    create(&reader, row);
    reader.golden = &golden;
    for (const struct sample *sample = row->samples; sample->name != NULL; sample++) {
        decode_file(&reader, row->venue, sample);
    }
    assert_false(golden.truncated);
    harness_compare_golden(&golden, "oe_%s.txt", row->venue);
    oe_destroy(&reader.oe);
    universe_finish(&reader.universe);
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
