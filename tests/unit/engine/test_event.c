// Names of kinds and states, printing whatever the payload holds, and what an input must satisfy.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/control.h"
#include "engine/event.h"

static struct universe universe;

static int set_up(void **state) {
    (void)state;
    if (universe_create(&universe, 2, 2) != STATUS_OK) {
        return -1;
    }
    (void)string_copy(universe.venues[0].name, VENUE_NAME_MAX, SLICE("binance"));
    (void)string_copy(universe.venues[1].name, VENUE_NAME_MAX, SLICE("okx"));
    (void)string_copy(universe.symbols[0].name, SYMBOL_NAME_MAX, SLICE("BTC/USDT"));
    (void)string_copy(universe.symbols[1].name, SYMBOL_NAME_MAX, SLICE("ETH/USDT"));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    universe_finish(&universe);
    return 0;
}

static void test_kinds(void **state) {
    (void)state;
    for (uint32_t i = 0; i < EVENT_KIND_COUNT; i++) {
        assert_true(event_name((enum event_kind)i)[0] != '\0');
        assert_true(event_payload_size((enum event_kind)i) > 0);
        assert_true(event_payload_size((enum event_kind)i) <= sizeof(union event_payload));
        for (uint32_t j = 0; j < i; j++) {
            assert_string_not_equal(event_name((enum event_kind)i), event_name((enum event_kind)j));
        }
    }
}

#define CHECK_NAMES(count, name_of, type)                                                          \
    for (uint32_t i = 0; i < (count); i++) {                                                       \
        assert_true(name_of((enum type)i)[0] != '\0');                                             \
        for (uint32_t j = 0; j < i; j++) {                                                         \
            assert_string_not_equal(name_of((enum type)i), name_of((enum type)j));                 \
        }                                                                                          \
    }

static void test_names(void **state) {
    (void)state;
    CHECK_NAMES(DESK_MODE_COUNT, desk_mode_name, desk_mode)
    CHECK_NAMES(RISK_MODE_COUNT, risk_mode_name, risk_mode)
    CHECK_NAMES(DESK_STATUS_COUNT, desk_status_name, desk_status)
    CHECK_NAMES(TRADING_STATE_COUNT, trading_state_name, trading_state)
    CHECK_NAMES(STRATEGY_COUNT, strategy_name, strategy)
    CHECK_NAMES(POOL_COUNT, pool_name, pool)
    CHECK_NAMES(SEVERITY_RED + 1, severity_name, severity)
    CHECK_NAMES(JOB_STATE_COUNT, job_state_name, job_state)
    CHECK_NAMES(ORDER_STATE_COUNT, order_state_name, order_state)
    CHECK_NAMES(FEED_STATE_COUNT, feed_state_name, feed_state)
    CHECK_NAMES(REPORT_UNKNOWN + 1, report_kind_name, report_kind)
    CHECK_NAMES(LEG_UNWIND + 1, leg_phase_name, leg_phase)
}

static void test_print(void **state) {
    (void)state;
    char data[256];
    struct text out = TEXT_OVER(data);
    struct event event = {.header.kind = EVENT_QUOTE_UPDATED};
    event.u.quote = (struct event_quote){
        .venue = 0,
        .symbol = 0,
        .quote = {.bid = {PX_ONE * 61800 + PX_ONE / 5},
                  .ask = {PX_ONE * 61801},
                  .bid_size = {QTY_ONE},
                  .ask_size = {QTY_ONE / 4}},
    };
    event_print(&out, &universe, &event);
    assert_string_equal(data, "quote_updated binance BTC/USDT bid 61800.2 x 1 ask 61801 x 0.25"
                              " flags 0 update 0");
}

// Whatever the bytes are, printing neither asserts nor reads outside.
static void test_print_anything(void **state) {
    (void)state;
    for (uint32_t kind = 0; kind <= EVENT_KIND_COUNT; kind++) {
        for (int fill = 0; fill < 256; fill += 51) {
            struct event event;
            memset(&event, fill, sizeof(event));
            if (kind == EVENT_INSTRUMENT) {
                event.u.instrument.listing.ready = true;
            }
            event.header.kind = (uint16_t)kind;
            char data[512];
            struct text out = TEXT_OVER(data);
            event_print(&out, &universe, &event);
            assert_true(out.size > 0);
            text_clear(&out);
            event_print(&out, NULL, &event);
            assert_true(out.size > 0);
        }
    }
}

static void test_tidy(void **state) {
    (void)state;
    struct event a, b;
    memset(&a, 0x11, sizeof(a));
    memset(&b, 0x22, sizeof(b));
    a.header = b.header = (struct event_header){.kind = EVENT_ALERT};
    a.u.alert = (struct event_alert){.severity = SEVERITY_WARN, .unit = UNIT_BPS, .figure = 7};
    b.u.alert = a.u.alert;
    memset(a.u.alert.rule, 0x11, sizeof(a.u.alert.rule));
    memset(b.u.alert.text, 0x22, sizeof(b.u.alert.text));
    memset(a.u.alert.pad, 0, sizeof(a.u.alert.pad));
    memset(b.u.alert.pad, 0, sizeof(b.u.alert.pad));
    memcpy(a.u.alert.rule, "rule", 5);
    memcpy(b.u.alert.rule, "rule", 5);
    memcpy(a.u.alert.text, "text", 5);
    memcpy(b.u.alert.text, "text", 5);
    event_tidy(&a);
    event_tidy(&b);
    assert_memory_equal(&a.u.alert, &b.u.alert, sizeof(a.u.alert));
}

static void test_fits(void **state) {
    (void)state;
    struct event event = {.header.kind = EVENT_QUOTE_UPDATED};
    assert_true(event_input_fits(&universe, &event));
    event.u.quote.venue = 2;
    assert_false(event_input_fits(&universe, &event));
    event.u.quote.venue = 1;
    event.u.quote.symbol = 2;
    assert_false(event_input_fits(&universe, &event));

    event = (struct event){.header.kind = EVENT_DEPTH_UPDATED};
    event.u.depth.depth.ask_count = DEPTH_LEVELS_MAX;
    assert_true(event_input_fits(&universe, &event));
    event.u.depth.depth.ask_count = DEPTH_LEVELS_MAX + 1;
    assert_false(event_input_fits(&universe, &event));

    event = (struct event){.header.kind = EVENT_CONTROL};
    event.u.control = (struct event_control){.venue = UINT16_MAX, .symbol = UINT16_MAX};
    assert_true(event_input_fits(&universe, &event));
    event.u.control.verb = UINT16_MAX;
    assert_false(event_input_fits(&universe, &event));

    event = (struct event){.header.kind = EVENT_INSTRUMENT};
    assert_true(event_input_fits(&universe, &event));
    event.u.instrument.listing.ready = true; // ready without a tick would divide by zero
    assert_false(event_input_fits(&universe, &event));

    event = (struct event){.header.kind = EVENT_ORDER_COMMAND};
    assert_false(event_input_fits(&universe, &event)); // derived
    event = (struct event){.header.kind = EVENT_TIMER};
    assert_true(event_input_fits(&universe, &event));
}

#define ROW(KIND, member, ...)                                                                     \
    {                                                                                              \
        .header.kind = (KIND), .u.member = { __VA_ARGS__ }                                         \
    }

// Each field that may be wrong, alone: a universe of two venues and two symbols.
static void test_what_does_not_fit(void **state) {
    (void)state;
    static const struct event good[] = {
        ROW(EVENT_DESK_STARTED, desk, .mode = DESK_DEMO, .venues = 2, .symbols = 2),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_FLATTEN, .venue = 1, .symbol = 1),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_SUBMIT, .venue = 1, .side = SIDE_SELL),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_SUBMIT, .hedged = 1, .hedge_venue = 1),
        ROW(EVENT_FEED_STATE, feed, .venue = 1, .state = FEED_STATE_COUNT - 1),
        ROW(EVENT_FEED_ALIVE, alive, .venue = 1),
        ROW(EVENT_CAPITAL_SNAPSHOT, equity, .venue = 1),
        ROW(EVENT_FUNDING_UPDATED, funding, .venue = 1, .symbol = 1),
        ROW(EVENT_ORDER_REPORT, report, .kind = REPORT_UNKNOWN, .liquidity = LIQUIDITY_TAKER),
        ROW(EVENT_LANE_STATE, lane, .venue = 1, .state = LANE_STATE_COUNT - 1),
        ROW(EVENT_VENUE_POSITION, venue_position, .venue = 1, .symbol = 1),
        ROW(EVENT_INSTRUMENT, instrument.listing, .ready = true, .tick = {1}, .step = {1}),
    };
    static const struct event bad[] = {
        ROW(EVENT_DESK_STARTED, desk, .mode = DESK_MODE_COUNT, .venues = 2, .symbols = 2),
        ROW(EVENT_DESK_STARTED, desk, .venues = 1, .symbols = 2),
        ROW(EVENT_DESK_STARTED, desk, .venues = 2, .symbols = 3),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_FLATTEN, .venue = 2, .symbol = 1),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_FLATTEN, .venue = 1, .symbol = 2),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_SUBMIT, .venue = CONTROL_ANY),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_SUBMIT, .symbol = CONTROL_ANY),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_SUBMIT, .side = SIDE_SELL + 1),
        ROW(EVENT_CONTROL, control, .verb = CONTROL_SUBMIT, .hedged = 1, .hedge_venue = 2),
        ROW(EVENT_FEED_STATE, feed, .venue = 2),
        ROW(EVENT_FEED_STATE, feed, .state = FEED_STATE_COUNT),
        ROW(EVENT_FEED_ALIVE, alive, .venue = 2),
        ROW(EVENT_CAPITAL_SNAPSHOT, equity, .venue = 2),
        ROW(EVENT_FUNDING_UPDATED, funding, .symbol = 2),
        ROW(EVENT_DEPTH_UPDATED, depth, .venue = 2),
        ROW(EVENT_DEPTH_UPDATED, depth, .depth = {.bid_count = DEPTH_LEVELS_MAX + 1}),
        ROW(EVENT_ORDER_REPORT, report, .symbol = 2),
        ROW(EVENT_ORDER_REPORT, report, .kind = REPORT_UNKNOWN + 1),
        ROW(EVENT_ORDER_REPORT, report, .liquidity = LIQUIDITY_TAKER + 1),
        ROW(EVENT_LANE_STATE, lane, .venue = 2),
        ROW(EVENT_LANE_STATE, lane, .state = LANE_STATE_COUNT),
        ROW(EVENT_LANE_STATE, lane, .deadman = DEADMAN_STATE_COUNT),
        ROW(EVENT_VENUE_POSITION, venue_position, .venue = 2),
        ROW(EVENT_INSTRUMENT, instrument.listing, .venue = 2),
        ROW(EVENT_INSTRUMENT, instrument.listing, .quote_currency = CURRENCY_COUNT),
        ROW(EVENT_INSTRUMENT, instrument.listing, .settle_currency = CURRENCY_COUNT),
        ROW(EVENT_INSTRUMENT, instrument.listing, .ready = true, .tick = {1}),
        ROW(EVENT_INSTRUMENT, instrument.listing, .native[NATIVE_NAME_MAX - 1] = 'x'),
        ROW(EVENT_KIND_COUNT, timer, 0),
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        if (!event_input_fits(&universe, &good[i])) {
            fail_msg("row %zu is good", i);
        }
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (event_input_fits(&universe, &bad[i])) {
            fail_msg("row %zu is bad", i);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_print_anything),
        cmocka_unit_test(test_tidy),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
