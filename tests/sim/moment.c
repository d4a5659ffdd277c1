#include "moment.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/status.h"

enum { LOOP_BEGINS_MS = 1000 };

struct moment {
    int64_t time_ns;
    uint64_t number;
    void (*run)(void *arg); // NULL: called off
    void *arg;
    struct moment *next; // of the spare ones
};

static struct {
    int64_t start_ns, now_ns;
    uint64_t number, count;
    struct moment **heap;
    uint32_t size, capacity;
    struct moment *spare;
} all;

static bool is_before(const struct moment *a, const struct moment *b) {
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->number < b->number;
}

static void give_back(struct moment *moment) {
    moment->next = all.spare;
    all.spare = moment;
}

static void sift_up(uint32_t at) {
    struct moment *moving = all.heap[at];
    while (at > 0 && is_before(moving, all.heap[(at - 1) / 2])) {
        all.heap[at] = all.heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    all.heap[at] = moving;
}

static void sift_down(uint32_t at) {
    struct moment *moving = all.heap[at];
    for (uint32_t child = 2 * at + 1; child < all.size; child = 2 * at + 1) {
        if (child + 1 < all.size && is_before(all.heap[child + 1], all.heap[child])) {
            child++;
        }
        if (!is_before(all.heap[child], moving)) {
            break;
        }
        all.heap[at] = all.heap[child];
        at = child;
    }
    all.heap[at] = moving;
}

void moment_begin(int64_t start_ns) {
    for (uint32_t i = 0; i < all.size; i++) {
        give_back(all.heap[i]);
    }
    all.size = 0;
    all.start_ns = all.now_ns = start_ns;
    all.number = all.count = 0;
}

int64_t moment_now_ns(void) {
    return all.now_ns;
}

uint64_t moment_count(void) {
    return all.count;
}

struct moment *moment_in(int64_t wait_ns, void (*run)(void *arg), void *arg) {
    struct moment *moment = all.spare;
    if (moment != NULL) {
        all.spare = moment->next;
    } else {
        moment = malloc(sizeof(*moment));
        ASSERT(moment != NULL);
    }
    if (all.size == all.capacity) {
        all.capacity = all.capacity == 0 ? 1024 : 2 * all.capacity;
        all.heap = realloc(all.heap, all.capacity * sizeof(struct moment *));
        ASSERT(all.heap != NULL);
    }
    *moment = (struct moment){.time_ns = all.now_ns + (wait_ns > 0 ? wait_ns : 0),
                              .number = ++all.number,
                              .run = run,
                              .arg = arg};
    all.heap[all.size++] = moment;
    sift_up(all.size - 1);
    return moment;
}

void moment_call_off(struct moment *moment) {
    if (moment != NULL) {
        moment->run = NULL;
    }
}

bool moment_step(int64_t until_ns) {
    while (all.size > 0 && all.heap[0]->time_ns <= until_ns) {
        struct moment *due = all.heap[0];
        all.heap[0] = all.heap[--all.size];
        if (all.size > 0) {
            sift_down(0);
        }
        struct moment ran = *due;
        give_back(due);
        if (ran.run != NULL) {
            all.now_ns = ran.time_ns;
            all.count++;
            ran.run(ran.arg);
            return true;
        }
    }
    all.now_ns = until_ns;
    return false;
}

// ---- base/clock.h ------------------------------------------------------------------------------

void clock_init_system(struct clock *clock) {
    *clock = (struct clock){.kind = CLOCK_KIND_SYSTEM};
}

void clock_init_scaled(struct clock *clock, int64_t start_ns, int64_t speed_ppm) {
    (void)start_ns;
    *clock = (struct clock){.kind = CLOCK_KIND_SCALED, .speed_ppm = speed_ppm};
}

void clock_init_manual(struct clock *clock, int64_t start_ns) {
    (void)start_ns;
    *clock = (struct clock){.kind = CLOCK_KIND_MANUAL};
}

void clock_set_manual(struct clock *clock, int64_t now_ns) {
    (void)clock;
    (void)now_ns;
}

int64_t clock_now_ns(const struct clock *clock) {
    (void)clock;
    return all.now_ns;
}

int64_t clock_wait_ns(const struct clock *clock, int64_t at_ns) {
    (void)clock;
    return at_ns > all.now_ns ? at_ns - all.now_ns : 0;
}

int64_t mono_now_ns(void) {
    return all.now_ns - all.start_ns + LOOP_BEGINS_MS * NS_PER_MS;
}

// ---- libuv -------------------------------------------------------------------------------------

uint64_t uv_now(const uv_loop_t *loop) {
    (void)loop;
    return (uint64_t)(mono_now_ns() / NS_PER_MS);
}

// A timer keeps what it waits for in a field that is libuv's own business.
static struct moment *waits_for(const uv_timer_t *timer) {
    return timer->heap_node[0];
}

static void wait_for(uv_timer_t *timer, struct moment *moment) {
    timer->heap_node[0] = moment;
}

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer) {
    memset(timer, 0, sizeof(*timer));
    timer->loop = loop;
    timer->type = UV_TIMER;
    return 0;
}

static void timer_is_due(void *arg) {
    uv_timer_t *timer = arg;
    bool again = timer->repeat > 0;
    wait_for(timer,
             again ? moment_in((int64_t)timer->repeat * NS_PER_MS, timer_is_due, timer) : NULL);
    timer->timer_cb(timer);
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb run, uint64_t timeout_ms, uint64_t repeat_ms) {
    moment_call_off(waits_for(timer));
    timer->timer_cb = run;
    timer->repeat = repeat_ms;
    wait_for(timer, moment_in((int64_t)timeout_ms * NS_PER_MS, timer_is_due, timer));
    return 0;
}

void moment_end_timer(uv_timer_t *timer) {
    moment_call_off(waits_for(timer));
    wait_for(timer, NULL);
}

static void is_closed(void *arg) {
    uv_handle_t *handle = arg;
    if (handle->close_cb != NULL) {
        handle->close_cb(handle);
    }
}

void uv_close(uv_handle_t *handle, uv_close_cb on_closed) {
    ASSERT(handle->type == UV_TIMER);
    moment_end_timer((uv_timer_t *)handle);
    handle->close_cb = on_closed;
    (void)moment_in(0, is_closed, handle);
}
