// What must not become a quote, and the clock of a venue.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "market/filter.h"

enum { SECOND = 1000000000 };

static const struct filter_limits limits = {
    .jump_max = {5000}, // 50 bps
    .volume_min = {100 * USD_ONE},
    .unknown_size = {1000 * USD_ONE},
    .future_max_ns = SECOND,
    .past_max_ns = INT64_C(10) * SECOND,
    .jump_confirm_ns = INT64_C(2) * SECOND,
};

static struct quote quote(int64_t bid, int64_t ask, int64_t size, int64_t venue_time_ns) {
    return (struct quote){.bid = {bid * PX_ONE},
                          .ask = {ask * PX_ONE},
                          .bid_size = {size * QTY_ONE},
                          .ask_size = {size * QTY_ONE},
                          .venue_time_ns = venue_time_ns};
}

struct drop_row {
    const char *name;
    int64_t bid, ask, size, venue_time_ns;
    enum feed_cause cause;
};

#define NOW (INT64_C(1000) * SECOND)

static const struct drop_row drop_rows[] = {
    {"zero bid", 0, 100, 1, NOW, FEED_ZERO},
    {"zero size", 99, 100, 0, NOW, FEED_ZERO},
    {"crossed", 101, 100, 1, NOW, FEED_CROSSED},
    {"locked", 100, 100, 1, NOW, FEED_CROSSED},
    {"future", 99, 100, 1, NOW + 2 * (int64_t)SECOND, FEED_FUTURE},
    {"past", 99, 100, 1, NOW - 11 * (int64_t)SECOND, FEED_PAST},
};

static void test_drops(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(drop_rows); i++) {
        const struct drop_row *row = &drop_rows[i];
        struct filter filter = {0};
        struct quote q = quote(row->bid, row->ask, row->size, row->venue_time_ns);
        enum feed_cause cause = FEED_CAUSE_COUNT;
        assert_int_equal(filter_quote(&filter, &limits, &q, NOW, 0, &cause), FILTER_DROP);
        assert_int_equal(cause, row->cause);
        assert_int_equal(filter.venue_time_ns, 0);
    }
}

static void test_offset_and_age(void **state) {
    (void)state;
    struct filter filter = {0};
    enum feed_cause cause;
    // Two seconds ahead, as the venue's clock is known to be.
    struct quote q = quote(1000, 1001, 1, NOW + 2 * (int64_t)SECOND);
    assert_int_equal(filter_quote(&filter, &limits, &q, NOW, 2 * (int64_t)SECOND, &cause),
                     FILTER_PASS);
    q = quote(1000, 1001, 1, NOW + SECOND);
    assert_int_equal(filter_quote(&filter, &limits, &q, NOW, 2 * (int64_t)SECOND, &cause),
                     FILTER_DROP);
    assert_int_equal(cause, FEED_OLD);
}

static void test_sizes(void **state) {
    (void)state;
    struct filter filter = {0};
    enum feed_cause cause;
    struct quote q = quote(99, 100, 1, 0);
    assert_int_equal(filter_quote(&filter, &limits, &q, NOW, 0, &cause), FILTER_PASS);
    assert_int_equal(q.flags, QUOTE_BID_SMALL); // 99 USD; the ask is 100
    q = quote(99, 100, 0, 0);
    q.flags = QUOTE_BID_UNKNOWN_SIZE | QUOTE_ASK_UNKNOWN_SIZE | QUOTE_POLLED;
    assert_int_equal(filter_quote(&filter, &limits, &q, NOW, 0, &cause), FILTER_PASS);
    assert_int_equal(q.flags, QUOTE_BID_UNKNOWN_SIZE | QUOTE_ASK_UNKNOWN_SIZE | QUOTE_POLLED);
}

static enum filter_verdict see(struct filter *filter, int64_t bid, int64_t now_ns,
                               int64_t venue_time_ns) {
    enum feed_cause cause = FEED_CAUSE_COUNT;
    struct quote q = quote(bid, bid + 1, 10, venue_time_ns);
    enum filter_verdict verdict = filter_quote(filter, &limits, &q, now_ns, 0, &cause);
    assert_int_equal((q.flags & QUOTE_QUARANTINED) != 0, verdict == FILTER_QUARANTINE);
    assert_int_equal(cause, verdict == FILTER_QUARANTINE ? FEED_JUMP : FEED_CAUSE_COUNT);
    return verdict;
}

static void test_jump(void **state) {
    (void)state;
    struct filter filter = {0};
    assert_int_equal(see(&filter, 10000, NOW, 0), FILTER_PASS);
    assert_int_equal(see(&filter, 10040, NOW, 0), FILTER_PASS); // 40 bps
    assert_int_equal(see(&filter, 10200, NOW, 0), FILTER_QUARANTINE);
    assert_int_equal(see(&filter, 10041, NOW, 0), FILTER_PASS); // it was a glitch
    // It holds: confirmed by time, with the same quote judged again.
    assert_int_equal(see(&filter, 10200, NOW, 0), FILTER_QUARANTINE);
    assert_int_equal(see(&filter, 10200, NOW + SECOND, 0), FILTER_QUARANTINE);
    assert_int_equal(see(&filter, 10200, NOW + 2 * (int64_t)SECOND, 0), FILTER_PASS);
    // Newer quotes of the venue agree.
    assert_int_equal(see(&filter, 10400, NOW, NOW), FILTER_QUARANTINE);
    for (int i = 1; i < FILTER_JUMP_AGREED; i++) {
        assert_int_equal(see(&filter, 10401, NOW, NOW + i), FILTER_QUARANTINE);
        assert_int_equal(see(&filter, 10401, NOW, NOW + i), FILTER_QUARANTINE); // no newer
    }
    assert_int_equal(see(&filter, 10402, NOW, NOW + FILTER_JUMP_AGREED), FILTER_PASS);
    // Another jump while one is under quarantine starts again.
    assert_int_equal(see(&filter, 10600, NOW, 0), FILTER_QUARANTINE);
    assert_int_equal(see(&filter, 10800, NOW + SECOND, 0), FILTER_QUARANTINE);
    assert_int_equal(see(&filter, 10800, NOW + 2 * (int64_t)SECOND, 0), FILTER_QUARANTINE);
    assert_int_equal(see(&filter, 10800, NOW + 3 * (int64_t)SECOND, 0), FILTER_PASS);
}

static void test_clock_offset(void **state) {
    (void)state;
    struct clock_offset estimate = {0};
    assert_false(clock_offset_known(&estimate));
    assert_int_equal(clock_offset_ns(&estimate), 0);
    clock_offset_add(&estimate, 100, 50, 0); // an answer before its question
    assert_false(clock_offset_known(&estimate));
    clock_offset_add(&estimate, 1000, 1100, 3050);
    assert_int_equal(clock_offset_ns(&estimate), 2000);
    clock_offset_add(&estimate, 2000, 2900, 9000); // a slow one does not count
    assert_int_equal(clock_offset_ns(&estimate), 2000);
    clock_offset_add(&estimate, 3000, 3010, 5105);
    assert_int_equal(clock_offset_ns(&estimate), 2100);
    assert_int_equal(clock_offset_round_trip_ns(&estimate), 10);
    for (int i = 0; i < 40; i++) { // the best is forgotten after sixteen more
        clock_offset_add(&estimate, 4000, 4200, 7100);
    }
    assert_int_equal(clock_offset_ns(&estimate), 3000);
    assert_string_equal(feed_cause_name(FEED_JUMP), "jump");
}

static void test_stamp_offset(void **state) {
    (void)state;
    struct stamp_offset estimate = {0};
    assert_false(stamp_offset_known(&estimate));
    assert_int_equal(stamp_offset_ns(&estimate), 0);
    int64_t now_ns = 1000 * NS_PER_S;
    stamp_offset_add(&estimate, now_ns, now_ns - 600 * NS_PER_S); // an old snapshot
    assert_int_equal(stamp_offset_ns(&estimate), -600 * NS_PER_S);
    stamp_offset_add(&estimate, now_ns, now_ns + 80);
    stamp_offset_add(&estimate, now_ns, now_ns + 20); // it was on the way for longer
    assert_int_equal(stamp_offset_ns(&estimate), 80);
    now_ns +=
        60 * NS_PER_S; // the next minute: the clock may have gone back, the last one counts on
    stamp_offset_add(&estimate, now_ns, now_ns + 30);
    assert_int_equal(stamp_offset_ns(&estimate), 80);
    now_ns += 60 * NS_PER_S;
    stamp_offset_add(&estimate, now_ns, now_ns + 20);
    assert_int_equal(stamp_offset_ns(&estimate), 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drops),        cmocka_unit_test(test_offset_and_age),
        cmocka_unit_test(test_sizes),        cmocka_unit_test(test_jump),
        cmocka_unit_test(test_clock_offset), cmocka_unit_test(test_stamp_offset),
    };
    return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
