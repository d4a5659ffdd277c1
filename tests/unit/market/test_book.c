// The book: order of levels, deletes, the cut at its depth, walking for size.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "market/book.h"

static struct level level(int64_t price, int64_t size) {
    return (struct level){{price * PX_ONE}, {size * QTY_ONE}};
}

static void test_levels(void **state) {
    (void)state;
    struct book book;
    struct depth depth;
    assert_int_equal(book_create(&book, 3), STATUS_OK);
    book_set(&book, SIDE_BUY, level(10, 1));
    book_set(&book, SIDE_BUY, level(12, 2));
    book_set(&book, SIDE_BUY, level(11, 3));
    book_set(&book, SIDE_BUY, level(11, 4));
    book_set(&book, SIDE_SELL, level(15, 1));
    book_set(&book, SIDE_SELL, level(13, 2));
    book_set(&book, SIDE_SELL, level(99, 0)); // deletes what is not there
    book_top(&book, &depth, 10);
    assert_int_equal(depth.bid_count, 3);
    assert_int_equal(depth.bids[0].price.v, 12 * PX_ONE);
    assert_int_equal(depth.bids[1].size.v, 4 * QTY_ONE);
    assert_int_equal(depth.asks[0].price.v, 13 * PX_ONE);
    assert_false(book_crossed(&book));
    assert_int_equal(book.cut, 0);
    book_set(&book, SIDE_BUY, level(9, 1));  // worse than all: falls off
    book_set(&book, SIDE_BUY, level(14, 1)); // better: the worst falls off
    assert_int_equal(book.cut, 2);
    assert_true(book_crossed(&book));
    book_top(&book, &depth, 2);
    assert_int_equal(depth.bid_count, 2);
    assert_int_equal(depth.bids[0].price.v, 14 * PX_ONE);
    assert_int_equal(book.bids.levels[0].price.v, 11 * PX_ONE);
    book_set(&book, SIDE_BUY, level(14, 0));
    assert_false(book_crossed(&book));
    book_clear(&book);
    assert_int_equal(book.asks.count, 0);
    book_finish(&book);
}

static void test_walk(void **state) {
    (void)state;
    struct depth depth = {.bid_count = 1, .ask_count = 2};
    struct usd notional;
    depth.asks[0] = level(100, 2);
    depth.asks[1] = level(110, 5);
    depth.bids[0] = level(90, 1);
    struct qty wanted = {3 * QTY_ONE};
    assert_int_equal(depth_walk(&depth, SIDE_BUY, wanted, &notional).v, 3 * QTY_ONE);
    assert_int_equal(notional.v, 310 * USD_ONE);
    assert_int_equal(depth_walk(&depth, SIDE_SELL, wanted, &notional).v, QTY_ONE);
    assert_int_equal(notional.v, 90 * USD_ONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_walk),
    };
    return cmocka_run_group_tests_name("book", tests, NULL, NULL);
}
