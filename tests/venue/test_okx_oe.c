// What OKX's order entry has of its own: the one call that is limited to one a second, and demo
// trading.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "io/rate.h"
#include "oe_rig.h"

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"11111111-2222-3333", 18}, {"0123456789ABCDEF", 16}, {"throwaway-Pass1", 15}};

static struct rig rig;

static void begin(void) {
    assert_int_equal(rig_create(&rig, "okx", secrets, NULL, USD(100000)), STATUS_OK);
    assert_true(rig_start(&rig));
}

static void encode(enum oe_call_kind kind) {
    struct oe_call call = {.kind = kind,
                           .tag = 1,
                           .symbol = OE_SYMBOL_NONE,
                           .countdown_ms = 60000,
                           .now_ns = rig.world.now_ns};
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
}

// okx.md section 5: cancel-all-after once a second, however much else there is room for.
static void test_countdown(void **state) {
    (void)state;
    struct rate_limits rate;
    begin();
    encode(OE_DEADMAN);
    rate_init(&rate, rig.oe.venue->buckets, (struct bps){BPS_WHOLE}, (struct bps){0});
    int64_t now_ns = rig.world.now_ns;
    assert_true(rate_when_ns(&rate, &rig.message.cost, true, now_ns) <= now_ns);
    rate_take(&rate, &rig.message.cost, now_ns);
    assert_true(rate_when_ns(&rate, &rig.message.cost, true, now_ns) >= now_ns + NS_PER_S);
    assert_int_equal(rate_fullest(&rate, now_ns).used, 0); // no alarm for a person
    encode(OE_OPEN_ORDERS);
    assert_true(rate_when_ns(&rate, &rig.message.cost, true, now_ns) <= now_ns);
    rig_destroy(&rig);
}

// Numbers of instruments are not the same in demo trading: they are asked for where they are used.
static void test_demo(void **state) {
    (void)state;
    begin();
    encode(OE_RULES);
    assert_string_equal(rig.message.headers_data, "");
    rig.oe.testnet = true;
    encode(OE_RULES);
    assert_string_equal(rig.message.headers_data, "x-simulated-trading: 1\n");
    encode(OE_OPEN_ORDERS);
    const char *first = strstr(rig.message.headers_data, "x-simulated-trading: 1\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "x-simulated-trading"));
    rig_destroy(&rig);
}

// A limit that names no request holds for all of them: the lane slows down.
static void test_limit_without_id(void **state) {
    (void)state;
    begin();
    rig.oe.venue->decode_frame(&rig.oe, 0,
                               SLICE("{\"event\":\"error\",\"code\":\"60014\",\"msg\":\"slow\"}"),
                               rig.world.now_ns, &rig.sink);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_RATE);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->tag, 0);
    rig_destroy(&rig);
}

// An order that comes late is none: the lane believes it gone after 6 s. A cancel may come
// whenever.
static void test_end_of_requests(void **state) {
    (void)state;
    static const enum oe_call_kind kinds[] = {OE_PLACE, OE_AMEND, OE_CANCEL};
    begin();
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct oe_call call = {.kind = kinds[i],
                               .tag = 1,
                               .order = {.side = SIDE_BUY,
                                         .kind = OE_POST_ONLY,
                                         .price = {59990 * PX_ONE},
                                         .size = {QTY_ONE / 100}},
                               .client_id = SLICE("pd1"),
                               .now_ns = rig.world.now_ns};
        char end[64];
        (void)snprintf(end, sizeof(end), ",\"expTime\":\"%lld\",\"args\":[",
                       (long long)(call.now_ns / NS_PER_MS + 5000));
        assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
        const char *body = rig.message.body_data;
        assert_int_equal(strstr(body, end) != NULL, kinds[i] != OE_CANCEL);
        assert_int_equal(strstr(body, "expTime") != NULL, kinds[i] != OE_CANCEL);
    }
    rig_destroy(&rig);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_countdown),
        cmocka_unit_test(test_demo),
        cmocka_unit_test(test_limit_without_id),
        cmocka_unit_test(test_end_of_requests),
    };
    return cmocka_run_group_tests_name("okx_oe", tests, NULL, NULL);
}
