// The wire log: one row for each order and cancel, told from the venue's evidence alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness.h"

struct wire_picture {
    uint32_t count;
    struct state_wire rows[STATE_WIRE_MAX];
    struct state_latency latencies[H_VENUES];
};

static void look(struct harness *h, struct wire_picture *picture) {
    uint64_t version;
    engine_publish(&h->engine);
    picture->count = state_read(engine_board(&h->engine), STATE_WIRE, picture->rows, &version);
    uint32_t venues =
        state_read(engine_board(&h->engine), STATE_LATENCY, picture->latencies, &version);
    assert_int_equal(venues, H_VENUES);
}

static struct event_order open_maker(struct harness *h) {
    harness_paper_off(h);
    struct job draft = harness_draft(h, STRATEGY_WASH, H_BTC, H_LIGHTER, H_EXTENDED, USD(300));
    (void)harness_open(h, &draft);
    const struct event *command = harness_last(h, EVENT_ORDER_COMMAND);
    assert_non_null(command);
    return command->u.order;
}

static void report(struct harness *h, const struct event_order *order, enum report_kind kind,
                   int64_t after_ms) {
    harness_advance(h, H_MS(after_ms));
    struct qty size = kind == REPORT_FILL ? (struct qty){order->size.v / 2} : (struct qty){0};
    harness_report(h, order->order, order->venue, kind, order->price, size);
}

static void test_from_sent_to_filled(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_order order = open_maker(h);
    struct wire_picture seen;
    look(h, &seen);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.rows[0].result, WIRE_SENT);
    assert_int_equal(seen.rows[0].answer_ns, -1);
    assert_int_equal(seen.rows[0].order, order.order);
    assert_string_equal(seen.rows[0].client_id, order.client_id);
    report(h, &order, REPORT_ACCEPTED, 7);
    look(h, &seen);
    assert_int_equal(seen.rows[0].result, WIRE_OPEN);
    assert_int_equal(seen.rows[0].answer_ns, H_MS(7));
    report(h, &order, REPORT_FILL, 3);
    look(h, &seen);
    // The fill is hedged at once: the hedge is the newer row.
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.rows[0].number, 2);
    assert_int_equal(seen.rows[0].phase, LEG_HEDGE);
    assert_int_equal(seen.rows[1].result, WIRE_PARTIAL);
    assert_int_equal(seen.rows[1].fill_ns, H_MS(10));
    assert_int_equal(seen.rows[1].answer_ns, H_MS(7)); // the first word counts
    assert_int_equal(seen.latencies[order.venue].answer.count, 1);
    assert_in_range(seen.latencies[order.venue].answer.p50_ns, H_MS(7), H_MS(7) * 1033 / 1000);
    assert_in_range(seen.latencies[order.venue].fill.p999_ns, H_MS(10), H_MS(10) * 1033 / 1000);
    assert_int_equal(seen.latencies[H_BINANCE].answer.count, 0);
    assert_int_equal(seen.latencies[H_BINANCE].decide.count, 0);
    harness_destroy(h);
}

static void test_rejected(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_order order = open_maker(h);
    struct event_report rejected = {.order = order.order,
                                    .venue = order.venue,
                                    .symbol = order.symbol,
                                    .kind = REPORT_REJECTED,
                                    .text = "post-only would cross"};
    harness_input(h, EVENT_ORDER_REPORT, &rejected);
    struct wire_picture seen;
    look(h, &seen);
    const struct state_wire *row = &seen.rows[seen.count - 1]; // others follow it
    assert_int_equal(row->order, order.order);
    assert_int_equal(row->result, WIRE_REJECTED);
    assert_string_equal(row->text, "post-only would cross");
    harness_destroy(h);
}

// A row of nothing when there is none.
static const struct state_wire *row_of(const struct wire_picture *seen, uint64_t order,
                                       enum order_action action) {
    for (uint32_t i = 0; i < seen->count; i++) {
        if (seen->rows[i].order == order && seen->rows[i].action == (uint8_t)action) {
            return &seen->rows[i];
        }
    }
    static const struct state_wire none = {.result = WIRE_RESULT_COUNT};
    return &none;
}

// A cancel is a row of its own, done when the order's end is told.
static void test_cancel(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_order order = open_maker(h);
    report(h, &order, REPORT_ACCEPTED, 1);
    harness_control(h, CONTROL_CANCEL_JOB, order.job);
    struct wire_picture seen;
    look(h, &seen);
    const struct state_wire *cancel = row_of(&seen, order.order, ORDER_ACTION_CANCEL);
    assert_int_equal(cancel->result, WIRE_SENT);
    report(h, &order, REPORT_CANCELED, 4);
    look(h, &seen);
    cancel = row_of(&seen, order.order, ORDER_ACTION_CANCEL);
    assert_int_equal(cancel->result, WIRE_DONE);
    assert_int_equal(cancel->answer_ns, H_MS(4));
    assert_int_equal(row_of(&seen, order.order, ORDER_ACTION_PLACE)->result, WIRE_CANCELED);
    harness_destroy(h);
}

// A lost answer is no rejection; the evidence that comes later is what counts.
static void test_unknown(void **state) {
    (void)state;
    struct harness *h = harness_create();
    struct event_order order = open_maker(h);
    report(h, &order, REPORT_UNKNOWN, 1);
    struct wire_picture seen;
    look(h, &seen);
    assert_int_equal(row_of(&seen, order.order, ORDER_ACTION_PLACE)->result, WIRE_UNKNOWN);
    report(h, &order, REPORT_ACCEPTED, 20);
    look(h, &seen);
    assert_int_equal(row_of(&seen, order.order, ORDER_ACTION_PLACE)->result, WIRE_OPEN);
    harness_destroy(h);
}

// The newest are kept, the numbers go on.
static void test_ring(void **state) {
    (void)state;
    struct harness *h = harness_create();
    harness_paper_off(h);
    struct event command = {.header.kind = EVENT_ORDER_COMMAND};
    struct bus bus = {.now_ns = h->now_ns};
    for (uint64_t i = 0; i < STATE_WIRE_MAX + 5; i++) {
        command.u.order = (struct event_order){.order = i + 1, .action = ORDER_ACTION_PLACE};
        assert_int_equal(wire_component.on_event(&h->desk, &bus, &command), STATUS_OK);
    }
    struct wire_picture seen;
    look(h, &seen);
    assert_int_equal(seen.count, STATE_WIRE_MAX);
    assert_int_equal(seen.rows[0].number, STATE_WIRE_MAX + 5);
    assert_int_equal(seen.rows[STATE_WIRE_MAX - 1].number, 6);
    harness_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_sent_to_filled),
        cmocka_unit_test(test_rejected),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
