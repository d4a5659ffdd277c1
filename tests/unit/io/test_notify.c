// Words for a service manager, and its watchdog.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/notify.h"

static int manager;
static char path[64];

static int set_up(void **state) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)state;
    (void)snprintf(path, sizeof(path), P_tmpdir "/perpdesk-notify-%ld", (long)getpid());
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)unlink(path);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(manager, (const struct sockaddr *)&address, sizeof(address)), 0);
    return setenv("NOTIFY_SOCKET", path, 1);
}

static int tear_down(void **state) {
    (void)state;
    (void)close(manager);
    return unlink(path);
}

static const char *heard(void) {
    static char data[1024];
    ssize_t size = recv(manager, data, sizeof(data) - 1, 0);
    data[size > 0 ? size : 0] = '\0';
    return data;
}

static void test_words(void **state) {
    (void)state;
    notify_send("READY=1");
    assert_string_equal(heard(), "READY=1");
    notify_sendf("STATUS=%d jobs", 7);
    assert_string_equal(heard(), "STATUS=7 jobs");
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    notify_send("READY=1"); // to nobody
    assert_int_equal(setenv("NOTIFY_SOCKET", "relative", 1), 0);
    notify_send("READY=1");
    assert_int_equal(setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1), 0);
    notify_send("READY=1");
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    assert_string_equal(heard(), "");
}

static void test_watchdog(void **state) {
    (void)state;
    struct notify_watchdog watchdog;
    char pid[32];
    assert_int_equal(unsetenv("WATCHDOG_USEC"), 0);
    notify_watchdog_init(&watchdog);
    notify_watchdog_feed(&watchdog, 1, 100 * NS_PER_S);
    assert_string_equal(heard(), ""); // nobody wants it
    static const char *const wrong[] = {"", "soon", "-1", "0", "99999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_int_equal(setenv("WATCHDOG_USEC", wrong[i], 1), 0);
        notify_watchdog_init(&watchdog);
        assert_int_equal(watchdog.every_ns, 0);
    }
    assert_int_equal(setenv("WATCHDOG_USEC", "3000000", 1), 0);
    assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
    notify_watchdog_init(&watchdog);
    assert_int_equal(watchdog.every_ns, 0); // another process's
    (void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    assert_int_equal(setenv("WATCHDOG_PID", pid, 1), 0);
    notify_watchdog_init(&watchdog);
    assert_int_equal(watchdog.every_ns, 3 * NS_PER_S);

    int64_t now_ns = 100 * NS_PER_S;
    notify_watchdog_feed(&watchdog, 5, now_ns);
    assert_string_equal(heard(), "WATCHDOG=1");
    notify_watchdog_feed(&watchdog, 6, now_ns + NS_PER_S - 1);
    assert_string_equal(heard(), ""); // not yet
    notify_watchdog_feed(&watchdog, 7, now_ns + NS_PER_S);
    assert_string_equal(heard(), "WATCHDOG=1");
    for (int i = 0; i < 100; i++) { // the engine stands still: hungry, whatever else goes on
        notify_watchdog_feed(&watchdog, 7, now_ns + (2 + i) * NS_PER_S);
        assert_string_equal(heard(), "");
    }
    notify_watchdog_feed(&watchdog, 8, now_ns + 200 * NS_PER_S);
    assert_string_equal(heard(), "WATCHDOG=1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_watchdog),
    };
    return cmocka_run_group_tests_name("notify", tests, set_up, tear_down);
}
