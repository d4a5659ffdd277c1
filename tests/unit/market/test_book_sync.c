// The chain rules, row by row: what a message does to a book in which state.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "market/book.h"

struct step {
    bool snapshot;
    uint64_t first, last, previous;
    uint32_t bids; // levels in the message
    enum book_verdict verdict;
    enum book_state state;
};

struct chain {
    const char *name;
    enum book_rule rule;
    struct step steps[14];
    size_t count;
};

// The cases of the venues' vectors (book_chain.json, book_sequence.json) and the odd ones beside.
static const struct chain chains[] = {
    {"span: stale ones are dropped, the bridging one is taken, then pu",
     BOOK_RULE_REST_SPAN,
     {{false, 900, 950, 899, 1, BOOK_NEED_SNAPSHOT, BOOK_WAITING_SNAPSHOT},
      {false, 951, 999, 950, 1, BOOK_BUFFERED, BOOK_WAITING_SNAPSHOT},
      {false, 1000, 1010, 999, 1, BOOK_BUFFERED, BOOK_WAITING_SNAPSHOT},
      {true, 0, 1000, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1015, 1020, 1010, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1021, 1021, 1020, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1021, 1021, 1020, 1, BOOK_UNCHANGED, BOOK_LIVE}},
     7},
    {"span: u equal to the snapshot's id is the first to apply",
     BOOK_RULE_REST_SPAN,
     {{true, 0, 1000, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 980, 989, 979, 1, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 990, 1000, 989, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1001, 1005, 1000, 1, BOOK_APPLIED, BOOK_LIVE}},
     4},
    {"span: a snapshot too old for what is buffered",
     BOOK_RULE_REST_SPAN,
     {{false, 1005, 1010, 1004, 1, BOOK_NEED_SNAPSHOT, BOOK_WAITING_SNAPSHOT},
      {true, 0, 1000, 0, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {false, 1011, 1012, 1010, 1, BOOK_BUFFERED, BOOK_WAITING_SNAPSHOT},
      {true, 0, 1007, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1013, 1014, 1012, 1, BOOK_APPLIED, BOOK_LIVE}},
     5},
    {"span: U may leave a hole, pu may not",
     BOOK_RULE_REST_SPAN,
     {{true, 0, 11270657240000, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 11270657234038, 11270657244404, 11270657233937, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 11270657244992, 11270657256268, 11270657244404, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 11270657256270, 11270657256280, 11270657256269, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {false, 11270657256281, 11270657256290, 11270657256280, 1, BOOK_BUFFERED,
       BOOK_WAITING_SNAPSHOT},
      {true, 0, 11270657256275, 0, 1, BOOK_APPLIED, BOOK_LIVE}},
     6},
    {"previous: snapshot, update, keep-alive, reset after maintenance, update",
     BOOK_RULE_PREVIOUS,
     {{true, 10, 10, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 15, 15, 10, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 15, 15, 15, 0, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 3, 3, 15, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 5, 5, 3, 1, BOOK_APPLIED, BOOK_LIVE}},
     5},
    {"previous: a gap is told once, a snapshot heals it",
     BOOK_RULE_PREVIOUS,
     {{true, 10, 10, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 15, 15, 10, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 18, 18, 16, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {false, 19, 19, 18, 1, BOOK_UNCHANGED, BOOK_WAITING_SNAPSHOT},
      {true, 2, 2, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 4, 4, 2, 1, BOOK_APPLIED, BOOK_LIVE}},
     6},
    {"previous: an update before any snapshot",
     BOOK_RULE_PREVIOUS,
     {{false, 6, 6, 5, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT}},
     1},
    {"counted: the first delta starts the count, a repeated one is skipped, a hole drops",
     BOOK_RULE_COUNTED,
     {{true, 0, 0, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1061214, 1061214, 1061213, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1061215, 1061215, 1061214, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1061215, 1061215, 1061214, 1, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 1061217, 1061217, 1061216, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {false, 1061218, 1061218, 1061217, 1, BOOK_UNCHANGED, BOOK_WAITING_SNAPSHOT},
      {true, 0, 0, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1061300, 1061300, 1061299, 1, BOOK_APPLIED, BOOK_LIVE}},
     8},
    {"counted: a lower number is a hole, too",
     BOOK_RULE_COUNTED,
     {{true, 0, 0, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 9, 9, 8, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 5, 5, 4, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT}},
     3},
    {"counted: the first delta is the one that was announced",
     BOOK_RULE_COUNTED,
     {{true, 71, 0, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 71, 71, 70, 1, BOOK_APPLIED, BOOK_LIVE},
      {true, 71, 0, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 72, 72, 71, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 1, 0, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 1, 1, 0, 1, BOOK_APPLIED, BOOK_LIVE}},
     6},
    {"versions: one more than the end before is a hole where they meet",
     BOOK_RULE_VERSIONS,
     {{true, 90, 99, 90, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 99, 120, 99, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 121, 130, 121, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 140, 150, 140, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 151, 160, 151, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT}},
     5},
    {"versions: the start is one more than the end before: holes at first, then the way it counts",
     BOOK_RULE_VERSIONS,
     {{true, 90, 100, 90, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 101, 110, 101, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 90, 110, 90, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 111, 120, 111, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 90, 120, 90, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 121, 130, 121, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 90, 130, 90, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 131, 140, 131, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 141, 150, 141, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 153, 160, 153, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {false, 160, 161, 160, 1, BOOK_UNCHANGED, BOOK_WAITING_SNAPSHOT},
      {true, 170, 171, 170, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 172, 180, 172, 1, BOOK_APPLIED, BOOK_LIVE}},
     13},
    {"versions: four holes in a row were taken for the way it counts, until one meets",
     BOOK_RULE_VERSIONS,
     {{true, 70, 79, 70, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 80, 90, 80, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 80, 89, 80, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 90, 100, 90, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 90, 99, 90, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 100, 110, 100, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 110, 120, 110, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 121, 130, 121, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 130, 140, 130, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT},
      {true, 140, 150, 140, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 150, 160, 150, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 161, 170, 161, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT}},
     12},
    {"versions: an empty change is a heartbeat, and a hole behind it shows at the next change",
     BOOK_RULE_VERSIONS,
     {{true, 90, 120, 90, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 120, 120, 120, 0, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 121, 121, 121, 0, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 140, 150, 140, 0, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 120, 151, 120, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 155, 155, 155, 0, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 155, 160, 155, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT}},
     7},
    {"previous: one more is a hole",
     BOOK_RULE_PREVIOUS,
     {{true, 10, 10, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {false, 12, 12, 11, 1, BOOK_GAP, BOOK_WAITING_SNAPSHOT}},
     2},
    {"snapshots: each replaces, an older one does not",
     BOOK_RULE_SNAPSHOTS,
     {{true, 5, 5, 0, 1, BOOK_APPLIED, BOOK_LIVE},
      {true, 5, 5, 0, 0, BOOK_APPLIED, BOOK_LIVE},
      {true, 4, 4, 0, 1, BOOK_UNCHANGED, BOOK_LIVE},
      {false, 6, 6, 5, 1, BOOK_UNCHANGED, BOOK_LIVE}},
     4},
};

static void test_chain(void **state) {
    const struct chain *chain = *state;
    struct book_sync sync;
    struct level bid = {{PX_ONE}, {QTY_ONE}};
    assert_int_equal(book_sync_create(&sync, chain->rule, 10), STATUS_OK);
    for (size_t i = 0; i < chain->count; i++) {
        const struct step *step = &chain->steps[i];
        struct book_message message = {.snapshot = step->snapshot,
                                       .first = step->first,
                                       .last = step->last,
                                       .previous = step->previous,
                                       .bids = &bid,
                                       .bid_count = step->bids};
        assert_int_equal(book_sync_apply(&sync, &message), step->verdict);
        assert_int_equal(sync.state, step->state);
        if (step->verdict == BOOK_GAP) {
            assert_int_equal(sync.book.bids.count, 0);
        }
    }
    book_sync_reset(&sync);
    assert_int_equal(sync.state, BOOK_EMPTY);
    book_sync_finish(&sync);
}

// More than can be kept: the newest part of the chain still fits a snapshot.
static void test_overflow(void **state) {
    (void)state;
    struct book_sync sync;
    struct level bid = {{PX_ONE}, {QTY_ONE}};
    assert_int_equal(book_sync_create(&sync, BOOK_RULE_REST_SPAN, 10), STATUS_OK);
    for (uint64_t i = 1; i <= BOOK_PENDING_MAX + 5; i++) {
        struct book_message delta = {
            .first = i, .last = i, .previous = i - 1, .bids = &bid, .bid_count = 1};
        assert_int_equal(book_sync_apply(&sync, &delta),
                         i == 1 ? BOOK_NEED_SNAPSHOT : BOOK_BUFFERED);
    }
    struct book_message old = {.snapshot = true, .last = 3};
    struct book_message young = {.snapshot = true, .last = BOOK_PENDING_MAX + 3};
    assert_int_equal(book_sync_apply(&sync, &old), BOOK_GAP);
    assert_int_equal(book_sync_apply(&sync, &young), BOOK_APPLIED);
    assert_int_equal(sync.last, BOOK_PENDING_MAX + 5);
    book_sync_finish(&sync);
}

// A book as deep as the venue's: a better level comes and one in the middle goes in one message.
static void test_full_book(void **state) {
    (void)state;
    for (int relative = 0; relative < 2; relative++) {
        struct book_sync sync;
        struct level whole[] = {
            {{3 * PX_ONE}, {QTY_ONE}}, {{2 * PX_ONE}, {QTY_ONE}}, {{PX_ONE}, {QTY_ONE}}};
        struct level change[] = {{{4 * PX_ONE}, {QTY_ONE}},
                                 {{2 * PX_ONE}, {relative ? -QTY_ONE : 0}}};
        struct book_message snapshot = {.snapshot = true, .last = 1, .bids = whole, .bid_count = 3};
        struct book_message delta = {
            .relative = relative, .last = 2, .previous = 1, .bids = change, .bid_count = 2};
        assert_int_equal(book_sync_create(&sync, BOOK_RULE_PREVIOUS, 3), STATUS_OK);
        assert_int_equal(book_sync_apply(&sync, &snapshot), BOOK_APPLIED);
        assert_int_equal(book_sync_apply(&sync, &delta), BOOK_APPLIED);
        assert_int_equal(sync.book.bids.count, 3);
        assert_int_equal(sync.book.bids.levels[0].price.v, PX_ONE);
        assert_int_equal(sync.book.cut, 0);
        book_sync_finish(&sync);
    }
}

// Sizes that are changes add up; one that takes away more than there is drops the book.
static void test_changes(void **state) {
    (void)state;
    static const struct {
        int64_t change, left; // of one level that begins with 5
        enum book_verdict verdict;
    } rows[] = {{2, 7, BOOK_APPLIED},
                {-3, 4, BOOK_APPLIED},
                {-4, 0, BOOK_APPLIED},
                {1, 1, BOOK_APPLIED},
                {-2, 0, BOOK_GAP}};
    struct book_sync sync;
    struct level level = {{PX_ONE}, {5 * QTY_ONE}};
    struct book_message snapshot = {.snapshot = true, .bids = &level, .bid_count = 1};
    assert_int_equal(book_sync_create(&sync, BOOK_RULE_PREVIOUS, 10), STATUS_OK);
    assert_int_equal(book_sync_apply(&sync, &snapshot), BOOK_APPLIED);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct level change = {{PX_ONE}, {rows[i].change * QTY_ONE}};
        struct book_message delta = {
            .relative = true, .previous = i, .last = i + 1, .bids = &change, .bid_count = 1};
        assert_int_equal(book_sync_apply(&sync, &delta), rows[i].verdict);
        assert_int_equal(book_size(&sync.book, SIDE_BUY, level.price).v, rows[i].left * QTY_ONE);
    }
    assert_int_equal(sync.state, BOOK_WAITING_SNAPSHOT);
    book_sync_finish(&sync);
}

// A venue's window of three levels moves on by three: a book as deep as the window follows.
static void test_window_moves(void **state) {
    (void)state;
    static const bool relative[] = {false, true};
    for (size_t r = 0; r < COUNT_OF(relative); r++) {
        struct level old[3], moved[6];
        for (int64_t i = 0; i < 3; i++) { // best first, as venues send
            old[i] = (struct level){{(10 - i) * PX_ONE}, {QTY_ONE}};
            moved[i] = (struct level){old[i].price, {relative[r] ? -QTY_ONE : 0}};
            moved[i + 3] = (struct level){{(7 - i) * PX_ONE}, {QTY_ONE}};
        }
        struct book_sync sync;
        struct book_message snapshot = {.snapshot = true, .bids = old, .bid_count = 3};
        struct book_message delta = {
            .relative = relative[r], .last = 1, .bids = moved, .bid_count = 6};
        assert_int_equal(book_sync_create(&sync, BOOK_RULE_PREVIOUS, 3), STATUS_OK);
        assert_int_equal(book_sync_apply(&sync, &snapshot), BOOK_APPLIED);
        assert_int_equal(book_sync_apply(&sync, &delta), BOOK_APPLIED);
        assert_int_equal(sync.book.bids.count, 3);
        for (int64_t i = 0; i < 3; i++) {
            assert_int_equal(book_size(&sync.book, SIDE_BUY, moved[i + 3].price).v, QTY_ONE);
        }
        book_sync_finish(&sync);
    }
}

int main(void) {
    struct CMUnitTest tests[COUNT_OF(chains) + 4];
    for (size_t i = 0; i < COUNT_OF(chains); i++) {
        tests[i] = (struct CMUnitTest){chains[i].name, test_chain, NULL, NULL,
                                       (void *)(uintptr_t)&chains[i]};
    }
    tests[COUNT_OF(chains)] = (struct CMUnitTest)cmocka_unit_test(test_overflow);
    tests[COUNT_OF(chains) + 1] = (struct CMUnitTest)cmocka_unit_test(test_changes);
    tests[COUNT_OF(chains) + 2] = (struct CMUnitTest)cmocka_unit_test(test_full_book);
    tests[COUNT_OF(chains) + 3] = (struct CMUnitTest)cmocka_unit_test(test_window_moves);
    return cmocka_run_group_tests_name("book_sync", tests, NULL, NULL);
}
