// What edgeX's simulated server refuses, one wrong thing at a time: the headers, the body of an
// order against what it signs, cancels, pages, the handshake. And what the desk makes of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/edgex_oe.h"
#include "oe_rig.h"

#define ACCOUNT "543429922991899150"

static const struct slice secrets[OE_SECRETS_MAX] = {
    {ACCOUNT, 18},
    {"6e3f0a52-throw-away-0001", 24},
    {"throw-away-secret-0123456789abcdef", 34},
    {"throwAwayPassphrase", 19},
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 64}};

static struct rig rig;

static void begin(void) {
    assert_int_equal(rig_create(&rig, "edgex", secrets, NULL, USD(100000)), STATUS_OK);
    if (!rig_start(&rig)) {
        fail_msg("%s", status_text());
    }
    rig_forget(&rig);
}

// The bytes of `text` with the first `from` in it made `to`.
static void replace(struct text *out, const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    assert_non_null(at);
    text_add(out, (struct slice){text, (size_t)(at - text)});
    text_add_string(out, to);
    text_add_string(out, at + strlen(from));
}

static struct vsim_reply reply;

static void send(const char *method, const char *path, const char *query, struct slice body,
                 const char *headers) {
    struct vsim_request request = {.method = slice_of(method),
                                   .path = slice_of(path),
                                   .query = slice_of(query),
                                   .body = body,
                                   .headers = slice_of(headers)};
    reply = (struct vsim_reply){.headers = text_over(rig.headers, VSIM_HEADERS_SIZE),
                                .body = text_over(rig.body, VSIM_SCRATCH_SIZE)};
    rig.world.now_ns += 200 * NS_PER_MS; // ten calls a second
    vsim_call(&rig.world, &request, &reply);
}

// Signed as it should be, `late_ms` after it was.
static void send_signed(const char *method, const char *path, const char *query, const char *body,
                        int64_t late_ms) {
    char time_data[24], headers_data[OE_HEADERS_MAX], folded_data[2048];
    struct text time = TEXT_OVER(time_data), headers = TEXT_OVER(headers_data);
    struct text folded = TEXT_OVER(folded_data);
    text_add_int(&time, rig.world.now_ns / NS_PER_MS - late_ms);
    if (body[0] != '\0') {
        assert_true(edgex_fold(slice_of(body), &folded));
    } else {
        text_add_string(&folded, query);
    }
    text_add_string(&headers, "User-Agent: test\n");
    edgex_add_headers(rig.oe.state, text_slice(&time), slice_of(method), slice_of(path),
                      text_slice(&folded), &headers);
    send(method, path, query, slice_of(body), headers_data);
}

static void expect(uint32_t status, const char *words) {
    if (reply.status != status || strstr(rig.body, words) == NULL) {
        fail_msg("%u %s, not %u %s", reply.status, rig.body, status, words);
    }
}

// ---- orders ------------------------------------------------------------------------------------

#define CREATE "/api/v2/private/order/createOrder"

// A good order's body, in the rig's message.
static const char *good_order(void) {
    struct oe_call call = {.kind = OE_PLACE,
                           .tag = 1,
                           .symbol = 0,
                           .order = {.side = SIDE_BUY,
                                     .kind = OE_POST_ONLY,
                                     .price = {59990 * PX_ONE},
                                     .size = {QTY_ONE / 100}},
                           .client_id = SLICE("pd-1"),
                           .now_ns = rig.world.now_ns};
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
    return rig.message.body_data;
}

static const struct {
    const char *from, *to; // in the body
    const char *words;     // of the answer; "" = the order is taken
} changes[] = {
    {"\"side\":\"BUY\"", "\"side\":\"BUY\"", ""},
    {"\"accountId\":\"" ACCOUNT "\"", "\"accountId\":\"1\"", "accountId"},
    {"\"contractId\":\"30000001\"", "\"contractId\":\"30000002\"", "l2Signature"},
    {"\"contractId\":\"30000001\"", "\"contractId\":\"10000001\"", "contractId"},
    {"\"side\":\"BUY\"", "\"side\":\"SELL\"", "l2Signature"},
    {"\"side\":\"BUY\"", "\"side\":\"LONG\"", "side"},
    {"\"type\":\"LIMIT\"", "\"type\":\"MARKET\"", "type"},
    {"\"POST_ONLY\"", "\"GTX\"", "timeInForce"},
    {"\"price\":\"59990\"", "\"price\":\"59991\"", "l2Value"},
    {"\"price\":\"59990\"", "\"price\":\"0\"", "price"},
    {"\"size\":\"0.01\"", "\"size\":\"0.02\"", "l2Value"},
    {"\"size\":\"0.01\"", "\"size\":\"-1\"", "size"},
    {"\"reduceOnly\":false", "\"reduceOnly\":\"no\"", "reduceOnly"},
    {"\"clientOrderId\":\"pd-1\"", "\"clientOrderId\":\"pd-2\"", "l2Nonce"},
    {"\"clientOrderId\":\"pd-1\"", "\"clientOrderId\":\"\"", "clientOrderId"},
    {"\"expireTime\":\"17", "\"expireTime\":\"16", "expireTime"},
    {"\"l2Nonce\":\"", "\"l2Nonce\":\"1", "l2Nonce"},
    {"\"l2Value\":\"599.9\"", "\"l2Value\":\"599.8\"", "l2Value"},
    {"\"l2Size\":\"0.01\"", "\"l2Size\":\"0.02\"", "l2Size"},
    {"\"l2LimitFee\":\"1\"", "\"l2LimitFee\":\"0\"", "l2LimitFee"},
    {"\"l2ExpireTime\":\"17", "\"l2ExpireTime\":\"16", "l2ExpireTime"},
    {"\"l2Signature\":\"", "\"l2Signature\":\"0x", ""},
    {"1c\"}", "1b\"}", "l2Signature"},
    {"1b\"}", "1c\"}", "l2Signature"},
};

static void test_orders(void **state) {
    (void)state;
    uint32_t tried = 0;
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        char body_data[OE_BODY_MAX];
        struct text body = TEXT_OVER(body_data);
        begin();
        const char *good = good_order();
        if (strstr(good, changes[i].from) != NULL) { // its v is one of the two
            replace(&body, good, changes[i].from, changes[i].to);
            send_signed("POST", CREATE, "", body_data, 0);
            bool taken = changes[i].words[0] == '\0';
            expect(taken ? 200 : 400, taken ? "\"orderId\":\"1000001\"" : "GATEWAY_PARAM_INVALID");
            expect(taken ? 200 : 400, changes[i].words);
            assert_int_equal(rig.account->live_count, taken);
            tried++;
        }
        rig_destroy(&rig);
    }
    assert_int_equal(tried, COUNT_OF(changes) - 1);
}

static void test_same_order_twice(void **state) {
    (void)state;
    begin();
    char body[OE_BODY_MAX];
    (void)string_copy(body, sizeof(body), slice_of(good_order()));
    for (int i = 0; i < 2; i++) {
        send_signed("POST", CREATE, "", body, 0);
        expect(200, "\"orderId\":\"1000001\"");
        assert_int_equal(rig.account->live_count, 1);
    }
    rig_destroy(&rig);
}

// Outside 5 % of the oracle's price, on the side that would hurt.
static void test_price_band(void **state) {
    (void)state;
    begin();
    rig.world.listings[0].mark = (struct px){50000 * PX_ONE};
    send_signed("POST", CREATE, "", good_order(), 0);
    expect(400, "\"price\"");
    rig_destroy(&rig);
}

// ---- who calls ---------------------------------------------------------------------------------

#define ASSET "/api/v2/private/account/getAccountAsset"

static void test_headers(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
        const char *code;
    } rows[] = {
        {"X-edgeX-Api-Key", "X-edgeX-Key", "GATEWAY_HEADER_REQUIRED"},
        {"X-edgeX-Signature", "X-edgeX-Api-Signature", "GATEWAY_HEADER_REQUIRED"}, // V1's name
        {"6e3f0a52", "6e3f0a53", "INVALID_API_KEY"},
        {"throwAwayPassphrase", "throwAwayPassphras", "INVALID_API_KEY"},
        {"X-edgeX-Timestamp: 17", "X-edgeX-Timestamp: 18", "INVALID_API_KEY"},
        {"X-edgeX-Signature: ", "X-edgeX-Signature: 0", "INVALID_API_KEY"},
    };
    begin();
    struct oe_call call = {
        .kind = OE_BALANCES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = rig.world.now_ns};
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char headers_data[OE_HEADERS_MAX];
        struct text headers = TEXT_OVER(headers_data);
        text_add_string(&headers, "User-Agent: test\n");
        replace(&headers, rig.message.headers_data, rows[i].from, rows[i].to);
        send("GET", ASSET, "accountId=" ACCOUNT, (struct slice){"", 0}, headers_data);
        expect(401, rows[i].code);
        edgex_oe.decode_answer(&rig.oe, &call, reply.status, (struct slice){"", 0},
                               text_slice(&reply.body), &rig.sink);
        enum oe_error error = rig_last(&rig, OE_EVENT_REJECTED)->error;
        assert_true(error == OE_ERROR_KEYS || error == OE_ERROR_REQUEST);
    }
    // What was not signed is not answered; sixty seconds either way; another's account.
    char headers_data[OE_HEADERS_MAX];
    struct text headers = TEXT_OVER(headers_data);
    text_add_string(&headers, "User-Agent: test\n");
    text_add(&headers, text_slice(&rig.message.headers));
    send("GET", ASSET, "accountId=" ACCOUNT, (struct slice){"", 0}, headers_data);
    expect(200, "SUCCESS");
    send("GET", ASSET, "accountId=" ACCOUNT "&size=1", (struct slice){"", 0}, headers_data);
    expect(401, "INVALID_API_KEY");
    send_signed("GET", ASSET, "accountId=" ACCOUNT, "", 59000);
    expect(200, "SUCCESS");
    send_signed("GET", ASSET, "accountId=" ACCOUNT, "", 61000);
    expect(401, "INVALID_API_KEY");
    send_signed("GET", ASSET, "accountId=" ACCOUNT, "", -61000);
    expect(401, "INVALID_API_KEY");
    send_signed("GET", ASSET, "accountId=1", "", 0);
    expect(400, "accountId");
    rig_destroy(&rig);
}

static void test_handshake(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } rows[] = {{"accountId=5", "accountId=6"}, {"timestamp=17", "timestamp=18"}};
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char url_data[OE_URL_MAX], headers_data[OE_HEADERS_MAX], wrong_data[OE_URL_MAX];
        struct text url = TEXT_OVER(url_data), headers = TEXT_OVER(headers_data);
        struct text wrong = TEXT_OVER(wrong_data);
        struct vsim_session session;
        assert_int_equal(edgex_oe.open(&rig.oe, 0, rig.world.now_ns, &url, &headers), STATUS_OK);
        text_add_string(&headers, "User-Agent: test\n");
        replace(&wrong, strchr(url_data, '?') + 1, rows[i].from, rows[i].to);
        struct vsim_request request = {.method = SLICE("GET"),
                                       .path = SLICE("/api/v1/private/ws"),
                                       .query = text_slice(&wrong),
                                       .headers = text_slice(&headers)};
        reply = (struct vsim_reply){.headers = text_over(rig.headers, VSIM_HEADERS_SIZE),
                                    .body = text_over(rig.body, VSIM_SCRATCH_SIZE)};
        assert_int_equal(vsim_session_create(&session, &rig.world, &rig.sockets[0].out, 9),
                         STATUS_OK);
        vsim_session_open(&session, &request, &reply);
        assert_true(reply.status != 101 || session.over != NULL);
        vsim_session_finish(&session);
    }
    // Nothing can be subscribed to here, and the desk is told.
    vsim_session_text(&rig.sockets[0].session,
                      SLICE("{\"type\":\"subscribe\",\"channel\":\"ticker.30000001\"}"));
    assert_string_equal(rig.events[rig.event_count - 1].text, "unrecognized message");
    rig_destroy(&rig);
}

// ---- the rest of the calls ---------------------------------------------------------------------

static void test_parameters(void **state) {
    (void)state;
    static const struct {
        const char *method, *path, *query, *body, *words;
    } rows[] = {
#define ORDER "/api/v2/private/order/"
#define LEVER "/api/v2/private/account/updateLeverageSetting"
#define BY_US "accountId=" ACCOUNT "&"
#define OF_US "{\"accountId\":\"" ACCOUNT "\","
        {"POST", ORDER "cancelOrderById", "", OF_US "\"orderIdList\":[]}", "orderIdList"},
        {"POST", ORDER "cancelOrderById", "", OF_US "\"orderIdList\":[[]]}", "orderIdList"},
        {"POST", ORDER "cancelOrderByClientOrderId", "", OF_US "\"orderIdList\":[\"1\"]}",
         "clientOrderIdList"},
        {"POST", ORDER "cancelAllOrder", "", "{\"accountId\":\"1\"}", "filterContractIdList"},
        {"POST", LEVER, "", OF_US "\"contractId\":\"1\",\"leverage\":\"2\"}", "contractId"},
        {"POST", LEVER, "", OF_US "\"contractId\":\"30000001\",\"leverage\":\"0\"}", "leverage"},
        {"GET", ORDER "getOrderById", BY_US "orderIdList=", "", "orderIdList"},
        {"GET", ORDER "getActiveOrderPage", BY_US "size=201", "", "size"},
        {"GET", ORDER "getActiveOrderPage", BY_US "offsetData=x", "", "offsetData"},
        {"GET", ORDER "getHistoryOrderFillTransactionPage", BY_US "size=101", "", "size"},
#undef ORDER
#undef LEVER
#undef BY_US
#undef OF_US
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        send_signed(rows[i].method, rows[i].path, rows[i].query, rows[i].body, 0);
        expect(400, "GATEWAY_PARAM_INVALID");
        expect(400, rows[i].words);
    }
    rig_destroy(&rig);
}

static enum status call_desk(enum oe_call_kind kind, uint16_t symbol) {
    struct oe_call call = {.kind = kind, .symbol = symbol, .leverage = 5};
    return rig_call(&rig, &call);
}

static void test_leverage(void **state) {
    (void)state;
    begin();
    assert_int_equal(call_desk(OE_LEVERAGE, 0), STATUS_OK);
    assert_non_null(rig_last(&rig, OE_EVENT_ACCEPTED));
    assert_int_equal(rig.account->leverage[0], 5);
    rig.account->leverage[0] = 10;
    send_signed("POST", CREATE, "", good_order(), 0);
    assert_int_equal(call_desk(OE_LEVERAGE, 0), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_LIMIT);
    assert_int_equal(rig.account->leverage[0], 10);
    rig_destroy(&rig);
}

// More open orders and fills than fit a page: none is lost, none comes twice.
static void test_pages(void **state) {
    (void)state;
    enum { ORDERS = 450, FILLS = 230 };
    begin();
    rig.world.limits.calls[0] = (struct vsim_rate){0};
    for (int i = 0; i < ORDERS + FILLS; i++) {
        char id_data[16];
        struct text id = TEXT_OVER(id_data);
        const struct vacc_order *order;
        text_add_format(&id, "o%d", i);
        struct vacc_request request = {.kind = i < ORDERS ? VACC_POST_ONLY : VACC_IOC,
                                       .price = {(i < ORDERS ? 59000 : 60005) * PX_ONE},
                                       .size = {QTY_ONE / 1000},
                                       .client_id = text_slice(&id)};
        assert_int_equal(vacc_place(rig.account, &rig.world, &request, &order), VACC_TAKEN);
    }
    rig_pass(&rig, 1);
    static const struct {
        enum oe_call_kind kind;
        enum oe_event_kind row;
        uint32_t count;
    } lists[] = {{OE_OPEN_ORDERS, OE_EVENT_ORDER, ORDERS}, {OE_FILLS, OE_EVENT_FILL, FILLS}};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        char cursor[RIG_TEXT_MAX] = "", seen[RIG_TEXT_MAX] = "";
        uint32_t rows = 0;
        do {
            struct oe_call call = {.kind = lists[i].kind, .symbol = 0, .cursor = slice_of(cursor)};
            rig_forget(&rig);
            assert_int_equal(rig_call(&rig, &call), STATUS_OK);
            rows += rig_count(&rig, lists[i].row);
            const struct oe_event *end = rig_last(&rig, OE_EVENT_END);
            assert_non_null(end);
            assert_int_equal(end->end.rows, rig_count(&rig, lists[i].row));
            (void)string_copy(seen, sizeof(seen), slice_of(cursor));
            (void)string_copy(cursor, sizeof(cursor), end->end.cursor);
            assert_string_not_equal(cursor, cursor[0] == '\0' ? "-" : seen);
        } while (cursor[0] != '\0');
        assert_int_equal(rows, lists[i].count);
    }
    rig_destroy(&rig);
}

// A settlement comes on the socket, and again when it is asked for, with the same time and amount.
static void test_funding(void **state) {
    (void)state;
    begin();
    struct vsim_listing *listing = &rig.world.listings[0];
    const struct vacc_order *order;
    struct vacc_request request = {
        .kind = VACC_IOC, .price = {60005 * PX_ONE}, .size = {QTY_ONE}, .client_id = SLICE("a")};
    assert_int_equal(vacc_place(rig.account, &rig.world, &request, &order), VACC_TAKEN);
    rig_pass(&rig, 1000);
    listing->funding = (struct rate){PX_ONE / 10000};
    int64_t due_ns = listing->next_settlement_ns;
    listing->next_settlement_ns += listing->funding_interval_ns;
    rig_forget(&rig);
    rig_pass(&rig, (due_ns - rig.world.now_ns) / NS_PER_MS + 1000);
    const struct oe_event *told = rig_last(&rig, OE_EVENT_FUNDING);
    assert_non_null(told);
    assert_false(told->snapshot);
    assert_int_equal(told->symbol, 0);
    assert_int_equal(told->funding.amount.v, 6 * USD_ONE + 50); // of 60000.5 at the mark
    struct oe_event first = *told;
    rig_forget(&rig);
    assert_int_equal(call_desk(OE_FUNDING_PAID, OE_SYMBOL_NONE), STATUS_OK);
    assert_int_equal(rig_count(&rig, OE_EVENT_FUNDING), 1);
    const struct oe_event *again = rig_last(&rig, OE_EVENT_FUNDING);
    assert_true(again->snapshot);
    assert_int_equal(again->time_ns, first.time_ns);
    assert_int_equal(again->funding.amount.v, first.funding.amount.v);
    rig_destroy(&rig);
}

// A desk that comes back is told what is open and held before anything else.
static void test_snapshot(void **state) {
    (void)state;
    begin();
    struct vacc_request request = {
        .kind = VACC_IOC, .price = {60005 * PX_ONE}, .size = {QTY_ONE}, .client_id = SLICE("a")};
    const struct vacc_order *order;
    assert_int_equal(vacc_place(rig.account, &rig.world, &request, &order), VACC_TAKEN);
    send_signed("POST", CREATE, "", good_order(), 0);
    rig_pass(&rig, 1);
    vsim_session_finish(&rig.sockets[0].session);
    rig.sockets[0].open = false;
    rig_forget(&rig);
    assert_true(rig_connect(&rig, 0));
    const struct oe_event *event = rig_last(&rig, OE_EVENT_ORDER);
    assert_int_equal(rig_count(&rig, OE_EVENT_ORDER), 1);
    assert_true(event->snapshot && event->order.state == OE_STATE_NEW);
    assert_int_equal(event->order.price.v, 59990 * PX_ONE);
    event = rig_last(&rig, OE_EVENT_POSITION);
    assert_int_equal(rig_count(&rig, OE_EVENT_POSITION), 1);
    assert_true(event->snapshot);
    assert_int_equal(event->position.net.v, QTY_ONE);
    assert_int_equal(event->position.average.v, 60001 * PX_ONE);
    assert_true(rig_last(&rig, OE_EVENT_SESSION)->session.on);
    rig_destroy(&rig);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),     cmocka_unit_test(test_same_order_twice),
        cmocka_unit_test(test_price_band), cmocka_unit_test(test_headers),
        cmocka_unit_test(test_handshake),  cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_leverage),   cmocka_unit_test(test_pages),
        cmocka_unit_test(test_funding),    cmocka_unit_test(test_snapshot),
    };
    return cmocka_run_group_tests_name("edgex_server", tests, NULL, NULL);
}
