// R3: the program is killed (SIGKILL) again and again while it trades against simulated venues over
// loopback, and started again each time. Half of the kills come at a random time, from the first
// instruction on; the other half at the instants of aim.c.
//
// After every start the desk's positions and orders must be the venues' within a second, and
// nothing is traded before it says that they agree. In the end: no order was placed twice, every
// order at a venue was on file first, every fill was booked once, no order is left, and all is
// flat.
//
// A third kind of life (R11) is stopped (SIGSTOP) while it trades, for less and for more than any
// answer takes, and goes on as if nothing had been: what it missed meanwhile must not be lost
// either, and nothing opens on what it had seen before.
//
// In a fourth (R11, too) the machine's wall clock jumps by an hour and back while it trades, or is
// an hour off from the start: a desk that trades goes on, one that starts so knows its account and
// opens nothing, and the next with the right time is none the worse for it.
//
//   test_kills random|aimed|frozen|wall [CYCLES [MOST_MS]]    MOST_MS: it is stopped so long at
//   most
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/table.h"
#include "bench.h"
#include "fresh.h"

enum {
    TRADE_MS = 4000, // an aimed kill comes within this, or the cycle counts for none
    FROZEN_LEAST_MS = 1500,
    FROZEN_MOST_MS = 7500, // an answer is waited for 4 s, a quote is believed for 5
    CYCLES = 150,
    CYCLES_FROZEN = 6,
    CYCLES_WALL = 4,
    WALL_MS = 600, // of trading after a jump
};

static const char *const aims[] = {"intent", "torn", "sent", "fill", "hedge", "cancel"};

struct cycles {
    uint32_t early, traded, hit[COUNT_OF(aims)], missed;
    uint32_t wrong; // by the wall clock
    struct fresh fresh;
};

static struct cycles cycles;

// At any time: one in four before the desk is ready.
static void live_randomly(struct bench *bench) {
    bench_start_desk(bench, NULL);
    if (bench_draw(bench, 4) == 0) {
        bench_pause_ms(bench_draw(bench, 250));
        cycles.early++;
    } else if (bench_open_client(bench) && agree_wait(bench) && agree_resume(bench)) {
        bench_pause_ms(20 + bench_draw(bench, 300));
        cycles.traded++;
    }
    bench_kill_desk(bench);
}

static void live_aimed(struct bench *bench, uint32_t cycle) {
    char aim[32];
    uint32_t kind = cycle % COUNT_OF(aims);
    (void)snprintf(aim, sizeof(aim), "%s:%u", aims[kind], 1 + bench_draw(bench, 3));
    struct bench_start how = {.variables = {{"LD_PRELOAD", AIM_PATH}, {"AIM", aim}}};
    bench_start_desk(bench, &how);
    bool traded = bench_open_client(bench) && agree_wait(bench) && agree_resume(bench);
    cycles.traded += traded;
    int64_t until_ms = bench_age_ms(bench) + TRADE_MS;
    while (!bench_has_died(bench) && bench_age_ms(bench) < until_ms) {
        bench_pause_ms(2);
    }
    if (bench_has_died(bench)) {
        cycles.hit[kind]++;
        bench_kill_desk(bench); // only looks how it ended
    } else {
        cycles.missed++;
        bench_kill_desk(bench);
    }
}

// Frozen with orders at the venues, and killed later like the others.
static void live_frozen(struct bench *bench, uint32_t cycle, uint32_t cycles_all, int64_t most_ms) {
    int64_t more_ms = (most_ms - FROZEN_LEAST_MS) * cycle / (cycles_all > 1 ? cycles_all - 1 : 1);
    bench_start_desk(bench, NULL);
    if (bench_open_client(bench) && agree_wait(bench) && agree_resume(bench)) {
        bench_pause_ms(100 + bench_draw(bench, 200));
        (void)kill(bench->desk, SIGSTOP);
        bench_pause_ms(FROZEN_LEAST_MS + more_ms);
        (void)kill(bench->desk, SIGCONT);
        bench_pause_ms(500 + bench_draw(bench, 1000));
        cycles.traded++;
    }
    bench_kill_desk(bench);
    fresh_read(&cycles.fresh, bench->live);
}

static uint64_t orders_there(struct bench *bench) {
    uint64_t orders = 0;
    (void)pthread_mutex_lock(&bench->ledger.lock);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        orders += bench->ledger.venues[i].order_count;
    }
    (void)pthread_mutex_unlock(&bench->ledger.lock);
    return orders;
}

// The clock is set to be `shift_s` off, and what is traded in the time after that is counted.
static uint64_t trade_with(struct bench *bench, _Atomic int64_t *shift_ns, int64_t shift_s) {
    atomic_store(shift_ns, shift_s * NS_PER_S);
    uint64_t before = orders_there(bench);
    bench_pause_ms(WALL_MS);
    return orders_there(bench) - before;
}

static void live_by_wall(struct bench *bench, uint32_t cycle, _Atomic int64_t *shift_ns) {
    static const int64_t starts_s[] = {0, -3600, 3600, 0};
    int64_t start_s = starts_s[cycle % COUNT_OF(starts_s)];
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/wall", bench->folder);
    struct bench_start how = {.variables = {{"LD_PRELOAD", WALL_PATH}, {"WALL", path}}};
    atomic_store(shift_ns, start_s * NS_PER_S);
    bench_start_desk(bench, &how);
    if (!bench_open_client(bench) || !agree_wait(bench) || !agree_resume(bench)) {
        bench_give_up("the desk died: see %s/desk.log", bench->folder);
    }
    bench_pause_ms(WALL_MS / 2); // what an earlier life left is closed
    uint64_t later = trade_with(bench, shift_ns, start_s + 3600);
    uint64_t earlier = trade_with(bench, shift_ns, start_s - 3600);
    bool trades = later > 0 && earlier > 0;
    printf("# started %+" PRId64 " s off: %" PRIu64 " and %" PRIu64 " orders after jumps\n",
           start_s, later, earlier);
    cycles.wrong += start_s == 0 ? !trades : later + earlier > 0;
    cycles.traded += trades;
    bench_kill_desk(bench);
}

static _Atomic int64_t *map_wall(const struct bench *bench) {
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/wall", bench->folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *map = fd >= 0 && ftruncate(fd, sizeof(int64_t)) == 0
                    ? mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                    : MAP_FAILED;
    if (map == MAP_FAILED) {
        bench_give_up("cannot make %s", path);
    }
    (void)close(fd);
    return map;
}

// ---- all of it ---------------------------------------------------------------------------------

static void print_result(struct bench *bench, uint64_t sessions, uint64_t torn) {
    const struct cycles *c = &cycles;
    uint64_t orders = 0, fills = 0;
    for (int i = 0; i < LEDGER_VENUES; i++) {
        orders += bench->ledger.venues[i].order_count;
        fills += bench->ledger.venues[i].fill_count;
    }
    printf("# %u starts, %u killed before they were ready, %u traded; %" PRIu64
           " journals, %" PRIu64 " with a torn tail; %" PRIu64 " orders, %" PRIu64 " fills\n",
           bench->starts, c->early, c->traded, sessions, torn, orders, fills);
    for (size_t i = 0; i < COUNT_OF(aims) && c->hit[0] > 0; i++) {
        printf("# %s: %u\n", aims[i], c->hit[i]);
    }
    if (c->fresh.standstills > 0) {
        printf("# %u standstills, %u orders in the %d ms after them, %u on what was seen before\n",
               c->fresh.standstills, c->fresh.orders, FRESH_WATCH_MS, c->fresh.stale);
    }
    agree_print_times(bench);
}

int main(int argc, char **argv) {
    static struct bench bench;
    const char *kind = argc > 1 ? argv[1] : "random";
    bool aimed = strcmp(kind, "aimed") == 0, frozen = strcmp(kind, "frozen") == 0;
    bool wall = strcmp(kind, "wall") == 0;
    uint32_t lives = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10)
                     : frozen ? CYCLES_FROZEN
                     : wall   ? CYCLES_WALL
                              : CYCLES;
    int64_t most_ms = argc > 3 ? (int64_t)strtoul(argv[3], NULL, 10) : FROZEN_MOST_MS;
    bench.all_quotes = frozen;
    bench.random = hash_bytes(kind, strlen(kind), 0);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..1\n");
    bench_prepare(&bench);
    _Atomic int64_t *shift_ns = map_wall(&bench);
    for (uint32_t i = 0; i < lives; i++) {
        if (aimed) {
            live_aimed(&bench, i);
        } else if (frozen) {
            live_frozen(&bench, i, lives, most_ms);
        } else if (wall) {
            live_by_wall(&bench, i, shift_ns);
        } else {
            live_randomly(&bench);
        }
    }
    uint32_t wrong = agree_end(&bench);
    uint64_t sessions = 0, torn = 0;
    wrong += bench_compare(&bench, &sessions, &torn);
    wrong += bench.late + cycles.fresh.stale + cycles.wrong;
    wrong += frozen && (cycles.fresh.standstills < lives || cycles.fresh.orders == 0);
    print_result(&bench, sessions, torn);
    printf("%s 1 - %u cycles of kill -9, %s\n", wrong == 0 ? "ok" : "not ok", lives, kind);
    if (wrong > 0) {
        printf("# %u things wrong\n", wrong);
    }
    bench_finish(&bench, wrong > 0 || getenv("KILLS_KEEP") != NULL);
    return wrong == 0 ? 0 : 1;
}
