// The ring: order, full, wrap of the counters, and two threads with parking (run it under TSan
// too).
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/ring.h"

struct record {
    uint64_t number;
    unsigned char fill[40];
};

static void order_and_full(void **state) {
    (void)state;
    struct ring ring;
    struct record record = {0};
    assert_int_equal(ring_create(&ring, sizeof(record), 4), STATUS_OK);
    // The counters are set near their end so that the wrap is crossed.
    atomic_store(&ring.head, UINT32_MAX - 5);
    atomic_store(&ring.tail, UINT32_MAX - 5);
    assert_false(ring_pop(&ring, &record));
    uint64_t in = 0;
    uint64_t out = 0;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 4; i++) {
            record.number = in++;
            assert_true(ring_push(&ring, &record));
        }
        assert_false(ring_push(&ring, &record));
        int take = round % 4 + 1;
        for (int i = 0; i < take; i++) {
            assert_true(ring_pop(&ring, &record));
            assert_int_equal(record.number, out++);
        }
        while (ring_pop(&ring, &record)) {
            assert_int_equal(record.number, out++);
        }
        assert_int_equal(in, out);
    }
    ring_finish(&ring);
    ring_finish(&ring);
}

static void count_wake(void *arg) {
    ++*(int *)arg;
}

static void wakes_only_a_sleeper(void **state) {
    (void)state;
    struct ring ring;
    int wakes = 0;
    uint32_t record = 7;
    assert_int_equal(ring_create(&ring, sizeof(record), 8), STATUS_OK);
    ring_on_wake(&ring, count_wake, &wakes);
    assert_true(ring_push(&ring, &record));
    assert_int_equal(wakes, 0);
    assert_false(ring_park(&ring)); // not empty
    assert_true(ring_push(&ring, &record));
    assert_int_equal(wakes, 0);
    assert_true(ring_pop(&ring, &record));
    assert_true(ring_pop(&ring, &record));
    assert_true(ring_park(&ring));
    assert_true(ring_push(&ring, &record));
    assert_true(ring_push(&ring, &record));
    assert_int_equal(wakes, 1); // once per sleep
    ring_unpark(&ring);
    assert_true(ring_push(&ring, &record));
    assert_int_equal(wakes, 1);
    ring_finish(&ring);
}

enum { RECORDS = 200000 };

struct pair {
    struct ring ring;
    int event;
    uint64_t received;
    uint64_t sleeps;
    bool failed;
};

static void wake_by_event(void *arg) {
    uint64_t one = 1;
    ssize_t written = write(*(int *)arg, &one, sizeof(one));
    (void)written; // a full eventfd is a wake-up as well
}

static void *consume(void *arg) {
    struct pair *pair = arg;
    struct record record;
    while (pair->received < RECORDS && !pair->failed) {
        if (ring_pop(&pair->ring, &record)) {
            pair->failed =
                record.number != pair->received || record.fill[39] != (unsigned char)record.number;
            pair->received++;
        } else if (ring_park(&pair->ring)) {
            struct pollfd poller = {.fd = pair->event, .events = POLLIN};
            uint64_t count;
            pair->sleeps++;
            // A lost wake-up would sleep for ever; after 10 s it is a failure.
            pair->failed = poll(&poller, 1, 10000) != 1 ||
                           read(pair->event, &count, sizeof(count)) != sizeof(count);
            ring_unpark(&pair->ring);
        }
    }
    return NULL;
}

static void two_threads(void **state) {
    (void)state;
    static struct pair pair;
    pthread_t thread;
    assert_int_equal(ring_create(&pair.ring, sizeof(struct record), 64), STATUS_OK);
    pair.event = eventfd(0, EFD_CLOEXEC);
    assert_true(pair.event >= 0);
    ring_on_wake(&pair.ring, wake_by_event, &pair.event);
    assert_int_equal(pthread_create(&thread, NULL, consume, &pair), 0);
    for (uint64_t i = 0; i < RECORDS; i++) {
        struct record record = {.number = i};
        memset(record.fill, (int)(i & 0xff), sizeof(record.fill));
        while (!ring_push(&pair.ring, &record)) {
            usleep(1);
        }
        if (i % 5000 == 0) {
            usleep(200); // lets the consumer fall asleep now and then
        }
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(pair.failed);
    assert_int_equal(pair.received, RECORDS);
    assert_true(pair.sleeps > 0);
    (void)close(pair.event);
    ring_finish(&pair.ring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_full),
        cmocka_unit_test(wakes_only_a_sleeper),
        cmocka_unit_test(two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
