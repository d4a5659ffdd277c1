// HMAC against the venues' documented examples, and the order Binance is sent, byte for byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchanges/sign_hmac.h"
#include "oe_fixture.h"

static void test_hmac(void **state) {
    (void)state;
    struct sign_hmac hmac;
    char hex[SIGN_HMAC_HEX_SIZE];
    char base64[SIGN_HMAC_BASE64_SIZE];
    // RFC 4231, cases 2 and 6 (a key longer than a block).
    sign_hmac_init(&hmac, SLICE("Jefe"));
    sign_hmac_hex(&hmac, SLICE("what do ya want for nothing?"), hex);
    assert_memory_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                        64);
    sign_hmac_base64(&hmac, SLICE("what do ya want for nothing?"), base64);
    assert_memory_equal(base64, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", 44);
    sign_hmac_extend(&hmac, SLICE("what do ya want "));
    sign_hmac_base64(&hmac, SLICE("for nothing?"), base64);
    assert_memory_equal(base64, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", 44);
    sign_hmac_finish(&hmac);
    static const char zero[sizeof(hmac)];
    assert_memory_equal(&hmac, zero, sizeof(hmac));
    char key[131];
    memset(key, 0xaa, sizeof(key));
    sign_hmac_init(&hmac, (struct slice){key, sizeof(key)});
    sign_hmac_hex(&hmac, SLICE("Test Using Larger Than Block-Size Key - Hash Key First"), hex);
    assert_memory_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                        64);
    sign_hmac_finish(&hmac);
}

static const char api_key[] = "THROWAWAYapikey0123456789THROWAWAYapikey0123456789THROWAWAYapikey";
static const char secret[] = "THROWAWAYsecret0123456789THROWAWAYsecret0123456789THROWAWAYsecret";

static struct oe_fixture fixture;

static enum status create(struct slice key, struct slice secret_text) {
    static const char *const symbols[] = {"BTC/USDT"};
    const struct slice secrets[OE_SECRETS_MAX] = {key, secret_text};
    enum status status = oe_fixture_create(&fixture, "binance", symbols, 1, secrets);
    if (status == STATUS_OK) {
        oe_fixture_learn(&fixture, 0, (struct px){PX_ONE / 10}, (struct qty){QTY_ONE / 1000});
    }
    return status;
}

static struct oe_call limit_order(void) {
    return (struct oe_call){.kind = OE_PLACE,
                            .tag = 17,
                            .symbol = 0,
                            .order = {.side = SIDE_BUY,
                                      .kind = OE_GTC,
                                      .price = {654321 * (PX_ONE / 10)},
                                      .size = {2 * (QTY_ONE / 1000)}},
                            .client_id = SLICE("pd1a2b3c4d5e6f"),
                            .now_ns = INT64_C(1767323045678) * NS_PER_MS};
}

// Case binance-ws_api-01 of the venue's vectors.
static void test_order(void **state) {
    (void)state;
    assert_int_equal(create(slice_of(api_key), (struct slice){"", 0}), STATUS_CONFIG);
    oe_fixture_finish(&fixture);
    assert_int_equal(create(slice_of(api_key), slice_of(secret)), STATUS_OK);
    struct oe_call call = limit_order();
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_OK);
    assert_int_equal(fixture.message.way, OE_WAY_SOCKET);
    assert_string_equal(
        fixture.message.body.data,
        "{\"id\":\"f17\",\"method\":\"order.place\",\"params\":{\"apiKey\":"
        "\"THROWAWAYapikey0123456789THROWAWAYapikey0123456789THROWAWAYapikey\","
        "\"newClientOrderId\":\"pd1a2b3c4d5e6f\",\"price\":\"65432.1\","
        "\"quantity\":\"0.002\",\"recvWindow\":\"5000\",\"side\":\"BUY\","
        "\"symbol\":\"BTCUSDT\",\"timeInForce\":\"GTC\",\"timestamp\":1767323045678,"
        "\"type\":\"LIMIT\",\"signature\":"
        "\"f35b0334ea115fee3f93c4818ad7fb3a6fc2d16388a7b32bec6a2c6ae5a7ea95\"}}");
    call.order.kind = OE_POST_ONLY;
    call.order.side = SIDE_SELL;
    call.order.reduce_only = true;
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_OK);
    const char *body = fixture.message.body.data;
    assert_non_null(strstr(body, "\"side\":\"SELL\""));
    assert_non_null(strstr(body, "\"timeInForce\":\"GTX\""));
    assert_non_null(strstr(body, "\"recvWindow\":\"5000\",\"reduceOnly\":\"true\",\"side\""));
    call.kind = OE_BALANCES;
    call.symbol = OE_SYMBOL_NONE;
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_OK);
    assert_string_equal(fixture.message.method, "GET");
    assert_non_null(strstr(fixture.message.path.data,
                           "/fapi/v3/balance?recvWindow=5000&timestamp=1767323045678&signature="));
    assert_non_null(strstr(fixture.message.headers.data, "X-MBX-APIKEY: THROWAWAY"));
    oe_fixture_finish(&fixture);
}

static void test_refused(void **state) {
    (void)state;
    struct oe_call calls[7];
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        calls[i] = limit_order();
    }
    calls[0].order.price.v += 1;
    calls[1].order.size.v += 1;
    calls[2].client_id = SLICE("a\",\"b");
    calls[3].client_id = SLICE("1234567890123456789012345678901234567890");
    calls[4].now_ns = 0;
    calls[5].order.price.v = 0;
    calls[6].kind = OE_NONCE; // Binance has none
    assert_int_equal(create(slice_of(api_key), slice_of(secret)), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        assert_int_equal(oe_encode(&fixture.oe, &calls[i], &fixture.message), STATUS_DATA);
    }
    fixture.oe.listings[0].ready = false;
    struct oe_call call = limit_order();
    assert_int_equal(oe_encode(&fixture.oe, &call, &fixture.message), STATUS_UNAVAILABLE);
    oe_fixture_finish(&fixture);
}

static void expect_frame(uint32_t socket, const char *frame, const char *lines) {
    text_clear(&fixture.lines);
    fixture.oe.venue->decode_frame(&fixture.oe, socket, slice_of(frame), 1, &fixture.sink);
    assert_string_equal(fixture.lines.data, lines);
}

static void test_frames(void **state) {
    (void)state;
    assert_int_equal(create(slice_of(api_key), slice_of(secret)), STATUS_OK);
    expect_frame(0,
                 "{\"id\":\"f17\",\"status\":200,\"result\":{\"orderId\":325078477,\"symbol\":"
                 "\"BTCUSDT\",\"status\":\"NEW\",\"clientOrderId\":\"pd1-2\",\"price\":"
                 "\"43187.00\",\"origQty\":\"0.100\",\"executedQty\":\"0.000\",\"side\":\"BUY\"}}",
                 "{\"event\":\"accepted\",\"call\":\"place\",\"tag\":17,\"client_id\":\"pd1-2\","
                 "\"venue_id\":\"325078477\"}\n"
                 "{\"event\":\"order\",\"call\":\"place\",\"tag\":17,\"symbol\":\"BTCUSDT\","
                 "\"client_id\":\"pd1-2\",\"venue_id\":\"325078477\",\"state\":\"new\",\"side\":"
                 "\"buy\",\"filled\":\"0\",\"price\":\"43187\",\"size\":\"0.1\"}\n");
    expect_frame(0, "{\"id\":\"f18\",\"status\":400,\"error\":{\"code\":-5022,\"msg\":\"no\"}}",
                 "{\"event\":\"rejected\",\"call\":\"place\",\"tag\":18,\"error\":\"would_take\","
                 "\"text\":\"no\"}\n");
    expect_frame(0, "{\"id\":\"f19\",\"status\":503,\"error\":{\"code\":-1006,\"msg\":\"?\"}}",
                 "{\"event\":\"unknown\",\"call\":\"place\",\"tag\":19,\"text\":\"?\"}\n");
    expect_frame(
        1,
        "{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":2,\"o\":{\"s\":\"BTCUSDT\",\"c\":\"pd1-2\","
        "\"S\":\"SELL\",\"x\":\"TRADE\",\"X\":\"PARTIALLY_FILLED\",\"i\":7,\"q\":\"0.3\","
        "\"z\":\"0.1\",\"l\":\"0.1\",\"L\":\"43000.5\",\"N\":\"USDT\",\"n\":\"0.02\","
        "\"T\":5,\"t\":99,\"m\":true,\"R\":false,\"V\":null}}",
        "{\"event\":\"fill\",\"symbol\":\"BTCUSDT\",\"client_id\":\"pd1-2\",\"venue_id\":"
        "\"7\",\"trade\":99,\"side\":\"sell\",\"price\":\"43000.5\",\"size\":\"0.1\","
        "\"fee\":\"0.02\",\"liquidity\":\"maker\",\"time_ms\":5}\n"
        "{\"event\":\"order\",\"symbol\":\"BTCUSDT\",\"client_id\":\"pd1-2\",\"venue_id\":"
        "\"7\",\"state\":\"partial\",\"side\":\"sell\",\"filled\":\"0.1\",\"size\":\"0.3\","
        "\"time_ms\":5}\n");
    expect_frame(
        1,
        "{\"e\":\"ACCOUNT_UPDATE\",\"a\":{\"B\":[{\"a\":\"USDT\",\"bc\":\"-1.5\"}],"
        "\"m\":\"FUNDING_FEE\",\"P\":[{\"s\":\"BTCUSDT\",\"pa\":\"-2\",\"ep\":\"100\","
        "\"up\":\"-3\",\"ps\":\"BOTH\"}]}}",
        "{\"event\":\"funding\",\"amount\":\"1.5\"}\n"
        "{\"event\":\"position\",\"symbol\":\"BTCUSDT\",\"net\":\"-2\",\"average\":\"100\","
        "\"unrealised\":\"-3\"}\n");
    expect_frame(1, "{\"e\":\"what\"}",
                 "{\"event\":\"surprise\",\"text\":\"{\\\"e\\\":\\\"what\\\"}\"}\n");
    oe_fixture_finish(&fixture);
}

// The documented example of the venue's REST interface.
static void test_document(void **state) {
    (void)state;
    struct sign_hmac hmac;
    char hex[SIGN_HMAC_HEX_SIZE];
    sign_hmac_init(&hmac,
                   SLICE("2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"));
    sign_hmac_hex(&hmac,
                  SLICE("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
                        "&recvWindow=5000&timestamp=1591702613943"),
                  hex);
    assert_memory_equal(hex, "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9",
                        64);
    sign_hmac_finish(&hmac);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hmac),   cmocka_unit_test(test_document),
        cmocka_unit_test(test_order),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_frames),
    };
    return cmocka_run_group_tests_name("binance_oe", tests, NULL, NULL);
}
