// What a dying program still says to its terminal. Each death happens in a child.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/term_signal.h"

static void die(int fd, int number) {
    term_signal_note(fd, fd);
    term_signal_arm(SLICE("farewell"));
    (void)raise(number);
    _exit(99);
}

static size_t said(int number, int *status) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        die(ends[1], number);
    }
    (void)close(ends[1]);
    char data[64];
    size_t size = 0;
    ssize_t got = 0;
    while (size < sizeof(data) && (got = read(ends[0], data + size, sizeof(data) - size)) > 0) {
        size += (size_t)got;
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, status, 0), child);
    if (size > 0) {
        assert_int_equal(size, 8);
        assert_memory_equal(data, "farewell", 8);
    }
    return size;
}

static void test_deaths(void **state) {
    (void)state;
    static const int numbers[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                                  SIGABRT, SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        // cmocka has handlers of its own: a program starts without.
        void (*before)(int) = signal(numbers[i], SIG_DFL);
        int status = 0;
        assert_int_equal(said(numbers[i], &status), 8);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), numbers[i]);
        (void)signal(numbers[i], before);
    }
}

static void ignore(int number) {
    (void)number;
}

static void test_own_handlers_stay(void **state) {
    (void)state;
    void (*before)(int) = signal(SIGTERM, ignore);
    int status = 0;
    assert_int_equal(said(SIGTERM, &status), 0); // the program's own way to stop goes on
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 99);
    (void)signal(SIGTERM, before);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_deaths),
                                       cmocka_unit_test(test_own_handlers_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
