// Desk time is never read from the system's wall clock after the start: an adjusted wall clock
// would step back.
#include "base/clock.h"

#include <time.h>

#include "base/decimal.h"
#include "base/status.h"

enum { SPEED_PPM_MAX = 1000000000 };

static int64_t system_read_ns(clockid_t id) {
    struct timespec now;
    int result = clock_gettime(id, &now);
    ASSERT(result == 0);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t mono_now_ns(void) {
    return system_read_ns(CLOCK_MONOTONIC);
}

static void clock_init(struct clock *clock, enum clock_kind kind, int64_t start_ns,
                       int64_t speed_ppm) {
    clock->kind = kind;
    clock->origin_ns = start_ns;
    clock->mono_ns = mono_now_ns();
    clock->speed_ppm = speed_ppm;
    atomic_init(&clock->manual_ns, start_ns);
}

void clock_init_system(struct clock *clock) {
    clock_init(clock, CLOCK_KIND_SYSTEM, system_read_ns(CLOCK_REALTIME), PPM_ONE);
}

void clock_init_scaled(struct clock *clock, int64_t start_ns, int64_t speed_ppm) {
    ASSERT(speed_ppm >= 1 && speed_ppm <= SPEED_PPM_MAX);
    clock_init(clock, CLOCK_KIND_SCALED, start_ns, speed_ppm);
}

void clock_init_manual(struct clock *clock, int64_t start_ns) {
    clock_init(clock, CLOCK_KIND_MANUAL, start_ns, PPM_ONE);
}

void clock_set_manual(struct clock *clock, int64_t now_ns) {
    ASSERT(clock->kind == CLOCK_KIND_MANUAL);
    if (now_ns > atomic_load_explicit(&clock->manual_ns, memory_order_relaxed)) {
        atomic_store_explicit(&clock->manual_ns, now_ns, memory_order_release);
    }
}

int64_t clock_now_ns(const struct clock *clock) {
    if (clock->kind == CLOCK_KIND_MANUAL) {
        return atomic_load_explicit(&clock->manual_ns, memory_order_acquire);
    }
    int64_t passed_ns = mono_now_ns() - clock->mono_ns;
    if (clock->kind == CLOCK_KIND_SCALED) {
        passed_ns = mul_div_floor(passed_ns, clock->speed_ppm, PPM_ONE);
    }
    return add_saturating(clock->origin_ns, passed_ns);
}

int64_t clock_wait_ns(const struct clock *clock, int64_t at_ns) {
    int64_t left_ns = sub_saturating(at_ns, clock_now_ns(clock));
    if (left_ns <= 0) {
        return 0;
    }
    switch (clock->kind) {
    case CLOCK_KIND_MANUAL:
        return INT64_MAX;
    case CLOCK_KIND_SCALED:
        return mul_div_ceil(left_ns, PPM_ONE, clock->speed_ppm);
    case CLOCK_KIND_SYSTEM:
        break;
    }
    return left_ns;
}
