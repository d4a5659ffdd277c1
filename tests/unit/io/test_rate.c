// Budgets of a venue under a simulated clock: share, reserve, windows, corrections, back-off.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "io/rate.h"

// 100 a minute: 50 are the desk's, 15 of them kept back.
static const struct oe_bucket buckets[OE_BUCKETS_MAX] = {{"orders", 100, 60000},
                                                         {"account", 5, 2000}};
static const struct bps half = {BPS_WHOLE / 2}, third = {BPS_WHOLE * 3 / 10};
static const int64_t start_ns = 1700000000 * NS_PER_S;

static bool send(struct rate_limits *rate, uint16_t units, bool urgent, int64_t now_ns) {
    struct oe_cost cost = {.units = {units}};
    if (rate_when_ns(rate, &cost, urgent, now_ns) > now_ns) {
        return false;
    }
    rate_take(rate, &cost, now_ns);
    return true;
}

static uint32_t send_all(struct rate_limits *rate, bool urgent, int64_t now_ns) {
    uint32_t sent = 0;
    while (send(rate, 1, urgent, now_ns)) {
        sent++;
    }
    return sent;
}

static void test_share_and_reserve(void **state) {
    (void)state;
    struct rate_limits rate;
    rate_init(&rate, buckets, half, third);
    struct oe_cost five = {.units = {5}};
    assert_int_equal(rate_room(&rate, &five, 0, start_ns), 7);
    assert_int_equal(send_all(&rate, false, start_ns), 35);
    assert_int_equal(rate_room(&rate, &five, 0, start_ns), 0);
    assert_int_equal(send_all(&rate, true, start_ns), 15); // hedges still pass
    assert_int_equal(send_all(&rate, true, start_ns + 59 * NS_PER_S), 0);
    struct oe_cost one = {.units = {1}};
    int64_t when_ns = rate_when_ns(&rate, &one, false, start_ns + NS_PER_S);
    assert_true(when_ns > start_ns + 60 * NS_PER_S && when_ns <= start_ns + 65 * NS_PER_S);
    assert_int_equal(rate_when_ns(&rate, &one, false, when_ns), 0);
    assert_int_equal(send_all(&rate, false, when_ns), 35);
}

// Whatever the rhythm, no minute holds more than the share.
static void test_no_window_holds_more(void **state) {
    (void)state;
    enum { STEPS = 6000, STEP_MS = 100, WINDOW = 600 };
    static uint32_t sent[STEPS];
    struct rate_limits rate;
    rate_init(&rate, buckets, half, third);
    uint32_t total = 0;
    for (uint32_t i = 0; i < STEPS; i++) {
        uint32_t wanted = (uint32_t)(hash_mix(i / 50) % 7);
        sent[i] = 0;
        while (sent[i] < wanted && send(&rate, 1, i % 3 == 0, start_ns + i * STEP_MS * NS_PER_MS)) {
            sent[i]++;
        }
        total += sent[i];
        uint32_t sum = 0;
        for (uint32_t j = i < WINDOW ? 0 : i - WINDOW; j <= i; j++) {
            sum += sent[j];
        }
        assert_true(sum <= 50);
    }
    assert_true(total > 350); // ten minutes, and little is given away
}

static void test_venue_counts(void **state) {
    (void)state;
    struct rate_limits rate;
    rate_init(&rate, buckets, half, third);
    assert_true(send(&rate, 5, false, start_ns));
    rate_correct(&rate, 0, 3, start_ns); // less than ours: not all of it has arrived
    rate_correct(&rate, 0, 30, start_ns);
    rate_correct(&rate, OE_BUCKETS_MAX, 30, start_ns); // of no bucket
    rate_correct(&rate, 3, 30, start_ns);
    assert_int_equal(send_all(&rate, false, start_ns), 5);
}

static void test_small_and_large(void **state) {
    (void)state;
    struct rate_limits rate;
    rate_init(&rate, buckets, half, third);
    struct oe_cost account = {.units = {0, 1}}; // 5 in 2 s: 2 are ours
    assert_int_equal(rate_when_ns(&rate, &account, false, start_ns), 0);
    rate_take(&rate, &account, start_ns);
    assert_true(rate_when_ns(&rate, &account, false, start_ns) > start_ns);
    assert_int_equal(rate_when_ns(&rate, &account, true, start_ns), 0); // one is kept back
    rate_take(&rate, &account, start_ns);
    assert_true(rate_when_ns(&rate, &account, true, start_ns) > start_ns);
    assert_true(send(&rate, 1000, false, start_ns)); // an untouched budget takes anything once
    assert_false(send(&rate, 1, true, start_ns));
    struct oe_cost unknown = {.units = {0, 0, 9}};
    assert_int_equal(rate_when_ns(&rate, &unknown, false, start_ns), 0);
}

// A budget of a second is filled again four times in five, one of a minute is not; and a question
// that takes all of it takes the room of an order for as long as its window is.
static void test_room_soon(void **state) {
    (void)state;
    static const struct oe_bucket small[OE_BUCKETS_MAX] = {{"calls", 5, 1000},
                                                           {"a minute", 60, 60000}};
    struct rate_limits rate;
    struct oe_cost call = {.units = {1}}, other = {.units = {0, 1}};
    rate_init(&rate, small, half, third);
    assert_int_equal(rate_room(&rate, &call, 0, start_ns), 1);
    assert_int_equal(rate_room(&rate, &call, 5 * NS_PER_S, start_ns), 5);
    assert_int_equal(rate_room(&rate, &other, 5 * NS_PER_S, start_ns), 21);
    rate_take(&rate, &call, start_ns);
    assert_int_equal(rate_room(&rate, &call, 0, start_ns), 0);
    assert_int_equal(rate_room(&rate, &call, 5 * NS_PER_S, start_ns), 4);
    assert_int_equal(rate_holds_ns(&rate, &call, &other), 0);
    int64_t holds_ns = rate_holds_ns(&rate, &call, &call);
    assert_in_range(holds_ns, NS_PER_S, NS_PER_S + NS_PER_S / 10);
    assert_int_equal(rate_room(&rate, &call, 0, start_ns + holds_ns), 1);
    rate_refused(&rate, 0, start_ns);
    assert_int_equal(rate_room(&rate, &call, 5 * NS_PER_S, start_ns), 0);
}

static void test_backoff(void **state) {
    (void)state;
    static const int64_t seconds[] = {1, 2, 4, 8, 16, 30, 30};
    struct rate_limits rate;
    struct oe_cost none = {.units = {0}};
    rate_init(&rate, buckets, half, third);
    int64_t now_ns = start_ns;
    for (size_t i = 0; i < COUNT_OF(seconds); i++) {
        rate_refused(&rate, 0, now_ns);
        int64_t until_ns = rate_when_ns(&rate, &none, true, now_ns);
        assert_int_equal(until_ns - now_ns, seconds[i] * NS_PER_S);
        now_ns = until_ns;
        assert_int_equal(rate_when_ns(&rate, &none, true, now_ns), 0);
    }
    rate_take(&rate, &none, now_ns); // one goes alone
    assert_int_equal(rate_when_ns(&rate, &none, true, now_ns), now_ns + NS_PER_S);
    assert_int_equal(rate_when_ns(&rate, &none, true, now_ns + NS_PER_S), 0);
    assert_int_equal(rate_room(&rate, &none, 0, now_ns), 0);
    rate_accepted(&rate);
    assert_int_equal(rate_when_ns(&rate, &none, true, now_ns), 0);
    rate_refused(&rate, 0, now_ns);
    rate_refused(&rate, 0, now_ns); // both were on the way
    assert_int_equal(rate_when_ns(&rate, &none, true, now_ns), now_ns + NS_PER_S);
    rate_accepted(&rate);
    rate_refused(&rate, 7000, now_ns); // the venue asks for longer
    assert_int_equal(rate_when_ns(&rate, &none, true, now_ns), now_ns + 7 * NS_PER_S);
    // More than an hour is not obeyed, nor added up to a moment long ago.
    static const int64_t long_ms[] = {3600001, INT64_MAX / NS_PER_MS - 1, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(long_ms); i++) {
        rate_refused(&rate, long_ms[i], now_ns);
        assert_int_equal(rate_when_ns(&rate, &none, true, now_ns), now_ns + 3600 * NS_PER_S);
    }
}

static void test_shares(void **state) {
    (void)state;
    struct rate_limits rate;
    rate_init(&rate, buckets, (struct bps){BPS_WHOLE}, (struct bps){0});
    assert_int_equal(send_all(&rate, false, start_ns), 100);
    assert_int_equal(send_all(&rate, true, start_ns), 0);
    rate_init(&rate, buckets, (struct bps){BPS_WHOLE / 100}, third);
    assert_int_equal(send_all(&rate, false, start_ns), 1); // never nothing at all
}

static void test_fullest(void **state) {
    (void)state;
    static const struct oe_bucket two[OE_BUCKETS_MAX] = {{"orders", 100, 1000},
                                                         {"day", 1000, 60000}};
    struct rate_limits rate;
    rate_init(&rate, two, (struct bps){BPS_WHOLE / 2}, third);
    struct state_budget budget = rate_fullest(&rate, start_ns);
    assert_int_equal(budget.used, 0);
    assert_int_equal(budget.limit, 50); // our share
    rate_take(&rate, &(struct oe_cost){.units = {5, 10}}, start_ns);
    budget = rate_fullest(&rate, start_ns);
    assert_int_equal(budget.used, 5);
    assert_int_equal(budget.limit, 50);
    // Once the short window is over the long one is the fuller.
    budget = rate_fullest(&rate, start_ns + 5 * NS_PER_S);
    assert_int_equal(budget.used, 10);
    assert_int_equal(budget.limit, 500);
    rate_init(&rate, (struct oe_bucket[OE_BUCKETS_MAX]){{0}}, third, third);
    assert_int_equal(rate_fullest(&rate, start_ns).limit, 0); // nothing to fill
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_and_reserve),
        cmocka_unit_test(test_no_window_holds_more),
        cmocka_unit_test(test_venue_counts),
        cmocka_unit_test(test_small_and_large),
        cmocka_unit_test(test_room_soon),
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_fullest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
