// What only Aster's order entry has: two kinds of keys, numbers in microseconds, fees of either
// sign; and what it has in common with Binance: a listen key that may be lost, pages of fills.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exchanges/fapi_oe.h"
#include "oe_rig.h"

#define USER                                                                                       \
    { "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", 42 }
#define SIGNER                                                                                     \
    { "0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1", 66 }
#define KEY                                                                                        \
    { "THROWAWAYapikey", 15 }
#define SECRET                                                                                     \
    { "THROWAWAYsecret", 15 }
#define NONE                                                                                       \
    { "", 0 }

static const struct slice third[OE_SECRETS_MAX] = {USER, SIGNER};
static struct rig rig;

static enum status create(const struct slice *secrets) {
    enum status status = rig_create(&rig, "aster", secrets, NULL, USD(100000));
    return status;
}

static void begin(void) {
    assert_int_equal(create(third), STATUS_OK);
    if (!rig_start(&rig)) {
        rig_print(&rig);
        fail_msg("%s", status_text());
    }
    rig_forget(&rig);
}

static const char *path_of_balances(void) {
    struct oe_call call = {
        .kind = OE_BALANCES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = rig.world.now_ns};
    assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
    return rig.message.path.data;
}

// A signer wins over an API key; half of either is none.
static void test_secrets(void **state) {
    (void)state;
    static const struct {
        struct slice secrets[OE_SECRETS_MAX];
        const char *path; // NULL: refused
    } rows[] = {
        {{USER, SIGNER, NONE, NONE}, "/fapi/v3/balance?nonce="},
        {{USER, SIGNER, KEY, SECRET}, "/fapi/v3/balance?nonce="},
        {{NONE, NONE, KEY, SECRET}, "/fapi/v1/balance?recvWindow="},
        {{USER, NONE, KEY, SECRET}, "/fapi/v1/balance?recvWindow="},
        {{NONE, SIGNER, NONE, NONE}, NULL},
        {{USER, NONE, NONE, NONE}, NULL},
        {{NONE, NONE, KEY, NONE}, NULL},
        {{NONE, NONE, NONE, NONE}, NULL},
        {{USER, {"0x00", 4}, NONE, NONE}, NULL},
        {{{"0x12", 4}, SIGNER, NONE, NONE}, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum status status = create(rows[i].secrets);
        if (rows[i].path == NULL) {
            assert_int_equal(status, STATUS_CONFIG);
            assert_null(strstr(status_text(), "4fd0a422")); // never a value
        } else {
            assert_int_equal(status, STATUS_OK);
            const char *path = path_of_balances();
            assert_memory_equal(path, rows[i].path, strlen(rows[i].path));
        }
        rig_destroy(&rig);
    }
}

static int64_t nonce_of(const char *path) {
    const char *at = strstr(path, "nonce=");
    int64_t nonce = 0;
    assert_non_null(at);
    at += strlen("nonce=");
    assert_true(decimal_parse((struct slice){at, strspn(at, "0123456789")}, 0, &nonce));
    return nonce;
}

static void test_numbers(void **state) {
    (void)state;
    begin();
    rig.world.now_ns += NS_PER_S;
    int64_t first = nonce_of(path_of_balances());
    assert_int_equal(first, rig.world.now_ns / NS_PER_US);
    rig.world.now_ns -= NS_PER_S / 2; // the clock was set
    assert_int_equal(nonce_of(path_of_balances()), first + 1);
    struct oe_call call = {.kind = OE_BALANCES, .symbol = OE_SYMBOL_NONE};
    rig.account->faults[VACC_FAULT_NONCE] = 1;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_int_equal(rig_last(&rig, OE_EVENT_REJECTED)->error, OE_ERROR_NONCE);
    rig_destroy(&rig);
}

// A number is taken once, and not far from the venue's clock.
static void test_window(void **state) {
    (void)state;
    begin();
    path_of_balances();
    struct vsim_request request = {.method = SLICE("GET"),
                                   .path = SLICE("/fapi/v3/balance"),
                                   .query = slice_of(strchr(rig.message.path.data, '?') + 1)};
    struct vsim_reply reply = {.headers = text_over(rig.headers, VSIM_HEADERS_SIZE),
                               .body = text_over(rig.body, VSIM_SCRATCH_SIZE)};
    vsim_call(&rig.world, &request, &reply);
    assert_int_equal(reply.status, 200);
    text_clear(&reply.body);
    vsim_call(&rig.world, &request, &reply); // once more
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(rig.body, "-4225"));
    path_of_balances();
    text_clear(&reply.body);
    rig.world.now_ns += 11 * NS_PER_S;
    vsim_call(&rig.world, &request, &reply);
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(rig.body, "-4225"));
    rig_destroy(&rig);
}

static void test_lost_listen_key(void **state) {
    (void)state;
    begin();
    struct oe_call call = {.kind = OE_REFRESH, .symbol = OE_SYMBOL_NONE};
    // A limit, or a page in front of the venue, says nothing of the key.
    rig_forget(&rig);
    rig.oe.venue->decode_answer(&rig.oe, &call, 429, SLICE(""),
                                SLICE("{\"code\":-1003,\"msg\":\"slow\"}"), &rig.sink);
    rig.oe.venue->decode_answer(&rig.oe, &call, 403, SLICE(""), SLICE("<html>"), &rig.sink);
    assert_null(rig_last(&rig, OE_EVENT_SESSION));
    rig.account->faults[VACC_FAULT_LOGIN] = 1;
    assert_int_equal(rig_call(&rig, &call), STATUS_OK);
    assert_false(rig_last(&rig, OE_EVENT_SESSION)->session.on);
    enum oe_call_kind kind;
    assert_true(rig.venue->oe->upkeep(&rig.oe, rig.world.now_ns, &kind) <= rig.world.now_ns);
    assert_int_equal(kind, OE_LOGIN);
    rig_pass(&rig, 10);
    assert_true(rig_last(&rig, OE_EVENT_SESSION)->session.on);
    rig_destroy(&rig);
}

struct end_sink {
    struct oe_sink sink; // must be first
    char cursor[32];
    uint32_t fills;
    bool unpaid; // a fee that is not positive
};

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct end_sink *end = (struct end_sink *)(void *)sink;
    if (event->kind == OE_EVENT_FILL) {
        end->fills++;
        end->unpaid = end->unpaid || !event->fill.has_fee || event->fill.fee.v <= 0;
    } else if (event->kind == OE_EVENT_END) {
        (void)string_copy(end->cursor, sizeof(end->cursor), event->end.cursor);
    }
}

// A full page goes on at its last row's time, and never stands still.
static void test_pages(void **state) {
    (void)state;
    static char body_data[512 * 1024];
    struct text body = TEXT_OVER(body_data);
    struct end_sink end = {.sink = {on_event}};
    begin();
    for (int i = 0; i < FAPI_PAGE; i++) {
        text_add_format(
            &body,
            "%s{\"symbol\":\"BTCUSDT\",\"id\":%d,\"orderId\":1,\"side\":\"BUY\",\"price\":"
            "\"1\",\"qty\":\"1\",\"commission\":\"%s0.1\",\"commissionAsset\":\"USDT\","
            "\"maker\":false,\"time\":%d}",
            i == 0 ? "[" : ",", i + 1, i % 2 == 0 ? "-" : "", 5000 + i);
    }
    text_add_char(&body, ']');
    assert_false(body.truncated);
    struct oe_call call = {
        .kind = OE_FILLS, .tag = 1, .symbol = 0, .since_ns = NS_PER_S, .now_ns = NS_PER_S};
    static const char *const cursors[] = {"5999", "6000"};
    for (size_t i = 0; i < COUNT_OF(cursors); i++) {
        char before[32];
        (void)string_copy(before, sizeof(before), slice_of(end.cursor));
        call.cursor = slice_of(before);
        assert_int_equal(oe_encode(&rig.oe, &call, &rig.message), STATUS_OK);
        rig.venue->oe->decode_answer(&rig.oe, &call, 200, (struct slice){"", 0}, text_slice(&body),
                                     &end.sink);
        assert_string_equal(end.cursor, cursors[i]);
    }
    assert_non_null(strstr(rig.message.path.data, "&startTime=5999&limit=1000"));
    assert_int_equal(end.fills, 2 * FAPI_PAGE);
    assert_false(end.unpaid);
    rig_destroy(&rig);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_window),  cmocka_unit_test(test_lost_listen_key),
        cmocka_unit_test(test_pages),
    };
    return cmocka_run_group_tests_name("aster_oe", tests, NULL, NULL);
}
