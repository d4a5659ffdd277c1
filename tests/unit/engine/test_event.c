// Names of kinds and states, printing whatever the payload holds, and what an input must satisfy.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/alert.h"
#include "engine/control.h"

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

// What a person reads in `journal show` after a bad night: who ordered what, which rule spoke, what
// went to the venue.
static void test_print_words(void **state) {
    (void)state;
    const struct {
        struct event event;
        const char *want;
    } rows[] = {
        {{.header.kind = EVENT_CONTROL,
          .u.control = {.verb = CONTROL_SUBMIT,
                        .origin = ORIGIN_SHELL,
                        .venue = 1,
                        .symbol = 1,
                        .value = 250 * USD_ONE,
                        .side = SIDE_SELL,
                        .hedged = 1,
                        .hedge_venue = 0,
                        .over_s = 60}},
         "control submit okx ETH/USDT sell binance over_s 60 value 250000000 value2 0 origin 1"},
        {{.header.kind = EVENT_CONTROL,
          .u.control = {.verb = CONTROL_SUBMIT, .venue = 1, .symbol = 1, .value = USD_ONE}},
         "control submit okx ETH/USDT buy over_s 0 value 1000000 value2 0 origin 0"},
        {{.header.kind = EVENT_CONTROL,
          .u.control = {.verb = CONTROL_PAUSE, .venue = CONTROL_ANY, .symbol = CONTROL_ANY}},
         "control pause value 0 value2 0 origin 0"},
        {{.header.kind = EVENT_INSTRUMENT,
          .u.instrument.listing = {.native = "BTCUSDT", .tick = {PX_ONE / 10}}},
         "instrument binance BTC/USDT BTCUSDT not ready tick 0.1 step 0 contract 0 min 0"
         " min_notional 0.00"},
        {{.header.kind = EVENT_JOB_STATE,
          .u.job = {.job = 7,
                    .strategy = STRATEGY_ARB,
                    .state = JOB_REFUSED,
                    .sell_venue = 1,
                    .rule = RULE_MIN_EDGE,
                    .notional = USD(100),
                    .edge = BPS(-3)}},
         "job_state job 7 arb refused BTC/USDT buy binance sell okx notional 100.00 edge -3.00"
         " pnl 0.00 fees 0.00 min_edge"},
        {{.header.kind = EVENT_ORDER_COMMAND,
          .u.order = {.order = 7 << 16 | 2,
                      .job = 7,
                      .action = ORDER_ACTION_PLACE,
                      .type = ORDER_POST_ONLY,
                      .size = {QTY_ONE},
                      .client_id = "pd-1"}},
         "order_command order 458754 job 7 place post_only open buy binance BTC/USDT 1 at 0"
         " filled 0 new pd-1"},
        {{.header.kind = EVENT_ORDER_COMMAND,
          .u.order = {.order = 1, .action = ORDER_ACTION_CANCEL, .type = ORDER_IOC}},
         "order_command order 1 job 0 cancel ioc open buy binance BTC/USDT 0 at 0 filled 0 new"},
        {{.header.kind = EVENT_ORDER_COMMAND,
          .u.order = {.order = 1, .action = ORDER_ACTION_ASK, .type = ORDER_IOC}},
         "order_command order 1 job 0 ask ioc open buy binance BTC/USDT 0 at 0 filled 0 new"},
        {{.header.kind = EVENT_CAPITAL_UPDATED,
          .u.capital = {.model = CAPITAL_THREE,
                        .equity = USD(10),
                        .available = {USD(1), USD(2), USD(3), USD(4), USD(5)}}},
         "capital_updated binance equity 10.00 wash 1.00 arb 2.00 reserve 3.00 peak 0.00"
         " drawdown 0.00"},
        {{.header.kind = EVENT_CAPITAL_UPDATED,
          .u.capital = {.model = CAPITAL_FIVE,
                        .safe_mode = 1,
                        .peak = USD(12),
                        .available = {USD(1), USD(2), USD(3), USD(4), USD(5)},
                        .drawdown = BPS(7)}},
         "capital_updated binance equity 0.00 L1 1.00 L2 2.00 L3 3.00 L4 4.00 L5 5.00"
         " peak 12.00 drawdown 7.00 safe_mode"},
        {{.header.kind = EVENT_ALERT,
          .u.alert = {.severity = SEVERITY_RED,
                      .rule = "drawdown",
                      .text = "down",
                      .unit = UNIT_BPS,
                      .figure = 600,
                      .limit = 500}},
         "alert red drawdown down 6.00 bps against 5.00 bps"},
        {{.header.kind = EVENT_ALERT,
          .u.alert = {.severity = SEVERITY_INFO, .rule = "note", .text = "said", .figure = 600}},
         "alert info note said"},
        {{.header.kind = EVENT_ALERT, .u.alert = {.rule = "foreign", .unit = UNIT_PX + 1}},
         "alert info foreign"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char data[256];
        struct text out = TEXT_OVER(data);
        event_print(&out, &universe, &rows[i].event);
        assert_string_equal(data, rows[i].want);
    }
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

// What was in a text's buffer before it never reaches a file: no kind that has a text is left out.
static void test_tidy_every_text(void **state) {
    (void)state;
#define TEXT_AT(kind, member)                                                                      \
    { (kind), offsetof(struct event, u.member), sizeof(((struct event *)NULL)->u.member) }
    static const struct {
        enum event_kind kind;
        size_t at, size;
    } rows[] = {
        TEXT_AT(EVENT_INSTRUMENT, instrument.listing.native),
        TEXT_AT(EVENT_FEED_STATE, feed.text),
        TEXT_AT(EVENT_LANE_STATE, lane.text),
        TEXT_AT(EVENT_ORDER_REPORT, report.text),
        TEXT_AT(EVENT_ORDER_COMMAND, order.client_id),
        TEXT_AT(EVENT_ORDER_PLACED, order.client_id),
        TEXT_AT(EVENT_ORDER_FAILED, order.client_id),
        TEXT_AT(EVENT_ORDER_CANCELED, order.client_id),
        TEXT_AT(EVENT_PAST_ORDER, past_order.order.client_id),
        TEXT_AT(EVENT_ALERT, alert.rule),
        TEXT_AT(EVENT_ALERT, alert.text),
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct event event;
        memset(&event, 'x', sizeof(event));
        event.header = (struct event_header){.kind = (uint16_t)rows[i].kind};
        char *text = (char *)&event + rows[i].at;
        text[3] = '\0';
        event_tidy(&event);
        assert_string_equal(text, "xxx");
        for (size_t at = 3; at < rows[i].size; at++) {
            assert_int_equal(text[at], 0);
        }
        memset(text, 'x', rows[i].size); // one that was never ended gets its end
        event_tidy(&event);
        assert_int_equal(strnlen(text, rows[i].size), rows[i].size - 1);
    }
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
        ROW(EVENT_VENUE_ORDERS, venue_orders, .venue = 1),
        ROW(EVENT_SETTINGS_CHANGED, settings, .count = 2,
            .changes = {{.venue = 1}, {.venue = UINT16_MAX}}),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 0),
        ROW(EVENT_ALERT_RULE, alert_rule, .at = ALERT_RULES_MAX - 1, .count = ALERT_RULES_MAX,
            .rule = {.kind = ALERT_METRIC_BELOW,
                     .metric = ALERT_METRIC_COUNT - 1,
                     .severity = SEVERITY_RED,
                     .action = ALERT_ACTION_COUNT - 1}),
        ROW(EVENT_PAST_POSITION, past_position, .venue = 1, .symbol = 1),
        ROW(EVENT_PAST_TRADE, past_trade, .venue = 1),
        ROW(EVENT_PAST_END, past_end, .state = TRADING_STATE_COUNT - 1, .doubt = DOUBT_COUNT - 1),
        ROW(EVENT_PAST_END, past_end, .brakes.strategies_off = (1 << STRATEGY_COUNT) - 1),
        ROW(EVENT_PAST_PEAK, past_peak, .venue = 1),
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
        ROW(EVENT_INSTRUMENT, instrument.listing, .ready = true, .step = {1}),
        ROW(EVENT_VENUE_ORDERS, venue_orders, .venue = 2),
        ROW(EVENT_SETTINGS_CHANGED, settings, .count = EVENT_SETTINGS_MAX + 1),
        ROW(EVENT_SETTINGS_CHANGED, settings, .count = 2, .changes = {{.venue = 1}, {.venue = 2}}),
        ROW(EVENT_ALERT_RULE, alert_rule, .at = 1, .count = 0),
        ROW(EVENT_ALERT_RULE, alert_rule, .at = 1, .count = 1),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = ALERT_RULES_MAX + 1),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.kind = ALERT_METRIC_BELOW + 1),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.metric = ALERT_METRIC_COUNT),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.severity = SEVERITY_RED + 1),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.action = ALERT_ACTION_COUNT),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.window_ns = -1),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.cooldown_ns = -1),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.cooldown_ns = INT64_MAX),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.name[ALERT_NAME_MAX - 1] = 'x'),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1,
            .rule.condition[ALERT_CONDITION_MAX - 1] = 'x'),
        ROW(EVENT_ALERT_RULE, alert_rule, .count = 1, .rule.order[ALERT_ORDER_MAX - 1] = 'x'),
        ROW(EVENT_PAST_POSITION, past_position, .symbol = 2),
        ROW(EVENT_PAST_TRADE, past_trade, .venue = 2),
        ROW(EVENT_PAST_END, past_end, .state = TRADING_STATE_COUNT),
        ROW(EVENT_PAST_END, past_end, .doubt = DOUBT_COUNT),
        ROW(EVENT_PAST_END, past_end, .brakes.strategies_off = 1 << STRATEGY_COUNT),
        ROW(EVENT_PAST_PEAK, past_peak, .venue = 2),
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

// A job and an order of an earlier session index tables once they are taken over: each field alone.
static void test_past_does_not_fit(void **state) {
    (void)state;
    const struct event job = {
        .header.kind = EVENT_PAST_JOB,
        .u.past_job = {.job = 7,
                       .strategy = STRATEGY_COUNT - 1,
                       .state = JOB_OPENING,
                       .symbol = 1,
                       .orders_used = UINT16_MAX,
                       .maker = JOB_LEGS_MAX,
                       .legs_used = 1,
                       .only = 1,
                       .legs = {{.venue = 1, .opened = {5}}, {.venue = 1, .closed = {5}}}}};
    const struct event order = {.header.kind = EVENT_PAST_ORDER,
                                .u.past_order.order = {.order = 7 << 16 | 1,
                                                       .venue = 1,
                                                       .symbol = 1,
                                                       .type = ORDER_IOC,
                                                       .side = SIDE_SELL,
                                                       .phase = LEG_UNWIND,
                                                       .leg = JOB_LEGS_MAX - 1,
                                                       .size = {2},
                                                       .filled = {1}}};
    struct event event;
#define FITS(whole, member, value)                                                                 \
    (event = (whole), event.u.member = (value), event_input_fits(&universe, &event))
    assert_true(event_input_fits(&universe, &job));
    assert_true(FITS(job, past_job.state, JOB_UNWINDING));
    assert_true(FITS(job, past_job.legs_used, JOB_LEGS_MAX));
    assert_false(FITS(job, past_job.job, 0));
    assert_false(FITS(job, past_job.strategy, STRATEGY_COUNT));
    assert_false(FITS(job, past_job.state, JOB_PENDING));
    assert_false(FITS(job, past_job.state, JOB_DONE));
    assert_false(FITS(job, past_job.symbol, 2));
    assert_false(FITS(job, past_job.orders_used, UINT16_MAX + 1));
    assert_false(FITS(job, past_job.maker, JOB_LEGS_MAX + 1));
    assert_false(FITS(job, past_job.legs_used, 0));
    assert_false(FITS(job, past_job.legs_used, JOB_LEGS_MAX + 1));
    assert_false(FITS(job, past_job.only, JOB_LEGS_MAX));
    assert_true(FITS(job, past_job.adopted, 1));
    assert_false(FITS(job, past_job.adopted, 2));
    assert_false(FITS(job, past_job.legs[0].venue, 2));
    assert_false(FITS(job, past_job.legs[1].opened.v, -1));
    assert_false(FITS(job, past_job.legs[1].closed.v, -1));
    assert_true(event_input_fits(&universe, &order));
    assert_true(FITS(order, past_order.order.filled.v, 0));
    assert_false(FITS(order, past_order.order.order, 0));
    assert_false(FITS(order, past_order.order.venue, 2));
    assert_false(FITS(order, past_order.order.symbol, 2));
    assert_false(FITS(order, past_order.order.type, ORDER_IOC + 1));
    assert_false(FITS(order, past_order.order.side, SIDE_SELL + 1));
    assert_false(FITS(order, past_order.order.phase, LEG_UNWIND + 1));
    assert_false(FITS(order, past_order.order.leg, JOB_LEGS_MAX));
    assert_false(FITS(order, past_order.order.filled.v, -1));
    assert_false(FITS(order, past_order.order.filled.v, 2));
    assert_false(FITS(order, past_order.order.client_id[ORDER_CLIENT_ID_MAX - 1], 'x'));
#undef FITS
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_print_words),
        cmocka_unit_test(test_print_anything),
        cmocka_unit_test(test_tidy),
        cmocka_unit_test(test_tidy_every_text),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_what_does_not_fit),
        cmocka_unit_test(test_past_does_not_fit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
