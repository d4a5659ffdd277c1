// What is Paradex's own about its order entry: how orders end, errors by name and by code, tokens,
// pages, the connection that takes its orders with it, and exact numbers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "oe_rig.h"

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"0x543b6cf6c91817a87174aaea4fb370ac1c694e864d7740d728f8344d53e815", 64},
    {"0x129c135ed63df9353885e292be4426b8ed6122b13c6c0e1bb787288a1f5adfa", 65}};

static struct rig rig;

static void begin(void) {
    assert_int_equal(rig_create(&rig, "paradex", secrets, NULL, USD(100000)), STATUS_OK);
    assert_true(rig_start(&rig));
    rig_forget(&rig);
}

static struct oe_call order_call(const char *id, enum oe_order_kind kind, int64_t price) {
    return (struct oe_call){
        .kind = OE_PLACE,
        .symbol = 0,
        .order = {.kind = kind, .price = {price * PX_ONE}, .size = {QTY_ONE / 100}},
        .client_id = slice_of(id)};
}

static void place(const char *id, enum oe_order_kind kind, int64_t price) {
    struct oe_call call = order_call(id, kind, price);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
}

static void answer(enum oe_call_kind kind, uint32_t http_status, const char *body) {
    struct oe_call call = {
        .kind = kind, .tag = 9, .symbol = OE_SYMBOL_NONE, .now_ns = rig.world.now_ns};
    rig_forget(&rig);
    rig.venue->oe->decode_answer(&rig.oe, &call, http_status, SLICE(""), slice_of(body), &rig.sink);
}

static void frame(const char *text) {
    rig_forget(&rig);
    rig.venue->oe->decode_frame(&rig.oe, 0, slice_of(text), rig.world.now_ns, &rig.sink);
}

// ---- how orders end ----------------------------------------------------------------------------

static void test_ends(void **state) {
    (void)state;
    static const struct {
        const char *status, *reason, *remaining;
        enum oe_state state;
        enum oe_error error;
    } rows[] = {
        {"NEW", "", "0.05", OE_STATE_NEW, OE_ERROR_NONE},
        {"UNTRIGGERED", "", "0.05", OE_STATE_NEW, OE_ERROR_NONE},
        {"OPEN", "", "0.05", OE_STATE_NEW, OE_ERROR_NONE},
        {"OPEN", "", "0.01", OE_STATE_PARTIAL, OE_ERROR_NONE},
        {"CLOSED", "", "0", OE_STATE_FILLED, OE_ERROR_NONE},
        {"CLOSED", "EXPIRED", "0.05", OE_STATE_EXPIRED, OE_ERROR_NONE},
        {"CLOSED", "USER_CANCELED", "0.05", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CLOSED", "USER_CANCELED", "0.01", OE_STATE_CANCELED, OE_ERROR_NONE},
        {"CLOSED", "NOT_ENOUGH_MARGIN", "0.05", OE_STATE_REJECTED, OE_ERROR_MARGIN},
        {"CLOSED", "NOT_ENOUGH_MARGIN", "0.01", OE_STATE_CANCELED, OE_ERROR_MARGIN},
        {"CLOSED", "POST_ONLY_WOULD_CROSS", "0.05", OE_STATE_REJECTED, OE_ERROR_WOULD_TAKE},
        {"CLOSED", "A_WORD_OF_TOMORROW", "0.05", OE_STATE_REJECTED, OE_ERROR_OTHER},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[1024];
        (void)snprintf(text, sizeof(text),
                       "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":"
                       "\"orders.ALL\",\"data\":{\"id\":\"1\",\"client_id\":\"c\",\"market\":"
                       "\"BTC-USD-PERP\",\"side\":\"SELL\",\"size\":\"0.05\",\"remaining_size\":"
                       "\"%s\",\"price\":\"60000\",\"avg_fill_price\":\"\",\"status\":\"%s\","
                       "\"cancel_reason\":\"%s\",\"flags\":[\"REDUCE_ONLY\"]}}}",
                       rows[i].remaining, rows[i].status, rows[i].reason);
        frame(text);
        assert_int_equal(rig.event_count, 1);
        const struct oe_event *event = &rig.events[0].event;
        assert_int_equal(event->kind, OE_EVENT_ORDER);
        assert_int_equal(event->order.state, rows[i].state);
        assert_int_equal(event->error, rows[i].error);
        assert_int_equal(event->order.side, SIDE_SELL);
        assert_true(event->order.reduce_only && event->order.has_filled);
        assert_string_equal(rig.events[0].text,
                            rows[i].error != OE_ERROR_NONE ? rows[i].reason : "");
    }
    rig_destroy(&rig);
}

// A fill that the chain took back, a change that failed, a row that cannot be: all are told.
static void test_rare_frames(void **state) {
    (void)state;
    begin();
    frame("{\"method\":\"subscription\",\"params\":{\"channel\":\"tradebusts\",\"data\":{}}}");
    assert_int_equal(rig_count(&rig, OE_EVENT_NOTICE), 1);
    frame("{\"method\":\"subscription\",\"params\":{\"channel\":\"orders.ALL\",\"data\":{"
          "\"id\":\"1\",\"market\":\"BTC-USD-PERP\",\"side\":\"BUY\",\"size\":\"1\","
          "\"remaining_size\":\"1\",\"price\":\"1\",\"status\":\"OPEN\",\"request_info\":{"
          "\"status\":\"FAILED\",\"message\":\"size is too small\"}}}}");
    assert_string_equal(rig.events[0].text, "size is too small");
    assert_int_equal(rig_count(&rig, OE_EVENT_ORDER), 1);
    frame("{\"method\":\"subscription\",\"params\":{\"channel\":\"orders.ALL\",\"data\":{"
          "\"id\":\"1\",\"market\":\"BTC-USD-PERP\",\"side\":\"BUY\",\"size\":\"1\","
          "\"remaining_size\":\"2\",\"price\":\"1\",\"status\":\"OPEN\"}}}");
    assert_int_equal(rig_count(&rig, OE_EVENT_SURPRISE), 1);
    frame("{\"method\":\"subscription\",\"params\":{\"channel\":\"funding_payments.ALL\",\"data\":{"
          "\"market\":\"ETH-USD-PERP\",\"payment\":\"1.5\",\"created_at\":1681375481000}}}");
    assert_int_equal(rig.events[0].event.funding.amount.v, -3 * USD_ONE / 2);
    assert_int_equal(rig.events[0].event.symbol, 1);
    frame("{\"method\":\"subscription\",\"params\":{\"channel\":\"positions\",\"data\":{\"market\":"
          "\"BTC-USD-PERP\",\"status\":\"OPEN\",\"side\":\"SHORT\",\"size\":\"0.5\"}}}");
    assert_int_equal(rig.events[0].event.position.net.v, -QTY_ONE / 2);
    frame("not JSON");
    assert_int_equal(rig_count(&rig, OE_EVENT_SURPRISE), 1);
    rig_destroy(&rig);
}

// ---- errors ------------------------------------------------------------------------------------

static void test_rest_errors(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t http_status;
        enum oe_error error;
    } rows[] = {
        {"VALIDATION_ERROR", 400, OE_ERROR_REQUEST},
        {"INVALID_TOKEN_SCOPE", 403, OE_ERROR_KEYS},
        {"INVALID_TIMESTAMP", 400, OE_ERROR_CLOCK},
        {"MARKET_NOT_FOUND", 404, OE_ERROR_SYMBOL},
        {"SYSTEM_STATUS_POST_ONLY", 503, OE_ERROR_BUSY},
        {"NOT_ONBOARDED", 400, OE_ERROR_KEYS},
        {"SOMETHING_NEW", 400, OE_ERROR_OTHER},
        {"SOMETHING_NEW", 429, OE_ERROR_RATE},
        {"UNAUTHORIZED_ERROR", 401, OE_ERROR_LOGIN},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char body[256];
        (void)snprintf(body, sizeof(body), "{\"error\":\"%s\",\"message\":\"m\",\"data\":null}",
                       rows[i].name);
        answer(OE_LEVERAGE, rows[i].http_status, body);
        assert_int_equal(rig.event_count, 1);
        assert_int_equal(rig.events[0].event.kind, OE_EVENT_REJECTED);
        assert_int_equal(rig.events[0].event.error, rows[i].error);
    }
    answer(OE_LEVERAGE, 500, "{\"error\":\"INTERNAL_ERROR\",\"message\":\"m\"}");
    assert_int_equal(rig.events[0].event.kind, OE_EVENT_UNKNOWN);
    answer(OE_LEVERAGE, 502, "<html>");
    assert_int_equal(rig.events[0].event.kind, OE_EVENT_UNKNOWN);
    answer(OE_POSITIONS, 502, "<html>");
    assert_int_equal(rig.events[0].event.error, OE_ERROR_BUSY);
    answer(OE_QUERY, 404, "{\"error\":\"CLIENT_ORDER_ID_NOT_FOUND\",\"message\":\"m\"}");
    assert_int_equal(rig.events[0].event.order.state, OE_STATE_GONE);
    rig_destroy(&rig);
}

static void test_socket_errors(void **state) {
    (void)state;
    static const struct {
        const char *error;
        enum oe_event_kind kind;
        enum oe_error cause;
    } rows[] = {
        {"{\"code\":100,\"message\":\"method error\",\"data\":\"DUPLICATED_CLIENT_ID\"}",
         OE_EVENT_REJECTED, OE_ERROR_DUPLICATE},
        {"{\"code\":100,\"message\":\"ORDER_IS_CLOSED: the order is closed\"}", OE_EVENT_REJECTED,
         OE_ERROR_NO_ORDER},
        {"{\"code\":100,\"message\":\"m\",\"data\":{\"error\":\"INVALID_ORDER_SIZE\"}}",
         OE_EVENT_REJECTED, OE_ERROR_SIZE},
        {"{\"code\":100,\"message\":\"ORDER_IS_NOT_OPEN\"}", OE_EVENT_REJECTED, OE_ERROR_BUSY},
        {"{\"code\":100,\"message\":\"m\"}", OE_EVENT_REJECTED, OE_ERROR_OTHER},
        {"{\"code\":42901,\"message\":\"Rate limit exceeded\"}", OE_EVENT_REJECTED, OE_ERROR_RATE},
        {"{\"code\":-32603,\"message\":\"Internal error\"}", OE_EVENT_UNKNOWN, OE_ERROR_NONE},
        {"{\"code\":40112,\"message\":\"Geo IP blocked\"}", OE_EVENT_REJECTED, OE_ERROR_KEYS},
        {"\"?\"", OE_EVENT_REJECTED, OE_ERROR_OTHER},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[256];
        (void)snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":%s}",
                       (long long)OE_PLACE << 32 | 77, rows[i].error);
        frame(text);
        assert_int_equal(rig.event_count, 1);
        assert_int_equal(rig.events[0].event.kind, rows[i].kind);
        assert_int_equal(rig.events[0].event.error, rows[i].cause);
        assert_int_equal(rig.events[0].event.call, OE_PLACE);
        assert_int_equal(rig.events[0].event.tag, 77);
    }
    rig_destroy(&rig);
}

// What the headers say of a limit counts for the budget of that size.
static void test_rate(void **state) {
    (void)state;
    static const char headers[] = "x-ratelimit-limit: 600\r\nX-RateLimit-Remaining: 10\r\n"
                                  "Retry-After: 3\r\n";
    begin();
    const struct oe_call call = {
        .kind = OE_POSITIONS, .tag = 9, .symbol = OE_SYMBOL_NONE, .now_ns = rig.world.now_ns};
    rig.venue->oe->decode_answer(&rig.oe, &call, 429, SLICE(headers), SLICE("{}"), &rig.sink);
    assert_int_equal(rig.event_count, 2);
    assert_int_equal(rig.events[0].event.kind, OE_EVENT_RATE);
    assert_string_equal(rig.venue->oe->buckets[rig.events[0].event.rate.bucket].name, "reads");
    assert_int_equal(rig.events[0].event.rate.used, 590);
    assert_int_equal(rig.events[0].event.rate.retry_after_ms, 3000);
    assert_int_equal(rig.events[1].event.error, OE_ERROR_RATE);
    rig_destroy(&rig);
}

// ---- tokens ------------------------------------------------------------------------------------

static void test_token(void **state) {
    (void)state;
    begin();
    struct oe_call call = {.kind = OE_BALANCES, .symbol = OE_SYMBOL_NONE};
    rig.account->faults[VACC_FAULT_LOGIN] = 1;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_LOGIN);
    assert_int_equal(rig_call(&rig, &call), STATUS_UNAVAILABLE);
    rig_pass(&rig, 10); // upkeep logs in again
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_non_null(rig_last(&rig, OE_EVENT_BALANCE));
    // Over on the socket: nothing more is sent there before it is greeted anew.
    rig.account->faults[VACC_FAULT_LOGIN] = 1;
    place("over", OE_POST_ONLY, 59990);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_LOGIN);
    assert_false(rig_last(&rig, OE_EVENT_SESSION)->session.on);
    struct oe_call again = order_call("again", OE_POST_ONLY, 59990);
    assert_int_equal(rig_call(&rig, &again), STATUS_UNAVAILABLE);
    rig_pass(&rig, 10);
    vsim_session_finish(&rig.sockets[0].session);
    assert_true(rig_connect(&rig, 0));
    place("again", OE_POST_ONLY, 59990);
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

// However the calls fall, each finds a token that still works.
static void test_renewal(void **state) {
    (void)state;
    begin();
    struct oe_call call = {.kind = OE_BALANCES, .symbol = OE_SYMBOL_NONE};
    for (int i = 0; i < 60; i++) {
        rig_pass(&rig, 17000);
        rig_forget(&rig);
        assert_int_equal(rig_call(&rig, &call), STATUS_OK);
        assert_int_equal(rig_count(&rig, OE_EVENT_BALANCE), 1);
    }
    assert_true(rig.sockets[0].open);
    rig_destroy(&rig);
}

// A token goes into a header and a frame: what could end either is none.
static void test_bad_token(void **state) {
    (void)state;
    begin();
    answer(OE_LOGIN, 200, "{\"jwt_token\":\"SECRET\\r\\nX: y\"}");
    assert_int_equal(rig_count(&rig, OE_EVENT_SURPRISE), 1);
    assert_null(strstr(rig.events[0].text, "SECRET"));
    answer(OE_LOGIN, 401, "{\"error\":\"UNAUTHORIZED_ERROR\",\"message\":\"m\"}");
    assert_int_equal(rig.events[0].event.error, OE_ERROR_KEYS);
    rig_destroy(&rig);
}

static void test_chain(void **state) {
    (void)state;
    begin();
    answer(OE_RULES, 200, "{\"starknet_chain_id\":\"PRIVATE_SN_PARACLEAR_MAINNET\"}");
    assert_int_equal(rig_count(&rig, OE_EVENT_NOTICE), 0);
    answer(OE_RULES, 200, "{\"starknet_chain_id\":\"ANOTHER\"}"); // signed for from now on
    assert_int_equal(rig_count(&rig, OE_EVENT_NOTICE), 1);
    rig_forget(&rig);
    place("other", OE_POST_ONLY, 59990);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_KEYS);
    answer(OE_RULES, 200, "{\"starknet_chain_id\":\"12345678901234567890123456789012\"}");
    assert_int_equal(rig_count(&rig, OE_EVENT_SURPRISE), 1);
    rig_destroy(&rig);
}

// ---- lists -------------------------------------------------------------------------------------

static void test_pages(void **state) {
    (void)state;
    begin();
    for (int i = 0; i < 120; i++) {
        char id[24];
        (void)snprintf(id, sizeof(id), "fill-%d", i);
        place(id, OE_IOC, 60001);
    }
    struct oe_call call = {.kind = OE_FILLS, .symbol = OE_SYMBOL_NONE, .since_ns = 1};
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), 100);
    char cursor[64];
    (void)string_copy(cursor, sizeof(cursor), rig_last(&rig, OE_EVENT_END)->end.cursor);
    assert_non_null(strchr(cursor, '='));
    rig_forget(&rig);
    call.cursor = slice_of(cursor);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_non_null(strstr(rig.message.path_data, "%3D%3D"));
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), 20);
    assert_int_equal(rig_last(&rig, OE_EVENT_END)->end.cursor.size, 0);
    call.cursor = (struct slice){"", 0};
    call.since_ns = rig.world.now_ns + NS_PER_S;
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_count(&rig, OE_EVENT_FILL), 0);
    // A list with a row that cannot be read is no list.
    answer(OE_POSITIONS, 200, "{\"results\":[{\"market\":\"BTC-USD-PERP\",\"size\":\"x\"}]}");
    assert_int_equal(rig_count(&rig, OE_EVENT_END), 0);
    assert_int_equal(rig_count(&rig, OE_EVENT_SURPRISE), 1);
    rig_destroy(&rig);
}

static void test_funding(void **state) {
    (void)state;
    begin();
    place("long", OE_IOC, 60001);
    rig.world.listings[0].funding.v = PX_ONE / 1000;
    rig.world.listings[0].next_settlement_ns = rig.world.now_ns + 10 * NS_PER_S;
    rig_pass(&rig, 5000);
    rig_forget(&rig);
    rig_pass(&rig, 6000);
    const struct oe_event *paid = rig_last(&rig, OE_EVENT_FUNDING);
    assert_non_null(paid);
    int64_t amount = rig.account->positions[0].funding.v;
    assert_true(amount > 0);
    assert_int_equal(paid->funding.amount.v, amount);
    struct oe_call call = {.kind = OE_FUNDING_PAID, .symbol = 0, .since_ns = 1};
    rig_forget(&rig);
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_FUNDING)->funding.amount.v, amount);
    call.symbol = OE_SYMBOL_NONE;
    assert_int_equal(rig_call(&rig, &call), STATUS_DATA);
    call = (struct oe_call){.kind = OE_LEVERAGE, .symbol = 1, .leverage = 7};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig.account->leverage[1], 7);
    assert_int_equal(rig_count(&rig, OE_EVENT_ACCEPTED), 1);
    rig_destroy(&rig);
}

// ---- the connection ----------------------------------------------------------------------------

// What was placed on a connection goes with it, unless that was switched off.
static void test_disconnect(void **state) {
    (void)state;
    begin();
    place("first", OE_POST_ONLY, 59990);
    vsim_session_finish(&rig.sockets[0].session);
    rig.sockets[0].open = false;
    assert_int_equal(rig.account->live_count, 0);
    rig_pass(&rig, 10);
    assert_true(rig_connect(&rig, 0));
    struct oe_call off = {.kind = OE_DEADMAN, .symbol = OE_SYMBOL_NONE};
    assert_int_equal(rig_last(&rig, OE_EVENT_DEADMAN)->deadman.until_ns, INT64_MAX);
    assert_int_equal(rig_call(&rig, &off), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_DEADMAN)->deadman.until_ns, 0);
    place("second", OE_POST_ONLY, 59990);
    vsim_session_finish(&rig.sockets[0].session);
    rig.sockets[0].open = false;
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

// Nothing is traded on a connection whose orders would not be told, or would outlive it.
static void test_greeting_refused(void **state) {
    (void)state;
    begin();
    char url_data[OE_URL_MAX], headers_data[OE_HEADERS_MAX], out_data[OE_GREETING_MAX];
    struct text url = TEXT_OVER(url_data), headers = TEXT_OVER(headers_data);
    const struct venue_oe *oe = rig.venue->oe;
    assert_int_equal(oe->open(&rig.oe, 0, rig.world.now_ns, &url, &headers), STATUS_OK);
    struct text out = TEXT_OVER(out_data);
    assert_int_equal(oe->greet(&rig.oe, 0, 0, rig.world.now_ns, &out), OE_GREETING_SEND);
    assert_int_equal(oe->greet(&rig.oe, 0, 1, rig.world.now_ns, &out), OE_GREETING_WAIT);
    frame("{\"id\":1,\"result\":{\"node_id\":\"n\"}}");
    for (int id = 2; id <= 8; id++) {
        char text[64];
        (void)snprintf(
            text, sizeof(text),
            id == 2 ? "{\"id\":2,\"result\":{\"enabled\":true}}" : "{\"id\":%d,\"result\":{}}", id);
        if (id != 3) {
            frame(text);
        }
    }
    frame("{\"id\":3,\"error\":{\"code\":-32600,\"message\":\"invalid\"}}"); // orders.ALL
    assert_int_equal(rig_count(&rig, OE_EVENT_NOTICE), 1);
    assert_int_equal(oe->greet(&rig.oe, 0, 8, rig.world.now_ns, &out), OE_GREETING_WAIT);
    frame("{\"id\":3,\"result\":{}}");
    assert_int_equal(oe->greet(&rig.oe, 0, 8, rig.world.now_ns, &out), OE_GREETING_DONE);
    frame("{\"id\":1,\"error\":{\"code\":40111,\"message\":\"invalid bearer\"}}");
    assert_false(rig_last(&rig, OE_EVENT_SESSION)->session.on);
    rig_destroy(&rig);
}

// ---- orders ------------------------------------------------------------------------------------

// An order that was long under way is not taken any more.
static void test_window(void **state) {
    (void)state;
    begin();
    struct oe_call call = order_call("late", OE_POST_ONLY, 59990);
    call.tag = 5;
    call.now_ns = rig.world.now_ns;
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
    rig.world.now_ns += 6 * NS_PER_S;
    vsim_session_text(&rig.sockets[0].session, text_slice(&rig.message.body));
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_CLOCK);
    // One bit of a signed field is another order.
    call.now_ns = rig.world.now_ns;
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
    *strstr(rig.message.body_data, "59990") = '4';
    vsim_session_text(&rig.sockets[0].session, text_slice(&rig.message.body));
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_KEYS);
    assert_int_equal(rig.account->live_count, 0);
    rig_destroy(&rig);
}

static void test_exact(void **state) {
    (void)state;
    begin();
    struct listing fine = rig.world.listings[0].rules;
    fine.tick.v = 1000; // 1e-9
    oe_learn(&rig.oe, 0, &fine);
    struct oe_call call = order_call("exact", OE_POST_ONLY, 1);
    call.order.price.v += 1000;
    assert_int_equal(rig_call(&rig, &call), STATUS_DATA);
    call.order.price.v += 9000; // 1.00000001
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_non_null(strstr(rig.message.body_data, "\"price\":\"1.00000001\""));
    assert_non_null(strstr(rig.message.body_data, "\"stp\":\"EXPIRE_MAKER\""));
    call.kind = OE_AMEND; // signed over the venue's id
    assert_int_equal(rig_call(&rig, &call), STATUS_DATA);
    call.venue_id = SLICE("not-a-number");
    assert_int_equal(rig_call(&rig, &call), STATUS_DATA);
    rig_destroy(&rig);
}

static void test_secrets(void **state) {
    (void)state;
    static const struct slice bad[][2] = {
        {{"0x0", 3}, {"0x1", 3}},
        {{"no hex", 6}, {"0x1", 3}},
        {{"0x800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f", 65}, {"0x1", 3}},
        {{"0x1", 3}, {"1", 1}},
        {{"0x1", 3}, {"0x0", 3}},
        {{"0x1", 3}, {"0x800000000000011000000000000000000000000000000000000000000000001", 65}},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct slice both[OE_SECRETS_MAX] = {bad[i][0], bad[i][1]};
        assert_int_equal(rig_create(&rig, "paradex", both, secrets, USD(1)), STATUS_CONFIG);
        assert_null(strstr(status_text(), "0x"));
        assert_non_null(strstr(status_text(), "PARADEX_"));
        rig_destroy(&rig);
    }
    char first[OE_CLIENT_ID_MAX], second[OE_CLIENT_ID_MAX];
    rig.venue = venue_find(SLICE("paradex"));
    rig.venue->oe->client_id(UINT64_MAX, UINT64_MAX, first);
    rig.venue->oe->client_id(UINT64_MAX, UINT64_MAX - 1, second);
    assert_int_equal(strlen(first), 35);
    assert_string_not_equal(first, second);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_rare_frames),
        cmocka_unit_test(test_rest_errors),
        cmocka_unit_test(test_socket_errors),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_renewal),
        cmocka_unit_test(test_bad_token),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_funding),
        cmocka_unit_test(test_disconnect),
        cmocka_unit_test(test_greeting_refused),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests_name("paradex_oe", tests, NULL, NULL);
}
