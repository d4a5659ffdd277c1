// P6: a quote is published and a component sees it, on the thread that has the news.
//
// The desk of the default configuration (10 venues, 50 symbols), quotes stored round robin over all
// listings, each followed by engine_enter_quotes as a feed does it, passes measured as the desk
// does it. The floor is the same store followed by a load of the slot: what no engine can be below.
// Floor and figure are taken in turn; the figures are of the round in the middle.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/counter.h"
#include "engine/engine.h"

enum { VENUES = 10, SYMBOLS = 50, ROUNDS = 7, STORES = 400000 };
enum { GOAL_P50_NS = 100, GOAL_P99_NS = 300 };

static uint64_t ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return (uint64_t)mono_now_ns();
#endif
}

static uint64_t ticks_per_ms(void) {
    int64_t start_ns = mono_now_ns();
    uint64_t start = ticks();
    while (mono_now_ns() - start_ns < 50 * NS_PER_MS) {
    }
    return (ticks() - start) / 50;
}

struct watcher {
    uint64_t stored; // ticks before the store
    struct histogram seen;
};

static enum status watch(void *self, struct bus *bus, const struct event *event) {
    struct watcher *watcher = self;
    (void)bus;
    (void)event;
    histogram_add(&watcher->seen, ticks() - watcher->stored);
    return STATUS_OK;
}

static const struct component watch_quotes = {
    .name = "watcher", .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED), .on_event = watch};

static struct universe universe;
static struct quote_cache cache;
static struct engine engine;
static struct watcher watcher;

static struct quote make_quote(uint32_t i) {
    return (struct quote){.bid = {i + 1}, .ask = {i + 2}, .bid_size = {1}, .ask_size = {1}};
}

static uint32_t listing_of(uint32_t i) {
    return i * 37 % (VENUES * SYMBOLS);
}

static uint64_t run_floor(void) {
    static struct histogram taken;
    histogram_reset(&taken);
    for (uint32_t i = 0; i < STORES; i++) {
        struct quote quote = make_quote(i);
        uint64_t start = ticks();
        quote_store(&cache, listing_of(i), &quote);
        quote_load(&cache, listing_of(i), &quote);
        histogram_add(&taken, ticks() - start);
        (void)quote_take_dirty(&cache, listing_of(i) / 64);
    }
    return histogram_quantile(&taken, 500000);
}

// Returns the whole call's mean in ticks; the watcher holds when quotes were seen.
static uint64_t run_engine(int64_t now_ns) {
    histogram_reset(&watcher.seen);
    uint64_t total = 0;
    for (uint32_t i = 0; i < STORES; i++) {
        struct quote quote = make_quote(i);
        watcher.stored = ticks();
        quote_store(&cache, listing_of(i), &quote);
        (void)engine_enter_quotes(&engine, now_ns + i);
        total += ticks() - watcher.stored;
    }
    return total / STORES;
}

struct round {
    uint64_t floor, p50, p99, whole; // ns
};

static int by_p50(const void *a, const void *b) {
    const struct round *left = a;
    const struct round *right = b;
    return left->p50 < right->p50 ? -1 : left->p50 > right->p50;
}

static enum status set_up(void) {
    enum status status = universe_create(&universe, VENUES, SYMBOLS);
    if (status == STATUS_OK) {
        status = quote_cache_create(&cache, VENUES * SYMBOLS);
    }
    struct engine_options options = {.universe = &universe,
                                     .cache = &cache,
                                     .depth_sample_ns = 50 * NS_PER_MS,
                                     .publish_ns = INT64_MAX,
                                     .is_paper_venue = true,
                                     .machine_ns = mono_now_ns};
    if (status == STATUS_OK) {
        status = engine_create(&engine, &options);
    }
    engine_add(&engine, &watch_quotes, &watcher);
    return status;
}

int main(void) {
    if (set_up() != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", status_text());
        return 1;
    }
    uint64_t per_ms = ticks_per_ms();
    struct round rounds[ROUNDS];
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct round *round = &rounds[i];
        round->floor = run_floor() * 1000000 / per_ms;
        round->whole = run_engine((int64_t)(i + 1) * NS_PER_S) * 1000000 / per_ms;
        round->p50 = histogram_quantile(&watcher.seen, 500000) * 1000000 / per_ms;
        round->p99 = histogram_quantile(&watcher.seen, 990000) * 1000000 / per_ms;
    }
    qsort(rounds, ROUNDS, sizeof(rounds[0]), by_p50);
    const struct round *middle = &rounds[ROUNDS / 2];
    uint64_t ratio = middle->floor > 0 ? middle->p50 * 10 / middle->floor : 0;
    bool ok = middle->p50 <= GOAL_P50_NS && middle->p99 <= GOAL_P99_NS;
    (void)printf(
        "P6 quote publish to component: p50 %llu ns, p99 %llu ns (whole call %llu ns), "
        "floor store + load %llu ns, ratio %llu.%llu, goal p50 <= %d ns p99 <= %d ns: %s\n",
        (unsigned long long)middle->p50, (unsigned long long)middle->p99,
        (unsigned long long)middle->whole, (unsigned long long)middle->floor,
        (unsigned long long)(ratio / 10), (unsigned long long)(ratio % 10), GOAL_P50_NS,
        GOAL_P99_NS, ok ? "ok" : "FAIL");
    engine_finish(&engine);
    quote_cache_finish(&cache);
    universe_finish(&universe);
    return ok ? 0 : 1;
}
