// The desk's picture of itself against the venues', and the waits that end when they are one.
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/json.h"
#include "bench.h"
#include "engine/control_text.h"
#include "exchanges/venue_oe.h"
#include "exchanges/venues.h"

static bool next_line(struct slice *rest, struct slice *line) {
    const char *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
    if (end == NULL) {
        return false;
    }
    *line = (struct slice){rest->data, (size_t)(end - rest->data)};
    *rest = (struct slice){end + 1, rest->size - line->size - 1};
    return true;
}

static int index_of(const char *const *names, const char *name) {
    return strcmp(names[0], name) == 0 ? 0 : strcmp(names[1], name) == 0 ? 1 : -1;
}

// ---- the desk's picture and the venues' --------------------------------------------------------

struct picture {
    int64_t net[LEDGER_VENUES][2];
    char live[LEDGER_VENUES][LEDGER_LIVE_MAX][OE_CLIENT_ID_MAX];
    bool unknown[LEDGER_VENUES][LEDGER_LIVE_MAX];
    uint32_t live_count[LEDGER_VENUES];
};

static void note_position(struct picture *picture, struct slice line) {
    char venue[32], symbol[32], net[48];
    int64_t value = 0;
    if (bench_word_of(line, "venue", venue, sizeof(venue)) &&
        bench_word_of(line, "symbol", symbol, sizeof(symbol)) &&
        bench_word_of(line, "net", net, sizeof(net)) &&
        decimal_parse(slice_of(net), QTY_DIGITS, &value) && index_of(bench_venues, venue) >= 0 &&
        index_of(bench_symbols, symbol) >= 0) {
        picture->net[index_of(bench_venues, venue)][index_of(bench_symbols, symbol)] = value;
    }
}

// The venue's client id of an order that the desk calls "pd<session>-<order>".
static void note_order(struct picture *picture, struct slice line) {
    char venue[32], id[64], state[32];
    if (!bench_word_of(line, "venue", venue, sizeof(venue)) ||
        !bench_word_of(line, "client_id", id, sizeof(id)) ||
        !bench_word_of(line, "state", state, sizeof(state)) || index_of(bench_venues, venue) < 0) {
        return;
    }
    int v = index_of(bench_venues, venue);
    char *end = NULL;
    uint64_t key = strtoull(id + 2, &end, 36), order = strtoull(end + 1, NULL, 36);
    uint32_t at = picture->live_count[v];
    if (at < LEDGER_LIVE_MAX) {
        venue_find(slice_of(venue))->oe->client_id(key, order, picture->live[v][at]);
        picture->unknown[v][at] = strcmp(state, "unknown") == 0 || strcmp(state, "sent") == 0;
        picture->live_count[v]++;
    }
}

static bool take_picture(struct bench *bench, struct picture *picture) {
    struct slice rest, line;
    memset(picture, 0, sizeof(*picture));
    if (!bench_ask(bench, "positions json")) {
        return false;
    }
    for (rest = line_client_answer(&bench->client); next_line(&rest, &line);) {
        note_position(picture, line);
    }
    if (!bench_ask(bench, "orders json")) {
        return false;
    }
    for (rest = line_client_answer(&bench->client); next_line(&rest, &line);) {
        note_order(picture, line);
    }
    return true;
}

static bool is_in(const char *id, const char *ids, size_t each, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(id, ids + i * each) == 0) {
            return true;
        }
    }
    return false;
}

// Positions are equal, every order open there is known here, and what is taken for open here is so
// there. What was never told is unknown here, not assumed.
static bool is_equal(struct bench *bench, const struct picture *picture) {
    bool equal = true;
    (void)pthread_mutex_lock(&bench->ledger.lock);
    for (int v = 0; v < LEDGER_VENUES; v++) {
        const struct ledger_venue *there = &bench->ledger.venues[v];
        equal =
            equal && picture->net[v][0] == there->net[0].v && picture->net[v][1] == there->net[1].v;
        for (uint32_t i = 0; i < there->live_count; i++) {
            equal = equal && is_in(there->live[i], picture->live[v][0], OE_CLIENT_ID_MAX,
                                   picture->live_count[v]);
        }
        for (uint32_t i = 0; i < picture->live_count[v]; i++) {
            equal = equal && (picture->unknown[v][i] || is_in(picture->live[v][i], there->live[0],
                                                              VACC_ID_MAX, there->live_count));
        }
    }
    (void)pthread_mutex_unlock(&bench->ledger.lock);
    return equal;
}

static void print_difference(struct bench *bench, const struct picture *picture) {
    (void)pthread_mutex_lock(&bench->ledger.lock);
    for (int v = 0; v < LEDGER_VENUES; v++) {
        const struct ledger_venue *there = &bench->ledger.venues[v];
        printf("# %s: here %" PRId64 " %" PRId64 " and %u orders, there %" PRId64 " %" PRId64
               " and %u\n",
               bench_venues[v], picture->net[v][0], picture->net[v][1], picture->live_count[v],
               there->net[0].v, there->net[1].v, there->live_count);
    }
    (void)pthread_mutex_unlock(&bench->ledger.lock);
}

static void note_time(struct times *times, int64_t ms) {
    times->ms[times->count++ % COUNT_OF(times->ms)] = ms;
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t quantile(struct times *times, uint32_t permille) {
    uint32_t count = times->count < COUNT_OF(times->ms) ? times->count : COUNT_OF(times->ms);
    qsort(times->ms, count, sizeof(times->ms[0]), by_value);
    return count == 0 ? 0 : times->ms[(uint64_t)(count - 1) * permille / 1000];
}

// ---- one life ----------------------------------------------------------------------------------

bool agree_wait(struct bench *bench) {
    static struct picture picture;
    bool equal = false;
    char phase[16] = "";
    while (strcmp(phase, "agreed") != 0 || !equal) {
        if (!equal && take_picture(bench, &picture) && is_equal(bench, &picture)) {
            equal = true;
            note_time(&bench->equal, bench_age_ms(bench));
            if (bench_age_ms(bench) > BENCH_EQUAL_MS) {
                bench->late += bench->hiccup_ms < BENCH_HICCUP_MS;
                bench->late_void += bench->hiccup_ms >= BENCH_HICCUP_MS;
            }
        }
        if (!bench_ask(bench, "status json")) {
            return false;
        }
        (void)bench_word_of(line_client_answer(&bench->client), "reconcile", phase, sizeof(phase));
        if (bench_age_ms(bench) > BENCH_SETTLE_MS) {
            print_difference(bench, &picture);
            bench_give_up("journal and venues do not agree (%s): see %s/desk.log", phase,
                          bench->folder);
        }
        bench_pause_between(bench, 5);
    }
    note_time(&bench->agreed, bench_age_ms(bench));
    return true;
}

bool agree_resume(struct bench *bench) {
    return bench_ask(bench, "arm " CONTROL_ARM_PHRASE) && bench_ask(bench, "resume");
}

uint32_t agree_end(struct bench *bench) {
    static struct picture picture;
    bool flat = false;
    bench_start_desk(bench, NULL);
    if (!bench_open_client(bench) || !agree_wait(bench) || !bench_ask(bench, "kill flatten")) {
        bench_give_up("the last desk died: see %s/desk.log", bench->folder);
    }
    while (!flat && bench_age_ms(bench) < 2 * BENCH_SETTLE_MS) {
        bench_pause_ms(50);
        flat = take_picture(bench, &picture) && is_equal(bench, &picture);
        for (int v = 0; v < LEDGER_VENUES; v++) {
            flat = flat && picture.net[v][0] == 0 && picture.net[v][1] == 0 &&
                   picture.live_count[v] == 0;
        }
    }
    if (!flat) {
        print_difference(bench, &picture);
    }
    bool hung;
    (void)kill(bench->desk, SIGTERM);
    int status = bench_reap(bench, 0, &hung);
    return !flat + !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void agree_print_times(struct bench *bench) {
    struct times *equal = &bench->equal, *agreed = &bench->agreed;
    printf("# equal to the venues after ms: p50 %" PRId64 ", p99 %" PRId64 ", most %" PRId64
           "; ready to trade: p50 %" PRId64 ", p99 %" PRId64 ", most %" PRId64 "\n",
           quantile(equal, 500), quantile(equal, 990), quantile(equal, 1000), quantile(agreed, 500),
           quantile(agreed, 990), quantile(agreed, 1000));
    printf("# later than %d ms: %u, and %u while the machine stood still for %d ms and more\n",
           BENCH_EQUAL_MS, bench->late, bench->late_void, BENCH_HICCUP_MS);
}
