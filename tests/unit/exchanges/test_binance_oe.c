// HMAC against the venues' documented examples, and the order Binance is sent, byte for byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "exchanges/binance_oe.h"

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

static struct listing btc(void) {
    struct listing listing = {.ready = true, .tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
    strcpy(listing.native, "BTCUSDT");
    return listing;
}

static struct oe_order limit_order(const struct listing *listing) {
    return (struct oe_order){.listing = listing,
                             .side = SIDE_BUY,
                             .kind = OE_GTC,
                             .price = {654321 * (PX_ONE / 10)},
                             .size = {2 * (QTY_ONE / 1000)},
                             .client_id = SLICE("pd1a2b3c4d5e6f"),
                             .request_id = SLICE("0123456789abcdef0123456789abcdef"),
                             .timestamp_ms = 1767323045678};
}

// Case binance-ws_api-01 of the venue's vectors.
static void test_order(void **state) {
    (void)state;
    struct oe oe;
    char data[1024];
    struct text out = TEXT_OVER(data);
    struct listing listing = btc();
    struct oe_order order = limit_order(&listing);
    assert_int_equal(binance_oe.init(&oe, (struct oe_credentials){slice_of(api_key), {"", 0}}),
                     STATUS_CONFIG);
    assert_int_equal(
        binance_oe.init(&oe, (struct oe_credentials){slice_of(api_key), slice_of(secret)}),
        STATUS_OK);
    assert_int_equal(binance_oe.encode_place(&oe, &order, &out), STATUS_OK);
    assert_string_equal(
        data, "{\"id\":\"0123456789abcdef0123456789abcdef\",\"method\":\"order.place\","
              "\"params\":{\"apiKey\":"
              "\"THROWAWAYapikey0123456789THROWAWAYapikey0123456789THROWAWAYapikey\","
              "\"newClientOrderId\":\"pd1a2b3c4d5e6f\",\"price\":\"65432.1\","
              "\"quantity\":\"0.002\",\"recvWindow\":\"5000\",\"side\":\"BUY\","
              "\"symbol\":\"BTCUSDT\",\"timeInForce\":\"GTC\",\"timestamp\":1767323045678,"
              "\"type\":\"LIMIT\",\"signature\":"
              "\"f35b0334ea115fee3f93c4818ad7fb3a6fc2d16388a7b32bec6a2c6ae5a7ea95\"}}");
    text_clear(&out);
    order.kind = OE_POST_ONLY;
    order.side = SIDE_SELL;
    assert_int_equal(binance_oe.encode_place(&oe, &order, &out), STATUS_OK);
    assert_non_null(strstr(data, "\"side\":\"SELL\""));
    assert_non_null(strstr(data, "\"timeInForce\":\"GTX\""));
    binance_oe.finish(&oe);
}

static void test_refused(void **state) {
    (void)state;
    struct oe oe;
    char data[1024];
    struct text out = TEXT_OVER(data);
    struct listing listing = btc();
    struct oe_order orders[6];
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        orders[i] = limit_order(&listing);
    }
    orders[0].price.v += 1;
    orders[1].size.v += 1;
    orders[2].client_id = SLICE("a\",\"b");
    orders[3].client_id = SLICE("1234567890123456789012345678901234567");
    orders[4].timestamp_ms = 0;
    orders[5].price.v = 0;
    assert_int_equal(
        binance_oe.init(&oe, (struct oe_credentials){slice_of(api_key), slice_of(secret)}),
        STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        assert_int_equal(binance_oe.encode_place(&oe, &orders[i], &out), STATUS_DATA);
        assert_int_equal(out.size, 0);
    }
    listing.ready = false;
    struct oe_order order = limit_order(&listing);
    assert_int_equal(binance_oe.encode_place(&oe, &order, &out), STATUS_DATA);
    binance_oe.finish(&oe);
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
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("binance_oe", tests, NULL, NULL);
}
