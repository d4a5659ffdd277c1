// R15: ten venues over wss in their own wire formats, 20 000 messages a second, connections reset
// all the time.
//
//   load [SECONDS [MOVES_PER_SECOND [CUT_EVERY_MS]]]     180, 24 000 and 10 000 when not told
//
// At random moments a venue holds still, and soon after the cache must have exactly the venue's
// quotes, unless its connection has just been reset; at the end all ten must agree. Memory and open
// files are measured between a warm-up (three fifths of the time, five minutes at most) and the
// end: R15 allows 1 % behind five minutes; behind a shorter warm-up, when buffers still find their
// size, 5 %. A connection that is lost without having been reset is a missed heartbeat or worse.
// Speaks TAP.
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "exchanges/venues.h"
#include "load_desk.h"

enum {
    SECONDS = 180,
    MOVES_PER_S = 24000, // 20 000 messages when a venue is away a tenth of the time
    CUT_EVERY_MS = 10000,
    SYMBOLS = 24,
    BOOKS = 4,
    WARM_PERCENT = 60, // of the time: the once-a-minute requests and a few resets of each venue
    WARM_MIN_S = 10,
    WARM_MAX_S = 300,
    GROWTH_PERCENT = 1,
    GROWTH_EARLY_PERCENT = 5,
    CHECK_EVERY_MS = 1000,
    AGREE_MS = 2000,
    SETTLE_MS = 70000, // the longest back-off, and the handshakes behind it
    TRIALS_MAX = 8192,
};

struct load {
    struct farm *farm;
    struct load_desk desk;
    uint32_t checks, disagreed, away; // away: the feed was down, or went down meanwhile
    int64_t agreed_ns[TRIALS_MAX];    // how long it took
    int64_t warm_rss_kb, end_rss_kb;
    uint32_t warm_files, end_files;
    uint64_t luck;
    int64_t warm_s;
};

static uint32_t case_number;
static bool all_good = true;

static void tell(bool good, const char *what) {
    all_good = all_good && good;
    printf("%sok %u - %s\n", good ? "" : "not ", ++case_number, what);
    (void)fflush(stdout);
}

static void sleep_ms(int64_t ms) {
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    (void)nanosleep(&pause, NULL);
}

static int64_t memory_kb(void) {
    char line[256];
    long kb = -1;
    FILE *file = fopen("/proc/self/status", "r");
    ASSERT(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL) {
        (void)sscanf(line, "VmRSS: %ld", &kb);
    }
    (void)fclose(file);
    ASSERT(kb > 0);
    return kb;
}

static uint32_t open_files(void) {
    uint32_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    ASSERT(dir != NULL);
    while (readdir(dir) != NULL) {
        count++;
    }
    (void)closedir(dir);
    return count - 3; // ".", ".." and the folder itself
}

static bool live(const struct load *load, uint32_t venue) {
    const struct feed_stats *stats = feed_stats(load->desk.pool.feeds[venue]);
    return atomic_load(&stats->state) == FEED_LIVE;
}

// Holds the venues still until the cache has what they show, and returns those it never got.
static uint32_t compare(struct load *load, uint32_t venues, int64_t *took_ns) {
    int64_t began_ns = mono_now_ns();
    atomic_fetch_or(&load->farm->freeze, venues);
    uint32_t waiting = venues;
    while (waiting != 0 && mono_now_ns() - began_ns < AGREE_MS * NS_PER_MS) {
        uint32_t still = atomic_load(&load->farm->frozen) & waiting;
        for (uint32_t v = 0; v < FARM_VENUES; v++) {
            if ((still >> v & 1) != 0 && load_desk_agrees(&load->desk, v)) {
                waiting &= ~(UINT32_C(1) << v);
            }
        }
        sleep_ms(1);
    }
    atomic_fetch_and(&load->farm->freeze, ~venues);
    *took_ns = mono_now_ns() - began_ns;
    return waiting;
}

static uint64_t losses(const struct load *load, uint32_t venue) {
    return counter_read(&feed_stats(load->desk.pool.feeds[venue])->reconnects);
}

static void check_one(struct load *load) {
    int64_t took_ns;
    uint32_t venue = (uint32_t)(hash_mix(++load->luck) % FARM_VENUES);
    uint64_t lost = losses(load, venue);
    bool up = live(load, venue);
    bool good = compare(load, UINT32_C(1) << venue, &took_ns) == 0;
    if (!good && (!up || !live(load, venue) || losses(load, venue) != lost)) {
        load->away++;
        return;
    }
    if (!good) {
        printf("# %s: the cache never got the newest quotes\n", venue_table[venue].md->name);
        load->disagreed++;
    }
    if (load->checks < TRIALS_MAX) {
        load->agreed_ns[load->checks] = took_ns;
    }
    load->checks++;
}

// All feeds connected: files are compared in this state only.
static bool settle(struct load *load) {
    for (int i = 0; i < SETTLE_MS / 10; i++) {
        uint32_t up = 0;
        for (uint32_t v = 0; v < FARM_VENUES; v++) {
            up += live(load, v);
        }
        if (up == FARM_VENUES) {
            sleep_ms(1500); // the second connections and idle REST ones too
            return true;
        }
        sleep_ms(10);
    }
    return false;
}

// Tells the memory at every tenth of the time, so that a slope is seen.
static int64_t run_seconds(struct load *load, int64_t seconds) {
    int64_t began_ns = mono_now_ns();
    int64_t told = 0;
    printf("# resident memory, kB:");
    while (mono_now_ns() - began_ns < seconds * NS_PER_S) {
        sleep_ms(CHECK_EVERY_MS / 2 + (int64_t)(hash_mix(++load->luck) % CHECK_EVERY_MS));
        check_one(load);
        int64_t tenth = (mono_now_ns() - began_ns) * 10 / (seconds * NS_PER_S);
        if (tenth > told) {
            told = tenth;
            printf(" %" PRId64, memory_kb());
        }
    }
    printf("\n");
    return mono_now_ns() - began_ns;
}

static uint64_t sum(const struct load *load, size_t offset) {
    uint64_t total = 0;
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        const char *stats = (const char *)feed_stats(load->desk.pool.feeds[v]);
        total += counter_read((const counter *)(const void *)(stats + offset));
    }
    return total;
}
#define SUM(load, member) sum((load), offsetof(struct feed_stats, member))

static uint64_t refused(const struct load *load) {
    uint64_t total = 0;
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        const struct feed_stats *stats = feed_stats(load->desk.pool.feeds[v]);
        for (uint32_t cause = 0; cause < FEED_CAUSE_COUNT; cause++) {
            uint64_t count = counter_read(&stats->errors[cause]);
            total += count;
            if (count > 0) {
                printf("# %s: %" PRIu64 " x %s\n", venue_table[v].md->name, count,
                       feed_cause_name((enum feed_cause)cause));
            }
        }
    }
    return total;
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void report(struct load *load, int64_t seconds, uint64_t messages, int64_t took_ns) {
    uint32_t count = load->checks < TRIALS_MAX ? load->checks : TRIALS_MAX;
    uint64_t cuts = atomic_load(&load->farm->cuts);
    uint64_t lost = SUM(load, reconnects);
    uint64_t rate = messages * 1000 / (uint64_t)(took_ns / NS_PER_MS);
    qsort(load->agreed_ns, count, sizeof(load->agreed_ns[0]), by_value);
    printf("# %" PRId64 " s, %" PRIu64 " messages a second sent, %" PRIu64 " frames read, %" PRIu64
           " quotes stored, %" PRIu64 " books\n",
           seconds, rate, SUM(load, frames), SUM(load, updates), SUM(load, books));
    printf("# %u checks of the newest quote: equal after %" PRId64 " ms at the median, %" PRId64
           " ms at the longest; %u met a venue that was away\n",
           load->checks, load->agreed_ns[count / 2] / NS_PER_MS,
           load->agreed_ns[count - 1] / NS_PER_MS, load->away);
    printf("# %" PRIu64 " connections reset, %" PRIu64 " lost, %" PRIu64
           " given up by a venue; resident memory %" PRId64 " -> %" PRId64 " kB, files %u -> %u\n",
           cuts, lost, atomic_load(&load->farm->given_up), load->warm_rss_kb, load->end_rss_kb,
           load->warm_files, load->end_files);
    tell(load->checks > 0 && load->disagreed == 0, "the newest quote is never dropped");
    tell(rate * 100 >= (uint64_t)load->farm->options.moves_per_s * 80, "the rate asked for");
    int64_t percent = load->warm_s < WARM_MAX_S ? GROWTH_EARLY_PERCENT : GROWTH_PERCENT;
    tell(load->end_rss_kb * 100 <= load->warm_rss_kb * (100 + percent), "memory is flat");
    tell(load->end_files <= load->warm_files, "open files do not grow");
    tell(atomic_load(&load->farm->given_up) == 0 && lost == cuts, "no heartbeat is missed");
    tell(refused(load) == 0, "every message is understood");
}

static uint32_t argument(int argc, char **argv, int index, uint32_t otherwise) {
    int64_t value;
    if (argc <= index) {
        return otherwise;
    }
    if (!decimal_parse(slice_of(argv[index]), 0, &value) || value < 0 || value > 1000000) {
        (void)fprintf(stderr, "load: '%s' is no number from 0 to 1000000\n", argv[index]);
        exit(64);
    }
    return (uint32_t)value;
}

int main(int argc, char **argv) {
    static struct load load;
    static struct tls_authority authority;
    uint32_t seconds = argument(argc, argv, 1, SECONDS);
    struct farm_options options = {.symbols = SYMBOLS,
                                   .books = BOOKS,
                                   .moves_per_s = argument(argc, argv, 2, MOVES_PER_S),
                                   .cut_every_ms = argument(argc, argv, 3, CUT_EVERY_MS),
                                   .seed = (uint64_t)time(NULL)};
    printf("1..6\n# seed %" PRIu64 "\n", options.seed);
    ASSERT(tls_authority_create(&authority) == STATUS_OK);
    load.luck = options.seed;
    load.farm = farm_start(&options, &authority);
    load_desk_start(&load.desk, load.farm, authority.pem, NULL);
    int64_t warm_s = (int64_t)seconds * WARM_PERCENT / 100;
    warm_s = warm_s < WARM_MIN_S ? WARM_MIN_S : warm_s > WARM_MAX_S ? WARM_MAX_S : warm_s;
    load.warm_s = warm_s;
    (void)run_seconds(&load, warm_s);
    atomic_store(&load.farm->spare, true);
    (void)settle(&load);
    load.warm_rss_kb = memory_kb();
    load.warm_files = open_files();
    atomic_store(&load.farm->spare, false);
    uint64_t before = atomic_load(&load.farm->messages);
    int64_t took_ns = run_seconds(&load, (int64_t)seconds - warm_s);
    uint64_t messages = atomic_load(&load.farm->messages) - before;
    int64_t last_ns;
    atomic_store(&load.farm->spare, true); // no more resets: all connect, and stay
    bool settled = settle(&load);
    load.end_rss_kb = memory_kb();
    load.end_files = open_files();
    load.disagreed += !settled || compare(&load, (UINT32_C(1) << FARM_VENUES) - 1, &last_ns) != 0;
    report(&load, seconds, messages, took_ns);
    load_desk_stop(&load.desk);
    farm_stop(load.farm);
    tls_authority_destroy(&authority);
    return all_good ? 0 : 1;
}
