// R3: the program is killed (SIGKILL) again and again while it trades against simulated venues over
// loopback, and started again each time. Half of the kills come at a random time, from the first
// instruction on; the other half at the instants of aim.c.
//
// After every start the desk's positions and orders must be the venues' within a second, and
// nothing is traded before it says that they agree. In the end: no order was placed twice, every
// order at a venue was on file first, every fill was booked once, no order is left, and all is
// flat.
//
//   test_kills random|aimed [CYCLES]
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/line_client.h"
#include "base/table.h"
#include "engine/control_text.h"
#include "exchanges/venue_oe.h"
#include "exchanges/venues.h"
#include "ledger.h"
#include "sim/sim.h"

enum {
    EQUAL_MS = 1000,   // from the start until the desk's picture is the venues'
    SETTLE_MS = 20000, // until the desk says that they agree
    TRADE_MS = 4000,   // an aimed kill comes within this, or the cycle counts for none
    HICCUP_MS = 20,    // a machine that stands still so long proves nothing about times
    CYCLES = 150,
};

static const char *const venue_names[LEDGER_VENUES] = {"binance", "okx"};
static const char *const symbol_names[] = {"BTC/USDT", "ETH/USDT"};
static const char *const secrets[LEDGER_VENUES][3] = {
    {"canarybinancekey0123456789", "canarybinancesecret9876543210", NULL},
    {"canary-okx-key-0123456789", "CANARYOKXSECRET9876543210", "CanaryPhrase1"},
};
static const char *const aims[] = {"intent", "torn", "sent", "fill", "hedge", "cancel"};

struct times { // of the starts, milliseconds
    int64_t ms[8192];
    uint32_t count;
};

struct cycles {
    uint32_t starts, early, traded, hit[COUNT_OF(aims)], missed, late, late_void;
    struct times equal, agreed;
};

struct bench {
    char folder[64], ini[128], socket[128];
    struct ledger ledger;
    struct sim *sim;
    pid_t desk;
    int64_t started_ns;
    int64_t hiccup_ms; // longest of this start
    struct line_client client;
    uint64_t random;
    struct cycles cycles;
};

static uint32_t draw(struct bench *bench, uint32_t below) {
    bench->random = hash_mix(bench->random + 1);
    return (uint32_t)(bench->random >> 32) % below;
}

static void pause_ms(int64_t ms) {
    struct timespec moment = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    (void)nanosleep(&moment, NULL);
}

// Between two looks at the desk; notes how much longer the machine took.
static void pause_between(struct bench *bench, int64_t ms) {
    int64_t began_ns = mono_now_ns();
    pause_ms(ms);
    int64_t over_ms = (mono_now_ns() - began_ns) / NS_PER_MS - ms;
    bench->hiccup_ms = over_ms > bench->hiccup_ms ? over_ms : bench->hiccup_ms;
}

static int64_t age_ms(const struct bench *bench) {
    return (mono_now_ns() - bench->started_ns) / NS_PER_MS;
}

__attribute__((noreturn, format(printf, 1, 2))) static void give_up(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("Bail out! ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    exit(1);
}

// ---- the venues --------------------------------------------------------------------------------

static void start_sim(struct bench *bench) {
    struct sim_account accounts[LEDGER_VENUES];
    struct slice values[LEDGER_VENUES][OE_SECRETS_MAX];
    for (int i = 0; i < LEDGER_VENUES; i++) {
        const struct venue *venue = venue_find(slice_of(venue_names[i]));
        for (int j = 0; j < OE_SECRETS_MAX; j++) {
            values[i][j] = slice_of(j < 3 && secrets[i][j] != NULL ? secrets[i][j] : "");
        }
        accounts[i] = (struct sim_account){.venue = venue_names[i],
                                           .secrets = values[i],
                                           .balance = {1000000 * USD_ONE},
                                           .taker_delay_ns = venue->taker_delay_ns};
    }
    const struct venue_sim *served[LEDGER_VENUES];
    for (int i = 0; i < LEDGER_VENUES; i++) {
        served[i] = venue_find(slice_of(venue_names[i]))->sim;
    }
    struct sim_options options = {.path = DEMO_PATH,
                                  .loop = true,
                                  .tls = true,
                                  .now = true,
                                  .unlimited = true,
                                  .venues = served,
                                  .venue_count = LEDGER_VENUES,
                                  .accounts = accounts,
                                  .account_count = LEDGER_VENUES,
                                  .on_step = ledger_step,
                                  .on_step_arg = &bench->ledger};
    if (sim_create(&bench->sim, &options) != STATUS_OK) {
        give_up("%s", status_text());
    }
    if (sim_start(bench->sim) != STATUS_OK) {
        give_up("%s", status_text());
    }
}

static void write_file(const char *path, struct slice content) {
    FILE *file = fopen(path, "we");
    bool fine = file != NULL && fwrite(content.data, 1, content.size, file) == content.size;
    if (file == NULL || fclose(file) != 0 || !fine) {
        give_up("cannot write %s", path);
    }
}

static void write_config(struct bench *bench) {
    static char data[8192];
    struct text text = TEXT_OVER(data);
    char authority[128];
    (void)snprintf(authority, sizeof(authority), "%s/ca.pem", bench->folder);
    write_file(authority, sim_authority_pem(bench->sim));
    text_add_format(&text,
                    "[desk]\nmode = live\nsymbols = BTC/USDT, ETH/USDT\ndisk_floor_mb = 0\n"
                    "[feeds]\nmax_connects_per_sec = 1000\n"
                    "[scanner]\nbasis = off\n"
                    "[risk]\nmode = aggressive\nmax_jobs_per_minute = 10000\n"
                    "max_jobs_per_day = 100000\ncool_down_sec = 0s\nmax_failures = 1000\n"
                    "venue_breaker_failures = 1000\nmax_losing_in_a_row = 10000\n"
                    "[wash]\nhold_min_sec = 0s\nhold_max_sec = 0s\npace_ms = 10ms\n"
                    "wait_fill_timeout_sec = 300ms\n"
                    "[execution]\nmode = hybrid_hedge_taker\nlate_request_ms = 300ms\n"
                    "rate_share_pct = 100\nrate_reserve_pct = 0\n"
                    "[endpoints]\nca_file = %s\n",
                    authority);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        struct sim_endpoint endpoint;
        if (!sim_endpoint(bench->sim, venue_names[i], &endpoint)) {
            give_up("%s is not served", venue_names[i]);
        }
        text_add_format(&text, "%s_ws = %s\n%s_rest = %s\n", venue_names[i], endpoint.ws,
                        venue_names[i], endpoint.rest);
    }
    for (int i = 0; i < LEDGER_VENUES; i++) { // as cheap as it takes to trade all the time
        text_add_format(&text, "[fees.%s]\nmaker_bps = 0\ntaker_bps = 0\n", venue_names[i]);
    }
    text_add_string(&text, "[venues]\n");
    for (uint32_t i = 0; i < venue_table_count; i++) {
        const char *name = venue_table[i].md->name;
        bool on = strcmp(name, venue_names[0]) == 0 || strcmp(name, venue_names[1]) == 0;
        text_add_format(&text, "%s = %s\n", name, on ? "trade" : "off");
    }
    write_file(bench->ini, text_slice(&text));
}

static void set_environment(const struct bench *bench) {
    (void)setenv("XDG_STATE_HOME", bench->folder, 1);
    (void)setenv("XDG_RUNTIME_DIR", bench->folder, 1);
    (void)setenv("PERPDESK_ENV_FILE", "/nonexistent", 1);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        const struct venue_oe *oe = venue_find(slice_of(venue_names[i]))->oe;
        for (int j = 0; j < 3 && secrets[i][j] != NULL; j++) {
            (void)setenv(oe->secrets[j].variable, secrets[i][j], 1);
        }
    }
}

// ---- the desk ----------------------------------------------------------------------------------

static void start_desk(struct bench *bench, const char *aim) {
    bench->started_ns = mono_now_ns();
    bench->hiccup_ms = 0;
    bench->desk = fork();
    if (bench->desk == 0) {
        char log[128];
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)snprintf(log, sizeof(log), "%s/desk.log", bench->folder);
        if (freopen(log, "a", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL) {
            _exit(1);
        }
        if (aim != NULL) {
            (void)setenv("LD_PRELOAD", AIM_PATH, 1);
            (void)setenv("AIM", aim, 1);
        }
        (void)execl(PROGRAM, PROGRAM, "run", "--headless", "--live", "--config", bench->ini,
                    (char *)NULL);
        _exit(1);
    }
    bench->cycles.starts++;
}

static void reap(struct bench *bench) {
    int status = 0;
    line_client_close(&bench->client);
    (void)waitpid(bench->desk, &status, 0);
    bench->desk = 0;
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        give_up("the desk ended by itself: status %x; see %s/desk.log", (unsigned)status,
                bench->folder);
    }
}

static bool has_died(const struct bench *bench) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)bench->desk, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

// False: the desk has died.
static bool ask(struct bench *bench, const char *line) {
    return line_client_ask(&bench->client, slice_of(line), 2000) == STATUS_OK;
}

static bool open_client(struct bench *bench) {
    bench->client = (struct line_client){.fd = -1};
    while (line_client_open(&bench->client, bench->socket, 1 << 20) != STATUS_OK ||
           !ask(bench, "hello shell")) {
        line_client_close(&bench->client);
        if (has_died(bench)) {
            return false;
        }
        if (age_ms(bench) > SETTLE_MS) {
            give_up("the desk does not listen: %s", status_text());
        }
        pause_between(bench, 2);
    }
    return true;
}

static bool word_of(struct slice line, const char *key, char *out, size_t capacity) {
    struct json r;
    struct slice name, value = {0};
    bool found = false;
    out[0] = '\0';
    json_init(&r, line);
    (void)json_object_begin(&r);
    while (json_object_next(&r, &name)) {
        bool wanted = slice_equals(name, slice_of(key));
        if (wanted && json_peek(&r) == JSON_STRING) {
            found = json_string(&r, &value) && string_copy(out, capacity, value);
        } else if (wanted && json_peek(&r) == JSON_NUMBER) {
            found = json_number(&r, &value) && string_copy(out, capacity, value);
        } else {
            json_skip(&r);
        }
    }
    return found;
}

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
    if (word_of(line, "venue", venue, sizeof(venue)) &&
        word_of(line, "symbol", symbol, sizeof(symbol)) && word_of(line, "net", net, sizeof(net)) &&
        decimal_parse(slice_of(net), QTY_DIGITS, &value) && index_of(venue_names, venue) >= 0 &&
        index_of(symbol_names, symbol) >= 0) {
        picture->net[index_of(venue_names, venue)][index_of(symbol_names, symbol)] = value;
    }
}

// The venue's client id of an order that the desk calls "pd<session>-<order>".
static void note_order(struct picture *picture, struct slice line) {
    char venue[32], id[64], state[32];
    if (!word_of(line, "venue", venue, sizeof(venue)) ||
        !word_of(line, "client_id", id, sizeof(id)) ||
        !word_of(line, "state", state, sizeof(state)) || index_of(venue_names, venue) < 0) {
        return;
    }
    int v = index_of(venue_names, venue);
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
    if (!ask(bench, "positions json")) {
        return false;
    }
    for (rest = line_client_answer(&bench->client); next_line(&rest, &line);) {
        note_position(picture, line);
    }
    if (!ask(bench, "orders json")) {
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
               venue_names[v], picture->net[v][0], picture->net[v][1], picture->live_count[v],
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

// Until the desk says that journal and venues agree. False: it died before.
static bool wait_agreed(struct bench *bench) {
    static struct picture picture;
    bool equal = false;
    char phase[16] = "";
    while (strcmp(phase, "agreed") != 0 || !equal) {
        if (!equal && take_picture(bench, &picture) && is_equal(bench, &picture)) {
            equal = true;
            note_time(&bench->cycles.equal, age_ms(bench));
            if (age_ms(bench) > EQUAL_MS) {
                bench->cycles.late += bench->hiccup_ms < HICCUP_MS;
                bench->cycles.late_void += bench->hiccup_ms >= HICCUP_MS;
            }
        }
        if (!ask(bench, "status json")) {
            return false;
        }
        (void)word_of(line_client_answer(&bench->client), "reconcile", phase, sizeof(phase));
        if (age_ms(bench) > SETTLE_MS) {
            print_difference(bench, &picture);
            give_up("journal and venues do not agree (%s): see %s/desk.log", phase, bench->folder);
        }
        pause_between(bench, 5);
    }
    note_time(&bench->cycles.agreed, age_ms(bench));
    return true;
}

static bool resume(struct bench *bench) {
    return ask(bench, "arm " CONTROL_ARM_PHRASE) && ask(bench, "resume");
}

static void kill_desk(struct bench *bench) {
    (void)kill(bench->desk, SIGKILL);
    reap(bench);
}

// At any time: one in four before the desk is ready.
static void live_randomly(struct bench *bench) {
    start_desk(bench, NULL);
    if (draw(bench, 4) == 0) {
        pause_ms(draw(bench, 250));
        bench->cycles.early++;
    } else if (open_client(bench) && wait_agreed(bench) && resume(bench)) {
        pause_ms(20 + draw(bench, 300));
        bench->cycles.traded++;
    }
    kill_desk(bench);
}

static void live_aimed(struct bench *bench, uint32_t cycle) {
    char aim[32];
    uint32_t kind = cycle % COUNT_OF(aims);
    (void)snprintf(aim, sizeof(aim), "%s:%u", aims[kind], 1 + draw(bench, 3));
    start_desk(bench, aim);
    bool traded = open_client(bench) && wait_agreed(bench) && resume(bench);
    bench->cycles.traded += traded;
    int64_t until_ms = age_ms(bench) + TRADE_MS;
    while (!has_died(bench) && age_ms(bench) < until_ms) {
        pause_ms(2);
    }
    if (has_died(bench)) {
        bench->cycles.hit[kind]++;
        reap(bench);
    } else {
        bench->cycles.missed++;
        kill_desk(bench);
    }
}

// The last life ends in order: everything cancelled and closed.
static uint32_t end_in_order(struct bench *bench) {
    static struct picture picture;
    int status = 0;
    bool flat = false;
    start_desk(bench, NULL);
    if (!open_client(bench) || !wait_agreed(bench) || !ask(bench, "kill flatten")) {
        give_up("the last desk died: see %s/desk.log", bench->folder);
    }
    while (!flat && age_ms(bench) < 2 * SETTLE_MS) {
        pause_ms(50);
        flat = take_picture(bench, &picture) && is_equal(bench, &picture);
        for (int v = 0; v < LEDGER_VENUES; v++) {
            flat = flat && picture.net[v][0] == 0 && picture.net[v][1] == 0 &&
                   picture.live_count[v] == 0;
        }
    }
    if (!flat) {
        print_difference(bench, &picture);
    }
    line_client_close(&bench->client);
    (void)kill(bench->desk, SIGTERM);
    (void)waitpid(bench->desk, &status, 0);
    return !flat + !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// ---- all of it ---------------------------------------------------------------------------------

static void print_result(struct bench *bench, uint64_t sessions, uint64_t torn) {
    struct cycles *c = &bench->cycles;
    uint64_t orders = 0, fills = 0;
    for (int i = 0; i < LEDGER_VENUES; i++) {
        orders += bench->ledger.venues[i].order_count;
        fills += bench->ledger.venues[i].fill_count;
    }
    printf("# %u starts, %u killed before they were ready, %u traded; %" PRIu64
           " journals, %" PRIu64 " with a torn tail; %" PRIu64 " orders, %" PRIu64 " fills\n",
           c->starts, c->early, c->traded, sessions, torn, orders, fills);
    for (size_t i = 0; i < COUNT_OF(aims) && c->hit[0] > 0; i++) {
        printf("# %s: %u\n", aims[i], c->hit[i]);
    }
    printf("# equal to the venues after ms: p50 %" PRId64 ", p99 %" PRId64 ", most %" PRId64
           "; ready to trade: p50 %" PRId64 ", p99 %" PRId64 ", most %" PRId64 "\n",
           quantile(&c->equal, 500), quantile(&c->equal, 990), quantile(&c->equal, 1000),
           quantile(&c->agreed, 500), quantile(&c->agreed, 990), quantile(&c->agreed, 1000));
    printf("# later than %d ms: %u, and %u while the machine stood still for %d ms and more\n",
           EQUAL_MS, c->late, c->late_void, HICCUP_MS);
}

static void prepare(struct bench *bench) {
    const char *temporary = getenv("TMPDIR");
    (void)snprintf(bench->folder, sizeof(bench->folder), "%.40s/perpdesk-kills-XXXXXX",
                   temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(bench->folder) == NULL) {
        give_up("no folder in %s", bench->folder);
    }
    (void)snprintf(bench->ini, sizeof(bench->ini), "%s/perpdesk.ini", bench->folder);
    (void)snprintf(bench->socket, sizeof(bench->socket), "%s/perpdesk/live.sock", bench->folder);
    ledger_init(&bench->ledger, venue_names, symbol_names);
    start_sim(bench);
    write_config(bench);
    set_environment(bench);
}

static void remove_folder(const char *folder) {
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0) { // NOLINT: a folder of our own making
        printf("# %s stays\n", folder);
    }
}

int main(int argc, char **argv) {
    static struct bench bench;
    bool aimed = argc > 1 && strcmp(argv[1], "aimed") == 0;
    uint32_t cycles = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : CYCLES;
    bench.random = aimed ? 1 : 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..1\n");
    prepare(&bench);
    for (uint32_t i = 0; i < cycles; i++) {
        if (aimed) {
            live_aimed(&bench, i);
        } else {
            live_randomly(&bench);
        }
    }
    uint32_t wrong = end_in_order(&bench);
    pause_ms(300); // the venues' last word is taken down
    sim_stop(bench.sim);
    char live[128];
    uint64_t sessions = 0, torn = 0;
    (void)snprintf(live, sizeof(live), "%s/perpdesk/live", bench.folder);
    wrong += ledger_compare(&bench.ledger, live, &sessions, &torn);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        wrong += bench.ledger.venues[i].live_count; // orphans
    }
    wrong += bench.cycles.late;
    print_result(&bench, sessions, torn);
    printf("%s 1 - %u cycles of kill -9, %s\n", wrong == 0 ? "ok" : "not ok", cycles,
           aimed ? "aimed" : "at random");
    sim_destroy(bench.sim);
    ledger_finish(&bench.ledger);
    if (wrong == 0 && getenv("KILLS_KEEP") == NULL) {
        remove_folder(bench.folder);
    } else {
        printf("# %u things wrong; see %s\n", wrong, bench.folder);
    }
    return wrong == 0 ? 0 : 1;
}
