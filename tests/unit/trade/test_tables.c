// The state tables of orders and jobs, every cell; client order ids.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

// One letter per next state: n s o p f c g r e u, '.' late, '!' impossible.
static const char *const order_cells[ORDER_STATE_COUNT] = {
    //                        sent accepted part all cancel canceled expired rejected unknown
    [ORDER_NEW] = "s...!....",           [ORDER_SENT] = "!opfcgeru",
    [ORDER_OPEN] = "!.pfcger.",          [ORDER_PARTIAL] = "!.pfcgeg.",
    [ORDER_FILLED_ALL] = "!........",    [ORDER_CANCELING] = "!.cf.geru",
    [ORDER_CANCELED_DONE] = "!.gf.....", [ORDER_REJECTED] = "!.rf.....",
    [ORDER_EXPIRED] = "!.ef.....",       [ORDER_UNKNOWN] = "!opfcgeru",
};
static const char order_letters[] = "nsopfcgreu.!";

static void test_order_cells(void **state) {
    (void)state;
    for (int from = 0; from < ORDER_STATE_COUNT; from++) {
        for (int event = 0; event < ORDER_EVENT_COUNT; event++) {
            char expected = order_cells[from][event];
            assert_int_equal(order_letters[order_next[from][event]], expected);
            if (expected == '!') {
                continue;
            }
            static struct order_table table;
            table = (struct order_table){0};
            struct order *order = order_create(&table, 1 << 16);
            order->state = (enum order_state)from;
            if (!order_state_live(order->state)) {
                table.live_count = 0;
            }
            bool moved = order_apply(&table, order, (enum order_event)event, 5);
            assert_int_equal(moved, expected != '.');
            assert_int_equal(table.late, expected == '.');
            assert_int_equal(order->changed_ns, moved ? 5 : 0);
            assert_int_equal(table.live_count, order_live(order) ? 1 : 0);
        }
    }
}

static void test_order_rows(void **state) {
    (void)state;
    static struct order_table table;
    table = (struct order_table){.session_key = 35};
    for (uint64_t i = 1; i <= ORDERS_MAX; i++) {
        assert_non_null(order_create(&table, i));
    }
    assert_null(order_create(&table, ORDERS_MAX + 1)); // all live
    struct order *order = order_find(&table, 500);
    assert_true(order_apply(&table, order, ORDER_EVENT_SENT, 1));
    assert_true(order_apply(&table, order, ORDER_EVENT_REJECTED, 1));
    assert_int_equal(table.live_count, ORDERS_MAX - 1);
    assert_ptr_equal(order_create(&table, ORDERS_MAX + 1), order);
    assert_null(order_find(&table, 500));
    assert_null(order_find(&table, 0));
    char id[ORDER_CLIENT_ID_MAX];
    order_client_id(35, 36 * 36 + 1, id);
    assert_string_equal(id, "pdz-101");
    order_client_id(UINT32_MAX, UINT64_C(0xffffffffffff), id);
    assert_string_equal(id, "pd1z141z3-2rrvthnxtr");
}

// An earlier session left more than there is room for: what does not fit is told, not dropped in
// silence, and client order ids never repeat, whatever the clock says.
static void test_order_sessions(void **state) {
    (void)state;
    static struct order_table table;
    table = (struct order_table){.session_key = 35};
    struct event_past_order past = {.order = {.order = 7, .size = {2}, .filled = {1}}};
    assert_non_null(order_restore(&table, &past));
    for (uint64_t i = 1; i < ORDERS_MAX; i++) {
        assert_non_null(order_create(&table, 1000 + i));
    }
    past.order.order = 8;
    assert_null(order_restore(&table, &past));
    assert_null(order_find(&table, 8));

    assert_int_equal(order_session_key(5000 * NS_PER_MS, 0), 5000);
    assert_int_equal(order_session_key(5000 * NS_PER_MS, 4999), 5000);
    assert_int_equal(order_session_key(5000 * NS_PER_MS, 5000), 5001); // the same millisecond
    assert_int_equal(order_session_key(5000 * NS_PER_MS, 6000), 6001); // the clock stepped back
    assert_int_equal(order_session_key(0, 0), 1);                      // it was never set
    assert_int_equal(order_session_key(-5 * NS_PER_S, 41), 42);
}

static void test_job_cells(void **state) {
    (void)state;
    static const char *const next[JOB_STATE_COUNT] = {
        //        p o h c u d r e f
        [JOB_PENDING] = ".x....xx.", [JOB_OPENING] = "..xxx..xx",   [JOB_HOLDING] = "...xx....",
        [JOB_CLOSING] = "....xx..x", [JOB_UNWINDING] = ".....x..x", [JOB_DONE] = ".........",
        [JOB_REFUSED] = ".........", [JOB_EXPIRED] = ".........",   [JOB_FAILED] = ".........",
    };
    for (int from = 0; from < JOB_STATE_COUNT; from++) {
        for (int to = 0; to < JOB_STATE_COUNT; to++) {
            assert_int_equal(job_state_allows((enum job_state)from, (enum job_state)to),
                             next[from][to] == 'x');
        }
    }
}

static void test_job_rows(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct job_table *jobs = &h->desk.jobs;
    for (uint32_t i = 1; i <= JOBS_MAX; i++) {
        assert_int_equal(job_create(jobs, 1)->id, i);
    }
    assert_null(job_create(jobs, 1)); // every row is live
    assert_null(job_restore(jobs, &(struct event_past_job){.job = 1000, .state = JOB_HOLDING}, 1));
    struct job *job = job_find(jobs, 7);
    job_set_state(&h->desk, &h->engine.bus, job, JOB_REFUSED);
    (void)bus_flush(&h->engine.bus);
    assert_int_equal(jobs->live_count, JOBS_MAX - 1);
    assert_ptr_equal(job_create(jobs, 2), job); // the finished one gives its row
    assert_null(job_find(jobs, 7));
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_cells),    cmocka_unit_test(test_order_rows),
        cmocka_unit_test(test_order_sessions), cmocka_unit_test(test_job_cells),
        cmocka_unit_test(test_job_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
