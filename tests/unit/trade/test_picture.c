// What the picture tells when a venue's sides come and go, and its figures at their ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

static void lane(struct harness *h, enum lane_state state, enum deadman_state deadman) {
    struct event_lane event = {
        .venue = H_LIGHTER, .state = (uint8_t)state, .deadman = (uint8_t)deadman, .text = "gone"};
    harness_mark(h);
    harness_input(h, EVENT_LANE_STATE, &event);
}

static void test_lanes_are_told_once(void **state) {
    (void)state;
    struct harness *h = harness_create();
    lane(h, LANE_READY, DEADMAN_ARMED);
    assert_null(harness_alert(h, "lane"));
    lane(h, LANE_CONNECTING, DEADMAN_ARMED);
    assert_non_null(harness_alert(h, "lane"));
    lane(h, LANE_CONNECTING, DEADMAN_ARMED); // it was not ready before: nothing new
    assert_null(harness_alert(h, "lane"));
    lane(h, LANE_AUTH_FAILED, DEADMAN_FAILED);
    assert_int_equal(harness_alert(h, "lane")->severity, SEVERITY_RED);
    assert_non_null(harness_alert(h, "deadman"));
    lane(h, LANE_AUTH_FAILED, DEADMAN_FAILED);
    assert_null(harness_alert(h, "lane"));
    assert_null(harness_alert(h, "deadman"));
    lane(h, LANE_READY, DEADMAN_NONE);
    assert_int_equal(harness_alert(h, "deadman")->severity, SEVERITY_WARN);
    lane(h, LANE_READY, DEADMAN_NONE);
    assert_null(harness_alert(h, "deadman"));
    harness_destroy(h);
}

static void test_feeds_are_told_once(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_feed feed = {.venue = H_LIGHTER, .state = FEED_DOWN, .text = "no route"};
    harness_input(h, EVENT_FEED_STATE, &feed);
    assert_non_null(strstr(harness_alert(h, "feed")->text, "no route"));
    harness_mark(h);
    harness_input(h, EVENT_FEED_STATE, &feed);
    assert_null(harness_alert(h, "feed"));
    feed.state = FEED_STALE;
    harness_input(h, EVENT_FEED_STATE, &feed);
    assert_non_null(harness_alert(h, "feed_stale"));
    h->now_ns += 600 * NS_PER_S; // longer than the window of the reliability
    harness_feed(h, H_LIGHTER, FEED_LIVE, 0);
    assert_int_equal(h->desk.picture.venues[H_LIGHTER].reliability_ppm, 0);
    assert_non_null(harness_alert(h, "feed"));
    struct event_alive alive = {.venue = H_LIGHTER, .frame_ns = h->now_ns};
    harness_input(h, EVENT_FEED_ALIVE, &alive);
    alive.frame_ns -= NS_PER_S; // an older frame than the newest says nothing
    harness_input(h, EVENT_FEED_ALIVE, &alive);
    assert_int_equal(h->desk.picture.venues[H_LIGHTER].frame_ns, h->now_ns);
    harness_destroy(h);
}

static void test_one_sided_quotes_have_no_mid(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct px mid = harness_mid(H_BTC);
    assert_true(picture_usable(&h->desk, H_LIGHTER, H_BTC, h->now_ns));
    harness_quote(h, H_LIGHTER, H_BTC, (struct px){0}, mid, (struct qty){QTY_ONE});
    assert_false(picture_usable(&h->desk, H_LIGHTER, H_BTC, h->now_ns));
    harness_quote(h, H_LIGHTER, H_BTC, mid, (struct px){0}, (struct qty){QTY_ONE});
    assert_false(picture_usable(&h->desk, H_LIGHTER, H_BTC, h->now_ns));
    harness_quote_flags(h, H_LIGHTER, H_BTC, mid, (struct px){mid.v + PX_ONE},
                        (struct qty){QTY_ONE}, QUOTE_QUARANTINED);
    assert_false(picture_usable(&h->desk, H_LIGHTER, H_BTC, h->now_ns));
    harness_quote_flags(h, H_LIGHTER, H_BTC, mid, (struct px){mid.v + PX_ONE},
                        (struct qty){QTY_ONE}, QUOTE_LOST);
    assert_false(picture_is_fresh(&h->desk, H_LIGHTER, H_BTC, h->now_ns));
    assert_false(picture_usable(&h->desk, H_LIGHTER, H_BTC, h->now_ns));
    assert_true(picture_usable(&h->desk, H_EXTENDED, H_BTC, h->now_ns));
    harness_destroy(h);
}

// The window slides: what is older than it is forgotten, and a crash is capped, not lost.
static void test_volatility_window(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.risk.volatility_window_ns = 5 * NS_PER_S;
    harness_start(h);
    harness_calm_for(h, 3 * NS_PER_S);
    assert_int_equal(picture_volatility(&h->desk, H_BTC).v, 0);
    for (int i = 0; i < 6; i++) {
        harness_calm(h, BPS(1000));
        harness_advance(h, H_MS(200));
    }
    assert_int_equal(picture_volatility(&h->desk, H_BTC).v, 30000); // 10 % counts as 3 %
    for (int i = 0; i < 60; i++) {
        harness_calm(h, BPS(1000));
        harness_advance(h, H_MS(200));
    }
    assert_int_equal(picture_volatility(&h->desk, H_BTC).v, 0);
    harness_destroy(h);
}

// One second's move each second, up and down by turns.
static void swing_for(struct harness *h, int seconds, struct bps move) {
    for (int i = 0; i < seconds; i++) {
        for (int step = 0; step < 5; step++) {
            harness_calm(h, i % 2 == 0 ? (struct bps){0} : move);
            harness_advance(h, H_MS(200));
        }
    }
}

// The span was changed while the desk runs: what is measured is that of the new one, shorter or
// longer, and nothing of the old one stays in it.
static void test_volatility_window_changes(void **state) {
    (void)state;
    struct harness *h = harness_prepare();
    h->settings.risk.volatility_window_ns = 40 * NS_PER_S;
    harness_start(h);
    swing_for(h, 60, BPS(4));
    int64_t forty = picture_volatility(&h->desk, H_BTC).v; // 400 * sqrt(40)
    assert_in_range(forty, 2450, 2600);
    h->settings.risk.volatility_window_ns = 10 * NS_PER_S;
    swing_for(h, 2, BPS(4));
    assert_in_range(picture_volatility(&h->desk, H_BTC).v, 1200, 1300); // 400 * sqrt(10)
    swing_for(h, 60, BPS(4));
    assert_in_range(picture_volatility(&h->desk, H_BTC).v, 1200, 1300);
    h->settings.risk.volatility_window_ns = 40 * NS_PER_S;
    swing_for(h, 10, BPS(4));
    assert_in_range(picture_volatility(&h->desk, H_BTC).v, 1700, 1850); // it has twenty by now
    swing_for(h, 100, BPS(4));
    assert_int_equal(picture_volatility(&h->desk, H_BTC).v, forty);
    h->settings.risk.volatility_window_ns = 0; // the last second alone
    swing_for(h, 5, BPS(4));
    assert_in_range(picture_volatility(&h->desk, H_BTC).v, 390, 410);
    swing_for(h, 5, BPS(-1000)); // down counts like up
    assert_int_equal(picture_volatility(&h->desk, H_BTC).v, 30000);
    h->settings.risk.volatility_window_ns = 3600 * NS_PER_S; // longer than is kept
    swing_for(h, 700, BPS(4));
    int64_t longest = picture_volatility(&h->desk, H_BTC).v; // 400 * sqrt(600)
    assert_in_range(longest, 9600, 10000);
    swing_for(h, 50, BPS(4));
    assert_int_equal(picture_volatility(&h->desk, H_BTC).v, longest);
    harness_destroy(h);
}

static uint64_t draw(uint64_t *seed, uint64_t below) {
    *seed = hash_mix(*seed + 1);
    return *seed % below;
}

// What the picture remembers of a quote's freshness, and what it would work out, through everything
// that makes quotes stale: age, late stamps, silence, a lost connection, moved clocks and limits.
static void test_remembered_freshness(void **state) {
    (void)state;
    static const enum feed_state states[] = {FEED_LIVE, FEED_LIVE, FEED_POLLING, FEED_DOWN};
    struct harness *h = harness_create();
    uint64_t seed = 7;
    uint32_t fresh = 0, stale = 0;
    for (int i = 0; i < 20000; i++) {
        uint16_t venue = (uint16_t)draw(&seed, h->universe.venue_count);
        h->now_ns += (int64_t)draw(&seed, 200) * NS_PER_MS;
        struct px mid = harness_mid(H_BTC);
        struct event_quote quote = {.venue = venue, .symbol = H_BTC};
        quote.quote = (struct quote){
            .bid = mid,
            .ask = {mid.v + PX_ONE},
            .bid_size = {QTY_ONE},
            .ask_size = {QTY_ONE},
            .receive_ns = h->now_ns - (int64_t)draw(&seed, 100) * NS_PER_MS,
            .flags = (draw(&seed, 4) == 0 ? (uint32_t)QUOTE_POLLED : 0) |
                     (draw(&seed, 10) == 0 ? (uint32_t)QUOTE_LOST : 0),
        };
        if (draw(&seed, 4) != 0) {
            quote.quote.venue_time_ns = h->now_ns - (int64_t)draw(&seed, 40000) * NS_PER_MS;
        }
        struct event_feed feed = {.venue = venue,
                                  .state = (uint8_t)states[draw(&seed, COUNT_OF(states))],
                                  .clock_known = draw(&seed, 3) != 0,
                                  .clock_offset_ns =
                                      ((int64_t)draw(&seed, 4000) - 2000) * NS_PER_MS};
        struct event_alive alive = {.venue = venue, .frame_ns = h->now_ns};
        switch (draw(&seed, 20)) {
        case 0:
            harness_input(h, EVENT_FEED_STATE, &feed);
            break;
        case 1:
            harness_input(h, EVENT_FEED_ALIVE, &alive);
            break;
        case 2: // silence on all
            h->now_ns += (int64_t)draw(&seed, 8000) * NS_PER_MS;
            break;
        case 3:
            h->settings.feeds.stale_ns = (int64_t)(1 + draw(&seed, 6)) * NS_PER_S;
            h->settings.feeds.quiet_ns = (int64_t)(1 + draw(&seed, 40)) * NS_PER_S;
            break;
        default:
            harness_input(h, EVENT_QUOTE_UPDATED, &quote);
            break;
        }
        for (uint16_t at = 0; at < h->universe.venue_count; at++) {
            bool known = picture_is_fresh(&h->desk, at, H_BTC, h->now_ns);
            assert_true(known == picture_judge_fresh(
                                     &h->desk, at, picture_quote(&h->desk, at, H_BTC), h->now_ns));
            fresh += known;
            stale += !known;
        }
    }
    assert_true(fresh > 5000 && stale > 5000);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lanes_are_told_once),
        cmocka_unit_test(test_feeds_are_told_once),
        cmocka_unit_test(test_one_sided_quotes_have_no_mid),
        cmocka_unit_test(test_remembered_freshness),
        cmocka_unit_test(test_volatility_window),
        cmocka_unit_test(test_volatility_window_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
