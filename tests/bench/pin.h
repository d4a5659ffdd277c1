// Two threads of a benchmark that must not share a core.
#ifndef PERPDESK_TESTS_BENCH_PIN_H
#define PERPDESK_TESTS_BENCH_PIN_H

#include <pthread.h>
#include <sched.h>

// The calling thread, from here on. On a machine of one core it stays as it is.
static inline void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    (void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

#endif
