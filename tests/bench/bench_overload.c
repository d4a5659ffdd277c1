// P14: more quotes than the components can take. A feed is offered quotes of 200 listings at one
// and a half times the rate at which the slowest component can handle them, and another, of a
// second venue, a thousand a second; both store and enter the engine as feeds do.
//
// Every store is either seen by the component or counted as conflated (quotes carry the number of
// their store), the newest of every listing is seen, nothing queues, and what is seen is fresh. The
// floor of its age is the time the component takes for one quote. A feed that runs the engine
// itself stores no more than the engine takes: what it could not take of the offer is told, and
// waits in the socket's buffers.
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/table.h"
#include "engine/engine.h"
#include "hiccup.h"

enum {
    VENUES = 2,
    SYMBOLS = 200,
    LISTINGS = VENUES * SYMBOLS,
    WORK_NS = 2000, // of the component for each quote
    OVERLOAD_PERCENT = 150,
    SECONDS = 4,
    CALM_PER_S = 1000,
    GOAL_AGE_NS = 2000000,
};

static struct universe universe;
static struct quote_cache cache;
static struct engine engine;

struct watcher {
    uint32_t last[LISTINGS];
    uint64_t seen, conflated, backwards;
    struct histogram age_ns; // from the store to the component
};
static struct watcher watcher;

struct writer {
    pthread_t thread;
    uint32_t venue;
    uint64_t per_s, stored, ran;
    int64_t longest_ns; // inside one call
};
static _Atomic bool stop;

static enum status watch(void *self, struct bus *bus, const struct event *event) {
    struct watcher *w = self;
    const struct event_quote *seen = &event->u.quote;
    uint32_t listing = (uint32_t)seen->venue * SYMBOLS + seen->symbol;
    uint32_t update = seen->quote.update;
    int64_t now_ns = mono_now_ns();
    (void)bus;
    w->seen++;
    w->backwards += update <= w->last[listing];
    w->conflated += update - w->last[listing] - 1;
    w->last[listing] = update;
    histogram_add(&w->age_ns, (uint64_t)(now_ns - seen->quote.receive_ns));
    while (mono_now_ns() - now_ns < WORK_NS) {
    }
    return STATUS_OK;
}

static const struct component slow = {
    .name = "slow", .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED), .on_event = watch};

static void store(struct writer *writer) {
    uint32_t symbol = (uint32_t)(hash_mix(writer->stored) % SYMBOLS);
    int64_t now_ns = mono_now_ns();
    struct quote quote = {.bid = {(int64_t)writer->stored + 1},
                          .ask = {(int64_t)writer->stored + 2},
                          .bid_size = {1},
                          .ask_size = {1},
                          .receive_ns = now_ns};
    quote_store(&cache, writer->venue * SYMBOLS + symbol, &quote);
    writer->stored++;
    writer->ran += engine_enter_quotes(&engine, now_ns);
    int64_t took_ns = mono_now_ns() - now_ns;
    writer->longest_ns = took_ns > writer->longest_ns ? took_ns : writer->longest_ns;
}

// What fell due while this thread was inside is stored at once, as a socket's backlog is.
static void *write_quotes(void *arg) {
    struct writer *writer = arg;
    struct timespec pause = {.tv_nsec = 50000};
    int64_t began_ns = mono_now_ns();
    while (!atomic_load(&stop)) {
        uint64_t due = (uint64_t)(mono_now_ns() - began_ns) * writer->per_s / NS_PER_S;
        if (writer->stored < due) {
            store(writer);
        } else {
            (void)nanosleep(&pause, NULL);
        }
    }
    return NULL;
}

static void set_up(void) {
    struct engine_options options = {.universe = &universe,
                                     .cache = &cache,
                                     .depth_sample_ns = 50 * NS_PER_MS,
                                     .publish_ns = INT64_MAX,
                                     .is_paper_venue = true,
                                     .machine_ns = mono_now_ns};
    ASSERT(universe_create(&universe, VENUES, SYMBOLS) == STATUS_OK);
    ASSERT(quote_cache_create(&cache, LISTINGS) == STATUS_OK);
    ASSERT(engine_create(&engine, &options) == STATUS_OK);
    engine_add(&engine, &slow, &watcher);
}

static bool all_newest_seen(void) {
    for (uint32_t i = 0; i < LISTINGS; i++) {
        struct quote quote;
        quote_load(&cache, i, &quote);
        if (quote.update != watcher.last[i]) {
            return false;
        }
    }
    return true;
}

int main(void) {
    struct writer writers[VENUES] = {
        {.venue = 0, .per_s = UINT64_C(10000000) * OVERLOAD_PERCENT / WORK_NS},
        {.venue = 1, .per_s = CALM_PER_S}};
    struct hiccup hiccup = {0};
    struct timespec run = {.tv_sec = SECONDS};
    set_up();
    hiccup_start(&hiccup);
    for (uint32_t i = 0; i < VENUES; i++) {
        ASSERT(pthread_create(&writers[i].thread, NULL, write_quotes, &writers[i]) == 0);
    }
    (void)nanosleep(&run, NULL);
    atomic_store(&stop, true);
    for (uint32_t i = 0; i < VENUES; i++) {
        (void)pthread_join(writers[i].thread, NULL);
    }
    int64_t hiccups = hiccup_stop(&hiccup);
    (void)engine_enter_quotes(&engine, mono_now_ns());
    uint64_t stored = writers[0].stored + writers[1].stored;
    bool counted = watcher.seen + watcher.conflated == stored && watcher.backwards == 0;
    bool newest = all_newest_seen();
    uint64_t age_ns = histogram_quantile(&watcher.age_ns, 999000);
    bool calm = hiccups <= HICCUP_SHARE_MAX_PERMILLE;
    bool ok = counted && newest && age_ns <= GOAL_AGE_NS && calm;
    uint64_t offered = writers[0].per_s * SECONDS + writers[1].per_s * SECONDS;
    printf("P14 overload %d.%d: offered %" PRIu64 ", stored %" PRIu64 ", seen %" PRIu64
           ", conflated %" PRIu64 " (%s), newest of every listing %s; age when seen p50 %" PRIu64
           " us p99 %" PRIu64 " us p99.9 %" PRIu64
           " us, floor %d us, goal %d us; longest call %" PRId64 " us of the busy feed, %" PRId64
           " us of the calm one; hiccups %" PRId64 " permille%s %s\n",
           OVERLOAD_PERCENT / 100, OVERLOAD_PERCENT % 100 / 10, offered, stored, watcher.seen,
           watcher.conflated, counted ? "all counted" : "SOME LOST", newest ? "seen" : "NOT SEEN",
           histogram_quantile(&watcher.age_ns, 500000) / 1000,
           histogram_quantile(&watcher.age_ns, 990000) / 1000, age_ns / 1000, WORK_NS / 1000,
           GOAL_AGE_NS / 1000, writers[0].longest_ns / 1000, writers[1].longest_ns / 1000, hiccups,
           calm ? "" : " (void: restless machine)", ok ? "ok" : "FAIL");
    engine_finish(&engine);
    quote_cache_finish(&cache);
    universe_finish(&universe);
    return ok ? 0 : 1;
}
