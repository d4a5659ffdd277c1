// P10b and P10c: what the screen costs trading, and how soon its pause key is obeyed.
//
// A feed thread stores quotes of 100 listings at a fixed rate and enters the engine as feeds do; a
// component answers every quote with an order as long as the desk is not paused: the most that can
// be under way when a key is pressed. The console runs on a pseudo terminal, 20 frames a second,
// and draws those quotes.
//
// P10b: the feed's time from a quote's due moment until the engine has handled it, with the console
// drawing under a storm of resizes and without any console, in short slices in turn, every second
// pair the other way round. The p99 of a slice is decided by whether the machine took a hundredth
// of it away, which it does to most of them: the quietest tenth of either kind is compared. What
// the console does is in every slice (ten frames, 25 resizes); what the machine does is not.
// A slice is dropped when others had the machine in it. One half of the slices without a console
// is compared with the other half, too: where those differ by more than is to be shown, nothing is
// shown. The first quotes of a slice are of a thread whose caches are cold, half of them slow: a
// hundredth of the slice, so they are left out. P10c: from the moment a key is
// written to the terminal to the last order decided after it, with 100 000 quotes a second; 0 when
// none was. Presses come in groups; a group during which others had the machine is dropped. Where
// too little is left the figure is void.
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/table.h"
#include "engine/engine.h"
#include "hiccup.h"
#include "others.h"
#include "ui/console.h"

enum {
    VENUES = 10,
    SYMBOLS = 10,
    LISTINGS = VENUES * SYMBOLS,
    FLOOD_PER_S = 100000,
    CALM_PER_S = 20000,
    PAIRS = 120,
    SLICES_LEAST = 60,
    QUIET_PART = 10, // one of so many slices
    SLICE_MS = 600,
    COLD_QUOTES = CALM_PER_S / 10,
    SLICE_QUOTES_MAX = CALM_PER_S / 1000 * SLICE_MS * 2, // a sleep may end late
    RESIZE_MS = 20,
    GROUPS = 30,
    GROUP_PRESSES = 20,
    PRESSES_LEAST = 200,
    GOAL_RATIO_PERMILLE = 1050,
    GOAL_PAUSE_NS = 1000000,
};

static struct universe universe;
static struct quote_cache cache;
static struct engine engine;

// The desk of this bench: orders on every quote, pauses, shows what it saw.
struct trader {
    _Atomic bool paused;
    _Atomic int64_t last_order_ns;
    _Atomic uint64_t orders;
    struct quote quotes[LISTINGS];
};
static struct trader trader;

static enum status trade(void *self, struct bus *bus, const struct event *event) {
    struct trader *t = self;
    (void)bus;
    if (event->header.kind == EVENT_CONTROL) {
        if (event->u.control.verb == CONTROL_PAUSE || event->u.control.verb == CONTROL_RESUME) {
            atomic_store(&t->paused, event->u.control.verb == CONTROL_PAUSE);
        }
        return STATUS_OK;
    }
    const struct event_quote *seen = &event->u.quote;
    t->quotes[seen->venue * SYMBOLS + seen->symbol] = seen->quote;
    if (!atomic_load(&t->paused)) {
        atomic_store(&t->last_order_ns, mono_now_ns());
        atomic_fetch_add(&t->orders, 1);
    }
    return STATUS_OK;
}

static void show(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct trader *t = self;
    struct state_header *header = STATE_ROWS(draft, STATE_HEADER, struct state_header);
    header->now_ns = now_ns;
    header->status = atomic_load(&t->paused) ? DESK_PAUSED : DESK_RUNNING;
    draft->count[STATE_HEADER] = 1;
    struct state_quote *quotes = STATE_ROWS(draft, STATE_QUOTES, struct state_quote);
    for (uint32_t i = 0; i < LISTINGS; i++) {
        quotes[i] = (struct state_quote){.venue = (uint16_t)(i / SYMBOLS),
                                         .symbol = (uint16_t)(i % SYMBOLS),
                                         .present = 1,
                                         .freshness = FRESH_OK,
                                         .bid = t->quotes[i].bid,
                                         .ask = t->quotes[i].ask,
                                         .digits = 2};
    }
    draft->count[STATE_QUOTES] = LISTINGS;
}

static const struct component trader_component = {.name = "trader",
                                                  .kinds = EVENT_BIT(EVENT_QUOTE_UPDATED) |
                                                           EVENT_BIT(EVENT_CONTROL),
                                                  .on_event = trade,
                                                  .publish = show};

struct feed {
    pthread_t thread;
    uint64_t per_s;
    _Atomic bool stop;
    uint64_t stored;
    int64_t late_ns[SLICE_QUOTES_MAX]; // from due to handled, of the first ones
};

static void store(uint64_t number) {
    int64_t price = (int64_t)(hash_mix(number) % 1000) + 60000;
    struct quote quote = {.bid = {price * PX_ONE},
                          .ask = {(price + 1) * PX_ONE},
                          .bid_size = {QTY_ONE},
                          .ask_size = {QTY_ONE},
                          .receive_ns = mono_now_ns()};
    quote_store(&cache, (uint32_t)(hash_mix(number * 7) % LISTINGS), &quote);
    (void)engine_enter_quotes(&engine, mono_now_ns());
}

// It spins, so that a sleep that ends late is not taken for the console's doing.
static void *run_feed(void *arg) {
    struct feed *feed = arg;
    int64_t began_ns = mono_now_ns();
    for (uint64_t i = 0; !atomic_load_explicit(&feed->stop, memory_order_relaxed); i++) {
        int64_t due_ns = began_ns + (int64_t)(i * NS_PER_S / feed->per_s);
        while (mono_now_ns() < due_ns) {
        }
        store(i);
        if (i < SLICE_QUOTES_MAX) {
            feed->late_ns[i] = mono_now_ns() - due_ns;
        }
        feed->stored = i + 1;
    }
    return NULL;
}

struct screen {
    pthread_t thread, reader;
    int master;
    FILE *in, *out;
    _Atomic bool stop;
    _Atomic uint64_t bytes;
    enum status status;
};

static enum status control(void *arg, const struct control_request *request) {
    (void)arg;
    return engine_control(&engine, request, mono_now_ns());
}

static void *run_screen(void *arg) {
    struct screen *screen = arg;
    struct link_local local = {
        .board = engine_board(&engine), .universe = &universe, .control = control};
    struct console_options options = {.link = link_local(&local),
                                      .frames_per_s = 20,
                                      .in = screen->in,
                                      .out = screen->out,
                                      .stop = &screen->stop};
    enum console_end end;
    screen->status = console_run(&options, &end);
    return NULL;
}

static void *read_screen(void *arg) {
    struct screen *screen = arg;
    char data[65536];
    ssize_t size = 0;
    do {
        size = read(screen->master, data, sizeof(data));
        atomic_fetch_add(&screen->bytes, size > 0 ? (uint64_t)size : 0);
    } while (size > 0 || (size < 0 && errno == EINTR));
    return NULL;
}

static void resize(const struct screen *screen, int columns, int rows) {
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    (void)ioctl(screen->master, TIOCSWINSZ, &size);
}

static void screen_start(struct screen *screen) {
    int slave = -1;
    struct winsize size = {.ws_col = 120, .ws_row = 40};
    *screen = (struct screen){0};
    ASSERT(openpty(&screen->master, &slave, NULL, NULL, &size) == 0);
    int other = dup(slave);
    screen->in = fdopen(slave, "re");
    screen->out = fdopen(other, "we");
    ASSERT(screen->in != NULL && screen->out != NULL);
    ASSERT(pthread_create(&screen->reader, NULL, read_screen, screen) == 0);
    ASSERT(pthread_create(&screen->thread, NULL, run_screen, screen) == 0);
}

static void screen_stop(struct screen *screen) {
    atomic_store(&screen->stop, true);
    (void)pthread_join(screen->thread, NULL);
    ASSERT(screen->status == STATUS_OK);
    (void)fclose(screen->in);
    (void)fclose(screen->out); // the reader sees the end
    (void)pthread_join(screen->reader, NULL);
    (void)close(screen->master);
}

static void sleep_ns(int64_t ns) {
    struct timespec pause = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
    (void)nanosleep(&pause, NULL);
}

static void feed_start(struct feed *feed, uint64_t per_s) {
    feed->per_s = per_s;
    atomic_store(&feed->stop, false);
    feed->stored = 0;
    ASSERT(pthread_create(&feed->thread, NULL, run_feed, feed) == 0);
}

static void feed_stop(struct feed *feed) {
    atomic_store(&feed->stop, true);
    (void)pthread_join(feed->thread, NULL);
}

static struct feed feed;

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct slice_result {
    int64_t p99_ns, others_permille;
};

static struct slice_result measure(bool drawing) {
    struct screen screen;
    struct others others;
    if (drawing) {
        screen_start(&screen);
        sleep_ns(100 * NS_PER_MS);
    }
    others_start(&others);
    feed_start(&feed, CALM_PER_S);
    for (int ms = 0; ms < SLICE_MS; ms += RESIZE_MS) {
        sleep_ns(RESIZE_MS * NS_PER_MS);
        if (drawing) {
            resize(&screen, 80 + ms * 7 % 220, 24 + ms * 3 % 76);
        }
    }
    feed_stop(&feed);
    struct slice_result result = {.others_permille = others_permille(&others)};
    if (drawing) {
        screen_stop(&screen);
        ASSERT(atomic_load(&screen.bytes) > 0);
    }
    uint64_t count = feed.stored < SLICE_QUOTES_MAX ? feed.stored : SLICE_QUOTES_MAX;
    ASSERT(count > COLD_QUOTES);
    count -= COLD_QUOTES;
    int64_t *late_ns = feed.late_ns + COLD_QUOTES;
    qsort(late_ns, count, sizeof(*late_ns), compare);
    result.p99_ns = late_ns[count * 99 / 100];
    return result;
}

// Slices of one kind that others left alone.
struct slices {
    int64_t p99_ns[PAIRS];
    size_t kept;
};

static void take_slice(struct slices *slices, bool drawing) {
    struct slice_result result = measure(drawing);
    if (result.others_permille <= OTHERS_SHARE_MAX_PERMILLE) {
        slices->p99_ns[slices->kept++] = result.p99_ns;
    }
}

// Every `step`th slice from `first` on.
static int64_t quiet_p99_ns(const struct slices *slices, size_t first, size_t step) {
    int64_t p99_ns[PAIRS];
    size_t count = 0;
    for (size_t i = first; i < slices->kept; i += step) {
        p99_ns[count++] = slices->p99_ns[i];
    }
    ASSERT(count > 0);
    qsort(p99_ns, count, sizeof(*p99_ns), compare);
    return p99_ns[count / QUIET_PART];
}

static int64_t permille_of(int64_t part, int64_t whole) {
    return part * 1000 / (whole > 0 ? whole : 1);
}

static bool run_b(void) {
    struct slices on = {.kept = 0}, off = {.kept = 0};
    for (int i = 0; i < PAIRS; i++) {
        bool first = i % 2 == 1; // whether the console draws in the first slice
        take_slice(first ? &on : &off, first);
        take_slice(first ? &off : &on, !first);
    }
    if (on.kept < SLICES_LEAST || off.kept < SLICES_LEAST) {
        printf("P10b feed p99 with the screen in a storm of resizes: %zu and %zu of %d slices were "
               "undisturbed, %d are needed (void: restless machine)\n",
               on.kept, off.kept, PAIRS, SLICES_LEAST);
        return true;
    }
    int64_t with = quiet_p99_ns(&on, 0, 1), without = quiet_p99_ns(&off, 0, 1);
    int64_t ratio = permille_of(with, without);
    int64_t itself = permille_of(quiet_p99_ns(&off, 0, 2), quiet_p99_ns(&off, 1, 2));
    bool calm = itself <= GOAL_RATIO_PERMILLE && itself >= 2000 - GOAL_RATIO_PERMILLE;
    bool fine = ratio <= GOAL_RATIO_PERMILLE;
    printf("P10b feed p99 with the screen in a storm of resizes %" PRId64 " ns, floor (no screen) "
           "%" PRId64 " ns in the quietest tenth of %zu and %zu slices, ratio %" PRId64
           ".%03" PRId64 ", goal <= %d.%03d; one half of the floor against the other %" PRId64
           ".%03" PRId64 "%s: %s\n",
           with, without, on.kept, off.kept, ratio / 1000, ratio % 1000, GOAL_RATIO_PERMILLE / 1000,
           GOAL_RATIO_PERMILLE % 1000, itself / 1000, itself % 1000,
           calm ? "" : " (void: restless machine)", fine ? "ok" : "FAIL");
    return fine || !calm;
}

// From the key to the last order after it.
static int64_t press(const struct screen *screen) {
    struct control_request resume = {
        .verb = CONTROL_RESUME, .origin = ORIGIN_TEST, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    ASSERT(engine_control(&engine, &resume, mono_now_ns()) == STATUS_OK);
    uint64_t orders = atomic_load(&trader.orders);
    while (atomic_load(&trader.orders) < orders + 10) {
        sleep_ns(NS_PER_MS / 10); // orders flow
    }
    int64_t start_ns = mono_now_ns();
    ASSERT(write(screen->master, "p", 1) == 1);
    while (!atomic_load(&trader.paused)) {
        ASSERT(mono_now_ns() - start_ns < 5 * NS_PER_S);
        sleep_ns(NS_PER_MS / 10);
    }
    sleep_ns(2 * NS_PER_MS); // what is still under way
    int64_t last_ns = atomic_load(&trader.last_order_ns);
    return last_ns > start_ns ? last_ns - start_ns : 0;
}

static bool run_c(void) {
    static int64_t samples[GROUPS * GROUP_PRESSES];
    size_t kept = 0;
    struct hiccup hiccup = {0};
    struct screen screen;
    screen_start(&screen);
    sleep_ns(200 * NS_PER_MS);
    hiccup_start(&hiccup);
    feed_start(&feed, FLOOD_PER_S);
    for (uint64_t i = 0; i < GROUPS; i++) {
        struct others others;
        others_start(&others);
        for (uint64_t k = 0; k < GROUP_PRESSES; k++) {
            samples[kept + k] = press(&screen);
            sleep_ns((int64_t)(hash_mix(i * GROUP_PRESSES + k) % 9 + 1) * NS_PER_MS);
        }
        bool ours = others_permille(&others) <= OTHERS_SHARE_MAX_PERMILLE;
        kept += ours ? GROUP_PRESSES : 0;
    }
    feed_stop(&feed);
    int64_t hiccups = hiccup_stop(&hiccup);
    screen_stop(&screen);
    if (kept < PRESSES_LEAST) {
        printf(
            "P10c pause key to the last order: %zu of %d presses were undisturbed, %d are needed "
            "(void: restless machine)\n",
            kept, GROUPS * GROUP_PRESSES, PRESSES_LEAST);
        return true;
    }
    qsort(samples, kept, sizeof(*samples), compare);
    int64_t p99_ns = samples[kept * 99 / 100];
    bool calm = hiccups <= HICCUP_SHARE_MAX_PERMILLE;
    bool fine = p99_ns <= GOAL_PAUSE_NS;
    printf("P10c pause key to the last order: p50 %" PRId64 " us, p99 %" PRId64
           " us of %zu presses (of %d, the others were disturbed), %" PRIu64
           " quotes stored meanwhile, goal p99 <= %d us; hiccups %" PRId64 " permille%s: %s\n",
           samples[kept / 2] / 1000, p99_ns / 1000, kept, GROUPS * GROUP_PRESSES, feed.stored,
           GOAL_PAUSE_NS / 1000, hiccups, calm ? "" : " (void: restless machine)",
           fine ? "ok" : "FAIL");
    return fine || !calm;
}

static void set_up(void) {
    struct engine_options options = {.universe = &universe,
                                     .cache = &cache,
                                     .depth_sample_ns = 50 * NS_PER_MS,
                                     .publish_ns = 50 * NS_PER_MS,
                                     .is_paper_venue = true,
                                     .machine_ns = mono_now_ns};
    ASSERT(universe_create(&universe, VENUES, SYMBOLS) == STATUS_OK);
    for (uint16_t i = 0; i < VENUES; i++) {
        struct text name = TEXT_OVER(universe.venues[i].name);
        text_add_format(&name, "venue%u", i);
    }
    for (uint16_t i = 0; i < SYMBOLS; i++) {
        char data[16];
        struct text name = TEXT_OVER(data);
        text_add_format(&name, "S%u/USDT", i);
        ASSERT(symbol_parse(&universe.symbols[i], text_slice(&name)) == STATUS_OK);
    }
    ASSERT(quote_cache_create(&cache, LISTINGS) == STATUS_OK);
    ASSERT(engine_create(&engine, &options) == STATUS_OK);
    engine_add(&engine, &trader_component, &trader);
}

int main(void) {
    (void)setenv("TERM", "xterm-256color", 1);
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    set_up();
    bool fine = run_c();
    fine = run_b() && fine;
    engine_finish(&engine);
    quote_cache_finish(&cache);
    universe_finish(&universe);
    return fine ? 0 : 1;
}
