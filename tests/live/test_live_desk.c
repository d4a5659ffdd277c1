// A live desk in this process against simulated venues over loopback wss, one of which it has no
// keys of: that one is read and not traded. In the end the desk's orders and positions are the
// venues', no order was placed twice, no fill was lost, and the throw-away keys are in none of its
// files. All ten in a storm are test_storm.py's.
//
// PERPDESK_LIVE_SECONDS sets how long it trades (default 8).
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../sim/keys.h"
#include "base/log.h"
#include "cli/desk_inside.h"
#include "cli/verbs.h"
#include "exchanges/venue_account.h"
#include "exchanges/venue_sim.h"
#include "exchanges/venues.h"

// Longer than the window of the smallest message rate: what it holds back has to come in time.
enum { WAIT_S = 100, SECONDS_USUAL = 8 };

struct cast {
    const char *venues;  // names with commas between
    const char *keyless; // of them: its orders are denied and its market is read
};

static bool is_served(const struct cast *cast, const char *venue) {
    const char *at = cast->venues;
    size_t size = strlen(venue);
    while (at != NULL) {
        if (strncmp(at, venue, size) == 0 && (at[size] == ',' || at[size] == '\0')) {
            return true;
        }
        at = strchr(at, ',');
        at = at != NULL ? at + 1 : NULL;
    }
    return false;
}

struct bench {
    char folder[64], authority[128];
    struct sim *sim;
    struct config config;
    struct desk_run *run;
    bool armed; // a dead-man's switch was, while orders rested
};

static int64_t seconds_to_trade(void) {
    const char *told = getenv("PERPDESK_LIVE_SECONDS");
    int64_t seconds = 0;
    return told != NULL && decimal_parse(slice_of(told), 0, &seconds) && seconds > 0
               ? seconds
               : SECONDS_USUAL;
}

static void pause_ms(long ms) {
    struct timespec moment = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    (void)nanosleep(&moment, NULL);
}

// ---- set-up ------------------------------------------------------------------------------------

static void start_sim(struct bench *bench) {
    struct sim_account accounts[KEYS_COUNT];
    for (size_t i = 0; i < KEYS_COUNT; i++) {
        const struct venue *venue = venue_find(slice_of(keys_all[i].venue));
        accounts[i] = (struct sim_account){.venue = keys_all[i].venue,
                                           .secrets = keys_of(keys_all[i].venue),
                                           .balance = {20000 * USD_ONE},
                                           .maker_fee = venue->maker_fee,
                                           .taker_fee = venue->taker_fee,
                                           .taker_delay_ns = venue->taker_delay_ns};
    }
    struct sim_options options = {.path = DEMO_PATH,
                                  .loop = true,
                                  .tls = true,
                                  .now = true,
                                  .accounts = accounts,
                                  .account_count = COUNT_OF(accounts)};
    assert_int_equal(sim_create(&bench->sim, &options), STATUS_OK);
    assert_int_equal(sim_start(bench->sim), STATUS_OK);
    FILE *file = fopen(bench->authority, "we");
    assert_non_null(file);
    struct slice pem = sim_authority_pem(bench->sim);
    assert_int_equal(fwrite(pem.data, 1, pem.size, file), pem.size);
    assert_int_equal(fclose(file), 0);
}

static bool is_keyless(const struct cast *cast, const char *name) {
    return strcmp(name, cast->keyless) == 0;
}

static void set_keys(const struct cast *cast) {
    for (size_t i = 0; i < KEYS_COUNT; i++) {
        const struct venue *venue = venue_find(slice_of(keys_all[i].venue));
        for (size_t j = 0; j < OE_SECRETS_MAX && keys_all[i].values[j] != NULL; j++) {
            const char *name = venue->oe->secrets[j].variable;
            if (is_keyless(cast, keys_all[i].venue)) {
                assert_int_equal(unsetenv(name), 0);
            } else {
                assert_int_equal(setenv(name, keys_all[i].values[j], 1), 0);
            }
        }
    }
}

static void load_config(struct bench *bench, const struct cast *cast) {
    static char text_data[16384];
    struct text text = TEXT_OVER(text_data);
    text_add_format(&text,
                    "[desk]\nmode = live\nsymbols = BTC/USDT, ETH/USDT\n"
                    "journal_quotes = all\ndisk_floor_mb = 0\n"
                    "[scanner]\nbasis = off\n"
                    "[risk]\nmode = aggressive\nmax_jobs_per_minute = 10000\n"
                    "max_jobs_per_day = 100000\ncool_down_sec = 0s\n"
                    "max_failures = 1000\nvenue_breaker_failures = 1000\n"
                    "max_losing_in_a_row = 10000\n"
                    "[wash]\nhold_min_sec = 0s\nhold_max_sec = 1s\npace_ms = 100ms\n"
                    "wait_fill_timeout_sec = 2s\n"
                    "[execution]\nmode = hybrid_hedge_taker\n"
                    "[endpoints]\nca_file = %s\n",
                    bench->authority);
    for (uint32_t i = 0; i < venue_table_count; i++) {
        struct sim_endpoint endpoint;
        const char *name = venue_table[i].md->name;
        if (is_served(cast, name)) {
            assert_true(sim_endpoint(bench->sim, name, &endpoint));
            text_add_format(&text, "%s_ws = %s\n%s_rest = %s\n", name, endpoint.ws, name,
                            endpoint.rest);
        }
    }
    for (size_t i = 0; i < KEYS_COUNT; i++) { // as cheap as it takes to trade all the time
        text_add_format(&text, "[fees.%s]\nmaker_bps = 0\ntaker_bps = 0\n", keys_all[i].venue);
    }
    text_add_string(&text, "[venues]\n");
    for (uint32_t i = 0; i < venue_table_count; i++) {
        const char *name = venue_table[i].md->name;
        text_add_format(&text, "%s = %s\n", name, is_served(cast, name) ? "trade" : "off");
    }
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues, .venue_count = cli_venues(venues)};
    struct config_report *report = malloc(sizeof(*report));
    assert_non_null(report);
    config_report_init(report);
    enum status status = config_parse(&bench->config, &options, "live", text_slice(&text), report);
    if (status != STATUS_OK) {
        fail_msg("%s", report->lines);
    }
    free(report);
}

static void bench_start(struct bench *bench, const struct cast *cast) {
    const char *temporary = getenv("TMPDIR");
    *bench = (struct bench){0};
    (void)snprintf(bench->folder, sizeof(bench->folder), "%.40s/perpdesk-live-XXXXXX",
                   temporary != NULL ? temporary : P_tmpdir);
    assert_non_null(mkdtemp(bench->folder));
    assert_int_equal(setenv("XDG_STATE_HOME", bench->folder, 1), 0);
    assert_int_equal(setenv("PERPDESK_ENV_FILE", "/nonexistent", 1), 0);
    (void)snprintf(bench->authority, sizeof(bench->authority), "%s/ca.pem", bench->folder);
    start_sim(bench);
    set_keys(cast);
    load_config(bench, cast);
    struct desk_run_options options = {
        .config = &bench->config, .live = true, .journal = true, .trade = true};
    if (desk_run_open(&bench->run, &options) != STATUS_OK ||
        desk_run_start(bench->run) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
}

static void control(struct bench *bench, enum control_verb verb, int64_t value) {
    struct control_request request = {.verb = verb,
                                      .origin = ORIGIN_TEST,
                                      .venue = CONTROL_ANY,
                                      .symbol = CONTROL_ANY,
                                      .value = value};
    assert_int_equal(desk_run_control(bench->run, &request), STATUS_OK);
}

static bool lanes_ready(const struct bench *bench) {
    for (uint16_t i = 0; i < bench->run->universe.venue_count; i++) {
        const struct picture_venue *venue = &bench->run->desk.picture.venues[i];
        if (venue->lane.state != (bench->run->lanes[i] != NULL ? LANE_READY : LANE_NO_KEYS) ||
            venue->feed.state != FEED_LIVE) {
            return false;
        }
    }
    return true;
}

static void print_log(void) {
    static struct log_line lines[LOG_RECENT_MAX];
    uint64_t last;
    int count = log_recent(0, lines, LOG_RECENT_MAX, &last);
    for (int i = count > 60 ? count - 60 : 0; i < count; i++) {
        printf("# %s %s\n", lines[i].component, lines[i].text);
    }
}

// ---- what is compared --------------------------------------------------------------------------

static uint32_t listing_at(const struct vsim_world *world, const struct symbol *symbol) {
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (strcmp(world->listings[i].symbol->name, symbol->name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

static uint32_t compare_venue(const struct bench *bench, uint16_t venue) {
    const struct desk_run *run = bench->run;
    const char *name = run->universe.venues[venue].name;
    const struct vacc *account = sim_account(bench->sim, name);
    const struct vsim_world *world = sim_world(bench->sim, name);
    const struct lane_stats *stats = lane_stats(run->lanes[venue]);
    assert_non_null(account);
    uint32_t wrong = 0;
    printf("# %s: %" PRIu64 " orders, %" PRIu64 " fills there; here %" PRIu64 " fills, %" PRIu64
           " duplicates, %" PRIu64 " unknown, %" PRIu64 " time-outs, %" PRIu64
           " reconnects, %" PRIu64 " rate, %" PRIu64 " surprises, %" PRIu64
           " foreign, answer p50 %" PRIu64 " us\n",
           name, account->order_count, account->fill_count, counter_read(&stats->fills),
           counter_read(&stats->duplicates), counter_read(&stats->unknown),
           counter_read(&stats->timeouts), counter_read(&stats->reconnects),
           counter_read(&stats->refused_rate), counter_read(&stats->surprises),
           counter_read(&stats->foreign), histogram_quantile(&stats->answer_ns, 500000) / 1000);
    for (uint32_t i = 0; i < VACC_ORDERS_MAX; i++) {
        const struct vacc_order *order = &account->orders[i];
        for (uint32_t j = 0; order->number != 0 && j < i; j++) {
            if (account->orders[j].number != 0 &&
                strcmp(account->orders[j].client_id, order->client_id) == 0) {
                printf("# %s: %s was placed twice\n", name, order->client_id);
                wrong++;
            }
        }
    }
    for (uint16_t s = 0; s < run->universe.symbol_count; s++) {
        uint32_t listing = listing_at(world, &run->universe.symbols[s]);
        int64_t there = listing == UINT32_MAX ? 0 : account->positions[listing].net.v;
        int64_t here = position_of(&run->desk, venue, s)->net.v;
        if (there != here) {
            printf("# %s %s: %" PRId64 " there, %" PRId64 " here\n", name,
                   run->universe.symbols[s].name, there, here);
            wrong++;
        }
    }
    if (counter_read(&stats->fills) != account->fill_count) {
        printf("# %s: fills differ\n", name);
        wrong++;
    }
    if (account->live_count != 0) {
        printf("# %s: %u orders are open there\n", name, account->live_count);
        wrong++;
    }
    return wrong;
}

// What the desk decided, it decides again from its journal.
static void replay_journal(const char *folder) {
    char live[128], path[512] = "";
    (void)snprintf(live, sizeof(live), "%s/perpdesk/live", folder);
    DIR *entries = opendir(live);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (strncmp(entry->d_name, "journal-", 8) == 0) {
            (void)snprintf(path, sizeof(path), "%s/%s", live, entry->d_name);
        }
    }
    (void)closedir(entries);
    char data[256];
    struct text summary = TEXT_OVER(data);
    struct desk_replay replay = {.path = path, .verify = true};
    if (desk_run_replay(&replay, &summary) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    printf("# replayed: %s\n", data);
}

// The keys are in no file that was written.
static void look_for_keys(const char *folder) {
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        char path[512];
        struct stat found;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || stat(path, &found) != 0) {
            continue;
        }
        if (S_ISDIR(found.st_mode)) {
            look_for_keys(path);
        } else if (found.st_size > 0) {
            char *content = malloc((size_t)found.st_size);
            FILE *file = fopen(path, "re");
            assert_true(content != NULL && file != NULL);
            size_t size = fread(content, 1, (size_t)found.st_size, file);
            (void)fclose(file);
            const char *venue = keys_leaked((struct slice){content, size});
            if (venue != NULL) {
                fail_msg("a key of %s is in %s", venue, path);
            }
            free(content);
        }
        (void)unlink(path);
    }
    (void)closedir(entries);
    (void)rmdir(folder);
}

static void look_for_keys_in_log(void) {
    static struct log_line lines[LOG_RECENT_MAX];
    uint64_t last;
    int count = log_recent(0, lines, LOG_RECENT_MAX, &last);
    for (int n = 0; n < count; n++) {
        assert_null(keys_leaked(slice_of(lines[n].text)));
    }
}

// No order may as much as have been made for a venue without keys.
static bool has_orders(const struct bench *bench, uint16_t venue) {
    for (uint32_t i = 0; i < ORDERS_MAX; i++) {
        const struct order *order = &bench->run->desk.orders.orders[i];
        if (order->id != 0 && order->venue == venue) {
            return true;
        }
    }
    return false;
}

// ---- the runs ----------------------------------------------------------------------------------

static void trade(struct bench *bench) {
    int64_t began_ns = mono_now_ns();
    while (!lanes_ready(bench) && mono_now_ns() - began_ns < WAIT_S * NS_PER_S) {
        pause_ms(20);
    }
    if (!lanes_ready(bench)) {
        print_log();
        fail_msg("the lanes are not ready");
    }
    printf("# ready after %" PRId64 " ms\n", (mono_now_ns() - began_ns) / NS_PER_MS);
    assert_int_equal(bench->run->desk.status, DESK_PAUSED); // live begins so
    control(bench, CONTROL_RESUME, 0);
    int64_t end_ns = mono_now_ns() + seconds_to_trade() * NS_PER_S;
    while (mono_now_ns() < end_ns) {
        pause_ms(20);
        for (uint16_t v = 0; v < bench->run->universe.venue_count; v++) {
            bench->armed |= bench->run->desk.picture.venues[v].lane.deadman == DEADMAN_ARMED;
        }
    }
    control(bench, CONTROL_KILL, 1); // cancel, verify, flatten
    began_ns = mono_now_ns();
    const struct desk *desk = &bench->run->desk;
    while ((desk->orders.live_count > 0 || desk->jobs.live_count > 0) &&
           mono_now_ns() - began_ns < WAIT_S * NS_PER_S) {
        pause_ms(20);
    }
    printf("# quiet after %" PRId64 " ms: %u orders, %u jobs live; placed %" PRIu64
           ", filled %" PRIu64 ", rejected %" PRIu64 "\n",
           (mono_now_ns() - began_ns) / NS_PER_MS, desk->orders.live_count, desk->jobs.live_count,
           desk->execution.orders_placed, desk->execution.orders_filled,
           desk->execution.orders_rejected);
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        printf("# order %s of job %u at %s, %s, %s\n", order->client_id, order->job,
               bench->run->universe.venues[order->venue].name, leg_phase_name(order->phase),
               order_state_name(order->state));
    }
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        printf("# job %u %s, %u orders\n", job->id, job_state_name(job->state), job->order_count);
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            const struct leg *row = &job->legs[leg];
            printf("#   %s: opened %" PRId64 ", closed %" PRId64 ", %u tries\n",
                   bench->run->universe.venues[row->venue].name, row->opened.v, row->closed.v,
                   row->tries);
        }
    }
}

static void run_with(const struct cast *cast) {
    static struct bench bench;
    bench_start(&bench, cast);
    trade(&bench);
    look_for_keys_in_log();
    uint32_t live = bench.run->desk.orders.live_count;
    desk_run_stop(bench.run);
    sim_stop(bench.sim);
    uint32_t wrong = live;
    uint64_t filled = 0;
    for (uint16_t v = 0; v < bench.run->universe.venue_count; v++) {
        if (bench.run->lanes[v] == NULL) {
            assert_true(is_keyless(cast, bench.run->universe.venues[v].name));
            assert_false(has_orders(&bench, v));
            continue;
        }
        wrong += compare_venue(&bench, v);
        filled += counter_read(&lane_stats(bench.run->lanes[v])->fills);
    }
    for (uint32_t i = 0; i < bench.run->desk.risk.denial_count && filled == 0; i++) {
        const struct state_denial *row = &bench.run->desk.risk.denials[i];
        printf("# denied %" PRIu64 " x %s\n", (uint64_t)row->count,
               rule_name((enum rule)row->verdict.rule));
    }
    if (wrong > 0) {
        print_log();
    }
    desk_run_close(bench.run);
    sim_destroy(bench.sim);
    replay_journal(bench.folder);
    look_for_keys(bench.folder);
    assert_int_equal(wrong, 0);
    assert_true(filled > 0);
    assert_true(bench.armed);
}

static void test_without_keys(void **state) {
    (void)state;
    run_with(&(struct cast){.venues = "binance,okx,aster", .keyless = "aster"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
