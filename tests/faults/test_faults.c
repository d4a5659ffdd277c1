// Every fault of the simulator on every venue, over ws and over wss, against the real feeds.
//
//   test_faults [ROUNDS] [FAULT]     ROUNDS of the whole table (1), or one fault only
//
// Four simulators with ten venues and ten feeds each, two of them with TLS, share the table between
// them; in each of them up to MOST_AT_ONCE venues suffer different faults at once while the others
// have to go on untouched. A venue's fault is over when the simulator says so; from then on, or
// from the newest connection the venue then took, or the newest book the feed asked for, the time
// runs until quotes of every symbol are fresh and every book is live again. Waiting before a
// connection is made (back-off, Retry-After, the time-out of a dead peer) is thereby left out: it
// is the client's duty, not its delay.
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "lab.h"

enum {
    LABS = 4,
    MOST_AT_ONCE = 5,
    POLL_MS = 4,
    START_MS = 20000,
    REST_MS = 800,    // well before the next fault
    SETTLE_MS = 2000, // longer than a feed may take to find a silent connection
    NOTICE_MS = 2000, // the longest a venue may go on as if nothing were
    HEAL_MS = 15000,
    RECOVER_P99_MS = 250,
    QUIET_MS = 1500, // the oldest a frame of an untouched venue may be
    STORM_MS = 15000,
    SAMPLES_MAX = 65536,
    NAME_WAIT_MS = 5,
};

// Short waits, so that a round of the whole table fits a test; every duty stays in its place.
static const struct feed_timing timing = {
    .tick_ms = 100,
    .rules_every_ms = 3600 * 1000,
    .backoff_ms = 40,
    .backoff_max_ms = 320,
    .stable_ms = 300,
    .connect_timeout_ms = 700,
    .connects_per_minute = 100000,
    .request_timeout_ms = 2000,
    .retry_ms = 50,
    .retry_max_ms = 400,
    .limited_max_ms = 400,
    .book_wait_ms = 700,
    .unpaced = true, // it comes and goes a hundred times as often as a venue lets it
};

enum phase { PHASE_WELL, PHASE_FAULT, PHASE_HEALING };

struct patient {
    enum phase phase;
    uint64_t queue[SIM_FAULT_COUNT]; // kinds still to come
    uint32_t left, begun;
    enum sim_fault_kind kind;
    int64_t since_ns; // of the phase, machine time
    int64_t fault_ns, fault_desk_ns, noticed_desk_ns, back_ns;
    uint64_t entered;    // connections when the fault began
    uint64_t snapshots;  // books asked for
    int64_t asked_ns;    // when the newest was
    uint64_t reconnects; // when it was last well
    uint64_t errors;
    bool saw_active, noticed, stale;
    bool gone; // never healed: out of the test
};

static struct lab sites[LABS];
static struct patient patients[LABS][LAB_VENUES];
static int64_t samples[SAMPLES_MAX];
static uint32_t sample_count, injections, unhealed, unnoticed, disturbed, unknown_faults;
static int64_t oldest_frame_ns;
static uint32_t noticed_of[SIM_FAULT_COUNT], injected_of[SIM_FAULT_COUNT];
static int64_t slowest_of[SIM_FAULT_COUNT];
static _Atomic bool labs_run;

// ---- names ------------------------------------------------------------------------------------

// Stands before the system's resolver, as this program's own: "okx.localhost" is this machine
// unless the simulator says that names fail. The case tells which simulator is meant, and TLS does
// not mind.
int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result) {
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    memcpy(&real, &symbol, sizeof(real));
    struct slice host = slice_of(node == NULL ? "" : node);
    const char *dot = memchr(host.data, '.', host.size);
    if (dot == NULL || (strcmp(dot, ".localhost") != 0 && strcmp(dot, ".LOCALHOST") != 0)) {
        return real(node, service, hints, result);
    }
    const struct lab *lab = &sites[dot[1] == 'l' ? 1 : 3];
    char venue[32];
    (void)string_copy(venue, sizeof(venue), (struct slice){host.data, (size_t)(dot - host.data)});
    for (;;) {
        struct sim_entries seen = {0};
        enum sim_lookup lookup = SIM_LOOKUP_RIGHT;
        if (atomic_load(&labs_run) && sim_entries(lab->sim, venue, &seen)) {
            lookup = sim_fault_lookup(seen.active);
        }
        if (lookup == SIM_LOOKUP_FAILS) {
            return EAI_NONAME;
        }
        if (lookup == SIM_LOOKUP_RIGHT) {
            return real("127.0.0.1", service, hints, result);
        }
        (void)usleep(NAME_WAIT_MS * 1000);
    }
}

// ---- one venue --------------------------------------------------------------------------------

static uint64_t errors_of(const struct feed_stats *stats) {
    uint64_t sum = counter_read(&stats->reconnects) + counter_read(&stats->rest_failures);
    for (int i = 0; i < FEED_CAUSE_COUNT; i++) {
        sum += counter_read(&stats->errors[i]);
    }
    return sum;
}

// Whether somebody who looks at the desk sees that something is wrong with this venue.
static void watch_notice(struct lab *lab, struct patient *patient, uint32_t venue) {
    const struct feed_stats *stats = lab_stats(lab, venue);
    patient->stale = patient->stale || lab_is_stale(lab, venue);
    bool down = atomic_load(&stats->state) != FEED_LIVE;
    bool counted = errors_of(stats) > patient->errors;
    if (!patient->noticed && (down || counted || patient->stale)) {
        patient->noticed = true;
        patient->noticed_desk_ns = clock_now_ns(&lab->clock);
        int64_t took_ns = mono_now_ns() - patient->fault_ns;
        slowest_of[patient->kind] =
            took_ns > slowest_of[patient->kind] ? took_ns : slowest_of[patient->kind];
    }
}

static bool must_notice(enum sim_fault_kind kind) {
    enum sim_fault_effect effect = sim_fault_table[kind].effect;
    return effect == SIM_FAULT_CUTS || effect == SIM_FAULT_SILENT || kind == SIM_FAULT_GARBAGE ||
           kind == SIM_FAULT_CUT;
}

static void judge_fault(struct lab *lab, const struct patient *patient, uint32_t venue) {
    enum sim_fault_kind kind = patient->kind;
    const struct feed_stats *stats = lab_stats(lab, venue);
    noticed_of[kind] += patient->noticed;
    if (must_notice(kind) && !patient->noticed) {
        unnoticed++;
        (void)printf("# %s %s: %s was not noticed\n", lab->name, lab_venues[venue],
                     sim_fault_table[kind].name);
    }
    if (sim_fault_table[kind].effect == SIM_FAULT_HARMLESS &&
        counter_read(&stats->reconnects) != patient->reconnects) {
        disturbed++;
        (void)printf("# %s %s: %s cost a connection\n", lab->name, lab_venues[venue],
                     sim_fault_table[kind].name);
    }
}

static void begin_fault(struct lab *lab, struct patient *patient, uint32_t venue) {
    char order[96];
    patient->kind = (enum sim_fault_kind)patient->queue[--patient->left];
    patient->errors = errors_of(lab_stats(lab, venue));
    patient->reconnects = counter_read(&lab_stats(lab, venue)->reconnects);
    patient->saw_active = patient->noticed = patient->stale = false;
    patient->fault_ns = patient->since_ns = mono_now_ns();
    patient->fault_desk_ns = clock_now_ns(&lab->clock);
    patient->snapshots = counter_read(&lab_stats(lab, venue)->snapshots);
    patient->asked_ns = 0;
    struct sim_entries seen = {0};
    (void)sim_entries(lab->sim, lab_venues[venue], &seen);
    patient->entered = seen.entered;
    patient->phase = PHASE_FAULT;
    lab_note_fault(lab, venue, patient->kind);
    (void)snprintf(order, sizeof(order), "%s:%s", lab_venues[venue],
                   sim_fault_table[patient->kind].name);
    unknown_faults += sim_fault(lab->sim, order) != STATUS_OK;
    injections++;
    injected_of[patient->kind]++;
}

static void watch_fault(struct lab *lab, struct patient *patient, uint32_t venue, int64_t now_ns) {
    struct sim_entries seen = {0};
    watch_notice(lab, patient, venue);
    unknown_faults += !sim_entries(lab->sim, lab_venues[venue], &seen);
    patient->saw_active = patient->saw_active || sim_fault_in(seen.active, patient->kind);
    bool once = sim_fault_table[patient->kind].length_ns == 0;
    bool begun = patient->saw_active || (once && now_ns - patient->fault_ns > 50 * NS_PER_MS);
    if (!begun || sim_fault_in(seen.active, patient->kind)) {
        return;
    }
    patient->phase = PHASE_HEALING;
    patient->since_ns = patient->back_ns = now_ns;
}

static int64_t latest(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static void watch_healing(struct lab *lab, struct patient *patient, uint32_t venue,
                          int64_t now_ns) {
    struct sim_entries seen = {0};
    (void)sim_entries(lab->sim, lab_venues[venue], &seen);
    const struct feed_stats *stats = lab_stats(lab, venue);
    uint64_t snapshots = counter_read(&stats->snapshots);
    patient->asked_ns = snapshots > patient->snapshots ? now_ns : patient->asked_ns;
    patient->snapshots = snapshots;
    watch_notice(lab, patient, venue);
    // What was cut off begins anew; what only went silent or wrong may go on with what it has.
    enum sim_fault_effect effect = sim_fault_table[patient->kind].effect;
    bool cut = effect == SIM_FAULT_CUTS || patient->kind == SIM_FAULT_HALF_OPEN;
    bool renewed = !cut || counter_read(&stats->reconnects) > patient->reconnects;
    if (renewed && lab_flows(lab, venue, cut ? patient->noticed_desk_ns : 1)) {
        int64_t from_ns = patient->back_ns;
        from_ns = seen.entered > patient->entered ? latest(from_ns, seen.entered_ns) : from_ns;
        from_ns = latest(from_ns, patient->asked_ns);
        if (sample_count < SAMPLES_MAX) {
            samples[sample_count++] = now_ns > from_ns ? now_ns - from_ns : 0;
        }
        if (now_ns - from_ns > RECOVER_P99_MS * NS_PER_MS) {
            (void)printf("# %s %s: %s took %lld ms\n", lab->name, lab_venues[venue],
                         sim_fault_table[patient->kind].name,
                         (long long)((now_ns - from_ns) / NS_PER_MS));
        }
        judge_fault(lab, patient, venue);
        patient->phase = PHASE_WELL;
        patient->since_ns = now_ns;
        patient->reconnects = counter_read(&lab_stats(lab, venue)->reconnects);
        return;
    }
    if (now_ns - patient->since_ns > HEAL_MS * NS_PER_MS) {
        unhealed++;
        (void)printf("# %s %s: %s never healed\n", lab->name, lab_venues[venue],
                     sim_fault_table[patient->kind].name);
        patient->gone = true;
        patient->phase = PHASE_WELL;
    }
}

// Nothing was done to it: it must be as if nothing were done to anybody.
static void watch_well(struct lab *lab, struct patient *patient, uint32_t venue, int64_t now_ns) {
    const struct feed_stats *stats = lab_stats(lab, venue);
    int64_t age_ns = clock_now_ns(&lab->clock) - atomic_load(&stats->data_ns);
    oldest_frame_ns = age_ns > oldest_frame_ns ? age_ns : oldest_frame_ns;
    uint64_t reconnects = counter_read(&stats->reconnects);
    // What the last fault did to a second connection may be found out later.
    bool settled = now_ns - patient->since_ns > SETTLE_MS * NS_PER_MS;
    if (settled && (reconnects != patient->reconnects || age_ns > QUIET_MS * NS_PER_MS ||
                    atomic_load(&stats->state) != FEED_LIVE)) {
        disturbed++;
        (void)printf("# %s %s: disturbed, frame %lld ms old, after %s\n", lab->name,
                     lab_venues[venue], (long long)(age_ns / NS_PER_MS),
                     patient->begun == 0 ? "nothing" : sim_fault_table[patient->kind].name);
        patient->since_ns = now_ns;
    }
    patient->reconnects = reconnects;
}

// ---- one simulator ----------------------------------------------------------------------------

static bool kind_in_use(const struct patient *all, enum sim_fault_kind kind) {
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        if (all[v].phase != PHASE_WELL && all[v].kind == kind) {
            return true;
        }
    }
    return false;
}

// False: nothing is left to do.
static bool step_lab(struct lab *lab, struct patient *all) {
    uint32_t suffering = 0, left = 0;
    int64_t now_ns = mono_now_ns();
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        suffering += all[v].phase != PHASE_WELL;
        left += all[v].gone ? 0 : all[v].left;
    }
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        struct patient *patient = &all[v];
        if (patient->gone) {
            continue;
        }
        if (patient->phase == PHASE_FAULT) {
            watch_fault(lab, patient, v, now_ns);
        } else if (patient->phase == PHASE_HEALING) {
            watch_healing(lab, patient, v, now_ns);
        } else {
            watch_well(lab, patient, v, now_ns);
            bool rested = now_ns - patient->since_ns > REST_MS * NS_PER_MS;
            if (rested && patient->left > 0 && suffering < MOST_AT_ONCE &&
                !kind_in_use(all, (enum sim_fault_kind)patient->queue[patient->left - 1])) {
                begin_fault(lab, patient, v);
                patient->begun++;
                suffering++;
            }
        }
    }
    lab_compare(lab);
    return suffering > 0 || left > 0;
}

static void deal_faults(uint32_t lab, const char *only) {
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        struct patient *patient = &patients[lab][v];
        *patient = (struct patient){.since_ns = mono_now_ns()};
        for (uint32_t i = 0; i < SIM_FAULT_COUNT; i++) {
            // Each venue begins elsewhere in the table, so that different faults meet.
            uint32_t kind = (i + v * 4) % SIM_FAULT_COUNT;
            bool named = only == NULL || strcmp(only, sim_fault_table[kind].name) == 0;
            if (named && (kind & 1) == lab >> 1) {
                patient->queue[patient->left++] = kind;
            }
        }
    }
}

static bool all_flow(int64_t limit_ms) {
    int64_t until_ns = mono_now_ns() + limit_ms * NS_PER_MS;
    while (mono_now_ns() < until_ns) {
        uint32_t flowing = 0;
        for (uint32_t l = 0; l < LABS; l++) {
            lab_compare(&sites[l]);
            for (uint32_t v = 0; v < LAB_VENUES; v++) {
                flowing += lab_flows(&sites[l], v, 1);
            }
        }
        if (flowing == LABS * LAB_VENUES) {
            return true;
        }
        (void)usleep(POLL_MS * 1000);
    }
    for (uint32_t l = 0; l < LABS; l++) {
        for (uint32_t v = 0; v < LAB_VENUES; v++) {
            if (!lab_flows(&sites[l], v, 1)) {
                (void)printf("# %s %s does not flow\n", sites[l].name, lab_venues[v]);
            }
        }
    }
    return false;
}

// ---- figures ----------------------------------------------------------------------------------

static int by_size(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t quantile_ms(uint32_t percent) {
    return sample_count == 0 ? 0
                             : samples[(uint64_t)(sample_count - 1) * percent / 100] / NS_PER_MS;
}

static int tests_done, tests_failed;

static void result(bool good, const char *what) {
    tests_failed += !good;
    (void)printf("%sok %d - %s\n", good ? "" : "not ", ++tests_done, what);
    (void)fflush(stdout);
}

static uint64_t wrong, older, unknowable, quotes, books, lost;

static void round_of_faults(const char *tape, const char *only) {
    static const char *const names[LABS] = {"ws a", "wss a", "ws b", "wss b"};
    static const char *const domains[LABS] = {NULL, "localhost", NULL, "LOCALHOST"};
    for (uint32_t l = 0; l < LABS; l++) {
        lab_start(&sites[l], names[l], tape, (l & 1) != 0, domains[l], &timing);
    }
    atomic_store(&labs_run, true);
    bool began = all_flow(START_MS);
    for (uint32_t l = 0; l < LABS; l++) {
        deal_faults(l, only);
    }
    bool more = began;
    unhealed += !began;
    while (more) {
        more = false;
        for (uint32_t l = 0; l < LABS; l++) {
            more = step_lab(&sites[l], patients[l]) || more;
        }
        (void)usleep(POLL_MS * 1000);
    }
    atomic_store(&labs_run, false);
    for (uint32_t l = 0; l < LABS; l++) {
        struct lab *lab = &sites[l];
        (void)usleep(400 * 1000);
        lab_compare(lab);
        wrong += lab->wrong;
        older += lab->older;
        unknowable += lab->unknowable;
        quotes += lab->compared_quotes;
        books += lab->compared_books;
        lost += lab->lost;
        lab_stop(lab);
    }
}

static uint64_t attempts_of(const struct lab *lab) {
    uint64_t sum = 0;
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        sum += counter_read(&lab_stats(lab, v)->connects);
    }
    return sum;
}

// With the feeds' own waits: a venue that throws everybody out for a while, and one that lets in
// and throws out again, are asked a few times and not stormed.
static uint32_t storm(const char *tape) {
    struct lab *lab = &sites[0];
    lab_start(lab, "storm", tape, false, NULL, NULL);
    int64_t until_ns = mono_now_ns() + START_MS * NS_PER_MS;
    uint32_t flowing = 0;
    while (flowing < LAB_VENUES && mono_now_ns() < until_ns) {
        flowing = 0;
        for (uint32_t v = 0; v < LAB_VENUES; v++) {
            flowing += lab_flows(lab, v, 1);
        }
        (void)usleep(POLL_MS * 1000);
    }
    uint64_t before = attempts_of(lab);
    bool good = flowing == LAB_VENUES;
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        char order[64];
        (void)snprintf(order, sizeof(order), "%s:%s:%d", lab_venues[v],
                       v % 2 == 0 ? "reset" : "noise", STORM_MS / 1000);
        good = sim_fault(lab->sim, order) == STATUS_OK && good;
    }
    (void)usleep(STORM_MS * 1000);
    uint64_t attempts = attempts_of(lab) - before;
    lab_stop(lab);
    return good ? (uint32_t)attempts : UINT32_MAX;
}

static void print_table(void) {
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        if (injected_of[i] > 0) {
            (void)printf("# %-17s %3u times, noticed %3u, at the latest after %lld ms\n",
                         sim_fault_table[i].name, injected_of[i], noticed_of[i],
                         (long long)(slowest_of[i] / NS_PER_MS));
        }
    }
}

int main(int argc, char **argv) {
    int64_t rounds = 1;
    const char *only = argc > 2 ? argv[2] : NULL;
    struct clock clock;
    char folder[] = "test_faults.XXXXXX";
    clock_init_system(&clock);
    log_init(&clock, LOG_ERROR);
    if (argc > 1 && (!decimal_parse(slice_of(argv[1]), 0, &rounds) || rounds < 1)) {
        (void)fprintf(stderr, "usage: test_faults [ROUNDS] [FAULT]\n");
        return 64;
    }
    if (mkdtemp(folder) == NULL || !lab_write_tape(DEMO_PATH, folder)) {
        (void)printf("Bail out! no recording: %s\n", status_text());
        return 70;
    }
    (void)printf("1..7\n");
    int64_t began_ns = mono_now_ns();
    for (int64_t i = 0; i < rounds; i++) {
        round_of_faults(folder, only);
    }
    int64_t took_s = (mono_now_ns() - began_ns) / NS_PER_S;
    uint32_t attempts = only == NULL ? storm(folder) : 0;
    lab_remove_tape(folder);

    qsort(samples, sample_count, sizeof(samples[0]), by_size);
    print_table();
    (void)printf("# %u faults in %lld s; back to flowing, waits left out: p50 %lld ms, p99 %lld "
                 "ms, worst %lld ms\n",
                 injections, (long long)took_s, (long long)quantile_ms(50),
                 (long long)quantile_ms(99), (long long)quantile_ms(100));
    (void)printf(
        "# compared %llu quotes and %llu books, %llu wrong, %llu older than one before, %llu "
        "that no client can tell\n",
        (unsigned long long)quotes, (unsigned long long)books, (unsigned long long)wrong,
        (unsigned long long)older, (unsigned long long)unknowable);
    (void)printf("# oldest frame of a venue without a fault: %lld ms\n",
                 (long long)(oldest_frame_ns / NS_PER_MS));
    (void)printf("# %u attempts to connect to ten venues in %d s with the feeds' own waits\n",
                 attempts, STORM_MS / 1000);
    result(unknown_faults == 0 && (only != NULL || injections >= 500),
           "every fault on every venue, with and without TLS");
    int64_t slowest_ns = 0;
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        bool counts = must_notice((enum sim_fault_kind)i) && slowest_of[i] > slowest_ns;
        slowest_ns = counts ? slowest_of[i] : slowest_ns;
    }
    result(unnoticed == 0 && slowest_ns <= NOTICE_MS * NS_PER_MS,
           "what is wrong with a venue shows within its heartbeat limit");
    result(disturbed == 0, "venues without a fault go on untouched");
    result(wrong == 0 && lost == 0 && quotes > 0 && books > 0, "no wrong quote and no wrong book");
    result(older == 0, "no quote older than one before it");
    result(unhealed == 0 && quantile_ms(99) <= RECOVER_P99_MS,
           "every venue heals by itself, 99 of 100 within 250 ms of its return");
    result(attempts <= LAB_VENUES * 2 * 6, "no storm of connections");
    log_finish();
    return tests_failed == 0 ? 0 : 1;
}
