// Extended's numbers run over a whole connection: what a hole does on which of the two, and how
// books chain all the same.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchanges/extended_md.h"

struct seen {
    struct md_sink sink; // must be first
    struct md_update last;
    uint32_t count;
};

static struct universe universe;
static struct md md;
static struct seen seen;

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct seen *here = (struct seen *)(void *)sink;
    here->last = *update;
    here->count++;
}

static int set_up(void **state) {
    (void)state;
    assert_int_equal(universe_create(&universe, 1, 1), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(md_create(&md, &extended_md, &universe, 0), STATUS_OK);
    seen = (struct seen){.sink = {on_update}};
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    md_finish(&md);
    universe_finish(&universe);
    return 0;
}

static void hear(uint32_t connection, const char *frame) {
    extended_decode(&md, connection, slice_of(frame), &seen.sink);
}

static void connect_again(uint32_t connection) {
    char bytes[1024];
    struct text text = TEXT_OVER(bytes);
    (void)md.venue->subscribe(&md, connection, 0, &text);
}

#define BOOK(kind, levels, sequence)                                                               \
    "{\"type\":\"ORDERBOOKS." kind "\",\"data\":{\"m\":\"BTC-USD\",\"b\":[" levels                 \
    "],\"a\":[],\"d\":\"f\"},\"ts\":1790425441825,\"seq\":" sequence "}"
#define MARK(sequence)                                                                             \
    "{\"type\":\"PRICES.MP\",\"data\":{\"m\":\"BTC-USD\",\"p\":\"84058\",\"ts\":0},"               \
    "\"seq\":" sequence "}"
#define BBO(market, sequence)                                                                      \
    "{\"type\":\"SNAPSHOT\",\"data\":{\"m\":\"" market                                             \
    "\",\"b\":[{\"p\":\"1\",\"q\":\"1\"}],\"a\":[]},\"ts\":1701563440000,\"seq\":" sequence "}"

static void books_chain_between_other_messages(void **state) {
    (void)state;
    struct book_sync sync;
    connect_again(1);
    assert_int_equal(book_sync_create(&sync, md.venue->book_rule, 10), STATUS_OK);
    hear(1, BOOK("SNAPSHOT", "{\"p\":\"84050.000000\",\"q\":\"0.5\"}", "0"));
    assert_int_equal(book_sync_apply(&sync, &seen.last.book), BOOK_APPLIED);
    hear(1, MARK("1"));
    assert_int_equal(seen.last.kind, MD_FUNDING);
    hear(1, BOOK("DELTA", "{\"p\":\"84050\",\"q\":\"-0.2\",\"c\":\"0.3\"}", "2"));
    assert_false(seen.last.book.relative);
    assert_int_equal(book_sync_apply(&sync, &seen.last.book), BOOK_APPLIED);
    assert_int_equal(sync.book.bids.levels[0].size.v, 3 * QTY_ONE / 10);
    hear(1,
         BOOK("DELTA", "{\"p\":\"84050.0\",\"q\":\"-0.1\"}", "3")); // as the old documents have it
    assert_true(seen.last.book.relative);
    assert_int_equal(book_sync_apply(&sync, &seen.last.book), BOOK_APPLIED);
    assert_int_equal(sync.book.bids.levels[0].size.v, 2 * QTY_ONE / 10);
    book_sync_finish(&sync);
}

#define NOTHING                                                                                    \
    "{\"type\":\"ORDERBOOKS.DELTA\",\"data\":7,\"seq\":1,"                                         \
    "\"subscription\":\"orderbooks.BTC-USD\"}"

// A change that cannot be read is missed by the book, although the connection counts on.
static void an_unreadable_change_is_a_hole(void **state) {
    (void)state;
    static const char *const unreadable[] = {
        BOOK("DELTA", "{\"p\":\"84050\",\"q\":\"x\",\"c\":\"y\"}", "1"),
        BOOK("DELTA", "{\"p\":\"84050\",\"q\":\"1\",\"c\":\"1\"},{\"p\":\"84049\",\"q\":\"1\"}",
             "1"),
        NOTHING,
    };
    for (size_t i = 0; i < COUNT_OF(unreadable); i++) {
        struct book_sync sync;
        assert_int_equal(book_sync_create(&sync, md.venue->book_rule, 10), STATUS_OK);
        connect_again(1);
        hear(1, BOOK("SNAPSHOT", "{\"p\":\"84050\",\"q\":\"0.5\"}", "0"));
        assert_int_equal(book_sync_apply(&sync, &seen.last.book), BOOK_APPLIED);
        hear(1, unreadable[i]);
        assert_int_equal(seen.last.kind, MD_REFUSED);
        hear(1, BOOK("DELTA", "{\"p\":\"84050\",\"q\":\"-0.2\",\"c\":\"0.3\"}", "2"));
        assert_int_equal(book_sync_apply(&sync, &seen.last.book), BOOK_GAP);
        book_sync_finish(&sync);
    }
    connect_again(1); // of no market that can be told: all of them may have missed it
    hear(1, "{\"type\":\"ORDERBOOKS.DELTA\",\"data\":7,\"seq\":0}");
    assert_int_equal(seen.last.refused.cause, FEED_GAP);
}

static void a_hole_voids_the_rpc_connection(void **state) {
    (void)state;
    connect_again(1);
    hear(1, MARK("0"));
    hear(1, MARK("2"));
    assert_int_equal(seen.last.kind, MD_REFUSED);
    assert_int_equal(seen.last.refused.cause, FEED_GAP);
    connect_again(1);
    hear(1, MARK("0"));
    assert_int_equal(seen.last.kind, MD_FUNDING);
}

static void a_hole_between_best_prices_is_none(void **state) {
    (void)state;
    connect_again(0);
    hear(0, BBO("BTC-USD", "1"));
    hear(0, BBO("XYZ-USD", "2")); // the stream has every market
    assert_int_equal(seen.count, 1);
    hear(0, BBO("BTC-USD", "7"));
    assert_int_equal(seen.last.kind, MD_BBO);
    assert_int_equal(seen.last.bbo.sequence, 7);
    assert_true(seen.last.bbo.ask_empty);
    assert_int_equal(seen.count, 2);
}

static void sizes_and_changes_do_not_mix(void **state) {
    (void)state;
    hear(1, BOOK("DELTA", "{\"p\":\"1\",\"q\":\"1\"},{\"p\":\"2\",\"q\":\"1\",\"c\":\"1\"}", "0"));
    assert_int_equal(seen.last.refused.cause, FEED_MALFORMED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(books_chain_between_other_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unreadable_change_is_a_hole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hole_voids_the_rpc_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hole_between_best_prices_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sizes_and_changes_do_not_mix, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("extended_md", tests, NULL, NULL);
}
