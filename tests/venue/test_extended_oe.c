// Extended's order entry beyond the scenario of all venues: the samples of its sheet to golden
// lines (golden/extended_oe.txt; with PERPDESK_GOLDEN set to a folder they are written there), its
// errors one by one, what its stream begins with, and what its server turns away.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/extended_oe.h"
#include "harness.h"
#include "oe_rig.h"

enum { GOLDEN_SIZE = 64 * 1024, STREAM = OE_CALL_KIND_COUNT };

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"throwawayapikey", 15}, {"0x7a7ff6fd3cab02cc", 18}, {"10002", 5}};
static struct rig rig;

static void begin(void) {
    if (rig_create(&rig, "extended", secrets, NULL, USD(100000)) != STATUS_OK || !rig_start(&rig)) {
        rig_print(&rig);
        fail_msg("%s", status_text());
    }
    rig_pass(&rig, 1); // the stream's picture
    rig_forget(&rig);
}

static void answer(const struct oe_call *call, uint32_t http_status, const char *body) {
    rig_forget(&rig);
    rig.oe.venue->decode_answer(&rig.oe, call, http_status, SLICE(""), slice_of(body), &rig.sink);
}

static void frame(const char *text) {
    rig_forget(&rig);
    rig.oe.venue->decode_frame(&rig.oe, 0, slice_of(text), rig.world.now_ns, &rig.sink);
}

static struct oe_call call_of(enum oe_call_kind kind) {
    return (struct oe_call){
        .kind = kind,
        .tag = 7,
        .symbol = 0,
        .client_id = SLICE("pd1-10001"),
        .order = {.kind = OE_POST_ONLY, .price = {59990 * PX_ONE}, .size = {QTY_ONE / 100}},
        .now_ns = rig.world.now_ns,
        .random = 5};
}

static const struct oe_event *only(enum oe_event_kind kind) {
    const struct oe_event *event = rig_last(&rig, kind);
    if (event == NULL || rig.event_count != 1) {
        rig_print(&rig);
        fail_msg("%u events, of which %u are %s", rig.event_count, rig_count(&rig, kind),
                 oe_event_name(kind));
    }
    return event;
}

// ---- samples -----------------------------------------------------------------------------------

struct sample {
    const char *file;
    int kind; // of call, or STREAM
    uint32_t http_status;
    int skipped; // a message of the file that is a request; -1 = none
};

static const struct sample samples[] = {
    {"rest_instruments", OE_RULES, 200, -1},
    {"rest_account", OE_KEYS, 200, -1},
    {"rest_order_ok", OE_PLACE, 200, -1},
    {"rest_order_error", OE_PLACE, 400, -1},
    {"rest_error_market", OE_QUERY, 404, -1},
    {"rest_error_market", OE_CANCEL, 404, -1},
    {"rest_error_market", OE_FEES, 404, -1},
    {"rest_cancel_ok", OE_CANCEL, 200, -1},
    {"rest_order_query", OE_QUERY, 200, -1},
    {"rest_open_orders", OE_OPEN_ORDERS, 200, -1},
    {"rest_fills", OE_FILLS, 200, -1},
    {"rest_positions", OE_POSITIONS, 200, -1},
    {"rest_balance", OE_BALANCES, 200, -1},
    {"rest_fees", OE_FEES, 200, -1},
    {"rest_leverage", OE_LEVERAGE, 200, 1},
    {"ws_order_update", STREAM, 0, -1},
    {"ws_fill", STREAM, 0, -1},
    {"ws_position", STREAM, 0, -1},
    {"ws_balance", STREAM, 0, -1},
    {"ws_error", STREAM, 0, -1},
};

struct printer {
    struct oe_sink sink; // must be first
    struct text *out;
};

static void print_event(struct oe_sink *sink, const struct oe_event *event) {
    struct printer *printer = (struct printer *)(void *)sink;
    oe_event_print(printer->out, &rig.oe, event);
    text_add_char(printer->out, '\n');
}

// As after a connect.
static void begin_stream(void) {
    struct extended *extended = rig.oe.state;
    extended->next_sequence = 1;
    extended->parts_told = 0;
    extended->heard = false;
}

// Each sample stands alone: the stream begins anew with it.
static void decode_sample(const struct sample *sample, int index, struct slice message,
                          struct printer *printer) {
    struct oe_call call = call_of((enum oe_call_kind)(sample->kind == STREAM ? 0 : sample->kind));
    if (index == sample->skipped) {
        return;
    }
    text_add_format(printer->out, "%s %d\n", sample->file, index);
    if (sample->kind == STREAM) {
        begin_stream();
        rig.oe.venue->decode_frame(&rig.oe, 0, message, rig.world.now_ns, &printer->sink);
    } else {
        rig.oe.venue->decode_answer(&rig.oe, &call, sample->http_status, SLICE(""), message,
                                    &printer->sink);
    }
}

static void decode_file(const struct sample *sample, struct printer *printer) {
    char name[64];
    struct text text = TEXT_OVER(name);
    struct json r;
    size_t size;
    text_add_format(&text, "%s.json", sample->file);
    char *data = harness_read(harness_path("venues/samples/extended", name), &size);
    json_init(&r, harness_member((struct slice){data, size}, "messages"));
    json_array_begin(&r);
    for (int i = 0; json_array_next(&r); i++) {
        decode_sample(sample, i, json_raw(&r), printer);
    }
    assert_true(json_end(&r));
    free(data);
}

static void test_samples(void **state) {
    (void)state;
    static char golden_data[GOLDEN_SIZE];
    struct text golden = TEXT_OVER(golden_data);
    struct printer printer = {{print_event}, &golden};
    if (!harness_has_shared()) {
        skip();
    }
    begin();
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        decode_file(&samples[i], &printer);
    }
    assert_false(golden.truncated);
    rig_destroy(&rig);
    harness_compare_golden(&golden, "extended_oe.txt");
}

// ---- errors ------------------------------------------------------------------------------------

static void test_errors(void **state) {
    (void)state;
    static const struct {
        int code;
        enum oe_error error;
    } rows[] = {
        {400, OE_ERROR_REQUEST},      {401, OE_ERROR_KEYS},         {403, OE_ERROR_KEYS},
        {404, OE_ERROR_NO_ORDER},     {422, OE_ERROR_REQUEST},      {429, OE_ERROR_RATE},
        {1001, OE_ERROR_SYMBOL},      {1002, OE_ERROR_SYMBOL},      {1014, OE_ERROR_SYMBOL},
        {1010, OE_ERROR_BUSY},        {1011, OE_ERROR_BUSY},        {1012, OE_ERROR_BUSY},
        {1049, OE_ERROR_REQUEST},     {1053, OE_ERROR_REQUEST},     {10501, OE_ERROR_REQUEST},
        {1100, OE_ERROR_KEYS},        {1101, OE_ERROR_KEYS},        {1102, OE_ERROR_KEYS},
        {1120, OE_ERROR_SIZE},        {1121, OE_ERROR_SIZE},        {1122, OE_ERROR_SIZE},
        {1123, OE_ERROR_SIZE},        {1124, OE_ERROR_PRICE},       {1125, OE_ERROR_PRICE},
        {1130, OE_ERROR_PRICE},       {1141, OE_ERROR_PRICE},       {1126, OE_ERROR_LIMIT},
        {1127, OE_ERROR_LIMIT},       {1128, OE_ERROR_REQUEST},     {1134, OE_ERROR_DUPLICATE},
        {1135, OE_ERROR_REQUEST},     {1136, OE_ERROR_REDUCE_ONLY}, {1137, OE_ERROR_REDUCE_ONLY},
        {1138, OE_ERROR_REDUCE_ONLY}, {1139, OE_ERROR_REQUEST},     {1140, OE_ERROR_MARGIN},
        {1142, OE_ERROR_NO_ORDER},    {1145, OE_ERROR_REDUCE_ONLY}, {1147, OE_ERROR_MARGIN},
        {1148, OE_ERROR_MARGIN},      {7777, OE_ERROR_OTHER},
    };
    begin();
    struct oe_call call = call_of(OE_PLACE);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char data[128];
        struct text body = TEXT_OVER(data);
        text_add_format(&body,
                        "{\"status\":\"ERROR\",\"error\":{\"code\":%d,\"message\":\"words\"}}",
                        rows[i].code);
        answer(&call, rows[i].code < 500 ? (uint32_t)rows[i].code : 400, data);
        const struct oe_event *event = only(OE_EVENT_REJECTED);
        assert_int_equal(event->error, rows[i].error);
        assert_true(slice_equals(event->text, SLICE("words")));
        assert_int_equal(event->tag, 7);
    }
    rig_destroy(&rig);
}

// Neither an answer of the venue's own trouble nor one that cannot be read settles anything.
static void test_unknown(void **state) {
    (void)state;
    static const struct {
        uint32_t status;
        const char *body;
    } rows[] = {
        {500, "{\"status\":\"ERROR\",\"error\":{\"code\":500,\"message\":\"Internal\"}}"},
        {400, "{\"status\":\"ERROR\",\"error\":{\"code\":1006,\"message\":\"Application error\"}}"},
        {502, "<html>Bad Gateway</html>"},
        {503, "{\"status\":\"ERROR\"}"},
        {504, ""},
        {200, ""},
        {200, "{\"status\":\"OK\",\"data\":{\"id\":1"},
        {200, "<html>"},
        {200, "{}"}, // of whom?
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct oe_call call = call_of(OE_PLACE);
        answer(&call, rows[i].status, rows[i].body);
        (void)only(OE_EVENT_UNKNOWN);
        call.kind = OE_QUERY;
        answer(&call, rows[i].status, rows[i].body);
        assert_int_equal(rig.event_count, 1);
        assert_null(rig_last(&rig, OE_EVENT_ORDER)); // least of all gone
    }
    rig_destroy(&rig);
}

static void test_gone(void **state) {
    (void)state;
    static const struct {
        uint32_t status;
        const char *body;
    } rows[] = {
        {200, "{\"status\":\"OK\",\"data\":[]}"},
        {404, "{\"status\":\"ERROR\",\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"\"}}"},
        {404, "{\"status\":\"ERROR\",\"error\":{\"code\":404,\"message\":\"\"}}"},
        {404, "{\"status\":\"error\",\"error\":\"Not found\"}"},
    };
    begin();
    struct oe_call call = call_of(OE_QUERY);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        answer(&call, rows[i].status, rows[i].body);
        const struct oe_event *event = only(OE_EVENT_ORDER);
        assert_int_equal(event->order.state, OE_STATE_GONE);
        assert_true(slice_equals(event->client_id, call.client_id));
    }
    // A page in front of the venue that knows no such address says nothing of an order.
    answer(&call, 404, "<html>Not Found</html>");
    assert_int_equal(only(OE_EVENT_REJECTED)->error, OE_ERROR_OTHER);
    rig_destroy(&rig);
}

static void test_balance(void **state) {
    (void)state;
    begin();
    struct oe_call call = call_of(OE_BALANCES);
    call.symbol = OE_SYMBOL_NONE;
    static const char *const bodies[] = {
        "", "{\"status\":\"ERROR\",\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"none\"}}"};
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        answer(&call, 404, bodies[i]);
        assert_int_equal(rig_count(&rig, OE_EVENT_END), 1);
        assert_int_equal(rig_last(&rig, OE_EVENT_BALANCE)->balance.equity.v, 0);
    }
    answer(&call, 200, "{\"status\":\"OK\",\"data\":{\"equity\":\"1\"}}"); // half of it
    (void)only(OE_EVENT_SURPRISE);
    rig_destroy(&rig);
}

static void test_reasons(void **state) {
    (void)state;
    static const struct {
        const char *status, *reason;
        enum oe_state state;
        enum oe_error error;
    } rows[] = {
        {"REJECTED", "POST_ONLY_FAILED", OE_STATE_REJECTED, OE_ERROR_WOULD_TAKE},
        {"REJECTED", "NOT_ENOUGH_FUNDS", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"REJECTED", "REDUCE_ONLY_FAILED", OE_STATE_REJECTED, OE_ERROR_REDUCE_ONLY},
        {"CANCELLED", "NO_LIQUIDITY", OE_STATE_CANCELED, OE_ERROR_NO_LIQUIDITY},
        {"CANCELLED", "SELF_TRADE_PROTECTION", OE_STATE_CANCELED, OE_ERROR_SELF_TRADE},
        {"CANCELLED", "NONE", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CANCELLED", "NEWER_WORD", OE_STATE_CANCELED, OE_ERROR_OTHER},
        {"EXPIRED", "", OE_STATE_EXPIRED, OE_ERROR_NONE},
    };
    begin();
    struct oe_call call = call_of(OE_QUERY);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char data[256];
        struct text body = TEXT_OVER(data);
        text_add_format(&body,
                        "{\"status\":\"OK\",\"data\":{\"id\":9223372036854775808,\"externalId\":"
                        "\"a\",\"market\":\"BTC-USD\",\"side\":\"SELL\",\"status\":\"%s\","
                        "\"statusReason\":\"%s\",\"qty\":\"1\",\"filledQty\":\"0\"}}",
                        rows[i].status, rows[i].reason);
        answer(&call, 200, data);
        const struct oe_event *event = only(OE_EVENT_ORDER);
        assert_int_equal(event->order.state, rows[i].state);
        assert_int_equal(event->error, rows[i].error);
        assert_true(slice_equals(event->venue_id, SLICE("9223372036854775808")));
    }
    answer(&call, 200, "{\"status\":\"OK\",\"data\":{\"id\":1,\"status\":\"HALF_OPEN\"}}");
    (void)only(OE_EVENT_SURPRISE);
    rig_destroy(&rig);
}

// ---- lists -------------------------------------------------------------------------------------

#define FILL(id, ms)                                                                               \
    "{\"id\":" id ",\"market\":\"BTC-USD\",\"orderId\":5,\"side\":\"BUY\",\"price\":\"1\","        \
    "\"qty\":\"1\",\"fee\":\"0\",\"tradeType\":\"TRADE\",\"createdTime\":" ms ",\"isTaker\":true}"
#define FILLS(rows, cursor)                                                                        \
    "{\"status\":\"OK\",\"data\":[" rows "],\"pagination\":{\"cursor\":" cursor ",\"count\":1}}"

static struct slice next_page(const struct oe_call *call, const char *body, uint32_t fills) {
    answer(call, 200, body);
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), fills);
    assert_int_equal(rig_count(&rig, OE_EVENT_END), 1);
    return rig_last(&rig, OE_EVENT_END)->end.cursor;
}

static void test_pages(void **state) {
    (void)state;
    begin();
    struct oe_call call = call_of(OE_FILLS);
    struct slice none = {"", 0};
    const char *page = FILLS(FILL("12", "1700000001000"), "12");
    assert_true(slice_equals(next_page(&call, page, 1), SLICE("12")));
    assert_true(slice_equals(next_page(&call, FILLS("", "12"), 0), none));
    assert_true(slice_equals(next_page(&call, FILLS(FILL("12", "1700000001000"), "\"a b\""), 1),
                             none)); // no cursor that can be sent back
    call.cursor = SLICE("12");       // the page that was asked for: it would go on for ever
    assert_true(slice_equals(next_page(&call, page, 1), none));
    call.cursor = none;
    call.since_ns = INT64_C(1700000001000) * NS_PER_MS;
    assert_true(slice_equals(next_page(&call, page, 1), SLICE("12")));
    call.since_ns++; // older than that: neither this row nor those behind it
    assert_true(slice_equals(next_page(&call, page, 0), none));
    rig_destroy(&rig);
}

static void test_funding(void **state) {
    (void)state;
    begin();
    struct oe_call call = call_of(OE_FUNDING_PAID);
    call.symbol = OE_SYMBOL_NONE;
    answer(&call, 200,
           "{\"status\":\"OK\",\"data\":[{\"id\":8341,\"market\":\"ETH-USD\",\"fundingFee\":"
           "\"-1.25\",\"paidTime\":1723147241346},{\"id\":8342,\"market\":\"BTC-USD\","
           "\"fundingFee\":\"0.5\",\"paidTime\":1723147241347}]}");
    assert_int_equal(rig_count(&rig, OE_EVENT_FUNDING), 2);
    assert_int_equal(rig.events[0].event.symbol, 1);
    assert_int_equal(rig.events[0].event.funding.amount.v, 5 * USD_ONE / 4);
    assert_int_equal(rig.events[1].event.funding.amount.v, -USD_ONE / 2);
    // And as the simulated server tells it, an hour after a position was opened.
    struct oe_call buy = call_of(OE_PLACE);
    buy.order = (struct oe_order){.kind = OE_IOC, .price = {60001 * PX_ONE}, .size = {QTY_ONE}};
    assert_int_equal(rig_call(&rig, &buy), STATUS_OK);
    rig.world.listings[0].funding = (struct rate){PX_ONE / 10000};
    rig_pass(&rig, 1);
    rig_pass(&rig, 3600 * 1000);
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    const struct oe_event *paid = rig_last(&rig, OE_EVENT_FUNDING);
    assert_non_null(paid);
    assert_int_equal(paid->funding.amount.v, rig.account->positions[0].funding.v);
    assert_true(paid->funding.amount.v > 0); // longs pay a positive rate
    rig_destroy(&rig);
}

// ---- the stream --------------------------------------------------------------------------------

#define ORDER(id, ms)                                                                              \
    "{\"id\":1,\"externalId\":\"" id "\",\"market\":\"BTC-USD\",\"side\":\"BUY\",\"status\":"      \
    "\"NEW\",\"qty\":\"1\",\"createdTime\":" ms "}"
#define ORDERS(rows, sequence)                                                                     \
    "{\"type\":\"ORDER\",\"data\":{\"balance\":null,\"orders\":[" rows                             \
    "]},\"ts\":1,\"seq\":" sequence "}"

// The rig's clock says January 2026 when it connects.
static void test_picture(void **state) {
    (void)state;
    begin();
    begin_stream();
    frame(ORDERS(ORDER("old", "1700000000000") "," ORDER("new", "1900000000000"), "1"));
    assert_int_equal(rig.event_count, 3);
    assert_true(rig.events[0].event.session.on);
    assert_true(rig.events[1].event.snapshot);
    assert_false(rig.events[2].event.snapshot); // changed after the connect
    frame(ORDERS(ORDER("old", "1700000000000"), "2"));
    assert_false(only(OE_EVENT_ORDER)->snapshot); // told a second time: a change
    frame(ORDERS(ORDER("lost", "1900000000000"), "4"));
    assert_int_equal(rig.event_count, 2);
    assert_false(rig_last(&rig, OE_EVENT_SESSION)->session.on);
    assert_non_null(rig_last(&rig, OE_EVENT_ORDER)); // still true
    frame(ORDERS("", "5"));
    assert_int_equal(rig.event_count, 0);
    rig_destroy(&rig);
}

static void test_frames(void **state) {
    (void)state;
    static const char *const surprises[] = {
        "",
        "{",
        "[]",
        "{\"type\":\"ORDER\"}",
        "{\"type\":\"ORDER\",\"data\":[]}",
        "{\"type\":\"DEPOSIT\",\"data\":{\"deposit\":{}}}",
        "{\"type\":\"ORDER\",\"data\":{\"orders\":{}}}",
        "{\"type\":\"ORDER\",\"data\":{\"orders\":[{\"status\":\"NEW\",\"qty\":\"-1\"}]}}",
        "{\"type\":\"POSITION\",\"data\":{\"positions\":[{\"market\":\"BTC-USD\",\"size\":"
        "\"1\"}]}}", // of which side?
        "{\"type\":\"TRADE\",\"data\":{\"trades\":[{\"market\":\"BTC-USD\",\"price\":\"1\","
        "\"qty\":\"1\"}]}}", // without a number it cannot be told from itself
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(surprises); i++) {
        frame(surprises[i]);
        (void)only(OE_EVENT_SURPRISE);
    }
    frame("{\"status\":\"ERROR\",\"error\":{\"code\":401,\"message\":\"Unauthorized\"}}");
    assert_int_equal(only(OE_EVENT_SESSION)->error, OE_ERROR_KEYS);
    frame("{\"type\":\"POSITION\",\"data\":{\"positions\":[{\"market\":\"BTC-USD\",\"side\":"
          "\"SHORT\",\"size\":\"0.3\"}]}}");
    assert_int_equal(only(OE_EVENT_POSITION)->position.net.v, -3 * (QTY_ONE / 10));
    rig_destroy(&rig);
}

static const struct oe_event *last_snapshot(enum oe_event_kind kind) {
    const struct oe_event *event = rig_last(&rig, kind);
    assert_non_null(event);
    assert_true(event->snapshot);
    return event;
}

// A connection begins with what rests and what is held, and none of it is a change.
static void test_reconnect(void **state) {
    (void)state;
    begin();
    struct oe_call rests = call_of(OE_PLACE), takes = call_of(OE_PLACE);
    takes.client_id = SLICE("pd1-10002");
    takes.order = (struct oe_order){.kind = OE_IOC, .price = {60001 * PX_ONE}, .size = {QTY_ONE}};
    assert_int_equal(rig_call(&rig, &rests), STATUS_OK);
    assert_int_equal(rig_call(&rig, &takes), STATUS_OK);
    rig_pass(&rig, 10);
    vsim_session_finish(&rig.sockets[0].session);
    rig.sockets[0].open = false;
    rig_forget(&rig);
    assert_true(rig_connect(&rig, 0));
    assert_int_equal(rig.event_count, 0); // nothing before the handshake's answer
    rig_pass(&rig, 10);
    assert_int_equal(rig_count(&rig, OE_EVENT_SURPRISE), 0);
    assert_true(rig_last(&rig, OE_EVENT_SESSION)->session.on);
    assert_int_equal(last_snapshot(OE_EVENT_POSITION)->position.net.v, QTY_ONE);
    const struct oe_event *order = last_snapshot(OE_EVENT_ORDER);
    assert_true(slice_equals(order->client_id, rests.client_id));
    assert_int_equal(rig_count(&rig, OE_EVENT_ORDER), 1); // what is over is not in it
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), 0);
    rig_show(&rig, 0, 59980, 59981, 20);
    rig_pass(&rig, 10);
    assert_false(rig_last(&rig, OE_EVENT_ORDER)->snapshot);
    assert_int_equal(rig_state(&rig, "pd1-10001"), OE_STATE_FILLED);
    rig_destroy(&rig);
}

// ---- what is sent, and what the server makes of it ---------------------------------------------

static void test_config(void **state) {
    (void)state;
    static const struct {
        struct slice secrets[3];
        const char *named;
    } rows[] = {
        {{{"a key", 5}, {"0x7a7ff6fd", 10}, {"1", 1}}, "EXTENDED_API_KEY"},
        {{{"key", 3}, {"0xhunter2", 9}, {"1", 1}}, "EXTENDED_STARK_PRIVATE_KEY"},
        {{{"key", 3}, {"0x0", 3}, {"1", 1}}, "EXTENDED_STARK_PRIVATE_KEY"},
        {{{"key", 3}, {"0x7a7ff6fd", 10}, {"hunter2", 7}}, "EXTENDED_VAULT_NUMBER"},
        {{{"key", 3}, {"0x7a7ff6fd", 10}, {"4294967296", 10}}, "EXTENDED_VAULT_NUMBER"},
        {{{"key", 3}, {"0x7a7ff6fd", 10}, {"0", 1}}, "EXTENDED_VAULT_NUMBER"},
        {{{"key", 3}, {"", 0}, {"1", 1}}, "EXTENDED_STARK_PRIVATE_KEY"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct slice bad[OE_SECRETS_MAX] = {rows[i].secrets[0], rows[i].secrets[1],
                                            rows[i].secrets[2]};
        assert_int_equal(rig_create(&rig, "extended", bad, secrets, USD(1)), STATUS_CONFIG);
        assert_non_null(strstr(status_text(), rows[i].named));
        assert_null(strstr(status_text(), "hunter2"));
        rig_destroy(&rig);
    }
}

static struct slice body_of(const struct oe_call *call) {
    assert_int_equal(oe_encode(&rig.oe, call, &rig.message), STATUS_OK);
    return text_slice(&rig.message.body);
}

static bool has(struct slice body, const char *part) {
    return strstr(body.data, part) != NULL;
}

static void test_fees(void **state) {
    (void)state;
    begin();
    struct oe_call call = call_of(OE_PLACE), fees = call_of(OE_FEES);
    assert_true(has(body_of(&call), "\"fee\":\"0.0005\"")); // not told yet
    answer(&fees, 200,
           "{\"status\":\"OK\",\"data\":[{\"market\":\"BTC-USD\",\"makerFeeRate\":\"0.00000\","
           "\"takerFeeRate\":\"0.0002255\"}]}");
    assert_int_equal(only(OE_EVENT_FEE)->fee.taker.v, 226); // for a person, rounded up
    assert_true(has(body_of(&call), "\"fee\":\"0\""));
    call.order.kind = OE_IOC;
    assert_true(has(body_of(&call), "\"fee\":\"0.0002255\""));
    call.symbol = 1;
    assert_true(has(body_of(&call), "\"fee\":\"0.0005\"")); // of another market
    call.symbol = 0;
    answer(&call, 400, "{\"status\":\"ERROR\",\"error\":{\"code\":1128,\"message\":\"fee\"}}");
    assert_true(has(body_of(&call), "\"fee\":\"0.0005\"")); // they rose
    rig_destroy(&rig);
}

static void test_encoding(void **state) {
    (void)state;
    begin();
    struct extended *extended = rig.oe.state;
    struct oe_call call = call_of(OE_PLACE);
    call.random = UINT64_MAX;
    (void)body_of(&call);
    assert_null(strstr(rig.message.path.data, "throwaway"));
    assert_true(has(text_slice(&rig.message.headers), "X-Api-Key: throwawayapikey\n"));
    call.order.side = SIDE_SELL; // rounded down to nothing
    extended->markets[0].asset.synthetic_resolution = 1;
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_DATA);
    extended->markets[0].asset.synthetic_resolution = EXTENDED_RESOLUTION_MAX;
    call.order.size.v = INT64_MAX / 1000 / QTY_ONE * QTY_ONE; // more than 63 bits of units
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_DATA);
    call = call_of(OE_PLACE);
    extended->markets[0].known = false;
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_UNAVAILABLE);
    call = call_of(OE_DEADMAN);
    call.countdown_ms = 999; // never 0, which would disarm
    (void)body_of(&call);
    assert_non_null(strstr(rig.message.path.data, "countdownTime=1"));
    call.countdown_ms = 5999; // never later than wanted
    (void)body_of(&call);
    assert_non_null(strstr(rig.message.path.data, "countdownTime=5"));
    call = call_of(OE_AMEND);
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_DATA);
    call = call_of(OE_RULES);
    (void)body_of(&call);
    assert_int_equal(rig.message.headers.size, 0); // no key where none is asked for
    rig_destroy(&rig);
}

static void send_changed(const char *from, const char *to, const char *code) {
    struct oe_call call = call_of(OE_PLACE);
    struct slice body = body_of(&call);
    char changed_data[OE_BODY_MAX], headers[VSIM_HEADERS_SIZE];
    struct text changed = TEXT_OVER(changed_data);
    const char *at = strstr(body.data, from);
    assert_non_null(at);
    text_add(&changed, (struct slice){body.data, (size_t)(at - body.data)});
    text_add_string(&changed, to);
    text_add_string(&changed, at + strlen(from));
    struct vsim_request request = {.method = SLICE("POST"),
                                   .path = SLICE("/api/v1/user/order"),
                                   .query = SLICE(""),
                                   .body = text_slice(&changed),
                                   .headers =
                                       SLICE("X-Api-Key: throwawayapikey\r\nUser-Agent: test\r\n")};
    struct vsim_reply reply = {.headers = TEXT_OVER(headers),
                               .body = text_over(rig.body, VSIM_SCRATCH_SIZE)};
    vsim_call(&rig.world, &request, &reply);
    if (reply.status != 400 || strstr(rig.body, code) == NULL) {
        fail_msg("%s -> %s: %u %s", from, to, reply.status, rig.body);
    }
    assert_int_equal(rig.account->live_count, 0);
}

// One thing wrong at a time; all that is signed is held against the signature.
static void test_server_refuses(void **state) {
    (void)state;
    begin();
    send_changed("\"qty\":\"0.01\"", "\"qty\":\"0.02\"", "1101");
    send_changed("\"price\":\"59990\"", "\"price\":\"59989\"", "1101");
    send_changed("\"side\":\"BUY\"", "\"side\":\"SELL\"", "1101");
    send_changed("\"fee\":\"0.0005\"", "\"fee\":\"0.0004\"", "1101");
    send_changed("\"nonce\":\"6\"", "\"nonce\":\"7\"", "1101");
    send_changed("\"r\":\"0x", "\"r\":\"0x1", "1101");
    send_changed("\"market\":\"BTC-USD\"", "\"market\":\"ETH-USD\"", "1101");
    send_changed("\"market\":\"BTC-USD\"", "\"market\":\"NO-USD\"", "1001");
    send_changed("\"starkKey\":\"0x", "\"starkKey\":\"0x1", "1100");
    send_changed("\"collateralPosition\":\"10002\"", "\"collateralPosition\":\"10003\"", "1102");
    send_changed("\"expiryEpochMillis\":1", "\"expiryEpochMillis\":3", "1135");
    send_changed("\"expiryEpochMillis\":", "\"expiry\":", "1135");
    send_changed("\"fee\":\"0.0005\"", "\"fee\":\"-1\"", "1128");
    send_changed("\"nonce\":\"6\"", "\"nonce\":\"0\"", "400");
    send_changed("\"nonce\":\"6\"", "\"nonce\":\"2147483649\"", "400");
    send_changed("\"type\":\"LIMIT\"", "\"type\":\"MARKET\"", "1139");
    send_changed("\"price\":\"59990\",", "", "1130");
    struct oe_call call = call_of(OE_PLACE);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK); // as it was made it is taken
    assert_int_equal(rig.account->live_count, 1);
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK); // once
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_DUPLICATE);
    assert_int_equal(rig.account->live_count, 1);
    call = call_of(OE_PLACE); // outside the band around the mark price
    call.client_id = SLICE("pd1-10002");
    call.order.price.v = 50000 * PX_ONE;
    call.order.side = SIDE_SELL;
    call.order.kind = OE_IOC;
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_PRICE);
    rig_destroy(&rig);
}

// By the venue's own id, as a lane asks once it knows it.
static void test_venue_id(void **state) {
    (void)state;
    begin();
    struct oe_call call = call_of(OE_PLACE);
    char id[OE_VENUE_ID_MAX];
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    (void)string_copy(id, sizeof(id), rig_last(&rig, OE_EVENT_ACCEPTED)->venue_id);
    for (int i = 0; i < 2; i++) {
        call = call_of(OE_QUERY);
        call.venue_id = slice_of(id);
        rig_forget(&rig);
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
        enum oe_state seen = rig_state(&rig, "pd1-10001");
        assert_int_equal(seen, i == 0 ? OE_STATE_NEW : OE_STATE_CANCELED);
        call.kind = OE_CANCEL;
        rig_forget(&rig);
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    }
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_NO_ORDER); // the second
    call = call_of(OE_QUERY);
    call.venue_id = SLICE("9223372036854775808"); // never given
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(only(OE_EVENT_ORDER)->order.state, OE_STATE_GONE);
    rig_destroy(&rig);
}

static void test_settings(void **state) {
    (void)state;
    begin();
    struct oe_call call = call_of(OE_PLACE);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    call.client_id = SLICE("pd1-10002");
    call.symbol = 1;
    call.order.price.v = 2990 * PX_ONE;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig.account->live_count, 2);
    call = call_of(OE_CANCEL_ALL); // of one market: the other's order stays
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig.account->live_count, 1);
    call = call_of(OE_LEVERAGE);
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_DATA); // none was said
    call.leverage = 7;
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_non_null(rig_last(&rig, OE_EVENT_ACCEPTED));
    assert_int_equal(rig.account->leverage[0], 7);
    call.leverage = 1000;
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(only(OE_EVENT_REJECTED)->error, OE_ERROR_REQUEST);
    call = call_of(OE_DEADMAN);
    call.symbol = OE_SYMBOL_NONE;
    call.countdown_ms = 5000;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    call.countdown_ms = 0; // and off again
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_DEADMAN)->deadman.until_ns, 0);
    rig_pass(&rig, 10000);
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

// More fills than a page has, until nothing is left; then more calls than a minute has.
static void test_many(void **state) {
    (void)state;
    enum { FILLS_MADE = 105 };
    static char id[OE_CLIENT_ID_MAX];
    char cursor[OE_VENUE_ID_MAX] = "";
    uint32_t pages = 0;
    uint32_t fills = 0;
    begin();
    for (uint64_t i = 0; i < FILLS_MADE; i++) {
        struct oe_call buy = call_of(OE_PLACE);
        rig.oe.venue->client_id(UINT64_MAX, UINT64_MAX - i, id); // as long as they get
        buy.client_id = slice_of(id);
        buy.order =
            (struct oe_order){.kind = OE_IOC, .price = {60001 * PX_ONE}, .size = {QTY_ONE / 1000}};
        assert_int_equal(rig_call(&rig, &buy), STATUS_OK);
        rig_forget(&rig);
    }
    struct oe_call call = call_of(OE_FILLS);
    call.symbol = OE_SYMBOL_NONE;
    do {
        call.cursor = slice_of(cursor);
        rig_forget(&rig);
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
        fills += rig_count(&rig, OE_EVENT_FILL);
        (void)string_copy(cursor, sizeof(cursor), rig_last(&rig, OE_EVENT_END)->end.cursor);
        assert_true(++pages < 5);
    } while (cursor[0] != '\0');
    assert_int_equal(fills, FILLS_MADE);
    call = call_of(OE_BALANCES);
    for (uint32_t i = 0; rig_last(&rig, OE_EVENT_REJECTED) == NULL; i++) {
        assert_true(i <= rig.oe.venue->buckets[0].limit);
        rig_forget(&rig);
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    }
    assert_int_equal(only(OE_EVENT_REJECTED)->error, OE_ERROR_RATE);
    rig_destroy(&rig);
}

static void test_keys(void **state) {
    (void)state;
    static const struct slice other[OE_SECRETS_MAX] = {
        {"throwawayapikey", 15}, {"0x7a7ff6fd3cab02cd", 18}, {"10003", 5}};
    static const struct slice no_key[OE_SECRETS_MAX] = {
        {"anotherapikey", 13}, {"0x7a7ff6fd3cab02cc", 18}, {"10002", 5}};
    begin();
    struct oe_call call = call_of(OE_KEYS);
    call.symbol = OE_SYMBOL_NONE;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_true(only(OE_EVENT_KEYS)->keys.can_trade);
    rig_destroy(&rig);
    assert_int_equal(rig_create(&rig, "extended", other, secrets, USD(1)), STATUS_OK);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_false(rig_last(&rig, OE_EVENT_KEYS)->keys.can_trade);
    assert_int_equal(rig_count(&rig, OE_EVENT_NOTICE), 2); // which of them is wrong: both
    rig_destroy(&rig);
    assert_int_equal(rig_create(&rig, "extended", no_key, secrets, USD(1)), STATUS_OK);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(only(OE_EVENT_REJECTED)->error, OE_ERROR_KEYS);
    assert_false(rig_connect(&rig, 0));
    rig_destroy(&rig);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),  cmocka_unit_test(test_errors),
        cmocka_unit_test(test_unknown),  cmocka_unit_test(test_gone),
        cmocka_unit_test(test_balance),  cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_pages),    cmocka_unit_test(test_funding),
        cmocka_unit_test(test_picture),  cmocka_unit_test(test_reconnect),
        cmocka_unit_test(test_venue_id), cmocka_unit_test(test_settings),
        cmocka_unit_test(test_many),     cmocka_unit_test(test_frames),
        cmocka_unit_test(test_config),   cmocka_unit_test(test_fees),
        cmocka_unit_test(test_encoding), cmocka_unit_test(test_server_refuses),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests_name("extended_oe", tests, NULL, NULL);
}
