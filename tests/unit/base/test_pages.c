// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pages.h"

enum { BYTES = 3 * 1024 * 1024 + 5, PAGES_MAX = BYTES / 4096 + 2 };

// Whether the page of every byte is resident.
static bool all_there(char *memory, size_t size) {
    static unsigned char there[PAGES_MAX];
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)memory / page * page;
    size_t pages = ((uintptr_t)memory + size - from + page - 1) / page;
    assert_true(pages <= PAGES_MAX);
    assert_int_equal(mincore(memory - ((uintptr_t)memory - from), pages * page, there), 0);
    for (size_t i = 0; i < pages; i++) {
        if ((there[i] & 1) == 0) {
            return false;
        }
    }
    return true;
}

static void test_pages_are_there(void **state) {
    (void)state;
    char *memory = pages_create(BYTES, 1);
    assert_non_null(memory);
    assert_true(all_there(memory, BYTES));
    for (size_t i = 0; i < BYTES; i++) {
        assert_int_equal(memory[i], 0);
    }
    free(memory);
}

static void test_small_sizes(void **state) {
    (void)state;
    for (size_t size = 1; size < 70; size++) {
        char *memory = pages_create(3, size);
        assert_non_null(memory);
        assert_int_equal(memory[3 * size - 1], 0);
        free(memory);
    }
    free(pages_create(0, 8));
    free(pages_create(8, 0));
}

static void test_too_much_is_refused(void **state) {
    (void)state;
    assert_null(pages_create(SIZE_MAX / 4, 8));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_are_there),
        cmocka_unit_test(test_small_sizes),
        cmocka_unit_test(test_too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
