// P10c: from the pause key to the last order, while a feed stores 100 000 quotes a second.
//
// The way is the console's own: key, action, link, control entry, engine. The component that stands
// for trading sends an order for every quote it is shown until it is paused, so that any delay on
// that way leaves orders behind the key. The pauses come at odd moments; whatever the machine's
// scheduler adds is counted, unless the hiccup monitor says that it was no quiet minute.
// bench_screen asks the same of a whole desk and a terminal.
//
// bench_pause [PAUSES]
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
#include "ui/console_inside.h"

enum {
    SYMBOLS = 20,
    PER_S = 100000,
    PAUSES = 400,
    SETTLE_MS = 4, // behind a pause: an order later than that would be seen as one after the pause
    GOAL_NS = 1000000,
};

static struct universe universe;
static struct quote_cache cache;
static struct engine engine;
static struct console console;

static struct {
    bool paused; // inside the engine only
    _Atomic int64_t order_ns;
    _Atomic uint64_t orders, quotes;
} trader;
static struct histogram key_took_ns; // the call, its lock and its pass included
static _Atomic bool stop;

static enum status on_event(void *self, struct bus *bus, const struct event *event) {
    (void)self;
    if (event->header.kind == EVENT_CONTROL) {
        trader.paused = event->u.control.verb == CONTROL_PAUSE;
        return STATUS_OK;
    }
    atomic_fetch_add_explicit(&trader.quotes, 1, memory_order_relaxed);
    if (!trader.paused) {
        struct event_order order = {.order = bus->sequence, .symbol = event->u.quote.symbol};
        bus_emit(bus, EVENT_ORDER_COMMAND, &order);
    }
    return STATUS_OK;
}

static const struct component component = {
    .name = "trader",
    .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED) | EVENT_BIT(EVENT_CONTROL),
    .on_event = on_event,
};

static void send_order(void *arg, const struct event_order *command) {
    (void)arg;
    (void)command;
    atomic_store(&trader.order_ns, mono_now_ns());
    atomic_fetch_add_explicit(&trader.orders, 1, memory_order_relaxed);
}

static void *feed(void *arg) {
    struct timespec moment = {.tv_nsec = 50000};
    uint64_t *stored = arg;
    int64_t began_ns = mono_now_ns();
    while (!atomic_load(&stop)) {
        int64_t now_ns = mono_now_ns();
        if (*stored >= (uint64_t)(now_ns - began_ns) * PER_S / NS_PER_S) {
            (void)nanosleep(&moment, NULL);
            continue;
        }
        struct quote quote = {.bid = {(int64_t)*stored + 1},
                              .ask = {(int64_t)*stored + 2},
                              .bid_size = {1},
                              .ask_size = {1},
                              .receive_ns = now_ns};
        quote_store(&cache, (uint32_t)(hash_mix(*stored) % SYMBOLS), &quote);
        (void)engine_enter_quotes(&engine, now_ns);
        ++*stored;
    }
    return NULL;
}

static enum status control(void *arg, const struct control_request *request) {
    (void)arg;
    return engine_control(&engine, request, mono_now_ns());
}

static void sleep_ns(int64_t ns) {
    (void)nanosleep(&(struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S}, NULL);
}

// One pause: how long orders went on behind the key. *late: one came when all was long over.
static int64_t pause_once(uint64_t seed, bool *late) {
    struct control_request resume = {
        .verb = CONTROL_RESUME, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    ASSERT(control(NULL, &resume) == STATUS_OK);
    uint64_t before = atomic_load(&trader.orders);
    sleep_ns(2 * NS_PER_MS + (int64_t)(hash_mix(seed) % (4 * NS_PER_MS)));
    console_frame(&console);
    while (atomic_load(&trader.orders) == before) { // until it trades again
        sleep_ns(NS_PER_MS);
    }
    int64_t key_ns = mono_now_ns();
    console_key(&console, 'p');
    histogram_add(&key_took_ns, (uint64_t)(mono_now_ns() - key_ns));
    sleep_ns(SETTLE_MS * NS_PER_MS);
    int64_t last_ns = atomic_load(&trader.order_ns);
    uint64_t orders = atomic_load(&trader.orders);
    sleep_ns(NS_PER_MS);
    *late = *late || atomic_load(&trader.orders) != orders;
    return last_ns > key_ns ? last_ns - key_ns : 0;
}

static void set_up(struct link_local *local) {
    struct engine_options options = {.universe = &universe,
                                     .cache = &cache,
                                     .depth_sample_ns = 50 * NS_PER_MS,
                                     .publish_ns = 50 * NS_PER_MS,
                                     .commands = {.send = send_order}};
    ASSERT(universe_create(&universe, 1, SYMBOLS) == STATUS_OK);
    ASSERT(quote_cache_create(&cache, SYMBOLS) == STATUS_OK);
    ASSERT(engine_create(&engine, &options) == STATUS_OK);
    engine_add(&engine, &component, NULL);
    *local = (struct link_local){
        .board = engine_board(&engine), .universe = &universe, .control = control};
    struct console_options screen = {
        .link = link_local(local), .headless = true, .columns = 120, .rows = 40};
    ASSERT(console_create(&console, &screen) == STATUS_OK);
}

int main(int argc, char **argv) {
    struct link_local local;
    struct hiccup hiccup = {0};
    static struct histogram delay_ns;
    uint64_t stored = 0;
    int64_t pauses = PAUSES;
    bool late = false;
    pthread_t thread;
    if (argc > 1 && (!decimal_parse(slice_of(argv[1]), 0, &pauses) || pauses < 1)) {
        (void)fprintf(stderr, "usage: bench_pause [PAUSES]\n");
        return 64;
    }
    set_up(&local);
    hiccup_start(&hiccup);
    int64_t began_ns = mono_now_ns();
    ASSERT(pthread_create(&thread, NULL, feed, &stored) == 0);
    for (int64_t i = 0; i < pauses; i++) {
        histogram_add(&delay_ns, (uint64_t)pause_once((uint64_t)i, &late));
    }
    atomic_store(&stop, true);
    (void)pthread_join(thread, NULL);
    int64_t took_ns = mono_now_ns() - began_ns;
    int64_t hiccups = hiccup_stop(&hiccup);
    uint64_t p99_ns = histogram_quantile(&delay_ns, 990000);
    uint64_t per_s = stored * NS_PER_S / (uint64_t)took_ns;
    bool calm = hiccups <= HICCUP_SHARE_MAX_PERMILLE && per_s >= PER_S * 9 / 10;
    bool ok = p99_ns <= GOAL_NS && !late;
    printf("P10c pause: %" PRId64 " pauses at %" PRIu64 " quotes/s, %" PRIu64
           " orders; from the key to the last order p50 %" PRIu64 " ns p99 %" PRIu64
           " ns max %" PRIu64 " ns, goal %d ns; the key itself p50 %" PRIu64 " ns p99 %" PRIu64
           " ns; orders after it: %s; hiccups %" PRId64 " permille%s %s\n",
           pauses, per_s, atomic_load(&trader.orders), histogram_quantile(&delay_ns, 500000),
           p99_ns, histogram_quantile(&delay_ns, 1000000), GOAL_NS,
           histogram_quantile(&key_took_ns, 500000), histogram_quantile(&key_took_ns, 990000),
           late ? "SOME" : "none", hiccups, calm ? "" : " (void: restless machine)",
           ok ? "ok" : "FAIL");
    console_destroy(&console);
    engine_finish(&engine);
    quote_cache_finish(&cache);
    universe_finish(&universe);
    return ok ? 0 : calm || late ? 1 : 77;
}
