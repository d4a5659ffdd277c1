// How well the machine keeps time: a thread that sleeps a millisecond at a time and notes when it
// was late. A figure of a restless minute says nothing.
#ifndef PERPDESK_TESTS_BENCH_HICCUP_H
#define PERPDESK_TESTS_BENCH_HICCUP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { HICCUP_NS = 2000000, HICCUP_SHARE_MAX_PERMILLE = 200 };

struct hiccup { // zeroed before hiccup_start
    pthread_t thread;
    _Atomic bool stop;
    int64_t total_ns, late_ns;
};

void hiccup_start(struct hiccup *hiccup);
// The share of time in which a sleep ended more than HICCUP_NS late, in thousandths.
int64_t hiccup_stop(struct hiccup *hiccup);

#endif
