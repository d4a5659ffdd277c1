// The picture as text and JSON: the same figures in both, and nothing that a parser chokes on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/json.h"
#include "engine/state_text.h"
#include "engine/wire.h"

static struct universe universe;
static struct state_draft draft;
static struct state_board board;
static void *scratch;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(universe_create(&universe, 1, 1), STATUS_OK);
    (void)string_copy(universe.venues[0].name, VENUE_NAME_MAX, SLICE("okx"));
    (void)string_copy(universe.symbols[0].name, SYMBOL_NAME_MAX, SLICE("BTC/USDT"));
    assert_int_equal(state_draft_create(&draft, &universe), STATUS_OK);
    assert_int_equal(state_board_create(&board, &universe), STATUS_OK);
    scratch = malloc(state_scratch_size(&universe));
    assert_non_null(scratch);
    *STATE_ROWS(&draft, STATE_HEADER, struct state_header) =
        (struct state_header){.status = DESK_PAUSED,
                              .now_ns = 1723161463194 * INT64_C(1000000),
                              .jobs_running = 2,
                              .equity = {99999780342},
                              .threshold = {-1},
                              .notice = "a \"quoted\" notice"};
    struct state_order *order = STATE_ROWS(&draft, STATE_ORDERS, struct state_order);
    *order = (struct state_order){.job = 7,
                                  .side = SIDE_SELL,
                                  .price = {61691 * PX_ONE + PX_ONE / 2},
                                  .size = {QTY_ONE / 1000},
                                  .client_id = "pd-1"};
    struct state_position *positions = STATE_ROWS(&draft, STATE_POSITIONS, struct state_position);
    positions[0] = (struct state_position){.net = {-QTY_ONE}, .average = {PX_ONE}};
    positions[1] = (struct state_position){.venue = 99}; // flat: not shown
    struct state_job *job = STATE_ROWS(&draft, STATE_JOBS, struct state_job);
    *job = (struct state_job){.id = 7, .legs = 1, .symbol = 99, .state = 99};
    for (int i = 0; i < STATE_SECTION_COUNT; i++) {
        draft.count[i] = 0;
    }
    draft.count[STATE_HEADER] = draft.count[STATE_ORDERS] = draft.count[STATE_JOBS] = 1;
    draft.count[STATE_VENUES] = 1;
    draft.count[STATE_POSITIONS] = 2;
    state_publish(&board, &draft);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free(scratch);
    state_board_finish(&board);
    state_draft_finish(&draft);
    universe_finish(&universe);
    return 0;
}

static void test_reports(void **state) {
    (void)state;
    static const struct {
        enum state_report report;
        bool json, hung;
        const char *part;
    } rows[] = {
        {STATE_REPORT_STATUS, false, false, "status           PAUSED\n"},
        {STATE_REPORT_STATUS, false, true, "status           HUNG\n"},
        {STATE_REPORT_STATUS, false, false, "equity_usd       99999.78\n"},
        {STATE_REPORT_STATUS, true, false, "{\"status\":\"PAUSED\""},
        {STATE_REPORT_STATUS, true, true, "{\"status\":\"HUNG\""},
        {STATE_REPORT_STATUS, true, false, "\"equity_usd\":99999.780342,"},
        {STATE_REPORT_STATUS, true, false, "\"threshold_bps\":null,\"threshold_auto_most_bps\":"},
        {STATE_REPORT_STATUS, true, false, "\"now_ms\":1723161463194,"},
        {STATE_REPORT_STATUS, true, false, "\"a \\\"quoted\\\" notice\""},
        {STATE_REPORT_STATUS, true, false, "\"venues\":[{\"kind\":\"venue\",\"venue\":\"okx\""},
        {STATE_REPORT_ORDERS, false, false, "client_id pd-1 job 7 venue okx symbol BTC/USDT side "},
        {STATE_REPORT_ORDERS, true, false, "\"price\":61691.5,\"size\":0.001,"},
        {STATE_REPORT_POSITIONS, true, false, "\"net\":-1,"},
        {STATE_REPORT_JOBS, true, false, "\"symbol\":\"?\",\"state\":\"?\""},
    };
    static char data[65536];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text text = TEXT_OVER(data);
        state_report_print(&text, rows[i].report, rows[i].json, rows[i].hung, &board, &universe,
                           scratch);
        assert_false(text.truncated);
        if (strstr(data, rows[i].part) == NULL) {
            fail_msg("%s is not in %s", rows[i].part, data);
        }
        assert_null(strstr(data, "venue ?"));
    }
}

// One row of each kind, first as the desk has it, then with numbers of a newer or a damaged desk.
static void test_rows(void **state) {
    (void)state;
    const struct state_job hedged = {
        .id = 9,
        .strategy = STRATEGY_ARB,
        .state = JOB_HOLDING,
        .legs = 2,
        .leg = {{.venue = 0, .side = SIDE_BUY}, {.venue = 1, .side = SIDE_SELL}},
        .rule = RULE_EXPIRED,
        .notional = USD(100),
        .pnl = {1234567}};
    const struct state_job strange = {
        .strategy = 99, .state = 99, .symbol = 99, .legs = 99, .rule = RULE_COUNT};
    const struct state_order resting = {.type = ORDER_POST_ONLY,
                                        .state = ORDER_PARTIAL,
                                        .job = 9,
                                        .price = {PX_ONE},
                                        .size = {QTY_ONE},
                                        .filled = {QTY_ONE / 2},
                                        .client_id = "pd-2"};
    const struct state_order taken = {.type = ORDER_IOC, .side = SIDE_SELL, .state = 99};
    const struct state_alert alarm = {
        .id = 3, .severity = SEVERITY_RED, .rule = "stuck", .text = "cannot", .acknowledged = 1};
    const struct state_alert odd = {.id = 4, .severity = SEVERITY_RED + 1};
    const struct state_venue live = {.state = FEED_LIVE, .role = VENUE_TRADE, .age_ms = 12};
    const struct state_venue down = {.state = 99, .role = 99, .text = "refused"};
    const struct state_header desk = {
        .mode = DESK_LIVE, .risk_mode = RISK_AGGRESSIVE, .threshold = BPS(2)};
    const struct state_header unknown = {.mode = 99, .state = 99, .risk_mode = 99};
    char data[1024];
    struct text out = TEXT_OVER(data);
#define CHECK(call, want)                                                                          \
    do {                                                                                           \
        text_clear(&out);                                                                          \
        call;                                                                                      \
        assert_string_equal(data, want);                                                           \
    } while (0)
    CHECK(state_job_print(&out, false, &universe, &hedged),
          "job 9 strategy arb symbol BTC/USDT state holding buy okx sell ? notional_usd 100.00"
          " pnl_usd 1.23 fees_usd 0.00 unhedged_usd 0.00 rule expired");
    CHECK(state_job_print(&out, true, &universe, &strange),
          "{\"kind\":\"job\",\"job\":0,\"strategy\":\"?\",\"symbol\":\"?\",\"state\":\"?\","
          "\"buy\":\"okx\",\"buy\":\"okx\",\"notional_usd\":0,\"pnl_usd\":0,\"fees_usd\":0,"
          "\"unhedged_usd\":0,\"rule\":\"?\"}");
    CHECK(state_order_print(&out, false, &universe, &resting),
          "client_id pd-2 job 9 venue okx symbol BTC/USDT side buy type post_only state partial"
          " price 1.00 size 1.00 filled 0.50");
    CHECK(state_order_print(&out, false, &universe, &taken),
          "client_id - job 0 venue okx symbol BTC/USDT side sell type ioc state ? price 0.00"
          " size 0.00 filled 0.00");
    CHECK(state_alert_print(&out, false, &alarm),
          "alarm 3 severity red rule stuck acknowledged yes over no text cannot");
    CHECK(state_alert_print(&out, true, &odd),
          "{\"kind\":\"alarm\",\"alarm\":4,\"severity\":\"?\",\"rule\":\"\",\"acknowledged\":false,"
          "\"over\":false,"
          "\"text\":\"\"}");
    CHECK(state_alert_print(&out, true, &alarm),
          "{\"kind\":\"alarm\",\"alarm\":3,\"severity\":\"red\",\"rule\":\"stuck\","
          "\"acknowledged\":true,\"over\":false,\"text\":\"cannot\"}");
    CHECK(state_venue_print(&out, false, &universe, 0, &live),
          "venue okx feed live role trade updates_per_s 0 age_ms 12 reconnects 0");
    CHECK(state_venue_print(&out, false, &universe, 1, &down),
          "venue ? feed ? role ? updates_per_s 0 age_ms 0 reconnects 0 why refused");
    CHECK(state_desk_print(&out, false, &desk),
          "desk RUNNING mode LIVE state ACTIVE risk_mode aggressive threshold_bps 2.00 "
          "threshold_auto_most_bps 0.00");
    CHECK(state_desk_print(&out, true, &unknown),
          "{\"kind\":\"desk\",\"desk\":\"RUNNING\",\"mode\":\"?\",\"state\":\"?\","
          "\"risk_mode\":\"?\",\"threshold_bps\":0,\"threshold_auto_most_bps\":0}");
#undef CHECK
}

// What a desk publishes that is asked before it knows anything, and one that knows more than
// before.
static void test_whole_reports(void **state) {
    (void)state;
    static struct state_board other;
    static char data[65536];
    struct text text = TEXT_OVER(data);
    assert_int_equal(state_board_create(&other, &universe), STATUS_OK);
    state_report_print(&text, STATE_REPORT_STATUS, true, false, &other, &universe, scratch);
    assert_string_equal(data, "{\"venues\":[]}\n");

    struct state_header *header = STATE_ROWS(&draft, STATE_HEADER, struct state_header);
    (void)string_copy(header->demo, sizeof(header->demo), SLICE("calm"));
    header->state = header->mode = header->risk_mode = 99;
    header->notice[0] = '\0';
    STATE_ROWS(&draft, STATE_RECONCILE, struct state_reconcile)->phase = 99;
    STATE_ROWS(&draft, STATE_ALERTS, struct state_alert)
    [0] = (struct state_alert){.id = 5, .rule = "stuck", .text = "cannot"};
    draft.count[STATE_RECONCILE] = draft.count[STATE_ALERTS] = 1;
    state_publish(&other, &draft);
    text_clear(&text);
    state_report_print(&text, STATE_REPORT_STATUS, false, false, &other, &universe, scratch);
    assert_non_null(strstr(data, "mode             ?\nstate            ?\nrisk_mode        ?\n"));
    assert_non_null(strstr(data, "\ndemo             calm\nreconcile        ?\n"));
    assert_null(strstr(data, "notice"));
    assert_non_null(strstr(data, "\nvenue okx feed down"));
    STATE_ROWS(&draft, STATE_RECONCILE, struct state_reconcile)->phase = RECONCILE_DIFFERS;
    state_publish(&other, &draft);
    text_clear(&text);
    state_report_print(&text, STATE_REPORT_STATUS, true, false, &other, &universe, scratch);
    assert_non_null(strstr(data, "\"reconcile\":\"differs\","));
    struct json reader;
    json_init(&reader, text_slice(&text));
    assert_true(json_skip(&reader) && json_end(&reader));
    text_clear(&text);
    state_report_print(&text, STATE_REPORT_ALERTS, false, false, &other, &universe, scratch);
    assert_string_equal(data,
                        "alarm 5 severity info rule stuck acknowledged no over no text cannot\n");
    state_board_finish(&other);
}

static void test_layout(void **state) {
    (void)state;
    assert_true(wire_layout() != 0);
    assert_true(wire_layout() == wire_layout());
    assert_true(wire_news_max(&universe) < wire_news_most());
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        enum state_section section = (enum state_section)s;
        assert_true(state_scratch_size(&universe) >=
                    (size_t)state_rows_max(section, &universe) * state_row_size(section));
    }
}

static void test_names(void **state) {
    (void)state;
    for (int i = 0; i < STATE_REPORT_COUNT; i++) {
        assert_true(state_report_name((enum state_report)i)[0] != '\0');
        assert_true(state_report_sentence((enum state_report)i)[0] != '\0');
    }
    struct state_header header = {.state = TRADING_HALTED, .status = DESK_PAUSED, .overridden = 1};
    assert_string_equal(state_status_word(&header), "HALTED");
    header.killed = 1;
    assert_string_equal(state_status_word(&header), "KILLED");
    header = (struct state_header){.overridden = 1};
    assert_string_equal(state_status_word(&header), "OVERRIDE");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports),       cmocka_unit_test(test_rows),
        cmocka_unit_test(test_whole_reports), cmocka_unit_test(test_layout),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("state_text", tests, set_up, tear_down);
}
