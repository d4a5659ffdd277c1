// GRVT's login: what is taken of its answer, when it is renewed, and what happens when it is over;
// and the two ways an order can go.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchanges/grvt_oe.h"
#include "oe_rig.h"

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"THROWAWAYapikey", 15},
    {"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 66},
    {"2147050003876484", 16}};

static const int64_t now_ns = INT64_C(1792567680) * NS_PER_S; // 2026-10-21 07:28:00
#define HOUR_NS (3600 * NS_PER_S)

static void test_login_headers(void **state) {
    static const struct {
        const char *headers;
        const char *cookie; // NULL: refused
        int64_t lasts_ns;   // until it is renewed
    } rows[] = {
        {"Set-Cookie: gravity=a.b; Path=/; expires=Wed, 21 Oct 2026 09:28:00 GMT; Secure\r\n"
         "X-Grvt-Account-Id: 5\r\n",
         "gravity=a.b", 2 * HOUR_NS - 60 * NS_PER_S},
        {"x-grvt-account-id: 5\nset-cookie: a=1; expires=Thu, 22 Oct 2026 07:28:00 GMT\n"
         "set-cookie: gravity=c; Expires=Wed, 21-Oct-2026 09:28:00 GMT\n",
         "gravity=c", 2 * HOUR_NS - 60 * NS_PER_S},
        {"Set-Cookie: gravity=a\nX-Grvt-Account-Id: 5\n", "gravity=a",
         24 * HOUR_NS - 60 * NS_PER_S},
        {"Set-Cookie: gravity=a; expires=soon\nX-Grvt-Account-Id: 5\n", "gravity=a",
         24 * HOUR_NS - 60 * NS_PER_S},
        // Over already, or nearly: not every turn of the loop.
        {"Set-Cookie: gravity=a; expires=Wed, 21 Oct 2026 07:28:10 GMT\nX-Grvt-Account-Id: 5\n",
         "gravity=a", 5 * NS_PER_S},
        {"Set-Cookie: gravity=a\n", NULL, 0},
        {"X-Grvt-Account-Id: 5\n", NULL, 0},
        {"Set-Cookie: gravityx=a\nX-Grvt-Account-Id: 5\n", NULL, 0},
        {"Set-Cookie: gravity=\x01\nX-Grvt-Account-Id: 5\n", NULL, 0},
        {"", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        static struct grvt grvt;
        memset(&grvt, 0, sizeof(grvt));
        bool taken = grvt_take_login(&grvt, slice_of(rows[i].headers), now_ns);
        assert_int_equal(taken, rows[i].cookie != NULL);
        if (taken) {
            assert_string_equal(grvt.cookie, rows[i].cookie);
            assert_string_equal(grvt.login_id, "5");
            assert_int_equal(grvt.renew_ns - now_ns, rows[i].lasts_ns);
        }
    }
}

static void test_scaling(void **state) {
    uint64_t out;
    (void)state;
    assert_true(grvt_scale_size((struct qty){101300000}, 9, &out));
    assert_int_equal(out, 1013000000);
    assert_true(grvt_scale_size((struct qty){101300000}, 3, &out));
    assert_int_equal(out, 1013);
    assert_false(grvt_scale_size((struct qty){101300000}, 2, &out)); // never cut off
    assert_false(grvt_scale_size((struct qty){INT64_MAX}, 18, &out));
    assert_false(grvt_scale_size((struct qty){-1}, 9, &out));
    assert_false(grvt_scale_size((struct qty){1}, 19, &out));
    assert_true(grvt_scale_price((struct px){INT64_C(68900500000000000)}, &out));
    assert_int_equal(out, INT64_C(68900500000000));
    assert_false(grvt_scale_price((struct px){INT64_C(68900500000000001)}, &out));
}

static void test_client_ids(void **state) {
    char one[OE_CLIENT_ID_MAX], other[OE_CLIENT_ID_MAX];
    (void)state;
    for (uint64_t job = 1; job < 400; job++) {
        for (uint64_t number = 0; number < 40; number++) {
            grvt_oe.client_id(77, job << 16 | number, one);
            grvt_oe.client_id(77, job << 16 | (number + 1), other);
            assert_string_not_equal(one, other);
            assert_true(strtoull(one, NULL, 10) >> 63 == 1);
        }
    }
    backpack_oe.client_id(77, UINT64_C(0xfffff) << 16 | 0xfff, one);
    backpack_oe.client_id(77, UINT64_C(1) << 16 | 1, other);
    assert_string_not_equal(one, other);
    assert_true(strlen(one) <= 10);
}

static struct rig rig;

static void begin(void) {
    assert_int_equal(rig_create(&rig, "grvt", secrets, NULL, USD(100000)), STATUS_OK);
    assert_true(rig_start(&rig));
}

static enum status place(uint64_t number) {
    static char id[OE_CLIENT_ID_MAX];
    grvt_oe.client_id(1, UINT64_C(1) << 16 | number, id);
    struct oe_call call = {
        .kind = OE_PLACE,
        .order = {.kind = OE_POST_ONLY, .price = {59990 * PX_ONE}, .size = {QTY_ONE / 100}},
        .client_id = slice_of(id)};
    return rig_call(&rig, &call);
}

// The venue calls the session over: said as such, and the next one is asked for at once.
static void test_login_over(void **state) {
    (void)state;
    begin();
    rig.account->faults[VACC_FAULT_LOGIN] = 1;
    assert_int_equal(place(1), STATUS_OK);
    const struct oe_event *refused = rig_last(&rig, OE_EVENT_REJECTED);
    assert_non_null(refused);
    assert_int_equal(refused->error, OE_ERROR_LOGIN);
    assert_int_equal(rig.account->live_count, 0);
    assert_false(rig_last(&rig, OE_EVENT_SESSION)->session.on); // the socket needs another
    enum oe_call_kind kind;
    assert_int_equal(grvt_oe.upkeep(&rig.oe, rig.world.now_ns, &kind), rig.world.now_ns);
    assert_int_equal(kind, OE_LOGIN);
    rig_pass(&rig, 1000);
    assert_int_equal(rig_last(&rig, OE_EVENT_SESSION)->session.on, true);
    assert_int_equal(place(2), STATUS_OK);
    rig_pass(&rig, 1000);
    assert_int_equal(rig.account->live_count, 1);
    rig_destroy(&rig);
}

// Without a login nothing is sent; without the socket's streams an order goes by REST.
static void test_ways(void **state) {
    (void)state;
    assert_int_equal(rig_create(&rig, "grvt", secrets, NULL, USD(100000)), STATUS_OK);
    assert_int_equal(place(1), STATUS_UNAVAILABLE);
    rig_pass(&rig, 1000); // upkeep
    assert_int_equal(place(1), STATUS_OK);
    assert_int_equal(rig.message.way, OE_WAY_REST);
    assert_int_equal(rig.account->live_count, 1);
    assert_true(rig_connect(&rig, 0));
    assert_int_equal(place(2), STATUS_OK);
    assert_int_equal(rig.message.way, OE_WAY_SOCKET);
    assert_int_equal(rig.account->live_count, 2);
    struct oe_call call = {.kind = OE_LOGIN, .symbol = OE_SYMBOL_NONE};
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_string_equal(rig.message.rest, "https://edge.grvt.io");
    rig_destroy(&rig);
}

static void test_deadman_bounds(void **state) {
    (void)state;
    begin();
    struct oe_call call = {.kind = OE_DEADMAN, .symbol = OE_SYMBOL_NONE, .countdown_ms = 300001};
    assert_int_equal(rig_call(&rig, &call), STATUS_DATA);
    call.countdown_ms = 1500; // whole seconds, and not less
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_non_null(strstr(rig.message.body_data, "\"countdown_time\":\"2000\""));
    call.countdown_ms = 0;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_DEADMAN)->deadman.until_ns, 0);
    rig_destroy(&rig);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login_headers), cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_client_ids),    cmocka_unit_test(test_login_over),
        cmocka_unit_test(test_ways),          cmocka_unit_test(test_deadman_bounds),
    };
    return cmocka_run_group_tests_name("grvt_session", tests, NULL, NULL);
}
