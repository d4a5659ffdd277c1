// Order of dispatch, the queue's bound, a component that fails, timers once per input.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/bus.h"

enum { TRACE_MAX = 4096 };

// What happened, as text: "a0" is component a handling kind 0.
static char trace[TRACE_MAX];
static struct text trace_text;

struct probe {
    char letter;
    uint32_t emits; // derived events per input
    enum event_kind emit_kind;
    enum status answer;
    int64_t deadline_ns;
    int64_t deadline_step_ns; // added by each on_time; 0: it stays due
};

static enum status probe_event(void *self, struct bus *bus, const struct event *event) {
    struct probe *probe = self;
    text_add_format(&trace_text, "%c%s%llu ", probe->letter,
                    (event->header.flags & EVENT_INPUT) != 0 ? "i" : "d",
                    (unsigned long long)event->header.sequence);
    if ((event->header.flags & EVENT_INPUT) != 0) {
        for (uint32_t i = 0; i < probe->emits; i++) {
            union event_payload payload = {0};
            bus_emit(bus, probe->emit_kind, &payload);
        }
    }
    return probe->answer == STATUS_OK ? STATUS_OK : status_fail(probe->answer, "it broke");
}

static enum status probe_time(void *self, struct bus *bus, int64_t now_ns) {
    struct probe *probe = self;
    text_add_format(&trace_text, "%ct%lld ", probe->letter, (long long)now_ns);
    probe->deadline_ns += probe->deadline_step_ns;
    for (uint32_t i = 0; i < probe->emits; i++) {
        union event_payload payload = {0};
        bus_emit(bus, probe->emit_kind, &payload);
    }
    return probe->answer == STATUS_OK ? STATUS_OK : status_fail(probe->answer, "it broke");
}

static int64_t probe_deadline(const void *self) {
    return ((const struct probe *)self)->deadline_ns;
}

static const struct component all_kinds = {
    .name = "probe", .kinds = UINT64_MAX, .on_event = probe_event};
static const struct component jobs_only = {
    .name = "jobs", .kinds = EVENT_BIT(EVENT_JOB_STATE), .on_event = probe_event};
static const struct component timed = {.name = "timed",
                                       .kinds = EVENT_BIT(EVENT_JOB_STATE),
                                       .on_event = probe_event,
                                       .on_time = probe_time,
                                       .deadline = probe_deadline};

static struct bus bus;
static uint64_t tapped;
static struct event_alert alert;

static void tap(void *arg, const struct event *event) {
    (void)arg;
    assert_int_equal(event->header.sequence, tapped + 1);
    tapped = event->header.sequence;
    if (event->header.kind == EVENT_ALERT) {
        alert = event->u.alert;
    }
}

static int set_up(void **state) {
    (void)state;
    trace_text = TEXT_OVER(trace);
    tapped = 0;
    if (bus_create(&bus) != STATUS_OK) {
        return -1;
    }
    bus.tap = tap;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    bus_finish(&bus);
    return 0;
}

static uint32_t run(enum event_kind kind, int64_t now_ns) {
    union event_payload payload = {0};
    return bus_run(&bus, kind, &payload, now_ns);
}

static void test_order(void **state) {
    (void)state;
    struct probe a = {.letter = 'a', .emits = 1, .emit_kind = EVENT_JOB_STATE};
    struct probe b = {.letter = 'b', .emits = 1, .emit_kind = EVENT_POSITION_UPDATED};
    struct probe c = {.letter = 'c'};
    bus_add(&bus, &all_kinds, &a);
    bus_add(&bus, &all_kinds, &b);
    bus_add(&bus, &jobs_only, &c);
    assert_int_equal(run(EVENT_TIMER, 5), 3);
    // The input goes through all, then what a emitted, then what b emitted; c wants jobs only.
    assert_string_equal(trace, "ai1 bi1 ad2 bd2 cd2 ad3 bd3 ");
    assert_int_equal(tapped, 3);
    assert_int_equal(bus.slots[0].handled, 3);
    assert_int_equal(bus.slots[2].handled, 1);
}

static void test_error(void **state) {
    (void)state;
    struct probe a = {.letter = 'a', .answer = STATUS_INTERNAL};
    struct probe b = {.letter = 'b'};
    bus_add(&bus, &all_kinds, &a);
    bus_add(&bus, &all_kinds, &b);
    assert_int_equal(run(EVENT_TIMER, 5), 2);
    assert_true(bus.slots[0].off);
    assert_false(bus.slots[1].off);
    assert_string_equal(alert.rule, "component_off");
    assert_string_equal(alert.text, "probe switched off: it broke");
    assert_int_equal(alert.severity, SEVERITY_RED);
    assert_int_equal(run(EVENT_TIMER, 6), 1);
    assert_string_equal(trace, "ai1 bi1 bd2 bi3 ");
}

static void test_timers(void **state) {
    (void)state;
    // a wakes b by its event; b's timer then runs for the same input, each once although a stays
    // due.
    struct probe a = {.letter = 'a', .emits = 1, .emit_kind = EVENT_JOB_STATE, .deadline_ns = 10};
    struct probe b = {.letter = 'b', .deadline_ns = 20, .deadline_step_ns = 100};
    bus_add(&bus, &timed, &a);
    bus_add(&bus, &timed, &b);
    assert_int_equal(bus_deadline(&bus), 10);
    (void)run(EVENT_TIMER, 9);
    assert_string_equal(trace, "");
    (void)run(EVENT_TIMER, 10);
    assert_string_equal(trace, "at10 ad3 bd3 ");
    text_clear(&trace_text);
    (void)run(EVENT_TIMER, 20);
    assert_string_equal(trace, "at20 ad5 bd5 bt20 ");
    assert_int_equal(b.deadline_ns, 120);
    a.deadline_ns = INT64_MAX;
    assert_int_equal(bus_deadline(&bus), 120);
}

// A component whose time fails is off like one whose event failed: neither is asked again.
static void test_timer_error(void **state) {
    (void)state;
    struct probe a = {.letter = 'a', .deadline_ns = 10, .answer = STATUS_IO};
    struct probe b = {.letter = 'b', .deadline_ns = 10, .deadline_step_ns = 100};
    bus_add(&bus, &timed, &a);
    bus_add(&bus, &timed, &b);
    (void)run(EVENT_TIMER, 10);
    assert_string_equal(trace, "at10 bt10 ");
    assert_string_equal(alert.text, "timed switched off: it broke");
    assert_true(bus.slots[0].off);
    assert_int_equal(bus.slots[0].heard_ns, 0);
    assert_int_equal(bus.slots[1].heard_ns, 10);
    assert_int_equal(bus_deadline(&bus), 110); // a is due no more
    (void)run(EVENT_JOB_STATE, 200);
    assert_string_equal(trace, "at10 bt10 bi3 bt200 ");
    assert_ptr_equal(bus_slot_of(&bus, &timed), &bus.slots[0]);
    assert_null(bus_slot_of(&bus, &jobs_only)); // never added
}

// Without anybody who listens in, everything runs as with him.
static void test_no_tap(void **state) {
    (void)state;
    struct probe a = {.letter = 'a', .emits = 1, .emit_kind = EVENT_JOB_STATE};
    bus.tap = NULL;
    bus_add(&bus, &all_kinds, &a);
    assert_int_equal(run(EVENT_TIMER, 5), 2);
    assert_string_equal(trace, "ai1 ad2 ");
    assert_int_equal(tapped, 0);
}

// A chain longer than the queue is a bug of the design: it stops the process instead of losing an
// event.
static void test_bound(void **state) {
    (void)state;
    struct probe a = {
        .letter = 'a', .emits = BUS_QUEUE_MAX - 1, .emit_kind = EVENT_HEALTH_SNAPSHOT};
    bus_add(&bus, &all_kinds, &a);
    assert_int_equal(run(EVENT_TIMER, 1), BUS_QUEUE_MAX);
    // Wrapped around once more.
    assert_int_equal(run(EVENT_TIMER, 2), BUS_QUEUE_MAX);
    a.emits = BUS_QUEUE_MAX;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        assert_non_null(freopen("/dev/null", "w", stderr));
        (void)signal(SIGABRT, SIG_DFL);
        (void)run(EVENT_TIMER, 3);
        _exit(0);
    }
    int result = 0;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result));
    assert_int_equal(WTERMSIG(result), SIGABRT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timer_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_tap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bound, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
