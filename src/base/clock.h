// Desk time and machine time.
//
// The desk's clock is wall time in ns since 1970 and never steps back within a process. It is an
// origin plus the machine's monotonic clock, scaled by a speed: a demo starts it at the recording's
// time, and a test moves it by hand. Everything the engine sees is desk time; machine time is for
// measuring our own speed only. Thread-safe: any thread may read; clock_set_manual belongs to the
// one thread that owns a manual clock.
#ifndef PERPDESK_BASE_CLOCK_H
#define PERPDESK_BASE_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

#define NS_PER_US  INT64_C(1000)
#define NS_PER_MS  INT64_C(1000000)
#define NS_PER_S   INT64_C(1000000000)
#define NS_PER_DAY (86400 * NS_PER_S)

enum clock_kind { CLOCK_KIND_SYSTEM, CLOCK_KIND_SCALED, CLOCK_KIND_MANUAL };

struct clock {
    enum clock_kind kind;
    int64_t origin_ns; // desk time at monotonic `mono_ns`
    int64_t mono_ns;
    int64_t speed_ppm; // 1000000 = real time
    _Atomic int64_t manual_ns;
};

void clock_init_system(struct clock *clock);
// Starts at `start_ns` and runs speed_ppm / 1e6 times as fast as real time; speed_ppm in 1..1e9.
void clock_init_scaled(struct clock *clock, int64_t start_ns, int64_t speed_ppm);
void clock_init_manual(struct clock *clock, int64_t start_ns);
void clock_set_manual(struct clock *clock, int64_t now_ns); // an earlier time is ignored
int64_t clock_now_ns(const struct clock *clock);
// How long to wait in machine ns until desk time `at_ns`; 0 when it is past. INT64_MAX for a manual
// clock.
int64_t clock_wait_ns(const struct clock *clock, int64_t at_ns);
// Machine time (CLOCK_MONOTONIC), for latencies and waits.
int64_t mono_now_ns(void);

#endif
