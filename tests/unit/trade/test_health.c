// Each part of the desk's health at exact figures, the weights, silent parts, the metrics' alarms.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

// A look at this moment.
static const struct state_health *look(struct harness *h) {
    h->engine.bus.now_ns = h->now_ns;
    assert_int_equal(health_component.on_time(&h->desk, &h->engine.bus, h->now_ns), STATUS_OK);
    (void)bus_flush(&h->engine.bus);
    return &h->desk.health.now;
}

static void test_at_rest_all_is_well(void **state) {
    (void)state;
    struct harness *h = harness_create();
    const struct state_health *health = look(h);
    assert_int_equal(health->overall, 100);
    assert_int_equal(h->desk.health.due_ns, h->now_ns + 5 * NS_PER_S);
    uint32_t weights = 0;
    for (int part = 0; part < HEALTH_PART_COUNT; part++) {
        assert_int_equal(health->parts[part].score, 100);
        assert_string_equal(health->parts[part].reason, "");
        weights += health->parts[part].weight;
    }
    assert_int_equal(weights, 100);
    const struct event *event = harness_last(h, EVENT_HEALTH_SNAPSHOT);
    assert_int_equal(event->u.health.overall, 100);
    harness_mark(h);
    harness_calm_for(h, 60 * NS_PER_S);
    assert_int_equal(harness_count(h, EVENT_HEALTH_SNAPSHOT), 12);
    harness_destroy(h);
}

static void capital_half(struct harness *h) { // half of the 10 % drawdown
    h->desk.mode = DESK_LIVE;                 // balances are told
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        h->desk.picture.venues[venue].lane.state = LANE_READY;
    }
    harness_equity(h, H_EXTENDED, USD(9500));
}
static void capital_loss(struct harness *h) {
    h->desk.positions.day_start_pnl = USD(125);
}
static void exposure_unhedged(struct harness *h) {
    struct job *job = job_create(&h->desk.jobs, h->now_ns);
    job->unhedged = USD(50);
}
static void exposure_clock(struct harness *h) {
    struct job *job = job_create(&h->desk.jobs, h->now_ns);
    job->unhedged_usd_s = 5000 * USD_ONE;
}
static void execution_tripped(struct harness *h) {
    h->desk.risk.venues[H_EXTENDED].tripped_until_ns = h->now_ns + 3600 * NS_PER_S;
}
static void execution_lane(struct harness *h) {
    capital_half(h);
    harness_equity(h, H_EXTENDED, USD(10000));
    h->desk.picture.venues[H_BINANCE].lane.deadman = DEADMAN_FAILED;
    h->desk.picture.venues[H_EXTENDED].lane.state = LANE_AUTH_FAILED;
}
static void execution_success(struct harness *h) {
    h->desk.health.outcomes = 0xe; // three of four
    h->desk.health.outcome_count = 4;
}
static void quotes_stale(struct harness *h) {
    for (uint16_t symbol = 0; symbol < H_SYMBOLS; symbol++) { // calm goes on telling them
        universe_listing(&h->universe, H_BINANCE, symbol)->ready = false;
    }
    harness_feed(h, H_EXTENDED, FEED_STALE, 0);
    h->desk.picture.venues[H_EXTENDED].lost_ns = INT64_MAX;
}
static void quotes_none(struct harness *h) {
    for (uint32_t i = 0; i < H_VENUES * H_SYMBOLS; i++) {
        universe_listing(&h->universe, (uint16_t)(i / H_SYMBOLS), (uint16_t)(i % H_SYMBOLS))
            ->ready = false;
    }
}
static void scanner_alone(struct harness *h) {
    for (uint16_t venue = H_EXTENDED; venue <= H_BINANCE; venue++) {
        harness_feed(h, venue, FEED_LIVE, 0); // whose word ends what was believed of its quotes
        h->desk.picture.venues[venue].lost_ns = INT64_MAX;
    }
}
static void latency_quotes(struct harness *h) { // one of three venues at half its limit
    h->desk.picture.venues[H_EXTENDED].feed.latency_mean_ns = H_MS(2500);
}
static void latency_orders(struct harness *h) {
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        h->desk.risk.venues[venue].latency_ns = H_MS(1000);
    }
}

static void test_each_part(void **state) {
    (void)state;
    static const struct {
        const char *name;
        void (*set)(struct harness *h);
        enum health_part part;
        uint32_t score, overall;
        const char *reason;
    } rows[] = {
        {"drawdown", capital_half, HEALTH_CAPITAL, 50, 90,
         "extended: drawdown 500.00 of 1000.00 bps"},
        {"day's loss", capital_loss, HEALTH_CAPITAL, 75, 95,
         "the day's loss is 125.00 of 500.00 USD"},
        {"unhedged", exposure_unhedged, HEALTH_EXPOSURE, 90, 98,
         "50.00 of 500.00 USD unhedged on average"},
        {"exposure clock", exposure_clock, HEALTH_EXPOSURE, 0, 80,
         "job 1: exposure clock 5000.00 of 5000.00 USD*s"},
        {"breaker", execution_tripped, HEALTH_EXECUTION, 66, 93,
         "1 of 3 venues take no orders: extended"},
        {"lanes", execution_lane, HEALTH_EXECUTION, 33, 86,
         "2 of 3 venues take no orders: binance"},
        {"success", execution_success, HEALTH_EXECUTION, 75, 95,
         "75 % of the last 4 jobs ended well"},
        {"stale", quotes_stale, HEALTH_QUOTES, 50, 92,
         "2 of 4 quotes are fresh; most stale: extended"},
        {"no instruments", quotes_none, HEALTH_QUOTES, 0, 85, "no venue has told its instruments"},
        {"one venue", scanner_alone, HEALTH_SCANNER, 0, 74, "0 of 2 symbols can be compared"},
        {"slow quotes", latency_quotes, HEALTH_LATENCY, 83, 98, "slowest: extended at 50"},
        {"slow orders", latency_orders, HEALTH_LATENCY, 0, 90, "slowest: lighter at 0"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct harness *h = harness_create();
        rows[i].set(h);
        const struct state_health *health = look(h);
        const struct state_health_part *part = &health->parts[rows[i].part];
        if (part->score != rows[i].score || strcmp(part->reason, rows[i].reason) != 0 ||
            health->overall != rows[i].overall) {
            fail_msg("%s: %u (\"%s\"), overall %u", rows[i].name, part->score, part->reason,
                     health->overall);
        }
        harness_destroy(h);
    }
}

static void fill(struct harness *h) {
    struct event event = {.header = {.kind = EVENT_ORDER_FILLED}};
    h->engine.bus.now_ns = h->now_ns;
    assert_int_equal(health_component.on_event(&h->desk, &h->engine.bus, &event), STATUS_OK);
}

// A leg that waits a moment for the other is no illness: 400 USD for one second of five.
static void test_exposure_is_a_mean(void **state) {
    (void)state;
    struct harness *h = harness_create();
    (void)look(h);
    struct job *job = job_create(&h->desk.jobs, h->now_ns);
    h->now_ns += NS_PER_S;
    job->unhedged = USD(400);
    fill(h);
    h->now_ns += NS_PER_S;
    job->unhedged = (struct usd){0};
    fill(h);
    h->now_ns += 3 * NS_PER_S;
    const struct state_health *health = look(h);
    assert_int_equal(health->parts[HEALTH_EXPOSURE].score, 84);
    assert_string_equal(health->parts[HEALTH_EXPOSURE].reason,
                        "80.00 of 500.00 USD unhedged on average");
    h->now_ns += 5 * NS_PER_S; // and the next look begins anew
    assert_int_equal(look(h)->parts[HEALTH_EXPOSURE].score, 100);
    harness_destroy(h);
}

static struct bus_slot *slot_of(struct harness *h, const struct component *component) {
    return &h->engine.bus.slots[bus_slot_of(&h->engine.bus, component) - h->engine.bus.slots];
}

// A part that was switched off counts nothing; so does one that is silent for too long.
static void test_hearts(void **state) {
    (void)state;
    struct harness *h = harness_create();
    slot_of(h, &scanner_component)->off = true;
    const struct state_health *health = look(h);
    assert_int_equal(health->parts[HEALTH_SCANNER].score, 0);
    assert_string_equal(health->parts[HEALTH_SCANNER].reason, "scanner is switched off");
    assert_int_equal(health->parts[HEALTH_SCANNER].heartbeat_age_ms, -1);
    assert_int_equal(health->parts[HEALTH_QUOTES].heartbeat_age_ms, 0);
    assert_int_equal(health->overall, 85);
    harness_destroy(h);

    h = harness_create();
    h->engine.bus.timed = UINT32_C(1) << (slot_of(h, &health_component) - h->engine.bus.slots);
    harness_advance(h, 15 * NS_PER_S);
    assert_string_equal(h->desk.health.now.parts[HEALTH_CAPITAL].reason, "");
    harness_advance(h, 5 * NS_PER_S);
    assert_int_equal(h->desk.health.now.parts[HEALTH_CAPITAL].score, 0);
    assert_string_equal(h->desk.health.now.parts[HEALTH_CAPITAL].reason,
                        "capital is not heard of for 20 s");
    assert_int_equal(h->desk.health.now.parts[HEALTH_CAPITAL].heartbeat_age_ms, 20000);
    assert_int_equal(h->desk.health.now.parts[HEALTH_EXECUTION].score, 100); // idle is no silence
    harness_destroy(h);
}

static void latency_to(struct harness *h, int64_t value) {
    h->desk.picture.venues[H_LIGHTER].feed.latency_mean_ns = H_MS(value);
}
static void success_to(struct harness *h, int64_t value) { // of four
    h->desk.health.outcome_count = 4;
    h->desk.health.outcomes = (UINT64_C(1) << value) - 1;
}
static void drawdown_to(struct harness *h, int64_t value) {
    h->desk.mode = DESK_LIVE;
    harness_equity(h, H_LIGHTER, (struct usd){10000 * USD_ONE - value * 10000});
}
static void loss_to(struct harness *h, int64_t value) {
    h->desk.positions.day_start_pnl = (struct usd){value};
}
static void failures_to(struct harness *h, int64_t value) {
    h->desk.risk.failures = (uint32_t)value;
}

// At the exact figure of the threshold: one alarm when it is crossed, one word when it is over.
static void test_metrics(void **state) {
    (void)state;
    static const struct {
        enum health_metric metric;
        void (*to)(struct harness *h, int64_t value);
        int64_t within, beyond, limit;
        const char *text;
    } rows[] = {
        {METRIC_QUOTE_LATENCY, latency_to, 5000, 5001, 5000,
         "quote_latency_ms is 5001 ms, beyond 5000 ms"},
        {METRIC_SUCCESS, success_to, 2, 1, 500000,
         "success_rate_pct is 250000 ppm, beyond 500000 ppm"},
        {METRIC_DRAWDOWN, drawdown_to, 99999, 100000, 100000,
         "drawdown_pct is 1000.00 bps, beyond 1000.00 bps"},
        {METRIC_DAY_PNL, loss_to, 500 * USD_ONE - 1, 500 * USD_ONE, -500 * USD_ONE,
         "day_pnl_usd is -500.00 USD, beyond -500.00 USD"},
        {METRIC_FAILURES, failures_to, 2, 3, 3, "failures is 3, beyond 3"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *name = health_metric_name(rows[i].metric);
        struct harness *h = harness_create();
        const struct state_metric *metric = &h->desk.health.now.metrics[rows[i].metric];
        rows[i].to(h, rows[i].within);
        (void)look(h);
        assert_null(harness_alert(h, name));
        assert_int_equal(metric->over, 0);
        rows[i].to(h, rows[i].beyond);
        (void)look(h);
        assert_int_equal(metric->over, 1);
        assert_int_equal(metric->limit, rows[i].limit);
        const struct event_alert *alert = harness_alert(h, name);
        assert_non_null(alert);
        assert_string_equal(alert->text, rows[i].text);
        assert_int_equal(alert->severity, SEVERITY_RED);
        assert_int_equal(alert->figure, metric->figure);
        assert_int_equal(alert->limit, rows[i].limit);
        harness_mark(h);
        (void)look(h);
        assert_null(harness_alert(h, name)); // said once
        rows[i].to(h, rows[i].within);
        (void)look(h);
        alert = harness_alert(h, name);
        if (alert == NULL || alert->severity != SEVERITY_INFO) {
            fail_msg("%s: its end is not told", name);
        }
        harness_destroy(h);
    }
}

// Jobs that ended, newest last: what did not fill counts for neither side.
static void test_success_counts_jobs_that_filled(void **state) {
    (void)state;
    struct harness *h = harness_create();
    assert_int_equal(health_success_ppm(&h->desk), -1);
    static const enum job_state ends[] = {JOB_DONE, JOB_EXPIRED, JOB_FAILED, JOB_REFUSED,
                                          JOB_DONE, JOB_HOLDING, JOB_DONE};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct event_job event = {.job = 1, .state = (uint8_t)ends[i]};
        bus_emit(&h->engine.bus, EVENT_JOB_STATE, &event);
        (void)bus_flush(&h->engine.bus);
    }
    assert_int_equal(health_success_ppm(&h->desk), 750000);
    h->settings.health.success_jobs = 2; // the newest two
    assert_int_equal(health_success_ppm(&h->desk), 1000000);
    h->settings.health.success_jobs = 64;
    for (int i = 0; i < 100; i++) {
        struct event_job event = {.job = 1, .state = JOB_FAILED};
        bus_emit(&h->engine.bus, EVENT_JOB_STATE, &event);
        (void)bus_flush(&h->engine.bus);
    }
    assert_int_equal(health_success_ppm(&h->desk), 0);
    assert_int_equal(h->desk.health.outcome_count, HEALTH_OUTCOMES_MAX);
    harness_destroy(h);
}

static const struct state_alert *row_of(const struct harness *h, uint64_t id) {
    return &h->desk.watch.alerts[(id - 1) % STATE_ALERTS_MAX];
}

// By number, or the newest that waits; what a person need not look at does not wait.
static void test_acknowledge(void **state) {
    (void)state;
    struct harness *h = harness_create();
    uint64_t first = h->desk.watch.count + 1;
    static const enum severity severities[] = {SEVERITY_RED, SEVERITY_WARN, SEVERITY_RED,
                                               SEVERITY_INFO};
    for (size_t i = 0; i < COUNT_OF(severities); i++) {
        const char *rule = severities[i] == SEVERITY_INFO ? "note" : "test"; // ends nothing
        watch_alert_on(&h->engine.bus, severities[i], rule, (struct watch_values){UNIT_MS, 7, 5},
                       "number %zu", i);
        (void)bus_flush(&h->engine.bus);
    }
    assert_int_equal(watch_open_count(&h->desk.watch), 3);
    assert_int_equal(row_of(h, first)->id, first);
    assert_int_equal(row_of(h, first)->figure, 7);
    assert_int_equal(row_of(h, first)->limit, 5);
    assert_int_equal(row_of(h, first)->unit, UNIT_MS);
    h->now_ns += NS_PER_S;
    harness_control(h, CONTROL_ACKNOWLEDGE, (int64_t)first + 1);
    assert_int_equal(row_of(h, first + 1)->acknowledged, 1);
    assert_int_equal(row_of(h, first + 1)->acknowledged_ns, h->now_ns);
    harness_control(h, CONTROL_ACKNOWLEDGE, 0);
    assert_int_equal(row_of(h, first + 2)->acknowledged, 1);
    assert_int_equal(row_of(h, first)->acknowledged, 0);
    harness_control(h, CONTROL_ACKNOWLEDGE, 4000000000); // gone, or never there
    assert_int_equal(watch_open_count(&h->desk.watch), 1);
    harness_control(h, CONTROL_ACKNOWLEDGE, 0);
    harness_control(h, CONTROL_ACKNOWLEDGE, 0);
    assert_int_equal(watch_open_count(&h->desk.watch), 0);
    harness_destroy(h);
}

static void raise_one(struct harness *h, enum severity severity, const char *rule,
                      const char *text) {
    watch_alert(&h->engine.bus, severity, rule, "%s", text);
    (void)bus_flush(&h->engine.bus);
}

// The all-clear ends what was raised, of its venue where it speaks of one.
static void test_cleared_alarms(void **state) {
    (void)state;
    struct harness *h = harness_create();
    const struct watch *watch = &h->desk.watch;
    uint64_t first = watch->count + 1;
    raise_one(h, SEVERITY_WARN, "feed", "okx is down: no route");
    raise_one(h, SEVERITY_RED, "feed_stale", "okx: no stream");
    raise_one(h, SEVERITY_WARN, "feed", "aster is down");
    raise_one(h, SEVERITY_RED, "kill", "killed: positions left");
    raise_one(h, SEVERITY_RED, "losing", "arb lost 5 times in a row");
    assert_int_equal(watch_open_count(watch), 5);
    raise_one(h, SEVERITY_INFO, "feed", "okx is live");
    assert_int_equal(watch_open_count(watch), 3);
    assert_int_equal(row_of(h, first)->over, 1);
    assert_int_equal(row_of(h, first + 1)->over, 1);
    assert_int_equal(row_of(h, first + 2)->over, 0);
    raise_one(h, SEVERITY_INFO, "kill", "the kill switch was cleared");
    assert_int_equal(row_of(h, first + 3)->over, 1);
    assert_int_equal(watch_open_count(watch), 2);
    harness_control(h, CONTROL_ACKNOWLEDGE, -1); // all that wait
    assert_int_equal(watch_open_count(watch), 0);
    assert_int_equal(row_of(h, first)->acknowledged, 0);
    assert_int_equal(row_of(h, first + 2)->acknowledged, 1);
    assert_int_equal(row_of(h, first + 4)->acknowledged, 1);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_rest_all_is_well),
        cmocka_unit_test(test_each_part),
        cmocka_unit_test(test_exposure_is_a_mean),
        cmocka_unit_test(test_hearts),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_success_counts_jobs_that_filled),
        cmocka_unit_test(test_acknowledge),
        cmocka_unit_test(test_cleared_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
