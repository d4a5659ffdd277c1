// Status texts: formatting, context in front, cutting, one text per thread.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/status.h"

static void context_goes_in_front(void **state) {
    (void)state;
    assert_int_equal(status_fail(STATUS_DATA, "line %d", 7), STATUS_DATA);
    assert_string_equal(status_text(), "line 7");
    assert_int_equal(status_context(STATUS_DATA, "file %s", "a.ini"), STATUS_DATA);
    assert_string_equal(status_text(), "file a.ini: line 7");
    assert_int_equal(status_context(STATUS_OK, "nothing"), STATUS_OK);
    assert_string_equal(status_text(), "file a.ini: line 7");
}

static void errno_is_named(void **state) {
    (void)state;
    errno = ENOENT;
    assert_int_equal(status_fail_errno(STATUS_NO_INPUT, "cannot open %s", "x"), STATUS_NO_INPUT);
    assert_string_equal(status_text(), "cannot open x: No such file or directory");
}

static void own_text_as_argument(void **state) {
    (void)state;
    (void)status_fail(STATUS_IO, "inner");
    (void)status_fail(STATUS_IO, "outer (%s)", status_text());
    assert_string_equal(status_text(), "outer (inner)");
}

static void long_text_is_cut(void **state) {
    (void)state;
    (void)status_fail(STATUS_IO, "%0600d", 1);
    size_t cut = strlen(status_text());
    assert_true(cut > 200 && cut < 600);
    (void)status_context(STATUS_IO, "front");
    assert_int_equal(strncmp(status_text(), "front: 000", 10), 0);
    assert_int_equal(strlen(status_text()), cut);
    errno = EIO;
    (void)status_fail_errno(STATUS_IO, "%0600d", 1);
    assert_int_equal(strlen(status_text()), cut);
}

static void *other_thread(void *arg) {
    strcat(arg, status_text()[0] == '\0' ? "empty" : "shared");
    (void)status_fail(STATUS_IO, "theirs");
    return NULL;
}

static void one_text_per_thread(void **state) {
    (void)state;
    char seen[16] = "";
    pthread_t thread;
    (void)status_fail(STATUS_IO, "ours");
    assert_int_equal(pthread_create(&thread, NULL, other_thread, seen), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(seen, "empty");
    assert_string_equal(status_text(), "ours");
}

static void rows_are_complete(void **state) {
    (void)state;
    for (int code = 0; code < STATUS_COUNT; code++) {
        assert_true(strlen(status_name(code)) > 0);
        assert_true(strlen(status_sentence(code)) > 0);
        assert_true((status_exit_code(code) == 0) == (code == STATUS_OK));
        for (int other = 0; other < code; other++) {
            assert_string_not_equal(status_name(code), status_name(other));
            assert_int_not_equal(status_exit_code(code), status_exit_code(other));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_goes_in_front), cmocka_unit_test(errno_is_named),
        cmocka_unit_test(own_text_as_argument),  cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(one_text_per_thread),   cmocka_unit_test(rows_are_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
