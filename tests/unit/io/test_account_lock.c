// An account has one desk.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/account_lock.h"

static struct secret_keys keys_of(const char *key, const char *secret) {
    return (struct secret_keys){.found = true, .values = {slice_of(key), slice_of(secret)}};
}

static void test_one_desk_an_account(void **state) {
    (void)state;
    struct secret_keys keys = keys_of("canary-lock-key", "canary-lock-secret");
    int first = -1, second = -1;
    assert_int_equal(account_lock(&first, "binance", "", &keys), STATUS_OK);
    assert_int_equal(account_lock(&second, "binance", "", &keys), STATUS_UNAVAILABLE);
    assert_int_equal(second, -1);
    assert_non_null(strstr(status_text(), "another desk"));
    assert_null(strstr(status_text(), "canary"));
    account_unlock(&first);
    assert_int_equal(account_lock(&second, "binance", "", &keys), STATUS_OK);
    account_unlock(&second);
    account_unlock(&second); // nothing is held
}

static void test_other_accounts(void **state) {
    (void)state;
    struct secret_keys keys = keys_of("canary-lock-key", "canary-lock-secret");
    struct secret_keys others = keys_of("canary-lock-ke", "ycanary-lock-secret");
    struct secret_keys testnet = keys;
    testnet.testnet = true;
    int fds[5] = {-1, -1, -1, -1, -1};
    assert_int_equal(account_lock(&fds[0], "binance", "", &keys), STATUS_OK);
    assert_int_equal(account_lock(&fds[1], "binance", "", &others), STATUS_OK);
    assert_int_equal(account_lock(&fds[2], "binance", "", &testnet), STATUS_OK);
    assert_int_equal(account_lock(&fds[3], "aster", "", &keys), STATUS_OK);
    assert_int_equal(account_lock(&fds[4], "binance", "https://localhost:1", &keys), STATUS_OK);
    for (int i = 0; i < 5; i++) {
        account_unlock(&fds[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_desk_an_account),
        cmocka_unit_test(test_other_accounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
