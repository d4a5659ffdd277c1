// The venues, the program's configuration and the program itself, as a test sees them.
#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/table.h"
#include "exchanges/venue_oe.h"
#include "exchanges/venues.h"

const char *const bench_venues[LEDGER_VENUES] = {"binance", "okx"};
const char *const bench_symbols[2] = {"BTC/USDT", "ETH/USDT"};

static const char *const secrets[LEDGER_VENUES][3] = {
    {"canarybinancekey0123456789", "canarybinancesecret9876543210", NULL},
    {"canary-okx-key-0123456789", "CANARYOKXSECRET9876543210", "CanaryPhrase1"},
};

uint32_t bench_draw(struct bench *bench, uint32_t below) {
    bench->random = hash_mix(bench->random + 1);
    return (uint32_t)(bench->random >> 32) % below;
}

void bench_pause_ms(int64_t ms) {
    struct timespec moment = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    (void)nanosleep(&moment, NULL);
}

void bench_pause_between(struct bench *bench, int64_t ms) {
    int64_t began_ns = mono_now_ns();
    bench_pause_ms(ms);
    int64_t over_ms = (mono_now_ns() - began_ns) / NS_PER_MS - ms;
    bench->hiccup_ms = over_ms > bench->hiccup_ms ? over_ms : bench->hiccup_ms;
}

int64_t bench_age_ms(const struct bench *bench) {
    return (mono_now_ns() - bench->started_ns) / NS_PER_MS;
}

void bench_give_up(const char *format, ...) {
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
        const struct venue *venue = venue_find(slice_of(bench_venues[i]));
        for (int j = 0; j < OE_SECRETS_MAX; j++) {
            values[i][j] = slice_of(j < 3 && secrets[i][j] != NULL ? secrets[i][j] : "");
        }
        accounts[i] = (struct sim_account){.venue = bench_venues[i],
                                           .secrets = values[i],
                                           .balance = {1000000 * USD_ONE},
                                           .taker_delay_ns = venue->taker_delay_ns};
    }
    const struct venue_sim *served[LEDGER_VENUES];
    for (int i = 0; i < LEDGER_VENUES; i++) {
        served[i] = venue_find(slice_of(bench_venues[i]))->sim;
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
        bench_give_up("%s", status_text());
    }
    if (sim_start(bench->sim) != STATUS_OK) {
        bench_give_up("%s", status_text());
    }
}

static void write_file(const char *path, struct slice content) {
    FILE *file = fopen(path, "we");
    bool fine = file != NULL && fwrite(content.data, 1, content.size, file) == content.size;
    if (file == NULL || fclose(file) != 0 || !fine) {
        bench_give_up("cannot write %s", path);
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
                    "journal_quotes = %s\n"
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
                    bench->all_quotes ? "all" : "decisions", authority);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        struct sim_endpoint endpoint;
        if (!sim_endpoint(bench->sim, bench_venues[i], &endpoint)) {
            bench_give_up("%s is not served", bench_venues[i]);
        }
        text_add_format(&text, "%s_ws = %s\n%s_rest = %s\n", bench_venues[i], endpoint.ws,
                        bench_venues[i], endpoint.rest);
    }
    for (int i = 0; i < LEDGER_VENUES; i++) { // as cheap as it takes to trade all the time
        text_add_format(&text, "[fees.%s]\nmaker_bps = 0\ntaker_bps = 0\n", bench_venues[i]);
    }
    text_add_string(&text, "[venues]\n");
    for (uint32_t i = 0; i < venue_table_count; i++) {
        const char *name = venue_table[i].md->name;
        bool on = strcmp(name, bench_venues[0]) == 0 || strcmp(name, bench_venues[1]) == 0;
        text_add_format(&text, "%s = %s\n", name, on ? "trade" : "off");
    }
    write_file(bench->ini, text_slice(&text));
}

static void set_environment(const struct bench *bench) {
    (void)setenv("XDG_STATE_HOME", bench->folder, 1);
    (void)setenv("XDG_RUNTIME_DIR", bench->folder, 1);
    (void)setenv("PERPDESK_ENV_FILE", "/nonexistent", 1);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        const struct venue_oe *oe = venue_find(slice_of(bench_venues[i]))->oe;
        for (int j = 0; j < 3 && secrets[i][j] != NULL; j++) {
            (void)setenv(oe->secrets[j].variable, secrets[i][j], 1);
        }
    }
}

// ---- the desk ----------------------------------------------------------------------------------

static void exec_desk(const struct bench *bench, const struct bench_start *how) {
    char demo[512];
    const char *program = how->program != NULL ? how->program : PROGRAM;
    (void)snprintf(demo, sizeof(demo), "--demo=%s", how->demo != NULL ? how->demo : "");
    const char *arguments[] = {
        program,    "run",      "--headless", how->demo != NULL ? demo : "--live",
        "--config", bench->ini, NULL};
    for (int i = 0; i < BENCH_VARIABLES_MAX && how->variables[i].name != NULL; i++) {
        (void)setenv(how->variables[i].name, how->variables[i].value, 1);
    }
    (void)execv(program, (char *const *)(uintptr_t)arguments);
}

void bench_start_desk(struct bench *bench, const struct bench_start *how) {
    static const struct bench_start as_it_is;
    bench->started_ns = mono_now_ns();
    bench->hiccup_ms = 0;
    bench->desk = fork();
    if (bench->desk == 0) {
        char log[128];
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)snprintf(log, sizeof(log), "%s/desk.log", bench->folder);
        if (freopen(log, "a", stderr) != NULL && freopen("/dev/null", "w", stdout) != NULL) {
            exec_desk(bench, how != NULL ? how : &as_it_is);
        }
        _exit(1);
    }
    bench->starts++;
}

int bench_reap(struct bench *bench, int64_t patience_ms, bool *hung) {
    int status = 0;
    int64_t until_ns = mono_now_ns() + patience_ms * NS_PER_MS;
    line_client_close(&bench->client);
    *hung = false;
    while (patience_ms > 0 && !bench_has_died(bench) && !*hung) {
        bench_pause_ms(2);
        *hung = mono_now_ns() > until_ns;
    }
    if (*hung) {
        (void)kill(bench->desk, SIGKILL);
    }
    (void)waitpid(bench->desk, &status, 0);
    bench->desk = 0;
    return status;
}

void bench_kill_desk(struct bench *bench) {
    bool hung;
    (void)kill(bench->desk, SIGKILL);
    int status = bench_reap(bench, 0, &hung);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        bench_give_up("the desk ended by itself: status %x; see %s/desk.log", (unsigned)status,
                      bench->folder);
    }
}

bool bench_has_died(const struct bench *bench) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)bench->desk, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

bool bench_ask(struct bench *bench, const char *line) {
    return line_client_ask(&bench->client, slice_of(line), 2000) == STATUS_OK;
}

bool bench_try_client(struct bench *bench) {
    bench->client = (struct line_client){.fd = -1};
    if (line_client_open(&bench->client, bench->socket, 1 << 20) == STATUS_OK &&
        bench_ask(bench, "hello shell")) {
        return true;
    }
    line_client_close(&bench->client);
    return false;
}

bool bench_open_client(struct bench *bench) {
    while (!bench_try_client(bench)) {
        if (bench_has_died(bench) || bench_age_ms(bench) > BENCH_SETTLE_MS) {
            return false;
        }
        bench_pause_between(bench, 2);
    }
    return true;
}

bool bench_word_of(struct slice line, const char *key, char *out, size_t capacity) {
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

void bench_prepare(struct bench *bench) {
    (void)signal(SIGPIPE, SIG_IGN); // the venues are in this process; their clients die and freeze
    const char *temporary = getenv("TMPDIR");
    temporary = temporary != NULL ? temporary : P_tmpdir;
    int size =
        snprintf(bench->folder, sizeof(bench->folder), "%s/perpdesk-kills-XXXXXX", temporary);
    if (size < 0 || (size_t)size >= sizeof(bench->folder)) {
        bench_give_up("TMPDIR is too long for the path of a socket: %s", temporary);
    }
    if (mkdtemp(bench->folder) == NULL) {
        bench_give_up("no folder in %s", bench->folder);
    }
    (void)snprintf(bench->ini, sizeof(bench->ini), "%s/perpdesk.ini", bench->folder);
    (void)snprintf(bench->socket, sizeof(bench->socket), "%s/perpdesk/live.sock", bench->folder);
    (void)snprintf(bench->live, sizeof(bench->live), "%s/perpdesk/live", bench->folder);
    ledger_init(&bench->ledger, bench_venues, bench_symbols);
    start_sim(bench);
    write_config(bench);
    set_environment(bench);
}

uint32_t bench_compare(struct bench *bench, uint64_t *sessions, uint64_t *torn) {
    bench_pause_ms(300); // the venues' last word is taken down
    sim_stop(bench->sim);
    uint32_t wrong = ledger_compare(&bench->ledger, bench->live, sessions, torn);
    for (int i = 0; i < LEDGER_VENUES; i++) {
        wrong += bench->ledger.venues[i].live_count; // orphans
    }
    return wrong;
}

void bench_finish(struct bench *bench, bool keep) {
    char command[128];
    sim_destroy(bench->sim);
    ledger_finish(&bench->ledger);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", bench->folder);
    if (keep || system(command) != 0) { // NOLINT: a folder of our own making
        printf("# %s stays\n", bench->folder);
    }
}
